"""Five scripts that train a network on images, each with one bug; exercises of week 3b begin with them.

All take images x (N, 1, 28, 28) with labels y (N,), and new ones, and return the losses of all steps and the accuracy
on the new images, measured five times.
"""

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.batches import Batches
from nnlab.metrics import accuracy
from nnlab.models import MLP


def script_a(x, y, new_x, new_y):
    """Losses of all steps, and accuracies on new images, measured five times: two lists of floats.

    The network 784-30-10 with ReLU is trained by SGD (lr=0.1) for five epochs, in shuffled batches
    of 20. x (N, 1, 28, 28), float32, and y (N,), int64, are the images and labels to train on;
    new_x and new_y are those to measure on.
    """
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        order = torch.randperm(len(x))
        for batch, labels in zip(x[order].split(20), y.split(20), strict=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares


def script_b(x, y, new_x, new_y):
    """Losses of all steps, and accuracies on new images, measured five times: two lists of floats.

    The network 784-30-10 with ReLU is trained by SGD (lr=0.1) for five epochs, in shuffled batches
    of 20. x (N, 1, 28, 28), float32, and y (N,), int64, are the images and labels to train on;
    new_x and new_y are those to measure on.
    """
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares


def script_c(x, y, new_x, new_y):
    """Losses of all steps, and accuracies on new images, measured five times: two lists of floats.

    The network 784-30-10 with ReLU is trained by SGD (lr=0.1) for five epochs, in shuffled batches
    of 20. x (N, 1, 28, 28), float32, and y (N,), int64, are the images and labels to train on;
    new_x and new_y are those to measure on.
    """
    model = nn.Sequential(nn.Linear(28, 30), nn.ReLU(), nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch).mean((1, 2)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x).mean((1, 2)), new_y).item() for _ in range(5)]
    return losses, shares


def script_d(x, y, new_x, new_y):
    """Losses of all steps, and accuracies on new images, measured five times: two lists of floats.

    The network 784-30-10 with ReLU is trained by SGD (lr=0.1) for five epochs, in shuffled batches
    of 20. x (N, 1, 28, 28), float32, and y (N,), int64, are the images and labels to train on;
    new_x and new_y are those to measure on.
    """
    model = nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares


def script_e(x, y, new_x, new_y):
    """Losses of all steps, and accuracies on new images, measured five times: two lists of floats.

    The network 784-30-10 with ReLU, and dropout of one half in training, is trained by SGD (lr=0.1)
    for five epochs, in shuffled batches of 20. x (N, 1, 28, 28), float32, and y (N,), int64,
    are the images and labels to train on; new_x and new_y are those to measure on.
    """
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares
