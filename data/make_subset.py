"""Make the image data sets that come with the course: a stratified subset of each full data set.

    python data/make_subset.py            writes data/fashion_mnist.npz and data/mnist.npz, and prints their sha256

The full data set is taken from the first source of `nnlab.data` that has it. Of each class, 1,000 training and 200 test
images are drawn without replacement by numpy's default_rng(0), and kept in their original order.
"""

import hashlib

import numpy as np

from nnlab.data import load
from nnlab.formats import PARTS
from nnlab.sources import HOME

TRAIN, TEST = 10_000, 2_000


def drawn(labels, count, rng):
    """Sorted indices of `count` samples, the same number of each class."""
    classes = np.unique(labels)
    each = count // len(classes)
    return np.sort(np.concatenate([rng.choice(np.flatnonzero(labels == c), each, replace=False) for c in classes]))


def make(name):
    """Write the subset of the data set `name` to data/, and print its size and checksum."""
    whole = load(name)
    rng = np.random.default_rng(0)
    arrays = []
    for x, y, count in ((whole.x_train, whole.y_train, TRAIN), (whole.x_test, whole.y_test, TEST)):
        if len(x) < 5 * count:
            raise SystemExit(f"{name}: {len(x)} images from {whole.source} are not the full data set")
        keep = drawn(y.numpy(), count, rng)
        arrays += [(x.numpy()[keep] * 255).round().astype(np.uint8), y.numpy()[keep].astype(np.uint8)]
    path = HOME / f"{name}.npz"
    np.savez_compressed(path, **dict(zip(PARTS, arrays, strict=True)))
    print(f"{path.name}: {path.stat().st_size:,} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    for name in ("fashion_mnist", "mnist"):
        make(name)
