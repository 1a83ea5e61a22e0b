"""Week 1a: shapes, bytes, the neuron, activation functions, and a stack of layers without them."""

import numpy as np
import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant

SHAPES = Quiz(
    name="shapes",
    reference=[(4,), (3,), (3, 4), (60, 784)],
    questions=("torch.ones(3, 4).sum(0)", "torch.ones(3, 4) @ torch.ones(4)", "torch.ones(3, 1) * torch.ones(4)",
               "torch.ones(60, 28, 28).flatten(1)"),
    wrong=(
        Wrong([(3,), (3,), (3, 4), (60, 784)],
              "The number in sum(0) names the dimension that goes, not the one that stays: which of 3 and 4 has gone?"),
        Wrong([(1, 4), (3,), (3, 4), (60, 784)],
              "A sum removes its dimension altogether, unless you ask for keepdim=True."),
        Wrong([(4,), (4,), (3, 4), (60, 784)],
              "Each row of the matrix meets the whole vector and gives one number. How many rows are there?"),
        Wrong([(4,), (3, 1), (3, 4), (60, 784)],
              "A vector has no second dimension, so none is left: (3, 4) @ (4, 1) would give (3, 1), (3, 4) @ (4,) "
              "does not."),
        Wrong([(4,), (3,), (3, 1), (60, 784)],
              "Broadcasting repeats whatever has size 1: the column (3, 1) is repeated along the row. What fills the 4 "
              "places?"),
        Wrong([(4,), (3,), (4, 3), (60, 784)],
              "Shapes are aligned from the right: 4 stands under the 1, and nothing under the 3. Which place does each "
              "keep?"),
        Wrong([(4,), (3,), (3, 4), (47040,)],
              "flatten(1) begins at dimension 1: dimension 0, the images, stays as it is."),
        Wrong([(4,), (3,), (3, 4), (60, 28)], "Flattening loses no value: how many pixels has one image of 28 by 28?"),
    ),
    hints=(
        "Write both shapes one under the other, from the right. A 1 stretches; two other numbers must agree.",
        "`A @ v` is one weighted sum for each row of A.",
        "Try it: torch.ones(3, 4).sum(0).shape says it. Then say why, before you write it down.",
    ),
    allows="Most errors that you will meet in this course are shapes: read them first.",
)


def brightening(before, after):
    """Change in brightness of each pixel, after minus before, of images of bytes (uint8); float32, in the same unit."""
    return after.float() - before.float()


BRIGHTENING = Exercise(
    reference=brightening,
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
              "The result is still made of bytes: they hold 0 to 255 and nothing below. Make floats first, then "
              "subtract."),
        Wrong(variant(brightening, ("after.float() - before.float()", "(after - before).float()"),
                      name="brightening_too_late"),
              "You subtract bytes, and bytes wrap around: 3 - 5 is 254. Converting the result to float is too late."),
        Wrong(variant(brightening, ("after.float() - before.float()", "before.float() - after.float()"),
                      name="brightening_other_way"),
              "The sign is reversed: a pixel that became brighter should give a positive number."),
        Wrong(variant(brightening, ("after.float() - before.float()", "(after.float() - before.float()).abs()"),
                      name="brightening_without_sign"),
              "This is the size of the change: it does not tell brighter from darker."),
        Wrong(variant(brightening, (".float()", " / 255"), name="brightening_scaled"),
              "Dividing by 255 is often right for a network. Here the result should have the units of the images, 0 to "
              "255."),
    ),
    hints=(
        "Which numbers can a uint8 hold? What then is torch.tensor(3, dtype=torch.uint8) - 5? Try it.",
        "`image.float()` is the same image in floating-point numbers.",
    ),
    allows="An image from a file is bytes: x.float() comes before any arithmetic.",
    equivalent=(("after.float() → after", "a float and a byte give a float: one of the two is enough"),
                ("before.float() → before", "a float and a byte give a float: one of the two is enough")),
)


class Neuron:
    """A neuron: weights (n,), a bias, an activation; inputs (..., n) give outputs (...)."""

    def __init__(self, weights, bias, activation):
        self.weights, self.bias, self.activation = weights, bias, activation

    def __call__(self, inputs):
        """Outputs, shape (...), for inputs of shape (..., n)."""
        return self.activation(inputs @ self.weights + self.bias)


