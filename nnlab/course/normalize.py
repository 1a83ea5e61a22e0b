"""Write notebooks in normal form, the one in which the course keeps them, and draw static images of their figures."""

import base64
import hashlib
import io
import json
import re
import time

from PIL import Image

from nnlab import widgets
from nnlab.course import outline
from nnlab.course.browser import chromium
from nnlab.course.execute import execute
from nnlab.course.frame import TEMPLATES
from nnlab.course.glossary import with_links
from nnlab.course.images import lighten, packed, with_palette
from nnlab.course.notebooks import code_cells, only_draws, paths, read, write
from nnlab.course.publish import stamp
from nnlab.course.telling import tell

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT = {"tags", "slideshow", "nnlab", "sources", "cellView", "jupyter"}
TITLE = "# @title "  # Colab shows the first line of a folded cell as its heading
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")


def normalize(names=(), run=False):
    """Bring the notebooks called `names` (all without) into their normal form; with `run`, execute them first."""
    for path in paths(names):
        notebook, start = read(path), time.perf_counter()
        stamp(notebook, path.stem)
        tell(f"{path.name}: {'running' if run else 'looking at its figures'} ...")
        if run:
            notebook = execute(notebook, path.name)
        normal(notebook)
        write(notebook, path)
        print(f"{path.name}: {len(notebook.cells)} cells, {path.stat().st_size // 1024} kB, "
              f"in {time.perf_counter() - start:.1f} s", flush=True)
    if outline.written():
        print("README.md: the outline is new")


def normal(notebook):
    """Bring `notebook` into the normal form, in place."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"},
                         "nnlab": notebook.metadata.get("nnlab", {})}
    with_links(notebook)
    used = set()
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT and value not in ([], {})}
        cell.source = cell.source.strip("\n")
        if cell.cell_type == "code":
            cell.source = "\n".join(line.rstrip() for line in cell.source.split("\n"))
            _fold(cell)
        cell.id = _slug(cell, used)
    for count, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
            if "metadata" in output:
                output.metadata = {key: value for key, value in output.metadata.items()
                                   if key in ("nnlab", "image/png")}
        _join_streams(cell)
        lighten(cell)
    _draw_figures(notebook)


def _fold(cell):
    """Fold `cell` (JupyterLab's metadata, Colab's form view) where it only draws; show its source where not."""
    for key in ("cellView", "jupyter"):
        cell.metadata.pop(key, None)
    if only_draws(cell):
        cell.metadata.update(cellView="form", jupyter={"source_hidden": True})
        if not cell.source.startswith(TITLE):
            cell.source = f"{TITLE}Draw the figure\n{cell.source}"


def _slug(cell, used):
    """The cell's id, or a slug of its first words where it has only a random one; never one that is in `used`."""
    slug = cell.get("id", "")
    if not SLUG.fullmatch(slug) or RANDOM.fullmatch(slug):
        words = re.findall(r"[a-z0-9]+", cell.source.lower())[:4] or [cell.cell_type]
        slug = "-".join(words) if words[0][0].isalpha() else "cell-" + "-".join(words)
    base, count = slug, 2
    while slug in used:
        slug, count = f"{base}-{count}", count + 1
    used.add(slug)
    return slug


def _join_streams(cell):
    """Join neighboring printed outputs, which arrive in pieces that depend on timing."""
    joined = []
    for output in cell.outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    cell.outputs = joined


# --------------------------------------------------------------------------------- static images of the figures

def drawn_from(figure, network):
    """Fingerprint of all that the static image of `figure` (name and state) with its `network` depends on."""
    text = widgets.module(figure["name"]) + json.dumps([figure["state"], *filter(None, [network])], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _draw_figures(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if figure := output.get("data", {}).get(widgets.MIME):
                output.data.pop(WIDGET_VIEW, None)
                network = output.data.get(widgets.NETWORK, {})
                drawn = drawn_from(figure, network)
                if output.metadata.get("nnlab", {}).get("drawn_from") != drawn or "image/png" not in output.data:
                    output.data["image/png"] = base64.b64encode(screenshot(figure, network)).decode()
                output.metadata = {"nnlab": {"drawn_from": drawn}}


def screenshot(figure, network=None, width=1000):
    """PNG of `figure` (name and state) with its `network`, if any, in its first state.

    Args:
        figure: a dictionary with the figure's name and state.
        network: the trained network that it shows, or None.
        width: of the image in pixels; it has 256 colors.

    Raises:
        RuntimeError: there is no Chromium to draw it.
    """
    with chromium() as browser:
        shot = figure_page(browser, figure, network, width).locator("[data-figure] .figure").screenshot()
    return packed(with_palette(Image.open(io.BytesIO(shot))))


def figure_page(browser, figure, network=None, width=1000):
    """A page of the `browser`, offline, that shows only `figure`, alive; arguments and errors as of `screenshot`."""
    if browser is None:
        raise RuntimeError("the static image of a figure is a screenshot, and Chromium was not found; "
                           "install it (Debian, Ubuntu: apt install chromium) or name it in NNLAB_CHROMIUM")
    page = browser.new_context(offline=True, viewport={"width": width + 16, "height": 800}).new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.set_content('<div data-figure></div><script type="application/json"></script>')
    page.evaluate("""([name, source, state, network]) => {
        const place = document.querySelector("[data-figure]"), module = document.querySelector("script");
        Object.assign(place.dataset, { figure: name, state, network });
        module.dataset.module = name; module.textContent = source;
    }""", [figure["name"], *map(json.dumps, (widgets.module(figure["name"]), figure["state"], network or {}))])
    page.add_script_tag(content=(TEMPLATES / "figures.js").read_text(encoding="utf-8"), type="module")
    page.wait_for_function("window.figuresReady")
    if errors or not page.locator("[data-figure][data-ready]").count():
        raise RuntimeError(f"{page.locator('[data-figure]').text_content()} {errors}")
    return page
