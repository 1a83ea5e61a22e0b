"""Run test cases with a student's answer, safely: infinite loops, memory, prints and changed inputs are handled."""

import ast
import contextlib
import dataclasses
import io
import itertools
import math
import os
import random
import signal
import sys
import threading
import time

import numpy as np
import torch

SECONDS = 10  # an answer is stopped after this time, all cases together
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
def guarded(seconds=None):
    """Raise Stopped in the block after SECONDS or MEMORY, again and again until it ends.

    Args:
        seconds: limit in seconds of processor time, in place of SECONDS of real time.

    Only the main thread can be stopped. A loop around ``try: ... except: pass`` catches an exception that is raised in
    its ``try``; the next alarm follows so soon that it is raised in the ``except``.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    clock, seconds = (time.monotonic, SECONDS) if seconds is None else (time.process_time, seconds)
    end, most, gaps = clock() + seconds, _resident() + MEMORY, itertools.cycle((2e-5, 0.05))

    def look(*_):
        late, large = clock() > end, _resident() > most
        signal.setitimer(signal.ITIMER_REAL, next(gaps) if late or large else 0.05)
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


@contextlib.contextmanager
def without_trace():
    """Discard printed output and new figures of the block; restore the random generators of Python, NumPy and torch."""
    states, pyplot = (random.getstate(), np.random.get_state()), _pyplot()
    figures = set(pyplot.get_fignums()) if pyplot else set()
    try:
        with (contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()),
              torch.random.fork_rng(devices=[])):
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        if pyplot := _pyplot():
            for number in set(pyplot.get_fignums()) - figures:
                pyplot.close(number)


def _pyplot():
    """Module matplotlib.pyplot where it is in use, else None."""
    return sys.modules.get("matplotlib.pyplot")


def run(case, names):
    """`Outcome` of the code `case`, the value of its last expression, with `names` bound."""
    body = ast.parse(case).body
    namespace = {"torch": torch, **names}
    torch.manual_seed(0)
    try:
        exec(compile(ast.Module(body[:-1], []), "<case>", "exec"), namespace)
        given = {name: value.detach().clone() for name, value in namespace.items() if isinstance(value, torch.Tensor)}
        value = eval(compile(ast.Expression(body[-1].value), "<case>", "eval"), namespace)
        changed = tuple(name for name, before in given.items() if difference(before, namespace[name]))
        return Outcome(value, None, given, changed)
    except (Exception, SystemExit, Stopped) as error:
        return Outcome(error=error)


def difference(expected, got):
    """None if `got` equals `expected` (up to 1e-5, relative or absolute), else the difference in a few words."""
    if isinstance(expected, torch.Tensor):
        if not isinstance(got, torch.Tensor):
            return f"{_kind(got)} instead of a tensor"
        for what, mine, right in (("shape", tuple(got.shape), tuple(expected.shape)), ("", got.dtype, expected.dtype),
                                  ("on", got.device, expected.device)):
            if mine != right:
                return f"{what} {mine} instead of {right}".strip()
        same = torch.allclose(got.detach(), expected.detach(), rtol=1e-5, atol=1e-5, equal_nan=True)
        return None if same else "other numbers"
    if isinstance(expected, tuple | list):
        if not isinstance(got, tuple | list) or len(got) != len(expected):
            return f"{_kind(got)} instead of {len(expected)} values"
        return next(filter(None, map(difference, expected, got)), None)
    if isinstance(expected, float) and isinstance(got, int | float) and not isinstance(got, bool):
        same = math.isclose(got, expected, rel_tol=1e-5, abs_tol=1e-5) or (math.isnan(got) and math.isnan(expected))
        return None if same else "another number"
    if type(got) is not type(expected):
        return f"{_kind(got)} instead of {_kind(expected)}"
    return None if got == expected else "another value"


def _kind(value):
    """Type of `value` in words."""
    if isinstance(value, np.ndarray | np.generic):
        return "a NumPy array"
    if isinstance(value, tuple | list):
        return f"{len(value)} values"
    names = {int: "a Python int", float: "a Python float", bool: "True or False", torch.Tensor: "a tensor"}
    return "nothing (None)" if value is None else names.get(type(value), f"a {type(value).__name__}")


def agree(one, other):
    """Whether two outcomes are equal: equal values, or errors of the same type."""
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error)
    try:
        return one.changed == other.changed and difference(one.value, other.value) is None
    except Exception:  # values that cannot be compared, such as a sparse tensor, are not the same
        return False
