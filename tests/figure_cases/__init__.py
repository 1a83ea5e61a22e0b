"""One module a figure: random states of it, what torch says of them, what the figure says, what its code prints.

A figure called NAME has the module figure_cases/NAME.py with

- ``random_state(draw)``: parts of a state, drawn with the random.Random `draw`;
- ``by_torch(state)``: the figure's numbers at a whole state, computed with torch in float64, as a dictionary;
- ``found(numbers)``: the same dictionary, from what the figure's JavaScript computed;
- ``printed(state, numbers)``: the numbers that the figure's PyTorch must print, in order;
- ``on_screen(page, state, numbers)``: asserts that the figure's sentence shows its numbers;
- ``change``: parts of a state that Python sets in the Jupyter tests;

and, where it needs them, ``typed`` (what the Jupyter tests type into its first field; "1.35" else), ``fullest`` (parts
of the state, and a network, that show all that there is) and ``refused`` (pairs of a state as text and its message).
What else only one figure can do is tested in test_figure_NAME.py. All tests of one figure, a new one too:
``pytest tests/test_figure*.py -k NAME``.
"""

import importlib
import math
import random

NEEDED = ("random_state", "by_torch", "found", "printed", "on_screen", "change")
EXPLAINED = "tests/figure_cases/__init__.py says what each is"


def case(name):
    """The module of the figure called `name`.

    Raises:
        LookupError: there is none, or something is missing in it.
    """
    try:
        module = importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise LookupError(f"the figure {name!r} has no tests: write tests/figure_cases/{name}.py with "
                          f"{', '.join(NEEDED)}; {EXPLAINED}") from None
    if missing := [part for part in NEEDED if not hasattr(module, part)]:
        raise LookupError(f"tests/figure_cases/{name}.py lacks {', '.join(missing)}; {EXPLAINED}")
    return module


def draws(name, seed, count=60):
    """`count` random states of the figure called `name`, whole."""
    from nnlab.widgets import Figure

    draw = random.Random(f"{name} {seed}")
    return [Figure(name, **case(name).random_state(draw)).state for _ in range(count)]


def between(draw, low, high, digits=2):
    """A number from `low` to `high`, as a slider sets it."""
    return round(draw.uniform(low, high), digits)


def said(page):
    """The figure's sentence."""
    return page.locator(".says").text_content()


def uniform_of(seed):
    """Function that draws the next uniform number from [0, 1) of the generator Mulberry32, as shared.js does."""
    bits = seed

    def uniform():
        nonlocal bits
        bits = bits + 0x6D2B79F5 & 0xFFFFFFFF
        mixed = (bits ^ bits >> 15) * (1 | bits) & 0xFFFFFFFF
        mixed ^= mixed + ((mixed ^ mixed >> 7) * (61 | mixed) & 0xFFFFFFFF) & 0xFFFFFFFF
        return (mixed ^ mixed >> 14) / 2 ** 32
    return uniform


def normal(uniform):
    """A standard normal number, by Box and Muller, from two that `uniform` draws."""
    return math.sqrt(-2 * math.log(1 - uniform())) * math.cos(2 * math.pi * uniform())
