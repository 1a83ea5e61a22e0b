"""Week 6e: weight decay of a penalty, a step for L1, inverted dropout, early stopping, rates under batch norm."""

import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def decay_for(lam, convention, n):
    """The `weight_decay` of torch.optim.SGD that has the effect of an L2 penalty, a float.

    lam: the factor λ of the penalty, a float ≥ 0. n: the number of training samples, an int ≥ 1.
    convention: a string that says what is minimized. Here ℓ_i is the loss of sample i, and Σ w² is
    the sum over all weights:
        "sum"     (1/n) Σ ℓ_i + λ Σ w²
        "half"    (1/n) Σ ℓ_i + λ/2 Σ w²
        "half/n"  (1/n) Σ ℓ_i + λ/(2n) Σ w²
        "total"   (1/n) (Σ ℓ_i + λ Σ w²)
    SGD is given the gradient of the mean loss (1/n) Σ ℓ_i alone, and adds weight_decay · w to it.
    Return the weight_decay with which its steps are steps of gradient descent on what is minimized.

    >>> decay_for(0.5, "half", 100)
    0.5
    """
    if convention == "sum":
        return 2 * lam
    if convention == "half":
        return lam
    if convention == "half/n":
        return lam / n
    return 2 * lam / n


def _penalty(draw):
    lam = draw.choice((0.5, 0.25, 0.1, 0.01, 2.0, 0.0))
    return f'decay_for({lam}, "{draw.choice(("half", "sum", "half/n", "total"))}", {draw.integer(1, 100)})'


def _decay(name, *edits):
    return variant(decay_for, *edits, name=name)


_SUM, _HALF, _HALF_N, _TOTAL = ("return 2 * lam\n", "return lam\n", "return lam / n\n", "return 2 * lam / n\n")

DECAY = Exercise(
    reference=decay_for,
    inputs=_penalty,
    cases=(
        'decay_for(0.5, "half", 10)',
        'decay_for(0.5, "sum", 10)',
        'decay_for(0.25, "half/n", 1)',
        'decay_for(0.5, "half/n", 10)',
        'decay_for(0.25, "total", 1)',
        'decay_for(0.5, "total", 10)',
        'decay_for(0.01, "sum", 60)',
        'decay_for(0.0, "sum", 3)',
        'decay_for(5.0, "half/n", 50000)',
    ),
    wrong=(
        Wrong(_decay("decay_is_lambda", (_SUM, "return lam\n"), (_HALF_N, "return lam\n"), (_TOTAL, "return lam\n")),
              "weight_decay is not the λ of the formula, except for one convention. Differentiate the penalty for w: "
              "the factor of w is the weight_decay."),
        Wrong(_decay("decay_without_two", (_SUM, "return lam\n"), (_TOTAL, "return lam / n\n")),
              "The derivative of λ w² is 2 λ w: the 2 is missing where the penalty has no ½."),
        Wrong(_decay("decay_two_everywhere", (_HALF, "return 2 * lam\n"), (_HALF_N, "return 2 * lam / n\n")),
              "The ½ of the penalty cancels the 2 of the derivative. Where there is a ½, no factor 2 is left."),
        Wrong(_decay("decay_halved", (_SUM, "return lam / 2\n"), (_TOTAL, "return lam / 2 / n\n")),
              "The derivative of w² is 2 w, so a penalty without ½ has the larger weight_decay, not the smaller one."),
        Wrong(_decay("decay_of_the_penalty", (_SUM, "return lam\n"), (_HALF, "return lam / 2\n"),
                     (_HALF_N, "return lam / (2 * n)\n"), (_TOTAL, "return lam / n\n")),
              "These are the factors in front of Σ w². SGD adds weight_decay · w: differentiate first."),
        Wrong(_decay("decay_without_n", (_HALF_N, "return lam\n"), (_TOTAL, "return 2 * lam\n")),
              "Where the penalty is divided by n, its gradient is, too."),
        Wrong(_decay("decay_total_without_n", (_TOTAL, "return 2 * lam\n")),
              "In \"total\" the bracket is divided by n, and the penalty stands inside it."),
        Wrong(_decay("decay_times_n", (_HALF_N, "return lam * n\n"), (_TOTAL, "return 2 * lam * n\n")),
              "The penalty is divided by n; do not multiply by it."),
        Wrong(_decay("decay_half_n_has_two", (_HALF_N, "return 2 * lam / n\n")),
              "λ/(2n) Σ w² has the derivative λ/n · w: the 2 below and the 2 of the derivative cancel."),
        Wrong(_decay("decay_half_n_keeps_half", (_HALF_N, "return lam / (2 * n)\n")),
              "λ/(2n) is the factor of Σ w². The derivative of w² brings a 2."),
        Wrong(_decay("decay_n_everywhere", (_SUM, "return 2 * lam / n\n"), (_HALF, "return lam / n\n")),
              "Every convention is divided by n. Only where the formula divides the penalty by n is its gradient "
              "divided, too: the mean of the losses does not matter."),
        Wrong(_decay("decay_for_the_total_loss", (_SUM, "return 2 * lam * n\n"), (_HALF, "return lam * n\n"),
                     (_HALF_N, "return lam\n"), (_TOTAL, "return 2 * lam\n")),
              "This is n times too much: SGD has the gradient of the *mean* loss here, so nothing is multiplied by n."),
        Wrong(_decay("decay_total_without_two", (_TOTAL, "return lam / n\n")),
              "In \"total\" the penalty has no ½, so its derivative has a 2."),
    ),
    hints=("Write the derivative of the penalty for a single weight w. It is a number times w.",
           "d/dw λ w² = 2 λ w. A factor in front of the penalty stays in front of its derivative."),
    allows="You can carry a λ from a book or a slide into an optimizer.",
)


