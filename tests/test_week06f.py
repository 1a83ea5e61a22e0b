"""Week 6f's exercises: their rules, answers that others might write, oracles."""

import math

import numpy as np
import pytest
import scipy.interpolate
import scipy.linalg
import torch
from exercise_rules import ExerciseRules, all_rejected

from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week06f

EXERCISE = {exercise.name: exercise for exercise in week06f.EXERCISES}


# right answers in other styles

def basis_in_loops(x, knots):
    def d(k):
        last = knots[-1]
        return (torch.relu(x - knots[k]) ** 3 - torch.relu(x - last) ** 3) / (last - knots[k])
    columns = [torch.ones(len(x), dtype=x.dtype), x.clone()]
    for k in range(len(knots) - 2):
        columns.append(d(k) - d(len(knots) - 2))
    return torch.stack(columns, dim=1)


def basis_filled_in(x, knots):
    made = torch.zeros(x.shape[0], knots.shape[0], dtype=x.dtype)
    made[:, 0], made[:, 1] = 1, x
    cube = lambda z: torch.where(z > 0, z ** 3, torch.zeros_like(z))  # noqa: E731
    end = (cube(x - knots[-2]) - cube(x - knots[-1])) / (knots[-1] - knots[-2])
    for k in range(knots.shape[0] - 2):
        made[:, k + 2] = (cube(x - knots[k]) - cube(x - knots[-1])) / (knots[-1] - knots[k]) - end
    return made


def norm_by_svd(X, y):
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    return Vh.mH @ ((U.mH @ y).T / s).T


def norm_by_qr(X, y):
    if X.shape[0] >= X.shape[1]:
        Q, R = torch.linalg.qr(X)
        return torch.linalg.inv(R) @ (Q.T @ y)
    Q, R = torch.linalg.qr(X.T)
    return Q @ (torch.linalg.inv(R.T) @ y)


def norm_by_inverse(X, y):
    return (X.T @ X).inverse() @ X.T @ y if len(X) > X.shape[1] else X.T @ (X @ X.T).inverse() @ y


def limit_by_projection(X, y, start):
    plus = torch.linalg.pinv(X)
    return plus @ y + (torch.eye(len(start), dtype=X.dtype) - plus @ X) @ start


def limit_by_descending(X, y, start):
    w, lr = start.double(), 1 / torch.linalg.matrix_norm(X.double(), 2) ** 2
    for _ in range(400):
        w = w - lr * X.double().T @ (X.double() @ w - y.double())
    return w.to(X.dtype)


def limit_by_exercise(X, y, start):
    return start + week06f.minimum_norm(X, y - X @ start)


def path_in_a_loop(X, y, penalties):
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    return torch.stack([Vh.T @ torch.diag(s / (s * s + penalty)) @ (U.T @ y) for penalty in penalties])


def path_dual(X, y, penalties):
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    return torch.einsum("ip,mi,i->mp", Vh, 1 / (s + penalties[:, None] / s), U.T @ y)


def risk_guarded(n, p, sigma, norm):
    if abs(n - p) <= 1:
        return float("inf")
    if n < p:
        return norm ** 2 * (p - n) / p + sigma * sigma * n / (p - 1 - n)
    return p * sigma ** 2 / (n - 1 - p)


def risk_in_one_line(n, p, sigma, norm):
    small, large = sorted((n, p))
    variance = sigma ** 2 * small / (large - small - 1) if large - small > 1 else math.inf
    return variance + norm ** 2 * max(0, 1 - n / p)


class TestRules(ExerciseRules):
    module = week06f
    styles = {
        "natural_power_basis": [basis_in_loops, basis_filled_in],
        "minimum_norm": [norm_by_svd, norm_by_qr, norm_by_inverse],
        "limit_of_gradient_descent": [limit_by_projection, limit_by_descending, limit_by_exercise],
        "ridge_path": [path_in_a_loop, path_dual],
        "minimum_norm_risk": [risk_guarded, risk_in_one_line],
    }


# wrong answers, as new students would write them

def basis_powers_of_x(x, knots):
    return torch.stack([x ** k for k in range(len(knots))], 1)


def basis_relus(x, knots):
    return torch.cat([torch.ones_like(x)[:, None], x[:, None], (x[:, None] - knots[:-2]).clamp(min=0)], 1)


