"""Running code that is not ours without a trace: nothing is printed, displayed, drawn, asked, set or ended."""

import builtins
import contextlib
import io
import sys

from nnlab.checks.state import isolated, remember


@contextlib.contextmanager
def without_trace():
    """`isolated`, and what the block prints, displays and draws is discarded; ``input()`` finds nothing to read.

    ``exit()`` raises SystemExit, in a notebook too, where it would end the kernel.
    """
    pyplot, stdin = sys.modules.get("matplotlib.pyplot"), sys.stdin
    figures = set(pyplot.get_fignums()) if pyplot else set()
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(isolated())
            if pyplot:
                stack.enter_context(pyplot.rc_context())
            if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()) is not None:
                from IPython.utils.capture import capture_output
                stack.enter_context(capture_output())
                if hasattr(shell, "ask_exit"):  # what exit() does in a notebook
                    remember(stack, lambda: shell.ask_exit, lambda method: setattr(shell, "ask_exit", method))
                    shell.ask_exit = _leave
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
            sys.stdin, builtins.input = io.StringIO(), _nothing_to_read  # a notebook's input() asks its page
            yield
    finally:
        sys.stdin = stdin
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            for number in set(pyplot.get_fignums()) - figures:
                pyplot.close(number)


def _leave(*_):
    raise SystemExit


def _nothing_to_read(*_):
    raise EOFError("input() finds nothing to read while an answer is judged")
