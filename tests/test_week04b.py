"""Week 4b's exercises: their rules, answers that others might write, oracles; the tasks of the race."""

import cmath
import math

import numpy as np
import pytest
import torch
from exercise_rules import ExerciseRules, all_rejected
from torch.optim import SGD, Optimizer

from nnlab.checks.core import Checks
from nnlab.checks.exercise import variant
from nnlab.checks.judging import judge
from nnlab.exercises import week04b
from nnlab.exercises.week04b import (
    best_momentum,
    filter_normalized,
    parameter,
    spectral_radius,
    trace,
)
from nnlab.optim import Momentum, Nesterov, updates

EXERCISE = {exercise.name: exercise for exercise in week04b.EXERCISES}


class WithMomentum(Optimizer):
    """What each answer to `Momentum` begins with."""

    def __init__(self, params, lr, momentum=0.9, dampening=0.0, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay})


class WithNesterov(Optimizer):
    """What each answer to `Nesterov` begins with."""

    def __init__(self, params, lr, momentum=0.9, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})


# right answers in other styles

class MomentumInPlace(WithMomentum):
    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            lr, beta, tau, decay = (group[name] for name in ("lr", "momentum", "dampening", "weight_decay"))
            g = g.add(w, alpha=decay)
            v = state.get("v")
            if v is None:
                v = state["v"] = torch.clone(g)
            else:
                v.mul_(beta).add_(g, alpha=1 - tau)
            w.add_(v, alpha=-lr)


class MomentumByGroups(WithMomentum):
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                g = w.grad + group["weight_decay"] * w.data
                memory = self.state[w]
                first = "momentum_buffer" not in memory
                memory["momentum_buffer"] = g if first else (
                    group["momentum"] * memory["momentum_buffer"] + (1 - group["dampening"]) * g)
                w.data = w.data - group["lr"] * memory["momentum_buffer"]


class MomentumInNumpy(WithMomentum):
    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            total = g.numpy().astype(np.float64) + group["weight_decay"] * w.numpy()
            if not state:
                state["v"], state["t"] = total, 0
            else:
                state["v"] = group["momentum"] * state["v"] + (1 - group["dampening"]) * total
            state["t"] += 1
            w.sub_(torch.from_numpy(group["lr"] * state["v"]).to(w.dtype))


class MomentumScaled(WithMomentum):
    """Keeps u = (1 - τ) v from the second step on."""

    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            g = g + group["weight_decay"] * w
            factor = 1 - group["dampening"] if "v" in state else 1.0
            state["v"] = state.get("v", torch.zeros_like(w)) * group["momentum"] + factor * g
            w.copy_(w - group["lr"] * state["v"])


class NesterovInPlace(WithNesterov):
    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            d = g.add(w, alpha=group["weight_decay"])
            if "v" not in state:
                state["v"] = torch.zeros_like(w)
            state["v"].mul_(group["momentum"]).add_(d)
            w.add_(d.add(state["v"], alpha=group["momentum"]), alpha=-group["lr"])


class NesterovByOldVelocity(WithNesterov):
    """g + β v with the new v is (1 + β) g + β² v with the old v."""

    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            beta, old = group["momentum"], state.setdefault("old", torch.zeros_like(w))
            g = g + group["weight_decay"] * w
            w -= group["lr"] * ((1 + beta) * g + beta ** 2 * old)
            state["old"] = beta * old + g


class NesterovByLookAhead(WithNesterov):
    """Goes from the look-ahead point w to θ and back, with the η of this step."""

    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            lr, beta = group["lr"], group["momentum"]
            v = state.get("v", 0.0)
            g = g + group["weight_decay"] * w
            theta = w + lr * beta * v
            state["v"] = beta * v + g
            theta = theta - lr * state["v"]
            w.copy_(theta - lr * beta * state["v"])


def radius_by_torch(lr, momentum, curvature):
    matrix = torch.tensor([[1 - lr * curvature, -lr * momentum], [curvature, momentum]], dtype=torch.float64)
    return torch.linalg.eigvals(matrix).abs().max().item()


