"""The interface of the exercises: ``@check`` above an answer, ``check.value`` around one, hints and solutions."""

import difflib
import sys

from nnlab.checks import mylab
from nnlab.checks.cell import assigned, definition
from nnlab.checks.exercise import Quiz, with_code_before
from nnlab.checks.judging import judge, judge_value, not_attempted
from nnlab.checks.keeping import kept_or_not
from nnlab.checks.source import is_given, is_stub
from nnlab.checks.state import isolated
from nnlab.environment import switched_on


class CheckFailed(AssertionError):
    """Raised under NNLAB_STRICT=1 for every answer that is not correct, in place of the printed verdict."""


class Checks:
    """The exercises of a week, called as a decorator above an answer: ``@check``.

    Args:
        week: the week's name, such as "week01", under which correct answers are kept in mylab.py.
        exercises: list of `nnlab.checks.exercise.Exercise` and `Quiz`, in the order of the notebooks.
    """

    def __init__(self, week, exercises):
        self.week = week
        self.exercises = {exercise.name: exercise for exercise in exercises}
        self._attempts, self._verdicts, self._hints = {}, {}, {}

    def __call__(self, answer):
        """The function or class `answer` if it is correct, else the reference, after printing the verdict."""
        frame, name = sys._getframe(1), getattr(answer, "__name__", repr(answer))
        if name not in self.exercises:  # such as a lambda
            name = assigned(frame) or name
        exercise = self.exercises.get(name)
        if exercise is None or isinstance(exercise, Quiz):
            return self._unknown(name, answer)
        tree, node = definition(frame, name, answer)
        if is_stub(answer, node) or (exercise.given and is_given(node, exercise.given)):
            verdict = not_attempted(name)
        else:
            earlier = with_code_before(self.exercises, name)
            verdict = judge(exercise, answer, earlier, frame.f_globals, frame.f_code.co_filename)
        kept = kept_or_not(self, name, tree, node, frame.f_globals) if verdict.kind == "correct" else ""
        return self._report(exercise, answer, verdict, kept)

    def value(self, name, value):
        """The list of answers `value` to the quiz `name` if correct, else the reference, after printing the verdict."""
        exercise = self.exercises.get(name)
        if not isinstance(exercise, Quiz):
            quizzes = [other.name for other in self.exercises.values() if isinstance(other, Quiz)]
            return self._unknown(name, value, quizzes)
        return self._report(exercise, value, judge_value(exercise, value), "")

    def _report(self, exercise, answer, verdict, kept):
        """The `answer` where it is correct, else the reference, after printing the verdict."""
        name, right = exercise.name, verdict.kind == "correct"
        self._attempts[name] = answer[:] if isinstance(answer, list) else answer
        self._verdicts[name] = verdict
        if not right and switched_on("NNLAB_STRICT"):
            raise CheckFailed(verdict.text)
        print(verdict.text + (f"{kept}. {exercise.allows}" if right else ""))
        if verdict.draw is not None:
            with isolated():
                verdict.draw()
        return answer if right else exercise.handed_out()

    def _unknown(self, name, answer, choices=None):
        """The `answer` unchanged, after printing that no exercise is called `name`, and the names that are similar."""
        choices = list(self.exercises if choices is None else choices)
        folded = {choice.casefold(): choice for choice in choices}
        near = [folded[found] for found in difflib.get_close_matches(name.casefold(), folded, 1)] or choices
        text = (f"? There is no exercise {name!r} here; did you mean {' or '.join(map(repr, near))}? "
                "Keep the name as it was.")
        if switched_on("NNLAB_STRICT"):
            raise CheckFailed(text)
        print(text)
        return answer

    def _exercise(self, name):
        if name not in self.exercises:
            raise ValueError(f"no exercise {name!r}; choose one of: {', '.join(map(repr, self.exercises))}")
        return self.exercises[name]

    def attempt(self, name):
        """The student's latest answer to the exercise `name` since the kernel started, or None."""
        self._exercise(name)
        return self._attempts.get(name)

    def given(self, name):
        """The function with mistakes that the exercise `name` gives the student to correct.

        Raises:
            ValueError: there is no such exercise, or it gives no code.
        """
        given = {other.name: other.given for other in self.exercises.values() if getattr(other, "given", None)}
        if self._exercise(name).name not in given:
            raise ValueError(f"{name} begins with nothing; these begin with code to correct: "
                             f"{', '.join(given) or 'none'}")
        return given[name]

    def hint(self, name):
        """Print the next hint for the exercise `name`; after the last hint the first one follows."""
        hints = self._exercise(name).hints
        step = self._hints.get(name, 0)
        self._hints[name] = (step + 1) % len(hints)
        print(f"Hint {step + 1} of {len(hints)}: {hints[step]}")

    def solution(self, name):
        """Print the source code of a correct answer to the exercise `name`."""
        print(self._exercise(name).source)

    def progress(self):
        """Print a table of the exercises that were judged since the kernel started, each with its latest verdict."""
        judged = [name for name in self.exercises if name in self._verdicts]
        width = max(map(len, judged), default=0)
        for name in judged:
            print(f"{name:<{width}}  {self._verdicts[name].kind}")
        if not judged:
            print("No exercise has been run yet since the kernel started.")
        if own := len(mylab.kept()):
            print(f"mylab.py holds {own} of your answers")
