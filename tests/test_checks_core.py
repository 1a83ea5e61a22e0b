"""nnlab.checks.core: three verdicts; the checked name is always usable; all state is restored."""

import os
import random
import signal
import sys
import threading
import types

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from nnlab.checks import running
from nnlab.checks.core import CheckFailed, Checks
from nnlab.checks.exercise import Exercise, Quiz, Wrong
from nnlab.checks.judging import judge
from nnlab.exercises.week01 import check as week01


def double(x):
    """Twice x."""
    return 2 * x


def quadruple(x):
    """Four times x."""
    return double(double(x))


def made():
    """`Checks` of two exercises, of which the second uses the first, and a quiz."""
    return Checks("week01", [
        Exercise(double, ("double(torch.tensor(0.0))", "double(torch.tensor(2.0))", "double(torch.tensor(3.0))",
                          "x = torch.tensor([1.0, 5.0]); double(x)"),
                 (Wrong(lambda x: x ** 2, "This squares."),), ("Add.", "x + x"), "On to four."),
        Exercise(quadruple, ("quadruple(torch.tensor(1.0))",), (Wrong(lambda x: 2 * x, "Once more."),), ("Twice.",),
                 "Done."),
        Quiz("sums", [2, 5], ("1 + 1", "2 + 3"), (Wrong([11, 5], "They are numbers."), Wrong([2, 6], "No product.")),
             ("Count.",), "You can add."),
    ])


@pytest.fixture
def notebook(monkeypatch, tmp_path):
    """Function that runs a cell in a fresh IPython shell with `check` in its namespace and returns what is printed."""
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    before = sys.modules.get("__main__")
    shell = InteractiveShell()
    main = types.ModuleType("__main__")
    main.__dict__.update(check=made(), torch=torch, _oh={})  # the last: for what a cell shows
    shell.user_module, shell.user_ns = main, main.__dict__
    monkeypatch.setitem(sys.modules, "__main__", main)

    def run(cell, capsys):
        capsys.readouterr()
        result = shell.run_cell(cell, store_history=True)
        result.raise_error()
        return capsys.readouterr().out
    run.names = main.__dict__
    yield run
    sys.modules["__main__"] = before


def test_stub_is_not_attempted_and_the_reference_serves(notebook, capsys):
    said = notebook('@check\ndef double(x):\n    """Twice x."""\n    # a comment\n    ...', capsys)
    assert said.startswith("○ double: not attempted yet") and said.count("\n") == 1
    assert notebook.names["double"](torch.tensor(4.0)) == 8


def test_right_answer_is_bound_and_said(notebook, capsys):
    said = notebook("@check\ndef double(x):\n    return x + x", capsys)
    assert said == "✓ double is right and kept in mylab.py. On to four.\n"
    assert notebook.names["double"].__code__.co_names == ()  # the student's own, which uses no global name


def test_smallest_failing_case_and_the_named_mistake(notebook, capsys):
    said = notebook("@check\ndef double(x):\n    return x * x", capsys)
    for part in ("double(torch.tensor(3.0))", "expected  6.0", "got       9.0", "This squares."):
        assert part in said
    assert "torch.tensor(2.0)" not in said
    assert notebook.names["double"](torch.tensor(5.0)) == 10
    assert notebook.names["check"].attempt("double")(torch.tensor(5.0)) == 25


def test_a_value_handed_out_is_the_students_own(notebook, capsys):
    """What is handed out in place of an answer may be changed; the next answer is judged as before."""
    for _ in range(2):
        notebook("sums = check.value('sums', [..., ...])\nsums[0] = 99\nsums.append(1)", capsys)
        assert notebook("sums = check.value('sums', [2, 6])\nsums.clear()", capsys).startswith("✗ sums")
        assert notebook("print(check.value('sums', [2, 5]))", capsys).endswith("[2, 5]\n")
    answer = [2, 6]
    made_of = notebook.names["check"]
    made_of.value("sums", answer)
    answer.clear()
    assert made_of.attempt("sums") == [2, 6]


