"""nnlab.checks.inputs: cases drawn from a seed, and made smaller."""

import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab.checks.exercise import Exercise
from nnlab.checks.inputs import Draw, drawn, smallest


def total(x):
    """The sum of x."""
    return x.sum()


def line(draw):
    """Cases of `total`."""
    return f"total({draw.tensor(*draw.sizes(draw.integer(1, 3)), ranges=((-3, 3), (0, 300)))})"


TOTAL = Exercise(total, ("total(torch.ones(2))",), (), (), "", inputs=line)


def tensor_of(text):
    """The argument of `total` in a case."""
    return eval(text, {"torch": torch, "total": lambda x: x})


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(st.integers(0, 100), max_size=80))
def test_any_list_of_choices_is_a_case_and_its_choices_give_it_again(choices):
    draw = Draw(choices)
    text = line(draw)
    again = Draw(draw.taken)
    assert line(again) == text and again.taken == draw.taken
    values = tensor_of(text)
    assert 1 <= values.ndim <= 3 and len(set(values.shape)) == values.ndim and -3 <= values.min() <= values.max() <= 300


def test_choices_of_zero_are_the_simplest():
    draw = Draw()
    assert (draw.integer(2, 9), draw.choice("abc"), draw.number(), draw.sizes(2)) == (2, "a", 0.0, [1, 2])
    assert draw.tensor(2, 1) == "torch.tensor([[0.0], [0.0]])" and draw.tensor() == "torch.tensor(0.0)"
    assert draw.classes(2, 5) == "torch.tensor([0, 0])" and draw.tensor(0, 3) == "torch.zeros(0, 3)"
    assert draw.tensor(1, low=0, high=255, dtype="torch.uint8") == "torch.tensor([0], dtype=torch.uint8)"


def test_numbers_keep_to_their_range_and_reach_its_ends():
    draw = Draw(generator=random.Random(0))
    for low, high in ((-3, 3), (0, 300), (-1000, 1000), (0, 1), (5, 8)):
        numbers = draw.numbers(2000, low, high)
        assert low <= min(numbers) <= low + (high - low) / 10 and high - (high - low) / 10 <= max(numbers) <= high
    assert set(draw.numbers(50, among=(0.0, 1.0))) == {0.0, 1.0}


def test_cases_are_the_same_each_time_all_different_and_in_both_precisions():
    cases = drawn(TOTAL)
    assert cases == drawn(TOTAL) and len(cases) == 40 == len(dict(cases)) and len(drawn(TOTAL, 60)) == 60
    kinds = [tensor_of(text).dtype for text, _ in cases]
    assert 4 <= kinds.count(torch.float64) <= 20 and kinds.count(torch.float32) >= 20
    single = Exercise(total, ("total(torch.ones(2))",), (), (), "", inputs=line, float64=False)
    assert {tensor_of(text).dtype for text, _ in drawn(single)} == {torch.float32}
    assert drawn(Exercise(total, ("total(torch.ones(2))",), (), (), "")) == []


def test_fewer_cases_come_where_there_are_no_more():
    few = Exercise(total, ("total(torch.ones(2))",), (), (), "", inputs=lambda draw: f"total({draw.integer(1, 3)})")
    assert sorted(text for text, _ in drawn(few)) == ["total(1)", "total(2)", "total(3)"]


@pytest.mark.parametrize("fails, simplest", [
    (lambda x: x.max() > 100, "total(torch.tensor([110.0]))"),
    (lambda x: x.ndim > 1, "total(torch.tensor([[0.0, 0.0]]))"),
    (lambda x: (x < 0).any(), "total(torch.tensor([-0.2]))"),
    (lambda x: len(x) > 2, "total(torch.tensor([0.0, 0.0, 0.0]))"),
    (lambda x: x.dtype == torch.float64, "total(torch.tensor([0.0], dtype=torch.float64))"),
])
def test_a_failing_case_is_made_smaller(fails, simplest):
    text, choices = next(case for case in drawn(TOTAL, 200) if fails(tensor_of(case[0])))
    assert smallest(TOTAL, text, choices, lambda one: bool(fails(tensor_of(one))))[0] == simplest
