"""Resuming a run: the same bits, or a sentence on what differs; never an epoch too few or too many in silence."""

import copy
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

from nnlab import checkpoint
from nnlab.batches import Batches
from nnlab.callbacks import EarlyStopping, KeepBest
from nnlab.metrics import accuracy
from nnlab.models import MLP
from nnlab.train import fit

X = torch.randn(40, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(40) % 3
VAL = Batches(X, Y, 40)


def run(path, epochs, val=None, *, model=None, optimizer=torch.optim.SGD, lr=0.1, schedule=None, **more):
    """`fit` with `resume=path` of a new network, as a script does that is started again."""
    torch.manual_seed(0)
    model = model or MLP([4, 8, 3])
    optimizer = optimizer(model.parameters(), lr=lr)
    scheduler = schedule(optimizer) if schedule is not None else None
    return fit(model, Batches(X, Y, 10), val, loss_fn=F.cross_entropy, optimizer=optimizer, epochs=epochs,
               scheduler=scheduler, resume=path, progress=False, **more)


def never(run):
    """A callback that stops after three epochs."""
    run.stop = run.epoch >= 3


def test_early_stopped_run_goes_on_without_its_callback_and_not_with_it(tmp_path, capsys):
    path = str(tmp_path / "run.pt")  # a string will do
    early = EarlyStopping("loss", patience=1, mode="max")  # the loss falls, so it stops after the second epoch
    assert len(run(path, 9, callbacks=[early])) == 2
    assert len(run(path, 9, callbacks=[EarlyStopping("loss", patience=1, mode="max")])) == 2
    stopped = f"the run in {path} ended after epoch 2, stopped by EarlyStopping('loss', patience=1, mode='max'): "
    advice = "nothing is trained; to continue, leave out this callback or increase its patience"
    assert f"{stopped}{advice}" in capsys.readouterr().out
    assert len(run(path, 5)) == 5
    assert f"{stopped}it continues without this callback" in capsys.readouterr().out
    assert len(run(path, 5)) == 5
    assert "ended after epoch 5: nothing is left to train of epochs = 5; give more" in capsys.readouterr().out
    assert len(run(path, 7)) == 7 and capsys.readouterr().out == ""


def test_a_function_that_stopped_a_run_is_named(tmp_path, capsys):
    path = tmp_path / "run.pt"
    assert len(run(path, 9, callbacks=[never])) == 3 and len(run(path, 9, callbacks=[never])) == 3
    assert "stopped by never: nothing is trained" in capsys.readouterr().out
    assert len(run(path, 4, callbacks=[])) == 4


@pytest.mark.parametrize("first, second", [((None, None), (VAL, None)), ((VAL, None), (None, None)),
                                           ((None, None), (VAL, {"accuracy": accuracy}))])
def test_columns_that_come_or_go_are_missing_where_they_were_not_computed(tmp_path, first, second):
    path = tmp_path / "run.pt"
    run(path, 2, first[0], metrics=first[1])
    history = run(path, 4, second[0], metrics=second[1])
    assert {len(values) for values in history.to_dict().values()} == {4} and len(repr(history).splitlines()) == 5
    there = {name: [value == value for value in values] for name, values in history.to_dict().items()}
    added, removed = second[0] is not None, first[0] is not None
    assert there["loss"] == [True] * 4 and there["val_loss"] == [removed] * 2 + [added] * 2
    if second[1]:
        assert there["val_accuracy"] == there["accuracy"] == [False, False, True, True]


@pytest.mark.parametrize("change, message", [
    ({"optimizer": torch.optim.Adam}, "its optimizer is SGD, this run's Adam"),
    ({"optimizer": torch.optim.RMSprop}, "its optimizer is SGD, this run's RMSprop"),
    ({"lr": 0.01}, "its lr is 0.1, this run's 0.01"),
    ({"optimizer": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9)}, "its momentum is 0, this run's 0.9"),
    ({"schedule": lambda o: lr_scheduler.StepLR(o, 1)}, "its scheduler is no scheduler, this run's StepLR after every"),
    ({"model": MLP([4, 9, 3])}, r"size mismatch for layers\.0\.weight: copying a param"),
    ({"model": torch.nn.Sequential(MLP([4, 8, 3]))}, r"Missing key\(s\) in state_dict: .0\.layers"),
])
def test_another_run_is_refused_and_nothing_changes(tmp_path, change, message):
    path = tmp_path / "run.pt"
    run(path, 2)
    change = {"model": MLP([4, 8, 3])} | change
    before, file = copy.deepcopy(change["model"].state_dict()), path.read_bytes()
    with pytest.raises(ValueError, match=f"is a checkpoint of another model or optimizer: .*({message})") as raised:
        run(path, 4, **change)
    assert "give this run another path, or remove the file to start again" in str(raised.value)
    assert all(torch.equal(before[name], value) for name, value in change["model"].state_dict().items())
    assert path.read_bytes() == file


