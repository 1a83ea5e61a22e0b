"""Week 1: a neuron, and the rectified linear unit."""

import numpy as np
import torch

from nnlab.checks.core import Checks, Exercise, Wrong


class Neuron:
    """A neuron: weights (n,), a bias, an activation; inputs (..., n) give outputs (...)."""

    def __init__(self, weights, bias, activation):
        self.weights, self.bias, self.activation = weights, bias, activation

    def __call__(self, inputs):
        """Outputs, shape (...), for inputs of shape (..., n)."""
        return self.activation(inputs @ self.weights + self.bias)


class _NeuronWithoutBias(Neuron):
    def __call__(self, inputs):
        return self.activation(inputs @ self.weights)


class _NeuronWithoutActivation(Neuron):
    def __call__(self, inputs):
        return inputs @ self.weights + self.bias


class _NeuronBiasAfterwards(Neuron):
    def __call__(self, inputs):
        return self.activation(inputs @ self.weights) + self.bias


class _NeuronBiasPerInput(Neuron):
    def __call__(self, inputs):
        return self.activation((inputs * self.weights + self.bias).sum(-1))


class _NeuronSumOverAll(Neuron):
    def __call__(self, inputs):
        return self.activation((inputs * self.weights).sum() + self.bias)


class _NeuronOtherOrder(Neuron):
    def __call__(self, inputs):
        return self.activation(self.weights @ inputs + self.bias)


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
        "a = Neuron(torch.tensor([1.0]), 0.0, torch.relu); b = Neuron(torch.tensor([9.0]), 9.0, torch.relu); "
        "a(torch.tensor([4.0]))",
        "x = torch.tensor([[1.0, 2.0]]); w = torch.tensor([3.0, 1.0]); Neuron(w, -1.0, torch.relu)(x)",
    ),
    wrong=(
        Wrong(_NeuronWithoutBias,
              "This neuron ignores its bias: with every input at zero it always sits at φ(0), and its line must pass through "
              "the origin. Where in the sum does the bias belong?"),
        Wrong(_NeuronWithoutActivation,
              "This is the sum before the activation. It can be any number; what leaves the neuron is φ of it."),
        Wrong(_NeuronBiasAfterwards,
              "The bias is added after the activation, so it lifts the output. It should shift the threshold: which comes "
              "first, the sum or φ?"),
        Wrong(_NeuronBiasPerInput,
              "The bias is added once for each input; with one input nobody notices. A neuron has a single bias: add it "
              "after the sum."),
        Wrong(_NeuronSumOverAll,
              "One input is handled right, but for several inputs at once the sum runs over all of them and one number "
              "remains. Along which dimension should it run?"),
        Wrong(_NeuronOtherOrder,
              "One input is handled right. With several, each input is a row, and `weights @ inputs` sums down the columns. "
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


def _relu_upside_down(x):
    return torch.where(x < 0, x, 0.0)


def _relu_absolute(x):
    return abs(x)


def _relu_step(x):
    return torch.where(x > 0, 1.0, 0.0)


def _relu_all_or_nothing(x):
    return x if x.sum() > 0 else torch.zeros_like(x)


def _relu_leaky(x):
    return torch.maximum(0.1 * x, x)


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
    wrong=(
        Wrong(_relu_upside_down,
              "This keeps the negative half and drops the positive one. Which of them should a rectifier let through?"),
        Wrong(_relu_absolute,
              "This is the absolute value: a negative input comes out as positive. A rectifier blocks it."),
        Wrong(_relu_step,
              "This is the step: it says whether x is positive, and forgets how much."),
        Wrong(_relu_all_or_nothing,
              "This decides once for the whole tensor. Each number should be kept or dropped on its own."),
        Wrong(_relu_leaky,
              "This is the leaky ReLU: a tenth of each negative input comes through. The plain one lets nothing through."),
        Wrong(_relu_by_numpy,
              "The numbers are right, but they leave PyTorch on the way (by NumPy, a list or .item()), so that no slope can be "
              "followed back through your function. Stay with torch's operations."),
    ),
    hints=(
        "For a single number it is the larger of two numbers. Which two?",
        "`x > 0` is a tensor of True and False of x's shape; `torch.where` chooses with it, number by number.",
        "`torch.where(condition, a, b)` takes from `a` where the condition holds, else from `b`.",
    ),
    allows="The cells below run on it.",
)

check = Checks([NEURON, RELU])
