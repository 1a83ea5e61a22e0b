"""A reveal.js deck and a printed handout from each notebook's slide metadata; they need no kernel and no network."""

import contextlib
import functools
import hashlib
import re
import sys
import time

from tqdm import tqdm

from nnlab.course.browser import chromium
from nnlab.course.frame import TEMPLATES
from nnlab.course.handout import handout, handout_of
from nnlab.course.notebooks import BUILD, ROOT, minutes, paths, read, story, title
from nnlab.course.npm import package
from nnlab.course.overflow import look
from nnlab.course.render import Formulas, rendered
from nnlab.course.settings import with_settings
from nnlab.course.slide_form import formed
from nnlab.course.slide_text import for_slides
from nnlab.course.solved_runs import runs
from nnlab.course.telling import tell
from nnlab.fetch import FetchError
from nnlab.files import write_text

SITE = BUILD / "site"
SLIDES = SITE / "slides"


def build(names=(), made=None, browser=None, each=None):
    """Write deck and handout of each notebook to ``build/site/slides/``, unless they are up to date.

    True if every notebook ran and every slide fits, None if reveal.js could not be fetched. Prints a table, and what
    had to be left out.

    Args:
        names: notebooks by name; all without.
        made: their `Run` by their paths, where they have been run.
        browser: a running Chromium; one of its own without.
        each: function of (path, page, number of the slide), called for every slide that the browser looks at.
    """
    chosen = paths(names)
    made = made or dict(zip(chosen, runs(chosen), strict=True))
    SLIDES.mkdir(parents=True, exist_ok=True)
    try:
        package("reveal.js")
    except FetchError as error:
        print(f"Left out: decks and handouts: {error}.")
        return None
    rows, problems = [], []
    tell(f"Decks and handouts: {len(chosen)} to look at.")
    with (contextlib.nullcontext(browser) if browser else chromium()) as browser, Formulas() as formulas:
        for path in tqdm(chosen, desc="slides", unit="deck", file=sys.stdout, disable=None):
            start = time.perf_counter()
            row, found = _write(path, made[path], formulas, browser, each)
            tell(f"{path.stem}: {row[1]} in {time.perf_counter() - start:.1f} s")
            rows.append(row)
            problems += found
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    width = max(len(path.stem) for path in chosen)
    print(f"\n{'lecture':<{width}}  slides      minutes      MB  handout")
    for stem, slides, spoken, size, pages in rows:
        print(f"{stem:<{width}}  {slides:<10}  {spoken!s:>7}  {size:>6}  {pages}")
    if browser is None:
        print("Left out: handouts, and the check whether slides fit: Chromium was not found (Debian, Ubuntu: "
              "apt install chromium).")
    if formulas.without:
        print(f"Left out: formulas as images (they stand as TeX): {formulas.without}.")
    print(f"Open {SLIDES}")
    return not problems


def _write(path, run, formulas, browser, each):
    """Row of the table and a list of problems, after writing the deck and handout of the notebook at `path`."""
    notebook, deck = run.notebook, SLIDES / f"{path.stem}.html"
    if notebook is None:
        return (path.stem, "failed", "", "", ""), [str(run.failure)]
    state = f"{fingerprint(path, run)}{'' if browser else '-unseen'}"
    stated = minutes(notebook)
    if each is None and made_from(deck) == state and (browser is None or handout_of(deck).exists()):
        return (path.stem, "unchanged", stated, _megabytes(deck), handout_of(deck).name if browser else ""), []
    deck.unlink(missing_ok=True)
    text = as_deck(notebook, formulas, made_from=state, page=f"../{path.stem}.html", untouched=read(path),
                   name=path.name)
    write_text(deck, text)
    if browser is None:
        return (path.stem, "? slides", stated, _megabytes(deck), ""), []
    count, problems = look(browser, deck, each and functools.partial(each, path))
    try:
        pages = f"{handout(browser, deck)} pages"
    except RuntimeError as error:  # too full on paper
        pages = ""
        problems.append(str(error))
    if problems:
        write_text(deck, text.replace(state, "", 1))  # so that the next build checks it again
        problems = [f"{deck}:", *(f"  {problem}" for problem in problems)]
    return (path.stem, f"{count} slides", stated, _megabytes(deck), pages), problems


def fingerprint(path, run):
    """Fingerprint (hexadecimal) of all that the deck of the notebook at `path` depends on: `run`, itself, the code."""
    digest = hashlib.sha256(run.key.encode() + path.read_bytes())
    for file in sorted((ROOT / "nnlab" / "course").rglob("*")):
        if file.suffix in (".py", ".js", ".css", ".j2"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _megabytes(path):
    return f"{path.stat().st_size / 1e6:.1f}"


def made_from(deck):
    """Fingerprint stored in the deck at the path `deck`; None if there is no deck."""
    if not deck.exists():
        return None
    with deck.open(encoding="utf-8") as file:
        found = re.search(r'<meta content="([^"]*)" name="made-from"', file.read(2000))
    return found and found.group(1)


def as_deck(notebook, formulas, made_from="", page=None, untouched=None, name=None):
    """HTML of the deck of `notebook`, which has been run: one file, with reveal.js inside.

    Args:
        notebook: a solved run.
        formulas: renders them.
        made_from: what the deck depends on, kept in it.
        page: address of the lecture's page.
        untouched: the same notebook as students get it; its figures without answers are shown beside the questions.
        name: the notebook's in error messages; its title without.
    """
    if untouched is not None:
        notebook = with_settings(notebook, untouched)
    named, notebook, reveal = title(notebook), formed(for_slides(notebook)), package("reveal.js")
    parts = {"reveal_css": "dist/reveal.css", "reveal_js": "dist/reveal.js", "notes_js": "plugin/notes/notes.js"}
    texts = {key: (reveal / part).read_text(encoding="utf-8") for key, part in parts.items()}
    course = {key: text.replace("</script", "<\\/script") for key, text in texts.items()}
    start = "\n".join((TEMPLATES / f"{part}.js").read_text(encoding="utf-8") for part in ("fill", "deck"))
    course |= {"start_js": start, "made_from": made_from,
               "page": page, "story": story(notebook)}
    return rendered(notebook, "deck", formulas, name=name, title=named, **course)
