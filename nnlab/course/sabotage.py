"""Sabotage: plant a fault in training or computation, and check that the claims of a notebook then fail.

A claim that holds although the optimizers do nothing is not a claim about training. Each notebook's metadata name the
faults that apply and the cells that must catch them: ``"nnlab": {"sabotage": {"optimizers": ["train-claim"], ...}}``.
"""

import time

from nnlab.course.execute import execute
from nnlab.course.notebooks import code_cells, paths, printed, read, tags
from nnlab.course.solve import checks_of, solved
from nnlab.course.telling import tell

# Python code that runs in the notebook's kernel before its first cell.
FAULTS = {
    "optimizers": """
import torch
from types import MethodType
def _idle(self, closure=None):
    pass
def _without_step(self, params, defaults, _init=torch.optim.Optimizer.__init__):
    _init(self, params, defaults)
    self.step = MethodType(_idle, self)  # also of nnlab.optim's classes, and of those that a notebook defines
torch.optim.Optimizer.__init__ = _without_step
""",
    "activations": """
import torch
def _identity(x, *_, **__):
    return x
for _name in ("relu", "sigmoid", "tanh", "elu", "leaky_relu", "gelu", "silu", "softplus"):
    for _place in (torch, torch.nn.functional, torch.Tensor):
        if hasattr(_place, _name):
            setattr(_place, _name, _identity)
for _name in ("ReLU", "Sigmoid", "Tanh", "ELU", "LeakyReLU", "GELU", "SiLU"):
    getattr(torch.nn, _name).forward = _identity
""",
    "labels": """
import torch
import nnlab.data
def _shuffled(name, _load=nnlab.data.load):
    data = _load(name)
    order = torch.randperm(len(data.y_train), generator=torch.Generator().manual_seed(0))
    return data._replace(y_train=data.y_train[order])
nnlab.data.load = _shuffled
""",
}
ACTIVATIONS = {"relu"}  # exercises whose reference is an activation function: under that fault it is the identity, too


def prelude(notebook, fault):
    """Python code that plants `fault` in a run of `notebook`.

    Raises:
        ValueError: there is no such fault.
    """
    if fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; choose one of: {', '.join(map(repr, FAULTS))}")
    code = FAULTS[fault]
    checks = checks_of(notebook)
    if fault == "activations" and checks is not None:
        for name in sorted(ACTIVATIONS & set(checks.exercises)):
            module = checks.exercises[name].reference.__module__
            code += f"\nimport {module}\n{module}.{name}.__code__ = (lambda x: x).__code__\n"
    return code


def broken(sound, name, fault=None):
    """Ids of the cells whose output differs, or that raise, in another run of the notebook of the run `sound`.

    Args:
        sound: an executed notebook without a fault.
        name: its name in error messages.
        fault: the fault to plant, a key of FAULTS; None for none.
    """
    run = execute(sound, name, prelude=prelude(sound, fault) if fault else "", keep_going=True)
    return [before.id for before, after in zip(code_cells(sound), code_cells(run), strict=True)
            if "nbval-ignore-output" not in tags(before)
            and (printed(before) != printed(after) or any(out.output_type == "error" for out in after.outputs))]


def sabotage(names=()):
    """Whether, in the solved notebooks, every fault is caught and nothing fails without one; prints a table."""
    well = True
    print(f"{'notebook':<20} {'fault':<12} {'must be caught by':<44} {'result':<8} also breaks")
    for path in paths(names):
        notebook, start = read(path), time.perf_counter()
        tell(f"{path.stem}: running without a fault ...")
        sound = execute(solved(notebook), path.name)
        tell(f"{path.stem}: done in {time.perf_counter() - start:.1f} s; now with each fault")
        expected = {None: [], **notebook.metadata.get("nnlab", {}).get("sabotage", {})}
        for fault, cells in expected.items():
            found = broken(sound, path.name, fault)
            missed = [cell for cell in cells if cell not in found]
            more = [cell for cell in found if cell not in cells]
            good = not missed and not (fault is None and found)
            result = ("caught" if fault else "none") if good else "MISSED" if fault else "BROKEN"
            print(f"{path.stem:<20} {fault or '(none)':<12} {', '.join(cells) or '-':<44} {result:<8} "
                  f"{', '.join(more) or '-'}", flush=True)
            well = well and good
    return well
