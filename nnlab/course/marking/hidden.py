"""References of exercises that cannot be called where an answer runs, and what that process reads of the course."""

import importlib
import inspect
import os
import sys
import types

from nnlab.course.notebooks import ROOT

_read = []


def exercises(week):
    """Dictionary of the exercises of a `week`, such as "week01", by name."""
    return importlib.import_module(f"nnlab.exercises.{week}").check.exercises


class HiddenReference(RuntimeError):
    """An answer has called the reference that it is compared with."""


def hide(exercise):
    """Let the reference of `exercise` raise `HiddenReference` when it is called; its signature stays as it was."""
    reference = exercise.reference
    kept = [pair for pair in exercise.originals if pair[0] is not reference]  # what is put back while cases run
    object.__setattr__(exercise, "originals", kept)
    if not isinstance(reference, type):
        _blind(reference)
        return
    for method in list(vars(reference).values()):
        if isinstance(method, types.FunctionType):
            _blind(method)


def _blind(function):
    signature = inspect.signature(function)

    def raises(*args, **kwargs):
        from nnlab.course.marking.hidden import HiddenReference
        raise HiddenReference("the course's own solution cannot be called here")
    function.__signature__ = signature
    function.__defaults__ = function.__kwdefaults__ = None
    if function.__code__.co_freevars:
        cells = len(function.__code__.co_freevars)
        function.__code__ = _with_cells(cells)
        return
    function.__code__ = raises.__code__


def _with_cells(count):
    """Code like that of `raises` for a function that closes over `count` variables."""
    names = ", ".join(f"c{k}" for k in range(count))
    made = (f"def around({names}):\n    def raises(*args, **kwargs):\n        ({names},)\n"
            "        from nnlab.course.marking.hidden import HiddenReference\n"
            "        raise HiddenReference('the course\\'s own solution cannot be called here')\n    return raises\n")
    names = {}
    exec(made, names)
    return names["around"](*range(count)).__code__


def watch_reads():
    """Note from now on which files of the exercises this process opens; it cannot be undone."""
    places = str(ROOT / "nnlab" / "exercises") + os.sep

    def hook(event, arguments):
        path = arguments[0] if event == "open" else None
        if isinstance(path, str) and path.startswith(places) and not _by_import():
            _read.append(os.path.basename(path))
    sys.addaudithook(hook)


def _by_import():
    """Whether Python's import is what opens a file now."""
    frame = sys._getframe(2)
    while frame is not None:
        if "importlib" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def reads():
    """List of the files of the exercises that this process has opened."""
    return list(_read)
