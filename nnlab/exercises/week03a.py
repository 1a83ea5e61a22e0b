"""Week 3a: derivatives on a graph, deltas, an autograd engine, gradient checks, and what torch's .grad holds."""

import torch
import torch.nn.functional as F

from nnlab.autograd import Value as Node
from nnlab.autograd import accumulate, ordered, product
from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant

SLOPES_BY_HAND = Quiz(
    name="slopes_by_hand",
    reference=[-8, -8, -16, 16],
    questions=(
        "a = 2; b = -3; c = a * b; d = c + a; e = d * d: the derivative of e with respect to d",
        "the derivative of e with respect to c",
        "the derivative of e with respect to b",
        "the derivative of e with respect to a",
    ),
    wrong=(
        Wrong([16, -8, -16, 16], "d is -4, so d * d is 16; but its derivative with respect to d is 2 d."),
        Wrong([-4, -8, -16, 16],
              "d goes into d * d twice: two edges, each with the local derivative d, and both count."),
        Wrong([-8, -8, 24, 16], "At the edge from b to c = a * b the local derivative is the other factor, a."),
        Wrong([-8, -8, -16, 24], "That is the path through c alone. a also goes into d directly: add that path."),
        Wrong([-8, -8, -16, -8], "That is the direct path from a to d alone. a also goes into c: add that path."),
        Wrong([-8, 0, 0, -8],
              "A sum passes its upstream gradient on to both summands: the local derivative of d = c + a with respect "
              "to c is 1."),
    ),
    hints=("Write the values first: c = -6, d = -4, e = 16. Then the local derivative at every edge.",
           "Multiply the local derivatives along each path; where several paths lead from a to e, sum over them."),
    allows="Multiply along each path, sum over all paths: that is the chain rule, and all of backprop.",
)


def deltas(x, y, W, b, v, c):
    """Gradients of E = (o - y)² / 2 with respect to the inputs of the sigmoids: output () and hidden units (H,).

    The network has hidden units h = σ(W x + b) and an output o = σ(v · h + c); x is (n,), W (H, n), b and v (H,), y and
    c are ().
    """
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    output = (o - y) * o * (1 - o)
    return output, output * v * h * (1 - h)


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
        Wrong(variant(deltas, (" * o * (1 - o)", ""), name="deltas_plain_error"),
              "o - y is the derivative with respect to o. Its sigmoid has a derivative, too: o (1 - o)."),
        Wrong(variant(deltas, ("o - y", "y - o"), name="deltas_other_sign"),
              "The sign: where o is above y, the loss grows with o, so its derivative is o - y, not y - o."),
        Wrong(variant(deltas, (" * v", ""), name="deltas_without_weights"),
              "A hidden unit reaches the output through its weight v: where v = 0, its δ is 0."),
        Wrong(variant(deltas, (" * h * (1 - h)", ""), name="deltas_without_hidden_derivative"),
              "The path to a hidden unit's input goes through its sigmoid, with derivative h (1 - h)."),
        Wrong(variant(deltas, ("h * (1 - h)", "z * (1 - z)"),
                      ("h = torch.sigmoid(W @ x + b)", "z = W @ x + b; h = torch.sigmoid(z)"),
                      name="deltas_of_the_inputs"),
              "σ' is h (1 - h), computed from the output of the sigmoid, not from its input."),
        Wrong(variant(deltas, (" * v * h * (1 - h)", " * h"), name="deltas_of_the_weights"),
              "δ times h is the derivative with respect to a weight in v. The hidden δ goes through v and the "
              "sigmoid."),
    ),
    hints=("Forward first: h, then o. Then backward: from E to o, from o to the input of its sigmoid.",
           "Output: (o - y) * o * (1 - o). From there to a hidden unit: times its v, times h * (1 - h)."),
    allows="The derivative with respect to any weight is the δ of the unit it leads to, times its input.",
    equivalent=(("v @ h → h @ v", "a product of two vectors"),),
    uses={"W": torch.tensor([[1.0, -1.0], [0.5, 2.0]]), "b": torch.tensor([0.5, -1.0]), "v": torch.tensor([1.0, -2.0]),
          "one": torch.ones(1)},
)

