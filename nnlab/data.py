"""Picture sets as tensors, from the first source that has them.

``load("fashion_mnist")`` looks, in this order, in

1. the folder named by the environment variable ``NNLAB_DATA`` (``fashion_mnist.npz``, or the original files, loose or in
   torchvision's folders),
2. the course's own cache, ``data/cache/``,
3. the system's package (Debian's ``dataset-fashion-mnist``),
4. the mirrors that torchvision uses (not with ``NNLAB_OFFLINE=1``); what comes is verified and kept in the cache,
5. the subset that comes with the course in ``data/``; this is said in one line.
"""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from nnlab.fetch import fetch, replacing, set_aside
from nnlab.formats import PARTS, read_npz, read_originals

HOME = Path(__file__).resolve().parent.parent / "data"


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


class _Set(NamedTuple):
    """What is known of a picture set: where it lies and how its files are verified."""

    name: str
    classes: tuple
    shape: tuple  # of one picture: (C, H, W)
    system: str  # folder of the system's package, empty where there is none
    folder: str  # torchvision's folder
    mirrors: tuple
    files: dict  # original file: MD5 as published by torchvision, in the order of PARTS


_FASHION_MNIST = _Set(
    name="fashion_mnist",
    classes=("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    shape=(1, 28, 28),
    system="/usr/share/datasets/fashion-mnist",
    folder="FashionMNIST/raw",
    mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
             "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"),
    files={"train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
           "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
           "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
           "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310"},
)
_MNIST = _Set(
    name="mnist",
    classes=tuple("0123456789"),
    shape=(1, 28, 28),
    system="",
    folder="MNIST/raw",
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
    files={"train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
           "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
           "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
           "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c"},
)
_SETS = {known.name: known for known in (_FASHION_MNIST, _MNIST)}


def load(name):
    """`Images`: training and test pictures with labels, the classes' names and where they came from.

    Args:
        name: ``"fashion_mnist"`` (Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747) or ``"mnist"`` (LeCun, Bottou, Bengio and
            Haffner 1998, "Gradient-based learning applied to document recognition").

    Raises:
        ValueError: the name is unknown; or a file of ``NNLAB_DATA`` is not what it should be (it is left as it is).
        FileNotFoundError: ``NNLAB_DATA`` names no folder.
    """
    if name not in _SETS:
        raise ValueError(f"unknown data set {name!r}; choose one of: {', '.join(map(repr, _SETS))}")
    known = _SETS[name]
    for find in (_from_own_folder, _from_cache, _from_system, _from_mirrors, _from_course):
        if found := find(known):
            arrays, source = found
            return _as_tensors(known, arrays, source)
    raise FileNotFoundError(f"no source has {name!r}; point NNLAB_DATA at a folder with {name}.npz")


def _as_tensors(known, arrays, source):
    tensors = [torch.from_numpy(a.astype(np.int64 if a.ndim == 1 else np.float32)) for a in arrays]
    for pictures in tensors[::2]:
        pictures.div_(255)
    return Images(*tensors, known.classes, source)


# -------------------------------------------------------------------------------------------- the sources

def _from_own_folder(known):
    if not (named := os.environ.get("NNLAB_DATA")):
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"NNLAB_DATA={named} is not a folder; make it, or unset NNLAB_DATA")
    packed = folder / f"{known.name}.npz"
    if packed.exists():
        return read_npz(known, packed), str(packed)
    for place in (folder / known.folder, folder):
        if arrays := read_originals(known, place):
            return arrays, str(place)
    print(f"{known.name}: NNLAB_DATA={named} has neither {packed.name} nor the original files; looking elsewhere")
    return None


def _from_cache(known):
    packed = HOME / "cache" / f"{known.name}.npz"
    if not packed.exists():
        return None
    try:
        return read_npz(known, packed), "the course's cache"
    except ValueError as error:
        print(f"{error}; set aside as {set_aside(packed).name}, looking elsewhere")
        return None


def _from_system(known):
    if not known.system:
        return None
    try:
        arrays = read_originals(known, Path(known.system))
    except ValueError as error:
        print(f"{error}; looking elsewhere")
        return None
    return (arrays, f"the system's package dataset-{Path(known.system).name}") if arrays else None


def _from_mirrors(known):
    if os.environ.get("NNLAB_OFFLINE"):
        return None
    cache = HOME / "cache"
    originals = cache / "original" / known.folder
    try:
        for file, checksum in known.files.items():
            fetch([mirror + file for mirror in known.mirrors], originals / file, f"md5:{checksum}")
        arrays = read_originals(known, originals)
    except OSError as error:  # no mirror delivered, or there is no place to keep what it delivers
        print(f"{known.name}: {error}")
        return None
    if arrays is None:  # another process has just packed and removed them
        return _from_cache(known)
    try:
        with replacing(cache / f"{known.name}.npz") as part, open(part, "wb") as file:
            np.savez_compressed(file, **dict(zip(PARTS, arrays, strict=True)))
        for file in known.files:
            (originals / file).unlink(missing_ok=True)
    except OSError as error:  # the originals are kept and serve the next time
        print(f"{known.name}: could not be packed into {cache}: {error}")
    return arrays, "a mirror"


def _from_course(known):
    packed = HOME / f"{known.name}.npz"
    arrays = read_npz(known, packed)
    print(f"{known.name}: no copy of the whole set was found or downloaded, so the {len(arrays[0]):,} + {len(arrays[2]):,} "
          "pictures that come with the course serve.")
    return arrays, "the subset that comes with the course"
