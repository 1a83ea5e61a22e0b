"""Exams: numbers of their own from a secret seed, notebooks that need no package, marks that are fair."""

import csv
import json

import nbformat
import pytest
from shared import SEEN

from nnlab.checks.inputs import drawn
from nnlab.checks.running import agree
from nnlab.course.exam import judged, tasks, values, variants, write
from nnlab.course.marking.mark import mark
from nnlab.course.marking.secret import Numbers
from nnlab.course.mutants import weeks
from nnlab.course.notebooks import ROOT, code_cells

pytestmark = pytest.mark.usefixtures("one_thread")
NAMES = ["week01c", "week02b", "week04.steps_needed", "week04.batch_arithmetic", "week06b"]
ROSTER = "Full name,Username\nAda King,ada\nBob Ray,bob\nEve Lin,eve\nDan Roe,dan\n"


@pytest.fixture(scope="module")
def exam(tmp_path_factory):
    """Folder of an exam for four students, from a known seed; beside it the roster."""
    folder = tmp_path_factory.mktemp("exam")
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "seed").write_text("a secret of this test\n")
    assert write.write(NAMES, folder / "out", folder / "seed", folder / "roster.csv")
    return folder


def variant_of(folder, name):
    """(code, tasks with their exercises and variations) of a student."""
    key = json.loads((folder / "out" / "key.json").read_text())
    code, variant = next((code, one) for code, one in key["variants"].items() if one["name"] == name)
    return code, [(task, weeks()[task["week"]].exercises[task["exercise"]], particular)
                  for task, particular in zip(key["tasks"], variant["tasks"], strict=True)]


def notebook_of(folder, name):
    """The exam's notebook of a student, as it was handed out."""
    [path] = (folder / "out" / "notebooks").glob(f"{name.replace(' ', '-')}-*.ipynb")
    return nbformat.read(path, 4)


def showing(exercise, source):
    """Code of a tuple of arguments for which the function with a fault, `source`, is wrong; and of one for which not.

    The second is None where every line that was tried shows the fault.
    """
    names, found = dict(exercise.reference.__globals__), {}
    exec(source, names)
    for line, _ in drawn(exercise, 60, 3):
        right, got = (variants.expected(exercise, line, answer) for answer in (None, names[exercise.name]))
        found.setdefault(agree(right, got), "(" + line.partition("(")[2][:-1] + ",)")
    return found.get(False), found.get(True)


def filled(notebook, answers):
    """The notebook with the code in `answers` in place of what asks for it, by the names of the answers."""
    for cell in code_cells(notebook):
        for name, code in answers.items():
            if cell.source.startswith((f"{name} = ", f"def {name}(")) or f"\n{name} = [" in cell.source:
                cell.source = code
    return notebook


def answers_of(folder, name, right):
    """Code of right answers of a student, or of wrong ones, by the names of the answers."""
    found = {}
    for task, exercise, particular in variant_of(folder, name)[1]:
        first, own = task["answers"][0], exercise.name
        if task["kind"] == "value":
            one, *others = [variants.expected(exercise, particular["line"], answer).value
                            for answer in (None, *(wrong.answer for wrong in exercise.wrong))]
            value = one if right else next(other for other in others if not values.close(one, other))
            found[first] = f"{first} = {values.plain(value)}"
        elif task["kind"] == "choose":
            order = tasks.ordered(exercise, particular["order"])
            found[first] = f"{own} = {order.reference if right else [*order.reference[1:], order.reference[0]]}"
        else:
            if task["kind"] == "repair":
                found[first] = f"{first} = {showing(exercise, particular['source'])[0 if right else 1] or (0,)}"
            found[own] = exercise.source if right else f"def {own}(*arguments):\n    return 7"
    return found