@pytest.mark.parametrize("schedule", [
    lambda o: lr_scheduler.StepLR(o, 1), lambda o: lr_scheduler.MultiStepLR(o, np.array([1, 2])),
    lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=6), lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0),
    lambda o: lr_scheduler.LambdaLR(o, lambda k: 0.5 ** k), lambda o: lr_scheduler.CosineAnnealingLR(o, 6),
    lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o), lr_scheduler.StepLR(o, 1)], [2]),
    lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(o, 1)]),
])
@pytest.mark.parametrize("optimizer", [torch.optim.SGD, lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
                                       torch.optim.Adam])
def test_schedules_resume_to_the_same_bits(tmp_path, schedule, optimizer):
    models = [MLP([4, 8, 3]) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    again = copy.deepcopy(models[1])
    whole = run(None, 6, VAL, model=models[0], schedule=schedule, optimizer=optimizer)
    run(tmp_path / "run.pt", 2, VAL, model=models[1], schedule=schedule, optimizer=optimizer)
    history = run(tmp_path / "run.pt", 6, VAL, model=again, schedule=schedule, optimizer=optimizer)
    assert history.to_dict() == whole.to_dict()
    assert all(torch.equal(*pair) for pair in zip(models[0].parameters(), again.parameters(), strict=True))


@pytest.mark.parametrize("first, second, message", [
    (lambda o: lr_scheduler.CosineAnnealingLR(o, 2), lambda o: lr_scheduler.CosineAnnealingLR(o, 5), "its T_max"),
    (lambda o: lr_scheduler.StepLR(o, 1), lambda o: lr_scheduler.StepLR(o, 2), "its step_size .of the scheduler. is 1"),
    (lambda o: lr_scheduler.StepLR(o, 1), lambda o: lr_scheduler.StepLR(o, 1, 0.5), "its gamma .* is 0.1, this run's"),
    (lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=4), lambda o: lr_scheduler.OneCycleLR(o, 1, total_steps=9),
     "its total_steps .* is 4, this run's 9"),
    (lambda o: lr_scheduler.ReduceLROnPlateau(o), lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=3), "patience"),
    (lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(o, 1), lr_scheduler.StepLR(o, 2)]),
     lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(o, 1)]), "_schedulers"),
])
def test_another_schedule_is_refused(tmp_path, first, second, message):
    run(tmp_path / "run.pt", 2, schedule=first)
    model = MLP([4, 8, 3])
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match=f"another model or optimizer: .*{message}"):
        run(tmp_path / "run.pt", 4, schedule=second, model=model)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_generators_of_samplers_and_of_validation_are_resumed(tmp_path):
    def parts():
        torch.manual_seed(1)
        model, weights = MLP([4, 8, 3]), torch.arange(1.0, 41.0)
        sampler = WeightedRandomSampler(weights, 40, generator=torch.Generator().manual_seed(3))
        loader = DataLoader(TensorDataset(X, Y), 10, sampler=sampler)
        noisy = Batches(X, Y, 7, shuffle=True, seed=5)
        return model, {"train": loader, "val": noisy, "loss_fn": F.cross_entropy, "progress": False,
                       "optimizer": torch.optim.SGD(model.parameters(), lr=0.1)}
    whole, arguments = parts()
    expected = fit(whole, epochs=4, **arguments)
    for epochs in (1, 2, 4):
        again, arguments = parts()
        history = fit(again, epochs=epochs, resume=tmp_path / "run.pt", **arguments)
    assert history["loss"] == expected["loss"] and history["val_loss"] == expected["val_loss"]
    assert all(torch.equal(*pair) for pair in zip(whole.parameters(), again.parameters(), strict=True))


