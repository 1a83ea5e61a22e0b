"""Week 4c: the noise of a mini-batch, noise at rest, learning rate schedules, gradient clipping."""

import math

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.schedules import cosine, one_cycle


def gradient_noise(gradients, batch_size, replacement):
    """Expected squared distance between a mini-batch's mean gradient and that of all samples.

    gradients: tensor (N, P), float32 or float64: row i is the gradient of sample i's loss with
    respect to the P parameters. batch_size: int B ≥ 1. replacement: True if the B samples are drawn
    with replacement, False if without; then B ≤ N.
    Returns a tensor () of the dtype of `gradients`: σ²/B with replacement, and that times
    (N - B)/(N - 1) without, where σ² is the mean over the N samples of the squared Euclidean
    distance between a sample's gradient and the mean gradient. Tested too: N = 1, where the result
    is 0, and with replacement B > N.

    >>> gradient_noise(torch.tensor([[3.0, 0.0], [-3.0, 0.0]]), 1, True)
    tensor(9.)
    """
    num_samples = len(gradients)
    sigma2 = (gradients - gradients.mean(0)).square().sum(1).mean()
    if replacement:
        return sigma2 / batch_size
    return sigma2 / batch_size * (num_samples - batch_size) / max(num_samples - 1, 1)


def _sampled(draw):
    num_samples, num_parameters = draw.sizes(2, 1, 5)
    replacement = draw.choice((True, False))
    batch_size = draw.integer(1, 9 if replacement else num_samples)
    return f"gradient_noise({draw.tensor(num_samples, num_parameters)}, {batch_size}, {replacement})"


_SCALED = "sigma2 / batch_size * (num_samples - batch_size) / max(num_samples - 1, 1)"

GRADIENT_NOISE = Exercise(
    reference=gradient_noise,
    inputs=_sampled,
    cases=(
        "gradient_noise(torch.tensor([[1.0], [-1.0]]), 1, True)",
        "gradient_noise(torch.tensor([[3.0], [1.0]]), 2, True)",
        "gradient_noise(torch.tensor([[3.0, 1.0], [1.0, -4.0]]), 1, False)",
        "gradient_noise(torch.tensor([[3.0, 1.0], [1.0, -4.0], [0.0, 6.0]]), 3, False)",
        "gradient_noise(torch.tensor([[4.0], [1.0], [-2.0], [3.0]]), 2, False)",
        "gradient_noise(torch.tensor([[2.0, 1.0]]), 1, False)",
        "gradient_noise(torch.tensor([[3.0, 1.0], [1.0, -4.0], [0.0, 6.0]]), 12, True)",
    ),
    wrong=(
        Wrong(variant(gradient_noise, (".sum(1).mean()", ".sum() / max(num_samples - 1, 1)"),
                      name="noise_sample_variance"),
              "Here σ² divides by N, not by N - 1: the N samples are the whole population, not a sample of one."),
        Wrong(variant(gradient_noise, (f"return {_SCALED}", "return sigma2 / batch_size"), name="noise_one_formula"),
              "Without replacement the batch does not hold a sample twice. Where B = N it is the whole data set: how "
              "large is the noise then?"),
        Wrong(variant(gradient_noise, ("if replacement:\n        return sigma2 / batch_size\n    ", ""),
                      name="noise_always_corrected"),
              "The factor (N - B)/(N - 1) belongs to sampling without replacement only. With replacement B may even "
              "be larger than N."),
        Wrong(variant(gradient_noise, ("if replacement", "if not replacement"), name="noise_exchanged"),
              "The two cases are exchanged: replacement=True means that a sample may come twice in one batch."),
        Wrong(variant(gradient_noise, ("max(num_samples - 1, 1)", "num_samples"), name="noise_factor_over_n"),
              "Try B = 1: without replacement a single sample is drawn exactly as with replacement, so the factor must "
              "be 1 there."),
        Wrong(variant(gradient_noise, ("sigma2 / batch_size", "sigma2"), name="noise_of_one_sample"),
              "That is the noise of a single sample. The mean of B samples has less: double B and see what changes."),
        Wrong(variant(gradient_noise, ("sigma2 / batch_size", "sigma2 / batch_size ** 0.5"), name="noise_root_of_b"),
              "The standard deviation falls like 1/√B. This is a squared distance, a variance."),
        Wrong(variant(gradient_noise, (".sum(1).mean()", ".sum(1).mean().sqrt()"), name="noise_sigma"),
              "σ² is the mean of the squared distances themselves. A root makes it a distance, in other units."),
        Wrong(variant(gradient_noise, (".sum(1).mean()", ".mean()"), name="noise_per_parameter"),
              "The squared Euclidean distance is the sum over the P parameters; the mean is over the N samples only."),
        Wrong(variant(gradient_noise, ("(gradients - gradients.mean(0))", "gradients"), name="noise_not_centered"),
              "These are squared lengths of the gradients. Noise is the distance from the mean gradient: equal "
              "gradients have none."),
        Wrong(variant(gradient_noise, ("gradients.mean(0)", "gradients.mean()"), name="noise_mean_of_everything"),
              "The mean gradient is a vector of P numbers, one mean for each parameter, over the samples alone."),
        Wrong(variant(gradient_noise, ("max(num_samples - 1, 1)", "(num_samples - 1)"), name="noise_zero_by_zero"),
              "Not for N = 1: (N - B)/(N - 1) divides zero by zero there. A batch of all samples has no noise."),
    ),
    hints=("First the mean gradient over the samples, a vector (P,); then the squared distance of each row to it.",
           "σ² is (gradients - gradients.mean(0)).square().sum(1).mean(). Then decide by `replacement`."),
    allows="The noise of any batch size is known from one pass over the samples' gradients.",
    equivalent=(("max(num_samples - 1, 1) → max(1, num_samples - 1)", "a maximum of two numbers"),
                ("gradients - gradients.mean(0) → gradients.mean(0) - gradients", "a square")),
)

