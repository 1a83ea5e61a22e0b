"""The numbers of the interactive figures, computed in real Chromium, against torch; the PyTorch that they hand out, run."""

import contextlib
import io
import re

import pytest
import torch
from figures import NAMES, by_torch, claimed, draws, numbers, perceptron_run, state_of, widest_margin
from shared import CAUGHT, SEEN

from nnlab import widgets
from nnlab.widgets import Figure

pytestmark = pytest.mark.browser


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
    SEEN.append(
        f"figures: {compared} numbers of {len(asked)} random states equal torch's to 1e-9; {margins} margins equal SciPy's"
    )
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
    answers = modules.evaluate(
        "asked => asked.map(([name, state]) => [figures[name].torch(state), figures[name].numbers(state)])", asked
    )
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
        elif name == "playground":
            wanted = [part["loss"] for part in (answer["onTrain"], answer["onTest"]) if part]
            found = numbers(printed.getvalue())
        elif name == "graph":
            wanted = [one for node, gradient in zip(answer["graph"], answer["right"], strict=True) if node["name"]
                      for one in (node["value"], gradient)]
            found = numbers(printed.getvalue())
        elif name == "digit":
            steps, found = answer["steps"], numbers(printed.getvalue())
            wanted = [*steps["mass"], sum(map(sum, steps["image"]))] if steps else []
        elif name == "bumps":
            wanted, found = [answer["units"], answer["error"]], numbers(printed.getvalue())
        elif name == "fold":
            rows = [*answer["rows"], {"corner": state["probe"]} | answer["probe"]]
            wanted = [one for row in rows for one in (*row["corner"], *row["h"], row["output"])]
            found = numbers(printed.getvalue().replace("->", ""))
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
        assert [value for cell in cells for value in cell] == pytest.approx(
            [round(row[part], 4) for row in answer["rows"] for part in ("value", "slope")]
        )
    if name == "perceptron":
        assert f"{answer['bound']:.1f}" in page.locator("svg").nth(1).text_content()
        look = answer["looks"][answer["done"] - 1]
        assert numbers(said)[2] == pytest.approx(look["total"], abs=5.1e-3)
    if name == "playground":
        epoch, loss, right, other, more, count = numbers(said)[:6]
        assert (epoch, count) == (round(answer["epoch"], 1), answer["parameters"])
        assert (loss, other) == pytest.approx((answer["onTrain"]["loss"], answer["onTest"]["loss"]), abs=5.1e-5)
        assert (right, more) == pytest.approx((100 * answer["onTrain"]["right"], 100 * answer["onTest"]["right"]), abs=0.51)
    if name == "graph":
        child, which = answer["edges"][answer["pushed"] - 1]
        parent = answer["graph"][child]["parents"][which][0]
        assert numbers(said)[-1] == pytest.approx(answer["grads"][parent], rel=5.1e-3)
    if name == "digit":
        _, _, width, height = answer["steps"]["box"]
        across, down = len(answer["steps"]["scaled"][0]), len(answer["steps"]["scaled"])
        row, column = answer["steps"]["mass"]
        assert numbers(said)[:6] == pytest.approx([width, height, across, down, column, row], abs=0.051)
    if name == "bumps":
        bumps, units, error, *_, bound = numbers(said)
        assert (bumps, units) == (state_of(page)["bumps"], answer["units"])
        assert (error, bound) == pytest.approx((answer["error"], answer["bound"]), abs=5.1e-5)
    if name == "fold":
        shown_numbers = numbers(said.replace("½", "").replace("→", " "))
        rows = [one for row in answer["rows"] for one in (*row["corner"], *row["h"], row["output"])]
        probe = [*state_of(page)["probe"], *answer["probe"]["h"], answer["probe"]["output"]]
        assert shown_numbers == pytest.approx([*rows, answer["right"], 4, *probe], abs=5.1e-5)
    if name == "losses":
        assert numbers(said)[-1] == pytest.approx(answer["balls"][1]["slope"], rel=5.1e-3)
        one, other, product = numbers(said)[-6:-3]  # what stands there can be checked on a pocket calculator
        assert one * other == pytest.approx(product, rel=1e-2)
    page.get_by_role("button", name="PyTorch").click()
    assert page.locator(".figure pre").text_content() == modules.evaluate(
        "([name, state]) => figures[name].torch(state)", [name, state_of(page)]
    )


@pytest.mark.parametrize(("program", "order", "gradients"), [
    ("a = 3; b = a + a; c = b + b", "children first", [4, 2, 1]), ("a = 3; b = a + a; c = b + b", "depth first", [6, 2, 1]),
    ("a = 2; b = a * a; c = b * b; d = c * c", "children first", [1024, 256, 16 * 2, 1]),
    ("a = 2; b = a * a; c = b * b; d = c * c", "depth first", [3328, 384, 32, 1]),
    ("a = 5; a * 3 + a * 4", "depth first", [7, 1, 1, 1])])
def test_the_graph_depth_first_passes_on_again_what_it_has_passed_on(modules, program, order, gradients):
    def naive(graph, child, grads):  # the recursion that forgets to wait
        for parent, slope in graph[child]["parents"]:
            grads[parent] += slope * grads[child]
            naive(graph, parent, grads)
        return grads

    found = modules.evaluate("state => figures.graph.numbers(state)", Figure("graph", program=program, order=order).state)
    assert found["last"] == gradients
    if order == "depth first":
        assert naive(found["graph"], len(gradients) - 1, [0] * (len(gradients) - 1) + [1]) == gradients


@pytest.mark.parametrize(("program", "says"), [
    ("a = 1; (a", 'expected ")"'), ("a = 1; b * 2", "b has no value yet: begin with b = 2;"), ("a = -1; log(a)", "no value or"),
    ("x = 1; foo(x)", "choose from: exp, log, relu, tanh, sigmoid"), ("a = 2; b = 3; a ** b", "write exp(log(a) * b)"),
    ("a = 1 2", 'expected ";"'), ("a = 2; a = 3", '"a" gets a value twice'), ("", "write an expression"),
    ("a = 1; b = a", "another name"), ("a = 1; b = a + ", "missing at the end"), ("a = 0; b = 1 / a", "no value or no slope"),
    ("tanh = 2; a = 1", "cannot be a name"),
    ("b0 = 1; " + "; ".join(f"b{k + 1} = b{k} * 2" for k in range(20)), "21 nodes are too many to draw; at most 18")])
def test_what_the_graph_cannot_draw_is_said(modules, shown, program, says):
    page = shown("graph", program=program)
    assert says in page.locator(".says").text_content() and page.locator("rect").count() == 0
    assert says in modules.evaluate("state => figures.graph.torch(state)", state_of(page))
    CAUGHT.append(("graph", program[:40], page.locator(".says").text_content()))


def test_the_playground_keeps_its_pace(shown):
    """Four layers of eight units train and are drawn, an epoch a picture."""
    page = shown("playground", layers=[[8], [8], [8], [8]], data="spirals")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(500)
    first, start = state_of(page)["step"], page.evaluate("performance.now()")
    page.wait_for_timeout(3000)
    last, end = state_of(page)["step"], page.evaluate("performance.now()")
    page.get_by_role("button", name="Pause").click()
    pace = (last - first) / 10 / (end - start) * 1000
    SEEN.append(f"playground: {pace:.0f} pictures a second with 4 × 8 units, an epoch of ten steps each")
    assert pace >= 15
