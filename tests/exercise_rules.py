"""Tests of the exercises of a notebook: its test file derives a class from `ExerciseRules`, with `module`, `styles`."""

import ast
import dataclasses
import doctest
import functools
import inspect
import re
import statistics
import time

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import CAUGHT, SEEN

from nnlab.checks.candidate import Reference, lines_of
from nnlab.checks.exercise import Quiz
from nnlab.checks.inputs import Draw, drawn
from nnlab.checks.judging import judge
from nnlab.checks.running import run
from nnlab.course.mutants import mistakes, score
from nnlab.course.notebooks import code_cells, paths, read
from nnlab.course.verdicts import conditions, timed

MORE = 50  # random cases for the correct answers in other styles
LONGEST = 600  # characters of a random case
VERDICT = 1000  # milliseconds of processor time that a verdict may take
BUDGET = 3  # seconds of the processor for all wrong answers, and for all mutants, of one exercise on two cores
RUNAWAY = 10  # times the budget: no machine is so slow, something does not end
ROW = re.compile(r"  (case|expected|got|gradient|error|your line) {2,}")  # of a verdict; sentences follow its rows
_MISTAKES = {}


def mistakes_of(exercise):
    """The list of `mistakes` of `exercise`; its wrong answers are judged once in a session."""
    if exercise.name not in _MISTAKES:
        warm_up(exercise)
        start = time.process_time()
        _MISTAKES[exercise.name] = list(mistakes(exercise))
        took = time.process_time() - start
        if took > BUDGET:
            SEEN.append(f"{exercise.name}: its wrong answers take {took:.1f} s of a budget of {BUDGET} s: OVER BUDGET")
        assert took <= RUNAWAY * BUDGET, f"{exercise.name}: its wrong answers take {took:.1f} s: make its cases cheaper"
    return _MISTAKES[exercise.name]


def warm_up(exercise):
    """Judge the reference: what torch imports at its first training is not part of a measured time."""
    if not isinstance(exercise, Quiz):
        judge(exercise, exercise.reference)


def rejections(exercise, answers, judged=judge):
    """Of `answers` the numbers of those that are accepted; and pairs of a number and a verdict without a sentence."""
    accepted, unexplained = [], []
    for k, answer in enumerate(answers):
        verdict = judged(exercise, answer)
        if verdict.kind != "incorrect":
            accepted.append(k)
        elif ROW.match(verdict.text.splitlines()[-1]):
            unexplained.append((k, verdict.text))
    return accepted, unexplained


def all_rejected(module, wrong):
    """Assert that the answers in `wrong`, lists by exercise, are all rejected, and nine of ten with a sentence."""
    found = {exercise.name: rejections(exercise, wrong[exercise.name]) for exercise in with_code(module)}
    accepted = {name: numbers for name, (numbers, _) in found.items() if numbers}
    unexplained = [(name, *one) for name, (_, texts) in found.items() for one in texts]
    assert not accepted and len(unexplained) <= sum(map(len, wrong.values())) / 10, (accepted, unexplained)


def counting_calls(function):
    """A decorator as students write it."""
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


def results(exercise, count=300):
    """Pairs of a random case of `exercise` and the value that the reference gives there."""
    for line, _ in drawn(exercise, count):
        outcome = run(line, exercise.uses | {exercise.name: exercise.reference})
        assert outcome.error is None, (line, outcome.error)
        yield line, outcome.value


def value_with(exercise, line, answer):
    """The value of the case `line` of `exercise` with another function in place of the reference."""
    return run(line, exercise.uses | {exercise.name: answer}).value


