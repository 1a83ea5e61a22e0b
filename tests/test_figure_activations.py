"""What only the figure of activation functions does."""

import pytest
import torch

pytestmark = pytest.mark.browser


def test_the_crossing_of_the_derivatives(modules):
    found = modules.evaluate("figures.activations.numbers({ shown: [], x: 0 }).crossing")
    x = torch.tensor(found, dtype=torch.float64, requires_grad=True)
    tanh, sigmoid = torch.autograd.grad(torch.tanh(x), x)[0], torch.autograd.grad(torch.sigmoid(x), x)[0]
    assert abs(found - 1.663) < 5e-4 and abs(tanh - sigmoid) < 1e-9
