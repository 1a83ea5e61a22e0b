"""Week 2a: networks for XOR with given weights; networks of any size, their parameters and shapes."""

import math

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


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


def count_parameters(sizes):
    """Number of parameters (weights and biases) of a fully connected network, an int.

    sizes: list of at least two ints, [inputs, units of each hidden layer, ..., outputs], such as
    [784, 100, 10]. Each unit of a layer has one weight for each output of the layer before (the
    first layer: for each input), and one bias. The list is not changed.

    >>> count_parameters([2, 3])
    9
    """
    return sum((n + 1) * m for n, m in zip(sizes, sizes[1:], strict=False))


def _count_first_to_last(sizes):
    return (sizes[0] + 1) * sizes[-1]


def _count_units(sizes):
    return sum(sizes)


def _count_hidden_once(sizes):
    return (sizes[0] + 1) * sizes[1] + (sizes[-2] + 1) * sizes[-1]


def _count_with_inputs(sizes):
    return count_parameters(sizes) + sizes[0]


def _count_products(sizes):
    return math.prod(sizes)


def _layer_sizes(draw):
    sizes = [draw.choice((1, 2, 3, 5, 8, 10, 100, 784)) for _ in range(draw.integer(2, 6))]
    return f"count_parameters({sizes})"


COUNT_PARAMETERS = Exercise(
    reference=count_parameters,
    inputs=_layer_sizes,
    cases=(
        "count_parameters([1, 1])",
        "count_parameters([2, 1])",
        "count_parameters([2, 2, 1])",
        "count_parameters([3, 5])",
        "count_parameters([784, 100, 10])",
        "count_parameters([5000, 5001, 10])",
        "count_parameters([2, 8, 8, 8, 1])",
        "sizes = [3, 5, 2]; count_parameters(sizes); sizes",
    ),
    wrong=(
        Wrong(variant(count_parameters, ("(n + 1) * m", "n * m + 1"), name="count_one_bias_a_layer"),
              "This counts one bias for each layer, which is right only for layers of one unit: each unit has a bias."),
        Wrong(variant(count_parameters, ("(n + 1) * m", "n * (m + 1)"), name="count_biases_by_inputs"),
              "This counts a bias for each input of a layer. A layer has one bias for each of its units."),
        Wrong(_count_first_to_last,
              "This is one layer straight from the inputs to the outputs. What about the layers in between?"),
        Wrong(_count_units, "This counts units. Between two layers there is a weight for each pair of units."),
        Wrong(variant(count_parameters, ("(n + 1) * m", "n * m"), name="count_weights"),
              "This counts the weights only. The biases are parameters, too."),
        Wrong(variant(count_parameters, ("(n + 1) * m", "(n + 1) * (m + 1)"), name="count_both_more"),
              "(n + 1) (m + 1) counts n + 1 parameters too many in each layer: it has n weights and one bias for each "
              "of m units."),
        Wrong(_count_with_inputs,
              "This counts a bias for each input of the network, too: inputs have none."),
        Wrong(_count_products, "This multiplies all sizes: count the parameters of each layer, then sum."),
        Wrong(_count_hidden_once, "This counts the first and the last layer: right with one hidden layer. What if "
                                  "there is none, or if there are several?"),
    ),
    hints=(
        "A layer from n to m units has an n × m matrix and m biases.",
        "Sum (n + 1) * m over the pairs of neighbors in sizes: zip(sizes, sizes[1:]).",
    ),
    allows="A network 784-100-10 has 79,510 parameters, more than Fashion-MNIST has training images (60,000).",
)


def as_linear(W, c):
    """A new layer `torch.nn.Linear` whose output for x (N, in) is x @ W + c.

    W: tensor (in, out), c: tensor (out,), both float32; they are not changed. The layer can be
    trained: its weight and bias are parameters that require gradients, and they share no memory
    with W and c. Its `in_features` and `out_features` are those of W. Tested too: a square W.

    >>> as_linear(torch.tensor([[1.0], [10.0]]), torch.tensor([5.0]))(torch.tensor([[2.0, 3.0]]))
    tensor([[37.]], grad_fn=<AddmmBackward0>)
    """
    inputs, outputs = W.shape
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        layer.weight.copy_(W.T)
        layer.bias.copy_(c)
    return layer


