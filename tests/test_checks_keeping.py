"""nnlab.checks.keeping: what is called kept is right in mylab.py; what is not kept is named, with what to do."""

import contextlib
import io
import linecache
import subprocess
import sys
import time

import pytest
import torch
from shared import SEEN

from nnlab.checks import mylab
from nnlab.checks.core import Checks
from nnlab.exercises.week01 import check as week01
from nnlab.exercises.week03 import check as week03

X = torch.tensor([-2.0, 0.0, 3.0])
ANSWER = "@check\ndef relu(x):\n    return x.clamp(min={})\n"


def cell(*lines, low="low"):
    """Lines of a cell above an answer that needs `low`."""
    return "\n".join(lines) + "\n" + ANSWER.format(low)


KEPT = {
    "nothing": cell(low="0"),
    "a list appended to": cell("low = []", "low.append(0.0)", low="low[0]"),
    "a list inside a dictionary": cell("low = {'a': []}", "low['a'].append(0.0)", low="low['a'][0]"),
    "a dictionary filled": cell("low = {}", "low['low'] = 0.0", low="low['low']"),
    "a dictionary updated": cell("low = {}", "low.update(low=0.0)", low="low['low']"),
    "+=": cell("low = -1.0", "low += 1.0"),
    "assigned twice": cell("low = -1.0", "low = 0.0"),
    "assigned from itself": cell("low = -1.0", "low = low + 1"),
    "a slice": cell("low = [5.0, 6.0]", "low[:] = [0.0]", low="low[0]"),
    "del": cell("low = [5.0, 0.0]", "del low[0]", low="low[0]"),
    "an attribute": cell("class low:", "    pass", "low.at = 0.0", low="low.at"),
    "in place, by a tensor": cell("low = torch.ones(())", "low.data.zero_()"),
    "in place, by a function": cell("low = torch.ones(())", "torch.nn.init.zeros_(low)"),
    "a result that is thrown away": cell("low = [0.0, 5.0]", "last = low.pop()", low="low[-1]"),
    "another name for the same list": cell("low = []", "alias = low", "alias.append(0.0)", low="low[0]"),
    "a function that fills": cell("low = []", "def fill(a):", "    a.append(0.0)", "fill(low)", low="low[0]"),
    "with": cell("with torch.no_grad():", "    low = torch.zeros(())"),
    "with as": cell("import contextlib", "with contextlib.nullcontext(0.0) as low:", "    pass"),
    "if": cell("if torch.ones(1) > 0:", "    low = 0.0", "else:", "    low = 1.0"),
    "for": cell("for low in (2.0, 1.0, 0.0):", "    pass"),
    "a loop that fills": cell("low = []", "for k in range(3):", "    low.append(float(k))", low="low[0]"),
    "while": cell("low = 3.0", "while low > 0:", "    low -= 1"),
    "try": cell("try:", "    import nowhere", "    low = 5.0", "except ImportError:", "    low = 0.0"),
    "match": cell("match [0.0, 1]:", "    case [low, *_]:", "        pass"),
    "walrus": cell("(low := 0.0)"),
    "walrus in a comprehension": cell("every = [last := k for k in (1.0, 0.0)]", "low = last"),
    "star": cell("high, *low = 1.0, 0.0", low="low[0]"),
    "a chain": cell("low = high = 0.0"),
    "annotated": cell("low: float = 0.0"),
    "import as": cell("import math as m", "low = m.sin(0.0)"),
    "from import as": cell("from math import sin as s", low="s(0.0)"),
    "import star": cell("from math import *", low="sin(0.0)"),
    "a module's own module": cell("import torch.nn.functional", low="torch.nn.functional.softsign(torch.zeros(()))"),
    "def in an if": cell("if True:", "    def zero():", "        return 0.0", low="zero()"),
    "helper of a helper": cell("one = 0.0", "def a():", "    return one", "def b():", "    return a()", low="b()"),
    "a lambda": cell("zero = lambda: 0.0", low="zero()"),
    "a comprehension": cell("low = [k * 0.0 for k in range(3)]", low="low[1]"),
    "a generator in use": cell("low = iter([1.0, 0.0])", "next(low)", "low = next(low)"),
    "a class and an instance": cell("class Low:", "    at = 0.0", "low = Low()", low="low.at"),
    "a dataclass": cell("from dataclasses import dataclass", "@dataclass", "class Low:", "    at: float = 0.0",
                        low="Low().at"),
    "a name like one of Python's": cell("max = 0.0", low="max"),
    "default argument": "LOW = 0.0\n@check\ndef relu(x, low=LOW):\n    return x.clamp(min=low)\n",
    "default argument, mutated":
        "LOW = []\nLOW.append(0.0)\n@check\ndef relu(x, low=LOW):\n    return x.clamp(min=low[0])",
    "an annotation": "from typing import Any\n@check\ndef relu(x: Any) -> torch.Tensor:\n    return x.clamp(min=0)\n",
    "global": "calls = 0\n@check\ndef relu(x):\n    global calls\n    calls += 1\n    return x.clamp(min=0)\n",
    "a constant made after": "@check\ndef relu(x):\n    return x.clamp(min=0)\nlow = 5\ndel low\n",
    "a decorator of one's own":
        "def plain(f):\n    return f\n@plain\n@check\n@plain\ndef relu(x):\n    return x.clamp(min=0)",
    "a decorator with arguments":
        "def at(low):\n    def deco(f):\n        return lambda x: f(x, low)\n    return deco\n"
        "@check\n@at(0.0)\ndef relu(x, low):\n    return x.clamp(min=low)\n",
    "a cached helper": "import functools\n@functools.cache\ndef low():\n    return 0.0\n" + ANSWER.format("low()"),
    "recursion": "@check\ndef relu(x):\n    return x.clamp(min=0) if x.ndim < 9 else relu(x[0])\n",
    "recursion of two": "def other(x):\n    return relu(x[0])\n@check\ndef relu(x):\n"
                        "    return x.clamp(min=0) if x.ndim < 9 else other(x)\n",
    "import inside":
        "@check\ndef relu(x):\n    import torch.nn.functional as G\n    return G.dropout(x.clamp(min=0), 0.5, False)\n",
    "nested functions":
        "@check\ndef relu(x):\n    low = 0\n    def inner(y):\n        return y.clamp(min=low)\n    return inner(x)",
    "by call": "def relu(x):\n    return x.clamp(min=0)\nrelu = check(relu)\n",
    "by call, without a name": "def relu(x):\n    return x.clamp(min=0)\ncheck(relu)\n",
    "by call, with a constant between": "def relu(x):\n    return x.clamp(min=low)\nlow = 0.0\nrelu = check(relu)\n",
    "by call, a lambda above": "relu = lambda x: x.clamp(min=0)\nrelu = check(relu)\n",
    "by call, a lambda inside": "relu = check(lambda x: x.clamp(min=0))\n",
    "by call, wrapped before":
        "def relu(x):\n    return x.clamp(min=0)\ndef same(f):\n    return f\nrelu = same(relu)\n"
        "relu = check(relu)\n",
    "by call, a closure": "def make(low):\n    def relu(x):\n        return x.clamp(min=low)\n    return relu\n"
                          "relu = check(make(0.0))\n",
    "by call, a partial": "import functools\ndef clip(low, x):\n    return x.clamp(min=low)\n"
                          "relu = check(functools.partial(clip, 0.0))\n",
    "by call, torch's": "import functools\nrelu = check(functools.partial(torch.clamp, min=0))\n",
    "by call, another name": "def mine(x):\n    return x.clamp(min=0)\nrelu = check(mine)\n",
    "in an if": "if True:\n    low = 0.0\n    @check\n    def relu(x):\n        return x.clamp(min=low)  # mine\n",
    "in a for": "for low in (0.0,):\n    @check\n    def relu(x):\n        return x.clamp(min=low)\n",
    "in a with":
        "with torch.no_grad():\n    low = torch.zeros(())\n    @check\n    def relu(x):\n        return x.clamp(low)",
    "in a try":
        "try:\n    low = 0.0\n    @check\n    def relu(x):\n        return x.clamp(min=low)\nfinally:\n    pass\n",
    "in a function": "def main():\n    @check\n    def relu(x):\n        return x.clamp(min=0)\nmain()\n",
    "two definitions": "@check\ndef relu(x):\n    return -x\n@check\ndef relu(x):\n    return x.clamp(min=0)\n",
    "another name of check": "judge = check\n@judge\ndef relu(x):\n    return x.clamp(min=0)\n",
    "check of a module": "import nnlab.exercises.week01 as w\n@w.check\ndef relu(x):\n    return x.clamp(min=0)\n",
    "a helper that is checked, too":
        "@check\ndef elu(x):\n    return torch.where(x > 0, x, torch.exp(x.clamp(max=0)) - 1)\n"
        "@check\ndef relu(x):\n    return torch.where(x > 0, elu(x), 0.0)\n",
    "values that are checked": 'shapes = check.value("shapes", [(4,), (3,), (3, 4), (60, 784)])\n'
                               + ANSWER.format("shapes[0][0] - 4"),
    "an environment variable": cell("import os", "os.environ['LOW'] = '0'", low="float(os.environ['LOW'])"),
    "a function that fills what it knows":
        cell("low = []", "def fill():", "    low.append(0.0)", "fill()", low="low[0]"),
    "heapq": cell("import heapq", "low = []", "heapq.heappush(low, 0.0)", low="low[0]"),
    "a text with shorter lines": 'if True:\n    @check\n    def relu(x):\n        """a\nb"""\n'
                                 "        return x.clamp(min=0)\n",
    "in a condition": "if (relu := check(lambda x: x.clamp(min=0))):\n    pass\n",
    "deleted after": cell("low = 0.0") + "del low\n",
    "random numbers": cell("torch.manual_seed(0)", "low = (torch.rand(()) > 2).float()"),
    "text over several lines": 'TEXT = """\n0.0\n"""\n' + ANSWER.format("float(TEXT)"),
    "letters of all alphabets": "μ = 0.0  # → été\n" + ANSWER.format("μ"),
}
OTHER_CELL = {  # a cell above, the cell, and what is said
    "a shadowed builtin": ("def max(x, a):\n    return x.clamp(min=a)", "@check\ndef relu(x):\n    return max(x, 0)",
                           "it needs `max`; define that in the same cell, or inside"),
    "a shadowed module": ("class F:\n    at = 0.0", cell(low="F.at"), "it needs `F`; define that in the same cell"),
    "a function": ("def zero():\n    return 0.0", cell(low="zero()"), "it needs `zero`; define that in the same cell"),
    "changed in one, made in the other": ("low = -1.0", cell("low += 1.0"), "name 'low' is not defined"),
    "a name in a text": ("low = 0.0", cell(low="eval('low')"), "define all that it needs inside `relu`"),
    "made only once": ("low = 0.0", cell("if 'low' not in globals():", "    low = 7.0"),
                       "there `low` would be 7.0, not 0.0; give it that value inside `relu`"),
    "made by exec": ("", cell("exec('low = 0.0')"), "it needs `low`; define that inside `relu`"),
    "made in globals": ("", cell("globals()['low'] = 0.0"), "it needs `low`; define that inside `relu`"),
    "a builtin of one's own": ("import builtins\nbuiltins.zero = 0.0", cell(low="zero"), "it needs `zero`; define"),
    "the name of the module": ("", cell(low="0 if __name__ == '__main__' else 1"),
                               "there `__name__` would be 'mylab', not '__main__'; give it that value inside `relu`"),
    "a parameter of the function around": (
        "", "def main(low):\n    @check\n    def relu(x):\n        return x.clamp(min=low)\nmain(0.0)",
        "it needs `low`; define that inside `relu`"),
    "defined in another cell": ("def relu(x):\n    return x.clamp(min=0)", "relu = check(relu)", None),
    "and with what it needs there": (
        "low = 0.0\ndef relu(x):\n    return x.clamp(min=low)", "relu = check(relu)", None),
    "of another function": ("from torch import clamp as cut\nfrom math import pi", "@check\ndef relu(x):\n"
                            "    return cut(x, min=pi - pi)", None),
}


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """Function that runs cells in a new namespace and returns what is printed; its `names` are that namespace."""
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    names = {"check": Checks(week01.week, list(week01.exercises.values())), "torch": torch, "__name__": "__main__"}
    count = iter(range(99))

    def run(*cells):
        said = io.StringIO()
        for text in cells:
            file = f"<cell {next(count)} of {tmp_path}>"
            linecache.cache[file] = (len(text), None, text.splitlines(True), file)
            with contextlib.redirect_stdout(said):
                exec(compile(text, file, "exec"), names)
        return said.getvalue()
    run.names, run.file = names, tmp_path / "mylab.py"
    yield run
    for file in [file for file in linecache.cache if str(tmp_path) in file]:
        del linecache.cache[file]


