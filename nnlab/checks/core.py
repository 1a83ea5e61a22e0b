"""The interface of the exercises: ``@check`` above an answer, ``check.value`` around one, hints and solutions."""

import difflib
import sys

from nnlab.checks import mylab
from nnlab.checks.cell import assigned, definition, mentions, use
from nnlab.checks.exercise import Quiz, with_code_before
from nnlab.checks.judging import judge, not_attempted
from nnlab.checks.keeping import kept_or_not
from nnlab.checks.patches import names, replaced
from nnlab.checks.quizzes import judge_value
from nnlab.checks.source import is_given, is_stub
from nnlab.checks.state import isolated
from nnlab.checks.stopping import stoppable
from nnlab.environment import switched_on
from nnlab.skipped import explain_skipped_cells, week_of

NOT_JUDGED = ": nothing was judged."
_NOTHING = object()


class CheckFailed(AssertionError):
    """Raised under NNLAB_STRICT=1 for every answer that is not correct, in place of the printed verdict."""


class Checks:
    """The exercises of a week, called as a decorator above an answer: ``@check``.

    Args:
        week: the week's name, such as "week01", under which correct answers are kept in mylab.py.
        exercises: list of `nnlab.checks.exercise.Exercise` and `Quiz`, in the order of the notebooks.

    `verdicts` holds the latest verdict on each exercise that was judged since the kernel started, by its name.
    """

    def __init__(self, week, exercises):
        self.week = week
        self.exercises = {exercise.name: exercise for exercise in exercises}
        self.verdicts, self._attempts, self._hints = {}, {}, {}

    def __call__(self, *answers, **more):
        """The answer, a function or class, if it is correct, else the reference, after printing the verdict."""
        explain_skipped_cells()
        frame = sys._getframe(1)
        used = use(frame)
        if used == "decorator":  # @check()
            return self._say(f"Write @check above the definition, without parentheses{NOT_JUDGED}", _as_it_is)
        answer = answers[0] if len(answers) == 1 and not more else None
        name = getattr(answer, "__name__", repr(answer))
        if name not in self.exercises:  # such as a lambda
            name = assigned(frame) or name
        exercise = self.exercises.get(name)
        if answer is None or (exercise is None and used == "none" and not name.isidentifier()):
            return self._say(f"Write @check above the definition of your answer{NOT_JUDGED}")
        if exercise is None or isinstance(exercise, Quiz):
            return self._unknown(name, None if used == "none" else answer)
        with stoppable(name):
            tree, node = definition(frame, name, answer)
            if is_stub(answer, node) or (exercise.given and is_given(node, exercise.given)):
                verdict = not_attempted(name)
            else:
                earlier = with_code_before(self.exercises, name)
                verdict = judge(exercise, answer, earlier, frame.f_globals, frame.f_code.co_filename)
            right = verdict.kind == "correct"
            kept = kept_or_not(self, name, tree, node, frame.f_globals) if right else ""
        notes = []
        if verdict.kind == "incorrect" and (changed := [place for place in names(replaced()) if mentions(node, place)]):
            notes.append(f"  Judged without your notebook's change of {' and '.join(changed[:3])}: "
                         f"define what you need inside `{name}`.")
        if used == "none" and not right:
            notes.append("  The cells below use your own all the same: write @check above its definition.")
        return self._report(exercise, answer, verdict, used, kept, notes)

    def value(self, name=None, value=_NOTHING, *more):
        """The list of answers `value` to the quiz `name` if correct, else the reference, after printing the verdict."""
        explain_skipped_cells()
        frame = sys._getframe(1)
        used, decorates = use(frame), callable(name)
        if used == "decorator" or decorates:
            return self._say(f"Write @check above the definition, without .value{NOT_JUDGED}",
                             name if decorates else _as_it_is)
        quizzes = [other.name for other in self.exercises.values() if isinstance(other, Quiz)]
        if not isinstance(name, str) or value is _NOTHING or more:
            wanted = name if isinstance(name, str) else assigned(frame)
            found = wanted if wanted in quizzes else (quizzes or ["name"])[0]
            return self._say(f"Write {self._form(found)}{NOT_JUDGED}",
                             self.exercises[wanted].handed_out() if used == "value" and wanted in quizzes else None)
        if name not in quizzes:
            return self._unknown(name, None if used == "none" else value, quizzes)
        with stoppable(name):
            verdict = judge_value(self.exercises[name], value)
        notes = [f"  Give your answers a name: write {self._form(name)}"] if used == "none" else []
        return self._report(self.exercises[name], value, verdict, used, "", notes)

    def _report(self, exercise, answer, verdict, used, kept, notes):
        """The `answer` where it is correct, else the reference, after printing the verdict and the lines `notes`.

        Nothing where the value is not used (None, so that the notebook does not show it); and where a list is only
        shown, it is the student's.
        """
        name, right = exercise.name, verdict.kind == "correct"
        self._attempts[name] = answer[:] if isinstance(answer, list) else answer
        self.verdicts[name] = verdict
        if not right and switched_on("NNLAB_STRICT"):
            raise CheckFailed(verdict.text)
        print("\n".join([verdict.text + (f"{kept}. {exercise.allows}" if right else ""), *notes]))
        if verdict.draw is not None:
            with isolated():
                verdict.draw()
        if used == "none":
            return None
        if right and verdict.answer is not None:
            return verdict.answer
        return answer if right or (used == "shown" and isinstance(exercise, Quiz)) else exercise.handed_out()

    def _form(self, name):
        """Line of Python that answers the quiz `name`."""
        return f'{name} = check.value("{name}", [...])'

    def _say(self, text, result=None):
        """The `result`, after printing `text`, an error that is not one of an answer."""
        if switched_on("NNLAB_STRICT"):
            raise CheckFailed(f"? {text}")
        print(f"? {text}")
        return result

    def _unknown(self, name, answer=None, choices=None):
        """The `answer` unchanged, after printing that no exercise is called `name`, and the names that are similar."""
        if name in self.exercises:
            quiz = isinstance(self.exercises[name], Quiz)
            right = f"a list of answers: write {self._form(name)}" if quiz else (
                "a function or class: write @check above its definition")
            return self._say(f"{name} is {right}", answer)
        if week := week_of(name):
            return self._say(f"{name} is an exercise of week {int(week[4:])}: first run from nnlab.exercises.{week} "
                             "import check", answer)
        choices = list(self.exercises if choices is None else choices)
        folded = {choice.casefold(): choice for choice in choices}
        near = [folded[found] for found in difflib.get_close_matches(name.casefold(), folded, 1)] or choices
        return self._say(f"There is no exercise {name!r} here; did you mean {' or '.join(map(repr, near))}? "
                         "Keep the name as it was.", answer)

    def _exercise(self, name, method):
        """The exercise that is called `name`, or whose answer `name` is; None after printing that there is none."""
        name = getattr(name, "__name__", name)
        if not isinstance(name, str):
            latest = [*self.exercises, *self.verdicts][-1] if self.verdicts else next(iter(self.exercises))
            return self._say(f'Name an exercise, such as check.{method}("{latest}")')
        return self.exercises[name] if name in self.exercises else self._unknown(name)

    def attempt(self, name=None):
        """The student's latest answer to the exercise `name` since the kernel started, or None."""
        return self._attempts.get(exercise.name) if (exercise := self._exercise(name, "attempt")) else None

    def given(self, name=None):
        """The function with mistakes that the exercise `name` gives the student to correct, or None."""
        exercise = self._exercise(name, "given")
        if exercise is None or getattr(exercise, "given", None):
            return exercise and exercise.given
        begins = [other.name for other in self.exercises.values() if getattr(other, "given", None)]
        return self._say(f"{exercise.name} does not begin with code; these do: {', '.join(begins) or 'none'}")

    def hint(self, name=None):
        """Print the next hint for the exercise `name`; after the last hint the first one follows."""
        if exercise := self._exercise(name, "hint"):
            hints, step = exercise.hints, self._hints.get(exercise.name, 0)
            self._hints[exercise.name] = (step + 1) % len(hints)
            print(f"Hint {step + 1} of {len(hints)}: {hints[step]}")

    def solution(self, name=None):
        """Print the source code of a correct answer to the exercise `name`."""
        if exercise := self._exercise(name, "solution"):
            print(exercise.source)

    def progress(self, *_):
        """Print a table of the exercises that were judged since the kernel started, each with its latest verdict."""
        judged = [name for name in self.exercises if name in self.verdicts]
        width = max(map(len, judged), default=0)
        for name in judged:
            print(f"{name:<{width}}  {self.verdicts[name].kind}")
        if not judged:
            print("No exercise has been run yet since the kernel started.")
        if own := len(mylab.kept()):
            print(f"mylab.py holds {own} of your answers")


def _as_it_is(answer):
    """The `answer` itself: a decorator that does nothing."""
    return answer
