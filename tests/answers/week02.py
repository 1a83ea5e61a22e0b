# %% wrong xor_by_steps: >= in the step, wrong on the lines
# f(torch.tensor([[0.5, 0.0], [1.0, 0.5]])): right tensor([0., 1.]); wrong tensor([1., 0.])
@check
def xor_by_steps(x):
    def step(z):
        return (z >= 0).float()
    h1 = step(x[:, 0] + x[:, 1] - 0.5)
    h2 = step(x[:, 0] + x[:, 1] - 1.5)
    return step(h1 - h2 - 0.5)

# %% wrong xor_by_steps: thresholds each coordinate, then logical XOR
# f(torch.tensor([[0.4, 0.4], [3.0, -3.0]])): right tensor([1., 0.]); wrong tensor([0., 1.])
@check
def xor_by_steps(x):
    a = x[:, 0] > 0.5
    b = x[:, 1] > 0.5
    return (a ^ b).float()

# %% wrong xor_by_steps: torch.sign as the step gives 1/2 on a line, 0.5 as an output
# f(torch.tensor([[1.0, 0.5], [0.5, 0.0]])): right tensor([1., 0.]); wrong tensor([0.5000, 0.5000])
@check
def xor_by_steps(x):
    def step(z):
        return (torch.sign(z) + 1) / 2
    s = x.float().sum(1)
    return step(step(s - 0.5) - step(s - 1.5) - 0.5)

# %% wrong xor_by_steps: weights float32, float64 points raise an error in the product
# f(torch.tensor([[1.0, 0.0]], dtype=torch.float64)): right tensor([1.]); wrong RuntimeError: expected m1 and m2 to have the same dtype, but got: double != float
@check
def xor_by_steps(x):
    W = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    b = torch.tensor([-0.5, -1.5])
    h = (x @ W + b > 0).float()
    return (h @ torch.tensor([1.0, -2.0]) > 0).float()

# %% right xor_by_steps: float64 results for float64 points
@check
def xor_by_steps(x):
    W = torch.ones(2, 2, dtype=x.dtype)
    b = torch.tensor([-0.5, -1.5], dtype=x.dtype)
    h = torch.where(x @ W + b > 0, 1.0, 0.0).to(x.dtype)
    return torch.where(h[:, 0] - 2 * h[:, 1] > 0, 1.0, 0.0).to(x.dtype)

# %% right xor_by_steps: a loop over points with Python floats
@check
def xor_by_steps(x):
    def neuron(w, inputs, b):
        return 1.0 if sum(p * q for p, q in zip(w, inputs)) + b > 0 else 0.0
    out = []
    for point in x.double().tolist():
        either = neuron((2.0, 2.0), point, -1.0)
        both = neuron((2.0, 2.0), point, -3.0)
        out.append(neuron((1.0, -1.0), (either, both), -0.25))
    return torch.tensor(out, dtype=torch.float32)

# %% right xor_by_steps: a lambda with heaviside, output neuron 3 h1 - 5 h2 - 1
step = lambda z: torch.heaviside(z, torch.zeros((), dtype=z.dtype))
xor_by_steps = check(lambda x: step(
    3 * step(x.sum(-1) - 1 / 2) - 5 * step(x.sum(-1) - 3 / 2) - 1).to(torch.float32))

# %% wrong two_relus: c added after the ReLU
# f(torch.tensor([[0.25, 0.25]])): right (tensor([[0.5000, 0.0000]]), tensor([0.5000])); wrong (tensor([[ 0.5000, -0.5000]]), tensor([1.5000]))
@check
def two_relus(x):
    h = F.relu(x @ torch.ones(2, 2)) + torch.tensor([0.0, -1.0])
    return h, h @ torch.tensor([1.0, -2.0])

# %% wrong two_relus: ReLU of the inputs as well
# f(torch.tensor([[2.0, -1.0]])): right (tensor([[1., 0.]]), tensor([1.])); wrong (tensor([[2., 1.]]), tensor([0.]))
@check
def two_relus(x):
    x = torch.relu(x)
    h = torch.relu(x @ torch.ones(2, 2) + torch.tensor([0.0, -1.0]))
    return h, h @ torch.tensor([1.0, -2.0])

