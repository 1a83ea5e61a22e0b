"""Picture sets as tensors, from the first source that has them.

``load("fashion_mnist")`` looks, in this order, in

1. the folder named by the environment variable ``NNLAB_DATA`` (``fashion_mnist.npz``, or the original files, loose or in
   torchvision's folders),
2. the course's own cache, ``data/cache/``,
3. the system's package (Debian's ``dataset-fashion-mnist``),
4. the mirrors that torchvision uses (not with ``NNLAB_OFFLINE=1``); what comes is verified and kept in the cache,
5. the subset that comes with the course in ``data/``; this is said in one line.
"""

from typing import NamedTuple

import numpy as np
import torch

from nnlab import sources


class Images(NamedTuple):
    """A picture set: pictures as float32 in [0, 1] of shape (N, C, H, W), labels as int64 of shape (N,)."""

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor
    classes: tuple
    source: str

    def __repr__(self):
        shape = "×".join(str(n) for n in self.x_train.shape[1:])
        return (f"{len(self.x_train):,} + {len(self.x_test):,} pictures of {shape} in {len(self.classes)} classes, "
                f"from {self.source}")


class Table(NamedTuple):
    """A table: rows of numbers as float32 (N, F), classes as int64 (N,), the names of classes and columns."""

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor
    classes: tuple
    columns: tuple
    source: str

    def __repr__(self):
        return (f"{len(self.x_train):,} + {len(self.x_test):,} rows of {len(self.columns)} numbers in {len(self.classes)} "
                f"classes, from {self.source}")


def load(name):
    """`Images` (or, for "wine", a `Table`): training and test samples with labels, the classes' names, where they came from.

    Args:
        name: ``"fashion_mnist"`` (Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747), ``"mnist"`` (LeCun, Bottou, Bengio and
            Haffner 1998), ``"cifar10"`` (Krizhevsky 2009); or scikit-learn's ``"digits"`` (8 × 8 pictures) and ``"wine"``
            (13 measurements, not standardized), of which a stratified quarter is for testing.

    Raises:
        ValueError: the name is unknown; or a file of ``NNLAB_DATA`` is not what it should be (it is left as it is).
        FileNotFoundError: ``NNLAB_DATA`` names no folder, or no source has the set.
    """
    if name in ("digits", "wine"):
        return _from_scikit_learn(name)
    if name not in sources.SETS:
        raise ValueError(f"unknown data set {name!r}; choose one of: {', '.join(map(repr, (*sources.SETS, 'digits', 'wine')))}")
    arrays, source = sources.find(name)
    tensors = [torch.from_numpy(a.astype(np.int64 if a.ndim == 1 else np.float32)) for a in arrays]
    for pictures in tensors[::2]:
        pictures.div_(255)
    return Images(*tensors, sources.SETS[name].classes, source)


def _from_scikit_learn(name):
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    x, y = torch.tensor(bunch.data, dtype=torch.float32), torch.tensor(bunch.target, dtype=torch.int64)
    if name == "digits":
        x = x.view(-1, 1, 8, 8) / 16
    train, test = split(y, 0.25, stratify=True)
    parts, classes = (x[train], y[train], x[test], y[test]), tuple(map(str, bunch.target_names))
    return Images(*parts, classes, "scikit-learn") if name == "digits" else Table(
        *parts, classes, tuple(bunch.feature_names), "scikit-learn")


def split(y, share, stratify=False, seed=0):
    """Two index tensors (int64, sorted) that part the samples with the labels `y`: the rest, and a random `share` of them.

    No index is in both, and every index is in one.

    Args:
        y: labels (N,), of which only the number counts unless `stratify`.
        share: part of the samples for the second, above 0 and below 1.
        stratify: take that share of every class, rounded.
        seed: of the generator that draws; the same seed gives the same parts.

    Raises:
        ValueError: `share` is out of range, or one of the two parts would be empty.
    """
    if not 0 < share < 1:
        raise ValueError(f"share = {share!r}; give a part above 0 and below 1, such as 0.2")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(y), generator=g)
    groups = [order[y.cpu()[order] == label] for label in y.unique().cpu()] if stratify else [order]
    second = torch.cat([group[:round(share * len(group))] for group in groups]) if groups else order
    chosen = torch.zeros(len(y), dtype=torch.bool)
    chosen[second] = True
    if not chosen.any() or chosen.all():
        raise ValueError(f"a share of {share} of {len(y)} samples leaves one part empty; take more samples or another share")
    return (~chosen).nonzero()[:, 0], chosen.nonzero()[:, 0]


def standardize(train, *others):
    """A tuple of `train` and `others`, shifted and scaled by the mean and standard deviation of `train` alone (no leak).

    Each column of (N, F), or each channel of (N, C, H, W), has mean 0 and standard deviation 1 in `train`; a constant column
    becomes 0. Without `others`, unpack one: ``x, = standardize(x)``.

    Raises:
        ValueError: `train` has fewer than two samples.
    """
    if len(train) < 2:
        raise ValueError(f"{len(train)} samples to standardize by; at least 2 are needed")
    dims = [k for k in range(train.ndim) if k != 1]
    mean, deviation = train.mean(dims, keepdim=True), train.std(dims, keepdim=True, correction=0)
    return tuple((part - mean) / torch.where(deviation > 0, deviation, 1) for part in (train, *others))
