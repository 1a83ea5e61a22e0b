"""What the tests of pages and decks share: a notebook of given cells, and what a page would ask of the network."""

import re

import nbformat
from bs4 import BeautifulSoup

LOADS = ("src", "srcset", "imagesrcset", "poster", "background", "data", "manifest")
ELSEWHERE = re.compile(r"\s*(?:(?:https?|ftp|wss?|file):|[/\\]{2})", re.I)


def asked(text):
    """Addresses elsewhere that the page `text` loads, as an HTML parser finds them: a list of (tag, address)."""
    found, page = [], BeautifulSoup(text, "html.parser")
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            value = " ".join(value) if isinstance(value, list) else value
            link = name in ("href", "xlink:href") and tag.name not in ("a", "area")
            if (name in LOADS or link) and any(ELSEWHERE.match(part) for part in re.split(r",\s|\s", value) or [value]):
                found.append((tag.name, value))
            if name == "style":
                found += [(tag.name, one) for one in in_style(value)]
        if tag.name == "style":
            found += [("style", one) for one in in_style(tag.string or "")]
    return found


def in_style(text):
    """Addresses elsewhere that the CSS `text` loads."""
    text = re.sub(r"/\*.*?\*/|@namespace[^;]*", "", text, flags=re.S)
    urls = re.findall(r"""(?:url\(|@import)\s*(?:url\()?\s*["']?([^"')\s;]+)""", text)
    return [url for url in urls if ELSEWHERE.match(url)]


def notebook(*cells):
    """A notebook with a title, of the cells, or of text cells with these sources."""
    new = nbformat.v4
    made = [cell if isinstance(cell, dict) else new.new_markdown_cell(cell) for cell in cells]
    first = new.new_markdown_cell("# A lecture", metadata={"slideshow": {"slide_type": "slide"}}, id="the-title")
    return new.new_notebook(cells=[first, *made])


def text_cell(source, id="the-cell", kind="-", **attachments):
    """A text cell; of each of the `attachments`, by its name with _ for a dot, the data by their types."""
    files = {name.replace("__", " ").replace("_", "."): types for name, types in attachments.items()}
    cell = nbformat.v4.new_markdown_cell(source, id=id, metadata={"slideshow": {"slide_type": kind}})
    if files:
        cell.attachments = files
    return cell


def output_cell(data, id="the-cell", **metadata):
    """A code cell that has shown `data`, a dictionary by types."""
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    return nbformat.v4.new_code_cell("show()", id=id, outputs=[output], execution_count=1)