def _linear_new(W, c):
    torch.manual_seed(0)
    return nn.Linear(*W.shape)


def _linear_function(W, c):
    return lambda x: x @ W + c


def _linear_in_sequence(W, c):
    return nn.Sequential(as_linear(W, c))


def _linear_no_bias(W, c):
    layer = nn.Linear(*W.shape, bias=False)
    layer.weight.data.copy_(W.T)
    return layer


def _linear_frozen(W, c):
    return as_linear(W, c).requires_grad_(False)


def _linear_sizes_exchanged(W, c):
    layer = nn.Linear(W.shape[1], W.shape[0])
    layer.weight, layer.bias = nn.Parameter(W.T.clone()), nn.Parameter(c.clone())
    return layer


def _matrices(draw):
    sizes = draw.sizes(2) if draw.integer(0, 3) else [draw.integer(1, 4)] * 2  # one in four is square
    call = f"as_linear({draw.tensor(*sizes)}, {draw.tensor(sizes[1])})"
    return f"{call}({draw.tensor(draw.integer(1, 3), sizes[0])})" if draw.integer(0, 1) else call


AS_LINEAR = Exercise(
    reference=as_linear,
    inputs=_matrices,
    float64=False,
    fresh=True,
    cases=(
        "as_linear(torch.tensor([[2.0]]), torch.tensor([0.0]))(torch.tensor([[3.0]]))",
        "as_linear(torch.tensor([[2.0]]), torch.tensor([5.0]))(torch.tensor([[3.0]]))",
        "as_linear(torch.tensor([[1.0, 2], [3, 4]]), torch.tensor([5.0, 6]))(torch.tensor([[1.0, 0], [0, 1]]))",
        "as_linear(torch.tensor([[1.0, 2, 3], [4, 5, 6]]), torch.tensor([7.0, 8, 9]))(torch.tensor([[1.0, 10.0]]))",
        "tuple(as_linear(torch.ones(2, 3), torch.ones(3)).weight.shape)",
        "layer = as_linear(torch.ones(2, 3), torch.ones(3)); (layer.in_features, layer.out_features)",
        "[p.requires_grad for p in as_linear(torch.ones(2, 3), torch.ones(3)).parameters()]",
    ),
    wrong=(
        Wrong(variant(as_linear, ("inputs, outputs = W", "outputs, inputs = W"), ("W.T", "W"),
                      ("copy_(c)", "copy_(c if len(c) == outputs else c[:1].expand(outputs))"),
                      name="linear_not_transposed"),
              "nn.Linear stores its weights as (out, in), a row for each unit: copy the transpose, W.T. If W is "
              "square, there is no error, only wrong outputs."),
        Wrong(variant(as_linear, ("W.T", "W"), name="linear_copied_as_it_is"),
              "The sizes of the layer are right. Its .weight has shape (out, in): copy the transpose, W.T. (If W is "
              "square, there is no error.)"),
        Wrong(variant(as_linear, ("bias.copy_(c)", "bias.zero_()"), name="linear_without_bias"),
              "The bias is 0: copy c into layer.bias."),
        Wrong(variant(as_linear, ("W.T", "W.reshape(outputs, inputs)"), name="linear_weights_only_shaped"),
              "reshape keeps the order of the elements and only divides them into other rows. The transpose, W.T, "
              "exchanges rows and columns."),
        Wrong(_linear_new, "This layer has its random initial parameters: copy W and c into it."),
        Wrong(variant(as_linear, ("layer.bias.copy_(c)", "layer.weight.copy_(W.T)"), name="linear_own_bias"),
              "The weight is right. The bias still has its random initial values: copy c."),
        Wrong(_linear_no_bias, "This layer has no bias: it needs one, with the values of c."),
        Wrong(_linear_function, "This is a function, right for every x. Return a layer, an object of the class "
                                "nn.Linear."),
        Wrong(_linear_in_sequence, "This is a container that holds the layer: return the nn.Linear itself."),
        Wrong(_linear_frozen,
              "The outputs are right, but the layer cannot be trained: its parameters do not require gradients."),
        Wrong(_linear_sizes_exchanged,
              "The outputs are right, but `in_features` and `out_features` of the layer are exchanged: nn.Linear takes "
              "the number of inputs first."),
    ),
    hints=(
        "nn.Linear(inputs, outputs) makes a layer; its .weight has shape (outputs, inputs).",
        "Inside `with torch.no_grad():` overwrite both parameters: layer.weight.copy_(W.T), layer.bias.copy_(c).",
    ),
    allows="Weights that a book gives as (in, out) can now be loaded into a PyTorch layer.",
)


