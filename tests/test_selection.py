"""``make check NOTEBOOK=...``: what guards one notebook is chosen, and nothing else."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

from nnlab.course.notebooks import ROOT, paths


def chosen_of(items, *names):
    """Those of the collected `items` that the root's conftest.py keeps under ``--notebook`` with `names`."""
    spec = importlib.util.spec_from_file_location("root_conftest", ROOT / "conftest.py")
    root = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(root)
    dropped = []
    hook = SimpleNamespace(pytest_deselected=lambda items: dropped.extend(items))
    config, kept = SimpleNamespace(getoption=lambda _: list(names), hook=hook), list(items)
    root.pytest_collection_modifyitems(config, kept)
    assert sorted(map(id, kept + dropped)) == sorted(map(id, items))
    return kept


def collected(file, /, **params):
    """A collected test of the file `file`, parametrized by `params`."""
    made = SimpleNamespace(path=Path(file))
    if params:
        made.callspec = SimpleNamespace(params=params)
    return made


def test_what_guards_one_notebook():
    path = paths(["week02a"])[0]
    own = [collected("tests/test_lectures.py", notebook_path=path), collected("tests/test_colab_twin.py",
           notebook_path=path), collected(f"notebooks/{path.name}"), collected("tests/test_week02a.py"),
           collected("tests/test_figures_keys.py", name="fold"), collected("tests/test_figure_fold.py")]
    others = [collected("notebooks/week02b_playground.ipynb"), collected("tests/test_week02b.py"),
              collected("tests/test_train.py"), collected("tests/test_figures_keys.py", name="bumps"),
              collected("tests/test_figures_jupyter.py", name="fold"),
              collected("tests/test_figure_bumps.py"), collected("tests/test_plots.py", name="fold")]
    assert chosen_of(own + others, "week02a") == own
    assert chosen_of(own + others) == own + others, "without the option, all"


def test_the_longest_groups_come_first():
    short, twin, course = (collected(f"tests/test_{name}.py") for name in ("data", "colab_twin", "notebooks"))
    assert chosen_of([short, twin, course]) == [twin, course, short]
