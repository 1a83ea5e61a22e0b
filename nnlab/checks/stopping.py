"""The stop button while an answer is judged: one line, in place of a traceback through the course's files."""

import contextlib


class Interrupted(KeyboardInterrupt):
    """What was stopped and what to do, a clause; a notebook shows it without a traceback, and "Run all" ends there."""

    def _render_traceback_(self):
        """Lines that IPython shows instead of a traceback."""
        return [str(self)]


@contextlib.contextmanager
def stoppable(name):
    """Raise Interrupted, which names `name`, in place of a KeyboardInterrupt in the block."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"{name} was stopped and not judged; run the cell again") from None
