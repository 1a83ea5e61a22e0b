"""Week 1b's exercises: their rules, and oracles of their references."""

import numpy as np
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules

from nnlab.checks.judging import judge_value
from nnlab.exercises import week01b
from nnlab.metrics import accuracy

REFERENCE = {exercise.name: exercise.reference for exercise in week01b.EXERCISES}


def other_step(w, b, x, y):
    right = y * ((w * x).sum() + b) > 0
    return (w, b) if right else [w + x * y, b + y]


def other_bound(x, y, w, b):
    inputs = np.hstack([x.numpy(), np.ones((len(x), 1))])
    v = np.append(w.numpy(), b)
    distances = y.numpy() * (inputs @ v) / np.linalg.norm(v)
    return (np.linalg.norm(inputs, axis=1).max() / distances.min()) ** 2


def gradient_by_autograd(w, b, x, y):
    w, b = w.clone().requires_grad_(), torch.tensor(float(b), requires_grad=True)
    loss = (torch.sigmoid(w @ x + b) - y) ** 2 / 2
    return torch.autograd.grad(loss, (w, b))


class TestExercises(ExerciseRules):
    module = week01b
    styles = {
        "perceptron_step": [other_step],
        "mistake_bound": [other_bound],
        "softmax": [lambda z: torch.softmax(z, -1), lambda z: torch.exp(z - z.logsumexp(-1, keepdim=True))],
        "cross_entropy": [F.cross_entropy, lambda z, y: -torch.log_softmax(z, 1).gather(1, y[:, None]).mean()],
        "accuracy": [accuracy, lambda outputs, targets: sum(int(o.argmax()) == int(t) for o, t in
                                                            zip(outputs, targets, strict=True)) / len(targets)],
        "squared_error_slopes": [gradient_by_autograd],
        "logistic_loss": [lambda w, b, x, y, penalty:
                          F.binary_cross_entropy_with_logits(x @ w + b, y) + penalty / 2 * w.norm() ** 2],
    }


def test_losses_and_accuracy_are_torchs_and_ours():
    g = torch.Generator().manual_seed(0)
    z, y = torch.randn(50, 4, generator=g) * 30, torch.randint(4, (50,), generator=g)
    torch.testing.assert_close(REFERENCE["softmax"](z), torch.softmax(z, 1))
    torch.testing.assert_close(REFERENCE["cross_entropy"](z, y), F.cross_entropy(z, y))
    torch.testing.assert_close(REFERENCE["accuracy"](z, y), accuracy(z, y))


def test_changes_are_what_torch_says():
    right, y = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]]), torch.tensor([0, 2])
    ten, at = torch.tensor([[1.0, 0.9, *[0.0] * 8]]), torch.tensor([1])
    wrong = torch.tensor([[1.0, 2.0], [0.3, 0.2]])
    two = lambda *probabilities: torch.tensor([[p, 1 - p] for p in probabilities]).log()  # noqa: E731
    zeros = torch.tensor([0, 0])
    pairs = [(accuracy, right, 2 * right, y), (F.cross_entropy, right, 2 * right, y),
             (F.cross_entropy, wrong, 2 * wrong, torch.tensor([0, 1])),
             (accuracy, two(0.49, 0.9), two(0.51, 0.6), zeros),
             (F.cross_entropy, two(0.49, 0.9), two(0.51, 0.6), zeros),
             (F.cross_entropy, right, right + 5, y)]
    assert accuracy(right, y) == 1 and accuracy(wrong, torch.tensor([0, 1])) == 0
    doubled = F.cross_entropy(2 * ten, at)
    assert doubled < F.cross_entropy(ten, at), "with ten classes the loss may fall: the question has two"
    found = []
    for measure, before, after, targets in pairs:
        change = float(measure(after, targets) - measure(before, targets))
        found.append("stays" if abs(change) < 1e-6 else "rises" if change > 0 else "falls")
    assert found == week01b.CHANGES.reference
    said = judge_value(week01b.CHANGES, ["stay"] * 6).text
    assert "Choose 'falls', 'rises' or 'stays'." in said and said.count("\n") <= 5


def test_perceptron_stays_under_novikoffs_bound():
    g = torch.Generator().manual_seed(1)
    x = torch.randn(60, 2, generator=g)
    true_w, true_b = torch.tensor([1.0, -2.0]), 0.3
    x = x[(x @ true_w + true_b).abs() > 0.3]
    y = torch.where(x @ true_w + true_b > 0, 1.0, -1.0)
    step, bound = REFERENCE["perceptron_step"], REFERENCE["mistake_bound"](x, y, true_w, true_b)
    w, b, mistakes_made = torch.zeros(2), 0.0, 0
    for _ in range(300):
        before = mistakes_made
        for point, label in zip(x, y, strict=True):
            new_w, new_b = step(w, b, point, label.item())
            mistakes_made += new_b != b
            w, b = new_w, new_b
        if mistakes_made == before:
            break
    assert mistakes_made == before and 0 < mistakes_made <= bound
