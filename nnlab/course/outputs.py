"""Outputs of cells for a page: formulas typeset, data as text, images embedded, and nothing from the network."""

import html
import json
import re

from nnlab.course.embed import checked_script, embedded
from nnlab.course.images import data_uri, size

FIRST = ("text/html", "text/markdown", "image/svg+xml")  # are shown rather than formulas
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_FORMULA = re.compile(r"""\$\$(?P<display>.+?)\$\$ | (?<!\\)\$(?P<inline>(?:\\.|[^$\\])+?)\$ | \\\[(?P<block>.+?)\\\]
                          | \\\((?P<round>.+?)\\\) | (?P<whole>\\begin\{(?P<name>\w+\*?)\}.*?\\end\{(?P=name)\})""",
                      re.S | re.X)


def shown(output, formulas):
    """Change the `output` of a code cell in place to the form that the templates show; `formulas` typesets TeX.

    Raises:
        ValueError: it loads something from the network, or a formula cannot be read.
    """
    data = output.get("data")
    if data is None:
        return
    data.pop(WIDGET_VIEW, None)  # without a kernel it would show nothing
    for kind in ("text/html", "image/svg+xml"):
        if kind in data:
            data[kind] = embedded(_text(data[kind]))
    if "application/javascript" in data:
        checked_script(_text(data["application/javascript"]))
    if "image/png" in data:
        attributes(output)
    if any(kind in data for kind in FIRST):
        return
    if "text/latex" in data:
        data["text/html"] = typeset(_text(data["text/latex"]), formulas)
    elif image := next((kind for kind in ("image/gif", "image/webp") if kind in data), None):
        alt = html.escape(output.metadata.get(image, {}).get("alt", ""), quote=True)
        data["text/html"] = f'<img alt="{alt}" src="data:{image};base64,{"".join(_text(data[image]).split())}">'
    elif "application/json" in data and not {"image/png", "image/jpeg"} & set(data):
        data["text/plain"] = json.dumps(data["application/json"], indent=2, ensure_ascii=False)


def attributes(output):
    """Write what an ``img`` needs, but for its ``alt``, into the metadata of `output`, whose data hold a PNG.

    A figure of a solved run has twice as many pixels as its width and height say. ``data-font`` is the size of its
    smallest words where it has this width.
    """
    png, data = "".join(_text(output.data["image/png"]).split()), output.metadata.setdefault("image/png", {})
    wide, high = size(png)
    width, height = data.get("width", wide), data.get("height", high)
    font = f' data-font="{data["font"]}"' if "font" in data else ""
    kind = ' class="setting"' if output.metadata.get("nnlab", {}).get("shows") == "setting" else ""
    data["attributes"] = f'src="{data_uri(png)}" width="{width}" height="{height}"{font}{kind}'


def typeset(text, formulas):
    """HTML of the LaTeX `text`: its formulas as `formulas` makes them, the words between them as they are."""
    parts, end = [], 0
    for found in _FORMULA.finditer(text):
        parts.append(_words(text[end:found.start()]))
        block = found["display"] or found["block"] or found["whole"]
        parts.append(formulas((block or found["inline"] or found["round"]).strip(), block is not None))
        end = found.end()
    return "".join([*parts, _words(text[end:])])


def _words(text):
    return html.escape(text.replace("\\$", "$"), quote=False)


def _text(value):
    return value if isinstance(value, str) else "".join(value)
