"""A reveal.js deck from each notebook's slide metadata: one HTML file that needs no network, figures alive."""

import sys

from tqdm import tqdm

from nnlab.course.browser import chromium
from nnlab.course.execute import execute
from nnlab.course.normalise import picture
from nnlab.course.notebooks import BUILD, ROOT, paths, read, title
from nnlab.course.npm import package
from nnlab.course.render import TEMPLATES, Formulas, rendered
from nnlab.course.solve import solved
from nnlab.fetch import replacing
from nnlab.widgets import defaults

SLIDES = BUILD / "slides"

# What of the current slide lies outside of it, after deck.js has shrunk it.
_OVERFLOW = """() => {
  const slide = Reveal.getCurrentSlide(), out = [];
  for (const node of slide.querySelectorAll("*")) {
    if (node.closest("aside.notes")) continue;
    const box = node.getBoundingClientRect();
    if (box.width && box.height && (box.bottom > innerHeight + 1 || box.right > innerWidth + 1 || box.top < -1 || box.left < -1))
      out.push(`${node.tagName.toLowerCase()} reaches ${Math.round(box.right)} × ${Math.round(box.bottom)}`);
    else if (/auto|scroll|hidden/.test(getComputedStyle(node).overflowX + getComputedStyle(node).overflowY)
             && (node.scrollHeight > node.clientHeight + 2 || node.scrollWidth > node.clientWidth + 2) && node.clientHeight)
      out.push(`${node.tagName.toLowerCase()} hides part of its content`);
  }
  return out.slice(0, 3);
}"""


def build(names=()):
    """Write a deck for each notebook to ``build/slides/``; True if every slide fits. Prints what was written.

    Raises:
        FetchError: reveal.js is neither in the cache nor to be downloaded.
        CellFailed: a notebook does not run.
    """
    formulas, decks, well = Formulas(), [], True
    SLIDES.mkdir(parents=True, exist_ok=True)
    for path in tqdm(paths(names), desc="slides", unit="deck", file=sys.stdout, disable=None):
        decks.append(SLIDES / f"{path.stem}.html")
        with replacing(decks[-1]) as part:
            part.write_text(as_deck(execute(solved(read(path)), path.name, strict=True), formulas), encoding="utf-8")
    formulas.close()
    with chromium() as browser:
        if browser is None:
            print("Chromium was not found, so nobody looked whether the slides fit (Debian, Ubuntu: apt install chromium).")
        for deck in decks:
            count, problems = look(browser, deck) if browser is not None else ("?", [])
            print(f"{deck}: {count} slides" + "".join(f"\n  {problem}" for problem in problems))
            well = well and not problems
    if formulas.without:
        print(f"Formulas are left as TeX: {formulas.without}.")
    return well


def as_deck(notebook, formulas):
    """HTML of the deck of `notebook`, which has been run: one file, with reveal.js inside."""
    reveal = package("reveal.js")
    parts = {"reveal_css": "dist/reveal.css", "reveal_js": "dist/reveal.js", "notes_js": "plugin/notes/notes.js"}
    course = {key: (reveal / part).read_text(encoding="utf-8").replace("</script", "<\\/script") for key, part in parts.items()}
    course["start_js"] = (TEMPLATES / "deck.js").read_text(encoding="utf-8")
    return rendered(notebook, "deck", formulas, title=title(notebook), **course)


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
        page = browser.new_context(offline=True, viewport={"width": 1280, "height": 720}).new_page()
        page.goto(deck.resolve().as_uri())
        page.wait_for_selector("[data-figure][data-ready]", state="attached")
        page.evaluate("""() => {
            const { h, v } = Reveal.getIndices(document.querySelector("[data-figure]").closest("section"));
            Reveal.slide(h, v);
        }""")
        page.wait_for_timeout(300)
        page.screenshot(path=folder / "slide.png")
    print(f"{folder / 'neuron.png'} and slide.png")


def look(browser, deck):
    """Number of slides of the deck at the path `deck`, and a sentence for each slide that does not fit and each error."""
    problems = []
    page = browser.new_context(offline=True, viewport={"width": 1280, "height": 720}).new_page()
    page.on("pageerror", lambda error: problems.append(f"error in the page: {error}"))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def open_(place=""):
        page.goto("about:blank")
        page.goto(deck.resolve().as_uri() + place)
        page.wait_for_function("window.Reveal && Reveal.isReady() && window.figuresReady !== false")

    def see(h, v):
        page.wait_for_timeout(60)
        name = page.evaluate("(Reveal.getCurrentSlide().querySelector('h1, h2, h3') || {}).textContent")
        problems.extend(f"slide {h + 1}.{v + 1} ({name}) does not fit: {problem}" for problem in page.evaluate(_OVERFLOW))

    open_()
    places = page.evaluate("""Reveal.getSlides().map(slide => [Reveal.getIndices(slide), slide.querySelector("[data-figure]")])
        .map(([{ h, v }, figure]) => [h, v || 0, Boolean(figure)])""")
    for h, v, figure in places:
        if figure:  # as after a reload in the middle of a lecture
            open_(f"#/{h}/{v}")
            see(h, v)
        page.evaluate(f"Reveal.slide({h}, {v}, 99)")
        see(h, v)
    page.context.close()
    return len(places), list(dict.fromkeys(problems))
