"""What the tests of figures share: a notebook of all figures, random states of each, what torch says of a state."""

import json
import math
import random
import re

import nbformat
import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import center_of_mass

from nnlab import widgets
from nnlab.course.npm import package
from nnlab.models import MLP
from nnlab.widgets import MIME, NETWORK, Figure

NAMES = widgets.names()
NOTES = (
    "<details><summary>For the lecturer · 1 min</summary>\n\nDrag, ask the hall what will happen, and drag again. Let them vote "
    "before the answer is on the wall, and wait until the last row has voted too: it knows more than it says, and says it late."
    "\n\n</details>"
)
FULLEST = {"activations": {"shown": widgets.rules("activations")["choices"]["shown"]},  # what shows all that there is
           "digit": {"network": MLP([784, 20, 10])}}
BROKEN = re.compile(r"NaN|undefined|Infinity|\[object")


def notebook(*figures):
    """A notebook that shows each of the `figures` on a slide of its own, as it is stored after a run."""
    slide, spoken = ({"slideshow": {"slide_type": kind}} for kind in ("slide", "notes"))
    cells = [nbformat.v4.new_markdown_cell("# Figures", metadata=slide), nbformat.v4.new_markdown_cell(NOTES, metadata=spoken)]
    for figure in figures:
        cells += [
            nbformat.v4.new_markdown_cell("## A figure", metadata=slide),
            nbformat.v4.new_code_cell(
                f"Figure({figure.figure!r})",
                metadata={"nnlab": {"slide": "output"}},
                execution_count=1,
                outputs=[
                    nbformat.v4.new_output(
                        "execute_result",
                        {"text/plain": repr(figure), MIME: {"name": figure.figure, "state": figure.state},
                         NETWORK: figure.network},
                        execution_count=1,
                    )
                ],
            ),
            nbformat.v4.new_markdown_cell(NOTES, metadata=spoken),
        ]
    return nbformat.v4.new_notebook(cells=cells)


def numbers(text):
    """Numbers in a text of a figure."""
    return [float(found.replace("\u2212", "-")) for found in re.findall(r"[-\u2212]?\d+(?:\.\d+)?", text)]


def state_of(page, k=0):
    """State of the page's figure number `k`, read from its sheet."""
    return json.loads(page.locator(".figure textarea").nth(k).input_value())


