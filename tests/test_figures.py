"""The interactive figures in real Chromium, on a page with no kernel and no network: numbers, every control, gestures, access."""

import contextlib
import io
import json
import random
import re
import statistics

import pytest
import torch
from figures import BROKEN, NAMES, by_torch, claimed, drag, draws, notebook, numbers, perceptron_run, state_of, widest_margin
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.course.npm import package
from nnlab.course.render import Formulas, rendered
from nnlab.course.slides import as_deck, look
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
HANDLES = ".handle"
CONTROLS = "input, select, .figure > .row button, .figure > div:not(.sheet) button"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Function from figures to the page and the deck that show them."""
    folder, formulas = tmp_path_factory.mktemp("figures"), Formulas()
    made = {}

    def write(*shown):
        key = json.dumps([[figure.figure, figure.state] for figure in shown])
        if key not in made:
            page, deck = folder / f"page{len(made)}.html", folder / f"deck{len(made)}.html"
            page.write_text(rendered(notebook(*shown), "page", formulas, title="Figures"), encoding="utf-8")
            deck.write_text(as_deck(notebook(*shown), formulas), encoding="utf-8")
            made[key] = page, deck
        return made[key]
    yield write
    formulas.close()


@pytest.fixture
def shown(pages, open_page):
    """Function from a figure's name to a page of it alone, alive."""
    def open_(name, hash="", **state):
        page = open_page(pages(Figure(name, **state))[0], hash=hash)
        page.wait_for_function("window.figuresReady")
        assert page.locator("[data-figure][data-ready]").count() == 1
        return page
    return open_


def picture_of(page, k=0):
    """Everything that the figure number `k` draws and says, without the sheets."""
    return page.locator(".figure").nth(k).evaluate("""root => [...root.querySelectorAll(".panels, .says, .row:not(.sheet .row)")]
        .map(node => node.innerHTML.replace(/inside-[^"]*/g, "")).join("\\n")
        + [...root.querySelectorAll("input, select")].map(node => node.type === "checkbox" ? node.checked : node.value).join(";")""")


# ------------------------------------------------------------------------------------------------ numbers

@pytest.fixture(scope="module")
def modules(browser):
    """A page in which every figure's module is loaded as `figures[name]`, for questions about numbers."""
    page = browser.new_page()
    page.evaluate("""async sources => { window.figures = {}; for (const [name, source] of Object.entries(sources))
        window.figures[name] = (await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))).default; }""",
                  {name: widgets.module(name) for name in NAMES})
    yield page
    page.close()


def test_numbers_are_torchs(modules):
    asked = draws(seed=1)
    answers = modules.evaluate("asked => asked.map(([name, state]) => figures[name].numbers(state))", asked)
    compared, margins = 0, 0
    for (name, state), answer in zip(asked, answers, strict=True):
        truth, found = by_torch(name, state), claimed(name, answer)
        if name == "perceptron":
            x, y = truth.pop("x"), truth.pop("y")
            if len(x):
                w, mistakes = perceptron_run(x, y, answer["visits"], answer["done"])
                assert sorted(answer["visits"]) == list(range(len(x))) and mistakes == answer["mistakes"]
                assert torch.allclose(w, torch.tensor(answer["weights"], dtype=torch.float64), atol=1e-9, rtol=0)
                margin = widest_margin(x, y)
                assert (margin is None) == (answer["margin"] is None), state
                if margin is not None:
                    towards = y * (x @ torch.tensor(answer["separator"], dtype=torch.float64))
                    assert towards.min().item() == pytest.approx(answer["margin"], abs=1e-9)
                    assert answer["margin"] == pytest.approx(margin, rel=1e-5)
                    assert answer["bound"] == pytest.approx((answer["radius"] / answer["margin"]) ** 2, rel=1e-12)
                    assert answer["looks"][-1]["mistakes"] <= answer["bound"] + 1e-9
                    margins += 1
        assert truth.keys() == found.keys()
        for part in truth:
            assert found[part] == pytest.approx(truth[part], abs=1e-9, rel=1e-9), (name, state, part)
            compared += 1
    SEEN.append(f"figures: {compared} numbers of {len(asked)} random states equal torch's to 1e-9; {margins} margins equal SciPy's to 1e-5")
    assert compared > 1000 and margins > 25


