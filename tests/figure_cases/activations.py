"""The activation functions: values and derivatives, by torch's autograd."""

import pytest
import torch
import torch.nn.functional as F
from figures import numbers as numbers_in

from figure_cases import between
from nnlab import widgets

NAMES = widgets.rules("activations")["choices"]["shown"]
change = {"shown": ["ReLU", "ELU"], "x": -0.5}
fullest = {"shown": NAMES}
refused = [
    ('{"shown": ["tanh", "swish"]}', 'shown = ["tanh","swish"]: choose from: linear, step'),
    ('{"shown": "tanh"}', 'shown = "tanh": expected a list'),
]


def random_state(draw):
    return {
        "shown": draw.sample(NAMES, draw.randint(1, 9)),
        "x": draw.choice([0, between(draw, -4, 4)]),
        "leak": between(draw, 0, 1),
        "alpha": between(draw, 0, 2),
        "maxout": [between(draw, -1.5, 1.5) for _ in range(4)],
        "apl": [between(draw, -1, 1), draw.choice([0, between(draw, -1, 1)])],
    }


def by_torch(state):
    x = torch.tensor(float(state["x"]), dtype=torch.float64, requires_grad=True)
    (w, c, v, d), (a, b) = state["maxout"], state["apl"]
    values = {
        "linear": 1 * x,
        "step": torch.heaviside(x.detach(), torch.ones_like(x)),
        "sigmoid": F.sigmoid(x),
        "tanh": F.tanh(x),
        "ReLU": F.relu(x),
        "leaky ReLU": F.leaky_relu(x, state["leak"]),
        "ELU": F.elu(x, state["alpha"]),
        "maxout": torch.maximum(w * x + c, v * x + d),
        "APL": F.relu(x) + a * F.relu(b - x),
    }
    truth = {}
    for name, y in values.items():
        if name in state["shown"]:
            truth[f"{name} value"] = y.item()
            truth[f"{name} derivative"] = torch.autograd.grad(y, x)[0].item() if y.requires_grad else 0.0
    return truth


def found(numbers):
    return {f"{row['name']} {part}": row[part] for row in numbers["rows"] for part in ("value", "derivative")}


def printed(state, numbers):
    return [row[part] for row in numbers["rows"] for part in ("value", "derivative")]


def on_screen(page, state, numbers):
    cells = [value for cell in page.locator(".numbers span").all_text_contents() for value in numbers_in(cell)]
    assert cells == pytest.approx(printed(state, numbers), abs=5.1e-5)
