"""nnlab.checks.comparing: what differs is named, in dictionaries of tensors and the states of optimizers, too."""

import collections
import copy
import dataclasses
import types

import numpy as np
import pytest
import torch
from torch import nn

from nnlab.checks.candidate import Fault
from nnlab.checks.comparing import difference
from nnlab.checks.feedback import happened
from nnlab.checks.running import Outcome, agree

ONES = torch.ones(2)
Pair = collections.namedtuple("Pair", "weight bias")


@dataclasses.dataclass
class State:
    """A step and its gradient."""

    step: int
    gradient: torch.Tensor


@pytest.mark.parametrize("expected, got, said", [
    ({"w": ONES}, {"w": ONES + 1e-6}, None),
    ({"w": ONES}, {"w": 2 * ONES}, "['w']: other numbers"),
    ({"w": ONES}, {"w": [1.0, 1.0]}, "['w']: 2 values instead of a tensor"),
    ({"w": ONES}, {"w": torch.ones(2, 1)}, "['w']: shape (2, 1) instead of (2,)"),
    ({"w": ONES, "b": ONES}, {"w": ONES}, "no key 'b'"),
    ({"w": ONES}, {"w": ONES, "b": ONES}, "one key too many: 'b'"),
    ({"w": ONES}, {"v": ONES}, "no key 'w'"),
    ({None: 1}, {}, "no key None"),
    ({0: {"m": ONES}}, {0: {"m": ONES, "v": ONES}}, "[0]: one key too many: 'v'"),
    ({0: {"m": ONES}}, {0: {"m": -ONES}}, "[0]['m']: other numbers"),
    ({"a": [ONES, (ONES, {"b": 1.0})]}, {"a": [ONES, [ONES, {"b": 2}]]}, "['a'][1][1]['b']: another number"),
    ({}, {}, None), ({}, None, "nothing (None) instead of a dictionary"), ({}, [], "0 values instead of a dictionary"),
    ({"w": ONES}, collections.OrderedDict(w=ONES), None), (collections.Counter("aab"), {"a": 2, "b": 1}, None),
    ({"a": None}, {"a": None}, None), ({"a": None}, {"a": 0}, "['a']: a Python int instead of nothing (None)"),
    ([{"w": ONES}], [{"w": 2 * ONES}], "['w']: other numbers"),
    ((ONES, ONES), (ONES, 2 * ONES), "other numbers"),
    (Pair(ONES, ONES), (ONES, ONES), None), (Pair(ONES, ONES), Pair(ONES, 2 * ONES), "other numbers"),
    ({1, 2}, {2, 1}, None), ({1, 2}, {1}, "no element 2"), ({1}, {1, 2}, "one element too many: 2"),
    ({0.1 + 0.2}, {0.3}, None), (frozenset({1}), {1}, None), ({1}, [1], "1 values instead of a set"),
    (np.ones(2), np.ones(2), None), (np.ones(2), 2 * np.ones(2), "other numbers"),
    (np.ones(2), np.ones(3), "shape (3,) instead of (2,)"), (np.array(["a"]), np.array(["b"]), "other values"),
    (np.ones(2), ONES, "a tensor instead of a NumPy array"), (np.ones(2), np.ones(2, int), "int64 instead of float64"),
    (np.array([np.nan]), np.array([np.nan]), None),
    (nn.Parameter(ONES), ONES, None), (ONES, nn.Parameter(2 * ONES), "other numbers"),
    (torch.eye(2).to_sparse(), torch.eye(2).to_sparse(), None),
    (torch.eye(2).to_sparse(), (2 * torch.eye(2)).to_sparse(), "other numbers"),
    (torch.eye(2), torch.eye(2).to_sparse(), "torch.sparse_coo instead of torch.strided"),
    (1j, 1j + 1e-9, None), (1j, 1, "another number"), (0.0, 1j, "a complex instead of a Python float"),
    (nn.ReLU(), nn.ReLU(), None), (nn.ReLU(), nn.Tanh(), "a Tanh instead of a ReLU"),
    (nn.ReLU(), None, "nothing (None) instead of a ReLU"),
    (State(1, ONES), State(1, ONES), None), (State(1, ONES), State(1, -ONES), "['gradient']: other numbers"),
    (State(1, ONES), State(2, ONES), "['step']: another value"),
    (np.float32(1), np.float32(1.0000001), None), (np.float32(1), np.float32(2), "other numbers"),
    (np.int64(1), torch.tensor(1), "a tensor instead of a NumPy array"), (np.float64(1), 1.0, None),
    (collections.deque([ONES]), collections.deque([ONES]), None), (collections.deque([ONES]), [-ONES], "other numbers"),
    (types.SimpleNamespace(w=ONES), types.SimpleNamespace(w=-ONES), "['w']: other numbers"),
    (nn.Sequential(nn.ReLU()), nn.Sequential(nn.Tanh()), "Tanh() instead of ReLU() as layer '0'"),
    (nn.Sequential(nn.ReLU()), nn.Sequential(), "no layer instead of ReLU() as layer '0'"),
    (nn.Dropout(0.5), nn.Dropout(0.1), "Dropout(p=0.1, inplace=False) instead of Dropout(p=0.5, inplace=False)"),
    ("a", "b", "another value"), (None, None, None), (range(3), range(3), None),
])
def test_difference_of_what_holds_tensors(expected, got, said):
    assert difference(expected, got) == said


