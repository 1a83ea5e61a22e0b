"""Week 3a: derivatives on a graph, the deltas of two layers, and the backward pass of a network of any depth."""

import numpy as np
import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant

SLOPES_BY_HAND = Quiz(
    name="slopes_by_hand",
    reference=[-8, -8, -16, 16],
    questions=(
        "a = 2; b = -3; c = a * b; d = c + a; e = d * d: the derivative of e with respect to d",
        "the derivative of e with respect to c",
        "the derivative of e with respect to b",
        "the derivative of e with respect to a",
    ),
    wrong=(
        Wrong([16, -8, -16, 16], "d is -4, so d * d is 16; but its derivative with respect to d is 2 d."),
        Wrong([-4, -8, -16, 16],
              "Both factors of d * d are d: two edges, each with local derivative d; add them."),
        Wrong([-8, -8, 24, 16], "At the edge from b to c = a * b the local derivative is the other factor, a."),
        Wrong([-8, -8, -16, 24], "This is the path through c alone. Another path leads from a directly to d: add it."),
        Wrong([-8, -8, -16, -8], "This is the direct path from a to d alone. Another path leads through c: add it."),
        Wrong([-8, 0, 0, -8],
              "A sum passes its upstream gradient on to both summands: the local derivative of d = c + a with respect "
              "to c is 1."),
    ),
    hints=("Write the values first: c = -6, d = -4, e = 16. Then the local derivative at every edge.",
           "Multiply the local derivatives along each path; where several paths lead from a to e, sum over them."),
    allows="Multiply along each path, sum over all paths: that is the chain rule, and all of backprop.",
)


def deltas(x, y, W, b, v, c):
    """The δ of the output unit and those of the hidden units, a pair of tensors: () and (H,).

    The δ of a unit is the derivative of the loss E = (o - y)² / 2 with respect to the input of its
    sigmoid, where h = σ(W x + b), o = σ(v · h + c) and σ(z) = 1 / (1 + exp(-z)).
    Arguments: tensors x (n,), y (), W (H, n), b (H,), v (H,) and c () of one dtype, float32 or
    float64. Return a pair, of the same dtype: the δ of o, then those of h in the order of the
    hidden units. Tested too: n different from H, H = 1, and σ of numbers up to ±1000, where no δ
    may be nan.

    >>> T = torch.tensor
    >>> deltas(T([1.0]), T(1.0), T([[0.0]]), T([0.0]), T([2.0]), T(-1.0))
    (tensor(-0.1250), tensor([-0.0625]))
    """
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    output = (o - y) * o * (1 - o)
    return output, output * v * h * (1 - h)


def _small_network(draw):
    n, num_hidden = draw.sizes(2, 1, 4)
    wide = ((-3, 3), (-3, 3), (-1000, 1000))
    return (f"deltas({draw.tensor(n)}, {draw.tensor(low=0, high=1)}, {draw.tensor(num_hidden, n)}, "
            f"{draw.tensor(num_hidden, ranges=wide)}, {draw.tensor(num_hidden)}, {draw.tensor(ranges=wide)})")


_NAN = ("exp(z) overflows for large z, and inf / inf is nan: use a form of σ in which nothing overflows, or "
        "torch.sigmoid.")

