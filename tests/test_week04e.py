"""Week 4e's exercises: their rules, answers that others might write, oracles."""

import json
import math
import statistics
from pathlib import Path

import numpy as np
import pytest
import torch
from exercise_rules import ExerciseRules, all_rejected

from nnlab.exercises import week04e

ROOT = Path(__file__).parent.parent
EXERCISE = {exercise.name: exercise for exercise in week04e.EXERCISES}


# right answers in other styles

def rate_by_tensors(lrs, losses):
    finite = torch.isfinite(losses)
    count = len(losses) if finite.all() else int((~finite).int().argmax())
    kept, k = losses[:count].double(), torch.arange(count).double()
    weights = torch.tril(0.1 * 0.9 ** (k[:, None] - k).clamp_min(0))
    return lrs[(weights @ kept / (1 - 0.9 ** (k + 1))).argmin()] / 10


def rate_in_numpy(lrs, losses):
    best, at, s = np.inf, 0, 0.0
    for k, loss in enumerate(np.asarray(losses, dtype=np.float64)):
        if np.isnan(loss) or np.isinf(loss):
            break
        s = s * 0.9 + loss * 0.1
        if s / (1 - 0.9 ** (k + 1)) < best:
            best, at = s / (1 - 0.9 ** (k + 1)), k
    return float(lrs[at]) * 0.1


def log_uniform_by_exp(low, high, u):
    return torch.exp(math.log(low) + u * (math.log(high) - math.log(low)))


def log_uniform_in_powers_of_ten(low, high, u):
    return 10 ** torch.lerp(torch.full_like(u, math.log10(low)), torch.full_like(u, math.log10(high)), u)


def log_uniform_in_numpy(low, high, u):
    return torch.from_numpy(np.exp((1 - u.numpy()) * np.log(low) + u.numpy() * np.log(high)).astype(u.numpy().dtype))


def trials_by_trying(share, confidence):
    n = 1
    while 1 - (1 - share) ** n < confidence:
        n += 1
    return n


def trials_by_log1p(share, confidence):
    return int(np.ceil(np.log1p(-confidence) / np.log1p(-share)))


def reported_in_numpy(validation, test):
    validation, test = validation.numpy().astype(np.float64), test.numpy().astype(np.float64)
    rate = int(np.argmax(validation.mean(axis=1)))
    return rate, test[rate].mean(), test[rate].std(ddof=1) / test.shape[1] ** 0.5


def reported_in_loops(validation, test):
    best, means = 0, [sum(row) / len(row) for row in validation.tolist()]
    for k, mean in enumerate(means):
        if mean > means[best]:
            best = k
    row = test[best].tolist()
    return [best, statistics.mean(row), statistics.stdev(row) / math.sqrt(len(row))]


def seeds_by_trying(difference, deviation, z=2.8):
    n = 2
    while abs(difference) < z * math.sqrt(2 * deviation ** 2 / n):
        n += 1
    return n


def seeds_in_numpy(difference, deviation, z=2.8):
    return int(max(np.ceil(2 * z**2 * deviation**2 / difference**2), 2))


# wrong answers that a student might give

def rate_steepest(lrs, losses):
    return lrs[losses.diff().argmin()].item() / 10 if len(losses) > 1 else lrs[0].item() / 10


def rate_plain_argmin(lrs, losses):
    return lrs[losses.argmin()].item() / 10


def rate_running_minimum(lrs, losses):
    return lrs[losses.cummin(0).values.argmin()].item() / 10


def rate_moving_mean(lrs, losses):
    means = [losses[:k + 1].mean().item() for k in range(len(losses))]
    return lrs[means.index(min(means))].item() / 10


def rate_started_at_first(lrs, losses):
    average, smoothed = losses[0].item(), []
    for loss in losses.tolist():
        if not math.isfinite(loss):
            break
        average = 0.9 * average + 0.1 * loss
        smoothed.append(average)
    return lrs[smoothed.index(min(smoothed))].item() / 10


