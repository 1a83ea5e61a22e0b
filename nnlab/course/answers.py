"""The answer key: each notebook solved and run; after each exercise its common wrong answers and their feedback."""

import nbformat

from nnlab.checks.exercise import Quiz
from nnlab.course.notebooks import BUILD, code_cells, paths, title, write
from nnlab.course.render import Formulas, rendered
from nnlab.course.solve import checks_of, names_in
from nnlab.course.solved_runs import runs
from nnlab.files import write_text

ANSWERS = BUILD / "answers"


def answers(names=()):
    """True, after writing the answer key of each notebook, as a notebook and as a page, to build/answers/."""
    ANSWERS.mkdir(parents=True, exist_ok=True)
    with Formulas() as formulas:
        for path, made in zip(paths(names), runs(paths(names)), strict=True):
            if made.failure:
                raise made.failure
            key = commented(made.notebook)
            write(key, ANSWERS / path.name)
            page = rendered(key, "page", formulas, name=path.name, title=f"Answers: {title(key)}")
            write_text(ANSWERS / f"{path.stem}.html", page)
            print(f"{path.stem}: {sum(len(names_in(cell)) for cell in code_cells(key))} exercises answered")
    print(f"Open {ANSWERS}")
    return True


def commented(notebook):
    """`notebook` with a cell after each exercise that lists its common wrong answers and the feedback on each."""
    checks, cells = checks_of(notebook), []
    for cell in notebook.cells:
        cells.append(cell)
        for name in names_in(cell) if cell.cell_type == "code" else ():
            exercise = checks.exercises[name]
            lines = [f"- {_answer(exercise, wrong)}: {wrong.says}" for wrong in exercise.wrong]
            text = "\n".join([f"**{name}: common wrong answers and their feedback**", "", *lines])
            cells.append(nbformat.v4.new_markdown_cell(text, id=f"{cell.id}-{name}-mistakes"[:64]))
    notebook.cells = cells
    return notebook


def _answer(exercise, wrong):
    """Markdown of a wrong answer: its name, or the values of a quiz that differ from the reference."""
    if not isinstance(exercise, Quiz):
        return f"`{wrong.answer.__name__.strip('_')}`"
    rows = zip(wrong.answer, exercise.reference, exercise.questions, strict=True)
    return ", ".join(f"`{part}` for `{question}`" for part, right, question in rows if part != right)
