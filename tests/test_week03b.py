"""Week 3b's exercises: their rules, answers that others might write, oracles. Those of the engine: test_autograd.py."""

import graphlib
import math
import re
import sys
import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, counting_calls, results, value_with

from nnlab.autograd import Value
from nnlab.autograd import accumulate as pass_back
from nnlab.autograd import ordered as in_order
from nnlab.checks.judging import judge
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week03b

EXERCISE = {exercise.name: exercise for exercise in week03b.EXERCISES}
ROWS = ("  case ", "  expected ", "  got ", "  error ", "  your line ", "  gradient ")
GENERAL = r"Right in \d+ of \d+ cases tried\. "  # what is said where the judge finds no reason: a hint


# right answers in other styles

@counting_calls
def product_typed(a: Value, b: Value) -> Value:
    result = Value(float(a.data) * float(b.data))
    result.parents = ((a, b.data), (b, a.data))
    return result


def product_in_lists(first, second):
    parents = []
    for one, other in ((first, second), (second, first)):
        parents.append([one, other.data])
    return Value(data=math.prod([first.data, second.data]), parents=parents)


def ordered_by_children(root):
    """By counting children: a Value is taken when all that it went into has been."""
    children, seen, stack = {}, {root}, [root]
    while stack:
        for parent, _ in stack.pop().parents:
            children[parent] = children.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    order, free = [], [root]
    while free:
        order.append(node := free.pop())
        for parent, _ in node.parents:
            children[parent] -= 1
            if not children[parent]:
                free.append(parent)
    return order[::-1]


def ordered_by_iterators(root):
    order, done, stack = [], {id(root)}, [(root, iter(root.parents))]
    while stack:
        node, rest = stack[-1]
        for parent, _ in rest:
            if id(parent) not in done:
                done.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            stack.pop()
    return order


def ordered_in_two_phases(root):
    stack, order, done = [(root, False)], {}, set()
    while stack:
        node, ready = stack.pop()
        if ready:
            order[node] = None
        elif node not in done:
            done.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent, _ in node.parents)
    return tuple(order)


@counting_calls
def ordered_by_graphlib(root: Value) -> list:
    graph, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node not in graph:
            graph[node] = [pair[0] for pair in node.parents]
            todo += graph[node]
    return list(graphlib.TopologicalSorter(graph).static_order())


def accumulate_by_index(order):
    for k in range(len(order) - 1, -1, -1):
        for edge in order[k].parents:
            edge[0].grad = edge[0].grad + order[k].grad * edge[1]


def accumulate_on_a_copy(order):
    waiting = list(order)
    while waiting:
        child = waiting.pop()
        for pair in child.parents:
            pair[0].grad = sum([pair[0].grad, pair[1] * child.grad])


@counting_calls
def accumulate_reversed_copy(order: list) -> list:
    backwards = order[::-1]
    for node in backwards:
        for parent, derivative in node.parents:
            parent.grad += float(np.float64(derivative) * node.grad)
    return backwards


def accumulate_by_collecting(order):
    place = {id(node): k for k, node in enumerate(order)}
    total = [node.grad for node in order]
    for k in reversed(range(len(order))):
        for parent, derivative in order[k].parents:
            total[place[id(parent)]] += total[k] * derivative
    for node, grad in zip(order, total, strict=True):
        node.grad = grad


def check_stacked(f, x, gradient, h=1e-5):
    found = torch.stack([(f(x + h * e) - f(x - h * e)) / 2 / h for e in torch.eye(len(x), dtype=x.dtype)])
    return (found - gradient).abs().max()


def check_on_clones(f, x, gradient, h=1e-5):
    worst = 0.0
    for k in range(x.numel()):
        above, below = x.clone(), x.clone()
        above[k] += h
        below[k] -= h
        error = abs(float(f(above) - f(below)) / (2 * h) - float(gradient[k]))
        if not error <= worst:
            worst = error
            if math.isnan(worst):
                return math.inf
    return worst


