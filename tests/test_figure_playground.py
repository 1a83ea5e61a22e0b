"""What only the playground does: it trains fast enough to look at, and goes back without training again."""

import pytest
from figure_fixtures import alive
from figures import SHARES, drag, first_slide, image_of, on_phone, slowness, state_of
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


def test_the_playground_keeps_its_pace(shown):
    """Four layers of eight units train and are drawn, an image for at most an epoch."""
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
    SEEN.append(f"playground: {pace:.0f} epochs of ten steps a second with 4 × 8 units, at most one in an image, on a "
                f"machine {slow:.1f} times as slow as a bare loop should be")
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


def test_the_network_is_changed_in_the_drawing(shown):
    page = shown("playground")
    press = lambda name: page.get_by_role("button", name=name, exact=True).click()  # noqa: E731
    press("Add a layer")
    press("One unit more in layer 2")
    press("One unit less in layer 1")
    press("feature x₁²")
    press("data: circles")
    state = state_of(page)
    assert (state["layers"], state["features"], state["data"]) == ([[3], [3]], ["x1", "x2", "x1^2"], "circles")
    for name in ("x₁", "x₂", "x₁²"):
        press(f"feature {name}")
    assert state_of(page)["features"] == ["x1^2"] and "at least one" in page.locator(".told").text_content()


def test_a_unit_is_shown_large_and_a_weight_changed_on_its_edge(shown):
    page = shown("playground", step=100)
    title, maps = page.locator(".panels .title"), page.locator(".figure canvas")
    before = maps.evaluate("(canvas) => canvas.toDataURL()")
    box = page.locator("#unit-1-2").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert title.text_content() == "Unit 2 of layer 1" and maps.evaluate("(canvas) => canvas.toDataURL()") != before
    page.mouse.move(3, 3)
    assert title.text_content() == "Output σ(z)" and maps.evaluate("(canvas) => canvas.toDataURL()") == before
    page.get_by_role("listbox").focus()
    page.keyboard.press("ArrowLeft")
    assert title.text_content() == "Unit 1 of layer 1" and state_of(page)["look"] == [1, 1]
    drag(page, page.get_by_role("slider", name="Weight"), 0, -40)
    (*_, last), chosen = state_of(page)["edits"], state_of(page)["weight"]
    assert last[:4] == [100, *chosen] and maps.evaluate("(canvas) => canvas.toDataURL()") != before
    page.keyboard.press("n")
    assert state_of(page)["weight"] == [1, 1, 2]


INK = """(canvas) => {  // mean opacity about the level edge from the only hidden unit to the output, and its middle
    const { width, height } = canvas, box = canvas.getBoundingClientRect(), scale = width / 984;
    const { data } = canvas.getContext("2d").getImageData(430 * scale, 248 * scale, 150 * scale, 20 * scale);
    return [data.filter((_, k) => k % 4 === 3).reduce((sum, one) => sum + one, 0) / data.length * 4 / 255,
        box.left + 520 / 984 * box.width, box.top + 258 / height * scale * box.height];
}"""


def test_an_edge_is_as_clear_as_its_weight_is_large_and_clear_under_the_pointer(shown):
    inks = {}
    for value in (0, 0.3, 1, -1, 3):
        page = shown("playground", layers=[[1]], edits=[[0, 0, 0, 0, 0], [0, 2, 1, 1, value]])
        inks[value], x, y = page.locator(".figure canvas").evaluate(INK)
    assert 0 < inks[0] < 0.01 and 3 * inks[0] < inks[0.3] < inks[1] / 2 and inks[1] < inks[3] / 2, inks
    assert 0.5 * inks[1] < inks[-1] < inks[1], inks
    page = shown("playground", layers=[[1]], edits=[[0, 0, 0, 0, 0], [0, 2, 1, 1, 0]])
    page.mouse.move(x, y)
    hovered, *_ = page.locator(".figure canvas").evaluate(INK)
    told = ", ".join(f"{value}: {ink:.3f}" for value, ink in inks.items())
    SEEN.append(f"playground: mean opacity about an edge by its weight: {told}; 0 under the pointer: {hovered:.3f}")
    assert hovered > 10 * inks[0]


def test_tiles_glide_to_their_places_unless_motion_is_unwanted(browser, figure_files):
    """Six images after a press, and one when it is over; with reduced motion all are the same."""
    path = figure_files(Figure("playground"))
    for motion in ("no-preference", "reduce"):
        context = browser.new_context(offline=True, viewport={"width": 1280, "height": 720}, reduced_motion=motion)
        page = context.new_page()
        page.goto(path.as_uri())
        images = alive(page).locator(".figure").evaluate("""async (root) => {
            const image = () => root.querySelector(".maps").toDataURL(), images = [];
            root.querySelector("[aria-label='Add a layer']").click();
            for (let k = 0; k < 6; k++) { images.push(image()); await new Promise(requestAnimationFrame); }
            await new Promise((resolve) => setTimeout(resolve, 600));
            return [...images, image()];
        }""")
        assert (len(set(images)) > 2) == (motion == "no-preference")
        assert motion == "no-preference" or len(set(images)) == 1
        context.close()


def test_the_drawing_is_the_hero_of_its_slide(figure_files, open_page):
    page = alive(open_page(figure_files(Figure("playground"), deck=True)))
    share, smallest, words, lines = first_slide(page)
    box = page.locator(".figure").bounding_box()
    covered = box["width"] * box["height"] / (1280 * 720)
    SEEN.append(f"playground: {100 * covered:.0f} % of its slide, the drawing {100 * share:.0f} % of its height, text "
                f"of {smallest:.0f} px")
    assert covered >= 0.7 and share >= 0.72 and words >= 17 and smallest >= 17 and lines <= 2


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("playground", layers=[[8]] * 4, step=50))) as page:
        _, smallest, words, _ = alive(page).locator(".figure").evaluate(SHARES)
        assert smallest >= 11 and words >= 16
        page.get_by_role("button", name="Settings").tap()
        page.locator(".settings").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".figure").screenshot(path=look_folder() / "figures" / "playground-390.png")