@pytest.mark.parametrize("make", [
    lambda p: torch.optim.Adam(p), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    lambda p: torch.optim.RMSprop(p, lr=0.01),
], ids=["adam", "momentum", "rmsprop"])
def test_states_of_optimizers_and_models(make):
    """Of two copies of a run, the one with a step more differs, and a changed number is found where it is."""
    torch.manual_seed(0)
    first = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    second = copy.deepcopy(first)
    steps = [make(model.parameters()) for model in (first, second)]
    for model, optimizer in zip((first, second), steps, strict=True):
        model(torch.ones(4, 2)).sum().backward()
        optimizer.step()
    assert difference(*steps) is None and difference(first, second) is None
    assert difference(steps[0].state_dict(), steps[1].state_dict()) is None
    key = next(name for name, value in steps[1].state[second[0].weight].items() if value.ndim)
    steps[1].state[second[0].weight][key][0, 0] += 1
    assert difference(*(one.state_dict() for one in steps)) == f"['state'][0]['{key}']: other numbers"
    steps[1].param_groups[0]["lr"] = 7.0
    del steps[1].state[second[0].weight][key]
    assert difference(*(one.state_dict() for one in steps)) == f"['state'][0]: no key '{key}'"
    second[2].bias.data += 1
    assert difference(first, second) == "['2.bias']: other numbers"
    assert difference(first, nn.Linear(2, 3)) == "a Linear instead of a Sequential"


def test_the_feedback_names_the_key():
    right = Outcome({"state": {0: {"exp_avg": ONES}}})
    for state, said in (({"exp_avg": -ONES}, "['state'][0]['exp_avg']: other numbers"),
                        ({}, "['state'][0]: no key 'exp_avg'"),
                        ({"exp_avg": ONES.to("meta")}, "['state'][0]['exp_avg']: on meta instead of cpu")):
        got = {"state": {0: state}}
        assert not agree(right, Outcome(got))
        lines, advice = happened(Fault("f()", right, Outcome(got)))
        assert said in lines and ("on the device of the input" in advice) == ("meta" in said)
    assert agree(right, Outcome({"state": {0: {"exp_avg": ONES.clone()}}}))


def test_what_cannot_be_compared_is_not_the_same():
    loop = {}
    loop["self"] = loop
    assert not agree(Outcome(loop), Outcome({"self": {"self": loop}}))
    assert not agree(Outcome(torch.ones(2, device="meta")), Outcome(torch.ones(2, device="meta")))
