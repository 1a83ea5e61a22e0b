"""Week 2a: two networks with given weights that represent XOR; dead ReLU units."""

import torch

from nnlab.checks.exercise import Exercise, Wrong, variant


def xor_by_steps(x):
    """Output of a network of three step neurons that represents XOR.

    x: points (N, 2), float32 or float64. Returns a tensor (N,) of 0.0 and 1.0, float32.
    Each neuron computes step(w · inputs + b), where step(z) is 1.0 for z > 0 and 0.0 for z ≤ 0. Two
    hidden neurons have x as their inputs: the decision boundary of OR is the line x1 + x2 = 1/2,
    that of AND the line x1 + x2 = 3/2. The output neuron has the outputs of these two as its only
    inputs. Find the weights and biases. Tested too: points anywhere in the plane, also on the two
    lines.

    >>> xor_by_steps(torch.tensor([[1.0, 0.0], [1.0, 1.0], [3.0, 2.0]]))
    tensor([1., 0., 0.])
    """
    either = (x.sum(1) - 0.5 > 0).float()
    both = (x.sum(1) - 1.5 > 0).float()
    return (either - both - 0.5 > 0).float()


_COMBINED = "(either - both - 0.5 > 0).float()"


def _steps_one_line(x):
    return (x[:, 0] - x[:, 1] - 0.5 > 0).float()


def _steps_raw_sum(x):
    return (x.sum(1) - 2 * (x.sum(1) > 1.5).float() - 0.5 > 0).float()


def _steps_of_difference(x):
    return ((x[:, 0] - x[:, 1]).abs() - 0.5 > 0).float()


def _steps_unequal(x):
    return (x[:, 0] != x[:, 1]).float()


def _steps_one_difference(x):
    return (x[:, 0] - x[:, 1] > 0).float()


def _steps_parity(x):
    return x.sum(1) % 2


def _points(draw):
    coordinates = (0.0, 1.0, 0.5, -1.0, 2.0, 0.25, 1.5, -0.5, 0.75, 3.0, -2.5, 40.0)  # sums without rounding
    return f"xor_by_steps({draw.tensor(draw.integer(1, 6), 2, among=coordinates)})"


XOR_BY_STEPS = Exercise(
    reference=xor_by_steps,
    inputs=_points,
    cases=(
        "xor_by_steps(torch.tensor([[0.0, 0.0]]))",
        "xor_by_steps(torch.tensor([[1.0, 0.0]]))",
        "xor_by_steps(torch.tensor([[0.0, 1.0]]))",
        "xor_by_steps(torch.tensor([[1.0, 1.0]]))",
        "xor_by_steps(torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))",
        "xor_by_steps(torch.tensor([[0.3, 0.3], [0.7, 0.7], [0.8, 0.8], [-1.0, 1.2], [2.0, -0.4]]))",
        "xor_by_steps(torch.tensor([[0.5, 0.0], [1.0, 0.5]]))",
    ),
    wrong=(
        Wrong(variant(xor_by_steps, (_COMBINED, "either"), name="steps_or"),
              "This is OR: it is 1 at (1, 1) as well. What must a second neuron subtract?"),
        Wrong(variant(xor_by_steps, (_COMBINED, "both"), name="steps_and"),
              "This is AND, one of the two neurons that you need."),
        Wrong(_steps_one_line,
              "This is one neuron: its decision boundary is one straight line, and no line puts (1, 0) and (0, 1) "
              "on one side, (0, 0) and (1, 1) on the other."),
        Wrong(variant(xor_by_steps, (" > 0", " >= 0"), name="steps_yes_at_zero"),
              "step(0) is 0 here: on its decision boundary a neuron outputs 0."),
        Wrong(variant(xor_by_steps, (_COMBINED, "1 - both"), name="steps_not_both"),
              "This is NOT AND: it is 1 at (0, 0) as well. Which neuron is 0 there?"),
        Wrong(variant(xor_by_steps, ("sum(1)", "sum()"), name="steps_of_all"),
              "Correct for one point. For several points the sum runs over all of them: along which dimension are "
              "x1 and x2?"),
        Wrong(_steps_raw_sum,
              "Correct at the corners, but 1 again where x1 + x2 is above 5/2. The output neuron has two inputs, the "
              "outputs 0 or 1 of OR and AND: x is not an input of it."),
        Wrong(_steps_one_difference,
              "This is one neuron, 1 on one side of the line x1 = x2: it is 0 at (1, 0) or at (0, 1)."),
        Wrong(_steps_parity,
              "Correct at the corners only: a remainder is not a neuron. Each of the three computes a weighted sum, "
              "adds a bias and applies the step."),
        Wrong(_steps_of_difference,
              "Correct at the corners only: this depends on x1 - x2. The neurons for OR and AND compare x1 + x2 with "
              "a threshold."),
        Wrong(_steps_unequal,
              "Correct at the corners only: this compares x1 with x2. The neurons for OR and AND compare x1 + x2 with "
              "a threshold."),
    ),
    hints=(
        "The decision boundary of a neuron with weights (1, 1) and bias b is the line x1 + x2 = -b.",
        "The hidden neurons: either = step(x1 + x2 - 0.5), both = step(x1 + x2 - 1.5). The output neuron should output "
        "1 for their outputs (1, 0), and 0 for (0, 0) and (1, 1).",
        "step(either - both - 0.5).",
    ),
    allows="Two hidden neurons and an output neuron represent what one neuron cannot.",
    equivalent=(("either - both - 0.5 > 0 → either - both - 0.5 >= 0", "of zeros and ones this is never exactly 0"),
                ("either - both - 0.5 → either - both", "of zeros and ones: above 0 exactly when above a half")),
)


