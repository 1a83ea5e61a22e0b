"""Marks as tables: marks.csv, and the forms that Canvas and Moodle import."""

import csv
import io
from typing import NamedTuple

from nnlab.files import write_text


class Row(NamedTuple):
    """What one student has handed in for one lecture: the latest attempt.

    `lecture` is the stem of the notebook, or None where the file is no notebook of the course; `older` the places of
    earlier attempts.
    """

    student: str
    name: str
    known: object  # the `Student` of the roster, or None
    lecture: str | None
    place: str
    marks: list
    guesses: dict
    faults: list
    answers: dict
    older: tuple

    @property
    def correct(self):
        """Number of correct answers."""
        return sum(mark["kind"] == "correct" for mark in self.marks)


def rows(found, results, students, find):
    """List of `Row`, by name and lecture: the latest attempt of each student at each lecture.

    Args:
        found: list of the hand-ins.
        results: dictionary from their places to their results.
        students: list of the `Student` of the roster.
        find: function from a hand-in to its `Student`, or None.
    """
    attempts = {}
    for one in found:
        known = find(one) if students else None
        key = (known.id or known.name if known else one.student, results[one.place]["lecture"] or one.place)
        attempts.setdefault(key, []).append((one, known))
    made = []
    for (student, _), several in attempts.items():
        several.sort(key=lambda pair: (pair[0].when, pair[0].place))
        (one, known), result = several[-1], results[several[-1][0].place]
        faults = list(result["faults"])
        if students and known is None:
            faults.append("this student is not in the roster, or several there have this name")
        number, name = result.get("belongs", ("", ""))
        if known is not None and number not in ("", known.id, known.name):
            faults.append(f"this is the exam of {name}")
        made.append(Row(student, known.name if known else one.name, known, result["lecture"], one.place,
                        result["marks"], result["guesses"], faults, result["answers"],
                        tuple(other.place for other, _ in several[:-1])))
    return sorted(made, key=lambda row: (row.name.casefold(), row.student, row.lecture or "~"))


def write(rows, folder, students, lectures):
    """Write marks.csv, marks-canvas.csv and, for each of the `lectures`, marks-moodle-LECTURE.csv to `folder`.

    Students of the roster who have handed in nothing have rows, too.
    """
    chosen = [one for one in lectures if any(row.lecture == one.stem for row in rows)]
    people = _people(rows, students)
    exercises = [(one.stem, name) for one in chosen for name in one.exercises]
    columns = [f"{stem[:7]} {name}" for stem, name in exercises]
    table = [["student", "name", *columns, "correct", "of", "files", "notes"]]
    for key, (name, _, own) in people.items():
        kinds = {(row.lecture, mark["name"]): mark["kind"] for row in own for mark in row.marks}
        table.append([key, name, *("" if place not in kinds else int(kinds[place] == "correct") for place in exercises),
                      sum(row.correct for row in own), len(exercises), "; ".join(row.place for row in own),
                      "; ".join(fault for row in own for fault in row.faults) or ("" if own else "nothing handed in")])
    _csv(folder / "marks.csv", table)

    begin = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    table = [[*begin, *(one.title for one in chosen)], ["    Points Possible", "", "", "", "",
                                                        *(len(one.exercises) for one in chosen)]]
    for key, (name, known, own) in people.items():
        row = known.row if known else {}
        first = [row.get(column) or "" for column in begin] if row.get("Student") else [name, *_number(key), "", "", ""]
        by = {one.lecture: one.correct for one in own}
        table.append([*first, *(by.get(one.stem, "") for one in chosen)])
    _csv(folder / "marks-canvas.csv", table)

    for one in chosen:
        table = [["Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Feedback comments"]]
        for key, (name, known, own) in people.items():
            row = next((row for row in own if row.lecture == one.stem), None)
            given = known.row if known else {}
            identifier = given.get("Identifier") or " ".join(["Participant", *_number(key)])
            said = ", ".join(f"{mark['name']}: {mark['kind']}" for mark in row.marks) if row else "nothing handed in"
            table.append([identifier, name, given.get("Email address") or "", row.correct if row else "",
                          len(one.exercises), said])
        _csv(folder / f"marks-moodle-{one.stem}.csv", table)


def _people(rows, students):
    """Dictionary from each student's key to (name, `Student` or None, list of own rows), those of the roster first."""
    people = {one.id or one.name: (one.name, one, []) for one in students}
    for row in rows:
        people.setdefault(row.student, (row.name, row.known, []))[2].append(row)
    return people


def _number(key):
    """The number in a key such as "moodle 1234567", as a list of one."""
    return [key.rpartition(" ")[2]]


def _csv(path, table):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([_safe(value) for value in line] for line in table)
    write_text(path, text.getvalue())


def _safe(value):
    """The `value` of a cell; text that a spreadsheet would take for a formula begins with an apostrophe."""
    if not isinstance(value, str):
        return value
    value = "".join(letter if letter.isprintable() else " " for letter in value)
    return f"'{value}" if value.lstrip()[:1] in ("=", "+", "-", "@") else value
