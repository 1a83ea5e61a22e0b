"""Marking a folder of hand-ins: nothing is lost, no mark is forged, whatever is handed in."""

import csv
import os
import time
import zipfile

import nbformat
import pytest
import torch
from handed_in import FORGED, HOSTILE, LECTURE, ODD, RIGHT, WRONG, answered, hand_in
from shared import SEEN, look_folder

from nnlab.checks.candidate import same_gradients
from nnlab.checks.running import Outcome
from nnlab.course.marking import mark, plain, sandbox
from nnlab.course.marking.handins import handins, roster, student_of
from nnlab.course.marking.submitted import Submitted
from nnlab.course.notebooks import paths, read
from nnlab.course.solve import solved

SYSTEMS = ("Moodle", "Canvas", "Blackboard", "archive")
BROKEN = {"empty": b"", "no notebook": b"<html>Log in</html>", "truncated": b'{"cells": [{"cell_type": "co',
          "no cells": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
          "deep": b"[" * 100_000, "no text": bytes(range(256)) * 50}


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """(folder, marks, verdict of `brightening` by place, seconds) of a folder with every kind of hand-in."""
    folder = tmp_path_factory.mktemp("class") / "hand-ins"
    bodies = [*(("right", RIGHT),) * 3, *WRONG.items(), *HOSTILE.items(), *FORGED.items()]
    places = {}
    for number, (kind, body) in enumerate(bodies, start=1):
        places[hand_in(folder, number, answered(body), SYSTEMS[number % 4])] = kind
    deletes = f"    import shutil\n    shutil.rmtree({str(folder)!r}, ignore_errors=True)\n" + RIGHT
    places[hand_in(folder, 60, answered(deletes), "Moodle")] = "deletes the others"
    syntax = answered("    return after.float( - before\n")
    places[hand_in(folder, 61, syntax, "Moodle")] = "no Python"
    for k, (kind, source) in enumerate(ODD.items(), start=80):
        odd = answered(RIGHT if kind != "a chain" else RIGHT.replace("return", "z3000\n    return"))
        odd.cells.append(nbformat.v4.new_code_cell(source))
        places[hand_in(folder, k, odd, SYSTEMS[k % 3])] = kind
    for k, (kind, data) in enumerate(BROKEN.items(), start=70):
        places[hand_in(folder, k, data, SYSTEMS[k % 3])] = kind
    begin = time.perf_counter()
    assert mark.mark(folder, seconds=16, quick=True)
    seconds = time.perf_counter() - begin
    out = folder.with_name("hand-ins-marks")
    with open(out / "marks.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return folder, out, places, rows, seconds


def row_of(rows, places, kind):
    """The row of marks.csv of a hand-in of that `kind`."""
    [place] = [place for place, one in places.items() if one == kind]
    [row] = [row for row in rows if place.replace("!", "") in row["files"].partition("!")[0]]
    return row


def test_every_hand_in_is_marked_and_nothing_is_lost(marked):
    folder, out, places, rows, seconds = marked
    assert len(rows) == len(places) and len(list((out / "students").glob("*.html"))) == len(places)
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if sandbox.isolation() == "bubblewrap":
        assert here == set(places), "an answer has deleted what others handed in"
    SEEN.append(f"marking: {len(places)} hand-ins, {len(HOSTILE) + len(FORGED) + 1} of them hostile, {len(BROKEN)} no "
                f"notebooks, in {seconds:.0f} s, {seconds / len(places):.1f} s each ({sandbox.isolation()[:10]})")


@pytest.mark.parametrize("kind", [*WRONG, *HOSTILE, *FORGED, "no Python"])
def test_what_is_not_right_gets_no_mark_and_the_rest_of_the_notebook_does(marked, kind):
    row = row_of(marked[3], marked[2], kind)
    assert row[f"{LECTURE} brightening"] == "0", row
    assert row["correct"] == "2" and row["of"] == "3", row


def test_right_answers_are_right(marked):
    rows = [row for row in marked[3] if row["correct"] == "3"]
    kinds = {marked[2].get(row["files"].partition("!")[0]) for row in rows}
    assert kinds == {"right", "deletes the others", "half a letter", "long sum", "blank lines"} and len(rows) == 7
    for kind, said in (("many digits", "cannot be marked"), ("guesses many digits", "cannot be marked"),
                       ("a chain", "MB of code")):
        assert said in row_of(marked[3], marked[2], kind)["notes"]


@pytest.mark.parametrize("kind", BROKEN)
def test_files_that_are_no_notebooks_are_named(marked, kind):
    row = row_of(marked[3], marked[2], kind)
    assert row["correct"] == "0" and ("no notebook" in row["notes"] or "is empty" in row["notes"]
                                      or "no exercise of this course" in row["notes"] or "nested" in row["notes"])


@pytest.mark.parametrize("kind, said", [
    ("many processes", "processes"), ("exits", "brightening"), ("calls the reference", ""), ("crashes", "SIGSEGV"),
    ("sleeps", "had not ended"), ("replaces the judge", "imports nnlab.checks.judging"),
])
def test_the_lecturer_is_told_what_happened(marked, kind, said):
    row = row_of(marked[3], marked[2], kind)
    page = next((marked[1] / "students").glob(f"*{row['name'].lower().replace(' ', '-')}*"), None)
    assert said in row["notes"] + (page.read_text(encoding="utf-8") if page else "")


def test_a_second_run_marks_nothing_again_and_a_changed_notebook_alone(marked, capsys):
    folder = marked[0]
    before = (marked[1] / "marks.csv").read_text()
    assert mark.mark(folder, quick=True)
    assert "0 to mark" in capsys.readouterr().out and (marked[1] / "marks.csv").read_text() == before
    hand_in(folder, 1, answered(RIGHT + "    # changed\n"), SYSTEMS[1])
    assert mark.mark(folder, quick=True)
    assert "1 to mark" in capsys.readouterr().out
    hand_in(folder, 1, answered(RIGHT), SYSTEMS[1])


def test_pages_ask_for_nothing_and_execute_nothing(marked):
    for page in [marked[1] / "class.html", *(marked[1] / "students").glob("*.html")]:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text and "http" not in text.replace("http-equiv", "")


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_look_right_on_a_screen_and_a_phone(marked, browser, theme):
    from figures import axe
    [student] = (marked[1] / "students").glob(f"{row_of(marked[3], marked[2], 'integers')['name'].lower()}*")
    for kind, page_file in (("class", marked[1] / "class.html"), ("student", student)):
        for width in (1180, 390):
            context = browser.new_context(offline=True, color_scheme=theme, bypass_csp=True,
                                          viewport={"width": width, "height": 900})
            page = context.new_page()
            page.goto(page_file.as_uri())
            assert axe(page)[0] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
            page.screenshot(path=look_folder() / f"marks-{kind}-{theme}-{width}.png", full_page=True)
            context.close()


def test_data_of_a_process_that_is_not_trusted_is_data():
    tensor = torch.tensor([1.0, 2.0])
    tensor.detach = torch.FloatTensor
    got = plain.decode(plain.read(plain.written(tensor)))
    assert not vars(got) and got.detach().tolist() == [1, 2]
    shared = 1
    for _ in range(60):
        shared = ["list", [shared, shared]]
    for bad in (shared, torch.zeros(1).expand(1 << 40), 1 << 100_000, ["list"], ["what", 1], {"a": 1}):
        with pytest.raises(plain.Unreadable):
            plain.decode(plain.read(plain.written(bad)))


def test_gradients_of_another_shape_are_other_gradients():
    right = Outcome([torch.ones(2, 3), None], None, (), "", (), ())
    near = [right]
    assert same_gradients(right, near, right)
    for value in ([torch.ones(2, 1), None], [torch.ones(2, 2, 3), None], [torch.ones(2, 3)], [], None, [7, None],
                  [torch.ones(2, 3).double(), None]):
        assert not same_gradients(right, near, Outcome(value, None, (), "", (), ()))


@pytest.mark.parametrize("place, student", [
    ("Eve_1000009_assignsubmission_file_/Ada King_1000001_assignsubmission_file_/x.ipynb", "moodle 1000009"),
    ("Eve_1000009_assignsubmission_file_Ada King_1000001_assignsubmission_file_x.ipynb", "moodle 1000009"),
    ("evelin_2000009_30009_ada_attempt_2099-01-01-00-00-00_x.ipynb", "canvas 2000009"),
    ("Week 1_eve_attempt_2026-11-20-10-11-12_ada_attempt_2099-01-01-00-00-00_x.ipynb", "eve"),
    ("Eve/Ada King/x.ipynb", "Eve"), ("Eve/ada_attempt.ipynb", "Eve"),
])
def test_a_student_cannot_take_the_name_of_another(place, student, tmp_path):
    for one in (place, "Ada King/y.ipynb"):
        (tmp_path / one).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / one).write_bytes(b"{}")
    [found] = [one for one in handins(tmp_path) if one.place == place]
    assert found.student == student