_PARENTS = "(a, b.data), (b, a.data)"


def _product_by_the_engine(a, b):
    return a * b


class Bare:
    """A Value without operators, for an exercise that is to write one."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents


def edges(node, **names):
    """Pairs of the name of a parent of `node` and its local derivative, sorted by name; `names` maps them to Values."""
    return sorted((name, derivative) for parent, derivative in node.parents
                  for name, one in names.items() if one is parent)


_EDGES = "c.data, edges(c, a=a, b=b)"
PRODUCT = Exercise(
    reference=product,
    cases=(
        "product(Value(2), Value(3)).data",
        f"a, b = Value(1), Value(1); c = product(a, b); {_EDGES}",
        f"a, b = Value(2), Value(-3); c = product(a, b); {_EDGES}",
        "a = Value(5); c = product(a, a); c.data, [derivative for _, derivative in c.parents]",
        "a, b = Bare(2), Bare(-3); c = product(a, b); c.data, edges(c, a=a, b=b)",
    ),
    wrong=(
        Wrong(variant(product, (_PARENTS, "(a, a.data), (b, b.data)"), name="product_swapped"),
              "Where a grows a little, a * b grows b times as much: the local derivative is the other factor."),
        Wrong(variant(product, (_PARENTS, "(a, 1.0), (b, 1.0)"), name="product_ones"),
              "Local derivatives of 1 belong to a sum. That of a product is the other factor."),
        Wrong(variant(product, (", ((a, b.data), (b, a.data))", ""), name="product_no_parents"),
              "It does not know what it was made from: give Value the parents too, each with its local derivative."),
        Wrong(variant(product, (_PARENTS, "(a, b.data),"), name="product_one_parent"),
              "A product has two parents, and a local derivative for each."),
        Wrong(_product_by_the_engine,
              "That calls the engine's product, which is this function: make a Value of a.data * b.data and its two "
              "parents."),
        Wrong(variant(product, (_PARENTS, "(a, a.data * b.data), (b, a.data * b.data)"), name="product_of_both"),
              "The local derivative is not the product itself: how fast does a * b grow with a alone?"),
    ),
    hints=("Value takes the number, then the parents: pairs of a Value and a local derivative.",
           "The derivative of a * b with respect to a is b. So one pair is (a, b.data)."),
    allows="Each operator knows only its local derivatives; the graph does the rest.",
    equivalent=(("((a, b.data), (b, a.data)) → ((b, a.data), (a, b.data))", "in either order"),),
    uses={"Value": Node, "Bare": Bare, "edges": edges},
)


def is_order(order, root):
    """Whether the list `order` holds each Value that `root` was made from once, parents first, with `root` as last."""
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
        Wrong(_ordered_with_repeats,
              "A Value that is used twice stands in the list twice: remember which ones are done."),
        Wrong(variant(ordered, ("return order", "return order[::-1]"), name="ordered_children_first"),
              "The other way around: parents first, the root last. The backward pass reverses it later."),
        Wrong(_ordered_as_met,
              "In the order of discovery a Value can come before one of its own parents: append it only when all its "
              "parents are in the list."),
        Wrong(_ordered_recursive,
              "Right for small graphs; but Python's recursion limit is about a thousand calls. Keep a stack, a list, "
              "of your own."),
    ),
    hints=("A Value may be appended when all its parents are in the list. Until then it waits on a stack, under its "
           "parents.",
           "Look at the top of the stack: if it has parents that are not done, push those; else pop it and, if new, "
           "append it."),
    allows="Each Value once, after its parents: in reverse order, each gradient is complete before it is passed on.",
    uses={"Value": Node, "is_order": is_order, "chain": chain},
)


def _accumulate_anew(order):
    for node in order[:-1]:
        node.grad = 0.0
    accumulate(order)


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
        Wrong(variant(accumulate, ("+=", "="), name="accumulate_overwrites"),
              "A Value used twice gets gradients from two children; the second overwrites the first: use +=."),
        Wrong(variant(accumulate, ("reversed(order)", "order"), name="accumulate_forward"),
              "From the front each node passes its gradient on before it has one: go through the order in reverse."),
        Wrong(variant(accumulate, (" * node.grad", ""), name="accumulate_local"),
              "This is the local derivative only: multiply it by the upstream gradient, that of the child node."),
        Wrong(variant(accumulate, ("local_derivative * ", ""), name="accumulate_without_derivative"),
              "The gradient is passed on unchanged, as if every local derivative were 1."),
        Wrong(_accumulate_anew,
              "Clear nothing and set nothing: what is in grad already stays, and gradients are added to it."),
        Wrong(variant(accumulate, ("node.grad", "node.data"), name="accumulate_from_data"),
              "What flows back is the gradient of the node, node.grad, not its value."),
    ),
    hints=("Two loops: over the order in reverse, and over the parents of each node.",
           "parent.grad += local_derivative * node.grad"),
    allows="With product, ordered and accumulate the engine runs.",
    uses={"Value": Node, "ordered": ordered},
)


def check_slopes(f, x, slopes, h=1e-5):
    """Largest absolute difference, a float, of a gradient `slopes` (n,) and the central differences of f at x (n,).

    A central difference is (f(x + h e) - f(x - h e)) / (2 h), e the unit vector of one coordinate; f maps (n,) to ().
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
        Wrong(variant(check_slopes, ("f(x - e)) / (2 * h)", "f(x)) / h"), name="check_forward"),
              "This is a forward difference: its error is proportional to h, that of a central difference to h²."),
        Wrong(variant(check_slopes, ("(2 * h)", "h"), name="check_half"),
              "From x - h to x + h it is two steps: divide by 2 h."),
        Wrong(variant(check_slopes, ("zeros_like(x)", "full_like(x, h)"), name="check_all_at_once"),
              "All coordinates move at once: move one at a time, to get each partial derivative."),
        Wrong(variant(check_slopes, ("abs(", "("), name="check_without_abs"),
              "A derivative that is too small must count as much as one too large: take the absolute value, abs()."),
        Wrong(variant(check_slopes, ("worst = 0.0", "worst, h = 0.0, 1e-5"), name="check_other_step"),
              "Use the step h that is given; here it is always 1e-5."),
        Wrong(variant(check_slopes, ("zeros_like(x)", "zeros_like(x, dtype=torch.float32)"), name="check_in_float32"),
              "In float32 the step itself is rounded: give it the dtype of x, torch.zeros_like(x)."),
        Wrong(variant(check_slopes,
                      ("max(worst, abs(difference - slopes[k]).item())", "abs(difference - slopes[k]).item()"),
                      name="check_last"),
              "Only the last coordinate counts here: keep the largest difference of all."),
    ),
    hints=("For each k: a copy of zeros with h at place k, added and subtracted.",
           "(f(x + e) - f(x - e)) / (2 * h), then the absolute difference from slopes[k]; keep the largest, as a float "
           "with .item()."),
    allows="Now you can check any gradient, your own included.",
    equivalent=(("0.0 → -1.0", "absolute differences are never negative"),
                ("max(worst, abs(difference - slopes[k]).item()) → max(abs(difference - slopes[k]).item(), worst)",
                 "the larger of two"),
                ("difference - slopes[k] → slopes[k] - difference", "an absolute difference")),
    uses={"one": torch.ones(1, dtype=torch.float64), "x": torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)},
)


