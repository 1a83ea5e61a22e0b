"""Names that Python code binds, and names that it reads before it binds them: the dependencies of a cell on others."""

import ast
import symtable


def bound(tree):
    """Names that the module `tree` (an `ast.Module`) binds at its top level, a set."""
    return _Reader().of(tree.body)[1]


def reads(tree):
    """Names that the module `tree` reads before it has bound them itself, a set; builtins among them."""
    return _Reader().of(tree.body)[0]


class _Reader:
    """Follows statements in order; a branch that may not run binds its names all the same."""

    def of(self, statements, before=frozenset()):
        """Names that `statements` read without having bound them, and names bound afterwards, `before` included."""
        read, so_far = set(), set(before)
        for statement in statements:
            more, so_far = self.statement(statement, so_far)
            read |= more
        return read, so_far

    def statement(self, node, so_far):
        """The same for one statement, where the names `so_far` are bound already."""
        if isinstance(node, ast.For | ast.AsyncFor):
            head, inside = _free(node.iter) - so_far, so_far | _targets(node.target)
            read, so_far = self.of([*node.body, *node.orelse], inside)
            return head | read, so_far
        if isinstance(node, ast.With | ast.AsyncWith):
            head = set().union(*(_free(item.context_expr) for item in node.items)) - so_far
            inside = so_far.union(*(_targets(item.optional_vars) for item in node.items if item.optional_vars))
            read, so_far = self.of(node.body, inside)
            return head | read, so_far
        if isinstance(node, ast.If | ast.While):
            head = _free(node.test) - so_far
            read, so_far = self.of([*node.body, *node.orelse], so_far | _targets(node.test))
            return head | read, so_far
        if isinstance(node, ast.Try):
            read, so_far = self.of(node.body, so_far)
            for handler in node.handlers:
                kind = _free(handler.type) - so_far if handler.type else set()
                more, so_far = self.of(handler.body, so_far | ({handler.name} if handler.name else set()))
                read |= kind | more
            more, so_far = self.of([*node.orelse, *node.finalbody], so_far)
            return read | more, so_far
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return _free(node) - so_far - {node.name}, so_far | {node.name}
        if isinstance(node, ast.Import | ast.ImportFrom):
            return set(), so_far | {alias.asname or alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            return (_free(node.value) | {node.target.id}) - so_far, so_far | {node.target.id}
        own = {part.target.id for part in ast.walk(node) if isinstance(part, ast.NamedExpr)}
        return _free(node) - so_far - own, so_far | _targets(node)


_SCOPES = ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.FunctionDef


def _targets(node):
    """Names that `node` assigns to outside of functions and comprehensions."""
    found, waiting = set(), [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        if not isinstance(part, _SCOPES):
            waiting += ast.iter_child_nodes(part)
        else:  # an assignment expression in a comprehension binds outside of it
            found |= {one.target.id for one in ast.walk(part) if isinstance(one, ast.NamedExpr)}
    return found


def _free(node):
    """Names that `node`, an expression or a statement without a body, reads from outside itself."""
    def walk(table):
        for symbol in table.get_symbols():
            outer = table.get_type() == "module"
            if symbol.is_referenced() and (outer or symbol.is_global()):
                yield symbol.get_name()
        for child in table.get_children():
            yield from walk(child)
    return set(walk(symtable.symtable(ast.unparse(node), "<cell>", "exec")))
