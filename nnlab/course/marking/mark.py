"""``python -m nnlab.course mark FOLDER``: judge every notebook in a folder again, and write marks and pages."""

import collections
import concurrent.futures
import functools
import hashlib
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
from tqdm import tqdm

from nnlab.course.exam.judged import Exam
from nnlab.course.marking import pages, tables
from nnlab.course.marking.coursework import Coursework
from nnlab.course.marking.handins import handins, roster, student_of
from nnlab.course.marking.judged import SECONDS
from nnlab.course.marking.lecture import with_measurements
from nnlab.course.marking.sandbox import isolation
from nnlab.course.marking.submitted import Submitted
from nnlab.course.notebooks import ROOT, paths, read
from nnlab.files import write_text

_JUDGING = ("checks", "exercises", "course/marking", "course/exam")  # what a mark depends on besides the notebook


def mark(folder, out=None, roster_file=None, again=False, seconds=SECONDS, exam=None, quick=False):
    """True after marking the notebooks in `folder`: marks.csv, a page for each student and one for the class.

    A notebook that has been marked is not marked again unless it, or what judges, has changed.

    Args:
        folder: of the hand-ins, with whatever folders and archives a learning management system has exported.
        out: folder for the marks; ``FOLDER-marks`` beside the first without.
        roster_file: CSV of the students, also those who have handed in nothing; None without.
        again: mark also what was marked before.
        seconds: limit of processor time for one exercise.
        exam: path of the key of an exam; None: the hand-ins are notebooks of the course.
        quick: run no lecture for what its predictions ask, where no solved run is kept.

    Raises:
        ValueError: there are no notebooks in `folder`; the roster lacks a column; `exam` is no key.
    """
    folder = Path(folder)
    out = Path(out) if out else folder.with_name(f"{folder.name}-marks")
    students = roster(roster_file) if roster_file else []
    found = handins(folder)
    if not found:
        raise ValueError(f"{folder} holds no notebook (.ipynb), also in no archive (.zip)")
    print(f"Isolation: {isolation()}.")
    hides = [folder, out]
    work = Exam(exam, hides, seconds) if exam else Coursework(hides, seconds, _seed(out))
    results = _results(found, out, again, work)
    rows = tables.rows(found, results, students, functools.partial(student_of, students=students))
    tables.write(rows, out, students, work.lectures())
    handed = {row.lecture for row in rows}
    pages.write(rows, out, [with_measurements(one, out / "results") if one.stem in handed and not quick else one
                            for one in work.lectures()])
    counts = collections.Counter(mark["kind"] for row in rows for mark in row.marks)
    print(f"{len(found)} notebooks of {len({row.student for row in rows})} students: "
          + ", ".join(f"{count} {kind}" for kind, count in counts.most_common()))
    for row in rows:
        for fault in row.faults:
            print(f"  {row.place}: {fault}")
    print(f"Open {out / 'class.html'}; marks are in {out / 'marks.csv'}")
    return True


