"""Training: one step, one epoch, an evaluation, and `fit`, which repeats epochs and keeps the history."""

import dataclasses
from pathlib import Path
from typing import NamedTuple

import torch

from nnlab import checkpoint
from nnlab.device import device_of
from nnlab.history import History
from nnlab.preflight import preflight
from nnlab.progress import bar


class Epoch(NamedTuple):
    """Results of one pass over B batches of N samples in all."""

    losses: torch.Tensor  # mean loss of each batch (B,), on the device
    sizes: list  # batch sizes, B of them
    outputs: torch.Tensor | None  # (N, ...) with keep=True, else None
    targets: torch.Tensor | None  # (N, ...) with keep=True, else None


def train_step(model, x, y, loss_fn, optimizer):
    """Outputs (B, ...) and mean loss () of the batch x (B, ...), y, computed before one update of the parameters.

    The optimizer updates the parameters of `model` once, with the gradient of this loss alone. `loss_fn` is a function
    of (outputs, targets). Both results are tensors detached from the computation graph.
    """
    outputs = model(x)
    loss = loss_fn(outputs, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return outputs.detach(), loss.detach()


def train_epoch(model, batches, loss_fn, optimizer, keep=False, each=lambda: None):
    """`Epoch` of one pass in training mode, one step for each batch. It never synchronizes with the device.

    Args:
        model: a `torch.nn.Module`; it is left in training mode.
        batches: iterable of (x, y); batches on another device are moved to the model's.
        loss_fn: function of (outputs, targets) that returns the mean over the batch.
        optimizer: a torch optimizer of the model's parameters.
        keep: return outputs and targets too, for metrics.
        each: function without arguments, called after every batch.
    """
    model.train()
    device = device_of(model)
    losses, sizes = [], []
    all_outputs, all_targets = _Joined(), _Joined()
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        outputs, loss = train_step(model, x, y, loss_fn, optimizer)
        losses.append(loss)
        sizes.append(len(y))
        if keep:
            all_outputs.add(outputs)
            all_targets.add(y)
        each()
    return _epoch(losses, sizes, all_outputs, all_targets)


@torch.no_grad()
def evaluate(model, batches, loss_fn, keep=False):
    """`Epoch` of one pass in evaluation mode, without gradients and updates; arguments as for `train_epoch`."""
    model.eval()
    device = device_of(model)
    losses, sizes = [], []
    all_outputs, all_targets = _Joined(), _Joined()
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        outputs = model(x)
        losses.append(loss_fn(outputs, y))
        sizes.append(len(y))
        if keep:
            all_outputs.add(outputs)
            all_targets.add(y)
    return _epoch(losses, sizes, all_outputs, all_targets)


def _epoch(losses, sizes, all_outputs, all_targets):
    losses = torch.stack(losses) if losses else torch.empty(0)
    return Epoch(losses, sizes, all_outputs.tensor(), all_targets.tensor())


class _Joined:
    """Concatenates tensors along their first dimension, a hundred at a time: a list of thousands is slow."""

    def __init__(self):
        self._joined, self._single = [], []

    def add(self, tensor):
        self._single.append(tensor)
        if len(self._single) == 100:
            self._joined.append(torch.cat(self._single))
            self._single = []

    def tensor(self):
        """All tensors concatenated into one; None if there are none."""
        parts = self._joined + self._single
        return torch.cat(parts) if parts else None


@dataclasses.dataclass
class Run:
    """State of a training run, the argument of callbacks."""

    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    history: History  # of the epochs so far
    epoch: int = 0  # number of epochs completed
    stop: bool = False  # a callback sets it to True to end training


def fit(model, train, val=None, *, loss_fn, optimizer, epochs, scheduler=None, metrics=None, callbacks=(), resume=None,
        progress=True):
    """`History` of training `model` for `epochs` epochs on `train`, with an evaluation on `val` after each.

    Args:
        model: a `torch.nn.Module`; training or evaluation mode of each of its modules is restored at the end.
        train, val: iterables of (x, y) batches, such as `nnlab.batches.Batches` or torch's DataLoader.
        loss_fn: function of (outputs, targets) that returns the mean over the batch.
        optimizer: a torch optimizer of the parameters of `model`.
        epochs: total number of epochs, including those of a resumed run.
        scheduler: a learning rate scheduler of torch, stepped after every epoch.
        metrics: dictionary from name to function of (outputs, targets); each adds the columns `name` and `val_name`.
        callbacks: functions of the `Run`, called after every epoch.
        resume: path of a checkpoint, loaded if it exists and written after every epoch; a resumed run gives the same
            bits as an uninterrupted one.
        progress: show a progress bar.

    Ctrl-C or the stop button ends training. The history then holds the completed epochs; the model keeps all updates.

    Raises:
        ValueError: there are no batches; the optimizer holds another model's parameters; the checkpoint belongs to
            another model or optimizer; two samples do not fit model and loss (see `nnlab.preflight`).
        FloatingPointError: a loss is NaN or infinite; the message names epoch, batch and the usual causes.
    """
    run, metrics = Run(model, optimizer, History()), metrics or {}
    resume = Path(resume) if resume is not None else None
    modes = {module: module.training for module in model.modules()}
    steps = None
    try:
        preflight(model, train, val, loss_fn, optimizer)
        if resume is not None and resume.exists():
            state = checkpoint.restore_run(resume, model, optimizer, scheduler, train)
            run.epoch, run.stop, run.history = state["epoch"], state["stop"], History(state["history"])
        steps = bar((epochs - run.epoch) * len(train) if hasattr(train, "__len__") else None, "training", progress)
        while run.epoch < epochs and not run.stop:
            done = train_epoch(model, train, loss_fn, optimizer, keep=bool(metrics), each=steps.update)
            row = _row(done, metrics, "", run.epoch + 1)
            if val is not None:
                row |= _row(evaluate(model, val, loss_fn, keep=bool(metrics)), metrics, "val_", run.epoch + 1)
            if scheduler is not None:
                scheduler.step()
            run.epoch += 1
            run.history.add(row)
            for callback in callbacks:
                callback(run)
            if resume is not None:
                checkpoint.save_run(resume, run, scheduler, train)
    except KeyboardInterrupt:
        print(f"stopped in epoch {run.epoch + 1}; the history holds the {run.epoch} before it")
    finally:
        if steps is not None:
            steps.close()
        for module, training in modes.items():
            module.training = training
    return run.history


def _row(epoch, metrics, prefix, number):
    """Row of the history for one pass, a dictionary; the only place that synchronizes with the device."""
    if not epoch.sizes:
        raise ValueError(f"the {'validation' if prefix else 'training'} set has no batches in epoch {number}; "
                         "a generator serves only one pass: give Batches, a DataLoader or a list")
    if not bool(torch.isfinite(epoch.losses).all()):
        batch = int((~torch.isfinite(epoch.losses)).nonzero()[0, 0])
        raise FloatingPointError(
            f"the loss is {epoch.losses[batch].item()} in epoch {number}, batch {batch + 1} of {len(epoch.sizes)}. "
            "Usual causes: a learning rate that is too large (try a tenth of it), inputs that are not finite or not "
            "scaled, a logarithm or a square root of 0")
    sizes = torch.tensor(epoch.sizes, dtype=epoch.losses.dtype, device=epoch.losses.device)
    row = {f"{prefix}loss": ((epoch.losses * sizes).sum() / sizes.sum()).item()}
    return row | {prefix + name: float(metric(epoch.outputs, epoch.targets)) for name, metric in metrics.items()}
