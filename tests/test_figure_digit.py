"""What only the drawing pad does: drawn on with a mouse, a finger and a pen, classified by a network that came along.

hands.json holds ten digits in each of three hands, as strokes: a school hand, a slanted one, a clumsy one. Their points
were written and computed for this project, no people were recorded.
"""

import json
import random
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from figure_fixtures import alive
from figures import state_of
from shared import SEEN

from nnlab import sources, widgets
from nnlab.batches import Batches
from nnlab.models import CNN, MLP
from nnlab.train import fit
from nnlab.widgets import NETWORK, Figure
from nnlab.widgets.packing import packed, rounded

pytestmark = pytest.mark.browser
HANDS = json.loads((Path(__file__).parent / "hands.json").read_text(encoding="utf-8"))
NUMBERS = "([states, network]) => states.map((state) => figures.digit.numbers(state, network))"


@pytest.fixture(scope="module")
def classifier():
    """The notebook's network, trained on the digits that come with the course."""
    arrays, _ = sources._from_course(sources.MNIST)
    x, y = torch.from_numpy(arrays[0]).float() / 255, torch.from_numpy(arrays[1]).long()
    torch.manual_seed(0)
    model = MLP([784, 100, 10])
    fit(model, Batches(x, y, 100, shuffle=True), loss_fn=F.cross_entropy, epochs=15, progress=False,
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9))
    return model


def states():
    """Each digit of each hand as it was drawn, and three times distorted: stretched, slanted, another pen, turned."""
    draw, found = random.Random(0), []
    for hand, digits in HANDS.items():
        for digit, strokes in digits.items():
            for _ in range(4):
                across, down, slant = draw.uniform(0.75, 1.1), draw.uniform(0.75, 1.1), draw.uniform(-0.2, 0.2)
                state = {"pen": draw.choice([7, 9, 11]), "size": round(draw.uniform(0.7, 1.1), 2)}
                state["turn"] = draw.randint(-8, 8)
                if not any(one[:2] == (hand, int(digit)) for one in found):
                    across, down, slant, state = 1, 1, 0, {}
                inside = lambda value: min(100, max(0, round(50 + value, 1)))  # noqa: E731
                moved = [[[inside(across * (x - 50) - slant * (y - 50)), inside(down * (y - 50))] for x, y in stroke]
                         for stroke in strokes]
                found.append((hand, int(digit), Figure("digit", strokes=moved, **state).state))
    return found


def test_nine_of_ten_drawn_digits_are_classified_correctly(modules, classifier):
    asked = states()
    answers = modules.evaluate(NUMBERS, [[state for *_, state in asked], packed(classifier, 784, 10)])
    correct = [answer["predicted"] == digit for answer, (_, digit, _) in zip(answers, asked, strict=True)]

    def accuracy(which, value):
        chosen = [ok for ok, one in zip(correct, asked, strict=True) if one[which] == value]
        return sum(chosen) / len(chosen)

    by_hand = {hand: accuracy(0, hand) for hand in HANDS}
    by_digit = {digit: accuracy(1, digit) for digit in range(10)}
    worst = min(by_digit, key=by_digit.get)
    SEEN.append(f"pad: {sum(correct)} of {len(correct)} digits of {len(HANDS)} hands classified correctly; by hand "
                f"{', '.join(f'{part:.0%}' for part in by_hand.values())}; worst digit {worst} ({by_digit[worst]:.0%})")
    assert len(HANDS) >= 3 and all(len(digits) == 10 for digits in HANDS.values())
    assert sum(correct) >= 0.9 * len(correct) and min(by_hand.values()) >= 0.8


def test_probabilities_are_torchs(modules, classifier):
    worst, asked = 0.0, [state for *_, state in states()[::7]]
    for found in modules.evaluate(NUMBERS, [asked, packed(classifier, 784, 10)]):
        image = torch.tensor(found["steps"]["image"], dtype=torch.float64)[None]
        with torch.no_grad():
            truth = torch.softmax(rounded(classifier)(image.flatten(1)), 1)[0]
            exact = torch.softmax(classifier(image.float()), 1)[0]
        worst = max(worst, (exact - truth).abs().max().item())
        assert found["probabilities"] == pytest.approx(truth.tolist(), abs=1e-9)
        assert found["predicted"] == truth.argmax().item()
    SEEN.append(f"pad: probabilities equal torch's to 1e-9; rounding to 8 bits moves one by {worst:.3f} at most")
    assert worst < 0.1


