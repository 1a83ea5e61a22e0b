"""Marking a folder of handed-in notebooks: ``python -m nnlab.course mark FOLDER``."""
