"""The fold: two ReLU units and an output."""

import pytest
import torch
import torch.nn.functional as F
from figures import numbers as numbers_in

from figure_cases import between, said

change = {"fold": 0.5}
typed = "0.35"


def random_state(draw):
    return {
        "weights": [between(draw, -2, 2) for _ in range(4)],
        "bias": [between(draw, -2, 2) for _ in range(2)],
        "out": [between(draw, -3, 3) for _ in range(2)],
        "fold": between(draw, 0, 1),
        "probe": [between(draw, -0.5, 1.5) for _ in range(2)],
    }


def by_torch(state):
    hidden = torch.nn.Linear(2, 2, dtype=torch.float64)
    out = torch.nn.Linear(2, 1, bias=False, dtype=torch.float64)
    x = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1], state["probe"]], dtype=torch.float64)
    with torch.no_grad():
        hidden.weight.copy_(torch.tensor(state["weights"], dtype=torch.float64).view(2, 2).T)
        hidden.bias.copy_(torch.tensor(state["bias"], dtype=torch.float64))
        out.weight.copy_(torch.tensor([state["out"]], dtype=torch.float64))
        h = F.relu(hidden(x))
        y = out(h)[:, 0]
    correct = ((y[:4] > 0.5) == torch.tensor([False, True, True, False])).sum().item()
    return _rows(torch.cat([h, y[:, None]], 1).tolist()) | {"correct": correct}


def _rows(values):
    return {f"{k} {part}": one for k, row in enumerate(values)
            for part, one in zip(("h1", "h2", "y"), row, strict=True)}


def found(numbers):
    rows = [*numbers["rows"], numbers["probe"]]
    return _rows([[*row["h"], row["output"]] for row in rows]) | {"correct": numbers["correct"]}


def _chains(state, numbers):
    rows = [*numbers["rows"], {"corner": state["probe"]} | numbers["probe"]]
    return [[*row["corner"], *row["h"], row["output"]] for row in rows]


def printed(state, numbers):
    return [one for chain in _chains(state, numbers) for one in chain]


def on_screen(page, state, numbers):
    *corners, probe = _chains(state, numbers)
    told = [numbers_in(" ".join(row.locator("text").all_text_contents())) for row in page.locator(".values > g").all()]
    assert len(told) == 5
    for row, wanted in zip(told, [*corners, probe], strict=True):
        assert row == pytest.approx(wanted, abs=5.1e-5)
    assert numbers_in(said(page)) == [numbers["correct"], 4]
