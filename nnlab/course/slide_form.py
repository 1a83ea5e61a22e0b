"""The form of slides, in a notebook's Markdown: headings, the question of a prediction, the headline of an answer.

The style sheet of decks, ``templates/deck.css``, knows the classes that are written here.
"""

import copy
import re

import nbformat

from nnlab import widgets
from nnlab.course.images import size, without_title
from nnlab.course.notebooks import slide_type
from nnlab.course.slide_text import slides_of

_OPTION = re.compile(r"^- \([a-z]\) +", re.M)
_OPTIONS = re.compile(r"(?:^- \([a-z]\) .*(?:\n  .*)*\n?)+", re.M)
_END = re.compile(r"[.?!]\)?\s+")  # of a sentence
_BOLD = re.compile(r"\*\*([^*]+(?:\*[^*]+)*?)\*\*")
_ANSWER = re.compile(r"(?:your guess: (?P<guess>.*); )?measured: (?P<answer>.+)", re.S)


def formed(notebook):
    """A copy of `notebook`, whose text is that of slides, in the form in which the style sheet shows it."""
    made = copy.deepcopy(notebook)
    for cells in slides_of(made):
        outputs = [output for cell in cells for output in cell.get("outputs", ())
                   if "image/png" in output.get("data", {}) and widgets.MIME not in output.data]
        setting = next((one for one in outputs if one.metadata.get("nnlab", {}).get("shows") == "setting"), None)
        texts = [cell for cell in cells if cell.cell_type == "markdown"]
        for cell in texts:
            cell.source = _headings(cell.source)
        if setting is not None:
            _crop(setting)
            if texts:
                texts[-1].source = question(texts[-1].source)
        elif not any(re.search(r"^#+ ", cell.source, re.M) for cell in texts) and len(outputs) == 1:
            if "title" in (data := outputs[0].metadata.get("image/png", {})):
                _begin(made, cells[0], f"### {headline(data['title'])}")
                _crop(outputs[0])
    return made


def _headings(text):
    """The Markdown `text` with the week, the section's number and its kind set apart in the headings."""
    text = re.sub(r"^# (Week \w+) · ", r'# <span class="week">\1</span> ', text, flags=re.M)
    return re.sub(r"^## (\d+) · (.*?)(?: \*\((\w+)\)\*)?$", _section, text, flags=re.M)


def _section(found):
    """Heading of a section from `found`: its number, its title, its kind."""
    number, name, kind = found.groups()
    kind = f' <span class="kind">{kind}</span>' if kind else ""
    return f'## <span class="numeral">{number}</span> <span>{name}</span>{kind}'


def question(text):
    """The Markdown `text` of a prediction with its question and its options set apart.

    The question is the last sentence before the options: from the bold words on, if its paragraph has some.
    """
    found = _OPTIONS.search(text)
    before, after = (text[:found.start()], text[found.end():]) if found else (text, "")
    parts = before.rstrip().split("\n\n")
    k = max((k for k, part in enumerate(parts) if _asks(part)), default=len(parts) - 1)
    bold = [one for one in _BOLD.finditer(parts[k]) if _asks(one.group()) or "?" not in parts[k][one.end():]]
    until = bold[-1].start() if bold else len(parts[k])
    begin = max((one.end() for one in _END.finditer(parts[k], 0, until)), default=0)
    parts[k:k + 1] = [parts[k][:begin].rstrip(), f'<div class="question">\n\n{parts[k][begin:].strip()}\n\n</div>']
    if found:
        parts.append(f'<div class="options">\n\n{_OPTION.sub("- ", found.group()).rstrip()}\n\n</div>')
    return "\n\n".join(part for part in [*parts, after.strip()] if part)


def _asks(text):
    """Whether the Markdown `text` asks something in bold, or at its end."""
    return not text.startswith("#") and (text.rstrip().endswith("?") or any(
        re.search(r"\?|\.\.\.$|:$", bold) for bold in _BOLD.findall(text)))


def headline(title):
    """Markdown of a slide's heading from the `title` of its figure; of an answer, what was measured comes first."""
    found = _ANSWER.fullmatch(title)
    if not found:
        return title[:1].upper() + title[1:]
    answer, guess = found["answer"], found["guess"]
    said = f'<span class="measured">measured</span> <span>{answer[:1].upper()}{answer[1:]}</span>'
    return said + (f' <span class="guess">a common guess: {guess}</span>' if guess else "")


def _begin(notebook, cell, heading):
    """Let the slide that begins with `cell` begin with the Markdown `heading` instead."""
    new = nbformat.v4.new_markdown_cell(heading, id=f"{cell.id}-headline",
                                        metadata={"slideshow": {"slide_type": slide_type(cell)}})
    cell.metadata["slideshow"] = {"slide_type": "-"}
    notebook.cells.insert(next(k for k, one in enumerate(notebook.cells) if one is cell), new)


def _crop(output):
    """Cut the title off the image of `output`, in place, where nothing stands beside it."""
    data, png = output.metadata.get("image/png", {}), output.data["image/png"]
    if share := data.pop("crop", 0):
        before = size(png)
        output.data["image/png"] = without_title(png, data.pop("covers"), share)
        if "height" in data:
            data["height"] = round(data["height"] * size(output.data["image/png"])[1] / before[1])
