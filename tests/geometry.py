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


def pixels(picture, size, box, aside=0, up=0):
    """Colors (count, 3) of the picture of a figure of a `size` in a box that is larger by `aside` and `up` units."""
    all_, (left, top, width, height) = np.asarray(picture, float), box
    across, down = all_.shape[1] / size[0], all_.shape[0] / size[1]
    rows = slice(max(0, int((top - up) * down)), max(1, int((top + height + up) * down)) + 1)
    columns = slice(max(0, int((left - aside) * across)), max(1, int((left + width + aside) * across)) + 1)
    return all_[rows, columns].reshape(-1, 3)


def weak(marks, picture, size):
    """Sentences on the `marks` with less contrast than 3 with what the picture shows around and below them."""
    found = []
    for one in marks:
        around = pixels(picture, size, one["box"], 2, 2)
        colors = [rgb(color) for color in one["colors"]]
        around = around[np.all([np.abs(around - color).max(-1) > 30 for color in colors], axis=0)]
        if not len(around) or max(np.median(contrast(color, around)) for color in colors) < 3:
            found.append(f"mark of low contrast: {one['words']} {', '.join(one['colors'])}")
    return sorted(set(found))


def faint(texts, picture, size):
    """Sentences on the `texts` with less contrast than 4.5 (large ones: 3) with what the picture shows behind them.

    A text's contrast is that with the median pixel of its box, so that a thin line may cross it; with its halo where it
    has one.
    """
    found = []
    for one in texts:
        behind = pixels(picture, size, one["box"], up=-0.2 * one["box"][3])
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
    return [*seen["faults"], *weak(seen["marks"], picture, seen["size"]), *faint(seen["texts"], picture, seen["size"])]
