"""The measurements of a training run: `Health`."""

import torch

from nnlab.health.board import board
from nnlab.health.passes import is_modal
from nnlab.health.signs import signs
from nnlab.health.table import table


class Health:
    """Result of `watch`: the measurements, with a table, signs of faults and data for the figure.

    `records` is a list with a `Record` for each measured step, `steps` the number of steps, `optimizers` the number of
    optimizers that made them. Its repr is the table of the last record, with the signs below.
    """

    def __init__(self, every, optimizers=0):
        self.every, self.optimizers = every, optimizers
        self.records, self.steps = [], 0
        self.evaluations = self.evaluations_in_training = 0  # passes of the network without gradients
        self.evaluated = []  # mean and standard deviation of the inputs of these passes, pairs

    def note_evaluation(self, network, inputs):
        """Count a pass of the network without gradients, and whether layers such as dropout were in training mode."""
        x = inputs[0] if inputs else None
        if isinstance(x, torch.Tensor) and x.is_floating_point() and x.numel() > 1:
            self.evaluated.append((x.mean().item(), x.std().item()))
        self.evaluations += 1
        self.evaluations_in_training += any(part.training for part in network.modules() if is_modal(part))

    def table(self, step=None):
        """Text table of a measured step, one row a layer.

        Args:
            step: a step; the table is of the last measured step up to it. None for the last one.

        Raises:
            ValueError: no step has been measured up to this one.
        """
        self._needs_records()
        chosen = [record for record in self.records if step is None or record.step <= step]
        if not chosen:
            raise ValueError(f"step = {step!r}; the measured steps are {self.records[0].step} to "
                             f"{self.records[-1].step}, every {self.every}")
        return table(chosen[-1])

    def signs(self):
        """List of a `Sign` for each measurement out of bounds; those of the whole training come first."""
        return signs(self)

    def board(self):
        """Dictionary, plain JSON, of the measurements for ``Figure("health", board=health.board())``.

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
