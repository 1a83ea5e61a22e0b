"""nnlab.history: its repr is a table, columns are read by name."""

import pytest

from nnlab.history import History


def test_history_is_a_table_and_saves(tmp_path):
    history = History()
    for k in range(20):
        history.add({"loss": 1 / (k + 1), "val_accuracy": k / 20})
    lines = repr(history).splitlines()
    assert lines[0].split() == ["epoch", "loss", "val_accuracy"]
    assert len(lines) == 12 and lines[1].split() == ["1", "1.0000", "0.0000"]
    history.save(tmp_path / "h.json")
    assert '"loss": [1.0, 0.5' in (tmp_path / "h.json").read_text()
    history.to_dict()["loss"].append(0)
    assert len(history["loss"]) == 20 and "loss" in history and "other" not in history


def test_unknown_columns_are_named():
    with pytest.raises(ValueError, match="the history has no 'loss'; it has: nothing yet"):
        History()["loss"]
