"""The judgment of the answers to a quiz, a list of values."""

import difflib
import re

import numpy as np
import torch

from nnlab.checks.exercise import Verdict
from nnlab.checks.feedback import aligned
from nnlab.checks.judging import incorrect, not_attempted

_NEAR = 0.75  # least similarity of a word to the one that it is read as


def judge_value(exercise, value):
    """`Verdict` on the list `value` for the `Quiz` called `exercise`; a correct one has the values in plain form."""
    name, reference = exercise.name, exercise.reference
    given = _listed(value)
    if given is ... or given is None or (isinstance(given, list) and all(part is ... for part in given)):
        return not_attempted(name)
    if not isinstance(given, list) or len(given) != len(reference):
        what = f"a list of {len(reference)} values, one for each question"
        had = f"; this has {len(given)}" if isinstance(given, list) else f"; this is {value!r:.60}"
        return incorrect(name, f"  {name} should be {what}{had}.")
    words = [*reference, *(part for other in exercise.also for part in other)]
    given = [_plain(part, right, words) for part, right in zip(given, reference, strict=True)]
    if any(all(map(_same, given, other)) for other in exercise.also):
        return Verdict("correct", f"✓ {name} is right", None, given)
    k = next((k for k, part in enumerate(given) if not _same(part, reference[k])), None)
    if k is None:
        return Verdict("correct", f"✓ {name} is right", None, given)
    said = next((wrong.says for wrong in exercise.wrong if _same(given[k], wrong.answer[k])
                 and not _same(given[k], reference[k])), "")
    yours = "no answer yet" if given[k] is ... else f"{given[k]!r:.60}"
    lines = aligned((f"{k + 1} of {len(reference)}", exercise.questions[k]), ("yours", yours))
    known = [*reference, *(part for wrong in exercise.wrong for part in wrong.answer)]
    return incorrect(name, lines, said or _form(given[k], reference[k], known))


def _form(given, right, known):
    """Sentence on the form that an answer must have, if `given` has another one; `known` lists the words; or ""."""
    if given is ...:
        return ""
    words = sorted({part for part in known if isinstance(part, str)})
    if isinstance(right, str):
        return "" if given in words else f"Choose {', '.join(map(repr, words[:-1]))} or {words[-1]!r}."
    if isinstance(given, tuple) and isinstance(right, tuple):
        if len(given) != len(right):
            return f"It has {len(given)} dimensions here: how many are left?"
        return f"The size in dimension {next(k for k, size in enumerate(given) if size != right[k])} is another."
    if type(given) in (int, float) and type(right) in (int, float):
        return "The number is right, the sign is not." if given == -right else (
            f"The right number is {'larger' if given < right else 'smaller'}.")
    kinds = {bool: "The answer is True or False.", tuple: "The answer is a tuple, such as (2, 5).",
             int: "The answer is a whole number, such as 7.", float: "The answer is a number, such as 7.5."}
    return "" if type(given) is type(right) else kinds[type(right)]


def _listed(value):
    """A tensor, array, tuple or list with one value for each question as a list; anything else as it is."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return value.tolist() if value.ndim == 1 else value
    return list(value) if isinstance(value, tuple | list) else value


def _same(given, right):
    """Whether two values are equal, and both are truth values or neither; an array is equal to nothing."""
    try:
        return bool(given == right) and isinstance(given, bool) == isinstance(right, bool)
    except Exception:  # an array has no truth value
        return False


def _plain(part, right, known):
    """A shape or list as a tuple, one number of NumPy or torch as Python's, a word as the list `known` spells it."""
    if isinstance(part, torch.Tensor | np.ndarray | np.generic):
        values = np.asarray(part).reshape(-1).tolist()
        part = values[0] if len(values) == 1 and not isinstance(right, tuple) else tuple(values)
    if isinstance(part, str) and isinstance(right, str):
        words = {_folded(word): word for word in known if isinstance(word, str)}
        near = difflib.get_close_matches(_folded(part), words, 1, _NEAR)
        return words[near[0]] if near else part
    return tuple(part) if isinstance(part, list | torch.Size) else part


def _folded(text):
    """The words of `text` without case, punctuation and order."""
    return " ".join(sorted(re.findall(r"[a-z0-9]+", text.casefold())))
