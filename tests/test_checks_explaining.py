"""nnlab.checks.explaining: a rejection says what distinguishes the answer from the right one, in a true sentence."""

import pytest
import torch

from nnlab.checks.exercise import Exercise
from nnlab.checks.judging import judge


def weighted(x, w, shift):
    """Weighted sums of the rows of x (N, n), weights w (n,), plus a number: (N,)."""
    return x @ w + shift


def _inputs(draw):
    rows, columns = draw.sizes(2)
    return f"weighted({draw.tensor(rows, columns)}, {draw.tensor(columns)}, {draw.number()})"


WEIGHTED = Exercise(weighted, ("weighted(torch.ones(1, 1), torch.ones(1), 0.0)",), (), (), "", inputs=_inputs)


def spread(x):
    """Mean and standard deviation of x (N,), N > 1."""
    return x.mean(), x.std()


SPREAD = Exercise(spread, ("spread(torch.tensor([1.0, 3.0]))",), (), (), "",
                  inputs=lambda draw: f"spread({draw.tensor(draw.integer(2, 6))})")


def doubled(x):
    """Twice x (N, n)."""
    return 2 * x


DOUBLED = Exercise(doubled, ("doubled(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))", "doubled(torch.ones(3, 1))",
                             "doubled(torch.ones(1, 1))"), (), (), "")


def distance(x):
    """Distance of x () from 0."""
    return x.abs()


DISTANCE = Exercise(distance, tuple(f"distance(torch.tensor({x}))" for x in (0.0, 0.5, -3.0, 7.0)), (), (), "")


def largest_first(values, k):
    """The k largest of a list of different numbers, largest first."""
    return sorted(values, reverse=True)[:k]


def _lists(draw):
    count = draw.integer(1, 6)
    return f"largest_first({[float(size) for size in draw.sizes(count, 1, 30)]}, {draw.integer(0, count)})"


LARGEST = Exercise(largest_first, ("largest_first([1.0], 1)",), (), (), "", inputs=_lists)


