"""What only the augmentation explorer does: its images, its label rules, one draw for a batch, its hands and look."""

import json
import re
import subprocess

import numpy as np
import pytest
import torch
from figure_cases import augmentation, said
from figure_fixtures import alive
from figures import (
    CONTRAST,
    SHARES,
    axe,
    drag,
    first_slide,
    on_phone,
    open_settings_inside,
    says,
    slowness,
    state_of,
    take_theme,
)
from scipy import stats
from shared import SEEN, look_folder
from torchvision.transforms import v2

from nnlab import widgets
from nnlab.course.notebooks import ROOT
from nnlab.course.npm import node
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
RULES = widgets.rules("augmentation")
NAMES, IMAGES = augmentation.NAMES, RULES["choices"]["image"]


@pytest.fixture(scope="module")
def computed():
    """Function from parts of states to the figure's numbers, computed by Node.js, without a browser."""
    parts = [(widgets.HERE / f"{part}.js").read_text(encoding="utf-8") for part in (
        "shared", "state", "ink", "augmentation_images", "augmentation_pixels", "augmentation_run",
        "augmentation_labels")]
    source = "\n".join([*parts, "const states = JSON.parse(require('fs').readFileSync(0, 'utf8'));",
                        "console.log(JSON.stringify(states.map(augmentationNumbers)));"])

    def run(*states):
        states = [dict(Figure("augmentation", **state).state) for state in states]
        done = subprocess.run([node(), "-e", source], input=json.dumps(states), capture_output=True, text=True,
                              encoding="utf-8", check=True)
        return json.loads(done.stdout)
    return run


def as_images(size, images):
    """Tensor (N, C, H, W) of images of the figure."""
    return torch.stack([augmentation.values_of(one) for one in images]).view(
        -1, size["channels"], size["height"], size["width"])


@pytest.mark.parametrize("image", [image for image in IMAGES if image != "own images"])
def test_every_own_image_is_changed_as_nnlab_augment_does(image, computed):
    """With all transforms at once, the parameters read from the figure, in float64 and in float32."""
    states = [{"image": image, "preset": "too much", "transforms": NAMES, "p": [0.5] * 2 + [0.9] * 9, "seed": seed}
              for seed in range(3)]
    for numbers in computed(*states):
        size, samples = numbers["size"], numbers["samples"]
        originals = as_images(size, [numbers["images"][one["image"]] for one in samples])
        parameters = [one["parameters"] for one in samples]
        noise = as_images(size, [{"values": augmentation.normals(one["seed"], originals[0].numel())}
                                 for one in samples])
        for dtype, tolerance in ((torch.float64, 1e-9), (torch.float32, 1e-4)):
            changed = augmentation.augmented(originals.to(dtype), parameters, noise.to(dtype))
            torch.testing.assert_close(changed.double(), as_images(size, samples), rtol=0, atol=tolerance)


def test_own_images_are_what_they_are_called(computed):
    numbers = computed(*({"image": image, "preset": "none"} for image in IMAGES))
    shown = {one["label"]: as_images(each["size"], [one])[0] for each in numbers for one in each["images"]}
    assert set(shown) == {"2", "6", "shirt", "sneaker", "red ball", "blue ball", "7"}
    with np.load(ROOT / "data" / "fashion_mnist.npz") as data:
        for name, label, place in (("shirt", 6, 90), ("sneaker", 7, 54)):
            assert data["y_train"][place] == label
            assert torch.equal((15 * shown[name]).round(), torch.from_numpy(data["x_train"][place] / 17).round())
    red, blue = (shown[name][:, 17, 14].tolist() for name in ("red ball", "blue ball"))
    assert red == blue[::-1] and red[0] > 0.8 and red[2] < 0.2
    assert all(one["changed"] == 0 and one["spread"] == pytest.approx(0, abs=1e-12) for one in numbers)
    for each in numbers:
        for sample in each["samples"]:
            assert sample["values"] == each["images"][sample["image"]]["values"]


