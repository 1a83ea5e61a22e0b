"""Signs of the whole training: losses, modes, data, gradients of earlier steps, learning rate."""

import math
import statistics
from collections import Counter

from nnlab.health.records import Sign

LEFT_OVER = 0.0  # norm; zero_grad leaves no gradient at all
GAP = 0.2  # accuracy on `train` less that on `val`
RISE = 1.5  # validation loss at the end / its minimum; healthy runs of a few epochs reach 1.4
BETTER = 0.05  # accuracy on `val` less that on `train`: more than 500 samples vary by chance
FALL = 0.95  # loss at the end / at the beginning: less than 5 % was learned
ENOUGH = 40  # steps before training is expected to show
INITIAL = 3.0  # initial loss / ln(number of classes), the loss of equal class probabilities
LARGE, SMALL, OFFSET = 5.0, 0.05, 3.0  # root mean square of inputs; their mean in standard deviations
ALIKE, APART = 0.6, 0.5  # standard deviations of inputs of passes with and without gradients, smaller / larger; means
SHRUNK = 0.1  # norm of a weight matrix at the end / at the start; healthy ones grow, or lose less than a half
SPREAD = 100.0  # largest standard deviation of a feature / the median one
ONE_CLASS = 0.6  # share of a batch's most frequent class, where all batches together are mixed
WRONG = 0.05  # share of a batch's samples with another label than in `train`
LEAKED = 0.01  # share of a batch's samples that are in `val`
NOTHING, PART = 1e-3, 0.3  # learning rate / its maximum, and the share of the steps in which it is lower than that


def training_signs(health):
    """List with a `Sign` for each measurement of the whole training that is out of bounds."""
    records = health.records
    return [*_not_finite(records), *_losses(records), *_modes(health), *_batches(records), *_inputs(records),
            *_unlike(health), *_shrunk(records), *_steps(health)]


def _not_finite(records):
    for record in records:
        bad = next((layer.label for layer in record.layers if not layer.finite), None) or next(
            (parameter.name for parameter in record.parameters if not parameter.finite), None)
        losses = [record.train_loss, record.val_loss, record.batch.loss]
        if bad or any(loss is not None and not math.isfinite(loss) for loss in losses):
            yield Sign("loss not finite", bad or "", math.nan, 0.0, record.step,
                       f"NaN or infinite values at step {record.step}" + (f", first in {bad}" if bad else ""))
            return


def _losses(records):
    classes = max(len({label for record in records for label in record.batch.labels or ()}), 2)
    known = [record for record in records if record.train_loss is not None and math.isfinite(record.train_loss)]
    if known and known[-1].step >= ENOUGH and known[0].train_loss > 0:
        first, last = known[0].train_loss, known[-1].train_loss
        level = min(first, math.log(classes)) if records[0].batch.labels else first
        if last > FALL * level:
            chance = f"; equal probabilities for {classes} classes give {level:.3g}" if level < first else ""
            yield Sign("loss does not fall", "", last / level, FALL, known[-1].step,
                       f"the training loss is {last:.3g} after {known[-1].step} steps, {first:.3g} at first{chance}")
    batch, level = records[0].batch, math.log(classes)
    if batch.labels and records[0].step == 0 and batch.loss > INITIAL * level:
        yield Sign("initial loss too high", "", batch.loss / level, INITIAL, 0,
                   f"before training the loss is {batch.loss:.3g}; equal probabilities for {classes} classes would "
                   f"give {level:.3g}")
    known = [record for record in records if record.val_loss is not None and record.train_loss is not None]
    if known and known[-1].train_accuracy is not None:
        last = known[-1]
        gap = last.train_accuracy - last.val_accuracy
        if gap > GAP:
            yield Sign("train/validation gap", "", gap, GAP, last.step,
                       f"accuracy {last.train_accuracy:.3f} in training, {last.val_accuracy:.3f} in validation")
        if -gap > BETTER:
            yield Sign("validation better than training by far", "", -gap, BETTER, last.step,
                       f"accuracy {last.val_accuracy:.3f} in validation, {last.train_accuracy:.3f} in training")
    if known:
        least, last = min(record.val_loss for record in known), known[-1]
        if least > 0 and last.val_loss / least > RISE and last.train_loss < last.val_loss / RISE:
            yield Sign("validation loss rises", "", last.val_loss / least, RISE, last.step,
                       f"it is {last.val_loss:.3g} and was {least:.3g}; the training loss is {last.train_loss:.3g}")


def _modes(health):
    records = [record for record in health.records if record.modal]
    wrong = [record for record in records if len(record.evaluating) == len(record.modal)]
    if wrong:
        yield Sign("training in evaluation mode", wrong[-1].evaluating[0], len(wrong) / len(records), 0.0,
                   wrong[-1].step, f"{', '.join(wrong[-1].evaluating[:3])} was in evaluation mode in {len(wrong)} of "
                   f"{len(records)} measured steps, from step {wrong[0].step} on")
    if health.evaluations_in_training:
        share = health.evaluations_in_training / health.evaluations
        yield Sign("evaluation in training mode", "", share, 0.0, health.records[-1].step,
                   f"{health.evaluations_in_training} of {health.evaluations} passes without gradients had dropout or "
                   "batch norm in training mode")