def test_a_refused_resumption_changes_nothing(tmp_path):
    run(tmp_path / "run.pt", 2)
    model = MLP([4, 8, 3])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    torch.manual_seed(4)
    before, random = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    with pytest.raises(ValueError, match=r"x\.float\(\)"):
        fit(model, Batches(X.double(), Y, 10), loss_fn=F.cross_entropy, optimizer=optimizer, epochs=4,
            resume=tmp_path / "run.pt", progress=False)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert torch.equal(random, torch.get_rng_state())


class Stop:
    """Stops after `epochs`; it has no repr of its own."""

    def __init__(self, epochs):
        self.epochs = epochs

    def __call__(self, run):
        run.stop = run.epoch >= self.epochs


def test_objects_without_a_repr_are_told_apart_by_their_attributes(tmp_path, capsys):
    path = tmp_path / "run.pt"
    assert len(run(path, 9, callbacks=[Stop(2)])) == len(run(path, 9, callbacks=[Stop(2)])) == 2
    assert "stopped by Stop(epochs=2): nothing is trained" in capsys.readouterr().out
    assert len(run(path, 9, callbacks=[Stop(6)])) == 6


def test_callbacks_complete_the_row_of_their_epoch(tmp_path):
    path = tmp_path / "run.pt"

    def twice(run):
        run.history.add({"lr": run.epoch})
        run.history.add({"lr": 10 * run.epoch, "more": 1.0})
    for epochs in (2, 3):
        history = run(path, epochs, callbacks=[lambda run: run.history.add({"lr": 0}), twice])
    assert history["lr"] == [10, 20, 30] and history["more"] == [1.0] * 3 and len(history["loss"]) == 3


def test_what_cannot_be_saved_is_named_before_training(tmp_path):
    class Function(lr_scheduler.StepLR):
        def state_dict(self):
            return {"scale": lambda k: k}
    model = MLP([4, 8, 3])
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match=r"a checkpoint cannot hold state\['recipe'\]\['schedule'\]\['scale'\]"):
        run(tmp_path / "run.pt", 2, schedule=lambda o: Function(o, 1), model=model)
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        run(tmp_path / "file" / "run.pt", 2, model=model)

    class Stateless:
        def __init__(self, optimizer):
            self.optimizer = optimizer

        def step(self):
            """Do nothing."""
    with pytest.raises(ValueError, match="Stateless has no state_dict, which resuming needs"):
        run(tmp_path / "run.pt", 2, schedule=Stateless, model=model)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert len(run(None, 2, schedule=Stateless)) == 2


def test_a_home_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    run("~/run.pt", 1)
    assert (tmp_path / "run.pt").exists()


def test_the_same_objects_can_go_on_after_an_interruption(tmp_path, monkeypatch, capsys):
    """In the middle of an epoch a schedule by batch has moved the learning rate and momentum of the optimizer."""
    monkeypatch.setattr("nnlab.train.reaches_caller", lambda: False)
    losses = []
    for interrupted in (False, True):
        torch.manual_seed(0)
        model = MLP([4, 8, 3])
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        scheduler, calls = lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=16), []

        def loss_fn(outputs, targets, calls=calls, interrupted=interrupted):
            calls.append(len(targets))
            if interrupted and calls.count(10) == 7 and calls[-1] == 10:
                raise KeyboardInterrupt
            return F.cross_entropy(outputs, targets)
        for _ in range(2):
            history = fit(model, Batches(X, Y, 10), loss_fn=loss_fn, optimizer=optimizer, epochs=4, progress=False,
                          scheduler=scheduler, schedule_every="batch", resume=tmp_path / f"{interrupted}.pt")
        losses.append(history["loss"])
    assert losses[0] == losses[1] and "stopped in epoch 2, after 2 of 4 batches" in capsys.readouterr().out


