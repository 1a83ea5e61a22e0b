"""Week 1b's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

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
from nnlab.exercises import week01c
from nnlab.metrics import accuracy

REFERENCE = {exercise.name: exercise.reference for exercise in week01c.EXERCISES}


def other_step(w, b, x, y):
    right = y * ((w * x).sum() + b) > 0
    return (w, b) if right else [w + x * y, b + y]


def step_with_a_longer_vector(w, b, x, y):
    p, v = torch.cat([w, torch.tensor([b])]), torch.cat([x, torch.ones(1)])
    if (p @ v) * y <= 0:
        p = p + y * v
    return p[:-1], p[-1]


def step_by_a_factor(w: torch.Tensor, b: float, x: torch.Tensor, y: float) -> tuple:
    k = y * (y * (w @ x + b) <= 0)
    return w + k * x, b + k


def step_by_cases(w, b, x, y):
    z = float(torch.dot(w, x)) + b
    if y > 0 and z > 0:
        return w, b
    if y < 0 and z < 0:
        return w, b
    return torch.add(w, x, alpha=y), np.float64(b + y)


def other_bound(x, y, w, b):
    inputs = np.hstack([x.numpy(), np.ones((len(x), 1))])
    v = np.append(w.numpy(), b)
    distances = y.numpy() * (inputs @ v) / np.linalg.norm(v)
    return (np.linalg.norm(inputs, axis=1).max() / distances.min()) ** 2


def bound_by_squares(x, y, w, b):
    radius = max(1 + (point ** 2).sum() for point in x)
    margin = min(label * (w @ point + b) for point, label in zip(x, y, strict=True))
    return radius * (w @ w + b ** 2) / margin ** 2


def bound_scaled_first(x, y, w, b):
    length = (w.norm() ** 2 + b ** 2) ** 0.5
    w, b = w / length, b / length
    gamma = (x @ w + b).abs().min()
    return float(((x ** 2).sum(1) + 1).max() / gamma ** 2)


def bound_in_a_loop(x, y, w, b):
    longest, least = 0.0, math.inf
    for point, label in zip(x.tolist(), y.tolist(), strict=True):
        longest = max(longest, math.hypot(*point, 1.0))
        least = min(least, label * (sum(u * v for u, v in zip(w.tolist(), point, strict=True)) + b))
    return (longest * math.hypot(*w.tolist(), b) / least) ** 2


def softmax_of_rows(z):
    if z.ndim == 1:
        e = torch.exp(z - max(z))
        return e / sum(e)
    return torch.stack([softmax_of_rows(row) for row in z])


def entropy_in_a_loop(z, y):
    losses = [torch.logsumexp(row, 0) - row[label] for row, label in zip(z, y, strict=True)]
    return sum(losses) / len(losses)


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
    module = week01c
    styles = {
        "perceptron_step": [other_step, step_with_a_longer_vector, step_by_a_factor, step_by_cases],
        "mistake_bound": [other_bound, bound_by_squares, bound_scaled_first, bound_in_a_loop],
        "softmax": [lambda z: torch.softmax(z, -1), lambda z: torch.exp(z - z.logsumexp(-1, keepdim=True)),
                    lambda z: torch.log_softmax(z, dim=-1).exp(), softmax_of_rows,
                    lambda z: (shifted := (z.T - z.max(-1).values.T).T.exp()) / shifted.sum(-1).unsqueeze(-1)
                    if z.ndim == 2 else z.softmax(-1)],
        "cross_entropy": [F.cross_entropy, lambda z, y: -torch.log_softmax(z, 1).gather(1, y[:, None]).mean(),
                          torch.nn.CrossEntropyLoss(), entropy_in_a_loop,
                          lambda z, y: F.nll_loss(F.log_softmax(z, dim=1), y),
                          lambda z, y: -(F.one_hot(y, z.shape[1]) * z.log_softmax(1)).sum() / len(y),
                          lambda z, y: torch.log(torch.exp(z - z[range(len(y)), y][:, None]
                                                           - (m := (z - z[range(len(y)), y][:, None]).amax(1))[:, None]
                                                           ).sum(1)).add(m).mean()],
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


def _softmax_with(shift):
    """A softmax that subtracts `shift`, a function of the scores."""
    def softmax(z):
        e = torch.exp(z - shift(z))
        return e / e.sum(-1, keepdim=True)
    return softmax


def step_until_right(w, b, x, y):
    while y * (w @ x + b) <= 0:
        w, b = w + y * x, b + y
    return w, b


def step_in_place(w, b, x, y):
    if y * (w @ x + b) <= 0:
        w += y * x
        b += y
    return w, b


def step_without_else(w, b, x, y):
    if y * (w @ x + b) <= 0:
        return w + y * x, b + y


def softmax_in_place(z):
    z -= z.amax(-1, keepdim=True)
    return z.exp() / z.exp().sum(-1, keepdim=True)


def entropy_of_one_maximum(z, y):
    z = z - z.max()
    return (torch.exp(z).sum(1).log() - z[torch.arange(len(y)), y]).mean()


def sets_of_classes(outputs, targets):
    return len(set(outputs.argmax(1).tolist()) & set(targets.tolist())) / len(targets)


def whole_division(outputs, targets):
    return int((outputs.argmax(1) == targets).sum()) // len(targets)


def normalized_in_place(x, y, w, b):
    length = (w @ w + b * b) ** 0.5
    w /= length
    return float(((x ** 2).sum(1) + 1).max() / (y * (x @ w + b / length)).min() ** 2)


def loss_of(losses="F.binary_cross_entropy_with_logits(z, y)", penalty="penalty / 2 * (w @ w)", together="{} + {}"):
    """A function logistic_loss of two expressions, and how they are put together."""
    names = {"torch": torch, "F": F}
    exec("def logistic_loss(w, b, x, y, penalty):\n    z = x @ w + b\n    return " + together.format(losses, penalty),
         names)
    return names["logistic_loss"]


BOUND, STEP = week01c.mistake_bound, week01c.perceptron_step
DELTAS = week01c.squared_error_gradient
WRONG = {
    "perceptron_step": [
        step_until_right, step_in_place, step_without_else,
        variant(STEP, ("<= 0", "< 0")), variant(STEP, ("y * (w @ x + b) <= 0", "True")),
        variant(STEP, ("y * (w @ x + b) <= 0", "w @ x + b <= 0")),
        variant(STEP, ("y * (w @ x + b) <= 0", "w @ x + b != y")),
        variant(STEP, ("y * (w @ x + b)", "y * (w @ x)")), variant(STEP, ("<= 0", "< 1")),
        variant(STEP, ("<= 0", "> 0")),
        variant(STEP, ("<= 0", "== 0")), variant(STEP, ("w + y * x, b + y", "w + x, b + 1.0")),
        variant(STEP, ("w + y * x, b + y", "w + 2 * y * x, b + 2 * y")),
        variant(STEP, ("w + y * x, b + y", "w + 0.1 * y * x, b + 0.1 * y")),
        variant(STEP, ("w + y * x, b + y", "w + y * x, b")), variant(STEP, ("w + y * x, b + y", "w, b + y")),
        variant(STEP, ("w + y * x, b + y", "w + y, b + y")), variant(STEP, ("w + y * x, b + y", "w - y * x, b - y")),
        variant(STEP, ("w + y * x, b + y", "w + y * x, b + y * x.sum()")),
        variant(STEP, ("return w, b", "return b, w")),
        variant(STEP, ("return w, b", "return w")), variant(STEP, ("return w, b", "return w / (w.norm() + 1e-9), b")),
        variant(STEP, ("return w, b", "return torch.cat([w, torch.tensor([b])])")),
        lambda w, b, x, y: (w + (y - torch.sign(w @ x + b)) * x, b + float(y - torch.sign(w @ x + b))),
        lambda w, b, x, y: (w + (y - float(w @ x + b > 0)) * x, b + y - float(w @ x + b > 0)),
        lambda w, b, x, y: (w + (y - (w @ x + b)) * x, b + float(y - (w @ x + b))),
    ],
    "mistake_bound": [
        variant(BOUND, ("inputs.norm(", "x.norm(")), variant(BOUND, ("weights.norm()", "w.norm()")),
        variant(BOUND, (" / weights.norm()", "")), variant(BOUND, (" ** 2", "")), variant(BOUND, (".min()", ".mean()")),
        variant(BOUND, (".min()", ".max()")), variant(BOUND, ("y * (inputs @ weights)", "inputs @ weights")),
        variant(BOUND, ("max() / margin", "min() / margin")), variant(BOUND, ("max() / margin", "mean() / margin")),
        variant(BOUND, ("norm(dim=1).max() / margin", "norm() / margin")),
        variant(BOUND, ("norm(dim=1)", "norm(dim=0)")),
        variant(BOUND, ("inputs.norm(dim=1).max()", "inputs.max()")), variant(BOUND, ("norm(dim=1)", "abs().sum(1)")),
        lambda x, y, w, b: 1 / BOUND(x, y, w, b), lambda x, y, w, b: math.ceil(BOUND(x, y, w, b)),
        lambda x, y, w, b: BOUND(x, y, w, b) * len(x), lambda x, y, w, b: BOUND(x, y, w, 0.0),
        variant(BOUND, ("torch.cat([x, torch.ones(len(x), 1)], dim=1)", "torch.cat([torch.ones(len(x), 1), x], 1)")),
        variant(BOUND, ("weights.norm()", "weights.norm() ** 2")),
        variant(BOUND, (" / margin) ** 2", " ** 2 / margin)")),
        normalized_in_place,
    ],
    "softmax": [
        _softmax_with(lambda z: z.amin(-1, keepdim=True)), _softmax_with(lambda z: z[..., :1]),
        _softmax_with(lambda z: z.max()), _softmax_with(lambda z: z.amax(-1)), _softmax_with(lambda z: 0),
        _softmax_with(lambda z: z.mean(-1, keepdim=True)), _softmax_with(lambda z: 100),
        _softmax_with(lambda z: z.amax(0, keepdim=True)), softmax_in_place,
        lambda z: torch.softmax(z, 0), lambda z: torch.softmax(z.flatten(), 0).view(z.shape),
        lambda z: torch.exp(z.clamp(max=80)) / torch.exp(z.clamp(max=80)).sum(-1, keepdim=True),
        lambda z: torch.softmax(z / 100, -1), lambda z: torch.softmax(z / z.amax(-1, keepdim=True), -1),
        lambda z: torch.softmax(torch.softmax(z, -1), -1), lambda z: torch.log_softmax(z, -1),
        lambda z: torch.softmax(z, -1).float(), lambda z: torch.softmax(z, -1).detach(),
        lambda z: torch.sigmoid(z), lambda z: torch.sigmoid(z) / torch.sigmoid(z).sum(-1, keepdim=True),
        lambda z: z / z.sum(-1, keepdim=True), lambda z: z.abs() / z.abs().sum(-1, keepdim=True),
        lambda z: (e := torch.exp(z - z.amax(-1, keepdim=True))) / e.sum(-1), lambda z: torch.softmax(-z, -1),
        lambda z: (e := torch.exp(z - z.amax(-1, keepdim=True))) / e.sum(),
        lambda z: (e := 2 ** (z - z.amax(-1, keepdim=True))) / e.sum(-1, keepdim=True),
        lambda z: torch.nan_to_num(torch.exp(z) / torch.exp(z).sum(-1, keepdim=True)),
        lambda z: torch.nn.functional.one_hot(z.argmax(-1), z.shape[-1]).to(z.dtype),
        lambda z: torch.softmax(z.to(torch.float16), -1).to(z.dtype), lambda z: torch.softmax(z, -1).sort(-1).values,
    ],
    "cross_entropy": [
        entropy_of_one_maximum, lambda z, y: -torch.log(torch.softmax(z, 1)[torch.arange(len(y)), y]).mean(),
        lambda z, y: -torch.log(torch.softmax(z, 1)[torch.arange(len(y)), y] + 1e-9).mean(),
        lambda z, y: -torch.log(torch.softmax(z, 1)[torch.arange(len(y)), y].clamp(min=1e-12)).mean(),
        lambda z, y: (torch.log(torch.exp(z).sum(1)) - z[torch.arange(len(y)), y]).mean(),
        lambda z, y: F.cross_entropy(torch.softmax(z, 1), y), lambda z, y: F.cross_entropy(z, y, reduction="sum"),
        lambda z, y: F.cross_entropy(z, y, reduction="none"), lambda z, y: -F.cross_entropy(z, y),
        lambda z, y: F.nll_loss(z, y), lambda z, y: F.nll_loss(torch.softmax(z, 1), y),
        lambda z, y: F.cross_entropy(z, y) / z.shape[1], lambda z, y: F.cross_entropy(z, y) / math.log(2),
        lambda z, y: F.cross_entropy(z, y, label_smoothing=0.1), lambda z, y: F.cross_entropy(z[:1], y[:1]),
        lambda z, y: -torch.log_softmax(z, 1).mean(), lambda z, y: -torch.log_softmax(z, 0)[range(len(y)), y].mean(),
        lambda z, y: -torch.log_softmax(z, 1).max(1).values.mean(), lambda z, y: F.cross_entropy(z, y).item(),
        lambda z, y: F.mse_loss(torch.softmax(z, 1), F.one_hot(y, z.shape[1]).to(z.dtype)),
        lambda z, y: F.cross_entropy(z, y).detach(), lambda z, y: F.cross_entropy(z, y).float(),
        lambda z, y: F.cross_entropy(z, z.argmax(1)), lambda z, y: -torch.log_softmax(z, 1)[:, y].mean(),
        lambda z, y: F.cross_entropy(z, y).clamp(max=100), lambda z, y: torch.exp(-F.cross_entropy(z, y)),
        lambda z, y: (z.logsumexp(1) - z.amax(1)).mean(), lambda z, y: F.cross_entropy(z.clamp(-50, 50), y),
        lambda z, y: F.cross_entropy(z, y) / len(y),
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
    all_rejected(week01c, WRONG)


@pytest.mark.parametrize(("name", "theirs"), [
    ("softmax", lambda z: torch.softmax(z, -1)), ("cross_entropy", lambda z, y: F.cross_entropy(z, y)),
    ("accuracy", lambda outputs, targets: torch.tensor(np.mean(outputs.numpy().argmax(1) == targets.numpy()))),
    ("mistake_bound", other_bound), ("squared_error_gradient", gradient_by_autograd),
    ("logistic_loss", lambda w, b, x, y, penalty: F.binary_cross_entropy_with_logits(x @ w + b, y)
     + penalty / 2 * (w ** 2).sum())])
def test_references_are_torchs_or_numpys_on_what_is_drawn(name, theirs):
    exercise = {exercise.name: exercise for exercise in week01c.EXERCISES}[name]
    reference = Reference(dataclasses.replace(exercise, tries=150, differentiable=False), {})
    for call in [call for outcome in reference.outcomes.values() for call in outcome.calls]:
        torch.testing.assert_close(like(call.result, theirs(**call.arguments)), call.result, rtol=1e-5, atol=1e-6)


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
    assert found == week01c.CHANGES.reference
    assert judge_value(week01c.CHANGES, ["Stay", "fall", "Rise", "RISES", "rises.", "stays"]).kind == "correct"
    said = judge_value(week01c.CHANGES, ["unclear"] * 6).text
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
