"""Week 1: what a neuron computes, and how one learns."""

from nnlab.checks.core import Checks
from nnlab.exercises import week01a, week01b

check = Checks("week01", [*week01a.EXERCISES, *week01b.EXERCISES])
