"""How to correct an error of a model, a loss or a backward pass: clauses of the message on a `explain.Failure`."""

import functools
import math

import torch
import torch.nn.functional as F
from torch import nn

_CLASSES = (F.cross_entropy, F.nll_loss)


def is_classification(loss_fn):
    """Whether `loss_fn` takes class labels: a cross-entropy or NLL loss, also within ``functools.partial``."""
    loss_fn = loss_fn.func if isinstance(loss_fn, functools.partial) else loss_fn
    return loss_fn in _CLASSES or type(loss_fn) in (nn.CrossEntropyLoss, nn.NLLLoss)


def of_model(failure):
    """Clause that says how to correct inputs or model after a failed forward pass."""
    x, text, layer = failure.x, str(failure.error), failure.layer
    module, shape = (layer.module, layer.shape) if layer is not None else (None, None)
    if "nference tensor" in text:
        return "tensors made under torch.inference_mode() cannot be trained on: make them outside, or .clone() them"
    own = next((value.dtype for value in module.parameters() if value.is_floating_point()), None) if module else None
    if isinstance(x, torch.Tensor) and x.is_floating_point() and own not in (None, torch.float32, x.dtype):
        return f"the layer's parameters are {own}: convert the model by model.float(), or the inputs to {own}"
    if "more than 1 value per channel" in text:
        return "batch normalization needs two samples in a training batch: choose another batch_size, or drop_last=True"
    if isinstance(module, nn.Embedding) or "indices" in text:
        return "an embedding takes indices from 0 to num_embeddings - 1, of whole numbers: x.long()"
    if "forward()" in text or "positional argument" in text or "missing the required" in text:
        return "the model needs a method forward(self, x) with the batch as its one argument"
    if isinstance(x, torch.Tensor) and not _fits_dtype(x, text):
        return _converted(x)
    if isinstance(module, nn.Linear):
        return _of_linear(module, shape, x)
    if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        return _of_convolution(module, shape)
    if "same device" in text or "device type" in text:
        return "a tensor that is made in forward must be on the inputs' device: device=x.device"
    return "compare this shape with what the layer takes"


def _fits_dtype(x, text):
    """Whether something other than the dtype of `x` caused the error."""
    if x.dtype == torch.float32:
        return True
    return x.is_floating_point() and not any(word in text for word in ("dtype", "scalar type", "Double", "Half"))


def _converted(x):
    """Clause that says how to convert inputs to float32."""
    if x.dtype == torch.uint8:
        return "convert images of bytes by x.float() / 255"
    if x.dtype == torch.float64:
        return "convert float64 to the model's float32 by x.float(), an array of NumPy by torch.from_numpy(x).float()"
    return "convert the inputs by x.float()"


def _of_linear(module, shape, x):
    """Clause that says how to make inputs of `shape` fit a linear layer."""
    takes = f"the layer takes {module.in_features} features, the last dimension"
    if shape and len(shape) == 1:
        return f"{takes}, of shape (N, {module.in_features}): " + (
            "x[:, None]" if module.in_features == 1 else "x[None] for a single sample")
    if not shape or shape[-1] == module.in_features:
        return takes
    if len(shape) > 2:
        flat = math.prod(shape[1:])
        fits = "" if flat == module.in_features else f", with {flat} features instead of {module.in_features}"
        return f"linear layers take flat samples, x.flatten(1) or nn.Flatten(){fits}"
    return f"{takes}, and gets {shape[-1]}: change its size or the inputs"


def _of_convolution(module, shape):
    """Clause that says how to make inputs of `shape` fit a convolutional layer."""
    dimensions, channels = len(module.kernel_size), module.in_channels
    axes = ", ".join(("L", "H, W", "D, H, W")[dimensions - 1].split(", "))
    takes = f"the layer takes (N, {channels}, {axes})"
    if shape and len(shape) == dimensions + 1:
        return f"{takes}: add the dimension of channels, x[:, None]"
    if shape and len(shape) == 2:
        return f"{takes}: give flat images their shape back, x.reshape(-1, {channels}, {axes})"
    if shape and len(shape) == dimensions + 2 and shape[-1] == channels != shape[1]:
        return f"{takes}: move the channels from the end, x.movedim(-1, 1)"
    return takes


