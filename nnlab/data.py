"""Picture sets as tensors, from the first source that has them.

``load("fashion_mnist")`` looks, in this order, in

1. the folder named by the environment variable ``NNLAB_DATA`` (``fashion_mnist.npz``, or the original files, loose or in
   torchvision's folders),
2. the course's own cache, ``data/cache/``,
3. the system's package (Debian's ``dataset-fashion-mnist``),
4. the mirrors that torchvision uses (not with ``NNLAB_OFFLINE=1``); what comes is verified and kept in the cache,
5. the subset that comes with the course in ``data/``; this is said in one line.
"""

import gzip
import os
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from nnlab.fetch import fetch, replacing, set_aside

HOME = Path(__file__).resolve().parent.parent / "data"
PARTS = ("x_train", "y_train", "x_test", "y_test")


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
    system: str  # folder of the system's package
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
_SETS = {known.name: known for known in (_FASHION_MNIST,)}


def load(name):
    """`Images`: training and test pictures with labels, the classes' names and where they came from.

    Args:
        name: ``"fashion_mnist"`` (Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747).

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
        return _read_npz(known, packed), str(packed)
    for place in (folder / known.folder, folder):
        if arrays := _read_originals(known, place):
            return arrays, str(place)
    print(f"{known.name}: NNLAB_DATA={named} has neither {packed.name} nor the original files; looking elsewhere")
    return None


def _from_cache(known):
    packed = HOME / "cache" / f"{known.name}.npz"
    if not packed.exists():
        return None
    try:
        return _read_npz(known, packed), "the course's cache"
    except ValueError as error:
        print(f"{error}; set aside as {set_aside(packed).name}, looking elsewhere")
        return None


def _from_system(known):
    try:
        arrays = _read_originals(known, Path(known.system))
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
        arrays = _read_originals(known, originals)
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
    arrays = _read_npz(known, packed)
    print(f"{known.name}: no copy of the whole set was found or downloaded, so the {len(arrays[0]):,} + {len(arrays[2]):,} "
          "pictures that come with the course serve.")
    return arrays, "the subset that comes with the course"


# -------------------------------------------------------------------------------------------- the formats

def _read_npz(known, path):
    """The four arrays in the file at `path`, verified; ValueError says what is wrong with it."""
    try:
        with np.load(path, allow_pickle=False) as packed:
            arrays = [packed[part] for part in PARTS]
    except KeyError as error:
        raise ValueError(f"{path} lacks an array ({error}); it must hold {', '.join(PARTS)}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({type(error).__name__}: {error})") from None
    return _verified(known, arrays, path)


def _read_originals(known, folder):
    """The four arrays from the original files in `folder`, plain or gzipped, verified; None where one is missing."""
    paths = []
    for file in known.files:
        packed, plain = folder / file, folder / file.removesuffix(".gz")
        if not packed.exists() and not plain.exists():
            return None
        paths.append(packed if packed.exists() else plain)
    return _verified(known, [_read_idx(path, known.shape) for path in paths], folder)


def _read_idx(path, shape):
    """uint8 array in the IDX file at `path`, plain or gzipped: (N, *shape) or (N,).

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", file format.
    """
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({error})") from None
    dimensions = content[3] if content[:3] == b"\x00\x00\x08" else 0
    sizes = np.frombuffer(content[4:4 + 4 * dimensions], ">u4").astype(int)
    if not dimensions or len(content) != 4 + 4 * dimensions + sizes.prod():
        raise ValueError(f"{path} is not a whole IDX file of bytes")
    array = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions)
    return array.reshape(-1, *shape) if dimensions > 1 and tuple(sizes[1:]) == shape[-2:] else array.reshape(sizes)


def _verified(known, arrays, path):
    """`arrays` as they are; ValueError where shapes, types or labels are not those of the set."""
    x_train, y_train, x_test, y_test = arrays
    for x, y, part in ((x_train, y_train, "train"), (x_test, y_test, "test")):
        if x.dtype != np.uint8 or x.shape[1:] != known.shape:
            raise ValueError(f"{path}: pictures for {part} are {x.dtype} {x.shape}; expected uint8 (N, "
                             f"{', '.join(map(str, known.shape))})")
        if y.shape != x.shape[:1] or len(y) == 0:
            raise ValueError(f"{path}: {len(y)} labels for {len(x)} pictures in {part}")
        if y.dtype != np.uint8 or y.max() >= len(known.classes):
            raise ValueError(f"{path}: labels for {part} are {y.dtype} up to {y.max()}; "
                             f"expected uint8 up to {len(known.classes) - 1}")
    return arrays
