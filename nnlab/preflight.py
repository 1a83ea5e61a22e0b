"""A look at the first batches before training: a trial step of two samples, so that an error appears at once."""

import itertools

import torch
from torch.utils.data import (
    DataLoader,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    TensorDataset,
    default_collate,
)

from nnlab.batches import Batches
from nnlab.device import device_of
from nnlab.explain import Failure, is_classification, sentence
from nnlab.rng import remember, rng_unchanged
from nnlab.trial import first_of, trial_step


def preflight(model, train, val, loss_fn):
    """Iterator over the first pass of `train`, after a trial step of its first batch and of the first of `val`.

    Everything else is as before: random generators, the model, and `val`, which is looked at where it can be iterated
    over again, as `Batches`, a DataLoader or a list. The last batch of `train` is tried, too, where it has one sample.

    Raises:
        ValueError: training would fail; the message says why, and how to correct it. The random generators, also those
            of `train`, are then as before.
    """
    restore = remember(train)
    try:
        first, whole_pass = _begun(train, "train")
        _try(model, first, train, loss_fn, "train")
        again = isinstance(val, Batches | list | tuple)
        if again or isinstance(val, DataLoader) and not isinstance(val.dataset, IterableDataset):
            with rng_unchanged(val):
                first = _begun(val, "val")[0]
            _try(model, first, val, loss_fn, "val")
    except ValueError:
        restore()
        raise
    return whole_pass


def count_of(batches):
    """Number of batches; None where it is not known, as of a generator or a stream."""
    try:
        return len(batches)
    except TypeError:
        return None


def _begun(batches, name):
    """Pair of the first batch and an iterator over the whole pass that begins with it."""
    try:
        iterator = iter(batches)
    except TypeError:
        raise ValueError(f"{name} is a {type(batches).__name__}; give batches (x, y): Batches, a DataLoader or a "
                         "list") from None
    try:
        first = next(iterator)
    except StopIteration:
        raise ValueError(f"{name} has no batches: is its data set empty, or drop_last with fewer samples than a "
                         "batch?") from None
    except TypeError as error:
        if not str(error).startswith("default_collate"):
            raise
        raise ValueError(f"{name}: the data set gives no tensors; images need transform=ToTensor() ({error})") from None
    return first, itertools.chain([first], iterator)


def _try(model, batch, batches, loss_fn, name):
    """A ValueError that begins with `name` if a trial step of `batch`, the first of `batches`, fails.

    Also if a label of any batch is none of the model's classes, as far as that can be seen; and if a sample by itself
    fails and the last batch has only one.
    """
    x, y = (part.to(device_of(model)) for part in _pair(batch, name))
    labels, training = _all_labels(batches), name == "train"

    def check(outputs):
        if is_classification(loss_fn) and isinstance(outputs, torch.Tensor) and outputs.ndim > 1:
            _check_labels(y if labels is None else labels, outputs.shape[1], loss_fn, name)
    try:
        trial_step(model, x, y, loss_fn, training, check)
        one = first_of(1, x, y)
        if one is not None and _last_size(batches, name) == 1:
            trial_step(model, *one, loss_fn, training, check)
    except Failure as failure:
        last = "the last batch has one sample, and " if len(failure.y) == 1 != len(y) else ""
        raise ValueError(f"{name}: {last}{sentence(failure, loss_fn)}") from None


def _pair(batch, name):
    """Samples and targets of a batch; a ValueError unless it is a pair of tensors with a first dimension."""
    expected = f"{name}: a batch must be a pair (x, y) of tensors"
    try:
        x, y = batch if not isinstance(batch, torch.Tensor | dict | str) else (None, None)
    except (TypeError, ValueError):
        count = f"{len(batch)} values" if hasattr(batch, "__len__") else f"a {type(batch).__name__}"
        raise ValueError(f"{expected}, not {count}") from None
    if x is None:
        whole = ("; (x, y) itself is no list of batches: give Batches(x, y, batch_size=32)"
                 if isinstance(batch, torch.Tensor) else "")
        raise ValueError(f"{expected}, not a {type(batch).__name__}{whole}")
    for part, what in ((x, "samples"), (y, "targets")):
        if not hasattr(part, "to"):
            fix = "torch.from_numpy(...)" if type(part).__module__ == "numpy" else "torch.tensor(...)"
            raise ValueError(f"{expected}; its {what} are a {type(part).__name__}: convert them by {fix}")
        if isinstance(part, torch.Tensor) and part.ndim == 0:
            raise ValueError(f"{expected} with as many samples as targets; its {what} have no dimension: put a data "
                             "set into a DataLoader, the target of a single sample into a list")
    return x, y


def _check_labels(labels, num_classes, loss_fn, name):
    """A ValueError if class labels do not lie from 0 to `num_classes` - 1; the loss's `ignore_index` apart."""
    if labels.is_floating_point() or labels.is_complex():
        return
    options = getattr(loss_fn, "keywords", {})
    ignored = options.get("ignore_index", getattr(loss_fn, "ignore_index", -100))
    counted = labels[labels != ignored]
    if counted.numel() and (counted.min() < 0 or counted.max() >= num_classes):
        raise ValueError(f"{name}: labels from {counted.min()} to {counted.max()}, but the model has {num_classes} "
                         f"outputs, for labels from 0 to {num_classes - 1}; correct the labels or the model's last "
                         "size")


def _all_labels(batches):
    """Targets of all samples, as far as they are at hand without iterating over data; None where they are not."""
    if isinstance(batches, Batches) and type(batches).__iter__ is Batches.__iter__:
        return batches.y
    if isinstance(batches, list | tuple):
        pairs = [batch for batch in batches if isinstance(batch, list | tuple) and len(batch) == 2]
        found = [y.flatten() for _, y in pairs if isinstance(y, torch.Tensor)]
        return torch.cat(found) if found else None
    if isinstance(batches, DataLoader) and type(batches.dataset) is TensorDataset and len(batches.dataset.tensors) == 2:
        whole = batches.collate_fn is default_collate and type(batches.sampler) in (RandomSampler, SequentialSampler)
        return batches.dataset.tensors[1] if whole else None
    return None


def _last_size(batches, name):
    """Number of samples in the last batch; None where it is not known."""
    if isinstance(batches, list | tuple):
        return len(_pair(batches[-1], name)[1])
    if isinstance(batches, Batches):
        return batches.batch_size if batches.drop_last else len(batches.x) % batches.batch_size or batches.batch_size
    try:
        samples = len(batches.sampler) if isinstance(batches, DataLoader) and batches.batch_size else 0
    except TypeError:
        return None
    return None if not samples or batches.drop_last else samples % batches.batch_size or batches.batch_size
