"""Checks before training: what trains by hand trains, what fails there is named with its fix, nothing else changes."""

import copy
import functools
import random
import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from nnlab.batches import Batches
from nnlab.metrics import accuracy
from nnlab.train import fit

X = torch.randn(41, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(41) % 3


def sgd(model):
    return torch.optim.SGD(model.parameters(), lr=0.1)


def train(model, batches, loss_fn=F.cross_entropy, optimizer=None, epochs=1, **more):
    optimizer = optimizer or sgd(model)
    return fit(model, batches, loss_fn=loss_fn, optimizer=optimizer, epochs=epochs, progress=False, **more)


def by_hand(model, batches, loss_fn, epochs=1):
    """The loop that `fit` stands for; the optimizer is SGD."""
    optimizer = sgd(model)
    model.train()
    for _ in range(epochs):
        for x, y in batches:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()


class Stream(IterableDataset):
    """A stream of 40 random samples, without a length."""

    def __iter__(self):
        return ((torch.randn(4), k % 3) for k in range(40))


class Halved(Batches):
    """Batches whose samples are transformed on their way."""

    def __iter__(self):
        for x, y in super().__iter__():
            yield x[:, :2], y


class Careless(nn.Module):
    """Warns in every forward pass, of a copy of a tensor."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(torch.tensor(x))


class FixedBatch(nn.Module):
    """Takes batches of 20 samples only."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(x.view(20, 4))


class Hooked(nn.Module):
    """Its layer needs a hook that converts the samples, which are bytes."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)
        self.layer.register_forward_pre_hook(lambda module, inputs: (inputs[0].float(),))

    def forward(self, x):
        return self.layer(x)


class Embedded(nn.Module):
    """Mean of the embeddings of some words, then a linear layer."""

    def __init__(self):
        super().__init__()
        self.words, self.layer = nn.Embedding(9, 4), nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(self.words(x).mean(1))


def collated(samples):
    return torch.stack([x[:2] for x, _ in samples]), torch.stack([y for _, y in samples])


def padded(samples):
    return nn.utils.rnn.pack_sequence([x[:, None] for x, _ in samples]), torch.stack([y for _, y in samples])


class Packed(nn.Module):
    """An RNN over packed sequences, which cannot be sliced."""

    def __init__(self):
        super().__init__()
        self.rnn, self.layer = nn.RNN(1, 5), nn.Linear(5, 3)

    def forward(self, x):
        return self.layer(self.rnn(x)[1][0])


class Kept(nn.Module):
    """A variational autoencoder: the loss reads what its forward pass leaves on it."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(4, 4), nn.Linear(2, 4)

    def forward(self, x):
        self.mean, self.log_var = self.encoder(x).chunk(2, 1)
        return self.decoder(self.mean + torch.randn_like(self.mean) * (self.log_var / 2).exp())

    def loss(self, outputs, targets):
        return F.mse_loss(outputs, targets) + (self.mean ** 2 + self.log_var.exp() - self.log_var).mean()


class Asserting(nn.Module):
    """Asserts the size of its batches."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x):
        assert x.shape == (10, 4)
        return self.layer(x)


class Warming(Asserting):
    """Counts its batches, in a number and in a list, and scales its outputs by the count."""

    def __init__(self):
        super().__init__()
        self.count, self.sizes, self.last = 0, [], None

    def forward(self, x):
        self.count += 1
        self.sizes.append(len(x))
        self.last = self.layer(x)  # no leaf: it is in the way of a copy from the second training on
        return self.last * min(1, self.count / 8) + len(self.sizes) / 100


class Graph(nn.Module):
    """A graph network with a sparse adjacency matrix in a buffer."""

    def __init__(self):
        super().__init__()
        self.register_buffer("neighbors", torch.eye(4).to_sparse())
        self.layer = nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(torch.sparse.mm(self.neighbors, x.T).T)


class Shifted(nn.CrossEntropyLoss):
    """A cross-entropy of one's own, of labels from 1."""

    def forward(self, outputs, targets):
        return super().forward(outputs, targets - 1)


class Average:
    """A loss that is no module, with a state: the running mean of the losses."""

    def __init__(self):
        self.mean = 0.0

    def __call__(self, outputs, targets):
        loss = F.cross_entropy(outputs, targets)
        self.mean = 0.9 * self.mean + 0.1 * loss.item()
        return loss / (1 + self.mean)


class Wrapped(nn.Module):
    """Overrides train without its argument."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def train(self):
        return super().train()

    def forward(self, x):
        return self.layer(x)


def recording():
    """A model whose hook keeps the activations for the loss."""
    model = nn.Sequential(nn.Linear(4, 5), nn.Linear(5, 3))
    model.kept = {}
    model[0].register_forward_hook(lambda module, inputs, outputs: model.kept.update(hidden=outputs))
    return model


IMAGES = torch.randn(20, 1, 8, 8, generator=torch.Generator().manual_seed(1))
LOADER = DataLoader(TensorDataset(X, Y), 10)
GOOD = {
    "a layer that warns": (lambda: nn.Sequential(nn.Conv2d(1, 2, 4, padding="same"), nn.Flatten(), nn.Linear(128, 3)),
                           Batches(IMAGES, Y[:20], 10), F.cross_entropy),
    "torch.tensor in forward": (Careless, Batches(X, Y, 10), F.cross_entropy),
    "Softmax without dim": (lambda: nn.Sequential(nn.Linear(4, 3), nn.Softmax()), Batches(X, Y, 10), F.cross_entropy),
    "KLDivLoss": (lambda: nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(1)), Batches(X, F.one_hot(Y, 3).float(), 10),
                  nn.KLDivLoss()),
    "a stream": (lambda: nn.Linear(4, 3), DataLoader(Stream(), 10), F.cross_entropy),
    "collate_fn": (lambda: nn.Linear(2, 3), DataLoader(TensorDataset(X, Y), 10, collate_fn=collated), F.cross_entropy),
    "packed sequences": (Packed, DataLoader(TensorDataset(X, Y), 10, collate_fn=padded), F.cross_entropy),
    "Batches that transform": (lambda: nn.Linear(2, 3), Halved(X, Y, 10), F.cross_entropy),
    "batches of one size only": (FixedBatch, Batches(X, Y, 20, drop_last=True), F.cross_entropy),
    "a hook that is needed": (Hooked, Batches((10 * X).to(torch.uint8), Y, 10), F.cross_entropy),
    "an embedding": (Embedded, Batches(torch.arange(82).reshape(41, 2) % 9, Y, 10), F.cross_entropy),
    "a lazy layer": (lambda: nn.LazyLinear(3), Batches(X, Y, 10), F.cross_entropy),
    "double precision": (lambda: nn.Linear(4, 3).double(), Batches(X.double(), Y, 10), F.cross_entropy),
    "batch normalization, no batch of one": (lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3)),
                                             Batches(X, Y, 10, drop_last=True), F.cross_entropy),
    "padding labels": (lambda: nn.Linear(4, 3), Batches(X, torch.where(Y == 0, 255, Y), 10),
                       functools.partial(F.cross_entropy, ignore_index=255)),
    "class probabilities": (lambda: nn.Linear(4, 3), Batches(X, F.one_hot(Y, 3).float(), 10), nn.CrossEntropyLoss()),
    "one logit and one sample at the end": (lambda: nn.Sequential(nn.Linear(4, 1), nn.Flatten(0)),
                                            Batches(X, X[:, 0], 10), F.mse_loss),
    "a loss of shape (1,)": (lambda: nn.Linear(4, 1), Batches(X, X[:, :1], 10),
                             lambda out, y: ((out - y) ** 2).mean(0)),
    "a penalty on the model's own weights": (
        lambda: nn.Linear(4, 3), Batches(X, Y, 10),
        lambda model: lambda out, y: F.cross_entropy(out, y) + 0.1 * model.weight.pow(2).sum()),
    "weight normalization": (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), LOADER, F.cross_entropy),
    "a loss that is a method": (Kept, Batches(X, X, 10), lambda model: model.loss),
    "a loss that looks at the model": (Kept, Batches(X, X, 10),
                                       lambda model: lambda out, y: F.mse_loss(out, y) + model.mean.pow(2).mean()),
    "a loss that looks at what a hook kept": (
        recording, Batches(X, Y, 10),
        lambda model: lambda out, y: F.cross_entropy(out, y) + model.kept["hidden"].mean()),
    "an assert on the batch": (Asserting, Batches(X, Y, 10, drop_last=True), F.cross_entropy),
    "a counter of batches": (Warming, Batches(X, Y, 10), F.cross_entropy),
    "a sparse buffer": (Graph, Batches(X, Y, 10), F.cross_entropy),
    "sparse samples": (lambda: nn.Linear(4, 3), [(X[:20].to_sparse(), Y[:20]), (X[20:].to_sparse(), Y[20:])],
                       F.cross_entropy),
    "labels that the loss shifts": (lambda: nn.Linear(4, 3), Batches(X, Y + 1, 10), Shifted()),
    "a loss with a state": (lambda: nn.Linear(4, 3), Batches(X, Y, 10), lambda model: Average()),
    "train without an argument": (Wrapped, Batches(X, Y, 10), F.cross_entropy),
    "lazy layers": (lambda: nn.Sequential(nn.LazyBatchNorm1d(), nn.LazyLinear(3)), Batches(X[:40], Y[:40], 10),
                    F.cross_entropy),
    "spectral normalization": (lambda: nn.utils.spectral_norm(nn.Linear(4, 3)), LOADER, F.cross_entropy),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.filterwarnings("ignore")
def test_what_trains_by_hand_trains_to_the_same_bits(name):
    made, batches, loss_fn = GOOD[name]
    states = []
    for loop in (by_hand, train):
        torch.manual_seed(3)
        model = made()
        loss = loss_fn
        if getattr(loss_fn, "__code__", None) is not None and loss_fn.__code__.co_varnames[:1] == ("model",):
            loss = loss_fn(model)  # a loss that is made for the model
        loop(model, batches, loss, epochs=2)
        loop(model, batches, loss)
        states.append(model.state_dict())
    assert all(torch.equal(states[0][key].to_dense(), states[1][key].to_dense()) for key in states[0])


class Cut(nn.Module):
    """Its outputs have no gradient."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(x).detach()


class InPlace(Cut):
    """Changes the output of a sigmoid, which its backward pass needs."""

    def forward(self, x):
        out = torch.sigmoid(self.layer(x))
        out += 1
        return out


class Mixing(Cut):
    """Its view mixes the samples."""

    def forward(self, x):
        return self.layer(x.view(-1, 2, 4).flatten(1)[:, :4])


class Pair(Cut):
    """Takes two arguments."""

    def forward(self, x, z):
        return self.layer(x + z)


def linear(outputs=3):
    return lambda: nn.Linear(4, outputs)


class Stateful(nn.Module):
    """Keeps the hidden state of a batch for the next, with its graph."""

    def __init__(self):
        super().__init__()
        self.rnn, self.layer, self.hidden = nn.GRU(1, 4, batch_first=True), nn.Linear(4, 3), None

    def forward(self, x):
        outputs, self.hidden = self.rnn(x[..., None], self.hidden)
        return self.layer(outputs[:, -1])


class OneSize(nn.Module):
    """Its initial hidden state has the size of one batch."""

    def __init__(self):
        super().__init__()
        self.rnn, self.layer = nn.GRU(1, 4, batch_first=True), nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(self.rnn(x[..., None], torch.zeros(1, 10, 4))[0][:, -1])


class Forgetful(Cut):
    """Its forward pass ends without return."""

    def forward(self, x):
        self.layer(x)


def parts(dataset):
    """Two parts of a data set, as random_split makes them."""
    return torch.utils.data.random_split(dataset, [30, 11], torch.Generator().manual_seed(0))


WIDE = torch.rand(41, 2, 4)
WORDS = torch.arange(82).reshape(41, 2) % 9
BAD = {
    "float64 samples": (linear(), Batches(X.double(), Y, 10), F.cross_entropy, r"x\.float\(\).*torch\.from_numpy"),
    "bytes": (linear(), Batches(X.to(torch.uint8), Y, 10), F.cross_entropy, r"x\.float\(\) / 255"),
    "whole numbers": (linear(), Batches(X.long(), Y, 10), F.cross_entropy, r"convert the inputs by x\.float\(\)"),
    "half precision": (linear(), Batches(X.half(), Y, 10), F.cross_entropy, r"convert the inputs by x\.float\(\)"),
    "floats for an embedding": (Embedded, Batches(X, Y, 10), F.cross_entropy, r"x\.long\(\)"),
    "unknown words": (Embedded, Batches(torch.full((41, 2), 9), Y, 10), F.cross_entropy, "num_embeddings - 1"),
    "images for a linear layer": (linear(), Batches(WIDE.reshape(41, 2, 2, 2)[:, :1], Y, 10), F.cross_entropy,
                                  r"shape \(10, 1, 2, 2\) .*; linear layers take flat samples, x\.flatten\(1\)"),
    "another number of features": (linear(), Batches(X[:, :3], Y, 10), F.cross_entropy,
                                   "the layer takes 4 features, the last dimension, and gets 3"),
    "images without channels": (lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 3)),
                                Batches(IMAGES[:, 0], Y[:20], 10), F.cross_entropy, r"channels, x\[:, None\]"),
    "channels at the end": (lambda: nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten()),
                            Batches(torch.rand(20, 8, 8, 3), Y[:20], 10), F.cross_entropy, r"x\.movedim\(-1, 1\)"),
    "flat images": (lambda: nn.Conv2d(1, 2, 3), Batches(IMAGES.flatten(1), Y[:20], 10), F.cross_entropy,
                    r"x\.reshape\(-1, 1, H, W\)"),
    "the layer is named": (lambda: nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(9, 3)), Batches(X, Y, 10),
                           F.cross_entropy, r'its layer "2", Linear\(in_features=9, .*gets shape \(10, 8\)'),
    "an LSTM's tuple": (lambda: nn.LSTM(4, 3, batch_first=True), Batches(WIDE, Y, 10), F.cross_entropy,
                        r"outputs of type tuple .*one tensor from forward"),
    "float64 targets": (linear(1), Batches(X, X[:, :1].double(), 10), F.mse_loss, r"y\.float\(\)"),
    "whole targets": (linear(1), Batches(X, Y[:, None], 10), F.mse_loss, r"y\.float\(\)"),
    "whole targets of BCE": (linear(1), Batches(X, Y[:, None] % 2, 10), F.binary_cross_entropy_with_logits,
                             r"y\.float\(\)"),
    "targets (N,) for outputs (N, 1)": (linear(1), Batches(X, X[:, 0], 10), F.mse_loss, r"same shape: y\[:, None\]"),
    "whole targets (N,) of BCE": (linear(1), Batches(X, Y % 2, 10), nn.BCEWithLogitsLoss(),
                                  r"y\[:, None\] .* and convert the targets by y\.float\(\)"),
    "logits for BCE": (linear(1), Batches(X, (Y[:, None] % 2).float(), 10), F.binary_cross_entropy, "a sigmoid"),
    "labels that are floats": (linear(), Batches(X, Y.float(), 10), F.cross_entropy, r"y\.long\(\)"),
    "labels in a column": (linear(), Batches(X, Y[:, None], 10), F.cross_entropy, r"y\[:, 0\]\.long\(\)"),
    "one-hot labels": (linear(), Batches(X, F.one_hot(Y, 3), 10), F.cross_entropy, r"y\.argmax\(1\)"),
    "a label too many, in the last batch": (linear(), Batches(X, torch.cat([Y[:-1], torch.tensor([3])]), 10),
                                            F.cross_entropy, "labels from 0 to 3, but the model has 3 outputs"),
    "labels from 1": (linear(), list(Batches(X, Y + 1, 10)), nn.CrossEntropyLoss(), "labels from 1 to 3"),
    "one output for two classes": (linear(1), Batches(X, Y % 2, 10), F.cross_entropy, "the model has 1 outputs"),
    "outputs cut off": (Cut, Batches(X, Y, 10), F.cross_entropy, r"cut off from the parameters.*\.detach\(\)"),
    "a loss that is a number": (linear(), Batches(X, Y, 10), lambda out, y: F.cross_entropy(out, y).item(),
                                "returns a float; it must be one number"),
    "in-place": (InPlace, Batches(X, Y, 10), F.cross_entropy, "in-place change"),
    "samples mixed": (Mixing, Batches(X[:40], Y[:40], 10), F.cross_entropy, "5 rows of 10 samples"),
    "two arguments": (Pair, Batches(X, Y, 10), F.cross_entropy, r"forward\(self, x\)"),
    "no forward": (nn.ModuleList, Batches(X, Y, 10), F.cross_entropy, r"forward\(self, x\)"),
    "a hidden state with its graph": (Stateful, Batches(X[:40], Y[:40], 10), F.cross_entropy, r"with \.detach\(\)"),
    "features with a graph": (linear(), Batches(nn.Linear(4, 4)(X), Y, 10), F.cross_entropy, r"give x\.detach\(\)"),
    "a state of one size": (OneSize, Batches(X, Y, 10), F.cross_entropy, "the last batch has one sample"),
    "a state of one size, a loader": (OneSize, DataLoader(TensorDataset(X[:35], Y[:35]), 10), F.cross_entropy,
                                      "the last batch has 5 samples"),
    "no return": (Forgetful, Batches(X, Y, 10), F.cross_entropy, "type NoneType .*does it end with return"),
    "a label too many in a part": (linear(), DataLoader(parts(TensorDataset(X, Y + (Y == 2)))[0], 3,
                                                        shuffle=True), F.cross_entropy, "labels from 0 to 3"),
    "(N,) for a layer of one feature": (lambda: nn.Linear(1, 1), Batches(X[:, 0], X[:, :1], 10), F.mse_loss,
                                        r"x\[:, None\]"),
    "weights of classes in float64": (linear(), Batches(X, Y, 10), nn.CrossEntropyLoss(torch.ones(3).double()),
                                      r"weight\.float\(\)"),
    "two weights for three classes": (linear(), Batches(X, Y, 10), functools.partial(
        F.cross_entropy, weight=torch.ones(2)), "one number for each of the 3 outputs"),
    "images after pooling": (lambda: nn.Sequential(nn.Conv2d(1, 3, 3), nn.AdaptiveAvgPool2d(1)),
                             Batches(IMAGES, Y[:20], 10), F.cross_entropy, r"nn\.Flatten\(\) at the end"),
    "classes of a sequence at the end": (
        lambda: nn.Linear(4, 3), Batches(torch.rand(41, 6, 4), Y[:, None].repeat(1, 6), 10), F.cross_entropy,
        r"outputs\.transpose\(1, 2\)"),
    "masks with a channel": (lambda: nn.Conv2d(1, 3, 3, padding=1), Batches(IMAGES, IMAGES[:, :1].long(), 10),
                             F.cross_entropy, r"y\[:, 0\]\.long\(\)"),
    "a model in double precision": (lambda: nn.Linear(4, 3).double(), Batches(X, Y, 10), F.cross_entropy,
                                    r"model\.float\(\)"),
    "torch's own assert": (lambda: nn.TransformerEncoderLayer(8, 2), Batches(X, Y, 10), F.cross_entropy,
                           "was expecting embedding dimension of 8"),
    "a loss of one argument": (linear(), Batches(X, Y, 10), lambda out: out.mean(), "with two arguments"),
    "labels that are words": (linear(), [(X[:2], ["cat", "dog"])], F.cross_entropy, "one tensor of numbers"),
    "images of two sizes": (linear(), DataLoader([(X[0], 0), (X[0, :3], 1)], 2), F.cross_entropy, "such as Resize"),
    "images that are no tensors": (linear(), DataLoader([(object(), 0)], 1), F.cross_entropy,
                                   r"transform=ToTensor\(\)"),
    "the same from workers": (linear(), DataLoader([(object(), 0)], 1, num_workers=1), F.cross_entropy, "ToTensor"),
    "batch normalization and a last batch of one": (
        lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3)), Batches(X, Y, 10), F.cross_entropy,
        "the last batch has one sample.*batch_size, or drop_last=True"),
    "the same with a DataLoader": (lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3)), LOADER, F.cross_entropy,
                                   "the last batch has one sample.*drop_last=True"),
    "batches of one": (lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3)), Batches(X, Y, 1), F.cross_entropy,
                       "batch normalization needs two samples"),
    "squeeze and a last batch of one": (
        lambda: nn.Sequential(nn.Linear(4, 1), Squeeze()), Batches(X, (Y % 2).float(), 10),
        F.binary_cross_entropy_with_logits, r"last batch has one sample.*squeeze\(1\)"),
    "NumPy batches": (linear(), [(X.numpy(), Y.numpy())], F.cross_entropy, r"torch\.from_numpy"),
    "three values": (linear(), [(X, Y, Y)], F.cross_entropy, "a pair .* not 3 values"),
    "samples without targets": (linear(), [X], F.cross_entropy, "a pair .* not a Tensor"),
    "dictionaries": (linear(), [{"x": X, "y": Y}], F.cross_entropy, "a pair .* not a dict"),
    "x and y themselves": (linear(), (X, Y), F.cross_entropy, r"Batches\(x, y, batch_size"),
    "a data set": (linear(), TensorDataset(X, Y), F.cross_entropy, "a data set into a DataLoader"),
    "no batches": (linear(), [], F.cross_entropy, "no batches"),
    "an empty stream": (linear(), iter([]), F.cross_entropy, "no batches"),
    "nothing iterable": (linear(), 5, F.cross_entropy, "give batches"),
}


