"""What only the gradient profile does: every network as torch runs it, initializations, theory, pin, look, pace."""

import itertools
import json
import math
import subprocess

import pytest
import torch
from figure_cases import profile, said
from figures import (
    CONTRAST,
    SHARES,
    axe,
    center,
    first_slide,
    on_phone,
    open_settings_inside,
    slowness,
    state_of,
    take_theme,
)
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.course.npm import node
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
RULES = widgets.rules("profile")
ACTIVATIONS, INITIALIZATIONS, NORMALIZATIONS = (
    RULES["choices"][part] for part in ("activation", "initialization", "normalization"))
PARTS = ("shared", "state", "profile_activations", "profile_draws", "profile_run", "profile_theory")


def javascript(states, expression):
    """What the JavaScript `expression` of a `state` is for each of the `states`, computed by Node.js."""
    source = "\n".join([*((widgets.HERE / f"{part}.js").read_text(encoding="utf-8") for part in PARTS),
                        f"const rules = {json.dumps(RULES)}; const {{ defaults }} = rules;",
                        "const states = JSON.parse(require('fs').readFileSync(0, 'utf8'));",
                        f"console.log(JSON.stringify(states.map((state) => {expression})));"])
    done = subprocess.run([node(), "-e", source], input=json.dumps(states), capture_output=True, text=True,
                          encoding="utf-8", check=True)
    return json.loads(done.stdout)


def state(**parts):
    return widgets._merged("profile", parts)


def computed(states):
    return javascript(states, "profileNumbers(state)")


def deviation(now, numbers):
    """Largest relative deviation from torch, of the root mean squares of all layers."""
    hidden, gradients, _ = profile.passed(now)
    pairs = [*zip(numbers["forward"], hidden, strict=True), *zip(numbers["backward"], gradients, strict=True)]
    worst = 0.0
    for mine, torchs in pairs:
        truth = profile.root_mean_square(torchs.detach())
        worst = max(worst, abs(mine - truth) / max(mine, truth) if mine != truth else 0.0)
    return worst


def test_every_kind_of_network_is_torchs():
    """Each activation with each normalization, with and without residual connections, at every initialization."""
    states = [state(activation=activation, normalization=normalization, residual=residual, gradient=gradient,
                    initialization=initialization, depth=20, width=16, batch_size=16)
              for activation, normalization, residual, gradient, initialization in itertools.product(
                  ACTIVATIONS, NORMALIZATIONS, (0, 1), RULES["choices"]["gradient"], INITIALIZATIONS[:-2])]
    worst = max(map(deviation, states, computed(states)))
    SEEN.append(f"profile: largest relative deviation from torch {worst:.1e}, {len(states)} networks of 20 layers")
    assert worst < 1e-9


def test_the_largest_network_is_torchs():
    now = state(depth=60, width=64, batch_size=128, initialization="He", normalization="layer", gradient="weights")
    assert deviation(now, *computed([now])) < 1e-6


def test_constant_weights_and_zeros():
    """Equal units; where the exact value is 0, rounding errors are not shown as numbers."""
    for activation, residual in itertools.product(ACTIVATIONS, (0, 1)):
        now = state(activation=activation, residual=residual, initialization="constant", depth=6, width=16)
        numbers, = computed([now])
        assert deviation(now, numbers) < 1e-7
        assert numbers["equal"] == (not residual)
    zeros, layer = computed([state(initialization="zeros"), state(initialization="constant", normalization="layer")])
    assert zeros["forward"][1:] == [0] * 20 == layer["forward"][1:] == zeros["backward"]
    assert zeros["theory"] is layer["theory"] is None
    numbers, = computed([state(initialization="zeros", activation="tanh", gradient="weights")])
    assert numbers["backward"] == [0] * 20 and numbers["forward"][0] > 0.9


@pytest.mark.parametrize("initialization", INITIALIZATIONS[:-2])
def test_variances_of_the_weights(initialization):
    now = state(initialization=initialization, width=64, gain=0.5)
    weight = torch.tensor(javascript([now], "[...layerOf(state, 3).W]"), dtype=torch.float64).reshape(64, 64)
    wanted = {"Xavier": 2 / 128, "He": 2 / 64, "torch default": 1 / (3 * 64), "orthogonal": 1 / 64,
              "normal 0.01": 1e-4, "normal 1": 1.0}[initialization]
    assert (weight / 0.5).square().mean() == pytest.approx(wanted, rel=0.06)
    if initialization == "torch default":
        bias = torch.tensor(javascript([now], "[...layerOf(state, 3).b]")[0])
        assert max(weight.abs().max() / 0.5, bias.abs().max()) <= 1 / 8 and bias.abs().max() > 0.9 / 8
    if initialization == "orthogonal":
        identity = torch.eye(64, dtype=torch.float64)
        assert torch.allclose(weight @ weight.T / 0.25, identity, atol=1e-12)
        assert torch.allclose(weight.T @ weight / 0.25, identity, atol=1e-12)


