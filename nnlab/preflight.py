"""Trial steps on the first batches before training, and on a batch that fails later: an error message with the fix."""

import contextlib
import copy
import io
import types
import warnings

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset

from nnlab.batches import Batches
from nnlab.device import device_of
from nnlab.epoch import number_of
from nnlab.explain import Failure, first_line, of_torch, out_of_memory, sentence
from nnlab.remedies import is_classification
from nnlab.rng import remember, rng_unchanged
from nnlab.samples import begun, last_size, pair, targets_of
from nnlab.trial import Misfit, first_of, trial_step


def preflight(model, train, val, loss_fn, metrics, several):
    """Iterator over the first pass of `train`, after a trial step of its first batch and of the first of `val`.

    The random generators and the model are restored, and so is `val`, which is tried only if it can be iterated over
    again: `Batches`, a DataLoader or a list. The last batch of `train` is tried, too, if its size may cause an error.

    Args:
        model, train, val, loss_fn, metrics: as for `nnlab.train.fit`.
        several: whether there will be more than one step.

    Raises:
        ValueError: training would fail; the message says why, and how to correct it. The random generators, also those
            of `train`, are then restored.
    """
    restore = remember(train)
    try:
        if several and isinstance(train, Batches) and train.x.grad_fn is not None:
            raise ValueError("train: x has a graph, and backward can run through it only once: give x.detach()")
        first, whole_pass = begun(train, "train")
        _check_batch(model, first, train, loss_fn, metrics, "train", 1 + several)
        if isinstance(val, Dataset) and not isinstance(val, IterableDataset) and hasattr(val, "__getitem__"):
            pair(val[0], "val")
        again = isinstance(val, DataLoader) and not isinstance(val.dataset, IterableDataset)
        if isinstance(val, Batches | list | tuple) or again and not val.persistent_workers:
            with rng_unchanged(val):
                first = begun(val, "val")[0]
            _check_batch(model, first, val, loss_fn, metrics, "val", 1)
    except BaseException:
        restore()
        raise
    return whole_pass


class Watched:
    """Iterator over batches that keeps the current batch as `last` and the number of batches so far as `count`.

    It releases a batch before it gets the next one, whose tensors can then use the same memory.
    """

    def __init__(self, batches):
        self._batches, self.last, self.count = iter(batches), None, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.last = None
        self.last = next(self._batches)
        self.count += 1
        return self.last


@contextlib.contextmanager
def explained(watched, model, loss_fn, name, epoch):
    """Context manager for a pass over `watched` batches: torch's error on a batch becomes a ValueError with a fix.

    Raises:
        ValueError: a trial step of the batch alone fails, too, so that its contents are the reason.
        torch.OutOfMemoryError: it needs more memory than there is.
    """
    try:
        yield
    except (RuntimeError, TypeError, ValueError, IndexError, AssertionError) as error:
        if (memory := out_of_memory(error, watched.last, f"batch {watched.count} of epoch {epoch} ({name})")):
            raise torch.OutOfMemoryError(memory) from None
        if watched.last is None:
            raise
        try:
            _step(model, *_on_device(model, watched.last, name), loss_fn, name, 1, None, whole=True)
        except ValueError as found:
            kept = " (the model keeps the updates before it)" if name == "train" else ""
            raise ValueError(f"{found}. This is batch {watched.count} of epoch {epoch}{kept}") from None
        except Exception:
            raise error from None
        raise


def _on_device(model, batch, name):
    return [part.to(device_of(model)) for part in pair(batch, name)]


def _check_batch(model, batch, batches, loss_fn, metrics, name, passes):
    """Raise a ValueError that begins with `name` if a trial step of `batch`, the first of `batches`, fails.

    Also if a label of any batch is not one of the model's classes, as far as that is known; if the last batch has
    another size and fails; if a metric fails.
    """
    x, y = _on_device(model, batch, name)
    outputs, seen = _step(model, x, y, loss_fn, name, passes, targets_of(batches))
    needs_all, last = len(outputs) == len(y) > 2, last_size(batches, name)
    part = first_of(last, x, y) if last and (last == 1 or needs_all) else None
    if part is not None:
        _step(model, *part, loss_fn, name, 1, None, last=True)
    for key, metric in metrics.items():
        _check_metric(key, metric, outputs, seen)


def _step(model, x, y, loss_fn, name, passes, labels, last=False, whole=False):
    """Outputs and targets of a trial step; its failure is a ValueError that begins with `name`."""
    def check(outputs):
        if is_classification(loss_fn) and isinstance(outputs, torch.Tensor) and outputs.ndim == y.ndim + 1:
            _check_labels(y if labels is None else labels, outputs, loss_fn, name)
    try:
        return trial_step(model, x, y, loss_fn, training=name == "train", passes=passes, whole=whole, check=check)
    except Failure as failure:
        samples = "one sample" if len(y) == 1 else f"{len(y)} samples"
        which = f"the last batch has {samples}, and " if last else ""
        raise ValueError(f"{name}: {which}{sentence(failure, loss_fn)}") from None


def _check_labels(labels, outputs, loss_fn, name):
    """Raise `Misfit` if class labels, except `ignore_index`, are not from 0 to C - 1 for `outputs` (N, C, ...)."""
    num_classes, options = outputs.shape[1], getattr(loss_fn, "keywords", {})
    if labels.is_floating_point() or labels.is_complex() or (outputs.ndim == 3 and labels.shape[1:] == (num_classes,)):
        return
    ignored = options.get("ignore_index", getattr(loss_fn, "ignore_index", -100))
    counted = labels[labels != ignored]
    if counted.numel() and (counted.min() < 0 or counted.max() >= num_classes):
        raise Misfit(f"{name}: labels from {counted.min()} to {counted.max()}, but the model has {num_classes} "
                     f"outputs, for labels from 0 to {num_classes - 1}; correct the labels or the model's last size")


def _check_metric(name, metric, outputs, targets):
    """Raise ValueError if `metric` does not return a number for some outputs and targets; what it prints is discarded.

    Errors raised in another library are ignored: a metric may need more samples, or classes, than these two have.
    """
    if not isinstance(metric, types.FunctionType | types.BuiltinFunctionType):
        with contextlib.suppress(Exception):
            metric = copy.deepcopy(metric)
    try:
        with torch.no_grad(), rng_unchanged(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            value = metric(outputs, targets)
    except (RuntimeError, TypeError, AttributeError, ValueError, IndexError) as error:
        if isinstance(error, ValueError | IndexError) and not of_torch(error):
            return
        shapes = " and ".join(f"{tuple(part.shape)} of {part.dtype}" for part in (outputs, targets)
                              if isinstance(part, torch.Tensor))
        raise ValueError(f"the metric {name!r} fails on outputs and targets of shapes {shapes} "
                         f"({first_line(error)})") from None
    number_of(name, value)
