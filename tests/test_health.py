"""The watch on a training loop: numbers against torch by hand, no trace left, signs of planted faults, none else."""

import copy
import gc
import json
import math
import random
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch
from shared import CAUGHT
from torch import nn
from torch.nn import functional as F
from torch.nn.modules import module as modules
from torch.optim import optimizer as optimizers

from nnlab.batches import Batches
from nnlab.health import signs_layers, signs_training, watch
from nnlab.health.statistics import BINS, histogram, twins
from nnlab.models import CNN, MLP
from nnlab.train import fit

CLASSES, FEATURES = 5, 20


def samples(count, seed=0):
    """Pair (x, y) of noisy clusters, one a class; the clusters are the same for every seed."""
    centers = torch.randn(CLASSES, FEATURES, generator=torch.Generator().manual_seed(99))
    draw = torch.Generator().manual_seed(seed)
    y = torch.randint(CLASSES, (count,), generator=draw)
    return centers[y] + 1.2 * torch.randn(count, FEATURES, generator=draw), y


X, Y = samples(600)
X_VAL, Y_VAL = samples(300, seed=1)


def network(*between, sizes=(FEATURES, 32, 24, CLASSES), seed=0):
    """Sequence of linear layers, between them a ReLU, or new modules made by the given functions of a width."""
    torch.manual_seed(seed)
    layers = []
    for n, m in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(n, m), *(make(m) for make in between or (lambda width: nn.ReLU(),))]
    return nn.Sequential(*layers[:-(len(between) or 1)])


def train(model, optimizer, x=X, y=Y, steps=60, loss_fn=F.cross_entropy, zero=True, order=None, each=lambda: None,
          size=50):
    """A plain loop; `order` gives the indices of all samples for an epoch."""
    order, done = order or (lambda: torch.randperm(len(x))), 0
    while True:
        for index in order().split(size):
            if done == steps:
                return
            loss = loss_fn(model(x[index]), y[index])
            if zero:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            each()
            done += 1


def sgd(model, lr=0.1, **more):
    return torch.optim.SGD(model.parameters(), lr=lr, **more)


# Numbers.


def test_numbers_of_a_step_by_hand():
    model = network()
    optimizer = sgd(model, lr=0.3, momentum=0.9, weight_decay=0.01)
    other = copy.deepcopy(model)
    with watch(model, optimizer, every=3, train=(X, Y), val=(X_VAL, Y_VAL)) as health:
        train(model, optimizer, steps=4, order=lambda: torch.arange(600))
    assert [record.step for record in health.records] == [0, 3] and health.steps == 4
    own = sgd(other, lr=0.3, momentum=0.9, weight_decay=0.01)
    train(other, own, steps=3, order=lambda: torch.arange(600))
    record, before = health.records[1], [parameter.detach().clone() for parameter in other.parameters()]
    with torch.no_grad():
        for name, x, y in (("train", X, Y), ("val", X_VAL, Y_VAL)):
            chosen = torch.linspace(0, len(x) - 1, min(500, len(x))).round().long()
            outputs, targets = other(x[chosen]), y[chosen]
            assert getattr(record, f"{name}_loss") == pytest.approx(F.cross_entropy(outputs, targets).item())
            accuracy = (outputs.argmax(1) == targets).float().mean().item()
            assert getattr(record, f"{name}_accuracy") == pytest.approx(accuracy)
    outputs = [X[150:200]]
    for layer in other:
        outputs.append(layer(outputs[-1]))
        outputs[-1].retain_grad()
    own.zero_grad()
    loss = F.cross_entropy(outputs[-1], Y[150:200])
    loss.backward()
    gradients = [parameter.grad.clone() for parameter in other.parameters()]
    own.step()
    assert [layer.label for layer in record.layers] == ["0 Linear", "1 ReLU", "2 Linear", "3 ReLU", "4 Linear"]
    for layer, out in zip(record.layers, outputs[1:], strict=True):
        assert layer.mean == pytest.approx(out.mean().item(), abs=1e-6)
        assert layer.std == pytest.approx(out.std(correction=0).item(), rel=1e-5)
        assert layer.rms == pytest.approx(out.square().mean().sqrt().item(), rel=1e-5)
        assert layer.gradient_rms == pytest.approx(out.grad.square().mean().sqrt().item(), rel=1e-5)
        assert layer.gradient_norm == pytest.approx(out.grad.norm().item(), rel=1e-5)
        counts, edges = np.histogram(out.detach().numpy(), BINS)
        assert layer.activation.edges == pytest.approx(edges, abs=1e-5) and sum(layer.activation.counts) == out.numel()
        assert np.abs(np.subtract(layer.activation.counts, counts)).sum() <= 4  # rounding at an edge
    values = zip(record.parameters, other.named_parameters(), before, gradients, strict=True)
    for made, (name, parameter), start, gradient in values:
        change = (parameter.detach() - start).norm()
        assert made.name == name and made.in_optimizer and made.lr == 0.3 and made.shape == tuple(parameter.shape)
        assert made.norm == pytest.approx(start.norm().item(), rel=1e-5)
        assert made.gradient_rms == pytest.approx(gradient.square().mean().sqrt().item(), rel=1e-4)
        assert made.update == pytest.approx(change.item(), rel=1e-4)
        assert made.ratio == pytest.approx((change / start.norm()).item(), rel=1e-4)
    batch = record.batch
    assert batch.labels == Y[150:200].tolist() and batch.loss == pytest.approx(loss.item(), rel=1e-5)
    assert (batch.size, batch.wrong, batch.leaked) == (50, 0, 0) and batch.mean == pytest.approx(X[150:200].mean())


