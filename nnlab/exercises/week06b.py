"""Week 6b: He's initialization, mean squares through layers, tanh's recursion, equal units, orthogonal matrices."""

import math

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def propagate(sizes, variances):
    """Mean squares of the pre-activations and of the gradients of a ReLU network, in expectation.

    sizes: list of L + 1 ints, the numbers of units n_0 (inputs) to n_L (outputs), L ≥ 1.
    variances: list of L floats, the variance of the weights of layers 1 to L.
    All weights are independent, drawn from a symmetric distribution with mean 0; biases are 0.
    Layer l computes z_l = W_l a_(l-1), and a_l = ReLU(z_l); the last layer has no ReLU. The inputs
    a_0 have mean square 1. The gradient with respect to z_L has mean square 1, and is treated as
    independent of the weights.
    Returns a pair of lists of L floats each: the mean squares of z_1 to z_L, and the mean squares
    of the gradients with respect to z_1 to z_L.

    >>> propagate([3, 8, 2], [0.25, 0.5])
    ([0.75, 1.5], [0.5, 1.0])
    """
    forward, square = [], 1.0
    for size, variance in zip(sizes[:-1], variances, strict=True):
        forward.append(size * variance * square)
        square = forward[-1] / 2
    backward = [1.0]
    for size, variance in zip(sizes[:1:-1], variances[:0:-1], strict=True):
        backward.append(size * variance * backward[-1] / 2)
    return forward, backward[::-1]


def _propagated(draw):
    count = draw.integer(1, 4)
    sizes = [draw.integer(1, 9) for _ in range(count + 1)]
    return f"propagate({sizes}, {draw.numbers(count, among=(1.0, 0.5, 0.25, 2.0, 0.1))})"


def _propagate(name, *edits):
    return variant(propagate, *edits, name=name)


_FORWARD = "forward.append(size * variance * square)"
_BACKWARD = "backward.append(size * variance * backward[-1] / 2)"
_SIZES_BACK = "zip(sizes[:1:-1], variances[:0:-1], strict=True)"

PROPAGATE = Exercise(
    reference=propagate,
    inputs=_propagated,
    cases=(
        "propagate([1, 1], [1.0])",
        "propagate([2, 1], [0.5])",
        "propagate([3, 5], [0.5])",
        "propagate([3, 3, 3], [1.0, 1.0])",
        "propagate([3, 8, 2], [0.25, 0.5])",
        "propagate([4, 4, 4, 4], [0.5, 0.5, 0.5])",
        "propagate([8, 4, 2, 16, 1], [0.25, 0.5, 2.0, 0.125])",
        "propagate([784, 100, 10], [2 / 784, 2 / 100])",
        "propagate([784, 100, 10], [1 / (3 * 784), 1 / 300])",
        "propagate([4, 3, 2], [0.5, 0.5])[0]",
        "propagate([4, 3, 2], [0.5, 0.5])[1]",
    ),
    wrong=(
        Wrong(_propagate("propagate_linear", ("square = forward[-1] / 2", "square = forward[-1]"),
                         ("backward[-1] / 2", "backward[-1]")),
              "ReLU is left out. It sets half of a symmetric pre-activation to 0, forward and backward: a factor 1/2."),
        Wrong(_propagate("propagate_half_forward_only", ("backward[-1] / 2", "backward[-1]")),
              "Forward is right. Backward, the derivative of ReLU is 0 for half of the units: a factor 1/2 as well."),
        Wrong(_propagate("propagate_half_backward_only", ("square = forward[-1] / 2", "square = forward[-1]")),
              "The factor 1/2 of ReLU is missing in the forward pass."),
        Wrong(_propagate("propagate_fans_swapped", ("zip(sizes[:-1], variances, strict=True)",
                                                    "zip(sizes[1:], variances, strict=True)"),
                         (_SIZES_BACK, "zip(sizes[-2:0:-1], variances[:0:-1], strict=True)")),
              "fan_in and fan_out are swapped. A unit of z_l sums over n_(l-1) inputs; the gradient of a unit of "
              "layer l sums over the n_(l+1) units that it feeds."),
        Wrong(_propagate("propagate_backward_fan_in", (_SIZES_BACK, "zip(sizes[-2:0:-1], variances[:0:-1], "
                                                                    "strict=True)")),
              "Forward is right. Backward, a unit of layer l collects gradients from all n_(l+1) units of the next "
              "layer: use fan_out."),
        Wrong(_propagate("propagate_std", (_FORWARD, "forward.append(size * variance ** 2 * square)"),
                         (_BACKWARD, "backward.append(size * variance ** 2 * backward[-1] / 2)")),
              "The variances are squared: they are variances already, not standard deviations."),
        Wrong(_propagate("propagate_activations", (_FORWARD, "forward.append(size * variance * square / 2)"),
                         ("square = forward[-1] / 2", "square = forward[-1]")),
              "These are the mean squares of the activations. The list holds those of the pre-activations z_l, before "
              "ReLU halves them."),
        Wrong(_propagate("propagate_from_the_last", ("return forward, backward[::-1]", "return forward, backward")),
              "The second list begins with the last layer. Both lists go from layer 1 to layer L."),
        Wrong(_propagate("propagate_variance_of_relu", ("square = forward[-1] / 2",
                                                        "square = forward[-1] * (0.5 - 0.5 / math.pi)")),
              "This is the variance of ReLU(z). The next layer sums w·a, and Var(w a) = Var(w) E[a²]: the mean square "
              "counts, which includes the square of the mean."),
        Wrong(_propagate("propagate_quarter", ("square = forward[-1] / 2", "square = forward[-1] / 4"),
                         ("backward[-1] / 2", "backward[-1] / 4")),
              "The factor of ReLU is 1/4 here. It keeps half of the terms of a mean of squares, as they are: 1/2."),
        Wrong(_propagate("propagate_wrt_activations", ("return forward, backward[::-1]",
                                                       "return forward, [2 * m for m in backward[:0:-1]] + [1.0]")),
              "Forward is right. The second list holds the gradients with respect to the activations a_l: those with "
              "respect to z_l are multiplied by ReLU's derivative."),
        Wrong(_propagate("propagate_backward_from_the_first",
                         (_SIZES_BACK, "zip(sizes[2:], variances[1:], strict=True)"),
                         ("return forward, backward[::-1]", "return forward, backward")),
              "The gradient with respect to z_1 is set to 1 and followed to the last layer. Begin with z_L, and go "
              "back."),
        Wrong(_propagate("propagate_backward_own_weights",
                         (_SIZES_BACK, "zip(sizes[-2:0:-1], variances[-2::-1], strict=True)")),
              "This goes back through the layer's own weights W_l. From z_(l+1) to z_l the gradient passes "
              "through W_(l+1)."),
        Wrong(_propagate("propagate_roots",
                         ("return forward, backward[::-1]",
                          "return [m ** 0.5 for m in forward], [m ** 0.5 for m in backward[::-1]]")),
              "These are roots of the mean squares. Return the mean squares."),
        Wrong(_propagate("propagate_last_forward_relu", ("return forward, backward[::-1]",
                                                         "return [*forward[:-1], forward[-1] / 2], backward[::-1]")),
              "The last mean square is halved, as if z_L went through ReLU."),
        Wrong(_propagate("propagate_last_relu", ("backward = [1.0]", "backward = [0.5]")),
              "The last layer has no ReLU: the gradient with respect to z_L has the mean square 1."),
        Wrong(_propagate("propagate_no_fan", (_FORWARD, "forward.append(variance * square)"),
                         (_BACKWARD, "backward.append(variance * backward[-1] / 2)")),
              "The number of terms is missing: the variance of a sum of n independent terms is n times that of one."),
        Wrong(_propagate("propagate_backward_same_layer", (_SIZES_BACK, "zip(sizes[:1:-1], variances[:-1][::-1], "
                                                                        "strict=True)")),
              "The gradient with respect to z_l passes through the weights of layer l + 1, not through those of "
              "layer l."),
    ),
    hints=("A unit of z_l is a sum of n_(l-1) products w·a. What is the variance of one product, if w has mean 0?",
           "Forward, the mean square is multiplied by n_(l-1) · variance, and halved by ReLU before the next layer. "
           "Backward: ∂C/∂a_l = W_(l+1)ᵀ ∂C/∂z_(l+1), sums of n_(l+1) terms, then times ReLU's derivative."),
    allows="Any list of sizes and variances is judged before a network is trained.",
    equivalent=(("True → False", "both lists have L values"),),
)


