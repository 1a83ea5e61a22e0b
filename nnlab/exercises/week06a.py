"""Week 6a: depth at equal numbers of parameters, gradients through a chain and through layers, dead ReLUs."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from nnlab import models
from nnlab.checks.exercise import Exercise, Wrong, variant


def width_for(parameters, depth, inputs, outputs):
    """Largest width of a multilayer perceptron that has at most a given number of parameters.

    The network has `depth` hidden layers of equal width and an output layer. Each layer is fully
    connected: a weight for each pair of an input and an output of the layer, and a bias for each
    output of the layer.
    parameters, depth, inputs, outputs: ints, at least 1.
    Returns an int: the largest width with which the network has at most `parameters` parameters,
    all weights and biases counted. It is 0 where even a width of 1 has too many.

    >>> width_for(41, 1, 3, 1)      # 3 inputs, 8 hidden units, 1 output: 3·8 + 8 + 8·1 + 1 = 41
    8
    """
    for width in range(1, parameters + 1):
        hidden = (inputs + 1) * width + (depth - 1) * (width + 1) * width
        if hidden + (width + 1) * outputs > parameters:
            return width - 1


def _budget(draw):
    depth, inputs, outputs = draw.sizes(3, 1, 12)
    return f"width_for({draw.integer(3, 900)}, {depth}, {inputs}, {outputs})"


def _width(name, *edits):
    return variant(width_for, *edits, name=name)


_HIDDEN = "(inputs + 1) * width + (depth - 1) * (width + 1) * width"
_ALL = "hidden + (width + 1) * outputs"

def _exact(parameters, depth, inputs, outputs):
    """The width, a float, at which the network has exactly that many parameters."""
    a, b, c = depth - 1, inputs + depth + outputs, max(parameters - outputs, 0)
    return ((b * b + 4 * a * c) ** 0.5 - b) / (2 * a) if a else c / b


def width_rounded_up(parameters, depth, inputs, outputs):
    """A wrong answer: the exact width, rounded up."""
    return math.ceil(_exact(parameters, depth, inputs, outputs) - 1e-9)


def width_rounded(parameters, depth, inputs, outputs):
    """A wrong answer: the exact width, rounded to the nearest int."""
    return math.floor(_exact(parameters, depth, inputs, outputs) + 0.5)


def width_parameters_by_depth(parameters, depth, inputs, outputs):
    """A wrong answer: as many units as parameters."""
    return parameters // depth


def width_at_least_one(parameters, depth, inputs, outputs):
    """A wrong answer: never 0."""
    return max(1, width_for(parameters, depth, inputs, outputs))


WIDTH = Exercise(
    reference=width_for,
    inputs=_budget,
    cases=(
        "width_for(41, 1, 3, 1)",
        "width_for(40, 1, 3, 1)",
        "width_for(100, 2, 3, 2)",
        "width_for(99, 2, 3, 2)",
        "width_for(500, 3, 4, 2)",
        "width_for(20, 5, 12, 10)",
        "width_for(3, 1, 2, 9)",
        "width_for(3, 5, 2, 1)",
        "width_for(1000, 10, 5, 3)",
        "width_for(20000, 1, 196, 10)",
        "width_for(20000, 32, 196, 10)",
    ),
    wrong=(
        Wrong(_width("width_without_biases", ("(inputs + 1)", "inputs"), ("(width + 1)", "width")),
              "The biases are not counted: a layer with n inputs and m outputs has (n + 1) m parameters."),
        Wrong(_width("width_depth_of_layers", ("(depth - 1)", "(depth - 2)")),
              "depth is the number of hidden layers. The output layer comes on top of them."),
        Wrong(_width("width_one_layer_more", ("(depth - 1)", "depth")),
              "Between `depth` hidden layers there are depth - 1 square matrices; the first hidden layer is counted by "
              "its inputs."),
        Wrong(_width("width_less_than", ("> parameters", ">= parameters")),
              "Exactly `parameters` parameters are allowed: at most, not less than."),
        Wrong(width_rounded_up,
              "The width is rounded up, so that the network has more parameters than allowed. Round down."),
        Wrong(width_rounded,
              "The width is rounded to the nearest int, so that some networks have more parameters than allowed. Round "
              "down."),
        Wrong(_width("width_without_outputs", (_ALL, "hidden")),
              "The output layer is not counted: it has (width + 1) · outputs parameters."),
        Wrong(_width("width_without_inputs", (_HIDDEN, "(depth - 1) * (width + 1) * width")),
              "The first hidden layer is not counted: it has (inputs + 1) · width parameters."),
        Wrong(_width("width_hidden_biases_only", ("(width + 1) * outputs", "width * outputs")),
              "The biases of the output layer are not counted: one for each output."),
        Wrong(_width("width_square_only", (_HIDDEN, "depth * width * width"), (_ALL, "hidden")),
              "All layers are counted as width × width matrices. The first has `inputs` columns, the last `outputs` "
              "rows, and all have biases."),
        Wrong(_width("width_without_hidden_matrices", (_HIDDEN, "(inputs + 1) * width")),
              "Only the first hidden layer and the output layer are counted. Between two hidden layers there are "
              "width · width weights and width biases."),
        Wrong(_width("width_hidden_without_biases", ("(depth - 1) * (width + 1) * width", "(depth - 1) * width ** 2")),
              "The biases of the second and of the later hidden layers are not counted: such a layer has "
              "(width + 1) · width parameters."),
        Wrong(width_parameters_by_depth,
              "The parameters are divided by the number of layers as if each unit had one. A unit has a weight for "
              "each unit of the layer below, and a bias."),
        Wrong(width_at_least_one,
              "The width is never 0. Where even a width of 1 has too many parameters, the result is 0."),
        Wrong(_width("width_shared_out", (f"{_ALL} > parameters", "(inputs + 1) * width > parameters / (depth + 1)")),
              "The parameters are divided equally among the layers. The layers have different numbers of inputs and "
              "outputs: count the parameters of the whole network."),
    ),
    hints=("How many parameters does the network have at a width w? First hidden layer, depth - 1 further ones, output "
           "layer: three terms.",
           "(inputs + 1) w + (depth - 1)(w + 1) w + (w + 1) outputs grows with w: try w = 1, 2, 3, ... and stop "
           "before it exceeds the number allowed."),
    allows="Networks of any depth can be compared at equal numbers of parameters.",
    equivalent=tuple((change, "a width near `parameters` always has too many parameters") for change in (
        "parameters + 1 → parameters - 1", "parameters + 1 → parameters", "1 → 2", "1 → 0")),
)


def chain_gradients(x, w, b):
    """Gradient of the last activation of a chain of sigmoid units with respect to each bias.

    The chain has one unit in each of its L layers: a_0 = x, z_l = w_l a_(l-1) + b_l, a_l = σ(z_l)
    for l = 1, ..., L, with σ(z) = 1/(1 + exp(-z)).
    x: tensor (), w and b: tensors (L,), L ≥ 1, of one float dtype; w[0] and b[0] belong to layer 1.
    Returns a tensor (L,) of that dtype: element l - 1 is ∂a_L/∂b_l. Compute it by the chain rule:
    backward() and torch's other functions for gradients are not accepted.

    >>> chain_gradients(torch.tensor(1.0), torch.tensor([2.0, 8.0]), torch.tensor([-2.0, -4.0]))
    tensor([0.5000, 0.2500])
    """
    activations = []
    for weight, bias in zip(w, b, strict=True):
        x = torch.sigmoid(weight * x + bias)
        activations.append(x)
    gradients, upstream = [], torch.ones_like(x)
    for weight, a in zip(w.flip(0), reversed(activations), strict=True):
        delta = upstream * a * (1 - a)
        gradients.append(delta)
        upstream = delta * weight
    return torch.stack(gradients[::-1])


def _chain(draw):
    layers = draw.integer(1, 5)
    weights = draw.tensor(layers, among=(1.0, 2.0, 4.0, -1.0, -2.0, 6.0, 8.0))
    return (f"chain_gradients({draw.tensor(among=(1.0, 0.5, 0.0, 2.0))}, {weights}, "
            f"{draw.tensor(layers, among=(0.0, 1.0, -1.0, -2.0, 0.5))})")


def _chains(name, *edits):
    return variant(chain_gradients, *edits, name=name)


_DELTA = "delta = upstream * a * (1 - a)"

CHAIN = Exercise(
    reference=chain_gradients,
    inputs=_chain,
    forbids=("backward", "grad"),
    cases=(
        "chain_gradients(torch.tensor(1.0), torch.tensor([2.0]), torch.tensor([-2.0]))",
        "chain_gradients(torch.tensor(1.0), torch.tensor([2.0, 8.0]), torch.tensor([-2.0, -4.0]))",
        "chain_gradients(torch.tensor(0.5), torch.tensor([1.0, 8.0]), torch.tensor([0.5, -6.0]))",
        "chain_gradients(torch.tensor(0.0), torch.tensor([3.0, -2.0, 5.0]), torch.tensor([1.0, 0.5, -1.0]))",
        "chain_gradients(torch.tensor(1.0), torch.tensor([2.0, 20.0, 20.0]), torch.tensor([-2.0, -10.0, -10.0]))",
        "chain_gradients(torch.tensor(2.0), torch.tensor([0.5, -8.0, 4.0]), torch.tensor([1.0, 6.0, -2.0]))",
        "x, w, b = torch.tensor(1.0), torch.tensor([2.0, 4.0]), torch.zeros(2); chain_gradients(x, w, b); x, w, b",
    ),
    wrong=(
        Wrong(_chains("chain_without_own", (_DELTA, "delta = upstream"),
                      ("delta * weight", "delta * a * (1 - a) * weight")),
              "This is ∂a_L/∂a_l. The bias b_l acts through z_l: one more factor, σ'(z_l)."),
        Wrong(_chains("chain_through_own_weight", ("gradients.append(delta)", "gradients.append(delta * weight)")),
              "This is ∂a_L/∂a_(l-1): the weight w_l is one factor too many. The bias b_l is added after it."),
        Wrong(_chains("chain_with_respect_to_weights",
                      ("activations = []", "activations, before = [], []"),
                      ("        x = torch.sigmoid", "        before.append(x)\n        x = torch.sigmoid"),
                      ("torch.stack(gradients[::-1])", "torch.stack(gradients[::-1]) * torch.stack(before)")),
              "This is the gradient with respect to the weights: the derivative of z_l is a_(l-1) with respect to w_l, "
              "and 1 with respect to b_l."),
        Wrong(_chains("chain_reversed", ("gradients[::-1]", "gradients")),
              "The numbers are in the reverse order: layer 1 comes first."),
        Wrong(_chains("chain_derivative_at_a", (_DELTA, "s = torch.sigmoid(a); delta = upstream * s * (1 - s)")),
              "σ' is taken at a_l. It belongs at z_l: σ'(z_l) = a_l (1 - a_l), because a_l = σ(z_l) already."),
        Wrong(_chains("chain_without_weights", ("delta * weight", "delta")),
              "Only the σ' are multiplied. From layer to layer, z_(l+1) depends on a_l by the factor w_(l+1)."),
        Wrong(_chains("chain_without_sigmoid", (_DELTA, "delta = upstream")),
              "Only the weights are multiplied. Each layer contributes σ'(z_l) as well."),
        Wrong(_chains("chain_quarter", (_DELTA, "delta = upstream / 4")),
              "1/4 is the largest value of σ', at z = 0. Take σ'(z_l) at the z_l of this input."),
        Wrong(_chains("chain_sigmoid_for_derivative", (_DELTA, "delta = upstream * a")),
              "σ(z_l) is multiplied in place of its derivative σ'(z_l) = σ(z_l) (1 - σ(z_l))."),
        Wrong(_chains("chain_same_input", ("        x = torch.sigmoid", "        y = torch.sigmoid"),
                      ("activations.append(x)", "activations.append(y)")),
              "Every layer is given x. Layer l is given the activation a_(l-1) of the layer before it."),
        Wrong(_chains("chain_of_two", ("upstream = delta * weight", "upstream = a * (1 - a) * weight")),
              "Only two layers are multiplied. The path from b_l to a_L leads through all layers above l: multiply "
              "the product so far."),
        Wrong(_chains("chain_of_tanh", (_DELTA, "delta = upstream * (1 - a ** 2)")),
              "1 - a² is the derivative of tanh. For the sigmoid it is a (1 - a)."),
        Wrong(_chains("chain_next_weight", ("w.flip(0)", "w.flip(0).roll(1, 0)")),
              "A weight of the wrong layer: the path from b_l to a_L leads through w_(l+1), ..., w_L."),
        Wrong(_chains("chain_absolute", ("delta * weight", "delta * weight.abs()")),
              "The absolute values of the weights are multiplied. A negative weight makes the gradient negative."),
        Wrong(_chains("chain_first_bias", ("torch.stack(gradients[::-1])", "gradients[-1]")),
              "This is the gradient for the first bias alone. Return all L of them, layer 1 first."),
        Wrong(_chains("chain_forward", (
            "gradients, upstream = [], torch.ones_like(x)\n",
            "factors = torch.stack(activations); factors = factors * (1 - factors)\n"
            "    return torch.cumprod(factors, 0) * torch.cat([w[:1] / w[:1], w[1:]]).cumprod(0)\n"
            "    gradients, upstream = [], torch.ones_like(x)\n")),
              "These are the derivatives of every a_l with respect to the first bias. What is asked are the "
              "derivatives of the last activation, with respect to every bias."),
    ),
    hints=("Forward first: keep all a_l. Then σ'(z_l) = a_l (1 - a_l).",
           "Backward: for the last layer ∂a_L/∂b_L = σ'(z_L). One layer down, multiply by w_L σ'(z_(L-1)), and so on."),
    allows="The gradient of any layer of a chain is a product, and you can look at each factor.",
    equivalent=(("torch.stack(gradients[::-1]) → gradients[::-1]", "a list of tensors () is accepted, too"),
                ("True → False", "w and b are equally long"), ("0 → -1", "a vector has one dimension")),
)


def jacobian_and_bound(x, weights, biases):
    """Spectral norm of the Jacobian of a sigmoid network, and its bound by the weights' norms.

    The network has layers a_l = σ(W_l a_(l-1) + b_l), l = 1, ..., L, with a_0 = x and
    σ(z) = 1/(1 + exp(-z)).
    x: tensor (n_0,), float. weights: list of L ≥ 1 tensors W_l (n_l, n_(l-1)). biases: list of L
    tensors b_l (n_l,).
    Returns a pair (norm, bound) of tensors (). norm is the spectral norm (the largest singular
    value) of the Jacobian ∂a_L/∂x, a matrix (n_L, n_0). bound is the product over all layers of the
    largest possible σ' times the spectral norm of W_l.

    >>> weights = [torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([[0.0, 4.0]])]
    >>> jacobian_and_bound(torch.zeros(2), weights, [torch.zeros(2), torch.tensor([-2.0])])
    (tensor(0.2500), tensor(0.5000))
    """
    jacobian, bound = torch.eye(len(x), dtype=x.dtype), torch.ones((), dtype=x.dtype)
    for W, b in zip(weights, biases, strict=True):
        x = torch.sigmoid(W @ x + b)
        jacobian = (x * (1 - x))[:, None] * W @ jacobian
        bound = bound * torch.linalg.matrix_norm(W, 2) / 4
    return torch.linalg.matrix_norm(jacobian, 2), bound


def _layers(draw):
    sizes = [draw.integer(1, 3) for _ in range(draw.integer(2, 4))]
    weights = [draw.tensor(m, n, among=(1.0, 2.0, 4.0, -2.0, -1.0, 6.0, 0.0))
               for n, m in zip(sizes, sizes[1:], strict=False)]
    biases = [draw.tensor(m, among=(0.0, 1.0, -1.0, -2.0)) for m in sizes[1:]]
    return (f"jacobian_and_bound({draw.tensor(sizes[0], among=(0.0, 1.0, -1.0, 0.5))}, [{', '.join(weights)}], "
            f"[{', '.join(biases)}])")


def _jacobian(name, *edits):
    return variant(jacobian_and_bound, *edits, name=name)


_STEP = "(x * (1 - x))[:, None] * W @ jacobian"
_NORM = "torch.linalg.matrix_norm(jacobian, 2)"
_BOUND = "bound * torch.linalg.matrix_norm(W, 2) / 4"

def jacobian_reversed(x, weights, biases):
    """A wrong answer: the Jacobian of the first layer stands leftmost."""
    steps, bound = [], jacobian_and_bound(x, weights, biases)[1]
    for W, b in zip(weights, biases, strict=True):
        x = torch.sigmoid(W @ x + b)
        steps.append((x * (1 - x))[:, None] * W)
    jacobian = steps[0]
    for step in steps[1:]:
        jacobian = jacobian @ step
    return torch.linalg.matrix_norm(jacobian, 2), bound


JACOBIAN = Exercise(
    reference=jacobian_and_bound,
    inputs=_layers,
    cases=(
        "jacobian_and_bound(torch.tensor([1.0]), [torch.tensor([[2.0]])], [torch.tensor([-2.0])])",
        "jacobian_and_bound(torch.tensor([1.0]), [torch.tensor([[-3.0]])], [torch.tensor([1.0])])",
        "jacobian_and_bound(torch.ones(1), [torch.tensor([[6.0]])] * 3, [torch.tensor([-3.0])] * 3)",
        "jacobian_and_bound(torch.zeros(2), [torch.diag(torch.tensor([2.0, 1]))] * 2, [torch.zeros(2), torch.ones(2)])",
        "jacobian_and_bound(torch.tensor([1.0, -1]), [torch.tensor([[3.0, 1], [-1, 2]])], [torch.tensor([1.0, 0])])",
        "jacobian_and_bound(torch.tensor([0.5, 1]), [torch.tensor([[3.0, 1], [0, 2]])] * 2, [torch.zeros(2), "
        "torch.ones(2)])",
        "W = torch.tensor([[4.0, -1], [0, 2], [1, 1]]); jacobian_and_bound(torch.ones(2), [W, W.T], [W[:, 0], W[0]])",
        "W = [torch.eye(2) * 2]; jacobian_and_bound(torch.ones(2), W, [torch.ones(2)]); W",
    ),
    wrong=(
        Wrong(_jacobian("jacobian_without_quarter", (" / 4", "")),
              "The bound lacks the largest possible σ'. Where is σ' largest, and how large is it there?"),
        Wrong(_jacobian("jacobian_one_quarter", (_BOUND, _BOUND.removesuffix(" / 4")), (f"{_NORM}, bound",
                                                                                        f"{_NORM}, bound / 4")),
              "The bound has one factor for σ'. Each layer contributes one."),
        Wrong(_jacobian("jacobian_frobenius_bound", ("matrix_norm(W, 2)", "matrix_norm(W)")),
              "The bound uses the Frobenius norm of the weights, the root of the sum of all squares. The spectral norm "
              "is the largest singular value: matrix_norm(W, 2)."),
        Wrong(_jacobian("jacobian_frobenius", (_NORM, "torch.linalg.matrix_norm(jacobian)")),
              "The Jacobian's Frobenius norm is returned. The spectral norm is its largest singular value: "
              "matrix_norm(..., 2)."),
        Wrong(_jacobian("jacobian_frobenius_both", ("matrix_norm(W, 2)", "matrix_norm(W)"),
                        (_NORM, "torch.linalg.matrix_norm(jacobian)")),
              "Both are Frobenius norms, roots of the sum of all squares. The spectral norm is the largest singular "
              "value: matrix_norm(..., 2)."),
        Wrong(_jacobian("jacobian_half", (" / 4", " / 2")),
              "The largest possible σ' is taken as 1/2. That is σ(0); σ'(0) = σ(0) (1 - σ(0))."),
        Wrong(_jacobian("jacobian_product_of_norms",
                        (_STEP, "jacobian * torch.linalg.matrix_norm((x * (1 - x))[:, None] * W, 2)"),
                        (_NORM, "jacobian[0, 0]")),
              "This is the product of the norms of the layers' Jacobians, a bound. Multiply the matrices first, then "
              "take the norm of the product."),
        Wrong(jacobian_reversed,
              "The Jacobians are multiplied in the wrong order: that of the first layer stands rightmost."),
        Wrong(_jacobian("jacobian_of_relu", (_STEP, "(W @ before + b > 0)[:, None] * W @ jacobian"),
                        ("        x = torch.sigmoid", "        before, x = x, torch.sigmoid")),
              "φ' is that of ReLU, 0 or 1. The layers are sigmoids: σ' = a (1 - a)."),
        Wrong(_jacobian("jacobian_largest_entry", ("matrix_norm(W, 2)", "matrix_norm(W, torch.inf)")),
              "The bound uses the largest sum of a row of |W|. The spectral norm is the largest singular value."),
        Wrong(_jacobian("jacobian_of_weights", (_STEP, "W @ jacobian")),
              "The Jacobian is the product of the weights alone. Each layer has a factor σ'(z_l) for each of its "
              "units: multiply row i of W_l by σ'(z_i)."),
        Wrong(_jacobian("jacobian_quarter_rows", (_STEP, "W @ jacobian / 4")),
              "In the Jacobian σ' is 1/4 everywhere. Take σ'(z) at the z of this input: only the bound assumes 1/4."),
        Wrong(_jacobian("jacobian_derivative_at_a", (_STEP, "(torch.sigmoid(x) * torch.sigmoid(-x))[:, None] * W @ "
                                                            "jacobian")),
              "σ' is taken at a_l. It belongs at z_l, where it is a_l (1 - a_l)."),
        Wrong(_jacobian("jacobian_last_layer", (_STEP, "(x * (1 - x))[:, None] * W")),
              "This is the Jacobian of the last layer alone. By the chain rule, multiply it by those of the layers "
              "before it."),
        Wrong(_jacobian("jacobian_bound_measured", (_BOUND, "bound * torch.linalg.matrix_norm(W, 2) * (x * (1 - x))"
                                                            ".max()")),
              "The bound uses the σ' of this input. Take the largest value that σ' can have for any input."),
        Wrong(_jacobian("jacobian_bound_of_product",
                        ("jacobian, bound = torch.eye(len(x), dtype=x.dtype),",
                         "product = torch.eye(len(x), dtype=x.dtype)\n    jacobian, bound = product,"),
                        (_BOUND, "bound / 4\n        product = W @ product"),
                        (f"{_NORM}, bound", f"{_NORM}, bound * torch.linalg.matrix_norm(product, 2)")),
              "The bound is the norm of the product of the weights. Take the product of the norms: the σ' between the "
              "matrices are not multiples of the identity, so the norm of the product is no bound."),
        Wrong(_jacobian("jacobian_sum", (_BOUND, "bound + torch.linalg.matrix_norm(W, 2) / 4"),
                        ("torch.ones((), ", "torch.zeros((), ")),
              "The norms are added. A chain rule multiplies: so does its bound."),
        Wrong(_jacobian("jacobian_swapped", (f"{_NORM}, bound", f"bound, {_NORM}")),
              "The two results change places: first the norm, then the bound."),
        Wrong(_jacobian("jacobian_columns", (_STEP, "W * (x * (1 - x))[:, None].mean() @ jacobian")),
              "All units of a layer have the mean σ'. Each row of W_l has the σ' of its own unit."),
    ),
    hints=("The Jacobian of one layer is the matrix whose row i is σ'(z_i) times row i of W. Multiply these matrices, "
           "the first layer rightmost.",
           "σ' is at most 1/4. torch.linalg.matrix_norm(A, 2) is the spectral norm of A; the bound is the product of "
           "‖W_l‖ / 4."),
    allows="Measure how far a bound is from what happens.",
    equivalent=(("True → False", "weights and biases are equally many"),
                ("1 - x → x - 1", "a Jacobian and its negative have the same norm")),
)


def gradient_norms(model, x, y):
    """Norms of the gradients of the loss with respect to the outputs of each module of a network.

    model: nn.Sequential; none of its modules works in place, and a first module without parameters,
    such as nn.Flatten, is possible. x: tensor (N, ...), float, a batch. y: tensor (N,), int64, its
    labels.
    The loss is the mean cross-entropy of model(x) and y. Returns a tensor (len(model),): element k
    is the norm of ∂loss/∂(outputs of module k), the root of the sum of all squares of this
    gradient, over all samples and units.
    The model is left as it was: no hook remains, and the .grad of its parameters do not change.

    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(2, 2))
    >>> _ = nn.init.zeros_(model[1].weight), nn.init.zeros_(model[1].bias)
    >>> gradient_norms(model, torch.ones(2, 1, 2), torch.tensor([0, 1]))
    tensor([0.0000, 0.5000])
    """
    outputs = []
    hooks = [module.register_forward_hook(lambda *call: outputs.append(call[2])) for module in model]
    loss = F.cross_entropy(model(x.clone().requires_grad_()), y)
    for hook in hooks:
        hook.remove()
    return torch.stack([gradient.norm() for gradient in torch.autograd.grad(loss, outputs)])


def network(*sizes, activation=nn.ReLU, flatten=False, seed=0):
    """A network for the cases: linear layers of these sizes, an activation function between them, from a seed."""
    generator, model = torch.Generator().manual_seed(seed), models.network(*sizes, activation=activation)
    with torch.no_grad():
        for layer in model[1::2]:
            layer.weight.copy_(1.5 * torch.randn(layer.weight.shape, generator=generator))
            layer.bias.copy_(torch.randn(layer.bias.shape, generator=generator))
    return model if flatten else model[1:]


def hooks_of(model):
    """Number of hooks on the modules of `model`."""
    return sum(len(module._forward_hooks) + len(module._backward_hooks) for module in model)


def _network(draw):
    sizes = draw.sizes(draw.integer(2, 4), 2, 6)
    activation = draw.choice(("ReLU", "Tanh", "Sigmoid"))
    count, flatten = draw.integer(1, 4), draw.choice((False, True))
    shape = (count, 1, sizes[0]) if flatten else (count, sizes[0])
    return (f"gradient_norms(network({', '.join(map(str, sizes))}, activation=nn.{activation}, flatten={flatten}, "
            f"seed={draw.integer(0, 50)}), {draw.tensor(*shape, among=(1.0, 0.0, -1.0, 2.0, 0.5))}, "
            f"{draw.classes(count, sizes[-1])})")


def _norms(name, *edits):
    return variant(gradient_norms, *edits, name=name)


_GIVEN = "torch.stack([gradient.norm() for gradient in torch.autograd.grad(loss, outputs)])"


def norms_of_parameters(model, x, y):
    """A wrong answer: norms of the gradients with respect to the parameters of each module."""
    loss = F.cross_entropy(model(x.clone().requires_grad_()), y)
    groups = [list(module.parameters()) for module in model]
    return torch.stack([torch.cat([part.flatten() for part in torch.autograd.grad(loss, group, retain_graph=True)])
                        .norm() if group else torch.zeros(()) for group in groups])


def norms_with_backward(model, x, y):
    """A wrong answer: backward() fills the .grad of the parameters."""
    outputs, x = [], x.clone().requires_grad_()
    for module in model:
        x = module(x)
        x.retain_grad()
        outputs.append(x)
    F.cross_entropy(x, y).backward()
    return torch.stack([output.grad.norm() for output in outputs])


def norms_with_zero_grad(model, x, y):
    """A wrong answer: backward(), and what was in .grad is lost."""
    result = norms_with_backward(model, x, y)
    model.zero_grad()
    return result


NORMS = Exercise(
    reference=gradient_norms,
    inputs=_network,
    tries=24,
    float64=False,
    uses={"nn": nn, "network": network, "hooks_of": hooks_of},
    cases=(
        "gradient_norms(network(2, 2), torch.ones(1, 2), torch.tensor([0]))",
        "gradient_norms(network(2, 3, 2), torch.ones(1, 2), torch.tensor([1]))",
        "gradient_norms(network(2, 3, 2, activation=nn.Tanh), torch.eye(2), torch.tensor([1, 0]))",
        "gradient_norms(network(4, 3, 2, flatten=True), torch.eye(4).view(4, 2, 2), torch.tensor([0, 1, 1, 0]))",
        "gradient_norms(network(3, 5, 4, 2, activation=nn.Sigmoid, seed=3), torch.eye(3), torch.tensor([1, 0, 1]))",
        "m = network(2, 2); gradient_norms(m, torch.eye(2), torch.tensor([1, 0])); hooks_of(m)",
        "m = network(2, 3, 2); gradient_norms(m, torch.eye(2), torch.tensor([1, 0])); [p.grad for p in m.parameters()]",
        "m, x = network(2, 2), torch.eye(2); m(x).sum().backward(); gradient_norms(m, x, x[0].long()); m[0].bias.grad",
    ),
    wrong=(
        Wrong(norms_of_parameters,
              "These are the norms of the gradients with respect to the parameters. What is asked are the gradients "
              "with respect to the outputs of the modules, activation functions included."),
        Wrong(norms_with_backward,
              "The norms are right, and backward() has left gradients in the .grad of the parameters. "
              "torch.autograd.grad(loss, outputs) leaves them alone."),
        Wrong(norms_with_zero_grad,
              "The norms are right, and the .grad of the parameters have been cleared: what was in them is lost. "
              "torch.autograd.grad(loss, outputs) leaves them alone."),
        Wrong(_norms("norms_summed_loss", ("F.cross_entropy(model(x.clone().requires_grad_()), y)",
                                           "F.cross_entropy(model(x.clone().requires_grad_()), y, reduction='sum')")),
              "The loss is summed over the batch. It is the mean."),
        Wrong(_norms("norms_mean_over_samples", ("gradient.norm()", "gradient.flatten(1).norm(dim=1).mean()")),
              "These are means over the samples of each sample's norm. Take the norm of the whole tensor, all samples "
              "and units together."),
        Wrong(_norms("norms_of_the_mean", ("gradient.norm()", "gradient.mean(0).norm()")),
              "The gradients of the samples are averaged before the norm. They partly cancel then; take the norm of "
              "the whole tensor."),
        Wrong(_norms("norms_squared", ("gradient.norm()", "gradient.square().sum()")),
              "These are the squared norms: take the root."),
        Wrong(_norms("norms_mean_absolute", ("gradient.norm()", "gradient.abs().mean()")),
              "These are means of absolute values. The norm is the root of the sum of the squares."),
        Wrong(_norms("norms_sum_absolute", ("gradient.norm()", "gradient.abs().sum()")),
              "These are sums of absolute values. The norm is the root of the sum of the squares."),
        Wrong(_norms("norms_softmax_twice", ("F.cross_entropy(model(x.clone().requires_grad_()), y)",
                                             "F.cross_entropy(model(x.clone().requires_grad_()).softmax(1), y)")),
              "The softmax is applied twice: cross_entropy takes logits, the outputs of the model as they are."),
        Wrong(_norms("norms_root_mean_square", ("gradient.norm()", "gradient.square().mean().sqrt()")),
              "These are roots of mean squares. The norm does not divide by the number of elements."),
        Wrong(_norms("norms_of_activations", (_GIVEN, "torch.stack([output.detach().norm() for output in outputs])")),
              "These are the norms of the outputs themselves, not of the gradients with respect to them."),
        Wrong(_norms("norms_reversed", ("torch.autograd.grad(loss, outputs)",
                                        "torch.autograd.grad(loss, outputs)[::-1]")),
              "The order is reversed: the first module comes first."),
        Wrong(_norms("norms_of_inputs", ("outputs.append(call[2])", "outputs.append(call[1][0])")),
              "These are the gradients with respect to the inputs of the modules. A forward hook is called with "
              "(module, inputs, output)."),
        Wrong(_norms("norms_of_linear_layers", ("for module in model]", "for module in model\n"
                                                "             if isinstance(module, nn.Linear)]")),
              "Only the linear layers are listed. The result has one element for each module of the nn.Sequential."),
        Wrong(_norms("norms_hooks_left", ("        hook.remove()", "        pass")),
              "The hooks remain on the model, and each later call adds more. Keep what register_..._hook returns, and "
              "call its remove()."),
        Wrong(_norms("norms_without_flatten", ("x.clone().requires_grad_()", "x")),
              "Where the first module has no parameters, its outputs need no gradient unless x does: give the model a "
              "copy of x that requires a gradient."),
        Wrong(_norms("norms_of_logits", ("F.cross_entropy(model(x.clone().requires_grad_()), y)",
                                         "model(x.clone().requires_grad_()).gather(1, y[:, None]).mean()")),
              "The loss is the mean cross-entropy, not the mean logit of the label."),
    ),
    hints=("Run the modules one after the other and keep each output, or register a forward hook on each module that "
           "does so.",
           "torch.autograd.grad(loss, outputs) returns the gradients for a list of tensors and touches no .grad. "
           "x.clone().requires_grad_() lets gradients flow through a first module without parameters."),
    allows="Where does the gradient of your network vanish? This works on any nn.Sequential.",
    equivalent=((f"{_GIVEN} → {_GIVEN.removeprefix('torch.stack(').removesuffix(')')}",
                 "a list of tensors () is accepted, too"),),
)


def dead_share(activations):
    """Share of dead units in each layer.

    activations: list of L ≥ 1 tensors (N, n_l), float: the outputs of the ReLUs of layer l for
    N ≥ 1 samples; the widths n_l ≥ 1 may differ. A unit is dead on these samples if its output is
    0 for every one of them.
    Returns a tensor (L,), float32: the number of dead units of layer l divided by n_l.

    >>> layer = torch.tensor([[0.0, 1.0, 0.0, 2.0],
    ...                       [0.0, 0.0, 0.0, 3.0]])      # 2 samples, 4 units
    >>> dead_share([layer])
    tensor([0.5000])
    """
    return torch.stack([(layer == 0).all(0).float().mean() for layer in activations])


def _activations(draw):
    count, layers = draw.integer(1, 4), draw.integer(1, 3)
    tensors = [draw.tensor(count, draw.integer(1, 5), among=(0.0, 1.0, 0.0, 2.0, 0.0)) for _ in range(layers)]
    return f"dead_share([{', '.join(tensors)}])"


def _dead(name, *edits):
    return variant(dead_share, *edits, name=name)


_SHARE = "(layer == 0).all(0).float().mean()"

DEAD = Exercise(
    reference=dead_share,
    inputs=_activations,
    cases=(
        "dead_share([torch.tensor([[0.0, 2.0]])])",
        "dead_share([torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, 2.0]])])",
        "dead_share([torch.tensor([[0.0, 1.0, 0.0, 2.0], [0.0, 0.0, 0.0, 3.0]])])",
        "dead_share([torch.tensor([[0.0, 1.0], [2.0, 0.0], [0.0, 0.0]])])",
        "dead_share([torch.zeros(3, 2), torch.ones(3, 5)])",
        "dead_share([torch.tensor([[0.0, 1, 0], [0, 0, 0]]), torch.tensor([[0.0], [4]])])",
        "dead_share([torch.tensor([[0.0, 0, 1, 0], [0, 5, 0, 0]]), torch.tensor([[0.0, 1, 0], [0, 0, 0]])])",
        "dead_share([torch.tensor([[0.0, 1e-6], [0.0, 0.0]])])",
        "dead_share([torch.zeros(2, 4, dtype=torch.float64), torch.eye(2, dtype=torch.float64)])",
    ),
    wrong=(
        Wrong(_dead("dead_zeros", (_SHARE, "(layer == 0).float().mean()")),
              "This is the share of all outputs that are 0. A unit that is 0 for some samples and not for others is "
              "not dead; it is how a ReLU works."),
        Wrong(_dead("dead_any", (".all(0)", ".any(0)")),
              "Units count as dead that are 0 for any sample. A dead unit is 0 for all of them."),
        Wrong(_dead("dead_samples", (".all(0)", ".all(1)")),
              "This is the share of the samples for which all units are 0. Units are the columns: look along the "
              "samples, dimension 0."),
        Wrong(_dead("dead_first_sample", ("(layer == 0).all(0)", "(layer[0] == 0)")),
              "Only the first sample is looked at. A dead unit is 0 for all of them."),
        Wrong(_dead("dead_alive", ("(layer == 0).all(0)", "(layer != 0).any(0)")),
              "This is the share of the units that are alive: 1 minus the share of dead ones."),
        Wrong(_dead("dead_counts", (".float().mean()", ".float().sum()")),
              "These are the numbers of dead units. Divide by the number of units of the layer."),
        Wrong(_dead("dead_percent", (_SHARE, f"100 * {_SHARE}")),
              "These are percentages. Return shares, from 0 to 1."),
        Wrong(_dead("dead_of_all_layers", ("torch.stack([", "torch.cat(["), (".float().mean() for layer",
                                           ".float() for layer"), ("activations])", "activations]).mean()[None]")),
              "All layers are counted together. Return one share for each layer."),
        Wrong(_dead("dead_mean_of_layers", ("for layer in activations])", "for layer in activations]).mean()[None]")),
              "The mean over the layers is returned. Return one share for each layer."),
        Wrong(_dead("dead_nearly", ("layer == 0", "layer < 1e-3")),
              "Small outputs count as 0. A unit with a small positive output has a gradient; dead means exactly 0."),
        Wrong(_dead("dead_never_positive_mean", ("(layer == 0).all(0)", "(layer.mean(0) < 0.5)")),
              "Units with a small mean output count as dead. A dead unit is exactly 0 for every sample."),
        Wrong(_dead("dead_half", ("(layer == 0).all(0)", "((layer == 0).float().mean(0) > 0.5)")),
              "Units count as dead that are 0 for more than half of the samples. That is usual for a ReLU; a dead unit "
              "is 0 for all of them."),
        Wrong(_dead("dead_by_samples", (".float().mean()", ".float().sum() / len(layer)")),
              "The number of dead units is divided by the number of samples. Divide by the number of units."),
        Wrong(_dead("dead_by_all_outputs", (".float().mean()", ".float().sum() / layer.numel()")),
              "The number of dead units is divided by the number of outputs, N · n. Divide by the number of units."),
    ),
    hints=("layer == 0 says for each sample and unit whether the output is 0. Over which dimension must it hold "
           "throughout?",
           "(layer == 0).all(dim=0) has one value for each unit; the mean of these values, as floats, is the share."),
    allows="One number for each layer says how much of the network has stopped.",
    equivalent=((f"torch.stack([{_SHARE} for layer in activations]) → [{_SHARE} for layer in activations]",
                 "a list of tensors () is accepted, too"),),
)


EXERCISES = [WIDTH, CHAIN, JACOBIAN, NORMS, DEAD]
