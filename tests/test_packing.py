"""What network may travel with a figure, and what is said of others; its modes are left as found."""

import pytest
import torch
import torch.nn.functional as F
from shared import CAUGHT
from torch import nn

from nnlab.models import CNN, MLP
from nnlab.widgets import Figure
from nnlab.widgets.chain import chain
from nnlab.widgets.packing import packed, rounded


class Odd(torch.nn.Module):
    """Linear layers with something else between them."""

    def __init__(self, between):
        super().__init__()
        self.first, self.between, self.last = torch.nn.Linear(784, 20), between, torch.nn.Linear(20, 10)

    def forward(self, x):
        return self.last(self.between(self.first(x)))


def with_nan():
    model = MLP([784, 20, 10])
    with torch.no_grad():
        model.layers[0].weight[3, 5] = float("nan")
    return model


def convolutional(*layers, units=0):
    """A convolution with ReLU, the `layers`, and, with `units`, a linear layer that has as many inputs."""
    linear = [nn.Flatten(), nn.Linear(units, 10)] if units else []
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), *layers, *linear)


class Branching(nn.Module):
    """A residual connection, or, with `by` "values", a decision by the values of the input."""

    def __init__(self, by):
        super().__init__()
        self.first, self.second, self.by = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3, padding=1), by

    def forward(self, x):
        x = self.first(x)
        if self.by == "values" and x.sum() > 0:
            return x
        return (x + self.second(x)).mean((2, 3))


def with_nan_in_a_convolution():
    model = convolutional(units=3136)
    with torch.no_grad():
        model[0].bias[1] = float("inf")
    return model


SQUARE = nn.Conv2d(4, 4, 2, padding="same")


