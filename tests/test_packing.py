"""What network may travel with a figure, and what is said of others; its modes are left as found."""

import pytest
import torch
from shared import CAUGHT

from nnlab.models import MLP
from nnlab.widgets import Figure


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


def convolutional():
    return torch.nn.Sequential(torch.nn.Conv2d(1, 1, 3, padding=1), torch.nn.Flatten(), MLP([784, 20, 10]))


@pytest.mark.parametrize("network, error, says", [
    (lambda: "a model", TypeError, "network is a str; give the model itself"),
    (lambda: MLP([784, 10, 2]), ValueError, "from 784 inputs to 10 outputs; this one has 784 to 2"),
    (lambda: torch.nn.ReLU(), ValueError, "this one has none"),
    (lambda: MLP([784, 20, 10], torch.sigmoid), ValueError, "has it another activation, or a softmax at its end"),
    (lambda: torch.nn.Sequential(MLP([784, 20, 10]), torch.nn.Softmax(1)), ValueError, "a softmax at its end"),
    (lambda: Odd(torch.nn.Tanh()), ValueError, "another activation"),
    (convolutional, ValueError, r"inputs of shape \(16, 784\), flat ones, which it does not take"),
    (with_nan, ValueError, "NaN or infinite; train it again"),
])
def test_what_cannot_travel_is_said(network, error, says):
    with pytest.raises(error, match=says) as caught:
        Figure("digit", network=network())
    CAUGHT.append(("digit", "network", str(caught.value)))


def test_others_take_none_and_modes_are_left():
    with pytest.raises(ValueError, match="the figure 'neuron' takes no network; these do: 'digit'"):
        Figure("neuron", network=MLP([784, 20, 10]))
    model = Odd(torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Dropout(0.5))).train()
    model.between[0].eval()
    Figure("digit", network=model)
    assert model.training and model.between[1].training and not model.between[0].training
