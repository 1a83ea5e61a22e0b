"""A reveal.js deck and a printed handout from each notebook's slide metadata: files that need no network, figures alive."""

import copy
import html
import os
import re
import sys

import nbformat
from tqdm import tqdm

from nnlab import __version__
from nnlab.course.browser import chromium
from nnlab.course.normalize import screenshot
from nnlab.course.notebooks import BUILD, ROOT, code_cells, minutes, paths, read, title
from nnlab.course.npm import package
from nnlab.course.overflow import look, opened
from nnlab.course.render import TEMPLATES, Formulas, address, rendered
from nnlab.course.solve import guesses_in
from nnlab.course.solved_runs import runs
from nnlab.fetch import FetchError
from nnlab.files import replacing
from nnlab.widgets import defaults

SITE = BUILD / "site"
SLIDES = SITE / "slides"

def build(names=(), made=None):
    """Write deck and handout of each notebook to ``build/site/slides/``, those that are not there as they would be now.

    True if every notebook ran and every slide fits, None if reveal.js could not be fetched. Prints a table, and what had
    to be left out.

    Args:
        names: notebooks by name; all without.
        made: their `Run` by their paths, where they have been run.
    """
    chosen, formulas, rows, well, left_out = paths(names), Formulas(), [], True, []
    made = made or dict(zip(chosen, runs(chosen), strict=True))
    SLIDES.mkdir(parents=True, exist_ok=True)
    try:
        package("reveal.js")
    except FetchError as error:
        print(f"Left out: decks and handouts: {error}.")
        return None
    with chromium() as browser:
        if browser is None:
            left_out.append("handouts, and the check whether slides fit: Chromium was not found (Debian, Ubuntu: "
                            "apt install chromium)")
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
            text = as_deck(run, formulas, made_from=state, page=f"../{path.stem}.html", untouched=read(path))
            with replacing(deck) as part:
                part.write_text(text, encoding="utf-8")
            count, problems = look(browser, deck) if browser else ("?", [])
            try:
                pages = handout(browser, deck) if browser else ""
            except RuntimeError as error:  # too full on paper: said as what is too full on the wall
                pages = ""
                problems.append(str(error))
            rows.append((path.stem, f"{count} slides", minutes(run), _megabytes(deck), f"{pages} pages" if pages else ""))
            if problems:
                print("\n".join([f"{deck}:", *(f"  {problem}" for problem in problems)]), file=sys.stderr)
                deck.write_text(text.replace(state, "", 1), encoding="utf-8")  # looked at again by the next build
                well = False
    formulas.close()
    if formulas.without:
        left_out.append(f"formulas as images (they stand as TeX): {formulas.without}")
    width = max(len(path.stem) for path in chosen)
    print(f"\n{'lecture':<{width}}  slides      minutes      MB  handout")
    for stem, slides, spoken, size, pages in rows:
        print(f"{stem:<{width}}  {slides:<10}  {spoken!s:>7}  {size:>6}  {pages}")
    for what in left_out:
        print(f"Left out: {what}.")
    print(f"Open {SLIDES}")
    return well


def with_settings(run, untouched):
    """A copy of `run` with, after each guess, the figure that withholds its answer, as the notebook `untouched` stores it."""
    run, empty = copy.deepcopy(run), "The axes of the answer, still empty"
    for asked in code_cells(untouched):
        for guess in guesses_in(asked):
            answering = (cell for cell in code_cells(untouched) if re.search(rf"\b{guess.targets[0].id} is None", cell.source))
            shown = next((output for cell in answering for output in cell.outputs if "image/png" in output.get("data", {})), None)
            if shown is not None:
                alt = html.escape(shown.metadata.get("image/png", {}).get("alt", empty), quote=True)
                picture = f'<img class="setting" alt="{alt}" src="data:image/png;base64,{shown.data["image/png"].strip()}">'
                place = next(k for k, cell in enumerate(run.cells) if cell.id == asked.id)
                run.cells.insert(place + 1, nbformat.v4.new_markdown_cell(picture, id=f"{asked.id}-setting"))
    return run


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


def as_deck(notebook, formulas, made_from="", page=None, untouched=None):
    """HTML of the deck of `notebook`, which has been run: one file, with reveal.js inside.

    Args:
        notebook: a solved run.
        formulas: renders them.
        made_from: what the deck depends on, kept in it.
        page: address of the lecture's page.
        untouched: the same notebook as students get it: its figures that withhold an answer are shown beside the questions.
    """
    if untouched is not None:
        notebook = with_settings(notebook, untouched)
    reveal = package("reveal.js")
    parts = {"reveal_css": "dist/reveal.css", "reveal_js": "dist/reveal.js", "notes_js": "plugin/notes/notes.js"}
    course = {key: (reveal / part).read_text(encoding="utf-8").replace("</script", "<\\/script") for key, part in parts.items()}
    course |= {"start_js": (TEMPLATES / "deck.js").read_text(encoding="utf-8"), "made_from": made_from,
               "page": page}
    return rendered(notebook, "deck", formulas, title=title(notebook), **course)


def handout(browser, deck):
    """Print the deck at the path `deck` as a handout beside it, three slides and their notes a page; the number of pages."""
    page = browser.new_context(offline=True).new_page()
    page.goto(deck.resolve().as_uri() + "?handout")
    page.wait_for_selector("body[data-fitted]", state="attached")
    if cut := page.evaluate("document.body.dataset.fitted"):
        raise RuntimeError(f"{deck.name}: on paper the slides {cut} are too full")
    name = html.escape(page.title())
    style = "font: 8px sans-serif; color: #595959; width: 100%; padding: 0 12mm; display: flex; justify-content: space-between"
    foot = (f'<div style="{style}">'
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


def images():
    """Draw the two images that README.md shows, of the first figure and of the slide that it stands on.

    Raises:
        RuntimeError: there is no Chromium.
        FileNotFoundError: the deck has not been built.
    """
    folder, deck = ROOT / ".github" / "images", SLIDES / f"{paths()[0].stem}.html"
    if not deck.exists():
        raise FileNotFoundError(f"there is no {deck}; `make slides` builds it")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "neuron.png").write_bytes(screenshot({"name": "neuron", "state": defaults("neuron")}))
    with chromium() as browser:
        page = opened(browser, deck)
        page.evaluate("""() => {
            const { h, v } = Reveal.getIndices(document.querySelector("[data-figure]").closest("section"));
            Reveal.slide(h, v);
        }""")
        page.wait_for_timeout(300)
        page.screenshot(path=folder / "slide.png")
    print(f"{os.path.relpath(folder / 'neuron.png')} and slide.png")