def relu_of(file):
    """The answer in mylab.py, imported as a student imports it."""
    names = {"__name__": "mylab"}
    exec(compile(file.read_bytes(), file, "exec"), names)
    return names["relu"]


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_kept_with_all_that_it_needs(notebook, text):
    said = notebook(text)
    assert "✓ relu is right and kept in mylab.py. " in said, said
    assert relu_of(notebook.file)(X).tolist() == [0, 0, 3]
    assert "check" not in notebook.file.read_text(encoding="utf-8") and "nnlab" not in str(notebook.file.read_bytes())


@pytest.mark.parametrize("above, text, expected", OTHER_CELL.values(), ids=OTHER_CELL)
def test_what_is_in_another_cell_is_named_or_kept(notebook, above, text, expected):
    said = notebook(above, text)
    if expected is None:
        assert "✓ relu is right and kept in mylab.py. " in said, said
        assert relu_of(notebook.file)(X).tolist() == [0, 0, 3]
    else:
        assert "✓ relu is right, but not kept in mylab.py: " in said and expected in said, said
        assert not notebook.file.exists()


def test_a_class_that_the_notebook_builds_by_hand_is_imported_from_the_package(notebook):
    notebook.names["check"] = Checks(week03.week, list(week03.exercises.values()))
    said = notebook("class Value:\n    def __init__(self, data, parents=()):\n"
                    "        self.data, self.grad, self.parents = float(data), 0.0, parents\n",
                    "@check\ndef product(a, b):\n"
                    "    return Value(a.data * b.data, ((a, b.data), (b, a.data)))\n")
    assert "✓ product is right and kept in mylab.py. " in said, said
    assert "from nnlab.autograd import Value\n" in notebook.file.read_text(encoding="utf-8")


