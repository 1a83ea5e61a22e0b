"""History of a training run: losses and metrics of every epoch, a table."""

import json
import math
from pathlib import Path

from nnlab.files import write_text

MISSING = float("nan")  # compared by identity, because a metric may itself be NaN


class History:
    """Losses and metrics of each epoch: ``history["val_loss"]`` is a list of floats; the repr is a table.

    Every column has a value for every epoch; where an epoch has none, it is NaN.

    Args:
        columns: dictionary from column to its values, all of the same length; None for no columns.

    Raises:
        ValueError: the columns differ in length.
    """

    def __init__(self, columns=None):
        self._columns = {name: list(values) for name, values in (columns or {}).items()}
        self._by_epoch = False  # whether rows are begun by `begin` alone
        if len(set(map(len, self._columns.values()))) > 1:
            lengths = ", ".join(f"{name!r} has {len(values)}" for name, values in self._columns.items())
            raise ValueError(f"columns of different lengths: {lengths}; give each epoch a value in each, or NaN")

    def begin(self, row):
        """Append the values of one epoch, a dictionary from column to number; `add` then completes this row.

        A column that is new has NaN for the epochs before, a column that is not in `row` NaN for this one.
        """
        self._by_epoch = True
        self._append(row)

    def add(self, row):
        """Add values of the current epoch, a dictionary from column to number, as a callback of `fit` does.

        If `begin` was never called, a column that already has a value begins the next epoch.
        """
        taken = (name in self._columns and self._columns[name][-1] is not MISSING for name in row)
        if not len(self) or not self._by_epoch and any(taken):
            self._append(row)
        else:
            self._set(row)

    def _append(self, row):
        for values in self._columns.values():
            values.append(MISSING)
        self._set(row)

    def _set(self, row):
        epochs = len(self) or 1
        for name, value in row.items():
            self._columns.setdefault(name, [MISSING] * epochs)[-1] = value

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
        """Write the columns to the file `path` as JSON, a value that is missing as null."""
        table = {name: [value if math.isfinite(value) else None for value in values]
                 for name, values in self._columns.items()}
        write_text(Path(path), json.dumps(table, allow_nan=False) + "\n")

    def __repr__(self):
        widths = {name: max(10, len(name) + 2) for name in self._columns}
        lines = ["epoch" + "".join(f"{name:>{width}}" for name, width in widths.items())]
        rows = range(len(self)) if len(self) <= 12 else [*range(5), None, *range(len(self) - 5, len(self))]
        for row in rows:
            lines.append("  ..." if row is None else f"{row + 1:5}" + "".join(
                f"{_shown(self._columns[name][row]):>{width}}" for name, width in widths.items()))
        return "\n".join(lines)


def _shown(value):
    """A value of the table, a dash where it is missing."""
    return "–" if math.isnan(value) else f"{value:.4f}"
