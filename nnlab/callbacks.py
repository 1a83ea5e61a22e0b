"""Callbacks for `nnlab.train.fit`: early stopping, and the parameters of the best epoch.

A callback is any function or object that `fit` calls with its `Run` after every epoch.
"""

import copy
import math
import operator
from pathlib import Path

from nnlab import checkpoint

MODES = {"min": min, "max": max}
_KNOWN = {"loss": "min", "error": "min", "accuracy": "max"}


class _Monitor:
    """A column of the history and the direction in which it improves."""

    def __init__(self, column, mode):
        mode = mode or _KNOWN.get(str(column).removeprefix("val_"))
        if mode not in MODES:
            given = f"mode = {mode!r}" if mode else f"no mode for {column!r}"
            raise ValueError(f'{given}: is a lower or a higher value better? Give mode="min", as for a loss or an '
                             'error, or mode="max", as for an accuracy')
        self.column, self.mode = column, mode

    def best(self, history):
        """Index of the first best value in the column, ignoring NaN; None where all are NaN."""
        values = [value for value in history[self.column] if not math.isnan(value)]
        return history[self.column].index(MODES[self.mode](values)) if values else None


class EarlyStopping:
    """Early stopping: a callback that ends training when `monitor` has not improved for `patience` epochs.

    Args:
        monitor: a column of the history.
        patience: number of epochs to wait for an improvement; an epoch whose value is NaN is not an improvement.
        mode: "min" if a lower value is better, "max" if a higher one is. It may be left out for a loss, an error and an
            accuracy, with or without ``val_``.

    Raises:
        ValueError: `patience` is not a whole number of at least 1; `mode` is missing for another column, or unknown;
            during training, the history has no such column (the message lists those that it has).
    """

    def __init__(self, monitor="val_loss", patience=5, mode=None):
        try:
            self.patience = operator.index(patience)
        except TypeError:
            self.patience = 0
        if self.patience < 1 or isinstance(patience, bool):
            raise ValueError(f"patience = {patience!r}; give a whole number of epochs, at least 1")
        self.monitor, self._monitor = monitor, _Monitor(monitor, mode)

    def __call__(self, run):
        """Set `run.stop` after `patience` epochs without an improvement."""
        best = self._monitor.best(run.history)
        if len(run.history[self.monitor]) - 1 - (-1 if best is None else best) >= self.patience:
            run.stop = True

    def __repr__(self):
        return f"EarlyStopping({self.monitor!r}, patience={self.patience}, mode={self._monitor.mode!r})"


class KeepBest:
    """A callback that keeps a copy of the parameters of the best epoch; ``restore(model)`` loads them into a model.

    Args:
        monitor, mode: as for `EarlyStopping`.
        path: a checkpoint file for the best parameters, or None: then they are in memory only, and a run that is
            resumed in another process has none of the epochs before it.

    Raises:
        ValueError: as for `EarlyStopping`.
    """

    def __init__(self, monitor="val_loss", path=None, mode=None):
        self.monitor, self.path, self.epoch = monitor, Path(path) if path is not None else None, None
        self._monitor, self._weights, self._missed = _Monitor(monitor, mode), None, None

    def __call__(self, run):
        """Copy the model's parameters if this epoch is the best so far."""
        best = self._monitor.best(run.history)
        if best == len(run.history[self.monitor]) - 1:
            self.epoch, self._weights, self._missed = run.epoch, copy.deepcopy(run.model.state_dict()), None
            if self.path is not None:
                checkpoint.save(self.path, {"epoch": self.epoch, "weights": self._weights})
        elif best is not None and self.epoch != best + 1:
            self._missed = best + 1

    def restore(self, model):
        """Number of the best epoch, from 1, after loading its parameters into `model`.

        Raises:
            ValueError: no epoch is complete yet; the best one was in an earlier part of a resumed run, and not saved.
        """
        if self.path is not None and self.path.exists() and (self._weights is None or self._missed):
            kept = checkpoint.load(self.path)
            if self._missed in (None, kept["epoch"]):
                self.epoch, self._weights, self._missed = kept["epoch"], kept["weights"], None
        if self._missed:
            raise ValueError(f"the best epoch was {self._missed}, before this callback took part: give KeepBest a path "
                             "in both parts of a resumed run")
        if self._weights is None:
            raise ValueError("there are no best weights yet: train at least one epoch with this callback")
        model.load_state_dict(self._weights)
        return self.epoch

    def __repr__(self):
        return f"KeepBest({self.monitor!r}, mode={self._monitor.mode!r})"
