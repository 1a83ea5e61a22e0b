"""Time of one epoch of training and its evaluation by `nnlab.train.fit` and its peers, on one machine in one process.

    make bench        runs this in an environment of its own, build/peers, prints the ratios and writes build/bench.json

A network 784-30-10 is trained on Fashion-MNIST for one epoch by SGD (learning rate 0.01, Nesterov momentum 0.8), then
loss and accuracy on the 10,000 test images are computed. The contestants take turns, five rounds; reported are medians,
least and greatest, and the median of the rounds' ratios.
Where `fit` computes the training accuracy, so does the loop written by hand; against the bare loop neither does.
"""

import gc
import importlib.metadata
import json
import logging
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import torch
import torch.nn.functional as F
from table import table
from torch.utils.data import DataLoader, TensorDataset

from nnlab.batches import Batches
from nnlab.data import load
from nnlab.device import describe
from nnlab.metrics import accuracy
from nnlab.models import MLP
from nnlab.train import fit

HERE = Path(__file__).parent
ROUNDS = 5
BOUNDS = {"bare loop by hand": {10: 1.05, 32: 1.05, 128: 1.05}, "loop by hand": {10: 1.05, 32: 1.05, 128: 1.05},
          "DataLoader with ToTensor": {10: 0.35, 128: 0.12}, "DataLoader over TensorDataset": {128: 0.5},
          "scikit-learn MLPClassifier": {128: 1.2}, "skorch": {128: 1}, "Lightning": {128: 1}, "fastai": {128: 1},
          "Keras on torch": {128: 1}}  # peer -> batch size -> upper bound on fit's time / the peer's


def network(plain=False):
    """The network and its optimizer, the same at every start; `plain` is the same network in torch's own modules."""
    torch.manual_seed(0)
    net = MLP([784, 30, 10])
    if plain:
        first, last = net.layers
        net = torch.nn.Sequential(first, torch.nn.ReLU(), last)
    return net, torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.8, nesterov=True, fused=True)


