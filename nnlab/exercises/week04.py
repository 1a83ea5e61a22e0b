"""Week 4: optimizers."""

from nnlab.checks.core import Checks
from nnlab.exercises import week04a, week04b, week04c, week04d, week04e

check = Checks("week04", [*week04a.EXERCISES, *week04b.EXERCISES, *week04c.EXERCISES, *week04d.EXERCISES,
                          *week04e.EXERCISES])
