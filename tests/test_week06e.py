"""Week 6e's exercises: their rules, answers that others might write, oracles."""

import itertools
import math

import pytest
import torch
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.callbacks import EarlyStopping
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week06e

EXERCISE = {exercise.name: exercise for exercise in week06e.EXERCISES}


# right answers in other styles

def decay_by_table(lam, convention, n):
    return {"sum": lam * 2, "half": lam, "half/n": lam * (1 / n), "total": lam * 2 * (1 / n)}[convention]


def decay_by_autograd(lam, convention, n):
    w = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    factor = {"sum": lam, "half": lam / 2, "half/n": lam / 2 / n, "total": lam / n}[convention]
    (factor * w ** 2).backward()
    return w.grad.item()


def l1_by_module(w, gradient, lr, lam):
    u = w - lr * gradient
    return torch.relu(u - lr * lam) - torch.relu(-u - lr * lam)


def l1_by_where(w, gradient, lr, lam):
    u, t = torch.sub(w, gradient, alpha=lr), lr * lam
    return torch.where(u > t, u - t, torch.where(u < -t, u + t, torch.zeros_like(u)))


def l1_by_clamp(w, gradient, lr, lam):
    u = w - lr * gradient
    return u - u.clamp(-lr * lam, lr * lam)


def l1_by_softshrink(w, gradient, lr, lam):
    return nn.functional.softshrink(w - lr * gradient, lr * lam)


def l1_by_copysign(w, gradient, lr, lam):
    u = w - lr * gradient
    return torch.copysign(torch.relu(u.abs() - lr * lam), u)


def dropout_by_filling(x, p, training, generator):
    return x.masked_fill(torch.rand(x.shape, generator=generator) < p, 0.0).div(1 - p) if training else x


def dropout_by_where(x, p, training, generator):
    if training:
        numbers = torch.rand(x.shape, generator=generator)
        return torch.where(numbers < p, torch.zeros_like(x), x / (1 - p))
    return x.clone()


def dropout_by_mask(x, p, training, generator):
    if not training or p == 0:
        return x if not training else x * (torch.rand(x.shape, generator=generator) >= 0)
    mask = (torch.rand(*x.shape, generator=generator) >= p).to(x.dtype)
    return mask * (1 / (1 - p)) * x


def stopping_with_waiting(losses, patience):
    lowest, best, waited = math.inf, 0, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest:
            lowest, best, waited = loss, epoch, 0
        else:
            waited += 1
            if waited == patience:
                return [epoch, best]
    return [epoch, best]


def stopping_by_slices(losses, patience):
    for stop in range(1, len(losses) + 1):
        seen = losses[:stop]
        best = seen.index(min(seen)) + 1
        if stop - best >= patience:
            break
    return stop, best


def stopping_by_accumulation(losses, patience):
    firsts = [losses.index(lowest) + 1 for lowest in itertools.accumulate(losses, min)]
    stop = next((k for k, best in enumerate(firsts, start=1) if k - best == patience), len(losses))
    return stop, firsts[stop - 1]


def rates_in_a_loop(lr, weight_decay, steps):
    a, rates, rate = 1 - lr * weight_decay, [], lr / (1 - lr * weight_decay)
    for _ in range(steps):
        rates.append(rate)
        rate = rate / a / a
    return torch.tensor(rates, dtype=torch.float64)


def rates_by_logarithm(lr, weight_decay, steps):
    odd = torch.arange(1, 2 * steps, 2, dtype=torch.float64)
    return lr * torch.exp(-odd * math.log(1 - lr * weight_decay))


class TestRules(ExerciseRules):
    module = week06e
    styles = {
        "decay_for": [decay_by_table, decay_by_autograd],
        "l1_step": [l1_by_module, l1_by_where, l1_by_clamp, l1_by_softshrink, l1_by_copysign],
        "dropout": [dropout_by_where, dropout_by_mask, dropout_by_filling],
        "early_stopping": [stopping_with_waiting, stopping_by_slices, stopping_by_accumulation],
        "growing_rates": [rates_in_a_loop, rates_by_logarithm],
    }


# wrong answers, as new students would write them

def l1_with_sign_of_gradient(w, gradient, lr, lam):
    return w - lr * (gradient + lam * gradient.sign())


