"""What judges hand-ins of the course's own lectures; an exam has `nnlab.course.exam.judged.Exam` in its place."""

import hashlib

from nnlab.checks.exercise import Quiz
from nnlab.course.marking.judged import Judge
from nnlab.course.marking.lecture import lecture_of, lectures
from nnlab.course.marking.secret import Numbers, secret_lines
from nnlab.course.notebooks import paths, read
from nnlab.course.solve import checks_of


class Coursework:
    """What the hand-ins of the course's own lectures are judged by.

    Args:
        hides: folders that students' code must not see.
        seconds: limit of processor time for one exercise.
        seed: text from which random cases are drawn that no student has seen.
    """

    def __init__(self, hides, seconds, seed):
        self._hides, self._seconds, self._numbers, self._made = hides, seconds, Numbers(seed), {}
        self.fingerprint = hashlib.sha256(seed.encode()).hexdigest()

    def lectures(self):
        """List of all lectures that have exercises."""
        return lectures()

    def opened(self, notebook, submitted):
        """The `Lecture` of a `notebook`, and the function that gives the marks of `submitted`; None, None for none."""
        headline = next((str(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"
                         and str(cell.source).startswith("# ")), "")
        lecture = lecture_of(submitted.names(), headline)
        return (lecture, self._judge(lecture).marks) if lecture else (None, None)

    def belongs_to(self, notebook):
        """Nobody: a lecture's notebook is the same for all."""
        return "", ""

    def _judge(self, lecture):
        """The `Judge` of `lecture`, made when it is first asked for."""
        if lecture.stem not in self._made:
            checks = checks_of(read(paths([lecture.stem])[0]))
            more = {name: secret_lines(checks.exercises[name], self._numbers, lecture.week)
                    for name in lecture.exercises if not isinstance(checks.exercises[name], Quiz)}
            self._made[lecture.stem] = Judge(lecture.week, checks.exercises, lecture.exercises, self._hides,
                                             self._seconds, more)
        return self._made[lecture.stem]
