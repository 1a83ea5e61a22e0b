"""Week 4d: RMSProp, Adam, AdamW and AMSGrad, exponential moving averages, memory per parameter."""

import torch
from torch.optim import Optimizer

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.exercises.week04_traces import IN_PLACE, SPOILS, parameter, trace
from nnlab.optim import Adam, AdamW, AMSGrad, RMSProp, updates


def _steps(name, averages):
    """A function that draws a case: the `trace` of the class called `name`, with some of its hyperparameters."""
    def line(draw):
        n, steps = draw.sizes(2, 1, 4)
        used = [f"lr={draw.number(among=(0.5, 0.1, 0.25, 1.0))}"]
        if draw.integer(0, 3):
            first, second = draw.number(among=(0.5, 0.9, 0.0, 0.99, 0.75)), draw.number(among=(0.5, 0.9, 0.99, 0.75))
            used.append(f"betas=({first}, {second})" if averages == 2 else f"alpha={second}")
        if draw.integer(0, 1):
            used.append(f"eps={draw.number(among=(0.5, 0.1, 1.0))}")
        if draw.integer(0, 1):
            used.append(f"weight_decay={draw.number(among=(0.5, 0.25, 0.0))}")
        return f"trace({name}, {draw.tensor(n)}, {draw.tensor(steps, n)}, {', '.join(used)})"
    return line


def _cases(name, average, quick):
    """Lines that every one of the optimizers is tried on; `average` are hyperparameters with short averages."""
    return (
        f"trace({name}, torch.zeros(1), torch.ones(1, 1), lr=0.5, {quick}, eps=1.0)",
        f"trace({name}, torch.zeros(1), torch.ones(1, 1), lr=0.5, {average})",
        f"trace({name}, torch.zeros(1), torch.tensor([[1.0], [2.0], [4.0]]), lr=0.5, {average})",
        f"trace({name}, torch.zeros(2), torch.tensor([[4.0, -4.0], [1.0, 1.0], [0.0, 0.0]]), lr=1.0, {average}, "
        "eps=1.0)",
        f"trace({name}, torch.zeros(1), torch.ones(3, 1))",
        f"trace({name}, torch.zeros(1), 1e-8 * torch.ones(2, 1))",
        f"trace({name}, torch.ones(1), torch.zeros(3, 1))",
        f"trace({name}, torch.ones(2), torch.eye(2), lr=0.5, {average}, eps=0.5, weight_decay=0.5)",
        f"w = parameter(0.0, 1.0); o = {name}([w], lr=1.0); o.step(); o.param_groups[0]['lr'] = 0.1; o.step(); w",
        f"w, b = parameter(0.0, 1.0), parameter(1.0, 3.0); o = {name}([w, b], lr=0.1, eps=1.0); o.step(); o.step(); "
        "[w, b]",
        f"w, b = parameter(0.0, 1.0), parameter(1.0, None); o = {name}([w, b], lr=0.1); o.step(); [w, b]",
        f"w = parameter(0.0, 1.0); o = {name}([{{'params': [w], 'lr': 0.5}}], lr=0.1); o.step(); o.step(); w",
        f"w = parameter(2.0, 1.0); o = {name}([w], lr=0.5, weight_decay=0.5); o.step(); o.step(); w.grad",
    )


_UPHILL = "The parameter moves uphill: the step is subtracted from w."
_FORGETS = "What is averaged is forgotten between two steps: keep it in `state`, which belongs to this parameter."
_INSIDE = ("ε stands inside the root: √(v + ε). There it acts like √ε outside, 1e-4 for 1e-8. The formula adds ε to "
           "the root.")
_AFTER = "ε is added to the quotient, so that every step is shifted by η ε. It belongs to the denominator."
_NO_ROOT = ("The denominator is the root of the averaged square: without the root the step grows when the gradients "
            "shrink.")
_NO_SQUARE = "v averages the square of the gradient, g²; here it averages something else."
_SHARED = "All parameters share one state: keep the averages in `state`, which each parameter has for itself."
_NO_DECAY = "The weight decay is not used: λ w is added to the gradient first of all."
_DECOUPLED = ("Here the weight decay shrinks w alone, as in AdamW. In this optimizer λ w is part of the gradient: it "
              "enters the averages and is divided, too.")


class _RMSPropToWrite(Optimizer):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps,
                                  "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        ...


