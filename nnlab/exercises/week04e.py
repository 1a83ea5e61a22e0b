"""Week 4e: a rate from a range test, log-uniform samples, numbers of trials and of seeds, a fair row of a table."""

import math

from nnlab.checks.exercise import Exercise, Wrong, variant


def suggested_rate(lrs, losses):
    """The learning rate that a range test suggests: a tenth of that with the least smoothed loss.

    lrs (n,) and losses (n,): learning rate and loss of each step, float tensors, n ≥ 1. From the
    first loss that is nan or infinite on, everything is left out; losses[0] is always finite.
    The smoothed loss of step k, for k = 1, 2, ..., is s_k / (1 - 0.9ᵏ), where
    s_k = 0.9 s_{k-1} + 0.1 L_k, s_0 = 0 and L_k is the loss of step k: an exponential moving
    average with Adam's bias correction. Return a float. The two smallest smoothed losses tested
    are never equal.

    >>> round(suggested_rate(torch.tensor([0.1, 0.2, 0.4]), torch.tensor([2.0, 1.0, 3.0])), 4)
    0.02
    """
    average, smoothed = 0.0, []
    for k, loss in enumerate(losses.tolist(), start=1):
        if not math.isfinite(loss):
            break
        average = 0.9 * average + 0.1 * loss
        smoothed.append(average / (1 - 0.9 ** k))
    return lrs[smoothed.index(min(smoothed))].item() / 10


def _smoothed(losses):
    average, smoothed = 0.0, []
    for k, loss in enumerate(losses, start=1):
        average = 0.9 * average + 0.1 * loss
        smoothed.append(average / (1 - 0.9 ** k))
    return sorted(smoothed)


def _range_test(draw):
    count = draw.integer(1, 7)
    rates = [float(f"{0.001 * 3 ** k:.6g}") for k in range(count)]
    falling = draw.numbers(count, among=(0.25, 0.5, 0.75, 1.0, 2.0, -1.5, -0.5))
    losses, level = [], 3.0
    for change in falling:
        losses.append(round(level, 3))
        level = max(0.125, level - change)
    least = _smoothed(losses)
    if count > 1 and least[1] - least[0] < 1e-3:
        losses[-1] += 4.0
        least = _smoothed(losses)
        if least[1] - least[0] < 1e-3:
            return "suggested_rate(torch.tensor([0.1, 0.3, 0.9]), torch.tensor([2.5, 0.5, 4.0]))"
    end = draw.choice((None, None, "float('nan'), 0.1", "float('inf'), 0.2"))
    if end is None:
        return f"suggested_rate(torch.tensor({rates}), torch.tensor({losses}))"
    return (f"suggested_rate(torch.tensor({rates + [10.0, 30.0]}), "
            f"torch.tensor([{', '.join(map(str, losses))}, {end}]))")


