"""The lectures as the site lists them: title, sentence, minutes, exercises, data, links, and the image of a card."""

import base64
import functools
import io
import re
from typing import NamedTuple

from PIL import Image

from nnlab import widgets
from nnlab.course.notebooks import ROOT, code_cells, minutes, opening, read, title
from nnlab.course.publish import badge_target, kaggle_target
from nnlab.course.slides import SITE
from nnlab.course.solve import names_in
from nnlab.course.tree import numbered

CARD = (640, 290)  # pixels of a card's image
DRAWING = 0.415  # height of the drawing of an interactive figure, as a part of its width
HEAVIEST = 18_000  # bytes of a card's image


class Lecture(NamedTuple):
    """A lecture: `stem` of its notebook, `number` ("1a"), `name`, `sentence`, `minutes`, `exercises`, `data`, `links`,
    `image` (an address with the image inside), and what that shows, `alt`.
    """

    stem: str
    number: str
    name: str
    sentence: str
    minutes: int
    exercises: int
    data: str
    links: list
    image: str
    alt: str

    @property
    def week(self):
        """Number of its week, a string."""
        return re.match(r"\d+", self.number).group()

    @property
    def page(self):
        """Address of its page, relative to the site."""
        return f"{self.stem}.html"


def lecture(path):
    """The `Lecture` of the notebook at `path`."""
    notebook = read(path)
    number, name = numbered(notebook)
    image, alt = card(notebook)
    return Lecture(path.stem, number, name, sentence(path), minutes(notebook),
                   sum(len(names_in(cell)) for cell in code_cells(notebook)), needs(notebook),
                   [("Colab", badge_target(path.stem)), *links(path)], image, alt)


def takes(path):
    """Where to work on the lecture at `path`, and what to take along: pairs of name and address, Colab first."""
    return [("Open in Colab", badge_target(path.stem)), *links(path), ("Open in Kaggle", kaggle_target(path.stem))]


def links(path):
    """Links to deck, handout and notebook of the lecture at `path`: pairs of name and address relative to the site."""
    built = [("Slides", f"slides/{path.stem}.html"),
             ("Handout with the speaker's notes (PDF)", f"slides/{path.stem}.pdf")]
    return [*(link for link in built if (SITE / link[1]).exists()), ("Notebook", f"notebooks/{path.name}")]


def neighbors(path, every):
    """The lectures before and after the one at `path`, each a pair of title and address, or None."""
    k = every.index(path)
    around = [every[k - 1] if k else None, every[k + 1] if k + 1 < len(every) else None]
    return [one and (title(read(one)), f"{one.stem}.html") for one in around]


def needs(notebook):
    """The data that the lecture needs, as its opening states them."""
    found = re.search(r"\*\*Data\.\*\*\s+(.+)", "\n".join(cell.source for cell in opening(notebook)))
    return found.group(1) if found else "none"


@functools.cache
def _sentences():
    rows = re.findall(r"^\| \[[^]]+\]\(notebooks/(\w+)\.ipynb\) \| (.+?) \|", (ROOT / "README.md").read_text("utf-8"),
                      re.M)
    return {stem: aim[0].upper() + aim[1:].replace("`", "") + "." for stem, aim in rows}


def sentence(path):
    """What one can do after the lecture at `path`, a sentence: README.md's table of lectures has it."""
    return _sentences().get(path.stem, "")


def card(notebook):
    """The image of the lecture's card, as an address that holds it, and what it shows.

    It is the stored image of the cell that the notebook's metadata name (``"nnlab": {"card": cell}``), else of its
    first interactive figure, else its first image. A stored image gives no answer to a prediction away.
    """
    images = list(stored(notebook))
    wanted = notebook.metadata.get("nnlab", {}).get("card")
    by_choice = sorted(images, key=lambda one: (one[0] != wanted, one[1] is None))
    if not by_choice:
        return "", ""
    _, figure, png, alt = by_choice[0]
    return webp(png, figure is not None), alt or f"The interactive figure {figure}"


def stored(notebook):
    """The images that `notebook` stores: cell, name of the figure or None, PNG (bytes), what it shows."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                alt = (cell.metadata.get("nnlab", {}).get("alt")
                       or output.metadata.get("image/png", {}).get("alt", ""))
                yield cell.id, data.get(widgets.MIME, {}).get("name"), base64.b64decode(data["image/png"]), alt


def gap(image):
    """Height at which the drawing of an interactive figure ends in its `image`: an empty row of pixels where there is
    one near, so that no word is cut.
    """
    end, near = min(image.height - 3, round(DRAWING * image.width)), round(0.06 * image.width)
    empty = (y for y in range(end - near, min(end + near, image.height - 3))
             if image.crop((3, y, image.width - 3, y + 1)).getcolors(1))
    return min(empty, key=lambda y: abs(y - end), default=end)


def webp(png, top=False, size=CARD, heaviest=HEAVIEST):
    """The image `png` as an address with a WebP of `size` inside, at most `heaviest` bytes; of an interactive figure
    (`top`) the upper part, its drawing.
    """
    image, (width, height) = Image.open(io.BytesIO(png)).convert("RGB"), size
    if top:
        image = image.crop((3, 3, image.width - 3, gap(image)))
    image.thumbnail((width - 28, height - 28), Image.Resampling.LANCZOS)
    paper = Image.new("RGB", size, image.getpixel((1, 1)))
    paper.paste(image, ((width - image.width) // 2, (height - image.height) // 2))
    for quality in (80, 62, 44, 26, 10):
        file = io.BytesIO()
        paper.save(file, "WEBP", quality=quality, method=4)
        if len(file.getvalue()) <= heaviest:
            break
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
