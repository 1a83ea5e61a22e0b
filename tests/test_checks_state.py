"""nnlab.checks.state: code that is not ours finds torch, NumPy and Python as in a fresh process; all is put back."""

import builtins
import gc
import io
import logging
import os
import random
import signal
import sys
import threading
import warnings

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.autocall import ExitAutocall
from IPython.core.interactiveshell import InteractiveShell
from torch import overrides
from torch.utils import _device

from nnlab.checks.exercise import Exercise
from nnlab.checks.judging import is_correct, judge
from nnlab.checks.running import run
from nnlab.checks.state import isolated
from nnlab.checks.traces import without_trace


def cudnn():
    """Three flags."""
    return torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic


def autocast_depth():
    """Number of autocast contexts around the caller."""
    torch.autocast_increment_nesting()
    return torch.autocast_decrement_nesting()


# what is changed, by code, and how it is read
CHANGES = {
    "default dtype": ("torch.set_default_dtype(torch.float64)", torch.get_default_dtype),
    "default device": ("torch.set_default_device('meta')", lambda: (torch.get_default_device(), torch.ones(1).device)),
    "device context": ("torch.device('meta').__enter__()", lambda: (torch.get_default_device(), torch.ones(1).device)),
    "grad mode": ("torch.set_grad_enabled(False)", torch.is_grad_enabled),
    "inference mode": ("mode = torch.inference_mode(); mode.__enter__()", torch.is_inference_mode_enabled),
    "autocast": ("torch.autocast('cpu', torch.float16).__enter__()",
                 lambda: (torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu"), autocast_depth())),
    "anomaly mode": ("torch.autograd.set_detect_anomaly(True, False)",
                     lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled())),
    "deterministic": ("torch.use_deterministic_algorithms(True, warn_only=True)",
                      lambda: (torch.are_deterministic_algorithms_enabled(),
                               torch.is_deterministic_algorithms_warn_only_enabled())),
    "threads": ("torch.set_num_threads(torch.get_num_threads() + 1)", torch.get_num_threads),
    "matmul precision": ("torch.set_float32_matmul_precision('medium')", torch.get_float32_matmul_precision),
    "denormal numbers": ("torch.set_flush_denormal(True)", lambda: torch.ones(1).mul(1e-40).item()),
    "cudnn": ("torch.backends.cudnn.benchmark = torch.backends.cudnn.deterministic = True", cudnn),
    "torch prints": ("torch.set_printoptions(precision=1, sci_mode=True)", lambda: repr(torch.full((1,), 1.23456))),
    "warn always": ("torch.set_warn_always(True)", torch.is_warn_always_enabled),
    "torch's random numbers": ("torch.manual_seed(5); torch.rand(3)", lambda: torch.get_rng_state().tolist()),
    "NumPy's random numbers": ("np.random.seed(5)", lambda: str(np.random.get_state())),
    "Python's random numbers": ("random.seed(5)", random.getstate),
    "NumPy's errors": ("np.seterr(all='raise')", np.geterr),
    "NumPy prints": ("np.set_printoptions(precision=1, suppress=True)", lambda: repr(np.array([1.23456]))),
    "recursion": ("sys.setrecursionlimit(4321)", sys.getrecursionlimit),
    "warnings": ("warnings.simplefilter('error'); warnings.showwarning = print",
                 lambda: (warnings.filters[:], warnings.showwarning)),
    "environment": ("os.environ['NNLAB_X'] = '1'; os.environ.pop('PATH', None); os.environ['HOME'] = '/'",
                    lambda: dict(os.environ)),
    "folder": ("os.chdir('/')", os.getcwd),
    "search path": ("sys.path.insert(0, '/nowhere')", sys.path.copy),
    "builtins": ("import builtins; builtins.oct = min; builtins.own = 1; del builtins.bin",
                 lambda: [vars(builtins).get(name) for name in ("oct", "own", "bin", "input")]),
    "uninitialized memory": ("torch.utils.deterministic.fill_uninitialized_memory = False",
                             lambda: torch.utils.deterministic.fill_uninitialized_memory),
    "garbage collection": ("import gc; gc.disable()", gc.isenabled),
    "logging": ("import logging; logging.disable(50)", lambda: logging.root.manager.disable),
    "functions of libraries": ("torch.relu = torch.Tensor.clamp = torch.nn.functional.relu = np.maximum = abs",
                               lambda: (torch.relu, vars(torch.Tensor).get("clamp"), torch.nn.functional.relu,
                                        np.maximum)),
    "signals": ("signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_DFL)",
                lambda: [signal.getsignal(which) for which in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)]),
}
NAMES = {"torch": torch, "np": np, "random": random, "sys": sys, "os": os, "warnings": warnings, "signal": signal}