def test_everyone_has_numbers_of_their_own_and_the_same_seed_gives_the_same(exam, tmp_path):
    shown = {path.name: path.read_text() for path in (exam / "out" / "notebooks").iterdir()}
    variations = [json.dumps([one[2] for one in variant_of(exam, name)[1]]) for name in ("Ada King", "Bob Ray")]
    assert {task["kind"] for task, _, _ in variant_of(exam, "Ada King")[1]} == set(tasks.KINDS)
    assert len(shown) == 4 and variations[0] != variations[1]
    write.write(NAMES, tmp_path / "again", exam / "seed", exam / "roster.csv")
    assert {path.name: path.read_text() for path in (tmp_path / "again" / "notebooks").iterdir()} == shown
    write.write(["week01.softmax"], tmp_path / "new", roster_file=exam / "roster.csv")
    assert len((tmp_path / "new" / "seed.txt").read_text().strip()) == 32


def test_the_kinds_of_tasks_are_those_that_are_asked_for(tmp_path):
    write.write(["week01.softmax", "week04a"], tmp_path / "a", kinds=["value", "choose"])
    key = json.loads((tmp_path / "a" / "key.json").read_text())
    assert {task["kind"] for task in key["tasks"]} == {"value", "choose"} and len(key["variants"]) == 1
    write.write(["week01.softmax"], tmp_path / "b", kinds=["repair"])
    key = json.loads((tmp_path / "b" / "key.json").read_text())
    assert [task["kind"] for task in key["tasks"]] == ["repair"]


def test_no_value_and_no_line_is_one_that_the_course_asks(exam):
    key = json.loads((exam / "out" / "key.json").read_text())
    for task, exercise, particular in variant_of(exam, "Ada King")[1]:
        if task["kind"] == "value":
            known = {*exercise.cases, *(line for line, _ in drawn(exercise))}
            assert particular["line"] not in known and particular["line"] not in exercise.statement
        if task["kind"] in ("repair", "write") and exercise.inputs:
            lines = key["lines"][f"{task['week']}.{task['exercise']}"]
            assert lines and set(lines) - {line for line, _ in drawn(exercise)}


def test_the_notebooks_need_no_package_run_as_they_are_and_hold_no_answer(exam):
    for name in ("Ada King", "Eve Lin"):
        notebook, space = notebook_of(exam, name), {}
        text = "\n".join(cell.source for cell in notebook.cells)
        assert "nnlab" not in text.replace("nnlab_exam", "")
        for cell in code_cells(notebook):
            exec(cell.source, space)
        for task, exercise, particular in variant_of(exam, name)[1]:
            if task["kind"] == "write":
                assert exercise.source.strip().splitlines()[-1].strip() not in text
            if task["kind"] == "repair":
                wrong, _ = showing(exercise, particular["source"])
                assert wrong, "no arguments show this fault"


@pytest.fixture(scope="module")
def marked(exam, tmp_path_factory):
    """Rows of marks.csv by the names of the students, and the folder of the marks."""
    folder = tmp_path_factory.mktemp("handed") / "in"
    folder.mkdir()
    made = {"ada": filled(notebook_of(exam, "Ada King"), answers_of(exam, "Ada King", True)),
            "bob": filled(notebook_of(exam, "Bob Ray"), answers_of(exam, "Bob Ray", False)),
            "eve": notebook_of(exam, "Eve Lin"),
            "dan": filled(notebook_of(exam, "Ada King"), answers_of(exam, "Ada King", True))}
    forged = "class Same(float):\n    __eq__ = lambda self, other: True\n    __hash__ = float.__hash__\n"
    value = next(cell for cell in code_cells(made["eve"]) if cell.source.endswith("_value = ..."))
    value.source = forged + value.source.replace("...", "Same(1)")
    for name, notebook in made.items():
        (folder / f"Exam_{name}_attempt_2026-11-20-10-11-12_exam.ipynb").write_text(nbformat.writes(notebook))
    (folder / "Exam_zoe_attempt_2026-11-20-10-11-12_exam.ipynb").write_bytes(
        (ROOT / "notebooks" / "week01a_neurons.ipynb").read_bytes())
    assert mark(folder, roster_file=exam / "roster.csv", exam=exam / "out" / "key.json", seconds=30)
    with open(folder.with_name("in-marks") / "marks.csv", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}, folder.with_name("in-marks")