def rate_nan_only(lrs, losses):
    average, smoothed = 0.0, []
    for k, loss in enumerate(losses.tolist(), start=1):
        if math.isnan(loss):
            continue
        average = 0.9 * average + 0.1 * loss
        smoothed.append(average / (1 - 0.9 ** k))
    return lrs[smoothed.index(min(smoothed))].item() / 10


def rate_step_before(lrs, losses):
    right = EXERCISE["suggested_rate"].reference(lrs, losses)
    return lrs[max(0, int((lrs / 10 - right).abs().argmin()) - 1)].item() / 10


def rate_half(lrs, losses):
    return 5 * EXERCISE["suggested_rate"].reference(lrs, losses)


def log_uniform_square(low, high, u):
    return low + (high - low) * u ** 2


def log_uniform_of_integers(low, high, u):
    return 10.0 ** torch.round(math.log10(low) + u * math.log10(high / low))


def log_uniform_product(low, high, u):
    return low * high ** u


def log_uniform_log_of_linear(low, high, u):
    return torch.log(math.exp(low) + u * (math.exp(high) - math.exp(low))) if high < 80 else low * high ** u


def log_uniform_single(low, high, u):
    return (low * (high / low) ** u).float()


def log_uniform_in_place(low, high, u):
    return u.mul_(math.log(high / low)).exp_().mul_(low)


def log_uniform_floats(low, high, u):
    return [low * (high / low) ** (value + 0.01) for value in u.tolist()]


def trials_half(share, confidence):
    return max(1, math.ceil(math.log(0.5) / math.log(1 - share)))


def trials_expected(share, confidence):
    return math.ceil(confidence / (share * (1 - confidence)))


def trials_poisson(share, confidence):
    return math.ceil(-math.log(1 - confidence) / share)


def trials_base_mixed(share, confidence):
    return max(1, math.ceil(math.log10(1 - confidence) / math.log(1 - share)))


def trials_fixed(share, confidence):
    return 59


def trials_beyond(share, confidence):
    return math.floor(math.log(1 - confidence) / math.log(1 - share)) + 2


def reported_means_over_rates(validation, test):
    rate = validation.mean(0).argmax().item() % len(test)
    return rate, test[rate].mean(), test[rate].std() / math.sqrt(test.shape[1])


def reported_median(validation, test):
    rate = validation.median(1).values.argmax().item()
    return rate, test[rate].mean(), test[rate].std() / math.sqrt(test.shape[1])


def reported_all(validation, test):
    rate = validation.mean(1).argmax().item()
    return rate, test.mean(), test.std() / math.sqrt(test.numel())


def reported_last_tie(validation, test):
    means = validation.mean(1)
    rate = int((means == means.max()).nonzero()[-1])
    return rate, test[rate].mean(), test[rate].std() / math.sqrt(test.shape[1])


def reported_sum(validation, test):
    both = (validation + test).mean(1).argmax().item()
    return both, test[both].mean(), test[both].std() / math.sqrt(test.shape[1])


def reported_pair(validation, test):
    rate = validation.mean(1).argmax().item()
    return rate, test[rate].mean()


def reported_variance(validation, test):
    rate = validation.mean(1).argmax().item()
    return rate, test[rate].mean(), test[rate].var() / math.sqrt(test.shape[1])


def seeds_two_sigma(difference, deviation, z=2.8):
    return max(2, math.ceil((2 * deviation / difference) ** 2))


def seeds_root_two(difference, deviation, z=2.8):
    return max(2, math.ceil(math.sqrt(2) * (z * deviation / difference) ** 2))


def seeds_variance_given(difference, deviation, z=2.8):
    return max(2, math.ceil(2 * z ** 2 * deviation / difference ** 2))


def seeds_z_not_squared(difference, deviation, z=2.8):
    return max(2, math.ceil(2 * z * (deviation / difference) ** 2))


def seeds_at_least_one(difference, deviation, z=2.8):
    return max(1, math.ceil(2 * (z * deviation / difference) ** 2))


def seeds_one_more(difference, deviation, z=2.8):
    return max(2, math.ceil(2 * (z * deviation / difference) ** 2) + 1)


