"""The judgment of an answer to an exercise."""

import contextlib
import functools
import textwrap

from nnlab.checks.candidate import Candidate, Ours, Reference, fault
from nnlab.checks.exercise import Verdict
from nnlab.checks.explaining import explained
from nnlab.checks.feedback import WIDTH, draw, happened
from nnlab.checks.forms import in_form_of, other_form
from nnlab.checks.originals import as_defined
from nnlab.checks.printed import show
from nnlab.checks.running import agree, bound, guarded
from nnlab.checks.traces import without_trace

_FORM = "  {} should be a {}: keep the line that the notebook begins it with."


def judge(exercise, answer, earlier=(), namespace=None, own_file=None):
    """`Verdict` on `answer`, a function or class, for `exercise`.

    Args:
        exercise: the `Exercise` that it answers.
        answer: the student's function or class.
        earlier: exercises whose references are bound while it is judged.
        namespace: dictionary of the names that the answer sees.
        own_file: the file that it was defined in, whose lines are the student's.
    """
    name, of_class = exercise.name, isinstance(exercise.reference, type)
    if of_class and not isinstance(answer, type):
        return incorrect(name, _FORM.format(name, "class"))
    with _trial(exercise, answer, earlier, namespace) as (reference, candidate):
        first, found = fault(reference, candidate)
        if first is None:
            line = next((line for line, outcome in found.items() if outcome.printed or outcome.figures), None)
            shown = line and functools.partial(show, line, found[line])
            return Verdict("correct", f"✓ {name} is right", shown, _handed_out(exercise, answer, reference, found))
        if isinstance(answer, type) and not of_class:  # which may be called like a function
            return incorrect(name, _FORM.format(name, "function"))
        drawn = candidate.run(exercise.draws) if exercise.draws else None
        named = _named(exercise, reference, candidate, first, found)
        lines, advice = happened(first, own_file)
        advice = named or explained(reference, candidate, first, found, advice)
        images = [functools.partial(show, first.line, first.got)] if first.got.printed or first.got.figures else []
        if drawn is not None:
            images.append(functools.partial(draw, exercise.draws, drawn, reference.outcome(exercise.draws)))
        return incorrect(name, lines, advice, (lambda: [image() for image in images]) if images else None)


def is_correct(exercise, answer, earlier=(), namespace=None, seconds=None):
    """Whether `judge` finds `answer` correct; it stops at the first case that fails.

    Args:
        exercise, answer, earlier, namespace: as for `judge`.
        seconds: limit in seconds of processor time for all cases together, in place of that of `judge`.
    """
    if isinstance(exercise.reference, type) and not isinstance(answer, type):
        return False
    with _trial(exercise, answer, earlier, namespace, seconds) as (reference, candidate):
        return fault(reference, candidate, patient=False)[0] is None


def in_usual_form(exercise, answer, earlier=()):
    """Correct `answer` with results of the usual type: converted where they are NumPy's, lists or float64."""
    with _trial(exercise, answer, earlier, None) as (reference, candidate):
        return _handed_out(exercise, answer, reference, {line: candidate.run(line) for line in exercise.cases})


def outcomes(exercise, answer, names=()):
    """`Outcome` of each of the author's cases with `answer`; `names` is a dictionary of other names that are bound."""
    with fixed(exercise):
        candidate = Candidate(exercise, answer, dict(names))
        return [candidate.run(case) for case in exercise.cases]


@contextlib.contextmanager
def _trial(exercise, answer, earlier, namespace, seconds=None):
    """Context manager that gives the `Reference` and the `Candidate` of `answer`, which can run in its block."""
    names = {other.name: other.reference for other in earlier}
    with fixed(exercise, *earlier):
        reference = Reference(exercise, names)
        with bound({} if namespace is None else namespace, names | {exercise.name: answer}), guarded(seconds):
            yield reference, Candidate(exercise, answer, names)


@contextlib.contextmanager
def fixed(*exercises):
    """Context manager: `without_trace`, with the course's functions of `exercises` as they were defined."""
    with without_trace(), as_defined([pair for exercise in exercises for pair in exercise.originals]):
        yield


def _named(exercise, reference, candidate, first, found):
    """Feedback of the named wrong answer that agrees with the candidate on all cases and signs; or None."""
    lines = [*exercise.cases, *exercise.signs]
    if first.kind != "result":
        return None
    if first.line not in lines:
        lines.append(first.line)
    mine = {line: found.get(line) or candidate.run(line) for line in lines}
    for k, wrong in enumerate(exercise.wrong):
        other = Ours(exercise, wrong.answer, reference.names, k)
        if all(agree(other.outcome(line), mine[line]) for line in lines):
            return wrong.says
    return None


def _handed_out(exercise, answer, reference, found):
    """The `answer` for the cells below, converted where its results have another type, such as NumPy's numbers."""
    if isinstance(answer, type):
        return answer
    for line, outcome in found.items():
        for right, mine in zip(reference.outcome(line).calls, outcome.calls, strict=False):
            if other_form(right.result, mine.result):
                return in_form_of(answer, right.result)
    return answer


def not_attempted(name):
    """The `Verdict` on a stub."""
    return Verdict("not attempted", f"○ {name}: not attempted yet; until then the cells below use ours. "
                                    f'A hint: check.hint("{name}")')


def incorrect(name, lines, said="", picture=None):
    """The `Verdict` on a wrong answer, of at most six lines."""
    head = f'✗ {name} is not right yet: until it is, the cells below use ours. A hint: check.hint("{name}")'
    tail = textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return Verdict("incorrect", "\n".join([head, lines, *tail]), picture)
