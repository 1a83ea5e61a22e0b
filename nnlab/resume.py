"""Resuming a training run: its state in a checkpoint, and a check that a new call of `fit` continues the same run."""

import copy
import weakref
from pathlib import Path

import torch

from nnlab.checkpoint import load, save
from nnlab.history import History
from nnlab.rng import restore_rng, rng_state

FORMAT = 1  # of the state in a checkpoint; a number that rises when older versions of this file cannot read it
_ADVICE = "give this run another path, or remove the file to start again"
_NO_HYPERPARAMETERS = {"params", "param_names", "initial_lr", "foreach", "fused", "capturable", "differentiable"}
_recipes = weakref.WeakKeyDictionary()  # of optimizers, by path and scheduler


def recipe(path, optimizer, scheduler, schedule_every):
    """Dictionary of what a resumed run must share with the run at `path`: classes, hyperparameters, the schedule.

    It is computed once for an optimizer and scheduler, because training changes their hyperparameters.
    """
    known = _recipes.setdefault(optimizer, {})
    key = str(Path(path).absolute()), id(scheduler)
    if key not in known:
        groups = [{name: group.get("initial_lr", value) if name == "lr" else value for name, value in group.items()
                   if name not in _NO_HYPERPARAMETERS} for group in optimizer.param_groups]
        steps = "no scheduler" if scheduler is None else f"{type(scheduler).__name__} after every {schedule_every}"
        schedule = {} if scheduler is None else scheduler.state_dict()
        known[key] = copy.deepcopy({"optimizer": type(optimizer).__name__, "scheduler": steps, "groups": groups,
                                    "schedule": schedule})
    return known[key]


def state_of(run, scheduler, orders, made_by):
    """Dictionary of the state of `run` for a checkpoint: all on which its next epochs depend.

    These are the parameters, the state of optimizer, scheduler and random generators, and the history.

    Args:
        run: a `nnlab.train.Run`.
        scheduler: its learning rate scheduler, or None.
        orders: list of the random generators that draw the order of the samples.
        made_by: its `recipe`.
    """
    return {
        "format": FORMAT,
        "epoch": run.epoch,
        "stop": run.stopped_by,
        "history": run.history.to_dict(),
        "recipe": made_by,
        "model": run.model.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "scheduler": scheduler.state_dict() if scheduler is not None else None,
        "orders": [generator.get_state() for generator in orders],
        "rng": rng_state(),
    }


def try_out(path, state):
    """Check before training that the dictionary `state` can be written beside `path`.

    Raises:
        ValueError: it holds what a checkpoint cannot hold.
        OSError: nothing can be written there.
    """
    trial = path.with_name(path.name + ".trial")
    save(trial, state)
    trial.unlink()


def _load_run(path, made_by):
    """Dictionary of the run in the checkpoint `path`, from `state_of`, made by the same recipe as `made_by`.

    Raises:
        ValueError: it has another optimizer or scheduler, or other hyperparameters, or is not the checkpoint of a run,
            or of a newer version.
    """
    state = load(path)
    if (written := state.get("format", 0)) not in range(FORMAT + 1):
        raise ValueError(f"{path} has format {written!r} and was written by a newer version of nnlab; this one reads "
                         f"formats up to {FORMAT}: update nnlab, or give this run another path")
    try:
        why = _difference(state["recipe"], made_by)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a checkpoint of fit ({type(error).__name__}: {error}); {_ADVICE}") from None
    if why:
        raise ValueError(f"{path} is a checkpoint of another model or optimizer: {why}; {_ADVICE}")
    return state


def restore_run(path, state, model, optimizer, scheduler, orders):
    """Load `state`, from `resume_run`, into model, optimizer, scheduler, the generators `orders` and the global ones.

    Raises:
        ValueError: it is the state of another model; `model` is then unchanged.
    """
    before = copy.deepcopy(model.state_dict())
    try:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        model.load_state_dict(before)
        why = (str(error).splitlines()[1:2] or [str(error)])[0].strip().rstrip(".")  # torch's first line is a heading
        raise ValueError(f"{path} is a checkpoint of another model or optimizer: {why}; {_ADVICE}") from None
    if scheduler is not None:
        scheduler.load_state_dict(state["scheduler"])
    if len(orders) == len(state["orders"]):
        for generator, order in zip(orders, state["orders"], strict=True):
            generator.set_state(order)
    restore_rng(state["rng"])


def _difference(then, now):
    """Clause on the first difference between two recipes, `then` of the saved run and `now`; "" if they are equal."""
    for part in ("optimizer", "scheduler"):
        if then[part] != now[part]:
            return f"its {part} is {then[part]}, this run's {now[part]}"
    pairs = [(f" of parameter group {number}" if len(now["groups"]) > 1 else "", *both)
             for number, both in enumerate(zip(then["groups"], now["groups"], strict=False))]
    for where, first, given in [*pairs, (" (of the scheduler)", then["schedule"], now["schedule"])]:
        for name in sorted(first.keys() | given.keys(), key=lambda name: (name[0] == "_", name)):
            if not _equal(first.get(name), given.get(name)):
                return f"its {name}{where} is {first.get(name)}, this run's {given.get(name)}"
    return ""


def _equal(one, other):
    """Whether two values of a recipe are equal, also where one was saved and its tuples, keys or numbers are plain."""
    one, other = (value.tolist() if isinstance(value, torch.Tensor) else value for value in (one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return one is other or bool(one == other)


def resume_run(run, path, saved, made_by, epochs, names):
    """State of the run in the checkpoint `path`, after setting epoch and history of `run`; says so if it is over.

    Raises:
        ValueError: the checkpoint cannot be used; the message names the last one of `saved` that can be.
    """
    try:
        state = _load_run(path, made_by)
    except ValueError as error:
        good = saved.last_good(path, lambda other: _load_run(other, made_by))
        raise ValueError(f"{error}{good}") from None
    run.epoch, run.history = state["epoch"], History(state["history"])
    stopped, ended = state["stop"], f"the run in {path} ended after epoch {run.epoch}"
    if run.epoch >= epochs:
        print(f"{ended}: nothing is left to train of epochs = {epochs}; give more, or remove the file to start again")
    elif stopped in names:
        run.stop, run.stopped_by = True, stopped
        print(f"{ended}, stopped by {stopped}: nothing is trained; to continue, leave out this callback or "
              "increase its patience")
    elif stopped:
        print(f"{ended}, stopped by {stopped}: it continues without this callback")
    return state


def name_of(callback):
    """A function's name; the repr of an object, or else its class and attributes."""
    if hasattr(callback, "__qualname__"):
        return callback.__qualname__
    if type(callback).__repr__ is not object.__repr__:
        return repr(callback)
    simple = {name: value for name, value in getattr(callback, "__dict__", {}).items()
              if isinstance(value, int | float | str | None)}
    return f"{type(callback).__qualname__}({', '.join(f'{name}={value!r}' for name, value in simple.items())})"
