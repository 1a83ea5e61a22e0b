"""nnlab.checks.exercise: variants of a function, and measures that are taken once."""

import gc
import inspect
import weakref

import pytest
import torch

from nnlab.checks.exercise import once, variant

RATE = 3


def scaled(x):
    """RATE times x."""
    return RATE * x


class Line:
    """A line through the origin."""

    def __init__(self, slope):
        self.slope = slope

    def __call__(self, x):
        """Its value at x."""
        return self.slope * x


def test_variant_is_the_function_with_edits_and_the_function_stays():
    doubled = variant(scaled, ("RATE * x", "RATE * 2 * x"), name="doubled")
    assert doubled(torch.tensor(5.0)) == 30 and scaled(5) == 15
    assert doubled.__name__ == "doubled" and scaled.__name__ == "scaled" and doubled.__module__ == scaled.__module__
    assert variant(scaled).__name__ == "scaled" and variant(scaled)(5) == 15


def test_edits_are_applied_in_order_to_every_occurrence():
    assert variant(scaled, ("RATE * x", "x - 1"), ("x - 1", "x + 1"))(5) == 6
    assert variant(scaled, ("x", "z"))(z=5) == 15


def test_a_variants_source_can_be_read_and_edited_again():
    first, second = variant(scaled, ("RATE", "4"), name="first"), variant(scaled, ("RATE", "5"), name="second")
    assert inspect.getsource(first) == 'def scaled(x):\n    """4 times x."""\n    return 4 * x\n'
    assert "return 5 * x" in inspect.getsource(second) and "return RATE * x" in inspect.getsource(scaled)
    again = variant(first, ("4", "6"))
    assert again(1) == 6 and again.__name__ == "first" and "return 6 * x" in inspect.getsource(again)


def test_variant_of_a_class():
    shifted = variant(Line, ("* x", "* x + 1"), name="Shifted")
    assert shifted(2)(5) == 11 and Line(2)(5) == 10 and isinstance(shifted, type)
    assert shifted.__name__ == "Shifted" and Line.__name__ == "Line"
    assert "return self.slope * x + 1" in inspect.getsource(shifted) and "* x + 1" not in inspect.getsource(Line)
    assert variant(shifted, ("+ 1", "+ 2"))(2)(5) == 12
    twice = variant(Line, ("= slope", "= 2 * slope"))
    assert twice(2)(5) == 20 and "= 2 * slope" in inspect.getsource(twice) and "= slope" in inspect.getsource(shifted)


def test_text_that_is_not_there_is_said():
    with pytest.raises(ValueError, match=r"the source of scaled does not contain 'RATE \+ x'"):
        variant(scaled, ("RATE + x", "x"))
    with pytest.raises(ValueError, match="the source of Line does not contain 'self.bias'"):
        variant(Line, ("* x", ""), ("self.bias", ""))


def test_once_runs_once_for_each_answer_and_keeps_none_alive():
    calls = []

    @once
    def measured(answer):
        """What an answer gives for 2."""
        calls.append(answer.__name__)
        return answer(2)

    def spare(x):
        return x

    assert [measured(scaled), measured(spare), measured(scaled)] == [6, 2, 6] and calls == ["scaled", "spare"]
    assert measured.__doc__ == "What an answer gives for 2."
    gone = weakref.ref(spare)
    del spare
    gc.collect()
    assert gone() is None
