"""The gradient profile: activations forward and gradients backward through a network that has just been initialized."""

import functools
import math
import re

import pytest
import torch
from torch.nn import functional as F

from figure_cases import normal, said, uniform_of
from nnlab import widgets

RULES = widgets.rules("profile")
CHOICES = RULES["choices"]
change = {"activation": "tanh", "initialization": "Xavier"}
typed = "7"
fullest = {"activation": "ReLU", "normalization": "batch", "layer": 12, "gain": 0.5,
           "pinned": "activation=sigmoid, initialization=Xavier"}
refused = [
    ('{"activation": "step"}', 'activation = "step": choose one of: linear, sigmoid'),
    ('{"initialization": "Kaiming"}', 'initialization = "Kaiming": choose one of: Xavier, He'),
    ('{"depth": 61}', "depth = 61: choose between 1 and 60"),
    ('{"depth": 2.5}', "depth = 2.5: choose a whole number"),
    ('{"residual": true}', "residual = true: expected something like 0"),
    ('{"gain": 5}', "gain = 5: choose between 0.25 and 4"),
    ('{"batch_size": 1}', "batch_size = 1: choose between 2 and 128"),
]


def random_state(draw):
    """Networks in which rounding errors stay small; constant weights and zeros are tested in test_figure_profile.py."""
    return {
        "depth": draw.randint(1, 12), "width": draw.randint(4, 24), "activation": draw.choice(CHOICES["activation"]),
        "initialization": draw.choice(CHOICES["initialization"][:-2]), "gain": draw.choice([0.25, 0.5, 0.9, 1, 1.3]),
        "normalization": draw.choice(CHOICES["normalization"]), "residual": draw.randint(0, 1),
        "batch_size": draw.randint(4, 24), "seed": draw.randint(0, 999), "layer": draw.randint(1, 14),
        "gradient": draw.choice(CHOICES["gradient"]),
        "pinned": draw.choice(["", "depth=5, activation=tanh", "width=", "gain=0.5,residual=1"]),
    }


