"""The playground: its training is compared where its PyTorch is run, and in test_network_js.py."""

import pytest
from figures import numbers as numbers_in

from figure_cases import between, said
from nnlab import widgets
from nnlab.models import MLP

RULES = widgets.rules("playground")
change = {"step": 30}
fullest = {"data": "own points", "step": 30}
typed = "7"


def random_state(draw):
    coordinate = lambda: between(draw, -1.5, 1.5)  # noqa: E731
    edit = [draw.randint(0, 60), draw.randint(1, 3), 1, draw.randint(0, 2), between(draw, -2, 2)]
    return {
        "data": draw.choice(RULES["choices"]["data"]),
        "noise": between(draw, 0, 0.5),
        "own": [[coordinate(), coordinate(), draw.choice([1, -1])] for _ in range(draw.randint(1, 12))],
        "share": between(draw, 0.1, 0.9),
        "features": draw.sample(RULES["choices"]["features"], draw.randint(1, 7)),
        "layers": [[draw.randint(1, 8)] for _ in range(draw.randint(0, 4))],
        "activation": draw.choice(RULES["choices"]["activation"]),
        "init": draw.choice(RULES["choices"]["init"]),
        "optimizer": draw.choice(RULES["choices"]["optimizer"]),
        "rate": draw.choice(["0.001", "0.03", "0.1"]),
        "batch": draw.randint(1, 50),
        "l1": draw.choice([0, between(draw, 0, 0.1)]),
        "l2": draw.choice([0, between(draw, 0, 0.1)]),
        "dropout": draw.choice([0, between(draw, 0, 0.8)]),
        "seed": draw.randint(0, 999),
        "step": draw.randint(0, 60),
        "probe": [coordinate(), coordinate()],
        "edits": [[0, 0, 0, 0, 0], edit],
    }


def by_torch(state):
    sizes = [len(state["features"]), *(count for count, in state["layers"]), 1]
    count = len(state["own"]) if state["data"] == "own points" else 200
    train = max(min(1, count), int(state["share"] * count + 0.5))
    return {"parameters": sum(part.numel() for part in MLP(sizes).parameters()), "train": train, "test": count - train}


def found(numbers):
    return {"parameters": numbers["parameters"]} | {part: len(numbers[part]) for part in ("train", "test")}


def printed(state, numbers):
    return [part["loss"] for part in (numbers["onTrain"], numbers["onTest"]) if part]


def on_screen(page, state, numbers):
    epoch, loss, accuracy, test_loss, test_accuracy, count = numbers_in(said(page))[:6]
    train, test = numbers["onTrain"], numbers["onTest"]
    assert (epoch, count) == (round(numbers["epoch"], 1), numbers["parameters"])
    assert (loss, test_loss) == pytest.approx((train["loss"], test["loss"]), abs=5.1e-5)
    assert (accuracy, test_accuracy) == pytest.approx((100 * train["accuracy"], 100 * test["accuracy"]), abs=0.51)
