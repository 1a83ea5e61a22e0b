"""HTML of text cells: formulas as images (SVG), made by MathJax in Node.js, and every image inside the page."""

import contextlib
import functools
import html
import json
import re
import subprocess
from pathlib import Path

from jinja2 import pass_context
from mistune import HTMLRenderer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from nnlab.course.embed import embedded
from nnlab.course.npm import node, package
from nnlab.fetch import FetchError

WIDEST = 34  # of a formula in a line, in ex: a wider one scrolls on a phone


class Formulas:
    """TeX to SVG by MathJax in Node.js; without it (no network the first time) the page shows the TeX itself."""

    def __init__(self):
        self.without = None  # why formulas are left as TeX, if they are
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
            raise RuntimeError(f"Node.js ({self._process.args[0]}) ended before it had typeset {tex!r}; "
                               "its own message is above")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(f"bad formula {tex!r}: {answer['error']}")
        wide = not display and float(re.search(r'width="([\d.]+)ex"', answer["svg"]).group(1)) > WIDEST
        svg = answer["svg"].replace('class="MathJax"', 'class="MathJax wide"', 1) if wide else answer["svg"]
        return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(tex, quote=True)}" ', 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End Node.js, if it was started."""
        if self._process is not None:
            self._process.communicate()


def markdown_filter(formulas, name, contents=None, links=None):
    """The filter ``markdown2html`` of nbconvert: formulas as `formulas` makes them, images inside the page.

    A bad formula or image is a ValueError that begins with `name`, the notebook's, and the cell. `contents` takes the
    headings (`nnlab.course.contents.Contents`), `links` links the terms (`nnlab.course.linking.Links`).
    """

    class Renderer(IPythonRenderer):
        def block_math(self, body):
            return formulas(body.strip(), True)

        def inline_math(self, body):
            return formulas(body.strip(), False)

        def latex_environment(self, name, body):
            return formulas(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

        def heading(self, text, level, **_):
            return contents.heading(text, level) if contents else super().heading(text, level)

        def image(self, text, url, title=None):
            return HTMLRenderer.image(self, text, url, title)  # `embedded` replaces the address

    @pass_context
    def converted(context, source):
        cell = context.get("cell", {})
        with in_cell(name, cell):
            made = MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(source)
            made = embedded(made, cell.get("attachments"))
            return links(made) if links else made
    return converted


def shared_glyphs(text):
    """The page `text` with each glyph of its formulas once, where they are used from: formulas take most of a page."""
    glyphs = {}

    def used(found):
        if "data-c" not in found.group():  # a drawing, not a glyph
            return found.group()
        name = glyphs.setdefault(found.group(1), f"g{len(glyphs)}")
        return f'<use href="#{name}"/>'

    text = re.sub(r'<path(?: data-c="\w+")? d="([^"]+)"(?: data-c="\w+")?></path>', used, text)
    paths = "".join(f'<path id="{name}" d="{outline}"/>' for outline, name in glyphs.items())
    drawn = f'<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>{paths}</defs></svg>'
    return text.replace("<body>", f"<body>{drawn}", 1) if glyphs else text


@contextlib.contextmanager
def in_cell(name, cell):
    """Context manager in which a ValueError begins with the names of the notebook and of the cell."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{name}, cell {cell.get('id', '?')!r}: {error}") from None