# %% wrong two_relus: sums over all points, right for one point only
# f(torch.tensor([[2.0, 0.5], [1.0, 0.0]])): right (tensor([[2.5000, 1.5000], [1.0000, 0.0000]]), tensor([-0.5000, 1.0000])); wrong (tensor([[3.5000, 2.5000], [3.5000, 2.5000]]), tensor([-1.5000, -1.5000]))
@check
def two_relus(x):
    s = x.sum()
    h = torch.stack([torch.relu(s), torch.relu(s - 1)]).expand(len(x), 2)
    return h, h[:, 0] - 2 * h[:, 1]

# %% wrong two_relus: w as a column, output has shape (N, 1)
# f(torch.tensor([[2.0, 0.5]])): right (tensor([[2.5000, 1.5000]]), tensor([-0.5000])); wrong (tensor([[2.5000, 1.5000]]), tensor([[-0.5000]]))
@check
def two_relus(x):
    W, c, w = torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]])
    h = F.relu(x @ W + c)
    return h, h @ w

# %% wrong two_relus: output from the values before the ReLU
# f(torch.tensor([[0.25, 0.25]])): right (tensor([[0.5000, 0.0000]]), tensor([0.5000])); wrong (tensor([[0.5000, 0.0000]]), tensor([1.5000]))
@check
def two_relus(x):
    W = torch.ones(2, 2)
    c = torch.tensor([0.0, -1.0])
    w = torch.tensor([1.0, -2.0])
    z = x @ W + c
    h = F.relu(z)
    output = z @ w
    return h, output

# %% right two_relus: nn.Linear layers with set weights
class TwoReLUs(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = nn.Linear(2, 2), nn.Linear(2, 1, bias=False)
        with torch.no_grad():
            self.hidden.weight.fill_(1)
            self.hidden.bias.copy_(torch.tensor([0.0, -1.0]))
            self.out.weight.copy_(torch.tensor([[1.0, -2.0]]))
    def forward(self, x):
        h = self.hidden(x).relu()
        return tuple([h, self.out(h).squeeze(1)])

@check
def two_relus(x):
    with torch.no_grad():
        return TwoReLUs()(x)

# %% right two_relus: NumPy loops, back to tensors
@check
def two_relus(x):
    h = np.array([[max(a + b, 0), max(a + b - 1, 0)] for a, b in x.tolist()], dtype=np.float32).reshape(-1, 2)
    output = np.einsum("ni,i->n", h, np.array([1, -2], dtype=np.float32))
    return torch.from_numpy(h), torch.from_numpy(output)

# %% wrong dead_at_corners: looks at the sum of the outputs, but ReLU is left out
# f(torch.tensor([[2.0], [-3.0]]), torch.tensor([-1.0])): right tensor([False]); wrong tensor([True])
@check
def dead_at_corners(W, c):
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=W.dtype)
    return (x @ W + c).sum(0) <= 0

# %% wrong dead_at_corners: only the larger of the two weights counts, (1, 1) is forgotten
# f(torch.tensor([[1.0], [1.0]]), torch.tensor([-1.5])): right tensor([False]); wrong tensor([True])
@check
def dead_at_corners(W, c):
    return W.max(0).values.clamp(min=0) + c <= 0

# %% wrong dead_at_corners: one bool for all units
# f(torch.tensor([[-1.0, 2.0], [-2.0, -3.0]]), torch.tensor([-0.5, -1.0])): right tensor([True, False]); wrong False
@check
def dead_at_corners(W, c):
    corners = torch.cartesian_prod(torch.arange(2), torch.arange(2)).to(W.dtype)
    return bool((F.relu(corners @ W + c) == 0).all())

# %% right dead_at_corners: positive weights only
@check
def dead_at_corners(W, c):
    return F.relu(W).sum(dim=0) <= -c

# %% right dead_at_corners: a loop over units and corners
@check
def dead_at_corners(W, c):
    dead = torch.ones(len(c), dtype=torch.bool)
    for k in range(len(c)):
        for a in (0, 1):
            for b in (0, 1):
                if W[0, k] * a + W[1, k] * b + c[k] > 0:
                    dead[k] = False
    return dead

