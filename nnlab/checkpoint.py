"""Checkpoints: a dictionary of tensors and plain values in a file, written atomically, read without executing code."""

import copy
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import torch

from nnlab.files import keep, replacing


def save(path, state, older=None):
    """Write the dictionary `state` to the file `path`, atomically, after reading back what was written.

    A process that is killed meanwhile leaves the old file, and at ``<name>.part`` what the next call overwrites.

    Args:
        path: the file.
        state: its values are tensors, numbers (NumPy's become Python's), strings, None, and lists and dictionaries of
            these.
        older: path to which the file that is now at `path` moves, or None.

    Raises:
        ValueError: a value is of another type; the message names its place. An older file `path` stays as it was.
    """
    state, path = _plain(state), Path(path)
    with replacing(path, path.with_name(path.name + ".part")) as part:
        try:
            with open(part, "wb") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())  # else a machine that loses its power may have the name and not the bytes
            torch.load(part, map_location="cpu", weights_only=True)
        except Exception:
            if (bad := _unsavable(state)) is None:
                raise
            raise ValueError(f"a checkpoint cannot hold {bad}; give tensors, numbers, strings, lists and dictionaries "
                             "of these") from None
        if older is not None:
            keep(path, Path(older))


def load(path):
    """Dictionary in the checkpoint `path`, its tensors on the CPU; no code in the file is executed.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not a checkpoint, or is damaged, or is a folder.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder; give the path of a file in it, such as {path / 'run.pt'}")
    try:
        with zipfile.ZipFile(path) as parts:  # torch does not compare the checksums that it writes
            if (bad := parts.testzip()) is not None:
                raise zipfile.BadZipFile(f"the checksum of {bad} is wrong")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"{path} is not a checkpoint or is damaged ({type(error).__name__}); "
                         "rename or remove it") from None
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds a {type(state).__name__}, not the dictionary of a checkpoint")
    return state


def _plain(value):
    """`value` with NumPy's numbers in it, keys included, converted to Python's; containers keep their types."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        pairs = [(_plain(key), _plain(part)) for key, part in value.items()]
        if all(key is old and part is value[old] for (key, part), old in zip(pairs, value, strict=True)):
            return value
        made = copy.copy(value)
        made.clear()
        for key, part in pairs:
            made[key] = part
        return made
    if type(value) in (list, tuple):
        return type(value)(map(_plain, value))
    return value


def _unsavable(value, at="state"):
    """Place and type of the first part of `value` that a checkpoint cannot hold; None where it can hold all."""
    buffer = io.BytesIO()
    try:
        torch.save(value, buffer)
        buffer.seek(0)
        torch.load(buffer, weights_only=True)
        return None
    except Exception:
        parts = dict(enumerate(value)) if isinstance(value, list | tuple) else value if isinstance(value, dict) else {}
        found = (_unsavable(part, f"{at}[{key!r}]") for key, part in parts.items())
        return next(filter(None, found), f"{at}, a {type(value).__name__}")
