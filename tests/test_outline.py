"""The instructors' outline: generated from the notebooks, up to date, and no item of the contents without its place."""

import shutil

import pytest
from shared import CAUGHT

from nnlab.course import outline
from nnlab.course.notebooks import code_cells, minutes, paths, read, title
from nnlab.course.solve import names_in


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the outline that may be spoiled."""
    path = tmp_path / "README.md"
    shutil.copy(outline.OUTLINE, path)
    monkeypatch.setattr(outline, "OUTLINE", path)
    return path


def test_it_is_what_the_notebooks_say(copy):
    assert outline.written() is False, "notebooks/README.md is old: run make normalize"
    text = copy.read_text(encoding="utf-8")
    for path in paths():
        notebook = read(path)
        assert f"### [{title(notebook)}]({path.name})\n\n{minutes(notebook)} minutes, " in text
        assert all(f"`{name}`" in text for cell in code_cells(notebook) for name in names_in(cell))


def test_every_item_has_its_place():
    assert list(outline.missing()) == []


@pytest.mark.parametrize("fault, old, new, said", [
    ("an item that nobody treats", "| 1d.4 |", "| 1d.5 | Something else |\n| 1d.4 |", "the item 1d.5 has no place"),
    ("an item that is not listed", "| 1a.2 | ", "| - | ",
     "week01a_neurons treats 1a.2, which the outline does not list"),
])
def test_a_hole_is_said(copy, fault, old, new, said):
    text = copy.read_text(encoding="utf-8")
    assert old in text
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = list(outline.missing())
    assert len(found) == 1 and said in found[0]
    CAUGHT.append(("outline", fault, found[0]))


def test_an_old_outline_is_written_anew(copy):
    text = copy.read_text(encoding="utf-8")
    copy.write_text(text.replace("`Neuron`", "`Nerve`"), encoding="utf-8")
    assert outline.written() is True and copy.read_text(encoding="utf-8") == text