_SMOOTHED = "smoothed.append(average / (1 - 0.9 ** k))"
SUGGESTED_RATE = Exercise(
    reference=suggested_rate,
    inputs=_range_test,
    tries=30,
    cases=(
        "suggested_rate(torch.tensor([0.0]), torch.tensor([0.0]))",
        "suggested_rate(torch.tensor([0.5]), torch.tensor([2.0]))",
        "suggested_rate(torch.tensor([0.1, 0.2]), torch.tensor([3.0, 1.0]))",
        "suggested_rate(torch.tensor([0.1, 0.2, 0.4]), torch.tensor([2.0, 1.0, 9.0]))",
        "suggested_rate(torch.tensor([0.1, 0.2, 0.4, 0.8]), torch.tensor([3.0, 1.0, 1.5, 5.0]))",
        "suggested_rate(torch.tensor([0.1, 0.2, 0.4]), torch.tensor([2.0, 1.0, float('nan')]))",
        "suggested_rate(torch.tensor([0.1, 0.2, 0.4, 0.8]), torch.tensor([2.0, 1.0, float('inf'), 0.1]))",
        "suggested_rate(torch.tensor([0.1, 0.2, 0.4]), torch.tensor([2.0, 0.0, 0.5]))",
        "suggested_rate(torch.logspace(-3, 1, 50), (torch.logspace(-3, 1, 50).log10() + 1) ** 2 + 0.5)",
    ),
    wrong=(
        Wrong(variant(suggested_rate, (".item() / 10", ".item()"), name="rate_of_the_minimum"),
              "At the least smoothed loss the test is about to diverge: the rule takes a tenth of that rate."),
        Wrong(variant(suggested_rate, (_SMOOTHED, "smoothed.append(loss)"), name="rate_without_smoothing"),
              "One lucky batch has the least loss. Compare the smoothed losses, not the losses of single batches."),
        Wrong(variant(suggested_rate, (" / (1 - 0.9 ** k)", ""), name="rate_without_correction"),
              "Without bias correction the average begins near 0, so that the first step always looks best. Divide by "
              "1 - 0.9ᵏ."),
        Wrong(variant(suggested_rate, ("            break", "            continue"), name="rate_after_divergence"),
              "After the first loss that is nan or infinite, the run has diverged: later losses do not count."),
        Wrong(variant(suggested_rate, ("return lrs[smoothed.index(min(smoothed))].item() / 10",
                                       "return min(smoothed)"), name="rate_is_a_loss"),
              "This is the least smoothed loss itself. Which learning rate did that step have?"),
        Wrong(variant(suggested_rate, ("min(smoothed)", "max(smoothed)"), name="rate_of_the_maximum"),
              "This is the rate with the largest smoothed loss; the rule takes the least."),
        Wrong(variant(suggested_rate, ("0.9 * average + 0.1 * loss", "0.1 * average + 0.9 * loss"),
                      ("1 - 0.9 ** k", "1 - 0.1 ** k"), name="rate_weights_exchanged"),
              "The old average has the weight 0.9, the new loss 0.1. Exchanged, it hardly smooths."),
        Wrong(variant(suggested_rate, ("start=1", "start=2"), name="rate_counts_from_two"),
              "The steps count from k = 1: the smoothed loss of the first step is that loss itself."),
        Wrong(variant(suggested_rate, ("smoothed.index(min(smoothed))", "-1"), name="rate_of_the_end"),
              "This is a tenth of the last rate. The rule looks for the step with the least smoothed loss."),
    ),
    hints=("Loop over the losses with k from 1 on; keep a running average that starts at 0.",
           "Collect average / (1 - 0.9 ** k) in a list, stop at the first loss that is not finite, and look up the "
           "rate at the position of the least."),
    allows="It turns the curve of a range test into a first learning rate.",
    equivalent=(
        ("without the line if not math.isfinite(loss):", "after nan or inf every average is nan or inf, not the least"),
        ("losses.tolist() → losses", "its elements are then tensors ()"),
        ("lrs[smoothed.index(min(smoothed))].item() → lrs[smoothed.index(min(smoothed))]", "a tensor () is a number"),
        ("0.1 * loss → loss", "a common factor of all averages does not move the least"),
        ("0.1 → 1.1", "a common factor of all averages does not move the least"),
    ),
)


def log_uniform(low, high, u):
    """Samples between low and high, a tensor (N,), log-uniformly distributed if u is uniform.

    low, high: floats, 0 < low ≤ high. u: tensor (N,) of numbers from 0 to 1, float32 or float64,
    N ≥ 0; after the call it is as before. The result has the dtype of u. Where u is 0 it is low,
    where u is 1 it is high, and equal differences of u belong to equal factors: the logarithm of
    the result is a linear function of u. So each decade between low and high receives the same
    share of the samples.

    >>> log_uniform(0.01, 100.0, torch.tensor([0.0, 0.25, 0.5, 1.0]))
    tensor([1.0000e-02, 1.0000e-01, 1.0000e+00, 1.0000e+02])
    """
    return low * (high / low) ** u