class Squeeze(nn.Module):
    """Removes all dimensions of length 1."""

    def forward(self, x):
        return x.squeeze()


@pytest.mark.parametrize("name", BAD)
def test_what_fails_is_named_before_anything_changes(name):
    made, batches, loss_fn, message = BAD[name]
    model = made()
    if not list(model.parameters()):
        model.weight = nn.Parameter(torch.zeros(1))
    before = copy.deepcopy(model.state_dict())
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()
    with pytest.raises(ValueError, match=f"train: .*{message}|train (is|has) .*{message}|^loss_fn {message}"):
        train(model, batches, loss_fn)
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items()) and model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(states[0], torch.get_rng_state()) and random.getstate() == states[1]
    assert (np.random.get_state()[1] == states[2]).all()


@pytest.mark.parametrize("val, message", [
    (Batches(X.double(), Y, 41),
     r"val: the model does not take inputs of shape \(41, 4\) and torch.float64.*x\.float\(\)"),
    (DataLoader(TensorDataset(X, Y + 1), 41), "val: labels from 1 to 3"),
    ([(X, Y.float())], r"val: the loss does not take .*y\.long\(\)"),
    ([], "val has no batches"),
    (TensorDataset(X, Y), "val: .* this is a single sample: put a data set into a DataLoader"),
])
def test_validation_is_tried_too(val, message):
    model = nn.Linear(4, 3)
    before = model.weight.detach().clone()
    with pytest.raises(ValueError, match=message):
        fit(model, Batches(X, Y, 10), val, loss_fn=F.cross_entropy, optimizer=sgd(model), epochs=1, progress=False)
    assert torch.equal(before, model.weight)


