"""What a student has handed in: the code that answers each exercise, and the guesses. It is read and never run here."""

import ast
import builtins
import re
import textwrap
from typing import NamedTuple

from nnlab.course.notebooks import code_cells

_DEFINES = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
_TIMED = re.compile(r"%%(time|timeit|capture|prun)\b[^\n]*(?:\n|\Z)")
_MAGIC = re.compile(r"^(\s*)[%!].*$", re.M)
ANSWER = "__answer__"  # the name to which the program of an answer binds it


class Piece(NamedTuple):
    """A statement of a notebook: the number of its cell, from 1, its text at its lines, and whether it must run."""

    cell: int
    text: str
    needed: bool


class Submitted:
    """The code of a handed-in `notebook`.

    `unread` has a sentence for each code cell that is no Python, by its number.
    """

    def __init__(self, notebook):
        self._cells, self.unread = [], {}
        for number, cell in enumerate(code_cells(notebook), start=1):
            source = _MAGIC.sub(r"\1pass", _TIMED.sub("", str(cell.source), count=1))
            try:
                self._cells.append((number, source, ast.parse(source).body))
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                self.unread[number] = (str(cell.source), f"{type(error).__name__}: {error}")

    def text_of(self, name):
        """Text of the definition or list that answers the exercise `name`; None where there is none."""
        found = self._answer(name)
        return None if found is None else ast.unparse(found[1])

    def broken(self, name):
        """Sentence on the cell that seems to answer `name` and is no Python, or None."""
        for number, (source, said) in self.unread.items():
            if re.search(rf"\b(def|class) +{name}\b|['\"]{name}['\"]", source):
                return f"code cell {number} is no Python ({said})"
        return None

    def _answer(self, name):
        """(number of the cell, statement or expression) of the last answer to `name`, one under ``check`` first."""
        marked, plain = [], []
        for number, _, body in self._cells:
            for node in body:
                if isinstance(node, _DEFINES) and node.name == name:
                    (marked if any(map(_is_check, node.decorator_list)) else plain).append((number, node))
                for call in ast.walk(node):
                    if isinstance(call, ast.Call) and _is_value(call, name) and not _idle(call.args[1]):
                        marked.append((number, call.args[1]))
                    elif (isinstance(call, ast.Call) and _is_check(call.func) and call.args and _binds(node, name)
                          and not isinstance(call.args[0], ast.Name)):
                        marked.append((number, call.args[0]))
        return (marked or plain or [None])[-1]

    def program(self, name):
        """List of `Piece` that binds the answer to the exercise `name` to `ANSWER`; None where there is no answer.

        Imports, definitions and constants of all cells, and the statements that compute what the answer uses.
        """
        found = self._answer(name)
        if found is None:
            return None
        number, answer = found
        kept, known = [], set()
        for cell, source, body in self._cells:
            for node in body:
                if node is not answer and _at_once(node):
                    kept.append((cell, node, source))
                    known |= _bound(node)
        wanted = _used(answer)
        for _, node, _ in kept:
            if isinstance(node, _DEFINES) and node.name in wanted:
                wanted |= _used(node)
        computed = self._computed(wanted - known, {id(node) for _, node, _ in kept})
        pieces = sorted([*kept, *computed], key=lambda one: (one[0], one[1].lineno))
        made = [Piece(cell, _lines(source, node), False) for cell, node, source in pieces]
        source = next(text for cell, text, _ in self._cells if cell == number)
        if isinstance(answer, _DEFINES):
            return [*made, Piece(number, _lines(source, answer), True), Piece(number, f"{ANSWER} = {name}", True)]
        return [*made, Piece(number, "\n" * (answer.lineno - 1) + f"{ANSWER} = (\n{ast.unparse(answer)})", True)]

    def _computed(self, names, seen):
        """List of (cell, statement, source) that bind `names` and what they need, without those of the ids `seen`."""
        found, waiting = [], set(names) - set(vars(builtins))
        while waiting:
            wanted, waiting = waiting, set()
            for cell, source, body in self._cells:
                for node in body:
                    if id(node) not in seen and _bound(node) & wanted and not _calls_check(node):
                        seen.add(id(node))
                        found.append((cell, node, source))
                        waiting |= _used(node) - wanted
        return found

    def guesses(self):
        """Dictionary from the name of each ``guess...`` to its last value, a number, a word or None."""
        found = {}
        for _, _, body in self._cells:
            for node in body:
                target = node.targets[0] if isinstance(node, ast.Assign) else None
                if isinstance(target, ast.Name) and target.id.startswith("guess"):
                    try:
                        found[target.id] = ast.literal_eval(node.value)
                    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                        found[target.id] = ast.unparse(node.value)[:60]
        return found


def _is_check(node):
    """Whether `node` is the name ``check``."""
    return isinstance(node, ast.Name) and node.id == "check"


def _is_value(call, name):
    """Whether `call` is ``check.value(name, ...)``."""
    return (isinstance(call.func, ast.Attribute) and call.func.attr == "value" and _is_check(call.func.value)
            and len(call.args) == 2 and isinstance(call.args[0], ast.Constant) and call.args[0].value == name)


def _idle(node):
    """Whether an expression is the placeholder of a quiz, ``...`` or a list of these."""
    parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return all(isinstance(part, ast.Constant) and part.value is ... for part in parts)


def _calls_check(node):
    return any(_is_check(part) for part in ast.walk(node))


def _at_once(node):
    """Whether a statement only imports, defines or names constants."""
    if isinstance(node, ast.ImportFrom):
        return not (node.module or "").startswith("nnlab.exercises")
    if isinstance(node, ast.Import | _DEFINES):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        try:
            ast.literal_eval(node.value)
            return True
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return isinstance(node.value, ast.Lambda)
    return False


def _bound(node):
    """Set of the names that a statement binds in the notebook."""
    if isinstance(node, _DEFINES):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _binds(node, name):
    return isinstance(node, ast.Assign) and name in _bound(node)


def _used(node):
    """Set of the names that `node` reads."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _lines(source, node):
    """Text of the statement `node` of a cell at its own lines, without ``@check`` above it."""
    marks = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(mark.lineno for mark in marks)])
    lines = source.split("\n")[first - 1:node.end_lineno]
    for mark in filter(_is_check, marks):
        lines[mark.lineno - first] = ""
    if not isinstance(node, _DEFINES):  # it may share its line with others
        return "\n" * (node.lineno - 1) + ast.unparse(node)
    return "\n" * (first - 1) + textwrap.dedent("\n".join(lines))