def _limits(draw):
    low = draw.choice((1.0, 0.01, 0.001, 0.5, 2.0))
    high = float(f"{low * draw.choice((1.0, 100.0, 10.0, 4.0, 10000.0)):.6g}")
    return f"log_uniform({low}, {high}, {draw.tensor(draw.integer(0, 4), low=0.0, high=1.0)})"


LOG_UNIFORM = Exercise(
    reference=log_uniform,
    inputs=_limits,
    cases=(
        "log_uniform(1.0, 100.0, torch.tensor([0.0, 1.0]))",
        "log_uniform(1.0, 100.0, torch.tensor([0.5]))",
        "log_uniform(0.001, 10.0, torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]))",
        "log_uniform(0.5, 0.5, torch.tensor([0.0, 0.3, 1.0]))",
        "log_uniform(0.01, 100.0, torch.tensor([0.1, 0.9], dtype=torch.float64))",
        "log_uniform(0.01, 1.0, torch.tensor([]))",
    ),
    wrong=(
        Wrong(variant(log_uniform, ("low * (high / low) ** u", "low + (high - low) * u"), name="log_uniform_linear"),
              "This is uniform on the scale of the numbers: of 0.001 to 1, nine of ten samples would lie above 0.1. "
              "The logarithm of the result must be linear in u."),
        Wrong(variant(log_uniform, ("low * (high / low) ** u", "math.log(low) + (math.log(high) - math.log(low)) * u"),
                      name="log_uniform_exponent"),
              "These are the logarithms of the samples: take the exponential function of them."),
        Wrong(variant(log_uniform, ("low * (high / low) ** u",
                                    "10 ** (math.log(low) + (math.log(high) - math.log(low)) * u)"),
                      name="log_uniform_two_bases"),
              "The logarithm and the power have two different bases: log is to the base e, so exp belongs to it."),
        Wrong(variant(log_uniform, ("** u", "** (1 - u)"), name="log_uniform_reversed"),
              "Where u is 0 the sample is low, and where u is 1 it is high; here it is the other way round."),
        Wrong(variant(log_uniform, ("low * (high / low) ** u", "(high / low) ** u"), name="log_uniform_without_low"),
              "At u = 0 this is 1, not low: what is missing is a factor."),
        Wrong(variant(log_uniform, ("low * (high / low) ** u",
                                    "low + (high - low) * (u.exp() - 1) / (math.e - 1)"),
                      name="log_uniform_bent"),
              "The two ends are right. Between them equal differences of u must belong to equal factors: at u = ½ the "
              "sample is √(low · high)."),
        Wrong(variant(log_uniform, ("** u", "** u.clone().uniform_()"),
                      name="log_uniform_draws"),
              "The random numbers are given, in u: draw none yourself, and the result is the same in each call."),
    ),
    hints=("Draw the exponent uniformly: log x = log low + u (log high - log low).",
           "log(high) - log(low) is the logarithm of a quotient; raise that quotient to the power u."),
    allows="It samples learning rates, weight decays and all that is compared by factors.",
    fresh=True,
)


def trials_needed(share, confidence):
    """The least number of random trials, an int ≥ 1, of which one or more is good.

    share: probability that a single trial is good, a float with 0 < share < 1: a share of 0.05 is
    "the best 5 %". The trials are independent, and all have this probability.
    confidence: a float with 0 < confidence < 1. Return the least n for which the probability of
    at least one good trial among n is at least `confidence`. The numbers tested are such that
    rounding decides nothing.

    >>> trials_needed(0.5, 0.8)
    3
    """
    return math.ceil(math.log(1 - confidence) / math.log(1 - share))


def _share(draw):
    share = draw.choice((0.5, 0.25, 0.1, 0.75, 0.05, 0.3, 0.02, 0.01, 0.004))
    return f"trials_needed({share}, {draw.choice((0.8, 0.6, 0.9, 0.95, 0.99, 0.3, 0.999))})"