def of_loss(failure, loss_fn):
    """Clause that says how to correct outputs or targets after a failed loss."""
    y, outputs, text = failure.y, failure.outputs, str(failure.error)
    if outputs is None:
        return "forward returns nothing: does it end with return?"
    if not isinstance(outputs, torch.Tensor):
        return ("fit needs one tensor from forward: wrap the model in a module that returns it, as in "
                "`outputs, _ = self.lstm(x); return outputs[:, -1]`")
    if not isinstance(y, torch.Tensor):
        return "targets must be a tensor"
    if outputs.ndim == 0:
        return "squeeze() takes the dimension of the samples, too: squeeze(1)"
    if len(outputs) != len(y):
        return (f"the model makes {len(outputs)} rows of {len(y)} samples: a view or reshape in it mixes them; "
                "x.flatten(1) keeps the samples apart")
    if is_classification(loss_fn):
        return _of_classes(y, outputs, loss_fn, text)
    if isinstance(failure.error, TypeError) and "argument" in text:
        return "the loss is called as loss_fn(outputs, targets), with two arguments"
    if "between 0 and 1" in text:
        return ("binary cross-entropy takes probabilities and targets from 0 to 1: end in a sigmoid, or use the loss "
                "with logits")
    made = "y.reshape(outputs.shape)" if y.numel() == outputs.numel() else "outputs and targets differ in size"
    if y.numel() == outputs.numel() and y.ndim == 1 and outputs.ndim == 2:
        made = "y[:, None] or y.reshape(-1, 1)"
    shape = f"give both the same shape: {made}" if y.shape != outputs.shape else ""
    dtype = "" if y.dtype == outputs.dtype else "convert the targets by y.float()"
    return " and ".join(filter(None, (shape, dtype))) or "it is called as loss_fn(outputs, targets)"


def _of_classes(y, outputs, loss_fn, text):
    """Clause that says how to correct outputs or targets of a classification loss."""
    weight = getattr(loss_fn, "keywords", {}).get("weight", getattr(loss_fn, "weight", None))
    count = outputs.shape[1] if outputs.ndim > 1 else None
    if weight is not None and (not isinstance(weight, torch.Tensor) or weight.dtype != outputs.dtype
                               or weight.shape != (count,) or weight.device != outputs.device):
        return (f"the weight of the classes is one number for each of the {count} outputs, of their dtype and on their "
                "device: torch.tensor([...]), weight.float()")
    if outputs.ndim == 4 and outputs.shape[2:] == (1, 1) and y.ndim < 3:
        return f"outputs (N, {count}, 1, 1) need nn.Flatten() at the end of the model"
    if outputs.ndim == 3 and y.shape == outputs.shape[:2]:
        return "the classes of sequences stand in the second dimension, (N, C, T): outputs.transpose(1, 2)"
    if outputs.ndim > 2:
        squeeze = "y[:, 0].long()" if y.ndim == outputs.ndim and y.shape[1] == 1 else "y.long()"
        return f"labels are integers of shape (N, ...), one for each place of outputs (N, C, ...): {squeeze}"
    what = "labels are integers of shape (N,), "
    if y.ndim == 2 and y.shape[1] == 1:
        return what + "y[:, 0].long()"
    return what + ("y.argmax(1) of one-hot rows" if y.ndim == 2 and y.shape == outputs.shape else "y.long()")


def of_backward(failure):
    """Clause that says how to correct model, loss or targets after a failed backward pass."""
    text, outputs = str(failure.error), failure.outputs
    if "does not require grad" in text:
        if not torch.is_grad_enabled():
            return "gradients are switched off here: call fit outside torch.no_grad() and torch.set_grad_enabled(False)"
        return ("the loss is cut off from the parameters: look for .detach(), .item(), .data, torch.tensor(...), "
                "argmax or torch.no_grad() in model and loss, and for parameters with requires_grad=False")
    if "dtype" in text or "scalar type" in text:
        double = isinstance(failure.x, torch.Tensor) and failure.x.dtype == torch.float64
        return "convert the targets by y.float()" + (" and the inputs by x.float()" if double else "")
    if "inplace" in text or "in-place" in text:
        return "an in-place change such as x += 1 or relu_() spoils a tensor that backward needs: write x = x + 1"
    if "second time" in text:
        return "a tensor kept from an earlier step is used again: keep it with .detach()"
    if "nference tensor" in text:
        return "tensors made under torch.inference_mode() cannot be trained on: make them outside, or .clone() them"
    shape = tuple(outputs.shape) if isinstance(outputs, torch.Tensor) else ""
    return f"the operations between parameters and outputs {shape} must be differentiable"