# %% wrong count_parameters: layer before found by index(), wrong where a size comes twice
# f([3, 5, 3]): right 38; wrong 32
@check
def count_parameters(sizes):
    total = 0
    for units in sizes[1:]:
        before = sizes[sizes.index(units) - 1]
        total += before * units + units
    return total

# %% wrong count_parameters: pops the sizes, the list is empty after the call
# arguments after f([2, 3]): right [2, 3]; wrong []
@check
def count_parameters(sizes):
    n = 0
    before = sizes.pop(0)
    while sizes:
        n += (before + 1) * sizes[0]
        before = sizes.pop(0)
    return n

# %% wrong count_parameters: float32 sums round large numbers
# f([5000, 5001, 10]): right 25060021; wrong 25060020
@check
def count_parameters(sizes):
    s = torch.tensor(sizes, dtype=torch.float32)
    return int(((s[:-1] + 1) * s[1:]).sum())

# %% wrong count_parameters: one bias for each unit of the first hidden layer only
# f([784, 100, 10]): right 79510; wrong 79500
@check
def count_parameters(sizes):
    weights = sum(a * b for a, b in zip(sizes, sizes[1:]))
    return weights + sizes[1]

# %% wrong count_parameters: product of all sizes, right for two sizes only
# f([2, 3, 4]): right 25; wrong 31
@check
def count_parameters(sizes):
    return math.prod(sizes) + sum(sizes[1:])

# %% right count_parameters: recursion on slices
def _rest(sizes):
    return 0 if len(sizes) == 1 else sizes[-1] * (1 + sizes[-2]) + _rest(sizes[:-1])

count_parameters = check(lambda sizes: _rest(list(sizes)))

# %% right count_parameters: real layers without memory, parameters counted
@check
def count_parameters(sizes: list[int]) -> int:
    with torch.device("meta"):
        net = nn.Sequential(*(nn.Linear(i, o) for i, o in zip(sizes[:-1], sizes[1:])))
    return sum(math.prod(p.shape) for p in net.parameters())

# %% wrong as_linear: reshape instead of transpose, right for one input or one output
# f(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.zeros(2))(torch.tensor([[1.0, 0.0]])): right tensor([[1., 2.]], grad_fn=<AddmmBackward0>); wrong tensor([[1., 3.]], grad_fn=<AddmmBackward0>)
@check
def as_linear(W, c):
    layer = nn.Linear(W.shape[0], W.shape[1])
    with torch.no_grad():
        layer.weight.copy_(W.reshape(W.shape[1], W.shape[0]))
        layer.bias.copy_(c)
    return layer

# %% wrong as_linear: .T.contiguous() copies nothing where W has one column, memory is shared
# layer = f(torch.tensor([[1.0], [10.0]]), torch.tensor([5.0])), then layer.weight += 1 and layer.bias += 1: right W, c after += 1 on the layer's parameters: tensor([[ 1.], [10.]]) tensor([5.]); wrong W, c after += 1 on the layer's parameters: tensor([[ 2.], [11.]]) tensor([5.])
@check
def as_linear(W, c):
    layer = nn.Linear(*W.shape)
    layer.weight = nn.Parameter(W.T.contiguous())
    layer.bias = nn.Parameter(c.clone())
    return layer

# %% wrong as_linear: sizes of the layer are swapped and only the parameters replaced
# (lambda l: (l.in_features, l.out_features))(f(torch.ones(2, 3), torch.zeros(3))): right (2, 3); wrong (3, 2)
@check
def as_linear(W, c):
    layer = nn.Linear(W.shape[1], W.shape[0])
    layer.weight = nn.Parameter(W.T.clone())
    layer.bias = nn.Parameter(c.clone())
    return layer

# %% wrong as_linear: weight does not require gradients
# (lambda l: (l.weight.requires_grad, l.bias.requires_grad))(f(torch.ones(2, 3), torch.zeros(3))): right (True, True); wrong (False, True)
@check
def as_linear(W, c):
    layer = nn.Linear(*W.shape)
    layer.weight = nn.Parameter(W.T.clone(), requires_grad=False)
    layer.bias = nn.Parameter(c.clone())
    return layer

