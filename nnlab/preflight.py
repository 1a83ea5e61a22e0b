"""Checks before training: two samples pass through model and loss, so that an error appears at once."""

import warnings

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from nnlab.device import device_of


def preflight(model, train, val, loss_fn, optimizer):
    """Check the arguments of `nnlab.train.fit` before training: the optimizer's parameters, shapes, dtypes and labels.

    Two samples of `Batches`, of a DataLoader or of a list of batches pass forward through `model` and `loss_fn`.
    No gradients are computed, and torch's random generators are restored. The caller restores the model's mode.

    Raises:
        ValueError: training would fail or have no effect; the message says why, and how to correct it.
    """
    own = {id(parameter) for parameter in model.parameters()}
    held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    if any(id(parameter) not in own for parameter in held):
        raise ValueError("the optimizer holds parameters that are not this model's, so training would not change the "
                         "model; create it after the model, as in torch.optim.SGD(model.parameters(), lr=0.1)")
    for name, batches in (("train", train), ("val", val)):
        if batches is not None and hasattr(batches, "__len__") and len(batches) == 0:
            raise ValueError(f"{name} has no batches: is its data set empty, or drop_last with fewer samples than a "
                             "batch?")
        with torch.random.fork_rng(devices=[]):
            samples = _samples(batches)
        pair = isinstance(samples, tuple | list) and len(samples) == 2
        if pair and all(isinstance(part, torch.Tensor) for part in samples):
            _two_samples(model, *samples, loss_fn, name)


def _samples(batches):
    """Pair (x, y) of some samples and their targets, without iterating over `batches`; None if that is impossible."""
    if hasattr(batches, "x") and hasattr(batches, "y"):
        return batches.x, batches.y
    if isinstance(batches, list | tuple):
        return batches[0]
    if isinstance(batches, DataLoader) and isinstance(batches.dataset, TensorDataset):
        return batches.dataset.tensors
    indexed = isinstance(batches, DataLoader) and not isinstance(batches.dataset, IterableDataset)
    if indexed and batches.batch_size is not None:
        return batches.collate_fn([batches.dataset[k] for k in range(min(2, len(batches.dataset)))])
    return None


def _two_samples(model, x, y, loss_fn, name):
    """Check a forward pass of two samples of `x` and `y`, and the range of labels; a ValueError where it fails."""
    device = device_of(model)
    class_losses = torch.nn.CrossEntropyLoss | torch.nn.NLLLoss
    classification = loss_fn in (F.cross_entropy, F.nll_loss) or isinstance(loss_fn, class_losses)
    with torch.no_grad(), torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # torch only warns where (N, 1) meets (N,) and becomes (N, N)
        model.eval()
        try:
            outputs = model(x[:2].to(device))
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            hint = ("linear layers take flat samples, x.flatten(1)" if x.is_floating_point() else
                    "convert images of bytes by x.float() / 255, other inputs by x.float()")
            raise ValueError(f"{name}: the model does not take inputs of shape {tuple(x[:2].shape)} and {x.dtype}; "
                             f"{hint} ({str(error).splitlines()[0]})") from None
        if classification and y.dtype == torch.int64 and outputs.ndim > 1 and len(y):
            least, greatest, ignored = y.min().item(), y.max().item(), getattr(loss_fn, "ignore_index", -100)
            num_classes = outputs.shape[1]
            if (least < 0 and least != ignored) or greatest >= num_classes:
                raise ValueError(f"{name}: labels from {least} to {greatest}, but the model has {num_classes} outputs, "
                                 f"for labels from 0 to {num_classes - 1}; correct the labels or the model's last size")
        try:
            loss = loss_fn(outputs, y[:2].to(device))
        except (RuntimeError, TypeError, ValueError, IndexError, UserWarning) as error:
            hint = ("labels are integers of shape (N,), y.long()" if classification
                    else "give both the same shape: y.reshape(...), y.float()")
            raise ValueError(f"{name}: the loss does not take outputs of shape {tuple(outputs.shape)} and targets of "
                             f"shape {tuple(y[:2].shape)} and {y.dtype}; {hint} "
                             f"({str(error).splitlines()[0]})") from None
        if getattr(loss, "shape", None) != ():
            shape = tuple(getattr(loss, "shape", ()))
            raise ValueError(f"loss_fn returns a {type(loss).__name__} of shape {shape}; it must be one number, the "
                             "mean over the batch (reduction='mean')")