@counting_calls
def check_in_numpy(f, x: torch.Tensor, gradient: torch.Tensor, h: float = 1e-5) -> float:
    steps = h * np.eye(len(x))
    found = np.array([f(x + torch.from_numpy(e)).item() - f(x - torch.from_numpy(e)).item() for e in steps]) / (2 * h)
    return np.abs(found - gradient.numpy()).max()


def check_norm(f, x, gradient, h=1e-5):
    rows = torch.stack((x + h * torch.eye(len(x)).double(), x - h * torch.eye(len(x)).double()), 1)
    values = torch.stack([torch.stack([f(one) for one in pair]) for pair in rows])
    return torch.linalg.vector_norm(-values.diff(dim=1)[:, 0] / (2 * h) - gradient, ord=float("inf"))


def bce_in_steps(x, w, b, y):
    z = (x[:, None] * w).sum(0) + b
    delta = (1 / (1 + (-z).exp()) - y).div(y.numel())
    return torch.einsum("i,j->ij", x, delta), delta


def bce_in_loops(x, w, b, y):
    n, m = w.shape
    by_w, by_b = torch.zeros_like(w), torch.zeros_like(b)
    for j in range(m):
        z = b[j]
        for i in range(n):
            z = z + x[i] * w[i][j]
        by_b[j] = (torch.sigmoid(z) - y[j]) / m
        for i in range(n):
            by_w[i, j] = by_b[j] * x[i]
    return [by_w, by_b]


def bce_in_numpy(x, w, b, y):
    x, w, b, y = (np.asarray(part, dtype=np.float64) for part in (x, w, b, y))
    p = 0.5 * (1 + np.tanh((x @ w + b) / 2))
    return np.outer(x, p - y) / y.size, (p - y) / y.size


@counting_calls
def bce_as_columns(x: torch.Tensor, w: torch.Tensor, b, y) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.no_grad():
        d = (torch.special.expit(x[None] @ w + b) - y) / y.shape[0]
        return x[:, None] @ d, d.squeeze(0)


# wrong answers that a student might give

def product_sum(a, b):
    return Value(a.data + b.data, ((a, 1.0), (b, 1.0)))


def product_division(a, b):
    c = a.data * b.data
    return Value(c, ((a, c / a.data), (b, c / b.data)))


def product_merged(a, b):
    parents = {a: b.data}
    parents[b] = a.data
    return Value(a.data * b.data, tuple(parents.items()))


def product_of_gradients(a, b):
    return Value(a.data * b.data, ((a, b.grad), (b, a.grad)))


def product_changes_a(a, b):
    a.data *= b.data
    a.parents = ((a, b.data), (b, a.data))
    return a


def product_negative(a, b):
    return Value(a.data * b.data, ((a, -b.data), (b, -a.data)))


def product_dictionary(a, b):
    return Value(a.data * b.data, {a: b.data, b: a.data})


def product_pair(a, b):
    return a.data * b.data, ((a, b.data), (b, a.data))


def product_by_operator_and_parents(a, b):
    return Value((a * b).data, ((a, b.data), (b, a.data)))


def product_nothing(a, b):
    Value(a.data * b.data, ((a, b.data), (b, a.data)))


def ordered_levels(root):
    depth, level, d = {}, [root], 0
    while level:
        for node in level:
            depth[node] = d
        level, d = [parent for node in level for parent, _ in node.parents], d + 1
    return sorted(depth, key=depth.get, reverse=True)


def ordered_higher_limit(root):
    sys.setrecursionlimit(10**6)
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)
    visit(root)
    return order


def ordered_list(root):
    order, stack = [], [root]
    while stack:
        node = stack[-1]
        waiting = [parent for parent, _ in node.parents if parent not in order]
        if waiting:
            stack.append(waiting[0])
        else:
            stack.pop()
            if order.count(node) == 0:
                order.append(node)
    return order


def ordered_discovered_twice(root):
    order, stack, seen = [], [root], set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        order.insert(0, node)
        stack.extend(parent for parent, _ in node.parents)
    return order


def ordered_first_parent(root):
    order = [root]
    while order[-1].parents:
        order.append(order[-1].parents[0][0])
    return order[::-1]


def ordered_numbers(root):
    return [node.data for node in in_order(root)]


def ordered_pairs(root):
    return [(node, node.parents) for node in in_order(root)]


