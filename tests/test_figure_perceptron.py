"""What only the figure of the perceptron does: run and margin, points by mouse, keyboard and finger, what it says."""

import pytest
import torch
from figure_cases import draws, perceptron
from figure_fixtures import alive
from figures import BROKEN, HANDLES, center, drawing_is_the_hero, fits_a_phone, on_phone, state_of
from shared import SEEN

from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


def test_the_run_is_rosenblatts_and_the_margin_scipys(modules):
    states, margins = draws("perceptron", seed=1), 0
    answers = modules.evaluate("(states) => states.map((state) => figures.perceptron.numbers(state))", states)
    for state, answer in zip(states, answers, strict=True):
        x, y = perceptron.data(state)
        if not len(x):
            continue
        w, mistakes = perceptron.run(x, y, answer["order"], answer["done"])
        assert sorted(answer["order"]) == list(range(len(x))) and mistakes == answer["mistakes"]
        assert torch.allclose(w, torch.tensor(answer["weights"], dtype=torch.float64), atol=1e-9, rtol=0)
        margin = perceptron.widest_margin(x, y)
        assert (margin is None) == (answer["margin"] is None), state
        if margin is not None:
            towards = y * (x @ torch.tensor(answer["separator"], dtype=torch.float64))
            assert towards.min().item() == pytest.approx(answer["margin"], abs=1e-9)
            assert answer["margin"] == pytest.approx(margin, rel=1e-5)
            assert answer["bound"] == pytest.approx((answer["radius"] / answer["margin"]) ** 2, rel=1e-12)
            assert answer["trace"][-1]["mistakes"] <= answer["bound"] + 1e-9
            margins += 1
    SEEN.append(f"figures: perceptron, {margins} margins equal SciPy's")
    assert margins > 25


def test_points_by_mouse_and_by_keyboard(shown):
    page = shown("perceptron")
    box = page.locator(".panels svg").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.8)
    assert len(state_of(page)["points"]) == 11 and state_of(page)["points"][-1][2] == 1
    page.get_by_role("button", name="a click adds −1").click()
    page.get_by_role("button", name="Add a point").click()
    x, y, label = state_of(page)["points"][-1]
    assert label == -1
    assert all(abs(x - a) + abs(y - b) > 0.5 for a, b, _ in state_of(page)["points"][:-1])  # where there is room
    page.keyboard.press("ArrowRight")
    assert state_of(page)["points"][-1] == [round(x + 0.1, 1), y, -1]
    page.keyboard.press("Enter")
    assert state_of(page)["points"][-1] == [round(x + 0.1, 1), y, 1]
    page.keyboard.press("Delete")
    assert len(state_of(page)["points"]) == 11
    page.get_by_role("slider", name="Point 4,").click()  # a click makes it −1
    assert state_of(page)["points"][3][2] == -1
    page.get_by_role("button", name="a click removes").click()
    page.get_by_role("slider", name="Point 4,").click()
    assert len(state_of(page)["points"]) == 10
    for _ in range(10):
        page.mouse.click(*center(page.locator(HANDLES).first))
    assert "needs points" in page.locator(".says").text_content()
    assert page.locator(HANDLES).count() == 0 and page.locator(".figure").evaluate(BROKEN) is None
    page.get_by_role("button", name="a click adds +1").click()
    for _ in range(31):
        page.get_by_role("button", name="Add a point").press("Enter")
    assert len(state_of(page)["points"]) == 30 and "30 points are enough" in page.locator(".told").text_content()


def test_what_is_said_at_the_ends(shown):
    """No mistake left, none possible to leave, and more steps than the figure shows: each is said."""
    last = lambda **state: shown("perceptron", step=600, **state).locator(".says").text_content()  # noqa: E731
    done = "All points are classified correctly: converged after"
    assert f"{done} 9 mistakes, of at most 29." in last()
    assert f"{done} 1 mistake, of at most 1." in last(points=[[0, 0, 1]])
    torn = last(points=[[0, 0, 1], [0, 0, -1]])
    assert "stops here, after 600 steps" in torn and "No line separates these points" in torn
    far = last(points=[[2.9, 2.9, 1], [3, 3, -1], [-3, -3, 1]])
    assert "stops here, after 600 steps: a line exists, and at most" in far


def test_focus_stays_at_the_end(shown):
    page = shown("perceptron")
    page.get_by_role("button", name="Next mistake").focus()
    for _ in range(14):
        page.keyboard.press("Enter")
    assert "converged after" in page.locator(".says").text_content()
    page.keyboard.press("Control+z")  # the figure still hears its keys
    assert "converged after" not in page.locator(".says").text_content()


def test_with_reduced_motion_play_shows_the_end_at_once(browser, figure_files):
    context = browser.new_context(reduced_motion="reduce", offline=True)
    page = context.new_page()
    page.goto(figure_files(Figure("perceptron")).as_uri())
    alive(page).get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").count() == 0
    assert "converged after" in page.locator(".says").text_content()
    context.close()


def test_fingers(browser, figure_files):
    context = browser.new_context(has_touch=True, viewport={"width": 400, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(figure_files(Figure("perceptron")).as_uri())
    plane = alive(page).locator(".panels svg").first
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.8)
    assert len(state_of(page)["points"]) == 11
    touch, before = context.new_cdp_session(page), state_of(page)["points"][2]
    x, y = center(page.get_by_role("slider", name="Point 3,"))
    for k in range(6):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart",
                                                "touchPoints": [{"x": x + 8 * k, "y": y - 8 * k}]})
        page.evaluate("new Promise(requestAnimationFrame)")  # the browser hands on moves with its frames
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    after = state_of(page)["points"][2]
    assert after[0] > before[0] + 0.3 and after[1] > before[1] + 0.3
    context.close()


def test_an_update_is_seen_in_the_plane(shown):
    """After a mistake the old weights, what was added and the new weights stand there; after a correct point not."""
    words = lambda step: shown("perceptron", step=step).locator(".panels svg").first.evaluate(  # noqa: E731
        "one => [...one.querySelectorAll('text')].filter((t) => t.getClientRects().length).map((t) => t.textContent)")
    assert {"w", "old w", "− x₂", "b + w·x = 0.40"} <= {*words(2)}
    after = {*words(3)}
    assert {"w", "b + w·x = −4.62"} <= after and not {"old w", "− x₂"} & after


def test_the_strip_shows_the_steps(shown):
    page = shown("perceptron", step=2)
    texts = page.locator(".panels svg").nth(1).locator("text").all_text_contents()
    assert "2 steps, 2 mistakes (ringed)" in texts and "now 2.63" in texts
    order = [one for one in texts[texts.index("2 steps, 2 mistakes (ringed)") + 1 :] if one.isdigit()]
    assert order[:12] == [*map(str, range(1, 11)), "1", "2"]
    page.get_by_role("button", name="Another order").click()
    assert state_of(page)["seed"] == 1 and "steps, in this order" in page.locator(".panels").text_content()


@pytest.mark.parametrize("step", [0, 2])
def test_the_drawing_is_the_hero_of_its_slide(step, figure_files, open_page):
    page = alive(open_page(figure_files(Figure("perceptron", step=step), deck=True)))
    drawing_is_the_hero("perceptron", page)


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("perceptron", step=2))) as page:
        fits_a_phone("perceptron", alive(page))
