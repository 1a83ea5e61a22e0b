"""Week 2a's exercises: their rules, and oracles of their references."""

import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules

from nnlab.exercises import week02a
from nnlab.models import MLP

REFERENCE = {exercise.name: exercise.reference for exercise in week02a.EXERCISES}


def other_linear(W, c):
    layer = torch.nn.Linear(len(W), len(c))
    layer.weight, layer.bias = torch.nn.Parameter(W.T.clone()), torch.nn.Parameter(c.clone())
    return layer


class TestExercises(ExerciseRules):
    module = week02a
    styles = {
        "xor_by_steps": [lambda x: ((x.sum(1) > 0.5) & ~(x.sum(1) > 1.5)).float()],
        "two_relus": [lambda x: ((h := torch.stack([x.sum(1), x.sum(1) - 1], 1).clamp(min=0)), h[:, 0] - 2 * h[:, 1])],
        "count_parameters": [lambda sizes: sum(p.numel() for n, m in zip(sizes, sizes[1:], strict=False)
                                               for p in torch.nn.Linear(n, m).parameters())],
        "as_linear": [other_linear],
        "scores_of": [lambda images, W, c: F.linear(images.view(len(images), 784) / 255, W.T, c)],
    }


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
