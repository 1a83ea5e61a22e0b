"""Random choices from a secret seed: cases that no student has seen, and the numbers of an exam."""

import hashlib
import random

from nnlab.checks.inputs import drawn

LINES = 12  # secret random cases of a function that is handed in


class Numbers:
    """Random choices from a secret `seed`, for one purpose each."""

    def __init__(self, seed):
        self._seed = seed

    def of(self, *purpose):
        """A `random.Random` for the `purpose`, a few words: the same again for the same words."""
        return random.Random(hashlib.sha256("/".join([self._seed, *purpose]).encode()).hexdigest())


def secret_lines(exercise, numbers, week):
    """Random cases of `exercise` that no student has seen, a list of lines."""
    if not exercise.inputs:
        return []
    return [line for line, _ in drawn(exercise, min(LINES, exercise.tries), numbers.of("lines", week, exercise.name)
                                      .random())]