class _RMSPropOfAll(RMSProp):
    @torch.no_grad()
    def step(self):
        for w, g, _, group in updates(self):
            g = g + group["weight_decay"] * w
            self.square = group["alpha"] * getattr(self, "square", 0) + (1 - group["alpha"]) * g ** 2
            w -= group["lr"] * g / (self.square.sqrt() + group["eps"])


_RMSPropOfAll.__name__ = "RMSPropOfAll"
_SQUARE = 'group["alpha"] * state.get("square", 0) + (1 - group["alpha"]) * g ** 2'
_DECAYS = 'g = g + group["weight_decay"] * w'
_SHRINKS = 'w *= 1 - group["lr"] * group["weight_decay"]'

RMSPROP = Exercise(
    reference=RMSProp,
    statement="""RMSProp (`torch.optim.RMSprop`): write its method `step`.

    updates(self) yields (w, g, state, group) for each parameter that has a gradient: tensors w and
    g of one shape and dtype; state, the parameter's own dictionary, {} before its first step, to
    keep v in; group, a dictionary of the floats "lr" (η), "alpha" (α), "eps" (ε) and "weight_decay"
    (λ). A step is: g ← g + λ w, then v ← α v + (1 - α) g² with v = 0 before the first step, then
    w ← w - η g / (√v + ε) with the new v, element by element. Change w in place, leave its .grad as
    it is, and return None. Tested too: several parameters, groups, zero gradients, a large ε.

    >>> trace(RMSProp, torch.zeros(1), torch.ones(2, 1), lr=0.5, alpha=0.75)[:, 0]
    tensor([-1.0000, -1.7559])
    """,
    given=_RMSPropToWrite,
    inputs=_steps("RMSProp", 1),
    tries=16,
    cases=_cases("RMSProp", "alpha=0.75", "alpha=0.0"),
    wrong=(
        Wrong(variant(RMSProp, (_SQUARE, 'state.get("square", 0) + g ** 2'), name="RMSPropIsAdaGrad"),
              "This is AdaGrad's sum of all squares. RMSProp's v is a moving average: the old v has the factor α, the "
              "new square 1 - α."),
        Wrong(variant(RMSProp, ("(1 - group[\"alpha\"]) * g", "g"), name="RMSPropWithoutFactor"),
              "The square of the gradient enters v with the factor 1 - α; without it, v is about 1 / (1 - α) times as "
              "large."),
        Wrong(variant(RMSProp, (_SQUARE, '(1 - group["alpha"]) * state.get("square", 0) + group["alpha"] * g ** 2'),
                      name="RMSPropSwapped"),
              "The factors are exchanged: α belongs to the old v, and 1 - α to the new square."),
        Wrong(variant(RMSProp, ('state.get("square", 0)', "0"), name="RMSPropForgets"), _FORGETS),
        Wrong(_RMSPropOfAll, _SHARED),
        Wrong(variant(RMSProp, ('(state["square"].sqrt() + group["eps"])', '(state["square"] + group["eps"]).sqrt()'),
                      name="RMSPropEpsInside"), _INSIDE),
        Wrong(variant(RMSProp, ('group["lr"] * g / (state["square"].sqrt() + group["eps"])',
                                'group["lr"] * (g / state["square"].sqrt() + group["eps"])'), name="RMSPropEpsAfter"),
              _AFTER),
        Wrong(variant(RMSProp, ('state["square"].sqrt()', 'state["square"]'), name="RMSPropWithoutRoot"), _NO_ROOT),
        Wrong(variant(RMSProp, ("* g ** 2", "* g.abs()"), ('["square"].sqrt()', '["square"]'), name="RMSPropOfSizes"),
              "v averages |g|, and no root is taken. RMSProp averages the squares: large gradients count more."),
        Wrong(variant(RMSProp, ('state["square"] = ', 'old = state.get("square", 0 * g); state["square"] = '),
                      ('(state["square"].sqrt()', "(old.sqrt()"), name="RMSPropOldSquare"),
              "The step is divided by the root of the old v: update v first."),
        Wrong(variant(RMSProp, ('state["square"] = ', 'state["t"] = state.get("t", 0) + 1; state["square"] = '),
                      ('state["square"].sqrt()', '(state["square"] / (1 - group["alpha"] ** state["t"])).sqrt()'),
                      name="RMSPropCorrected"),
              "v is divided by 1 - α^t: that is Adam's bias correction, which RMSProp does not have."),
        Wrong(variant(RMSProp, ("w -=", "w +="), name="RMSPropUphill"), _UPHILL),
        Wrong(variant(RMSProp, ("w -=", "w = w -"), name="RMSPropOfACopy"), IN_PLACE),
        Wrong(variant(RMSProp, (_DECAYS, "pass"), name="RMSPropWithoutDecay"), _NO_DECAY),
        Wrong(variant(RMSProp, (_DECAYS, _SHRINKS), name="RMSPropDecoupled"), _DECOUPLED),
        Wrong(variant(RMSProp, ("g = g + group", "g += group"), name="RMSPropSpoils"), SPOILS),
    ),
    hints=('state.get("square", 0) is 0 before the first step, a tensor later. Store the new average there.',
           "Three lines in the loop: g with its weight decay, as a new tensor; the average of g ** 2; then the step, "
           "divided by the root of the average plus ε, in place."),
    allows="One average per parameter; with a second one, of g itself, it becomes Adam.",
    uses={"trace": trace, "parameter": parameter},
)


