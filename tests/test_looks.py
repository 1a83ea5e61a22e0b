"""nnlab.exercises.looks: findings one after the other, and hooks of torch that outlive no block but a stopped one."""

import gc

import pytest
import torch
from torch.optim.optimizer import _global_optimizer_pre_hooks, register_optimizer_step_pre_hook

from nnlab.exercises.looks import RIGHT, Found, Hooks, Looks


class Two(Looks):
    """A script's result, and whether it is even; `calls` counts the looks."""

    names = ("result", "even")
    calls = 0

    def _result(self):
        self.calls += 1
        self.value = self.script()
        return Found(f"{self.value}", RIGHT if isinstance(self.value, int) else "no int")

    def _even(self):
        return Found("even" if self.value % 2 == 0 else "odd", RIGHT if self.value % 2 == 0 else "odd")


def test_looks_are_taken_in_order_and_once():
    looks = Two(lambda: 4)
    assert looks["even"] == Found("anything") and looks["result"] == Found("4") and looks.calls == 1
    assert Two(lambda: 3)["even"] == Found("", "odd") != Found("")
    assert Two(lambda: "x")["even"].kind == "not looked at" and str(Two(lambda: "x")["even"]).endswith("see result")
    with pytest.raises(ZeroDivisionError):
        Two(lambda: 1 // 0)["even"]


def step():
    weight = torch.zeros(1, requires_grad=True)
    weight.grad = torch.ones(1)
    torch.optim.SGD([weight], lr=1.0).step()


def test_hooks_end_with_their_block():
    seen = []
    before = len(_global_optimizer_pre_hooks)
    with Hooks((register_optimizer_step_pre_hook, lambda *step: seen.append(1))):
        step()
    step()
    with pytest.raises(ValueError), Hooks((register_optimizer_step_pre_hook, lambda *step: seen.append(2))):
        raise ValueError
    step()
    assert seen == [1] and len(_global_optimizer_pre_hooks) == before


def test_hooks_of_a_block_that_was_stopped_stay_until_the_next_one():
    """Not until Python collects them: torch may then be iterating over its hooks."""
    before, seen = len(_global_optimizer_pre_hooks), []
    stopped = Hooks((register_optimizer_step_pre_hook, lambda *step: print(gc.collect())))
    stopped.__enter__()
    del stopped
    step()
    assert len(_global_optimizer_pre_hooks) == before + 1
    with Hooks((register_optimizer_step_pre_hook, lambda *step: seen.append(1))):
        step()
        assert seen == [1] and len(_global_optimizer_pre_hooks) == before + 1
    assert len(_global_optimizer_pre_hooks) == before