@pytest.fixture
def restored():
    """All that the tests change is put back by hand, whatever `isolated` does."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    plain = (torch.get_num_threads(), sys.getrecursionlimit(), dict(os.environ), os.getcwd(), sys.path[:],
             warnings.filters[:], warnings.showwarning, np.geterr(), np.get_printoptions())
    own, functions = vars(builtins).copy(), (torch.relu, torch.nn.functional.relu, np.maximum)
    handlers = {which: signal.getsignal(which) for which in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)}
    yield
    torch.set_default_dtype(torch.float32)
    if torch.get_default_device().type != "cpu":
        torch.set_default_device(None)
    while overrides._len_torch_function_stack():  # a device context that was entered
        overrides._pop_mode()
    _device.CURRENT_DEVICE = None
    assert torch.ones(1).device.type == "cpu"
    torch.set_grad_enabled(True)
    torch.autograd.set_detect_anomaly(False, True)
    torch.use_deterministic_algorithms(False)
    torch.set_autocast_enabled("cpu", False)
    while autocast_depth():
        torch.autocast_decrement_nesting()
    torch.set_autocast_dtype("cpu", torch.bfloat16)
    torch.set_float32_matmul_precision("highest")
    torch.set_flush_denormal(False)
    torch.backends.cudnn.benchmark = torch.backends.cudnn.deterministic = False
    torch.set_printoptions(profile="default")
    torch.set_warn_always(False)
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])
    torch.set_num_threads(plain[0])
    sys.setrecursionlimit(plain[1])
    os.environ.clear()
    os.environ.update(plain[2])
    os.chdir(plain[3])
    sys.path[:] = plain[4]
    warnings.filters[:], warnings.showwarning = plain[5], plain[6]
    np.seterr(**plain[7])
    np.set_printoptions(**plain[8])
    for which, handler in handlers.items():
        signal.signal(which, handler)
    vars(builtins).pop("own", None)
    vars(builtins).update(own)
    torch.utils.deterministic.fill_uninitialized_memory = True
    torch.relu, torch.nn.functional.relu, np.maximum = functions
    if "clamp" in vars(torch.Tensor):
        del torch.Tensor.clamp
    gc.enable()
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("code, read", CHANGES.values(), ids=CHANGES)
def test_what_code_changes_is_put_back(restored, code, read):
    before = read()
    with isolated():
        exec(code, dict(NAMES))
    assert read() == before
    with pytest.raises(ZeroDivisionError), without_trace():
        exec(code, dict(NAMES))
        1 / 0  # noqa: B018
    assert read() == before


@pytest.mark.parametrize("name", [name for name in CHANGES if name not in ("inference mode", "device context")])
def test_a_state_of_the_students_own_stays(restored, name):
    code, read = CHANGES[name]
    fresh = read()
    exec(code, dict(NAMES))
    changed = read()
    assert changed != fresh, "the change is one"
    with without_trace():
        run("torch.rand(2)", {})
    assert read() == changed


@pytest.mark.parametrize("kind", [torch.no_grad, torch.inference_mode, lambda: torch.device("meta"),
                                  lambda: torch.autocast("cpu"), torch.autograd.detect_anomaly, np.errstate],
                         ids=["no_grad", "inference_mode", "device", "autocast", "anomaly", "errstate"])
def test_contexts_around_the_judge_stay(kind):
    def state():
        return (torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.ones(1).device,
                torch.is_autocast_enabled("cpu"), torch.is_anomaly_enabled(), np.geterr())
    before = state()
    with kind():
        inside = state()
        with isolated():
            assert state() == before
            torch.set_default_device("meta")
            torch.set_grad_enabled(False)
        assert state() == inside
    assert state() == before


def shifted(x):
    """The sum of x and a half."""
    return x + torch.full((), 0.5)


SHIFTED = ("shifted(torch.tensor(1.0))", "shifted(torch.tensor([1.0, 2.0]))", "shifted(torch.tensor(-1e-40))",
           "x = torch.ones(2, requires_grad=True); shifted(x).sum().backward(); x.grad", "torch.rand(2) + shifted(0.0)")


@pytest.mark.parametrize("code", [code for code, _ in CHANGES.values()], ids=CHANGES)
def test_a_verdict_does_not_depend_on_the_state_it_is_first_given_in(restored, code):
    """First judged after a cell of the student's own that changes the state, then in a fresh state, and back."""
    exercise = Exercise(shifted, SHIFTED, (), ("Add.",), "On.")

    def right(x):
        return 0.5 + x + torch.zeros(())

    def wrong(x):
        return x - torch.full((), 0.5)
    names = dict(NAMES)
    exec(code, names)
    assert judge(exercise, right).kind == "correct" and judge(exercise, wrong).kind == "incorrect"
    if "mode" in names:
        names["mode"].__exit__(None, None, None)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    assert is_correct(exercise, right) and not is_correct(exercise, wrong)
    again = Exercise(shifted, SHIFTED, (), ("Add.",), "On.")
    assert all(one.error is None for one in [run(case, {"shifted": right}) for case in SHIFTED])
    assert is_correct(again, right)


