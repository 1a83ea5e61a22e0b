"""Transformations that turn the correct result into a wrong answer's, such as another sign, factor or shape.

Each function takes triples (right value, the answer's value, calls), tensors of float64, one for each case, and returns
a sentence if the change explains all of them, else "".
"""

import math

import torch

from nnlab.checks.comparing import NEAR


def _equal(one, other):
    return one.shape == other.shape and torch.allclose(one, other, **NEAR)


def _elementwise(change, says, back=None):
    """A transformation of each right value by the function `change`; or of the answer's by its inverse, `back`."""
    def explains(right, got):
        try:
            changed = change(right)
            return changed is not None and (_equal(changed, got) or (back is not None and _equal(back(got), right)))
        except (RuntimeError, IndexError):
            return False

    def holds(triples):
        told = all(explains(right, got) for right, got, _ in triples)
        return says if told and not all(_equal(right, got) for right, got, _ in triples) else ""
    return holds


def _shape(triples):
    """The same numbers in another shape."""
    for right, got, _ in triples:
        if right.numel() != got.numel() or not torch.allclose(right.reshape(-1), got.reshape(-1), **NEAR):
            return ""
    shapes = [(tuple(right.shape), tuple(got.shape)) for right, got, _ in triples if right.shape != got.shape]
    if not shapes:
        return ""
    right, got = shapes[0]
    what = ("it is cut into other rows" if len(got) == len(right) else
            "a dimension is too many" if len(got) > len(right) else "a dimension is missing")
    return f"The numbers are right, but their shape is {got} instead of {right}: {what}."


def _factor(triples):
    """A constant factor, or one that is a size of an argument."""
    ratios = []
    for right, got, _ in triples:
        if right.shape != got.shape or not torch.isfinite(got).all():
            return ""
        large = right.abs() > 1e-3 * max(1.0, right.abs().max().item()) if right.numel() else right > 0
        if not large.any():
            if not _equal(right, got):
                return ""
            ratios.append(None)
            continue
        ratio = (got[large] / right[large]).mean().item()
        if not _equal(right * ratio, got):
            return ""
        ratios.append(ratio)
    known = [ratio for ratio in ratios if ratio is not None]
    if not known or all(abs(ratio - 1) < 1e-4 for ratio in known):
        return ""
    if max(known) - min(known) < 1e-3 * max(map(abs, known)) and len(known) > 1:
        if abs(known[0]) < 1e-6:
            return "The result is always 0: which part of the formula makes it vanish?"
        return f"Every number is {_fraction(known[0])} times the right one: which constant factor is wrong?"
    return _by_a_size(triples, ratios)


def _by_a_size(triples, ratios):
    """A sentence where each ratio is a simple function of the size of an argument, or of a number; or ""."""
    sizes = [_sizes(calls[0].arguments) if calls else {} for _, _, calls in triples]
    for name in sizes[0]:
        if not all(size.get(name, 0) > 0 for size in sizes):
            continue
        known = [(ratio, size[name]) for ratio, size in zip(ratios, sizes, strict=True) if ratio is not None]
        for function, words in _OF_A_SIZE:
            constants = [ratio / function(n) for ratio, n in known if function(n)]
            constant = constants[0] if constants else 0
            if len({n for _, n in known}) > 1 and all(math.isclose(ratio, constant * function(n), rel_tol=1e-3)
                                                      for ratio, n in known):
                factor = "" if math.isclose(constant, 1, rel_tol=1e-3) else f"times {_fraction(constant)}, and "
                return f"The result is the right one {factor}{words.format(name)}"
    return ""