@pytest.mark.parametrize("part", [torch.ones(2), np.ones(2), (2, np.ones(2)), "2", None, {"a": 1}],
                         ids=["tensor", "array", "array inside", "text", "None", "dictionary"])
def test_a_value_of_any_kind_gets_a_verdict(notebook, capsys, part):
    notebook.names["part"] = part
    assert notebook("sums = check.value('sums', [2, part])", capsys).startswith("✗ sums is not right yet")
    assert notebook("sums = check.value('sums', [part, 5])", capsys).startswith("✗ sums is not right yet")


def test_a_class_handed_out_is_the_students_own(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    names = {"check": Checks("week01", list(week01.exercises.values()))}
    exec("@check\nclass Neuron:\n    def __call__(self, inputs):\n        ...", names)
    ours = week01.exercises["Neuron"].reference
    assert "○ Neuron" in capsys.readouterr().out and names["Neuron"] is not ours
    neuron = names["Neuron"](torch.ones(2), torch.tensor(1.0), torch.relu)
    assert neuron(torch.ones(2)) == 3 and names["Neuron"].__doc__ == ours.__doc__
    names["Neuron"].__call__ = lambda self, inputs: inputs
    assert ours(torch.ones(2), torch.tensor(1.0), torch.relu)(torch.ones(2)) == 3
    assert judge(week01.exercises["Neuron"], ours).kind == "correct"


def test_edit_and_run_again(notebook, capsys):
    assert notebook("@check\ndef double(x):\n    return x", capsys).startswith("✗")
    assert notebook("@check\ndef double(x):\n    return x + x", capsys).startswith("✓")
    assert notebook("@check\ndef double(x):\n    ...", capsys).startswith("○")
    assert notebook("check.progress()", capsys) == "double  not attempted\nmylab.py holds 1 of your answers\n"


def test_two_definitions_in_one_cell_are_told_apart(notebook, capsys):
    said = notebook("@check\ndef double(x):\n    ...\n\n@check\ndef double(x):\n    return x + x", capsys)
    assert [line[0] for line in said.splitlines()] == ["○", "✓"]


RIGHT = "def double(x):\n    return x + x"
STUB = "def double(x):\n    ..."


@pytest.mark.parametrize("cell, outcomes", [
    (f"@check\n# a comment\n{STUB}", "○"),
    (f"{STUB}\n\n@check\n# a comment\n\n{RIGHT}", "✓"),
    (f"class Old:\n    def double(self, x):\n        ...\n\n@check\n{RIGHT}", "✓"),
    (f"@check\n@torch.no_grad()\n{STUB}", "○"),
    (f"@check\n@torch.no_grad()\n{RIGHT}", "✓"),
    (f"if True:\n    {RIGHT}\n@check\n{STUB}\n@check\n{RIGHT}", "○✓"),
], ids=["comment", "stub-above", "method", "decorated-stub", "decorated", "three"])
def test_the_right_definition_is_read(notebook, capsys, cell, outcomes):
    if "if True" in cell:
        cell = cell.replace(f"    {RIGHT}", "    " + RIGHT.replace("\n", "\n    "), 1)
    assert "".join(line[0] for line in notebook(cell, capsys).splitlines()) == outcomes


def test_decorated_answer_sees_references_of_earlier_exercises(notebook, capsys):
    notebook("@check\ndef double(x):\n    return x", capsys)
    answer = "@check\n@torch.no_grad()\ndef quadruple(x):\n    return double(double(x))"
    assert notebook(answer, capsys).startswith("✓")
    assert not hasattr(torch.utils._contextlib, "double")


def test_case_may_use_an_earlier_exercise():
    first = Exercise(double, ("double(torch.tensor(1.0))",), (), (), "")
    second = Exercise(quadruple, ("quadruple(double(torch.tensor(1.0)))",), (), (), "")
    assert judge(second, lambda x: x * 4, [first]).kind == "correct"
    assert judge(second, lambda x: x * 5, [first]).kind == "incorrect"


def test_values_that_cannot_be_compared_or_shown(notebook, capsys):
    assert "on meta instead of cpu" in notebook("@check\ndef double(x):\n    return (2 * x).to('meta')", capsys)
    odd = "class Odd:\n    def __repr__(self):\n        raise KeyError\n\n@check\ndef double(x):\n    return Odd()"
    assert "a Odd instead of a tensor" in notebook(odd, capsys)


def test_own_line_is_the_students_not_the_librarys(notebook, capsys):
    said = notebook("import json\n\n@check\ndef double(x):\n    return json.loads('{')", capsys)
    assert "your line  return json.loads('{')" in said


def test_one_mistake_costs_one_exercise(notebook, capsys):
    notebook("@check\ndef double(x):\n    return x", capsys)
    notebook.names["double"] = lambda x: x  # not the reference; the next exercise is judged with the reference
    assert notebook("@check\ndef quadruple(x):\n    return double(double(x))", capsys).startswith("✓")
    assert notebook.names["double"](1) == 1  # and is put back afterwards


def test_recursion_reaches_the_answer_itself(notebook, capsys):
    notebook("def double(x):\n    return 0 * x", capsys)
    answer = "@check\ndef double(x):\n    return -double(-x) if (x < 0).any() else x + x"
    assert notebook(answer, capsys).startswith("✓")


def test_errors_show_the_students_own_line(notebook, capsys):
    said = notebook("@check\ndef double(x):\n    y = x.twice\n    return y", capsys)
    assert "y = x.twice" in said and "AttributeError: 'Tensor' object has no attribute 'twice'" in said
    assert "Traceback" not in said and "core.py" not in said


@pytest.mark.parametrize("body, said", [
    ("x + x", "Nothing is returned: does your function end with return?"),
    ("return 2.0", "The result is the same for every input"),
    ("return [2.0, 2.0, 2.0]", "3 values instead of a tensor"),
    ("return True", "True or False instead of a tensor"),
    ("return x.requires_grad_().numpy()", "Stay with torch's operations"),
    ("return (2 * x).reshape(-1)", "shape (1,) instead of ()"),
    ("return (2 * x).half()", "torch.float16 instead of torch.float32"),
    ("return x.mul_(2)", "changed its input x in place"),
    ("return double(x)", "Infinite recursion: the function calls itself without end"),
    ("torch.set_default_dtype(torch.float64)\n    return x + x", "leaves torch's default dtype changed"),
    ("torch.manual_seed(1)\n    return x + x", "leaves the seed of torch's random generator changed"),
    ("return undefined", "`undefined` is not defined here"),
    ("raise SystemExit", "return the result with return"),
    ("raise KeyboardInterrupt", None),
])
def test_form_of_the_answer(notebook, capsys, body, said):
    cell = f"@check\ndef double(x):\n    {body}"
    if said is None:
        with pytest.raises(KeyboardInterrupt):  # the stop button still stops
            notebook(cell, capsys)
    else:
        answer = notebook(cell, capsys)
        assert answer.startswith("✗") and said in answer


def test_printing_is_shown_once_and_random_numbers_stay(notebook, capsys):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    random.seed(5)
    number = random.random()
    random.seed(5)
    noise = "import random, sys\n    print('noise'); print('other', file=sys.stderr)"
    said = notebook(f"@check\ndef double(x):\n    {noise}\n    return x + x", capsys)
    assert said.startswith("✓") and said.count("noise") == 1 and "other" not in said
    said = notebook("@check\ndef double(x):\n    torch.rand(9)\n    return x + x", capsys)
    assert said.startswith("✓")
    assert torch.rand(1) == expected and random.random() == number


def test_endless_loop_is_stopped_and_the_alarm_restored(notebook, capsys, monkeypatch):
    monkeypatch.setattr(running, "SECONDS", 0.3)
    before = signal.getsignal(signal.SIGALRM)
    loop = "while True:\n        try:\n            time.sleep(5)\n        except:\n            pass"
    said = notebook(f"@check\ndef double(x):\n    import time\n    {loop}", capsys)
    assert "It had not ended after 0.3 seconds" in said
    assert signal.getsignal(signal.SIGALRM) is before and signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_judging_off_the_main_thread():
    checks = made()
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(judge(checks.exercises["double"], lambda x: x + x)))
    thread.start()
    thread.join()
    assert verdicts[0].kind == "correct"


