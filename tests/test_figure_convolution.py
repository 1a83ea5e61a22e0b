"""What only the convolution explorer does: pointing, drawing, typing, its counts and matrix, its look, its pace."""

import itertools

import pytest
from figure_cases import convolution, said
from figure_fixtures import alive
from figures import (
    HANDLES,
    SHARES,
    axe,
    center,
    drag,
    first_slide,
    numbers,
    on_phone,
    open_settings_inside,
    says,
    slowness,
    state_of,
    take_theme,
)
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
RULES = widgets.rules("convolution")
NUMBERS = "(states) => states.map((state) => figures.convolution.numbers(state))"
FULL = {"pixels": [[[(r * s + r) % 10 for s in range(16)] for r in range(16)]], "padding": [1, 1]}


def texts(page):
    """Words in the drawing, those that are seen."""
    return [one for one in page.locator(".panels svg text").all_text_contents() if one]


def output(page):
    return page.get_by_role("slider", name="Output pixel")


def cell(page, handle, row, column, sides):
    """Where in the window the middle of a cell is, of the grid with so many `sides` (rows, columns) under `handle`."""
    box = handle.locator(".ring").bounding_box()
    return (box["x"] + (column + 0.5) * box["width"] / sides[1], box["y"] + (row + 0.5) * box["height"] / sides[0])


def test_the_5x5_example(modules):
    numbers, = modules.evaluate(NUMBERS, [[widgets.defaults("convolution")]][0])
    assert numbers["y"] == [[[6, -9, -8], [-3, -2, -3], [-3, 0, -2]]]
    assert [one["product"] for one in sum(numbers["sum"]["terms"][0], [])] == [5, 0, -8, 3, 0, -8, 8, 0, -2]


def test_with_padding_a_corner_is_used_4_times_an_edge_6_the_inside_9(modules):
    numbers, = modules.evaluate(NUMBERS, [Figure("convolution", padding=[1, 1]).state])
    counts = numbers["used"]
    assert counts[0] == counts[4] == [4, 6, 6, 6, 4] and all(row == [6, 9, 9, 9, 6] for row in counts[1:4])
    none, = modules.evaluate(NUMBERS, [Figure("convolution").state])
    assert none["used"][0] == [1, 2, 3, 2, 1] and none["used"][2] == [3, 6, 9, 6, 3]


def test_of_6_pixels_a_stride_of_2_drops_the_last(modules):
    image = [[[r + s for s in range(6)] for r in range(6)]]
    numbers, = modules.evaluate(NUMBERS, [Figure("convolution", pixels=image, stride=[2, 2]).state])
    assert numbers["size"] == [2, 2] and numbers["unused"] == 11
    assert [row[5] for row in numbers["used"]] == [0] * 6 == numbers["used"][5]


def test_a_single_pixel_shows_the_kernel_rotated_or_as_it_is(modules):
    states = [Figure("convolution", image="single pixel", kernel="asymmetric", operation=operation).state
              for operation in RULES["choices"]["operation"]]
    cross, true = (one["y"][0] for one in modules.evaluate(NUMBERS, states))
    kernel = [[9 * one for one in row] for row in states[0]["weight"][0][0]]
    assert [row[1:4] for row in true[1:4]] == kernel
    assert [row[1:4] for row in cross[1:4]] == [row[::-1] for row in kernel[::-1]]


def test_every_image_with_every_kernel(modules):
    names = [*itertools.product(RULES["choices"]["image"], RULES["choices"]["kernel"])]
    states = [Figure("convolution", image=image, kernel=kernel).state for image, kernel in names]
    for (image, kernel), answer in zip(names, modules.evaluate(NUMBERS, states), strict=True):
        assert answer["problem"] == "" and answer["count"] > 0, (image, kernel)
    shown = {str(answer["y"]) for answer in modules.evaluate(NUMBERS, states)}
    assert len(shown) > 0.8 * (len(RULES["choices"]["image"]) - 1) * (len(RULES["choices"]["kernel"]) - 1)


