"""Results of a process that is not trusted, as plain data: numbers, text, tensors, and lists of these.

Nothing that is read here executes code: `torch.load` reads tensors and plain values only. Both sides of a comparison
are in plain form, so that a value that is no data, such as a model, is compared by its layers and parameters.
"""

import collections.abc
import dataclasses
import io
import types

import numpy as np
import torch

from nnlab.checks.running import Outcome
from nnlab.checks.watching import Call

DEEPEST, LARGEST = 40, 64 << 20  # levels of nesting; bytes of one message
PARTS, NUMBERS, BITS = 200_000, 16 << 20, 4096  # of a result: values in lists, numbers of a tensor, bits of an integer
_NUMBERS = "biufc"  # kinds of NumPy's dtypes


class Unreadable(ValueError):
    """What a process has sent is not what it was asked for."""


class Other:
    """A value that is no data, such as a function: equal to another one of the same type that reads the same."""

    def __init__(self, kind, text):
        self.kind, self.text = kind, text

    def __eq__(self, other):
        return isinstance(other, Other) and (self.kind, self.text) == (other.kind, other.text)

    def __hash__(self):
        return hash((self.kind, self.text))

    def __repr__(self):
        return f"{self.kind} {self.text}".strip()


def encode(value, depth=0):
    """The `value` as numbers, strings, tensors and lists that begin with a tag."""
    if value is None or type(value) in (bool, int, float, str):
        return value if not isinstance(value, str) else value[:100_000]
    if depth > DEEPEST:
        return ["other", "deep", ""]
    inner = depth + 1
    if isinstance(value, torch.Tensor):
        plain = value.detach().as_subclass(torch.Tensor).cpu()
        return plain.clone() if value.layout == torch.strided else ["sparse", encode(plain.to_dense())]
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in _NUMBERS:
        array = np.asarray(value)
        return ["numpy", isinstance(value, np.generic), str(array.dtype), list(array.shape), array.ravel().tolist()]
    if isinstance(value, collections.abc.Mapping):
        return ["dict", [[encode(key, inner), encode(part, inner)] for key, part in value.items()]]
    for kind, tag in ((tuple, "tuple"), (list, "list"), (collections.deque, "list"), (set, "set"), (frozenset, "set")):
        if isinstance(value, kind):
            return [tag, [encode(part, inner) for part in value]]
    if callable(getattr(value, "state_dict", None)) and not isinstance(value, type):
        return ["state", *_layers(value), encode(dict(value.state_dict()), inner)]
    if isinstance(value, types.SimpleNamespace):
        return ["object", "SimpleNamespace", encode(vars(value), inner)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return ["object", type(value).__name__, encode(fields, inner)]
    if type(value).__module__.startswith("nnlab.") and hasattr(value, "__dict__"):  # such as a finding on a script
        return ["object", type(value).__name__, encode(vars(value), inner)]
    if isinstance(value, int | float | complex | torch.dtype | torch.device | type(...)):
        return ["other", type(value).__name__, str(value)]
    return ["other", type(value).__name__, getattr(value, "__name__", "") if isinstance(value, type) else ""]


def _layers(value):
    """Kind of a model or optimizer, of torch's own ones by name, and a list of torch's layers in it."""
    ours = type(value).__module__.startswith("torch.")
    layers = [[name, type(layer).__name__, layer.extra_repr()] for name, layer in value.named_modules()
              if type(layer).__module__.startswith("torch.")] if isinstance(value, torch.nn.Module) else []
    return type(value).__name__ if ours else "", layers


def decode(data, depth=0, seen=None):
    """The value that `encode` has written as `data`, in plain form.

    Raises:
        Unreadable: `encode` did not write this.
    """
    seen = [0] if seen is None else seen
    seen[0] += 1
    if seen[0] > PARTS:
        raise Unreadable(f"a result of more than {PARTS} parts")
    if isinstance(data, torch.Tensor):
        if data.numel() > NUMBERS:
            raise Unreadable(f"a tensor of {data.numel()} numbers")
        return torch.Tensor.clone(torch.Tensor.detach(data))  # without whatever was attached to it
    if isinstance(data, int) and data.bit_length() > BITS:
        raise Unreadable(f"a number of {data.bit_length()} bits")
    if data is None or isinstance(data, bool | int | float | str):
        return data
    if depth > 3 * DEEPEST or not isinstance(data, list) or not data:
        raise Unreadable(f"a {type(data).__name__} in a result")
    try:
        return _decoded(*data, depth=depth + 1, seen=seen)
    except Unreadable:
        raise
    except (TypeError, ValueError, RuntimeError, LookupError) as error:
        raise Unreadable(f"a result that begins with {data[0]!r:.40} ({error})") from None


def _decoded(tag, *parts, depth, seen):
    if tag in ("tuple", "list", "set"):
        kind = {"tuple": tuple, "list": list, "set": frozenset}[tag]
        return kind(decode(part, depth, seen) for part in parts[0])
    if tag == "dict":
        return {decode(key, depth, seen): decode(part, depth, seen) for key, part in parts[0]}
    if tag == "numpy":
        scalar, dtype, shape, values = parts
        array = np.array(values, dtype=dtype).reshape(shape)
        if array.dtype.kind not in _NUMBERS:
            raise Unreadable(f"an array of {dtype}")
        return array[()] if scalar else array
    if tag == "sparse":
        return "sparse", decode(parts[0], depth, seen)
    if tag == "state":
        kind, layers, state = parts
        return {"kind": kind, "layers": layers, "state": decode(state, depth, seen)}
    if tag == "object":
        return {"kind": parts[0], "fields": decode(parts[1], depth, seen)}
    if tag == "other":
        return Other(*map(str, parts))
    raise Unreadable(f"a result that begins with {tag!r:.40}")


def packed(outcome):
    """An `Outcome` as data: its value or the type of its error, its effects, what it printed and what it replaced."""
    error = type(outcome.error).__name__ if outcome.error is not None else None
    effects = [[[place, kind, encode(now)] for (place, kind), now in call.effects.items()] for call in outcome.calls]
    return [encode(outcome.value) if error is None else None, error, effects, outcome.printed[:10_000],
            len(outcome.figures), list(map(str, outcome.patched))]


def unpacked(data):
    """The `Outcome` that `packed` has written as `data`, in plain form.

    Raises:
        Unreadable: `packed` did not write this.
    """
    if not isinstance(data, list) or len(data) != 6 or not all(isinstance(data[k], list) for k in (2, 5)):
        raise Unreadable("a result of another form")
    value, error, effects, printed, figures, patched = data
    try:
        calls = tuple(Call({}, None, {(place, kind): decode(now) for place, kind, now in call}, True)
                      for call in effects)
    except (TypeError, ValueError) as wrong:
        raise Unreadable(f"effects of another form ({wrong})") from None
    return Outcome(decode(value), _error(error), calls, str(printed), (None,) * int(figures or 0), tuple(patched))


def as_plain(outcome):
    """An `Outcome` in plain form, as a process would send it: for comparing the reference with what one has sent."""
    return unpacked(packed(outcome))


def _error(name):
    """An exception of a type that is called `name`, equal for equal names; None for None."""
    return _errors.setdefault(name, type(str(name), (Exception,), {}))() if name is not None else None


_errors = {}


def written(message):
    """Bytes of a `message` of plain data."""
    buffer = io.BytesIO()
    torch.save(message, buffer)
    return buffer.getvalue()


def read(data):
    """The message of plain data in the bytes `data`.

    Raises:
        Unreadable: it is none.
    """
    try:
        return torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
    except Exception as error:
        raise Unreadable(f"bytes that are no message ({type(error).__name__})") from None
