# %% wrong slopes_by_hand: a counts only through the product c, not through the sum d
# the derivative of e with respect to a: right 16 (-8 * (b + 1)), here 24 (-8 * b)
slopes_by_hand = check.value("slopes_by_hand", [-8, -8, -16, 24])

# %% right slopes_by_hand: a tensor of floats
slopes_by_hand = check.value("slopes_by_hand", torch.tensor([-8.0, -8.0, -16.0, 16.0]))

# %% wrong deltas: the derivative of the output's sigmoid is used for the hidden units too
# T = torch.tensor; deltas(T([1.0]), T(0.0), T([[1.0]]), T([0.0]), T([1.0]), T(0.0)): right (tensor(0.1481), tensor([0.0291])), here (tensor(0.1481), tensor([0.0325]))
@check
def deltas(x, y, W, b, v, c):
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    slope = o * (1 - o)
    delta_o = (o - y) * slope
    return delta_o, delta_o * v * slope

# %% wrong deltas: the matrix is the wrong way round, x @ W instead of W @ x
# T = torch.tensor; deltas(T([1.0, 0.0]), T(0.0), T([[0.0, 2.0], [0.0, 0.0]]), T([0.0, 0.0]), T([1.0, 1.0]), T(0.0)): right (tensor(0.1437), tensor([0.0359, 0.0359])), here (tensor(0.1283), tensor([0.0321, 0.0135]))
@check
def deltas(x, y, W, b, v, c):
    h = torch.sigmoid(x @ W + b)
    o = torch.sigmoid(h @ v + c)
    delta_o = (o - y) * o * (1 - o)
    return delta_o, delta_o * v * h * (1 - h)

# %% wrong deltas: the bias of the hidden layer is forgotten
# T = torch.tensor; deltas(T([1.0]), T(0.0), T([[0.0]]), T([3.0]), T([1.0]), T(0.0)): right (tensor(0.1450), tensor([0.0065])), here (tensor(0.1463), tensor([0.0366]))
@check
def deltas(x, y, W, b, v, c):
    h = torch.sigmoid(W @ x)
    o = torch.sigmoid(torch.dot(v, h) + c)
    d = (o - y) * o * (1 - o)
    return d, d * v * h * (1 - h)

# %% wrong deltas: sigmoid as exp(z) / (1 + exp(z)), nan for large z
# T = torch.tensor; deltas(T([1.0]), T(1.0), T([[1000.0]]), T([0.0]), T([2.0]), T(-1.0)): right (tensor(-0.0529), tensor([-0.])), here (tensor(nan), tensor([nan]))
@check
def deltas(x, y, W, b, v, c):
    def sigma(z):
        return torch.exp(z) / (1 + torch.exp(z))
    h = sigma(W @ x + b)
    o = sigma((v * h).sum() + c)
    d = (o - y) * o * (1 - o)
    return d, d * v * h * (1 - h)

# %% wrong deltas: the hidden deltas are filled into torch.zeros, float32 also for float64 arguments
# T = lambda a: torch.tensor(a, dtype=torch.float64); [d.dtype for d in deltas(T([1.0]), T(1.0), T([[0.0]]), T([0.0]), T([2.0]), T(-1.0))]: right [torch.float64, torch.float64], here [torch.float64, torch.float32]
@check
def deltas(x, y, W, b, v, c):
    h = torch.sigmoid(W @ x + b)
    o = torch.sigmoid(v @ h + c)
    d = (o - y) * o * (1 - o)
    hidden = torch.zeros(len(v))
    for i in range(len(v)):
        hidden[i] = d * v[i] * h[i] * (1 - h[i])
    return d, hidden

# %% right deltas: autograd does it, the inputs of the sigmoids are variables
@check
def deltas(x, y, W, b, v, c):
    hidden_in = (W @ x + b).detach().requires_grad_()
    out_in = v @ torch.sigmoid(hidden_in) + c
    loss = (torch.sigmoid(out_in) - y) ** 2 / 2
    return torch.autograd.grad(loss, (out_in, hidden_in))

# %% right deltas: loops over the units with math, back to tensors at the end
def squash(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))

@check
def deltas(x, y, W, b, v, c):
    h = [squash(sum(float(W[i, j]) * float(x[j]) for j in range(len(x))) + float(b[i]))
         for i in range(len(b))]
    o = squash(sum(float(v[i]) * h[i] for i in range(len(h))) + float(c))
    d = (o - float(y)) * o * (1 - o)
    hidden = [d * float(v[i]) * h[i] * (1 - h[i]) for i in range(len(h))]
    return torch.tensor(d, dtype=x.dtype), torch.tensor(hidden, dtype=x.dtype)

# %% right deltas: einsum, sigmoid from tanh, the pair as a list
@check
def deltas(x: torch.Tensor, y: torch.Tensor, W: torch.Tensor, b: torch.Tensor, v: torch.Tensor,
           c: torch.Tensor) -> list:
    t = torch.tanh((torch.einsum("hn,n->h", W, x) + b) / 2)
    s = torch.tanh((torch.einsum("h,h->", v, (1 + t) / 2) + c) / 2)
    delta_o = ((1 + s) / 2 - y) * (1 - s**2) / 4
    return [delta_o, delta_o * v * (1 - t**2) / 4]

# %% wrong product: each factor has its own number as local derivative
# a, b = Value(2), Value(-3); [d for p, d in sorted(product(a, b).parents, key=lambda pair: pair[0] is b)]: right [-3.0, 2.0], here [2.0, -3.0]
@check
def product(a, b):
    return Value(a.data * b.data, ((a, a.data), (b, b.data)))

# %% wrong product: local derivative as product / factor, 0 where the factor is 0
# a, b = Value(0), Value(5); [d for p, d in sorted(product(a, b).parents, key=lambda pair: pair[0] is b)]: right [5.0, 0.0], here [0.0, 0.0]
@check
def product(a, b):
    number = a.data * b.data
    local_a = number / a.data if a.data != 0 else 0.0
    local_b = number / b.data if b.data != 0 else 0.0
    return Value(number, ((a, local_a), (b, local_b)))