def corrected_weights(beta, t):
    """Weights of the gradients g₁, ..., g_t in the bias-corrected average m̂_t, a tensor (t,).

    m_t = β m_{t-1} + (1 - β) g_t with m_0 = 0, and m̂_t = m_t / (1 - βᵗ) is a weighted sum of
    g₁, ..., g_t. Return the factor of each of them, that of g₁ (the oldest) first.
    beta (β): a float, at least 0, below 1. t: an int, at least 1. The result is a tensor (t,) of
    floats. Tested too: t = 1, β = 0, and β = 0.999.

    >>> corrected_weights(0.5, 2)
    tensor([0.3333, 0.6667])
    """
    ages = torch.arange(t - 1, -1, -1)
    return (1 - beta) * beta ** ages / (1 - beta ** t)


def _weights_by_sum(beta, t):
    return torch.ones(t) / t


CORRECTED_WEIGHTS = Exercise(
    reference=corrected_weights,
    inputs=lambda draw: f"corrected_weights({draw.number(among=(0.5, 0.9, 0.0, 0.25, 0.99, 0.999, 0.8))}, "
                        f"{draw.integer(1, 12)})",
    tries=16,
    cases=(
        "corrected_weights(0.5, 1)",
        "corrected_weights(0.5, 2)",
        "corrected_weights(0.9, 3)",
        "corrected_weights(0.0, 3)",
        "corrected_weights(0.999, 5)",
        "corrected_weights(0.5, 8)",
    ),
    wrong=(
        Wrong(variant(corrected_weights, (" / (1 - beta ** t)", ""), name="weights_without_correction"),
              "These are the weights in m_t, whose sum is 1 - βᵗ. The correction divides by that, so that their sum is "
              "1."),
        Wrong(variant(corrected_weights, ("t - 1, -1, -1", "t"), name="weights_newest_first"),
              "The order: the oldest gradient, g₁, comes first, and its weight is the smallest."),
        Wrong(variant(corrected_weights, ("(1 - beta) * beta", "beta"), name="weights_without_factor"),
              "Each gradient enters with the factor 1 - β when it is new; it is missing here."),
        Wrong(variant(corrected_weights, ("1 - beta ** t", "1 - beta"), name="weights_wrong_correction"),
              "At t = 1 this is right. Later the sum of the weights in m_t is 1 - βᵗ, not 1 - β."),
        Wrong(variant(corrected_weights, ("1 - beta ** t", "1 - beta ** (t - 1) + 1e-30"), name="weights_from_0"),
              "The exponent of the correction is the number of gradients so far, t, counted from 1."),
        Wrong(variant(corrected_weights, ("1 - beta ** t", "1 - beta ** (t + 1)"), name="weights_one_more"),
              "The exponent of the correction is too large: after t gradients the sum of the weights is 1 - βᵗ."),
        Wrong(_weights_by_sum,
              "That is the plain mean, in which all gradients have the same weight. Here old ones have less."),
    ),
    hints=("Insert the recursion into itself twice: m₃ = (1 - β) g₃ + β (1 - β) g₂ + β² (1 - β) g₁.",
           "The exponent of β is the number of steps since the gradient was new: t - 1 for g₁, 0 for g_t."),
    allows="The weights sum to 1 at every step: m̂ is a weighted mean of the gradients so far.",
)

