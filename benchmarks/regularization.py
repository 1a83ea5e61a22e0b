"""Regularization on 300 digits: what each method brings, ten seeds each, chosen on validation images, tested once.

    python benchmarks/regularization.py      writes benchmarks/regularization.json and prints its table, minutes

One network, 196-256-10 with ReLU on MNIST at 14 × 14 pixels, is trained with 1,000 updates of SGD (momentum 0.9,
learning rate 0.05, batches of 50) on 300 images that each seed draws from the first 8,000. Every method keeps the
number of updates. Its hyperparameter is chosen by the mean validation accuracy on images 8,000 to 10,000; only the
networks of the chosen value see the test images. L1 and L2 add λ Σ|w| and λ Σ w² over the weights to the mean loss;
that of L2 is written as torch's weight decay 2 λ. Early stopping takes its epoch from the same validation images, by
their loss. Test losses are cross-entropies without smoothing.
"""

import copy
import json
import statistics
import time
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.augment import Augment, Rotate, Shift
from nnlab.data import load
from nnlab.device import describe

PATH = Path(__file__).with_suffix(".json")
SEEDS, IMAGES, UPDATES, POOL, RATE, PATIENCE = range(10), 300, 1000, 8000, 0.05, 20
GRIDS = {  # values tried, by the argument of `train` that they set
    "nothing": {"lr": (0.02, 0.05, 0.1)},
    "L1": {"l1": (1e-5, 3e-5, 1e-4, 3e-4, 1e-3)},
    "L2": {"l2": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)},
    "dropout": {"p": (0.1, 0.3, 0.5, 0.7, 0.9)},
    "label smoothing": {"smoothing": (0.05, 0.1, 0.2, 0.3, 0.5)},
    "augmentation": {"shift": (1, 2, 3, 4)},
    "more images": {"n": (150, 600, 1200, 2400, 4800)},
    "more updates": {"updates": (4000,)},
    "augmentation and dropout": {"p": (0.3, 0.5, 0.7)},
}
data = load("mnist")


def small(images):
    """Images (N, 1, 28, 28) at half the size, as rows (N, 196): means of 2 × 2 pixels."""
    return F.avg_pool2d(images, 2).flatten(1)


def network(p=0.0):
    """The network 196-256-10 with dropout of probability p before the last layer, initialized as by He et al. 2015."""
    net = nn.Sequential(nn.Linear(196, 256), nn.ReLU(), nn.Dropout(p), nn.Linear(256, 10))
    for layer in (net[0], net[3]):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    return net


def train(seed, n=IMAGES, updates=UPDATES, lr=RATE, l1=0.0, l2=0.0, p=0.0, smoothing=0.0, shift=0, each=None):
    """A trained network, in evaluation mode; its training images and labels. `each(net)` is called after each epoch."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(POOL, generator=generator)[:n]
    images, labels = data.x_train[chosen], data.y_train[chosen]
    change, rows = Augment(Shift(shift), Rotate(5 * shift)), small(images)
    net = network(p)
    weights = [net[0].weight, net[3].weight]
    optimizer = torch.optim.SGD([{"params": weights, "weight_decay": 2 * l2},
                                 {"params": [net[0].bias, net[3].bias]}], lr=lr, momentum=0.9)
    done = 0
    while done < updates:
        net.train()
        for batch in torch.randperm(n, generator=generator).split(50)[:updates - done]:
            x, y = rows[batch], labels[batch]
            if shift:
                x = small(change(images[batch], y, generator)[0])
            loss = F.cross_entropy(net(x), y, label_smoothing=smoothing)
            if l1:
                loss = loss + l1 * sum(weight.abs().sum() for weight in weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += 1
        net.eval()
        if each is not None:
            each(net)
    return net, rows, labels


@torch.no_grad()
def measure(net, x, y):
    """Accuracy and mean cross-entropy of `net` on x, y."""
    logits = net(x)
    return (logits.argmax(1) == y).float().mean().item(), F.cross_entropy(logits, y).item()


def stopped(seed, patience):
    """The network of the best epoch by validation loss, of a run that stops `patience` epochs after it."""
    losses, best = [], None

    def keep(net):
        nonlocal best
        if len(losses) - min(range(len(losses)), key=losses.__getitem__, default=0) <= patience:
            losses.append(measure(net, *validation)[1])
            if losses[-1] == min(losses):
                best = copy.deepcopy(net)
    _, rows, labels = train(seed, each=keep)
    return best, rows, labels


validation = small(data.x_train[POOL:POOL + 2000]), data.y_train[POOL:POOL + 2000]


def record():
    """Rows of validation by method and value; test results of the chosen values."""
    rows, tests = [], []
    test = small(data.x_test), data.y_test
    for method, grid in {**GRIDS, "early stopping": {"patience": (5, PATIENCE, 50)}}.items():
        (argument, values), found = next(iter(grid.items())), {}
        for value in values:
            more = {"shift": 2} if method == "augmentation and dropout" else {}
            make = stopped if method == "early stopping" else partial(train, **more)
            runs = [make(seed, **{argument: value}) for seed in SEEDS]
            found[value] = [net for net, *_ in runs]
            scores = [measure(net, *validation) for net in found[value]]
            fits = [measure(net, x, y) for net, x, y in runs]
            rows.append({"method": method, "argument": argument, "value": value,
                         "validation": [score[0] for score in scores],
                         "validation_loss": [score[1] for score in scores],
                         "train": [fit[0] for fit in fits], "train_loss": [fit[1] for fit in fits]})
            print(method, value, f"{statistics.mean(rows[-1]['validation']):.4f}", flush=True)
        mine = {row["value"]: statistics.mean(row["validation"]) for row in rows if row["method"] == method}
        best = RATE if method == "nothing" else max(mine, key=mine.get)
        for value in (values if method == "more images" else [best]):  # all of them: the scale of the figure
            scores = [measure(net, *test) for net in found[value]]
            tests.append({"method": method, "value": value, "accuracy": [score[0] for score in scores],
                          "loss": [score[1] for score in scores]})
    return rows, tests


def table(report):
    """Markdown of a report: the chosen values, mean test accuracy and loss, and their gains over nothing."""
    base = next(row for row in report["tests"] if row["method"] == "nothing")
    lines = ["| method | chosen | test accuracy | gain in points | test loss |", "|---|---|---|---|---|"]
    for row in report["tests"]:
        gains = [100 * (a - b) for a, b in zip(row["accuracy"], base["accuracy"], strict=True)]
        error = 2 * statistics.stdev(gains) / len(gains) ** 0.5
        lines.append(f"| {row['method']} | {row['value']} | {100 * statistics.mean(row['accuracy']):.1f} % | "
                     f"{statistics.mean(gains):.1f} ± {error:.1f} | {statistics.mean(row['loss']):.2f} |")
    return "\n".join([*lines, "", f"{len(SEEDS)} seeds; ± two standard errors. {report['machine']}."])


def main():
    """Measure, write the JSON file, print the table."""
    torch.set_num_threads(1)
    rows, tests = record()
    report = {"machine": describe(), "date": time.strftime("%Y-%m-%d"), "images": IMAGES, "updates": UPDATES,
              "seeds": len(SEEDS), "rows": rows, "tests": tests}
    PATH.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))


if __name__ == "__main__":
    main()
