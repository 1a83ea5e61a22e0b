"""The interactive figures in a real JupyterLab, and in a classic Notebook 6 with Colab's versions, both with a kernel."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from figures import NAMES, axe, drag, state_of
from playwright.sync_api import TimeoutError
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.course.notebooks import ROOT

pytestmark = pytest.mark.browser

CHANGES = {
    "neuron": {"bias": 1.25},
    "activations": {"shown": ["ReLU", "ELU"], "x": -0.5},
    "perceptron": {"step": 12},
    "losses": {"step": 40},
    "fold": {"fold": 0.5},
    "bumps": {"bumps": 12},
    "digit": {"turn": 30},
    "playground": {"step": 30},
    "graph": {"step": 6},
}
FIRST = """import json, pathlib
from nnlab.widgets import Figure
fig = Figure({name!r})
fig.observe(lambda change: pathlib.Path("{name}.json").write_text(json.dumps(fig.state)), "state")
fig"""


def write(folder, name):
    """A notebook in `folder` that shows the figure called `name`, then another, then changes the first from Python."""
    cells = [FIRST.format(name=name), f"other = Figure({name!r})\nother", f"fig.state = {{**fig.state, **{CHANGES[name]!r}}}"]
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(made, folder / f"{name}.ipynb")


@contextlib.contextmanager
def served(command, folder, env, alive):
    """Address of the server that `command` starts with a free port; `alive` is the path that answers when it is up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [part.format(port=port) for part in command]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | {"NO_PROXY": "127.0.0.1"} | env, cwd=folder
        )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{address}{alive}", timeout=1)
                break
            time.sleep(0.25)
        else:
            pytest.fail((folder / "server.log").read_text())
        yield address
    finally:
        server.terminate()
        server.wait(10)


def jupyterlab(folder, theme="JupyterLab Light"):
    """Address of a JupyterLab that serves `folder`, in the given theme."""
    settings = folder / "settings" / "lab"
    extension = settings / "@jupyterlab" / "apputils-extension"
    extension.mkdir(parents=True)
    (extension / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}), encoding="utf-8")
    (extension / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}', encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        f"--notebook-dir={folder}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    ]
    env = {
        "JUPYTER_CONFIG_DIR": str(folder / "settings"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "settings" / "spaces"),
    }
    return served(command, folder, env, "/api")


class Watched:
    """A page in `browser` whose errors, and those of its kernel's callbacks, are collected."""

    def __init__(self, browser):
        self.errors, self.frames = [], []
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: self.frames.append(str(frame))))

    def close(self):
        """End it; no error may have shown."""
        self.page.context.close()
        assert self.errors == [] and not any('"ename"' in frame for frame in self.frames)


def kernel_has(path, right, seconds=20):
    """The state that the kernel wrote, once `right` of it holds."""
    state = None
    for _ in range(seconds * 10):
        with contextlib.suppress(OSError, ValueError):
            state = json.loads(path.read_text())
            if right(state):
                return state
        time.sleep(0.1)
    pytest.fail(f"the kernel's state is {state}")


def drive(watched, name, folder, cells, editor, place):
    """Drag, type, keys, undo, Python: the kernel follows the figure and the figure the kernel; its neighbour stays as it is.

    `cells` finds the notebook's cells, `editor` in a cell where one types; `place` is for the picture's name.
    """
    page = watched.page
    wrote, default = folder / f"{name}.json", widgets.defaults(name)
    follows = lambda: kernel_has(wrote, lambda state: state == state_of(page))  # noqa: E731
    handle = page.locator(".figure").first.locator(".handle").last
    handle.locator(".ring").scroll_into_view_if_needed()
    drag(page, handle, 33, 24)
    assert follows() != default

    typed = page.locator(".figure").first.locator("input[type=number]").first
    value = {"perceptron": "7", "losses": "9", "fold": "0.35", "bumps": "7", "playground": "7", "graph": "7",
             "digit": "7"}.get(name, "1.35")
    typed.fill(value)
    typed.press("Enter")
    assert float(value) in [one for part in follows().values() for one in (part if isinstance(part, list) else [part])]

    before, count = follows(), cells.count()
    handle.focus()
    for key in ("x", "b", "ArrowRight", "d", "d"):  # letters that cut, insert and delete cells in Jupyter
        page.keyboard.press(key)
    kernel_has(wrote, lambda state: state != before and state == state_of(page))
    assert cells.count() == count
    page.get_by_role("button", name="Undo").first.click()
    kernel_has(wrote, lambda state: state == before)

    cells.nth(2).locator(editor).click()
    page.keyboard.press("Shift+Enter")
    kernel_has(wrote, lambda state: all(state[part] == value for part, value in CHANGES[name].items()))
    for _ in range(50):
        if state_of(page) == json.loads(wrote.read_text()):
            break
        page.wait_for_timeout(100)
    assert state_of(page) == json.loads(wrote.read_text()) == before | CHANGES[name]
    page.get_by_role("button", name="Undo").first.click()  # what Python did can be undone too
    kernel_has(wrote, lambda state: state == before)
    assert state_of(page, 1) == default
    page.get_by_role("button", name="Reset").first.click()
    kernel_has(wrote, lambda state: state == default)
    page.get_by_role("button", name="Undo").first.click()
    page.locator(".figure").first.scroll_into_view_if_needed()
    page.screenshot(path=look_folder() / "figures" / f"{name}-{place}.png")
    watched.close()