def basis_clamped_after(x, knots):
    d = ((x[:, None] - knots) ** 3).clamp(min=0)
    d = (d[:, :-1] - d[:, -1:]).clamp(max=1) / (knots[-1] - knots[:-1])
    return torch.cat([torch.ones_like(x)[:, None], x[:, None], d[:, :-1] - d[:, -1:]], 1)


def basis_transposed(x, knots):
    return week06f.natural_power_basis(x, knots).T


def norm_ridge(X, y):
    return X.T @ torch.linalg.solve(X @ X.T + 0.01 * torch.eye(len(X), dtype=X.dtype), y)


def norm_swapped(X, y):
    return week06f.minimum_norm(X, y) if len(X) <= X.shape[1] else X.T @ y / len(X)


def norm_squared(X, y):
    n, p = X.shape
    if n >= p:
        return torch.linalg.solve(X.T @ X, X.T @ y)
    return X.T @ torch.linalg.solve(X @ X.T, torch.linalg.solve(X @ X.T, y))


def norm_mean_over_rows(X, y):
    return torch.stack([row * (one / (row @ row)) for row, one in zip(X, y.reshape(len(y), -1)[:, 0],
                                                                      strict=True)]).mean(0)


def limit_orthogonal_twice(X, y, start):
    plus = torch.linalg.pinv(X)
    return plus @ y + start - 2 * plus @ (X @ start)


def limit_mean(X, y, start):
    return (start + torch.linalg.pinv(X) @ y) / 2


def limit_few_steps(X, y, start):
    w, lr = start.clone(), 0.5 / torch.linalg.matrix_norm(X, 2) ** 2
    for _ in range(2):
        w = w - lr * X.T @ (X @ w - y)
    return w


def path_primal_identity(X, y, penalties):
    return torch.stack([torch.linalg.solve(X.T @ X + torch.eye(X.shape[1], dtype=X.dtype), X.T @ y)
                        for _ in penalties])


def path_root(X, y, penalties):
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    return (s / (s ** 2 + penalties[:, None].sqrt())) * (U.T @ y) @ Vh


def path_transposed(X, y, penalties):
    return week06f.ridge_path(X, y, penalties).T


def path_averaged(X, y, penalties):
    return week06f.ridge_path(X, y, penalties * len(X))