def test_validation_is_tried_in_evaluation_mode():
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3))
    train(model, Batches(X, Y, 41), val=Batches(X[:1], Y[:1], 1))
    assert model[0].num_batches_tracked == 1  # of the one batch that was trained on


def test_a_mistake_of_the_model_itself_keeps_its_own_error():
    class Misspelled(Cut):
        def forward(self, x):
            return self.lair(x)
    with pytest.raises(AttributeError, match="lair"):
        train(Misspelled(), Batches(X, Y, 10))


def test_the_line_of_a_model_of_ones_own_is_named():
    class Own(Cut):
        def forward(self, x):
            return x @ self.layer.weight
    with pytest.raises(ValueError, match=r"in `return x @ self\.layer\.weight`"):
        train(Own(), Batches(X, Y, 10))


def test_what_a_failing_model_prints_is_shown_and_a_good_one_prints_for_training_only(capsys):
    class Prints(Cut):
        def forward(self, x):
            print("shape", tuple(x.shape))
            return self.layer(x)
    train(Prints(), Batches(X, Y, 41))
    assert capsys.readouterr().out == "shape (41, 4)\n"
    with pytest.raises(ValueError):
        train(Prints(), Batches(X[:, :3], Y, 41))
    assert capsys.readouterr().out == "shape (41, 3)\n"


