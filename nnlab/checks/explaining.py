"""Explanations derived from the results of all cases: what an answer computes, or for which inputs it is wrong."""

import dataclasses

import torch

from nnlab.checks.candidate import lines_of
from nnlab.checks.comparing import difference
from nnlab.checks.features import separating
from nnlab.checks.feedback import AGAIN
from nnlab.checks.forms import like
from nnlab.checks.rearranged import OF_ARGUMENTS
from nnlab.checks.running import Stopped, agree
from nnlab.checks.transformed import OF_RESULTS, off_together

_PLACES = ("first", "second", "third", "fourth")
_COMPARISONS = (
    (lambda right, got: torch.isfinite(got).all() and (right - got).abs().max() < 0.01 * right.abs().max(),
     "the numbers are off by less than 1 %: is something rounded, or a small number added"),
    (lambda right, got: not torch.isfinite(got).all() and torch.isfinite(right).all(),
     "a number is infinite or nan, from a value that is too large or a division by 0"),
    (lambda right, got: (right >= 0).all() and (got < 0).all(), "the numbers are negative, and none should be"),
    (lambda right, got: (got <= right + 1e-6).all(), "the numbers are too small, none is too large"),
    (lambda right, got: (got >= right - 1e-6).all(), "the numbers are too large, none is too small"),
    (lambda right, got: (got == got.round()).all() and (right != right.round()).any(),
     "the numbers are whole, and should not be"),
    (lambda right, got: got.numel() > 1 and torch.allclose(got.sort().values, right.sort().values),
     "the numbers are right, but in another order"),
    (lambda right, got: got.numel() > 1 and (got - got.mean()).abs().max() < 1e-6, "all numbers are equal"),
)


def explained(reference, candidate, fault, found, advice=""):
    """Sentence on how the answer differs from the reference, which holds on all cases that were run; or "".

    Tried in this order: a transformation of the correct result (sign, factor, sum for mean, transposed, shifted);
    the reference's result for other arguments (one ignored, two exchanged, another axis); a property of the inputs that
    separates correct cases from wrong ones.

    Args:
        reference, candidate, fault, found: as `nnlab.checks.candidate.fault` takes and returns them.
        advice: the sentence if no transformation explains the results.
    """
    nothing = fault.got.error is not None or fault.got.value is None
    if fault.kind != "result" or isinstance(fault.got.error, Stopped) or (nothing and advice):
        return advice
    lines = list(dict.fromkeys([*(line for line in lines_of(reference.exercise) if line in found), fault.line]))
    if not all(_same(found[line], candidate.run(line)) for line in [fault.line, *lines[:3]]):
        return AGAIN
    trials = [(reference.outcome(line), found[line], found[line].calls) for line in lines]
    verdicts = [(calls, agree(right, got)) for right, got, calls in trials]
    said = (_of_results(trials, OF_RESULTS) or _of_arguments(reference.exercise, trials)
            or _of_results(trials, [off_together]) or advice)
    return said or _only_part(trials) + (
        separating(verdicts) or _compared(trials) or _at_last(reference.exercise, [right for _, right in verdicts]))


def _only_part(trials):
    """A sentence, with a space after it, on the one part of the results that is wrong; "" where there are others."""
    pairs = _in_parts(trials)
    wrong = _wrong_parts(pairs) if len(pairs) == len(trials) else []
    count = len(pairs[0][0]) if wrong else 0
    if len(wrong) != 1 or count < 2:
        return ""
    place = _PLACES[wrong[0]] if wrong[0] < len(_PLACES) else f"{wrong[0] + 1}th"
    return f"Of the {count} results only the {place} is wrong. "


def _in_parts(trials):
    """Triples of the parts of the right value, the parts of the answer's, and the calls; where both have as many."""
    parts = [(_parts(right.value), _parts(like(right.value, got.value)), calls) for right, got, calls in trials
             if right.error is None and got.error is None]
    parts = [trial for trial in parts if trial[0] and trial[1]]
    return [trial for trial in parts if len(trial[0]) == len(trial[1]) == len(parts[0][0])]