def ordered_leaves_only(root):
    return [node for node in in_order(root) if not node.parents]


def ordered_generator(root):
    yield from in_order(root)


def ordered_by_size(root):
    return sorted(in_order(root), key=lambda node: len(node.parents))


def ordered_once(root, order=[], done=set()):  # noqa: B006
    for node in in_order(root):
        if node not in done:
            done.add(node)
            order.append(node)
    return order


def ordered_set(root):
    return set(in_order(root))


def accumulate_clears_between(order):
    for node in order[:-1]:
        if node.parents:
            node.grad = 0.0
    for node in reversed(order):
        for parent, derivative in node.parents:
            parent.grad += derivative * node.grad


def accumulate_empties(order):
    while order:
        node = order.pop()
        for parent, derivative in node.parents:
            parent.grad += derivative * node.grad


def accumulate_reverses(order):
    order.reverse()
    for node in order:
        for parent, derivative in node.parents:
            parent.grad += derivative * node.grad


def accumulate_first_parent(order):
    for node in reversed(order):
        if node.parents:
            parent, derivative = node.parents[0]
            parent.grad += derivative * node.grad


def accumulate_adds_derivative(order):
    for node in reversed(order):
        for parent, derivative in node.parents:
            parent.grad += derivative + node.grad


def accumulate_to_itself(order):
    for node in reversed(order):
        for parent, derivative in node.parents:
            node.grad += derivative * parent.grad


def accumulate_by_leaves(order):
    pass_back(order)
    for node in order[:-1]:
        if node.parents:
            node.grad = 0.0


def accumulate_returns(order):
    grads = dict.fromkeys(order, 0.0)
    grads[order[-1]] = order[-1].grad
    for node in reversed(order):
        for parent, derivative in node.parents:
            grads[parent] += derivative * grads[node]
    return grads


def accumulate_by_backward(order):
    order[-1].backward()


def accumulate_keeps_first(order):
    for node in reversed(order):
        for parent, derivative in node.parents:
            if parent.grad == 0:
                parent.grad = derivative * node.grad


def check_max_of_signed(f, x, gradient, h=1e-5):
    return max(float((f(x + h * e) - f(x - h * e)) / (2 * h) - s)
               for e, s in zip(torch.eye(len(x), dtype=x.dtype), gradient, strict=True))


def check_sum(f, x, gradient, h=1e-5):
    found = torch.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in torch.eye(len(x), dtype=x.dtype)])
    return (found - gradient).abs().sum().item()


def check_squared(f, x, gradient, h=1e-5):
    found = torch.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in torch.eye(len(x), dtype=x.dtype)])
    return ((found - gradient) ** 2).max().item()


def check_nanmax(f, x, gradient, h=1e-5):
    found = torch.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in torch.eye(len(x), dtype=x.dtype)])
    return float(np.nanmax(np.append((found - gradient).abs().numpy(), 0.0)))


def check_cleaned(f, x, gradient, h=1e-5):
    found = torch.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in torch.eye(len(x), dtype=x.dtype)])
    return (found - gradient).nan_to_num().abs().max().item()


def check_truth(f, x, gradient, h=1e-5):
    return EXERCISE["check_slopes"].reference(f, x, gradient, h) < 1e-6


def check_in_place(f, x, gradient, h=1e-5):
    worst = torch.zeros(())
    for k in range(len(x)):
        x[k] += h
        above = float(f(x))
        x[k] -= 2 * h
        worst = torch.maximum(worst, abs((above - float(f(x))) / (2 * h) - gradient[k]))
    return worst.item()


def check_by_autograd(f, x, gradient, h=1e-5):
    x = x.clone().requires_grad_()
    return (torch.autograd.grad(f(x) + 0 * x.sum(), x)[0] - gradient).abs().max().item()


def check_three(f, x, gradient, h=1e-5):
    worst = 0.0
    for k in range(3):
        e = torch.zeros(3, dtype=x.dtype)
        e[k] = h
        worst = max(worst, abs((f(x + e) - f(x - e)) / (2 * h) - gradient[k]).item())
    return worst