def l1_step(w, gradient, lr, lam):
    """Weights after one proximal gradient step on loss + λ Σ|w|, a tensor of the shape of w.

    w, gradient: float tensors of one shape; gradient is that of the loss alone, without the
    penalty. lr: the learning rate η, a float > 0. lam: λ, a float ≥ 0.
    First the step of the loss: u = w - η · gradient. Then each element of u moves towards 0 by
    η λ, and no further than to 0: elements with |u| ≤ η λ become exactly 0. The sign of an element
    never changes in this second part. w and gradient must not change.

    >>> l1_step(torch.tensor([1.0, 0.25, -1.0]), torch.zeros(3), 0.5, 1.0)
    tensor([ 0.5000,  0.0000, -0.5000])
    """
    moved = w - lr * gradient
    return moved.sign() * (moved.abs() - lr * lam).clamp(min=0)


def _steps(draw):
    shape = [draw.integer(1, 4)] if draw.choice((True, False)) else draw.sizes(2, 1, 3)
    w, gradient = draw.tensor(*shape), draw.tensor(*shape)
    return f"l1_step({w}, {gradient}, {draw.choice((0.5, 0.25, 0.125))}, {draw.choice((1.0, 0.5, 2.0, 4.0, 0.0))})"


def _l1(name, *edits):
    return variant(l1_step, *edits, name=name)


_PROX = "moved.sign() * (moved.abs() - lr * lam).clamp(min=0)"
_MOVED = "moved = w - lr * gradient"

