"""In Colab's kernel the package google.colab is imported before the first cell; here too."""

import google.colab.output  # noqa: F401
