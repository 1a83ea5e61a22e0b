"""What only the double-descent figure does: fits as numpy's, its median, its handles, its look."""

import json
import subprocess

import numpy as np
import pytest
import torch
from figure_cases import descent, said
from figure_fixtures import alive
from figures import HANDLES, SHARES, axe, drag, drawing_is_the_hero, on_phone, state_of, take_theme
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.course.npm import node
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
BASES = widgets.rules("descent")["choices"]["basis"]


@pytest.fixture(scope="module")
def computed():
    """Function from whole states to the figure's numbers, computed by Node.js, without a browser."""
    parts = [(widgets.HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("shared", "descent_run")]
    source = "\n".join([*parts, "const states = JSON.parse(require('fs').readFileSync(0, 'utf8'));",
                        "console.log(JSON.stringify(states.map(descentNumbers)));"])

    def run(states):
        done = subprocess.run([node(), "-e", source], input=json.dumps(states), capture_output=True, text=True,
                              encoding="utf-8", check=True)
        return json.loads(done.stdout)
    return run


def test_every_fit_is_numpys_lstsq_as_far_as_the_condition_allows(computed):
    """The norm of the weights and the curve, for every basis and number of functions up to a condition of 1e10."""
    worst, compared, fine = 0.0, 0, torch.linspace(-5, 5, 401, dtype=torch.float64)
    states = [Figure("descent", basis=basis, seed=seed, df=df).state
              for basis in BASES for seed in (0, 3) for df in (2, 3, 5, 12, 19, 20, 21, 24, 36, 60)]
    for state, numbers in zip(states, computed(states), strict=True):
        x, _ = descent.inputs_of(state["seed"])
        assert numbers["x"] == pytest.approx(x.tolist(), abs=1e-12)
        X, at = (descent.features(state["basis"], x, state["df"], places) for places in (x, fine))
        condition = np.linalg.cond(X)
        if condition > 1e10:
            continue
        w = np.linalg.lstsq(X.numpy(), np.array(numbers["y"]), rcond=1e-15)[0]
        curve = at.numpy() @ w
        deviations = [abs(numbers["norm"][state["df"] - 2] / np.linalg.norm(w) - 1),
                      np.abs(curve - numbers["curve"]).max() / np.abs(curve).max()]
        worst, compared = max(worst, *(one / condition for one in deviations)), compared + 1
        assert max(deviations) < 1e-12 + 1e-13 * condition, state
    SEEN.append(f"descent: {compared} fits equal numpy's lstsq, at most {worst:.0e} times the condition apart")
    assert compared >= 50


def test_the_median_is_that_of_eleven_other_draws(computed):
    state = Figure("descent", noise=0.4).state
    numbers, = computed([state])
    few = torch.linspace(-5, 5, 51, dtype=torch.float64)
    for df in (4, 12, 20, 22, 36, 60):
        errors = []
        for draw in range(11):
            x, _ = descent.inputs_of(1000 + draw)
            solver = torch.linalg.pinv(descent.features(state["basis"], x, df, x), rtol=1e-15)
            outputs = descent.features(state["basis"], x, df, few) @ solver
            bias = ((outputs @ torch.sin(x) - torch.sin(few)) ** 2).mean()
            errors.append((bias + 0.4 ** 2 * (outputs ** 2).sum(1).mean()).item())
        assert numbers["median"][df - 2] == pytest.approx(np.median(errors), rel=1e-6)


def test_both_spline_bases_agree_up_to_20_functions_and_only_there(computed):
    natural, powers = computed([Figure("descent", basis=basis).state for basis in BASES[:2]])
    same = [one == pytest.approx(other, rel=1e-4)
            for one, other in zip(natural["test"], powers["test"], strict=True)]
    assert all(same[:19]) and not any(same[19:])
    assert min(natural["train"][:16]) > 1e-3 and max(natural["train"][18:]) < 1e-20
    assert natural["median"][18] > 10 * natural["median"][34] and powers["median"][58] > 10 * powers["median"][14]


def test_the_ridge_removes_the_peak_and_no_noise_the_variance(computed):
    plain, ridge, quiet = computed([Figure("descent", **parts).state for parts in ({}, {"ridge": 0.1}, {"noise": 0})])
    assert max(plain["test"]) > 30 * max(ridge["test"][10:]) and max(quiet["variance"]) == 0
    assert quiet["test"] == pytest.approx(quiet["bias"], rel=1e-9)


def test_the_line_and_the_points_are_dragged(shown):
    page = shown("descent")
    curve = page.locator(".panels svg").first.locator("polyline").nth(1)
    before = curve.get_attribute("points")
    drag(page, page.get_by_role("slider", name="Degrees of freedom, in the chart"), 150, 0)
    assert 20 < state_of(page)["df"] <= 60 and curve.get_attribute("points") != before
    assert f"{state_of(page)['df']} degrees of freedom" in said(page) and "minimum norm" in said(page)
    before = curve.get_attribute("points")
    drag(page, page.get_by_role("slider", name="Point 10 of 20"), 0, -60)
    pulls = state_of(page)["pulls"]
    assert pulls[9] > 0.5 and not any(pulls[:9] + pulls[10:]) and curve.get_attribute("points") != before
    page.get_by_role("button", name="Undo").click()
    assert curve.get_attribute("points") == before


def test_draw_again_keeps_everything_else_and_takes_the_points_back(shown):
    page = shown("descent", df=36, pulls=[1.0] + [0.0] * 19, basis="cosines")
    page.get_by_role("button", name="Draw again").click()
    state = state_of(page)
    assert (state["seed"], state["df"], state["basis"], any(state["pulls"])) == (1, 36, "cosines", False)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("combobox", name="curves").select_option("bias and variance")
    assert {"bias²", "variance", "median"} <= {*page.locator(".panels text").all_text_contents()}
    page.get_by_role("spinbutton", name="ridge λ, typed").fill("0.1")
    page.keyboard.press("Enter")
    assert said(page).startswith("Ridge regression, λ = 0.1: 36 degrees of freedom (cosines)")


def test_the_sentence_says_which_fit_it_is(shown):
    for df, words in ((6, "Least squares: 6"), (20, "The one interpolating fit: 20"),
                      (36, "The interpolating fit of minimum norm: 36")):
        assert said(shown("descent", df=df)).startswith(words)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colors_are_those_of_the_page(theme, shown):
    page = shown("descent", df=36)
    page.get_by_role("button", name="Settings").click()
    take_theme(page, theme)
    assert axe(page, "document.querySelector('[data-figure]')")[0] == []
    page.locator(".figure").screenshot(path=look_folder() / "figures" / f"descent-{theme}.png")


@pytest.mark.parametrize("parts", [{}, descent.fullest])
def test_the_drawing_is_the_hero_of_its_slide(parts, figure_files, open_page):
    page = alive(open_page(figure_files(Figure("descent", **parts), deck=True)))
    drawing_is_the_hero("descent", page, share=0.7, smallest=14.5)


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("descent", df=36))) as page:
        share, smallest, words, _ = alive(page).locator(".figure").evaluate(SHARES)
        assert share >= 0.6 and smallest >= 11 and words >= 16
        page.get_by_role("button", name="Settings").tap()
        page.locator(".settings").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".figure").screenshot(path=look_folder() / "figures" / "descent-390.png")
        assert page.locator(HANDLES).count() == 21
