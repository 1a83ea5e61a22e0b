"""Mutation tests: each exercise rejects mutants of its reference and recognizes its named wrong answers."""

import importlib
import statistics
import sys
import textwrap
from typing import NamedTuple

from nnlab import skipped
from nnlab.checks import running
from nnlab.checks.candidate import lines_of
from nnlab.checks.exercise import Quiz
from nnlab.checks.judging import is_correct, outcomes
from nnlab.checks.quizzes import judge_value
from nnlab.course.changes import mutated
from nnlab.course.verdicts import conditions, timed

SECONDS = 0.5  # limit of processor time for a mutant: some never end; a reference needs at most a fifth of it


def weeks():
    """The course's `Checks` by the name of their week, in order."""
    return {name: importlib.import_module(f"nnlab.exercises.{name}").check for name in skipped.weeks()}


def mutants(exercise):
    """Mutants of the reference of `exercise`: pairs of the change, as "before → after", and the function or class."""
    home = vars(sys.modules[exercise.reference.__module__])
    for change, text in mutated(exercise):
        names = dict(home)
        try:
            exec(compile(text, "<mutant>", "exec"), names)
        except Exception:  # it cannot be defined, such as a class with the decorator @torch: no answer
            continue
        yield change, names[exercise.name]


def score(exercise):
    """Number of mutants of `exercise`, and the changes of those that are judged correct, in order."""
    tried = [(change, is_correct(exercise, mutant, seconds=SECONDS)) for change, mutant in mutants(exercise)]
    return len(tried), [change for change, correct in tried if correct]


class Mistake(NamedTuple):
    """The verdict on a named wrong answer: its name, its message, the verdict's text, whether that is correct."""

    name: str
    says: str
    text: str
    good: bool  # it is incorrect, gets its own message, and passes at least one case
    milliseconds: float  # of processor time; 0 for a quiz


def mistakes(exercise):
    """Each named wrong answer of `exercise` as a `Mistake`, in order."""
    right = None if isinstance(exercise, Quiz) else outcomes(exercise, exercise.reference)
    for k, wrong in enumerate(exercise.wrong):
        if right is None:
            took, answer = 0.0, list(wrong.answer)
            verdict = judge_value(exercise, answer)
            passes = any(map(lambda a, b: a == b, answer, exercise.reference))
            pairs = zip(answer, exercise.reference, strict=True)
            name = ", ".join(f"{part}" for part, wanted in pairs if part != wanted)
        else:
            (verdict, took), name = timed(exercise, wrong.answer), wrong.answer.__name__.strip("_")
            got = outcomes(exercise, wrong.answer)
            passes = any(map(running.agree, right, got)) or _only_form(right, got)
        explained = " ".join(wrong.says.split()) in " ".join(verdict.text.split())
        good = verdict.kind == "incorrect" and explained and passes
        yield Mistake(f"{k + 1} {name}", wrong.says, verdict.text, good, took)


def _only_form(right, got):
    """Whether every wrong outcome is one of form or a side effect alone: nothing, or a value of another type."""
    return all(one.error is None and (running.effects(other, one) or "instead" in (
        running.difference(other.value, one.value) or "")) for other, one in zip(right, got, strict=True))


def chosen(names=()):
    """Pairs of a week's name and an exercise for each of `names`, a week or an exercise in it; of all weeks without.

    Raises:
        ValueError: there is no such week, or no such exercise in it.
    """
    available, found = weeks(), []
    for name in names or available:
        week, _, exercise = name.partition(".")
        if week not in available:
            raise ValueError(f"no week {week!r}; choose from: {', '.join(available)}")
        exercises_of = available[week].exercises
        if exercise and exercise not in exercises_of:
            raise ValueError(f"no exercise {exercise!r} in {week}; choose from: {', '.join(exercises_of)}")
        found += [(week, exercises_of[one]) for one in ([exercise] if exercise else exercises_of)]
    return found


def table(names=()):
    """Print exercise × wrong answer × message, and each exercise's mutant score; True if all is as it must be.

    Args:
        names: weeks, such as "week01", and exercises, such as "week01.relu"; all weeks without.

    Raises:
        ValueError: there is no such week or exercise.
    """
    well = True
    for week, exercise in chosen(names):
        print(f"\n{week}.{exercise.name}")
        for mistake in (found := list(mistakes(exercise))):
            well &= mistake.good
            head = f"  {'ok ' if mistake.good else 'BAD'} {mistake.name:<34} "
            print(textwrap.fill(mistake.says, 128, initial_indent=head, subsequent_indent=" " * 41))
        if not isinstance(exercise, Quiz):
            count, survivors = score(exercise)
            reasons = dict(exercise.equivalent)
            unexplained = [change for change in survivors if change not in reasons]
            equivalent = len(survivors) - len(unexplained)
            share = (count - len(survivors)) / (count - equivalent)
            well &= share >= 0.95
            print(f"  {count} mutants, {equivalent} equivalent; of the others {share:.0%} found wrong")
            taken = [*(mistake.milliseconds for mistake in found), timed(exercise, exercise.reference)[1]]
            print(f"  {len(lines_of(exercise)) - len(exercise.cases)} random inputs; checked besides the result: "
                  f"{', '.join(conditions(exercise))}; a verdict takes {statistics.median(taken):.0f} ms, at most "
                  f"{max(taken):.0f} ms")
            for change in survivors:
                print(f"      survives: {change}: {reasons.get(change, 'NOT EXPLAINED')}")
    return well