NEURON = Exercise(
    reference=Neuron,
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
              "passes through the origin. Where in the sum does the bias belong?"),
        Wrong(variant(Neuron, ("self.activation(", "("), name="NeuronWithoutActivation"),
              "This is the sum before the activation. It can be any number; what leaves the neuron is φ of it."),
        Wrong(variant(Neuron, (" + self.bias)", ") + self.bias"), name="NeuronBiasAfterwards"),
              "The bias is added after the activation, so it shifts the output. It should shift the threshold: which "
              "comes first, the sum or φ?"),
        Wrong(variant(Neuron, ("inputs @ self.weights + self.bias", "(inputs * self.weights + self.bias).sum(-1)"),
                      name="NeuronBiasPerInput"),
              "The bias is added once for each input; with one input this makes no difference. A neuron has a single "
              "bias: add it after the sum."),
        Wrong(variant(Neuron, ("inputs @ self.weights", "(inputs * self.weights).sum()"), name="NeuronSumOverAll"),
              "One sample is right, but for several at once the sum runs over all of them and one number remains. "
              "Along which dimension should it run?"),
        Wrong(variant(Neuron, ("= weights,", "= weights.detach().clone(),"), name="NeuronCopy"),
              "The outputs are right, but the weights are copies (torch.tensor, .detach(), .item()): no gradient flows "
              "back through a copy. Store what you are given."),
        Wrong(variant(Neuron, ("inputs @ self.weights", "self.weights @ inputs"), name="NeuronOtherOrder"),
              "One sample is right. With several, each sample is a row, and `weights @ inputs` sums down the columns. "
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
    """Positive part of x: x where it is positive, else 0, for a tensor of any shape."""
    return torch.where(x > 0, x, 0.0)


def _relu_absolute(x):
    return abs(x)


def _relu_all_or_nothing(x):
    return x if x.sum() > 0 else torch.zeros_like(x)


def _relu_by_numpy(x):
    return torch.from_numpy(np.maximum(x.numpy(), np.float32(0)))


RELU = Exercise(
    reference=relu,
    cases=(
        "relu(torch.tensor(0.0))",
        "relu(torch.tensor(2.0))",
        "relu(torch.tensor(-3.0))",
        "relu(torch.tensor([-1.5, 0.0, 0.5]))",
        "relu(torch.tensor([[-4.0, 1.0], [2.5, -0.1]]))",
        "x = torch.tensor([-1.0, 2.0]); relu(x)",
        "x = torch.tensor([-1.0, 2.0], requires_grad=True); torch.autograd.grad(relu(x).sum(), x)[0]",
        "relu(torch.linspace(-300, 500, 9))",
    ),
    draws="x = torch.linspace(-3, 3, 61); relu(x)",
    wrong=(
        Wrong(variant(relu, ("x > 0", "x < 0"), name="relu_upside_down"),
              "This keeps the negative half and drops the positive one. Which of them should a rectifier let through?"),
        Wrong(_relu_absolute,
              "This is the absolute value: a negative input comes out as positive. A rectifier blocks it."),
        Wrong(variant(relu, ("x > 0, x,", "x > 0, 1.0,"), name="relu_step"),
              "This is the step function: it is 1 for every positive x, however large x is."),
        Wrong(_relu_all_or_nothing,
              "This decides once for the whole tensor. Each number should be kept or dropped on its own."),
        Wrong(variant(relu, ("0.0", "0.1 * x"), name="relu_leaky"),
              "This is the leaky ReLU: a tenth of each negative input comes through. The plain one lets nothing "
              "through."),
        Wrong(_relu_by_numpy,
              "The values are right, but they are computed outside PyTorch (by NumPy, a list or .item()): no gradient "
              "flows back through that. Stay with torch's operations."),
    ),
    hints=(
        "For a single number it is the larger of two numbers. Which two?",
        "`x > 0` is a tensor of True and False of x's shape; `torch.where` chooses with it, number by number.",
        "`torch.where(condition, a, b)` takes from `a` where the condition holds, else from `b`.",
    ),
    allows="The cells below run on it.",
    equivalent=(("x > 0 → x >= 0", "both give 0 at 0; the derivative at the kink is not specified"),),
)


def leaky_relu(x):
    """Leaky ReLU with slope 0.1: x where it is positive, else a tenth of it, for a tensor of any shape."""
    return torch.where(x > 0, x, 0.1 * x)


LEAKY_RELU = Exercise(
    reference=leaky_relu,
    cases=(
        "leaky_relu(torch.tensor(0.0))",
        "leaky_relu(torch.tensor(2.0))",
        "leaky_relu(torch.tensor(-3.0))",
        "leaky_relu(torch.tensor([-1.5, 0.0, 0.5]))",
        "x = torch.tensor([[-4.0, 1.0], [2.5, -0.1]]); leaky_relu(x)",
        "x = torch.tensor([-1.0, 0.5, 2.0], requires_grad=True); torch.autograd.grad(leaky_relu(x).sum(), x)[0]",
        "leaky_relu(torch.linspace(-300, 500, 9))",
    ),
    draws="x = torch.linspace(-6, 3, 91); leaky_relu(x)",
    wrong=(
        Wrong(variant(leaky_relu, ("0.1 * x", "x - 0.1"), name="leaky_by_subtraction"),
              "0.1 is subtracted from negative inputs; it should be their slope, which multiplies."),
        Wrong(variant(leaky_relu, ("0.1 * x", "-0.1 * x"), name="leaky_upwards"),
              "For negative inputs this rises to the left: a valley. A leaky ReLU keeps the sign of its input."),
        Wrong(variant(leaky_relu, ("0.1 * x", "-0.1"), name="leaky_constant"),
              "Every negative input gives the same value, so the slope there is 0 and nothing leaks."),
        Wrong(variant(leaky_relu, ("0.1 * x", "0.01 * x"), name="leaky_hundredth"),
              "The negative slope is a hundredth. That is common too (torch's default); here it should be a tenth."),
        Wrong(relu, "This is ReLU itself: it is 0 for every negative input."),
    ),
    hints=("Two straight lines that meet at 0: what are their slopes?",
           "Begin with your relu, and change what stands for x ≤ 0."),
    allows="A slope of 0.1 is small, but not zero.",
    equivalent=(("x > 0 → x >= 0", "both give 0 at 0; the derivative at the kink is not specified"),),
)


def elu(x):
    """Exponential linear unit: x where it is positive, else exp(x) - 1, for a tensor of any shape (Clevert 2016)."""
    return torch.where(x > 0, x, torch.exp(x.clamp(max=0)) - 1)  # clamp: exp(100) would spoil the gradient


def _elu_everywhere(x):
    return torch.exp(x) - 1


ELU = Exercise(
    reference=elu,
    cases=(
        "elu(torch.tensor(2.0))",
        "elu(torch.tensor(0.0))",
        "elu(torch.tensor(-1.0))",
        "elu(torch.tensor([-1.5, 0.0, 0.5]))",
        "x = torch.tensor([[-4.0, 1.0], [2.5, -0.1]]); elu(x)",
        "x = torch.tensor([-1.0, 0.5, 2.0], requires_grad=True); torch.autograd.grad(elu(x).sum(), x)[0]",
        "elu(torch.linspace(-300, 50, 8))",
    ),
    draws="x = torch.linspace(-4, 3, 71); elu(x)",
    wrong=(
        Wrong(variant(elu, (" - 1)", ")"), name="elu_without_one"),
              "At 0 this jumps from 0 to 1: what must be subtracted from exp(x) for the two parts to meet?"),
        Wrong(variant(elu, ("x.clamp(max=0)) - 1", "x.clamp(max=0) - 1)"), name="elu_minus_inside"),
              "The 1 is subtracted inside the exponential, so the two parts do not meet at 0."),
        Wrong(variant(elu, ("x.clamp(max=0)", "-x"), name="elu_decaying"),
              "For large negative inputs this grows without bound: which sign does x have in the exponential?"),
        Wrong(_elu_everywhere, "Positive inputs should stay as they are; here they grow exponentially."),
        Wrong(relu, "This is ReLU: for negative inputs ELU bends down towards -1 instead of staying at 0."),
    ),
    hints=("Left of 0 it bends smoothly down to -1; right of 0 it is x.",
           "exp(0) is 1: subtract it, and the curve meets 0."),
    allows="Its derivative goes to 0 on the left, but does not jump at 0.",
    equivalent=(("x > 0 → x >= 0", "both parts give 0 at 0, with the same derivative"),
                ("x.clamp(max=0) → x", "the same values; only the gradient at x ≥ 89 is nan, which no case asks for"),
                ("0 → 1", "exp(1) is no more used than exp(0) where x is positive")),
)


def maxout(x, weights, biases):
    """Largest of k weighted sums: x (..., n), weights (k, n), biases (k,) give (...) (Goodfellow 2013)."""
    return (x @ weights.T + biases).amax(-1)


MAXOUT = Exercise(
    reference=maxout,
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
              "Each of the k pieces has a bias of its own: where is it added?"),
        Wrong(variant(maxout, ("amax(-1)", "argmax(-1).float()"), name="maxout_index"),
              "This is the index of the largest piece (argmax), not its value."),
        Wrong(variant(maxout, ("amax(-1)", "amax(0)"), name="maxout_over_samples"),
              "The maximum is taken over the samples. Take it over the k pieces of each sample."),
        Wrong(variant(maxout, ("amax", "sum"), name="maxout_sum"),
              "A sum of straight lines is one straight line again. What should take its place?"),
        Wrong(variant(maxout, ("amax(-1)", "amax(-1).clamp(min=0)"), name="maxout_clipped"),
              "Maxout has no floor at 0: if every piece is negative, so is the result."),
    ),
    hints=(
        "First all k weighted sums, (..., k); then the largest along the last dimension.",
        "`x @ weights.T` is (..., k). Compare `max(-1).values`, or `amax(-1)`.",
    ),
    allows="With two pieces, 0 and x, it is ReLU; with enough of them, any curve that bends upwards.",
)