L1 = Exercise(
    reference=l1_step,
    inputs=_steps,
    cases=(
        "l1_step(torch.tensor([1.0]), torch.tensor([0.0]), 0.5, 1.0)",
        "l1_step(torch.tensor([1.0]), torch.tensor([1.0]), 0.5, 0.0)",
        "l1_step(torch.tensor([0.25]), torch.tensor([0.0]), 0.5, 1.0)",
        "l1_step(torch.tensor([-1.0]), torch.tensor([0.0]), 0.5, 1.0)",
        "l1_step(torch.tensor([2.0, -2.0, 0.5, -0.5, 0.0]), torch.zeros(5), 0.5, 1.0)",
        "l1_step(torch.tensor([0.25]), torch.tensor([-3.0]), 0.5, 1.0)",
        "l1_step(torch.tensor([1.0, -1.0, 0.0]), torch.tensor([1.0, 2.0, -4.0]), 0.25, 2.0)",
        "l1_step(torch.tensor([0.5, -0.5]), torch.tensor([3.0, -3.0]), 0.5, 1.0)",
        "l1_step(torch.tensor([[1.0, 2.0], [-3.0, 0.125]]), torch.tensor([[0.5, -1.0], [2.0, 0.0]]), 0.5, 0.5)",
        "w = torch.tensor([1.0, -2.0]); g = torch.ones(2); l1_step(w, g, 0.5, 1.0); w, g",
    ),
    wrong=(
        Wrong(_l1("l1_subgradient", (_PROX, "moved - lr * lam * w.sign()")),
              "This is a subgradient step, w - η (gradient + λ sign w). It steps across 0 and lands on it only by "
              "chance. Elements with |u| ≤ η λ must become exactly 0."),
        Wrong(_l1("l1_overshoots", (_PROX, "moved - lr * lam * moved.sign()")),
              "Elements with |u| < η λ change their sign. They stop at 0."),
        Wrong(_l1("l1_threshold_lambda", ("- lr * lam)", "- lam)")),
              "The elements move by λ. In one step they move by η λ."),
        Wrong(_l1("l1_threshold_rate", ("- lr * lam)", "- lr)")),
              "The elements move by η, whatever λ is. They move by η λ."),
        Wrong(_l1("l1_threshold_first", ("return " + _PROX,
                                         "return w.sign() * (w.abs() - lr * lam).clamp(min=0) - lr * gradient")),
              "The weights are moved towards 0 before the step of the loss. That step comes first."),
        Wrong(_l1("l1_hard", (_PROX, "torch.where(moved.abs() <= lr * lam, torch.zeros_like(moved), moved)")),
              "This is the hard threshold: small elements become 0, and the others stay. They move towards 0 by η λ, "
              "too."),
        Wrong(_l1("l1_is_l2", (_PROX, "moved * (1 - lr * lam)")),
              "This multiplies every element by 1 - η λ, as L2 does. L1 subtracts the same amount from each |u|."),
        Wrong(_l1("l1_positive_only", (_PROX, "(moved - lr * lam).clamp(min=0)")),
              "Negative elements become 0, however large they are. They move towards 0 from below."),
        Wrong(_l1("l1_loses_sign", (_PROX, "(moved.abs() - lr * lam).clamp(min=0)")),
              "The sign of u is lost."),
        Wrong(_l1("l1_no_gradient", (_MOVED, "moved = w + 0")),
              "The step of the loss is missing: u = w - η · gradient."),
        Wrong(_l1("l1_uphill", (_MOVED, "moved = w + lr * gradient")),
              "The step of the loss goes along the gradient, uphill. Subtract η · gradient."),
        Wrong(_l1("l1_sign_of_w", ("moved.sign()", "w.sign()")),
              "The sign is that of w. Where the step of the loss has changed the sign, take that of u."),
        Wrong(_l1("l1_away", ("moved.abs() - lr * lam", "moved.abs() + lr * lam")),
              "The elements move away from 0."),
        Wrong(_l1("l1_divides", (_PROX, "moved / (1 + lr * lam)")),
              "This divides every element, which is the proximal step of L2. L1 subtracts the same amount from each "
              "|u|."),
        Wrong(_l1("l1_penalty_for_gradient", (_PROX, "moved - lr * lam * w.abs().sum()")),
              "The penalty itself, λ Σ|w|, is subtracted from every weight. Each |u| becomes smaller by η λ."),
        Wrong(_l1("l1_zero_where_w_crosses", (_PROX, "torch.where((moved - lr * lam * w.sign()) * w > 0, "
                                                     "moved - lr * lam * w.sign(), torch.zeros_like(w))")),
              "An element that has another sign than w becomes 0. The step of the loss may change the sign; what must "
              "not cross 0 is u, on its way towards 0."),
        Wrong(_l1("l1_threshold_of_w", (_PROX, "torch.where(w.abs() <= lr * lam, torch.zeros_like(w), "
                                               "moved - lr * lam * moved.sign())")),
              "The sizes of the old weights w are compared with η λ. Compare those of u, after the step of the loss."),
        Wrong(_l1("l1_threshold_twice", (_PROX, "moved.sign() * torch.where(moved.abs() < 2 * lr * lam, "
                                                "torch.zeros_like(moved), moved.abs() - lr * lam)")),
              "Elements between η λ and 2 η λ become 0 as well. Compare |u| with η λ before it becomes smaller, not "
              "afterwards."),
        Wrong(_l1("l1_in_place", ("return " + _PROX, "return w.copy_(" + _PROX + ")")),
              "The weights given are overwritten. Return a new tensor."),
    ),
    hints=("Separate size and sign: u = sign(u) · |u|. Only |u| becomes smaller.",
           "torch.clamp(..., min=0) keeps |u| - η λ from becoming negative."),
    allows="The weights of a network trained with it contain exact zeros.",
)


def dropout(x, p, training, generator):
    """Inverted dropout with drop probability p: a tensor of the shape and dtype of x.

    x: float tensor of any shape, activations. p: float, 0 ≤ p < 1, the probability that an element
    is dropped. training: True in training mode, False in evaluation mode. generator:
    torch.Generator.
    In training mode draw one number, uniform from 0 to 1, for each element by one call of
    torch.rand(x.shape, generator=generator). Elements whose number is less than p become 0; the
    others are scaled so that the expectation of the result, over the draws, is x.
    In evaluation mode return x as it is, and draw nothing. x must not change.

    >>> dropout(torch.tensor([1.0, 2.0]), 0.5, False, torch.Generator())
    tensor([1., 2.])
    """
    if not training:
        return x
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept / (1 - p)


def _dropped(draw):
    shape = [draw.integer(1, 6)] if draw.choice((True, False)) else draw.sizes(2, 1, 4)
    x = draw.tensor(*shape, among=(1.0, 2.0, 3.0, -1.0, 5.0, -4.0))
    p, training = draw.choice((0.5, 0.25, 0.75, 0.9, 0.0)), draw.choice((True, True, True, False))
    return f"dropout({x}, {p}, {training}, torch.Generator().manual_seed({draw.integer(0, 50)}))"


def _drop(name, *edits):
    return variant(dropout, *edits, name=name)


_SCALED = "x * kept / (1 - p)"