def test_what_is_drawn_has_its_distribution(computed):
    state = {"image": "own images", "transforms": NAMES, "p": [0.3] * 2 + [1] * 9, "rows": 6, "columns": 8, "shift": 3,
             "degrees": 40, "scale": 0.2, "hue": 0.3, "alpha": 0.3, "area": 0.3}
    samples = [one["parameters"] for numbers in computed(*(state | {"seed": seed} for seed in range(40)))
               for one in numbers["samples"]]

    def values(name, k=0):
        return np.array([float(one[name][k]) for one in samples])
    for name in ("flip", "vertical flip"):
        assert stats.binomtest(int(values(name).sum()), len(samples), 0.3).pvalue > 1e-3
    for k in range(2):
        counts = np.bincount(values("shift", k).astype(int) + 3)
        assert len(counts) == 7 and stats.chisquare(counts).pvalue > 1e-3
    for name, k, low, high in (("rotate", 0, -40, 40), ("rotate", 1, 0.8, 1.2), ("brightness", 0, 0.6, 1.4),
                               ("contrast", 0, 0.6, 1.4), ("saturation", 0, 0.6, 1.4), ("hue", 0, -0.3, 0.3)):
        assert stats.kstest(values(name, k), stats.uniform(low, high - low).cdf).pvalue > 1e-3, name
    assert stats.kstest(values("mixup"), stats.beta(0.3, 0.3).cdf).pvalue > 1e-3
    assert abs(np.corrcoef(values("rotate"), values("brightness"))[0, 1]) < 0.08
    assert abs(np.corrcoef(values("flip"), values("flip", 0)[np.r_[1:len(samples), 0]])[0, 1]) < 0.08


def test_a_strength_or_a_switch_leaves_what_the_others_draw(computed):
    one, other = computed({"transforms": NAMES, "degrees": 10, "p": [0.5] * 11},
                          {"transforms": ["rotate", "erase", "brightness"], "degrees": 20, "p": [0.5] * 11})
    for before, after in zip(one["samples"], other["samples"], strict=True):
        before, after = before["parameters"], after["parameters"]
        assert (before["erase"], before["brightness"]) == (after["erase"], after["brightness"])
        assert after["rotate"][0] == pytest.approx(2 * before["rotate"][0])


def test_one_draw_for_a_whole_batch_as_torchvision_does(computed):
    state = {"preset": "too much", "transforms": [one for one in NAMES if one != "noise"], "draw": "whole batch"}
    quiet, noisy = computed(state, state | {"transforms": NAMES})
    for numbers in (quiet, noisy):
        assert all(one["parameters"] == numbers["samples"][0]["parameters"] for one in numbers["samples"])
    assert quiet["spread"] == pytest.approx(0, abs=1e-12) and noisy["spread"] > 0.05
    images = torch.rand(1, 3, 8, 8).repeat(256, 1, 1, 1)
    for make in (v2.RandomHorizontalFlip(0.5), v2.ColorJitter(0.5, 0.5, 0.5, 0.1), v2.RandomErasing(1)):
        assert all(torch.equal(*pair) for _ in range(5) for made in [make(images)]
                   for pair in zip(made[:-1], made[1:], strict=True))
    noise = v2.GaussianNoise()(images)
    assert not torch.equal(noise[0], noise[1])


@pytest.fixture(scope="module")
def judged(modules):
    """Function from a label and what was drawn to the verdict: its kind, the rule in words, another label."""
    source = "\n".join((widgets.HERE / f"{part}.js").read_text(encoding="utf-8") for part in (
        "shared", "augmentation_pixels", "augmentation_run", "augmentation_labels"))

    def ask(label, left=1, **drawn):
        parameters = {name.replace("_", " "): [value, 1] if name == "rotate" else [value]
                      for name, value in drawn.items()}
        call = f"return verdictOf({json.dumps(label)}, {json.dumps({'parameters': parameters, 'left': left})});"
        verdict = modules.evaluate("(source) => new Function(source)()", f"{source}\n{call}")
        return verdict.get("kind"), verdict.get("why"), verdict.get("becomes")
    return ask


