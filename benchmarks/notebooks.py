"""Time of every notebook, run unchanged from first to last cell, in units of a fixed training loop.

    python benchmarks/notebooks.py [week02a ...]     part of `make bench`

The unit is the time of `calibration` on this machine, about a second on the two cores of the machines that the course
is built on, so that ratios of different machines can be compared. A notebook should need at most BOUND units.
"""

import statistics
import sys
import time

import torch
import torch.nn.functional as F

from nnlab.batches import Batches
from nnlab.course.execute import execute
from nnlab.course.notebooks import paths, read
from nnlab.device import describe
from nnlab.models import MLP
from nnlab.train import train_epoch

BOUND = 30


def calibration():
    """Median seconds of three trainings on one thread: 784-30-10, 10,000 random images, batch size 25, 15 epochs."""
    generator = torch.Generator().manual_seed(0)
    x, y = torch.rand(10_000, 784, generator=generator), torch.randint(10, (10_000,), generator=generator)
    times, threads = [], torch.get_num_threads()
    torch.set_num_threads(1)  # with two threads other processes would change the time
    for _ in range(3):
        model = MLP([784, 30, 10])
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        start = time.perf_counter()
        for _ in range(15):
            train_epoch(model, Batches(x, y, 25), F.cross_entropy, optimizer)
        times.append(time.perf_counter() - start)
    torch.set_num_threads(threads)
    return statistics.median(times)


def main(names):
    """Print a row for each of the notebooks called `names` (all without); returns how many exceed the bound."""
    unit, exceeded = calibration(), 0
    chosen = paths(names)
    width = max(len(path.stem) for path in chosen)
    print(f"{describe()}; one unit is {unit:.2f} s\n\n{'notebook':<{width}}  seconds  units  bound")
    for path in chosen:
        start = time.perf_counter()
        execute(read(path), path.name)
        seconds = time.perf_counter() - start
        units = seconds / unit
        exceeded += units > BOUND
        print(f"{path.stem:<{width}}  {seconds:7.1f}  {units:5.1f}  {BOUND}{'  exceeded' * (units > BOUND)}")
    return exceeded


if __name__ == "__main__":
    main(sys.argv[1:])
