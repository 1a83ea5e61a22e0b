"""Types for the same value: NumPy's and Python's numbers, tensors with one element, float64, lists and tuples."""

import functools

import numpy as np
import torch


def like(expected, got, any_shape=False):
    """`got`, converted to the type of `expected` where both represent the same value; else `got` unchanged.

    A number may be Python's, NumPy's or a tensor with one element; a list, a tuple or a NumPy array may replace a
    tensor of its shape, or of `any_shape`, a tensor a list; float64 may replace float32, and an integer dtype another
    one.
    """
    if isinstance(expected, torch.Tensor):
        return _as_tensor(expected, got, any_shape)
    if isinstance(expected, tuple | list):
        if isinstance(got, torch.Tensor | np.ndarray) and got.ndim and len(got) == len(expected):
            got = list(got)
        if isinstance(got, tuple | list) and len(got) == len(expected):
            parts = [like(*pair, any_shape) for pair in zip(expected, got, strict=True)]
            return parts if isinstance(expected, list) else tuple(parts)
        return got
    if isinstance(expected, bool | int | float) and isinstance(got, torch.Tensor | np.ndarray | np.generic):
        return got.item() if _one(got) else got
    if isinstance(expected, dict) and isinstance(got, dict):
        return {key: like(expected[key], value) if key in expected else value for key, value in got.items()}
    return got


def _one(value):
    """Whether a tensor or NumPy value is a single number that can be read: of shape ()."""
    return value.ndim == 0 and getattr(value, "device", "cpu") != torch.device("meta")


def _as_tensor(expected, got, any_shape):
    """`like` for a tensor."""
    if isinstance(got, torch.Tensor):
        wider = (got.dtype == torch.float64 and expected.dtype == torch.float32
                 or _whole(got.dtype) and _whole(expected.dtype))
        return got.to(expected.dtype) if wider and got.device == expected.device else got
    if isinstance(got, bool | np.bool_) or expected.layout != torch.strided:
        return got
    if isinstance(got, tuple | list) and not got and expected.shape == (0,):
        return torch.zeros_like(expected)
    if isinstance(got, int | float | np.ndarray | np.generic) or (isinstance(got, tuple | list) and len(got)):
        try:
            if not isinstance(got, tuple | list):
                tensor = torch.as_tensor(got)
            elif all(isinstance(part, torch.Tensor) for part in got):
                tensor = torch.stack(list(got))
            else:
                tensor = torch.tensor([part.item() if isinstance(part, torch.Tensor) else part for part in got])
        except (TypeError, ValueError, RuntimeError):
            return got
        other_shape = tensor.shape != expected.shape and not any_shape
        if other_shape or (tensor.dtype == torch.bool) != (expected.dtype == torch.bool):
            return got
        if tensor.dtype.is_floating_point and not expected.dtype.is_floating_point:
            return got
        return tensor.to(expected.dtype)
    return got


def _whole(dtype):
    """Whether a dtype is a signed integer."""
    return dtype in (torch.int64, torch.int32, torch.int16)


def other_form(expected, got):
    """Whether `like` changes the form of `got`."""
    converted = like(expected, got)
    if isinstance(expected, tuple | list) and isinstance(got, tuple | list):
        return len(got) == len(expected) and any(map(other_form, expected, got))
    if isinstance(converted, torch.Tensor) and isinstance(got, torch.Tensor):
        return converted.dtype != got.dtype
    return type(converted) is not type(got)


def in_form_of(answer, example):
    """Function `answer` with its results converted to the type of `example`, for code that relies on that type."""
    @functools.wraps(answer)
    def converted(*args, **kwargs):
        return like(example, answer(*args, **kwargs), any_shape=True)
    return converted
