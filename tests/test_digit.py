"""The drawing pad: drawn on with a mouse, a finger and a pen, read by a network that came along; and how well it reads.

hands.json holds ten digits in each of three hands, as strokes: a school hand, a slanted one, a clumsy one. Their points were
written and computed for this project, no people were recorded.
"""

import json
import random
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from figures import state_of
from shared import CAUGHT, SEEN

from nnlab import sources, widgets
from nnlab.batches import Batches
from nnlab.models import MLP
from nnlab.train import fit
from nnlab.widgets import NETWORK, Figure
from nnlab.widgets.packing import packed, rounded

HANDS = json.loads((Path(__file__).parent / "hands.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reader():
    """The notebook's network, trained on the digits that come with the course."""
    arrays, _ = sources._from_course(sources.MNIST)
    x, y = torch.from_numpy(arrays[0]).float() / 255, torch.from_numpy(arrays[1]).long()
    torch.manual_seed(0)
    model = MLP([784, 100, 10])
    fit(model, Batches(x, y, 100, shuffle=True), loss_fn=F.cross_entropy, epochs=15, progress=False,
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9))
    return model


def states():
    """Each digit of each hand as it was drawn, and thrice distorted: stretched, slanted, with another pen, smaller, turned."""
    draw, found = random.Random(0), []
    for hand, digits in HANDS.items():
        for digit, strokes in digits.items():
            for _ in range(4):
                across, down, slant = draw.uniform(0.75, 1.1), draw.uniform(0.75, 1.1), draw.uniform(-0.2, 0.2)
                state = {"pen": draw.choice([7, 9, 11]), "size": round(draw.uniform(0.7, 1.1), 2), "turn": draw.randint(-8, 8)}
                if not any(one[:2] == (hand, int(digit)) for one in found):
                    across, down, slant, state = 1, 1, 0, {}
                moved = [[[min(100, max(0, round(50 + across * (x - 50) - slant * (y - 50), 1))),
                           min(100, max(0, round(50 + down * (y - 50), 1)))] for x, y in stroke] for stroke in strokes]
                found.append((hand, int(digit), Figure("digit", strokes=moved, **state).state))
    return found


@pytest.mark.browser
def test_nine_of_ten_drawn_digits_are_read(modules, reader):
    asked, network = states(), packed(reader, 784, 10)
    named = modules.evaluate("([states, network]) => states.map((state) => figures.digit.numbers(state, network).named)",
                             [[state for *_, state in asked], network])
    right = [name == digit for name, (_, digit, _) in zip(named, asked, strict=True)]
    share = lambda k, what: [ok for ok, one in zip(right, asked, strict=True) if one[k] == what]  # noqa: E731
    by_hand = {hand: sum(share(0, hand)) / len(share(0, hand)) for hand in HANDS}
    by_digit = {digit: sum(share(1, digit)) / len(share(1, digit)) for digit in range(10)}
    SEEN.append(f"pad: {sum(right)} of {len(right)} digits of {len(HANDS)} hands read; by hand "
                f"{', '.join(f'{part:.0%}' for part in by_hand.values())}; worst digit {min(by_digit, key=by_digit.get)} "
                f"({min(by_digit.values()):.0%})")
    assert len(HANDS) >= 3 and all(len(digits) == 10 for digits in HANDS.values())
    assert sum(right) >= 0.9 * len(right) and min(by_hand.values()) >= 0.8


@pytest.mark.browser
def test_probabilities_are_torchs(modules, reader):
    network, worst = packed(reader, 784, 10), 0.0
    for _, _, state in states()[::7]:
        found = modules.evaluate("([state, network]) => figures.digit.numbers(state, network)", [state, network])
        image = torch.tensor(found["steps"]["image"], dtype=torch.float64)[None]
        with torch.no_grad():
            truth = torch.softmax(rounded(reader)(image.flatten(1)), 1)[0]
            exact = torch.softmax(reader(image.float()), 1)[0]
        worst = max(worst, (exact - truth).abs().max().item())
        assert found["probabilities"] == pytest.approx(truth.tolist(), abs=1e-9)
        assert found["named"] == truth.argmax().item()
    SEEN.append(f"pad: probabilities equal torch's to 1e-9; rounding to 8 bits moves one by {worst:.3f} at most")
    assert worst < 0.1


@pytest.mark.browser
def test_the_copied_code_prints_the_probabilities(modules, reader, capsys):
    state, network = Figure("digit", turn=10).state, packed(reader, 784, 10)
    code, found = modules.evaluate(
        "([state, network]) => [figures.digit.torch(state, network), figures.digit.numbers(state, network)]", [state, network])
    assert network["layers"][0]["weight"] not in code
    exec(code, {"network": rounded(reader)})
    said = capsys.readouterr().out.splitlines()[-1]
    assert [float(part) for part in said.split()] == pytest.approx(found["probabilities"], abs=5.1e-5)


def path_of(page, strokes):
    """Places in the window of the points of `strokes`."""
    box = page.locator(".handle .ring").first.bounding_box()
    return [[(box["x"] + x / 100 * box["width"], box["y"] + y / 100 * box["height"]) for x, y in stroke] for stroke in strokes]


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["mouse", "touch", "pen"])
def test_drawn_with_mouse_finger_and_pen(pages, browser, reader, kind):
    context = browser.new_context(viewport={"width": 1100, "height": 900}, has_touch=True, offline=True)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(pages(Figure("digit", network=reader, strokes=[]))[0].as_uri())
    page.wait_for_function("window.figuresReady")
    assert "The pad is empty" in page.locator(".says").text_content()
    strokes = HANDS["b"]["4"]
    page.locator(".figure").scroll_into_view_if_needed()
    drawn = path_of(page, strokes)
    protocol = context.new_cdp_session(page)

    def send(event, x, y):
        if kind == "touch":
            name = {"Pressed": "touchStart", "Moved": "touchMove", "Released": "touchEnd"}[event]
            touching = [] if event == "Released" else [{"x": x, "y": y}]
            protocol.send("Input.dispatchTouchEvent", {"type": name, "touchPoints": touching})
        else:
            protocol.send("Input.dispatchMouseEvent", {"type": f"mouse{event}", "x": x, "y": y, "button": "left", "buttons": 1,
                                                       "pointerType": kind, "clickCount": 1})

    for points in drawn:
        send("Pressed", *points[0])
        for (x, y), (u, v) in zip(points, points[1:], strict=False):
            for part in (0.25, 0.5, 0.75, 1):
                send("Moved", x + part * (u - x), y + part * (v - y))
        send("Released", *points[-1])
    state = state_of(page)
    assert len(state["strokes"]) == len(strokes)
    for stroke, wanted in zip(state["strokes"], strokes, strict=True):
        assert stroke[0] == pytest.approx(wanted[0], abs=1.5) and stroke[-1] == pytest.approx(wanted[-1], abs=2.5)
    assert "Read as 4" in page.locator(".says").text_content()
    page.get_by_role("button", name="Undo").click()  # one stroke at a time
    assert len(state_of(page)["strokes"]) == len(strokes) - 1
    page.get_by_role("button", name="Clear").click()
    assert state_of(page)["strokes"] == [] and errors == []
    context.close()


