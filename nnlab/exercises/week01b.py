"""Week 1a: shapes, bytes, the neuron, activation functions, and a stack of layers without them."""

import math

import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant

SHAPES = Quiz(
    name="shapes",
    reference=[(4,), (3,), (3, 4), (60, 784)],
    questions=("torch.ones(3, 4).sum(0)", "torch.ones(3, 4) @ torch.ones(4)", "torch.ones(3, 1) * torch.ones(4)",
               "torch.ones(60, 28, 28).flatten(1)"),
    wrong=(
        Wrong([(3,), (3,), (3, 4), (60, 784)],
              "sum(0) adds up along dimension 0, and removes it. Which of the sizes 3 and 4 remains?"),
        Wrong([(1, 4), (3,), (3, 4), (60, 784)],
              "A sum removes its dimension altogether, unless you ask for keepdim=True."),
        Wrong([(4,), (4,), (3, 4), (60, 784)],
              "Each row of the matrix is multiplied by the vector and gives one number. How many rows are there?"),
        Wrong([(4,), (3, 1), (3, 4), (60, 784)],
              "A vector has one dimension, so the result has one too. (3, 4) @ (4, 1) would give (3, 1)."),
        Wrong([(4,), (3,), (3, 1), (60, 784)],
              "Broadcasting repeats the column (3, 1) along the dimension in which it has size 1. Which size has the "
              "other tensor there?"),
        Wrong([(4,), (3,), (4, 3), (60, 784)],
              "Shapes are aligned on the right: the 4 stands under the 1, and nothing under the 3. Which size has each "
              "dimension of the result?"),
        Wrong([(4,), (3,), (3, 4), (47040,)],
              "flatten(1) begins at dimension 1: dimension 0, the images, stays as it is."),
        Wrong([(4,), (3,), (3, 4), (60, 28)], "Flattening loses no number: how many pixels has one image of 28 by 28?"),
    ),
    hints=(
        "Write both shapes one under the other, aligned on the right. A size 1 is repeated; other sizes must agree.",
        "`A @ v` is one weighted sum for each row of A.",
        "Try it: print torch.ones(3, 4).sum(0).shape. Then explain it to yourself before you write it down.",
    ),
    allows="Many errors in this course are shapes that do not fit: read the shapes first.",
)


def brightening(before, after):
    """Change in brightness of each pixel, after - before, in the units of the images.

    Args:
        before, after: images, tensors of the same shape (any shape), dtype uint8: 0 to 255.

    Returns:
        float32 tensor of that shape, from -255 to 255: negative where a pixel became darker.

    >>> before, after = torch.tensor([9, 7]).byte(), torch.tensor([5, 9]).byte()
    >>> brightening(before, after)
    tensor([-4.,  2.])
    """
    return after.float() - before.float()


def _two_images(draw):
    shape = draw.sizes(draw.integer(1, 3), high=4)
    before, after = (draw.tensor(*shape, among=tuple(range(256)), dtype="torch.uint8") for _ in range(2))
    return f"brightening({before}, {after})"


BRIGHTENING = Exercise(
    reference=brightening,
    inputs=_two_images,
    cases=(
        "brightening(torch.tensor([7], dtype=torch.uint8), torch.tensor([7], dtype=torch.uint8))",
        "brightening(torch.tensor([3], dtype=torch.uint8), torch.tensor([5], dtype=torch.uint8))",
        "brightening(torch.tensor([5], dtype=torch.uint8), torch.tensor([3], dtype=torch.uint8))",
        "brightening(torch.tensor([0, 255, 9]).byte(), torch.tensor([255, 0, 10]).byte())",
        "a = torch.tensor([[1, 2], [3, 4]]).byte(); brightening(a, 2 * a)",
    ),
    draws="x = torch.linspace(-1, 1, 28); ball = 250 * torch.exp(-8 * (x * x + x[:, None] ** 2)); "
          "brightening(ball.byte(), ball.roll(6, 1).byte())",
    wrong=(
        Wrong(variant(brightening, (".float()", ""), name="brightening_in_bytes"),
              "The result still has the dtype uint8, which holds 0 to 255 and nothing below. Convert to float first, "
              "then subtract."),
        Wrong(variant(brightening, ("after.float() - before.float()", "(after - before).float()"),
                      name="brightening_too_late"),
              "You subtract bytes, and bytes wrap around: 3 - 5 is 254. Converting the result to float is too late."),
        Wrong(variant(brightening, ("after.float() - before.float()", "before.float() - after.float()"),
                      name="brightening_other_way"),
              "The sign is reversed: a pixel that became brighter should give a positive number."),
        Wrong(variant(brightening, ("after.float() - before.float()", "(after.float() - before.float()).abs()"),
                      name="brightening_without_sign"),
              "This is the absolute change: it does not tell brighter from darker."),
        Wrong(variant(brightening, ("after.float() - before.float()", "(after.float() - before.float()).sign()"),
                      name="brightening_direction"),
              "This is the sign of the change alone, 1, 0 or -1. By how much did each pixel change?"),
        Wrong(variant(brightening, ("after.float() - before.float()", "(after > before).float()"),
                      name="brightening_of_which"),
              "This is 1 where a pixel became brighter and 0 elsewhere. By how much did each of them change?"),
        Wrong(variant(brightening, (".float()", " / 255"), name="brightening_scaled"),
              "Dividing by 255 is often right for inputs of a network. Here the result should have the units of the "
              "images, 0 to 255."),
    ),
    hints=(
        "Which numbers can a uint8 hold? What then is torch.tensor(3, dtype=torch.uint8) - 5? Try it.",
        "`image.float()` is the same image in floating-point numbers.",
    ),
    allows="An image from a file consists of bytes: x.float() comes before any arithmetic.",
    equivalent=(("after.float() → after", "a float and a byte give a float: one of the two is enough"),
                ("before.float() → before", "a float and a byte give a float: one of the two is enough")),
)


