"""The tree of all lectures that stands beside a page: the weeks, and the lectures of each."""

import functools
import re
from typing import NamedTuple

from nnlab.course.notebooks import paths, read, title

# Name of each week, and the sentence that the first page adds.
WEEKS = {
    "1": ("One neuron", "What it computes, what it can represent, and how it learns."),
    "2": ("Networks", "Why a hidden layer, and what it can represent."),
    "3": ("Backpropagation", "Gradients by hand, by an engine of your own, and a first real network."),
    "4": ("Optimization", "From gradient descent to Adam, and comparisons that are fair."),
    "5": ("Images", "Convolution, architectures, what a network sees, and 99 % in one epoch."),
    "6": ("Depth", "Why deep networks fail, what makes them train, and what makes them generalize."),
}


class Week(NamedTuple):
    """A week: its `number` ("1"), `name` and `sentence`, and its `lectures`, each (stem, number such as "1a", name)."""

    number: str
    name: str
    sentence: str
    lectures: list

    def has(self, stem):
        """Whether the lecture of the notebook called `stem` belongs to this week."""
        return any(one[0] == stem for one in self.lectures)


def numbered(notebook):
    """Number and name of a lecture, ("1a", "Neurons"), from the title of its `notebook`."""
    number, _, name = title(notebook).removeprefix("Week ").partition(" · ")
    return number, name


@functools.cache
def weeks():
    """The `Week`s of the course in their order."""
    found = {}
    for path in paths():
        number, name = numbered(read(path))
        found.setdefault(re.match(r"\d+", number).group(), []).append((path.stem, number, name))
    return [Week(week, *WEEKS.get(week, (f"Week {week}", "")), lectures) for week, lectures in found.items()]
