"""Values in an exam: whether one is right, how it is shown, and as Python code."""

import numpy as np
import torch

RELATIVE = 1e-3  # by which a number may be off: four significant digits, and room for rounding on the way
NUMBERS = 200  # that a tensor or list in arguments which show a fault may have


def shown(value):
    """A value as text for a page, at most 200 characters."""
    return repr(plain(value))[:200]


def close(right, given):
    """Whether the value `given` is `right`: whole numbers and words exactly, others to four significant digits."""
    right, given = plain(right), plain(given)
    largest = max((abs(number) for number in _flat(right) if isinstance(number, float)), default=0.0)
    return _close(right, given, largest)


def _close(right, given, largest):
    if isinstance(right, list):
        return (isinstance(given, list) and len(given) == len(right)
                and all(_close(one, other, largest) for one, other in zip(right, given, strict=True)))
    if isinstance(given, list):
        return len(given) == 1 and _close(right, given[0], largest)
    if isinstance(right, bool) or isinstance(given, bool) or not isinstance(right, int | float):
        return type(right) is type(given) and right == given
    if not isinstance(given, int | float):
        return False
    if isinstance(right, int):
        return given == right
    return abs(given - right) <= RELATIVE * abs(right) + 1e-4 * RELATIVE * largest


def plain(value):
    """A `value` as numbers, words and lists of these."""
    if isinstance(value, torch.Tensor | np.ndarray | np.generic):
        return value.tolist()
    return [plain(part) for part in value] if isinstance(value, tuple | list) else value


def _flat(value):
    return [number for part in value for number in _flat(part)] if isinstance(value, list) else [value]


def literal(value):
    """Python code of a `value` in plain form, for a line that runs.

    Raises:
        ValueError: it is large, or no number, word, tensor or list of these.
    """
    if isinstance(value, torch.Tensor):
        if value.numel() > NUMBERS:
            raise ValueError(f"a tensor of {value.numel()} numbers; {NUMBERS} are the most")
        return f"torch.tensor({_number(value.tolist())}, dtype={value.dtype}).reshape({tuple(value.shape)})"
    if isinstance(value, tuple | list):
        if len(value) > NUMBERS:
            raise ValueError(f"a list of {len(value)} values; {NUMBERS} are the most")
        inner = ", ".join(map(literal, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    if value is None or isinstance(value, bool | int | float | str):
        return _number(value)
    raise ValueError(f"a {type(value).__name__}")


def _number(value):
    return repr(value).replace("nan", 'float("nan")').replace("inf", 'float("inf")') if not isinstance(
        value, str) else repr(value)
