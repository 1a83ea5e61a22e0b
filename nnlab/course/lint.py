"""Rules for every notebook: each yields a sentence for every place that breaks it.

The rule that needs a solved run as well is `nnlab.course.numerals`.
"""

import ast
import re

from nnlab import widgets
from nnlab.course import notebooks
from nnlab.course.folded import answers, folded, on_two_slides
from nnlab.course.glossary import undefined
from nnlab.course.normalize import KEPT, KERNEL, RANDOM, SLUG, WIDGET_VIEW, drawn_from
from nnlab.course.notebooks import code_cells, printed, sections, slide_type, tags, tree
from nnlab.course.prerequisites import prerequisites, quotes
from nnlab.course.prose import linked, repeated
from nnlab.course.publish import badge_target, first_cell, kaggle_target
from nnlab.course.slide_text import brief
from nnlab.course.solve import exercises_in

LINES, WIDTH = 25, 100  # of a cell of code
LIMITS = {"minutes": 45, "slides": 18, "cells": 50}  # of a notebook: one sitting, one lecture
TAGS = {"preview", "draws", "nbval-ignore-output", "nbval-skip", "raises-exception"}
WORDS_OF_NOTES, SENTENCES = 30, 10


def problems(notebook, stem):
    """List of sentences on rules that `notebook`, called `stem`, breaks; empty if it breaks none."""
    if broken := [f"{stem}: {problem}" for problem in python(notebook, stem)]:
        return broken  # the other rules read syntax trees
    return [f"{stem}: {problem}" for rule in RULES for problem in rule(notebook, stem)]


def python(notebook, stem):
    """Every code cell is Python: tools read its syntax tree."""
    for cell in code_cells(notebook):
        try:
            tree(cell)
        except SyntaxError as error:
            magic = re.search(r"^\s*([%!]\S+)", cell.source, re.M)
            yield f"cell {cell.id!r} is not Python ({error.msg}, line {error.lineno})" + (
                f": write {magic[1]} as get_ipython().run_line_magic(...) or .system(...)" if magic else "")


def form(notebook, stem):
    """Executed, counts 1..n, slugs, nothing of other tools, no errors, images of figures up to date."""
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        yield f"format {notebook.nbformat}.{notebook.nbformat_minor} instead of 4.5"
    others = set(notebook.metadata) - {"kernelspec", "language_info", "nnlab"}
    if others or notebook.metadata.get("kernelspec") != KERNEL:
        yield f"notebook metadata {sorted(notebook.metadata)} are not the normal form's"
    ids = [cell.id for cell in notebook.cells]
    for cell in notebook.cells:
        if not SLUG.fullmatch(cell.id) or RANDOM.fullmatch(cell.id) or ids.count(cell.id) > 1:
            yield f"cell id {cell.id!r} is not a slug of its own"
        if more := set(cell.metadata) - KEPT:
            yield f"cell {cell.id!r} has metadata of another tool: {sorted(more)}"
    for count, cell in enumerate(code_cells(notebook), start=1):
        if cell.execution_count != count:
            yield f"cell {cell.id!r} has execution count {cell.execution_count} instead of {count}"
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                yield f"cell {cell.id!r} stores an error"
            if output.output_type == "stream" and output.name == "stderr":
                yield f"cell {cell.id!r} stores a warning or other text on stderr"
            data = output.get("data", {})
            if WIDGET_VIEW in data:
                yield f"cell {cell.id!r} stores a widget's view"
            if (figure := data.get(widgets.MIME)) and ("image/png" not in data or output.metadata.get("nnlab", {}).get(
                    "drawn_from") != drawn_from(figure, data.get(widgets.NETWORK, {}))):
                yield f"the static image of the figure in cell {cell.id!r} is not of today's figure"


def tagged(notebook, stem):
    """Only tags of the course; outputs are ignored only in the first cell, cells that load data, TensorBoard's."""
    for cell in notebook.cells:
        for tag in tags(cell):
            if tag not in TAGS and not tag.startswith("quotes:"):
                yield f"cell {cell.id!r} has the unknown tag {tag!r}"
        if found := re.search(r"#\s*((NBVAL|PYTEST_VALIDATE)_\w+)", cell.source):
            yield f"cell {cell.id!r} switches nbval by the comment {found.group(1)}; use a tag"
        if "nbval-ignore-output" in tags(cell) and not (
                cell is code_cells(notebook)[0] or _starts_tensorboard(cell) or "load" in _called(tree(cell))):
            yield f"cell {cell.id!r} may not ignore its output: it loads no data"
        raised = any(output.output_type == "error" for output in cell.get("outputs", ()))
        for tag in {"nbval-skip", "raises-exception"} & set(tags(cell)):
            if not raised:
                yield f"cell {cell.id!r} may not be tagged {tag}: it raises no error"


