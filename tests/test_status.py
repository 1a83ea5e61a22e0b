"""The table of all lectures."""

from nnlab.course.notebooks import minutes, paths, read
from nnlab.course.slide_text import slides_of
from nnlab.course.status import status


def test_the_table_has_a_row_a_lecture_and_their_sums(capsys):
    status()
    head, *rows, total = capsys.readouterr().out.splitlines()
    assert head.split() == ["lecture", "title", "minutes", "slides", "exercises", "predictions", "figures", "run"]
    assert [row.split()[0] for row in rows] == [path.stem.partition("_")[0] for path in paths()]
    for row, path in zip(rows, paths(), strict=True):
        notebook, (spoken, slides) = read(path), row.split()[-6:-4]
        assert (int(spoken), int(slides)) == (minutes(notebook), len(slides_of(notebook)))
    columns = zip(*(row.split()[-6:-1] for row in rows), strict=True)
    assert total.split()[:7] == [str(len(rows)), "lectures", *(str(sum(map(int, column))) for column in columns)]
    status(["week01a"])
    assert len(capsys.readouterr().out.splitlines()) == 3
