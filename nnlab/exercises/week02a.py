"""Week 2a: XOR by hand and by layers; networks of any size, their parameters, their shapes."""

import math

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def xor_by_steps(x):
    """Output (N,) of a network of three neurons for points x (N, 2): XOR, 0.0 or 1.0, float32.

    Each neuron computes step(w · inputs + b), where step(z) is 1.0 for z > 0 and 0.0 for z ≤ 0. Two
    neurons have x as their inputs: the decision boundary of OR is the line x1 + x2 = 1/2, that of
    AND the line x1 + x2 = 3/2. The third has their two outputs as its only inputs. The weights and
    biases are yours to find. x is float32 or float64; points of the whole plane are tested, also
    points on the two lines.

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
              "step(0) is 0 here: at a point on the line of a neuron its output is 0."),
        Wrong(variant(xor_by_steps, (_COMBINED, "1 - both"), name="steps_not_both"),
              "This is NOT AND: it is 1 at (0, 0) as well. Which neuron is 0 there?"),
        Wrong(variant(xor_by_steps, ("sum(1)", "sum()"), name="steps_of_all"),
              "For one point it works. For several, the sum runs over all of them: along which dimension are x1 and "
              "x2?"),
        Wrong(_steps_raw_sum,
              "Right at the corners, but 1 again where x1 + x2 is above 5/2. The third neuron has two inputs: the "
              "outputs, 0 or 1, of OR and AND. x is none of them."),
        Wrong(_steps_one_difference,
              "This is one neuron, 1 on one side of the line x1 = x2: it is 0 at (1, 0) or at (0, 1)."),
        Wrong(_steps_parity,
              "Right at the corners only: a remainder is no neuron. Each of the three is a weighted sum, a bias and a "
              "step."),
        Wrong(_steps_of_difference,
              "Right at the corners only: this depends on x1 - x2. The neurons for OR and AND compare x1 + x2 with "
              "numbers."),
        Wrong(_steps_unequal,
              "Right at the corners only: this compares x1 with x2. The neurons for OR and AND compare x1 + x2 with "
              "numbers."),
    ),
    hints=(
        "The decision boundary of a neuron with weights (1, 1) and bias b is the line x1 + x2 = -b.",
        "Two neurons on x: either = step(x1 + x2 - 0.5), both = step(x1 + x2 - 1.5). Then one on their outputs: it "
        "should be 1 for (1, 0), and 0 for (0, 0) and (1, 1).",
        "step(either - both - 0.5).",
    ),
    allows="Two lines and a neuron that combines them: a hidden layer.",
    equivalent=(("either - both - 0.5 > 0 → either - both - 0.5 >= 0", "of zeros and ones this is never exactly 0"),
                ("either - both - 0.5 → either - both", "of zeros and ones: above 0 exactly when above a half")),
)


def two_relus(x):
    """Pair (h, y) for points x (N, 2) of a network with two ReLU units: h = ReLU(x W + c), y = h w.

    W (2, 2) is all ones, c = (0, -1) and w = (1, -2), all float32 as x. The hidden units h have
    shape (N, 2), a row for each point, and the outputs y shape (N,); both are float32.

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
              "The bias is added after ReLU. Add it before: it decides where the kink is."),
        Wrong(variant(two_relus, ("h @ torch.tensor([1.0, -2.0])", "torch.relu(h @ torch.tensor([1.0, -2.0]))"),
                      name="two_relu_at_the_end"),
              "The hidden units are right. The output is a plain weighted sum: it may be negative."),
        Wrong(variant(two_relus, (" + torch.tensor([0.0, -1.0])", ""), name="two_without_bias"),
              "Without c both units are equal. With c = (0, -1) the kink of the second unit is at x1 + x2 = 1."),
        Wrong(variant(two_relus, ("[1.0, -2.0]", "[[1.0], [-2.0]]"), name="two_kept_as_column"),
              "The values are right; the outputs should have shape (N,): w is a vector, so h @ w is one number a row."),
        Wrong(variant(two_relus, ("[0.0, -1.0]", "[-1.0, 0.0]"), name="two_biases_exchanged"),
              "The two biases are exchanged: that of the first unit is 0, that of the second -1."),
        Wrong(variant(two_relus, ("[0.0, -1.0]", "[-1.0, -1.0]"), name="two_biases_equal"),
              "Both units have the bias -1: that of the first is 0."),
        Wrong(variant(two_relus, ("[1.0, -2.0]", "[-2.0, 1.0]"), name="two_weights_exchanged"),
              "The hidden units are right. In y the two weights are exchanged: y = h1 - 2 h2."),
        Wrong(variant(two_relus, ("[1.0, -2.0]", "[1.0, 2.0]"), name="two_weights_positive"),
              "The hidden units are right. In y the second weight is negative, -2."),
        Wrong(variant(two_relus, ("h @ torch", "h * torch"), name="two_products"),
              "The hidden units are right. h w is one number for each point: the sum of the products, not the "
              "products."),
        Wrong(variant(two_relus, ("torch.relu", ""), ("h @", "torch.relu(h) @"), name="two_before_relu"),
              "The outputs are right. The hidden units h are those after ReLU, not before."),
        Wrong(variant(two_relus, ("h @ torch.tensor([1.0, -2.0])", "(h @ torch.tensor([1.0, -2.0]) > 0.5).float()"),
                      name="two_classes"),
              "The hidden units are right. y is the weighted sum itself, without a threshold."),
        Wrong(_two_units_one_at_a_time,
              "Each unit has one of the coordinates as its input. W is all ones: ReLU is applied to x1 + x2 plus the "
              "bias of the unit."),
    ),
    hints=(
        "From the inside out: x W + c has shape (N, 2), then ReLU, then the product with w. Return h, too.",
        "The sums of both units: x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]). h = torch.relu(those sums); y = h @ "
        "torch.tensor([1.0, -2.0]). Return both: h, y.",
    ),
    allows="Draw h for the four corners: a line can separate them now.",
    equivalent=(("2 → 1", "one column of ones serves for both units: broadcasting repeats it"),),
)


