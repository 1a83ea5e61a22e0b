"""Imports go one way, and importing has no side effects."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from shared import CAUGHT, SEEN

PACKAGE = Path(__file__).parent.parent / "nnlab"
LEAVES = {"device", "progress", "files", "toys", "batches", "models", "metrics", "autograd", "optim",
          "augment", "formats", "packages", "widgets", "rng", "remedies", "arguments", "epoch",
          "environment", "skipped", "guesses", "schedules", "conv"}
BUILT = {"fetch", "published", "sources", "data", "train", "preflight", "callbacks", "checkpoint", "history", "plots",
         "trial", "samples", "explain", "unchanged", "resume", "costs", "attribution", "fast", "health",
         "run", "saving"}
MAY_IMPORT = {leaf: set() for leaf in LEAVES} | {
    "fetch": {"files", "progress"},
    "published": {"files", "formats"},
    "sources": {"environment", "fetch", "files", "formats", "published"},
    "data": {"sources"},
    "history": {"files"},
    "plots": {"metrics"},
    "checkpoint": {"files"},
    "resume": {"checkpoint", "history", "rng"},
    "run": {"history"},
    "saving": {"checkpoint", "files"},
    "unchanged": {"rng"},
    "attribution": {"unchanged"},
    "fast": {"models", "unchanged"},
    "costs": {"unchanged"},
    "health": {"rng", "unchanged"},
    "explain": {"remedies"},
    "trial": {"explain", "unchanged"},
    "samples": {"batches"},
    "preflight": {"batches", "device", "epoch", "explain", "remedies", "rng", "samples", "trial"},
    "train": {"arguments", "device", "epoch", "history", "preflight", "progress", "resume", "rng", "run", "samples",
              "saving"},
    "callbacks": {"checkpoint"},
    "packages": {"skipped"},
    "checks": {"environment", "files", "exercises", "skipped"},  # `yours` looks an exercise up by its name
    "exercises": LEAVES - {"widgets"} | BUILT | {"checks"},
    "course": LEAVES | BUILT | {"checks", "exercises"},
    "__main__": LEAVES | {"data", "sources"},
    "__init__": set(),
}


def sources():
    """Source text of every module of the package, by its path inside it."""
    return {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}


def wrong_imports(texts):
    """Sentences on imports that go against MAY_IMPORT."""
    found = []
    for path, text in texts.items():
        part = Path(path).parts[0].removesuffix(".py")
        if part not in MAY_IMPORT:
            found.append(f"{path}: a new module; say in MAY_IMPORT what it may import")
            continue
        for node in ast.walk(ast.parse(text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
                if node.module == "nnlab":
                    names = [f"nnlab.{alias.name}" for alias in node.names]
                names = ["."] if node.level else names
            for name in names:
                if name.startswith("nnlab.") and name not in ("nnlab.__version__",):
                    other = name.split(".")[1]
                    if other != part and other not in MAY_IMPORT[part]:
                        found.append(f"{path} may not import nnlab.{other}")
                elif name == ".":
                    found.append(f"{path} imports by a relative name; write nnlab.…")
    return found


def test_imports_go_one_way():
    texts = sources()
    assert "data.py" in texts and wrong_imports(texts) == []


@pytest.mark.parametrize("path, line, said", [
    ("plots.py", "from nnlab.data import load", "plots.py may not import nnlab.data"),
    ("data.py", "from nnlab import widgets", "data.py may not import nnlab.widgets"),
    ("fetch.py", "import nnlab.course.site", "fetch.py may not import nnlab.course"),
    ("widgets/__init__.py", "from nnlab.plots import plot_images", "widgets/__init__.py may not import nnlab.plots"),
    ("exercises/week01.py", "from . import core", "exercises/week01.py imports by a relative name"),
    ("exercises/week01.py", "from ..course.site import build", "exercises/week01.py imports by a relative name"),
    ("plots.py", "from .data import load", "plots.py imports by a relative name"),
    ("utils.py", "", "utils.py: a new module"),
])
def test_planted_imports_are_caught(path, line, said):
    texts = sources()
    texts[path] = line + "\n" + texts.get(path, "")
    found = wrong_imports(texts)
    assert len(found) == 1 and found[0].startswith(said)
    CAUGHT.append(("imports", f"{line or 'a file'} in {path}", found[0]))


def test_importing_has_no_side_effects(tmp_path):
    code = """
import matplotlib, random, sys
import numpy, torch
style, state = dict(matplotlib.rcParams), torch.random.get_rng_state()
own, default = random.getstate(), numpy.random.get_state()[1].copy()
import nnlab, nnlab.fetch, nnlab.data, nnlab.plots, nnlab.exercises.week01, nnlab.widgets
assert dict(matplotlib.rcParams) == style
assert torch.equal(torch.random.get_rng_state(), state) and random.getstate() == own
assert (numpy.random.get_state()[1] == default).all()
assert "torchvision" not in sys.modules and "nnlab.course" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_every_module_is_one_sitting():
    """Exercises apart, which are lists: no module of the package has 200 lines or more."""
    lines = {path: text.count("\n") for path, text in sources().items()}
    long = {path: count for path, count in lines.items()
            if count >= 200 and not re.match(r"exercises/week\d\d[a-z]\w*\.py", path)}
    assert long == {}
    counts = ", ".join(f"{path} {count}" for path, count in lines.items())
    SEEN.append(f"lines: {counts}; in all {sum(lines.values())}")