def radius_by_numpy(lr, momentum, curvature):
    return max(abs(np.linalg.eigvals(np.array([[1 - lr * curvature, -lr * momentum], [curvature, momentum]]))))


def radius_by_roots(lr, momentum, curvature):
    t = 1 + momentum - lr * curvature
    root = cmath.sqrt(t * t - 4 * momentum)
    return max(abs((t + root) / 2), abs((t - root) / 2))


def radius_in_scaled_velocity(lr, momentum, curvature):
    """The same eigenvalues with u = η v: [[1 - ηλ, -β], [ηλ, β]]; float32, as torch.tensor makes it."""
    matrix = torch.tensor([[1 - lr * curvature, -momentum], [lr * curvature, momentum]])
    return torch.linalg.eigvals(matrix).abs().amax()


def best_by_condition_number(lowest, highest):
    root = (highest / lowest) ** 0.5
    beta = ((root - 1) / (root + 1)) ** 2
    return (1 + beta ** 0.5) ** 2 / highest, beta, beta ** 0.5


def best_in_numpy(lowest, highest):
    roots = np.sqrt(np.array([lowest, highest]))
    return [4 / roots.sum() ** 2, (np.diff(roots)[0] / roots.sum()) ** 2, np.diff(roots)[0] / roots.sum()]


def best_in_torch(lowest, highest):
    low, high = torch.tensor([lowest, highest], dtype=torch.float64).sqrt()
    lr = (2 / (low + high)) ** 2
    return lr.item(), ((1 - (lr * lowest).sqrt()) ** 2).item(), (1 - (lr * lowest).sqrt()).item()


def normalized_in_loops(direction, weights):
    found = []
    for d, w in zip(direction, weights, strict=True):
        new = torch.zeros_like(d)
        if d.dim() > 1:
            for k in range(len(d)):
                size = torch.sqrt((d[k] ** 2).sum())
                if size > 0:
                    new[k] = d[k] * torch.sqrt((w[k] ** 2).sum()) / size
        found.append(new)
    return found


def normalized_by_vector_norm(direction, weights):
    def scaled(d, w):
        if d.ndim <= 1:
            return 0 * d
        dims = tuple(range(1, d.ndim))
        of_d, of_w = (torch.linalg.vector_norm(part, dim=dims, keepdim=True) for part in (d, w))
        return d * (of_w / of_d.clamp_min(1e-30))
    return tuple(scaled(*pair) for pair in zip(direction, weights, strict=False))


def normalized_in_numpy(direction, weights):
    found = []
    for d, w in zip(direction, weights, strict=True):
        d, w = d.numpy(), w.numpy()
        if d.ndim < 2:
            found.append(torch.from_numpy(np.zeros_like(d)))
            continue
        sizes = np.sqrt((d.reshape(len(d), -1) ** 2).sum(1))
        sizes[sizes == 0] = 1
        factors = np.sqrt((w.reshape(len(w), -1) ** 2).sum(1)) / sizes
        found.append(torch.from_numpy((d * factors.reshape(-1, *[1] * (d.ndim - 1))).astype(d.dtype)))
    return found


class TestExercises(ExerciseRules):
    module = week04b
    styles = {
        "Momentum": [MomentumInPlace, MomentumByGroups, MomentumInNumpy, MomentumScaled],
        "Nesterov": [NesterovInPlace, NesterovByOldVelocity, NesterovByLookAhead],
        "spectral_radius": [radius_by_torch, radius_by_numpy, radius_by_roots, radius_in_scaled_velocity],
        "best_momentum": [best_by_condition_number, best_in_numpy, best_in_torch],
        "filter_normalized": [normalized_in_loops, normalized_by_vector_norm, normalized_in_numpy],
    }


# wrong answers that a student might give

class MomentumOnlyFirstParameter(WithMomentum):
    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            g = g + group["weight_decay"] * w
            state["v"] = g if "v" not in state else group["momentum"] * state["v"] + (1 - group["dampening"]) * g
            w -= group["lr"] * state["v"]
            return


