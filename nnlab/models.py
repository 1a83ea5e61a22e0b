"""Neural networks: the multilayer perceptron, which week 2 builds by hand, and the convolutional network of week 5."""

from itertools import pairwise

import torch
from torch import nn


class MLP(nn.Module):
    """Multilayer perceptron: linear layers with an activation function after each but the last.

    Args:
        sizes: number of inputs, of units in each hidden layer, and of outputs, as in ``[784, 30, 10]``.
        activation: activation function of the hidden layers.
        init: weight initialization, "kaiming" (He et al. 2015, for ReLU and similar functions) or "xavier" (Glorot and
            Bengio 2010, for sigmoid and tanh), both normal; biases are initialized to 0.

    Inputs of shape (N, ...) are flattened to (N, sizes[0]); outputs have shape (N, sizes[-1]).

    Raises:
        ValueError: fewer than two sizes, a size below 1, or an unknown `init`.
    """

    def __init__(self, sizes, activation=torch.relu, init="kaiming"):
        super().__init__()
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"sizes = {sizes!r}; give inputs, ..., outputs, each at least 1")
        if init not in ("kaiming", "xavier"):
            raise ValueError(f"init = {init!r}; choose 'kaiming' or 'xavier'")
        self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(sizes))
        self.activation = activation
        for layer in self.layers:
            if init == "kaiming":
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            else:
                nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        """Outputs (N, sizes[-1]) for inputs (N, ...)."""
        x = x.flatten(1)
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x)


class Layers(nn.Sequential):
    """An `nn.Sequential` whose slices are `nn.Sequential`s, whatever arguments the constructor of a subclass takes."""

    def __getitem__(self, index):
        """The layer with this index; for a slice, an `nn.Sequential` of its layers."""
        return nn.Sequential(*list(self)[index]) if isinstance(index, slice) else super().__getitem__(index)


class CNN(Layers):
    """Convolutional network: blocks of 3×3 convolutions, ReLU and 2×2 max pooling, then two fully connected layers.

    Args:
        channels: number of output channels of each block, as in ``(8, 16)``.
        hidden: number of units between the flattened feature maps and the outputs; 0 for a single linear layer.
        in_channels: number of channels of the images: 1 for gray, 3 for color.
        size: height and width of the images in pixels; each block halves it, rounding down.
        num_classes: number of outputs.
        convolutions: number of convolutions in each block, before its pooling.

    Inputs have shape (N, in_channels, size, size), outputs (N, num_classes). The convolutions are padded by one pixel,
    so they keep the size. Weights are initialized as by He et al. 2015, for ReLU; biases are initialized to 0.

    Raises:
        ValueError: no channels, or a number below 1; more blocks than the size can be halved.
    """

    def __init__(self, channels=(8, 16), hidden=32, in_channels=1, size=28, num_classes=10, convolutions=1):
        if not channels or min(*channels, in_channels, num_classes, convolutions) < 1 or hidden < 0:
            raise ValueError(f"channels = {channels!r}, hidden = {hidden}, in_channels = {in_channels}, num_classes = "
                             f"{num_classes}, convolutions = {convolutions}; give at least 1 each (hidden: 0)")
        if size < 2 ** len(channels):
            raise ValueError(f"{len(channels)} poolings halve images of {size} pixels below one; give fewer channels")
        layers = []
        for n, m in pairwise((in_channels, *channels)):
            for k in range(convolutions):
                layers += [nn.Conv2d(m if k else n, m, kernel_size=3, padding=1), nn.ReLU()]
            layers.append(nn.MaxPool2d(2))
        features = channels[-1] * (size // 2 ** len(channels)) ** 2
        layers += [nn.Flatten(), *([nn.Linear(features, hidden), nn.ReLU()] if hidden else [])]
        super().__init__(*layers, nn.Linear(hidden or features, num_classes))
        for layer in self:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)


def network(*sizes, activation=nn.ReLU):
    """Multilayer perceptron as an `nn.Sequential`; its activation functions are modules, so hooks can see them.

    Args:
        sizes: numbers of inputs, of units in each hidden layer, and of outputs.
        activation: class of the activation functions, a module without arguments.

    Inputs of shape (N, ...) are flattened to (N, sizes[0]); outputs have shape (N, sizes[-1]). Weights and biases keep
    torch's initialization.

    Raises:
        ValueError: fewer than two sizes.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes = {list(sizes)}; give at least the numbers of inputs and outputs, as in (64, 10)")
    layers = [nn.Flatten()]
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])
