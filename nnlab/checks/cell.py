"""The running cell: the definition or assignment in it that is being checked."""

import ast
import inspect
import linecache
import textwrap

_DEFINES = ast.FunctionDef | ast.ClassDef


def definition(frame, name, answer=None):
    """The cell's syntax tree and the statement in it that gives the answer `name`, which `frame` hands to ``check``.

    The statement is the definition below ``@check``; with ``name = check(name)`` the definition or assignment above;
    with ``name = check(...)`` the assignment, without the call. Each definition in the tree has its source lines with
    their comments as the attribute `text`. Where the answer was defined in another cell, the tree is that of that cell.
    Under a cell magic such as ``%%time`` the source code of the cell is not available: tree or statement is None.
    """
    tree = _parsed(frame.f_code.co_filename)
    if tree is None:
        return None, None
    if decorated := [node for node in _decorated(tree, frame) if node.name == name]:
        return tree, decorated[0]
    call = _call(tree, frame)
    given = call.args[0] if call is not None and call.args else None
    if given is None:
        return tree, None
    if isinstance(given, ast.Name) and given.id == name:
        above = [node for node in ast.walk(tree) if getattr(node, "end_lineno", call.lineno) < call.lineno
                 and (node.name == name if isinstance(node, _DEFINES) else name in _targets(node))]
        return (tree, max(above, key=lambda node: node.lineno)) if above else _elsewhere(tree, frame, answer)
    for node in ast.walk(tree):
        if name in _targets(node) and node.value is call:
            node.value = given
            return tree, node
    return tree, None


def assigned(frame):
    """Name in the ``name = check(...)``, ``check(name)`` or below the ``@check`` that `frame` runs; None elsewhere."""
    tree = _parsed(frame.f_code.co_filename)
    if tree is None:
        return None
    if decorated := _decorated(tree, frame):
        return decorated[0].name
    call = _call(tree, frame)
    if call is None or not call.args:
        return None
    named = [name for node in ast.walk(tree) for name in _targets(node) if node.value is call]
    return named[0] if named else getattr(call.args[0], "id", None)


def use(frame):
    """How the value of the call that `frame` runs is used.

    "decorator" as in ``@check("relu")``; "none" where the call is a statement; "shown" where it is a part of one, as
    in ``print(check.value(...))``; "value" elsewhere, also where that cannot be told.
    """
    tree = _parsed(frame.f_code.co_filename)
    call = None if tree is None else _call(tree, frame)
    for node in ast.walk(tree) if call is not None else ():
        if isinstance(node, _DEFINES) and any(mark is call for mark in node.decorator_list):
            return "decorator"
        if isinstance(node, ast.Expr) and any(part is call for part in ast.walk(node)):
            kept = [part for part in ast.walk(node) if isinstance(part, ast.NamedExpr | ast.Lambda)]
            inside = any(part is call for other in kept for part in ast.walk(other))
            return "none" if node.value is call else "value" if inside else "shown"
    return "value"


def mentions(node, place):
    """Whether the statement `node`, or one that is not known, uses the attribute `place`, such as "torch.relu"."""
    last = place.rpartition(".")[2]
    return node is None or any(last in (getattr(part, "attr", None), getattr(part, "id", None))
                               for part in ast.walk(node))


def _parsed(file):
    """Syntax tree of the cell `file`, its definitions with the attribute `text`; None where it is not available."""
    lines = linecache.getlines(file)
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, _DEFINES):
            node.text = textwrap.dedent("".join(lines[node.lineno - 1:node.end_lineno])).rstrip()
    return tree


def _decorated(tree, frame):
    """List of the definitions in `tree` with a decorator in the line that `frame` is running."""
    return [node for node in ast.walk(tree) if isinstance(node, _DEFINES)
            and any(mark.lineno == frame.f_lineno for mark in node.decorator_list)]


def _call(tree, frame):
    """The call in `tree` that `frame` is running, None where that is a decorator or unknown."""
    running = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and running == (node.lineno, node.end_lineno, node.col_offset,
                                                      node.end_col_offset):
            return node
    return None


def _targets(node):
    """Names to which an assignment assigns its whole value, a list."""
    parts = node.targets if isinstance(node, ast.Assign) else (
        [node.target] if isinstance(node, ast.AnnAssign | ast.NamedExpr) else [])
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _elsewhere(tree, frame, answer):
    """Tree and definition of a function that another cell of the same notebook defined; `tree` and None without."""
    function = inspect.unwrap(answer) if callable(answer) else None
    code = getattr(function, "__code__", None)
    if code is None or function.__globals__ is not frame.f_globals or code.co_filename == frame.f_code.co_filename:
        return tree, None
    other = _parsed(code.co_filename) or ast.Module([], [])
    for node in ast.walk(other):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name and code.co_firstlineno == min(
                [node.lineno, *(mark.lineno for mark in node.decorator_list)]):
            return other, node
    return tree, None
