"""Callbacks for `nnlab.train.fit`: early stopping, and the weights of the best epoch.

A callback is any function or object that `fit` calls with its `Run` after every epoch.
"""

import copy
from pathlib import Path

from nnlab import checkpoint


def _best(values, monitor):
    """Index of the best of `values`: the minimum of a loss or error, else the maximum; the first of equal ones."""
    return values.index(min(values) if "loss" in monitor or "error" in monitor else max(values))


class EarlyStopping:
    """Early stopping: a callback that ends training when `monitor` has not improved for `patience` epochs.

    Args:
        monitor: a column of the history; lower is better if its name contains "loss" or "error", else higher.
        patience: number of epochs to wait for an improvement.

    Raises:
        ValueError: `patience` is less than 1; during training, the history has no such column (the message lists those
            that it has).
    """

    def __init__(self, monitor="val_loss", patience=5):
        if patience < 1:
            raise ValueError(f"patience = {patience!r}; give at least 1 epoch")
        self.monitor, self.patience = monitor, patience

    def __call__(self, run):
        """Set `run.stop` after `patience` epochs without an improvement."""
        values = run.history[self.monitor]
        if len(values) - 1 - _best(values, self.monitor) >= self.patience:
            run.stop = True


class KeepBest:
    """A callback that keeps a copy of the parameters of the best epoch; ``restore(model)`` loads them into a model.

    Args:
        monitor: as for `EarlyStopping`.
        path: a checkpoint file for the best parameters, or None: then they are in memory only.
    """

    def __init__(self, monitor="val_loss", path=None):
        self.monitor, self.path, self.epoch = monitor, Path(path) if path is not None else None, None
        self._weights = None

    def __call__(self, run):
        """Copy the model's parameters if this epoch is the best so far."""
        values = run.history[self.monitor]
        if _best(values, self.monitor) == len(values) - 1:
            self.epoch, self._weights = run.epoch, copy.deepcopy(run.model.state_dict())
            if self.path is not None:
                checkpoint.save(self.path, {"epoch": self.epoch, "weights": self._weights})

    def restore(self, model):
        """Number of the best epoch, from 1, after loading its parameters into `model`.

        Raises:
            ValueError: no epoch has ended yet.
        """
        if self._weights is None and self.path is not None and self.path.exists():
            kept = checkpoint.load(self.path)
            self.epoch, self._weights = kept["epoch"], kept["weights"]
        if self._weights is None:
            raise ValueError("there are no best weights yet: train at least one epoch with this callback")
        model.load_state_dict(self._weights)
        return self.epoch
