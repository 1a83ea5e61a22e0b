"""The process that runs the answers of one hand-in, asked from outside: its words are data, and never trusted."""

import contextlib
import secrets
import time
from typing import NamedTuple

from nnlab.checks.quizzes import judge_value
from nnlab.course.marking.plain import Unreadable, decode, unpacked
from nnlab.course.marking.sandbox import Ended, Sandbox

LARGEST = 2_000_000  # characters of code that an answer may need
PATIENCE = 1.5  # times the limit of processor time: real time in which an exercise must be judged


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


class Session:
    """The process that runs the answers of one hand-in.

    Args:
        week: of its first exercise, such as "week01".
        seconds: limit of processor time for one exercise.
        hides: folders that the process must not see.
    """

    def __init__(self, week, seconds, hides):
        self._token, self._seconds, self._end = "", seconds, 0.0
        self._sandbox = Sandbox(week, seconds, hides)

    def close(self):
        """End the process."""
        self._sandbox.close()

    def mark(self, judge, name, program):
        """The `Mark` on the answer to the exercise `name` that `program` computes.

        Args:
            judge: what knows the `week`, the `exercises` by name, and what is `expected` of each.
            name: the exercise's name.
            program: list of (number of the cell, text, whether it must run).

        Raises:
            Ended: the process has ended.
            Unreadable: it sends what is no result.
        """
        kind, *said = self._begin(judge.week, name, program)
        if (mark := without_answer(name, kind, said)) is not None:
            return mark
        if kind == "quiz":
            verdict = judge_value(judge.exercises[name], decode(said[0]))
            return Mark(name, verdict.kind, verdict.text)
        read = self._reads(kind, said)
        fails = judge.expected[name].fails(lambda line, how: self._outcome(line, how, read))
        self._finish()
        notes = (f"{name} reads the course's own solutions ({', '.join(sorted(read))})",) if read else ()
        if fails is None:
            return Mark(name, "correct", f"✓ {name} is right", notes)
        shown = f"it fails for {fails}" if fails not in judge.secret.get(name, ()) else "it fails for another input"
        return Mark(name, "incorrect", self._feedback(judge.week, name, program)
                    or f"✗ {name} is not right yet: {shown}", notes)

    def value(self, week, name, program):
        """(kind, value in plain form or sentence) of the answer of `program`, which is a value and no function.

        The kind is "value", "stub" or "failed"; `name` is any exercise of the `week`. Errors are those of `mark`.
        """
        kind, *said = self._begin(week, name, program, plain=True)
        return (kind, decode(said[0])) if kind == "value" else (kind, str(said[0])[:600])

    def outcome(self, week, name, program, line):
        """`Outcome` in plain form of a `line` with the function `name` that `program` defines. Errors as of `mark`."""
        kind, *said = self._begin(week, name, program)
        read = self._reads(kind, said)
        found = self._outcome(line, {}, read)
        self._finish()
        return found

    def _outcome(self, line, how, read):
        kind, *said = self._ask({"ask": "line", "line": line, "how": how})
        if kind != "outcome":
            raise Unreadable(f"its process says {kind!r:.40}")
        read.update(map(str, said[1]))
        return unpacked(said[0])

    @staticmethod
    def _reads(kind, said):
        if kind != "answer":
            raise Unreadable(f"its process says {kind!r:.40}")
        return set(map(str, said[0]))

    def _finish(self):
        self._sandbox.send({"ask": "end"})
        self._receive()

    def _receive(self):
        """What the process says next, within what is left of the time for this exercise."""
        return self._sandbox.receive(self._token, self._end - time.monotonic())

    def _ask(self, message):
        """The answer of the process to `message`, a list that is not empty."""
        self._sandbox.send(message)
        said = self._receive()
        if not isinstance(said, list) or not said:
            raise Unreadable("its process says nothing")
        if said[0] == "ended":
            raise Ended(f"its process ended ({str(said[1])[:60]})")
        return said

    def _begin(self, week, name, program, explain=False, plain=False):
        """What the process says after it has executed `program`; unless that is an answer to run, it has ended then."""
        if (size := sum(len(text) for _, text, _ in program)) > LARGEST:
            raise Unreadable(f"it needs {size / 1e6:.1f} MB of code; {LARGEST / 1e6:.1f} MB are the most")
        self._token, self._end = secrets.token_hex(8), time.monotonic() + PATIENCE * self._seconds
        said = self._ask({"ask": "begin", "token": self._token, "week": week, "name": name,
                          "program": program, "explain": explain, "plain": plain})
        if said[0] != "answer":
            self._receive()
        return said

    def _feedback(self, week, name, program):
        """The notebook's feedback on a wrong answer, text from a process that is not trusted; "" without."""
        with contextlib.suppress(Ended, Unreadable):
            kind, *said = self._begin(week, name, program, explain=True)
            if kind == "verdict" and said[0] == "incorrect" and isinstance(said[1], str):
                return said[1][:4000]
        return ""


def without_answer(name, kind, said):
    """The `Mark` on the answer `name` of whose program the process says that there is none; None for another `kind`."""
    if kind == "stub":
        return Mark(name, "not attempted", f"○ {name}: not attempted yet")
    if kind == "failed":
        return Mark(name, "broken", f"✗ {name}: {str(said[0])[:600]}")
    return None

