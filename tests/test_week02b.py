"""Week 2b's exercises: their rules, and oracles of their references."""

import itertools

import torch
from exercise_rules import ExerciseRules

from nnlab.exercises import week02b
from nnlab.models import MLP

REFERENCE = {exercise.name: exercise.reference for exercise in week02b.EXERCISES}


def other_sawtooth(x, depth):
    """By recursion, from relu(x) in another form."""
    positive = lambda z: z.clamp(min=0)  # noqa: E731
    return other_sawtooth(2 * positive(x) - 4 * positive(x - 0.5), depth - 1) if depth else x


class TestExercises(ExerciseRules):
    module = week02b
    styles = {
        "moons_network": [lambda: torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 1)),
                          lambda: MLP([2, 2, 2, 1], activation=torch.tanh)],
        "by_bumps": [lambda x, heights, steepness: sum(h * (torch.sigmoid(steepness * (x - k / len(heights)))
                                                            - torch.sigmoid(steepness * (x - (k + 1) / len(heights))))
                                                       for k, h in enumerate(heights))],
        "heights_within": [lambda curve, n: torch.stack([curve(torch.tensor((k + 0.5) / n)) for k in range(n)]),
                           lambda curve, n: curve(torch.linspace(1 / (2 * n), 1 - 1 / (2 * n), n))],
        "bumps_needed": [lambda slope, error:
                         next(n for n in range(1, 10_000) if slope / (2 * n) <= error * (1 + 1e-12))],
        "sawtooth": [lambda x, depth: x if depth == 0 else other_sawtooth(x, depth)],
        "units_for_teeth": [lambda depth: [depth + depth, 1 << depth]],
        "paired": [lambda a, b: ((a - b).mean(), ((a - b).var() / len(a)).sqrt())],
    }


def test_bumps_and_teeth_keep_what_they_promise():
    by_bumps, needed, sawtooth, units = (REFERENCE[name] for name in
                                         ("by_bumps", "bumps_needed", "sawtooth", "units_for_teeth"))
    x = torch.linspace(0.03, 0.97, 500, dtype=torch.float64)
    for error in (0.3, 0.1, 0.03):  # a curve nowhere steeper than 2 pi
        n = needed(2 * torch.pi, error)
        middles = (torch.arange(n) + 0.5) / n
        found = by_bumps(x, torch.sin(2 * torch.pi * middles).double(), 1e6)
        assert (found - torch.sin(2 * torch.pi * x)).abs().max() <= error + 1e-6
    fine = torch.linspace(0, 1, 2 ** 14 + 1, dtype=torch.float64)
    for depth in (1, 3, 6):
        slopes = torch.diff(sawtooth(fine, depth))
        pieces = 1 + int((slopes[1:] * slopes[:-1] < 0).sum())
        assert pieces == 2 ** depth == units(depth)[1]
    ones = torch.ones_like(fine)[:, None]
    line = torch.cat([ones, fine[:, None]], 1)
    # As many ReLU units as pieces represent it; those with kinks inside the interval do not, whatever their signs.
    for depth in (1, 2, 3):
        goal, bends = sawtooth(fine, depth), torch.arange(1, 2 ** depth, dtype=torch.float64) / 2 ** depth
        for signs in itertools.product((-1.0, 1.0), repeat=len(bends)):
            inside = torch.relu(torch.tensor(signs, dtype=torch.float64) * (fine[:, None] - bends))
            for others, enough in ((ones, False), (line, True)):
                basis = torch.cat([inside, others], 1)
                missed = (basis @ torch.linalg.lstsq(basis, goal[:, None]).solution)[:, 0] - goal
                assert (missed.abs().max() < 1e-6) == enough
