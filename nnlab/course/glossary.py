"""The course's terms: each notebook lists its new ones with links, and the site's glossary gathers their definitions.

A term is defined where it stands in bold, in one sentence. The paragraph "**New terms.**" of a notebook's last section
names the terms; `linked_terms` writes it in its one form, and a page of the site shows every term with its sentence.
"""

import functools
import re
from itertools import groupby
from typing import NamedTuple

import nbformat

from nnlab.course.notebooks import LINK, paths, read, sections, slide_type, title

LABEL = "**New terms.** "
BOLD = re.compile(r"\*\*(?!\s)((?:[^*\n]|\*(?!\*))+?)\*\*")
_SENTENCE_END = re.compile(r"(?<=[.?!])(?<!al\.)(?<!e\.g\.)(?<!i\.e\.)(?<!cf\.)\s+(?=[A-Z*$`\"“‖(\[])")
_POINTS_BACK = re.compile(r"(It|Its|This|They|Their|Here|So|That)\b")


class Term(NamedTuple):
    """A term as its notebook lists it, the cell that defines it, the number of the section, and the sentence."""

    name: str
    cell: str
    section: int
    sentence: str


def key(name):
    """What two spellings of a term have in common: no capitals, no quotation marks, no plural's s, single spaces."""
    text = re.sub(r"[\"“”]", "", " ".join(name.lower().split()))
    return re.sub(r"(?<=[a-z]{2})s\b", "", text)


def listed(notebook):
    """Names in the paragraph "New terms" of `notebook`, in its order; an empty list where it has none."""
    text = LINK.sub(lambda link: link[1][1:-1], _paragraph(notebook).removeprefix(LABEL))
    text = re.sub(r"\(sections? [^)]*\)|Section \d+:", "", text)
    return [name.strip(" .") for name in re.split(r"[,;·]|\.\s", text) if name.strip(" .")]


def terms(notebook):
    """The listed terms of `notebook` that a cell defines in bold, `Term`s in the order of their definitions."""
    found, wanted = [], {key(name): name for name in listed(notebook)}
    for number, section in enumerate(sections(notebook)):
        for cell in section:
            if cell.cell_type == "markdown" and slide_type(cell) != "notes" and LABEL not in cell.source:
                for sentence in sentences(cell.source):
                    for bold in BOLD.findall(sentence):
                        if name := wanted.pop(key(bold), None):
                            found.append(Term(name, cell.id, number, sentence))
    return found


def sentences(text):
    """Sentences of the Markdown `text`; a formula on its own line ends the one before it, a table's row is one."""
    found, text = [], re.sub(r"<!--.*?-->|^```.*?^```", "", text, flags=re.M | re.S)  # without comments and code
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.|\|) )", text):
        block = re.sub(r"</?(details|summary)[^>]*>|^\s*>\s?|^\s*(?:[-*]|\d+\.) (?:\([a-z]\) )?", "", block, flags=re.M)
        block = re.sub(r"^\*\*[^*]+[.?!:]\*\*\s+", "", block)  # a label, such as "**Terms.**"
        if block.startswith("$$") and found:
            found[-1] += f" ${block.strip().strip('$').strip()}$"
        elif block.startswith("|"):
            found += [": ".join(part.strip() for part in row.strip("| ").split(" | ")) for row in block.split("\n")]
        elif block.strip() and not block.startswith("#"):
            found += _SENTENCE_END.split(" ".join(block.split()))
    return found


def linked_terms(notebook):
    """The paragraph "New terms" of `notebook` in its one form: section by section, each term with a link."""
    defined, parts = terms(notebook), []
    for number, group in groupby(defined, key=lambda term: term.section):
        names = ", ".join(f"[{term.name}](#cell-id={term.cell})" for term in group)
        parts.append(f"Section {number}: {names}" if number else names)
    undefined = set(listed(notebook)) - {term.name for term in defined}
    return LABEL + "; ".join([*parts, *sorted(undefined)]) + "."


def with_links(notebook):
    """Write the paragraph "New terms" of `notebook` in its one form, in place."""
    if old := _paragraph(notebook):
        cell = next(cell for cell in notebook.cells if old in cell.source)
        cell.source = cell.source.replace(old, linked_terms(notebook))


def undefined(notebook, stem):
    """Each listed term is defined in bold by a cell of the notebook, and is listed by no notebook before."""
    if not _paragraph(notebook):
        yield "its last section lists no '**New terms.** ...' before its further reading"
        return
    defined = {term.name: term for term in terms(notebook)}
    for name in listed(notebook):
        if name in defined and _POINTS_BACK.match(defined[name].sentence):
            yield f"defines {name!r} by a sentence that cannot stand alone: {defined[name].sentence!r:.60}"
        if name not in defined:
            yield f"lists the new term {name!r}, which no cell defines in bold"
        if (earlier := first_lists().get(key(name), stem)) < stem:
            yield f"lists the term {name!r} as new, which {earlier} has already"
    if _paragraph(notebook) != linked_terms(notebook):
        yield "its list of new terms is not in its one form; `python -m nnlab.course normalize` writes it"


@functools.cache
def first_lists():
    """The first notebook that lists a term, by the term's `key`, as in {"hessian": "week04a_gradient_descent"}."""
    first = {}
    for path in paths():
        for name in listed(read(path)):
            first.setdefault(key(name), path.stem)
    return first


def glossary():
    """Every term of the course, pairs of a path and a `Term`, in the order of the alphabet."""
    found = [(path, term) for path in paths() for term in terms(read(path))]
    return sorted(found, key=lambda pair: (key(pair[1].name), pair[0].name))


def page():
    """The glossary as a notebook of text, which a page of the site is made from."""
    cells = ["# Glossary\n\nEvery term of the course with the sentence that defines it. "
             "The link leads to the place in the lecture."]
    weeks = {path: title(read(path)).split(" · ")[0] for path in paths()}
    for letter, group in groupby(glossary(), key=lambda pair: _letter(pair[1].name)):
        lines = [f"- **{term.name}** ([{weeks[path]}]({path.name}#cell-id={term.cell})): "
                 + BOLD.sub(r"\1", term.sentence) for path, term in group]
        cells.append(f"## {letter}\n\n" + "\n".join(lines))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text) for text in cells])
    for k, cell in enumerate(notebook.cells):
        cell.id = f"letter-{k}"
    return notebook


def _paragraph(notebook):
    lines = [line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.split("\n")]
    return next((line for line in lines if line.startswith(LABEL)), "")


def _letter(name):
    first = key(name)[0].upper()
    return first if first.isascii() and first.isalpha() else "0 to 9, and signs"