@pytest.mark.parametrize("label, drawn, kind, why, becomes", [
    ("2", {"flip": True}, "mirrored", "a mirrored 2 is no 2", None),
    ("2", {"vertical_flip": True}, "mirrored", "a mirrored 2 is no 2", None),
    ("2", {"flip": True, "vertical_flip": True}, None, None, None),  # both: half a turn
    ("2", {"rotate": 59}, None, None, None),
    ("2", {"rotate": -61}, "turned", "a 2 rotated by more than 60° is no 2", None),
    ("3", {"vertical_flip": True}, None, None, None),
    ("3", {"flip": True}, "mirrored", "a mirrored 3 is no 3", None),
    ("6", {"rotate": 89}, None, None, None),
    ("6", {"rotate": 91}, "turned", "a 6 rotated by more than 90° is a 9", "9"),
    ("6", {"flip": True, "vertical_flip": True, "rotate": 10}, "turned", "a 6 rotated by more than 90° is a 9", "9"),
    ("9", {"rotate": 180}, "turned", "a 9 rotated by more than 90° is a 6", "6"),
    ("8", {"flip": True, "rotate": 100}, "turned", "an 8 rotated by more than 60° is no 8", None),
    ("0", {"flip": True, "rotate": 95}, None, None, None),
    ("shirt", {"flip": True, "rotate": 170}, None, None, None),
    ("shirt", {"left": 0.49}, "left", "less than half of the shirt is left", None),
    ("shirt", {"brightness": 0.3, "contrast": 0.3}, "seen", "brightness × contrast is below 0.1", None),
    ("red ball", {"hue": 0.08}, None, None, None),
    ("red ball", {"hue": 0.1}, "color", "a red ball whose hue moves by more than 1/12 is a yellow ball", "yellow ball"),
    ("red ball", {"hue": -0.3}, "color", "a red ball whose hue moves by more than 1/12 is a blue ball", "blue ball"),
    ("blue ball", {"hue": 0.34}, "color", "a blue ball whose hue moves by more than 1/12 is a red ball", "red ball"),
    ("red ball", {"saturation": 0.1}, "color", "in gray it is no red ball", None),
    ("cat", {"flip": True, "hue": 0.5, "rotate": 180}, None, None, None),
])
def test_the_rules_of_labels(label, drawn, kind, why, becomes, judged):
    assert judged(label, **drawn) == (kind, why, becomes)


def test_what_is_left_is_measured_and_mixup_passes_it_on(computed):
    half, = computed({"image": "shirt", "transforms": ["shift"], "shift": 14, "rows": 6, "columns": 8})
    shifts = [one["parameters"]["shift"] for one in half["samples"] if one["verdict"].get("kind") == "left"]
    assert 0 < len(shifts) < 48 and all(max(abs(down), abs(right)) > 5 for down, right in shifts)
    numbers, = computed({"image": "2 and 6", "transforms": ["flip", "mixup"], "alpha": 1, "rows": 6, "columns": 8})
    samples = numbers["samples"]
    for k, sample in enumerate(samples):
        mirrored = [samples[at]["parameters"]["flip"][0] for at in (k, k - 1)]
        shares = [sample["weight"], 1 - sample["weight"]]
        wrong = any(one and share >= 0.25 for one, share in zip(mirrored, shares, strict=True))
        assert bool(sample["verdict"].get("kind")) == wrong, k
    assert numbers["changed"] == sum(bool(one["verdict"].get("kind")) for one in samples)


