"""Interactive figures: one class for all; each figure draws and computes in its own JavaScript file.

``Figure("neuron", bias=0.5)`` shows the neuron; ``figure.state`` follows the user's changes. Setting it, or a part
of it (``figure.state["bias"] = 1.5``), changes the figure. The same file runs in Jupyter and Colab and, without a
kernel, in exported pages and slides.
"""

import copy
import functools
import json
import math
from pathlib import Path

import anywidget
import traitlets

from nnlab.widgets.boards import packed_board
from nnlab.widgets.images import packed_images
from nnlab.widgets.live import live, plain
from nnlab.widgets.packing import packed

MIME = "application/vnd.nnlab.figure+json"
NETWORK = "application/vnd.nnlab.network+json"
SHARED = ("shared", "controls", "player", "state", "theme", "tooltip", "frame")  # parts before a figure's own file
HERE = Path(__file__).parent
FIGURES = HERE / "figures"  # NAME.js draws and computes; NAME.json holds the rules of its state


def names():
    """Names of all figures, sorted."""
    return sorted(path.stem for path in FIGURES.glob("*.js"))


@functools.cache
def module(name):
    """Source of the ES module of the figure called `name`: look, shared parts, the rules of its state, its own file."""
    files = ("figure.css", *(f"{part}.js" for part in (*SHARED, *rules(name).get("uses", ()))), f"figures/{name}.js")
    style, *before, own = [(HERE / file).read_text(encoding="utf-8") for file in files]
    stated = (f"const rules = {json.dumps(rules(name))};\n"
              "const { defaults, choices = {}, limits = {}, most = {}, longest = {} } = rules;")
    return "\n".join([f"const STYLE = {json.dumps(style)};", *before, stated, own])


def defaults(name):
    """Initial state of the figure called `name`, a dictionary."""
    return copy.deepcopy(rules(name)["defaults"])


@functools.cache
def rules(name):
    """The rules of the state of the figure called `name`, from its JSON file: a dictionary with

    "defaults" (the initial state), "choices" (allowed values), "limits" (lowest, highest, 1 for whole numbers),
    "columns" (for rows of numbers, the limits of each column), "least" and "most" (smallest and largest length of a
    list; several numbers are those of the lists in it too; where there is one for every level, lists on all levels may
    have any length up to it), "repeats" (lists of choices that may hold one several times), "longest" (largest length
    of a string), "presets" (other defaults, by the value of a part that brings them along), "own" (values that the
    figure takes where the state leaves them open), "reads" (sizes of the network that it runs), "uses" (shared
    JavaScript files besides).

    Raises:
        ValueError: there is no such figure.
    """
    if name not in names():
        raise ValueError(f"unknown figure {name!r}; choose one of: {', '.join(map(repr, names()))}")
    return json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))


class Figure(anywidget.AnyWidget):
    """The interactive figure called `name`; its whole state is the JSON dictionary `state`.

    A change of ``figure.state``, or of a list in it, changes the figure; a part that is removed gets its default.

    Args:
        name: one of `names()`.
        network: for a figure that runs one, a trained network: it is sent beside the state and runs in the browser.
        images, labels, classes: for a figure that shows images, as for `nnlab.widgets.images.packed_images`.
        board: for the figure "health", the measurements of a training, `nnlab.health.Health.board()`.
        state: parts of the state that differ from the figure's defaults.

    Raises:
        ValueError: the name, or a part of the state, is unknown, or a part has another form than its default; the
            figure takes no network, or another one (`nnlab.widgets.packing.packed` says which).
    """

    _esm = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True, to_json=lambda state, _: plain(state))
    start = traitlets.Dict().tag(sync=True, to_json=lambda state, _: plain(state))  # for the button Reset
    network = traitlets.Dict().tag(sync=True)
    _ipython_display_ = None  # ipywidgets 7.7 would show itself by this, without the static form below

    def __init__(self, name, network=None, images=None, labels=None, classes=None, board=None, **state):
        self.figure = name
        begin, reads = _merged(name, state), rules(name).get("reads", {})
        for part, what, given in (("inputs", "network", [network]), ("images", "images", [images, labels, classes]),
                                  ("board", "board", [board])):
            if part not in reads and any(one is not None for one in given):
                takers = [other for other in names() if part in rules(other).get("reads", ())]
                raise ValueError(f"the figure {name!r} takes no {what}; these do: {', '.join(map(repr, takers))}")
        brought = {} if network is None else packed(network, reads["inputs"], reads["outputs"])
        brought |= packed_images(images, labels, classes, reads, brought.get("outputs")) | packed_board(board)
        super().__init__(_esm=module(name), state=begin, start=begin, network=brought)

    @traitlets.validate("state", "start")
    def _whole(self, proposal):
        return live(_merged(self.figure, proposal["value"]), self, proposal["trait"].name)

    def __repr__(self):
        return f"Figure({self.figure!r})"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        own = {"text/plain": repr(self), MIME: {"name": self.figure, "state": plain(self.state)}}
        return data | own | ({NETWORK: self.network} if self.network else {}), metadata