BATCH_ARITHMETIC = Quiz(
    name="batch_arithmetic",
    reference=[469, 0.003125, 0.5, 0],
    questions=(
        "60,000 images, batch size 128, the smaller last batch is kept: the number of updates in an epoch",
        'The learning rate 0.1 suits a loss that is the mean over a batch of 32. With reduction="sum": which '
        "learning rate gives the same updates?",
        "From batch size 64 to 256, with replacement: by which factor is the standard deviation of the gradient "
        "multiplied?",
        "N = 1,000 samples, B = 1,000 drawn without replacement: the variance of the gradient, divided by σ²",
    ),
    wrong=(
        Wrong([468, 0.003125, 0.5, 0], "468 batches of 128 are 59,904 images: the last 96 make one more batch."),
        Wrong([468.75, 0.003125, 0.5, 0], "An update takes a batch, so their number is whole: the last batch is "
                                          "smaller and counts as one."),
        Wrong([469, 3.2, 0.5, 0], "The sum is 32 times the mean, and so is its gradient. Should the rate grow?"),
        Wrong([469, 0.1, 0.5, 0], "With the sum each gradient is 32 times as long, and so would be the update."),
        Wrong([469, 0.003125, 0.25, 0], "A quarter is the factor of the variance. The standard deviation is its root."),
        Wrong([469, 0.003125, 2, 0], "A larger batch averages over more samples: the noise falls."),
        Wrong([469, 0.003125, 0.5, 0.001], "σ²/B is the variance with replacement. Without it, this batch is the whole "
                                           "data set, each sample once."),
    ),
    hints=("Updates: divide and round up. The sum of 32 losses has a gradient 32 times that of their mean.",
           "The variance falls like 1/B; the standard deviation like 1/√B; without replacement times (N - B)/(N - 1)."),
    alone=("Numbers; a fraction may be written as such. The gradient of a batch is the mean over its samples, "
          "and σ² is the variance of the gradient of one sample, drawn at random from the data set."),
    allows="Four numbers that a change of the batch size asks for.",
)


