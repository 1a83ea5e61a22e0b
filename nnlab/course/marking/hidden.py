"""References of exercises that cannot be called where an answer runs, and what that process reads of the course."""

import importlib
import inspect
import os
import sys
import types

from nnlab.course.notebooks import ROOT

_read, _originals = [], []


def exercises(week):
    """Dictionary of the exercises of a `week`, such as "week01", by name."""
    return importlib.import_module(f"nnlab.exercises.{week}").check.exercises


class HiddenReference(RuntimeError):
    """An answer has called the reference that it is compared with."""


def hide(exercise):
    """Let the reference of `exercise` raise `HiddenReference` for a student's code; its signature stays as it was."""
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
    """Let `function` answer the course's own code alone."""
    key, cells = len(_originals), function.__code__.co_freevars
    _originals.append(types.FunctionType(function.__code__, function.__globals__, function.__name__,
                                         function.__defaults__, function.__closure__))
    _originals[key].__kwdefaults__ = function.__kwdefaults__
    signature, names = inspect.signature(function), ", ".join(cells)
    made = {}
    exec(f"def around({names}):\n    def blind(*args, **kwargs):\n        ({names}{',' * bool(cells)})\n"
         f"        from nnlab.course.marking.hidden import called\n        return called({key}, args, kwargs)\n"
         "    return blind\n", made)
    function.__signature__ = signature
    function.__defaults__ = function.__kwdefaults__ = None
    function.__code__ = made["around"](*cells).__code__


def called(key, args, kwargs):
    """Result of the hidden function number `key`, for the course's own code, which may compare with it.

    Raises:
        HiddenReference: other code calls it.
    """
    frame = sys._getframe(2)
    module = sys.modules.get(str(frame.f_globals.get("__name__")))
    ours = module is not None and vars(module) is frame.f_globals
    if not (ours and frame.f_code.co_filename.startswith(str(ROOT / "nnlab") + os.sep)):
        raise HiddenReference("the course's own solution cannot be called here")
    return _originals[key](*args, **kwargs)


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