def l1_zero_if_sign_changes(w, gradient, lr, lam):
    new = w - lr * (gradient + lam * w.sign())
    return torch.where(new.sign() == w.sign(), new, torch.zeros_like(new))


def dropout_of_torch(x, p, training, generator):
    return nn.functional.dropout(x, p, training)


def dropout_in_place(x, p, training, generator):
    if training:
        x *= (torch.rand(x.shape, generator=generator) >= p) / (1 - p)
    return x


def dropout_of_weights(x, p, training, generator):
    if not training:
        return x
    mask = torch.rand(x.shape, generator=generator) >= p
    return x.masked_select(mask) / (1 - p)


def stopping_any_rise(losses, patience):
    for k in range(1, len(losses)):
        if losses[k] > losses[k - 1]:
            return k + 1, k
    return len(losses), len(losses)


def stopping_values(losses, patience):
    stop, best = week06e.early_stopping(losses, patience)
    return losses[stop - 1], losses[best - 1]


WRONG = {
    "decay_for": [
        lambda lam, convention, n: lam,
        lambda lam, convention, n: 2 * lam,
        lambda lam, convention, n: lam / n,
        lambda lam, convention, n: 2 * lam / n,
        lambda lam, convention, n: lam / 2,
        lambda lam, convention, n: {"sum": 2 * lam, "half": lam, "half/n": lam // n, "total": 2 * lam // n}[convention],
    ],
    "l1_step": [
        l1_with_sign_of_gradient, l1_zero_if_sign_changes,
        lambda w, gradient, lr, lam: w - lr * gradient - lr * lam * w.abs(),
        lambda w, gradient, lr, lam: (w - lr * gradient).clamp(min=lr * lam),
        lambda w, gradient, lr, lam: nn.functional.softshrink(w - lr * gradient, lam),
        lambda w, gradient, lr, lam: nn.functional.hardshrink(w - lr * gradient, lr * lam),
        lambda w, gradient, lr, lam: w - lr * gradient - lr * lam,
        lambda w, gradient, lr, lam: (w - lr * gradient).clamp(-lr * lam, lr * lam),
    ],
    "dropout": [
        dropout_of_torch, dropout_in_place, dropout_of_weights,
        lambda x, p, training, generator: x * (1 - p) if not training else x,
        lambda x, p, training, generator: x * torch.bernoulli(torch.full_like(x, 1 - p)) / (1 - p),
        lambda x, p, training, generator: x * (torch.rand(x.shape, generator=generator) > 1 - p) / (1 - p)
        if training else x,
        lambda x, p, training, generator: x * (1 - p),
    ],
    "early_stopping": [
        stopping_any_rise, stopping_values,
        lambda losses, patience: (len(losses), losses.index(min(losses)) + 1),
        lambda losses, patience: week06e.early_stopping(losses, patience + 1),
        lambda losses, patience: week06e.early_stopping(losses, patience)[0],
        lambda losses, patience: (min(patience, len(losses)), 1),
    ],
    "growing_rates": [
        lambda lr, weight_decay, steps: lr * (1 + lr * weight_decay) ** torch.arange(steps, dtype=torch.float64),
        lambda lr, weight_decay, steps: lr * (1 - lr * weight_decay) ** -torch.arange(steps, dtype=torch.float64),
        lambda lr, weight_decay, steps: lr * (1 - weight_decay) ** -(2 * torch.arange(steps).double() + 1),
        lambda lr, weight_decay, steps: (1 - lr * weight_decay) ** -(2 * torch.arange(steps).double() + 1),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week06e, WRONG)


@pytest.mark.parametrize("right", [(50, 0, 10, 2.0, 0.1, "Yes", "NO"), [50.0, 0, 10, 2, 0.1, "yes", "no"]])
def test_the_quiz_takes_numbers_and_words_in_any_form(right):
    assert judge_value(EXERCISE["dropout_counts"], right).kind == "correct"


# oracles

@pytest.mark.parametrize("convention", ["sum", "half", "half/n", "total"])
def test_sgd_with_the_decay_makes_the_steps_of_the_penalized_loss(convention):
    """Twenty steps with momentum on a small regression, the penalty by autograd and by torch's weight_decay."""
    g, n, lam = torch.Generator().manual_seed(0), 12, 0.3
    x, y = torch.randn(n, 4, generator=g).double(), torch.randn(n, generator=g).double()
    penalty = {"sum": lam, "half": lam / 2, "half/n": lam / (2 * n), "total": lam / n}[convention]
    found = []
    for penalized in (True, False):
        w = torch.ones(4, dtype=torch.float64, requires_grad=True)
        decay = 0.0 if penalized else week06e.decay_for(lam, convention, n)
        optimizer = torch.optim.SGD([w], lr=0.05, momentum=0.9, weight_decay=decay)
        for _ in range(20):
            loss = (x @ w - y).square().mean() + (penalty * w.square().sum() if penalized else 0)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        found.append(w.detach())
    assert torch.allclose(*found, atol=1e-12)


def test_the_l1_step_is_torchs_soft_shrinkage_and_minimizes_what_it_should():
    g = torch.Generator().manual_seed(0)
    w, gradient = torch.randn(3, 5, generator=g).double(), torch.randn(3, 5, generator=g).double()
    found = week06e.l1_step(w, gradient, 0.1, 2.0)
    moved = w - 0.1 * gradient
    assert torch.allclose(found, nn.functional.softshrink(moved, 0.2))

    def proximal(v):
        return (v - moved).square().sum() / 2 + 0.2 * v.abs().sum()
    assert all(proximal(found + 1e-3 * torch.randn(3, 5, generator=g)) >= proximal(found) for _ in range(200))


def test_proximal_steps_find_the_lasso_of_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    g = torch.Generator().manual_seed(0)
    x = torch.randn(40, 8, generator=g).double()
    y = x[:, 0] - 2 * x[:, 3] + 0.1 * torch.randn(40, generator=g).double()
    w = torch.zeros(8, dtype=torch.float64)
    for _ in range(2000):
        w = week06e.l1_step(w, x.T @ (x @ w - y) / 40, 0.1, 0.2)
    lasso = linear_model.Lasso(alpha=0.2, fit_intercept=False, tol=1e-10).fit(x.numpy(), y.numpy())
    assert torch.allclose(w, torch.from_numpy(lasso.coef_), atol=1e-5)
    assert int((w == 0).sum()) == 6


def test_dropout_has_the_values_rate_and_expectation_of_torchs():
    x, p = torch.rand(200, 300) + 0.5, 0.3
    ours = week06e.dropout(x, p, True, torch.Generator().manual_seed(0))
    theirs = nn.functional.dropout(x, p, True)
    for result in (ours, theirs):
        kept = result != 0
        assert torch.allclose(result[kept], (x / (1 - p))[kept])
        assert abs(kept.float().mean() - (1 - p)) < 0.01
        assert abs(result.mean() - x.mean()) < 0.02
    assert torch.equal(week06e.dropout(x, p, False, None), nn.Dropout(p).eval()(x))


@pytest.mark.parametrize("patience", [1, 2, 3, 20])
def test_early_stopping_is_the_callbacks(patience):
    """nnlab.callbacks.EarlyStopping is asked after each epoch, as `fit` does."""
    class Run:
        def __init__(self):
            self.history, self.stop = {"val_loss": []}, False

    g = torch.Generator().manual_seed(patience)
    for _ in range(40):
        losses, run = torch.randint(1, 9, (12,), generator=g).tolist(), Run()
        callback = EarlyStopping("val_loss", patience=patience)
        for loss in losses:
            run.history["val_loss"].append(float(loss))
            callback(run)
            if run.stop:
                break
        stop, best = week06e.early_stopping([float(loss) for loss in losses], patience)
        seen = run.history["val_loss"]
        assert (stop, best) == (len(seen), seen.index(min(seen)) + 1)


def test_the_rates_replace_weight_decay_in_a_scale_invariant_loss():
    g = torch.Generator().manual_seed(0)
    a = torch.randn(6, 6, generator=g).double()
    w = v = torch.randn(6, generator=g).double()

    def gradient(u):
        u = u.clone().requires_grad_()
        unit = u / u.norm()
        return torch.autograd.grad(unit @ a @ unit, u)[0]
    lr, decay = 0.02, 0.5
    for rate in week06e.growing_rates(lr, decay, 50).tolist():
        w, v = (1 - lr * decay) * w - lr * gradient(w), v - rate * gradient(v)
        assert torch.allclose(w / w.norm(), v / v.norm(), atol=1e-10)
    assert torch.allclose(w, (1 - lr * decay) ** 50 * v, atol=1e-10)