def dropout_exact_count(x, p, training, generator):
    """A wrong answer: exactly a share p of the elements is dropped, those with the smallest numbers."""
    if not training:
        return x
    numbers = torch.rand(x.shape, generator=generator).flatten()
    kept = torch.ones_like(numbers)
    kept[numbers.argsort()[:round(p * x.numel())]] = 0
    return x * kept.view(x.shape).to(x.dtype) / (1 - p)


DROPOUT = Exercise(
    reference=dropout,
    inputs=_dropped,
    differentiable=True,
    cases=(
        "dropout(torch.tensor([1.0, 2.0]), 0.5, False, torch.Generator().manual_seed(0))",
        "dropout(torch.tensor([1.0, 2.0]), 0.0, True, torch.Generator().manual_seed(0))",
        "dropout(torch.tensor([1.0, 2.0, 3.0, 4.0]), 0.5, True, torch.Generator().manual_seed(0))",
        "dropout(torch.tensor([1.0, 2.0, 3.0, 4.0]), 0.75, True, torch.Generator().manual_seed(0))",
        "dropout(torch.ones(2, 5), 0.25, True, torch.Generator().manual_seed(1))",
        "dropout(torch.ones(4, 3), 0.9, True, torch.Generator().manual_seed(2))",
        "dropout(torch.arange(12.0).view(2, 3, 2), 0.5, True, torch.Generator().manual_seed(3))",
        "dropout(torch.tensor([[1.0, -2.0]]), 0.9, False, torch.Generator().manual_seed(4))",
        "g = torch.Generator().manual_seed(0); dropout(torch.ones(3), 0.5, False, g); torch.rand(2, generator=g)",
        "x = torch.ones(6); dropout(x, 0.5, True, torch.Generator().manual_seed(0)); x",
    ),
    wrong=(
        Wrong(_drop("dropout_unscaled", (_SCALED, "x * kept")),
              "The kept elements are not scaled, so the expectation is (1 - p) x. By which factor must they grow?"),
        Wrong(_drop("dropout_scaled_by_p", (_SCALED, "x * kept / max(p, 1e-9)")),
              "The kept elements are divided by p. They are kept with probability 1 - p: which factor makes the "
              "expectation x?"),
        Wrong(_drop("dropout_multiplied", (_SCALED, "x * kept * (1 - p)")),
              "The kept elements are made smaller. They stand for the dropped ones as well, so they must grow."),
        Wrong(_drop("dropout_scaled_in_evaluation", ("return x\n", "return x * (1 - p)\n"), (_SCALED, "x * kept")),
              "This is the original form, which scales by 1 - p in evaluation mode. Inverted dropout scales in "
              "training mode and returns x in evaluation mode."),
        Wrong(_drop("dropout_scaled_twice", ("return x\n", "return x * (1 - p)\n")),
              "In evaluation mode x is returned as it is: the scaling of training mode has already set the "
              "expectation."),
        Wrong(_drop("dropout_keeps_p", (">= p", "< p"), ("(1 - p)", "max(p, 1e-9)")),
              "Here p is the probability to keep an element, as in some papers. In torch and here p is the probability "
              "to drop it."),
        Wrong(_drop("dropout_the_others", (">= p", "< p")),
              "The elements whose number is less than p are kept. They are the ones to drop."),
        Wrong(_drop("dropout_always", ("if not training:\n        return x\n    ", "")),
              "In evaluation mode elements are dropped as well. There x is returned as it is."),
        Wrong(_drop("dropout_exchanged_modes", ("if not training", "if training")),
              "The modes are exchanged: elements are dropped in training mode."),
        Wrong(_drop("dropout_of_columns", ("torch.rand(x.shape, generator=generator)",
                                           "torch.rand(x.shape[-1], generator=generator)")),
              "All rows share one mask. Each element draws a number of its own, so every sample has its own mask."),
        Wrong(_drop("dropout_of_rows", ("torch.rand(x.shape, generator=generator) >= p",
                                        "(torch.rand(len(x), generator=generator) >= p)"
                                        ".view(-1, *[1] * (x.ndim - 1))")),
              "Whole samples are dropped. Each element draws a number of its own."),
        Wrong(dropout_exact_count,
              "Exactly a share p of the elements is dropped. Each element is dropped independently: compare its number "
              "with p."),
        Wrong(_drop("dropout_by_kept_share", (_SCALED, "x * kept / kept.to(x.dtype).mean().clamp(min=1e-9)")),
              "The scale is the share of elements that happened to be kept. Take its expectation, which depends on p "
              "alone."),
        Wrong(_drop("dropout_without_generator", ("x.shape, generator=generator", "x.shape")),
              "The numbers are not drawn from the generator that is given: write generator=generator."),
        Wrong(_drop("dropout_normal_numbers", ("torch.rand(", "torch.randn(")),
              "torch.randn draws from the normal distribution. Numbers that are uniform from 0 to 1 come from "
              "torch.rand."),
        Wrong(_drop("dropout_keeps_small_numbers", (">= p", "< 1 - p")),
              "The right share is kept, but other elements: those whose number is less than p become 0."),
        Wrong(_drop("dropout_half", (">= p", ">= 0.5"), ("/ (1 - p)", "* 2")),
              "Half of the elements are dropped, whatever p is."),
        Wrong(_drop("dropout_scaled_up_in_evaluation", ("return x\n", "return x / (1 - p)\n")),
              "In evaluation mode nothing is dropped, so nothing needs scaling: return x."),
        Wrong(_drop("dropout_draws_in_evaluation", ("if not training:\n        return x\n    kept = "
                                                    "torch.rand(x.shape, generator=generator) >= p",
                                                    "kept = torch.rand(x.shape, generator=generator) >= p\n"
                                                    "    if not training:\n        return x")),
              "In evaluation mode numbers are drawn from the generator. Nothing is random there."),
    ),
    hints=("Let m be 1 with probability 1 - p, else 0. What is the expectation of m x, and which factor makes it x?",
           "torch.rand(x.shape, generator=generator) >= p is True for the elements to keep. A product with it sets the "
           "others to 0."),
    allows="It serves in place of nn.Dropout below.",
    equivalent=(("torch.rand(x.shape, generator=generator) >= p → torch.rand(x.shape, generator=generator) > p",
                 "a number drawn is equal to p in less than one of ten million draws"),),
)


