"""Week 4c's exercises: their rules, answers that others might write, oracles: torch, and every batch counted."""

import itertools
import math

import numpy as np
import pytest
import torch
from exercise_rules import ExerciseRules, all_rejected, counting_calls
from torch.optim import lr_scheduler

from nnlab.exercises import week04c
from nnlab.schedules import cosine, one_cycle

# right answers in other styles

def noise_in_loops(gradients, batch_size, replacement):
    n, p = gradients.shape
    means = [sum(float(gradients[i, j]) for i in range(n)) / n for j in range(p)]
    total = 0.0
    for i in range(n):
        for j in range(p):
            total += (float(gradients[i, j]) - means[j]) ** 2
    result = total / n / batch_size
    if not replacement:
        result *= (n - batch_size) / (n - 1) if n > 1 else 0.0
    return torch.tensor(result, dtype=gradients.dtype)


def noise_in_numpy(gradients, batch_size, replacement):
    g = gradients.numpy()
    sigma2 = g.var(axis=0).sum()
    factor = 1 if replacement else (len(g) - batch_size) / max(len(g) - 1, 1)
    return sigma2 * factor / batch_size


@counting_calls
def noise_by_moments(gradients: torch.Tensor, batch_size: int, replacement: bool) -> torch.Tensor:
    g = gradients.double()
    n = g.shape[0]
    sigma2 = g.var(dim=0, correction=0).sum()
    if replacement:
        return (sigma2 / batch_size).to(gradients.dtype)
    if n == batch_size:
        return torch.zeros((), dtype=gradients.dtype)
    return (sigma2 * (n - batch_size) / (batch_size * (n - 1))).to(gradients.dtype)


def rest_by_recursion(lr, curvature, sigma):
    factor = (1 - lr * curvature) ** 2
    if factor >= 1:
        return float("inf"), float("inf")
    variance = (lr * sigma) ** 2 / (1 - factor)
    return [variance, 0.5 * curvature * variance]


@counting_calls
def rest_in_numpy(lr: float, curvature: float, sigma: float) -> tuple:
    share = np.float64(lr * curvature)
    excess = np.inf if share >= 2 else lr * np.square(sigma) / (2 * (2 - share))
    return 2 * excess / curvature, excess


def cosine_in_torch(step, steps, end=0.0):
    t = torch.tensor(step / steps, dtype=torch.float64)
    return (end + (1 - end) * 0.5 * (1 + torch.cos(torch.pi * t))).item()


@counting_calls
def cosine_by_half_angle(step: int, steps: int, end: float = 0.0) -> float:
    fall = math.sin(math.pi * step / (2 * steps)) ** 2
    return 1 - (1 - end) * fall


