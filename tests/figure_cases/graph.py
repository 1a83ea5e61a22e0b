"""The graph of an expression: values and gradients by torch's autograd."""

import pytest
import torch
from figures import numbers as numbers_in

from figure_cases import said

change = {"step": 6}
typed = "7"


def random_state(draw):
    return {"program": _program(draw), "order": draw.choice(["children first", "depth first"]),
            "step": draw.randint(0, 30)}


def _program(draw):
    """A program: two or three inputs, then up to four operations on what there is, all within their domains."""
    names = list("abc"[: draw.randint(2, 3)])
    lines = [f"{name} = {round(draw.uniform(-3, 3), 2)}" for name in names]
    for name in "defg"[: draw.randint(1, 4)]:
        x, y, k = draw.choice(names), draw.choice(names), round(draw.uniform(0.5, 3), 1)
        forms = [f"{x} + {y}", f"{x} * {y} - {k}", f"tanh({x} - {y} / {k})", f"{k} - relu({x}) * 2", f"sigmoid({x})",
                 f"-{x}", f"exp(tanh({x}))", f"log({x} ** 2 + {k})", f"{y} / ({x} * {x} + {k})",
                 f"({x} + {k}) * (-{y})"]
        lines.append(f"{name} = {draw.choice(forms)}")
        names.append(name)
    return "; ".join(lines)


def by_torch(state):
    known = {name: getattr(torch, name) for name in ("exp", "log", "relu", "tanh", "sigmoid")}
    values = {}
    for name, right in (line.split(" = ") for line in state["program"].split("; ")):
        try:
            values[name] = torch.tensor(float(right), dtype=torch.float64, requires_grad=True)
        except ValueError:
            values[name] = eval(right, known, values)
            values[name].retain_grad()
    values[name].backward()
    return {f"{name} {part}": one for name, value in values.items() if value.grad is not None
            for part, one in (("value", value.item()), ("gradient", value.grad.item()))}


def found(numbers):
    rows = zip(numbers["graph"], numbers["correct"], strict=True)
    return {f"{node['name']} {part}": number for node, gradient in rows if node["name"]
            for part, number in (("value", node["value"]), ("gradient", gradient))}


def printed(state, numbers):
    rows = zip(numbers["graph"], numbers["correct"], strict=True)
    return [one for node, gradient in rows if node["name"] for one in (node["value"], gradient)]


def on_screen(page, state, numbers):
    child, which = numbers["edges"][numbers["passed"] - 1]
    parent = numbers["graph"][child]["parents"][which][0]
    assert numbers_in(said(page))[-1] == pytest.approx(numbers["grads"][parent], rel=5.1e-3)