def early_stopping(losses, patience):
    """Where early stopping ends the training, and the best epoch: a pair of ints (stop, best).

    losses: list of floats, the validation loss after each epoch; epochs are counted from 1.
    patience: int ≥ 1. The best epoch so far is the first one with the lowest loss so far; an equal
    loss is no improvement.
    Training stops after the first epoch that is `patience` epochs later than the best one so far,
    and later losses are never seen. If that does not happen, it ends with the last epoch.
    Returns the number of epochs trained, and the best of these epochs.

    >>> early_stopping([1.0, 0.5, 0.7, 0.6, 0.4], 2)
    (4, 2)
    """
    best = 0
    for k, loss in enumerate(losses):
        if loss < losses[best]:
            best = k
        if k - best >= patience:
            return k + 1, best + 1
    return len(losses), best + 1


def _losses(draw):
    losses = draw.numbers(draw.integer(1, 9), among=(0.5, 0.4, 0.6, 0.3, 0.7, 0.2))
    return f"early_stopping({losses}, {draw.integer(1, 3)})"


def _stop(name, *edits):
    return variant(early_stopping, *edits, name=name)


def stopping_counts_rises(losses, patience):
    """A wrong answer: waits for `patience` epochs that are each worse than the one before."""
    rises = 0
    for k in range(1, len(losses)):
        rises = rises + 1 if losses[k] >= losses[k - 1] else 0
        if rises >= patience:
            return k + 1, losses.index(min(losses[:k + 1])) + 1
    return len(losses), losses.index(min(losses)) + 1


def stopping_counts_all(losses, patience):
    """A wrong answer: counts all epochs without an improvement, and never begins again."""
    best, waited = 0, 0
    for k in range(1, len(losses)):
        if losses[k] < losses[best]:
            best = k
        else:
            waited += 1
        if waited >= patience:
            return k + 1, best + 1
    return len(losses), best + 1


def stopping_sees_everything(losses, patience):
    """A wrong answer: the best epoch of all, also of those that are never trained."""
    return early_stopping(losses, patience)[0], losses.index(min(losses)) + 1


def stopping_around_the_best_of_all(losses, patience):
    """A wrong answer: `patience` epochs after the best epoch of all."""
    best = losses.index(min(losses))
    return min(len(losses), best + 1 + patience), best + 1


def stopping_starts_at_one(losses, patience):
    """A wrong answer: the best loss begins with 1.0, so that larger losses are no improvement."""
    lowest, best = 1.0, 0
    for k, loss in enumerate(losses):
        if loss < lowest:
            lowest, best = loss, k
        if k - best >= patience:
            return k + 1, best + 1
    return len(losses), best + 1


def stopping_window(losses, patience):
    """A wrong answer: compares each loss with the one `patience` epochs before."""
    for k in range(patience, len(losses)):
        if losses[k] >= losses[k - patience]:
            return k + 1, losses.index(min(losses[:k + 1])) + 1
    return len(losses), losses.index(min(losses)) + 1


def stopping_best_by_waiting(losses, patience):
    """A wrong answer: the best epoch is always `patience` epochs before the last."""
    stop, _ = early_stopping(losses, patience)
    return stop, stop - patience


def stopping_last_of_equals(losses, patience):
    """A wrong answer: of equal lowest losses the last one is called the best epoch."""
    stop, best = early_stopping(losses, patience)
    return stop, max(k for k in range(stop) if losses[k] == losses[best - 1]) + 1