def test_right_answers_are_right_and_wrong_ones_wrong(marked):
    rows, folder = marked
    ada, bob = rows["Ada King"], rows["Bob Ray"]
    assert ada["correct"] == ada["of"] and int(ada["of"]) >= 15, ada
    wrong = {name for name, value in bob.items() if name.startswith("exam ") and value == "1"}
    assert not wrong, wrong
    page = next((folder / "students").glob("bob-*")).read_text(encoding="utf-8")
    assert "is not right" in page and "expected" in page and "both" in page
    assert not ada["notes"], ada["notes"]
    SEEN.append(f"exam: {ada['of']} answers of 4 students are marked, each right one as right, no wrong one")


def test_what_was_left_as_it_is_gets_nothing_and_a_forged_value_neither(marked):
    eve = marked[0]["Eve Lin"]
    assert eve["correct"] == "0", eve
    page = next((marked[1] / "students").glob("eve-*")).read_text(encoding="utf-8")
    assert page.count("not attempted") >= 14


def test_another_students_exam_and_another_notebook_are_pointed_out(marked):
    assert "this is the exam of Ada King" in marked[0]["Dan Roe"]["notes"]
    assert "no exercise of this exam" in marked[0]["zoe"]["notes"]


@pytest.mark.parametrize("names, more, message", [
    (["week01.softmux"], {}, "no exercise; choose from: .*softmax"), (["week99"], {}, "choose from: week01a_neurons"),
    (["week01.softmax"], {"kinds": ["essay"]}, "unknown kind of task 'essay'; choose from: value, repair"),
    (["week04.Adam"], {}, "none of these exercises can be asked"),
])
def test_what_cannot_be_asked_is_named(names, more, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        write.write(names, tmp_path / "out", **more)
    assert not (tmp_path / "out").exists()


def test_the_key_stays_out_of_the_repository_and_no_exam_is_written_over(exam, tmp_path):
    with pytest.raises(ValueError, match="inside the repository, which students have"):
        write.write(NAMES, ROOT / "exam")
    with pytest.raises(ValueError, match="holds an exam already"):
        write.write(NAMES, exam / "out")
    (tmp_path / "short").write_text("abc")
    with pytest.raises(ValueError, match="has 3 characters: a secret seed has at least 8"):
        write.write(NAMES, tmp_path / "out", tmp_path / "short")
    (tmp_path / "key.json").write_text("[]")
    with pytest.raises(ValueError, match="is no key of an exam"):
        judged.Exam(tmp_path / "key.json", [], 10)


@pytest.mark.parametrize("right, given, close", [
    (0.5921940, 0.5922, True), (0.5921940, 0.59, False), (827, 827.0, True), (827, 828, False), (0.0, 0.0, True),
    ([0.5, 2], [0.5, 2], True), ((0.5, 2), [0.5, 3], False), (0.0, 0.001, False), (True, 1, False), (3, [3], True),
    ((2.0, 0.0), [[2.0], 0.0], True), ([[1.0, 2.0]], [1.0], False),
    (1.0, float("nan"), False), ([1.0, 1e-3], [1.0, 0.0], False), (0.25, "0.25", False), ([1.0], 1.0, True),
])
def test_values_are_right_to_four_digits_and_whole_numbers_exactly(right, given, close):
    assert values.close(right, given) is close


def test_every_lecture_can_be_asked():
    kinds = dict.fromkeys(tasks.KINDS, 0)
    for week in weeks():
        own = [tasks.task_of(week, exercise, ("write", "choose"), Numbers("a secret of this test"))
               for week, exercise in tasks.exercises_of([week])]
        own = [task for task in own if task is not None]
        assert own, week
        for task in own:
            kinds[task.kind] += 1
    assert kinds["write"] >= 90 and kinds["choose"] >= 9
    SEEN.append(f"exam: {kinds['write']} functions and {kinds['choose']} quizzes of the course can be asked")