def test_a_deeper_network_has_the_same_first_layers():
    short, long = computed([state(depth=5), state(depth=50)])
    assert long["forward"][:6] == short["forward"]


@pytest.mark.parametrize("normalization, residual, activation", itertools.product(NORMALIZATIONS, (0, 1), ACTIVATIONS))
def test_theory_agrees_with_the_measured_profile(normalization, residual, activation):
    """Over 4 networks of width 64: within 15 % a layer, and far closer than the range over depth."""
    states = [state(normalization=normalization, residual=residual, activation=activation, initialization="orthogonal",
                    depth=8, batch_size=64, seed=seed) for seed in range(4)]
    numbers = computed(states)
    forward = sum(math.log(one["forward"][-1] / one["theory"]["forward"][-1]) for one in numbers) / 4
    backward = sum(math.log(one["backward"][0] / one["theory"]["backward"][0]) for one in numbers) / 4
    assert abs(forward) < 0.3 and abs(backward) / 7 < 0.12, (forward, backward)


def test_known_factors():
    """Batch norm's gradient grows by sqrt(pi/(pi - 1)) a layer with ReLU (Yang et al. 2019); He keeps it, ..."""
    def factors(**parts):
        one, = javascript([state(**parts)], "theoryOf(state, 1)")
        return one["forward"][-1] / one["forward"][-2], one["backward"][4] / one["backward"][5]
    assert factors(initialization="He") == pytest.approx((1, 1))
    assert factors(initialization="Xavier") == pytest.approx((0.5 ** 0.5, 0.5 ** 0.5))
    assert factors(initialization="Xavier", activation="sigmoid")[1] < 0.25
    assert factors(initialization="He", normalization="batch")[1] == pytest.approx((math.pi / (math.pi - 1)) ** 0.5,
                                                                                    rel=1e-4)
    assert factors(initialization="He", normalization="layer")[1] == pytest.approx(1, rel=1e-4)


def test_gelu_is_exact():
    places = [k / 16 for k in range(-160, 161)] + [-40, -38, 38, 40, 3 - 1e-9, -3 + 1e-9]
    mine, = javascript([places], "state.map(normalBelow)")
    truth = [math.erfc(-place / math.sqrt(2)) / 2 for place in places]
    assert mine == pytest.approx(truth, rel=1e-11, abs=1e-300)


def test_the_extremes_of_the_sliders_stay_numbers():
    states = [state(depth=60, width=width, gain=gain, initialization=initialization, activation=activation, residual=r)
              for width in (4, 64) for gain in (0.25, 4) for initialization in ("normal 0.01", "normal 1")
              for activation in ("sigmoid", "linear") for r in (0, 1)]
    for now, numbers in zip(states, computed(states), strict=True):
        values = [*numbers["forward"], *numbers["backward"], *numbers["theory"]["forward"]]
        least = 0 if now["activation"] == "linear" else -1  # where a sigmoid's value is 1, its derivative is 0
        assert all(value is not None and least < value < math.inf for value in values), now


def test_the_generators_of_the_layers_do_not_overlap():
    """Mulberry32 adds a constant at each draw: seeds that differ by up to 60 are far apart in its sequence."""
    inverse = pow(0x6D2B79F5, -1, 2 ** 32)
    distances = [min(k * inverse % 2 ** 32, -k * inverse % 2 ** 32) for k in (*range(1, 61), *range(939, 1000))]
    assert min(distances) > 2 * 64 * 64 + 64


def test_a_layer_is_selected_by_hand(shown):
    page = shown("profile", initialization="He")
    knob = page.get_by_role("slider", name="Selected layer")
    assert knob.get_attribute("aria-valuetext") == "layer 10 of 20"
    knob.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert state_of(page)["layer"] == 6 and "activations of layer 6" in page.locator(".panels text").all_text_contents()
    box = page.locator(".panels .pick").bounding_box()
    page.mouse.click(box["x"] + 15.5 / 21 * box["width"], box["y"] + 40)
    assert state_of(page)["layer"] == 15
    x, y = center(knob)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 500, y, steps=4)
    page.mouse.up()
    assert state_of(page)["layer"] == 20
    page.get_by_role("spinbutton", name="depth, typed").fill("12")
    page.keyboard.press("Enter")
    assert knob.get_attribute("aria-valuetext") == "layer 12 of 12"


