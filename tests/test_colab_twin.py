"""The Colab twin: Python 3.13 with Colab's versions, a stand-in for google.colab, the course from a git remote.

The notebook's own first cell does all the rest, in an empty folder. What only Colab's own page does (its forms, its
widget manager, its Drive) is not tried here. tests/test_first_cell.py tries the first cell elsewhere.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from colab_python import PINS, run
from nbclient import NotebookClient
from shared import SEEN
from small import released, versions

from nnlab import __version__, packages
from nnlab.course.frame import address
from nnlab.course.notebooks import ROOT, code_cells, printed, read
from nnlab.course.publish import first_cell

pytestmark = pytest.mark.twin
STAND_IN = ROOT / "tests" / "colab"
HOME = f"nnlab-{__version__}"


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """A git remote that holds the release."""
    return released(tmp_path_factory.mktemp("remote"))


@pytest.fixture
def colab(twin, remote, tmp_path, monkeypatch):
    """An empty folder, and a kernel "colab" that is the twin: google.colab is there, the address leads to `remote`."""
    lasting = next(Path(twin).parents[1].glob("lib/python3*/site-packages")) / "nnlab.pth"
    lasting.unlink(missing_ok=True)
    kernel = tmp_path / "jupyter" / "kernels" / "colab"
    kernel.mkdir(parents=True)
    env = {"PYTHONPATH": str(STAND_IN), "NNLAB_DATA": str(remote / "data"), "GIT_CONFIG_COUNT": "1",
           "GIT_CONFIG_KEY_0": f"url.{remote.as_uri()}.insteadOf", "GIT_CONFIG_VALUE_0": address()}
    (kernel / "kernel.json").write_text(json.dumps({
        "argv": [str(twin), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Colab",
        "language": "python", "env": env}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    empty = tmp_path / "content"
    empty.mkdir()
    yield empty
    lasting.unlink(missing_ok=True)


def test_first_cell_in_an_empty_folder_changes_no_version(colab, twin):
    """Once for all notebooks: the linter holds that their first cells are the same."""
    before = versions(twin)
    pinned = {tuple(line.split("==")) for line in PINS.read_text(encoding="utf-8").split() if "==" in line}
    assert pinned <= {(name.lower(), version.split("+")[0]) for name, version in before.items()}
    ask = ("import google.colab.output as output\nimport nnlab.widgets\nnnlab.widgets.Figure('neuron')\n"
           "print(nnlab.__file__, output.enabled)")
    cells = [nbformat.v4.new_code_cell(source) for source in (first_cell(), first_cell(), ask)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="colab", timeout=300, resources={"metadata": {"path": str(colab)}}).execute()
    said, again, asked = (printed(cell) for cell in notebook.cells)
    home = colab / HOME
    count = len(packages.requirements())
    assert said == f"nnlab {__version__} is ready in {home}: all {count} packages present, nothing installed.\n"
    assert again == "" and asked == f"{home / 'nnlab' / '__init__.py'} 1\n"  # run twice: nothing new
    assert versions(twin) == before
    assert [path.name for path in colab.iterdir()] == [home.name]
    # A restarted kernel, elsewhere, finds the course without the first cell.
    found = run(twin, "-c", "import nnlab; print(nnlab.__file__)", cwd="/").strip()
    assert found == str(home / "nnlab" / "__init__.py")


def test_notebook_is_strictly_the_same_there(colab, notebook_path):
    """An old copy, alone in a folder, while main has moved on: all claims hold with Colab's versions, embedded data."""
    for path in (notebook_path, ROOT / "conftest.py"):  # which says what nbval leaves out
        shutil.copy(path, colab)
    done = subprocess.run([sys.executable, "-m", "pytest", "--nbval", "--nbval-kernel-name=colab", "-q", "-p",
                           "no:cacheprovider", "-o", "addopts=", f"--rootdir={colab}", notebook_path.name],
                          cwd=colab, capture_output=True, text=True)
    count = len(code_cells(read(notebook_path)))
    assert done.returncode == 0 and f"{count} passed" in done.stdout, done.stdout[-4000:]
    assert (colab / HOME / "nnlab").is_dir()  # its own first cell got the course
    told = ("torch=", "numpy=", "ipython=", "ipywidgets=")
    pins = [pin for pin in PINS.read_text(encoding="utf-8").split() if pin.startswith(told)]
    SEEN.append(f"Colab twin: {notebook_path.stem}, {count} cells as stored, under {', '.join(pins)}")
