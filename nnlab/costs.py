"""Costs of a network: the output shape, the parameters and the multiply-adds of each of its layers."""

from typing import NamedTuple

import torch
from torch import nn

from nnlab.unchanged import unchanged


class Cost(NamedTuple):
    """Cost of one layer of a network, for one sample."""

    name: str  # as in `named_modules`
    kind: str  # class of the module
    shape: tuple  # of its output, without the batch dimension
    parameters: int
    multiply_adds: int  # products of a weight and an input; half of the floating-point operations


class Costs(list):
    """The `Cost` of each layer, in the order of computation; printed as a table with the sums below."""

    @property
    def parameters(self):
        """Number of parameters of all layers."""
        return sum(cost.parameters for cost in self)

    @property
    def multiply_adds(self):
        """Number of multiply-adds of all layers, for one sample."""
        return sum(cost.multiply_adds for cost in self)

    def __repr__(self):
        rows = [("layer", "output", "parameters", "multiply-adds")]
        rows += [(f"{cost.name} {cost.kind}".strip(), "×".join(map(str, cost.shape)), f"{cost.parameters:,}",
                  f"{cost.multiply_adds:,}") for cost in self]
        rows.append(("sum", "", f"{self.parameters:,}", f"{self.multiply_adds:,}"))
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(cell.ljust(width) if k < 2 else cell.rjust(width) for k, (cell, width)
                                   in enumerate(zip(row, wide, strict=True))) for row in rows)


def costs(model, shape):
    """`Costs` of the layers of `model` for one sample of the given shape, as in ``costs(CNN(), (1, 28, 28))``.

    All layers with parameters are listed, such as convolutions and linear layers. Pooling layers and activation
    functions are listed with 0 multiply-adds: only products of a weight and an input count, as in the literature on
    networks; products with padded zeros count, too. A layer that is used twice is listed twice; its parameters are
    counted once. Functions that a model calls in place of modules are not listed. The model is left as it was; it
    may be on the device "meta", where nothing is computed and no weight needs memory.

    Args:
        model: a `torch.nn.Module`.
        shape: shape of one sample, without the batch dimension.
    """
    found, seen = Costs(), set()
    names = {module: name for name, module in model.named_modules()}

    def note(module, inputs, outputs):
        own = [parameter for parameter in module.parameters(recurse=False) if id(parameter) not in seen]
        seen.update(map(id, own))
        found.append(Cost(names[module], type(module).__name__, tuple(outputs.shape[1:]),
                          sum(parameter.numel() for parameter in own), _multiply_adds(module, inputs, outputs)))

    layers = [module for module in names if not any(module.children()) or [*module.parameters(recurse=False)]]
    parameter = next(model.parameters(), torch.zeros(1))
    with unchanged(model), torch.no_grad():
        hooks = [layer.register_forward_hook(note) for layer in layers]
        try:
            model.eval()
            model(torch.zeros(1, *shape, dtype=parameter.dtype, device=parameter.device))
        finally:
            for hook in hooks:
                hook.remove()
    return found


def _multiply_adds(module, inputs, outputs):
    """Multiply-adds for one sample: the number of products of a weight and an input in a forward pass."""
    if isinstance(module, nn.Linear):
        return outputs.numel() * module.in_features
    if isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d):
        return inputs[0].numel() * module.weight[0].numel()  # each input is multiplied by these weights
    if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        return outputs.numel() * module.weight[0].numel()
    return 0
