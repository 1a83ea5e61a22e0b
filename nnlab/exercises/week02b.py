"""Week 2b: curves from bumps, teeth from depth, and a fair comparison."""

import math

import torch

from nnlab.checks.exercise import Exercise, Wrong
from nnlab.models import MLP
from nnlab.toys import moons


def bends(make):
    """Is the output of a new network from `make` anything else than a plane over its two inputs?"""
    torch.manual_seed(0)
    network, a, b = make(), *(3 * torch.randn(2, 200, 2)).unbind()
    return bool((network(a) + network(b) - 2 * network((a + b) / 2)).abs().max() > 1e-4)


def after_training(make, seeds=(0, 1, 2, 3, 4)):
    """Share of 400 points of two moons (noise 0.1) that a network from `make` has right: the best of five trainings by Adam."""
    data, best = moons(n=400, noise=0.1, seed=5), 0.0
    for seed in seeds:
        torch.manual_seed(seed)
        network = make()
        optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
        for _ in range(300):
            optimizer.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(network(data.x)[:, 0], data.y.float()).backward()
            optimizer.step()
        best = max(best, ((network(data.x)[:, 0] > 0) == (data.y == 1)).float().mean().item())
        if best == 1:
            break
    return best


def moons_network():
    """A network, 2 inputs and 1 output (a score), of at most 20 numbers, that learns 97 % of the two moons (noise 0.1).

    Return a new, untrained network. The check trains it, 300 steps of Adam on 400 points; of five seeds the best counts.
    """
    return MLP([2, 4, 1], activation=torch.tanh)


def _moons_linear():
    return MLP([2, 1])


def _moons_huge():
    return MLP([2, 16, 16, 1], activation=torch.tanh)


def _moons_without_activation():
    return MLP([2, 4, 1], activation=lambda z: z)


def _moons_stuck():
    return MLP([2, 2, 1])


def _moons_two_outputs():
    return MLP([2, 3, 2], activation=torch.tanh)


MOONS_NETWORK = Exercise(
    reference=moons_network,
    cases=(
        "tuple(moons_network()(torch.zeros(3, 2)).shape)",
        "sum(p.numel() for p in moons_network().parameters()) <= 20",
        "sum(p.dim() == 2 for p in moons_network().parameters()) >= 2  # two layers or more",
        "from nnlab.exercises.week02b import bends; bends(moons_network)",
        "from nnlab.exercises.week02b import after_training; after_training(moons_network) >= 0.97",
    ),
    wrong=(
        Wrong(_moons_linear, "Small it is, but it draws one line: nine of ten points at best. What stands between layers?"),
        Wrong(_moons_huge, "It learns them, with far more than 20 numbers. How many does one layer of four units take?"),
        Wrong(_moons_without_activation, "Without an activation the layers are one, and draw a line."),
        Wrong(_moons_stuck,
              "It bends, and is small enough, but does not learn them: use all units that 20 numbers allow, and tanh; ReLU units "
              "that start badly stay so (week 2a)."),
        Wrong(_moons_two_outputs, "One score for each point is asked, so one output: shape (N, 1)."),
    ),
    hints=("One hidden layer is enough: MLP([2, ?, 1], activation=torch.tanh).",
           "With one hidden layer of h units: 3 h + h + 1 numbers. What is the largest h that fits?"),
    allows="Seventeen numbers are plenty for two moons. Do thirteen do?",
    equivalent=(("4 → 3", "three units still learn it"),),
)


def by_bumps(x, heights, steepness):
    """Sum (N,) of n bumps, side by side on [0, 1], at the points x (N,).

    Bump k is heights[k] high, of n heights, from k/n to (k + 1)/n, and made of two sigmoid units of that steepness s:
    σ(s (x - from)) - σ(s (x - to)).
    """
    n = len(heights)
    edges = torch.arange(n + 1) / n
    steps = torch.sigmoid(steepness * (x[:, None] - edges))
    return (steps[:, :-1] - steps[:, 1:]) @ heights


def _bumps_never_down(x, heights, steepness):
    left = torch.arange(len(heights)) / len(heights)
    return torch.sigmoid(steepness * (x[:, None] - left)) @ heights


def _bumps_upside_down(x, heights, steepness):
    return -by_bumps(x, heights, steepness)


def _bumps_one_wide(x, heights, steepness):
    left = torch.arange(len(heights)) / len(heights)
    up, down = (torch.sigmoid(steepness * (x[:, None] - side)) for side in (left, left + 1))
    return (up - down) @ heights


def _bumps_place_not_scaled(x, heights, steepness):
    left = torch.arange(len(heights)) / len(heights)
    up, down = (torch.sigmoid(steepness * x[:, None] - side) for side in (left, left + 1 / len(heights)))
    return (up - down) @ heights


