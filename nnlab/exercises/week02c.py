"""Week 2c: curves as sums of bumps, sawtooth functions by depth, and paired differences of scores."""

import math

import torch

from nnlab.checks.exercise import Exercise, Wrong, variant


def by_bumps(x, heights, steepness):
    """Sum of n bumps side by side on [0, 1], evaluated at the points x.

    Bump k (k = 0, ..., n - 1) rises at a = k/n and falls at b = (k + 1)/n. It is the difference of
    two sigmoid units, multiplied by its height: heights[k] (σ(s (x - a)) - σ(s (x - b))).
    x: tensor (N,), points, also outside [0, 1]. heights: tensor (n,), n ≥ 1; N and n may differ.
    steepness: s, a float above 0. x and heights have one dtype, float32 or float64.
    Returns a tensor (N,) of that dtype: for each point the sum of all n bumps.

    >>> by_bumps(torch.tensor([0.25, 0.75]), torch.tensor([1.0, -3.0]), 100.0)
    tensor([ 1., -3.])
    """
    n = len(heights)
    edges = torch.arange(n + 1, dtype=x.dtype) / n
    steps = torch.sigmoid(steepness * (x[:, None] - edges))
    return (steps[:, :-1] - steps[:, 1:]) @ heights


def _bumps_last_missing(x, heights, steepness):
    return by_bumps(x, torch.cat([heights[:-1], 0 * heights[-1:]]), steepness)


def _bumps(draw):
    points, bumps = draw.sizes(2)
    x, heights = draw.tensor(points, low=-0.25, high=1.25), draw.tensor(bumps, low=-2, high=2)
    return f"by_bumps({x}, {heights}, {draw.choice((10.0, 1.0, 4.0, 30.0, 60.0, 1000.0))})"


BY_BUMPS = Exercise(
    reference=by_bumps,
    inputs=_bumps,
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
              "A sigmoid rises from 0 to 1 and stays there: subtract a second sigmoid where the bump ends."),
        Wrong(variant(by_bumps, ("steps[:, 1:]", "torch.sigmoid(steepness * (x[:, None] - edges[:-1] - 1))"),
                      name="bumps_one_wide"),
              "Every bump has width 1. Bump k should end at (k + 1)/n, where the next one begins."),
        Wrong(_bumps_last_missing, "The last bump is missing: n bumps have n + 1 edges."),
        Wrong(variant(by_bumps, ("arange(n + 1, dtype=x.dtype) / n", "arange(n + 1, dtype=x.dtype) / n - 0.5 / n"),
                      name="bumps_centered"),
              "The midpoint of bump k is at k/n: it should begin there."),
        Wrong(variant(by_bumps, ("arange(n + 1, dtype=x.dtype) / n", "arange(n + 1, dtype=x.dtype) / n + 0.5 / n"),
                      name="bumps_late"),
              "Bump k begins half a width too far right: its left edge is k/n, its midpoint (k + 1/2)/n."),
        Wrong(variant(by_bumps, ("steepness * ", "100 * "), name="bumps_steep"),
              "The argument `steepness` is not used: it is the factor s inside both sigmoids."),
        Wrong(variant(by_bumps, ("(x[:, None] - edges)", "x[:, None] - edges"), name="bumps_place_not_scaled"),
              "The steepness multiplies x alone, so the edges are at a/s and b/s. It should multiply the difference: "
              "s (x - a)."),
        Wrong(variant(by_bumps, ("@ heights", "@ heights.mean().expand(n)"), name="bumps_all_equal"),
              "All bumps have the same height, the mean of `heights`: bump k should have heights[k]."),
        Wrong(variant(by_bumps, ("@ heights", "@ heights / n"), name="bumps_averaged"),
              "This is the mean of the bumps: return their sum."),
        Wrong(variant(by_bumps, ("steps[:, :-1] - steps[:, 1:]", "steps[:, 1:] - steps[:, :-1]"),
                      name="bumps_upside_down"),
              "Subtract the second sigmoid from the first, not the first from the second."),
    ),
    hints=(
        "Begin with one bump from a to b. What are a and b of all n bumps, as two tensors (n,)?",
        "One bump: torch.sigmoid(s * (x - a)) - torch.sigmoid(s * (x - b)).",
        "All at once: for left = torch.arange(n) / n, x[:, None] - left is (N, n); `@ heights` sums over the bumps.",
    ),
    allows="A sum of bumps, two sigmoid units each, approximates any continuous curve on a closed interval.",
)


_HERE = "from nnlab.exercises.week02c import"


