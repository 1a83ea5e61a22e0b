"""The exercises of each notebook: task, reference, named wrong answers, hints; weekNN.py gathers a week's `check`."""
