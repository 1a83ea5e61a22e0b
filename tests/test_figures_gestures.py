"""The interactive figures in real Chromium, on a page with no kernel and no network: controls, gestures, touch."""

import collections
import itertools
import json
import random
from pathlib import Path

import pytest
from figure_cases import case
from figure_fixtures import alive
from figures import BROKEN, HANDLES, NAMES, all_open, center, image_of, state_of
from shared import SEEN

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser
HANDS = (Path(__file__).parent / "gestures.js").read_text(encoding="utf-8")
KINDS = ["drag", "key", "key", "slide", "slide", "type", "choose", "choose", "press", "press", "tap", "paste"]
KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift+ArrowUp", "Shift+ArrowLeft",
        "Enter", "Delete", "x", "b", "Space", "Control+z"]
WORDS = {"type": ["-1", "0", "0.37", "2", "99999", "", "1e3"],
         "paste": ['{"no": 1}', "{", "[]", '"x"', "null", "{}"]}


def with_hands(page):
    """The page, with gestures.js in it."""
    page.evaluate(f"({HANDS})({BROKEN})")
    return page


def whole(name, report):
    """The state in a report of gestures.js, if it is whole and the figure not broken."""
    state = json.loads(report["state"])
    assert widgets._merged(name, state) == state and report["broken"] is None, report
    return state


@pytest.mark.parametrize("name", NAMES)
def test_every_control_at_its_ends_and_its_default(name, shown):
    page, tried = with_hands(all_open(shown(name, **getattr(case(name), "fullest", {})))), 0
    before, check = state_of(page), lambda: whole(name, page.evaluate("hands.report()"))
    for k, field in enumerate(page.locator(".field:has(input[type=range])").all()):
        slid = lambda *values, k=k: page.evaluate("([k, values]) => hands.slide(k, values)", [k, values])  # noqa: E731
        now, = slid()
        low, high, was = now["low"], now["high"], now["value"]
        assert now["labels"][1] == f"{now['labels'][0]}, typed"
        for value, now in zip((low, high, was), slid(low, high, was), strict=True):
            assert whole(name, now) and float(now["value"]) == float(value)
            tried += 1
        typed = field.locator("input[type=number]")
        for value, taken in ((low, True), (high, True), (str(float(high) + 1), False), ("", False), (was, True)):
            kept = now["typed"]
            typed.fill(value)
            page.keyboard.press("Enter")
            now, = slid()
            assert whole(name, now) and float(now["typed"]) == float(value if taken else kept)
            assert taken or "type a" in now["told"]
            tried += 1
    for select in page.locator("select").all():
        for option in select.locator("option").all_text_contents():
            select.select_option(option)
            assert check()
            tried += 1
    for box in page.locator("input[type=checkbox]").all():
        for _ in range(2):
            box.click(force=True)
            assert check()
        tried += 1
    for button in page.locator(".figure > .row button, button.pick").all():
        button.click(timeout=2000, force=True)
        page.keyboard.press("Escape")
        assert check()
        tried += 1
    page.get_by_role("button", name="Reset").click()
    assert state_of(page) == before and tried > 12


def gestures(draw, count):
    """`count` random gestures: what for, by which of its targets, how; some by hand, the others by script."""
    for _ in range(count):
        kind = draw.choice(KINDS)
        yield {"kind": kind, "hand": kind in ("drag", "tap") or draw.random() < 0.3,
               "which": draw.random(), "part": draw.random(), "place": [draw.random(), draw.random()],
               "by": [draw.randint(-300, 300), draw.randint(-200, 200)],
               "keys": [draw.choice(KEYS) for _ in range(3)], "words": draw.choice(WORDS.get(kind, [""]))}


