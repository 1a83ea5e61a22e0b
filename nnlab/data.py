"""Image data sets and tables as tensors; a split into two parts; standardization.

``load("fashion_mnist")`` takes the first of these sources that has the data set:

1. the folder in the environment variable ``NNLAB_DATA`` (``fashion_mnist.npz``, or the original files, directly or in
   torchvision's folders); another data set's content is an error, and `source` says if it is not the published one,
2. the course's own cache: ``data/cache/``, or the user's cache folder where nnlab is installed,
3. the operating system's package (Debian's ``dataset-fashion-mnist``),
4. mirrors (not with ``NNLAB_OFFLINE=1``); a download is verified and kept in the cache,
5. the subset that comes with the course, announced in one printed line.
"""

from typing import NamedTuple

import numpy as np
import torch

from nnlab import sources


class Images(NamedTuple):
    """An image data set: images (N, C, H, W) of float32 in [0, 1], labels (N,) of int64, class names, the source."""

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor
    classes: tuple
    source: str

    def __repr__(self):
        shape = "×".join(str(n) for n in self.x_train.shape[1:])
        return (f"{len(self.x_train):,} + {len(self.x_test):,} images of {shape} in {len(self.classes)} classes, "
                f"from {self.source}")


class Table(NamedTuple):
    """A tabular data set: features (N, F) of float32, labels (N,) of int64, class names, column names, the source."""

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor
    classes: tuple
    columns: tuple
    source: str

    def __repr__(self):
        return (f"{len(self.x_train):,} + {len(self.x_test):,} rows of {len(self.columns)} numbers in "
                f"{len(self.classes)} classes, from {self.source}")


def load(name):
    """Data set with training and test samples, an `Images` (for "wine", a `Table`).

    Args:
        name: ``"fashion_mnist"`` (Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747), ``"mnist"`` (LeCun, Bottou, Bengio
            and Haffner 1998), ``"cifar10"`` (Krizhevsky 2009); or scikit-learn's ``"digits"`` (8 × 8 images) and
            ``"wine"`` (13 measurements, not standardized), whose test set is a stratified quarter.

    Raises:
        ValueError: unknown name; or a file in ``NNLAB_DATA`` is damaged, has another format, or holds another data set
            (it is not changed).
        FileNotFoundError: ``NNLAB_DATA`` is not a folder, or no source has the data set.
    """
    if name in ("digits", "wine"):
        return _from_scikit_learn(name)
    if name not in sources.DATASETS:
        choices = ", ".join(map(repr, (*sources.DATASETS, "digits", "wine")))
        raise ValueError(f"unknown data set {name!r}; choose one of: {choices}")
    arrays, source = sources.find(name)
    tensors = [torch.from_numpy(a.astype(np.int64 if a.ndim == 1 else np.float32)) for a in arrays]
    for images in tensors[::2]:
        images.div_(255)
    return Images(*tensors, sources.DATASETS[name].classes, source)


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
    """Two disjoint index tensors, such as of a training and a validation set: the second is a random `share` of all N.

    Both are sorted int64 tensors, and every index 0, ..., N - 1 is in one of them.

    Args:
        y: labels (N,); without `stratify` only N is used.
        share: fraction of the samples in the second tensor, above 0 and below 1.
        stratify: take that fraction of every class, rounded.
        seed: seed of the random generator; the same seed gives the same split.

    Raises:
        ValueError: `share` is out of range, or one of the two tensors would be empty.
    """
    if not 0 < share < 1:
        raise ValueError(f"share = {share!r}; give a fraction above 0 and below 1, such as 0.2")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(y), generator=g)
    groups = [order[y.cpu()[order] == label] for label in y.unique().cpu()] if stratify else [order]
    second = torch.cat([group[:round(share * len(group))] for group in groups]) if groups else order
    chosen = torch.zeros(len(y), dtype=torch.bool)
    chosen[second] = True
    if not chosen.any() or chosen.all():
        raise ValueError(f"a share of {share} of {len(y)} samples leaves one part empty; "
                         "take more samples or another share")
    return (~chosen).nonzero()[:, 0], chosen.nonzero()[:, 0]


def standardize(train, *others):
    """Tuple of `train` and `others`, standardized with the mean and standard deviation of `train` alone (no leakage).

    Each column of (N, F), or each channel of (N, C, H, W), then has mean 0 and standard deviation 1 in `train`; a
    constant column becomes 0. Without `others`, unpack one: ``x, = standardize(x)``. Results have the dtype of their
    argument, and torch's default dtype where that holds integers or booleans.

    Raises:
        ValueError: `train` has fewer than two samples; a value is NaN or infinite; `others` have other columns.
    """
    parts = [torch.as_tensor(part) for part in (train, *others)]
    if len(parts[0]) < 2:
        raise ValueError(f"{len(parts[0])} samples to standardize by; at least 2 are needed")
    for name, part in zip(("train", *(f"others[{k}]" for k in range(len(others)))), parts, strict=True):
        if part.ndim != parts[0].ndim or part.shape[1:2] != parts[0].shape[1:2]:
            raise ValueError(f"{name} of shape {tuple(part.shape)} does not have the columns of train, of shape "
                             f"{tuple(parts[0].shape)}")
        if len(bad := (~part.isfinite()).nonzero()):
            raise ValueError(f"{name} holds {len(bad):,} values that are NaN or infinite, the first at index "
                             f"{tuple(bad[0].tolist())}; leave those samples out, or fill in values (torch.nan_to_num)")
    dims = [k for k in range(parts[0].ndim) if k != 1]
    single = parts[0].dtype.itemsize <= (4 if parts[0].is_floating_point() else 2) or parts[0].device.type == "mps"
    # To 0 ... 1 first: a constant column is then exactly 0, and neither a large offset nor a tiny scale loses digits.
    low = parts[0].amin(dims, keepdim=True).to(dtype := torch.float32 if single else torch.float64)
    scaled = [part.to(dtype) - low for part in parts]
    span = scaled[0].amax(dims, keepdim=True)
    scaled = [part / torch.where(span > 0, span, 1) for part in scaled]
    mean, deviation = scaled[0].mean(dims, keepdim=True), scaled[0].std(dims, keepdim=True, correction=0)
    deviation = torch.where(span > 0, deviation, 1)
    return tuple(((part - mean) / deviation).to(given.dtype if given.is_floating_point() else torch.get_default_dtype())
                 for part, given in zip(scaled, parts, strict=True))
