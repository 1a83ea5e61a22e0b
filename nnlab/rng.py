"""States of the random generators of torch, NumPy and Python: read, set, and restored."""

import contextlib
import random

import numpy as np
import torch


def rng_state():
    """State of the global random generators, a dictionary of plain values and tensors that a checkpoint can hold.

    Its keys are "cpu", a tensor; "cuda", a list with a tensor for each device; "python" and "numpy".
    """
    kind, key, position, has_gauss, gauss = np.random.get_state()
    return {"cpu": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
            "python": random.getstate(),
            "numpy": (str(kind), key.tolist(), int(position), int(has_gauss), float(gauss))}


def restore_rng(state):
    """Set the global random generators to `state`, a result of `rng_state`; a part that it lacks stays as it is."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
    if "python" in state:
        version, words, gauss = state["python"]
        random.setstate((version, tuple(words), gauss))
    if "numpy" in state:
        kind, key, *rest = state["numpy"]
        np.random.set_state((kind, np.array(key, dtype=np.uint32), *rest))


def remember(batches=None):
    """Function that restores the present states of the global random generators and of those of `batches`."""
    before, own = rng_state(), [(generator, generator.get_state()) for generator in generators(batches)]

    def restore():
        restore_rng(before)
        for generator, state in own:
            generator.set_state(state)
    return restore


@contextlib.contextmanager
def rng_unchanged(batches=None):
    """Context manager that restores the global random generators, and those of the iterable `batches`, at its end."""
    restore = remember(batches)
    try:
        yield
    finally:
        restore()


def generators(batches):
    """List of the random generators of `batches`: its own, its transform's, those of a DataLoader's samplers."""
    by_batch = getattr(batches, "batch_sampler", None)
    holders = batches, getattr(batches, "sampler", None), by_batch, getattr(by_batch, "sampler", None)
    found = [*(getattr(holder, "generator", None) for holder in holders), getattr(batches, "draws", None)]
    return list({id(one): one for one in found if isinstance(one, torch.Generator)}.values())