def test_gradients_switched_off_are_named():
    with torch.no_grad(), pytest.raises(ValueError, match=r"call fit outside torch\.no_grad\(\)"):
        train(nn.Linear(4, 3), Batches(X, Y, 10))


def test_each_sample_is_drawn_once_and_hooks_and_warnings_belong_to_training():
    class Counted(Dataset):
        drawn = 0

        def __len__(self):
            return 20

        def __getitem__(self, k):
            Counted.drawn += 1
            return X[k], Y[k]
    model, seen = Careless(), []
    model.layer.register_forward_hook(lambda module, inputs, outputs: seen.append(len(outputs)))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        train(model, DataLoader(Counted(), 10))
    assert Counted.drawn == 20 and seen == [10, 10]
    assert sum("copy construct" in str(one.message) for one in said) == 2


def test_a_model_that_cannot_be_copied_is_left_as_it_was():
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3))
    model.last = model(X)  # no leaf: deepcopy refuses it
    with pytest.raises(RuntimeError):
        copy.deepcopy(model)
    before = copy.deepcopy(model.state_dict())
    model[1].weight.grad = torch.ones(3, 4)
    with pytest.raises(ValueError, match="the last batch has one sample"):
        train(model, Batches(X, Y, 10))
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    assert torch.equal(model[1].weight.grad, torch.ones(3, 4))
    train(model, Batches(X, Y, 41))


