"""Week 3a: slopes on a graph, deltas, an engine, checks of a gradient, and what torch keeps."""

import torch
import torch.nn.functional as F

from nnlab.autograd import Value as Node
from nnlab.autograd import accumulate, ordered, product
from nnlab.checks.exercise import Exercise, Quiz, Wrong

SLOPES_BY_HAND = Quiz(
    name="slopes_by_hand",
    reference=[-8, -8, -16, 16],
    questions=(
        "a = 2; b = -3; c = a * b; d = c + a; e = d * d: the slope of e with respect to d",
        "the slope of e with respect to c",
        "the slope of e with respect to b",
        "the slope of e with respect to a",
    ),
    wrong=(
        Wrong([16, -8, -16, 16], "d is -4, so d * d is 16; but its slope with respect to d is 2 d."),
        Wrong([-4, -8, -16, 16], "d goes into d * d twice: two edges, each with the slope d, and both count."),
        Wrong([-8, -8, 24, 16], "Along the edge from b to c = a * b the slope is the other factor, a."),
        Wrong([-8, -8, -16, 24], "That is the way over c alone. a also goes into d directly: add that way."),
        Wrong([-8, -8, -16, -8], "That is the direct way from a to d alone. a also goes into c: add that way."),
        Wrong([-8, 0, 0, -8], "A sum passes its slope on to both of its parts: c has the slope 1 in d = c + a."),
    ),
    hints=("Write the values first: c = -6, d = -4, e = 16. Then a slope on every edge.",
           "Multiply the slopes along a way; where several ways lead from a to e, add them up."),
    allows="Multiply along ways, add over ways: that is all of backprop.",
)


def deltas(x, y, W, b, v, c):
    """Slopes of E = (o - y)² / 2 with respect to what goes into each sigmoid: of the output (), and of the hidden units (H,).

    The network has hidden units h = σ(W x + b) and an output o = σ(v · h + c); x is (n,), W (H, n), b and v (H,), y and c ().
    """
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    output = (o - y) * o * (1 - o)
    return output, output * v * h * (1 - h)


def _deltas_plain_error(x, y, W, b, v, c):
    h = torch.sigmoid(W @ x + b)
    output = torch.sigmoid(v @ h + c) - y
    return output, output * v * h * (1 - h)


def _deltas_other_sign(x, y, W, b, v, c):
    output, hidden = deltas(x, y, W, b, v, c)
    return -output, -hidden


def _deltas_without_weights(x, y, W, b, v, c):
    h, (output, _) = torch.sigmoid(W @ x + b), deltas(x, y, W, b, v, c)
    return output, output * h * (1 - h)


def _deltas_without_hidden_slope(x, y, W, b, v, c):
    output, _ = deltas(x, y, W, b, v, c)
    return output, output * v


def _deltas_of_the_inputs(x, y, W, b, v, c):
    output, _ = deltas(x, y, W, b, v, c)
    z = W @ x + b
    return output, output * v * z * (1 - z)


def _deltas_of_the_weights(x, y, W, b, v, c):
    h, (output, _) = torch.sigmoid(W @ x + b), deltas(x, y, W, b, v, c)
    return output, output * h


_W, _B, _V, _ONES = torch.tensor([[1.0, -1.0], [0.5, 2.0]]), torch.tensor([0.5, -1.0]), torch.tensor([1.0, -2.0]), torch.ones(1)
DELTAS = Exercise(
    reference=deltas,
    cases=(
        "deltas(one, torch.tensor(1.0), 0 * one[None], 0 * one, 0 * one, torch.tensor(0.0))[1]",
        "deltas(one, torch.tensor(0.5), 2 * one[None], one, 0 * one, torch.tensor(0.0))",
        "deltas(one, torch.tensor(1.0), one[None], 0 * one, 2 * one, torch.tensor(0.0))",
        "deltas(torch.tensor([1.0, 2.0]), torch.tensor(0.0), W, b, v, torch.tensor(0.2))",
        "deltas(torch.tensor([-1.0, 0.5]), torch.tensor(1.0), W, b, v, torch.tensor(0.2))",
    ),
    wrong=(
        Wrong(_deltas_plain_error, "o - y is the slope with respect to o. Its sigmoid has a slope, too: o (1 - o)."),
        Wrong(_deltas_other_sign, "The sign: where o is above y, the loss grows with o, so its slope is o - y, not y - o."),
        Wrong(_deltas_without_weights, "A hidden unit reaches the output through its weight v: one with v = 0 is not to blame."),
        Wrong(_deltas_without_hidden_slope, "The way to a hidden unit's input goes through its sigmoid, with slope h (1 - h)."),
        Wrong(_deltas_of_the_inputs, "σ' is h (1 - h), of what comes out of the sigmoid, not of what goes in."),
        Wrong(_deltas_of_the_weights, "δ times h is the slope of a weight in v. The hidden δ goes through v and the sigmoid."),
    ),
    hints=("Forward first: h, then o. Then from behind: from E to o, from o to what goes into its sigmoid.",
           "Output: (o - y) * o * (1 - o). From there to a hidden unit: times its v, times h * (1 - h)."),
    allows="The slope of any weight is the δ of the unit it leads to, times what flows through it.",
    equivalent=(("v @ h → h @ v", "a product of two vectors"),),
    uses={"W": _W, "b": _B, "v": _V, "one": _ONES},
)


