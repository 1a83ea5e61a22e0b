"""Week 5: convolutional networks."""

from nnlab.checks.core import Checks
from nnlab.exercises import week05a, week05b, week05c, week05d, week05e, week05f

check = Checks("week05", [*week05a.EXERCISES, *week05b.EXERCISES, *week05c.EXERCISES, *week05d.EXERCISES,
                          *week05e.EXERCISES, *week05f.EXERCISES])
