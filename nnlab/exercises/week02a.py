"""Week 2a: XOR by hand and by layers; networks of any size, their parameters, their shapes."""

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong


def xor_by_steps(x):
    """XOR of points x (N, 2), as 0.0 or 1.0 (N,), from three neurons with a step: OR, AND, and OR but not AND.

    A step is 1.0 where its sum is above 0, else 0.0 (at 0 too). OR is "x1 + x2 above a half", AND is "x1 + x2 above one and a
    half".
    """
    either = (x.sum(1) - 0.5 > 0).float()
    both = (x.sum(1) - 1.5 > 0).float()
    return (either - both - 0.5 > 0).float()


def _steps_or(x):
    return (x.sum(1) - 0.5 > 0).float()


def _steps_and(x):
    return (x.sum(1) - 1.5 > 0).float()


def _steps_yes_at_zero(x):
    either, both = (x.sum(1) - 0.5 >= 0).float(), (x.sum(1) - 1.5 >= 0).float()
    return (either - both - 0.5 >= 0).float()


def _steps_one_line(x):
    return (x[:, 0] - x[:, 1] - 0.5 > 0).float()


def _steps_not_both(x):
    return 1 - (x.sum(1) - 1.5 > 0).float()


def _steps_of_all(x):
    return ((x.sum() - 0.5 > 0).float() - (x.sum() - 1.5 > 0).float() - 0.5 > 0).float()


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
        Wrong(_steps_or, "This is OR: it says yes to (1, 1) as well. What does a second neuron have to take away?"),
        Wrong(_steps_and, "This is AND, one of the two neurons that you need."),
        Wrong(_steps_one_line,
              "This is one line: one that has (1, 0) and (0, 1) on its yes side has (0, 0) or (1, 1) there, too."),
        Wrong(_steps_yes_at_zero, "On its own line a step says no here: above 0, not from 0 on as in week 1a."),
        Wrong(_steps_not_both, "This is NOT AND: it says yes to (0, 0) as well. Which neuron says that something is there?"),
        Wrong(_steps_of_all,
              "For one point it works. For several, the sum runs over all of them: along which dimension do x1 and x2 "
              "lie?"),
    ),
    hints=(
        "First two neurons on x: either = step(x1 + x2 - 0.5), both = step(x1 + x2 - 1.5).",
        "Then one on their outputs: it should be 1 for (1, 0), and 0 for (0, 0) and (1, 1).",
        "step(either - both - 0.5).",
    ),
    allows="Two lines and a neuron that combines them: a hidden layer.",
    equivalent=(("either - both - 0.5 > 0 → either - both - 0.5 >= 0", "of zeros and ones this is never exactly 0"),
                ("either - both - 0.5 → either - both", "of zeros and ones this is above 0 just when it is above a half")),
)


def two_relus(x):
    """Hidden units (N, 2) and outputs (N,) of the network h = ReLU(x W + c), y = h w for points x (N, 2).

    W is all ones, c = (0, -1), w = (1, -2) (Goodfellow, Bengio and Courville 2016, section 6.1).
    """
    h = torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]))
    return h, h @ torch.tensor([1.0, -2.0])


def _two_as_printed(x):
    h = torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, 1.0]))
    return h, h @ torch.tensor([0.0, 1.0])


def _two_without_relu(x):
    h = x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0])
    return h, h @ torch.tensor([1.0, -2.0])


def _two_bias_afterwards(x):
    h = torch.relu(x @ torch.ones(2, 2)) + torch.tensor([0.0, -1.0])
    return h, h @ torch.tensor([1.0, -2.0])


def _two_relu_at_the_end(x):
    h, y = two_relus(x)
    return h, torch.relu(y)


def _two_without_bias(x):
    h = torch.relu(x @ torch.ones(2, 2))
    return h, h @ torch.tensor([1.0, -2.0])


