"""Pages of figures in Chromium: alone or several, in a page or in a deck, each rendered once for all states."""

import functools
import html
import json
import re

import pytest
from figures import NAMES, notebook

from nnlab import widgets
from nnlab.course.render import Formulas, rendered
from nnlab.course.slides import as_deck
from nnlab.widgets import Figure

PLACE = re.compile(r'<div data-figure="(\w+)"[^>]*></div>')


@functools.cache
def _template(names, deck):
    """HTML of a page, or a deck, that shows figures of these names as they begin."""
    formulas, shown = Formulas(), notebook(*map(Figure, names))
    try:
        return as_deck(shown, formulas) if deck else rendered(shown, "page", formulas, title="Figures")
    finally:
        formulas.close()


def shows(figures, deck=False):
    """HTML of a page, or a deck, that shows the `figures`: as it is rendered, with their states in their places."""
    left = list(figures)

    def placed(match):
        figure = left.pop(0)
        assert figure.figure == match[1]
        state, network = (html.escape(json.dumps(part), quote=True) for part in (figure.state, figure.network))
        return f'<div data-figure="{match[1]}" data-prevent-swipe data-state="{state}" data-network="{network}"></div>'

    text = PLACE.sub(placed, _template(tuple(figure.figure for figure in figures), deck))
    assert not left
    return text


@pytest.fixture(scope="session")
def figure_files(tmp_path_factory):
    """Function from figures to the path of a page that shows them, of a deck with `deck=True`."""
    folder, made = tmp_path_factory.mktemp("figures"), {}

    def write(*figures, deck=False):
        text = shows(figures, deck)
        if text not in made:
            made[text] = folder / f"{len(made)}.html"
            made[text].write_text(text, encoding="utf-8")
        return made[text]
    return write


@pytest.fixture(scope="session")
def offline(browser):
    """A browser context of 1280 × 720 with no network."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 720})
    yield context
    context.close()


@pytest.fixture
def open_page(offline):
    """Function from a file's path to a page with no network; at the end no error may have shown in it."""
    errors, pages = [], []

    def open_(path, hash=""):
        page = offline.new_page()
        pages.append(page)
        watch(page, errors)
        page.goto(path.resolve().as_uri() + hash)
        return page
    yield open_
    for page in pages:
        page.close()
    assert errors == [], f"the browser shows errors: {errors}"


def watch(page, errors):
    """Collect in `errors` what the page's console shows of them."""
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)


def alive(page):
    """The page, once all its figures are alive."""
    page.wait_for_function("window.figuresReady")
    assert page.locator("[data-figure][data-ready]").count() == page.locator("[data-figure]").count() > 0
    return page


@pytest.fixture
def shown(figure_files, open_page):
    """Function from a figure's name to a page of it alone, alive."""
    return lambda name, hash="", **state: alive(open_page(figure_files(Figure(name, **state)), hash=hash))


@pytest.fixture(scope="session")
def modules(browser):
    """A page in which every figure's module is loaded as `figures[name]`, for questions about numbers."""
    page = browser.new_page()
    page.evaluate("""async (sources) => {
        window.figures = {};
        for (const [name, source] of Object.entries(sources)) {
            const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            window.figures[name] = (await import(address)).default;
        }
    }""", {name: widgets.module(name) for name in NAMES})
    yield page
    page.close()
