"""Progress bar: tqdm in a terminal; in a notebook an HTML bar whose plain text is constant, as strict nbval needs."""

import html
import sys
import time

from tqdm import tqdm


def bar(total, label, show=True):
    """Progress bar of `total` steps: call ``update(text)`` after each and ``close()`` at the end.

    Args:
        total: number of steps, or None where it is not known.
        label: text beside the bar.
        show: False for an object with the same methods that shows nothing.
    """
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
        """Advance by one step; `text` is shown behind the bar."""
        if text:
            self._bar.set_postfix_str(text, refresh=False)
        self._bar.update()

    def close(self):
        """Remove the bar."""
        self._bar.close()


class _Notebook:
    """Updates one HTML output, at most ten times a second; its plain text does not change."""

    def __init__(self, total, label):
        from IPython.display import display

        self._total, self._label, self._done, self._text, self._drawn = total, label, 0, "", 0.0
        self._handle = display(self, display_id=True)

    def __repr__(self):
        return f"({self._label})"

    def _repr_html_(self):
        label = html.escape(self._label)
        return (f'<progress max="{self._total}" value="{self._done}" aria-label="{label}"></progress> '
                f"{label} {self._done}/{self._total} {html.escape(self._text)}")

    def update(self, text=""):
        """Advance by one step; `text` is shown behind the bar."""
        self._done += 1
        self._text = text or self._text
        if time.monotonic() - self._drawn > 0.1:
            self._drawn = time.monotonic()
            self._handle.update(self)

    def close(self):
        """Draw the bar a last time, at its final step."""
        self._handle.update(self)
