"""The lecture that a handed-in notebook belongs to: its exercises, its questions, its name."""

import functools
import json
import re
from typing import NamedTuple

import nbformat

from nnlab.course.execute import CellFailed
from nnlab.course.folded import options
from nnlab.course.notebooks import code_cells, paths, read, title
from nnlab.course.solve import checks_of, guesses_in, names_in, taken_by
from nnlab.course.solved_runs import KEPT, data_here, fingerprint, solved_run
from nnlab.files import write_text

_MEASURED = re.compile(r"measured: (.*?)(?:$|;)", re.S)
_NUMBER = re.compile(r"[-−]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")


class Question(NamedTuple):
    """A prediction: the variable, the heading above, its options (none where a number is asked for), the right one.

    `measured` is what a solved run has measured, in words, or "" where there is none; `figure` the id of the cell that
    answers.
    """

    name: str
    heading: str
    options: tuple
    right: str | None
    measured: str
    figure: str = ""

    def with_measured(self, solved):
        """The question with what its figure has measured in a solved run, a dictionary from cells to words."""
        measured = solved.get(self.figure, self.measured)
        right = self.right or next((one for one in self.options if one == measured), None)
        return self._replace(measured=measured, right=right)

    def off(self, guess):
        """How far the `guess` is off, in words."""
        if guess is None:
            return "no guess"
        if guess == "show":
            return "looked at the answer"
        if self.options:
            return "right" if guess == self.right else "another option" if guess in self.options else "no option"
        found = _NUMBER.search(self.measured.replace("−", "-"))
        if isinstance(guess, bool) or not isinstance(guess, int | float) or not found:
            return "a number" if isinstance(guess, int | float) else "no number"
        wanted = float(found[0].replace(",", ""))
        if guess == wanted:
            return "exact"
        if guess > 0 and wanted > 0:
            ratio = max(guess, wanted) / min(guess, wanted)
            return f"too {'large' if guess > wanted else 'small'} by a factor of {ratio:.3g}"
        return f"off by {abs(guess - wanted):.3g}"


class Lecture(NamedTuple):
    """A lecture: stem of its notebook, title, week of its exercises, their names, questions."""

    stem: str
    title: str
    week: str
    exercises: tuple
    questions: tuple


@functools.cache
def lectures():
    """List of all lectures that have exercises."""
    return [made for path in paths() if (made := _lecture(path)) is not None]


def _lecture(path):
    notebook = read(path)
    checks = checks_of(notebook)
    if checks is None:
        return None
    names = tuple(name for cell in code_cells(notebook) for name in names_in(cell))
    return Lecture(path.stem, title(notebook), checks.week, names, tuple(_questions(path.stem, notebook)))


def _questions(stem, notebook):
    """The predictions of `notebook`, in order."""
    solved, heading = _kept(stem), ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := re.findall(r"^#+ (.+)$", cell.source, re.M)):
            heading = re.sub(r" \*\(\w+\)\*$|[$*`]", "", found[-1])
            continue
        for guess in guesses_in(cell) if cell.cell_type == "code" else ():
            name = guess.targets[0].id
            figure = taken_by(notebook, name)
            answers = cell.metadata.get("nnlab", {}).get("answer", [])
            right = next((one for one in options(cell) if one in answers), None)
            made = Question(name, heading, tuple(options(cell)), right, "", figure.id if figure is not None else "")
            yield made.with_measured(solved)


def _kept(stem):
    """What the figures of a solved run have measured that is kept; an empty dictionary where there is none."""
    return next((measured_in(nbformat.read(path, 4)) for path in KEPT.glob(f"{stem}-*.ipynb")), {})


def measured_in(run):
    """Dictionary from the id of a cell to what its figure has measured, in words, from a solved `run`."""
    return {cell.id: " ".join(found[1].split()) for cell in code_cells(run) for output in cell.outputs
            if (found := _MEASURED.search(output.get("metadata", {}).get("image/png", {}).get("alt", "")))}


def with_measurements(lecture, folder):
    """The `lecture` with what its figures measure: from a solved run that is kept, else from one that is made now.

    Args:
        lecture: a `Lecture`.
        folder: where what such a run has measured is kept.
    """
    if all(one.measured or not one.figure for one in lecture.questions):
        return lecture
    path = paths([lecture.stem])[0]
    file = folder / f"measured-{fingerprint(path, data_here()[0])}.json"
    if not file.exists():
        print(f"{lecture.stem}: running the solved lecture once, for what its predictions ask ...")
        try:
            write_text(file, json.dumps(measured_in(solved_run(path)), ensure_ascii=False))
        except CellFailed as error:
            print(f"{lecture.stem}: does not run here, so pages do not say what was measured ({error.cell.id!r})")
            return lecture
    solved = json.loads(file.read_text(encoding="utf-8"))
    return lecture._replace(questions=tuple(one.with_measured(solved) for one in lecture.questions))


def lecture_of(names, headline):
    """The `Lecture` of a notebook that defines `names` and whose first heading is `headline`; None where none fits."""
    def fit(lecture):
        return len(set(lecture.exercises) & names), lecture.title in headline
    best = max(lectures(), key=fit)
    return best if fit(best) > (0, False) else None