DELTAS = Exercise(
    reference=deltas,
    inputs=_small_network,
    cases=(
        "deltas(torch.ones(1), torch.tensor(1.0), torch.zeros(1, 1), torch.zeros(1), torch.zeros(1), "
        "torch.tensor(0.0))[1]",
        "deltas(torch.ones(1), torch.tensor(0.5), 2 * torch.ones(1, 1), torch.ones(1), torch.zeros(1), "
        "torch.tensor(0.0))",
        "deltas(torch.ones(1), torch.tensor(1.0), torch.ones(1, 1), torch.zeros(1), 2 * torch.ones(1), "
        "torch.tensor(0.0))",
        "deltas(torch.tensor([1.0, 2.0]), torch.tensor(0.0), torch.eye(2), torch.ones(2), torch.tensor([1.0, -2.0]), "
        "torch.tensor(0.))",
        "deltas(torch.ones(3), torch.tensor(1.0), torch.eye(2, 3), torch.zeros(2), torch.tensor([-1.0, 0.5]), "
        "torch.tensor(0.2))",
        "deltas(torch.ones(1), torch.tensor(0.5), torch.ones(1, 1), torch.tensor([1e3]), torch.ones(1), "
        "torch.tensor(-1.0))",
    ),
    wrong=(
        Wrong(variant(deltas, (" * o * (1 - o)", ""), name="deltas_plain_error"),
              "o - y is the derivative with respect to o. Its sigmoid has a derivative, too: o (1 - o)."),
        Wrong(variant(deltas, ("o - y", "y - o"), name="deltas_other_sign"),
              "The sign: where o is above y, the loss grows with o, so its derivative is o - y, not y - o."),
        Wrong(variant(deltas, (" * v", ""), name="deltas_without_weights"),
              "A hidden unit reaches the output through its weight v: where v = 0, its δ is 0."),
        Wrong(variant(deltas, (" * h * (1 - h)", ""), name="deltas_without_hidden_derivative"),
              "The path to a hidden unit's input goes through its sigmoid, with derivative h (1 - h)."),
        Wrong(variant(deltas, ("h * (1 - h)", "z * (1 - z)"),
                      ("h = torch.sigmoid(W @ x + b)", "z = W @ x + b; h = torch.sigmoid(z)"),
                      name="deltas_of_the_inputs"),
              "σ' is h (1 - h), computed from the output of the sigmoid, not from its input."),
        Wrong(variant(deltas, (" * v * h * (1 - h)", " * h"), name="deltas_of_the_weights"),
              "δ times h is the derivative with respect to a weight in v. The hidden δ goes through v and the "
              "sigmoid."),
        Wrong(variant(deltas, ("torch.sigmoid(W @ x + b)", "torch.exp(W @ x + b) / (1 + torch.exp(W @ x + b))"),
                      name="deltas_overflow"), _NAN),
        Wrong(variant(deltas, ("return output, output * v * h * (1 - h)", "return output * v * h * (1 - h), output"),
                      name="deltas_hidden_first"),
              "The pair begins with the δ of the output unit; those of the hidden units come second."),
        Wrong(variant(deltas, ("output * v * h * (1 - h)", "output * v @ (h * (1 - h))"), name="deltas_summed"),
              "Each hidden unit has a δ of its own: multiply element by element, and do not sum over the units."),
        Wrong(variant(deltas, ("(o - y) * o", "2 * (o - y) * o"), name="deltas_without_half"),
              "The derivative of (o - y)² / 2 with respect to o is o - y: the 2 and the 1/2 cancel."),
        Wrong(variant(deltas, ("output * v", "output * W.sum(1)"), name="deltas_through_W"),
              "W leads from the inputs to the hidden units. From a hidden unit to the output it is the weight v."),
        Wrong(variant(deltas, ("h * (1 - h)", "h ** 2"), name="deltas_squared"),
              "The derivative of the sigmoid is h (1 - h), not h²."),
        Wrong(variant(deltas, ("output * v * h", "(o - y) * v * h"), name="deltas_from_the_error"),
              "The hidden δ is computed from the δ of the output unit, not from o - y: the path to a hidden unit goes "
              "through the sigmoid of the output unit, too."),
        Wrong(variant(deltas, ("torch.sigmoid(v @ h + c)", "v @ h + c"), (" * o * (1 - o)", ""),
                      name="deltas_linear_output"),
              "The output unit has a sigmoid, too: o = σ(v · h + c), and its derivative is a factor of every δ."),
        Wrong(variant(deltas, ("return output, output * v * h * (1 - h)",
                               "return output * h, torch.outer(output * v * h * (1 - h), x)"),
                      name="deltas_as_gradients"),
              "These are the derivatives with respect to the weights. Asked are the δ, before they are multiplied by "
              "the inputs of the unit."),
    ),
    hints=("Forward first: h, then o. Then backward: from E to o, from o to the input of its sigmoid.",
           "Output: (o - y) * o * (1 - o). From there to a hidden unit: times its v, times h * (1 - h)."),
    allows="The derivative with respect to any weight is the δ of the unit it leads to, times its input.",
    equivalent=(("v @ h → h @ v", "a product of two vectors"),),
)


