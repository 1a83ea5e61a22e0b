"""nnlab.widgets in Python: state, errors, and what an output carries."""

import json
from pathlib import Path

import pytest
from shared import SEEN

import nnlab
from nnlab import widgets
from nnlab.course.notebooks import ROOT
from nnlab.widgets import MIME, NETWORK, Figure

NAMES = widgets.names()

def test_state_begins_with_the_figures_own_defaults():
    figure = Figure("neuron")
    assert figure.state == widgets.defaults("neuron") and figure.state["activation"] == "sigmoid"
    assert Figure("neuron", bias=1, weights=(2, -1)).state | {"bias": -0.5, "weights": [1.0, 0.5]} == figure.state
    assert Figure("neuron", weights=(2, -1)).state["weights"] == [2, -1]


def test_state_can_be_set_in_part_and_two_figures_are_two():
    one, two = Figure("neuron"), Figure("neuron")
    one.state = {"bias": 2.5}
    assert one.state["bias"] == 2.5 and one.state["weights"] == [1.0, 0.5]
    assert two.state["bias"] == -0.5 and widgets.defaults("neuron")["bias"] == -0.5


@pytest.mark.parametrize("state, message", [
    ({"bais": 1.0}, "the figure 'neuron' has no 'bais'; choose from: 'weights', 'bias'"),
    ({"bias": "high"}, "neuron.bias = 'high': expected something like -0.5"),
    ({"bias": True}, "neuron.bias = True: expected something like -0.5"),
    ({"weights": 3}, r"neuron.weights = 3: expected something like \[1.0, 0.5\]"),
    ({"weights": ["a", "b"]}, r"neuron.weights = \['a', 'b'\]: expected something like \[1.0, 0.5\]"),
    ({"weights": [1.0]}, r"neuron.weights = \[1.0\]: expected something like"),
    ({"bias": float("nan")}, "neuron.bias = nan: expected something like -0.5"),
    ({"activation": "relu"}, "neuron.activation = 'relu'; choose one of: 'step', 'sigmoid', 'tanh', 'ReLU', 'linear'"),
    ({"points": [[0, 1]]}, r"neuron.points = \[\[0, 1\]\]: expected something like"),
    ({"points": [[0, 1, "x"]]}, "neuron.points = .*: expected something like"),
])
def test_bad_state_is_named(state, message):
    with pytest.raises(ValueError, match=message):
        Figure("neuron", **state)
    figure = Figure("neuron")
    with pytest.raises(ValueError, match=message):
        figure.state = state
    assert figure.state == widgets.defaults("neuron")


def test_points_may_be_any_number_and_two_copies_are_apart():
    assert Figure("neuron", points=[]).state["points"] == []
    widgets.defaults("neuron")["points"].clear()
    assert len(Figure("neuron").state["points"]) == 12


def test_unknown_figure_lists_those_there_are():
    with pytest.raises(ValueError, match=f"unknown figure 'nueron'; choose one of: {', '.join(map(repr, NAMES))}"):
        Figure("nueron")


def test_output_carries_the_widget_the_state_and_a_constant_text():
    figure = Figure("neuron", bias=0.25)
    data, _ = figure._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", MIME, "text/plain"}
    assert data[MIME] == {"name": "neuron", "state": figure.state} and data["text/plain"] == "Figure('neuron')"
    assert json.loads(json.dumps(data[MIME])) == data[MIME]


def test_strict_nbval_leaves_trained_networks_out():
    assert f'"{NETWORK}"' in (ROOT / "conftest.py").read_text(encoding="utf-8")


def test_javascript_is_short_and_used():
    """Files of at most 250 lines of at most 120 characters, in all of the package; parts of figures have users."""
    scripts = sorted(Path(nnlab.__file__).parent.rglob("*.js"))
    lines = {path.name: path.read_text(encoding="utf-8").splitlines() for path in scripts}
    long = [f"{name}:{k}" for name, text in lines.items() for k, line in enumerate(text, 1) if len(line) > 120]
    used = {*widgets.SHARED, *(part for name in widgets.names() for part in widgets.rules(name).get("uses", ()))}
    SEEN.append("lines of JavaScript: " + ", ".join(f"{name} {len(text)}" for name, text in lines.items()))
    assert long == [] and max(map(len, lines.values())) <= 250
    assert {path.stem for path in widgets.HERE.glob("*.js")} == used


def test_modules_are_one_file_each():
    for name in widgets.names():
        assert widgets.module(name).count("export default") == 1