def test_a_hundred_steps_of_training_are_torchs(modules):
    worst = 0.0
    for start in (-7.0, -1.3, 0.0, 2.5, 7.0):
        for rate in (0.1, 1.0, 5.0):
            state = Figure("losses", start=start, rate=rate, step=100, target="1").state
            found = claimed("losses", modules.evaluate("state => figures.losses.numbers(state)", state))
            worst = max(worst, *(abs(found[part] - truth) for part, truth in by_torch("losses", state).items()))
    SEEN.append(f"figures: 100 steps of training differ from torch's by {worst:.1e} at most")
    assert worst < 1e-4


def test_the_crossing_of_the_slopes(modules):
    found = modules.evaluate("figures.activations.numbers({ shown: [], x: 0 }).crossing")
    x = torch.tensor(found, dtype=torch.float64, requires_grad=True)
    tanh, sigmoid = torch.autograd.grad(torch.tanh(x), x)[0], torch.autograd.grad(torch.sigmoid(x), x)[0]
    assert abs(found - 1.663) < 5e-4 and abs(tanh - sigmoid) < 1e-9


def test_copied_code_runs_and_prints_the_figures_numbers(modules):
    asked = [*draws(seed=2, count=15), *((name, widgets.defaults(name)) for name in NAMES)]
    answers = modules.evaluate("asked => asked.map(([name, state]) => [figures[name].torch(state), figures[name].numbers(state)])", asked)
    compared = 0
    for (name, state), (code, answer) in zip(asked, answers, strict=True):
        if name == "perceptron" and not state["points"]:
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, {})
        if name == "perceptron":
            wanted = [*answer["weights"], answer["mistakes"], *([answer["bound"]] if answer["bound"] else [])]
            found = numbers(re.sub(r"w1|w2", "", printed.getvalue()))
        elif name == "losses":
            wanted = [ball[part] for ball in answer["balls"] for part in ("w", "output", "loss")]
            found = numbers(printed.getvalue())
        elif name == "activations":
            wanted = [row[part] for row in answer["rows"] for part in ("value", "slope")]
            found = numbers(printed.getvalue())
        else:
            wanted, found = [answer["z"], answer["output"]], numbers(printed.getvalue())
        assert found == pytest.approx(wanted, abs=5.1e-5), (name, state, printed.getvalue())
        compared += len(found)
    SEEN.append(f"figures: the PyTorch of {len(asked)} states was run and printed the figures' {compared} numbers")


@pytest.mark.parametrize("name", NAMES)
def test_the_screen_shows_these_numbers(name, shown, modules):
    """What stands on the screen, and what the code behind the button prints, are the numbers that were compared with torch's."""
    page = shown(name, **({"step": 7} if "step" in widgets.defaults(name) else {}))
    answer = modules.evaluate("([name, state]) => figures[name].numbers(state)", [name, state_of(page)])
    said = page.locator(".says").text_content()
    if name == "neuron":
        assert numbers(said)[-4:] == pytest.approx([round(answer["z"], 4), round(answer["output"], 4), answer["right"], 12])
    if name == "activations":
        cells = [numbers(cell) for cell in page.locator("td").all_text_contents() if cell]
        assert [value for cell in cells for value in cell] == pytest.approx([round(row[part], 4) for row in answer["rows"] for part in ("value", "slope")])
    if name == "perceptron":
        assert f"{answer['bound']:.1f}" in page.locator("svg").nth(1).text_content()
        look = answer["looks"][answer["done"] - 1]
        assert numbers(said)[2] == pytest.approx(look["total"], abs=5.1e-3)
    if name == "losses":
        assert numbers(said)[-1] == pytest.approx(answer["balls"][1]["slope"], abs=5.1e-5)
    page.get_by_role("button", name="PyTorch").click()
    assert page.locator(".figure pre").text_content() == modules.evaluate("([name, state]) => figures[name].torch(state)", [name, state_of(page)])