def test_the_same_objects_can_be_resumed(tmp_path):
    """A scheduler has changed the optimizer's learning rate and momentum by then; that is no other run."""
    model = MLP([4, 8, 3])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=6)
    for epochs in (2, 4, 6):
        history = fit(model, Batches(X, Y, 10), loss_fn=F.cross_entropy, optimizer=optimizer, epochs=epochs,
                      scheduler=scheduler, resume=tmp_path / "run.pt", progress=False)
        assert len(history) == epochs


@pytest.mark.parametrize("lr", [np.logspace(-3, -1, 3)[1], np.float32(0.01), np.array(0.01)[()], torch.tensor(0.01)])
def test_a_learning_rate_of_numpy_or_torch_can_be_saved(tmp_path, lr):
    path = tmp_path / "run.pt"
    run(path, 1, lr=lr)
    assert len(run(path, 2, lr=lr)) == 2


def test_numbers_of_numpy_become_plain_everywhere(tmp_path):
    path, weights = tmp_path / "a.pt", MLP([2, 2]).state_dict()
    state = {"a": np.float64(0.5), np.int64(3): [np.int64(4), (np.bool_(True), "text", None)], "weights": weights}
    checkpoint.save(path, state)
    loaded = checkpoint.load(str(path))
    assert loaded["a"] == 0.5 and loaded[3] == [4, (True, "text", None)] and type(loaded["a"]) is float
    assert list(loaded["weights"]) == list(weights) and state["a"] == np.float64(0.5)
    with pytest.raises(ValueError, match=r"cannot hold state\['deep'\]\[1\], a ndarray; give tensors, numbers"):
        checkpoint.save(path, {"deep": [1, np.zeros(3)]})
    assert checkpoint.load(path)["a"] == 0.5


def test_a_folder_is_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match=r"is a folder; give the path of a file in it, such as .*run\.pt"):
        run(tmp_path, 1)


def test_random_generators_of_python_and_numpy_are_resumed(tmp_path):
    """A model that augments its samples by Python's and NumPy's random numbers."""
    class Noisy(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(4, 3)

        def forward(self, x):
            return self.layer(x + random.gauss(0, 1) + float(np.random.rand()) if self.training else x)
    histories = []
    for parts in ((4,), (1, 4)):
        random.seed(1)
        np.random.seed(2)
        model = Noisy()
        torch.nn.init.zeros_(model.layer.weight)
        torch.nn.init.zeros_(model.layer.bias)
        fresh = copy.deepcopy(model)
        for epochs in parts:
            histories.append(run(tmp_path / f"{len(parts)}.pt", epochs, model=copy.deepcopy(fresh)).to_dict())
            random.seed(5)  # as in another process
            np.random.seed(5)
    assert histories[0] == histories[2]


def test_keep_best_over_a_resumed_run(tmp_path):
    path, best = tmp_path / "run.pt", tmp_path / "best.pt"
    worsens = {"score": lambda outputs, y: -len(history_so_far)}
    history_so_far = []

    def grow(run):
        history_so_far.append(run.epoch)
    run(path, 2, metrics=worsens, callbacks=[grow, KeepBest("score", mode="max", path=best)])
    second = KeepBest("score", mode="max", path=best)
    run(path, 4, metrics=worsens, callbacks=[grow, second])
    assert second.restore(MLP([4, 8, 3])) == 1
    third = KeepBest("score", mode="max")  # in memory only: it never saw that epoch
    run(path, 5, metrics=worsens, callbacks=[grow, third])
    with pytest.raises(ValueError, match="the best epoch was 1, before this callback took part: give KeepBest a path"):
        third.restore(MLP([4, 8, 3]))
