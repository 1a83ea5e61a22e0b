"""Results of one pass over the batches: losses, batch sizes, outputs, and the row of the history computed from them."""

from typing import NamedTuple

import torch


class Epoch(NamedTuple):
    """Results of one pass over B batches with N samples in total."""

    losses: torch.Tensor  # mean loss of each batch (B,), on the device
    sizes: list  # batch sizes, B of them
    outputs: torch.Tensor | None  # (N, ...) with keep=True, else None
    targets: torch.Tensor | None  # (N, ...) with keep=True, else None


class Joined:
    """Concatenation of tensors along their first dimension, a hundred at a time: thousands at once are slow."""

    def __init__(self):
        self._joined, self._single = [], []

    def add(self, tensor):
        """Append `tensor`."""
        self._single.append(tensor)
        if len(self._single) == 100:
            self._joined.append(self._together(self._single))
            self._single = []

    def tensor(self):
        """All tensors concatenated into one; None if there are none."""
        parts = self._joined + self._single
        return self._together(parts) if parts else None

    @staticmethod
    def _together(parts):
        try:
            return torch.cat(parts)
        except (RuntimeError, TypeError) as error:
            raise ValueError("the batches cannot be put together for the metrics, because their outputs or targets "
                             f"differ in shape: pad them to one, or train without metrics ({error})") from None


def row(epoch, metrics, prefix, number):
    """Losses and metrics of one pass, a dictionary for the history; the only place that synchronizes with the device.

    Args:
        epoch: results of the pass.
        metrics: dictionary from name to function of (outputs, targets).
        prefix: begins the names of the columns: "" in training, "val_" in validation.
        number: the epoch, from 1.

    Raises:
        FloatingPointError: a loss is NaN or infinite.
        ValueError: there were no batches; a metric returns more than one number.
    """
    if not epoch.sizes:
        raise ValueError(f"the {'validation' if prefix else 'training'} set has no batches in epoch {number}; "
                         "a generator serves only one pass: give Batches, a DataLoader or a list")
    half = epoch.losses.dtype in (torch.float16, torch.bfloat16)  # a sum in half precision has three digits
    losses = epoch.losses.float() if half else epoch.losses
    if not bool(torch.isfinite(losses).all()):
        batch = int((~torch.isfinite(losses)).nonzero()[0, 0])
        raise FloatingPointError(
            f"the loss is {losses[batch].item()} in epoch {number}, batch {batch + 1} of {len(epoch.sizes)}. "
            "Usual causes: a learning rate that is too large (try a tenth of it), inputs that are not finite or not "
            "scaled, a logarithm or a square root of 0, a batch without a label that counts")
    sizes = torch.tensor(epoch.sizes, dtype=losses.dtype, device=losses.device)
    made = {f"{prefix}loss": ((losses * sizes).sum() / sizes.sum()).item()}
    of_all = epoch.outputs, epoch.targets
    return made | {prefix + name: number_of(name, metric(*of_all)) for name, metric in metrics.items()}


def number_of(name, value):
    """The float that the metric `name` returned; a ValueError where `value` is not one number."""
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        shape = f" of shape {tuple(value.shape)}" if hasattr(value, "shape") else ""
        raise ValueError(f"the metric {name!r} returns a {type(value).__name__}{shape}, not one number") from None
