"""Week 2c's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import dataclasses
import fractions
import functools
import itertools
import math

import numpy as np
import pytest
import scipy.stats
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected

from nnlab.checks.candidate import Reference, lines_of
from nnlab.exercises import week02c

REFERENCE = {exercise.name: exercise.reference for exercise in week02c.EXERCISES}


def bump_by_bump(x, heights, steepness):
    total = torch.zeros(len(x), dtype=x.dtype)
    for k in range(len(heights)):
        a, b = k / len(heights), (k + 1) / len(heights)
        total = total + heights[k] * (torch.sigmoid(steepness * (x - a)) - torch.sigmoid(steepness * (x - b)))
    return total


def bumps_by_tanh(x, heights, steepness):
    edges = torch.linspace(0, 1, len(heights) + 1, dtype=x.dtype)
    up = 0.5 + 0.5 * torch.tanh(0.5 * steepness * torch.sub(x.unsqueeze(1), edges.unsqueeze(0)))
    return -(up.diff(dim=1) * heights).sum(dim=1)


def bumps_as_jumps(x, heights, steepness):
    zero = heights.new_zeros(1)
    jumps = torch.cat([heights, zero]) - torch.cat([zero, heights])
    edges = torch.arange(len(jumps)).to(x) / len(heights)
    return torch.sigmoid(steepness * (x[:, None] - edges)) @ jumps


def middle_of_low_and_high(curve, n):
    x = torch.linspace(0, 1, 100 * n + 1, dtype=torch.float64)
    heights = []
    for k in range(n):
        values = curve(x[100 * k:100 * (k + 1) + 1])
        heights.append((values.min() + values.max()) / 2)
    return torch.stack(heights)


def count_up(slope: float, error: float) -> int:
    n = 1
    while slope / (2 * n) > error:
        n += 1
    return n


def other_sawtooth(x, depth):
    """By recursion, from relu(x) in another form."""
    positive = lambda z: z.clamp(min=0)  # noqa: E731
    return other_sawtooth(2 * positive(x) - 4 * positive(x - 0.5), depth - 1) if depth else x


def silently(function):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapped


@silently
def sawtooth_by_where(x: torch.Tensor, depth: int) -> torch.Tensor:
    result = x.clone()
    for _ in range(depth):
        result = torch.where(result < 0.5, 2 * result, 2 - 2 * result)
    return result


def paired_by_loops(a, b):
    differences = [one - other for one, other in zip(a.tolist(), b.tolist(), strict=True)]
    mean = sum(differences) / len(differences)
    variance = sum((d - mean) ** 2 for d in differences) / (len(differences) - 1)
    return mean, math.sqrt(variance / len(differences))


class TestExercises(ExerciseRules):
    module = week02c
    styles = {
        "by_bumps": [bump_by_bump, bumps_by_tanh, bumps_as_jumps,
                     lambda x, heights, steepness: torch.stack([bump_by_bump(x[k:k + 1], heights, steepness)[0]
                                                                for k in range(len(x))])],
        "heights_within": [
            lambda curve, n: torch.stack([curve(torch.tensor((k + 0.5) / n)) for k in range(n)]),
            lambda curve, n: curve(torch.linspace(1 / (2 * n), 1 - 1 / (2 * n), n)),
            lambda curve, n: curve(torch.linspace(1 / (2 * n), 1 - 1 / (2 * n), n, dtype=torch.float64)),
            middle_of_low_and_high, lambda curve, n: curve(torch.arange(n + 1) / n).unfold(0, 2, 1).mean(1),
            lambda curve, n: curve(torch.from_numpy(np.arange(1, 2 * n, 2) / (2 * n))).tolist(),
        ],
        "bumps_needed": [
            count_up, lambda slope, error: -int(-slope // (2 * error)),
            lambda slope, error: np.ceil(slope / error / 2).astype(int),
            lambda slope, error: int(torch.ceil(torch.tensor(0.5 * slope / error))),
            lambda slope, error: math.ceil(fractions.Fraction(slope) / (2 * fractions.Fraction(error))),
            lambda slope, error: next(n for n in range(1, 10_000) if slope / (2 * n) <= error * (1 + 1e-12)),
            lambda slope, error: math.ceil(slope / (2 * error) - 1e-9),
        ],
        "sawtooth": [
            lambda x, depth: x if depth == 0 else other_sawtooth(x, depth), sawtooth_by_where,
            lambda x, depth: functools.reduce(lambda y, _: 1 - (2 * y - 1).abs(), range(depth), x),
            lambda x, depth: torch.min(x * 2 ** depth % 2, 2 - x * 2 ** depth % 2) if depth else x,
        ],
        "units_for_teeth": [
            lambda depth: [depth + depth, 1 << depth], lambda depth: torch.tensor([2 * depth, 2 ** depth]),
            lambda depth: (np.int64(2) * depth, np.int64(2) ** depth),
            lambda depth: (sum(2 for _ in range(depth)), len(range(2 ** depth))),
        ],
        "paired": [
            lambda a, b: ((a - b).mean(), ((a - b).var() / len(a)).sqrt()), paired_by_loops,
            lambda a, b: ((a - b).mean(), torch.std(a - b) / math.sqrt(a.numel())),
            lambda a, b: (np.mean((a - b).numpy()), np.std((a - b).numpy(), ddof=1) / np.sqrt(len(a))),
            lambda a, b: (a.mean() - b.mean(), scipy.stats.sem((a - b).numpy())),
            lambda a, b: [(a - b).sum() / len(a), (a - b).sub((a - b).mean()).norm() / (len(a) * (len(a) - 1)) ** 0.5],
        ],
    }


def in_place(x, depth):
    for _ in range(depth):
        x.mul_(2).sub_(1).abs_().neg_().add_(1)
    return x


WRONG = {
    "by_bumps": [
        lambda x, heights, steepness: bump_by_bump(x, heights, -steepness),
        lambda x, heights, steepness: bump_by_bump(x, heights, 2 * steepness),
        lambda x, heights, steepness: bump_by_bump(x, heights.flip(0), steepness),
        lambda x, heights, steepness: bump_by_bump(x, heights.abs(), steepness),
        lambda x, heights, steepness: bump_by_bump(x, heights, steepness) / len(heights),
        lambda x, heights, steepness: bump_by_bump(x, heights, steepness).mean(),
        lambda x, heights, steepness: bump_by_bump(x, heights, steepness).detach().clamp(-1, 1),
        lambda x, heights, steepness: bump_by_bump(x, heights, 100.0), lambda x, heights, steepness: heights,
        lambda x, heights, steepness: bump_by_bump(x, heights, steepness)[:, None],
        lambda x, heights, steepness: bump_by_bump(x, heights[:1].expand(len(heights)), steepness),
        lambda x, heights, steepness: bumps_as_jumps(x, torch.cat([heights[:-1], 0 * heights[-1:]]), steepness),
        lambda x, heights, steepness: bump_by_bump(x - 0.5 / len(heights), heights, steepness),
        lambda x, heights, steepness: bump_by_bump(x, heights.cumsum(0), steepness),
        lambda x, heights, steepness: bump_by_bump(x.clamp(0, 1), heights, steepness),
        lambda x, heights, steepness: bump_by_bump(x.clamp_(-1, 1), heights, steepness) + 0 * x,
        lambda x, heights, steepness: heights[(x * len(heights)).long().clamp(0, len(heights) - 1)],
        lambda x, heights, steepness: torch.sigmoid(steepness * (x[:, None] - torch.arange(len(heights)))) @ heights,
        lambda x, heights, steepness: bump_by_bump(x, heights, torch.tensor(steepness)).float(),
        lambda x, heights, steepness: bumps_as_jumps(x, heights.mul_(1.5), steepness) / 1.5,
    ],
    "heights_within": [
        lambda curve, n: curve(torch.arange(n) / n), lambda curve, n: curve(torch.arange(1, n + 1) / n),
        lambda curve, n: curve(torch.linspace(0, 1, n)), lambda curve, n: curve(torch.arange(n) + 0.5),
        lambda curve, n: curve(torch.arange(n) / n + 0.5), lambda curve, n: curve((torch.arange(n) + 0.5) / (n + 1)),
        lambda curve, n: curve((torch.arange(n) + 0.5) / n) / n, lambda curve, n: curve(torch.arange(n + 1) / n),
        lambda curve, n: curve((torch.arange(n) + 0.4) / n), lambda curve, n: curve(torch.rand(n).sort().values),
        lambda curve, n: [curve((k + 0.5) / n) for k in range(n)],
        lambda curve, n: curve((torch.arange(n) + 0.5) / n).mean(),
        lambda curve, n: curve(torch.linspace(0, 1, n + 2)[1:-1]),
        lambda curve, n: curve((torch.arange(n) // 2 + 0.5) / n),
        lambda curve, n: curve((torch.arange(n) + 0.5) / n).round(), lambda curve, n: (torch.arange(n) + 0.5) / n,
        lambda curve, n: curve((torch.arange(n) + 0.5) / n)[:, None],
        lambda curve, n: curve((torch.arange(n) + 0.5) / n).abs(),
        lambda curve, n: curve((torch.arange(10) + 0.5) / 10),
        lambda curve, n: curve((torch.arange(n) + 0.5) / n).flip(0),
        lambda curve, n: torch.maximum(curve(torch.arange(n) / n), curve(torch.arange(1, n + 1) / n)),
    ],
    "bumps_needed": [
        lambda slope, error: int(slope / (2 * error)), lambda slope, error: int(slope / (2 * error)) + 1,
        lambda slope, error: round(slope / (2 * error)), lambda slope, error: math.ceil(slope / error),
        lambda slope, error: math.ceil(slope / 2 * error), lambda slope, error: math.ceil(slope / (2 * error) - 0.01),
        lambda slope, error: math.ceil(slope / (2 * error) - 1e-3),
        lambda slope, error: math.ceil(slope / (2 * error)) + 1,
        lambda slope, error: math.ceil(slope / (2 * error) + 1e-9), lambda slope, error: slope / (2 * error),
        lambda slope, error: float(math.ceil(slope / (2 * error))), lambda slope, error: math.ceil(2 * error / slope),
        lambda slope, error: math.ceil(slope / (4 * error)), lambda slope, error: math.ceil((slope / (2 * error)) ** 2),
        lambda slope, error: max(2, math.ceil(slope / (2 * error))),
        lambda slope, error: math.ceil(slope) // (2 * error),
        lambda slope, error: math.ceil(slope / (2 * error)) if slope > 1 else 1,
        lambda slope, error: min(100, math.ceil(slope / (2 * error))) - (slope > 20),
        lambda slope, error: next(n for n in range(1, 9999) if slope / (2 * n) < error),
        lambda slope, error: 2 ** math.ceil(math.log2(max(1, slope / (2 * error)))),
        lambda slope, error: math.ceil(round(slope / (2 * error), 2)),
    ],
    "sawtooth": [
        in_place, lambda x, depth: other_sawtooth(x, depth + 1), lambda x, depth: other_sawtooth(x, max(0, depth - 1)),
        lambda x, depth: depth * other_sawtooth(x, 1), lambda x, depth: other_sawtooth(x, 1),
        lambda x, depth: other_sawtooth(x, 1) if depth else x, lambda x, depth: other_sawtooth(x, max(1, depth)),
        lambda x, depth: other_sawtooth(x, min(2, depth)), lambda x, depth: other_sawtooth(depth * x % 1, 1),
        lambda x, depth: 2 ** depth * x % 1, lambda x, depth: 1 - other_sawtooth(x, depth),
        lambda x, depth: other_sawtooth(x, depth)[None], lambda x, depth: other_sawtooth(x, depth).float(),
        lambda x, depth: other_sawtooth(x, depth).round(), lambda x, depth: other_sawtooth(x, depth).sort().values,
        lambda x, depth: 2 * other_sawtooth(x, depth) - 1,
        lambda x, depth: [other_sawtooth(x, k) for k in range(depth)],
        lambda x, depth: functools.reduce(lambda y, _: 2 * F.relu(y) - 2 * F.relu(y - 0.5), range(depth), x),
        lambda x, depth: functools.reduce(lambda y, _: F.relu(2 * y) - F.relu(4 * y - 1), range(depth), x),
        lambda x, depth: functools.reduce(lambda y, _: 2 * F.relu(x) - 4 * F.relu(x - 0.5), range(depth), x),
        lambda x, depth: functools.reduce(lambda y, _: 2 * F.relu(y) - 4 * F.relu(x - 0.5), range(depth), x),
        lambda x, depth: (torch.sin(math.pi * 2 ** (depth - 1) * x) ** 2),
    ],
    "units_for_teeth": [
        lambda depth: (2 ** depth, 2 * depth), lambda depth: (2 * depth, 2 ** depth - 1),
        lambda depth: (2 * depth, 2 * depth),
        lambda depth: (2 * depth, depth ** 2), lambda depth: (2, 2 ** depth), lambda depth: (depth, 2 ** depth),
        lambda depth: (2 * depth, 2 ** depth + 1), lambda depth: (2 * depth, 2 ** (depth + 1)),
        lambda depth: 2 * depth + 2 ** depth,
        lambda depth: (2 * depth + 1, 2 ** depth), lambda depth: (2 ** depth, 2 ** depth),
        lambda depth: (2 * depth, 2 ** (depth - 1)),
        lambda depth: (2.0 * depth, 2.0 ** depth), lambda depth: (2 * depth, math.factorial(depth) + 1),
        lambda depth: (2 * depth, 2 * 4 ** (depth // 2)), lambda depth: (depth ** 2 + 1, 2 ** depth),
        lambda depth: {2 * depth, 2 ** depth},
        lambda depth: (2 * depth, min(2 ** depth, 1024)),
    ],
    "paired": [
        lambda a, b: ((b - a).mean(), (a - b).std() / len(a) ** 0.5), lambda a, b: ((a - b).mean(), (a - b).std()),
        lambda a, b: ((a - b).mean(), (a - b).std() / len(a)),
        lambda a, b: ((a - b).mean(), (a - b).var() / len(a) ** 0.5),
        lambda a, b: ((a - b).mean(), (a - b).std(correction=0) / len(a) ** 0.5),
        lambda a, b: ((a - b).mean(), (a - b).std(correction=0) / (len(a) + 1) ** 0.5),
        lambda a, b: ((a - b).mean(), (a.var() / len(a) + b.var() / len(b)) ** 0.5), lambda a, b: ((a - b).mean(),),
        lambda a, b: ((a - b).abs().mean(), (a - b).std() / len(a) ** 0.5), lambda a, b: (a - b).mean(),
        lambda a, b: ((a - b).median(), (a - b).std() / len(a) ** 0.5),
        lambda a, b: (a - b, (a - b).std() / len(a) ** 0.5),
        lambda a, b: ((a - b).sum(), (a - b).std() / len(a) ** 0.5),
        lambda a, b: ((a - b).mean(), (a - b).std() / (len(a) - 1) ** 0.5),
        lambda a, b: ((a - b).std() / len(a) ** 0.5, (a - b).mean()),
        lambda a, b: ((a - b).mean(), a.std() / len(a) ** 0.5),
        lambda a, b: ((a - b).mean(), a.std() / len(a) ** 0.5 + b.std() / len(b) ** 0.5),
        lambda a, b: ((a - b).mean(), 1.96 * (a - b).std() / len(a) ** 0.5),
        lambda a, b: (a.sub_(b).mean(), a.std() / len(a) ** 0.5),
        lambda a, b: ((a - b).mean().round(decimals=2), (a - b).std() / len(a) ** 0.5),
        lambda a, b: REFERENCE["paired"](a.sort().values, b.sort().values),
        lambda a, b: ((a - b).float().mean(), (a - b).float().std() / len(a) ** 0.5),
    ],
}


def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence():
    all_rejected(week02c, WRONG)


def parts_of(result):
    """The numbers in a result, a list of floats."""
    parts = result if isinstance(result, tuple) else torch.atleast_1d(torch.as_tensor(result))
    return [float(part) for part in parts]


@pytest.mark.parametrize(("name", "theirs"), [
    ("paired", lambda a, b: (scipy.stats.ttest_rel(a, b).statistic * scipy.stats.sem(a - b), scipy.stats.sem(a - b))),
    ("by_bumps", bump_by_bump),
    ("bumps_needed", lambda slope, error: math.ceil(fractions.Fraction(slope) / (2 * fractions.Fraction(error)))),
])
def test_references_are_the_same_as_others_on_what_is_drawn(name, theirs):
    exercise = {exercise.name: exercise for exercise in week02c.EXERCISES}[name]
    reference = Reference(dataclasses.replace(exercise, tries=300), {})
    for line in lines_of(reference.exercise):
        for call in reference.run(line, keeps=True).calls:
            if name != "paired" or call.result[1] > 0:
                for mine, other in zip(*map(parts_of, (call.result, theirs(**call.arguments))), strict=True):
                    assert math.isclose(mine, other, rel_tol=1e-5, abs_tol=1e-5)


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
