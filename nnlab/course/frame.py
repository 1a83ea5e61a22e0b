"""What all pages of the site have in common: colors, type, header and footer; and the pages that are no notebook."""

import functools
import tomllib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pygments.formatters import HtmlFormatter

from nnlab import __version__
from nnlab.course.notebooks import ROOT
from nnlab.course.tree import weeks

TEMPLATES = Path(__file__).parent / "templates"


def address():
    """The repository's address, from pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def part(name):
    """Text of the file `name` in templates/."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


@functools.cache
def code_colors(dark=False):
    """CSS of the colors of code; on a dark page where that is dark."""
    style, where = ("github-dark", ':root[data-theme="dark"] .highlight') if dark else ("default", ".highlight")
    rules = HtmlFormatter(style=style).get_style_defs(where).splitlines()
    rules = [rule.replace("#A2F", "#8A1FD1").replace("#AA22FF", "#8A1FD1") for rule in rules]  # too pale on gray
    return "\n".join(rule for rule in rules if "background" not in rule or ".err" in rule)


def frame(title, here="lecture", alone=False, styles=(), stem=""):
    """What templates/page/frame.html.j2 shows: a dictionary.

    Args:
        title: of the page.
        here: which of the course's pages this is: "lectures", "figures", "glossary", "instructors", or another name.
        alone: whether the page has no contents beside its text.
        styles: names of further files of CSS.
        stem: of the notebook whose lecture the tree of lectures marks; "" for none.
    """
    style = [*(part(f"{name}.css") for name in ("text", "page", *styles)), code_colors(),
             f"@media screen {{ {code_colors(dark=True)} }}"]
    return {"title": title, "here": here, "alone": alone, "style": "\n".join(style), "theme_js": part("theme.js"),
            "page_js": part("page.js"), "version": __version__, "address": address(), "weeks": weeks(),
            "stem": stem}


def page(template, course, **values):
    """HTML of the `template` in templates/page/ or marking/ with the frame `course` (None without) and `values`."""
    folders = [TEMPLATES / "page", TEMPLATES / "marking"]
    environment = Environment(loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    return environment.get_template(template).render(course=course, **values)