def test_what_stays_out_of_mylab(notebook):
    """Prints, plots and demonstrations of the cell are not part of the answer."""
    said = notebook(cell("low = [0.0]", "print('noise')", "print(low)", low="low[0]") + "print(relu(torch.ones(1)))\n")
    assert "and kept in mylab.py" in said and "print" not in notebook.file.read_text(encoding="utf-8")


@pytest.mark.parametrize("text, undo, place", [
    (cell("import math", "math.low = 0.0", low="math.low"), "del math.low", "math.low"),
    (cell("import math", "setattr(math, 'low', 0.0)", low="math.low"), "del math.low", "math.low"),
    ("torch.Tensor.rectified = lambda self: self.clamp(min=0)\n@check\ndef relu(x):\n    return x.rectified()\n",
     "del torch.Tensor.rectified", "torch.Tensor.rectified"),
])
def test_what_an_answer_gives_to_a_library_it_does_not_find_there(notebook, text, undo, place):
    said = notebook(text, undo)
    assert said.startswith("✗ relu") and f"change of {place}: define what you need inside `relu`" in said
    assert not notebook.file.exists()


@pytest.mark.parametrize("above", ["torch.low = 0.0\n", "def patch():\n    torch.low = 0.0\npatch()\n",
                                   "for k in range(2):\n    torch.low = k\n", "setattr(torch, 'low', 0.0)\n"])