@pytest.mark.parametrize("exercise, answer, said", [
    (WEIGHTED, lambda x, w, s: -(x @ w + s), "The sign is reversed in every case"),
    (WEIGHTED, lambda x, w, s: 2 * (x @ w + s), "Every number is 2 times the right one"),
    (WEIGHTED, lambda x, w, s: (x @ w + s) / 3, "Every number is 1/3 times the right one"),
    (WEIGHTED, lambda x, w, s: (x @ w + s) / len(w), "the right one divided by the last size of `x`"),
    (WEIGHTED, lambda x, w, s: (x @ w + s) * len(x),
     "the right one times the first size of `x`: a sum in place of a mean"),
    (WEIGHTED, lambda x, w, s: x @ w + s + 1, "Every number is 1 too large"),
    (WEIGHTED, lambda x, w, s: (x @ w + s)[:, None],
     "The numbers are right, but their shape is (1, 1) instead of (1,)"),
    (WEIGHTED, lambda x, w, s: (x @ w + s).abs(), "The size is right, the sign is lost"),
    (WEIGHTED, lambda x, w, s: (x @ w + s).flip(0), "The order is reversed"),
    (WEIGHTED, lambda x, w, s: (x @ w + s).roll(1), "All is shifted by one place: the last number stands first"),
    (WEIGHTED, lambda x, w, s: (x @ w + s)[:-1], "The last entry is missing"),
    (WEIGHTED, lambda x, w, s: (x @ w + s).mean(), "This is the mean of the right results"),
    (WEIGHTED, lambda x, w, s: (x @ w + s) ** 2, "This is the square of the right result"),
    (WEIGHTED, lambda x, w, s: (x @ w + s).round(), "The result is rounded"),
    (WEIGHTED, lambda x, w, s: (x @ w + s).clamp(min=0), "Negative results are replaced by 0"),
    (WEIGHTED, lambda x, w, s: x @ w, "This is the right result for `shift` = 0, whatever `shift` is"),
    (WEIGHTED, lambda x, w, s: x @ w - s, "This is the right result for -`shift`"),
    (WEIGHTED, lambda x, w, s: x.sum(1) + s, "This is the right result for `w` = 1"),
    (WEIGHTED, lambda x, w, s: x.abs() @ w + s, "The sign of `x` is lost"),
    (WEIGHTED, lambda x, w, s: x @ w + 2 * s, "`shift` counts as if it were twice its value"),
    (WEIGHTED, lambda x, w, s: x[0] @ w + s + 0 * x[:, 0], "without several rows in `x`, wrong in"),
    (WEIGHTED, lambda x, w, s: torch.zeros(len(x)) + 7, "The result is 7 for every input"),
    (WEIGHTED, lambda x, w, s: x @ w + s + 0.1 * x[:, 0] ** 2, "too large, none is too small"),
    (WEIGHTED, lambda x, w, s: x @ w.float() + s if x.dtype == torch.float32 else (x @ w + s).float(), "float64"),
    (WEIGHTED, lambda x, w, s: (x[0] * w).sum() + s, "This is the first entry alone"),
    (DOUBLED, lambda x: (2 * x).reshape(x.shape[::-1]), "instead of (2, 3): it is cut into other rows."),
    (DOUBLED, lambda x: 2 * x.T, "The result is transposed: rows and columns are exchanged."),
    (DISTANCE, lambda x: -1 - x.abs().sqrt(), "that are wrong the numbers are negative, and none should be."),
    (DISTANCE, lambda x: 0 * x.relu() + 0.01 * x.relu() ** 2, "the numbers are too small, none is too large."),
    (SPREAD, lambda x: (x.mean(), x.std(correction=0)),
     "The result is the right one times √((N - 1)/N), N the first size"),
    (SPREAD, lambda x: (x.mean(), x.std(correction=0) * len(x) ** 0.5), "times √(N - 1), N the first size of `x`"),
    (SPREAD, lambda x: (x.mean(), x.std() * (len(x) / 2) ** 0.5), "times 0.707, and times the square root"),
    (WEIGHTED, lambda x, w, s: x @ w + s * s, "off by the same amount: which term is added, or left out?"),
    (WEIGHTED, lambda x, w, s: (x @ w + s) * w.abs().sum(), "off by the same factor"),
    (SPREAD, lambda x: (x.sum(), x.std()),
     "Of the 2 results only the first is wrong. The result is the right one times the"),
    (SPREAD, lambda x: (x.mean(), x.var()), "only the second is wrong. This is the square of the right result"),
    (SPREAD, lambda x: x.mean(), "2 values are required, as in `return a, b`."),
    (SPREAD, lambda x: (x.mean(), x.std(), 0), "The result should have 2 parts"),
    (SPREAD, lambda x: (x.std(), x.mean()), "The two results are exchanged."),
    (LARGEST, lambda values, k: sorted(values)[:k], "without several entries in `values`"),
    (LARGEST, lambda values, k: sorted(values, reverse=True)[:k + 1], "This is the right result for `k` +1"),
    (LARGEST, lambda values, k: sorted(values, reverse=True)[:max(k, 1)], "with `k` = 0"),
    (LARGEST, lambda values, k: sorted(values[1:], reverse=True)[:k], "The first entry of `values` is left out"),
    (LARGEST, lambda values, k: values.sort() or values[::-1][:k], "changed its input values in place"),
])
def test_the_sentence_names_the_difference(exercise, answer, said):
    verdict = judge(exercise, answer)
    assert verdict.kind == "incorrect" and said in " ".join(verdict.text.split()), verdict.text


def test_numbers_in_a_sentence_are_counted():
    verdict = judge(WEIGHTED, lambda x, w, s: x[0] @ w + s + 0 * x[:, 0])
    text = " ".join(verdict.text.split())
    right, wrong = text.split("Right in all ")[1].split()[0], text.split("wrong in ")[1].split()[0]
    many = [line for line in WEIGHTED.expected["drawn"] if eval(line[0].replace("weighted", "len_"), {
        "torch": torch, "len_": lambda x, w, s: len(x) > 1})]
    assert int(right) >= 1 + len(WEIGHTED.expected["drawn"]) - len(many) and wrong.isdigit() or wrong == "all"
