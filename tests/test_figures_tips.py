"""The tooltips of interactive figures: every control is explained, to the pointer, to a finger and to the keyboard."""

import pytest
from figure_fixtures import alive
from figures import NAMES, all_open, image_of, state_of

from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
SILENT = """(root) => [...root.querySelectorAll("button, input, select")]
    .filter((node) => node.getClientRects().length && !node.closest(".sheet"))
    .filter((node) => !node.closest("[data-tip]") || !node.getAttribute("aria-description"))
    .map((node) => node.getAttribute("aria-label") || node.textContent || node.outerHTML.slice(0, 60))"""


@pytest.mark.parametrize("name", NAMES)
def test_every_control_is_explained_in_one_sentence(name, shown):
    figure = all_open(shown(name)).locator(".figure")
    assert figure.evaluate(SILENT) == []
    tips = figure.locator("[data-tip]").evaluate_all("nodes => nodes.map((node) => node.dataset.tip)")
    assert all(tip[0].isupper() and tip[-1] in ".?" and len(tip) <= 130 for tip in tips), tips
    assert figure.locator("[title]").count() == 0  # the browser's own tooltip would be a second one


def inside(page):
    """Whether the tooltip lies within the figure."""
    tip, edge = page.locator(".tip").bounding_box(), page.locator(".figure").bounding_box()
    return (edge["x"] <= tip["x"] and tip["x"] + tip["width"] <= edge["x"] + edge["width"]
            and edge["y"] <= tip["y"] and tip["y"] + tip["height"] <= edge["y"] + edge["height"])


def shows(page, button):
    """Wait until the tooltip shows the sentence of the `button`."""
    page.locator(".tip").wait_for(state="visible", timeout=3000)
    words = page.get_by_role("button", name=button, exact=True).get_attribute("data-tip")
    page.wait_for_function("""(words) => document.querySelector("[data-figure]").shadowRoot.querySelector(".tip")
        .textContent === words""", arg=words)


@pytest.mark.parametrize("button", ["Play", "State", "Settings"])
def test_pointer(button, shown):
    page = shown("race")
    tip, target = page.locator(".tip"), page.get_by_role("button", name=button, exact=True)
    target.hover()
    page.wait_for_timeout(150)
    assert not tip.is_visible()  # not at once: a pointer that passes by finds its way free
    shows(page, button)
    assert inside(page) and tip.evaluate("node => node.getAttribute('role')") == "tooltip"
    tip.hover()  # the pointer may move onto it
    page.wait_for_timeout(600)
    assert tip.is_visible()
    page.keyboard.press("Escape")  # though the focus is elsewhere
    assert not tip.is_visible()
    page.mouse.move(5, 5)
    target.hover()
    shows(page, button)
    page.mouse.move(5, 5)
    tip.wait_for(state="hidden", timeout=2000)
    target.hover()
    shows(page, button)
    target.click()
    assert not tip.is_visible()  # what was pressed need not be explained


def test_the_tip_stands_above_the_settings(shown):
    page = all_open(shown("race"))
    page.get_by_role("button", name="Add a method").hover()
    shows(page, "Add a method")
    assert inside(page) and page.locator(".tip").evaluate("""(tip) => {
        const box = tip.getBoundingClientRect();
        return tip.getRootNode().elementFromPoint(box.left + box.width / 2, box.top + box.height / 2) === tip; }""")


def test_keyboard(shown):
    page = shown("race")
    tip = page.locator(".tip")
    page.get_by_role("button", name="PyTorch").focus()
    page.keyboard.press("Tab")
    shows(page, "State")
    assert inside(page)
    focused = "document.querySelector('[data-figure]').shadowRoot.activeElement?.textContent"
    page.keyboard.press("Escape")  # hides the tooltip; the focus stays
    assert not tip.is_visible() and page.evaluate(focused) == "State"
    page.keyboard.press("Shift+Tab")
    shows(page, "PyTorch")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)
    assert not tip.is_visible()


@pytest.fixture
def finger(browser, figure_files):
    """Function that touches the middle of a locator for so many milliseconds, and a page of one figure on a phone."""
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844}, offline=True)
    page = context.new_page()
    page.goto(figure_files(Figure("race")).as_uri())
    alive(page)
    hand = context.new_cdp_session(page)

    def touch(target, ms):
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
        page.wait_for_timeout(ms)
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(100)
    yield page, touch
    context.close()


@pytest.mark.parametrize("name", ["Reset", "Restart", "Best η = 0.0392"])
def test_a_long_touch_explains_and_does_nothing_else(name, finger):
    page, touch = finger
    page.get_by_role("button", name="Back").click()
    before, image = state_of(page), image_of(page)
    touch(page.get_by_role("button", name=name), 550)
    assert page.locator(".tip").is_visible() and inside(page)
    assert state_of(page) == before and image_of(page) == image
    touch(page.get_by_role("button", name=name), 60)
    assert state_of(page) != before and not page.locator(".tip").is_visible()


def test_a_long_touch_on_a_choice_does_not_open_it(finger):
    page, touch = finger
    touch(page.locator("select").first, 550)
    assert page.locator(".tip").is_visible()
    assert page.locator(".figure").evaluate("root => root.getRootNode().activeElement") is None


def test_no_tip_in_print(shown):
    page = shown("race")
    page.get_by_role("button", name="Play").hover()
    shows(page, "Play")
    page.emulate_media(media="print")
    assert not page.locator(".tip").is_visible()
    page.emulate_media(media="screen")
