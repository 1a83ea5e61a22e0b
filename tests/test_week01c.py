"""Week 1c's exercises: their rules, oracles of their references, and wrong answers that nobody has named."""

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


def entropy_gradient_in_a_loop(logits, targets):
    rows = []
    for row, target in zip(logits, targets.tolist(), strict=True):
        p = (row - row.max()).exp()
        rows.append([float(p[k] / p.sum()) - (k == target) for k in range(len(row))])
    return torch.tensor(rows, dtype=logits.dtype) / len(rows)


def entropy_gradient_by_autograd(logits, targets):
    logits = logits.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(logits, targets), logits)[0]


def entropy_gradient_by_index(logits, targets):
    gradient = torch.exp(logits - logits.logsumexp(1, keepdim=True))
    gradient[range(len(targets)), targets] -= 1
    return gradient.div(gradient.shape[0])


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
        "cross_entropy_gradient": [
            entropy_gradient_in_a_loop, entropy_gradient_by_autograd, entropy_gradient_by_index,
            lambda logits, targets: (torch.softmax(logits, 1) - torch.eye(logits.shape[1])[targets]) / len(logits),
            lambda logits, targets: (logits.softmax(1).scatter_add(1, targets[:, None], -torch.ones_like(logits[:, :1]))
                                     / logits.shape[0])],
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


def entropy_gradient_in_place(logits, targets):
    logits -= logits.logsumexp(1, keepdim=True)
    return (logits.exp() - F.one_hot(targets, logits.shape[1])) / len(targets)


def entropy_of_one_maximum(z, y):
    z = z - z.max()
    return (torch.exp(z).sum(1).log() - z[torch.arange(len(y)), y]).mean()


def normalized_in_place(x, y, w, b):
    length = (w @ w + b * b) ** 0.5
    w /= length
    return float(((x ** 2).sum(1) + 1).max() / (y * (x @ w + b / length)).min() ** 2)


BOUND, STEP = week01c.mistake_bound, week01c.perceptron_step
ENTROPY_GRADIENT = week01c.cross_entropy_gradient
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
    "cross_entropy_gradient": [
        entropy_gradient_in_place,
        variant(ENTROPY_GRADIENT, ("p - y", "y - p")), variant(ENTROPY_GRADIENT, ("p - y", "p + y")),
        variant(ENTROPY_GRADIENT, ("(p - y)", "p")), variant(ENTROPY_GRADIENT, ("(p - y)", "-y")),
        variant(ENTROPY_GRADIENT, ("(p - y)", "(p - y).abs()")), variant(ENTROPY_GRADIENT, ("(p - y)", "(p - y) ** 2")),
        variant(ENTROPY_GRADIENT, ("(p - y)", "2 * (p - y)")), variant(ENTROPY_GRADIENT, ("(p - y)", "-y / p")),
        variant(ENTROPY_GRADIENT, ("(p - y)", "-y * (1 - p)")), variant(ENTROPY_GRADIENT, ("(p - y)", "y * (p - 1)")),
        variant(ENTROPY_GRADIENT, ("(p - y)", "(p - y) * p")),
        variant(ENTROPY_GRADIENT, ("(p - y)", "(p - y) * p * (1 - p)")),
        variant(ENTROPY_GRADIENT, ("(p - y)", "p * (1 - p)")), variant(ENTROPY_GRADIENT, ("(p - y)", "p.log() - y")),
        variant(ENTROPY_GRADIENT, (" / len(targets)", "")),
        variant(ENTROPY_GRADIENT, ("len(targets)", "logits.numel()")),
        variant(ENTROPY_GRADIENT, ("len(targets)", "logits.shape[1]")),
        variant(ENTROPY_GRADIENT, ("(p - y) / len(targets)", "(p - y).mean(0)")),
        variant(ENTROPY_GRADIENT, ("(p - y) / len(targets)", "(p - y).mean(1)")),
        variant(ENTROPY_GRADIENT, ("(p - y) / len(targets)", "(p - y).mean()")),
        variant(ENTROPY_GRADIENT, ("(p - y) / len(targets)", "((p - y) / len(targets)).float()")),
        variant(ENTROPY_GRADIENT, ("logits, 1", "logits, 0")), variant(ENTROPY_GRADIENT, ("softmax", "log_softmax")),
        variant(ENTROPY_GRADIENT, ("torch.softmax(logits, 1)", "logits")),
        variant(ENTROPY_GRADIENT, ("torch.softmax(logits, 1)", "torch.sigmoid(logits)")),
        variant(ENTROPY_GRADIENT, ("torch.softmax(logits, 1)", "torch.softmax(torch.softmax(logits, 1), 1)")),
        variant(ENTROPY_GRADIENT, ("torch.softmax(logits, 1)", "torch.softmax(logits.flatten(), 0).view_as(logits)")),
        variant(ENTROPY_GRADIENT, ("torch.softmax(logits, 1)", "logits.exp() / logits.exp().sum(1, keepdim=True)")),
        variant(ENTROPY_GRADIENT, ("torch.softmax(logits, 1)", "(logits - logits.max()).exp() "
                                   "/ (logits - logits.max()).exp().sum(1, keepdim=True)")),
        variant(ENTROPY_GRADIENT, ("(targets, logits.shape[1])", "(targets)")),
        variant(ENTROPY_GRADIENT, ("torch.nn.functional.one_hot(targets, logits.shape[1])", "targets[:, None]")),
        variant(ENTROPY_GRADIENT, ("one_hot(targets,", "one_hot(logits.argmax(1),")),
        lambda logits, targets: F.cross_entropy(logits, targets),
        lambda logits, targets: torch.softmax(logits, 1)[range(len(targets)), targets] - 1,
    ],
}


