"""Properties of an exercise that the judge checks, and the time that its verdicts take."""

import time

from nnlab.checks.judging import judge


def conditions(exercise):
    """List of what the judge checks in `exercise` besides the results, in words."""
    generated = exercise.inputs is not None
    return [words for words, checked in (
        ("arguments", True), ("settings", True), ("repetition", exercise.repeats),
        ("float64", exercise.float64 and generated), ("gradients", exercise.differentiable), ("memory", exercise.fresh),
        ("forbidden functions", bool(exercise.forbids))) if checked]


def timed(exercise, answer):
    """The verdict on `answer`, and the milliseconds of processor time that it took."""
    start = time.process_time()
    verdict = judge(exercise, answer)
    return verdict, 1000 * (time.process_time() - start)
