"""Prediction cells: the title of the figure that answers one."""


def guess_title(guess, measured):
    """Title of the figure that answers a prediction: the guess beside what was measured.

    Without a guess the title asks for one, and does not contain the measured value.

    Args:
        guess: the student's prediction, a number or one of the options; None for no prediction yet, "show" for the
            answer without a guess.
        measured: the result of the experiment, in the same form.

    >>> guess_title(20, "131 times as fast")
    'your guess: 20; measured: 131 times as fast'
    """
    if guess is None:
        return "Make your guess first"
    answer = f"measured: {_written(measured)}"
    return answer if guess == "show" else f"your guess: {_written(guess).replace('$', chr(92) + '$')}; {answer}"


def _written(value):
    """`value` as text: 1,024 for 1024, 1e-5 for 0.00001."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:g}".replace("e-0", "e-") if isinstance(value, float) else str(value)
