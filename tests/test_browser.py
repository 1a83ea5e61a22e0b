"""The figure in real Chromium: in JupyterLab with a kernel, on the exported page and on a slide, both offline."""

import contextlib
import copy
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from playwright.sync_api import TimeoutError
from shared import look_folder

from nnlab import widgets
from nnlab.course.notebooks import paths, title
from nnlab.course.render import Formulas, rendered
from nnlab.course.slides import as_deck, look

pytestmark = pytest.mark.browser


def numbers(text):
    """Numbers in a text of the figure."""
    return [float(found.replace("\u2212", "-")) for found in re.findall(r"[-\u2212]?\d+(?:\.\d+)?", text)]


def drag(page, locator, dx, dy):
    """Drag the middle of what `locator` finds by (dx, dy) pixels, in steps, as a hand does."""
    box = locator.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x + dx * step / 5, y + dy * step / 5)
    page.mouse.up()


@pytest.fixture(scope="module")
def html_page(solved_runs, tmp_path_factory):
    """The first notebook's page and deck, as the commands write them."""
    folder = tmp_path_factory.mktemp("pages")
    formulas, path = Formulas(), paths()[0]
    run = solved_runs(path)
    page, deck = folder / "page.html", folder / "deck.html"
    page.write_text(rendered(run, "page", formulas, title=title(run)), encoding="utf-8")
    deck.write_text(as_deck(run, formulas), encoding="utf-8")
    formulas.close()
    assert formulas.without is None
    return page, deck


def saying(page):
    return page.locator(".says").first.text_content()


def test_page_is_alive_offline(html_page, open_page):
    page = open_page(html_page[0])
    page.wait_for_selector("[data-figure][data-ready]")
    before = saying(page)
    arrow = page.get_by_role("slider", name="Arrow of the weights")
    arrow.scroll_into_view_if_needed()
    drag(page, arrow.locator("path"), 5, 60)
    after = saying(page)
    assert before != after and numbers(after)[2] < 0  # the second weight points down now
    page.get_by_role("button", name="Undo").click()
    assert saying(page) == before
    page.get_by_role("slider", name="c", exact=True).fill("1.5")
    page.get_by_role("combobox", name="φ").select_option("ReLU")
    page.locator(".figure").screenshot(path=look_folder() / "neuron-page.png")
    assert numbers(saying(page))[4] == 1.5
    page.get_by_role("button", name="Reset").click()
    assert saying(page) == before
    assert page.locator("svg[role=img]").count() > 10, "formulas are pictures, with their TeX as text"


def test_numbers_are_torchs_and_the_copied_code_prints_them(html_page, open_page):
    page = open_page(html_page[0])
    page.wait_for_selector("[data-figure][data-ready]")
    page.get_by_role("button", name="PyTorch", exact=True).click()
    checked = 0
    for activation in ("step", "sigmoid", "tanh", "ReLU", "linear"):
        page.get_by_role("combobox", name="φ").select_option(activation)
        for w1, w2, c in ((1, 0.5, -0.5), (-3, 3, 3), (0, 0, 0), (0.05, -2.95, 0.4)):
            for name, value in (("w₁", w1), ("w₂", w2), ("c", c)):
                page.get_by_role("slider", name=name, exact=True).fill(str(value))
            code = page.locator("pre[aria-label=PyTorch]").text_content()
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            shown = numbers(saying(page).split("=")[2])[0]
            assert abs(shown - numbers(done.stdout)[0]) <= 6e-5, (activation, w1, w2, c)
            checked += 1
            if activation not in ("step", "linear"):
                break  # each import of torch takes a second: the other weights once are enough for the curves
    assert checked == 11 and "NaN" not in saying(page)


