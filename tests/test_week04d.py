"""Week 4d's exercises: their rules, answers that others might write, oracles: torch's optimizers, exact fractions."""

import functools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from exercise_rules import ExerciseRules, all_rejected
from shared import SEEN

from nnlab import optim
from nnlab.checks.exercise import variant
from nnlab.checks.inputs import drawn
from nnlab.checks.quizzes import judge_value
from nnlab.checks.running import run
from nnlab.exercises import week04d
from nnlab.exercises.week04_traces import trace

EXERCISE = {exercise.name: exercise for exercise in week04d.EXERCISES}
THEIRS = {"RMSProp": torch.optim.RMSprop, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW,
          "AMSGrad": functools.partial(torch.optim.Adam, amsgrad=True)}


# right answers in other styles

def in_loops(name):
    """The optimizer called `name`, without `updates`, with in-place operations as torch's older code has them."""
    class Written(getattr(optim, name)):
        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                b1, b2 = group.get("betas", (0.0, group.get("alpha")))
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    state, grad = self.state[p], p.grad
                    if len(state) == 0:
                        state["step"] = 0
                        state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(p), torch.zeros_like(p)
                        state["max"] = torch.zeros_like(p)
                    if name == "AdamW":
                        p.mul_(1 - group["lr"] * group["weight_decay"])
                    elif group["weight_decay"] != 0:
                        grad = grad.add(p, alpha=group["weight_decay"])
                    state["step"] += 1
                    state["exp_avg"].mul_(b1).add_(grad, alpha=1 - b1)
                    state["exp_avg_sq"].mul_(b2).addcmul_(grad, grad, value=1 - b2)
                    torch.maximum(state["max"], state["exp_avg_sq"], out=state["max"])
                    if name == "RMSProp":
                        p.addcdiv_(grad, state["exp_avg_sq"].sqrt().add_(group["eps"]), value=-group["lr"])
                        continue
                    square = state["max"] if name == "AMSGrad" else state["exp_avg_sq"]
                    root = (square.sqrt() / math.sqrt(1 - b2 ** state["step"])).add_(group["eps"])
                    p.addcdiv_(state["exp_avg"], root, value=-group["lr"] / (1 - b1 ** state["step"]))
    return named(Written, name)


def in_numpy(name):
    """The optimizer called `name` in NumPy's float64, one element after the other, with a state of its own."""
    class Written(getattr(optim, name)):
        @torch.no_grad()
        def step(self, closure=None):
            for p, grad, memory, group in optim.updates(self):
                b1, b2 = group.get("betas", (0.0, group.get("alpha")))
                rows = memory.setdefault("rows", [[0.0, 0.0, 0.0] for _ in range(p.numel())])
                memory["count"] = t = memory.get("count", 0) + 1
                new = p.detach().numpy().astype(np.float64).ravel()
                for k, g in enumerate(grad.numpy().astype(np.float64).ravel()):
                    if name == "AdamW":
                        new[k] -= group["lr"] * group["weight_decay"] * new[k]
                    else:
                        g = g + group["weight_decay"] * new[k]
                    m, v, most = rows[k]
                    m, v = m + (1 - b1) * (g - m), v + (1 - b2) * (g * g - v)
                    rows[k] = [m, v, max(most, v)]
                    if name == "RMSProp":
                        new[k] -= group["lr"] * g / (np.sqrt(v) + group["eps"])
                    else:
                        top = rows[k][2] if name == "AMSGrad" else v
                        new[k] -= group["lr"] * m / (1 - b1 ** t) / (np.sqrt(top / (1 - b2 ** t)) + group["eps"])
                p.copy_(torch.from_numpy(new.reshape(p.shape)))
    return named(Written, name)


def named(written, name):
    written.__name__ = written.__qualname__ = name
    return written


def weights_in_a_loop(beta, t):
    weights = []
    for _ in range(t):
        weights = [beta * weight for weight in weights] + [1 - beta]
    return [weight / (1 - beta ** t) for weight in weights]


def weights_normalized(beta: float, t: int) -> torch.Tensor:
    powers = np.array([beta ** (t - i) for i in range(1, t + 1)])
    return powers / powers.sum()


def weights_by_identity(beta, t):
    m = torch.zeros(t, dtype=torch.float64)
    for g in torch.eye(t, dtype=torch.float64):
        m = beta * m + (1 - beta) * g
    return m / m.sum()


STYLES = {name: [in_loops(name), in_numpy(name)] for name in THEIRS} | {
    "corrected_weights": [weights_in_a_loop, weights_normalized, weights_by_identity]}

