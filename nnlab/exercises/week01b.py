"""Week 1b: activation functions, their derivatives, and a stack of layers without them."""

import math

import torch

from nnlab.checks.exercise import Exercise, Wrong, variant


def relu(x):
    """Rectified linear unit (ReLU): max(0, x) of each element of x.

    Args:
        x: tensor of floats, of any shape; unchanged afterwards.

    Returns:
        new tensor of x's shape and dtype. PyTorch can differentiate it with respect to x; the
        derivative at x = 0 is not tested.

    Do not use torch's own activation functions, such as relu, leaky_relu or threshold.

    >>> relu(torch.tensor([-2.0, 0.0, 3.0]))
    tensor([0., 0., 3.])
    """
    return torch.where(x > 0, x, 0.0)


def _relu_absolute(x):
    return abs(x)


def _relu_all_or_nothing(x):
    return x if x.sum() > 0 else torch.zeros_like(x)


def _relu_of_all(draw, name="relu", ranges=((-3, 3), (-100, 100), (-1000, 1000))):
    low, high = draw.choice(ranges)
    shape = draw.sizes(draw.integer(0, 3), high=4)
    return f"{name}({draw.tensor(*shape, among=_without_zero(low, high))})"


def _without_zero(low, high):
    """Floats from `low` to `high`, the nearest to 0 first, without 0, where gradients are not specified."""
    step = (high - low) / 24
    return tuple(sorted((float(f"{low + (k + 0.5) * step:.3g}") for k in range(24)), key=lambda x: (abs(x), -x)))


RELU = Exercise(
    reference=relu,
    fresh=True,
    inputs=_relu_of_all,
    tries=24,
    differentiable=True,
    forbids=("relu", "relu6", "leaky_relu", "prelu", "rrelu", "elu", "celu", "threshold", "hardtanh"),
    cases=(
        "relu(torch.tensor(0.0))",
        "relu(torch.tensor(2.0))",
        "relu(torch.tensor(-3.0))",
        "relu(torch.tensor([0.0, -1.5, 0.5]))",
        "x = torch.tensor([[-4.0, 1.0], [2.5, -0.1]]); relu(x)",
        "relu(torch.tensor([-300.0, -20.0, 40.0, 500.0]))",
        "relu(torch.tensor([-2.0, 3.0], dtype=torch.float16))",
    ),
    draws="x = torch.linspace(-3, 3, 61); relu(x)",
    wrong=(
        Wrong(variant(relu, ("x > 0", "x < 0"), name="relu_upside_down"),
              "This keeps negative inputs and sets positive ones to 0. Which of the two should ReLU keep?"),
        Wrong(_relu_absolute,
              "This is the absolute value: a negative input becomes positive. ReLU sets it to 0."),
        Wrong(variant(relu, ("x > 0, x,", "x > 0, 1.0,"), name="relu_step"),
              "This is the step function: it is 1 for every positive x, however large x is."),
        Wrong(_relu_all_or_nothing,
              "This decides once for the whole tensor. ReLU is elementwise: it decides for each number separately."),
        Wrong(variant(relu, ("0.0", "0.1 * x"), name="relu_leaky"),
              "This is leaky ReLU: it multiplies negative inputs by 0.1. ReLU sets them to 0."),
    ),
    hints=(
        "For a single number it is the larger of two numbers. Which two?",
        "`x > 0` is a tensor of True and False of x's shape; `torch.where` chooses with it, element by element.",
        "`torch.where(condition, a, b)` takes from `a` where the condition holds, else from `b`.",
    ),
    allows="The cells below use it.",
    equivalent=(("x > 0 → x >= 0", "both give 0 at 0; the derivative at the kink is not specified"),),
)


def leaky_relu(x):
    """Leaky ReLU: x where x > 0, else 0.1 x, for each element of x.

    Args:
        x: tensor of floats, of any shape; unchanged afterwards.

    Returns:
        new tensor of x's shape and dtype. PyTorch can differentiate it with respect to x; the
        derivative at x = 0 is not tested.

    >>> leaky_relu(torch.tensor([-2.0, 0.0, 3.0]))
    tensor([-0.2000,  0.0000,  3.0000])
    """
    return torch.where(x > 0, x, 0.1 * x)


