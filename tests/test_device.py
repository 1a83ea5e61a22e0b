"""nnlab.device: an available device, reproducible random numbers, a one-line description of the machine."""

import random

import numpy as np
import pytest
import torch

from nnlab.device import best_device, describe, device_of, seed_everything


def test_best_device_computes():
    assert (torch.ones(3, device=best_device()) + 1).sum().item() == 6


@pytest.mark.gpu
def test_best_device_is_the_gpu():
    if not torch.cuda.is_available():
        pytest.skip("no GPU here")
    assert best_device().type == "cuda" and torch.cuda.get_device_name(0) in describe()


def test_device_of_a_model_with_and_without_parameters():
    assert device_of(torch.nn.Linear(2, 2, device="meta")).type == "meta" and device_of(torch.nn.ReLU()).type == "cpu"


def test_seeds_repeat():
    draws = []
    for _ in range(2):
        assert seed_everything(3) == 3
        draws.append((random.random(), np.random.rand(), torch.rand(1).item()))
    assert draws[0] == draws[1]


def test_describe_names_what_computes():
    assert torch.__version__ in describe() and "cores" in describe() and "\n" not in describe()
