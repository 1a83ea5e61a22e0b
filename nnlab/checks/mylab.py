"""The student's own library ``mylab.py``, which keeps correct answers and can be imported anywhere."""

import ast
import errno
import importlib
import os
import shutil
from pathlib import Path

from nnlab.checks import sections
from nnlab.checks.importing import Unusable, imported, is_right, usual
from nnlab.checks.locking import locked
from nnlab.checks.stopping import stoppable
from nnlab.files import replacing

DRIVE = Path("/content/drive/MyDrive")
ELSEWHERE = 'set os.environ["NNLAB_MYLAB"] to a folder that you can write to, then run this cell again'


def path():
    """Path of mylab.py: in the folder NNLAB_MYLAB, else in a mounted Google Drive, else beside the notebook.

    Raises:
        OSError: there is no such folder; the message says what to do.
    """
    folder = os.environ.get("NNLAB_MYLAB", "").strip()
    try:
        if folder:
            place = Path(folder).expanduser()
            if place.exists() and not place.is_dir():
                raise NotADirectoryError(f"NNLAB_MYLAB is {folder!r}, which is a file, not a folder; {ELSEWHERE}")
        elif DRIVE.is_dir():
            copies = DRIVE / "Colab Notebooks"
            place = copies if copies.is_dir() else DRIVE
        else:
            place = Path.cwd()
    except RuntimeError:  # no home folder
        raise FileNotFoundError(f"NNLAB_MYLAB is {folder!r}, and there is no such home folder; {ELSEWHERE}") from None
    except FileNotFoundError:
        raise FileNotFoundError(f"the working folder does not exist any more; {ELSEWHERE}") from None
    return place / "mylab.py"


def reason(error):
    """Clause that says why mylab.py was not written, and what to do, from the OSError that `keep` or `path` raised."""
    if error.errno is None:  # this package's own message
        return str(error)
    fix = {errno.EISDIR: "it is a folder: rename that, then run this cell again",
           errno.ENOSPC: "free some space, then run this cell again"}.get(error.errno, ELSEWHERE)
    try:
        place = path()
    except OSError:  # a parent folder without permission, a drive that was removed
        place = "mylab.py"
    return f"{place} cannot be written ({error.strerror or error}); {fix}"


def kept():
    """Names of the exercises whose answers are in mylab.py, such as "week01.relu", in the file's order."""
    try:
        return sections.names(sections.decoded(path().read_bytes())[0])
    except (OSError, SyntaxError, ValueError):
        return []


def keep(name, source, fault=lambda raw: None):
    """Sentence for the student, or "", after writing `source` into mylab.py as the answer to the exercise `name`.

    It replaces an earlier answer; text that the student wrote outside the exercises stays, and so does the encoding
    where it has every character. Of a file with a syntax error a copy is kept, its readable exercises go into a new
    one, and the sentence says so.

    Args:
        name: the exercise with its week, such as "week01.relu".
        source: source code of the answer.
        fault: function of the new file's bytes: what is wrong with them, a clause, or None.

    Raises:
        OSError: the file cannot be written; it is unchanged.
        Unusable: there is a fault, wherever the answer stands in the file; it is unchanged.
    """
    target = Path(os.path.realpath(path()))
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target):
        text, encoding, aside, said = sections.HEADER, "utf-8", None, ""
        if target.exists():
            raw = target.read_bytes()
            if not (os.access(target, os.W_OK) and target.stat().st_mode & 0o222):  # root may write all
                raise PermissionError(errno.EACCES, "it is read-only")
            try:
                text, encoding = sections.decoded(raw)
                ast.parse(raw)
            except (SyntaxError, ValueError) as error:
                aside = next(place for k in range(1, 1000) if not (place := target.with_name(
                    "mylab.broken.py" if k == 1 else f"mylab.broken-{k}.py")).exists())
                text, count = sections.rescued(raw)
                where = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
                said = (f"Your mylab.py had an error{where}: it is kept as {aside.name}, and the exercises that could "
                        f"be read ({count}) are in a new mylab.py.")
                encoding = "utf-8"
        for version in sections.versions(text, name, source):
            new = sections.encoded(version, encoding)
            if not (wrong := fault(new)):
                break
        else:
            raise Unusable(wrong)
        with replacing(target) as part:
            part.write_bytes(new)
            if aside:
                shutil.copyfile(target, aside)
    return said


def yours(name):
    """The student's answer to the exercise `name` ("week01.relu") if mylab.py has a correct one, else the reference.

    If mylab.py has an answer that cannot be used, a printed line says why.

    Raises:
        ValueError: there is no such exercise.
    """
    week, _, short = name.partition(".")
    try:
        exercises = importlib.import_module(f"nnlab.exercises.{week}").check.exercises
    except (ImportError, AttributeError):
        raise ValueError(f'no week {week!r}; name an exercise with its week, as in "week01.relu"') from None
    if short not in exercises:
        raise ValueError(f"no exercise {short!r} in {week}; choose one of: {', '.join(map(repr, exercises))}")
    exercise = exercises[short]
    try:
        if (file := path()).exists():
            raw = file.read_bytes()
            if name in sections.names(sections.decoded(raw)[0]):
                with stoppable(name):
                    module = imported(raw, file)
                    right = is_right(exercises, short, module)
                if right:
                    return usual(exercises, short, getattr(module, short))
                print(f"{name} is the course's: the answer in mylab.py is not right any more.")
    except Unusable as why:
        print(f"{name} is the course's: {why.args[0]}.")
    except (SyntaxError, ValueError) as error:
        print(f"{name} is the course's: mylab.py cannot be imported ({type(error).__name__}: {error}).")
    except OSError as error:
        said = error if error.errno is None else f"mylab.py cannot be read ({error.strerror or error})"
        print(f"{name} is the course's: {said}.")
    return exercise.handed_out()