LEAKY_RELU = Exercise(
    reference=leaky_relu,
    fresh=True,
    inputs=lambda draw: _relu_of_all(draw, "leaky_relu"),
    tries=24,
    differentiable=True,
    cases=(
        "leaky_relu(torch.tensor(0.0))",
        "leaky_relu(torch.tensor(2.0))",
        "leaky_relu(torch.tensor(-3.0))",
        "leaky_relu(torch.tensor([0.0, -1.5, 0.5]))",
        "x = torch.tensor([[-4.0, 1.0], [2.5, -0.1]]); leaky_relu(x)",
        "leaky_relu(torch.tensor([-300.0, -20.0, 40.0, 500.0]))",
    ),
    draws="x = torch.linspace(-6, 3, 91); leaky_relu(x)",
    wrong=(
        Wrong(variant(leaky_relu, ("0.1 * x", "x - 0.1"), name="leaky_by_subtraction"),
              "0.1 is subtracted from negative inputs; they should be multiplied by it."),
        Wrong(variant(leaky_relu, ("0.1 * x", "-0.1 * x"), name="leaky_upwards"),
              "Negative inputs become positive outputs. Leaky ReLU keeps the sign of its input."),
        Wrong(variant(leaky_relu, ("0.1 * x", "-0.1"), name="leaky_constant"),
              "Every negative input gives the same value, so the derivative is 0 there. It should be 0.1."),
        Wrong(variant(leaky_relu, ("x > 0, x,", "x > 0, 1.1 * x,"), name="leaky_on_both_sides"),
              "A tenth of x is added for positive x, too: there the output should be x."),
        Wrong(variant(leaky_relu, ("0.1 * x", "0.01 * x"), name="leaky_hundredth"),
              "Negative inputs are multiplied by 0.01. That is torch's default; here the factor should be 0.1."),
        Wrong(relu, "This is ReLU itself: it is 0 for every negative input."),
    ),
    hints=("Two straight lines that meet at 0: what is the derivative of each?",
           "Begin with your relu, and change what stands for x ≤ 0."),
    allows="A derivative of 0.1 is small, but not zero.",
    equivalent=(("x > 0 → x >= 0", "both give 0 at 0; the derivative at the kink is not specified"),),
)


def elu(x):
    """Exponential linear unit (ELU) with α = 1: x where x > 0, else exp(x) - 1 (Clevert 2016).

    Args:
        x: tensor of floats, also of large ones such as 1000.0, of any shape; unchanged afterwards.

    Returns:
        new tensor of x's shape and dtype. PyTorch can differentiate it with respect to x (tested
        for 0 < |x| ≤ 50).

    >>> elu(torch.tensor([-1.0, 0.0, 3.0]))
    tensor([-0.6321,  0.0000,  3.0000])
    """
    return torch.where(x > 0, x, torch.exp(x.clamp(max=0)) - 1)  # clamp: exp(100) would spoil the gradient


def _elu_everywhere(x):
    return torch.exp(x) - 1


def _elu_by_products(x):
    return x * (x > 0) + (torch.exp(x) - 1) * (x <= 0)


def _elu_of_all(draw):
    beyond = draw.choice((False, False, False, True))  # values alone: there the gradient is not specified
    return _relu_of_all(draw, "elu", ((-1000, 1000),) if beyond else ((-3, 3), (-48, 48))) + ".tolist()" * beyond