def excess(heights_of, curve, n, lipschitz):
    """By how much the largest error of the piecewise constant function exceeds lipschitz / (2 n); 0.0 if it does not.

    Its heights are `heights_of(curve, n)`. `curve` is Lipschitz continuous on [0, 1] with the constant `lipschitz`.
    """
    heights = torch.as_tensor(heights_of(curve, n), dtype=torch.float64)
    within = torch.linspace(1e-9, 1 - 1e-9, 50, dtype=torch.float64)
    x = (torch.arange(n, dtype=torch.float64)[:, None] + within) / n
    error = (heights.reshape(n, 1) - curve(x)).abs().max().item()
    return max(0.0, error - lipschitz / (2 * n) * (1 + 1e-5) - 1e-6)


def heights_within(curve, n):
    """Heights of a piecewise constant approximation of a curve on [0, 1] with error ≤ L/(2n).

    The approximation has n ≥ 1 intervals of equal width: its value is heights[k] for
    k/n < x < (k + 1)/n. Its error is the largest |heights[k] - curve(x)| over all these x.
    curve: function from a tensor of points (m,), float32 or float64, to a tensor (m,) of its values
    there. It is Lipschitz continuous: |curve(x) - curve(y)| ≤ L |x - y|. L is not given.
    Returns a tensor (n,), float32 or float64. The bound must hold for every such curve.

    >>> heights_within(lambda x: 8 * x, 4)
    tensor([1., 3., 5., 7.])
    """
    return curve((torch.arange(n) + 0.5) / n)


def _heights_points(curve, n):
    return (torch.arange(n) + 0.5) / n


def _heights_of_numbers(curve, n):
    return torch.tensor([curve((k + 0.5) / n) for k in range(n)])


def _curves(draw):
    n, a, b = draw.integer(1, 9), draw.number(), draw.number()
    kind = draw.choice(("line", "line", "wave", "kink", "parabola", "steps"))
    if kind == "line":
        return f"heights_within(lambda x: {a} * x + {b}, {n})"
    curve, lipschitz = {"wave": (f"torch.sin({4 * a} * x + {b})", abs(4 * a)),
                        "kink": (f"{a} * (x - {draw.choice((0.5, 0.3, 0.75, 0.1))}).abs() + {b}", abs(a)),
                        "parabola": (f"{a} * (x - 0.5) ** 2 + {b}", abs(a)),
                        "steps": (f"({a} * x).clamp(-0.5, 0.5)", abs(a))}[kind]
    return f"{_HERE} excess; excess(heights_within, lambda x: {curve}, {n}, {lipschitz})"


HEIGHTS_WITHIN = Exercise(
    reference=heights_within,
    inputs=_curves,
    cases=(
        "len(heights_within(torch.sin, 5))",
        "heights_within(lambda x: 8 * x, 4)",
        "heights_within(lambda x: 0 * x + 2, 3)",
        "[len(heights_within(torch.cos, n)) for n in (1, 2, 49, 98, 103)]",
        f"{_HERE} excess; excess(heights_within, lambda x: 3 * x, 10, 3)",
        f"{_HERE} excess; excess(heights_within, lambda x: torch.sin(12 * x), 24, 12)",
        f"{_HERE} excess; excess(heights_within, lambda x: (x - 0.5).abs(), 1, 1)",
        f"{_HERE} excess; excess(heights_within, lambda x: (x - 0.3).abs(), 3, 1)",
    ),
    wrong=(
        Wrong(variant(heights_within, (" + 0.5", ""), name="heights_left"),
              "These are the values of the curve at the left end of each interval: at its right end the error can be "
              "L / n, twice the bound."),
        Wrong(variant(heights_within, ("0.5", "1"), name="heights_right"),
              "These are the values of the curve at the right end of each interval: at its left end the error can be "
              "L / n, twice the bound."),
        Wrong(variant(heights_within, ("(torch.arange(n) + 0.5) / n", "torch.linspace(0, 1, n)"),
                      name="heights_to_both_ends"),
              "The n points go from 0 to 1, so the first and the last are ends of their intervals: at the other end of "
              "such an interval the error can be L / n."),
        Wrong(variant(heights_within, (" / n)", " / n).mean().repeat(n)"), name="heights_mean"),
              "All heights are equal, a mean of the curve: each should approximate the curve on its own interval."),
        Wrong(variant(heights_within, (" / n)", ")"), name="heights_not_scaled"),
              "The points lie outside [0, 1]: interval k begins at k / n."),
        Wrong(variant(heights_within, ("/ n)", "/ (n + 1))"), name="heights_of_one_more"),
              "The points are divided by n + 1: the intervals have width 1/n."),
        Wrong(_heights_points,
              "These are points x: the heights are the values of the curve there."),
        Wrong(_heights_of_numbers,
              "The argument of `curve` must be a tensor, not a Python float. Call it once with all n points."),
        Wrong(variant(heights_within, (" / n)", " / n) / n"), name="heights_divided"),
              "The heights are divided by n: each should be a value of the curve."),
    ),
    hints=("Which point of an interval has the smallest distance to its farther end?",
           "The midpoint of interval k is (k + 1/2) / n. All of them: (torch.arange(n) + 0.5) / n."),
    allows="The bound L / (2 n) holds for every curve with the Lipschitz constant L.",
)


