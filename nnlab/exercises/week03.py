"""Week 3: backprop, and the first real network."""

from nnlab.checks.core import Checks
from nnlab.exercises import week03a, week03b

check = Checks("week03", [*week03a.EXERCISES, *week03b.EXERCISES])
