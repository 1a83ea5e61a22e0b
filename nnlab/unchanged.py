"""Context managers that restore a model and the random generators."""

import collections
import contextlib
import copy
import warnings

import torch
from torch import nn

from nnlab.rng import rng_unchanged

_CONTAINERS = (list, dict, set, collections.OrderedDict, collections.defaultdict, collections.deque)


@contextlib.contextmanager
def unchanged(model):
    """Context manager that restores a model and the random generators at its end, and shows no warning."""
    parts = list(model.modules())
    before = [(part, part.training, dict(vars(part))) for part in parts]
    values = [value for _, _, attributes in before for value in attributes.values()]
    containers = [(value, copy.copy(value)) for value in values if type(value) in _CONTAINERS]
    generators = [(value, value.get_state()) for value in values if isinstance(value, torch.Generator)]
    gradients = [(parameter, parameter.grad) for parameter in model.parameters()]
    tensors = [*model.parameters(), *model.buffers(), *(value for value in values if isinstance(value, torch.Tensor))]
    kept = [(tensor, tensor.detach().clone()) for tensor in tensors if _can_be_kept(tensor)]
    always = torch.is_warn_always_enabled()
    try:
        with rng_unchanged(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.set_warn_always(True)  # warnings that torch shows only once stay for training
            for parameter, _ in gradients:
                parameter.grad = None
            yield
    finally:
        torch.set_warn_always(always)
        for part, training, attributes in before:
            vars(part).clear()
            vars(part).update(attributes)
            part.training = training
        for value, content in containers:
            value.clear()
            (value.extend if hasattr(value, "extend") else value.update)(content)
        for generator, state in generators:
            generator.set_state(state)
        for parameter, gradient in gradients:
            parameter.grad = gradient
        with torch.no_grad():
            for tensor, value in kept:
                if not torch.equal(tensor, value):
                    tensor.data.copy_(value)


@contextlib.contextmanager
def evaluating(model):
    """Context manager in which the model is in evaluation mode; the mode of each module is restored at its end."""
    modes = {module: module.training for module in model.modules()}
    try:
        model.eval()
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def _can_be_kept(tensor):
    """Whether a copy of `tensor` can be made and written back."""
    if isinstance(tensor, nn.parameter.UninitializedTensorMixin) or tensor.is_inference() or tensor.is_meta:
        return False
    return tensor.layout == torch.strided and not tensor.is_quantized and not tensor.is_nested
