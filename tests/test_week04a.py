"""Week 4a's exercises: their rules, answers that others might write, oracles."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch.optim import Optimizer

from nnlab.checks.judging import judge
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week04a
from nnlab.models import MLP
from nnlab.optim import GradientDescent, updates

EXERCISE = {exercise.name: exercise for exercise in week04a.EXERCISES}


# right answers in other styles

class DescentByAdd(Optimizer):
    def __init__(self, params, lr, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        p.add_(p.grad.add(p, alpha=group["weight_decay"]), alpha=-group["lr"])


class DescentByCopy(Optimizer):
    def __init__(self, params, lr, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for w, gradient, _state, group in updates(self):
            eta, decay = group["lr"], group["weight_decay"]
            w.copy_((1 - eta * decay) * w - eta * gradient)


class DescentOnData(GradientDescent):
    def step(self):
        for w, g, _, group in updates(self):
            w.data = w.data - group["lr"] * g - group["lr"] * group["weight_decay"] * w.data


def best_in_numpy(A):
    values = np.linalg.eigh(A.numpy().astype(np.float64))[0]
    kappa = values.max() / values.min()
    return 2 / (values.min() + values.max()), (kappa - 1) / (kappa + 1)


def best_by_factors(A):
    values = torch.linalg.eigvals(A).real
    lr = 2 / (values.max() + values.min())
    return [lr.item(), (1 - lr * values).abs().max().item()]


def best_by_svd(A: torch.Tensor) -> tuple:
    s = torch.linalg.svdvals(A.double())
    lr = (0.5 * (s[0] + s[-1])) ** -1
    return float(lr), abs(1 - float(lr * s[0]))


def needed_in_a_loop(kappa, reduction):
    n, distance = 0, 1.0
    while distance > reduction:
        distance *= (kappa - 1) / (kappa + 1)
        n += 1
    return n


def needed_by_counting(kappa, reduction):
    return next(n for n in itertools.count() if ((kappa - 1) / (kappa + 1)) ** n <= reduction)


def needed_in_numpy(kappa, reduction):
    with np.errstate(divide="ignore"):
        return int(max(1, np.ceil(np.log(reduction) / np.log((kappa - 1) / (kappa + 1)))))


def product_by_hvp(f, w, v):
    return torch.autograd.functional.hvp(f, w, v)[1]


def product_by_jvp(f, w, v):
    return torch.func.jvp(torch.func.grad(f), (w,), (v,))[1]


def product_by_backward(f, w, v):
    x = w.clone().requires_grad_(True)
    (g,) = torch.autograd.grad(f(x), [x], create_graph=True)
    (g * v).sum().backward()
    return x.grad


def power_by_recursion(product, v, steps):
    v = v / torch.linalg.vector_norm(v)
    if steps == 0:
        return (v * product(v)).sum(), v
    return power_by_recursion(product, product(v), steps - 1)


def power_keeping_the_product(product, v, steps):
    u = F.normalize(v, dim=0)
    Hu = product(u)
    for _ in range(steps):
        u = Hu / (Hu @ Hu).sqrt()
        Hu = product(u)
    return torch.dot(u, Hu), u


def power_in_lists(product, v, steps):
    for _ in range(steps):
        v = product(v / v.norm())
    v = v / v.norm()
    return float(v @ product(v)), v.tolist()


class TestRules(ExerciseRules):
    module = week04a
    styles = {
        "GradientDescent": [DescentByAdd, DescentByCopy, DescentOnData],
        "best_learning_rate": [best_in_numpy, best_by_factors, best_by_svd],
        "steps_needed": [needed_in_a_loop, needed_by_counting, needed_in_numpy],
        "hessian_vector_product": [product_by_hvp, product_by_jvp, product_by_backward],
        "power_iteration": [power_by_recursion, power_keeping_the_product, power_in_lists],
    }


# wrong answers that a student might give

def descent(body):
    """A subclass of Optimizer whose `step` runs `body` for each parameter w with gradient g."""
    class Descent(Optimizer):
        def __init__(self, params, lr, weight_decay=0.0):
            super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

        @torch.no_grad()
        def step(self):
            for w, g, state, group in updates(self):
                body(w, g, state, group)
    return Descent


def halved(w, g, state, group):
    w -= group["lr"] * (g + group["weight_decay"] * w) / 2


def decayed_uphill(w, g, state, group):
    w -= group["lr"] * (g - group["weight_decay"] * w)


def decayed_twice(w, g, state, group):
    w -= group["lr"] * (g + 2 * group["weight_decay"] * w)


def with_memory(w, g, state, group):
    state["v"] = 0.9 * state.get("v", 0) + g + group["weight_decay"] * w
    w -= group["lr"] * state["v"]


def squared(w, g, state, group):
    w -= group["lr"] * (g + group["weight_decay"] * w ** 2)


def overwritten(w, g, state, group):
    w.copy_(-group["lr"] * g)


def of_the_mean(w, g, state, group):
    w -= group["lr"] * (g.mean() + group["weight_decay"] * w)


def clipped(w, g, state, group):
    w -= group["lr"] * (g.clamp(-1, 1) + group["weight_decay"] * w)


def _best(lr, factor):
    def best_learning_rate(A):
        values = torch.linalg.eigvalsh(A)
        return lr(values[0], values[-1]), factor(values[0], values[-1])
    return best_learning_rate


def best_lr(low, high):
    return 2 / (low + high)


def right_factor(low, high):
    return (high - low) / (high + low)


def _count(n):
    return lambda kappa, reduction: n((kappa - 1) / (kappa + 1), reduction)


def product_of_the_matrix_transposed_twice(f, w, v):
    H = torch.func.hessian(f)(w)
    return H @ H @ v


def product_by_rough_differences(f, w, v):
    gradient = torch.func.grad(f)
    return gradient(w + v) - gradient(w)


def product_by_the_gradient_at_v(f, w, v):
    return torch.func.grad(f)(v)


def product_without_v(f, w, v):
    x = w.clone().requires_grad_()
    g, = torch.autograd.grad(f(x), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]


def product_diagonal(f, w, v):
    return torch.func.hessian(f)(w).diagonal() * v


def product_negative(f, w, v):
    return -EXERCISE["hessian_vector_product"].reference(f, w, v)


def product_doubled(f, w, v):
    return 2 * EXERCISE["hessian_vector_product"].reference(f, w, v)


def product_row_by_row(f, w, v):
    x = w.clone().requires_grad_()
    g, = torch.autograd.grad(f(x), x, create_graph=True)
    return torch.stack([torch.autograd.grad(part, x, retain_graph=True)[0] @ v for part in g])


def power_of_the_smallest(product, v, steps):
    value, v = EXERCISE["power_iteration"].reference(product, v, steps)
    return 1 / value, v


def power_half(product, v, steps):
    return EXERCISE["power_iteration"].reference(product, v, steps // 2)


def power_squared(product, v, steps):
    v = v / v.norm()
    for _ in range(steps):
        v = product(v)
        v = v / v.norm()
    return product(v) @ product(v), v


def power_sum(product, v, steps):
    value, v = EXERCISE["power_iteration"].reference(product, v, steps)
    return product(v).sum(), v


def power_negative(product, v, steps):
    value, v = EXERCISE["power_iteration"].reference(product, v, steps)
    return value, -v


def power_ratio(product, v, steps):
    value, v = EXERCISE["power_iteration"].reference(product, v, steps)
    return (product(v) / v).mean(), v


def power_in_place(product, v, steps):
    v /= v.norm()
    return EXERCISE["power_iteration"].reference(product, v, steps)


WRONG = {
    "GradientDescent": [descent(body) for body in (halved, decayed_uphill, decayed_twice, with_memory, squared,
                                                   overwritten, of_the_mean, clipped)],
    "best_learning_rate": [
        _best(lambda low, high: 2 / (high - low + 1), right_factor),
        _best(lambda low, high: 1 / (low * high).sqrt(), right_factor),
        _best(best_lr, lambda low, high: (high + low) / (high - low)),
        _best(best_lr, lambda low, high: low / high),
        _best(best_lr, lambda low, high: 1 - low / high),
        _best(lambda low, high: 2 / (low + high) * 0.99, right_factor),
        lambda A: 2 / torch.linalg.norm(A),
        lambda A: (best_lr(*torch.linalg.eigvalsh(A.double())[[0, -1]]).long(), 0.0),
    ],
    "steps_needed": [
        lambda kappa, reduction: math.ceil(kappa * math.log(1 / reduction)),
        _count(lambda factor, reduction: math.ceil(math.log(reduction) / math.log(max(factor, 1e-9))) + 1),
        _count(lambda factor, reduction: math.ceil(reduction / max(factor, 1e-9))),
        _count(lambda factor, reduction: math.ceil(math.log(1 - reduction) / math.log(max(factor, 1e-9)))),
        _count(lambda factor, reduction: -math.ceil(math.log(reduction) / math.log(max(factor, 1e-9)))),
        lambda kappa, reduction: round(kappa),
        _count(lambda factor, reduction: math.log(reduction, max(factor, 1e-9))),
    ],
    "hessian_vector_product": [
        product_of_the_matrix_transposed_twice, product_by_rough_differences, product_by_the_gradient_at_v,
        product_without_v, product_diagonal, product_negative, product_doubled, product_row_by_row],
    "power_iteration": [power_of_the_smallest, power_half, power_squared, power_sum, power_negative, power_ratio,
                        power_in_place],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week04a, WRONG)


@pytest.mark.parametrize("right", [
    ("one", "none", "infinitely many", "none", "two"), ["One", "None", "Infinitely many", "none", "TWO"]])
def test_the_quiz_takes_the_words_in_any_spelling(right):
    assert judge_value(EXERCISE["minima"], right).kind == "correct"


def test_a_matrix_for_each_row_is_stopped_with_the_reason():
    text = judge(EXERCISE["hessian_vector_product"], product_row_by_row).text
    assert "one for each row of the Hessian" in " ".join(text.split())


# oracles

def test_descent_equals_torch():
    x, y = torch.randn(20, 3, dtype=torch.float64), torch.randint(4, (20,))
    trained = []
    for optimizer_class in (EXERCISE["GradientDescent"].reference, torch.optim.SGD):
        torch.manual_seed(0)
        network = MLP([3, 5, 4]).double()
        optimizer = optimizer_class(network.parameters(), lr=0.3, weight_decay=0.01)
        for _ in range(10):
            optimizer.zero_grad()
            F.cross_entropy(network(x), y).backward()
            optimizer.step()
        trained.append(torch.cat([p.detach().flatten() for p in network.parameters()]))
    assert torch.allclose(*trained, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_no_learning_rate_is_better(n):
    Q = torch.randn(n, n, dtype=torch.float64, generator=torch.Generator().manual_seed(n))
    A = Q @ Q.T + 0.1 * torch.eye(n)
    lr, factor = EXERCISE["best_learning_rate"].reference(A)

    def radius(eta):
        return torch.linalg.eigvals(torch.eye(n) - eta * A).abs().max()
    assert torch.isclose(radius(lr), factor, atol=1e-9)
    assert all(radius(eta) >= factor - 1e-9 for eta in torch.linspace(0.01, 2, 100) * lr)


@pytest.mark.parametrize("kappa", [1, 2, 10, 123])
@pytest.mark.parametrize("reduction", [0.3, 1e-4])
def test_gradient_descent_takes_the_steps(kappa, reduction):
    eigenvalues = torch.tensor([1.0, kappa], dtype=torch.float64)
    w, steps = torch.ones(2, dtype=torch.float64), 0
    while w.norm() > reduction * 2**0.5:
        w, steps = w - 2 / (1 + kappa) * eigenvalues * w, steps + 1
    assert EXERCISE["steps_needed"].reference(kappa, reduction) == steps


def test_product_and_power_iteration_equal_the_matrix():
    torch.manual_seed(0)
    w, v, M = torch.randn(6).double(), torch.randn(6).double(), torch.randn(6, 6).double()

    def f(w):
        return torch.tanh(M @ w).sum() ** 2
    H = torch.func.hessian(f)(w)
    product = EXERCISE["hessian_vector_product"].reference
    assert torch.allclose(product(f, w, v), H @ v, atol=1e-10)
    value, vector = EXERCISE["power_iteration"].reference(lambda u: product(f, w, u), v, 2000)
    values = torch.linalg.eigvalsh(H)
    assert torch.isclose(value, values[values.abs().argmax()], atol=1e-8)
    assert torch.allclose(H @ vector, value * vector, atol=1e-4)
