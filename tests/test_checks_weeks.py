"""All exercises together: each belongs to a notebook whose test file holds it to the rules of `exercise_rules`."""

import importlib
import inspect
import pkgutil

import pytest
from exercise_rules import ExerciseRules, with_code

from nnlab import exercises
from nnlab.course.mutants import chosen, weeks

NAMES = sorted(found.name for found in pkgutil.iter_modules(exercises.__path__))
NOTEBOOKS = [name for name in NAMES if hasattr(importlib.import_module(f"nnlab.exercises.{name}"), "EXERCISES")]


def rules_of(name):
    """The classes of the test file of a notebook's exercises, such as "week01a", that hold exercises to the rules."""
    tests = importlib.import_module(f"test_{name}")
    return [found for _, found in inspect.getmembers(tests, inspect.isclass)
            if issubclass(found, ExerciseRules) and found is not ExerciseRules and found.__name__.startswith("Test")]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_notebook_has_a_test_file_of_its_own_that_runs_every_rule(name):
    (rules,) = rules_of(name)
    assert rules.module is importlib.import_module(f"nnlab.exercises.{name}")
    assert rules.styles.keys() == {exercise.name for exercise in with_code(rules.module)} and all(rules.styles.values())
    tests = {test for test in dir(ExerciseRules) if test.startswith("test_")}
    assert len(tests) == 10 and all(getattr(rules, test) is getattr(ExerciseRules, test) for test in tests)


def test_every_exercise_of_the_weeks_is_in_the_test_file_of_its_notebook():
    tested = [exercise for name in NOTEBOOKS for rules in rules_of(name) for exercise in rules.module.EXERCISES]
    known = [exercise for _, exercise in chosen()]
    assert len(tested) == len(known) and all(any(one is other for other in tested) for one in known)
    assert len([code for name in NOTEBOOKS for code in with_code(rules_of(name)[0].module)]) >= 25
    assert [week for week, _ in chosen()] == [week for week, checks in weeks().items() for _ in checks.exercises]
