"""Week 2a's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import functools
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week02a
from nnlab.models import MLP

REFERENCE = {exercise.name: exercise.reference for exercise in week02a.EXERCISES}


def step(z):
    return (z > 0).float()


def xor_by_loops(x):
    outputs = []
    for first, second in x.tolist():
        either, both = float(first + second - 0.5 > 0), float(first + second - 1.5 > 0)
        outputs.append(1.0 if either - 2 * both > 0 else 0.0)
    return outputs


def xor_by_layers(x: torch.Tensor) -> torch.Tensor:
    hidden = torch.heaviside(x @ torch.ones(2, 2, dtype=x.dtype) - torch.tensor([0.5, 1.5], dtype=x.dtype),
                             torch.zeros((), dtype=x.dtype))
    return step(hidden @ torch.tensor([1.0, -1.0], dtype=x.dtype) - 0.5)


def loudly(function):
    @functools.wraps(function)
    def wrapped(*args):
        print("called with", *args)
        return function(*args)
    return wrapped


@loudly
def relus_by_loops(x):
    h = torch.zeros(len(x), 2)
    for k, (first, second) in enumerate(x):
        h[k, 0], h[k, 1] = max(0, first + second), max(0, first + second - 1)
    return h, h[:, 0] - 2 * h[:, 1]


def relus_by_layers(x):
    hidden = nn.functional.relu(F.linear(x, torch.full((2, 2), 1.0), bias=torch.tensor([0, -1]).float()))
    return [hidden, F.linear(hidden, torch.tensor([[1.0, -2.0]])).squeeze(1)]


def count_by_torch(sizes: list[int]) -> int:
    return sum(torch.empty(n, m).numel() + torch.empty(m).numel() for n, m in pairwise(sizes))


def count_by_loops(sizes):
    total = 0
    for k in range(1, len(sizes)):
        for _ in range(sizes[k]):
            total += sizes[k - 1] + 1
    return total


def linear_with_new_parameters(W, c):
    layer = nn.Linear(len(W), len(c))
    layer.weight, layer.bias = nn.Parameter(W.T.clone()), nn.Parameter(c.clone())
    return layer


def linear_by_data(W, c):
    layer = nn.Linear(in_features=W.size(0), out_features=W.size(1), bias=True)
    layer.weight.data, layer.bias.data = W.t().contiguous().clone(), c.clone()
    return layer


def linear_by_a_state(W, c):
    layer = nn.Linear(*W.shape)
    layer.load_state_dict({"weight": W.T, "bias": c})
    return layer


def linear_by_elements(W, c):
    layer = nn.Linear(*W.shape)
    with torch.no_grad():
        for i in range(len(W)):
            for j in range(len(c)):
                layer.weight[j, i] = W[i, j]
        layer.bias[:] = c
    return layer


def scores_by_loops(images, W, c):
    rows = []
    for image in images:
        pixels = torch.cat([row / 255 for row in image])
        rows.append(pixels @ W + c)
    return torch.stack(rows)


class TestExercises(ExerciseRules):
    module = week02a
    styles = {
        "xor_by_steps": [
            lambda x: ((x.sum(1) > 0.5) & ~(x.sum(1) > 1.5)).float(), xor_by_loops, xor_by_layers,
            lambda x: np.where((x.numpy().sum(1) > 0.5) & (x.numpy().sum(1) <= 1.5), 1.0, 0.0),
            lambda x: step(step(x[:, 0] + x[:, 1] - 0.5) - 3 * step(2 * x[:, 0] + 2 * x[:, 1] - 3)),
            lambda x: torch.logical_xor(x.sum(-1) > 0.5, x.sum(-1) > 1.5).to(x.dtype),
        ],
        "two_relus": [
            lambda x: ((h := torch.stack([x.sum(1), x.sum(1) - 1], 1).clamp(min=0)), h[:, 0] - 2 * h[:, 1]),
            relus_by_loops, relus_by_layers,
            lambda x: (np.maximum(x.numpy().sum(1, keepdims=True) + [0, -1], 0),
                       np.maximum(x.numpy().sum(1), 0) - 2 * np.maximum(x.numpy().sum(1) - 1, 0)),
            lambda x: (F.relu(x.sum(1, keepdim=True) - torch.arange(2.0)),
                       F.relu(x.sum(1)).sub(F.relu(x.sum(1) - 1).mul(2)).tolist()),
        ],
        "count_parameters": [
            count_by_torch, count_by_loops, lambda sizes: sum(sizes[k] * sizes[k + 1] for k in range(len(sizes) - 1))
            + sum(sizes[1:]), lambda sizes: ((np.array(sizes)[:-1] + 1) * np.array(sizes)[1:]).sum(),
            lambda sizes: (torch.tensor(sizes[:-1]) + 1) @ torch.tensor(sizes[1:]),
            lambda sizes: 0 if len(sizes) < 2 else (sizes[0] + 1) * sizes[1] + REFERENCE["count_parameters"](sizes[1:]),
        ],
        "as_linear": [linear_with_new_parameters, linear_by_data, linear_by_a_state, linear_by_elements],
        "scores_of": [
            lambda images, W, c: F.linear(images.view(len(images), 784) / 255, W.T, c), scores_by_loops,
            lambda images, W, c: (images.numpy().reshape(-1, 784) / np.float32(255)) @ W.numpy() + c.numpy(),
            lambda images, W, c: torch.einsum("nij,ijk->nk", images.float(), W.view(28, 28, 10)) / 255 + c,
            lambda images, W, c: torch.addmm(c, nn.Flatten()(images).div(255.0), W),
            lambda images, W, c: [image.reshape(784).double() / 255 @ W.double() + c for image in images],
        ],
    }


COUNTS = []


def count_all_so_far(sizes):
    COUNTS.append(REFERENCE["count_parameters"](sizes))
    return sum(COUNTS[-2:])


def count_by_popping(sizes):
    total = 0
    while len(sizes) > 1:
        n = sizes.pop(0)
        total += (n + 1) * sizes[0]
    return total


def count_by_inserting(sizes):
    sizes.append(0)
    return sum((n + 1) * m for n, m in pairwise(sizes))


def linear(*lines):
    """A wrong `as_linear` with that body."""
    names = {"nn": nn, "torch": torch, "F": F}
    exec("def as_linear(W, c):\n" + "\n".join(f"    {line}" for line in lines), names)
    return names["as_linear"]


def as_linear_once(W, c, layers={}):  # noqa: B006
    return layers.setdefault(W.shape, REFERENCE["as_linear"](W, c))


WRONG = {
    "xor_by_steps": [
        lambda x: step(x.sum(1) - 0.5), lambda x: step(x.sum(1) - 1.5), lambda x: 1 - step(x.sum(1) - 1.5),
        lambda x: step(x.sum(1) - 2 * step(x.sum(1) - 1.5) - 0.5), lambda x: step(x[:, 0] - x[:, 1]),
        lambda x: step((x[:, 0] - x[:, 1]).abs() - 0.5), lambda x: (x[:, 0] != x[:, 1]).float(),
        lambda x: (x[:, 0] + x[:, 1] == 1).float(), lambda x: x.sum(1) % 2, lambda x: step(step(x.sum(1)) - 0.5),
        lambda x: (x.sum(1) >= 0.5).float() - (x.sum(1) >= 1.5).float(),
        lambda x: REFERENCE["xor_by_steps"](x)[:, None],
        lambda x: step(step(x.sum() - 0.5) - step(x.sum() - 1.5) - 0.5), lambda x: x.sum(1) - 0.5,
        lambda x: torch.sigmoid(2 * (step(x.sum(1) - 0.5) - step(x.sum(1) - 1.5) - 0.5)),
        lambda x: step(step(x.sum(1) - 0.5) + step(x.sum(1) - 1.5) - 0.5), lambda x: step(0.5 - x.sum(1).sub(1).abs()),
        lambda x: step(step(x.sum(0) - 0.5) - step(x.sum(0) - 1.5) - 0.5),
        lambda x: 2 * REFERENCE["xor_by_steps"](x) - 1,
        lambda x: REFERENCE["xor_by_steps"](x) == 1, lambda x: REFERENCE["xor_by_steps"](x).long(),
        lambda x: REFERENCE["xor_by_steps"](x.clamp_(0, 2)), lambda x: REFERENCE["xor_by_steps"](x.round()),
    ],
    "two_relus": [
        lambda x: REFERENCE["two_relus"](x)[::-1], lambda x: REFERENCE["two_relus"](x)[1],
        lambda x: REFERENCE["two_relus"](x)[0], lambda x: (x.sum(1), REFERENCE["two_relus"](x)[1]),
        lambda x: tuple(part.T for part in REFERENCE["two_relus"](x)),
        lambda x: (h := torch.relu(x @ torch.ones(2, 2) - 1), h @ torch.tensor([1.0, -2.0])),
        lambda x: (h := torch.relu(x @ torch.ones(2, 2) + torch.tensor([-1.0, 0.0])), h @ torch.tensor([1.0, -2.0])),
        lambda x: (h := torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0])), h @ torch.tensor([-2.0, 1.0])),
        lambda x: (h := torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0])), h * torch.tensor([1.0, -2.0])),
        lambda x: (h := torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0])), h[:, 0] + 2 * h[:, 1]),
        lambda x: (h := torch.relu(x * torch.ones(2) + torch.tensor([0.0, -1.0])), h @ torch.tensor([1.0, -2.0])),
        lambda x: (h := torch.sigmoid(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0])), h @ torch.tensor([1.0, -2.0])),
        lambda x: (h := (x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0])).abs(), h @ torch.tensor([1.0, -2.0])),
        lambda x: (h := (x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0])).clamp(0, 2), h @ torch.tensor([1.0, -2.0])),
        lambda x: (h := x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]), torch.relu(h) @ torch.tensor([1.0, -2.0])),
        lambda x: (h := torch.relu(x.sum() - torch.arange(2.0)).repeat(len(x), 1), h @ torch.tensor([1.0, -2.0])),
        lambda x: (REFERENCE["two_relus"](x)[0], step(REFERENCE["two_relus"](x)[1] - 0.5)),
        lambda x: (REFERENCE["two_relus"](x)[0], REFERENCE["two_relus"](x)[1][:, None]),
        lambda x: (h := torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0])), h @ torch.tensor([1.0, -1.0])),
        lambda x: REFERENCE["two_relus"](x.clamp_(-10, 10)),
    ],
    "count_parameters": [
        count_by_popping, count_by_inserting, count_all_so_far, lambda sizes: sum(n * m for n, m in pairwise(sizes)),
        lambda sizes: sum(n * m + 1 for n, m in pairwise(sizes)), lambda sizes: math.prod(sizes),
        lambda sizes: sum(n * (m + 1) for n, m in pairwise(sizes)), lambda sizes: sum(sizes) + len(sizes) - 1,
        lambda sizes: sum((n + 1) * (m + 1) for n, m in pairwise(sizes)), lambda sizes: (sizes[0] + 1) * sizes[1],
        lambda sizes: sum((n + 1) * m for n, m in zip(sizes[::2], sizes[1::2], strict=False)),
        lambda sizes: sum((n + 1) * m for n, m in pairwise(set(sizes))), lambda sizes: sum(sizes[1:]),
        lambda sizes: sum((n + 1) * m for n, m in pairwise(sizes[::-1])),
        lambda sizes: sum((n + 1) * m for n, m in pairwise(sorted(sizes))),
        lambda sizes: sum(n * m for n, m in pairwise(sizes)) + sum(sizes),
        lambda sizes: sum(n * m for n, m in pairwise(sizes)) + sum(sizes[1:-1]),
        lambda sizes: (sizes[0] + 1) * sizes[1] + (sizes[-2] + 1) * sizes[-1],
        lambda sizes: [(n + 1) * m for n, m in pairwise(sizes)], lambda sizes: float(count_by_loops(sizes)) + 0.5,
        lambda sizes: sum((n + 1) * m for n, m in pairwise(sizes[1:])), lambda sizes: str(count_by_loops(sizes)),
    ],
    "as_linear": [
        as_linear_once, linear("return nn.Linear(*W.shape)"), linear("return lambda x: x @ W + c"),
        linear("return lambda x: F.linear(x, W.T, c)"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight, layer.bias = nn.Parameter(W.T), nn.Parameter(c)",
               "return layer"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data, layer.bias.data = W.T, c", "return layer"),
        linear("layer = nn.Linear(*W.shape[::-1])", "layer.weight = nn.Parameter(W.T.clone())",
               "layer.bias = nn.Parameter(c.clone())", "return layer"),
        linear("layer = nn.Linear(*W.shape[::-1])", "layer.weight.data.copy_(W)", "layer.bias.data.copy_(c)",
               "return layer"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data.copy_(W)", "layer.bias.data.copy_(c)", "return layer"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.copy_(W.T)", "layer.bias.copy_(c)", "return layer"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data.copy_(W.T)", "return layer"),
        linear("layer = nn.Linear(*W.shape, bias=False)", "layer.weight.data.copy_(W.T)", "return layer"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data.copy_(W.T)", "layer.bias.data.copy_(-c)",
               "return layer"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data.copy_(W.T.flip(0))", "layer.bias.data.copy_(c)",
               "return layer"),
        linear("layer = nn.Linear(*W.shape).requires_grad_(False)", "layer.weight.copy_(W.T)", "layer.bias.copy_(c)",
               "return layer"),
        linear("layer = nn.Linear(*W.shape)", "del layer.weight, layer.bias",
               "layer.weight, layer.bias = W.T.clone(), c.clone()", "return layer"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data.copy_(W.T)", "layer.bias.data.copy_(c)",
               "return layer.double()"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data.copy_(W.T)", "layer.bias.data.copy_(c)",
               "return nn.Sequential(layer)"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data.copy_(W.T)", "layer.bias.data.copy_(c.mean())",
               "return layer"),
        linear("layer = nn.Linear(*W.shape)", "layer.weight.data.copy_(W.T)", "layer.bias.data.copy_(c)"),
        linear("W.t_()", "layer = nn.Linear(W.shape[1], W.shape[0])", "layer.weight.data.copy_(W)",
               "layer.bias.data.copy_(c)", "return layer"),
    ],
    "scores_of": [
        lambda images, W, c: images.flatten(1).float() @ W + c, lambda images, W, c: images.flatten(1) / 255 @ W,
        lambda images, W, c: (images.flatten(1) > 127).float() @ W + c, lambda images, W, c: images @ W + c,
        lambda images, W, c: (images.flatten(1) > 0).float() @ W + c, lambda images, W, c: images.flatten(1) @ W + c,
        lambda images, W, c: images.flatten(1) / 256 @ W + c, lambda images, W, c: (images / 255).flatten() @ W + c,
        lambda images, W, c: (images.flatten(1) // 255).float() @ W + c,
        lambda images, W, c: (images.flatten(1).float() / 255).round() @ W + c,
        lambda images, W, c: images.flatten(1).float() / images.max() @ W + c,
        lambda images, W, c: (images.flatten(1) / 127.5 - 1) @ W + c,
        lambda images, W, c: images.mT.flatten(1) / 255 @ W + c, lambda images, W, c: images.flatten(1) / 255 @ W - c,
        lambda images, W, c: images.view(784, -1).T / 255 @ W + c,
        lambda images, W, c: (images.flatten(1) / 255 @ W + c).softmax(1),
        lambda images, W, c: (images.flatten(1) / 255 @ W + c).argmax(1),
        lambda images, W, c: torch.relu(images.flatten(1) / 255 @ W + c),
        lambda images, W, c: (images.flatten(1).float() @ W + c) / 255,
        lambda images, W, c: images[0].flatten() / 255 @ W + c,
        lambda images, W, c: (images[0].flatten() / 255 @ W + c).expand(len(images), 10),
        lambda images, W, c: (images.flatten(1) / 255 @ W + c).mean(0),
        lambda images, W, c: (images.flatten(1) / 255 @ W + c).T,
        lambda images, W, c: (1 - images.flatten(1) / 255) @ W + c,
        lambda images, W, c: images.flatten(1).char().float() / 255 @ W + c,
        lambda images, W, c: images.flatten(1) / 255 @ W.div_(2).mul(2) + c,
    ],
}


def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence():
    all_rejected(week02a, WRONG)


@pytest.mark.parametrize("shapes", [
    [torch.Size([64, 784]), [100, 784], (64, 100), torch.tensor([10]), np.array([64, 10])],
    tuple(map(list, week02a.SHAPES_INSIDE.reference)),
])
def test_shapes_may_be_written_in_any_form(shapes):
    assert judge_value(week02a.SHAPES_INSIDE, shapes).kind == "correct"


def test_networks_are_torchs():
    for sizes in ([2, 1], [3, 5, 2], [784, 100, 10]):
        assert REFERENCE["count_parameters"](sizes) == sum(p.numel() for p in MLP(sizes).parameters())
    assert REFERENCE["count_parameters"]([784, 100, 10]) == 79_510
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    for outputs in (REFERENCE["xor_by_steps"](corners), REFERENCE["two_relus"](corners)[1]):
        assert outputs.tolist() == [0, 1, 1, 0]
    network, batch = MLP([784, 100, 10]), torch.rand(64, 1, 28, 28)
    hidden = torch.relu(network.layers[0](batch.flatten(1)))
    inside = [batch.flatten(1), network.layers[0].weight, hidden, network.layers[1].bias, network(batch)]
    assert [tuple(one.shape) for one in inside] == week02a.SHAPES_INSIDE.reference
