"""Error messages of `nnlab.train.fit` for a failed forward pass, loss or backward pass, with the place of the error."""

import traceback
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from nnlab.remedies import of_backward, of_loss, of_model

_LIBRARIES = (str(Path(torch.__file__).parent), str(Path(__file__).parent))


class Layer(NamedTuple):
    """The innermost module in which a forward pass failed."""

    name: str
    module: nn.Module
    shape: tuple | None  # of its input


class Failure(Exception):
    """A failed trial step: its stage, "model", "loss" or "backward", torch's error, inputs, targets and outputs."""

    def __init__(self, stage, error, x, y, outputs=None):
        super().__init__(stage)
        self.stage, self.error, self.x, self.y, self.outputs, self.layer = stage, error, x, y, outputs, None


def of_torch(error):
    """Whether `error` was raised in torch's code or this package's, not in the student's or another library's."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename.startswith(_LIBRARIES)


def sentence(failure, loss_fn):
    """Error message: what failed, with shapes and dtypes, the fix, and the first line of torch's own message."""
    x, y, outputs = (_described(part) for part in (failure.x, failure.y, failure.outputs))
    if failure.stage == "model":
        what = f"the model does not take inputs of {x}" + _location(failure)
        fix = of_model(failure)
    elif failure.stage == "loss":
        what, fix = f"the loss does not take outputs of {outputs} and targets of {y}", of_loss(failure, loss_fn)
    else:
        what = f"no gradients can be computed from outputs of {outputs} and targets of {y}"
        fix = of_backward(failure)
    return f"{what}; {fix} ({first_line(failure.error)})"


def out_of_memory(error, batch, which):
    """Message for an `error` of too little memory at a `batch`, called `which`; None where it is another error."""
    on_cpu = isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    if not on_cpu and not isinstance(error, torch.OutOfMemoryError):
        return None
    size = len(batch[1]) if batch is not None else 0
    half = f"{size} samples at a time are too many; give batches of {size // 2}, as in Batches(x, y, {size // 2})"
    fix = half if size > 1 else "a batch has one sample; give a smaller model, or smaller inputs"
    return f"out of {'' if on_cpu else 'GPU '}memory in {which}: {fix} ({first_line(error)})"


def first_line(error):
    """Type and first line of an error."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"


def _described(value):
    """Shape and dtype of a tensor; the type of anything else."""
    if isinstance(value, torch.Tensor):
        return f"shape {tuple(value.shape)} and {value.dtype}"
    return f"type {type(value).__name__}"


def _location(failure):
    """Clause that names the layer that failed and the shape of its input; else the line of the student's code."""
    if failure.layer is not None and failure.layer.name:
        name, module, shape = failure.layer
        return f': its layer "{name}", {_short_repr(module)}, gets ' + (f"shape {shape}" if shape else "no tensor")
    lines = [frame.line for frame in traceback.extract_tb(failure.error.__traceback__)
             if frame.line and not frame.filename.startswith(_LIBRARIES)]
    return f", in `{lines[-1]}`" if lines else ""


def _short_repr(module):
    text = repr(module)
    return text if len(text) <= 60 and "\n" not in text else type(module).__name__
