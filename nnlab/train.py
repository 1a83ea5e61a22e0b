"""Training: one epoch, an evaluation, and `fit`, which repeats both and keeps the history."""

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
    """What one pass over the batches gave: losses (B,) on the device, batch sizes, and, where asked for, outputs and targets."""

    losses: torch.Tensor
    sizes: list
    outputs: torch.Tensor | None
    targets: torch.Tensor | None


def train_step(model, x, y, loss_fn, optimizer):
    """Outputs (B, ...) and mean loss (), two tensors, of the batch x (B, ...), y, whose slopes then change the weights once.

    Both come without the graph that made them (detached).
    """
    outputs = model(x)
    loss = loss_fn(outputs, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return outputs.detach(), loss.detach()


def train_epoch(model, batches, loss_fn, optimizer, keep=False, each=lambda: None):
    """`Epoch` of one pass in which every batch changes the weights once. Nothing in it waits for the device.

    Args:
        model: in training mode during the pass.
        batches: iterable of (x, y); batches that lie elsewhere are moved to the model's device.
        loss_fn: function of (outputs, targets), the mean over the batch.
        optimizer: holds the model's parameters.
        keep: keep outputs and targets too, for metrics.
        each: called after every batch.
    """
    model.train()
    device, losses, sizes, kept, named = device_of(model), [], [], _Joined(), _Joined()
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        outputs, loss = train_step(model, x, y, loss_fn, optimizer)
        losses.append(loss)
        sizes.append(len(y))
        if keep:
            kept.add(outputs)
            named.add(y)
        each()
    return _epoch(losses, sizes, kept, named)


@torch.no_grad()
def evaluate(model, batches, loss_fn, keep=False):
    """`Epoch` of one pass that changes nothing: evaluation mode, no gradients. The arguments are `train_epoch`'s."""
    model.eval()
    device, losses, sizes, kept, named = device_of(model), [], [], _Joined(), _Joined()
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        outputs = model(x)
        losses.append(loss_fn(outputs, y))
        sizes.append(len(y))
        if keep:
            kept.add(outputs)
            named.add(y)
    return _epoch(losses, sizes, kept, named)


def _epoch(losses, sizes, kept, named):
    return Epoch(torch.stack(losses) if losses else torch.empty(0), sizes, kept.tensor(), named.tensor())


class _Joined:
    """Collects tensors along their first dimension, joined a hundred at a time: thousands of small ones slow Python down."""

    def __init__(self):
        self._joined, self._single = [], []

    def add(self, tensor):
        self._single.append(tensor)
        if len(self._single) == 100:
            self._joined.append(torch.cat(self._single))
            self._single = []

    def tensor(self):
        """All of them in one tensor; None if there were none."""
        parts = self._joined + self._single
        return torch.cat(parts) if parts else None


@dataclasses.dataclass
class Run:
    """What a callback sees: the model, its optimizer, the history so far, the epoch just ended (from 1); `stop` ends training."""

    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    history: History
    epoch: int = 0
    stop: bool = False


def fit(model, train, val=None, *, loss_fn, optimizer, epochs, scheduler=None, metrics=None, callbacks=(), resume=None,
        progress=True):
    """`History` of training `model` for `epochs` passes over `train`, evaluated on `val` after each.

    Args:
        model: a `torch.nn.Module`; its modes are left as found.
        train, val: iterables of (x, y) batches, such as `nnlab.batches.Batches` or torch's DataLoader.
        loss_fn: function of (outputs, targets) that returns the mean over the batch.
        optimizer: a torch optimizer that holds parameters of `model`.
        epochs: passes in all, those of a resumed run counted in.
        scheduler: one of torch's, stepped after every epoch.
        metrics: dictionary from name to function of (outputs, targets); each gives the columns `name` and `val_name`.
        callbacks: functions of the `Run`, called after every epoch.
        resume: path of a checkpoint: read if it is there, written after every epoch; training goes on to the same bits.
        progress: show a bar that moves with the batches.

    Ctrl-C or the stop button ends training after the last whole epoch: model and history are returned as they are then.

    Raises:
        ValueError: there are no batches; the optimizer holds another model's parameters; the checkpoint is of another kind.
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
    """Numbers of one pass for the history; the one place where the device is waited for."""
    if not epoch.sizes:
        raise ValueError(f"the {'validation' if prefix else 'training'} batches ended at once in epoch {number}; "
                         "a generator serves only one pass: give Batches, a DataLoader or a list")
    if not bool(torch.isfinite(epoch.losses).all()):
        batch = int((~torch.isfinite(epoch.losses)).nonzero()[0, 0])
        raise FloatingPointError(
            f"the loss is {epoch.losses[batch].item()} in epoch {number}, batch {batch + 1} of {len(epoch.sizes)}. Usual causes: "
            "a learning rate that is too large (try a tenth of it), inputs that are not finite or not scaled, a logarithm or a "
            "root of 0")
    sizes = torch.tensor(epoch.sizes, dtype=epoch.losses.dtype, device=epoch.losses.device)
    row = {f"{prefix}loss": ((epoch.losses * sizes).sum() / sizes.sum()).item()}
    return row | {prefix + name: float(metric(epoch.outputs, epoch.targets)) for name, metric in metrics.items()}
