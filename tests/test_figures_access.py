"""The interactive figures for everybody and everywhere: axe-core, contrast, zoom, small windows, slides; and their speed."""

import re
import statistics

import pytest
from figures import FULLEST, NAMES, axe, drag, state_of
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.course.overflow import look
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
HANDLES = ".handle"


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(name, shown):
    page = shown(name, **FULLEST.get(name, {}))
    checked = 0
    for opened in (None, "PyTorch", "State"):
        if opened:
            page.get_by_role("button", name=opened, exact=True).click()
        said, passed = axe(page)
        assert said == [], said
        checked += passed
    SEEN.append(f"figures: {name}, axe-core passes {checked} checks, no violation")
    assert checked > 60


def test_a_dark_page_leaves_the_figures_legible(pages, browser):
    """As in Colab's dark theme: the page's colours and the browser's own controls are dark."""
    context = browser.new_context(color_scheme="dark", viewport={"width": 1100, "height": 2700}, offline=True)
    page = context.new_page()
    page.goto(pages(*(Figure(name) for name in NAMES))[0].as_uri())
    page.add_style_tag(content=":root { color-scheme: dark; } body { background: #1e1e1e; color: #e3e3e3; }")
    page.wait_for_function("window.figuresReady")
    said, passed = axe(page, "{ include: ['[data-figure]'] }", "{ runOnly: ['color-contrast'] }")
    assert said == [] and passed > 15
    grounds = page.locator(".figure, .figure button, .figure select, .figure input[type=number]").evaluate_all(
        "nodes => [...new Set(nodes.map(node => getComputedStyle(node).backgroundColor))]"
    )
    assert grounds == ["rgb(255, 255, 255)"]
    page.screenshot(path=look_folder() / "figures" / "all-dark-page.png")
    context.close()


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return sum(
        weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
    )


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_words_in_drawings_stand_out(name, shown):
    """axe-core does not judge text in SVG: every colour of a text there against white, or white against its mark."""
    page = shown(name, **({"step": 9} if "step" in widgets.defaults(name) else {}))
    colours = page.locator(".panels svg").evaluate_all("""drawings => drawings.flatMap(one => [...one.querySelectorAll("text")])
        .filter(node => node.textContent).map(node => getComputedStyle(node).fill)""")
    as_hex = {"#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3]) for colour in colours}
    assert as_hex and all(
        contrast(colour, "#0072b2") >= 4.5 and contrast(colour, "#b84e00") >= 4.5
        if colour == "#ffffff"
        else contrast(colour, "#ffffff") >= 4.5
        for colour in as_hex
    ), as_hex
    small = page.locator(".panels").evaluate("""root => Math.min(...[...root.querySelectorAll("text, td, th, label")]
        .filter(node => node.textContent).map(node => parseFloat(getComputedStyle(node).fontSize)))""")
    assert small >= 14


@pytest.mark.parametrize("name", NAMES)
def test_zoom_and_small_windows(name, browser, pages):
    """200 % zoom of a 1280 × 720 window is 640 × 360 at two pixels a pixel; a phone has 360."""
    for place, width, height, scale in (("zoom200", 640, 360, 2), ("phone", 360, 740, 2), ("wide", 1280, 720, 1)):
        context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale, offline=True)
        page = context.new_page()
        page.goto(pages(Figure(name))[0].as_uri())
        page.wait_for_function("window.figuresReady")
        spills = """() => [...document.querySelectorAll("[data-figure]")].flatMap(el => {
            const root = el.shadowRoot.querySelector(".figure"), edge = root.getBoundingClientRect();
            const outside = box => box.width && (box.right > edge.right + 1 || box.left < edge.left - 1);
            return [...root.querySelectorAll("svg:not(svg svg), button, input, select, td, .says")]
                .filter(node => outside(node.getBoundingClientRect())).map(node => node.outerHTML.slice(0, 80)); })"""
        assert page.evaluate(spills) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
        smallest = page.locator(".panels > svg").evaluate_all("""drawings => Math.min(...drawings.map(one =>
            19 * one.getBoundingClientRect().width / one.viewBox.baseVal.width))""")
        assert smallest >= 9, f"text of {smallest:.1f} px at {width} px"
        page.locator(".figure").screenshot(path=look_folder() / "figures" / f"{name}-{place}.png")
        page.set_viewport_size({"width": 900, "height": 700})  # the window is resized
        assert page.evaluate(spills) == []
        drag(page, page.locator(HANDLES).last, 25, 25)
        assert state_of(page) != widgets.defaults(name)
        context.close()


@pytest.mark.parametrize("name", NAMES)
def test_script_time_of_a_drag(name, shown):
    page = shown(name, **(FULLEST | {"losses": {"step": 30}}).get(name, {}))
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    script = lambda: {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}  # noqa: E731
    worst = 0.0
    for handle in page.locator(HANDLES).all()[:3]:
        box = handle.locator(".ring").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        times, whole = [], []
        for k in range(1, 41):
            before = script()
            page.mouse.move(x + 3 * k, y - 1.5 * k)
            after = script()
            times.append(1000 * (after["ScriptDuration"] - before["ScriptDuration"]))
            whole.append(1000 * (after["TaskDuration"] - before["TaskDuration"]))
        page.mouse.up()
        worst = max(worst, statistics.median(times))
    SEEN.append(
        f"figures: {name}, script time of a drag event {worst:.2f} ms at the median of 40 (slowest handle), "
        f"the whole task {statistics.median(whole):.2f} ms"
    )
    assert worst <= 8


# ------------------------------------------------------------------------------------------------ slides


def test_slides_fit_show_every_figure_and_keep_their_keys(pages, open_page, browser):
    deck = pages(*(Figure(name) for name in NAMES))[1]
    count, problems = look(browser, deck)
    assert count == len(NAMES) + 1 and problems == []
    page = open_page(deck)
    page.wait_for_function("window.figuresReady")
    for k, name in enumerate(NAMES):
        page.evaluate(f"Reveal.slide({k + 1}, 0)")
        page.wait_for_timeout(150)
        page.screenshot(path=look_folder() / "figures" / f"{name}-slide.png")
        handle = page.locator(".figure").nth(k).locator(HANDLES).first
        handle.focus()
        before = state_of(page, k)
        for key in ("ArrowRight", "ArrowUp", "ArrowUp", " ", "n"):
            page.keyboard.press(key)
        assert page.evaluate("Reveal.getIndices().h") == k + 1 and state_of(page, k) != before
        zoom = float(page.evaluate("getComputedStyle(Reveal.getCurrentSlide()).zoom"))
        assert 19 * 0.96 * zoom >= 17, f"{name}: text of {19 * 0.96 * zoom:.1f} px on its slide"
        page.keyboard.press("PageDown")
        page.wait_for_timeout(60)
        assert page.evaluate("Reveal.getIndices().h") == min(k + 2, count - 1)


def test_lines_of_javascript():
    lines = {path.stem: path.read_text(encoding="utf-8").count("\n") for path in widgets.HERE.rglob("*.js")}
    long = [
        f"{path.name}:{k}"
        for path in widgets.HERE.rglob("*.js")
        for k, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 150
    ]
    SEEN.append("figures: lines of JavaScript: " + ", ".join(f"{name} {count}" for name, count in sorted(lines.items())))
    assert set(lines) == {*NAMES, *widgets.SHARED, *(part for name in NAMES for part in widgets.rules(name).get('uses', ()))}
    assert max(lines.values()) <= 250 and long == []