def _wrong_parts(pairs):
    """Numbers of the parts that differ in any of `pairs`, from `_in_parts`; a list."""
    return [k for k in range(len(pairs[0][0]) if pairs else 0)
            if any(difference(right[k], got[k]) is not None for right, got, _ in pairs)]


def _same(one, other):
    """Whether two outcomes of the same line are equal."""
    return agree(dataclasses.replace(one, calls=()), dataclasses.replace(other, calls=()))


def _at_last(exercise, verdicts):
    """Number of correct cases, and the first hint: for answers that nothing else explains."""
    return f"Right in {sum(verdicts)} of {len(verdicts)} cases tried. {exercise.hints[0]}" if exercise.hints else ""


def _of_results(trials, transformations):
    """A sentence on one of the `transformations` of the right results that gives the answer's, part by part; or ""."""
    trials = [trial for trial in trials if trial[1].error is None]
    pairs = _in_parts(trials)
    if not pairs or len(pairs) < len(trials):
        return ""
    count = len(pairs[0][0])
    if count == 2 and all(difference(right[::-1], got) is None for right, got, _ in pairs):
        return "The two results are exchanged."
    wrong = _wrong_parts(pairs)
    said = [_part([(right[k], got[k], calls) for right, got, calls in pairs], transformations) for k in wrong]
    if not said or not all(said):
        return ""
    if len(wrong) == count:
        return said[0] if len(set(said)) == 1 else ""
    return _only_part(trials) + said[0] if len(wrong) == 1 else ""


def _part(triples, transformations):
    """A sentence on a transformation that explains all of `triples`: a right value, the answer's, its calls; or ""."""
    return next(filter(None, (holds(triples) for holds in transformations)), "")


def _parts(value):
    """The tensors of float64 of a number, a tensor or a pair or list of such, a list; None for anything else."""
    if isinstance(value, tuple | list) and value and not all(isinstance(part, int | float) for part in value):
        parts = [_parts(part) for part in value]
        return [part[0] for part in parts] if all(part and len(part) == 1 for part in parts) else None
    try:
        tensor = torch.as_tensor(value).detach()
        return [tensor.double()] if tensor.layout == torch.strided and tensor.device.type == "cpu" else None
    except (TypeError, ValueError, RuntimeError):
        return None


def _compared(trials):
    """A sentence on how the numbers compare with the right ones in all cases that are wrong; or ""."""
    if any(isinstance(right.value, bool) or got.error is not None for right, got, _ in trials):
        return ""
    pairs = [(right[0], got[0]) for right, got, _ in _in_parts(trials) if len(right) == 1
             and right[0].shape == got[0].shape and difference(right[0], got[0]) is not None]
    if len(pairs) < 2:
        return ""
    for holds, says in _COMPARISONS:
        if all(holds(right, got) for right, got in pairs):
            return f"In all {len(pairs)} cases that are wrong {says}."
    return ""


def _of_arguments(exercise, trials):
    """A sentence on other arguments for which the reference gives the answer's results; or ""."""
    if isinstance(exercise.reference, type):
        return ""
    usable = [(right, got, calls[0].arguments) for right, got, calls in trials if len(calls) == len(right.calls) == 1
              and calls[0].arguments.keys() == right.calls[0].arguments.keys()]
    if len(usable) < 3:
        return ""
    for change in OF_ARGUMENTS:
        names = list(usable[0][2])
        for changed, said in change(names):
            if _holds(exercise.reference, changed, usable):
                return said
    return ""


def _holds(reference, changed, usable):
    """Whether the reference with `changed` arguments gives the answer's results in every case, and not its own."""
    told = 0
    for right, got, arguments in usable:
        if got.error is not None:
            return False
        try:
            other = changed(dict(arguments))
            if other is None:
                return False
            value = reference(**other) if all(map(str.isidentifier, other)) else reference(*other.values())
            mine = got.calls[0].result
            if difference(value, like(value, mine)) is not None:
                return False
            told += difference(right.calls[0].result, like(right.calls[0].result, mine)) is not None
        except Exception:
            return False
    return told > 0
