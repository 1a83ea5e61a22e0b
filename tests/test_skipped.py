"""nnlab.skipped: below the traceback of a name that is not defined stands which cell to run first."""

import sys
import types

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nnlab import skipped
from nnlab.exercises.week01 import check


@pytest.fixture
def kernel(monkeypatch, capsys):
    """Function that runs a cell in a fresh IPython shell, the one that is running, and returns what is printed."""
    had = InteractiveShell._instance
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    before, main = sys.modules.get("__main__"), types.ModuleType("__main__")
    shell.user_module, shell.user_ns = main, main.__dict__
    monkeypatch.setitem(sys.modules, "__main__", main)
    skipped.explain_skipped_cells()

    def run(cell):
        capsys.readouterr()
        result = shell.run_cell(cell, store_history=True)
        return capsys.readouterr().out, result.error_in_exec
    run.shell = shell
    yield run
    InteractiveShell.clear_instance()
    InteractiveShell._instance = had
    sys.modules["__main__"] = before


@pytest.mark.parametrize("cell, said", [
    ("relu(3)", "`relu` is an exercise: run the cell with `def relu` first."),
    ("def f():\n    return Neuron\nf()", "`Neuron` is an exercise: run the cell with `class Neuron` first."),
    ("print(six_steps)", '`six_steps` is an exercise: run the cell with `check.value("six_steps", ...)` first.'),
    ("x_train", "`x_train` is not defined yet: run the cells above this one first."),
    ("plt.plot([1])", "`plt` is not defined yet: run the cells above this one first."),
    ("x_train = 1\nx_trian", "`x_trian` is not defined: did you mean `x_train`?"),
    ("pritn(3)", "`pritn` is not defined: did you mean `print`?"),
    ("from nnlab.exercises.week01 import check\ncheck = 3\ncheck.progress()",
     "`check` is not the course's any more: run from nnlab.exercises.week0"),
])
def test_a_line_stands_below_the_traceback(kernel, cell, said):
    out, error = kernel(cell)
    assert type(error).__name__ in out and out.splitlines()[-1].startswith(said)
    assert out.count(said) == 1


@pytest.mark.parametrize("cell", [
    "1 / 0", "raise NameError('mine')", "def f():\n    y += 1\nf()", "import nowhere_at_all", "{}['relu']", "relu = (",
    "import textwrap\ntextwrap.dedent(3)", "eval('relu', {})", "checks = 3\nchecks.progress()",
    "try:\n    relu\nexcept NameError:\n    pass", "1 + 1", "class A:\n    pass\nA().relu",
    "from nnlab.exercises.week01 import check\ncheck.hints('relu')"])
def test_other_errors_stay_as_they_are(kernel, cell):
    out, _ = kernel(cell)
    assert not any(words in out.splitlines()[-1:] for words in ("first.", "did you mean", "any more")), out
    assert "is an exercise" not in out and "not defined yet" not in out and "any more" not in out


def test_it_is_installed_once(kernel):
    for _ in range(3):
        skipped.explain_skipped_cells()
    kernel("from nnlab.exercises.week01 import check\n@check\ndef relu(x):\n    ...\ndel relu")
    out, _ = kernel("relu")
    assert out.count("is an exercise") == 1


def test_a_fault_of_ours_is_not_seen(kernel, monkeypatch):
    monkeypatch.setattr(skipped, "advice", lambda *_: 1 / 0)
    out, error = kernel("relu")
    assert type(error) is NameError and "ZeroDivisionError" not in out and "skipped.py" not in out


def test_nothing_happens_outside_a_notebook(monkeypatch):
    monkeypatch.setattr(InteractiveShell, "_instance", None)
    skipped.explain_skipped_cells()
    monkeypatch.delitem(sys.modules, "IPython")
    skipped.explain_skipped_cells()


def test_weeks_of_exercises():
    assert skipped.week_of("relu") == "week01" and skipped.week_of("nothing at all") is None
    assert skipped.exercises("week01") is check.exercises and skipped.exercises("week99") == {}
