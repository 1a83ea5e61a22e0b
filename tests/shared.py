"""What several test files use: lines for the end of the report, the course's commands, a place for pictures."""

import os
import subprocess
import sys

from nnlab.course.notebooks import BUILD, ROOT

CAUGHT = []  # (guard rail, planted fault, what it said), for the table at the end
SEEN = []  # other lines for the end of the report


def course(*arguments):
    """Completed process of ``python -m nnlab.course`` with `arguments`."""
    environment = {name: value for name, value in os.environ.items() if name != "NNLAB_STRICT"}
    return subprocess.run([sys.executable, "-m", "nnlab.course", *arguments], cwd=ROOT, env=environment, capture_output=True,
                          text=True, timeout=600)


def look_folder():
    """Folder for pictures that a person may want to look at."""
    folder = BUILD / "look"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