STOPPING = Exercise(
    reference=early_stopping,
    inputs=_losses,
    cases=(
        "early_stopping([0.5], 1)",
        "early_stopping([0.5, 0.4], 1)",
        "early_stopping([0.4, 0.5, 0.6, 0.3, 0.7, 0.8], 1)",
        "early_stopping([0.4, 0.5, 0.3, 0.2], 2)",
        "early_stopping([0.5, 0.4, 0.4, 0.4, 0.3], 2)",
        "early_stopping([0.9, 0.5, 0.7, 0.6, 0.4], 2)",
        "early_stopping([0.9, 0.8, 0.85, 0.7, 0.75, 0.6, 0.65, 0.64, 0.66], 3)",
        "early_stopping([0.5, 0.6, 0.4, 0.5, 0.3, 0.4, 0.5, 0.6], 2)",
        "early_stopping([0.3, 0.4, 0.5, 0.6, 0.7], 20)",
        "early_stopping([2.5, 2.0, 2.25, 1.5, 1.75, 1.25], 2)",
    ),
    wrong=(
        Wrong(stopping_sees_everything,
              "The best epoch is later than the stop: losses after the stop are never seen."),
        Wrong(stopping_around_the_best_of_all,
              "The best loss of the whole list is taken first. While training, only the losses so far are known."),
        Wrong(stopping_counts_rises,
              "Each loss is compared with the one before it. Compare with the best so far: a loss that falls and stays "
              "above the best is no improvement."),
        Wrong(stopping_counts_all,
              "The waiting does not begin again after an improvement. Count from the best epoch so far."),
        Wrong(stopping_starts_at_one,
              "Losses above 1 are never an improvement here. Losses have no upper bound: begin with the first loss, or "
              "with math.inf."),
        Wrong(stopping_window,
              "Each loss is compared with the one `patience` epochs before it. Compare with the best so far."),
        Wrong(stopping_best_by_waiting,
              "The best epoch is taken as stop - patience. Without an early stop it is somewhere else: remember it."),
        Wrong(stopping_last_of_equals,
              "The stop is right. Of several epochs with the lowest loss, the best epoch is the first."),
        Wrong(_stop("stopping_counts_ties", ("loss < losses[best]", "loss <= losses[best]")),
              "An equal loss is no improvement: the best epoch is the first one with the lowest loss."),
        Wrong(_stop("stopping_too_late", (">= patience", "> patience")),
              "It waits one epoch too long: it stops after the epoch that is `patience` epochs later than the best."),
        Wrong(_stop("stopping_too_early", (">= patience", ">= patience - 1"), ("k - best", "k > best and k - best")),
              "It stops one epoch too early: the epoch must be `patience` epochs later than the best."),
        Wrong(_stop("stopping_from_zero", ("k + 1, best + 1", "k, best")),
              "An early stop is returned as a pair of indices, which count from 0. Count the epochs from 1."),
        Wrong(_stop("stopping_best_from_zero", ("k + 1, best + 1", "k + 1, best")),
              "The stop is right; the best epoch is an index, which counts from 0. Count both from 1."),
        Wrong(_stop("stopping_stop_from_zero", ("k + 1, best + 1", "k, best + 1")),
              "The best epoch is right; the stop is an index, which counts from 0. Count both from 1."),
        Wrong(_stop("stopping_swapped", ("k + 1, best + 1", "best + 1, k + 1"), ("len(losses), best + 1",
                                                                                 "best + 1, len(losses)")),
              "The two results change places: first the stop, then the best epoch."),
        Wrong(_stop("stopping_highest", ("loss < losses[best]", "loss > losses[best]")),
              "A higher loss counts as better here. The best loss is the lowest."),
        Wrong(_stop("stopping_last_is_best", ("k + 1, best + 1", "k + 1, k + 1"), ("len(losses), best + 1",
                                                                                   "len(losses), len(losses)")),
              "The last epoch is returned as the best one. After the waiting it is not: keep the epoch of the lowest "
              "loss."),
        Wrong(_stop("stopping_never", ("if k - best >= patience", "if k < 0")),
              "Training never stops before the last epoch. Compare the epoch with the best one so far."),
        Wrong(_stop("stopping_without_seeing_all", ("return len(losses), best + 1", "return None")),
              "If the patience is never used up, training ends with the last epoch: return it and the best epoch."),
    ),
    hints=("Go through the losses in order and remember the index of the best one so far.",
           "After each epoch: how many epochs ago was the best? Stop if that is `patience`."),
    allows="nnlab.callbacks.EarlyStopping and KeepBest do this while `fit` trains.",
)