def bce_gradients(x, w, b, y):
    """Gradients of the mean binary cross-entropy of the logits x w + b with respect to w (n, m) and b (m,), by hand.

    x is (n,), the targets y are (m,); the gradients have the shapes of w and b.
    """
    delta = (torch.sigmoid(x @ w + b) - y) / len(y)
    return torch.outer(x, delta), delta


def _bce_by_backward(x, w, b, y):
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    F.binary_cross_entropy_with_logits(x @ w + b, y).backward()
    return w.grad, b.grad


def no_graph(function):
    """`function` under inference mode, where no graph is kept: a gradient computed by hand does not need one."""
    return torch.inference_mode()(function)


BCE_GRADIENTS = Exercise(
    reference=bce_gradients,
    cases=(
        "bce_gradients(torch.tensor([1.0]), torch.tensor([[0.0]]), torch.tensor([0.0]), torch.tensor([0.5]))",
        "bce_gradients(torch.tensor([1.0]), torch.tensor([[2.0]]), torch.tensor([0.0]), torch.tensor([1.0]))",
        "bce_gradients(torch.tensor([2.0, -1.0]), torch.tensor([[0.5], [1.0]]), torch.tensor([0.0]), "
        "torch.tensor([0.0]))",
        "bce_gradients(torch.ones(2), torch.zeros(2, 2), torch.zeros(2), torch.tensor([0.0, 1.0]))",
        "bce_gradients(torch.tensor([1.0, 3.0]), w, torch.tensor([0.1, 0.2]), torch.tensor([0.0, 1.0]))",
        "bce_gradients(torch.ones(5), torch.randn(5, 3), torch.randn(3), torch.zeros(3))",
        "no_graph(bce_gradients)(torch.ones(2), w, torch.zeros(2), torch.tensor([0.0, 1.0]))",
    ),
    wrong=(
        Wrong(variant(bce_gradients, (" / len(y)", ""), name="bce_summed"),
              "The loss is the mean over the m outputs: divide by m."),
        Wrong(variant(bce_gradients, ("outer(x, delta)", "outer(delta, x)"), name="bce_transposed"),
              "The gradient must have the shape of w, (n, m): row i belongs to input i."),
        Wrong(variant(bce_gradients, ("delta = ", "delta = -"), name="bce_uphill"),
              "The sign: the derivative with respect to a logit is σ(z) - y, probability minus target."),
        Wrong(variant(bce_gradients, ("delta = ", "p = torch.sigmoid(x @ w + b); delta = p * (1 - p) * "),
                      name="bce_squared"),
              "σ (1 - σ) belongs to the squared error. In cross-entropy it cancels: what remains is σ(z) - y (week "
              "1b)."),
        Wrong(variant(bce_gradients, ("torch.sigmoid(x @ w + b)", "torch.softmax(x @ w + b, 0)"), name="bce_softmax"),
              "Each output is a binary classification of its own: σ of each logit, not a softmax over them."),
        Wrong(_bce_by_backward,
              "The values are right, but autograd computed them: compute them by hand, without a graph."),
        Wrong(variant(bce_gradients, ("outer(x,", "outer(torch.ones_like(x),"), name="bce_without_x"),
              "The derivative with respect to a weight is the δ of the unit it leads to, times its input, x."),
    ),
    hints=("For one logit z with target y the derivative is σ(z) - y; for the mean over m logits, 1/m of that.",
           "w[i, j] connects x[i] with logit j, so its derivative is x[i] * delta[j]: torch.outer."),
    allows="This is what backward() computes for this layer.",
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
        Wrong([9, 12, 3, False, 6], "w * w is 9; its derivative at w = 3 is 2 w."),
        Wrong([6, 6, 3, False, 6], "backward() adds to what is there: nothing clears .grad by itself."),
        Wrong([6, 0, 3, False, 6], "backward() adds to what is there; it is zero_grad that clears."),
        Wrong([6, 12, 6, False, 6], "A detached w has no graph: the gradient flows through the other factor only."),
        Wrong([6, 12, 3, True, 6], "Under no_grad() torch keeps no graph: a result does not require a gradient."),
        Wrong([6, 12, 3, False, 3], "The name y is bound to a new tensor, but the graph stays whole: w, 2 w, 3 (2 w)."),
        Wrong([3, 12, 3, False, 6], "w goes into w * w twice, and each edge has the local derivative 3."),
    ),
    hints=("Run the lines in a cell of your own, and look.",
           "detach() cuts an edge; no_grad() builds no graph at all; += is what backward() does."),
    allows="Accumulation is why every training loop clears first.",
)

EXERCISES = [SLOPES_BY_HAND, DELTAS, PRODUCT, ORDERED, ACCUMULATE, CHECK_SLOPES, BCE_GRADIENTS, WHAT_GRAD_HOLDS]
