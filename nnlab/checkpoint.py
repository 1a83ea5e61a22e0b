"""Save and load the state of a training run, whole or not at all, and to the same bits."""

import torch

from nnlab.files import replacing


def save(path, state):
    """Write the dictionary `state` (tensors, numbers, strings, lists and dictionaries of them) to the file `path`, atomically."""
    with replacing(path) as part:
        torch.save(state, part)


def load(path):
    """The dictionary in the file `path`, its tensors on the CPU; nothing in the file is executed.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no checkpoint, or damaged.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"{path} is no checkpoint or is damaged ({type(error).__name__}); rename or remove it") from None
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds a {type(state).__name__}, not the dictionary of a checkpoint")
    return state


def save_run(path, run, scheduler, train):
    """Write to `path` all that the next epochs of `run` depend on: weights, optimizer, scheduler, order, generators, history."""
    order = getattr(train, "generator", None)
    save(path, {"epoch": run.epoch, "stop": run.stop, "history": run.history.to_dict(), "model": run.model.state_dict(),
                "optimizer": run.optimizer.state_dict(), "scheduler": scheduler.state_dict() if scheduler is not None else None,
                "order": order.get_state() if order is not None else None, "rng": rng_state()})


def restore_run(path, model, optimizer, scheduler, train):
    """Bring everything back to what `save_run` wrote to `path`; returns the rest: "epoch", "stop", "history".

    Raises:
        ValueError: the checkpoint is of another model or optimizer, or is none.
    """
    state = load(path)
    try:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        if scheduler is not None and state["scheduler"] is not None:
            scheduler.load_state_dict(state["scheduler"])
        if state["order"] is not None and getattr(train, "generator", None) is not None:
            train.generator.set_state(state["order"])
        restore_rng(state["rng"])
    except (KeyError, RuntimeError, ValueError) as error:
        raise ValueError(f"{path} is a checkpoint of another model or optimizer: {str(error).splitlines()[0]}") from None
    return state


def rng_state():
    """State of torch's own random generators, on the CPU and on every CUDA device."""
    return {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []}


def restore_rng(state):
    """Bring torch's random generators back to `state`, as `rng_state` returned it."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