def test_a_pass_that_cannot_be_repeated_is_used_whole():
    batches = list(Batches(X, Y, 10))
    expected, model = nn.Linear(4, 3), nn.Linear(4, 3)
    model.load_state_dict(expected.state_dict())
    by_hand(expected, batches, F.cross_entropy)
    train(model, (batch for batch in batches))
    assert torch.equal(expected.weight, model.weight)


def test_random_draws_are_those_of_the_loop_by_hand():
    """A DataLoader draws its order, and dropout its units, from the same global generator, in the same order."""
    states = []
    for loop in (by_hand, train):
        torch.manual_seed(5)
        model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 3))
        loop(model, DataLoader(TensorDataset(X, Y), 10, shuffle=True), F.cross_entropy, epochs=3)
        states.append((model[2].weight, torch.rand(1)))
    assert torch.equal(states[0][0], states[1][0]) and states[0][1] == states[1][1]


class Closure(torch.optim.SGD):
    """An optimizer of one's own whose step needs a closure."""

    def step(self, closure):
        closure()


def other():
    return torch.optim.SGD(nn.Linear(4, 3).parameters(), lr=0.1)


@pytest.mark.parametrize("change, message", [
    ({"epochs": -1}, "epochs = -1; give a whole number, 0 or more"),
    ({"epochs": 2.5}, "epochs = 2.5; give a whole number"),
    ({"epochs": "3"}, "epochs = '3'; give a whole number"),
    ({"epochs": None}, "epochs = None; give a whole number"),
    ({"loss_fn": nn.CrossEntropyLoss}, r"loss_fn is the class CrossEntropyLoss; give an instance of it"),
    ({"loss_fn": "mse"}, "loss_fn is a str; give a function"),
    ({"optimizer": torch.optim.SGD}, "optimizer is the class SGD; give an instance of it"),
    ({"optimizer": "SGD"}, r"optimizer is a str; give one of torch\.optim"),
    ({"optimizer": lambda model: torch.optim.LBFGS(model.parameters())},
     "LBFGS needs a closure, which computes the loss several times"),
    ({"optimizer": lambda model: Closure(model.parameters())}, "Closure needs a closure, which computes"),
    ({"optimizer": lambda model: other()}, "holds parameters that are not this model's"),
    ({"metrics": [F.mse_loss]}, "give a dictionary from names to functions"),
    ({"metrics": {"loss": F.mse_loss}}, "a metric is called 'loss'"),
    ({"metrics": {"val_loss": F.mse_loss}}, "a metric is called 'val_loss'"),
    ({"callbacks": print}, "callbacks is not a list; give one, as in"),
    ({"callbacks": [3]}, "3 in callbacks is not a function of the run"),
    ({"schedule_every": "step"}, 'schedule_every = \'step\'; give "epoch" or "batch"'),
])
def test_wrong_arguments_are_named(change, message):
    model = nn.Linear(4, 3)
    if callable(change.get("optimizer")) and not isinstance(change["optimizer"], type):
        change = change | {"optimizer": change["optimizer"](model)}
    with pytest.raises(ValueError, match=message):
        train(model, Batches(X, Y, 10), **change)
    with pytest.raises(ValueError, match="model is the class Linear"):
        train(nn.Linear, Batches(X, Y, 10), optimizer=sgd(model))
    with pytest.raises(ValueError, match="model is a function, not a torch.nn.Module"):
        train(by_hand, Batches(X, Y, 10), optimizer=sgd(model))