def growing_rates(lr, weight_decay, steps):
    """Rates that replace weight decay, for a scale-invariant loss: a float64 tensor (steps,).

    lr: η, a float > 0. weight_decay: λ, a float ≥ 0, with ηλ < 1. steps: int ≥ 1.
    SGD with weight decay makes the steps w ← (1 - ηλ) w - η g(w), for t = 0, 1, 2, ...; g is the
    gradient of a loss with L(c w) = L(w) for every c > 0, so that g(c w) = g(w) / c.
    The second run has no decay: v ← v - η_t g(v), from the same initial weights. Element t of the
    result is the rate η_t for which v stays a positive multiple of w at every step. Find it.

    >>> growing_rates(0.5, 1.0, 1)
    tensor([1.], dtype=torch.float64)
    """
    t = torch.arange(steps, dtype=torch.float64)
    return lr * (1 - lr * weight_decay) ** -(2 * t + 1)


def _rates(draw):
    return (f"growing_rates({draw.choice((0.5, 0.25, 0.1))}, {draw.choice((0.5, 1.0, 0.25, 0.0))}, "
            f"{draw.integer(1, 5)})")


def _growing(name, *edits):
    return variant(growing_rates, *edits, name=name)


_RATES = "lr * (1 - lr * weight_decay) ** -(2 * t + 1)"

RATES = Exercise(
    reference=growing_rates,
    inputs=_rates,
    tries=20,
    cases=(
        "growing_rates(0.5, 0.0, 2)",
        "growing_rates(0.5, 1.0, 1)",
        "growing_rates(0.5, 1.0, 3)",
        "growing_rates(0.25, 1.0, 4)",
        "growing_rates(1.0, 0.25, 3)",
        "growing_rates(0.1, 0.5, 5)",
    ),
    wrong=(
        Wrong(_growing("rates_once", ("(2 * t + 1)", "(t + 1)")),
              "With w_t = (1 - ηλ)ᵗ v_t there are two such factors: one from dividing by the new scale, one from "
              "g(w_t) = g(v_t) / (1 - ηλ)ᵗ."),
        Wrong(_growing("rates_even", ("(2 * t + 1)", "(2 * t)")),
              "The first rate is η here. The step from w_0 to w_1 already contains one decay: divide by the scale of "
              "w_{t+1}, not of w_t."),
        Wrong(_growing("rates_falling", ("** -(2 * t + 1)", "** (2 * t + 1)")),
              "These rates fall. The weights w shrink, and g grows like 1/‖w‖; v does not shrink, so it needs larger "
              "rates."),
        Wrong(_growing("rates_constant", (_RATES, "lr * torch.ones_like(t)")),
              "The rate is constant. Then both runs part: decay makes the weights smaller, and the same step turns "
              "smaller weights further."),
        Wrong(_growing("rates_linear", (_RATES, "lr * (1 + (2 * t + 1) * lr * weight_decay)")),
              "The rate grows linearly. Each step multiplies the scale by 1 - ηλ, so it grows geometrically."),
        Wrong(_growing("rates_exponential", (_RATES, "lr * torch.exp((2 * t + 1) * lr * weight_decay)")),
              "exp(ηλ) is close to 1/(1 - ηλ) for small ηλ only. Use 1 - ηλ itself."),
        Wrong(_growing("rates_without_lr", ("1 - lr * weight_decay", "1 - weight_decay / 2")),
              "The factor of a step is 1 - ηλ, with the learning rate η of the run."),
        Wrong(_growing("rates_of_next", ("(2 * t + 1)", "(2 * t + 2)")),
              "There is one factor too many. g is taken at w_t, and the result is divided by the scale of w_{t+1}: how "
              "many factors are that?"),
        Wrong(_growing("rates_from_one", ("(2 * t + 1)", "(2 * t + 3)")),
              "These are the right rates, one step late: t begins with 0."),
        Wrong(_growing("rates_of_lambda_alone", ("1 - lr * weight_decay", "1 - weight_decay")),
              "The weights are multiplied by 1 - ηλ in each step, not by 1 - λ."),
        Wrong(_growing("rates_plus", (_RATES, "lr * (1 + lr * weight_decay) ** (2 * t + 1)")),
              "1 + ηλ is close to 1/(1 - ηλ) for small ηλ only. Divide by 1 - ηλ."),
        Wrong(_growing("rates_without_square", (_RATES, "lr * (1 - 2 * lr * weight_decay) ** -t")),
              "(1 - ηλ)² is not 1 - 2 ηλ, and the first rate is not η: the step from w_0 to w_1 already contains one "
              "decay."),
        Wrong(_growing("rates_one_time", ("(2 * t + 1)", "t")),
              "With w_t = (1 - ηλ)ᵗ v_t, write w_{t+1} as aᵗ⁺¹ v_{t+1} and compare the factors."),
        Wrong(_growing("rates_factor_alone", ("lr * (1 -", "(1 -")),
              "This is the factor. Multiply by η."),
    ),
    hints=("Write w_t = aᵗ v_t with a = 1 - ηλ, and put it into the step with decay. Which power of a does g get?",
           "w_{t+1} = a · aᵗ v_t - η a⁻ᵗ g(v_t). Divide by aᵗ⁺¹ and read off the factor of g(v_t)."),
    allows="You can see what weight decay does where the scale of the weights has no effect.",
)