def bumps_needed(slope, error):
    """Least number n ≥ 1 of bumps for which the bound slope / (2 n) is at most error, an int.

    slope: Lipschitz constant L of the curve, the largest absolute value of its derivative, a float
    above 0. error: the largest error that is allowed, a float above 0; a bound equal to it counts.
    Rounding does not matter in the tests: slope / (2 error) is either exactly a whole number or
    differs from every whole number by more than 0.0001.

    >>> bumps_needed(10.0, 3.0), bumps_needed(12.0, 3.0)
    (2, 2)
    """
    return math.ceil(slope / (2 * error))


def _needed_float(slope, error):
    return float(bumps_needed(slope, error))


def _needed_too_coarse(slope, error):
    return math.ceil(slope / (2 * error) - 0.01)


def _slopes_and_errors(draw):
    error = draw.choice((0.5, 0.25, 0.125, 1.0, 2.0, 0.0625, 3.0))
    whole, part = draw.integer(1, 60), draw.choice((0.0, -0.5, 2 ** -7, -2 ** -7, 2 ** -12, 0.25, -1 + 2 ** -10))
    return f"bumps_needed({2 * error * (whole + part)!r}, {error})"


BUMPS_NEEDED = Exercise(
    reference=bumps_needed,
    inputs=_slopes_and_errors,
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
              "Rounded down: with this number of bumps the bound is still above `error`."),
        Wrong(variant(bumps_needed, ("math.ceil(", "round("), name="needed_to_nearest"),
              "Rounded to the nearest whole number: where that is rounded down, the bound is still above `error`."),
        Wrong(variant(bumps_needed, ("(2 * error)", "error"), name="needed_without_half"),
              "The 2 of slope / (2 n) is missing: a bump has the value of the curve at its midpoint, half a width from "
              "its edges."),
        Wrong(variant(bumps_needed, ("(2 * error)", "2 * error"), name="needed_no_brackets"),
              "slope / 2 * error is (slope / 2) * error: both 2 and error belong in the denominator."),
        Wrong(variant(bumps_needed, ("slope / (2 * error)", "2 * error / slope"), name="needed_upside_down"),
              "The fraction is inverted: a smaller error needs more bumps."),
        Wrong(variant(bumps_needed, ("math.ceil(slope / (2 * error))", "math.floor(slope / (2 * error)) + 1"),
                      name="needed_one_more"),
              "Where slope / (2 error) is a whole number, this is one bump too many."),
        Wrong(variant(bumps_needed, ("math.ceil", ""), name="needed_not_whole"),
              "The number of bumps is an int: round up."),
        Wrong(_needed_float, "The value is right, but it is a float: return an int, the type that range() "
                             "needs."),
        Wrong(_needed_too_coarse,
              "Where slope / (2 error) is slightly above a whole number, that number of bumps is too small: use no "
              "tolerance."),
    ),
    hints=("slope / (2 n) ≤ error: solve for n.", "`math.ceil` rounds up."),
    allows="Half the error costs twice the bumps. With square cells on a square it costs four times the cells.",
)


def sawtooth(x, depth):
    """The sawtooth function: the tent map t(x) = 2 ReLU(x) - 4 ReLU(x - 1/2), applied depth times.

    x: tensor (N,), float32 or float64, with values in [0, 1]; the function must not change it.
    depth: an int, at least 0. Returns a tensor with the shape and dtype of x: x itself at depth 0,
    t(x) at depth 1, t(t(x)) at depth 2, and so on.

    >>> sawtooth(torch.tensor([0.125, 0.25, 0.5]), 2)
    tensor([0.5000, 1.0000, 0.0000])
    """
    for _ in range(depth):
        x = 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)
    return x


def _saw_from_the_start(x, depth):
    result = x
    for _ in range(depth):
        result = sawtooth(x, 1)
    return result


