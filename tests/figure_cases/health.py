"""The health board: its example, trained again and measured by hand."""

import functools

import torch
from figures import numbers as numbers_in
from torch import nn
from torch.nn import functional as F

from figure_cases import said
from nnlab import widgets

RULES = widgets.rules("health")
change = {"layer": 1, "step": 5}
typed = "7"
fullest = {"layer": 4, "sign": 0, "shows": "weights"}
refused = [
    ('{"step": 48}', "step = 48: choose between 0 and 47"),
    ('{"step": 1.5}', "step = 1.5: choose a whole number"),
    ('{"layer": -1}', "layer = -1: choose between 0 and 39"),
    ('{"sign": 100}', "sign = 100: choose between -1 and 99"),
    ('{"shows": "updates"}', 'shows = "updates": choose one of: outputs, gradients, weights'),
]
LABELS = ["0 Linear", "1 Tanh", "2 Linear", "3 ReLU", "4 Linear", "5 ReLU", "6 Linear"]
PARTS = ("train", "val", "mean", "std", "gradient", "dead", "saturated", "ratio")


def random_state(draw):
    return {"step": draw.randint(0, 47), "layer": draw.randint(0, 39), "sign": draw.randint(-1, 4),
            "shows": draw.choice(RULES["choices"]["shows"])}


@functools.cache
def measured():
    """Numbers of every fifth step, a list of dictionaries from (layer, part) to a number, -1 where there is none."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        centers = torch.randn(5, 20)
        y, y_val = torch.arange(400) % 5, torch.arange(300) % 5
        x = (centers[y] + 1.5 * torch.randn(400, 20)).double()
        x_val = (centers[y_val] + 1.5 * torch.randn(300, 20)).double()
        layers = [nn.Linear(20, 32), nn.Tanh(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(),
                  nn.Linear(32, 5)]
    with torch.no_grad():
        layers[0].weight *= 10
        layers[2].bias -= 1.7
    model, found, on = nn.Sequential(*layers).double(), [], {3: [], 5: []}
    for step in range(116):
        batch = torch.arange(40 * step, 40 * step + 40) % 400
        outputs = [x[batch]]
        for layer in model:
            outputs.append(layer(outputs[-1]))
            outputs[-1].retain_grad()
        model.zero_grad()
        F.cross_entropy(outputs[-1], y[batch]).backward()
        before = [layer.weight.detach().clone() if hasattr(layer, "weight") else None for layer in layers]
        row = {}
        if step % 5 == 0:
            with torch.no_grad():
                row = {"train": F.cross_entropy(model(x), y).item(), "val": F.cross_entropy(model(x_val), y_val).item()}
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.5 * parameter.grad
        if not row:
            continue
        found.append(row)
        for k, (layer, out) in enumerate(zip(layers, outputs[1:], strict=True)):
            row[k, "mean"], row[k, "std"] = out.mean().item(), out.std(correction=0).item()
            row[k, "gradient"] = out.grad.square().mean().sqrt().item()
            row[k, "saturated"] = (out.abs() > 0.97).double().mean().item() if k == 1 else -1
            if k in on:
                on[k] = [*on[k], (out > 0).any(0)][-4:]
            row[k, "dead"] = 1 - torch.stack(on[k]).any(0).double().mean().item() if k in on else -1
            row[k, "ratio"] = ((layer.weight - before[k]).norm() / before[k].norm()).item() if k % 2 == 0 else -1
    return found


def by_torch(state):
    at, layer = min(state["step"], 23), min(state["layer"], 6)
    row = measured()[at]
    values = {part: row[part] if part in row else row[layer, part] for part in PARTS}
    return {part: float(f"{value:.4g}") for part, value in values.items()} | {
        "step": 5 * at, "label": LABELS[layer], "sign": state["sign"] if state["sign"] < 2 else -1}


def found(numbers):
    return {part: -1 if numbers[part] is None else numbers[part] for part in (*PARTS, "step", "label", "sign")}


def printed(state, numbers):
    order = ("train", "val", "mean", "std", "dead", "saturated", "gradient", "ratio")
    return [numbers[part] for part in order if numbers[part] is not None]


def on_screen(page, state, numbers):
    words = said(page)
    begin, rest = words.split(f". {numbers['label']}: ")
    step, train, val = numbers_in(begin)
    assert step == numbers["step"] and abs(train - numbers["train"]) < 0.006 and abs(val - numbers["val"]) < 0.006
    assert ("dead" in rest) == (numbers["dead"] is not None) and f"mean {numbers['mean']:.3g}".replace(
        "-", "\u2212") in rest
    texts = page.locator(".panels text").all_text_contents()
    assert numbers["label"] in texts and any(one.startswith("train ") for one in texts)
