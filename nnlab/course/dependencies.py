"""Files of the course that a notebook depends on: modules that it can import, figures that it shows, embedded data."""

import ast
import functools
import re
from pathlib import Path

from nnlab import widgets
from nnlab.course.notebooks import ROOT, code_cells, tree

HOW_IT_RUNS = ("course/execute.py", "course/images.py", "course/solve.py", "course/notebooks.py", "course.mplstyle")


def files(notebook):
    """Paths of the files of the course, besides itself, that a run of `notebook` depends on: a sorted list."""
    package, code = ROOT / "nnlab", [tree(cell) for cell in code_cells(notebook)]
    text = "\n".join(cell.source for cell in code_cells(notebook))
    waiting = [_file("nnlab"), *(_file(name) for cell in code for name in imported(cell))]
    weeks = re.findall(r"""["'](week\d\d)\.""", text)  # `yours("week01.relu")` imports that week's exercises
    waiting += [_file(f"nnlab.exercises.{week}") for week in weeks]
    found = {package / name for name in HOW_IT_RUNS} | {ROOT / "requirements.txt"}
    while waiting:
        path = waiting.pop()
        if path is not None and path not in found:
            found.add(path)
            waiting += _imports_of(path)
    if package / "sources.py" in found:
        found |= set((ROOT / "data").glob("*.npz"))
    if package / "widgets" / "__init__.py" in found:
        shown = set(re.findall(r"""\bFigure\(\s*["'](\w+)["']""", text))
        for name in shown & set(widgets.names()):
            found |= {widgets.FIGURES / f"{name}.js", widgets.FIGURES / f"{name}.json"}
            found |= {widgets.HERE / f"{part}.js" for part in (*widgets.SHARED, *widgets.rules(name).get("uses", ()))}
    return sorted(found)


def imported(code):
    """Dotted names that the syntax tree `code` imports from the package, anywhere and in any form: a set."""
    names = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "nnlab"}


@functools.cache
def _file(name):
    """Path of the module with the dotted `name`, or of the module that defines it; None if there is none."""
    parts = name.split(".")
    while parts:
        path = Path(ROOT, *parts)
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.exists():
                return candidate
        parts.pop()
    return None


def _imports_of(path):
    """Paths of the package's modules that the module at `path` imports, with the packages that these lie in."""
    names = imported(ast.parse(path.read_text(encoding="utf-8")))
    names |= {name.rpartition(".")[0] for name in names} | {".".join(name.split(".")[:2]) for name in names}
    return [found for found in map(_file, sorted(filter(None, names))) if found is not None]
