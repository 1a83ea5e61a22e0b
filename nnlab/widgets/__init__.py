"""Interactive figures: one small class for all. What a figure draws and computes stands in its JavaScript file.

``Figure("neuron", bias=0.5)`` shows the neuron; ``figure.state`` follows what is done to it, and setting it moves the
figure. The same file is alive in Jupyter and Colab, and, with no kernel, in exported pages and slides.
"""

import json
import re
from pathlib import Path

import anywidget
import traitlets

MIME = "application/vnd.nnlab.figure+json"
_HERE = Path(__file__).parent
_DEFAULTS = re.compile(r"const defaults = (\{.*?\n\});", re.DOTALL)


def names():
    """Names of the figures there are, sorted."""
    return sorted(path.stem for path in _HERE.glob("*.js") if path.stem != "shared")


def module(name):
    """Source of the ES module of the figure called `name`: what all figures share, then its own file."""
    if name not in names():
        raise ValueError(f"unknown figure {name!r}; choose one of: {', '.join(map(repr, names()))}")
    return "\n".join((_HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("shared", name))


def defaults(name):
    """The state that the figure called `name` begins with, as its JavaScript states it."""
    return json.loads(_DEFAULTS.search(module(name)).group(1))


class Figure(anywidget.AnyWidget):
    """The interactive figure called `name`; its whole state is the JSON dictionary `state`.

    Args:
        name: one of `names()`.
        state: parts of the state that differ from the figure's defaults.

    Raises:
        ValueError: the name, or a part of the state, is unknown, or a part has another form than its default.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    _ipython_display_ = None  # ipywidgets 7.7 would show itself by this, without the static form below

    def __init__(self, name, **state):
        self.figure = name
        super().__init__(_esm=module(name), state=_merged(name, state))

    @traitlets.validate("state")
    def _whole(self, proposal):
        return _merged(self.figure, proposal["value"])

    def __repr__(self):
        return f"Figure({self.figure!r})"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": repr(self), MIME: {"name": self.figure, "state": self.state}}, metadata


def _merged(name, state):
    """The defaults of the figure called `name` with `state` over them, in plain JSON."""
    known = defaults(name)
    for part, value in state.items():
        if part not in known:
            raise ValueError(f"the figure {name!r} has no {part!r}; choose from: {', '.join(map(repr, known))}")
        _same_form(f"{name}.{part}", known[part], value)
    return {**known, **json.loads(json.dumps(state))}


def _same_form(part, known, value):
    """Raise ValueError unless `value` has the kind of `known`: a number, a string, a list of those."""
    kinds = {bool: (bool,), int: (int, float), float: (int, float), str: (str,), list: (list, tuple)}[type(known)]
    if not isinstance(value, kinds) or (isinstance(value, bool) and not isinstance(known, bool)):
        raise ValueError(f"{part} = {value!r}: expected something like {known!r}")
    if isinstance(known, list) and known:
        for one in value:
            _same_form(part, known[0], one)
