"""nnlab.checks.mylab: what a student solved is kept, whole, and can be imported anywhere."""

import ast
import os
import re
import shutil
import subprocess
import sys
import time

import nbformat
import pytest
import torch
from shared import CAUGHT, SEEN

from nnlab.checks import mylab, sections
from nnlab.checks.exercise import Quiz
from nnlab.checks.mylab import keep, kept, yours
from nnlab.checks.sections import whole
from nnlab.course.execute import execute
from nnlab.course.mutants import chosen
from nnlab.course.notebooks import ROOT, code_cells, paths, printed, read
from nnlab.course.solve import names_in, solved
from nnlab.exercises.week01 import check


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A folder with the mylab.py of all solved notebooks, and the list of the cells that were run.

    A folder in it, with the name of a notebook, has the mylab.py as it is after that notebook.
    One kernel runs the exercises of all notebooks, in order, each notebook's imports before them, and the functions
    that it quotes from the package.
    """
    folder, cells = tmp_path_factory.mktemp("library"), []
    for path in paths():
        asked = read(path)
        for cell in code_cells(solved(asked)):
            if cell.id == "imports" or names_in(cell):
                source = cell.source
            elif any(tag.startswith("quotes:") for tag in cell.metadata.get("tags", ())):
                source = "\n".join(ast.unparse(node) for node in ast.parse(cell.source).body
                                   if isinstance(node, ast.FunctionDef | ast.ImportFrom))
            else:
                continue
            cells.append(nbformat.v4.new_code_cell(source, id=f"{path.stem}--{cell.id}"[:64]))

    def copy(cell):
        so_far, home = folder / "mylab.py", folder / cell.id.split("--")[0]
        home.mkdir(exist_ok=True)
        if so_far.exists():
            shutil.copy(so_far, home)

    run = execute(nbformat.v4.new_notebook(cells=cells), "all exercises", strict=True, mylab=str(folder), each=copy)
    return folder, run.cells


def test_mylab_of_a_solved_run_works_in_a_plain_process(library):
    folder, _ = library
    code = ("import mylab, sys; print('nnlab' in sys.modules); "
            "import torch; from nnlab.checks.judging import judge; from nnlab.exercises.week01 import check; "
            "names = ['Neuron', 'brightening']; "
            "print([judge(check.exercises[n], getattr(mylab, n)).kind for n in names]); "
            "print(mylab.Neuron(torch.tensor([2.0]), 1.0, torch.relu)(torch.tensor([3.0])))")
    done = subprocess.run([sys.executable, "-c", code], cwd=folder / "week01a_neurons", capture_output=True, text=True)
    assert done.stdout == "False\n['correct', 'correct']\ntensor(7.)\n", done
    SEEN.append("mylab.py of the solved week01a imports in a plain process: Neuron and brightening pass")


TRAINS = """
import mylab, torch
from nnlab.batches import Batches
from nnlab.checks.exercise import Quiz
from nnlab.checks.judging import is_correct
from nnlab.checks.mylab import kept
from nnlab.course.mutants import chosen
from nnlab.data import load, split
from nnlab.models import MLP

print([is_correct(e, getattr(mylab, e.name)) for _, e in chosen() if not isinstance(e, Quiz)])

names = ["week01.relu", "week01.cross_entropy", "week01.accuracy", "week03.train_step", "week03.one_epoch"]
data = load("fashion_mnist")
train, val = split(data.y_train, 1 / 6)
torch.manual_seed(0)
network = MLP([784, 30, 10], mylab.relu)
sgd = torch.optim.SGD(network.parameters(), lr=0.1)
batches = Batches(data.x_train[train], data.y_train[train], 50, shuffle=True)
losses = [mylab.one_epoch(network, batches, mylab.cross_entropy, sgd) for _ in range(3)]
with torch.no_grad():
    accuracy = mylab.accuracy(network(data.x_train[val]), data.y_train[val])
