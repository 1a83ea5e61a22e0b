"""Two callbacks for `nnlab.train.fit`. A callback is anything that is called with the `Run` after every epoch."""

import copy
from pathlib import Path

from nnlab import checkpoint


def _best(values, monitor):
    """Index of the best of `values`: the least of a loss, the greatest of anything else; the first of equals."""
    return values.index(min(values) if "loss" in monitor or "error" in monitor else max(values))


class EarlyStopping:
    """Stops training when `monitor` has not improved for `patience` epochs; it decides from the history alone.

    Args:
        monitor: a column of the history; a name with "loss" or "error" is to be small, any other large.
        patience: epochs without a new best that are borne.

    Raises:
        ValueError: `patience` is less than 1; in training: the history has no such column (the message lists those it has).
    """

    def __init__(self, monitor="val_loss", patience=5):
        if patience < 1:
            raise ValueError(f"patience = {patience!r}; give at least 1 epoch")
        self.monitor, self.patience = monitor, patience

    def __call__(self, run):
        """Set `run.stop` when it is time."""
        values = run.history[self.monitor]
        if len(values) - 1 - _best(values, self.monitor) >= self.patience:
            run.stop = True


class KeepBest:
    """Keeps a copy of the weights of the best epoch; ``restore(model)`` puts them back.

    Args:
        monitor: as for `EarlyStopping`.
        path: a file in which the best weights are kept too, so that they outlive the process.
    """

    def __init__(self, monitor="val_loss", path=None):
        self.monitor, self.path, self.epoch = monitor, Path(path) if path is not None else None, None
        self._weights = None

    def __call__(self, run):
        """Copy the weights if this epoch is the best so far."""
        values = run.history[self.monitor]
        if _best(values, self.monitor) == len(values) - 1:
            self.epoch, self._weights = run.epoch, copy.deepcopy(run.model.state_dict())
            if self.path is not None:
                checkpoint.save(self.path, {"epoch": self.epoch, "weights": self._weights})

    def restore(self, model):
        """Load the best weights into `model`; returns the epoch that they are of, counted from 1.

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
