"""Runs the answers of one hand-in, in a process that is not trusted: ``... marking.child WEEK SECONDS``.

It reads a request a line (JSON) from its standard input and answers with messages of plain data. For each exercise it
forks a process that executes the student's code and runs cases; what that process says is only data. The reference of
the exercise cannot be called there.
"""

import ast
import contextlib
import json
import linecache
import os
import signal
import struct
import sys

import torch

from nnlab.checks.candidate import Candidate
from nnlab.checks.exercise import Quiz, with_code_before
from nnlab.checks.judging import judge
from nnlab.checks.originals import as_defined
from nnlab.checks.running import guarded
from nnlab.checks.source import is_given, is_stub
from nnlab.checks.traces import without_trace
from nnlab.course.marking import hidden
from nnlab.course.marking.limits import limit
from nnlab.course.marking.plain import encode, packed, written
from nnlab.course.marking.submitted import ANSWER
from nnlab.course.notebooks import code_cells, paths, read, tree


def main():
    """Serve requests until the standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    torch.set_num_threads(1)
    hidden.exercises(sys.argv[1])  # the processes that are forked have them
    _import_what_notebooks_import(sys.argv[1])
    _send(answers, "ready", os.getpid())
    while line := _line(requests):
        request = json.loads(line)
        if request["ask"] != "begin":  # of an answer that has ended by itself
            continue
        if (child := os.fork()) == 0:
            _Serving(request, requests, answers).run()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        how = f"signal {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else "its end"
        _send(answers, request["token"], ["ended", how])


def _import_what_notebooks_import(week):
    """Import what the course's own notebooks of a `week` import: the processes that are forked need not do it again."""
    for path in paths():
        for cell in code_cells(read(path))[1:] if path.stem.startswith(week) else ():
            for node in tree(cell).body:
                if isinstance(node, ast.Import | ast.ImportFrom):
                    with contextlib.suppress(ImportError):  # of what only another system has
                        exec(compile(ast.Module([node], []), "<notebook>", "exec"), {})


def _line(file):
    """The next line of `file`, read byte by byte: what follows it is for the process that comes next."""
    line = bytearray()
    while byte := file.read(1):
        if byte == b"\n":
            break
        line += byte
    return line


def _send(file, token, message):
    data = written([token, message])
    file.write(struct.pack(">Q", len(data)) + data)
    file.flush()


class _Serving:
    """A forked process that executes one answer and runs the cases that it is asked for."""

    def __init__(self, request, requests, answers):
        self.request, self.requests, self.answers = request, requests, answers
        self.seconds = int(sys.argv[2])  # of processor time, for one exercise

    def run(self):
        """Execute the answer, then serve requests until one ends the exercise."""
        request = self.request
        exercises = hidden.exercises(request["week"])
        exercise = exercises[request["name"]]
        earlier = with_code_before(exercises, exercise.name)
        explain, plain = request["explain"], request["plain"]
        if not explain and not isinstance(exercise, Quiz):
            hidden.hide(exercise)
        if not plain and getattr(exercise, "given", None) and self._unchanged(request["program"], exercise):
            self._say(["stub", ""])
            return
        hidden.watch_reads()
        limit(self.seconds)
        kind, answer, namespace = self._answer(request["program"], plain or isinstance(exercise, Quiz))
        if kind != "answer":
            self._say([kind, answer])
            return
        if plain:
            self._say(["stub", ""] if answer is ... else ["value", encode(answer)])
            return
        if isinstance(exercise, Quiz):
            self._say(["quiz", encode(answer)])
            return
        if explain:
            verdict = judge(exercise, answer, earlier, namespace, namespace["__cell__"])
            self._say(["verdict", verdict.kind, verdict.text])
            return
        self._say(["answer", hidden.reads()])
        names = {other.name: other.reference for other in earlier}
        namespace.update(names | {exercise.name: answer})
        originals = [pair for one in earlier for pair in one.originals]
        candidate = Candidate(exercise, answer, names)
        with without_trace(), as_defined(originals), guarded(self.seconds / 2):
            while (asked := json.loads(_line(self.requests) or b'{"ask": "end"}'))["ask"] == "line":
                outcome = candidate.run(asked["line"], **asked["how"])
                self._say(["outcome", packed(outcome), hidden.reads()])

    def _answer(self, program, is_value):
        """("answer", it, namespace), or a kind and a sentence on why there is none, after executing `program`.

        `is_value`: whether the answer is a value, and no function or class.
        """
        namespace, failed = {"__name__": "__main__"}, ""
        for number, text, needed in program:
            file = f"<cell {number}>" if text.startswith("\n") or needed else f"<cell {number}, {id(text)}>"
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
            try:
                with without_trace(), guarded(self.seconds / 3, within=file):
                    exec(compile(text, file, "exec"), namespace)
            except BaseException as error:
                said = f"{type(error).__name__}: {error}"[:300]
                if needed:
                    return "failed", f"code cell {number} stops with {said}{failed}", None
                failed = failed or f" (before that, code cell {number} stops with {said})"
            namespace["__cell__"] = file
        answer = namespace.get(ANSWER)
        if not is_value and (not callable(answer) or is_stub(answer)):
            return "stub", "", None
        return "answer", answer, namespace

    @staticmethod
    def _unchanged(program, exercise):
        nodes = [node for _, text, needed in program if needed for node in ast.parse(text).body]
        return any(is_given(node, exercise.given) for node in nodes)

    def _say(self, message):
        _send(self.answers, self.request["token"], message)


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(1)
