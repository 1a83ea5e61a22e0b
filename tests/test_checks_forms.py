"""nnlab.checks.forms: one value in several forms is right, and the cells below get the usual one."""

import numpy as np
import pytest
import torch

from nnlab.checks.comparing import difference
from nnlab.checks.exercise import Exercise
from nnlab.checks.forms import like, other_form
from nnlab.checks.judging import judge

ONES = torch.ones(2)


@pytest.mark.parametrize("expected, got", [
    (3, np.int64(3)), (3, torch.tensor(3)), (3.0, np.float32(3)), (3.0, torch.tensor(3.0)), (3.0, np.array(3.0)),
    (3.0, 3), (True, np.bool_(True)), (True, torch.tensor(True)), (torch.tensor(3.0), 3.0), (torch.tensor(3.0), 3),
    (torch.tensor(3.0), np.float64(3)), (ONES, ONES.double()), (ONES, [1.0, 1.0]), (ONES, (1, 1)), (ONES, np.ones(2)),
    (ONES, [torch.tensor(1.0), torch.tensor(1.0)]), (torch.ones(2, 1), [[1.0], [1.0]]), (torch.arange(3), [0, 1, 2]),
    (torch.arange(3), np.arange(3)), (torch.arange(3), torch.arange(3, dtype=torch.int32)),
    (torch.tensor([True, False]), [True, False]), ([1, 2], torch.tensor([1, 2])), ([1, 2], np.array([1, 2])),
    ((torch.tensor(1.0), 2.0), [1.0, torch.tensor(2.0)]), ((ONES, ONES), torch.ones(2, 2)),
    ({"a": 1}, {"a": np.int64(1)}),
    (torch.ones(2, 2), [ONES, ONES]), (torch.zeros(0), [])])
def test_other_forms_of_the_same_value(expected, got):
    converted = like(expected, got)
    assert difference(expected, converted) is None
    if not isinstance(got, int | list) or isinstance(expected, torch.Tensor) and got:
        assert other_form(expected, got) or isinstance(got, dict)


@pytest.mark.parametrize("expected, got", [
    (3, 3.5), (3, torch.tensor([3])), (3, True), (3.0, "3"), (torch.tensor(1.0), True), (ONES, ONES.half()),
    (ONES, torch.ones(2, 1)), (ONES, [1.0, 2.0]), (ONES, [1.0]), (ONES, [[1.0, 1.0]]), (ONES, ONES.long()),
    (ONES, ONES.bool()), (torch.ones(2, dtype=torch.float64), ONES), (torch.arange(2), [0.0, 1.0]), (ONES, "11"),
    (torch.arange(2), torch.arange(2.0)), (ONES, [[1.0], [1.0, 2.0]]), ((1, 2), 1), (ONES, None), (ONES, [None, 1.0]),
    (ONES, torch.ones(2, device="meta")), (3.0, torch.ones((), device="meta")), ({"a": 1}, {"b": 1})])
def test_what_is_not_the_same_value(expected, got):
    assert difference(expected, like(expected, got)) is not None


def squares(x):
    """The squares of a tensor (n,), and their sum, a float."""
    return x * x, (x * x).sum().item()


SQUARES = Exercise(squares, tuple(f"squares(torch.tensor({x}))" for x in ([1.0], [1.0, 2.0], [3.0, -1.0])), (), (), "")


@pytest.mark.parametrize("answer", [
    lambda x: (x.numpy() ** 2, np.square(x.numpy()).sum()), lambda x: [(x * x).tolist(), (x * x).sum()],
    lambda x: (x.double() ** 2, sum(x * x)), lambda x: ([value ** 2 for value in x.tolist()], int((x * x).sum()))])
def test_a_right_answer_in_another_form_is_handed_out_in_the_usual_one(answer):
    verdict = judge(SQUARES, answer)
    assert verdict.kind == "correct", verdict.text
    for x in (torch.ones(1), torch.ones(4)):
        values, total = verdict.answer(x)
        assert values.dtype == torch.float32 and torch.equal(values, x * x) and type(total) in (float, int)


def test_a_right_answer_in_the_usual_form_is_handed_out_as_it_is():
    def mine(x):
        return x ** 2, float((x ** 2).sum())
    assert judge(SQUARES, mine).answer is mine
