"""Week 1b's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import ast
import dataclasses
import functools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected

from nnlab.checks.candidate import Reference
from nnlab.checks.exercise import variant
from nnlab.checks.forms import like
from nnlab.checks.judging import judge
from nnlab.course.notebooks import paths, read
from nnlab.exercises import week01b

REFERENCE = {exercise.name: exercise.reference for exercise in week01b.EXERCISES}


def relu_by_indexing(x):
    out = x.clone()
    out[out < 0] = 0
    return out


def loudly(function):
    """A decorator that a student may write."""
    @functools.wraps(function)
    def wrapped(*args):
        print("computing", function.__name__)
        return function(*args)
    return wrapped


@loudly
def decorated_leaky_relu(x: torch.Tensor) -> torch.Tensor:
    return x.clamp(min=0) + 0.1 * x.clamp(max=0)


def derivative_by_autograd(outputs, activation):
    """The same by the inverse function: z from the output, then PyTorch's derivative."""
    z = {"sigmoid": torch.logit, "tanh": torch.atanh, "relu": torch.clone,
         "elu": lambda a: torch.where(a > 0, a, torch.log1p(a))}[activation](outputs).detach().requires_grad_()
    phi = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "elu": F.elu}[activation]
    return torch.autograd.grad(phi(z).sum(), z)[0]


def derivative_by_a_table(a: torch.Tensor, activation: str) -> torch.Tensor:
    ones = torch.ones_like(a)
    return {"sigmoid": a - a * a, "tanh": (1 + a) * (1 - a), "relu": ones.masked_fill(a <= 0, 0),
            "elu": torch.minimum(ones, a + 1)}[activation]


def derivative_in_one_line(outputs, activation):
    if activation in ("sigmoid", "tanh"):
        return outputs * (1 - outputs) if activation == "sigmoid" else 1 - outputs.square()
    return (outputs + 1).clamp(max=1) if activation == "elu" else outputs.sign()


def maxout_step_by_step(x, weights, biases):
    best = x @ weights[0] + biases[0]
    for w, b in zip(weights[1:], biases[1:], strict=True):
        best = torch.maximum(best, x @ w + b)
    return best


def other_layer(layers):
    first = layers[0][0]
    c = torch.zeros(first.shape[0], dtype=first.dtype)
    W = torch.eye(len(c), dtype=first.dtype)
    for A, a in layers:
        W, c = W @ A, c @ A + a
    return W, c


def layer_by_probing(layers):
    def through(x):
        for W, c in layers:
            x = x @ W + c
        return x
    size, dtype = layers[0][0].shape[0], layers[0][0].dtype
    c = through(torch.zeros(size, dtype=dtype))
    return through(torch.eye(size, dtype=dtype)) - c, c


def layer_from_the_end(layers):
    *rest, (W, c) = layers
    return [W, c] if not rest else layer_from_the_end([*rest[:-1], (rest[-1][0] @ W, rest[-1][1] @ W + c)])


def count_as_a_student(sizes: list) -> int:
    n, *_, m = sizes
    weights = n * m
    biases = m
    return weights + biases