def _two_kept_as_column(x):
    h, y = two_relus(x)
    return h, y[:, None]


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
        Wrong(_two_as_printed,
              "These are the weights of a slide, c = (0, 1) and w = (0, 1): they give 1, 2, 2, 3 for the four corners."),
        Wrong(_two_without_relu,
              "Without ReLU two layers are one, and no line does XOR. Look at (0, 0): its second unit should be 0."),
        Wrong(_two_bias_afterwards,
              "The bias is added after ReLU. It belongs in the sum: it decides where the fold is."),
        Wrong(_two_relu_at_the_end,
              "The hidden units are right. The output is a plain weighted sum: it may be negative."),
        Wrong(_two_without_bias,
              "Without c both units are the same, and the output is minus their value: where is the second fold?"),
        Wrong(_two_kept_as_column,
              "The numbers are right; the outputs should have shape (N,): w is a vector, so h @ w is one number a row."),
    ),
    hints=(
        "The sums of both units: x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]).",
        "h = torch.relu(those sums); y = h @ torch.tensor([1.0, -2.0]). Return both: h, y.",
    ),
    allows="Draw h for the four corners: a line can separate them now.",
    equivalent=(("2 → 1", "one column of ones serves for both units: broadcasting repeats it"),),
)


def count_parameters(sizes):
    """How many numbers (weights and biases) a network of these sizes learns: [inputs, units of each layer, ..., outputs]."""
    return sum((n + 1) * m for n, m in zip(sizes, sizes[1:], strict=False))


def _count_one_bias_a_layer(sizes):
    return sum(n * m + 1 for n, m in zip(sizes, sizes[1:], strict=False))


def _count_biases_by_inputs(sizes):
    return sum(n * (m + 1) for n, m in zip(sizes, sizes[1:], strict=False))


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
        Wrong(_count_one_bias_a_layer,
              "One bias a layer: right where a layer has one unit. Each unit has a bias of its own."),
        Wrong(_count_biases_by_inputs,
              "As many biases as a layer has inputs. How many does it need, one for each of its outputs?"),
        Wrong(_count_first_to_last,
              "This leads straight from the inputs to the outputs: right for one layer. What of those in between?"),
        Wrong(_count_units, "These are units. Between two layers stands a weight for each pair of them."),
    ),
    hints=(
        "A layer from n to m units has an n × m matrix and m biases.",
        "Add up (n + 1) * m over the neighbours in sizes: zip(sizes, sizes[1:]).",
    ),
    allows="784-100-10 learns 79,510 numbers, from 60,000 pictures.",
)


def as_linear(W, c):
    """The torch.nn.Linear that computes x @ W + c for W (in, out) and c (out,)."""
    inputs, outputs = W.shape
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        layer.weight.copy_(W.T)
        layer.bias.copy_(c)
    return layer


def _linear_not_turned(W, c):
    layer = nn.Linear(W.shape[1], W.shape[0])
    with torch.no_grad():
        layer.weight.copy_(W)
        layer.bias.copy_(c[:1].expand(W.shape[0]) if len(c) != W.shape[0] else c)
    return layer


def _linear_copied_as_it_is(W, c):
    layer = nn.Linear(*W.shape)
    with torch.no_grad():
        layer.weight.copy_(W)
        layer.bias.copy_(c)
    return layer


def _linear_without_bias(W, c):
    layer = as_linear(W, c)
    with torch.no_grad():
        layer.bias.zero_()
    return layer


def _linear_new(W, c):
    torch.manual_seed(0)
    return nn.Linear(*W.shape)


def _linear_weights_only_shaped(W, c):
    layer = as_linear(W, c)
    with torch.no_grad():
        layer.weight.copy_(W.reshape(layer.weight.shape))
    return layer


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
        Wrong(_linear_not_turned,
              "nn.Linear keeps its weights as (out, in), a row a unit: W must be turned, W.T. With a square W nothing "
              "complains, and the outputs are wrong."),
        Wrong(_linear_copied_as_it_is,
              "The layer is made right, but its .weight has shape (out, in): copy W.T. (With a square W nobody would complain.)"),
        Wrong(_linear_without_bias, "The bias is missing: layer.bias takes c."),
        Wrong(_linear_weights_only_shaped,
              "reshape keeps the order of the numbers and cuts the rows anew. To exchange rows and columns: W.T."),
        Wrong(_linear_new, "This layer has random weights of its own: W and c must be copied into it."),
    ),
    hints=(
        "nn.Linear(inputs, outputs) makes one; its .weight has shape (outputs, inputs).",
        "Inside `with torch.no_grad():` copy: layer.weight.copy_(W.T), layer.bias.copy_(c).",
    ),
    allows="Whatever a book writes, you can now run it in PyTorch.",
)


def scores_of(pictures, W, c):
    """Scores (N, 10) of one layer on `pictures`, bytes (uint8) of shape (N, 28, 28): W (784, 10), c (10,), pixels as 0 to 1."""
    return pictures.flatten(1).float() / 255 @ W + c


