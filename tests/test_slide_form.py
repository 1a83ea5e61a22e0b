"""The form of slides: headings, the question of a prediction, the headline of an answer."""

import base64
import io

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image, ImageDraw

from nnlab.course.images import size
from nnlab.course.slide_form import formed, headline, question


def cell(text, kind="slide", cell_id="said"):
    return new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}}, id=cell_id)


def drawn(title="your guess: 3; measured: four", shows=None, kind="slide"):
    """A code cell with an image of 100 × 50 pixels, black at its title."""
    image, file = Image.new("RGB", (100, 50), "white"), io.BytesIO()
    ImageDraw.Draw(image).rectangle((10, 2, 60, 12), fill="black")
    image.save(file, "PNG")
    data = {"width": 50, "height": 25, "title": title, "crop": 0.2, "covers": [0.1, 0.04, 0.6, 0.26]}
    output = new_output("display_data", {"image/png": base64.b64encode(file.getvalue()).decode()},
                        metadata={"image/png": data, "nnlab": {"shows": shows} if shows else {}})
    return new_code_cell("plot()", metadata={"slideshow": {"slide_type": kind}}, outputs=[output], id="drawn")


@pytest.mark.parametrize(("text", "parts"), [
    ("Set up. **What happens?**\n\n- (a) one\n- (b) two",
     ["Set up.", '<div class="question">\n\n**What happens?**\n\n</div>',
      '<div class="options">\n\n- one\n- two\n\n</div>']),
    ("First. Set up (twice). What happens then, to both?", ["First. Set up (twice).", "What happens then, to both?"]),
    ("Set up.\n\n**Now this. How many of $x.y$ are left?** Say a number.\n\n> A quotation.",
     ["Set up.", "**Now this. How many of $x.y$ are left?** Say a number.", "> A quotation."]),
    ("**A name.** It is so. Two compared with one: **which one is it?**",
     ["**A name.** It is so.", "Two compared with one: **which one is it?**"]),
    ("### A heading?\n\nSet up.\n\n**The error is ...**\n\n- (a) small",
     ["### A heading?\n\nSet up.", "**The error is ...**", "- small"]),
])
def test_question_and_options_are_set_apart(text, parts):
    rest = question(text)
    for part in parts:
        before, found, rest = rest.partition(part)
        assert found and not before.replace('<div class="question">', "").replace('<div class="options">', "").replace(
            "</div>", "").strip()


def test_headline_of_an_answer_is_what_was_measured():
    assert headline("your guess: the step; measured: none of them") == (
        '<span class="measured">measured</span> <span>None of them</span> '
        '<span class="guess">a common guess: the step</span>')
    assert "guess" not in headline("measured: 7")
    assert headline("loss and $w$") == "Loss and $w$"


def test_slide_of_an_answer_begins_with_its_figures_title_which_its_image_loses():
    kept = new_notebook(cells=[drawn(), cell("Why.", "-", "why")])
    made = formed(kept).cells
    assert made[0].source.startswith('### <span class="measured">') and made[0].metadata.slideshow.slide_type == "slide"
    assert [one.metadata.slideshow.slide_type for one in made[1:]] == ["-", "-"]
    output = made[1].outputs[0]
    assert size(output.data["image/png"]) == (100, 40) and output.metadata["image/png"]["height"] == 20
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("L")
    assert image.getextrema() == (255, 255), "nothing of the title is left"
    assert len(kept.cells) == 2 and size(kept.cells[0].outputs[0].data["image/png"]) == (100, 50)


def test_a_slide_with_a_heading_keeps_it_and_a_setting_loses_its_title():
    made = formed(new_notebook(cells=[cell("### Mine"), drawn(kind="-")])).cells
    assert len(made) == 2 and size(made[1].outputs[0].data["image/png"]) == (100, 50)
    made = formed(new_notebook(cells=[cell("### Mine\n\nSo many. How many?"), drawn(shows="setting", kind="-")])).cells
    assert size(made[1].outputs[0].data["image/png"]) == (100, 40) and 'class="question"' in made[0].source


def test_headings_set_week_and_number_apart():
    made = formed(new_notebook(cells=[cell("# Week 1a · Neurons"), cell("## 2 · Loss and $w$ *(core)*", cell_id="b"),
                                      cell("## Summary", cell_id="c")])).cells
    assert [one.source for one in made] == [
        '# <span class="week">Week 1a</span> Neurons',
        '## <span class="numeral">2</span> <span>Loss and $w$</span> <span class="kind">core</span>', "## Summary"]