def one_layer(layers):
    """The one layer (W, c) that computes what `layers` compute without activations, where a layer is x @ W + c."""
    W, c = layers[0]
    for next_W, next_c in layers[1:]:
        W, c = W @ next_W, c @ next_W + next_c
    return W, c


ONE_LAYER = Exercise(
    reference=one_layer,
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
              "The weights are right. But the first layer's bias passes through the second layer as well: what does "
              "that do to it?"),
        Wrong(variant(one_layer, ("c @ next_W + next_c", "next_c"), name="one_layer_last_bias"),
              "Only the last bias is left. The first layer's bias shifts the second layer's inputs: it belongs in the "
              "result."),
        Wrong(variant(one_layer, ("W @ next_W,", "next_W @ W,"), name="one_layer_backwards"),
              "With 1 × 1 matrices it works. Which matrix is applied to x first in (x @ A + a) @ B + b? Expand that "
              "product."),
        Wrong(variant(one_layer, ("W @ next_W, c @ next_W", "W + next_W, c"), name="one_layer_sum"),
              "The layers are added. One after the other, each multiplies the output of the layer before."),
        Wrong(variant(one_layer, ("layers[1:]", "()"), name="one_layer_first"),
              "Only the first layer is left. What do the others do to its output?"),
    ),
    hints=(
        "Begin with two layers: multiply out (x @ A + a) @ B + b, and collect what stands beside x.",
        "It is x @ (A @ B) + (a @ B + b). For more layers, go on with that as the first.",
    ),
    allows="However many layers, without an activation they are one.",
)