@pytest.mark.browser
def test_without_a_pointer(shown, reader):
    page = shown("digit", network=reader)
    assert page.get_by_role("combobox", name="sample").input_value() == "3"  # the figure begins with a sample
    read = 0
    for digit in "0123456789":
        page.get_by_role("combobox", name="sample").select_option(digit)
        read += f"Read as {digit}" in page.locator(".says").text_content()
    SEEN.append(f"pad: {read} of its 10 samples are read by a network trained on the course's digits")
    assert read >= 9
    before = page.locator(".says").text_content()
    page.locator(".handle").focus()
    for key in ("ArrowLeft", "Shift+ArrowUp", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    for _ in range(60):
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Shift+ArrowDown")
    assert page.locator(".says").text_content() == before  # moved, even into a corner, cut out, and centred again
    assert min(x for stroke in state_of(page)["strokes"] for x, _ in stroke) == pytest.approx(5, abs=0.1)
    page.keyboard.press("Delete")
    assert state_of(page)["strokes"] == []


@pytest.mark.browser
@pytest.mark.parametrize("size", [0.8, 1.5])
def test_drawing_on_a_turned_digit_keeps_it_as_it_is_seen(shown, reader, size):
    page = shown("digit", network=reader, turn=40, size=size)
    seen = page.locator(".handle polyline").first.get_attribute("points")
    box = page.locator(".handle .ring").bounding_box()
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    state = state_of(page)
    assert (state["turn"], state["size"], len(state["strokes"])) == (0, 1, 2) and len(state["strokes"][1]) == 1
    now = page.locator(".handle polyline").first.get_attribute("points")
    flat = [[float(part) for part in points.replace(",", " ").split()] for points in (seen, now)]
    assert flat[0] == pytest.approx(flat[1], abs=0.2)


@pytest.mark.browser
def test_a_stroke_too_many_two_fingers_and_empty_strokes(shown, browser, pages, reader):
    page = shown("digit", network=reader, strokes=[[[k, 10], [k, 20]] for k in range(5, 25)])
    full = state_of(page)
    box = page.locator(".handle .ring").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    for k in range(1, 6):
        page.mouse.move(box["x"] + 200 + 10 * k, box["y"] + 200)
    page.mouse.up()
    assert state_of(page) == full and "At most 20 strokes" in page.locator(".told").text_content()
    page = shown("digit", network=reader, strokes=[[], [[50, 20], [50, 80]], []])
    assert "Read as" in page.locator(".says").text_content()
    page.mouse.click(box["x"] + 30, box["y"] + 30)
    assert [len(stroke) for stroke in state_of(page)["strokes"]] == [2, 1]

    context = browser.new_context(viewport={"width": 1100, "height": 900}, has_touch=True, offline=True)
    page = context.new_page()
    page.goto(pages(Figure("digit", network=reader, strokes=[]))[0].as_uri())
    page.wait_for_function("window.figuresReady")
    touch, at = context.new_cdp_session(page), path_of(page, [[(20, 20), (20, 40), (20, 60)], [(80, 80), (80, 60), (80, 40)]])
    for k in range(3):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": [
            {"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate((at[0][k], at[1][k]))]})
        page.wait_for_timeout(50)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    strokes = state_of(page)["strokes"]
    assert len(strokes) == 1 and all(abs(x - 20) < 2 for x, _ in strokes[0])  # the first finger alone draws
    context.close()


@pytest.mark.browser
def test_alive_in_a_deck(pages, open_page, reader):
    page = open_page(pages(Figure("digit", network=reader))[1])
    page.wait_for_function("window.figuresReady")
    assert "Read as 3" in page.locator("[data-figure] .says").text_content()


@pytest.mark.browser
def test_another_network_is_read_by_at_once(modules, reader):
    torch.manual_seed(1)
    said = modules.evaluate("""([state, one, other]) => {
        const values = { state, start: state, network: one }, heard = {}, el = document.createElement("div");
        const model = { get: (name) => values[name], set() {}, save_changes() {}, off() {}, on: (event, act) => { heard[event] = act; } };
        figures.digit.render({ model, el });
        const says = () => el.shadowRoot.querySelector(".says").textContent, before = says();
        values.network = other;
        heard["change:network"]();
        return [before, says()];
    }""", [Figure("digit").state, packed(reader, 784, 10), packed(MLP([784, 20, 10]), 784, 10)])
    assert "Read as 3" in said[0] and "Read as" in said[1] and said[0] != said[1]


def test_what_travels(reader):
    figure = Figure("digit", network=reader)
    data, _ = figure._repr_mimebundle_()
    assert set(data[NETWORK]) == {"layers"} and "layers" not in json.dumps(data[widgets.MIME])
    size = len(json.dumps(data[NETWORK]))
    SEEN.append(f"pad: a network of 784-100-10 travels in {size / 1000:.0f} kB")
    assert size < 125_000
    assert NETWORK not in Figure("digit")._repr_mimebundle_()[0]
    x = torch.rand(50, 784, dtype=torch.float64)
    with torch.no_grad():
        apart = (rounded(reader)(x) - reader(x.float())).abs().max().item()
        spread = reader(x.float()).std().item()
    assert 0 < apart < 0.1 * spread


class Odd(torch.nn.Module):
    """Linear layers with something else between them."""

    def __init__(self, between):
        super().__init__()
        self.first, self.between, self.last = torch.nn.Linear(784, 20), between, torch.nn.Linear(20, 10)

    def forward(self, x):
        return self.last(self.between(self.first(x)))


@pytest.mark.parametrize("network, error, says", [
    (lambda: "a model", TypeError, "network is a str; give the model itself"),
    (lambda: MLP([784, 10, 2]), ValueError, "from 784 to 10 numbers; found 784 to 2"),
    (lambda: torch.nn.ReLU(), ValueError, "found none"),
    (lambda: MLP([784, 20, 10], torch.sigmoid), ValueError, "has it another activation, or a softmax at its end"),
    (lambda: torch.nn.Sequential(MLP([784, 20, 10]), torch.nn.Softmax(1)), ValueError, "a softmax at its end"),
    (lambda: Odd(torch.nn.Tanh()), ValueError, "another activation"),
    (lambda: torch.nn.Sequential(torch.nn.Conv2d(1, 1, 3, padding=1), torch.nn.Flatten(), MLP([784, 20, 10])), ValueError,
     r"inputs of shape \(16, 784\), flat ones, which it does not take"),
    (lambda: _with_nan(), ValueError, "NaN or infinite; train it again"),
])
def test_what_cannot_travel_is_said(network, error, says):
    with pytest.raises(error, match=says) as caught:
        Figure("digit", network=network())
    CAUGHT.append(("digit", "network", str(caught.value)))


def _with_nan():
    model = MLP([784, 20, 10])
    with torch.no_grad():
        model.layers[0].weight[3, 5] = float("nan")
    return model


def test_others_take_none_and_modes_are_left():
    with pytest.raises(ValueError, match="the figure 'neuron' takes no network; these do: 'digit'"):
        Figure("neuron", network=MLP([784, 20, 10]))
    model = Odd(torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Dropout(0.5))).train()
    model.between[0].eval()
    Figure("digit", network=model)
    assert model.training and model.between[1].training and not model.between[0].training