# %% wrong as_linear: layers kept by shape, the second call changes and returns the first layer
# first = f(torch.zeros(1, 1), torch.zeros(1)); second = f(torch.ones(1, 1), torch.ones(1)): right two layers are different objects: True weight of the first: 0.0; wrong two layers are different objects: False weight of the first: 1.0
_layers = {}

@check
def as_linear(W, c):
    layer = _layers.setdefault(tuple(W.shape), nn.Linear(W.shape[0], W.shape[1]))
    with torch.no_grad():
        layer.weight[:] = W.T
        layer.bias[:] = c
    return layer

# %% right as_linear: load_state_dict
@check
def as_linear(W, c):
    n_in, n_out = W.shape
    layer = nn.Linear(in_features=n_in, out_features=n_out, bias=True)
    layer.load_state_dict({"weight": W.detach().t(), "bias": c.detach()})
    return layer

# %% right as_linear: values copied one by one from Python lists
@check
def as_linear(W: torch.Tensor, c: torch.Tensor) -> nn.Linear:
    layer = torch.nn.utils.skip_init(nn.Linear, len(W), len(c))
    columns = [[row[j] for row in W.tolist()] for j in range(len(c))]
    layer.weight = nn.Parameter(torch.tensor(columns))
    layer.bias = nn.Parameter(torch.tensor(c.tolist()))
    return layer

# %% wrong scores_of: scales by the brightest pixel instead of 255
# f(torch.full((1, 28, 28), 51).byte(), torch.ones(784, 10), torch.zeros(10))[0, 0]: right tensor(156.7988); wrong tensor(784.)
@check
def scores_of(images, W, c):
    x = images.flatten(1).float()
    x = x / x.max()
    return x @ W + c

# %% wrong scores_of: c is divided by 255 as well
# f(torch.full((1, 28, 28), 255).byte(), torch.ones(784, 10), torch.full((10,), 255.0))[0, 0]: right tensor(1039.); wrong tensor(785.)
@check
def scores_of(images, W, c):
    return (images.float().view(-1, 784) @ W + c) / 255

# %% wrong scores_of: reshape(784, -1).T mixes the pixels of several images
# f(torch.arange(2).mul(255).byte().view(2, 1, 1).expand(2, 28, 28), torch.ones(784, 10), torch.zeros(10))[:, 0]: right tensor([ 0., 784.]); wrong tensor([392., 392.])
@check
def scores_of(images, W, c):
    x = images.reshape(784, -1).T / 255
    return x @ W + c

# %% wrong scores_of: column after column of pixels
# f(...)[0, 0] for one image of zeros with images[0, 0, 1] = 255, W of zeros with W[1] = 1, c = zeros: right tensor(1.); wrong tensor(0.)
@check
def scores_of(images, W, c):
    x = images.permute(0, 2, 1).reshape(images.shape[0], -1).float() / 255
    return x @ W + c

# %% right scores_of: float64 scores by NumPy
@check
def scores_of(images, W, c):
    x = images.numpy().reshape(-1, 784) / 255
    return torch.from_numpy(x @ W.numpy() + c.numpy())

# %% right scores_of: einsum over rows and columns of pixels
@check
def scores_of(images, W, c):
    return torch.einsum("nij,ijk->nk", images.to(W.dtype).mul(1 / 255), W.reshape(28, 28, 10)).add(c)

# %% right scores_of: a loop over images, F.linear for each
@check
def scores_of(images, W, c):
    scores = torch.empty(images.size(0), 10)
    for row, image in zip(scores, images):
        pixels = torch.cat([line.float() for line in image]) / 255.0
        row.copy_(F.linear(pixels, W.T, c))
    return scores

# %% wrong shapes_inside: weight of the first layer as (in, out)
# second answer: right (100, 784), wrong (784, 100)
shapes_inside = check.value("shapes_inside", [(64, 784), (784, 100), (64, 100), (10,), (64, 10)])

# %% right shapes_inside: torch.Size and lists mixed
shapes_inside = check.value("shapes_inside", [torch.Size([64, 784]), torch.Size([100, 784]), [64, 100], torch.Size([10]), [np.int64(64), np.int64(10)]])