HALF_LIVES = Quiz(
    name="half_lives",
    reference=[7, 693, 35, 65],
    questions=(
        "β = 0.9: number of steps, rounded up, until the weight of a gradient in the average has halved",
        "β = 0.999: the same",
        "β = 0.9: share of its weight that a gradient still has after 1 / (1 - β) = 10 steps, in percent, rounded",
        "β = 0.9: sum of the weights in m_10, before the bias correction, in percent, rounded",
    ),
    wrong=(
        Wrong([10, 693, 35, 65],
              "After 1 / (1 - β) = 10 steps the weight has fallen to 0.9^10, about a third. Solve βⁿ = 1/2 for n."),
        Wrong([5, 693, 35, 65],
              "That is half of 1 / (1 - β), as if the weights fell along a line. They fall geometrically: solve βⁿ = "
              "1/2."),
        Wrong([6, 693, 35, 65], "After 6 steps the weight is 0.53 of what it was, a little more than half: round up."),
        Wrong([7, 1000, 35, 65],
              "1 / (1 - β) is the time in which the weight falls to about 1/e. For the half solve βⁿ = 1/2."),
        Wrong([7, 692, 35, 65], "After 692 steps a little more than half is left: round up."),
        Wrong([7, 500, 35, 65],
              "That is half of 1 / (1 - β); but the weights do not fall along a line: solve βⁿ = 1/2."),
        Wrong([7, 693, 50, 65], "1 / (1 - β) is not the half-life: compute 0.9^10."),
        Wrong([7, 693, 37, 65], "1/e is the limit for β near 1. At β = 0.9 it is 0.9^10."),
        Wrong([7, 693, 0, 65], "It does not vanish: the weight is multiplied by β in each step: compute 0.9^10."),
        Wrong([7, 693, 35, 35], "That is the share that is missing, β^10, because the average begins at 0."),
        Wrong([7, 693, 35, 100], "The sum is 1 only after the correction. Before it is 1 - βᵗ."),
    ),
    hints=("The weight of a gradient is multiplied by β in each step: after n steps it has the factor βⁿ.",
           "βⁿ = 1/2 gives n = ln 2 / (-ln β). The weights in m_t sum to 1 - βᵗ."),
    allows="In default Adam the weight of a gradient halves within 7 steps, that of its square within 693.",
)


class _AdamToWrite(Optimizer):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps,
                                  "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        ...


class _AdamCountsAll(Adam):
    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            beta1, beta2 = group["betas"]
            g = g + group["weight_decay"] * w
            self.t = getattr(self, "t", 0) + 1
            state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * g
            state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * g ** 2
            mean = state["mean"] / (1 - beta1 ** self.t)
            square = state["square"] / (1 - beta2 ** self.t)
            w -= group["lr"] * mean / (square.sqrt() + group["eps"])


class _AdamOfAll(Adam):
    @torch.no_grad()
    def step(self):
        self.t = getattr(self, "t", 0) + 1
        for w, g, _, group in updates(self):
            beta1, beta2 = group["betas"]
            g = g + group["weight_decay"] * w
            self.mean = beta1 * getattr(self, "mean", 0) + (1 - beta1) * g
            self.square = beta2 * getattr(self, "square", 0) + (1 - beta2) * g ** 2
            mean, square = self.mean / (1 - beta1 ** self.t), self.square / (1 - beta2 ** self.t)
            w -= group["lr"] * mean / (square.sqrt() + group["eps"])


_AdamCountsAll.__name__, _AdamOfAll.__name__ = "AdamCountsAll", "AdamOfAll"
_MEAN = 'mean = state["mean"] / (1 - beta1 ** state["t"])'
_CORRECTED = 'square = state["square"] / (1 - beta2 ** state["t"])'
_NOT_CORRECTED = ("m and v are used without bias correction. They begin at 0: divide them by 1 - β₁ᵗ and 1 - β₂ᵗ. With "
                  "the usual β₁ and β₂ the first step is √10 times as large without it.")


