"""A trial step: forward and backward passes of a few samples, after which model and random generators are restored."""

import contextlib
import copy
import io
import warnings

import torch
from torch import nn

from nnlab.explain import Failure, Layer, of_torch
from nnlab.unchanged import unchanged

_RAISED = (RuntimeError, TypeError, ValueError, IndexError)  # by torch on wrong input, and by its asserts
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def trial_step(model, x, y, loss_fn, *, training=True, passes=1, whole=False, check=lambda outputs: None):
    """Outputs and targets of two samples of a batch x (B, ...), y, or of the whole batch if two samples alone fail.

    Two samples pass through a copy of model and loss, without the student's hooks. If that fails, for whatever reason,
    the whole batch passes through the model itself: a loss or a model may need batches of a certain size. Parameters,
    buffers, gradients, attributes, modes, random generators and warnings are restored afterwards.

    Args:
        model: a `torch.nn.Module`; in training mode with a backward pass, in evaluation mode without.
        x, y: a batch on the model's device.
        loss_fn: function of (outputs, targets).
        training: make a backward pass.
        passes: number of passes; a second one finds the state that the first leaves behind.
        whole: begin with the whole batch.
        check: function of the outputs, called before the loss; its exceptions are passed on.

    Raises:
        Failure: the whole batch fails with an error that torch raises on wrong input. Other exceptions are passed on.
    """
    x, y = (part.detach() if isinstance(part, torch.Tensor) else part for part in (x, y))
    small = first_of(2, x, y) or (x, y)
    if not whole:
        with contextlib.suppress(Exception), unchanged(model), contextlib.redirect_stdout(io.StringIO()):
            return _passes(*_copied(model, loss_fn), *small, training, passes, check), small[1]
    printed = io.StringIO()
    try:
        with unchanged(model), contextlib.redirect_stdout(printed):
            pair = _copied(model, loss_fn, hooks=True) if _is_lazy(model) else (model, loss_fn)
            return _passes(*pair, x, y, training, passes, check), y
    except Failure as failure:
        print(printed.getvalue(), end="")  # shapes that the model prints help to find the cause
        if failure.stage == "model":
            with unchanged(model), contextlib.redirect_stdout(io.StringIO()):
                failure.layer = _failing_layer(_copied(model, None, hooks=True)[0] if _is_lazy(model) else model, x,
                                               training)
        raise failure from None


def _passes(model, loss_fn, x, y, training, passes, check):
    """Outputs of `model` for `x` in the first of some passes."""
    return [_pass(model, loss_fn, x, y, training, check) for _ in range(passes)][0]


def _pass(model, loss_fn, x, y, training, check):
    """Outputs of `model` for `x` after a forward pass, the loss and, in training, a backward pass; or a Failure."""
    model.train() if training else model.eval()
    with contextlib.nullcontext() if training else torch.no_grad():
        with _as_failure("model", x, y):
            outputs = model(x)
        with _as_failure("loss", x, y, outputs):
            if not callable(getattr(outputs, "detach", None)):
                raise TypeError(f"the model returns {type(outputs).__name__}")
            check(outputs)
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                loss = loss_fn(outputs, y)
            _check_broadcasting(said, outputs, y)
        if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
            kind = type(loss).__name__ + (f" of shape {tuple(loss.shape)}" if isinstance(loss, torch.Tensor) else "")
            raise Misfit(f"loss_fn returns a {kind}; it must be one number, the mean over the batch "
                         "(reduction='mean'), as a tensor")
        with _as_failure("backward", x, y, outputs):
            if training:
                for parameter in model.parameters():
                    parameter.grad = None
                loss.backward()
    return outputs.detach()


class Misfit(ValueError):
    """Error found by a check of this package; its message needs no explanation, unlike that of an error of torch."""


@contextlib.contextmanager
def _as_failure(stage, *parts):
    """Context manager that turns torch's errors into a `Failure` in this `stage`, except running out of memory."""
    try:
        yield
    except (Misfit, torch.OutOfMemoryError):
        raise
    except _RAISED as error:
        raise Failure(stage, error, *parts) from None
    except AssertionError as error:
        if not of_torch(error):
            raise
        raise Failure(stage, error, *parts) from None


def _check_broadcasting(said, outputs, y):
    """Raise ValueError if torch warned that outputs and targets of different shapes were broadcast to more numbers."""
    for warning in said:
        unlike = str(warning.message).startswith("Using a target size")
        if unlike and torch.broadcast_shapes(outputs.shape, y.shape).numel() > 1:
            raise ValueError(str(warning.message).splitlines()[0])


def first_of(count, x, y):
    """The first `count` samples of a batch; None where it cannot be sliced or has no more samples."""
    if not isinstance(x, torch.Tensor) or not isinstance(y, torch.Tensor) or not x.ndim or not y.ndim:
        return None
    try:
        return (x[:count], y[:count]) if len(x) == len(y) > count else None
    except (RuntimeError, NotImplementedError):  # of sparse and nested tensors
        return None


def _copied(model, loss_fn, hooks=False):
    """Deep copies of model and loss; shared tensors stay shared. Without `hooks` only torch's own hooks are kept."""
    model, memo = getattr(model, "_orig_mod", model), {}  # of a compiled model
    for part in model.modules():
        for value in vars(part).values():
            if isinstance(value, torch.Tensor) and value.grad_fn is not None:  # kept from an earlier pass
                memo[id(value)] = value.detach().clone()
        for value in part._buffers.values():
            if isinstance(value, nn.UninitializedBuffer):
                memo[id(value)] = nn.UninitializedBuffer(device=value.device, dtype=value.dtype)
    made, loss_fn = copy.deepcopy((model, loss_fn), memo)
    for part in made.modules() if not hooks else ():
        for name in _HOOKS:
            for key in [key for key, hook in getattr(part, name, {}).items() if not _is_torchs(hook)]:
                del getattr(part, name)[key]
    return made, loss_fn


def _is_torchs(hook):
    return (getattr(hook, "__module__", None) or type(hook).__module__).startswith("torch.")


def _is_lazy(model):
    return any(isinstance(tensor, nn.parameter.UninitializedTensorMixin)
               for part in model.modules() for tensor in (*part._parameters.values(), *part._buffers.values()))


def _failing_layer(model, x, training):
    """`Layer` in which the forward pass of `x` fails; None where it is not known. The hooks stay on `model`."""
    entered, names = [], {part: name for name, part in model.named_modules()}

    def enter(part, inputs):
        shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], torch.Tensor) else None
        entered.append(Layer(names[part], part, shape))

    def leave(part, inputs, outputs):
        entered.pop()
    try:
        model.train() if training else model.eval()
        for part in names:
            part.register_forward_pre_hook(enter)
            part.register_forward_hook(leave)
        with torch.no_grad():
            model(x)
    except Exception:
        return entered[-1] if entered else None
    return None
