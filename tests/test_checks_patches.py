"""nnlab.checks.patches: what code has replaced in torch, NumPy, math and builtins is found, named and put back."""

import builtins
import copyreg
import importlib
import math
import subprocess
import sys
import time
import types

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from shared import SEEN
from torch import nn

from nnlab.checks import patches
from nnlab.checks.state import isolated
from nnlab.checks.traces import without_trace

NAMES = {"torch": torch, "F": F, "nn": nn, "math": math, "np": np, "builtins": builtins}
PATCHES = [  # code, and the names of what it replaces
    ("torch.relu = torch.sigmoid", ["torch.relu"]), ("torch.low = 0.0", ["torch.low"]),
    ("del torch.exp", ["torch.exp"]), ("torch.Tensor.clamp = None", ["torch.Tensor.clamp"]),
    ("torch.Tensor.__add__ = lambda self, other: self", ["torch.Tensor.__add__"]),
    ("torch.nn.functional.relu = abs", ["F.relu"]), ("nn.Linear.forward = nn.ReLU.forward", ["nn.Linear.forward"]),
    ("nn.Module.zero_grad = nn.ReLU.forward = None", ["nn.Module.zero_grad", "nn.ReLU.forward"]),
    ("nn.ReLU = nn.GELU", ["nn.ReLU"]), ("torch.optim.SGD.step = None", ["torch.optim.SGD.step"]),
    ("torch.pi = np.pi = math.pi = 3", ["torch.pi", "np.pi", "math.pi"]), ("math.exp = np.exp", ["math.exp"]),
    ("np.maximum = np.linalg.norm = max", ["np.linalg.norm", "np.maximum"]),
    ("builtins.max = builtins.len = builtins.vars = builtins.isinstance = None",
     ["builtins.isinstance", "builtins.len", "builtins.max", "builtins.vars"]),
    ("class Odd:\n    def __eq__(self, other):\n        raise KeyError\ntorch.relu = Odd()", ["torch.relu"]),
    ("torch.relu = torch.ones(2)", ["torch.relu"]),
]


@pytest.fixture(autouse=True)
def sound():
    """Nothing is replaced before a test, and nothing after it."""
    assert patches.replaced() == {}
    yield
    left = patches.replaced()
    patches.restore(left)
    assert patches.names(left) == []


@pytest.mark.parametrize("code, expected", PATCHES)
def test_what_a_block_replaces_is_named_and_put_back(code, expected):
    for context in (isolated, without_trace):
        with context() as patched:
            assert patched == []
            exec(code, dict(NAMES))
        assert sorted(patched) == sorted(expected) and patches.replaced() == {}
        with pytest.raises(ZeroDivisionError), context() as patched:
            exec(code + "\n1 / 0", dict(NAMES))
        assert sorted(patched) == sorted(expected) and patches.replaced() == {}


@pytest.mark.parametrize("code, expected", [pair for pair in PATCHES if "builtins" not in pair[0]])
def test_what_the_notebook_has_replaced_is_original_in_a_block_and_replaced_after_it(code, expected):
    exec(code, dict(NAMES))
    now = patches.replaced()
    try:
        assert sorted(patches.names(now)) == sorted(expected)
        with isolated() as patched:
            assert patches.replaced() == {}
            torch.relu = torch.Tensor.clamp = None
            with isolated() as inner:
                assert torch.relu(torch.tensor(-1.0)) == 0
        assert sorted(patched) == ["torch.Tensor.clamp", "torch.relu"] and inner == []
        after = patches.replaced()
        assert after.keys() == now.keys() and all(after[key] is now[key] for key in now)
    finally:
        patches.restore(now)


def test_what_libraries_do_themselves_is_no_patch():
    model = nn.Linear(2, 2)
    with isolated() as patched:
        for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop, torch.optim.Adagrad):
            torch.optim.lr_scheduler.StepLR(kind(model.parameters(), lr=0.1), 1)
        importlib.import_module("numpy.testing")
        importlib.import_module("torch.nn.utils.prune")
        list(torch.utils.data.DataLoader([1, 2]))
        F.softmax(torch.ones(2))  # warns
        copyreg._slotnames(torch.Tensor)  # as copying and pickling do
        assert nn.Linear.__annotations__ is not None and np.testing
    assert patched == [] and torch.optim.Adagrad.step.hooked and torch.Tensor.__slotnames__ == []


def test_a_builtin_that_comes_and_goes_is_no_patch():
    builtins.own = 1
    assert patches.replaced() == {}
    del builtins.own
    assert patches.replaced() == {}
    torch.own = types.ModuleType("own")
    assert patches.replaced() == {}
    del torch.own
    assert patches.replaced() == {}


def test_a_function_that_was_replaced_before_the_course_was_imported():
    code = """
import torch
torch.relu = lambda x: x
torch.Tensor.clamp = lambda self, **limits: self
from nnlab.checks import patches
from nnlab.checks.state import isolated
print(sorted(patches.names(patches.replaced())))
with isolated() as patched:
    print(torch.relu(torch.tensor(-1.0)).item(), torch.tensor(-1.0).clamp(min=0).item())
print(patched, torch.relu(3))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "['torch.Tensor.clamp', 'torch.relu']\n0.0 0.0\n[] 3\n", done


def test_it_is_fast():
    times = []
    for _ in range(50):
        start = time.perf_counter()
        assert patches.replaced() == {}
        times.append(time.perf_counter() - start)
    SEEN.append(f"looking for replaced attributes of torch, NumPy and math takes {min(times) * 1e3:.2f} ms")
    assert min(times) < 1e-3
