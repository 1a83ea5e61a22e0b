"""What of a notebook's text stands on slides: decks leave out what a text cell marks as being for readers only.

Between the comments ``<!-- not on the slide -->`` and ``<!-- on the slide -->`` (or the end of the cell) stands what
Jupyter, Colab and pages show and slides do not: asides, derivations in words. Comments are invisible in all of them. A
comment at the beginning of a line has that line to itself, since Markdown would show the rest of it as it is; within
a list both stand at the end of an item.
"""

import copy
import re

from nnlab.course.notebooks import only_draws, slide_type

OFF, ON = "<!-- not on the slide -->", "<!-- on the slide -->"
WORDS = 60  # of a slide at most: an audience listens or reads
_LINES = re.compile(rf"^[ \t]*{OFF}[ \t]*\n(?:(?!{OFF}).)*?^[ \t]*{ON}[ \t]*(?:\n|\Z)", re.S | re.M)
_PART = re.compile(rf"{OFF}.*?(?:{ON}|\Z)", re.S)
_MARKER = re.compile(r"<!--\s*(not\s+)?on\s+the\s+slide\s*-->", re.I)
_NO_WORDS = re.compile(r"```.*?```|\$\$.*?\$\$|\$[^$\n]+\$|\\begin\{(\w+\*?)\}.*?\\end\{\1\}|`[^`\n]+`|<!--.*?-->"
                       r"|^#+ [^\n]*$|^ *\|[^\n]*$|!\[[^\]]*\]\([^)]*\)|<[^>]+>", re.S | re.M)
_WORD = re.compile(r"[A-Za-z][\w'’-]*")


def on_slide(text):
    """The Markdown `text` of a cell as slides show it, without what is for readers only."""
    return _PART.sub("", _LINES.sub("", text)).rstrip()


def for_slides(notebook):
    """A copy of `notebook` whose text cells hold only what slides show."""
    shown = copy.deepcopy(notebook)
    for cell in shown.cells:
        if cell.cell_type == "markdown":
            cell.source = on_slide(cell.source)
    return shown


def slides_of(notebook):
    """The slides of `notebook`, lists of cells: what a slide shows, fragments too, without notes."""
    found = []
    for cell in notebook.cells:
        kind = slide_type(cell)
        if kind in ("slide", "subslide"):
            found.append([])
        if found and kind not in ("skip", "notes"):
            found[-1].append(cell)
    return found


def words(text):
    """Number of words of the Markdown `text`, without headings, formulas, code, tables and addresses of links."""
    text = re.sub(r"(\[[^\]]*\])\([^)]*\)", r"\1", re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text))
    return len(_WORD.findall(_NO_WORDS.sub(" ", text)))


def brief(notebook, stem):
    """A slide has at most 60 words and is not empty; comments that mark what is for readers only are in pairs."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (problem := _marked_badly(cell.source)):
            yield f"cell {cell.id!r} {problem}"
    for cells in slides_of(notebook):
        texts = [on_slide(cell.source) for cell in cells if cell.cell_type == "markdown"]
        if (count := sum(map(words, texts))) > WORDS:
            yield (f"the slide that begins with cell {cells[0].id!r} has {count} words; at most {WORDS} (put "
                   f"what only readers need between {OFF} and {ON})")
        left = any(re.sub(r"^#+ .*$", "", text, flags=re.M).strip() for text in texts)
        if not left and not any(_shows(cell) for cell in cells if cell.cell_type != "markdown"):
            yield f"the slide that begins with cell {cells[0].id!r} shows neither text nor code nor a figure"


def _marked_badly(text):
    """What is wrong with the markers in the Markdown `text` of a cell, as the rest of a sentence; "" if nothing is."""
    found = list(_MARKER.finditer(text))
    if odd := next((one.group() for one in found if one.group() not in (OFF, ON)), None):
        return f"marks text by {odd!r}; write {OFF!r} or {ON!r}"
    if any((one.group() == OFF) != (k % 2 == 0) for k, one in enumerate(found)):
        return f"has a comment without its pair: {OFF!r} begins what {ON!r}, or the end of the cell, ends"
    for line in text.split("\n"):
        if (mark := _MARKER.match(line.strip())) and mark.group() != line.strip():
            return (f"has a line that begins with {mark.group()!r} and goes on: Markdown would show what follows as it "
                    "is; give the comment a line of its own, or put it after a word")
    return ""


def _shows(cell):
    """Whether the code cell (or raw cell) `cell` shows something on a slide."""
    hidden = only_draws(cell) or cell.metadata.get("nnlab", {}).get("slide") == "output"
    drawn = any("data" in output for output in cell.get("outputs", ()))
    return drawn or (not hidden and bool(cell.source.strip()))