def two_relus(x):
    """Outputs of the two hidden ReLU units, and of the network: h = ReLU(x W + c), output = h w.

    x: points (N, 2), float32. W (2, 2) is all ones, c = (0, -1) and w = (1, -2), all float32.
    Returns a pair (h, output) of float32 tensors: h has shape (N, 2), a row for each point, and
    output has shape (N,).

    >>> two_relus(torch.tensor([[2.0, 0.5]]))
    (tensor([[2.5000, 1.5000]]), tensor([-0.5000]))

    Goodfellow, Bengio and Courville (2016), section 6.1.
    """
    h = torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]))
    return h, h @ torch.tensor([1.0, -2.0])


def _two_units_one_at_a_time(x):
    h = torch.relu(x + torch.tensor([0.0, -1.0]))
    return h, h @ torch.tensor([1.0, -2.0])


def _points_of_relus(draw):
    return f"two_relus({draw.tensor(draw.integer(1, 5), 2, ranges=((-3, 3), (-100, 100)))})"


TWO_RELUS = Exercise(
    reference=two_relus,
    inputs=_points_of_relus,
    tries=24,
    float64=False,
    cases=(
        "two_relus(torch.tensor([[0.0, 0.0]]))",
        "two_relus(torch.tensor([[0.0, 1.0]]))",
        "two_relus(torch.tensor([[1.0, 1.0]]))",
        "two_relus(torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))",
        "two_relus(torch.tensor([[-1.0, 0.5], [2.0, 1.0], [0.5, 0.25]]))",
        "two_relus(torch.tensor([[-2.0, -1.0]]))",
    ),
    wrong=(
        Wrong(variant(two_relus, ("[0.0, -1.0]", "[0.0, 1.0]"), ("[1.0, -2.0]", "[0.0, 1.0]"), name="two_as_printed"),
              "These are the weights of a slide, c = (0, 1) and w = (0, 1), with which the outputs at the four corners "
              "are 1, 2, 2 and 3."),
        Wrong(variant(two_relus, ("torch.relu", ""), name="two_without_relu"),
              "Without ReLU the two layers are one linear layer. At (0, 0) the second hidden unit should be 0."),
        Wrong(variant(two_relus, (" + torch.tensor([0.0, -1.0]))", ") + torch.tensor([0.0, -1.0])"),
                      name="two_bias_afterwards"),
              "The bias is added after ReLU. Add it before: it determines where the kink is."),
        Wrong(variant(two_relus, ("h @ torch.tensor([1.0, -2.0])", "torch.relu(h @ torch.tensor([1.0, -2.0]))"),
                      name="two_relu_at_the_end"),
              "The hidden units are right. The output unit has no ReLU: its output may be negative."),
        Wrong(variant(two_relus, (" + torch.tensor([0.0, -1.0])", ""), name="two_without_bias"),
              "Without c both units are equal. With c = (0, -1) the kink of the second unit is at x1 + x2 = 1."),
        Wrong(variant(two_relus, ("[1.0, -2.0]", "[[1.0], [-2.0]]"), name="two_kept_as_column"),
              "The values are right. The output should have shape (N,): with a vector w, h @ w is one number a row."),
        Wrong(variant(two_relus, ("[0.0, -1.0]", "[-1.0, 0.0]"), name="two_biases_exchanged"),
              "The two biases are exchanged: the first unit has the bias 0, the second -1."),
        Wrong(variant(two_relus, ("[0.0, -1.0]", "[-1.0, -1.0]"), name="two_biases_equal"),
              "Both units have the bias -1. The first unit has the bias 0."),
        Wrong(variant(two_relus, ("[1.0, -2.0]", "[-2.0, 1.0]"), name="two_weights_exchanged"),
              "The hidden units are right. The two output weights are exchanged: output = h1 - 2 h2."),
        Wrong(variant(two_relus, ("[1.0, -2.0]", "[1.0, 2.0]"), name="two_weights_positive"),
              "The hidden units are right. The second output weight is negative, -2."),
        Wrong(variant(two_relus, ("h @ torch", "h * torch"), name="two_products"),
              "The hidden units are right. h w is one number for each point: sum the products over the units."),
        Wrong(variant(two_relus, ("torch.relu", ""), ("h @", "torch.relu(h) @"), name="two_before_relu"),
              "The output is right. h should hold the values after ReLU, not before."),
        Wrong(variant(two_relus, ("h @ torch.tensor([1.0, -2.0])", "(h @ torch.tensor([1.0, -2.0]) > 0.5).float()"),
                      name="two_classes"),
              "The hidden units are right. The output is the weighted sum itself, without a threshold."),
        Wrong(_two_units_one_at_a_time,
              "Each unit has only one of the coordinates as its input. W is all ones: ReLU is applied to x1 + x2 plus "
              "the bias of the unit."),
    ),
    hints=(
        "From the inside out: x W + c has shape (N, 2), then ReLU, then the product with w. Return both h and output.",
        "z = x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]); h = torch.relu(z); output = h @ torch.tensor([1.0, "
        "-2.0]).",
    ),
    allows="In the hidden space the four corners of XOR are linearly separable.",
    equivalent=(("2 → 1", "one column of ones serves for both units: broadcasting repeats it"),),
)


