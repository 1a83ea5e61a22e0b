"""Week 2a: XOR by hand and by layers; networks of any size, their parameters, their shapes."""

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def xor_by_steps(x):
    """XOR of points x (N, 2), as 0.0 or 1.0 (N,), from three neurons with a step: OR, AND, and OR but not AND.

    A step is 1.0 where its sum is above 0, else 0.0 (at 0 too). OR is "x1 + x2 above a half", AND is "x1 + x2 above one
    and a half".
    """
    either = (x.sum(1) - 0.5 > 0).float()
    both = (x.sum(1) - 1.5 > 0).float()
    return (either - both - 0.5 > 0).float()


_COMBINED = "(either - both - 0.5 > 0).float()"


def _steps_one_line(x):
    return (x[:, 0] - x[:, 1] - 0.5 > 0).float()


XOR_BY_STEPS = Exercise(
    reference=xor_by_steps,
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
              "This is one line: with (1, 0) and (0, 1) on its positive side, (0, 0) or (1, 1) is there, too."),
        Wrong(variant(xor_by_steps, (" > 0", " >= 0"), name="steps_yes_at_zero"),
              "On its own line a step is 0 here: 1 above 0, not from 0 on as in week 1a."),
        Wrong(variant(xor_by_steps, (_COMBINED, "1 - both"), name="steps_not_both"),
              "This is NOT AND: it is 1 at (0, 0) as well. Which neuron is 0 there?"),
        Wrong(variant(xor_by_steps, ("sum(1)", "sum()"), name="steps_of_all"),
              "For one point it works. For several, the sum runs over all of them: along which dimension are x1 and "
              "x2?"),
    ),
    hints=(
        "First two neurons on x: either = step(x1 + x2 - 0.5), both = step(x1 + x2 - 1.5).",
        "Then one on their outputs: it should be 1 for (1, 0), and 0 for (0, 0) and (1, 1).",
        "step(either - both - 0.5).",
    ),
    allows="Two lines and a neuron that combines them: a hidden layer.",
    equivalent=(("either - both - 0.5 > 0 → either - both - 0.5 >= 0", "of zeros and ones this is never exactly 0"),
                ("either - both - 0.5 → either - both", "of zeros and ones: above 0 exactly when above a half")),
)


def two_relus(x):
    """Hidden units (N, 2) and outputs (N,) of the network h = ReLU(x W + c), y = h w for points x (N, 2).

    W is all ones, c = (0, -1), w = (1, -2) (Goodfellow, Bengio and Courville 2016, section 6.1).
    """
    h = torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]))
    return h, h @ torch.tensor([1.0, -2.0])


TWO_RELUS = Exercise(
    reference=two_relus,
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
              "These are the weights of a slide, c = (0, 1) and w = (0, 1): they give 1, 2, 2, 3 for the four "
              "corners."),
        Wrong(variant(two_relus, ("torch.relu", ""), name="two_without_relu"),
              "Without ReLU two layers are one, and no line solves XOR. Look at (0, 0): its second unit should be 0."),
        Wrong(variant(two_relus, (" + torch.tensor([0.0, -1.0]))", ") + torch.tensor([0.0, -1.0])"),
                      name="two_bias_afterwards"),
              "The bias is added after ReLU. It belongs in the sum: it decides where the kink is."),
        Wrong(variant(two_relus, ("h @ torch.tensor([1.0, -2.0])", "torch.relu(h @ torch.tensor([1.0, -2.0]))"),
                      name="two_relu_at_the_end"),
              "The hidden units are right. The output is a plain weighted sum: it may be negative."),
        Wrong(variant(two_relus, (" + torch.tensor([0.0, -1.0])", ""), name="two_without_bias"),
              "Without c both units are equal, and the output is minus their value: where is the second kink?"),
        Wrong(variant(two_relus, ("[1.0, -2.0]", "[[1.0], [-2.0]]"), name="two_kept_as_column"),
              "The values are right; the outputs should have shape (N,): w is a vector, so h @ w is one number a row."),
    ),
    hints=(
        "The sums of both units: x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]).",
        "h = torch.relu(those sums); y = h @ torch.tensor([1.0, -2.0]). Return both: h, y.",
    ),
    allows="Draw h for the four corners: a line can separate them now.",
    equivalent=(("2 → 1", "one column of ones serves for both units: broadcasting repeats it"),),
)


