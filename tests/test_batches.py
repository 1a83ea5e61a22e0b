"""nnlab.batches: every sample once a pass, the same orders from the same seed, errors that name the fix."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import SEEN
from torch.utils.data import DataLoader, TensorDataset

from nnlab.batches import Batches

CASES = []


@settings(max_examples=2000, deadline=None)
@given(n=st.integers(0, 40), m=st.integers(-1, 1), batch_size=st.integers(-1, 50), shuffle=st.booleans(),
       seed=st.integers(0, 2**31), shape=st.lists(st.integers(0, 3), max_size=3),
       dtype=st.sampled_from([torch.float32, torch.uint8, torch.int64, torch.bool]))
def test_works_or_raises_what_it_documents(n, m, batch_size, shuffle, seed, shape, dtype):
    CASES.append(0)
    x = torch.arange(n).reshape(n, *[1] * len(shape)).expand(n, *shape).to(dtype)
    y = torch.arange(max(0, n + m))
    if len(y) != n or n == 0 or batch_size < 1:
        with pytest.raises(ValueError):
            Batches(x, y, batch_size, shuffle, seed)
        return
    batches = Batches(x, y, batch_size, shuffle, seed)
    passes = [list(batches) for _ in range(2)]
    for one in passes:
        assert len(one) == len(batches) == -(-n // batch_size)
        seen = torch.cat([targets for _, targets in one])
        assert torch.equal(seen.sort().values, y) and (shuffle or torch.equal(seen, y))
        assert all(torch.equal(part, x[targets]) and part.dtype == dtype for part, targets in one)
        assert [len(part) for part, _ in one[:-1]] == [batch_size] * (len(one) - 1)
    again = Batches(x, y, batch_size, shuffle, seed)
    assert all(torch.equal(a[1], b[1]) for one in passes for a, b in zip(one, again, strict=True))


def test_count_of_cases():
    assert len(CASES) >= 2000
    SEEN.append(f"Batches: {len(CASES)} random cases")


def test_orders_differ_and_the_global_generator_is_left_alone():
    x = torch.arange(100)
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    batches = Batches(x, x, 100, shuffle=True)
    (one, _), (two, _) = next(iter(batches)), next(iter(batches))
    assert not torch.equal(one, two) and torch.rand(1) == expected


def test_same_batches_as_a_dataloader():
    x, y = torch.randn(23, 3), torch.arange(23)
    loader = DataLoader(TensorDataset(x, y), batch_size=5)
    for ours, theirs in zip(Batches(x, y, 5), loader, strict=True):
        assert torch.equal(ours[0], theirs[0]) and torch.equal(ours[1], theirs[1])


@pytest.mark.parametrize("n, size, kept", [(10, 3, 9), (9, 3, 9), (5, 5, 5), (7, 4, 4)])
@pytest.mark.parametrize("shuffle", [False, True])
def test_last_batch_can_be_dropped_as_by_a_dataloader(n, size, kept, shuffle):
    x, y = torch.randn(n, 2), torch.arange(n)
    batches = Batches(x, y, size, shuffle, drop_last=True)
    loader = DataLoader(TensorDataset(x, y), size, drop_last=True)
    assert len(batches) == len(loader) == len(list(batches)) and {len(part) for part, _ in batches} == {size}
    seen = torch.cat([targets for _, targets in batches])
    assert len(seen) == len(set(seen.tolist())) == kept and (shuffle or torch.equal(seen, y[:kept]))
    whole = list(Batches(x, y, size, shuffle))
    batches = Batches(x, y, size, shuffle, drop_last=True)
    assert all(torch.equal(one[1], other[1]) for one, other in zip(batches, whole, strict=False))


@pytest.mark.parametrize("x, y, message", [
    (np.zeros((3, 2)), np.zeros(3), r"x is a ndarray, not a tensor; give torch\.from_numpy\(x\), with \.float\(\)"),
    (torch.zeros(3, 2), np.zeros(3, dtype=int), r"y is a ndarray, not a tensor; give torch\.from_numpy\(y\)"),
    ([[1.0], [2.0]], torch.zeros(2), r"x is a list, not a tensor; give torch\.tensor\(x\)"),
    (torch.zeros(3), (1, 2, 3), r"y is a tuple, not a tensor"),
    (torch.zeros(()), torch.zeros(1), r"x has no dimensions; .* give x\[None\]"),
    (torch.zeros(1), torch.zeros(()), r"y has no dimensions"),
])
def test_what_is_no_tensor_is_named(x, y, message):
    with pytest.raises(ValueError, match=message):
        Batches(x, y, 2)
    with pytest.raises(ValueError, match="leaves no batch: 3 samples, batch_size = 4; give .* at most 3"):
        Batches(torch.zeros(3), torch.zeros(3), 4, drop_last=True)
    assert len(Batches(torch.zeros(3), torch.zeros(3), np.int64(2))) == 2


@pytest.mark.parametrize("x, y, size, message", [
    (torch.zeros(3), torch.zeros(3), True, "batch_size = True; give a whole number"),
    (torch.zeros(3), torch.zeros(3), None, "batch_size = None; give a whole number"),
    (torch.zeros(3), torch.zeros(4), 2, "3 samples but 4 targets"),
    (torch.zeros(0), torch.zeros(0), 2, "no samples: x has length 0"),
    (torch.zeros(3), torch.zeros(3, device="meta"), 2, "x is on cpu, y on meta"),
    (torch.zeros(3), torch.zeros(3), 0, "batch_size = 0; give a whole number"),
    (torch.zeros(3), torch.zeros(3), 2.0, "batch_size = 2.0; give a whole number"),
])
def test_errors_name_the_fix(x, y, size, message):
    with pytest.raises(ValueError, match=message):
        Batches(x, y, size)
