"""Week 1a: the neuron, shapes of tensors, and bytes."""

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
    alone=("Which shape has each result? Answer with tuples such as (2, 5)."),
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
        Wrong(variant(Neuron, ("self.activation(inputs @ self.weights + self.bias)",
                               "(inputs @ self.weights + self.bias).relu()"), name="NeuronAlwaysRelu"),
              "This neuron always uses ReLU: use the activation function that it is given."),
        Wrong(variant(Neuron, ("self.activation(inputs @ self.weights + self.bias)",
                               "(inputs @ self.weights + self.bias).sigmoid()"), name="NeuronAlwaysSigmoid"),
              "This neuron always uses the sigmoid: use the activation function that it is given."),
        Wrong(variant(Neuron, ("return self.activation(inputs @ self.weights + self.bias)",
                               "return (self.activation(inputs @ self.weights + self.bias) > 0.5).float()"),
                      name="NeuronDecision"),
              "This is the decision, 1 where the output is above 0.5. The neuron returns the output itself, φ(z)."),
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

EXERCISES = [NEURON, SHAPES, BRIGHTENING]
