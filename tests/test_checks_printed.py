"""nnlab.checks.printed: what an answer prints and draws while it is judged is shown once, shortened."""

import matplotlib.pyplot as plt
import torch

from nnlab.checks.exercise import Exercise
from nnlab.checks.judging import judge
from nnlab.checks.printed import noted, shortened


def twice(x):
    """Twice x."""
    return 2 * x


TWICE = Exercise(twice, ("twice(torch.ones(1))", "twice(torch.zeros(2))"), (), (), "")


def test_output_is_shown_once_and_shortened(capsys):
    def talks(x):
        for k in range(9):
            print("x is", x, k, "long" * 90 * (k == 1))
        return x + x
    verdict = judge(TWICE, talks)
    assert verdict.kind == "correct" and capsys.readouterr().out == ""
    verdict.draw()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  Your answer prints, for twice(torch.ones(1)):" and lines[1].strip() == "x is tensor([1.]) 0"
    assert lines[-1].strip() == "... and 4 more lines" and len(lines) == 7 and max(map(len, lines)) <= 104


def test_output_of_the_case_that_fails_is_shown(capsys):
    def wrong(x):
        print("sum", x.sum().item())
        return x + 1
    verdict = judge(TWICE, wrong)
    assert "case      twice(torch.zeros(2))" in verdict.text
    verdict.draw()
    assert capsys.readouterr().out == "  Your answer prints, for twice(torch.zeros(2)):\n    sum 0.0\n"


def test_a_silent_answer_shows_nothing():
    assert judge(TWICE, lambda x: x + x).draw is None and judge(TWICE, lambda x: x).draw is None
    assert shortened("") == [] and shortened("a\nb\n") == ["a", "b"]


def test_figures_are_kept_and_closed():
    show = plt.show
    with noted() as text:
        plt.plot([1, 2])
        plt.show()
        print("a")
        plt.figure()
    assert plt.get_fignums() == [] and plt.show is show and len(text.figures) == 2 and text.getvalue() == "a\n"

    def draws(x):
        plt.plot(x.numpy())
        return x + x
    verdict = judge(TWICE, draws)
    assert verdict.kind == "correct" and verdict.draw is not None and plt.get_fignums() == []
    verdict.draw()  # without a notebook there is nothing to show a figure in
    assert not torch.is_inference_mode_enabled()
