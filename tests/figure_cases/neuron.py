"""The neuron: a linear layer and its activation."""

import pytest
import torch
import torch.nn.functional as F
from figures import numbers as numbers_in

from figure_cases import between, said

ACTIVATIONS = {"step": lambda z: (z >= 0).double(), "sigmoid": F.sigmoid, "tanh": F.tanh, "ReLU": F.relu,
               "linear": lambda z: z}
change = {"bias": 1.25}
refused = [
    ('{"bais": 1}', 'the figure has no "bais"; choose from: weights, bias'),
    ('{"bias": "high"}', 'bias = "high": expected something like -0.5'),
    ('{"bias": null}', "bias = null: expected something like -0.5"),
    ('{"bias": true}', "bias = true: expected something like -0.5"),
    ('{"bias": 7}', "bias = 7: choose between -3 and 3"),
    ('{"weights": [1]}', "weights = [1]: expected something like [1,0.5]"),
    ('{"points": [[0, 1]]}', "points = [[0,1]]: expected something like"),
    ('{"points": [[0, 9, 1]]}', "points = [[0,9,1]]: choose between -3 and 3"),
    ('{"activation": "relu"}', 'activation = "relu": choose one of: step, sigmoid, tanh'),
]


def random_state(draw):
    return {
        "weights": [between(draw, -3, 3), between(draw, -3, 3)],
        "bias": between(draw, -3, 3),
        "probe": [between(draw, -3, 3), between(draw, -3, 3)],
        "activation": draw.choice([*ACTIVATIONS]),
    }


def by_torch(state):
    layer = torch.nn.Linear(2, 1, dtype=torch.float64)
    past = torch.tensor(state["points"], dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([state["weights"]], dtype=torch.float64))
        layer.bias.fill_(state["bias"])
        z = layer(torch.tensor(state["probe"], dtype=torch.float64))[0]
        correct = ((layer(past[:, :2])[:, 0] >= 0) == (past[:, 2] == 1)).sum()
    return {"z": z.item(), "output": ACTIVATIONS[state["activation"]](z).item(), "correct": correct.item()}


def found(numbers):
    return {part: numbers[part] for part in ("z", "output", "correct")}


def printed(state, numbers):
    return [numbers["z"], numbers["output"]]


def on_screen(page, state, numbers):
    z, output, correct, count = numbers_in(said(page))[-4:]
    assert (z, output) == pytest.approx((numbers["z"], numbers["output"]), abs=5.1e-5)
    assert (correct, count) == (numbers["correct"], len(state["points"]))
