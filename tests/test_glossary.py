"""The glossary: terms in their sentences, lists of new terms that link to them, and one page for the whole course."""

import copy
import re

import nbformat
import pytest
from shared import CAUGHT, SEEN

from nnlab.course import glossary
from nnlab.course.glossary import key, linked_terms, listed, page, sentences, terms, undefined, with_links
from nnlab.course.notebooks import paths, read
from nnlab.course.render import Formulas, rendered

TEXTS = {
    "title": "# Week 9z · Terms\n\n**Minutes.** 3",
    "gradient": "## 1 · Gradients\n\nThe **gradient** of $L$, written $\\nabla L$, is the vector of its derivatives. "
                "It points uphill (Cauchy et al. 1847). **Which way is down?**\n\n```python\nx = 2 ** 3 ** 4\n```",
    "rates": "## 2 · Rates\n\n- **Learning rates** are factors of the step.\n- A **step** is one update:\n\n"
             "$$w \\leftarrow w - \\eta g$$\n\n| name | what |\n|---|---|\n| **epoch** | one pass over the data |",
    "end": "## Summary\n\n**New terms.** gradients, learning rates (section 2); step, epoch.\n\n### Further reading",
}


@pytest.fixture
def small():
    """A notebook of four cells that defines four terms and lists them."""
    cells = [nbformat.v4.new_markdown_cell(text, id=name) for name, text in TEXTS.items()]
    return nbformat.v4.new_notebook(cells=cells)


def test_each_term_comes_with_its_cell_its_section_and_its_sentence(small):
    assert listed(small) == ["gradients", "learning rates", "step", "epoch"]
    assert terms(small) == [
        ("gradients", "gradient", 1, r"The **gradient** of $L$, written $\nabla L$, is the vector of its derivatives."),
        ("learning rates", "rates", 2, "**Learning rates** are factors of the step."),
        ("step", "rates", 2, r"A **step** is one update: $w \leftarrow w - \eta g$"),
        ("epoch", "rates", 2, "**epoch**: one pass over the data")]


@pytest.mark.parametrize("text, parts", [
    ("One. Two? Three!", ["One.", "Two?", "Three!"]),
    ("By Nesterov et al. Two ideas, e.g. Adam.", ["By Nesterov et al. Two ideas, e.g. Adam."]),
    ("> **A** is b.\n> **C** is d.", ["**A** is b.", "**C** is d."]),
    ("<details><summary>Answer</summary>Yes. No.</details>", ["AnswerYes.", "No."]),
    ("### A heading\n\nText of 2.5 pixels.", ["Text of 2.5 pixels."]),
    ("**Terms.** A **node** is a value.", ["A **node** is a value."]),
])
def test_sentences_of_a_text(text, parts):
    assert sentences(text) == parts


@pytest.mark.parametrize("one, other", [("Hessians", "hessian"), ('"same" padding', "same padding"),
                                        ("weights and  biases", "Weight and biases")])
def test_spellings_of_one_term_have_one_key(one, other):
    assert key(one) == key(other) and key("loss") != key("lost")


def test_the_list_gets_links_and_keeps_them(small):
    with_links(small)
    line = ("**New terms.** Section 1: [gradients](#cell-id=gradient); Section 2: [learning rates](#cell-id=rates), "
            "[step](#cell-id=rates), [epoch](#cell-id=rates).")
    assert line in small.cells[-1].source and linked_terms(small) == line
    assert listed(small) == ["gradients", "learning rates", "step", "epoch"] and list(undefined(small, "week00")) == []
    before = copy.deepcopy(small)
    with_links(small)
    assert small == before


@pytest.mark.parametrize("fault, old, new, said", [
    ("a term that no cell defines", "step, epoch", "step, epoch, momentum buffer",
     "lists the new term 'momentum buffer', which no cell defines in bold"),
    ("a list without links", "**New terms.**", "**New terms.**", "is not in its one form"),
    ("no list", "**New terms.** gradients, learning rates (section 2); step, epoch.", "", "lists no '**New terms.**"),
])
def test_a_wrong_list_is_said(small, fault, old, new, said):
    small.cells[-1].source = small.cells[-1].source.replace(old, new)
    found = list(undefined(small, "week00"))
    assert any(said in problem for problem in found)
    CAUGHT.append(("glossary", fault, found[0]))


def test_a_definition_can_stand_alone(small):
    small.cells[1].source = small.cells[1].source.replace("The **gradient** of", "This is the **gradient** of")
    with_links(small)
    (problem,) = undefined(small, "week00")
    assert problem.startswith("defines 'gradients' by a sentence that cannot stand alone: 'This is the **gradient**")
    CAUGHT.append(("glossary", "a definition that points back", problem))


def test_a_term_is_new_once(small, monkeypatch):
    with_links(small)
    monkeypatch.setattr(glossary, "first_lists", lambda: {"gradient": "week00a_before", "step": "week99a_after"})
    assert list(undefined(small, "week09z")) == ["lists the term 'gradients' as new, which week00a_before has already"]


def test_the_page_has_every_term_of_every_list_once_in_order():
    text = "\n".join(cell.source for cell in page().cells)
    wanted = [name for path in paths() for name in listed(read(path))]
    entries = re.findall(r"^- \*\*(.+?)\*\* \(\[Week \d[a-z]\]\((\w+)\.ipynb#cell-id=([\w-]+)\)\): (.+)$", text, re.M)
    assert sorted(name for name, *_ in entries) == sorted(wanted) and len({key(name) for name in wanted}) == len(wanted)
    assert len(entries) == text.count("\n- ") >= 200
    assert [key(name) for name, *_ in entries] == sorted(key(name) for name, *_ in entries)
    ids = {path.stem: {cell.id for cell in read(path).cells} for path in paths()}
    assert all(cell in ids[stem] for _, stem, cell, _ in entries)
    for name, _, _, sentence in entries:
        assert key(name) in key(sentence) and len(sentence.split()) >= 4, name
    SEEN.append(f"glossary: {len(entries)} terms, the longest sentence has "
                f"{max(len(sentence.split()) for *_, sentence in entries)} words")


def test_the_page_is_typeset_and_links_to_the_lectures():
    with Formulas() as formulas:
        html = rendered(page(), "page", formulas, title="Glossary", links=[], previous=None, next=None)
    assert "week04a_gradient_descent.html#cell-id=landscapes" in html and ".ipynb" not in html
    assert "<strong>Hessian</strong>" in html and formulas.without or "<svg" in html