def test_an_archive_names_nobody_else(tmp_path):
    folder = tmp_path / "Eve_1000009_assignsubmission_file_"
    folder.mkdir()
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("Ada King_1000001_assignsubmission_file_/x.ipynb", "{}")
    [found] = handins(tmp_path)
    assert found.student == "moodle 1000009"
    data = (folder / "all.zip").read_bytes()
    (folder / "all.zip").write_bytes(data.replace(b"PK\x01\x02", b"PK\x01\x03"))
    assert "cannot be read" in handins(tmp_path)[0].fault


@pytest.mark.parametrize("code, answer", [
    ("@check\ndef relu(x):\n    return x", "return x"), ("def relu(x):\n    return x", "return x"),
    ("relu = check(lambda x: 1)", "lambda x: 1"), ("def mine(x):\n    return x\n\nrelu = check(mine)", "mine"),
    ("def relu(x):\n    return 2\n\nrelu = check(relu)", "return 2"), ("relu = torch.relu", None),
    ("@check\ndef relu(x):\n    return 3\n\ndef relu(x):\n    return 4", "return 3"),
    ('relu = check.value("relu", [..., ...])', None), ('relu = check.value("relu", [1, ...])', "[1, ...]"),
])
def test_the_answer_is_found_in_whatever_form_it_is_given_to_check(code, answer):
    text = Submitted(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])).text_of("relu")
    assert text is None if answer is None else answer in text, text


