"""What only the figure of the neuron does."""

import math

import pytest
from figure_fixtures import alive
from figures import center, drawing_is_the_hero, fits_a_phone, on_phone, state_of

from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


def test_the_arrow_turns_about_one_place(shown):
    """A full turn leads back, however fast the hand is; the decision boundary keeps the place that it turns about."""
    page = shown("neuron")
    start = state_of(page)
    for moves in (6, 60):
        x, y = center(page.get_by_role("slider", name="Arrow of the weights"))
        scale = page.locator(".panels svg").first.bounding_box()["width"] / 380 * 324 / 6  # pixels a unit of the plane
        fx, fy = x - scale, y + 0.5 * scale  # the foot: the weights (1, 0.5) away from the tip
        page.mouse.move(x, y)
        page.mouse.down()
        for k in range(1, moves + 1):
            angle = 2 * math.pi * k / moves
            dx, dy = x - fx, y - fy
            page.mouse.move(fx + dx * math.cos(angle) - dy * math.sin(angle),
                            fy + dx * math.sin(angle) + dy * math.cos(angle))
            state = state_of(page)
            (a, b), c = state["weights"], state["bias"]
            assert abs(a * 0.4 + b * 0.2 + c) < 0.05, (moves, k, state)
        page.mouse.up()
        end = state_of(page)
        assert [*end["weights"], end["bias"]] == pytest.approx([*start["weights"], start["bias"]], abs=0.05)
        page.get_by_role("button", name="Reset").click()


def test_a_decision_boundary_outside_or_nowhere_is_said(shown):
    says = lambda **state: shown("neuron", **state).locator(".says").text_content()  # noqa: E731
    flat = says(weights=[0, 0], bias=-1)
    assert "There is no decision boundary: one class for all evenings. Classified correctly: 6 of 12" in flat
    assert "The decision boundary lies outside: one class for all evenings." in says(weights=[0.1, 0.1], bias=3)
    assert "boundary" not in says()


def test_an_activation_is_chosen_on_its_curve(shown):
    page = shown("neuron")
    names = page.get_by_role("group", name="Activation function φ").get_by_role("button")
    assert names.evaluate_all("all => all.map((one) => one.ariaLabel)") == ["step", "sigmoid", "tanh", "ReLU", "linear"]
    for name in ("tanh", "linear", "step"):
        page.get_by_role("button", name=name, exact=True).click()
        assert state_of(page)["activation"] == name
        assert page.locator(".pick[aria-pressed=true]").evaluate_all("all => all.map((one) => one.ariaLabel)") == [name]
        assert f"output φ(z): {name}" in page.locator(".panels text").all_text_contents()
    page.get_by_role("button", name="Undo").click()
    assert state_of(page)["activation"] == "linear"


def test_the_drawing_says_sum_weights_output_and_class(shown):
    words = lambda **state: shown("neuron", **state).locator(".panels svg").nth(1).evaluate(  # noqa: E731
        "one => [...one.querySelectorAll('text')].filter((t) => t.getClientRects().length).map((t) => t.textContent)")
    seen = words()
    assert {"w₁ = 1.00", "w₂ = 0.50", "c = −0.50", "1.75", "0.85"} <= {*seen}
    at = lambda texts: texts[texts.index("predicted class:") + 1]  # noqa: E731
    assert at(seen) == "went" and at(words(bias=-3)) == "stayed at home"


def test_the_drawing_is_the_hero_of_its_slide(figure_files, open_page):
    drawing_is_the_hero("neuron", alive(open_page(figure_files(Figure("neuron"), deck=True))))


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("neuron"))) as page:
        fits_a_phone("neuron", alive(page))
