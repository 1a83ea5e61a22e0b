"""Rules for folded cells and predictions: contents of a folded cell, and of cells between a guess and its figure.

A cell tagged `draws` only draws: notebooks show it folded. It defines nothing that a later cell needs, and the answer
of a prediction is in no other cell.
"""

import ast
import io
import re
import tokenize

from nnlab.course.names import bound, reads
from nnlab.course.normalize import TITLE
from nnlab.course.notebooks import code_cells, only_draws, printed, sections, slide_type, tree
from nnlab.course.solve import guesses_in, names_in, taken_by

TRAINS = {"backward", "fit", "train_epoch", "train_step", "zero_grad"}  # a cell that calls one of these computes
_NOT_ANSWERS = r"^ *- \([a-z]\) .*$|^#+ \d+ · |^ *\d+\. |· \d+ min</summary>|\b(?:[Ww]eek|[Ss]ection)s? \d\w?"


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
    """A folded cell answers each guess, and no text or code before it contains the words or numbers of the answer."""
    for cell in code_cells(notebook):
        for guess in guesses_in(cell):
            name = guess.targets[0].id
            phrases = cell.metadata.get("nnlab", {}).get("answer", [])
            if not phrases:
                yield (f"the prediction {cell.id!r} does not say in its metadata by which words or numbers its answer "
                       "is recognized ('nnlab': {'answer': [\"...\"]})")
            figure = taken_by(notebook, name)
            if figure is None or not only_draws(figure):
                yield (f"the guess {name!r} is taken by no folded cell: "
                       "the figure that answers it carries the tag `draws`")
                continue
            asked = False
            for before in _from_section(notebook, cell):
                text = without(options(cell), re.sub(r"[\s*]+", " ", visible(before)))
                found = [phrase for phrase in phrases if re.search(_word(phrase), text, re.I)]
                if asked and before.cell_type == "code":
                    found += sorted(numbers(" ".join(phrases)) & compared(tree(before)))
                asked = asked or before is cell
                for answer in found:
                    yield (f"cell {before.id!r} holds the answer {answer!r} of {name!r} "
                           + ("in its source: title, text and conditions must come from the computation"
                              if before is figure else "before the figure that gives it"))
                if before is figure:
                    break


def options(cell):
    """Options of the guess in the code cell `cell`, as its form for Colab lists them; empty where it asks a number."""
    listed = re.search(r"# @param (\[.+\])", cell.source)
    parts = ast.parse(listed[1]).body[0].value.elts if listed else []
    texts = [ast.get_source_segment(listed[1], part).strip("'\"") for part in parts]
    return [text for text in texts if text not in ("None", "show")]


def without(choices, text):
    """`text` without `choices`, the options of a guess, where it names each of them equally often: none stands out."""
    counts, rest = set(), text
    for choice in sorted(choices, key=len, reverse=True):
        rest, count = re.subn(_word(choice), " ", rest)
        counts.add(count)
    return rest if len(counts) == 1 else text


def visible(cell):
    """What a reader of `cell` sees: its text or code, what it prints, the titles of its images.

    Of a folded cell these are its comments and the strings in its code. Lists of options, ``(a)``, ``(b)``, and the
    numbers of headings, lists, weeks and sections do not count.
    """
    if cell.cell_type != "code":
        return re.sub(_NOT_ANSWERS, " ", cell.source, flags=re.M)
    code = re.sub(r"# @param .*", "", cell.source)
    if only_draws(cell):
        tokens = tokenize.generate_tokens(io.StringIO(code).readline)
        code = "\n".join([token.string for token in tokens if token.type == tokenize.COMMENT] + [
            node.value for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)])
    titles = [output.metadata.get("image/png", {}).get("alt", "") for output in cell.outputs if "metadata" in output]
    return "\n".join([code, printed(cell), *titles])


def compared(code):
    """Numbers with which the syntax tree `code` compares something, a set."""
    return {node.value for comparison in ast.walk(code) if isinstance(comparison, ast.Compare)
            for node in ast.walk(comparison) if isinstance(node, ast.Constant) and type(node.value) in (int, float)}


def numbers(text):
    """Numbers that `text` writes in digits, a set."""
    return {float(found.replace(",", "")) for found in re.findall(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?:e-?\d+)?", text)}


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


def _word(phrase):
    """Pattern of `phrase` as whole words and whole numbers."""
    return rf"(?<![\w.])(?<!\d,){re.escape(phrase)}(?!\w|[.,]\d)"


def _from_section(notebook, cell):
    """Cells of `notebook` from the heading of the section of `cell` on."""
    parts = sections(notebook)
    first = next(k for k, part in enumerate(parts) if any(one is cell for one in part))
    return [one for part in parts[first:] for one in part]
