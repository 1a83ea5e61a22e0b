"""The bumps: a hidden layer of pairs of sigmoid units."""

import numpy as np
import pytest
import torch
from figures import numbers as numbers_in

from figure_cases import between, said

change = {"bumps": 12}
typed = "7"


def random_state(draw):
    return {"heights": [between(draw, -1, 1) for _ in range(9)], "bumps": draw.randint(1, 60),
            "steepness": draw.randint(5, 1000)}


def by_torch(state):
    knots = torch.linspace(0, 1, 9, dtype=torch.float64)
    heights = torch.tensor(state["heights"], dtype=torch.float64)
    target = lambda x: torch.from_numpy(np.interp(x.numpy(), knots.numpy(), heights.numpy()))  # noqa: E731
    n, x = state["bumps"], torch.linspace(0, 1, 401, dtype=torch.float64)
    x = x[(x >= 0.02 - 1e-12) & (x <= 0.98 + 1e-12)]
    edges = torch.linspace(0, 1, n + 1, dtype=torch.float64)
    hidden = torch.nn.Linear(1, 2 * n, dtype=torch.float64)
    with torch.no_grad():
        hidden.weight.fill_(state["steepness"])
        hidden.bias.copy_(-state["steepness"] * torch.cat([edges[:-1], edges[1:]]))
        tops = target((edges[1:] + edges[:-1]) / 2)
        total = torch.sigmoid(hidden(x[:, None])) @ torch.cat([tops, -tops])
    slope = 8 * (heights[1:] - heights[:-1]).abs().max().item()
    return {"error": (total - target(x)).abs().max().item(), "bound": slope / (2 * n), "units": 2 * n}


def found(numbers):
    return {part: numbers[part] for part in ("error", "bound", "units")}


def printed(state, numbers):
    return [numbers["units"], numbers["error"]]


def on_screen(page, state, numbers):
    bumps, units, error, *_, bound = numbers_in(said(page))
    assert (bumps, units) == (state["bumps"], numbers["units"])
    assert (error, bound) == pytest.approx((numbers["error"], numbers["bound"]), abs=5.1e-5)
