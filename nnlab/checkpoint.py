"""Checkpoints: save and load the state of a training run, so that a resumed run gives the same bits."""

import copy
import io
from pathlib import Path

import numpy as np
import torch

from nnlab.files import replacing
from nnlab.rng import restore_rng, rng_state

_EXECUTION = {"foreach", "fused", "capturable", "differentiable"}  # how an optimizer computes, not what


def save(path, state):
    """Write the dictionary `state` to the file `path`, atomically, after reading back what was written.

    Its values are tensors, numbers (NumPy's become Python's), strings, None, and lists and dictionaries of these.

    Raises:
        ValueError: a value is of another type; the message names its place. An older file `path` stays as it was.
    """
    state = _plain(state)
    with replacing(Path(path)) as part:
        try:
            torch.save(state, part)
            torch.load(part, map_location="cpu", weights_only=True)
        except Exception:
            if (bad := _unsavable(state)) is None:
                raise
            raise ValueError(f"a checkpoint cannot hold {bad}; give tensors, numbers, strings, lists and dictionaries "
                             "of these") from None


def load(path):
    """Dictionary in the checkpoint `path`, its tensors on the CPU; no code in the file is executed.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not a checkpoint, or is damaged, or is a folder.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder; give the path of a file in it, such as {path / 'run.pt'}")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"{path} is not a checkpoint or is damaged ({type(error).__name__}); "
                         "rename or remove it") from None
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds a {type(state).__name__}, not the dictionary of a checkpoint")
    return state


def recipe(optimizer, scheduler, schedule_every):
    """Dictionary of what a resumed run must have in common with its first part: kinds and hyperparameters."""
    names = [name for name in optimizer.defaults if name not in _EXECUTION]
    groups = [{name: group.get("initial_lr", group[name]) if name == "lr" else group[name] for name in names
               if name in group} for group in optimizer.param_groups]
    steps = "no scheduler" if scheduler is None else f"{type(scheduler).__name__} after every {schedule_every}"
    return {"optimizer": type(optimizer).__name__, "scheduler": steps, "groups": copy.deepcopy(groups)}


def save_run(path, run, scheduler, train, made_by):
    """Write to `path` the state on which the next epochs of `run` depend; `made_by` is its `recipe`.

    That is the parameters, the state of optimizer, scheduler and random generators, and the history.
    """
    order = getattr(train, "generator", None)
    save(path, {
        "epoch": run.epoch,
        "stop": run.stopped_by,
        "history": run.history.to_dict(),
        "recipe": made_by,
        "model": run.model.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "scheduler": scheduler.state_dict() if scheduler is not None else None,
        "order": order.get_state() if order is not None else None,
        "rng": rng_state(),
    })


def restore_run(path, model, optimizer, scheduler, train, made_by):
    """Dictionary with "epoch", "stop", "history" and "recipe" of the run in `path`; all arguments have its state.

    Raises:
        ValueError: the checkpoint belongs to another model, optimizer or scheduler, or to other hyperparameters, or is
            not a checkpoint; the model is then as it was.
    """
    state = load(path)
    before = copy.deepcopy(model.state_dict())
    try:
        _same_recipe(state, made_by)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        if scheduler is not None:
            scheduler.load_state_dict(state["scheduler"])
        if state["order"] is not None and getattr(train, "generator", None) is not None:
            train.generator.set_state(state["order"])
        restore_rng(state["rng"])
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        model.load_state_dict(before)
        first = f"it has no {error}" if isinstance(error, KeyError) else str(error).splitlines()[0]
        raise ValueError(f"{path} is a checkpoint of another model or optimizer: {first}. Give this run another path, "
                         "or remove the file to start anew") from None
    return state


def _same_recipe(state, now):
    """A ValueError that says how the recipe of the saved run differs from `now`."""
    then = state["recipe"]
    for part in ("optimizer", "scheduler"):
        if then[part] != now[part]:
            raise ValueError(f"its {part} is {then[part]}, this run's {now[part]}")
    for number, (first, current, given) in enumerate(zip(then["groups"], state["optimizer"]["param_groups"],
                                                         now["groups"], strict=False)):
        for name, value in given.items():
            if not _equal(value, first.get(name)) and not _equal(value, current.get(name)):
                group = f" of parameter group {number}" if len(now["groups"]) > 1 else ""
                raise ValueError(f"its {name}{group} is {first.get(name)}, this run's {value}")


def _equal(one, other):
    if isinstance(one, torch.Tensor) or isinstance(other, torch.Tensor):
        return torch.equal(torch.as_tensor(one).cpu(), torch.as_tensor(other).cpu())
    return list(one) == list(other) if isinstance(one, tuple | list) else one == other


def _plain(value):
    """`value` with NumPy's numbers in it, as keys too, turned into Python's; containers keep their types."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        pairs = [(_plain(key), _plain(part)) for key, part in value.items()]
        if all(key is old and part is value[old] for (key, part), old in zip(pairs, value, strict=True)):
            return value
        made = copy.copy(value)
        made.clear()
        for key, part in pairs:
            made[key] = part
        return made
    if type(value) in (list, tuple):
        return type(value)(map(_plain, value))
    return value


def _unsavable(value, at="state"):
    """Place and type of the first part of `value` that a checkpoint cannot hold; None where it can hold all."""
    buffer = io.BytesIO()
    try:
        torch.save(value, buffer)
        buffer.seek(0)
        torch.load(buffer, weights_only=True)
        return None
    except Exception:
        parts = dict(enumerate(value)) if isinstance(value, list | tuple) else value if isinstance(value, dict) else {}
        found = (_unsavable(part, f"{at}[{key!r}]") for key, part in parts.items())
        return next(filter(None, found), f"{at}, a {type(value).__name__}")
