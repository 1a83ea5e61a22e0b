"""What only the optimizer race does: 200 steps as torch takes them, its goal, its best learning rate, its look."""

import itertools
import json
import re
import subprocess

import pytest
from figure_cases import race, said
from figure_fixtures import alive
from figures import (
    CONTRAST,
    HANDLES,
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
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.course.npm import node
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
RULES = widgets.rules("race")
SURFACES, METHODS = RULES["choices"]["surface"], RULES["choices"]["methods"]
CURVES = """() => [...document.querySelector("[data-figure]").shadowRoot.querySelectorAll(".panels polyline")]
    .map((one) => one.getAttribute("points"))"""


@pytest.fixture(scope="module")
def computed():
    """Function from whole states to the figure's numbers, computed by Node.js, without a browser."""
    parts = [(widgets.HERE / f"{part}.js").read_text(encoding="utf-8")
             for part in ("shared", "surfaces", "optimizers", "race_run")]
    source = "\n".join([*parts, f"const rules = {json.dumps(RULES)};",
                        "const states = JSON.parse(require('fs').readFileSync(0, 'utf8'));",
                        "console.log(JSON.stringify(states.map(raceNumbers)));"])

    def run(states):
        done = subprocess.run([node(), "-e", source], input=json.dumps(states), capture_output=True, text=True,
                              encoding="utf-8", check=True)
        return json.loads(done.stdout)
    return run


def deviation(state, numbers):
    """The largest deviation of a path or a loss from torch's, where the number is large relative to it."""
    worst = 0.0
    for racer, truth in zip(numbers["racers"], race.races(state), strict=True):
        assert len(racer["path"]) == len(truth["path"]), racer["method"]
        pairs = [*zip(sum(racer["path"], []), sum(truth["path"], []), strict=True),
                 *zip(racer["losses"], truth["losses"], strict=True)]
        worst = max(worst, *(abs(one - other) / max(1, abs(other)) for one, other in pairs))
        for part in ("reached", "diverged"):
            assert (-1 if racer[part] is None else racer[part]) == truth[part]
    return worst


def test_200_steps_of_every_method_on_every_surface_are_torchs(computed):
    states = [Figure("race", surface=surface, methods=methods, steps=200, angle=30, noise=noise).state
              for surface in SURFACES for methods in (METHODS[:3], METHODS[3:])
              for noise in (0, 0.3)]
    answers = computed(states)
    worst = max(map(deviation, states, answers))
    SEEN.append(f"race: largest deviation from torch over 200 steps {worst:.1e}, {3 * len(states)} runs of "
                f"{len(METHODS)} methods on {len(SURFACES)} surfaces, with and without noise")
    assert worst < 1e-10


def test_a_choice_of_surface_gives_a_race_at_once(computed):
    """Learning rates that are left open suit every surface: nobody diverges, someone wins, at different steps."""
    states = [Figure("race", surface=surface, methods=[method]).state for surface in SURFACES for method in METHODS]
    for surface, group in itertools.groupby(zip(states, computed(states), strict=True),
                                            key=lambda pair: pair[0]["surface"]):
        racers = [numbers["racers"][0] for _, numbers in group]
        reached = [racer["reached"] for racer in racers if racer["reached"] is not None]
        assert all(racer["diverged"] is None for racer in racers), surface
        assert reached and min(reached) > 5 and len({*reached}) == len(reached), (surface, reached)


def test_a_surface_brings_its_start_and_goal_unless_they_are_given(modules):
    state = Figure("race", surface="Rosenbrock", target=0.5).state
    assert (state["start"], state["steps"], state["target"]) == ([-1.6, 2.4], 400, 0.5)
    assert modules.evaluate("figures.race.whole({ surface: 'Rosenbrock', target: 0.5 })") == state
    state = Figure("race", surface="noisy bowl", kappa=3).state
    assert (state["kappa"], state["noise"]) == (3, 2)


def test_the_limits_of_the_learning_rate_are_the_theorys(computed):
    """2/λ for gradient descent, 2(1 + β)/λ with momentum, 2(1 + β)/((1 + 2β)λ) for Nesterov: on both sides of it."""
    limits = {"gradient descent": lambda b: 2, "momentum": lambda b: 2 * (1 + b),
              "Nesterov": lambda b: 2 * (1 + b) / (1 + 2 * b)}
    cases = [(method, beta, side) for method in limits for beta in (0.3, 0.9) for side in (0.98, 1.02)]
    states = [Figure("race", kappa=10, methods=[method], betas=[beta], steps=500,
                     rates=[side * limits[method](beta) / 10]).state for method, beta, side in cases]
    for (method, beta, side), numbers in zip(cases, computed(states), strict=True):
        losses = numbers["racers"][0]["losses"]
        assert (losses[-1] > losses[0]) == (side > 1), (method, beta, side)


def test_the_best_rate_is_best_and_momentum_passes_the_notch(computed):
    rates = [0.12, 0.17, 2 / 11, 0.19, 0.199]
    states = [Figure("race", kappa=10, methods=["gradient descent"], rates=[rate], steps=60).state for rate in rates]
    ends = [numbers["racers"][0]["losses"][-1] for numbers in computed(states)]
    assert min(ends) == ends[2]
    numbers, = computed([Figure("race", surface="notch", methods=["gradient descent", "momentum"]).state])
    plain, momentum = numbers["racers"]
    assert plain["reached"] is None and plain["path"][-1][0] < 0 and momentum["reached"] < 100


def test_dragging_the_start_moves_paths_and_losses(shown):
    page = shown("race")
    before = page.evaluate(CURVES)
    assert len(before) == 6 and all(before)
    drag(page, page.get_by_role("slider", name="Start of the race"), 150, 60)
    after = page.evaluate(CURVES)
    assert len(after) == 6 and all(one != other for one, other in zip(before, after, strict=True))
    assert state_of(page)["start"] != widgets.defaults("race")["start"]
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate(CURVES) == before


def test_dials_rates_and_goal_are_set_by_hand(shown):
    page = shown("race", methods=["gradient descent", "Adam"])
    page.get_by_role("slider", name="Rotation of the bowl").focus()
    for _ in range(9):
        page.keyboard.press("Shift+ArrowRight")
    assert state_of(page)["angle"] == 45
    page.get_by_role("slider", name="Learning rate of Adam").focus()
    page.keyboard.press("ArrowRight")
    assert state_of(page)["rates"] == [0, pytest.approx(0.1 * 10 ** 0.025, rel=1e-2), 0, 0]
    page.get_by_role("slider", name="Goal: the loss to reach").focus()
    page.keyboard.press("Shift+ArrowUp")
    assert state_of(page)["target"] == 0.1


def test_the_goal_and_who_reaches_it_when(shown):
    page = shown("race", step=0)
    assert said(page) == "Step 0: who reaches a loss of 0.001 within 150 steps?"
    scrub = page.get_by_role("spinbutton", name="step, typed")
    for step, words in ((30, "Step 30: goal not yet reached by gradient descent, momentum, Adam."),
                        (60, "Step 60: goal reached at step 56 by Adam; not yet by gradient descent, momentum."),
                        (150, "Step 150: goal reached at step 56 by Adam, 74 by momentum, 100 by gradient descent.")):
        scrub.fill(str(step))
        page.keyboard.press("Enter")
        assert said(page) == words
    page.get_by_role("slider", name="Goal: the loss to reach").focus()
    for _ in range(9):
        page.keyboard.press("Shift+ArrowDown")
    assert "goal not reached by" in said(page)
    page.get_by_role("button", name="Restart").click()
    assert said(page).startswith("Step 0:")


def test_the_best_rate_is_a_click_away(shown):
    page = shown("race", kappa=10, methods=["momentum", "gradient descent"], rates=[0.05, 0.01])
    page.get_by_role("button", name="Best η = 0.182").click()
    assert state_of(page)["rates"] == [0.05, 0.1818, 0, 0]
    assert {"0.82", "\u22120.82"} <= {*page.locator(".panels text").all_text_contents()}  # the two factors
    page.get_by_role("combobox", name="surface").select_option("ravine")
    assert page.get_by_role("button", name="Best η").get_attribute("aria-disabled") == "true"
    assert state_of(page)["rates"] == [0, 0, 0, 0] and state_of(page)["steps"] == 200


def test_divergence_is_said_and_stays_finite_on_the_screen(shown):
    page = shown("race", kappa=10, methods=["gradient descent"] * 3, rates=[0.05, 0.21, 1])
    assert re.search(r"goal reached at step \d+ by η = 0.05\. Diverged at step \d+: η = 0.21\. Diverged at step \d+: "
                     r"η = 1\.", said(page))
    notes = page.locator(".panels text").all_text_contents()
    assert sum(note.startswith("diverged at ") for note in notes) == 2
    places = page.locator(".panels").evaluate("""(root) => [...root.querySelectorAll("polyline, [transform]")]
        .flatMap((one) => (one.getAttribute("points") || one.getAttribute("transform")).match(/[-\\d.]+/g) || [])
        .map(Number)""")
    assert len(places) > 300 and all(abs(place) < 10_000 for place in places)
    heads = page.locator("svg").nth(1).evaluate("""(drawing) => {
        const edge = drawing.getBoundingClientRect();
        return [...drawing.querySelectorAll("text")].every((one) => {
            const box = one.getBoundingClientRect();
            return !one.textContent || box.top >= edge.top - 2 && box.bottom <= edge.bottom + 2;
        });
    }""")
    assert heads


def test_methods_are_added_changed_and_removed(shown):
    page = shown("race")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Add a method").click()
    assert state_of(page)["methods"] == ["gradient descent", "momentum", "Adam", "Nesterov"]
    assert page.get_by_role("button", name="Add a method").get_attribute("aria-disabled") == "true"
    page.get_by_role("combobox", name="method 2").select_option("AdaGrad")
    page.get_by_role("spinbutton", name="learning rate 4").fill("0.25")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove method 1").click()
    state = state_of(page)
    assert state["methods"] == ["AdaGrad", "Adam", "Nesterov"] and state["rates"] == [0, 0, 0.25, 0]
    assert state["betas"] == [-1, -1, -1, -1]
    page.get_by_role("spinbutton", name="learning rate 1").fill("11")
    page.keyboard.press("Enter")
    assert "type a number from 0 to 10" in page.locator(".told").text_content()
    page.keyboard.press("Escape")
    assert not page.locator(".settings").is_visible()


FRAMES = """(time) => new Promise((done) => {  // images that differ a second, and elements that were made meanwhile
    const root = document.querySelector("[data-figure]").shadowRoot.querySelector(".figure");
    const heads = [...root.querySelectorAll(".panels path[transform]")], start = performance.now();
    let images = 0, last = "", made = 0;
    const count = (all) => all.forEach((one) => one.addedNodes.forEach((node) => { made += node.nodeType === 1; }));
    const watch = new MutationObserver(count);
    watch.observe(root, { subtree: true, childList: true });
    const look = (now) => {
        const image = heads.map((one) => one.getAttribute("transform")).join();
        if (image !== last) images += 1;
        last = image;
        if (now - start < time) { requestAnimationFrame(look); return; }
        count(watch.takeRecords());
        done([images / (now - start) * 1000, made]);
    };
    requestAnimationFrame(look);
})"""


def test_it_plays_smoothly_and_makes_no_nodes(shown):
    page = shown("race", surface="Rosenbrock", methods=["gradient descent", "momentum", "RMSProp", "Adam"], step=0)
    slow = slowness(page)
    page.get_by_role("button", name="Play").click()
    says(page, "Step [1-9]")
    rate, made = page.evaluate(FRAMES, 1500)
    page.get_by_role("button", name="Pause").click()
    SEEN.append(f"race: {rate:.0f} images a second with four methods, on a machine {slow:.1f} times as slow as a bare "
                "loop should be")
    assert rate >= 30 / slow and made == 0


def test_reduced_motion_goes_to_the_end_at_once(browser, figure_files):
    context = browser.new_context(offline=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(figure_files(Figure("race", step=0)).as_uri())
    alive(page).get_by_role("button", name="Play").click()
    assert state_of(page)["step"] == 150 and said(page).startswith("Step 150:")
    context.close()


CONTRASTS = "() => {" + CONTRAST + """  // of every text and curve of the drawing, against the figure's ground
    const of = (selector, part) => [...figure.querySelectorAll(selector)].filter((one) => one.checkVisibility())
        .map((one) => ratio(light(getComputedStyle(one)[part])));
    return [ground, Math.min(...of(".panels text", "fill")), Math.min(...of(".panels polyline", "stroke"))];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colors_are_those_of_the_page(theme, shown):
    page = shown("race", **race.fullest)
    page.get_by_role("button", name="Settings").click()
    take_theme(page, theme)
    ground, words, curves = page.evaluate(CONTRASTS)
    assert (ground < 0.05) == (theme == "dark") and words >= 4.5 and curves >= 4.5, (ground, words, curves)
    assert axe(page, "document.querySelector('[data-figure]')")[0] == []
    page.locator(".figure").screenshot(path=look_folder() / "figures" / f"race-{theme}.png")


@pytest.mark.parametrize("variables, ground", [
    ({"--jp-layout-color0": "#111111", "--jp-ui-font-color0": "rgba(255, 255, 255, 1)"}, "rgb(17, 17, 17)"),
    ({"--colab-primary-surface-color": "#383838"}, "rgb(56, 56, 56)"),
])
def test_notebooks_colors_are_taken(variables, ground, shown):
    page = shown("race")
    style = "".join(f"{name}: {value};" for name, value in variables.items())
    page.add_style_tag(content=f":root {{ {style} }} body {{ background: {next(iter(variables.values()))}; }}")
    figure = page.locator(".figure")
    page.wait_for_function("""() => document.querySelector("[data-figure]").shadowRoot
        .querySelector(".figure").dataset.theme === "dark" """)
    assert figure.evaluate("node => getComputedStyle(node).backgroundColor") == ground
    assert page.evaluate(CONTRASTS)[1] >= 4.5




@pytest.mark.parametrize("parts", [{}, race.fullest | {"step": 40}])
def test_the_drawing_is_the_hero_of_its_slide(parts, figure_files, open_page):
    page = alive(open_page(figure_files(Figure("race", **parts), deck=True)))
    share, smallest, words, lines = first_slide(page)
    SEEN.append(f"race: the drawing is {100 * share:.0f} % of its height on a slide, words of {words:.0f} px, "
                f"numbers on axes of {smallest:.0f} px")
    assert share >= 0.7 and words >= 17 and smallest >= 16 and lines <= 2
    open_settings_inside(page)
    page.screenshot(path=look_folder() / "figures" / "race-slide-settings.png")


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("race", **race.fullest))) as page:
        share, smallest, words, _ = alive(page).locator(".figure").evaluate(SHARES)
        assert share >= 0.6 and smallest >= 11 and words >= 16
        page.get_by_role("button", name="Settings").tap()
        page.locator(".settings").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".figure").screenshot(path=look_folder() / "figures" / "race-390.png")
        assert page.locator(HANDLES).count() == 7


def test_every_surface_is_drawn(shown):
    for surface in SURFACES:
        page = shown("race", surface=surface)
        assert page.locator(".panels image").get_attribute("href").startswith("data:image/png")
        assert len(page.locator(".panels svg").first.locator("path").first.get_attribute("d")) > 500
        page.locator(".figure").screenshot(path=look_folder() / "figures" / f"race-{surface.replace(' ', '-')}.png")
