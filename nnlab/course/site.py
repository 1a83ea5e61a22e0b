"""The course as a site: a page, a deck and a handout of each solved notebook, which need no kernel and no network.

The pages are templates of ours over nbconvert's. MyST (the engine of Jupyter Book 2; mystmd 1.8.3 was tried) has
search, contents and previews, too. But its command ``myst build --html`` asks api.mystmd.org for the theme: it cannot
build where only package registries are reached. Here each page is a file that works from a disk, with the outputs of a
solved run and figures that need no kernel. Quarto is in no registry of packages.
"""

import sys

from nnlab.course import gallery, linking, search, slides, texts
from nnlab.course.formulas import markdown_filter
from nnlab.course.frame import frame, page
from nnlab.course.lectures import lecture, neighbors, takes
from nnlab.course.notebooks import code_cells, paths, read, title
from nnlab.course.render import Formulas, place_of, rendered, scripts_of
from nnlab.course.slides import SITE
from nnlab.course.solved_runs import data_here, runs
from nnlab.course.telling import tell
from nnlab.fetch import FetchError
from nnlab.files import replacing, write_text

HERO = "neuron"  # the figure that is alive on the first page


def build(names=(), again=False, browser=None, each=None):
    """True if every notebook ran solved and every slide fits, after writing the site and printing tables.

    Args:
        names: notebooks by name; all without.
        again: run also the notebooks that have not changed since they last ran.
        browser, each: as for `nnlab.course.slides.build`.
    """
    chosen = paths(names)
    made = dict(zip(chosen, runs(chosen, again), strict=True))
    fits = slides.build(names, made, browser, each)
    without = write(made)

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
    for line in without:
        print(line)
    print(f"Open {SITE / 'index.html'}")
    return fits is not False and all(run.failure is None for run in made.values())


def write(made):
    """Sentences on what is left out, after writing the site.

    Args:
        made: solved runs (`nnlab.course.solved_runs.Run`) by the paths of the notebooks whose pages are written; all
            other pages are written always.
    """
    every, without = paths(), []
    lectures = {path: lecture(path) for path in every}
    for folder in ("notebooks", "figures"):
        (SITE / folder).mkdir(parents=True, exist_ok=True)
    with Formulas() as formulas:
        terms = linking.Terms(lambda text: markdown_filter(formulas, "the glossary")({}, text))
        for path, run in made.items():
            if run.notebook is not None:
                write_text(SITE / f"{path.stem}.html", _lecture(path, run.notebook, every, formulas, terms))
                with replacing(SITE / "notebooks" / path.name) as part:
                    part.write_bytes(path.read_bytes())
                tell(f"{path.stem}: page written")
        write_text(SITE / "glossary.html", texts.glossary(formulas))
        write_text(SITE / "instructors.html", texts.instructors(formulas, lectures))
        write_text(SITE / "outline.html", texts.outline(formulas))
    figures = gallery.gallery(every)
    for shown in figures:
        write_text(SITE / "figures" / f"{shown.name}.html", gallery.alone(shown))
    write_text(SITE / "figures.html", gallery.written(figures))
    front = _front(list(lectures.values()), figures)
    write_text(SITE / "index.html", front)
    for file in [*SITE.glob("week*.html"), *SITE.glob("*/week*.*")]:
        if file.stem not in {path.stem for path in every}:
            file.unlink()  # of a notebook that no longer exists
    if formulas.without:
        without.append(f"Formulas are left as TeX in the pages: {formulas.without}.")
    try:
        write_text(SITE / "search.js", search.script(every, front, figures))
    except FetchError as error:
        (SITE / "search.js").unlink(missing_ok=True)
        without.append(f"Left out: search: {error}.")
    return without


def _lecture(path, notebook, every, formulas, terms):
    """HTML of the page of the lecture at `path`, of its solved run `notebook`."""
    previous, following = neighbors(path, every)
    return rendered(notebook, "page", formulas, name=path.name, links=linking.Links(terms, path.stem),
                    title=title(notebook), takes=takes(path), previous=previous, next=following)


def _front(lectures, figures):
    """HTML of the first page: what the course is, a figure, and a card for each lecture."""
    shown = next((one for one in figures if one.name == HERO), None)
    return page("front.html.j2", frame("Neural networks, week by week", "lectures", True, ["front"]), lectures=lectures,
                count=len(lectures), first=lectures[0], figure=place_of(shown.output) if shown else "",
                scripts=scripts_of([HERO] if shown else []))