ELU = Exercise(
    reference=elu,
    fresh=True,
    inputs=_elu_of_all,
    tries=24,
    differentiable=True,
    cases=(
        "elu(torch.tensor(2.0))",
        "elu(torch.tensor(0.0)).item()",
        "elu(torch.tensor(-1.0))",
        "elu(torch.tensor([-1.5, 0.0, 0.5])).tolist()",
        "x = torch.tensor([[-4.0, 1.0], [2.5, -0.1]]); elu(x)",
        "elu(torch.tensor([-300.0, -20.0, 40.0]))",
        "elu(torch.tensor([1000.0, -1000.0])).tolist()",
    ),
    draws="x = torch.linspace(-4, 3, 71); elu(x)",
    wrong=(
        Wrong(variant(elu, (" - 1)", ")"), name="elu_without_one"),
              "At 0 this jumps: the limits are 1 from the left and 0 from the right. What is to be subtracted?"),
        Wrong(variant(elu, ("x.clamp(max=0)) - 1", "x.clamp(max=0) - 1)"), name="elu_minus_inside"),
              "The 1 is subtracted inside the exponential, so the two parts do not meet at 0."),
        Wrong(variant(elu, ("x.clamp(max=0)", "-x"), name="elu_decaying"),
              "For large negative inputs this grows without bound: which sign does x have in the exponential?"),
        Wrong(_elu_everywhere, "For positive inputs the output should be x; here it grows exponentially."),
        Wrong(_elu_by_products,
              "Right for small x. exp(1000) is infinite, and infinity times 0 is nan: choose between the two parts "
              "instead of multiplying each by 0 or 1."),
        Wrong(relu, "This is ReLU: for negative inputs ELU is negative and approaches -1 instead of being 0."),
    ),
    hints=("For x < 0 it approaches -1 smoothly as x decreases; for x > 0 it is x.",
           "exp(0) is 1: subtract it, and both parts are 0 at x = 0."),
    allows="Its derivative goes to 0 for large negative x, and has no jump at 0.",
    equivalent=(("x > 0 → x >= 0", "both parts give 0 at 0, with the same derivative"),
                ("x.clamp(max=0) → x", "the same values; only the gradient at x ≥ 89 is nan, which no case asks for"),
                ("0 → 1", "exp(1) is no more used than exp(0) where x is positive")),
)


def maxout(x, weights, biases):
    """Maxout: the largest of k weighted sums, max over i of w_i·x + c_i (Goodfellow 2013).

    Args:
        x: inputs, float tensor (..., n): one sample (n,), or several, such as (N, n).
        weights: float tensor (k, n): row i holds the weights w_i.
        biases: float tensor (k,): element i is c_i.

    Returns:
        tensor (...): one number for each sample. PyTorch can differentiate it with respect to
        all three arguments.

    >>> W, c = torch.tensor([[1.0], [-1.0]]), torch.tensor([0.0, 0.5])
    >>> maxout(torch.tensor([[3.0], [-1.0]]), W, c)
    tensor([3.0000, 1.5000])
    """
    return (x @ weights.T + biases).amax(-1)


def _sums_of(draw):
    k, n, *batch = draw.sizes(draw.integer(2, 4), high=4)
    halves = {"ranges": ((-6, 6), (-96, 96))}  # their sums are exact, so that rounding chooses no piece
    parts = [draw.tensor(*shape, **halves) for shape in ((*batch, n), (k, n), (k,))]
    return f"maxout({', '.join(parts)})"


