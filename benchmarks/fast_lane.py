"""The fast lane: MNIST and Fashion-MNIST on a CPU in seconds, an ablation of the recipe, and a comparison with peers.

    python benchmarks/fast_lane.py ablation    adds one part at a time, ten seeds each, on a validation split
    python benchmarks/fast_lane.py windows     the recipe with and without random windows, on digits and on clothes
    python benchmarks/fast_lane.py records     trains the final recipes with five seeds, and tests them once

Each writes its part of benchmarks/fast_lane.json. Everything is chosen on the last 10,000 training images; a record is
then trained on all 60,000 and measured once on the test set. Beside the record for MNIST run, in the same process,
PyTorch's basic MNIST example (its network, data loader, optimizer and schedule) until it first passes 99 %, and, where
Keras is installed, one epoch of Keras's `mnist_convnet`. An untimed run of a few steps comes first: the first optimizer
made in a process costs seconds of imports. The share of other processes' CPU time is printed with each row.
"""

import json
import os
import statistics
import struct
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from nnlab.augment import Augment, Crop, Flip, Shift, shift
from nnlab.batches import Batches
from nnlab.data import load
from nnlab.device import describe
from nnlab.fast import FastCNN, averaged_logits, whitening_filters
from nnlab.train import fit

PATH = Path(__file__).with_suffix(".json")
SEEDS, MANY_SEEDS = range(5), range(10)


@dataclass
class Recipe:
    """Hyperparameters of a run; each row of the ablation changes one or two of them."""

    data: str = "mnist"
    channels: tuple = (16, 32, 64)
    normalize: bool = False  # batch normalization
    in_memory: bool = False  # Batches, otherwise a DataLoader over tensors
    batch_size: int = 64
    optimizer: str = "SGD"  # with momentum 0.9, or "AdamW"
    lr: float = 0.01
    one_cycle: bool = False  # otherwise a constant learning rate
    smoothing: float = 0.0
    crop: bool = False  # random windows of 24 × 24 pixels, otherwise the central one
    flip: bool = False
    whole: bool = False  # all 28 × 28 pixels, shifted by up to `shift` of them, in place of windows
    shift: int = 0
    channels_last: bool = False
    whiten: bool = False  # initialize the first layer as whitening filters
    freeze: bool = False  # and is not trained
    views: int = 1  # windows whose logits are averaged in the test
    bfloat16: bool = False  # mixed precision: layers compute in bfloat16, parameters and updates stay in float32
    epochs: int = 1


STEPS = [  # each row changes the one before it
    ("plain network, DataLoader, SGD", {}), ("batches in memory", {"in_memory": True}),
    ("batch normalization", {"normalize": True, "lr": 0.03}), ("one cycle", {"one_cycle": True, "lr": 0.1}),
    ("AdamW", {"optimizer": "AdamW", "lr": 0.01}), ("batch size 128", {"batch_size": 128, "lr": 0.02}),
    ("channels_last", {"channels_last": True}), ("random windows", {"crop": True}),
    ("label smoothing", {"smoothing": 0.1}), ("five views in the test", {"views": 5}),
    ("whitening filters", {"whiten": True}),
]
WINDOWS = [(2, 2), (1, 1), (1, 3), (3, 1), (3, 3)]  # top and left of the views; the middle comes first