def seeds_float(difference, deviation, z=2.8):
    return max(2.0, 2 * (z * deviation / difference) ** 2)


STYLES = {
    "suggested_rate": [rate_by_tensors, rate_in_numpy],
    "log_uniform": [log_uniform_by_exp, log_uniform_in_powers_of_ten, log_uniform_in_numpy],
    "trials_needed": [trials_by_trying, trials_by_log1p],
    "reported": [reported_in_numpy, reported_in_loops],
    "seeds_needed": [seeds_by_trying, seeds_in_numpy],
}
WRONG = {
    "suggested_rate": [rate_steepest, rate_plain_argmin, rate_running_minimum, rate_moving_mean, rate_started_at_first,
                       rate_nan_only, rate_step_before, rate_half],
    "log_uniform": [log_uniform_square, log_uniform_of_integers, log_uniform_product, log_uniform_log_of_linear,
                    log_uniform_single, log_uniform_in_place, log_uniform_floats],
    "trials_needed": [trials_half, trials_expected, trials_poisson, trials_base_mixed, trials_fixed, trials_beyond],
    "reported": [reported_means_over_rates, reported_median, reported_all, reported_last_tie, reported_sum,
                 reported_pair, reported_variance],
    "seeds_needed": [seeds_two_sigma, seeds_root_two, seeds_variance_given, seeds_z_not_squared, seeds_at_least_one,
                     seeds_one_more, seeds_float],
}


class TestExercises(ExerciseRules):
    module = week04e
    styles = STYLES


def test_invented_wrong_answers_are_rejected_with_a_sentence():
    all_rejected(week04e, WRONG)


def test_suggested_rate_finds_the_bottom_of_a_smooth_curve():
    lrs = torch.logspace(-4, 1, 2000, dtype=torch.float64)
    losses = (lrs.log10() + 1) ** 2  # least at 0.1; the average lags behind by about nine steps
    assert week04e.suggested_rate(lrs, losses) == pytest.approx(0.01, rel=0.08)


def test_log_uniform_gives_each_decade_the_same_share():
    u = (torch.arange(30_000, dtype=torch.float64) + 0.5) / 30_000
    samples = week04e.log_uniform(1e-3, 1.0, u).numpy()
    assert np.histogram(samples, [1e-3, 1e-2, 1e-1, 1.0])[0].tolist() == [10_000] * 3


def test_trials_needed_is_the_least_number():
    for share in (0.05, 0.15, 0.4):
        for confidence in (0.3, 0.9, 0.95):
            n = week04e.trials_needed(share, confidence)
            assert 1 - (1 - share) ** n >= confidence and (n == 1 or 1 - (1 - share) ** (n - 1) < confidence)
    assert week04e.trials_needed(0.05, 0.95) == 59


def test_seeds_needed_give_the_power_that_is_promised():
    generator, difference = np.random.default_rng(0), 1.0
    n = week04e.seeds_needed(difference, 1.5)
    a, b = generator.normal(0, 1.5, (2, 20_000, n)).mean(2)
    found = np.abs(a - b + difference) > 1.96 * 1.5 * math.sqrt(2 / n)
    assert found.mean() == pytest.approx(0.8, abs=0.015)


def test_the_recorded_table_is_what_the_notebook_says():
    recorded = json.loads((ROOT / "benchmarks" / "optimizers.json").read_text(encoding="utf-8"))
    rows = {(row["optimizer"], row["rate"]): row for row in recorded["rows"]}
    names, rates = ({key[k] for key in rows} for k in (0, 1))
    assert len(rows) == len(recorded["rows"]) == len(names) * len(rates) == 63
    assert recorded["seeds"] == 5 and recorded["epochs"] == 3 and recorded["images"] == 50_000
    assert all(word in recorded["machine"] for word in ("cores", "torch")) and recorded["date"].startswith("20")
    for name in names:
        best = max(rates, key=lambda rate: rows[name, rate]["validation"])
        assert min(rates) < best < max(rates), f"{name}: its best learning rate is at an end of the grid"
