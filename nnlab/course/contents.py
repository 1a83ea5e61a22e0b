"""The contents of a page: each heading gets a name that addresses can use, and the list of them is the page's menu."""

import html
import re


def slug(text):
    """What stands after # in the address of a heading, or of a term: its letters and digits, small, with hyphens."""
    plain = html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", text, flags=re.S))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "section"


class Contents:
    """The headings of one page in their order: `heading` is called for each, `menu` lists sections and subsections."""

    PLACE = "<!-- contents -->"  # where the template has the menu

    def __init__(self):
        self._found, self._used = [], set()

    def heading(self, text, level):
        """HTML of a heading, with a name and, from the second level on, a link to itself; `text` is HTML."""
        base = name = slug(text)
        count = 1
        while name in self._used:
            name = f"{base}-{(count := count + 1)}"
        self._used.add(name)
        if level == 1:
            return f'<h1 id="{name}">{text}</h1>\n'
        self._found.append((level, name, re.sub(r"</?a\b[^>]*>|<svg", _inside_link, text)))
        said = html.escape(html.unescape(re.sub(r"<[^>]+>", "", text)), quote=True)
        return (f'<h{level} id="{name}">{text}<a class="anchor" href="#{name}" '
                f'aria-label="Link to: {said}">#</a></h{level}>\n')

    def menu(self):
        """HTML of the list of sections, each with the list of its subsections; "" without sections."""
        parts, within = [], False
        for level, name, text in self._found:
            if level > 3 or (level == 3 and not parts):
                continue
            if level == 3 and not within:
                parts.append("<ul>")
                within = True
            elif level == 2:
                parts.append(("</ul>" if within else "") + ("</li>" if parts else ""))
                within = False
            parts.append(f'<li><a href="#{name}">{text}</a>' + ("</li>" if level == 3 else ""))
        return f"<ul>{''.join(parts)}{'</ul>' if within else ''}</li></ul>" if parts else ""


def _inside_link(found):
    """What a heading's HTML is in the menu, where each line is a link: no links in it, formulas without a name."""
    return '<svg aria-hidden="true"' if found.group() == "<svg" else ""
