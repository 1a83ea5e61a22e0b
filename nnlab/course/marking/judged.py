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
from nnlab.course.marking.sandbox import Ended, Sandbox

PATIENCE = 90  # seconds for one exercise until its process is ended


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
    """

    def __init__(self, week, exercises, names, hides=()):
        self.week, self.exercises, self.names, self.hides = week, exercises, names, hides
        self.expected = {name: Expected(exercises[name], with_code_before(exercises, name)) for name in names
                         if not isinstance(exercises[name], Quiz)}

    def marks(self, submitted):
        """List of a `Mark` for each exercise of the lecture, for the code `submitted` (a `Submitted`)."""
        found, sandbox = [], None
        try:
            for name in self.names:
                if (mark := self._unread(submitted, name)) is None:
                    program = [list(piece) for piece in submitted.program(name)]
                    try:
                        sandbox = sandbox or Sandbox(self.week, self.hides)
                        mark = self._judged(sandbox, name, program)
                    except (Ended, Unreadable) as error:
                        sandbox = sandbox and sandbox.close()
                        mark = Mark(name, "ended", f"✗ {name} is not right yet: while it was judged, {error}",
                                    (f"{name}: {error}",))
                found.append(mark)
        finally:
            if sandbox is not None:
                sandbox.close()
        return found

    @staticmethod
    def _unread(submitted, name):
        """The `Mark` on an answer that is not there or that is no Python; None on any other."""
        broken = submitted.broken(name)
        if submitted.program(name) is None:
            return Mark(name, "broken" if broken else "missing", f"✗ {name}: {broken}" if broken
                        else f"○ {name}: there is no answer of this name in the notebook")
        return None

    def _judged(self, sandbox, name, program):
        """The `Mark` on the answer that `program` computes in the `sandbox`."""
        kind, *said = self._begin(sandbox, name, program, explain=False)
        if kind == "stub":
            return Mark(name, "not attempted", f"○ {name}: not attempted yet")
        if kind == "failed":
            return Mark(name, "broken", f"✗ {name}: {said[0]}")
        if kind == "quiz":
            verdict = judge_value(self.exercises[name], decode(said[0]))
            return Mark(name, verdict.kind, verdict.text)
        if kind != "answer":
            raise Unreadable(f"its process says {kind!r:.40}")
        read = set(said[0])

        def run(line, how):
            sandbox.send({"ask": "line", "line": line, "how": how})
            said = sandbox.receive(self._token, PATIENCE)
            if not isinstance(said, list) or said[0] != "outcome":
                raise Ended(f"its process ended ({said[1]})" if said[:1] == ["ended"] else "its process says otherwise")
            read.update(said[2])
            return unpacked(said[1])

        fails = self.expected[name].fails(run)
        self._end(sandbox)
        notes = (f"{name} reads the course's own solutions ({', '.join(sorted(read))})",) if read else ()
        if fails is None:
            return Mark(name, "correct", f"✓ {name} is right", notes)
        feedback = self._explained(sandbox, name, program)
        return Mark(name, "incorrect", feedback or f"✗ {name} is not right yet: it fails for {fails}", notes)

    def _begin(self, sandbox, name, program, explain):
        self._token = secrets.token_hex(8)
        sandbox.send({"ask": "begin", "token": self._token, "week": self.week, "name": name, "program": program,
                      "explain": explain})
        said = sandbox.receive(self._token, PATIENCE)
        if isinstance(said, list) and said and said[0] == "ended":
            raise Ended(f"its process ended ({said[1]})")
        if said[0] != "answer":
            with contextlib.suppress(Ended, Unreadable):
                sandbox.receive(self._token, PATIENCE)  # that it has ended
        return said

    def _end(self, sandbox):
        sandbox.send({"ask": "end"})
        sandbox.receive(self._token, PATIENCE)

    def _explained(self, sandbox, name, program):
        """The feedback of the notebook on a wrong answer: text, from a process that is not trusted; "" without."""
        try:
            kind, *said = self._begin(sandbox, name, program, explain=True)
        except (Ended, Unreadable):
            return ""
        right = kind == "verdict" and said[0] == "incorrect" and isinstance(said[1], str)
        return said[1][:4000] if right else ""
