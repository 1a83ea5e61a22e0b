"""The search of the site: one file with what there is to find and MiniSearch, which finds it, for the browser.

MiniSearch is one file without dependencies, works without a server, and finds words by their beginnings and in spite of
typing errors. All that it searches stands in the file itself: a page from a disk may not fetch an index.
"""

import html
import json
import re

from bs4 import BeautifulSoup

from nnlab import widgets
from nnlab.course import glossary
from nnlab.course.contents import slug
from nnlab.course.frame import part
from nnlab.course.lectures import links
from nnlab.course.notebooks import LINK, paths, read, slide_type, title
from nnlab.course.npm import package
from nnlab.course.render import asked_by
from nnlab.course.solve import checks_of, names_in

_LETTERS = {"le": "≤", "ge": "≥", "cdot": "·", "times": "×", "to": "→", "infty": "∞", "partial": "∂", "nabla": "∇"}


def script(every, front, figures):
    """Text of search.js, which finds what stands in lectures, glossary, gallery, first page and instructors' page.

    Args:
        every: paths of the lectures' notebooks.
        front: HTML of the first page.
        figures: the `nnlab.course.gallery.Shown` figures.

    Raises:
        FetchError: MiniSearch is not in the cache and could not be downloaded.
    """
    library = (package("minisearch") / "dist" / "umd" / "index.js").read_text(encoding="utf-8")
    rows = [*(row for path in every for row in lecture_rows(path)), *term_rows(), *map(figure_row, figures),
            *front_rows(front), *page_rows(part("instructors.md"), "instructors.html", "Instructors")]
    found = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    library = re.sub(r"^//# sourceMappingURL.*$", "", library, flags=re.M)
    return f"{library}\nconst documents = {found};\n{part('search.js')}"


def lecture_rows(path):
    """Rows of the lecture of the notebook at `path`: [kind, lecture, heading, text, address] each."""
    notebook, page = read(path), f"{path.stem}.html"
    checks, lecture, heading = checks_of(notebook), title(notebook), title(notebook)
    opening = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
    yield ["lecture", lecture, lecture, f"{plain(opening.source)} Page, slides, handout, notebook, Colab.", page]
    yield from (["handout" if place.endswith("pdf") else "slides", lecture, lecture, f"{name} of {lecture}", place]
                for name, place in links(path) if place.startswith("slides/"))
    for cell in notebook.cells:
        place = f"{page}#cell-id={cell.id}"
        if cell.cell_type == "markdown" and slide_type(cell) != "notes" and cell is not opening:
            head = re.match(r"#{2,4} (.+)", cell.source)
            heading = plain(head.group(1)) if head else heading
            if text := plain(cell.source[head.end():] if head else cell.source):
                yield ["text", lecture, heading, text, place]
        elif cell.cell_type == "code":
            for name in names_in(cell):
                yield ["exercise", lecture, name, f"{plain(' '.join(asked_by(checks, name, cell)))} ({heading})", place]


def term_rows():
    """A row for each term of the glossary; it leads to the cell that defines the term."""
    weeks = {path: title(read(path)) for path in paths()}
    for path, term in glossary.glossary():
        yield ["term", weeks[path], term.name, plain(term.sentence), f"{path.stem}.html#cell-id={term.cell}"]


def figure_row(shown):
    """The row of the figure `shown` in the gallery: its sentence, and what can be chosen in it."""
    choices = [str(one) for values in widgets.rules(shown.name).get("choices", {}).values() for one in values]
    text = f"{shown.sentence} {shown.example[0]}. {', '.join(choices)}. {', '.join(week for week, _ in shown.uses)}."
    return ["figure", "Gallery", shown.title, text, f"figures.html#{shown.name}"]


def front_rows(text):
    """Rows of the parts of the first page that have a name, from its HTML `text`."""
    for part_ in BeautifulSoup(text, "html.parser").select(".ways > section[id]"):
        heading = part_.h3.extract().get_text()
        yield ["page", "First page", heading, " ".join(part_.get_text(" ").split()), f"index.html#{part_['id']}"]


def page_rows(text, page, name):
    """Rows of a page of Markdown, `text`: one for each paragraph or item, under its heading."""
    heading = name
    for block in re.split(r"\n\s*\n(?=\S)|\n(?=- )", text):
        if head := re.match(r"#+ (.+)", block):
            heading = plain(head.group(1))
        elif said := plain(block):
            yield ["page", name, heading, said, f"{page}#{slug(heading)}"]


def plain(text):
    """The Markdown `text` as words: no code blocks, no marks; of formulas the letters."""
    text = re.sub(r"^```.*?^```|<!--.*?-->|!\[[^]]*\]\([^)]*\)", " ", text, flags=re.M | re.S)
    text = LINK.sub(lambda link: link[1][1:-1], text)
    text = re.sub(r"\[([^]]+)\]\([^)]*\)|</?\w[^>]*>", r"\1", text)
    text = re.sub(r"\$\$?(.+?)\$\$?", lambda formula: _letters(formula.group(1)), text, flags=re.S)
    text = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*\n]+)\*(?!\w)", r"\1", text.replace("**", ""))
    text = re.sub(r"`|^#+ |^\s*>\s?|^\|[-| ]+\|$|^\s*- ", "", text, flags=re.M).replace(" | ", " · ")
    return html.unescape(" ".join(text.split())).strip("| ")


def _letters(tex):
    """TeX as letters and signs, as far as that goes."""
    def sign(found):
        name = found.group(1)
        return _LETTERS.get(name) or next((one for one in [html.unescape(f"&{name};")] if len(one) == 1), " ")
    tex = re.sub(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)", tex)
    tex = re.sub(r"\\(?:mathrm|text|mathbf|operatorname|boldsymbol)\b", "", tex)
    return re.sub(r"[{}$\\&]", "", re.sub(r"\\([A-Za-z]+)", sign, tex))