_TRIALS = "math.ceil(math.log(1 - confidence) / math.log(1 - share))"
TRIALS_NEEDED = Exercise(
    reference=trials_needed,
    inputs=_share,
    tries=30,
    cases=(
        "trials_needed(0.5, 0.5)",
        "trials_needed(0.5, 0.7)",
        "trials_needed(0.5, 0.8)",
        "trials_needed(0.75, 0.2)",
        "trials_needed(0.25, 0.9)",
        "trials_needed(0.1, 0.5)",
        "trials_needed(0.001, 0.99)",
    ),
    wrong=(
        Wrong(variant(trials_needed, (_TRIALS, "math.ceil(1 / share)"), name="trials_one_over_share"),
              "After 1 / share trials one good trial is expected on average; with probability near 1/e there is none. "
              "Which n reaches the confidence?"),
        Wrong(variant(trials_needed, (_TRIALS, "math.ceil(confidence / share)"), name="trials_added_up"),
              "Probabilities of independent trials do not add up: two coins do not give heads for certain. Begin with "
              "the probability that all n trials fail."),
        Wrong(variant(trials_needed, ("math.ceil", "math.floor"), name="trials_rounded_down"),
              "Rounded down, the confidence is not quite reached: take the next whole number."),
        Wrong(variant(trials_needed, ("math.ceil", "round"), name="trials_rounded"),
              "Rounded to the nearest whole number, the confidence is sometimes missed."),
        Wrong(variant(trials_needed, ("math.log(1 - confidence) / math.log(1 - share)",
                                      "math.log(confidence) / math.log(share)"), name="trials_all_good"),
              "shareⁿ is the probability that all n trials are good. Asked is at least one: 1 minus the probability "
              "that none is."),
        Wrong(variant(trials_needed, ("math.log(1 - confidence)", "math.log(confidence)"), name="trials_half_turned"),
              "At least one good trial is the complement of none: (1 - share)ⁿ must fall to 1 - confidence."),
        Wrong(variant(trials_needed, (_TRIALS, "math.log(1 - confidence) / math.log(1 - share)"),
                      name="trials_not_whole"),
              "This is where the confidence is met exactly; a number of trials is an int."),
    ),
    hints=("All n trials fail with probability (1 - share)ⁿ.",
           "1 - (1 - share)ⁿ ≥ confidence: take logarithms, and note that log(1 - share) is negative."),
    allows="It tells how large a random search must be, whatever the number of hyperparameters.",
)


def reported(validation, test):
    """A row of a fair table, a triple (rate, mean, error): chosen by validation, then tested.

    validation (R, S) and test (R, S): accuracies of one optimizer with R learning rates (rows)
    and S seeds (columns), float32 or float64, R ≥ 1, S ≥ 2. After the call both are as before.
    rate: the index of the learning rate, an int, with the largest mean validation accuracy over
        the seeds; of equal ones the first.
    mean: the mean test accuracy of that learning rate over its S seeds, a float or a tensor ().
    error: the standard error of this mean, s / √S, where s is the sample standard deviation of
        the S test accuracies, with S - 1 in the denominator; a float or a tensor ().

    >>> reported(torch.tensor([[0.5, 0.5], [0.75, 0.5]]), torch.tensor([[0.75, 0.75], [0.5, 0.75]]))
    (1, tensor(0.6250), tensor(0.1250))
    """
    rate = validation.mean(1).argmax().item()
    return rate, test[rate].mean(), test[rate].std() / math.sqrt(test.shape[1])


_ACCURACIES = tuple(k / 32 for k in (16, 24, 20, 28, 8, 30, 12, 26, 18, 22))


def _accuracies(draw):
    rows, columns = draw.integer(1, 3), draw.integer(2, 4)
    tables = [draw.tensor(rows, columns, among=_ACCURACIES) for _ in range(2)]
    return f"reported({tables[0]}, {tables[1]})"


