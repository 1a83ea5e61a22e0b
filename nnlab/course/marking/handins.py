"""Finding the notebooks that students have handed in, in whatever folders a learning management system exports them.

Known are Moodle (``Full Name_1234567_assignsubmission_file_``, as a folder or before the file's name), Canvas
(``lastnamefirstname_LATE_1234_56789_file.ipynb``), Blackboard (``..._username_attempt_2026-11-20-10-11-12_file``), a
folder for each student, and files alone; archives (ZIP) are looked into.
"""

import csv
import datetime
import os
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

LARGEST = 50 << 20  # bytes of one notebook
MOST = 20_000  # files of an archive that are looked at
_MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<id>\d{3,})_assignsubmission_file_?(?P<rest>.*)")
_CANVAS = re.compile(r"(?P<name>[^\W\d_]+)_(?P<late>LATE_)?(?P<id>\d{3,})_(?P<submission>\d{3,})_(?P<rest>.+)")
_BLACKBOARD = re.compile(r"(?:.*?_)?(?P<id>[^_/]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})_?(?P<rest>.*)")
_SKIPPED = re.compile(r"(^|/)(\.|__MACOSX/)|\.ipynb_checkpoints/|-checkpoint\.ipynb$")


class HandIn(NamedTuple):
    """One notebook as it was handed in.

    `student` is the key that tells students apart, `name` what the export says of them, `system` the kind of export,
    `place` the path in the folder (in an archive after ``!``), `when` a time that orders attempts, `data` the bytes,
    or None where the file is too large or cannot be read (`fault` says why).
    """

    student: str
    name: str
    system: str
    place: str
    when: str
    data: bytes | None
    fault: str = ""


