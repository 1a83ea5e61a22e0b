"""Where everything stands in the interactive figures, as shown in pages, slides, dark themes, on a phone and zoomed."""

import time

import pytest
from figure_fixtures import alive
from figures import DARK, NAMES, all_open
from geometry import faults
from shared import SEEN, look_folder

from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
# Colab's dark theme sets these on its page. A notebook on Colab itself needs an account, so they stand for it here.
COLAB = """:root { color-scheme: dark; --colab-primary-surface-color: #1e1e1e; --colab-primary-text-color: #e3e3e3;
    --colab-secondary-surface-color: #2a2a2a; } body { background: #1e1e1e; color: #e3e3e3; }"""
WIDE = {"viewport": {"width": 1280, "height": 900}}
SETTINGS = {  # options of the browser's window; style of the page
    "light": (WIDE, ""), "dark": (WIDE, DARK), "colab": (WIDE | {"color_scheme": "dark"}, COLAB),
    "still": ({"viewport": {"width": 930, "height": 900}, "reduced_motion": "reduce"}, ""),  # a page's narrowest column
    "phone": ({"viewport": {"width": 390, "height": 844}, "has_touch": True}, ""),
    "zoom": ({"viewport": {"width": 640, "height": 360}, "device_scale_factor": 2}, ""),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_nothing_overlaps_or_is_cut_off_and_all_can_be_read(setting, browser, figure_files):
    (options, style), start = SETTINGS[setting], time.perf_counter()
    context, found = browser.new_context(offline=True, **options), []
    page = context.new_page()
    page.goto(figure_files(*map(Figure, NAMES)).as_uri())
    alive(page)
    page.add_style_tag(content=style + "header { position: static !important }")  # it would cover a part of a picture
    if style:
        page.wait_for_function("""[...document.querySelectorAll("[data-figure]")]
            .every((one) => one.shadowRoot.querySelector(".figure").dataset.theme === "dark")""")
    page.wait_for_timeout(300)
    lines = 4 if setting == "phone" else 3 if setting == "zoom" else 2
    for k, name in enumerate(NAMES):
        figure = page.locator(".figure").nth(k)
        found += [f"{name}: {fault}" for fault in faults(figure, lines=lines)]
        if setting == "still":
            moves = figure.evaluate("""(root) => [...root.querySelectorAll("*")]
                .filter((node) => parseFloat(getComputedStyle(node).transitionDuration) > 0.001).length""")
            found += [f"{name}: {moves} elements move with reduced motion"] * bool(moves)
    all_open(page)
    page.wait_for_timeout(100)
    for k, name in enumerate(NAMES):
        found += [f"{name}, settings open: {fault}" for fault in faults(page.locator(".figure").nth(k), lines=lines,
                                                                       pictured=False)]
    context.close()
    SEEN.append(f"figures: geometry of {len(NAMES)} in the setting {setting} in {time.perf_counter() - start:.1f} s")
    assert found == [], "\n".join(sorted(set(found)))


def test_slides_have_no_fault_either(figure_files, open_page):
    page, found = alive(open_page(figure_files(*map(Figure, NAMES), deck=True))), []
    for k, name in enumerate(NAMES):
        page.evaluate(f"Reveal.slide({k + 1}, 0)")
        page.wait_for_timeout(150)
        found += [f"{name}: {fault}" for fault in faults(page.locator(".figure").nth(k), least=17)]
    assert found == [], "\n".join(found)


OVERLAID = """(root) => {  // canvases and buttons of a drawing that do not stand where the drawing below them does
    const box = (node) => node.getBoundingClientRect(), middle = ({ left, right }) => (left + right) / 2, found = [];
    for (const canvas of root.querySelectorAll(".panels canvas")) {
        const drawing = canvas.parentNode.querySelector(":scope > svg");
        if (!drawing || getComputedStyle(canvas).position !== "absolute") continue;
        const [one, other] = [box(canvas), box(drawing)];
        const off = Math.max(...["left", "right", "top", "bottom"].map((side) => Math.abs(one[side] - other[side])));
        if (off > 1) found.push(`a canvas is ${off.toFixed(0)} px off its drawing`);
    }
    const buttons = [...root.querySelectorAll(".panels button.over")].filter((one) => one.checkVisibility());
    const texts = [...root.querySelectorAll(".panels text")].filter((one) => one.textContent && one.checkVisibility());
    const named = (words) => box(texts.find((one) => one.textContent === words));
    const by = (label) => box(buttons.find((one) => one.ariaLabel === label));
    for (const one of buttons) {
        const [, feature] = one.ariaLabel.match(/^feature (.*)/) || [], here = box(one);
        if (!feature) continue;
        const word = named(feature), gap = here.left - word.right;
        if (gap < 0 || gap > 12 || Math.abs(here.top + here.bottom - word.top - word.bottom) > 12) {
            found.push(`${one.ariaLabel}: its name is ${gap.toFixed(0)} px left of it`);
        }
    }
    if (buttons.length) for (const [less, more, words] of [["Remove a layer", "Add a layer", "2 hidden layers"],
        ["One unit less in layer 1", "One unit more in layer 1", "3"]]) {
        const [left, right, word] = [by(less), by(more), named(words)];
        const off = Math.abs(middle(left) + middle(right) - 2 * middle(word)) / 2;
        const apart = word.left >= left.right && word.right <= right.left;
        if (off > 2 || !apart) found.push(`${words}: not between its buttons`);
    }
    return found;
}"""


@pytest.mark.parametrize("width", [800, 1000, 1232])
def test_what_lies_over_a_drawing_is_as_wide_as_it_on_a_slide(width, figure_files, open_page):
    """A slide narrows the drawings of its figures until they fit: canvases and buttons over them come along."""
    shown = [Figure(name, **({"layers": [[3], [4]]} if name == "playground" else {})) for name in NAMES]
    page, found, seen = alive(open_page(figure_files(*shown, deck=True))), [], 0
    for k, name in enumerate(NAMES):
        page.evaluate(f"Reveal.slide({k + 1}, 0)")
        figure = page.locator(".figure").nth(k)
        figure.evaluate("(root, width) => root.getRootNode().host.style.setProperty('--drawing', width)", f"{width}px")
        page.wait_for_timeout(100)
        seen += figure.locator(".panels canvas + svg, .panels button.over").count()
        found += [f"{name}: {fault}" for fault in figure.evaluate(OVERLAID)]
    assert found == [] and seen > 12, "\n".join(found)


PLANTED = {
    "outside the figure": "first.setAttribute('x', -400)",
    "texts overlap": "const copy = first.cloneNode(true); first.after(copy)",
    "text of": "first.style.fontSize = '6px'",
    "contrast": "first.style.fill = getComputedStyle(root).backgroundColor",
    "mark of low contrast": "const mark = document.createElementNS(first.namespaceURI, 'circle');"
                            "mark.setAttribute('r', 9); mark.style.fill = '#c8c8c8'; first.after(mark)",
    "lines outside": "root.querySelector('.says').textContent = 'A sentence that is long. '.repeat(30)",
    "cut off": "root.querySelector('.tools button').style.width = '12px'",
    "controls overlap": "root.querySelectorAll('.tools button')[1].style.marginLeft = '-60px'",
}


@pytest.mark.parametrize("name", ["race"])
def test_a_planted_fault_is_found(name, shown):
    figure = shown(name).locator(".figure")
    assert faults(figure) == []
    for fault, code in PLANTED.items():
        figure.evaluate("""(root, code) => {
            const first = [...root.querySelectorAll(".panels text:not(.halo)")]
                .find((one) => one.textContent.length > 3);
            new Function("root", "first", code)(root, first);
        }""", code)
        told = faults(figure)
        assert any(one.startswith(fault) or fault in one for one in told), (fault, told)
        figure.page.reload()
        alive(figure.page)


def test_a_screenshot_of_every_figure_is_kept(figure_files, open_page):
    page = alive(open_page(figure_files(*map(Figure, NAMES))))
    page.screenshot(path=look_folder() / "figures" / "all-page.png", full_page=True)
