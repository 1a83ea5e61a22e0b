"""What only the feature maps do: networks and images that come along, the square, the shift, hovering, channels."""

import contextlib
import io
import json

import pytest
import torch
from figure_cases import featuremaps, said
from figure_fixtures import alive
from figures import (
    SHARES,
    axe,
    center,
    drag,
    first_slide,
    numbers,
    on_phone,
    open_settings_inside,
    slowness,
    state_of,
    take_theme,
)
from shared import CAUGHT, SEEN, look_folder
from torch import nn

from nnlab import widgets
from nnlab.models import CNN, MLP
from nnlab.widgets import NETWORK, Figure
from nnlab.widgets.packing import rounded

pytestmark = pytest.mark.browser
NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
ASK = """([states, network]) => states.map((state) => {
    const numbers = figures.featuremaps.numbers(state, network);
    return { ...numbers, maps: numbers.columns().map((_, c) => [...numbers.mapsOf(c)]),
             shapes: numbers.columns().map(({ channels, height, width }) => [channels, height, width]),
             code: figures.featuremaps.torch(state, network) };
})"""


def images(count=3, low=0.0, high=1.0):
    """Random shapes on a dark ground, (count, 1, 28, 28)."""
    g = torch.Generator().manual_seed(1)
    x = torch.zeros(count, 1, 28, 28)
    for k in range(count):
        top, left = torch.randint(3, 12, (2,), generator=g).tolist()
        x[k, 0, top:top + 12, left:left + 9] = torch.rand(12, 9, generator=g)
    return low + x * (high - low)


def model(seed=0):
    torch.manual_seed(seed)
    return CNN((8, 16))


class Strided(nn.Module):
    """Strides, dilation, groups, batch normalization after pooling, the mean at the end; no padding."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 6, (3, 5), stride=2)
        self.second = nn.Conv2d(6, 12, 3, dilation=2, groups=3, padding=1)
        self.norm, self.last = nn.BatchNorm2d(6), nn.Conv2d(12, 5, 1)
        nn.init.normal_(self.norm.weight)
        nn.init.normal_(self.norm.bias)

    def forward(self, x):
        x = torch.relu(self.norm(nn.functional.avg_pool2d(self.first(x), 2, 1)))
        return self.last(torch.relu(self.second(x))).mean((2, 3))


@pytest.mark.parametrize("network, layers", [(model, [0, 2, 3, 5]), (Strided, [0, 1, 4, 6, 7])])
def test_every_map_and_sum_of_a_network_that_came_along_is_torchs(network, layers, modules):
    torch.manual_seed(3)
    net, x, worst = network(), images(low=-0.4, high=2.1), 0.0
    figure = Figure("featuremaps", network=net, images=x)
    states = [Figure("featuremaps", image=k, column=column, channel=3 + k, pixel=[4 + k, 7]).state
              for k in range(3) for column in range(1, len(layers) + 1)]
    quantized, net = rounded(net, (1, 28, 28), None), net.double().eval()
    for state, found in zip(states, modules.evaluate(ASK, [states, figure.network]), strict=True):
        image = x[state["image"]][None].double()
        steps, low, high = [], x.min().item(), x.max().item()
        image = low + ((image - low) / (high - low) * 255).round() / 255 * (high - low)
        with torch.no_grad():
            for layer in quantized:
                steps.append(layer(steps[-1] if steps else image))
        assert found["probabilities"] == pytest.approx(torch.softmax(steps[-1][0], 0).tolist(), abs=1e-9)
        assert found["maps"][0] == pytest.approx(image.flatten().tolist(), abs=1e-12)
        ends = [*layers[1:], layers[-1] + 2]
        for c, (first, end) in enumerate(zip(layers, ends, strict=True), 1):
            inside = [k for k in range(first, end) if not isinstance(quantized[k], nn.Flatten)]
            truth = steps[inside[-1] if steps[inside[-1]].dim() == 4 else first]
            assert list(truth.shape[1:]) == found["shapes"][c]
            ours = torch.tensor(found["maps"][c], dtype=torch.float64)
            worst = max(worst, (truth.flatten() - ours).abs().max().item())
        chosen = found["chosen"]
        at = (0, chosen["channel"], *chosen["pixel"])
        assert chosen["sum"] == pytest.approx(steps[layers[chosen["column"] - 1]][at].item(), abs=1e-9)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(found["code"], {"network": quantized})
        told = [float(part) for part in printed.getvalue().replace(":", " ").split() if part[-1].isdigit()]
        assert told == pytest.approx([chosen["sum"], chosen["value"], *found["probabilities"]], abs=5.1e-5)
    SEEN.append(f"feature maps: every map of a network with columns {layers} differs from torch's by {worst:.1e}")
    assert worst < 1e-9


def test_the_receptive_field_is_what_the_gradient_says(modules):
    """Inputs with a gradient that is not 0 fill the rectangle, where it lies in the image."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 3, 3, stride=2, padding=1), nn.AvgPool2d(2), nn.Conv2d(3, 4, (2, 3), dilation=2),
                        nn.Flatten(), nn.Linear(4 * 5 * 3, 2))
    states = [Figure("featuremaps", column=3, pixel=[row, column]).state for row in (0, 3) for column in (0, 2)]
    quantized = rounded(net, (1, 28, 28), None)
    for state, found in zip(states, modules.evaluate(ASK, [states, Figure("featuremaps", network=net).network]),
                            strict=True):
        x = torch.rand(1, 1, 28, 28, dtype=torch.float64, requires_grad=True)
        quantized[:3](x)[0, 1, *state["pixel"]].backward()
        rows, columns = x.grad[0, 0].nonzero().T
        top, left, bottom, right = found["chosen"]["field"]
        assert [max(top, 0), max(left, 0), min(bottom, 27), min(right, 27)] == [
            rows.min(), columns.min(), rows.max(), columns.max()]


