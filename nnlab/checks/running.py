"""Run test cases with a student's answer safely: limits of time and memory, and an isolated state of torch."""

import ast
import contextlib
import dataclasses
import functools
import itertools
import os
import signal
import threading
import time

import torch

from nnlab.checks.comparing import difference
from nnlab.checks.effects import unlike
from nnlab.checks.forms import like
from nnlab.checks.printed import noted
from nnlab.checks.state import isolated
from nnlab.checks.traces import without_trace as without_trace
from nnlab.checks.watching import gradients

SECONDS = 10  # limit of time, for all cases together
CASE = "<case>"  # file name of the code of a case
MEMORY = 2 << 30  # limit of memory: growth of the process in bytes


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Outcome of a case: value or error, calls of the answer, printed text, figures, and replaced attributes."""

    value: object = None
    error: BaseException | None = None
    calls: tuple = ()
    printed: str = ""
    figures: tuple = ()
    patched: tuple = ()


class Stopped(BaseException):
    """Raised to stop an answer that does not end or uses too much memory; ``except Exception`` does not catch it."""


def _resident():
    """Bytes of memory that this process holds; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


@contextlib.contextmanager
def guarded(seconds=None, within=CASE):
    """Context manager that raises Stopped in code of the file `within` after SECONDS or MEMORY, until that code ends.

    Args:
        seconds: limit in seconds of processor time, in place of SECONDS of real time.
        within: file name of that code, as it was compiled. Stopped reaches it and what it calls, never our own code
            around it, which puts back what was changed.

    Only the main thread can be stopped. A loop around ``try: ... except: pass`` catches an exception that is raised in
    its ``try``; the next alarm follows so soon that it is raised in the ``except``.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    clock, seconds = (time.monotonic, SECONDS) if seconds is None else (time.process_time, seconds)
    end, most, gaps = clock() + seconds, _resident() + MEMORY, itertools.cycle((2e-5, 0.05))

    def look(_, frame):
        late, large = clock() > end, _resident() > most
        theirs = (late or large) and _runs(frame, within)
        signal.setitimer(signal.ITIMER_REAL, next(gaps) if theirs else 0.05)
        if not theirs:
            return
        if late:
            raise Stopped(f"It had not ended after {seconds} seconds: which loop never stops?")
        if large:
            raise Stopped(f"It took more than {MEMORY / 2**30:g} GB of memory: what grows in its loop?")

    before = signal.signal(signal.SIGALRM, look)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _runs(frame, file):
    """Whether code of the `file` is running, itself or as a caller of what `frame` runs."""
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return frame is not None


@contextlib.contextmanager
def bound(namespace, names):
    """Context manager that binds `names` in the dictionary `namespace`, then restores the former values."""
    missing = object()
    before = {name: namespace.get(name, missing) for name in names}
    namespace.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is missing:
                namespace.pop(name, None)
            else:
                namespace[name] = value


@functools.lru_cache(4096)
def _compiled(case):
    """Code of all statements of `case` but the last, and of the last, an expression."""
    body = ast.parse(case).body
    return (compile(ast.Module(body[:-1], []), CASE, "exec"), compile(ast.Expression(body[-1].value), CASE, "eval"))


def run(case, names, watch=None):
    """`Outcome` of the code `case`, the value of its last expression, with `names` bound, in a fresh state of torch.

    Args:
        case: Python code that ends with an expression.
        names: dictionary of the names it uses besides torch.
        watch: the `Watch` around the answer among them; where it shifts arguments, the value is a list of gradients.
    """
    statements, expression = _compiled(case)
    namespace, value, error = {"torch": torch, **names}, None, None
    if watch is not None:
        watch.calls, watch.leaves = [], []
    try:
        with isolated() as patched, noted() as printed:
            exec(statements, namespace)
            value = eval(expression, namespace)
            if watch is not None and watch.shift is not None:
                value = gradients(value, watch.leaves)
    except KeyboardInterrupt:
        raise
    except BaseException as caught:  # SystemExit and Stopped, too
        error = caught
    return Outcome(value, error, tuple(watch.calls) if watch is not None else (), printed.getvalue(), printed.figures,
                   tuple(patched))


def agree(one, other):
    """Whether two outcomes agree: equal values of any type, equal side effects, or errors of the same type."""
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error)
    try:
        return difference(one.value, like(one.value, other.value)) is None and effects(one, other) is None
    except Exception:  # values that cannot be compared, such as a sparse tensor, are not the same
        return False


def effects(one, other):
    """Sentence on the first side effect in which two outcomes, `one` and `other`, differ; or None."""
    said = unlike([call.effects for call in one.calls], [call.effects for call in other.calls])
    new = [name for name in other.patched if name not in one.patched]
    return said if said or not new else (
        f"Your answer replaces {new[0]}, for all code that runs afterwards: give your own function another name.")
