"""The interactive figures in a real JupyterLab, and in a classic Notebook 6 with Colab's versions, with a kernel."""

import json

import jupyter_servers
import pytest
from figure_cases import case
from figures import NAMES, axe, drag
from geometry import faults
from jupyter_servers import Opened, until
from shared import look_folder

from nnlab import widgets

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """A notebook in JupyterLab, its kernel ready."""
    folder = tmp_path_factory.mktemp("lab")
    jupyter_servers.write_notebook(folder)
    with jupyter_servers.jupyterlab(folder) as address:
        opened = Opened(browser, folder, f"{address}/lab/tree/figures.ipynb", ".jp-Notebook .jp-Cell",
                        ".jp-InputArea-editor")
        opened.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
        opened.errors.clear()  # what JupyterLab itself says while it starts, offline, is not ours
        opened.first_run(lambda: opened.cells.first.get_by_text("[1]:").wait_for(timeout=12_000))
        yield opened
        opened.page.context.close()


@pytest.fixture(scope="module")
def notebook6(browser, twin, tmp_path_factory):
    """A notebook in the classic Notebook, its kernel ready."""
    folder = tmp_path_factory.mktemp("classic")
    jupyter_servers.write_notebook(folder)
    with jupyter_servers.classic(folder, twin) as address:
        opened = Opened(browser, folder, f"{address}/notebooks/figures.ipynb", "#notebook-container .code_cell",
                        ".CodeMirror")
        opened.page.locator("#kernel_indicator_icon.kernel_idle_icon").wait_for(timeout=90_000)
        opened.page.wait_for_function("window.Jupyter?.notebook?.kernel?.is_connected()")
        opened.errors.clear()
        opened.first_run(lambda: opened.cells.first.get_by_text("In [1]:").wait_for(timeout=12_000))
        yield opened
        opened.page.context.close()


def drive(opened, name, place):
    """Drag, type, keys, undo, Python: the kernel follows the figure and the figure the kernel; its neighbor stays.

    `opened` is the notebook; `place` is for the screenshot's name.
    """
    page, default, change = opened.page, widgets.defaults(name), case(name).change
    (opened.folder / "name").write_text(json.dumps([name, change]))
    for k in (1, 2):
        opened.run(k)
        until(lambda k=k: opened.states()[:k] == [default] * k, opened.states, seconds=60)
    figure = page.locator(".figure").first
    state = lambda: opened.states()[0]  # noqa: E731

    def kernel_has(right):
        until(lambda: (has := opened.written()) is not None and right(has), opened.written)
        return opened.written()

    follows = lambda: kernel_has(lambda has: has == state())  # noqa: E731
    handle = figure.locator(".handle").last
    handle.locator(".ring").scroll_into_view_if_needed()
    drag(page, handle, 33, 24)
    assert follows() != default

    field, value = figure.locator("input[type=number]").first, getattr(case(name), "typed", "1.35")
    field.fill(value)
    field.press("Enter")
    assert float(value) in [one for part in follows().values() for one in (part if isinstance(part, list) else [part])]

    before, count = follows(), opened.cells.count()
    handle.focus()
    for key in ("x", "b", "ArrowRight", "d", "d"):  # letters that cut, insert and delete cells in Jupyter
        page.keyboard.press(key)
    kernel_has(lambda has: has != before and has == state())
    assert opened.cells.count() == count
    undo = figure.get_by_role("button", name="Undo")
    undo.click()
    kernel_has(lambda has: has == before)

    opened.run(3)
    kernel_has(lambda has: has == before | change)
    until(lambda: state() == before | change, state)
    undo.click()  # what Python did can be undone too
    kernel_has(lambda has: has == before)
    assert opened.states()[1] == default
    figure.get_by_role("button", name="Reset").click()
    kernel_has(lambda has: has == default)
    undo.click()
    figure.scroll_into_view_if_needed()
    page.screenshot(path=look_folder() / "figures" / f"{name}-{place}.png")
    opened.well()


@pytest.mark.parametrize("name", NAMES)
def test_jupyterlab(name, lab):
    drive(lab, name, "jupyterlab")


def test_jupyterlab_in_the_dark(lab):
    page, shown = lab.page, len(lab.states())
    page.set_viewport_size({"width": 1280, "height": 5200})  # all figures at once
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    lab.run(4)
    until(lambda: len(lab.states()) == shown + len(NAMES), lab.states)
    page.locator(".figure").last.scroll_into_view_if_needed()
    page.screenshot(path=look_folder() / "figures" / "all-jupyterlab-dark.png")
    problems, passed = axe(page, "{ include: [['.jp-OutputArea']] }", "{ runOnly: ['color-contrast'] }")
    assert problems == [] and passed > 15
    lab.well()
    found = []
    for theme, light in (("Dark", "false"), ("Light", "true")):
        page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{ theme: 'JupyterLab {theme}' }})")
        page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
        page.wait_for_timeout(500)
        for k, name in enumerate(NAMES):
            figure = page.locator(".figure").nth(shown + k)
            assert figure.get_attribute("data-theme") == theme.lower()
            found += [f"{name}, {theme}: {fault}" for fault in faults(figure, lines=3)]  # narrower than a page
    assert found == [], "\n".join(found)
    lab.well()


def test_jupyterlab_shows_a_folded_cell_closed_and_runs_it(lab):
    """Its source is hidden, what it prints is not; a click opens it."""
    last = lab.cells.nth(len(jupyter_servers.CELLS))
    lab.page.set_viewport_size({"width": 1280, "height": 5200})  # JupyterLab leaves out what is far below
    last.locator(".jp-InputPlaceholder").wait_for()
    source = last.locator(".jp-InputArea-editor")
    above = lab.cells.nth(len(jupyter_servers.CELLS) - 1)  # as the cells that are not tagged are
    assert not source.is_visible() and above.locator(".jp-InputArea-editor").is_visible()
    assert above.locator(".jp-InputPlaceholder").count() == 0
    last.locator(".jp-InputPlaceholder").click()
    source.wait_for(state="visible")
    assert "# @title Draw the figure" in source.text_content()
    lab.page.keyboard.press("Shift+Enter")
    last.get_by_text("drawn", exact=True).wait_for()
    lab.well()


@pytest.mark.parametrize("name", NAMES)
def test_classic_notebook_with_colabs_versions(name, notebook6):
    drive(notebook6, name, "notebook6")
