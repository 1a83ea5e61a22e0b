"""Week 3: backprop, and the first real network."""

from nnlab.checks import week03a, week03b
from nnlab.checks.core import Checks

check = Checks("week03", [*week03a.EXERCISES, *week03b.EXERCISES])