def numbers_of_one_layer(sizes):
    """Number of parameters (weights and biases) of the one layer that replaces linear layers of these sizes.

    `sizes` is [inputs, neurons of the first layer, ..., neurons of the last layer]; no activation stands in between.
    """
    return (sizes[0] + 1) * sizes[-1]


def _numbers_of_all_layers(sizes):
    return sum((n + 1) * m for n, m in zip(sizes, sizes[1:], strict=False))


NUMBERS_OF_ONE_LAYER = Exercise(
    reference=numbers_of_one_layer,
    cases=(
        "numbers_of_one_layer([1, 1])",
        "numbers_of_one_layer([2, 1])",
        "numbers_of_one_layer([2, 3])",
        "numbers_of_one_layer([2, 16, 1])",
        "numbers_of_one_layer([2, 16, 16, 1])",
        "numbers_of_one_layer([784, 100, 10])",
        "numbers_of_one_layer([784, 5, 10])",
        "numbers_of_one_layer([784, 30, 30, 30, 10])",
    ),
    wrong=(
        Wrong(_numbers_of_all_layers,
              "This is the number of parameters of all the layers. Which single layer do they compute together, once "
              "the products are expanded?"),
        Wrong(variant(numbers_of_one_layer, ("sizes[-1]", "sizes[-1] + sum(sizes[1:-1])"), name="numbers_with_corners"),
              "You count one more parameter for each hidden neuron. Without an activation, what could bend there?"),
        Wrong(variant(numbers_of_one_layer, ("sizes[-1]", "sizes[1]"), name="numbers_of_the_first_layer"),
              "This is the first layer alone. The layer that replaces all has as many neurons as the last."),
        Wrong(variant(numbers_of_one_layer, ("sizes[0]", "sizes[-2]"), name="numbers_of_the_last_layer"),
              "This is the last layer alone. The layer that replaces all takes the first layer's inputs."),
        Wrong(variant(numbers_of_one_layer, ("(sizes[0] + 1) * sizes[-1]", "sizes[0] * sizes[-1] + 1"),
                      name="numbers_with_one_bias"),
              "Right for one neuron. Each neuron of a layer has a bias of its own."),
    ),
    hints=(
        "After multiplying out there is one matrix and one bias: of which shapes?",
        "The matrix has shape (sizes[0], sizes[-1]). The sizes in between do not matter.",
    ),
    allows="However wide the layers in between are.",
)

EXERCISES = [NEURON, SHAPES, BRIGHTENING, RELU, LEAKY_RELU, ELU, MAXOUT, ONE_LAYER, NUMBERS_OF_ONE_LAYER]
