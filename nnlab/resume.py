"""Resuming a training run: its state in a checkpoint, and whether another start of it is the same run."""

import copy
import weakref
from pathlib import Path

import torch

from nnlab.checkpoint import load, save
from nnlab.history import History
from nnlab.rng import restore_rng, rng_state

_ANEW = "give this run another path, or remove the file to start anew"
_NO_HYPERPARAMETERS = {"params", "param_names", "initial_lr", "foreach", "fused", "capturable", "differentiable"}
_recipes = weakref.WeakKeyDictionary()  # of optimizers, by path and scheduler


def recipe(path, optimizer, scheduler, schedule_every):
    """Dictionary of what both parts of the run at `path` must have in common: kinds, hyperparameters, the schedule.

    Objects that have begun a run at `path` keep its recipe, because training changes what can be read off them.
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
    """Dictionary of the state on which the next epochs of `run` depend.

    That is the parameters, the state of optimizer, scheduler and random generators, and the history.

    Args:
        run: a `nnlab.train.Run`.
        scheduler: its learning rate scheduler, or None.
        orders: list of the generators that the batches draw their order from.
        made_by: its `recipe`.
    """
    return {
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
    """Check that the dictionary `state` can be written beside `path`, before a training that would be lost.

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
        ValueError: it has another optimizer or scheduler, or other hyperparameters, or is not the checkpoint of a run.
    """
    state = load(path)
    try:
        why = _other(state["recipe"], made_by)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a checkpoint of fit ({type(error).__name__}: {error}); {_ANEW}") from None
    if why:
        raise ValueError(f"{path} is a checkpoint of another model or optimizer: {why}; {_ANEW}")
    return state


def restore_run(path, state, model, optimizer, scheduler, orders):
    """Give model, optimizer, scheduler, the generators in `orders` and the global ones the `state` of `load_run`.

    Raises:
        ValueError: it is another model's; the model is then as it was.
    """
    before = copy.deepcopy(model.state_dict())
    try:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        model.load_state_dict(before)
        why = (str(error).splitlines()[1:2] or [str(error)])[0].strip().rstrip(".")  # torch's first line is a heading
        raise ValueError(f"{path} is a checkpoint of another model or optimizer: {why}; {_ANEW}") from None
    if scheduler is not None:
        scheduler.load_state_dict(state["scheduler"])
    if len(orders) == len(state["orders"]):
        for generator, order in zip(orders, state["orders"], strict=True):
            generator.set_state(order)
    restore_rng(state["rng"])


def _other(then, now):
    """How the recipe of the saved run, `then`, differs from `now`, a clause; "" where it does not."""
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


def resume_run(run, path, made_by, epochs, names):
    """State of the run in the checkpoint `path`, after setting epoch and history of `run`; says so if it has ended."""
    state = _load_run(path, made_by)
    run.epoch, run.history = state["epoch"], History(state["history"])
    stopped, ended = state["stop"], f"the run in {path} ended after epoch {run.epoch}"
    if run.epoch >= epochs:
        print(f"{ended}: nothing is left to train of epochs = {epochs}; give more, or remove the file to start anew")
    elif stopped in names:
        run.stop, run.stopped_by = True, stopped
        print(f"{ended}, stopped by {stopped}: nothing is trained; to go on, leave that out or let it wait longer")
    elif stopped:
        print(f"{ended}, stopped by {stopped}: it goes on without that")
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
