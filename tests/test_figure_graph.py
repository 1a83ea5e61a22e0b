"""What only the figure of a graph does: depth first goes wrong as the naive recursion does; what it says of errors."""

import math

import pytest
from shared import CAUGHT

from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("program", "order", "gradients"), [
    ("a = 3; b = a + a; c = b + b", "children first", [4, 2, 1]),
    ("a = 3; b = a + a; c = b + b", "depth first", [6, 2, 1]),
    ("a = 2; b = a * a; c = b * b; d = c * c", "children first", [1024, 256, 16 * 2, 1]),
    ("a = 2; b = a * a; c = b * b; d = c * c", "depth first", [3328, 384, 32, 1]),
    ("a = 5; a * 3 + a * 4", "depth first", [7, 1, 1, 1]),
])
def test_depth_first_passes_on_again_what_it_has_passed_on(modules, program, order, gradients):
    def naive(graph, child, grads):  # the recursion that forgets to wait
        for parent, local in graph[child]["parents"]:
            grads[parent] += local * grads[child]
            naive(graph, parent, grads)
        return grads

    state = Figure("graph", program=program, order=order).state
    found = modules.evaluate("state => figures.graph.numbers(state)", state)
    assert found["last"] == gradients
    if order == "depth first":
        assert naive(found["graph"], len(gradients) - 1, [0] * (len(gradients) - 1) + [1]) == gradients


WRONG = [
    ("a = 1; (a", 'expected ")"'), ("a = 1; b * 2", "b has no value yet: begin with b = 2;"),
    ("a = -1; log(a)", "no value or"), ("x = 1; foo(x)", "choose from: exp, log, relu, tanh, sigmoid"),
    ("a = 2; b = 3; a ** b", "write exp(log(a) * b)"), ("a = 1 2", 'expected ";"'),
    ("a = 2; a = 3", '"a" gets a value twice'), ("", "write an expression"), ("a = 1; b = a", "another name"),
    ("a = 1; b = a + ", "missing at the end"), ("a = 0; b = 1 / a", "no value or no derivative"),
    ("tanh = 2; a = 1", "cannot be a name"), ("x = 1; toString(x)", '"toString" is unknown; choose from: exp'),
    ("x = 1; y = constructor(x)", '"constructor" is unknown'), ("x = 1; __proto__(x)", '"_" cannot stand here'),
    ("while = 2; while * 3", '"while" cannot be a name'), ("hasOwnProperty", "hasOwnProperty has no value yet"),
    ("b0 = 1; " + "; ".join(f"b{k + 1} = b{k} * 2" for k in range(20)), "21 nodes are too many to draw; at most 18"),
]


def test_names_that_every_object_has_are_names_like_others(modules):
    program = "toString = 2; constructor = 3; valueOf = toString * constructor; tanh(valueOf / 6)"
    found = modules.evaluate("state => figures.graph.numbers(state)", Figure("graph", program=program).state)
    assert [node["value"] for node in found["graph"]][:3] == [2, 3, 6]
    assert found["correct"][0] == pytest.approx((1 - math.tanh(1) ** 2) / 2, rel=1e-12)


def test_what_cannot_be_drawn_is_said(shown, modules):
    """As it is typed, and as it is given."""
    page = shown("graph")
    typed = page.get_by_role("textbox", name="Expression")
    for program, message in WRONG:
        typed.fill(program)
        page.keyboard.press("Enter")
        told = page.locator(".says").text_content()
        assert message in told and page.locator("rect").count() == 0
        state = Figure("graph", program=program).state
        given, drawn = modules.evaluate("""(state) => {
            const el = document.createElement("div"), get = (name) => name === "network" ? {} : state;
            figures.graph.render({ model: { get, on() {} }, el });
            return [el.shadowRoot.querySelector(".says").textContent, el.shadowRoot.querySelectorAll("rect").length];
        }""", state)
        assert given == told and drawn == 0
        assert message in modules.evaluate("state => figures.graph.torch(state)", state)
        CAUGHT.append(("graph", program[:40], told))
