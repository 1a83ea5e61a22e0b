"""Lines on what is going on, for an output that is no terminal, where progress bars do not show."""

import sys


def tell(line):
    """Print `line` at once, unless the output is a terminal: a progress bar says it there."""
    if not sys.stdout.isatty():
        print(line, flush=True)
