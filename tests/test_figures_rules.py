"""The rules of the figures' states: what Python refuses, JavaScript refuses too, pasted or in an address."""

import json
import urllib.parse

import pytest
from figure_cases import draws
from figure_cases.wrong import RIGHT, SINGLE, leaves, replaced, wrong_values
from figure_fixtures import alive
from figures import NAMES, image_of, state_of
from shared import SEEN

from nnlab import widgets
from nnlab.widgets import Figure

ASK = """([name, states]) => states.map((state) => {
    try { figures[name].whole(state); return ""; } catch (error) { return error.message; }
})"""


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_a_state_has_rules(name):
    """A number has limits, a string choices or a largest length, a list of lists a largest length."""
    rules = widgets.rules(name)
    for part, default in rules["defaults"].items():
        kinds = {kind for kind, of in rules.items() if isinstance(of, dict) and part in of}
        values = [default] if not isinstance(default, list) else default
        while isinstance(values[0], list):
            assert "most" in kinds, f"{name}.{part}"
            values = values[0]
        wanted = {"choices", "longest"} if isinstance(values[0], str) else {"limits"}
        assert kinds & wanted, f"{name}.{part}"
        for low, high, *whole in [rules["limits"][part]] if "limits" in kinds else []:
            assert low < high and whole in ([], [1])
    for kind, of in rules.items():
        assert kind == "uses" or kind == "reads" or set(of) <= set(rules["defaults"]), kind


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_python_and_javascript_refuse_every_wrong_value(name, modules):
    figure, states = Figure(name), [parts for other, parts in SINGLE if other == name]
    states += [{part: value} for part in widgets.defaults(name) for value in wrong_values(name, part)]
    for state in states:
        (part, value), = state.items()
        with pytest.raises(ValueError, match=rf"^{name}\.{part}\b"):
            Figure(name, **state)
        with pytest.raises(ValueError, match=rf"^{name}\.{part}\b"):
            figure.state = state
        with pytest.raises(ValueError, match=rf"^{name}\.{part}\b"):
            figure.state[part] = value
    assert figure.state == widgets.defaults(name)
    told = modules.evaluate(ASK, [name, states])
    for state, message in zip(states, told, strict=True):
        (part, value), = state.items()
        assert message.startswith(part), (part, value, message)
        assert len(message) < 1000
    good = [*draws(name, seed=5, count=20), *(parts for other, parts in RIGHT if other == name),
            *({part: value} for part, value in widgets.defaults(name).items())]
    assert modules.evaluate(ASK, [name, good]) == [""] * len(good)
    for state in good:
        figure.state = state
    SEEN.append(f"figures: {name}, {len(states)} wrong values refused by Python and by JavaScript")
    assert len(states) > 10 * len(widgets.defaults(name))


@pytest.mark.parametrize("name", NAMES)
def test_whole_numbers_are_whole(name):
    for part, (low, high, *whole) in widgets.rules(name)["limits"].items():
        default = widgets.defaults(name)[part]
        for path in leaves(default)[:1] if whole else ():
            with pytest.raises(ValueError, match="choose a whole number"):
                Figure(name, **{part: replaced(default, path, low + 0.5)})
            lowest = replaced(default, path, low)
            assert Figure(name, **{part: lowest}).state[part] == lowest
            assert high > low


HASHES = [
    "toString=1", "constructor=1", "__proto__=1", "hasOwnProperty=1", "valueOf={}", '__proto__={"bias":1}',
    "bias=%E0%A4%A", "%E0%A4%A=1", "=1", "=", "&", "&&=&", "%", "neuron", "neuron=", "neuron-2={}", "neuron-0=1",
    "neuron-99999999999=1", "neuron.state=1", "Neuron={}", "neuron%3D1", "neuron={}&toString=1",
]
TEXTS = [
    "%E0%A4%A", "%", "{", "}", "[", "[]", "[1]", "1", "-0", "1e999", "NaN", "Infinity", "undefined", "null", "true",
    '"x"', '""', "{}", "{,}", "{'bias':1}", '{"toString":1}', '{"__proto__":1}', '{"__proto__":{"bias":1}}',
    '{"constructor":1}', '{"hasOwnProperty":1}', '{"":1}', '{"length":1}', "[" * 5000, '{"a":' * 5000, "{" * 300_000,
    '{"no":1}&x=1', '{"toString":1,"toString":2}', "\u0000", "💥", " ", "+", "<img src=x onerror=alert(1)>",
]
AT_ONCE = """async (hashes) => {  // the texts of all alerts, and all states, after each address
    const seen = [];
    for (const hash of hashes) {
        const arrives = new Promise((then) => addEventListener("hashchange", then, { once: true }));
        const late = new Promise((then) => setTimeout(then, 1000));
        if (location.hash !== "#" + hash) { location.hash = hash; await Promise.race([arrives, late]); }
        const states = [...document.querySelectorAll("[data-figure]")]
            .map((one) => one.shadowRoot.querySelector("textarea").value);
        seen.push([[...document.querySelectorAll(".address-fails")].map((one) => one.textContent), states]);
    }
    return seen;
}"""


