"""Records week 5c's comparisons of a fully connected and a convolutional network: learning rates, images, epochs.

    OMP_NUM_THREADS=1 python benchmarks/fc_against_conv.py      writes benchmarks/fc_against_conv.json, about 10 minutes

Fashion-MNIST, Adam with one cycle of the learning rate, batches of 64, five seeds. Accuracies are those on 2,000 other
training images; no test image is used. Three tables:

- `rates`: 8,000 images, four epochs, pixels in place or all permuted alike, at several learning rates;
- `images`: 500 updates, as many as four epochs of 8,000 images have, with 500 to 32,000 different images;
- `epochs`: 8,000 images, four to sixteen epochs.

Networks: "fully connected" 784-34-10 and "convolutional" CNN(channels=(8, 16), hidden=32) have equally many parameters;
"wide" 784-387-10 has as many multiply-adds as the convolutional one. `deviation` is the standard deviation over seeds.
"""

import datetime
import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from nnlab.batches import Batches
from nnlab.data import load, standardize
from nnlab.device import describe
from nnlab.metrics import accuracy
from nnlab.models import CNN, MLP
from nnlab.train import fit

PATH = Path(__file__).with_suffix(".json")
SEEDS, BATCH, RATE, VALIDATION = 5, 64, 0.01, 2000
RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05]
NETWORKS = {"fully connected": lambda: MLP([784, 34, 10]), "convolutional": CNN, "wide": lambda: MLP([784, 387, 10])}


def validation_accuracy(make, x, y, x_val, y_val, seed, lr, updates):
    """Accuracy on the validation images after training a network on x, y."""
    torch.manual_seed(seed)
    model = make().to(memory_format=torch.channels_last)
    batches = Batches(x, y, BATCH, shuffle=True, seed=seed, drop_last=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=updates)
    left = updates
    while left:  # the last pass may end early
        part = [batch for _, batch in zip(range(left), batches, strict=False)]
        fit(model, part, loss_fn=F.cross_entropy, optimizer=optimizer, epochs=1, scheduler=scheduler,
            schedule_every="batch", progress=False)
        left -= len(part)
    with torch.no_grad():
        return accuracy(model(x_val), y_val).item()


def main():
    """Run everything and write the tables."""
    torch.set_num_threads(1)
    data = load("fashion_mnist")
    if len(data.x_train) != 60_000:
        raise SystemExit("the benchmark needs the whole Fashion-MNIST: connect to the network, or set NNLAB_DATA")
    order = torch.randperm(784, generator=torch.Generator().manual_seed(0))
    tables, begun = {"rates": [], "images": [], "epochs": []}, time.perf_counter()

    def add(table, count=8000, epochs=4, permuted=False, **row):
        raw, raw_val = data.x_train[:count], data.x_train[-VALIDATION:]
        if permuted:
            raw, raw_val = (part.flatten(1)[:, order].view_as(part) for part in (raw, raw_val))
        x, x_val = standardize(raw, raw_val)
        y, y_val = data.y_train[:count], data.y_train[-VALIDATION:]
        found = torch.tensor([validation_accuracy(NETWORKS[row["network"]], x, y, x_val, y_val, seed,
                                                  row.get("rate", RATE), 125 * epochs) for seed in range(SEEDS)])
        row |= {name: value for name, value in (("images", count), ("epochs", epochs), ("permuted", permuted))
                if name == table or (name == "permuted" and table == "rates")}
        tables[table].append({**row, "accuracy": round(found.mean().item(), 4),
                              "deviation": round(found.std().item(), 4)})
        print(f"{time.perf_counter() - begun:5.0f} s  {table}  {tables[table][-1]}", file=sys.stderr, flush=True)

    for network in NETWORKS:
        for images in (500, 1000, 2000, 4000, 8000, 16_000, 32_000):
            add("images", images, network=network)
        for epochs in (4, 8, 16):
            add("epochs", epochs=epochs, network=network)
        for permuted in (False, True):
            for rate in RATES:
                add("rates", permuted=permuted, network=network, rate=rate)
    report = {"machine": describe(), "date": datetime.date.today().isoformat(), "seeds": SEEDS, "batch_size": BATCH,
              "validation": VALIDATION, "rate": RATE, "updates": 500}
    rows = ",\n ".join(f'"{name}": [\n  ' + ",\n  ".join(map(json.dumps, table)) + "\n ]"
                       for name, table in tables.items())
    PATH.write_text(json.dumps(report, indent=1, ensure_ascii=False)[:-2] + ",\n " + rows + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
