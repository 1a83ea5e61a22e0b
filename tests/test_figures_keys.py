"""The interactive figures by keyboard, and two of a kind on one page."""

import pytest
from figure_fixtures import alive
from figures import HANDLES, NAMES, all_open, image_of, state_of

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
FOCUSED = """() => {
    let node = document.activeElement;
    while (node && node.shadowRoot) node = node.shadowRoot.activeElement;
    if (!node || !node.closest(".figure")) return null;
    const ring = node.querySelector(".ring"), style = getComputedStyle(ring || node);
    const id = (node.getAttribute("aria-label") || node.textContent) + node.tagName + (node.type || "");
    const stroked = !["none", "rgba(0, 0, 0, 0)"].includes(style.stroke) && parseFloat(style.strokeWidth) >= 2;
    return [id, ring ? stroked : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""


@pytest.mark.parametrize("name", NAMES)
def test_tab_reaches_everything_and_focus_shows(name, shown):
    page, seen = all_open(shown(name)), []
    page.mouse.click(3, 3)
    wanted = page.locator(".figure").evaluate("""(root) =>
        [...root.querySelectorAll("[tabindex], input, select, button, textarea, summary")]
        .filter((node) => node.getClientRects().length && !node.disabled).length""")
    around = page.evaluate("""[...document.querySelectorAll("a[href], button, input, summary, [tabindex]")]
        .filter((node) => node.checkVisibility()).length""")  # of the page itself
    for _ in range(wanted + around):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    reached = {one[0] for one in seen if one}
    assert all(one[1] for one in seen if one), [one for one in seen if one and not one[1]]
    assert len(reached) == wanted, (wanted, sorted(reached))


@pytest.fixture(scope="module")
def pairs(offline, figure_files):
    """A page of all figures, twice each."""
    page = offline.new_page()
    page.goto(figure_files(*(Figure(name) for name in NAMES for _ in range(2))).as_uri())
    yield alive(page)
    page.close()


@pytest.mark.parametrize("name", NAMES)
def test_two_of_a_kind_do_not_disturb_each_other(name, pairs):
    first = 2 * NAMES.index(name)
    others = [k for k in range(2 * len(NAMES)) if k != first]
    images = [image_of(pairs, k) for k in others]
    pairs.locator(".figure").nth(first).locator(HANDLES).first.focus()
    pairs.keyboard.press("Shift+ArrowLeft")
    assert state_of(pairs, first) != widgets.defaults(name)
    assert [image_of(pairs, k) for k in others] == images and state_of(pairs, first + 1) == widgets.defaults(name)