def _common(kind, name):
    """Named wrong answers that Adam and AdamW have in common: of the class `kind`, called `name`."""
    return (
        Wrong(variant(kind, (_MEAN, 'mean = state["mean"]'), (_CORRECTED, 'square = state["square"]'),
                      name=f"{name}WithoutCorrection"), _NOT_CORRECTED),
        Wrong(variant(kind, (_CORRECTED, 'square = state["square"]'), name=f"{name}MeanCorrected"),
              "Only m is corrected. v begins at 0 as well, and at the first step holds only 1 - β₂ of g²."),
        Wrong(variant(kind, (_MEAN, 'mean = state["mean"]'), name=f"{name}SquareCorrected"),
              "Only v is corrected. m begins at 0 as well, and at the first step holds only 1 - β₁ of g."),
        Wrong(variant(kind, (_MEAN, 'mean = state["mean"] = state["mean"] / (1 - beta1 ** state["t"])'),
                      (_CORRECTED, 'square = state["square"] = state["square"] / (1 - beta2 ** state["t"])'),
                      name=f"{name}KeepsCorrected"),
              "The corrected averages are stored and averaged again. Keep m and v as they are in `state`; m̂ and v̂ "
              "serve this step only."),
        Wrong(variant(kind, ('beta1 ** state["t"]', "beta1"), ('beta2 ** state["t"]', "beta2"), name=f"{name}NoPower"),
              "The corrections are 1 - β₁ᵗ and 1 - β₂ᵗ with the number t of the step: they approach 1."),
        Wrong(variant(kind, ("* g ** 2", "* g"), (".sqrt()", ".abs()"), name=f"{name}WithoutSquare"), _NO_SQUARE),
        Wrong(variant(kind, ("(1 - beta1) * g", "(1 - beta1) * g ** 2"), name=f"{name}OfSquares"),
              "m averages the gradient itself, not its square: here every step has the same sign, whatever the "
              "gradient's. The square belongs to v."),
        Wrong(variant(kind, ("square.sqrt() + group", "square + group"), name=f"{name}WithoutRoot"), _NO_ROOT),
        Wrong(variant(kind, ('(square.sqrt() + group["eps"])', '(square + group["eps"]).sqrt()'),
                      name=f"{name}EpsInside"), _INSIDE),
        Wrong(variant(kind, ('mean / (square.sqrt() + group["eps"])', '(mean / square.sqrt() + group["eps"])'),
                      name=f"{name}EpsAfter"), _AFTER),
        Wrong(variant(kind, (_CORRECTED, 'root = state["square"].sqrt() + group["eps"]'),
                      ('mean / (square.sqrt() + group["eps"])', 'mean / root * (1 - beta2 ** state["t"]) ** 0.5'),
                      name=f"{name}EpsEarly"),
              "ε is added before the correction of v, so that it is divided by √(1 - β₂ᵗ), too. The formula adds it to "
              "√v̂, the corrected root."),
        Wrong(variant(kind, ("* mean /", "* g /"), name=f"{name}WithoutMean"),
              "The numerator is the gradient itself: that is RMSProp with bias correction. Adam's step takes m̂, the "
              "averaged gradient."),
        Wrong(variant(kind, ("beta1, beta2 =", "beta2, beta1 ="), name=f"{name}Exchanged"),
              "β₁ and β₂ are exchanged: the first is that of m, the second that of v."),
        Wrong(variant(kind, ('state.get("mean", 0)', "0"), ('state.get("square", 0)', "0"), name=f"{name}Forgets"),
              _FORGETS),
        Wrong(variant(kind, ("w -=", "w +="), name=f"{name}Uphill"), _UPHILL),
        Wrong(variant(kind, ("w -=", "w = w -"), name=f"{name}OfACopy"), IN_PLACE),
    )


