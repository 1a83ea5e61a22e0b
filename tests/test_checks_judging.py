"""nnlab.checks.judging: `is_correct` decides as `judge` does, and stops as soon as it can."""

import time

import pytest
import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong
from nnlab.checks.judging import is_correct, judge, outcomes
from nnlab.exercises.week01 import check

CALLS = []


def square(x):
    """The square of x."""
    return x * x


def double_with_calls(x):
    CALLS.append(x)
    return 2 * x


def named(x):
    CALLS.append("named")
    return x


SQUARE = Exercise(
    reference=square,
    cases=("square(0)", "square(2)", "square(3)", "square(4)"),
    wrong=(Wrong(named, "This is x."),),
    hints=("Twice.",), allows="On.",
    draws="square(torch.linspace(0, 1, 5))", signs=("square(7)",),
)


def test_nothing_runs_after_the_case_that_decides():
    CALLS.clear()
    assert not is_correct(SQUARE, double_with_calls)
    assert CALLS == [0, 2, 3]
    judge(SQUARE, double_with_calls)
    calls = [str(call) for call in CALLS]
    assert "named" in calls and "7" in calls and any("tensor" in call for call in calls)


@pytest.mark.parametrize("answer, correct", [
    (lambda x: x * x, True), (lambda x: x ** 2, True), (lambda x: x, False), (lambda x: x * x + (x == 3), False),
    (lambda x: x * x if x < 4 else None, False), (lambda x: 1 / x, False), (lambda x: [], False), (int, False),
], ids=["right", "other style", "third case", "last but one", "last case", "raises", "other type", "class"])
def test_it_decides_as_the_judge_does(answer, correct):
    assert is_correct(SQUARE, answer) == correct
    assert judge(SQUARE, answer).kind == ("correct" if correct else "incorrect")


def test_it_decides_as_the_judge_does_on_the_answers_of_week_1():
    for exercise in check.exercises.values():
        if not isinstance(exercise, Quiz):
            assert is_correct(exercise, exercise.reference)
            assert not any(is_correct(exercise, wrong.answer) for wrong in exercise.wrong)


def positive(x):
    """The positive part of each element of `x`."""
    return x.clamp(min=0)


@pytest.mark.parametrize("answer, said", [
    (lambda x: x, "positive(torch.tensor(-2.0))"), (lambda x: x.clamp_(min=0), "changed its input x in place"),
    (lambda x: x.clone().clamp_(min=0), "✓"),
    (lambda x: x if x.min() >= 0 else x.clamp(min=0), "shares its memory with `x`"),
], ids=["wrong value", "in place", "a copy", "shared memory alone"])
def test_shared_memory_is_named_last(answer, said):
    cases = ("positive(torch.tensor(0.0))", "positive(torch.tensor(-2.0))")
    assert said in judge(Exercise(positive, cases, (), (), "", fresh=True), answer).text


def test_a_random_case_with_a_wrong_value_is_named_before_an_authors_case_with_shared_memory():
    exercise = Exercise(positive, ("positive(torch.tensor(0.0))",), (), (), "", fresh=True,
                        inputs=lambda draw: f"positive({draw.tensor(3)})")
    said = judge(exercise, lambda x: x).text
    assert "shares its memory" not in said and "torch.tensor(0.0)" not in said and "expected" in said


def fourth(x):
    """The fourth power of x."""
    return x ** 4


def test_names_of_earlier_exercises_and_of_the_notebook():
    exercise, notebook = Exercise(fourth, ("fourth(1)", "fourth(2)", "square(fourth(1))"), (), (), ""), {"shift": 0}
    exec("def answer(x):\n    return square(square(x)) + shift", notebook)
    assert is_correct(exercise, notebook["answer"], [SQUARE], notebook) and "square" not in notebook
    assert not is_correct(exercise, notebook["answer"], [], notebook)
    notebook["shift"] = 1
    assert not is_correct(exercise, notebook["answer"], [SQUARE], notebook)


@pytest.mark.parametrize("at", [0, 4])
def test_its_time_limit_is_the_callers(at):
    def endless(x):
        while x == at:
            pass
        return x * x

    start = time.perf_counter()
    assert not is_correct(SQUARE, endless, seconds=0.2)
    assert time.perf_counter() - start < 8, "not after the ten seconds that a student gets"


def ones(scale):
    """Two numbers, each of them `scale`."""
    return torch.ones(2) * scale


def test_what_an_answer_does_to_torch_does_not_reach_the_reference():
    """The reference is run before the first answer is."""
    def spoils(scale):
        torch.set_default_dtype(torch.float64)
        return torch.ones(2) * scale

    exercise = Exercise(ones, ("ones(1.0)", "ones(2.0)"), (), (), "")
    try:
        assert not is_correct(exercise, spoils)
    finally:
        torch.set_default_dtype(torch.float32)
    assert is_correct(exercise, ones)


def test_outcomes_are_those_of_the_cases():
    assert [outcome.value for outcome in outcomes(SQUARE, square)] == [0, 4, 9, 16]
    errors = [type(outcome.error) for outcome in outcomes(SQUARE, lambda x: 1 / x)]
    assert errors == [ZeroDivisionError] + [type(None)] * 3
