"""The title of a figure that answers a prediction: the guess beside what was measured."""

import pytest

from nnlab.guesses import guess_title


@pytest.mark.parametrize("guess, measured, title", [
    (None, "131 times as fast", "Make your guess first"),
    (20, "131 times as fast", "your guess: 20; measured: 131 times as fast"),
    (1000, 1024, "your guess: 1,000; measured: 1,024"),
    (0.5, 0.25, "your guess: 0.5; measured: 0.25"),
    (1e-12, 1e-5, "your guess: 1e-12; measured: 1e-5"),
    (0, "300 of 1,000", "your guess: 0; measured: 300 of 1,000"),
    ("everywhere", "only far out", "your guess: everywhere; measured: only far out"),
    ("show", "only far out", "measured: only far out"),
    ("$5", "one", "your guess: \\$5; measured: one"),
    (True, 4, "your guess: True; measured: 4"),
])
def test_title(guess, measured, title):
    assert guess_title(guess, measured) == title


def test_any_guess_has_a_title():
    for guess in ([1, 2], (3, 4), {"a": 1}, 1 + 2j, float("nan"), ...):
        assert guess_title(guess, 7) == f"your guess: {guess}; measured: 7"