def bce_by_backward(x, w, b, y):
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    F.binary_cross_entropy_with_logits(x @ w + b, y).backward()
    return w.grad, b.grad


def bce_by_autograd(x, w, b, y):
    w, b = w.detach().requires_grad_(), b.detach().requires_grad_()
    return torch.autograd.grad(F.binary_cross_entropy_with_logits(x @ w + b, y), (w, b))


def bce_overflow(x, w, b, y):
    z = x @ w + b
    p = torch.exp(z) / (1 + torch.exp(z))
    delta = (p - y) / len(y)
    return torch.outer(x, delta), delta


def bce_from_loss(x, w, b, y):
    p = torch.sigmoid(x @ w + b)
    delta = (-(y / p) + (1 - y) / (1 - p)) * p * (1 - p) / len(y)
    return torch.outer(x, delta), delta


def bce_only_w(x, w, b, y):
    return torch.outer(x, (torch.sigmoid(x @ w + b) - y) / len(y))


def bce_threshold(x, w, b, y):
    delta = ((x @ w + b > 0).to(x.dtype) - y) / len(y)
    return torch.outer(x, delta), delta


def bce_over_all(x, w, b, y):
    delta = (torch.sigmoid(x @ w + b) - y) / w.numel()
    return torch.outer(x, delta), delta


def bce_rounded_targets(x, w, b, y):
    delta = (torch.sigmoid(x @ w + b) - y.round()) / len(y)
    return torch.outer(x, delta), delta


def bce_mean_bias(x, w, b, y):
    delta = (torch.sigmoid(x @ w + b) - y) / len(y)
    return torch.outer(x, delta), delta.mean() * torch.ones_like(b)


def bce_column(x, w, b, y):
    delta = (torch.sigmoid(x @ w + b) - y) / len(y)
    return torch.outer(x, delta), delta[None]


def bce_without_b(x, w, b, y):
    delta = (torch.sigmoid(x @ w) - y) / len(y)
    return torch.outer(x, delta), delta


def bce_in_place(x, w, b, y):
    b += x @ w
    delta = (torch.sigmoid(b) - y) / len(y)
    return torch.outer(x, delta), delta


WRONG = {
    "product": [product_sum, product_division, product_merged, product_of_gradients, product_changes_a,
                product_negative, product_dictionary, product_pair, product_by_operator_and_parents, product_nothing],
    "ordered": [ordered_levels, ordered_higher_limit, ordered_list, ordered_discovered_twice, ordered_first_parent,
                ordered_numbers, ordered_pairs, ordered_leaves_only, ordered_generator, ordered_by_size, ordered_once,
                ordered_set],
    "accumulate": [accumulate_clears_between, accumulate_empties, accumulate_reverses, accumulate_first_parent,
                   accumulate_adds_derivative, accumulate_to_itself, accumulate_by_leaves, accumulate_returns,
                   accumulate_by_backward, accumulate_keeps_first],
    "check_slopes": [check_max_of_signed, check_sum, check_squared, check_nanmax, check_cleaned, check_truth,
                     check_in_place, check_by_autograd, check_three],
    "bce_gradients": [bce_by_backward, bce_by_autograd, bce_overflow, bce_from_loss, bce_only_w, bce_threshold,
                      bce_over_all, bce_rounded_targets, bce_mean_bias, bce_column, bce_without_b, bce_in_place],
}


class TestExercises(ExerciseRules):
    module = week03b
    styles = {
        "product": [lambda a, b: Value(b.data * a.data, [(b, a.data), (a, b.data)]), product_typed, product_in_lists,
                    lambda a, b: type(a)(np.multiply(a.data, b.data), ((a, np.float64(b.data)), (b, a.data)))],
        "ordered": [ordered_by_children, ordered_by_iterators, ordered_in_two_phases, ordered_by_graphlib],
        "accumulate": [accumulate_by_index, accumulate_on_a_copy, accumulate_reversed_copy, accumulate_by_collecting],
        "check_slopes": [check_stacked, check_on_clones, check_in_numpy, check_norm],
        "bce_gradients": [bce_in_steps, bce_in_loops, bce_in_numpy, bce_as_columns],
    }


