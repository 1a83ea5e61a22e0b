"""Stands in for Colab's own package, of which the course uses next to nothing."""