# %% wrong moons_network: sigmoid as the output, all logits above 0
# trained as stated on make_moons(400, noise=0.1, random_state=5), seeds 0 to 4: right (2-4-1) 17 parameters, best accuracy 1.0000; wrong 17 parameters, best accuracy 0.5000
@check
def moons_network():
    return nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())

# %% wrong moons_network: five hidden units, one parameter too many
# trained as stated on make_moons(400, noise=0.1, random_state=5), seeds 0 to 4: right (2-4-1) 17 parameters, best accuracy 1.0000; wrong 21 parameters, best accuracy 1.0000
@check
def moons_network():
    return nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1))

# %% wrong moons_network: a fixed seed, all networks have the same weights (and the global seed is set)
# f() and f(): right two calls give different weights: True; wrong two calls give different weights: False
@check
def moons_network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))

# %% wrong moons_network: the network is made once and returned by each call
# f() and f(): right two calls give different weights: True; wrong two calls give different weights: False
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))

@check
def moons_network():
    return net

# %% wrong moons_network: hidden layer in a list, its parameters are not registered (not counted, not trained)
# graph of f()(torch.randn(50, 2)): right (2-4-1) 17 numbers that require gradients are used, 17 are in parameters(); wrong 76 numbers that require gradients are used, 19 are in parameters()
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Linear(2, 19)]
        self.out = nn.Linear(19, 1, bias=False)
    def forward(self, x):
        return self.out(torch.relu(self.hidden[0](x)))

@check
def moons_network():
    return Net()

# %% right moons_network: logistic regression on polynomial features, a module of its own
class Polynomial(nn.Module):
    def __init__(self, degree=3):
        super().__init__()
        self.powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
        self.coefficients = nn.Parameter(torch.randn(len(self.powers)))
    def forward(self, x):
        features = torch.stack([x[:, 0] ** i * x[:, 1] ** j for i, j in self.powers], dim=-1)
        return torch.unsqueeze(features @ self.coefficients, -1)

moons_network = check(Polynomial)

# %% right moons_network: MLP with four tanh units
moons_network = check(lambda: MLP([2, 4, 1], activation=torch.tanh, init="xavier"))

# %% wrong by_bumps: sums over the points instead of the bumps, right where point k lies in bump k
# f(torch.tensor([0.75, 0.25]), torch.tensor([1.0, -3.0]), 100.0): right tensor([-3., 1.]); wrong tensor([ 1., -3.])
@check
def by_bumps(x, heights, steepness):
    n = len(heights)
    a = torch.arange(n) / n
    X = x[:, None]
    s = torch.sigmoid(steepness * (X - a)) - torch.sigmoid(steepness * (X - a - 1 / n))
    return (heights * s).sum(0)

# %% wrong by_bumps: by jumps at the left edges, the last bump never ends
# f(torch.tensor([0.25, 2.0]), torch.tensor([1.0, -3.0]), 100.0): right tensor([1., 0.]); wrong tensor([ 1., -3.])
@check
def by_bumps(x, heights, steepness):
    n = len(heights)
    y = torch.zeros_like(x)
    before = 0.0
    for k in range(n):
        y += (heights[k] - before) * torch.sigmoid(steepness * (x - k / n))
        before = heights[k]
    return y

# %% wrong by_bumps: sigmoid as e^z / (1 + e^z), nan for large z
# f(torch.tensor([0.25, 0.75]), torch.tensor([1.0, -3.0]), 1000.0): right tensor([ 1., -3.]); wrong tensor([nan, nan])
@check
def by_bumps(x, heights, steepness):
    def sigma(z):
        return torch.exp(z) / (1 + torch.exp(z))
    n = heights.shape[0]
    result = torch.zeros_like(x)
    for k, h in enumerate(heights):
        result = result + h * (sigma(steepness * (x - k / n)) - sigma(steepness * (x - (k + 1) / n)))
    return result

