"""Environment variables that switch something on."""

import os


def switched_on(name):
    """Whether the environment variable `name` is set to a true value.

    False where it is unset, empty, or 0, false, no or off in any case of letters; True for 1 and everything else.
    """
    return os.environ.get(name, "").strip().lower() not in ("", "0", "false", "f", "no", "n", "off")
