"""What the judge checks of an exercise, and how long its verdicts take."""

import time

from nnlab.checks.judging import judge


def conditions(exercise):
    """What the judge checks of `exercise` besides the results, a list of words."""
    generated = exercise.inputs is not None
    return [words for words, checked in (
        ("arguments", True), ("settings", True), ("repetition", exercise.repeats),
        ("float64", exercise.float64 and generated), ("gradients", exercise.differentiable), ("memory", exercise.fresh),
        ("forbidden functions", bool(exercise.forbids))) if checked]


def times(exercise):
    """Milliseconds of processor time for the verdict on each named wrong answer and, last, on the reference; a list."""
    taken = []
    for answer in [wrong.answer for wrong in exercise.wrong] + [exercise.reference]:
        start = time.process_time()
        judge(exercise, answer)
        taken.append(1000 * (time.process_time() - start))
    return taken