# wrong answers that a student might give

DECAYS, FACTOR = 'g = g + group["weight_decay"] * w', 'w *= 1 - group["lr"] * group["weight_decay"]'
MEAN = 'state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * g'
SQUARE = 'state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * g ** 2'
STEP = 'w -= group["lr"] * mean / (square.sqrt() + group["eps"])'


def adams(kind, decay):
    """Wrong answers that Adam, AdamW and AMSGrad share; `decay` is the line with the weight decay."""
    return [variant(kind, *edits) for edits in (
        [('state["t"] = state.get("t", 0) + 1', 'state["t"] = state.get("t", 1) + 1')],
        [(STEP, "w -= mean / (square.sqrt() + group['eps'])")],
        [(STEP, "w -= group['lr'] * mean.sign()")],
        [(STEP, "w -= group['lr'] * mean / (square.sqrt() + 1e-8)")],
        [(MEAN, MEAN.replace("(1 - beta1) * g", "g"))],
        [(MEAN, MEAN.replace('state.get("mean", 0)', 'state.get("mean", g)'))],
        [(SQUARE, SQUARE.replace("(1 - beta2) * g ** 2", "(1 - beta2) * g"))] if kind is optim.AMSGrad else
        [(SQUARE, SQUARE.replace("(1 - beta2) * g ** 2", "(1 - beta2) * (g - state['mean']) ** 2"))],
        [(SQUARE, SQUARE.replace("g ** 2", "(g ** 2).mean()"))],
        [('beta1, beta2 = group["betas"]', "beta1, beta2 = 0.9, 0.999")],
        [(decay, "pass")],
        [(decay, decay.replace('group["lr"] * ', "").replace("+ group", "- group"))],
        [("in updates(self)", "in list(updates(self))[:1]")],
        [(MEAN, "pass"), (SQUARE, SQUARE + "; " + MEAN), (decay, decay + "; g = g / (g.norm() + 1e-12)")],
        [('state["t"] = state.get("t", 0) + 1', 'state["t"] = 1')],
    )]


def returns_the_parameters(kind):
    class Written(kind):
        def step(self):
            return [w - 0.1 * g for w, g, _, _ in optim.updates(self)]
    return named(Written, kind.__name__)


RMS = 'state["square"] = group["alpha"] * state.get("square", 0) + (1 - group["alpha"]) * g ** 2'
WRONG = {
    "RMSProp": [returns_the_parameters(optim.RMSProp), *(variant(optim.RMSProp, *edits) for edits in (
        [('state.get("square", 0)', 'state.get("square", g ** 2)')],
        [('state.get("square", 0)', 'state.get("square", 1)')],
        [("* g ** 2", "* (g ** 2).mean()")],
        [("* g ** 2", "* g.norm() ** 2")],
        [('w -= group["lr"] * g', "w -= g")],
        [('group["alpha"]', "0.99")],
        [('group["eps"]', "1e-8")],
        [('(state["square"].sqrt() + group["eps"])', 'state["square"].sqrt().clamp(min=group["eps"])')],
        [("in updates(self)", "in list(updates(self))[:1]")],
        [(DECAYS, "pass"), (RMS, RMS + "; " + DECAYS)],
        [(DECAYS, 'w -= group["weight_decay"] * w')],
    ))],
    "corrected_weights": [
        lambda beta, t: (1 - beta) * beta ** torch.arange(t, 0, -1) / (1 - beta ** t),
        lambda beta, t: beta ** torch.arange(t - 1, -1, -1),
        lambda beta, t: (1 - beta) * beta ** torch.arange(t - 1, -1, -1) * (1 - beta ** t),
        lambda beta, t: torch.tensor([1 - beta ** t]),
        lambda beta, t: (1 - beta) / (1 - beta ** t),
        lambda beta, t: torch.softmax(torch.arange(t).float() * beta, 0),
        lambda beta, t: (1 - beta) * beta ** torch.arange(t - 1, -1, -1) / (1 - beta) ** t,
        lambda beta, t: print((1 - beta) * beta ** torch.arange(t - 1, -1, -1) / (1 - beta ** t)),
    ],
    "Adam": [returns_the_parameters(optim.Adam), *adams(optim.Adam, DECAYS)],
    "AdamW": [returns_the_parameters(optim.AdamW), *adams(optim.AdamW, FACTOR),
              variant(optim.AdamW, (FACTOR, "pass"), (STEP, STEP + f"; {FACTOR}")),
              variant(optim.AdamW, (FACTOR, 'w *= 1 - group["weight_decay"] ** 2'))],
    "AMSGrad": [returns_the_parameters(optim.AMSGrad), *adams(optim.AMSGrad, DECAYS), optim.Adam,
                variant(optim.AMSGrad, ("torch.maximum(state.get", "torch.add(state.get")),
                variant(optim.AMSGrad, ('state.get("largest", state["square"])', 'state.get("largest", g * 0 + 1)'))],
}
for _answers in WRONG.values():
    for _answer in _answers:
        if _answer.__name__ == "<lambda>":
            _answer.__name__ = "corrected_weights"