@functools.cache
def judging():
    """Fingerprint of the code that judges, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in _JUDGING:
        for file in sorted((ROOT / "nnlab" / part).rglob("*.py")):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _seed(out):
    """The seed of the random cases for the marks in the folder `out`, drawn when these are first made."""
    file = out / "results" / "seed.txt"
    if not file.exists():
        write_text(file, secrets.token_hex(16) + "\n")
    return file.read_text(encoding="utf-8").strip()


def _results(found, out, again, work):
    """Dictionary from the place of each hand-in to its result, from an earlier marking or made now by `work`."""
    kept = out / "results"
    kept.mkdir(parents=True, exist_ok=True)
    files = {one.place: kept / f"{_key(one, work)}.json" for one in found}
    results = {one.place: json.loads(files[one.place].read_text(encoding="utf-8")) for one in found
               if not again and files[one.place].exists()}
    waiting = [one for one in found if one.place not in results]
    print(f"Notebooks: {len(waiting)} to mark, {len(found) - len(waiting)} kept from before.")
    opened = {one.place: _opened(one, work) for one in waiting}  # references run here, in the main thread
    silent = None if waiting else True  # None: where no terminal shows it
    with (concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool,
          tqdm(total=len(waiting), desc="marking", unit="notebook", file=sys.stdout, disable=silent) as bar):
        jobs = {pool.submit(_marked, opened[one.place]): one for one in waiting}
        for job in concurrent.futures.as_completed(jobs):
            one = jobs[job]
            results[one.place] = job.result()
            write_text(files[one.place], json.dumps(results[one.place], indent=1))
            bar.update()
    return results


def _key(handin, work):
    """Name of the result of `handin`: a fingerprint of its bytes and of what judges them."""
    begin = (judging() + work.fingerprint).encode()
    return hashlib.sha256(begin + (handin.data if handin.data is not None else handin.fault.encode())).hexdigest()[:24]


class _Opened(NamedTuple):
    """A hand-in that has been read: its code, its lecture, what gives its marks; or why there is none of these."""

    submitted: object = None
    lecture: object = None
    marks: object = None
    belongs: tuple = ("", "")
    fault: str = ""


def _opened(handin, work):
    """The `_Opened` of a hand-in."""
    if handin.data is None:
        return _Opened(fault=handin.fault)
    if not handin.data.strip():
        return _Opened(fault="the file is empty")
    try:
        notebook = nbformat.reads(handin.data.decode("utf-8-sig"), 4)
        submitted = Submitted(notebook, assigned=isinstance(work, Exam))
        lecture, marks = work.opened(notebook, submitted)
        belongs = work.belongs_to(notebook)
    except RecursionError:
        return _Opened(fault="the file is nested too deeply to be a notebook")
    except Exception as error:
        return _Opened(fault=f"the file is no notebook ({type(error).__name__}: {str(error)[:120]})")
    if lecture is None:
        return _Opened(fault="the notebook has no exercise of this " + ("exam" if isinstance(work, Exam) else "course"))
    return _Opened(submitted, lecture, marks, belongs)


def _marked(opened):
    """The result of a hand-in that is `opened`, a dictionary that JSON can hold; whatever happens, there is one.

    Raises:
        RuntimeError: processes that run answers do not start on this system.
    """
    try:
        result = _judged(opened)
        text = json.dumps(result, ensure_ascii=False)
        return json.loads(text.encode("utf-8", "replace"))  # no halves of letters, which no file may hold
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, MemoryError, LookupError) as error:
        return {"lecture": None, "marks": [], "guesses": {}, "answers": {}, "belongs": opened.belongs, "seconds": 0,
                "faults": [f"the notebook cannot be marked ({type(error).__name__}: {str(error)[:120]})"]}


@functools.cache
def _own(stem):
    """Texts of the code cells of the course's notebook `stem`; none for an exam."""
    return Submitted(read(paths([stem])[0])).sources() if stem.startswith("week") else frozenset()


def _judged(opened):
    """The result of `_marked`."""
    begin = time.perf_counter()
    submitted, lecture = opened.submitted, opened.lecture
    result = {"lecture": lecture and lecture.stem, "marks": [], "guesses": {}, "answers": {},
              "faults": [opened.fault] if opened.fault else [], "belongs": opened.belongs}
    if lecture is not None:
        marks = opened.marks(submitted)
        result["marks"] = [{"name": one.name, "kind": one.kind, "says": one.says} for one in marks]
        result["faults"] += [note for one in marks for note in one.notes] + submitted.suspicious(_own(lecture.stem))
        result["guesses"] = {name: value if isinstance(value, int | float | str | None) else repr(value)[:60]
                             for name, value in submitted.guesses().items()}
        result["answers"] = {name: text for name in lecture.exercises if (text := submitted.text_of(name))}
    result["seconds"] = round(time.perf_counter() - begin, 2)
    return result
