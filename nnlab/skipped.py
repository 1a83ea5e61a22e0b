"""A hint below the traceback of a NameError: which cell of the notebook to run first."""

import builtins
import contextlib
import difflib
import importlib
import inspect
import linecache
import pkgutil
import re
import sys


def explain_skipped_cells():
    """Register a hook in this notebook's kernel that prints the hint; outside a notebook, do nothing.

    The hint is printed after the cell has run, so tracebacks, and all other errors, are not changed.
    """
    shell = _shell()
    if shell is not None and not any(getattr(function, "__qualname__", "") == _after_a_cell.__qualname__
                                     for function in shell.events.callbacks["post_run_cell"]):
        shell.events.register("post_run_cell", _after_a_cell)


def _shell():
    """IPython's shell; None where there is none."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _after_a_cell(result):
    """Print the hint on the error of the cell that has just run, if there is one."""
    with contextlib.suppress(Exception):
        if (error := result.error_in_exec) is not None and (line := advice(error, _shell().user_global_ns)):
            print(line)


def advice(error, namespace):
    """Sentence that says what to run first, if `error` is due to an undefined name; "" for other errors.

    Args:
        error: the exception that ended a cell.
        namespace: dictionary of the notebook's names.
    """
    step = error.__traceback__
    while step.tb_next is not None:
        step = step.tb_next
    if step.tb_frame.f_globals is not namespace:
        return ""  # in a library
    line = linecache.getline(step.tb_frame.f_code.co_filename, step.tb_lineno)
    if "check" in namespace and isinstance(error, TypeError | AttributeError) and re.search(r"\bcheck\b", line):
        loaded = [sys.modules[_module(week)] for week in weeks() if _module(week) in sys.modules]
        if type(namespace["check"]).__name__ == "Checks" or not loaded:
            return ""
        week = max(loaded, key=lambda module: len(module.check.verdicts))
        return f"`check` is not the course's any more: run from {week.__name__} import check"
    if type(error) is not NameError or not error.name or error.name in namespace:
        return ""
    return _missing(error.name, namespace)


def _missing(name, namespace):
    """Sentence that says what to run first for a `name` that is not in the notebook's `namespace`."""
    if week := week_of(name):
        exercise = exercises(week)[name]
        kind = "class" if inspect.isclass(getattr(exercise, "reference", None)) else "def"
        line = f"{kind} {name}" if hasattr(exercise, "cases") else f'check.value("{name}", ...)'
        return f"`{name}` is an exercise: run the cell with `{line}` first."
    others = [other for other in {*namespace, *dir(builtins)} if not other.startswith("_")]
    if near := difflib.get_close_matches(name, others, 1, 0.8):
        return f"`{name}` is not defined: did you mean `{near[0]}`?"
    return f"`{name}` is not defined yet: run the cells above this one first."


def week_of(name):
    """Name of a week, such as "week01", with the exercise `name`, if possible an imported one; None if none has it."""
    names = sorted(weeks(), key=lambda week: _module(week) not in sys.modules)
    return next((week for week in names if name in exercises(week)), None)


def exercises(week):
    """Dictionary of the exercises of a week by their names, empty where there is none."""
    try:
        return importlib.import_module(_module(week)).check.exercises
    except (ImportError, AttributeError):
        return {}


def weeks():
    """Names of the weeks, a list: ["week01", ...]."""
    place = importlib.import_module("nnlab.exercises").__path__
    return sorted(found.name for found in pkgutil.iter_modules(place) if re.fullmatch(r"week\d\d", found.name))


def _module(week):
    return f"nnlab.exercises.{week}"
