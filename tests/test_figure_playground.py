"""What only the playground does: it trains fast enough to look at, and goes back without training again."""

import pytest
from figures import image_of, slowness, state_of
from shared import SEEN

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


def test_the_playground_keeps_its_pace(shown):
    """Four layers of eight units train and are drawn, an epoch an image."""
    page = shown("playground", layers=[[8], [8], [8], [8]], data="spirals")
    step = "JSON.parse(document.querySelector('[data-figure]').shadowRoot.querySelector('textarea').value).step"
    slow = slowness(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"{step} >= 100")
    pace = 0
    for _ in range(3):  # the best of three stretches: other processes only slow it down
        first, start = page.evaluate(f"[{step}, performance.now()]")
        page.wait_for_function(f"{step} >= {first + 300}")
        last, end = page.evaluate(f"[{step}, performance.now()]")
        pace = max(pace, (last - first) / 10 / (end - start) * 1000)
    page.get_by_role("button", name="Pause").click()
    slow = max(slow, slowness(page))
    SEEN.append(f"playground: {pace:.0f} images a second with 4 × 8 units, an epoch of ten steps each, on a machine "
                f"{slow:.1f} times as slow as a bare loop should be")
    assert pace >= 15 / slow and state_of(page)["step"] >= last


VISIT = """async ([source, state, steps]) => {  // numbers at the steps as they are visited, and each from the beginning
    const load = async () =>
        (await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))).default;
    const numbers = (figure, step, more) => {
        const { computed, ...shown } = figure.numbers({ ...state, ...more, step });
        return { computed, text: JSON.stringify(shown, (_, one) => one instanceof Float64Array ? [...one] : one) };
    };
    const visited = await load(), seen = [];
    for (const [step, more] of steps) {
        const before = seen.length ? seen.at(-1).computed : 0, { computed, text } = numbers(visited, step, more);
        seen.push({ step, computed, steps: computed - before, equal: text === numbers(await load(), step, more).text });
    }
    return seen.map(({ step, steps, equal }) => [step, steps, equal]);
}"""


@pytest.mark.parametrize("state", [
    {}, {"optimizer": "Adam", "dropout": 0.3, "layers": [[8], [8]], "l1": 0.01},
    {"optimizer": "momentum", "batch": 7, "data": "spirals",
     "edits": [[0, 0, 0, 0, 0], [100, 1, 1, 1, 2], [300, 2, 1, 0, -1]]},
    {"rate": "3", "optimizer": "momentum", "activation": "linear", "features": ["x1^2", "x2^2"], "data": "circles",
     "init": "deviation 1"},
])
def test_any_step_is_reached_from_near_by_and_is_the_same_to_the_bit(modules, state):
    """Back, scrubbing, Reset and a weight set by hand after thousands of steps compute a few steps, not all of them."""
    by_hand = [[*state.get("edits", [[0, 0, 0, 0, 0]]), [5000, 1, 1, 1, weight]] for weight in (0.5, 0.6)]
    plain = (600, 599, 598, 0, 600, 300, 301, 100, 99, 25, 26, 20, 600, 20, 10, 6000, 5999, 0, 5990)
    steps = [*((step, {}) for step in plain), (5000, {"edits": by_hand[0]}), (5000, {"edits": by_hand[1]}),
             (4990, {"edits": by_hand[0]}), (6000, {}), (5000, {"probe": [1, 1]})]
    whole = Figure("playground", **state).state
    seen = modules.evaluate(VISIT, [widgets.module("playground"), whole, steps])
    assert [step for step, _, equal in seen if not equal] == []
    assert all(count <= 25 for k, (_, count, _) in enumerate(seen) if k not in (0, 15)), seen  # there: new steps
    SEEN.append(f"playground: Back after 6000 steps computes {seen[16][1]} of them")


def drawn(page):
    """What the playground draws and says, and the pixels of its maps."""
    return image_of(page), page.locator(".figure canvas").evaluate("(canvas) => canvas.toDataURL()")


def test_back_after_thousands_of_steps_shows_what_was_there(shown):
    page = shown("playground", step=5998)
    before = [drawn(page)]
    for _ in range(2):
        page.get_by_role("button", name="Step", exact=True).click()
        before.append(drawn(page))
    assert len({pixels for _, pixels in before}) == 3
    for image in before[1::-1]:
        page.get_by_role("button", name="Back").click()
        assert drawn(page) == image
    page.get_by_role("button", name="Reset").click()
    assert drawn(page) == before[0]