# ------------------------------------------------------------------------------------------------ controls and gestures

@pytest.mark.parametrize("name", NAMES)
def test_every_control_at_its_ends_and_its_default(name, shown):
    page, tried = shown(name, **({"shown": widgets._stated(name, "choices")["shown"]} if name == "activations" else {})), 0
    before = state_of(page)
    whole = lambda: not BROKEN.search(page.locator(".figure").inner_html()) and widgets._merged(name, state_of(page))  # noqa: E731
    for box in page.locator("input[type=range]").all():
        low, high, was = box.get_attribute("min"), box.get_attribute("max"), box.input_value()
        for value in (low, high, was):
            box.fill(value)
            assert whole() and float(box.input_value()) == float(value)
            tried += 1
        typed = page.get_by_role("spinbutton", name=f"{box.get_attribute('aria-label')}, typed", exact=True).nth(0)
        for value, taken in ((low, True), (high, True), (str(float(high) + 1), False), ("", False), (was, True)):
            kept = typed.input_value()
            typed.fill(value)
            typed.press("Enter")
            assert whole() and float(typed.input_value()) == float(value if taken else kept)
            assert taken or f"type a" in page.locator(".told").text_content()
            tried += 1
    for select in page.locator("select").all():
        for option in select.locator("option").all_text_contents():
            select.select_option(option)
            assert whole()
            tried += 1
    for box in page.locator("input[type=checkbox]").all():
        box.click()
        assert whole()
        box.click()
        tried += 1
    for text in page.locator(".figure > .row button").all_text_contents():
        page.get_by_role("button", name=text, exact=True).click(timeout=2000, force=True)
        page.keyboard.press("Escape")
        assert whole()
        tried += 1
    page.get_by_role("button", name="Reset").click()
    assert state_of(page) == before and tried > 12


def gesture(page, draw):
    """One random gesture on the page's figure; what it was, in words."""
    kind = draw.choice(["drag", "drag", "key", "key", "slide", "type", "choose", "press", "press", "tap", "paste"])
    one = lambda found: (lambda all_: draw.choice(all_) if all_ else None)([node for node in found.all() if node.is_visible()])  # noqa: E731
    box = page.locator(".panels").bounding_box()
    if kind == "drag" and (handle := one(page.locator(HANDLES))):
        drag(page, handle, draw.randint(-300, 300), draw.randint(-200, 200), moves=3)
    elif kind == "key" and (handle := one(page.locator(HANDLES))):
        handle.focus()
        keys = [draw.choice(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift+ArrowUp", "Shift+ArrowLeft", "Enter", "Delete", "x", "b", " ",
                             "Control+z"]) for _ in range(3)]
        for key in keys:
            page.keyboard.press(key)
        kind += f" {keys}"
    elif kind == "slide" and (range_ := one(page.locator("input[type=range]"))):
        low, high = float(range_.get_attribute("min")), float(range_.get_attribute("max"))
        range_.evaluate("(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", str(draw.uniform(low, high)))
    elif kind == "type" and (typed := one(page.locator("input[type=number]"))):
        typed.fill(draw.choice(["-1", "0", "0.37", "2", "99999", "", "1e3"]))
        typed.press("Enter")
    elif kind == "choose":
        if select := one(page.locator("select")):
            select.select_option(draw.choice(select.locator("option").all_text_contents()))
        elif check := one(page.locator("input[type=checkbox]")):
            check.click()
    elif kind == "press":
        page.locator(".figure > .row button:enabled, .figure div:not(.sheet) > .row button:enabled")
        if pressed := one(page.locator(".figure .row:not(.sheet .row) button:enabled")):
            kind += " " + pressed.text_content()
            pressed.click()
            page.keyboard.press("Escape")
    elif kind == "tap":
        page.mouse.click(box["x"] + draw.uniform(0, box["width"]), box["y"] + draw.uniform(0, box["height"]))
    elif kind == "paste":
        text = draw.choice(['{"no": 1}', "{", "[]", '"x"', "null", "{}"])
        page.get_by_role("button", name="State").click()
        page.locator("textarea").fill(text)
        page.get_by_role("button", name="Use this state").click()
        page.keyboard.press("Escape")
        page.locator("textarea").evaluate("node => { node.blur(); }")
        page.get_by_role("button", name="Close").locator("visible=true").all()
    return kind