def _bumps_all_equal(x, heights, steepness):
    return by_bumps(x, torch.full_like(heights, heights.mean()), steepness)


def _bumps_averaged(x, heights, steepness):
    return by_bumps(x, heights, steepness) / len(heights)


BY_BUMPS = Exercise(
    reference=by_bumps,
    cases=(
        "by_bumps(torch.tensor([0.5]), torch.tensor([1.0]), 100.0)",
        "by_bumps(torch.tensor([0.5]), torch.tensor([-2.0]), 100.0)",
        "by_bumps(torch.tensor([0.25, 0.75]), torch.tensor([1.0, 1.0]), 100.0)",
        "by_bumps(torch.tensor([0.25, 0.75]), torch.tensor([1.0, -3.0]), 100.0)",
        "by_bumps(torch.tensor([0.1, 0.5, 0.9]), torch.tensor([1.0, 0.0, 2.0]), 8.0)",
        "by_bumps(torch.tensor([-0.5, 1.5]), torch.ones(4), 50.0)",
    ),
    draws="x = torch.linspace(-0.2, 1.2, 281); by_bumps(x, torch.tensor([0.3, 0.9, 0.5, -0.4, 0.2]), 120.0)",
    wrong=(
        Wrong(_bumps_never_down,
              "A single sigmoid is a step that stays up: each bump needs a second one that takes it down again."),
        Wrong(_bumps_one_wide,
              "Every bump goes on for the whole length of 1: it ends where the next one begins, 1/n further."),
        Wrong(_bumps_place_not_scaled,
              "The steepness multiplies x alone, so the steps stand at from/s: it belongs outside, s (x - from)."),
        Wrong(_bumps_all_equal, "All bumps have the same height, the mean: each should have its own."),
        Wrong(_bumps_averaged, "You average over the bumps. At each place one of them is up: their sum is asked."),
        Wrong(_bumps_upside_down, "The second sigmoid is to be subtracted from the first, not the other way round."),
    ),
    hints=(
        "One bump: torch.sigmoid(s * (x - a)) - torch.sigmoid(s * (x - b)).",
        "All at once: x[:, None] - left is (N, n), for left = torch.arange(n) / n; then `@ heights` adds them up.",
    ),
    allows="Two units a bump, and any curve is in reach.",
)


def misses(heights_of, curve, n):
    """Largest distance on [0, 1] between `curve` and the staircase of the n heights that `heights_of(curve, n)` gives."""
    heights = torch.as_tensor(heights_of(curve, n), dtype=torch.float64)
    within = torch.linspace(1e-9, 1 - 1e-9, 50, dtype=torch.float64)
    x = (torch.arange(n, dtype=torch.float64)[:, None] + within) / n
    return (heights[:, None] - curve(x)).abs().max().item()


def heights_within(curve, n):
    """Heights (n,) of n bumps, side by side on [0, 1], that miss `curve` by at most slope / (2 n).

    `slope` is the curve's steepest, the bumps' edges are sharp; `curve` takes places (n,) and gives its values (n,) there.
    """
    return curve((torch.arange(n) + 0.5) / n)


def _heights_left(curve, n):
    return curve(torch.arange(n) / n)


def _heights_right(curve, n):
    return curve((torch.arange(n) + 1) / n)


def _heights_to_both_ends(curve, n):
    return curve(torch.linspace(0, 1, n))


def _heights_mean(curve, n):
    return curve((torch.arange(n) + 0.5) / n).mean().repeat(n)


def _heights_not_scaled(curve, n):
    return curve(torch.arange(n) + 0.5)


def _heights_divided(curve, n):
    return curve((torch.arange(n) + 0.5) / n) / n