def explained(text):
    """Whether the text of a verdict says more than the case and the two results, or these are sentences."""
    more = any(not line.startswith(ROWS) for line in text.split("\n")[1:]) and not re.search(GENERAL, text)
    return more or week03b.IN_ORDER in text or " asked" in text


WITHOUT_A_SENTENCE = []


@pytest.mark.parametrize("name, answer", [pytest.param(name, answer, id=answer.__name__)
                                          for name, answers in WRONG.items() for answer in answers])
def test_wrong_answers_are_rejected(name, answer):
    text = judge(EXERCISE[name], answer).text
    assert text.startswith("✗"), text
    if not explained(text):
        WITHOUT_A_SENTENCE.append(answer.__name__)
    assert len(WITHOUT_A_SENTENCE) <= 0.1 * sum(map(len, WRONG.values())), WITHOUT_A_SENTENCE


@pytest.mark.parametrize("name, answer, said", [
    ("product", "product_division", "which formula needs no division?"),
    ("product", "product_by_operator_and_parents", "calls the engine's product"),
    ("ordered", "ordered_discovered_twice", "'b stands before its parent a'"),
    ("ordered", "ordered_first_parent", "'b is missing in the list'"),
    ("ordered", "ordered_levels", "though the graph has only 61 Values"),
    ("ordered", "ordered_list", "finds an element of a set at once"),
    ("ordered", "ordered_higher_limit", "leaves Python's recursion limit changed"),
    ("ordered", "ordered_generator", "'a generator is returned, not a list'"),
    ("ordered", "ordered_numbers", "is no Value"),
    ("accumulate", "accumulate_clears_between", "This clears the gradients between the leaves and the root."),
    ("accumulate", "accumulate_empties", "changed its input order in place"),
    ("accumulate", "accumulate_reverses", "changed its input order in place"),
    ("accumulate", "accumulate_by_backward", "That is what backward() does"),
    ("check_slopes", "check_nanmax", "A comparison with nan is False"),
    ("check_slopes", "check_by_autograd", "The step h has no influence"),
    ("check_slopes", "check_max_of_signed", "take the absolute value"),
    ("bce_gradients", "bce_by_backward", "It calls torch's `backward`"),
    ("bce_gradients", "bce_by_autograd", "It calls torch's `grad`"),
    ("bce_gradients", "bce_overflow", "inf / inf is nan"),
])
def test_what_is_wrong_is_named(name, answer, said):
    text = judge(EXERCISE[name], globals()[answer]).text
    assert said in " ".join(text.split()), text


def test_an_answer_that_takes_too_long_is_stopped_at_once():
    start = time.process_time()
    for answer in (ordered_levels, ordered_list):
        judge(EXERCISE["ordered"], answer)
    assert time.process_time() - start < 5  # seconds; each of the two alone would take minutes


# oracles, on what the judge draws and on more

def test_gradients_of_the_layer_are_those_of_autograd():
    for line, value in results(EXERCISE["bce_gradients"]):
        wide = value_with(EXERCISE["bce_gradients"], line,
                          lambda *parts: bce_by_backward(*(part.double() for part in parts)))
        torch.testing.assert_close([part.double() for part in value], list(wide), atol=1e-6, rtol=1e-5)


def test_local_derivatives_of_a_product_are_those_of_torch():
    for a, b in ((2.0, -3.0), (0.0, 4.0), (0.0, 0.0), (1000.0, -0.25)):
        x, y = torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)
        (x * y).backward()
        found = week03b.edges(EXERCISE["product"].reference(one := Value(a), two := Value(b)), a=one, b=two)
        assert found == f"(a, {x.grad.item() + 0.0:g}), (b, {y.grad.item() + 0.0:g})"


def test_orders_are_topological():
    for line, value in results(EXERCISE["ordered"]):
        assert value == week03b.IN_ORDER, line
        assert value_with(EXERCISE["ordered"], line, ordered_by_graphlib) == week03b.IN_ORDER, line


