"""JupyterLab and the classic Notebook as the figures' tests use them: a server, and a notebook open in Chromium."""

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
from playwright.sync_api import TimeoutError

from nnlab.course.normalize import normal
from nnlab.course.notebooks import ROOT

# Which figure the cells show, stands in the file "name"; its state, in the file "state". The fifth cell shows them all.
CELLS = [
    """import json, pathlib
from IPython.display import display
from nnlab import widgets
from nnlab.widgets import Figure
def follow(figure):
    write = lambda change: pathlib.Path("state").write_text(json.dumps(figure.state))
    figure.observe(write, "state")
    return figure""",
    'name, change = json.loads(pathlib.Path("name").read_text())\nfirst = follow(Figure(name))\nfirst',
    "other = Figure(name)\nother",
    "first.state = {**first.state, **change}",
    "for name in widgets.names():\n    display(Figure(name))",
]


FOLDED = "print('drawn')"  # in the last cell, which is tagged as one that only draws


def write_notebook(folder):
    """A notebook of `CELLS` and a folded cell, in `folder` and in the course's normal form."""
    cells = [*map(nbformat.v4.new_code_cell, CELLS), nbformat.v4.new_code_cell(FOLDED, metadata={"tags": ["draws"]})]
    made = nbformat.v4.new_notebook(cells=cells)
    normal(made)
    for cell in made.cells:
        cell.execution_count = None
    nbformat.write(made, folder / "figures.ipynb")


def until(holds, what, seconds=20):
    """Wait until `holds()` is true; fail with `what()` if that takes longer than `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            pytest.fail(str(what()))
        time.sleep(0.02)


@contextlib.contextmanager
def served(command, folder, env):
    """Address of the server that `command` starts with a free port in `folder`, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answers():
        with contextlib.suppress(OSError):
            return opener.open(f"{address}/api", timeout=1)

    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen([*command, f"--port={port}"], stdout=log, stderr=subprocess.STDOUT, cwd=folder,
                                  env=os.environ | {"NO_PROXY": "127.0.0.1"} | env)
    try:
        until(answers, (folder / "server.log").read_text, seconds=60)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def jupyterlab(folder):
    """Address of a JupyterLab that serves `folder`."""
    settings = folder / "settings" / "lab"
    extension = settings / "@jupyterlab" / "apputils-extension"
    extension.mkdir(parents=True)
    (extension / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}', encoding="utf-8")
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port_retries=0",
        "--IdentityProvider.token=", f"--notebook-dir={folder}", "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=True",
    ]
    return served(command, folder, {
        "JUPYTER_CONFIG_DIR": str(folder / "settings"), "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "settings" / "spaces"),
    })


def classic(folder, python):
    """Address of the classic Notebook of the Python at the path `python`, which serves `folder`."""
    command = [str(python), "-m", "notebook", "--no-browser", "--allow-root", "--NotebookApp.token=",
               f"--notebook-dir={folder}"]
    return served(command, folder, {
        "PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(folder / "settings"), "JUPYTER_PATH": "",
        "JUPYTER_RUNTIME_DIR": str(folder / "run"),
    })


class Opened:
    """The notebook open in a page, and what went wrong there.

    Args:
        browser: a running Chromium.
        folder: where the notebook lies.
        address: the notebook's, on its server.
        cells: selector of the notebook's cells.
        editor: selector, in a cell, of where one types.
    """

    def __init__(self, browser, folder, address, cells, editor):
        self.folder, self.editor = folder, editor
        self.errors, self.frames = [], []
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("websocket", lambda one: one.on("framereceived", lambda frame: self.frames.append(str(frame))))
        self.page.goto(address)
        self.cells = self.page.locator(cells)

    def run(self, k):
        """Run the cell number `k` by mouse and keyboard."""
        self.cells.nth(k).locator(self.editor).click()
        self.page.keyboard.press("Shift+Enter")

    def first_run(self, done):
        """Run the first cell until the kernel has `done` so: a run that comes before it listens is dropped."""
        for _ in range(5):
            self.run(0)
            with contextlib.suppress(TimeoutError):
                done()
                return

    def states(self):
        """States of all figures on the page."""
        texts = self.page.locator(".figure textarea").evaluate_all("nodes => nodes.map((node) => node.value)")
        return [json.loads(text) for text in texts if text]

    def written(self):
        """The state that the kernel wrote last; None where it has written none."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads((self.folder / "state").read_text(encoding="utf-8"))

    def well(self):
        """No error has shown on the page, nor in the kernel."""
        assert self.errors == [] and not any('"ename"' in frame for frame in self.frames)
