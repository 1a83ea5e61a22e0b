"""Notebooks of the course: paths, reading, writing, and parts such as sections, titles and speaker notes."""

import ast
import copy
import re
from pathlib import Path

import nbformat

from nnlab.files import write_text

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build"
# The text of a link, the notebook and the cell that it leads to, either of which may be missing; an image is no link.
LINK = re.compile(r"(?<!!)(\[[^\]]*\])\((?:(week\w+)\.ipynb)?(?:#cell-id=([\w-]+))?\)")


def paths(names=()):
    """Paths of the course's notebooks in order, or of those called `names`: a stem, its week ("week02a"), or a path.

    Raises:
        FileNotFoundError: a name is not a notebook of the course; the message lists the notebooks.
    """
    available = sorted(NOTEBOOKS.glob("week*.ipynb"))
    if not names:
        return available
    found = []
    for name in names:
        matches = [path for path in available if path.stem == Path(name).stem or path.stem.split("_")[0] == name]
        if not matches:
            raise FileNotFoundError(f"no notebook {name!r}; choose from: {', '.join(path.stem for path in available)}")
        found.append(matches[0])
    return found


def read(path):
    """The notebook at `path`, a `nbformat.NotebookNode` of version 4."""
    return nbformat.read(path, as_version=4)


def write(notebook, path):
    """Write `notebook` to `path` in the one form in which the course keeps them (sorted keys, one space, a newline)."""
    write_text(path, nbformat.writes(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def tags(cell):
    """Tags of `cell`, a list of strings."""
    return cell.metadata.get("tags", [])


def slide_type(cell):
    """Slide type of `cell`: "slide", "subslide", "fragment", "skip", "notes" or "-"."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def code_cells(notebook):
    """The code cells of `notebook` in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def title(notebook):
    """Text of the first heading of `notebook`."""
    return next(found.group(1) for cell in notebook.cells if (found := re.search(r"^# (.+)$", cell.source, re.M)))


def minutes(notebook):
    """Minutes of the lecture, as its opening states them; None where it does not."""
    found = re.search(r"\*\*Minutes\.\*\*\s+(\d+)", "\n".join(cell.source for cell in opening(notebook)))
    return int(found.group(1)) if found else None


def notes(cell):
    """Minutes and text of a cell of speaker notes, which a notebook shows folded; None where it has another form."""
    form = r"<details><summary>For the lecturer · (\d+) min</summary>\n\n(.+)\n\n</details>"
    found = re.fullmatch(form, cell.source, re.S)
    return (int(found.group(1)), found.group(2)) if found else None


def spoken(cells):
    """Minutes that the speaker notes among `cells` add up to."""
    return sum(found[0] for cell in cells if slide_type(cell) == "notes" and (found := notes(cell)))


def story(notebook):
    """The story of the lecture, ten sentences for lecturers, from the metadata of `notebook`; "" where it has none."""
    return notebook.metadata.get("nnlab", {}).get("story", "")


def only_draws(cell):
    """Whether the code cell `cell` only draws: notebooks and pages show it folded."""
    return "draws" in tags(cell)


def opening(notebook):
    """The cells of `notebook` before its first code cell."""
    return notebook.cells[:next(k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code")]


def sections(notebook):
    """Sections of `notebook`, lists of cells: the cells before the first ``##``, then one list for each ``##``."""
    parts = [[]]
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.match(r"## ", cell.source):
            parts.append([])
        parts[-1].append(cell)
    return parts


def printed(cell):
    """Everything that the stored outputs of a code cell print, as one string."""
    texts = [output.get("text", "") if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")
             for output in cell.get("outputs", ())]
    return "".join(texts)


def tree(cell):
    """Syntax tree of a code cell, an `ast.Module`.

    Raises:
        SyntaxError: it is not Python; a magic is written ``get_ipython().run_line_magic("load_ext", "tensorboard")``.
    """
    return ast.parse(cell.source)


def without_outputs(notebook):
    """A copy of `notebook` as if it had never run."""
    clean = copy.deepcopy(notebook)
    for cell in code_cells(clean):
        cell.outputs, cell.execution_count = [], None
    return clean
