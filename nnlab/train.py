"""Training: one step, one epoch, an evaluation, and `fit`, which repeats epochs and keeps the history."""

import dataclasses
from pathlib import Path

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from nnlab import checkpoint
from nnlab.arguments import check_arguments, check_schedule, check_steps
from nnlab.device import device_of
from nnlab.epoch import Epoch, Joined, row
from nnlab.history import History
from nnlab.preflight import count_of, preflight
from nnlab.progress import bar, reaches_caller


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
    all_outputs, all_targets = Joined(), Joined()
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
    all_outputs, all_targets = Joined(), Joined()
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
    losses = torch.stack(losses).reshape(len(losses)) if losses else torch.empty(0)
    return Epoch(losses, sizes, all_outputs.tensor(), all_targets.tensor())


@dataclasses.dataclass
class Run:
    """State of a training run, the argument of callbacks."""

    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    history: History  # of the epochs so far
    epoch: int = 0  # number of epochs completed
    stop: bool = False  # a callback sets it to True to end training
    stopped_by: str = ""  # the callback that did
    batch: int = 0  # number of batches completed in the epoch under way


def fit(model, train, val=None, *, loss_fn, optimizer, epochs, scheduler=None, schedule_every="epoch", metrics=None,
        callbacks=(), resume=None, progress=True):
    """`History` of training `model` for `epochs` epochs on `train`, with an evaluation on `val` after each.

    Args:
        model: a `torch.nn.Module`; training or evaluation mode of each of its modules is restored at the end.
        train, val: iterables of (x, y) batches, such as `nnlab.batches.Batches` or torch's DataLoader.
        loss_fn: function of (outputs, targets) that returns the mean over the batch.
        optimizer: a torch optimizer of the parameters of `model`, whose step needs no closure.
        epochs: total number of epochs, including those of a resumed run.
        scheduler: a learning rate scheduler of torch; ReduceLROnPlateau is given the loss of `val`, or else of `train`.
        schedule_every: "epoch" or "batch": when `scheduler` makes a step.
        metrics: dictionary from name to function of (outputs, targets); each adds the columns `name` and `val_name`.
        callbacks: functions of the `Run`, called after every epoch.
        resume: path of a checkpoint, loaded if it exists and written after every epoch; a resumed run gives the same
            bits as an uninterrupted one.
        progress: show a progress bar.

    Ctrl-C or the stop button ends training with a sentence that says where. The parameters keep all updates, the
    history holds the completed epochs. In a notebook `fit` then returns; a second time within a second, as in a loop
    over several calls, or outside a notebook, KeyboardInterrupt is raised.

    Raises:
        ValueError: an argument is not as documented, there are no batches, or a trial step fails (`nnlab.preflight`):
            nothing was trained; the checkpoint is of another model, optimizer or scheduler.
        FloatingPointError: a loss is NaN or infinite; the message names epoch, batch and the usual causes.
    """
    epochs, metrics, callbacks = check_arguments(model, loss_fn, optimizer, epochs, metrics, callbacks, val is not None)
    check_schedule(scheduler, optimizer, schedule_every)
    run, resume, total = Run(model, optimizer, History()), Path(resume) if resume is not None else None, count_of(train)
    modes = {module: module.training for module in model.modules()}
    first, steps, saved = None, None, 0
    by_batch = scheduler is not None and schedule_every == "batch"

    def each():
        run.batch += 1
        steps.update()
        if by_batch:
            scheduler.step()
    try:
        made_by = checkpoint.recipe(optimizer, scheduler, schedule_every)
        if resume is not None and resume.exists():
            made_by, saved = _resumed(run, resume, scheduler, train, made_by, epochs, callbacks), run.epoch
        if run.epoch < epochs and not run.stop:
            check_steps(scheduler, schedule_every, epochs - run.epoch, total)
            first = preflight(model, train, val, loss_fn)
        steps = bar((epochs - run.epoch) * total if total is not None else None, "training", progress)
        while run.epoch < epochs and not run.stop:
            done = train_epoch(model, first or train, loss_fn, optimizer, keep=bool(metrics), each=each)
            first, values = None, row(done, metrics, "", run.epoch + 1)
            if val is not None:
                values |= row(evaluate(model, val, loss_fn, keep=bool(metrics)), metrics, "val_", run.epoch + 1)
            if isinstance(scheduler, ReduceLROnPlateau):
                scheduler.step(values.get("val_loss", values["loss"]))
            elif scheduler is not None and not by_batch:
                scheduler.step()
            run.history.add(values)
            run.epoch, run.batch = run.epoch + 1, 0
            for callback in callbacks:
                callback(run)
                if run.stop and not run.stopped_by:
                    run.stopped_by = _named(callback)
            if resume is not None:
                checkpoint.save_run(resume, run, scheduler, train, made_by)
                saved = run.epoch
    except KeyboardInterrupt:
        of = f" of {total}" if total is not None else ""
        kept = f", {resume} holds {saved}" if resume is not None else ""
        print(f"stopped in epoch {run.epoch + 1}, after {run.batch}{of} batches: the parameters keep the updates of "
              f"this epoch, the history holds the {run.epoch} before it{kept}")
        if reaches_caller():
            raise
    finally:
        if steps is not None:
            steps.close()
        for module, training in modes.items():
            module.training = training
    return run.history


def _resumed(run, path, scheduler, train, made_by, epochs, callbacks):
    """Recipe of the run in the checkpoint `path`, after setting `run` to its state; says so if it has ended."""
    state = checkpoint.restore_run(path, run.model, run.optimizer, scheduler, train, made_by)
    run.epoch, run.history = state["epoch"], History(state["history"])
    stopped, ended = state["stop"], f"the run in {path} ended after epoch {run.epoch}"
    if run.epoch >= epochs:
        print(f"{ended}: nothing is left to train of epochs = {epochs}; give more, or remove the file to start anew")
    elif stopped in map(_named, callbacks):
        run.stop, run.stopped_by = True, stopped
        print(f"{ended}, stopped by {stopped}: nothing is trained; to go on, leave that out or let it wait longer")
    elif stopped:
        print(f"{ended}, stopped by {stopped}: it goes on without that")
    return state["recipe"]


def _named(callback):
    """Name of a function, or the repr of an object that has one of its own."""
    own = type(callback).__repr__ is not object.__repr__ and not hasattr(callback, "__qualname__")
    return repr(callback) if own else getattr(callback, "__qualname__", type(callback).__qualname__)
