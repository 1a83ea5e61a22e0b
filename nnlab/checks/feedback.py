"""Feedback on a wrong answer: the smallest failing case with expected and actual result, as text and as a plot."""

import textwrap
import traceback

import torch

from nnlab.checks.advice import NO_GRADIENT, NO_RETURN, of_error, of_kind
from nnlab.checks.comparing import difference
from nnlab.checks.forms import like
from nnlab.checks.running import Stopped, effects

WIDTH = 100
MANY = 12  # for a tensor with more elements, the first that differs is shown
AGAIN = ("The same call again gives another result: what does your answer keep from one call to the next (a global, a "
         "default argument, an object that is made only once)?")


def happened(fault, own_file=None):
    """Two strings: aligned lines with the case, its expected and its actual result; and a sentence of advice, or "".

    Args:
        fault: the `nnlab.checks.candidate.Fault`.
        own_file: file of the student's cell; if its code raised an error, the line is shown.
    """
    case, right, got = ("case", textwrap.shorten(fault.line, 2 * WIDTH, placeholder=" ...")), fault.right, fault.got
    if isinstance(got.error, Stopped):
        return aligned(case), str(got.error)
    if got.error is not None:
        rows = _results(right, got)
        if rows:
            return aligned(case, *rows[0]), rows[1]
        text = f"{type(got.error).__name__}: {(str(got.error).splitlines() or [''])[0]}"[:2 * WIDTH].removesuffix(": ")
        return aligned(case, *_own_line(got.error, own_file), ("error", text)), of_error(got.error)
    if right.error is not None:
        text = f"{type(right.error).__name__}: {right.error}"[:WIDTH]
        return aligned(case, ("expected", text), ("got", _alone(got.value))), "An error should be raised here."
    if fault.kind == "gradient":
        expected, given = in_numbers(right.value, got.value)
        lost = any(mine is None and wanted is not None for wanted, mine in zip(right.value, got.value, strict=False))
        nan = "The value is right, but its gradient is not finite: an infinite value inside, times 0, is nan."
        advice = NO_GRADIENT if lost else nan if "nan" in given or "inf" in given else (
            "The value is right, but its gradient is not: which part of the formula is hidden from autograd?")
        return aligned(case, ("gradient", expected), ("got", given)), advice
    rows, advice = _rows(right.value, got.value)
    said = effects(right, got)
    if not rows and said:
        return aligned(case), "The result is right, but: " + said[0].lower() + said[1:] if (
            said.startswith("Your")) else said
    return aligned(case, *rows), advice or (AGAIN if fault.kind == "repetition" else "")


def _rows(expected, got):
    """Rows with the two values, and advice on their kinds; no rows where they are equal."""
    try:
        got = like(expected, got)
        differs = difference(expected, got)
    except Exception:
        differs = f"{type(got).__name__} that cannot be compared"
    if differs is None:
        return [], ""
    wanted, given = in_numbers(expected, got)
    if got is None:
        return [("expected", wanted), ("got", "nothing (None)")], NO_RETURN
    if "a NumPy array instead" in differs:
        given = differs
    if not differs.startswith(("other ", "another ")) and differs not in given:  # more than the numbers differ
        given = f"{given}: {differs}" if isinstance(got, torch.Tensor) else differs
    counts = isinstance(expected, list) and isinstance(got, list)  # of a list the length may depend on the input
    return [("expected", wanted), ("got", given)], "" if counts else of_kind(differs)


def _results(right, got):
    """Rows and advice on a call whose result has another type, where the case, not the answer, raised the error."""
    if right.error is None and got.calls and all(call.done for call in got.calls):
        for wanted, mine in zip(right.calls, got.calls, strict=False):
            rows, advice = _rows(wanted.result, mine.result)
            if rows and (advice or mine.result is None):
                return rows, advice
    return None


