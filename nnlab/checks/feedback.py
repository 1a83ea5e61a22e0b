"""Feedback on a wrong answer: the smallest failing case with expected and actual result, as text and as a plot."""

import textwrap
import traceback

import torch

from nnlab.checks.comparing import difference
from nnlab.checks.running import Stopped

WIDTH = 100
NO_NUMPY = "Stay with torch's operations: autograd computes no gradient through NumPy's, and they do not run on a GPU."
MANY = 12  # of a tensor with more elements the first that differs is shown


def happened(case, got, right, own_file=None):
    """Two strings: aligned lines with the case, the expected and the actual result; and a sentence of advice, or "".

    Args:
        case: the line of Python that was run.
        got: `Outcome` of the case with the student's answer.
        right: `Outcome` of the case with the reference.
        own_file: file of the student's cell; if its code raised an error, the line is shown.
    """
    if isinstance(got.error, Stopped):
        return aligned(("case", case)), str(got.error)
    if got.error is not None:
        text = f"{type(got.error).__name__}: {(str(got.error).splitlines() or [''])[0]}"[:2 * WIDTH].removesuffix(": ")
        return aligned(("case", case), *_own_line(got.error, own_file), ("error", text)), _advice(got.error)
    try:
        differs = difference(right.value, got.value)
    except Exception:
        differs = f"{type(got.value).__name__} that cannot be compared"
    expected, given = in_numbers(right.value, got.value)
    if differs is None and got.changed:
        return aligned(("case", case)), (f"The result is right, but your answer changed its input {got.changed[0]} in "
                                         "place. The caller still needs that input: return a new tensor.")
    advice = ""
    if got.value is None:
        given, advice = "nothing (None)", "Nothing is returned: does your function end with return?"
    elif "a NumPy array instead" in differs:
        given, advice = differs, NO_NUMPY
    elif differs.rpartition(": ")[2].startswith("on "):
        advice = "Create new tensors on the device of the input: torch.zeros_like(x), or device=x.device."
    if not differs.startswith(("other ", "another ")) and differs not in given:  # more than the numbers differ
        given = f"{given}: {differs}" if isinstance(got.value, torch.Tensor) else differs
    return aligned(("case", case), ("expected", expected), ("got", given)), advice


def _advice(error):
    """Advice on the cause of an error that students often make, a sentence; "" for other errors."""
    if isinstance(error, NameError) and getattr(error, "name", None):
        return f"`{error.name}` is not defined here. If a cell above defines it, run that first; else check the name."
    if isinstance(error, RecursionError):
        return "Infinite recursion: the function calls itself without end. Which call must return first?"
    if isinstance(error, SystemExit):
        return "exit ends the whole program: return the result with return."
    if isinstance(error, MemoryError):
        return "Out of memory: what grows in its loop?"
    if isinstance(error, TypeError) and "numpy" in str(error).lower():
        return NO_NUMPY
    return ""


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
            x = next((x for x in right.given.values() if x.shape == theirs.shape), torch.arange(len(theirs)))
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