def test_wrong_name_and_wrong_kind(notebook, capsys):
    assert "did you mean 'double'?" in notebook("@check\ndef doubel(x):\n    return x", capsys)
    assert "double should be a function" in notebook("@check\nclass double:\n    x = 1", capsys)
    made().hint("triple")
    assert "There is no exercise 'triple' here; did you mean 'double'" in capsys.readouterr().out


MISUSED = {  # a cell, what it prints, and the value of `double` or `sums` afterwards
    "@check()\ndef double(x):\n    return x": "Write @check above the definition, without parentheses",
    "@check('double')\ndef double(x):\n    return x": "Write @check above the definition, without parentheses",
    "@check.value\ndef double(x):\n    return x": "Write @check above the definition, without .value",
    "@check.value('double')\ndef double(x):\n    return x": "Write @check above the definition, without .value",
    "check()": "Write @check above the definition of your answer",
    "check('double')": "Write @check above the definition of your answer",
    "check(x, 3)": "Write @check above the definition of your answer",
    "check(lambda x: 2 * x)": "Write @check above the definition of your answer",
    "check.value()": 'Write sums = check.value("sums", [...])',
    "sums = check.value('sums')": 'Write sums = check.value("sums", [...])',
    "sums = check.value([2, 6])": 'Write sums = check.value("sums", [...])',
    "sums = check.value('sums', 2, 6)": 'Write sums = check.value("sums", [...])',
}