@pytest.mark.usefixtures("one_thread")
class ExerciseRules:
    """Tests of the exercises in `module`.

    Attributes:
        module: a notebook's exercises, a module with a list EXERCISES.
        styles: for each exercise with code the correct answers in other styles, a list, by the exercise's name.
        in_words: names of the exercises whose statement has its example in words, not as ``>>>``.
    """

    module = None
    styles = None
    in_words = ()

    def pytest_generate_tests(self, metafunc):
        """Run a test for each exercise, or, where it asks for `code`, for each whose answer is code."""
        if "exercise" in metafunc.fixturenames:
            metafunc.parametrize("exercise", self.module.EXERCISES, ids=lambda exercise: exercise.name)
        if "code" in metafunc.fixturenames:
            metafunc.parametrize("code", with_code(self.module), ids=lambda exercise: exercise.name)

    def test_reference_and_other_styles_are_right(self, code):
        for answer in (code.reference, *self.styles[code.name]):
            verdict = judge(code, answer)
            assert verdict.kind == "correct", verdict.text

    def test_right_answers_are_right_on_many_more_random_cases(self, code):
        many = dataclasses.replace(code, tries=MORE if code.tries >= 20 else code.tries)
        for answer in (code.reference, *self.styles[code.name]):
            verdict = judge(many, answer)
            assert verdict.kind == "correct", verdict.text

    def test_whatever_is_drawn_is_a_valid_input(self, code):
        if code.inputs is None:
            assert code.given or not inspect.signature(code.reference).parameters, "what has arguments draws them"
            return
        reference = Reference(code, {})

        @settings(max_examples=150, deadline=None, derandomize=True, database=None)
        @given(st.lists(st.integers(0, 60), max_size=60))
        def check(choices):
            line = code.inputs(Draw(choices, float64=code.float64))
            outcome = reference.run(line)
            assert outcome.error is None, (line, outcome.error)
            assert len(line) <= LONGEST and code.name in line
            assert not torch.tensor(_numbers(outcome.value)).isnan().any(), line
        check()
        assert len(lines_of(code)) - len(code.cases) >= min(20, code.tries), "too few different cases are drawn"

    def test_the_stub_in_the_notebook_is_the_statement(self, code):
        stem = self.module.__name__.rpartition(".")[2]
        (path,) = [path for path in paths() if path.stem.startswith(stem)]
        trees = [ast.parse(cell.source) for cell in code_cells(read(path)) if "@check" in cell.source]
        stubs = [node for tree in trees for node in tree.body
                 if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == code.name]
        assert [ast.get_docstring(stub) for stub in stubs] == [code.statement]
        assert len(code.statement.split()) >= 25, "a specification: arguments, result, formula, edge cases, an example"

    def test_the_example_in_the_statement_is_what_the_reference_gives(self, code):
        names = {"torch": torch} | code.uses | {code.name: code.reference}
        test = doctest.DocTestParser().get_doctest(code.statement, names, code.name, None, 0)
        assert bool(test.examples) == (code.name not in self.in_words)
        assert doctest.DocTestRunner(verbose=False).run(test).failed == 0

    def test_a_verdict_takes_less_than_a_second(self, code):
        warm_up(code)
        taken = [*(mistake.milliseconds for mistake in mistakes_of(code)), timed(code, code.reference)[1]]
        SEEN.append(f"{self.module.__name__.rpartition('.')[2]}.{code.name}: {len(lines_of(code)) - len(code.cases)} "
                    f"random inputs; besides the result: {', '.join(conditions(code))}; "
                    f"verdict {statistics.median(taken):.0f} ms, at most {max(taken):.0f} ms")
        assert statistics.median(taken) < VERDICT and max(taken) < 3 * VERDICT

    def test_each_wrong_answer_hears_its_own_name(self, exercise):
        for mistake in mistakes_of(exercise):
            assert mistake.good, f"{exercise.name}: {mistake.name} does not hear {mistake.says!r}, or is right nowhere"
            CAUGHT.append(("wrong answer", f"{exercise.name}: {mistake.name}", mistake.says))

    def test_messages_are_short_and_give_nothing_away(self, exercise):
        for mistake in mistakes_of(exercise):
            assert len(mistake.text.split("\n")) <= 6, mistake.text
            assert exercise.source.strip().splitlines()[-1].strip() not in mistake.text
        assert len({wrong.says for wrong in exercise.wrong}) == len(exercise.wrong)

    def test_mutants_of_the_reference_are_found_wrong(self, code):
        warm_up(code)
        start = time.process_time()
        count, survivors = score(code)
        took = time.process_time() - start
        reasons = dict(code.equivalent)
        left = [change for change in survivors if change not in reasons]
        assert set(reasons) <= set(survivors), "a change that is called equivalent is found wrong"
        share = 1 - len(left) / (count - len(reasons))
        assert count >= 4 and share >= 0.95, left
        assert took <= RUNAWAY * BUDGET, f"its mutants take {took:.1f} s: make its cases cheaper, the cheapest first"
        name = f"{self.module.__name__.rpartition('.')[2]}.{code.name}"
        over = ": OVER BUDGET" if took > BUDGET else ""
        SEEN.append(f"{name}: {count} mutants, {len(reasons)} equivalent; "
                    f"others found wrong {share:.0%}, in {took:.1f} s{over}")

    def test_each_exercise_is_furnished(self, exercise):
        assert len(exercise.wrong) >= 3 and len(exercise.hints) >= 2 and exercise.allows
        assert not any(exercise.source in hint for hint in exercise.hints)
        if isinstance(exercise, Quiz):
            known = [{repr(wrong.answer[k]) for wrong in exercise.wrong} for k in range(len(exercise.reference))]
            least = 2 if min(map(len, known)) >= 8 else 3  # a guess is right in one of eight cases at most
            assert len(exercise.questions) == len(exercise.reference) >= least
        else:
            assert len(exercise.cases) >= 4 and exercise.reference.__doc__
            assert max(map(len, exercise.cases)) <= 125
            names = exercise.uses | {exercise.name: exercise.reference}
            assert all(run(case, names).error is None for case in exercise.cases)
            if exercise.draws:
                assert run(exercise.draws, names).value.ndim in (1, 2)


def _numbers(value):
    """The floats in a value, a list."""
    if isinstance(value, tuple | list):
        return [number for part in value for number in _numbers(part)]
    if isinstance(value, torch.Tensor) and value.dtype.is_floating_point:
        return value.detach().double().flatten().tolist()
    return [value] if isinstance(value, float) else []


def with_code(module):
    """The exercises in `module` whose answers are functions or classes, a list."""
    return [exercise for exercise in module.EXERCISES if not isinstance(exercise, Quiz)]
