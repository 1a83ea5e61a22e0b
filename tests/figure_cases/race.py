"""The optimizer race: losses and paths of the optimizers on a surface."""

import math

import pytest
import torch

from figure_cases import between, normal, said, uniform_of
from nnlab import widgets

RULES = widgets.rules("race")
change = {"kappa": 20, "step": 30}
typed = "7"
fullest = {"methods": ["gradient descent", "momentum", "Nesterov", "Adam"], "noise": 0.5}
refused = [
    ('{"surface": "hill"}', 'surface = "hill": choose one of: bowl, ravine, saddle'),
    ('{"methods": ["SGD"]}', 'methods = ["SGD"]: choose from: gradient descent, momentum'),
    ('{"methods": []}', "methods = []: choose at least 1"),
    ('{"methods": ["Adam", "Adam", "Adam", "Adam", "Adam"]}', "5 are too many; at most 4"),
    ('{"methods": "Adam"}', 'methods = "Adam": expected a list'),
    ('{"rates": [-0.1]}', "rates = [-0.1]: choose between 0 and 10"),
    ('{"rates": 0.1}', "rates = 0.1: expected something like [0"),
    ('{"rates": [0.1, 0.1, 0.1, 0.1, 0.1]}', "5 are too many; at most 4"),
    ('{"betas": [1]}', "betas = [1]: choose between -1 and 0.999"),
    ('{"start": [1]}', "start = [1]: expected something like"),
    ('{"kappa": 0.5}', "kappa = 0.5: choose between 1 and 1000"),
    ('{"steps": 20.5}', "steps = 20.5: choose a whole number"),
    ('{"target": 0}', "target = 0: choose between 1e-8 and 10"),
]
OPTIMIZERS = {
    "gradient descent": lambda w, lr, beta: torch.optim.SGD([w], lr=lr),
    "momentum": lambda w, lr, beta: torch.optim.SGD([w], lr=lr, momentum=beta),
    "Nesterov": lambda w, lr, beta: torch.optim.SGD([w], lr=lr, momentum=beta, nesterov=beta > 0),
    "AdaGrad": lambda w, lr, beta: torch.optim.Adagrad([w], lr=lr),
    "RMSProp": lambda w, lr, beta: torch.optim.RMSprop([w], lr=lr, alpha=beta),
    "Adam": lambda w, lr, beta: torch.optim.Adam([w], lr=lr, betas=(beta, 0.999)),
}


def random_state(draw):
    methods = [draw.choice([*OPTIMIZERS]) for _ in range(draw.randint(1, 4))]
    state = widgets._merged("race", {"surface": draw.choice(RULES["choices"]["surface"]), "methods": methods,
                                     "kappa": between(draw, 1, 60), "angle": draw.randint(0, 180)})
    rates = [draw.choice([0, float(f"{rate * draw.uniform(0.2, 1.05):.3g}")]) for rate in rates_of(state)]
    return state | {
        "rates": rates[:draw.randint(1, 4)],
        "betas": [between(draw, 0, 0.95) for _ in range(draw.randint(0, 4))],
        "start": [a + between(draw, -0.3, 0.3) for a in state["start"]],
        "noise": draw.choice([0, between(draw, 0, 2)]), "seed": draw.randint(0, 999),
        "steps": draw.randint(10, 30), "step": draw.randint(0, 40), "target": draw.choice([1, 0.1, 0.01]),
    }


def rates_of(state):
    """The learning rates of the racers: those of the state, or what suits the surface, on a bowl in units of 1/κ."""
    rates = []
    for k, method in enumerate(state["methods"]):
        rate = RULES["own"]["rates"][state["surface"]][method]
        if "bowl" in state["surface"] and method in ("gradient descent", "momentum", "Nesterov"):
            rate /= state["kappa"]
        rates.append(state["rates"][k] if k < len(state["rates"]) and state["rates"][k] else float(f"{rate:.3g}"))
    return rates


def betas_of(state):
    """Momentum or decay of the racers: those of the state, or the usual ones."""
    given = [*state["betas"], -1, -1, -1, -1]
    return [beta if beta >= 0 else 0.99 if method == "RMSProp" else 0.9
            for beta, method in zip(given, state["methods"], strict=False)]


