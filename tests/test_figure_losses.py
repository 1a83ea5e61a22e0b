"""What only the figure of two losses does: a hundred steps as torch takes them; Play, Pause and the end."""

import pytest
from figure_cases import losses
from figures import says, state_of
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
    page.get_by_role("slider", name="initial w").focus()
    page.keyboard.press("ArrowLeft")  # another gesture stops it
    assert page.get_by_role("button", name="Pause").count() == 0
