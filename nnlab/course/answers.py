"""The answer key: each notebook solved and run, and after each exercise the mistakes that it knows by name."""

import nbformat

from nnlab.checks.exercise import Quiz
from nnlab.course.notebooks import BUILD, code_cells, paths, title, write
from nnlab.course.render import Formulas, rendered
from nnlab.course.solve import checks_of, names_in
from nnlab.course.solved_runs import runs

ANSWERS = BUILD / "answers"


def answers(names=()):
    """Write the key of each notebook, as a notebook and as a page, to build/answers/; True when all are written."""
    ANSWERS.mkdir(parents=True, exist_ok=True)
    with Formulas() as formulas:
        for path, made in zip(paths(names), runs(paths(names)), strict=True):
            if made.failure:
                raise made.failure
            key = commented(made.notebook)
            write(key, ANSWERS / path.name)
            page = ANSWERS / f"{path.stem}.html"
            page.write_text(rendered(key, "page", formulas, title=f"Answers: {title(key)}"), encoding="utf-8")
            print(f"{path.stem}: {sum(len(names_in(cell)) for cell in code_cells(key))} exercises answered")
    print(f"Open {ANSWERS}")
    return True


def commented(notebook):
    """`notebook` with a cell after each exercise that lists its known mistakes and what is said to them."""
    checks, cells = checks_of(notebook), []
    for cell in notebook.cells:
        cells.append(cell)
        for name in names_in(cell) if cell.cell_type == "code" else ():
            exercise = checks.exercises[name]
            lines = [f"**{name}: mistakes that it knows by name**"]
            for wrong in exercise.wrong:
                given = (", ".join(f"`{part}` for `{question}`" for part, right, question in
                                   zip(wrong.answer, exercise.reference, exercise.questions, strict=True) if part != right)
                         if isinstance(exercise, Quiz) else f"`{wrong.answer.__name__.strip('_')}`")
                lines.append(f"- {given}: {wrong.says}")
            text = "\n".join([lines[0], "", *lines[1:]])
            cells.append(nbformat.v4.new_markdown_cell(text, id=f"{cell.id}-{name}-mistakes"[:64]))
    notebook.cells = cells
    return notebook
