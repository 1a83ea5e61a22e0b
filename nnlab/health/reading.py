"""What a watched training has shown: `Health`."""

import torch

from nnlab.health.board import board
from nnlab.health.passes import is_modal
from nnlab.health.signs import signs
from nnlab.health.table import table


class Health:
    """Result of `watch`: the measurements, and how to read them.

    `records` is the list of a `Record` for each measured step, `steps` the number of steps made, `optimizers` that of
    the optimizers which made them. Printed, it is the table of the last record with the signs below.
    """

    def __init__(self, every, optimizers=0):
        self.every, self.optimizers = every, optimizers
        self.records, self.steps = [], 0
        self.evaluations = self.evaluations_in_training = 0  # passes of the network without gradients
        self.evaluated = []  # mean and standard deviation of the inputs of these passes, pairs

    def note_evaluation(self, network, inputs):
        """Count a pass of the network without gradients, and whether layers were in training mode that should not."""
        x = inputs[0] if inputs else None
        if isinstance(x, torch.Tensor) and x.is_floating_point() and x.numel() > 1:
            self.evaluated.append((x.mean().item(), x.std().item()))
        self.evaluations += 1
        self.evaluations_in_training += any(part.training for part in network.modules() if is_modal(part))

    def table(self, step=None):
        """Text table of a measured step, one row a layer.

        Args:
            step: the last measured step that is not after this one; None for the last.

        Raises:
            ValueError: no step has been measured, or none so early.
        """
        self._needs_records()
        chosen = [record for record in self.records if step is None or record.step <= step]
        if not chosen:
            raise ValueError(f"step = {step!r}; the measured steps are {self.records[0].step} to "
                             f"{self.records[-1].step}, every {self.every}")
        return table(chosen[-1])

    def signs(self):
        """List of `nnlab.health.signs.Sign` of all that is out of bounds, those of the whole training first."""
        return signs(self)

    def board(self):
        """What ``Figure("health", board=health.board())`` draws, as plain JSON.

        Raises:
            ValueError: no step has been measured.
        """
        self._needs_records()
        return board(self)

    def _needs_records(self):
        if not self.records:
            raise ValueError("no step has been measured: in the with block no network ran with gradients and then had "
                             "an optimizer's step; put the training loop into it")

    def __repr__(self):
        if not self.records:
            return f"Health: no step measured, {self.steps} made"
        found = self.signs()
        return "\n".join([self.table(), *(f"sign: {sign}" for sign in found)] + ["no signs"] * (not found))