def test_the_copied_code_prints_the_probabilities(modules, classifier, capsys):
    state, network = Figure("digit", turn=10).state, packed(classifier, 784, 10)
    code, found = modules.evaluate("""([state, network]) =>
        [figures.digit.torch(state, network), figures.digit.numbers(state, network)]""", [state, network])
    assert network["layers"][0]["weight"] not in code
    exec(code, {"network": rounded(classifier)})
    told = capsys.readouterr().out.splitlines()[-1]
    assert [float(part) for part in told.split()] == pytest.approx(found["probabilities"], abs=5.1e-5)


def test_a_convolutional_network_classifies_too(modules, shown, capsys):
    """What it computes, the code that prints it, and the pad's own sentence."""
    torch.manual_seed(0)
    model = CNN()
    network, worst = packed(model, 784, 10), 0.0
    answers = modules.evaluate("""([states, network]) => states.map((state) =>
        [figures.digit.numbers(state, network), figures.digit.torch(state, network)])""",
                               [[state for *_, state in states()[::29]], network])
    for found, code in answers:
        image = torch.tensor(found["steps"]["image"], dtype=torch.float64)[None, None]
        with torch.no_grad():
            truth = torch.softmax(rounded(model)(image), 1)[0].tolist()
        worst = max(worst, *(abs(one - other) for one, other in zip(found["probabilities"], truth, strict=True)))
        exec(code, {"network": rounded(model)})
        told = capsys.readouterr().out.splitlines()[-1]
        assert [float(part) for part in told.split()] == pytest.approx(truth, abs=5.1e-5)
    assert worst < 1e-9 and len(answers) >= 4
    page = shown("digit", network=model)
    assert "Predicted class: " in page.locator(".says").text_content()


def test_alive_in_a_deck(figure_files, open_page, classifier):
    page = alive(open_page(figure_files(Figure("digit", network=classifier), deck=True)))
    assert "Predicted class: 3," in page.locator("[data-figure] .says").text_content()


def test_another_network_is_used_at_once(modules, classifier):
    torch.manual_seed(1)
    said = modules.evaluate("""([state, one, other]) => {
        const values = { state, start: state, network: one }, heard = {}, el = document.createElement("div");
        const on = (event, act) => { heard[event] = act; };
        const model = { get: (name) => values[name], set() {}, save_changes() {}, off() {}, on };
        figures.digit.render({ model, el });
        const says = () => el.shadowRoot.querySelector(".says").textContent, before = says();
        values.network = other;
        heard["change:network"]();
        return [before, says()];
    }""", [Figure("digit").state, packed(classifier, 784, 10), packed(MLP([784, 20, 10]), 784, 10)])
    assert "Predicted class: 3," in said[0] and "Predicted class:" in said[1] and said[0] != said[1]


def test_what_travels(classifier):
    figure = Figure("digit", network=classifier)
    data, _ = figure._repr_mimebundle_()
    assert set(data[NETWORK]) == {"layers"} and "layers" not in json.dumps(data[widgets.MIME])
    size = len(json.dumps(data[NETWORK]))
    SEEN.append(f"pad: a network of 784-100-10 travels in {size / 1000:.0f} kB")
    assert size < 125_000
    assert NETWORK not in Figure("digit")._repr_mimebundle_()[0]
    x = torch.rand(50, 784, dtype=torch.float64)
    with torch.no_grad():
        apart = (rounded(classifier)(x) - classifier(x.float())).abs().max().item()
        spread = classifier(x.float()).std().item()
    assert 0 < apart < 0.1 * spread


def path_of(page, strokes):
    """Places in the window of the points of `strokes`."""
    box = page.locator(".handle .ring").first.bounding_box()
    return [[(box["x"] + x / 100 * box["width"], box["y"] + y / 100 * box["height"]) for x, y in stroke]
            for stroke in strokes]


@pytest.fixture
def tablet(browser, figure_files, classifier):
    """An empty pad with a network, in a context that has touch; no error may show in it."""
    context, errors = browser.new_context(viewport={"width": 1100, "height": 900}, has_touch=True, offline=True), []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(figure_files(Figure("digit", network=classifier, strokes=[])).as_uri())
    alive(page).locator(".figure").scroll_into_view_if_needed()
    yield page
    context.close()
    assert errors == []