def test_dead_units_are_counted_over_four_measured_steps():
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, 0], [-1, 0], [0, 0], [0, 0]]))
        model[0].bias.copy_(torch.tensor([0.0, 0, -1, 1]))
    x = torch.tensor([[1.0, 0.5]]).repeat(6, 1)
    x[5] = -1  # one batch of one sample turns unit 0 off, unit 1 on
    with watch(model, sgd(model, lr=0.0), every=1) as health:
        train(model, sgd(model, lr=0.0), x, torch.zeros(6).long(), steps=6, size=1, order=lambda: torch.arange(6))
    # an optimizer with the same parameters takes the place of the one that was given
    assert [record.layers[1].dead for record in health.records] == [0.5] * 5 + [0.25]
    assert [record.layers[1].always_on for record in health.records] == [0.5] * 5 + [0.25]
    assert [record.layers[1].seen for record in health.records] == [1, 2, 3, 4, 4, 4] and health.optimizers == 2


def test_channels_are_the_units_of_images_and_saturation_is_a_share():
    model = nn.Sequential(nn.Conv2d(1, 3, 1), nn.ReLU(), nn.Flatten(), nn.Tanh(), nn.Linear(12, 2), nn.Sigmoid())
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([0.0, 1.0, 5.0])[:, None, None, None])
        model[0].bias.copy_(torch.tensor([-1.0, 0.0, 0.0]))
    x = torch.ones(8, 1, 2, 2)
    with watch(model, sgd(model)) as health:
        train(model, sgd(model), x, torch.zeros(8, 2), steps=1, loss_fn=F.mse_loss, size=8)
    relu, tanh = health.records[0].layers[1:3]
    assert (relu.units, relu.dead, relu.always_on) == (3, pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert tanh.saturated == pytest.approx(1 / 3)  # tanh(0) = 0, tanh(1) = 0.76, tanh(5) = 0.9999
    assert [layer.kind for layer in health.records[0].layers] == ["Conv2d", "ReLU", "Tanh", "Linear", "Sigmoid"]


@pytest.mark.parametrize("values", [torch.zeros(0), torch.full((7,), 2.0), torch.tensor([1.0, math.nan, 2.0, math.inf]),
                                    torch.randn(50_000), torch.randn(3, 4).half()])
def test_histograms_of_any_tensor(values):
    made = histogram(values.float())
    assert len(made.counts) == BINS and len(made.edges) == BINS + 1
    assert sum(made.counts) <= values.numel() and made.low <= made.high


def test_twins_are_rows_that_occur_before():
    rows = torch.randn(6, 40)
    assert twins(rows) == 0
    rows[3], rows[5] = rows[0], rows[0]
    assert twins(rows) == 2
    rows[:, :10] = 1  # equal at first only
    rows[3] += torch.arange(40)
    assert twins(rows) == 1 and twins(torch.full((4, 1, 3, 3), 0.5)) == 3


def test_functions_second_uses_and_several_outputs_are_seen():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.one, self.two = nn.LSTM(4, 6, batch_first=True), nn.Linear(6, 6), nn.Linear(6, CLASSES)
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            hidden, _ = self.rnn(x)
            hidden = self.relu(self.one(hidden[:, -1]))
            hidden = self.relu(self.one(hidden))
            return self.two(torch.sigmoid(F.relu(hidden).tanh()))
    model = Net()
    with watch(model) as health:
        train(model, sgd(model), torch.randn(50, 3, 4), Y[:50], steps=1)
    labels = [layer.label for layer in health.records[0].layers]
    assert labels == ["rnn LSTM", "one Linear", "relu ReLU", "one Linear (2)", "relu ReLU (2)", "relu relu()",
                      "relu tanh()", "relu sigmoid()", "two Linear"]
    assert all(layer.gradient_rms > 0 for layer in health.records[0].layers)
    assert "two Linear" in health.table() and health.records[0].layers[6].saturated is not None


def test_in_place_functions_are_measured_before_they_overwrite():
    plain, inplace = network(), network(lambda width: nn.ReLU(inplace=True))
    found = []
    for model in (plain, inplace):
        with watch(model) as health:
            train(model, sgd(model), steps=1, order=lambda: torch.arange(600))
        found.append([(one.mean, one.std, one.gradient_rms) for one in health.records[0].layers])
    assert found[0] == found[1]


# No trace.


def hooks():
    """Number of all hooks that torch holds for every module and optimizer."""
    return sum(map(len, (modules._global_forward_hooks, modules._global_forward_pre_hooks,
                         modules._global_forward_hooks_always_called, modules._global_backward_hooks,
                         optimizers._global_optimizer_pre_hooks, optimizers._global_optimizer_post_hooks)))


def everything(model, optimizer):
    """All that training changes, as one comparable structure."""
    own = [value.detach().clone() for value in (*model.parameters(), *model.buffers())]
    gradients = [parameter.grad for parameter in model.parameters()]
    state = optimizer.state_dict()["state"] if optimizer else {}
    kept = [value.clone() if isinstance(value, torch.Tensor) else value for one in state.values()
            for values in one.values() for value in (values if isinstance(values, list) else [values])]
    return [*own, *gradients, *kept, torch.get_rng_state(), torch.tensor(random.getstate()[1]),
            torch.from_numpy(np.random.get_state()[1].astype(np.int64)), [part.training for part in model.modules()]]


def equal(one, other):
    return len(one) == len(other) and all(torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b
                                          for a, b in zip(one, other, strict=True))


def batch_norm(width):
    return nn.BatchNorm1d(width)


NETWORKS = {
    "ReLU": lambda: network(), "in place": lambda: network(lambda width: nn.ReLU(inplace=True)),
    "batch norm and dropout": lambda: network(batch_norm, lambda width: nn.ReLU(), lambda width: nn.Dropout(0.3)),
    "functions": lambda: MLP([FEATURES, 16, 16, CLASSES], activation=torch.tanh)}
OPTIMIZERS = {
    "SGD": lambda model: sgd(model, momentum=0.9, nesterov=True, weight_decay=0.01),
    "Adam": lambda model: torch.optim.Adam(model.parameters(), amsgrad=True),
    "AdamW, foreach": lambda model: torch.optim.AdamW(model.parameters(), foreach=True),
    "LBFGS": lambda model: torch.optim.LBFGS(model.parameters(), max_iter=3)}


def loop(model, optimizer, steps=12):
    """A loop with a schedule, an evaluation after every third step, and modes as they should be."""
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.95)
    for step in range(steps):
        model.train()
        index = torch.randint(len(X), (30,))

        def closure(index=index):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X[index]), Y[index])
            loss.backward()
            return loss
        if isinstance(optimizer, torch.optim.LBFGS):
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
        schedule.step()
        if step % 3 == 0:
            model.eval()
            with torch.no_grad():
                model(X_VAL)


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("how", OPTIMIZERS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_training_is_the_same_to_the_bit(kind, how, given):
    found = []
    for watched in (False, True):
        torch.manual_seed(0)
        model = NETWORKS[kind]()
        optimizer = OPTIMIZERS[how](model)
        torch.manual_seed(1), random.seed(1), np.random.seed(1)
        if watched:
            with watch(*((model, optimizer) if given else ()), every=2, train=(X, Y), val=(X_VAL, Y_VAL)) as health:
                loop(model, optimizer)
            assert [record.step for record in health.records] == [0, 2, 4, 6, 8, 10] and health.steps == 12
            assert all(record.layers and record.train_loss and record.batch.size == 30 for record in health.records)
            assert all(one.ratio > 0 for one in health.records[-1].parameters if len(one.shape) > 1)
            assert health.evaluations == 4 and health.evaluations_in_training == 0
        else:
            loop(model, optimizer)
        found.append(everything(model, optimizer))
        assert hooks() == 0 and all(parameter._backward_hooks is None for parameter in model.parameters())
    assert equal(*found)


def test_fit_is_the_same_to_the_bit():
    found = []
    for watched in (False, True):
        model = NETWORKS["batch norm and dropout"]()
        optimizer = torch.optim.Adam(model.parameters())
        batches = [Batches(X, Y, batch_size=100, shuffle=True), Batches(X_VAL, Y_VAL, batch_size=100)]
        torch.manual_seed(1)
        call = {"loss_fn": F.cross_entropy, "optimizer": optimizer, "epochs": 2, "progress": False}
        if watched:
            with watch(every=4) as health:
                history = fit(model, *batches, **call)
            assert [record.step for record in health.records] == [0, 4, 8] and health.steps == 12
            assert [record.left_over for record in health.records] == [0, 0, 0] and health.signs() == []
        else:
            history = fit(model, *batches, **call)
        found.append([*everything(model, optimizer), history["loss"]])
    assert equal(*found)


def test_nothing_is_left_when_the_loop_raises():
    model = network()

    class Broken(nn.Module):
        def forward(self, x):
            raise OSError("broken")
    for broken in (nn.Sequential(model, Broken()), nn.Sequential(Broken(), model)):
        with pytest.raises(OSError), watch(every=1, train=(X, Y)):
            train(model, sgd(model), steps=2)
            broken(X)
        assert hooks() == 0 and all(parameter._backward_hooks is None for parameter in model.parameters())
    assert torch.overrides._get_current_function_mode() is None
    with pytest.raises(ZeroDivisionError), watch() as health:
        train(model, sgd(model), steps=6)
        raise ZeroDivisionError
    assert len(health.records) == 2 and hooks() == 0


def test_the_result_keeps_nothing_alive():
    model = network()
    optimizer = sgd(model)
    block = watch(every=1, train=(X, Y))
    with block as health:
        train(model, optimizer, steps=3)
    dying = [weakref.ref(one) for one in (model, optimizer, *model.parameters())]
    del model, optimizer
    gc.collect()
    assert all(one() is None for one in dying) and len(health.records) == 3 and block


def test_it_may_be_used_twice_and_inside_another():
    model = network()
    block = watch(every=1)
    with watch(every=2) as outer:
        with block as first:
            train(model, sgd(model), steps=2)
        with block as second:
            train(model, sgd(model), steps=3)
    assert (len(first.records), len(second.records), outer.steps, len(outer.records)) == (2, 3, 5, 3)


# What is found without being given.


def test_updates_by_hand_are_steps():
    def by_hand(model, clear):
        for step in range(7):
            index = torch.arange(step * 50, step * 50 + 50)
            loss = F.cross_entropy(model(X[index]), Y[index])
            clear(model)
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter -= 0.1 * parameter.grad
                    parameter.data = parameter.data  # a loop of another style replaces the data
                model(X_VAL)

    def clear(model):
        for parameter in model.parameters():
            parameter.grad = None
    plain, model, other = network(), network(), network()
    by_hand(plain, clear)
    with watch(train=(X, Y), every=3) as health:
        by_hand(model, clear)
    with watch(other, sgd(other), every=3, train=(X, Y)) as expected:
        train(other, sgd(other), steps=7, order=lambda: torch.arange(600))
    assert equal(everything(plain, None), everything(model, None)) and hooks() == 0
    assert all(parameter._backward_hooks is None for parameter in model.parameters())
    assert [record.step for record in health.records] == [0, 3, 6] and health.steps == 7
    for one, two in zip(health.records, expected.records, strict=True):
        assert one.train_loss == pytest.approx(two.train_loss) and one.batch.labels == two.batch.labels
        for mine, theirs in zip(one.parameters, two.parameters, strict=True):
            assert mine.update == pytest.approx(theirs.update, rel=1e-4) and mine.lr is None
            assert mine.gradient_rms == pytest.approx(theirs.gradient_rms, rel=1e-4)


def test_a_loop_that_scales_its_inputs_is_found_out():
    pixels, more = torch.rand(400, 30), torch.rand(100, 30)
    labels, classes = (pixels[:, 0] > 0.5).long(), (more[:, 0] > 0.5).long()
    model = network(sizes=(30, 16, 2))
    scaled = (pixels - 0.5) / 0.25
    with watch(train=(pixels, labels), val=(more, classes), every=10) as health:
        train(model, sgd(model), scaled, labels, steps=41)
    with torch.no_grad():
        model2 = network(sizes=(30, 16, 2))
        first = F.cross_entropy(model2((more - 0.5) / 0.25), classes).item()
    assert health.records[0].val_loss == pytest.approx(first, rel=1e-4)
    assert health.records[0].batch.scale == pytest.approx(4) and health.records[0].batch.shift == pytest.approx(-2)


def test_two_networks_one_after_the_other():
    encoder, head = nn.Linear(FEATURES, 8), nn.Linear(8, CLASSES)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    with watch(every=2) as health:
        for _ in range(4):
            index = torch.randint(600, (40,))
            loss = nn.CrossEntropyLoss()(head(encoder(X[index])), Y[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert [layer.label for layer in health.records[1].layers] == ["Linear", "Linear2 Linear"]
    assert [(one.name, one.in_optimizer) for one in health.records[1].parameters] == [
        ("weight", False), ("bias", False), ("Linear2.weight", True), ("Linear2.bias", True)]
    assert [sign.layer for sign in health.signs()] == ["weight"]


def test_gradient_accumulation_is_one_step():
    model = network()
    optimizer = sgd(model)
    with watch(every=1) as health:
        for _ in range(3):
            optimizer.zero_grad()
            for _ in range(4):
                index = torch.randint(600, (40,))
                (F.cross_entropy(model(X[index]), Y[index]) / 4).backward()
            optimizer.step()
    assert health.steps == 3 and [record.left_over for record in health.records] == [0, 0, 0]


# Signs.


def healthy():
    """Networks and optimizers that train well, by name."""
    def residual():
        class Block(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = nn.Sequential(nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 24), nn.BatchNorm1d(24),
                                           nn.ReLU(), nn.Linear(24, 24))
                nn.init.zeros_(self.inner[-1].weight)

            def forward(self, x):
                return x + self.inner(x)
        return nn.Sequential(nn.Linear(FEATURES, 24), *(Block() for _ in range(6)), nn.ReLU(), nn.Linear(24, CLASSES))
    return {"ReLU, SGD": (lambda: network(), sgd), "tanh, Adam": (lambda: network(lambda width: nn.Tanh()), adam),
            "batch norm": (lambda: network(batch_norm, lambda width: nn.ReLU()), sgd),
            "dropout": (lambda: network(lambda width: nn.ReLU(), lambda width: nn.Dropout(0.3)), adam),
            "residual": (residual, sgd), "linear": (lambda: network(sizes=(FEATURES, CLASSES)), sgd),
            "He, deep": (lambda: MLP([FEATURES, *[40] * 8, CLASSES]), lambda model: sgd(model, lr=0.02)),
            "GELU, AdamW": (lambda: network(lambda width: nn.GELU()),
                            lambda model: torch.optim.AdamW(model.parameters(), 3e-3))}


def adam(model, lr=3e-3):
    return torch.optim.Adam(model.parameters(), lr)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", healthy())
def test_healthy_networks_show_no_sign(kind, seed):
    make, optimizer = healthy()[kind]
    torch.manual_seed(seed)
    model = make()
    torch.manual_seed(seed + 10)
    with watch(train=(X, Y), val=(X_VAL, Y_VAL)) as health:
        train(model, optimizer(model), steps=80)
    assert [str(sign) for sign in health.signs()] == []


def test_a_healthy_convolutional_network_shows_no_sign():
    torch.manual_seed(0)
    x = torch.rand(300, 1, 8, 8)
    y = (x[:, 0, :4].mean((1, 2)) > x[:, 0, 4:].mean((1, 2))).long()
    model = CNN((6, 8), size=8, num_classes=2, hidden=16)
    with watch(train=(x, y)) as health:
        train(model, adam(model), x, y, steps=60)
    assert [str(sign) for sign in health.signs()] == [] and health.records[0].layers[1].units == 6


def planted():
    """Faulty trainings by the sign that each must show: functions without arguments, run in a watch."""
    def filled(model, weight=None, bias=None):
        with torch.no_grad():
            for layer in model:
                if isinstance(layer, nn.Linear):
                    if weight is not None:
                        layer.weight.copy_(weight(layer.weight))
                    if bias is not None:
                        layer.bias.fill_(bias)
        return model

    def run(model, optimizer=sgd, **more):
        train(model, optimizer(model), **more)

    def forgets_mode(mode):
        model = network(batch_norm, lambda width: nn.ReLU())
        model.train(mode)

        def each():
            with torch.no_grad():
                model(X_VAL)
        train(model, sgd(model), each=each)

    def anew():
        model = network()
        for _ in range(50):
            train(model, sgd(model, momentum=0.9), steps=1)

    def decays():
        model = network()
        optimizer = sgd(model)
        train(model, optimizer, each=torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.8).step)

    def scales_evaluation():
        model = network()

        def each():
            with torch.no_grad():
                model(X_VAL * 10)
        train(model, sgd(model), each=each)

    by_class, shuffled = Y.argsort(stable=True), torch.randperm(600, generator=torch.Generator().manual_seed(5))
    few = torch.arange(60)
    sigmoids = (lambda width: nn.Sigmoid(),)
    tiny = network(sizes=(FEATURES, 32, 24, CLASSES))
    return {
        "dead units": lambda: run(filled(network(), bias=-8)),
        "saturated units": lambda: run(filled(network(lambda width: nn.Tanh()), lambda weight: weight * 40)),
        "vanishing gradient": lambda: run(network(*sigmoids, sizes=(FEATURES, *[16] * 8, CLASSES))),
        "exploding gradient": lambda: run(filled(network(sizes=(FEATURES, *[32] * 8, CLASSES)), lambda w: w * 9),
                                          lambda model: sgd(model, lr=1e-12)),
        "parameters without updates": lambda: run(network(), lambda model: sgd(model[2:])),
        "updates too large": lambda: run(network(), lambda model: adam(model, lr=1.0)),
        "updates too small": lambda: run(network(), lambda model: sgd(model, lr=1e-5)),
        "identical units": lambda: run(filled(network(), torch.ones_like, 0.0), lambda model: sgd(model, lr=1e-3)),
        "loss not finite": lambda: run(network(), lambda model: sgd(model, lr=1e4)),
        "loss does not fall": lambda: run(network(), lambda model: sgd(model, lr=1e-5)),
        "initial loss too high": lambda: run(filled(network(), lambda weight: weight * 6)),
        "train/validation gap": lambda: run(tiny, adam, x=X[few], y=Y[few], steps=200),
        "validation loss rises": lambda: run(tiny, lambda model: adam(model, 0.02), x=X[few], y=Y[few], steps=200),
        "training in evaluation mode": lambda: forgets_mode(False),
        "evaluation in training mode": lambda: forgets_mode(True),
        "batches of one class": lambda: run(network(), x=X[by_class], y=Y[by_class], order=lambda: torch.arange(600)),
        "softmax twice": lambda: run(nn.Sequential(network(), nn.Softmax(1))),
        "labels do not match": lambda: run(network(), x=X[shuffled]),
        "validation samples in training": lambda: run(network(), x=torch.cat([X, X_VAL]), y=torch.cat([Y, Y_VAL])),
        "inputs not normalized": lambda: run(network(), lambda model: sgd(model, lr=1e-6), x=X * 255),
        "gradients of earlier steps": lambda: run(network(), zero=False),
        "evaluation inputs unlike training inputs": scales_evaluation,
        "weights shrink to nothing": lambda: run(network(), lambda model: torch.optim.Adam(
            model.parameters(), lr=0.01, weight_decay=1.0)),
        "optimizer created anew": anew, "learning rate decayed to nothing": decays}


SMALL = {"train/validation gap", "validation loss rises"}  # trained on 60 samples, which are then `train`


@pytest.mark.parametrize("name", planted())
def test_planted_faults_show_their_sign(name):
    pair = (X[:60], Y[:60] if name == "validation loss rises" else Y[:60]) if name in SMALL else (X, Y)
    val = samples(300, seed=1) if name not in SMALL else (X_VAL, torch.where(torch.arange(300) % 3 > 0, Y_VAL, 0))
    torch.manual_seed(0)
    with watch(train=pair, val=val) as health:
        planted()[name]()
    found = {sign.name: sign for sign in health.signs()}
    assert name in found, list(map(str, health.signs()))
    assert found[name].says and found[name].step in [record.step for record in health.records]
    assert str(found[name]) in repr(health)
    json.dumps(health.board(), allow_nan=False)
    CAUGHT.append(("health", name, found[name].says))


def test_validation_better_than_training():
    model = network()
    with watch(train=(X, (Y + (torch.arange(600) % 4 == 0)) % CLASSES), val=(X_VAL, Y_VAL)) as health:
        train(model, sgd(model))
    assert "validation better than training by far" in [sign.name for sign in health.signs()]


def test_a_softmax_in_the_loss_is_seen_by_the_gradient():
    for inner, expected in ((lambda z: z.softmax(1), True), (lambda z: z, False)):
        model = network()
        with watch() as health:
            train(model, sgd(model), loss_fn=lambda z, y, inner=inner: F.cross_entropy(inner(z), y))
        assert [sign.name for sign in health.signs()] == ["softmax twice"] * expected
        assert health.records[2].batch.labels is not None


def test_other_losses_tell_no_labels():
    for loss_fn in (lambda z, y: F.cross_entropy(z, y, label_smoothing=0.1), lambda z, y: z[:, 0].square().mean()):
        model = network()
        with watch() as health:
            train(model, sgd(model), steps=3, loss_fn=loss_fn)
        assert health.records[0].batch.labels is None and health.records[0].batch.loss is None


def test_every_bound_has_its_reason():
    for module in (signs_layers, signs_training):
        text = Path(module.__file__).read_text(encoding="utf-8")
        bounds = [line for line in text.splitlines() if line[:1].isupper() and " = " in line]
        assert bounds and all("  # " in line for line in bounds)


# What is printed, and errors.


def test_table_has_a_row_a_layer():
    model = network()
    with watch(train=(X, Y)) as health:
        assert repr(health) == "Health: no step measured, 0 made"
        train(model, sgd(model), steps=12)
    lines = health.table().splitlines()
    assert lines[0].startswith("step 10 · batch of 50 · learning rate 0.1 · train loss ") and len(lines) == 7
    assert lines[1].split("  ")[0] == "layer" and lines[3].startswith("1 ReLU")
    assert health.table(7).startswith("step 5 ") and repr(health).endswith("no signs")
    with pytest.raises(ValueError, match=r"step = -1; the measured steps are 0 to 10, every 5"):
        health.table(-1)


def test_board_is_small_and_plain():
    model = network()
    with watch(train=(X, Y), val=(X_VAL, Y_VAL), every=1) as health:
        train(model, sgd(model), steps=120)
    board = health.board()
    assert len(board["steps"]) == 48 and board["steps"][0] == 0 and board["steps"][-1] == 119
    text = json.dumps(board, allow_nan=False)
    assert json.loads(text) == board and len(text) < 60_000
    assert [layer["label"] for layer in board["layers"]] == [one.label for one in health.records[0].layers]
    assert [one["name"] for one in board["layers"][0]["parameters"]] == ["0.weight", "0.bias"]


@pytest.mark.parametrize("arguments, message", [
    ({"model": MLP}, "model is a type; give a torch.nn.Module"),
    ({"optimizer": 3}, "optimizer is a int; give one of torch.optim"),
    ({"every": 0}, "every = 0; give a whole number, 1 or more"),
    ({"samples": 2.5}, "samples = 2.5; give a whole number"),
    ({"train": X}, r"train is a Tensor; give a pair of tensors, as in train=\(x, y\)"),
    ({"val": (X, Y[:3])}, "val has 600 inputs and 3 targets; give one for each input"),
    ({"loss_fn": "mse"}, r"loss_fn is a str; give a function of \(outputs, targets\)"),
])
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        watch(**arguments)


def test_data_that_does_not_fit_and_a_watch_that_saw_nothing():
    model = network()
    with pytest.raises(ValueError, match=r"val has samples of shape \(3,\), but the network is trained on \(20,\)"), \
            watch(val=(torch.rand(9, 3), Y[:9])):
        train(model, sgd(model), steps=1)
    assert hooks() == 0
    with watch() as health:
        model(X)
    assert health.signs() == [] and "no step" in repr(health)
    with pytest.raises(ValueError, match="no step has been measured: in the with block no network ran"):
        health.board()
