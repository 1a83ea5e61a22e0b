"""The course as a site: every notebook run solved, one page each, an index; alive with no kernel and no network."""

import html
import os
import sys
import time

from tqdm import tqdm

from nnlab import __version__
from nnlab.course.execute import CellFailed, execute
from nnlab.course.notebooks import BUILD, code_cells, minutes, paths, read, title
from nnlab.course.render import TEMPLATES, Formulas, address, rendered
from nnlab.course.solve import names_in, solved
from nnlab.data import load
from nnlab.fetch import replacing

SITE = BUILD / "site"


def build(names=()):
    """Run the notebooks solved and write the site; True if all of them ran. Prints a table and where to look."""
    data = load("fashion_mnist")
    if "comes with the course" in data.source:
        os.environ["NNLAB_OFFLINE"] = "1"  # asked once: the notebooks need not wait for the network again
    runs = [(path, *_run(path)) for path in paths(names)]
    formulas = Formulas()
    SITE.mkdir(parents=True, exist_ok=True)
    for path, notebook, _, _ in runs:
        if notebook is not None:
            _write(f"{path.stem}.html", rendered(notebook, "page", formulas, title=title(notebook)))
    formulas.close()
    _write("index.html", _index([(path, read(path)) for path in paths()]))
    for page in SITE.glob("week*.html"):
        if page.stem not in {path.stem for path in paths()}:
            page.unlink()  # of a notebook that is no more

    width = max(len(path.stem) for path, *_ in runs)
    print(f"\n{'notebook':<{width}}  cells  seconds  result")
    for path, notebook, seconds, _ in runs:
        print(f"{path.stem:<{width}}  {len(code_cells(read(path))):5}  {seconds:7.1f}  {'failed' if notebook is None else 'ok'}")
    for *_, failure in runs:
        if failure:
            print(f"\n{failure}", file=sys.stderr)
    print(f"\nData: {data!r}.")
    if formulas.without:
        print(f"Formulas are left as TeX in the pages: {formulas.without}.")
    print(f"Open {SITE / 'index.html'}")
    return all(notebook is not None for _, notebook, *_ in runs)


def _run(path):
    """The notebook at `path`, solved and run, or None; the seconds it took; what went wrong, or None."""
    notebook = solved(read(path))
    start = time.perf_counter()
    with tqdm(total=len(code_cells(notebook)), desc=path.stem, unit="cell", file=sys.stdout, disable=None,
              bar_format="{desc} {bar:24} {n_fmt}/{total_fmt} cells, {elapsed}") as bar:
        try:
            done, failure = execute(notebook, path.name, strict=True, each=lambda cell: bar.update()), None
        except CellFailed as error:
            done, failure = None, error
    return done, time.perf_counter() - start, failure


def _index(notebooks):
    """HTML of the site's first page."""
    rows = []
    for path, notebook in notebooks:
        count = sum(len(names_in(cell)) for cell in code_cells(notebook))
        aims = [line[2:] for line in notebook.cells[0].source.splitlines() if line.startswith("- ")]
        rows.append(f'<tr><td><a href="{path.stem}.html">{html.escape(title(notebook))}</a></td>'
                    f"<td>{html.escape(' '.join(aims))}</td><td>{minutes(notebook)} min</td><td>{count} exercises</td></tr>")
    style = "\n".join((TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in ("text", "page"))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Neural networks, week by week</title><style>{style}</style></head><body>
<header>Neural networks, week by week</header>
<main><h1>Neural networks, week by week</h1>
<p>Each page is a notebook that has just been run, with every exercise solved. Its figures are alive: drag, type, try.
To work on it yourself, open the notebook.</p>
<table class="course"><tr><th>Lecture</th><th>You will be able to</th><th>To listen</th><th>To do</th></tr>
{"".join(rows)}</table></main>
<footer>nnlab {__version__} · MIT licence · <a href="{address()}">{address()}</a></footer></body></html>
"""


def _write(name, text):
    with replacing(SITE / name) as part:
        part.write_text(text, encoding="utf-8")
