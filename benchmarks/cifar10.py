"""CIFAR-10 to 94 % on one GPU, and what each part of the recipe brings: an ablation over seeds.

    python benchmarks/cifar10.py                 all rows, five seeds each; writes benchmarks/cifar10.json
    python benchmarks/cifar10.py --seeds 25      more seeds
    python benchmarks/cifar10.py --validate      measures on the last 5,000 training images, for choosing anything

The recipe gathers what Page 2019 (How to train your ResNet) and Jordan 2024 (94% on CIFAR-10 in 3.29 seconds on a
single GPU, arXiv:2404.00498) describe: a frozen first layer of whitening filters, three blocks of two convolutions, max
pooling before normalization, label smoothing, SGD with Nesterov momentum and a triangular learning rate, images that
are mirrored in every other epoch, and averaged views of the test images. The code is our own, and its numbers are only
those in the JSON file, with the machine: without a GPU there are none, because a run would take hours.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.augment import Augment, Shift
from nnlab.batches import Batches
from nnlab.data import load
from nnlab.device import describe
from nnlab.fast import averaged_logits, whitening_filters
from nnlab.train import fit

PATH = Path(__file__).with_suffix(".json")


@dataclass
class Recipe:
    """Hyperparameters of a run; each row of the ablation changes one of them."""

    widths: tuple = (64, 256, 256)
    whiten: bool = True
    smoothing: float = 0.2
    mirror: str = "alternating"  # or "random", "never"
    shift: int = 2
    views: bool = True
    nesterov: bool = True
    triangle: bool = True  # otherwise a constant learning rate
    epochs: int = 10
    lr: float = 1.5
    momentum: float = 0.85
    weight_decay: float = 0.0013
    batch_size: int = 1024


ROWS = {
    "the whole recipe": {}, "without whitening": {"whiten": False}, "without label smoothing": {"smoothing": 0.0},
    "mirrored at random": {"mirror": "random"}, "never mirrored": {"mirror": "never"}, "without shifts": {"shift": 0},
    "one view of the test images": {"views": False}, "momentum without Nesterov's step": {"nesterov": False},
    "constant learning rate": {"triangle": False}, "half of the channels": {"widths": (32, 128, 128)},
}


class Block(nn.Sequential):
    """Two 3 × 3 convolutions, the first followed by 2 × 2 max pooling; batch normalization and GELU after each."""

    def __init__(self, n, m):
        def norm():
            layer = nn.BatchNorm2d(m, momentum=0.4)
            layer.weight.requires_grad_(False)  # the scale stays 1; the shift is trained
            return layer
        super().__init__(nn.Conv2d(n, m, 3, padding=1, bias=False), nn.MaxPool2d(2), norm(), nn.GELU(),
                         nn.Conv2d(m, m, 3, padding=1, bias=False), norm(), nn.GELU())


class Network(nn.Sequential):
    """Whitening filters on 2 × 2 patches, three blocks, global max pooling, a linear layer."""

    def __init__(self, images, recipe):
        first, widths = nn.Conv2d(3, 24, 2), recipe.widths
        if recipe.whiten:
            first.weight.data = whitening_filters(images, 2, eps=5e-4)
            nn.init.zeros_(first.bias)
            first.weight.requires_grad_(False)
        super().__init__(first, nn.GELU(), Block(24, widths[0]), Block(widths[0], widths[1]),
                         Block(widths[1], widths[2]), nn.AdaptiveMaxPool2d(1), nn.Flatten(),
                         nn.Linear(widths[2], 10, bias=False))

    def forward(self, x):
        """Logits (N, 10), a ninth of what the last layer gives, so that training begins with little confidence."""
        return super().forward(x) / 9


class Mirrored:
    """Batches of `batches`, mirrored left to right: each image in every other epoch, at random, or never."""

    def __init__(self, batches, how, seed):
        self.batches, self.how, self.epoch = batches, how, 0
        device = batches.x.device
        self.generator = torch.Generator(device).manual_seed(seed)
        self.first = torch.rand(len(batches.x), generator=self.generator, device=device) < 0.5
        batches.y = torch.stack((batches.y, torch.arange(len(batches.y), device=device)), dim=1)

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for x, pair in self.batches:
            y, number = pair.unbind(1)
            chosen = torch.zeros_like(self.first[number])
            if self.how == "alternating":
                chosen = self.first[number] ^ bool(self.epoch % 2)
            elif self.how == "random":
                chosen = torch.rand(len(y), generator=self.generator, device=y.device) < 0.5
            yield torch.where(chosen[:, None, None, None], x.flip(-1), x), y
        self.epoch += 1


def run(recipe, data, seed, device):
    """Accuracy and seconds of one training on `data`, (x, y, x_test, y_test)."""
    torch.manual_seed(seed)
    x, y, x_test, y_test = (part.to(device) for part in data)
    mean, std = x.mean((0, 2, 3), keepdim=True), x.std((0, 2, 3), keepdim=True)
    x, x_test = (x - mean) / std, (x_test - mean) / std
    synchronize(device)
    start = time.perf_counter()
    model = Network(x[:5000].cpu(), recipe).to(device, memory_format=torch.channels_last)
    batches = Batches(x, y, recipe.batch_size, shuffle=True, seed=seed, drop_last=True,
                      transform=Augment(*[Shift(recipe.shift)] * bool(recipe.shift)))
    train = Mirrored(batches, recipe.mirror, seed)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=recipe.lr, momentum=recipe.momentum, nesterov=recipe.nesterov,
                                weight_decay=recipe.weight_decay)
    steps = recipe.epochs * len(train)

    def factor(step):
        return min((step + 1) / (0.2 * steps), (steps - step) / (0.8 * steps)) if recipe.triangle else 1.0
    fit(model, train, loss_fn=partial(F.cross_entropy, label_smoothing=recipe.smoothing), optimizer=optimizer,
        epochs=recipe.epochs, scheduler=torch.optim.lr_scheduler.LambdaLR(optimizer, factor), schedule_every="batch",
        progress=False)
    views = [lambda x: x]
    if recipe.views:
        shifted = [lambda x, k=k: F.pad(x, (1, 1, 1, 1), mode="reflect")[:, :, k:k + 32, k:k + 32] for k in (0, 2)]
        views = [view for one in (*views, *shifted) for view in (one, lambda x, one=one: one(x.flip(-1)))]
    predicted = averaged_logits(model, x_test, views).argmax(1)
    accuracy = (predicted == y_test).double().mean().item()
    return accuracy, time.perf_counter() - start


def synchronize(device):
    """Wait until the device has finished its work."""
    if device == "cuda":
        torch.cuda.synchronize()


def main():
    """Run the rows, print each one, write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--validate", action="store_true")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("no GPU: a run takes hours on a CPU; the scaled-down version is in notebook 5f")
    loaded = load("cifar10")
    data = loaded.x_train, loaded.y_train, loaded.x_test, loaded.y_test
    if options.validate:
        data = data[0][:-5000], data[1][:-5000], data[0][-5000:], data[1][-5000:]
    run(Recipe(epochs=1), data, 0, "cuda")  # warms up
    rows = []
    for name, change in ROWS.items():
        recipe = replace(Recipe(), **change)
        results = [run(recipe, data, seed, "cuda") for seed in range(options.seeds)]
        accuracies, seconds = zip(*results, strict=True)
        rows.append({"what": name, "recipe": asdict(recipe), "accuracies": accuracies, "seconds": seconds})
        print(f"{name:34} {100 * statistics.mean(accuracies):.2f} % ({100 * min(accuracies):.2f} to "
              f"{100 * max(accuracies):.2f}), {statistics.median(seconds):.1f} s", flush=True)
    if not options.validate:
        PATH.write_text(json.dumps({"machine": f"{describe()}, {torch.cuda.get_device_name()}", "rows": rows}, indent=1)
                        + "\n")


if __name__ == "__main__":
    main()
