"""Statistics of one tensor in training: a histogram, mean and deviation, saturated, dead and always active units."""

import dataclasses

import torch
from torch import nn
from torch.nn import functional as F

BINS = 32
MOST = 200_000  # largest number of elements for statistics: whole samples, evenly spaced in the batch
COUNTED = 20_000  # largest number of elements in a histogram, evenly spaced

CUTTING = (nn.ReLU, nn.ReLU6, nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish)  # about 0 wherever the input is negative
BOUNDS = {"sigmoid": (0.0, 1.0, 0.03), "tanh": (-1.0, 1.0, 0.03)}  # limits, and the distance that counts as saturated
FUNCTIONS = {function: name for name, functions in {
    "relu": (torch.relu, torch.relu_, F.relu, torch.Tensor.relu, torch.Tensor.relu_, F.relu6, F.gelu, F.silu),
    "sigmoid": (torch.sigmoid, torch.sigmoid_, F.sigmoid, torch.Tensor.sigmoid, torch.Tensor.sigmoid_),
    "tanh": (torch.tanh, torch.tanh_, F.tanh, torch.Tensor.tanh, torch.Tensor.tanh_),
    "other": (F.leaky_relu, F.elu, F.selu, F.softplus, F.softmax, torch.softmax, torch.Tensor.softmax, F.log_softmax,
              torch.log_softmax, torch.Tensor.log_softmax)}.items() for function in functions}


@dataclasses.dataclass
class Histogram:
    """Counts of a tensor's finite numbers in `BINS` bins of equal width from `low` to `high`, its extreme values."""

    low: float
    high: float  # if it equals `low`, all numbers are equal and counted in the first bin
    counts: list

    @property
    def edges(self):
        """The bins' edges, one more than there are bins."""
        width = (self.high - self.low) / len(self.counts)
        return [self.low + k * width for k in range(len(self.counts))] + [self.high]


def family(module):
    """Family of the activation function `module`: "relu", "sigmoid" or "tanh"; "" for any other module."""
    if isinstance(module, CUTTING):
        return "relu"
    known = {nn.Sigmoid: "sigmoid", nn.Hardsigmoid: "sigmoid", nn.Tanh: "tanh", nn.Hardtanh: "tanh"}
    return known.get(type(module), "")


def thinned(values):
    """`values` (B, ...) without gradient, as float; where there are more than MOST, every k-th sample of the batch."""
    values = values.detach()
    if values.dim() > 1 and values.numel() > MOST:
        values = values[::-(-values.numel() // MOST)]
    return values if values.dtype in (torch.float32, torch.float64) else values.float()


def histogram(values):
    """`Histogram` of a tensor; numbers that are NaN or infinite are not counted, of more than COUNTED every k-th is."""
    values = values.detach().flatten()
    if not values.numel():
        return Histogram(0.0, 0.0, [0] * BINS)
    low, high = (one.item() for one in values.aminmax())
    if not abs(low) + abs(high) < float("inf"):
        return histogram(values[values.isfinite()])
    if low == high:
        return Histogram(low, high, [values.numel()] + [0] * (BINS - 1))
    values = values[::-(-values.numel() // COUNTED)]
    return Histogram(low, high, [int(count) for count in torch.histc(values, BINS, low, high).tolist()])


def root_mean_square(values):
    """Square root of the mean square of a tensor, a number."""
    return (torch.linalg.vector_norm(values.detach()) / max(values.numel(), 1) ** 0.5).item()


def saturated(values, kind):
    """Share of `values` within 0.03 of a limit of the sigmoid or tanh; None for other activation functions."""
    if kind not in BOUNDS:
        return None
    low, high, near = BOUNDS[kind]
    return ((values < low + near) | (values > high - near)).float().mean().item()


def switched(values, axis):
    """Two boolean tensors, one element for each unit (channel, for images): is it > 0 in some sample, in all samples?

    Args:
        values: outputs of an activation function, (B, ...).
        axis: the dimension of the units.
    """
    units = values.detach().movedim(axis, 0).flatten(1)
    least, most = units.aminmax(dim=1)
    return most > 0, least > 0


def twins(weight):
    """Number of units with the same weights as another unit: rows of a weight (units, ...) that equal earlier ones."""
    rows = weight.detach().flatten(1)
    sums = rows[:, :9].double().sum(1)  # equal rows have equal sums; where all sums differ, so do the rows
    if len(sums.unique()) == len(sums) or not rows.isfinite().all():
        return 0
    return len(rows) - len(rows.unique(dim=0))
