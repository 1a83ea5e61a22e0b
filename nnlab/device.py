"""Choose a device, seed everything, describe the machine."""

import os
import platform
import random

import numpy as np
import torch


def best_device():
    """The fastest device here, a `torch.device`: a CUDA GPU, else Apple's GPU, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def device_of(model):
    """The `torch.device` on which the first parameter of `model` lies; the CPU for a model without parameters."""
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device


def seed_everything(seed):
    """Seed the generators of Python, NumPy and torch (on every device) with the whole number `seed`; returns it."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return seed


def describe():
    """One line on what runs here: processor, cores and GPU, Python and torch, for the caption of a measurement."""
    parts = [f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads"]
    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_properties(0)
        parts.append(f"{gpu.name} with {gpu.total_memory / 2**30:.0f} GiB")
    parts.append(f"Python {platform.python_version()}, torch {torch.__version__}")
    return "; ".join(parts)