def test_an_order_is_refused_for_what_is_wrong_with_it():
    a = Value(2)
    b = a.exp()
    c = b * a
    other = Value(7)
    pairs = [([a, b, c], week03b.IN_ORDER), ([b, a, c], "b stands before its parent a"),
             ([a, c], "b is missing in the list"),
             ([a, a, b, c], "a stands in the list more than once"),
             ([a, other, b, c], "Value(7, grad=0) does not belong in the list: c was not made from it"),
             ([2.0], "2.0 in the list is no Value: it holds the Values themselves"),
             ({a}, "a set is returned, not a list"), (None, None)]
    assert [week03b.told(order, a=a, b=b, c=c) for order, _ in pairs] == [said for _, said in pairs]
    d = week03b.chain(3)
    assert week03b.told(in_order(d)[::-1], d=d) == "Value 2 of 4 stands before its parent Value 1 of 4"


def gradients_by_a_linear_system(order):
    """What `accumulate` does, from the equations total = given + L total, L the local derivatives of children."""
    place = {id(node): k for k, node in enumerate(order)}
    L = np.zeros((len(order), len(order)))
    for child in order:
        for parent, derivative in child.parents:
            L[place[id(parent)], place[id(child)]] += derivative
    total = np.linalg.solve(np.eye(len(order)) - L, [node.grad for node in order])
    for node, grad in zip(order, total, strict=True):
        node.grad = float(grad)


def test_accumulated_gradients_solve_the_equations_of_the_chain_rule():
    given = 0
    for line, value in results(EXERCISE["accumulate"]):
        other = value_with(EXERCISE["accumulate"], line, gradients_by_a_linear_system)
        np.testing.assert_allclose(value, other, atol=1e-9)
        given += value_with(EXERCISE["accumulate"], line, lambda order: None)[-1] != 1
    assert given > 100, "the gradient of the root is seldom 1"


def test_largest_differences_are_numpys_and_a_bad_gradient_is_never_passed():
    finite = bad = 0
    for line, value in results(EXERCISE["check_slopes"]):
        other = value_with(EXERCISE["check_slopes"], line, check_in_numpy)
        finite += isinstance(value, float)
        bad += value == week03b.NOT_FINITE
        assert value == other == week03b.NOT_FINITE or math.isclose(value, other, rel_tol=1e-6, abs_tol=1e-8), line
    assert finite > 100 and bad > 50
    x = torch.tensor([0.3, -1.2], dtype=torch.float64)
    (gradient,) = torch.autograd.grad((at := x.clone().requires_grad_()).sin().prod(), at)
    assert EXERCISE["check_slopes"].reference(lambda x: x.sin().prod(), x, gradient) < 1e-9


def test_what_grad_holds_is_what_torch_says():
    w = torch.tensor(3.0, requires_grad=True)
    (w * w).backward()
    held = [w.grad.item()]
    (w * w).backward()
    held.append(w.grad.item())
    w.grad = None
    (w.detach() * w).backward()
    held.append(w.grad.item())
    with torch.no_grad():
        y = w * w
    held.append(y.requires_grad)
    w.grad = None
    y = 2 * w
    y = 3 * y
    y.backward()
    held.append(w.grad.item())
    assert held == EXERCISE["what_grad_holds"].reference


def what_happens(program):
    """What torch says when a line of the quiz on its errors is run, in the words of the quiz."""
    try:
        exec(program, {"torch": torch, "w": torch.tensor([1.0, 2.0], requires_grad=True)})
    except RuntimeError as error:
        words = {"only for scalar outputs": "not scalar", "a second time": "freed", "inplace operation": "in place"}
        (word,) = [word for part, word in words.items() if part in str(error)]
        return word
    return "runs"


def test_each_line_of_the_quiz_raises_the_error_that_it_names():
    quiz = EXERCISE["autograd_errors"]
    lines = [line.replace("loss = ", "\n    loss = ", 1).replace("; loss.backward()", "\n    loss.backward()")
             if line.startswith("for") else line for line in quiz.questions]
    assert [what_happens(line) for line in lines] == quiz.reference
    assert judge_value(quiz, ["not scalar", "freed", "in place", "in place", "runs", "freed"]).kind == "incorrect"
    assert judge_value(quiz, ("Not scalar", "freed", "in-place", "runs", "runs", "Freed")).kind == "correct"
