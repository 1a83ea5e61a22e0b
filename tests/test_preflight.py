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
    "a penalty on the model's own weights": (lambda: nn.Linear(4, 3), Batches(X, Y, 10), None),
    "weight normalization": (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), LOADER, F.cross_entropy),
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
        penalized = loss_fn or (lambda out, y, model=model: F.cross_entropy(out, y) + 0.1 * model.weight.pow(2).sum())
        loop(model, batches, penalized, epochs=2)
        states.append(model.state_dict())
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


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


WIDE = torch.rand(41, 2, 4)
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
    ({"loss_fn": nn.CrossEntropyLoss}, r"loss_fn is the class CrossEntropyLoss; give an object of it"),
    ({"loss_fn": "mse"}, "loss_fn is a str; give a function"),
    ({"optimizer": torch.optim.SGD}, "optimizer is the class SGD; give an object of it"),
    ({"optimizer": "SGD"}, r"optimizer is a str; give one of torch\.optim"),
    ({"optimizer": lambda model: torch.optim.LBFGS(model.parameters())}, "LBFGS computes the loss several times"),
    ({"optimizer": lambda model: Closure(model.parameters())}, "Closure computes the loss several times"),
    ({"optimizer": lambda model: other()}, "holds parameters that are not this model's"),
    ({"metrics": [F.mse_loss]}, "give a dictionary from names to functions"),
    ({"metrics": {"loss": F.mse_loss}}, "a metric is called 'loss'"),
    ({"metrics": {"val_loss": F.mse_loss}}, "a metric is called 'val_loss'"),
    ({"callbacks": print}, "callbacks is a single one; give a list"),
    ({"callbacks": [3]}, "3 in callbacks is no function of the run"),
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
