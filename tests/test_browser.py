"""The first notebook's page and deck in real Chromium, with no kernel and no network."""

import copy
import re

import pytest
from figures import drag, numbers
from shared import look_folder

from nnlab import widgets
from nnlab.course.notebooks import paths
from nnlab.course.overflow import look
from nnlab.course.render import Formulas
from nnlab.course.slides import SITE, as_deck

pytestmark = pytest.mark.browser


@pytest.fixture
def html_page(site):
    """The first notebook's page, as the commands write it."""
    return SITE / f"{paths()[0].stem}.html"


@pytest.fixture
def beginning(solved_runs):
    """The first notebook's solved run up to its first figure: three slides."""
    run = copy.deepcopy(solved_runs(paths()[0]))
    last = next(k for k, cell in enumerate(run.cells)
                if cell.cell_type == "code" and "Figure(" in cell.source and cell.outputs)
    run.cells = run.cells[:last + 1]
    return run


def saying(page):
    return page.locator(".says").first.text_content()


def test_page_is_alive_offline(html_page, open_page):
    page = open_page(html_page)
    page.wait_for_selector("[data-figure][data-ready]")
    before = saying(page)
    arrow = page.get_by_role("slider", name="Arrow of the weights")
    arrow.scroll_into_view_if_needed()
    drag(page, arrow, 5, 60)
    after = saying(page)
    assert before != after and numbers(after)[2] < 0  # the second weight points down now
    page.get_by_role("button", name="Undo").first.click()
    assert saying(page) == before
    page.get_by_role("slider", name="c", exact=True).first.fill("1.5")
    page.get_by_role("button", name="ReLU").first.click()
    page.locator(".figure").first.screenshot(path=look_folder() / "neuron-page.png")
    assert numbers(saying(page))[4] == 1.5
    page.get_by_role("button", name="Reset").first.click()
    assert saying(page) == before
    assert page.locator("svg[role=img]").count() > 10, "formulas are images, with their TeX as text"


def test_a_slide_that_is_too_full_is_an_error(beginning, tmp_path, browser):
    run = beginning
    cell = next(cell for cell in run.cells if cell.id == "neuron")
    cell.source += "\n\nAnother line of text that nobody can read any more." * 40
    deck = tmp_path / "deck.html"
    with Formulas() as formulas:
        deck.write_text(as_deck(run, formulas), encoding="utf-8")
    _, problems = look(browser, deck)
    assert len(problems) == 1
    assert problems[0].startswith("slide 3 (1 The neuron core) does not fit: cell 'neuron' is 0 px too wide, ")
    assert int(re.search(r"(\d+) px too high$", problems[0]).group(1)) > 300


def test_bad_tex_is_an_error_that_shows_the_formula():
    with Formulas() as formulas:
        assert formulas(r"\phi(z)").startswith("<mjx-container") and r'aria-label="\phi(z)"' in formulas(r"\phi(z)")
        with pytest.raises(ValueError, match=r"bad formula .*frac\{1\}"):
            formulas(r"\frac{1}")


def test_a_figure_that_fails_is_said_and_the_others_live(browser, tmp_path, beginning):
    run = beginning
    shown = next(cell for cell in run.cells if cell.cell_type == "code" and "Figure(" in cell.source and cell.outputs)
    broken = copy.deepcopy(shown)
    broken.id = "broken-figure"
    broken.outputs[0].data[widgets.MIME]["state"] = {"activation": "none such"}
    run.cells.insert(run.cells.index(shown), broken)
    deck = tmp_path / "deck.html"
    with Formulas() as formulas:
        deck.write_text(as_deck(run, formulas), encoding="utf-8")
    _, problems = look(browser, deck)
    assert any(problem.startswith("The figure neuron fails: ") for problem in problems), problems
    page = browser.new_context(offline=True).new_page()
    page.goto(deck.as_uri())
    page.wait_for_function("window.figuresReady")
    assert page.locator("[data-figure]").count() == page.locator("[data-figure][data-ready]").count() + 1 >= 2
    assert "The figure neuron fails" in page.locator("[data-figure]").first.text_content()
    page.context.close()