MAXOUT = Exercise(
    reference=maxout,
    inputs=_sums_of,
    tries=24,
    differentiable=True,
    cases=(
        "maxout(torch.tensor([0.0]), torch.tensor([[3.0]]), torch.tensor([0.0]))",
        "maxout(torch.tensor([2.0]), torch.tensor([[3.0]]), torch.tensor([0.0]))",
        "maxout(torch.tensor([2.0]), torch.tensor([[-1.0]]), torch.tensor([0.0]))",
        "maxout(torch.tensor([2.0]), torch.tensor([[1.0], [-1.0]]), torch.tensor([0.0, 0.0]))",
        "maxout(torch.tensor([2.0]), torch.tensor([[1.0], [-1.0]]), torch.tensor([0.0, 5.0]))",
        "W = torch.tensor([[1.0, 2.0], [0.0, -1.0]]); "
        "maxout(torch.tensor([[1.0, 1.0], [1.0, -2.0]]), W, torch.zeros(2))",
        "W = torch.tensor([[1.0], [-1.0], [0.5]]); "
        "maxout(torch.linspace(-2, 2, 5)[:, None], W, torch.tensor([0.0, 0, 1]))",
        "maxout(torch.ones(2, 3, 4), torch.eye(5, 4), torch.linspace(-1, 1, 5))",
    ),
    draws="x = torch.linspace(-2, 2, 41); "
          "maxout(x[:, None], torch.tensor([[1.0], [-1.0], [0.2]]), torch.tensor([0.0, 0, 1]))",
    wrong=(
        Wrong(variant(maxout, ("amax", "amin"), name="maxout_smallest"),
              "This takes the smallest of the sums, not the largest."),
        Wrong(variant(maxout, (" + biases", ""), name="maxout_without_biases"),
              "Each of the k weighted sums has a bias of its own: where is it added?"),
        Wrong(variant(maxout, ("amax(-1)", "argmax(-1).float()"), name="maxout_index"),
              "This is the index of the largest sum (argmax), not its value."),
        Wrong(variant(maxout, ("amax(-1)", "amax(0)"), name="maxout_over_samples"),
              "The maximum is taken over the samples. Take it over the k sums of each sample."),
        Wrong(variant(maxout, ("amax", "sum"), name="maxout_sum"),
              "The k sums are added, and a sum of linear functions is linear again. What should take its place?"),
        Wrong(variant(maxout, ("amax(-1)", "amax()"), name="maxout_over_all"),
              "One sample is right, but for several at once one number remains: the largest of all. Along which "
              "dimension do the k sums of one sample lie?"),
        Wrong(variant(maxout, ("(x @ weights.T + biases).amax(-1)", "(x @ weights.T).amax(-1) + biases.amax()"),
                      name="maxout_of_each"),
              "The largest product and the largest bias need not belong to the same sum: add each bias to its own "
              "sum first."),
        Wrong(variant(maxout, ("amax(-1)", "amax(-1).clamp(min=0)"), name="maxout_clipped"),
              "Maxout is not cut off at 0: if all k sums are negative, so is the result."),
    ),
    hints=(
        "First all k weighted sums, shape (..., k); then the maximum over the last dimension.",
        "`x @ weights.T` has the shape (..., k). See `max(-1).values`, or `amax(-1)`.",
    ),
    allows="With the two functions 0 and x it is ReLU; with enough of them it approximates any convex function.",
)


def derivative_from_output(outputs, activation):
    """Derivative φ′(z) of an activation function φ, computed from its outputs φ(z) alone.

    A network stores the outputs of its neurons; backpropagation (week 3) then needs φ′(z).

    Args:
        outputs: float tensor of any shape, outputs φ(z) for some z; unchanged afterwards.
        activation: a string, the name of φ: "sigmoid", "tanh", "relu" or "elu" (with α = 1).

    Returns:
        tensor of the shape and dtype of `outputs`: φ′(z) for each output. Where the output is 0,
        the derivative of ReLU is 0, as in PyTorch, and that of ELU is 1.

    >>> derivative_from_output(torch.tensor([0.5, 0.9]), "sigmoid")
    tensor([0.2500, 0.0900])
    """
    if activation == "sigmoid":
        return outputs * (1 - outputs)
    if activation == "tanh":
        return 1 - outputs ** 2
    if activation == "relu":
        return (outputs > 0).to(outputs.dtype)
    return torch.where(outputs > 0, 1.0, outputs + 1)


def _outputs_of(draw):
    name = draw.choice(("sigmoid", "tanh", "relu", "elu"))
    shape = draw.sizes(draw.integer(0, 3), high=4)
    among = {"sigmoid": (0.5, 0.25, 0.75, 0.125, 0.875, 0.0625, 0.9375), "relu": (1.0, 0.0, 0.5, 2.5, 4.0, 40.0),
             "tanh": (0.5, 0.0, -0.5, 0.25, -0.25, 0.75, -0.75, 0.9375, -0.9375),
             "elu": (1.0, -0.5, 0.0, -0.25, -0.75, -0.9375, 0.5, 2.5, 40.0)}[name]
    return f'derivative_from_output({draw.tensor(*shape, among=among)}, "{name}")'


