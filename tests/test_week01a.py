"""Week 1a's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import dataclasses

import numpy as np
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected

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


class ModuleNeuron(torch.nn.Module):
    """A neuron as a module of torch."""

    def __init__(self, weights: torch.Tensor, bias: float, activation):
        super().__init__()
        self.weights, self.bias, self.activation = weights, bias, activation

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.activation(torch.einsum("...n,n->...", inputs, self.weights) + self.bias)


@dataclasses.dataclass
class DataNeuron:
    """A neuron as a data class."""

    weights: torch.Tensor
    bias: float
    activation: object

    def __call__(self, inputs):
        return self.activation(torch.nn.functional.linear(inputs, self.weights[None]).squeeze(-1) + self.bias)


class NeuronOfAFunction:
    """A neuron that keeps one function."""

    def __init__(self, weights, bias, activation):
        self.run = lambda inputs: activation(torch.matmul(inputs, weights) + bias)

    def __call__(self, inputs):
        return self.run(inputs)


class TestExercises(ExerciseRules):
    module = week01a
    styles = {
        "Neuron": [OtherNeuron, ModuleNeuron, DataNeuron, NeuronOfAFunction],
        "brightening": [lambda before, after: after.to(torch.float32) - before,
                        lambda before, after: after - before.float(),
                        lambda before, after: (after.int() - before.int()).float(),
                        lambda before, after: after.double().sub(before.double()),
                        lambda before, after: after.numpy().astype(np.float32) - before.numpy(),
                        lambda before, after: torch.where(after > before, (after - before).float(),
                                                          -(before - after).float())],
    }


def neuron(calls, keeps="self.w, self.b, self.phi = weights, bias, activation"):
    """A class Neuron in which `calls`, a line, computes the outputs, and `keeps` keeps the arguments."""
    names = {"torch": torch, "F": F}
    exec("class Neuron:\n"
         f"    def __init__(self, weights, bias, activation):\n        {keeps}\n"
         f"    def __call__(self, inputs):\n        {calls}\n", names)
    return names["Neuron"]


WRONG = {
    "Neuron": [
        neuron("return self.phi(inputs @ self.w - self.b)"),
        neuron("return self.phi((inputs * self.w).mean(-1) + self.b)"),
        neuron("return self.phi(inputs * self.w).sum(-1) + self.b"),
        neuron("return self.phi(inputs * self.w + self.b).sum(-1)"),
        neuron("return self.phi(inputs) @ self.w + self.b"),
        neuron("return self.phi(inputs @ self.w[:, None] + self.b)"),
        neuron("return self.phi((inputs @ self.w + self.b).squeeze())"),
        neuron("return torch.relu(inputs @ self.w + self.b)"),
        neuron("return torch.sigmoid(inputs @ self.w + self.b)"),
        neuron("return self.phi(inputs[..., 0] * self.w[0] + inputs[..., -1] * self.w[-1] + self.b)"),
        neuron("return self.phi((inputs @ self.w).flatten() + self.b)"),
        neuron("return self.phi((inputs.reshape(-1, len(self.w)) @ self.w) + self.b)"),
        neuron("return self.phi((inputs * self.w).sum(0) + self.b)"),
        neuron("return self.phi((inputs * self.w).sum(-1, keepdim=True) + self.b)"),
        neuron("inputs *= self.w; return self.phi(inputs.sum(-1) + self.b)"),
        neuron("return self.phi(inputs @ self.w + self.b)",
               "self.w, self.b, self.phi = weights, float(bias), activation"),
        neuron("return self.phi(inputs @ self.w + self.b)",
               "weights /= weights.norm(); self.w, self.b, self.phi = weights, bias, activation"),
        neuron("return Kept.phi(inputs @ Kept.w + Kept.b)",
               "global Kept; Kept = Neuron; Kept.w, Kept.b, Kept.phi = weights, bias, activation"),
        neuron("return self.phi(inputs @ self.w + self.b)",
               "self.w, self.b, self.phi = torch.tensor(weights.tolist()), bias, activation"),
        neuron("return self.phi(inputs.abs() @ self.w + self.b)"),
        neuron("return (self.phi(inputs @ self.w + self.b) > 0.5).float()"),
        neuron("self.b += 1.0; return self.phi(inputs @ self.w + self.b - 1.0)"),
        neuron("print(self.phi(inputs @ self.w + self.b))"),
    ],
    "brightening": [
        lambda before, after: (after.int() - before.int()).short(),
        lambda before, after: (after.float() - before.float()).abs(),
        lambda before, after: (after.float() - before.float()).clamp(min=0),
        lambda before, after: (after.float() - before.float()).half(),
        lambda before, after: (after.char() - before.char()).float(),
        lambda before, after: (after - before).float(),
        lambda before, after: (after.float() - before.float()).mean(),
        lambda before, after: (after.float() - before.float()) / 255,
        lambda before, after: (after.float() / before.float()).nan_to_num(),
        lambda before, after: after.float() - before.float().mean(),
        lambda before, after: (after.float() - before.float()).flatten(),
        lambda before, after: (after > before).float(),
        lambda before, after: (after.float() - before.float()).sign(),
        lambda before, after: before.float() - after.float(),
        lambda before, after: after.long() - before.long(), lambda before, after: (before - after).float(),
        lambda before, after: ((after.float() - before.float()) / 2 + 128).clamp(0, 255),
        lambda before, after: after.float() - before.float() + 256,
        lambda before, after: (after.float() - before.float()).sum(-1), lambda before, after: after.float(),
    ],
}


def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence():
    all_rejected(week01a, WRONG)


def test_neuron_is_a_linear_layer_with_an_activation():
    linear = torch.nn.Linear(3, 1)
    inputs = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    neuron = REFERENCE["Neuron"](linear.weight[0], linear.bias[0], torch.tanh)
    torch.testing.assert_close(neuron(inputs), torch.tanh(linear(inputs))[:, 0])


def test_shapes_are_what_torch_says():
    for text, shape in zip(week01a.SHAPES.questions, week01a.SHAPES.reference, strict=True):
        assert tuple(eval(text, {"torch": torch}).shape) == shape
