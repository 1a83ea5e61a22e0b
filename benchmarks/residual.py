"""Plain and residual networks of 8, 20 and 56 layers: errors over seeds, other learning rates, scaled shortcuts.

    python benchmarks/residual.py              the small table, five seeds, a few minutes on one thread
    python benchmarks/residual.py --cifar10    the table at full scale: CIFAR-10, convolutions, needs a GPU

Each writes its part of benchmarks/residual.json; a part that was never run is null there. The small table: 2,000 images
of Fashion-MNIST at 14 × 14 pixels, fully connected, 32 units a layer, batch normalization, 10 epochs with batches of
100, SGD with momentum 0.9 and a one-cycle learning rate of at most 0.05. Depth counts linear layers (at full scale
also convolutions) on the longest path; a residual block has two. Errors are error rates in evaluation mode, of the
training images and of 2,000 test images, after the last epoch; nothing was chosen by them.

The full-scale networks are those of He et al. 2016 (Deep residual learning for image recognition, section 4.2): three
stages of n blocks with 16, 32 and 64 channels, 6n + 2 layers, shortcuts without parameters; trained with crops and
flips, with SGD, 128 images a batch, weight decay 1e-4.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

from nnlab.augment import Augment, Flip, Shift
from nnlab.batches import Batches
from nnlab.data import load
from nnlab.device import describe
from nnlab.exercises.week06d import ResidualBlock
from nnlab.train import fit

PATH = Path(__file__).with_suffix(".json")
DEPTHS = 8, 20, 56


@dataclass
class Recipe:
    """Hyperparameters of a run; each row of a table changes some of them."""

    kind: str = "plain"  # or a key of `BLOCKS`, or "identity": plain, without normalization, weights start at I
    depth: int = 56
    width: int = 32
    shortcut: float = 1.0  # factor of the shortcut of "residual"
    optimizer: str = "SGD"  # with momentum 0.9; or "Adam"
    lr: float = 0.05
    epochs: int = 10
    batch_size: int = 100


class Scaled(ResidualBlock):
    """A residual block whose shortcut is multiplied by `factor`."""

    def __init__(self, width, factor=1.0):
        super().__init__(width, width)
        self.factor = factor

    def forward(self, x):
        """Outputs (N, width) for inputs (N, width)."""
        return self.factor * x + self.branch(x)


class PostActivation(nn.Module):
    """The residual block of He et al. 2016, fully connected: ReLU after the addition."""

    def __init__(self, width, zero):
        super().__init__()
        self.branch = nn.Sequential(nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
                                    nn.Linear(width, width, bias=False), nn.BatchNorm1d(width))
        if zero:
            nn.init.zeros_(self.branch[-1].weight)

    def forward(self, x):
        """Outputs (N, width) for inputs (N, width)."""
        return torch.relu(x + self.branch(x))


def normalized(width):
    """The modules of a linear layer without a bias, batch normalization, ReLU, a list."""
    return [nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU()]


def plain(width):
    """Two layers without a shortcut."""
    return nn.Sequential(*normalized(width), *normalized(width))


BLOCKS = {
    "residual": lambda recipe: Scaled(recipe.width, recipe.shortcut),
    "residual, He": lambda recipe: Scaled(recipe.width),
    "post-activation": lambda recipe: PostActivation(recipe.width, zero=False),
    "post-activation, zero": lambda recipe: PostActivation(recipe.width, zero=True),
    "plain": lambda recipe: plain(recipe.width),
    "identity": lambda recipe: nn.Sequential(*[part for _ in range(2) for part in (
        nn.Linear(recipe.width, recipe.width), nn.ReLU())]),
}


def network(recipe, inputs=196):
    """A network of `recipe.depth` linear layers, initialized as by He et al. 2015 where it does not start at zero."""
    width, blocks = recipe.width, [BLOCKS[recipe.kind](recipe) for _ in range((recipe.depth - 2) // 2)]
    first, last = nn.Linear(inputs, width, bias=recipe.kind == "identity"), nn.Linear(width, 10)
    after = [nn.ReLU()] if recipe.kind == "identity" else [nn.BatchNorm1d(width), nn.ReLU()]
    before = recipe.kind.startswith("residual")  # pre-activation: normalization and ReLU follow the last block
    model = nn.Sequential(first, *([] if before else after), *blocks, *(after if before else []), last)
    for layer in model.modules():
        if isinstance(layer, nn.Linear) and (layer.weight.any() or recipe.kind == "residual, He"):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    if recipe.kind == "identity":
        for layer in blocks:
            for part in layer:
                if isinstance(part, nn.Linear):
                    nn.init.eye_(part.weight)
                    nn.init.zeros_(part.bias)
    return model


def small_images():
    """(x, y, x_test, y_test): 2,000 images of each part of Fashion-MNIST at 14 × 14 pixels, standardized, flat."""
    data = load("fashion_mnist")
    x, x_test = (F.avg_pool2d(images[:2000], 2).flatten(1) for images in (data.x_train, data.x_test))
    mean, std = x.mean(), x.std()
    return (x - mean) / std, data.y_train[:2000], (x_test - mean) / std, data.y_test[:2000]


@torch.no_grad()
def error_rate(model, x, y):
    """Share of the images x that `model` misclassifies in evaluation mode."""
    model.eval()
    outputs = torch.cat([model(part) for part in x.split(2000)])
    return (outputs.argmax(1) != y).double().mean().item()


def run(recipe, data, seed):
    """Training error, test error and seconds of one run."""
    x, y, x_test, y_test = data
    torch.manual_seed(seed)
    start, model = time.perf_counter(), network(recipe)
    if recipe.optimizer == "SGD":
        optimizer = torch.optim.SGD(model.parameters(), lr=recipe.lr, momentum=0.9, fused=True)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=recipe.lr, fused=True)
    batches = Batches(x, y, recipe.batch_size, shuffle=True, seed=seed)
    schedule = OneCycleLR(optimizer, recipe.lr, total_steps=recipe.epochs * len(batches),
                          cycle_momentum=recipe.optimizer == "SGD")
    fit(model, batches, loss_fn=F.cross_entropy, optimizer=optimizer, epochs=recipe.epochs, scheduler=schedule,
        schedule_every="batch", progress=False)
    seconds = time.perf_counter() - start
    return error_rate(model, x, y), error_rate(model, x_test, y_test), seconds


def row(recipe, data, seeds):
    """Row of a table: the recipe, errors and seconds of `seeds` seeds; printed as well."""
    train, test, seconds = map(list, zip(*(run(recipe, data, seed) for seed in range(seeds)), strict=True))
    print(f"{recipe.kind:22} depth {recipe.depth:2}, {recipe.optimizer} {recipe.lr:g}, {recipe.epochs} epochs, "
          f"shortcut {recipe.shortcut:g}: training {statistics.mean(train):.3f} "
          f"({min(train):.3f} to {max(train):.3f}), test {statistics.mean(test):.3f}; "
          f"{statistics.median(seconds):.1f} s", flush=True)
    return {"recipe": asdict(recipe), "train": train, "test": test, "seconds": seconds}


def small(seeds):
    """The tables at small scale: by kind and depth; other optimizers for the deep plain network; scaled shortcuts."""
    torch.set_num_threads(1)
    data = small_images()
    run(Recipe(depth=8, epochs=1), data, 0)  # warms up
    kinds = [kind for kind in BLOCKS if kind != "identity"]
    depths = [row(Recipe(kind, depth), data, seeds) for kind in kinds for depth in DEPTHS]
    start = Recipe()
    changes = [replace(start, lr=lr) for lr in (0.002, 0.005, 0.01, 0.02, 0.1, 0.2)]
    changes += [replace(start, optimizer="Adam", lr=lr) for lr in (0.001, 0.003, 0.01, 0.03)]
    changes += [replace(start, epochs=40), replace(start, kind="identity", lr=0.01)]
    rates = [row(change, data, seeds) for change in changes]
    scaled = [row(Recipe("residual", shortcut=factor), data, seeds) for factor in (0.5, 0.7, 0.8, 0.9, 0.95, 1.1, 1.5)]
    return {"depths": depths, "rates": rates, "scaled": scaled}


class ImageBlock(nn.Module):
    """Two 3 × 3 convolutions, with or without the shortcut of He et al. 2016 (option A: zeros for new channels)."""

    def __init__(self, n, m, residual):
        super().__init__()
        self.stride, self.residual = (1 if n == m else 2), residual
        self.branch = nn.Sequential(
            nn.Conv2d(n, m, 3, self.stride, padding=1, bias=False), nn.BatchNorm2d(m), nn.ReLU(),
            nn.Conv2d(m, m, 3, padding=1, bias=False), nn.BatchNorm2d(m))

    def forward(self, x):
        """Outputs (N, m, ...): the height and width of x, halved where the channels change."""
        y = self.branch(x)
        if self.residual:
            short = x[:, :, ::self.stride, ::self.stride]
            y = y + F.pad(short, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
        return torch.relu(y)


def image_network(residual, depth):
    """The network of He et al. 2016, section 4.2, with `depth` = 6n + 2 layers."""
    blocks, channels = [], 16
    for width in (16, 32, 64):
        for _ in range((depth - 2) // 6):
            blocks.append(ImageBlock(channels, width, residual))
            channels = width
    model = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *blocks,
                          nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return model


def run_images(residual, depth, data, seed, device, epochs=60):
    """Training error, test error and seconds of one run on images (x, y, x_test, y_test)."""
    torch.manual_seed(seed)
    x, y, x_test, y_test = (part.to(device) for part in data)
    mean, std = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), keepdim=True)
    x, x_test = (x - mean) / std, (x_test - mean) / std
    start, model = time.perf_counter(), image_network(residual, depth).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    batches = Batches(x, y, 128, shuffle=True, seed=seed, transform=Augment(Flip(), Shift(4)))
    schedule = OneCycleLR(optimizer, 0.1, total_steps=epochs * len(batches))
    fit(model, batches, loss_fn=F.cross_entropy, optimizer=optimizer, epochs=epochs, scheduler=schedule,
        schedule_every="batch", progress=False)
    errors = error_rate(model, x, y), error_rate(model, x_test, y_test)
    return *errors, time.perf_counter() - start


def full(seeds):
    """The table at full scale: plain and residual networks of each depth on CIFAR-10."""
    if not torch.cuda.is_available():
        sys.exit("no GPU: the full-scale table would take days on a CPU; the small one needs none")
    loaded, rows = load("cifar10"), []
    data = loaded.x_train, loaded.y_train, loaded.x_test, loaded.y_test
    for kind in ("plain", "residual"):
        for depth in DEPTHS:
            results = [run_images(kind == "residual", depth, data, seed, "cuda") for seed in range(seeds)]
            train, test, seconds = map(list, zip(*results, strict=True))
            rows.append({"kind": kind, "depth": depth, "train": train, "test": test, "seconds": seconds})
            print(f"{kind:9} depth {depth:2}: training {statistics.mean(train):.3f}, test {statistics.mean(test):.3f}, "
                  f"{statistics.median(seconds):.0f} s", flush=True)
    return rows


def main():
    """Run the part named on the command line, and write it into the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cifar10", action="store_true")
    options = parser.parse_args()
    name = "cifar10" if options.cifar10 else "small"
    result = full(options.seeds) if options.cifar10 else small(options.seeds)
    report = json.loads(PATH.read_text()) if PATH.exists() else {"small": None, "cifar10": None}
    report[name] = {"machine": describe(), "seeds": options.seeds, "rows": result}
    PATH.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
