"""Public modules, classes and functions say what they are for: ruff's D rules, as pyproject.toml selects them."""

import subprocess
import sys

import pytest
from shared import CAUGHT

from nnlab.course.notebooks import ROOT


def ruff(*arguments, text=None):
    command = [sys.executable, "-m", "ruff", "check", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True)


def test_package_is_clean():
    done = ruff("nnlab", "data", "tests")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("code, rule", [
    ("x = 1\n", "D100"),
    ('"""A module."""\n\n\ndef area(side):\n    return side ** 2\n', "D103"),
    ('"""A module."""\n\n\nclass Square:\n    pass\n', "D101"),
    ('"""A module."""\n\n\ndef area(side):\n    """"""\n    return side ** 2\n', "D419"),
])
def test_missing_docstrings_are_caught(code, rule):
    done = ruff("--stdin-filename", "nnlab/planted.py", "-", text=code)
    assert done.returncode == 1 and rule in done.stdout
    last_line = code.strip().splitlines()[-1].strip()
    CAUGHT.append(("docstrings", f"{rule}: {last_line}", done.stdout.strip().splitlines()[0]))
