"""Week 2b: curves as sums of bumps, sawtooth curves by depth, and a fair comparison."""

import math

import torch

from nnlab.checks.exercise import Exercise, Wrong, once, variant
from nnlab.models import MLP
from nnlab.toys import moons


def bends(make):
    """Whether the output of a new network from `make` is a nonlinear function of its two inputs."""
    torch.manual_seed(0)
    network, a, b = make(), *(3 * torch.randn(2, 200, 2)).unbind()
    return bool((network(a) + network(b) - 2 * network((a + b) / 2)).abs().max() > 1e-4)


@once
def after_training(make):
    """Accuracy of a network from `make` after 300 steps of Adam on 400 points of two moons (noise 0.1).

    Of five seeds, the first that gives at least 97 % counts, else the best.
    """
    data, best = moons(n=400, noise=0.1, seed=5), 0.0
    for seed in range(5):
        torch.manual_seed(seed)
        network = make()
        optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
        for _ in range(300):
            optimizer.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(network(data.x)[:, 0], data.y.float()).backward()
            optimizer.step()
        best = max(best, ((network(data.x)[:, 0] > 0) == (data.y == 1)).float().mean().item())
        if best >= 0.97:
            break
    return best


def moons_network():
    """A network of at most 20 parameters, 2 inputs and 1 output (a score), that learns 97 % of two moons (noise 0.1).

    Return a new, untrained network. The check trains it: 300 steps of Adam on 400 points, and the best of five seeds
    counts.
    """
    return MLP([2, 4, 1], activation=torch.tanh)


MOONS_NETWORK = Exercise(
    reference=moons_network,
    cases=(
        "tuple(moons_network()(torch.zeros(3, 2)).shape)",
        "sum(p.numel() for p in moons_network().parameters()) <= 20",
        "sum(p.dim() == 2 for p in moons_network().parameters()) >= 2  # two layers or more",
        "from nnlab.exercises.week02b import bends; bends(moons_network)",
        "from nnlab.exercises.week02b import after_training, bends; "
        "bends(moons_network) and after_training(moons_network) >= 0.97",
    ),
    wrong=(
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 1]"), name="moons_linear"),
              "It is small enough, but its decision boundary is one line: 90 % at best. What stands between layers?"),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 16, 16, 1]"), name="moons_huge"),
              "It learns them, with far more than 20 parameters. How many does one layer of four units take?"),
        Wrong(variant(moons_network, ("torch.tanh", "lambda z: z"), name="moons_without_activation"),
              "Without an activation the layers are one, and the decision boundary is a line."),
        Wrong(variant(moons_network, ("[2, 4, 1], activation=torch.tanh", "[2, 2, 1]"), name="moons_stuck"),
              "It is nonlinear and small enough, but does not learn them: use all units that 20 parameters allow, and "
              "tanh; ReLU units with a bad initialization stay dead (week 2a)."),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 3, 2]"), name="moons_two_outputs"),
              "One score for each point means one output: shape (N, 1)."),
    ),
    hints=("One hidden layer is enough: MLP([2, ?, 1], activation=torch.tanh).",
           "With one hidden layer of h units: 3 h + h + 1 parameters. What is the largest h that fits?"),
    allows="Seventeen parameters suffice for two moons. Do thirteen?",
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
        Wrong(variant(by_bumps, ("(steps[:, :-1] - steps[:, 1:])", "steps[:, :-1]"), name="bumps_never_down"),
              "A single sigmoid is a step that stays up: each bump needs a second one, subtracted, that ends it."),
        Wrong(variant(by_bumps, ("steps[:, 1:]", "torch.sigmoid(steepness * (x[:, None] - edges[:-1] - 1))"),
                      name="bumps_one_wide"),
              "Every bump has length 1. It should end where the next one begins, 1/n further."),
        Wrong(variant(by_bumps, ("(x[:, None] - edges)", "x[:, None] - edges"), name="bumps_place_not_scaled"),
              "The steepness multiplies x alone, so the steps stand at from/s: it belongs outside, s (x - from)."),
        Wrong(variant(by_bumps, ("@ heights", "@ heights.mean().expand(n)"), name="bumps_all_equal"),
              "All bumps have the same height, the mean: each should have its own."),
        Wrong(variant(by_bumps, ("@ heights", "@ heights / n"), name="bumps_averaged"),
              "You average over the bumps. At each point one of them is up: take their sum."),
        Wrong(variant(by_bumps, ("steps[:, :-1] - steps[:, 1:]", "steps[:, 1:] - steps[:, :-1]"),
                      name="bumps_upside_down"),
              "Subtract the second sigmoid from the first, not the first from the second."),
    ),
    hints=(
        "One bump: torch.sigmoid(s * (x - a)) - torch.sigmoid(s * (x - b)).",
        "All at once: x[:, None] - left is (N, n), for left = torch.arange(n) / n; then `@ heights` adds them up.",
    ),
    allows="With two units for each bump, a sum of bumps approximates any continuous curve.",
)