class MomentumOfDefaults(WithMomentum):
    @torch.no_grad()
    def step(self):
        for w, g, state, _ in updates(self):
            group = self.defaults
            g = g + group["weight_decay"] * w
            state["v"] = g if "v" not in state else group["momentum"] * state["v"] + (1 - group["dampening"]) * g
            w -= group["lr"] * state["v"]


class MomentumOfFirstGroup(WithMomentum):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                g = w.grad + group["weight_decay"] * w
                v = self.state[w].get("v")
                self.state[w]["v"] = g if v is None else group["momentum"] * v + (1 - group["dampening"]) * g
                w -= group["lr"] * self.state[w]["v"]


class MomentumStopsEarly(WithMomentum):
    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            g = g + group["weight_decay"] * w
            state["v"] = group["momentum"] * state.get("v", g) + (1 - group["dampening"]) * g
            w -= group["lr"] * state["v"]


def _momentum(*edits):
    return variant(Momentum, *edits)


def _nesterov(*edits):
    return variant(Nesterov, *edits)


def radius_of_the_symmetric_part(lr, momentum, curvature):
    matrix = torch.tensor([[1 - lr * curvature, -lr * momentum], [curvature, momentum]], dtype=torch.float64)
    return torch.linalg.eigvalsh(matrix).abs().max().item()


def radius_complex(lr, momentum, curvature):
    t = 1 + momentum - lr * curvature
    return (t + cmath.sqrt(t * t - 4 * momentum)) / 2


def radius_both(lr, momentum, curvature):
    matrix = torch.tensor([[1 - lr * curvature, -lr * momentum], [curvature, momentum]], dtype=torch.float64)
    return torch.linalg.eigvals(matrix).abs().tolist()


def radius_by_norm(lr, momentum, curvature):
    matrix = torch.tensor([[1 - lr * curvature, -lr * momentum], [curvature, momentum]], dtype=torch.float64)
    return torch.linalg.matrix_norm(matrix).item()


def radius_by_singular_values(lr, momentum, curvature):
    matrix = torch.tensor([[1 - lr * curvature, -lr * momentum], [curvature, momentum]], dtype=torch.float64)
    return torch.linalg.svdvals(matrix)[0].item()


def radius_of_nesterov(lr, momentum, curvature):
    s = 1 - lr * curvature
    return max(abs(z) for z in np.roots([1, -(1 + momentum) * s, momentum * s]))


def radius_clamped(lr, momentum, curvature):
    return min(1.0, spectral_radius(lr, momentum, curvature))


def radius_without_half(lr, momentum, curvature):
    t = 1 + momentum - lr * curvature
    return math.sqrt(momentum) if t * t < 4 * momentum else abs(t) + math.sqrt(t * t - 4 * momentum)


def radius_always_square_root(lr, momentum, curvature):
    return max(math.sqrt(momentum), abs(1 - lr * curvature))


def best_swapped(lowest, highest):
    return best_momentum(highest, lowest)


def best_of_descent(lowest, highest):
    return 2 / (lowest + highest), (highest - lowest) / (highest + lowest), (highest - lowest) / (highest + lowest)


def best_rate_at_lowest(lowest, highest):
    _, beta, factor = best_momentum(lowest, highest)
    return 4 / (lowest + highest), beta, factor


def best_constant(lowest, highest):
    return 1 / highest, 0.9, math.sqrt(0.9)


def best_inverse(lowest, highest):
    lr, beta, factor = best_momentum(lowest, highest)
    return 1 / lr, beta, factor


def best_reversed(lowest, highest):
    return best_momentum(lowest, highest)[::-1]


def best_critical(lowest, highest):
    lr = 1 / highest
    beta = (1 - math.sqrt(lr * lowest)) ** 2
    return lr, beta, math.sqrt(beta)


def normalized_first(direction, weights):
    return filter_normalized(direction, weights)[:1]


def normalized_in_place(direction, weights):
    for d, w in zip(direction, weights, strict=True):
        if d.ndim < 2:
            d.zero_()
        else:
            for k in range(len(d)):
                if d[k].norm() > 0:
                    d[k] *= w[k].norm() / d[k].norm()
    return direction


