"""The state of a training run, the argument of callbacks."""

import dataclasses

import torch

from nnlab.history import History


@dataclasses.dataclass
class Run:
    """State of a training run, the argument of callbacks."""

    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    history: History  # of the epochs so far
    epoch: int = 0  # number of epochs completed
    stop: bool = False  # a callback sets it to True to end training
    stopped_by: str = ""  # name or repr of this callback
    batch: int = 0  # number of batches completed in the current epoch

    def where(self, total):
        """Sentence that says where training was interrupted, of `total` batches, and what model and history hold."""
        if not self.batch and self.epoch:
            return f"stopped after epoch {self.epoch}: the history holds {self.epoch}"
        of = f" of {total}" if total is not None else ""
        return (f"stopped in epoch {self.epoch + 1}, after {self.batch}{of} batches: the parameters keep the updates "
                f"of this epoch, the history holds the {self.epoch} before it")