class Neuron:
    """A neuron: it computes φ(w·x + c) with weights w, a bias c and an activation function φ.

    Neuron(weights, bias, activation) stores its arguments; called with inputs, it computes.
        weights: float tensor (n,).
        bias: a float or a tensor ().
        activation: elementwise function of a tensor, such as torch.relu.
        inputs: float tensor (..., n): one sample (n,), or several, such as (N, n), one a row.
    The outputs are a tensor (...): one number for each sample. PyTorch can differentiate them
    with respect to weights, bias and inputs.

    >>> Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.relu)(torch.tensor([[5.0, 1.0], [1.0, 2.0]]))
    tensor([3.5000, 0.0000])
    """

    def __init__(self, weights, bias, activation):
        self.weights, self.bias, self.activation = weights, bias, activation

    def __call__(self, inputs):
        """Outputs, shape (...), for inputs of shape (..., n)."""
        return self.activation(inputs @ self.weights + self.bias)


def _neuron(draw):
    n, *batch = draw.sizes(draw.integer(1, 3), high=4)
    weights, inputs = draw.tensor(n), draw.tensor(*batch, n)
    bias = draw.choice((draw.number(), draw.tensor()))
    phi = draw.choice(("torch.relu", "torch.tanh", "torch.sigmoid", "torch.sin"))
    return f"Neuron({weights}, {bias}, {phi})({inputs})"