def test_parameters_outside_the_model_are_allowed_but_not_in_place_of_its_own():
    model, scale = nn.Sequential(nn.Linear(4, 5), nn.Linear(5, 3)), nn.Parameter(torch.ones(()))
    train(model, Batches(X, Y, 10), lambda out, y: F.cross_entropy(scale * out, y),
          torch.optim.SGD([*model.parameters(), scale], lr=0.1))
    assert scale != 1
    optimizer = sgd(model)
    model[1] = nn.Linear(5, 3)  # after the optimizer was made: it would stay as it is
    with pytest.raises(ValueError, match="or a part of it; create the optimizer after the model and its last change"):
        train(model, Batches(X, Y, 10), optimizer=optimizer)
    train(model, Batches(X, Y, 10), optimizer=torch.optim.SGD(model[1].parameters(), lr=0.1))  # the rest is frozen


def test_no_epochs_draw_and_check_nothing():
    model = nn.Linear(4, 3)
    batches = Batches(X, Y, 10, shuffle=True)
    before = batches.generator.get_state()
    assert len(train(model, batches, epochs=0)) == 0 and torch.equal(before, batches.generator.get_state())
    assert len(train(model, batches, epochs=np.int64(2))) == 2


@pytest.mark.parametrize("metric, message", [
    (lambda out, y: (out.argmax(1) == y).mean(), r"shapes \(2, 3\) of torch.float32 and \(2,\) of torch.int64"),
    (lambda out, y: (out.argmax(1) == y).float(), r"returns a Tensor of shape \(2,\), not one number"),
    (lambda out, y: None, "returns a NoneType, not one number"), (lambda out: 1.0, "TypeError"),
    (lambda out, y: out.argmaxx(1), "AttributeError"), (lambda out, y: accuracy(out, F.one_hot(y, 3)), "one-hot rows"),
])
def test_a_metric_that_fails_is_named_before_training(metric, message):
    model = nn.Linear(4, 3)
    before = model.weight.detach().clone()
    with pytest.raises(ValueError, match=f"the metric 'own' .*{message}"):
        train(model, Batches(X, Y, 10), metrics={"own": metric})
    assert torch.equal(before, model.weight)


