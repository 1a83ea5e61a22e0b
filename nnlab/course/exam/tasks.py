"""Tasks of an exam: what can be asked of an exercise, and its variation for one student, from a secret seed.

- *value*: the value of the function for numbers that no case of the course has;
- *repair*: the function with one fault; arguments that show it, and the function without it;
- *write*: the function, from its statement;
- *choose*: a quiz whose questions stand alone, in another order.

A variation is plain data. Right answers are not kept in it: they are computed again from the course's references.
"""

from typing import NamedTuple

from nnlab.checks.exercise import Quiz
from nnlab.course.exam.variants import faults, globals_of, value_line
from nnlab.course.marking.lecture import lectures
from nnlab.course.mutants import weeks

FORMAT = 1  # of an exam's key
KINDS = ("value", "repair", "write", "choose")
MOST_DRAWS = 50  # for one value's line; each draws a few


class Task(NamedTuple):
    """A task: its kind, the week and the exercise, and the names that its answers have in the notebook."""

    kind: str
    week: str
    exercise: str
    answers: tuple


def task_of(week, exercise, kinds, numbers):
    """The `Task` that an exam asks of an `exercise`, of one of the `kinds` that it allows; None where there is none.

    Args:
        week: its week, such as "week01".
        exercise: an `Exercise` or a `Quiz`.
        kinds: some of `KINDS`.
        numbers: the exam's `Numbers`.
    """
    name, draw = exercise.name, numbers.of("tasks", week, exercise.name)
    if isinstance(exercise, Quiz):
        return Task("choose", week, name, (name,)) if "choose" in kinds and exercise.alone else None
    if globals_of(exercise) is None:
        return None
    possible = [Task("write", week, name, (name,))]
    if "value" in kinds and exercise.inputs and value_line(exercise, draw):
        possible.append(Task("value", week, name, (f"{name}_value",)))
    if "repair" in kinds and exercise.inputs and faults(exercise, _tries(numbers, week, name)):
        possible.append(Task("repair", week, name, (f"{name}_arguments", name)))
    possible = [task for task in possible if task.kind in kinds]
    return draw.choice(possible) if possible else None


def variation(task, exercise, numbers, student):
    """What is particular to one `student` in a `task` on `exercise`: a dictionary of plain data."""
    draw = numbers.of("variation", student, task.week, task.exercise, task.kind)
    if task.kind == "value":
        return {"line": next(line for _ in range(MOST_DRAWS) if (line := value_line(exercise, draw)))}
    if task.kind == "repair":
        change, source, line = draw.choice(faults(exercise, _tries(numbers, task.week, task.exercise)))
        return {"change": change, "source": source, "shows": line}
    if task.kind == "choose":
        order = list(range(len(exercise.reference)))
        draw.shuffle(order)
        return {"order": order}
    return {}


def ordered(quiz, order):
    """The `Quiz` with its questions in another `order`, a list of their places."""
    def placed(values):
        return [values[k] for k in order]
    return Quiz(quiz.name, placed(quiz.reference), tuple(placed(quiz.questions)),
                tuple(type(wrong)(placed(wrong.answer), wrong.says) for wrong in quiz.wrong), quiz.hints, quiz.allows,
                tuple(map(placed, quiz.also)))


def _tries(numbers, week, name):
    """Seed of the lines on which the faults of an exercise are tried."""
    return numbers.of("faults", week, name).random()


def exercises_of(names):
    """List of (week, `Exercise` or `Quiz`) that `names` mean: lectures ("week01c"), weeks, single ones ("week01.relu").

    Raises:
        ValueError: a name is none of these; the message lists the choices.
    """
    known, found = weeks(), {}
    for name in names:
        first, _, one = name.partition(".")
        fits = [lecture for lecture in lectures() if lecture.stem == first or lecture.stem.split("_")[0] == first]
        week = first[:6]
        every = list(known[week].exercises) if first == week and week in known else [
            name for lecture in fits for name in lecture.exercises]
        chosen = [one] if one else every
        if not every or set(chosen) - set(known[week].exercises):
            listed = ", ".join(every or [lecture.stem for lecture in lectures()])
            raise ValueError(f"{name!r} is no lecture and no exercise; choose from: {listed}")
        found |= {(week, one): known[week].exercises[one] for one in chosen}
    return [(week, exercise) for (week, _), exercise in found.items()]