@pytest.mark.parametrize("name", NAMES)
def test_200_random_gestures_lose_nothing(name, shown, open_page, pages):
    page, draw, done = shown(name), random.Random(5), []
    start, changed, states = widgets.defaults(name), 0, set()
    for k in range(200):
        done.append(gesture(page, draw))
        if page.locator(".sheet:visible").count():
            page.get_by_role("button", name="Close").locator("visible=true").click()
        if page.get_by_role("button", name="Pause").count():
            page.get_by_role("button", name="Pause").click()
        state = state_of(page)
        assert widgets._merged(name, state) == state, done[-5:]
        assert not BROKEN.search(page.locator(".figure").inner_html()), done[-5:]
        states.add(json.dumps(state))
    assert len(states) > 60
    # The address holds it all: a new page of it shows the same, to the last character.
    page.wait_for_timeout(400)
    again = open_page(pages(Figure(name))[0], hash=page.evaluate("location.hash"))
    again.wait_for_function("window.figuresReady")
    assert state_of(again) == state and picture_of(again).split("\n")[0] == picture_of(page).split("\n")[0]
    # And every step can be taken back.
    undo = page.get_by_role("button", name="Undo")
    while undo.is_enabled():
        undo.click()
        changed += 1
    assert state_of(page) == start and changed > 40
    SEEN.append(f"figures: {name}, 200 gestures through {len(states)} states, {changed} undone to the start")


# ------------------------------------------------------------------------------------------------ state as text and in the address

def test_state_is_copied_and_pasted(shown, browser):
    page = shown("neuron")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="State").click()
    page.get_by_role("button", name="Copy").locator("visible=true").click()
    page.wait_for_function("[...document.querySelectorAll('*')].some(one => one.shadowRoot?.querySelector('.told')?.textContent)")
    told = page.locator(".told").text_content()
    assert told.startswith(("copied", "marked"))
    page.locator("textarea").fill(json.dumps({"bias": 1.25, "weights": [2, -1]}))
    page.get_by_role("button", name="Use this state").click()
    page.keyboard.press("Escape")
    assert page.locator(".sheet:visible").count() == 0
    assert state_of(page) == widgets.defaults("neuron") | {"bias": 1.25, "weights": [2, -1]}
    assert numbers(page.locator(".says").text_content())[4] == 1.25
    page.get_by_role("button", name="Undo").click()
    assert numbers(page.locator(".says").text_content())[4] == -0.5


REFUSED = [
    ("neuron", '{"bais": 1}', 'the figure has no "bais"; choose from: weights, bias'),
    ("neuron", '{"bias": "high"}', 'bias = "high": expected something like -0.5'),
    ("neuron", '{"bias": null}', "bias = null: expected something like -0.5"),
    ("neuron", '{"bias": true}', "bias = true: expected something like -0.5"),
    ("neuron", '{"bias": 7}', "bias = 7: choose between -3 and 3"),
    ("neuron", '{"weights": [1]}', "weights = [1]: expected something like [1,0.5]"),
    ("neuron", '{"points": [[0, 1]]}', "points = [[0,1]]: expected something like"),
    ("neuron", '{"points": [[0, 9, 1]]}', "points = [[0,9,1]]: choose between -3 and 3"),
    ("neuron", '{"activation": "relu"}', 'activation = "relu": choose one of: step, sigmoid, tanh'),
    ("activations", '{"shown": ["tanh", "swish"]}', 'shown = ["tanh","swish"]: choose from: linear, step'),
    ("activations", '{"shown": "tanh"}', 'shown = "tanh": expected a list'),
    ("perceptron", '{"step": 2.5}', "step = 2.5: choose a whole number"),
    ("perceptron", '{"step": -1}', "step = -1: choose between 0 and 600"),
    ("perceptron", json.dumps({"points": [[0, 0, 1]] * 31}), "points: 31 are too many; at most 30"),
    ("losses", '{"target": 1}', "target = 1: choose one of: 0, 1"),
    ("losses", "{", "this is no JSON"),
    ("losses", "[]", "a state is written"),
]