@pytest.mark.parametrize("network, error, says", [
    (lambda: "a model", TypeError, "network is a str; give the model itself"),
    (lambda: MLP([784, 10, 2]), ValueError, "from 784 inputs to 10 outputs; this one has 784 to 2"),
    (lambda: torch.nn.ReLU(), ValueError, "this one has none"),
    (lambda: MLP([784, 20, 10], torch.sigmoid), ValueError, "has it another activation, or a softmax at its end"),
    (lambda: torch.nn.Sequential(MLP([784, 20, 10]), torch.nn.Softmax(1)), ValueError, "a softmax at its end"),
    (lambda: Odd(torch.nn.Tanh()), ValueError, "another activation"),
    (lambda: nn.Sequential(nn.Unflatten(1, (2, 392)), nn.Linear(784, 10)), ValueError,
     r"inputs of shape \(16, 784\), flat ones, which it does not take"),
    (with_nan, ValueError, "NaN or infinite; train it again"),
    (with_nan_in_a_convolution, ValueError, "NaN or infinite; train it again"),
    (lambda: nn.Conv2d(3, 4, 3), ValueError, r"of shape \(4, 1, 28, 28\), which it does not take \(Given groups"),
    (lambda: convolutional(units=100), ValueError, r"\(4, 1, 28, 28\), which it does not take \(mat1 and mat2"),
    (lambda: convolutional(), ValueError, r"with 10 outputs for each image; .* have the shape \(4, 28, 28\)"),
    (lambda: convolutional(nn.AdaptiveAvgPool2d(1), nn.Flatten()), ValueError, r"10 outputs .* the shape \(4,\)"),
    (lambda: convolutional(nn.GELU(), units=3136), ValueError, "cannot compute GELU; it takes Conv2d, BatchNorm2d"),
    (lambda: nn.Sequential(convolutional(units=3136), nn.LogSoftmax(1)), ValueError, "LogSoftmax; leave it out"),
    (lambda: convolutional(nn.MaxPool2d(3, ceil_mode=True)), ValueError, "with ceil_mode=True; it takes False"),
    (lambda: convolutional(nn.AdaptiveAvgPool2d(7)), ValueError, "output_size=7; it takes 1, the mean over height and"),
    (lambda: convolutional(nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect")), ValueError, "it pads with zeros"),
    (lambda: convolutional(SQUARE), ValueError, "which pads one side more; give the padding as a number"),
    (lambda: convolutional(nn.BatchNorm2d(4, track_running_stats=False)), ValueError, "the other images of the batch"),
    (lambda: convolutional(nn.Flatten(2)), ValueError, "start_dim=2, end_dim=-1; it flattens all but the batch"),
    (lambda: convolutional(nn.Linear(28, 10)), ValueError, "takes a Linear layer only after Flatten or the mean"),
    (lambda: Branching("nothing"), ValueError, "whose layers follow one another in one chain; in this one 'add'"),
    (lambda: Branching("values"), ValueError, "cannot follow the network's forward.*; write it as an nn.Sequential"),
])
def test_what_cannot_travel_is_said(network, error, says):
    with pytest.raises(error, match=says) as caught:
        Figure("digit", network=network())
    CAUGHT.append(("digit", "network", str(caught.value)))


class Written(nn.Module):
    """LeNet-5 with ReLU, as a tutorial writes it: one pooling layer used twice, functions between the modules."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.pool = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2, 2)
        self.linear1, self.linear2, self.drop = nn.Linear(400, 84), nn.Linear(84, 10), nn.Dropout(0.5)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = F.max_pool2d(self.conv2(x).relu(), 2)
        x = self.drop(F.relu(self.linear1(x.view(x.size(0), -1))))
        return self.linear2(F.dropout(x, 0.2, self.training))


class Averaged(nn.Module):
    """Batch normalization after a convolution and after pooling; the mean over height and width at the end."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Identity(),
            nn.Sequential(nn.Conv2d(8, 12, (3, 2), groups=4, dilation=(1, 2), padding=(2, 0)), nn.AvgPool2d(2)),
            nn.BatchNorm2d(12), nn.ReLU(), nn.Dropout2d(0.3), nn.Conv2d(12, 10, 1))
        with torch.no_grad():
            for layer in (self.features[1], self.features[5]):
                layer.running_mean.normal_()
                layer.running_var.uniform_(0.5, 2)
                layer.weight.normal_()
                layer.bias.normal_()

    def forward(self, x):
        return self.features(x).mean(dim=(-2, -1))


@pytest.mark.parametrize("made", [Written, Averaged, CNN, lambda: nn.Sequential(convolutional(units=3136))])
def test_convolutional_networks_are_rounded_to_eight_bits(made):
    """Without the rounding the chain is the network; each rounded weight is within half a step of the scale."""
    torch.manual_seed(0)
    model = made().train()
    x = torch.rand(20, 1, 28, 28, dtype=torch.float64)
    exact, rough = nn.Sequential(*chain(model, (1, 28, 28))), rounded(model)
    assert model.training
    model.double().eval()
    with torch.no_grad():
        truth = model(x)
        assert torch.allclose(exact(x), truth, rtol=1e-9, atol=1e-12)
        assert 0 < (rough(x) - truth).abs().max() < 0.1 * truth.std()
    weights = [[layer.weight.flatten(1) for layer in net if hasattr(layer, "weight")] for net in (exact, rough)]
    for whole, near in zip(*weights, strict=True):
        assert ((whole - near).abs() <= whole.abs().amax(1, keepdim=True) / 127 / 2 * (1 + 1e-9)).all()
    assert repr(rounded(rough)) == repr(rough) and "BatchNorm" not in repr(rough)


def test_a_flat_network_travels_as_before():
    """What figures in stored notebooks hold: layers without a kind, and no shape."""
    made = packed(MLP([784, 20, 10]), 784, 10)
    assert set(made) == {"layers"} and [set(layer) for layer in made["layers"]] == [{"weight", "scale", "bias"}] * 2
    with pytest.raises(ValueError, match="takes a convolutional network; this one has no convolution and no pooling"):
        packed(MLP([784, 20, 10]), (1, 28, 28), None)


def test_others_take_none_and_modes_are_left():
    with pytest.raises(ValueError, match="the figure 'neuron' takes no network; these do: 'digit'"):
        Figure("neuron", network=MLP([784, 20, 10]))
    model = Odd(torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Dropout(0.5))).train()
    model.between[0].eval()
    Figure("digit", network=model)
    assert model.training and model.between[1].training and not model.between[0].training
