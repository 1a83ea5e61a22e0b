"""Toy data sets in the plane, from a seed, each with its true decision boundary.

Every function returns a `Toy`: points `x` (N, 2) of float32, labels `y` (N,) of int64 in {0, 1}, and `boundary`, a
function of points (M, 2) that is positive in the region of class 1, negative in that of class 0, and zero on the true
decision boundary.
"""

import math
from typing import NamedTuple

import torch


class Toy(NamedTuple):
    """Points (N, 2), labels (N,), and a function that is zero on the true decision boundary."""

    x: torch.Tensor
    y: torch.Tensor
    boundary: object


def logic(name):
    """`Toy` with the truth table of "and", "or" or "xor": the four corners of the unit square and their labels.

    Raises:
        ValueError: `name` is none of the three.
    """
    boundaries = {
        "and": lambda p: p[:, 0] + p[:, 1] - 1.5,
        "or": lambda p: p[:, 0] + p[:, 1] - 0.5,
        "xor": lambda p: -(p[:, 0] - 0.5) * (p[:, 1] - 0.5),
    }
    if name not in boundaries:
        raise ValueError(f"logic({name!r}): choose 'and', 'or' or 'xor'")
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Toy(x, (boundaries[name](x) > 0).long(), boundaries[name])


def xor(n=200, noise=0.15, seed=0):
    """`Toy` with four normal clusters around (±1, ±1), standard deviation `noise`; class 1 where the signs differ."""
    g = _generator(n, seed)
    corner = torch.arange(n) % 4
    center = torch.stack([corner // 2 * 2 - 1, corner % 2 * 2 - 1], 1).float()
    x = center + noise * torch.randn(n, 2, generator=g)
    return Toy(x, (center.prod(1) < 0).long(), lambda p: -p[:, 0] * p[:, 1])


def moons(n=200, noise=0.1, seed=0):
    """`Toy` with two interleaving half circles of radius 1, as in scikit-learn's ``make_moons``.

    The true decision boundary is the set of points at equal distance from both half circles. `noise` is the standard
    deviation of the normal noise on each coordinate.
    """
    g = _generator(n, seed)
    y = torch.arange(n) % 2
    angle = math.pi * torch.rand(n, generator=g)
    upper = torch.stack([angle.cos(), angle.sin()], 1)
    x = torch.where(y[:, None] == 0, upper, torch.tensor([1.0, 0.5]) - upper)

    def to_arc(p):
        """Distance from each point to the upper half circle."""
        to_circle, end = (p.norm(dim=1) - 1).abs(), torch.tensor([1.0, 0.0])
        to_ends = torch.minimum((p - end).norm(dim=1), (p + end).norm(dim=1))
        return torch.where(p[:, 1] >= 0, to_circle, to_ends)

    def boundary(p):
        return to_arc(p) - to_arc(torch.tensor([1.0, 0.5]) - p)
    return Toy(x + noise * torch.randn(n, 2, generator=g), y, boundary)


def circles(n=200, noise=0.1, seed=0):
    """`Toy` with circles of radius 0.5 (class 1) and 1 (class 0); the true decision boundary has radius 0.75."""
    g = _generator(n, seed)
    y = torch.arange(n) % 2
    angle, radius = 2 * math.pi * torch.rand(n, generator=g), 1 - 0.5 * y
    x = radius[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
    return Toy(x + noise * torch.randn(n, 2, generator=g), y, lambda p: 0.75 - p.norm(dim=1))


def spirals(n=400, noise=0.05, turns=1.5, seed=0):
    """`Toy` with two interleaving spirals of radius 0.2 to 1.2 over `turns` turns."""
    g = _generator(n, seed)
    y = torch.arange(n) % 2
    t = torch.rand(n, generator=g).sqrt()
    angle = 2 * math.pi * turns * t + math.pi * y
    x = (0.2 + t)[:, None] * torch.stack([angle.cos(), angle.sin()], 1)

    def boundary(p):
        winding = 2 * math.pi * turns * (p.norm(dim=1) - 0.2)
        return -torch.cos(torch.atan2(p[:, 1], p[:, 0]) - winding)
    return Toy(x + noise * torch.randn(n, 2, generator=g), y, boundary)


def _generator(n, seed):
    if n < 1:
        raise ValueError(f"n = {n!r}; give at least 1 point")
    return torch.Generator().manual_seed(seed)
