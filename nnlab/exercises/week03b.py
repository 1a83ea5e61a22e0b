"""Week 3b: the three functions of an autograd engine, gradient checks, torch's autograd and its errors, a layer."""

import math

import torch

from nnlab.autograd import Value as Node
from nnlab.autograd import accumulate, ordered, product
from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.checks.running import Stopped

_PARENTS = "(a, b.data), (b, a.data)"


def _product_by_the_engine(a, b):
    return a * b


def _product_a_number(a, b):
    return a.data * b.data


def _product_with_gradients(a, b):
    a.grad, b.grad = b.data, a.data
    return product(a, b)


class Bare:
    """A Value without operators, for an exercise that is to write one."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = float(data), 0.0, parents


def number(node):
    """The `data` of a Value; a number and None as they are."""
    if isinstance(node, tuple | list | dict | str):
        raise TypeError(f"product returned a {type(node).__name__}, where a Value is asked")
    return getattr(node, "data", node)


def edges(node, **values):
    """Text of the parents of a Value, sorted, as pairs such as (a, 3); `values` are the Values that may be parents."""
    def named(part):
        if isinstance(part, int | float):
            return f"{part + 0.0:g}"
        return next((name for name, value in values.items() if value is part), f"a {type(part).__name__}")

    parents = getattr(node, "parents", node)
    if not isinstance(parents, tuple | list):
        return named(parents)
    return ", ".join(sorted(f"({', '.join(map(named, pair))})" if isinstance(pair, tuple | list) else named(pair)
                            for pair in parents)) or "none"


def _two_factors(draw):
    one, other = draw.numbers(2, among=(1, 0, 2, -3, 0.5, -1, 10, -0.25, 1000))
    line, names = draw.choice((
        (f"a, b = Value({one}), Value({other}); c = product(a, b)", "a=a, b=b"),
        (f"a = Value({one}); c = product(a, a)", "a=a"),
        (f"a, b = Value({one}), Value({other}); d = product(a, b); c = product(d, a)", "a=a, b=b, d=d"),
        (f"a, b = Value({one}), Value({other}); a.grad, b.grad = 5.0, -2.0; c = product(a, b)", "a=a, b=b"),
    ))
    return f"{line}; number(c), edges(c, {names})"


_EDGES = "number(c), edges(c, a=a, b=b)"
PRODUCT = Exercise(
    reference=product,
    statement="""The product a * b of two Values, a Value.

    a and b: Values, each with its number `data`, a float, and its gradient `grad`, a float. Both
    may be the same Value, and a factor may be 0.
    Return Value(number, parents), made by the class Value: its number is the product of the two
    numbers; its parents are a tuple of two pairs (parent, local derivative), one for a and one for
    b, in either order. A local derivative is a float, the partial derivative of the product with
    respect to that parent. (A sum a + b would have the parents ((a, 1.0), (b, 1.0)).)
    Do not change a and b, nor their `grad`. The operator * of Values is not accepted: it calls this
    function.

    >>> product(Value(2), Value(-3)).data
    -6.0
    """,
    inputs=_two_factors,
    tries=24,
    cases=(
        "number(product(Value(2), Value(3)))",
        f"a, b = Value(1), Value(1); c = product(a, b); {_EDGES}",
        f"a, b = Value(2), Value(-3); c = product(a, b); {_EDGES}",
        "a = Value(5); c = product(a, a); number(c), edges(c, a=a)",
        f"a, b = Value(0), Value(4); c = product(a, b); {_EDGES}",
        f"a, b = Bare(2), Bare(-3); c = product(a, b); {_EDGES}",
    ),
    wrong=(
        Wrong(variant(product, (_PARENTS, "(a, a.data), (b, b.data)"), name="product_swapped"),
              "If a grows by a little, a * b grows by b times as much: the local derivative is the other factor."),
        Wrong(variant(product, (_PARENTS, "(a, 1.0), (b, 1.0)"), name="product_ones"),
              "Local derivatives of 1 belong to a sum. That of a product is the other factor."),
        Wrong(variant(product, (", ((a, b.data), (b, a.data))", ""), name="product_no_parents"),
              "This Value has no parents: give them to Value, too, each paired with its local derivative."),
        Wrong(variant(product, (_PARENTS, "(a, b.data),"), name="product_one_parent"),
              "A product has two parents, and a local derivative for each."),
        Wrong(variant(product, (_PARENTS, "a, b.data"), name="product_one_pair"),
              "parents is a tuple of pairs, here of two: ((parent, local derivative), (parent, local derivative))."),
        Wrong(variant(product, (_PARENTS, "(b.data, a), (a.data, b)"), name="product_pairs_reversed"),
              "In each pair the parent comes first, then its local derivative: accumulate reads them in this order."),
        Wrong(variant(product, (_PARENTS, "(a.data, b.data), (b.data, a.data)"), name="product_of_numbers"),
              "A pair begins with the parent itself, the Value a or b, not with its number: the backward pass adds to "
              "its grad."),
        Wrong(variant(product, (_PARENTS, "(a, b), (b, a)"), name="product_of_values"),
              "A local derivative is a number, not a Value: accumulate multiplies it by a gradient, a float."),
        Wrong(variant(product, (_PARENTS, "(a, b.grad), (b, a.grad)"), name="product_of_gradients"),
              "Gradients come in the backward pass: now each grad is still 0. Compute the local derivatives from the "
              "numbers, `data`."),
        Wrong(variant(product, (f"({_PARENTS})", "tuple({a: b.data, b: a.data}.items())"), name="product_merged"),
              "product(a, a) has two pairs, too, both with the parent a; as keys of a dictionary they become one."),
        Wrong(variant(product, (f"({_PARENTS})", "{a: b.data, b: a.data}"), name="product_dictionary"),
              "parents is a tuple of pairs, not a dictionary: accumulate unpacks pairs."),
        Wrong(variant(product, (_PARENTS, "a, b"), name="product_without_derivatives"),
              "parents are pairs: with each parent stands its local derivative."),
        Wrong(_product_a_number, "This is a number: make a Value of it, with its parents."),
        Wrong(_product_with_gradients,
              "Gradients belong to the backward pass: leave a.grad and b.grad as they are, and give the local "
              "derivatives to the new Value with its parents."),
        Wrong(_product_by_the_engine,
              "The operator * of Values calls the engine's product, which is this function: multiply the numbers, "
              "a.data and b.data."),
        Wrong(variant(product, (_PARENTS, "(a, a.data * b.data), (b, a.data * b.data)"), name="product_of_both"),
              "The local derivative is not the product: what is the partial derivative of a * b with respect to a?"),
    ),
    hints=("Value takes the number, then the parents: pairs of a Value and a local derivative.",
           "The derivative of a * b with respect to a is b. So one pair is (a, b.data)."),
    allows="Each operator knows only its local derivatives; the graph does the rest.",
    equivalent=(("((a, b.data), (b, a.data)) → ((b, a.data), (a, b.data))", "in either order"),),
    uses={"Value": Node, "Bare": Bare, "edges": edges, "number": number},
)


IN_ORDER = "each Value once, after its parents"
LOOKS = 30_000  # times that an answer may read `parents`, or compare two Values, in one graph


def told(order, **values):
    """What is wrong with `order`, in a sentence, or IN_ORDER; the last of `values` is the root of the graph."""
    if order is None:
        return None
    if not isinstance(order, tuple | list):
        return f"a {type(order).__name__} is returned, not a list"
    whole, root = ordered([*values.values()][-1]), [*values][-1]
    names = {id(node): f"Value {k} of {len(whole)}" for k, node in enumerate(whole, 1)}
    names |= {id(value): name for name, value in values.items()}
    needed, places = {id(node) for node in whole}, {}
    for place, node in enumerate(order):
        if not hasattr(node, "parents"):
            return f"{node!r:.40} in the list is no Value: it holds the Values themselves"
        if id(node) not in needed:
            return f"{names.get(id(node), node)} does not belong in the list: {root} was not made from it"
        if id(node) in places:
            return f"{names[id(node)]} stands in the list more than once"
        places[id(node)] = place
    for node in whole:
        if id(node) not in places:
            return f"{names[id(node)]} is missing in the list"
    for node in whole:
        for parent, _ in node.parents:
            if places[id(parent)] > places[id(node)]:
                return f"{names[id(node)]} stands before its parent {names[id(parent)]}"
    return IN_ORDER


def _counted(size):
    """A class of Values for a graph of that size, which stops an answer that looks at them more than LOOKS times."""
    reads, comparisons = [0], [0]

    def count(looks, says):
        looks[0] += 1
        if looks[0] > LOOKS:
            raise Stopped(f"After {LOOKS:,} {says}")

    class Counted:
        __slots__ = ("__parents", "data", "grad")

        def __init__(self, *parents):
            self.data, self.grad, self.__parents = 1.0, 0.0, tuple((parent, 1.0) for parent in parents)

        @property
        def parents(self):
            count(reads, f"looks at the parents of Values it had not ended, though the graph has only {size:,} Values: "
                         "go on from each Value once, not once for each path that leads to it.")
            return self.__parents

        def __eq__(self, other):
            count(comparisons, f"comparisons of Values it had not ended, though the graph has only {size:,} Values: "
                               "`in` goes through a list element by element, but finds an element of a set at once.")
            return self is other

        __hash__ = object.__hash__

        def __repr__(self):
            return "Value(1)"

    return Counted


def chain(length):
    """A Value made from another by that many operators of one parent in a row."""
    made = _counted(length + 1)
    node = made()
    for _ in range(length):
        node = made(node)
    return node


def doublings(count):
    """A Value made from another by that many doublings, `node + node`."""
    made = _counted(count + 1)
    node = made()
    for _ in range(count):
        node = made(node, node)
    return node


def _graph(draw, most):
    """Text of statements that make Values from Values; a dictionary from the name of each to those of its parents."""
    leaves = "ab"[:draw.integer(1, 2)]
    text = [f"{', '.join(leaves)} = {', '.join(f'Value({draw.number(-2, 2):g})' for _ in leaves)}"]
    made = dict.fromkeys(leaves, "")
    for name in "cdefgh"[:draw.integer(1, most)]:
        one, other = (draw.choice([*made][::-1]) for _ in range(2))
        form = draw.choice(("{} + {}", "{} * {}", "{}.tanh()", "{}.relu()"))
        made[name] = (one + other)[:form.count("{}")]
        text.append(f"{name} = {form.format(one, other)}")
    return "; ".join(text), made


def _ancestors(made, root):
    """Names of `root` and of all that it was made from, in order; `made` as of `_graph`."""
    found = {root}
    for name in reversed(made):
        found |= set(made[name]) if name in found else set()
    return [name for name in made if name in found]


def _any_graph(draw):
    kind = draw.choice(("small", "small", "small", "doublings", "chain"))
    if kind == "doublings":
        return f"d = doublings({draw.choice((1, 2, 3, 30, 60))}); told(ordered(d), d=d)"
    if kind == "chain":
        return f"c = chain({draw.choice((0, 1, 2, 1200, 1500))}); told(ordered(c), c=c)"
    text, made = _graph(draw, 6)
    root = [*made][-1]
    return f"{text}; told(ordered({root}), {', '.join(f'{name}={name}' for name in made)})"


def _ordered_with_repeats(root):
    order = []
    for parent, _ in root.parents:
        order += _ordered_with_repeats(parent)
    return [*order, root]


def _ordered_as_met(root):
    order, seen, waiting = [], {root}, [root]
    for node in waiting:
        order.append(node)
        for parent, _ in node.parents:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
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


def _ordered_depth_first(root):
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack += [parent for parent, _ in node.parents]
    return order[::-1]


ORDERED = Exercise(
    reference=ordered,
    statement="""List of `root` and of all its ancestors in topological order: parents first, `root` last.

    root: a Value. Its parents stand in `root.parents`, a tuple of pairs (parent, local derivative),
    empty for a leaf. Its ancestors are its parents, their parents, and so on.
    Return a list of these Values themselves: each once, after all of its parents. Any such order is
    right. The backward pass goes through the list in reverse, so that each Value comes after all of
    its children: the order "children first" of the figure.
    A Value may be used many times. Tested up to 60 doublings b = a + a in a row and chains of 1,500
    Values: the time must be proportional to the number of pairs. Python's recursion limit, 1,000
    calls, may not be changed.

    >>> a = Value(3); b = a + a; c = b + b
    >>> [node.data for node in ordered(c)]
    [3.0, 6.0, 12.0]
    """,
    inputs=_any_graph,
    cases=(
        "a = Value(1); told(ordered(a), a=a)",
        "a = Value(1); b = a.tanh(); c = b.exp(); told(ordered(c), a=a, b=b, c=c)",
        "a = Value(3); b = a + a; c = b + b; told(ordered(c), a=a, b=b, c=c)",
        "a = Value(2); b = a.exp(); c = a * b; told(ordered(c), a=a, b=b, c=c)",
        "a = Value(2); b = a.exp(); c = b * a; told(ordered(c), a=a, b=b, c=c)",
        "a = Value(2); b = a.exp(); c = b * a; d = c * c; e = d + b; told(ordered(e), a=a, b=b, c=c, d=d, e=e)",
        "a = Value(2); b = a.tanh(); told(ordered(b)[:1], a=a)",
        "d = doublings(60); told(ordered(d), d=d)",
        "c = chain(1500); told(ordered(c), c=c)",
    ),
    wrong=(
        Wrong(_ordered_with_repeats,
              "A Value that is used twice stands in the list twice: remember which ones are done."),
        Wrong(variant(ordered, ("return order", "return order[::-1]"), name="ordered_children_first"),
              "This order is reversed: parents come first, the root last. The backward pass reverses it later."),
        Wrong(_ordered_as_met,
              "In the order of discovery a Value can come before one of its own parents: append it only when all its "
              "parents are in the list."),
        Wrong(_ordered_recursive,
              "Right for small graphs; but Python stops when about a thousand calls wait inside each other. Keep a "
              "stack, a list, of your own."),
        Wrong(_ordered_depth_first,
              "In this order a Value that is reached by several paths can come after one of its children: put a Value "
              "into the list only when all its parents are there."),
        Wrong(variant(ordered, ("return order", "return order[:-1]"), name="ordered_without_root"),
              "The root itself belongs to the list, as its last Value."),
    ),
    hints=("A Value may be appended when all its parents are in the list. Until then it waits on a stack, under its "
           "parents.",
           "Look at the top of the stack: if it has parents that are not done, push those; else pop it and, if new, "
           "append it."),
    allows="Each Value once, after its parents: in reverse order, each gradient is complete before it is passed on.",
    uses={"Value": Node, "told": told, "chain": chain, "doublings": doublings},
)


def _accumulate_anew(order):
    for node in order[:-1]:
        node.grad = 0.0
    accumulate(order)


def _accumulate_from_one(order):
    order[-1].grad = 1.0
    accumulate(order)


def _accumulate_as_backward(order):
    for node in order:
        if node.parents:
            node.grad = 0.0
    order[-1].grad += 1.0
    accumulate(order)


def _accumulate_clearing_between(order):
    for node in order[:-1]:
        if node.parents:
            node.grad = 0.0
    accumulate(order)


def _accumulate_at_once(order):
    def pass_on(node):
        for parent, local_derivative in node.parents:
            parent.grad += local_derivative * node.grad
            pass_on(parent)

    pass_on(order[-1])


def _gradients_before(draw):
    text, made = _graph(draw, 4)
    *others, root = _ancestors(made, [*made][-1])
    before = [(name, grad) for name in others if (grad := draw.choice((0, 0, 1, -2, 0.5)))]
    before.append((root, draw.choice((1, 2, -0.5, 0, 3))))
    names = ", ".join(f"{name}.grad" for name, _ in before)
    values = ", ".join(f"{float(grad)}" for _, grad in before)
    order = ", ".join([*others, root])
    return f"{text}; {names} = {values}; accumulate([{order}]); {', '.join(f'{name}.grad' for name in [*others, root])}"


_ONE = "c.grad = 1.0; accumulate([a, c])"
ACCUMULATE = Exercise(
    reference=accumulate,
    statement="""Backward pass over a topological order: adds to each `grad` by the chain rule.

    order: list of Values, each after its parents. The last is the root; its gradient is given, in
    order[-1].grad, and need not be 1. A Value has `grad`, a float, and `parents`, a tuple of pairs
    (parent, local derivative). Nothing is returned.
    Afterwards the `grad` of each Value is its old one plus the sum, over all pairs in which it is
    the parent, of local derivative × gradient of the child, which is complete by then.
    A `grad` that is not 0 before the call counts, also that of a Value between the leaves and the
    root: set none to 0 or to 1. Do not change the list. Value.backward() is not accepted: it calls
    this function.

    >>> a = Value(5); c = Value(15, ((a, 3.0),)); c.grad = 2.0
    >>> accumulate([a, c]); a.grad
    6.0
    """,
    inputs=_gradients_before,
    tries=30,
    cases=(
        f"a = Value(1); c = a.relu(); {_ONE}; a.grad",
        f"a = Value(-1); c = a.relu(); {_ONE}; a.grad",
        f"a = Value(5); c = a ** 2; {_ONE}; a.grad",
        "a = Value(5); a.grad = 7.0; c = a ** 2; c.grad = 2.0; accumulate([a, c]); a.grad, c.grad",
        "a = Value(1); b = a ** 3; c = b ** 2; c.grad = 1.0; accumulate([a, b, c]); a.grad, b.grad",
        "a = Value(3); b = a + a; c = b + b; c.grad = 1.0; accumulate([a, b, c]); a.grad, b.grad",
        "a = Value(2); b = a * a; c = b * a; c.grad = 1.0; accumulate([a, b, c]); a.grad, b.grad",
        "a = Value(2); b = a * a; c = b * a; b.grad, c.grad = 5.0, 2.0; accumulate([a, b, c]); a.grad, b.grad",
        "a, b = Value(2), Value(-3); c = (a * b + a).tanh() * b; c.grad = 1.0; accumulate(ordered(c)); a.grad, b.grad",
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
        Wrong(_accumulate_clearing_between,
              "This clears the gradients between the leaves and the root. That is not asked: what is in grad already "
              "stays, and is passed on, too."),
        Wrong(_accumulate_from_one,
              "The gradient of the root is given, in order[-1].grad: backward() sets it to 1, not this function."),
        Wrong(_accumulate_as_backward,
              "That is what backward() does: it clears, adds 1 to the gradient of the root and then calls this "
              "function. Here clear nothing and set nothing."),
        Wrong(_accumulate_at_once,
              "A Value that is used twice passes its gradient on before it is complete, and then again. Go through the "
              "order in reverse: there each Value comes when all its children have passed theirs on."),
        Wrong(variant(accumulate, (" * node.grad", " + node.grad"), name="accumulate_sum"),
              "Along an edge the local derivative and the upstream gradient are multiplied, not added."),
        Wrong(variant(accumulate, ("in node.parents", "in node.parents[:1]"), name="accumulate_first_parent"),
              "Only the first parent receives a gradient: pass it on to all parents."),
        Wrong(variant(accumulate, ("parent.grad += local_derivative * node.grad",
                                   "node.grad += local_derivative * parent.grad"), name="accumulate_from_parents"),
              "The gradient flows from the child to its parents: the grad of the parent changes, not that of the "
              "child."),
        Wrong(variant(accumulate, ("parent.grad +=", "_ ="), name="accumulate_changes_nothing"),
              "No grad changes: add to the grad of the Values in the list themselves. What is returned does not "
              "count."),
        Wrong(variant(accumulate, ("reversed(order)", "reversed(order[:-1])"), name="accumulate_without_root"),
              "The last Value of the order, the root, passes its gradient on, too: begin with it."),
        Wrong(variant(accumulate, ("node.grad", "node.data"), name="accumulate_from_data"),
              "What flows back is the gradient of the node, node.grad, not its value."),
    ),
    hints=("Two loops: over the order in reverse, and over the parents of each node.",
           "parent.grad += local_derivative * node.grad"),
    allows="With product, ordered and accumulate the engine runs.",
    uses={"Value": Node, "ordered": ordered},
)


def check_slopes(f, x, gradient, h=1e-5):
    """Largest absolute difference between `gradient` and the central differences of f at x.

    f: function of a tensor (n,) that returns a tensor (). x: tensor (n,), float64, n ≥ 1.
    gradient: tensor (n,), float64, the gradient of f at x to be checked. h: the step, a float.
    The central difference of coordinate k is (f(x + h e_k) - f(x - h e_k)) / (2 h), where the
    vector e_k (n,) is 1 at index k and 0 elsewhere. Return one number, the largest over all k of
    |central difference - gradient[k]|: a float, a tensor () or a NumPy number.
    If an element of gradient or a value of f is nan or infinite, return nan or infinity, no finite
    number: such a gradient must not pass the check. Do not change x or gradient.

    >>> x = torch.tensor([3.0, 0.0], dtype=torch.float64)
    >>> check_slopes(lambda x: x[0] ** 2 + x[1], x, torch.ones_like(x), h=0.5)
    5.0
    """
    errors = []
    for k in range(len(x)):
        e = torch.zeros_like(x)
        e[k] = h
        difference = (f(x + e) - f(x - e)) / (2 * h)
        errors.append(abs(difference - gradient[k]))
    return torch.stack(errors).max().item()


def _check_skips_nan(f, x, gradient, h=1e-5):
    worst = 0.0
    for k in range(len(x)):
        e = torch.zeros_like(x)
        e[k] = h
        worst = max(worst, abs((f(x + e) - f(x - e)) / (2 * h) - gradient[k]).item())
    return worst


NOT_FINITE = "nan or infinity"


def alarm(check, f, x, gradient, h=1e-5):
    """NOT_FINITE if ``check(f, x, gradient, h)`` is nan or infinite, else its value.

    An answer that keeps tensors to the end is not asked: its usual form, Python's max over tensors, passes over nan.
    """
    value = check(f, x, gradient, h)
    if isinstance(check(torch.sum, x, torch.zeros_like(x)), torch.Tensor):
        return NOT_FINITE
    try:
        return value if math.isfinite(value) else NOT_FINITE
    except (TypeError, ValueError, RuntimeError):  # no number
        return value


def _function_and_gradient(draw):
    n = draw.integer(1, 4)
    f = draw.choice(("2 * x[0]", "(x ** 2).sum()", "-x.sum()", "(x ** 3).sum()", "x.prod()", "torch.sin(x).sum()",
                     "3 * x[-1] + 1", "x[0] * x[-1]", "x.exp().sum()", "(x * x.flip(0)).sum()", "0 * x[0]"))
    step = draw.choice(("", ", h=0.1", ", h=0.001", ", 0.5", ", h=1.0"))
    kind = draw.choice(("", "", "", "", "nan", "inf", "f"))
    x, gradient = (draw.tensor(n, dtype=torch.float64) for _ in range(2))
    if not kind:
        return f"check_slopes(lambda x: {f}, {x}, {gradient}{step})"
    if kind == "f":
        f = "(x / 0).sum()"
    else:
        parts = gradient.partition("[")[2].partition("]")[0].split(", ")
        parts[draw.integer(0, n - 1)] = kind
        gradient = f"torch.tensor([{', '.join(parts)}], dtype=torch.float64)"
    return f"alarm(check_slopes, lambda x: {f}, {x}, {gradient}{step})"


_X = "x = torch.tensor([1.0, -2.0, 0.5]).double()"
CHECK_SLOPES = Exercise(
    reference=check_slopes,
    inputs=_function_and_gradient,
    float64=False,  # always: in float32 a step of 1e-5 is lost in rounding
    cases=(
        "check_slopes(lambda x: 0 * x[0] + 5, torch.ones(1).double(), torch.zeros(1).double())",
        "check_slopes(lambda x: 3 * x[0], torch.ones(1).double(), torch.tensor([3.0]).double())",
        "check_slopes(lambda x: 3 * x[0], torch.ones(1).double(), torch.tensor([2.0]).double())",
        f"{_X}; check_slopes(lambda x: (x ** 2).sum(), x, 2 * x, h=0.1)",
        f"{_X}; check_slopes(lambda x: (x ** 3).sum(), x, 3 * x ** 2, h=0.1)",
        "check_slopes(lambda x: 1e4 * x[0], torch.ones(1).double(), torch.tensor([1e4]).double())",
        f"{_X}; check_slopes(lambda x: (x ** 3).sum(), x, 3 * x ** 2 + torch.eye(3)[0])",
        f"{_X}; check_slopes(lambda x: torch.sin(x).prod(), x, 0 * x, h=1e-3)",
    ),
    wrong=(
        Wrong(variant(check_slopes, ("f(x - e)) / (2 * h)", "f(x)) / h"), name="check_forward"),
              "This is a forward difference: its error is proportional to h, that of a central difference to h²."),
        Wrong(variant(check_slopes, ("(2 * h)", "h"), name="check_half"),
              "From x - h to x + h it is two steps: divide by 2 h."),
        Wrong(variant(check_slopes, ("/ (2 * h)", "/ 2 * h"), name="check_times_h"),
              "/ 2 * h divides by 2 and then multiplies by h: put 2 * h in brackets."),
        Wrong(variant(check_slopes, ("zeros_like(x)", "full_like(x, h)"), name="check_all_at_once"),
              "All coordinates move at once: move one at a time, to get each partial derivative."),
        Wrong(variant(check_slopes, ("abs(", "("), name="check_without_abs"),
              "A derivative that is too small must count as much as one too large: take the absolute value, abs()."),
        Wrong(variant(check_slopes, ("errors = []", "errors, h = [], 1e-5"), name="check_other_step"),
              "The step h has no influence on this result: use the h that is given, not a fixed one."),
        Wrong(variant(check_slopes, ("zeros_like(x)", "zeros_like(x, dtype=torch.float32)"), name="check_in_float32"),
              "In float32 the step itself is rounded: give it the dtype of x, torch.zeros_like(x)."),
        Wrong(variant(check_slopes, ("torch.stack(errors).max()", "errors[-1]"), name="check_last"),
              "Only the last coordinate counts here: keep the largest difference of all."),
        Wrong(variant(check_slopes, ("max()", "mean()"), name="check_mean"),
              "The mean hides one wrong derivative among many right ones: return the largest difference."),
        Wrong(variant(check_slopes, ("abs(difference - gradient[k])", "(difference - gradient[k]) ** 2"),
                      name="check_squared"),
              "The absolute difference is asked, not its square."),
        Wrong(variant(check_slopes, (".max()", ".sum()"), name="check_sum"),
              "The largest of the absolute differences is asked, not their sum."),
        Wrong(variant(check_slopes, (".max()", ""), (".item()", ""), name="check_all_differences"),
              "One number is asked, the largest difference; these are the differences of all coordinates."),
        Wrong(variant(check_slopes, ("abs(difference - gradient[k])",
                                     "abs(difference - gradient[k]) / abs(gradient[k])"), name="check_relative"),
              "The absolute difference is asked: do not divide it by the size of the gradient."),
        Wrong(_check_skips_nan,
              "A comparison with nan is False, so max() and > pass over it, and the worst gradient passes the check: "
              "look for nan, as torch's max does."),
    ),
    hints=("For each k: a vector of zeros with h at index k, added to x and subtracted from it.",
           "(f(x + e) - f(x - e)) / (2 * h), then the absolute difference from gradient[k]; collect these, torch.stack "
           "them, and take the largest."),
    allows="Now you can check any gradient, your own included.",
    equivalent=(("difference - gradient[k] → gradient[k] - difference", "an absolute difference"),
                ("torch.stack(errors).max().item() → torch.stack(errors).max()", "a tensor () is accepted, too")),
    uses={"alarm": alarm, "nan": math.nan, "inf": math.inf},
)


def bce_gradients(x, w, b, y):
    """Gradients of the mean binary cross-entropy E with respect to w and b: (n, m) and (m,).

    The logits are z = x w + b, the probabilities p = σ(z), and E is the mean over the m outputs j
    of -(y_j log p_j + (1 - y_j) log(1 - p_j)).
    Arguments: x (n,), w (n, m), b (m,) and the targets y (m,), numbers from 0 to 1: tensors of one
    dtype, float32 or float64. Return a pair, of the same dtype: ∂E/∂w (n, m), then ∂E/∂b (m,).
    Compute them by hand: backward() and torch's other functions for gradients are not accepted.
    Tested too: n different from m, m = 1, and logits up to ±1000, where nothing may be nan.

    >>> T = torch.tensor
    >>> bce_gradients(T([2.0]), T([[0.0]]), T([0.0]), T([1.0]))
    (tensor([[-1.]]), tensor([-0.5000]))
    """
    delta = (torch.sigmoid(x @ w + b) - y) / len(y)
    return torch.outer(x, delta), delta


def _layer(draw):
    n, m = draw.sizes(2, 1, 4)
    wide = ((-3, 3), (-3, 3), (-200, 200), (-1000, 1000))
    return (f"bce_gradients({draw.tensor(n)}, {draw.tensor(n, m)}, {draw.tensor(m, ranges=wide)}, "
            f"{draw.tensor(m, among=(0.0, 1.0, 0.5, 0.25))})")


BCE_GRADIENTS = Exercise(
    reference=bce_gradients,
    inputs=_layer,
    forbids=("backward", "grad"),
    cases=(
        "bce_gradients(torch.tensor([1.0]), torch.tensor([[0.0]]), torch.tensor([0.0]), torch.tensor([0.5]))",
        "bce_gradients(torch.tensor([1.0]), torch.tensor([[2.0]]), torch.tensor([0.0]), torch.tensor([1.0]))",
        "bce_gradients(torch.tensor([2.0, -1.0]), torch.tensor([[0.5], [1.0]]), torch.tensor([0.0]), "
        "torch.tensor([0.0]))",
        "bce_gradients(torch.ones(2), torch.zeros(2, 2), torch.zeros(2), torch.tensor([0.0, 1.0]))",
        "bce_gradients(torch.tensor([1.0, 3.0]), torch.eye(2) - 0.5, torch.tensor([0.1, 0.2]), "
        "torch.tensor([0.0, 1.0]))",
        "bce_gradients(torch.ones(5), torch.randn(5, 3), torch.randn(3), torch.zeros(3))",
        "bce_gradients(torch.ones(2), torch.zeros(2, 1), torch.tensor([1000.0]), torch.tensor([0.0]))",
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
              "1d)."),
        Wrong(variant(bce_gradients, ("torch.sigmoid(x @ w + b)", "torch.softmax(x @ w + b, 0)"), name="bce_softmax"),
              "Each output is a binary classification of its own: σ of each logit, not a softmax over them."),
        Wrong(variant(bce_gradients, ("/ len(y)", "/ 3"), name="bce_a_third"),
              "1/3 is right only where there are 3 outputs: the mean over m outputs divides by m, here len(y)."),
        Wrong(variant(bce_gradients, ("/ len(y)", "/ len(x)"), name="bce_over_inputs"),
              "The loss is the mean over the m outputs, not over the n inputs: divide by m."),
        Wrong(variant(bce_gradients, ("torch.outer(x, delta), delta", "torch.outer(x, delta), delta.sum()"),
                      name="bce_one_bias"),
              "Each output has a bias of its own: the gradient with respect to b has the shape (m,), not summed."),
        Wrong(variant(bce_gradients, ("torch.outer(x, delta), delta", "delta, torch.outer(x, delta)"),
                      name="bce_bias_first"),
              "The pair begins with the gradient with respect to w, then comes that with respect to b."),
        Wrong(variant(bce_gradients, ("torch.sigmoid(x @ w + b)", "torch.exp(x @ w + b) / (1 + torch.exp(x @ w + b))"),
                      name="bce_overflow"),
              "exp(z) overflows for large z, and inf / inf is nan: use a form of σ in which nothing overflows, or "
              "torch.sigmoid."),
        Wrong(variant(bce_gradients, ("outer(x,", "outer(torch.ones_like(x),"), name="bce_without_x"),
              "The derivative with respect to a weight is the δ of the unit it leads to, times its input, x."),
    ),
    hints=("For one logit z with target y the derivative is σ(z) - y. The mean over m outputs divides it by m.",
           "w[i, j] connects x[i] with logit j, so its derivative is x[i] * delta[j]: torch.outer."),
    allows="This is what backward() computes for this layer.",
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
        Wrong([3, 12, 3, False, 6], "Both factors of w * w are w: two edges, each with local derivative 3; add them."),
    ),
    hints=("Run the lines in a cell of your own, and print w.grad after each.",
           "detach() cuts an edge; no_grad() builds no graph at all; += is what backward() does."),
    allows="backward() accumulates gradients: this is why a training loop clears them first.",
)

AUTOGRAD_ERRORS = Quiz(
    name="autograd_errors",
    reference=["not scalar", "freed", "in place", "runs", "runs", "freed"],
    questions=(
        "y = w * w; y.backward()",
        "loss = (w * w).sum(); loss.backward(); loss.backward()",
        "y = w.exp(); y += 1; y.sum().backward()",
        "y = w * w; y += 1; y.sum().backward()",
        "for _ in range(2): loss = (w * w).sum(); loss.backward()",
        "h = w * w; h.sum().backward(); (h * h).sum().backward()",
    ),
    wrong=(
        Wrong(["runs", "freed", "in place", "runs", "runs", "freed"],
              "y has two elements: backward() starts from one number, whose derivative with respect to itself is 1."),
        Wrong(["not scalar", "runs", "in place", "runs", "runs", "freed"],
              "Both calls go through one graph, and the first call frees the values that the local derivatives need."),
        Wrong(["not scalar", "not scalar", "in place", "runs", "runs", "freed"],
              "The sum is a single number: backward() may start there. What has the first call freed?"),
        Wrong(["not scalar", "freed", "runs", "runs", "runs", "freed"],
              "The local derivative of exp is its own output, and y += 1 has overwritten that output in memory."),
        Wrong(["not scalar", "freed", "in place", "in place", "runs", "freed"],
              "y is overwritten here, too; but the local derivatives of w * w are w, and w is as it was."),
        Wrong(["not scalar", "freed", "in place", "runs", "freed", "freed"],
              "Each turn of the loop computes the loss anew, with a new graph: each call of backward() has its own."),
        Wrong(["not scalar", "freed", "in place", "runs", "runs", "runs"],
              "Both sums contain h = w * w: the first call of backward() frees that part of the graph."),
        Wrong(["not scalar", "freed", "in place", "runs", "runs", "not scalar"],
              "Both sums are single numbers. Which part of the graph do both have in common?"),
    ),
    hints=("Ask three questions of each line: is the last node one number? Has a part of its graph been through a "
           "backward pass before? Is a number overwritten that a local derivative needs?",
           "The local derivatives of w * w are w; that of exp is its output. Run the lines in a cell of your own."),
    alone=("Each line starts anew with w = torch.tensor([1.0, 2.0], requires_grad=True). What happens? Choose "
          'from "not scalar", "freed" and "in place", the name of the error, and "runs".'),
    allows="Each of the three errors protects you from a wrong gradient.",
)

EXERCISES = [PRODUCT, ORDERED, ACCUMULATE, CHECK_SLOPES, WHAT_GRAD_HOLDS, AUTOGRAD_ERRORS, BCE_GRADIENTS]
