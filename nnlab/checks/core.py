"""The face of the exercises: ``@check`` above an answer, ``check.value`` around one, and what helps."""

import difflib
import os
import sys

from nnlab.checks import mylab
from nnlab.checks.exercise import Quiz
from nnlab.checks.judging import judge, judge_value, not_attempted
from nnlab.checks.source import definition, is_given, is_stub, source_to_keep


class CheckFailed(AssertionError):
    """Raised instead of printed under NNLAB_STRICT=1, where every exercise must be right."""


class Checks:
    """The exercises of a week: ``@check``, ``check.value``, ``check.attempt``, ``.hint``, ``.solution`` and ``.progress``."""

    def __init__(self, week, exercises):
        self.week = week
        self.exercises = {exercise.name: exercise for exercise in exercises}
        self._attempts, self._verdicts, self._hints = {}, {}, {}

    def __call__(self, answer):
        """Judge `answer`, print what there is to say, keep it if it is right, and return it, else the reference."""
        name = getattr(answer, "__name__", repr(answer))
        exercise = self.exercises.get(name)
        if exercise is None or isinstance(exercise, Quiz):
            return self._unknown(name, answer)
        frame = sys._getframe(1)
        tree, node = definition(frame, name)
        if is_stub(answer, node) or (exercise.given and is_given(node, exercise.given)):
            verdict = not_attempted(name)
        else:
            earlier = list(self.exercises.values())[:list(self.exercises).index(name)]
            verdict = judge(exercise, answer, [other for other in earlier if not isinstance(other, Quiz)],
                            frame.f_globals, frame.f_code.co_filename)
        kept = self._keep(name, tree, node, frame.f_globals) if verdict.kind == "correct" else ""
        return self._say(exercise, answer, verdict, kept)

    def value(self, name, value):
        """Judge `value`, the list of answers to the exercise `name`; return it if it is right, else the right one."""
        exercise = self.exercises.get(name)
        if not isinstance(exercise, Quiz):
            return self._unknown(name, value, (other.name for other in self.exercises.values() if isinstance(other, Quiz)))
        return self._say(exercise, value, judge_value(exercise, value), "")

    def _say(self, exercise, answer, verdict, kept):
        """Print what there is to say of `answer`; returns it where it is right, else the reference."""
        name, right = exercise.name, verdict.kind == "correct"
        self._attempts[name], self._verdicts[name] = answer, verdict
        if not right and os.environ.get("NNLAB_STRICT"):
            raise CheckFailed(verdict.text)
        print(verdict.text + (f"{kept}. {exercise.allows}" if right else ""))
        if verdict.draw is not None:
            verdict.draw()
        return answer if right else exercise.reference

    def _keep(self, name, tree, node, namespace):
        """Put the text of the answer into mylab.py; how that went, as the end of a sentence."""
        if node is None:
            return ", but not kept: a magic such as %%time hides its text; run the cell once without it"
        at_hand = mylab.IMPORTED | {other.partition(".")[2] for other in mylab.kept()}
        source, missing = source_to_keep(tree, node, namespace, at_hand)
        if missing:
            needs = " and ".join(f"`{other}`" for other in missing)
            solve = [other for other in missing if other in self.exercises]
            return f", but not kept in mylab.py: it needs {needs}; " + (
                "solve that first, then run this cell again" if solve else "define that in the same cell, or inside")
        try:
            said = mylab.keep(f"{self.week}.{name}", source)
        except OSError as error:
            return f", but not kept: {mylab.path()} cannot be written ({error.strerror or error})"
        lost = "google.colab" in sys.modules and not mylab.DRIVE.is_dir()
        return " and kept in mylab.py" + (" until this runtime ends; mount your Drive to keep it for good" if lost else "") + (
            f". {said}"[:-1] if said else "")

    def _unknown(self, name, answer, choices=None):
        choices = list(self.exercises if choices is None else choices)
        folded = {choice.casefold(): choice for choice in choices}
        near = [folded[found] for found in difflib.get_close_matches(name.casefold(), folded, 1)] or choices
        text = f"? There is no exercise {name!r} here; did you mean {' or '.join(map(repr, near))}? Keep the name as it was."
        if os.environ.get("NNLAB_STRICT"):
            raise CheckFailed(text)
        print(text)
        return answer

    def _named(self, name):
        if name not in self.exercises:
            raise ValueError(f"no exercise {name!r}; choose one of: {', '.join(map(repr, self.exercises))}")
        return self.exercises[name]

    def attempt(self, name):
        """The student's own last version of the exercise called `name`; None where there was none."""
        self._named(name)
        return self._attempts.get(name)

    def given(self, name):
        """The code that the exercise called `name` begins with, a function.

        Raises:
            ValueError: there is no such exercise, or it begins with nothing.
        """
        begins = {other.name: other.given for other in self.exercises.values() if getattr(other, "given", None)}
        if self._named(name).name not in begins:
            raise ValueError(f"{name} begins with nothing; these begin with code to mend: {', '.join(begins) or 'none'}")
        return begins[name]

    def hint(self, name):
        """Print the next hint for the exercise called `name`; after the last it begins again."""
        hints = self._named(name).hints
        step = self._hints.get(name, 0)
        self._hints[name] = (step + 1) % len(hints)
        print(f"Hint {step + 1} of {len(hints)}: {hints[step]}")

    def solution(self, name):
        """Print a right answer for the exercise called `name`."""
        print(self._named(name).source)

    def progress(self):
        """Print a table of the exercises that were met since the kernel started, and how each was judged."""
        met = [name for name in self.exercises if name in self._verdicts]
        width = max(map(len, met), default=0)
        for name in met:
            print(f"{name:<{width}}  {self._verdicts[name].kind}")
        if not met:
            print("No exercise has been run yet since the kernel started.")
        if own := len(mylab.kept()):
            print(f"{own} of what you wrote {'is' if own == 1 else 'are'} in mylab.py")