def by_hand(page, gesture):
    """Do the gesture with the mouse and the keyboard; whether there was something to do it with."""
    if not (target := page.evaluate("(gesture) => hands.reach(gesture)", gesture)):
        return False
    x, y = target["x"] + target["width"] / 2, target["y"] + target["height"] / 2
    mouse, keyboard, kind = page.mouse, page.keyboard, gesture["kind"]
    if kind == "drag":
        mouse.move(x, y)
        mouse.down()
        for part in (0.5, 1):
            mouse.move(x + part * gesture["by"][0], y + part * gesture["by"][1])
        mouse.up()
    elif kind == "key":
        for key in gesture["keys"]:
            keyboard.press(key)
    elif kind == "slide":
        keyboard.press(["Home", "End", "PageUp", "ArrowLeft"][int(4 * gesture["part"])])
    elif kind == "choose" and target["type"] == "select-one":
        keyboard.press(["ArrowDown", "ArrowUp"][int(2 * gesture["part"])])
    elif kind == "tap":
        across, down = gesture["place"]
        mouse.click(target["x"] + across * target["width"], target["y"] + down * target["height"])
    elif kind == "paste":  # it waits until the button stands still
        page.get_by_role("button", name="State").click()
    else:
        mouse.click(x, y)
    if kind in ("type", "paste"):
        keyboard.press("Control+a")
        keyboard.insert_text(gesture["words"])
    if kind == "type":
        keyboard.press("Enter")
    if kind == "paste":
        page.get_by_role("button", name="Use this state").click(force=True)
    if kind in ("press", "paste"):
        keyboard.press("Escape")
    return True


@pytest.mark.parametrize("name", NAMES)
def test_200_random_gestures_lose_nothing(name, shown, open_page, figure_files):
    page, done = with_hands(shown(name)), collections.Counter()
    page.add_style_tag(content="a, button { pointer-events: none }")  # the page's own would lead away
    states, reports = set(), []
    for hand, group in itertools.groupby(gestures(random.Random(5), 200), key=lambda gesture: gesture["hand"]):
        group = list(group)
        if hand:
            for gesture in group:
                done[gesture["kind"]] += by_hand(page, gesture)
                reports.append(page.evaluate("hands.report()"))
        else:
            reports += page.evaluate("(gestures) => hands.script(gestures)", group)
        for gesture, report in zip(group, reports[-len(group):], strict=True):
            try:
                whole(name, report)
            except (AssertionError, ValueError) as error:
                pytest.fail(f"after {gesture}: {error}")
            states.add(report["state"])
    assert len(reports) == 200 and len(states) > 60
    possible = {kind for kind in KINDS if page.evaluate("(kind) => hands.reach({ kind, which: 0 })", kind)}
    assert all(done[kind] >= 3 for kind in possible), done
    # The address holds it all: a new page of it shows the same, to the last character.
    state = state_of(page)
    page.wait_for_function("""([name, start, state]) => {
        const [, text] = location.hash.split("="), changes = text && JSON.parse(decodeURIComponent(text));
        return JSON.stringify({ ...start, ...changes }) === JSON.stringify(state);
    }""", arg=[name, widgets.defaults(name), state])
    again = alive(open_page(figure_files(Figure(name)), hash=page.evaluate("location.hash")))
    assert state_of(again) == state and image_of(again)[0] == image_of(page)[0]
    # And every step can be taken back.
    page.bring_to_front()
    undone = 0
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
        undone += 1
    undone += page.evaluate("hands.undoAll()")
    assert state_of(page) == widgets.defaults(name) and undone > 40
    SEEN.append(f"figures: {name}, 200 gestures ({sum(done.values())} by hand) through {len(states)} states, {undone} "
                "undone to the start")


@pytest.fixture(scope="module")
def phone(browser, figure_files):
    """A page of all figures on a phone with a touch screen, which hears pointer events."""
    context = browser.new_context(has_touch=True, viewport={"width": 400, "height": 700}, offline=True)
    page = context.new_page()
    page.goto(figure_files(*map(Figure, NAMES)).as_uri())
    alive(page).evaluate("""() => { window.heard = []; for (const figure of document.querySelectorAll("[data-figure]"))
        for (const kind of ["pointermove", "pointerup", "pointercancel"])
            figure.shadowRoot.addEventListener(kind, () => heard.push(kind), true); }""")
    yield page
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_finger_drags_a_handle_up_and_down_instead_of_the_page(name, phone):
    touch, dragged = phone.context.new_cdp_session(phone), 0
    for handle in phone.locator(".figure").nth(NAMES.index(name)).locator(HANDLES).all()[:4]:
        if not handle.is_visible():
            continue
        handle.scroll_into_view_if_needed()
        (x, y), scrolled = center(handle), phone.evaluate("[scrollY, heard.length = 0][0]")
        for k in range(7):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart",
                                                    "touchPoints": [{"x": x - 2 * k, "y": y - 9 * k}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        phone.wait_for_function("heard.some((kind) => kind !== 'pointermove')")
        heard = phone.evaluate("heard")
        assert "pointercancel" not in heard and heard.count("pointermove") > 4 and heard[-1] == "pointerup", heard
        assert phone.evaluate("scrollY") == scrolled
        dragged += 1
    assert dragged >= 1
