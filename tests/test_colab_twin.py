"""The Colab twin: Python 3.13 with Colab's versions, a stand-in for google.colab, the course from a git remote.

The notebook's own first cell does all the rest, in an empty folder. What only Colab's own page does (its forms, its widget
manager, its Drive) is not tried here.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from colab_python import PINS, run, versions
from nbclient import NotebookClient
from shared import SEEN

from nnlab import __version__
from nnlab.course.notebooks import ROOT, code_cells, printed, read
from nnlab.course.render import address

pytestmark = pytest.mark.twin
STAND_IN = ROOT / "tests" / "colab"


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """A git remote that holds the working tree under its release's tag, and on main something newer that breaks everything."""
    repository = tmp_path_factory.mktemp("remote") / "repository"
    for name in run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).exists():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, repository / name)
    git = ["git", "-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "init.defaultBranch=main"]
    run(*git, "init", "-q", cwd=repository)
    run(*git, "add", "-A", cwd=repository)
    run(*git, "commit", "-qm", "The release", cwd=repository)
    run(*git, "tag", f"v{__version__}", cwd=repository)
    (repository / "nnlab" / "__init__.py").write_text('raise ImportError("main has moved on")\n', encoding="utf-8")
    (repository / "colab_setup.sh").unlink()
    run(*git, "commit", "-qam", "main moves on", cwd=repository)
    return repository


@pytest.fixture
def colab(twin, remote, tmp_path, monkeypatch):
    """An empty folder, and a kernel "colab" that is the twin: google.colab is there, and the address leads to `remote`."""
    site = run(twin, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    Path(site, "nnlab.pth").unlink(missing_ok=True)
    kernel = tmp_path / "jupyter" / "kernels" / "colab"
    kernel.mkdir(parents=True)
    env = {"PYTHONPATH": str(STAND_IN), "NNLAB_DATA": str(remote / "data"), "GIT_CONFIG_COUNT": "1",
           "GIT_CONFIG_KEY_0": f"url.{remote.as_uri()}.insteadOf", "GIT_CONFIG_VALUE_0": address()}
    (kernel / "kernel.json").write_text(json.dumps({
        "argv": [str(twin), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Colab", "language": "python",
        "env": env}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    empty = tmp_path / "content"
    empty.mkdir()
    return empty


def client(notebook, folder):
    return NotebookClient(notebook, kernel_name="colab", timeout=300, resources={"metadata": {"path": str(folder)}})


def test_first_cell_in_an_empty_folder_changes_no_version(colab, twin, notebook_path):
    before = versions(twin)
    pinned = {line for line in PINS.read_text(encoding="utf-8").split() if "==" in line}
    assert {pin.lower() for pin in pinned} <= {version.split("+")[0].lower() for version in before}
    notebook = read(notebook_path)
    notebook.cells = [code_cells(notebook)[0], code_cells(notebook)[0].copy()]
    notebook.cells[1].source += ("\nimport google.colab.output as output\nimport nnlab.widgets\nnnlab.widgets.Figure('neuron')\n"
                                 "print(nnlab.__file__, output.enabled)")
    client(notebook, colab).execute()
    said, again = (printed(cell) for cell in notebook.cells)
    home = colab / f"nnlab-{__version__}"
    assert said.strip() == f"nnlab {__version__} is ready in {home}: all 8 packages present, nothing installed."
    assert again.strip().splitlines() == [said.strip(), "", f"{home / 'nnlab' / '__init__.py'} 1"]  # run twice: nothing new
    assert versions(twin) == before
    assert [path.name for path in colab.iterdir()] == [home.name]
    # A restarted kernel, elsewhere, finds the course without the first cell.
    assert run(twin, "-c", "import nnlab; print(nnlab.__file__)", cwd="/").strip() == str(home / "nnlab" / "__init__.py")


def test_notebook_is_strictly_the_same_there(colab, notebook_path):
    """An old copy, alone in a folder, while main has moved on: every claim holds on Colab's versions and on the embedded data."""
    for path in (notebook_path, ROOT / "conftest.py"):  # which says what nbval leaves out
        shutil.copy(path, colab)
    done = subprocess.run([sys.executable, "-m", "pytest", "--nbval", "--nbval-kernel-name=colab", "-q", "-p", "no:cacheprovider",
                           "-o", "addopts=", f"--rootdir={colab}", notebook_path.name], cwd=colab, capture_output=True, text=True)
    count = len(code_cells(read(notebook_path)))
    assert done.returncode == 0 and f"{count} passed" in done.stdout, done.stdout[-4000:]
    told = ("torch=", "numpy=", "ipython=", "ipywidgets=")
    pins = [pin for pin in PINS.read_text(encoding="utf-8").split() if pin.startswith(told)]
    SEEN.append(f"Colab twin: {notebook_path.stem}, {count} cells as stored, under {', '.join(pins)}")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small environment, and a project that wants one package which is missing; `wanted` writes what it wants."""
    folder = tmp_path_factory.mktemp("small")
    uv = Path(sys.executable).with_name("uv")
    run(uv, "venv", "-q", "--seed", "--python", sys.executable, folder / "venv")
    python = folder / "venv" / "bin" / "python"
    run(uv, "pip", "install", "-q", "--python", python, "packaging==21.0", "pyparsing==2.4.7")
    shutil.copy(ROOT / "colab_setup.sh", folder)

    def wanted(*dependencies):
        (folder / "pyproject.toml").write_text(
            f'[project]\nname = "nnlab"\nversion = "1"\ndependencies = {json.dumps(dependencies)}\n', encoding="utf-8")
        return subprocess.run(["bash", str(folder / "colab_setup.sh"), "--into", str(python)], capture_output=True, text=True)
    return python, wanted


def test_setup_adds_only_what_is_missing(small):
    python, wanted = small
    done = wanted("packaging>=20", "six>=1.16")
    assert done.returncode == 0 and "installed six>=1.16" in done.stdout and done.stdout.count("\n") == 1
    assert "packaging==21.0" in versions(python)
    again = wanted("packaging>=20", "six>=1.16")
    assert again.returncode == 0 and "all 2 packages present, nothing installed" in again.stdout


def test_setup_would_rather_fail_than_change_what_is_there(small):
    python, wanted = small
    before = versions(python)
    done = wanted("packaging>=20", "black>=24")  # which wants packaging 22 or newer
    assert done.returncode != 0 and "could not install black>=24 beside what is here" in done.stderr
    assert "packaging" in done.stderr.split("here:")[1]  # pip's own word: the conflict, not the network
    assert versions(python) == before
