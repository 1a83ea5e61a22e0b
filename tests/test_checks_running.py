"""nnlab.checks.running: cases are stopped, leave no trace, and are compared within a tolerance."""

import gc
import os
import signal

import numpy as np
import pytest
import torch

from nnlab.checks import running
from nnlab.checks.judging import judge
from nnlab.checks.running import Outcome, Stopped, agree, difference, guarded, run, without_trace
from nnlab.exercises.week01 import check as week01


@pytest.mark.parametrize("expected, got, said", [
    (torch.tensor(1.0), torch.tensor(1.000001), None),
    (torch.tensor(1.0), torch.tensor(1.001), "other numbers"),
    (torch.tensor([float("nan")]), torch.tensor([float("nan")]), None),
    (torch.tensor(1.0), np.float32(1), "a NumPy array instead of a tensor"),
    (torch.tensor(1.0), None, "nothing (None) instead of a tensor"),
    (torch.ones(2), torch.ones(2, 1), "shape (2, 1) instead of (2,)"),
    (torch.ones(2), torch.ones(2).double(), "torch.float64 instead of torch.float32"),
    ((1.0, 2.0), [1.0, 2.0], None),
    ((1.0, 2.0), (1.0,), "1 values instead of 2 values"),
    (1.0, 1, None), (1.0, True, "True or False instead of a Python float"), (3, 4, "another value"),
    (float("inf"), float("inf"), None),
])
def test_difference(expected, got, said):
    assert difference(expected, got) == said


def test_too_much_memory_is_noticed(monkeypatch):
    monkeypatch.setattr(running, "MEMORY", 200 << 20)
    kept = []
    with pytest.raises(Stopped, match=r"more than 0\.195312 GB of memory: what grows"), guarded(within=__file__):
        while True:
            kept.append(torch.ones(10 ** 6))
    assert len(kept) < 2000 and signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_stopped_answer_leaves_nothing_behind_that_is_put_back_later(monkeypatch):
    """An exception in the code that puts settings back would keep it waiting for the garbage collector."""
    monkeypatch.setattr(running, "SECONDS", 0.02)
    exercise = week01.exercises["relu"]

    def endless(x):
        while True:
            x = x + 0
    timer = signal.getsignal(signal.SIGALRM)
    for k in range(30):
        monkeypatch.setenv("NNLAB_PROBE", "before")
        assert "It had not ended" in judge(exercise, endless).text
        monkeypatch.setenv("NNLAB_PROBE", str(k))
        gc.collect()
        assert os.environ["NNLAB_PROBE"] == str(k)
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0 and signal.getsignal(signal.SIGALRM) is timer


def test_a_case_is_run_the_same_way_each_time_and_sees_its_inputs():
    first, second = (run("x = torch.rand(3); f(x)", {"f": lambda x: x + torch.rand(3)}) for _ in range(2))
    assert agree(first, second) and not agree(first, run("x = torch.rand(3); f(x)", {"f": lambda x: x}))
    assert agree(Outcome(error=KeyError("a")), run("{}[1]", {})) and not agree(Outcome(1), Outcome(error=KeyError()))


def test_nothing_is_left_behind():
    import matplotlib.pyplot as plt

    state = torch.get_rng_state()
    with without_trace():
        torch.rand(5)
        plt.figure()
    assert torch.equal(state, torch.get_rng_state()) and plt.get_fignums() == []
