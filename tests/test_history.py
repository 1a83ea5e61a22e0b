"""nnlab.history: its repr is a table, columns are read by name."""

import json
import math

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


def test_every_column_has_a_value_for_every_epoch(tmp_path):
    history = History()
    history.add({"loss": 2.0})
    history.add({"loss": 1.0, "val_loss": 3.0})
    history.add({"score": 5.0})  # as a callback does: it completes the row of its epoch
    history.add({"val_loss": 4.0})
    history.add({"loss": math.nan})  # it completes the third row, and is its value
    history.add({"loss": math.inf})
    assert {len(values) for values in history.to_dict().values()} == {4} and len(history) == 4
    assert str(history.to_dict()) == str({"loss": [2.0, 1.0, math.nan, math.inf],
                                          "val_loss": [math.nan, 3.0, 4.0, math.nan],
                                          "score": [math.nan, 5.0, math.nan, math.nan]})
    assert [line.split() for line in repr(history).splitlines()] == [
        ["epoch", "loss", "val_loss", "score"], ["1", "2.0000", "–", "–"], ["2", "1.0000", "3.0000", "5.0000"],
        ["3", "–", "4.0000", "–"], ["4", "inf", "–", "–"]]
    history.save(str(tmp_path / "h.json"))
    assert json.loads((tmp_path / "h.json").read_text(), parse_constant=pytest.fail) == {
        "loss": [2.0, 1.0, None, None], "val_loss": [None, 3.0, 4.0, None], "score": [None, 5.0, None, None]}


def test_rows_that_are_begun_are_completed_and_never_begin_another():
    history = History()
    for epoch in (1, 2):
        history.begin({"loss": 1 / epoch})
        for value in (5, 6):
            history.add({"lr": value * epoch})
    assert history.to_dict() == {"loss": [1.0, 0.5], "lr": [6, 12]}


def test_columns_of_different_lengths_are_named():
    with pytest.raises(ValueError, match="columns of different lengths: 'loss' has 2, 'val_loss' has 1"):
        History({"loss": [1.0, 2.0], "val_loss": [1.0]})
    assert repr(History()) == "epoch" and len(History({})) == 0


def test_unknown_columns_are_named():
    with pytest.raises(ValueError, match="the history has no 'loss'; it has: nothing yet"):
        History()["loss"]
