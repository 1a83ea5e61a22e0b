"""Compression of the images in notebooks: a palette of 256 colors makes them a third as large."""

import base64
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
            output.data["image/png"] = base64.b64encode(light(base64.b64decode(png))).decode()
