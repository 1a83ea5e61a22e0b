"""nnlab.checks.mylab: what a student solved is kept, whole, and can be imported anywhere."""

import os
import re
import subprocess
import sys
import time

import nbformat
import pytest
import torch
from shared import CAUGHT, SEEN

from nnlab.checks import mylab
from nnlab.checks.exercise import Quiz
from nnlab.checks.mylab import keep, kept, yours
from nnlab.course.execute import execute
from nnlab.course.notebooks import NOTEBOOKS, ROOT, code_cells, paths, printed, read
from nnlab.course.solve import names_in, solved
from nnlab.exercises.week01 import check


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    return tmp_path


def test_mylab_of_a_solved_run_works_in_a_plain_process(tmp_path):
    path = NOTEBOOKS / "week01a_neurons.ipynb"
    execute(solved(read(path)), path.name, strict=True, mylab=str(tmp_path))
    code = ("import mylab, torch; from nnlab.checks.judging import judge; from nnlab.exercises.week01 import check; "
            "names = ['Neuron', 'relu']; print([judge(check.exercises[n], getattr(mylab, n)).kind for n in names]); "
            "print(mylab.Neuron(torch.tensor([2.0]), 1.0, mylab.relu)(torch.tensor([3.0])))")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "['correct', 'correct']\ntensor(7.)\n", done
    alone = subprocess.run([sys.executable, "-c", "import mylab, sys; print('nnlab' in sys.modules)"], cwd=tmp_path,
                           capture_output=True, text=True)
    assert alone.stdout == "False\n", alone
    SEEN.append("mylab.py of the solved week01a imports in a plain process: Neuron and relu pass")


def test_every_exercise_of_the_week_solved_in_one_notebook(tmp_path):
    """The stubs of all exercises, in order, filled in as a solved build does: each is right, kept, and right where it is kept."""
    start, cells = "from nnlab.exercises.week01 import check\n\n", ["import torch"]
    for exercise in check.exercises.values():
        if isinstance(exercise, Quiz):
            cells.append(f'{start}{exercise.name} = check.value("{exercise.name}", [...])')
        elif isinstance(exercise.reference, type):
            cells.append(f"{start}@check\nclass {exercise.name}:\n    def __init__(self, *arguments):\n        ...")
        else:
            cells.append(f"{start}@check\ndef {exercise.name}(*arguments):\n    ...")
    asked = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    run = execute(solved(asked), "all of week 1", strict=True, mylab=str(tmp_path))
    assert all(printed(cell).startswith("✓ ") for cell in run.cells[1:])
    code = ("import mylab; from nnlab.checks.exercise import Quiz; from nnlab.checks.judging import judge; from nnlab.exercises.week01 import check; "
            "print([judge(e, getattr(mylab, e.name)).kind for e in check.exercises.values() if not isinstance(e, Quiz)])")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == f"{['correct'] * 15}\n", done


def test_what_is_written_by_hand_stays(folder):
    keep("week01.relu", "def relu(x):\n    return x")
    file = folder / "mylab.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n\ndef mine():\n    return 'été'\n", encoding="utf-8")
    assert keep("week01.elu", "def elu(x):\n    return x") == "" and keep("week01.relu", "def relu(x):\n    return 2 * x") == ""
    text = file.read_text(encoding="utf-8")
    assert "return 'été'" in text and text.count("def relu") == 1 and "return 2 * x" in text
    assert kept() == ["week01.relu", "week01.elu"]
    names = {}
    exec(text, names)
    assert names["mine"]() == "été" and names["relu"](2) == 4


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


TRAINS = """
import mylab, torch
from nnlab.batches import Batches
from nnlab.checks.mylab import kept
from nnlab.data import load, split
from nnlab.models import MLP

names = ["week01.relu", "week01.cross_entropy", "week01.accuracy", "week03.train_step", "week03.one_epoch"]
data = load("fashion_mnist")
fit_on, watch = split(data.y_train, 1 / 6)
torch.manual_seed(0)
network = MLP([784, 30, 10], mylab.relu)
sgd = torch.optim.SGD(network.parameters(), lr=0.1)
batches = Batches(data.x_train[fit_on], data.y_train[fit_on], 50, shuffle=True)
losses = [mylab.one_epoch(network, batches, mylab.cross_entropy, sgd) for _ in range(3)]
with torch.no_grad():
    share = mylab.accuracy(network(data.x_train[watch]), data.y_train[watch])
mine = [name for name in names if name in kept() and getattr(mylab, name.split(".")[1]).__module__ == "mylab"]
print(f"{len(mine)} of {len(names)} functions are yours: {float(share):.3f} of new pictures named right, losses falling: "
      f"{losses == sorted(losses, reverse=True)}")
"""


def test_the_library_of_the_course_so_far_trains_fashion_mnist(tmp_path):
    """mylab.py of all solved notebooks: the student's own loss, activation, accuracy and loop, and none of ours."""
    for path in paths():
        asked = read(path)
        wanted = {cell.id for cell in code_cells(asked) if cell.id == "imports" or names_in(cell)}
        full = solved(asked)
        full.cells = [cell for cell in full.cells if cell.id in wanted]
        execute(full, path.name, strict=True, mylab=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", TRAINS], cwd=tmp_path, capture_output=True, text=True,
                          env=os.environ | {"NNLAB_MYLAB": str(tmp_path), "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    said = re.match(r"(\d) of 5 functions are yours: (0\.\d+) of new pictures named right, losses falling: True", done.stdout)
    assert said and said[1] == "5" and float(said[2]) > 0.75, done.stdout
    text = (tmp_path / "mylab.py").read_text(encoding="utf-8")
    assert not re.search(r"import.*nnlab\.(train|checks)", text)
    SEEN.append(f"mylab.py of the solved course ({len(kept_in(text))} exercises): {done.stdout.strip()}")


def kept_in(text):
    """Names of the exercises in the text of a mylab.py."""
    return re.findall(r"^# ---- (\w+\.\w+) ----$", text, re.M)
