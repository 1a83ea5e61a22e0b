"""Double descent: minimum-norm fits of 20 points in three bases, for every number of functions."""

import math

import numpy as np
import torch
from scipy.interpolate import BSpline
from scipy.linalg import null_space

from figure_cases import between, normal, said, uniform_of
from nnlab import widgets

RULES = widgets.rules("descent")
change = {"df": 36, "noise": 0.5}
typed = "9"
fullest = {"df": 36, "basis": "truncated powers", "noise": 0.5}
refused = [
    ('{"basis": "sines"}', 'basis = "sines": choose one of: natural splines, truncated powers, cosines'),
    ('{"df": 1}', "df = 1: choose between 2 and 60"),
    ('{"df": 20.5}', "df = 20.5: choose a whole number"),
    ('{"ridge": -0.1}', "ridge = -0.1: choose between 0 and 1"),
    ('{"noise": 2}', "noise = 2: choose between 0 and 1"),
    ('{"pulls": [0]}', "pulls = [0]: expected something like [0"),
    ('{"seed": 1000}', "seed = 1000: choose between 0 and 999"),
    ('{"curves": "norm"}', 'curves = "norm": choose one of: training and test'),
]
COUNT, HALF, FREEDOMS = 20, 5, range(2, 61)
TEST = torch.linspace(-HALF, HALF, 101, dtype=torch.float64)
SHARP = {  # degrees of freedom that are compared in random states: where X is nearly singular, rounding decides
    "natural splines": range(2, 61), "truncated powers": range(2, 9), "cosines": [*range(2, 11), *range(54, 61)],
}


def random_state(draw):
    basis = draw.choice([*SHARP])
    return {
        "basis": basis, "df": draw.choice([*SHARP[basis]][:9] if basis == "cosines" else [*SHARP[basis]]),
        "seed": draw.randint(0, 999), "noise": between(draw, 0, 1), "ridge": draw.choice([0, between(draw, 0.01, 1)]),
        "curves": draw.choice(RULES["choices"]["curves"]),
        "pulls": [draw.choice([0, between(draw, -1, 1)]) for _ in range(COUNT)],
    }


def inputs_of(seed):
    """Inputs of a draw (20,), sorted, and standard normal numbers (20,)."""
    uniform = uniform_of(seed)
    x = sorted([-HALF, HALF, *(HALF * (2 * uniform() - 1) for _ in range(COUNT - 2))])
    return torch.tensor(x, dtype=torch.float64), torch.tensor([normal(uniform) for _ in x], dtype=torch.float64)


def features(basis, x, df, at):
    """The `df` functions of a basis with quantiles of `x` as knots, at the places `at`: (len(at), df)."""
    if basis == "cosines":
        return torch.stack([torch.cos(math.pi * k * (at + HALF) / (2 * HALF)) * (2 ** 0.5 if k else 1)
                            for k in range(df)], 1)
    knots = torch.quantile(x, torch.linspace(0, 1, df, dtype=torch.float64))
    if basis == "natural splines":
        k = knots.numpy()
        splines = BSpline(np.r_[[k[0]] * 3, k, [k[-1]] * 3], np.eye(df + 2), 3)
        return torch.tensor(splines(at.numpy()) @ null_space(splines.derivative(2)(k[[0, -1]])))
    cubes = (at[:, None] - knots).clamp(min=0) ** 3
    parts = (cubes[:, :-1] - cubes[:, -1:]) / (knots[-1] - knots[:-1])
    return torch.cat([torch.ones_like(at)[:, None], at[:, None], parts[:, :-1] - parts[:, -1:]], 1)


def weights_of(features, ridge):
    """The matrix that maps the targets to the weights, by the pseudo-inverse or the dual form of ridge regression."""
    if not ridge:
        return torch.linalg.pinv(features, rtol=1e-15)
    gram = features @ features.T + ridge * torch.eye(len(features), dtype=torch.float64)
    return torch.linalg.solve(gram, features).T


def fits(state, dfs):
    """By df: weights, training error, test error, squared bias, variance."""
    x, normals = inputs_of(state["seed"])
    y = torch.sin(x) + state["noise"] * normals + torch.tensor(state["pulls"], dtype=torch.float64)
    found = {}
    for df in dfs:
        train, test = (features(state["basis"], x, df, at) for at in (x, TEST))
        solver = weights_of(train, state["ridge"])
        w, outputs = solver @ y, test @ solver
        found[df] = {
            "norm": w.norm().item(), "train": ((train @ w - y) ** 2).mean().item(),
            "test": ((outputs @ y - torch.sin(TEST)) ** 2).mean().item(),
            "bias": ((outputs @ torch.sin(x) - torch.sin(TEST)) ** 2).mean().item(),
            "variance": state["noise"] ** 2 * (outputs ** 2).sum(1).mean().item()}
    return found


def by_torch(state):
    found = fits(state, SHARP[state["basis"]])
    return {f"{df} {part}": value for df, parts in found.items() for part, value in parts.items()}


def found(numbers):
    basis = next(name for name in SHARP if name == numbers["basis"])
    return {f"{df} {part}": numbers[part][df - 2] for df in SHARP[basis]
            for part in ("norm", "train", "test", "bias", "variance")}


def printed(state, numbers):
    return [numbers[part][state["df"] - 2] for part in ("train", "test", "norm")]


def on_screen(page, state, numbers):
    words, k = said(page), state["df"] - 2
    assert f"{state['df']} degrees of freedom ({state['basis']})" in words
    assert f"test error {numbers['test'][k]:.3g}" in words and f"norm {numbers['norm'][k]:.3g}" in words
