"""The interactive figures in real Chromium, on a page with no kernel and no network: every control, gestures, state, keys."""

import json
import math
import random
import re

import pytest
from figures import BROKEN, FULLEST, NAMES, drag, draws, numbers, state_of
from shared import SEEN

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
HANDLES = ".handle"
KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift+ArrowUp", "Shift+ArrowLeft",
        "Enter", "Delete", "x", "b", "Space", "Control+z"]


def broken(page):
    """What in the figure's markup is no number; the pictures in it are left out, whose letters may spell anything."""
    return BROKEN.search(re.sub(r"data:image/png;base64,[^\"]*", "", page.locator(".figure").inner_html()))


def picture_of(page, k=0):
    """Everything that the figure number `k` draws and says, without the sheets."""
    return (
        page.locator(".figure")
        .nth(k)
        .evaluate("""root => [...root.querySelectorAll(".panels, .says, .row:not(.sheet .row)")]
        .map(node => node.innerHTML.replace(/inside-[^"]*/g, "")).join("\\n")
        + [...root.querySelectorAll("input, select")]
            .map(node => node.type === "checkbox" ? node.checked : node.value).join(";")""")
    )


# ------------------------------------------------------------------------------------------------ controls and gestures


@pytest.mark.parametrize("name", NAMES)
def test_every_control_at_its_ends_and_its_default(name, shown):
    page, tried = shown(name, **FULLEST.get(name, {})), 0
    before = state_of(page)
    whole = lambda: not broken(page) and widgets._merged(name, state_of(page))  # noqa: E731
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
            assert taken or "type a" in page.locator(".told").text_content()
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
        keys = [draw.choice(KEYS) for _ in range(3)]
        for key in keys:
            page.keyboard.press(key)
        kind += f" {keys}"
    elif kind == "slide" and (range_ := one(page.locator("input[type=range]"))):
        low, high = float(range_.get_attribute("min")), float(range_.get_attribute("max"))
        range_.evaluate(
            "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", str(draw.uniform(low, high))
        )
    elif kind == "type" and (typed := one(page.locator("input[type=number]"))):
        typed.fill(draw.choice(["-1", "0", "0.37", "2", "99999", "", "1e3"]))
        typed.press("Enter")
    elif kind == "choose":
        if select := one(page.locator("select")):
            select.select_option(draw.choice(select.locator("option").all_text_contents()))
        elif check := one(page.locator("input[type=checkbox]")):
            check.click()
    elif kind == "press":
        if pressed := one(page.locator(".figure .row:not(.sheet .row) button:not([aria-disabled=true])")):
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
    return kind


@pytest.mark.parametrize("name", NAMES)
def test_200_random_gestures_lose_nothing(name, shown, open_page, pages):
    page, draw, done = shown(name), random.Random(5), []
    start, changed, states = widgets.defaults(name), 0, set()
    for _ in range(200):
        done.append(gesture(page, draw))
        if page.locator(".sheet:visible").count():
            page.get_by_role("button", name="Close").locator("visible=true").click()
        if page.get_by_role("button", name="Pause").count():
            page.get_by_role("button", name="Pause").click()
        state = state_of(page)
        assert widgets._merged(name, state) == state, done[-5:]
        assert not broken(page), done[-5:]
        states.add(json.dumps(state))
    assert len(states) > 60
    # The address holds it all: a new page of it shows the same, to the last character.
    page.wait_for_timeout(400)
    again = open_page(pages(Figure(name))[0], hash=page.evaluate("location.hash"))
    again.wait_for_function("window.figuresReady")
    assert state_of(again) == state and picture_of(again).split("\n")[0] == picture_of(page).split("\n")[0]
    # And every step can be taken back.
    undo = page.get_by_role("button", name="Undo")
    while undo.get_attribute("aria-disabled") != "true":
        undo.click()
        changed += 1
    assert state_of(page) == start and changed > 40
    SEEN.append(f"figures: {name}, 200 gestures through {len(states)} states, {changed} undone to the start")


# -------------------------------------------------------------------------------------------- state as text and in the address


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
        said = modules.evaluate(
            """([name, text]) => { try { figures[name].whole(JSON.parse(text)); return "accepted"; }
            catch (error) { return error instanceof SyntaxError ? "this is no JSON" : error.message; } }""",
            [name, text],
        )
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
    for text, message in (
        ('{"rate": 9}', "rate = 9: choose between 0.1 and 5"),
        ("{'rate': 1}", "this is no JSON; copy a whole state, from { to }"),
    ):
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
    again.wait_for_function(
        "[...document.querySelectorAll('[data-figure]')].some(one => /After 40 steps/.test(one.shadowRoot.textContent))"
    )
    for button in page.get_by_role("button", name="Reset").all():
        button.click()
    page.wait_for_function("!location.hash")