REPORTED = Exercise(
    reference=reported,
    inputs=_accuracies,
    cases=(
        "reported(torch.tensor([[0.5, 0.5]]), torch.tensor([[0.25, 0.75]]))",
        "reported(torch.tensor([[0.5, 0.5], [0.75, 0.5]]), torch.tensor([[0.75, 0.75], [0.5, 0.75]]))",
        "reported(torch.tensor([[0.875, 0.25], [0.75, 0.5]]), torch.tensor([[0.5, 0.5], [0.25, 0.75]]))",
        "reported(torch.tensor([[0.5, 0.75], [0.75, 0.5]]), torch.tensor([[0.25, 0.25], [0.75, 0.5]]))",
        "reported(torch.ones(2, 3) / torch.tensor([[2], [1]]), torch.tensor([[0.5, 0.5, 1.0], [0.5, 0.75, 1.0]]))",
        "reported(torch.tensor([[0.25, 0.5], [0.5, 0.75], [0.75, 0.25]]), torch.eye(3)[:, :2])",
    ),
    wrong=(
        Wrong(variant(reported, ("validation.mean(1)", "test.mean(1)"), name="reported_chosen_by_test"),
              "The learning rate is chosen by the test set here, so its accuracy is no longer an estimate for new "
              "images. Choose by validation."),
        Wrong(variant(reported, ("test[rate].mean()", "validation[rate].mean()"), name="reported_validation"),
              "The mean is of the validation accuracies, by which the rate was chosen: it is biased upwards. Report "
              "the test accuracies."),
        Wrong(variant(reported, ("validation.mean(1)", "validation.amax(1)"), name="reported_best_seed"),
              "One lucky seed decides here. Compare the learning rates by their means over the seeds."),
        Wrong(variant(reported, ("test[rate].mean()", "test[rate].max()"), name="reported_maximum"),
              "This reports the best seed. The mean over all seeds is asked."),
        Wrong(variant(reported, (" / math.sqrt(test.shape[1])", ""), name="reported_deviation"),
              "This is the standard deviation of single runs. The standard error of the mean of S runs is smaller by "
              "√S."),
        Wrong(variant(reported, ("math.sqrt(test.shape[1])", "test.shape[1]"), name="reported_over_seeds"),
              "The standard error falls with the square root of the number of seeds, not with the number."),
        Wrong(variant(reported, (".std()", ".std(correction=0)"), name="reported_population"),
              "The sample standard deviation has S - 1 in its denominator."),
        Wrong(variant(reported, ("math.sqrt(test.shape[1])", "math.sqrt(test.shape[0])"), name="reported_rows"),
              "Divide by the root of the number of seeds, the columns, not of learning rates."),
        Wrong(variant(reported, ("argmax", "argmin"), name="reported_worst"),
              "This is the learning rate with the smallest mean validation accuracy."),
        Wrong(variant(reported, ("rate = validation.mean(1).argmax().item()",
                                 "rate = validation.mean(1).argmax().item(); best = test.mean(1).argmax()"),
                      ("test[rate].mean(), test[rate].std()", "test[best].mean(), test[best].std()"),
                      name="reported_two_rates"),
              "The rate is right, but mean and error are of the rate with the best test accuracy. Report the test "
              "accuracies of the rate that you chose."),
    ),
    hints=("First choose the row, by validation alone; then look at that row of the test accuracies.",
           "validation.mean(1) has one mean for each learning rate; torch's std divides by S - 1."),
    allows="It fills in one row of a table in which every optimizer is treated alike.",
    equivalent=(("validation.mean(1).argmax().item() → validation.mean(1).argmax()", "a tensor () is a number"),),
)


def seeds_needed(difference, deviation, z=2.8):
    """The number of seeds for each of two methods, an int ≥ 2, that shows a difference of means.

    difference: the difference Δ of the two means, a float that is not 0; its sign plays no role.
    deviation: the standard deviation σ over seeds, a float ≥ 0, the same for both methods.
    z: a float; |Δ| must be at least z standard errors of the measured difference of the two means.
        With z = 2.8 a two-sided test at 5 % finds the difference in 80 % of all experiments.
    Each method is run with n seeds, and all runs are independent. Return the least such n that is
    at least 2. The numbers tested are such that rounding decides nothing.

    >>> seeds_needed(2.0, 1.0)
    4
    """
    return max(2, math.ceil(2 * (z * deviation / difference) ** 2))


