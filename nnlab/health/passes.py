"""One forward pass in training: statistics of every layer's outputs, and of their gradients in the backward pass."""

import math

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd
from torch.overrides import TorchFunctionMode

from nnlab.health.records import Batch, Layer
from nnlab.health.statistics import FUNCTIONS, family, histogram, root_mean_square, saturated, switched, thinned

UNLISTED = (nn.Flatten, nn.Unflatten, nn.Identity, _DropoutNd, nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d,
            nn.AvgPool2d, nn.AvgPool3d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def is_modal(module):
    """Whether a module behaves differently in evaluation mode: dropout, or batch norm with running statistics."""
    return isinstance(module, _DropoutNd) and module.p > 0 or isinstance(module, _NormBase) and bool(
        module.track_running_stats)


class Functions(TorchFunctionMode):
    """Context manager in which `note(name, kind, outputs)` is called for each activation function of torch."""

    def __init__(self, note):
        super().__init__()
        self.note = note

    def __torch_function__(self, function, types, args=(), kwargs=None):
        outputs = function(*args, **(kwargs or {}))
        if function in FUNCTIONS:
            self.note(function.__name__.rstrip("_") + "()", FUNCTIONS[function], outputs)
        return outputs


class Pass:
    """Measurements of one forward pass and of its backward pass.

    Args:
        names: dictionary from each module to its name.
        windows: dictionary of the last measured steps of each layer's units, shared by all passes.
        left_over: function without arguments, called when a backward pass begins.
    """

    def __init__(self, names, windows, left_over):
        self.names, self.windows, self.left_over = names, windows, left_over
        self.layers, self.units, self.calls = [], {}, {}
        self.batch, self.evaluating, self.modal = Batch(), [], []
        self.outputs = self.gradient = self.inputs = None
        self.arrived, self.last, self.axis = False, "", -1

    def begin(self, module, inputs):
        """Record the modes of the modules of a network, and the inputs of the first network."""
        for part in module.modules():
            if is_modal(part):
                self.modal.append(self.names.get(part, ""))
                if not part.training:
                    self.evaluating.append(self.names.get(part, ""))
        x = next((one for one in inputs if isinstance(one, torch.Tensor)), None)
        if self.batch.size or x is None or not x.dim():
            return
        self.batch.size, self.inputs = len(x), x.detach()
        if x.is_floating_point() and x.numel():
            values = thinned(x)
            least, most = values.aminmax()
            self.batch.least, self.batch.most = least.item(), most.item()
            self.batch.mean, self.batch.std = values.mean().item(), values.std(correction=0).item()
            if x.dim() == 2 and 2 <= x.shape[1] <= 100 and len(x) > 1:
                deviations = values.std(0, correction=0)
                self.batch.spread = (deviations.max() / deviations.median().clamp_min(1e-12)).item()

    def end(self, outputs):
        """Record the outputs of a network, and in the backward pass the gradient with respect to them."""
        if isinstance(outputs, torch.Tensor) and outputs.requires_grad:
            kept = self.outputs = outputs.detach().clone()
            outputs.register_hook(lambda gradient: self._begins(kept, gradient))

    @torch.no_grad()
    def _begins(self, outputs, gradient):
        self.left_over()
        self.arrived = True
        if outputs is self.outputs:  # otherwise another network follows
            self.gradient = gradient.detach()

    def module(self, module, outputs):
        """Measure the outputs of a module, unless it only reshapes or pools them or drops some."""
        outputs = outputs[0] if isinstance(outputs, tuple | list) and outputs else outputs
        own = any(True for _ in module.parameters(recurse=False))
        if isinstance(module, CONVOLUTIONS):
            self.axis = 1
        elif isinstance(module, nn.Linear):
            self.axis = -1
        if isinstance(module, UNLISTED) or any(True for _ in module.children()) and not own:
            return
        self.last = self.names.get(module, "") or self.last
        self.measure(self.names.get(module, ""), type(module).__name__, family(module), outputs)

    def function(self, kind, activation, outputs):
        """Measure the outputs of an activation function that a module's forward has called."""
        self.measure(self.last, kind, "" if activation == "other" else activation, outputs)

    @torch.no_grad()
    def measure(self, name, kind, activation, outputs):
        """Append a `Layer` with the statistics of `outputs` (B, ...), and register a hook for their gradient."""
        if not isinstance(outputs, torch.Tensor) or outputs.dim() < 2 or not outputs.is_floating_point():
            return
        call = self.calls[name, kind] = self.calls.get((name, kind), 0) + 1
        values, axis = thinned(outputs), 1 if outputs.dim() > 3 else self.axis
        std, mean = (one.item() for one in torch.std_mean(values, correction=0))
        rms = root_mean_square(values)
        layer = Layer(name, kind, call, outputs.shape[axis], activation, mean, std, rms, math.isfinite(rms),
                      histogram(values), saturated(values, activation))
        if activation == "relu":
            self.units[len(self.layers)] = (*switched(outputs, axis), len(outputs))
        self.layers.append(layer)
        if outputs.requires_grad:
            outputs.register_hook(lambda gradient: self._arrives(layer, gradient))

    @torch.no_grad()
    def _arrives(self, layer, gradient):
        layer.gradient_norm = torch.linalg.vector_norm(gradient).item()
        layer.gradient_rms = layer.gradient_norm / max(gradient.numel(), 1) ** 0.5
        layer.gradient = histogram(gradient)
        self.arrived = True

    def close(self):
        """Compute the shares of dead and always active units over the last measured steps."""
        for index, (some, each, count) in self.units.items():
            layer = self.layers[index]
            window = self.windows.setdefault((layer.label, layer.units), [])
            window.append((some, each, count))
            del window[:-4]
            some = torch.stack([one for one, _, _ in window]).any(0)
            each = torch.stack([one for _, one, _ in window]).all(0)
            layer.dead, layer.always_on = 1 - some.float().mean().item(), each.float().mean().item()
            layer.seen = sum(count for *_, count in window)
        self.release()

    def release(self):
        """Release all tensors and modules."""
        self.outputs = self.gradient = self.inputs = self.names = self.left_over = None
        self.units = {}
