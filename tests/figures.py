"""What the tests of figures share: a notebook that shows figures, what a page's figure says and draws, axe-core."""

import contextlib
import json
import re

import nbformat
import pytest

pytest.register_assert_rewrite("figure_cases")

from shared import SEEN, look_folder  # noqa: E402

from nnlab import widgets  # noqa: E402
from nnlab.course.npm import package  # noqa: E402
from nnlab.widgets import MIME, NETWORK  # noqa: E402

NAMES = widgets.names()
HANDLES = ".handle"
SHARES = """(root) => {  // share of the drawing in the height; pixels of its smallest text; lines of the sentence
    const height = (node) => node.getBoundingClientRect().height, says = root.querySelector(".says");
    const sizes = [...root.querySelectorAll(".panels text")].filter((one) => one.textContent && one.checkVisibility())
        .map((one) => parseFloat(getComputedStyle(one).fontSize) * one.ownerSVGElement.getBoundingClientRect().width
            / one.ownerSVGElement.viewBox.baseVal.width);
    return [height(root.querySelector(".panels")) / height(root), Math.min(...sizes),
        parseFloat(getComputedStyle(root).fontSize),
        Math.round((says.scrollHeight) / parseFloat(getComputedStyle(says).lineHeight))];
}"""
CONTRAST = """
    const figure = document.querySelector("[data-figure]").shadowRoot.querySelector(".figure");
    const light = (color) => {
        const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3)
            .map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = light(getComputedStyle(figure).backgroundColor);
    const ratio = (one) => (Math.max(one, ground) + 0.05) / (Math.min(one, ground) + 0.05);
"""  # the beginning of a function: the figure, the brightness of a color, its contrast with the figure's ground
DARK = ":root { color-scheme: dark; } body { background: #1e1e1e; color: #e3e3e3; }"
NOTES = (
    "<details><summary>For the lecturer · 1 min</summary>\n\nDrag, ask the class what will happen, and drag again. "
    "Let them vote before the answer is on the wall, and wait until the last row has voted too: give it time."
    "\n\n</details>"
)
# What of a figure's markup is no number; images in it are left out, whose letters may spell anything.
BROKEN = """(root) => (/NaN|undefined|Infinity|\\[object/
    .exec(root.innerHTML.replace(/data:image\\/png;base64,[^"]*/g, "")) || [null])[0]"""


def notebook(*figures):
    """A notebook that shows each of the `figures` on a slide of its own, as it is stored after a run."""
    slide, spoken = ({"slideshow": {"slide_type": kind}} for kind in ("slide", "notes"))
    cells = [nbformat.v4.new_markdown_cell("# Figures", metadata=slide),
             nbformat.v4.new_markdown_cell(NOTES, metadata=spoken)]
    for figure in figures:
        data = {"text/plain": repr(figure), MIME: {"name": figure.figure, "state": figure.state},
                NETWORK: figure.network}
        cells += [
            nbformat.v4.new_markdown_cell("## A figure", metadata=slide),
            nbformat.v4.new_code_cell(
                f"Figure({figure.figure!r})", metadata={"nnlab": {"slide": "output"}}, execution_count=1,
                outputs=[nbformat.v4.new_output("execute_result", data, execution_count=1)]),
            nbformat.v4.new_markdown_cell(NOTES, metadata=spoken),
        ]
    return nbformat.v4.new_notebook(cells=cells)


def numbers(text):
    """Numbers in a text of a figure."""
    return [float(found.replace("\u2212", "-")) for found in re.findall(r"[-\u2212]?\d+(?:\.\d+)?", text)]


def state_of(page, k=0):
    """State of the figure number `k` of the page, or of the locator `page`, read from its sheet."""
    return json.loads(page.locator(".figure textarea").nth(k).input_value())


_WORK = """() => {  // milliseconds that a fixed piece of arithmetic, text and SVG takes: the median of five
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path"), times = [];
    for (let round = 0; round < 5; round++) {
        const start = performance.now();
        let sum = 0;
        for (let k = 0; k < 1e6; k++) sum += Math.tanh(k * 1e-6) * Math.exp(-k * 1e-6);
        for (let k = 0; k < 3000; k++) path.setAttribute("d", `M${(sum * k).toFixed(2)} ${k} L${k / 7} ${k / 3}`);
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[2];
}"""
_USUAL = 31  # milliseconds, on two cores of a cloud machine with nothing beside


def slowness(page):
    """How many times as long as usual this machine takes for a fixed piece of work in `page`; at least 1."""
    return max(1, page.evaluate(_WORK) / _USUAL)