def count_parameters(sizes):
    """Number of parameters of a fully connected network, an int: all its weights and biases.

    sizes is a list of at least two ints, [inputs, units of each hidden layer, ..., outputs], such
    as [784, 100, 10]. Each unit of a layer has a weight for each output of the layer before, and
    one bias. The list must be as before after the call.

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
              "One bias a layer: right where a layer has one unit. Each unit has a bias of its own."),
        Wrong(variant(count_parameters, ("(n + 1) * m", "n * (m + 1)"), name="count_biases_by_inputs"),
              "Each layer is given as many biases as it has inputs. It has one for each of its units."),
        Wrong(_count_first_to_last,
              "This is one layer straight from the inputs to the outputs. What about the layers in between?"),
        Wrong(_count_units, "This counts units. Between two layers there is a weight for each pair of units."),
        Wrong(variant(count_parameters, ("(n + 1) * m", "n * m"), name="count_weights"),
              "These are the weights. The biases are parameters, too."),
        Wrong(variant(count_parameters, ("(n + 1) * m", "(n + 1) * (m + 1)"), name="count_both_more"),
              "(n + 1) (m + 1) gives n + 1 parameters too many for each layer: the bias is one more weight of each "
              "unit."),
        Wrong(_count_with_inputs,
              "One bias for each unit, and one for each input: the inputs have none."),
        Wrong(_count_products, "The sizes are all multiplied: count each layer on its own, then sum."),
        Wrong(_count_hidden_once, "The first and the last layer are counted, once each: right with one hidden layer. "
                                  "What if there is none, or if there are several?"),
    ),
    hints=(
        "A layer from n to m units has an n × m matrix and m biases.",
        "Sum (n + 1) * m over the pairs of neighbors in sizes: zip(sizes, sizes[1:]).",
    ),
    allows="784-100-10 learns 79,510 parameters, from 60,000 images.",
)


def as_linear(W, c):
    """A `torch.nn.Linear` whose output for x (N, in) is x @ W + c, for W (in, out) and c (out,).

    W and c are float32, as the parameters of nn.Linear. The layer is new and can be trained: it has
    `in_features` and `out_features` of this W, its weight and bias are parameters that require
    gradients, and they share no memory with W and c, which must be as before after the call.

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
        Wrong(variant(as_linear, ("layer.bias.copy_(c)", "layer.weight.copy_(W.T)"), name="linear_own_bias"),
              "The weight is right. The bias has still its random initial values: copy c."),
        Wrong(_linear_no_bias, "This layer has no bias: it needs one, with the values of c."),
        Wrong(_linear_function, "This is a function, right for every x. A layer is asked, an object of the class "
                                "nn.Linear."),
        Wrong(_linear_in_sequence, "This is a container with the layer in it: return the nn.Linear itself."),
        Wrong(_linear_frozen,
              "The outputs are right, but the layer cannot be trained: its parameters do not require gradients."),
        Wrong(_linear_sizes_exchanged,
              "The outputs are right, but `in_features` and `out_features` of the layer are exchanged: nn.Linear takes "
              "the number of inputs first."),
    ),
    hints=(
        "nn.Linear(inputs, outputs) makes one; its .weight has shape (outputs, inputs).",
        "Inside `with torch.no_grad():` copy: layer.weight.copy_(W.T), layer.bias.copy_(c).",
    ),
    allows="Whatever a book writes, you can now run it in PyTorch.",
)


