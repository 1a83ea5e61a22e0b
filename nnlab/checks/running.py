"""Run test cases with a student's answer, safely: infinite loops, memory and changed inputs are handled."""

import ast
import contextlib
import dataclasses
import itertools
import os
import signal
import threading
import time

import torch

from nnlab.checks.comparing import difference
from nnlab.checks.state import isolated
from nnlab.checks.traces import without_trace as without_trace

SECONDS = 10  # an answer is stopped after this time, all cases together
CASE = "<case>"  # file name of the code of a case
MEMORY = 2 << 30  # and when the process has grown by this many bytes


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Result of a case: its value or its error, the tensors in its input by name, and the names of those it changed."""

    value: object = None
    error: BaseException | None = None
    given: dict = dataclasses.field(default_factory=dict)
    changed: tuple = ()


class Stopped(BaseException):
    """Stops an answer that does not end, or uses too much memory; no ``except Exception`` of the answer catches it."""


def _resident():
    """Bytes of memory that this process holds; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


@contextlib.contextmanager
def guarded(seconds=None, within=CASE):
    """Raise Stopped after SECONDS or MEMORY in code of the file `within` that runs in the block, until it ends.

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
    """Bind `names` in the dictionary `namespace` for the block, then restore the former values."""
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


def run(case, names):
    """`Outcome` of the code `case`, the value of its last expression, with `names` bound, in a fresh state of torch."""
    body = ast.parse(case).body
    namespace = {"torch": torch, **names}
    try:
        with isolated():
            exec(compile(ast.Module(body[:-1], []), CASE, "exec"), namespace)
            given = {name: value.detach().clone() for name, value in namespace.items()
                     if isinstance(value, torch.Tensor)}
            value = eval(compile(ast.Expression(body[-1].value), CASE, "eval"), namespace)
        changed = tuple(name for name, before in given.items() if difference(before, namespace[name]))
        return Outcome(value, None, given, changed)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and Stopped, too
        return Outcome(error=error)


def agree(one, other):
    """Whether two outcomes are equal: equal values, or errors of the same type."""
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error)
    try:
        return one.changed == other.changed and difference(one.value, other.value) is None
    except Exception:  # values that cannot be compared, such as a sparse tensor, are not the same
        return False