class TestExercises(ExerciseRules):
    module = week01b
    styles = {
        "relu": [lambda x: x.clamp(min=0), lambda x: x * (x > 0), relu_by_indexing,
                 lambda x: torch.maximum(x, torch.zeros_like(x)), lambda x: (x + x.abs()) / 2,
                 lambda x: torch.max(x, torch.tensor(0.0, dtype=x.dtype)), lambda x: x - x.clamp(max=0),
                 lambda x: x.masked_fill(x < 0, 0), lambda x: (x >= 0).to(x.dtype) * x],
        "derivative_from_output": [derivative_by_autograd, derivative_by_a_table, derivative_in_one_line],
        "leaky_relu": [lambda x: torch.maximum(0.1 * x, x), lambda x: F.leaky_relu(x, 0.1), decorated_leaky_relu,
                       lambda x: torch.where(x >= 0, x, x / 10), lambda x: x * (0.1 + 0.9 * (x > 0)),
                       lambda x: 0.55 * x + 0.45 * x.abs(), torch.nn.LeakyReLU(0.1)],
        "elu": [F.elu, lambda x: torch.where(x < 0, torch.expm1(x), x),
                lambda x: torch.where(x > 0, x, torch.exp(x) - 1), torch.nn.ELU(),
                lambda x: x.clamp(min=0) + torch.exp(x.clamp(max=0)) - 1,
                lambda x: torch.where(x > 0, x, math.e ** x - 1)],
        "maxout": [lambda x, weights, biases:
                   torch.stack([x @ w + b for w, b in zip(weights, biases, strict=True)]).amax(0),
                   lambda x, weights, biases: (x @ weights.T + biases).max(-1).values,
                   lambda x, weights, biases: F.linear(x, weights, biases).max(dim=-1)[0],
                   lambda x, weights, biases: ((x.unsqueeze(-2) * weights).sum(-1) + biases).sort(-1).values[..., -1],
                   maxout_step_by_step],
        "one_layer": [other_layer, layer_by_probing, layer_from_the_end,
                      lambda layers: functools.reduce(lambda one, two: (one[0] @ two[0], one[1] @ two[0] + two[1]),
                                                      layers)],
        "numbers_of_one_layer": [lambda sizes: sizes[0] * sizes[-1] + sizes[-1], count_as_a_student,
                                 lambda sizes: np.prod([sizes[0] + 1, sizes[-1]]),
                                 lambda sizes: torch.zeros(sizes[0], sizes[-1]).numel() + torch.tensor(sizes[-1]),
                                 lambda sizes: sum(sizes[-1] for _ in range(sizes[0] + 1))],
    }


CACHE = {}


def cached(x):
    return CACHE.setdefault("relu", x.clamp(min=0))


def popped(layers):
    W, c = layers.pop(0)
    while layers:
        V, b = layers.pop(0)
        W, c = W @ V, c @ V + b
    return W, c


def into_the_bias(layers):
    W, c = layers[0]
    for V, b in layers[1:]:
        b += c @ V
        W, c = W @ V, b
    return W, c


def two_layers(layers):
    (A, a), (B, b) = layers[0], layers[-1]
    return A @ B, a @ B + b


def biases_first(layers):
    W, c = layers[0]
    for V, b in layers[1:]:
        c = c @ V + b
        W = V.T @ W.T
    return W, c


def lost_gradients(layers):
    W, c = week01b.one_layer(layers)
    return torch.tensor(W.tolist(), dtype=W.dtype), c


def sorted_sizes(sizes):
    sizes.sort()
    return (sizes[0] + 1) * sizes[-1]


def counted_down(sizes):
    m = sizes.pop()
    return (sizes[0] + 1) * m


def maxout_from_zero(x, weights, biases):
    best = torch.zeros(x.shape[:-1], dtype=x.dtype)
    for w, b in zip(weights, biases, strict=True):
        best = torch.maximum(best, x @ w + b)
    return best


def maxout_in_place(x, weights, biases):
    sums = x @ weights.T + biases
    biases += 1
    return sums.amax(-1)


def negative_to_zero(x):
    x[x < 0] = 0
    return x


def all_negative_scaled(x):
    x[x < 0] *= 0.1
    return x


def derivative_of(name, formula):
    """`derivative_from_output` with another `formula`, a function of the outputs, for the function `name`."""
    right = week01b.derivative_from_output
    return lambda outputs, activation: formula(outputs) if activation == name else right(outputs, activation)


def derivative_into_the_argument(outputs, activation):
    right = week01b.derivative_from_output(outputs, activation)
    outputs.copy_(right)
    return right


