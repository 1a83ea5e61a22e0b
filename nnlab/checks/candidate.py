"""An answer that is judged: its outcomes on the cases of an exercise, compared with those of the reference."""

import copy
import dataclasses
import types

import torch

from nnlab.checks.comparing import same_forms
from nnlab.checks.inputs import drawn, smallest
from nnlab.checks.originals import as_defined
from nnlab.checks.running import Stopped, agree, run
from nnlab.checks.watching import Watch

AGAIN = 8  # cases that are run a second time
SHIFT = 1e-3  # relative change of an input that shows a kink: the reference's gradient changes with it


@dataclasses.dataclass(frozen=True)
class Fault:
    """The first case in which an answer differs from the reference: the line, both outcomes, and what was compared.

    `kind` is "result", "gradient" or "repetition".
    """

    line: str
    right: object
    got: object
    kind: str = "result"


class Candidate:
    """A function or class that is run in place of the reference.

    Args:
        exercise: the `Exercise`.
        answer: the function or class.
        names: dictionary of the references of earlier exercises, which the cases may use.
    """

    def __init__(self, exercise, answer, names):
        self.exercise, self.answer, self.names = exercise, answer, names
        self._watches = {}

    def run(self, line, **how):
        """`Outcome` of one line; `how` it is watched, by the options `shift`, `keeps` and `again` of `Watch`."""
        exercise, key = self.exercise, tuple(how.items())
        if key not in self._watches:
            watch = Watch(exercise.reference, forbids=exercise.forbids, fresh=exercise.fresh, **how)
            self._watches[key] = watch, watch.around(self.answer)
        watch, answer = self._watches[key]
        seen = {}  # objects that share a part have copies that share it
        uses = {name: _fresh(value, seen) for name, value in exercise.uses.items()}
        with as_defined(exercise.originals):
            return run(line, uses | self.names | {exercise.name: answer}, watch)


def _fresh(value, seen):
    """Copy of a value that an answer may change in place; functions, classes and modules are not copied."""
    return value if isinstance(value, types.ModuleType) else copy.deepcopy(value, seen)


def lines_of(exercise):
    """List of all cases of `exercise`: the author's, then the random ones."""
    if "drawn" not in exercise.expected:
        exercise.expected["drawn"] = drawn(exercise)
    return [*exercise.cases, *(line for line, _ in exercise.expected["drawn"])]


def differentiated(exercise):
    """List of the cases whose gradients are compared."""
    return [line for line in lines_of(exercise) if "grad" not in line] if exercise.differentiable else []


def repeated(exercise):
    """List of the cases that are run with each call made twice."""
    return lines_of(exercise)[:AGAIN] if exercise.repeats else []


class Ours(Candidate):
    """A function or class of the course, whose outcomes on the cases and signs are kept for all answers.

    Args:
        exercise, answer, names: as for `Candidate`.
        which: a key that is unique within the exercise, such as "reference".
    """

    def __init__(self, exercise, answer, names, which):
        super().__init__(exercise, answer, names)
        self.outcomes = exercise.expected.setdefault((which, frozenset(names)), {})

    def outcome(self, line, **how):
        """`Outcome` of any line, run as by `run`; those of cases and signs are kept."""
        key = line, *how.items()
        if key in self.outcomes:
            return self.outcomes[key]
        outcome = self.run(line, **how)
        if line in self.exercise.signs or line in lines_of(self.exercise):
            self.outcomes[key] = outcome
        return outcome


class Reference(Ours):
    """The reference of `exercise`; all that an answer is compared with is known before one is judged."""

    def __init__(self, exercise, names):
        super().__init__(exercise, exercise.reference, names, "reference")
        for line in lines_of(exercise):
            self.outcome(line)
        for line in differentiated(exercise):
            self.gradients(line)
        for line in repeated(exercise):
            self.outcome(line, again=True)

    def gradients(self, line):
        """Outcome of the gradients for `line`, and of those a small shift to either side, which shows kinks; a list."""
        return [self.outcome(line, shift=shift) for shift in (0.0, SHIFT, -SHIFT)]


def fault(reference, candidate, patient=True):
    """The `Fault` of a candidate, or None; and the dictionary of its outcomes by line.

    Args:
        reference, candidate: a `Reference` and a `Candidate` for the same exercise.
        patient: run all lines, also after the first fault, and make a random case smaller.
    """
    exercise, found, failing = candidate.exercise, {}, []
    for line in lines_of(exercise):
        found[line] = candidate.run(line, keeps=patient)
        if not agree(reference.outcome(line), found[line]):
            failing.append(line)
            if not patient:
                break
        if isinstance(found[line].error, Stopped):
            break
    if failing:
        return _of_result(reference, candidate, failing, found, patient), found
    for line in differentiated(exercise):
        right, *near = reference.gradients(line)
        got = candidate.run(line, shift=0.0)
        if not same_gradients(right, near, got):
            return Fault(line, right, got, "gradient"), found
    for line in repeated(exercise):
        right, again = reference.outcome(line, again=True), candidate.run(line, again=True)
        if not agree(right, again):
            return Fault(line, right, again, "repetition"), found
    return None, found


def _of_result(reference, candidate, failing, found, patient):
    """The `Fault` on the first of the author's cases that fails, else on a random one, made smaller.

    Results that are right and only share memory with an argument come last.
    """
    exercise = candidate.exercise
    shares = {line: _only_shares(reference.outcome(line), found[line]) for line in failing}
    line = min(failing, key=shares.get)
    if line not in exercise.cases and patient and not isinstance(found[line].error, Stopped):
        choices = dict(exercise.expected["drawn"])
        only = shares[line]
        line = min((one for one in failing if one in choices and shares[one] == only), key=len)

        def fails(text):
            right = reference.outcome(text)
            if right.error is not None:
                return False
            found[text] = candidate.run(text, keeps=True)
            return not agree(right, found[text]) and (only or not _only_shares(right, found[text]))

        line, _ = smallest(exercise, line, choices[line], fails)
    return Fault(line, reference.outcome(line), found[line])


def _only_shares(right, got):
    """Whether the result is right and its only fault is that it shares its memory with an argument."""
    plain = [dataclasses.replace(one, calls=(), patched=()) for one in (right, got)]
    kinds = {kind for call in got.calls for _, kind in call.effects}
    return agree(*plain) and kinds == {"shared"} and not got.patched


def same_gradients(right, near, got):
    """Whether gradients are those of the reference, where these do not jump, and finite where these are."""
    if got.error is not None or right.error is not None:
        return type(got.error) is type(right.error)
    if not same_forms(right.value, got.value):
        return False
    for wanted, mine, *shifted in zip(right.value, got.value, *(one.value for one in near), strict=True):
        if wanted is None or mine is None:
            if wanted is not None and wanted.abs().max() > 0:
                return False
            continue
        finite = torch.isfinite(wanted)
        if not torch.isfinite(mine[finite]).all():
            return False
        scale = max([1.0, *wanted[finite].abs().flatten().tolist()])
        jumps = torch.stack([(wanted - other).abs() for other in shifted if other is not None]).amax(0)
        if ((wanted - mine).abs() > 1e-3 * scale + 2 * jumps)[finite].any():
            return False
    return True
