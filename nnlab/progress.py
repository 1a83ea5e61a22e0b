"""Progress bar: tqdm in a terminal; in a notebook an HTML bar whose plain text is constant, as strict nbval needs."""

import html
import sys
import time

from tqdm import tqdm


def in_notebook():
    """Whether this code runs in the kernel of a notebook, not in a terminal or a script."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None


_interrupted = [float("-inf")]  # time of the last interruption of a training, in seconds


def reaches_caller():
    """Whether a KeyboardInterrupt that ended a training is raised again: outside a notebook, or twice within a second.

    A second interruption thus ends a loop over several trainings. Call it once for each interruption.
    """
    _interrupted.append(time.monotonic())
    again = _interrupted[-1] - _interrupted.pop(0) < 1
    return again or not in_notebook()


def bar(total, label, show=True, unit="step"):
    """Progress bar of `total` steps: call ``update(text, amount)`` for the steps done and ``close()`` at the end.

    Args:
        total: number of steps, or None where it is not known.
        label: text beside the bar.
        show: False for an object with the same methods that shows nothing.
        unit: "B" for bytes, which are shown in MB; any other name of a step.
    """
    if not show:
        return _Silent()
    return (_Notebook if in_notebook() else _Terminal)(total, label, unit)


class _Silent:
    def update(self, text="", amount=1):
        """Do nothing."""

    def close(self):
        """Do nothing."""


class _Terminal:
    def __init__(self, total, label, unit="step"):
        self._bar = tqdm(total=total, desc=label, disable=None, leave=False, unit=unit, unit_scale=unit == "B")

    def update(self, text="", amount=1):
        """Advance by `amount` steps; `text` is shown behind the bar."""
        if text:
            self._bar.set_postfix_str(text, refresh=False)
        self._bar.update(amount)

    def close(self):
        """Remove the bar."""
        self._bar.close()


class _Notebook:
    """Updates one HTML output, at most ten times a second; its plain text does not change."""

    def __init__(self, total, label, unit="step"):
        from IPython.display import display

        self._total, self._label, self._unit = total, label, unit
        self._done, self._text, self._drawn = 0, "", 0.0
        self._handle = display(self, display_id=True)

    def __repr__(self):
        return f"({self._label})"

    def _repr_html_(self):
        label = html.escape(self._label)
        known = "" if self._total is None else f'max="{self._total}" value="{self._done}" '
        count = self._amount(self._done) + ("" if self._total is None else f"/{self._amount(self._total)}")
        return f'<progress {known}aria-label="{label}"></progress> {label} {count} {html.escape(self._text)}'

    def _amount(self, steps):
        return f"{steps / 1e6:.1f} MB" if self._unit == "B" else f"{steps}"

    def update(self, text="", amount=1):
        """Advance by `amount` steps; `text` is shown behind the bar."""
        self._done += amount
        self._text = text or self._text
        if time.monotonic() - self._drawn > 0.1:
            self._drawn = time.monotonic()
            self._handle.update(self)

    def close(self):
        """Draw the bar a last time, at its final step, which becomes the total where that was unknown."""
        if self._total is None:
            self._total = self._done
        self._handle.update(self)