def test_what_is_refused_is_named_by_browser_and_python_alike(modules):
    for name, text, message in REFUSED:
        said = modules.evaluate("""([name, text]) => { try { figures[name].whole(JSON.parse(text)); return "accepted"; }
            catch (error) { return error instanceof SyntaxError ? "this is no JSON" : error.message; } }""", [name, text])
        assert message in said, (text, said)
        if text not in ("{", "[]"):
            with pytest.raises(ValueError, match=re.escape(next(iter(json.loads(text))))):
                Figure(name, **json.loads(text))
    for name, state in draws(seed=3, count=20):
        assert modules.evaluate("([name, state]) => figures[name].whole(state)", [name, state]) == state


def test_a_pasted_state_that_is_wrong_changes_nothing(shown):
    page = shown("losses", step=12)
    before = picture_of(page)
    page.get_by_role("button", name="State").click()
    for text, message in (('{"rate": 9}', "rate = 9: choose between 0.1 and 5"), ("{'rate': 1}", "this is no JSON; copy a whole state, from { to }")):
        page.locator("textarea").fill(text)
        page.get_by_role("button", name="Use this state").click()
        assert message in page.locator(".told").text_content() and page.locator("textarea").input_value() == text
    page.keyboard.press("Escape")
    assert picture_of(page).split("\n")[0] == before.split("\n")[0]


def test_the_address_holds_what_was_changed(pages, open_page):
    path = pages(Figure("neuron"), Figure("losses"), Figure("neuron", bias=2))[0]
    page = open_page(path)
    page.wait_for_function("window.figuresReady")
    assert page.evaluate("location.hash") == ""
    page.get_by_role("spinbutton", name="c, typed").nth(1).fill("-1.5")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash")
    assert page.evaluate("decodeURIComponent(location.hash)") == '#neuron-2={"bias":-1.5}'
    page.get_by_role("combobox", name="target y").select_option("1")
    page.wait_for_function("location.hash.includes('losses')")
    again = open_page(path, hash=page.evaluate("location.hash"))
    again.wait_for_function("window.figuresReady")
    assert [numbers(text)[4] for text in again.locator(".says").all_text_contents()[::2]] == [-0.5, -1.5]
    assert again.get_by_role("combobox", name="target y").input_value() == "1"
    again.evaluate("location.hash = 'losses=' + encodeURIComponent('{\"step\": 40}')")  # as one who pastes an address
    again.wait_for_function("[...document.querySelectorAll('[data-figure]')].some(one => /After 40 steps/.test(one.shadowRoot.textContent))")
    for button in page.get_by_role("button", name="Reset").all():
        button.click()
    page.wait_for_function("!location.hash")


@pytest.mark.parametrize("hash, message", [
    ('#neuron={"bias":99}', "bias = 99: choose between -3 and 3"), ("#neuron={", "cannot be shown"), ("#neuron=%E0%A4%A", "cannot be shown")])
def test_a_bad_address_is_said_and_the_figure_lives(shown, hash, message):
    page = shown("neuron", hash=hash)
    assert message in page.get_by_role("alert").text_content()
    assert numbers(page.locator(".says").text_content())[4] == -0.5


def test_an_address_that_is_a_headings_is_left_alone(shown):
    page = shown("neuron", hash="#A-figure")
    assert page.get_by_role("alert").count() == 0 and page.evaluate("location.hash") == "#A-figure"