def noise_at_rest(lr, curvature, sigma):
    """Variance of w at rest, and the mean excess loss, of gradient descent on a noisy quadratic.

    The loss is L(w) = ½ λ w². Each step is w ← w - η (λ w + ξ), where the noise ξ has mean 0 and
    variance σ², drawn anew for every step.
    lr: η, a float above 0. curvature: λ, a float above 0. sigma: σ, a float, 0 or larger.
    Returns a pair of floats: the variance of w after many steps, η σ² / (λ (2 - η λ)), and the mean
    of the loss there, L(w) - L(0). Where η λ ≥ 2 there is no rest: then both are math.inf.

    >>> noise_at_rest(0.5, 2.0, 4.0)
    (4.0, 4.0)
    """
    if lr * curvature >= 2:
        return math.inf, math.inf
    variance = lr * sigma ** 2 / (curvature * (2 - lr * curvature))
    return variance, curvature * variance / 2


def _at_rest(draw):
    curvature, share = draw.choice((1.0, 2.0, 0.5, 4.0, 10.0)), draw.choice((1.0, 0.5, 0.1, 1.5, 1.9, 2.0, 2.5, 0.01))
    sigma = draw.choice((1.0, 2.0, 0.0, 0.5, 3.0))
    return f"noise_at_rest({share / curvature!r}, {curvature!r}, {sigma!r})"


NOISE_AT_REST = Exercise(
    reference=noise_at_rest,
    inputs=_at_rest,
    cases=(
        "noise_at_rest(1.0, 1.0, 1.0)",
        "noise_at_rest(0.5, 2.0, 3.0)",
        "noise_at_rest(0.25, 4.0, 0.5)",
        "noise_at_rest(0.1, 1.0, 2.0)",
        "noise_at_rest(1.5, 1.0, 1.0)",
        "noise_at_rest(2.0, 1.0, 1.0)",
        "noise_at_rest(1.0, 4.0, 1.0)",
    ),
    wrong=(
        Wrong(variant(noise_at_rest, ("(curvature * (2 - lr * curvature))", "(2 * curvature)"), name="rest_linear"),
              "That is the limit of a small learning rate. At η λ near 2 the noise at rest is larger than proportional "
              "to η."),
        Wrong(variant(noise_at_rest, ("sigma ** 2", "sigma"), name="rest_sigma"),
              "A variance grows with the square of the noise: try σ = 2 against σ = 1."),
        Wrong(variant(noise_at_rest, ("curvature * variance / 2", "curvature * variance"), name="rest_without_half"),
              "The loss is ½ λ w²: its mean is half of λ times the mean of w²."),
        Wrong(variant(noise_at_rest, ("curvature * variance / 2", "variance / 2"), name="rest_without_curvature"),
              "The loss is ½ λ w², so the curvature counts in the excess loss."),
        Wrong(variant(noise_at_rest, ("if lr * curvature >= 2:\n        return math.inf, math.inf\n    ",
                                      "if lr * curvature == 2:\n        return math.inf, math.inf\n    "),
                      name="rest_negative"),
              "A variance below 0: for η λ > 2 the iteration diverges, and the formula, derived for an iterate at "
              "rest, holds no longer."),
        Wrong(variant(noise_at_rest, ("return variance, ", "return variance ** 0.5, "),
                      name="rest_standard_deviation"),
              "The first number is the standard deviation of w; its variance is asked for."),
        Wrong(variant(noise_at_rest, ("return variance, curvature * variance / 2",
                                      "return curvature * variance / 2, variance"), name="rest_exchanged"),
              "The variance of w comes first, then the excess loss."),
        Wrong(variant(noise_at_rest, ("lr * sigma ** 2", "lr ** 2 * sigma ** 2"), name="rest_one_step"),
              "η² σ² is what a single step adds to the variance. At rest one factor η is left: what each step adds is "
              "as much as it removes."),
        Wrong(variant(noise_at_rest, ("(2 - lr * curvature)", "2 - lr * curvature"), name="rest_brackets"),
              "The whole product λ (2 - η λ) stands in the denominator: look at the brackets."),
        Wrong(variant(noise_at_rest, ("(2 - lr * curvature)", "(2 + lr * curvature)"), name="rest_plus"),
              "Near η λ = 2 the variance must grow without limit: check the sign in the denominator."),
        Wrong(variant(noise_at_rest, ("curvature * variance / 2", "variance"), name="rest_twice"),
              "The second number is a loss: the mean of ½ λ w², not of w²."),
        Wrong(variant(noise_at_rest, (", curvature * variance / 2", ""), name="rest_one_number"),
              "That is one number. Return the pair (variance, excess loss), also where the variance is right."),
    ),
    hints=("The formula of the variance stands in the text. The mean of the loss is ½ λ times the mean of w².",
           "Begin with the case η λ ≥ 2. Then variance = lr * sigma ** 2 / (curvature * (2 - lr * curvature))."),
    allows="The loss at which constant-rate training stops falling, before you run it.",
)


