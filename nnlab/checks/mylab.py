"""The student's own library: ``mylab.py``, which grows by every exercise that is solved and can be imported anywhere."""

import ast
import contextlib
import importlib
import os
import re
import time
import types
from pathlib import Path

from nnlab.files import replacing

HEADER = '''"""What I wrote in "Neural networks, week by week": each exercise that I solved, to read, to change, to import."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
'''
IMPORTED = {"math", "np", "torch", "F", "nn"}
DRIVE = Path("/content/drive/MyDrive")
_SECTION = re.compile(r"^# ---- (\w+\.\w+) ----\n(.*?)^# ---- end of \1 ----\n", re.M | re.S)


def path():
    """Path of mylab.py: in the folder NNLAB_MYLAB, else in Google Drive where it is mounted, else beside the notebook."""
    if folder := os.environ.get("NNLAB_MYLAB"):
        return Path(folder).expanduser() / "mylab.py"
    if DRIVE.is_dir():
        copies = DRIVE / "Colab Notebooks"
        return (copies if copies.is_dir() else DRIVE) / "mylab.py"
    return Path.cwd() / "mylab.py"


def kept():
    """Names of the exercises that stand in mylab.py, such as "week01.relu", in their order."""
    try:
        return [name for name, _ in _SECTION.findall(path().read_text(encoding="utf-8"))]
    except (OSError, UnicodeDecodeError):
        return []


def keep(name, source):
    """Write `source` into mylab.py as the exercise `name`, in the place of an earlier one; returns what there is to say, or "".

    What the student wrote outside the exercises stays. A file that is no Python any more is set aside, and what can be read
    of it is taken over.

    Raises:
        OSError: the file cannot be written; it is as it was.
    """
    target, said = path(), ""
    section = f"# ---- {name} ----\n{source.rstrip()}\n# ---- end of {name} ----\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target):
        text = HEADER
        if target.exists():
            try:
                text = target.read_text(encoding="utf-8")
                ast.parse(text)
            except (SyntaxError, ValueError) as error:  # ValueError: bytes that are no text
                text, said = _rescued(target, error)
        found = next((match for match in _SECTION.finditer(text) if match[1] == name), None)
        text = text[:found.start()] + section + text[found.end():] if found else f"{text.rstrip()}\n\n\n{section}"
        with replacing(target) as part:
            part.write_text(text, encoding="utf-8")
    return said


def _rescued(target, error):
    """Text of a new mylab.py with every exercise of the broken one that can be read, and what to say; the old is set aside."""
    broken = target.read_text(encoding="utf-8", errors="replace")
    aside = next(place for k in range(1, 1000)
                 if not (place := target.with_name("mylab.broken.py" if k == 1 else f"mylab.broken-{k}.py")).exists())
    os.replace(target, aside)
    text, count = HEADER, 0
    for match in _SECTION.finditer(broken):
        with contextlib.suppress(SyntaxError, ValueError):
            ast.parse(match[2])
            text, count = f"{text.rstrip()}\n\n\n{match[0]}", count + 1
    where = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
    return text, (f"Your mylab.py had an error{where}: it is kept as {aside.name}, and the exercises that could be read "
                  f"({count}) are in a new mylab.py.")


@contextlib.contextmanager
def _locked(target):
    """Hold the file `target` for this process: two notebooks may be open on it. A lock older than ten seconds is a dead one's."""
    lock = target.with_name(target.name + ".lock")
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > 10:
                    lock.unlink()
            time.sleep(0.02)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def yours(name):
    """The student's own answer to the exercise `name`, such as "week01.relu", if mylab.py has a right one; else the reference.

    Raises:
        ValueError: there is no such exercise.
    """
    from nnlab.checks.judging import judge

    week, _, short = name.partition(".")
    try:
        exercises = importlib.import_module(f"nnlab.exercises.{week}").check.exercises
    except (ImportError, AttributeError):
        raise ValueError(f'no week {week!r}; name an exercise with its week, as in "week01.relu"') from None
    if short not in exercises:
        raise ValueError(f"no exercise {short!r} in {week}; choose one of: {', '.join(map(repr, exercises))}")
    exercise = exercises[short]
    if name not in kept():
        return exercise.reference
    module = types.ModuleType("mylab")
    module.__file__ = str(path())
    try:
        exec(compile(path().read_text(encoding="utf-8"), module.__file__, "exec"), vars(module))
        answer = getattr(module, short)
    except Exception as error:  # whatever the student wrote there
        print(f"{name} is ours: mylab.py cannot be imported ({type(error).__name__}: {error}).")
        return exercise.reference
    if judge(exercise, answer, namespace=vars(module)).kind != "correct":
        print(f"{name} is ours: what mylab.py has under that name is not right any more.")
        return exercise.reference
    return answer