ADAM = Exercise(
    reference=Adam,
    statement="""Adam (`torch.optim.Adam`): write its method `step`.

    updates(self) yields (w, g, state, group) for each parameter that has a gradient: tensors w and
    g of one shape and dtype; state, the parameter's own dictionary, {} before its first step; a
    dictionary of "lr" (η), "betas" (the pair β₁, β₂), "eps" (ε) and "weight_decay" (λ). A step is:
    g ← g + λ w, m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², with m = v = 0 before the first;
    m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ), where t is 1 at this parameter's first step, 2 at its
    second; then w ← w - η m̂ / (√v̂ + ε), element by element. Change w in place, leave its .grad as
    it is, and return None. Tested too: several parameters, groups, gradients of 0, a large ε.

    >>> trace(Adam, torch.zeros(1), torch.tensor([[4.0], [-4.0]]), lr=0.5, betas=(0.5, 0.5))[:, 0]
    tensor([-0.5000, -0.3333])
    """,
    given=_AdamToWrite,
    inputs=_steps("Adam", 2),
    tries=16,
    cases=(
        *_cases("Adam", "betas=(0.5, 0.75)", "betas=(0.0, 0.0)"),
        "w, b = parameter(0.0, 1.0), parameter(0.0, None); o = Adam([w, b]); o.step(); b.grad = w.grad; o.step(); "
        "[w, b]",
    ),
    wrong=(
        *_common(Adam, "Adam"),
        Wrong(_AdamCountsAll, "t counts the updates of all parameters together: it is the number of this parameter's "
                              "steps, and belongs into `state`."),
        Wrong(_AdamOfAll, _SHARED),
        Wrong(variant(Adam, (_DECAYS, "pass"), name="AdamWithoutDecay"), _NO_DECAY),
        Wrong(variant(Adam, (_DECAYS, _SHRINKS), name="AdamDecoupled"), _DECOUPLED),
        Wrong(variant(Adam, ("g = g + group", "g += group"), name="AdamSpoils"), SPOILS),
    ),
    hints=('Three things are kept in `state`: the number t of the step, m and v. state.get("t", 0) is 0 at first.',
           "Update t, m and v and store them; then compute the corrected mean and square as new tensors, and move w by "
           "their quotient, with ε added to the root."),
    allows="Some eight lines, and the most used optimizer of deep learning.",
    uses={"trace": trace, "parameter": parameter},
)


class _AdamWToWrite(Optimizer):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps,
                                  "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        ...


_FACTOR = 'w *= 1 - group["lr"] * group["weight_decay"]'
ADAMW = Exercise(
    reference=AdamW,
    statement="""AdamW (`torch.optim.AdamW`): write its method `step`.

    updates(self) yields (w, g, state, group) for each parameter that has a gradient, as in Adam:
    tensors w and g of one shape and dtype; the parameter's own dictionary; the dictionary of "lr"
    (η), "betas" (β₁, β₂), "eps" (ε) and "weight_decay" (λ). A step is first w ← (1 - η λ) w, then
    Adam's step without λ in the gradient: m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², and
    w ← w - η m̂ / (√v̂ + ε) with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ). Change w in place, leave
    its .grad as it is, return None. Tested too: several parameters, groups, a changing lr.

    >>> trace(AdamW, torch.ones(1), torch.zeros(2, 1), lr=0.5, weight_decay=0.5)[:, 0]
    tensor([0.7500, 0.5625])
    """,
    given=_AdamWToWrite,
    inputs=_steps("AdamW", 2),
    tries=16,
    cases=(
        *_cases("AdamW", "betas=(0.5, 0.75)", "betas=(0.0, 0.0)"),
        "trace(AdamW, 8 * torch.ones(1), torch.zeros(2, 1), lr=0.5, weight_decay=0.5)",
        "trace(AdamW, 8 * torch.ones(1), torch.ones(2, 1), lr=0.5, weight_decay=0.5)",
        "w, b = parameter(0.0, 1.0), parameter(0.0, None); o = AdamW([w, b]); o.step(); b.grad = w.grad; o.step(); "
        "[w, b]",
    ),
    wrong=(
        Wrong(variant(AdamW, (_FACTOR, _DECAYS), name="AdamWIsAdam"),
              "λ w is added to the gradient, as in Adam, and is then divided by the root of v̂. Here the decay acts on "
              "w alone: w is multiplied by 1 - η λ."),
        Wrong(variant(AdamW, (_FACTOR, 'w *= 1 - group["weight_decay"]'), name="AdamWWithoutRate"),
              "The weights shrink by λ in each step; the factor is 1 - η λ, so that a schedule of η acts on the decay, "
              "too."),
        Wrong(variant(AdamW, (_FACTOR, "pass"), name="AdamWWithoutDecay"),
              "The weight decay is not used: w is multiplied by 1 - η λ in each step."),
        Wrong(variant(AdamW, (_FACTOR, 'w *= 1 - 2 * group["lr"] * group["weight_decay"]'), name="AdamWTwice"),
              "The decay is twice as strong as asked: the factor is 1 - η λ, as the gradient of λ w² / 2 would give."),
        Wrong(variant(AdamW, (_FACTOR, 'w -= group["lr"] * group["weight_decay"]'), name="AdamWSubtracts"),
              "η λ is subtracted from each weight. The decay is proportional to w: multiply it by 1 - η λ."),
        Wrong(variant(AdamW, (_FACTOR, 'w *= 1 + group["lr"] * group["weight_decay"]'), name="AdamWGrows"),
              "The weights grow: the factor is 1 - η λ."),
        Wrong(variant(AdamW, (_FACTOR, f'{_FACTOR}; g = g + group["weight_decay"] * w'), name="AdamWBoth"),
              "The weight decay acts twice: on w, which is right, and through the gradient, as in Adam."),
        *_common(AdamW, "AdamW"),
    ),
    hints=("Two lines differ from Adam: the one with the weight decay goes, and w is multiplied first.",
           "w *= ... changes w in place. The factor is 1 minus the product of learning rate and weight decay."),
    allows="The weight decay now acts on every weight alike, whatever its gradients.",
    uses={"trace": trace, "parameter": parameter},
)

