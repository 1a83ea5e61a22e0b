"""nnlab.progress: silent, in a terminal, and in a notebook that strict nbval compares."""

import io
import os
import subprocess
import sys
import types

import nbformat
import pytest
from shared import SEEN

from nnlab.course.execute import execute
from nnlab.course.notebooks import ROOT, write
from nnlab.progress import bar

CELL = """import time
from nnlab.progress import bar
steps = bar(5, "training")
for k in range(5):
    steps.update(f"loss {1 / (k + 1):.2f}")
steps.close()"""


def test_silent_and_terminal(capsys):
    for show in (False, True):
        steps = bar(3, "work", show=show)
        for _ in range(3):
            steps.update("text")
        steps.close()
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("total, unit, middle, last", [
    (5, "step", 'max="5" value="2" aria', 'max="5" value="2"'), (None, "step", "<progress aria", 'max="2" value="2"'),
    (3_500_000, "B", "1.5 MB/3.5 MB", "1.5 MB/3.5 MB"), (None, "B", "(work) 1.5 MB ", "1.5 MB/1.5 MB")])
def test_notebook_bar_of_known_and_unknown_length(monkeypatch, total, unit, middle, last):
    monkeypatch.setattr("nnlab.progress.in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda shown, display_id: types.SimpleNamespace(update=print))
    steps = bar(total, "(work)", unit=unit)
    for _ in range(2):
        steps.update("a < b", amount=750_000 if unit == "B" else 1)
    shown = steps._repr_html_()
    assert middle in shown and "a &lt; b" in shown and "None" not in shown and repr(steps) == "((work))"
    steps.close()
    assert last in steps._repr_html_()


def test_terminal_bar_counts_bytes(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True
    monkeypatch.setattr("sys.stderr", Terminal())
    for total in (2_000_000, None):
        steps = bar(total, "download", unit="B")
        steps.update("mirror", amount=1_000_000)
        steps._bar.refresh()
        steps.close()
    said = sys.stderr.getvalue()
    assert "1.00M/2.00M" in said and "B/s" in said and "None" not in said


def test_notebook_shows_the_last_step_and_passes_strict_comparison(tmp_path):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL, id="bar")], metadata={
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    run = execute(made, "bar")
    (output,) = run.cells[0].outputs
    assert output.data["text/plain"] == "(training)"
    assert 'max="5" value="5"' in output.data["text/html"] and "loss 0.20" in output.data["text/html"]
    output.pop("transient", None)
    write(run, tmp_path / "bar.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-o", "addopts=", f"--rootdir={tmp_path}",
               "-p", "conftest"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([*command, "bar.ipynb"], cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert "1 passed" in done.stdout, done.stdout
    SEEN.append("progress bar in a notebook: passes strict nbval")
