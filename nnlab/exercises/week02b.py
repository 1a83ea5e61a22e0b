"""Week 2b: curves as sums of bumps, sawtooth curves by depth, and a fair comparison."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.checks.exercise import Exercise, Wrong, once, variant
from nnlab.models import MLP
from nnlab.toys import moons


def two_moons():
    """The two moons on which networks are trained."""
    return moons(n=400, noise=0.1, seed=5)


@torch.no_grad()
def accuracy_on(data, network):
    """Accuracy of the network on the points of `data`: class 1 is predicted where its output is above 0."""
    return ((network.eval()(data.x)[:, 0] > 0) == (data.y == 1)).float().mean().item()


@once
def problem(make):
    """What is wrong with new networks from `make`, before any training, in words; "none" if nothing is."""
    network, other = make(), make()
    if not isinstance(network, nn.Module):
        return "no nn.Module"
    if tuple(network(torch.zeros(3, 2)).shape) != (3, 1):
        return "outputs of another shape"
    if sum(p.numel() for p in network.parameters()) > 20:
        return "more than 20 parameters"
    pairs = list(zip(network.parameters(), other.parameters(), strict=False))
    if any(one is another for one, another in pairs):
        return "the same network again"
    if all(torch.equal(*pair) for pair in pairs):
        return "the same weights again"
    if min(accuracy_on(two_moons(), one) for one in (network, other)) > 0.92:
        return "trained already"
    return boundary(network)


def boundary(network):
    """What is wrong with the decision boundaries of `network`, for any parameters, in words; "none" if nothing is.

    Its parameters are overwritten.
    """
    x, some_negative, some_spread, some_bent, some_turned = 3 * torch.randn(200, 2), False, False, False, False
    for _ in range(10):  # values of the parameters
        with torch.no_grad():
            for p in network.parameters():
                p.copy_(torch.randn(p.shape))
        points = torch.cat([x, (x + x.flip(0)) / 2]).requires_grad_()
        outputs = network(points)[:, 0]
        scores, middles = outputs.detach().unflatten(0, (2, 200))
        spread = scores.max() - scores.min()
        some_negative |= bool(scores.min() <= 0)
        some_spread |= bool(spread > 0)
        some_bent |= bool((scores + scores.flip(0) - 2 * middles).abs().max() > 1e-3 * spread)
        if outputs.requires_grad:
            gradients = torch.autograd.grad(outputs.sum(), points, allow_unused=True, materialize_grads=True)[0]
            large, small = torch.linalg.svdvals(gradients)
            some_turned |= bool(small > 1e-4 * large or large == 0)
    return ("every score above 0" if not some_negative else "all scores equal" if not some_spread
            else "one straight line" if not some_bent else "parallel lines" if not some_turned else "none")


@once
def after_training(make):
    """Accuracy of a network from `make` after 300 steps of Adam on 400 points of two moons (noise 0.1).

    Of five seeds, the first that gives at least 97 % counts, else the best. 0.0 for one that has a `problem`.
    """
    data, best = two_moons(), 0.0
    for seed in range(5 if problem(make) == "none" else 0):
        torch.manual_seed(seed)
        network = make().train()
        optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
        for _ in range(300):
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(network(data.x)[:, 0], data.y.float()).backward()
            if not any(p.grad.any() for p in network.parameters() if p.grad is not None):
                break  # no further step changes a parameter
            optimizer.step()
        best = max(best, accuracy_on(data, network))
        if best >= 0.97:
            break
    return best


def moons_network():
    """A new, untrained network for the two moons: an `nn.Module` with at most 20 parameters.

    network(x) maps points x (N, 2), float32, to logits (N, 1): class 1 is predicted where the logit
    is above 0, class 0 elsewhere. Each call returns a new network with other random weights.

    The check trains networks from this function on toys.moons(n=400, noise=0.1, seed=5): 300 steps
    of torch.optim.Adam with learning rate 0.05 on all 400 points, with
    F.binary_cross_entropy_with_logits as the loss. The accuracy on these points must then be at
    least 97 % for one of five seeds. MLP, nn.Sequential and classes of your own are accepted.

    >>> moons_network()(torch.zeros(3, 2)).shape
    torch.Size([3, 1])
    """
    return MLP([2, 4, 1], activation=torch.tanh)


def _moons_class():
    return MLP


def _moons_own_class():
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
    return Network


def _moons_function():
    network = moons_network()
    return lambda x: network(x)


def _moons_vector():
    return nn.Sequential(moons_network(), nn.Flatten(0))


def _moons_sigmoid():
    return nn.Sequential(moons_network(), nn.Sigmoid())


def _moons_softmax():
    return nn.Sequential(moons_network(), nn.LogSoftmax(1))


def _moons_kept(networks=[]):  # noqa: B006
    networks.append(moons_network())  # drawn at each call, as some students do
    return networks[0]


class _Stuck(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = moons_network()

    def forward(self, x):
        scores = self.network(x)
        return scores.detach() + 0 * scores  # all gradients are 0


def _moons_stuck():
    return _Stuck()


def _moons_fixed():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return moons_network()


def _moons_trained():
    data = two_moons()
    network = moons_network()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.2)
    for _ in range(150):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(network(data.x)[:, 0], data.y.float()).backward()
        optimizer.step()
    return network


_HERE = "from nnlab.exercises.week02b import"

MOONS_NETWORK = Exercise(
    reference=moons_network,
    cases=(
        "tuple(moons_network()(torch.zeros(3, 2)).shape)",
        "callable(moons_network())",
        f"{_HERE} problem; problem(moons_network)",
        f"{_HERE} after_training; after_training(moons_network) >= 0.97",
    ),
    wrong=(
        Wrong(_moons_class,
              "This is the class. Create a network: MLP with the sizes of its layers in brackets."),
        Wrong(_moons_own_class,
              "This is a class, not a network: its name with brackets behind it creates one."),
        Wrong(_moons_function,
              "This is a function without parameters: return the network itself, an nn.Module, whose parameters an "
              "optimizer can find."),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 3, 2]"), name="moons_two_outputs"),
              "Two logits for each point belong to cross-entropy over two classes. Here one logit for each point is "
              "asked, shape (N, 1): its sign decides between the classes."),
        Wrong(_moons_vector,
              "The output has shape (N,): keep the column, (N, 1)."),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 16, 16, 1]"), name="moons_huge"),
              "More than 20 parameters: a layer from n to m units has (n + 1) m of them."),
        Wrong(_moons_kept,
              "Two calls return the same network: a second training would continue the first. Create the network "
              "inside the function."),
        Wrong(_moons_fixed,
              "Two calls return networks with the same weights, so that five seeds are one: leave the random numbers "
              "to torch's generator, without a seed and without fixed values."),
        Wrong(_moons_trained,
              "It is trained already: return the network as it is initialized, the check trains it."),
        Wrong(_moons_sigmoid,
              "Every output is above 0, so class 1 is predicted everywhere. The output is a logit, of either sign: the "
              "loss contains the sigmoid."),
        Wrong(_moons_softmax,
              "All outputs are equal, whatever the parameters are: a softmax over a single logit does that. Return the "
              "logit itself."),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 1]"), name="moons_linear"),
              "Whatever its weights are, the decision boundary is one straight line: about 90 % at best. What must "
              "stand between two layers?"),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 1, 1]"), name="moons_one_unit"),
              "Whatever its weights are, the output depends on one weighted sum of the two inputs: a hidden layer of "
              "one unit lets nothing else through. The decision boundary consists of parallel lines."),
        Wrong(_moons_stuck,
              "It is small enough, and its decision boundary can be curved, but training does not reach 97 %. How many "
              "units does the budget allow? Which activation has a gradient of 0 for many inputs?"),
    ),
    hints=("One hidden layer is enough: MLP([2, ?, 1], activation=torch.tanh).",
           "With one hidden layer of h units: 3 h + h + 1 parameters. What is the largest h that fits?"),
    allows="Seventeen parameters suffice for two moons. Do thirteen?",
    equivalent=(("4 → 3", "three units still learn it"),),
)


def by_bumps(x, heights, steepness):
    """Values (N,) at the points x (N,) of a sum of n bumps that stand side by side on [0, 1].

    Bump k, for k = 0, ..., n - 1, goes from a = k/n to b = (k + 1)/n and has the height heights[k].
    It consists of two sigmoid units: heights[k] (σ(s (x - a)) - σ(s (x - b))), where s is the
    steepness, a float. x, heights (n,) and the result have one dtype, float32 or float64; n ≥ 1.
    Points may lie outside [0, 1], and N may be smaller or larger than n.

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
              "One sigmoid rises and stays high: each bump ends where a second one is subtracted."),
        Wrong(variant(by_bumps, ("steps[:, 1:]", "torch.sigmoid(steepness * (x[:, None] - edges[:-1] - 1))"),
                      name="bumps_one_wide"),
              "Every bump has length 1. Bump k should end at (k + 1)/n, where the next one begins."),
        Wrong(_bumps_last_missing, "The last bump is missing: n bumps have n + 1 edges."),
        Wrong(variant(by_bumps, ("arange(n + 1, dtype=x.dtype) / n", "arange(n + 1, dtype=x.dtype) / n - 0.5 / n"),
                      name="bumps_centered"),
              "Bump k has k/n in its middle: it should begin there."),
        Wrong(variant(by_bumps, ("arange(n + 1, dtype=x.dtype) / n", "arange(n + 1, dtype=x.dtype) / n + 0.5 / n"),
                      name="bumps_late"),
              "Bump k begins half its width too late: its first edge is k/n, its middle (k + 1/2)/n."),
        Wrong(variant(by_bumps, ("steepness * ", "100 * "), name="bumps_steep"),
              "The steepness is not used: 1 / s is the width in which the sigmoids rise."),
        Wrong(variant(by_bumps, ("(x[:, None] - edges)", "x[:, None] - edges"), name="bumps_place_not_scaled"),
              "The steepness multiplies x alone, so the edges are at a/s and b/s: it multiplies the difference, s (x - "
              "a)."),
        Wrong(variant(by_bumps, ("@ heights", "@ heights.mean().expand(n)"), name="bumps_all_equal"),
              "All bumps have the same height, the mean: each should have its own."),
        Wrong(variant(by_bumps, ("@ heights", "@ heights / n"), name="bumps_averaged"),
              "This is the mean over the bumps. The statement asks for their sum."),
        Wrong(variant(by_bumps, ("steps[:, :-1] - steps[:, 1:]", "steps[:, 1:] - steps[:, :-1]"),
                      name="bumps_upside_down"),
              "Subtract the second sigmoid from the first, not the first from the second."),
    ),
    hints=(
        "Begin with one bump from a to b. How are its two edges computed for all n bumps?",
        "One bump: torch.sigmoid(s * (x - a)) - torch.sigmoid(s * (x - b)).",
        "All at once: x[:, None] - left is (N, n), for left = torch.arange(n) / n; then `@ heights` adds them up.",
    ),
    allows="With two units for each bump, a sum of bumps approximates any continuous curve.",
)


