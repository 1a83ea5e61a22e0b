"""Rules for a notebook's text: no sentence twice in a cell, and links that lead to a cell that is there."""

import re

from nnlab.course.notebooks import LINK, NOTEBOOKS, read

WORDS = 5  # a sentence of fewer words, such as "Wait for it.", may come twice


def repeated(notebook, stem):
    """No cell of text says the same sentence twice."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            sentences = [part for part in re.split(r"(?<=[.!?])\s+", cell.source) if len(part.split()) >= WORDS]
            for sentence in sorted({one for one in sentences if sentences.count(one) > 1}):
                yield f"cell {cell.id!r} says {sentences.count(sentence)} times {sentence!r:.80}"


def linked(notebook, stem):
    """Links to notebooks and cells lead to some that exist."""
    for cell in notebook.cells:
        for _, name, target in LINK.findall(cell.source) if cell.cell_type == "markdown" else ():
            path = NOTEBOOKS / f"{name or stem}.ipynb"
            if name and not path.exists():
                yield f"cell {cell.id!r} links to {path.name}, which does not exist"
            elif target and target not in {one.id for one in (read(path) if name else notebook).cells}:
                yield f"cell {cell.id!r} links to the cell {target!r} of {path.name}, which does not exist"