def test_maps_shift_with_the_image(modules):
    """Equivariance: away from the edge of the image, the maps before pooling are the unchanged ones, shifted."""
    states = [Figure("featuremaps", image=3, shift=shift).state for shift in ([0, 0], [2, 4])]
    still, moved = (torch.tensor(found["maps"][1]).view(8, 28, 28)
                    for found in modules.evaluate(ASK, [states, {}]))
    assert still.max() > 0.1 and (still[:, 1:22, 1:24] - moved[:, 5:26, 3:26]).abs().max() < 1e-12


@pytest.mark.parametrize("given, error, says", [
    ({"network": MLP([784, 20, 10])}, ValueError, "takes a convolutional network; this one has no convolution"),
    ({"network": nn.Conv2d(3, 2, 3)}, ValueError, r"inputs of shape \(4, 1, 28, 28\), which it does not take"),
    ({"images": torch.zeros(13, 28, 28)}, ValueError, r"shape \(13, 28, 28\); this figure takes 1 to 12 images"),
    ({"images": torch.zeros(2, 3, 28, 28)}, ValueError, r"shape \(2, 3, 28, 28\)"),
    ({"images": torch.full((1, 28, 28), float("nan"))}, ValueError, "pixels that are NaN or infinite"),
    ({"labels": [1, 2]}, ValueError, "labels need images; give images too"),
    ({"images": images(), "labels": [1, 2]}, ValueError, "labels has 2 values for 3 images"),
    ({"images": images(), "labels": [1, 2, 10], "classes": NAMES}, ValueError, "the class 10; .* names for 0 to 9"),
    ({"network": model(), "classes": NAMES[:9]}, ValueError, "9 names for a network with 10 outputs"),
])
def test_what_cannot_be_shown_is_said(given, error, says):
    with pytest.raises(error, match=says) as caught:
        Figure("featuremaps", **given)
    CAUGHT.append(("featuremaps", next(iter(given)), str(caught.value)))


def test_images_travel_as_bytes_and_others_take_none():
    figure = Figure("featuremaps", network=model(), images=images(12), labels=range(10, 22), classes=None)
    data, _ = figure._repr_mimebundle_()
    assert set(data[NETWORK]) == {"shape", "outputs", "layers", "images"}
    assert figure.network["images"]["names"] == [str(label) for label in range(10, 22)]
    whole = Figure("featuremaps", images=(images() * 255).round().to(torch.uint8).numpy()).network["images"]
    assert whole == Figure("featuremaps", images=(images() * 255).round() / 255).network["images"]
    assert (whole["low"], whole["high"]) == (0, 1) and "names" not in whole
    size = len(json.dumps(data[NETWORK]))
    SEEN.append(f"feature maps: a network with 26,698 parameters and 12 images travel in {size / 1000:.0f} kB")
    assert size < 60_000
    with pytest.raises(ValueError, match="the figure 'digit' takes no images; these do: 'featuremaps'"):
        Figure("digit", images=images())


