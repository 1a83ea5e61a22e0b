"""nnlab.checks.originals: what a student sets on functions and classes of ours does not change a verdict."""

import pytest

from nnlab import autograd
from nnlab.checks.exercise import Quiz
from nnlab.checks.judging import is_correct, judge
from nnlab.checks.originals import as_defined, remembered
from nnlab.exercises import week01, week03


def halves(*_):
    """Half of what it should be."""
    return 0.5


def test_a_class_and_a_function_are_as_defined_in_the_block_and_then_as_set(monkeypatch):
    ours = week01.check.exercises["relu"].reference
    pairs = remembered(autograd.Value, ours, 3, "text", len)
    product, code = autograd.Value.__mul__, ours.__code__
    monkeypatch.setattr(autograd.Value, "__mul__", halves)
    monkeypatch.setattr(autograd.Value, "half", halves, raising=False)
    monkeypatch.setattr(ours, "__code__", halves.__code__)
    monkeypatch.setattr(ours, "calls", 1, raising=False)
    with pytest.raises(ZeroDivisionError), as_defined(pairs):
        assert autograd.Value.__mul__ is product and not hasattr(autograd.Value, "half")
        assert ours.__code__ is code and not hasattr(ours, "calls")
        1 / 0  # noqa: B018
    assert autograd.Value.__mul__ is halves and autograd.Value.half is halves
    assert ours.__code__ is halves.__code__ and ours.calls == 1


def with_cases(check):
    """List of the exercises of a week that have cases."""
    return [exercise for exercise in check.exercises.values() if not isinstance(exercise, Quiz)]


@pytest.mark.parametrize("name", ["product", "ordered", "accumulate"])
def test_methods_set_on_the_packages_class(monkeypatch, name):
    exercise = week03.check.exercises[name]
    for method in ("__mul__", "__add__", "__init__", "backward"):
        monkeypatch.setattr(autograd.Value, method, halves)
    assert judge(exercise, exercise.reference).kind == "correct" and is_correct(exercise, exercise.reference)
    assert not any(is_correct(exercise, wrong.answer) for wrong in exercise.wrong)


def test_methods_set_by_an_answer(monkeypatch):
    exercise = week03.check.exercises["product"]
    monkeypatch.setattr(autograd.Value, "__mul__", autograd.Value.__mul__)

    def sets(*inputs):
        autograd.Value.__init__ = halves
        return exercise.reference(*inputs)
    before = vars(autograd.Value).copy()
    judge(exercise, sets)
    assert vars(autograd.Value) == before and is_correct(exercise, exercise.reference)


def test_attributes_of_the_functions_handed_out(monkeypatch):
    """A student has the reference under the exercise's name until there is an answer of their own."""
    exercises = with_cases(week01.check)
    first, second = (next(one for one in exercises if one.name == name) for name in ("relu", "leaky_relu"))

    def uses_relu(x):
        return relu(x) - 0.1 * relu(-x)  # noqa: F821
    monkeypatch.setattr(first.reference, "__name__", "mine")
    monkeypatch.setattr(first.reference, "__code__", halves.__code__)
    monkeypatch.setattr(first.reference, "__defaults__", (1,))
    assert first.name == "relu" and judge(first, lambda x: x.clamp(min=0)).kind == "correct"
    assert judge(second, uses_relu, [first], globals()).kind == "correct"