def test_pointing_writes_the_sum_and_is_one_step_to_undo(shown):
    page = shown("convolution")
    assert said(page) == ("output[1, 1] = 5·1 + 3·0 + 8·(−1) + 3·1 + 2·0 + 8·(−1) + 8·1 + 7·0 + 2·(−1) = −2.")
    page.mouse.move(3, 3)
    for row, column in ((0, 0), (0, 1), (0, 2), (1, 2)):
        page.mouse.move(*cell(page, output(page), row, column, (3, 3)))
        assert said(page).startswith(f"output[{row}, {column}] = ")
    assert said(page).endswith("= −3.") and {"8·(−1)", "sum of the products = −3"} & {*texts(page)}
    page.mouse.move(3, 3)
    assert state_of(page)["step"] == 5  # it stays
    page.get_by_role("button", name="Undo").click()
    assert state_of(page) == widgets.defaults("convolution")
    output(page).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert said(page).startswith("output[2, 2] = ")


def test_the_patch_moves_by_the_stride(shown):
    page = shown("convolution", padding=[1, 1], stride=[2, 1], step=0)
    frame = page.locator(".panels g[transform]").first
    side = page.get_by_role("slider", name="Input channel 0").locator(".ring").bounding_box()["width"] / 5
    before = frame.bounding_box()
    output(page).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    after = frame.bounding_box()
    assert after["x"] - before["x"] == pytest.approx(side, abs=1)
    assert after["y"] - before["y"] == pytest.approx(2 * side, abs=1)


def test_pixels_are_drawn_and_typed(shown):
    page = shown("convolution")
    pad = page.get_by_role("slider", name="Input channel 0")
    x, y = cell(page, pad, 0, 1, (5, 5))
    page.mouse.click(x, y)
    assert state_of(page)["pixels"][0][0] == [7, 8, 3, 3, 8] and state_of(page)["image"] == "own"
    drag(page, pad, 2 * pad.locator(".ring").bounding_box()["width"] / 5, 0, moves=8)
    assert state_of(page)["pixels"][0][2] == [3, 3, 8, 0, 0] or state_of(page)["pixels"][0][2] == [3, 3, 8, 8, 8]
    pad.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.type("-1.5")
    assert state_of(page)["pixels"][0][1][4] == -1.5
    page.keyboard.press("Delete")
    assert state_of(page)["pixels"][0][1][4] == 0
    assert page.get_by_role("combobox", name="image").input_value() == "own"
    page.get_by_role("combobox", name="image").select_option("5 × 5 example")
    assert state_of(page)["pixels"] == widgets.defaults("convolution")["pixels"]


def test_weights_are_dragged_and_typed_and_channels_get_their_own(shown):
    page = shown("convolution", image="color")
    weight = page.get_by_role("slider", name="Weight [1, 0, 2]")
    weight.focus()
    page.keyboard.type("12")
    kernels = state_of(page)["weight"]
    assert [grid[0] for grid in kernels[0]] == [[1, 0, -1], [1, 0, 12], [1, 0, -1]]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowUp")
    assert state_of(page)["weight"][0][1][0][2] == 16
    drag(page, weight, 0, -30)
    assert 18 <= state_of(page)["weight"][0][1][0][2] <= 20
    page.get_by_role("combobox", name="kernel").select_option("Sobel")
    assert state_of(page)["weight"] == [[[[1, 0, -1], [2, 0, -2], [1, 0, -1]]]]


def test_numbers_are_typed_as_text(shown):
    page = shown("convolution")
    page.get_by_role("button", name="Settings").click()
    for name, text, taken in (("pixels", "1 2 3 / 4, 5, 6 / 7 8 9 / 0 -1 −2", True), ("pixels", "1 2 / 3", False),
                              ("pixels", "1 2 x", False), ("pixels", "100", False), ("pixels", "", False),
                              ("pixels", "1 2 3 / 4 5 6 | 7 8 9 / 1 1 1", True), ("weights", "1 2 / 3 4", True),
                              ("weights", "1 2 3 4 5 6", False)):
        before = state_of(page)
        page.get_by_role("textbox", name=name, exact=True).fill(text)
        page.keyboard.press("Enter")
        assert (state_of(page) != before) == taken, text
        assert taken or page.locator(".told").text_content().startswith(f"{name} not used: ")
    state = state_of(page)
    assert state["pixels"] == [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [1, 1, 1]]]
    assert state["weight"] == [[[[1, 2], [3, 4]]]] and state["kernel"] == state["image"] == "own"


