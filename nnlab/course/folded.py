"""Rules for folded cells and predictions: what a folded cell may hold, what may stand between a guess and its figure.

A cell tagged `draws` only draws: notebooks show it folded. Nothing that a later cell needs may stand in it, and the
answer of a prediction may stand nowhere else.
"""

import ast
import re

from nnlab.course.names import bound, reads
from nnlab.course.normalize import TITLE
from nnlab.course.notebooks import code_cells, only_draws, printed, slide_type, tree
from nnlab.course.solve import guesses_in, names_in, taken_by

TRAINS = {"backward", "fit", "train_epoch", "train_step", "zero_grad"}  # a cell that calls one of these computes


def folded(notebook, stem):
    """A folded cell has a title, computes nothing that a later cell reads, and does not train; its metadata agree."""
    cells = code_cells(notebook)
    trees = [tree(cell) for cell in cells]
    read, binds = [reads(code) for code in trees], [bound(code) for code in trees]
    for k, cell in enumerate(cells):
        closed = cell.metadata.get("cellView") == "form", cell.metadata.get("jupyter", {}).get("source_hidden", False)
        if closed != (only_draws(cell),) * 2:
            yield (f"cell {cell.id!r} is folded in one program and open in another; `make normalize` folds what is "
                   "tagged draws, and nothing else")
        if not only_draws(cell):
            continue
        if not re.match(rf"{TITLE}\S+ \S+", cell.source):
            yield (f"the folded cell {cell.id!r} does not begin with a title for Colab, as in "
                   f"{TITLE}Draw the loss surface")
        if names_in(cell) or guesses_in(cell):
            yield f"the folded cell {cell.id!r} holds an exercise or a guess, which nobody would find"
        if called := sorted(TRAINS & set(_called(trees[k]))):
            yield (f"the folded cell {cell.id!r} computes: it calls {', '.join(called)}; "
                   "move that to an open cell before it")
        waiting = binds[k]
        for later in range(k + 1, len(cells)):
            if used := sorted(waiting & read[later]):
                yield (f"the folded cell {cell.id!r} defines {', '.join(map(repr, used))}, "
                       f"which cell {cells[later].id!r} uses: compute it in an open cell")
            waiting = waiting - binds[later]


def answers(notebook, stem):
    """A folded cell answers each guess, and no open cell between the two holds the words or numbers of the answer."""
    for cell in code_cells(notebook):
        for guess in guesses_in(cell):
            name, place = guess.targets[0].id, notebook.cells.index(cell)
            phrases = cell.metadata.get("nnlab", {}).get("answer", [])
            if not phrases:
                yield (f"the prediction {cell.id!r} does not say in its metadata by which words or numbers its answer "
                       "is recognized ('nnlab': {'answer': [\"...\"]})")
            figure = taken_by(notebook, name)
            if figure is None or not only_draws(figure):
                yield (f"the guess {name!r} is taken by no folded cell: "
                       "the figure that answers it carries the tag `draws`")
                continue
            for between in notebook.cells[place + 1:notebook.cells.index(figure)]:
                if slide_type(between) == "notes" or (between.cell_type == "code" and only_draws(between)):
                    continue
                text = between.source + "\n" + printed(between)
                for answer in phrases:
                    if re.search(rf"(?<![\w.]){re.escape(answer)}(?![\w]|\.\d)", text, re.I):
                        yield (f"cell {between.id!r} holds the answer {answer!r} of {name!r} "
                               "before the figure that gives it")


def on_two_slides(notebook, stem):
    """A guess and its answer stand on two slides, so that an audience can vote before it sees the answer."""
    slide, asked = 0, {}
    for cell in notebook.cells:
        kind = slide_type(cell)
        slide += kind in ("slide", "subslide")
        if cell.cell_type != "code":
            continue
        used = {node.id for node in ast.walk(tree(cell))
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        for name in sorted(used & asked.keys()):
            if kind != "skip" and asked[name] == slide:
                yield (f"cell {cell.id!r} answers {name!r} on the slide that asks for it: "
                       "begin a new slide before the answer")
        asked |= {guess.targets[0].id: slide for guess in guesses_in(cell)}


def _called(code):
    """Names of the functions and methods that the syntax tree `code` calls."""
    for node in ast.walk(code):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
