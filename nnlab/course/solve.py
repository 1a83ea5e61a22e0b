"""Solve a notebook: fill in each exercise with its reference, each prediction with the guess in its cell's metadata.

Exercises are found in the syntax tree, never by tag or cell id: a definition under ``@check``, or a call of
``check.value``.
"""

import ast
import copy
import importlib

from nnlab.course.notebooks import code_cells, tree


def checks_of(notebook):
    """`Checks` that `notebook` imports by ``from nnlab.exercises.weekNN import check``; None if it imports none."""
    for cell in code_cells(notebook):
        for node in ast.walk(tree(cell)):
            if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nnlab.exercises.")
                    and any(alias.name == "check" for alias in node.names)):
                return importlib.import_module(node.module).check
    return None


def exercises_in(cell):
    """Definitions under ``@check`` in a code cell, a list of syntax trees."""
    return [node for node in tree(cell).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and any(isinstance(mark, ast.Name) and mark.id == "check" for mark in node.decorator_list)]


def guesses_in(cell):
    """Assignments ``guess... = None`` in a code cell, a list of syntax trees."""
    return [node for node in tree(cell).body if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name) and node.targets[0].id.startswith("guess")
            and isinstance(node.value, ast.Constant) and node.value.value is None]


def taken_by(notebook, name):
    """First code cell of `notebook` that uses the guess called `name`, the figure that answers it, or None."""
    return next((cell for cell in code_cells(notebook)
                 if any(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
                        for node in ast.walk(tree(cell)))), None)


def values_in(cell):
    """Calls ``check.value("name", ...)`` in a code cell, a list of syntax trees."""
    return [node for node in ast.walk(tree(cell)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            and node.func.attr == "value" and getattr(node.func.value, "id", None) == "check" and len(node.args) == 2]


def names_in(cell):
    """Names of the exercises in a code cell, a list of strings: definitions, then values."""
    return [node.name for node in exercises_in(cell)] + [ast.literal_eval(node.args[0]) for node in values_in(cell)]


def solved(notebook):
    """A copy of `notebook` with every exercise and every prediction filled in.

    Raises:
        ValueError: an exercise has no reference, or a prediction's cell no guess in its metadata (``nnlab.guess``).
    """
    full = copy.deepcopy(notebook)
    checks = checks_of(full)

    def exercise(cell, name):
        if checks is None or name not in checks.exercises:
            raise ValueError(f"cell {cell.id!r}: there is no exercise {name!r} to fill in")
        return checks.exercises[name]

    for cell in code_cells(full):
        edits = []  # (first line, column), (last line, column), text; lines from 1
        for node in exercises_in(cell):
            text = "@check\n" + exercise(cell, node.name).source.rstrip()
            edits.append(((node.decorator_list[0].lineno, 0), (node.end_lineno, node.end_col_offset), text))
        for node in values_in(cell):
            value = node.args[1]
            text = repr(exercise(cell, ast.literal_eval(node.args[0])).reference)
            edits.append(((value.lineno, value.col_offset), (value.end_lineno, value.end_col_offset), text))
        for node in guesses_in(cell):
            if "guess" not in cell.metadata.get("nnlab", {}):
                raise ValueError(f"cell {cell.id!r}: its metadata hold no guess; add {{'nnlab': {{'guess': ...}}}}")
            value, text = node.value, repr(cell.metadata["nnlab"]["guess"])
            edits.append(((value.lineno, value.col_offset), (value.end_lineno, value.end_col_offset), text))
        lines = cell.source.split("\n")
        for (first, start), (last, end), text in sorted(edits, reverse=True):
            before, after = _columns(lines[first - 1], start)[0], _columns(lines[last - 1], end)[1]
            lines[first - 1:last] = (before + text + after).split("\n")
        cell.source = "\n".join(lines)
    return full


def _columns(line, column):
    """Two parts of `line`, split at `column`, which a syntax tree counts in bytes of UTF-8."""
    line = line.encode()
    return line[:column].decode(), line[column:].decode()
