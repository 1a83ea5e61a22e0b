"""Twelve scripts that train a network, most of them with a fault: the patients of week 6g.

All take images x (N, 1, 8, 8), float32 from 0 to 255, with labels y (N,), and new ones for the measurement at the end.
They return the losses of all steps, a list of floats, and a dictionary of accuracies.
"""

import functools

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.metrics import score
from nnlab.models import network


@functools.cache
def _all_digits():
    from sklearn.datasets import load_digits  # slow to import, and needed here only
    digits = load_digits()
    return torch.tensor(digits.images, dtype=torch.float32)[:, None] * (255 / 16), torch.tensor(digits.target)


def small_digits(count=1000, new=797, seed=0):
    """Images of digits, 8×8 pixels from 0 to 255, in random order: x (count, 1, 8, 8), y, new_x (new, 1, 8, 8), new_y.

    They are the 1,797 of scikit-learn's `load_digits`: the test part of the Optical Recognition of Handwritten Digits
    data set (Alpaydin and Kaynak 1998, UCI Machine Learning Repository).
    """
    x, y = _all_digits()
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))[:count + new]
    train, rest = order[:count], order[count:]
    return x[train], y[train], x[rest], y[rest]


def patient_1(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. The
    network 64-64-64-10 with tanh is trained by SGD (lr=0.1) for ten epochs, in shuffled batches of
    50.
    """
    model = network(64, 64, 64, 10, activation=nn.Tanh)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x, new_y))


def patient_2(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network 64-64-10 with ReLU is trained by SGD (lr=0.05) for five epochs, in
    shuffled batches of 4.
    """
    x, new_x = x / 255, new_x / 255
    model = network(64, 64, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for _ in range(5):
        for rows in torch.randperm(len(x)).split(4):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x, new_y))


def patient_3(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network 64-64-64-10 with ReLU is trained by Adam for ten epochs, in shuffled
    batches of 50. The learning rate is 0.003 in the first epoch, and in each following epoch 0.8
    times that of the one before.
    """
    x, new_x = x / 255, new_x / 255
    model = network(64, 64, 64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.8)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x, new_y))


def patient_4(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network 64-64-64-10 with ReLU has normal weights of variance 2/n at first,
    for n inputs (He), and is trained by Adam (lr=0.003) for ten epochs, in shuffled batches of 50.
    """
    x, new_x = x / 255, new_x / 255
    model = network(64, 64, 64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    for layer in model[1::2]:
        weight = torch.randn(layer.weight.shape) * (2 / layer.in_features) ** 0.5
        layer.weight = nn.Parameter(weight)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x, new_y))


def patient_5(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network 64-256-256-10 with ReLU is trained by Adam (lr=0.01) for ten epochs,
    in shuffled batches of 50.
    """
    x, new_x = x / 255, new_x / 255
    model = network(64, 256, 256, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x, new_y))


def patient_6(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network 64-64-64-10 with ReLU is trained by Adam for ten epochs, in shuffled
    batches of 50.
    """
    x, new_x = x / 255, new_x / 255
    model = network(64, 64, 64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.3)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x, new_y))


def patient_7(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network has seven hidden layers of 64 units, each a linear layer with an
    activation function. It is trained by SGD (lr=0.1) for ten epochs, in shuffled batches of 50.
    """
    x, new_x = x / 255, new_x / 255
    model = network(*[64] * 8, 10, activation=nn.Sigmoid)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x, new_y))


def patient_8(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. All images
    are standardized, pixel by pixel: by the mean of this pixel over the training images, and its
    standard deviation plus 1. The network 64-64-64-10 with ReLU is trained by Adam (lr=0.003) for
    ten epochs, in shuffled batches of 50.
    """
    mean, std = x.mean(0), x.std(0) + 1
    x = (x - mean) / std
    model = network(64, 64, 64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x / 255, new_y))


def patient_9(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network 64-64-10 with batch normalization, ReLU and dropout of a half in its
    hidden layer is trained by Adam (lr=0.003) for ten epochs, in shuffled batches of 50.
    """
    x, new_x = x / 255, new_x / 255
    hidden = [nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.5)]
    model = nn.Sequential(nn.Flatten(), *hidden, nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        accuracies = score(model, training=(x, y), new=(new_x, new_y))
    return losses, accuracies


def patient_10(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network 64-64-64-10 with ReLU, and dropout of a half after each hidden
    layer, is trained by Adam (lr=0.003) for ten epochs, in shuffled batches of 50.
    """
    x, new_x = x / 255, new_x / 255
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    model.eval()
    return losses, score(model, training=(x, y), new=(new_x, new_y))


def patient_11(x, y, new_x, new_y):
    """Losses of all steps, and accuracies on "training", "validation" and "new" images.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. A fifth is for validation. Each training image gets five noisy copies. The
    network 64-64-64-10 with ReLU is trained by Adam (lr=0.003), ten epochs, shuffled batches of 50.
    """
    x, y = x.repeat(6, 1, 1, 1) / 255, y.repeat(6)
    x += 0.05 * torch.randn(x.shape)
    val, train = torch.randperm(len(x)).split([len(x) // 5, len(x) - len(x) // 5])
    model = network(64, 64, 64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(10):
        for rows in train[torch.randperm(len(train))].split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x[train], y[train]), validation=(x[val], y[val]),
                         new=(new_x / 255, new_y))


def patient_12(x, y, new_x, new_y):
    """Losses of all steps, and the accuracies {"training": ..., "new": ...} after the last.

    x (N, 1, 8, 8): images, pixels from 0 to 255; y (N,): labels; new_x, new_y: new ones. Pixels are
    divided by 255. The network 64-64-64-10 with ReLU in its hidden layers is trained by Adam
    (lr=0.003), with weight decay, for ten epochs, in shuffled batches of 50.
    """
    x, new_x = x / 255, new_x / 255
    sizes = ((64, 64), (64, 64), (64, 10))
    layers = [part for m, n in sizes for part in (nn.Linear(m, n), nn.ReLU())]
    model = nn.Sequential(nn.Flatten(), *layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003, weight_decay=0.1)
    losses = []
    for _ in range(10):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, score(model, training=(x, y), new=(new_x, new_y))