WRONG = {
    "derivative_from_output": [
        derivative_of("sigmoid", lambda a: torch.sigmoid(a) * (1 - torch.sigmoid(a))),
        derivative_of("sigmoid", lambda a: a * (a - 1)), derivative_of("sigmoid", lambda a: a * (1 + a)),
        derivative_of("sigmoid", lambda a: 1 - a ** 2), derivative_of("sigmoid", lambda a: 1 - a),
        derivative_of("sigmoid", lambda a: (a * (1 - a)).round(decimals=2)),
        derivative_of("tanh", lambda a: 1 - torch.tanh(a) ** 2), derivative_of("tanh", lambda a: a * (1 - a)),
        derivative_of("tanh", lambda a: 1 - a), derivative_of("tanh", lambda a: 1 + a ** 2),
        derivative_of("tanh", lambda a: 1 - a.abs()), derivative_of("tanh", lambda a: a ** 2 - 1),
        derivative_of("tanh", lambda a: 4 * a * (1 - a)), derivative_of("relu", lambda a: a * 1),
        derivative_of("relu", lambda a: (a >= 0).to(a.dtype)), derivative_of("relu", lambda a: a > 0),
        derivative_of("relu", lambda a: (a > 0).long()), derivative_of("relu", lambda a: (a > 0).float()),
        derivative_of("relu", lambda a: (a > 1).to(a.dtype)), derivative_of("elu", lambda a: torch.exp(a)),
        derivative_of("elu", lambda a: (a > 0).to(a.dtype)), derivative_of("elu", lambda a: a + 1),
        derivative_of("elu", lambda a: torch.where(a >= 0, 1.0, torch.exp(a))),
        derivative_of("elu", lambda a: torch.where(a >= 0, 1.0, a)),
        derivative_of("elu", lambda a: torch.where(a > 0, 1.0, torch.exp(a) - 1)),
        derivative_of("elu", lambda a: torch.where(a > 0, 1.0, -a)),
        lambda outputs, activation: outputs * (1 - outputs), lambda outputs, activation: 1 - outputs ** 2,
        lambda outputs, activation: week01b.derivative_from_output(outputs, activation).sum(),
        lambda outputs, activation: week01b.derivative_from_output(outputs, activation).flatten(),
        derivative_into_the_argument,
    ],
    "relu": [
        torch.relu, F.relu6, torch.nn.ReLU(), lambda x: x.relu(), lambda x: F.threshold(x, 0, 0),
        lambda x: F.hardtanh(x, 0, math.inf), lambda x: F.leaky_relu(x, 0.0), lambda x: F.elu(x, alpha=0.0),
        lambda x: torch.ops.aten.relu(x), F.softplus, negative_to_zero, lambda x: x.clamp_(min=0),
        lambda x: max(x, torch.tensor(0.0)), lambda x: x.clamp(max=0), lambda x: x.clamp(0, 1),
        lambda x: x.clamp(0, 100), lambda x: x.clamp(min=0).detach(), lambda x: x + x.abs(),
        lambda x: torch.tensor(np.maximum(x.detach().numpy(), 0)), lambda x: [max(0, v) for v in x], cached,
        lambda x: x.clamp(min=0).float(), lambda x: (x > 0).to(x.dtype), lambda x: x[x > 0],
        lambda x: torch.where(x > 1, x, 0.0), lambda x: x.clamp(min=0).flatten(), lambda x: x.clamp(min=0).round(),
    ],
    "leaky_relu": [
        F.leaky_relu, lambda x: torch.minimum(0.1 * x, x), lambda x: 0.1 * x, lambda x: x.clamp(min=0) + 0.1 * x,
        lambda x: x.clamp(min=0), lambda x: x.clamp(min=-0.1), lambda x: torch.where(x > 0, x, x - 0.1),
        lambda x: torch.where(x > 0, x, -0.1 * x), all_negative_scaled, lambda x: F.leaky_relu_(x, 0.1),
        lambda x: torch.where(x > 0, x, 10 * x), lambda x: torch.where(x > -1, x, 0.1 * x),
        lambda x: torch.maximum(0.1 * x, x).detach(), lambda x: torch.maximum(0.1 * x, x).float(),
        lambda x: torch.where(x > 0, 0.1 * x, x), lambda x: x if x.sum() > 0 else 0.1 * x,
    ],
    "elu": [
        lambda x: x * (x > 0) + (torch.exp(x) - 1) * (x <= 0), lambda x: (x > 0) * x + (x <= 0) * torch.expm1(x),
        lambda x: torch.exp(x) - 1, lambda x: torch.where(x > 0, x, torch.exp(x)), F.selu,
        lambda x: F.elu(x, alpha=0.5), lambda x: torch.maximum(x, torch.exp(x) - 1),
        lambda x: torch.minimum(x, torch.exp(x) - 1), lambda x: torch.where(x > 0, x, 1 - torch.exp(x)),
        lambda x: torch.where(x > 0, x, torch.exp(-x) - 1), lambda x: torch.where(x > 0, x, torch.exp(x - 1)),
        lambda x: x.clamp(min=-1), lambda x: torch.where(x > 0, x, torch.tanh(x)), lambda x: F.elu(x, inplace=True),
        lambda x: F.elu(x).detach(), lambda x: F.elu(x).float(), lambda x: x.clamp(min=0) + torch.exp(x.clamp(max=0)),
        lambda x: torch.where(x > 0, x, 2 ** x - 1), lambda x: F.elu(x.clamp(max=100)),
    ],
    "maxout": [
        lambda x, weights, biases: (x @ weights.T + biases).argmax(-1),
        lambda x, weights, biases: (x @ weights.T + biases).amax(0),
        lambda x, weights, biases: (x @ weights.T + biases).amax(),
        lambda x, weights, biases: (x @ weights.T + biases).sum(-1),
        lambda x, weights, biases: (x @ weights.T + biases).mean(-1),
        lambda x, weights, biases: (x @ weights.T + biases).amin(-1),
        lambda x, weights, biases: (x @ weights.T).amax(-1),
        lambda x, weights, biases: (x @ weights.T).amax(-1) + biases.amax(),
        lambda x, weights, biases: (x @ weights.T + biases).abs().amax(-1),
        lambda x, weights, biases: (x @ weights.T + biases).amax(-1, keepdim=True),
        lambda x, weights, biases: (x @ weights.T + biases).max(-1),
        lambda x, weights, biases: (x @ weights.T + biases)[..., -1],
        lambda x, weights, biases: torch.maximum(x @ weights[0] + biases[0], x @ weights[-1] + biases[-1]),
        lambda x, weights, biases: (x @ weights + biases).amax(-1),
        lambda x, weights, biases: (x @ weights.T - biases).amax(-1),
        lambda x, weights, biases: (x @ weights.T + biases).amax(-1).detach(),
        lambda x, weights, biases: (x @ weights.T + biases).logsumexp(-1),
        lambda x, weights, biases: (x @ weights.T + biases).amax(-1).squeeze(),
        maxout_from_zero, maxout_in_place,
    ],
    "one_layer": [
        popped, into_the_bias, two_layers, biases_first, lost_gradients,
        lambda layers: week01b.one_layer(layers[::-1]), lambda layers: week01b.one_layer(layers[:2]),
        lambda layers: week01b.one_layer(layers[1:] or layers), lambda layers: week01b.one_layer(layers)[::-1],
        lambda layers: week01b.one_layer(layers)[0], lambda layers: (week01b.one_layer(layers)[0].T, layers[-1][1]),
        lambda layers: (week01b.one_layer(layers)[0], sum(c.sum() for _, c in layers)),
        lambda layers: (week01b.one_layer(layers)[0], week01b.one_layer(layers)[1][None]),
        lambda layers: (week01b.one_layer(layers)[0], layers[-1][1]),
        lambda layers: tuple(part.float() for part in week01b.one_layer(layers)),
        lambda layers: (week01b.one_layer(layers)[0].T, week01b.one_layer(layers)[1]),
        lambda layers: tuple(part.detach() for part in week01b.one_layer(layers)),
        lambda layers: (functools.reduce(lambda A, B: A * B, [W for W, _ in layers]), layers[-1][1]),
        variant(week01b.one_layer, ("c @ next_W + next_c", "c @ next_W - next_c")),
        variant(week01b.one_layer, ("c @ next_W + next_c", "(c + next_c[:1]) @ next_W")),
    ],
    "numbers_of_one_layer": [
        sorted_sizes, counted_down, lambda sizes: sum(sizes), lambda sizes: math.prod(sizes),
        lambda sizes: sizes[0] * sizes[-1], lambda sizes: sizes[0] * (sizes[-1] + 1),
        lambda sizes: (sizes[0] + 1) * (sizes[-1] + 1), lambda sizes: (sizes[0] + 1) * sizes[1],
        lambda sizes: (sizes[-2] + 1) * sizes[-1], lambda sizes: sizes[0] * sizes[-1] + len(sizes) - 1,
        lambda sizes: (sizes[0] + 1) * sizes[-1] * (len(sizes) - 1), lambda sizes: sizes[0] * sizes[-1] + sizes[0],
        lambda sizes: sizes[0] * sizes[-1] + sum(sizes[1:]), lambda sizes: (sizes[0] + 1, sizes[-1]),
        lambda sizes: min((sizes[0] + 1) * sizes[-1], 10_000), lambda sizes: str((sizes[0] + 1) * sizes[-1]),
        lambda sizes: (max(sizes) + 1) * min(sizes), lambda sizes: sizes[0] * sizes[-1] + 1,
    ],
}


def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence():
    all_rejected(week01b, WRONG)


@pytest.mark.parametrize(("name", "theirs"), [
    ("relu", lambda x: torch.relu(x)), ("leaky_relu", lambda x: F.leaky_relu(x, 0.1)), ("elu", lambda x: F.elu(x)),
    ("maxout", lambda x, weights, biases: F.linear(x, weights, biases).max(-1).values)])
def test_references_are_torchs_on_what_is_drawn(name, theirs):
    exercise = {exercise.name: exercise for exercise in week01b.EXERCISES}[name]
    reference = Reference(dataclasses.replace(exercise, tries=150, differentiable=False), {})
    for call in [call for outcome in reference.outcomes.values() for call in outcome.calls]:
        torch.testing.assert_close(like(call.result, theirs(**call.arguments)), call.result, rtol=1e-5, atol=1e-6)


def test_a_nan_gradient_far_beyond_what_a_float_can_hold_is_not_asked_of_elu():
    x = torch.tensor([100.0], requires_grad=True)
    simple = lambda x: torch.where(x > 0, x, torch.exp(x) - 1)  # noqa: E731
    assert torch.autograd.grad(simple(x).sum(), x)[0].isnan().all() and judge(week01b.ELU, simple).kind == "correct"


def test_activations_are_torchs():
    x = torch.linspace(-5, 5, 101, dtype=torch.float64)
    for name, theirs in (("relu", torch.relu), ("leaky_relu", lambda x: F.leaky_relu(x, 0.1)), ("elu", F.elu)):
        torch.testing.assert_close(REFERENCE[name](x), theirs(x))


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


def test_dead_relus_are_not_rare():
    """Of ReLU neurons with random parameters 14 % output 0 for all evenings after the notebook's training."""
    cells = {cell.id: cell.source for cell in read(paths(["week01b"])[0]).cells}
    evenings = next(node.value for node in ast.parse(cells["evenings"]).body if isinstance(node, ast.Assign))
    x, labels = torch.tensor(ast.literal_eval(evenings.args[0])).split((2, 1), dim=1)
    parameters = torch.randn(3, 10_000, generator=torch.Generator().manual_seed(0)).requires_grad_()
    for _ in range(300):
        loss = (torch.relu(x @ parameters[:2] + parameters[2]) - labels).square().mean(0).sum()
        gradient, = torch.autograd.grad(loss, parameters)
        parameters = (parameters - 0.3 * gradient).detach().requires_grad_()
    dead = (x @ parameters[:2] + parameters[2] <= 0).all(0)
    assert round(100 * dead.float().mean().item()) == 14
    assert "of 10,000 such neurons" in cells["factor-notes"] and "14 %" in cells["factor-notes"]