# %% wrong product: the pairs come from a dict, so a * a has one parent only
# a = Value(3); product(a, a).parents: right ((Value(3, grad=0), 3.0), (Value(3, grad=0), 3.0)), here ((Value(3, grad=0), 3.0),)
@check
def product(a, b):
    local = {a: b.data, b: a.data}
    return Value(a.data * b.data, tuple(local.items()))

# %% wrong product: adds the local derivatives to the gradients of a and b
# a, b = Value(2), Value(-3); (product(a, b), a.grad, b.grad)[1:]: right (0.0, 0.0), here (-3.0, 2.0)
@check
def product(a, b):
    result = Value(a.data * b.data, ((a, b.data), (b, a.data)))
    a.grad += b.data
    b.grad += a.data
    return result

# %% wrong product: the local derivatives are Values, not floats
# a, b = Value(2), Value(-3); {type(d).__name__ for p, d in product(a, b).parents}: right {'float'}, here {'Value'}
@check
def product(a, b):
    return Value(a.data * b.data, ((a, b), (b, a)))

# %% right product: lambda, parents from zip
product = check(lambda a, b: Value(a.data * b.data, tuple(zip((a, b), (b.data, a.data)))))

# %% right product: b first, pairs appended to a list, a helper function
@check
def product(a, b):
    def times(p, q):
        return p * q
    local_b = times(a.data, 1.0)
    local_a = times(1.0, b.data)
    pairs = []
    pairs.append((b, local_b))
    pairs.append((a, local_a))
    return Value(times(a.data, b.data), tuple(pairs))

# %% right product: NumPy numbers, a decorator under @check
import functools

def with_floats(function):
    @functools.wraps(function)
    def inner(a, b):
        number, local_a, local_b = function(np.float64(a.data), np.float64(b.data))
        return Value(number, ((a, local_a), (b, local_b)))
    return inner

@check
@with_floats
def product(a, b):
    return np.prod([a, b]), b, a

# %% wrong ordered: depth first, the order of visits reversed: no topological order with a shortcut
# a = Value(1); b = Value(2, ((a, 1.0),)); c = Value(3, ((b, 1.0), (a, 1.0))); [n.data for n in ordered(c)]: right [1.0, 2.0, 3.0], here [2.0, 1.0, 3.0]
@check
def ordered(root):
    visits, seen, stack = [], {root}, [root]
    while stack:
        node = stack.pop()
        visits.append(node)
        for parent, _ in node.parents:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return visits[::-1]

# %% wrong ordered: every path is followed, exponential time for doublings
# 60 doublings in a row: the number of Values in the result (5 seconds at most): right 61, here no result in time
@check
def ordered(root):
    paths, stack = [], [root]
    while stack:
        node = stack.pop()
        paths.append(node)
        stack.extend(parent for parent, _ in node.parents)
    result = []
    for node in reversed(paths):
        if node not in result:
            result.append(node)
    return result

# %% wrong ordered: Values with the same number are taken for the same Value
# a, b = Value(2), Value(2); c = Value(4, ((a, 1.0), (b, 1.0))); [n.data for n in ordered(c)]: right [2.0, 2.0, 4.0], here [2.0, 4.0]
@check
def ordered(root):
    result, seen = [], set()
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            result.append(node)
        elif node.data not in seen:
            seen.add(node.data)
            stack.append((node, True))
            stack.extend((parent, False) for parent, _ in node.parents)
    return result

# %% wrong ordered: recursive, the recursion limit is raised and stays raised
# import sys; (ordered(Value(1)), sys.getrecursionlimit())[1]: right 1000, here 10000
import sys

@check
def ordered(root):
    sys.setrecursionlimit(10_000)
    result, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            result.append(node)
    visit(root)
    return result