COUNTS = Quiz(
    name="dropout_counts",
    reference=[50, 0, 10, 2, 0.1, "yes", "no"],
    questions=(
        "activations set to 0 for a sample, on average",
        "weights of the layer that dropout sets to 0",
        "weights that have no effect on a sample's outputs because one certain activation is dropped",
        "factor of the activations that are kept",
        "torch's p for a paper's keep probability 0.9",
        "the same, if ReLU comes after dropout in place of before it, with the same masks",
        "the same, if the sigmoid comes after dropout in place of before it, with the same masks",
    ),
    wrong=(
        Wrong([100, 0, 10, 2, 0.1, "yes", "no"], "Each of the 100 activations is dropped with probability 0.5."),
        Wrong([500, 0, 10, 2, 0.1, "yes", "no"], "The layer has 100 inputs, one activation each. Weights are counted "
                                                 "in the next question."),
        Wrong([50, 500, 10, 2, 0.1, "yes", "no"], "Dropout sets activations to 0. The weights stay as they are; "
                                                  "DropConnect is the method that drops weights."),
        Wrong([50, 50, 10, 2, 0.1, "yes", "no"], "Activations are set to 0, not weights."),
        Wrong([50, 0, 1, 2, 0.1, "yes", "no"], "An activation goes to every unit of the next layer, by one weight."),
        Wrong([50, 0, 0, 2, 0.1, "yes", "no"], "A weight times 0 adds nothing to an output: the whole column of this "
                                               "activation has no effect on this sample."),
        Wrong([50, 0, 5, 2, 0.1, "yes", "no"], "The activation is 0 for all units of the next layer, not for half of "
                                               "them."),
        Wrong([50, 0, 100, 2, 0.1, "yes", "no"], "The matrix has 10 rows and 100 columns; an activation belongs to one "
                                                 "column."),
        Wrong([50, 0, 10, 0.5, 0.1, "yes", "no"], "The kept ones stand for the dropped ones as well: divide by 1 - p."),
        Wrong([50, 0, 10, 1, 0.1, "yes", "no"], "Unscaled, the expectation of an activation would be halved."),
        Wrong([50, 0, 10, 2, 0.9, "yes", "no"], "torch's p is the probability to drop."),
        Wrong([50, 0, 10, 2, 0.1, "no", "no"], "relu(0) = 0, and relu(c z) = c relu(z) for c > 0. So what changes?"),
        Wrong([50, 0, 10, 2, 0.1, "yes", "yes"], "What is the sigmoid of a dropped pre-activation?"),
    ),
    hints=("The matrix of the layer has one column for each of its 100 inputs and one row for each of its 10 units.",
           "For the last two compare σ(0) with 0, and σ(2 z) with 2 σ(z)."),
    allows="You can read p in papers, slides and documentation.",
)


CONCLUSIONS = Quiz(
    name="conclusions",
    reference=["no", "yes", "no", "no", "yes", "no"],
    questions=(
        "training accuracy 100 %, so it overfits and needs fewer parameters",
        "validation loss rises, accuracy does not change: it grows more confident in its mistakes",
        "it can fit random labels, so it cannot generalize from true ones",
        "the best test accuracy over the epochs says how good the network of that epoch is",
        "with L2 it still fits random labels, so L2 does not work by making that impossible",
        "a method gained 0.2 points, with a standard error of 0.3 points over seeds: it helps here",
    ),
    wrong=(
        Wrong(["yes", "yes", "no", "no", "yes", "no"], "Compare test accuracies, not training accuracies: here the "
                                                       "network with 100 % on its training images was the best one."),
        Wrong(["no", "no", "no", "no", "yes", "no"], "The loss of a mistake is -ln p of the label. If they stay "
                                                     "the same and the loss grows, what does p do?"),
        Wrong(["no", "yes", "yes", "no", "yes", "no"], "The same network, with the same optimizer, did both."),
        Wrong(["no", "yes", "no", "yes", "yes", "no"], "The maximum of noisy values is too large on average: the epoch "
                                                       "was chosen by the same images."),
        Wrong(["no", "yes", "no", "no", "no", "no"], "What a network does although L2 is there, L2 does not prevent."),
        Wrong(["no", "yes", "no", "no", "yes", "yes"], "The gain is smaller than its standard error: 0 fits as well."),
    ),
    hints=("For each: is there a measurement in this notebook that contradicts the conclusion?",
           "Two of the six follow."),
    allows="You know what a training accuracy says about generalization, and what it does not.",
)


EXERCISES = [DECAY, L1, DROPOUT, COUNTS, STOPPING, CONCLUSIONS, RATES]
