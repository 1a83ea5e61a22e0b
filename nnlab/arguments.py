"""Checks of the arguments of `nnlab.train.fit`, before anything is computed."""

import inspect
import operator
import warnings

import torch
from torch.optim.lr_scheduler import OneCycleLR, ReduceLROnPlateau


def check_arguments(model, loss_fn, optimizer, epochs, metrics, callbacks, has_val):
    """Triple (epochs, metrics, callbacks), an int, a dictionary and a list, after checking all arguments of `fit`.

    Raises:
        ValueError: an argument has another type than `fit` documents, or the optimizer does not train the model.
    """
    for what, given, example in (("model", model, "MLP([784, 30, 10])"), ("loss_fn", loss_fn, "torch.nn.MSELoss()"),
                                 ("optimizer", optimizer, "torch.optim.SGD(model.parameters(), lr=0.1)")):
        if isinstance(given, type):
            raise ValueError(f"{what} is the class {given.__name__}; give an instance of it, as in {example}")
    if not isinstance(model, torch.nn.Module):
        raise ValueError(f"model is a {type(model).__name__}, not a torch.nn.Module")
    if not callable(loss_fn):
        raise ValueError(f"loss_fn is a {type(loss_fn).__name__}; give a function of (outputs, targets), as F.mse_loss")
    _check_optimizer(model, loss_fn, optimizer)
    try:
        count = operator.index(epochs)
    except TypeError:
        count = -1
    if count < 0:
        raise ValueError(f"epochs = {epochs!r}; give a whole number, 0 or more")
    metrics = _checked_metrics(metrics)
    try:
        callbacks = list(callbacks)
    except TypeError:
        raise ValueError("callbacks is not a list; give one, as in callbacks=[EarlyStopping()]") from None
    for callback in callbacks:
        if not callable(callback) or isinstance(callback, type):
            raise ValueError(f"{callback!r} in callbacks is not a function of the run; give an instance of a "
                             "class, as in EarlyStopping()")
    columns = ["loss", *metrics, *(f"val_{name}" for name in ("loss", *metrics) if has_val)]
    if callbacks and all(hasattr(callback, "monitor") for callback in callbacks):  # no other adds a column
        for callback in callbacks:
            if callback.monitor not in columns:
                listed = ", ".join(map(repr, columns))
                raise ValueError(f"the history has no {callback.monitor!r}; it has: {listed}")
    if "sum" in (getattr(loss_fn, "reduction", None), getattr(loss_fn, "keywords", {}).get("reduction")):
        warnings.warn('loss_fn sums over a batch (reduction="sum"): the gradient grows with the batch size, and the '
                      "history's loss is not a mean over samples", UserWarning, stacklevel=3)
    return count, metrics, callbacks


def _check_optimizer(model, loss_fn, optimizer):
    """Raise ValueError if the optimizer does not train `model`, or needs more than one forward pass in a step."""
    if not hasattr(optimizer, "param_groups"):
        raise ValueError(f"optimizer is a {type(optimizer).__name__}; give one of torch.optim, as in "
                         "torch.optim.SGD(model.parameters(), lr=0.1)")
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    if closure is not None and closure.default is inspect.Parameter.empty:
        raise ValueError(f"{type(optimizer).__name__} needs a closure, which computes the loss several times in one "
                         "step, and fit computes it once: use SGD or Adam, or write this loop by hand")
    own = {id(parameter): parameter for parameter in model.parameters()}
    held = {id(parameter): parameter for group in optimizer.param_groups for parameter in group["params"]}
    of_loss = {id(parameter) for parameter in loss_fn.parameters()} if isinstance(loss_fn, torch.nn.Module) else set()
    left_out = any(parameter.requires_grad for key, parameter in own.items() if key not in held)
    layers = [parameter for key, parameter in held.items() if key not in own.keys() | of_loss and parameter.numel() > 1]
    if not held.keys() & (own.keys() | of_loss) or left_out and layers:
        raise ValueError("the optimizer holds parameters that are not this model's, so training would not change the "
                         "model, or a part of it; create the optimizer after the model and its last change, as in "
                         "torch.optim.SGD(model.parameters(), lr=0.1)")


