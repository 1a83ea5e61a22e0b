"""Marks as pages: one for each student, with the notebook's feedback, and one for the class."""

import collections
import hashlib
import re

from nnlab.course.frame import page, part
from nnlab.files import write_text

KINDS = ("correct", "incorrect", "broken", "ended", "not attempted", "missing")
SAME = 160  # letters of an answer from which two equal ones are pointed out
REPEAT = 0.6  # share of correct answers below which an exercise should be repeated
COMMON = 3  # students with the same mistake that make it a misconception


def write(rows, folder, lectures):
    """Write ``class.html`` and, in ``students/``, a page for each student to `folder`."""
    style = part("marking.css")
    by_stem, names = {one.stem: one for one in lectures}, {}
    rows = _told_apart(rows)
    for row in rows:
        names.setdefault(row.student, []).append(row)
    files = {student: f"students/{_file(student, own[0].name)}.html" for student, own in names.items()}
    for student, own in names.items():
        write_text(folder / files[student], page("student.html.j2", None, style=style, name=own[0].name,
                                                 parts=[_part(row, by_stem) for row in own]))
    made = [summary(one, [row for row in rows if row.lecture == one.stem], files) for one in lectures
            if any(row.lecture == one.stem for row in rows)]
    faults = [(row.name, files[row.student], row.place, row.faults) for row in rows if row.faults]
    write_text(folder / "class.html", page("class.html.j2", None, style=style, lectures=made, kinds=KINDS,
                                           faults=faults, students=len(names)))


def _told_apart(rows):
    """The `rows`, where several students have one name with the number of each behind it."""
    students = collections.defaultdict(set)
    for row in rows:
        students[row.name].add(row.student)
    return [row._replace(name=f"{row.name} ({row.student.rpartition(' ')[2]})") if len(students[row.name]) > 1 else row
            for row in rows]


def _file(student, name):
    """Name of a student's page: letters of the name, and digits that tell apart students of equal names."""
    words = "-".join(re.findall(r"[a-z0-9]+", name.casefold()))[:40] or "student"
    return f"{words}-{hashlib.sha256(student.encode()).hexdigest()[:6]}"


def _part(row, by_stem):
    """What a student's page shows of one notebook: a dictionary."""
    lecture = by_stem.get(row.lecture)
    questions = [(one, row.guesses.get(one.name), one.off(row.guesses.get(one.name)))
                 for one in (lecture.questions if lecture else ())]
    return {"title": lecture.title if lecture else row.place, "place": row.place, "marks": row.marks,
            "correct": row.correct, "questions": questions, "older": row.older,
            "faults": row.faults if not lecture else []}


def summary(lecture, rows, files):
    """What the page of the class shows of one `lecture`: a dictionary.

    Args:
        lecture: the `Lecture`.
        rows: the rows of those who handed it in.
        files: dictionary from each student to the page.
    """
    exercises = []
    for name in lecture.exercises:
        marks = [(row, mark) for row in rows for mark in row.marks if mark["name"] == name]
        counts = collections.Counter(mark["kind"] for _, mark in marks)
        said = collections.Counter(_reason(mark["says"]) for _, mark in marks if mark["kind"] == "incorrect")
        exercises.append({
            "name": name, "of": len(marks),
            "counts": [(kind, counts[kind], 100 * counts[kind] / max(1, len(marks))) for kind in KINDS if counts[kind]],
            "share": counts["correct"] / max(1, len(marks)),
            "reasons": [(reason, count) for reason, count in said.most_common(3) if reason],
        })
    share = sum(row.correct for row in rows) / max(1, sum(len(row.marks) for row in rows))
    return {"title": lecture.title, "stem": lecture.stem, "students": len(rows), "share": share, "exercises": exercises,
            "questions": [_guessed(one, rows) for one in lecture.questions], "repeat": _repeat(exercises),
            "same": _same(lecture, rows, files)}


def _reason(says):
    """The explanation in the feedback `says`, without the values that differ from answer to answer; or ""."""
    lines = [line.strip() for line in says.splitlines()[1:]]
    values = re.compile(r"(case|expected|yours|got|for|gradient|your line|\d+ of \d+)\b")
    return " ".join(line for line in lines if line and not values.match(line))[:240]


def _guessed(question, rows):
    """Distribution of the guesses at a `question`: a dictionary."""
    guesses = [row.guesses.get(question.name) for row in rows]
    counts = collections.Counter("no guess" if one is None else "looked" if one == "show" else str(one)
                                 for one in guesses)
    order = [*question.options, *sorted((one for one in counts if one not in (*question.options, "no guess", "looked")),
                                        key=_as_number), "no guess", "looked"]
    most = max(counts.values(), default=1)
    return {"heading": question.heading, "right": question.right, "measured": question.measured,
            "bars": [(one, counts[one], 100 * counts[one] / most, one == question.right) for one in order
                     if counts[one] or one in question.options]}


def _as_number(text):
    """Key that sorts numbers by size, before words."""
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text


def _repeat(exercises):
    """List of (exercise, sentence) of what to take up in the next lecture."""
    found = []
    for one in exercises:
        common = [(reason, count) for reason, count in one["reasons"] if count >= COMMON]
        if one["of"] >= COMMON and (one["share"] < REPEAT or common):
            said = f"{100 * one['share']:.0f} % of {one['of']} are correct"
            if common:
                said += f"; {common[0][1]} have the same mistake: {common[0][0]}"
            found.append((one, said))
    return sorted(found, key=lambda pair: pair[0]["share"])


def _same(lecture, rows, files):
    """List of (exercise, list of (name, page)) of answers that are equal to the letter and not short."""
    found = []
    for name in lecture.exercises:
        groups = collections.defaultdict(list)
        for row in rows:
            if len(text := row.answers.get(name, "")) >= SAME:
                groups[text].append((row.name, files[row.student]))
        found += [(name, sorted(group)) for group in groups.values() if len(group) > 1]
    return found