NEURON = Exercise(
    reference=Neuron,
    inputs=_neuron,
    tries=24,
    differentiable=True,
    cases=(
        "Neuron(torch.tensor([2.0]), 0.0, torch.relu)(torch.tensor([3.0]))",
        "Neuron(torch.tensor([1.0, -2.0]), 0.0, torch.relu)(torch.tensor([5.0, 1.0]))",
        "Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.relu)(torch.tensor([5.0, 1.0]))",
        "Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.relu)(torch.tensor([1.0, 2.0]))",
        "Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.sigmoid)(torch.tensor([1.0, 1.0]))",
        "Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.tanh)(torch.tensor([[1.0, 0.5], [0.5, 1.0]]))",
        "Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.tanh)(torch.tensor([[1.0, 0.5], [0.5, 1.0], [0.0, 0.5]]))",
        "Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.relu)(torch.ones(2, 3, 2))",
        "w = torch.ones(1); a = Neuron(w, 0.0, torch.relu); Neuron(9 * w, 9.0, torch.relu); a(torch.tensor([4.0]))",
        "x = torch.tensor([[1.0, 2.0]]); w = torch.tensor([3.0, 1.0]); Neuron(w, -1.0, torch.relu)(x)",
        "p = torch.ones(3, requires_grad=True); "
        "torch.autograd.grad(Neuron(p[:2], p[2], torch.tanh)(torch.ones(2)), p)[0]",
    ),
    wrong=(
        Wrong(variant(Neuron, (" + self.bias", ""), name="NeuronWithoutBias"),
              "This neuron ignores its bias: its output at zero inputs is always φ(0), and its decision boundary "
              "passes through the origin. Where in z does the bias belong?"),
        Wrong(variant(Neuron, ("self.activation(", "("), name="NeuronWithoutActivation"),
              "This is the pre-activation z. The output of the neuron is φ(z)."),
        Wrong(variant(Neuron, (" + self.bias)", ") + self.bias"), name="NeuronBiasAfterwards"),
              "The bias is added after the activation function, so it shifts the output. It should shift the "
              "threshold: where in z does it belong?"),
        Wrong(variant(Neuron, ("inputs @ self.weights + self.bias", "(inputs * self.weights + self.bias).sum(-1)"),
                      name="NeuronBiasPerInput"),
              "The bias is added once for each input; with one input this makes no difference. A neuron has a single "
              "bias: add it after the sum."),
        Wrong(variant(Neuron, ("inputs @ self.weights", "(inputs * self.weights).sum()"), name="NeuronSumOverAll"),
              "One sample is right, but for several at once the sum runs over all of them and one number remains. "
              "Over which dimension should it run?"),
        Wrong(variant(Neuron, ("+ self.bias", "- self.bias"), name="NeuronBiasSubtracted"),
              "The bias is subtracted, as a threshold would be. A bias is added to the weighted sum."),
        Wrong(variant(Neuron, ("inputs @ self.weights", "(inputs * self.weights).mean(-1)"), name="NeuronMean"),
              "This is the mean of the products of inputs and weights: a neuron takes their sum."),
        Wrong(variant(Neuron, ("self.activation(inputs @ self.weights + self.bias)",
                               "self.activation(inputs * self.weights).sum(-1) + self.bias"),
                      name="NeuronActivationOfEach"),
              "φ is applied to each product of an input and a weight, before the sum; with one input and no bias this "
              "makes no difference. φ is applied to z, the whole sum with the bias."),
        Wrong(variant(Neuron, ("inputs @ self.weights + self.bias)", "inputs * self.weights + self.bias).sum(-1)"),
                      name="NeuronOfOneInputEach"),
              "The bias and φ are applied to each input, and the results are added: that is a neuron for each input. "
              "Add up the products first."),
        Wrong(variant(Neuron, ("self.activation(inputs @", "(self.activation(inputs) @"),
                      name="NeuronActivationOfInputs"),
              "φ is applied to the inputs. It should be applied to z, the weighted sum with the bias, last of all."),
        Wrong(variant(Neuron, ("self.activation(", "torch.relu("), name="NeuronAlwaysRelu"),
              "This neuron always uses ReLU: use the activation function that it is given."),
        Wrong(variant(Neuron, ("self.activation(", "torch.sigmoid("), name="NeuronAlwaysSigmoid"),
              "This neuron always uses the sigmoid: use the activation function that it is given."),
        Wrong(variant(Neuron, ("self.weights, self.bias, self.activation =",
                               "Neuron.weights, Neuron.bias = weights, bias\n"
                               "        Neuron.activation = staticmethod(activation)\n"
                               "        self.others ="), name="NeuronShared"),
              "Two neurons share their weights: those of the second replace those of the first. Keep the arguments on "
              "`self`, not on the class or in a global variable."),
        Wrong(variant(Neuron, ("weights, bias, activation\n", "weights, float(bias), activation\n"),
                      name="NeuronBiasCopy"),
              "The outputs are right, but the bias is a copy (float(), .item(), .detach()): PyTorch cannot "
              "differentiate with respect to the original. Store what you are given."),
        Wrong(variant(Neuron, ("= weights,", "= weights.detach().clone(),"), name="NeuronCopy"),
              "The outputs are right, but the weights are copies (torch.tensor, .detach(), .item()): PyTorch cannot "
              "differentiate with respect to the originals. Store what you are given."),
        Wrong(variant(Neuron, ("inputs @ self.weights", "self.weights @ inputs"), name="NeuronOtherOrder"),
              "One sample is right. With several, each sample is a row, and `weights @ inputs` sums over the samples. "
              "Try the other order."),
    ),
    hints=(
        "`__init__` only stores its three arguments on `self`; the formula belongs in `__call__`.",
        "The weighted sum of one input is `(inputs * weights).sum()`. For a batch (N, n) it should give N numbers.",
        "`inputs @ weights` multiplies along the last dimension of the inputs and works for (n,) and for (N, n).",
    ),
    allows="You can now build a layer: many of these side by side.",
)


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


def one_layer(layers):
    """The single layer (W, c) that computes the same as a stack of layers without activations.

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
    """Number of parameters of the single layer that replaces a stack of layers without activations.

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

EXERCISES = [NEURON, SHAPES, BRIGHTENING, RELU, LEAKY_RELU, ELU, MAXOUT, ONE_LAYER, NUMBERS_OF_ONE_LAYER]
