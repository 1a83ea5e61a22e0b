"""Marking exams: the key, and the judgment of values, arguments that show a fault, and functions."""

import ast
import functools
import hashlib
import inspect
import json
from pathlib import Path

from nnlab.checks.quizzes import judge_value
from nnlab.checks.running import agree
from nnlab.checks.source import bare
from nnlab.course.exam.tasks import FORMAT, Task, ordered
from nnlab.course.exam.values import close, literal, shown
from nnlab.course.exam.variants import expected, globals_of
from nnlab.course.marking.judged import Judge, Pool
from nnlab.course.marking.lecture import Lecture
from nnlab.course.marking.session import Mark, without_answer
from nnlab.course.marking.submitted import ANSWER
from nnlab.course.mutants import weeks


class Exam:
    """An exam that is marked: what `nnlab.course.exam.write` has written as ``key.json``.

    Args:
        key: path of that file.
        hides: folders that students' code must not see.
        seconds: limit of processor time for one answer.

    Raises:
        ValueError: the file is no key, or of another form.
    """

    def __init__(self, key, hides, seconds):
        key = Path(key)
        try:
            self._key = json.loads(key.read_text(encoding="utf-8"))
            form = self._key["format"]
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{key} is no key of an exam: name the key.json that `exam` has written") from None
        if form != FORMAT:
            raise ValueError(f"{key} has the form {form}; this version of nnlab reads {FORMAT}")
        self._tasks = [Task(**{**task, "answers": tuple(task["answers"])}) for task in self._key["tasks"]]
        self._exercises = {task: weeks()[task.week].exercises[task.exercise] for task in self._tasks}
        answers = tuple(name for task in self._tasks for name in task.answers)
        self.lecture = Lecture("exam", "Exam", "", answers, ())
        hides, first = [*hides, key.resolve().parent], self._tasks[0].week
        self._pool = Pool(first, seconds, hides)
        self._judges = {week: self._judge(week) for week in {task.week for task in self._tasks}}
        self._values = {}  # by the code of a variant, for each of its tasks
        self.fingerprint = hashlib.sha256(key.read_bytes()).hexdigest()

    def _judge(self, week):
        """The `Judge` of the functions of a `week`, with the exam's secret lines."""
        names = [task.exercise for task in self._tasks if task.week == week and task.kind in ("repair", "write")]
        more = {name: self._key["lines"][f"{week}.{name}"] for name in names}
        return Judge(week, weeks()[week].exercises, names, more=more)

    def lectures(self):
        """List of one `Lecture`, which stands for the exam in tables and on pages."""
        return [self.lecture]

    def opened(self, notebook, submitted):
        """The exam's `Lecture`, and the function that gives the marks of `submitted`; None, None for another notebook.

        What a student may hand in is decided by the variant's code in the metadata of the `notebook`, or in its text.
        """
        if (code := self._code(notebook)) is None:
            return None, None
        if code not in self._values:  # here, because references run in the main thread alone
            self._values[code] = [self._values_of(*each) for each in self._with_tasks(code)]
        return self.lecture, functools.partial(self._marks, code)

    def _code(self, notebook):
        """The code of the variant that the `notebook` is; None where it is none."""
        text = " ".join(str(cell.get("source", "")) for cell in notebook.cells[:3])
        codes = [str(notebook.metadata.get("nnlab_exam")), *(code for code in self._key["variants"] if code in text)]
        return next((code for code in codes if code in self._key["variants"]), None)

    def belongs_to(self, notebook):
        """Number and name of the student whose variant the `notebook` is; ("", "") where it is everybody's."""
        variant = self._key["variants"].get(self._code(notebook), {})
        return variant.get("student", ""), variant.get("name", "")

    def _marks(self, code, submitted):
        """List of the `Mark`s of the variant `code` on what is `submitted`."""
        answers = []
        for (task, exercise, particular), values in zip(self._with_tasks(code), self._values[code], strict=True):
            of_value = {"value": self._value, "repair": self._arguments, "choose": self._choice}.get(task.kind)
            if of_value:
                judge = functools.partial(self._of_value, of_value, task, exercise, particular | values)
                answers.append((task.answers[0], judge))
            if task.kind in ("repair", "write"):
                answers.append((task.answers[-1], functools.partial(self._function, task, particular)))
        return self._pool.marks(answers, submitted)

    def _with_tasks(self, code):
        """List of (task, exercise, particular) of a variant."""
        particulars = self._key["variants"][code]["tasks"]
        return [(task, self._exercises[task], one) for task, one in zip(self._tasks, particulars, strict=True)]

    @staticmethod
    def _values_of(task, exercise, particular):
        """The right value of a task of the kind "value", and those of the named wrong answers: a dictionary."""
        if task.kind != "value":
            return {}
        wrong = [(expected(exercise, particular["line"], one.answer), one.says) for one in exercise.wrong]
        return {"right": expected(exercise, particular["line"]).value,
                "wrong": [(outcome.value, says) for outcome, says in wrong if outcome.error is None]}

    def _function(self, task, particular, session, name, program):
        if task.kind == "repair" and _same_code(program, particular["source"]):
            return Mark(name, "not attempted", f"○ {name}: it is as it was given")
        return session.mark(self._judges[task.week], name, program)

    @staticmethod
    def _of_value(judged, task, exercise, particular, session, name, program):
        """The `Mark` on an answer that is a value: of `judged`, a function of it, where there is one."""
        kind, value = session.value(task.week, task.exercise, program)
        if (mark := without_answer(name, kind, [value])) is not None:
            return mark
        return judged(task, exercise, particular, name, value)

    def _value(self, task, exercise, particular, name, value):
        if close(particular["right"], value):
            return Mark(name, "correct", f"✓ {name} is right")
        said = next((says for wrong, says in particular["wrong"] if close(wrong, value)), "")
        rows = [f"✗ {name} is not right", f"  for       {particular['line']}",
                f"  expected  {shown(particular['right'])}", f"  yours     {shown(value)}"]
        return Mark(name, "incorrect", "\n".join([*rows, *([f"  {said}"] if said else [])]))

    def _choice(self, task, exercise, particular, name, value):
        verdict = judge_value(ordered(exercise, particular["order"]), value)
        return Mark(name, verdict.kind, verdict.text)

    def _arguments(self, task, exercise, particular, name, value):
        if isinstance(value, tuple) and any(str(part) == "ellipsis Ellipsis" for part in value):
            return Mark(name, "not attempted", f"○ {name}: not attempted yet")
        try:
            value = _bound(inspect.signature(exercise.reference), value)
            line = f"{task.exercise}({', '.join(map(literal, value))})"
        except (TypeError, ValueError) as error:
            return Mark(name, "incorrect",
                        f"✗ {name} is not right: these are no arguments of {task.exercise} ({error})")
        trusted = self._pool.session()  # one in which no student's code has run
        try:
            imports = [[1, text, True] for text in globals_of(exercise)]
            right, faulty = (trusted.outcome(task.week, task.exercise, [
                *imports, [1, source, True], [1, f"{ANSWER} = {task.exercise}", True]], line)
                for source in (exercise.source, particular["source"]))
        finally:
            trusted.close()
        if right.error is not None:
            return Mark(name, "incorrect", f"✗ {name} is not right: the statement does not allow these arguments")
        if agree(right, faulty):
            return Mark(name, "incorrect", f"✗ {name} is not right: for these arguments the faulty function gives what "
                                           f"the statement says\n  for       {line}\n  both      {shown(right.value)}")
        return Mark(name, "correct", f"✓ {name} shows the fault")


def right_answer(task, exercise, particular):
    """The right answer of a task's variation, in words for the key."""
    if task.kind == "value":
        return f"`{particular['line']}` is {shown(expected(exercise, particular['line']).value)}"
    if task.kind == "choose":
        return repr(ordered(exercise, particular["order"]).reference)
    if task.kind == "repair":
        return f"the fault is `{particular['change']}`; `{particular['shows']}` shows it"
    return "below"


def _bound(signature, value):
    """The arguments of a function in `value`, a tuple of them or a single one; TypeError where they do not fit."""
    if not isinstance(value, tuple | list):
        value = (value,)
    try:
        signature.bind(*value)
    except TypeError:
        signature.bind(value)
        return (value,)
    return value


def _same_code(program, source):
    """Whether the last definition of `program` is the `source` as it was given."""
    texts = [text for _, text, needed in program[-2:] if needed and "def " in text]
    return any(bare(ast.parse(text)) == bare(ast.parse(source)) for text in texts)
