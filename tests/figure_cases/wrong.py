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
        once = choices and part not in rules.get("repeats", {})
        wrong += [default * 5000, default[0], *([[default[0], default[0]]] if once else [])]
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
    ("race", {"methods": []}), ("race", {"methods": ["Adam"] * 5}), ("race", {"rates": [1] * 5}),
    ("featuremaps", {"strokes": [[[0, 0]] * 1001]}), ("featuremaps", {"strokes": [[[0, 0]]] * 21}),
    ("featuremaps", {"off": [[1, 0.5]]}), ("featuremaps", {"off": [[1, 1]] * 41}), ("featuremaps", {"off": [[1, 512]]}),
    ("featuremaps", {"edits": [[1, 0, 0, 0, 0, 1]] * 101}), ("featuremaps", {"cell": [0.5, 0, 0]}),
    ("featuremaps", {"image": -2}), ("featuremaps", {"column": 0}), ("featuremaps", {"pixel": [0, 28]}),
    ("race", {"rates": [[1]]}), ("race", {"betas": [0.5, None]}), ("race", {"steps": 20.5}),
    ("augmentation", {"transforms": ["flip", "flip"]}), ("augmentation", {"transforms": ["blur"]}),
    ("augmentation", {"p": [1] * 10}), ("augmentation", {"p": [1.01] * 11}), ("augmentation", {"shift": 1.5}),
    ("augmentation", {"pixels": [[[[0.5]]]]}), ("augmentation", {"pixels": [[[[0] * 33]]]}),
    ("augmentation", {"pixels": [[[[0]]] * 4]}), ("augmentation", {"names": []}),
    ("augmentation", {"names": ["x" * 21]}), ("augmentation", {"strokes": [[[0, 57]]]}),
    ("convolution", {"pixels": [[[1] * 17]]}), ("convolution", {"pixels": [[[1]] * 17]}),
    ("convolution", {"pixels": [[[1], [None]]]}), ("convolution", {"pixels": [[1, [2]]]}),
    ("convolution", {"weight": [[[[1] * 6]]]}), ("convolution", {"weight": [[[[1]]]] * 3}),
    ("convolution", {"weight": [[[["1"]]]]}), ("convolution", {"stride": [1]}), ("convolution", {"stride": [1, 1.5]}),
    ("convolution", {"padding": [1, 1, 1]}), ("convolution", {"bias": [0] * 3}), ("convolution", {"bias": [[0]]}),
    ("descent", {"df": 1}), ("descent", {"df": 20.5}), ("descent", {"pulls": [0] * 21}),
    ("descent", {"pulls": [0] * 19 + [4.5]}), ("descent", {"ridge": 1.01}), ("descent", {"basis": "powers"}),
    ("profile", {"residual": 0.5}), ("profile", {"depth": 0}), ("profile", {"pinned": "x" * 201}),
    ("health", {"step": 48}), ("health", {"layer": 1.5}), ("health", {"sign": -2}), ("health", {"shows": "updates"}),
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
    ("race", {"methods": ["Adam"] * 4}), ("race", {"rates": [], "betas": [0.5]}), ("race", {"surface": "notch"}),
    ("augmentation", {"pixels": [[]]}), ("augmentation", {"pixels": [[[[0, 1]], [[1, 2, 3], []], [[]]]]}),
    ("augmentation", {"pixels": [[[[0] * 32] * 32] * 3] * 48}), ("augmentation", {"names": [""] * 48}),
    ("augmentation", {"transforms": []}), ("augmentation", {"preset": "too much", "hue": 0.0}),
    ("featuremaps", {"image": -1, "strokes": []}), ("featuremaps", {"strokes": [[], [[56, -28]] * 1000], "off": []}),
    ("featuremaps", {"column": 40, "channel": 511, "pixel": [27, 27]}), ("featuremaps", {"off": [[511, 511]] * 40}),
    ("bumps", {"bumps": 60}), ("bumps", {"bumps": 1.0}), ("fold", {"fold": 1}),
    ("convolution", {"pixels": [[[1] * 16] * 16] * 3}), ("convolution", {"weight": [[[[99] * 5] * 5] * 3] * 2}),
    ("convolution", {"pixels": []}), ("convolution", {"pixels": [[[1, 2], [3]]]}), ("convolution", {"weight": [[]]}),
    ("convolution", {"bias": []}), ("convolution", {"stride": [3.0, 1]}), ("convolution", {"step": 999}),
    ("descent", {"df": 60}), ("descent", {"df": 2.0}), ("descent", {"pulls": [4] * 20, "ridge": 1, "noise": 0}),
    ("profile", {"pinned": "toString=1"}), ("profile", {"pinned": "💥" * 200}), ("profile", {"depth": 1, "layer": 60}),
    ("profile", {"residual": 1.0, "gain": 4}), ("profile", {"width": 4, "batch_size": 128}),
    ("health", {"step": 47.0, "layer": 39}), ("health", {"sign": 99, "shows": "gradients"}), ("health", {"sign": -1}),
]