def _linear_anneal(step, steps, end=0.0):
    return 1 - (1 - end) * step / steps


def _scheduled_cosine(draw):
    steps = draw.choice((4, 1, 2, 7, 10, 100))
    return f"cosine({draw.integer(0, steps)}, {steps}, {draw.choice((0.0, 0.5, 0.1, 0.01, 1.0))!r})"


COSINE = Exercise(
    reference=cosine,
    statement="""The cosine schedule: a float, the factor of the learning rate at one step of training.

    step: int from 0 to `steps`, the number of updates made so far. steps: int ≥ 1, the number of
    updates in all. end: float from 0 to 1.
    The factor falls along half a period of a cosine, from 1 at step 0 to `end` at step `steps`; in
    the middle, at step = steps / 2, it is halfway between 1 and `end`.

    >>> [round(cosine(step, 4, end=0.5), 3) for step in range(5)]
    [1.0, 0.927, 0.75, 0.573, 0.5]
    """,
    inputs=_scheduled_cosine,
    cases=(
        "cosine(0, 10)",
        "cosine(10, 10)",
        "cosine(5, 10)",
        "cosine(1, 4)",
        "cosine(3, 7, 0.25)",
        "cosine(6, 6, end=0.5)",
        "cosine(0, 1, 0.1)",
    ),
    wrong=(
        Wrong(_linear_anneal, "A straight line. The cosine is flat at both ends and steep in the middle."),
        Wrong(variant(cosine, ("(1 + math.cos(math.pi * step / steps)) / 2", "math.cos(math.pi * step / steps)"),
                      name="cosine_below_zero"),
              "A cosine goes from 1 to -1: shift and scale it, so that it falls from 1 to `end`."),
        Wrong(variant(cosine, ("math.pi * step / steps", "math.pi * step / steps / 2"),
                      ("(1 + math.cos", "(math.cos"), (") / 2", ")"), name="cosine_quarter"),
              "A quarter of a period is flat only at the beginning. Half a period goes from the cosine's top to its "
              "bottom."),
        Wrong(variant(cosine, ("math.pi * ", "2 * math.pi * "), name="cosine_whole_period"),
              "A whole period comes back to 1 at the last step. The factor falls all the time: half a period."),
        Wrong(variant(cosine, ("(1 - end) * ", ""), name="cosine_starts_too_high"),
              "At step 0 the factor must be 1 whatever `end` is: only the way from 1 to `end` follows the cosine."),
        Wrong(variant(cosine, ("end + (1 - end) * ", ""), name="cosine_ignores_end"),
              "This falls to 0. The last factor is `end`."),
        Wrong(variant(cosine, ("end + (1 - end)", "(1 - end)"), name="cosine_ends_at_zero"),
              "Test both ends: 1 at step 0, and `end` at the last step. Here everything is lower by `end`."),
        Wrong(variant(cosine, ("step / steps", "step / max(steps - 1, 1)"), name="cosine_one_step_early"),
              "The value `end` is reached at step `steps`; here it comes one step before."),
        Wrong(variant(cosine, ("math.pi * step / steps", "step / steps"), name="cosine_without_pi"),
              "math.cos takes radians: half a period is π."),
        Wrong(variant(cosine, ("(1 + math.cos(math.pi * step / steps))", "(1 - math.cos(math.pi * step / steps))"),
                      name="cosine_rises"),
              "This rises from `end` to 1. It is to fall."),
        Wrong(variant(cosine, ("end + (1 - end) * (1 + math.cos(math.pi * step / steps)) / 2",
                               "max(end, (1 + math.cos(math.pi * step / steps)) / 2)"), name="cosine_cut_off"),
              "This cuts the curve off at `end`. The whole curve is compressed to the range from `end` to 1."),
    ),
    hints=("(1 + cos(π t)) / 2 falls from 1 to 0 while t goes from 0 to 1. Which t does a step have?",
           "Then map the range from 0 to 1 to the range from `end` to 1: end + (1 - end) * that."),
    allows="A learning rate that is large while it matters and small at the end, with one hyperparameter.",
)