def test_a_metric_that_needs_more_than_two_samples_is_no_fault():
    def area(outputs, targets):
        if len(targets) < 10:
            raise ValueError("Only one class is present")
        return torch.rand(()) + outputs.mean() * 0
    model, seen = nn.Linear(4, 3), []
    torch.manual_seed(0)
    expected = torch.rand(())
    torch.manual_seed(0)
    history = train(model, Batches(X, Y, 10), metrics={"area": area})
    assert history["area"] == pytest.approx([expected.item()], abs=1e-6) and seen == []


class Late(nn.Module):
    """Takes words: an unknown one fails."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 3)

    def forward(self, x):
        return self.words(x).mean(1)


@pytest.mark.parametrize("made, batches, loss_fn, message", [
    (Late, Batches(torch.where(torch.arange(41)[:, None] == 27, 9, WORDS), Y, 10), F.cross_entropy,
     r"train: .*num_embeddings - 1, .*This is batch 3 of epoch 1 \(the model keeps the updates before it\)"),
    (Late, Batches(torch.where(torch.arange(41)[:, None] == 7, 9, WORDS), Y, 10), F.cross_entropy, "batch 1 of epoch"),
    (linear(), Batches(X, torch.where(torch.arange(41) == 15, 3, Y), 10), lambda out, y: F.cross_entropy(out, y),
     "train: the loss does not take .*Target 3 is out of bounds.*This is batch 2 of epoch 1"),
    (linear(1), Batches(X, (torch.arange(41) == 15)[:, None] * 2.0, 10),
     lambda out, y: F.binary_cross_entropy(out.sigmoid(), y), "from 0 to 1.*batch 2"),
    (linear(), [(X[:10], Y[:10]), (X[10:].double(), Y[10:])], F.cross_entropy, r"train: .*x\.float\(\).*batch 2"),
    (lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3)), [(X[:10], Y[:10]), (X[:1], Y[:1]), (X, Y)],
     F.cross_entropy, "train: .*drop_last=True.*batch 2"),
])
def test_a_batch_that_fails_later_is_named_with_its_number(made, batches, loss_fn, message):
    with pytest.raises(ValueError, match=message):
        train(made(), batches, loss_fn)


def test_validation_that_fails_later_is_named():
    model = nn.Linear(4, 3)
    with pytest.raises(ValueError, match=r"val: .*x\.float\(\).*This is batch 2 of epoch 1$"):
        train(model, Batches(X, Y, 10), val=(pair for pair in [(X, Y), (X.double(), Y)]))


def test_a_full_memory_and_an_error_of_the_data_stay_their_own():
    def full(outputs, targets):
        raise torch.OutOfMemoryError("CUDA out of memory")
    with pytest.raises(torch.OutOfMemoryError):
        train(nn.Linear(4, 3), Batches(X, Y, 10), full)

    def broken():
        yield X, Y
        raise RuntimeError("the disk is gone")
    with pytest.raises(RuntimeError, match="the disk is gone"):
        train(nn.Linear(4, 3), broken())
    with pytest.raises(ValueError, match="differ in shape: pad them to one, or train without metrics"):
        train(nn.Linear(4, 4), [(torch.rand(5, n, 4), torch.rand(5, n, 4)) for n in (2, 3)], F.mse_loss,
              metrics={"error": lambda out, y: 0.0})


def test_another_error_restores_the_order_too():
    class Misspelled(Cut):
        def forward(self, x):
            return self.lair(x)
    model, batches = Misspelled(), Batches(X, Y, 10, shuffle=True)
    states = batches.generator.get_state(), torch.get_rng_state()
    with pytest.raises(AttributeError):
        train(model, batches)
    assert torch.equal(states[0], batches.generator.get_state()) and torch.equal(states[1], torch.get_rng_state())


def test_a_lazy_model_that_is_refused_is_still_lazy():
    model = nn.Sequential(nn.LazyBatchNorm1d(), nn.LazyLinear(3))
    with pytest.raises(ValueError, match=r"y\.long\(\)"):
        train(model, Batches(X[:40, :3], Y[:40].float(), 10))
    train(model, Batches(X[:40], Y[:40], 10))
    assert model[1].in_features == 4 and model[0].num_batches_tracked == 4


def test_hooks_of_ones_own_see_training_alone_also_in_a_second_one():
    model, seen = Warming(), []
    model.layer.register_forward_hook(lambda module, inputs, outputs: seen.append(len(outputs)))
    for _ in range(2):
        train(model, Batches(X[:20], Y[:20], 10))
    assert seen == [10, 10] * 2 and model.sizes == seen and model.count == 4


def test_persistent_workers_draw_as_in_a_loop_by_hand():
    seen = []
    for by_fit in (True, False):
        torch.manual_seed(0)
        val = DataLoader(TensorDataset(X, Y), 41, num_workers=1, persistent_workers=True)
        model = nn.Linear(4, 3)
        if by_fit:
            train(model, Batches(X, Y, 10), val=val)
        else:
            by_hand(model, Batches(X, Y, 10), F.cross_entropy)
            list(val)
        seen.append(torch.rand(1))
    assert seen[0] == seen[1]


def test_sums_over_a_batch_are_warned_of():
    for loss_fn in (nn.CrossEntropyLoss(reduction="sum"), functools.partial(F.cross_entropy, reduction="sum")):
        with pytest.warns(UserWarning, match="the history's loss is not a mean over samples"):
            train(nn.Linear(4, 3), Batches(X, Y, 10), loss_fn)
