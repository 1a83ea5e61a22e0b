"""Judge an answer, say why it is wrong, and bind a name that works.

An exercise is a reference, a ladder of cases, the wrong answers that have a name, and hints. A case is a line of Python
whose last expression is compared: what is shown to a student is what was run, and can be run again.
"""

import ast
import contextlib
import dataclasses
import difflib
import inspect
import io
import itertools
import linecache
import os
import random
import signal
import sys
import textwrap
import threading
import traceback

import numpy as np
import torch

SECONDS = 10  # an answer is stopped after this time, all cases together


@dataclasses.dataclass(frozen=True)
class Wrong:
    """A wrong answer with a name: something that behaves like it, and what is said to who gives it."""

    answer: object
    says: str


@dataclasses.dataclass(frozen=True)
class Exercise:
    """What is asked (the reference's docstring), how it is judged, and what helps.

    Args:
        reference: the right function or class; its name is the exercise's.
        cases: lines of Python that use that name, smallest first; the last expression of each is compared.
        wrong: named wrong answers; an answer that agrees with one on every case is told so.
        hints: from a nudge to nearly the answer.
        allows: what a correct answer now allows, in a few words.
    """

    reference: object
    cases: tuple
    wrong: tuple
    hints: tuple
    allows: str

    @property
    def name(self):
        """The exercise's name: its reference's."""
        return self.reference.__name__

    @property
    def source(self):
        """Source text of the reference."""
        return textwrap.dedent(inspect.getsource(self.reference))


@dataclasses.dataclass(frozen=True)
class Verdict:
    """How an answer was judged: "not attempted", "incorrect" or "correct", and what is said about it."""

    kind: str
    text: str


class CheckFailed(AssertionError):
    """Raised instead of printed under NNLAB_STRICT=1, where every exercise must be right."""


class _TooLong(BaseException):
    """Stops an answer that does not end; no ``except Exception`` of the answer catches it."""


# ------------------------------------------------------------------------------------------------ running

@dataclasses.dataclass(frozen=True)
class _Outcome:
    """What a case came to: a value, or an error; and the names of inputs that were changed."""

    value: object = None
    error: BaseException | None = None
    changed: tuple = ()


