"""Answers that were invented from the statements alone: wrong ones are rejected with a sentence, right ones accepted.

The files in `answers/` hold a cell for each, in the percent format: ``# %% wrong softmax: what is wrong with it``. The
few that are wrong and accepted are called ``missed``.
"""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from shared import CAUGHT, SEEN
from torch import nn

from nnlab.autograd import Value
from nnlab.batches import Batches
from nnlab.checks.exercise import Quiz, with_code_before
from nnlab.checks.judging import judge
from nnlab.checks.quizzes import judge_value
from nnlab.course.mutants import weeks
from nnlab.metrics import accuracy
from nnlab.models import MLP

pytestmark = pytest.mark.usefixtures("one_thread")
FOLDER = Path(__file__).parent / "answers"
GIVEN = {"torch": torch, "F": F, "nn": nn, "np": np, "math": math, "Value": Value, "MLP": MLP, "Batches": Batches,
         "accuracy": accuracy}
ROWS = ("case", "expected", "got", "error", "your line", "gradient", "yours")


class Answered:
    """Takes the place of ``check`` in a cell, and keeps the last answer that it is given."""

    def __call__(self, answer):
        self.answer = answer
        return answer

    def value(self, name, answer):
        return self(answer)


def cells():
    """Parameters: the week, the kind (wrong, right, missed), the exercise, what is wrong or particular, the code."""
    for path in sorted(FOLDER.glob("week*.py")):
        for part in path.read_text(encoding="utf-8").split("# %% ")[1:]:
            kind, name, title = re.match(r"(wrong|right|missed) (\w+): (.*)", part).groups()
            yield pytest.param(path.stem, kind, name, part.partition("\n")[2], id=f"{kind} {name}: {title}")


def verdict_of(week, name, code):
    """The exercise called `name`, and the verdict on the answer in `code`."""
    check, namespace = Answered(), dict(GIVEN)
    namespace["check"] = check
    exec(compile(code, "<cell>", "exec"), namespace)
    exercises = weeks()[week].exercises
    if isinstance(exercises[name], Quiz):
        return judge_value(exercises[name], check.answer)
    return judge(exercises[name], check.answer, with_code_before(exercises, name), namespace, "<cell>")


def sentence(text):
    """What a verdict says below its head and the rows of the case, a string."""
    lines = [line for line in text.splitlines()[1:] if not line.strip().startswith(ROWS)]
    return " ".join(line.strip() for line in lines if not re.match(r"\s+\d+ of \d+ ", line))


@pytest.mark.parametrize("week, kind, name, code", cells())
def test_answer(week, kind, name, code, request):
    verdict = verdict_of(week, name, code)
    assert verdict.kind == {"wrong": "incorrect", "right": "correct", "missed": "correct"}[kind], verdict.text
    if kind == "wrong":
        assert sentence(verdict.text), f"no sentence explains the rejection:\n{verdict.text}"
        CAUGHT.append(("invented answer", request.node.callspec.id, sentence(verdict.text)))


def test_there_are_enough_of_each_kind():
    given = [param.values for param in cells()]
    wrong, right, missed = (sum(kind == wanted for _, kind, _, _ in given) for wanted in ("wrong", "right", "missed"))
    assert wrong >= 150 and right >= 60 and wrong / (wrong + missed) >= 0.97
    assert len({param.id for param in cells()}) == len(given)
    exercises = {(week, name) for week, checks in weeks().items() for name in checks.exercises}
    assert {(week, name) for week, _, name, _ in given} <= exercises
    SEEN.append(f"answers invented from the statements: {wrong + missed} wrong, {wrong} rejected; {right} right")
