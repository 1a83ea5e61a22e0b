"""The student's own library ``mylab.py``: correct answers are kept there, and it can be imported anywhere."""

import ast
import contextlib
import importlib
import os
import re
import time
import types
from pathlib import Path

from nnlab.files import replacing

HEADER = '''"""My answers to the exercises of "Neural networks, week by week", a library to read, change and import."""

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
    """Path of mylab.py: in the folder NNLAB_MYLAB, else in a mounted Google Drive, else beside the notebook."""
    if folder := os.environ.get("NNLAB_MYLAB"):
        return Path(folder).expanduser() / "mylab.py"
    if DRIVE.is_dir():
        copies = DRIVE / "Colab Notebooks"
        return (copies if copies.is_dir() else DRIVE) / "mylab.py"
    return Path.cwd() / "mylab.py"


def kept():
    """Names of the exercises whose answers are in mylab.py, such as "week01.relu", in the file's order."""
    try:
        return [name for name, _ in _SECTION.findall(path().read_text(encoding="utf-8"))]
    except (OSError, UnicodeDecodeError):
        return []


def keep(name, source):
    """A sentence for the student, or "", after writing `source` into mylab.py as the answer to the exercise `name`.

    It replaces an earlier answer; text that the student wrote outside the exercises stays. A file with a syntax error
    is renamed, its readable exercises are copied into a new one, and the sentence says so.

    Raises:
        OSError: the file cannot be written; it is unchanged.
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
            except (SyntaxError, ValueError) as error:  # ValueError: not UTF-8
                text, said = _rescued(target, error)
        found = next((match for match in _SECTION.finditer(text) if match[1] == name), None)
        text = text[:found.start()] + section + text[found.end():] if found else f"{text.rstrip()}\n\n\n{section}"
        with replacing(target) as part:
            part.write_text(text, encoding="utf-8")
    return said


def _rescued(target, error):
    """Text of a new mylab.py with the readable exercises of the broken one (renamed), and a sentence on that."""
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
    return text, (f"Your mylab.py had an error{where}: it is kept as {aside.name}, and the exercises that could be "
                  f"read ({count}) are in a new mylab.py.")


@contextlib.contextmanager
def _locked(target):
    """Lock the file `target` for this process in a with block, as two notebooks may write it at the same time.

    A lock older than ten seconds was left by a process that has died, and is removed.
    """
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
    """The student's answer to the exercise `name` ("week01.relu") if mylab.py has a correct one, else the reference.

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
    except Exception as error:  # the student may have written anything there
        print(f"{name} is the course's: mylab.py cannot be imported ({type(error).__name__}: {error}).")
        return exercise.reference
    if judge(exercise, answer, namespace=vars(module)).kind != "correct":
        print(f"{name} is the course's: the answer in mylab.py is not right any more.")
        return exercise.reference
    return answer