def says(page, pattern):
    """Wait until a figure's sentence on the page matches the regular expression `pattern`."""
    page.wait_for_function("""(pattern) => [...document.querySelectorAll("[data-figure]")]
        .some((one) => new RegExp(pattern).test(one.shadowRoot.querySelector(".says").textContent))""", arg=pattern)


def image_of(page, k=0):
    """Two lists: what the figure number `k` draws and says, without sheets and tools; and what its controls hold."""
    return page.locator(".figure").nth(k).evaluate("""(root) => [
        [...root.querySelectorAll(".panels, .says, .row:not(.sheet .row, .tools)")].map((node) => node.innerHTML),
        [...root.querySelectorAll("input, select")]
            .map((node) => node.type === "checkbox" ? node.checked : node.value)]""")


def all_open(page):
    """The page, once what opens at a button of its figures is open."""
    while (closed := page.locator(".opens[aria-expanded=false]")).count():
        closed.first.click()
    return page


_SETTLED = """() => {  // a promise: no color of the page or of a figure is on its way to another
    const roots = [document, ...[...document.querySelectorAll("[data-figure]")].map((node) => node.shadowRoot)];
    const moving = roots.flatMap((root) => root?.getAnimations() ?? []);
    return Promise.allSettled(moving.filter((one) => one instanceof CSSTransition).map((one) => one.finished))
        .then(() => null);
}"""


def axe(page, where="document", options="{ resultTypes: ['violations', 'passes'] }"):
    """What axe-core finds in `where` (JavaScript): violations, each in words, and how many checks passed."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate((package("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    page.evaluate(_SETTLED)
    return page.evaluate(f"""axe.run({where}, {options}).then(({{ violations, passes }}) => [
        violations.map(({{ id, help, nodes }}) => id + ": " + help + " "
            + nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" ")),
        passes.reduce((sum, one) => sum + one.nodes.length, 0)])""")


def center(handle):
    """Where the middle of the ring of the locator `handle` is, in the window."""
    box = handle.locator(".ring").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, handle, dx, dy, moves=5):
    """Drag the middle of what `handle` finds by (dx, dy) pixels, in steps, as a hand does."""
    x, y = center(handle)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, moves + 1):
        page.mouse.move(x + dx * k / moves, y + dy * k / moves)
    page.mouse.up()


def take_theme(page, theme):
    """Give the page the `theme`, "light" or "dark", and wait until its figure has it, too."""
    if theme == "dark":
        page.add_style_tag(content=DARK)
    page.wait_for_function("""(theme) => document.querySelector("[data-figure]").shadowRoot
        .querySelector(".figure").dataset.theme === theme""", arg=theme)


def first_slide(page):
    """What SHARES measures of the figure on the first slide of a deck, with its words as large as on the screen."""
    page.evaluate("Reveal.slide(1, 0)")
    share, smallest, words, lines = page.locator(".figure").evaluate(SHARES)
    zoom = float(page.evaluate("getComputedStyle(Reveal.getCurrentSlide()).zoom"))
    return share, smallest, zoom * words, lines

def drawing_is_the_hero(name, page, share=0.72, words=17, smallest=16):
    """Assert, of the figure `name` on the first slide of the deck `page`: the drawing's share of its height, pixels of
    its words and of the smallest text are at least these; the sentence has at most two lines.
    """
    measured = first_slide(page)
    SEEN.append(f"{name}: the drawing is {100 * measured[0]:.0f} % of its height on a slide, words of "
                f"{measured[2]:.0f} px, smallest of {measured[1]:.0f} px")
    assert measured[0] >= share and measured[2] >= words and measured[1] >= smallest and measured[3] <= 2


def fits_a_phone(name, page):
    """Assert that the figure `name` on the phone `page` is legible, mostly drawing, and no wider; take a screenshot."""
    share, smallest, words, _ = page.locator(".figure").evaluate(SHARES)
    assert share >= 0.6 and smallest >= 11 and words >= 16
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".figure").screenshot(path=look_folder() / "figures" / f"{name}-390.png")


def open_settings_inside(page):
    """Open the sheet "Settings" and assert that it lies inside the figure."""
    page.get_by_role("button", name="Settings").click()
    box, edge = page.locator(".settings").bounding_box(), page.locator(".figure").bounding_box()
    assert box["x"] >= edge["x"] and box["x"] + box["width"] <= edge["x"] + edge["width"] and box["y"] >= edge["y"]


@contextlib.contextmanager
def on_phone(browser, path):
    """A page that shows the file at `path` on a phone of 390 × 844 pixels with touch, without a network."""
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844}, device_scale_factor=2,
                                  has_touch=True)
    page = context.new_page()
    page.goto(path.as_uri())
    try:
        yield page
    finally:
        context.close()