def test_two_of_a_kind_do_not_disturb_each_other(pages, open_page):
    page = open_page(pages(*(Figure(name) for name in NAMES for _ in range(2)))[0])
    page.wait_for_function("window.figuresReady")
    for k, name in enumerate(NAMES):
        second = picture_of(page, 2 * k + 1)
        handle = page.locator(".figure").nth(2 * k).locator(HANDLES).first
        handle.focus()
        page.keyboard.press("Shift+ArrowLeft")
        assert state_of(page, 2 * k) != widgets.defaults(name)
        assert picture_of(page, 2 * k + 1) == second and state_of(page, 2 * k + 1) == widgets.defaults(name)


# ------------------------------------------------------------------------------------------------ play, touch, keys

def test_play_steps_pause_and_the_end(shown):
    page = shown("losses", step=290)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("[...document.querySelectorAll('[data-figure]')].some(one => /After 29[2-9] steps/.test(one.shadowRoot.textContent))")
    page.get_by_role("button", name="Pause").click()
    stopped = state_of(page)["step"]
    page.wait_for_timeout(250)
    assert state_of(page)["step"] == stopped < 300
    page.get_by_role("button", name="Undo").click()
    assert state_of(page)["step"] == 290  # one press of Play is one step back
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("[...document.querySelectorAll('[data-figure]')].some(one => /After 300 steps/.test(one.shadowRoot.textContent))")
    page.get_by_role("button", name="Play").wait_for()
    page.get_by_role("button", name="Play").click()  # from the end it begins again
    page.wait_for_function("[...document.querySelectorAll('[data-figure]')].some(one => /After [1-9] steps/.test(one.shadowRoot.textContent))")
    page.get_by_role("slider", name="start w").focus()
    page.keyboard.press("ArrowLeft")  # another gesture stops it
    assert page.get_by_role("button", name="Pause").count() == 0


def test_with_reduced_motion_play_shows_the_end_at_once(browser, pages):
    context = browser.new_context(reduced_motion="reduce", offline=True)
    page = context.new_page()
    page.goto(pages(Figure("perceptron"))[0].as_uri())
    page.wait_for_function("window.figuresReady")
    page.get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").count() == 0
    assert "done after" in page.locator(".says").text_content()
    context.close()


def test_points_by_mouse_and_by_keyboard(shown):
    page = shown("perceptron")
    box = page.locator(".panels svg").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.8)
    assert len(state_of(page)["points"]) == 11 and state_of(page)["points"][-1][2] == 1
    page.get_by_role("combobox", name="a click").select_option("adds −1")
    page.get_by_role("button", name="Add a point").click()
    page.keyboard.press("ArrowRight")
    assert state_of(page)["points"][-1] == [0.1, 0, -1]
    page.keyboard.press("Enter")
    assert state_of(page)["points"][-1] == [0.1, 0, 1]
    page.keyboard.press("Delete")
    assert len(state_of(page)["points"]) == 11
    page.get_by_role("slider", name="Point 4,").click()  # a click makes it −1
    assert state_of(page)["points"][3][2] == -1
    page.get_by_role("combobox", name="a click").select_option("removes")
    page.get_by_role("slider", name="Point 4,").click()
    assert len(state_of(page)["points"]) == 10
    while page.locator(HANDLES).count():
        page.locator(HANDLES).first.click()
    assert "needs points" in page.locator(".says").text_content() and not BROKEN.search(page.locator(".figure").inner_html())
    page.get_by_role("combobox", name="a click").select_option("adds +1")
    for k in range(31):
        page.get_by_role("button", name="Add a point").click()
    assert len(state_of(page)["points"]) == 30 and "30 points are enough" in page.locator(".told").text_content()


