"""Settings of predictions, and how a kernel shows figures: a solved run draws both."""

import base64
import io

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from nnlab.course.execute import execute
from nnlab.course.notebooks import printed
from nnlab.course.settings import asking, gathered, with_settings
from nnlab.course.solve import solved

DRAW = """fig, (left, ax) = plt.subplots(1, 2, figsize=(6, 3))
left.text(0.5, 0.5, "small", size=8)
if guess_it is not None:
    ax.plot(torch.rand(5))
fig.suptitle("Make your guess first" if guess_it is None else f"your guess: {guess_it}; measured: $x_1$")
plt.show()"""


@pytest.fixture(scope="module")
def untouched():
    cells = [new_code_cell("import matplotlib.pyplot as plt\nimport torch\nplt.style.use('nnlab.course')\n"
                           "torch.manual_seed(0)\nrandom = 7", id="begin"),
             new_code_cell("guess_it = None", metadata={"nnlab": {"guess": 3}}, id="asked"),
             new_code_cell(DRAW, metadata={"tags": ["draws"]}, id="answer"),
             new_code_cell("print(guess_it, random, torch.rand(1).item())", id="after")]
    return new_notebook(cells=cells)


@pytest.fixture(scope="module")
def run(untouched):
    return gathered(execute(asking(solved(untouched), untouched), "n", strict=True, fine=True))


def test_settings_are_drawn_without_a_trace(untouched, run):
    assert [cell.id for cell in run.cells] == ["begin", "asked", "answer", "after"]
    assert [cell.execution_count for cell in run.cells] == [1, 2, 3, 4]
    plain = execute(solved(untouched), "n", strict=True)
    assert printed(run.cells[3]) == printed(plain.cells[3]) != "", "the same guess and random numbers as without"
    answer = run.cells[2].outputs[0]
    setting = answer.metadata["nnlab"]["setting"]
    assert setting["title"] == "Make your guess first" and setting["png"] != answer.data["image/png"]
    shown = with_settings(run, untouched)
    assert [cell.id for cell in shown.cells] == ["begin", "asked", "asked-setting", "answer", "after"]
    assert shown.cells[2].outputs[0].data["image/png"] == setting["png"].strip()


def test_words_beside_a_question_are_legible(run):
    """The axes of a setting are smaller than the answer's, and their words are not: 15 of 700 pixels, about."""
    answer = run.cells[2].outputs[0].metadata
    setting, shown = answer["nnlab"]["setting"], answer["image/png"]
    assert shown["font"] / shown["width"] < 0.0195 and setting["font"] == shown["font"]
    assert 0.0205 < setting["font"] / setting["width"] < 0.0225


def test_fine_figures_have_twice_the_pixels_and_are_measured(untouched, run):
    plain, fine = (execute(solved(untouched), "n").cells[2].outputs[0], run.cells[2].outputs[0])
    images = [Image.open(io.BytesIO(base64.b64decode(one.data["image/png"]))) for one in (plain, fine)]
    assert [abs(2 * a - b) <= 4 for a, b in zip(images[0].size, images[1].size, strict=True)] == [True, True]
    assert plain.metadata["image/png"] == {"alt": "your guess: 3; measured: x_1"}
    data = fine.metadata["image/png"]
    assert (data["alt"], data["title"]) == ("your guess: 3; measured: x_1", "your guess: 3; measured: $x_1$")
    assert (data["width"], data["height"]) == tuple(side // 2 for side in images[1].size)
    assert data["font"] == pytest.approx(8 * 110 / 72, abs=0.01)
    pixels = np.asarray(images[1].convert("L"))
    across, down = (side * np.array(data["covers"])[[k, k + 2]] for k, side in enumerate(images[1].size))
    title = pixels[round(down[0]):round(down[1]), round(across[0]):round(across[1])]
    assert title.min() < 80 and pixels[:round(down[0]) - 2].min() == 255
    assert pixels[:round(down[1]), :round(across[0]) - 2].min() == 255
    assert down[1] / images[1].size[1] <= data["crop"] + 0.02 < 0.3