@pytest.mark.browser
def test_bad_addresses_change_nothing_and_no_error_shows(figure_files, open_page):
    """Names that every object has, text that is no JSON, values against the rules: said, and never an error."""
    page = alive(open_page(figure_files(*map(Figure, NAMES))))
    defaults = [widgets.defaults(name) for name in NAMES]
    hashes = [*HASHES, *(f"{name}={text}" for name in ("neuron", "graph") for text in TEXTS)]
    for name, k in zip(NAMES, range(len(NAMES)), strict=True):
        texts = [(part, json.dumps(value)) for part in defaults[k] for value in wrong_values(name, part)[:12]]
        hashes += [f"{name}={urllib.parse.quote(json.dumps({part: 0})[:-2])}{urllib.parse.quote(text)}%7D"
                   for part, text in texts if len(text) < 5000]
    for hash, (alerts, states) in zip(hashes, page.evaluate(AT_ONCE, hashes), strict=True):
        assert [json.loads(one) for one in states] == defaults, hash
        assert all(len(text) < 1500 for text in alerts), hash
        assert not alerts or any(hash.startswith(f"{name}=") for name in NAMES), hash
    assert page.locator(".address-fails img").count() == 0
    SEEN.append(f"figures: {len(hashes)} bad addresses leave every figure as it was")
    page.evaluate("location.hash = 'neuron=' + encodeURIComponent('{\"bias\":1,\"bias\":-0}') + '&toString=2'")
    page.wait_for_function("""() => JSON.parse([...document.querySelectorAll("[data-figure]")]
        .find((one) => one.dataset.figure === "neuron").shadowRoot.querySelector("textarea").value).bias === 0""")


@pytest.mark.browser
@pytest.mark.parametrize("hash", ["#toString=1", "#__proto__=1", "#bias=%E0%A4%A", "#neuron=%E0%A4%A", "#/toString",
                                  "#%"])
def test_a_page_and_a_deck_open_at_a_bad_address(hash, figure_files, open_page):
    for deck in (False, True):
        page = open_page(figure_files(Figure("neuron"), deck=deck), hash=hash)
        assert state_of(alive(page)) == widgets.defaults("neuron")


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_a_state_that_arrives_against_the_rules_is_not_shown(name, figure_files, open_page):
    """As from a notebook that was saved by other rules: what the figure shows stays, and it says why."""
    page, default = alive(open_page(figure_files(Figure(name)))), widgets.defaults(name)
    wrong = [default | {part: value} for part in default for value in wrong_values(name, part)[:6]]
    before = image_of(page)
    told = page.evaluate("""async ([name, states]) => {
        const module = new Blob([JSON.parse(document.querySelector("script[data-module]").textContent)],
            { type: "text/javascript" });
        const { default: figure } = await import(URL.createObjectURL(module));
        const el = document.createElement("div"), values = { state: states[0], start: states[0], network: {} };
        const listeners = {};
        figure.render({ el, model: { get: (key) => values[key], save_changes() {},
            set(key, value) { values[key] = value; }, on(event, then) { listeners[event] = then; } } });
        const drawn = () => el.shadowRoot.querySelector(".panels").innerHTML, before = drawn(), seen = [];
        for (const state of states.slice(1)) {
            values.state = state;
            listeners["change:state"]();
            const kept = JSON.stringify(values.state) === JSON.stringify(states[0]);  // what the next gesture changes
            seen.push([drawn() === before && kept, el.shadowRoot.querySelector(".told").textContent]);
        }
        return seen;
    }""", [name, [default, *wrong, {"toString": 1}, None, [1]]])
    assert all(same and text.startswith("not shown: ") for same, text in told), told
    assert image_of(page) == before