def dead_at_corners(W, c):
    """Which hidden ReLU units are dead at the four corners of the unit square: a bool tensor (k,).

    W: weights (2, k), c: biases (k,) with k ≥ 1, both float32 or both float64. For points x (N, 2)
    the outputs of the k units are ReLU(x W + c). A unit is dead at the corners if its output is
    exactly 0 at each of (0, 0), (0, 1), (1, 0) and (1, 1). W and c are not changed. Tested too:
    pre-activations that are exactly 0.

    >>> dead_at_corners(torch.tensor([[-1.0, 2.0], [-2.0, -3.0]]), torch.tensor([-0.5, -1.0]))
    tensor([ True, False])
    """
    x = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).to(W.dtype)
    return (x @ W + c <= 0).all(0)


_X = "torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).to(W.dtype)"
_DEAD = "(x @ W + c <= 0).all(0)"


def _dead_at(*corners):
    """A wrong answer that looks at these corners only."""
    return _X, _X.replace("[[0, 0], [0, 1], [1, 0], [1, 1]]", str([list(corner) for corner in corners]))


def _dead(name, *edits):
    return variant(dead_at_corners, *edits, name=name)


def _units(draw):
    k, values = draw.integer(1, 4), (0.0, -1.0, 0.5, -0.5, 1.0, -2.0, 1.5, 2.0, -3.0)  # sums without rounding
    biases = draw.tensor(k, among=(-1.0, 0.0, -0.5, -2.0, 0.5, -1.5, -3.0, 1.0))
    return f"dead_at_corners({draw.tensor(2, k, among=values)}, {biases})"


