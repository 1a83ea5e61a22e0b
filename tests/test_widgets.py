"""nnlab.widgets in Python: state, errors, and what an output carries."""

import copy
import json
import pickle
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


def moved(figure):
    """A list to which the figure adds its state each time that a browser would be told of it."""
    told = []
    figure.observe(lambda change: told.append(json.loads(json.dumps(change.new))), "state")
    return told


def change_of(name, *arguments, **named):
    """Function that calls the method `name` of what it gets."""
    return lambda there: getattr(there, name)(*arguments, **named)


@pytest.mark.parametrize("change, bias", [
    (change_of("__setitem__", "bias", 1.5), 1.5), (change_of("update", {"bias": 1.5}), 1.5),
    (change_of("update", bias=1.5, weights=(1, 0.5)), 1.5), (change_of("__ior__", {"bias": 1.5}), 1.5),
    (change_of("__delitem__", "bias"), -0.5), (change_of("pop", "bias"), -0.5), (change_of("clear"), -0.5),
])
def test_a_change_of_the_state_moves_the_figure(change, bias):
    figure = Figure("neuron", bias=1)
    told, held = moved(figure), figure.state
    change(held)
    whole = widgets.defaults("neuron") | {"bias": bias}
    assert figure.state == held == whole and told == [whole]
    assert figure.get_state()["state"] == whole and type(figure.get_state()["state"]) is dict


def test_operators_and_lists_of_the_state_move_the_figure():
    figure = Figure("neuron")
    told = moved(figure)
    figure.state |= {"bias": 0.25}
    figure.state["weights"][0] = 2
    figure.state["bias"] += 1
    figure.state["points"] += [[0, 0, 1]]
    figure.state["points"][-1][2] = 0
    figure.state["points"][:2] = []
    points = figure.state["points"]
    points.pop()
    points.append([1, 1, 1])
    points.reverse()
    del points[1:]
    assert points == [[1, 1, 1]] == figure.state["points"]
    assert figure.state["bias"] == 1.25 and figure.state["weights"] == [2, 0.5]
    assert len(told) == 10 and told[-1] == json.loads(json.dumps(figure.state))
    assert figure.state.setdefault("bias", 3) == figure.state.get("bias") == 1.25


@pytest.mark.parametrize("change, message", [
    (change_of("__setitem__", "bias", 9), "neuron.bias = 9: choose between -3 and 3"),
    (change_of("__setitem__", "bais", 1), "the figure 'neuron' has no 'bais'; choose from: 'weights', 'bias'"),
    (change_of("setdefault", "bais", 1), "the figure 'neuron' has no 'bais'"),
    (change_of("update", bias="high"), "neuron.bias = 'high': expected something like -0.5"),
    (change_of("__ior__", {"activation": "relu"}), "neuron.activation = 'relu'; choose one of"),
    (lambda state: state["weights"].append(1), r"neuron.weights = \[1.0, 0.5, 1\]: expected something like"),
    (lambda state: state["weights"].clear(), r"neuron.weights = \[\]: expected something like"),
    (lambda state: state["weights"].__setitem__(0, float("nan")), "neuron.weights = .*: expected something like"),
    (lambda state: state["points"][0].pop(), "neuron.points"),
    (lambda state: state["points"][0].__setitem__(2, 7), "choose between 0 and 1"),
])
def test_a_change_against_the_rules_changes_nothing(change, message):
    figure = Figure("neuron")
    told, held = moved(figure), figure.state
    with pytest.raises(ValueError, match=message):
        change(held)
    assert figure.state == held == widgets.defaults("neuron") and told == []
    with pytest.raises((KeyError, IndexError)):
        change_of("pop", "bais")(held)


def test_a_copy_of_the_state_no_longer_moves_the_figure():
    figure = Figure("neuron")
    told = moved(figure)
    for made in (figure.state.copy(), copy.copy(figure.state), copy.deepcopy(figure.state),
                 pickle.loads(pickle.dumps(figure.state)), json.loads(json.dumps(figure.state))):
        made["bias"], made["weights"][0] = 2, 2
        assert type(made) is dict and type(made["weights"]) is list
    rows = figure.state["points"].copy()
    rows[0][0] = 0
    assert told == [] and figure.state == widgets.defaults("neuron") and type(rows) is list
    figure.state = made
    assert figure.state["weights"] == [2, 0.5] and told == [made]


def test_values_of_an_earlier_state_are_not_written_over_a_later_one():
    figure = Figure("neuron")
    row, weights, held = figure.state["points"][3], figure.state["weights"], figure.state
    figure.set_state({"state": widgets.defaults("neuron") | {"weights": [3, 3], "points": [[0, 0, 1]]}})  # the browser
    for stale in (row, weights):
        with pytest.raises(ValueError, match="of an earlier state of the figure; take them again from figure.state"):
            stale[0] = 1
    held["bias"] = 2  # a part by its name
    assert figure.state == widgets.defaults("neuron") | {"weights": [3, 3], "points": [[0, 0, 1]], "bias": 2} == held


def test_the_start_of_a_figure_has_the_same_rules():
    figure = Figure("neuron")
    with pytest.raises(ValueError, match="neuron.bias = 9: choose between"):
        figure.start = {"bias": 9}
    figure.start["bias"] = 2
    assert figure.get_state()["start"] == widgets.defaults("neuron") | {"bias": 2}


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