def count_parameters(sizes):
    """Number of parameters (weights and biases) of a network with sizes [inputs, units of each layer, ..., outputs]."""
    return sum((n + 1) * m for n, m in zip(sizes, sizes[1:], strict=False))


def _count_first_to_last(sizes):
    return (sizes[0] + 1) * sizes[-1]


def _count_units(sizes):
    return sum(sizes)


COUNT_PARAMETERS = Exercise(
    reference=count_parameters,
    cases=(
        "count_parameters([1, 1])",
        "count_parameters([2, 1])",
        "count_parameters([2, 2, 1])",
        "count_parameters([3, 5])",
        "count_parameters([784, 100, 10])",
        "count_parameters([2, 8, 8, 8, 1])",
    ),
    wrong=(
        Wrong(variant(count_parameters, ("(n + 1) * m", "n * m + 1"), name="count_one_bias_a_layer"),
              "One bias a layer: right where a layer has one unit. Each unit has a bias of its own."),
        Wrong(variant(count_parameters, ("(n + 1) * m", "n * (m + 1)"), name="count_biases_by_inputs"),
              "As many biases as a layer has inputs. It needs one for each of its outputs."),
        Wrong(_count_first_to_last,
              "This is one layer straight from the inputs to the outputs. What about the layers in between?"),
        Wrong(_count_units, "These are units. Between two layers there is a weight for each pair of them."),
    ),
    hints=(
        "A layer from n to m units has an n × m matrix and m biases.",
        "Add up (n + 1) * m over the neighbours in sizes: zip(sizes, sizes[1:]).",
    ),
    allows="784-100-10 learns 79,510 parameters, from 60,000 images.",
)


def as_linear(W, c):
    """The torch.nn.Linear that computes x @ W + c for W (in, out) and c (out,)."""
    inputs, outputs = W.shape
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        layer.weight.copy_(W.T)
        layer.bias.copy_(c)
    return layer


def _linear_new(W, c):
    torch.manual_seed(0)
    return nn.Linear(*W.shape)


AS_LINEAR = Exercise(
    reference=as_linear,
    cases=(
        "as_linear(torch.tensor([[2.0]]), torch.tensor([0.0]))(torch.tensor([[3.0]]))",
        "as_linear(torch.tensor([[2.0]]), torch.tensor([5.0]))(torch.tensor([[3.0]]))",
        "as_linear(torch.tensor([[1.0, 2], [3, 4]]), torch.tensor([5.0, 6]))(torch.tensor([[1.0, 0], [0, 1]]))",
        "as_linear(torch.tensor([[1.0, 2, 3], [4, 5, 6]]), torch.tensor([7.0, 8, 9]))(torch.tensor([[1.0, 10.0]]))",
        "tuple(as_linear(torch.ones(2, 3), torch.ones(3)).weight.shape)",
        "[p.requires_grad for p in as_linear(torch.ones(2, 3), torch.ones(3)).parameters()]",
    ),
    wrong=(
        Wrong(variant(as_linear, ("inputs, outputs = W", "outputs, inputs = W"), ("W.T", "W"),
                      ("copy_(c)", "copy_(c if len(c) == outputs else c[:1].expand(outputs))"),
                      name="linear_not_transposed"),
              "nn.Linear stores its weights as (out, in), a row for each unit: copy the transpose, W.T. With a square "
              "W there is no error, only wrong outputs."),
        Wrong(variant(as_linear, ("W.T", "W"), name="linear_copied_as_it_is"),
              "The layer is right, but its .weight has shape (out, in): copy W.T. (With a square W there would be no "
              "error.)"),
        Wrong(variant(as_linear, ("bias.copy_(c)", "bias.zero_()"), name="linear_without_bias"),
              "The bias is missing: layer.bias takes c."),
        Wrong(variant(as_linear, ("W.T", "W.reshape(outputs, inputs)"), name="linear_weights_only_shaped"),
              "reshape keeps the order of the elements and cuts the rows anew. The transpose, W.T, exchanges rows and "
              "columns."),
        Wrong(_linear_new, "This layer has random weights of its own: W and c must be copied into it."),
    ),
    hints=(
        "nn.Linear(inputs, outputs) makes one; its .weight has shape (outputs, inputs).",
        "Inside `with torch.no_grad():` copy: layer.weight.copy_(W.T), layer.bias.copy_(c).",
    ),
    allows="Whatever a book writes, you can now run it in PyTorch.",
)