@pytest.mark.parametrize("cell, said", MISUSED.items(), ids=MISUSED)
def test_other_forms_of_check_are_told_in_a_line(notebook, capsys, monkeypatch, cell, said):
    notebook.names["x"] = 3
    assert notebook(cell, capsys) == f"? {said}: nothing was judged.\n"
    if "def double" in cell:
        assert notebook.names["double"](3) == 3, "the student's own"
    if cell.startswith("sums"):
        assert notebook.names["sums"] == [2, 5], "ours, for the cells below"
    monkeypatch.setenv("NNLAB_STRICT", "1")
    with pytest.raises(CheckFailed, match="nothing was judged"):
        notebook(cell, capsys)


@pytest.mark.parametrize("cell, shown", [
    ("check.value('sums', [2, 6])", False), ("check.value('sums', [..., ...])", False),
    ("print(check.value('sums', [2, 6]))", False), ("f'{check.value(\"sums\", [2, 6])}'", False),
    ("[check.value('sums', [2, 6])]", False), ("check.value('sums', [2, 6])[1]", False),
    ("sums = check.value('sums', [2, 6])\nprint(sums)", True), ("print(sums := check.value('sums', [2, 6]))", True),
    ("def answers():\n    return check.value('sums', [2, 6])\nprint(answers())", True),
    ("a, b = check.value('sums', [2, 6])\nprint(b)", True), ("sums, k = check.value('sums', [2, 6]), 1\nsums", True),
])
def test_a_wrong_list_shows_the_right_values_only_where_they_have_a_name(notebook, capsys, cell, shown):
    said = notebook(cell, capsys)
    assert said.startswith(("✗ sums", "○ sums")) and ("5" in said) == shown
    assert ("Give your answers a name: write sums = check.value(" in said) == cell.startswith("check") or "[1]" in cell