@contextlib.contextmanager
def _stopped_after(seconds):
    """Raise _TooLong in the block after `seconds`, again and again until it ends; only the main thread can be stopped.

    A loop around ``try: ... except: pass`` swallows what lands in its ``try``; a second alarm at once lands in its ``except``.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    gaps = itertools.cycle((2e-5, 0.05))

    def stop(*_):
        signal.setitimer(signal.ITIMER_REAL, next(gaps))
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _bound(namespace, names):
    """Bind `names` in the dictionary `namespace` for the block, then restore what was there."""
    missing = object()
    before = {name: namespace.get(name, missing) for name in names}
    namespace.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is missing:
                namespace.pop(name, None)
            else:
                namespace[name] = value


@contextlib.contextmanager
def _without_trace():
    """Drop what is printed in the block, and leave the random generators of Python, NumPy and torch as they were."""
    states = random.getstate(), np.random.get_state()
    try:
        with (contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()),
              torch.random.fork_rng(devices=[])):
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def _run(case, names):
    """_Outcome of the lines in `case`, with `names` bound."""
    body = ast.parse(case).body
    namespace = {"torch": torch, **names}
    torch.manual_seed(0)
    try:
        exec(compile(ast.Module(body[:-1], []), "<case>", "exec"), namespace)
        given = {name: value.detach().clone() for name, value in namespace.items() if isinstance(value, torch.Tensor)}
        value = eval(compile(ast.Expression(body[-1].value), "<case>", "eval"), namespace)
        changed = tuple(name for name, before in given.items() if _difference(before, namespace[name]))
        return _Outcome(value=value, changed=changed)
    except (Exception, SystemExit, _TooLong) as error:
        return _Outcome(error=error)


def _difference(expected, got):
    """None where `got` is as `expected` (numbers within 1e-5, relative or absolute), else what differs, in a few words."""
    if isinstance(expected, torch.Tensor):
        if not isinstance(got, torch.Tensor):
            return "nothing (None)" if got is None else f"{type(got).__name__} instead of a tensor"
        if got.shape != expected.shape:
            return f"shape {tuple(got.shape)} instead of {tuple(expected.shape)}"
        if got.dtype != expected.dtype:
            return f"{got.dtype} instead of {expected.dtype}"
        same = torch.allclose(got.detach().cpu(), expected.detach(), rtol=1e-5, atol=1e-5, equal_nan=True)
        return None if same else "other numbers"
    if isinstance(expected, tuple | list):
        if not isinstance(got, type(expected)) or len(got) != len(expected):
            return f"{type(got).__name__} instead of {len(expected)} values"
        return next(filter(None, map(_difference, expected, got)), None)
    if isinstance(expected, float) and isinstance(got, int | float) and not isinstance(got, bool):
        return None if abs(got - expected) <= 1e-5 * max(1, abs(expected)) else "another number"
    return None if type(got) is type(expected) and got == expected else "another value"


def _agrees(one, other):
    """Whether two outcomes are the same: equal values, or the same kind of error."""
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error)
    try:
        return one.changed == other.changed and _difference(one.value, other.value) is None
    except Exception:  # values that cannot be compared, such as a sparse tensor, are not the same
        return False


# ---------------------------------------------------------------------------------------------- reading

def _definition(frame, name):
    """Syntax tree of the definition of `name` whose decorator `frame` is running; None where its source is not kept."""
    try:
        tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename)))
    except SyntaxError:
        return None
    return next((node for node in ast.walk(tree)
                 if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
                 and any(mark.lineno == frame.f_lineno for mark in node.decorator_list)), None)


def is_stub(definition):
    """Whether the syntax tree of a function or class holds nothing but docstrings, `...` and `pass`."""
    def idle(node):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return all(map(idle, node.body))
        return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    return idle(definition)


# ---------------------------------------------------------------------------------------------- judging

def judge(exercise, answer, earlier=(), frame=None):
    """`Verdict` on `answer`, a function or class, for `exercise`.

    Args:
        exercise: what it is judged by.
        answer: the student's function or class.
        earlier: exercises whose references are bound while it is judged.
        frame: where the answer was defined: its globals are those that the answer sees, its file the student's own.
    """
    name = exercise.name
    if isinstance(answer, type) != isinstance(exercise.reference, type):
        kind = "class" if isinstance(exercise.reference, type) else "function"
        return _incorrect(name, f"{name} should be a {kind}: keep the line that the notebook begins it with.")
    names = {other.name: other.reference for other in earlier}

    def run(candidate):
        return [_run(case, names | {name: candidate}) for case in exercise.cases]

    got = []
    with _without_trace():
        try:
            with _bound(frame.f_globals if frame else {}, names | {name: answer}), _stopped_after(SECONDS):
                for case in exercise.cases:
                    got.append(_run(case, names | {name: answer}))
                    if isinstance(got[-1].error, _TooLong):
                        break
        except _TooLong as error:
            got.append(_Outcome(error=error))
        right = run(exercise.reference)
        failing = next((k for k, outcome in enumerate(got) if not _agrees(right[k], outcome)), None)
        if failing is None:
            return Verdict("correct", f"✓ {name} is right. {exercise.allows}")
        named = next((wrong.says for wrong in exercise.wrong
                      if len(got) == len(right) and all(map(_agrees, run(wrong.answer), got))), None)
        own_file = frame.f_code.co_filename if frame else None
        return _incorrect(name, _what_happened(exercise.cases[failing], got[failing], right[failing], own_file), named)


def _what_happened(case, outcome, expected, own_file):
    """Lines that say what a case gave and what it should have given."""
    shown = case.replace("; ", "\n")
    if isinstance(outcome.error, _TooLong):
        return _aligned(("case", shown)) + f"\nIt had not ended after {SECONDS} seconds: which loop never stops?"
    if outcome.error is not None:
        kind, text = type(outcome.error).__name__, str(outcome.error).splitlines()
        return _aligned(("case", shown), *_own_line(outcome.error, own_file), ("error", f"{kind}: {text[0] if text else ''}"))
    if outcome.value is None and expected.value is not None:
        return _aligned(("case", shown), ("expected", expected.value), ("got", "nothing (None): does it end with return?"))
    rows = [("case", shown), ("expected", expected.value), ("got", outcome.value)]
    try:
        difference = _difference(expected.value, outcome.value)
    except Exception:
        difference = f"{type(outcome.value).__name__} that cannot be compared instead of {type(expected.value).__name__}"
    if difference is None and outcome.changed:
        return _aligned(rows[0]) + (f"\nThe result is right, but your answer changed its input {outcome.changed[0]} in place. "
                                    "Whoever called it still needs that; make a new tensor.")
    if "instead" in difference:
        rows.append(("so", difference))
    return _aligned(*rows)


def _own_line(error, own_file):
    """The last line of the file `own_file` that `error` passed through, as a row; nothing where there is none."""
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == own_file and frame.line]
    return [("your line", lines[-1])] if lines else []


def _aligned(*rows):
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"{label:<{width}}  " + textwrap.indent(_shown(value), " " * (width + 2)).lstrip() for label, value in rows)


def _shown(value):
    """Text of `value`, whatever its own __str__ does."""
    try:
        return str(value)
    except Exception:
        return f"a {type(value).__name__}"


def _incorrect(name, happened, named=None):
    lines = [f"✗ {name} is not right yet.", textwrap.indent(happened, "  ")]
    if named:
        lines.append(textwrap.fill(named, 100, initial_indent="  ", subsequent_indent="  "))
    lines.append(f'  Until it is, {name} is ours, so that the cells below run. A hint: check.hint("{name}")')
    return Verdict("incorrect", "\n".join(lines))


# ----------------------------------------------------------------------------------------------- the face

class Checks:
    """The exercises of one week: ``@check`` above an answer, ``check.hint``, ``check.solution``, ``check.progress``."""

    def __init__(self, exercises):
        self.exercises = {exercise.name: exercise for exercise in exercises}
        self._attempts, self._verdicts, self._hints = {}, {}, {}

    def __call__(self, answer):
        """Judge `answer`, print what there is to say, and return it if it is right, else the reference."""
        name = getattr(answer, "__name__", repr(answer))
        if name not in self.exercises:
            return self._unknown(name, answer)
        exercise = self.exercises[name]
        frame = sys._getframe(1)
        definition = _definition(frame, name)
        if definition is not None and is_stub(definition):
            verdict = Verdict("not attempted", f"○ {name}: not attempted yet; until then the cells below use ours. "
                                               f'A hint: check.hint("{name}")')
        else:
            earlier = list(self.exercises.values())[:list(self.exercises).index(name)]
            verdict = judge(exercise, answer, earlier, frame)
        self._attempts[name], self._verdicts[name] = answer, verdict
        if verdict.kind != "correct" and os.environ.get("NNLAB_STRICT"):
            raise CheckFailed(verdict.text)
        print(verdict.text)
        return answer if verdict.kind == "correct" else exercise.reference

    def _unknown(self, name, answer):
        near = difflib.get_close_matches(name, self.exercises, 1) or list(self.exercises)
        text = f"? There is no exercise {name!r} here; did you mean {' or '.join(map(repr, near))}? Keep the name as it was."
        if os.environ.get("NNLAB_STRICT"):
            raise CheckFailed(text)
        print(text)
        return answer

    def _named(self, name):
        if name not in self.exercises:
            raise ValueError(f"no exercise {name!r}; choose one of: {', '.join(map(repr, self.exercises))}")
        return self.exercises[name]

    def attempt(self, name):
        """The student's own last version of the exercise called `name`; None where there was none."""
        self._named(name)
        return self._attempts.get(name)

    def hint(self, name):
        """Print the next hint for the exercise called `name`; after the last it begins again."""
        hints = self._named(name).hints
        step = self._hints.get(name, 0)
        self._hints[name] = (step + 1) % len(hints)
        print(f"Hint {step + 1} of {len(hints)}: {hints[step]}")

    def solution(self, name):
        """Print a right answer for the exercise called `name`."""
        print(self._named(name).source)

    def progress(self):
        """Print a table of the exercises and how each was judged."""
        width = max(map(len, self.exercises))
        for name in self.exercises:
            kind = self._verdicts[name].kind if name in self._verdicts else "not attempted"
            print(f"{name:<{width}}  {kind}")
