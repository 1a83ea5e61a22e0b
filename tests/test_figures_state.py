"""The state of a figure as text and in the address: copied, pasted, refused, kept."""

import json
import re

import pytest
from figure_cases import case, draws
from figure_fixtures import alive
from figures import NAMES, image_of, numbers, says, state_of

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


def bias_in(page, k=0):
    """The bias in the sentence of the neuron that is the page's figure number `k`."""
    return numbers(page.locator(".says").nth(k).text_content())[4]


def test_state_of_the_neuron_is_copied_and_pasted(shown):
    page = shown("neuron")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="State").click()
    page.get_by_role("button", name="Copy").locator("visible=true").click()
    page.wait_for_function(
        "document.querySelector('[data-figure]').shadowRoot.querySelector('.told').textContent")
    assert page.locator(".told").text_content().startswith(("copied", "selected"))
    page.locator("textarea").fill(json.dumps({"bias": 1.25, "weights": [2, -1]}))
    page.get_by_role("button", name="Use this state").click()
    page.keyboard.press("Escape")
    assert page.locator(".sheet:visible").count() == 0
    assert state_of(page) == widgets.defaults("neuron") | {"bias": 1.25, "weights": [2, -1]}
    assert bias_in(page) == 1.25
    page.get_by_role("button", name="Undo").click()
    assert bias_in(page) == -0.5


@pytest.mark.parametrize("name", NAMES)
def test_browser_and_python_refuse_and_accept_alike(name, modules):
    for text, message in getattr(case(name), "refused", []):
        told = modules.evaluate(
            """([name, text]) => { try { figures[name].whole(JSON.parse(text)); return "accepted"; }
            catch (error) { return error instanceof SyntaxError ? "this is no JSON" : error.message; } }""",
            [name, text])
        assert message in told, (text, told)
        if text not in ("{", "[]"):
            with pytest.raises(ValueError, match=re.escape(next(iter(json.loads(text))))):
                Figure(name, **json.loads(text))
    states = draws(name, seed=3, count=20)
    assert modules.evaluate("([name, states]) => states.map(figures[name].whole)", [name, states]) == states


def test_a_pasted_state_that_is_wrong_changes_nothing(shown):
    page = shown("losses", step=12)
    before = image_of(page)
    page.get_by_role("button", name="State").click()
    for text, message in (
        ('{"rate": 9}', "rate = 9: choose between 0.1 and 5"),
        ("{'rate': 1}", "this is no JSON; copy a whole state, from { to }"),
    ):
        page.locator("textarea").fill(text)
        page.get_by_role("button", name="Use this state").click()
        assert message in page.locator(".told").text_content() and page.locator("textarea").input_value() == text
    page.keyboard.press("Escape")
    assert image_of(page) == before


def test_the_address_holds_what_was_changed(figure_files, open_page):
    path = figure_files(Figure("neuron"), Figure("losses"), Figure("neuron", bias=2))
    page = alive(open_page(path))
    assert page.evaluate("location.hash") == ""
    page.get_by_role("spinbutton", name="c, typed").nth(1).fill("-1.5")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash")
    assert page.evaluate("decodeURIComponent(location.hash)") == '#neuron-2={"bias":-1.5}'
    page.get_by_role("combobox", name="target y").select_option("1")
    page.wait_for_function("location.hash.includes('losses')")
    again = alive(open_page(path, hash=page.evaluate("location.hash")))
    assert [bias_in(again, 0), bias_in(again, 2)] == [-0.5, -1.5]
    assert again.get_by_role("combobox", name="target y").input_value() == "1"
    again.evaluate("location.hash = 'losses=' + encodeURIComponent('{\"step\": 40}')")  # as one who pastes an address
    says(again, "After 40 steps")
    for button in page.get_by_role("button", name="Reset").all():
        button.click()
    page.wait_for_function("!location.hash")


@pytest.mark.parametrize("hash, message", [
    ('#neuron={"bias":99}', "bias = 99: choose between -3 and 3"),
    ("#neuron={", "cannot be shown"),
    ("#neuron=%E0%A4%A", "cannot be shown"),
])
def test_a_bad_address_is_said_and_the_figure_lives(shown, hash, message):
    page = shown("neuron", hash=hash)
    assert message in page.get_by_role("alert").text_content() and bias_in(page) == -0.5


def test_an_address_that_is_a_headings_is_left_alone(shown):
    page = shown("neuron", hash="#A-figure")
    assert page.get_by_role("alert").count() == 0 and page.evaluate("location.hash") == "#A-figure"