def test_every_control_at_its_ends_shows_numbers(html_page, open_page):
    page = open_page(html_page[0])
    page.wait_for_selector("[data-figure][data-ready]")
    for name in ("w₁", "w₂", "c"):
        for value in ("-3", "0", "3"):
            page.get_by_role("slider", name=name, exact=True).fill(value)
            assert "NaN" not in page.locator(".figure").inner_html()
    for handle in ("Arrow of the weights", "Line: where the sum is zero", "Tonight: the evening to decide"):
        page.get_by_role("slider", name=handle).focus()
        for key in ("ArrowUp", "ArrowLeft", "Shift+ArrowDown", "ArrowRight"):
            page.keyboard.press(key)
        assert "NaN" not in page.locator(".figure").inner_html()


def test_slides_fit_and_keys_stay_in_the_figure(html_page, open_page, browser):
    count, problems = look(browser, html_page[1])
    assert count >= 8 and problems == []
    page = open_page(html_page[1])
    page.wait_for_selector("[data-figure][data-ready]", state="attached")
    place = page.evaluate("""() => {
        const slide = document.querySelector("[data-figure]").closest("section");
        const {h, v} = Reveal.getIndices(slide); Reveal.slide(h, v); return [h, v];
    }""")
    page.wait_for_timeout(200)
    page.screenshot(path=look_folder() / "neuron-slide.png")
    before = saying(page)
    page.get_by_role("slider", name="Tonight").focus()
    for key in ("ArrowRight", "ArrowUp", " ", "n"):
        page.keyboard.press(key)
    assert page.evaluate("[Reveal.getIndices().h, Reveal.getIndices().v]") == place
    assert saying(page) != before
    page.keyboard.press("PageDown")  # a clicker's key
    page.wait_for_timeout(100)
    assert page.evaluate("[Reveal.getIndices().h, Reveal.getIndices().v]") != place


def test_notes_are_on_every_slide(html_page, open_page):
    page = open_page(html_page[1])
    words = page.evaluate("""Reveal.getSlides().map(slide =>
        [...slide.querySelectorAll("aside.notes")].map(notes => notes.textContent).join(" ").trim().split(/\\s+/).length)""")
    assert min(words) >= 30, words


def test_a_slide_that_is_too_full_is_an_error(solved_runs, tmp_path, browser):
    run = copy.deepcopy(solved_runs(paths()[0]))
    cell = next(cell for cell in run.cells if cell.id == "neuron")
    cell.source += "\n\nAnother line of text that nobody can read any more." * 40
    deck, formulas = tmp_path / "deck.html", Formulas()
    deck.write_text(as_deck(run, formulas), encoding="utf-8")
    formulas.close()
    _, problems = look(browser, deck)
    assert problems and all("(1 · The neuron (core))" in problem for problem in problems)


def test_bad_tex_is_an_error_that_shows_the_formula():
    formulas = Formulas()
    try:
        assert formulas(r"\phi(z)").startswith("<mjx-container") and r'aria-label="\phi(z)"' in formulas(r"\phi(z)")
        with pytest.raises(ValueError, match=r"bad formula .*frac\{1\}"):
            formulas(r"\frac{1}")
    finally:
        formulas.close()


# ------------------------------------------------------------------------------------------------ JupyterLab

CELLS = [
    """import json, pathlib
from nnlab.widgets import Figure
fig = Figure("neuron")
fig.observe(lambda change: pathlib.Path("state.json").write_text(json.dumps(fig.state)), "state")
fig""",
    'fig.state = {**fig.state, "bias": 1.25}',
]


