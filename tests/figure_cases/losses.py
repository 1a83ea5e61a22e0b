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
    y, truth = torch.tensor(float(state["target"]), dtype=torch.float64), {}
    losses = {
        "squared error": lambda w: F.mse_loss(torch.sigmoid(w), y) / 2,
        "cross-entropy": lambda w: F.binary_cross_entropy_with_logits(w, y),
    }
    for name, loss_of in losses.items():
        w = torch.tensor(state["start"], dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=state["rate"])
        for _ in range(state["step"]):
            optimizer.zero_grad()
            loss_of(w).backward()
            optimizer.step()
        loss = loss_of(w)
        values = (w.item(), torch.sigmoid(w).item(), loss.item(), torch.autograd.grad(loss, w)[0].item())
        truth |= {f"{name} {part}": value for part, value in zip(PARTS, values, strict=True)}
    return truth


def found(numbers):
    return {f"{ball['name']} {part}": ball[part] for ball in numbers["balls"] for part in PARTS}


def printed(state, numbers):
    return [ball[part] for ball in numbers["balls"] for part in ("w", "output", "loss")]


def on_screen(page, state, numbers):
    shown = numbers_in(said(page))
    assert shown[-1] == pytest.approx(numbers["balls"][1]["gradient"], rel=5.1e-3)
    one, other, product = shown[-6:-3]  # what stands there can be checked on a pocket calculator
    assert one * other == pytest.approx(product, rel=1e-2)
