"""Interactive figures: one small class for all. What a figure draws and computes stands in its JavaScript file.

``Figure("neuron", bias=0.5)`` shows the neuron; ``figure.state`` follows what is done to it, and setting it moves the
figure. The same file is alive in Jupyter and Colab, and, with no kernel, in exported pages and slides.
"""

import copy
import functools
import json
import math
from pathlib import Path

import anywidget
import traitlets

from nnlab.widgets.packing import packed

MIME = "application/vnd.nnlab.figure+json"
NETWORK = "application/vnd.nnlab.network+json"
SHARED = ("shared", "controls", "state", "frame")  # what stands before each figure's own file
HERE = Path(__file__).parent
FIGURES = HERE / "figures"  # NAME.js draws and computes; NAME.json holds the rules of its state


def names():
    """Names of all figures, sorted."""
    return sorted(path.stem for path in FIGURES.glob("*.js"))


@functools.cache
def module(name):
    """Source of the ES module of the figure called `name`: the shared parts, the rules of its state, its own file."""
    parts = [*SHARED, *rules(name).get("uses", ())]
    stated = (f"const rules = {json.dumps(rules(name))};\n"
              "const { defaults, choices = {}, limits = {}, most = {} } = rules;")
    return "\n".join([*(_text(HERE / f"{part}.js") for part in parts), stated, _text(FIGURES / f"{name}.js")])


def _text(path):
    return path.read_text(encoding="utf-8")


def defaults(name):
    """The state that the figure called `name` begins with, a dictionary."""
    return copy.deepcopy(rules(name)["defaults"])


@functools.cache
def rules(name):
    """The rules of the state of the figure called `name`, from its JSON file: a dictionary with

    "defaults" (the initial state), "choices" (allowed values), "limits" (lowest, highest, 1 for whole numbers), "most"
    (largest length of a list), "reads" (sizes of the network that it runs), "uses" (shared JavaScript files besides).

    Raises:
        ValueError: there is no such figure.
    """
    if name not in names():
        raise ValueError(f"unknown figure {name!r}; choose one of: {', '.join(map(repr, names()))}")
    return json.loads(_text(FIGURES / f"{name}.json"))


class Figure(anywidget.AnyWidget):
    """The interactive figure called `name`; its whole state is the JSON dictionary `state`.

    Args:
        name: one of `names()`.
        network: for a figure that runs one, a trained network: it travels beside the state and runs in the browser.
        state: parts of the state that differ from the figure's defaults.

    Raises:
        ValueError: the name, or a part of the state, is unknown, or a part has another form than its default; the
            figure takes no network, or another one (`nnlab.widgets.packing.packed` says which).
    """

    _esm = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)  # where the button Reset leads
    network = traitlets.Dict().tag(sync=True)
    _ipython_display_ = None  # ipywidgets 7.7 would show itself by this, without the static form below

    def __init__(self, name, network=None, **state):
        self.figure = name
        begin, reads = _merged(name, state), rules(name).get("reads", {})
        if network is not None and not reads:
            raise ValueError(f"the figure {name!r} takes no network; these do: "
                             f"{', '.join(repr(other) for other in names() if 'reads' in rules(other))}")
        brought = {} if network is None else packed(network, **reads)
        super().__init__(_esm=module(name), state=begin, start=begin, network=brought)

    @traitlets.validate("state")
    def _whole(self, proposal):
        return _merged(self.figure, proposal["value"])

    def __repr__(self):
        return f"Figure({self.figure!r})"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        own = {"text/plain": repr(self), MIME: {"name": self.figure, "state": self.state}}
        return data | own | ({NETWORK: self.network} if self.network else {}), metadata


def _merged(name, state):
    """The defaults of the figure called `name` with `state` over them, in plain JSON; frame.js holds the same rules."""
    known, choices, limits, most = (rules(name).get(part, {}) for part in ("defaults", "choices", "limits", "most"))
    for part, value in state.items():
        if part not in known:
            raise ValueError(f"the figure {name!r} has no {part!r}; choose from: {', '.join(map(repr, known))}")
        here = f"{name}.{part} = {value!r}"
        several = part in choices and isinstance(known[part], list)
        if several and not isinstance(value, list | tuple):
            raise ValueError(f"{here}: expected a list")
        if part in choices and any(one not in choices[part] for one in (value if several else [value])):
            raise ValueError(f"{here}; choose {'from' if several else 'one of'}: {', '.join(map(repr, choices[part]))}")
        if not several and not _like(known[part], value):
            raise ValueError(f"{here}: expected something like {known[part]!r}")
        low, high, *whole = limits.get(part, (-math.inf, math.inf))
        if part in limits and not all(low <= one <= high for one in _flat(value)):
            raise ValueError(f"{here}: choose between {low} and {high}")
        if whole and any(one != int(one) for one in _flat(value)):
            raise ValueError(f"{here}: choose a whole number")
        if part in most and len(value) > most[part]:
            raise ValueError(f"{name}.{part}: {len(value)} are too many; at most {most[part]}")
    return copy.deepcopy(known) | json.loads(json.dumps(state))


def _flat(value):
    """The numbers in `value`, which is a number or a list of such."""
    return [number for one in value for number in _flat(one)] if isinstance(value, list | tuple) else [value]


def _like(known, value):
    """Whether `value` has the form of `known`: a number, a string, as many of them; of lists in a list any number."""
    if isinstance(known, list):
        if not isinstance(value, list | tuple):
            return False
        if known and isinstance(known[0], list):
            return all(_like(known[0], one) for one in value)
        return len(value) == len(known) and all(map(_like, known, value))
    if isinstance(known, str):
        return isinstance(value, str)
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