def misses(heights_of, curve, n):
    """Largest error on [0, 1] of the step function with heights `heights_of(curve, n)` as approximation of `curve`."""
    heights = torch.as_tensor(heights_of(curve, n), dtype=torch.float64)
    within = torch.linspace(1e-9, 1 - 1e-9, 50, dtype=torch.float64)
    x = (torch.arange(n, dtype=torch.float64)[:, None] + within) / n
    return (heights[:, None] - curve(x)).abs().max().item()


def heights_within(curve, n):
    """Heights (n,) of n bumps, side by side on [0, 1], with an error of at most slope / (2 n) from `curve`.

    `slope` is the curve's steepest slope; the bumps' edges are sharp; `curve` maps points (n,) to its values (n,).
    """
    return curve((torch.arange(n) + 0.5) / n)


HEIGHTS_WITHIN = Exercise(
    reference=heights_within,
    cases=(
        "len(heights_within(torch.sin, 5))",
        "heights_within(lambda x: 8 * x, 4)",
        "from nnlab.exercises.week02b import misses; misses(heights_within, lambda x: 0 * x + 2, 4) <= 1e-6",
        "from nnlab.exercises.week02b import misses; misses(heights_within, lambda x: 3 * x, 10) <= 3 / 20 + 1e-6",
        "from nnlab.exercises.week02b import misses; "
        "misses(heights_within, lambda x: torch.sin(12 * x), 24) <= 12 / 48 + 1e-6",
        "from nnlab.exercises.week02b import misses; "
        "misses(heights_within, lambda x: (x - 0.3).abs(), 1) <= 1 / 2 + 1e-6",
    ),
    wrong=(
        Wrong(variant(heights_within, (" + 0.5", ""), name="heights_left"),
              "This is the curve's value where each bump begins: at its other end the error can be slope / n, which is "
              "too much."),
        Wrong(variant(heights_within, ("0.5", "1"), name="heights_right"),
              "This is the curve's value where each bump ends: where it begins, the error can be slope / n."),
        Wrong(variant(heights_within, ("(torch.arange(n) + 0.5) / n", "torch.linspace(0, 1, n)"),
                      name="heights_to_both_ends"),
              "These points go from 0 to 1: the first and the last lie at the edges of their bumps, not in the "
              "middle."),
        Wrong(variant(heights_within, (" / n)", " / n).mean().repeat(n)"), name="heights_mean"),
              "All bumps have the same height, the curve's mean: each should follow the curve at its own place."),
        Wrong(variant(heights_within, (" / n)", ")"), name="heights_not_scaled"),
              "The bumps lie between 0 and 1, and bump k begins at k / n: divide the points by n."),
        Wrong(variant(heights_within, (" / n)", " / n) / n"), name="heights_divided"),
              "The heights are too small by the factor n: bumps stand side by side, they are not averaged."),
    ),
    hints=("At which point of its bump does a height have the smallest error, whether the curve rises or falls?",
           "The middle of bump k is (k + 1/2) / n. All of them: (torch.arange(n) + 0.5) / n."),
    allows="The bound slope / (2 n) holds for every curve with that slope.",
)


def bumps_needed(slope, error):
    """Least number n of bumps, an int, with slope / (2 n) at most `error`: for curves nowhere steeper than `slope`."""
    return math.ceil(slope / (2 * error))


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
        Wrong(variant(bumps_needed, ("math.ceil(slope / (2 * error))", "max(1, math.floor(slope / (2 * error)))"),
                      name="needed_rounded_down"),
              "Rounded down, the last bump is missing: the error is a little larger than allowed."),
        Wrong(variant(bumps_needed, ("(2 * error)", "error"), name="needed_without_half"),
              "Too many: a bump has the curve's value in its middle, and from there it is only half a bump to its "
              "edge."),
        Wrong(variant(bumps_needed, ("slope / (2 * error)", "2 * error / slope"), name="needed_upside_down"),
              "A smaller error needs more bumps: here it is the other way around."),
        Wrong(variant(bumps_needed, ("math.ceil(slope / (2 * error))", "math.floor(slope / (2 * error)) + 1"),
                      name="needed_one_more"),
              "Where the division has no remainder, this is one bump too many."),
        Wrong(variant(bumps_needed, ("math.ceil", ""), name="needed_not_whole"),
              "The number of bumps is an int: round up."),
    ),
    hints=("slope / (2 n) ≤ error: solve for n.", "`math.ceil` rounds up."),
    allows="Half the error costs twice the bumps. A plane tiled with square ones: four times.",
)


def sawtooth(x, depth):
    """Sawtooth of x (N,) in [0, 1]: the tent 2 ReLU(x) - 4 ReLU(x - 1/2), applied `depth` times, layer after layer."""
    for _ in range(depth):
        x = 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)
    return x