def test_a_sample_is_chosen_by_click_and_by_keys(shown):
    page = shown("augmentation")
    chosen = page.get_by_role("slider", name="Chosen sample")
    assert "sample 9, label 2; no longer shown: a mirrored 2 is no 2" in chosen.get_attribute("aria-valuetext")
    for key, sample in (("ArrowRight", 9), ("ArrowUp", 3), ("ArrowUp", 3), ("ArrowLeft", 2), ("ArrowDown", 8)):
        chosen.focus()
        page.keyboard.press(key)
        assert state_of(page)["sample"] == sample
    chosen.focus()
    page.keyboard.press("Shift+ArrowUp")
    assert state_of(page)["sample"] == 2
    page.locator(".panels svg").first.evaluate("node => node.scrollIntoView({ block: 'end', behavior: 'instant' })")
    box = page.locator(".panels svg").first.bounding_box()
    page.mouse.click(box["x"] + 0.95 * box["width"], box["y"] + 0.9 * box["height"])
    assert state_of(page)["sample"] == 23 and "sample 24" in page.locator(".panels text").all_text_contents()
    tips = page.locator(".panels svg").first.locator("[data-tip]").evaluate_all("all => all.map((a) => a.dataset.tip)")
    assert len(tips) == 24 and all(tip.startswith(f"Sample {k + 1}, label 2") for k, tip in enumerate(tips))


def test_transforms_are_switched_and_dragged_in_the_drawing(shown):
    page = shown("augmentation", preset="none")
    assert said(page).startswith("0 of 24 samples no longer show their label. Standard deviation of a pixel: 0.000")
    page.get_by_text("rotate", exact=True).locator("visible=true").first.click(force=True)
    assert state_of(page)["transforms"] == ["rotate"]
    drag(page, page.get_by_role("slider", name="Strength of rotate"), 300, 0)
    assert state_of(page)["degrees"] == 180 and "rotated too far" in said(page)
    drag(page, page.get_by_role("slider", name="Strength of noise"), 20, 0)
    assert state_of(page)["transforms"] == ["rotate", "noise"] and state_of(page)["sigma"] > 0.1
    page.get_by_role("slider", name="Strength of flip: probability").focus()
    page.keyboard.press("Shift+ArrowRight")
    assert state_of(page)["transforms"] == ["rotate", "noise", "flip"] and state_of(page)["p"][0] == 0.7
    page.keyboard.press("Enter")
    assert state_of(page)["transforms"] == ["rotate", "noise"]
    page.get_by_role("slider", name="Strength of shift").focus()
    page.keyboard.press("ArrowLeft")
    assert state_of(page)["shift"] == 1
    assert page.get_by_role("combobox", name="preset").input_value() == "changed"


def test_presets_and_draws(shown):
    page = shown("augmentation")
    preset = page.get_by_role("combobox", name="preset")
    assert preset.input_value() == "clothes"
    preset.select_option("too much")
    state = state_of(page)
    assert state["degrees"] == 180 and state["preset"] == "too much" and len(state["transforms"]) == 10
    page.get_by_role("button", name="Draw again").click()
    assert state_of(page)["seed"] == 2 and preset.input_value() == "too much"
    page.get_by_role("checkbox", name="one draw for the whole batch").click()
    assert state_of(page)["draw"] == "whole batch"
    preset.select_option("clothes")
    assert "Standard deviation of a pixel: 0.000" in said(page)
    page.get_by_role("button", name="Undo").click()
    assert preset.input_value() == "too much"


def test_it_plays_a_new_draw_every_second(shown):
    page = shown("augmentation")
    page.get_by_role("button", name="Play").click()
    before = said(page)
    page.wait_for_function("(before) => document.querySelector('[data-figure]').shadowRoot.querySelector('.says')"
                           ".textContent !== before", arg=before)
    page.wait_for_timeout(1200)
    page.get_by_role("button", name="Pause").click()
    seed = state_of(page)["seed"]
    assert 3 <= seed <= 8
    page.wait_for_timeout(1200)
    assert state_of(page)["seed"] == seed
    page.get_by_role("button", name="Undo").click()
    assert state_of(page)["seed"] == 1


