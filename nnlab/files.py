"""Atomic writes, checksums, keeping an older version, and setting a damaged file aside."""

import contextlib
import hashlib
import os
import shutil
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
def replacing(path, part=None):
    """Context manager for an atomic write: its temporary file is renamed to `path` at the end, or removed on an error.

    A reader of `path` sees the old file or the complete new one.

    Args:
        path: the file.
        part: path of the temporary file, in the same folder; the next write to it overwrites what a killed process has
            left. Without it each write has a file of its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if part is None:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".", suffix=".part")
        os.close(handle)
        part = Path(name)
    else:
        part.unlink(missing_ok=True)
    try:
        yield part
        part.chmod(0o644)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def keep(path, older):
    """Let the file at `path`, if there is one, be at the path `older`, too; at no moment is it at neither."""
    if not path.exists():
        return
    with replacing(older, older.with_name(older.name + ".part")) as part:
        try:
            os.link(path, part)
        except OSError:  # a file system without links
            shutil.copyfile(path, part)


def write_text(path, text):
    """Write `text` to the file `path` in UTF-8, atomically: a reader sees the old file or the complete new one."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
