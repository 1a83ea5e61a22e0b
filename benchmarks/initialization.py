"""Initialization: torch's default against He's, ReLU networks of two and ten hidden layers on Fashion-MNIST.

    python benchmarks/initialization.py

Writes benchmarks/initialization.json, the table of week 6b: for each network, optimizer and initialization the mean
training loss of every epoch and the test accuracy, one run a seed. 10,000 training images, standardized; 64 units in
each hidden layer; batches of 100.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

from nnlab.batches import Batches
from nnlab.data import load
from nnlab.device import describe
from nnlab.exercises.week06b import he_initialize_
from nnlab.models import network
from nnlab.train import fit

PATH = Path(__file__).with_suffix(".json")
ROWS = (  # hidden layers, optimizer, initialization, epochs, number of seeds
    (10, "SGD", "default", 12, 3),
    (10, "Adam", "default", 8, 5),
    (10, "Adam", "He", 8, 5),
    (2, "SGD", "default", 2, 5),
    (2, "SGD", "He", 2, 5),
)
OPTIMIZERS = {"SGD": lambda parameters: torch.optim.SGD(parameters, lr=0.03),
              "Adam": lambda parameters: torch.optim.Adam(parameters, lr=1e-3)}


def initialized(depth, initialization, seed):
    """`depth` hidden layers of 64 units and 10 outputs, with torch's default initialization or He's."""
    torch.manual_seed(seed)
    model = network(784, *[64] * depth, 10)
    return he_initialize_(model, torch.Generator().manual_seed(seed)) if initialization == "He" else model


def run(data, depth, optimizer, initialization, epochs, seed):
    """Losses of the epochs, a list, and the test accuracy."""
    mean, std = data.x_train.mean(), data.x_train.std()
    model = initialized(depth, initialization, seed)
    batches = Batches((data.x_train[:10_000] - mean) / std, data.y_train[:10_000], 100, shuffle=True, seed=seed)
    history = fit(model, batches, loss_fn=F.cross_entropy, optimizer=OPTIMIZERS[optimizer](model.parameters()),
                  epochs=epochs, progress=False)
    with torch.no_grad():
        right = model((data.x_test - mean) / std).argmax(1) == data.y_test
    return history["loss"], right.float().mean().item()


def main():
    """Train each row and write the report."""
    torch.set_num_threads(1)
    data, rows = load("fashion_mnist"), []
    for depth, optimizer, initialization, epochs, seeds in ROWS:
        runs = [run(data, depth, optimizer, initialization, epochs, seed) for seed in range(seeds)]
        rows.append({"hidden layers": depth, "optimizer": optimizer, "initialization": initialization,
                     "losses": [[round(loss, 4) for loss in losses] for losses, _ in runs],
                     "test accuracies": [round(accuracy, 4) for _, accuracy in runs]})
        finals = [losses[-1] for losses, _ in runs]
        print(f"{depth} layers, {optimizer}, {initialization}: loss {min(finals):.3f} to {max(finals):.3f}, accuracy "
              f"{min(a for _, a in runs):.3f} to {max(a for _, a in runs):.3f}", flush=True)
    PATH.write_text(json.dumps({"machine": describe(), "data": "Fashion-MNIST", "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