@contextlib.contextmanager
def jupyterlab(folder):
    """Address of a JupyterLab that serves `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = folder / "settings"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
               "--IdentityProvider.token=", f"--notebook-dir={folder}", "--LabApp.news_url=", "--LabApp.check_for_updates_class="
               "jupyterlab.handlers.announcements.NeverCheckForUpdate"]
    env = os.environ | {"JUPYTER_CONFIG_DIR": str(settings), "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
                        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "spaces"), "NO_PROXY": "127.0.0.1"}
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{address}/api", timeout=1)
                break
            time.sleep(0.25)
        else:
            pytest.fail((folder / "lab.log").read_text())
        yield address
    finally:
        server.terminate()
        server.wait(10)


def wait_for_state(path, right, seconds=20):
    """The state that the kernel wrote, once `right` of it holds."""
    state = None
    for _ in range(seconds * 10):
        with contextlib.suppress(OSError, ValueError):
            state = json.loads(path.read_text())
            if right(state):
                return state
        time.sleep(0.1)
    pytest.fail(f"the kernel's state is {state}")


def test_jupyterlab_with_a_kernel(browser, tmp_path):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS], metadata={
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    nbformat.write(made, tmp_path / "try.ipynb")
    errors, frames = [], []
    with jupyterlab(tmp_path) as address:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
        page.goto(f"{address}/lab/tree/try.ipynb")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
        errors.clear()  # what JupyterLab itself says while it starts, offline, is not ours
        for _ in range(5):  # JupyterLab drops a run that comes before its kernel listens
            page.locator(".jp-Notebook .jp-Cell").first.click()
            page.keyboard.press("Shift+Enter")
            with contextlib.suppress(TimeoutError):
                page.wait_for_selector(".figure svg", timeout=12_000)
                break
        cells = page.locator(".jp-Notebook .jp-Cell").count()

        arrow = page.get_by_role("slider", name="Arrow of the weights")
        arrow.scroll_into_view_if_needed()
        drag(page, arrow.locator("path"), 5, 60)
        wait_for_state(tmp_path / "state.json", lambda state: state["weights"][1] < 0
                       and [state["weights"][0], state["weights"][1]] == [numbers(saying(page))[0], numbers(saying(page))[2]])

        page.get_by_role("slider", name="Tonight").focus()
        for key in ("ArrowRight", "x", "b", "ArrowUp", "d", "d"):  # letters that cut, insert and delete cells in JupyterLab
            page.keyboard.press(key)
        wait_for_state(tmp_path / "state.json", lambda state: state["probe"] == [1.6, 1.6])
        assert page.locator(".jp-Notebook .jp-Cell").count() == cells

        page.get_by_role("button", name="Undo").click()
        wait_for_state(tmp_path / "state.json", lambda state: state["probe"] == [1.6, 1.5])

        page.locator(".jp-Notebook .jp-Cell").nth(1).locator(".jp-InputArea-editor").click()
        page.keyboard.press("Shift+Enter")
        wait_for_state(tmp_path / "state.json", lambda state: state["bias"] == 1.25)
        page.wait_for_function("""() => [...document.querySelectorAll("*")].some(node => node.shadowRoot
            && /1\\.25/.test((node.shadowRoot.querySelector(".says") || {}).textContent || ""))""")
        page.screenshot(path=look_folder() / "neuron-jupyterlab.png")
    assert errors == [] and not any('"ename"' in frame for frame in frames)


def test_a_figure_that_fails_is_said_and_the_others_live(browser, tmp_path, solved_runs):
    run = copy.deepcopy(solved_runs(paths()[0]))
    shown = next(cell for cell in run.cells if cell.cell_type == "code" and "Figure(" in cell.source and cell.outputs)
    broken = copy.deepcopy(shown)
    broken.id = "broken-figure"
    broken.outputs[0].data[widgets.MIME]["state"] = {"activation": "none such"}
    run.cells.insert(run.cells.index(shown), broken)
    deck, formulas = tmp_path / "deck.html", Formulas()
    deck.write_text(as_deck(run, formulas), encoding="utf-8")
    formulas.close()
    _, problems = look(browser, deck)
    assert any(problem.startswith("The figure neuron fails: ") for problem in problems), problems
    page = browser.new_context(offline=True).new_page()
    page.goto(deck.as_uri())
    page.wait_for_function("window.figuresReady")
    assert page.locator("[data-figure]").count() == 2 and page.locator("[data-figure][data-ready]").count() == 1
    assert "The figure neuron fails" in page.locator("[data-figure]").first.text_content()
    page.context.close()
