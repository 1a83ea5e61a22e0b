"""Today's pins of Colab, for the weekly run.

    python tests/colab_pins.py pip-freeze.txt    prints tests/colab-pins.txt with the versions that pip-freeze.txt holds

Colab publishes that file at https://github.com/googlecolab/backend-info.
"""

import re
import sys
from pathlib import Path

PINS = Path(__file__).with_name("colab-pins.txt")


def current(freeze, pins=None):
    """Text of pins with the versions in the text `freeze`; a package that Colab no longer has is left out, and said."""
    versions = {}
    for line in freeze.splitlines():
        pinned = re.match(r"([\w.-]+)==([^\s+]+)", line)
        wheel = re.match(r"([\w.-]+) @ \S+/[\w.]+-(\d[\w.]*)(?:%2B|\+|-)", line)
        if found := pinned or wheel:
            versions[found.group(1).lower()] = found.group(2)
    lines = []
    for line in (PINS.read_text(encoding="utf-8") if pins is None else pins).splitlines():
        name = line.split("==")[0].lower()
        if "==" in line:
            line = f"{name}=={versions[name]}" if name in versions else f"# {name} is not on Colab's image"
        lines.append(line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(current(Path(sys.argv[1]).read_text(encoding="utf-8")), end="")
