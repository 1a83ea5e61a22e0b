"""One bar for long work: tqdm in a terminal, a quiet line of HTML in a notebook that strict comparison does not see."""

import html
import sys
import time

from tqdm import tqdm


def bar(total, label, show=True):
    """A progress bar for `total` steps with ``update(text)`` after each and ``close()``; `show=False` makes a silent one."""
    if not show:
        return _Silent()
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return _Notebook(total, label) if getattr(shell, "kernel", None) is not None else _Terminal(total, label)


class _Silent:
    def update(self, text=""):
        """Do nothing."""

    def close(self):
        """Do nothing."""


class _Terminal:
    def __init__(self, total, label):
        self._bar = tqdm(total=total, desc=label, disable=None, leave=False)

    def update(self, text=""):
        """One step more; `text` stands behind the bar."""
        if text:
            self._bar.set_postfix_str(text, refresh=False)
        self._bar.update()

    def close(self):
        """Take the bar away."""
        self._bar.close()


class _Notebook:
    """Updates one output, at most ten times a second; its plain text stays the same from first to last."""

    def __init__(self, total, label):
        from IPython.display import display

        self._total, self._label, self._done, self._text, self._drawn = total, label, 0, "", 0.0
        self._handle = display(self, display_id=True)

    def __repr__(self):
        return f"({self._label})"

    def _repr_html_(self):
        return (f'<progress max="{self._total}" value="{self._done}" aria-label="{html.escape(self._label)}"></progress> '
                f"{html.escape(self._label)} {self._done}/{self._total} {html.escape(self._text)}")

    def update(self, text=""):
        """One step more; `text` stands behind the bar."""
        self._done += 1
        self._text = text or self._text
        if time.monotonic() - self._drawn > 0.1:
            self._drawn = time.monotonic()
            self._handle.update(self)

    def close(self):
        """Draw the bar a last time."""
        self._handle.update(self)
