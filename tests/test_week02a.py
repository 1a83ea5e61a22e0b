"""Week 2a's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import functools

import numpy as np
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.exercises import week02a

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


def dead_by_loops(W, c):
    found = []
    for k in range(len(c)):
        first, second, bias = float(W[0, k]), float(W[1, k]), float(c[k])
        found.append(all(a * first + b * second + bias <= 0 for a in (0, 1) for b in (0, 1)))
    return found


def dead_by_relu(W: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    x = torch.cartesian_prod(torch.arange(2), torch.arange(2)).to(c)
    return torch.relu(x @ W + c).sum(0) == 0


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
        "dead_at_corners": [
            dead_by_loops, dead_by_relu, lambda W, c: W.clamp(min=0).sum(0) + c <= 0,
            lambda W, c: (np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) @ W.numpy() + c.numpy()).max(0) <= 0,
            lambda W, c: ~torch.stack([c, c + W[0], c + W[1], c + W[0] + W[1]]).gt(0).any(dim=0),
        ],
    }


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
    "dead_at_corners": [
        lambda W, c: c <= 0, lambda W, c: W.sum(0) + c <= 0, lambda W, c: (W <= 0).all(0),
        lambda W, c: (W < 0).all(0) & (c < 0), lambda W, c: W.clamp(min=0).sum(0) + c < 0,
        lambda W, c: W.clamp(min=0).sum(0) <= 0, lambda W, c: W.clamp(max=0).sum(0) + c <= 0,
        lambda W, c: W.amax(0) + c <= 0, lambda W, c: W.clamp(min=0).amax(0) + c <= 0,
        lambda W, c: ~REFERENCE["dead_at_corners"](W, c), lambda W, c: REFERENCE["dead_at_corners"](W, c).sum(),
        lambda W, c: REFERENCE["dead_at_corners"](W, c).any(), lambda W, c: REFERENCE["dead_at_corners"](W, c)[None],
        lambda W, c: REFERENCE["dead_at_corners"](W, -c), lambda W, c: REFERENCE["dead_at_corners"](-W, c),
        lambda W, c: REFERENCE["dead_at_corners"](W, c.mul_(2)),
        lambda W, c: REFERENCE["dead_at_corners"](W, c).nonzero()[:, 0],
        lambda W, c: (torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).to(c) @ W + c < 0).all(0),
        lambda W, c: (torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).to(c) @ W + c <= 0).any(0),
        lambda W, c: (torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).to(c) @ W + c <= 0).all(1),
        lambda W, c: (torch.tensor([[0, 1], [1, 0]]).to(c) @ W + c <= 0).all(0),
        lambda W, c: torch.relu(torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).to(c) @ W) + c <= 0,
    ],
}


def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence():
    all_rejected(week02a, WRONG)


def test_networks_represent_xor():
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    for outputs in (REFERENCE["xor_by_steps"](corners), REFERENCE["two_relus"](corners)[1]):
        assert outputs.tolist() == [0, 1, 1, 0]


def test_a_dead_unit_has_a_gradient_of_zero_and_others_have_not():
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    W, c = torch.randn(2, 200, generator=torch.Generator().manual_seed(0)).requires_grad_(), torch.full((200,), -1.0)
    gradient, = torch.autograd.grad(torch.relu(corners @ W + c).sum(), W)
    dead = REFERENCE["dead_at_corners"](W.detach(), c)
    assert 0 < dead.sum() < 200 and torch.equal(dead, (gradient == 0).all(0))