def _effect(draw):
    difference = draw.choice((1.0, 2.0, 0.5, -1.0, 0.25, -2.0, 5.0, 0.1))
    deviation = draw.choice((1.0, 0.7, 2.0, 0.3, 0.0, 3.0, 0.011))
    z = draw.choice((None, None, 2.0, 3.3, 1.7, 4.1))
    value = 2 * ((z or 2.8) * deviation / difference) ** 2
    if value and abs(value - round(value)) < 1e-3:
        deviation = float(f"{deviation * 1.037:.6g}")
    return f"seeds_needed({difference}, {deviation}{'' if z is None else f', z={z}'})"


_SEEDS = "max(2, math.ceil(2 * (z * deviation / difference) ** 2))"
SEEDS_NEEDED = Exercise(
    reference=seeds_needed,
    inputs=_effect,
    cases=(
        "seeds_needed(1.0, 1.0)",
        "seeds_needed(5.0, 1.0)",
        "seeds_needed(2.0, 1.0)",
        "seeds_needed(-1.0, 1.0)",
        "seeds_needed(1.0, 0.0)",
        "seeds_needed(0.5, 1.0, z=1.7)",
        "seeds_needed(0.005, 0.011)",
    ),
    wrong=(
        Wrong(variant(seeds_needed, ("2 * (z", "(z"), name="seeds_one_sample"),
              "Both means are measured, and the variance of their difference is σ²/n + σ²/n."),
        Wrong(variant(seeds_needed, (" ** 2", ""), name="seeds_not_squared"),
              "The standard error falls with √n: for half the difference you need four times as many seeds."),
        Wrong(variant(seeds_needed, ("deviation / difference", "difference / deviation if deviation else 0"),
                      name="seeds_inverted"),
              "A smaller difference needs more seeds, not fewer; and so does a larger deviation."),
        Wrong(variant(seeds_needed, ("math.ceil(2", "int(2"), name="seeds_rounded_down"),
              "Rounded down, Δ is less than z standard errors: take the next whole number."),
        Wrong(variant(seeds_needed, ("math.ceil(2 * (z * deviation / difference) ** 2)",
                                     "round(2 * (z * deviation / difference) ** 2)"), name="seeds_rounded"),
              "Rounded to the nearest number, Δ is sometimes less than z standard errors: round up."),
        Wrong(variant(seeds_needed, (_SEEDS, "math.ceil(2 * (z * deviation / difference) ** 2)"),
                      name="seeds_at_least_none"),
              "At least two seeds are needed: one run has no deviation to measure."),
        Wrong(variant(seeds_needed, ("2 * (z * deviation", "2 * (2.8 * deviation"), name="seeds_fixed_z"),
              "z is an argument: use it in place of its default value."),
        Wrong(variant(seeds_needed, ("2 * (z * deviation / difference) ** 2", "4 * (z * deviation / difference) ** 2"),
                      name="seeds_of_both"),
              "This is the number of runs of both methods together. Asked are the seeds for each."),
        Wrong(variant(seeds_needed, ("2 * (z * deviation / difference) ** 2",
                                     "2 * (z * deviation / difference) ** 2 if difference > 0 else 2"),
                      name="seeds_of_positive"),
              "The sign of the difference plays no role: which method is called the first is arbitrary."),
    ),
    hints=("The variance of a mean over n seeds is σ²/n. What is that of the difference of two such means?",
           "Δ ≥ z √(2 σ²/n): solve for n, then round up."),
    allows="It tells before the experiment whether your budget can show the difference that you hope for.",
)

EXERCISES = [SUGGESTED_RATE, LOG_UNIFORM, TRIALS_NEEDED, REPORTED, SEEDS_NEEDED]