@pytest.mark.parametrize("code", [code for code, _ in CHANGES.values()], ids=CHANGES)
def test_what_an_answer_changes_reaches_neither_its_next_case_nor_the_next_answer(restored, code):
    forward = [case for case in SHIFTED if "backward" not in case]  # the rest of its own case it may spoil
    exercise = Exercise(shifted, forward, (), ("Add.",), "On.")

    def spoils(x):
        y = shifted(x)
        exec(code, dict(NAMES))
        return y
    verdict = judge(exercise, spoils)
    assert verdict.kind == "correct" or "expected" not in verdict.text, "each result is right, whatever it leaves"
    assert judge(exercise, shifted).kind == "correct"


def test_warnings_and_deep_recursion_of_a_right_answer(restored):
    """A filter "error" and a small recursion limit of the student's own do not make a right answer wrong."""
    def deep(n):
        """The number n."""
        return n if n == 0 else 1 + deep(n - 1)

    def warns(n):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return np.float64(n) / np.float64(1) if n < 0 else deep(n)

    exercise = Exercise(deep, ("deep(1)", "deep(200)"), (), (), "")
    warnings.simplefilter("error")
    sys.setrecursionlimit(len(__import__("inspect").stack()) + 120)
    assert judge(exercise, warns).kind == "correct"
    assert judge(exercise, deep).kind == "correct"


def test_random_numbers_of_all_kinds_are_the_same_each_time(restored):
    """A reference that draws random numbers, whichever library it draws them from."""
    exercise = Exercise(draws, ("draws(3)",), (), ("Draw.",), "On.")
    for seed in range(3):
        torch.manual_seed(seed)
        np.random.seed(seed)
        random.seed(seed)
        states = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()
        assert judge(exercise, draws).kind == "correct" and is_correct(exercise, draws)
        assert torch.equal(states[0], torch.get_rng_state())
        assert states[1:] == (np.random.get_state()[1].tolist(), random.getstate())


def draws(n):
    """Random numbers from three generators."""
    return torch.rand(n), np.random.rand(n), random.random()


def test_seeds_that_wait_for_a_gpu_stay():
    if torch.cuda.is_initialized():
        pytest.skip("the GPU is in use: no seed waits")
    torch.manual_seed(7)
    waiting = torch.cuda._lazy_seed_tracker.get_calls()
    with isolated():
        torch.manual_seed(8)
        torch.cuda.manual_seed(9)
    assert torch.cuda._lazy_seed_tracker.get_calls() == waiting


def test_random_numbers_of_a_gpu_in_use(monkeypatch):
    """Two GPUs whose generators are stood in for by lists of a seed."""
    seeds = [torch.tensor([5, 1]), torch.tensor([5, 2])]
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_rng_state_all", lambda: [seed.clone() for seed in seeds])
    monkeypatch.setattr(torch.cuda, "set_rng_state_all", lambda states: seeds.__setitem__(slice(None), states))
    monkeypatch.setattr(torch.cuda, "manual_seed_all", lambda seed: [one.fill_(seed) for one in seeds])
    with isolated():
        assert [seed.tolist() for seed in seeds] == [[0, 0], [0, 0]]
        seeds[0] += 7
    assert [seed.tolist() for seed in seeds] == [[5, 1], [5, 2]]


def test_input_output_and_figures(capsys):
    plt.close("all")
    plt.figure()
    stdin, size = sys.stdin, matplotlib.rcParams["lines.linewidth"]
    with without_trace():
        print("noise")
        plt.figure()
        matplotlib.rcParams["lines.linewidth"] = 99
        with pytest.raises(EOFError):
            input("name?")
        sys.stdin.close()
        sys.stdout = sys.stderr = io.StringIO()
        print("noise")
    print("after")
    assert capsys.readouterr() == ("after\n", "") and sys.stdin is stdin
    assert plt.get_fignums() == [1] and matplotlib.rcParams["lines.linewidth"] == size
    plt.close("all")


def test_what_is_displayed_in_a_notebook(capsys):
    from IPython.display import display

    had = InteractiveShell._instance
    InteractiveShell.clear_instance()
    shell, ended = InteractiveShell.instance(), []
    shell.ask_exit = lambda: ended.append(1)
    exits = ExitAutocall(shell)
    try:
        with pytest.raises(SystemExit), without_trace():
            exits()
        assert ended == [], "the kernel goes on"
        exits()
        assert ended == [1]
        with without_trace():
            display("noise")
            shell.display_pub.publish({"text/plain": "noise"})
        display("shown")
    finally:
        InteractiveShell.clear_instance()
        InteractiveShell._instance = had
    assert capsys.readouterr().out == "'shown'\n"


def test_a_working_folder_that_is_gone(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with isolated():
        pass
    with pytest.raises(FileNotFoundError):
        os.getcwd()


def test_in_another_thread():
    found = []

    def work():
        torch.set_grad_enabled(False)
        with isolated():
            found.append(torch.is_grad_enabled())
        found.append(torch.is_grad_enabled())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [True, False]
