"""Exams from the course's exercises: other numbers and faults for each student, from a secret seed; ``exam``."""