class MixedPrecision(nn.Module):
    """A model whose layers compute in bfloat16 where torch.autocast does so; its outputs are float32."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        """Outputs of the model, in float32."""
        with torch.autocast(x.device.type, dtype=torch.bfloat16):
            return self.model(x).float()


def prepared(recipe, validate):
    """(x, y, x_test, y_test), standardized; with `validate`, the last 10,000 training images replace the test set."""
    data = load(recipe.data)
    x, y, x_test, y_test = data.x_train, data.y_train, data.x_test, data.y_test
    if validate:
        x, y, x_test, y_test = x[:-10_000], y[:-10_000], x[-10_000:], y[-10_000:]
    mean, std = x.mean(), x.std()
    return (x - mean) / std, y, (x_test - mean) / std, y_test


def window(images, top=2, left=2):
    """Windows (N, C, 24, 24) of images (N, C, 28, 28)."""
    return images[:, :, top:top + 24, left:left + 24]


def train(recipe, data, seed):
    """Trained model and seconds of training, everything after the loading of the data included."""
    x, y = data[:2]
    torch.manual_seed(seed)
    start = time.perf_counter()
    model = FastCNN(recipe.channels, size=28 if recipe.whole else 24, normalize=recipe.normalize)
    if recipe.whiten:
        half = recipe.channels[0] // 2  # the directions of largest variance, each once and negated
        positive, negative = whitening_filters(x[:1000], 5, eps=0.05).chunk(2)
        model[0].weight.data = torch.cat((positive[-half:], negative[-half:]))
        model[0].weight.requires_grad_(not recipe.freeze)
    if recipe.channels_last:
        model = model.to(memory_format=torch.channels_last)
    if recipe.bfloat16:
        model = MixedPrecision(model)
    changes = [Crop(24)] * recipe.crop + [Flip()] * recipe.flip + [Shift(recipe.shift)] * bool(recipe.shift)
    x = x if recipe.crop or recipe.whole else window(x).contiguous()
    if recipe.in_memory:
        batches = Batches(x, y, recipe.batch_size, shuffle=True, seed=seed, drop_last=True,
                          transform=Augment(*changes) if changes else None)
    else:
        batches = DataLoader(TensorDataset(x, y), recipe.batch_size, shuffle=True, drop_last=True)
    if recipe.optimizer == "SGD":
        optimizer = torch.optim.SGD(model.parameters(), lr=recipe.lr, momentum=0.9, nesterov=True, fused=True)
    else:
        optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.lr, weight_decay=0.01, fused=True)
    schedule = None
    if recipe.one_cycle:
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=recipe.epochs * len(batches))
    fit(model, batches, loss_fn=partial(F.cross_entropy, label_smoothing=recipe.smoothing), optimizer=optimizer,
        epochs=recipe.epochs, scheduler=schedule, schedule_every="batch" if schedule else "epoch", progress=False)
    return model, time.perf_counter() - start


def accuracy_of(model, recipe, data):
    """Accuracy on the test part of `data`, with as many averaged views as the recipe says, mirrored where it flips."""
    views = [partial(window, top=top, left=left) for top, left in WINDOWS[:recipe.views]]
    if recipe.whole:
        views = [partial(shift, down=top - 2, right=left - 2) for top, left in WINDOWS[:recipe.views]]
    if recipe.flip:
        views += [lambda images, view=view: view(images.flip(-1)) for view in views]
    return (averaged_logits(model, data[2], views).argmax(1) == data[3]).double().mean().item()


def runs(name, recipe, validate, seeds=SEEDS):
    """Row of several seeds: accuracies, seconds, and the share of the machine's time that others used."""
    data, accuracies, seconds = prepared(recipe, validate), [], []
    before = others()
    for seed in seeds:
        model, took = train(recipe, data, seed)
        accuracies.append(accuracy_of(model, recipe, data))
        seconds.append(took)
    row = {"what": name, "recipe": asdict(recipe), "accuracies": accuracies, "seconds": seconds,
           "others": others(before)}
    print(line(row), flush=True)
    return row


def line(row):
    """One line of a table: mean, least and greatest accuracy in percent; median of the seconds."""
    percent = [100 * accuracy for accuracy in row["accuracies"]]
    return (f"{row['what']:34} {statistics.mean(percent):.2f} % ({min(percent):.2f} to {max(percent):.2f}), "
            f"{statistics.median(row['seconds']):.1f} s; others used {100 * row['others']:.0f} % of the CPU")


def others(before=None):
    """Share of the CPU time since `before` that other processes used; without `before`, the value to pass later."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    ticks, busy = sum(fields), sum(fields) - fields[3] - fields[4]
    own = sum(os.times()[:2]) * os.sysconf("SC_CLK_TCK")
    now = ticks, busy, own
    if before is None:
        return now
    ticks, busy, own = (b - a for a, b in zip(before, now, strict=True))
    return max(0.0, (busy - own) / max(ticks, 1))


class Example(nn.Module):
    """The network of PyTorch's basic MNIST example (github.com/pytorch/examples, mnist/main.py)."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3)
        self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
        self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)

    def forward(self, x):
        """Log-probabilities (N, 10)."""
        x = F.max_pool2d(F.relu(self.conv2(F.relu(self.conv1(x)))), 2)
        x = self.dropout1(x).flatten(1)
        return F.log_softmax(self.fc2(self.dropout2(F.relu(self.fc1(x)))), dim=1)


