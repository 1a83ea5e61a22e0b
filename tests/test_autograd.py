"""nnlab.autograd against torch in float64: random expressions, long chains, training runs, errors."""

import ast
import inspect
import math
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import SEEN

from nnlab import autograd, toys
from nnlab.autograd import Value, accumulate, ordered, product
from nnlab.checks.source import bare
from nnlab.course.notebooks import code_cells, paths, read, tags, tree

UNARY = ("neg", "exp", "log", "tanh", "relu", "sigmoid", "square", "cube", "inverse", "root", "2 **", "1.5 -",
         "0.5 /", "+ 3", "* 0.25")
BINARY = ("+", "-", "*", "/")


def applied(name, x):
    """Result of the unary operator `name` on x, a Value or a tensor, kept within its domain by tanh and squares."""
    positive, small = ("log", "inverse", "root", "0.5 /"), ("exp", "2 **")
    safe = x.tanh() * x.tanh() + 0.5 if name in positive else x.tanh() * 2 if name in small else x
    return {"neg": lambda: -safe, "exp": safe.exp, "log": safe.log, "tanh": safe.tanh, "relu": safe.relu,
            "sigmoid": safe.sigmoid, "square": lambda: safe ** 2, "cube": lambda: safe ** 3,
            "inverse": lambda: safe ** -1, "root": lambda: safe ** 0.5, "2 **": lambda: 2 ** safe,
            "1.5 -": lambda: 1.5 - safe, "0.5 /": lambda: 0.5 / safe, "+ 3": lambda: safe + 3,
            "* 0.25": lambda: 0.25 * safe}[name]()


def joined(name, x, y):
    """Result of the binary operator `name` on x and y."""
    return {"+": lambda: x + y, "-": lambda: x - y, "*": lambda: (x * y).tanh(),
            "/": lambda: x.tanh() / (y * y + 1)}[name]()


MOVE = st.tuples(st.sampled_from(UNARY + BINARY), st.integers(0, 30), st.integers(0, 30))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.floats(-3, 3), min_size=2, max_size=4), st.lists(MOVE, min_size=1, max_size=14))
def test_random_expressions_have_torchs_values_and_gradients(numbers, moves):
    ours = [Value(x) for x in numbers]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    leaves = len(numbers)
    for name, i, j in moves:  # operands are chosen among all nodes so far: subexpressions are shared
        for values in (ours, theirs):
            x, y = values[i % len(values)], values[j % len(values)]
            values.append(joined(name, x, y) if name in BINARY else applied(name, x))
    ours[-1].backward()
    theirs[-1].backward()
    assert math.isclose(ours[-1].data, theirs[-1].item(), rel_tol=1e-12, abs_tol=1e-12)
    for mine, other in zip(ours[:leaves], theirs[:leaves], strict=True):
        expected = 0.0 if other.grad is None else other.grad.item()
        assert math.isclose(mine.grad, expected, rel_tol=1e-11, abs_tol=1e-12), (mine, expected)


def test_a_chain_of_100000_nodes_works():
    x, start = Value(0.5), time.perf_counter()
    y = x
    for _ in range(50_000):
        y = y * 0.99999 + 1e-6
    y.backward()
    assert len(ordered(y)) == 200_001  # with the two constants of each step
    assert math.isclose(x.grad, 0.99999 ** 50_000, rel_tol=1e-9)
    del y
    seconds = time.perf_counter() - start
    SEEN.append(f"autograd: a chain of 100,000 operations, forward and backward, took {seconds:.2f} s; "
                f"{len(Path(autograd.__file__).read_text(encoding='utf-8').splitlines())} lines")


def test_the_engine_is_short():
    assert len(Path(autograd.__file__).read_text(encoding="utf-8").splitlines()) <= 125


def test_a_diamond_is_visited_in_topological_order():
    a = Value(3.0)
    b = a + a
    c = b + b
    order = ordered(c)
    assert order == [a, b, c]
    c.grad = 1.0
    accumulate(order)
    assert (a.grad, b.grad) == (4.0, 2.0)


def test_gradients_of_leaves_accumulate_and_those_of_other_nodes_do_not():
    a = Value(2.0)
    b = a * a
    c = b * 3
    for times in (1, 2, 3):
        c.backward()
        assert (a.grad, b.grad, c.grad) == (12.0 * times, 3.0, 1.0)
    (a * 5).backward()
    assert a.grad == 41
    c.zero_grad()
    assert (a.grad, b.grad, c.grad) == (0, 0, 0)
    a.backward()
    assert a.grad == 1