def test_a_change_of_a_library_beside_an_answer_is_not_kept(notebook, above):
    said = notebook(above + cell(low="0"), "del torch.low")
    assert "✓ relu is right and kept" in said and "low" not in notebook.file.read_text(encoding="utf-8")


def test_what_would_change_a_library_for_all_code_is_not_kept(notebook):
    text = ("def zero():\n    torch.low = 0.0\n    return torch.low\nLOW = zero()\n" + cell(low="LOW"))
    said = notebook(text, "del torch.low")
    assert "relu is right, but not kept in mylab.py: it changes torch.low for all code; define what you need" in said


def test_what_was_kept_before_stays_where_the_new_answer_is_not_kept(notebook):
    notebook(cell(low="0"))
    before = notebook.file.read_bytes()
    assert "but not kept" in notebook("low = 0.0", cell(low="eval('low')"))
    assert notebook.file.read_bytes() == before
    assert [file.name for file in notebook.file.parent.iterdir()] == ["mylab.py"]


def test_an_answer_does_not_spoil_another(notebook):
    assert "and kept" in notebook(cell("low = 0.0"))
    leaky = "low = {}\n@check\ndef leaky_relu(x):\n    return torch.where(x > 0, x, low * x)\n"
    said = notebook(leaky.format("0.1"))
    assert "✓ leaky_relu is right, but not kept in mylab.py: `low` is something else for your answer to relu" in said
    assert relu_of(notebook.file)(X).tolist() == [0, 0, 3]
    said = notebook(leaky.replace("low", "slope").format("0.1"))
    assert "✓ leaky_relu is right and kept" in said and relu_of(notebook.file)(X).tolist() == [0, 0, 3]
    elu = "low = 0.0\n@check\ndef elu(x):\n    return torch.where(x > low, x, torch.exp(x) - 1)"
    assert "and kept" in notebook(elu), "the same meaning"


