"""States against the rules: for each part of a figure's state, from its default, values that must be refused."""

import copy
import math

from nnlab import widgets

NUMBERS = [None, True, False, math.nan, math.inf, -math.inf, 1e308, 10**6, -10**6, 10**15, "sideways", "1", "", [], {},
           [0]]
WORDS = [None, True, 0, 1.5, math.nan, [], {}, ["sideways"], "x" * 2000]


def leaves(value, path=()):
    """Paths of the numbers and strings in `value`."""
    if not isinstance(value, list):
        return [path]
    return [leaf for k, one in enumerate(value) for leaf in leaves(one, (*path, k))]


def at(value, path):
    """What stands in `value` at `path`."""
    for k in path:
        value = value[k]
    return value


def replaced(value, path, new):
    """A copy of `value` with `new` at `path`."""
    if not path:
        return new
    made = copy.deepcopy(value)
    at(made, path[:-1])[path[-1]] = new
    return made


def wrong_values(name, part):
    """Values of `part` of the state of the figure called `name` that break its rules, a list."""
    default, rules = widgets.defaults(name)[part], widgets.rules(name)
    choices, paths = rules.get("choices", {}).get(part), leaves(default)
    wrong = [None, True, {}, [default], math.nan]
    for path in {paths[0], paths[-1]}:
        leaf = at(default, path)
        new = WORDS if isinstance(leaf, str) else NUMBERS
        new = [*new, "sideways", "toString", "__proto__", ""] if choices else new
        if isinstance(leaf, int) and not isinstance(default, list):
            new = [*new, leaf + 0.5]
        wrong += [replaced(default, path, one) for one in new]
        for k in range(1, len(path)):  # rows that are too short, too long, or no rows
            row = at(default, path[:k])
            wrong += [replaced(default, path[:k], one) for one in (None, 1, "x", [*row, [*row]], [row])]
    if isinstance(default, list):
        wrong += [default * 5000, default[0], *([[default[0], default[0]]] if choices else [])]
    else:
        wrong += [[default]]
    return wrong


# Single faults that a walk from the defaults does not meet: the figure, parts of a state.
SINGLE = [
    ("graph", {"order": "sideways"}), ("graph", {"step": 10**6}), ("graph", {"step": 401}),
    ("neuron", {"points": [[0, 0, 2]]}), ("neuron", {"points": [[0, 0, 0.5]]}),
    ("neuron", {"points": [[0, 0, 1]] * 201}),
    ("neuron", {"names": ["friends", "x" * 41]}), ("perceptron", {"points": [[0, 0, 0.5]]}),
    ("playground", {"features": []}), ("playground", {"layers": [[9]]}), ("playground", {"layers": [[2.5]]}),
    ("playground", {"layers": [[4]] * 7}), ("playground", {"own": [[0, 0, 1.5]]}),
    ("playground", {"edits": [[0.5, 1, 1, 1, 1]]}), ("playground", {"edits": [[6001, 1, 1, 1, 1]]}),
    ("playground", {"edits": [[0, 1, 9, 1, 1]]}), ("playground", {"edits": [[0, 1, 1, 1.5, 1]]}),
    ("digit", {"strokes": [[[0, 0]] * 1001]}), ("digit", {"strokes": [[[0, 0]]] * 21}),
    ("losses", {"target": 0}), ("losses", {"target": "2"}), ("bumps", {"bumps": 0}), ("bumps", {"bumps": 1.5}),
    ("neuron", {"names": ["friends", "💥" * 41]}), ("graph", {"program": "x" * 1001}),
    ("activations", {"shown": ["tanh", "tanh"]}), ("activations", {"shown": [["tanh"]]}),
]

# Values at the very edge of the rules, which must be taken.
RIGHT = [
    ("graph", {"step": 400}), ("graph", {"program": "x" * 1000}), ("graph", {"order": "depth first"}),
    ("neuron", {"names": ["💥" * 40, ""]}), ("neuron", {"names": ["naïve", "𝒙₁"]}), ("neuron", {"points": []}),
    ("neuron", {"bias": -3}), ("neuron", {"bias": 3.0}), ("neuron", {"points": [[3, -3, 1]] * 200}),
    ("perceptron", {"points": [[0, 0, -1]] * 30}), ("perceptron", {"points": [[0, 0, 0]]}),
    ("playground", {"step": 6000.0}), ("playground", {"layers": [[8]] * 6}), ("playground", {"layers": []}),
    ("playground", {"edits": [[6000, 7, 8, 8, -10000]] * 40}), ("playground", {"own": []}),
    ("digit", {"strokes": []}), ("digit", {"strokes": [[], [[200, -100]] * 1000]}), ("digit", {"turn": -180}),
    ("activations", {"shown": []}), ("activations", {"shown": ["APL", "maxout"]}), ("losses", {"target": "1"}),
    ("bumps", {"bumps": 60}), ("bumps", {"bumps": 1.0}), ("fold", {"fold": 1}),
]
