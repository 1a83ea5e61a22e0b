"""A figure's state in Python: dictionaries and lists whose changes change the figure."""

import functools


class _Live:
    """Base class of the parts of a figure's state, whose changes change the figure, within the rules of its state."""

    __slots__ = ()

    def copy(self):
        """Copy of the dictionary or list, of the same type on all levels, that is independent of the figure."""
        return plain(self)

    __copy__ = copy

    def __deepcopy__(self, memo):
        return plain(self)

    def __reduce_ex__(self, protocol):
        made = plain(self)
        return type(made), (made,)


class State(_Live, dict):
    """A dictionary in a figure's state: a change of it changes the figure, within the rules of its state."""

    __slots__ = ("_reach",)


class Values(_Live, list):
    """A list in a figure's state: a change of it changes the figure, within the rules of its state."""

    __slots__ = ("_reach",)


def _changing(kind, name):
    """The method `name` of dict or list, applied to the figure's state first, and then to the object itself."""
    method = getattr(kind, name)

    @functools.wraps(method)
    def change(self, *arguments, **named):
        result = self._reach(self, lambda there: method(there, *arguments, **named))
        return self if name in ("__ior__", "__iadd__", "__imul__") else result
    return change


for _kind, _plain, _names in ((State, dict, "__setitem__ __delitem__ __ior__ clear pop popitem setdefault update"),
                              (Values, list, "__setitem__ __delitem__ __iadd__ __imul__ append clear extend insert "
                                             "pop remove reverse sort")):
    for _name in _names.split():
        setattr(_kind, _name, _changing(_plain, _name))


def plain(value):
    """Deep copy of `value` with plain dictionaries and lists."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def live(value, figure, trait, path=()):
    """`value`, plain JSON, converted to `State` and `Values` at `path` in the `trait` of `figure`."""
    def below(key, one):
        return live(one, figure, trait, (*path, key))

    if not isinstance(value, dict | list):
        return value
    if isinstance(value, dict):
        made = State((key, below(key, one)) for key, one in value.items())
    else:
        made = Values(below(k, one) for k, one in enumerate(value))
    made._reach = functools.partial(_change, figure, trait, path)
    return made


def _change(figure, trait, path, mine, operation):
    """Result of `operation`, after it has changed the value at `path` in the `trait` of `figure`.

    Args:
        figure: the figure; a change that its rules forbid has no effect.
        trait: "state", or another trait of the figure that holds a state.
        path: keys and places that lead to the changed object.
        mine: the caller's `State` or `Values`; afterwards it equals the figure's.
        operation: function of a plain dictionary or list that changes it.

    Raises:
        ValueError: the rules forbid it; or the caller's list is of an earlier state.
    """
    state = plain(getattr(figure, trait))
    try:
        there = functools.reduce(lambda inner, key: inner[key], path, state)
    except (IndexError, KeyError, TypeError):
        there = None
    if path and there != mine:
        raise ValueError(f"these values are of an earlier state of the figure; "
                         f"take them again from figure.{trait}[{path[0]!r}]")
    result = operation(there)
    setattr(figure, trait, state)
    now = functools.reduce(lambda inner, key: inner[key], path, getattr(figure, trait))
    if isinstance(mine, dict):
        dict.clear(mine)
        dict.update(mine, now)
    else:
        list.__setitem__(mine, slice(None), now)
    return result