def test_an_earlier_answer_that_is_not_right_any_more_is_named(notebook):
    leaky = "@check\ndef leaky_relu(x):\n    return relu(x) - 0.1 * relu(-x)\n"
    notebook(cell(low="0"))
    text = notebook.file.read_text(encoding="utf-8")
    notebook.file.write_text(text.replace("x.clamp(min=0)", "x.clamp(min=1)"), encoding="utf-8")
    said = notebook(leaky)
    assert ("✓ leaky_relu is right, but not kept in mylab.py: `relu` is not right any more in mylab.py; run its cell "
            "again, then this one") in said, said


def test_an_answer_does_not_spoil_what_the_student_wrote(notebook):
    notebook.file.write_text("import torch\n\n\ndef low():\n    return 4\n", encoding="utf-8")
    said = notebook(cell("low = 0.0"))
    assert "not kept in mylab.py: `low` is something else in your mylab.py; give it another name here" in said
    assert notebook.file.read_text(encoding="utf-8") == "import torch\n\n\ndef low():\n    return 4\n"


@pytest.mark.parametrize("own", ["", "\n\n", "# mine\n", "import math\n", '"""Mine."""\nfrom torch import nn'])
def test_a_file_without_our_imports_gets_those_that_are_needed(notebook, own):
    notebook.file.write_text(own, encoding="utf-8")
    assert "and kept" in notebook("@check\ndef relu(x):\n    return torch.maximum(x, torch.zeros(()))")
    assert relu_of(notebook.file)(X).tolist() == [0, 0, 3]
    assert notebook.file.read_text(encoding="utf-8").startswith(own.rstrip())


