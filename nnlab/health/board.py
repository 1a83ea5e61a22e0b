"""The records of a training run as plain JSON, small enough to be stored in a notebook: `board`."""

import base64
import math

from nnlab.health.statistics import BINS

STEPS, LAYERS = 48, 40  # at most as many are kept


def board(health):
    """Dictionary of the measurements for the figure "health": steps, losses, layers with their parameters, signs.

    Of the measured steps at most 48 are kept, evenly spaced, with the first and the last; of the layers the first 40.
    Histograms are bytes in base64, 32 bins a step from "low" to "high", the same for all steps: in each step 255 stands
    for the fullest bin. Numbers have four significant digits; None stands for what was not measured, or not finite.
    """
    count = min(STEPS, len(health.records))
    last = len(health.records) - 1
    records = [health.records[round(k * last / max(count - 1, 1))] for k in range(count)]
    labels = list(dict.fromkeys(layer.label for record in records for layer in record.layers))[:LAYERS]
    names = list(dict.fromkeys(one.name for record in records for one in record.parameters))
    parameters = {name: [_find(record.parameters, "name", name) for record in records] for name in names}
    layers, taken = [], set()
    for label in labels:
        history = [_find(record.layers, "label", label) for record in records]
        known = next(one for one in history if one is not None)
        own = [] if known.kind.endswith("()") else [
            name for name in names if name not in taken and parameters[name][-1] is not None
            and parameters[name][-1].layer == known.name]
        taken.update(own)
        layers.append({
            "label": label, **{part: _numbers(history, part) for part in ("mean", "std", "dead", "saturated")},
            "gradient": _numbers(history, "gradient_rms"), "activations": _histograms(history, "activation"),
            "gradients": _histograms(history, "gradient"),
            "parameters": [_parameter(name, parameters[name]) for name in own]})
    return {
        "steps": [record.step for record in records],
        "losses": {part: _numbers(records, part) for part in ("train_loss", "val_loss", "train_accuracy",
                                                              "val_accuracy")},
        "batch": [_number(record.batch.loss) for record in records],
        "layers": layers, "signs": [_sign(sign, labels, layers) for sign in health.signs()]}


def _find(parts, by, value):
    return next((part for part in parts if getattr(part, by) == value), None)


def _number(value):
    """`value` with four significant digits; None where it is None or not finite."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.4g}")


def _numbers(history, part):
    return [None if one is None else _number(getattr(one, part)) for one in history]


def _parameter(name, history):
    known = next(one for one in history if one is not None)
    return {"name": name, "shape": list(known.shape), "ratio": _numbers(history, "ratio"),
            "norm": _numbers(history, "norm"), "weights": _histograms(history, "weights")}


def _sign(sign, labels, layers):
    """A sign as JSON, with the index of the layer where it stands, -1 for the whole training."""
    of_layer = labels.index(sign.layer) if sign.layer in labels else next(
        (index for index, layer in enumerate(layers)
         if any(one["name"] == sign.layer for one in layer["parameters"])), -1)
    return {"name": sign.name, "layer": of_layer, "where": sign.layer, "value": _number(sign.value),
            "bound": _number(sign.bound), "step": sign.step, "says": sign.says}


def _histograms(history, part):
    """{"low", "high", "counts"} of the histograms of all steps on a common scale; None where there are none."""
    found = [None if one is None else getattr(one, part) for one in history]
    known = [one for one in found if one is not None and sum(one.counts)]
    if not known:
        return None
    low, high = min(one.low for one in known), max(one.high for one in known)
    if low == high:
        low, high = low - 0.5, high + 0.5
    rows = b"".join(_bytes(one, low, high) for one in found)
    return {"low": float(f"{low:.4g}"), "high": float(f"{high:.4g}"), "counts": base64.b64encode(rows).decode()}


def _bytes(histogram, low, high):
    """BINS bytes of one histogram on the scale from `low` to `high`; a bin that covers several shares its count."""
    bins = [0.0] * BINS
    if histogram is not None:
        own = (histogram.high - histogram.low) / len(histogram.counts)
        scale = BINS / (high - low)
        for k, count in enumerate(histogram.counts):
            begin = (histogram.low + k * own - low) * scale
            end = begin + own * scale
            first = min(int(begin + 1e-9), BINS - 1)
            while count and first < BINS:
                part = 1.0 if end <= begin else (min(end, first + 1) - max(begin, first)) / (end - begin)
                bins[first] += count * max(part, 0.0)
                first += 1
                if end <= first + 1e-9:
                    break
    most = max(bins) or 1.0
    return bytes(round(255 * value / most) for value in bins)
