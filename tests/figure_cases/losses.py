"""Squared error and cross-entropy: gradient descent by torch's SGD."""

import pytest
import torch
import torch.nn.functional as F
from figures import numbers as numbers_in

from figure_cases import between, said

PARTS = ("w", "output", "loss", "gradient")
change = {"step": 40}
typed = "9"
refused = [
    ('{"target": 1}', "target = 1: choose one of: 0, 1"),
    ("{", "this is no JSON"),
    ("[]", "a state is written"),
]


def random_state(draw):
    return {"start": between(draw, -7, 7), "target": draw.choice("01"), "rate": between(draw, 0.1, 5),
            "step": draw.randint(0, 100)}


def by_torch(state):
    y = torch.tensor(float(state["target"]), dtype=torch.float64)
    w = torch.full((2,), float(state["start"]), dtype=torch.float64, requires_grad=True)  # a neuron for each loss
    optimizer = torch.optim.SGD([w], lr=state["rate"])
    losses = lambda: torch.stack([F.mse_loss(torch.sigmoid(w[0]), y) / 2,  # noqa: E731
                                  F.binary_cross_entropy_with_logits(w[1], y)])
    for _ in range(state["step"]):
        optimizer.zero_grad()
        losses().sum().backward()
        optimizer.step()
    loss = losses()
    columns = (w, torch.sigmoid(w), loss, torch.autograd.grad(loss.sum(), w)[0])
    return {f"{name} {part}": value.item() for part, column in zip(PARTS, columns, strict=True)
            for name, value in zip(("squared error", "cross-entropy"), column, strict=True)}


def found(numbers):
    return {f"{ball['name']} {part}": ball[part] for ball in numbers["balls"] for part in PARTS}


def printed(state, numbers):
    return [ball[part] for ball in numbers["balls"] for part in ("w", "output", "loss")]


def on_screen(page, state, numbers):
    shown = numbers_in(said(page))
    assert shown[-1] == pytest.approx(numbers["balls"][1]["gradient"], rel=5.1e-3)
    one, other, product = shown[-6:-3]  # what stands there can be checked on a pocket calculator
    assert one * other == pytest.approx(product, rel=1e-2)
