"""Five scripts that train a network on images, each with one bug; exercises of week 3d begin with them.

All take training images x (N, 1, 28, 28) with labels y (N,) and new images with their labels. They return the losses of
all steps and the accuracy on the new images, measured five times.
"""

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.batches import Batches
from nnlab.metrics import accuracy
from nnlab.models import MLP


def script_a(x, y, new_x, new_y):
    """Training losses, one for each step, and five accuracies on new images: two lists of floats.

    The network 784-30-10 with ReLU is trained by SGD (lr=0.1) for five epochs in shuffled batches
    of 20. x (N, 1, 28, 28), float32, and y (N,), int64: training images with their labels.
    new_x (M, 1, 28, 28), new_y (M,): new images with their labels. No argument is changed.
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
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies


def script_b(x, y, new_x, new_y):
    """Training losses, one for each step, and five accuracies on new images: two lists of floats.

    The network 784-30-10 with ReLU is trained by SGD (lr=0.1) for five epochs in shuffled batches
    of 20. x (N, 1, 28, 28), float32, and y (N,), int64: training images with their labels.
    new_x (M, 1, 28, 28), new_y (M,): new images with their labels. No argument is changed.
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
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies


def script_c(x, y, new_x, new_y):
    """Training losses, one for each step, and five accuracies on new images: two lists of floats.

    All images, with pixels from 0 to 1, are normalized: (pixel - 0.5) / 0.5. The network 784-30-10
    with ReLU is trained by SGD (lr=0.1) for five epochs in shuffled batches of 20.
    x (N, 1, 28, 28), float32, and y (N,), int64: training images with their labels.
    new_x (M, 1, 28, 28), new_y (M,): new images with their labels. No argument is changed.
    """
    x = (x - 0.5) / 0.5
    model = MLP([784, 30, 10])
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
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies


def script_d(x, y, new_x, new_y):
    """Training losses, one for each step, and five accuracies on new images: two lists of floats.

    The network 784-30-10 with ReLU is trained by SGD (lr=0.1) for five epochs in shuffled batches
    of 20. x (N, 1, 28, 28), float32, and y (N,), int64: training images with their labels.
    new_x (M, 1, 28, 28), new_y (M,): new images with their labels. No argument is changed.
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
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies


def script_e(x, y, new_x, new_y):
    """Training losses, one for each step, and five accuracies on new images: two lists of floats.

    The network 784-30-10 with ReLU and, in training, dropout with probability 0.5 is trained by
    SGD (lr=0.1) for five epochs in shuffled batches of 20. x (N, 1, 28, 28), float32, and y (N,),
    int64: training images with their labels. new_x, new_y: new ones. No argument is changed.
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
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies
