"""The numbers of the interactive figures, computed in real Chromium, against torch; the PyTorch they hand out, run."""

import contextlib
import io
import re

import pytest
from figure_cases import NEEDED, case, draws
from figures import NAMES, numbers, state_of
from shared import SEEN

from nnlab import widgets

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_its_tests(name):
    assert case(name)


def test_a_figure_without_tests_is_told_what_it_lacks(monkeypatch):
    with pytest.raises(LookupError, match=r"'waves' has no tests: write tests/figure_cases/waves.py with random_state"):
        case("waves")
    fold = case("fold")
    monkeypatch.delattr(fold, "by_torch")
    monkeypatch.delattr(fold, "change")
    with pytest.raises(LookupError, match=r"figure_cases/fold.py lacks by_torch, change; .*__init__.py says what each"):
        case("fold")
    assert set(NEEDED) > {"by_torch", "change"}


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_torchs(name, modules):
    states, compared = draws(name, seed=1), 0
    answers = modules.evaluate("([name, states]) => states.map((state) => figures[name].numbers(state))",
                               [name, states])
    for state, answer in zip(states, answers, strict=True):
        truth, found = case(name).by_torch(state), case(name).found(answer)
        assert truth.keys() == found.keys()
        for part in truth:
            assert found[part] == pytest.approx(truth[part], abs=1e-9, rel=1e-9), (state, part)
            compared += 1
    SEEN.append(f"figures: {name}, {compared} numbers of {len(states)} random states equal torch's to 1e-9")
    assert compared >= len(states)


@pytest.mark.parametrize("name", NAMES)
def test_copied_code_runs_and_prints_the_figures_numbers(name, modules):
    states, compared = [*draws(name, seed=2, count=15), widgets.defaults(name)], 0
    answers = modules.evaluate("""([name, states]) => states.map((state) =>
        [figures[name].torch(state), figures[name].numbers(state)])""", [name, states])
    for state, (code, answer) in zip(states, answers, strict=True):
        if state.get("points") == []:
            continue
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, {})
        found = numbers(re.sub(r"[A-Za-z_]\w*", "", printed.getvalue()))
        assert found == pytest.approx(case(name).printed(state, answer), abs=5.1e-5), (state, printed.getvalue())
        compared += len(found)
    assert compared >= len(states)


@pytest.mark.parametrize("name", NAMES)
def test_the_screen_shows_these_numbers(name, shown, modules):
    """What is on the screen, and what the code behind the button prints, are the numbers compared with torch's."""
    page = shown(name, **({"step": 7} if "step" in widgets.defaults(name) else {}))
    state = state_of(page)
    answer, code = modules.evaluate("""([name, state]) => [figures[name].numbers(state), figures[name].torch(state)]""",
                                    [name, state])
    case(name).on_screen(page, state, answer)
    page.get_by_role("button", name="PyTorch").click()
    assert page.locator(".figure pre").text_content() == code
