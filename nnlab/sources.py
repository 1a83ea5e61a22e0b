"""Sources of the image data sets, tried in order: a folder of one's own, the cache, the system, mirrors, the course.

Each source returns the four arrays (`nnlab.formats.PARTS`) and its name, or None where it does not have the data set.
"""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nnlab.fetch import fetch
from nnlab.files import replacing, set_aside
from nnlab.formats import PARTS, read_cifar, read_npz, read_originals

HOME = Path(__file__).resolve().parent.parent / "data"


class DatasetSpec(NamedTuple):
    """Specification of an image data set: class names, image shape, where its files are, and their checksums."""

    name: str
    classes: tuple
    shape: tuple  # of one image: (C, H, W)
    system: str  # folder of the system's package, empty where there is none
    folder: str  # torchvision's folder
    mirrors: tuple
    files: dict  # original file: MD5 as published by torchvision
    read: object = read_originals  # function that reads the arrays from the original files in a folder


FASHION_MNIST = DatasetSpec(
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
MNIST = DatasetSpec(
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
CIFAR10 = DatasetSpec(
    name="cifar10",
    classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    shape=(3, 32, 32),
    system="",
    folder=".",
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
    files={"cifar-10-python.tar.gz": "c58f30108f718f92721af3d95e74349a"},
    read=read_cifar,
)
DATASETS = {dataset.name: dataset for dataset in (FASHION_MNIST, MNIST, CIFAR10)}


def find(name):
    """Four arrays of the data set called `name`, and the name of their source: the first one that has it.

    Raises:
        ValueError: a file in NNLAB_DATA is damaged or has another format.
        FileNotFoundError: NNLAB_DATA is not a folder, or no source has the data set.
    """
    dataset = DATASETS[name]
    for look in (_from_own_folder, _from_cache, _from_system, _from_mirrors, _from_course):
        if found := look(dataset):
            return found
    raise FileNotFoundError(f"no source has {name!r}: connect to the network, or point NNLAB_DATA at a folder with "
                            f"{name}.npz or with {', '.join(dataset.files)}")


def _from_own_folder(dataset):
    if not (setting := os.environ.get("NNLAB_DATA")):
        return None
    folder = Path(setting).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"NNLAB_DATA={setting} is not a folder; make it, or unset NNLAB_DATA")
    packed = folder / f"{dataset.name}.npz"
    if packed.exists():
        return read_npz(dataset, packed), str(packed)
    for place in (folder / dataset.folder, folder):
        if arrays := dataset.read(dataset, place):
            return arrays, str(place)
    print(f"{dataset.name}: NNLAB_DATA={setting} has neither {packed.name} nor the original files; looking elsewhere")
    return None


def _from_cache(dataset):
    packed = HOME / "cache" / f"{dataset.name}.npz"
    if not packed.exists():
        return None
    try:
        return read_npz(dataset, packed), "the course's cache"
    except ValueError as error:
        print(f"{error}; set aside as {set_aside(packed).name}, looking elsewhere")
        return None


def _from_system(dataset):
    if not dataset.system:
        return None
    try:
        arrays = dataset.read(dataset, Path(dataset.system))
    except ValueError as error:
        print(f"{error}; looking elsewhere")
        return None
    return (arrays, f"the system's package dataset-{Path(dataset.system).name}") if arrays else None


def _from_mirrors(dataset):
    if os.environ.get("NNLAB_OFFLINE"):
        return None
    cache = HOME / "cache"
    originals = cache / "original" / dataset.folder
    try:
        for file, checksum in dataset.files.items():
            fetch([mirror + file for mirror in dataset.mirrors], originals / file, f"md5:{checksum}")
        arrays = dataset.read(dataset, originals)
    except OSError as error:  # no mirror delivered the files, or the cache cannot be written
        print(f"{dataset.name}: {error}")
        return None
    if arrays is None:  # another process has packed them into the cache and removed them
        return _from_cache(dataset)
    try:
        with replacing(cache / f"{dataset.name}.npz") as part, open(part, "wb") as file:
            np.savez_compressed(file, **dict(zip(PARTS, arrays, strict=True)))
        for file in dataset.files:
            (originals / file).unlink(missing_ok=True)
    except OSError as error:  # the original files stay and are read the next time
        print(f"{dataset.name}: could not be packed into {cache}: {error}")
    return arrays, "a mirror"


def _from_course(dataset):
    packed = HOME / f"{dataset.name}.npz"
    if not packed.exists():
        return None
    arrays = read_npz(dataset, packed)
    print(f"{dataset.name}: the full data set was neither found nor downloaded; using the subset of "
          f"{len(arrays[0]):,} + {len(arrays[2]):,} images that comes with the course.")
    return arrays, "the subset that comes with the course"
