"""nnlab.checks.quizzes: lists of values in other forms and spellings."""

import numpy as np
import pytest
import torch

from nnlab.checks.exercise import Quiz
from nnlab.checks.quizzes import judge_value

NUMBERS = Quiz("numbers", [-8, 16, 3.5], ("a", "b", "c"), (), (), "")
WORDS = Quiz("words", ["rises", "falls", "no zero_grad", "rises"], tuple("abcd"), (), (), "")
MIXED = Quiz("mixed", [(3,), (60, 784), False, 6], tuple("abcd"), (), (), "")


@pytest.mark.parametrize("quiz, value", [
    (NUMBERS, [-8, 16, 3.5]), (NUMBERS, (-8.0, np.int64(16), torch.tensor(3.5))),
    (NUMBERS, torch.tensor([-8, 16, 3.5])),
    (NUMBERS, np.array([-8, 16, 3.5])), (NUMBERS, [torch.tensor([-8]), 16, 3.5]),
    (WORDS, ["Rises", "FALLS", "no zero grad", " rises "]), (WORDS, ["rise", "fall", "no_zero_grad", "rises."]),
    (MIXED, [torch.Size([3]), [60, 784], False, 6.0]),
    (MIXED, [torch.ones(3).shape, torch.tensor([60, 784]), np.bool_(0), 6])])
def test_right_values_in_any_form(quiz, value):
    verdict = judge_value(quiz, value)
    assert verdict.kind == "correct", verdict.text
    assert verdict.answer == quiz.reference
    assert [type(part) for part in verdict.answer if isinstance(part, str | tuple)] == [
        type(part) for part in quiz.reference if isinstance(part, str | tuple)]


@pytest.mark.parametrize("quiz, value, said", [
    (NUMBERS, [-8, 16, 3], "3 of 3"), (NUMBERS, [-8, "16", 3.5], "The answer is a whole number, such as 7."),
    (NUMBERS, [-8, 16], "a list of 3 values, one for each question; this has 2"), (NUMBERS, 5, "this is 5"),
    (NUMBERS, [-8, 16, "x"], "The answer is a number, such as 7.5."), (NUMBERS, {-8, 16, 3.5}, "a list of 3 values"),
    (WORDS, ["rises", "goes up", "no zero_grad", "rises"], "Choose 'falls', 'no zero_grad' or 'rises'."),
    (WORDS, ["rises", "rises", "no zero_grad", "rises"], "2 of 4"),
    (WORDS, ["rises", 3, "no zero_grad", "rises"], "Choose"),
    (MIXED, [3, (60, 784), False, 6], "The answer is a tuple, such as (2, 5)."),
    (MIXED, [(3,), (60, 784), 0, 6], "True or False"),
    (MIXED, [(3,), (60, 784), False, ...], "no answer yet"), (MIXED, [(3,), torch.ones(2, 2), False, 6], "2 of 4")])
def test_wrong_values_hear_what_is_asked(quiz, value, said):
    verdict = judge_value(quiz, value)
    assert verdict.kind == "incorrect" and said in verdict.text, verdict.text


@pytest.mark.parametrize("value", [..., None, [..., ..., ...], (..., ..., ...)])
def test_nothing_yet(value):
    assert judge_value(NUMBERS, value).kind == "not attempted"
