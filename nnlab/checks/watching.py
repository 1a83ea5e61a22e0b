"""Recording the calls of an answer: their arguments, results, side effects and gradients."""

import contextlib
import copy
import dataclasses
import functools
import inspect
import types
from collections.abc import Iterator

import torch

from nnlab.checks.effects import described, memory_of, same

_OWN = ("__init__", "__call__", "forward", "step")  # methods that are watched where the answer is a class


@dataclasses.dataclass
class Call:
    """One call of an answer: its arguments by name, its result, and its side effects, from place to value."""

    arguments: dict
    result: object = None
    effects: dict = dataclasses.field(default_factory=dict)
    done: bool = False  # whether it has returned


class Watch:
    """Wrapper of an answer that records its outermost calls in `calls`.

    Args:
        reference: the function or class whose parameters name the arguments.
        keeps: whether each `Call` has copies of the arguments as they were before the call.
        shift: None, or the number by which tensors of floats are shifted before they are handed to the answer, as
            tensors that require gradients; `leaves` are these.
        forbids: names of functions of torch that the answer may not call.
        fresh: whether a result that shares memory with an argument is noted as an effect.
        again: whether each call is made twice, with the same arguments; the second result counts.
    """

    def __init__(self, reference, keeps=False, shift=None, forbids=(), fresh=False, again=False):
        self.reference, self.keeps, self.shift, self.again = reference, keeps, shift, again
        self.forbids, self.fresh = forbids, fresh
        self.calls, self.leaves, self._depth = [], [], 0

    def around(self, answer):
        """Function or class that does what `answer` does, with its calls recorded."""
        if not isinstance(self.reference, type):
            @functools.wraps(answer, updated=())
            def call(*args, **kwargs):
                return self._noted(answer, self.reference, args, kwargs)
            return call
        methods = {name: self._method(getattr(answer, name), getattr(self.reference, name, None)) for name in _OWN
                   if isinstance(getattr(answer, name, None), types.FunctionType)}
        return type(answer.__name__, (answer,), methods | {"__module__": answer.__module__})

    def _method(self, method, theirs):
        @functools.wraps(method)
        def call(own, *args, **kwargs):
            return self._noted(functools.partial(method, own), theirs and functools.partial(theirs, own), args, kwargs)
        return call

    def _noted(self, answer, reference, args, kwargs):
        """Result of a call, which is recorded unless another call makes it."""
        if self._depth:
            return answer(*args, **kwargs)
        if self.shift is not None:
            args, kwargs = self._requiring(args), {name: self._requiring(value) for name, value in kwargs.items()}
        arguments = _named(reference, args, kwargs)
        call = Call(_copied(arguments) if self.keeps else arguments)
        self.calls.append(call)
        before = described(arguments)
        memory = memory_of(arguments) if self.fresh else {}
        self._depth += 1
        try:
            with _Spy(self.forbids, call.effects) if self.forbids else contextlib.nullcontext():
                call.result = answer(*args, **kwargs)
                if self.again and not any(isinstance(value, Iterator) for value in arguments.values()):
                    first, call.result = call.result, answer(*args, **kwargs)
                    if self.fresh and memory_of({"": first}).keys() & memory_of({"": call.result}).keys():
                        call.effects["", "shared"] = True
        finally:
            self._depth -= 1
        call.done = True
        for address in memory and memory_of({"": call.result}).keys() & memory.keys():
            call.effects[memory[address], "shared"] = True
        after = described(arguments)
        call.effects |= {place: after.get(place) for place in before | after
                         if place not in before or place not in after or not same(before[place], after[place])}
        return call.result

    def _requiring(self, value):
        """`value` with leaves, shifted a little, in place of its tensors of floats."""
        if type(value) is torch.Tensor and value.dtype.is_floating_point:
            value = value.detach().clone()
            pattern = torch.cos(torch.arange(value.numel(), dtype=value.dtype) + len(self.leaves) + 1)
            value += self.shift * (1 + value.abs()) * pattern.view(value.shape)
            self.leaves.append(value.requires_grad_())
        elif type(value) in (tuple, list):
            value = type(value)(map(self._requiring, value))
        return value


class _Spy(torch.overrides.TorchFunctionMode):
    """Records the calls of functions of torch whose names are among `names`, as side effects."""

    def __init__(self, names, effects):
        super().__init__()
        self.names, self.effects = names, effects

    def __torch_function__(self, function, types, args=(), kwargs=None):
        """Result of `function`, after checking its name."""
        name = getattr(function, "__name__", "").strip("_")
        if name in self.names:
            self.effects[name, "forbidden"] = True
        return function(*args, **(kwargs or {}))


def _named(reference, args, kwargs):
    """Dictionary of the arguments by the names of the parameters of `reference`."""
    names = [f"argument {k + 1}" for k in range(len(args))]
    with contextlib.suppress(TypeError, ValueError):  # no signature
        own = [one.name for one in inspect.signature(reference).parameters.values()
               if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
        names[:len(own)] = own[:len(args)]
    return dict(zip(names, args, strict=False)) | kwargs


def _copied(arguments):
    """A deep copy of `arguments`, without those that cannot be copied, such as generators."""
    seen, found = {}, {}
    for name, value in arguments.items():
        with contextlib.suppress(Exception):
            found[name] = copy.deepcopy(value, seen)
    return found


def gradients(value, leaves):
    """List of the gradients of a weighted sum of all tensors of floats in `value` with respect to `leaves`, or None."""
    outputs, waiting = [], [value]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, tuple | list):
            waiting += part
        elif isinstance(part, torch.Tensor) and part.dtype.is_floating_point and part.requires_grad:
            outputs.append(part)
    if not outputs or not leaves:
        return [None] * len(leaves)
    total = sum((part * torch.cos(torch.arange(part.numel(), dtype=part.dtype).view(part.shape))).sum()
                for part in outputs)
    return list(torch.autograd.grad(total, leaves, allow_unused=True))
