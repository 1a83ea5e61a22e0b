"""Keeping a correct answer in mylab.py: it counts as kept after it was imported from there and judged."""

import ast
import builtins
import contextlib
import sys

from nnlab.checks import mylab, sections
from nnlab.checks.bindings import bound, imports, mentioned, reads
from nnlab.checks.comparing import difference
from nnlab.checks.feedback import in_numbers
from nnlab.checks.importing import Unusable, imported, is_right
from nnlab.checks.source import source_to_keep
from nnlab.skipped import exercises as exercises_of

_OF_A_MODULE = {"__name__", "__file__", "__doc__", "__builtins__"}  # names that every module has


def kept_or_not(checks, name, tree, node, namespace):
    """End of a printed sentence: that the source code of a correct answer is in mylab.py, or why not and what to do.

    Args:
        checks: the `Checks` that it was handed to.
        name: the exercise's name.
        tree, node: the cell's syntax tree and the answer in it, from `nnlab.checks.cell.definition`.
        namespace: dictionary of the notebook's names.
    """
    if tree is None or not tree.body:
        return ", but not kept: a magic such as %%time hides its source code; run the cell once without it"
    if node is None:
        return ", but not kept: its source code is not in this cell; write `@check` above its definition"
    full, why, tried = f"{checks.week}.{name}", None, set()
    namespace = _with_the_package(checks.exercises[name], namespace)
    try:
        at_hand = _at_hand(namespace, full)
        for widely in (False, True):
            source, missing = source_to_keep(tree, node, namespace, at_hand, widely)
            if missing:
                why = why or _needs(missing, checks.exercises, tree, name)
            elif source not in tried:
                tried.add(source)
                try:
                    said = mylab.keep(full, source, _Trial(checks, name, source, namespace).fault)
                except Unusable as error:
                    why = str(error)
                    continue
                lost = "google.colab" in sys.modules and not mylab.DRIVE.is_dir()
                until = " until this runtime ends; mount your Drive to keep it for good" if lost else ""
                return " and kept in mylab.py" + until + (f". {said}"[:-1] if said else "")
    except OSError as error:
        return f", but not kept: {mylab.reason(error)}"
    return f", but not kept in mylab.py: {why}"


def _with_the_package(exercise, namespace):
    """The names of the notebook, where a class that it builds by hand, such as Value, is the package's of that name.

    It is one that the cases of the exercise use, too; mylab.py imports it.
    """
    return namespace | {name: value for name, value in exercise.uses.items() if isinstance(value, type)
                        and getattr(namespace.get(name), "__module__", None) == "__main__"
                        and isinstance(namespace[name], type) and not value.__module__.startswith("nnlab.exercises")}


def _at_hand(namespace, full):
    """Set of the names that mylab.py binds to the same values as the notebook: imports, and kept exercises.

    Imports in the section of the exercise `full` do not count: the new answer takes its place.
    """
    text = sections.HEADER
    with contextlib.suppress(FileNotFoundError):
        raw = mylab.path().read_bytes()
        try:
            there, _ = sections.decoded(raw)
            ast.parse(raw)
            text = there if there.strip() else text
        except (SyntaxError, ValueError):
            text, _ = sections.rescued(raw)
    others = imports(sections.without(text, full))
    same = {name for name, value in others.items() if namespace.get(name, value) is value}
    return same | _OF_A_MODULE | {name.partition(".")[2] for name in sections.names(text)}


def _needs(missing, exercises, tree, name):
    """Clause that says which names the answer `name` needs, and where to define them."""
    needs = " and ".join(f"`{other}`" for other in missing)
    if any(other in exercises for other in missing):
        return f"it needs {needs}; solve that first, then run this cell again"
    inner = {getattr(node, "arg", getattr(node, "id", None)) for node in ast.walk(tree)
             if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    inner |= {other for other in missing for text in texts if other in text}
    if inner & set(missing):  # it stands in this cell, inside a function or a text for exec
        return f"it needs {needs}; define that inside `{name}`"
    return f"it needs {needs}; define that in the same cell, or inside"


class _Trial:
    """Imports the bytes that are about to become mylab.py and judges the answers in it that a new one concerns.

    Args:
        checks, name, namespace: as for `kept_or_not`.
        source: source code of the new answer's section.
    """

    def __init__(self, checks, name, source, namespace):
        self.checks, self.name, self.source, self.namespace = checks, name, source, namespace
        self.full = f"{checks.week}.{name}"

    def fault(self, raw):
        """Clause that says why the bytes `raw` cannot become mylab.py; None where the new answer is correct in it."""
        text, encoding = sections.decoded(raw)
        rest = sections.without(text, self.full)
        try:
            module = imported(raw, mylab.path())
        except Unusable as error:
            try:
                imported(sections.encoded(rest, encoding), mylab.path())
            except Unusable as own:
                return f"{own.args[0]}; correct that line, then run this cell again"
            return f"its code stops there ({error.args[1]}); define all that it needs inside `{self.name}`"
        if module.__patched__ and (new := [place for place in module.__patched__ if place not in imported(
                sections.encoded(rest, encoding), mylab.path()).__patched__]):
            return f"it changes {new[0]} for all code; define what you need inside `{self.name}`"
        exercises = self.checks.exercises
        if not is_right(exercises, self.name, module):
            return self._otherwise(module)
        return self._clash(rest, module)

    def _otherwise(self, module):
        """Clause on why the answer is wrong in the module, but correct in the notebook: a name with another value."""
        for name in sorted(reads(self.source) - {self.name}):
            exercises = self.checks.exercises
            if name in exercises and name in vars(module) and not is_right(exercises, name, module):
                return f"`{name}` is not right any more in mylab.py; run its cell again, then this one"
            if name not in vars(module) and not hasattr(builtins, name):
                return f"`{name}` is not defined there; define it inside `{self.name}`"
            here, there = self.namespace.get(name), vars(module).get(name)
            with contextlib.suppress(Exception):
                if here is not None and not callable(here) and difference(here, there) is not None:
                    now, then = (value.strip() for value in in_numbers(here, there))
                    return f"there `{name}` would be {then}, not {now}; give it that value inside `{self.name}`"
        return f"imported from there it gives another result; define all that it needs inside `{self.name}`"

    def _clash(self, rest, module):
        """Clause on a name that the new section would give another value in the rest of the file; or None."""
        new = {name: ast.dump(part) for part in ast.parse(self.source).body for name in bound(part) - {self.name}
               if not isinstance(part, ast.Import | ast.ImportFrom)}
        all_bound = {name for part in ast.parse(self.source).body for name in bound(part)} - {self.name}
        own = rest
        for full in sections.names(rest):
            own, part = sections.without(own, full), ast.parse(sections.section(rest, full))
            week, _, other = full.partition(".")
            used = sorted(new.keys() & mentioned(part)) or sorted(all_bound & {other})
            known = exercises_of(week)
            if used and other in known and not is_right(known, other, module):
                return f"`{used[0]}` is something else for your answer to {other}; give it another name here"
        for part in ast.parse(own).body:
            for name in sorted(bound(part) & new.keys()):
                if ast.dump(part) != new[name]:
                    return f"`{name}` is something else in your mylab.py; give it another name here"
        return None