def excess(heights_of, curve, n, slope):
    """By how much the largest error of the step function with `heights_of(curve, n)` exceeds slope / (2 n).

    The error is the distance from `curve`, a function whose slope is at most `slope`, on [0, 1]. 0.0 where it does not.
    """
    heights = torch.as_tensor(heights_of(curve, n), dtype=torch.float64)
    within = torch.linspace(1e-9, 1 - 1e-9, 50, dtype=torch.float64)
    x = (torch.arange(n, dtype=torch.float64)[:, None] + within) / n
    error = (heights.reshape(n, 1) - curve(x)).abs().max().item()
    return max(0.0, error - slope / (2 * n) * (1 + 1e-5) - 1e-6)


def heights_within(curve, n):
    """Heights (n,) of a step function on [0, 1] whose largest error is at most L / (2 n).

    curve is a function of a tensor of points (m,), float32 or float64, that returns its values
    there, (m,), with a slope of at most L everywhere; L is not given. The step function has n steps
    of equal width with sharp edges: its value is heights[k] for k/n < x < (k + 1)/n. The error at x
    is the distance between its value and curve(x), and the largest one on [0, 1] counts. The bound
    must hold for every such curve and every n ≥ 1. Heights may be float32 or float64.

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
    curve, slope = {"wave": (f"torch.sin({4 * a} * x + {b})", abs(4 * a)),
                    "kink": (f"{a} * (x - {draw.choice((0.5, 0.3, 0.75, 0.1))}).abs() + {b}", abs(a)),
                    "parabola": (f"{a} * (x - 0.5) ** 2 + {b}", abs(a)),
                    "steps": (f"({a} * x).clamp(-0.5, 0.5)", abs(a))}[kind]
    return f"{_HERE} excess; excess(heights_within, lambda x: {curve}, {n}, {slope})"


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
              "This is the value of the curve where each step begins: at its other end the error can be L / n, twice "
              "the bound."),
        Wrong(variant(heights_within, ("0.5", "1"), name="heights_right"),
              "This is the value of the curve where each step ends: where it begins, the error can be L / n, twice the "
              "bound."),
        Wrong(variant(heights_within, ("(torch.arange(n) + 0.5) / n", "torch.linspace(0, 1, n)"),
                      name="heights_to_both_ends"),
              "These points go from 0 to 1, and those of the first and the last step lie at an edge: at the other "
              "edge of such a step the curve can be L / n away."),
        Wrong(variant(heights_within, (" / n)", " / n).mean().repeat(n)"), name="heights_mean"),
              "All steps have the same height, a mean of the curve: each should follow the curve on its own interval."),
        Wrong(variant(heights_within, (" / n)", ")"), name="heights_not_scaled"),
              "The points lie beyond [0, 1]: step k begins at k / n."),
        Wrong(variant(heights_within, ("/ n)", "/ (n + 1))"), name="heights_of_one_more"),
              "The points are divided by n + 1: the steps have width 1/n."),
        Wrong(_heights_points,
              "These are points of x: the heights are the values of the curve there."),
        Wrong(_heights_of_numbers,
              "`curve` is a function of tensors: a Python float is none. Give it all points at once, as one tensor."),
        Wrong(variant(heights_within, (" / n)", " / n) / n"), name="heights_divided"),
              "The heights are divided by n: each should be a value of the curve, nothing is averaged."),
    ),
    hints=("At which point of a step is its other end nearest, whether the curve rises or falls?",
           "The middle of step k is (k + 1/2) / n. All of them: (torch.arange(n) + 0.5) / n."),
    allows="The bound slope / (2 n) holds for every curve with that slope.",
)


def bumps_needed(slope, error):
    """Least int n ≥ 1 with slope / (2 n) ≤ error: so many bumps suffice for a curve of that slope.

    slope and error are floats above 0. Where the bound slope / (2 n) is equal to error, n suffices.
    The numbers tested are such that rounding decides nothing: slope / (2 error) is either a whole
    number without rounding, or differs from every whole number by more than 0.0001.

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
              "Rounded down: with one bump fewer than needed the bound is above `error`."),
        Wrong(variant(bumps_needed, ("(2 * error)", "error"), name="needed_without_half"),
              "The 2 of slope / (2 n) is missing: a bump has the value of the curve in its middle, half its width from "
              "its edges."),
        Wrong(variant(bumps_needed, ("(2 * error)", "2 * error"), name="needed_no_brackets"),
              "slope / 2 * error is slope / 2, times error: both 2 and error belong in the denominator."),
        Wrong(variant(bumps_needed, ("slope / (2 * error)", "2 * error / slope"), name="needed_upside_down"),
              "The fraction is upside down: a smaller error needs more bumps."),
        Wrong(variant(bumps_needed, ("math.ceil(slope / (2 * error))", "math.floor(slope / (2 * error)) + 1"),
                      name="needed_one_more"),
              "Where the division has no remainder, this is one bump too many."),
        Wrong(variant(bumps_needed, ("math.ceil", ""), name="needed_not_whole"),
              "The number of bumps is an int: round up."),
        Wrong(_needed_float, "The value is right, but it is a float: a number of bumps is an int, as range() needs "
                             "it."),
        Wrong(_needed_too_coarse,
              "Where slope / (2 error) is slightly above a whole number, that many bumps are too few: no tolerance is "
              "needed here."),
    ),
    hints=("slope / (2 n) ≤ error: solve for n.", "`math.ceil` rounds up."),
    allows="Half the error costs twice the bumps. A plane tiled with square ones: four times.",
)


