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
    "still": (WIDE | {"reduced_motion": "reduce"}, ""),
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