def scores_of(images, W, c):
    """Scores (N, 10) of one linear layer, x @ W + c, where x (N, 784) are the pixels of images.

    images is uint8 of shape (N, 28, 28), with pixels from 0 to 255; W (784, 10) and c (10,) are
    float32, and so are the scores. A row of x is an image, row of pixels after row of pixels, with
    pixels scaled to the range from 0 to 1: 255 becomes 1, 51 becomes 0.2. images @ W + c raises two
    errors, one after the other: read both.

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
              "The pixels are not scaled: 255 should count as 1."),
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
              "Every pixel counts as 0 or 1: a threshold loses the gray values in between. 51 should count as 0.2."),
        Wrong(variant(scores_of, ("/ 255", "/ images.max()"), name="scores_by_largest"),
              "The pixels are divided by the largest one in the batch, so that an image is scaled by another image: "
              "divide by the largest possible value."),
        Wrong(variant(scores_of, ("images.flatten(1).float() / 255", "(images.flatten(1) / 127.5 - 1)"),
                      name="scores_from_minus_one"),
              "The pixels go from -1 to 1: 0 should stay 0."),
        Wrong(variant(scores_of, ("/ 255 @ W + c", "@ W / 255 + c / 255"), name="scores_all_divided"),
              "The bias is divided by 255, too: only the pixels are scaled."),
        Wrong(variant(scores_of, ("images.flatten(1).float() / 255 @ W + c",
                                  "(images.flatten(1).float() / 255 @ W + c).argmax(1)"), name="scores_classes"),
              "These are predicted classes: return all ten scores of each image."),
        Wrong(variant(scores_of, ("/ 255", "/ 256"), name="scores_by_256"),
              "The largest value of a byte is 255, not 256: white should become exactly 1."),
    ),
    hints=(
        "Read the error: (N, 28, 28) cannot be multiplied by (784, 10). Which shape should the images have?",
        "flatten(1) makes (N, 784), a row for each image.",
        "The second error is about dtypes: bytes and floats. .float() / 255, before the product.",
    ),
    allows="Shape first, then dtype: most errors are one of the two.",
    equivalent=(("images.flatten(1).float() → images.flatten(1)", "bytes divided by a number are floats already"),),
)


SHAPES_INSIDE = Quiz(
    name="shapes_inside",
    reference=[(64, 784), (100, 784), (64, 100), (10,), (64, 10)],
    questions=("the flattened images", "layers[0].weight", "the hidden units' outputs", "layers[1].bias",
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
