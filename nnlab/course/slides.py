"""A reveal.js deck and a printed handout from each notebook's slide metadata: files that need no network, figures alive."""

import html
import os
import re
import sys

from tqdm import tqdm

from nnlab import __version__
from nnlab.course.browser import chromium
from nnlab.course.normalise import picture
from nnlab.course.notebooks import BUILD, ROOT, minutes, paths, title
from nnlab.course.npm import package
from nnlab.course.render import TEMPLATES, Formulas, address, rendered
from nnlab.course.runs import runs
from nnlab.fetch import FetchError, replacing
from nnlab.widgets import defaults

SITE = BUILD / "site"
SLIDES = SITE / "slides"

# What of the current slide lies outside of it, after deck.js has shrunk it: the cell, and by how much.
_OVERFLOW = """() => {
  const slide = Reveal.getCurrentSlide(), out = new Map();
  for (const node of slide.querySelectorAll("*")) {
    if (node.closest("aside.notes")) continue;
    const box = node.getBoundingClientRect(), cell = node.closest("[id^='cell-id=']")?.id.slice(8) || "?";
    if (box.width && box.height && (box.bottom > innerHeight + 1 || box.right > innerWidth + 1 || box.top < -1 || box.left < -1)) {
      const [right, down] = out.get(cell) || [0, 0];
      out.set(cell, [Math.max(right, box.right - innerWidth, -box.left), Math.max(down, box.bottom - innerHeight, -box.top)]);
    } else if (/auto|scroll|hidden/.test(getComputedStyle(node).overflowX + getComputedStyle(node).overflowY) && node.clientHeight
               && (node.scrollHeight > node.clientHeight + 2 || node.scrollWidth > node.clientWidth + 2) && !out.has(cell))
      out.set(cell, [node.scrollWidth - node.clientWidth, node.scrollHeight - node.clientHeight]);
  }
  return [...out].map(([cell, [right, down]]) => `cell '${cell}' is ${Math.round(right)} px too wide, ${Math.round(down)} px too high`);
}"""


def build(names=()):
    """Write deck and handout of each notebook to ``build/site/slides/``, those that are not there as they would be now.

    True if every notebook ran and every slide fits. Prints a table, and what had to be left out.
    """
    chosen, formulas, rows, well, left_out = paths(names), Formulas(), [], True, []
    made = dict(zip(chosen, runs(chosen), strict=True))
    SLIDES.mkdir(parents=True, exist_ok=True)
    try:
        package("reveal.js")
    except FetchError as error:
        print(f"No decks and no handouts: {error}.")
        return False
    with chromium() as browser:
        if browser is None:
            left_out.append("handouts, and the check whether slides fit: Chromium was not found (Debian, Ubuntu: apt install chromium)")
        for path in tqdm(chosen, desc="slides", unit="deck", file=sys.stdout, disable=None):
            run = made[path].notebook
            if run is None:
                rows.append((path.stem, "failed", "", "", ""))
                print(made[path].failure, file=sys.stderr)
                well = False
                continue
            deck, state = SLIDES / f"{path.stem}.html", f"{made[path].key}{'' if browser else '-unseen'}"
            if made_from(deck) == state and (browser is None or handout_of(deck).exists()):
                rows.append((path.stem, "unchanged", minutes(run), _megabytes(deck), handout_of(deck).name if browser else ""))
                continue
            deck.unlink(missing_ok=True)
            text = as_deck(run, formulas, made_from=state)
            with replacing(deck) as part:
                part.write_text(text, encoding="utf-8")
            count, problems = look(browser, deck) if browser else ("?", [])
            pages = handout(browser, deck) if browser else ""
            rows.append((path.stem, f"{count} slides", minutes(run), _megabytes(deck), f"{pages} pages" if pages else ""))
            if problems:
                print("\n".join([f"{deck}:", *(f"  {problem}" for problem in problems)]), file=sys.stderr)
                text = deck.read_text(encoding="utf-8").replace(state, "", 1)  # looked at again by the next build
                deck.write_text(text, encoding="utf-8")
                well = False
    formulas.close()
    if formulas.without:
        left_out.append(f"formulas as pictures (they stand as TeX): {formulas.without}")
    width = max(len(path.stem) for path in chosen)
    print(f"\n{'lecture':<{width}}  slides      minutes      MB  handout")
    for stem, slides, spoken, size, pages in rows:
        print(f"{stem:<{width}}  {slides:<10}  {spoken!s:>7}  {size:>6}  {pages}")
    for what in left_out:
        print(f"Left out: {what}.")
    print(f"Open {SLIDES}")
    return well


def _megabytes(path):
    return f"{path.stat().st_size / 1e6:.1f}"


def made_from(deck):
    """What the deck at the path `deck` says that it was made from; None where there is none."""
    if not deck.exists():
        return None
    with deck.open(encoding="utf-8") as file:
        found = re.search(r'<meta content="([^"]*)" name="made-from"', file.read(2000))
    return found and found.group(1)


