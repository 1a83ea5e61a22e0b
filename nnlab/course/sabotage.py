"""Plant a fault in what a notebook trains or computes, and see its claims break.

A claim that holds when the optimizers do nothing was no claim about training. Each notebook's metadata name the faults
that apply and the cells that must catch them: ``"nnlab": {"sabotage": {"optimizers": ["train-claim"], ...}}``.
"""

from nnlab.course.execute import execute
from nnlab.course.notebooks import code_cells, paths, printed, read, tags
from nnlab.course.solve import checks_of, solved

# Python that runs in the notebook's kernel before its first cell.
FAULTS = {
    "optimizers": """
import torch
for _optimizer in vars(torch.optim).values():
    if isinstance(_optimizer, type) and issubclass(_optimizer, torch.optim.Optimizer):
        _optimizer.step = lambda self, closure=None: None
""",
    "activations": """
import torch
def _identity(x, *_, **__):
    return x
for _name in ("relu", "sigmoid", "tanh", "elu", "leaky_relu", "gelu", "silu", "softplus"):
    for _place in (torch, torch.nn.functional, torch.Tensor):
        if hasattr(_place, _name):
            setattr(_place, _name, _identity)
for _layer in (torch.nn.ReLU, torch.nn.Sigmoid, torch.nn.Tanh, torch.nn.ELU, torch.nn.LeakyReLU, torch.nn.GELU, torch.nn.SiLU):
    _layer.forward = _identity
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
ACTIVATIONS = {"relu"}  # exercises whose reference is an activation: under that fault the identity, too


def prelude(notebook, fault):
    """Python that plants `fault` in a run of `notebook`.

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
    """Ids of the cells that print something else, or raise, when the notebook of the run `sound` runs again with `fault`."""
    run = execute(sound, name, prelude=prelude(sound, fault) if fault else "", keep_going=True)
    return [before.id for before, after in zip(code_cells(sound), code_cells(run), strict=True)
            if "nbval-ignore-output" not in tags(before)
            and (printed(before) != printed(after) or any(out.output_type == "error" for out in after.outputs))]


def sabotage(names=()):
    """Run each notebook, solved, without a fault and with each of its faults; True if claims break just when they must."""
    well = True
    print(f"{'notebook':<20} {'fault':<12} {'must be caught by':<44} {'result':<8} also breaks")
    for path in paths(names):
        notebook = read(path)
        sound = execute(solved(notebook), path.name)
        expected = {None: [], **notebook.metadata.get("nnlab", {}).get("sabotage", {})}
        for fault, cells in expected.items():
            found = broken(sound, path.name, fault)
            missed, more = [cell for cell in cells if cell not in found], [cell for cell in found if cell not in cells]
            good = not missed and not (fault is None and found)
            result = ("caught" if fault else "none") if good else "MISSED" if fault else "BROKEN"
            print(f"{path.stem:<20} {fault or '(none)':<12} {', '.join(cells) or '-':<44} {result:<8} {', '.join(more) or '-'}")
            well = well and good
    return well
