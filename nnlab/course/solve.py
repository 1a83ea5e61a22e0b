"""Fill in a notebook: each exercise by its reference, each prediction by the guess that its cell's metadata holds.

Exercises are found in the syntax tree, never by tag or cell id: a definition under ``@check``.
"""

import ast
import copy
import importlib

from nnlab.course.notebooks import code_cells, tree


def checks_of(notebook):
    """The `Checks` that `notebook` imports by ``from nnlab.checks.weekNN import check``; None where it imports none."""
    for cell in code_cells(notebook):
        for node in ast.walk(tree(cell)):
            if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nnlab.checks.")
                    and any(alias.name == "check" for alias in node.names)):
                return importlib.import_module(node.module).check
    return None


def exercises_in(cell):
    """The definitions under ``@check`` in a code cell, as syntax trees."""
    return [node for node in tree(cell).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and any(isinstance(mark, ast.Name) and mark.id == "check" for mark in node.decorator_list)]


def guesses_in(cell):
    """The assignments ``guess... = None`` in a code cell, as syntax trees."""
    return [node for node in tree(cell).body if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name) and node.targets[0].id.startswith("guess")
            and isinstance(node.value, ast.Constant) and node.value.value is None]


def solved(notebook):
    """A copy of `notebook` with every exercise and every prediction filled in.

    Raises:
        ValueError: an exercise has no reference, or a prediction's cell no guess in its metadata (``nnlab.guess``).
    """
    full = copy.deepcopy(notebook)
    checks = checks_of(full)
    for cell in code_cells(full):
        lines = cell.source.split("\n")
        for node in reversed(exercises_in(cell)):
            if checks is None or node.name not in checks.exercises:
                raise ValueError(f"cell {cell.id!r}: there is no exercise {node.name!r} to fill in")
            reference = ["@check", *checks.exercises[node.name].source.rstrip().split("\n")]
            lines[node.decorator_list[0].lineno - 1:node.end_lineno] = reference
        for node in guesses_in(cell):
            if "guess" not in cell.metadata.get("nnlab", {}):
                raise ValueError(f"cell {cell.id!r}: its metadata hold no guess; add {{'nnlab': {{'guess': ...}}}}")
            line, start, end = node.value.lineno - 1, node.value.col_offset, node.value.end_col_offset
            lines[line] = lines[line][:start] + repr(cell.metadata["nnlab"]["guess"]) + lines[line][end:]
        cell.source = "\n".join(lines)
    return full
