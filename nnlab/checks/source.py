"""Source code of an answer: whether it is a stub, and the text to be kept in mylab.py."""

import ast
import copy
import dis
import inspect
import textwrap
import types

from nnlab.checks.bindings import bound, changed, homes, import_line, is_builtin, mentioned, reads, value_of, written
from nnlab.checks.patches import watched

_IDLE = {"RESUME", "NOP", "POP_TOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "COPY_FREE_VARS", "CACHE"}
_DEFINES = ast.FunctionDef | ast.ClassDef


def is_stub(answer, node=None):
    """Whether a function or class is a stub (docstrings, `...`, `pass`), by its syntax tree `node` or its bytecode."""
    if isinstance(node, _DEFINES):
        def idle(part):
            if isinstance(part, _DEFINES):
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
        if isinstance(node, _DEFINES):
            node.decorator_list = [mark for mark in node.decorator_list if getattr(mark, "id", None) != "check"]
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
    return ast.dump(definition)


def is_given(node, given):
    """Whether the definition `node` is the unchanged code of the function `given`."""
    if not isinstance(node, _DEFINES):
        return False
    theirs = ast.parse(textwrap.dedent(inspect.getsource(given))).body[0]
    theirs.name = node.name
    return bare(node) == bare(theirs)


def source_to_keep(tree, node, namespace, at_hand, widely=False):
    """Source code of the answer `node` with its dependencies, and the list of names that cannot be resolved.

    All statements of the same cell are included that bind a name it needs, or that change the name's value:
    ``low = []; low.append(0.0)``, save those that replace what torch, NumPy or math hold: ``torch.low = 0.0``. Other
    modules, and objects in them, are imported.

    Args:
        tree: syntax tree of the cell.
        node: the definition or assignment in it.
        namespace: dictionary of the notebook's names.
        at_hand: set of names that mylab.py already defines.
        widely: include every statement in which such a name occurs, and the whole ``if``, ``for``, ``with`` or ``try``
            in which the answer stands.
    """
    before, after = _around(tree.body, node) or (None, None)
    if widely or before is None:  # None: in a condition or another expression
        node = next(statement for statement in tree.body if any(part is node for part in ast.walk(statement)))
        place = tree.body.index(node)
        before, after = tree.body[:place], tree.body[place + 1:]
    before, after = ([part for part in parts if not any(map(watched, homes(part, namespace)))]
                     for parts in (before, after))
    own = {name for part in before + after if not isinstance(part, ast.Import | ast.ImportFrom) for name in bound(part)}

    functions = {part.name: mentioned(part) for part in before + after if isinstance(part, _DEFINES)}

    def reached(part):
        direct = mentioned(part)
        return direct.union(*(functions[name] for name in direct & functions.keys()))

    def touching(name):
        def touches(part):
            how = written if name not in own else reached if widely else changed
            return name in bound(part) or (not isinstance(part, _DEFINES) and name in how(part))
        found = [part for part in (before + after if widely else before) if touches(part)]
        return found or [part for part in after if name in bound(part)]

    wanted, needed, lines, missing = [part for part in before if homes(part, namespace)] + [node], [], [], []
    seen = {node.name} if isinstance(node, _DEFINES) else set()
    while wanted:
        part = wanted.pop()
        needed.append(part)
        follows = bound(part) & own if widely and part is not node else set()  # a second name for the same value
        for name in sorted((reads(_text(part, namespace)) | follows) - seen):
            seen.add(name)
            found = touching(name)
            wanted += [other for other in found if other not in needed + wanted]
            if not any(name in bound(other) for other in (part, *found)) and name not in at_hand and not is_builtin(
                    name, namespace):
                line = import_line(name, namespace.get(name))
                (lines if line else missing).append(line or name)
    needed = [statement for statement in [*before, node, *after] if statement in needed]
    texts = [_text(part, namespace) for part in needed]
    return "\n\n\n".join(filter(None, ["\n".join(sorted(lines)), *texts])), missing


def _around(body, node):
    """Lists of the statements before and after `node`, in its own block and those around it; None where it is not."""
    for k, statement in enumerate(body):
        if statement is node:
            return body[:k], body[k + 1:]
        blocks = [getattr(part, field) for part in (statement, *getattr(statement, "handlers", ()),
                                                    *getattr(statement, "cases", ()))
                  for field in ("body", "orelse", "finalbody") if isinstance(getattr(part, field, None), list)]
        for found in filter(None, (_around(block, node) for block in blocks)):
            return body[:k] + found[0], found[1] + body[k + 1:]
    return None


def _text(node, namespace):
    """Source code of a statement, that of a definition with its comments, without ``check``."""
    stripped = _WithoutChecks(namespace).visit(copy.deepcopy(node))
    if not isinstance(node, _DEFINES):
        return ast.unparse(ast.fix_missing_locations(stripped))
    return "\n".join([*(f"@{ast.unparse(mark)}" for mark in stripped.decorator_list), node.text])


class _WithoutChecks(ast.NodeTransformer):
    """Removes ``@check``, and puts the answers in place of ``check(answer)`` and ``check.value("name", answers)``."""

    def __init__(self, namespace):
        self.namespace = namespace

    def _is_check(self, node):
        """Whether an expression is a week's `Checks`, by its usual or another name."""
        return getattr(node, "id", None) == "check" or type(value_of(node, self.namespace)).__name__ == "Checks"

    def _definition(self, node):
        node.decorator_list = [mark for mark in node.decorator_list if not self._is_check(mark)]
        return self.generic_visit(node)

    visit_FunctionDef = visit_ClassDef = _definition

    def visit_Call(self, node):
        """The argument of a call of ``check`` or ``check.value``; any other call."""
        if node.args and self._is_check(node.func):
            return self.visit(node.args[-1])
        if (isinstance(node.func, ast.Attribute) and node.func.attr == "value" and len(node.args) == 2
                and self._is_check(node.func.value)):
            return self.visit(node.args[1])
        return self.generic_visit(node)
