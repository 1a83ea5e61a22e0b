"""Week 1a's exercises: their rules, and oracles of their references."""

import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules

from nnlab.exercises import week01a

REFERENCE = {exercise.name: exercise.reference for exercise in week01a.EXERCISES}


class OtherNeuron:
    """A neuron in another style."""

    def __init__(self, weights, bias, activation):
        self.all = (weights, bias)
        self.phi = activation

    def __call__(self, inputs):
        w, c = self.all
        return self.phi((inputs * w).sum(dim=-1).add(c))


def other_layer(layers):
    c = torch.zeros(layers[0][0].shape[0])
    W = torch.eye(len(c))
    for A, a in layers:
        W, c = W @ A, c @ A + a
    return W, c


class TestExercises(ExerciseRules):
    module = week01a
    styles = {
        "Neuron": [OtherNeuron],
        "brightening": [lambda before, after: after.to(torch.float32) - before,
                        lambda before, after: after - before.float()],
        "relu": [lambda x: x.clamp(min=0), lambda x: x * (x > 0),
                 lambda x: torch.maximum(x, torch.zeros_like(x)), F.relu, lambda x: (x + x.abs()) / 2],
        "leaky_relu": [lambda x: torch.maximum(0.1 * x, x), lambda x: F.leaky_relu(x, 0.1),
                       lambda x: torch.where(x >= 0, x, x / 10)],
        "elu": [F.elu, lambda x: torch.where(x < 0, torch.expm1(x), x),
                lambda x: x.clamp(min=0) + torch.exp(x.clamp(max=0)) - 1],
        "maxout": [lambda x, weights, biases:
                   torch.stack([x @ w + b for w, b in zip(weights, biases, strict=True)]).amax(0)],
        "one_layer": [other_layer],
        "numbers_of_one_layer": [lambda sizes: sizes[0] * sizes[-1] + sizes[-1]],
    }


def test_activations_are_torchs():
    x = torch.linspace(-5, 5, 101, dtype=torch.float64)
    for name, theirs in (("relu", torch.relu), ("leaky_relu", lambda x: F.leaky_relu(x, 0.1)), ("elu", F.elu)):
        torch.testing.assert_close(REFERENCE[name](x), theirs(x))


def test_neuron_is_a_linear_layer_with_an_activation():
    linear = torch.nn.Linear(3, 1)
    inputs = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    neuron = REFERENCE["Neuron"](linear.weight[0], linear.bias[0], torch.tanh)
    torch.testing.assert_close(neuron(inputs), torch.tanh(linear(inputs))[:, 0])


def test_shapes_are_what_torch_says():
    for text, shape in zip(week01a.SHAPES.questions, week01a.SHAPES.reference, strict=True):
        assert tuple(eval(text, {"torch": torch}).shape) == shape


def test_one_layer_is_a_stack_of_linear_layers():
    g = torch.Generator().manual_seed(0)
    inputs = torch.randn(50, 3, generator=g)
    layers = [(torch.randn(n, m, generator=g), torch.randn(m, generator=g)) for n, m in ((3, 8), (8, 5), (5, 2))]
    W, c = REFERENCE["one_layer"](layers)
    through = torch.nn.Sequential(*(torch.nn.Linear(*A.shape) for A, _ in layers))
    with torch.no_grad():
        for layer, (A, a) in zip(through, layers, strict=True):
            layer.weight.copy_(A.T)
            layer.bias.copy_(a)
        torch.testing.assert_close(inputs @ W + c, through(inputs), rtol=1e-4, atol=1e-4)


def test_numbers_of_one_layer_are_those_of_the_collapsed_stack():
    one_layer, numbers_of_one_layer = REFERENCE["one_layer"], REFERENCE["numbers_of_one_layer"]
    for sizes in ([2, 1], [2, 16, 1], [5, 7, 3, 4]):
        W, c = one_layer([(torch.randn(n, m), torch.randn(m)) for n, m in zip(sizes, sizes[1:], strict=False)])
        assert numbers_of_one_layer(sizes) == W.numel() + c.numel()
