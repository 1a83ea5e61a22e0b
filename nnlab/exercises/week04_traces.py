"""Shared by the exercises on optimizers in weeks 4b and 4d: a function that runs a class, and two messages."""

import torch

IN_PLACE = "w = w - ... makes a new tensor, and the parameter stays as it was. Change it in place: w -= ..."
SPOILS = "w.grad has changed: g is the parameter's own gradient. Make a new tensor of g and the weight decay."


def trace(optimizer_class, start, gradients, **hyperparameters):
    """Parameter after each step, (T, n), from `start` (n,) with the given gradients, (T, n)."""
    w = torch.nn.Parameter(start.clone())
    optimizer, path = optimizer_class([w], **hyperparameters), []
    for gradient in gradients:
        w.grad = gradient.clone()
        optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path)


def parameter(value, gradient):
    """A parameter (1,) with the number `value`, whose `grad` is `gradient`; None for no gradient."""
    w = torch.nn.Parameter(torch.tensor([value]))
    w.grad = None if gradient is None else torch.tensor([gradient])
    return w
