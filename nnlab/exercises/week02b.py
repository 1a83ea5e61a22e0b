"""Week 2b: networks of any size, their parameters and shapes; a small network for the two moons."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, once, variant
from nnlab.models import MLP
from nnlab.toys import moons


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
        Wrong([(64, 784), (100, 784), (100, 64), (10,), (64, 10)],
              "The batch dimension comes first: a row of outputs for each of the 64 images."),
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


def two_moons():
    """The two moons on which the check trains networks."""
    return moons(n=400, noise=0.1, seed=5)


@torch.no_grad()
def accuracy_on(data, network):
    """Accuracy of the network on `data`, a `Toy`: class 1 is predicted where the logit is above 0."""
    return ((network.eval()(data.x)[:, 0] > 0) == (data.y == 1)).float().mean().item()


@once
def problem(make):
    """What is wrong with untrained networks from `make`, in words; "none" if nothing is."""
    network, other = make(), make()
    if not isinstance(network, nn.Module):
        return "no nn.Module"
    if tuple(network(torch.zeros(3, 2)).shape) != (3, 1):
        return "outputs of another shape"
    if sum(p.numel() for p in network.parameters()) > 20:
        return "more than 20 parameters"
    pairs = list(zip(network.parameters(), other.parameters(), strict=False))
    if any(one is another for one, another in pairs):
        return "the same network again"
    if all(torch.equal(*pair) for pair in pairs):
        return "the same weights again"
    if min(accuracy_on(two_moons(), one) for one in (network, other)) > 0.92:
        return "trained already"
    return boundary(network)


def boundary(network):
    """What is wrong with the decision boundary of `network` for all parameters, in words; "none" if nothing is.

    The parameters of `network` are overwritten.
    """
    x = 3 * torch.randn(200, 2)
    some_negative = some_spread = some_bent = some_rotated = False
    for _ in range(10):  # values of the parameters
        with torch.no_grad():
            for p in network.parameters():
                p.copy_(torch.randn(p.shape))
        points = torch.cat([x, (x + x.flip(0)) / 2]).requires_grad_()
        outputs = network(points)[:, 0]
        logits, midpoints = outputs.detach().unflatten(0, (2, 200))
        spread = logits.max() - logits.min()
        some_negative |= bool(logits.min() <= 0)
        some_spread |= bool(spread > 0)
        some_bent |= bool((logits + logits.flip(0) - 2 * midpoints).abs().max() > 1e-3 * spread)
        if outputs.requires_grad:
            gradients = torch.autograd.grad(outputs.sum(), points, allow_unused=True, materialize_grads=True)[0]
            large, small = torch.linalg.svdvals(gradients)
            some_rotated |= bool(small > 1e-4 * large or large == 0)
    return ("every logit above 0" if not some_negative else "all logits equal" if not some_spread
            else "one straight line" if not some_bent else "parallel lines" if not some_rotated else "none")


@once
def after_training(make):
    """Accuracy of a network from `make` after 300 steps of Adam on the 400 points of `two_moons`.

    The first of five seeds that gives at least 97 % counts, else the best. 0.0 if there is a `problem`.
    """
    data, best, threads = two_moons(), 0.0, torch.get_num_threads()
    torch.set_num_threads(1)  # several threads slow down products as small as these
    try:
        for seed in range(5 if problem(make) == "none" else 0):
            torch.manual_seed(seed)
            network = make().train()
            optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
            for _ in range(300):
                optimizer.zero_grad()
                F.binary_cross_entropy_with_logits(network(data.x)[:, 0], data.y.float()).backward()
                if not any(p.grad.any() for p in network.parameters() if p.grad is not None):
                    break  # no further step changes a parameter
                optimizer.step()
            best = max(best, accuracy_on(data, network))
            if best >= 0.97:
                break
    finally:
        torch.set_num_threads(threads)
    return best


def moons_network():
    """A new, untrained network for the two moons, an `nn.Module` with at most 20 parameters.

    The function has no arguments. Each call returns a new network with other random weights: an
    MLP, an nn.Sequential or an instance of a class of your own. The network maps points (N, 2),
    float32, to logits (N, 1); class 1 is predicted where the logit is above 0, else class 0.

    The check trains networks from this function on toys.moons(n=400, noise=0.1, seed=5): 300 steps
    of torch.optim.Adam with learning rate 0.05 on all 400 points; the loss is
    F.binary_cross_entropy_with_logits. After training the accuracy on these points must be at least
    97 % for one of five seeds.

    >>> moons_network()(torch.zeros(3, 2)).shape
    torch.Size([3, 1])
    """
    return MLP([2, 4, 1], activation=torch.tanh)


def _moons_class():
    return MLP


def _moons_own_class():
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
    return Network


def _moons_function():
    network = moons_network()
    return lambda x: network(x)


def _moons_vector():
    return nn.Sequential(moons_network(), nn.Flatten(0))


def _moons_sigmoid():
    return nn.Sequential(moons_network(), nn.Sigmoid())


def _moons_softmax():
    return nn.Sequential(moons_network(), nn.LogSoftmax(1))


def _moons_kept(networks=[]):  # noqa: B006
    networks.append(moons_network())  # drawn at each call, as some students do
    return networks[0]


class _Stuck(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = moons_network()

    def forward(self, x):
        scores = self.network(x)
        return scores.detach() + 0 * scores  # all gradients are 0


def _moons_stuck():
    return _Stuck()


def _moons_fixed():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return moons_network()


def _moons_trained():
    data = two_moons()
    network = moons_network()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.2)
    for _ in range(150):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(network(data.x)[:, 0], data.y.float()).backward()
        optimizer.step()
    return network


_HERE = "from nnlab.exercises.week02b import"

MOONS_NETWORK = Exercise(
    reference=moons_network,
    cases=(
        "tuple(moons_network()(torch.zeros(3, 2)).shape)",
        "callable(moons_network())",
        f"{_HERE} problem; problem(moons_network)",
        f"{_HERE} after_training; after_training(moons_network) >= 0.97",
    ),
    wrong=(
        Wrong(_moons_class,
              "This is the class MLP itself. Return an instance of it: call MLP with the list of layer sizes."),
        Wrong(_moons_own_class,
              "This is a class, not a network: return an instance, which calling the class creates."),
        Wrong(_moons_function,
              "This is a function, which has no parameters to train: return the network itself, an nn.Module."),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 3, 2]"), name="moons_two_outputs"),
              "Two logits for each point are the input of a softmax over two classes. Here the network has one logit "
              "for each point, shape (N, 1): its sign gives the predicted class."),
        Wrong(_moons_vector,
              "The output has shape (N,) instead of (N, 1): keep the second dimension."),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 16, 16, 1]"), name="moons_huge"),
              "The network has more than 20 parameters: a linear layer from n to m units has (n + 1) m of them."),
        Wrong(_moons_kept,
              "Two calls return the same network, so a second training would continue the first. Create the network "
              "inside the function."),
        Wrong(_moons_fixed,
              "Two calls return networks with equal weights, so five seeds give one result: set no seed and no fixed "
              "weights inside the function."),
        Wrong(_moons_trained,
              "The network is already trained: return it as it is initialized. The check trains it."),
        Wrong(_moons_sigmoid,
              "Every output is above 0, so class 1 is predicted everywhere. Return the logit: the loss function "
              "binary_cross_entropy_with_logits contains the sigmoid."),
        Wrong(_moons_softmax,
              "All outputs are equal, whatever the parameters are: a softmax over a single logit is always 1. Return "
              "the logit itself."),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 1]"), name="moons_linear"),
              "Whatever the weights are, the decision boundary is one straight line, and no line reaches 97 % on these "
              "moons. What must stand between two linear layers?"),
        Wrong(variant(moons_network, ("[2, 4, 1]", "[2, 1, 1]"), name="moons_one_unit"),
              "Whatever the weights are, the output is a function of one weighted sum of the two inputs, because one "
              "hidden layer has a single unit. The decision boundary consists of parallel lines."),
        Wrong(_moons_stuck,
              "Size and decision boundary are fine, but training does not reach 97 %. How many hidden units do 20 "
              "parameters allow? Is the derivative of the activation function 0 for many inputs?"),
    ),
    hints=("One hidden layer is enough: MLP([2, ?, 1], activation=torch.tanh).",
           "A hidden layer of h units makes 3 h + h + 1 parameters. Which is the largest h with at most 20?"),
    allows="Seventeen parameters suffice for these moons. Do thirteen?",
    equivalent=(("4 → 3", "three units still learn it"),),
)

EXERCISES = [COUNT_PARAMETERS, AS_LINEAR, SCORES_OF, SHAPES_INSIDE, MOONS_NETWORK]
