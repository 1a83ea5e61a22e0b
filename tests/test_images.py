"""Images of notebooks: a palette where nobody sees it, all colors where somebody would."""

import base64
import io

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from PIL import Image

from nnlab.course.images import SEEN, light, lighten


def png(image):
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)


@pytest.fixture
def drawn():
    """PNG of a figure with lines and words, as matplotlib makes it."""
    figure, ax = plt.subplots()
    ax.plot(np.sin(np.arange(100) / 5))
    ax.set_title("a wave")
    packed = io.BytesIO()
    figure.savefig(packed)
    plt.close(figure)
    return packed.getvalue()


def test_a_figure_of_few_colors_loses_nothing(drawn):
    done = light(drawn)
    assert Image.open(io.BytesIO(done)).mode == "P" and len(done) < len(drawn) / 2
    assert np.percentile(np.abs(pixels(done) - pixels(drawn)), 99.9) <= SEEN
    assert light(done) == done  # once is enough


def test_an_image_of_many_colors_keeps_them():
    noise = png(Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)))
    assert (pixels(light(noise)) == pixels(noise)).all() and len(light(noise)) <= len(noise)


def test_a_transparent_image_stays_as_it_is():
    glass = png(Image.new("RGBA", (30, 20), (10, 20, 30, 128)))
    assert light(glass) == glass


def test_lighten_changes_images_alone(drawn):
    both = {"image/png": base64.b64encode(drawn).decode(), "text/plain": "a figure"}
    cell = nbformat.v4.new_code_cell("draw()", outputs=[
        nbformat.v4.new_output("display_data", both, metadata={"image/png": {"alt": "a wave"}}),
        nbformat.v4.new_output("stream", name="stdout", text="said\n")])
    lighten(cell)
    image, said = cell.outputs
    assert base64.b64decode(image.data["image/png"]) == light(drawn)
    assert (image.data["text/plain"], image.metadata["image/png"]["alt"], said.text) == ("a figure", "a wave", "said\n")
    lighten(nbformat.v4.new_markdown_cell("words"))
