"""How sharp are the exercises? Small changes to each reference must be found wrong, and each named mistake must hear its name."""

import ast
import copy
import importlib
import pkgutil
import sys
import textwrap

from nnlab import exercises
from nnlab.checks import running
from nnlab.checks.exercise import Quiz
from nnlab.checks.judging import judge, judge_value

SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.MatMult: ast.Mult, ast.Pow: ast.Mult}
COMPARED = {ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
            ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,)}
ONE_WAY = (ast.Sub, ast.Div, ast.MatMult, ast.Pow)  # operators whose operands may not be swapped


def weeks():
    """The course's `Checks` by the name of their week, in order."""
    names = sorted(module.name for module in pkgutil.iter_modules(exercises.__path__) if module.name.startswith("week"))
    modules = {name: importlib.import_module(f"nnlab.exercises.{name}") for name in names}
    return {name: module.check for name, module in modules.items() if hasattr(module, "check")}


class _Replace(ast.NodeTransformer):
    """Puts another node in the place of one."""

    def __init__(self, place, new):
        self.place, self.new = place, new

    def visit(self, node):
        """The other node for that one, else its own, visited."""
        return self.new if node is self.place else self.generic_visit(node)


def mutants(exercise):
    """Pairs of a change, as "before → after", and the function or class that it makes of the reference of `exercise`."""
    tree = ast.parse(exercise.source)
    for node in ast.walk(tree):  # docstrings say nothing to a machine
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None and len(node.body) > 1:
            node.body = node.body[1:]
    home, seen = vars(sys.modules[exercise.reference.__module__]), {ast.unparse(tree)}
    for place in list(ast.walk(tree)):
        for new in _changed(place):
            mutant = _Replace(place, new).visit(tree)
            text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(mutant)))
            _Replace(new, place).visit(mutant)
            if text not in seen:
                seen.add(text)
                names = dict(home)
                exec(compile(text, "<mutant>", "exec"), names)
                yield _said(place, new), names[exercise.name]


def _said(place, new):
    """A change in words; one that drops a line of a body names it."""
    if hasattr(new, "body"):
        return f"without the line {ast.unparse(next(line for line in place.body if line not in new.body)).splitlines()[0]}"
    return f"{ast.unparse(place)} → {ast.unparse(ast.fix_missing_locations(copy.deepcopy(new)))}"


def _changed(node):
    """What may stand in the place of `node`."""
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


def score(exercise):
    """How many mutants of `exercise` there are, and the changes of those that are judged right, in order."""
    kinds = [(change, judge(exercise, mutant).kind) for change, mutant in mutants(exercise)]
    return len(kinds), [change for change, kind in kinds if kind != "incorrect"]


def mistakes(exercise):
    """Triples of a named wrong answer's name, its message, and whether it is told just that and is right somewhere."""
    for k, wrong in enumerate(exercise.wrong):
        if isinstance(exercise, Quiz):
            answer = list(wrong.answer)
            verdict, right = judge_value(exercise, answer), any(map(lambda a, b: a == b, answer, exercise.reference))
            name = ", ".join(f"{part}" for part, wanted in zip(answer, exercise.reference, strict=True) if part != wanted)
        else:
            verdict, name = judge(exercise, wrong.answer), wrong.answer.__name__.strip("_")
            runs = [[running.run(case, {exercise.name: answer}) for case in exercise.cases]
                    for answer in (exercise.reference, wrong.answer)]
            right = any(map(running.agree, *runs)) or _only_form(*runs)
        told = " ".join(wrong.says.split()) in " ".join(verdict.text.split())
        yield f"{k + 1} {name}", wrong.says, verdict.kind == "incorrect" and told and right


def _only_form(right, got):
    """Whether every outcome errs in form alone: nothing, or a value of another kind or type."""
    return all(one.error is None and (one.changed or "instead" in (running.difference(other.value, one.value) or ""))
               for other, one in zip(right, got, strict=True))


def table(names=()):
    """Print exercise × wrong answer × message, and each exercise's mutant score; True if all is as it must be.

    Args:
        names: weeks, such as "week01"; all without.

    Raises:
        ValueError: there is no such week.
    """
    known = weeks()
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"no week {unknown[0]!r}; choose from: {', '.join(known)}")
    well = True
    for week in names or known:
        for exercise in known[week].exercises.values():
            print(f"\n{week}.{exercise.name}")
            for name, says, good in mistakes(exercise):
                well &= good
                print(textwrap.fill(f"{says}", 128, initial_indent=f"  {'ok ' if good else 'BAD'} {name:<34} ",
                                    subsequent_indent=" " * 41))
            if not isinstance(exercise, Quiz):
                count, survivors = score(exercise)
                reasons = dict(exercise.equivalent)
                unexplained = [change for change in survivors if change not in reasons]
                rest = count - (len(survivors) - len(unexplained))
                share = (rest - len(unexplained)) / rest
                well &= share >= 0.95
                print(f"  {count} mutants, {len(survivors) - len(unexplained)} equivalent; of the others {share:.0%} found wrong")
                for change in survivors:
                    print(f"      survives: {change}: {reasons.get(change, 'NOT EXPLAINED')}")
    return well