@pytest.fixture
def trained(shown):
    """The figure with a network, three images, labels and class names."""
    return lambda **state: shown("featuremaps", network=model(), images=images(), labels=[1, 8, 5], classes=NAMES,
                                 **state)


def texts(page):
    return [one for one in page.locator(".panels text").all_text_contents() if one]


def probabilities(page):
    """Widths of the bars of the classes."""
    return page.locator(".panels").evaluate("""(root) => [...root.querySelectorAll("rect[height='8']")]
        .filter((one) => one.style.fill !== "var(--soft)").map((one) => Number(one.getAttribute("width")))""")


def test_names_and_images_are_those_that_came_along(trained):
    page = trained(image=1)
    assert {"T-shirt/top", "Ankle boot", "Bag"} <= {*texts(page)}
    select = page.get_by_role("combobox", name="image")
    assert select.locator("option").all_text_contents() == ["1: Trouser", "2: Bag", "3: Sandal", "draw your own"]
    page.locator("rect[data-tip='Image 3: Sandal.']").click()
    assert state_of(page)["image"] == 2 and select.input_value() == "3: Sandal"
    select.select_option("draw your own")
    assert state_of(page)["image"] == -1 and "draw above" in texts(page)


def test_the_gray_square_changes_the_probabilities_live(trained):
    page = trained(image=1)
    before = probabilities(page)
    assert not page.get_by_role("slider", name="Gray square on the image").is_visible()
    page.get_by_role("button", name="Gray square").click()
    square = page.get_by_role("slider", name="Gray square on the image")
    covered = probabilities(page)
    assert covered != before and "(unchanged: " in said(page)
    x, y = center(square)
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for k in range(1, 9):
        page.mouse.move(x - 5 * k, y + 3 * k)
        seen.add(tuple(probabilities(page)))
    page.mouse.up()
    assert len(seen) >= 4 and state_of(page)["square"] != widgets.defaults("featuremaps")["square"]
    square.focus()
    at = state_of(page)["square"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    assert state_of(page)["square"] == [max(0, at[0] - 1), min(22, at[1] + 5)]
    page.keyboard.press("Delete")
    assert probabilities(page) == before and "(unchanged: " not in said(page)


def test_the_image_is_shifted_by_hand_and_keys(trained):
    page = trained()
    image = page.get_by_role("slider", name="Image: drag or arrow keys shift it")
    cell = image.locator(".ring").bounding_box()["width"] / 28
    drag(page, image, 5 * cell, -3 * cell)
    assert state_of(page)["shift"] == [5, -3]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    assert state_of(page)["shift"] == [4, 2]
    page.keyboard.press("Home")
    assert state_of(page)["shift"] == [0, 0]


def test_an_own_image_is_drawn(shown):
    page = shown("featuremaps", image=-1, strokes=[])
    image = page.get_by_role("slider", name="Image: drag or arrow keys shift it")
    box = image.locator(".ring").bounding_box()
    assert set(probabilities(page)[1:]) == {probabilities(page)[0]}  # an empty image
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 15)
    page.mouse.down()
    for k in range(1, 12):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 15 + 9 * k)
    page.mouse.up()
    stroke, = state_of(page)["strokes"]
    assert len(stroke) > 8 and all(x == pytest.approx(14, abs=0.5) for x, _ in stroke)
    assert "Predicted class: vertical" in said(page)
    image.focus()
    page.keyboard.press("ArrowRight")
    assert state_of(page)["shift"] == [1, 0] and "Predicted class: vertical" in said(page)
    page.keyboard.press("Delete")
    assert state_of(page)["strokes"] == []


