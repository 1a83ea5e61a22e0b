"""Tests of the exercises of a notebook: its test file derives a class from `ExerciseRules`, with `module`, `styles`."""

import time

import pytest
import torch
from shared import CAUGHT, SEEN

from nnlab.checks.exercise import Quiz
from nnlab.checks.judging import judge
from nnlab.checks.running import run
from nnlab.course.mutants import mistakes, score

BUDGET = 3  # seconds of the processor for all wrong answers, and for all mutants, of one exercise on two cores
RUNAWAY = 10  # times the budget: no machine is so slow, something does not end
_MISTAKES = {}


def mistakes_of(exercise):
    """The list of `mistakes` of `exercise`; its wrong answers are judged once in a session."""
    if exercise.name not in _MISTAKES:
        warm_up(exercise)
        start = time.process_time()
        _MISTAKES[exercise.name] = list(mistakes(exercise))
        took = time.process_time() - start
        if took > BUDGET:
            SEEN.append(f"{exercise.name}: its wrong answers take {took:.1f} s of a budget of {BUDGET} s: OVER BUDGET")
        assert took <= RUNAWAY * BUDGET, f"{exercise.name}: its wrong answers take {took:.1f} s: make its cases cheaper"
    return _MISTAKES[exercise.name]


def warm_up(exercise):
    """Judge the reference: what torch imports at its first training is not part of a measured time."""
    if not isinstance(exercise, Quiz):
        judge(exercise, exercise.reference)


class ExerciseRules:
    """Tests of the exercises in `module`.

    Attributes:
        module: a notebook's exercises, a module with a list EXERCISES.
        styles: for each exercise with code the correct answers in other styles, a list, by the exercise's name.
    """

    module = None
    styles = None

    def pytest_generate_tests(self, metafunc):
        """Run a test for each exercise, or, where it asks for `code`, for each whose answer is code."""
        if "exercise" in metafunc.fixturenames:
            metafunc.parametrize("exercise", self.module.EXERCISES, ids=lambda exercise: exercise.name)
        if "code" in metafunc.fixturenames:
            metafunc.parametrize("code", with_code(self.module), ids=lambda exercise: exercise.name)

    @pytest.fixture(autouse=True)
    def one_thread(self):
        """Networks as small as these are trained faster by one thread, above all beside other tests."""
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        yield
        torch.set_num_threads(before)

    def test_reference_and_other_styles_are_right(self, code):
        for answer in (code.reference, *self.styles[code.name]):
            verdict = judge(code, answer)
            assert verdict.kind == "correct", verdict.text

    def test_each_wrong_answer_hears_its_own_name(self, exercise):
        for mistake in mistakes_of(exercise):
            assert mistake.good, f"{exercise.name}: {mistake.name} does not hear {mistake.says!r}, or is right nowhere"
            CAUGHT.append(("wrong answer", f"{exercise.name}: {mistake.name}", mistake.says))

    def test_messages_are_short_and_give_nothing_away(self, exercise):
        for mistake in mistakes_of(exercise):
            assert len(mistake.text.split("\n")) <= 6, mistake.text
            assert exercise.source.strip().splitlines()[-1].strip() not in mistake.text
        assert len({wrong.says for wrong in exercise.wrong}) == len(exercise.wrong)

    def test_mutants_of_the_reference_are_found_wrong(self, code):
        warm_up(code)
        start = time.process_time()
        count, survivors = score(code)
        took = time.process_time() - start
        reasons = dict(code.equivalent)
        left = [change for change in survivors if change not in reasons]
        assert set(reasons) <= set(survivors), "a change that is called equivalent is found wrong"
        share = 1 - len(left) / (count - len(reasons))
        assert count >= 4 and share >= 0.95, left
        assert took <= RUNAWAY * BUDGET, f"its mutants take {took:.1f} s: make its cases cheaper, the cheapest first"
        name = f"{self.module.__name__.rpartition('.')[2]}.{code.name}"
        over = ": OVER BUDGET" if took > BUDGET else ""
        SEEN.append(f"{name}: {count} mutants, {len(reasons)} equivalent; "
                    f"others found wrong {share:.0%}, in {took:.1f} s{over}")

    def test_each_exercise_is_furnished(self, exercise):
        assert len(exercise.wrong) >= 3 and len(exercise.hints) >= 2 and exercise.allows
        assert not any(exercise.source in hint for hint in exercise.hints)
        if isinstance(exercise, Quiz):
            assert len(exercise.questions) == len(exercise.reference) >= 3
        else:
            assert len(exercise.cases) >= 4 and exercise.reference.__doc__
            assert max(map(len, exercise.cases)) <= 125
            names = exercise.uses | {exercise.name: exercise.reference}
            assert all(run(case, names).error is None for case in exercise.cases)
            if exercise.draws:
                assert run(exercise.draws, names).value.ndim in (1, 2)


def with_code(module):
    """The exercises in `module` whose answers are functions or classes, a list."""
    return [exercise for exercise in module.EXERCISES if not isinstance(exercise, Quiz)]