def handins(folder):
    """List of all `HandIn` in `folder`, in the order of their places.

    Raises:
        ValueError: `folder` is no folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; give the folder with the notebooks that were handed in")
    found = []
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if _SKIPPED.search(place) or path.is_symlink() or not path.is_file():
            continue
        when = datetime.datetime.fromtimestamp(path.stat().st_mtime).isoformat(timespec="seconds")
        if path.suffix == ".ipynb":
            found.append(_made(place, when, *_bytes_of(path)))
        elif path.suffix == ".zip":
            found += _in_archive(path, place, when)
    return _named(found)


def _named(found):
    """The hand-ins `found`, those of no known system named by the first folder in which they differ, or by the file."""
    folders = [_folders(one.place) for one in found if one.system == "files"]
    shared = len(os.path.commonprefix(folders)) if folders else 0
    if shared and any(len(parts) == shared for parts in folders):
        shared -= 1  # notebooks lie in that folder itself: it is a student's
    names = {one.place: (_folders(one.place)[shared:] or [PurePosixPath(one.place.replace("!", "/")).stem])[0]
             for one in found if one.system == "files"}
    return [one._replace(student=names[one.place], name=names[one.place]) if one.place in names else one
            for one in found]


def _folders(place):
    """Names of the folders in a `place`, outermost first; an archive that lies in none counts as one."""
    *parts, _ = PurePosixPath(place.replace("!", "/")).parts
    plain = [part for part in parts if not part.endswith(".zip")]
    return plain or [PurePosixPath(part).stem for part in parts[:1]]


def _bytes_of(path):
    """The bytes of the file `path`, or None and the reason."""
    try:
        if path.stat().st_size > LARGEST:
            return None, f"the file has {path.stat().st_size / 1e6:.0f} MB; {LARGEST / 1e6:.0f} MB are the most"
        return path.read_bytes(), ""
    except OSError as error:
        return None, f"the file cannot be read ({error.strerror})"


def _in_archive(path, place, when):
    """The notebooks in the archive `path`."""
    found = []
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:MOST]:
                inner = f"{place}!{entry.filename}"
                if entry.is_dir() or not entry.filename.endswith(".ipynb") or _SKIPPED.search(entry.filename):
                    continue
                if entry.file_size > LARGEST:
                    found.append(_made(inner, when, None, f"it has {entry.file_size / 1e6:.0f} MB when unpacked"))
                    continue
                with archive.open(entry) as file:
                    data = file.read(LARGEST + 1)
                found.append(_made(inner, when, data if len(data) <= LARGEST else None,
                                   "" if len(data) <= LARGEST else "it is larger than it says"))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
            NotImplementedError) as error:
        found.append(_made(place, when, None, f"the archive cannot be read ({error})"))
    return found


def _made(place, when, data, fault):
    """The `HandIn` at `place`: its student from the names of the folders and of the file, the outermost first.

    The outermost is the system's own; what is below it, or behind it in the file's name, students have named.
    """
    place = "".join(letter if letter.isprintable() else "\ufffd" for letter in
                    place.encode("utf-8", "replace").decode("utf-8"))
    parts = PurePosixPath(place.replace("!", "/")).parts
    for part in parts:
        if found := _MOODLE.fullmatch(part):
            return HandIn(f"moodle {found['id']}", found["name"], "Moodle", place, when, data, fault)
        if part.endswith((".ipynb", ".zip")) and (found := _CANVAS.fullmatch(part)):
            order = f"{int(found['submission']):020}"
            return HandIn(f"canvas {found['id']}", found["name"], "Canvas", place, order, data, fault)
        if part.endswith((".ipynb", ".zip")) and (found := _BLACKBOARD.fullmatch(part)):
            return HandIn(found["id"], found["id"], "Blackboard", place, found["when"], data, fault)
    return HandIn("", "", "files", place, when, data, fault)


class Student(NamedTuple):
    """A row of the roster: a number or address that identifies the student, the name, and the row itself."""

    id: str
    name: str
    row: dict


_IDS = ("sis login id", "sis user id", "username", "user name", "id number", "student id", "id", "identifier", "email",
        "email address", "matriculation number")
_NAMES = ("full name", "name", "student", "student name")


def roster(path):
    """List of the `Student` in the CSV file `path`, as Moodle and Canvas export it or with columns "name" and "id".

    Raises:
        ValueError: it has no column of names or none that identifies students; the message lists its columns.
    """
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0]) if rows else []
    folded = {column.casefold().strip(): column for column in columns if column}
    name = next((folded[one] for one in _NAMES if one in folded), None)
    first, last = folded.get("first name"), folded.get("last name") or folded.get("surname")
    ids = [folded[one] for one in _IDS if one in folded and folded[one] != name]
    if not ids or not (name or (first and last)):
        raise ValueError(f"{path} has the columns {', '.join(map(repr, columns)) or '(none)'}; it needs one of names "
                         "('name', 'Full name', 'Student') and one of numbers or addresses ('id', 'username', 'Email "
                         "address')")
    return [Student(row[ids[0]] or "", row[name] if name else f"{row[first]} {row[last]}", row) for row in rows
            if (row[name] if name else row[last] or "").strip() and "points possible" not in str(row.get(name)).lower()]


def student_of(handin, students):
    """The one of `students` that handed in `handin`; None where none or several fit."""
    number = handin.student.rpartition(" ")[2]
    for fits in (lambda one: any(_same(value, number) for value in one.row.values() if isinstance(value, str)),
                 lambda one: _letters(one.name) == _letters(handin.name),
                 lambda one: sorted(_words(one.name)) == sorted(_words(handin.name))):
        found = [one for one in students if fits(one)]
        if len(found) == 1:
            return found[0]
    return None


def _same(value, number):
    """Whether the `value` of a roster is `number`, perhaps after a word as in Moodle's "Participant 12"."""
    value = value.strip().casefold()
    number = number.casefold()
    return number != "" and (value in (number, f"participant {number}") or value.partition("@")[0] == number)


def _words(name):
    return re.findall(r"\w+", name.casefold())


def _letters(name):
    """The letters of a name as Canvas writes it, last name first: "Ada King" and "King, Ada" become "kingada"."""
    words = _words(name)
    if "," not in name and len(words) > 1:
        words = [words[-1], *words[:-1]]
    return "".join(words)
