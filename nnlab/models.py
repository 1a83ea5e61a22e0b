"""Neural networks: the multilayer perceptron that week 2 builds by hand."""

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
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)
