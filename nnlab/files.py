"""Files: atomic writes, checksums, and setting a damaged file aside."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path


def checksum_of(path, algorithm):
    """Checksum of the file at `path` in hexadecimal digits; `algorithm` is a name of hashlib's, such as ``"md5"``."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def set_aside(path):
    """New path of the damaged file at `path`, renamed to ``<name>.damaged`` so that nothing is lost and nothing reads it."""
    kept = path.with_name(path.name + ".damaged")
    os.replace(path, kept)
    return kept


@contextlib.contextmanager
def replacing(path):
    """Temporary path beside `path`: renamed to `path` when the block ends, removed when it raises.

    A reader of `path` sees the old file or the whole new one, never a half.
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