class Contest:
    """The data, and a method for each contestant that trains and evaluates once with a batch size."""

    def __init__(self):
        data = load("fashion_mnist")
        if len(data.x_train) != 60_000:
            raise SystemExit("the benchmark needs the whole Fashion-MNIST: connect to the network, or set NNLAB_DATA")
        self.x, self.y, self.xt, self.yt = data.x_train.flatten(1), data.y_train, data.x_test.flatten(1), data.y_test
        self.folder = tempfile.TemporaryDirectory()
        raw = Path(self.folder.name, "FashionMNIST", "raw")
        raw.mkdir(parents=True)
        for part, x, y in (("train", data.x_train, data.y_train), ("t10k", data.x_test, data.y_test)):
            images, labels = (x * 255).round().to(torch.uint8).numpy(), y.to(torch.uint8).numpy()
            head = struct.pack(">4I", 0x803, len(x), 28, 28)
            (raw / f"{part}-images-idx3-ubyte").write_bytes(head + images.tobytes())
            (raw / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, len(y)) + labels.tobytes())

    def nnlab(self, size, metrics=(("accuracy", accuracy),)):
        """`fit` on `Batches`, with accuracy on both parts."""
        net, optimizer = network()
        fit(net, Batches(self.x, self.y, size, shuffle=True), Batches(self.xt, self.yt, 10_000),
            loss_fn=F.cross_entropy, optimizer=optimizer, epochs=1, metrics=dict(metrics), progress=False)

    def nnlab_bare(self, size):
        """`fit` without metrics: the two losses alone."""
        self.nnlab(size, metrics=())

    def training_alone(self, n, epochs):
        """`fit` on the first `n` samples, several epochs, without evaluation."""
        net, optimizer = network()
        fit(net, Batches(self.x[:n], self.y[:n], 128, shuffle=True), loss_fn=F.cross_entropy, optimizer=optimizer,
            epochs=epochs, progress=False)

    def by_hand(self, size):
        """The fastest loop we could write that gives the same four numbers: indexed tensors, the test set in one go."""
        net, optimizer = network(plain=True)
        scores, losses, first = torch.empty(len(self.x), 10), [], 0
        order = torch.randperm(len(self.x))
        for index in order.split(size):
            outputs = net(self.x.index_select(0, index))
            loss = F.cross_entropy(outputs, self.y.index_select(0, index))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            scores[first:first + size] = outputs.detach()
            first += size
        torch.stack(losses).mean().item(), (scores.argmax(1) == self.y[order]).float().mean().item()
        self._evaluate(net)

    def by_hand_bare(self, size):
        """The fastest loop we could write, without losses and accuracy of the training."""
        net, optimizer = network(plain=True)
        for index in torch.randperm(len(self.x)).split(size):
            loss = F.cross_entropy(net(self.x.index_select(0, index)), self.y.index_select(0, index))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        self._evaluate(net)

    def _evaluate(self, net):
        net.eval()
        with torch.no_grad():
            outputs = net(self.xt)
            return F.cross_entropy(outputs, self.yt).item(), (outputs.argmax(1) == self.yt).float().mean().item()

    def _loaders(self, train, test, size):
        net, optimizer = network()
        for x, y in DataLoader(train, size, shuffle=True):
            loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        net.eval()
        right = total = 0
        with torch.no_grad():
            for x, y in DataLoader(test, 1000):
                outputs = net(x)
                total += F.cross_entropy(outputs, y, reduction="sum").item()
                right += (outputs.argmax(1) == y).sum().item()

    def tensor_dataset(self, size):
        """Torch's DataLoader over tensors in memory."""
        self._loaders(TensorDataset(self.x, self.y), TensorDataset(self.xt, self.yt), size)

    def to_tensor(self, size):
        """The loader of most tutorials: torchvision's data set with ToTensor, one image at a time."""
        from torchvision.datasets import FashionMNIST
        from torchvision.transforms import ToTensor

        sets = [FashionMNIST(self.folder.name, train=train, transform=ToTensor()) for train in (True, False)]
        self._loaders(*sets, size)

    def scikit_learn(self, size):
        """scikit-learn's MLPClassifier, compiled loops on float32."""
        from sklearn.neural_network import MLPClassifier

        net = MLPClassifier((30,), solver="sgd", learning_rate_init=0.01, momentum=0.8, batch_size=size, max_iter=1,
                            random_state=0)
        net.fit(self.x.numpy(), self.y.numpy()).score(self.xt.numpy(), self.yt.numpy())

    def skorch(self, size):
        """Skorch's NeuralNetClassifier."""
        from skorch import NeuralNetClassifier
        from skorch.helper import predefined_split

        torch.manual_seed(0)
        net = NeuralNetClassifier(
            MLP([784, 30, 10]), max_epochs=1, batch_size=size, iterator_train__shuffle=True, verbose=0,
            criterion=torch.nn.CrossEntropyLoss, optimizer=torch.optim.SGD, lr=0.01, optimizer__momentum=0.8,
            optimizer__nesterov=True, train_split=predefined_split(TensorDataset(self.xt, self.yt)))
        net.fit(self.x, self.y)

    def lightning(self, size):
        """Lightning's Trainer, without logger, bar and checkpoints."""
        import lightning

        net, optimizer = network()

        class Module(lightning.LightningModule):
            def __init__(self):
                super().__init__()
                self.net = net

            def training_step(self, batch, _):
                return F.cross_entropy(self.net(batch[0]), batch[1])

            def validation_step(self, batch, _):
                outputs = self.net(batch[0])
                self.log_dict({"loss": F.cross_entropy(outputs, batch[1]), "accuracy": accuracy(outputs, batch[1])})

            def configure_optimizers(self):
                return optimizer
        trainer = lightning.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_progress_bar=False,
                                    enable_checkpointing=False, enable_model_summary=False, num_sanity_val_steps=0)
        trainer.fit(Module(), DataLoader(TensorDataset(self.x, self.y), size, shuffle=True),
                    DataLoader(TensorDataset(self.xt, self.yt), 1000))

    def fastai(self, size):
        """Fastai's Learner, without its bar."""
        from functools import partial

        import fastai.callback.progress  # noqa: F401  (adds no_bar)
        from fastai.data.core import DataLoaders
        from fastai.data.load import DataLoader as Loader
        from fastai.learner import Learner
        from fastai.metrics import accuracy as their_accuracy
        from fastai.optimizer import OptimWrapper

        loaders = DataLoaders(Loader(TensorDataset(self.x, self.y), size, shuffle=True, num_workers=0),
                              Loader(TensorDataset(self.xt, self.yt), 1000, num_workers=0), device="cpu")
        learner = Learner(loaders, network()[0], loss_func=torch.nn.CrossEntropyLoss(), metrics=their_accuracy,
                          opt_func=partial(OptimWrapper, opt=partial(torch.optim.SGD, momentum=0.8, nesterov=True)))
        with learner.no_bar(), learner.no_logging():
            learner.fit(1, 0.01)

    def keras(self, size):
        """Keras 3 with torch as its backend."""
        import keras

        net = keras.Sequential([keras.Input((784,)), keras.layers.Dense(30, "relu"), keras.layers.Dense(10)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        net.compile(keras.optimizers.SGD(0.01, 0.8, nesterov=True), loss, metrics=["accuracy"])
        net.fit(self.x.numpy(), self.y.numpy(), size, epochs=1, verbose=0,
                validation_data=(self.xt.numpy(), self.yt.numpy()), validation_batch_size=1000)


def seconds(work):
    """Seconds that `work()` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def summary(times):
    """Median, least and greatest of a list of seconds."""
    return {"median": statistics.median(times), "min": min(times), "max": max(times)}


def rounds(contestants, turns=ROUNDS):
    """Lists of the seconds of each of the `contestants`, which run in turn, `turns` rounds after an untimed one."""
    times = {name: [] for name in contestants}
    for turn in range(-1, turns):
        for name, work in contestants.items():
            took = seconds(work)
            if turn >= 0:
                times[name].append(took)
            print(f"\r{turn + 1}/{turns} {name:<40} {took:7.2f} s", end="", file=sys.stderr)
        gc.collect()
        gc.freeze()  # so that garbage collection ignores what peers imported
    print(file=sys.stderr)
    return times


def imports():
    """Seconds for importing torch, and nnlab.train, each in a fresh Python."""
    def fresh(module):
        return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return rounds({"import torch": fresh("torch"), "import nnlab.train": fresh("nnlab.train")}, 3 * ROUNDS)


def ratio(ours, theirs):
    """Median over the rounds of our seconds against theirs in the same round: a machine that slows down slows both."""
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))


def row(what, ours, theirs, bound, floor=None):
    """One line of the table; `floor`, the loop by hand, is a lower bound for every package on torch."""
    return {"what": what, "nnlab": summary(ours), "peer": summary(theirs), "ratio": ratio(ours, theirs), "bound": bound,
            "floor": floor and ratio(floor, theirs)}


def main():
    """Run everything, write build/bench.json, print the table."""
    warnings.simplefilter("ignore")
    for name in ("lightning", "lightning.pytorch", "lightning.fabric", "lightning.pytorch.utilities.rank_zero"):
        logging.getLogger(name).setLevel(logging.ERROR)
    contest, rows = Contest(), []
    work = {"bare loop by hand": contest.by_hand_bare, "loop by hand": contest.by_hand,
            "DataLoader with ToTensor": contest.to_tensor,
            "DataLoader over TensorDataset": contest.tensor_dataset, "scikit-learn MLPClassifier": contest.scikit_learn,
            "skorch": contest.skorch, "Lightning": contest.lightning, "fastai": contest.fastai,
            "Keras on torch": contest.keras, "nnlab": contest.nnlab, "nnlab, bare": contest.nnlab_bare}
    for size in (10, 32, 128):
        measured = rounds({name: lambda run=run, size=size: run(size) for name, run in work.items()
                           if size in BOUNDS.get(name, (size,))})
        for name, theirs in measured.items():
            if name in BOUNDS:
                ours = measured["nnlab, bare" if "bare" in name else "nnlab"]
                floor = None if "by hand" in name else measured["loop by hand"]
                rows.append(row(f"{name}, batch {size}", ours, theirs, BOUNDS[name][size], floor))
    taken = imports()
    ours, theirs = taken["import nnlab.train"], taken["import torch"]
    rows.append(row("`import torch` against `import nnlab.train`", ours, theirs, 1.05))
    sizes = 6_000, 60_000  # ten epochs of the one see as many samples as one epoch of the other
    each = rounds({n: lambda n=n: contest.training_alone(n, 60_000 // n) for n in sizes})
    rows.append(row("a sample of 6,000 against one of 60,000", each[60_000], each[6_000], 1.1))
    versions = {name: importlib.metadata.version(name)
                for name in ("torch", "scikit-learn", "skorch", "lightning", "fastai", "keras")}
    report = {"machine": describe(), "versions": versions, "rows": rows}
    (HERE.parent / "build" / "bench.json").write_text(json.dumps(report, indent=1) + "\n")
    print(table(report))


if __name__ == "__main__":
    main()
