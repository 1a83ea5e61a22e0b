"""Findings on a script that an exercise judges, one after the other: `Looks`, a `Found` for each, and `Hooks`."""

RIGHT = "right"


class Hooks:
    """Context manager that registers hooks of torch, and removes them at its end.

    An answer that does not end is stopped anywhere, also while this block is left. Its hooks then stay until the next
    block begins: were they removed when Python happens to collect a generator, torch could be iterating over them.

    Args:
        registered: pairs of a function of torch that registers a hook and returns its handle, and the hook.
    """

    _handles = []  # of the running block, or of one that was stopped

    def __init__(self, *registered):
        self.registered = registered

    def __enter__(self):
        self._remove()
        for register, hook in self.registered:
            self._handles.append(register(hook))

    def __exit__(self, kind, error, trace):
        self._remove()

    def _remove(self):
        while self._handles:
            self._handles[-1].remove()
            self._handles.pop()


class Found(str):
    """A finding in words; two are equal if they are of the same `kind`, one of which is `RIGHT`."""

    def __new__(cls, words, kind=RIGHT):
        """A finding of that `kind`, shown as `words`."""
        found = super().__new__(cls, words)
        found.kind = kind
        return found

    def __eq__(self, other):
        return isinstance(other, Found) and self.kind == other.kind

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.kind)

    def __repr__(self):
        return str(self)


class Looks:
    """Findings on a script, ``looks["steps"]`` and so on: one for each of `names`, if those before it are right.

    A class of its own looks: `names` lists them in order, and the method ``_steps`` returns what is found at "steps",
    a `Found`. Each is called once.

    Args:
        script: the function that is judged, with or without what watches its calls.
    """

    names = ()

    def __init__(self, script):
        self.script = getattr(script, "__wrapped__", script)  # the one that is watched
        self._found = {}

    def __getitem__(self, name):
        """The finding called `name`; an error of the script is raised."""
        for look in self.names[:self.names.index(name) + 1]:
            if look not in self._found:
                try:
                    self._found[look] = getattr(self, f"_{look}")()
                except Exception as error:
                    self._found[look] = error
            found = self._found[look]
            if isinstance(found, Exception):
                raise found
            if look != name and found != Found(""):
                return Found(f"not looked at: see {look}", "not looked at")
        return found
