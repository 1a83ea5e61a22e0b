"""Optimizers that week 4 builds: gradient descent, momentum, Nesterov, AdaGrad, RMSProp, Adam, AMSGrad, AdamW.

Each is a subclass of `torch.optim.Optimizer` with one method, `step`, which is the algorithm. The results are those of
torch's optimizers with the same arguments, up to rounding; torch's are faster, these are short. In every formula w is
a parameter, g the gradient of the loss with respect to it, η the learning rate `lr`, t the number of the step from 1
on. The formulas hold for each element of w. The names in brackets are torch's.

All take `params`, an iterable of parameters, or of dictionaries of them with hyperparameters of their own, as torch's
do, and `lr`, the learning rate. They work with torch's learning rate schedulers, state_dict and load_state_dict. What
torch has besides is left out: closures, sparse and complex tensors, `maximize`, fused and multi-tensor updates.
"""

import torch
from torch.optim import Optimizer


def updates(optimizer):
    """Iterator over the parameters of `optimizer` that have a gradient: (parameter, gradient, state, group).

    `state` is the dictionary of the optimizer's state for this parameter, such as its velocity, empty before the first
    step; `group` is the dictionary of its hyperparameters.

    Raises:
        ValueError: a learning rate is negative.
    """
    for group in optimizer.param_groups:
        if not group["lr"] >= 0:
            raise ValueError(f"lr = {group['lr']}; give 0 or a larger number")
        for parameter in group["params"]:
            if parameter.grad is not None:
                yield parameter, parameter.grad, optimizer.state[parameter], group


class GradientDescent(Optimizer):
    """Gradient descent (`torch.optim.SGD`): w ← w - η g.

    `weight_decay` λ adds λ w to the gradient, which is the gradient of the penalty λ ‖w‖² / 2.
    """

    def __init__(self, params, lr, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        for w, g, _, group in updates(self):
            w -= group["lr"] * (g + group["weight_decay"] * w)


class Momentum(Optimizer):
    """Gradient descent with momentum β (`torch.optim.SGD(momentum=β)`): v ← β v + g, then w ← w - η v.

    The velocity v is g at the first step. With `dampening` τ the later ones are v ← β v + (1 - τ) g.
    Source: Polyak 1964; Sutskever et al. 2013.
    """

    def __init__(self, params, lr, momentum=0.9, dampening=0.0, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        for w, g, state, group in updates(self):
            g = g + group["weight_decay"] * w
            if "velocity" not in state:
                state["velocity"] = g.clone()
            else:
                state["velocity"] = group["momentum"] * state["velocity"] + (1 - group["dampening"]) * g
            w -= group["lr"] * state["velocity"]


class Nesterov(Optimizer):
    """Nesterov momentum β (`torch.optim.SGD(momentum=β, nesterov=True)`): v ← β v + g, then w ← w - η (g + β v).

    The parameter w that is stored is the look-ahead point, at which the next gradient is computed.
    Source: Nesterov 1983, in the form of Sutskever et al. 2013 and Bengio et al. 2013.
    """

    def __init__(self, params, lr, momentum=0.9, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        for w, g, state, group in updates(self):
            g = g + group["weight_decay"] * w
            state["velocity"] = group["momentum"] * state.get("velocity", 0) + g
            w -= group["lr"] * (g + group["momentum"] * state["velocity"])


class AdaGrad(Optimizer):
    """AdaGrad (`torch.optim.Adagrad`): s ← s + g², then w ← w - η g / (√s + ε).

    s is the sum of all squared gradients, so the effective learning rate η / (√s + ε) never increases.
    Source: Duchi, Hazan and Singer 2011.
    """

    def __init__(self, params, lr=0.01, eps=1e-10, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        for w, g, state, group in updates(self):
            g = g + group["weight_decay"] * w
            state["sum"] = state.get("sum", 0) + g ** 2
            w -= group["lr"] * g / (state["sum"].sqrt() + group["eps"])


class RMSProp(Optimizer):
    """RMSProp (`torch.optim.RMSprop`): v ← α v + (1 - α) g², then w ← w - η g / (√v + ε).

    v is an exponential moving average of the squared gradients, 0 before the first step.
    Source: Tieleman and Hinton 2012, lecture 6.5 of a course on neural networks.
    """

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        for w, g, state, group in updates(self):
            g = g + group["weight_decay"] * w
            state["square"] = group["alpha"] * state.get("square", 0) + (1 - group["alpha"]) * g ** 2
            w -= group["lr"] * g / (state["square"].sqrt() + group["eps"])


class Adam(Optimizer):
    """Adam (`torch.optim.Adam`): w ← w - η m̂ / (√v̂ + ε), with moving averages m of g and v of g².

    m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g² start at 0; m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) correct the
    bias towards 0. `weight_decay` λ adds λ w to the gradient. Source: Kingma and Ba 2015.
    """

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        for w, g, state, group in updates(self):
            beta1, beta2 = group["betas"]
            g = g + group["weight_decay"] * w
            state["t"] = state.get("t", 0) + 1
            state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * g
            state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * g ** 2
            mean = state["mean"] / (1 - beta1 ** state["t"])
            square = state["square"] / (1 - beta2 ** state["t"])
            w -= group["lr"] * mean / (square.sqrt() + group["eps"])


class AMSGrad(Optimizer):
    """AMSGrad (`torch.optim.Adam(amsgrad=True)`): Adam, with the largest v so far in place of v.

    As in torch the largest v is divided by 1 - β₂ᵗ, too; the paper has no bias correction.
    Source: Reddi, Kale and Kumar 2018.
    """

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        for w, g, state, group in updates(self):
            beta1, beta2 = group["betas"]
            g = g + group["weight_decay"] * w
            state["t"] = state.get("t", 0) + 1
            state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * g
            state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * g ** 2
            state["largest"] = torch.maximum(state.get("largest", state["square"]), state["square"])
            mean = state["mean"] / (1 - beta1 ** state["t"])
            square = state["largest"] / (1 - beta2 ** state["t"])
            w -= group["lr"] * mean / (square.sqrt() + group["eps"])


class AdamW(Optimizer):
    """AdamW (`torch.optim.AdamW`): w ← (1 - η λ) w, then Adam's update: decoupled weight decay.

    Source: Loshchilov and Hutter 2019.
    """

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        for w, g, state, group in updates(self):
            beta1, beta2 = group["betas"]
            w *= 1 - group["lr"] * group["weight_decay"]
            state["t"] = state.get("t", 0) + 1
            state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * g
            state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * g ** 2
            mean = state["mean"] / (1 - beta1 ** state["t"])
            square = state["square"] / (1 - beta2 ** state["t"])
            w -= group["lr"] * mean / (square.sqrt() + group["eps"])
