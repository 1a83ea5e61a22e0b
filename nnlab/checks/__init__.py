"""Exercises: ``from nnlab.checks.week01 import check``, then ``@check`` above each answer."""