# %% wrong ordered: the set of seen Values is a default argument and remembers earlier calls
# a = Value(3); [[n.data for n in ordered(a)] for _ in range(2)]: right [[3.0], [3.0]], here [[3.0], []]
@check
def ordered(root, seen=set()):
    result, stack = [], [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            result.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            for parent, _ in node.parents:
                stack.append((parent, False))
    return result

# %% right ordered: depth first with a stack of iterators
@check
def ordered(root):
    result, seen = [], {id(root)}
    stack = [(root, iter(root.parents))]
    while stack:
        node, parents = stack[-1]
        for parent, _ in parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            result.append(node)
            stack.pop()
    return result

# %% right ordered: graphlib from the standard library
from graphlib import TopologicalSorter

@check
def ordered(root):
    graph, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node not in graph:
            graph[node] = [parent for parent, _ in node.parents]
            todo += graph[node]
    return list(TopologicalSorter(graph).static_order())

# %% right ordered: the children are counted (Kahn), children first, then turned round
from collections import Counter, deque

@check
def ordered(root):
    children = Counter()
    seen, queue = {root}, deque([root])
    while queue:
        for parent, _ in queue.popleft().parents:
            children[parent] += 1
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    result, free = [], [root]
    while free:
        node = free.pop()
        result.append(node)
        for parent, _ in node.parents:
            children[parent] -= 1
            if children[parent] == 0:
                free.append(parent)
    result.reverse()
    return result

# %% wrong accumulate: assigns instead of adding
# a = Value(5); c = Value(10, ((a, 1.0), (a, 1.0))); c.grad = 1.0; (accumulate([a, c]), a.grad)[1]: right 2.0, here 1.0
@check
def accumulate(order):
    for child in reversed(order):
        for parent, local in child.parents:
            parent.grad = local * child.grad

# %% wrong accumulate: the Values between the leaves and the root are set to 0 first
# a = Value(1); b = Value(1, ((a, 1.0),)); c = Value(1, ((b, 1.0),)); b.grad = 5.0; c.grad = 1.0; (accumulate([a, b, c]), a.grad, b.grad)[1:]: right (6.0, 6.0), here (1.0, 1.0)
@check
def accumulate(order):
    for node in order[:-1]:
        if node.parents:
            node.grad = 0.0
    for child in order[::-1]:
        for parent, local in child.parents:
            parent.grad += local * child.grad

# %% wrong accumulate: the list is emptied
# a = Value(5); c = Value(15, ((a, 3.0),)); order = [a, c]; (accumulate(order), len(order))[1]: right 2, here 0
@check
def accumulate(order):
    while order:
        child = order.pop()
        for parent, local in child.parents:
            parent.grad += child.grad * local

# %% wrong accumulate: the pairs are put into a dict, a parent that stands there twice counts once
# a = Value(5); c = Value(10, ((a, 1.0), (a, 1.0))); c.grad = 1.0; (accumulate([a, c]), a.grad)[1]: right 2.0, here 1.0
@check
def accumulate(order):
    for child in reversed(order):
        for parent, local in dict(child.parents).items():
            parent.grad += local * child.grad

# %% wrong accumulate: goes from the root along every path, passing sums on more than once
# a = Value(1); b = Value(1, ((a, 1.0),)); c = Value(2, ((b, 1.0), (b, 1.0))); c.grad = 1.0; (accumulate([a, b, c]), a.grad)[1]: right 2.0, here 4.0
@check
def accumulate(order):
    todo = [order[-1]]
    while todo:
        child = todo.pop(0)
        for parent, local in child.parents:
            parent.grad += local * child.grad
            todo.append(parent)

# %% right accumulate: each Value collects from its children, fsum
@check
def accumulate(order):
    contributions = {id(node): [node.grad] for node in order}
    for i in range(len(order) - 1, -1, -1):
        node = order[i]
        node.grad = math.fsum(contributions[id(node)])
        for parent, local in node.parents:
            contributions[id(parent)].append(local * node.grad)

# %% right accumulate: while loop over indices, NumPy numbers
@check
def accumulate(order):
    k = len(order)
    while k:
        k -= 1
        pairs = order[k].parents
        for j in range(len(pairs)):
            pairs[j][0].grad = np.float64(pairs[j][0].grad) + pairs[j][1] * order[k].grad
    return None

# %% wrong check_slopes: Python's max lets nan pass
# x = torch.tensor([3.0, 0.0], dtype=torch.float64); s = torch.tensor([6.0, math.nan], dtype=torch.float64); round(float(check_slopes(lambda x: x[0] ** 2 + x[1], x, s, h=0.5)), 6): right nan, here 0.0
@check
def check_slopes(f, x, slopes, h=1e-05):
    worst = 0.0
    for k in range(len(x)):
        e = torch.zeros_like(x)
        e[k] = h
        d = (f(x + e) - f(x - e)) / (2 * h)
        worst = max(worst, abs(d - slopes[k]).item())
    return worst

# %% wrong check_slopes: no absolute value, differences below 0 do not count
# x = torch.tensor([3.0], dtype=torch.float64); float(check_slopes(lambda x: x[0] ** 2, x, torch.full_like(x, 10.0), h=0.5)): right 4.0, here -4.0
@check
def check_slopes(f, x, slopes, h=1e-05):
    step = torch.eye(len(x), dtype=x.dtype) * h
    central = torch.stack([(f(x + e) - f(x - e)) / (2 * h) for e in step])
    return (central - slopes).max()

# %% wrong check_slopes: the Euclidean length of the difference instead of its largest part
# x = torch.tensor([3.0, 4.0], dtype=torch.float64); float(check_slopes(lambda x: (x ** 2).sum() / 2, x, torch.zeros_like(x), h=0.5)): right 4.0, here 5.0
@check
def check_slopes(f, x, slopes, h=1e-05):
    central = torch.zeros_like(x)
    for k in range(x.numel()):
        e = torch.zeros_like(x)
        e[k] = 1
        central[k] = (f(x + h * e) - f(x - h * e)) / (2 * h)
    return torch.linalg.norm(central - slopes).item()

# %% wrong check_slopes: x is moved in place and moved back, rounding errors stay in it
# x = torch.tensor([0.1, 0.7], dtype=torch.float64); (check_slopes(lambda x: x.sum(), x, torch.ones_like(x)), x.tolist())[1]: right [0.1, 0.7], here [0.09999999999999999, 0.6999999999999998]
@check
def check_slopes(f, x, slopes, h=1e-05):
    errors = []
    for k in range(len(x)):
        x[k] += h
        up = f(x)
        x[k] -= 2 * h
        down = f(x)
        x[k] += h
        errors.append(torch.abs((up - down) / (2 * h) - slopes[k]))
    return torch.stack(errors).max()

# %% wrong check_slopes: compares with the gradient by autograd, not with central differences
# x = torch.tensor([0.0], dtype=torch.float64); float(check_slopes(lambda x: x[0] ** 3, x, torch.zeros_like(x), h=0.5)): right 0.25, here 0.0
@check
def check_slopes(f, x, slopes, h=1e-05):
    leaf = x.detach().clone().requires_grad_()
    gradient, = torch.autograd.grad(f(leaf), leaf)
    return (gradient - slopes).abs().max().item()

# %% right check_slopes: NumPy, a NumPy number
@check
def check_slopes(f, x, slopes, h=1e-05):
    def value(z):
        return float(f(torch.from_numpy(z)))
    basis = np.eye(len(x)) * h
    z = x.detach().numpy()
    central = np.array([(value(z + e) - value(z - e)) / (2 * h) for e in basis])
    return np.max(np.abs(central - slopes.detach().numpy()))

# %% right check_slopes: a loop over lists, infinity as soon as something is not finite
@check
def check_slopes(f, x, slopes, h=1e-05):
    point, worst = x.tolist(), 0.0
    for k, slope in enumerate(slopes.tolist()):
        ahead = point[:k] + [point[k] + h] + point[k + 1:]
        behind = point[:k] + [point[k] - h] + point[k + 1:]
        up = f(torch.tensor(ahead, dtype=torch.float64)).item()
        down = f(torch.tensor(behind, dtype=torch.float64)).item()
        error = abs((up - down) / (2 * h) - slope)
        if not math.isfinite(error):
            return math.inf
        if error > worst:
            worst = error
    return worst

# %% right check_slopes: a tensor (), norm of order infinity
@check
def check_slopes(f, x, slopes, h=1e-05):
    shifts = torch.diag(torch.full_like(x, h))
    up = torch.stack([f(row) for row in x + shifts])
    down = torch.stack([f(row) for row in x - shifts])
    return ((up - down) / h / 2 - slopes).abs().amax()

# %% wrong bce_gradients: the sum over the outputs instead of the mean
# T = torch.tensor; bce_gradients(T([2.0]), T([[0.0, 0.0]]), T([0.0, 0.0]), T([1.0, 0.0])): right (tensor([[-0.5000,  0.5000]]), tensor([-0.2500,  0.2500])), here (tensor([[-1.,  1.]]), tensor([-0.5000,  0.5000]))
@check
def bce_gradients(x, w, b, y):
    delta = torch.sigmoid(x @ w + b) - y
    return torch.outer(x, delta), delta

# %% wrong bce_gradients: the outer product the other way round, (m, n)
# T = torch.tensor; bce_gradients(T([2.0, 1.0]), T([[0.0, 0.0], [0.0, 0.0]]), T([0.0, 0.0]), T([1.0, 0.0])): right (tensor([[-0.5000,  0.5000],         [-0.2500,  0.2500]]), tensor([-0.2500,  0.2500])), here (tensor([[-0.5000, -0.2500],         [ 0.5000,  0.2500]]), tensor([-0.2500,  0.2500]))
@check
def bce_gradients(x, w, b, y):
    delta = (torch.sigmoid(x @ w + b) - y) / len(y)
    return delta[:, None] * x, delta

# %% wrong bce_gradients: chain rule with 1 / p and 1 / (1 - p), nan where p is 0 or 1
# T = torch.tensor; bce_gradients(T([1.0]), T([[1000.0]]), T([0.0]), T([1.0])): right (tensor([[0.]]), tensor([0.])), here (tensor([[nan]]), tensor([nan]))
@check
def bce_gradients(x, w, b, y):
    p = torch.sigmoid(x @ w + b)
    dp = -(y / p - (1 - y) / (1 - p)) / len(y)
    dz = dp * p * (1 - p)
    return torch.outer(x, dz), dz

# %% wrong bce_gradients: targets between 0 and 1 are taken for 0
# T = torch.tensor; bce_gradients(T([2.0]), T([[0.0]]), T([0.0]), T([0.25])): right (tensor([[0.5000]]), tensor([0.2500])), here (tensor([[1.]]), tensor([0.5000]))
@check
def bce_gradients(x, w, b, y):
    p = torch.sigmoid(x @ w + b)
    dz = torch.where(y == 1, p - 1, p) / y.numel()
    return x.unsqueeze(1) * dz, dz

# %% wrong bce_gradients: right numbers, but torch.func.grad, one of torch's functions for gradients
# any input, such as the example: right numbers (-1, -0.5), but the statement forbids the way
@check
def bce_gradients(x, w, b, y):
    def loss(w, b):
        return F.binary_cross_entropy_with_logits(x @ w + b, y)
    return torch.func.grad(loss, argnums=(0, 1))(w, b)

# %% right bce_gradients: loops with math
@check
def bce_gradients(x, w, b, y):
    n, m = w.shape
    gw, gb = [[0.0] * m for _ in range(n)], [0.0] * m
    for j in range(m):
        z = b[j].item() + sum(x[i].item() * w[i, j].item() for i in range(n))
        p = 1 / (1 + math.exp(-z)) if z > 0 else 1 - 1 / (1 + math.exp(z))
        gb[j] = (p - y[j].item()) / m
        for i in range(n):
            gw[i][j] = x[i].item() * gb[j]
    return torch.tensor(gw, dtype=w.dtype), torch.tensor(gb, dtype=w.dtype)

# %% right bce_gradients: einsum, sigmoid from tanh
@check
def bce_gradients(x, w, b, y):
    z = torch.einsum("n,nm->m", x, w) + b
    gb = (0.5 * torch.tanh(0.5 * z) + 0.5 - y) / z.shape[0]
    return torch.einsum("n,m->nm", x, gb), gb

# %% right bce_gradients: NumPy and logaddexp
@check
def bce_gradients(x, w, b, y):
    z = x.numpy() @ w.numpy() + b.numpy()
    p = np.exp(-np.logaddexp(0, -z))
    gb = (p - y.numpy()) / np.float64(z.size)
    gw = np.outer(x.numpy(), gb)
    return torch.from_numpy(gw).to(w.dtype), torch.from_numpy(gb).to(b.dtype)

# %% wrong what_grad_holds: in line 5 only the last factor is counted
# line 5: y = 6 w, w.grad is 6, here 3
what_grad_holds = check.value("what_grad_holds", [6, 12, 3, False, 3])

# %% right what_grad_holds: a tuple of tensors, floats and NumPy numbers
what_grad_holds = check.value("what_grad_holds",
                              (torch.tensor(6.0), 12.0, np.float32(3), np.bool_(False), np.int64(6)))

# %% wrong autograd_errors: every line that calls backward twice is taken for an error, also with two graphs
# the line "for _ in range(2): loss = (w * w).sum(); loss.backward()": right 'runs', here 'freed'
autograd_errors = check.value("autograd_errors", ["not scalar", "freed", "in place", "runs", "freed", "freed"])

# %% wrong autograd_errors: every in-place change is taken for an error
# the line "y = w * w; y += 1; y.sum().backward()": right 'runs', here 'in place'
autograd_errors = check.value("autograd_errors", ["not scalar", "freed", "in place", "in place", "runs", "freed"])

# %% right autograd_errors: a tuple, in other spellings
autograd_errors = check.value("autograd_errors", ("Not scalar", "FREED", "in-place", "runs", "runs", "freed"))

# %% wrong six_steps: cleared after backward, just before the step, is taken for right
# second answer: the step sees no gradient: right "never learns", wrong "works as well"
six_steps = check.value("six_steps", ["works as well", "works as well", "works as well", "never learns",
                                      "raises an error", "gradients add up"])

# %% right six_steps: a tuple, in other cases and spellings
six_steps = check.value("six_steps", ("Works as well", "never learns", "works as well", "NEVER learns",
                                      "raises error", "gradients add up."))

# %% wrong train_step: model.zero_grad() leaves the old gradients of the optimizer's other parameters
# an SGD(lr=0.5) has a further parameter, 1.0, not of the model, with .grad 1.0 from before: its value after a call: right 1.0, here 0.5
@check
def train_step(model, x, y, loss_fn, optimizer):
    model.zero_grad()
    outputs = model(x)
    loss = loss_fn(outputs, y)
    loss.backward()
    optimizer.step()
    return outputs.detach(), loss.detach()

# %% wrong train_step: cleared only after the step, gradients from before the call count
# the example, but weight.grad is 1.0 before the call: the weight afterwards: right 1.8, here 1.7
@check
def train_step(model, x, y, loss_fn, optimizer):
    outputs = model(x)
    loss = loss_fn(outputs, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return outputs.detach(), loss.detach()

# %% wrong train_step: two forward passes, so outputs and loss do not belong together with dropout
# model Dropout(0.5), x = ones (100, 1), loss_fn = mean of (q * outputs), q a parameter 1: is loss == outputs.mean()?: right True, here False
@check
def train_step(model, x, y, loss_fn, optimizer):
    with torch.no_grad():
        outputs = model(x)
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return outputs, loss.detach()

# %% wrong train_step: the update is written by hand, w - lr * gradient, momentum is ignored
# the example twice with momentum=0.9: the weight: right 1.46, here 1.64
@check
def train_step(model, x, y, loss_fn, optimizer):
    optimizer.zero_grad()
    outputs = model(x)
    loss = loss_fn(outputs, y)
    loss.backward()
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p -= group["lr"] * p.grad
    return outputs.detach(), loss.detach()

# %% wrong train_step: puts the model into training mode
# the example with model.eval() before: model.training afterwards: right False, here True
@check
def train_step(model, x, y, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    outputs = model(x)
    loss = loss_fn(outputs, y)
    loss.backward()
    optimizer.step()
    return outputs.detach(), loss.detach()

# %% right train_step: a closure for optimizer.step
@check
def train_step(model, x, y, loss_fn, optimizer):
    kept = []

    def closure():
        optimizer.zero_grad(set_to_none=True)
        outputs = model(x)
        loss = loss_fn(outputs, y)
        loss.backward()
        kept.append((outputs.detach().clone(), loss.detach().clone()))
        return loss
    optimizer.step(closure)
    return kept[0]

# %% right train_step: torch.autograd.grad, the gradients are put into .grad by hand
@check
def train_step(model, x, y, loss_fn, optimizer):
    outputs = model(x)
    loss = loss_fn(outputs, y)
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    wanted = [p for p in parameters if p.requires_grad]
    for p in parameters:
        p.grad = None
    for p, g in zip(wanted, torch.autograd.grad(loss, wanted, allow_unused=True)):
        p.grad = g
    optimizer.step()
    return outputs.detach(), loss.detach()

# %% right train_step: copies of the results first, a list; cleared just before backward, by hand
def forget(optimizer):
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = None

@check
def train_step(model, x, y, loss_fn, optimizer):
    with torch.enable_grad():
        outputs = model(x)
        loss = loss_fn(outputs, y)
    results = [tensor.detach().clone() for tensor in (outputs, loss)]
    forget(optimizer)
    torch.autograd.backward(loss)
    optimizer.step()
    return results

# %% wrong one_epoch: the mean of the batches' means
# batches of 3 and 1 samples with losses 1.0 and 2.0: right 1.25, here 1.5
from nnlab.train import train_step

@check
def one_epoch(model, batches, loss_fn, optimizer):
    model.train()
    losses = [train_step(model, x, y, loss_fn, optimizer)[1].item() for x, y in batches]
    return sum(losses) / len(losses)

# %% wrong one_epoch: the samples are counted in a first pass, which uses up a generator
# batches of 3 and 1 samples with losses 1.0 and 2.0, a generator: right 1.25, here 0.0
from nnlab.train import train_step

@check
def one_epoch(model, batches, loss_fn, optimizer):
    model.train()
    count = sum(len(x) for x, _ in batches)
    mean = 0.0
    for x, y in batches:
        _, loss = train_step(model, x, y, loss_fn, optimizer)
        mean += loss.item() * len(x) / count
    return mean

# %% wrong one_epoch: puts the model back into the mode it was in
# model.eval() before: model.training afterwards: right True, here False
from nnlab.train import train_step

@check
def one_epoch(model, batches, loss_fn, optimizer):
    before = model.training
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        total += train_step(model, x, y, loss_fn, optimizer)[1].item() * len(x)
        count += len(x)
    model.train(before)
    return total / count

# %% wrong one_epoch: the loss is measured after the update
# the example of train_step as the only batch: right 1.0, here 0.64
from nnlab.train import train_step

@check
def one_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        train_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            total += loss_fn(model(x), y).item() * len(y)
        count += len(y)
    return total / count

# %% wrong one_epoch: all batches are taken to be as large as the first
# batches of 1 and 3 samples with losses 1.0 and 2.0: right 1.75, here 1.5
from nnlab.train import train_step

@check
def one_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total = size = count = 0
    for x, y in batches:
        if not size:
            size = len(x)
        total += train_step(model, x, y, loss_fn, optimizer)[1].item() * size
        count += size
    return total / count

# %% right one_epoch: np.average with weights
from nnlab.train import train_step

@check
def one_epoch(model, batches, loss_fn, optimizer):
    model.train()
    losses, sizes = zip(*[(train_step(model, x, y, loss_fn, optimizer)[1].item(), x.shape[0])
                          for x, y in batches])
    return float(np.average(losses, weights=sizes))

# %% right one_epoch: running mean, iterator and next, a train_step of its own
def step_of_mine(model, x, y, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()

@check
def one_epoch(model, batches, loss_fn, optimizer):
    model.train(True)
    mean, seen, pairs = 0.0, 0, iter(batches)
    while (pair := next(pairs, None)) is not None:
        seen += len(pair[0])
        loss = step_of_mine(model, *pair, loss_fn, optimizer)
        mean += (loss - mean) * len(pair[0]) / seen
    return mean

# %% right one_epoch: the loss once for every sample in a list, keyword arguments
import statistics
from nnlab.train import train_step

@check
def one_epoch(model: nn.Module, batches, loss_fn, optimizer) -> float:
    model.train()
    of_samples: list[float] = []
    for x, y in batches:
        loss = train_step(model=model, x=x, y=y, loss_fn=loss_fn, optimizer=optimizer)[1]
        of_samples.extend([loss.item()] * len(x))
    return statistics.fmean(of_samples)

# %% wrong confident_mistakes: sorted by the largest logit, not by its probability
# T = torch.tensor; confident_mistakes(T([[9.0, 8.0], [3.0, 0.0]]), T([1, 1]), 2): right [1, 0], here tensor([0, 1])
@check
def confident_mistakes(outputs, targets, k):
    largest, predicted = outputs.max(1)
    wrong = (predicted != targets).nonzero().flatten()
    return wrong[largest[wrong].argsort(descending=True)][:k]

# %% wrong confident_mistakes: the indices count the mistakes, not the samples
# T = torch.tensor; confident_mistakes(T([[5.0, 0.0], [0.0, 1.0], [3.0, 0.0]]), T([0, 0, 1]), 2): right [2, 1], here tensor([1, 0])
@check
def confident_mistakes(outputs, targets, k):
    confidence, predicted = outputs.softmax(1).max(1)
    mistakes = confidence[predicted != targets]
    return mistakes.argsort(descending=True)[:k]

# %% wrong confident_mistakes: the last k of the ascending order, for k = 0 all
# T = torch.tensor; confident_mistakes(T([[0.0, 1.0], [3.0, 0.0], [5.0, 0.0]]), T([0, 1, 0]), 0): right [], here tensor([1, 0])
@check
def confident_mistakes(outputs, targets, k):
    confidence, predicted = F.softmax(outputs, dim=1).max(dim=1)
    wrong = torch.where(predicted != targets)[0]
    return wrong[confidence[wrong].argsort()][-k:].flip(0)

# %% wrong confident_mistakes: the least probable target first, the same only for two classes
# T = torch.tensor; confident_mistakes(T([[2.0, 1.9, -9.0], [2.0, 1.0, -9.0]]), T([2, 1]), 2): right [1, 0], here tensor([0, 1])
@check
def confident_mistakes(outputs, targets, k):
    p = outputs.softmax(1)
    of_target = p[torch.arange(len(targets)), targets]
    wrong = torch.nonzero(p.argmax(1) != targets)[:, 0]
    return wrong[torch.argsort(of_target[wrong])[:k]]

# %% wrong confident_mistakes: topk with 0 for the right ones, which fill the place when mistakes are few
# T = torch.tensor; confident_mistakes(T([[0.0, 1.0], [3.0, 0.0], [5.0, 0.0]]), T([0, 1, 0]), 3): right [1, 0], here tensor([1, 0, 2])
@check
def confident_mistakes(outputs, targets, k):
    confidence, predicted = outputs.softmax(1).max(1)
    confidence = torch.where(predicted == targets, 0.0, confidence)
    return confidence.topk(min(k, len(targets))).indices

# %% right confident_mistakes: plain Python, a list of ints
@check
def confident_mistakes(outputs, targets, k):
    found = []
    for i, (row, target) in enumerate(zip(outputs.tolist(), targets.tolist())):
        top = max(row)
        if row.index(top) != target:
            rest = sorted(math.exp(z - top) for z in row)[:-1]
            found.append((math.fsum(rest), i))
    return [i for _, i in sorted(found)[:k]]

# %% right confident_mistakes: NumPy, logarithms of the probabilities
@check
def confident_mistakes(outputs, targets, k):
    z = outputs.detach().double().numpy()
    log_p = -np.log(np.exp(z - z.max(1, keepdims=True)).sum(1))
    order = np.argsort(-log_p)
    wrong = z.argmax(1) != targets.numpy()
    return torch.as_tensor(order[wrong[order]][:k].copy(), dtype=torch.int64)

# %% right confident_mistakes: topk of the log-softmax of the mistakes
@check
def confident_mistakes(outputs, targets, k):
    indices = torch.arange(outputs.shape[0])[outputs.argmax(dim=1).ne(targets)]
    best = F.log_softmax(outputs[indices], dim=1).amax(dim=1)
    return indices[best.topk(min(k, indices.numel())).indices]

# %% wrong centered: the shift is truncated to an integer, not rounded
# d = torch.tensor([[3.0, 1.0]]); centered(d).nonzero().tolist(): right [[14, 14], [14, 15]], here [[14, 13], [14, 14]]
@check
def centered(digit):
    H, W = digit.shape
    total = digit.sum()
    row = (digit.sum(1) * torch.arange(H)).sum() / total
    column = (digit.sum(0) * torch.arange(W)).sum() / total
    top, left = int(14 - row), int(14 - column)
    image = torch.zeros(28, 28, dtype=digit.dtype)
    image[top:top + H, left:left + W] = digit
    return image

# %% wrong centered: the image is always float32
# d = torch.tensor([[1.0, 3.0]], dtype=torch.float64); centered(d).dtype: right torch.float64, here torch.float32
@check
def centered(digit):
    H, W = digit.shape
    row = (digit * torch.arange(H)[:, None]).sum() / digit.sum()
    column = (digit * torch.arange(W)).sum() / digit.sum()
    top, left = round(14 - row.item()), round(14 - column.item())
    image = torch.zeros(28, 28)
    image[top:top + H, left:left + W] = digit
    return image

# %% wrong centered: all pixels above 0 count alike
# d = torch.tensor([[1.0, 0.0, 9.0]]); centered(d).nonzero().tolist(): right [[14, 12], [14, 14]], here [[14, 13], [14, 15]]
@check
def centered(digit):
    rows, columns = torch.nonzero(digit, as_tuple=True)
    top = 14 - math.floor(rows.double().mean().item() + 0.5)
    left = 14 - math.floor(columns.double().mean().item() + 0.5)
    image = digit.new_zeros(28, 28)
    image[rows + top, columns + left] = digit[rows, columns]
    return image

# %% wrong centered: a digit (28, 28) is returned as it is, no new tensor
# d = torch.zeros(28, 28); d[14, 14] = 1.0; centered(d) is d: right False, here True
@check
def centered(digit):
    if digit.shape == (28, 28):
        return digit
    H, W = digit.shape
    top = round(14 - float(digit.sum(1) @ torch.arange(H, dtype=digit.dtype) / digit.sum()))
    left = round(14 - float(digit.sum(0) @ torch.arange(W, dtype=digit.dtype) / digit.sum()))
    return F.pad(digit, (left, 28 - W - left, top, 28 - H - top))

# %% wrong centered: a small number in the denominator against division by 0, too large for small values
# d = torch.tensor([[0.0, 0.0, 1e-6]]); centered(d).nonzero().tolist(): right [[14, 14]], here [[14, 15]]
@check
def centered(digit):
    H, W = digit.shape
    weights = digit / (digit.sum() + 1e-6)
    top = round(14 - (weights.sum(1) * torch.arange(H)).sum().item())
    left = round(14 - (weights.sum(0) * torch.arange(W)).sum().item())
    image = torch.zeros(28, 28, dtype=digit.dtype)
    image[top:top + H, left:left + W] = digit
    return image

# %% right centered: loops over the pixels
@check
def centered(digit):
    pixels = [(i, j, v) for i, line in enumerate(digit.tolist()) for j, v in enumerate(line) if v > 0]
    mass = math.fsum(v for _, _, v in pixels)
    down = 14 - round(math.fsum(i * v for i, _, v in pixels) / mass)
    right = 14 - round(math.fsum(j * v for _, j, v in pixels) / mass)
    image = torch.zeros((28, 28), dtype=digit.dtype)
    for i, j, v in pixels:
        image[i + down, j + right] = v
    return image

# %% right centered: NumPy, all moves tried, the nearest taken
def best_move(weights):
    center = np.average(np.arange(len(weights)), weights=weights)
    moves = np.arange(-28, 29)
    return int(moves[np.argmin(np.abs(center + moves - 14))])

@check
def centered(digit):
    a = digit.detach().numpy()
    rows, columns = a.nonzero()
    image = np.zeros((28, 28), dtype=a.dtype)
    image[rows + best_move(a.sum(1, dtype=float)), columns + best_move(a.sum(0, dtype=float))] = a[rows, columns]
    return torch.from_numpy(image)

# %% right centered: padded to (28, 28) at the upper left, then rolled
@check
def centered(digit):
    image = F.pad(digit, (0, 28 - digit.shape[1], 0, 28 - digit.shape[0]))
    places = torch.arange(28, dtype=torch.float64)
    share = image.double() / image.double().sum()
    shift = [int(torch.round(14 - share.sum(1 - axis) @ places)) for axis in (0, 1)]
    return torch.roll(image, shifts=tuple(shift), dims=(0, 1))

# %% wrong which_bug: c and d exchanged
# third answer: the new images of script c are not normalized: right "new images not normalized", wrong "softmax twice"
which_bug = check.value("which_bug", ["labels shuffled", "no zero_grad", "softmax twice", "new images not normalized",
                                      "still in training mode"])

# %% right which_bug: a tuple, in other spellings
which_bug = check.value("which_bug", ("Labels shuffled", "no zero grad", "new images not normalized", "Softmax twice",
                                      "still in training-mode"))

# %% wrong script_a: images and labels are shuffled, each with a permutation of its own
# mean of the last 20 losses on 600 images of 10 easy classes: right below 0.5, here above 1.5
@check
def script_a(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        images, classes = x[torch.randperm(len(x))], y[torch.randperm(len(y))]
        for batch, labels in zip(images.split(20), classes.split(20), strict=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_a: y is replaced by the shuffled labels, x not: the labels fit in the first epoch only
# mean of the last 20 losses on 600 images of 10 easy classes: right below 0.5, here above 1.5
@check
def script_a(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        order = torch.randperm(len(x))
        y = y[order]
        for batch, labels in zip(x[order].split(20), y.split(20), strict=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_a: the inverse permutation for the labels
# mean of the last 20 losses on 600 images of 10 easy classes: right below 0.5, here above 1.5
@check
def script_a(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        order = torch.randperm(len(x))
        for batch, labels in zip(x[order].split(20), y[order.argsort()].split(20), strict=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_a: no shuffling any more, every epoch has the same batches
# are the batches of the first two epochs different?: right True, here False
@check
def script_a(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in zip(x.split(20), y.split(20), strict=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_a: a loop over the parts of the order
@check
def script_a(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for some in torch.randperm(len(x)).split(20):
            loss = F.cross_entropy(model(x[some]), y[some])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_a: both replaced by the shuffled ones, which stay together
@check
def script_a(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        order = torch.randperm(len(x))
        x, y = x[order], y[order]
        for batch, labels in zip(x.split(20), y.split(20), strict=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_a: torch's DataLoader
from torch.utils.data import DataLoader, TensorDataset

@check
def script_a(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_b: zero_grad without parentheses is not called
# is the gradient, at each step, that of the batch alone?: right True, here False
@check
def script_b(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_b: cleared once an epoch
# is the gradient, at each step, that of the batch alone?: right True, here False
@check
def script_b(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_b: cleared between backward and step
# mean of the last 20 losses on 600 images of 10 easy classes: right below 0.5, here above 1.5
@check
def script_b(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_b: a smaller learning rate instead of zero_grad
# is the gradient, at each step, that of the batch alone?: right True, here False
@check
def script_b(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_b: gradients are clipped instead of cleared
# is the gradient, at each step, that of the batch alone?: right True, here False
@check
def script_b(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_b: cleared after the step by model.zero_grad
@check
def script_b(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            loss.backward()
            optimizer.step()
            model.zero_grad(set_to_none=False)
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_b: torch.autograd.grad does not add up
@check
def script_b(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            weights = list(model.parameters())
            for w, g in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                w.grad = g
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_b: .grad = None at the top of the loop
@check
def script_b(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            for p in model.parameters():
                p.grad = None
            loss = F.cross_entropy(model(batch), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_c: the normalization is removed, also from the training images
# smallest input of the network: right -1, here 0
@check
def script_c(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% wrong script_c: the new images are normalized by their own mean and standard deviation
# a new image that is 1 everywhere: its inputs are right 1, here nan
@check
def script_c(x, y, new_x, new_y):
    x = (x - 0.5) / 0.5
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        new_x = (new_x - new_x.mean()) / new_x.std()
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% wrong script_c: the new images are divided by 255, as bytes would be
# largest input from a new image: right 1, here 0.004
@check
def script_c(x, y, new_x, new_y):
    x = (x - 0.5) / 0.5
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        new_x = new_x / 255
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% wrong script_c: normalized in place, so the images of the caller change
# the smallest pixel of new_x after the call: right 0, here -1
@check
def script_c(x, y, new_x, new_y):
    x.sub_(0.5).div_(0.5)
    new_x.sub_(0.5).div_(0.5)
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% wrong script_c: normalized twice, before the loop and for each batch
# smallest input of the network in training: right -1, here -3
@check
def script_c(x, y, new_x, new_y):
    x = (x - 0.5) / 0.5
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            batch = (batch - 0.5) / 0.5
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        new_x = (new_x - 0.5) / 0.5
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% wrong script_c: corrected, but the learning rate is changed as well
# learning rate of the optimizer: right 0.1, here 0.5
@check
def script_c(x, y, new_x, new_y):
    x, new_x = (x - 0.5) / 0.5, (new_x - 0.5) / 0.5
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% wrong script_c: corrected, but without the hidden layer's ReLU
# names of the layers with an activation: right ['ReLU'], here []
@check
def script_c(x, y, new_x, new_y):
    x, new_x = (x - 0.5) / 0.5, (new_x - 0.5) / 0.5
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% right script_c: a function normalizes both
def normalize(images):
    return (images - 0.5) / 0.5

@check
def script_c(x, y, new_x, new_y):
    x, new_x = normalize(x), normalize(new_x)
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% right script_c: twice a pixel minus one, for each batch
@check
def script_c(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(2 * batch - 1), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        accuracies = [accuracy(model(2 * new_x - 1), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% right script_c: a layer of the network normalizes
class Normalize(nn.Module):
    def forward(self, x):
        return (x.flatten(1) - 0.5) / 0.5

@check
def script_c(x, y, new_x, new_y):
    model = nn.Sequential(Normalize(), nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        accuracies = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, accuracies

# %% wrong script_d: nll_loss of the probabilities, without a logarithm
# is a loss below 0?: right False, here True
@check
def script_d(x, y, new_x, new_y):
    model = nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.nll_loss(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_d: log_softmax and nll_loss after the softmax, still softmax twice
# are the last losses below 1.46?: right True, here False
@check
def script_d(x, y, new_x, new_y):
    model = nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.nll_loss(F.log_softmax(model(batch), dim=1), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_d: LogSoftmax over the samples of the batch
# is the loss of each batch the cross-entropy of the MLP's logits?: right True, here False
@check
def script_d(x, y, new_x, new_y):
    model = nn.Sequential(MLP([784, 30, 10]), nn.LogSoftmax(0))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_d: only the recorded losses are right, the network still learns from softmax twice
# is the gradient, at each step, that of the cross-entropy of the MLP's logits?: right True, here False
@check
def script_d(x, y, new_x, new_y):
    model = nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            losses.append(F.cross_entropy(model[0](batch), labels).item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_d: Sigmoid instead of Softmax, the logits still cannot exceed 1
# is the gradient, at each step, that of the cross-entropy of the MLP's logits?: right True, here False
@check
def script_d(x, y, new_x, new_y):
    model = nn.Sequential(MLP([784, 30, 10]), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_d: LogSoftmax and nll_loss
@check
def script_d(x, y, new_x, new_y):
    model = nn.Sequential(MLP([784, 30, 10]), nn.LogSoftmax(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.nll_loss(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_d: softmax stays for the new images only, the loss has the logits
@check
def script_d(x, y, new_x, new_y):
    model = nn.Sequential(MLP([784, 30, 10]), nn.Softmax(1))
    logits_of = model[0]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = nn.CrossEntropyLoss()(logits_of(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_d: the plain network, with logsumexp by hand
@check
def script_d(x, y, new_x, new_y):
    model = MLP([784, 30, 10])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            z = model(batch)
            loss = (z.logsumexp(1) - z.gather(1, labels[:, None])[:, 0]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_e: eval at the end of each epoch, without dropout from the second epoch on
# share of the training steps with dropout: right 1.0, here 0.2
@check
def script_e(x, y, new_x, new_y):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_e: eval before training
# share of the training steps with dropout: right 1.0, here 0.0
@check
def script_e(x, y, new_x, new_y):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(30, 10)).eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% wrong script_e: the seed is set before each measurement, dropout stays on
# number of measurements with dropout: right 0, here 5
@check
def script_e(x, y, new_x, new_y):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    shares = []
    with torch.no_grad():
        for _ in range(5):
            torch.manual_seed(0)
            shares.append(accuracy(model(new_x), new_y).item())
    return losses, shares

# %% wrong script_e: measured once with dropout, the number five times in the list
# number of measurements with dropout: right 0, here 1
@check
def script_e(x, y, new_x, new_y):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item()] * 5
    return losses, shares

# %% wrong script_e: dropout is taken out of the network
# share of the training steps with dropout: right 1.0, here 0.0
@check
def script_e(x, y, new_x, new_y):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_e: train(False) for the Dropout module alone
@check
def script_e(x, y, new_x, new_y):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    model[3].train(False)
    with torch.no_grad():
        shares = [accuracy(model(new_x), new_y).item() for _ in range(5)]
    return losses, shares

# %% right script_e: train and eval in every epoch, measured in a loop
@check
def script_e(x, y, new_x, new_y):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses, shares = [], []
    for _ in range(5):
        model.train()
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
    for _ in range(5):
        with torch.inference_mode():
            shares.append(float(accuracy(model(new_x), new_y)))
    return losses, shares

# %% right script_e: measured with a network of the trained layers, without the dropout
@check
def script_e(x, y, new_x, new_y):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Dropout(0.5),
                          nn.Linear(30, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        for batch, labels in Batches(x, y, 20, shuffle=True):
            loss = F.cross_entropy(model(batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    trained = nn.Sequential(*(layer for layer in model if not isinstance(layer, nn.Dropout)))
    with torch.no_grad():
        shares = [accuracy(trained(new_x), new_y).item() for _ in range(5)]
    return losses, shares