mine = [name for name in names if name in kept() and getattr(mylab, name.split(".")[1]).__module__ == "mylab"]
print(f"{len(mine)} of {len(names)} functions are yours: validation accuracy {float(accuracy):.3f}, losses falling: "
      f"{losses == sorted(losses, reverse=True)}")
"""


@pytest.fixture(scope="module")
def trained(library):
    """Two lines that TRAINS prints in a plain process beside the mylab.py of all solved notebooks."""
    folder, _ = library
    done = subprocess.run([sys.executable, "-c", TRAINS], cwd=folder, capture_output=True, text=True,
                          env=os.environ | {"NNLAB_MYLAB": str(folder), "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_exercise_of_the_course_is_right_kept_and_right_where_it_is_kept(library, trained):
    _, cells = library
    asked = [name for cell in cells for name in names_in(cell)]
    assert asked and all(printed(cell).count("✓ ") == len(names_in(cell)) for cell in cells)
    assert all(printed(cell).startswith("✓ ") for cell in cells if names_in(cell))
    assert sorted(asked) == sorted(exercise.name for _, exercise in chosen())
    with_code = [week for week, exercise in chosen() if not isinstance(exercise, Quiz)]
    assert trained[0] == str([True] * len(with_code)) and with_code.count("week01") == 18


def test_the_library_of_the_course_so_far_trains_fashion_mnist(library, trained):
    """mylab.py of all solved notebooks: the student's own loss, activation, accuracy and loop, and none of ours."""
    said = re.match(r"(\d) of 5 functions are yours: validation accuracy (0\.\d+), losses falling: True", trained[1])
    assert said and said[1] == "5" and float(said[2]) > 0.75, trained[1]
    text = (library[0] / "mylab.py").read_text(encoding="utf-8")
    assert not re.search(r"import.*nnlab\.(train|checks)", text)
    count = len(re.findall(r"^# ---- \w+\.\w+ ----$", text, re.M))
    SEEN.append(f"mylab.py of the solved course ({count} exercises): {trained[1]}")


def test_what_is_written_by_hand_stays(folder):
    keep("week01.relu", "def relu(x):\n    return x")
    file = folder / "mylab.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n\ndef mine():\n    return 'été'\n", encoding="utf-8")
    assert keep("week01.elu", "def elu(x):\n    return x") == ""
    assert keep("week01.relu", "def relu(x):\n    return 2 * x") == ""
    text = file.read_text(encoding="utf-8")
    assert "return 'été'" in text and text.count("def relu") == 1 and "return 2 * x" in text
    assert kept() == ["week01.relu", "week01.elu"]
    names = {}
    exec(text, names)
    assert names["mine"]() == "été" and names["relu"](2) == 4


ONE, TWO = ("# ---- week01.one ----\n@name\ndef one():\n    return 1\n# ---- end of week01.one ----\n",
            "# ---- week01.two ----\nk = 1\n\n\ndef two():\n    return 2\n# ---- end of week01.two ----\n")


@pytest.mark.parametrize("text, names", [
    (ONE + "\n\n" + TWO, ["week01.one", "week01.two"]),
    ("name = id\n\n\n" + ONE + "\ndef mine():\n    pass\n" + TWO, ["week01.one", "week01.two"]),
    (TWO, ["week01.two"]), ("# ---- week01.three ----\nthree = [1, 2]\n# ---- end of week01.three ----\n",
                            ["week01.three"]),
])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mark_that_was_deleted_is_found_again(text, names, end):
    text = text.replace("\n", end)
    assert whole(text) == text
    for line in [line for line in text.splitlines(keepends=True) if line.startswith("# ---- ")]:
        cut = text.replace(line, "")
        found = whole(cut)
        assert sections.names(cut) == names and whole(found) == found
        assert found.replace(line, "") == cut, "nothing else is changed"
        if "end of" in line or "k = 1" not in text:
            assert found == text, "and it stands where it stood"
    assert whole(text.removesuffix(end)).rstrip() == text.rstrip()