def test_wrong_answers_that_nobody_has_named_are_rejected_nearly_all_with_a_sentence():
    all_rejected(week01c, WRONG)


@pytest.mark.parametrize(("name", "theirs"), [
    ("softmax", lambda z: torch.softmax(z, -1)), ("cross_entropy", lambda z, y: F.cross_entropy(z, y)),
    ("mistake_bound", other_bound), ("cross_entropy_gradient", entropy_gradient_by_autograd)])
def test_references_are_torchs_or_numpys_on_what_is_drawn(name, theirs):
    exercise = {exercise.name: exercise for exercise in week01c.EXERCISES}[name]
    reference = Reference(dataclasses.replace(exercise, tries=150, differentiable=False), {})
    for call in [call for outcome in reference.outcomes.values() for call in outcome.calls]:
        torch.testing.assert_close(like(call.result, theirs(**call.arguments)), call.result, rtol=1e-5, atol=1e-6)


def test_losses_are_torchs():
    g = torch.Generator().manual_seed(0)
    z, y = torch.randn(50, 4, generator=g) * 30, torch.randint(4, (50,), generator=g)
    torch.testing.assert_close(REFERENCE["softmax"](z), torch.softmax(z, 1))
    torch.testing.assert_close(REFERENCE["cross_entropy"](z, y), F.cross_entropy(z, y))


def test_the_gradient_is_that_of_finite_differences():
    g = torch.Generator().manual_seed(0)
    z, y = torch.randn(5, 3, generator=g).double(), torch.randint(3, (5,), generator=g)
    gradient, h = REFERENCE["cross_entropy_gradient"](z, y), 1e-6
    for place in range(z.numel()):
        change = h * F.one_hot(torch.tensor(place), z.numel()).view_as(z)
        difference = F.cross_entropy(z + change, y) - F.cross_entropy(z - change, y)
        assert abs(difference / (2 * h) - gradient.flatten()[place]) < 1e-8


def test_which_lines_compute_the_loss_is_what_torch_says():
    g = torch.Generator().manual_seed(0)
    z, y = 3 * torch.randn(20, 10, generator=g), torch.randint(10, (20,), generator=g)
    s, t = 3 * torch.randn(20, generator=g), torch.randint(2, (20,), generator=g).float()
    losses = {"z": F.cross_entropy(z, y), "s": F.binary_cross_entropy_with_logits(s, t)}
    for line, expected in zip(week01c.CORRECT_LOSS.questions, week01c.CORRECT_LOSS.reference, strict=True):
        try:
            value = eval(line, {"torch": torch, "F": F, "z": z, "y": y, "s": s, "t": t})
        except RuntimeError:
            value = torch.tensor(torch.nan)
        assert torch.isclose(value, losses["s" if "s)" in line or "(s" in line else "z"]) == expected, line
    assert judge_value(week01c.CORRECT_LOSS, week01c.CORRECT_LOSS.reference).kind == "correct"


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
