"""The table of all lectures."""

import json

import pytest

from nnlab.course import status as table
from nnlab.course.notebooks import minutes, paths, read
from nnlab.course.slide_text import slides_of


@pytest.mark.parametrize("seconds", [None, 12.6])
def test_the_table_has_a_row_a_lecture_and_their_sums(seconds, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(table, "KEPT", tmp_path)
    for path in paths() if seconds else []:
        kept = json.loads(path.read_text(encoding="utf-8"))
        kept["metadata"]["nnlab_seconds"] = seconds
        (tmp_path / f"{path.stem}-0.ipynb").write_text(json.dumps(kept), encoding="utf-8")
    table.status()
    head, *rows, total = capsys.readouterr().out.splitlines()
    assert head.split() == ["lecture", "title", "minutes", "slides", "exercises", "predictions", "figures", "run"]
    assert [row.split()[0] for row in rows] == [path.stem.partition("_")[0] for path in paths()]
    run = lambda time: f" {time:.0f} s" if seconds else " -"  # noqa: E731
    assert total.endswith(run(len(rows) * (seconds or 0)))
    counts = []
    for row, path in zip(rows, paths(), strict=True):
        assert row.endswith(run(seconds))
        counts.append([int(word) for word in row.removesuffix(run(seconds)).split()[-5:]])
        assert counts[-1][:2] == [minutes(read(path)), len(slides_of(read(path)))]
    sums = [str(sum(column)) for column in zip(*counts, strict=True)]
    assert total.split()[:7] == [str(len(rows)), "lectures", *sums]
    table.status(["week01a"])
    assert len(capsys.readouterr().out.splitlines()) == 3
