"""Output of an answer while a case runs: captured, and shown once, shortened."""

import contextlib
import io
import sys
import textwrap

LINES, WIDTH, FIGURES = 5, 100, 2


class Noted(io.StringIO):
    """The text that a block prints; afterwards also its `figures`, a list of matplotlib's."""

    figures = ()


@contextlib.contextmanager
def noted():
    """Context manager that captures, as `Noted`, what its block prints and draws; ``plt.show()`` keeps figures open."""
    text, pyplot = Noted(), sys.modules.get("matplotlib.pyplot")
    before = set(pyplot.get_fignums()) if pyplot else set()
    show = pyplot and pyplot.show
    try:
        with contextlib.redirect_stdout(text):
            if pyplot:
                pyplot.show = lambda *args, **kwargs: None
            yield text
    finally:
        if pyplot:
            pyplot.show = show
            new = [number for number in pyplot.get_fignums() if number not in before]
            text.figures = [pyplot.figure(number) for number in new[:FIGURES]]
            for number in new:
                pyplot.close(number)


def shortened(text):
    """The lines of `text`, a list: at most LINES, each of at most WIDTH characters, then how many are left out."""
    lines = text.rstrip().splitlines()
    shown = [textwrap.shorten(line, WIDTH, placeholder=" ...") if len(line) > WIDTH else line.rstrip()
             for line in lines[:LINES]]
    return [*shown, f"... and {len(lines) - LINES} more lines"] if len(lines) > LINES else shown


def show(line, outcome):
    """Print what the answer printed when `line` was run, and display its figures where there is a notebook."""
    if outcome.printed.strip():
        print("\n".join([f"  Your answer prints, for {textwrap.shorten(line, WIDTH - 30, placeholder=' ...')}:",
                         *(f"    {part}" for part in shortened(outcome.printed))]))
    if outcome.figures and "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        from IPython.display import display

        for figure in outcome.figures:
            display(figure)