def _merged(name, state):
    """The defaults of the figure called `name` with `state` over them, in plain JSON; state.js holds the same rules."""
    known = rules(name)["defaults"]
    for part, value in state.items():
        if part not in known:
            raise ValueError(f"the figure {name!r} has no {part!r}; choose from: {', '.join(map(repr, known))}")
        if problem := _problem({kind: of[part] for kind, of in rules(name).items()
                                if isinstance(of, dict) and part in of}, value):
            written = f" = {value!r}"
            raise ValueError(f"{name}.{part}{written if len(written) < 120 else ''}{problem}")
    for part, presets in rules(name).get("presets", {}).items():
        known = known | presets.get(state.get(part, known[part]), {})
    return copy.deepcopy(known) | json.loads(json.dumps(state))


def _problem(rule, value):
    """End of a sentence on an error in the `value` of a part of a state; None if there is no error.

    Args:
        rule: the part's own rules, a dictionary: "defaults" (its default), "choices", ... as in `rules`.
        value: anything.
    """
    known, choices = rule["defaults"], rule.get("choices")
    several = choices is not None and isinstance(known, list)
    most = rule.get("most", [])
    most = most if isinstance(most, list) else [most]
    free = most and len(most) == _depth(known)
    if several and not isinstance(value, list | tuple):
        return ": expected a list"
    if choices is not None and any(one not in choices for one in (value if several else [value])):
        return f"; choose {'from' if several else 'one of'}: {', '.join(map(repr, choices))}"
    if several and "repeats" not in rule and len(set(value)) < len(value):
        return ": choose each only once"
    if not several and not (_like(_loose(known), _loose(value)) if free else _like(known, value)):
        return f": expected something like {known!r}"
    if "columns" in rule:
        bounds = [pair for row in value for pair in zip(row, rule["columns"], strict=True)]
    else:
        bounds = [(one, rule["limits"]) for one in _flat(value)] if "limits" in rule else []
    for one, (low, high, *whole) in bounds:
        if not low <= one <= high:
            return f": choose between {low} and {high}"
        if whole and one != int(one):
            return ": choose a whole number"
    if "least" in rule and len(value) < rule["least"]:
        return f": choose at least {rule['least']}"
    level = [value]
    for count in most:
        if (length := max(map(len, level), default=0)) > count:
            return f": {length} are too many; at most {count}"
        level = [one for inner in level for one in inner]
    if "longest" in rule and max(map(len, _flat(value))) > rule["longest"]:
        return f": longer than {rule['longest']} characters"
    return None


def _loose(value):
    """`value` with each number and string in it in a list of its own: lists on every level may have any length."""
    return [_loose(one) for one in value] if isinstance(value, list | tuple) else [value]


def _depth(value):
    """Depth of the lists in `value`: 0 for a number, 2 for a list of lists of numbers."""
    return 1 + _depth(value[0]) if isinstance(value, list) else 0


def _flat(value):
    """The numbers or strings in `value`, which is one or a list of such."""
    return [one for inner in value for one in _flat(inner)] if isinstance(value, list | tuple) else [value]


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
    return isinstance(value, int | float) and not isinstance(value, bool) and -math.inf < value < math.inf