def he_initialize_(model, generator):
    """The model, with He's initialization for ReLU in its linear and convolutional layers.

    model: nn.Module. generator: torch.Generator.
    For each nn.Linear and nn.Conv2d, at any depth, in the order of model.modules(): draw standard
    normal numbers by one call of torch.randn(weight.shape, generator=generator) and set the weights
    to them times √(2 / fan_in), in place. nn.init's random functions and normal_ may not be called.
    fan_in is the number of products that one output number is the sum of, as an nn.Conv2d with any
    kernel size and any `groups` computes it. Biases, where there are any, become 0. All other
    layers stay as they are.
    The parameters remain the same objects and still require gradients; no operation is recorded.
    Returns the model.

    >>> layer = he_initialize_(torch.nn.Linear(8, 1), torch.Generator().manual_seed(0))
    >>> 2 * layer.weight[0, :3]
    tensor([ 1.5410, -0.2934, -2.1788], grad_fn=<MulBackward0>)
    """
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            fan_in = layer.weight[0].numel()
            with torch.no_grad():
                layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) * math.sqrt(2 / fan_in))
                if layer.bias is not None:
                    layer.bias.zero_()
    return model


def _initialized(draw):
    def linear():
        return f"nn.Linear({draw.integer(1, 5)}, {draw.integer(1, 5)}{draw.choice(('', ', bias=False'))})"

    def convolution():
        groups, size = draw.choice((1, 2)), draw.choice(("1", "2", "3", "(1, 3)"))
        channels = groups * draw.integer(1, 2), groups * draw.integer(1, 2)
        grouped = f", groups={groups}" if groups > 1 else ""
        return f"nn.Conv2d({channels[0]}, {channels[1]}, {size}{grouped}{draw.choice(('', ', bias=False'))})"

    layers = [draw.choice((linear, convolution))() for _ in range(draw.integer(1, 3))]
    if draw.choice((False, False, True)):
        layers.append(f"nn.Sequential(nn.ReLU(), {linear()})")
    model = layers[0] if len(layers) == 1 else f"nn.Sequential({', '.join(layers)})"
    return f"he_initialize_({model}, torch.Generator().manual_seed({draw.integer(0, 9)}))"


def _he(name, *edits):
    return variant(he_initialize_, *edits, name=name)


def he_new_parameters(model, generator):
    """A wrong answer: the weights become other objects, which an optimizer made before does not know."""
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            fan_in = layer.weight[0].numel()
            layer.weight = nn.Parameter(torch.randn(layer.weight.shape, generator=generator) * math.sqrt(2 / fan_in))
            if layer.bias is not None:
                layer.bias = nn.Parameter(torch.zeros_like(layer.bias))
    return model