_RISE = "start + (1 - start) * (1 - math.cos(math.pi * step / top)) / 2"

def _scheduled_cycle(draw):
    steps = draw.choice((10, 20, 15, 33, 100))
    step, peak = draw.integer(0, steps - 1), draw.choice((0.3, 0.5, 0.25, 0.7))
    return (f"one_cycle({step}, {steps}, {peak!r}, {draw.choice((0.04, 0.1, 0.5, 1.0))!r}, "
            f"{draw.choice((0.0001, 0.1, 0.5))!r})")


ONE_CYCLE = Exercise(
    reference=one_cycle,
    statement="""The one-cycle schedule: a float, the factor of the largest learning rate at one step.

    step: int from 0 to `steps` - 1. steps: int, the number of updates in all. peak: float between 0
    and 1, the share of the steps in which the factor rises; steps * peak > 1. start: float, the
    factor at step 0. end: float.
    The factor rises from `start` at step 0 to 1 at step peak * steps - 1, and falls from there to
    start * end at step steps - 1: each time along half a period of a cosine, flat at both ends.
    peak * steps - 1 need not be a whole number. The function `cosine` may be used.

    >>> [round(one_cycle(step, 10, peak=0.5, start=0.2), 3) for step in (0, 2, 4, 9)]
    [0.2, 0.6, 1.0, 0.0]
    """,
    inputs=_scheduled_cycle,
    cases=(
        "one_cycle(0, 10)",
        "one_cycle(2, 10)",
        "one_cycle(9, 10)",
        "one_cycle(1, 10)",
        "one_cycle(5, 10, 0.5)",
        "one_cycle(29, 30, 0.3, 0.1, 0.5)",
        "one_cycle(4, 15, peak=0.3)",
        "one_cycle(11, 20, 0.25, start=0.5, end=0.2)",
    ),
    wrong=(
        Wrong(variant(one_cycle, (_RISE, "start + (1 - start) * step / top"), name="cycle_linear_rise"),
              "The rise is a straight line here. It follows half a cosine too, flat at step 0 and at the peak."),
        Wrong(variant(one_cycle, ("peak * steps - 1, steps - 1", "peak * steps, steps - 1"), name="cycle_late_peak"),
              "The largest rate comes at step peak * steps - 1: steps are counted from 0."),
        Wrong(variant(one_cycle, ("peak * steps - 1, steps - 1", "peak * steps - 1, steps"), name="cycle_late_end"),
              "The last step is steps - 1, and there the factor must have arrived at start * end."),
        Wrong(variant(one_cycle, ("start * end", "end"), name="cycle_end_alone"),
              "`end` is relative to the first learning rate, not to the largest: the last factor is start * end."),
        Wrong(variant(one_cycle, ("start * end", "start"), name="cycle_back_to_start"),
              "The factor ends far below the one it began with: at start * end."),
        Wrong(variant(one_cycle, ("start * end", "0.0"), name="cycle_to_zero"),
              "Nearly 0, but not 0: the last factor is start * end."),
        Wrong(variant(one_cycle, ("start + (1 - start) * ", ""), name="cycle_from_zero"),
              "The factor at step 0 is `start`; here it rises from 0."),
        Wrong(variant(one_cycle, ("(1 - math.cos", "(1 + math.cos"), name="cycle_falls_twice"),
              "In the first phase the factor rises from `start` to 1; here it falls."),
        Wrong(variant(one_cycle, ("cosine(step - top, last - top, start * end)", "cosine(step, last, start * end)"),
                      name="cycle_fall_from_the_beginning"),
              "The fall begins at the peak: count its steps from there, and its length too."),
        Wrong(variant(one_cycle, ("top, last = peak * steps - 1", "top, last = int(peak * steps) - 1"),
                      name="cycle_whole_peak"),
              "peak * steps - 1 need not be a whole number: rounding it moves the whole curve."),
        Wrong(variant(one_cycle, ("start + (1 - start) * ", "start + "), name="cycle_above_one"),
              "At the peak the factor is 1; here it is 1 + start."),
    ),
    hints=("Two phases: up to step top = peak * steps - 1, and from there to last = steps - 1.",
           "The rise is start + (1 - start) * (1 - cos(π step / top)) / 2; the fall is `cosine` with the steps counted "
           "from the peak."),
    allows="Warm-up and annealing in one curve, by the fraction of the training that is over.",
    equivalent=(("step <= top → step < top", "both phases give 1 at the peak"),
                ("step - top → top - step", "the cosine is an even function"),
                ("last - top → top - last", "the cosine is an even function")),
    uses={"cosine": cosine},
)