def axe(page, where="document", options="{ resultTypes: ['violations', 'passes'] }"):
    """What axe-core finds in `where` (JavaScript) of the page: violations, each in words, and how many checks passed."""
    page.evaluate((package("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run({where}, {options})")
    said = [f"{one['id']}: {one['help']} {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found["violations"]]
    return said, sum(len(one["nodes"]) for one in found["passes"])


def drag(page, handle, dx, dy, moves=5):
    """Drag the middle of what `handle` finds by (dx, dy) pixels, in steps, as a hand does."""
    box = handle.locator(".ring").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, moves + 1):
        page.mouse.move(x + dx * k / moves, y + dy * k / moves)
    page.mouse.up()


# ------------------------------------------------------------------------------------------------ random states


def random_state(name, draw):
    """A state of the figure called `name`, whole, drawn with the random.Random `draw`."""
    between = lambda low, high, digits=2: round(draw.uniform(low, high), digits)  # noqa: E731
    state = {
        "neuron": lambda: {
            "weights": [between(-3, 3), between(-3, 3)],
            "bias": between(-3, 3),
            "probe": [between(-3, 3), between(-3, 3)],
            "activation": draw.choice(["step", "sigmoid", "tanh", "ReLU", "linear"]),
        },
        "activations": lambda: {
            "shown": draw.sample(
                ["linear", "step", "sigmoid", "tanh", "ReLU", "leaky ReLU", "ELU", "maxout", "APL"], draw.randint(1, 9)
            ),
            "x": draw.choice([0, between(-4, 4)]),
            "leak": between(0, 1),
            "alpha": between(0, 2),
            "maxout": [between(-1.5, 1.5) for _ in range(4)],
            "apl": [between(-1, 1), draw.choice([0, between(-1, 1)])],
        },
        "perceptron": lambda: {
            "points": _points(draw),
            "seed": draw.choice([0, draw.randint(1, 999)]),
            "step": draw.randint(0, 80),
        },
        "fold": lambda: {
            "weights": [between(-2, 2) for _ in range(4)],
            "bias": [between(-2, 2) for _ in range(2)],
            "out": [between(-3, 3) for _ in range(2)],
            "fold": between(0, 1),
            "probe": [between(-0.5, 1.5) for _ in range(2)],
        },
        "bumps": lambda: {
            "heights": [between(-1, 1) for _ in range(9)],
            "bumps": draw.randint(1, 60),
            "steepness": draw.randint(5, 1000),
        },
        "playground": lambda: {
            "data": draw.choice(["xor", "circles", "moons", "spirals", "own points"]),
            "noise": between(0, 0.5),
            "own": [[between(-1.5, 1.5), between(-1.5, 1.5), draw.choice([1, -1])] for _ in range(draw.randint(1, 12))],
            "share": between(0.1, 0.9),
            "features": draw.sample(widgets.rules("playground")["choices"]["features"], draw.randint(1, 7)),
            "layers": [[draw.randint(1, 8)] for _ in range(draw.randint(0, 4))],
            "activation": draw.choice(["ReLU", "tanh", "sigmoid", "linear"]),
            "init": draw.choice(["Xavier", "Kaiming", "deviation 1", "zeros"]),
            "optimizer": draw.choice(["SGD", "momentum", "Adam"]),
            "rate": draw.choice(["0.001", "0.03", "0.1"]),
            "batch": draw.randint(1, 50),
            "l1": draw.choice([0, between(0, 0.1)]),
            "l2": draw.choice([0, between(0, 0.1)]),
            "dropout": draw.choice([0, between(0, 0.8)]),
            "seed": draw.randint(0, 999),
            "step": draw.randint(0, 60),
            "probe": [between(-1.5, 1.5), between(-1.5, 1.5)],
            "edits": [[0, 0, 0, 0, 0], [draw.randint(0, 60), draw.randint(1, 3), 1, draw.randint(0, 2), between(-2, 2)]],
        },
        "graph": lambda: {
            "program": _program(draw),
            "order": draw.choice(["children first", "depth first"]),
            "step": draw.randint(0, 30),
        },
        "digit": lambda: {
            "strokes": [_walk(draw) for _ in range(draw.choice([0, 1, 1, 2, 3]))],
            "pen": draw.randint(2, 20),
            "size": draw.choice([1, between(0.3, 1.5)]),
            "turn": draw.choice([0, draw.randint(-180, 180)]),
        },
        "losses": lambda: {
            "start": between(-7, 7),
            "target": draw.choice("01"),
            "rate": between(0.1, 5),
            "step": draw.randint(0, 100),
        },
    }[name]()
    return Figure(name, **state).state


def _program(draw):
    """A program for the graph: two or three inputs, then up to four operations on what there is, all within their domains."""
    names = list("abc"[: draw.randint(2, 3)])
    lines = [f"{name} = {round(draw.uniform(-3, 3), 2)}" for name in names]
    for name in "defg"[: draw.randint(1, 4)]:
        x, y, k = draw.choice(names), draw.choice(names), round(draw.uniform(0.5, 3), 1)
        forms = [f"{x} + {y}", f"{x} * {y} - {k}", f"tanh({x} - {y} / {k})", f"{k} - relu({x}) * 2", f"sigmoid({x})", f"-{x}",
                 f"exp(tanh({x}))", f"log({x} ** 2 + {k})", f"{y} / ({x} * {x} + {k})", f"({x} + {k}) * (-{y})"]
        lines.append(f"{name} = {draw.choice(forms)}")
        names.append(name)
    return "; ".join(lines)


def _walk(draw):
    """A stroke of one to twelve points on the pad, none far from the one before."""
    x, y = draw.uniform(20, 80), draw.uniform(20, 80)
    stroke = []
    for _ in range(draw.randint(1, 12)):
        stroke.append([round(x, 1), round(y, 1)])
        x, y = (min(100, max(0, one + draw.uniform(-25, 25))) for one in (x, y))
    return stroke


def _points(draw):
    """Up to twelve points; in two of three draws a line separates them."""
    points = [[round(draw.uniform(-3, 3), 1), round(draw.uniform(-3, 3), 1)] for _ in range(draw.randint(1, 12))]
    if draw.random() < 1 / 3:
        return [[x, y, draw.choice([1, -1])] for x, y in points]
    b, w, v = draw.uniform(-1, 1), draw.uniform(-1, 1), draw.uniform(-1, 1)
    return [[x, y, 1 if b + w * x + v * y > 0 else -1] for x, y in points if abs(b + w * x + v * y) > 0.05]


# ------------------------------------------------------------------------------------------------ what torch says


def by_torch(name, state):
    """The numbers of the figure called `name` at `state`, computed with torch in float64: a dictionary of what it claims."""
    oracles = {"neuron": _neuron, "activations": _activations, "perceptron": _perceptron, "losses": _losses, "fold": _fold,
               "bumps": _bumps, "digit": _digit, "graph": _graph,
               "playground": lambda state: {}}  # compared where its PyTorch is run
    return oracles[name](state)


def _neuron(state):
    layer = torch.nn.Linear(2, 1, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([state["weights"]], dtype=torch.float64))
        layer.bias.fill_(state["bias"])
        z = layer(torch.tensor(state["probe"], dtype=torch.float64))[0]
        past = torch.tensor(state["points"], dtype=torch.float64)
        right = ((layer(past[:, :2])[:, 0] >= 0) == (past[:, 2] == 1)).sum()
    output = {"step": (z >= 0).double(), "sigmoid": F.sigmoid(z), "tanh": F.tanh(z), "ReLU": F.relu(z), "linear": z}[
        state["activation"]
    ]
    return {"z": z.item(), "output": output.item(), "right": right.item()}


def _activations(state):
    x = torch.tensor(float(state["x"]), dtype=torch.float64, requires_grad=True)
    (w, c, v, d), (a, b) = state["maxout"], state["apl"]
    values = {
        "linear": 1 * x,
        "step": torch.heaviside(x.detach(), torch.ones_like(x)),
        "sigmoid": F.sigmoid(x),
        "tanh": F.tanh(x),
        "ReLU": F.relu(x),
        "leaky ReLU": F.leaky_relu(x, state["leak"]),
        "ELU": F.elu(x, state["alpha"]),
        "maxout": torch.maximum(w * x + c, v * x + d),
        "APL": F.relu(x) + a * F.relu(b - x),
    }
    found = {}
    for name, y in values.items():
        if name in state["shown"]:
            found[f"{name} value"] = y.item()
            found[f"{name} slope"] = torch.autograd.grad(y, x)[0].item() if y.requires_grad else 0.0
    return found


def _graph(state):
    known = {name: getattr(torch, name) for name in ("exp", "log", "relu", "tanh", "sigmoid")}
    values = {}
    for name, right in (line.split(" = ") for line in state["program"].split("; ")):
        try:
            values[name] = torch.tensor(float(right), dtype=torch.float64, requires_grad=True)
        except ValueError:
            values[name] = eval(right, known, values)
            values[name].retain_grad()
    values[name].backward()
    return {f"{name} {part}": found for name, value in values.items() if value.grad is not None
            for part, found in (("value", value.item()), ("gradient", value.grad.item()))}


def _digit(state):
    if not state["strokes"]:
        return {}
    places = torch.tensor([complex(*point) for stroke in state["strokes"] for point in stroke], dtype=torch.complex128)
    middle = complex(*((part.min() + part.max()).item() / 2 for part in (places.real, places.imag)))
    ink = torch.zeros(100, 100, dtype=torch.float64)
    pixel = torch.complex(*(part.double() + 0.5 for part in torch.meshgrid(torch.arange(100), torch.arange(100), indexing="xy")))
    for stroke in state["strokes"]:
        points = torch.tensor([complex(*point) for point in stroke], dtype=torch.complex128)
        if (state["size"], state["turn"]) != (1, 0):
            points = middle + (points - middle) * state["size"] * np.exp(1j * np.pi * state["turn"] / 180)
            points = torch.complex(points.real.round(decimals=6), points.imag.round(decimals=6))
        for start, end in zip(points, torch.cat([points[1:], points[-1:]]), strict=True):
            along = end - start
            share = ((pixel - start) * along.conj()).real / max(along.abs().item() ** 2, 1e-30)
            ink = torch.maximum(ink, (state["pen"] / 2 + 0.5 - (pixel - start - share.clamp(0, 1) * along).abs()).clamp(0, 1))
    inside = (ink > 1e-6).nonzero()
    if not len(inside):
        return {}
    (top, left), (bottom, right) = inside.min(0).values.tolist(), inside.max(0).values.tolist()
    cut = ink[top:bottom + 1, left:right + 1]
    sides = [max(1, math.floor(20 * side / max(cut.shape) + 0.5)) for side in cut.shape]
    scaled = F.adaptive_avg_pool2d(cut[None], sides)[0]
    mass = center_of_mass(scaled.numpy())
    image = torch.zeros(28, 28, dtype=torch.float64)
    row, column = (min(max(math.floor(14.5 - round(at, 6)), 0), 28 - side) for at, side in zip(mass, sides, strict=True))
    image[row:row + sides[0], column:column + sides[1]] = scaled
    return {"mass": list(mass), "image": image.flatten().tolist()}


def _bumps(state):
    knots, heights = torch.linspace(0, 1, 9, dtype=torch.float64), torch.tensor(state["heights"], dtype=torch.float64)
    target = lambda x: torch.from_numpy(np.interp(x.numpy(), knots.numpy(), heights.numpy()))  # noqa: E731
    n, x = state["bumps"], torch.linspace(0, 1, 401, dtype=torch.float64)
    x = x[(x >= 0.02 - 1e-12) & (x <= 0.98 + 1e-12)]
    edges = torch.linspace(0, 1, n + 1, dtype=torch.float64)
    hidden = torch.nn.Linear(1, 2 * n, dtype=torch.float64)
    with torch.no_grad():
        hidden.weight.fill_(state["steepness"])
        hidden.bias.copy_(-state["steepness"] * torch.cat([edges[:-1], edges[1:]]))
        tops = target((edges[1:] + edges[:-1]) / 2)
        total = torch.sigmoid(hidden(x[:, None])) @ torch.cat([tops, -tops])
    slope = 8 * (heights[1:] - heights[:-1]).abs().max().item()
    return {"error": (total - target(x)).abs().max().item(), "bound": slope / (2 * n), "units": 2 * n}


def _fold(state):
    hidden, out = torch.nn.Linear(2, 2, dtype=torch.float64), torch.nn.Linear(2, 1, bias=False, dtype=torch.float64)
    x = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1], state["probe"]], dtype=torch.float64)
    with torch.no_grad():
        hidden.weight.copy_(torch.tensor(state["weights"], dtype=torch.float64).view(2, 2).T)
        hidden.bias.copy_(torch.tensor(state["bias"], dtype=torch.float64))
        out.weight.copy_(torch.tensor([state["out"]], dtype=torch.float64))
        h = F.relu(hidden(x))
        y = out(h)[:, 0]
    right = ((y[:4] > 0.5) == torch.tensor([False, True, True, False])).sum().item()
    rows = {f"{k} {part}": one for k, row in enumerate(torch.cat([h, y[:, None]], 1).tolist())
            for part, one in zip(("h1", "h2", "y"), row, strict=True)}
    return rows | {"right": right}