def handout_of(deck):
    """Path of the handout that belongs to the deck at the path `deck`."""
    return deck.with_suffix(".pdf")


def as_deck(notebook, formulas, made_from=""):
    """HTML of the deck of `notebook`, which has been run: one file, with reveal.js inside."""
    reveal = package("reveal.js")
    parts = {"reveal_css": "dist/reveal.css", "reveal_js": "dist/reveal.js", "notes_js": "plugin/notes/notes.js"}
    course = {key: (reveal / part).read_text(encoding="utf-8").replace("</script", "<\\/script") for key, part in parts.items()}
    course |= {"start_js": (TEMPLATES / "deck.js").read_text(encoding="utf-8"), "made_from": made_from}
    return rendered(notebook, "deck", formulas, title=title(notebook), **course)


def handout(browser, deck):
    """Print the deck at the path `deck` as a handout beside it, three slides and their notes a page; the number of pages."""
    page = browser.new_context(offline=True).new_page()
    page.goto(deck.resolve().as_uri() + "?handout")
    page.wait_for_selector("body[data-fitted]", state="attached")
    name = html.escape(page.title())
    foot = ('<div style="font: 8px sans-serif; color: #595959; width: 100%; padding: 0 12mm; display: flex; justify-content: space-between">'
            f"<span>{name} · nnlab {__version__} · MIT licence · {html.escape(address().removeprefix('https://'))}</span>"
            '<span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>')
    with replacing(handout_of(deck)) as part:
        part.write_bytes(page.pdf(prefer_css_page_size=True, print_background=True, display_header_footer=True,
                                  header_template="<span></span>", footer_template=foot, tagged=True))
    page.context.close()
    return pages_of(handout_of(deck))


def pages_of(pdf):
    """Number of pages of the file at the path `pdf`, as Chromium writes it."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


def pictures():
    """Draw the two pictures that README.md shows, of the first figure and of the slide that it stands on.

    Raises:
        RuntimeError: there is no Chromium.
        FileNotFoundError: the deck has not been built.
    """
    folder, deck = ROOT / ".github" / "pictures", SLIDES / f"{paths()[0].stem}.html"
    if not deck.exists():
        raise FileNotFoundError(f"there is no {deck}; `make slides` builds it")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "neuron.png").write_bytes(picture({"name": "neuron", "state": defaults("neuron")}))
    with chromium() as browser:
        page = opened(browser, deck)
        page.evaluate("""() => {
            const { h, v } = Reveal.getIndices(document.querySelector("[data-figure]").closest("section"));
            Reveal.slide(h, v);
        }""")
        page.wait_for_timeout(300)
        page.screenshot(path=folder / "slide.png")
    print(f"{os.path.relpath(folder / 'neuron.png')} and slide.png")


def opened(browser, deck, place=""):
    """The deck at the path `deck` in a page of its own of 1280 × 720, offline, its figures alive."""
    page = browser.new_context(offline=True, viewport={"width": 1280, "height": 720}).new_page()
    page.goto(deck.resolve().as_uri() + place)
    page.wait_for_function("window.Reveal && Reveal.isReady() && window.figuresReady !== false")
    return page


def places(page):
    """For each slide of the deck in `page`: its two numbers, and whether it holds a figure."""
    return page.evaluate("""Reveal.getSlides().map(slide => [Reveal.getIndices(slide), slide.querySelector("[data-figure]")])
        .map(([{ h, v }, figure]) => [h, v || 0, Boolean(figure)])""")


def look(browser, deck, pictures=None):
    """Number of slides of the deck at the path `deck`, and a sentence for each cell that does not fit and each error.

    Args:
        pictures: a list to which a screenshot of each slide is added, as PNG.
    """
    problems = []
    page = opened(browser, deck)
    page.on("pageerror", lambda error: problems.append(f"error in the page: {error}"))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def again(place=""):
        page.goto("about:blank")
        page.goto(deck.resolve().as_uri() + place)
        page.wait_for_function("window.Reveal && Reveal.isReady() && window.figuresReady !== false")

    def see(h, v):
        page.wait_for_timeout(60)
        name = page.evaluate("(Reveal.getCurrentSlide().querySelector('h1, h2, h3') || {}).textContent")
        problems.extend(f"slide {h + 1}.{v + 1} ({name}) does not fit: {problem}" for problem in page.evaluate(_OVERFLOW))

    again()
    slides = places(page)
    for h, v, figure in slides:
        if figure:  # as after a reload in the middle of a lecture
            again(f"#/{h}/{v}")
            see(h, v)
        page.evaluate(f"Reveal.slide({h}, {v}, 99)")
        see(h, v)
        if pictures is not None:
            pictures.append(page.screenshot())
    page.context.close()
    return len(slides), list(dict.fromkeys(problems))
