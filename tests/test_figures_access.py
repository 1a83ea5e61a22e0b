"""The interactive figures for everybody and everywhere: axe-core, contrast, zoom, small windows."""

import re

import pytest
from figure_cases import case
from figure_fixtures import alive
from figures import HANDLES, NAMES, all_open, axe, drag, state_of
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
PLACES = {"zoom200": (640, 360, 2), "phone": (360, 740, 2), "wide": (1280, 720, 1)}  # width, height, pixels a pixel
SPILLS = """(el) => {
    const root = el.shadowRoot.querySelector(".figure"), edge = root.getBoundingClientRect();
    const outside = (box) => box.width && (box.right > edge.right + 1 || box.left < edge.left - 1);
    return [...root.querySelectorAll("svg:not(svg svg), button, input, select, td, .says")]
        .filter((node) => outside(node.getBoundingClientRect())).map((node) => node.outerHTML.slice(0, 80));
}"""


@pytest.fixture(scope="module")
def page_of_all(browser, figure_files):
    """Function to a page of all figures, with the parts of the state of each, in a context with these `options`."""
    contexts = []

    def open_(parts=lambda name: {}, **options):
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(figure_files(*(Figure(name, **parts(name)) for name in NAMES)).as_uri())
        return alive(page)
    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def full_page(page_of_all):
    """A page of all figures, each as full as it can be."""
    return all_open(page_of_all(lambda name: getattr(case(name), "fullest", {}),
                                viewport={"width": 1280, "height": 720}))


@pytest.fixture(scope="module")
def page_at_work(page_of_all):
    """A page of all figures, those that have steps at the ninth."""
    return page_of_all(lambda name: {"step": 9} if "step" in widgets.defaults(name) else {})


def test_axe_finds_nothing_on_a_page_of_figures(full_page):
    problems, checked = axe(full_page)
    assert problems == [] and checked > 60 * len(NAMES), problems


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(name, full_page):
    checked, k = 0, NAMES.index(name)
    figure, host = full_page.locator(".figure").nth(k), f"document.querySelectorAll('[data-figure]')[{k}]"
    for opened in (None, "PyTorch", "State"):
        if opened:
            figure.get_by_role("button", name=opened, exact=True).click()
        problems, passed = axe(full_page, host)
        assert problems == [], problems
        checked += passed
    SEEN.append(f"figures: {name}, axe-core passes {checked} checks, no violation")
    assert checked > 60


def test_a_dark_page_leaves_the_figures_legible(page_of_all):
    """As in Colab's dark theme: the page's colors and the browser's own controls are dark."""
    page = page_of_all(color_scheme="dark", viewport={"width": 1100, "height": 2700})
    page.add_style_tag(content=":root { color-scheme: dark; } body { background: #1e1e1e; color: #e3e3e3; }")
    problems, passed = axe(page, "{ include: ['[data-figure]'] }", "{ runOnly: ['color-contrast'] }")
    assert problems == [] and passed > 15
    page.wait_for_function("""[...document.querySelectorAll("[data-figure]")]
        .every((one) => one.shadowRoot.querySelector(".figure").dataset.theme === "dark")""")
    page.screenshot(path=look_folder() / "figures" / "all-dark-page.png")


def luminance(color):
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_words_in_drawings_stand_out(name, page_at_work):
    """axe-core does not judge text in SVG: every color of a text there against white, or white against its mark."""
    panels = page_at_work.locator(".figure").nth(NAMES.index(name)).locator(".panels")
    colors = panels.locator("svg").evaluate_all("""drawings => drawings
        .flatMap(one => [...one.querySelectorAll("text")])
        .filter(node => node.textContent).map(node => getComputedStyle(node).fill)""")
    as_hex = {"#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", color)[:3]) for color in colors}
    marks = {"#ffffff": ("#0072b2", "#b84e00")}  # white words stand on the marks of the classes
    assert as_hex and all(contrast(color, ground) >= 4.5
                          for color in as_hex for ground in marks.get(color, ("#ffffff",))), as_hex
    small = panels.evaluate("""root => Math.min(...[...root.querySelectorAll("text, td, th, label")]
        .filter(node => node.textContent).map(node => parseFloat(getComputedStyle(node).fontSize)))""")
    assert small >= 14


@pytest.fixture(scope="module", params=PLACES)
def window(request, page_of_all):
    """Name of a window, and a page of all figures in it: 1280 × 720 at 200 % zoom, a phone's, a wide one."""
    width, height, scale = PLACES[request.param]
    return request.param, page_of_all(viewport={"width": width, "height": height}, device_scale_factor=scale)


@pytest.fixture(scope="module")
def resized(window):
    """The window's page, after the window has been resized."""
    page = window[1]
    page.set_viewport_size({"width": 900, "height": 700})
    return page


@pytest.mark.parametrize("name", NAMES)
def test_zoom_and_small_windows(name, window):
    (place, page), k = window, NAMES.index(name)
    width = PLACES[place][0]
    assert page.viewport_size["width"] == width
    figure, host = page.locator(".figure").nth(k), page.locator("[data-figure]").nth(k)
    assert host.evaluate(SPILLS) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    smallest = figure.locator(".panels > svg").evaluate_all("""drawings => Math.min(...drawings.map(one =>
        19 * one.getBoundingClientRect().width / one.viewBox.baseVal.width))""")
    assert smallest >= 9, f"text of {smallest:.1f} px at {width} px"
    figure.screenshot(path=look_folder() / "figures" / f"{name}-{place}.png", scale="css")


@pytest.mark.parametrize("name", NAMES)
def test_a_window_is_resized(name, resized):
    k = NAMES.index(name)
    assert resized.locator("[data-figure]").nth(k).evaluate(SPILLS) == []
    handle = resized.locator(".figure").nth(k).locator(HANDLES).last
    handle.scroll_into_view_if_needed()
    drag(resized, handle, 25, 25, moves=2)
    assert state_of(resized, k) != widgets.defaults(name)