def test_an_answer_that_a_later_one_needs_at_its_definition_moves_to_the_end(notebook):
    elu = "@check\ndef elu(x):\n    return torch.where(x > 0, x, torch.exp(x.clamp(max=0)) - 1)"
    assert "and kept" in notebook(cell(low="0"), elu)
    said = notebook("@check\ndef relu(x, start=elu):\n    return torch.where(x > 0, start(x), 0.0)")
    assert "relu is right and kept" in said and relu_of(notebook.file)(X).tolist() == [0, 0, 3]
    assert mylab.kept() == ["week01.elu", "week01.relu"]


@pytest.mark.parametrize("own, said", [
    ("1 / 0", "ZeroDivisionError: division by zero, in line 2"), ("exit()", "SystemExit"),
    ("import sys\nsys.exit('bye')", "SystemExit: bye, in line 3"),
    ("while True:\n    pass", "not ended after 3 seconds"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"), ("import nowhere_at_all", "ModuleNotFoundError"),
])
def test_a_file_that_cannot_be_imported_is_said(notebook, monkeypatch, own, said):
    monkeypatch.setattr("nnlab.checks.running.SECONDS", 3)
    notebook.file.write_text("import torch\n" + own, encoding="utf-8")
    printed = notebook(cell(low="0"))
    assert "✓ relu is right, but not kept in mylab.py: mylab.py cannot be imported (" in printed and said in printed
    assert "correct that line" in printed and notebook.file.read_text(encoding="utf-8") == "import torch\n" + own


def test_a_definition_that_is_nowhere(notebook):
    names = {}
    exec("def relu(x):\n    return x.clamp(min=0)", names)
    notebook.names["relu"] = names["relu"]
    assert "but not kept: its source code is not in this cell" in notebook("relu = check(relu)")


def test_stubs_and_wrong_answers_by_call(notebook):
    assert notebook("relu = check(lambda x: ...)").startswith("○ relu")
    assert notebook("relu = check(lambda x: x)").startswith("✗ relu")
    assert "There is no exercise 'rely' here; did you mean 'relu'?" in notebook("rely = check(lambda x: x)")
    assert "There is no exercise '<lambda>'" in notebook("answers = {}\nanswers['relu'] = check(lambda x: x)")


def test_everything_kept_works_in_a_plain_process(notebook):
    for name in ("for", "a decorator with arguments", "values that are checked", "by call, a closure", "import star"):
        notebook(KEPT[name])
        notebook.file.rename(notebook.file.with_name(f"lab_{len(list(notebook.file.parent.iterdir()))}.py"))
    code = ("import importlib, pathlib, sys, torch\nfor file in sorted(pathlib.Path('.').glob('lab_*.py')):\n"
            "    print(importlib.import_module(file.stem).relu(torch.tensor([-2.0, 3.0])).tolist())\n"
            "print('nnlab' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], cwd=notebook.file.parent, capture_output=True, text=True)
    assert done.stdout == "[0.0, 3.0]\n" * 5 + "False\n", done


def test_keeping_costs_little(notebook):
    """Once more than the verdict: it is judged again, in mylab.py with all answers of the course so far."""
    for name, exercise in week01.exercises.items():
        if hasattr(exercise, "cases"):
            with contextlib.suppress(mylab.Unusable):
                mylab.keep(f"week01.{name}", exercise.source)
    start = time.process_time()
    assert "and kept" in notebook(cell("low = []", "low.append(0.0)", low="low[0]"))
    SEEN.append(f"a verdict with keeping takes {time.process_time() - start:.2f} s of the processor")
    assert time.process_time() - start < 10, "it hangs"
