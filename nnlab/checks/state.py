"""The state of torch, NumPy, Python and the process: a fresh one for a student's code, restored afterwards."""

import builtins
import contextlib
import gc
import logging
import os
import random
import signal
import sys
import threading
import warnings

import numpy as np
import torch
from torch import overrides
from torch.backends import cudnn
from torch.utils import _device, deterministic

from nnlab.checks import patches

__builtins__ = vars(builtins).copy()  # used below, because an answer may have replaced Python's own

# Functions that read and write a setting, and the value it has in a fresh Python: what a verdict could depend on.
_FRESH = (
    (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
    (torch.is_anomaly_enabled, lambda on: torch.autograd.set_detect_anomaly(on, torch.is_anomaly_check_nan_enabled()),
     False),
    (lambda: (torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()),
     lambda pair: torch.use_deterministic_algorithms(pair[0], warn_only=pair[1]), (False, False)),
    (lambda: torch.is_autocast_enabled("cpu"), lambda on: torch.set_autocast_enabled("cpu", on), False),
    (lambda: torch.is_autocast_enabled("cuda"), lambda on: torch.set_autocast_enabled("cuda", on), False),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
    (lambda: sys.float_info.min / 2 == 0, torch.set_flush_denormal, False),
    (np.geterr, lambda kinds: np.seterr(**kinds),
     {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}),
    (sys.getrecursionlimit, sys.setrecursionlimit, 1000),
    (lambda: deterministic.fill_uninitialized_memory,
     lambda on: setattr(deterministic, "fill_uninitialized_memory", on), True),
)
# Functions that read and write a setting that is only restored.
_KEPT = (
    (torch.get_num_threads, torch.set_num_threads),
    (torch.is_anomaly_check_nan_enabled, lambda on: torch.autograd.set_detect_anomaly(torch.is_anomaly_enabled(), on)),
    (lambda: torch.get_autocast_dtype("cpu"), lambda dtype: torch.set_autocast_dtype("cpu", dtype)),
    (lambda: torch.get_autocast_dtype("cuda"), lambda dtype: torch.set_autocast_dtype("cuda", dtype)),
    (lambda: _autocast_depth(), lambda depth: _set_autocast_depth(depth)),
    (torch.is_autocast_cache_enabled, torch.set_autocast_cache_enabled),
    (torch.is_warn_always_enabled, torch.set_warn_always),
    (lambda: [getattr(cudnn, name) for name in _CUDNN],
     lambda flags: [setattr(cudnn, *flag) for flag in zip(_CUDNN, flags, strict=True)]),
    (lambda: vars(torch._tensor_str.PRINT_OPTS).copy(), lambda shown: vars(torch._tensor_str.PRINT_OPTS).update(shown)),
    (np.get_printoptions, lambda options: np.set_printoptions(**options)),
    (os.getcwd, os.chdir),
    (lambda: os.environ._data.copy(), lambda names: _set_environment(names)),  # ten times as fast as dict(os.environ)
    (sys.path.copy, lambda places: sys.path.__setitem__(slice(None), places)),
    (lambda: vars(builtins).copy(), lambda names: _set_names(vars(builtins), names)),
    (lambda: logging.root.manager.disable, logging.disable),
    (gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
)
_SEEDED = torch.Generator().manual_seed(0).get_state()
_SEEDED[:8] = 7  # the bytes in which the seed is written down, which is not used any more
_CUDNN = ("enabled", "benchmark", "deterministic", "allow_tf32")
_GENERATORS = ((torch.get_rng_state, torch.set_rng_state), (np.random.get_state, np.random.set_state),
               (random.getstate, random.setstate))
_SIGNALS = [number for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGVTALRM",
                                "SIGPROF", "SIGPIPE") if (number := getattr(signal, name, None))]


@contextlib.contextmanager
def isolated():
    """Context manager with the settings of torch, NumPy and Python as in a fresh process; then they are restored.

    Default dtype and device, gradient and inference mode, autocast, anomaly and deterministic mode, floating-point
    errors, warnings, the recursion limit and the attributes of torch, NumPy and math are those of a fresh process, the
    random generators have seed 0; they and the number of threads, print options, the working folder, environment
    variables, the module search path, builtins and signal handlers are restored.

    Yields:
        a list: after the block, the names of the attributes that it has replaced, such as "torch.relu".
    """
    with contextlib.ExitStack() as stack:
        changes, patched = patches.replaced(), []  # those of the notebook
        stack.callback(patches.replace, changes)
        patches.restore(changes)
        stack.enter_context(torch.inference_mode(False))  # gradients are recorded, too
        _remember_cuda(stack)
        for read, write in _GENERATORS:
            stack.callback(write, read())
        for read, write in _KEPT:
            remember(stack, read, write)
        for read, write, fresh in _FRESH:
            remember(stack, read, write)
            if read() != fresh:
                with contextlib.suppress(RecursionError):  # a limit below the present depth
                    write(fresh)
        if threading.current_thread() is threading.main_thread():
            remember(stack, lambda: [signal.getsignal(number) for number in _SIGNALS], _set_handlers)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(_without_function_modes())
        _seed()
        stack.callback(put_back, patched)
        yield patched


def put_back(patched):
    """Restore the replaced attributes of libraries, and add their names to the list `patched`."""
    changes = patches.replaced()
    patched += patches.names(changes)
    patches.restore(changes)


def remember(stack, read, write):
    """Register with the `stack` a callback that restores, by `write`, what `read` returns now, if it has changed."""
    try:
        before = read()
    except OSError:  # the working folder is gone
        return

    def put_back():
        with contextlib.suppress(OSError):  # no working folder
            if read() == before:
                return
        with contextlib.suppress(OSError, RecursionError):
            write(before)
    stack.callback(put_back)


def _remember_cuda(stack):
    """Register with the `stack` a callback that restores the random generators of the GPUs."""
    if torch.cuda.is_initialized():
        stack.callback(torch.cuda.set_rng_state_all, torch.cuda.get_rng_state_all())
    else:  # seeds wait for the first use of a GPU
        waiting = vars(torch.cuda._lazy_seed_tracker)
        stack.callback(_set_names, waiting, waiting | {"call_order": waiting["call_order"][:]})


def _seed():
    """Seed all random generators with 0; torch's says that its seed is another, so that a new seed can be seen."""
    torch.default_generator.set_state(_SEEDED)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(0)
    np.random.seed(0)
    random.seed(0)


@contextlib.contextmanager
def _without_function_modes():
    """No default device and no other function mode of torch in the block; then those that were active."""
    def taken():
        return [overrides._pop_mode() for _ in range(overrides._len_torch_function_stack())]

    chosen, device = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None), _device.CURRENT_DEVICE
    modes = taken()
    torch._GLOBAL_DEVICE_CONTEXT.device_context, _device.CURRENT_DEVICE = None, None
    try:
        yield
    finally:
        taken()
        for mode in reversed(modes):
            overrides._push_mode(mode)
        torch._GLOBAL_DEVICE_CONTEXT.device_context, _device.CURRENT_DEVICE = chosen, device


def _autocast_depth():
    """Number of autocast contexts that have been entered and not left."""
    torch.autocast_increment_nesting()
    return torch.autocast_decrement_nesting()


def _set_autocast_depth(depth):
    """Leave autocast contexts down to `depth`: above 0 the cache of converted parameters is kept, and outdated."""
    while _autocast_depth() > depth:
        torch.autocast_decrement_nesting()
    torch.clear_autocast_cache()


def _set_handlers(handlers):
    """Install the handlers of the signals `_SIGNALS`; None is one that Python has not installed."""
    for number, handler in zip(_SIGNALS, handlers, strict=True):
        if handler is not None:
            signal.signal(number, handler)


def _set_environment(names):
    """Make the environment variables those of the dictionary `names`, of the type of ``os.environ._data``."""
    wanted = {os.environ.decodekey(name): os.environ.decodevalue(value) for name, value in names.items()}
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    os.environ.update(wanted)


def _set_names(namespace, names):
    """Make the dictionary `namespace` equal to the dictionary `names`."""
    for name in namespace.keys() - names.keys():
        del namespace[name]
    namespace.update(names)