def normalized_the_other(direction, weights):
    return filter_normalized(weights, direction)


def normalized_times_weights(direction, weights):
    return [d * w.abs() if d.ndim > 1 else torch.zeros_like(d) for d, w in zip(direction, weights, strict=True)]


def normalized_by_largest(direction, weights):
    return [torch.zeros_like(d) if d.ndim < 2 else
            d * (w.flatten(1).abs().amax(1) / d.flatten(1).abs().amax(1).clamp_min(1e-9)).view(-1, *[1] * (d.ndim - 1))
            for d, w in zip(direction, weights, strict=True)]


def normalized_with_eps(direction, weights):
    return [torch.zeros_like(d) if d.ndim < 2 else
            d * (w.flatten(1).norm(dim=1) / (d.flatten(1).norm(dim=1) + 0.1)).view(-1, *[1] * (d.ndim - 1))
            for d, w in zip(direction, weights, strict=True)]


def normalized_flat(direction, weights):
    return torch.cat([part.flatten() for part in filter_normalized(direction, weights)])


_SUM = ' + (1 - group["dampening"]) * g'
WRONG = {
    "Momentum": [
        MomentumOnlyFirstParameter, MomentumOfDefaults, MomentumOfFirstGroup, MomentumStopsEarly,
        _momentum(('group["momentum"] * state["velocity"]', 'state["velocity"]')),
        _momentum(('group["weight_decay"] * w', 'group["weight_decay"]')),
        _momentum(('group["weight_decay"] * w', 'group["weight_decay"] * w ** 2')),
        _momentum(("g = g + group", "g = g - group")),
        _momentum(('w -= group["lr"] * state["velocity"]', 'w -= state["velocity"]')),
        _momentum((_SUM, ' + (1 + group["dampening"]) * g')),
        _momentum((_SUM, ' + group["dampening"] * g')),
        _momentum(('["momentum"] * state', '["momentum"] ** 2 * state')),
        _momentum((f'group["momentum"] * state["velocity"]{_SUM}',
                   f'group["momentum"] * (state["velocity"]{_SUM})')),
    ],
    "Nesterov": [
        _nesterov((", 0) + g", ", g) + g")),
        _nesterov(('(g + group["momentum"] * state', '(g - group["momentum"] * state')),
        _nesterov(('(g + group["momentum"] * state["velocity"])', '(1 + group["momentum"]) * state["velocity"]')),
        _nesterov(('group["momentum"] * state.get', 'state.get')),
        _nesterov(('group["momentum"] * state["velocity"])', 'group["momentum"] ** 2 * state["velocity"])')),
        _nesterov(("g = g + group", "g = g - group")),
        _nesterov(('w -= group["lr"] * (g', 'w -= (group["lr"] * g')),
    ],
    "spectral_radius": [radius_of_the_symmetric_part, radius_complex, radius_both, radius_by_norm, radius_of_nesterov,
                        radius_by_singular_values, radius_clamped, radius_without_half, radius_always_square_root],
    "best_momentum": [best_swapped, best_of_descent, best_rate_at_lowest, best_constant, best_inverse, best_reversed,
                      best_critical],
    "filter_normalized": [normalized_first, normalized_in_place, normalized_the_other, normalized_times_weights,
                          normalized_by_largest, normalized_with_eps, normalized_flat],
}


def test_invented_wrong_answers_are_rejected():
    all_rejected(week04b, WRONG)


@pytest.mark.parametrize("name", ["Momentum", "Nesterov"])
def test_the_stub_of_a_class_is_not_attempted_and_fails_when_judged(name, capsys):
    exercise = EXERCISE[name]
    assert judge(exercise, exercise.given).kind == "incorrect"
    assert exercise.given.__init__ is not exercise.reference.__init__
    assert Checks("week04", week04b.EXERCISES).given(name) is exercise.given


# oracles

