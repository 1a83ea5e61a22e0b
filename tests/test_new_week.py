"""A lecture of one's own: made from the course's form in a copy of the repository, tested, solved and marked there."""

import csv
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from shared import SEEN

from nnlab.course import new_week
from nnlab.course.notebooks import ROOT

NAME = "week07a_neighbors"
KEPT = ("nnlab", "notebooks", "tests", "data", "benchmarks", ".github", "conftest.py", "pyproject.toml", "README.md")


def ran(copy, *command):
    """What a command prints, run in the `copy` of the repository; it must end well."""
    environment = os.environ | {"PYTHONPATH": str(copy), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, *command], cwd=copy, env=environment, capture_output=True, text=True,
                          timeout=400)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the repository in which the new lecture stands."""
    copy = tmp_path_factory.mktemp("new") / "course"
    copy.mkdir()
    for name in KEPT:
        place = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".ipynb_checkpoints", "original")
        (shutil.copytree(place, copy / name, ignore=ignored) if place.is_dir() else shutil.copy(place, copy / name))
    assert NAME in ran(copy, "-m", "nnlab.course", "new-week", NAME, "Nearest neighbors")
    return copy


def test_it_breaks_no_rule_and_says_its_title_and_minutes(copy):
    code = ("from nnlab.course.lint import problems; from nnlab.course.notebooks import *; "
            f"n = read(paths(['{NAME}'])[0]); print(problems(n, '{NAME}'), title(n), minutes(n), spoken(n.cells)); "
            "from nnlab.course.mutants import weeks; print(list(weeks()['week07'].exercises))")
    said = ran(copy, "-c", code).splitlines()
    assert said == ["[] Week 7a · Nearest neighbors 20 20", "['squared_distances', 'when_doubled']"]
    outline = (copy / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert f"[Week 7a · Nearest neighbors]({NAME}.ipynb)" in outline
    lines = (copy / "README.md").read_text(encoding="utf-8").split("\n")
    [row] = [k for k, line in enumerate(lines) if f"(notebooks/{NAME}.ipynb)" in line]
    assert "week06g" in lines[row - 1] and "| 20 min, Fashion-MNIST |" in lines[row]


def test_its_own_tests_and_the_style_pass(copy):
    said = ran(copy, "-m", "pytest", "-q", "-n0", "-p", "no:nbval", "-p", "no:cacheprovider", "--override-ini",
               "addopts=", "tests/test_week07a.py", "tests/test_imports.py", "tests/test_outline.py")
    assert " failed" not in said and " passed" in said
    ran(copy, "-m", "ruff", "check", "nnlab/exercises", "tests/test_week07a.py", "notebooks", "--no-cache")


def test_normalizing_it_again_changes_nothing(copy):
    path = copy / "notebooks" / f"{NAME}.ipynb"
    before = path.read_text(encoding="utf-8")
    ran(copy, "-m", "nnlab.course", "normalize", NAME)
    assert path.read_text(encoding="utf-8") == before


def test_it_is_solved_and_marked(copy, tmp_path):
    code = ("from pathlib import Path; from nnlab.course.solve import solved; from nnlab.course.notebooks import *; "
            f"write(solved(read(paths(['{NAME}'])[0])), Path({str(tmp_path / 'solved.ipynb')!r}))")
    ran(copy, "-c", code)
    solved = nbformat.read(tmp_path / "solved.ipynb", 4)
    folder = tmp_path / "in"
    for name, old, new in (("Ada", "", ""), ("Bob", "square().sum(2)", "square().mean(2)")):
        (folder / name).mkdir(parents=True)
        (folder / name / "week 7.ipynb").write_text(nbformat.writes(solved).replace(old, new), encoding="utf-8")
    (folder / "Eve").mkdir()
    shutil.copy(copy / "notebooks" / f"{NAME}.ipynb", folder / "Eve")
    ran(copy, "-m", "nnlab.course", "mark", str(folder), "--quick")
    with open(tmp_path / "in-marks" / "marks.csv", newline="") as file:
        rows = {row["name"]: (row["week07a squared_distances"], row["week07a when_doubled"])
                for row in csv.DictReader(file)}
    assert rows == {"Ada": ("1", "1"), "Bob": ("0", "1"), "Eve": ("0", "0")}
    pages = {path.name.partition("-")[0]: path.read_text(encoding="utf-8")
             for path in (tmp_path / "in-marks" / "students").glob("*.html")}
    assert "The squares are averaged" in pages["bob"] and pages["eve"].count("not attempted yet") == 2
    SEEN.append(f"new-week: {NAME} is made, breaks no rule, passes its tests, is solved and marked")


def test_a_second_lecture_of_the_week_joins_the_first_and_none_is_written_over(copy):
    ran(copy, "-m", "nnlab.course", "new-week", "week07b_distances")
    text = (copy / "nnlab" / "exercises" / "week07.py").read_text(encoding="utf-8")
    assert text == ('"""Week 7: nearest neighbors."""\n\nfrom nnlab.checks.core import Checks\n'
                    "from nnlab.exercises import week07a, week07b\n\n"
                    'check = Checks("week07", [*week07a.EXERCISES, *week07b.EXERCISES])\n')


@pytest.mark.parametrize("stem, error, message", [
    ("attention", ValueError, "is no name of a notebook: write weekNNx_subject, as in week07a_attention"),
    ("week7a_attention", ValueError, "is no name of a notebook"), ("week07_attention", ValueError, "is no name"),
    ("week01a_attention", FileExistsError, "week01a_neurons.ipynb is there already: choose the next letter"),
])
def test_bad_names_are_named_and_nothing_is_written(stem, error, message):
    with pytest.raises(error, match=message):
        new_week.new_week(stem)


def test_the_text_that_gathers_a_week_is_that_of_the_course():
    for path in sorted((ROOT / "nnlab" / "exercises").glob("week[0-9][0-9].py")):
        text = path.read_text(encoding="utf-8")
        assert new_week.gathered(path.stem, "", text) == text
