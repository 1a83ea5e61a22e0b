"""Monitor a training loop by torch's global hooks, which are removed when the with block ends."""

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from nnlab.health.listening import Listener
from nnlab.health.losses import Pair
from nnlab.health.matching import Matching, read_labels
from nnlab.health.parameters import Parameters
from nnlab.health.reading import Health
from nnlab.health.records import Batch, Record
from nnlab.rng import rng_unchanged
from nnlab.unchanged import evaluating


class watch:
    """Context manager that monitors the network trained in its block by hooks; its value is a `Health`.

    Measured are the first step and every `every`-th after it: the outputs of each layer and activation function in the
    training pass, the gradient with respect to them, and each parameter with its gradient and its update. Activation
    functions are recognized as modules (`nn.ReLU`) and as functions of torch that a module's forward calls
    (`torch.relu`), but not in other operations, such as ``x.clamp(min=0)``. Layers that only reshape, pool or drop are
    not listed.

    Training is not changed, to the bit: weights, state of the optimizer, random generators, modes. After the block no
    hook is left, and the result contains only numbers, neither the model nor its tensors. An object is for one block.

    A small MLP (784-100-50-10, batches of 64) trains about twice as long at every=5; losses on `train` and `val` cost
    two passes over `samples` images each time, which is most of the cost for a convolutional network.

    Args:
        model: the network; None to find it: the outermost module with parameters that runs with gradients.
        optimizer: its optimizer; None to find it: the first that makes a step after the network ran. Where none does,
            because a loop updates parameters by hand, a step is what happens between two passes that have a gradient.
        every: number of steps from one measurement to the next.
        train, val: pairs (x, y) on which the loss, and for classes the accuracy, is measured in evaluation mode. Give x
            as the loop gets it: if the loop shifts and scales it before the network, this is detected and repeated.
        loss_fn: function of (outputs, targets) for these losses; without it the cross-entropy where y holds class
            indices, else the mean squared error.
        samples: number of samples of `train` and of `val` for these losses, evenly spaced.

    Raises:
        ValueError: an argument is not as documented; or, at the first step, `train` or `val` does not fit the network.
    """

    def __init__(self, model=None, optimizer=None, every=5, train=None, val=None, loss_fn=None, samples=500):
        if model is not None and not isinstance(model, nn.Module):
            raise ValueError(f"model is a {type(model).__name__}; give a torch.nn.Module, or None to find it")
        if optimizer is not None and not hasattr(optimizer, "param_groups"):
            raise ValueError(f"optimizer is a {type(optimizer).__name__}; give one of torch.optim, or None")
        for name, value in (("every", every), ("samples", samples)):
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} = {value!r}; give a whole number, 1 or more")
        if loss_fn is not None and not callable(loss_fn):
            raise ValueError(f"loss_fn is a {type(loss_fn).__name__}; give a function of (outputs, targets)")
        self.model, self.optimizer, self.every, self.loss_fn = model, optimizer, every, loss_fn
        self.train = None if train is None else Pair("train", train, samples)
        self.val = None if val is None else Pair("val", val, samples)

    def __enter__(self):
        self.health = Health(self.every, int(self.optimizer is not None))
        self.listener = Listener(self.model, self._pass_begins, self._pass_began, self.health.note_evaluation,
                                 lambda: _parameters_of(self.optimizer))
        self.matching = Matching(self.train, self.val)
        self.step, self.parameters = 0, None
        self._next_step()
        self.handles = [register_optimizer_step_pre_hook(self._step_begins),
                        register_optimizer_step_post_hook(self._step_ends)]
        return self.health

    def __exit__(self, kind, error, trace):
        for handle in self.handles:
            handle.remove()
        if kind is None and self.optimizer is None and self.parameters is not None and self.parameters.changed():
            self._step_is_over()
        self._next_step()
        self.listener.close()
        self.model = self.optimizer = self.train = self.val = self.matching = self.health = self.listener = None

    def _next_step(self):
        """Release the last step and begin the next one."""
        if self.parameters is not None:
            self.parameters.release()
        self.parameters = self.losses = None
        self.closure = False
        self.listener.next_step(self.step % self.every == 0)

    # Steps of an optimizer.

    def _step_begins(self, optimizer, arguments, named):
        closure = any(one is not None for one in (*arguments[1:], *named.values()))
        if self.listener.busy or not self._is_ours(optimizer, closure):
            return
        self.closure = closure
        if self.listener.measuring and (self.listener.roots or not closure):  # otherwise the closure runs the network
            if self.parameters is not None:
                self.parameters.release()  # those of a loop that seemed to update by hand
            self._begin(optimizer)
            if not closure:
                self.parameters.gradients()
                self._measure_losses()

    def _is_ours(self, optimizer, closure):
        """Whether this optimizer holds parameters of the monitored networks, or is the first after they ran."""
        if optimizer is self.optimizer:
            return True
        own = {id(parameter) for root in self.listener.roots for parameter in root.parameters()}
        held = set(map(id, _parameters_of(optimizer)))
        if own & held or self.optimizer is None and (self.listener.first is not None or closure):
            if self.optimizer is None or held == set(map(id, _parameters_of(self.optimizer))):
                self.health.optimizers += 1  # not counted: another optimizer for other parameters
            self.optimizer = optimizer
            return True
        return False

    def _step_ends(self, optimizer, arguments, named):
        if self.listener.busy or optimizer is not self.optimizer:
            return
        if self.closure and self.parameters is not None:
            self.parameters.gradients()
        self._step_is_over()

    # Steps of a loop that updates by hand.

    def _pass_begins(self):
        """Without an optimizer, a step is over when the network runs again with other parameters than before."""
        if self.optimizer is None:
            if self.parameters is not None and self.parameters.changed():
                self._step_is_over()
            if self.parameters is None and not self.listener.measuring:
                self.parameters = Parameters(self.listener.names, None)
                self.parameters.keep()

    def _pass_began(self):
        """A measured step without an optimizer, or with one that calls a closure, is measured from here on."""
        if self.optimizer is None or self.closure:
            if self.parameters is not None and self.parameters.names is not self.listener.names:
                self.parameters.release()  # another network than the one that seemed to be trained
                self.parameters = self.losses = None
            if self.parameters is None:
                self._begin(self.optimizer)
                if self.optimizer is None:
                    self.parameters.catch()
            self._measure_losses()

    # A measured step.

    def _begin(self, optimizer):
        self.parameters = Parameters(self.listener.names, optimizer)
        self.parameters.keep()
        self.parameters.measure()

    def _step_is_over(self):
        """Append the record of the step, if it was measured, and count the step."""
        if self.listener.measuring and self.parameters is not None:
            if self.optimizer is None:
                self.parameters.gradients()
            self.health.records.append(self._record())
        self.step += 1
        self.health.steps = self.step
        self._next_step()

    def _record(self):
        record = Record(self.step, [], self.parameters.updates(), Batch(), [], [])
        chosen = self.listener.chosen()
        if chosen is not None:
            read_labels(chosen.batch, chosen.outputs, chosen.gradient)
            self.matching.read(chosen.batch, chosen.inputs)
            chosen.close()
            record.layers, record.batch, record.modal = chosen.layers, chosen.batch, chosen.modal
            record.evaluating = chosen.evaluating
            record.left_over = self.listener.left or 0.0
        for name, (loss, accuracy) in (self.losses or {}).items():
            setattr(record, f"{name}_loss", loss)
            setattr(record, f"{name}_accuracy", accuracy)
        return record

    def _measure_losses(self):
        """Losses and accuracies on the data given to `watch`, before the update of this step."""
        pairs = [pair for pair in (self.train, self.val) if pair is not None]
        roots, passes = self.listener.roots, self.listener.passes
        if not pairs or not passes or self.losses is not None or self.model is None and len(roots) != 1:
            return
        like, self.listener.busy = passes[-1].inputs, True
        scale, shift = self.matching.scale(like)
        try:
            with evaluating(roots[0]), rng_unchanged(), torch.no_grad():
                self.losses = {pair.name: pair.measure(roots[0], self.loss_fn, like, scale, shift) for pair in pairs}
        finally:
            self.listener.busy = False


def _parameters_of(optimizer):
    """List of the parameters that an optimizer holds; empty for None."""
    return [parameter for group in (optimizer.param_groups if optimizer else []) for parameter in group["params"]]