def test_a_function_that_is_checked_as_a_statement(notebook, capsys):
    said = notebook("def double(x):\n    return x\ncheck(double)", capsys)
    assert said.startswith("✗ double") and said.endswith("own all the same: write @check above its definition.\n")
    assert notebook("def double(x):\n    return 2 * x\ncheck(double)", capsys).startswith("✓ double")
    assert notebook("def double(x):\n    ...\ncheck(double)", capsys).startswith("○ double")


def test_kinds_of_exercises_are_told_apart(notebook, capsys):
    assert notebook("@check\ndef sums():\n    return 1", capsys) == (
        '? sums is a list of answers: write sums = check.value("sums", [...])\n')
    assert notebook("double = check.value('double', [1])", capsys) == (
        "? double is a function or class: write @check above its definition\n")
    assert notebook("@check\ndef relu(x):\n    return x", capsys) == (
        "? relu is an exercise of week 1: first run from nnlab.exercises.week01 import check\n")


def test_help_with_a_name_that_is_none(notebook, capsys):
    for method in ("hint", "solution", "attempt", "given"):
        assert notebook(f"check.{method}('doubel')", capsys) == (
            "? There is no exercise 'doubel' here; did you mean 'double'? Keep the name as it was.\n")
        for name in ("", "None", "3", "[1]"):
            assert notebook(f"check.{method}({name})", capsys) == (
                f'? Name an exercise, such as check.{method}("double")\n')
    assert notebook("check.given('double')", capsys) == "? double does not begin with code; these do: none\n"
    notebook("@check\ndef quadruple(x):\n    return x", capsys)
    assert notebook("check.hint()", capsys) == '? Name an exercise, such as check.hint("quadruple")\n'
    assert notebook("check.hint(quadruple)", capsys) == "Hint 1 of 1: Twice.\n"
    assert notebook("check.progress(3)", capsys) == "quadruple  incorrect\n"


@pytest.mark.parametrize("where", ["judge", "kept_or_not"])
def test_the_stop_button_gives_one_line(notebook, capsys, monkeypatch, where):
    def stopped(*_, **__):
        raise KeyboardInterrupt
    monkeypatch.setattr(f"nnlab.checks.core.{where}", stopped)
    with pytest.raises(KeyboardInterrupt, match="double was stopped and not judged; run the cell again") as stop:
        notebook("@check\ndef double(x):\n    return x + x", capsys)
    assert stop.value._render_traceback_() == ["double was stopped and not judged; run the cell again"]
    assert stop.value.__suppress_context__, "no traceback of ours"


def test_a_change_of_torch_in_the_notebook_is_told_where_the_answer_uses_it(notebook, capsys):
    notebook("torch.low, torch.high = 0.0, 1.0", capsys)
    try:
        said = notebook("@check\ndef double(x):\n    return x + torch.low + torch.low", capsys)
        assert "AttributeError: module 'torch' has no attribute 'low'" in said
        assert said.endswith("without your notebook's change of torch.low: define what you need inside `double`.\n")
        assert "your notebook" not in notebook("@check\ndef double(x):\n    return x", capsys)
        assert notebook("@check\ndef double(x):\n    return x + x", capsys).startswith("✓ double")
        assert (torch.low, torch.high) == (0.0, 1.0)
    finally:
        del torch.low, torch.high


def test_yours_is_imported_from_checks(monkeypatch, tmp_path):
    from nnlab.checks import mylab, yours
    from nnlab.exercises.week01 import check

    monkeypatch.setenv("NNLAB_MYLAB", str(tmp_path))
    assert yours is mylab.yours and yours("week01.relu") is check.exercises["relu"].reference
    mylab.keep("week01.relu", "def relu(x):\n    return x.clamp(min=0)")
    assert yours("week01.relu") is not check.exercises["relu"].reference
    assert torch.equal(yours("week01.relu")(torch.tensor([-1.0, 2.0])), torch.tensor([0.0, 2.0]))


