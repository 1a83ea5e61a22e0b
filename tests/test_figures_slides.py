"""The interactive figures on slides, and how fast they follow a drag."""

import statistics

import pytest
from figure_cases import case
from figure_fixtures import alive
from figures import HANDLES, NAMES, SHARES, center, slowness, state_of
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.course.overflow import look
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


def test_slides_fit_show_every_figure_and_keep_their_keys(figure_files, open_page, browser):
    deck = figure_files(*map(Figure, NAMES), deck=True)
    count, problems = look(browser, deck)
    assert count == len(NAMES) + 1 and problems == []
    page = alive(open_page(deck))
    for k, name in enumerate(NAMES):
        page.evaluate(f"Reveal.slide({k + 1}, 0)")
        figure = page.locator(".figure").nth(k)
        figure.wait_for(state="visible")
        page.screenshot(path=look_folder() / "figures" / f"{name}-slide.png")
        figure.locator(HANDLES).first.focus()
        before = state_of(page, k)
        for key in ("ArrowRight", "ArrowUp", "ArrowUp", " ", "n"):
            page.keyboard.press(key)
        assert page.evaluate("Reveal.getIndices().h") == k + 1 and state_of(page, k) != before
        page.keyboard.press("PageDown")
        page.wait_for_function(f"Reveal.getIndices().h === {min(k + 2, count - 1)}")


def test_a_figure_takes_most_of_its_slide_and_its_drawing_most_of_the_figure(figure_files, open_page):
    page, found = alive(open_page(figure_files(*map(Figure, NAMES), deck=True))), []
    for k, name in enumerate(NAMES):
        page.evaluate(f"Reveal.slide({k + 1}, 0)")
        figure = page.locator(".figure").nth(k)
        page.wait_for_timeout(150)  # a figure that measures its width draws again
        box = figure.bounding_box()
        drawing, in_drawing, words, lines = figure.evaluate(SHARES)
        zoom = float(page.evaluate("getComputedStyle(Reveal.getCurrentSlide()).zoom"))
        area = box["width"] * box["height"] / (1280 * 720)
        SEEN.append(f"figures: {name} on a slide: {area:.0%} of it, the drawing {drawing:.0%} of the figure's height, "
                    f"text of {in_drawing:.1f} px and {zoom * words:.1f} px")
        if area < 0.7 or drawing < 0.7 or min(in_drawing, zoom * words) < 17 or zoom < 1 or lines > 2:
            found.append(SEEN[-1])
        heading = page.locator(".slides section.present section.present h2")
        assert heading.bounding_box()["height"] < 60 and box["y"] >= heading.bounding_box()["y"]
    assert found == [], "\n".join(found)


MOVES = """([x, y, way]) => {  // part of a drag: 40 moves of the pressed pointer, without waiting for frames
    const handle = document.querySelector("[data-figure]").shadowRoot.activeElement;
    for (let k = 1; k <= 40; k++) {
        handle.dispatchEvent(new PointerEvent("pointermove", { pointerId: window.pressed, isPrimary: true,
            bubbles: true, composed: true, clientX: x + way * 3 * k, clientY: y - way * 1.5 * k }));
    }
}"""


@pytest.mark.parametrize("name", NAMES)
def test_script_time_of_a_drag(name, shown):
    """In CPU time, which other processes hardly change: the mean of 40 moves by script, the median of 5 by mouse."""
    page = shown(name, **getattr(case(name), "fullest", {"step": 30} if "step" in widgets.defaults(name) else {}))
    page.evaluate("addEventListener('pointerdown', (event) => { window.pressed = event.pointerId; }, true)")
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent(what, move):
        """Milliseconds of CPU that `move` takes, of the kinds `what`."""
        before, _, after = (measured() for measured in (metrics, move, metrics))
        return [1000 * (after[kind] - before[kind]) for kind in what]

    def metrics():
        return {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}

    def dragged():
        """Milliseconds of script of the slowest handle, and of the whole task of the slowest."""
        page.get_by_role("button", name="Reset").click()
        worst, whole = 0.0, []
        for way, handle in zip((1, -1, 1), page.locator(HANDLES).all(), strict=False):
            handle.scroll_into_view_if_needed()
            x, y = center(handle)
            page.mouse.move(x, y)
            page.mouse.down()
            pressed = state_of(page)
            scripted, = spent(["ThreadTime"], lambda x=x, y=y, way=way: page.evaluate(MOVES, [x, y, way]))
            assert state_of(page) != pressed, "the moves by script do not drag"
            real = [spent(["ScriptDuration", "TaskDuration"],
                          lambda k=k, x=x, y=y, way=way: page.mouse.move(x + way * 3 * k, y - way * 1.5 * k))
                    for k in range(39, 34, -1)]
            page.mouse.up()
            script, task = (statistics.median(column) for column in zip(*real, strict=True))
            worst, whole = max(worst, scripted / 40, script), [*whole, task]
        return worst, max(whole)

    slow, (worst, whole) = slowness(page), min(dragged() for _ in range(3))  # other processes only add to it
    slow = max(slow, slowness(page))
    SEEN.append(f"figures: {name}, CPU time of a drag event: script {worst:.2f} ms (slowest handle), the whole task "
                f"{whole:.2f} ms, on a machine {slow:.1f} times as slow as a bare loop should be")
    assert worst <= 8 * slow