def length(notebook, stem):
    """One sitting: at most 45 minutes, 18 slides, 50 cells without notes; cells of at most 25 lines of 100 characters.

    A notebook that exceeds a limit states by how much: ``"nnlab": {"limits": {"minutes": 57}}`` is exactly what it has.
    """
    counted = [cell for cell in notebook.cells if slide_type(cell) != "notes"]
    own = notebook.metadata.get("nnlab", {}).get("limits", {})
    has = {"minutes": notebooks.spoken(notebook.cells), "cells": len(counted),
           "slides": sum(slide_type(cell) in ("slide", "subslide") for cell in notebook.cells)}
    for what, most in LIMITS.items():
        if what not in own and has[what] > most:
            yield f"{has[what]} {what}" + " without notes" * (what == "cells") + f"; at most {most} make one sitting"
        elif what in own and not most < own[what] == has[what]:
            yield (f"its metadata allow {own[what]} {what} and it has {has[what]}: "
                   "state what it has, or drop the exemption")
    for what in sorted(set(own) - set(LIMITS)):
        yield f"its metadata allow {what!r}; choose from: {', '.join(LIMITS)}"
    text = sum(cell.cell_type == "markdown" for cell in counted)
    if not 0.6 <= text / max(1, len(counted) - text) <= 1.8:
        yield f"{text} cells of text to {len(counted) - text} of code"
    for cell in code_cells(notebook):
        lines = cell.source.split("\n")
        if len(lines) > LINES:
            yield f"cell {cell.id!r} has {len(lines)} lines; at most {LINES}"
        if long := [line for line in lines if len(line) > WIDTH and "# @param" not in line]:
            yield f"cell {cell.id!r} has a line of {len(long[0])} characters; at most {WIDTH}"


def opening(notebook, stem):
    """Title, aims, badges, a copy in Drive, the minutes of the notes, prerequisites, data; then the first code cell."""
    text = "\n".join(cell.source for cell in notebooks.opening(notebook))
    for needed in ("# Week ", "File > Save a copy in Drive", "**Minutes.**", "**Prerequisites.**", "**Data.**",
                   "you can", f"({badge_target(stem)})", f"({kaggle_target(stem)})"):
        if needed not in text:
            yield f"the opening lacks {needed!r}"
    if code_cells(notebook)[0].source != first_cell():
        yield "the first code cell is not the published one; `python -m nnlab.course normalize` writes it"
    stated, noted = notebooks.minutes(notebook), notebooks.spoken(notebook.cells)
    if stated is not None and stated != noted:
        yield f"states {stated} minutes; its notes add up to {noted}"


def ending(notebook, stem):
    """A summary, further reading, and the table of the exercises."""
    text = "\n".join(cell.source for cell in sections(notebook)[-1])
    for needed in ("## Summary", "### Further reading", "check.progress()"):
        if needed not in text:
            yield f"the last section lacks {needed!r}"


def notes(notebook, stem):
    """Every slide has speaker notes, with minutes and something to say."""
    slide = None
    for cell in [*notebook.cells, None]:
        kind = slide_type(cell) if cell is not None else "slide"
        if kind in ("slide", "subslide"):
            if slide is not None:
                yield f"the slide that begins with cell {slide!r} has no speaker notes"
            slide = cell.id if cell is not None else None
        elif kind == "notes":
            slide = None
            spoken = notebooks.notes(cell)
            if spoken is None or len(spoken[1].split()) < WORDS_OF_NOTES:
                yield (f"the notes {cell.id!r} need {WORDS_OF_NOTES} words in the form <details><summary>"
                       "For the lecturer · 2 min</summary>, a blank line, the text, a blank line, </details>")


def story(notebook, stem):
    """Ten sentences tell lecturers the story: the question, the common belief, what contradicts it, what follows."""
    text = notebooks.story(notebook)
    if len(sentences := re.findall(r"[^.?!]+[.?!](?= |$)", text)) != SENTENCES or "\n" in text:
        yield (f"its story for lecturers has {len(sentences)} sentences instead of {SENTENCES}: "
               "one line in its metadata, 'nnlab': {'story': \"...\"}")
    for cell in notebook.cells:
        if "· the story</summary>" in cell.source:
            yield f"cell {cell.id!r} tells the story, which belongs into the notebook's metadata"


def claims(notebook, stem):
    """Every section but the summary prints or asserts at least one claim; images have an alternative text."""
    for section in sections(notebook)[1:-1]:
        cells = [cell for cell in section if cell.cell_type == "code" and "nbval-ignore-output" not in tags(cell)]
        if not any(any(output.output_type == "stream" for output in cell.outputs)
                   or re.search(r"^\s*assert ", cell.source, re.M) for cell in cells if not exercises_in(cell)):
            yield f"the section {section[0].source.splitlines()[0]!r} prints no claim"
    for cell in code_cells(notebook):
        if false := re.search(r"^.*: False$", printed(cell), re.M):
            yield f"cell {cell.id!r} stores a claim that does not hold: {false.group()!r}"
        drawn = [output for output in cell.outputs
                 if "image/png" in output.get("data", {}) and widgets.MIME not in output.data]
        titled = all(output.metadata.get("image/png", {}).get("alt") for output in drawn)
        if not titled and not cell.metadata.get("nnlab", {}).get("alt"):
            yield (f"the image of cell {cell.id!r} has neither a title nor, for those who cannot see it, a text in the "
                   "cell's metadata ('nnlab': {'alt': ...})")


def _starts_tensorboard(cell):
    """Whether the code cell `cell` shows TensorBoard, by its magic."""
    return any(isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "run_line_magic" and node.args
               and getattr(node.args[0], "value", "") == "tensorboard" for node in ast.walk(tree(cell)))


def _called(code):
    """Names of the functions that the syntax tree `code` calls by their name."""
    return {node.func.id for node in ast.walk(code) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


RULES = (form, tagged, length, opening, ending, notes, story, on_two_slides, brief, claims, folded, answers,
         prerequisites, quotes, repeated, linked, undefined)
