"""Attributes of torch, NumPy, math and builtins that code has replaced (monkeypatching): find and restore them."""

import builtins
import cmath
import contextlib
import copy
import functools
import itertools
import math
import operator
import os
import random
import time
import types

import numpy as np
import torch

__builtins__ = vars(builtins).copy()  # used below, because an answer may have replaced Python's own

_LIBRARIES = {  # by their usual names
    "builtins": builtins, "torch": torch, "torch.Tensor": torch.Tensor, "nn": torch.nn, "F": torch.nn.functional,
    "nn.init": torch.nn.init, "nn.utils": torch.nn.utils, "torch.linalg": torch.linalg, "torch.special": torch.special,
    "torch.fft": torch.fft, "torch.random": torch.random, "torch.autograd": torch.autograd,
    "torch.autograd.Function": torch.autograd.Function, "torch.optim": torch.optim,
    "torch.optim.lr_scheduler": torch.optim.lr_scheduler, "torch.utils.data": torch.utils.data, "math": math,
    "cmath": cmath, "np": np, "np.linalg": np.linalg, "np.random": np.random, "random": random, "copy": copy,
    "functools": functools, "itertools": itertools, "operator": operator, "time": time,
}
_WITH_CLASSES = ("nn", "torch.optim", "torch.optim.lr_scheduler", "torch.utils.data")
_CHANGING = {  # what Python, its copyreg, IPython, matplotlib or the judge sets
    "__annotations__", "__doc__", "__dict__", "__weakref__", "__abstractmethods__", "__warningregistry__", "__file__",
    "__slotnames__", "__builtins__", "__path__", "__spec__", "__loader__", "__import__", "input", "print", "open",
    "exit", "quit", "help", "breakpoint", "Storage", "display", "get_ipython"}
_TORCH = os.path.dirname(torch.__file__) + os.sep
_MISSING = object()
_chained = itertools.chain.from_iterable


def watched(home):
    """Whether `home` is a module or class whose attributes an answer finds as they are in a fresh process."""
    return id(home) in _KNOWN


def replaced():
    """Dictionary of the attributes that have been replaced: from (home, name) to the present value, or to `_MISSING`.

    Submodules that have been imported since do not count, nor do functions that torch itself has wrapped.
    """
    with contextlib.suppress(Exception):  # a value without a truth value for ==, such as a tensor, is not torch's own
        if [*_chained(_VIEWS)] == _VALUES:  # the usual case takes a tenth of a millisecond: 5000 values are the same
            return {}
    found = {}
    for label, home, original in _KNOWN.values():
        now, before = vars(home), len(found)
        for name in [*original, *(name for name in now if name not in original)]:
            old, new = original.get(name, _MISSING), now.get(name, _MISSING)
            if new is not old and not _is_usual(label, name, old, new):
                found[home, name] = new
        if len(found) == before:
            original.clear()
            original.update(now)
    _remember()
    return found


def restore(changes):
    """Restore the originals of the attributes in `changes`, from `replaced`."""
    for home, name in changes:
        _set(home, name, _KNOWN[id(home)][2].get(name, _MISSING))


def replace(changes):
    """Set the attributes in `changes`, from `replaced`, to the values that they had then."""
    for (home, name), value in changes.items():
        _set(home, name, value)


def names(changes):
    """Names of the attributes in `changes`, as one usually writes them: a list such as ["torch.relu"]."""
    return [f"{_KNOWN[id(home)][0]}.{name}" for home, name in changes]


def _set(home, name, value):
    """Set an attribute, or delete it where `value` is `_MISSING`."""
    if value is not _MISSING:
        setattr(home, name, value)
    elif name in vars(home):
        delattr(home, name)


def _is_usual(label, name, old, new):
    """Whether Python, IPython or the library itself sets such an attribute."""
    if name in _CHANGING or (name.startswith("_") and not name.endswith("__")):
        return True
    if old is _MISSING and (label == "builtins" or isinstance(new, types.ModuleType)):
        return True
    if new is _MISSING and name not in _AT_FIRST[label]:  # such a name is gone again
        return True
    file = getattr(getattr(new, "__code__", None), "co_filename", "")
    if file.startswith(f"{_TORCH}_dynamo"):  # torch.compile replaces methods of nn.Module
        return True
    return file.startswith(_TORCH) and getattr(new, "__wrapped__", None) is old  # `step`, when an optimizer is made


def _original(label, home):
    """Dictionary of the attributes of `home`; those that the notebook has set already are torch's own, or left out."""
    found = dict(vars(home))
    for name in [name for name, value in found.items() if getattr(value, "__module__", None) == "__main__"]:
        own = getattr(torch._C._VariableFunctions, name, None) if label == "torch" else None
        if own is not None:
            found[name] = own
        elif label == "torch.Tensor" and hasattr(torch._C.TensorBase, name):
            del found[name]
    return found


def _known():
    """Dictionary from the id of each home to its usual name, itself, and a dictionary of its attributes."""
    homes = dict(_LIBRARIES)
    for label in _WITH_CLASSES:
        homes |= {f"{label}.{name}": value for name, value in vars(_LIBRARIES[label]).items()
                  if isinstance(value, type) and value.__module__.startswith("torch.")}
    return {id(home): (label, home, _original(label, home)) for label, home in reversed(homes.items())}


def _remember():
    """Store the originals in the order in which `replaced` compares them."""
    _VALUES[:] = [value for _, _, original in _KNOWN.values() for value in original.values()]


_KNOWN, _VALUES = _known(), []
_AT_FIRST = {label: frozenset(original) for label, _, original in _KNOWN.values()}
_VIEWS = [vars(home).values() for _, home, _ in _KNOWN.values()]  # they show what the homes hold now
_remember()
