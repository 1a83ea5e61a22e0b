"""Running a student's code without side effects: no output, no figures, no input, no changed settings, no exit."""

import builtins
import contextlib
import getpass
import io
import os
import sys

from nnlab.checks.state import isolated, put_back, remember

_ENDS = ("_exit", "abort")  # of os: they end the process at once


@contextlib.contextmanager
def without_trace():
    """Context manager: `isolated`, with output and figures discarded; ``input()`` finds nothing to read.

    ``exit()`` raises SystemExit, in a notebook too, where it would end the kernel. Yields what `isolated` does.
    """
    pyplot, stdin = sys.modules.get("matplotlib.pyplot"), sys.stdin
    figures = set(pyplot.get_fignums()) if pyplot else set()
    try:
        with contextlib.ExitStack() as stack:
            patched = stack.enter_context(isolated())
            if pyplot:
                stack.enter_context(pyplot.rc_context())
            if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()) is not None:
                from IPython.utils.capture import capture_output
                stack.enter_context(capture_output())
                _replace(stack, shell, "ask_exit", _leave)  # what exit() does in a notebook
                _replace(stack, getattr(shell, "kernel", None), "_input_request", _nothing_to_read)  # and input()
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
            for name in _ENDS:
                _replace(stack, os, name, _leave)
            _replace(stack, getpass, "getpass", _nothing_to_read)
            sys.stdin, builtins.input = _Nothing(), _nothing_to_read
            stack.callback(put_back, patched)  # before all else here, which needs the libraries
            yield patched
    finally:
        sys.stdin = stdin
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            for number in set(pyplot.get_fignums()) - figures:
                pyplot.close(number)


def _replace(stack, home, name, function):
    """Replace an attribute of `home`, where it has one of that name, until the `stack` restores it."""
    if hasattr(home, name):
        remember(stack, lambda: getattr(home, name), lambda method: setattr(home, name, method))
        setattr(home, name, function)


def _leave(*_, **__):
    raise SystemExit


def _nothing_to_read(*_, **__):
    raise EOFError("input() finds nothing to read while an answer is judged: take what you need from the arguments")


class _Nothing(io.StringIO):
    """A standard input that is always empty."""

    read = readline = readlines = __next__ = _nothing_to_read
