"""The instructors' outline ``notebooks/README.md``: story, sections, minutes, exercises and figures of each lecture.

The items that the course covers are listed there by hand and numbered. The metadata of a section's first cell name the
items that the section covers (``"nnlab": {"covers": ["1a.1"]}``); the rest is generated from the notebooks.
"""

import re

from nnlab.course.notebooks import NOTEBOOKS, minutes, paths, read, sections, spoken, story, title
from nnlab.course.solve import guesses_in, names_in
from nnlab.files import write_text

OUTLINE = NOTEBOOKS / "README.md"
BEGIN, END = "<!-- outline: written by `make normalize` from the notebooks -->", "<!-- end of the outline -->"
_ITEM = re.compile(r"^\| (\d+[a-z]\.\d+) \| (.+) \|$", re.M)
_FIGURE = re.compile(r"\bFigure\(\"(\w+)\"")


def written():
    """Whether the file has changed, after writing the generated part of the outline."""
    text = OUTLINE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    new = f"{head}{BEGIN}\n\n{outline()}\n\n{END}{rest.partition(END)[2]}"
    if new != text:
        write_text(OUTLINE, new)
    return new != text


def outline():
    """Generated part of the outline, as Markdown."""
    return "\n\n".join(_lecture(path) for path in paths())


def missing():
    """Problems, a sentence each: items that no section covers, and items of sections that the outline does not list."""
    text, stems = OUTLINE.read_text(encoding="utf-8"), [path.stem for path in paths()]
    listed = {item for item, _ in _ITEM.findall(text)}
    there = {re.match(r"week0?(\d+[a-z])", stem).group(1) for stem in stems}
    treated = {item: path.stem for path in paths() for part in sections(read(path)) for item in _covers(part)}
    for item in sorted(listed - set(treated)):
        if item.split(".")[0] in there:
            yield f"the item {item} has no place in any section"
    for item in sorted(set(treated) - listed):
        yield f"a section of {treated[item]} treats {item}, which the outline does not list"


def _covers(section):
    return section[0].metadata.get("nnlab", {}).get("covers", []) if section else []


def _lecture(path):
    notebook, exercises, predictions = read(path), 0, 0
    rows = ["| section | min | treats | exercises | predictions | figures |", "|---|---|---|---|---|---|"]
    for section in sections(notebook):
        heading = re.match(r"## (.+)", section[0].source)
        name = heading.group(1) if heading else "Opening"
        code = [cell for cell in section if cell.cell_type == "code"]
        names = [f"`{name}`" for cell in code for name in names_in(cell)]
        asked = sum(len(guesses_in(cell)) for cell in code)
        figures = dict.fromkeys(found for cell in code for found in _FIGURE.findall(cell.source))
        rows.append(f"| {name} | {spoken(section) or ''} | {', '.join(_covers(section))} | {', '.join(names)} "
                    f"| {asked or ''} | {', '.join(figures)} |")
        exercises, predictions = exercises + len(names), predictions + asked
    return "\n".join([f"### [{title(notebook)}]({path.name})", "",
                      f"{minutes(notebook)} minutes, {exercises} exercises, {predictions} predictions.", "",
                      f"> {story(notebook)}", "", *rows])
