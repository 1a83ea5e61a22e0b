"""The lectures of the course as a table: minutes, slides, exercises, predictions, figures, time of a run."""

from nnlab import widgets
from nnlab.course.notebooks import code_cells, minutes, paths, read, title
from nnlab.course.slide_text import slides_of
from nnlab.course.solve import guesses_in, names_in
from nnlab.course.solved_runs import KEPT

_HEAD = ("lecture", "title", "minutes", "slides", "exercises", "predictions", "figures", "run")


def status(names=()):
    """Print a table of the lectures called `names`, of all without; the time of a run is that of the last solved one.

    "figures" counts interactive ones. A lecture that was never run on this machine, or not in its present form, has no
    time.
    """
    rows = [_row(path) for path in paths(names)]
    totals = ["", f"{len(rows)} lectures", *(sum(row[k] for row in rows) for k in range(2, 7)),
              _seconds(sum(row[7] for row in rows if row[7]))]
    lines = [_HEAD, *([*row[:7], _seconds(row[7])] for row in rows), totals]
    widths = [max(len(str(line[k])) for line in lines) for k in range(len(_HEAD))]
    for line in lines:
        cells = [f"{part!s:<{width}}" if k < 2 else f"{part!s:>{width}}"
                 for k, (part, width) in enumerate(zip(line, widths, strict=True))]
        print("  ".join(cells).rstrip())


def _row(path):
    """Values of a row for the notebook at `path`."""
    notebook = read(path)
    cells = code_cells(notebook)
    figures = sum(widgets.MIME in output.get("data", {}) for cell in cells for output in cell.outputs)
    return [path.stem.partition("_")[0], title(notebook).partition(" · ")[2], minutes(notebook),
            len(slides_of(notebook)), sum(len(names_in(cell)) for cell in cells),
            sum(len(guesses_in(cell)) for cell in cells), figures, _taken(path)]


def _taken(path):
    """Seconds of the last solved run of the notebook at `path` that is kept; 0 where there is none."""
    kept = list(KEPT.glob(f"{path.stem}-*.ipynb"))
    return read(kept[0]).metadata.get("nnlab_seconds", 0) if kept else 0


def _seconds(count):
    return f"{count:.0f} s" if count else "-"
