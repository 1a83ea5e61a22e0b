"""Functions and classes of the course with their original attributes, whatever has been set on them since."""

import contextlib
import types

_OF_A_FUNCTION = ("__code__", "__defaults__", "__kwdefaults__", "__name__", "__qualname__", "__module__", "__doc__")
_OF_A_CLASS_ITSELF = {"__dict__", "__weakref__"}


def remembered(*things):
    """List of pairs: each function and class of this package in `things`, base classes too, and its attributes now."""
    parts = [part for thing in things for part in (thing.__mro__ if isinstance(thing, type) else [thing])]
    return [(part, _attributes(part)) for part in dict.fromkeys(
        part for part in parts if isinstance(part, type | types.FunctionType) and part.__module__.startswith("nnlab"))]


@contextlib.contextmanager
def as_defined(pairs):
    """Context manager in which the functions and classes of `pairs`, from `remembered`, are as they were."""
    now = [(thing, _attributes(thing)) for thing, _ in pairs]
    try:
        for thing, attributes in pairs:
            _set(thing, attributes)
        yield
    finally:
        for thing, attributes in now:
            _set(thing, attributes)


def _attributes(thing):
    """Dictionary of what can be set on a class, or on a function."""
    if isinstance(thing, type):
        return {name: value for name, value in vars(thing).items() if name not in _OF_A_CLASS_ITSELF}
    return vars(thing) | {name: getattr(thing, name) for name in _OF_A_FUNCTION}


def _set(thing, attributes):
    """Make the attributes of `thing` those of the dictionary `attributes`."""
    now = _attributes(thing)
    for name in now.keys() - attributes.keys():
        delattr(thing, name)
    for name, value in attributes.items():
        if name not in now or now[name] is not value:
            setattr(thing, name, value)
