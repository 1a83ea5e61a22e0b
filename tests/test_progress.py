"""nnlab.progress: silent, in a terminal, and in a notebook that strict nbval compares."""

import os
import subprocess
import sys

import nbformat
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
