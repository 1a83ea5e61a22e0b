"""What several test files use: lines for the end of the report, the course's commands, a folder for images."""

import os
import subprocess
import sys
from typing import NamedTuple

from geometry import faults

from nnlab.course.notebooks import BUILD, ROOT

CAUGHT = []  # (guard rail, planted fault, what it said), for the table at the end
SEEN = []  # other lines for the end of the report


def course(*arguments):
    """Completed process of ``python -m nnlab.course`` with `arguments`."""
    environment = {name: value for name, value in os.environ.items() if name != "NNLAB_STRICT"}
    return subprocess.run([sys.executable, "-m", "nnlab.course", *arguments], cwd=ROOT, env=environment,
                          capture_output=True, text=True, timeout=600)


def look_folder():
    """Folder for images that a person may want to look at."""
    folder = BUILD / "look"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Site(NamedTuple):
    """What the build printed (`out`, `err`), whether all is `good`, and what was seen of each notebook's `slides`."""

    out: str
    err: str
    good: bool
    slides: dict


_SEEN_ON = """() => {
  const slide = Reveal.getCurrentSlide();
  const answers = [...document.querySelectorAll(".jp-OutputArea img:not(.setting)")].map((one) => one.src);
  const code = [...slide.querySelectorAll(".highlight pre, .jp-OutputArea pre")].map((node) =>
    parseFloat(getComputedStyle(node).fontSize) * node.getBoundingClientRect().height / node.offsetHeight);
  const settings = [...slide.querySelectorAll("img.setting")].map((one) => {
    const { bottom, height } = one.getBoundingClientRect();
    return { bottom, height, answers: answers.includes(one.src) };
  });
  const pictures = [...slide.querySelectorAll(".jp-OutputArea img")].map((one) => {
    const { width, height } = one.getBoundingClientRect(), body = slide.querySelector(".body").getBoundingClientRect();
    return { width, height, setting: one.matches(".setting"),
             font: one.dataset.font * width / one.getAttribute("width"),
             text: [...slide.querySelectorAll(".said")].some((part) => part.getBoundingClientRect().height > 0),
             room: document.querySelector(".foot").getBoundingClientRect().top - body.top };
  });
  const notes = [...slide.querySelectorAll("aside.notes")].map((one) => one.textContent).join(" ").trim();
  return { code, settings, pictures, notes, foot: document.querySelector(".foot").textContent,
           number: document.querySelector(".number").textContent };
}"""


def seen_on(page):
    """What is on the slide that `page` shows: font sizes of its code, figures, notes, foot, image.

    Of each interactive figure: its width, its share of the slide's area, and what is wrong with its geometry.
    """
    alive = []
    for figure in page.locator("section.present section.present .figure").all():
        box = figure.bounding_box()
        share = box["width"] * box["height"] / (1280 * 720)
        alive.append((box["width"], share, faults(figure, least=14, pictured=False)))
    return page.evaluate(_SEEN_ON) | {"image": page.screenshot(), "alive": alive}
