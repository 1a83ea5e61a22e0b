"""Values in an exam: whether one is right, how it is shown, and as Python code."""

import numpy as np
import torch

RELATIVE = 1e-3  # by which a number that is not whole may be off
NUMBERS = 200  # that a tensor or list in arguments which show a fault may have


def shown(value):
    """A value as text for a page, numbers to six digits, at most 200 characters."""
    def rounded(part):
        if isinstance(part, list):
            return [rounded(one) for one in part]
        return float(f"{part:.6g}") if isinstance(part, float) else part
    return repr(rounded(plain(value)))[:200]


def close(right, given):
    """Whether the value `given` is `right`: whole numbers and words exactly, others nearly, in any nesting of lists."""
    right, given = flat(plain(right)), flat(plain(given))
    largest = max((abs(number) for number in right if isinstance(number, float)), default=0.0)
    return len(right) == len(given) and all(_close(*pair, largest) for pair in zip(right, given, strict=True))


def _close(right, given, largest):
    if isinstance(right, bool) or isinstance(given, bool) or not isinstance(right, int | float):
        return type(right) is type(given) and right == given
    if not isinstance(given, int | float):
        return False
    if isinstance(right, int):
        return given == right
    return abs(given - right) <= RELATIVE * abs(right) + 1e-4 * RELATIVE * largest


def flat(value):
    """The values in nested lists, one after the other."""
    return [number for part in value for number in flat(part)] if isinstance(value, list) else [value]


def plain(value):
    """A `value` as numbers, words and lists of these."""
    if isinstance(value, torch.Tensor | np.ndarray | np.generic):
        return value.tolist()
    return [plain(part) for part in value] if isinstance(value, tuple | list) else value


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