@pytest.mark.parametrize("ours, more", [(Momentum, {"dampening": 0.3}), (Momentum, {}), (Nesterov, {})])
def test_references_equal_torchs(ours, more):
    draw = torch.Generator().manual_seed(0)
    start, *gradients = torch.randn(51, 4, generator=draw, dtype=torch.float64)
    more = more | {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.2}
    theirs = trace(SGD, start, gradients, **more, nesterov=ours is Nesterov)
    assert (trace(ours, start, gradients, **more) - theirs).abs().max() < 1e-12


@pytest.mark.parametrize("lr, beta, curvature", [(0.6, 0.19, 4.0), (0.6, 0.21, 4.0), (0.1, 0.9, 1.0), (0.5, 0.5, 0.1)])
def test_spectral_radius_is_the_factor_of_many_steps(lr, beta, curvature):
    w, v, lengths = 1.0, 0.3, []
    for _ in range(4000):
        v = beta * v + curvature * w
        w -= lr * v
        size = math.hypot(w, v)
        lengths.append(math.log(size))
        w, v = w / size, v / size
    assert abs(math.exp(sum(lengths[1000:]) / 3000) - spectral_radius(lr, beta, curvature)) < 1e-3


@pytest.mark.parametrize("lowest, highest", [(1.0, 9.0), (0.2, 4.0), (3.0, 300.0)])
def test_no_pair_beats_the_best(lowest, highest):
    lr, beta, factor = best_momentum(lowest, highest)
    worst = max(spectral_radius(lr, beta, one) for one in np.linspace(lowest, highest, 50))
    assert abs(worst - factor) < 1e-6
    found = min(max(spectral_radius(rate, b, lowest), spectral_radius(rate, b, highest))
                for rate in np.geomspace(lr / 4, 4 * lr, 101) for b in np.linspace(0, 0.999, 150))
    assert factor - 1e-6 <= found < factor + 0.02


def test_filters_have_the_norms_of_the_weights():
    draw = torch.Generator().manual_seed(0)
    for shape in ((3, 5), (4, 2, 3, 3)):
        d, w = torch.randn(2, *shape, generator=draw)
        (found,) = filter_normalized([d], [w])
        for k in range(len(d)):
            assert torch.allclose(found[k].norm(), w[k].norm())
            assert torch.allclose(torch.cosine_similarity(found[k].flatten(), d[k].flatten(), dim=0), torch.tensor(1.0))


def test_a_parameter_with_a_gradient():
    assert parameter(2.0, 3.0).grad.tolist() == [3.0] and parameter(2.0, None).grad is None


# the tasks of the race: the same surfaces as in nnlab/widgets/surfaces.js

def _ravine(x, y):
    return 5 * (y - torch.sin(2 * x) / 2) ** 2 + (x - 1.6) ** 2 / 10


def _notch(x, y):
    dent = torch.exp(-((x + 0.6) / 0.16) ** 2 / 2 - (y / 0.8) ** 2 / 2)
    return 0.2 * (x - 1.2) ** 2 + 0.4 * y ** 2 - 0.45 * dent


def _steps(surface, start, lr, beta, steps=400):
    """Number of steps until the loss is at most 0.001, or None."""
    w = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = Momentum([w], lr=lr, momentum=beta)
    for step in range(steps + 1):
        optimizer.zero_grad()
        loss = surface(*w)
        if loss <= 0.001:
            return step
        loss.backward()
        optimizer.step()
    return None


@pytest.mark.parametrize("surface, lr, beta, steps", [
    ("notch", 0.1, 0.0, None), ("notch", 0.05, 0.9, 57), ("notch", 0.05, 0.6, None), ("notch", 0.05, 0.7, 54),
    ("notch", 0.05, 0.8, 26), ("notch", 0.3, 0.0, 30), ("ravine", 0.02, 0.9, 117), ("ravine", 0.08, 0.0, 363),
    ("ravine", 0.02, 0.98, 238)])
def test_the_race_ends_as_the_notebook_says(surface, lr, beta, steps):
    surface, start = {"notch": (_notch, (-2.2, 1.3)), "ravine": (_ravine, (-2.1, 1.4))}[surface]
    assert _steps(surface, start, lr, beta) == steps
