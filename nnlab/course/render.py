"""HTML of a notebook's cells, for pages and decks: formulas as images (SVG), figures that run without a kernel."""

import copy
import functools
import html
import inspect
import json
import re
import subprocess
import tomllib
from pathlib import Path

from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from nnlab import __version__, widgets
from nnlab.checks.exercise import Quiz
from nnlab.course.notebooks import ROOT, code_cells, notes, slide_type
from nnlab.course.npm import node, package
from nnlab.course.solve import checks_of, names_in
from nnlab.fetch import FetchError

TEMPLATES = Path(__file__).parent / "templates"


def address():
    """The repository's address, from pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


class Formulas:
    """TeX to SVG by MathJax in Node.js; without it (no network the first time) the TeX itself stands in the page."""

    def __init__(self):
        self.without = None  # the reason why formulas are left as TeX, if they are
        self._process = None

    def _start(self):
        try:
            command = [node(), str(Path(__file__).parent / "tex.js"), str(package("mathjax"))]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             text=True, encoding="utf-8")
        except (FetchError, OSError) as error:
            self.without = str(error)

    @functools.cache  # noqa: B019
    def __call__(self, tex, display=False):
        """HTML of the formula `tex`.

        Raises:
            ValueError: MathJax cannot read it; the message shows the formula.
        """
        if self._process is None and self.without is None:
            self._start()
        if self.without is not None:
            return f'<span class="tex">{html.escape(tex)}</span>'
        self._process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        self._process.stdin.flush()
        if not (line := self._process.stdout.readline()):
            raise RuntimeError(f"Node.js ({self._process.args[0]}) ended before it had set {tex!r}; "
                               "its own message stands above")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(f"bad formula {tex!r}: {answer['error']}")
        return answer["svg"].replace("<svg ", f'<svg role="img" aria-label="{html.escape(tex, quote=True)}" ', 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End Node.js, if it was started."""
        if self._process is not None:
            self._process.communicate()


def markdown_filter(formulas):
    """The filter ``markdown2html`` of nbconvert with formulas as `formulas` makes them."""

    class Renderer(IPythonRenderer):
        def block_math(self, body):
            return formulas(body.strip(), True)

        def inline_math(self, body):
            return formulas(body.strip(), False)

        def latex_environment(self, name, body):
            return formulas(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    return lambda source: MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(source)


def prepared(notebook):
    """A copy of `notebook` for rendering: figures as places for their modules, exercises marked, badges as links."""
    page, checks = copy.deepcopy(notebook), checks_of(notebook)
    page.metadata.pop("widgets", None)
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[!\[(Open in (?:Colab|Kaggle))\]\(https://[^)]*\)\]", r"[\1]", cell.source)
            if slide_type(cell) == "notes" and (spoken := notes(cell)):
                cell.source = f"**{spoken[0]} min.** {spoken[1]}"
    for cell in code_cells(page):
        if asked := [(name, _asked(checks, name, cell), _given(checks, name)) for name in names_in(cell)]:
            cell.metadata.setdefault("nnlab", {})["exercise"] = asked
        for output in cell.outputs:
            if figure := output.get("data", {}).get(widgets.MIME):
                state, network = (html.escape(json.dumps(part), quote=True)
                                  for part in (figure["state"], output.data.get(widgets.NETWORK, {})))
                place = (f'<div data-figure="{figure["name"]}" data-prevent-swipe data-state="{state}" '
                         f'data-network="{network}"></div>')
                output.data = {"text/html": place}
    return page


def _asked(checks, name, cell):
    """What the exercise called `name` in `cell` asks, as lines of text: what its reference says, or its questions."""
    exercise = checks.exercises[name]
    if isinstance(exercise, Quiz):
        before = " ".join(line[2:] for line in cell.source.split("\n") if line.startswith("# "))
        return [before, *(f"{k}. {question}" for k, question in enumerate(exercise.questions, start=1))]
    return [" ".join(part.replace("`", "").split()) for part in inspect.getdoc(exercise.reference).split("\n\n")]


def _given(checks, name):
    """HTML of the code that the exercise called `name` begins with; empty where that is nothing."""
    given = getattr(checks.exercises[name], "given", None)
    return highlight(inspect.getsource(given), PythonLexer(), HtmlFormatter(style="default")) if given else ""


def _inline_json(value):
    """JSON of `value` that may stand in a script element."""
    return json.dumps(value).replace("</", "<\\/")


def figure_scripts(notebook):
    """HTML of the scripts that run the figures of `notebook`: each module once, and the shim; "" without figures."""
    used = sorted({output.data[widgets.MIME]["name"] for cell in code_cells(notebook) for output in cell.outputs
                   if widgets.MIME in output.get("data", {})})
    if not used:
        return ""
    modules = [f'<script type="application/json" data-module="{name}">{_inline_json(widgets.module(name))}</script>'
               for name in used]
    shim = (TEMPLATES / "figures.js").read_text(encoding="utf-8")
    return "\n".join([*modules, f'<script type="module">{shim}</script>'])


def rendered(notebook, template, formulas, **course):
    """HTML of `notebook` by the template "page" or "deck"; `course` are what the template asks for besides."""
    styles = [(TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in ("text", template)]
    styles.append(HtmlFormatter(style="default").get_style_defs(".highlight").replace("background: #f8f8f8", ""))
    exporter = HTMLExporter(template_name=template, extra_template_basedirs=[str(TEMPLATES)],
                            filters={"markdown2html": markdown_filter(formulas)})
    course |= {"style": "\n".join(styles), "version": __version__, "address": address(),
               "figures": figure_scripts(notebook)}
    text, _ = exporter.from_notebook_node(prepared(notebook), resources={"course": course})
    return text
