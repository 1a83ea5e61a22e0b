"""Signs of one layer or parameter: dead and saturated units, gradients, updates, identical units."""

import math
import statistics

from nnlab.health.records import Sign

RECENT = 5  # measured steps whose median counts: one batch alone may be unusual
SAMPLES = 100  # with fewer samples a rarely active unit may seem dead
DEAD = 0.75  # healthy training with Adam at a learning rate of 0.01 leaves up to 65 % dead, at 0.001 up to 50 %
SATURATED = 0.75  # one hidden layer of sigmoids that trains well has up to 63 % of its outputs near a limit
RATIO = 1e3  # norms of the gradient at the first and the last layer; with suitable initialization they are within 30
LARGE = 0.25  # the rule of thumb is 1e-3; healthy softmax regression at a learning rate of 0.1 reaches 0.2
ONCE = 0.75  # in a single step: what initialization gave is overwritten; healthy first steps of Adam reach 0.2
SMALL = 1e-5  # at this ratio weights need 100,000 steps to move by their own norm
TWINS = 0.5  # share of units whose weights equal another unit's; independent initial weights are never equal


def layer_signs(health):
    """List with a `Sign` for each measurement of a layer or parameter that is out of bounds."""
    records = [record for record in health.records if record.layers] or health.records
    recent = records[-RECENT:]
    return [*_units(recent), *_gradients(recent), *_no_updates(health.records), *_updates(health.records),
            *_twins(recent[-1])]


def _median(values):
    """Median of the finite numbers among the values; None if there are none."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return statistics.median(known) if known else None


def _units(recent):
    last = recent[-1]
    for layer in last.layers:
        if layer.dead is not None and layer.seen >= SAMPLES and layer.dead > DEAD:
            yield Sign("dead units", layer.label, layer.dead, DEAD, last.step,
                       f"{layer.dead:.0%} of {layer.units} units were 0 for each of the last {layer.seen} samples")
    for layer in last.layers[:-1]:  # a sigmoid of the output may saturate: then the network is confident
        if layer.saturated is not None and layer.saturated > SATURATED:
            yield Sign("saturated units", layer.label, layer.saturated, SATURATED, last.step,
                       f"{layer.saturated:.0%} of the outputs are within 0.03 of a limit of the {layer.family}")


def _gradients(recent):
    ratios = []
    for record in recent:
        known = [layer for layer in record.layers if layer.gradient_norm is not None]
        if len(known) > 1 and known[-1].gradient_norm > 0:
            ratios.append(known[0].gradient_norm / known[-1].gradient_norm)
            first, last = known[0].label, known[-1].label
    ratio = _median(ratios)
    if ratio is not None and (ratio < 1 / RATIO or ratio > RATIO):
        name, bound = ("vanishing gradient", 1 / RATIO) if ratio < 1 else ("exploding gradient", RATIO)
        yield Sign(name, first, ratio, bound, recent[-1].step,
                   f"the gradient's norm at {first} is {ratio:.1e} times that at {last}")


def _no_updates(records):
    found = {}
    for index, last in enumerate(records[-1].parameters):
        history = [record.parameters[index] for record in records if len(record.parameters) > index]
        able = last.in_optimizer and last.requires_grad and any(one.gradient_rms is not None for one in history)
        if able and len(last.shape) < 2:
            continue  # a bias before batch norm has the gradient 0, up to rounding
        if all(one.update == 0 for one in history) and len(history) > 1:
            cause = ("they are not in the optimizer" if not last.in_optimizer else
                     "requires_grad is False" if not last.requires_grad else
                     "they have no gradient" if all(one.gradient_rms is None for one in history) else
                     "their gradient is 0" if all(not one.gradient_rms for one in history) else
                     "the learning rate is 0" if all(one.lr == 0 for one in history) else "the optimizer left them")
            found.setdefault(cause, []).append(last.name)
    for cause, names in found.items():
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield Sign("parameters without updates", names[0], 0.0, 0.0, records[-1].step,
                   f"{listed} kept their values in every measured step: {cause}")


def _updates(records):
    for index, last in enumerate(records[-1].parameters):
        history = [record.parameters[index] for record in records if len(record.parameters) > index]
        if len(last.shape) < 2 or last.update is None or all(not one.update for one in history):
            continue  # biases are initialized to 0, so their ratios are not informative
        late, whole = _median([one.ratio for one in history[-RECENT:]]), _median([one.ratio for one in history])
        once = max(((one.ratio, record.step) for one, record in zip(history, records, strict=False)
                    if one.ratio is not None and math.isfinite(one.ratio)), default=(0.0, 0))
        if late is not None and late > LARGE:
            yield Sign("updates too large", last.name, late, LARGE, records[-1].step,
                       f"a step changes {last.name} by {late:.2g} of its norm")
        elif once[0] > ONCE and history[0].norm > 0:
            yield Sign("updates too large", last.name, once[0], ONCE, once[1],
                       f"step {once[1]} changed {last.name} by {once[0]:.2g} of its norm")
        elif whole is not None and whole < SMALL:
            yield Sign("updates too small", last.name, whole, SMALL, records[-1].step,
                       f"a step changes {last.name} by {whole:.1e} of its norm")


def _twins(record):
    for parameter in record.parameters:
        if record.step and parameter.shape[0] > 1 and parameter.twins / parameter.shape[0] > TWINS:
            count = parameter.twins + 1
            yield Sign("identical units", parameter.name, parameter.twins / parameter.shape[0], TWINS, record.step,
                       f"{count} of {parameter.shape[0]} units share their weights with another one")
