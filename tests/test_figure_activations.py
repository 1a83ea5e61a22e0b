"""What only the figure of activation functions does."""

import pytest
import torch
from figure_cases import activations
from figure_fixtures import alive
from figures import drawing_is_the_hero, fits_a_phone, on_phone, state_of

from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


def test_the_crossing_of_the_derivatives(modules):
    found = modules.evaluate("figures.activations.numbers({ shown: [], x: 0 }).crossing")
    x = torch.tensor(found, dtype=torch.float64, requires_grad=True)
    tanh, sigmoid = torch.autograd.grad(torch.tanh(x), x)[0], torch.autograd.grad(torch.sigmoid(x), x)[0]
    assert abs(found - 1.663) < 5e-4 and abs(tanh - sigmoid) < 1e-9


def test_functions_are_chosen_on_their_cards(shown):
    page = shown("activations")
    cards = page.get_by_role("group", name="Functions to show").get_by_role("button")
    names = cards.evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert names[:3] == ["linear", "step", "sigmoid φ 0.7311 φ′ 0.1966"] and len(names) == len(activations.NAMES)
    card = lambda name: cards.nth(activations.NAMES.index(name))  # noqa: E731
    card("ReLU").click()
    card("tanh").click()
    assert state_of(page)["shown"] == ["sigmoid", "ReLU"]
    pressed = page.locator(".pick[aria-pressed=true]").evaluate_all(
        "all => all.map((one) => one.ariaLabel.split(' ')[0])")
    assert pressed == ["sigmoid", "ReLU"]
    drawn = [one for one in page.locator(".panels svg").first.locator("text").all_text_contents() if one]
    assert {"sigmoid", "ReLU", "z = 1", "0.731", "0.197", "1.000"} <= {*drawn} and "tanh" not in drawn
    for name in ("sigmoid", "ReLU"):
        card(name).click()
    assert state_of(page)["shown"] == [] and page.locator(".says").text_content() == "Choose a function on its card."


def test_a_kink_has_no_derivative(shown):
    page = shown("activations", shown=["ReLU", "sigmoid"], x=0)
    numbers = page.locator(".numbers").locator("visible=true").all_text_contents()
    assert numbers == [" φ 0.5000 φ′ 0.2500", " φ 0.0000 φ′ none"]


def test_only_the_sliders_of_shown_functions_are_there(shown):
    page = shown("activations", shown=["ELU", "APL"])
    names = page.locator(".row input[type=range]").locator("visible=true").evaluate_all(
        "all => all.map((one) => one.ariaLabel)")
    assert names == ["z", "α", "a", "b"]


def test_the_drawing_is_the_hero_of_its_slide(figure_files, open_page):
    page = alive(open_page(figure_files(Figure("activations", shown=["ReLU", "leaky ReLU"], x=-1), deck=True)))
    drawing_is_the_hero("activations", page)


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("activations"))) as page:
        fits_a_phone("activations", alive(page))
