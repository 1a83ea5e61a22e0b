"""The forward passes of networks in training, recorded by two hooks on all modules: `Listener`."""

import torch
from torch.nn.modules.loss import _Loss
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from nnlab.health.passes import Functions, Pass


class Listener:
    """Recorder of the forward passes of the current step.

    Args:
        model: the network to record; None for every outermost module with parameters that runs with gradients.
        begins: function without arguments, called when the first network is about to run, as the outermost module.
        inside: the same, after its `Pass` has begun.
        evaluates: function of the first network and its inputs, called when it runs without gradients.
        held: function that returns the list of the optimizer's parameters, empty before there is one.
    """

    def __init__(self, model, begins, inside, evaluates, held):
        self.begins, self.inside, self.evaluates, self.held = begins, inside, evaluates, held
        self.roots, self.names, self.windows = [], {}, {}
        self.first = self.functions = None  # `first` is the outermost module with which a pass begins
        self.given = model is not None
        self.measuring, self.busy = False, False
        self.passes, self.running, self.left = [], [], None  # `left` is the norm of what zero_grad left
        if self.given:
            self._add(model)
        self.handles = [register_module_forward_pre_hook(self._forward_begins),
                        register_module_forward_hook(self._forward_ends, always_call=True)]

    def next_step(self, measuring):
        """Release the passes of the last step and begin the next step, which is measured or not."""
        for one in self.passes:
            one.release()
        self.measuring, self.passes, self.running, self.left = measuring, [], [], None

    def close(self):
        """Remove the hooks; release networks and tensors."""
        for handle in self.handles:
            handle.remove()
        self._leave_functions()
        self.next_step(False)
        self.roots, self.names, self.windows, self.first = [], {}, {}, None

    def chosen(self):
        """The pass that led to the step: the last one with a gradient; None where no network ran."""
        return next((one for one in reversed(self.passes) if one.arrived), self.passes[-1] if self.passes else None)

    def _add(self, module):
        """Add a network to those that are recorded; its modules get names."""
        self.roots.append(module)
        prefix = f"{type(module).__name__}{len(self.roots)}" if len(self.roots) > 1 else ""
        for name, part in module.named_modules():
            self.names.setdefault(part, f"{prefix}.{name}".strip("."))

    def _forward_begins(self, module, inputs):
        if self.busy:
            return
        if not torch.is_grad_enabled():
            if self.roots and module is self.roots[0]:
                self.evaluates(module, inputs)
            return
        if module is self.first and not self.running:
            self.begins()
        if self.measuring:
            if not self.running:
                self._outermost(module, inputs)
            self.running.append(module)

    def _outermost(self, module, inputs):
        """Record that a module runs that no other has called: a network, a part of one, or a loss."""
        if isinstance(module, _Loss):
            return
        follows = any(isinstance(one, torch.Tensor) and one.requires_grad for one in inputs)
        if module not in self.names:
            held, own = set(map(id, self.held())), {id(parameter) for parameter in module.parameters()}
            if self.given or not own or held and not held & own:
                return
            if not follows:  # of several networks side by side, the last one before the first step counts
                self.roots, self.names, self.passes = [], {}, []
            self._add(module)
        if not self.passes or module is self.first or module is self.roots[0]:
            self.first = module
            self.passes = [one for one in self.passes if one.arrived][-1:]  # the others are no longer needed
            self.passes.append(Pass(self.names, self.windows, self._left_over))
        self.passes[-1].begin(module, inputs)
        if module is self.first:
            self.inside()
        self.functions = Functions(self._function)
        self.functions.__enter__()

    def _forward_ends(self, module, inputs, outputs):
        if self.busy or not self.running or module is not self.running[-1]:
            return
        self.running.pop()
        if not self.running:
            self._leave_functions()
        if self.passes and outputs is not None and not isinstance(module, _Loss):
            self.passes[-1].module(module, outputs)
            if not self.running and module in self.names:
                self.passes[-1].end(outputs)

    def _function(self, kind, activation, outputs):
        if self.running and not self.busy and type(self.running[-1]).__module__ != "torch.nn.modules.activation":
            self.passes[-1].function(kind, activation, outputs)

    def _leave_functions(self):
        functions, self.functions = self.functions, None
        if functions is not None:
            functions.__exit__(None, None, None)

    def _left_over(self):
        """Record the norm of the gradients that exist before the first backward pass of a step."""
        if self.left is None:
            parameters = self.held() or [one for root in self.roots for one in root.parameters()]
            norms = [one.grad.norm() for one in parameters if one.grad is not None]
            self.left = torch.stack(norms).norm().item() if norms else 0.0
