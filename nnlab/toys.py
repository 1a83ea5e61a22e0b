"""Small sets in the plane, from a seed, each with its true boundary.

Every function returns a `Toy`: `x` (N, 2) float32, `y` (N,) int64 in {0, 1}, and `boundary`, a function of points (M, 2) that is
positive where class 1 is true, negative where class 0 is, and zero on the border between them.
"""

import math
from typing import NamedTuple

import torch


class Toy(NamedTuple):
    """Points, their classes, and the function that is zero on the true border."""

    x: torch.Tensor
    y: torch.Tensor
    boundary: object


def logic(name):
    """`Toy` of the four corners of the unit square with the values of "and", "or" or "xor".

    Raises:
        ValueError: another name.
    """
    borders = {"and": lambda p: p[:, 0] + p[:, 1] - 1.5, "or": lambda p: p[:, 0] + p[:, 1] - 0.5,
               "xor": lambda p: -(p[:, 0] - 0.5) * (p[:, 1] - 0.5)}
    if name not in borders:
        raise ValueError(f"logic({name!r}): choose 'and', 'or' or 'xor'")
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Toy(x, (borders[name](x) > 0).long(), borders[name])


def xor(n=200, noise=0.15, seed=0):
    """`Toy` of `n` points in four clouds around (±1, ±1) with standard deviation `noise`; class 1 where the signs differ."""
    g = _generator(n, seed)
    corner = torch.arange(n) % 4
    centre = torch.stack([corner // 2 * 2 - 1, corner % 2 * 2 - 1], 1).float()
    return Toy(centre + noise * torch.randn(n, 2, generator=g), (centre.prod(1) < 0).long(), lambda p: -p[:, 0] * p[:, 1])


def moons(n=200, noise=0.1, seed=0):
    """`Toy` of two half circles of radius 1 that reach into each other, as scikit-learn's ``make_moons`` has them.

    The border is where a point is as far from one half circle as from the other.
    """
    g = _generator(n, seed)
    y = torch.arange(n) % 2
    angle = math.pi * torch.rand(n, generator=g)
    upper = torch.stack([angle.cos(), angle.sin()], 1)
    x = torch.where(y[:, None] == 0, upper, torch.tensor([1.0, 0.5]) - upper)

    def to_arc(p):
        """Distance from each point to the upper half circle."""
        on_side = (p.norm(dim=1) - 1).abs()
        to_ends = torch.minimum((p - torch.tensor([1.0, 0.0])).norm(dim=1), (p + torch.tensor([1.0, 0.0])).norm(dim=1))
        return torch.where(p[:, 1] >= 0, on_side, to_ends)
    return Toy(x + noise * torch.randn(n, 2, generator=g), y, lambda p: to_arc(p) - to_arc(torch.tensor([1.0, 0.5]) - p))


def circles(n=200, noise=0.1, seed=0):
    """`Toy` of a circle of radius 0.5 (class 1) inside one of radius 1 (class 0); the border has radius 0.75."""
    g = _generator(n, seed)
    y = torch.arange(n) % 2
    angle, radius = 2 * math.pi * torch.rand(n, generator=g), 1 - 0.5 * y
    x = radius[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
    return Toy(x + noise * torch.randn(n, 2, generator=g), y, lambda p: 0.75 - p.norm(dim=1))


def spirals(n=400, noise=0.05, turns=1.5, seed=0):
    """`Toy` of two spirals that wind around each other, radius 0.2 to 1.2 over `turns`; the border winds between them."""
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