def sawtooth(x, depth):
    """The tent t(x) = 2 ReLU(x) - 4 ReLU(x - 1/2), applied `depth` times in succession, of x (N,).

    The values of x are in [0, 1], float32 or float64; the result has the shape and dtype of x.
    depth is an int from 0 on: at depth 0 the result is x, at depth 1 t(x), at depth 2 t(t(x)).
    After the call x must be as before.

    >>> sawtooth(torch.tensor([0.125, 0.25, 0.5]), 2)
    tensor([0.5000, 1.0000, 0.0000])
    """
    for _ in range(depth):
        x = 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)
    return x


def _saw_from_the_start(x, depth):
    total = torch.zeros_like(x)
    for _ in range(depth):
        total = total + sawtooth(x, 1)
    return total / depth


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
              "This is the tent t(x) at every depth above 0: apply it again to its result."),
        Wrong(variant(sawtooth, ("range(depth)", "range(1)"), ("return x", "return depth * x"), name="saw_multiplied"),
              "This is the tent multiplied by the depth: apply it again to its result, which doubles the number of "
              "teeth."),
        Wrong(_saw_from_the_start,
              "Every layer gets x itself: each should get the result of the layer before."),
        Wrong(variant(sawtooth, ("4 *", "2 *"), name="saw_flat_top"),
              "Above 1/2 the tent must fall: slope 2 up, then 4 less, which leaves a slope of -2."),
        Wrong(variant(sawtooth, ("range(depth)", "range(depth + 1)"), name="saw_one_more"),
              "One layer too many: at depth 0 the result is x."),
        Wrong(_saw_in_place,
              "The values are right, but x is changed in place: after the call the caller's x is the result."),
    ),
    hints=("Write the tent function for one layer first; two units are enough.",
           "Then a loop: x = 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)."),
    allows="Two units a layer, and every layer doubles the teeth.",
    equivalent=(("torch.relu(x) → x", "what goes in and out is never negative"),),
)


