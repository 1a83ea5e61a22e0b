"""Week 3: backprop, and the first real network."""

from nnlab.checks.core import Checks
from nnlab.exercises import week03a, week03b, week03c, week03d

check = Checks("week03", [*week03a.EXERCISES, *week03b.EXERCISES, *week03c.EXERCISES, *week03d.EXERCISES])
