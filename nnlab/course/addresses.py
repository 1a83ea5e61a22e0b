"""Addresses in pages: an attachment or a file beside the notebook becomes a data URI; any other one is an error."""

import base64
import binascii
import mimetypes
import re
from urllib.parse import unquote

from nnlab.course import notebooks

IMAGES = tuple(f"image/{kind}" for kind in ("svg+xml", "png", "apng", "jpeg", "gif", "webp", "avif", "bmp"))


def inside(where, url, attachments, images=False):
    """The address `url`, or a data URI that replaces it, so that the page needs no other file.

    Args:
        where: the element that loads it, as in "<img>".
        url: the address, as it is written.
        attachments: attachments of the cell, by name: dictionaries of data by type.
        images: whether it must be an image.

    Raises:
        ValueError: it is on the network, on this computer only, missing, or of a type that a page cannot show.
    """
    address = as_read(url)
    scheme = (re.match(r"([a-z][a-z0-9+.-]*):", address, re.I) or [""])[0].lower()
    if scheme == "attachment:":
        written = address.partition(":")[2]
        return _attachment(unquote(written), written, attachments, images)
    if not address or address.startswith("#") or scheme in ("data:", "blob:", "about:", "javascript:"):
        return url
    if address.startswith("//") or scheme in ("http:", "https:", "ftp:", "ws:", "wss:"):
        raise ValueError(asks_network(where, address))
    if scheme or address.startswith("/"):
        raise ValueError(f"{where} loads {address}, which no other computer has: paste the image into the cell, "
                         "where it becomes an attachment, or put the file beside the notebook")
    return _file(where, unquote(re.split("[?#]", address)[0]))


def as_read(url):
    """The address that a browser reads in `url`: without line breaks and outer spaces, with forward slashes."""
    url = re.sub(r"[\t\n\r]", "", url).strip("".join(map(chr, range(33))))
    return url if url.lower().startswith("data:") else url.replace("\\", "/")


def asks_network(where, address):
    """Error message: `where` loads `address` from the network, and what to do instead."""
    return (f"{where} loads {address[:200]} from the network, which a page must not need: embed it (an image that is "
            "pasted into a text cell becomes an attachment; IPython.display.Image shows a file or bytes), or write a "
            "link to it, [words](address)")


def _attachment(name, written, attachments, images):
    """Data URI of the attachment called `name` or `written`: the first of its types that a page can show."""
    types = attachments.get(name, attachments.get(written))
    if types is None:
        there = ", ".join(map(repr, attachments)) or "none"
        raise ValueError(f"there is no attachment {name!r}; the cell has {there}: paste the image again")
    known = next((kind for kind in IMAGES if kind in types), None if images else next(iter(types), None))
    if known is None:
        raise ValueError(f"the attachment {name!r} is {', '.join(types) or 'empty'}, not an image that pages can show; "
                         f"choose one of: {', '.join(IMAGES)}")
    text = types[known] if isinstance(types[known], str) else "".join(types[known])
    if known == "image/svg+xml" and text.lstrip().startswith("<"):
        text = base64.b64encode(text.encode()).decode()
    text = re.sub(r"\s", "", text)
    try:
        if not base64.b64decode(text, validate=True):
            raise binascii.Error("empty")
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"the attachment {name!r} ({known}) is damaged ({error}): paste the image again") from None
    return f"data:{known};base64,{text}"


def _file(where, name):
    """Data URI of the file called `name` beside the notebooks."""
    path = (notebooks.NOTEBOOKS / name).resolve()
    if not path.is_relative_to(notebooks.NOTEBOOKS.resolve().parent) or not path.is_file():
        raise ValueError(f"{where} loads the file {name!r}, which is not in {notebooks.NOTEBOOKS.name}/: put it there, "
                         "or paste the image into the cell, where it becomes an attachment")
    kind = {".webp": "image/webp", ".avif": "image/avif"}.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
    if kind is None or not re.match(r"(?:image|audio|video|font)/|text/(?:css|javascript)", kind):
        raise ValueError(f"{where} loads the file {name!r} of the type {kind}, which cannot be embedded in a page")
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
