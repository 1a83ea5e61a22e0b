"""Advice, a sentence, on errors that answers often raise, and on results of another type, dtype or device."""

import difflib
import re

NO_NUMPY = "Stay with torch's operations: autograd sees nothing of NumPy's, and they do not run on a GPU."
NO_RETURN = "Nothing is returned: does your function end with return?"
NO_GRADIENT = ("The values are right, but no gradient flows through them: a part is computed outside torch, as by "
               ".item(), .detach(), torch.tensor() or NumPy. Use torch's operations.")

# type of error, pattern of its message, and the advice; {0} is the first group of the pattern
_KNOWN = (
    (AttributeError, r"'NoneType' object has no attribute",
     "Something is None there: which function returns nothing, or which gradient has not been computed?"),
    (TypeError, r"'NoneType' object", "Something is None there: a function that ends without return gives None."),
    (TypeError, r"takes (?:from \d+ to )?(\d+) positional arguments? but (\d+)",
     "It takes {0} arguments and gets {1}: keep the parameters that the notebook gives."),
    (TypeError, r"missing \d+ required positional",
     "It has a parameter that nothing is passed for: keep the parameters that the notebook gives."),
    (TypeError, r"iteration over a 0-d tensor|len\(\) of a 0-d tensor|'(float|int)' object is not iterable",
     "A tensor of shape () is a single number: it has no entries to loop over. Which operation works for any shape?"),
    (TypeError, r"numpy", NO_NUMPY),
    (TypeError, r"only integer tensors|integer argument expected|'float' object cannot be interpreted|must be integers",
     "An index, a size or a number of repetitions must be an int: // divides without a remainder, int() converts."),
    (AttributeError, r"'(Tensor)' object has no attribute|module '([\w.]+)' has no attribute",
     "There is no such name: which function of torch does that, and how is it spelled?"),
    (AttributeError, r"'(float|int|list|tuple|bool)' object has no attribute '(\w+)'",
     "A Python {0} has no `{1}`: that belongs to a tensor. Where does the tensor become a {0}?"),
    (RuntimeError, r"numpy\(\)", NO_NUMPY),
    (RuntimeError, r"[Bb]oolean value of Tensor",
     "`if`, `and`, `or`, `max` and `min` need one True or False, and this is a tensor with several: compare all "
     "elements at once with torch.where, torch.maximum, & and |."),
    (RuntimeError, r"cannot be converted to Scalar",
     ".item() and float() need a tensor with one element: this one has several."),
    (RuntimeError, r"shapes cannot be multiplied|inconsistent tensor size|size mismatch|Expected size for first",
     "A matrix product needs the last size of the first factor to be the first size of the second: which of the two "
     "must be transposed, or come first?"),
    (RuntimeError, r"must match the size of tensor b|not broadcastable|shape mismatch",
     "Shapes are aligned from the right, and two sizes must be equal or one of them 1: print both shapes. Is a "
     "dimension lost (keepdim=True), or one too many?"),
    (RuntimeError, r"dtype|expected scalar type",
     "Two dtypes meet in one product: give new tensors the dtype of the input (dtype=x.dtype), and make floats of "
     "bytes and ints with .float()."),
    (RuntimeError, r"does not require grad",
     "The loss has no graph: something between the parameters and the loss was computed outside torch, under no_grad, "
     "or was detached."),
    (RuntimeError, r"modified by an inplace operation",
     "A tensor that the backward pass needs was changed in place after the forward pass: by which line?"),
    (RuntimeError, r"second time", "backward ran twice over one graph: run a new forward pass before each backward."),
    (RuntimeError, r"leaf Variable that requires grad|view of a leaf",
     "A parameter may be changed in place only under torch.no_grad()."),
    (IndexError, r"", "An index lies outside: counting begins at 0 and ends one before the size."),
    (ZeroDivisionError, r"", "A divisor can be 0 here: which formula needs no division?"),
    (OverflowError, r"", "The number is too large for a float: which formula avoids the large intermediate value?"),
    (MemoryError, r"", "Out of memory: what grows in its loop?"),
    (SystemExit, r"", "exit ends the whole program: return the result with return."),
    (RecursionError, r"",
     "Infinite recursion: the function calls itself without end, or about a thousand calls deep. Which call must "
     "return first? Could a loop do it?"),
    (UnboundLocalError, r"'(\w+)'",
     "`{0}` gets its value inside the function, but is used before: give it an initial value above."),
    (KeyError, r"", "The dictionary does not have this key."),
    (ValueError, r"too many values to unpack|not enough values to unpack",
     "The number of names on the left differs from the number of values on the right: print what is unpacked."),
    (ValueError, r"zip\(\) argument", "The two sequences have different lengths."),
    (EOFError, r"", "input() finds nothing to read here: what the function needs comes in its arguments."),
    (NotImplementedError, r"", "A part of the answer is still missing."),
)


def of_error(error):
    """Advice on the cause of an error that students often make, a sentence; "" for other errors."""
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError) and getattr(error, "name", None):
        return f"`{error.name}` is not defined here. If a cell above defines it, run that first; else check the name."
    if isinstance(error, AttributeError) and error.name and error.obj is not None and (
            near := difflib.get_close_matches(error.name, dir(error.obj), 1, 0.7)):
        return f"There is no `{error.name}`; did you mean `{near[0]}`?"
    for kind, pattern, advice in _KNOWN:
        if isinstance(error, kind) and (match := re.search(pattern, str(error))):
            return advice.format(*match.groups()) if match.groups() else advice
    return ""


def of_kind(differs):
    """Advice on a result of another type, dtype or device, from the text of `difference`; "" for other differences."""
    if "a NumPy array instead" in differs:
        return NO_NUMPY
    last = differs.rpartition(": ")[2]
    if last.startswith("on "):
        return "Create new tensors on the device of the input: torch.zeros_like(x), or device=x.device."
    if last.startswith("torch.float32 instead of torch.float64"):
        return "The input is in float64: new tensors need its dtype (torch.zeros_like(x), dtype=x.dtype)."
    if re.match(r"torch\.(u?int\d+|bool) instead of torch\.float", last):
        return "The result should be made of floats: convert it with .float()."
    if re.match(r"torch\.float\d+ instead of torch\.(int|bool)", last):
        return "The result should not be made of floats: indices and classes are ints, comparisons are True and False."
    if re.match(r"torch\.\w+ instead of torch\.\w+", last):
        return "The result has another dtype than required: .to(dtype) converts it."
    if "instead of a tensor" in last:
        return "A tensor is required: compute with tensors throughout, or make one at the end."
    if last.startswith("a Python float instead of a Python int"):
        return "A whole number, an int, is required: // divides without a remainder, int() and round() convert."
    if "instead of a Python" in last:
        item = ": .item() makes one of a tensor." if last.startswith("a tensor") else "."
        return f"One plain number is required{item}"
    if match := re.search(r"\d+ values instead of (\d+) values", last):
        return f"The result should have {match[1]} parts: which is missing, or too many?"
    if match := re.search(r"instead of (\d+) values", last):
        return f"{match[1]} values are required, as in `return a, b`."
    return ""