HEIGHTS_WITHIN = Exercise(
    reference=heights_within,
    cases=(
        "len(heights_within(torch.sin, 5))",
        "heights_within(lambda x: 8 * x, 4)",
        "from nnlab.exercises.week02b import misses; misses(heights_within, lambda x: 0 * x + 2, 4) <= 1e-6",
        "from nnlab.exercises.week02b import misses; misses(heights_within, lambda x: 3 * x, 10) <= 3 / 20 + 1e-6",
        "from nnlab.exercises.week02b import misses; misses(heights_within, lambda x: torch.sin(12 * x), 24) <= 12 / 48 + 1e-6",
        "from nnlab.exercises.week02b import misses; misses(heights_within, lambda x: (x - 0.3).abs(), 1) <= 1 / 2 + 1e-6",
    ),
    wrong=(
        Wrong(_heights_left,
              "The curve's value where each bump begins: at its other end the curve may be slope / n away, which is too much."),
        Wrong(_heights_right, "The curve's value where each bump ends: where it begins, the curve may be slope / n away."),
        Wrong(_heights_to_both_ends,
              "These places go from 0 to 1: the first and the last lie at the edges of their bumps, not in the middle."),
        Wrong(_heights_mean, "All bumps are equally high, the curve's mean: each should follow the curve where it stands."),
        Wrong(_heights_not_scaled, "The bumps lie between 0 and 1, and bump k begins at k / n: divide the places by n."),
        Wrong(_heights_divided, "The heights are too small by the factor n: bumps stand side by side, they are not averaged."),
    ),
    hints=("Where in its bump does a height miss the curve least, whichever way the curve goes?",
           "The middle of bump k is (k + 1/2) / n. All of them: (torch.arange(n) + 0.5) / n."),
    allows="The promise holds for every curve, and you have kept it.",
)


def bumps_needed(slope, error):
    """The least number of bumps n with slope / (2 n) at most `error`, a whole number: for curves nowhere steeper than `slope`."""
    return math.ceil(slope / (2 * error))


def _needed_rounded_down(slope, error):
    return max(1, math.floor(slope / (2 * error)))


def _needed_without_half(slope, error):
    return math.ceil(slope / error)


def _needed_upside_down(slope, error):
    return math.ceil(2 * error / slope)


def _needed_one_more(slope, error):
    return math.floor(slope / (2 * error)) + 1


def _needed_not_whole(slope, error):
    return slope / (2 * error)


BUMPS_NEEDED = Exercise(
    reference=bumps_needed,
    cases=(
        "bumps_needed(1.0, 0.5)",
        "bumps_needed(1.0, 0.25)",
        "bumps_needed(4.0, 0.1)",
        "bumps_needed(3.0, 0.125)",
        "bumps_needed(10.0, 0.03)",
        "bumps_needed(1.0, 2.0)",
    ),
    wrong=(
        Wrong(_needed_rounded_down, "Rounded down, the last bump is missing: the error is a little larger than allowed."),
        Wrong(_needed_without_half,
              "Too many: a bump is as high as the curve in its middle, and from there it is only half a bump to its "
              "edge."),
        Wrong(_needed_upside_down, "A smaller error should need more bumps: with you it is the other way round."),
        Wrong(_needed_one_more, "Where the division leaves nothing, you ask for one bump too many."),
        Wrong(_needed_not_whole, "There are no parts of bumps: round up."),
    ),
    hints=("slope / (2 n) ≤ error: solve for n.", "`math.ceil` rounds up."),
    allows="Half the error costs twice the bumps. A plane tiled with square ones: four times.",
)


def sawtooth(x, depth):
    """The sawtooth of x (N,) in [0, 1]: the tent 2 ReLU(x) - 4 ReLU(x - 1/2), applied `depth` times, layer after layer."""
    for _ in range(depth):
        x = 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)
    return x


def _saw_once(x, depth):
    return sawtooth(x, 1)


def _saw_multiplied(x, depth):
    return depth * sawtooth(x, 1)


def _saw_from_the_start(x, depth):
    total = torch.zeros_like(x)
    for _ in range(depth):
        total = total + sawtooth(x, 1)
    return total / depth


def _saw_flat_top(x, depth):
    for _ in range(depth):
        x = 2 * torch.relu(x) - 2 * torch.relu(x - 0.5)
    return x


def _saw_one_more(x, depth):
    return sawtooth(x, depth + 1)


SAWTOOTH = Exercise(
    reference=sawtooth,
    cases=(
        "sawtooth(torch.tensor([0.0]), 1)",
        "sawtooth(torch.tensor([0.25, 0.5, 1.0]), 1)",
        "sawtooth(torch.tensor([0.25, 0.5, 0.75]), 2)",
        "sawtooth(torch.tensor([0.1, 0.7]), 0)",
        "sawtooth(torch.linspace(0, 1, 17), 3)",
    ),
    draws="x = torch.linspace(0, 1, 257); sawtooth(x, 4)",
    wrong=(
        Wrong(_saw_once, "This is the tent itself, at every depth: the next layer should take what the one before gave."),
        Wrong(_saw_multiplied,
              "This makes the tent higher. Depth feeds the outputs in again, which doubles the number of teeth."),
        Wrong(_saw_from_the_start,
              "Every layer gets x itself, and the results are averaged: they should stand one behind the other."),
        Wrong(_saw_flat_top, "After a half the tent must come down: twice up, then four less, so that two down are left."),
        Wrong(_saw_one_more, "One layer too many: at depth 0 nothing happens."),
    ),
    hints=("Write the tent for one layer first; two units are enough.",
           "Then a loop: x = 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)."),
    allows="Two units a layer, and every layer doubles the teeth.",
    equivalent=(("torch.relu(x) → x", "what goes in and out is never negative"),),
)


