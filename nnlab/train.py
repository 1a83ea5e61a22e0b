"""Training: one step, one epoch, an evaluation, and `fit`, which trains for several epochs and records the history."""

import torch

from nnlab.arguments import check_arguments, check_schedule, check_steps
from nnlab.device import device_of
from nnlab.epoch import Epoch, Joined, row
from nnlab.history import History
from nnlab.preflight import Watched, explained, preflight
from nnlab.progress import bar, reaches_caller
from nnlab.resume import name_of, recipe, restore_run, resume_run, state_of, try_out
from nnlab.rng import generators
from nnlab.run import Run
from nnlab.samples import count_of
from nnlab.saving import Saved


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
    """`Epoch` of one pass in training mode, with one update for each batch. It never synchronizes with the device.

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
        del x, y, outputs  # so that the next batch can use their memory
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


def fit(model, train, val=None, *, loss_fn, optimizer, epochs, scheduler=None, schedule_every="epoch", metrics=None,
        callbacks=(), resume=None, backup=None, backup_every=1, progress=True):
    """`History` of training `model` for `epochs` epochs on `train`, with an evaluation on `val` after each.

    Args:
        model: a `torch.nn.Module`; training or evaluation mode of each of its modules is restored at the end.
        train, val: iterables of (x, y) batches, such as `nnlab.batches.Batches` or torch's DataLoader; x and y are
            tensors with the samples along their first dimension.
        loss_fn: function of (outputs, targets) that returns the mean over the batch.
        optimizer: a torch optimizer of the parameters of `model`, whose step needs no closure.
        epochs: total number of epochs, including those of a resumed run.
        scheduler: a learning rate scheduler of torch; ReduceLROnPlateau is given the loss of `val`, or else of `train`.
        schedule_every: "epoch" or "batch": when `scheduler` makes a step.
        metrics: dictionary from name to function of (outputs, targets); each adds the columns `name` and `val_name`.
        callbacks: functions of the `Run`, called after every epoch.
        resume: path of a checkpoint, loaded if it exists and written after every epoch; a resumed run gives the same
            bits as an uninterrupted one, also when its process was killed.
        backup: path or folder of a copy of the checkpoint on another disk, as "/content/drive/MyDrive"; a run whose
            checkpoint is gone continues from it, and one that loses this disk goes on with a warning.
        backup_every: number of epochs between two copies.
        progress: show a progress bar.

    Ctrl-C or the stop button ends training and prints at which epoch and batch. The parameters keep all updates, the
    history holds the completed epochs. In a notebook `fit` then returns; a second time within a second, as in a loop
    over several calls, or outside a notebook, KeyboardInterrupt is raised.

    Raises:
        ValueError: an argument is not as documented, there are no batches, a trial step fails (`nnlab.preflight`), or
            the checkpoint is damaged, or of another model, optimizer or scheduler: nothing was trained, and the
            message names the last good one. Or a later batch fails: the message names it.
        torch.OutOfMemoryError: a batch needs more memory than there is; the message proposes half of its size.
        OSError: the checkpoint cannot be written.
        FloatingPointError: a loss is NaN or infinite; the message names epoch, batch and the usual causes.
    """
    epochs, metrics, callbacks = check_arguments(model, loss_fn, optimizer, epochs, metrics, callbacks, val is not None)
    needs_loss = check_schedule(scheduler, optimizer, schedule_every, resume is not None)
    run, total, orders = Run(model, optimizer, History()), count_of(train), [*generators(train), *generators(val)]
    saved = Saved(resume, backup, backup_every)
    modes = {module: module.training for module in model.modules()}
    names, by_batch = [name_of(callback) for callback in callbacks], scheduler is not None and schedule_every == "batch"
    first = steps = state = made_by = None

    def each():
        run.batch += 1
        steps.update()
        if by_batch:
            scheduler.step()
    try:
        if resume is not None:
            made_by = recipe(saved.path, optimizer, scheduler, schedule_every)
            if (source := saved.source()) is not None:
                state = resume_run(run, source, saved, made_by, epochs, names)
                saved.epoch = run.epoch
        if run.epoch < epochs and not run.stop:
            left, start = epochs - run.epoch, (state or {}).get("scheduler") or {}
            check_steps(scheduler, start.get("last_epoch"), schedule_every, left, total)
            if resume is not None:
                try_out(saved.path, state_of(run, scheduler, orders, made_by))
            first = preflight(model, train, val, loss_fn, metrics, several=left * (total or 2) > 1)
        if state is not None:
            restore_run(source, state, model, optimizer, scheduler, orders)
            first = first if hasattr(train, "__next__") else None  # else iterate again, in the order of the checkpoint
        steps = bar((epochs - run.epoch) * total if total is not None else None, "training", progress)
        while run.epoch < epochs and not run.stop:
            number, watched = run.epoch + 1, Watched(first or train)
            with explained(watched, model, loss_fn, "train", number):
                done = train_epoch(model, watched, loss_fn, optimizer, keep=bool(metrics), each=each)
            first, values = None, row(done, metrics, "", number)
            if val is not None:
                watched = Watched(val)
                with explained(watched, model, loss_fn, "val", number):
                    done = evaluate(model, watched, loss_fn, keep=bool(metrics))
                values |= row(done, metrics, "val_", number)
            if scheduler is not None and not by_batch:
                scheduler.step(values.get("val_loss", values["loss"])) if needs_loss else scheduler.step()
            run.history.begin(values)
            run.epoch, run.batch = number, 0
            for callback, name in zip(callbacks, names, strict=True):
                callback(run)
                if run.stop and not run.stopped_by:
                    run.stopped_by = name
            if resume is not None:
                saved.save(state_of(run, scheduler, orders, made_by))
    except KeyboardInterrupt:
        print(run.where(total) + (f", {saved.path} holds {saved.epoch}" if resume is not None else ""))
        if reaches_caller():
            raise
    finally:
        saved.copy()
        if steps is not None:
            steps.close()
        for module, training in modes.items():
            module.training = training
    return run.history