DERIVATIVE_FROM_OUTPUT = Exercise(
    reference=derivative_from_output,
    fresh=True,
    inputs=_outputs_of,
    tries=24,
    cases=(
        'derivative_from_output(torch.tensor(0.5), "sigmoid")',
        'derivative_from_output(torch.tensor([0.0, 0.5]), "tanh")',
        'derivative_from_output(torch.tensor([2.0, 0.0]), "relu")',
        'derivative_from_output(torch.tensor([2.0, 1.0]), "elu")',
        'derivative_from_output(torch.tensor([0.1, 0.9]), "sigmoid")',
        'derivative_from_output(torch.tensor([[-0.5, 0.8]]), "tanh")',
        'derivative_from_output(torch.tensor([0.0, 0.3, 5.0]), "relu")',
        'derivative_from_output(torch.tensor([-0.5, -0.9, 0.0]), "elu")',
        'derivative_from_output(torch.tensor([0.5, 0.0], dtype=torch.float64), "relu")',
    ),
    wrong=(
        Wrong(variant(derivative_from_output, ("return outputs * (1 - outputs)",
                                               "return torch.sigmoid(outputs) * (1 - torch.sigmoid(outputs))"),
                      name="derivative_of_sigmoid_twice"),
              "The sigmoid is applied a second time: `outputs` are already a = σ(z). Write σ′(z) in terms of a."),
        Wrong(variant(derivative_from_output, ("1 - outputs ** 2", "1 - torch.tanh(outputs) ** 2"),
                      name="derivative_of_tanh_twice"),
              "tanh is applied a second time: `outputs` are already a = tanh(z). Write its derivative in terms of a."),
        Wrong(variant(derivative_from_output, ("outputs + 1", "torch.exp(outputs)"),
                      name="derivative_of_elu_exponential"),
              "The derivative of ELU is exp(z) for negative z, but you have the output, exp(z) - 1. What is exp(z) in "
              "terms of it?"),
        Wrong(variant(derivative_from_output, ("1 - outputs ** 2", "outputs * (1 - outputs)"),
                      name="derivative_of_tanh_as_of_sigmoid"),
              "For tanh you use the sigmoid's formula. At z = 0 the output of tanh is 0: which derivative does it have "
              "there?"),
        Wrong(variant(derivative_from_output, ("1 - outputs ** 2", "1 - outputs"),
                      name="derivative_of_tanh_without_square"),
              "tanh is an odd function, so its derivative is the same at z and at -z. Yours is not: which power of the "
              "output does it need?"),
        Wrong(variant(derivative_from_output, ("outputs * (1 - outputs)", "1 - outputs ** 2"),
                      name="derivative_of_sigmoid_as_of_tanh"),
              "For the sigmoid you use tanh's formula. At z = 0 the output of the sigmoid is 0.5: which derivative "
              "does it have there?"),
        Wrong(variant(derivative_from_output, ("outputs * (1 - outputs)", "outputs * (outputs - 1)"),
                      name="derivative_of_sigmoid_negative"),
              "The sigmoid increases everywhere, so its derivative is positive. Check a sign."),
        Wrong(variant(derivative_from_output, ("(outputs > 0).to(outputs.dtype)", "outputs.clone()"),
                      name="derivative_of_relu_is_relu"),
              "For ReLU you return its outputs. What is the derivative of z with respect to z?"),
        Wrong(variant(derivative_from_output, ("(outputs > 0)", "(outputs >= 0)"), name="derivative_of_relu_one"),
              "An output 0 of ReLU comes from a z that is 0 or negative: the derivative there is 0."),
        Wrong(variant(derivative_from_output, ("outputs + 1)", "outputs * 0)"), name="derivative_of_elu_as_of_relu"),
              "For ELU this is the derivative of ReLU. Where z is negative, ELU still increases: its derivative there "
              "is exp(z)."),
        Wrong(variant(derivative_from_output, ("torch.where(outputs > 0, 1.0, outputs + 1)", "outputs + 1"),
                      name="derivative_of_elu_everywhere"),
              "For ELU this is right where the output is negative. Where it is positive, ELU is z itself: which "
              "derivative does it have there?"),
    ),
    hints=(
        "For the sigmoid and for tanh the derivations above end in a formula that contains nothing but the output.",
        "ReLU: from the output you can tell whether z was positive. That is all you need.",
        "ELU: for negative z the output is a = exp(z) - 1 and the derivative is exp(z). Solve the first for exp(z).",
    ),
    allows="Backpropagation in week 3 computes every derivative of a layer in this way.",
)


