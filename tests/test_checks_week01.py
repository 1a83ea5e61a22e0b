"""Week 1's exercises: right answers pass in any style; each named wrong answer is told its own name."""

import re

import pytest
import torch

from nnlab.checks.core import _agrees, _run, judge
from nnlab.checks.week01 import check

EXERCISES = list(check.exercises.values())
WRONG = [(exercise, wrong) for exercise in EXERCISES for wrong in exercise.wrong]


def in_words(text):
    return re.sub(r"\s+", " ", text)


class OtherNeuron:
    """A neuron in another style."""

    def __init__(self, weights, bias, activation):
        self.all = (weights, bias)
        self.phi = activation

    def __call__(self, inputs):
        w, c = self.all
        return self.phi((inputs * w).sum(dim=-1).add(c))


OTHER_STYLES = {"Neuron": [OtherNeuron],
                "relu": [lambda x: x.clamp(min=0), lambda x: x * (x > 0), lambda x: torch.maximum(x, torch.zeros_like(x)),
                         lambda x: (x + x.abs()) / 2]}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_reference_and_other_styles_are_right(exercise):
    for answer in (exercise.reference, *OTHER_STYLES[exercise.name]):
        assert judge(exercise, answer).kind == "correct"


@pytest.mark.parametrize("exercise, wrong", WRONG, ids=[f"{e.name}-{w.answer.__name__}" for e, w in WRONG])
def test_wrong_answer_gets_its_own_message(exercise, wrong):
    verdict = judge(exercise, wrong.answer)
    assert verdict.kind == "incorrect" and wrong.says in in_words(verdict.text)
    outcomes = [(_run(case, {exercise.name: exercise.reference}), _run(case, {exercise.name: wrong.answer}))
                for case in exercise.cases]
    assert all(right.error is None for right, _ in outcomes), "a case fails on the reference itself"
    assert any(_agrees(right, got) for right, got in outcomes), "no case is passed: this is no misconception"


def test_oracles():
    x = torch.linspace(-5, 5, 101, dtype=torch.float64)
    assert torch.equal(check.exercises["relu"].reference(x), torch.relu(x))
    linear = torch.nn.Linear(3, 1)
    neuron = check.exercises["Neuron"].reference(linear.weight[0], linear.bias[0], torch.tanh)
    inputs = torch.randn(50, 3)
    torch.testing.assert_close(neuron(inputs), torch.tanh(linear(inputs))[:, 0])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_each_exercise_is_furnished(exercise):
    assert len(exercise.wrong) >= 3 and len(exercise.hints) >= 2 and len(exercise.cases) >= 4
    assert exercise.reference.__doc__ and exercise.allows
    assert not any("return" in hint and exercise.source in hint for hint in exercise.hints)
