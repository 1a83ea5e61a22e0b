"""nnlab.checks.feedback: aligned numbers, short lines, and values that cannot be shown or compared."""

import matplotlib.pyplot as plt
import pytest
import torch

from nnlab.checks.candidate import Fault
from nnlab.checks.feedback import draw, happened, in_numbers
from nnlab.checks.running import Outcome


@pytest.mark.parametrize("expected, got, texts", [
    (torch.tensor(2.0), torch.tensor(-0.5), (" 2.0", "-0.5")),
    (torch.tensor([0.0, 0.5]), torch.tensor([-1.5, 10.0]), ("[ 0.0  0.5]", "[-1.5 10.0]")),
    (torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1, 2], [3, 40]]), ("[[ 1  2] [ 3  4]]", "[[ 1  2] [ 3 40]]")),
    (torch.tensor(1.0), torch.tensor(1.0 + 2 ** -15), ("       1.0", "1.00003052")),
    (torch.zeros(2, 20), torch.eye(2, 20), ("0.0  at [0, 0], where the first of 2 of 40 numbers differs", "1.0")),
    (torch.tensor(1.0), None, ("1.0", "None")),
    (torch.tensor(1.0), torch.ones(50), ("1.0", "a tensor of shape (50,)")),
    ((torch.tensor(1.0), torch.tensor(2.0)), (torch.tensor(1.0), torch.tensor(-2.0)), ("1.0,  2.0", "1.0, -2.0")),
    (0.5, 1.0, ("0.5", "1.0")),
    (torch.empty(0), torch.empty(0), ("[]", "[]")),
])
def test_numbers_are_aligned(expected, got, texts):
    assert in_numbers(expected, got) == texts


def test_every_kind_of_wrong_value_has_two_short_lines():
    class Odd:
        def __repr__(self):
            raise KeyError
    odd = [Odd(), "text" * 200, torch.eye(3).to_sparse(), torch.ones(2, device="meta"), {}, [1, 3], print, True, 1j,
           float("nan")]
    for value in odd:
        lines, advice = happened(Fault("f()", Outcome(torch.tensor([1.0, 2.0])), Outcome(value)))
        assert len(lines.splitlines()) == 3 and max(map(len, lines.splitlines())) < 140 and "\n" not in advice


def test_results_are_plotted_in_notebooks_only(capsys):
    draw("f()", Outcome(torch.ones(9)), Outcome(torch.zeros(9)))
    assert plt.get_fignums() == [] and capsys.readouterr().out == ""
