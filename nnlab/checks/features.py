"""Properties of inputs, and the one that separates the cases with correct results from those with wrong ones."""

import math

import torch


def separating(cases):
    """Sentence on a property of inputs without which results are correct, and with which many are wrong; or "".

    Args:
        cases: pairs of the calls of a case, with copies of their arguments, and whether its outcome is correct.
    """
    cases = [(features(call.arguments for call in calls), right) for calls, right in cases if calls]
    wrong, best = sum(not right for _, right in cases), None
    for feature in dict.fromkeys(feature for found, _ in cases for feature in found):
        inside = [right for found, right in cases if feature in found]
        outside = [right for found, right in cases if feature not in found]
        missed, strays = inside.count(False), outside.count(False)
        if len(outside) < 2 or missed < 0.4 * len(inside) or strays > 0.1 * min(wrong, len(outside)):
            continue
        score = strays == 0, missed / len(inside) - strays / len(outside), len(outside)
        if best is None or score > best[0]:
            best = score, feature, len(inside), missed, len(outside), strays
    if best is None:
        return ""
    _, feature, inside, missed, outside, strays = best
    many = f"all {inside}" if missed == inside else f"{missed} of the {inside}"
    most = f"all {outside}" if not strays else f"{outside - strays} of the {outside}"
    opposite = feature.replace(" other than ", " = ")
    opposed = opposite != feature and all(opposite in found or feature in found for found, _ in cases)
    without = f"with {opposite}" if opposed else f"without {feature}"
    return f"Right in {most} cases tried {without}, wrong in {many} with {feature}: what happens there?"


def features(calls):
    """Set of the properties, in words, of the arguments in `calls`, dictionaries by the names of the parameters."""
    found = {}
    for arguments in calls:
        for name, value in arguments.items():
            for feature in _of(f"`{name}`", value):
                found[feature] = True
    return list(found)


def _of(name, value):
    """Yield the properties of one argument."""
    if isinstance(value, bool) or value is None:
        yield f"{name} = {value}"
    elif isinstance(value, int | float):
        yield from _of_number(name, value)
    elif isinstance(value, torch.Tensor):
        yield from _of_tensor(name, value)
    elif isinstance(value, tuple | list):
        if not value:
            yield f"an empty {name}"
        if len(value) == 1:
            yield f"one entry in {name}"
        if len(value) > 1:
            yield f"several entries in {name}"
        if len(value) > 2:
            yield f"more than two entries in {name}"
        numbers = [part for part in value if isinstance(part, int | float)]
        if len(set(numbers)) < len(numbers):
            yield f"equal numbers in {name}"


def _of_number(name, value):
    for simple in (0, 1):
        yield f"{name} = {simple}" if value == simple else f"{name} other than {simple}"
    if value < 0:
        yield f"a negative {name}"
    if value > 1:
        yield f"{name} above 1"
    if abs(value) > 20:
        yield f"a large {name}"
    if value and abs(value) < 1:
        yield f"{name} between -1 and 1"
    if isinstance(value, float) and not value.is_integer() and math.isfinite(value):
        yield f"a {name} that is not a whole number"


def _of_tensor(name, value):
    if value.dtype == torch.float64:
        yield f"{name} in float64"
    if value.ndim == 0 and value.dtype != torch.bool:
        yield from _of_number(name, value.item())
        return
    words = ("entries",) if value.ndim == 1 else ("rows", "columns")[:value.ndim]
    for size, word in zip(value.shape, words, strict=False):
        if size == 0:
            yield f"no {word} in {name}"
        elif size > 1:
            yield f"several {word} in {name}"
        else:
            yield f"only one of the {word} in {name}"
    if value.ndim == 2 and value.shape[0] != value.shape[1]:
        yield f"a {name} that is not square"
    if value.ndim > 1:
        yield f"more than one dimension in {name}"
    if value.ndim > 2:
        yield f"more than two dimensions in {name}"
    if value.numel() and value.layout == torch.strided and value.device.type == "cpu":
        yield from _of_elements(name, value.double().reshape(-1))


def _of_elements(name, values):
    if (values < 0).any():
        yield f"negative numbers in {name}"
    if (values < 0).all():
        yield f"only negative numbers in {name}"
    if (values == 0).any():
        yield f"a 0 in {name}"
    if (values == 0).all():
        yield f"only zeros in {name}"
    for limit in (20, 80):
        if values.abs().max() > limit:
            yield f"numbers beyond ±{limit} in {name}"
    if values.max() - values.min() > 80:
        yield f"numbers more than 80 apart in {name}"
    if len(values) > len(values.unique()):
        yield f"equal numbers in {name}"
    if (values != values.round()).any():
        yield f"fractions in {name}"
