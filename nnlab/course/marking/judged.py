"""Judging one hand-in: the marks are computed here, from plain data that a process of its own sends."""

from nnlab.checks.candidate import Reference, differentiated, lines_of, repeated, same_gradients
from nnlab.checks.exercise import Quiz, with_code_before
from nnlab.checks.judging import fixed
from nnlab.checks.running import agree
from nnlab.course.marking.plain import Unreadable, as_plain
from nnlab.course.marking.sandbox import Ended
from nnlab.course.marking.session import Mark, Session

SECONDS = 60  # of processor time for one exercise


class Expected:
    """What each line of an exercise gives with the reference, in plain form; computed once for all hand-ins.

    Args:
        exercise: an `nnlab.checks.exercise.Exercise`.
        earlier: list of those before it, whose references the cases may use.
        more: further lines, such as random cases that no student has seen.
    """

    def __init__(self, exercise, earlier, more=()):
        with fixed(exercise, *earlier):
            reference = Reference(exercise, {other.name: other.reference for other in earlier})
            self.lines = [(line, {}, as_plain(reference.outcome(line))) for line in [*lines_of(exercise), *more]]
            self.lines += [(line, {"shift": 0.0}, list(map(as_plain, reference.gradients(line))))
                           for line in differentiated(exercise)]
            self.lines += [(line, {"again": True}, as_plain(reference.outcome(line, again=True)))
                           for line in repeated(exercise)]

    def fails(self, run):
        """The first line on which an answer differs, or None; `run(line, how)` gives its `Outcome` in plain form."""
        for line, how, right in self.lines:
            got = run(line, how)
            if not (same_gradients(right[0], right[1:], got) if isinstance(right, list) else agree(right, got)):
                return line
        return None


class Judge:
    """Judges the hand-ins of one lecture.

    Args:
        week: its exercises' week, such as "week01".
        exercises: dictionary of all exercises of that week, by name.
        names: those of the lecture, in order.
        hides: folders that students' code must not see.
        seconds: limit of processor time for one exercise.
        more: dictionary from names to further lines on which their answers are judged.
    """

    def __init__(self, week, exercises, names, hides=(), seconds=SECONDS, more=None):
        self.week, self.exercises, self.names, self.secret = week, exercises, names, more or {}
        self.pool = Pool(week, seconds, hides)
        self.expected = {name: Expected(exercises[name], with_code_before(exercises, name), self.secret.get(name, ()))
                         for name in names if not isinstance(exercises[name], Quiz)}

    def marks(self, submitted):
        """List of a `Mark` for each exercise of the lecture, for the code `submitted` (a `Submitted`)."""
        return self.pool.marks([(name, self._judged) for name in self.names], submitted)

    def _judged(self, session, name, program):
        return session.mark(self, name, program)


class Pool:
    """Makes a process for each hand-in, and marks.

    No process serves two hand-ins: what a hostile answer leaves in it would meet the next student.

    Args:
        week, seconds, hides: as for `Session`.
    """

    def __init__(self, week, seconds, hides):
        self._asked = week, seconds, hides

    def marks(self, answers, submitted):
        """List of the `Mark`s on `answers`, pairs of a name and a function of (session, name, program)."""
        found, session = [], None
        try:
            for name, judged in answers:
                if (mark := _unread(submitted, name)) is None:
                    program = [list(piece) for piece in submitted.program(name)]
                    session = session or self.session()
                    try:
                        mark = judged(session, name, program)
                    except Exception as error:  # also of what judges, which an answer may have brought about
                        session = session.close()
                        kind = "" if isinstance(error, Ended | Unreadable) else f"{type(error).__name__}: "
                        said = f"{kind}{error}"
                        mark = Mark(name, "ended", f"✗ {name} is not right yet: while it was judged, {said:.300}",
                                    (f"{name}: {said:.300}",))
                found.append(mark)
        finally:
            if session is not None:
                session.close()
        return found

    def session(self):
        """A new `Session`."""
        return Session(*self._asked)


def _unread(submitted, name):
    """The `Mark` on an answer that is not there or that is no Python; None on any other."""
    if submitted.program(name) is not None:
        return None
    if submitted.asks(name):
        return Mark(name, "not attempted", f"○ {name}: not attempted yet")
    if broken := submitted.broken(name):
        return Mark(name, "broken", f"✗ {name}: {broken}")
    return Mark(name, "missing", f"○ {name}: there is no answer of this name in the notebook")
