"""Week 2b's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import functools
import itertools
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab import toys
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week02b
from nnlab.models import MLP

REFERENCE = {exercise.name: exercise.reference for exercise in week02b.EXERCISES}


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


class VectorOutput(nn.Module):
    """Four units, output weights as a vector, and a parameter that is not used."""

    def __init__(self):
        super().__init__()
        self.W, self.c = nn.Parameter(torch.randn(2, 4)), nn.Parameter(torch.zeros(4))
        self.w, self.b = nn.Parameter(torch.randn(4) / 2), nn.Parameter(torch.zeros(()))
        self.spare = nn.Parameter(torch.zeros(2))

    def forward(self, x):
        return (torch.tanh(x @ self.W + self.c) @ self.w + self.b)[:, None]


def normalized():
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Tanh(), nn.Linear(3, 1))


def from_zero_outputs():
    network = MLP([2, 4, 1], activation=torch.tanh)
    nn.init.zeros_(network.layers[-1].weight)
    return network


class TestExercises(ExerciseRules):
    module = week02b
    styles = {
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
        "moons_network": [
            lambda: nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1)), lambda: VectorOutput(), normalized,
            lambda: MLP([2, 2, 2, 1], activation=torch.tanh), from_zero_outputs,
            lambda: nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)),
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


def trained(steps):
    """A network that is trained when it is returned."""
    def moons_network():
        data, network = toys.moons(n=400, noise=0.1, seed=5), MLP([2, 4, 1], torch.tanh)
        optimizer = torch.optim.Adam(network.parameters(), lr=0.2)
        for _ in range(steps):
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(network(data.x)[:, 0], data.y.float()).backward()
            optimizer.step()
        return network
    return moons_network


@functools.cache
def kept_network():
    return MLP([2, 4, 1], torch.tanh)


class Step(nn.Module):
    def forward(self, x):
        return (x > 0).float()


def of_seed(seed):
    torch.manual_seed(seed)
    return MLP([2, 4, 1], torch.tanh)


def without_return():
    MLP([2, 4, 1], torch.tanh)


def sequence(*hidden, end=()):
    """A function that returns a new network: layers of those widths with tanh, then `end`."""
    def moons_network():
        layers = [layer for n, m in itertools.pairwise([2, *hidden]) for layer in (nn.Linear(n, m), nn.Tanh())]
        return nn.Sequential(*layers[:-1], *(layer() for layer in end))
    return moons_network


WRONG = {
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
    "moons_network": [
        sequence(1), sequence(5, 1), sequence(4, 2), sequence(8, 8, 1), sequence(2, 1), sequence(1, 1),
        sequence(1, 1, 1, 1),
        sequence(4, 1, end=[nn.Sigmoid]), sequence(4, 1, end=[lambda: nn.Softmax(1)]),
        sequence(4, 1, end=[nn.Softplus]), sequence(4, 1, end=[lambda: nn.LogSoftmax(1)]),
        sequence(4, 1, end=[lambda: nn.Flatten(0)]), sequence(4, 1, end=[Step]), lambda: MLP([2, 4, 1], lambda z: z),
        lambda: MLP, lambda: VectorOutput, lambda: None, without_return, kept_network, lambda: kept_network(),
        lambda: of_seed(0), lambda: of_seed(7), lambda: kept_network()(torch.zeros(3, 2)), lambda: [2, 4, 1],
        lambda: MLP([3, 3, 1], torch.tanh), lambda: MLP([2, 1], torch.tanh), trained(200),
        lambda: lambda x: kept_network()(x),
        lambda: nn.Sequential(nn.Linear(2, 4), Step(), nn.Linear(4, 1)), lambda: MLP([2, 3, 1], torch.tanh).double(),
        lambda: MLP([2, 4, 1], torch.tanh).requires_grad_(False),
    ],
}


def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence():
    all_rejected(week02b, WRONG)


@pytest.mark.parametrize("shapes", [
    [torch.Size([64, 784]), [100, 784], (64, 100), torch.tensor([10]), np.array([64, 10])],
    tuple(map(list, week02b.SHAPES_INSIDE.reference)),
])
def test_shapes_may_be_written_in_any_form(shapes):
    assert judge_value(week02b.SHAPES_INSIDE, shapes).kind == "correct"


def test_networks_are_torchs():
    for sizes in ([2, 1], [3, 5, 2], [784, 100, 10]):
        assert REFERENCE["count_parameters"](sizes) == sum(p.numel() for p in MLP(sizes).parameters())
    assert REFERENCE["count_parameters"]([784, 100, 10]) == 79_510
    network, batch = MLP([784, 100, 10]), torch.rand(64, 1, 28, 28)
    hidden = torch.relu(network.layers[0](batch.flatten(1)))
    inside = [batch.flatten(1), network.layers[0].weight, hidden, network.layers[1].bias, network(batch)]
    assert [tuple(one.shape) for one in inside] == week02b.SHAPES_INSIDE.reference
