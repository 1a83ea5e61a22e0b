"""Week 4b: momentum and Nesterov, the eigenvalues of their recursion, filter-normalized directions."""

import math

import torch
from torch.optim import Optimizer

from nnlab.checks.exercise import Exercise, Wrong, variant
from nnlab.exercises.week04_traces import IN_PLACE, SPOILS, parameter, trace
from nnlab.optim import Momentum, Nesterov, updates


def _steps(name, more):
    """A function that draws a case: the `trace` of the class called `name`, with some of its hyperparameters."""
    def line(draw):
        n, steps = draw.sizes(2, 1, 4)
        used = [f"lr={draw.number(among=(1.0, 0.5, 0.1, 0.0, 0.25))}"]
        if draw.integer(0, 3):
            used.append(f"momentum={draw.number(among=(0.0, 0.5, 0.9, 0.2, 0.99))}")
        used += [f"{other}={draw.number(among=(0.5, 0.1, 0.25))}" for other in more if draw.integer(0, 1)]
        return f"trace({name}, {draw.tensor(n)}, {draw.tensor(steps, n)}, {', '.join(used)})"
    return line


class _MomentumToWrite(Optimizer):
    def __init__(self, params, lr, momentum=0.9, dampening=0.0, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening,
                                  "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        ...


class _NesterovToWrite(Optimizer):
    def __init__(self, params, lr, momentum=0.9, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        ...


class _MomentumOfBooks(Optimizer):
    def __init__(self, params, lr, momentum=0.9, dampening=0.0, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for w, g, state, group in updates(self):
            g = g + group["weight_decay"] * w
            if "velocity" in state:
                g = (1 - group["dampening"]) * g
            state["velocity"] = group["momentum"] * state.get("velocity", 0) - group["lr"] * g
            w += state["velocity"]


class _MomentumOfAll(_MomentumOfBooks):
    @torch.no_grad()
    def step(self):
        for w, g, _, group in updates(self):
            g = g + group["weight_decay"] * w
            old = getattr(self, "velocity", None)
            self.velocity = g if old is None else group["momentum"] * old + (1 - group["dampening"]) * g
            w -= group["lr"] * self.velocity


_MomentumOfBooks.__name__, _MomentumOfAll.__name__ = "MomentumOfBooks", "MomentumOfAll"
_UPHILL = "The parameter moves along +v, uphill: v accumulates gradients, so the step is -η v."
_FORGETS = "The velocity is forgotten between two steps: keep it in `state`, which belongs to this parameter."
_VELOCITY = 'group["momentum"] * state["velocity"] + (1 - group["dampening"]) * g'

MOMENTUM = Exercise(
    reference=Momentum,
    statement="""Gradient descent with momentum (`torch.optim.SGD`): write its method `step`.

    updates(self) yields (w, g, state, group) for each parameter that has a gradient: tensors w and
    g of one shape and dtype; state, the parameter's own dictionary, {} before its first step, to
    keep v in; group, a dictionary of the floats "lr" (η), "momentum" (β), "dampening" (τ) and
    "weight_decay" (ω). A step is: g ← g + ω w, then v ← g at the parameter's first step and
    v ← β v + (1 - τ) g later, then w ← w - η v. Change w in place, leave its .grad as it is, and
    return None. Tested too: several parameters, groups, a learning rate that changes.

    >>> trace(Momentum, torch.zeros(1), torch.ones(2, 1), lr=0.5, momentum=0.5).T
    tensor([[-0.5000, -1.2500]])
    """,
    given=_MomentumToWrite,
    inputs=_steps("Momentum", ("dampening", "weight_decay")),
    tries=16,
    cases=(
        "trace(Momentum, torch.zeros(1), torch.ones(1, 1), lr=0.5)",
        "trace(Momentum, torch.zeros(1), torch.ones(2, 1), lr=1.0, momentum=0.5)",
        "trace(Momentum, torch.zeros(1), torch.ones(3, 1), lr=0.1)",
        "trace(Momentum, torch.zeros(1), torch.ones(3, 1), lr=1.0, momentum=0.5, dampening=0.5)",
        "trace(Momentum, torch.ones(1), torch.zeros(3, 1), lr=0.5, weight_decay=0.5)",
        "trace(Momentum, torch.ones(2), torch.eye(2), lr=0.5, momentum=0.5, weight_decay=0.5)",
        "w = parameter(0.0, 1.0); o = Momentum([w], lr=1.0); o.step(); o.param_groups[0]['lr'] = 0.1; o.step(); w",
        "w, b = parameter(0.0, 1.0), parameter(1.0, 3.0); o = Momentum([w, b], lr=0.1); o.step(); o.step(); [w, b]",
        "w, b = parameter(0.0, 1.0), parameter(1.0, None); o = Momentum([w, b], lr=0.1); o.step(); [w, b]",
        "w = parameter(0.0, 1.0); o = Momentum([{'params': [w], 'lr': 0.5}], lr=0.1); o.step(); o.step(); w",
        "w = parameter(2.0, 1.0); o = Momentum([w], lr=0.5, weight_decay=0.5); o.step(); o.step(); w.grad",
    ),
    wrong=(
        Wrong(variant(Momentum, (f'state["velocity"] = {_VELOCITY}', 'state["velocity"] = g'), name="MomentumForgets"),
              _FORGETS),
        Wrong(_MomentumOfBooks, "This is right as long as η stays as it is. Here η is part of the velocity, so an old "
                                "η acts on when the learning rate changes: multiply by η when w moves."),
        Wrong(_MomentumOfAll, "All parameters share one velocity: keep v in `state`, which each parameter has for "
                              "itself."),
        Wrong(variant(Momentum, ('state["velocity"] = g.clone()', 'state["velocity"] = (1 - group["dampening"]) * g'),
                      name="MomentumDampedAtOnce"),
              "Dampening acts from the second step on; at the first step of a parameter v is g."),
        Wrong(variant(Momentum, (' + (1 - group["dampening"]) * g', " + g"), name="MomentumUndamped"),
              "The dampening τ is not used: from the second step on the gradient enters v with the factor 1 - τ."),
        Wrong(variant(Momentum, ('(1 - group["dampening"])', '(1 - group["momentum"])'), name="MomentumAverage"),
              "This is a moving average, with 1 - β before the gradient. Here the gradient has the factor 1 - τ, which "
              "is 1 without dampening: v is a sum, not an average."),
        Wrong(variant(Momentum, ("w -=", "w +="), name="MomentumUphill"), _UPHILL),
        Wrong(variant(Momentum, ("w -=", "w = w -"), name="MomentumOfACopy"), IN_PLACE),
        Wrong(variant(Momentum, ('g = g + group["weight_decay"] * w', "pass"),
                      ("g.clone()", "g"), name="MomentumWithoutDecay"),
              "The weight decay is not used: it adds ω w to the gradient before the velocity is computed."),
        Wrong(variant(Momentum, ('g = g + group["weight_decay"] * w', 'w -= group["lr"] * group["weight_decay"] * w'),
                      name="MomentumDecoupled"),
              "Here the weight decay acts on w alone (decoupled, as in AdamW). In SGD ω w is part of the gradient and "
              "enters the velocity, too."),
        Wrong(variant(Momentum, ("g = g + group", "g += group"), name="MomentumSpoils"), SPOILS),
        Wrong(variant(Momentum, ('w -= group["lr"] * state["velocity"]',
                                 'w -= group["lr"] * (g + group["momentum"] * state["velocity"])'),
                      name="MomentumOfNesterov"),
              "This is Nesterov's step, g + β v, which comes next. With plain momentum the step is -η v."),
    ),
    hints=("Whether this is the parameter's first step: its dictionary `state` is still empty.",
           "Add the weight decay to g, as a new tensor. Then compute v from the old v in `state`, store it there, and "
           "move w by -lr times v, in place."),
    allows="Two lines more than gradient descent: the velocity is all that momentum remembers.",
    equivalent=(("g.clone() → g", "g is a new tensor already, the sum of the gradient and the weight decay"),),
    uses={"trace": trace, "parameter": parameter},
)

NESTEROV = Exercise(
    reference=Nesterov,
    statement="""Nesterov momentum (`torch.optim.SGD(nesterov=True)`): write its method `step`.

    updates(self) yields (w, g, state, group) for each parameter that has a gradient, as in
    Momentum: tensors w and g of one shape and dtype, the parameter's own dictionary to keep v in,
    and a dictionary of the floats "lr" (η), "momentum" (β) and "weight_decay" (ω).
    A step is: g ← g + ω w, then v ← β v + g with v = 0 before the first step, then
    w ← w - η (g + β v) with the new v. Change w in place, leave its .grad as it is, and return
    None. Tested too: several parameters, groups, a learning rate that changes.

    >>> trace(Nesterov, torch.zeros(1), torch.ones(2, 1), lr=0.5, momentum=0.5).T
    tensor([[-0.7500, -1.6250]])
    """,
    given=_NesterovToWrite,
    inputs=_steps("Nesterov", ("weight_decay",)),
    tries=16,
    cases=(
        "trace(Nesterov, torch.zeros(1), torch.ones(1, 1), lr=0.5, momentum=0.0)",
        "trace(Nesterov, torch.zeros(1), torch.ones(1, 1), lr=0.5)",
        "trace(Nesterov, torch.zeros(1), torch.ones(3, 1), lr=1.0, momentum=0.5)",
        "trace(Nesterov, torch.zeros(1), torch.tensor([[1.0], [0.0], [0.0]]), lr=0.1)",
        "trace(Nesterov, torch.ones(1), torch.zeros(3, 1), lr=0.5, weight_decay=0.5)",
        "trace(Nesterov, torch.ones(2), torch.eye(2), lr=0.5, momentum=0.5, weight_decay=0.5)",
        "w = parameter(0.0, 1.0); o = Nesterov([w], lr=1.0); o.step(); o.param_groups[0]['lr'] = 0.1; o.step(); w",
        "w, b = parameter(0.0, 1.0), parameter(1.0, 3.0); o = Nesterov([w, b], lr=0.1); o.step(); o.step(); [w, b]",
        "w, b = parameter(0.0, 1.0), parameter(1.0, None); o = Nesterov([w, b], lr=0.1); o.step(); [w, b]",
        "w = parameter(0.0, 1.0); o = Nesterov([{'params': [w], 'lr': 0.5}], lr=0.1); o.step(); o.step(); w",
        "w = parameter(2.0, 1.0); o = Nesterov([w], lr=0.5, weight_decay=0.5); o.step(); o.step(); w.grad",
    ),
    wrong=(
        Wrong(variant(Nesterov, ('(g + group["momentum"] * state["velocity"])', 'state["velocity"]'),
                      name="NesterovPlain"),
              "This is plain momentum, with the step -η v (or -η (g + β v) with the old v, which is the same). "
              "Nesterov's step needs the new v."),
        Wrong(variant(Nesterov, ('(g + group["momentum"] * state', '(g + state'), name="NesterovWithoutBeta"),
              "The velocity enters the step with the factor β: g + β v."),
        Wrong(variant(Nesterov, ("(g + group", '(state["velocity"] + group'), name="NesterovOfVelocities"),
              "The step holds the gradient itself once, and β v: here v stands in the place of g."),
        Wrong(variant(Nesterov, ('w -= group["lr"] * (g + group["momentum"] * state["velocity"])',
                                 'state["velocity"] = g + group["momentum"] * state["velocity"]; '
                                 'w -= group["lr"] * state["velocity"]'), name="NesterovStoresTheStep"),
              "The step g + β v is stored as the velocity. Keep v = β v + g, and compute the step from it."),
        Wrong(variant(Nesterov, ('state.get("velocity", 0) + g', "0 + g"), name="NesterovForgets"), _FORGETS),
        Wrong(variant(Nesterov, ("w -=", "w +="), name="NesterovUphill"), _UPHILL),
        Wrong(variant(Nesterov, ("w -=", "w = w -"), name="NesterovOfACopy"), IN_PLACE),
        Wrong(variant(Nesterov, ('g = g + group["weight_decay"] * w', "pass"), name="NesterovWithoutDecay"),
              "The weight decay is not used: it adds ω w to the gradient, before the velocity and the step."),
        Wrong(variant(Nesterov, ('g = g + group["weight_decay"] * w', 'w -= group["lr"] * group["weight_decay"] * w'),
                      name="NesterovDecoupled"),
              "Here the weight decay acts on w alone (decoupled, as in AdamW). ω w is part of the gradient: it enters "
              "the velocity and the step."),
        Wrong(variant(Nesterov, ("g = g + group", "g += group"), name="NesterovSpoils"), SPOILS),
        Wrong(variant(Nesterov, (', 0) + g', ', 0) + (1 - group["momentum"]) * g'), name="NesterovAverage"),
              "The velocity is a sum, v ← β v + g, not an average with 1 - β before the gradient."),
    ),
    hints=("First v, from the old v and g; then the step, from g and the new v.",
           'state.get("velocity", 0) is 0 before the first step. The step is -lr times (g plus β times the new v).'),
    allows="One line differs from momentum; the section shows which point it computes the gradient at.",
    uses={"trace": trace, "parameter": parameter},
)


def spectral_radius(lr, momentum, curvature):
    """Spectral radius of the recursion of momentum for one curvature, a float.

    One step of v ← β v + λ w, w ← w - η v on the loss λ w² / 2 multiplies the vector (w, v) by a
    2 × 2 matrix. Return the largest absolute value |z| of its two eigenvalues z, which may be
    complex: the asymptotic factor of the distance to the minimum in each step.
    lr (η), momentum (β) and curvature (λ): floats from 0 on, β below 1, as Python numbers.
    Tested too: real and complex eigenvalues, β = 0, λ = 0, and radii above 1. Compute in float64,
    as Python's numbers do; within 1e-5 of the exact value is right.

    >>> spectral_radius(0.5, 0.25, 1.0)
    0.5
    """
    trace, determinant = 1 + momentum - lr * curvature, momentum
    discriminant = trace ** 2 - 4 * determinant
    if discriminant < 0:
        return math.sqrt(determinant)
    return (abs(trace) + math.sqrt(discriminant)) / 2


def _recursion(draw):
    lr, momentum = draw.number(among=(1.0, 0.5, 0.1, 0.6, 0.25, 2.0)), draw.number(among=(0.0, 0.5, 0.9, 0.25, 0.19))
    curvatures = [one for one in (1.0, 4.0, 0.2, 0.0, 0.01, 10.0, 3.0)
                  if abs((1 + momentum - lr * one) ** 2 - 4 * momentum) > 0.02]  # not near a double eigenvalue
    return f"spectral_radius({lr}, {momentum}, {draw.choice(curvatures)})"


def _by_singular_values(lr, momentum, curvature):
    matrix = torch.tensor([[1 - lr * curvature, -lr * momentum], [curvature, momentum]], dtype=torch.float64)
    return torch.linalg.svdvals(matrix).max().item()


def _by_rows(lr, momentum, curvature, sign=-1, of=torch.Tensor.abs):
    matrix = torch.tensor([[1 - lr * curvature, sign * lr * momentum], [curvature, momentum]], dtype=torch.float64)
    return of(torch.linalg.eigvals(matrix)).max().item()


def _with_plus(lr, momentum, curvature):
    return _by_rows(lr, momentum, curvature, sign=1)


def _real_parts(lr, momentum, curvature):
    return _by_rows(lr, momentum, curvature, of=lambda values: values.real)


def _sizes_of_real_parts(lr, momentum, curvature):
    return _by_rows(lr, momentum, curvature, of=lambda values: values.real.abs())


def _old_velocity(lr, momentum, curvature):
    matrix = torch.tensor([[1, -lr], [curvature, momentum]], dtype=torch.float64)
    return torch.linalg.eigvals(matrix).abs().max().item()


SPECTRAL_RADIUS = Exercise(
    reference=spectral_radius,
    inputs=_recursion,
    cases=(
        "spectral_radius(0.5, 0.0, 1.0)",
        "spectral_radius(0.5, 0.25, 1.0)",
        "spectral_radius(0.5, 0.25, 0.0)",
        "spectral_radius(1.0, 0.0, 3.0)",
        "spectral_radius(0.1, 0.9, 1.0)",
        "spectral_radius(0.6, 0.19, 4.0)",
        "spectral_radius(0.6, 0.21, 4.0)",
        "spectral_radius(0.1, 0.5, 0.1)",
        "spectral_radius(2, 0.5, 2)",
        "spectral_radius(0.0, 0.5, 0.0)",
    ),
    wrong=(
        Wrong(variant(spectral_radius, ("    if discriminant < 0:\n        return math.sqrt(determinant)\n", ""),
                      ("(abs(trace) + math.sqrt(discriminant)) / 2", "math.sqrt(determinant)"),
                      name="radius_always_root"),
              "√β is the factor only where both eigenvalues are complex (their product is β). Real eigenvalues differ: "
              "the larger one counts."),
        Wrong(variant(spectral_radius, ("abs(trace)", "trace"), name="radius_of_the_larger_root"),
              "The larger eigenvalue need not have the larger absolute value: at a large learning rate the other one "
              "is near -1 or below."),
        Wrong(variant(spectral_radius, ("abs(trace) + ", "abs(trace) - "), name="radius_smaller_real"),
              "This is the smaller of two real eigenvalues; the larger one decides how fast the distance falls."),
        Wrong(variant(spectral_radius, ("1 + momentum -", "1 - momentum -"), name="radius_wrong_trace"),
              "The trace of the matrix is wrong. Insert v ← β v + λ w into w ← w - η v: w is multiplied by 1 - ηλ, and "
              "v by β."),
        Wrong(variant(spectral_radius, ("trace, determinant = 1 + momentum - lr * curvature, momentum",
                                        "trace, determinant = 1 - lr * curvature, 0"), name="radius_without_memory"),
              "This is |1 - ηλ|, the factor of gradient descent. With momentum the state has two components, w and v."),
        Wrong(_by_singular_values,
              "This is the largest singular value: how much one step can stretch a vector. Over many steps the "
              "eigenvalues decide."),
        Wrong(_with_plus,
              "A sign in the matrix: w ← w - η (β v + λ w), so v enters the new w with -ηβ."),
        Wrong(_real_parts,
              "The largest real part is not the largest absolute value: of a complex or negative eigenvalue take |z|."),
        Wrong(_sizes_of_real_parts,
              "The absolute value of a complex number is √(re² + im²), not that of its real part."),
        Wrong(_old_velocity,
              "Here w moves by the old velocity. The velocity is updated first: insert the new v into w ← w - η v."),
    ),
    hints=("Write the new w in terms of the old w and v: w - η (β v + λ w). Together with the new v that is a matrix.",
           "Its trace is 1 - ηλ + β, its determinant β. The eigenvalues are the roots of z² - trace z + determinant; "
           "torch.linalg.eigvals of the matrix gives them, too."),
    allows="The largest radius over all curvatures is the asymptotic factor on any quadratic.",
    equivalent=(("discriminant < 0 → discriminant <= 0", "at 0 both formulas give |trace| / 2 = √β"),
                ("1 + momentum - lr * curvature → lr * curvature - (1 + momentum)",
                 "only the absolute value and the square of the trace count")),
)


def best_momentum(lowest, highest):
    """Learning rate, momentum and factor with which momentum converges fastest on a quadratic loss.

    lowest and highest: the smallest and the largest eigenvalue of the Hessian, Python floats with
    0 < lowest <= highest. Return three floats (lr, momentum, factor): the learning rate η and the
    momentum β for which the largest spectral radius over all curvatures from lowest to highest is
    as small as possible, and that spectral radius, the asymptotic factor of a step.
    Tested too: lowest = highest, where one step reaches the minimum and the factor is 0.

    >>> best_momentum(1.0, 9.0)
    (0.25, 0.25, 0.5)
    """
    low, high = math.sqrt(lowest), math.sqrt(highest)
    factor = (high - low) / (high + low)
    return 4 / (high + low) ** 2, factor ** 2, factor


def _spectrum(draw):
    lowest = draw.number(among=(1.0, 4.0, 0.25, 0.01, 9.0, 0.5, 2.0, 0.2))
    return f"best_momentum({lowest}, {lowest * draw.choice((1, 4, 9, 100, 1000, 2, 16, 1.5)):g})"


BEST_MOMENTUM = Exercise(
    reference=best_momentum,
    inputs=_spectrum,
    tries=32,
    cases=(
        "best_momentum(1.0, 1.0)",
        "best_momentum(1.0, 4.0)",
        "best_momentum(1.0, 9.0)",
        "best_momentum(4.0, 4.0)",
        "best_momentum(0.25, 0.25)",
        "best_momentum(0.2, 4.0)",
        "best_momentum(0.01, 10.0)",
    ),
    wrong=(
        Wrong(variant(best_momentum, ("factor ** 2, factor", "factor, factor"), name="best_unsquared"),
              "The learning rate and the factor are right. The factor is √β, so β is its square."),
        Wrong(variant(best_momentum, ("factor ** 2, factor", "factor ** 2, factor ** 2"), name="best_factor_beta"),
              "η and β are right. Where the eigenvalues are a complex pair or equal, their product is β: what is the "
              "absolute value of one?"),
        Wrong(variant(best_momentum, ("4 / (high + low) ** 2", "2 / (lowest + highest)"), name="best_rate_without"),
              "2 / (λmin + λmax) is the best learning rate without momentum. With momentum, larger ones are stable."),
        Wrong(variant(best_momentum, ("math.sqrt(lowest), math.sqrt(highest)", "lowest, highest"),
                      name="best_no_roots"),
              "The square roots of the curvatures belong here: momentum converges as if the condition number were √κ."),
        Wrong(variant(best_momentum, ("4 / (high + low) ** 2", "4 / (high + low)"), name="best_rate_unsquared"),
              "The unit of a learning rate is 1 / curvature: the sum of the two roots must be squared. β and the "
              "factor are right."),
        Wrong(variant(best_momentum, ("4 / (high + low) ** 2", "1 / highest"), name="best_rate_inverse"),
              "At η = 1 / λmax the flat direction is slower than it need be: solve (1 - √(ηλ))² = β for both extreme "
              "curvatures."),
        Wrong(variant(best_momentum, ("factor ** 2, factor", "(1 - factor) ** 2, factor"), name="best_one_minus"),
              "Near κ = 1 the best β is 0, and it grows with κ towards 1; yours falls."),
        Wrong(variant(best_momentum, ("4 / (high + low) ** 2, factor ** 2, factor",
                                      "factor ** 2, 4 / (high + low) ** 2, factor"), name="best_order"),
              "The order: learning rate, momentum, factor."),
        Wrong(variant(best_momentum, (", factor ** 2, factor", ", factor ** 2"), name="best_pair"),
              "η and β are right. Return the factor as well: three numbers."),
    ),
    hints=("Both eigenvalues of a curvature λ have the absolute value √β where √β ≥ |1 - √(ηλ)|. Which two λ decide?",
           "√β = √(η λmax) - 1 and √β = 1 - √(η λmin): add the two equations to find η, then insert it."),
    allows="From κ to √κ: at κ = 10,000 a hundredth of the steps.",
)


def filter_normalized(direction, weights):
    """The direction with filter normalization (Li et al. 2018), a list of new tensors.

    direction, weights: lists of tensors of floats, pairwise of one shape and dtype, such as random
    numbers and the parameters of a network. A tensor of two or more dimensions, (m, ...), has m
    slices along the first: the weights into one unit, or one filter of a convolution. Each slice
    of the direction is scaled to the norm of the same slice of the weights, d ‖w‖ / ‖d‖, where
    ‖d‖ is the root of the sum of all its squares; where ‖d‖ = 0 it stays 0. Tensors of fewer
    dimensions, such as biases, become 0. The arguments stay as they are.

    >>> T = torch.tensor
    >>> filter_normalized([T([[3.0, 4.0]]), T([1.0])], [T([[0.0, 10.0]]), T([1.0])])
    [tensor([[6., 8.]]), tensor([0.])]
    """
    result = []
    for d, w in zip(direction, weights, strict=True):
        if d.ndim < 2:
            result.append(torch.zeros_like(d))
            continue
        shape = (-1,) + (1,) * (d.ndim - 1)
        lengths = d.flatten(1).norm(dim=1).view(shape)
        wanted = w.flatten(1).norm(dim=1).view(shape)
        result.append(torch.where(lengths > 0, d * wanted / lengths, 0))
    return result


def _directions(draw):
    shapes = draw.choice((((2, 3),), ((1, 2), (1,)), ((3, 2), (3,), (2, 3), (2,)), ((2, 1, 2, 2), (2,)), ((2, 2), ())))
    values = (1.0, 2.0, -1.0, 0.0, 0.5, -3.0)
    first, second = (", ".join(draw.tensor(*shape, among=values) for shape in shapes) for _ in range(2))
    return f"filter_normalized([{first}], [{second}])"


FILTER_NORMALIZED = Exercise(
    reference=filter_normalized,
    inputs=_directions,
    tries=24,
    cases=(
        "filter_normalized([torch.tensor([[3.0, 4.0]])], [torch.tensor([[0.0, 5.0]])])",
        "filter_normalized([torch.tensor([[3.0, 4.0]])], [torch.tensor([[0.0, 10.0]])])",
        "filter_normalized([torch.ones(1, 2), torch.ones(1)], [torch.ones(1, 2), torch.ones(1)])",
        "filter_normalized([torch.eye(2)], [torch.tensor([[1.0, 0.0], [3.0, 4.0]])])",
        "filter_normalized([torch.tensor([[1.0, 2.0], [3.0, 4.0]])], [torch.tensor([[1.0, 1.0], [2.0, 0.0]])])",
        "filter_normalized([torch.zeros(1, 2)], [torch.ones(1, 2)])",
        "filter_normalized([torch.ones(2, 2)], [torch.zeros(2, 2)])",
        "filter_normalized([torch.ones(1, 2, 2, 2)], [torch.arange(8.0).view(1, 2, 2, 2)])",
        "filter_normalized([torch.tensor(2.0)], [torch.tensor(3.0)])",
    ),
    wrong=(
        Wrong(variant(filter_normalized, ("d.flatten(1).norm(dim=1).view(shape)", "d.norm()"),
                      ("w.flatten(1).norm(dim=1).view(shape)", "w.norm()"), name="normalized_whole"),
              "Each tensor is scaled as a whole (layer normalization of the direction). Each row, the weights into one "
              "unit, needs a factor of its own."),
        Wrong(variant(filter_normalized,
                      ("d.flatten(1).norm(dim=1).view(shape)", "d.flatten(1).norm(dim=0).view(d[:1].shape)"),
                      ("w.flatten(1).norm(dim=1).view(shape)", "w.flatten(1).norm(dim=0).view(d[:1].shape)"),
                      name="normalized_columns"),
              "These are the norms of the columns. The weights into one unit are a row of the matrix: sum along its "
              "elements."),
        Wrong(variant(filter_normalized, ("torch.zeros_like(d)", "d.clone()"), name="normalized_biases_kept"),
              "Weights are right. The direction of biases (tensors of one dimension) is 0."),
        Wrong(variant(filter_normalized, ("torch.zeros_like(d)", "d * w.norm() / d.norm()"),
                      name="normalized_biases_too"),
              "Weights are right. Biases are not scaled to the norm of the biases: their direction is 0."),
        Wrong(variant(filter_normalized, ("torch.where(lengths > 0, d * wanted / lengths, 0)", "d * wanted / lengths"),
                      name="normalized_nan"),
              "A slice of zeros has the norm 0, and 0 / 0 is nan: there the result is 0."),
        Wrong(variant(filter_normalized, ("d * wanted / lengths", "d / lengths"), name="normalized_unit"),
              "Each slice has the norm 1 now. It needs the norm of the same slice of the weights."),
        Wrong(variant(filter_normalized, ("d * wanted / lengths", "d * wanted"), name="normalized_not_divided"),
              "Multiply by the norm of the weights, and divide by the norm of the direction itself."),
        Wrong(variant(filter_normalized, (".norm(dim=1)", ".square().sum(1)"), name="normalized_by_squares"),
              "The norm is the square root of the sum of squares."),
        Wrong(variant(filter_normalized, (".norm(dim=1)", ".abs().sum(1)"), name="normalized_by_sums"),
              "This is the sum of absolute values. The norm is the root of the sum of squares."),
        Wrong(variant(filter_normalized, ("d.flatten(1).norm(dim=1).view(shape)", "d.norm(dim=-1, keepdim=True)"),
                      ("w.flatten(1).norm(dim=1).view(shape)", "w.norm(dim=-1, keepdim=True)"),
                      name="normalized_last_dimension"),
              "Matrices are right. A filter of a convolution is all of d[k], (channels, height, width): one norm for "
              "all its elements."),
        Wrong(variant(filter_normalized, ("d.ndim < 2", "d.ndim == 1"), name="normalized_scalars"),
              "A tensor without dimensions is no filter either: it becomes 0."),
    ),
    hints=("d.flatten(1) has one row for each slice, whatever the number of dimensions.",
           "Compute the norms of the rows of d and of w, and give them dimensions of size 1 so that they broadcast; "
           "torch.where keeps the slices of zeros at 0."),
    allows="The slice below uses it; week 5's convolutions are filters in the same sense.",
    equivalent=(("True → False", "both lists have the same length"),),
)

EXERCISES = [MOMENTUM, NESTEROV, SPECTRAL_RADIUS, BEST_MOMENTUM, FILTER_NORMALIZED]
