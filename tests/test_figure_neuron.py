"""What only the figure of the neuron does."""

import math

import pytest
from figures import center, state_of

pytestmark = pytest.mark.browser


def test_the_arrow_turns_about_one_place(shown):
    """A full turn leads back, however fast the hand is; the decision boundary keeps the place that it turns about."""
    page = shown("neuron")
    start = state_of(page)
    for moves in (6, 60):
        x, y = center(page.get_by_role("slider", name="Arrow of the weights"))
        scale = page.locator(".panels svg").first.bounding_box()["width"] / 390 * 330 / 6  # pixels a unit of the plane
        fx, fy = x - 0.5 * scale, y + 0.25 * scale  # the foot: half the weights (1, 0.5) away from the tip
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