def test_what_does_not_fit_is_said(shown):
    for state, words in (
        ({"dilation": [3, 1]}, "No output: the kernel spans 7 rows, the padded input has 5; choose a smaller kernel"),
        ({"pixels": [[[1, 2], [3]]]}, "The image is no grid"), ({"pixels": []}, "The image is no grid"),
        ({"weight": [[[[1, 2], [3]]]]}, "The kernel is no grid"), ({"weight": []}, "The kernel is no grid"),
        ({"weight": [[[[1]]], []]}, "The kernel is no grid"),
        ({"pixels": [[[1], [2], [3]]], "padding": [0, 2], "padding_mode": "circular"},
         "Circular padding repeats the image at most once: 2 columns are more than its 1."),
    ):
        page = shown("convolution", **state)
        assert said(page).startswith(words)
        page.get_by_role("button", name="PyTorch").click()
        assert page.locator(".figure pre").text_content() == f"# {said(page)}"
    page = shown("convolution")
    page.get_by_role("combobox", name="dilation").select_option("3")
    for name in ("Step", "Play"):
        page.get_by_role("button", name=name).click(force=True)
    page.get_by_role("combobox", name="padding").select_option("1")
    assert said(page).startswith("output[0, 0] = ") and "= ⌊0⌋ + 1 = 1 row and column" in texts(page)


def test_the_size_is_calculated_step_by_step(shown):
    page = shown("convolution", stride=[2, 2], padding=[1, 1])
    assert {"⌊(5 + 2·1 − 1·(3−1) − 1)/2⌋ + 1", "= ⌊2⌋ + 1 = 3 rows and columns"} <= {*texts(page)}
    page = shown("convolution", image="checkerboard", stride=[2, 3])
    assert {"= ⌊2.5⌋ + 1 = 3 rows", "= ⌊1.6667⌋ + 1 = 2 columns"} <= {*texts(page)}
    assert "Hatched: 22 pixels that no output uses." in said(page)


def test_use_counts_and_the_outputs_that_use_a_pixel(shown):
    page = shown("convolution", view="use counts", padding=[1, 1], pixel=[0, 0])
    assert said(page) == "input[0, 0] is used by 4 outputs (green); the pixels by 4 to 9."
    pad = page.get_by_role("slider", name="Input channel 0")
    page.mouse.click(*cell(page, pad, 0, 2, (5, 5)))
    assert state_of(page)["pixel"] == [0, 2] and state_of(page)["image"] == "5 × 5 example"
    assert said(page).startswith("input[0, 2] is used by 6 outputs")
    assert page.locator(".panels .feeds").first.get_attribute("d").count("M") == 6


def test_the_matrix(shown):
    page = shown("convolution", view="matrix")
    assert "matrix 9 × 25: a row for each output, a column for each pixel" in texts(page)
    assert "54 of 225 entries are not 0 (24 %)" in texts(page)
    assert said(page) == ("Row 4 of the matrix, times x, is output[1, 1] = −2. 54 of 225 entries are not 0; "
                          "only 9 weights are stored.")
    paths = page.locator(".panels .grid path:is(.positive, .negative)")
    assert sum(one.get_attribute("d").count("M") for one in paths.all()) == 54
    x, y = cell(page, output(page), 8, 3, (9, 25))
    page.mouse.click(x, y)
    assert state_of(page)["step"] == 8 and said(page).startswith("Row 8 of the matrix")
    page.keyboard.press("ArrowUp")
    assert state_of(page)["step"] == 7
    for view in ("sum", "matrix", "use counts"):
        page.get_by_role("combobox", name="view").select_option(view)
        assert output(page).is_visible()


