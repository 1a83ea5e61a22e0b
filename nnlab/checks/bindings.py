"""Names in Python code: those that it binds, reads or changes, and the import statement that binds one."""

import ast
import builtins
import symtable
import sys
import types

_OURS = ("__main__", "mylab", "nnlab.checks", "nnlab.exercises", "<")  # "<": a variant of an exercise's class
_BUILTINS = frozenset(dir(builtins)) - {"display", "get_ipython"}  # without those of a notebook only
_LIBRARIES = ("torch", "torch.nn", "torch.nn.functional", "math", "numpy")


def bound(statement):
    """Set of the names that a statement binds: targets, definitions, imports, names after ``as``, in its blocks too."""
    walrus = {node.target.id for node in ast.walk(statement) if isinstance(node, ast.NamedExpr)}
    table = _table(ast.unparse(statement))
    symbols = table.get_symbols() if table else ()
    return walrus | {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}


def reads(text):
    """Set of the global names that the code `text` reads, in its functions too."""
    def walk(table):
        for symbol in table.get_symbols():
            used = symbol.is_referenced() or symbol.is_declared_global()
            if used and (symbol.is_global() or table.get_type() == "module"):
                yield symbol.get_name()
        for child in table.get_children():
            yield from walk(child)
    return set(walk(table)) if (table := _table(text)) else set()


def changed(statement):
    """Set of the names whose values a statement may change: by ``x[0] = ...``, ``x.y = ...``, ``x.append(...)``."""
    calls = [node.value.func for node in ast.walk(statement)
             if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return written(statement) | {_root(inner) for func in calls for inner in ast.walk(func)
                                 if isinstance(inner, ast.Attribute | ast.Subscript)} - {None}


def written(statement):
    """Set of the names of which a statement sets a part: by ``x[0] = ...``, ``x.y = ...``, ``setattr(x, ...)``."""
    return {_root(target) for target in _targets(statement)} - {None}


def homes(statement, namespace):
    """List of the modules, and classes of modules, of which a statement sets an attribute: ``torch.low = 0.0``."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return []
    found = [value_of(target.value, namespace) for target in _targets(statement) if isinstance(target, ast.Attribute)]
    return [home for home in found if isinstance(home, types.ModuleType)
            or (isinstance(home, type) and home.__module__ != "__main__")]


def value_of(node, namespace):
    """Value in `namespace` of a name, or of a name in a module or class; None for other expressions."""
    if isinstance(node, ast.Attribute):
        home = value_of(node.value, namespace)
        return getattr(home, node.attr, None) if isinstance(home, types.ModuleType | type) else None
    return namespace.get(node.id) if isinstance(node, ast.Name) else None


def mentioned(statement):
    """Set of the names that occur in a statement."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def is_builtin(name, namespace):
    """Whether `name` is Python's own in the dictionary `namespace`, not shadowed and not IPython's."""
    own = getattr(builtins, name, None)
    return name in _BUILTINS and namespace.get(name, own) is own


def import_line(name, value):
    """Import statement that binds `value` to `name` anywhere; None where there is none."""
    if isinstance(value, types.ModuleType):
        home = value.__name__
        return None if home.startswith(_OURS) else f"import {home}" + ("" if home == name else f" as {name}")
    for home in (getattr(value, "__module__", None), *_LIBRARIES):
        for known in (name, getattr(value, "__name__", None)):
            if (isinstance(home, str) and isinstance(known, str) and not home.startswith(_OURS)
                    and getattr(sys.modules.get(home), known, None) is value and value is not None):
                return f"from {home} import {known}" + ("" if known == name else f" as {name}")
    return None


def imports(text):
    """Dictionary from names to the loaded modules, and the objects in them, that imports in the code `text` bind."""
    found = {}
    for statement in ast.parse(text).body:
        for alias in statement.names if isinstance(statement, ast.Import | ast.ImportFrom) else ():
            name = alias.asname or alias.name
            if isinstance(statement, ast.Import):
                found[name.partition(".")[0]] = sys.modules.get(alias.name if alias.asname else name.partition(".")[0])
            elif not statement.level:
                found[name] = getattr(sys.modules.get(statement.module), alias.name, None)
    return {name: value for name, value in found.items() if value is not None}


def _targets(statement):
    """List of the parts ``x.y`` and ``x[0]`` that a statement sets or deletes, also by ``setattr(x, "y", ...)``."""
    found = []
    for node in ast.walk(statement):
        for part in getattr(node, "targets", [getattr(node, "target", None)]):
            found += [inner for inner in ast.walk(part or ast.Pass())
                      if isinstance(inner, ast.Attribute | ast.Subscript) and not isinstance(inner.ctx, ast.Load)]
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("setattr", "delattr") and node.args:
            found.append(ast.Attribute(node.args[0], "", ast.Store()))
    return found


def _root(node):
    """Name at the left end of ``name.a[0].b``; None where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _table(text):
    """Symbol table of the code `text`, None where it cannot be compiled by itself, as with ``await`` at top level."""
    try:
        return symtable.symtable(text, "<answer>", "exec")
    except SyntaxError:
        return None