def scores_of(images, W, c):
    """Scores x @ W + c of one linear layer for images: a tensor (N, 10), float32.

    images: tensor (N, 28, 28), uint8, pixels from 0 to 255. W: tensor (784, 10), c: tensor (10,),
    both float32. Each row of x (N, 784) is a flattened image, one row of pixels after the other,
    with pixels scaled to the range from 0 to 1: 255 becomes 1, 51 becomes 0.2. images @ W + c
    raises an error, and another one when the first is corrected: read both.

    >>> scores_of(torch.full((2, 28, 28), 255).byte(), torch.ones(784, 10), torch.zeros(10))[:, 0]
    tensor([784., 784.])
    """
    return images.flatten(1).float() / 255 @ W + c


def _images(draw):
    """Images from a seed, all different, or with one pixel that is not 0."""
    count = draw.integer(1, 4)
    if draw.integer(0, 2):
        row, column, value = draw.integer(0, 27), draw.integer(0, 27), draw.choice((51, 255, 1, 100, 128, 200))
        before = f"images = torch.zeros({count}, 28, 28).byte(); images[{count - 1}, {row}, {column}] = {value}; "
        return f"{before}scores_of(images, torch.randn(784, 10), {draw.choice(('torch.zeros(10)', 'torch.randn(10)'))})"
    images = f"torch.randint(256, ({count}, 28, 28), dtype=torch.uint8)"
    return f"scores_of({images}, torch.randn(784, 10) / 28, torch.arange(10.0) * {draw.number()})"