def _sizes(arguments):
    """Dictionary of the sizes of the arguments, by words."""
    found = {}
    for name, value in arguments.items():
        if isinstance(value, torch.Tensor) and value.ndim:
            found |= {f"the first size of `{name}`": value.shape[0], f"the last size of `{name}`": value.shape[-1]}
            found[f"the number of elements of `{name}`"] = value.numel()
        elif isinstance(value, tuple | list):
            found[f"the length of `{name}`"] = len(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[f"`{name}`"] = value
    return found


_OF_A_SIZE = (
    (lambda n: n, "times {}: a sum in place of a mean?"), (lambda n: 1 / n, "divided by {}: a mean in place of a sum?"),
    (math.sqrt, "times the square root of {}."), (lambda n: math.sqrt(n - 1) if n > 1 else 0, "times √(N - 1), N {}."),
    (lambda n: n * n, "times the square of {}."), (lambda n: n ** -0.5, "divided by the square root of {}."),
    (lambda n: (n - 1) / n if n > 1 else 0, "times (N - 1)/N, N {}: what is it divided by?"),
    (lambda n: n / (n - 1) if n > 1 else 0, "times N/(N - 1), N {}: what is it divided by?"),
    (lambda n: math.sqrt((n - 1) / n) if n > 1 else 0, "times √((N - 1)/N), N {}: what is it divided by?"),
    (lambda n: math.sqrt(n / (n - 1)) if n > 1 else 0, "times √(N/(N - 1)), N {}: what is it divided by?"),
)


def _fraction(ratio):
    """A factor as a short text, such as 2, 1/3 or 0.693."""
    for number in range(1, 1001):
        if math.isclose(ratio, number, rel_tol=1e-4):
            return str(number)
        if math.isclose(ratio, 1 / number, rel_tol=1e-4):
            return f"1/{number}"
    return f"{ratio:.3g}"


def off_together(triples):
    """In each case all numbers off by the same difference, or by the same factor."""
    told = [(right, got) for right, got, _ in triples if right.shape == got.shape and right.numel() > 1]
    if len(told) < 2 or all(_equal(right, got) for right, got in told) or not all(
            _equal(right, got) for right, got, _ in triples if right.shape != got.shape):
        return ""
    differences = [got - right for right, got in told]
    if all(_equal(one, one.mean().expand(one.shape)) for one in differences):
        return "In each case all numbers are off by the same amount: which term is added, or left out?"
    if all(_equal(got, right * ((got * right).sum() / (right * right).sum().clamp(min=1e-12))) for right, got in told):
        return "In each case all numbers are off by the same factor: what are they divided by, or multiplied with?"
    return ""


def _constant(triples):
    """The same result for every input, or one number everywhere."""
    values = {value for _, got, _ in triples for value in got.reshape(-1).tolist()}
    first = triples[0][1]
    if len(triples) >= 3 and len(values) == 1 and len({tuple(got.shape) for _, got, _ in triples}) > 1:
        return f"The result is {values.pop():g} for every input: which argument is not used?"
    rights = [right for right, _, _ in triples]
    if len(triples) >= 3 and all(_equal(got, first) for _, got, _ in triples) and not all(
            _equal(right, rights[0]) for right in rights):
        return "The result is the same for every input: which argument is not used?"
    return ""


def _offset(triples):
    """A constant that is added."""
    known = {round((got - right).mean().item(), 4) for right, got, _ in triples
             if right.shape == got.shape and right.numel()}
    if len(known) != 1 or len(triples) < 2 or not (value := known.pop()):
        return ""
    if all(_equal(right + value, got) for right, got, _ in triples):
        return f"Every number is {abs(value):g} too {'large' if value > 0 else 'small'}: where is the count off?"
    return ""


def _if_vector(change):
    """`change` for tensors with a dimension; None for single numbers."""
    return lambda right: change(right) if right.ndim else None


OF_RESULTS = (_shape, *(_elementwise(*row) for row in (
    (lambda right: -right, "The sign is reversed in every case: which of two terms is subtracted?"),
    (lambda right: right.mT if right.ndim > 1 else None, "The result is transposed: rows and columns are exchanged."),
    (torch.abs, "The size is right, the sign is lost: negative results come out positive."),
)), _constant, _factor, _offset, *(_elementwise(*row) for row in (
    (lambda right: 1 - right, "This is 1 minus the right result: the opposite is counted."),
    (lambda right: 1 / right, "This is 1 divided by the right result: the fraction is upside down."),
    (torch.square, "This is the square of the right result."),
    (torch.sqrt, "This is the square root of the right result."),
    (torch.exp, "This is the exponential of the right result: a logarithm is missing.", torch.log),
    (torch.log, "This is the logarithm of the right result.", torch.exp),
    (torch.floor, "The result is rounded down."),
    (torch.ceil, "The result is rounded up."),
    (torch.round, "The result is rounded."),
    (lambda right: right.clamp(min=0), "Negative results are replaced by 0."),
    (_if_vector(lambda right: right.flip(-1)), "The order is reversed along the last dimension."),
    (_if_vector(lambda right: right.flip(0)), "The order is reversed: the last comes first."),
    (_if_vector(lambda right: right.sort(-1).values), "The results are sorted by size: keep the order of the inputs."),
    (_if_vector(lambda right: right.roll(1, -1)), "All is shifted by one place: the last number stands first."),
    (_if_vector(lambda right: right.roll(-1, -1)), "All is shifted by one place: the first number stands last."),
    (_if_vector(lambda right: right[:-1]), "The last entry is missing."),
    (_if_vector(lambda right: right[1:]), "The first entry is missing."),
    (_if_vector(lambda right: right[:1]), "Only the first entry is there: what about the others?"),
    (_if_vector(lambda right: right[0]), "This is the first entry alone: what about the others?"),
    (_if_vector(torch.mean), "This is the mean of the right results: one number in place of several."),
    (_if_vector(torch.sum), "This is the sum of the right results: one number in place of several."),
    (_if_vector(lambda right: right.sum(0)), "The results are summed over the first dimension: keep one an entry."),
    (_if_vector(lambda right: right.mean(0)), "The results are averaged over the first dimension: keep one an entry."),
)))
