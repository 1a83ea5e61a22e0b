"""Exercises in a real kernel, on both stacks: every mistake of a student gets an explanation, and no answer is lost."""

import json
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from shared import SEEN
from situations import SITUATIONS, said

from nnlab.course.notebooks import ROOT


def told(kernel, folder):
    """Dictionary from each situation to the list of texts that its cells print, all run in one fresh kernel."""
    cells = [nbformat.v4.new_code_cell(cell) for cells in SITUATIONS.values() for cell, _ in cells]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, kernel_name=kernel, timeout=60, allow_errors=True,
                            resources={"metadata": {"path": str(folder)}})
    with client.setup_kernel():
        client.kc.allow_stdin = True  # as a notebook's page does: input() asks there, and waits
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    texts = iter(said(cell) for cell in notebook.cells)
    return {name: [next(texts) for _ in cells] for name, cells in SITUATIONS.items()}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Texts from a kernel of this environment."""
    patch, folder = pytest.MonkeyPatch(), tmp_path_factory.mktemp("here")
    patch.setenv("NNLAB_MYLAB", str(folder))
    yield told("python3", folder)
    patch.undo()


@pytest.fixture(scope="module")
def colab(twin, tmp_path_factory):
    """Texts from a kernel with Colab's versions."""
    patch, folder = pytest.MonkeyPatch(), tmp_path_factory.mktemp("colab")
    kernel = folder / "jupyter" / "kernels" / "colab"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({
        "argv": [str(twin), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Colab", "language": "python",
        "env": {"PYTHONPATH": str(ROOT), "NNLAB_MYLAB": str(folder)}}), encoding="utf-8")
    patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
    yield told("colab", folder)
    patch.undo()


@pytest.mark.parametrize("stack", ["here", pytest.param("colab", marks=pytest.mark.twin)])
@pytest.mark.parametrize("name", SITUATIONS)
def test_situation(name, stack, request):
    texts = request.getfixturevalue(stack)[name]
    for (cell, expected), text in zip(SITUATIONS[name], texts, strict=True):
        wanted = () if expected is None else (expected,) if isinstance(expected, str) else expected
        shown = f"{cell}\n---\n{text}"
        for part in wanted:
            assert (part[1:] not in text) if part[0] == "!" else (part in text), shown
        assert "nnlab/checks" not in text, shown
        if "ERROR" not in wanted:
            assert "Traceback" not in text, shown
            assert "ERROR" not in text or any(part.startswith("ERROR") for part in wanted), shown
        if cell.count("@check") == 1 and text.startswith(("✗", "○", "✓")):
            verdict = text.split("image/png")[0].split("  Your answer prints")[0]
            assert len(verdict.rstrip().split("\n")) <= 6, text
    if name == list(SITUATIONS)[-1]:
        SEEN.append(f"situations of exercises in a kernel, {stack}: {len(SITUATIONS)}")


def test_two_notebooks_on_one_mylab(tmp_path, monkeypatch):
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    code = ("from nnlab.checks import mylab\nimport sys\n"
            "for k in range(25):\n    name = f'{sys.argv[1]}{k}'\n"
            "    mylab.keep(f'week01.{name}', f'def {name}():\\n    return {k}')")
    running = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("one", "two")]
    assert [process.wait(60) for process in running] == [0, 0]
    text = (tmp_path / "mylab.py").read_text(encoding="utf-8")
    names = {}
    exec(text, names)
    assert all(names[f"{name}{k}"]() == k for name in ("one", "two") for k in range(25))
    assert [path.name for path in tmp_path.iterdir()] == ["mylab.py"]