STATE_PER_PARAMETER = Quiz(
    name="state_per_parameter",
    reference=[0, 1, 1, 2, 2, 3],
    questions=(
        "numbers that the optimizer keeps for each parameter, besides the parameter and its gradient: plain SGD",
        "SGD with momentum",
        "AdaGrad",
        "Adam",
        "AdamW",
        "AMSGrad, as in torch.optim.Adam(amsgrad=True)",
    ),
    wrong=(
        Wrong([1, 1, 1, 2, 2, 3], "The gradient is not counted: plain SGD keeps nothing from step to step."),
        Wrong([2, 1, 1, 2, 2, 3], "The parameter and its gradient are there with every optimizer: count what is kept "
                                  "besides."),
        Wrong([0, 0, 1, 2, 2, 3], "Momentum remembers the velocity, a number for each parameter."),
        Wrong([0, 2, 1, 2, 2, 3], "Momentum remembers only the velocity: the gradient is not counted."),
        Wrong([0, 1, 0, 2, 2, 3], "AdaGrad remembers the sum of the squared gradients of each parameter."),
        Wrong([0, 1, 2, 2, 2, 3], "AdaGrad keeps one sum for each parameter, of squares; it keeps no average of g."),
        Wrong([0, 1, 1, 1, 2, 3], "Adam keeps two averages: m of the gradient, and v of its square."),
        Wrong([0, 1, 1, 3, 2, 3], "m and v are two. t is one number for a whole tensor, not for each parameter, and m̂ "
                                  "and v̂ are not kept."),
        Wrong([0, 1, 1, 4, 2, 3], "m̂ and v̂ serve one step and are not kept."),
        Wrong([0, 1, 1, 2, 3, 3], "The decoupled weight decay needs no memory: AdamW keeps what Adam keeps."),
        Wrong([0, 1, 1, 2, 1, 3], "AdamW keeps both averages, as Adam does."),
        Wrong([0, 1, 1, 2, 2, 2], "AMSGrad needs v, which goes on averaging, and the largest v so far besides."),
        Wrong([0, 1, 1, 2, 2, 4], "Adam's two averages and the largest v so far are three."),
    ),
    hints=("Count the tensors of the parameter's shape in `state`.",
           "In your Adam these are state[\"mean\"] and state[\"square\"]; state[\"t\"] is a single number."),
    alone=("How many numbers does the optimizer keep for each parameter, besides the parameter and its "
          "gradient? Counters of steps do not count."),
    allows="Training with Adam takes four numbers a parameter: the parameter, its gradient, m and v.",
)


class _AMSGradToWrite(Adam):
    @torch.no_grad()
    def step(self):
        ...