def _scores_unscaled(pictures, W, c):
    return pictures.flatten(1).float() @ W + c


def _scores_of_one(pictures, W, c):
    return pictures[:1].flatten(1).float() / 255 @ W + c


def _scores_without_bias(pictures, W, c):
    return pictures.flatten(1).float() / 255 @ W


def _scores_turned(pictures, W, c):
    return pictures.transpose(1, 2).flatten(1).float() / 255 @ W + c


def _scores_wrapped(pictures, W, c):
    return (pictures.flatten(1) // 255).float() @ W + c


SCORES_OF = Exercise(
    reference=scores_of,
    cases=(
        "scores_of(torch.zeros(1, 28, 28).byte(), torch.ones(784, 10), torch.zeros(10))",
        "scores_of(torch.full((1, 28, 28), 255).byte(), torch.ones(784, 10) / 784, torch.zeros(10))",
        "scores_of(torch.zeros(2, 28, 28).byte(), torch.ones(784, 10), torch.arange(10.0))",
        "p = torch.zeros(2, 28, 28).byte(); p[1, 3, 5] = 51; scores_of(p, torch.arange(7840.0).view(784, 10), torch.zeros(10))",
    ),
    wrong=(
        Wrong(_scores_unscaled, "The pixels run from 0 to 255 here; 0 to 1 is asked: divide by 255."),
        Wrong(_scores_of_one, "Only the first picture is looked at: one row of scores for each picture is asked."),
        Wrong(_scores_without_bias, "The bias c is missing: it is added to every row."),
        Wrong(_scores_turned, "Rows and columns of the pictures are exchanged before they are flattened."),
        Wrong(_scores_wrapped, "// throws away what is left after dividing: make floats first, then divide."),
    ),
    hints=(
        "Read the error: (N, 28, 28) cannot meet (784, 10). flatten(1) makes (N, 784), and leaves the pictures apart.",
        "The next error is about kinds: bytes and floats. .float() / 255, before the product.",
    ),
    allows="Shape first, then kind: most errors are one of the two.",
    equivalent=(("pictures.flatten(1).float() → pictures.flatten(1)", "bytes divided by a number are floats already"),),
)


SHAPES_INSIDE = Quiz(
    name="shapes_inside",
    reference=[(64, 784), (100, 784), (64, 100), (10,), (64, 10)],
    questions=("the flattened pictures", "layers[0].weight", "the hidden units' outputs", "layers[1].bias",
               "the network's output"),
    wrong=(
        Wrong([(64, 28), (100, 784), (64, 100), (10,), (64, 10)],
              "Flattening loses no number: how many has one picture?"),
        Wrong([(50176,), (100, 784), (64, 100), (10,), (64, 10)],
              "flatten(1) begins at dimension 1: the 64 pictures stay apart."),
        Wrong([(64, 784), (784, 100), (64, 100), (10,), (64, 10)], "nn.Linear keeps a row for each unit: (out, in)."),
        Wrong([(64, 784), (100, 784), (100,), (10,), (64, 10)], "Each of the 64 pictures has hidden units of its own."),
        Wrong([(64, 784), (100, 784), (64, 784), (10,), (64, 10)],
              "The first layer leads from 784 numbers to how many?"),
        Wrong([(64, 784), (100, 784), (64, 100), 10, (64, 10)], "(10) is a number; a tuple of one needs a comma: (10,)."),
        Wrong([(64, 784), (100, 784), (64, 100), (100,), (64, 10)],
              "One bias for each unit of this layer: which layer is it?"),
        Wrong([(64, 784), (100, 784), (64, 100), (1, 10), (64, 10)], "A bias is a vector; broadcasting makes the row."),
        Wrong([(64, 784), (100, 784), (64, 100), (10,), (10,)], "Ten scores for each of the 64 pictures."),
    ),
    hints=(
        "Follow one picture: 784 numbers, then 100, then 10. The batch stands before them.",
        "nn.Linear(n, m) has a weight of shape (m, n) and a bias of shape (m,).",
    ),
    allows="Say the shapes aloud, and half of all errors never happen.",
)

EXERCISES = [XOR_BY_STEPS, TWO_RELUS, COUNT_PARAMETERS, AS_LINEAR, SCORES_OF, SHAPES_INSIDE]