# %% wrong by_bumps: only the bump in which x lies counts, neighbours are left out
# f(torch.tensor([0.25, 0.5]), torch.tensor([1.0, -3.0]), 10.0): right tensor([ 0.6224, -0.9866]); wrong tensor([ 0.8483, -1.4799])
@check
def by_bumps(x, heights, steepness):
    n = len(heights)
    k = (x * n).long().clamp(0, n - 1)
    a, b = k / n, (k + 1) / n
    return heights[k] * (torch.sigmoid(steepness * (x - a)) - torch.sigmoid(steepness * (x - b)))

# %% missed by_bumps: edges float32 from linspace, inexact for float64 and steep bumps
# f(torch.tensor([1 / 3], dtype=torch.float64), torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64), 1e6): right tensor([0.5000], dtype=torch.float64); wrong tensor([0.5025], dtype=torch.float64)
@check
def by_bumps(x, heights, steepness):
    edges = torch.linspace(0, 1, len(heights) + 1)
    units = torch.sigmoid(steepness * (x.unsqueeze(1) - edges))
    return (units[:, :-1] - units[:, 1:]) @ heights

# %% right by_bumps: jumps at all n + 1 edges, one sigmoid each
@check
def by_bumps(x, heights, steepness):
    n = heights.numel()
    jumps = torch.diff(F.pad(heights, (1, 1)))
    edges = torch.arange(n + 1, dtype=x.dtype) / n
    return torch.einsum("k,nk->n", jumps, (steepness * (x.view(-1, 1) - edges)).sigmoid())

# %% right by_bumps: sigmoid by tanh, math and a double loop
def _sigma(z):
    return 0.5 * (1.0 + math.tanh(z / 2))

@check
def by_bumps(x, heights, steepness):
    n, values = len(heights), []
    for p in x.tolist():
        values.append(sum(h * (_sigma(steepness * (p - k / n)) - _sigma(steepness * (p - (k + 1) / n)))
                          for k, h in enumerate(heights.tolist())))
    return torch.tensor(values, dtype=x.dtype)

# %% wrong heights_within: extrapolates for straight curves, 2 f(middle) - mean of the edges
# f(lambda x: (x - 0.25).abs(), 2), L = 1: right largest error 0.25, allowed 0.25; wrong largest error 0.5, allowed 0.25
@check
def heights_within(curve, n):
    edges = curve(torch.arange(n + 1) / n)
    middle = curve((torch.arange(n) + 0.5) / n)
    return 2 * middle - (edges[:-1] + edges[1:]) / 2

# %% wrong heights_within: arange with a fractional step has one point too many for some n
# tuple(f(lambda x: x, 49).shape): right (49,); wrong (50,)
@check
def heights_within(curve, n):
    left = torch.arange(0, 1, 1 / n)
    return curve(left + 1 / (2 * n))

# %% wrong heights_within: curve is called with numbers, one by one
# f(lambda x: torch.sin(x), 2): right tensor([0.2474, 0.6816]); wrong TypeError: sin(): argument 'input' (position 1) must be Tensor, not float
@check
def heights_within(curve, n):
    return torch.tensor([float(curve((k + 0.5) / n)) for k in range(n)])

# %% wrong heights_within: mean of 100 samples of each step, the left edge is one of them, the right edge is not
# f(lambda x: 8 * x, 2), L = 8: right largest error 2, allowed 2; wrong largest error 2.02, allowed 2
@check
def heights_within(curve, n):
    m = 100
    x = torch.arange(n * m) / (n * m)
    return curve(x).view(n, m).mean(1)

# %% wrong heights_within: adds up the rises, curve(0) is forgotten
# f(lambda x: 8 * x + 1, 4): right tensor([2., 4., 6., 8.]); wrong tensor([1., 3., 5., 7.])
@check
def heights_within(curve, n):
    rise = torch.diff(curve(torch.linspace(0, 1, n + 1)))
    return torch.cumsum(rise, 0) - rise / 2

# %% right heights_within: mean of the curve at the two edges of each step
@check
def heights_within(curve, n):
    f = curve(torch.linspace(0, 1, n + 1, dtype=torch.float64))
    return (f[1:] + f[:-1]) / 2

