"""Records week 4e's larger comparison of optimizers: the same budget for each, tuned by validation, tested once.

    OMP_NUM_THREADS=1 python benchmarks/optimizers.py      writes benchmarks/optimizers.json, about 8 minutes

Seven optimizers train a network 196-32-10 on 50,000 images of Fashion-MNIST, averaged down to 14 × 14 pixels, in
batches of 128 for three epochs, with nine learning rates and five seeds each; all other hyperparameters are torch's
defaults. The other 10,000 training images are for validation. The networks of the five seeds are trained together, as
stacked parameters: these optimizers work element by element, so that each network is a run of its own, with its own
initialization and its own order of the images. `error` is the standard error of the mean over the seeds.
"""

import datetime
import json
import math
import sys
import time
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F

from nnlab.data import load
from nnlab.device import describe
from nnlab.models import MLP

PATH = Path(__file__).with_suffix(".json")
SIZES, EPOCHS, BATCH, SEEDS = [196, 32, 10], 3, 128, 5
RATES = [10 ** (k / 2) for k in range(-8, 1)]
momentum = partial(torch.optim.SGD, momentum=0.9)
OPTIMIZERS = {"SGD": torch.optim.SGD, "momentum": momentum, "Nesterov": partial(momentum, nesterov=True),
              "AdaGrad": torch.optim.Adagrad, "RMSProp": torch.optim.RMSprop, "Adam": torch.optim.Adam,
              "AdamW": torch.optim.AdamW}


def initial(seeds):
    """Stacked parameters [W, b, ...] of the networks of `seeds`: W (R, n, m), b (R, 1, m)."""
    networks = []
    for seed in seeds:
        torch.manual_seed(seed)
        networks.append(MLP(SIZES).layers)
    parameters = []
    for layers in zip(*networks, strict=True):
        parameters.append(torch.stack([layer.weight.detach().T for layer in layers]).requires_grad_())
        parameters.append(torch.zeros(len(networks), 1, layers[0].out_features, requires_grad=True))
    return parameters


def outputs_of(parameters, x):
    """Outputs (R, N, C) for the images x, (N, F) or (R, N, F)."""
    for k in range(0, len(parameters), 2):
        x = x @ parameters[k] + parameters[k + 1]
        x = x.relu() if k < len(parameters) - 2 else x
    return x


def train(make_optimizer, lr, x, y, seeds):
    """Stacked parameters after training with the learning rate `lr`."""
    parameters = initial(seeds)
    optimizer = make_optimizer(parameters, lr=lr)
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    for _ in range(EPOCHS):
        order = torch.stack([torch.randperm(len(x), generator=generator) for generator in generators])
        for batch in order.split(BATCH, dim=1):
            outputs = outputs_of(parameters, x[batch])
            losses = F.cross_entropy(outputs.flatten(0, 1), y[batch].flatten(), reduction="none")
            loss = losses.view(batch.shape).mean(1).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return parameters


@torch.no_grad()
def accuracies(parameters, x, y):
    """Accuracies (R,)."""
    return (outputs_of(parameters, x).argmax(2) == y).double().mean(1)


def main():
    """Run everything and write the table."""
    torch.set_num_threads(1)
    data = load("fashion_mnist")
    if len(data.x_train) != 60_000:
        raise SystemExit("the benchmark needs the whole Fashion-MNIST: connect to the network, or set NNLAB_DATA")
    x, x_test = (F.avg_pool2d(part, 2).flatten(1) for part in (data.x_train, data.x_test))
    y, rows, start = data.y_train, [], time.perf_counter()
    for name, make_optimizer in OPTIMIZERS.items():
        for rate in RATES:
            networks = train(make_optimizer, rate, x[:50_000], y[:50_000], range(SEEDS))
            validation = accuracies(networks, x[50_000:], y[50_000:])
            test = accuracies(networks, x_test, data.y_test)
            rows.append({"optimizer": name, "rate": rate, "validation": round(validation.mean().item(), 5),
                         "deviation": round(validation.std().item(), 5), "test": round(test.mean().item(), 5),
                         "error": round(test.std().item() / math.sqrt(SEEDS), 5)})
            print(f"{time.perf_counter() - start:6.0f} s  {rows[-1]}", file=sys.stderr, flush=True)
    report = {"machine": describe(), "date": datetime.date.today().isoformat(), "seeds": SEEDS, "epochs": EPOCHS,
              "batch_size": BATCH, "sizes": SIZES, "images": 50_000, "rows": rows}
    text = json.dumps({**report, "rows": None}, indent=1, ensure_ascii=False)
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    PATH.write_text(text.replace('"rows": null', f'"rows": [\n  {lines}\n ]') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
