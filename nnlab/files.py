"""Atomic writes, checksums, and setting a damaged file aside."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path


def checksum_of(path, algorithm):
    """Checksum of the file `path` in hexadecimal digits, by an `algorithm` of hashlib such as ``"md5"``."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def set_aside(path):
    """New path of the damaged file `path`, after renaming it to ``<name>.damaged``: it is kept, and no longer read."""
    kept = path.with_name(path.name + ".damaged")
    os.replace(path, kept)
    return kept


@contextlib.contextmanager
def replacing(path):
    """Context manager for an atomic write: its temporary file is renamed to `path` at the end, or removed on an error.

    A reader of `path` sees the old file or the complete new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path, text):
    """Write `text` to the file `path` in UTF-8, atomically: a reader sees the old file or the complete new one."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