def test_the_pinned_curve_stays_and_says_how_it_differs(shown):
    page = shown("profile", activation="tanh")
    assert page.locator(".panels .before").count() == 0
    page.get_by_role("button", name="Pin", exact=True).click()
    before = page.locator(".panels .before").evaluate_all("all => all.map(one => one.getAttribute('d'))")
    page.get_by_role("combobox", name="initialization").select_option("He")
    page.get_by_role("checkbox", name="residual").check()
    after = page.locator(".panels .before").evaluate_all("all => all.map(one => one.getAttribute('d'))")
    assert len(before) == len(after) == 2
    assert said(page).endswith("Gray: initialization torch’s default, residual off.")
    page.get_by_role("button", name="Unpin").click()
    assert page.locator(".panels .before").count() == 0 and state_of(page)["pinned"] == ""
    page = shown("profile", pinned="initialization=He, depth=30")
    assert said(page).endswith("Gray: depth 30, initialization He.")
    for wrong in ("Xavier", "depth=99", "toString=1", "residual=on", "depth="):
        page = shown("profile", pinned=wrong)
        assert said(page).endswith(f"“{wrong}” cannot be pinned.")


def test_zeros_and_what_float32_cannot_hold_are_marked(shown):
    page = shown("profile", initialization="zeros", activation="ReLU")
    texts = page.locator(".panels text").all_text_contents()
    assert said(page).startswith("All gradients are 0.") and texts.count("0") > 38 and "all are 0" in texts
    page = shown("profile", initialization="normal 0.01", depth=60, activation="sigmoid")
    assert "float32: 0" in page.locator(".panels text").all_text_contents()
    page = shown("profile", initialization="normal 1", depth=60, activation="linear", gain=2)
    assert page.locator(".panels text").all_text_contents().count("float32: inf") == 2


def test_gain_is_set_on_a_logarithmic_scale(shown):
    page = shown("profile")
    slider = page.get_by_role("slider", name="gain")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    assert state_of(page)["gain"] == 2
    page.get_by_role("spinbutton", name="gain, typed").fill("5")
    page.keyboard.press("Enter")
    assert state_of(page)["gain"] == 2 and "type a number from 0.25 to 4" in page.locator(".told").text_content()


PACE = """() => {  // milliseconds of each change of depth by script, in the largest network; the median
    const range = document.querySelector("[data-figure]").shadowRoot.querySelector('input[aria-label="gain"]');
    const times = [];
    for (let k = 0; k < 12; k++) {
        const start = performance.now();
        range.value = -1 + k / 10;
        range.dispatchEvent(new Event("input"));
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[6];
}"""


def test_the_largest_network_follows_a_slider(shown):
    page = shown("profile", depth=60, width=64, batch_size=128)
    slow = slowness(page)
    time = min(page.evaluate(PACE) for _ in range(3))
    slow = max(slow, slowness(page))
    SEEN.append(f"profile: 60 layers of 64 units with 128 samples take {time:.0f} ms a change, on a machine {slow:.1f} "
                "times as slow as a bare loop should be")
    assert time <= 110 * slow


CONTRASTS = "() => {" + CONTRAST + """  // of every text and curve of the drawing, against the figure's ground
    const of = (selector, part) => [...figure.querySelectorAll(selector)].filter((one) => one.checkVisibility())
        .map((one) => ratio(light(getComputedStyle(one)[part])));
    return [ground, Math.min(...of(".panels text", "fill")),
        Math.min(...of(".panels path[fill=none]:not(.before), .panels .theory", "stroke")),
        Math.min(...of(".panels .before", "stroke"))];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colors_are_those_of_the_page(theme, shown):
    page = shown("profile", **profile.fullest)
    page.get_by_role("button", name="Settings").click()
    take_theme(page, theme)
    ground, words, curves, before = page.evaluate(CONTRASTS)
    assert (ground < 0.05) == (theme == "dark") and min(words, curves) >= 4.5 and before >= 3
    assert axe(page, "document.querySelector('[data-figure]')")[0] == []
    page.locator(".figure").screenshot(path=look_folder() / "figures" / f"profile-{theme}.png")


@pytest.mark.parametrize("parts", [{}, profile.fullest])
def test_the_drawing_is_the_hero_of_its_slide(parts, figure_files, open_page):
    page = open_page(figure_files(Figure("profile", **parts), deck=True))
    page.wait_for_function("window.figuresReady")
    share, smallest, words, lines = first_slide(page)
    SEEN.append(f"profile: the drawing is {100 * share:.0f} % of its height on a slide, words of {words:.0f} "
                f"px, numbers on axes of {smallest:.0f} px")
    assert share >= 0.7 and words >= 17 and smallest >= 15 and lines <= 2
    open_settings_inside(page)
    page.screenshot(path=look_folder() / "figures" / "profile-slide-settings.png")


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("profile", **profile.fullest))) as page:
        page.wait_for_function("window.figuresReady")
        page.wait_for_function("""() => document.querySelector("[data-figure]").shadowRoot
            .querySelector(".panels svg").viewBox.baseVal.width === 480""")
        share, smallest, words, _ = page.locator(".figure").evaluate(SHARES)
        assert share >= 0.55 and smallest >= 11 and words >= 16
        page.get_by_role("button", name="Settings").tap()
        page.locator(".settings").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".figure").screenshot(path=look_folder() / "figures" / "profile-390.png")