def clip_by_norm(gradients, max_norm):
    """The gradients, scaled so that their joint norm is at most `max_norm`: a list of new tensors.

    gradients: list of tensors of any shapes, one for each parameter, all float32 or all float64.
    max_norm: float above 0.
    The joint norm is the Euclidean norm of all their elements together, as of one long vector. If
    it exceeds max_norm, every tensor is multiplied by max_norm / norm; otherwise the values stay as
    they are. The tensors given must not change. Tested too: all gradients zero, a tensor without
    elements, a single number of shape ().

    >>> clip_by_norm([torch.tensor([3.0, 0.0]), torch.tensor(4.0)], 1.0)
    [tensor([0.6000, 0.0000]), tensor(0.8000)]
    """
    norm = math.sqrt(sum(float(g.square().sum()) for g in gradients))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [g * scale for g in gradients]


def _gradients(draw):
    wide = ((-3, 3), (-3, 3), (-0.2, 0.2), (0, 0), (-300, 300))
    low, high = draw.choice(wide)
    shapes = [draw.choice(((2,), (3,), (), (2, 3), (0,))) for _ in range(draw.integer(1, 3))]
    parts = ", ".join(draw.tensor(*shape, low=low, high=high) if high else f"torch.zeros({shape!r})"
                      for shape in shapes)
    return f"clip_by_norm([{parts}], {draw.choice((1.0, 0.5, 5.0, 100.0))!r})"


_NORM = "math.sqrt(sum(float(g.square().sum()) for g in gradients))"
_RESULT = "[g * scale for g in gradients]"

