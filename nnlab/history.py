"""History of a training run: losses and metrics of every epoch, a table."""

import json
from pathlib import Path


class History:
    """Losses and metrics by epoch: ``history["val_loss"]`` is a list of floats; the repr is a table."""

    def __init__(self, columns=None):
        self._columns = {name: list(values) for name, values in (columns or {}).items()}

    def add(self, row):
        """Append the values of one epoch, a dictionary from column to number."""
        for name, value in row.items():
            self._columns.setdefault(name, []).append(value)

    def __getitem__(self, name):
        if name not in self._columns:
            columns = ", ".join(map(repr, self._columns)) or "nothing yet"
            raise ValueError(f"the history has no {name!r}; it has: {columns}")
        return self._columns[name]

    def __contains__(self, name):
        return name in self._columns

    def __len__(self):
        return max(map(len, self._columns.values()), default=0)

    def to_dict(self):
        """Dictionary from column to a list of numbers, a copy."""
        return {name: list(values) for name, values in self._columns.items()}

    def save(self, path):
        """Write the columns to the file `path` as JSON."""
        Path(path).write_text(json.dumps(self.to_dict()) + "\n", encoding="utf-8")

    def __repr__(self):
        lines = ["epoch" + "".join(f"{name:>{max(10, len(name) + 2)}}" for name in self._columns)]
        rows = range(len(self)) if len(self) <= 12 else [*range(5), None, *range(len(self) - 5, len(self))]
        for row in rows:
            lines.append("  ..." if row is None else f"{row + 1:5}" + "".join(
                f"{values[row]:{max(10, len(name) + 2)}.4f}" for name, values in self._columns.items()))
        return "\n".join(lines)