def _saw_in_place(x, depth):
    for _ in range(depth):
        x.copy_(sawtooth(x, 1))
    return x


def _saw_points(draw):
    among = (0.0, 1.0, 0.5, 0.25, 0.75, 0.125, 0.375, 0.9375, 0.3125, 0.84375, 0.1, 0.7)
    return f"sawtooth({draw.tensor(draw.integer(1, 5), among=among)}, {draw.integer(0, 6)})"


SAWTOOTH = Exercise(
    reference=sawtooth,
    inputs=_saw_points,
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
              "This is t(x) at every depth above 0: apply the tent map again to its result."),
        Wrong(variant(sawtooth, ("range(depth)", "range(1)"), ("return x", "return depth * x"), name="saw_multiplied"),
              "This is t(x) multiplied by the depth: apply the tent map again to its result. This doubles the number "
              "of teeth."),
        Wrong(_saw_from_the_start,
              "The input of every layer is x: it should be the output of the layer before."),
        Wrong(variant(sawtooth, ("4 *", "2 *"), name="saw_flat_top"),
              "Above 1/2 the tent map must fall: its slope is 2 below 1/2 and 2 - 4 = -2 above."),
        Wrong(variant(sawtooth, ("range(depth)", "range(depth + 1)"), name="saw_one_more"),
              "The tent map is applied once too often: at depth 0 the result is x."),
        Wrong(_saw_in_place,
              "The values are right, but x is changed in place: after the call the caller's x holds the result."),
    ),
    hints=("Write the tent map for one layer first: two ReLU units.",
           "Then a loop: x = 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)."),
    allows="Two units in each layer; each layer doubles the number of teeth.",
    equivalent=(("torch.relu(x) → x", "the values are never negative"),),
)


def units_for_teeth(depth):
    """Numbers of hidden units of a deep and a shallow ReLU network equal to sawtooth(x, depth).

    depth: an int from 1 to 20. Returns (deep, shallow), two ints.
    deep: hidden units, summed over all layers, of the network that sawtooth computes. It has
    `depth` hidden layers, one for each tent map.
    shallow: the least m such that a network with one hidden layer of m units,
    c + Σ v_i ReLU(w_i x + b_i) for i = 1, ..., m, is equal to sawtooth(x, depth) at every x in
    [0, 1] for some parameters c, v_i, w_i, b_i.

    >>> units_for_teeth(1)
    (2, 2)
    """
    return 2 * depth, 2 ** depth


def _depths(draw):
    return f"units_for_teeth({draw.integer(1, 20)})"


UNITS_FOR_TEETH = Exercise(
    reference=units_for_teeth,
    inputs=_depths,
    tries=20,
    cases=("units_for_teeth(10)[0]", "units_for_teeth(1)", "units_for_teeth(2)", "units_for_teeth(3)",
           "units_for_teeth(10)", "units_for_teeth(20)"),
    wrong=(
        Wrong(variant(units_for_teeth, ("2 * depth", "2 ** depth"), name="units_deep_doubles"),
              "The number of linear pieces doubles with each layer. The number of units of the deep network does not: "
              "each layer has as many as the one before."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", 2 ** depth - 1"), name="units_bends"),
              "This is the number of kinks in (0, 1). The slope of the first linear piece needs one more unit."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", 2 ** depth + 1"), name="units_ends"),
              "One unit too many for the shallow network: the ends of [0, 1] are no kinks."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", 2 ** (depth - 1)"), name="units_teeth"),
              "This is the number of teeth, and each tooth has two linear pieces: count the kinks."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", depth ** 2"), name="units_squared"),
              "The square of the depth fits at depth 2 only: count the linear pieces at depth 3."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", 2 * depth"), name="units_not_doubling"),
              "The number of teeth doubles with each layer, so 2 depth units are too few for one hidden layer: count "
              "the linear pieces at depth 3."),
        Wrong(variant(units_for_teeth, ("2 * depth, 2 ** depth", "2 ** depth, 2 * depth"), name="units_exchanged"),
              "The two numbers are swapped: return (deep, shallow)."),
        Wrong(variant(units_for_teeth, ("2 * depth", "2"), name="units_last_layer"),
              "These are the units of one layer: the deep network has `depth` layers."),
    ),
    hints=("How many linear pieces does the sawtooth have at depth 1, 2, 3? How many kinks are between them?",
           "Deep: 2 * depth. Shallow: a unit for each kink, and one for the slope of the first piece."),
    allows="At depth 20 these are 40 units and about a million. (Why one more than kinks? The slopes are ±m, so each "
           "kink changes the slope by ±2 m, and sums of such changes are never equal to m.)",
)


