"""Side effects of a call: on the arguments, on models and optimizers, on settings of torch and Python."""

import collections
import random
import sys
import types

import numpy as np
import torch

from nnlab.checks.comparing import difference

_FIXED = (int, float, complex, str, bytes, type(None), type(...), torch.dtype, torch.device, types.FunctionType,
          types.BuiltinFunctionType, types.MethodType, types.ModuleType, type)
_STREAMS = ("NumPy's random generator", "Python's random generator")


def described(arguments):
    """Dictionary of the state that a call can change, from (place, kind) to the value, such as ``layers[0].grad``.

    Tensors with their values, ``requires_grad`` and gradient, the elements of containers, models, optimizers and other
    objects by their attributes, and settings of torch and Python.
    """
    found, seen, waiting = _settings(), {}, collections.deque((name, value) for name, value in arguments.items())
    while waiting:
        place, value = waiting.popleft()
        if len(place) > 80:  # deep in a graph
            place = f"{place.partition('.')[0].partition('[')[0]}...{len(found)}"
        if isinstance(value, _FIXED):
            found[place, "value"] = value
            continue
        if id(value) in seen:
            found[place, "value"] = ("the same object as", seen[id(value)][0])
            continue
        seen[id(value)] = place, value
        if isinstance(value, torch.Tensor):
            found[place, "value"] = _kept(value)
            found[place, "requires_grad"] = value.requires_grad
            if value.is_leaf:
                found[place, "gradient"] = None if value.grad is None else _kept(value.grad)
        elif isinstance(value, torch.nn.Module):
            waiting.extend((f"{place}.{name}", part) for part_of in (value.named_parameters(), value.named_buffers())
                           for name, part in part_of)
            found[place, "mode"] = [module.training for module in value.modules()]
        elif isinstance(value, np.ndarray):
            found[place, "value"] = value.copy()
        elif isinstance(value, torch.Generator):
            found[place, "value"] = value.get_state()
        elif isinstance(value, collections.abc.Mapping):
            found[place, "value"] = list(value)
            waiting.extend((f"{place}[{key!r}]", part) for key, part in value.items())
        elif isinstance(value, tuple | list | collections.deque):
            found[place, "value"], found[place, "order"] = len(value), [id(part) for part in value]
            waiting.extend((f"{place}[{k}]", part) for k, part in enumerate(value))
        elif isinstance(value, set | frozenset):
            found[place, "value"] = set(value)
        else:
            parts = _attributes(value)
            waiting.extend((f"{place}.{name}", part) for name, part in parts.items())
    return found


def memory_of(arguments):
    """Dictionary from the address of the memory of each tensor in `arguments` to the name of the argument."""
    found, waiting = {}, list(arguments.items())
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, torch.Tensor) and value.numel() and value.layout == torch.strided:
            found[value.untyped_storage().data_ptr()] = name
        elif isinstance(value, torch.nn.Module):
            waiting += [(name, part) for part in value.parameters()]
        elif isinstance(value, tuple | list | dict):
            waiting += [(name, part) for part in (value.values() if isinstance(value, dict) else value)]
    return found


def _kept(tensor):
    """A copy of the values of a tensor."""
    return tensor.detach().clone()


def _attributes(value):
    """Dictionary of the attributes of an object, of an optimizer its state."""
    if isinstance(value, torch.optim.Optimizer):
        return {"state": value.state_dict()["state"]} | {
            f"param_groups[{k}][{name!r}]": part for k, group in enumerate(value.param_groups)
            for name, part in group.items() if name != "params"}
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    found = {name: getattr(value, name) for name in slots if isinstance(name, str) and hasattr(value, name)}
    return found | {name: part for name, part in getattr(value, "__dict__", {}).items() if not name.startswith("__")}


def _settings():
    """The settings that an answer must leave as they are, each under its name and the kind "setting"."""
    values = {"Python's recursion limit": sys.getrecursionlimit(), "torch's default dtype": torch.get_default_dtype(),
              "torch's default device": torch.get_default_device(),
              "torch's gradient mode": torch.is_grad_enabled(),
              "torch's deterministic mode": torch.are_deterministic_algorithms_enabled()}
    values["the seed of torch's random generator"] = torch.initial_seed()  # not changed by drawing, as nn.Linear does
    values |= zip(_STREAMS, (np.random.get_state()[1:3], random.getstate()), strict=True)
    return {(name, "setting"): value for name, value in values.items()}


def same(one, other):
    """Whether two described values are equal."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.dtype == other.dtype and one.shape == other.shape and (
            torch.equal(one, other) or torch.allclose(one, other, rtol=0, atol=0, equal_nan=True))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        if all(type(part) is int for part in one):
            return one == other
        return all(map(same, one, other))
    numbers = all(isinstance(part, int | float) and not isinstance(part, bool) for part in (one, other))
    if type(one) is not type(other) and not numbers:  # a float may be NumPy's
        return False
    try:
        return one is other or bool(one == other) or (one != one and other != other)
    except Exception:
        return False


def unlike(expected, got):
    """Sentence on the first side effect in which the calls `got` differ from the reference's, `expected`; or None.

    What the reference changes, the answer must change to the same value, except gradients and random generators; what
    it does not change, the answer must not change either.

    Args:
        expected, got: lists of dictionaries, an effect for each place and kind.
    """
    for right, mine in zip(expected, got, strict=False):
        for key, now in sorted(mine.items(), key=lambda item: item[0][1] == "shared"):  # shared memory matters least
            if key not in right:
                return _unwanted(*key, now)
        for (place, kind), wanted in right.items():
            if kind in ("gradient", "setting", "order"):
                continue
            if (place, kind) not in mine:
                return f"Your answer leaves `{place}` as it was before: it should change it."
            if difference(wanted, mine[place, kind]) is not None:
                return f"Your answer leaves another `{place}` than it should{_values(wanted, mine[place, kind])}."
    return None


def _unwanted(place, kind, now):
    """Sentence on a side effect that an answer should not have."""
    if kind == "forbidden":
        return f"It calls torch's `{place}`: this exercise asks you to write that with other operations."
    if kind == "shared" and not place:
        return "Two calls return the same object, so that a change of one result changes the other: make a new one."
    if kind == "shared":
        return (f"The result shares its memory with `{place}`: a change of one of them changes both. Copy the values, "
                "as with clone() or copy_().")
    if kind == "setting" and place in _STREAMS:
        return f"Your answer draws from {place} or seeds it: other code then gets other random numbers."
    if kind == "setting":
        return f"Your answer leaves {place} changed, for all code that runs afterwards. Do without that."
    if kind == "mode":
        return f"Your answer leaves `{place}` in {'training' if any(now) else 'evaluation'} mode: it was in the other."
    if kind == "gradient":
        return f"Your answer leaves another gradient in `{place}.grad`: autograd adds the next one to it."
    if kind == "requires_grad":
        return f"Your answer changes `{place}.requires_grad`, for all code that uses `{place}`."
    name = place.partition("[")[0].partition(".")[0]
    where = f" ({place})" if place != name and kind != "order" and "..." not in place else ""
    return (f"Your answer changed its input {name} in place{where}. The caller still needs that input: work on a copy, "
            "or return something new.")


def _values(wanted, now):
    """The two values in brackets, where they are short."""
    texts = [str(part.tolist() if isinstance(part, torch.Tensor) and part.numel() < 4 else part)
             for part in (wanted, now)]
    return f" ({texts[1]} instead of {texts[0]})" if max(map(len, texts)) < 40 else ""