def test_fingers(browser, pages):
    context = browser.new_context(has_touch=True, viewport={"width": 400, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(pages(Figure("perceptron"))[0].as_uri())
    page.wait_for_function("window.figuresReady")
    plane = page.locator(".panels svg").first
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.8)
    assert len(state_of(page)["points"]) == 11
    touch = context.new_cdp_session(page)
    handle = page.get_by_role("slider", name="Point 3,").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    send = lambda kind, *places: touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in places]})  # noqa: E731
    before = state_of(page)["points"][2]
    send("touchStart", (x, y))
    for k in range(1, 6):
        send("touchMove", (x + 8 * k, y - 8 * k))
    page.wait_for_timeout(100)  # the browser hands on moves with its frames
    send("touchEnd")
    after = state_of(page)["points"][2]
    assert after[0] > before[0] + 0.3 and after[1] > before[1] + 0.3
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_tab_reaches_everything_and_focus_shows(name, shown):
    page, seen = shown(name), []
    page.locator("body").click(position={"x": 3, "y": 3})
    wanted = page.locator(".figure").evaluate("""root => [...root.querySelectorAll("[tabindex], input, select, button, textarea")]
        .filter(node => node.getClientRects().length && !node.disabled).length""")
    for _ in range(wanted + 12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("""() => {
            let node = document.activeElement;
            while (node && node.shadowRoot) node = node.shadowRoot.activeElement;
            if (!node || !node.closest(".figure")) return null;
            const ring = node.querySelector(".ring"), style = getComputedStyle(ring || node);
            const id = (node.getAttribute("aria-label") || node.textContent) + node.tagName + (node.type || "");
            return [id, ring ? style.strokeWidth !== "0px" && style.stroke !== "none" && style.stroke !== "rgba(0, 0, 0, 0)" && parseFloat(style.strokeWidth) >= 2
                             : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
        }"""))
    reached = {one[0] for one in seen if one}
    assert all(one[1] for one in seen if one), [one for one in seen if one and not one[1]]
    assert len(reached) == wanted, (wanted, sorted(reached))


# ------------------------------------------------------------------------------------------------ access, sizes, speed

