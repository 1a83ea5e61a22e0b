"""nnlab.course.mutants: small changes of a reference, and the table of exercises."""

import pytest

from nnlab.checks.core import Checks
from nnlab.checks.exercise import Exercise, Quiz, Wrong
from nnlab.course import mutants
from nnlab.course.mutants import chosen, mistakes, score, table


def least_power(x):
    """The least power of 2 that is at least x, for x from 1."""
    power = 1
    while power < x:
        power = power * 2
    return power


POWER = Exercise(
    reference=least_power,
    cases=("least_power(1)", "least_power(2)", "least_power(3)", "least_power(9)"),
    wrong=(Wrong(lambda x: x, "This is x itself."), Wrong(lambda x: 2 * x, "Right nowhere."),
           Wrong(lambda x: 1 if x == 1 else 4, "Always 4.")),
    hints=("Double it.", "Until it is x or more."), allows="On.",
)
SUMS = Quiz("sums", [2, 5], ("1 + 1", "2 + 3"), (Wrong([2, 6], "No product."),), ("Count.",), "On.")


def test_a_mutant_that_never_ends_is_found_wrong_and_stopped_soon(monkeypatch):
    changes = [change for change, _ in mutants.mutants(POWER)]
    assert {"power * 2 → power", "power * 2 → power / 2", "power < x → power <= x", "2 → 1"} <= set(changes)
    monkeypatch.setattr(mutants, "SECONDS", 0.1)
    assert score(POWER) == (len(changes), [])


def test_a_wrong_answer_must_get_its_message_and_be_right_somewhere():
    assert [mistake.good for mistake in mistakes(POWER)] == [True, False, True]
    (quiz,) = mistakes(SUMS)
    assert quiz.good and quiz.name == "1 6" and quiz.says == "No product." and "2 of 2" in quiz.text


def test_names_of_a_case_are_bound_where_wrong_answers_are_tried():
    cases = ("least_power(three)", "least_power(three + 2)")
    wrong = (Wrong(lambda x: 1, "Right nowhere."),)
    exercise = Exercise(least_power, cases, wrong, ("Double it.",), "On.", uses={"three": 3})
    assert [mistake.good for mistake in mistakes(exercise)] == [False]


@pytest.fixture
def one_week(monkeypatch):
    """A course of one week with two exercises."""
    monkeypatch.setattr(mutants, "weeks", lambda: {"week01": Checks("week01", [POWER, SUMS])})
    monkeypatch.setattr(mutants, "SECONDS", 0.1)


def test_table(one_week, capsys):
    assert not table()
    said = capsys.readouterr().out
    assert said.startswith("\nweek01.least_power\n") and "  BAD 2 <lambda>" in said and "  ok  3 <lambda>" in said
    count, _ = score(POWER)
    assert f"  {count} mutants, 0 equivalent; of the others 100% found wrong\n" in said
    assert "  0 random inputs; checked besides the result: arguments, settings, repetition; a verdict takes" in said
    assert " ms\n\nweek01.sums\n  ok  1 6" in said
    assert table(["week01.sums"]) and "least_power" not in capsys.readouterr().out


def test_a_name_is_a_week_or_an_exercise(one_week):
    assert chosen() == chosen(["week01"]) == [("week01", POWER), ("week01", SUMS)]
    assert chosen(["week01.sums", "week01.least_power"]) == [("week01", SUMS), ("week01", POWER)]
    for name, said in (("week99", "no week 'week99'; choose from: week01$"),
                       ("sums", "no week 'sums'; choose from: week01$"),
                       ("week01.sum", "no exercise 'sum' in week01; choose from: least_power, sums$")):
        with pytest.raises(ValueError, match=said):
            chosen([name])