def backward_pass(x, y, weights, biases):
    """Mean cross-entropy of a network on a batch; gradients with respect to weights and biases.

    The network has L layers, numbered from 0. Layer k computes Z = A W^T + b with W = weights[k]
    and b = biases[k]; its input A is the output of the layer before, and x for layer 0. The output
    of a hidden layer is tanh(Z). Z of the last layer are the logits, of which p is the softmax.
    Arguments: NumPy arrays x (n, inputs), float64, a sample in each row; y (n,), int64, the class
    of each sample; weights, a list of L arrays (units of layer k, units of the layer before), and
    biases, a list of L arrays (units of layer k,), all float64.
    Return three things: the loss, a float, the mean over the batch of -log(p of the class of
    the sample); its gradients with respect to weights[0], weights[1], ..., a list of L arrays of
    the same shapes; and those with respect to biases[0], biases[1], ..., likewise, all float64.
    Use NumPy: backward() and torch's other functions for gradients are not accepted. Do not change
    an argument. Tested too: L = 1 to 4, n = 1, layers of equal sizes, and logits up to ±1000,
    where nothing may be nan or infinite.

    >>> loss, by_weights, by_biases = backward_pass(
    ...     np.array([[2.0], [4.0]]), np.array([0, 1]), [np.zeros((2, 1))], [np.zeros(2)])
    >>> by_weights[0].tolist(), by_biases[0].tolist()
    ([[0.5], [-0.5]], [0.0, 0.0])
    """
    activations = [x]
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        activations.append(np.tanh(activations[-1] @ W.T + b))
    logits = activations[-1] @ weights[-1].T + biases[-1]
    logits = logits - logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    loss = -log_p[rows, y].mean()
    delta = np.exp(log_p)
    delta[rows, y] -= 1
    delta = delta / len(y)
    by_weights, by_biases = [], []
    for k in reversed(range(len(weights))):
        by_weights.insert(0, delta.T @ activations[k])
        by_biases.insert(0, delta.sum(axis=0))
        if k > 0:
            delta = delta @ weights[k] * (1 - activations[k] ** 2)
    return loss, by_weights, by_biases


def _array(draw, *shape, **how):
    """Text of an array of that shape."""
    return draw.tensor(*shape, **how).replace("torch.tensor", "np.array")


def _batch_and_network(draw):
    depth, n = draw.integer(1, 4), draw.integer(1, 3)
    if draw.choice((True, False)):
        sizes = [draw.integer(1, 3)] * depth + [draw.integer(2, 3)]
    else:
        sizes = [draw.integer(1, 3) for _ in range(depth)] + [draw.integer(2, 3)]
    short = (0.5, -0.5, 1.0, -1.0, 0.25, -0.25, 2.0, -2.0, 0.0)
    x = _array(draw, n, sizes[0], among=short)
    y = draw.classes(n, sizes[-1]).replace("torch.tensor", "np.array")
    weights = ", ".join(_array(draw, units, before, among=short)
                        for before, units in zip(sizes[:-1], sizes[1:], strict=True))
    biases = ", ".join([*(_array(draw, units, among=short) for units in sizes[1:-1]),
                        _array(draw, sizes[-1], ranges=((-3, 3), (-3, 3), (-3, 3), (-1000, 1000)))])
    return f"backward_pass({x}, {y}, [{weights}], [{biases}])"


_BACK = "delta = delta @ weights[k] * (1 - activations[k] ** 2)"
_BY_WEIGHTS = "by_weights.insert(0, delta.T @ activations[k])"
_START = "backward_pass(np.eye(2) + 1, np.array([0, 1]), "

