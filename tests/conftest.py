"""What the tests share: one solved run of each notebook, the browser, the tables at the end."""

import json
import os
import time

import colab_python
import pytest
from figures import NAMES, notebook
from shared import CAUGHT, SEEN

from nnlab import widgets
from nnlab.course.browser import chromium
from nnlab.course.execute import execute
from nnlab.course.notebooks import paths, read
from nnlab.course.render import Formulas, rendered
from nnlab.course.slides import as_deck
from nnlab.course.solve import solved
from nnlab.widgets import Figure

os.environ.pop("NNLAB_STRICT", None)


def pytest_terminal_summary(terminalreporter):
    """Print the table of planted faults and what else tests have to say."""
    if CAUGHT:
        terminalreporter.section(f"planted faults caught: {len(CAUGHT)}")
        width = max(len(fault) for _, fault, _ in CAUGHT)
        for rail, fault, said in CAUGHT:
            terminalreporter.line(f"{rail:<12} {fault:<{width}}  {said[:110]}")
    if SEEN:
        terminalreporter.section("measured")
        for line in SEEN:
            terminalreporter.line(line)


@pytest.fixture(scope="session", params=paths(), ids=lambda path: path.stem)
def notebook_path(request):
    """Path of each notebook in turn."""
    return request.param


@pytest.fixture(scope="session")
def solved_runs():
    """Function from a notebook's path to its solved and strict run, made once."""
    runs = {}

    def run(path):
        if path not in runs:
            start = time.perf_counter()
            runs[path] = execute(solved(read(path)), path.name, strict=True)
            took = time.perf_counter() - start
            SEEN.append(f"{path.stem}: solved run in {took:.1f} s")
            assert took <= 60, f"{path.name} takes {took:.0f} s; a student waits 60 at most"
        return runs[path]
    return run


@pytest.fixture(scope="session")
def browser():
    """A running Chromium."""
    with chromium() as found:
        if found is None:
            pytest.skip("Chromium was not found (Debian, Ubuntu: apt install chromium)")
        yield found


@pytest.fixture(scope="session")
def twin():
    """The twin's Python, made once and kept in build/twin."""
    python = colab_python.made()
    if python is None:
        pytest.skip("Python 3.13 was not found (python3.13, or pyenv's)")
    return python


@pytest.fixture
def open_page(browser):
    """Function from a file's path to a page of 1280 × 720, the network off; at the end no error may have shown in it."""
    errors, contexts = [], []

    def open_(path, hash=""):
        context = browser.new_context(offline=True, viewport={"width": 1280, "height": 720})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(path.resolve().as_uri() + hash)
        return page
    yield open_
    for context in contexts:
        context.close()
    assert errors == [], "the browser's console shows errors"


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """Function from figures to the page and the deck that show them."""
    folder, formulas = tmp_path_factory.mktemp("figures"), Formulas()
    made = {}

    def write(*shown):
        key = json.dumps([[figure.figure, figure.state, figure.network] for figure in shown])
        if key not in made:
            page, deck = folder / f"page{len(made)}.html", folder / f"deck{len(made)}.html"
            page.write_text(rendered(notebook(*shown), "page", formulas, title="Figures"), encoding="utf-8")
            deck.write_text(as_deck(notebook(*shown), formulas), encoding="utf-8")
            made[key] = page, deck
        return made[key]

    yield write
    formulas.close()


@pytest.fixture
def shown(pages, open_page):
    """Function from a figure's name to a page of it alone, alive."""

    def open_(name, hash="", **state):
        page = open_page(pages(Figure(name, **state))[0], hash=hash)
        page.wait_for_function("window.figuresReady")
        assert page.locator("[data-figure][data-ready]").count() == 1
        return page

    return open_


@pytest.fixture(scope="module")
def modules(browser):
    """A page in which every figure's module is loaded as `figures[name]`, for questions about numbers."""
    page = browser.new_page()
    page.evaluate(
        """async sources => { window.figures = {}; for (const [name, source] of Object.entries(sources))
        window.figures[name] = (await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))).default; }""",
        {name: widgets.module(name) for name in NAMES},
    )
    yield page
    page.close()
