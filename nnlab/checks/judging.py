"""The judgment of an answer to an exercise."""

import contextlib
import copy
import functools
import textwrap
import types

import torch

from nnlab.checks.exercise import Verdict
from nnlab.checks.feedback import WIDTH, aligned, draw, happened
from nnlab.checks.originals import as_defined
from nnlab.checks.running import Stopped, agree, bound, guarded, run
from nnlab.checks.traces import without_trace


def judge(exercise, answer, earlier=(), namespace=None, own_file=None):
    """`Verdict` on `answer`, a function or class, for `exercise`.

    Args:
        exercise: the `Exercise` that it answers.
        answer: the student's function or class.
        earlier: exercises whose references are bound while it is judged.
        namespace: dictionary of the names that the answer sees.
        own_file: the file that it was defined in, whose lines are the student's.
    """
    name = exercise.name
    if not _same_kind(exercise, answer):
        kind = "class" if isinstance(exercise.reference, type) else "function"
        return incorrect(name, f"  {name} should be a {kind}: keep the line that the notebook begins it with.")
    names, count = {other.name: other.reference for other in earlier}, len(exercise.cases)
    drawing = (exercise.draws,) if exercise.draws else ()
    with _fixed(exercise, *earlier):
        right = _expected(exercise, names)
        found = _tried(exercise, answer, (*exercise.cases, *drawing, *exercise.signs), names, namespace)
        got, drawn, signs = found[:count], found[count:count + len(drawing)], found[count + len(drawing):]
        failing = next((k for k, outcome in enumerate(got) if not agree(right[k], outcome)), None)
        if failing is None:
            return Verdict("correct", f"✓ {name} is right")
        told_by = list(zip((*exercise.cases, *exercise.signs), got + signs, strict=False))
        named = next((wrong.says for wrong in exercise.wrong if len(got) == count and all(
            agree(_run(exercise, wrong.answer, line, names), outcome) for line, outcome in told_by)), None)
        lines, advice = happened(exercise.cases[failing], got[failing], right[failing], own_file)
        image = None
        if drawn:
            expected = _run(exercise, exercise.reference, exercise.draws, names)
            image = functools.partial(draw, exercise.draws, drawn[0], expected)
        return incorrect(name, lines, named or advice, image)


def is_correct(exercise, answer, earlier=(), namespace=None, seconds=None):
    """Whether `judge` finds `answer` correct; nothing runs after the first case that decides that it does not.

    Args:
        exercise, answer, earlier, namespace: as for `judge`.
        seconds: limit in seconds of processor time for all cases together, in place of that of `judge`.
    """
    if not _same_kind(exercise, answer):
        return False
    names = {other.name: other.reference for other in earlier}
    with _fixed(exercise, *earlier):
        right = _expected(exercise, names)
        got = _tried(exercise, answer, exercise.cases, names, namespace, seconds,
                     ends=lambda k, outcome: not agree(right[k], outcome))
        return len(got) == len(right) and agree(right[-1], got[-1])


def outcomes(exercise, answer, names=()):
    """`Outcome` of each case of `exercise` with `answer`; `names` is a dictionary of other names that are bound."""
    with _fixed(exercise):
        return [_run(exercise, answer, case, dict(names)) for case in exercise.cases]


@contextlib.contextmanager
def _fixed(*exercises):
    """`without_trace`, and what `exercises` run of ours is as it was defined, whatever a student has set on it."""
    with without_trace(), as_defined([pair for exercise in exercises for pair in exercise.originals]):
        yield


def _same_kind(exercise, answer):
    """Whether `answer` is a class where one is expected, and none where a function is."""
    return isinstance(answer, type) == isinstance(exercise.reference, type)


def _run(exercise, candidate, line, names):
    """`Outcome` of one line of `exercise` with `candidate` as its answer and the other `names` bound."""
    seen = {}  # what two of them share, their copies share
    uses = {name: _fresh(value, seen) for name, value in exercise.uses.items()}
    with as_defined(exercise.originals):
        return run(line, uses | names | {exercise.name: candidate})


def _expected(exercise, names):
    """Outcomes of the cases with the reference, computed once for each set of `names`."""
    if frozenset(names) not in exercise.expected:
        exercise.expected[frozenset(names)] = outcomes(exercise, exercise.reference, names)
    return exercise.expected[frozenset(names)]


def _tried(exercise, answer, lines, names, namespace, seconds=None, ends=lambda k, outcome: False):
    """Outcomes of `lines` with `answer`, up to the first that was stopped or for which ``ends(index, outcome)``."""
    found = []
    with bound({} if namespace is None else namespace, names | {exercise.name: answer}), guarded(seconds):
        for k, line in enumerate(lines):
            found.append(_run(exercise, answer, line, names))
            if isinstance(found[-1].error, Stopped) or ends(k, found[-1]):
                break
    return found


def _fresh(value, seen):
    """A copy of anything that an answer may spoil; functions, classes and modules as they are."""
    return value if isinstance(value, types.ModuleType) else copy.deepcopy(value, seen)


def judge_value(exercise, value):
    """`Verdict` on the list `value` for the `Quiz` called `exercise`."""
    name, count = exercise.name, len(exercise.reference)
    if value is ... or value is None or (isinstance(value, tuple | list) and all(part is ... for part in value)):
        return not_attempted(name)
    if not isinstance(value, tuple | list) or len(value) != count:
        return incorrect(name, f"  {name} should be a list of {count} values, one for each question.")
    given = [_plain(part) for part in value]
    k = next((k for k in range(count) if not _same(given[k], exercise.reference[k])), None)
    if k is None:
        return Verdict("correct", f"✓ {name} is right")
    said = next((wrong.says for wrong in exercise.wrong if _same(given[k], wrong.answer[k])
                 and not _same(given[k], exercise.reference[k])), "")
    form = "" if type(given[k]) is type(exercise.reference[k]) or given[k] is ... else (
        f"A {type(exercise.reference[k]).__name__} is asked, such as {_like(exercise.reference[k])}.")
    words = sorted(set(exercise.reference)) if all(isinstance(part, str) for part in exercise.reference) else []
    if words and given[k] is not ... and not any(_same(given[k], word) for word in words):
        form = f"Choose {', '.join(map(repr, words[:-1]))} or {words[-1]!r}."
    given = "no answer yet" if given[k] is ... else repr(given[k])
    return incorrect(name, aligned((f"{k + 1} of {count}", exercise.questions[k]), ("yours", given)), said or form)


def _same(given, right):
    """Whether two values are equal; an array or tensor of several numbers is equal to nothing."""
    try:
        return bool(given == right)
    except Exception:  # an array has no truth value
        return False


def _plain(part):
    """A shape, list or one-number tensor as the tuple or number that it stands for."""
    if isinstance(part, torch.Tensor) and part.numel() == 1:
        return part.item()
    return tuple(part) if isinstance(part, list | torch.Size) else part


def _like(value):
    """An example of the form of `value` that gives nothing away."""
    return "(2, 5)" if isinstance(value, tuple) else repr(type(value)(7))


def not_attempted(name):
    """The `Verdict` on a stub."""
    return Verdict("not attempted", f"○ {name}: not attempted yet; until then the cells below use ours. "
                                    f'A hint: check.hint("{name}")')


def incorrect(name, lines, said="", picture=None):
    """The `Verdict` on a wrong answer, of at most six lines."""
    head = f'✗ {name} is not right yet: until it is, the cells below use ours. A hint: check.hint("{name}")'
    tail = textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return Verdict("incorrect", "\n".join([head, lines, *tail]), picture)