def cycle_between(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    def between(low, high, share):
        return low + (high - low) * (1 - math.cos(math.pi * share)) / 2

    top = peak * steps - 1
    if step < top:
        return between(start, 1.0, step / top)
    return between(1.0, start * end, (step - top) / (steps - 1 - top))


def cycle_in_numpy(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    top = peak * steps - 1
    if step > top:
        return np.float64(cosine(step - top, steps - 1 - top, end=start * end))
    return np.cos(np.pi * (1 - step / top)) * (1 - start) / 2 + (1 + start) / 2


def clip_in_one_vector(gradients, max_norm):
    norm = torch.cat([g.reshape(-1) for g in gradients]).norm()
    factor = torch.clamp(max_norm / norm, max=1.0)
    return [g * factor for g in gradients]


def clip_by_torch(gradients, max_norm):
    parameters = [torch.nn.Parameter(g.clone()) for g in gradients]
    for parameter, g in zip(parameters, gradients, strict=True):
        parameter.grad = g.clone()
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return tuple(parameter.grad for parameter in parameters)


@counting_calls
def clip_in_loops(gradients: list, max_norm: float) -> list:
    total = 0.0
    for g in gradients:
        for value in g.flatten().tolist():
            total += value * value
    norm = total ** 0.5
    if norm <= max_norm:
        return [g.clone() for g in gradients]
    return [g.mul(max_norm).div(norm) for g in gradients]


STYLES = {
    "gradient_noise": [noise_in_loops, noise_in_numpy, noise_by_moments],
    "noise_at_rest": [rest_by_recursion, rest_in_numpy],
    "cosine": [cosine_in_torch, cosine_by_half_angle],
    "one_cycle": [cycle_between, cycle_in_numpy],
    "clip_by_norm": [clip_in_one_vector, clip_by_torch, clip_in_loops],
}
REFERENCE = {exercise.name: exercise.reference for exercise in week04c.EXERCISES if exercise.name in STYLES}


class TestExercises(ExerciseRules):
    module = week04c
    styles = STYLES


# wrong answers that a student might give

def noise_var_default(gradients, batch_size, replacement):
    sigma2 = gradients.var(0).sum() if len(gradients) > 1 else torch.zeros((), dtype=gradients.dtype)
    return sigma2 / batch_size * (1 if replacement else (len(gradients) - batch_size) / max(len(gradients) - 1, 1))


def noise_n_plus_one(gradients, batch_size, replacement):
    n = len(gradients)
    return REFERENCE["gradient_noise"](gradients, batch_size, True) * (
        1 if replacement else (n - batch_size) / (n + 1))


def noise_one_minus_share(gradients, batch_size, replacement):
    return REFERENCE["gradient_noise"](gradients, batch_size, True) * (
        1 if replacement else 1 - batch_size / len(gradients))


def noise_of_first_rows(gradients, batch_size, replacement):
    return (gradients[:batch_size].mean(0) - gradients.mean(0)).square().sum()


def noise_of_a_draw(gradients, batch_size, replacement):
    index = torch.randint(len(gradients), (batch_size,))
    return (gradients[index].mean(0) - gradients.mean(0)).square().sum()


def noise_distances(gradients, batch_size, replacement):
    return (gradients - gradients.mean(0)).norm(dim=1).mean() / batch_size


def noise_vector(gradients, batch_size, replacement):
    return gradients.var(0, correction=0) / batch_size


def noise_over_columns(gradients, batch_size, replacement):
    return REFERENCE["gradient_noise"](gradients.T, batch_size, True)


def noise_float32(gradients, batch_size, replacement):
    return REFERENCE["gradient_noise"](gradients, batch_size, replacement).float()


def rest_square_of_rate(lr, curvature, sigma):
    return (lr * sigma ** 2 / (curvature * (2 - (lr * curvature) ** 2)),) * 2 if lr * curvature < 2 else (math.inf,) * 2


def rest_one_minus(lr, curvature, sigma):
    if lr * curvature >= 2:
        return math.inf, math.inf
    variance = lr * sigma ** 2 / (curvature * (1 - lr * curvature / 2))
    return variance, curvature * variance / 2


def rest_limit_one(lr, curvature, sigma):
    return REFERENCE["noise_at_rest"](lr, curvature, sigma) if lr * curvature <= 1 else (math.inf, math.inf)


def rest_none(lr, curvature, sigma):
    return REFERENCE["noise_at_rest"](lr, curvature, sigma) if lr * curvature < 2 else (math.nan, math.nan)


def rest_loss_of_deviation(lr, curvature, sigma):
    variance, _ = REFERENCE["noise_at_rest"](lr, curvature, sigma)
    return variance, curvature * variance ** 0.5 / 2


def rest_without_lr(lr, curvature, sigma):
    variance, excess = REFERENCE["noise_at_rest"](lr, curvature, sigma)
    return variance / lr, excess / lr


def rest_excess_squared(lr, curvature, sigma):
    variance, _ = REFERENCE["noise_at_rest"](lr, curvature, sigma)
    return variance, curvature * variance ** 2 / 2


def cosine_degrees(step, steps, end=0.0):
    return end + (1 - end) * (1 + math.cos(180 * step / steps)) / 2


def cosine_sine(step, steps, end=0.0):
    return end + (1 - end) * (1 + math.sin(math.pi * step / steps)) / 2


def cosine_plus_end(step, steps, end=0.0):
    return min(1.0, end + (1 + math.cos(math.pi * step / steps)) / 2)


def cosine_integer_division(step, steps, end=0.0):
    return end + (1 - end) * (1 + math.cos(math.pi * (step // steps))) / 2


def cosine_exponential(step, steps, end=0.0):
    return end + (1 - end) * math.exp(-3 * step / steps)


def cosine_restarts(step, steps, end=0.0):
    return end + (1 - end) * (1 + math.cos(math.pi * (step % steps) / steps)) / 2


def cosine_squared(step, steps, end=0.0):
    return end + (1 - end) * math.cos(math.pi * step / steps) ** 2


def cycle_linear(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    top, last = peak * steps - 1, steps - 1
    if step <= top:
        return start + (1 - start) * step / top
    return 1 - (1 - start * end) * (step - top) / (last - top)


def cycle_linear_fall(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    top, last = peak * steps - 1, steps - 1
    if step <= top:
        return one_cycle(step, steps, peak, start, end)
    return 1 - (1 - start * end) * (step - top) / (last - top)


def cycle_rounded(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    top, last = round(peak * steps) - 1, steps - 1
    if step <= top:
        return start + (1 - start) * (1 - math.cos(math.pi * step / top)) / 2
    return cosine(step - top, last - top, start * end)


def cycle_half(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    return one_cycle(step, steps, 0.5, start, end)


def cycle_only_rise(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    top = peak * steps - 1
    return start + (1 - start) * (1 - math.cos(math.pi * min(step, top) / top)) / 2


def cycle_peak_and_end_late(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    top, last = peak * steps, steps
    if step <= top:
        return start + (1 - start) * (1 - math.cos(math.pi * step / top)) / 2
    return cosine(step - top, last - top, start * end)


def cycle_fixed_start(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    return one_cycle(step, steps, peak, 1 / 25, end)


def cycle_start_as_divisor(step, steps, peak=0.3, start=1 / 25, end=1e-4):
    return one_cycle(step, steps, peak, 1 / (1 + start), end)


def clip_last_norm(gradients, max_norm):
    for g in gradients:
        norm = g.norm()
    return [g * min(1.0, max_norm / max(norm.item(), 1e-12)) for g in gradients]


def clip_mean_square(gradients, max_norm):
    norm = math.sqrt(sum(g.square().mean().item() for g in gradients if g.numel()))
    return [g * min(1.0, max_norm / max(norm, 1e-12)) for g in gradients]


def clip_manhattan(gradients, max_norm):
    norm = sum(g.abs().sum().item() for g in gradients)
    return [g * min(1.0, max_norm / max(norm, 1e-12)) for g in gradients]


def clip_to_zero(gradients, max_norm):
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    return [torch.zeros_like(g) if norm > max_norm else g.clone() for g in gradients]


def clip_subtracts(gradients, max_norm):
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    return [g - max(0.0, norm - max_norm) for g in gradients]


def clip_nan(gradients, max_norm):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return [g / norm * torch.minimum(norm, torch.tensor(max_norm, dtype=norm.dtype)) for g in gradients]


def clip_as_vector(gradients, max_norm):
    vector = torch.cat([g.flatten() for g in gradients])
    return vector * min(1.0, max_norm / max(vector.norm().item(), 1e-12))


def clip_returns_input(gradients, max_norm):
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    return [g * max_norm / norm for g in gradients] if norm > max_norm else gradients


WRONG = {
    "gradient_noise": [noise_var_default, noise_n_plus_one, noise_one_minus_share, noise_of_first_rows,
                       noise_of_a_draw, noise_distances, noise_vector, noise_over_columns, noise_float32],
    "noise_at_rest": [rest_square_of_rate, rest_one_minus, rest_limit_one, rest_none, rest_loss_of_deviation,
                      rest_without_lr, rest_excess_squared],
    "cosine": [cosine_degrees, cosine_sine, cosine_plus_end, cosine_integer_division, cosine_exponential,
               cosine_restarts, cosine_squared],
    "one_cycle": [cycle_linear, cycle_linear_fall, cycle_rounded, cycle_half, cycle_only_rise,
                  cycle_peak_and_end_late, cycle_fixed_start, cycle_start_as_divisor],
    "clip_by_norm": [clip_last_norm, clip_mean_square, clip_manhattan, clip_to_zero, clip_subtracts, clip_nan,
                     clip_as_vector, clip_returns_input],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week04c, WRONG)


# oracles

@pytest.mark.parametrize("batch_size", range(1, 5))
@pytest.mark.parametrize("replacement", [True, False])
def test_noise_equals_the_mean_over_all_batches(batch_size, replacement):
    """Every batch that can be drawn, counted."""
    gradients = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    drawn = itertools.product(range(4), repeat=batch_size) if replacement else itertools.permutations(
        range(4), batch_size)
    full = gradients.mean(0)
    distances = torch.stack([(gradients[list(batch)].mean(0) - full).square().sum() for batch in drawn])
    expected = week04c.gradient_noise(gradients, batch_size, replacement)
    assert torch.allclose(distances.mean(), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("share", [0.1, 1.0, 1.9])
def test_noise_at_rest_is_the_fixed_point_of_the_variance(share):
    curvature, sigma = 4.0, 3.0
    lr, variance = share / curvature, 0.0
    for _ in range(1000):
        variance = (1 - lr * curvature) ** 2 * variance + lr ** 2 * sigma ** 2
    at_rest, excess = week04c.noise_at_rest(lr, curvature, sigma)
    assert math.isclose(at_rest, variance, rel_tol=1e-12)
    assert math.isclose(excess, curvature * variance / 2, rel_tol=1e-12)


@pytest.mark.parametrize("steps", [10, 33])
def test_schedules_equal_torchs(steps):
    def used(scheduled):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.0)
        scheduler, rates = scheduled(optimizer), []
        for _ in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step() if len(rates) < steps else None
        return rates

    falls = used(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, steps, eta_min=0.5))
    assert np.allclose(falls, [2 * cosine(step, steps, 0.25) for step in range(steps)], rtol=1e-12)
    cycle = used(lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 2.0, total_steps=steps))
    assert np.allclose(cycle, [2 * one_cycle(step, steps) for step in range(steps)], rtol=1e-12)


@pytest.mark.parametrize("length", [0.0, 0.5, 1.0, 40.0])
def test_clipping_equals_torchs(length):
    parameters = [torch.nn.Parameter(torch.zeros(*shape, dtype=torch.float64)) for shape in ((2, 3), (2,))]
    gradients = [length * torch.ones(2, 3).double(), torch.tensor([0.0, -length]).double()]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_(parameters, 1.5)
    for parameter, clipped in zip(parameters, week04c.clip_by_norm(gradients, 1.5), strict=True):
        assert torch.allclose(parameter.grad, clipped, rtol=1e-5, atol=0)  # torch divides by the norm + 1e-6
