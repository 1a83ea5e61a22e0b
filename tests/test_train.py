"""nnlab.train: bitwise equal to a hand-written loop; means over samples; state restored; errors that name the fix."""

import copy
import types

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import SEEN
from torch.utils.data import DataLoader, TensorDataset

from nnlab.batches import Batches
from nnlab.callbacks import EarlyStopping, KeepBest
from nnlab.metrics import accuracy
from nnlab.models import MLP
from nnlab.train import evaluate, fit, train_epoch

OPTIMIZERS = {"SGD": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-4),
              "Adam": lambda p: torch.optim.Adam(p, lr=0.01), "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.001)}


def problem(n=103, seed=0):
    """A small classification problem: x (n, 4), y (n,) in three classes."""
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 4, generator=g)
    return x, (x[:, 0] > 0).long() + (x[:, 1] > 0.5).long()


def model(seed=0, dropout=False):
    torch.manual_seed(seed)
    hidden = [torch.nn.ReLU(), *([torch.nn.Dropout(0.3)] if dropout else [])]
    return torch.nn.Sequential(torch.nn.Linear(4, 16), *hidden, torch.nn.Linear(16, 3))


def quiet(net, train, val=None, *, optimizer="SGD", loss_fn=F.cross_entropy, epochs=1, **more):
    """`fit` of `net` by one of OPTIMIZERS, without a bar."""
    made = OPTIMIZERS[optimizer](net.parameters()) if isinstance(optimizer, str) else optimizer
    return fit(net, train, val, loss_fn=loss_fn, optimizer=made, epochs=epochs, progress=False, **more)


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("shuffle", [False, True])
def test_fit_equals_the_hand_written_loop_to_the_bit(name, shuffle):
    x, y = problem()
    ours, theirs = model(), model()
    history = quiet(ours, Batches(x, y, 10, shuffle=shuffle, seed=3), Batches(x, y, 50), optimizer=name, epochs=4,
                    metrics={"accuracy": accuracy})
    optimizer, g = OPTIMIZERS[name](theirs.parameters()), torch.Generator().manual_seed(3)
    expected = []
    for _ in range(4):
        order = torch.randperm(len(x), generator=g) if shuffle else torch.arange(len(x))
        total = 0.0
        for k in range(0, len(x), 10):
            index = order[k:k + 10]
            loss = F.cross_entropy(theirs(x[index]), y[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        expected.append(total / len(x))
    assert same(ours, theirs)
    assert history["loss"] == pytest.approx(expected, rel=1e-5)
    assert history["val_loss"][-1] == pytest.approx(F.cross_entropy(ours(x), y).item(), rel=1e-5)
    assert history["val_accuracy"][-1] == pytest.approx((ours(x).argmax(1) == y).float().mean().item())
    assert set(history.to_dict()) == {"loss", "accuracy", "val_loss", "val_accuracy"} and len(history) == 4


def test_dataloader_and_batches_are_interchangeable():
    x, y = problem()
    losses = []
    for batches in (Batches(x, y, 16), DataLoader(TensorDataset(x, y), batch_size=16)):
        net = model()
        losses.append(quiet(net, batches, epochs=2)["loss"])
    assert losses[0] == losses[1]


def test_train_epoch_never_synchronizes_with_the_device():
    """On the meta device nothing is computed and a hidden .item() or a batch that was not moved raises."""
    net = model().to("meta")
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    batches = [(torch.empty(8, 4, device="meta"), torch.empty(8, dtype=torch.int64, device="meta"))] * 3
    done = train_epoch(net, batches, F.cross_entropy, optimizer, keep=True)
    assert done.losses.device.type == "meta" and done.losses.shape == (3,) and done.sizes == [8, 8, 8]
    with pytest.raises((RuntimeError, NotImplementedError)):
        train_epoch(net, batches, lambda out, y: F.cross_entropy(out, y) * F.cross_entropy(out, y).item(), optimizer)


def test_regression_overfits_32_samples():
    torch.manual_seed(0)
    x, y = torch.randn(32, 4), torch.randn(32, 1)
    net = MLP([4, 64, 64, 1])
    history = quiet(net, Batches(x, y, 32), loss_fn=F.mse_loss, optimizer="Adam", epochs=600)
    assert history["loss"][-1] < 1e-4 < history["loss"][0]


def test_nothing_is_left_behind():
    x, y = problem()
    net = model(dropout=True)
    net[0].eval()
    modes = [module.training for module in net.modules()]
    torch.manual_seed(1)
    quiet(net, Batches(x, y, 10, shuffle=True), epochs=0)
    without = torch.rand(1)
    torch.manual_seed(1)
    assert torch.rand(1) == without  # no random number is drawn, neither for the order nor for the two samples
    plain = model()
    torch.manual_seed(1)
    quiet(plain, Batches(x, y, 10, shuffle=True), epochs=2)
    assert torch.rand(1) == without
    assert [module.training for module in net.modules()] == modes


@pytest.mark.parametrize("stop_after", [1, 3])
def test_resumed_run_has_the_same_bits(tmp_path, stop_after):
    x, y = problem()
    val = Batches(*problem(seed=1), 64)

    def parts():
        net = model(dropout=True)
        optimizer = OPTIMIZERS["Adam"](net.parameters())
        return net, {"loss_fn": F.cross_entropy, "optimizer": optimizer, "progress": False,
                     "scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5),
                     "callbacks": [EarlyStopping(patience=4)]}
    whole, arguments = parts()
    torch.manual_seed(7)
    expected = fit(whole, Batches(x, y, 10, shuffle=True), val, epochs=6, **arguments)
    path = tmp_path / "run.pt"
    first, arguments = parts()
    torch.manual_seed(7)
    fit(first, Batches(x, y, 10, shuffle=True), val, epochs=stop_after, resume=path, **arguments)
    second, arguments = parts()
    torch.manual_seed(99)
    history = fit(second, Batches(x, y, 10, shuffle=True), val, epochs=6, resume=path, **arguments)
    assert same(whole, second) and history.to_dict() == expected.to_dict()
    with pytest.raises(ValueError, match="is a checkpoint of another model or optimizer"):
        other = MLP([4, 5, 3])
        quiet(other, Batches(x, y, 10), optimizer="Adam", resume=path)


def interrupting(after):
    """A loss that raises KeyboardInterrupt at its call number `after` in training, not in the trial step before it."""
    calls = []

    def loss_fn(outputs, targets):
        calls.append(len(targets))
        if calls.count(10) > after:
            raise KeyboardInterrupt
        return F.cross_entropy(outputs, targets)
    return loss_fn


@pytest.fixture
def notebook(monkeypatch):
    """As in a notebook, with no interruption in the last second."""
    monkeypatch.setattr("nnlab.progress.in_notebook", lambda: True)
    monkeypatch.setattr("nnlab.progress._interrupted", [float("-inf")])


def test_interrupt_says_where_and_the_state_agrees(capsys, notebook, tmp_path):
    x, y = problem(100)
    expected, net, optimizer = model(), model(), torch.optim.SGD
    fit(expected, Batches(x, y, 10), loss_fn=F.cross_entropy, epochs=2, progress=False,
        optimizer=optimizer(expected.parameters(), lr=0.1))
    fit(expected, list(Batches(x, y, 10))[:4], loss_fn=F.cross_entropy, epochs=1, progress=False,
        optimizer=optimizer(expected.parameters(), lr=0.1))  # 4 more batches
    history = fit(net, Batches(x, y, 10), loss_fn=interrupting(24), epochs=9, progress=False,
                  optimizer=optimizer(net.parameters(), lr=0.1), resume=tmp_path / "run.pt")
    assert len(history) == 2 and same(net, expected) and net.training
    said = capsys.readouterr().out
    assert said == ("stopped in epoch 3, after 4 of 10 batches: the parameters keep the updates of this epoch, "
                    f"the history holds the 2 before it, {tmp_path / 'run.pt'} holds 2\n")
    resumed = quiet(net, Batches(x, y, 10), optimizer=optimizer(net.parameters(), lr=0.1), epochs=3,
                    resume=tmp_path / "run.pt")  # from the end of epoch 2, not from the middle of epoch 3
    assert len(resumed) == 3 and resumed["loss"][:2] == history["loss"]


def test_interrupt_of_a_stream_does_not_know_how_many_batches(capsys, notebook):
    x, y = problem(100)
    quiet(model(), (batch for batch in list(Batches(x, y, 10))), loss_fn=interrupting(4))
    assert "stopped in epoch 1, after 4 batches:" in capsys.readouterr().out


def test_second_interrupt_within_a_second_leaves_a_loop_over_trainings(capsys, notebook, monkeypatch):
    x, y = problem(100)
    done = []
    with pytest.raises(KeyboardInterrupt):
        for _ in range(5):
            done.append(quiet(model(), Batches(x, y, 10), loss_fn=interrupting(4)))
    assert len(done) == 1 and capsys.readouterr().out.count("stopped in epoch 1, after 4 of 10 batches") == 2
    clock = iter(range(10, 100, 2))
    monkeypatch.setattr("nnlab.progress._interrupted", [0])
    monkeypatch.setattr("nnlab.progress.time", types.SimpleNamespace(monotonic=lambda: next(clock)))
    for _ in range(3):  # two seconds lie between them: each ends its own training
        assert len(quiet(model(), Batches(x, y, 10), loss_fn=interrupting(4))) == 0


def test_interrupt_outside_a_notebook_reaches_the_caller(capsys):
    x, y = problem(100)
    net = model()
    net[0].eval()
    with pytest.raises(KeyboardInterrupt):
        quiet(net, Batches(x, y, 10), loss_fn=interrupting(14), epochs=9)
    assert "stopped in epoch 2, after 4 of 10 batches" in capsys.readouterr().out and not net[0].training


def test_nan_names_epoch_batch_and_causes():
    x, y = problem()
    x[57] = float("nan")
    net = model()
    message = r"the loss is nan in epoch 1, batch 6 of 11\. Usual causes: a learning rate"
    with pytest.raises(FloatingPointError, match=message):
        quiet(net, Batches(x, y, 10), epochs=3)


@pytest.mark.parametrize("change, message", [
    (lambda x, y: (x.to(torch.uint8), y), r"inputs of shape \(\d+, 4\) and torch.uint8: .*convert images of bytes by"),
    (lambda x, y: (x[:, :3], y),
     r"inputs of shape \(\d+, 3\) and torch.float32: its layer \"0\", .*takes 4 features, .* and gets 3"),
    (lambda x, y: (x, y.float()), r"targets of shape \(\d+,\) and torch.float32; labels are integers"),
    (lambda x, y: (x, y + 1), "labels from 1 to 3, but the model has 3 outputs, for labels from 0 to 2"),
    (lambda x, y: (x, y - 1), "labels from -1 to 1, but the model has 3 outputs"),
])
def test_wrong_data_are_named_before_training(change, message):
    x, y = change(*problem())
    net = model()
    before = copy.deepcopy(net.state_dict())
    for batches in (Batches(x, y, 10), DataLoader(TensorDataset(x, y), 10), list(Batches(x, y, len(x)))):
        with pytest.raises(ValueError, match=f"train: .*{message}"):
            quiet(net, batches)
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items()) and net.training


def test_two_samples_of_a_data_set_leave_the_random_generator_as_it_was():
    class Noisy(torch.utils.data.Dataset):
        def __len__(self):
            return 6

        def __getitem__(self, k):
            return torch.rand(5), k % 3
    net = model()
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    with pytest.raises(ValueError, match=r"train: the model does not take inputs of shape \(2, 5\)"):
        quiet(net, DataLoader(Noisy(), 2))
    assert torch.rand(1) == expected
    assert len(quiet(torch.nn.Linear(5, 3), DataLoader(Noisy(), 2), epochs=2)) == 2


def test_silent_broadcast_other_model_no_batches_and_sums():
    x, y = problem()
    net, other = MLP([4, 1]), MLP([4, 1])

    def try_(batches, **more):
        return quiet(net, batches, **{"loss_fn": F.mse_loss} | more)
    message = r"outputs of shape \(10, 1\) and torch.float32 and targets of shape \(10,\).*give both the same shape"
    with pytest.raises(ValueError, match=message):
        try_(Batches(x, y.float(), 10))
    with pytest.raises(ValueError, match="holds parameters that are not this model's"):
        try_(Batches(x, y.float()[:, None], 10), optimizer=OPTIMIZERS["SGD"](other.parameters()))
    with pytest.raises(ValueError, match=r"it must be one number, the mean over the batch \(reduction='mean'\)"):
        try_(Batches(x, y.float()[:, None], 10), loss_fn=torch.nn.MSELoss(reduction="none"))
    with pytest.raises(ValueError, match="val has no batches"):
        try_(Batches(x, y.float()[:, None], 10), val=[])
    with pytest.raises(ValueError, match="a generator serves only one pass"):
        try_(iter(list(Batches(x, y.float()[:, None], 10))), epochs=2)


CASES = {}


@settings(max_examples=2000, deadline=None)
@given(n=st.integers(1, 12), features=st.integers(1, 4), outputs=st.integers(1, 3), batch_size=st.integers(1, 14),
       shuffle=st.booleans(), dtype=st.sampled_from([*[torch.float32] * 5, torch.float64, torch.uint8]),
       loader=st.booleans(),
       targets=st.sampled_from([*["right"] * 6, "classes", "floats", "column", "out of range", "two columns"]),
       spoil=st.sampled_from([None, None, float("nan"), float("inf")]),
       loss=st.sampled_from([F.cross_entropy, F.mse_loss]))
def test_fit_works_or_raises_what_it_documents(n, features, outputs, batch_size, shuffle, dtype, loader, targets,
                                               spoil, loss):
    g = torch.Generator().manual_seed(n + 31 * features)
    x = (torch.rand(n, features, generator=g) * 3).to(dtype)
    if spoil is not None and dtype != torch.uint8:
        x[n // 2, 0] = spoil
    right = torch.arange(n) % outputs if loss is F.cross_entropy else torch.rand(n, outputs, generator=g)
    y = {"right": right, "classes": torch.arange(n) % outputs, "floats": torch.rand(n, generator=g),
         "column": torch.rand(n, 1, generator=g),
         "out of range": torch.arange(n) + outputs, "two columns": torch.rand(n, 2, generator=g)}[targets]
    net = torch.nn.Linear(features, outputs)
    before = copy.deepcopy(net.state_dict())
    try:
        batches = DataLoader(TensorDataset(x, y), batch_size, shuffle) if loader else Batches(x, y, batch_size, shuffle)
        history = quiet(net, batches, loss_fn=loss)
    except ValueError as error:
        kind = "ValueError"
        assert str(error).startswith("train: ")
        assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())
    except FloatingPointError as error:
        kind = "FloatingPointError"
        assert spoil is not None and "epoch 1, batch" in str(error)
    else:
        kind = "trained"
        assert len(history) == 1 and history["loss"][0] == history["loss"][0] and net.training
    CASES[kind] = CASES.get(kind, 0) + 1


def test_count_of_cases():
    assert sum(CASES.values()) >= 2000 and set(CASES) == {"ValueError", "FloatingPointError", "trained"}
    SEEN.append(f"fit: {sum(CASES.values())} random cases, {CASES}")


def test_callbacks_stop_keep_and_name_unknown_monitors(tmp_path):
    x, y = problem()
    net = model()
    values = iter([3.0, 1.0, 2.0, 2.0, 2.0, 0.5])
    weights = []

    def fake(run):  # the validation loss as if it had been this
        run.history["val_loss"][-1] = next(values)
        weights.append(copy.deepcopy(net.state_dict()))
    best = KeepBest("val_loss", path=tmp_path / "best.pt")
    history = quiet(net, Batches(x, y, 10), Batches(x, y, 50), epochs=20,
                    callbacks=[fake, best, EarlyStopping("val_loss", patience=3)])
    assert history["val_loss"] == [3.0, 1.0, 2.0, 2.0, 2.0]
    assert best.restore(net) == 2
    assert all(torch.equal(weights[1][key], value) for key, value in net.state_dict().items())
    assert KeepBest("val_loss", path=tmp_path / "best.pt").restore(model()) == 2
    with pytest.raises(ValueError, match="the history has no 'val_accuracy'; it has: 'loss', 'val_loss'"):
        quiet(net, Batches(x, y, 10), Batches(x, y, 50), callbacks=[EarlyStopping("val_accuracy")])
    with pytest.raises(ValueError, match="no best weights yet"):
        KeepBest().restore(net)


def test_evaluate_averages_over_samples_not_batches():
    x, y = problem(7)
    done = evaluate(model(), Batches(x, y, 3), F.cross_entropy, keep=True)
    assert done.sizes == [3, 3, 1] and done.outputs.shape == (7, 3) and not done.outputs.requires_grad
    net = model()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    history = quiet(net, Batches(x, y, 3), Batches(x, y, 3), optimizer=optimizer)
    expected = F.cross_entropy(model()(x), y).item()
    assert history["loss"][0] == history["val_loss"][0] == pytest.approx(expected, rel=1e-6)