def paired(a, b):
    """Mean of the paired differences a - b, and the standard error of this mean.

    a, b: tensors (N,) of one dtype, float32 or float64, N ≥ 2: the scores of two models on the same
    N folds; a[k] and b[k] belong to the same fold.
    Returns a pair (mean, standard_error) of tensors (). The standard error is s / √N, where s is
    the sample standard deviation of the N differences, with N - 1 in the denominator. It is 0 if
    all differences are equal.

    >>> paired(torch.tensor([0.75, 1.0]), torch.tensor([0.5, 0.25]))
    (tensor(0.5000), tensor(0.2500))
    """
    difference = a - b
    return difference.mean(), difference.std() / len(difference) ** 0.5


def _paired_apart(a, b):
    return a.mean() - b.mean(), (a.var() / len(a) + b.var() / len(b)) ** 0.5


def _paired_added(a, b):
    return (a - b).mean(), (a.std() + b.std()) / len(a) ** 0.5


def _paired_of_folds(draw):
    """Scores without rounding errors; their differences vary, except where N is a power of two."""
    count = draw.integer(2, 7)
    a, b = ([draw.choice((0.5, 1.0, 0.75, 0.0, 0.625, 0.875, 0.25, -2.0, 40.0)) for _ in range(count)] for _ in "ab")
    if len({x - y for x, y in zip(a, b, strict=True)}) == 1 and count not in (2, 4):
        a[0] += 1
    kind = draw.choice(("", ", dtype=torch.float64"))
    return f"paired(torch.tensor({a}{kind}), torch.tensor({b}{kind}))"


PAIRED = Exercise(
    reference=paired,
    inputs=_paired_of_folds,
    cases=(
        "paired(torch.tensor([1.0, 1.0]), torch.tensor([0.0, 0.0]))",
        "paired(torch.full((5,), 0.7), torch.zeros(5))",
        "paired(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 0.0]))",
        "paired(torch.tensor([1.0, 2.0, 6.0]), torch.tensor([0.0, 2.0, 7.0]))",
        "paired(torch.tensor([0.9, 0.8, 0.95, 0.7]), torch.tensor([0.85, 0.76, 0.9, 0.66]))",
        "paired(torch.tensor([0.5, 0.75]), torch.tensor([0.625, 0.875]))",
    ),
    wrong=(
        Wrong(variant(paired, (" / len(difference) ** 0.5", ""), name="paired_deviation"),
              "This is the standard deviation of the differences. The standard error of their mean is smaller: divide "
              "by √N."),
        Wrong(_paired_apart,
              "This is the standard error for two independent samples of scores. On the same folds, first take the "
              "differences: what makes a fold hard for both models cancels."),
        Wrong(variant(paired, ("std()", "std(correction=0)"), name="paired_population"),
              "Your standard deviation has N in its denominator. The sample standard deviation has N - 1, because the "
              "mean is estimated from the same data."),
        Wrong(variant(paired, ("difference.std()", "difference.var()"), name="paired_variance"),
              "This is the variance divided by √N: take the standard deviation, its square root."),
        Wrong(variant(paired, ("difference.std()", "a.std()"), name="paired_of_a"),
              "This is the standard error of the mean of a: take the standard deviation of the differences a - b."),
        Wrong(_paired_added,
              "This is the sum of the standard errors of both models: take the standard error of the differences."),
        Wrong(variant(paired, ("difference.mean()", "difference.median()"), name="paired_median"),
              "This is the median of the differences: return their mean."),
        Wrong(variant(paired, ("a - b", "b - a"), name="paired_exchanged"),
              "The mean has the wrong sign: the differences are a - b."),
        Wrong(variant(paired, (" ** 0.5", ""), name="paired_by_count"),
              "Divide by √N, not by N: for N = 4 the standard error is half of s, not a quarter."),
        Wrong(variant(paired, ("difference.mean()", "difference.abs().mean()"), name="paired_without_sign"),
              "This is the mean of the absolute differences: a difference is negative where b has the higher score."),
    ),
    hints=("First the differences, fold by fold: a - b.",
           "Their mean, and their std() divided by the square root of N."),
    allows="A mean difference below two standard errors is no evidence. One above may be none either, because the "
           "training sets of the folds overlap.",
)

EXERCISES = [BY_BUMPS, HEIGHTS_WITHIN, BUMPS_NEEDED, SAWTOOTH, UNITS_FOR_TEETH, PAIRED]