SCORES_OF = Exercise(
    reference=scores_of,
    inputs=_images,
    tries=24,
    float64=False,
    cases=(
        "scores_of(torch.zeros(1, 28, 28).byte(), torch.ones(784, 10), torch.zeros(10))",
        "scores_of(torch.full((1, 28, 28), 255).byte(), torch.ones(784, 10) / 784, torch.zeros(10))",
        "scores_of(torch.zeros(2, 28, 28).byte(), torch.ones(784, 10), torch.arange(10.0))",
        "x = torch.zeros(2, 28, 28).byte(); x[1, 3, 5] = 51; "
        "scores_of(x, torch.arange(7840.0).view(784, 10), torch.zeros(10))",
    ),
    signs=("scores_of(torch.full((1, 28, 28), 200).byte(), torch.ones(784, 10) / 784, torch.zeros(10))",),
    wrong=(
        Wrong(variant(scores_of, (" / 255", ""), name="scores_unscaled"),
              "The pixels are not scaled: 255 should become 1."),
        Wrong(variant(scores_of, ("images.flatten", "images[:1].flatten"), name="scores_of_one"),
              "These are the scores of the first image only: return a row of scores for each image."),
        Wrong(variant(scores_of, (" + c", ""), name="scores_without_bias"),
              "The bias c is missing: it is added to every row."),
        Wrong(variant(scores_of, ("images.flatten", "images.transpose(1, 2).flatten"), name="scores_transposed"),
              "Rows and columns of the images are exchanged before they are flattened."),
        Wrong(variant(scores_of, ("images.flatten(1).float() / 255", "(images.flatten(1) // 255).float()"),
                      name="scores_wrapped"),
              "// drops the remainder, and all pixels below 255 become 0: convert to float first, then divide."),
        Wrong(variant(scores_of, ("images.flatten(1).float() / 255", "(images.flatten(1) > 127).float()"),
                      name="scores_of_two_levels"),
              "Every pixel becomes 0 or 1: a threshold loses the gray values in between. 51 should become 0.2."),
        Wrong(variant(scores_of, ("/ 255", "/ images.max()"), name="scores_by_largest"),
              "The pixels are divided by the largest one in the batch, so the scores of an image depend on the other "
              "images: divide by the largest possible value."),
        Wrong(variant(scores_of, ("images.flatten(1).float() / 255", "(images.flatten(1) / 127.5 - 1)"),
                      name="scores_from_minus_one"),
              "The pixels are scaled to the range from -1 to 1: 0 should stay 0."),
        Wrong(variant(scores_of, ("/ 255 @ W + c", "@ W / 255 + c / 255"), name="scores_all_divided"),
              "The bias is divided by 255, too: scale only the pixels."),
        Wrong(variant(scores_of, ("images.flatten(1).float() / 255 @ W + c",
                                  "(images.flatten(1).float() / 255 @ W + c).argmax(1)"), name="scores_classes"),
              "These are predicted classes: return all ten scores of each image."),
        Wrong(variant(scores_of, ("/ 255", "/ 256"), name="scores_by_256"),
              "The largest uint8 value is 255, not 256: 255 should become exactly 1."),
    ),
    hints=(
        "Read the first error: (N, 28, 28) cannot be multiplied by (784, 10). Which shape should the images have?",
        "flatten(1) makes (N, 784), a row for each image.",
        "The second error is about dtypes, uint8 and float32: .float() / 255 before the product.",
    ),
    allows="When a matrix product raises an error, print the shapes and dtypes of both factors.",
    equivalent=(("images.flatten(1).float() → images.flatten(1)", "uint8 divided by a number is float32 already"),),
)


SHAPES_INSIDE = Quiz(
    name="shapes_inside",
    reference=[(64, 784), (100, 784), (64, 100), (10,), (64, 10)],
    questions=("the flattened images", "layers[0].weight", "the hidden units' outputs", "layers[1].bias",
               "the network's output"),
    wrong=(
        Wrong([(64, 28), (100, 784), (64, 100), (10,), (64, 10)],
              "Flattening keeps all values: how many pixels does one image have?"),
        Wrong([(50176,), (100, 784), (64, 100), (10,), (64, 10)],
              "flatten(1) begins at dimension 1: it keeps one row for each of the 64 images."),
        Wrong([(64, 784), (784, 100), (64, 100), (10,), (64, 10)], "nn.Linear stores a row for each unit: (out, in)."),
        Wrong([(64, 784), (100, 784), (100,), (10,), (64, 10)], "Each of the 64 images has its own hidden outputs."),
        Wrong([(64, 784), (100, 784), (64, 784), (10,), (64, 10)], "The first layer has 784 inputs: how many outputs?"),
        Wrong([(64, 784), (100, 784), (64, 100), 10, (64, 10)],
              "(10) is a number; a tuple of one needs a comma: (10,)."),
        Wrong([(64, 784), (100, 784), (64, 100), (100,), (64, 10)],
              "A layer has one bias for each of its units: which layer is layers[1]?"),
        Wrong([(64, 784), (100, 784), (64, 100), (1, 10), (64, 10)],
              "A bias has one dimension; broadcasting adds it to each row."),
        Wrong([(64, 784), (100, 784), (64, 100), (10,), (10,)], "There are ten scores for each of the 64 images."),
    ),
    hints=(
        "Follow one image: 784 pixels, then 100 hidden units, then 10 scores. The batch dimension comes first.",
        "nn.Linear(n, m) has a weight of shape (m, n) and a bias of shape (m,).",
    ),
    allows="Shapes that you have written down show at once where a mismatch begins.",
)

EXERCISES = [XOR_BY_STEPS, TWO_RELUS, COUNT_PARAMETERS, AS_LINEAR, SCORES_OF, SHAPES_INSIDE]
