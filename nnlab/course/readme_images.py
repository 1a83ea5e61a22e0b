"""The images that README.md shows: the playground while it trains, as an animation, and a slide with a figure."""

import io
import os

from PIL import Image

from nnlab.course.browser import chromium
from nnlab.course.normalize import figure_page
from nnlab.course.notebooks import ROOT, paths
from nnlab.course.overflow import opened
from nnlab.course.slides import SLIDES
from nnlab.files import replacing
from nnlab.widgets import defaults

FOLDER = ROOT / ".github" / "images"
STATE = {"data": "spirals", "layers": [[8], [8]], "features": ["x1", "x2", "sin x1", "sin x2"], "optimizer": "Adam",
         "rate": "0.01", "noise": 0.05, "share": 0.8}  # of the playground, where it is not as it begins
FRAMES, WAIT, WIDTH = 20, 140, 800  # of the animation: frames, milliseconds between them, pixels


def images():
    """Draw the images of README.md, ``playground.webp`` and ``slide.png``, in ``.github/images/``.

    Raises:
        RuntimeError: there is no Chromium.
        FileNotFoundError: the deck has not been built.
    """
    deck = SLIDES / f"{paths()[0].stem}.html"
    if not deck.exists():
        raise FileNotFoundError(f"there is no {deck}; `make slides` builds it")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        frames = _training(browser)
        page = opened(browser, deck)
        page.evaluate("""() => {
            const { h, v } = Reveal.getIndices(document.querySelector("[data-figure]").closest("section"));
            Reveal.slide(h, v);
        }""")
        page.wait_for_timeout(300)
        with replacing(FOLDER / "slide.png") as part:
            part.write_bytes(page.screenshot())
    with replacing(FOLDER / "playground.webp") as part:
        frames[0].save(part, "WEBP", save_all=True, append_images=frames[1:], loop=0, quality=60, method=6,
                       duration=[WAIT] * (len(frames) - 1) + [2500])
    print(f"{os.path.relpath(FOLDER / 'playground.webp')} and slide.png")


def _training(browser):
    """Images of the playground while it trains: one before, `FRAMES` more."""
    page = figure_page(browser, {"name": "playground", "state": defaults("playground") | STATE})
    figure, shots = page.locator("[data-figure] .figure"), []
    shots.append(figure.screenshot())
    figure.get_by_role("button", name="Play").click()
    page.mouse.move(0, 0)  # so that no tooltip shows
    for _ in range(FRAMES):
        page.wait_for_timeout(WAIT)
        shots.append(figure.screenshot())
    opened_frames = [Image.open(io.BytesIO(shot)).convert("RGB") for shot in shots]
    height = round(opened_frames[0].height * WIDTH / opened_frames[0].width)
    return [frame.resize((WIDTH, height), Image.Resampling.LANCZOS) for frame in opened_frames]
