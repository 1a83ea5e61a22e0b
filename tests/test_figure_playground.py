"""What only the playground does: it trains fast enough to look at."""

import pytest
from figures import state_of
from shared import SEEN

pytestmark = pytest.mark.browser


def test_the_playground_keeps_its_pace(shown):
    """Four layers of eight units train and are drawn, an epoch an image."""
    page = shown("playground", layers=[[8], [8], [8], [8]], data="spirals")
    step = "JSON.parse(document.querySelector('[data-figure]').shadowRoot.querySelector('textarea').value).step"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"{step} >= 100")
    first, start = page.evaluate(f"[{step}, performance.now()]")
    page.wait_for_function(f"{step} >= {first + 300}")
    last, end = page.evaluate(f"[{step}, performance.now()]")
    page.get_by_role("button", name="Pause").click()
    pace = (last - first) / 10 / (end - start) * 1000
    SEEN.append(f"playground: {pace:.0f} images a second with 4 × 8 units, an epoch of ten steps each")
    assert pace >= 15 and state_of(page)["step"] >= last
