"""Source code of an answer in the running cell: whether it is a stub, and the text that goes into mylab.py."""

import ast
import builtins
import copy
import dis
import inspect
import linecache
import symtable
import sys
import textwrap
import types

_IDLE = {"RESUME", "NOP", "POP_TOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "COPY_FREE_VARS", "CACHE"}


def definition(frame, name):
    """The cell's syntax tree and the node in it that defines `name`, whose decorator `frame` is running.

    Each definition in the tree has its source lines with their comments as the attribute `text`. Under a cell magic
    such as ``%%time`` the source code of the cell is not available: tree or node is None.
    """
    lines = linecache.getlines(frame.f_code.co_filename)
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return None, None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.text = textwrap.dedent("".join(lines[node.lineno - 1:node.end_lineno])).rstrip()
    return tree, next((node for node in ast.walk(tree)
                       if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
                       and any(mark.lineno == frame.f_lineno for mark in node.decorator_list)), None)


def is_stub(answer, node=None):
    """Whether a function or class is a stub (docstrings, `...`, `pass`), by its syntax tree `node` or its bytecode."""
    if node is not None:
        def idle(part):
            if isinstance(part, ast.FunctionDef | ast.ClassDef):
                return all(map(idle, part.body))
            return isinstance(part, ast.Pass) or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        return idle(node)
    if isinstance(answer, type):
        methods = [part for part in vars(answer).values() if isinstance(part, types.FunctionType)]
        return bool(methods) and all(map(is_stub, methods))
    code = getattr(inspect.unwrap(answer), "__code__", None)
    return code is not None and {step.opname for step in dis.get_instructions(code)} <= _IDLE and not any(
        constant is not None and constant is not ... for constant in code.co_consts[1 if answer.__doc__ else 0:])


def bare(definition):
    """Dump of a definition's syntax tree without docstrings and ``@check``, a string: equal for equal code."""
    definition = copy.deepcopy(definition)
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = [mark for mark in node.decorator_list if getattr(mark, "id", None) != "check"]
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
    return ast.dump(definition)


def is_given(node, given):
    """Whether the definition `node` is the unchanged code of the function `given`."""
    if node is None:
        return False
    theirs = ast.parse(textwrap.dedent(inspect.getsource(given))).body[0]
    theirs.name = node.name
    return bare(node) == bare(theirs)


def source_to_keep(tree, node, namespace, at_hand):
    """Source code of the definition `node` with its dependencies, and the list of names that cannot be resolved.

    Functions, classes, constants and imports of the same cell are included; other modules, and objects that a module
    holds, are imported.

    Args:
        tree: syntax tree of the cell.
        node: the definition in it.
        namespace: dictionary of the notebook's names.
        at_hand: set of names that mylab.py already defines.
    """
    local = {}
    for statement in tree.body:
        for name in _defined(statement):
            local.setdefault(name, statement)
    wanted, seen, needed, imports, missing = [node], {node.name}, [], [], []
    while wanted:
        part = wanted.pop()
        needed.append(part)
        for name in sorted(_free_names(_text(part)) - seen):
            seen.add(name)
            if name in local and local[name] is not node:
                if local[name] not in needed + wanted:
                    wanted.append(local[name])
            elif name not in at_hand and not hasattr(builtins, name):
                line = _import_line(name, namespace.get(name))
                (imports if line else missing).append(line or name)
    needed = [statement for statement in tree.body if statement in needed and statement is not node] + [node]
    return "\n\n\n".join(filter(None, ["\n".join(sorted(imports)), *map(_text, needed)])), missing


def _text(node):
    """Source code of a statement; that of a definition without its ``@check``."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return ast.unparse(node)
    marks = [f"@{ast.unparse(mark)}" for mark in node.decorator_list if getattr(mark, "id", None) != "check"]
    return "\n".join([*marks, node.text])


def _defined(statement):
    """Names that a statement of a cell binds."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.split(".")[0] for alias in statement.names]
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    return []


def _free_names(text):
    """Set of the global names that the code `text` reads and does not define."""
    def walk(table):
        for symbol in table.get_symbols():
            free = symbol.is_global() or (table.get_type() == "module" and not symbol.is_assigned())
            if symbol.is_referenced() and free:
                yield symbol.get_name()
        for child in table.get_children():
            yield from walk(child)
    top = symtable.symtable(text, "<answer>", "exec")
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return set(walk(top)) - own


def _import_line(name, value):
    """Import statement that binds `value` to `name` anywhere; None where there is none."""
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__}" + ("" if value.__name__ == name else f" as {name}")
    home = getattr(value, "__module__", None)
    ours = ("__main__", "nnlab.checks", "nnlab.exercises")
    if home and not home.startswith(ours) and getattr(sys.modules.get(home), name, None) is value:
        return f"from {home} import {name}"
    return None