def he_all_parameters(model, generator):
    """A wrong answer: parameters by their shape, so that the scale of a normalization layer becomes 0."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                numbers = torch.randn(parameter.shape, generator=generator)
                parameter.copy_(numbers * math.sqrt(2 / parameter[0].numel()))
            else:
                parameter.zero_()
    return model


_FAN_IN = "layer.weight[0].numel()"
_STD = "math.sqrt(2 / fan_in)"
_BOTH = "(nn.Linear, nn.Conv2d)"
_RANDN = "torch.randn(layer.weight.shape, generator=generator)"

HE = Exercise(
    reference=he_initialize_,
    tries=12,
    inputs=_initialized,
    uses={"nn": nn},
    cases=(
        "he_initialize_(nn.Linear(2, 2), torch.Generator().manual_seed(0))",
        "he_initialize_(nn.Linear(3, 1, bias=False), torch.Generator().manual_seed(0))",
        "he_initialize_(nn.Linear(8, 3), torch.Generator().manual_seed(1))",
        "he_initialize_(nn.Conv2d(1, 1, 1), torch.Generator().manual_seed(0))",
        "he_initialize_(nn.Conv2d(2, 3, 1), torch.Generator().manual_seed(0))",
        "he_initialize_(nn.Conv2d(2, 1, 3), torch.Generator().manual_seed(0))",
        "he_initialize_(nn.Conv2d(4, 4, (1, 2), groups=2), torch.Generator().manual_seed(0))",
        "he_initialize_(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), torch.Generator().manual_seed(4))",
        "m = nn.Sequential(nn.Sequential(nn.Linear(2, 3)), nn.BatchNorm1d(3)); "
        "he_initialize_(m, torch.Generator().manual_seed(0))",
        "m = nn.Embedding(2, 2); w = m.weight.clone(); he_initialize_(m, torch.Generator()); (m.weight == w).all()",
        "m = nn.Linear(2, 2); he_initialize_(m, torch.Generator()); m.weight.requires_grad, m.weight.is_leaf",
        "m = nn.Linear(2, 2); w = m.weight; he_initialize_(m, torch.Generator().manual_seed(0)); w",
        "m = nn.Conv2d(1, 2, 2); he_initialize_(m, torch.Generator().manual_seed(2)) is m",
    ),
    wrong=(
        Wrong(_he("he_fan_out", (_FAN_IN, "layer.weight.numel() // layer.weight.shape[1]")),
              "This is fan_out. One output is a sum over the inputs: use fan_in, weight.shape[1] times the kernel's "
              "size, if the forward signal is to keep its mean square."),
        Wrong(_he("he_units", (_FAN_IN, "layer.weight.shape[0]")),
              "weight.shape[0] is the number of outputs: torch stores weights as (outputs, inputs, ...)."),
        Wrong(_he("he_without_kernel", (_FAN_IN, "layer.weight.shape[1]")),
              "The kernel's size is missing: one output of a convolution sums over channels, rows and columns."),
        Wrong(_he("he_kernel_height", (_FAN_IN, "layer.weight[0].numel() // (layer.weight.shape[-1] "
                                                "if layer.weight.ndim == 4 else 1)")),
              "Only the kernel's height counts here. A window has height times width positions in each channel."),
        Wrong(_he("he_groups", (_FAN_IN, "layer.weight[0].numel() * getattr(layer, 'groups', 1)")),
              "With groups, an output sees the channels of its own group only: in_channels / groups of them."),
        Wrong(_he("he_variance", (_STD, "(2 / fan_in)")),
              "2 / fan_in is the variance. Multiply standard normal numbers by the standard deviation, its root."),
        Wrong(_he("he_root_of_fan_only", (_STD, "2 / math.sqrt(fan_in)")),
              "This is 2 / √fan_in: the root is taken of fan_in only. The standard deviation is √(2 / fan_in)."),
        Wrong(_he("he_root_of_two_only", (_STD, "math.sqrt(2) / fan_in")),
              "This is √2 / fan_in: the root is taken of 2 only. The standard deviation is √(2 / fan_in)."),
        Wrong(_he("he_all_weights", (_FAN_IN, "layer.weight.numel()")),
              "weight.numel() counts the weights of all outputs. fan_in is the number of weights of one output."),
        Wrong(_he("he_random_bias", ("layer.bias.zero_()",
                                     "layer.bias.copy_(torch.randn(layer.bias.shape, generator=generator) * "
                                     "math.sqrt(2 / fan_in))")),
              "The biases are drawn as well. Set them to 0."),
        Wrong(_he("he_lecun", (_STD, "math.sqrt(1 / fan_in)")),
              "The variance is 1 / fan_in, right for linear layers. ReLU halves the mean square, so take 2 / fan_in."),
        Wrong(_he("he_xavier", (_FAN_IN, "(layer.weight[0].numel() + layer.weight.numel() // layer.weight.shape[1]) "
                                         "/ 2"),
                  (_STD, "math.sqrt(1 / fan_in)")),
              "This is Xavier's standard deviation √(2 / (fan_in + fan_out)). He's for ReLU is √(2 / fan_in)."),
        Wrong(_he("he_uniform_bound", (_STD, "math.sqrt(6 / fan_in)")),
              "√(6 / fan_in) is the bound of the uniform distribution with this variance. For normal numbers, multiply "
              "by the standard deviation."),
        Wrong(_he("he_uniform", ("torch.randn(", "torch.rand(")),
              "torch.rand gives numbers uniform from 0 to 1: all weights are positive. Use torch.randn."),
        Wrong(_he("he_bias_kept", ("                if layer.bias is not None:\n"
                                   "                    layer.bias.zero_()\n", "")),
              "The weights are right. The biases still have torch's default; set them to 0."),
        Wrong(_he("he_linear_only", (_BOTH, "nn.Linear")),
              "Convolutional layers are left out: nn.Conv2d has weights, too."),
        Wrong(_he("he_children", ("model.modules()", "model.children()")),
              "model.children() yields the direct parts only: neither layers inside a part nor the model itself. "
              "model.modules() yields all."),
        Wrong(_he("he_everything", (f"isinstance(layer, {_BOTH})", "getattr(layer, 'weight', None) is not None"),
                  (_FAN_IN, "max(1, layer.weight[0].numel())"),
                  ("if layer.bias is not None", "if getattr(layer, 'bias', None) is not None")),
              "A layer that is neither linear nor convolutional has changed. Look at the kind of layer, not at whether "
              "it has weights."),
        Wrong(_he("he_without_generator", (_RANDN, "torch.randn(layer.weight.shape)")),
              "The numbers are not drawn from the generator that is given: write generator=generator."),
        Wrong(he_all_parameters,
              "All parameters are taken for weights or biases of linear layers: the scale of a normalization layer "
              "becomes 0, which makes all its outputs 0. Look at the kind of layer."),
        Wrong(he_new_parameters,
              "The weights are new Parameter objects: an optimizer made before still holds the old ones. Copy the "
              "numbers into the weights, in place."),
    ),
    hints=("layer.weight has the shape (outputs, inputs of one output, rows and columns of the kernel). How many "
           "numbers belong to one output?",
           "layer.weight[0].numel() of them, for both kinds of layer, with groups too. Under torch.no_grad(), "
           "weight.copy_(...) and bias.zero_() write in place."),
    allows="Every network of this week can be initialized by it.",
    forbids=("normal", "kaiming_uniform"),  # the watch leaves the underscores out
    equivalent=(
        ("(nn.Linear, nn.Conv2d) → (nn.Conv2d, nn.Linear)", "the order of the classes is free"),
        ("0 → -1", "all outputs are sums of equally many products"),
    ),
)


def tanh_variances(gain, depth, start=1.0):
    """Mean squares of the activations of an infinitely wide tanh network, layer by layer.

    gain: float > 0, the weights have variance gain² / n for n inputs. depth: int ≥ 1.
    start: float > 0, the mean square of the inputs. Biases are 0.
    In a layer, the pre-activations are normal with mean 0 and variance q = gain² · m, where m is
    the mean square of the layer's inputs. The activations have the mean square E[tanh²(√q Z)] with
    Z standard normal; it is the m of the next layer.
    Compute the expectation by quadrature, to an error below 1e-5. This suffices: 2001 equally
    spaced points z from -8 to 8, weights proportional to exp(-z²/2) that sum to 1, and the sum of
    weight · tanh²(√q z), in float64. No random numbers.
    Returns a list of `depth` floats: the mean squares of the activations of layers 1 to `depth`.

    >>> [round(m, 4) for m in tanh_variances(2.0, 3)]
    [0.6353, 0.5616, 0.5404]
    """
    z = torch.linspace(-8, 8, 2001, dtype=torch.float64)
    weights = torch.exp(-z ** 2 / 2)
    weights = weights / weights.sum()
    squares = [start]
    for _ in range(depth):
        q = gain ** 2 * squares[-1]
        squares.append((weights * torch.tanh(math.sqrt(q) * z) ** 2).sum().item())
    return squares[1:]


def _tanh_case(draw):
    gain = draw.number(among=(1.0, 1.5, 0.5, 2.0, 1.25))
    return f"tanh_variances({gain}, {draw.integer(1, 6)}, {draw.number(among=(1.0, 0.5, 2.0, 4.0))})"


def _tanh(name, *edits):
    return variant(tanh_variances, *edits, name=name)


_Q = "gain ** 2 * squares[-1]"
_MEAN = "(weights * torch.tanh(math.sqrt(q) * z) ** 2).sum().item()"

TANH = Exercise(
    reference=tanh_variances,
    inputs=_tanh_case,
    cases=(
        "tanh_variances(1.0, 1)",
        "tanh_variances(2.0, 1, 0.25)",
        "tanh_variances(1.0, 1, 0.0001)",
        "tanh_variances(1.0, 3)",
        "tanh_variances(0.5, 2)",
        "tanh_variances(1.5, 2, 2.0)",
        "tanh_variances(3.0, 4, 5.0)",
        "tanh_variances(5 / 3, 10)",
        "len(tanh_variances(1.0, 4))",
    ),
    wrong=(
        Wrong(_tanh("tanh_without_root", ("math.sqrt(q) * z", "q * z")),
              "q is the variance of the pre-activations. √q · Z has the variance q; q · Z has q²."),
        Wrong(_tanh("tanh_gain_not_squared", (_Q, "gain * squares[-1]")),
              "The gain multiplies the weights, so it multiplies variances by its square."),
        Wrong(_tanh("tanh_not_squared", ("* z) ** 2).sum()", "* z).abs()).sum()")),
              "This is the mean of |tanh|. Square tanh before you take the mean."),
        Wrong(_tanh("tanh_mean_then_square", (_MEAN, "(weights * torch.tanh(math.sqrt(q) * z)).sum().item() ** 2")),
              "This is the square of the mean, which is 0 by symmetry. Take the mean of the squares."),
        Wrong(_tanh("tanh_density_without_step",
                    ("weights = weights / weights.sum()", "weights = weights / math.sqrt(2 * math.pi)")),
              "The density is summed without the distance of the points. Divide the weights by their sum instead."),
        Wrong(_tanh("tanh_derivative", (_MEAN, "(weights * (1 - torch.tanh(math.sqrt(q) * z) ** 2)).sum().item()")),
              "1 - tanh² is the derivative of tanh. The signal has the mean square E[tanh²]."),
        Wrong(_tanh("tanh_narrow", ("-8, 8, 2001", "-3, 3, 2001")),
              "Points from -3 to 3 leave out the largest |z|: the error is above 1e-5. Take -8 to 8."),
        Wrong(_tanh("tanh_roots", ("return squares[1:]", "return [math.sqrt(m) for m in squares[1:]]")),
              "These are roots of the mean squares. Return the mean squares."),
        Wrong(_tanh("tanh_no_gain_first", (_Q, "gain ** 2 * squares[-1] if len(squares) > 1 else start")),
              "`start` is taken for the q of layer 1. It is the mean square of the inputs: layer 1 has weights, and "
              "their gain."),
        Wrong(_tanh("tanh_gain_after", (_Q, "squares[-1]"), (_MEAN, f"gain ** 2 * {_MEAN}")),
              "The gain is applied after tanh. It belongs to the weights, so it multiplies what goes into tanh."),
        Wrong(_tanh("tanh_start_ignored", ("squares = [start]", "squares = [1.0]")),
              "`start` is ignored: the inputs are taken to have the mean square 1."),
        Wrong(_tanh("tanh_linear", (_MEAN, "(weights * (math.sqrt(q) * z) ** 2).sum().item()")),
              "tanh is left out: this is q itself, Xavier's argument, which holds where tanh is linear."),
        Wrong(_tanh("tanh_of_variance", (_MEAN, "math.tanh(math.sqrt(q)) ** 2")),
              "This is tanh² at one standard deviation. Take the mean of tanh²(√q z) over all z."),
        Wrong(_tanh("tanh_of_tanh", (_Q, "gain ** 2 * squares[-1] if len(squares) == 1 else squares[-1]")),
              "The gain is used in the first layer only. Every layer has weights."),
        Wrong(_tanh("tanh_from_start", (_Q, "gain ** 2 * start")),
              "Every layer begins with the mean square of the inputs. Layer l takes that of layer l - 1."),
        Wrong(_tanh("tanh_not_normalized", ("weights = weights / weights.sum()", "weights = weights / len(z)")),
              "The weights do not sum to 1, so the result is no mean. Divide them by their sum."),
        Wrong(_tanh("tanh_uniform", ("torch.exp(-z ** 2 / 2)", "torch.ones_like(z)")),
              "All points have the same weight, as if Z were uniform. The weights are proportional to exp(-z²/2)."),
        Wrong(_tanh("tanh_density", ("-z ** 2 / 2)", "-z ** 2)")),
              "exp(-z²) belongs to a normal distribution with variance 1/2. The standard normal has exp(-z²/2)."),
        Wrong(_tanh("tanh_with_start", ("return squares[1:]", "return squares[:-1]")),
              "The list begins with the inputs. It should hold layers 1 to depth."),
        Wrong(_tanh("tanh_pre_activations", ("return squares[1:]", "return [gain ** 2 * m for m in squares[:-1]]")),
              "These are the variances q of the pre-activations. Return the mean squares after tanh."),
        Wrong(_tanh("tanh_last_only", ("return squares[1:]", "return squares[-1:]")),
              "Only the last layer is returned. The list holds a number for each layer."),
    ),
    hints=("One layer is two lines: q from m, then a weighted sum over the points z.",
           "weights = exp(-z²/2), divided by their sum. m = Σ weights · tanh(√q · z)². Repeat with the new m."),
    allows="It predicts a tanh network of any depth without drawing a weight.",
    equivalent=(
        ("8 → 9", "beyond 8 standard deviations the density is negligible"),
        ("8 → 7", "beyond 7 standard deviations the density is negligible"),
        ("2001 → 2002", "another number of points gives the same integral"),
        ("2001 → 2000", "another number of points gives the same integral"),
        ("(weights * torch.tanh(math.sqrt(q) * z) ** 2).sum().item() → "
         "(weights * torch.tanh(math.sqrt(q) * z) ** 2).sum()", "math.sqrt takes a tensor () as well as a number"),
    ),
)


def distinct_units(incoming, bias, outgoing, decimals=4):
    """Number of different units in a hidden layer.

    incoming: tensor (H, D), float: row h holds the weights from the D inputs to unit h.
    bias: tensor (H,). outgoing: tensor (C, H): the weights from the H units to the C units of the
    next layer. decimals: int ≥ 0.
    Round all numbers to `decimals` places. Two units are equal if their incoming weights, their
    biases and their outgoing weights all are equal. The arguments must not change.
    Returns an int from 1 to H: into how many different kinds the units fall.

    >>> incoming = torch.tensor([[1.0, 2.0], [1.0, 2.0], [0.0, 1.0]])
    >>> distinct_units(incoming, torch.zeros(3), torch.ones(1, 3))
    2
    """
    rows = torch.cat([incoming, bias[:, None], outgoing.T], dim=1)
    return len(torch.unique(torch.round(rows, decimals=decimals), dim=0))


def _counted(draw):
    units, inputs, outputs = draw.integer(1, 5), draw.integer(1, 2), draw.integer(1, 2)
    among = (1.0, 0.0)
    return (f"distinct_units({draw.tensor(units, inputs, among=among)}, {draw.tensor(units, among=(0.0, 0.0, 1.0))}, "
            f"{draw.tensor(outputs, units, among=(1.0, 1.0, 2.0))})")


def _distinct(name, *edits):
    return variant(distinct_units, *edits, name=name)


_ROWS = "torch.cat([incoming, bias[:, None], outgoing.T], dim=1)"

DISTINCT = Exercise(
    reference=distinct_units,
    inputs=_counted,
    cases=(
        "distinct_units(torch.ones(1, 1), torch.zeros(1), torch.ones(1, 1))",
        "distinct_units(torch.ones(3, 2), torch.zeros(3), torch.ones(1, 3))",
        "distinct_units(torch.tensor([[1.0], [2.0], [3.0]]), torch.zeros(3), torch.ones(1, 3))",
        "distinct_units(torch.tensor([[1.0, 2.0], [1.0, 2.0], [0.0, 1.0]]), torch.zeros(3), torch.ones(1, 3))",
        "distinct_units(torch.ones(3, 1), torch.tensor([0.0, 1.0, 0.0]), torch.ones(2, 3))",
        "distinct_units(torch.ones(3, 1), torch.zeros(3), torch.tensor([[1.0, 1.0, 1.0], [2.0, 1.0, 2.0]]))",
        "distinct_units(torch.tensor([[1.0, 2.0], [2.0, 1.0]]), torch.zeros(2), torch.ones(1, 2))",
        "distinct_units(torch.tensor([[1.0], [1.0001], [1.00001]]), torch.zeros(3), torch.ones(1, 3))",
        "distinct_units(torch.tensor([[1.0], [1.1], [1.01]]), torch.zeros(3), torch.ones(1, 3), decimals=1)",
        "distinct_units(torch.tensor([[1.0], [1.4], [2.0]]), torch.zeros(3), torch.ones(1, 3), decimals=0)",
        "distinct_units(torch.tensor([[0.96], [1.04], [2.0]]), torch.zeros(3), torch.ones(1, 3), decimals=1)",
        "distinct_units(torch.tensor([[1.0], [0.0]]), torch.tensor([0.0, 1.0]), torch.tensor([[3.0, 3.0]]))",
        "x = torch.tensor([[1.23456], [1.2]]); distinct_units(x, torch.zeros(2), torch.ones(1, 2), 1); x",
    ),
    wrong=(
        Wrong(_distinct("distinct_incoming_only", (_ROWS, "incoming")),
              "Only the incoming weights are compared. Biases and outgoing weights make units different as well."),
        Wrong(_distinct("distinct_without_outgoing", (_ROWS, "torch.cat([incoming, bias[:, None]], dim=1)")),
              "The outgoing weights are left out. Units with different outgoing weights get different gradients."),
        Wrong(_distinct("distinct_without_bias", (_ROWS, "torch.cat([incoming, outgoing.T], dim=1)")),
              "The biases are left out: two units with the same weights and different biases are different."),
        Wrong(_distinct("distinct_outgoing_only", (_ROWS, "outgoing.T")),
              "Only the outgoing weights are compared."),
        Wrong(_distinct("distinct_numbers", ("rows, decimals=decimals), dim=0)", "rows, decimals=decimals))")),
              "This counts different numbers. Count different rows: torch.unique with dim=0."),
        Wrong(_distinct("distinct_unrounded", ("torch.round(rows, decimals=decimals)", "rows")),
              "Nothing is rounded. Trained copies may differ in the last bits, which should not count."),
        Wrong(_distinct("distinct_cut_off", ("torch.round(rows, decimals=decimals)",
                                             "torch.floor(rows * 10 ** decimals)")),
              "The numbers are cut off after `decimals` places. Round them: 0.96 and 1.04 are both 1.0."),
        Wrong(_distinct("distinct_neighbors", ("torch.unique(", "torch.unique_consecutive(")),
              "Only neighboring units are compared. Equal units may stand anywhere in the layer."),
        Wrong(_distinct("distinct_without_a_copy",
                        ("return len(torch.unique(torch.round(rows, decimals=decimals), dim=0))",
                         "return (torch.unique(torch.round(rows, decimals=decimals), dim=0, "
                         "return_counts=True)[1] == 1).sum().item()")),
              "This is the number of units that have no copy. Units with copies are a kind as well: count it once."),
        Wrong(_distinct("distinct_four_places", ("decimals=decimals", "decimals=4")),
              "The numbers are rounded to 4 places, whatever `decimals` says."),
        Wrong(_distinct("distinct_transposed", (_ROWS, "torch.cat([incoming, bias[:, None], outgoing.T], dim=1).T")),
              "This counts columns, that is, inputs and outputs. A unit is a row of `incoming` and a column of "
              "`outgoing`."),
        Wrong(_distinct("distinct_sums", (_ROWS, "torch.stack([incoming.sum(1), bias, outgoing.sum(0)], dim=1)")),
              "The sums of the weights are compared. Units with equal sums may still differ."),
        Wrong(_distinct("distinct_duplicates", ("return len(", "return len(incoming) + 1 - len(")),
              "This is the number of units that could be left out, plus 1. Return how many kinds there are."),
    ),
    hints=("Put all that belongs to a unit into one row: its incoming weights, its bias, its outgoing weights.",
           "outgoing.T has a row for each unit. torch.cat(..., dim=1) joins the parts, torch.unique(rows, dim=0) keeps "
           "different rows."),
    allows="It counts how many units a symmetric initialization leaves.",
)


def orthogonal_matrix(rows, columns, generator):
    """Random matrix with orthonormal columns or rows, uniform among all such matrices.

    rows, columns: ints ≥ 1. generator: torch.Generator.
    Draw a matrix A of shape (max(rows, columns), min(rows, columns)) by one call of
    torch.randn(..., generator=generator). Let A = QR be its QR decomposition, reduced, so that Q
    has A's shape. Numerical libraries choose the signs of R's diagonal as they like; multiply each
    column of Q by the sign of its diagonal element of R, which makes Q unique, and uniformly
    distributed (Mezzadri 2007).
    Returns a tensor (rows, columns), float32: Q, or its transpose where rows < columns. With more
    rows than columns the columns are orthonormal, with fewer the rows.

    >>> orthogonal_matrix(1, 1, torch.Generator().manual_seed(0))
    tensor([[1.]])
    """
    a = torch.randn(max(rows, columns), min(rows, columns), generator=generator)
    q, r = torch.linalg.qr(a)
    q = q * r.diagonal().sign()
    return q.T if rows < columns else q


def _orthogonal_case(draw):
    return (f"orthogonal_matrix({draw.integer(1, 5)}, {draw.integer(1, 5)}, "
            f"torch.Generator().manual_seed({draw.integer(0, 30)}))")


def _orthogonal(name, *edits):
    return variant(orthogonal_matrix, *edits, name=name)


_SIGNED = "q = q * r.diagonal().sign()"
_DRAWN = "torch.randn(max(rows, columns), min(rows, columns), generator=generator)"

ORTHOGONAL = Exercise(
    reference=orthogonal_matrix,
    inputs=_orthogonal_case,
    cases=(
        "orthogonal_matrix(1, 1, torch.Generator().manual_seed(0))",
        "orthogonal_matrix(1, 1, torch.Generator().manual_seed(1))",
        "orthogonal_matrix(2, 2, torch.Generator().manual_seed(0))",
        "orthogonal_matrix(3, 2, torch.Generator().manual_seed(0))",
        "orthogonal_matrix(2, 3, torch.Generator().manual_seed(0))",
        "orthogonal_matrix(4, 4, torch.Generator().manual_seed(7))",
        "orthogonal_matrix(1, 4, torch.Generator().manual_seed(3))",
        "orthogonal_matrix(4, 1, torch.Generator().manual_seed(5))",
        "orthogonal_matrix(2, 2, torch.Generator()).shape, orthogonal_matrix(3, 1, torch.Generator()).shape",
        "w = orthogonal_matrix(5, 3, torch.Generator().manual_seed(0)); w.T @ w",
        "w = orthogonal_matrix(3, 5, torch.Generator().manual_seed(0)); w @ w.T",
        "w = orthogonal_matrix(4, 4, torch.Generator().manual_seed(2)); w @ w.T",
    ),
    wrong=(
        Wrong(_orthogonal("orthogonal_without_signs", (f"    {_SIGNED}\n", "")),
              "The signs are those of the library. Multiply each column of Q by the sign of its diagonal element of R; "
              "without this, Q is not uniform."),
        Wrong(_orthogonal("orthogonal_rows_signed", (_SIGNED, "q[:r.shape[0]] = q[:r.shape[0]] * "
                                                              "r.diagonal().sign()[:, None]")),
              "The signs multiply rows of Q. Each belongs to a column: Q has as many columns as R has diagonal "
              "elements."),
        Wrong(_orthogonal("orthogonal_signs_of_q", ("r.diagonal().sign()", "q.diagonal().sign()")),
              "The signs are those of Q's diagonal. Take the diagonal of R."),
        Wrong(_orthogonal("orthogonal_scaled", (".sign()", "")),
              "The columns are multiplied by R's diagonal itself, so they are no longer of length 1. Take its sign."),
        Wrong(_orthogonal("orthogonal_opposite", (_SIGNED, "q = q * -r.diagonal().sign()")),
              "All signs are reversed: the diagonal of R should become positive."),
        Wrong(_orthogonal("orthogonal_normalized", (_SIGNED, "q = a / a.norm(dim=0)")),
              "The columns of A are scaled to length 1, but they are not orthogonal to each other. Use the QR "
              "decomposition."),
        Wrong(_orthogonal("orthogonal_q_of_svd", (_SIGNED, "u, _, v = torch.linalg.svd(a, full_matrices=False)\n"
                                                           "    q = u @ v")),
              "This is U·Vᵀ of the singular value decomposition, orthogonal as well, but another matrix. Here Q of the "
              "QR decomposition is asked."),
        Wrong(_orthogonal("orthogonal_not_transposed", ("return q.T if rows < columns else q", "return q")),
              "With fewer rows than columns the result is not transposed: its shape is (columns, rows)."),
        Wrong(_orthogonal("orthogonal_other_case", ("rows < columns else", "rows >= columns else")),
              "The cases are exchanged: Q is tall already, so it is transposed where rows < columns."),
        Wrong(_orthogonal("orthogonal_reshaped", ("return q.T if rows < columns else q",
                                                  "return q.reshape(rows, columns)")),
              "reshape keeps the order of the numbers and mixes rows with columns. Transpose Q."),
        Wrong(_orthogonal("orthogonal_of_torch", (_DRAWN, "torch.randn(rows, columns, generator=generator)"),
                          ("q, r = torch.linalg.qr(a)", "q, r = torch.linalg.qr(a.T if rows < columns else a)")),
              "The shape (rows, columns) is drawn and then transposed, as nn.init.orthogonal_ does it. Draw the shape "
              "(max, min) at once."),
        Wrong(_orthogonal("orthogonal_u_of_svd", ("q, r = torch.linalg.qr(a)",
                                                  "q, r = torch.linalg.svd(a, full_matrices=False)[0], a"),
                          (_SIGNED, "q = q * 1")),
              "This is U of the singular value decomposition, orthogonal as well, but another matrix. Here Q of the QR "
              "decomposition is asked."),
        Wrong(_orthogonal("orthogonal_transposed", ("rows < columns else", "rows <= columns else")),
              "A square matrix is transposed: return Q itself unless rows < columns."),
        Wrong(_orthogonal("orthogonal_wide", (_DRAWN, "torch.randn(rows, columns, generator=generator)"),
                          ("return q.T if rows < columns else q", "return q")),
              "A wide matrix has fewer orthonormal columns than it needs: draw the tall matrix and transpose its Q."),
        Wrong(_orthogonal("orthogonal_uniform", ("torch.randn(", "torch.rand(")),
              "The numbers are uniform from 0 to 1, so Q prefers some directions. Draw normal numbers by torch.randn."),
        Wrong(_orthogonal("orthogonal_without_generator", (", generator=generator)", ")")),
              "The numbers are not drawn from the generator that is given: write generator=generator."),
        Wrong(_orthogonal("orthogonal_matrix_r", ("return q.T if rows < columns else q",
                                                  "return (r.T if rows < columns else r) if rows == columns else "
                                                  "(q.T if rows < columns else q)")),
              "For a square matrix this is R, the triangular factor. Return Q."),
    ),
    hints=("q, r = torch.linalg.qr(a) is the reduced decomposition of a tall a. What changes if you reverse the sign "
           "of a column of q and of the row of r that belongs to it?",
           "r.diagonal().sign() has an element for each column of q; a product with it broadcasts over the rows."),
    allows="Deep linear networks keep the norm of every signal with it.",
    equivalent=(
        ("q * r.diagonal().sign() → q / r.diagonal().sign()", "dividing by -1 is multiplying by it"),
        ("max(rows, columns) → max(columns, rows)", "the larger of both, in either order"),
        ("min(rows, columns) → min(columns, rows)", "the smaller of both, in either order"),
    ),
)


NUMBERS = Quiz(
    name="scale_numbers",
    reference=[12, 10, 20, 5, 6, 5, 2],
    questions=(
        "variance of U(-6, 6)",
        "nn.Linear(200, 50), He normal: 1 / standard deviation",
        "nn.Conv2d(32, 64, kernel_size=5), He normal: 1 / standard deviation",
        "nn.Conv2d(32, 64, kernel_size=5, groups=16), He normal: 1 / standard deviation",
        "He's variance divided by the variance of nn.Linear's default",
        "nn.Linear(40, 10), Xavier normal: 1 / standard deviation",
        "nn.Linear(24, 8), He uniform: 1 / bound",
    ),
    wrong=(
        Wrong([36, 10, 20, 5, 6, 5, 2],
              "a² = 36 is the square of the bound. The variance of U(-a, a) is a²/3."),
        Wrong([3, 10, 20, 5, 6, 5, 2],
              "(b - a)²/12 is taken with b - a = 6. From -6 to 6 it is 12."),
        Wrong([6, 10, 20, 5, 6, 5, 2],
              "6 is the bound. The variance of U(-a, a) is a²/3."),
        Wrong([12, 100, 20, 5, 6, 5, 2],
              "2/200 = 1/100 is the variance. The standard deviation is its root."),
        Wrong([12, 5, 20, 5, 6, 5, 2],
              "This uses fan_out = 50. nn.Linear(200, 50) has 200 inputs, and He's forward rule takes fan_in."),
        Wrong([12, 10, 4, 5, 6, 5, 2],
              "The kernel is left out: fan_in is 32 channels times 5·5 positions."),
        Wrong([12, 10, 400, 5, 6, 5, 2],
              "1/400 is the variance. The standard deviation is its root."),
        Wrong([12, 10, 28, 5, 6, 5, 2],
              "This is fan_out: 64 · 25. An output sums over 32 · 25 products."),
        Wrong([12, 10, 20, 20, 6, 5, 2],
              "With 16 groups an output sees 32 / 16 = 2 channels, not 32."),
        Wrong([12, 10, 20, 5, 3, 5, 2],
              "The default's variance is 1/(3n), and He's is 2/n."),
        Wrong([12, 10, 20, 5, 2, 5, 2],
              "Twice as large would be He's compared with 1/n. The default is U(-1/√n, 1/√n): its variance is a²/3."),
        Wrong([12, 10, 20, 5, 6, 25, 2],
              "2/(40 + 10) = 1/25 is the variance. The standard deviation is its root."),
        Wrong([12, 10, 20, 5, 6, 5, 12],
              "2/24 = 1/12 is the variance. The bound a has a²/3 = 2/24."),
    ),
    hints=("The variance of U(-a, a) is a²/3. He: 2 / fan_in; Xavier: 2 / (fan_in + fan_out); the root is the standard "
           "deviation.",
           "The fan_in of a convolution is in_channels / groups · rows · columns of the kernel."),
    allows="Standard deviation, variance and bound are three numbers of one initialization.",
)


SYMMETRY = Quiz(
    name="units_become_different",
    reference=["no", "no", "yes", "yes", "yes", "no", "yes"],
    questions=(
        "all weights and biases 0",
        "all weights 0.1, biases 0",
        "all weights 0.1, biases drawn at random",
        "weights as He, biases 0",
        "weights as He, the last layer's 0, biases 0",
        "all weights 0.1, biases 0, and ten times the learning rate",
        "weights of the hidden layer 0.1, of the output layer drawn at random, biases 0",
    ),
    wrong=(
        Wrong(["yes", "no", "yes", "yes", "yes", "no", "yes"],
              "With zeros, ReLU's output is 0 and no gradient reaches the hidden weights: they stay 0, all of them."),
        Wrong(["no", "yes", "yes", "yes", "yes", "no", "yes"],
              "Equal units compute equal outputs and get equal gradients, whatever the data: they stay equal."),
        Wrong(["no", "no", "no", "yes", "yes", "no", "yes"],
              "Different biases give different pre-activations, so ReLU is active for different images: the gradients "
              "differ."),
        Wrong(["no", "no", "yes", "no", "yes", "no", "yes"],
              "The units have different random weights already. A bias of 0 makes no two of them equal."),
        Wrong(["no", "no", "yes", "yes", "no", "no", "yes"],
              "The units have different incoming weights. After one step the last layer is no longer 0, and gradients "
              "reach them."),
        Wrong(["no", "no", "yes", "yes", "yes", "yes", "yes"],
              "A larger step along equal gradients leaves equal units equal."),
        Wrong(["no", "no", "yes", "yes", "yes", "no", "no"],
              "The gradient of a unit's incoming weights is multiplied by its outgoing weights, and these differ."),
    ),
    hints=("Two units stay equal if incoming weights, bias and outgoing weights are all equal at the start.",
           "A difference in any of the three is enough, as long as a gradient reaches the units at some step."),
    alone=("A network with one hidden layer of ReLU units is trained. Do its hidden units become different "
          'from each other? Choose from "yes" and "no".'),
    allows="Symmetry is broken by the initialization, or not at all.",
)


EXERCISES = [PROPAGATE, HE, NUMBERS, TANH, DISTINCT, SYMMETRY, ORTHOGONAL]
