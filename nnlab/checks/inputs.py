"""Random test cases of an exercise, drawn from a seed, and made smaller (shrunk) while the answer still fails."""

import random

SMALLER = 120  # candidates that `smallest` tries at most


class Draw:
    """Random choices of one case: whole numbers, of which 0 is the simplest, so that a smaller list is a simpler case.

    Args:
        choices: numbers to take first, in order; one that is too large is replaced by the largest possible.
        generator: `random.Random` for the choices after those; None: they are 0.
        float64: whether tensors may be in float64: then one case in four is.
    """

    def __init__(self, choices=(), generator=None, float64=True):
        self.choices, self.taken = choices, []
        self._generator, self._dtype = generator, None if float64 else ""

    def _next(self, count):
        """The next choice, an int from 0 to `count` - 1."""
        k = len(self.taken)
        if k < len(self.choices):
            choice = min(self.choices[k], count - 1)
        else:
            choice = self._generator.randrange(count) if self._generator else 0
        self.taken.append(choice)
        return choice

    def integer(self, low, high):
        """An int from `low`, the simplest, to `high`, both included."""
        return low + self._next(high - low + 1)

    def choice(self, options):
        """One of `options`, a sequence, the simplest first."""
        return options[self._next(len(options))]

    def sizes(self, count, low=1, high=5):
        """A list of `count` different ints from `low` to `high`, for dimensions of different sizes."""
        free = list(range(low, high + 1))
        return [free.pop(self._next(len(free))) for _ in range(count)]

    def numbers(self, count, low=-3.0, high=3.0, among=None):
        """A list of `count` floats: multiples of 1/24 of the range from `low` to `high`, rounded; or values `among`.

        The simplest are those nearest to 0, positive before negative.
        """
        if among is None:
            step = float(f"{(high - low) / 24:.1g}")
            grid = [float(f"{k * step:.6g}") for k in range(-round(-low / step), round(high / step) + 1)]
            among = sorted((value for value in grid if low <= value <= high), key=lambda value: (abs(value), -value))
        return [self.choice(among) for _ in range(count)]

    def number(self, low=-3.0, high=3.0, among=None):
        """One of `numbers`."""
        return self.numbers(1, low, high, among)[0]

    def tensor(self, *shape, low=-3.0, high=3.0, among=None, ranges=None, dtype=None):
        """Text of a tensor of that shape, such as ``torch.tensor([[1.0, 0.5]])``, with `numbers` as its elements.

        Args:
            shape: ints; none for a tensor ().
            low, high, among: as for `numbers`.
            ranges: pairs (low, high), the usual one first; all elements are from one of them.
            dtype: such as ``torch.int64`` or "torch.uint8"; by default float32 or, throughout the case, float64.
        """
        if ranges is not None:
            low, high = self.choice(ranges)
        if dtype is None and self._dtype is None:
            self._dtype = self.choice(("", "", "", ", dtype=torch.float64"))
        count = 1
        for size in shape:
            count *= size
        values = self.numbers(count, low, high, among)
        kind = self._dtype if dtype is None else "" if str(dtype) == "torch.int64" else f", dtype={dtype}"
        if dtype is not None and "float" not in str(dtype):
            values = [int(value) for value in values]
        if count == 0:
            return f"torch.zeros({', '.join(map(str, shape))}{kind})"
        return f"torch.tensor({_nested(values, shape)}{kind})"

    def classes(self, count, num_classes):
        """Text of a tensor (count,) of class indices, int64, from 0 to `num_classes` - 1."""
        return self.tensor(count, among=tuple(range(num_classes)), dtype="torch.int64")


def _nested(values, shape):
    """The list `values` in nested lists by `shape`."""
    if not shape:
        return values[0]
    size = len(values) // shape[0]
    return [_nested(values[k * size:(k + 1) * size], shape[1:]) for k in range(shape[0])]


def drawn(exercise, count=None, seed=None):
    """List of pairs (line, choices) of `count` random cases of `exercise`, all different; [] if it has no generator.

    Args:
        exercise: an `Exercise`; its generator `inputs` takes a `Draw` and returns a line of Python.
        count: their number; that of the exercise, `tries`, by default. Fewer come where there are no more.
        seed: of the random choices; the exercise's name by default.
    """
    if exercise.inputs is None:
        return []
    found, generator = {}, random.Random(exercise.name if seed is None else seed)
    for _ in range(3 * (count or exercise.tries)):
        if len(found) == (count or exercise.tries):
            break
        draw = Draw(generator=generator, float64=exercise.float64)
        found.setdefault(exercise.inputs(draw), draw.taken)
    return list(found.items())


def smallest(exercise, line, choices, fails):
    """The simplest case found for which ``fails(line)`` still holds, beginning with `line` and its `choices`.

    Each step leaves choices out or makes them smaller; of two cases the shorter text, then the smaller choices count as
    simpler.
    """
    tried, left = {line}, SMALLER

    def simpler(choices):
        draw = Draw(choices, float64=exercise.float64)
        text = exercise.inputs(draw)
        return text, draw.taken

    progress = True
    while progress and left > 0:
        progress = False
        for candidate in _candidates(choices):
            text, taken = simpler(candidate)
            if text in tried or (len(text), taken) >= (len(line), choices):
                continue
            tried.add(text)
            left -= 1
            if fails(text):
                line, choices, progress = text, taken, True
                break
            if left <= 0:
                break
    return line, choices


def _candidates(choices):
    """Lists of choices that may be simpler: halves and single ones at 0 or left out, then smaller ones."""
    count = len(choices)
    for size in (count // 2, count // 4, 2, 1):
        for at in range(0, count if size else 0, size or 1):
            if any(choices[at:at + size]):
                yield [*choices[:at], *[0] * size, *choices[at + size:]][:count]
            yield choices[:at] + choices[at + size:]
    for at, choice in enumerate(choices):
        for smaller in sorted({choice // 2, choice - 2, choice - 1} - {choice}):
            if smaller > 0:
                yield [*choices[:at], smaller, *choices[at + 1:]]