def test_a_mark_of_what_cannot_be_found_stays_alone():
    for text in ("# ---- week01.one ----\ndef other():\n    pass\n", "# ---- week01.one ----\ndef one(:\n",
                 "# ---- end of week01.one ----\n", "x = 1\n# ---- end of week01.one ----\n", ""):
        assert whole(text) == text and sections.names(text) == []


@pytest.mark.parametrize("spoil, fault", [
    (lambda raw: raw + b"\ndef half(:\n", "a syntax error at its end"),
    (lambda raw: raw.replace(b"return 1", b"return ("), "a syntax error in an exercise"),
    (lambda raw: raw + b"\n# \xff\xfe\n", "bytes that are no text"),
], ids=["end", "exercise", "bytes"])
def test_broken_file_is_kept_aside_and_what_can_be_read_taken_over(folder, spoil, fault):
    keep("week01.one", "def one():\n    return 1")
    keep("week01.two", "def two():\n    return 2")
    file = folder / "mylab.py"
    for aside in ("mylab.broken.py", "mylab.broken-2.py"):
        broken = spoil(file.read_bytes())
        file.write_bytes(broken)
        said = keep("week01.three", "def three():\n    return 3")
        assert f"it is kept as {aside}" in said and (folder / aside).read_bytes() == broken
        names = {}
        exec(file.read_text(encoding="utf-8"), names)
        assert names["two"]() == 2 and names["three"]() == 3
        assert ("one" in names) == (fault != "a syntax error in an exercise")
        keep("week01.one", "def one():\n    return 1")
    CAUGHT.append(("mylab.py", fault, said))


def test_a_dead_lock_is_broken_and_a_failed_write_changes_nothing(folder, monkeypatch):
    keep("week01.one", "def one():\n    return 1")
    lock = folder / "mylab.py.lock"
    lock.touch()
    os.utime(lock, (time.time() - 60,) * 2)
    keep("week01.two", "def two():\n    return 2")
    before = (folder / "mylab.py").read_text(encoding="utf-8")

    def full(*_, **__):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(mylab, "replacing", full)
    with pytest.raises(OSError, match="No space left"):
        keep("week01.three", "def three():\n    return 3")
    assert (folder / "mylab.py").read_text(encoding="utf-8") == before and not lock.exists()


def test_where_it_is(tmp_path, monkeypatch):
    monkeypatch.delenv("NNLAB_MYLAB")
    monkeypatch.chdir(tmp_path)
    assert mylab.path() == tmp_path / "mylab.py" and kept() == []
    monkeypatch.setattr(mylab, "DRIVE", tmp_path / "MyDrive")
    (tmp_path / "MyDrive").mkdir()
    assert mylab.path() == tmp_path / "MyDrive" / "mylab.py"
    (tmp_path / "MyDrive" / "Colab Notebooks").mkdir()
    assert mylab.path() == tmp_path / "MyDrive" / "Colab Notebooks" / "mylab.py"


def test_yours_is_right_or_the_reference(folder, capsys):
    reference = check.exercises["relu"].reference
    assert yours("week01.relu") is reference and capsys.readouterr().out == ""
    keep("week01.relu", "def relu(x):\n    return x.clamp(min=0)")
    assert yours("week01.relu") is not reference and yours("week01.relu")(torch.tensor(-1.0)) == 0
    keep("week01.relu", "def relu(x):\n    return x")
    assert yours("week01.relu") is reference and "is not right any more" in capsys.readouterr().out
    keep("week01.relu", "1 / 0")
    assert yours("week01.relu") is reference and "cannot be imported (ZeroDivisionError" in capsys.readouterr().out
    for name, said in (("week99.relu", "no week 'week99'"), ("relu", "no week 'relu'"),
                       ("week01.rely", "no exercise 'rely' in week01")):
        with pytest.raises(ValueError, match=said):
            yours(name)
