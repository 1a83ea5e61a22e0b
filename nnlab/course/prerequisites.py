"""What a notebook stands on: modules that are built already, faults and cells that exist, code that is the package's."""

import ast
import inspect
import pkgutil
import textwrap

from nnlab.checks.source import bare
from nnlab.course.notebooks import code_cells, tags, tree
from nnlab.course.sabotage import FAULTS
from nnlab.course.solve import guesses_in, names_in

# The first notebook that has built what a module holds; before it, only a cell tagged `preview` may import the module.
BUILT_IN = {"nnlab.exercises": "week01a", "nnlab.checks": "week01a", "nnlab.plots": "week01a", "nnlab.widgets": "week01a", "nnlab.data": "week01a",
            "nnlab.toys": "week02a", "nnlab.metrics": "week02a", "nnlab.models": "week02b",
            "nnlab.autograd": "week03a", "nnlab.batches": "week03b", "nnlab.device": "week03b", "nnlab.train": "week03b"}


def built(notebook, stem):
    """What a later week builds is imported in previews only; predictions can be filled in; faults and their cells exist."""
    ids = {cell.id for cell in notebook.cells}
    for cell in code_cells(notebook):
        modules = _imported(tree(cell))
        if "preview" not in tags(cell):
            for module in sorted(modules):
                if BUILT_IN.get(module, "week99") > stem.split("_")[0]:
                    yield f"cell {cell.id!r} imports {module}, which is not built yet; only a preview may"
        if names_in(cell) and "nnlab.exercises" not in modules:
            yield f"the exercise {cell.id!r} does not import its check, so it cannot run alone after a restart"
        if guesses_in(cell) and "guess" not in cell.metadata.get("nnlab", {}):
            yield f"the prediction {cell.id!r} has no guess in its metadata to fill in"
    if not notebook.metadata.get("nnlab", {}).get("sabotage"):
        yield "its metadata do not say which faults apply ('nnlab': {'sabotage': {...}})"
    for fault, cells in notebook.metadata.get("nnlab", {}).get("sabotage", {}).items():
        if fault not in FAULTS or not cells or set(cells) - ids:
            yield f"sabotage {fault!r}: unknown fault, or cells {sorted(set(cells) - ids)} that are not there"


def quotes(notebook, stem):
    """A cell tagged ``quotes:nnlab.module.name`` defines `name` as the package does, docstrings aside."""
    for cell in code_cells(notebook):
        for tag in tags(cell):
            if tag.startswith("quotes:"):
                module, name = tag.removeprefix("quotes:").rsplit(".", 1)
                try:
                    holder = pkgutil.resolve_name(module)  # a module, or a class whose method is quoted
                    theirs = ast.parse(textwrap.dedent(inspect.getsource(getattr(holder, name)))).body[0]
                except (ImportError, AttributeError):
                    yield f"cell {cell.id!r} quotes {module}.{name}, which does not exist"
                    continue
                ours = [node for node in tree(cell).body if getattr(node, "name", None) == name]
                if not ours or bare(ours[0]) != bare(theirs):
                    yield f"cell {cell.id!r} differs from what it quotes, {module}.{name}"


def _imported(code):
    """Modules of the package, as in "nnlab.train", that the syntax tree `code` imports in any form."""
    names = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {".".join(name.split(".")[:2]) for name in names if name.startswith("nnlab.")}