def _checked_metrics(metrics):
    """Metrics as a dictionary from name to function; {} for None."""
    if metrics is None:
        return {}
    if not isinstance(metrics, dict) or not all(map(callable, metrics.values())):
        raise ValueError(f'metrics = {metrics!r}; give a dictionary from names to functions, such as '
                         '{"accuracy": accuracy}')
    for name in metrics:
        if not isinstance(name, str) or name == "loss" or name.startswith("val_"):
            raise ValueError(f"a metric is called {name!r}; 'loss' and names with 'val_' are reserved for fit")
    return metrics


def check_schedule(scheduler, optimizer, schedule_every, resumes):
    """Whether the learning rate scheduler's `step` needs the loss as its argument, after checking the scheduler.

    Args:
        scheduler, optimizer, schedule_every: as for `fit`.
        resumes: whether the scheduler's state is to be kept in a checkpoint.

    Raises:
        ValueError: it is not a scheduler of this optimizer; `schedule_every` is unknown or does not fit it.
    """
    if schedule_every not in ("epoch", "batch"):
        raise ValueError(f'schedule_every = {schedule_every!r}; give "epoch" or "batch"')
    if scheduler is None:
        return False
    if isinstance(scheduler, type) or not callable(getattr(scheduler, "step", None)):
        raise ValueError(f"scheduler = {scheduler!r}; give an object of torch.optim.lr_scheduler, as in "
                         "StepLR(optimizer, 10), several of them in a ChainedScheduler or SequentialLR")
    if getattr(scheduler, "optimizer", optimizer) is not optimizer:
        raise ValueError("the scheduler changes the learning rate of another optimizer; create it with this one, as in "
                         "StepLR(optimizer, 10)")
    if resumes and not hasattr(scheduler, "state_dict"):
        raise ValueError(f"{type(scheduler).__name__} has no state_dict, which resuming needs; give it one, or leave "
                         "out resume")
    needs_loss = isinstance(scheduler, ReduceLROnPlateau) or any(
        given.default is given.empty and given.kind in (given.POSITIONAL_ONLY, given.POSITIONAL_OR_KEYWORD)
        for given in inspect.signature(scheduler.step).parameters.values())
    if needs_loss and schedule_every == "batch":
        raise ValueError(f'{type(scheduler).__name__} needs the loss of an epoch; give schedule_every="epoch"')
    if needs_loss and getattr(scheduler, "mode", "min") != "min":
        raise ValueError(f'{type(scheduler).__name__} monitors a loss, which is to be minimized; give mode="min", not '
                         f"{scheduler.mode!r}")
    return needs_loss


def check_steps(scheduler, done, schedule_every, epochs, batches):
    """Raise ValueError if a scheduler with a fixed number of steps has too few for `epochs` epochs of training.

    Args:
        scheduler, schedule_every: as for `fit`.
        done: number of its steps that a resumed run has made; None for a new run.
        epochs: number of epochs that are left.
        batches: number of batches in one; None where it is not known.

    Raises:
        ValueError: it has fewer, or they are counted in batches where `fit` makes one after every epoch.
    """
    if not isinstance(scheduler, OneCycleLR) or batches is None and schedule_every == "batch":
        return
    total, done = scheduler.total_steps, scheduler.last_epoch if done is None else done
    name, left = type(scheduler).__name__, total - done
    planned = epochs * batches if schedule_every == "batch" else epochs
    if planned > left:
        raise ValueError(f"{name} has {left} of its {total} steps left, and training makes {planned}, one after every "
                         f"{schedule_every}; give it total_steps={planned + done}"
                         + (', or schedule_every="epoch"' if left >= epochs else ""))
    if schedule_every == "epoch" and batches and batches > 1 and left == epochs * batches:
        raise ValueError(f'{name} has a step for each of {left} batches; give schedule_every="batch"')