_LARGEST = 'torch.maximum(state.get("largest", state["square"]), state["square"])'
AMSGRAD = Exercise(
    reference=AMSGrad,
    statement="""AMSGrad (`torch.optim.Adam(amsgrad=True)`): write `step`; the rest is Adam's.

    In the step, the largest v so far takes the place of v: V ← max(V, v), element by element, where
    V is v at the parameter's first step. The average v itself goes on as in Adam and is kept, too.
    As in Adam: m̂ = m / (1 - β₁ᵗ), V̂ = V / (1 - β₂ᵗ), w ← w - η m̂ / (√V̂ + ε), and λ w is added
    to the gradient first. (Torch corrects the largest v so; the paper has no bias correction.)
    Change w in place, leave its .grad as it is, and return None. Tested too: several parameters,
    parameters of several elements, groups, gradients that become 0.

    >>> gradients = torch.tensor([[1.0], [0.0]])
    >>> trace(AMSGrad, torch.zeros(1), gradients, lr=0.5, betas=(0.5, 0.5))[:, 0]
    tensor([-0.5000, -0.7041])
    """,
    given=_AMSGradToWrite,
    inputs=_steps("AMSGrad", 2),
    tries=16,
    cases=(
        *_cases("AMSGrad", "betas=(0.5, 0.75)", "betas=(0.0, 0.0)"),
        "trace(AMSGrad, torch.zeros(1), torch.tensor([[4.0], [1.0], [1.0]]), lr=0.5, betas=(0.5, 0.5))",
        "trace(AMSGrad, torch.zeros(2), torch.tensor([[4.0, 1.0], [1.0, 4.0], [1.0, 1.0]]), lr=0.5, betas=(0.5, 0.5))",
        "trace(AMSGrad, torch.zeros(1), torch.tensor([[8.0], [0.0], [1.0], [7.0], [1.0]]), lr=0.5, betas=(0.5, 0.5))",
    ),
    wrong=(
        Wrong(variant(AMSGrad, ("torch.maximum", "torch.minimum"), name="AMSGradSmallest"),
              "This keeps the smallest v so far, and steps become larger. AMSGrad keeps the largest."),
        Wrong(variant(AMSGrad, (f'state["largest"] = {_LARGEST}',
                                f'state["largest"] = state["square"] = {_LARGEST}'), name="AMSGradOneSquare"),
              "The maximum replaces the average v itself, which should go on as before: keep both in `state`."),
        Wrong(variant(AMSGrad, (_LARGEST, 'torch.maximum(state.get("largest", g ** 2), g ** 2)'),
                      name="AMSGradOfGradients"),
              "This is the largest squared gradient so far. AMSGrad takes the largest of the averages v."),
        Wrong(variant(AMSGrad, ('square = state["largest"] / (1 - beta2 ** state["t"])', 'square = state["largest"]'),
                      name="AMSGradNotCorrected"),
              "The largest v is not divided by 1 - β₂ᵗ. The paper does without, but torch, and this exercise, correct "
              "it."),
        Wrong(variant(AMSGrad, (f'state["largest"] = {_LARGEST}', 'corrected = state["square"] / (1 - beta2 ** '
                                'state["t"]); state["largest"] = torch.maximum(state.get("largest", corrected), '
                                'corrected)'),
                      ('state["largest"] / (1 - beta2 ** state["t"])', 'state["largest"]'),
                      name="AMSGradOfCorrected"),
              "This is the largest of the corrected averages v̂. Take the largest v first, then correct it by today's "
              "1 - β₂ᵗ."),
        Wrong(variant(AMSGrad, (_LARGEST, f"{_LARGEST}.max()"),
                      name="AMSGradOfAll"),
              "One maximum is taken over all elements of the parameter; each element has its own."),
        Wrong(variant(AMSGrad, ('state.get("largest", state["square"])', 'state["square"]'), name="AMSGradForgets"),
              "This still behaves like Adam. V is kept in `state` from step to step, and the step is divided by the "
              "root of the corrected V, not of v."),
        Wrong(variant(AMSGrad, ('state["mean"] / (1',
                                'torch.maximum(state["mean"], state.setdefault("m", state["mean"])) / (1'),
                      name="AMSGradOfTheMean"),
              "m is changed here, too. Only v is replaced by its maximum; m stays as in Adam."),
    ),
    hints=("One line more, after v: the larger one of the stored maximum and v, element by element.",
           'torch.maximum compares element by element; state.get("largest", v) is v itself at the first step. Then use '
           "it in the line that corrects v."),
    allows="On the problem above this line decides whether the method ends at the best or at the worst point.",
    equivalent=(("torch.maximum(state.get('largest', state['square']), state['square']) → "
                 "torch.maximum(state['square'], state.get('largest', state['square']))", "the larger of two"),),
    uses={"trace": trace, "parameter": parameter},
)

EXERCISES = [RMSPROP, CORRECTED_WEIGHTS, HALF_LIVES, ADAM, ADAMW, STATE_PER_PARAMETER, AMSGRAD]
