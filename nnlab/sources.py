"""Where a picture set is found: the course's sources, tried in order; each gives the four arrays and its name, or None."""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nnlab.fetch import fetch
from nnlab.files import replacing, set_aside
from nnlab.formats import PARTS, read_cifar, read_npz, read_originals

HOME = Path(__file__).resolve().parent.parent / "data"


class Source(NamedTuple):
    """What is known of a picture set: where it lies and how its files are verified."""

    name: str
    classes: tuple
    shape: tuple  # of one picture: (C, H, W)
    system: str  # folder of the system's package, empty where there is none
    folder: str  # torchvision's folder
    mirrors: tuple
    files: dict  # original file: MD5 as published by torchvision
    read: object = read_originals  # how the arrays are read from the original files in a folder


FASHION_MNIST = Source(
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
MNIST = Source(
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
CIFAR10 = Source(
    name="cifar10",
    classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    shape=(3, 32, 32),
    system="",
    folder=".",
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
    files={"cifar-10-python.tar.gz": "c58f30108f718f92721af3d95e74349a"},
    read=read_cifar,
)
SETS = {known.name: known for known in (FASHION_MNIST, MNIST, CIFAR10)}


def find(name):
    """The four arrays of the set called `name` and where they came from, from the first source that has it.

    Raises:
        ValueError: a file of NNLAB_DATA is not what it should be.
        FileNotFoundError: NNLAB_DATA names no folder, or no source has the set.
    """
    known = SETS[name]
    for look in (_from_own_folder, _from_cache, _from_system, _from_mirrors, _from_course):
        if found := look(known):
            return found
    raise FileNotFoundError(f"no source has {name!r}: connect to the network, or point NNLAB_DATA at a folder with {name}.npz or "
                            f"with {', '.join(known.files)}")


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
        if arrays := known.read(known, place):
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
        arrays = known.read(known, Path(known.system))
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
        arrays = known.read(known, originals)
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
    if not packed.exists():
        return None
    arrays = read_npz(known, packed)
    print(f"{known.name}: no copy of the whole set was found or downloaded, so the {len(arrays[0]):,} + {len(arrays[2]):,} "
          "pictures that come with the course serve.")
    return arrays, "the subset that comes with the course"
