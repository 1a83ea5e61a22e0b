"""The course as a site: a page, a deck and a handout of each solved notebook, which need no kernel and no network."""

import html
import re
import sys

from nnlab import __version__
from nnlab.course import glossary, slides
from nnlab.course.notebooks import code_cells, minutes, opening, paths, read, title
from nnlab.course.render import TEMPLATES, Formulas, address, rendered
from nnlab.course.slides import SITE
from nnlab.course.solve import names_in
from nnlab.course.solved_runs import data_here, runs
from nnlab.course.telling import tell
from nnlab.files import replacing, write_text


def build(names=(), again=False, browser=None, each=None):
    """True if every notebook ran solved and every slide fits, after writing the site and printing tables.

    Args:
        names: notebooks by name; all without.
        again: run also the notebooks that have not changed since they last ran.
        browser, each: as for `nnlab.course.slides.build`.
    """
    chosen, every = paths(names), paths()
    made = dict(zip(chosen, runs(chosen, again), strict=True))
    fits = slides.build(names, made, browser, each)
    (SITE / "notebooks").mkdir(parents=True, exist_ok=True)
    with Formulas() as formulas:
        for path in chosen:
            if made[path].notebook is not None:
                previous, following = neighbors(path, every)
                page = rendered(made[path].notebook, "page", formulas, name=path.name,
                                title=title(made[path].notebook), links=links(path), previous=previous, next=following)
                write_text(SITE / f"{path.stem}.html", page)
                with replacing(SITE / "notebooks" / path.name) as part:
                    part.write_bytes(path.read_bytes())
                tell(f"{path.stem}: page written")
        write_text(SITE / "glossary.html", rendered(glossary.page(), "page", formulas, title="Glossary", links=[],
                                                    previous=("All lectures", "index.html"), next=None))
    write_text(SITE / "index.html", _index(every))
    for page in [*SITE.glob("week*.html"), *SITE.glob("*/week*.*")]:
        if page.stem not in {path.stem for path in every}:
            page.unlink()  # of a notebook that no longer exists

    width = max(len(path.stem) for path in chosen)
    print(f"\n{'notebook':<{width}}  cells  seconds  result")
    for path, run in made.items():
        seconds = "kept" if run.seconds is None else f"{run.seconds:.1f}"
        result = "ok" if run.failure is None else "failed"
        print(f"{path.stem:<{width}}  {len(code_cells(read(path))):5}  {seconds:>7}  {result}")
    for run in made.values():
        if run.failure:
            print(f"\n{run.failure}", file=sys.stderr)
    print(f"\nData: {data_here()[1]}.")
    if formulas.without:
        print(f"Formulas are left as TeX in the pages: {formulas.without}.")
    print(f"Open {SITE / 'index.html'}")
    return fits is not False and all(run.failure is None for run in made.values())


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


def _index(every):
    """HTML of the site's index page."""
    rows = []
    for path in every:
        notebook = read(path)
        count = sum(len(names_in(cell)) for cell in code_cells(notebook))
        aims = [line[2:] for line in notebook.cells[0].source.splitlines() if line.startswith("- ")]
        also = "<br>".join(f'<a href="{place}"{" download" * place.endswith("ipynb")}>{html.escape(name)}</a>'
                           for name, place in links(path))
        rows.append(f'<tr><th scope="row"><a href="{path.stem}.html">{html.escape(title(notebook))}</a>'
                    f"<br><small>{also}</small></th>"
                    f"<td><ul>{''.join(f'<li>{html.escape(aim)}</li>' for aim in aims)}</ul>"
                    f"<small>Data: {html.escape(needs(notebook))}</small></td>"
                    f"<td>{minutes(notebook)} min</td><td>{count} exercises</td></tr>")
    style = "\n".join((TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in ("text", "page"))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Neural networks, week by week</title><style>{style}</style></head><body>
<header>nnlab</header>
<main><h1>Neural networks, week by week</h1>
<p>Each page is a notebook that has just been run, with every exercise solved. Its figures are alive: drag, type, try.
The <a href="glossary.html">glossary</a> defines every term.
To work on it yourself, open the notebook in Colab (the first link of its page), or get the course from
<a href="{address()}">its repository</a>: a notebook needs the package <code>nnlab</code> beside it.</p>
<table class="course"><thead><tr><th scope="col">Lecture</th><th scope="col">You will be able to</th>
<th scope="col">To listen</th><th scope="col">To do</th></tr></thead><tbody>
{"".join(rows)}</tbody></table></main>
<footer>nnlab {__version__} · MIT license · <a href="{address()}">{address()}</a></footer></body></html>
"""
