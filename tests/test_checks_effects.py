"""nnlab.checks.watching and effects: what an answer leaves behind, of whatever kind, is seen and named."""

import random
import sys

import numpy as np
import pytest
import torch
from torch import nn

from nnlab.autograd import Value
from nnlab.checks.exercise import Exercise
from nnlab.checks.judging import judge


def doubled(x):
    """Twice x."""
    return [2 * part for part in x] if isinstance(x, list | tuple) else 2 * x


def outcome(answer, line, reference=doubled, **settings):
    """The verdict on `answer` for an exercise with the single case `line`."""
    exercise = Exercise(reference, (line,), (), (), "", uses={"nn": nn, "Value": Value, "np": np}, **settings)
    answer.__name__ = exercise.name
    return judge(exercise, answer)


def changing(change):
    """An answer that is right, and does something else besides."""
    def answer(x):
        result = doubled(x) if isinstance(x, torch.Tensor | list | np.ndarray) else None
        change(x)
        return result
    return answer


@pytest.mark.parametrize("change, said", [
    (lambda x: x.add_(1), "changed its input x in place"),
    (lambda x: x.resize_(3), "changed its input x in place"),
    (lambda x: x.requires_grad_(), "changes `x.requires_grad`"),
    (lambda x: setattr(x, "grad", torch.ones(2)), "another gradient in `x.grad`"),
    (lambda x: torch.manual_seed(3), "leaves the seed of torch's random generator changed"),
    (lambda x: torch.manual_seed(0), "leaves the seed of torch's random generator changed"),
    (lambda x: np.random.rand(), "draws from NumPy's random generator"),
    (lambda x: random.random(), "draws from Python's random generator"),
    (lambda x: sys.setrecursionlimit(5000), "leaves Python's recursion limit changed"),
    (lambda x: torch.set_default_dtype(torch.float64), "leaves torch's default dtype changed"),
    (lambda x: torch.set_grad_enabled(False), "leaves torch's gradient mode changed"),
])
def test_a_tensor_and_the_settings_are_as_before(change, said):
    verdict = outcome(changing(change), "doubled(torch.ones(2))")
    assert verdict.kind == "incorrect" and said in " ".join(verdict.text.split())
    for nothing in (lambda x: None, lambda x: nn.Linear(2, 2), lambda x: torch.rand(3)):
        assert outcome(changing(nothing), "doubled(torch.ones(2))").kind == "correct"


@pytest.mark.parametrize("line, change", [
    ("doubled([1, 2, 3])", lambda x: x.pop()), ("doubled([1, 2, 3])", lambda x: x.append(3)),
    ("doubled([1, 2, 3])", lambda x: x.reverse()), ("doubled([1, 1, 1])", lambda x: x.clear()),
    ("doubled([[1], [2]])", lambda x: x[1].append(3)), ("doubled([torch.ones(2)] * 2)", lambda x: x[0].mul_(2)),
    ("doubled([Value(1), Value(1)])", lambda x: x.reverse()),
    ("doubled(np.ones(3))", lambda x: x.sort() or x.fill(0)),
    ("doubled({'a': 1})", lambda x: x.update(b=2)), ("doubled({'a': [1]})", lambda x: x["a"].append(2)),
    ("doubled({1, 2})", lambda x: x.add(3)), ("a = Value(2); doubled(a * a)", lambda x: setattr(x, "grad", 1.0)),
    ("a = Value(2); doubled(a * a)", lambda x: setattr(x.parents[0][0], "grad", 1.0)),
    ("doubled(nn.Linear(2, 1))", lambda x: nn.init.zeros_(x.weight)),
    ("doubled(nn.BatchNorm1d(2))", lambda x: x.running_mean.add_(1)),
    ("doubled(torch.Generator().manual_seed(1))", lambda x: torch.rand(1, generator=x)),
    ("doubled(torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0))", lambda x: x.param_groups[0].update(lr=2.0)),
])
def test_whatever_is_given_is_as_before(line, change):
    def nothing(x):
        """Nothing."""
        return 0
    nothing.__name__ = "doubled"
    for answer, kind in ((lambda x: nothing(x), "correct"), (lambda x: [nothing(x), change(x)][0], "incorrect")):
        verdict = outcome(answer, line, reference=nothing)
        assert verdict.kind == kind, verdict.text
    assert "changed its input x in place" in " ".join(verdict.text.split())


def test_training_mode_is_left_as_it_was():
    def mode(model):
        """Whether the model is in training mode."""
        return model.training
    verdict = outcome(lambda model: [model.training, model.eval()][0], "mode(nn.Dropout())", reference=mode)
    assert "leaves `model` in evaluation mode" in " ".join(verdict.text.split())


def learn(model, optimizer):
    """One step on the sum of the outputs."""
    optimizer.zero_grad()
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()