def _perceptron(state):
    x = torch.tensor([[1, a, b] for a, b, _ in state["points"]], dtype=torch.float64).reshape(-1, 3)
    y = torch.tensor([float(label) for *_, label in state["points"]], dtype=torch.float64)
    return {"x": x, "y": y, "radius": x.norm(dim=1).max().item() if len(x) else 0.0}


def perceptron_run(x, y, order, step):
    """Weights and mistakes after `step` looks at the points x (N, 3) of classes y (N,), in `order`, pass after pass."""
    w, mistakes = torch.zeros(3, dtype=torch.float64), 0
    for k in range(step):
        i = order[k % len(order)]
        if y[i] * (x[i] @ w) <= 1e-9:
            w, mistakes = w + y[i] * x[i], mistakes + 1
    return w, mistakes


def widest_margin(x, y):
    """The largest margin of a unit-norm separator through 0 of y x (N, 3), by SciPy's SLSQP; None where nothing separates."""
    from scipy.optimize import linprog, minimize

    towards = (y[:, None] * x).numpy()
    first = linprog(np.zeros(3), A_ub=-towards, b_ub=-np.ones(len(towards)), bounds=[(None, None)] * 3)
    if first.status != 0:
        return None
    best = minimize(
        lambda v: v @ v / 2,
        first.x,
        jac=lambda v: v,
        constraints={"type": "ineq", "fun": lambda v: towards @ v - 1, "jac": lambda v: towards},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    ).x
    return float((towards @ best).min() / np.linalg.norm(best))


