"""Choose a device (CPU or GPU), seed the random generators, describe the machine."""

import os
import platform
import random

import numpy as np
import torch


def best_device():
    """Fastest available `torch.device`: a CUDA GPU, else Apple's GPU (MPS), else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def device_of(model):
    """`torch.device` of the first parameter of `model`; the CPU for a model without parameters."""
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device


def seed_everything(seed):
    """The int `seed`, after seeding the random generators of Python, NumPy and torch (on every device) with it."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return seed


def describe():
    """One line that describes the machine and versions: processor, cores, GPU, Python and torch."""
    parts = [f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads"]
    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_properties(0)
        parts.append(f"{gpu.name} with {gpu.total_memory / 2**30:.0f} GiB")
    parts.append(f"Python {platform.python_version()}, torch {torch.__version__}")
    return "; ".join(parts)