def by_hand(model, optimizer):
    optimizer.zero_grad()
    model(torch.ones(1, 2)).sum().backward()
    with torch.no_grad():
        for part in model.parameters():
            part -= 0.5 * part.grad


def cleared_afterwards(model, optimizer):
    learn(model, optimizer)
    optimizer.zero_grad()


def twice(model, optimizer):
    learn(model, optimizer)
    learn(model, optimizer)


@pytest.mark.parametrize("answer, said", [
    (cleared_afterwards, None), (lambda model, optimizer: None, "leaves `model.weight` as it was before"),
    (twice, "leaves another `model.weight` than it should"), (by_hand, "should change it")])
def test_what_the_reference_changes_must_change_in_the_same_way(answer, said):
    line = "m = nn.Linear(2, 1); learn(m, torch.optim.SGD(m.parameters(), lr=0.5, momentum=0.9))"
    verdict = outcome(answer, line, reference=learn)
    assert (verdict.kind == "correct") == (said is None) and (said or "") in " ".join(verdict.text.split())


def test_functions_may_be_forbidden_and_memory_shared():
    forbidden = outcome(lambda x: x + torch.relu(x), "doubled(torch.ones(2))", forbids=("relu",))
    assert "It calls torch's `relu`" in forbidden.text
    for answer in (lambda x: 2 * x.relu(), lambda x: 2 * nn.functional.relu(x), lambda x: 2 * nn.ReLU()(x)):
        assert outcome(answer, "doubled(torch.ones(2))", forbids=("relu",)).kind == "incorrect"
    assert outcome(lambda x: 2 * x.clamp(min=0), "doubled(torch.ones(2))", forbids=("relu",)).kind == "correct"

    def same(x):
        """x, as a new tensor."""
        return x.clone()
    for answer in (lambda x: x, lambda x: x.view(2), lambda x: x[:]):
        assert outcome(answer, "same(torch.ones(2))", reference=same).kind == "correct"
        verdict = outcome(answer, "same(torch.ones(2))", reference=same, fresh=True)
        assert "shares its memory with `x`" in " ".join(verdict.text.split())
    assert outcome(lambda x: x + 0, "same(torch.ones(2))", reference=same, fresh=True).kind == "correct"
    kept = {}

    def remembered(x):
        return kept.setdefault("x", x.clone()).copy_(x)
    assert "Two calls return the same object" in outcome(remembered, "same(torch.ones(2))", same, fresh=True).text


def test_an_answer_that_remembers_is_seen():
    seen = []

    def first_only(x):
        seen.append(x)
        return 2 * x if len(seen) < 2 else 0 * x
    verdict = outcome(first_only, "doubled(torch.ones(2))")
    assert verdict.kind == "incorrect" and len(seen) == 3
    assert outcome(lambda x: [first_only(x), seen.clear()][0], "doubled(torch.ones(2))").kind == "incorrect"

    def once(x, kept=[]):  # noqa: B006
        kept.append(x)
        return 2 * x if len(kept) < 2 else 0 * x
    text = " ".join(outcome(once, "doubled(torch.ones(2))").text.split())
    assert "The same call again gives another result" in text
    assert outcome(lambda x: once(x) + 2 * x, "doubled(torch.ones(2))", repeats=False).kind == "correct"


@pytest.mark.parametrize("answer, said", [
    (lambda x: 2 * x.detach(), "no gradient flows"), (lambda x: torch.tensor((2 * x).tolist()), "no gradient flows"),
    (lambda x: torch.where(x < 80, 2 * x, 2 * x + 0 * torch.exp(x - 500).log()), "its gradient is not finite"),
    (lambda x: x + x.detach(), "but its gradient is not: which part of the formula is hidden"),
    (lambda x: 2 * torch.tensor(x.numpy()), "Stay with torch's operations")])
def test_gradients_flow_and_are_right(answer, said):
    verdict = outcome(answer, "doubled(torch.tensor([1.0, -2.0]))", differentiable=True)
    assert verdict.kind == "incorrect" and said in " ".join(verdict.text.split()), verdict.text
    assert outcome(lambda x: x + x, "doubled(torch.tensor([1.0, -2.0]))", differentiable=True).kind == "correct"


def test_the_gradient_at_a_kink_is_free():
    def positive(x):
        """The positive part."""
        return torch.where(x > 0, x, 0.0)
    for answer in (lambda x: x.clamp(min=0), lambda x: (x + x.abs()) / 2, lambda x: torch.maximum(x, 0 * x)):
        assert outcome(answer, "positive(torch.tensor([0.0, 1.0]))", positive, differentiable=True).kind == "correct"
    verdict = outcome(lambda x: x.clamp(min=0).sqrt() ** 2, "positive(torch.tensor([0.0, 1.0]))", positive,
                      differentiable=True)
    assert "not finite" in verdict.text  # sqrt has no slope at 0
