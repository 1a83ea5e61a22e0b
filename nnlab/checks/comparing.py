"""Comparing an answer's result with the expected one: the first difference, in a few words."""

import cmath
import collections.abc
import dataclasses
import types

import numpy as np
import torch

NEAR = {"rtol": 1e-5, "atol": 1e-5, "equal_nan": True}


def difference(expected, got, at=""):
    """None if `got` equals `expected` (up to 1e-5, relative or absolute), else the difference in a few words.

    Dictionaries, lists, tuples, sets and dataclasses are compared part by part, models and optimizers by their
    ``state_dict()``. A list may stand for a tuple, and any mapping for a dictionary.

    Args:
        expected, got: the values.
        at: their place in the result, such as ``['state'][0]``; the text begins with it.
    """
    said = _compared(expected, got, at)
    return f"{at}: {said}" if at and said and not said.startswith("[") else said


def _compared(expected, got, at):
    """`difference` without the place, unless the difference is in a nested value."""
    if isinstance(expected, torch.Tensor):
        return _tensors(expected, got) if isinstance(got, torch.Tensor) else f"{kind(got)} instead of a tensor"
    if isinstance(expected, np.ndarray | np.generic) and not isinstance(expected, float | complex | str | bytes):
        numpys = isinstance(got, np.ndarray | np.generic)
        return _arrays(expected, got) if numpys else f"{kind(got)} instead of a NumPy array"
    if isinstance(expected, collections.abc.Mapping):
        return _mappings(expected, got, at)
    if isinstance(expected, tuple | list | collections.deque):
        if not isinstance(got, tuple | list | collections.deque) or len(got) != len(expected):
            return f"{kind(got)} instead of {len(expected)} values"
        pairs = enumerate(zip(expected, got, strict=True))
        return next(filter(None, (difference(*pair, f"{at}[{k}]" if at else "") for k, pair in pairs)), None)
    if isinstance(expected, set | frozenset):
        return _sets(expected, got)
    number = int | float | complex if isinstance(expected, complex) else int | float
    if isinstance(expected, float | complex) and isinstance(got, number) and not isinstance(got, bool):
        same = cmath.isclose(got, expected, rel_tol=1e-5, abs_tol=1e-5) or (cmath.isnan(got) and cmath.isnan(expected))
        return None if same else "another number"
    if callable(getattr(expected, "state_dict", None)) and callable(getattr(got, "state_dict", None)):
        ours = type(expected).__module__.startswith("torch.")  # an activation function has no state: its kind counts
        if ours and type(got) is not type(expected):
            return f"{kind(got)} instead of {kind(expected)}"
        models = isinstance(expected, torch.nn.Module) and isinstance(got, torch.nn.Module)
        return (_layers(expected, got) if models else None) or difference(expected.state_dict(), got.state_dict(), at)
    if type(got) is not type(expected):
        return f"{kind(got)} instead of {kind(expected)}"
    if isinstance(expected, types.SimpleNamespace):
        return difference(vars(expected), vars(got), at)
    if dataclasses.is_dataclass(expected) and not isinstance(expected, type):
        fields = [field.name for field in dataclasses.fields(expected)]
        pairs = ({name: getattr(value, name) for name in fields} for value in (expected, got))
        return difference(*pairs, at)
    return None if expected is got or bool(expected == got) else "another value"


def _tensors(expected, got):
    """`difference` of two tensors."""
    for what, mine, right in (("shape", tuple(got.shape), tuple(expected.shape)), ("", got.dtype, expected.dtype),
                              ("on", got.device, expected.device), ("", got.layout, expected.layout)):
        if mine != right:
            return f"{what} {mine} instead of {right}".strip()
    expected, got = (value.detach() if value.layout == torch.strided else value.detach().to_dense()
                     for value in (expected, got))
    return None if torch.allclose(got, expected, **NEAR) else "other numbers"


def same_forms(expected, got):
    """Whether `got` is a list like `expected`, of tensors of the same shapes and dtypes; None may stand for each."""
    if not isinstance(got, list | tuple) or len(got) != len(expected):
        return False
    pairs = [pair for pair in zip(expected, got, strict=True) if pair[1] is not None]
    return all(isinstance(mine, torch.Tensor) and (wanted is None or (mine.shape, mine.dtype) == (
        wanted.shape, wanted.dtype)) for wanted, mine in pairs)


def _arrays(expected, got):
    """`difference` of two NumPy arrays."""
    for what, mine, right in (("shape", got.shape, expected.shape), ("", got.dtype, expected.dtype)):
        if mine != right:
            return f"{what} {mine} instead of {right}".strip()
    numbers = np.issubdtype(expected.dtype, np.number)
    same = np.allclose(got, expected, **NEAR) if numbers else np.array_equal(got, expected)
    return None if same else "other numbers" if numbers else "other values"


def _layers(expected, got):
    """`difference` of torch's layers in two models, also of those without parameters, such as activation functions."""
    others = dict(got.named_modules())
    for name, layer in expected.named_modules():
        mine = others.get(name)
        if type(layer).__module__.startswith("torch.") and (
                type(mine) is not type(layer) or mine.extra_repr() != layer.extra_repr()):
            here, there = (f"{type(part).__name__}({part.extra_repr()})" if part is not None else "no layer"
                           for part in (mine, layer))
            return f"{here} instead of {there}" + (f" as layer {name!r}" if name else "")
    return None


def _mappings(expected, got, at):
    """`difference` of two dictionaries: a key that is missing, a key too many, or the first value that differs."""
    if not isinstance(got, collections.abc.Mapping):
        return f"{kind(got)} instead of a dictionary"
    for keys, others, what in ((expected, got, "no key"), (got, expected, "one key too many:")):
        if odd := next(([key] for key in keys if key not in others), None):
            return f"{what} {odd[0]!r}"
    pairs = ((f"{at}[{key!r}]", value, got[key]) for key, value in expected.items())
    return next(filter(None, (difference(value, other, place) for place, value, other in pairs)), None)


def _sets(expected, got):
    """`difference` of two sets, whose elements are compared up to rounding."""
    if not isinstance(got, set | frozenset):
        return f"{kind(got)} instead of a set"
    for some, others, what in ((expected, got, "no element"), (got, expected, "one element too many:")):
        for one in some:
            if not any(difference(one, other) is None for other in others):
                return f"{what} {one!r}"
    return None if len(expected) == len(got) else f"{len(got)} elements instead of {len(expected)}"


def kind(value):
    """Type of `value` in words."""
    if isinstance(value, np.ndarray | np.generic):
        return "a NumPy array"
    if isinstance(value, tuple | list):
        return f"{len(value)} values"
    names = {int: "a Python int", float: "a Python float", bool: "True or False", torch.Tensor: "a tensor",
             dict: "a dictionary", str: "a string"}
    return "nothing (None)" if value is None else names.get(type(value), f"a {type(value).__name__}")
