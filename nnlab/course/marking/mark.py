"""``python -m nnlab.course mark FOLDER``: judge every notebook in a folder again, and write marks and pages."""

import collections
import concurrent.futures
import functools
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import nbformat
from tqdm import tqdm

from nnlab.course.marking import pages, tables
from nnlab.course.marking.handins import handins, roster, student_of
from nnlab.course.marking.judged import SECONDS, Judge
from nnlab.course.marking.lecture import lecture_of, lectures
from nnlab.course.marking.sandbox import isolation
from nnlab.course.marking.submitted import Submitted
from nnlab.course.notebooks import ROOT, paths, read
from nnlab.course.solve import checks_of
from nnlab.files import write_text

_JUDGING = ("checks", "exercises", "course/marking")  # what a mark depends on besides the notebook


def mark(folder, out=None, roster_file=None, again=False, seconds=SECONDS):
    """True after marking the notebooks in `folder`: marks.csv, a page for each student and one for the class.

    A notebook that has been marked is not marked again unless it, or what judges, has changed.

    Args:
        folder: of the hand-ins, with whatever folders and archives a learning management system has exported.
        out: folder for the marks; ``FOLDER-marks`` beside the first without.
        roster_file: CSV of the students, also those who have handed in nothing; None without.
        again: mark also what was marked before.
        seconds: limit of processor time for one exercise.

    Raises:
        ValueError: there are no notebooks in `folder`; the roster lacks a column.
    """
    folder = Path(folder)
    out = Path(out) if out else folder.with_name(f"{folder.name}-marks")
    students = roster(roster_file) if roster_file else []
    found = handins(folder)
    if not found:
        raise ValueError(f"{folder} holds no notebook (.ipynb), also in no archive (.zip)")
    print(f"Isolation: {isolation()}.")
    results = _results(found, folder, out, again, seconds)
    rows = tables.rows(found, results, students, functools.partial(student_of, students=students))
    tables.write(rows, out, students)
    pages.write(rows, out, lectures())
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


def _results(found, folder, out, again, seconds):
    """Dictionary from the place of each hand-in to its result, from an earlier marking or made now."""
    kept = out / "results"
    kept.mkdir(parents=True, exist_ok=True)
    files = {one.place: kept / f"{_key(one)}.json" for one in found}
    results = {one.place: json.loads(files[one.place].read_text(encoding="utf-8")) for one in found
               if not again and files[one.place].exists()}
    waiting = [one for one in found if one.place not in results]
    print(f"Notebooks: {len(waiting)} to mark, {len(found) - len(waiting)} kept from before.")
    judges = _Judges([folder, out], seconds)
    read_in = {one.place: _opened(one) for one in waiting}
    for _, lecture, _ in read_in.values():  # references run here, in the main thread
        if lecture is not None:
            judges.of(lecture)
    silent = None if waiting else True  # None: where no terminal shows it
    with (concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool,
          tqdm(total=len(waiting), desc="marking", unit="notebook", file=sys.stdout, disable=silent) as bar):
        jobs = {pool.submit(_marked, one, *read_in[one.place], judges): one for one in waiting}
        for job in concurrent.futures.as_completed(jobs):
            one = jobs[job]
            results[one.place] = job.result()
            write_text(files[one.place], json.dumps(results[one.place], ensure_ascii=False, indent=1))
            bar.update()
    judges.close()
    return results


def _key(handin):
    """Name of the result of `handin`: a fingerprint of its bytes and of what judges them."""
    digest = hashlib.sha256(judging().encode() + (handin.data if handin.data is not None else handin.fault.encode()))
    return digest.hexdigest()[:24]


class _Judges:
    """A `Judge` for each lecture, made when it is first asked for."""

    def __init__(self, hides, seconds):
        self._hides, self._seconds, self._made = hides, seconds, {}

    def of(self, lecture):
        """The `Judge` of `lecture`."""
        if lecture.stem not in self._made:
            checks = checks_of(read(paths([lecture.stem])[0]))
            self._made[lecture.stem] = Judge(lecture.week, checks.exercises, lecture.exercises, self._hides,
                                             self._seconds)
        return self._made[lecture.stem]

    def close(self):
        """End all processes."""
        for judge in self._made.values():
            judge.close()


def _opened(handin):
    """The `Submitted` and the `Lecture` of a hand-in, and "", or None, None and why there are none."""
    if handin.data is None:
        return None, None, handin.fault
    if not handin.data.strip():
        return None, None, "the file is empty"
    try:
        notebook = nbformat.reads(handin.data.decode("utf-8-sig"), 4)
        cells = [(cell.cell_type, cell.source) for cell in notebook.cells]
        submitted = Submitted(notebook)
    except RecursionError:
        return None, None, "the file is nested too deeply to be a notebook"
    except Exception as error:
        return None, None, f"the file is no notebook ({type(error).__name__}: {str(error)[:120]})"
    headline = next((source for kind, source in cells if kind == "markdown" and source.startswith("# ")), "")
    lecture = lecture_of(submitted.names(), headline)
    return (submitted, lecture, "") if lecture else (None, None, "the notebook has no exercise of this course")


def _marked(handin, submitted, lecture, fault, judges):
    """The result of a hand-in, a dictionary that JSON can hold."""
    begin = time.perf_counter()
    result = {"lecture": lecture and lecture.stem, "marks": [], "guesses": {}, "faults": [fault] if fault else [],
              "answers": {}}
    if lecture is not None:
        marks = judges.of(lecture).marks(submitted)
        result["marks"] = [{"name": one.name, "kind": one.kind, "says": one.says} for one in marks]
        result["faults"] += [note for one in marks for note in one.notes] + submitted.suspicious()
        result["guesses"] = {name: value if isinstance(value, int | float | str | None) else repr(value)[:60]
                             for name, value in submitted.guesses().items()}
        result["answers"] = {name: text for name in lecture.exercises if (text := submitted.text_of(name))}
    result["seconds"] = round(time.perf_counter() - begin, 2)
    return result
