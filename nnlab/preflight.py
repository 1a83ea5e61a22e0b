"""Send two samples through model and loss before training, so that a mistake is named before it costs an hour."""

import warnings

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from nnlab.device import device_of


def preflight(model, train, val, loss_fn, optimizer):
    """Raise ValueError for what can be known to be wrong before training `model`; its modes are for the caller to restore.

    Args:
        model, train, val, loss_fn, optimizer: `nnlab.train.fit`'s. Two samples of `Batches`, of a DataLoader or of a list of
            batches are sent through, without gradients and without a trace in torch's random generators.
    """
    own = {id(parameter) for parameter in model.parameters()}
    held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    if any(id(parameter) not in own for parameter in held):
        raise ValueError("the optimizer holds parameters that are not this model's, so training would not change the model; "
                         "make it anew, as in torch.optim.SGD(model.parameters(), lr=0.1), after the model is made")
    for name, batches in (("train", train), ("val", val)):
        if batches is not None and hasattr(batches, "__len__") and len(batches) == 0:
            raise ValueError(f"{name} has no batches: is its data set empty, or drop_last with fewer samples than a batch?")
        with torch.random.fork_rng(devices=[]):
            samples = _samples(batches)
        if isinstance(samples, tuple | list) and len(samples) == 2 and all(isinstance(part, torch.Tensor) for part in samples):
            _two_samples(model, *samples, loss_fn, name)


def _samples(batches):
    """Some samples and their targets, a pair, that `batches` shows without being iterated over; None where it does not."""
    if hasattr(batches, "x") and hasattr(batches, "y"):
        return batches.x, batches.y
    if isinstance(batches, list | tuple):
        return batches[0]
    if isinstance(batches, DataLoader) and isinstance(batches.dataset, TensorDataset):
        return batches.dataset.tensors
    if isinstance(batches, DataLoader) and batches.batch_size is not None and not isinstance(batches.dataset, IterableDataset):
        return batches.collate_fn([batches.dataset[k] for k in range(min(2, len(batches.dataset)))])
    return None


def _two_samples(model, x, y, loss_fn, name):
    """Raise ValueError if two samples of `x` and `y` do not go through `model` and `loss_fn`, or a class is out of range."""
    device = device_of(model)
    with torch.no_grad(), torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # torch only warns where (N, 1) meets (N,) and becomes (N, N)
        model.eval()
        try:
            outputs = model(x[:2].to(device))
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            hint = ("; pictures of bytes become numbers by x.float() / 255, others by x.float()" if not x.is_floating_point()
                    else "; linear layers take flat samples, x.flatten(1)")
            raise ValueError(f"{name}: the model does not take inputs of shape {tuple(x[:2].shape)} and {x.dtype}{hint} "
                             f"({str(error).splitlines()[0]})") from None
        classes = loss_fn in (F.cross_entropy, F.nll_loss) or isinstance(loss_fn, torch.nn.CrossEntropyLoss | torch.nn.NLLLoss)
        if classes and y.dtype == torch.int64 and outputs.ndim > 1 and len(y):
            least, greatest, ignored = y.min().item(), y.max().item(), getattr(loss_fn, "ignore_index", -100)
            if (least < 0 and least != ignored) or greatest >= outputs.shape[1]:
                raise ValueError(f"{name}: classes from {least} to {greatest}, but the model has {outputs.shape[1]} outputs, "
                                 f"for classes from 0 to {outputs.shape[1] - 1}; mend the labels or the model's last size")
        try:
            loss = loss_fn(outputs, y[:2].to(device))
        except (RuntimeError, TypeError, ValueError, IndexError, UserWarning) as error:
            hint = ("classes are whole numbers of shape (N,), y.long()" if classes
                    else "give both one shape: y.reshape(...), y.float()")
            raise ValueError(f"{name}: the loss does not take outputs of shape {tuple(outputs.shape)} and targets of shape "
                             f"{tuple(y[:2].shape)} and {y.dtype}; {hint} ({str(error).splitlines()[0]})") from None
        if getattr(loss, "shape", None) != ():
            raise ValueError(f"loss_fn returns a {type(loss).__name__} of shape {tuple(getattr(loss, 'shape', ()))}; it must be "
                             "one number, the mean over the batch (reduction='mean')")