def _product_swapped(a, b):
    return Node(a.data * b.data, ((a, a.data), (b, b.data)))


def _product_ones(a, b):
    return Node(a.data * b.data, ((a, 1.0), (b, 1.0)))


def _product_no_parents(a, b):
    return Node(a.data * b.data)


def _product_one_parent(a, b):
    return Node(a.data * b.data, ((a, b.data),))


def _product_of_both(a, b):
    return Node(a.data * b.data, ((a, a.data * b.data), (b, a.data * b.data)))


def _product_by_the_engine(a, b):
    return a * b


class Bare:
    """A Value without operators, for an exercise that is to write one."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents


def edges(node, **names):
    """The parents of `node`, by the names given to them, each with its slope, in the order of the names."""
    return sorted((name, slope) for parent, slope in node.parents for name, one in names.items() if one is parent)


_EDGES = "c.data, edges(c, a=a, b=b)"
PRODUCT = Exercise(
    reference=product,
    cases=(
        "product(Value(2), Value(3)).data",
        f"a, b = Value(1), Value(1); c = product(a, b); {_EDGES}",
        f"a, b = Value(2), Value(-3); c = product(a, b); {_EDGES}",
        "a = Value(5); c = product(a, a); c.data, [slope for _, slope in c.parents]",
        "a, b = Bare(2), Bare(-3); c = product(a, b); c.data, edges(c, a=a, b=b)",
    ),
    wrong=(
        Wrong(_product_swapped, "Where a grows a little, a * b grows b times as much: the slope is the other factor."),
        Wrong(_product_ones, "Slopes of 1 belong to a sum. A product grows by the other factor."),
        Wrong(_product_no_parents, "It does not know what it was made from: give Value the parents too, each with its slope."),
        Wrong(_product_one_parent, "A product has two parents, and a slope for each."),
        Wrong(_product_by_the_engine,
              "That asks the engine, and you are the engine: make a Value of a.data * b.data and its two parents."),
        Wrong(_product_of_both, "The slope is not the product itself: how fast does a * b grow with a alone?"),
    ),
    hints=("Value takes the number, then the parents: pairs of a Value and a slope.",
           "The derivative of a * b with respect to a is b. So one pair is (a, b.data)."),
    allows="One operator is all that one has to know; the graph does the rest.",
    equivalent=(("((a, b.data), (b, a.data)) → ((b, a.data), (a, b.data))", "in either order"),),
    uses={"Value": Node, "Bare": Bare, "edges": edges},
)


def is_order(order, root):
    """Does the list `order` hold each Value that `root` was made from once, parents first, and `root` at its end?"""
    places = {id(node): k for k, node in enumerate(order)}
    pairs = [(id(parent), id(node)) for node in order for parent, _ in node.parents]
    complete = len(places) == len(order) == len(ordered(root)) and order[-1] is root
    return complete and all(parent in places and places[parent] < places[node] for parent, node in pairs)


def chain(length):
    """A Value made from another by that many sums in a row."""
    node = Node(1.0)
    for _ in range(length):
        node = Node(node.data, ((node, 1.0),))
    return node


def _ordered_with_repeats(root):
    order = []
    for parent, _ in root.parents:
        order += _ordered_with_repeats(parent)
    return [*order, root]


def _ordered_children_first(root):
    return ordered(root)[::-1]


def _ordered_as_met(root):
    order, stack = [], [root]
    while stack:
        node = stack.pop()
        if node not in order:
            order.append(node)
            stack += [parent for parent, _ in node.parents]
    return order[::-1]


def _ordered_recursive(root):
    order, done = [], set()

    def visit(node):
        if node not in done:
            done.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


ORDERED = Exercise(
    reference=ordered,
    cases=(
        "a = Value(1); len(ordered(a)), is_order(ordered(a), a)",
        "a = Value(1); b = a.tanh(); c = b.exp(); is_order(ordered(c), c)",
        "a = Value(3); b = a + a; c = b + b; len(ordered(c)), is_order(ordered(c), c)",
        "a = Value(2); b = a.exp(); c = a * b; is_order(ordered(c), c)",
        "a = Value(2); b = a.exp(); c = b.tanh() * a + b; d = c * c + b; is_order(ordered(d), d)",
        "len(ordered(chain(5000)))",
    ),
    wrong=(
        Wrong(_ordered_with_repeats, "A Value that is used twice stands in it twice: remember which ones are done."),
        Wrong(_ordered_children_first, "The other way round: parents first, the root last. It is walked from behind later."),
        Wrong(_ordered_as_met,
              "In the order in which a walk meets them, a Value can stand before one of its own parents: it may only go in when "
              "all its parents are in."),
        Wrong(_ordered_recursive,
              "Right for small graphs; but Python stops functions that call themselves a thousand times deep. Keep a stack, "
              "a list, of your own."),
    ),
    hints=("A Value may go into the order when all its parents are in. Until then it waits on a stack, under its parents.",
           "Look at the top of the stack: if parents are not done, put those on top; else take it off and, if new, append it."),
    allows="Each Value once, after its parents: walked from behind, nobody passes on too early.",
    uses={"Value": Node, "is_order": is_order, "chain": chain},
)


def _accumulate_overwrites(order):
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad = slope * node.grad


def _accumulate_forward(order):
    for node in order:
        for parent, slope in node.parents:
            parent.grad += slope * node.grad


def _accumulate_local(order):
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad += slope


def _accumulate_no_slope(order):
    for node in reversed(order):
        for parent, _ in node.parents:
            parent.grad += node.grad


def _accumulate_anew(order):
    for node in order[:-1]:
        node.grad = 0.0
    accumulate(order)


def _accumulate_from_data(order):
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad += slope * node.data


_ONE = "c.grad = 1.0; accumulate(ordered(c))"
ACCUMULATE = Exercise(
    reference=accumulate,
    cases=(
        f"a = Value(1); c = a + 0; {_ONE}; a.grad",
        f"a = Value(5); c = a * 3; {_ONE}; a.grad",
        "a = Value(5); a.grad = 7.0; c = a * 3; c.grad = 2.0; accumulate(ordered(c)); a.grad",
        f"a = Value(1); b = a * 3; c = b * 2; {_ONE}; a.grad, b.grad",
        f"a = Value(3); b = a + a; c = b + b; {_ONE}; a.grad, b.grad",
        f"a = Value(2); b = a * a; c = b * a; {_ONE}; a.grad, b.grad",
        f"a, b = Value(2), Value(-3); c = (a * b + a).tanh() * b; {_ONE}; a.grad, b.grad",
    ),
    wrong=(
        Wrong(_accumulate_overwrites, "A Value used twice gets slopes from two sides; the second overwrites the first: use +=."),
        Wrong(_accumulate_forward, "From the front everybody passes on before having got anything: walk the order from behind."),
        Wrong(_accumulate_local, "Each edge's own slope only: multiply it by the gradient of the node that it comes from."),
        Wrong(_accumulate_no_slope, "The gradient is passed on unchanged, as if every edge had the slope 1."),
        Wrong(_accumulate_anew, "Clear nothing and set nothing: what is there already stays, and slopes are added to it."),
        Wrong(_accumulate_from_data, "What flows back is the gradient of the node, node.grad, not its value."),
    ),
    hints=("Two loops: over the order from behind, and over the parents of each node.", "parent.grad += slope * node.grad"),
    allows="Three functions, and the engine runs.",
    uses={"Value": Node, "ordered": ordered},
)


def check_slopes(f, x, slopes, h=1e-5):
    """Largest distance, a number, between `slopes` (n,) and the central differences (f(x + h e) - f(x - h e)) / (2 h) of f.

    f takes tensors (n,) and gives one number (); x is (n,), and e is 1 at one place.
    """
    worst = 0.0
    for k in range(len(x)):
        e = torch.zeros_like(x)
        e[k] = h
        difference = (f(x + e) - f(x - e)) / (2 * h)
        worst = max(worst, abs(difference - slopes[k]).item())
    return worst


def _steps(x, h):
    return h * torch.eye(len(x), dtype=x.dtype)


def _slopes_forward(f, x, slopes, h=1e-5):
    return max(abs((f(x + e) - f(x)) / h - slope).item() for e, slope in zip(_steps(x, h), slopes, strict=True))


def _slopes_half(f, x, slopes, h=1e-5):
    return max(abs((f(x + e) - f(x - e)) / h - slope).item() for e, slope in zip(_steps(x, h), slopes, strict=True))


def _slopes_all_at_once(f, x, slopes, h=1e-5):
    return max(abs((f(x + h) - f(x - h)) / (2 * h) - slope).item() for slope in slopes)


def _slopes_without_abs(f, x, slopes, h=1e-5):
    return max(((f(x + e) - f(x - e)) / (2 * h) - slope).item() for e, slope in zip(_steps(x, h), slopes, strict=True))


def _slopes_other_step(f, x, slopes, h=1e-5):
    return check_slopes(f, x, slopes)


def _slopes_in_float32(f, x, slopes, h=1e-5):
    return max(abs((f(x + e) - f(x - e)) / (2 * h) - slope).item() for e, slope in zip(_steps(x.float(), h), slopes, strict=True))


def _slopes_last(f, x, slopes, h=1e-5):
    return check_slopes(lambda last: f(torch.cat([x[:-1], last])), x[-1:], slopes[-1:], h)


CHECK_SLOPES = Exercise(
    reference=check_slopes,
    cases=(
        "check_slopes(lambda x: 0 * x[0] + 5, one, 0 * one)",
        "check_slopes(lambda x: 3 * x[0], one, 3 * one)",
        "check_slopes(lambda x: 3 * x[0], one, 2 * one)",
        "check_slopes(lambda x: (x ** 2).sum(), x, 2 * x, h=0.1)",
        "check_slopes(lambda x: (x ** 3).sum(), x, 3 * x ** 2, h=0.1)",
        "check_slopes(lambda x: 1e4 * x[0], one, 1e4 * one)",
        "check_slopes(lambda x: (x ** 3).sum(), x, 3 * x ** 2 + torch.tensor([0.5, 0, 0]))",
        "check_slopes(lambda x: torch.sin(x).prod(), x, 0 * x, h=1e-3)",
    ),
    wrong=(
        Wrong(_slopes_forward, "A step to one side only: its error shrinks with h, that of a step to both sides with h²."),
        Wrong(_slopes_half, "From x - h to x + h it is two steps: divide by 2 h."),
        Wrong(_slopes_all_at_once, "All coordinates move at once: move one at a time, to see each one's slope."),
        Wrong(_slopes_without_abs, "A slope that is too small must count as much as one too large: take the distance, abs()."),
        Wrong(_slopes_other_step, "The step h that is given should be taken; you always take the same."),
        Wrong(_slopes_in_float32, "In float32 the step itself is rounded: give it the precision of x, torch.zeros_like(x)."),
        Wrong(_slopes_last, "Only the last coordinate is looked at: keep the largest distance of all."),
    ),
    hints=("For each k: a copy of zeros with h at place k, added and subtracted.",
           "(f(x + e) - f(x - e)) / (2 * h), then the distance to slopes[k]; keep the largest, as a number with .item()."),
    allows="Now nobody has to believe a gradient, least of all your own.",
    equivalent=(("0.0 → -1.0", "distances are never negative"),
                ("max(worst, abs(difference - slopes[k]).item()) → max(abs(difference - slopes[k]).item(), worst)",
                 "the larger of two"),
                ("difference - slopes[k] → slopes[k] - difference", "a distance")),
    uses={"one": torch.ones(1, dtype=torch.float64), "x": torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)},
)


def bce_gradients(x, w, b, y):
    """Slopes, (n, m) and (m,), of the mean binary cross-entropy of the logits x w + b by w (n, m) and b (m,), found by hand.

    x is (n,), the targets y are (m,).
    """
    delta = (torch.sigmoid(x @ w + b) - y) / len(y)
    return torch.outer(x, delta), delta


def _bce_summed(x, w, b, y):
    delta = torch.sigmoid(x @ w + b) - y
    return torch.outer(x, delta), delta


def _bce_transposed(x, w, b, y):
    slopes, delta = bce_gradients(x, w, b, y)
    return slopes.T, delta


def _bce_uphill(x, w, b, y):
    slopes, delta = bce_gradients(x, w, b, y)
    return -slopes, -delta


def _bce_squared(x, w, b, y):
    p = torch.sigmoid(x @ w + b)
    delta = (p - y) * p * (1 - p) / len(y)
    return torch.outer(x, delta), delta


def _bce_softmax(x, w, b, y):
    delta = (torch.softmax(x @ w + b, 0) - y) / len(y)
    return torch.outer(x, delta), delta


def _bce_without_x(x, w, b, y):
    _, delta = bce_gradients(x, w, b, y)
    return delta.expand(len(x), -1).clone(), delta


def _bce_by_backward(x, w, b, y):
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    F.binary_cross_entropy_with_logits(x @ w + b, y).backward()
    return w.grad, b.grad


def no_graph(function):
    """`function`, called without autograd: what is computed by hand does not miss it."""
    return torch.inference_mode()(function)


BCE_GRADIENTS = Exercise(
    reference=bce_gradients,
    cases=(
        "bce_gradients(torch.tensor([1.0]), torch.tensor([[0.0]]), torch.tensor([0.0]), torch.tensor([0.5]))",
        "bce_gradients(torch.tensor([1.0]), torch.tensor([[2.0]]), torch.tensor([0.0]), torch.tensor([1.0]))",
        "bce_gradients(torch.tensor([2.0, -1.0]), torch.tensor([[0.5], [1.0]]), torch.tensor([0.0]), torch.tensor([0.0]))",
        "bce_gradients(torch.ones(2), torch.zeros(2, 2), torch.zeros(2), torch.tensor([0.0, 1.0]))",
        "bce_gradients(torch.tensor([1.0, 3.0]), w, torch.tensor([0.1, 0.2]), torch.tensor([0.0, 1.0]))",
        "bce_gradients(torch.ones(5), torch.randn(5, 3), torch.randn(3), torch.zeros(3))",
        "no_graph(bce_gradients)(torch.ones(2), w, torch.zeros(2), torch.tensor([0.0, 1.0]))",
    ),
    wrong=(
        Wrong(_bce_summed, "The loss is the mean over the outputs, so each of m has only 1/m of the say."),
        Wrong(_bce_transposed, "The slopes must have the shape of w, (n, m): row i belongs to input i."),
        Wrong(_bce_uphill, "The sign: the slope of a logit is σ(z) - y, what is said minus what is right."),
        Wrong(_bce_squared, "σ (1 - σ) belongs to the squared error. In cross-entropy it cancels: σ(z) - y is all (week 1b)."),
        Wrong(_bce_softmax, "Each output is a yes or no of its own: σ of each logit, not a softmax over them."),
        Wrong(_bce_by_backward, "The right numbers, but torch found them: by hand, without a graph, is asked."),
        Wrong(_bce_without_x, "The slope of a weight is the δ of the unit it leads to, times what flows through it: x."),
    ),
    hints=("For one logit z with target y the slope is σ(z) - y; for the mean over m logits, a part of 1/m of that.",
           "w[i, j] stands between x[i] and logit j, so its slope is x[i] * delta[j]: torch.outer."),
    allows="You have done by hand what backward() does for this layer.",
    uses={"w": torch.tensor([[0.5, -1.0], [1.0, 0.0]]), "no_graph": no_graph},
)

WHAT_GRAD_HOLDS = Quiz(
    name="what_grad_holds",
    reference=[6, 12, 3, False, 6],
    questions=(
        "w = torch.tensor(3.0, requires_grad=True); (w * w).backward(): then w.grad is",
        "then (w * w).backward() once more, nothing cleared: w.grad is",
        "w.grad = None; (w.detach() * w).backward(): w.grad is",
        "with torch.no_grad(): y = w * w. y.requires_grad is",
        "w.grad = None; y = 2 * w; y = 3 * y; y.backward(): w.grad is",
    ),
    wrong=(
        Wrong([9, 12, 3, False, 6], "w * w is 9; its slope at w = 3 is 2 w."),
        Wrong([6, 6, 3, False, 6], "backward() adds to what is there: nothing clears .grad by itself."),
        Wrong([6, 0, 3, False, 6], "backward() adds to what is there; it is zero_grad that clears."),
        Wrong([6, 12, 6, False, 6], "A detached w is a number without a past: only the other factor is followed back."),
        Wrong([6, 12, 3, True, 6], "Under no_grad() torch keeps no graph: what is computed there has no past."),
        Wrong([6, 12, 3, False, 3], "The name y moves on to the new number, but the graph stays whole: w, 2 w, 3 (2 w)."),
        Wrong([3, 12, 3, False, 6], "w goes into w * w twice, and each edge has the slope 3."),
    ),
    hints=("Run the lines in a cell of your own, and look.",
           "detach() cuts an edge; no_grad() builds no graph at all; += is what backward() does."),
    allows="Accumulation is why every training loop clears first.",
)

EXERCISES = [SLOPES_BY_HAND, DELTAS, PRODUCT, ORDERED, ACCUMULATE, CHECK_SLOPES, BCE_GRADIENTS, WHAT_GRAD_HOLDS]
