"""Mark a class: every answer of tests/answers in a notebook, hostile hand-ins, three systems; writes marking.json.

python -m benchmarks.marking [--answers FOLDER] [--most N] [--folder build/class] [--picture class.png]

FOLDER may add answers in `right/` and `wrong/`, a cell in each file. Each student hands in one lecture, solved but for
the exercises of which there are answers: the next right or wrong one each. The mark of every answer is compared with
what it is. Needs bubblewrap, because some hand-ins delete files, kill all processes and fill the disk.
"""

import argparse
import collections
import csv
import io
import json
import platform
import random
import re
import shutil
import sys
import time
from pathlib import Path

import torch

from nnlab.course.marking.lecture import lectures
from nnlab.course.marking.mark import mark
from nnlab.course.marking.sandbox import isolation
from nnlab.course.notebooks import BUILD, code_cells, paths, read
from nnlab.course.solve import guesses_in, names_in, solved

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))  # the hostile answers are those of the tests

import handed_in  # noqa: E402

SYSTEMS = ("Moodle", "Canvas", "Blackboard")
IMPORTS = """\
import math
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from nnlab.autograd import Value
from nnlab.batches import Batches
from nnlab.metrics import accuracy
from nnlab.models import MLP
"""


def answers(more):
    """Dictionary from exercises to lists of (whether right, code) from tests/answers and the folder `more`, if any."""
    found = collections.defaultdict(list)
    for path in sorted((HERE.parent / "tests" / "answers").glob("week*.py")):
        for part in path.read_text(encoding="utf-8").split("# %% ")[1:]:
            kind, name = re.match(r"(\w+) (\w+): ", part).groups()
            if kind != "missed":
                found[name].append((kind == "right", part.partition("\n")[2]))
    for path in sorted(Path(more).glob("*/*.py")) if more else ():
        code = path.read_text(encoding="utf-8").split("# demonstration")[0]
        name = re.search(r"^@check\n(?:def|class) (\w+)|check\.value\(\"(\w+)\"", code, re.M)
        if path.parent.name in ("right", "wrong") and name:
            code = code.replace("nnlab.checks.week", "nnlab.exercises.week")
            found[name[1] or name[2]].append((path.parent.name == "right", code))
    return found


def hand_ins(found, draw, most):
    """Yield (stem, notebook, dictionary from exercises to whether their answer is right) of ordinary students.

    At most `most` students hand in each lecture.
    """
    for lecture in lectures():
        own = [name for name in lecture.exercises if found[name]]
        begin = read(paths([lecture.stem])[0])
        for k in range(min(most, max((len(found[name]) for name in own), default=0))):
            notebook, right = solved(begin), dict.fromkeys(lecture.exercises, True)
            for cell in code_cells(notebook):
                for name in set(names_in(cell)) & set(own):
                    right[name], answer = found[name][k % len(found[name])]
                    cell.source = f"{IMPORTS}from nnlab.exercises.{lecture.week} import check\n\n{answer}"
                for guess in guesses_in(cell):
                    own_guess = cell.metadata["nnlab"]["guess"]
                    value = repr(round(own_guess * draw.uniform(0.3, 3), 1)) if isinstance(own_guess, int | float) \
                        else repr(draw.choice(re.findall(r"\"'([^']+)'\"", cell.source) or [own_guess]))
                    cell.source = f"{guess.targets[0].id} = {value}"
            yield lecture.stem, notebook, right


def placed(folder, number, system, notebook, stem):
    """Write a hand-in as the `system` exports it; the student's key in marks.csv."""
    handed_in.hand_in(folder, number, notebook, system, stem)
    return {"Moodle": f"moodle {1000000 + number}", "Canvas": f"canvas {2000000 + number}",
            "Blackboard": f"user{number}"}[system]


def main():
    """Mark a class, compare every mark, write marking.json; the exit status says whether all were as they should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", help="folder with further answers in right/ and wrong/")
    parser.add_argument("--folder", default=BUILD / "class", type=Path, help="where the hand-ins go")
    parser.add_argument("--most", type=int, default=100, help="students that hand in each lecture, at most")
    parser.add_argument("--picture", help="file for a picture of the page of the class")
    asked = parser.parse_args()
    if isolation() != "bubblewrap":
        sys.exit(f"{isolation()}; these hand-ins would change this very machine")
    folder = asked.folder
    for old in (folder, folder.with_name(f"{folder.name}-marks")):
        shutil.rmtree(old, ignore_errors=True)
    expected, hostile = {}, {}
    for number, (stem, notebook, right) in enumerate(hand_ins(answers(asked.answers), random.Random(0),
                                                                asked.most)):
        key = placed(folder, number, SYSTEMS[number % 3], notebook, stem)
        expected |= {(key, f"{stem[:7]} {name}"): well for name, well in right.items()}
    count = number + 1
    bodies = handed_in.HOSTILE | handed_in.FORGED
    for number, (kind, body) in enumerate(bodies.items(), start=count):
        stem = paths(["week01a"])[0].stem
        key = placed(folder, number, SYSTEMS[number % 3], handed_in.answered(body), stem)
        hostile[key] = kind
        expected[key, "week01a brightening"] = False
    begin = time.perf_counter()
    mark(folder, quick=True)
    seconds = time.perf_counter() - begin
    text = (folder.with_name(f"{folder.name}-marks") / "marks.csv").read_text(encoding="utf-8")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(text))}
    other = [(key, column) for (key, column), well in expected.items() if rows[key].get(column, "") != str(int(well))]
    for key, column in other:
        print(f"judged otherwise: {key} {column} {hostile.get(key, '')}")
    report = {"hand-ins": count + len(bodies), "hostile": len(bodies), "systems": len(SYSTEMS),
              "answers": len(expected), "right": sum(expected.values()), "judged otherwise": len(other),
              "lost": count + len(bodies) - len(rows), "seconds": round(seconds, 1),
              "machine": f"{platform.machine()}, Python {platform.python_version()}, torch {torch.__version__}"}
    (HERE / "marking.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))
    if asked.picture:
        from nnlab.course.browser import chromium
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1180, "height": 900})
            page.goto((folder.with_name(f"{folder.name}-marks") / "class.html").as_uri())
            page.screenshot(path=asked.picture, full_page=True)
    sys.exit(bool(other) or report["lost"] > 0)


if __name__ == "__main__":
    main()
