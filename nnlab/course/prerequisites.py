"""Prerequisites of a notebook: modules introduced before it, existing faults and cells, quoted code of the package."""

import ast
import functools
import inspect
import pkgutil
import textwrap

from nnlab.checks.source import bare
from nnlab.course.dependencies import imported
from nnlab.course.notebooks import code_cells, paths, read, tags, tree
from nnlab.course.sabotage import FAULTS
from nnlab.course.solve import guesses_in, names_in


@functools.cache
def introduced():
    """The first notebook that may import a module, by the module's name, as in {"nnlab.models": "week02b_playground"}.

    Each notebook's metadata names the modules that later notebooks may import because this one has built their content:
    ``"nnlab": {"introduces": ["nnlab.models"]}``.
    """
    first = {}
    for path in paths():
        for module in read(path).metadata.get("nnlab", {}).get("introduces", []):
            first.setdefault(module, path.stem)
    return first


def prerequisites(notebook, stem):
    """Only previews import what a later notebook builds; predictions can be filled in; faults and their cells exist."""
    ids = {cell.id for cell in notebook.cells}
    for cell in code_cells(notebook):
        modules = {".".join(name.split(".")[:2]) for name in imported(tree(cell)) if "." in name}
        if "preview" not in tags(cell) and cell is not code_cells(notebook)[0]:  # the first cell, which gets the course
            for module in sorted(modules):
                if introduced().get(module, "week99") > stem:
                    yield (f"cell {cell.id!r} imports {module}, which no notebook up to this one introduces "
                           "('nnlab': {'introduces': [...]} in its metadata); only a preview may")
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
