"""Judging one hand-in: the marks are computed here, from plain data that a process of its own sends."""

import contextlib
import secrets
from typing import NamedTuple

from nnlab.checks.candidate import Reference, differentiated, lines_of, repeated, same_gradients
from nnlab.checks.exercise import Quiz, with_code_before
from nnlab.checks.judging import fixed
from nnlab.checks.quizzes import judge_value
from nnlab.checks.running import agree
from nnlab.course.marking.plain import Unreadable, decode, packed, unpacked
from nnlab.course.marking.sandbox import Ended, Sandbox, isolation

SECONDS = 60  # of processor time for one exercise; a process that sends nothing for 1.5 times as long is ended


class Mark(NamedTuple):
    """The judgment of one answer.

    `kind` is "correct", "incorrect", "not attempted", "missing" (no such name in the notebook), "broken" (its code
    stops before there is an answer) or "ended" (its process was ended); `says` is the feedback, `notes` are for the
    lecturer alone.
    """

    name: str
    kind: str
    says: str
    notes: tuple = ()


class Expected:
    """What each line of an exercise gives with the reference, in plain form; computed once for all hand-ins.

    Args:
        exercise: an `nnlab.checks.exercise.Exercise`.
        earlier: list of those before it, whose references the cases may use.
    """

    def __init__(self, exercise, earlier):
        with fixed(exercise, *earlier):
            reference = Reference(exercise, {other.name: other.reference for other in earlier})
            self.lines = [(line, {}, self._plain(reference.outcome(line))) for line in lines_of(exercise)]
            self.lines += [(line, {"shift": 0.0}, list(map(self._plain, reference.gradients(line))))
                           for line in differentiated(exercise)]
            self.lines += [(line, {"again": True}, self._plain(reference.outcome(line, again=True)))
                           for line in repeated(exercise)]

    @staticmethod
    def _plain(outcome):
        return unpacked(packed(outcome))

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
    """

    def __init__(self, week, exercises, names, hides=(), seconds=SECONDS):
        self.week, self.exercises, self.names, self.hides, self.seconds = week, exercises, names, hides, seconds
        self._idle = []  # sandboxes that are clean
        self.expected = {name: Expected(exercises[name], with_code_before(exercises, name)) for name in names
                         if not isinstance(exercises[name], Quiz)}

    def marks(self, submitted):
        """List of a `Mark` for each exercise of the lecture, for the code `submitted` (a `Submitted`)."""
        found, session = [], None
        try:
            for name in self.names:
                if (mark := _unread(submitted, name)) is None:
                    program = [list(piece) for piece in submitted.program(name)]
                    try:
                        session = session or _Session(self, self._idle.pop() if self._idle else None)
                        mark = session.mark(name, program)
                    except (Ended, Unreadable) as error:
                        session = session and session.close()
                        mark = Mark(name, "ended", f"✗ {name} is not right yet: while it was judged, {error}",
                                    (f"{name}: {error}",))
                found.append(mark)
        except BaseException:
            if session is not None:
                session.close()
            raise
        if session is not None and (sandbox := session.cleaned()) is not None:
            self._idle.append(sandbox)
        return found

    def close(self):
        """End the processes that are kept for the next hand-in."""
        while self._idle:
            self._idle.pop().close()


def _unread(submitted, name):
    """The `Mark` on an answer that is not there or that is no Python; None on any other."""
    if submitted.program(name) is not None:
        return None
    broken = submitted.broken(name)
    return Mark(name, "broken" if broken else "missing", f"✗ {name}: {broken}" if broken
                else f"○ {name}: there is no answer of this name in the notebook")


class _Session:
    """The process that runs the answers of one hand-in, and what a `judge` asks it."""

    def __init__(self, judge, sandbox):
        self._judge, self._token, self._patience = judge, "", 1.5 * judge.seconds
        self._sandbox = sandbox or Sandbox(judge.week, judge.seconds, judge.hides)

    def close(self):
        """End the process."""
        self._sandbox.close()

    def cleaned(self):
        """The process without a trace of this hand-in, for the next one; None where that cannot be had."""
        if isolation() == "bubblewrap":
            with contextlib.suppress(Ended, Unreadable):
                self._token = secrets.token_hex(8)
                if self._ask({"ask": "clean", "token": self._token}) == ["clean"]:
                    return self._sandbox
        self._sandbox.close()
        return None

    def mark(self, name, program):
        """The `Mark` on the answer to the exercise `name` that `program` computes.

        Raises:
            Ended: the process has ended.
            Unreadable: it sends what is no result.
        """
        kind, *said = self._begin(name, program, explain=False)
        if kind == "stub":
            return Mark(name, "not attempted", f"○ {name}: not attempted yet")
        if kind == "failed":
            return Mark(name, "broken", f"✗ {name}: {str(said[0])[:600]}")
        if kind == "quiz":
            verdict = judge_value(self._judge.exercises[name], decode(said[0]))
            return Mark(name, verdict.kind, verdict.text)
        if kind != "answer":
            raise Unreadable(f"its process says {kind!r:.40}")
        read = set(said[0])

        def run(line, how):
            kind, *said = self._ask({"ask": "line", "line": line, "how": how})
            if kind != "outcome":
                raise Unreadable(f"its process says {kind!r:.40}")
            read.update(map(str, said[1]))
            return unpacked(said[0])

        fails = self._judge.expected[name].fails(run)
        self._sandbox.send({"ask": "end"})
        self._sandbox.receive(self._token, self._patience)
        notes = (f"{name} reads the course's own solutions ({', '.join(sorted(read))})",) if read else ()
        if fails is None:
            return Mark(name, "correct", f"✓ {name} is right", notes)
        return Mark(name, "incorrect", self._feedback(name, program)
                    or f"✗ {name} is not right yet: it fails for {fails}", notes)

    def _ask(self, message):
        """The answer of the process to `message`, a list that is not empty."""
        self._sandbox.send(message)
        said = self._sandbox.receive(self._token, self._patience)
        if not isinstance(said, list) or not said:
            raise Unreadable("its process says nothing")
        if said[0] == "ended":
            raise Ended(f"its process ended ({str(said[1])[:60]})")
        return said

    def _begin(self, name, program, explain):
        """What the process says after it has executed `program`; unless that is an answer to run, it has ended then."""
        self._token = secrets.token_hex(8)
        said = self._ask({"ask": "begin", "token": self._token, "week": self._judge.week, "name": name,
                          "program": program, "explain": explain})
        if said[0] != "answer":
            self._sandbox.receive(self._token, self._patience)
        return said

    def _feedback(self, name, program):
        """The notebook's feedback on a wrong answer, text from a process that is not trusted; "" without."""
        with contextlib.suppress(Ended, Unreadable):
            kind, *said = self._begin(name, program, explain=True)
            if kind == "verdict" and said[0] == "incorrect" and isinstance(said[1], str):
                return said[1][:4000]
        return ""
