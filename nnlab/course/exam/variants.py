"""Numbers and faults for an exam from random choices: lines whose values are asked for, and functions with a fault."""

import ast
import builtins
import re
import types

import torch

from nnlab.checks.exercise import Quiz
from nnlab.checks.inputs import drawn
from nnlab.checks.judging import fixed
from nnlab.checks.running import agree, guarded, run
from nnlab.course.changes import mutated
from nnlab.course.exam.values import literal
from nnlab.course.marking.plain import as_plain

LONGEST, MOST = 150, 8  # characters of a line whose value is asked for, and numbers of that value
SMALL = 1e-4  # least size of such a number, but for 0; the largest is 1 / SMALL
CHOICES = 16  # random lines from which the line of a value is chosen
TELLS = 30  # random lines on which a fault is tried
SUBTLE = (0.1, 0.9)  # share of these lines on which a fault shows
SECONDS = 0.5  # of processor time for all lines of one fault
_FAULTS = {}  # what `faults` has found


def globals_of(exercise):
    """Lines of Python that import what the reference of `exercise` uses; None where it needs more of the course."""
    if isinstance(exercise, Quiz) or isinstance(exercise.reference, type) or exercise.given or any(
            re.search(rf"\b{name}\b", exercise.statement) for name in exercise.uses):
        return None
    places, lines = exercise.reference.__globals__, set()
    for node in ast.walk(ast.parse(exercise.source)):
        name = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else exercise.name
        value = places.get(name)
        if name == exercise.name or name not in places or hasattr(builtins, name):
            continue
        if isinstance(value, types.ModuleType) and not value.__name__.startswith("nnlab"):
            lines.add(f"import {value.__name__}" + (f" as {name}" if name != value.__name__ else ""))
        elif (module := getattr(value, "__module__", "")).startswith("torch"):
            lines.add(f"from {module} import {name}")
        elif isinstance(value, int | float):
            lines.add(f"{name} = {value!r}")
        else:
            return None
    return sorted(lines)


def expected(exercise, line, answer=None):
    """`Outcome` of a `line` of Python with the reference of `exercise`, or another `answer`, in plain form."""
    with fixed(exercise), guarded(SECONDS):
        outcome = run(line, exercise.uses | {exercise.name: answer or exercise.reference})
    return as_plain(outcome)


def value_line(exercise, numbers):
    """A line whose value tells most of the named wrong answers of `exercise` apart; None where none can be asked.

    It tells at least two of them apart, and is no argument of the call.
    """
    own, found = {line for line, _ in drawn(exercise)} | set(exercise.cases), []
    for line, _ in drawn(exercise, CHOICES, numbers.random()):
        names = {node.id for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)}
        if (line in own or len(line) > LONGEST or not names <= {"torch", exercise.name} or "Generator" in line
                or "float64" in line or not isinstance(ast.parse(line).body[0], ast.Expr)):
            continue
        right = expected(exercise, line)
        if right.error is None and (values := numbers_in(right.value)) and values not in _arguments(exercise, line):
            told = sum(not agree(right, expected(exercise, line, wrong.answer)) for wrong in exercise.wrong)
            if told >= 2:
                found.append((len(set(values) - {0, 1}) > 0, told, len(set(values)), -len(line), line))
    return max(found)[-1] if found else None


def _arguments(exercise, line):
    """List of the numbers of each argument of the calls of `exercise` in `line`."""
    calls = [node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Call)
             and getattr(node.func, "id", "") == exercise.name]
    return [numbers_in(eval(ast.unparse(part), {"torch": torch})) for call in calls for part in call.args]


def numbers_in(value):
    """The numbers of a `value` that can be written down: few, finite, 0 or not very small; [] for any other value."""
    if isinstance(value, torch.Tensor):
        value = value.tolist()
    if isinstance(value, tuple | list):
        parts = [numbers_in(part) for part in value]
        found = sum(parts, []) if all(parts) else []
        return found if len(found) <= MOST else []
    plain = isinstance(value, int | float) and (value == 0 or SMALL <= abs(value) <= 1 / SMALL)
    return [value] if plain else []


def takes_plain(exercise, lines):
    """Whether the `lines` call `exercise` once, with numbers, words, tensors and lists of these, as students write."""
    for line in lines:
        call = ast.parse(line).body[-1].value
        if len(ast.parse(line).body) > 1 or not isinstance(call, ast.Call) or call.keywords or not isinstance(
                call.func, ast.Name):
            return False
        try:
            for part in call.args:
                literal(eval(ast.unparse(part), {"torch": torch}))
        except Exception:  # another name, such as that of a helper, or a value that is no data
            return False
    return bool(lines)


def faults(exercise, seed):
    """List of (change, source, line) of the mutants of `exercise` that can be found: wrong on some inputs alone.

    They give results of the right type, and no errors; `line` is one on which the result is wrong.

    Args:
        exercise: an `Exercise` whose reference stands alone.
        seed: of the random lines on which they are tried.
    """
    if (exercise.name, seed) in _FAULTS:
        return _FAULTS[exercise.name, seed]
    lines = [line for line, _ in drawn(exercise, TELLS, seed)]
    if not takes_plain(exercise, lines):
        return []
    right = [expected(exercise, line) for line in lines]
    found = []
    for change, source in mutated(exercise):
        names = dict(exercise.reference.__globals__)
        try:
            exec(compile(source, "<fault>", "exec"), names)
        except Exception:  # it cannot be defined
            continue
        got = _tried(exercise, lines, names[exercise.name])
        if got is None or any(other.error is not None or type(other.value) is not type(one.value)
                              for one, other in zip(right, got, strict=True)):
            continue
        wrong = [line for line, one, other in zip(lines, right, got, strict=True) if not agree(one, other)]
        if SUBTLE[0] <= len(wrong) / len(lines) <= SUBTLE[1]:
            found.append((change, source, min(wrong, key=len)))
    _FAULTS[exercise.name, seed] = found
    return found


def _tried(exercise, lines, answer):
    """Outcomes of the `lines` with `answer` in plain form; None where it does not end in time."""
    try:
        with fixed(exercise), guarded(SECONDS):
            return [as_plain(run(line, exercise.uses | {exercise.name: answer})) for line in lines]
    except BaseException as stopped:
        if isinstance(stopped, KeyboardInterrupt):
            raise
        return None
