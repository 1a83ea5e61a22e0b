"""Pages of text that are no lecture: the glossary, the instructors' page, the outline; made as a lecture's page is."""

import html
import re

import nbformat

from nnlab.course import frame
from nnlab.course.contents import slug
from nnlab.course.glossary import page as glossary_notebook
from nnlab.course.lectures import links
from nnlab.course.linking import anchor
from nnlab.course.notebooks import code_cells, read, slide_type
from nnlab.course.outline import OUTLINE
from nnlab.course.render import rendered
from nnlab.course.solve import guesses_in


def glossary(formulas):
    """HTML of the glossary: its letters, and each term with a name that addresses can use."""
    notebook = glossary_notebook()
    letters = [cell.source.split("\n")[0].removeprefix("## ") for cell in notebook.cells[1:]]
    index = "".join(f'<li><a href="#{slug(letter)}">{letter[:1] if len(letter) == 1 else "0–9"}</a></li>'
                    for letter in letters)
    notebook.cells[0].source += f'\n\n<ul class="letters" aria-label="Letters">{index}</ul>'
    text = rendered(notebook, "page", formulas, title="Glossary", here="glossary")
    return re.sub(r"<li><strong>(.+?)</strong>", lambda found: _named(found, found.group(1)), text)


def _named(item, name):
    return item.group().replace("<li>", f'<li id="{anchor(html.unescape(name))}">', 1)


def instructors(formulas, lectures):
    """HTML of the instructors' page: templates/instructors.md, with a table of the `lectures` (`Lecture` by path)."""
    text = frame.part("instructors.md").replace("{{ lectures }}", table(lectures))
    text = text.replace("](notebooks/README.md)", "](outline.html)")
    return rendered(_notebook(text), "page", formulas, title="For instructors", here="instructors")


def outline(formulas):
    """HTML of the outline, which instructors read: notebooks/README.md."""
    return rendered(_notebook(OUTLINE.read_text(encoding="utf-8")), "page", formulas, title="Outline", here="outline")


def table(lectures):
    """HTML of a table of the `lectures` (`nnlab.course.lectures.Lecture` by path): minutes, slides, exercises, data."""
    rows = []
    for path, one in lectures.items():
        notebook = read(path)
        rows.append({
            "page": one.page, "name": f"{one.number} · {one.name}", "minutes": one.minutes, "exercises": one.exercises,
            "slides": sum(slide_type(cell) in ("slide", "subslide") for cell in notebook.cells),
            "predictions": sum(len(guesses_in(cell)) for cell in code_cells(notebook)), "data": one.data,
            "links": [(name.split(" ")[0], place) for name, place in links(path) if place.startswith("slides/")],
        })
    return frame.page("lectures.html.j2", {}, rows=rows)


def _notebook(text):
    """A notebook of one text cell."""
    cell = nbformat.v4.new_markdown_cell(text, id="text")
    return nbformat.v4.new_notebook(cells=[cell])
