"""Week 1: what a neuron computes, and how one learns."""

from nnlab.checks.core import Checks
from nnlab.exercises import week01a, week01b, week01c, week01d

check = Checks("week01", [*week01a.EXERCISES, *week01b.EXERCISES, *week01c.EXERCISES, *week01d.EXERCISES])
