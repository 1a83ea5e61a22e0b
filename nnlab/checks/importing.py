"""Importing mylab.py, which may contain any code of the student's, and judging the answers in it."""

import contextlib
import signal
import sys
import threading
import traceback
import types

from nnlab.checks.exercise import Quiz, with_code_before
from nnlab.checks.judging import in_usual_form, is_correct
from nnlab.checks.quizzes import judge_value
from nnlab.checks.running import Stopped, bound, guarded
from nnlab.checks.traces import without_trace


class Unusable(Exception):
    """mylab.py, or an answer in it, cannot be used: a clause that says why, and the error with its line or ""."""


class _Stop(KeyboardInterrupt):
    """Raised by the stop button, in place of KeyboardInterrupt, which mylab.py itself may raise."""


def imported(raw, file):
    """Module from the source `raw` (bytes) of mylab.py at the path `file`; its output and settings are discarded.

    Its `__patched__` is the list of the attributes that it replaces, such as ["torch.relu"].

    Raises:
        Unusable: it raises an error, ends the program, or does not end.
    """
    module = types.ModuleType("mylab")
    module.__file__ = str(file)
    try:
        with (without_trace() as patched, _stop_button(), bound(sys.modules, {"mylab": module}),
              guarded(within=str(file))):
            sys.path.insert(0, str(file.parent))  # for modules that the student keeps beside it
            exec(compile(raw, str(file), "exec", dont_inherit=True), vars(module))
    except _Stop:
        raise
    except BaseException as error:  # the student's code may raise anything, such as exit()
        said = str(error) if isinstance(error, Stopped) else traceback.format_exception_only(error)[-1].strip()
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        where = f", in line {lines[-1]}" if lines else ""
        error_said = f"{said[:200]}{where}"
        raise Unusable(f"mylab.py cannot be imported ({error_said})", error_said) from error
    module.__patched__ = patched
    return module


def is_right(exercises, name, module):
    """Whether the module's answer to the exercise `name` of the dictionary `exercises` is correct."""
    exercise, answer = exercises[name], vars(module).get(name)
    if isinstance(exercise, Quiz):
        return judge_value(exercise, answer).kind == "correct"
    try:
        with _stop_button():
            return is_correct(exercise, answer, with_code_before(exercises, name))
    except _Stop:
        raise
    except KeyboardInterrupt:
        return False


def usual(exercises, name, answer):
    """Correct answer in its usual form, on which other code may rely: lists as Python's, results of the usual type."""
    exercise = exercises[name]
    if isinstance(exercise, Quiz):
        return judge_value(exercise, answer).answer
    return in_usual_form(exercise, answer, with_code_before(exercises, name))


@contextlib.contextmanager
def _stop_button():
    """Context manager in which the stop button raises `_Stop`."""
    def stop(*_):
        raise _Stop
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, stop) if main else None
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)
