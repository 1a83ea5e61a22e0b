"""File formats of image data sets: read and verify the arrays in NumPy's npz, IDX (MNIST) and CIFAR-10's pickles.

The argument `dataset` is a specification: original `files`, CIFAR-10's `batches`, the `shape` (C, H, W) of an image,
`classes`.
"""

import gzip
import io
import pickle
import tarfile
import zipfile
import zlib

import numpy as np

PARTS = ("x_train", "y_train", "x_test", "y_test")


def read_npz(dataset, path):
    """Four arrays (PARTS) in the npz file `path`, verified; a ValueError where it is damaged or has another format."""
    try:
        with np.load(path, allow_pickle=False) as packed:
            arrays = [packed[part] for part in PARTS]
    except KeyError as error:
        raise ValueError(f"{path} lacks an array ({error}); it must hold {', '.join(PARTS)}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({type(error).__name__}: {error})") from None
    return verified(dataset, arrays, path)


def read_originals(dataset, folder):
    """Four arrays (PARTS) in the original IDX files in `folder`, plain or gzipped, verified; None if one is missing."""
    paths = []
    for file in dataset.files:
        packed, plain = folder / file, folder / file.removesuffix(".gz")
        if not packed.exists() and not plain.exists():
            return None
        paths.append(packed if packed.exists() else plain)
    return verified(dataset, [read_idx(path, dataset.shape) for path in paths], folder)


def read_idx(path, shape):
    """Array of uint8 in the IDX file `path`, plain or gzipped: images (N, *shape) or labels (N,).

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


def verified(dataset, arrays, path):
    """The four `arrays`, unchanged; a ValueError where a shape, dtype or label does not fit `dataset`."""
    x_train, y_train, x_test, y_test = arrays
    for x, y, part in ((x_train, y_train, "train"), (x_test, y_test, "test")):
        if x.dtype != np.uint8 or x.shape[1:] != dataset.shape:
            raise ValueError(f"{path}: images for {part} are {x.dtype} {x.shape}; expected uint8 (N, "
                             f"{', '.join(map(str, dataset.shape))})")
        if y.shape != x.shape[:1] or len(y) == 0:
            raise ValueError(f"{path}: {len(y)} labels for {len(x)} images in {part}")
        if y.dtype != np.uint8 or y.max() >= len(dataset.classes):
            raise ValueError(f"{path}: labels for {part} are {y.dtype} up to {y.max()}; "
                             f"expected uint8 up to {len(dataset.classes) - 1}")
    return arrays


def read_cifar(dataset, folder):
    """Four arrays (PARTS) of CIFAR-10's six batches in `folder`, verified; None where there are none: `cifar_batches`.

    Source of the format: A. Krizhevsky, "The CIFAR-10 dataset", cs.toronto.edu/~kriz/cifar.html.
    """
    x, y = [], []
    for name, content in cifar_batches(dataset, folder):
        try:
            batch = _Arrays(io.BytesIO(content), encoding="bytes").load()
            x.append(batch[b"data"].reshape(-1, *dataset.shape))
            y.append(np.array(batch[b"labels"], np.uint8))
        except Exception as error:  # a damaged pickle can raise any exception
            raise ValueError(f"{folder}: {name} of CIFAR-10 is damaged ({error})") from None
    return verified(dataset, [np.concatenate(x[:5]), np.concatenate(y[:5]), x[5], y[5]], folder) if x else None


def cifar_batches(dataset, folder):
    """Name and bytes of each batch of CIFAR-10, one after the other, from the archive in `folder`, else from the folder
    ``cifar-10-batches-py`` that it unpacks to; nothing where there is neither, or a batch is missing.

    Raises:
        ValueError: the archive is damaged, or CIFAR-100's.
    """
    path, unpacked = folder / next(iter(dataset.files)), folder / "cifar-10-batches-py"
    if not path.exists():
        if all((unpacked / name).is_file() for name in dataset.batches):
            yield from ((name, (unpacked / name).read_bytes()) for name in dataset.batches)
        return
    try:
        with tarfile.open(path) as archive:
            first = archive.next()
            if first and first.name.startswith("cifar-100"):
                raise ValueError(f"{path} holds {first.name} where {unpacked.name} of cifar10 belongs; "
                                 "put CIFAR-10's archive in its place")
            for name in dataset.batches:
                yield name, archive.extractfile(f"{unpacked.name}/{name}").read()
    except (OSError, EOFError, KeyError, AttributeError, tarfile.TarError, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({error})") from None


class _Arrays(pickle.Unpickler):
    """An unpickler for NumPy arrays and nothing else: an arbitrary pickle can run any program."""

    def find_class(self, module, name):
        """One of the few functions that construct a NumPy array."""
        if (module.removesuffix(".multiarray") in ("numpy.core", "numpy._core") and name == "_reconstruct") or (
                (module, name) in (("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode"))):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it calls {module}.{name}, which no data set needs")