# %% right heights_within: middle between the least and the largest of many values on each step
@check
def heights_within(curve, n, samples=201):
    x = (torch.arange(n, dtype=torch.float64)[:, None] + torch.linspace(0, 1, samples, dtype=torch.float64)) / n
    low, high = curve(x.flatten()).view(n, samples).aminmax(dim=1)
    return torch.lerp(low, high, 0.5)

# %% wrong bumps_needed: rounds to the nearest number
# f(13.0, 3.0): right 3; wrong 2
@check
def bumps_needed(slope, error):
    return max(1, round(slope / (2 * error)))

# %% wrong bumps_needed: round(q + 1/2) rounds to even numbers
# f(18.0, 3.0): right 3; wrong 4
@check
def bumps_needed(slope, error):
    q = slope / (2 * error)
    return max(1, round(q + 0.5))

# %% missed bumps_needed: float32 division loses the rest
# f(200000.002, 1.0): right 100001; wrong 100000
@check
def bumps_needed(slope, error):
    return int(torch.ceil(torch.tensor(slope) / (2 * torch.tensor(error))))

# %% wrong bumps_needed: doubles n until it suffices, finds powers of 2 only
# f(18.0, 3.0): right 3; wrong 4
@check
def bumps_needed(slope, error):
    n = 1
    while slope / (2 * n) > error:
        n *= 2
    return n

