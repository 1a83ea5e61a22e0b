"""Stands in for google.colab.output; anywidget asks it to let figures be shown."""

enabled = 0


def enable_custom_widget_manager():
    """Count the calls."""
    global enabled
    enabled += 1