@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(name, shown):
    page = shown(name, **({"shown": widgets._stated(name, "choices")["shown"]} if name == "activations" else {}))
    page.evaluate((package("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    checked = 0
    for opened in (None, "PyTorch", "State"):
        if opened:
            page.get_by_role("button", name=opened, exact=True).click()
        found = page.evaluate("axe.run(document, { resultTypes: ['violations', 'passes'] })")
        said = [f"{one['id']}: {one['help']} {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found["violations"]]
        assert said == [], said
        checked += sum(len(one["nodes"]) for one in found["passes"])
    SEEN.append(f"figures: {name}, axe-core passes {checked} checks, no violation")
    assert checked > 60


def luminance(colour):
    parts = [int(colour[k:k + 2], 16) / 255 for k in (1, 3, 5)]
    return sum(weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4) for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", NAMES)
def test_words_in_drawings_stand_out(name, shown):
    """axe-core does not judge text in SVG: every colour of a text there against white, or white against its mark."""
    page = shown(name, **({"step": 9} if "step" in widgets.defaults(name) else {}))
    colours = page.locator(".panels svg").evaluate_all("""drawings => drawings.flatMap(one => [...one.querySelectorAll("text")])
        .filter(node => node.textContent).map(node => getComputedStyle(node).fill)""")
    as_hex = {"#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3]) for colour in colours}
    assert as_hex and all(contrast(colour, "#0072b2") >= 4.5 and contrast(colour, "#b84e00") >= 4.5 if colour == "#ffffff" else contrast(colour, "#ffffff") >= 4.5
                          for colour in as_hex), as_hex
    small = page.locator(".panels").evaluate("""root => Math.min(...[...root.querySelectorAll("text, td, th, label")].filter(node => node.textContent)
        .map(node => parseFloat(getComputedStyle(node).fontSize)))""")
    assert small >= 14


@pytest.mark.parametrize("name", NAMES)
def test_zoom_and_small_windows(name, browser, pages):
    """200 % zoom of a 1280 × 720 window is 640 × 360 at two pixels a pixel; a phone has 360."""
    for place, width, height, scale in (("zoom200", 640, 360, 2), ("phone", 360, 740, 2), ("wide", 1280, 720, 1)):
        context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale, offline=True)
        page = context.new_page()
        page.goto(pages(Figure(name))[0].as_uri())
        page.wait_for_function("window.figuresReady")
        spills = """() => [...document.querySelectorAll("[data-figure]")].flatMap(el => { const root = el.shadowRoot.querySelector(".figure"),
            edge = root.getBoundingClientRect(); return [...root.querySelectorAll("svg:not(svg svg), button, input, select, td, .says")].filter(node => {
                const box = node.getBoundingClientRect(); return box.width && (box.right > edge.right + 1 || box.left < edge.left - 1); })
            .map(node => node.outerHTML.slice(0, 80)); })"""
        assert page.evaluate(spills) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
        smallest = page.locator(".panels > svg").evaluate_all("""drawings => Math.min(...drawings.map(one =>
            17 * one.getBoundingClientRect().width / one.viewBox.baseVal.width))""")
        assert smallest >= 9, f"text of {smallest:.1f} px at {width} px"
        page.locator(".figure").screenshot(path=look_folder() / "figures" / f"{name}-{place}.png")
        page.set_viewport_size({"width": 900, "height": 700})  # the window is resized
        assert page.evaluate(spills) == []
        drag(page, page.locator(HANDLES).last, 25, 25)
        assert state_of(page) != widgets.defaults(name)
        context.close()


@pytest.mark.parametrize("name", NAMES)
def test_script_time_of_a_drag(name, shown):
    page = shown(name, **({"shown": widgets._stated(name, "choices")["shown"]} if name == "activations" else {"step": 30} if name == "losses" else {}))
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    script = lambda: {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}  # noqa: E731
    worst = 0.0
    for handle in page.locator(HANDLES).all()[:3]:
        box = handle.locator(".ring").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        times, whole = [], []
        for k in range(1, 41):
            before = script()
            page.mouse.move(x + 3 * k, y - 1.5 * k)
            after = script()
            times.append(1000 * (after["ScriptDuration"] - before["ScriptDuration"]))
            whole.append(1000 * (after["TaskDuration"] - before["TaskDuration"]))
        page.mouse.up()
        worst = max(worst, statistics.median(times))
    SEEN.append(f"figures: {name}, script time of a drag event {worst:.2f} ms at the median of 40 (the slowest of its handles); whole task {statistics.median(whole):.2f} ms")
    assert worst <= 8


# ------------------------------------------------------------------------------------------------ slides

def test_slides_fit_show_every_figure_and_keep_their_keys(pages, open_page, browser):
    deck = pages(*(Figure(name) for name in NAMES))[1]
    count, problems = look(browser, deck)
    assert count == len(NAMES) + 1 and problems == []
    page = open_page(deck)
    page.wait_for_function("window.figuresReady")
    for k, name in enumerate(NAMES):
        page.evaluate(f"Reveal.slide({k + 1}, 0)")
        page.wait_for_timeout(150)
        page.screenshot(path=look_folder() / "figures" / f"{name}-slide.png")
        handle = page.locator(".figure").nth(k).locator(HANDLES).first
        handle.focus()
        before = state_of(page, k)
        for key in ("ArrowRight", "ArrowUp", "ArrowUp", " ", "n"):
            page.keyboard.press(key)
        assert page.evaluate("Reveal.getIndices().h") == k + 1 and state_of(page, k) != before
        zoom = float(page.evaluate("getComputedStyle(Reveal.getCurrentSlide()).zoom"))
        assert 17 * 0.96 * zoom >= 14, f"{name}: text of {17 * zoom:.1f} px on its slide"
        page.keyboard.press("PageDown")
        page.wait_for_timeout(60)
        assert page.evaluate("Reveal.getIndices().h") == min(k + 2, count - 1)


def test_lines_of_javascript():
    lines = {path.stem: path.read_text(encoding="utf-8").count("\n") for path in widgets._HERE.glob("*.js")}
    long = [f"{path.name}:{k}" for path in widgets._HERE.glob("*.js") for k, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if len(line) > 150]
    SEEN.append("figures: lines of JavaScript: " + ", ".join(f"{name} {count}" for name, count in sorted(lines.items())))
    assert set(lines) == {*NAMES, *widgets.SHARED} and max(lines.values()) <= 250 and long == []
