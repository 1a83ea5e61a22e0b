"""Week 6: deep networks."""

from nnlab.checks.core import Checks
from nnlab.exercises import week06a, week06b, week06c, week06d, week06e, week06f, week06g

check = Checks("week06", [*week06a.EXERCISES, *week06b.EXERCISES, *week06c.EXERCISES, *week06d.EXERCISES,
                          *week06e.EXERCISES, *week06f.EXERCISES, *week06g.EXERCISES])