def _own_line(error, own_file):
    """List with one row, the last line of `own_file` in the traceback of `error`; empty where there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.line for frame in frames if frame.filename == own_file and frame.line]
    return [("your line", lines[-1])] if lines else []


def aligned(*rows):
    """Text of the pairs (label, line), one line each, with the lines aligned."""
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"  {label:<{width}}  {line}" for label, line in rows)


def in_numbers(expected, got):
    """Two short texts of the values `expected` and `got`; where they have the same shape, their numbers are aligned."""
    if isinstance(expected, tuple | list) and isinstance(got, tuple | list) and len(expected) == len(got):
        pairs = [in_numbers(*pair) for pair in zip(expected, got, strict=True)]
        return tuple(", ".join(pair[k].ljust(max(map(len, pair))) for pair in pairs).rstrip() for k in (0, 1))
    if not (isinstance(expected, torch.Tensor) and isinstance(got, torch.Tensor) and expected.shape == got.shape
            and got.device == expected.device and got.layout == torch.strided):
        return _alone(expected), _alone(got)
    expected, got = expected.detach(), got.detach()
    if expected.numel() > MANY:
        other = ~torch.isclose(expected.double(), got.double(), rtol=1e-5, atol=1e-5, equal_nan=True)
        if not other.any():
            return _alone(expected), _alone(got)
        place = tuple(other.nonzero()[0].tolist())
        pair = in_numbers(expected[place], got[place])
        where = f"at {list(place)}, where the first of {int(other.sum())} of {expected.numel()} numbers differs"
        return f"{pair[0]}  {where}", pair[1]
    texts = [[_number(value, digits) for value in tensor.reshape(-1).tolist()]
             for digits in (5, 9) for tensor in (expected, got)]
    texts = texts[:2] if texts[0] != texts[1] else texts[2:]
    width = max((len(text) for part in texts for text in part), default=0)
    return tuple(_nested([text.rjust(width) for text in part], expected.shape) for part in texts)


def _alone(value):
    """Short text of one value, even if its own ``__repr__`` raises an error."""
    try:
        if isinstance(value, torch.Tensor):
            if value.numel() > MANY or value.layout != torch.strided or value.device.type == "meta":
                return f"a tensor of shape {tuple(value.shape)}"
            return _nested([_number(number, 5) for number in value.detach().reshape(-1).tolist()], value.shape)
        text = _number(value, 5) if isinstance(value, float) else repr(value)
        return textwrap.shorten(text, WIDTH, placeholder=" ...")
    except Exception:
        return f"a {type(value).__name__}"


def _number(value, digits):
    """Text of a number with that many significant digits; floats have a decimal point."""
    if not isinstance(value, float):
        return str(value)
    text = f"{value:.{digits}g}"
    return text if set(text) & set(".en") else text + ".0"


def _nested(texts, shape):
    """The `texts` of a tensor's elements in nested brackets by its `shape`."""
    if len(shape) == 0:
        return texts[0]
    size = len(texts) // shape[0] if shape[0] else 0
    return "[" + " ".join(_nested(texts[k * size:(k + 1) * size], shape[1:]) for k in range(shape[0])) + "]"


def draw(case, got, right):
    """Plot the actual beside the expected result, in a notebook only: curves for shape (N,), images for (H, W)."""
    from IPython import get_ipython

    if (get_ipython() is None or got.error is not None or not isinstance(got.value, torch.Tensor)
            or got.value.shape != right.value.shape or got.value.device != right.value.device):
        return
    import matplotlib.pyplot as plt
    from IPython.display import display

    with plt.style.context("nnlab.course"):
        mine, theirs = got.value.detach().float(), right.value.detach().float()
        if mine.ndim == 1:
            fig, ax = plt.subplots(figsize=(6, 2.8))
            x = next((part for call in right.calls for part in call.arguments.values()
                      if isinstance(part, torch.Tensor) and part.shape == theirs.shape), torch.arange(len(theirs)))
            ax.plot(x, theirs, color="0.75", lw=6, label="expected")
            ax.plot(x, mine, color="C1", label="yours")
            ax.legend()
        else:
            fig, axes = plt.subplots(1, 2, figsize=(6, 3))
            for ax, image, name in zip(axes, (theirs, mine), ("expected", "yours"), strict=True):
                ax.imshow(image, cmap="RdBu_r", vmin=-theirs.abs().max(), vmax=theirs.abs().max())
                ax.set_title(name)
                ax.axis("off")
        fig.suptitle(case.split("; ")[-1], x=0.01, ha="left", fontsize="medium")
        display(fig)
        plt.close(fig)
