"""What is wrong with geometry and contrast of figures as they are shown, in words: geometry.js, and pictures."""

import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

MEASURE = (Path(__file__).parent / "geometry.js").read_text(encoding="utf-8")
BARE = """(root, bare) => {  // without its words, or with them again
    const [old] = root.getElementsByClassName("bare-style");
    old?.remove();
    if (!bare) return;
    const style = document.createElement("style");
    style.className = "bare-style";
    style.textContent = `.figure * { -webkit-text-fill-color: transparent !important; text-shadow: none !important;
        text-decoration-color: transparent !important; caret-color: transparent !important }
        .figure svg text { visibility: hidden !important }`;
    root.append(style);
}"""


def luminance(colors):
    """Relative luminance, as in WCAG 2, of colors (..., 3) from 0 to 255."""
    parts = np.asarray(colors, float) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def contrast(one, other):
    """Contrast, from 1 to 21, of colors (..., 3) with others."""
    one, other = luminance(one), luminance(other)
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def rgb(color):
    """The three numbers of a computed color, from 0 to 255."""
    numbers = [float(one) for one in re.findall(r"[\d.]+", color)[:3]]
    return np.array(numbers) * (255 if color.startswith("color(") else 1)


def faint(texts, picture, size):
    """Sentences on the `texts` with less contrast than 4.5 (large ones: 3) with what the picture shows behind them.

    A text's contrast is that with the median pixel of its box, so that a thin line may cross it; with its halo where it
    has one.
    """
    found, pixels = [], np.asarray(picture, float)
    across, down = pixels.shape[1] / size[0], pixels.shape[0] / size[1]
    for one in texts:
        left, top, width, height = one["box"]
        inset = 0.2 * height
        rows = slice(max(0, int((top + inset) * down)), max(1, int((top + height - inset) * down)) + 1)
        columns = slice(max(0, int(left * across)), max(1, int((left + width) * across)) + 1)
        behind = pixels[rows, columns].reshape(-1, 3)
        if not len(behind):
            continue
        if one["halo"]:
            behind = rgb(one["halo"])[None]
        ink = one["opacity"] * rgb(one["color"]) + (1 - one["opacity"]) * behind
        ratio, least = float(np.median(contrast(ink, behind))), 3 if one["size"] >= 24 else 4.5
        if ratio < least - 0.02:
            found.append(f"contrast {ratio:.1f}: {one['words']}")
    return found


def faults(figure, least=11, lines=2, pictured=True):
    """What is wrong with the shown `figure` (a locator of one root), a list of sentences; empty if nothing is."""
    seen = figure.evaluate(f"(root, rules) => ({MEASURE})(root, rules)", {"least": least, "lines": lines})
    if not pictured:
        return seen["faults"]
    figure.evaluate(BARE, True)
    picture = Image.open(io.BytesIO(figure.screenshot(scale="css", animations="disabled"))).convert("RGB")
    figure.evaluate(BARE, False)
    return seen["faults"] + faint(seen["texts"], picture, seen["size"])