def test_hovering_shows_and_a_click_chooses(trained):
    page = trained(column=1, channel=0, pixel=[5, 5])
    maps, state, sentence = page.get_by_role("slider", name="Feature maps"), state_of(page), said(page)
    box = maps.locator(".ring").bounding_box()
    pixel = page.locator(".panels > div").first.locator("path[stroke-width='3']")
    before, words = pixel.get_attribute("d"), texts(page)
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.52 * box["height"])
    assert pixel.get_attribute("d") != before and texts(page) != words and state_of(page) == state
    hovered = texts(page)
    page.mouse.move(3, 3)
    assert texts(page) == words and said(page) == sentence
    page.mouse.click(box["x"] + 0.55 * box["width"], box["y"] + 0.52 * box["height"])
    page.mouse.move(3, 3)
    assert texts(page) == hovered and state_of(page)["column"] == 3 and said(page) != sentence
    patches = page.locator(".panels > div").first.locator("path[stroke-width='1.8']").get_attribute("d")
    assert patches.count("M") == 8  # one in each map of the layer before
    column, channel = state_of(page)["column"], state_of(page)["channel"]
    page.keyboard.press("+")
    page.keyboard.press("ArrowDown")
    now = state_of(page)
    assert (now["column"], now["channel"]) == (column, channel + 1)


def test_the_sum_on_the_screen_adds_up(trained):
    """The partial sums of the eight input channels, the bias and ReLU, as they are written."""
    page = trained(column=3, channel=5, pixel=[7, 6], image=1)
    words = texts(page)
    total, = [numbers(one) for one in words if one.startswith("Σ ")]
    parts = [numbers(one)[0] for one in page.locator(".panels > div").nth(1).locator("text.small").all_text_contents()
             if one.strip("-\u2212").replace(".", "").isdigit()][2:]
    assert len(parts) == 8 and sum(parts) == pytest.approx(total[0], abs=0.05)
    assert total[2] == pytest.approx(total[0] + (total[1] if "+" in next(w for w in words if w.startswith("Σ "))
                                                 else -total[1]), abs=0.0011)
    after, = [numbers(one) for one in words if one.startswith("ReLU: ")]
    assert after[0] == pytest.approx(max(0, total[2]), abs=0.0006)


def test_a_weight_is_edited_by_hand_and_keys(shown, trained):
    page = shown("featuremaps", channel=0)
    before, kernel = probabilities(page), page.get_by_role("slider", name="Kernel")
    drag(page, kernel, 0, -64 * kernel.evaluate("node => node.getScreenCTM().a"))
    edits, = state_of(page)["edits"]
    assert edits == [1, 0, 0, 1, 1, pytest.approx(0.5, abs=0.07)] and state_of(page)["cell"] == [0, 1, 1]
    assert probabilities(page) != before and "(unchanged: " in said(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("-")
    assert state_of(page)["edits"][1] == [1, 0, 0, 0, 0, pytest.approx(-0.3, abs=0.01)]
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Restore weights").click()
    assert probabilities(page) == before and state_of(page)["edits"] == widgets.defaults("featuremaps")["edits"]
    page = trained(column=3, channel=5)
    page.get_by_role("slider", name="Kernel").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    (column, channel, k, row, place, _), = state_of(page)["edits"]
    assert [column, channel, k, row, place] == [3, 5, 2, 1, 0] and "(unchanged: " in said(page)


def test_a_channel_is_switched_off_and_on(trained):
    page = trained(column=3, channel=5, image=1)
    before = probabilities(page)
    page.get_by_role("button", name="Channel off").click()
    assert state_of(page)["off"] == [[3, 5]] and probabilities(page) != before
    assert "channel switched off" in texts(page) and "(unchanged: " in said(page)
    page.get_by_role("button", name="Channel on").click()
    assert state_of(page)["off"] == [[0, 0]] and probabilities(page) == before


PIXELS = """(root) => {
    const canvas = root.querySelector("canvas"), { width, height } = canvas;
    return [...canvas.getContext("2d").getImageData(0, 0, width, height).data.filter((_, k) => k % 97 === 0)];
}"""


def test_one_scale_or_each_its_own(trained):
    page = trained(column=3)
    page.get_by_role("button", name="Settings").click()
    shared = page.locator(".panels").evaluate(PIXELS)
    page.get_by_role("combobox", name="color scale").select_option("one for each map")
    own = page.locator(".panels").evaluate(PIXELS)
    assert shared != own and len(own) > 10_000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colors_are_those_of_the_page(theme, trained):
    page = trained(column=3, channel=5, side=6, off=[[1, 2]])
    page.get_by_role("button", name="Settings").click()
    light = page.locator(".panels").evaluate(PIXELS)
    take_theme(page, theme)
    page.wait_for_timeout(50)
    assert (page.locator(".panels").evaluate(PIXELS) == light) == (theme == "light")
    assert axe(page, "document.querySelector('[data-figure]')")[0] == []
    page.locator(".figure").screenshot(path=look_folder() / "figures" / f"featuremaps-{theme}.png")




@pytest.mark.parametrize("parts", [{}, featuremaps.fullest | {"classes": NAMES}])
def test_the_drawing_is_the_hero_of_its_slide(parts, figure_files, open_page):
    page = alive(open_page(figure_files(Figure("featuremaps", **parts), deck=True)))
    share, smallest, words, lines = first_slide(page)
    SEEN.append(f"feature maps: the drawing is {100 * share:.0f} % of its height on a slide, words of "
                f"{words:.0f} px, numbers of {smallest:.0f} px")
    page.screenshot(path=look_folder() / "figures" / f"featuremaps-slide-{'full' if parts else 'own'}.png")
    assert share >= 0.7 and words >= 17 and smallest >= 14 and lines <= 2
    open_settings_inside(page)


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("featuremaps", **featuremaps.fullest, classes=NAMES))) as page:
        share, smallest, words, _ = alive(page).locator(".figure").evaluate(SHARES)
        assert share >= 0.6 and smallest >= 11 and words >= 16
        box = page.get_by_role("slider", name="Feature maps").locator(".ring").bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
        assert state_of(page)["pixel"] != widgets.defaults("featuremaps")["pixel"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".figure").screenshot(path=look_folder() / "figures" / "featuremaps-390.png")


