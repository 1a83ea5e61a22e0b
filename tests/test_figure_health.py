"""What only the health board does: boards that come along, its signs, its handles, its look."""

import json

import pytest
import torch
from figure_cases import health as case
from figure_cases import said
from figure_fixtures import alive
from figures import SHARES, axe, center, first_slide, numbers, on_phone, state_of, take_theme
from shared import SEEN, look_folder
from torch import nn
from torch.nn import functional as F

from nnlab import widgets
from nnlab.health import watch
from nnlab.models import CNN
from nnlab.widgets import Figure
from nnlab.widgets.boards import PARTS, packed_board

pytestmark = pytest.mark.browser


def board(model=None, steps=40, every=5, lr=0.05, x=None, classes=2):
    """Board of a short training of `model` on random images."""
    torch.manual_seed(0)
    model = CNN((4, 6), size=8, num_classes=classes, hidden=12) if model is None else model
    x = torch.rand(80, 1, 8, 8) if x is None else x
    y = torch.arange(len(x)) % classes
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    with watch(model, optimizer, every=every, train=(x, y)) as health:
        for _ in range(steps):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return health.board()


def test_the_example_is_what_its_code_measures():
    """The numbers in health.json are the watch's own, at four digits: the code behind the button, run."""
    own, row = case.RULES["own"]["shows"], case.measured()
    assert own["steps"] == list(range(0, 116, 5)) and [layer["label"] for layer in own["layers"]] == case.LABELS
    for at, found in enumerate(row):
        for k, layer in enumerate(own["layers"]):
            for part in ("mean", "std", "gradient"):
                assert layer[part][at] == pytest.approx(found[k, part], rel=6e-4, abs=1e-9)
    assert [sign["name"] for sign in own["signs"]] == ["dead units", "saturated units"]
    assert len(json.dumps(own)) < 45_000


def test_a_board_that_came_along_is_shown(figure_files, open_page, modules):
    given = board()
    figure = Figure("health", board=given)
    page = alive(open_page(figure_files(figure)))
    names = page.locator(".panels text").all_text_contents()
    assert all(layer["label"] in names for layer in given["layers"])
    assert f"Step {given['steps'][-1]}," in said(page) and "training loss" in said(page)
    ask = "([state, network]) => figures.health.torch(state, network)"
    code = modules.evaluate(ask, [figure.state, figure.network])
    assert "your training loop" in code and "record.step == 35" in code
    assert page.locator(".chip").count() == len(given["signs"])


def test_boards_of_all_kinds_are_drawn(figure_files, open_page):
    """One step, not finite, no losses, forty layers, no parameters with a gradient: no error, no NaN on the screen."""
    deep = nn.Sequential(nn.Flatten(), *(layer for _ in range(22) for layer in (nn.Linear(64, 64), nn.ReLU())),
                         nn.Linear(64, 2))
    bare = board()
    bare["losses"] = {part: [None] * 8 for part in bare["losses"]}
    bare["batch"] = [None] * 8
    for given in (board(steps=1), board(lr=1e9), bare, board(deep, steps=6)):
        page = alive(open_page(figure_files(Figure("health", board=given))))
        text = page.locator(".figure").evaluate("(root) => root.innerText + root.querySelector('.panels').textContent")
        assert "NaN" not in text and "undefined" not in text and "Infinity" not in text
        for k in range(page.locator(".chip").count()):
            page.locator(".chip").nth(k).click()
            assert said(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("wrong, message", [
    (3, "board is a int; give health.board"), ({}, "board is a dict without steps, losses, batch"),
    (dict.fromkeys(PARTS, []), "board holds no layers"),
    (dict.fromkeys(PARTS, [float("nan")]), "board is not plain JSON"),
    (dict.fromkeys(PARTS, ["x" * 400_000]), "at most 2,000,000 can be sent"),
])
def test_wrong_boards(wrong, message):
    with pytest.raises(ValueError, match=message):
        packed_board(wrong)
    assert packed_board(None) == {}


def test_only_this_figure_takes_a_board():
    with pytest.raises(ValueError, match=r"the figure 'fold' takes no board; these do: 'health'"):
        Figure("fold", board=board(steps=1))


def test_a_sign_leads_to_its_place(shown):
    page = shown("health")
    chip = page.get_by_role("button", name="saturated units, 1 Tanh")
    chip.click()
    assert state_of(page) == widgets.defaults("health") | {"layer": 1, "sign": 1, "step": 23}
    assert "84% of the outputs" in said(page) and chip.get_attribute("aria-pressed") == "true"
    assert page.locator(".found").is_visible()
    chip.click()
    assert state_of(page)["sign"] == -1 and not page.locator(".found").is_visible()


def test_cursor_and_layer_by_keyboard_and_hand(shown):
    page = shown("health")
    step, layer = page.get_by_role("slider", name="Step", exact=True), page.get_by_role("slider", name="Layer")
    step.focus()
    for key in ("ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    assert state_of(page)["step"] == 21 and "Step 105," in said(page)
    layer.focus()
    page.keyboard.press("ArrowDown")
    assert state_of(page)["layer"] == 3 and "dead" in said(page)
    x, y = center(step)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y, steps=4)
    page.mouse.up()
    assert 5 < state_of(page)["step"] < 15
    page.locator(".press").click(position={"x": 60, "y": 8})
    assert state_of(page)["layer"] == 0 and numbers(said(page))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_drawing_takes_the_area_and_the_words_are_large(theme, shown):
    page = shown("health")
    take_theme(page, theme)
    share, smallest, around, lines = page.locator(".figure").evaluate(SHARES)
    assert share > 0.6 and smallest > 13 and around >= 16 and lines <= 3
    assert axe(page, "document.querySelector('[data-figure]')")[0] == []
    page.locator(".figure").screenshot(path=look_folder() / "figures" / f"health-{theme}.png")


def test_on_a_slide(figure_files, open_page):
    page = alive(open_page(figure_files(Figure("health", board=board()), deck=True)))
    share, smallest, words, lines = first_slide(page)
    SEEN.append(f"health: the drawing is {100 * share:.0f} % of its height on a slide, words of {words:.0f} px, its "
                f"smallest text of {smallest:.0f} px")
    assert share >= 0.6 and words >= 17 and smallest >= 14 and lines <= 2
    page.screenshot(path=look_folder() / "figures" / "health-slide.png")


def test_on_a_phone(browser, figure_files):
    with on_phone(browser, figure_files(Figure("health", board=board()))) as page:
        _, smallest, words, _ = alive(page).locator(".figure").evaluate(SHARES)
        assert smallest >= 11 and words >= 16
        edge = page.locator(".figure").bounding_box()
        for one in page.locator("svg text:visible").all():
            box = one.bounding_box()
            assert box is None or edge["x"] <= box["x"] and box["x"] + box["width"] <= edge["x"] + edge["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".figure").screenshot(path=look_folder() / "figures" / "health-390.png")
