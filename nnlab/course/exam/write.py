"""``python -m nnlab.course exam``: notebooks with tasks, one for each student, and the key for ``mark``."""

import ast
import json
import re
import secrets
import textwrap
from pathlib import Path

import nbformat

from nnlab.course.exam.judged import right_answer
from nnlab.course.exam.tasks import FORMAT, KINDS, exercises_of, task_of, variation
from nnlab.course.exam.variants import globals_of
from nnlab.course.marking.handins import roster
from nnlab.course.marking.secret import Numbers, secret_lines
from nnlab.course.normalize import KERNEL
from nnlab.course.notebooks import ROOT
from nnlab.files import write_text

_SAID = {
    "value": "**Value.** What is the result of this call? Whole numbers exactly, others to within 0.1 %; the numbers "
             "of a tensor as a list, in their order.",
    "repair": "**Repair.** One place of the function below is wrong. (a) Give arguments, which the statement allows, "
              "and for which the result is wrong: a tuple, for one argument with a comma, `(argument,)`. (b) Correct "
              "the function in its cell.",
    "write": "**Write** the function.",
    "choose": "**Fill in** one value for each line.",
}


def write(names, out, seed_file=None, roster_file=None, kinds=KINDS):
    """True after writing an exam to the folder `out`: notebooks/, key.json, key.md, and the seed where it was made.

    Args:
        names: lectures, weeks or exercises, such as "week01c" or "week01.relu".
        out: a folder outside the course's repository: what is in it tells the answers.
        seed_file: path of a text file with the secret seed; None: a new one is drawn and kept in ``seed.txt``.
        roster_file: CSV of the students, each of whom gets numbers of their own; None: one notebook for all.
        kinds: kinds of tasks, some of "value", "repair", "write" and "choose".

    Raises:
        ValueError: `out` is inside the repository or holds another exam; a name or a kind is unknown; there is no task.
    """
    out, kinds = Path(out).resolve(), [kind.strip() for kind in kinds]
    if out.is_relative_to(ROOT):
        raise ValueError(f"{out} is inside the repository, which students have: choose a folder outside, as ../exam")
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"unknown kind of task {unknown[0]!r}; choose from: {', '.join(KINDS)}")
    if (out / "key.json").exists():
        raise ValueError(f"{out} holds an exam already, which was perhaps handed out: choose another folder")
    seed = _seed(seed_file) if seed_file else secrets.token_hex(16)
    numbers = Numbers(seed)
    exercises = exercises_of(names)
    asked = [(task_of(week, exercise, kinds, numbers), exercise) for week, exercise in exercises]
    chosen = [(task, exercise) for task, exercise in asked if task is not None]
    if not chosen:
        raise ValueError("none of these exercises can be asked without the course's package: choose others")
    students = [(one.id or one.name, one.name) for one in roster(roster_file)] if roster_file else [("", "")]
    variants, texts = {}, {}
    for student, name in students:
        code = numbers.of("code", student).randbytes(4).hex()
        varied = [variation(task, exercise, numbers, student) for task, exercise in chosen]
        variants[code] = {"student": student, "name": name, "tasks": varied}
        texts[_file(name, code)] = _notebook(name, code, chosen, varied)
    lines = {f"{task.week}.{task.exercise}": secret_lines(exercise, numbers, task.week) for task, exercise in chosen
             if task.kind in ("repair", "write")}
    key = {"format": FORMAT, "tasks": [task._asdict() for task, _ in chosen], "lines": lines, "variants": variants}
    for file, notebook in texts.items():
        write_text(out / "notebooks" / file, nbformat.writes(notebook, indent=1) + "\n")
    if not seed_file:
        write_text(out / "seed.txt", seed + "\n")
    write_text(out / "key.json", json.dumps(key, indent=1, ensure_ascii=False))
    write_text(out / "key.md", _key(chosen, variants))
    if left := [exercise.name for task, exercise in asked if task is None]:
        print("left out, because they need the course's package or no task fits: " + ", ".join(left))
    print(f"{len(texts)} notebooks of {sum(len(task.answers) for task, _ in chosen)} answers: {out / 'notebooks'}")
    print(f"Keep secret: key.json, key.md and the seed. Mark with: python -m nnlab.course mark FOLDER --exam "
          f"{out / 'key.json'}")
    return True


def _seed(file):
    """The secret seed in the text file `file`."""
    if len(seed := Path(file).read_text(encoding="utf-8").strip()) < 8:
        raise ValueError(f"{file} has {len(seed)} characters: a secret seed has at least 8")
    return seed


def _file(name, code):
    words = "-".join(re.findall(r"\w+", name)) if name else "exam"
    return f"{words}-{code}.ipynb" if name else "exam.ipynb"


def _notebook(name, code, chosen, varied):
    """The exam's notebook for one student."""
    count = sum(len(task.answers) for task, _ in chosen)
    cells = [_text(f"# Exam{f' · {name}' if name else ''}\n\nVariant {code}: {count} answers, one point each. "
                   + ("The numbers are yours alone. " if name else "")
                   + "Write your answers in place of the dots, and leave the names as they are. You may use all of "
                     "torch that no statement forbids. The last cell says which answers are still open, not whether "
                     "they are right.")]
    needed = {line for _, exercise in chosen for line in globals_of(exercise) or ()}
    imports = {"import torch", *(line for line in needed if "import" in line)}
    constants = sorted(line for line in needed if "import" not in line)
    cells.append(_code("\n".join([*sorted(imports), *constants])))
    for (task, exercise), particular in zip(chosen, varied, strict=True):
        cells.append(_text(_heading(task, exercise)))
        cells.append(_text(_SAID[task.kind].format(name=task.exercise)))
        cells += _asked(task, exercise, particular)
    answers = [answer for task, _ in chosen for answer in task.answers]
    cells.append(_text("## Before you hand in"))
    cells.append(_code(_STATE.replace("ANSWERS", textwrap.fill(repr(answers), 90, subsequent_indent="           "))))
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": dict(KERNEL), "nnlab_exam": code})
    for k, cell in enumerate(made.cells):
        cell.id = f"cell-{k}"
    return made


_STATE = '''\
answers = ANSWERS
for name in answers:
    value = globals().get(name, ...)
    values = value if isinstance(value, (list, tuple)) else [value]
    still_open = any(one is ... for one in values) or (value.__doc__ or "").startswith("Open:")
    print(f"{name:<32}", "open" if still_open else f"given, a {type(value).__name__}")'''


def _heading(task, exercise):
    if task.kind == "choose":
        return f"## {task.exercise}"
    return f"## {task.exercise}\n\n```text\n{_signature(exercise)}\n\n{exercise.statement}\n```"


def _asked(task, exercise, particular):
    """Cells of a task, in which the answers stand."""
    if task.kind == "value":
        return [_text(f"```python\n{particular['line']}\n```"), _code(f"{task.answers[0]} = ...")]
    if task.kind == "repair":
        first, _, body = particular["source"].partition("\n")
        said = '    """Open: one place below is wrong. Take this line out when it is right."""'
        return [_code(f"{task.answers[0]} = (..., )"), _code(f"{first}\n{said}\n{body}")]
    if task.kind == "write":
        head = f'{_signature(exercise)}\n    """Open: write the function in place of these two lines."""'
        return [_code(f"{head}\n    ...")]
    asked = textwrap.wrap(exercise.alone, 95, initial_indent="# ", subsequent_indent="# ")
    questions = [f"    ...,   # {exercise.questions[k]}" for k in particular["order"]]
    return [_code("\n".join([*asked, f"{task.exercise} = [", *questions, "]"]))]


def _signature(exercise):
    """The line ``def name(arguments):`` of the reference."""
    node = ast.parse(exercise.source).body[0]
    return ast.unparse(ast.FunctionDef(name=node.name, args=node.args, body=[ast.Pass()], decorator_list=[],
                                       lineno=1)).partition("\n")[0]


def _text(source):
    return nbformat.v4.new_markdown_cell(source)


def _code(source):
    return nbformat.v4.new_code_cell(source)


def _key(chosen, variants):
    """The key as Markdown, for those who mark by hand: for each variant the right answers."""
    parts = ["# Key. Secret.", "Whole numbers count exactly, others to within 0.1 %."]
    for code, variant in variants.items():
        parts.append(f"## {variant['name'] or 'All'} · variant {code}")
        rows = []
        for (task, exercise), particular in zip(chosen, variant["tasks"], strict=True):
            rows.append(f"- `{task.answers[0]}` ({task.kind}): {right_answer(task, exercise, particular)}")
        parts.append("\n".join(rows))
    functions = [exercise for task, exercise in chosen if task.kind in ("repair", "write")]
    parts += ["## Functions", *(f"```python\n{exercise.source.rstrip()}\n```" for exercise in functions)]
    return "\n\n".join(parts) + "\n"
