"""Other arguments with which the reference gives what a wrong answer returns: one ignored, two exchanged, and so on.

Each function takes the names of the arguments and yields pairs: a function of the dictionary of arguments (it returns
None where the change cannot be made), and a sentence.
"""

import itertools

import torch


def _changed(name, change):
    """A function of arguments that replaces the one called `name` by ``change`` of it."""
    def changed(arguments):
        value = change(arguments[name])
        return None if value is None else arguments | {name: value}
    return changed


def _replaced(number):
    def change(value):
        if isinstance(value, torch.Tensor):
            return torch.full_like(value, number) if value.dtype.is_floating_point else None
        return type(value)(number) if isinstance(value, int | float) and not isinstance(value, bool) else None
    return change


def _ignored(names):
    for name in names:
        for number in (0, 1):
            yield _changed(name, _replaced(number)), (
                f"This is the right result for `{name}` = {number}, whatever `{name}` is: where is it used?")


def _negated(names):
    for name in names:
        yield _changed(name, lambda value: -value), f"This is the right result for -`{name}`: check the sign."


def _doubled(names):
    for name, (factor, words) in itertools.product(names, ((2, "twice"), (0.5, "half of"))):
        yield _changed(name, lambda value, factor=factor: value * factor), (
            f"`{name}` counts as if it were {words} its value.")


def _exchanged(names):
    for one, other in itertools.combinations(names, 2):
        yield (lambda arguments, one=one, other=other: arguments | {one: arguments[other], other: arguments[one]},
               f"This is the right result with `{one}` and `{other}` exchanged.")


def _transposed(names):
    for name in names:
        yield (_changed(name, lambda value: value.mT if isinstance(value, torch.Tensor) and value.ndim > 1 else None),
               f"This is the right result for the transpose of `{name}`: along which dimension should it go?")


def _absolute(names):
    for name in names:
        yield _changed(name, abs), f"The sign of `{name}` is lost: this is the right result for its absolute value."


def _by_one(names):
    for name, step in itertools.product(names, (1, -1)):
        yield (_changed(name, lambda value, step=step: value + step if type(value) is int else None),
               f"This is the right result for `{name}` {step:+d}: where does the count begin or end?")


def _if_sequence(change):
    def changed(value):
        sequence = isinstance(value, list | tuple) or (isinstance(value, torch.Tensor) and value.ndim)
        return change(value) if sequence and len(value) else None
    return changed


def _shortened(names):
    for name, (part, words) in itertools.product(names, ((slice(1, None), "first"), (slice(None, -1), "last"))):
        yield _changed(name, _if_sequence(lambda value, part=part: value[part])), (
            f"The {words} entry of `{name}` is left out.")


def _reversed(names):
    for name in names:
        yield _changed(name, _if_sequence(_flipped)), f"`{name}` is taken in reverse order."


def _flipped(value):
    return value.flip(0) if isinstance(value, torch.Tensor) else value[::-1]


OF_ARGUMENTS = (_ignored, _negated, _exchanged, _transposed, _absolute, _doubled, _by_one, _shortened, _reversed)