@pytest.mark.parametrize("kind", ["mouse", "touch", "pen"])
def test_drawn_with_mouse_finger_and_pen(tablet, kind):
    assert "The pad is empty" in tablet.locator(".says").text_content()
    strokes, protocol = HANDS["b"]["4"], tablet.context.new_cdp_session(tablet)

    def send(event, x, y):
        if kind == "touch":
            name = {"Pressed": "touchStart", "Moved": "touchMove", "Released": "touchEnd"}[event]
            touching = [] if event == "Released" else [{"x": x, "y": y}]
            protocol.send("Input.dispatchTouchEvent", {"type": name, "touchPoints": touching})
        else:
            protocol.send("Input.dispatchMouseEvent", {"type": f"mouse{event}", "x": x, "y": y, "button": "left",
                                                       "buttons": 1, "pointerType": kind, "clickCount": 1})

    for points in path_of(tablet, strokes):
        send("Pressed", *points[0])
        for (x, y), (u, v) in zip(points, points[1:], strict=False):
            for part in (0.5, 1):
                send("Moved", x + part * (u - x), y + part * (v - y))
        send("Released", *points[-1])
    state = state_of(tablet)
    assert len(state["strokes"]) == len(strokes)
    for stroke, wanted in zip(state["strokes"], strokes, strict=True):
        assert stroke[0] == pytest.approx(wanted[0], abs=1.5) and stroke[-1] == pytest.approx(wanted[-1], abs=2.5)
    assert "Predicted class: 4," in tablet.locator(".says").text_content()
    tablet.get_by_role("button", name="Undo").click()  # one stroke at a time
    assert len(state_of(tablet)["strokes"]) == len(strokes) - 1
    tablet.get_by_role("button", name="Clear").click()
    assert state_of(tablet)["strokes"] == []


def test_of_two_fingers_the_first_draws(tablet):
    fingers = path_of(tablet, [[(20, 20), (20, 40), (20, 60)], [(80, 80), (80, 60), (80, 40)]])
    touch = tablet.context.new_cdp_session(tablet)
    for k in range(3):
        points = [{"x": path[k][0], "y": path[k][1], "id": finger} for finger, path in enumerate(fingers)]
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": points})
        tablet.evaluate("new Promise(requestAnimationFrame)")  # the browser hands on moves with its frames
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    strokes = state_of(tablet)["strokes"]
    assert len(strokes) == 1 and all(abs(x - 20) < 2 for x, _ in strokes[0])


def test_without_a_pointer(shown, classifier):
    page = shown("digit", network=classifier)
    sample, says = page.get_by_role("combobox", name="sample"), page.locator(".says")
    assert sample.input_value() == "3"  # the figure begins with a sample
    correct = 0
    for digit in "0123456789":
        sample.select_option(digit)
        correct += f"Predicted class: {digit}," in says.text_content()
    SEEN.append(f"pad: {correct} of its 10 samples are classified correctly by a network trained on the course's data")
    assert correct >= 9
    before = says.text_content()
    page.locator(".handle").focus()
    for key in ("ArrowLeft", "Shift+ArrowUp", "ArrowRight", "ArrowRight", *["Shift+ArrowLeft", "Shift+ArrowDown"] * 60):
        page.keyboard.press(key)
    assert says.text_content() == before  # moved, even into a corner, cut out, and centered again
    assert min(x for stroke in state_of(page)["strokes"] for x, _ in stroke) == pytest.approx(5, abs=0.1)
    page.keyboard.press("Delete")
    assert state_of(page)["strokes"] == []


@pytest.mark.parametrize("size", [0.8, 1.5])
def test_drawing_on_a_turned_digit_keeps_it_as_it_is_seen(shown, classifier, size):
    page = shown("digit", network=classifier, turn=40, size=size)
    seen = page.locator(".handle polyline").first.get_attribute("points")
    box = page.locator(".handle .ring").bounding_box()
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    state = state_of(page)
    assert (state["turn"], state["size"], len(state["strokes"])) == (0, 1, 2) and len(state["strokes"][1]) == 1
    now = page.locator(".handle polyline").first.get_attribute("points")
    flat = [[float(part) for part in points.replace(",", " ").split()] for points in (seen, now)]
    assert flat[0] == pytest.approx(flat[1], abs=0.2)


def test_a_stroke_too_many_and_empty_strokes(shown, classifier):
    page = shown("digit", network=classifier, strokes=[[[k, 10], [k, 20]] for k in range(5, 25)])
    full = state_of(page)
    box = page.locator(".handle .ring").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    for k in range(1, 6):
        page.mouse.move(box["x"] + 200 + 10 * k, box["y"] + 200)
    page.mouse.up()
    assert state_of(page) == full and "At most 20 strokes" in page.locator(".told").text_content()
    page = shown("digit", network=classifier, strokes=[[], [[50, 20], [50, 80]], []])
    assert "Predicted class:" in page.locator(".says").text_content()
    page.mouse.click(box["x"] + 30, box["y"] + 30)
    assert [len(stroke) for stroke in state_of(page)["strokes"]] == [2, 1]