def _losses(state):
    y, found = torch.tensor(float(state["target"]), dtype=torch.float64), {}
    losses = {
        "squared error": lambda w: F.mse_loss(torch.sigmoid(w), y) / 2,
        "cross-entropy": lambda w: F.binary_cross_entropy_with_logits(w, y),
    }
    for name, loss_of in losses.items():
        w = torch.tensor(state["start"], dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=state["rate"])
        for _ in range(state["step"]):
            optimizer.zero_grad()
            loss_of(w).backward()
            optimizer.step()
        loss = loss_of(w)
        found |= {
            f"{name} w": w.item(),
            f"{name} output": torch.sigmoid(w).item(),
            f"{name} loss": loss.item(),
            f"{name} slope": torch.autograd.grad(loss, w)[0].item(),
        }
    return found


def claimed(name, found):
    """What the figure called `name` claims, from the numbers `found` that its JavaScript gives, under by_torch's keys."""
    if name == "activations":
        return {f"{row['name']} {part}": row[part] for row in found["rows"] for part in ("value", "slope")}
    if name == "losses":
        return {f"{ball['name']} {part}": ball[part] for ball in found["balls"] for part in ("w", "output", "loss", "slope")}
    if name == "fold":
        values = [[*row["h"], row["output"]] for row in [*found["rows"], found["probe"]]]
        rows = {f"{k} {part}": one for k, row in enumerate(values) for part, one in zip(("h1", "h2", "y"), row, strict=True)}
        return rows | {"right": found["right"]}
    if name == "graph":
        rows = zip(found["graph"], found["right"], strict=True)
        return {f"{node['name']} {part}": number for node, gradient in rows if node["name"]
                for part, number in (("value", node["value"]), ("gradient", gradient))}
    if name == "playground":
        return {}
    if name == "digit":
        steps = found["steps"]
        return steps and {"mass": steps["mass"], "image": [one for row in steps["image"] for one in row]} or {}
    parts = {"neuron": ("z", "output", "right"), "perceptron": ("radius",), "bumps": ("error", "bound", "units")}
    return {part: found[part] for part in parts[name]}


def draws(seed, count=60):
    """`count` random states a figure: pairs of name and state."""
    draw = random.Random(seed)
    return [(name, random_state(name, draw)) for name in NAMES for _ in range(count)]