def test_what_an_answer_uses_comes_along_at_any_depth_and_nothing_else():
    cells = ["import torch\nsize = 3", "table = torch.ones(size)\nprint(table)", "grid = table * 2\nother = grid + 1",
             "def inner(x):\n    return x * grid", "def outer(x):\n    return inner(x)", "scale = lambda x: outer(x)",
             "@check\ndef relu(x):\n    return scale(x)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    program = [piece.text.strip() for piece in Submitted(notebook).program("relu")]
    space = {}
    for text in program:
        exec(text, space)
    assert space["__answer__"](1).tolist() == [2, 2, 2]
    assert not any("print" in text or "other" in text for text in program), program


def test_the_courses_own_cells_are_not_suspicious():
    for path in paths():
        handed = Submitted(solved(read(path)))
        assert [said for said in handed.suspicious(Submitted(read(path)).sources()) if "imports" in said] == []
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(
        "import threading\nthreading.Thread()\nexec('1')")])
    assert Submitted(notebook).suspicious() == ["code cell 1 starts threads", "code cell 1 executes text (exec)"]


def test_names_of_three_systems_are_read(tmp_path):
    notebook = answered(RIGHT)
    for number, system in enumerate(SYSTEMS, start=1):
        hand_in(tmp_path, number, notebook, system)
    (tmp_path / "Grace Hopper").mkdir()
    (tmp_path / "Grace Hopper" / "week 1.ipynb").write_bytes(b"{}")
    (tmp_path / "alone.ipynb").write_bytes(b"{}")
    found = {one.student: (one.name, one.system) for one in handins(tmp_path)}
    assert found == {
        "moodle 1000001": ("Student 01", "Moodle"), "canvas 2000002": ("student", "Canvas"),
        "user3": ("user3", "Blackboard"), "moodle 1000004": ("Student 04", "Moodle"),
        "Grace Hopper": ("Grace Hopper", "files"), "alone": ("alone", "files")}


def test_the_latest_attempt_counts_and_the_roster_names_those_who_are_missing(tmp_path, capsys):
    folder = tmp_path / "all"
    early, late = (f"Week 1_ada_attempt_2026-11-{day}-10-00-00_{LECTURE}.ipynb" for day in (19, 20))
    folder.mkdir()
    (folder / early).write_bytes(b"")
    (folder / late).write_bytes(b"<html>")
    os.utime(folder / early, (2e9, 2e9))
    (tmp_path / "roster.csv").write_text("\ufeffFull name,Username,Email address\nAda King,ada,ada@x.org\n"
                                         "=cmd|' /C calc'!A0,bob,bob@x.org\n", encoding="utf-8")
    students = roster(tmp_path / "roster.csv")
    assert [student_of(one, students).name for one in handins(folder)] == ["Ada King", "Ada King"]
    mark.mark(folder, quick=True, roster_file=tmp_path / "roster.csv")
    with open(tmp_path / "all-marks" / "marks.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["Ada King", "'=cmd|' /C calc'!A0"], "no formula for a spreadsheet"
    assert rows[1]["notes"] == "nothing handed in" and late in rows[0]["files"]


@pytest.mark.parametrize("arguments, message", [((), "holds no notebook"), (("nowhere",), "is no folder")])
def test_bad_folders_are_named(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        mark.mark(tmp_path.joinpath(*arguments))


def test_a_roster_without_names_is_named(tmp_path):
    (tmp_path / "roster.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="has the columns 'a', 'b'; it needs one of names"):
        roster(tmp_path / "roster.csv")
