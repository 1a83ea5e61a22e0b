"""Properties of batches: the first batch, the size of the last one, the targets of all samples, a pair of tensors."""

import itertools

import torch
from torch.utils.data import ConcatDataset, DataLoader, RandomSampler, SequentialSampler, Subset, TensorDataset
from torch.utils.data import default_collate as stacked

from nnlab.batches import Batches

_LOADERS = {  # text of torch's error where samples cannot be collated: how to correct it
    "default_collate: batch must contain": "the data set gives no tensors; images need transform=ToTensor()",
    "stack expects each tensor to be equal size": "the samples differ in shape; give the data set a transform that "
                                                  "makes them alike, such as Resize, or a collate_fn that pads them"}


def count_of(batches):
    """Number of batches; None where it is not known, as for a generator or a stream."""
    try:
        return len(batches)
    except (TypeError, NotImplementedError):
        return None


def begun(batches, name):
    """Pair of the first batch and an iterator over the whole pass that begins with it.

    Raises:
        ValueError: there is no batch, or its samples cannot be collated.
    """
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
    except (TypeError, RuntimeError) as error:
        fix = next((fix for text, fix in _LOADERS.items() if text in str(error)), None)
        if fix is None:
            raise
        raise ValueError(f"{name}: {fix} ({type(error).__name__}: {str(error).splitlines()[-1]})") from None
    return first, itertools.chain([first], iterator)


def pair(batch, name):
    """Samples and targets of a batch, which can be moved to a device.

    Raises:
        ValueError: it is not a pair of tensors with a first dimension; the message begins with `name`.
    """
    expected = f"{name}: a batch must be a pair (x, y) of tensors"
    if isinstance(batch, torch.Tensor):
        raise ValueError(f"{expected}, not a Tensor; (x, y) itself is not a list of batches: give "
                         "Batches(x, y, batch_size=32)")
    if isinstance(batch, dict | str) or not hasattr(batch, "__iter__"):
        raise ValueError(f"{expected}, not a {type(batch).__name__}")
    batch = list(batch)
    if len(batch) != 2:
        raise ValueError(f"{expected}, not {len(batch)} values")
    single = False
    for part, what in zip(batch, ("samples", "targets"), strict=True):
        single = single or isinstance(part, int | float) or (isinstance(part, torch.Tensor) and part.ndim == 0)
        if not hasattr(part, "to") and not single:
            kind = type(part).__name__
            fix = {"ndarray": ": convert them by torch.from_numpy(...)", "list": ": make one tensor of numbers",
                   "dict": ", which fit does not move to a device"}.get(kind, "")
            raise ValueError(f"{expected}; its {what} are a {kind}{fix}")
    if single:
        raise ValueError(f"{expected} with as many samples as targets, and this is a single sample: put a data set "
                         "into a DataLoader, the target of one sample into a list")
    return batch


def targets_of(batches):
    """Targets of all samples, where they are available without iterating over the data; else None."""
    if isinstance(batches, Batches) and type(batches).__iter__ is Batches.__iter__:
        used = len(batches) * batches.batch_size
        return batches.y if batches.shuffle else batches.y[:used]
    if isinstance(batches, list | tuple):
        pairs = [batch for batch in batches if isinstance(batch, list | tuple) and len(batch) == 2]
        found = [y.flatten() for _, y in pairs if isinstance(y, torch.Tensor)]
        return torch.cat(found) if found else None
    if isinstance(batches, DataLoader) and batches.collate_fn is stacked:
        whole = type(batches.sampler) in (RandomSampler, SequentialSampler)
        return _targets_in(batches.dataset) if whole else None
    return None


def _targets_in(dataset):
    """Targets of a data set of torch or torchvision, or of parts of it, where they are not transformed; else None."""
    if type(dataset) is TensorDataset and len(dataset.tensors) == 2:
        return dataset.tensors[1]
    if type(dataset) is Subset:
        inner = _targets_in(dataset.dataset)
        return None if inner is None else inner[torch.as_tensor(dataset.indices, dtype=torch.int64)]
    if type(dataset) is ConcatDataset:
        inner = [_targets_in(part) for part in dataset.datasets]
        return None if any(part is None for part in inner) else torch.cat(inner)
    if type(dataset).__module__.startswith("torchvision.datasets") and not getattr(dataset, "target_transform", None):
        targets = getattr(dataset, "targets", None)
        return torch.as_tensor(targets) if targets is not None and len(targets) else None
    return None


def last_size(batches, name):
    """Number of samples in the last batch; None where it is not known."""
    if isinstance(batches, list | tuple):
        return len(pair(batches[-1], name)[1])
    try:
        if isinstance(batches, Batches) and type(batches).__iter__ is Batches.__iter__:
            samples = len(batches.x)
        elif isinstance(batches, DataLoader) and batches.batch_size and batches.collate_fn is stacked:
            samples = len(batches.sampler)
        else:
            return None
    except (TypeError, NotImplementedError):  # a sampler without a length
        return None
    return batches.batch_size if batches.drop_last else samples % batches.batch_size or batches.batch_size
