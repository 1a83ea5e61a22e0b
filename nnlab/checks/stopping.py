"""The stop button while an answer is judged: one line, in place of a traceback through the course's files."""

import contextlib


class Interrupted(KeyboardInterrupt):
    """Raised when judging is stopped; a notebook shows its message without a traceback, and "Run all" ends there."""

    def _render_traceback_(self):
        """Lines that IPython shows instead of a traceback."""
        return [str(self)]


@contextlib.contextmanager
def stoppable(name):
    """Context manager that turns a KeyboardInterrupt into `Interrupted`, whose message contains `name`."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"{name} was stopped and not judged; run the cell again") from None
