"""The table of a measured step: one row a layer."""

import math

COLUMNS = ("layer", "mean", "std", "dead", "always on", "saturated", "gradient RMS", "weights RMS", "update ratio")


def table(record):
    """Text table of a `Record`, one row a layer, with a line on the step above it.

    "update ratio" is the norm of the step's change of the layer's weights over their norm, ‖Δθ‖ / ‖θ‖.
    """
    weights = {}
    for parameter in record.parameters:
        if parameter.layer not in weights or len(parameter.shape) > 1:
            weights[parameter.layer] = parameter
    rows, shown = [COLUMNS], set()
    for layer in record.layers:
        own = None if layer.name in shown or layer.kind.endswith("()") else weights.get(layer.name)
        shown.add(layer.name)
        rows.append((layer.label, f"{layer.mean:.3g}", f"{layer.std:.3g}", _share(layer.dead), _share(layer.always_on),
                     _share(layer.saturated), _power(layer.gradient_rms),
                     "" if own is None else f"{own.norm / max(1, math.prod(own.shape)) ** 0.5:.3g}",
                     "" if own is None else _power(own.ratio)))
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) if k == 0 else cell.rjust(width) for k, (cell, width)
                       in enumerate(zip(row, wide, strict=True))).rstrip() for row in rows]
    return "\n".join([_head(record), *lines])


def _head(record):
    parts = [f"step {record.step}"]
    if record.batch.size:
        parts.append(f"batch of {record.batch.size}")
    if record.lr is not None:
        parts.append(f"learning rate {record.lr:.3g}")
    for name in ("train", "val"):
        loss, accuracy = getattr(record, f"{name}_loss"), getattr(record, f"{name}_accuracy")
        if loss is not None:
            parts.append(f"{name} loss {loss:.3g}" + (f", accuracy {accuracy:.1%}" if accuracy is not None else ""))
    return " · ".join(parts)


def _share(value):
    return "" if value is None else f"{value:.0%}"


def _power(value):
    return "" if value is None else "0" if value == 0 else f"{value:.1e}"
