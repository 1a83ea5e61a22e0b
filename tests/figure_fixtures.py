"""Pages of figures in Chromium: alone or several, in a page or in a deck, rendered once for all figures and states."""

import functools
import re

import pytest
from figures import NAMES, notebook

from nnlab import widgets
from nnlab.course.notebooks import code_cells
from nnlab.course.render import Formulas, figure_scripts, place_of, rendered
from nnlab.course.slides import as_deck
from nnlab.widgets import Figure

PLACE = re.compile(r'<div data-figure="\w+"[^>]*></div>')
MODULES = re.compile(r'(<script[^>]* data-module="\w+".*?</script>\s*)+', re.DOTALL)


@functools.cache
def _template(count, deck):
    """HTML of a page, or a deck, that shows `count` times the first figure."""
    formulas, shown = Formulas(), notebook(*map(Figure, NAMES[:1] * count))
    try:
        return as_deck(shown, formulas) if deck else rendered(shown, "page", formulas, title="Figures")
    finally:
        formulas.close()


def shows(figures, deck=False):
    """HTML of a page, or a deck, that shows the `figures`: as it is rendered, with others in their places."""
    shown = notebook(*figures)
    (modules,), left = MODULES.finditer(figure_scripts(shown)), [cell.outputs[0] for cell in code_cells(shown)]
    text, places = PLACE.subn(lambda match: place_of(left.pop(0)), _template(len(figures), deck))
    text, scripts = MODULES.subn(lambda match: modules[0], text)
    assert (places, scripts) == (len(figures), 1)
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


@pytest.fixture(scope="session")
def first_page(offline):
    """The page that each test opens first, and a list of its errors: a new page takes longer than a visit."""
    return _watched(offline.new_page())


@pytest.fixture
def open_page(offline, first_page):
    """Function from a file's path to a page with no network; at the end no error may have shown in it."""
    used = []

    def open_(path, hash=""):
        page, errors = _watched(offline.new_page()) if used else first_page
        used.append((page, errors))
        page.goto(path.resolve().as_uri() + hash)
        return page
    yield open_
    for page, _ in used[1:]:
        page.close()
    first_page[0].bring_to_front()
    first_page[0].goto("about:blank")
    first_page[0].mouse.move(0, 0)
    shown = [error for _, errors in used for error in errors]
    first_page[1].clear()
    assert shown == [], f"the browser shows errors: {shown}"


def _watched(page):
    """The page, and a list that collects the errors of its console."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    return page, errors


def alive(page):
    """The page, once all its figures are alive."""
    page.wait_for_function("window.figuresReady")
    assert page.evaluate("""() => [...document.querySelectorAll("[data-figure]")].map((one) => "ready" in one.dataset)
        .reduce((all, one) => all && one)""")
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
