"""The exercises of each notebook: what is asked, the reference, named wrong answers, hints; a week's ``check`` in weekNN.py."""