@pytest.mark.parametrize(
    "hash, message",
    [
        ('#neuron={"bias":99}', "bias = 99: choose between -3 and 3"),
        ("#neuron={", "cannot be shown"),
        ("#neuron=%E0%A4%A", "cannot be shown"),
    ],
)
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
    page.wait_for_function(
        "[...document.querySelectorAll('[data-figure]')].some(one => /After 29[2-9] steps/.test(one.shadowRoot.textContent))"
    )
    page.get_by_role("button", name="Pause").click()
    stopped = state_of(page)["step"]
    page.wait_for_timeout(250)
    assert state_of(page)["step"] == stopped < 300
    page.get_by_role("button", name="Undo").click()
    assert state_of(page)["step"] == 290  # one press of Play is one step back
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "[...document.querySelectorAll('[data-figure]')].some(one => /After 300 steps/.test(one.shadowRoot.textContent))"
    )
    page.get_by_role("button", name="Play").wait_for()
    page.get_by_role("button", name="Play").click()  # from the end it begins again
    page.wait_for_function(
        "[...document.querySelectorAll('[data-figure]')].some(one => /After [1-9] steps/.test(one.shadowRoot.textContent))"
    )
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
    x, y, label = state_of(page)["points"][-1]
    assert label == -1 and all(abs(x - a) + abs(y - b) > 0.5 for a, b, _ in state_of(page)["points"][:-1])  # where there is room
    page.keyboard.press("ArrowRight")
    assert state_of(page)["points"][-1] == [round(x + 0.1, 1), y, -1]
    page.keyboard.press("Enter")
    assert state_of(page)["points"][-1] == [round(x + 0.1, 1), y, 1]
    page.keyboard.press("Delete")
    assert len(state_of(page)["points"]) == 11
    page.get_by_role("slider", name="Point 4,").click()  # a click makes it −1
    assert state_of(page)["points"][3][2] == -1
    page.get_by_role("combobox", name="a click").select_option("removes")
    page.get_by_role("slider", name="Point 4,").click()
    assert len(state_of(page)["points"]) == 10
    while page.locator(HANDLES).count():
        page.locator(HANDLES).first.click()
    assert "needs points" in page.locator(".says").text_content() and not broken(page)
    page.get_by_role("combobox", name="a click").select_option("adds +1")
    for _ in range(31):
        page.get_by_role("button", name="Add a point").click()
    assert len(state_of(page)["points"]) == 30 and "30 points are enough" in page.locator(".told").text_content()


def test_the_arrow_turns_about_one_place(shown):
    """A full turn leads back, however fast the hand is; the line keeps the place that it turns about."""
    page = shown("neuron")
    start = state_of(page)
    for moves in (6, 60):
        ring = page.get_by_role("slider", name="Arrow of the weights").locator(".ring").bounding_box()
        x, y = ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2
        scale = page.locator(".panels svg").first.bounding_box()["width"] / 390 * 330 / 6  # pixels a unit of the plane
        fx, fy = x - 0.5 * scale, y + 0.25 * scale  # the foot: half the weights (1, 0.5) away from the tip
        page.mouse.move(x, y)
        page.mouse.down()
        for k in range(1, moves + 1):
            angle = 2 * math.pi * k / moves
            dx, dy = x - fx, y - fy
            page.mouse.move(fx + dx * math.cos(angle) - dy * math.sin(angle), fy + dx * math.sin(angle) + dy * math.cos(angle))
            state = state_of(page)
            (a, b), c = state["weights"], state["bias"]
            assert abs(a * 0.4 + b * 0.2 + c) < 0.05, (moves, k, state)
        page.mouse.up()
        end = state_of(page)
        assert [*end["weights"], end["bias"]] == pytest.approx([*start["weights"], start["bias"]], abs=0.05)
        page.get_by_role("button", name="Reset").click()