def example(folder, goal=0.99, most=14):
    """PyTorch's basic example until its accuracy on the test set first passes `goal`: accuracy and seconds by epoch.

    Its data set, transforms, loader, optimizer and schedule; `folder` holds MNIST as torchvision keeps it.
    """
    from torchvision import transforms
    from torchvision.datasets import MNIST

    change = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    loader, test = (DataLoader(MNIST(folder, train=train, transform=change), size, shuffle=True)
                    for train, size in ((True, 64), (False, 1000)))
    torch.manual_seed(1)
    model = Example()
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.7)
    epochs, start = [], time.perf_counter()
    for _ in range(most):
        model.train()
        for images, labels in loader:
            optimizer.zero_grad()
            F.nll_loss(model(images), labels).backward()
            optimizer.step()
        schedule.step()
        model.eval()
        with torch.no_grad():
            right = sum((model(images).argmax(1) == labels).sum().item() for images, labels in test)
        epochs.append({"accuracy": right / 10_000, "seconds": time.perf_counter() - start})
        print(f"PyTorch's example, epoch {len(epochs)}: {right / 100:.2f} %, {epochs[-1]['seconds']:.0f} s", flush=True)
        if right / 10_000 > goal:
            break
    return epochs


def keras_example(data):
    """One epoch of Keras's `mnist_convnet` on torch: accuracy and seconds; None where Keras is not installed."""
    try:
        import keras
    except ImportError:
        return None
    x, y, x_test, y_test = (part.numpy() for part in data)
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(), layers.Dropout(0.5),
        layers.Dense(10, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    x, x_test = (images.transpose(0, 2, 3, 1) for images in (x, x_test))
    start = time.perf_counter()
    model.fit(x, y, batch_size=128, epochs=1, validation_split=0.1, verbose=0)
    took = time.perf_counter() - start
    return {"accuracy": model.evaluate(x_test, y_test, verbose=0)[1], "seconds": took}


def as_torchvision(folder):
    """Write MNIST into `folder` as torchvision keeps it."""
    data, raw = load("mnist"), Path(folder, "MNIST", "raw")
    raw.mkdir(parents=True)
    for part, x, y in (("train", data.x_train, data.y_train), ("t10k", data.x_test, data.y_test)):
        images, labels = (x * 255).round().to(torch.uint8).numpy(), y.to(torch.uint8).numpy()
        (raw / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, len(x), 28, 28) + images.tobytes())
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, len(y)) + labels.tobytes())


WHOLE = replace(Recipe(), in_memory=True, normalize=True, one_cycle=True, optimizer="AdamW", batch_size=128, lr=0.02,
                channels_last=True, crop=True, smoothing=0.1)
FINAL = replace(WHOLE, crop=False, whiten=True, freeze=True, bfloat16=True, views=5)
SEVEN = replace(FINAL, crop=True, epochs=7, channels=(24, 48, 96), batch_size=256)
FASHION = replace(FINAL, data="fashion_mnist", epochs=12, channels=(32, 64, 128), batch_size=256, whole=True, shift=1,
                  flip=True)
RECORDS = {"MNIST, one pass": FINAL, "MNIST, seven passes": SEVEN, "Fashion-MNIST, twelve passes": FASHION}


def ablation():
    """Rows of the ablation, on the validation split."""
    recipe, rows = Recipe(), []
    for name, change in STEPS:
        recipe = replace(recipe, **change)
        rows.append(runs(name, recipe, validate=True, seeds=MANY_SEEDS))
    return rows


def windows():
    """Rows on the validation split: label smoothing without random windows; clothes; the final recipe."""
    clothes = replace(FASHION, epochs=4)
    return [
        runs("one pass, windows in the middle", replace(WHOLE, crop=False), True, MANY_SEEDS),
        runs("clothes, four passes, whole images", clothes, True),
        runs("clothes, four passes, random windows", replace(clothes, whole=False, shift=0, crop=True), True),
        runs("the final recipe", FINAL, True, MANY_SEEDS),
    ]


def records():
    """Rows of the records on the test set, and the peers."""
    rows = [runs(name, recipe, validate=False) for name, recipe in RECORDS.items()]
    with tempfile.TemporaryDirectory() as folder:
        as_torchvision(folder)
        return {"rows": rows, "example": example(folder), "keras": keras_example(prepared(FINAL, False))}


def main():
    """Run the part named on the command line, and write it into the JSON file."""
    parts = {"ablation": ablation, "windows": windows, "records": records}
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what not in parts:
        sys.exit(__doc__)
    warm = tuple(part[:512] for part in prepared(FINAL, True))
    for recipe in (FINAL, Recipe()):
        train(recipe, warm, 0)
    report = json.loads(PATH.read_text()) if PATH.exists() else {}
    report |= {"machine": describe(), what: parts[what]()}
    PATH.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