def test_reduced_motion_draws_once(browser, figure_files):
    context = browser.new_context(offline=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(figure_files(Figure("augmentation")).as_uri())
    alive(page).get_by_role("button", name="Play").click()
    page.wait_for_timeout(1300)
    assert state_of(page)["seed"] == 2 and page.get_by_role("button", name="Play").is_visible()
    context.close()


def test_an_image_is_drawn_and_named(shown):
    page = shown("augmentation", image="drawing", strokes=[], preset="digits")
    pad = page.get_by_role("slider", name="Drawing")
    drag(page, pad, 30, 40, moves=9)
    drag(page, pad, -20, 30, moves=9)
    strokes = state_of(page)["strokes"]
    assert len(strokes) == 2 and len(strokes[0]) > 5
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("textbox", name="label of own images").fill("a tick")
    page.keyboard.press("Enter")
    assert state_of(page)["names"] == ["a tick"] and "label: a tick" in page.locator(".panels text").all_text_contents()
    page.get_by_role("button", name="Undo").click()
    pad.focus()
    page.keyboard.press("ArrowRight")
    assert state_of(page)["strokes"][0][0][0] == pytest.approx(strokes[0][0][0] + 1)
    page.keyboard.press("Delete")
    assert state_of(page)["strokes"] == []


def test_images_of_a_data_set_are_shown_by_their_labels(shown):
    pixels = (torch.rand(3, 1, 12, 9, generator=torch.Generator().manual_seed(0)) * 255).round().int().tolist()
    page = shown("augmentation", image="own images", pixels=pixels, names=["6", "Ankle boot", "8"], preset="too much",
                 rows=2, columns=3)
    labels = page.locator(".panels svg").first.locator("text").all_text_contents()
    assert labels == ["6", "Ankle boot", "8"] * 2
    page = shown("augmentation", image="own images", pixels=[[[[0, 1]], [[1, 2, 3], []], [[]]], [[]]])
    assert "of 24 samples no longer show" in said(page)


def test_mixup_shows_both_labels_with_their_weights(shown):
    page = shown("augmentation", image="2 and 6", preset="none", transforms=["mixup"], alpha=1, seed=3)
    words = page.locator(".panels svg").nth(1).locator("text").all_text_contents()
    first, second = (next(word for word in words if re.fullmatch(rf"\d+ % {label}", word)) for label in "26")
    assert sum(int(word.split()[0]) for word in (first, second)) == 100
    page.get_by_role("button", name="PyTorch").click()
    assert 'print("targets:"' in page.locator(".figure pre").text_content()


def test_the_code_has_both_pipelines(modules):
    code = modules.evaluate("""([state]) => figures.augmentation.torch(state)""", [dict(Figure(
        "augmentation", image="red ball", preset="photos", p=[0.5] * 11).state)])
    assert "Jitter(hue=0.05, p=0.5)," in code and "Shift(4, p=0.5)," in code
    assert "v2.RandomApply([v2.ColorJitter(hue=0.05)], p=0.5)," in code
    assert "v2.RandomApply([v2.RandomCrop((32, 32), padding=4)], p=0.5)," in code
    assert max(map(len, code.splitlines())) <= 120


CONTRASTS = "() => {" + CONTRAST + """  // of every text of the drawing, against the figure's ground
    return [ground, Math.min(...[...figure.querySelectorAll(".panels text")].filter((one) => one.textContent)
        .map((one) => ratio(light(getComputedStyle(one).fill))))];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colors_are_those_of_the_page(theme, shown):
    page = shown("augmentation", **augmentation.fullest)
    page.get_by_role("button", name="Settings").click()
    take_theme(page, theme)
    ground, words = page.evaluate(CONTRASTS)
    assert (ground < 0.05) == (theme == "dark") and words >= 4.5, (ground, words)
    assert axe(page, "document.querySelector('[data-figure]')")[0] == []
    page.locator(".figure").screenshot(path=look_folder() / "figures" / f"augmentation-{theme}.png")


OVERLAPS = """(root) => {  // texts of the drawing that lie on each other or leave it
    const texts = [...root.querySelectorAll(".panels text")].filter((one) => one.textContent && one.checkVisibility());
    const boxes = texts.map((one) => one.getBoundingClientRect());
    const wrong = [];
    texts.forEach((one, k) => {
        const a = boxes[k], edge = root.getBoundingClientRect();
        if (a.left < edge.left || a.right > edge.right || a.bottom > edge.bottom) wrong.push(one.textContent);
        texts.slice(0, k).forEach((other, j) => {
            const b = boxes[j], across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (across > 2 && down > 6) wrong.push(`${one.textContent} | ${other.textContent}`);
        });
    });
    return wrong;
}"""
FULL = [{}, augmentation.fullest, {"image": "shirt and sneaker", "transforms": NAMES, "p": [1] * 11, "alpha": 1},
        {"image": "red and blue ball", "preset": "too much", "rows": 5, "columns": 7}]


@pytest.mark.parametrize("parts", FULL)
def test_the_drawing_is_the_hero_of_its_slide(parts, figure_files, open_page):
    page = alive(open_page(figure_files(Figure("augmentation", **parts), deck=True)))
    share, smallest, words, lines = first_slide(page)
    SEEN.append(f"augmentation: the drawing is {100 * share:.0f} % of its height on a slide, words of "
                f"{words:.0f} px, numbers of {smallest:.0f} px")
    assert share >= 0.7 and words >= 17 and smallest >= 15 and lines <= 2
    assert page.locator(".figure").evaluate(OVERLAPS) == []
    open_settings_inside(page)
    page.screenshot(path=look_folder() / "figures" / "augmentation-slide-settings.png")


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("augmentation", **augmentation.fullest))) as page:
        share, smallest, words, _ = alive(page).locator(".figure").evaluate(SHARES)
        assert share >= 0.6 and smallest >= 11 and words >= 16
        assert page.locator(".figure").evaluate(OVERLAPS) == []
        page.get_by_role("button", name="Settings").tap()
        page.locator(".settings").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".figure").screenshot(path=look_folder() / "figures" / "augmentation-390.png")


NODES = """() => {  // counts the elements that are made from now on
    const root = document.querySelector("[data-figure]").shadowRoot.querySelector(".panels");
    window.made = 0;
    new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => {
        window.made += node.nodeType === 1; }))).observe(root, { subtree: true, childList: true });
}"""


def test_a_drag_makes_no_nodes_and_is_quick(shown):
    page = shown("augmentation", image="red and blue ball", preset="photos")
    slow = slowness(page)
    page.evaluate(NODES)
    drag(page, page.get_by_role("slider", name="Strength of hue"), 30, 0, moves=20)
    says(page, "recolored")
    assert page.evaluate("window.made") == 0
    time = page.evaluate("""async (state) => {
        const start = performance.now(), root = document.querySelector("[data-figure]").shadowRoot;
        const again = [...root.querySelectorAll("button")].find((one) => one.textContent === "Draw again");
        for (let k = 0; k < 20; k++) again.click();
        return (performance.now() - start) / 20;
    }""", {})
    SEEN.append(f"augmentation: a new draw of 24 color images takes {time:.1f} ms, on a machine {slow:.1f} times as "
                "slow as a bare loop should be")
    assert time < 60 * slow


def test_a_sample_beyond_the_grid_is_the_last_one(shown):
    page = shown("augmentation", rows=2, columns=2, sample=40)
    assert "sample 4" in page.locator(".panels text").all_text_contents()
    page.get_by_role("slider", name="Chosen sample").focus()
    page.keyboard.press("ArrowLeft")
    assert state_of(page)["sample"] == 2
