"""Sources of the image data sets, tried in order: the user's folder, the cache, the system, mirrors, the course.

Each source returns the four arrays (`nnlab.formats.PARTS`) and its name, or None where it does not have the data set.
"""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from nnlab.environment import switched_on
from nnlab.fetch import fetch
from nnlab.files import replacing, set_aside
from nnlab.formats import PARTS, read_npz
from nnlab.published import CIFAR10, DATASETS, FASHION_MNIST, INSTALLED, MNIST, SUBSETS, DatasetSpec, remark

__all__ = ["CIFAR10", "DATASETS", "FASHION_MNIST", "MNIST", "DatasetSpec", "cache_folders", "find", "offline"]

HOME = SUBSETS  # folder with the subsets that come with the course


def offline():
    """Whether the environment variable ``NNLAB_OFFLINE`` forbids downloads; ``0`` does not."""
    return switched_on("NNLAB_OFFLINE")


def cache_folders():
    """List of the folders with downloads, in the order of reading: ``data/cache/`` of a checkout, and the user's cache.

    New downloads go into the last one. In a checkout that this user may write to, ``data/cache/`` is the only one. The
    user's cache is ``nnlab`` in ``XDG_CACHE_HOME`` or ``~/.cache`` (on macOS ``~/Library/Caches``, on Windows
    ``%LOCALAPPDATA%``); where there is no home, it is in the folder for temporary files.
    """
    own = [] if INSTALLED else [HOME / "cache"]
    if own and (os.access(HOME, os.W_OK) or not HOME.exists()):
        return own
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # which the XDG specification says to ignore
        base = {"win32": os.environ.get("LOCALAPPDATA") or "~/AppData/Local",
                "darwin": "~/Library/Caches"}.get(sys.platform, "~/.cache")
    base = os.path.expanduser(base)
    return [*own, Path(tempfile.gettempdir() if base.startswith("~") else base, "nnlab")]


def find(name):
    """Four arrays of the data set called `name`, from the first source that has it, and the name of the source.

    Raises:
        ValueError: a file in NNLAB_DATA is damaged, has another format or another data set's content.
        FileNotFoundError: NNLAB_DATA is not a folder, or no source has the data set.
    """
    dataset = DATASETS[name]
    for look in (_from_own_folder, _from_cache, _from_system, _from_mirrors, _from_course):
        if found := look(dataset):
            return found
    pages = ", ".join(dataset.mirrors[0] + file for file in dataset.files)
    raise FileNotFoundError(f"no source has {name!r}: connect to the network, or point NNLAB_DATA at a folder with "
                            f"{name}.npz or with {', '.join(dataset.files)} (for a browser: {pages})")


def _from_own_folder(dataset):
    if not (setting := os.environ.get("NNLAB_DATA", "").strip()):
        return None
    folder = Path(os.path.expanduser(setting))
    if not folder.is_dir():
        here = "" if folder.is_absolute() else f" in {Path.cwd()}"
        raise FileNotFoundError(f"NNLAB_DATA={setting} is not a folder{here}; make it, or unset NNLAB_DATA")
    place = packed = folder / f"{dataset.name}.npz"
    arrays = read_npz(dataset, packed) if packed.exists() else None
    for place in () if arrays else (folder / dataset.folder, folder):
        if arrays := dataset.read(dataset, place):
            break
    if not arrays:
        print(f"{dataset.name}: NNLAB_DATA={setting} has neither {packed.name} nor the original files; "
              "looking elsewhere")
        return None
    try:
        return arrays, f"{place}{remark(dataset, arrays, place)}"
    except ValueError as error:
        right = packed if place == packed else folder / dataset.folder
        raise ValueError(f"{error}; put those of {dataset.name} into {right} (each data set has a place of its own in "
                         f"{folder}, such as mnist.npz or MNIST/raw), or point NNLAB_DATA at another folder, or unset "
                         "it") from None


def _from_cache(dataset):
    for cache in cache_folders():
        packed = cache / f"{dataset.name}.npz"
        if not packed.exists():
            continue
        try:
            arrays = read_npz(dataset, packed)
            remark(dataset, arrays, packed)
            return arrays, "the course's cache"
        except ValueError as error:
            print(f"{error}; {_set_aside(packed)}, looking elsewhere")
    return None


def _set_aside(path):
    """Clause on the damaged file `path`: that it was renamed, or that it cannot be."""
    try:
        return f"set aside as {set_aside(path).name}"
    except OSError:
        return "it cannot be set aside"


def _from_system(dataset):
    if not dataset.system:
        return None
    place = Path(dataset.system)
    try:
        if arrays := dataset.read(dataset, place):
            return arrays, f"the system's package dataset-{place.name}{remark(dataset, arrays, place)}"
    except ValueError as error:
        print(f"{error}; looking elsewhere")
    return None


def _from_mirrors(dataset):
    if offline():
        return None
    cache, failed = cache_folders()[-1], set()
    originals = cache / "original" / dataset.folder
    try:
        for file, checksum in dataset.files.items():
            fetch([mirror + file for mirror in dataset.mirrors], originals / file, f"md5:{checksum}", failed=failed)
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
