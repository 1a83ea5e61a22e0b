"""The Colab twin's Python: 3.13 with Colab's versions, made once and kept in build/twin.

As a script it prints what `make test` gives to pytest: the folder of tests where there is a Python 3.13, since
tests/test_colab_twin.py then executes every notebook with nbval; nothing where there is none, so that nbval executes
them here.
"""

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from nnlab.course.notebooks import BUILD, ROOT

PINS = Path(os.environ.get("NNLAB_COLAB_PINS", ROOT / "tests" / "colab-pins.txt"))


def run(*command, **more):
    """Standard output of `command`, which must succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def python_313():
    """Path of a Python 3.13, ``python3.13`` or pyenv's; None where there is none."""
    for candidate in ("python3.13", *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.13.*/bin/python")))):
        found = shutil.which(candidate)
        if found and subprocess.run([found, "--version"], capture_output=True).returncode == 0:
            return found
    return None


def made():
    """Path of the twin's Python; None where there is no Python 3.13 to make it with."""
    base = python_313()
    if base is None:
        return None
    folder = BUILD / "twin"
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp, python = folder / "complete", folder / "bin" / "python"
    wanted = run(base, "--version") + PINS.read_text(encoding="utf-8")
    with FileLock(BUILD / "twin.lock"):  # several processes may test
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            uv = Path(sys.executable).with_name("uv")
            run(uv, "venv", "-q", "--seed", "--python", base, folder)
            run(uv, "pip", "install", "-q", "--python", python, "-r", PINS)
            stamp.write_text(wanted, encoding="utf-8")
    return python


if __name__ == "__main__":
    print("tests" if python_313() else "")
