"""Judging answers to exercises: ``@check`` and ``check.value`` (`core`), and `yours`, the student's own answers.

A notebook writes ``from nnlab.exercises.week01 import check``, then ``@check`` above each answer.
"""

from nnlab.checks.mylab import yours

__all__ = ["yours"]