SWEEP = """async ([frames, count]) => {  // ms of script a move and, in `frames`, images a second, pointing along a row
    const root = document.querySelector("[data-figure]").shadowRoot.querySelector(".figure");
    const handle = root.querySelector('[aria-label^="Output"]'), box = handle.querySelector(".ring")
        .getBoundingClientRect();
    const patch = root.querySelector(".panels g[transform]"), seen = new Set();
    const times = [], point = (k) => {
        const start = performance.now();
        handle.dispatchEvent(new PointerEvent("pointermove", { pointerType: "mouse", bubbles: true, composed: true,
            clientX: box.x + (k % 16 + 0.5) * box.width / 16,
            clientY: box.y + (Math.floor(k / 16) % 16 + 0.5) * box.height / 16 }));
        times.push(performance.now() - start);
        seen.add(patch.getAttribute("transform"));
    };
    const begin = performance.now();
    for (let k = 0; k < count; k++) {
        point(k);
        if (frames) await new Promise(requestAnimationFrame);
    }
    times.sort((a, b) => a - b);
    return [times[Math.floor(count / 2)], times[Math.floor(0.95 * count)],
        1000 * count / (performance.now() - begin), seen.size];
}"""


def test_pointing_at_16x16_outputs_is_smooth(shown):
    page = shown("convolution", **FULL, step=255)
    slow = slowness(page)
    usual, worst, _, seen = page.evaluate(SWEEP, [False, 256])
    rate = max(page.evaluate(SWEEP, [True, 90])[2] for _ in range(2))
    slow = max(slow, slowness(page))
    SEEN.append(f"convolution: pointing at one of 16 × 16 outputs takes {usual:.1f} ms of script and layout (95 % take "
                f"less than {worst:.1f} ms), {rate:.0f} images a second, on a machine {slow:.1f} times as slow as a "
                "bare loop should be")
    assert seen == 256 and usual <= 8 * slow and rate >= 30 / slow


FRAMES = """(time) => new Promise((done) => {  // images that differ a second, and elements that were made meanwhile
    const root = document.querySelector("[data-figure]").shadowRoot.querySelector(".figure");
    const patch = root.querySelector(".panels g[transform]"), start = performance.now();
    let images = 0, last = "", made = 0;
    const watch = new MutationObserver((all) => all.forEach((one) =>
        one.addedNodes.forEach((node) => { made += node.nodeType === 1; })));
    watch.observe(root, { subtree: true, childList: true });
    const look = (now) => {
        images += patch.getAttribute("transform") !== last;
        last = patch.getAttribute("transform");
        if (now - start < time) requestAnimationFrame(look); else done([images / (now - start) * 1000, made]);
    };
    requestAnimationFrame(look);
})"""


def test_it_plays_smoothly_and_makes_no_nodes(shown):
    page = shown("convolution", **FULL, step=0)
    slow = slowness(page)
    page.get_by_role("button", name="Play").click()
    says(page, r"output\[0, [1-9]")
    rate, made = page.evaluate(FRAMES, 1500)
    page.mouse.move(*center(output(page)))  # the pointer rests on the outputs: it plays on
    assert page.get_by_role("button", name="Pause").count() == 1
    page.get_by_role("button", name="Pause").click()
    SEEN.append(f"convolution: the kernel slides at {rate:.0f} images a second over 16 × 16 pixels, on a machine "
                f"{slow:.1f} times as slow as a bare loop should be")
    assert rate >= 30 / slow and made == 0