def _batches(records):
    labelled = [record for record in records if record.batch.labels]
    together = Counter(label for record in labelled for label in record.batch.labels)
    if len(labelled) > 2 and max(together.values()) < ONE_CLASS / 2 * sum(together.values()):
        shares = [max(Counter(record.batch.labels).values()) / len(record.batch.labels) for record in labelled]
        share = sorted(shares)[len(shares) // 2]
        if share > ONE_CLASS and len(labelled[0].batch.labels) >= 8:
            yield Sign("batches of one class", "", share, ONE_CLASS, labelled[-1].step,
                       f"half of the batches hold {share:.0%} or more of one class: they are not shuffled")
    for record in reversed(records):
        if record.batch.twice:
            yield Sign("softmax twice", record.layers[-1].label if record.layers else "", 1.0, 0.0, record.step,
                       "the gradient is that of a cross-entropy of probabilities: the loss applies a second softmax")
            break
    for part, name, bound, says in (
            ("wrong", "labels do not match", WRONG, "of a batch's samples have another label than in train"),
            ("leaked", "validation samples in training", LEAKED, "of the batches' samples are samples of val")):
        known = [record for record in records if getattr(record.batch, part) is not None]
        mean = sum(getattr(record.batch, part) for record in known) / max(len(known), 1)
        if mean > bound:
            yield Sign(name, "", mean, bound, known[-1].step, f"{mean:.0%} {says}")


def _inputs(records):
    record = records[-1]
    batch = record.batch
    if batch.mean is not None and batch.std is not None and math.isfinite(batch.std) and math.isfinite(batch.mean):
        rms = math.hypot(batch.mean, batch.std)
        offset = abs(batch.mean) / batch.std if batch.std else math.inf
        said = f"the network gets values from {batch.least:.3g} to {batch.most:.3g}, mean {batch.mean:.3g}, "
        said += f"standard deviation {batch.std:.3g}"
        value, bound = next(((value, bound) for value, bound, bad in (
            (rms, LARGE, rms > LARGE), (rms, SMALL, rms < SMALL), (offset, OFFSET, offset > OFFSET),
            (batch.spread, SPREAD, (batch.spread or 0) > SPREAD)) if bad), (None, None))
        if value is not None:
            yield Sign("inputs not normalized", "", value, bound, record.step, said)


def _unlike(health):
    known = [record.batch for record in health.records if record.batch.mean is not None and record.batch.std]
    if not known:
        return
    mean, std = (statistics.median(getattr(batch, part) for batch in known) for part in ("mean", "std"))
    for other_mean, other_std in health.evaluated:
        ratio, shift = min(other_std, std) / max(other_std, std), abs(other_mean - mean) / std
        if ratio < ALIKE or shift > APART:
            value, bound = (ratio, ALIKE) if ratio < ALIKE else (shift, APART)
            yield Sign("evaluation inputs unlike training inputs", "", value, bound, health.records[-1].step,
                       f"in training the network gets values with mean {mean:.2g} and standard deviation {std:.2g}, in "
                       f"a pass without gradients {other_mean:.2g} and {other_std:.2g}")
            return


def _shrunk(records):
    first = {one.name: one for one in records[0].parameters if len(one.shape) > 1 and one.norm}
    ratios = {one.name: one.norm / first[one.name].norm for one in records[-1].parameters if one.name in first}
    least = min(ratios, key=ratios.get, default=None)
    if least is not None and ratios[least] < SHRUNK:
        yield Sign("weights shrink to nothing", least, ratios[least], SHRUNK, records[-1].step,
                   f"the norm of {least} is {ratios[least]:.1e} times that at the first measured step")


def _steps(health):
    records = health.records
    left = [record for record in records if record.step and record.left_over > LEFT_OVER]
    if left:
        yield Sign("gradients of earlier steps", "", left[-1].left_over, LEFT_OVER, left[-1].step,
                   "before the backward pass the gradients are not 0, so they add up: zero_grad is missing")
    if health.optimizers > 2 and health.optimizers > health.steps / 20:
        yield Sign("optimizer created anew", "", health.optimizers, 1, records[-1].step,
                   f"{health.optimizers} optimizers made {health.steps} steps; each forgets momentum and step number")
    rates = [record.lr for record in records if record.lr is not None]
    if rates and max(rates) > 0:
        part = sum(rate < NOTHING * max(rates) for rate in rates) / len(rates)
        if part > PART:
            yield Sign("learning rate decayed to nothing", "", part, PART, records[-1].step,
                       f"it is {rates[-1]:.1e} at the end, {max(rates):.1e} at most, and below {NOTHING} of that in "
                       f"{part:.0%} of the steps")