class TestExercises(ExerciseRules):
    module = week04d
    styles = STYLES


def test_invented_wrong_answers_are_rejected():
    all_rejected(week04d, WRONG)


@pytest.mark.parametrize("name", THEIRS)
def test_references_are_torchs(name):
    apart, moved = 0.0, 0.0
    lines = [line for line, _ in drawn(EXERCISE[name], 60)] + [
        line for line in EXERCISE[name].cases if line.startswith("trace")]
    for line in lines:
        double = line.replace("; ", ";")
        ours, theirs = (run(double, EXERCISE[name].uses | {name: kind}).value.double()
                        for kind in (EXERCISE[name].reference, THEIRS[name]))
        apart, moved = max(apart, (ours - theirs).abs().max().item()), max(moved, ours.abs().max().item())
    SEEN.append(f"week04d.{name}: largest deviation from torch in {len(lines)} cases {apart:.1e}")
    assert apart < 1e-5 and moved > 1


@pytest.mark.parametrize("name", THEIRS)
def test_references_are_torchs_in_float64(name):
    g = torch.Generator().manual_seed(0)
    start, gradients = (torch.randn(*shape, generator=g, dtype=torch.float64) for shape in ((6,), (50, 6)))
    for more in ({}, {"weight_decay": 0.3}, {"eps": 0.1, "lr": 0.2}):
        ours, theirs = (trace(kind, start, gradients, **more) for kind in (EXERCISE[name].reference, THEIRS[name]))
        assert (ours - theirs).abs().max() <= 1e-12


def test_corrected_weights_are_exact_fractions():
    for beta, t in ((Fraction(1, 2), 5), (Fraction(9, 10), 12), (Fraction(0), 3), (Fraction(999, 1000), 2)):
        weights = [Fraction(0)] * t
        for i in range(t):
            weights = [beta * weight for weight in weights]
            weights[i] += 1 - beta
        exact = [float(weight / sum(weights)) for weight in weights]
        found = EXERCISE["corrected_weights"].reference(float(beta), t)
        np.testing.assert_allclose(found, exact, rtol=2e-4)
        assert math.isclose(found.sum().item(), 1, rel_tol=2e-4)


def test_half_lives_are_counted():
    counted = [next(n for n in range(2000) if beta ** n <= 0.5) for beta in (0.9, 0.999)]
    share, total = round(100 * 0.9 ** 10), round(100 * sum(0.1 * 0.9 ** k for k in range(10)))
    assert [*counted, share, total] == EXERCISE["half_lives"].reference
    assert all(math.isclose(math.log(2) / -math.log(beta), n, abs_tol=1) for beta, n in zip((0.9, 0.999), counted,
                                                                                             strict=True))


def test_state_per_parameter_is_what_torch_and_ours_keep():
    def kept(kind, **more):
        w = torch.ones(1000, requires_grad=True)
        optimizer = kind([w], lr=0.1, **more)
        w.sum().backward()
        optimizer.step()
        return sum(part.numel() for part in optimizer.state[w].values() if torch.is_tensor(part)) // 1000

    torchs = [kept(torch.optim.SGD), kept(torch.optim.SGD, momentum=0.9), kept(torch.optim.Adagrad),
              kept(torch.optim.Adam), kept(torch.optim.AdamW), kept(torch.optim.Adam, amsgrad=True)]
    ours = [kept(getattr(optim, name)) for name in ("GradientDescent", "Momentum", "AdaGrad", "Adam", "AdamW",
                                                    "AMSGrad")]
    assert torchs == ours == EXERCISE["state_per_parameter"].reference


@pytest.mark.parametrize("name, wrong", [("half_lives", [6.6, 692.8, 34.9, 65.1]), ("half_lives", [10, 1000, 37, 63]),
                                         ("state_per_parameter", [1, 2, 2, 3, 3, 4]), ("half_lives", [7, 693])])
def test_quizzes_reject(name, wrong):
    assert judge_value(EXERCISE[name], wrong).kind == "incorrect"
