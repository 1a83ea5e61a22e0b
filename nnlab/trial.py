"""The trial step before training: a forward and a backward pass of two samples, which leave everything as it was."""

import contextlib
import copy
import io
import warnings

import torch
from torch import nn

from nnlab.explain import Failure, Layer
from nnlab.rng import rng_unchanged

_RAISED = (RuntimeError, TypeError, ValueError, IndexError)
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def trial_step(model, x, y, loss_fn, training=True, check=lambda outputs: None):
    """Outputs of the first two samples of a batch x (B, ...), y, or of all where two by themselves fail.

    A copy of `model` makes them, in training mode with a backward pass, or in evaluation mode without. Parameters,
    buffers, gradients, random generators and warnings are afterwards as before; what is printed is discarded.

    Args:
        model: a `torch.nn.Module`.
        x, y: a batch on the model's device.
        loss_fn: function of (outputs, targets).
        training: make a backward pass.
        check: function of the outputs, called before the loss; what it raises is raised here.

    Raises:
        Failure: the model, the loss or the backward pass fails on the whole batch too.
    """
    whole = x, y
    tries = [(batch, False) for batch in (first_of(2, x, y), whole) if batch is not None]
    tries += [(whole, True)] * _has_hooks(model)
    printed = io.StringIO()
    for batch, hooks in tries:
        printed.seek(0)
        printed.truncate()
        try:
            with _unchanged(model), contextlib.redirect_stdout(printed):
                return _attempt(_copied(model, hooks), *batch, _copied(loss_fn, True), training, check)
        except Failure as failure:
            failed = failure
    print(printed.getvalue(), end="")  # what a model prints of its shapes helps to see why
    if failed.stage == "model":
        with _unchanged(model), contextlib.redirect_stdout(io.StringIO()):
            failed.layer = _failing_layer(_copied(model, True), failed.x, training)
    raise failed from None


def _attempt(model, x, y, loss_fn, training, check):
    """Outputs of `model` for `x` after a forward pass, the loss and, in training, a backward pass; or a Failure."""
    model.train(training)
    with contextlib.nullcontext() if training else torch.no_grad():
        try:
            outputs = model(x)
        except _RAISED as error:
            raise Failure("model", error, x, y) from None
        check(outputs)
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                loss = loss_fn(outputs, y)
            _not_broadcast(said, outputs, y)
            outputs.detach()
        except (*_RAISED, AttributeError) as error:
            raise Failure("loss", error, x, y, outputs) from None
        if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
            kind = type(loss).__name__ + (f" of shape {tuple(loss.shape)}" if isinstance(loss, torch.Tensor) else "")
            raise ValueError(f"loss_fn returns a {kind}; it must be one number, the mean over the batch "
                             "(reduction='mean'), as a tensor")
        try:
            if training:
                loss.backward()
        except _RAISED as error:
            raise Failure("backward", error, x, y, outputs) from None
    return outputs.detach()


def _not_broadcast(said, outputs, y):
    """A ValueError if torch warned that outputs and targets of unlike shapes were broadcast to more numbers."""
    for warning in said:
        unlike = str(warning.message).startswith("Using a target size")
        if unlike and torch.broadcast_shapes(outputs.shape, y.shape).numel() > 1:
            raise ValueError(str(warning.message).splitlines()[0])


def first_of(count, x, y):
    """The first `count` samples of a batch; None where it cannot be sliced or has no more."""
    if not isinstance(x, torch.Tensor) or not isinstance(y, torch.Tensor) or not x.ndim or not y.ndim:
        return None
    return (x[:count], y[:count]) if len(x) > count else None


def _copied(module, hooks):
    """A deep copy of a module, without the hooks that are not torch's own if `hooks` is false; itself if that fails."""
    if not isinstance(module, nn.Module):
        return module
    module = getattr(module, "_orig_mod", module)  # of a compiled model
    try:
        made = copy.deepcopy(module)
    except Exception:
        return module
    for part in made.modules() if not hooks else ():
        for name in _HOOKS:
            for key in [key for key, hook in getattr(part, name, {}).items() if not _is_torchs(hook)]:
                del getattr(part, name)[key]
    return made


def _is_torchs(hook):
    return (getattr(hook, "__module__", None) or type(hook).__module__).startswith("torch.")


def _has_hooks(model):
    """Whether a module in `model` has a hook that is not torch's own."""
    hooks = (hook for part in model.modules() for name in _HOOKS for hook in getattr(part, name, {}).values())
    return not all(map(_is_torchs, hooks))


@contextlib.contextmanager
def _unchanged(model):
    """A with block that leaves buffers, gradients, modes and random generators as they were, and shows no warning."""
    tensors = [*model.parameters(), *model.buffers()]
    gradients = [(parameter, parameter.grad) for parameter in model.parameters()]
    modes = {part: part.training for part in model.modules()}
    kept = [(tensor, tensor.detach().clone()) for tensor in tensors if not _is_uncopied(tensor)]
    always = torch.is_warn_always_enabled()
    try:
        with rng_unchanged(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.set_warn_always(True)  # what torch says only once is left for training to say
            for parameter, _ in gradients:
                parameter.grad = None
            yield
    finally:
        torch.set_warn_always(always)
        for parameter, gradient in gradients:
            parameter.grad = gradient
        for part, training in modes.items():
            part.training = training
        with torch.no_grad():
            for tensor, value in kept:
                if not torch.equal(tensor, value):
                    tensor.copy_(value)


def _is_uncopied(tensor):
    return isinstance(tensor, nn.parameter.UninitializedTensorMixin) or tensor.is_inference()


def _failing_layer(model, x, training):
    """`Layer` in which the forward pass of `x` fails; None where it cannot be told."""
    entered, names = [], {part: name for name, part in model.named_modules()}

    def enter(part, inputs):
        shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], torch.Tensor) else None
        entered.append(Layer(names[part], part, shape))

    def leave(part, inputs, outputs):
        entered.pop()
    try:
        for part in names:
            part.register_forward_pre_hook(enter)
            part.register_forward_hook(leave)
        with torch.no_grad():
            model.train(training)(x)
    except Exception:
        return entered[-1] if entered else None
    return None
