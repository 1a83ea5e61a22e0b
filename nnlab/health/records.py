"""Measurements of one step of training: `Record`, with its `Layer`s and `Parameter`s; and a `Sign` of a fault."""

import dataclasses
from typing import NamedTuple

from nnlab.health.statistics import Histogram


@dataclasses.dataclass
class Layer:
    """Outputs of one layer, or activation function, in the training pass of a measured step."""

    name: str  # as in `named_modules`; for a function, that of the layer before it
    kind: str  # class of the module, or the function with brackets, as in relu()
    call: int  # 1 at the first use in a pass, 2 at the second
    units: int  # number of units, or channels
    family: str  # "relu", "sigmoid", "tanh"; "" for other activation functions and for other layers
    mean: float
    std: float
    rms: float  # root mean square
    finite: bool
    activation: Histogram
    saturated: float = None  # share of outputs within 0.03 of the limits of the sigmoid or tanh
    dead: float = None  # ReLU and similar: share of units never > 0 in the batches of the last 4 measured steps
    always_on: float = None  # share of units > 0 for each sample of them
    seen: int = 0  # number of samples in these batches
    gradient_rms: float = None  # of the gradient of the loss with respect to the outputs; None: none has arrived
    gradient_norm: float = None
    gradient: Histogram = None

    @property
    def label(self):
        """Name and kind, as the table shows them: "0 Linear"; "relu ReLU (2)" for a second use."""
        return f"{self.name} {self.kind}".strip() + (f" ({self.call})" if self.call > 1 else "")


@dataclasses.dataclass
class Parameter:
    """One parameter tensor at a measured step."""

    name: str  # as in `named_parameters`
    layer: str  # name of the layer that it belongs to
    shape: tuple
    requires_grad: bool
    in_optimizer: bool  # always True where no optimizer has made a step
    lr: float  # learning rate of its group in this step; None without an optimizer
    norm: float  # before the step
    weights: Histogram  # before the step; None, as that of the gradient, for biases and other vectors
    finite: bool
    twins: int  # units whose weights equal those of another unit
    gradient_rms: float = None  # as the optimizer got it; None: there is no gradient
    gradient_norm: float = None
    gradient: Histogram = None
    update: float = None  # norm of the change of the parameter in this step, weight decay included

    @property
    def ratio(self):
        """Update-to-parameter ratio ‖Δθ‖ / ‖θ‖; None where the parameter was 0."""
        return self.update / self.norm if self.update is not None and self.norm else None


@dataclasses.dataclass
class Batch:
    """The batch of a measured step, as the network got it."""

    size: int = 0
    mean: float = None
    std: float = None
    least: float = None
    most: float = None
    spread: float = None  # largest standard deviation of a feature / the median one; None for images
    labels: list = None  # class indices, if outputs and gradient are those of a cross-entropy
    loss: float = None  # of the batch, in the same case
    twice: bool = False  # whether the outputs are probabilities, and another softmax follows
    wrong: float = None  # share of the samples found in `train` that have another label there
    leaked: float = None  # share of its samples that are in `val`
    scale: float = None  # the network got scale * x + shift for x of `train`
    shift: float = None


@dataclasses.dataclass
class Record:
    """All that is measured at one step. Losses and accuracies are those before the update of this step."""

    step: int  # number of updates before this one
    layers: list
    parameters: list
    batch: Batch
    evaluating: list  # layers that behave differently in evaluation mode (dropout, batch norm) and were in it
    modal: list  # all such layers, in either mode
    left_over: float = 0.0  # norm of the gradients before this step's backward pass
    train_loss: float = None
    val_loss: float = None
    train_accuracy: float = None
    val_accuracy: float = None

    @property
    def lr(self):
        """The largest learning rate of this step; None without an optimizer."""
        return max((one.lr for one in self.parameters if one.lr is not None), default=None)


class Sign(NamedTuple):
    """A measurement out of bounds."""

    name: str  # such as "dead units"
    layer: str  # label of the layer, or name of the parameter; "" for the whole training
    value: float
    bound: float
    step: int  # the measured step at which `value` was measured, or its middle value (median) ends
    says: str  # a sentence with value and bound

    def __str__(self):
        return f"{self.name}{f', {self.layer}' if self.layer else ''}: {self.says}"