def test_numbers_may_stand_on_either_side():
    a = Value(2)
    for made, expected in ((1 + a, 3), (a + 1, 3), (1 - a, -1), (a - 1, 1), (3 * a, 6), (a * 3, 6), (1 / a, 0.5),
                           (a / 4, 0.5), (2 ** a, 4), (np.float64(3) * a, 6), (np.float32(3) + a, 5),
                           (product(a, a), 4), (-a, -2)):
        assert isinstance(made, Value) and math.isclose(made.data, expected)
    assert (a.relu().data, (a - 2).relu().data, Value(-1).relu().data) == (2, 0, 0)
    assert Value(-800).sigmoid().data == 0 and Value(800).sigmoid().data == 1
    assert repr(Value(2.5)) == "Value(2.5, grad=0)"


@pytest.mark.parametrize(("make", "error", "says"), [
    (lambda a: Value("3"), AssertionError, "one real number, not '3'"),
    (lambda a: a + "x", AssertionError, "not 'x'"),
    (lambda a: Value(torch.ones(2)), AssertionError, "not tensor([1., 1.])"),
    (lambda a: torch.tensor(2.0) * a, AssertionError, "not tensor(2.)"),
    (lambda a: Value(a), AssertionError, "not Value(2, grad=0)"),
    (lambda a: a ** a, AssertionError, "for Values: (b * a.log()).exp()"),
    (lambda a: (a - 2).log(), ValueError, "math"),
    (lambda a: a / 0, ZeroDivisionError, "negative power"),
    (lambda a: (a * -1) ** 0.5, AssertionError, "one real number"),
    (lambda a: (a * 0) ** 0.5, ZeroDivisionError, "negative power"),
    (lambda a: (a * 1000).exp(), OverflowError, "range"),
    (lambda a: (-2) ** a, ValueError, "math"),
    (lambda a: a > 1, TypeError, "not supported")])
def test_what_is_no_real_number_raises_an_error(make, error, says):
    with pytest.raises(error) as caught:
        make(Value(2.0))
    assert says in str(caught.value)


def methods(definitions):
    """Syntax trees of the functions and assignments among `definitions`, without docstrings, by their names."""
    return {getattr(node, "name", None) or ast.unparse(node.targets[0]): bare(node) for node in definitions
            if isinstance(node, ast.FunctionDef | ast.Assign)}


def test_the_notebook_writes_the_whole_class():
    (path,) = paths(["week03b"])
    built = {}
    for cell in code_cells(read(path)):
        parts = tree(cell).body
        classes = [node for node in parts if isinstance(node, ast.ClassDef) and node.name == "Value"]
        for node in classes:
            built |= methods(node.body)
        if any(tag.startswith("quotes:nnlab.autograd.Value") for tag in tags(cell)):
            built |= methods(node for node in parts if isinstance(node, ast.FunctionDef))
    (theirs,) = [node for node in ast.parse(inspect.getsource(autograd)).body if isinstance(node, ast.ClassDef)]
    assert built == methods(theirs.body)


def forward(x, layers):
    """Outputs of a network of Values: tanh between layers of (weights, biases)."""
    for k, (weights, biases) in enumerate(layers):
        x = [sum((w * one for w, one in zip(row, x, strict=True)), b) for row, b in zip(weights, biases, strict=True)]
        x = [one.tanh() for one in x] if k < len(layers) - 1 else x
    return x


@pytest.mark.parametrize(("data", "steps", "right"), [
    (toys.logic("xor"), 60, 4), (toys.moons(n=30, noise=0.1, seed=0), 60, 30)])
def test_a_network_of_values_has_torchs_loss_curve(data, steps, right):
    torch.manual_seed(3)
    network = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).double()
    layers = [([[Value(w) for w in row] for row in layer.weight.tolist()], [Value(b) for b in layer.bias.tolist()])
              for layer in (network[0], network[2])]
    weights = [one for rows, biases in layers for one in (*sum(rows, []), *biases)]
    x, y, curves = data.x.double(), data.y.double(), ([], [])
    labelled = list(zip(x.tolist(), y.tolist(), strict=True))
    optimizer = torch.optim.SGD(network.parameters(), lr=1.0)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.softplus(-(2 * y - 1) * network(x)[:, 0]).mean()
        loss.backward()
        optimizer.step()
        curves[0].append(loss.item())
        for w in weights:
            w.grad = 0.0
        terms = [((forward(point, layers)[0] * (1 - 2 * label)).exp() + 1).log() for point, label in labelled]
        mine = sum(terms) / len(terms)
        mine.backward()
        for w in weights:
            w.data -= 1.0 * w.grad
        curves[1].append(mine.data)
    np.testing.assert_allclose(curves[1], curves[0], rtol=1e-9)
    found = sum((forward(point, layers)[0].data > 0) == (label == 1) for point, label in labelled)
    assert curves[1][-1] < 0.5 * curves[1][0] and found >= 0.9 * right