DEAD_AT_CORNERS = Exercise(
    reference=dead_at_corners,
    inputs=_units,
    cases=(
        "dead_at_corners(torch.tensor([[-1.0], [-1.0]]), torch.tensor([-1.0]))",
        "dead_at_corners(torch.tensor([[1.0], [1.0]]), torch.tensor([1.0]))",
        "dead_at_corners(torch.tensor([[2.0], [-3.0]]), torch.tensor([-1.0]))",
        "dead_at_corners(torch.tensor([[-3.0], [2.0]]), torch.tensor([-1.0]))",
        "dead_at_corners(torch.tensor([[1.0], [1.0]]), torch.tensor([-1.5]))",
        "dead_at_corners(torch.tensor([[1.0], [-1.0]]), torch.tensor([-2.0]))",
        "dead_at_corners(torch.tensor([[-2.0], [-2.0]]), torch.tensor([1.0]))",
        "dead_at_corners(torch.tensor([[0.5], [0.5]]), torch.tensor([-1.0]))",
        "dead_at_corners(torch.tensor([[2.0], [2.0]]), torch.tensor([-1.0]))",
        "dead_at_corners(torch.zeros(2, 1), torch.tensor([0.0]))",
        "dead_at_corners(torch.tensor([[-1.0, 2.0, -1.0], [-2.0, -3.0, -1.0]]), torch.tensor([-0.5, -1.0, 0.5]))",
        "dead_at_corners(torch.tensor([[1.0, -2.0], [-3.0, -1.0]]), torch.tensor([-1.0, -1.0]))",
        "dead_at_corners(torch.tensor([[-1.0], [-1.0]]), torch.tensor([1e-6]))",
    ),
    wrong=(
        Wrong(_dead("dead_somewhere", (".all(0)", ".any(0)")),
              "This is true where a unit is 0 at some corner. A dead unit is 0 at all four of them."),
        Wrong(_dead("dead_at_origin", (_DEAD, "c <= 0")),
              "This looks at the corner (0, 0) only, where the pre-activation is c."),
        Wrong(_dead("dead_at_ones", (_DEAD, "W.sum(0) + c <= 0")),
              "This looks at the corner (1, 1) only. A unit can be 0 there and positive at another corner."),
        Wrong(_dead("dead_without_ones", _dead_at((0, 0), (0, 1), (1, 0))),
              "Which corner is missing? With the weights 1 and 1 and the bias -1.5 a unit is positive at (1, 1) only."),
        Wrong(_dead("dead_without_origin", _dead_at((0, 1), (1, 0), (1, 1))),
              "Which corner is missing? With the weights -2 and -2 and the bias 1 a unit is positive at (0, 0) only."),
        Wrong(_dead("dead_below", ("<= 0", "< 0")),
              "ReLU(0) is 0: a pre-activation of exactly 0 gives the output 0, too."),
        Wrong(_dead("dead_corners", (".all(0)", ".all(1)")),
              "This has one value for each corner: whether all units are 0 there. x W + c has a row for each corner "
              "and a column for each unit."),
        Wrong(_dead("dead_without_bias", (" + c", "")),
              "The biases are left out: the pre-activations are x W + c."),
        Wrong(_dead("dead_nothing_positive", (_DEAD, "(W <= 0).all(0) & (c <= 0)")),
              "Not every dead unit has weights that are negative or 0. With the weights 1 and -1 and the bias -2 all "
              "four pre-activations are negative."),
        Wrong(_dead("dead_only_negative", (_DEAD, "(W < 0).all(0) & (c < 0)")),
              "A unit is called dead here only if its weights and its bias are negative. With the weights 1 and -1 and "
              "the bias -2 all four pre-activations are negative, too."),
        Wrong(_dead("dead_centered", _dead_at((-1, -1), (-1, 1), (1, -1), (1, 1))),
              "The corners are (0, 0), (0, 1), (1, 0) and (1, 1), not those at ±1."),
        Wrong(_dead("dead_on_average", (_DEAD, "(x @ W + c).mean(0) <= 0")),
              "This asks for the mean pre-activation. A unit is alive if it is positive at one corner."),
        Wrong(_dead("dead_counted", (_DEAD, f"{_DEAD}.sum()")),
              "This is the number of dead units. Return one bool for each unit."),
        Wrong(_dead("dead_all_units", (".all(0)", ".all()")),
              "This is a single bool, whether all units are dead. Return one bool for each unit."),
        Wrong(_dead("dead_per_corner", (".all(0)", "")),
              "This has a row for each corner. Return one bool for each unit: dead at all four corners."),
        Wrong(_dead("dead_nearly", ("<= 0", "<= 1e-3")),
              "Small outputs count as 0 here. Dead means exactly 0: a unit with a small positive output has a "
              "gradient."),
    ),
    hints=(
        "Put the four corners into a tensor x (4, 2). x W + c has shape (4, k): a row for each corner, a column for "
        "each unit.",
        "ReLU(z) is 0 exactly where z <= 0. torch.all has an argument dim.",
        "(x @ W + c <= 0).all(0).",
    ),
    allows="A dead unit has a gradient of zero: gradient descent on these four points never changes it.",
)


EXERCISES = [XOR_BY_STEPS, TWO_RELUS, DEAD_AT_CORNERS]
