"""Self-contained pages: attachments and files are embedded as data URIs; an address on the network is an error."""

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

from nnlab.course.addresses import as_read, asks_network, inside

LISTS = ("srcset", "imagesrcset")
PAINTS = ("style", "fill", "stroke", "filter", "mask", "clip-path", "cursor", "marker", "marker-start", "marker-mid",
          "marker-end")
_URL = re.compile(r"""(?:\burl\(\s*|\bsrc\(\s*|@import\s*|image-set\(\s*)["']?(?P<url>(?!url\()[^"')\s;]+)""", re.I)
_REMOTE = r"""["'`]((?:https?:|wss?:)?//[^"'`\s]+)"""
_SILENT = re.compile(r"/\*.*?\*/|@namespace\b[^;]*", re.S | re.I)  # parts of a style that load nothing
_SET = re.compile(r"image-set\([^;}]*?" + _REMOTE, re.I)
_SCRIPT = [re.compile(pattern + _REMOTE, re.S) for pattern in (
    r"\b(?:fetch|import|importScripts|Worker|WebSocket|EventSource|sendBeacon|Request|Audio|getScript|getJSON|ajax)"
    r"\s*\(\s*",
    r"\bopen\(\s*[\"']\w+[\"']\s*,\s*", r"\b(?:import|from)\s+", r"\.src\s*=\s*",
    r"setAttribute\(\s*[\"'](?:src|srcset|data|poster)[\"']\s*,\s*", r"\brequire(?:js)?\.config\(.*?",
    r"<(?:img|script|iframe|link|video|audio|source)\b[^>]*?\b(?:src|href)\s*=\s*\\?")]
_SCRIPT.append(re.compile(r"\burl\(\s*\\?[\"']?((?:https?:)?//[^\"')\s]+)"))


def embedded(html, attachments=None):
    """`html` with everything that it loads inside: attachments, and files beside the notebook, as data URIs.

    Args:
        html: a text cell, or an output, as HTML.
        attachments: attachments of the cell, by name: dictionaries of data by type.

    Raises:
        ValueError: it loads something from the network, or an attachment or a file that is missing or is not an image.
    """
    parser = _Embedding(html, attachments or {})
    parser.feed(html)
    parser.close()
    return parser.result()


def checked_script(text):
    """The JavaScript `text`, unchanged; a ValueError if it loads an address on the network."""
    for pattern in _SCRIPT:
        if found := pattern.search(text):
            raise ValueError(asks_network("a script", found.group(1)))
    return text


class _Embedding(HTMLParser):
    """HTML parser that collects the replacements in the text: where each begins and ends, and its new text."""

    def __init__(self, text, attachments):
        super().__init__(convert_charrefs=False)
        self._text, self._attachments, self._within, self._edits = text, attachments, "", []
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def _edit(self, old, new):
        line, column = self.getpos()
        begin = self._lines[line - 1] + column
        if old != new:
            self._edits.append((begin, begin + len(old), new))

    def result(self):
        """The text with its changes."""
        text = self._text
        for begin, end, new in reversed(self._edits):
            text = text[:begin] + new + text[end:]
        return text

    def handle_starttag(self, tag, attributes):
        """Replace the addresses that `tag` loads."""
        kind = (dict(attributes).get("type") or "").lower()
        data = tag == "script" and "json" in kind
        self._within = "map" if kind == "importmap" else tag if tag in ("style", "script") and not data else ""
        changed = [(name, self._changed(tag, name, value, dict(attributes))) for name, value in attributes]
        if tag == "a" and (as_read(dict(attributes).get("href") or "")).lower().startswith("attachment:"):
            changed.append(("download", unquote(dict(attributes)["href"].partition(":")[2])))
        if changed != attributes:
            old = self.get_starttag_text()
            case = {word.lower(): word for word in reversed(re.findall(r"[\w:.-]+", old))}  # viewBox, feImage
            said = "".join(f" {case.get(name, name)}" + ("" if value is None else f'="{escape(value)}"')
                           for name, value in changed)
            self._edit(old, f"<{case[tag]}{said}{' /' if old.endswith('/>') else ''}>")

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        """Note the end of a style or a script."""
        self._within = ""

    def handle_data(self, data):
        """Replace the addresses that a style loads; check a script."""
        if self._within == "style":
            self._edit(data, self._css(data))
        elif self._within == "script":
            checked_script(data)
        elif self._within == "map" and (found := re.search(_REMOTE, data)):
            raise ValueError(asks_network("a script", found.group(1)))

    def _changed(self, tag, name, value, attributes):
        """The `value` of the attribute `name` of `tag`, changed where it loads something."""
        if not value:
            return value
        loads = (name in ("src", "poster", "background", "manifest") or (name == "data" and tag == "object")
                 or (name in ("href", "xlink:href") and tag not in ("a", "area"))
                 or (name in ("to", "from", "values") and tag in ("set", "animate")))
        if loads or (tag == "a" and as_read(value).lower().startswith("attachment:")):
            return self._inside(f"<{tag}>", value, images=tag in ("img", "image", "input"))
        if name in LISTS:
            return self._srcset(tag, value)
        if name == "srcdoc":
            return embedded(value, self._attachments)
        if name in PAINTS:
            return self._css(value)
        if name.startswith("on"):
            return checked_script(value)
        refresh = tag == "meta" and name == "content" and (attributes.get("http-equiv") or "").lower() == "refresh"
        if refresh and (found := re.search(r"url\s*=\s*['\"]?([^'\"]+)", value, re.I)):
            self._inside("<meta>", found.group(1))
        return value

    def _srcset(self, tag, value):
        parts = re.findall(r"[\s,]*(\S*[^\s,])((?:\s+[^\s,]+)?)\s*(?:,|$)", value)
        return ", ".join(self._inside(f"<{tag}>", url, images=True) + size for url, size in parts)

    def _css(self, text):
        plain = _SILENT.sub(lambda found: " " * len(found.group()), text)
        if found := _SET.search(plain):
            raise ValueError(asks_network("a style", found.group(1)))
        for found in reversed(list(_URL.finditer(plain))):
            begin, end = found.span("url")
            text = text[:begin] + self._inside("a style", found["url"]) + text[end:]
        return text

    def _inside(self, where, url, images=False):
        return inside(where, url, self._attachments, images)