def units_for_teeth(depth):
    """ReLU units for the 2 ** depth pieces of that sawtooth on [0, 1]: (deep, shallow), both whole numbers.

    Deep: two in each of `depth` layers. Shallow: the least number in one hidden layer, where each unit bends at one place.
    """
    return 2 * depth, 2 ** depth


def _units_deep_doubles(depth):
    return 2 ** depth, 2 ** depth


def _units_bends(depth):
    return 2 * depth, 2 ** depth - 1


def _units_squared(depth):
    return 2 * depth, depth ** 2


def _units_not_doubling(depth):
    return 2 * depth, 2 * depth


def _units_last_layer(depth):
    return 2, 2 ** depth


UNITS_FOR_TEETH = Exercise(
    reference=units_for_teeth,
    cases=("units_for_teeth(10)[0]", "units_for_teeth(1)", "units_for_teeth(2)", "units_for_teeth(3)", "units_for_teeth(10)",
           "units_for_teeth(20)"),
    wrong=(
        Wrong(_units_deep_doubles, "The pieces double with each layer; the units of the deep network do not: two a layer."),
        Wrong(_units_bends,
              "That is the number of bends: one unit for each, and one more for the slope with which the first piece begins."),
        Wrong(_units_squared, "The square of the depth fits at depth 2 only: count the pieces at depth 3."),
        Wrong(_units_not_doubling,
              "The teeth double with each layer, so the shallow one must grow as fast: count the pieces at depth 3."),
        Wrong(_units_last_layer, "These are the units of one layer: the deep network has `depth` of them."),
    ),
    hints=("How many straight pieces has the sawtooth at depth 1, 2, 3? Between two pieces there is a bend.",
           "Deep: 2 * depth. Shallow: a unit for each bend, and one for the slope of the first piece."),
    allows="At depth 20: 40 units, or a million. (Bends change the slope by even multiples of its size: the first needs a unit.)",
)


def paired(a, b):
    """How much better a (N,) is than b (N,) over the same N folds, as two tensors of one number each.

    They are the mean of the differences and its standard error: their standard deviation (with N - 1), divided by √N.
    """
    difference = a - b
    return difference.mean(), difference.std() / len(difference) ** 0.5


def _paired_deviation(a, b):
    return (a - b).mean(), (a - b).std()


def _paired_apart(a, b):
    return a.mean() - b.mean(), (a.var() / len(a) + b.var() / len(b)) ** 0.5


def _paired_population(a, b):
    return (a - b).mean(), (a - b).std(correction=0) / len(a) ** 0.5


def _paired_by_count(a, b):
    return (a - b).mean(), (a - b).std() / len(a)


def _paired_without_sign(a, b):
    return (a - b).abs().mean(), (a - b).std() / len(a) ** 0.5


PAIRED = Exercise(
    reference=paired,
    cases=(
        "paired(torch.tensor([1.0, 1.0]), torch.tensor([0.0, 0.0]))",
        "paired(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 0.0]))",
        "paired(torch.tensor([1.0, 2.0, 6.0]), torch.tensor([0.0, 2.0, 7.0]))",
        "paired(torch.tensor([0.9, 0.8, 0.95, 0.7]), torch.tensor([0.85, 0.76, 0.9, 0.66]))",
        "paired(torch.tensor([0.5, 0.7]), torch.tensor([0.6, 0.8]))",
    ),
    wrong=(
        Wrong(_paired_deviation,
              "This is how much single folds differ. The mean of N of them is surer than one: divide by the root of N."),
        Wrong(_paired_apart,
              "You treat the two as if they had seen other folds. On the same folds look at the differences: what both find "
              "hard is taken out."),
        Wrong(_paired_population,
              "The mean was estimated from the same numbers: divide by N - 1 inside, as std() does by itself."),
        Wrong(_paired_by_count, "Divide by the square root of N: a mean of four is twice as sure, not four times."),
        Wrong(_paired_without_sign,
              "If b was better in a fold, that must count against a: keep the sign of the differences."),
    ),
    hints=("First the differences, fold by fold: a - b.",
           "Their mean, and their std() divided by the root of how many there are."),
    allows="Below two of these errors a difference is no news; above, it may be none still, as folds share what they train on.",
)

EXERCISES = [MOONS_NETWORK, BY_BUMPS, HEIGHTS_WITHIN, BUMPS_NEEDED, SAWTOOTH, UNITS_FOR_TEETH, PAIRED]
