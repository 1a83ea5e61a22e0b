"""Terms in the text of a page: the first use of each leads to the glossary, and the page holds its definition.

A lecture links the terms that it or a lecture before it introduces: a word that becomes a term later is not one yet.
"""

import functools
import html
import re

from nnlab.course.contents import slug
from nnlab.course.glossary import BOLD, glossary, key
from nnlab.course.notebooks import read, title

SILENT = ("a", "button", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "mjx-container", "pre", "script", "style",
          "summary", "svg", "textarea")  # in these no word becomes a link
# Terms that the text uses more often in their everyday sense.
EVERYDAY = {"branch", "budget", "chart", "dead", "fold", "folding", "freeze", "leaf", "patch", "patient", "power",
            "recall", "scale", "shift", "sign", "slice", "target", "transform", "trial", "unit", "uniformly"}


class Terms:
    """The terms of the course for its pages; `typeset` turns a definition's Markdown into HTML."""

    def __init__(self, typeset):
        self._typeset = typeset
        self.entries = {key(term.name): (path, term) for path, term in glossary()}
        self._weeks = {path: title(read(path)).split(" · ")[0] for path in {path for path, _ in self.entries.values()}}

    @functools.cached_property
    def pattern(self):
        """Regular expression that finds any term, also in the plural; long terms go first."""
        names = [name for name in self.entries if name not in EVERYDAY and len(name) > 1]
        spelled = [f"{re.escape(html.escape(name, quote=False))}(?:s|es)?".replace(r"\ ", r"s?\s+")
                   for name in sorted(names, key=len, reverse=True)]
        return re.compile(rf"(?<![\w\-/.])(?:{'|'.join(spelled)})(?![\w-])", re.I)

    @functools.cache  # noqa: B019
    def meaning(self, name):
        """HTML of the definition of the term with the key `name`."""
        path, term = self.entries[name]
        said = self._typeset(BOLD.sub(r"\1", term.sentence)).strip()
        name, week = html.escape(term.name), self._weeks[path]
        return f'<div id="{anchor(term.name)}"><b>{name}</b>{said}<small>{week}</small></div>'


class Links:
    """The terms of one page, of the lecture called `stem` (""  for a page that may use all): each is linked once."""

    PLACE = "<!-- meanings -->"  # where the template has the definitions

    def __init__(self, terms, stem=""):
        self._terms, self._stem, self._used = terms, stem, {}

    def __call__(self, text):
        """`text`, HTML of a cell, with links at the first uses of terms."""
        parts, silent = re.split(r"(<!--.*?-->|<[^>]+>)", text, flags=re.S), 0
        for k, part in enumerate(parts):
            if k % 2:
                tag = re.match(r"</?([\w-]+)", part)
                if tag and tag.group(1).lower() in SILENT and not part.endswith("/>"):
                    silent += -1 if part.startswith("</") else 1
            elif part.strip() and not silent:
                parts[k] = self._terms.pattern.sub(self._linked, part)
        return "".join(parts)

    def _linked(self, found):
        text = found.group()
        name = key(html.unescape(text))
        path, term = self._terms.entries.get(name, (None, None))
        capitals = term is not None and term.name.isupper() and key(text).upper() != text.removesuffix("s")
        if term is None or name in self._used or (self._stem and path.stem > self._stem) or capitals:
            return text
        self._used[name] = term
        place = anchor(term.name)
        return f'<a class="term" href="glossary.html#{place}" data-term="{place}">{text}</a>'

    def meanings(self):
        """HTML, which is not shown, of the definitions of the terms that the page links."""
        said = "".join(self._terms.meaning(name) for name in self._used)
        return f'<template id="meanings">{said}</template>' if said else ""


def anchor(name):
    """What stands after # in the address of the term called `name` in the glossary."""
    return f"term-{slug(key(name))}"