def test_reduced_motion_goes_to_the_end_at_once(browser, figure_files):
    context = browser.new_context(offline=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(figure_files(Figure("convolution", step=0)).as_uri())
    alive(page).get_by_role("button", name="Play").click()
    assert state_of(page)["step"] == 8 and said(page).startswith("output[2, 2]")
    context.close()


CONTRASTS = """() => {  // the smallest contrast of a text of the drawing with its cell, or with the figure's ground
    const figure = document.querySelector("[data-figure]").shadowRoot.querySelector(".figure");
    const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = (color) => {
        const [r, g, b] = color.slice(0, 3).map((one) => one / 255)
            .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = rgb(getComputedStyle(figure).backgroundColor), behind = (one) => {
        const box = one.getBBox(), [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        const cell = [...one.parentNode.querySelectorAll(":scope > rect")].find((rect) => {
            const { x: left, y: top, width, height } = rect.getBBox();
            return x > left && x < left + width && y > top && y < top + height;
        });
        if (!cell) return ground;
        const style = getComputedStyle(cell), opacity = Number(style.fillOpacity), fill = rgb(style.fill);
        return ground.map((part, k) => opacity * fill[k] + (1 - opacity) * part);
    };
    return Math.min(...[...figure.querySelectorAll(".panels text")]
        .filter((one) => one.textContent && one.checkVisibility()).map((one) => {
            const [a, b] = [light(rgb(getComputedStyle(one).fill)), light(behind(one))];
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("parts", [{"padding": [1, 1]}, {"view": "matrix"}, {"view": "use counts", "stride": [2, 2]},
                                   {"image": "color", "kernel": "two kernels", "bias": [1, 0]}])
def test_words_stand_out_from_their_cells(theme, parts, shown):
    page = shown("convolution", **parts)
    page.get_by_role("button", name="Settings").click()
    take_theme(page, theme)
    assert page.evaluate(CONTRASTS) >= 4.5
    assert axe(page, "document.querySelector('[data-figure]')")[0] == []
    name = f"convolution-{theme}-{parts.get('view', parts.get('image', 'sum'))}.png".replace(" ", "-")
    page.locator(".figure").screenshot(path=look_folder() / "figures" / name)


CLIPPED = """(root) => {  // words of the drawing that stand outside it
    const drawing = root.querySelector(".panels svg"), edge = drawing.getBoundingClientRect();
    return [...drawing.querySelectorAll("text")].filter((one) => {
        const box = one.getBoundingClientRect();
        return one.textContent && (box.left < edge.left - 1 || box.right > edge.right + 1
            || box.bottom > edge.bottom + 1 || box.top < edge.top - 1);
    }).map((one) => one.textContent);
}"""
LOOKS = [{}, {"image": "shirt", "stride": [2, 1]}, {"view": "matrix"}, {"view": "use counts", "stride": [3, 2]},
         {"image": "color", "kernel": "two kernels", "padding": [1, 1]}, convolution.fullest,
         {"image": "letter", "kernel": "5 × 5 blur"}, convolution.fullest | {"view": "matrix"}]


@pytest.mark.parametrize("parts", LOOKS, ids=range(len(LOOKS)))
def test_the_drawing_is_the_hero_of_its_slide(parts, figure_files, open_page):
    page = alive(open_page(figure_files(Figure("convolution", **parts), deck=True)))
    share, smallest, words, lines = first_slide(page)
    if not parts:
        SEEN.append(f"convolution: the drawing is {100 * share:.0f} % of its height on a slide, words of "
                    f"{words:.0f} px, the smallest in cells {smallest:.0f} px")
    assert share >= 0.7 and words >= 17 and smallest >= 11 and lines <= 2
    assert page.locator(".figure").evaluate(CLIPPED) == []
    open_settings_inside(page)


@pytest.mark.parametrize("parts", LOOKS, ids=range(len(LOOKS)))
def test_on_a_phone(parts, browser, figure_files):
    with on_phone(browser, figure_files(Figure("convolution", **parts))) as page:
        alive(page).wait_for_function("""() => document.querySelector("[data-figure]").shadowRoot
            .querySelector(".figure").classList.contains("narrow")""")
        figure = page.locator(".figure")
        _, smallest, words, _ = figure.evaluate(SHARES)
        assert smallest >= 11 and words >= 16 and figure.evaluate(CLIPPED) == []
        page.get_by_role("button", name="Settings").tap()
        page.locator(".settings").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        figure.screenshot(path=look_folder() / "figures" / f"convolution-390-{LOOKS.index(parts)}.png")
        assert page.locator(HANDLES).count() >= 6


def test_an_output_is_chosen_by_a_finger(browser, figure_files):
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(figure_files(Figure("convolution")).as_uri())
    alive(page)
    page.wait_for_timeout(100)
    page.touchscreen.tap(*cell(page, output(page), 2, 0, (3, 3)))
    assert state_of(page)["step"] == 6 and numbers(said(page))[:2] == [2, 0]
    context.close()
