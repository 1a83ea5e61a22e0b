"""Time of nnlab.augment against torchvision's transforms, which get one image at a time, and against a training step.

    python benchmarks/augmentation.py      writes benchmarks/augmentation.json and prints its table, about a minute

Batches of 128 gray images of 28 × 28 pixels, one thread. torchvision's v2 transforms get the images one after the
other, because for a batch they draw once; their calls alone are timed, without a data loader. The contestants take
turns, seven rounds; reported are medians, least and greatest, and the median of the rounds' ratios. The training step
is one of `nnlab.models.CNN()` with 26,698 parameters, with Adam.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torchvision.transforms import InterpolationMode, v2

from nnlab.augment import Augment, Crop, Erase, Flip, Jitter, Mixup, Noise, Rotate, Shift
from nnlab.device import describe
from nnlab.models import CNN
from nnlab.train import train_step

PATH = Path(__file__).with_suffix(".json")
ROUNDS, BATCH, REPEATS = 7, 128, 20
BILINEAR = {"interpolation": InterpolationMode.BILINEAR}
PAIRS = {
    "Flip": (Flip(), v2.RandomHorizontalFlip()), "Shift": (Shift(2), v2.RandomCrop(28, padding=2)),
    "Crop": (Crop(24), v2.RandomCrop(24)), "Rotate": (Rotate(10), v2.RandomRotation(10, **BILINEAR)),
    "Jitter": (Jitter(0.3, 0.3), v2.ColorJitter(0.3, 0.3)), "Noise": (Noise(0.1), v2.GaussianNoise(sigma=0.1)),
    "Erase": (Erase(), v2.RandomErasing()), "Mixup": (Mixup(10), v2.MixUp(num_classes=10)),
    "Flip, Shift": (Augment(Flip(), Shift(2)), v2.Compose([v2.RandomHorizontalFlip(), v2.RandomCrop(28, padding=2)])),
    "Shift, Rotate, Erase": (Augment(Shift(2), Rotate(10), Erase()), v2.Compose(
        [v2.RandomCrop(28, padding=2), v2.RandomRotation(10, **BILINEAR), v2.RandomErasing()])),
}


def seconds(work, repeats):
    """Mean seconds of one call of `work`, over `repeats` calls."""
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def spread(values):
    """Dictionary of median, minimum and maximum."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def measure():
    """Rows of the table: seconds for a batch of both packages, their ratio, and the share of a training step."""
    torch.manual_seed(0)
    images, labels = torch.rand(BATCH, 1, 28, 28), torch.randint(0, 10, (BATCH,))
    model = CNN()
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    step = lambda: train_step(model, images, labels, F.cross_entropy, optimizer)  # noqa: E731
    generator = torch.Generator().manual_seed(0)
    steps, times = [], {name: ([], []) for name in PAIRS}
    for turn in range(-1, ROUNDS):
        taken = seconds(step, REPEATS)
        steps += [taken] if turn >= 0 else []
        for name, (ours, theirs) in PAIRS.items():
            def one_by_one(name=name, theirs=theirs):
                return theirs(images, labels) if name == "Mixup" else [theirs(image) for image in images]
            mine = seconds(lambda ours=ours: ours(images, labels, generator), REPEATS)
            other = seconds(one_by_one, 1)
            if turn >= 0:
                times[name][0].append(mine)
                times[name][1].append(other)
    rows = [{"what": name, "nnlab": spread(mine), "torchvision": spread(other),
             "ratio": statistics.median(b / a for a, b in zip(mine, other, strict=True)),
             "share": statistics.median(a / b for a, b in zip(mine, steps, strict=True))}
            for name, (mine, other) in times.items()]
    return {"machine": describe(), "step": spread(steps), "rows": rows}


def table(report):
    """Markdown of a report: images a second, ratios, shares of a training step."""
    lines = ["| transform | nnlab, images a second | torchvision, images a second | ratio | share of a training step |",
             "|---|---|---|---|---|"]
    for row in report["rows"]:
        ours, theirs = (f"{BATCH / row[name]['median']:,.0f}" for name in ("nnlab", "torchvision"))
        lines.append(f"| {row['what']} | {ours} | {theirs} | {row['ratio']:.0f} | {100 * row['share']:.1f} % |")
    step = report["step"]
    lines += ["", f"A training step takes {1000 * step['median']:.1f} ms ({1000 * step['min']:.1f} to "
              f"{1000 * step['max']:.1f}). One thread, medians of {ROUNDS} rounds in turns. {report['machine']}."]
    return "\n".join(lines)


def main():
    """Measure, write the JSON file, print the table."""
    torch.set_num_threads(1)
    report = measure()
    PATH.write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))
    slow = [row["what"] for row in report["rows"]
            if row["what"] != "Mixup" and (row["ratio"] < 10 or row["share"] > 0.1)]
    sys.exit(f"slower than a tenth of torchvision's time, or than 10 % of a step: {', '.join(slow)}" if slow else 0)


if __name__ == "__main__":
    main()