def normals(draw, *shape):
    """Standard normal numbers, by Box and Muller."""
    values = [normal(draw) for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


@functools.cache
def raw(kind, seed, layer, n):
    """Weights and bias of a hidden layer, with torch's own orthogonal matrices."""
    draw = uniform_of(1000 * seed + layer)
    if kind == "uniform":
        values = torch.tensor([2 * draw() - 1 for _ in range(n * n + n)], dtype=torch.float64)
        return values[: n * n].reshape(n, n), values[n * n:]
    weight = normals(draw, n, n)
    if kind == "orthogonal":
        q, r = torch.linalg.qr(weight.T)
        weight = (q * r.diagonal().sign()).T
    return weight, torch.zeros(n, dtype=torch.float64)


def weights(state):
    """Weight (n, n) and bias (n) of each hidden layer, a list of pairs."""
    n, seed, name = state["width"], state["seed"], state["initialization"]
    kind = {"torch default": "uniform", "orthogonal": "orthogonal"}.get(name, "normal")
    deviation = {"Xavier": math.sqrt(2 / (n + n)), "He": math.sqrt(2 / n), "torch default": 1 / math.sqrt(n),
                 "orthogonal": 1, "normal 0.01": 0.01, "normal 1": 1}.get(name)
    layers = []
    for layer in range(1, state["depth"] + 1):
        if deviation is None:
            weight = torch.full((n, n), {"constant": 1 / n, "zeros": 0.0}[name], dtype=torch.float64)
            bias = torch.zeros(n, dtype=torch.float64)
        else:
            weight, bias = (deviation * one for one in raw(kind, seed, layer, n))
        layers.append((state["gain"] * weight, bias))
    return layers


ACTIVATIONS = {"linear": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu,
               "leaky ReLU": F.leaky_relu, "GELU": F.gelu}


def root_mean_square(values):
    """The largest number is taken out first: no square over- or underflows."""
    largest = values.abs().max()
    if not 0 < largest < math.inf:
        return largest.item()
    return (largest * (values / largest).square().mean().sqrt()).item()


def passed(state):
    """Activations of layers 0 to depth, gradients of layers 1 to depth, and branches (z normalized, a)."""
    n, count = state["width"], state["batch_size"]
    draw = uniform_of(1000 * state["seed"])
    h = normals(draw, count, n)
    labels = torch.tensor([int(10 * draw()) for _ in range(count)])
    hidden, asked, branches = [h], [], []
    for weight, bias in weights(state):
        weight = weight.clone().requires_grad_()
        z = F.linear(h, weight, bias)
        z.retain_grad()
        asked.append(weight if state["gradient"] == "weights" else z)
        if state["normalization"] == "batch":
            z = F.batch_norm(z, None, None, training=True)
        if state["normalization"] == "layer":
            z = F.layer_norm(z, (n,))
        z.retain_grad()
        a = ACTIVATIONS[state["activation"]](z)
        h = h + a if state["residual"] else a
        hidden.append(h)
        branches.append((z, a))
    output = normals(uniform_of(1000 * state["seed"] + 999), 10, n) / math.sqrt(n)
    F.cross_entropy(h @ output.T, labels).backward()
    return hidden, [one.grad for one in asked], branches


def idle(state, z, a):
    """Shares of outputs that are 0 or saturated, and of units that are 0 for the whole batch; -1: does not apply."""
    name = state["activation"]
    if name == "ReLU":
        return (a == 0).double().mean().item(), (a == 0).all(0).double().mean().item()
    if name in ("sigmoid", "tanh"):
        slope = a * (1 - a) if name == "sigmoid" else 1 - a ** 2
        return (slope < 0.05 * (0.25 if name == "sigmoid" else 1)).double().mean().item(), 0.0
    return -1, -1


def logarithm(value):
    """log10, and -999 of what is 0 or rounding errors of 0."""
    return math.log10(value) if value > 1e-290 else -999


def summary(forward, spread, backward, idles):
    """What is compared of a pass, a dictionary."""
    found = {}
    for k, (one, other) in enumerate(zip(forward, spread, strict=True)):
        found |= {f"forward {k}": logarithm(one), f"spread {k}": other}
    for k, (gradient, (share, dead)) in enumerate(zip(backward, idles, strict=True)):
        found |= {f"backward {k}": logarithm(gradient), f"idle {k}": share, f"dead {k}": dead}
    return found


def by_torch(state):
    hidden, gradients, branches = passed(state)
    with torch.no_grad():
        forward = [root_mean_square(h) for h in hidden]
        spread = [root_mean_square(h - h.mean(0)) for h in hidden]
        return summary(forward, spread, [root_mean_square(one) for one in gradients],
                       [idle(state, z, a) for z, a in branches]) | {"layer": min(state["layer"], state["depth"])}


def found(numbers):
    idles = [(-1, -1) if one is None else (one["idle"], one["dead"]) for one in numbers["idle"]]
    return summary(numbers["forward"], numbers["spread"], numbers["backward"], idles) | {"layer": numbers["layer"]}


def printed(state, numbers):
    shown = []
    for k, gradient in enumerate(numbers["backward"]):
        values = [math.log10(one) for one in (numbers["forward"][k + 1], gradient) if one > 0]
        shown += [k + 1, *values]
    return shown


def in_words(value):
    """Two significant digits, as the figure writes them: 0.041, 37, 1.2·10⁻⁸."""
    if value == 0 or 0.01 <= abs(value) < 9999:
        return f"{float(f'{value:.1e}'):.15g}".replace("-", "\u2212")
    factor, power = f"{value:.1e}".split("e")
    digits = str(abs(int(power))).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{factor}·10{'⁻' if int(power) < 0 else ''}{digits}"


def on_screen(page, state, numbers):
    forward, backward, depth = numbers["forward"], numbers["backward"], state["depth"]
    assert said(page) == (f"The gradient of layer 1 is {in_words(backward[0] / backward[-1])} times that of layer "
                          f"{depth}.")
    shown = page.locator(".panels svg text").all_text_contents()
    layer = numbers["layer"]
    assert {in_words(forward[layer]), in_words(backward[layer - 1])} <= {*shown}
    factors = [float(found) for one in shown for found in re.findall(r"× ([\d.]+) per layer", one)]
    assert factors == pytest.approx([(forward[-1] / forward[1]) ** (1 / (depth - 1)),
                                     (backward[0] / backward[-1]) ** (1 / (depth - 1))], rel=0.051)
