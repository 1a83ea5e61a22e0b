"""nnlab.models: the outputs, the number of parameters, and the weight initialization of the papers."""

import pytest
import torch

from nnlab.models import MLP


def test_mlp_is_the_sequence_of_its_layers():
    net = MLP([6, 5, 4, 3], activation=torch.tanh)
    x = torch.randn(7, 2, 3)
    a, b, c = net.layers
    torch.testing.assert_close(net(x), c(torch.tanh(b(torch.tanh(a(x.flatten(1)))))))
    assert torch.equal(MLP([2, 3])(torch.zeros(1, 2)), torch.zeros(1, 3))  # one layer: linear, biases 0


def test_parameters_of_the_books_example():
    assert sum(parameter.numel() for parameter in MLP([784, 100, 10]).parameters()) == 79_510


@pytest.mark.parametrize("init, variance", [("kaiming", 2 / 800), ("xavier", 2 / (800 + 400))])
def test_variance_of_the_initial_weights(init, variance):
    torch.manual_seed(0)
    weight = MLP([800, 400], init=init).layers[0].weight
    assert weight.var().item() == pytest.approx(variance, rel=0.02) and abs(weight.mean().item()) < 1e-3


@pytest.mark.parametrize("arguments, message", [
    (([784],), r"sizes = \[784\]; give inputs"), (([4, 0, 2],), "each at least 1"),
    (([4, 2], torch.relu, "he"), "choose 'kaiming'")])
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        MLP(*arguments)
