"""HTML of a notebook's cells, for pages and decks: formulas as images (SVG), figures that run without a kernel."""

import copy
import html
import inspect
import json
import re
from functools import partial
from pathlib import Path

from nbconvert import HTMLExporter
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from nnlab import __version__, widgets
from nnlab.checks.exercise import Quiz
from nnlab.course.contents import Contents
from nnlab.course.embed import embedded
from nnlab.course.formulas import Formulas as Formulas
from nnlab.course.formulas import in_cell, markdown_filter, shared_glyphs
from nnlab.course.frame import TEMPLATES, address, code_colors, frame, part
from nnlab.course.notebooks import LINK, code_cells, notes, slide_type
from nnlab.course.outputs import shown
from nnlab.course.solve import checks_of, names_in


def prepared(notebook, formulas, name):
    """A copy of `notebook`, called `name`, for rendering: figures as places for their modules, exercises marked, badges
    as links, outputs as the templates show them.
    """
    page, checks = copy.deepcopy(notebook), checks_of(notebook)
    page.metadata.pop("widgets", None)
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[!\[(Open [Ii]n (?:Colab|Kaggle))\]\(https://[^)]*\)\]", r"[\1]", cell.source)
            if slide_type(cell) == "notes" and (spoken := notes(cell)):
                cell.source = f"**{spoken[0]} min.** {spoken[1]}"
        elif cell.cell_type == "raw":
            with in_cell(name, cell):
                cell.source = embedded(cell.source, cell.get("attachments"))
    for cell in code_cells(page):
        if asked := [(name, asked_by(checks, name, cell), _given(checks, name)) for name in names_in(cell)]:
            cell.metadata.setdefault("nnlab", {})["exercise"] = asked
        for output in cell.outputs:
            if widgets.MIME in output.get("data", {}):
                output.data = {"text/html": place_of(output)}
            else:
                with in_cell(name, cell):
                    shown(output, formulas)
    return page


def place_of(output):
    """HTML of the place where the figure that `output` shows comes to life."""
    figure = output.data[widgets.MIME]
    state, network = (html.escape(json.dumps(value), quote=True)
                      for value in (figure["state"], output.data.get(widgets.NETWORK, {})))
    return (f'<div data-figure="{figure["name"]}" data-prevent-swipe data-state="{state}" '
            f'data-network="{network}"></div>')


def asked_by(checks, name, cell):
    """Specification of the exercise `name` in `cell`, as lines of text: its reference's docstring, or its questions."""
    exercise = checks.exercises[name]
    if isinstance(exercise, Quiz):
        before = " ".join(line[2:] for line in cell.source.split("\n") if line.startswith("# "))
        return [before, *(f"{k}. {question}" for k, question in enumerate(exercise.questions, start=1))]
    return [" ".join(part.replace("`", "").split()) for part in inspect.getdoc(exercise.reference).split("\n\n")]


def _given(checks, name):
    """HTML of the code that the exercise called `name` begins with; empty if there is none."""
    given = getattr(checks.exercises[name], "given", None)
    return highlight(inspect.getsource(given), PythonLexer(), HtmlFormatter(style="default")) if given else ""


def _inline_json(value):
    """JSON of `value`, escaped for a script element."""
    return json.dumps(value).replace("</", "<\\/")


def figure_scripts(notebook):
    """HTML of the scripts that run the figures of `notebook`: each module once, and the shim; "" without figures."""
    return scripts_of({output.data[widgets.MIME]["name"] for cell in code_cells(notebook) for output in cell.outputs
                       if widgets.MIME in output.get("data", {})})


def scripts_of(names):
    """HTML of the scripts that run the figures called `names`; "" without names."""
    if not names:
        return ""
    modules = [f'<script type="application/json" data-module="{name}">{_inline_json(widgets.module(name))}</script>'
               for name in sorted(names)]
    return "\n".join([*modules, f'<script type="module">{part("figures.js")}</script>'])


def rendered(notebook, template, formulas, name=None, links=None, **course):
    """HTML of `notebook`, one file that needs no other and no network.

    Args:
        notebook: as it is after a run.
        template: "page" or "deck".
        formulas: typesets its formulas.
        name: the notebook's in error messages; its title without.
        links: links the terms of a page (`nnlab.course.linking.Links`); None leaves them as they are.
        course: further values for the template; a page's "here" and "alone" are those of `nnlab.course.frame.frame`.

    Raises:
        ValueError: a cell shows an image that is not there, something from the network, or a formula that cannot be
            read; the message names notebook, cell and cure.
    """
    name, contents = name or course.get("title", "the notebook"), Contents()
    if template == "page":
        course = frame(course.get("title", name), course.get("here", "lecture"), course.get("alone", False),
                       stem=Path(name).stem) | course
        markdown = markdown_filter(formulas, name, contents, links)
    else:
        course |= {"style": "\n".join([part("text.css"), part("deck.css"), code_colors()]), "address": address()}
        markdown = markdown_filter(formulas, name)
    exporter = HTMLExporter(template_name=template, extra_template_basedirs=[str(TEMPLATES)],
                            filters={"markdown2html": markdown})
    page = prepared(notebook, formulas, name)
    for cell in page.cells:
        if cell.cell_type == "markdown":
            if course.get("takes"):  # has these links as buttons
                cell.source = re.sub(r"\[Open in (?:Colab|Kaggle)\]\([^)]*\)\s*", "", cell.source)
            cell.source = LINK.sub(partial(_to_page, "../" if template == "deck" else ""), cell.source)
    resources = {"course": course | {"figures": figure_scripts(notebook), "version": __version__}}
    text, _ = exporter.from_notebook_node(page, resources=resources)
    if template == "page":
        text = text.replace(contents.PLACE, contents.menu(), 1)
        text = shared_glyphs(text.replace(links.PLACE, links.meanings(), 1) if links else text)
    return text


def _to_page(folder, link):
    """The `link`, a match of LINK: a link to another notebook becomes one to its page in the `folder`."""
    text, name, cell = link.groups()
    return f"{text}({folder}{name}.html{f'#cell-id={cell}' if cell else ''})" if name else link.group()