BACKWARD_PASS = Exercise(
    reference=backward_pass,
    inputs=_batch_and_network,
    tries=30,
    float64=False,  # always: arrays of NumPy
    forbids=("backward", "grad"),
    cases=(
        "backward_pass(np.zeros((1, 1)), np.array([0]), [np.zeros((2, 1))], [np.zeros(2)])[0]",
        "backward_pass(np.zeros((1, 1)), np.array([0]), [np.zeros((2, 1))], [np.zeros(2)])",
        "backward_pass(np.array([[2.0]]), np.array([1]), [np.array([[1.0], [0.5]])], [np.array([0.0, 1.0])])",
        f"{_START}[np.tri(2)], [np.zeros(2)])",
        f"{_START}[np.ones((1, 2)) / 4, np.tri(2, 1)], [-np.ones(1), np.ones(2)])",
        f"{_START}2 * [np.tri(2) - 0.5], [np.ones(2), np.zeros(2)])",
        f"{_START}3 * [np.tri(2) - 0.5], 3 * [np.zeros(2)])",
        f"{_START}4 * [np.tri(2) - 0.75], 4 * [np.ones(2)])",
        f"{_START}[np.eye(2)], [np.array([1000.0, -1000.0])])",
    ),
    wrong=(
        Wrong(variant(backward_pass, ("activations[k] ** 2", "np.tanh(activations[k]) ** 2"),
                      name="backward_tanh_twice"),
              "tanh'(z) = 1 - tanh(z)², where z is the pre-activation. The activation is tanh(z) already: apply tanh "
              "to it no second time."),
        Wrong(variant(backward_pass, (_BACK, "last = k + 1 == len(weights); " + _BACK.replace(
                      "delta @ weights[k] * (1 - activations[k] ** 2)",
                      "(delta if last else delta * (1 - activations[k + 1] ** 2)) @ weights[k]")),
                      name="backward_late_derivative"),
              "δ of layer k takes φ' of layer k: multiply by the weights first, then by φ' of the layer that you have "
              "arrived at. Here it is φ' of the layer above."),
        Wrong(variant(backward_pass, (" * (1 - activations[k] ** 2)", ""), name="backward_linear"),
              "A hidden layer has an activation function: on its way back δ is multiplied by tanh'(z) = 1 - tanh(z)²."),
        Wrong(variant(backward_pass, ("(1 - activations[k] ** 2)", "activations[k] * (1 - activations[k])"),
                      name="backward_sigmoid"),
              "a (1 - a) is the derivative of the sigmoid. These hidden units have tanh: 1 - a²."),
        Wrong(variant(backward_pass, ("delta = delta / len(y)", "pass"), name="backward_summed"),
              "The gradients are n times too large: the loss is the mean over the n samples. Divide δ of the output by "
              "n."),
        Wrong(variant(backward_pass, ("delta.T @ activations[k]", "delta.T @ activations[k] / len(y)"),
                      ("delta.sum(axis=0)", "delta.sum(axis=0) / len(y)"), name="backward_mean_twice"),
              "The factor 1/n is applied twice: δ of the output holds it, and every other gradient is computed from "
              "δ. Sum over the samples after that."),
        Wrong(variant(backward_pass, ("delta.sum(axis=0)", "delta.mean(axis=0)"), name="backward_mean_bias"),
              "δ of the output holds 1/n already: the gradient of a bias is the sum of δ over the samples, not the "
              "mean."),
        Wrong(variant(backward_pass, ("delta / len(y)", "delta / delta.size"), name="backward_mean_over_all"),
              "The mean is over the n samples alone: divide by n, not by n times the number of classes."),
        Wrong(variant(backward_pass, ("delta @ weights[k]", "delta @ weights[k].T"), name="backward_transposed"),
              "Forward it is A W^T, so backward it is Δ W: the weights are not transposed here. Where W is square, "
              "nothing but the numbers shows this."),
        Wrong(variant(backward_pass, ("delta.T @ activations[k]", "activations[k].T @ delta"),
                      name="backward_gradient_transposed"),
              "The gradient of W has the shape of W, (units of this layer, units of the layer before): Δ^T A, not "
              "A^T Δ."),
        Wrong(variant(backward_pass, ("delta.sum(axis=0)", "delta"), name="backward_bias_unsummed"),
              "One bias serves all n samples: its gradient is the sum of δ over the rows, of shape (units,)."),
        Wrong(variant(backward_pass, ("delta.sum(axis=0)", "delta.sum(axis=1)"), name="backward_bias_over_units"),
              "Sum δ over the samples, axis 0; this sums over the units."),
        Wrong(variant(backward_pass, ("by_weights.insert(0, ", "by_weights.append("),
                      ("by_biases.insert(0, ", "by_biases.append("), name="backward_reversed"),
              "The gradients stand in reverse order: the backward pass begins with the last layer, the lists with "
              "layer 0."),
        Wrong(variant(backward_pass, ("delta = np.exp(log_p)", "delta = p = np.exp(log_p)"),
                      ("delta = delta / len(y)", "delta = delta * np.exp(log_p) * (1 - np.exp(log_p)) / len(y)"),
                      ("delta = p = np.exp(log_p)", "delta = np.exp(log_p)"), name="backward_output_derivative"),
              "p - y is the derivative of softmax and cross-entropy together, with respect to the logits: do not "
              "multiply it by p (1 - p) again."),
        Wrong(variant(backward_pass, ("delta = delta / len(y)",
                                      "delta = delta * (1 - np.tanh(logits) ** 2) / len(y)"),
                      ("    logits = logits - logits.max(axis=1, keepdims=True)\n", ""),
                      name="backward_output_tanh"),
              "The last layer has no tanh: δ of the output is (p - y) / n, without a factor tanh'."),
        Wrong(variant(backward_pass, ("delta @ weights[k]", "delta @ weights[k - 1]"), name="backward_lower_weights"),
              "From layer k, δ goes back through the weights of layer k itself, weights[k], not through those of the "
              "layer before."),
        Wrong(variant(backward_pass, (_BY_WEIGHTS, "outputs = [*activations, np.exp(log_p)]; " + _BY_WEIGHTS.replace(
                      "activations[k]", "outputs[k + 1]")), name="backward_own_output"),
              "A weight multiplies the output of the layer before: δ of a layer goes with the activation that enters "
              "this layer, not with the one that leaves it."),
        Wrong(variant(backward_pass, (_BY_WEIGHTS, "before = activations[k] if k == 0 else np.arctanh(activations[k]); "
                                      + _BY_WEIGHTS.replace("activations[k]", "before")), name="backward_of_z"),
              "A weight multiplies the activation of the layer before, tanh(z), not its pre-activation z."),
        Wrong(variant(backward_pass, ("delta = delta / len(y)", "delta = -delta / len(y)"), name="backward_uphill"),
              "The sign: with respect to the logits the derivative is p - y, probability minus target."),
        Wrong(variant(backward_pass, ("delta[rows, y] -= 1", "delta -= y[:, None]"), name="backward_class_numbers"),
              "y holds the number of each sample's class. The target is one-hot: 1 at this class, 0 at all others."),
        Wrong(variant(backward_pass, ("delta = np.exp(log_p)", "delta = log_p.copy()"), name="backward_log_p"),
              "δ of the output is p - y with the probabilities p, not with their logarithms: apply exp."),
        Wrong(variant(backward_pass, ("log_p[rows, y].mean()", "log_p.mean()"), name="backward_loss_of_all"),
              "The gradients are right. The loss of a sample is -log p of its own class, not the mean over all "
              "classes."),
        Wrong(variant(backward_pass, ("(1 - activations[k] ** 2)", "(1 - activations[k - 1] ** 2)"),
                      name="backward_early_derivative"),
              "φ' is one layer too low: after Δ @ weights[k] stands the derivative of tanh at activations[k], the "
              "input of layer k."),
        Wrong(variant(backward_pass, ("delta[rows, y] -= 1", "pass"), name="backward_without_targets"),
              "δ of the output is p minus the one-hot target: subtract 1 at the class of each sample."),
        Wrong(variant(backward_pass, ("log_p[rows, y].mean()", "log_p[rows, y].sum()"), name="backward_summed_loss"),
              "The gradients are right. The loss is the mean over the batch, not the sum."),
        Wrong(variant(backward_pass, ("    logits = logits - logits.max(axis=1, keepdims=True)\n", ""),
                      name="backward_overflow"),
              "exp of a large logit overflows, and inf / inf is nan: subtract the largest logit of each row first."),
        Wrong(variant(backward_pass, ("delta / len(y)", "2 * delta / len(y)"), name="backward_twice"),
              "The gradients are twice too large: the derivative of -log p with respect to the logits is p - y, not "
              "2 (p - y)."),
        Wrong(variant(backward_pass, ("(1 - activations[k] ** 2)", "(activations[k] > 0)"), name="backward_relu"),
              "This is the derivative of ReLU. The hidden units have tanh, with the derivative 1 - a²."),
        Wrong(variant(backward_pass, ("return loss, by_weights, by_biases", "return loss, by_biases, by_weights"),
                      name="backward_biases_first"),
              "The gradients of the weights come second, those of the biases third."),
        Wrong(variant(backward_pass, ("return loss, by_weights, by_biases", "return by_weights, by_biases"),
                      name="backward_without_loss"),
              "Three things are asked: the loss, the gradients of the weights, those of the biases."),
    ),
    hints=("Forward: keep x and the output of each hidden layer in a list. Then δ of the output: softmax minus one-hot "
           "targets, divided by n.",
           "Backward, from the last layer to the first: two gradients from δ and the kept input of this layer; then δ "
           "of the layer before.",
           "With A = activations[k], the input of layer k: delta.T @ A, delta.sum(axis=0), and for the layer before "
           "delta @ weights[k] * (1 - A ** 2)."),
    allows="You have written backprop for a network of any depth; below it trains one.",
    equivalent=(("k > 0 → k >= 0", "δ of the inputs is computed, and not used"),
                ("0 → -1", "δ of the inputs is computed, and not used"),
                ("True → False", "there are as many weights as biases")),
    uses={"np": np},
)

EXERCISES = [SLOPES_BY_HAND, DELTAS, BACKWARD_PASS]
