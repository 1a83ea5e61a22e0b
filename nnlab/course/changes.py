"""Small changes of the source of a reference: what a mutant is."""

import ast
import copy

SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
           ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.MatMult: ast.Mult, ast.Pow: ast.Mult}
COMPARED = {ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt),
            ast.GtE: (ast.Gt, ast.LtE), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,)}
ONE_WAY = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult, ast.Pow)  # operators whose operands may not be swapped


class _Replace(ast.NodeTransformer):
    """Replaces one node of a syntax tree."""

    def __init__(self, place, new):
        self.place, self.new = place, new

    def visit(self, node):
        """The new node in place of the old one; any other node, visited."""
        return self.new if node is self.place else self.generic_visit(node)


def mutated(exercise):
    """Source texts of the mutants: pairs of the change, as "before → after", and the text, without a docstring."""
    tree = ast.parse(exercise.source)
    for node in ast.walk(tree):  # a docstring is not mutated
        documented = isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None
        if documented and len(node.body) > 1:
            node.body = node.body[1:]
    seen = {ast.unparse(tree)}
    for place in list(ast.walk(tree)):
        for new in _changed(place):
            mutant = _Replace(place, new).visit(tree)
            text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(mutant)))
            _Replace(new, place).visit(mutant)
            if text not in seen:
                seen.add(text)
                yield _described(place, new), text


def _described(place, new):
    """Text of a change, "before → after"; for a dropped line, that line."""
    if isinstance(getattr(new, "body", None), list):
        dropped = next(line for line in place.body if line not in new.body)
        return f"without the line {ast.unparse(dropped).splitlines()[0]}"
    return f"{ast.unparse(place)} → {ast.unparse(ast.fix_missing_locations(copy.deepcopy(new)))}"


def _changed(node):
    """Yield nodes that may replace `node`."""
    def other(**fields):
        new = copy.copy(node)
        for name, value in fields.items():
            setattr(new, name, value)
        return new

    if isinstance(node, ast.BinOp):
        yield other(op=SWAPPED[type(node.op)]())
        yield from (node.left, node.right)
        if isinstance(node.op, ONE_WAY):
            yield other(left=node.right, right=node.left)
    elif isinstance(node, ast.Compare):
        yield from (other(ops=[op()]) for op in COMPARED.get(type(node.ops[0]), ()))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield other(value=not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield from (other(value=node.value + 1), other(value=node.value - 1))
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        yield other(elts=node.elts[::-1])
    elif isinstance(node, ast.Call):
        if len(node.args) == 2 and not node.keywords:
            yield other(args=node.args[::-1])
        if len(node.args) == 1:
            yield node.args[0]
        elif not node.args and isinstance(node.func, ast.Attribute):
            yield node.func.value
    elif isinstance(node, ast.Return):
        yield other(value=None)
    elif isinstance(node, ast.FunctionDef | ast.For | ast.If) and len(node.body) > 1:
        yield from (other(body=[line for line in node.body if line is not dropped]) for dropped in node.body)