FRAMES = """(time) => new Promise((done) => {  // images a second while the square is moved by keys
    const root = document.querySelector("[data-figure]").shadowRoot, start = performance.now();
    let images = 0;
    const look = (now) => {
        const key = images % 12 < 6 ? "ArrowRight" : "ArrowLeft";
        root.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
        images += 1;
        if (now - start < time) requestAnimationFrame(look); else done(images / (now - start) * 1000);
    };
    requestAnimationFrame(look);
})"""


def test_probabilities_and_maps_follow_the_square(trained):
    page = trained(side=6)
    page.get_by_role("slider", name="Gray square on the image").focus()
    slow = slowness(page)
    rate = page.evaluate(FRAMES, 1500)
    slow = max(slow, slowness(page))
    SEEN.append(f"feature maps: {rate:.0f} images a second while the square moves, on a machine {slow:.1f} times as "
                "slow as a bare loop should be")
    assert rate >= 30 / slow


def test_another_layer_shows_the_same_place(trained):
    page = trained(column=1, pixel=[20, 9])
    page.get_by_role("combobox", name="layer").select_option("4: pool 7×7")
    assert (state_of(page)["column"], state_of(page)["pixel"]) == (4, [5, 2])
    page.get_by_role("combobox", name="layer").select_option("2: pool 14×14")
    assert state_of(page)["pixel"] == [11, 5]


def test_of_a_deep_network_the_layers_around_the_chosen_one_are_shown(shown):
    torch.manual_seed(0)
    blocks = [layer for n, m in ((1, 16), (16, 16), (16, 32), (32, 32))
              for layer in (nn.Conv2d(n, m, 3, padding=1), nn.ReLU())]
    deep = nn.Sequential(*blocks[:4], nn.MaxPool2d(2), *blocks[4:], nn.MaxPool2d(2), nn.Conv2d(32, 3, 1),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten())
    for column, hidden in ((1, 1), (4, 2), (8, 1)):
        page = shown("featuremaps", network=deep, column=column)
        drawing = page.locator(".panels > div").first
        assert drawing.locator("text:text-is('…')").count() == hidden
        boxes = drawing.locator("path").evaluate_all(
            "all => all.map(one => one.getBBox()).map(({ x, width }) => ({ x, width }))")
        assert 156 < max(box["x"] + box["width"] for box in boxes) <= 726
        page.get_by_role("slider", name="Feature maps").focus()
        page.keyboard.press("ArrowDown")
        assert state_of(page)["column"] == column