# %% wrong bumps_needed: converts the arguments to int
# f(1.0, 0.25): right 2; wrong 1
@check
def bumps_needed(slope, error):
    s, e = int(slope), max(int(error), 1)
    return max(1, -(-s // (2 * e)))

# %% right bumps_needed: fractions without rounding
from fractions import Fraction

@check
def bumps_needed(slope, error):
    q = Fraction(slope) / (2 * Fraction(error))
    return max(1, -(-q.numerator // q.denominator))

# %% right bumps_needed: doubling, then halving of the interval
@check
def bumps_needed(slope: float, error: float) -> int:
    enough = lambda n: slope <= 2 * n * error
    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high

# %% wrong sawtooth: x is changed in place
# arguments after f(torch.tensor([0.125, 0.75]), 1): right tensor([0.1250, 0.7500]) 1; wrong tensor([0.2500, 0.5000]) 1
@check
def sawtooth(x, depth):
    for _ in range(depth):
        over = torch.relu(x - 0.5)
        x.mul_(2).sub_(4 * over)
    return x

# %% wrong sawtooth: depth 0 gives one tent
# f(torch.tensor([0.25]), 0): right tensor([0.2500]); wrong tensor([0.5000])
@check
def sawtooth(x, depth):
    t = 2 * F.relu(x) - 4 * F.relu(x - 0.5)
    return t if depth <= 1 else sawtooth(t, depth - 1)

# %% wrong sawtooth: only the first tooth, made narrow
# f(torch.tensor([0.75, 0.875]), 2): right tensor([1.0000, 0.5000]); wrong tensor([0., 0.])
@check
def sawtooth(x, depth):
    s = 2.0 ** depth
    return s * F.relu(x) - 2 * s * F.relu(x - 1 / s) + s * F.relu(x - 2 / s)

# %% wrong sawtooth: float32 result for float64
# f(torch.tensor([0.1], dtype=torch.float64), 3): right tensor([0.8000], dtype=torch.float64); wrong tensor([0.8000])
@check
def sawtooth(x, depth):
    y = x.float()
    for _ in range(depth):
        y = 2 * F.relu(y) - 4 * F.relu(y - 0.5)
    return y

# %% missed sawtooth: closed form, 2^depth overflows for large depths
# f(torch.tensor([0.75]), 200): right tensor([0.]); wrong tensor([nan])
@check
def sawtooth(x, depth):
    y = torch.fmod(x * 2.0 ** depth, 2)
    return torch.where(y > 1, 2 - y, y)

# %% right sawtooth: where instead of ReLU
@check
def sawtooth(x, depth):
    if depth:
        return sawtooth(torch.where(x < 0.5, x + x, 2 - (x + x)), depth - 1)
    return x.clone()

# %% right sawtooth: functools.reduce and minimum
from functools import reduce

sawtooth = check(lambda x, depth: reduce(lambda y, _: torch.minimum(2 * y, 2 - 2 * y), range(depth), x))

# %% wrong units_for_teeth: a shallow network with as many units as the deep one
# f(3): right (6, 8); wrong (6, 6)
@check
def units_for_teeth(depth):
    return 2 * depth, 2 * depth

# %% wrong units_for_teeth: one unit for each kink, the first slope forgotten for more than one tooth
# f(2): right (4, 4); wrong (4, 3)
@check
def units_for_teeth(depth):
    kinks = 2 ** depth - 1
    return 2 * depth, max(kinks, 2)

# %% wrong units_for_teeth: three units for a tooth, the one between shared: 3 teeth - 1
# f(3): right (6, 8); wrong (6, 11)
@check
def units_for_teeth(depth):
    teeth = 2 ** (depth - 1)
    return 2 * depth, 3 * teeth - 1

# %% wrong units_for_teeth: floats from pow
# f(2): right (4, 4); wrong (4, 4.0)
@check
def units_for_teeth(depth):
    return 2 * depth, math.pow(2, depth)

# %% wrong units_for_teeth: one ReLU for each later tent
# f(2): right (4, 4); wrong (3, 4)
@check
def units_for_teeth(depth):
    return depth + 1, 2 ** depth

# %% right units_for_teeth: bit shift, list of layers summed
@check
def units_for_teeth(depth: int) -> tuple[int, int]:
    layers = [2 for _ in range(depth)]
    return sum(layers), 1 << depth

# %% right units_for_teeth: counts the pieces by simulation of the kinks
@check
def units_for_teeth(depth):
    pieces = 1
    for _ in range(depth):
        pieces += pieces
    deep = depth + depth
    shallow = (pieces - 1) + 1
    return (deep, shallow)

# %% wrong paired: N instead of N - 1, and the root of N forgotten
# tuple(f(torch.tensor([1.0, 2.0, 6.0]), torch.zeros(3))): right (tensor(3.), tensor(1.5275)); wrong (tensor(3.), tensor(2.1602))
@check
def paired(a, b):
    d = a - b
    return d.mean(), d.std(unbiased=False)

# %% wrong paired: divides by the root of 2 for every N
# tuple(f(torch.tensor([1.0, 2.0, 6.0, 7.0]), torch.zeros(4))): right (tensor(4.), tensor(1.4720)); wrong (tensor(4.), tensor(2.0817))
@check
def paired(a, b):
    d = a - b
    return d.mean(), d.std() / math.sqrt(2)

# %% wrong paired: mean of squares minus square of the mean, rounding instead of 0 for equal differences
# tuple(f(torch.full((5,), 0.7), torch.zeros(5))): right (tensor(0.7000), tensor(0.)); wrong (tensor(0.7000), tensor(nan))
@check
def paired(a, b):
    d = a - b
    n = len(d)
    m = d.mean()
    s2 = ((d ** 2).mean() - m ** 2) * n / (n - 1)
    return m, torch.sqrt(s2 / n)

# %% right paired: plain numbers for tensors ()
@check
def paired(a, b):
    d = a - b
    return d.mean().item(), (d.std() / len(d) ** 0.5).item()

# %% wrong paired: absolute differences
# tuple(f(torch.tensor([0.75, 0.5]), torch.tensor([0.5, 1.0]))): right (tensor(-0.1250), tensor(0.3750)); wrong (tensor(0.3750), tensor(0.1250))
@check
def paired(a, b):
    d = (a - b).abs()
    return d.mean(), d.std() / len(d) ** 0.5

# %% right paired: statistics of Python numbers, tensors at the end
import statistics

@check
def paired(a, b):
    d = [p - q for p, q in zip(a.tolist(), b.tolist())]
    return (torch.tensor(statistics.fmean(d), dtype=a.dtype),
            torch.tensor(statistics.stdev(d) / len(d) ** 0.5, dtype=a.dtype))

# %% right paired: torch.var_mean in float64
@check
def paired(a, b):
    d = a.double() - b.double()
    var, mean = torch.var_mean(d, correction=1)
    return mean.to(a.dtype), var.div(len(d)).sqrt().to(a.dtype)
