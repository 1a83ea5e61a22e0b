"""What slides leave out of the text, and the rules for it."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nnlab.course.render import Formulas
from nnlab.course.slide_text import OFF, ON, WORDS, brief, for_slides, on_slide, words
from nnlab.course.slides import as_deck


def slide(text, kind="slide", cell_id="said"):
    return new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}}, id=cell_id)


def said(*cells):
    return list(brief(new_notebook(cells=list(cells)), "week09a_test"))


@pytest.mark.parametrize(("text", "left"), [
    ("One.\n\nTwo.", "One.\n\nTwo."),
    (f"One.\n\n{OFF}\n\nAside.\n\n{ON}\n\nTwo.", "One.\n\n\nTwo."),
    (f"One. {OFF}Aside.{ON} Two.", "One.  Two."),
    (f"- one {OFF}\n- aside\n- aside {ON}\n- two", "- one \n- two"),
    (f"- one\n{OFF}\n- aside\n{ON}\n- two", "- one\n- two"),
    (f"One.\n\n{OFF}\n\nAside.\n\n- aside", "One."),
    (f"One. {OFF}Aside.{ON} Two. {OFF}Aside.{ON} Three.\n{OFF}\nAside.", "One.  Two.  Three."),
])
def test_what_is_for_readers_is_not_on_the_slide(text, left):
    assert on_slide(text) == left


def test_deck_leaves_it_out_and_the_notebook_keeps_it():
    notebook = new_notebook(cells=[slide(f"# Title\n\nSeen. {OFF}Read.{ON} Seen too.")])
    with Formulas() as formulas:
        deck = as_deck(notebook, formulas)
    assert "Seen." in deck and "Seen too." in deck and "Read." not in deck and "on the slide" not in deck
    assert "Read." in notebook.cells[0].source and "Read." not in for_slides(notebook).cells[0].source


@pytest.mark.parametrize(("text", "count"), [
    ("# A heading\n\nThree *plain* words", 3),
    ("## A heading\nTwo words", 2),
    ("A formula $x + y$ and $$a\n\\cdot b$$ more", 4),
    ("Code `a.b` and\n\n```\nx = y\n```\n", 2),
    ("A [link text](week01a_neurons.ipynb#cell-id=gate)", 3),
    ("| a | b |\n|---|---|\n| c | d |\n\nAfter it", 2),
    ("![An image](attachment:x.png) seen <b>now</b>", 2),
])
def test_words_without_headings_formulas_code_and_tables(text, count):
    assert words(text) == count


def test_a_slide_has_few_words():
    many = " ".join(["word"] * WORDS)
    assert said(slide(many)) == []
    for cells in ([slide(many + " more")], [slide(many), slide("more", "fragment", "then")],
                  [slide(many), slide("more", "-", "then")]):
        assert [f"{WORDS + 1} words" in problem and "'said'" in problem for problem in said(*cells)] == [True]
    assert said(slide(f"{many} {OFF}more{ON}"), slide("more", "skip", "then"), slide("more", "notes", "notes")) == []


def test_a_slide_is_not_empty():
    assert "neither text nor code nor a figure" in said(slide(f"## Title\n\n{OFF}\n\nAll of it."))[0]
    code = new_code_cell("1 + 1", metadata={"slideshow": {"slide_type": "-"}}, id="code")
    assert said(slide(f"## Title\n\n{OFF}\n\nAll of it."), code) == []
    code.metadata["tags"] = ["draws"]
    assert len(said(slide("## Title"), code)) == 1, "its code is not on slides, and it draws nothing"


@pytest.mark.parametrize(("text", "message"), [
    (f"One. {ON} Two.", "without its pair"), (f"One. {OFF}Two. {OFF}Three.", "without its pair"),
    (f"One.\n\n{OFF} Two.", "a line of its own"), (f"One.\n{OFF}\nTwo.\n{ON} Three.", "a line of its own"),
    ("One. <!-- Not on the slide --> Two.", "write '<!-- not on the slide -->'"),
])
def test_markers_in_the_wrong_form_are_errors(text, message):
    assert any(message in problem for problem in said(slide(text)))
