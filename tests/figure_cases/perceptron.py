"""The perceptron: its run by the book, the widest margin by SciPy."""

import json

import numpy as np
import pytest
import torch
from figures import numbers as numbers_in

from figure_cases import said

change = {"step": 12}
typed = "7"
refused = [
    ('{"step": 2.5}', "step = 2.5: choose a whole number"),
    ('{"step": -1}', "step = -1: choose between 0 and 600"),
    (json.dumps({"points": [[0, 0, 1]] * 31}), "points: 31 are too many; at most 30"),
]


def random_state(draw):
    return {"points": _points(draw), "seed": draw.choice([0, draw.randint(1, 999)]), "step": draw.randint(0, 80)}


def _points(draw):
    """Up to twelve points; in two of three draws a line separates them."""
    points = [[round(draw.uniform(-3, 3), 1), round(draw.uniform(-3, 3), 1)] for _ in range(draw.randint(1, 12))]
    if draw.random() < 1 / 3:
        return [[x, y, draw.choice([1, -1])] for x, y in points]
    b, w, v = draw.uniform(-1, 1), draw.uniform(-1, 1), draw.uniform(-1, 1)
    return [[x, y, 1 if b + w * x + v * y > 0 else -1] for x, y in points if abs(b + w * x + v * y) > 0.05]


def data(state):
    """Inputs (1, x1, x2) of shape (N, 3) and labels of shape (N,)."""
    x = torch.tensor([[1, a, b] for a, b, _ in state["points"]], dtype=torch.float64).reshape(-1, 3)
    return x, torch.tensor([float(label) for *_, label in state["points"]], dtype=torch.float64)


def by_torch(state):
    x, _ = data(state)
    return {"radius": x.norm(dim=1).max().item() if len(x) else 0.0}


def found(numbers):
    return {"radius": numbers["radius"]}


def run(x, y, order, step):
    """Weights and number of mistakes after `step` points x (N, 3) of classes y (N,), in `order`, pass after pass."""
    w, mistakes = torch.zeros(3, dtype=torch.float64), 0
    for k in range(step):
        i = order[k % len(order)]
        if y[i] * (x[i] @ w) <= 1e-9:
            w, mistakes = w + y[i] * x[i], mistakes + 1
    return w, mistakes


def widest_margin(x, y):
    """The widest margin of a line that separates x (N, 3) of classes y, by SciPy's SLSQP; None where none does."""
    from scipy.optimize import linprog, minimize

    towards = (y[:, None] * x).numpy()
    first = linprog(np.zeros(3), A_ub=-towards, b_ub=-np.ones(len(towards)), bounds=[(None, None)] * 3)
    if first.status != 0:
        return None
    constraint = {"type": "ineq", "fun": lambda v: towards @ v - 1, "jac": lambda v: towards}
    best = minimize(lambda v: v @ v / 2, first.x, jac=lambda v: v, constraints=constraint, method="SLSQP",
                    options={"ftol": 1e-14, "maxiter": 500}).x
    return float((towards @ best).min() / np.linalg.norm(best))


def printed(state, numbers):
    return [*numbers["weights"], numbers["mistakes"], *([numbers["bound"]] if numbers["bound"] else [])]


def on_screen(page, state, numbers):
    assert f"{numbers['bound']:.1f}" in page.locator(".panels svg").nth(1).text_content()
    step = numbers["trace"][numbers["done"] - 1]
    assert numbers_in(said(page))[2] == pytest.approx(step["total"], abs=5.1e-3)