def test_jupyterlab(browser, tmp_path):
    for name in NAMES:
        write(tmp_path, name)
    with jupyterlab(tmp_path) as address:
        for name in NAMES:
            watched = Watched(browser)
            page = watched.page
            page.goto(f"{address}/lab/workspaces/{name}/tree/{name}.ipynb")
            page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
            watched.errors.clear()  # what JupyterLab itself says while it starts, offline, is not ours
            cell = page.locator(".jp-Notebook .jp-Cell")
            for _ in range(5):  # JupyterLab drops a run that comes before its kernel listens
                cell.first.click()
                page.keyboard.press("Shift+Enter")
                with contextlib.suppress(TimeoutError):
                    page.wait_for_selector(".figure svg", timeout=12_000)
                    break
            cell.nth(1).locator(".jp-InputArea-editor").click()
            page.keyboard.press("Shift+Enter")
            page.locator(".figure").nth(1).wait_for()
            drive(watched, name, tmp_path, cell, ".jp-InputArea-editor", "jupyterlab")
    SEEN.append(f"figures in JupyterLab: {len(NAMES)} dragged, typed, undone; the kernel followed both ways")


def test_jupyterlab_in_the_dark(browser, tmp_path):
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "from nnlab.widgets import Figure\nfrom IPython.display import display\n"
                + "\n".join(f"display(Figure({name!r}))" for name in NAMES)
            )
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(made, tmp_path / "dark.ipynb")
    with jupyterlab(tmp_path, theme="JupyterLab Dark") as address:
        watched = Watched(browser)
        page = watched.page
        page.set_viewport_size({"width": 1280, "height": 2700})
        page.goto(f"{address}/lab/tree/dark.ipynb")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
        watched.errors.clear()
        for _ in range(5):
            page.locator(".jp-Notebook .jp-Cell").first.click()
            page.keyboard.press("Shift+Enter")
            with contextlib.suppress(TimeoutError):
                page.locator(".figure").nth(len(NAMES) - 1).wait_for(timeout=12_000)
                break
        assert page.evaluate("document.body.dataset.jpThemeLight") == "false"
        page.screenshot(path=look_folder() / "figures" / "all-jupyterlab-dark.png")
        said, passed = axe(page, "{ include: [['.jp-OutputArea']] }", "{ runOnly: ['color-contrast'] }")
        assert said == [] and passed > 15
        watched.close()


def test_classic_notebook_with_colabs_versions(browser, twin, tmp_path):
    for name in NAMES:
        write(tmp_path, name)
    command = [
        str(twin),
        "-m",
        "notebook",
        "--no-browser",
        "--allow-root",
        "--port={port}",
        "--NotebookApp.token=",
        f"--notebook-dir={tmp_path}",
    ]
    env = {
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "settings"),
        "JUPYTER_PATH": "",
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "run"),
    }
    with served(command, tmp_path, env, "/api") as address:
        for name in NAMES:
            watched = Watched(browser)
            page = watched.page
            page.goto(f"{address}/notebooks/{name}.ipynb")
            page.locator("#kernel_indicator_icon.kernel_idle_icon").wait_for(timeout=90_000)
            page.wait_for_function(
                "window.Jupyter && Jupyter.notebook && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()"
            )
            watched.errors.clear()
            cell = page.locator("#notebook-container .code_cell")
            for k in range(2):
                cell.nth(k).locator(".CodeMirror").click()
                page.keyboard.press("Shift+Enter")
                page.locator(".figure").nth(k).wait_for(timeout=60_000)
            drive(watched, name, tmp_path, cell, ".CodeMirror", "notebook6")
    SEEN.append(
        f"figures in classic Notebook 6 with Colab's versions: {len(NAMES)} dragged, typed, undone; the kernel followed both ways"
    )
