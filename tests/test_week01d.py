"""Week 1d's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

import dataclasses
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected

from nnlab.checks.candidate import Reference
from nnlab.checks.exercise import variant
from nnlab.checks.forms import like
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week01d
from nnlab.metrics import accuracy

REFERENCE = {exercise.name: exercise.reference for exercise in week01d.EXERCISES}


def descent_into_a_tensor(gradient, w, lr, num_steps):
    path = w.new_empty(num_steps + 1, len(w))
    path[0] = w
    for k in range(num_steps):
        path[k + 1] = path[k] - lr * gradient(path[k])
    return path


def descent_in_place_on_a_copy(gradient, w, lr, num_steps):
    w, rows = w.clone(), [w.clone()]
    while len(rows) <= num_steps:
        w -= lr * gradient(w)
        rows += [w.clone()]
    return torch.stack(rows)


def descent_again_and_again(gradient, w, lr, num_steps):
    if num_steps == 0:
        return w[None]
    rest = descent_again_and_again(gradient, w - lr * gradient(w), lr, num_steps - 1)
    return torch.cat([w[None], rest])


def accuracy_in_a_loop(outputs, targets):
    right = 0
    for output, target in zip(outputs.tolist(), targets.tolist(), strict=True):
        right += output.index(max(output)) == target
    return right / len(targets)


def gradient_by_autograd(w, b, x, y):
    w, b = w.clone().requires_grad_(), torch.tensor(float(b), requires_grad=True)
    loss = (torch.sigmoid(w @ x + b) - y) ** 2 / 2
    return torch.autograd.grad(loss, (w, b))


def gradient_in_a_loop(w, b, x, y):
    z = sum(float(u * v) for u, v in zip(w, x, strict=True)) + float(b)
    a = 1 / (1 + math.exp(-z))
    delta = (a - float(y)) * a * (1 - a)
    return torch.tensor([delta * float(v) for v in x], dtype=x.dtype), delta


def gradient_by_the_chain_rule(w, b, x, y):
    z = (w * x).sum() + b
    a = z.sigmoid()
    dC_da, da_dz = a - y, a - a ** 2
    return [torch.mul(dC_da * da_dz, x), dC_da * da_dz]


def logistic_with_ifs(w, b, x, y, penalty):
    z = x @ w + b
    losses = torch.where(y == 1, F.softplus(-z), F.softplus(z))
    return losses.sum() / len(y) + 0.5 * penalty * (w ** 2).sum()


def logistic_as_the_books(w, b, x, y, penalty):
    z = (x * w).sum(1) + b
    losses = torch.maximum(z, torch.zeros_like(z)) - z * y + torch.log1p(torch.exp(-z.abs()))
    return losses.mean().add(penalty * w.dot(w) / 2)


class TestExercises(ExerciseRules):
    module = week01d
    styles = {
        "gradient_descent": [descent_into_a_tensor, descent_in_place_on_a_copy, descent_again_and_again],
        "accuracy": [accuracy, accuracy_in_a_loop,
                     lambda outputs, targets: sum(int(o.argmax()) == int(t) for o, t in
                                                  zip(outputs, targets, strict=True)) / len(targets),
                     lambda outputs, targets: np.mean(outputs.numpy().argmax(axis=1) == targets.numpy()),
                     lambda outputs, targets: 1 - (outputs.max(1)[1] - targets).ne(0).double().mean(),
                     lambda outputs, targets: (torch.topk(outputs, 1).indices[:, 0] == targets).sum() / len(targets)],
        "squared_error_gradient": [gradient_by_autograd, gradient_in_a_loop, gradient_by_the_chain_rule,
                                 lambda w, b, x, y: (
                                     (d := ((a := torch.sigmoid(x @ w + b)) - y) * (a - a * a)) * x, d)],
        "logistic_loss": [lambda w, b, x, y, penalty:
                          F.binary_cross_entropy_with_logits(x @ w + b, y) + penalty / 2 * w.norm() ** 2,
                          logistic_with_ifs, logistic_as_the_books,
                          lambda w, b, x, y, penalty: -F.logsigmoid((2 * y - 1) * (x @ w + b)).mean()
                          + penalty / 2 * sum(u ** 2 for u in w),
                          lambda w, b, x, y, penalty: torch.logaddexp(torch.zeros_like(y), (1 - 2 * y) * (x @ w + b)
                                                                      ).mean() + penalty / 2 * w.pow(2).sum()],
    }


def sets_of_classes(outputs, targets):
    return len(set(outputs.argmax(1).tolist()) & set(targets.tolist())) / len(targets)


def whole_division(outputs, targets):
    return int((outputs.argmax(1) == targets).sum()) // len(targets)


def loss_of(losses="F.binary_cross_entropy_with_logits(z, y)", penalty="penalty / 2 * (w @ w)", together="{} + {}"):
    """A function logistic_loss of two expressions, and how they are put together."""
    names = {"torch": torch, "F": F}
    exec("def logistic_loss(w, b, x, y, penalty):\n    z = x @ w + b\n    return " + together.format(losses, penalty),
         names)
    return names["logistic_loss"]


DELTAS, DESCENT = week01d.squared_error_gradient, week01d.gradient_descent
WRONG = {
    "gradient_descent": [
        variant(DESCENT, ("w - lr", "w + lr")), variant(DESCENT, ("[w]", "[]")), variant(DESCENT, ("lr * ", "")),
        variant(DESCENT, ("w = w - lr * gradient(w)", "w -= lr * gradient(w)")),
        variant(DESCENT, ("w = w - lr * gradient(w)", "w.sub_(lr * gradient(w))"), ("append(w)", "append(w.clone())")),
        variant(DESCENT, ("range(num_steps)", "range(num_steps - 1)")),
        variant(DESCENT, ("range(num_steps)", "range(num_steps + 1)")),
        variant(DESCENT, ("range(num_steps)", "range(1, num_steps)")),
        variant(DESCENT, ("w = w - lr * gradient(w)", "u = w - lr * gradient(w)"), ("append(w)", "append(u)")),
        variant(DESCENT, ("path = [w]", "path = [w]; g = gradient(w)"), ("gradient(w)\n", "g\n")),
        variant(DESCENT, ("gradient(w)", "gradient(w) / gradient(w).norm()")),
        variant(DESCENT, ("gradient(w)", "gradient(w).sign()")), variant(DESCENT, ("gradient(w)", "gradient(w).abs()")),
        variant(DESCENT, ("gradient(w)", "gradient(w).clamp(-1, 1)")),
        variant(DESCENT, ("lr * gradient(w)", "gradient(w * lr)")), variant(DESCENT, ("gradient(w)", "w")),
        variant(DESCENT, ("w - lr * gradient(w)", "lr * gradient(w)")),
        variant(DESCENT, ("w - lr * gradient(w)", "-lr * gradient(w)")),
        variant(DESCENT, ("w - lr * gradient(w)", "w - lr * gradient(w).sum()")),
        variant(DESCENT, ("w - lr * gradient(w)", "w - lr * gradient(path[0])")),
        variant(DESCENT, ("w - lr * gradient(w)", "(1 - lr) * gradient(w)")),
        variant(DESCENT, ("w = w - lr * gradient(w)", "w = w - lr * gradient(w); lr = lr / 2")),
        variant(DESCENT, ("torch.stack(path)", "w")), variant(DESCENT, ("torch.stack(path)", "torch.cat(path)")),
        variant(DESCENT, ("torch.stack(path)", "torch.stack(path).T")),
        variant(DESCENT, ("torch.stack(path)", "torch.stack(path[::-1])")),
        variant(DESCENT, ("torch.stack(path)", "torch.stack(path).float()")),
        variant(DESCENT, ("torch.stack(path)", "torch.tensor([p.tolist() for p in path])")),
        variant(DESCENT, ("path.append(w)", "path = [w]")),
        variant(DESCENT, ("w = w - lr * gradient(w)", "w = w - lr * gradient(w); w = w - lr * gradient(w)")),
    ],
    "accuracy": [
        lambda outputs, targets: (outputs.int().argmax(1) == targets).float().mean(), sets_of_classes, whole_division,
        lambda outputs, targets: (outputs.round().argmax(1) == targets).float().mean(),
        lambda outputs, targets: (outputs.abs().argmax(1) == targets).float().mean(),
        lambda outputs, targets: (torch.sigmoid(outputs).argmax(1) == targets).float().mean(),
        lambda outputs, targets: (outputs.argmax(1) == targets).float().sum(),
        lambda outputs, targets: 100 * (outputs.argmax(1) == targets).float().mean(),
        lambda outputs, targets: (outputs.argmin(1) == targets).float().mean(),
        lambda outputs, targets: (outputs.argmax(1) != targets).float().mean(),
        lambda outputs, targets: (outputs.argmax(1) == targets).all().float(),
        lambda outputs, targets: (outputs.argmax(1) == targets).any().float(),
        lambda outputs, targets: (outputs.argmax(1) == targets).float(),
        lambda outputs, targets: (outputs.argmax(1) == targets).float().sum() / outputs.numel(),
        lambda outputs, targets: (outputs.argmax(1) == targets[0]).float().mean(),
        lambda outputs, targets: float(outputs[0].argmax() == targets[0]),
        lambda outputs, targets: (outputs.max(1).values == targets).float().mean(),
        lambda outputs, targets: (outputs[torch.arange(len(targets)), targets] > 0).float().mean(),
        lambda outputs, targets: (outputs[torch.arange(len(targets)), targets] > 0.5).float().mean(),
        lambda outputs, targets: torch.softmax(outputs, 1)[torch.arange(len(targets)), targets].mean(),
        lambda outputs, targets: (torch.softmax(outputs, 1)[range(len(targets)), targets] > 0.5).float().mean(),
        lambda outputs, targets: (outputs.topk(min(2, outputs.shape[1])).indices == targets[:, None]
                                  ).any(1).float().mean(),
        lambda outputs, targets: (outputs.argmax(1).sort().values == targets.sort().values).float().mean(),
        lambda outputs, targets: (outputs.argmax() == targets).float().mean(),
        lambda outputs, targets: ((outputs > 0) == torch.nn.functional.one_hot(targets, outputs.shape[1])
                                  ).all(1).float().mean(),
        lambda outputs, targets: (outputs.argmax(1) == targets).float().mean().round(),
        lambda outputs, targets: (outputs.argmax(1) + 1 == targets).float().mean(),
        lambda outputs, targets: print((outputs.argmax(1) == targets).float().mean()),
    ],
    "squared_error_gradient": [
        variant(DELTAS, (" * a * (1 - a)", "")), variant(DELTAS, ("a - y", "y - a")),
        variant(DELTAS, ("delta = ", "delta = 2 * ")), variant(DELTAS, ("delta * x", "delta * torch.ones_like(x)")),
        variant(DELTAS, ("a * (1 - a)", "a * (1 + a)")), variant(DELTAS, ("a * (1 - a)", "(1 - a ** 2)")),
        variant(DELTAS, ("(a - y) * a", "(a - y) ** 2 / 2 * a")),
        variant(DELTAS, ("delta * x, delta.item()", "delta, delta * x")),
        variant(DELTAS, ("delta * x, delta.item()", "delta * x")),
        variant(DELTAS, ("delta * x, delta.item()", "delta * w, delta")),
        variant(DELTAS, ("delta * x, delta.item()", "delta * x, delta * b")), variant(DELTAS, ("w @ x + b", "w @ x")),
        variant(DELTAS, ("delta * x, delta.item()", "delta * x / len(x), delta")),
        variant(DELTAS, ("w @ x + b", "w * x + b")),
        variant(DELTAS, ("delta * x, delta.item()", "delta * x.sum(), delta")), variant(DELTAS, ("(a - y) *", "a *")),
        variant(DELTAS, ("delta * x, delta.item()", "delta * x, delta * torch.ones(1)")),
        variant(DELTAS, ("delta * x, delta.item()", "x.mul_(delta), delta")),
        variant(DELTAS, ("(a - y)", "(a - y).abs()")),
        variant(DELTAS, ("delta * x, delta.item()", "w - delta * x, b - delta")), variant(DELTAS, ("sigmoid", "tanh")),
        variant(DELTAS, ("delta * x, delta.item()", "(delta * x).float(), delta")),
        variant(DELTAS, ("a * (1 - a)", "(w @ x + b) * (1 - (w @ x + b))")),
    ],
    "logistic_loss": [
        loss_of(penalty="penalty / 2 * (w @ w) / len(x)"), loss_of(penalty="penalty / 2 * (w @ w) / len(w)"),
        loss_of("F.binary_cross_entropy_with_logits(z, y, reduction='sum')", together="({} + {}) / len(x)"),
        loss_of(penalty="penalty * (w @ w)"), loss_of(penalty="penalty / 2 * (w @ w + b * b)"),
        loss_of(penalty="penalty / 2 * w.abs().sum()"), loss_of(penalty="penalty / 2 * w.norm()"),
        loss_of(penalty="(penalty / 2 * w).pow(2).sum()"), loss_of(penalty="0"), loss_of(together="{} - {}"),
        loss_of(penalty="penalty / 2 * w.sum() ** 2"), loss_of(penalty="penalty / 2 * float(w @ w)"),
        loss_of(penalty="penalty / 2 * (w @ w).detach()"), loss_of(penalty="penalty / 2 * w ** 2"),
        loss_of("F.binary_cross_entropy_with_logits(z, y, reduction='sum')"),
        loss_of("F.binary_cross_entropy_with_logits(z, y, reduction='none')"),
        loss_of("F.binary_cross_entropy(torch.sigmoid(z), y)"),
        loss_of("-(y * torch.log(torch.sigmoid(z)) + (1 - y) * torch.log(1 - torch.sigmoid(z))).mean()"),
        loss_of("-(y * torch.log(torch.sigmoid(z) + 1e-9) + (1 - y) * torch.log(1 - torch.sigmoid(z) + 1e-9)).mean()"),
        loss_of("(torch.log(1 + torch.exp(z)) - y * z).mean()"), loss_of("torch.log(1 + torch.exp(-y * z)).mean()"),
        loss_of("F.softplus(-y * z).mean()"), loss_of("F.mse_loss(torch.sigmoid(z), y)"),
        loss_of("F.binary_cross_entropy_with_logits(torch.sigmoid(z), y)"),
        loss_of("F.binary_cross_entropy_with_logits(z, 1 - y)"), loss_of("-F.binary_cross_entropy_with_logits(z, y)"),
        loss_of("F.binary_cross_entropy_with_logits(x @ w, y)"), loss_of("-(y * F.logsigmoid(z)).mean()"),
        loss_of("F.binary_cross_entropy_with_logits(z, y) / 0.6931"), loss_of(together="({} + {}).item()"),
        loss_of("F.binary_cross_entropy_with_logits(z.clamp(-50, 50), y)"),
        loss_of(together="({} + {}).float()"), loss_of(penalty="penalty / 2 * w.mul_(w).sum()"),
    ],
}


def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence():
    all_rejected(week01d, WRONG)


@pytest.mark.parametrize(("name", "theirs"), [
    ("accuracy", lambda outputs, targets: torch.tensor(np.mean(outputs.numpy().argmax(1) == targets.numpy()))),
    ("squared_error_gradient", gradient_by_autograd),
    ("logistic_loss", lambda w, b, x, y, penalty: F.binary_cross_entropy_with_logits(x @ w + b, y)
     + penalty / 2 * (w ** 2).sum())])
def test_references_are_torchs_or_numpys_on_what_is_drawn(name, theirs):
    exercise = {exercise.name: exercise for exercise in week01d.EXERCISES}[name]
    reference = Reference(dataclasses.replace(exercise, tries=150, differentiable=False), {})
    for call in [call for outcome in reference.outcomes.values() for call in outcome.calls]:
        torch.testing.assert_close(like(call.result, theirs(**call.arguments)), call.result, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("lr", [0.1, 0.7])
def test_gradient_descent_is_torchs_sgd(lr):
    A = torch.tensor([[2.0, 0.5], [0.5, 1.0]]).double()
    path = REFERENCE["gradient_descent"](lambda w: A @ w, torch.tensor([1.0, -3.0]).double(), lr, 20)
    w = torch.tensor([1.0, -3.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr)
    for point in path:
        torch.testing.assert_close(w.detach(), point)
        optimizer.zero_grad()
        (w @ A @ w / 2).backward()
        optimizer.step()


def test_accuracy_is_ours():
    g = torch.Generator().manual_seed(0)
    z, y = torch.randn(50, 4, generator=g) * 30, torch.randint(4, (50,), generator=g)
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
    assert found == week01d.CHANGES.reference
    assert judge_value(week01d.CHANGES, ["Stay", "fall", "Rise", "RISES", "rises.", "stays"]).kind == "correct"
    said = judge_value(week01d.CHANGES, ["unclear"] * 6).text
    assert "Choose 'falls', 'rises' or 'stays'." in said and said.count("\n") <= 5
