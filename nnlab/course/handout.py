"""The printed handout of a deck: the lecture's story, then three slides on each A4 page, beside the speaker notes."""

import html
import re

from nnlab import __version__
from nnlab.course.frame import address
from nnlab.files import replacing


def handout_of(deck):
    """Path of the handout that belongs to the deck at the path `deck`."""
    return deck.with_suffix(".pdf")


def handout(browser, deck):
    """Number of pages of the handout (a PDF) of the deck at the path `deck`, after writing it beside the deck."""
    page = browser.new_context(offline=True).new_page()
    page.goto(deck.resolve().as_uri() + "?handout")
    page.wait_for_selector("body[data-fitted]", state="attached")
    if cut := page.evaluate("document.body.dataset.fitted"):
        raise RuntimeError(f"{deck.name}: on paper the slides {cut} are too full")
    name = html.escape(page.title())
    style = ("font: 8px sans-serif; color: #595959; width: 100%; padding: 0 12mm; "
             "display: flex; justify-content: space-between")
    foot = (f'<div style="{style}">'
            f"<span>{name} · nnlab {__version__} · MIT license · {html.escape(address().removeprefix('https://'))}</span>"
            '<span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>')
    with replacing(handout_of(deck)) as part:
        part.write_bytes(page.pdf(prefer_css_page_size=True, print_background=True, display_header_footer=True,
                                  header_template="<span></span>", footer_template=foot, tagged=True))
    page.context.close()
    return pages_of(handout_of(deck))


def pages_of(pdf):
    """Number of pages of the file at the path `pdf`, as Chromium writes it."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
