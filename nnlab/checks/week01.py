"""Week 1: what a neuron computes, and how one learns."""

from nnlab.checks import week01a, week01b
from nnlab.checks.core import Checks

check = Checks("week01", [*week01a.EXERCISES, *week01b.EXERCISES])
