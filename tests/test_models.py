"""nnlab.models: the outputs, the number of parameters, and the weight initialization of the papers."""

import pytest
import torch
import torch.nn.functional as F

from nnlab.models import CNN, MLP, network


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


def test_cnn_is_the_network_of_its_layers_in_torchs_functions():
    net, x = CNN((3, 4), hidden=5, in_channels=2, size=10, num_classes=6, convolutions=2), torch.randn(7, 2, 10, 10)
    convolutions = [layer for layer in net if isinstance(layer, torch.nn.Conv2d)]
    assert [tuple(layer.weight.shape) for layer in convolutions] == [
        (3, 2, 3, 3), (3, 3, 3, 3), (4, 3, 3, 3), (4, 4, 3, 3)]
    hidden = x
    for k, layer in enumerate(convolutions):
        hidden = F.conv2d(hidden, layer.weight, layer.bias, padding=1).relu()
        hidden = F.max_pool2d(hidden, 2) if k % 2 else hidden
    first, last = (layer for layer in net if isinstance(layer, torch.nn.Linear))
    assert hidden.shape == (7, 4, 2, 2) and first.weight.shape == (5, 16)
    torch.testing.assert_close(net(x), last(first(hidden.flatten(1)).relu()))
    assert torch.equal(CNN((2,), hidden=0)(torch.zeros(1, 1, 28, 28)), torch.zeros(1, 10))  # biases are 0


def test_parameters_of_the_cnn():
    assert sum(parameter.numel() for parameter in CNN().parameters()) == 80 + 1168 + 784 * 32 + 32 + 330 == 26_698


def test_variance_of_the_cnns_initial_weights():
    torch.manual_seed(0)
    weight = CNN((64, 128))[3].weight
    assert weight.var().item() == pytest.approx(2 / (64 * 9), rel=0.02)


@pytest.mark.parametrize("arguments, message", [
    ({"channels": ()}, r"channels = \(\), hidden = 32"), ({"channels": (8, 0)}, "give at least 1 each"),
    ({"hidden": -1}, "hidden = -1"), ({"channels": (2,) * 4, "size": 12}, "4 poolings halve images of 12 pixels")])
def test_errors_of_the_cnn(arguments, message):
    with pytest.raises(ValueError, match=message):
        CNN(**arguments)


def test_slices_are_sequences_of_layers():
    net, x = CNN(), torch.randn(2, 1, 28, 28)
    assert type(net[:3]) is torch.nn.Sequential and net[-1] is list(net)[-1]
    torch.testing.assert_close(net[3:].eval()(net[:3].eval()(x)), net.eval()(x))


def test_network_is_a_sequence_of_modules():
    net = network(6, 5, 3, activation=torch.nn.Tanh)
    assert [type(layer).__name__ for layer in net] == ["Flatten", "Linear", "Tanh", "Linear"]
    x = torch.randn(4, 2, 3)
    torch.testing.assert_close(net(x), net[3](torch.tanh(net[1](x.flatten(1)))))
    with pytest.raises(ValueError, match=r"sizes = \[4\]; give at least"):
        network(4)
