"""Statements of a handed-in notebook, as syntax trees: which names they bind and use, and what they are for."""

import ast
import textwrap

DEFINES = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef


def is_check(node):
    """Whether `node` is the name ``check``."""
    return isinstance(node, ast.Name) and node.id == "check"


def is_value(call, name):
    """Whether `call` is ``check.value(name, ...)``."""
    return (isinstance(call.func, ast.Attribute) and call.func.attr == "value" and is_check(call.func.value)
            and len(call.args) == 2 and isinstance(call.args[0], ast.Constant) and call.args[0].value == name)


def idle(node):
    """Whether an expression is the placeholder of a quiz, ``...`` or a list of these."""
    parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return all(isinstance(part, ast.Constant) and part.value is ... for part in parts)


def calls_check(node):
    """Whether a part of `node` is the name ``check``."""
    return any(is_check(part) for part in ast.walk(node))


def at_once(node):
    """Whether a statement only imports, defines or names constants."""
    if isinstance(node, ast.ImportFrom):
        return not (node.module or "").startswith("nnlab.exercises")
    if isinstance(node, ast.Import | DEFINES):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        try:
            ast.literal_eval(node.value)
            return True
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return isinstance(node.value, ast.Lambda)
    return False


def bound(node):
    """Set of the names that a statement binds in the notebook."""
    if isinstance(node, DEFINES):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def binds(node, name):
    """Whether `node` is an assignment to `name`."""
    return isinstance(node, ast.Assign) and name in bound(node)


def used(node):
    """Set of the names that `node` reads and does not bind itself, as a function does its parameters."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    if isinstance(node, DEFINES | ast.expr):
        own |= {part.id for part in names if isinstance(part.ctx, ast.Store)}
    return {part.id for part in names if isinstance(part.ctx, ast.Load)} - own


def lines(source, node):
    """Text of the statement `node` of a cell at its own lines, without ``@check`` above it."""
    marks = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(mark.lineno for mark in marks)])
    rows = source.split("\n")[first - 1:node.end_lineno]
    for mark in filter(is_check, marks):
        rows[mark.lineno - first] = ""
    if not isinstance(node, DEFINES):  # it may share its line with others
        return "\n" * (node.lineno - 1) + ast.unparse(node)
    return "\n" * (first - 1) + textwrap.dedent("\n".join(rows))


def judging_modules(node):
    """List of the modules that judge or know the answers and that `node` imports, besides ``check``."""
    found = []
    for part in ast.walk(node):
        if isinstance(part, ast.ImportFrom) and {alias.name for alias in part.names} != {"check"}:
            found.append(part.module or "")
        elif isinstance(part, ast.Import):
            found += [alias.name for alias in part.names]
    return [name for name in found if name.startswith(("nnlab.exercises", "nnlab.checks", "nnlab.course"))]
