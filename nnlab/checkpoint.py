"""Checkpoints: save and load the state of a training run, so that a resumed run gives the same bits."""

import torch

from nnlab.files import replacing


def save(path, state):
    """Write the dictionary `state` to the file `path`, atomically.

    Its values are tensors, numbers, strings, None, and lists and dictionaries of these.
    """
    with replacing(path) as part:
        torch.save(state, part)


def load(path):
    """Dictionary in the checkpoint `path`, its tensors on the CPU; no code in the file is executed.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not a checkpoint, or is damaged.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"{path} is not a checkpoint or is damaged ({type(error).__name__}); "
                         "rename or remove it") from None
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds a {type(state).__name__}, not the dictionary of a checkpoint")
    return state


def save_run(path, run, scheduler, train):
    """Write to `path` the state on which the next epochs of `run` depend.

    That is the parameters, the state of optimizer, scheduler and random generators, and the history.
    """
    order = getattr(train, "generator", None)
    save(path, {
        "epoch": run.epoch,
        "stop": run.stop,
        "history": run.history.to_dict(),
        "model": run.model.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "scheduler": scheduler.state_dict() if scheduler is not None else None,
        "order": order.get_state() if order is not None else None,
        "rng": rng_state(),
    })


def restore_run(path, model, optimizer, scheduler, train):
    """Dictionary with "epoch", "stop" and "history" of the run in `path`, after restoring the state in all arguments.

    Raises:
        ValueError: the checkpoint belongs to another model or optimizer, or is not a checkpoint.
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
        first = str(error).splitlines()[0]
        raise ValueError(f"{path} is a checkpoint of another model or optimizer: {first}") from None
    return state


def rng_state():
    """State of torch's global random generators: "cpu", a tensor, and "cuda", a list with a tensor for each device."""
    return {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []}


def restore_rng(state):
    """Set torch's global random generators to `state`, a result of `rng_state`."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