def one_layer(layers):
    """The single layer (W, c) that computes the same as a stack without activation functions.

    Args:
        layers: list of one or more pairs (W, c), the first layer first: weights W, a tensor
            (inputs, neurons), and bias c, a tensor (neurons,). A layer computes x @ W + c.
            The list and its tensors are unchanged afterwards.

    Returns:
        pair (W, c) of tensors, in the dtype of the layers: for every x, x @ W + c is the
        output of the whole stack. PyTorch can differentiate both with respect to the layers.

    >>> A, B = torch.tensor([[2.0]]), torch.tensor([[3.0]])
    >>> one_layer([(A, torch.tensor([1.0])), (B, torch.tensor([5.0]))])
    (tensor([[6.]]), tensor([8.]))
    """
    W, c = layers[0]
    for next_W, next_c in layers[1:]:
        W, c = W @ next_W, c @ next_W + next_c
    return W, c


def _stack(draw):
    repeats = draw.choice((0, 0, 0, 2))  # deeper stacks are written as repetitions of two layers
    sizes = draw.sizes(2 if repeats else draw.integer(2, 4), high=4)
    sizes += sizes[:1] * bool(repeats)
    whole = (0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0)  # products of whole numbers are exact in any order
    layers = ", ".join(f"({draw.tensor(n, m, among=whole)}, {draw.tensor(m, among=whole)})"
                       for n, m in zip(sizes, sizes[1:], strict=False))
    return f"one_layer([{layers}]{f' * {repeats}' if repeats else ''})"


ONE_LAYER = Exercise(
    reference=one_layer,
    inputs=_stack,
    tries=24,
    differentiable=True,
    cases=(
        "one_layer([(torch.tensor([[2.0]]), torch.tensor([1.0]))])",
        "one_layer([(torch.tensor([[2.0]]), torch.tensor([0.0])), (torch.tensor([[3.0]]), torch.tensor([0.0]))])",
        "one_layer([(torch.tensor([[2.0]]), torch.tensor([1.0])), (torch.tensor([[3.0]]), torch.tensor([5.0]))])",
        "A, B = torch.tensor([[1.0, 2], [0, 1]]), torch.tensor([[1.0, 0], [3, 1]]); one_layer([(A, A[0]), (B, B[1])])",
        "one_layer([(torch.ones(2, 3), torch.ones(3)), (torch.ones(3, 1), torch.ones(1))])",
        "one_layer([(torch.eye(2) * k, torch.tensor([1.0, k])) for k in (1, 2, 3)])",
    ),
    wrong=(
        Wrong(variant(one_layer,
                      ("c @ next_W + next_c", "(c.sum() + next_c) if c.shape != next_c.shape else c + next_c"),
                      name="one_layer_biases_added"),
              "The weights are right. But the first layer's bias is an input of the second layer, too: by what is it "
              "multiplied there?"),
        Wrong(variant(one_layer, ("W, c = W @ next_W, c @ next_W + next_c",
                                  "W = W @ next_W\n        c = c @ W + next_c"), name="one_layer_new_weights"),
              "The bias is multiplied by the new W, the product of all matrices so far. By which matrix does the next "
              "layer multiply it?"),
        Wrong(variant(one_layer, ("c @ next_W + next_c", "c + next_c"), name="one_layer_biases_summed"),
              "The weights are right, but the biases are only added. The first layer's bias is an input of the second "
              "layer, too: by what is it multiplied there?"),
        Wrong(variant(one_layer, ("c @ next_W + next_c", "next_c"), name="one_layer_last_bias"),
              "Only the last bias is left. The first layer's bias shifts the second layer's inputs: it belongs in the "
              "result."),
        Wrong(variant(one_layer, ("W @ next_W,", "next_W @ W,"), name="one_layer_backwards"),
              "With 1 × 1 matrices it works. Which matrix is applied to x first in (x @ A + a) @ B + b? Expand that "
              "product."),
        Wrong(variant(one_layer, ("W @ next_W, c @ next_W", "W + next_W, c"), name="one_layer_sum"),
              "The matrices are added. In a stack each layer multiplies the output of the layer before."),
        Wrong(variant(one_layer, ("layers[1:]", "layers[-1:]"), name="one_layer_of_two"),
              "Only the first and the last layer are used, and a single layer is used twice. Use each layer of the "
              "list once."),
        Wrong(variant(one_layer, ("layers[1:]", "()"), name="one_layer_first"),
              "Only the first layer is used. What do the others do to its output?"),
    ),
    hints=(
        "Begin with two layers: multiply out (x @ A + a) @ B + b, and collect the factors of x.",
        "It is x @ (A @ B) + (a @ B + b). For more layers, use this result as the new first layer.",
    ),
    allows="However many layers there are, without an activation function they are one.",
)


