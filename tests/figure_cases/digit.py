"""The drawing pad: ink, scaling and centering by torch and SciPy. Its network is tested in test_figure_digit.py."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from figures import numbers as numbers_in
from scipy.ndimage import center_of_mass

from figure_cases import between, said
from nnlab.models import MLP

change = {"turn": 30}
typed = "7"
fullest = {"network": MLP([784, 20, 10])}


def random_state(draw):
    return {
        "strokes": [_walk(draw) for _ in range(draw.choice([0, 1, 1, 2, 3]))],
        "pen": draw.randint(2, 20),
        "size": draw.choice([1, between(draw, 0.3, 1.5)]),
        "turn": draw.choice([0, draw.randint(-180, 180)]),
    }


def _walk(draw):
    """A stroke of one to twelve points on the pad, none far from the one before."""
    x, y = draw.uniform(20, 80), draw.uniform(20, 80)
    stroke = []
    for _ in range(draw.randint(1, 12)):
        stroke.append([round(x, 1), round(y, 1)])
        x, y = (min(100, max(0, one + draw.uniform(-25, 25))) for one in (x, y))
    return stroke


def by_torch(state):
    if not state["strokes"]:
        return {}
    ink = _ink(state)
    inside = (ink > 1e-6).nonzero()
    if not len(inside):
        return {}
    (top, left), (bottom, right) = inside.min(0).values.tolist(), inside.max(0).values.tolist()
    cut = ink[top:bottom + 1, left:right + 1]
    sides = [max(1, math.floor(20 * side / max(cut.shape) + 0.5)) for side in cut.shape]
    scaled = F.adaptive_avg_pool2d(cut[None], sides)[0]
    mass = center_of_mass(scaled.numpy())
    image = torch.zeros(28, 28, dtype=torch.float64)
    corner = [min(max(math.floor(14.5 - round(at, 6)), 0), 28 - side) for at, side in zip(mass, sides, strict=True)]
    image[corner[0]:corner[0] + sides[0], corner[1]:corner[1] + sides[1]] = scaled
    return {"mass": list(mass), "image": image.flatten().tolist()}


def _ink(state):
    """Ink of the pad's pixels, of shape (100, 100): strokes are lines between complex numbers."""
    complexes = lambda points: torch.tensor([complex(*point) for point in points], dtype=torch.complex128)  # noqa: E731
    places = complexes(point for stroke in state["strokes"] for point in stroke)
    middle = complex(*((part.min() + part.max()).item() / 2 for part in (places.real, places.imag)))
    grid = torch.meshgrid(torch.arange(100), torch.arange(100), indexing="xy")
    pixel = torch.complex(*(part.double() + 0.5 for part in grid))
    ink, reach = torch.zeros(100, 100, dtype=torch.float64), state["pen"] / 2 + 0.5
    for stroke in state["strokes"]:
        points = complexes(stroke)
        if (state["size"], state["turn"]) != (1, 0):
            points = middle + (points - middle) * state["size"] * np.exp(1j * np.pi * state["turn"] / 180)
            points = torch.complex(points.real.round(decimals=6), points.imag.round(decimals=6))
        for start, end in zip(points, torch.cat([points[1:], points[-1:]]), strict=True):
            along = end - start
            share = ((pixel - start) * along.conj()).real / max(along.abs().item() ** 2, 1e-30)
            ink = torch.maximum(ink, (reach - (pixel - start - share.clamp(0, 1) * along).abs()).clamp(0, 1))
    return ink


def found(numbers):
    if not (steps := numbers["steps"]):
        return {}
    return {"mass": steps["mass"], "image": [one for row in steps["image"] for one in row]}


def printed(state, numbers):
    steps = numbers["steps"]
    return [*steps["mass"], sum(map(sum, steps["image"]))] if steps else []


def on_screen(page, state, numbers):
    steps = numbers["steps"]
    _, _, width, height = steps["box"]
    row, column = steps["mass"]
    wanted = [width, height, len(steps["scaled"][0]), len(steps["scaled"]), column, row]
    assert numbers_in(said(page))[:6] == pytest.approx(wanted, abs=0.051)