CLIP_BY_NORM = Exercise(
    reference=clip_by_norm,
    inputs=_gradients,
    fresh=True,
    cases=(
        "clip_by_norm([torch.tensor([3.0, 4.0])], 1.0)",
        "clip_by_norm([torch.tensor([0.3, 0.4])], 1.0)",
        "clip_by_norm([torch.tensor([3.0]), torch.tensor([-4.0])], 2.0)",
        "clip_by_norm([torch.tensor([[1.0, 2.0], [2.0, 0.0]]), torch.tensor([6.0, -2.0])], 0.5)",
        "clip_by_norm([torch.zeros(2), torch.zeros(1, 3)], 1.0)",
        "clip_by_norm([torch.tensor([10.0]), torch.tensor([0.01])], 1.0)",
        "clip_by_norm([torch.tensor([1.0]), torch.tensor([1.0]), torch.tensor([1.0])], 1.5)",
    ),
    wrong=(
        Wrong(variant(clip_by_norm, (_RESULT, "[g * (max_norm / g.norm() if g.norm() > max_norm else 1.0) "
                                              "for g in gradients]"), name="clip_each"),
              "Each tensor has its own scale here, so the direction of the whole gradient changes. One norm over all "
              "tensors gives one scale."),
        Wrong(variant(clip_by_norm, (_RESULT, "[g.clamp(-max_norm, max_norm) for g in gradients]"), name="clip_values"),
              "Clipping each element changes the direction, and leaves the norm above the limit. Scale all elements "
              "alike."),
        Wrong(variant(clip_by_norm, (" if norm > max_norm else 1.0", ""),
                      ("norm = math", "norm = 1e-30 + math"), name="clip_always"),
              "Gradients below the limit are lengthened here: they must stay as they are."),
        Wrong(variant(clip_by_norm, ("sum(float(g.square().sum())", "sum(float(g.norm())"), name="clip_root_of_norms"),
              "The squares of the norms add up, not the norms: √(3² + 4²) = 5."),
        Wrong(variant(clip_by_norm, (_NORM, "sum(float(g.norm()) for g in gradients)"), name="clip_sum_of_norms"),
              "Norms do not add up. The joint norm is that of one long vector: with 3 and 4 it is 5, not 7."),
        Wrong(variant(clip_by_norm, (_NORM, "sum(float(g.square().sum()) for g in gradients)"), name="clip_square"),
              "This is the squared norm: take the root."),
        Wrong(variant(clip_by_norm, (_NORM, "max([0.0, *(float(g.abs().max()) for g in gradients if g.numel())])"),
                      name="clip_largest"),
              "This is the largest element. The Euclidean norm takes all elements."),
        Wrong(variant(clip_by_norm, (_NORM, "max(float(g.norm()) for g in gradients)"), name="clip_largest_norm"),
              "This is the norm of the longest tensor alone. All tensors together make one long vector."),
        Wrong(variant(clip_by_norm, ("scale = max_norm / norm", "scale = 1.0 / norm"), name="clip_to_one"),
              "This scales to the norm 1. The limit is max_norm."),
        Wrong(variant(clip_by_norm, (_RESULT, "[g / norm * max_norm for g in gradients] if norm else gradients"),
                      name="clip_normalizes"),
              "Every gradient is made as long as the limit. Only what exceeds it is to be shortened."),
        Wrong(variant(clip_by_norm, (f"return {_RESULT}", "for g in gradients:\n        g *= scale\n"
                                     "    return gradients"), name="clip_in_place"),
              "The tensors that were given are changed. Return new ones."),
    ),
    hints=("Square all elements, add them up over all tensors, take the root: that is the joint norm.",
           "The scale is max_norm / norm where the norm is larger than max_norm, else 1. It is the same for all."),
    allows="A rare huge gradient costs one step of limited length, not the whole run.",
    equivalent=(("norm > max_norm → norm >= max_norm", "the scale is 1 where they are equal"),
                ("float(g.square().sum()) → g.square().sum()", "a number in a tensor of shape ()")),
)

EXERCISES = [GRADIENT_NOISE, BATCH_ARITHMETIC, NOISE_AT_REST, COSINE, ONE_CYCLE, CLIP_BY_NORM]