def test_what_is_said_at_the_ends(shown):
    """No mistake left, none possible to leave, and more looks than the figure shows: each is said."""
    last = lambda **state: shown("perceptron", step=600, **state).locator(".says").text_content()  # noqa: E731
    assert "All are right: done after 9 mistakes, of at most 29." in last()
    assert "All are right: done after 1 mistake, of at most 1." in last(points=[[0, 0, 1]])
    torn = last(points=[[0, 0, 1], [0, 0, -1]])
    assert "stops, after 600 looks" in torn and "No line separates these points" in torn
    assert "stops, after 600 looks: a line exists, and at most" in last(points=[[2.9, 2.9, 1], [3, 3, -1], [-3, -3, 1]])
    flat = shown("neuron", weights=[0, 0], bias=-1).locator(".says").text_content()
    assert "No line, the same for every evening: right about 6 of 12" in flat
    assert "The line lies outside" in shown("neuron", weights=[0.1, 0.1], bias=3).locator(".says").text_content()


def test_focus_stays_at_the_end(shown):
    page = shown("perceptron")
    page.get_by_role("button", name="Next mistake").focus()
    for _ in range(14):
        page.keyboard.press("Enter")
    assert "done after" in page.locator(".says").text_content()
    page.keyboard.press("Control+z")  # the figure still hears its keys
    assert "done after" not in page.locator(".says").text_content()


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

    def send(kind, *places):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in places]})

    before = state_of(page)["points"][2]
    send("touchStart", (x, y))
    for k in range(1, 6):
        send("touchMove", (x + 8 * k, y - 8 * k))
    page.wait_for_timeout(100)  # the browser hands on moves with its frames
    send("touchEnd")
    after = state_of(page)["points"][2]
    assert after[0] > before[0] + 0.3 and after[1] > before[1] + 0.3
    context.close()


def test_a_finger_drags_a_handle_up_and_down_instead_of_the_page(browser, pages):
    context = browser.new_context(has_touch=True, viewport={"width": 400, "height": 700}, offline=True)
    dragged = 0
    for name in NAMES:
        page = context.new_page()
        page.goto(pages(Figure(name))[0].as_uri())
        page.wait_for_function("window.figuresReady")
        page.evaluate("""() => { window.heard = []; for (const kind of ["pointermove", "pointerup", "pointercancel"])
            document.querySelector("[data-figure]").shadowRoot.addEventListener(kind, () => heard.push(kind), true); }""")
        touch = context.new_cdp_session(page)
        for handle in page.locator(HANDLES).all()[:4]:
            if not handle.locator(".ring").is_visible():
                continue
            handle.locator(".ring").scroll_into_view_if_needed()
            box, scrolled = handle.locator(".ring").bounding_box(), page.evaluate("[scrollY, heard.length = 0][0]")
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            for k in range(8):
                touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart",
                                                        "touchPoints": [{"x": x - 2 * k, "y": y - 9 * k}]})
                page.wait_for_timeout(20)
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            heard = page.evaluate("heard")
            assert "pointercancel" not in heard and heard.count("pointermove") > 4 and heard[-1] == "pointerup", (name, heard)
            assert page.evaluate("scrollY") == scrolled
            dragged += 1
        page.close()
    context.close()
    SEEN.append(f"figures: {dragged} handles of {len(NAMES)} figures follow a finger up and down, and the page stays")
    assert dragged >= 2 * len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_tab_reaches_everything_and_focus_shows(name, shown):
    page, seen = shown(name), []
    page.locator("body").click(position={"x": 3, "y": 3})
    wanted = page.locator(".figure").evaluate("""root =>
        [...root.querySelectorAll("[tabindex], input, select, button, textarea, summary")]
        .filter(node => node.getClientRects().length && !node.disabled).length""")
    for _ in range(wanted + 12):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("""() => {
            let node = document.activeElement;
            while (node && node.shadowRoot) node = node.shadowRoot.activeElement;
            if (!node || !node.closest(".figure")) return null;
            const ring = node.querySelector(".ring"), style = getComputedStyle(ring || node);
            const id = (node.getAttribute("aria-label") || node.textContent) + node.tagName + (node.type || "");
            const stroked = !["none", "rgba(0, 0, 0, 0)"].includes(style.stroke) && parseFloat(style.strokeWidth) >= 2;
            return [id, ring ? stroked : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
        }""")
        )
    reached = {one[0] for one in seen if one}
    assert all(one[1] for one in seen if one), [one for one in seen if one and not one[1]]
    assert len(reached) == wanted, (wanted, sorted(reached))