def units_for_teeth(depth):
    """Numbers of ReLU units of two networks that compute sawtooth(x, depth) for all x in [0, 1].

    Returns (deep, shallow), two ints; depth is an int from 1 to 20. The deep network has a hidden
    layer for each tent, `depth` of them, as sawtooth computes it; count the units of all layers.
    The shallow network has one hidden layer: its output is c + Σ v ReLU(w x + b), a sum over its
    units, each with its own v, w and b. Return the least number of units for which some v, w, b and
    c do it.

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
              "The linear pieces double with each layer; the units of the deep network do not: a tent has as many in "
              "each layer."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", 2 ** depth - 1"), name="units_bends"),
              "This is the number of kinks inside (0, 1). The slope of the first linear piece needs a unit of its "
              "own."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", depth ** 2"), name="units_squared"),
              "The square of the depth fits at depth 2 only: count the linear pieces at depth 3."),
        Wrong(variant(units_for_teeth, (", 2 ** depth", ", 2 * depth"), name="units_not_doubling"),
              "The shallow network gets as many units as the deep one, but the teeth double with each layer: count the "
              "linear pieces at depth 3."),
        Wrong(variant(units_for_teeth, ("2 * depth, 2 ** depth", "2 ** depth, 2 * depth"), name="units_exchanged"),
              "The two numbers are exchanged: deep first, then shallow."),
        Wrong(variant(units_for_teeth, ("2 * depth", "2"), name="units_last_layer"),
              "These are the units of one layer: the deep network has `depth` of them."),
    ),
    hints=("How many linear pieces has the sawtooth at depth 1, 2, 3? Between two pieces there is a kink.",
           "Deep: 2 * depth. Shallow: a unit for each kink, and one for the slope of the first piece."),
    allows="At depth 20: 40 units, or a million. (A kink changes the slope by an even multiple of its size: the slope "
           "of the first piece needs a unit of its own.)",
)


def paired(a, b):
    """Mean and standard error of the paired differences a - b, two tensors of shape ().

    a and b are the scores of two models on the same N folds, both (N,) with N ≥ 2, float32 or
    float64: a[k] and b[k] belong to one fold. The standard error of the mean is s / √N, where s is
    the sample standard deviation of the N differences, with N - 1 in the denominator. It is 0 where
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
    """Scores without rounding; their differences vary, except where their number is a power of two."""
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
              "This is the standard deviation of single differences. The standard error of their mean is smaller: "
              "divide by √N."),
        Wrong(_paired_apart,
              "This is the standard error for scores on different folds. On the same folds take the differences first: "
              "what is hard for both models cancels."),
        Wrong(variant(paired, ("std()", "std(correction=0)"), name="paired_population"),
              "Your standard deviation has N in its denominator. The mean is estimated from the same data: it should "
              "be N - 1."),
        Wrong(variant(paired, ("difference.std()", "difference.var()"), name="paired_variance"),
              "This divides the variance by √N: the standard deviation is its root."),
        Wrong(variant(paired, ("difference.std()", "a.std()"), name="paired_of_a"),
              "This is the standard error of the mean of a alone: take the standard deviation of the differences."),
        Wrong(_paired_added,
              "These are the standard errors of both models, added: take that of the differences, in which what is "
              "hard for both cancels."),
        Wrong(variant(paired, ("difference.mean()", "difference.median()"), name="paired_median"),
              "This is the median of the differences: the mean is asked."),
        Wrong(variant(paired, ("a - b", "b - a"), name="paired_exchanged"),
              "The mean has the wrong sign: the differences are a - b."),
        Wrong(variant(paired, (" ** 0.5", ""), name="paired_by_count"),
              "Divide by the square root of N: the standard error of a mean of four is half as large, not a quarter."),
        Wrong(variant(paired, ("difference.mean()", "difference.abs().mean()"), name="paired_without_sign"),
              "The mean is that of the absolute differences: where b is better the difference counts as negative."),
    ),
    hints=("First the differences, fold by fold: a - b.",
           "Their mean, and their std() divided by the square root of N."),
    allows="A difference below two standard errors shows nothing; one above may show nothing either, as the folds "
           "share training data.",
)

EXERCISES = [MOONS_NETWORK, BY_BUMPS, HEIGHTS_WITHIN, BUMPS_NEEDED, SAWTOOTH, UNITS_FOR_TEETH, PAIRED]
