"""What a student has handed in: the code that answers each exercise, and the guesses. It is read and never run here."""

import ast
import builtins
import collections
import re
from typing import NamedTuple

from nnlab.course.marking.statements import (
    DEFINES,
    at_once,
    binds,
    bound,
    calls_check,
    idle,
    is_check,
    is_value,
    judging_modules,
    lines,
    used,
)
from nnlab.course.notebooks import code_cells

_TIMED = re.compile(r"%%(time|timeit|capture|prun)\b[^\n]*(?:\n|\Z)")
_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.M)
_ASKS = {"check.solution": "prints a solution of the course", "check.exercises": "looks into the course's exercises",
         ".reference": "looks into the course's references", "_getframe": "looks into the code that judges",
         "sys.modules": "looks into loaded modules", "__code__": "changes or reads the code of a function",
         "__globals__": "looks into the names of a module", "__subclasses__": "looks for classes of other modules",
         "f_back": "looks into the code that judges", "get_objects": "looks for objects of other modules",
         "threading": "starts threads", "subprocess": "starts programs", "ctypes": "calls code of the system"}
_EXECUTES = {"exec", "eval", "compile"}  # text; methods of these names are others
ANSWER = "__answer__"  # the name to which the program of an answer binds it


class Piece(NamedTuple):
    """A statement of a notebook: the number of its cell, from 1, its text at its lines, and whether it must run."""

    cell: int
    text: str
    needed: bool


class Submitted:
    """The code of a handed-in `notebook`.

    `unread` has a sentence for each code cell that is no Python, by its number.

    Args:
        notebook: the notebook.
        assigned: whether a value that is assigned to a name answers the exercise of this name, as in an exam.
    """

    def __init__(self, notebook, assigned=False):
        self._cells, self.unread, self._assigned = [], {}, assigned
        self._programs, self._binding = {}, None
        for number, cell in enumerate(code_cells(notebook), start=1):
            source = _MAGIC.sub(r"\1pass", _TIMED.sub("", str(cell.source), count=1))
            try:
                self._cells.append((number, source, ast.parse(source).body))
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                self.unread[number] = (str(cell.source), f"{type(error).__name__}: {error}")

    def names(self):
        """Set of the names of all definitions and of all lists of answers."""
        found = {node.name for _, _, body in self._cells for node in body if isinstance(node, DEFINES)}
        calls = [call for _, _, body in self._cells for node in body for call in ast.walk(node)]
        return found | {call.args[0].value for call in calls if isinstance(call, ast.Call) and call.args
                        and isinstance(call.args[0], ast.Constant) and is_value(call, call.args[0].value)}

    def sources(self):
        """Set of the texts of all code cells."""
        return {source for _, source, _ in self._cells}

    def suspicious(self, own=frozenset()):
        """List of sentences on code that asks the course for its solutions: for the lecturer, no judgment.

        `own` are the texts of the course's own cells, which are left out.
        """
        found = []
        for number, source, body in self._cells:
            if source in own:
                continue
            words = {getattr(part, "attr", getattr(part, "id", None)) for node in body for part in ast.walk(node)}
            found += [f"code cell {number} {what}" for word, what in _ASKS.items()
                      if word in source and word.rpartition(".")[2] in words]
            names = {part.id for node in body for part in ast.walk(node) if isinstance(part, ast.Name)}
            found += [f"code cell {number} executes text ({word})" for word in sorted(_EXECUTES & names)]
            found += [f"code cell {number} imports {module}" for node in body for module in judging_modules(node)]
        return found

    def asks(self, name):
        """Whether the list of answers called `name` stands in the notebook, perhaps with nothing in it."""
        return any(isinstance(call, ast.Call) and is_value(call, name) for _, _, body in self._cells for node in body
                   for call in ast.walk(node))

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
                if self._assigned and isinstance(node, ast.Assign) and binds(node, name):
                    plain.append((number, node.value))
                elif isinstance(node, DEFINES) and node.name == name:
                    (marked if any(map(is_check, node.decorator_list)) else plain).append((number, node))
                for call in ast.walk(node):
                    if isinstance(call, ast.Call) and is_value(call, name) and not idle(call.args[1]):
                        marked.append((number, call.args[1]))
                    elif (isinstance(call, ast.Call) and is_check(call.func) and call.args and binds(node, name)
                          and getattr(call.args[0], "id", "") != name):
                        marked.append((number, call.args[0]))
        return (marked or plain or [None])[-1]

    def program(self, name):
        """What `_program` gives, made once."""
        if name not in self._programs:
            self._programs[name] = self._program(name)
        return self._programs[name]

    def _program(self, name):
        """List of `Piece` that binds the answer to the exercise `name` to `ANSWER`; None where there is no answer.

        Imports, definitions and constants of all cells, and the statements that compute what the answer uses.
        """
        found = self._answer(name)
        if found is None:
            return None
        number, answer = found
        kept = [(cell, node, source) for cell, source, body in self._cells for node in body
                if node is not answer and at_once(node)]
        computed = self._computed(answer, kept)
        pieces = sorted([*kept, *computed], key=lambda one: (one[0], one[1].lineno))
        made = [Piece(cell, lines(source, node), False) for cell, node, source in pieces]
        source = next(text for cell, text, _ in self._cells if cell == number)
        if isinstance(answer, DEFINES):
            return [*made, Piece(number, lines(source, answer), True), Piece(number, f"{ANSWER} = {name}", True)]
        return [*made, Piece(number, "\n" * (answer.lineno - 1) + f"{ANSWER} = (\n{ast.unparse(answer)})", True)]

    def _computed(self, answer, kept):
        """List of (cell, statement, source) that compute what `answer` uses, at any depth, and `kept` does not bind."""
        binds_it = collections.defaultdict(list)
        for entry in kept:
            for name in bound(entry[1]):
                binds_it[name].append(entry)
        found, waiting, seen = {}, used(answer), set(vars(builtins))
        while waiting:
            seen.add(name := waiting.pop())
            entries = binds_it[name] or [one for one in self._statements()[name] if one[1] is not answer]
            if not binds_it[name]:
                found |= {id(node): (cell, node, source) for cell, node, source in entries}
            for _, node, _ in entries:
                waiting |= used(node) - seen
        return list(found.values())

    def _statements(self):
        """Dictionary from names to lists of (cell, statement, source) that bind them, without those that call check."""
        if self._binding is None:
            self._binding = collections.defaultdict(list)
            for cell, source, body in self._cells:
                for node in body:
                    for name in () if calls_check(node) else bound(node):
                        self._binding[name].append((cell, node, source))
        return self._binding

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