WRONG = {
    "natural_power_basis": [
        basis_powers_of_x, basis_relus, basis_clamped_after, basis_transposed,
        lambda x, knots: week06f.natural_power_basis(x, knots)[:, 1:],
        lambda x, knots: week06f.natural_power_basis(x.clamp(knots[0], knots[-1]), knots),
    ],
    "minimum_norm": [
        norm_ridge, norm_swapped, norm_squared, norm_mean_over_rows,
        lambda X, y: X.T @ y,
        lambda X, y: torch.linalg.solve(X.T @ X + 1e-2 * torch.eye(X.shape[1], dtype=X.dtype), X.T @ y),
        lambda X, y: week06f.minimum_norm(X, y) / 2,
    ],
    "limit_of_gradient_descent": [
        limit_orthogonal_twice, limit_mean, limit_few_steps,
        lambda X, y, start: week06f.minimum_norm(X, y),
        lambda X, y, start: start - X.T @ (X @ start - y),
        lambda X, y, start: week06f.minimum_norm(X, y) + start,
    ],
    "ridge_path": [
        path_primal_identity, path_root, path_transposed, path_averaged,
        lambda X, y, penalties: week06f.ridge_path(X, y, penalties[:1]),
        lambda X, y, penalties: week06f.ridge_path(X, y, penalties.flip(0)),
        lambda X, y, penalties: week06f.ridge_path(X, y, 0 * penalties),
    ],
    "minimum_norm_risk": [
        lambda n, p, sigma, norm: sigma ** 2 * p / abs(n - p - 1) if n != p + 1 else math.inf,
        lambda n, p, sigma, norm: week06f.minimum_norm_risk(p, n, sigma, norm),
        lambda n, p, sigma, norm: week06f.minimum_norm_risk(n, p, sigma, norm) + sigma ** 2,
        lambda n, p, sigma, norm: math.inf if n == p else week06f.minimum_norm_risk(n, p, sigma, 1.0),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week06f, WRONG)


@pytest.mark.parametrize("right", [("no", "yes", "no", "no", "yes", "no"), ["No", "YES", "no", "No", "yes", "no"]])
def test_the_quiz_takes_the_words_in_any_spelling(right):
    assert judge_value(EXERCISE["proven"], right).kind == "correct"


# oracles

def test_truncated_powers_span_the_natural_splines_of_scipy():
    """Each function is linear beyond the knots, and every natural interpolating spline is in their span."""
    knots = torch.tensor([-2.0, -0.5, 0.0, 1.5, 3.0], dtype=torch.float64)
    x = torch.linspace(-2, 3, 41, dtype=torch.float64)
    values = torch.randn(5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    natural = scipy.interpolate.CubicSpline(knots, values, bc_type="natural")
    features = week06f.natural_power_basis(x, knots)
    assert torch.linalg.matrix_rank(features) == 5
    w = torch.linalg.solve(week06f.natural_power_basis(knots, knots), values)
    assert np.allclose(features @ w, natural(x.numpy()), atol=1e-10)
    outside = week06f.natural_power_basis(torch.tensor([3.0, 4.0, 5.0, -4.0, -3.0, -2.0]).double(), knots)
    assert torch.allclose(outside[0] - 2 * outside[1] + outside[2], torch.zeros(5).double(), atol=1e-10)
    assert torch.allclose(outside[3] - 2 * outside[4] + outside[5], torch.zeros(5).double(), atol=1e-10)


@pytest.mark.parametrize("n, p", [(3, 8), (8, 3), (5, 5)])
def test_minimum_norm_is_scipys_and_the_limit_of_ridge(n, p):
    generator = torch.Generator().manual_seed(n)
    X, y = (torch.randn(n, size, dtype=torch.float64, generator=generator) for size in (p, 2))
    w = week06f.minimum_norm(X, y)
    assert np.allclose(w, scipy.linalg.lstsq(X, y)[0])
    assert torch.allclose(w, torch.linalg.lstsq(X, y, driver="gelsd").solution)
    ridge = week06f.ridge_path(X, y[:, 0], torch.tensor([1e-9, 0.0], dtype=torch.float64))
    assert torch.allclose(ridge[0], w[:, 0], atol=1e-6) and torch.allclose(ridge[1], w[:, 0])


@pytest.mark.parametrize("n, p", [(3, 6), (6, 3)])
def test_the_limit_is_where_gradient_descent_arrives(n, p):
    generator = torch.Generator().manual_seed(p)
    X, y, start = (torch.randn(*shape, dtype=torch.float64, generator=generator) for shape in ((n, p), (n,), (p,)))
    w = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=(1 / torch.linalg.matrix_norm(X, 2) ** 2).item())
    for _ in range(3000):
        optimizer.zero_grad()
        (((X @ w - y) ** 2).sum() / 2).backward()
        optimizer.step()
    limit = week06f.limit_of_gradient_descent(X, y, start)
    assert torch.allclose(w.detach(), limit, atol=1e-6)
    assert (n > p) == torch.allclose(limit, week06f.minimum_norm(X, y))


@pytest.mark.parametrize("n, p", [(3, 6), (6, 3)])
def test_ridge_is_scikit_learns_in_primal_and_dual_form(n, p):
    linear_model = pytest.importorskip("sklearn.linear_model")
    generator = torch.Generator().manual_seed(p)
    X, y = torch.randn(n, p, dtype=torch.float64, generator=generator), torch.randn(n, dtype=torch.float64)
    path = week06f.ridge_path(X, y, torch.tensor([0.3, 4.0], dtype=torch.float64))
    for w, penalty in zip(path, (0.3, 4.0), strict=True):
        eye = torch.eye(n + p, dtype=torch.float64)
        assert torch.allclose(w, torch.linalg.solve(X.T @ X + penalty * eye[:p, :p], X.T @ y))
        assert torch.allclose(w, X.T @ torch.linalg.solve(X @ X.T + penalty * eye[:n, :n], y))
        assert np.allclose(w, linear_model.Ridge(penalty, fit_intercept=False).fit(X, y).coef_)


@pytest.mark.parametrize("n, p", [(40, 10), (10, 40), (16, 10)])
def test_the_risk_is_the_mean_of_many_draws(n, p):
    generator = torch.Generator().manual_seed(0)
    beta = torch.ones(p, dtype=torch.float64) * 2 / p ** 0.5
    X = torch.randn(3000, n, p, dtype=torch.float64, generator=generator)
    y = X @ beta + 0.5 * torch.randn(3000, n, dtype=torch.float64, generator=generator)
    w = (torch.linalg.pinv(X) @ y[..., None])[..., 0]
    mean = ((w - beta) ** 2).sum(1).mean().item()
    assert mean == pytest.approx(week06f.minimum_norm_risk(n, p, 0.5, 2.0), rel=0.08)
