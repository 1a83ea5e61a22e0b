"""Compression of the images in notebooks: a palette of 256 colors makes them a third as large."""

import base64
import functools
import io

import numpy as np
from PIL import Image

SEEN = 8  # levels of 255: a palette may change all but one in a thousand pixels by this much


def light(png):
    """The image `png`, bytes, with a palette of 256 colors; as it is if it has one, is transparent, or would change.

    Of most figures of matplotlib nothing changes at all: white, black, a few lines and the shades at their edges. A
    photograph or a fine color scale keeps all its colors.
    """
    image = Image.open(io.BytesIO(png))
    if image.mode == "P" or ("A" in image.getbands() and image.getextrema()[-1][0] < 255):
        return png
    image = image.convert("RGB")
    few = with_palette(image)
    change = np.abs(np.asarray(few.convert("RGB"), dtype=int) - np.asarray(image, dtype=int)).max(2)
    return min(packed(few if np.percentile(change, 99.9) <= SEEN else image), png, key=len)


def with_palette(image):
    """`image` with the 256 colors that fit it best."""
    return image.convert("RGB").quantize(256, dither=Image.Dither.NONE)


def packed(image):
    """Bytes of `image` as the smallest PNG."""
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def lighten(cell):
    """Make the images among the outputs of `cell` light, in place."""
    for output in cell.get("outputs", ()):
        if png := output.get("data", {}).get("image/png"):
            output.data["image/png"] = _lighter(png)
        if setting := output.get("metadata", {}).get("nnlab", {}).get("setting"):
            setting["png"] = _lighter(setting["png"])


def _lighter(png):
    """The image `png` in base64, light."""
    return base64.b64encode(light(base64.b64decode(png))).decode()


@functools.lru_cache(maxsize=256)  # page and deck show the same images
def data_uri(png):
    """Address that holds the image `png`, in base64: as a lossless WebP, or as it is if that is smaller."""
    file = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(png))).save(file, "WEBP", lossless=True, method=4)
    webp = base64.b64encode(file.getvalue()).decode()
    kind, data = min(("webp", webp), ("png", "".join(png.split())), key=lambda pair: len(pair[1]))
    return f"data:image/{kind};base64,{data}"


def size(png):
    """Width and height in pixels of the image `png`, in base64."""
    return Image.open(io.BytesIO(base64.b64decode(png))).size


def without_title(png, covers, share):
    """The image `png`, in base64, without its title and the `share` of its height at the top.

    The title `covers` a rectangle: left, top, right and bottom as shares of width and height.
    """
    image = Image.open(io.BytesIO(base64.b64decode(png)))
    corners = [round(one * side) for one, side in zip(covers, image.size * 2, strict=True)]
    image.paste(image.getpixel((1, 1)), (corners[0] - 2, corners[1] - 2, corners[2] + 2, corners[3] + 2))
    return base64.b64encode(packed(image.crop((0, round(share * image.height), *image.size)))).decode()
