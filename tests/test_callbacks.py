"""nnlab.callbacks: a metric's direction is known or asked for, NaN is never best, the best parameters come back."""

import copy
import math
import types

import pytest
import torch

from nnlab.callbacks import EarlyStopping, KeepBest
from nnlab.history import History


def epochs(column, values, callback):
    """Values until `callback` stops, in a run of a model whose one parameter counts the epochs."""
    model = torch.nn.Linear(1, 1)
    run = types.SimpleNamespace(model=model, history=History(), epoch=0, stop=False)
    for value in values:
        run.epoch += 1
        torch.nn.init.constant_(model.weight, run.epoch)
        run.history.add({column: value})
        callback(run)
        if run.stop:
            break
    return run.history[column]


@pytest.mark.parametrize("monitor, mode, values, best", [
    ("val_loss", None, [3.0, 1.0, 2.0], 2), ("loss", None, [3.0, 1.0, 1.0], 2), ("error", None, [3.0, 4.0], 1),
    ("val_error", None, [3.0, 2.0], 2), ("accuracy", None, [0.5, 0.7, 0.6], 2),
    ("val_accuracy", None, [0.5, 0.7, 0.7], 2),
    ("val_mae", "min", [3.0, 1.0, 2.0], 2), ("val_perplexity", "min", [9.0, 8.0, 8.5], 2), ("r2", "max", [0.1, 0.3], 2),
    ("loss", "max", [3.0, 1.0, 2.0], 1),  # said explicitly
    ("val_loss", None, [math.nan, 3.0, math.nan, 2.0, math.nan], 4), ("val_accuracy", None, [0.2, math.nan], 1),
    ("val_loss", None, [math.inf, 3.0], 2),
])
def test_best_epoch(monitor, mode, values, best):
    keep = KeepBest(monitor, mode=mode)
    epochs(monitor, values, keep)
    model = torch.nn.Linear(1, 1)
    assert keep.epoch == keep.restore(model) == best and model.weight.item() == best


@pytest.mark.parametrize("monitor, mode, values, stopped", [
    ("val_loss", None, [3.0, 2.0, 2.0, 2.5, 1.0], 4), ("accuracy", None, [0.1, 0.2, 0.2, 0.1, 0.9], 4),
    ("val_mae", "min", [3.0, 2.0, 1.0, 0.5, 0.4], 5), ("val_loss", None, [3.0, math.nan, math.nan, 1.0], 3),
    ("val_loss", None, [math.nan, math.nan, 1.0], 2),
])
def test_early_stopping_waits_for_its_patience(monitor, mode, values, stopped):
    assert len(epochs(monitor, values, EarlyStopping(monitor, patience=2, mode=mode))) == stopped


@pytest.mark.parametrize("made", [EarlyStopping, KeepBest])
@pytest.mark.parametrize("monitor", ["val_mae", "val_perplexity", "rmse", "f1", "lossless", "terror", "accuracy_error"])
def test_an_unknown_direction_is_asked_for(made, monitor):
    with pytest.raises(ValueError, match=f'no mode for .{monitor}.: is a lower or a higher value better'):
        made(monitor)
    with pytest.raises(ValueError, match=r"mode = 'least': .* Give mode=\"min\", .*or mode=\"max\""):
        made(monitor, mode="least")


@pytest.mark.parametrize("patience", [0, -1, 2.5, "3", None, True])
def test_patience_is_a_whole_number(patience):
    with pytest.raises(ValueError, match="give a whole number of epochs, at least 1"):
        EarlyStopping(patience=patience)


def test_only_nan_is_never_best():
    keep = KeepBest()
    epochs("val_loss", [math.nan, math.nan], keep)
    with pytest.raises(ValueError, match="no best weights yet"):
        keep.restore(torch.nn.Linear(1, 1))


def test_a_second_training_begins_anew():
    keep = KeepBest("loss")
    epochs("loss", [1.0, 2.0, 3.0], keep)
    epochs("loss", [9.0, 8.0], keep)
    model = torch.nn.Linear(1, 1)
    before = copy.deepcopy(model.state_dict())
    assert keep.restore(model) == 2 and model.weight.item() == 2 and before["weight"].shape == (1, 1)
