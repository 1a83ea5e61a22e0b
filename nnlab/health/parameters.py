"""The parameters of a network before and after a step: norms, gradients, updates."""

import math

import torch

from nnlab.health.records import Parameter
from nnlab.health.statistics import histogram, twins


class Parameters:
    """Parameters of networks, and further ones of an optimizer, at one step.

    Args:
        names: dictionary from each module of the networks to its name.
        optimizer: the optimizer that makes the step; None where a loop updates by hand.
    """

    def __init__(self, names, optimizer):
        groups = [] if optimizer is None else optimizer.param_groups
        held = {id(parameter): float(group["lr"]) if "lr" in group else None
                for group in groups for parameter in group["params"]}
        found = {}
        for module, name in names.items():
            for own, parameter in module.named_parameters(recurse=False):
                found.setdefault(id(parameter), (f"{name}.{own}".lstrip("."), name, parameter))
        for group in groups:
            for parameter in group["params"]:
                found.setdefault(id(parameter), (f"parameter {len(found)} of the optimizer", "", parameter))
        self.all = [(name, layer, parameter, optimizer is None or id(parameter) in held, held.get(id(parameter)))
                    for name, layer, parameter in found.values()]
        self.names, self.clones, self.made, self.handles, self.caught = names, [], [], [], {}

    @torch.no_grad()
    def keep(self):
        """Store a copy of each parameter, for a later comparison."""
        self.clones = [parameter.detach().clone() for _, _, parameter, *_ in self.all]

    def catch(self):
        """Store the gradients of the following backward passes, for loops that clear them before the next step."""
        for _, _, parameter, *_ in self.all:
            if parameter.requires_grad:
                bare = parameter._backward_hooks is None
                self.handles.append((parameter, parameter.register_hook(self._catcher(id(parameter))), bare))

    def _catcher(self, key):
        def catch(gradient):
            self.caught[key] = self.caught[key] + gradient if key in self.caught else gradient.detach().clone()
        return catch

    @torch.no_grad()
    def measure(self):
        """Measure each parameter as it is now."""
        self.made = []
        for name, layer, parameter, held, lr in self.all:
            norm = torch.linalg.vector_norm(parameter.detach()).item()
            self.made.append(Parameter(
                name, layer, tuple(parameter.shape), parameter.requires_grad, held, lr, norm,
                histogram(parameter) if parameter.dim() > 1 else None, math.isfinite(norm),
                twins(parameter) if parameter.dim() > 1 else 0))

    @torch.no_grad()
    def gradients(self):
        """Measure the gradient of each parameter as it is now, or as it was caught."""
        for made, (_, _, parameter, *_) in zip(self.made, self.all, strict=True):
            gradient = self.caught.get(id(parameter), parameter.grad)
            if gradient is not None and not gradient.is_sparse:
                made.gradient_norm = torch.linalg.vector_norm(gradient).item()
                made.gradient_rms = made.gradient_norm / max(gradient.numel(), 1) ** 0.5
                made.gradient = histogram(gradient) if gradient.dim() > 1 else None

    @torch.no_grad()
    def updates(self):
        """A `Parameter` for each, with the norm of its change since `keep`."""
        for made, (_, _, parameter, *_), before in zip(self.made, self.all, self.clones, strict=True):
            made.update = torch.linalg.vector_norm(parameter.detach() - before).item()
        return self.made

    @torch.no_grad()
    def changed(self):
        """Whether a parameter has changed since `keep`."""
        return any(not torch.equal(parameter.detach(), before)
                   for (_, _, parameter, *_), before in zip(self.all, self.clones, strict=True))

    def release(self):
        """Remove the hooks on parameters and release all tensors."""
        for parameter, handle, bare in self.handles:
            handle.remove()
            if bare and not parameter._backward_hooks:
                parameter._backward_hooks = None
        self.all, self.clones, self.handles, self.caught, self.names = [], [], [], {}, None