def loss(state, w):
    """The loss of the surface, written as in a textbook."""
    x, y = w
    surface = state["surface"]
    if "bowl" in surface:
        turn = math.radians(state["angle"])
        turned = torch.tensor([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]],
                              dtype=torch.float64)
        hessian = turned.T @ torch.diag(torch.tensor([1, state["kappa"]], dtype=torch.float64)) @ turned
        return w @ hessian @ w / 2
    return {
        "ravine": lambda: 5 * (y - torch.sin(2 * x) / 2) ** 2 + 0.1 * (x - 1.6) ** 2,
        "saddle": lambda: 0.5 * x ** 2 + 0.25 * (y ** 2 - 1) ** 2,
        "Rosenbrock": lambda: (1 - x) ** 2 + 100 * (y - x ** 2) ** 2,
        "Beale": lambda: sum((c - x * (1 - y ** k)) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))),
        "notch": lambda: (0.2 * (x - 1.2) ** 2 + 0.4 * y ** 2
                          - 0.45 * torch.exp(-((x + 0.6) ** 2 / 0.16 ** 2 + y ** 2 / 0.8 ** 2) / 2)),
    }[surface]()


def noise_of(state):
    """Normal numbers of the generator Mulberry32, by Box and Muller: (steps, 2)."""
    uniform, count = uniform_of(state["seed"]), 2 * state["steps"]
    values = [normal(uniform) for _ in range(count)]
    return state["noise"] * torch.tensor(values, dtype=torch.float64).view(-1, 2)


def races(state):
    """Of each racer: its path, its losses, the steps at which it reaches the target and diverges, -1 for never."""
    noise, found = noise_of(state), []
    for method, rate, beta in zip(state["methods"], rates_of(state), betas_of(state), strict=True):
        w = torch.tensor(state["start"], dtype=torch.float64, requires_grad=True)
        optimizer, path, losses, diverged = OPTIMIZERS[method](w, rate, beta), [], [], -1
        for step in range(state["steps"] + 1):
            if not (w.detach().abs() <= 1e6).all():
                diverged = step
                break
            value = loss(state, w)
            path.append(w.tolist())
            losses.append(value.item())
            optimizer.zero_grad()
            value.backward()
            if step < state["steps"]:
                w.grad += noise[step]
                optimizer.step()
        reached = next((k for k, value in enumerate(losses) if value <= state["target"]), -1)
        found.append({"path": path, "losses": losses, "reached": reached, "diverged": diverged})
    return found


def summary(racers, at):
    """What is compared of the racers: where each is at the step `at`, its loss, its whole path in one number."""
    numbers = {}
    for k, racer in enumerate(racers):
        last = min(at, len(racer["path"]) - 1)
        x, y = racer["path"][last]
        numbers |= {f"{k} x": x, f"{k} y": y, f"{k} loss": racer["losses"][last],
                    f"{k} path": sum(map(sum, racer["path"])), f"{k} steps": len(racer["path"]),
                    f"{k} reached": racer["reached"], f"{k} diverged": racer["diverged"]}
    return numbers


def by_torch(state):
    kappa = state["kappa"] if "bowl" in state["surface"] else None
    return summary(races(state), min(state["step"], state["steps"])) | {"best": kappa and 2 / (1 + kappa)}


def found(numbers):
    racers = [racer | {part: -1 if racer[part] is None else racer[part] for part in ("reached", "diverged")}
              for racer in numbers["racers"]]
    return summary(racers, numbers["at"]) | {"best": numbers["best"]}


def printed(state, numbers):
    shown = []
    for racer in numbers["racers"]:
        last = min(numbers["at"], len(racer["path"]) - 1)
        shown += [*racer["path"][last], racer["losses"][last]]
    return shown


def on_screen(page, state, numbers):
    words, at = said(page), numbers["at"]
    assert words.startswith(f"Step {at}: goal ")
    notes = page.locator(".panels svg text").all_text_contents()
    for racer in numbers["racers"]:
        assert racer["method"] in notes and racer["method"] in words
        if racer["reached"] is None or racer["reached"] > at:
            shown = next(note for note in notes if note.startswith("loss ")
                         and float(note[5:]) == pytest.approx(racer["losses"][at], rel=5.1e-3))
            notes.remove(shown)
        else:
            assert f"goal at step {racer['reached']}" in notes and f"{racer['reached']} by {racer['method']}" in words
