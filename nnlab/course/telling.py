"""Progress messages for an output that is not a terminal, where progress bars are not shown."""

import sys


def tell(line):
    """Print `line` at once, unless the output is a terminal, which shows a progress bar."""
    if not sys.stdout.isatty():
        print(line, flush=True)
