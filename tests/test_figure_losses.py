"""What only the figure of two losses does: a hundred steps as torch takes them; Play, Pause and the end."""

import pytest
from figure_cases import losses
from figure_fixtures import alive
from figures import drawing_is_the_hero, fits_a_phone, on_phone, says, state_of
from shared import SEEN

from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


def test_a_hundred_steps_of_training_are_torchs(modules):
    worst = 0.0
    for start in (-7.0, -1.3, 0.0, 2.5, 7.0):
        for rate in (0.1, 1.0, 5.0):
            state = Figure("losses", start=start, rate=rate, step=100, target="1").state
            found = losses.found(modules.evaluate("state => figures.losses.numbers(state)", state))
            worst = max(worst, *(abs(found[part] - truth) for part, truth in losses.by_torch(state).items()))
    SEEN.append(f"figures: 100 steps of training differ from torch's by {worst:.1e} at most")
    assert worst < 1e-4


def test_play_steps_pause_and_the_end(shown):
    page = shown("losses", step=290)
    page.get_by_role("button", name="Play").click()
    says(page, "After 29[2-9] steps")
    page.get_by_role("button", name="Pause").click()
    stopped = state_of(page)["step"]
    page.wait_for_timeout(150)  # longer than two steps of play
    assert state_of(page)["step"] == stopped < 300
    page.get_by_role("button", name="Undo").click()
    assert state_of(page)["step"] == 290  # one press of Play is one step back
    page.get_by_role("button", name="Play").click()
    says(page, "After 300 steps")
    page.get_by_role("button", name="Play").wait_for()
    page.get_by_role("button", name="Play").click()  # from the end it begins again
    says(page, "After [1-9] steps?")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("slider", name="initial w").focus()
    page.keyboard.press("ArrowLeft")  # another gesture stops it
    assert page.get_by_role("button", name="Pause").count() == 0


def test_gradients_stand_at_the_balls_and_outputs_at_their_curves(shown):
    words = lambda **state: shown("losses", **state).locator(".panels text").all_text_contents()  # noqa: E731
    assert {"gradient 0.00660", "gradient 0.993", "target y = 0"} <= {*words()}
    assert {"squared error 0.99", "cross-entropy 0.14"} <= {*words(step=12)}
    assert {"gradient −0.00462", "target y = 1"} <= {*words(step=200, target="1", start=-4)}


@pytest.mark.parametrize("step", [0, 12])
def test_the_drawing_is_the_hero_of_its_slide(step, figure_files, open_page):
    page = alive(open_page(figure_files(Figure("losses", step=step), deck=True)))
    drawing_is_the_hero("losses", page)


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("losses", step=12))) as page:
        fits_a_phone("losses", alive(page))
