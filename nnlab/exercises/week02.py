"""Week 2: XOR and layers, and what networks can represent."""

from nnlab.checks.core import Checks
from nnlab.exercises import week02a, week02b, week02c

check = Checks("week02", [*week02a.EXERCISES, *week02b.EXERCISES, *week02c.EXERCISES])