def scores_of(pictures, W, c):
    """Scores (N, 10) of one layer, W (784, 10) and c (10,), for byte images (N, 28, 28), scaled to 0 to 1."""
    return pictures.flatten(1).float() / 255 @ W + c


SCORES_OF = Exercise(
    reference=scores_of,
    cases=(
        "scores_of(torch.zeros(1, 28, 28).byte(), torch.ones(784, 10), torch.zeros(10))",
        "scores_of(torch.full((1, 28, 28), 255).byte(), torch.ones(784, 10) / 784, torch.zeros(10))",
        "scores_of(torch.zeros(2, 28, 28).byte(), torch.ones(784, 10), torch.arange(10.0))",
        "p = torch.zeros(2, 28, 28).byte(); p[1, 3, 5] = 51; "
        "scores_of(p, torch.arange(7840.0).view(784, 10), torch.zeros(10))",
    ),
    wrong=(
        Wrong(variant(scores_of, (" / 255", ""), name="scores_unscaled"),
              "The pixels are 0 to 255 here and should be 0 to 1: divide by 255."),
        Wrong(variant(scores_of, ("pictures.flatten", "pictures[:1].flatten"), name="scores_of_one"),
              "These are the scores of the first image only: return a row of scores for each image."),
        Wrong(variant(scores_of, (" + c", ""), name="scores_without_bias"),
              "The bias c is missing: it is added to every row."),
        Wrong(variant(scores_of, ("pictures.flatten", "pictures.transpose(1, 2).flatten"), name="scores_transposed"),
              "Rows and columns of the images are exchanged before they are flattened."),
        Wrong(variant(scores_of, ("pictures.flatten(1).float() / 255", "(pictures.flatten(1) // 255).float()"),
                      name="scores_wrapped"),
              "// drops the remainder: convert to float first, then divide."),
    ),
    hints=(
        "Read the error: (N, 28, 28) cannot be multiplied by (784, 10). flatten(1) makes (N, 784), a row per image.",
        "The next error is about dtypes: bytes and floats. .float() / 255, before the product.",
    ),
    allows="Shape first, then dtype: most errors are one of the two.",
    equivalent=(("pictures.flatten(1).float() → pictures.flatten(1)", "bytes divided by a number are floats already"),),
)


SHAPES_INSIDE = Quiz(
    name="shapes_inside",
    reference=[(64, 784), (100, 784), (64, 100), (10,), (64, 10)],
    questions=("the flattened pictures", "layers[0].weight", "the hidden units' outputs", "layers[1].bias",
               "the network's output"),
    wrong=(
        Wrong([(64, 28), (100, 784), (64, 100), (10,), (64, 10)],
              "Flattening loses no value: how many pixels has one image?"),
        Wrong([(50176,), (100, 784), (64, 100), (10,), (64, 10)],
              "flatten(1) begins at dimension 1: the 64 images stay apart."),
        Wrong([(64, 784), (784, 100), (64, 100), (10,), (64, 10)], "nn.Linear stores a row for each unit: (out, in)."),
        Wrong([(64, 784), (100, 784), (100,), (10,), (64, 10)], "Each of the 64 images has hidden units of its own."),
        Wrong([(64, 784), (100, 784), (64, 784), (10,), (64, 10)], "The first layer has 784 inputs: how many outputs?"),
        Wrong([(64, 784), (100, 784), (64, 100), 10, (64, 10)],
              "(10) is a number; a tuple of one needs a comma: (10,)."),
        Wrong([(64, 784), (100, 784), (64, 100), (100,), (64, 10)],
              "One bias for each unit of this layer: which layer is it?"),
        Wrong([(64, 784), (100, 784), (64, 100), (1, 10), (64, 10)], "A bias is a vector; broadcasting makes the row."),
        Wrong([(64, 784), (100, 784), (64, 100), (10,), (10,)], "There are ten scores for each of the 64 images."),
    ),
    hints=(
        "Follow one image: 784 pixels, then 100 hidden units, then 10 scores. The batch dimension comes first.",
        "nn.Linear(n, m) has a weight of shape (m, n) and a bias of shape (m,).",
    ),
    allows="Write the shapes down first: a mismatch is the most common error.",
)

EXERCISES = [XOR_BY_STEPS, TWO_RELUS, COUNT_PARAMETERS, AS_LINEAR, SCORES_OF, SHAPES_INSIDE]