def numbers_of_one_layer(sizes):
    """Number of parameters of the single layer that replaces a stack without activation functions.

    Args:
        sizes: list of two or more ints from 1 up, unchanged afterwards: [number of inputs,
            neurons of the first layer, ..., neurons of the last layer].

    Returns:
        an int: the weights and the biases of that single layer together.

    >>> numbers_of_one_layer([2, 3])
    9
    """
    return (sizes[0] + 1) * sizes[-1]


def _numbers_of_all_layers(sizes):
    return sum((n + 1) * m for n, m in zip(sizes, sizes[1:], strict=False))


def _numbers_multiplied(sizes):
    return math.prod(sizes)


def _numbers_added(sizes):
    return sum(sizes)


def _sizes(draw):
    count, high = draw.integer(2, 5), draw.choice((6, 6, 800))
    return f"numbers_of_one_layer({[draw.integer(1, high) for _ in range(count)]})"


NUMBERS_OF_ONE_LAYER = Exercise(
    reference=numbers_of_one_layer,
    inputs=_sizes,
    tries=30,
    cases=(
        "numbers_of_one_layer([1, 1])",
        "numbers_of_one_layer([2, 1])",
        "numbers_of_one_layer([2, 3])",
        "numbers_of_one_layer([1, 2, 3])",
        "numbers_of_one_layer([2, 16, 1])",
        "numbers_of_one_layer([2, 16, 16, 1])",
        "numbers_of_one_layer([784, 100, 10])",
        "numbers_of_one_layer([784, 5, 10])",
        "numbers_of_one_layer([784, 30, 30, 30, 10])",
    ),
    wrong=(
        Wrong(_numbers_of_all_layers,
              "This is the number of parameters of all the layers. How many has the one layer that replaces them, "
              "after multiplying out?"),
        Wrong(variant(numbers_of_one_layer, ("sizes[-1]", "sizes[-1] + sum(sizes[1:-1])"), name="numbers_with_corners"),
              "You count one more parameter for each neuron in between. The single layer has no neurons in between."),
        Wrong(variant(numbers_of_one_layer, ("sizes[-1]", "sizes[1]"), name="numbers_of_the_first_layer"),
              "This is the first layer alone. The layer that replaces all has as many neurons as the last."),
        Wrong(variant(numbers_of_one_layer, ("sizes[0]", "sizes[-2]"), name="numbers_of_the_last_layer"),
              "This is the last layer alone. The layer that replaces all takes the first layer's inputs."),
        Wrong(variant(numbers_of_one_layer, ("(sizes[0] + 1) * sizes[-1]", "sizes[0] * (sizes[-1] + 1)"),
                      name="numbers_with_biases_of_inputs"),
              "You count one bias for each input. A bias belongs to a neuron: how many neurons has the layer?"),
        Wrong(variant(numbers_of_one_layer, ("(sizes[0] + 1) * sizes[-1]", "sizes[0] * sizes[-1] + len(sizes) - 1"),
                      name="numbers_with_a_bias_a_layer"),
              "You count one bias for each layer. A bias belongs to a neuron: how many neurons has the single layer?"),
        Wrong(_numbers_multiplied,
              "You multiply all the sizes. A matrix between n inputs and m neurons has n times m weights; which sizes "
              "are left in the single layer?"),
        Wrong(_numbers_added,
              "You add up the numbers of neurons. Each neuron has a weight for each of its inputs, and a bias."),
        Wrong(variant(numbers_of_one_layer, ("(sizes[0] + 1) * sizes[-1]", "sizes[0] * sizes[-1] + 1"),
                      name="numbers_with_one_bias"),
              "This is right for one neuron. Each neuron of a layer has a bias of its own."),
    ),
    hints=(
        "After multiplying out there is one matrix W and one bias c: which shapes do they have?",
        "The matrix has shape (sizes[0], sizes[-1]). The sizes in between do not matter.",
    ),
    allows="The widths of the layers in between do not matter.",
)

EXERCISES = [RELU, DERIVATIVE_FROM_OUTPUT, LEAKY_RELU, ELU, MAXOUT, ONE_LAYER, NUMBERS_OF_ONE_LAYER]