def test_hints_climb_and_the_solution_shows(capsys):
    checks = made()
    for _ in range(3):
        checks.hint("double")
    assert capsys.readouterr().out == "Hint 1 of 2: Add.\nHint 2 of 2: x + x\nHint 1 of 2: Add.\n"
    checks.solution("double")
    assert "return 2 * x" in capsys.readouterr().out


def test_strict_raises(notebook, capsys, monkeypatch):
    monkeypatch.setenv("NNLAB_STRICT", "1")
    for body in ("...", "return x"):
        with pytest.raises(CheckFailed, match="double"):
            notebook(f"@check\ndef double(x):\n    {body}", capsys)
    with pytest.raises(CheckFailed, match="no exercise 'other'"):
        notebook("@check\ndef other(x):\n    return x", capsys)
    assert notebook("@check\ndef double(x):\n    return x + x", capsys).startswith("✓")
    assert os.environ["NNLAB_STRICT"] == "1"
    for off in ("0", "false", ""):
        monkeypatch.setenv("NNLAB_STRICT", off)
        assert notebook("@check\ndef double(x):\n    return x", capsys).startswith("✗")


def adds(x, y):
    """The sum of x and y."""
    return x - y


def sums(x, y):
    """The sum of x and y."""
    return x + y


CORRECTED = Exercise(sums, ("sums(0, 0)", "sums(3, 0) > 2", "sums(2, 1) > 2", "sums(1, 4) > 2"),
                     (Wrong(lambda x, y: x - y, "It subtracts."), Wrong(lambda x, y: x, "It leaves y out.")),
                     ("Look.", "Plus."), "On.", signs=("sums(5, 3)",), given=adds)


def test_code_that_is_given_is_not_attempted_until_it_is_changed(notebook, capsys):
    notebook.names["check"] = Checks("week01", [CORRECTED])
    begins = "@check\ndef sums(x, y):\n    "
    assert notebook(begins + "return x - y", capsys).startswith("○ sums: not attempted yet")
    assert notebook(begins + '"""Another text."""\n    # and a comment\n    return (x - y)', capsys).startswith("○")
    assert "It subtracts." in notebook(begins + "return -(y - x)", capsys)
    assert notebook(begins + "return x + y", capsys).startswith("✓ sums is right")
    assert notebook("print(check.given('sums')(5, 3))", capsys) == "2\n"


def test_inputs_that_an_answer_changes_are_restored_for_the_next(notebook):
    def first(x):
        """The first number of x."""
        return x[0]

    def spoils(x):
        x += 1
        return x[0] - 1

    exercise = Exercise(first, ("first(ones)", "first(2 * ones)", "first(pair[0])"), (), ("Look.",), "On.",
                        uses={"ones": torch.ones(2), "pair": (torch.ones(2), torch.zeros(2))})
    assert judge(exercise, spoils).kind == "incorrect" and judge(exercise, spoils).kind == "incorrect"
    assert judge(exercise, first).kind == "correct" and exercise.uses["ones"].tolist() == [1, 1]
    assert exercise.uses["pair"][0].tolist() == [1, 1]


def test_signs_tell_wrong_answers_apart_and_bind_no_right_one():
    """Both wrong answers fail and pass the same cases and differ on a sign. A right answer need not agree on signs."""
    said = [judge(CORRECTED, answer).text for answer in (lambda x, y: x - y, lambda x, y: x)]
    assert "It subtracts." in said[0] and "It leaves y out." in said[1]
    assert judge(CORRECTED, lambda x, y: x + y if (x, y) != (5, 3) else 99).kind == "correct"
    assert not any(words in judge(CORRECTED, lambda x, y: 0).text for words in ("It subtracts.", "It leaves y out."))
