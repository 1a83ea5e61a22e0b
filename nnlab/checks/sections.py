"""The text of mylab.py, decoded as Python does it, with a section for each exercise."""

import ast
import contextlib
import io
import re
import tokenize

HEADER = '''"""My answers to the exercises of "Neural networks, week by week", a library to read, change and import."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
'''
_BEGINS = r"^# ---- (\w+\.\w+) ----[ \t]*\r?\n"
_SECTION = re.compile(  # contains no other beginning: where an end was deleted, the following sections are not lost
    _BEGINS + rf"((?:(?!{_BEGINS.replace('(', '(?:')}).*\n)*?)^# ---- end of \1 ----[ \t]*(?:\r?\n|\Z)", re.M)
_MARK = re.compile(r"# ---- (?P<end>end of )?(?P<name>\w+\.\w+) ----\s*$")
_CODING = re.compile(r"([ \t\f]*#.*?coding[:=][ \t]*)[-\w.]+")


def decoded(raw):
    """Text of the bytes `raw` of a Python file, without a byte order mark, and the name of its encoding.

    Raises:
        SyntaxError: its coding line names no encoding, or another than its byte order mark.
        ValueError: the bytes are no text in its encoding.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    return raw.decode(encoding), encoding


def encoded(text, encoding):
    """Bytes of a Python file with that `text`: in `encoding`, or else in UTF-8, with a coding line that says so."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        lines = text.split("\n", 2)
        place = next((k for k in (0, 1) if _CODING.match(lines[k])), None)
        if place is not None:
            lines[place] = _CODING.sub(r"\1utf-8", lines[place], count=1)
        return "\n".join(lines).encode("utf-8")


def whole(text):
    """The `text` in which each section has a beginning and an end, also where the student has deleted one of the two.

    A section without its end goes to the end of the exercise's definition, one without its beginning starts there.
    """
    lines = re.findall(r".*\n|.+$", text)
    marks = [(k, match["name"], bool(match["end"])) for k, line in enumerate(lines) if (match := _MARK.match(line))]
    end = "\r\n" if "\r\n" in text else "\n"
    for place, (k, name, ends) in reversed(list(enumerate(marks))):
        before, after = marks[place - 1] if place else None, marks[place + 1] if place + 1 < len(marks) else None
        if not ends and (after is None or after[1:] != (name, True)):
            found = _defined(lines, name, k + 1, after[0] if after else len(lines))
        elif ends and (before is None or before[1:] != (name, False)):
            found = _defined(lines, name, before[0] + 1 if before else 0, k)
        else:
            continue
        if found is not None:
            at = found[0 if ends else 1]
            broken = end if at and not lines[at - 1].endswith("\n") else ""
            lines.insert(at, f"{broken}# ---- {'' if ends else 'end of '}{name} ----{end}")
    return "".join(lines)


def _defined(lines, name, first, last):
    """Where the last definition of the exercise `name` in ``lines[first:last]`` begins and ends; None of none."""
    short = name.partition(".")[2]
    try:
        body = ast.parse("".join(lines[first:last])).body
    except (SyntaxError, ValueError):
        return None
    found = [(min([part.lineno, *(mark.lineno for mark in getattr(part, "decorator_list", ()))]), part.end_lineno)
             for part in body if getattr(part, "name", None) == short
             or short in [getattr(target, "id", None) for target in getattr(part, "targets", ())]]
    return (found[-1][0] + first - 1, found[-1][1] + first) if found else None


def names(text):
    """Names of the exercises that have a section in `text`, such as "week01.relu", in order."""
    return [name for name, _ in _SECTION.findall(whole(text))]


def section(text, name):
    """Source code in the section of the exercise `name`, "" where there is none."""
    return next((source for found, source in _SECTION.findall(whole(text)) if found == name), "")


def without(text, name):
    """The `text` without the section of the exercise `name`."""
    return _SECTION.sub(lambda match: "" if match[1] == name else match[0], whole(text))


def versions(text, name, source):
    """Texts with `source` as the section of the exercise `name`, a list: in its former place if it has one; at the end.

    The rest of the text and its line ends stay. At the end, all that the file defines is already defined.
    """
    text = whole(text)
    new = f"# ---- {name} ----\n{source.rstrip()}\n# ---- end of {name} ----\n"
    end = "\r\n" if "\r\n" in text else "\n"
    new, rest = new.replace("\n", end), without(text, name).rstrip() or HEADER.rstrip().replace("\n", end)
    found = next((match for match in _SECTION.finditer(text) if match[1] == name), None)
    there = [text[:found.start()] + new + without(text[found.end():], name)] if found else []
    return [*there, f"{rest}{end * 3}{new}"]


def rescued(raw):
    """Text with the readable sections of the bytes `raw` of a broken file, and how many these are."""
    try:
        broken, _ = decoded(raw)
    except (SyntaxError, ValueError):
        broken = raw.decode("utf-8", errors="surrogateescape")
    text, count = HEADER, 0
    for match in _SECTION.finditer(whole(broken)):
        part = match[0].encode("utf-8", errors="surrogateescape")
        with contextlib.suppress(SyntaxError, ValueError):
            part = _any(part)
            ast.parse(part)
            text, count = f"{text.rstrip()}\n\n\n{part}", count + 1
    return text, count


def _any(raw):
    """Text of `raw` in UTF-8, else in the encoding of Western Windows."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252")