def _saw_from_the_start(x, depth):
    total = torch.zeros_like(x)
    for _ in range(depth):
        total = total + sawtooth(x, 1)
    return total / depth


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
        Wrong(variant(sawtooth, ("range(depth)", "range(1)"), name="saw_once"),
              "This is the tent itself, at every depth: each layer should take the output of the layer before."),
        Wrong(variant(sawtooth, ("range(depth)", "range(1)"), ("return x", "return depth * x"), name="saw_multiplied"),
              "This makes the tent higher. Depth applies the tent to its own output, which doubles the number of "
              "teeth."),
        Wrong(_saw_from_the_start,
              "Every layer gets x itself, and the results are averaged: the layers should be composed."),
        Wrong(variant(sawtooth, ("4 *", "2 *"), name="saw_flat_top"),
              "Above 1/2 the tent must fall: slope 2 up, then 4 less, which leaves a slope of -2."),
        Wrong(variant(sawtooth, ("range(depth)", "range(depth + 1)"), name="saw_one_more"),
              "One layer too many: at depth 0 the result is x."),
    ),
    hints=("Write the tent function for one layer first; two units are enough.",
           "Then a loop: x = 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)."),
    allows="Two units a layer, and every layer doubles the teeth.",
    equivalent=(("torch.relu(x) → x", "what goes in and out is never negative"),),
)


def units_for_teeth(depth):
    """Numbers of ReLU units for the 2 ** depth linear pieces of that sawtooth on [0, 1]: (deep, shallow), two ints.

    Deep: two in each of `depth` layers. Shallow: the least number in one hidden layer, where each unit has one kink.
    """
    return 2 * depth, 2 ** depth


UNITS_FOR_TEETH = Exercise(
    reference=units_for_teeth,
    cases=("units_for_teeth(10)[0]", "units_for_teeth(1)", "units_for_teeth(2)", "units_for_teeth(3)",
           "units_for_teeth(10)", "units_for_teeth(20)"),
    wrong=(
        Wrong(variant(units_for_teeth, ("2 * depth", "2 ** depth"), name="units_deep_doubles"),
              "The pieces double with each layer; the units of the deep network do not: two a layer."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", 2 ** depth - 1"), name="units_bends"),
              "That is the number of kinks: one unit for each, and one more for the slope of the first piece."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", depth ** 2"), name="units_squared"),
              "The square of the depth fits at depth 2 only: count the pieces at depth 3."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", 2 * depth"), name="units_not_doubling"),
              "The teeth double with each layer, so the shallow one must grow as fast: count the pieces at depth 3."),
        Wrong(variant(units_for_teeth, ("2 * depth", "2"), name="units_last_layer"),
              "These are the units of one layer: the deep network has `depth` of them."),
    ),
    hints=("How many straight pieces has the sawtooth at depth 1, 2, 3? Between two pieces there is a kink.",
           "Deep: 2 * depth. Shallow: a unit for each kink, and one for the slope of the first piece."),
    allows="At depth 20: 40 units, or a million. (A kink changes the slope by an even multiple of its size: the slope "
           "of the first piece needs a unit of its own.)",
)


def paired(a, b):
    """Mean and standard error, two tensors (), of the differences of the scores a (N,) and b (N,) on the same N folds.

    The standard error is the standard deviation of the differences (with N - 1), divided by √N.
    """
    difference = a - b
    return difference.mean(), difference.std() / len(difference) ** 0.5


def _paired_apart(a, b):
    return a.mean() - b.mean(), (a.var() / len(a) + b.var() / len(b)) ** 0.5


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
        Wrong(variant(paired, (" / len(difference) ** 0.5", ""), name="paired_deviation"),
              "This is how much single folds differ. The mean of N of them varies less: divide by the square root of "
              "N."),
        Wrong(_paired_apart,
              "You treat the scores as if they came from different folds. On the same folds, take the differences: "
              "what is hard for both cancels."),
        Wrong(variant(paired, ("std()", "std(correction=0)"), name="paired_population"),
              "The mean was estimated from the same data: divide by N - 1 inside, as std() does by default."),
        Wrong(variant(paired, (" ** 0.5", ""), name="paired_by_count"),
              "Divide by the square root of N: the standard error of a mean of four is half as large, not a quarter."),
        Wrong(variant(paired, ("difference.mean()", "difference.abs().mean()"), name="paired_without_sign"),
              "If b was better in a fold, that must count against a: keep the sign of the differences."),
    ),
    hints=("First the differences, fold by fold: a - b.",
           "Their mean, and their std() divided by the square root of N."),
    allows="A difference below two standard errors shows nothing; one above may show nothing either, as the folds "
           "share training data.",
)

EXERCISES = [MOONS_NETWORK, BY_BUMPS, HEIGHTS_WITHIN, BUMPS_NEEDED, SAWTOOTH, UNITS_FOR_TEETH, PAIRED]
