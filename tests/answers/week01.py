# %% wrong Neuron: bias turned into a float, no gradient reaches it
# gradients_of_sum(lambda bias: Neuron(torch.tensor([1.0, -2.0]), bias, torch.sigmoid)(torch.tensor([5.0, 1.0])), torch.tensor(0.5)): right tensor(0.0285), wrong RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
@check
class Neuron:
    def __init__(self, weights, bias, activation):
        self.weights = weights
        self.bias = float(bias)
        self.activation = activation

    def __call__(self, inputs):
        return self.activation(inputs @ self.weights + self.bias)

# %% wrong Neuron: inputs.T, right only for (n,) and (N, n)
# Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.tanh)(torch.arange(8.0).reshape(2, 2, 2) / 4): right tensor([[ 0.0000, -0.4621], [-0.7616, -0.9051]]), wrong tensor([[-0.4621, -0.9051], [-0.6351, -0.9414]])
@check
class Neuron:
    def __init__(self, weights, bias, activation):
        self.w, self.b, self.phi = weights, bias, activation

    def __call__(self, inputs):
        z = self.w @ inputs.T + self.b
        return self.phi(z)

# %% wrong Neuron: arguments kept in the class, so a second neuron overwrites the first
# (first := Neuron(torch.tensor([1.0, 1.0]), 0.0, torch.relu), Neuron(torch.tensor([5.0, 5.0]), 1.0, torch.relu), first(torch.tensor([1.0, 1.0])))[-1]: right tensor(2.), wrong tensor(11.)
@check
class Neuron:
    def __init__(self, weights, bias, activation):
        Neuron.params = (weights, bias, activation)

    def __call__(self, inputs):
        w, b, f = Neuron.params
        return f((inputs * w).sum(dim=-1) + b)

# %% wrong Neuron: multiplies the inputs in place
# (n := Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.relu), s := torch.tensor([5.0, 1.0]), n(s), n(s))[2:]: right (tensor(3.5000), tensor(3.5000)), wrong (tensor(3.5000), tensor(9.5000))
@check
class Neuron:
    def __init__(self, weights, bias, activation):
        self.weights = weights
        self.bias = bias
        self.activation = activation

    def __call__(self, inputs):
        products = inputs
        products *= self.weights
        return self.activation(products.sum(-1) + self.bias)

# %% wrong Neuron: always ReLU, the activation is ignored
# Neuron(torch.tensor([1.0, -2.0]), 0.5, torch.sigmoid)(torch.tensor([1.0, 2.0])): right tensor(0.0759), wrong tensor(0.)
@check
class Neuron:
    def __init__(self, weights, bias, activation):
        self.weights = weights
        self.bias = bias

    def __call__(self, inputs):
        return torch.relu(inputs @ self.weights + self.bias)

# %% right Neuron: nn.Module with forward, einsum
@check
class Neuron(nn.Module):
    def __init__(self, weights, bias, activation):
        super().__init__()
        self.weights = weights
        self.bias = bias
        self.activation = activation

    def forward(self, inputs):
        return self.activation(torch.einsum("...n,n->...", inputs, self.weights) + self.bias)

# %% right Neuron: a dataclass, decorated below check
from dataclasses import dataclass
from typing import Any, Callable

@check
@dataclass
class Neuron:
    weights: torch.Tensor
    bias: Any
    activation: Callable

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.activation(torch.matmul(inputs, self.weights[:, None]).squeeze(-1) + self.bias)

# %% right Neuron: loop over the n inputs, private names
@check
class Neuron:
    def __init__(self, weights, bias, activation):
        self._w = weights
        self._b = bias
        self._phi = activation

    def __call__(self, inputs):
        z = self._b
        for i in range(len(self._w)):
            z = z + self._w[i] * inputs[..., i]
        return self._phi(z)

# %% wrong shapes: the dimension of size 28 * 28 left unmultiplied
# fourth answer: right (60, 784), wrong (60, 28, 28)
shapes = check.value("shapes", [(4,), (3,), (3, 4), (60, 28, 28)])

# %% right shapes: torch.Size and lists instead of tuples, in a tuple
shapes = check.value("shapes", (torch.Size([4]), [3], torch.Size([3, 4]), [60, 28 * 28]))

# %% wrong brightening: int8 is too small for the difference
# brightening(torch.tensor([0, 255], dtype=torch.uint8), torch.tensor([200, 0], dtype=torch.uint8)): right tensor([ 200., -255.]), wrong tensor([-56., 1.])
@check
def brightening(before, after):
    return (after.to(torch.int8) - before.to(torch.int8)).float()

# %% wrong brightening: a loop over the first dimension, right only for vectors
# brightening(torch.tensor([[9, 7]], dtype=torch.uint8), torch.tensor([[5, 9]], dtype=torch.uint8)): right tensor([[-4., 2.]]), wrong ValueError: only one element tensors can be converted to Python scalars
@check
def brightening(before, after):
    result = []
    for b, a in zip(before, after):
        result.append(float(a) - float(b))
    return torch.tensor(result)

# %% wrong brightening: integers as result
# brightening(torch.tensor([9, 7], dtype=torch.uint8), torch.tensor([5, 9], dtype=torch.uint8)).dtype: right torch.float32, wrong torch.int16
@check
def brightening(before, after):
    return after.to(torch.int16) - before.to(torch.int16)

# %% wrong brightening: images scaled to 0..1
# brightening(torch.tensor([9, 7], dtype=torch.uint8), torch.tensor([5, 9], dtype=torch.uint8)): right tensor([-4., 2.]), wrong tensor([-0.0157, 0.0078])
@check
def brightening(before, after):
    return after / 255 - before / 255

# %% right brightening: float64 by NumPy
@check
def brightening(before, after):
    return torch.from_numpy(after.numpy().astype(float) - before.numpy().astype(float))

# %% right brightening: bytes subtracted in the direction that does not wrap
@check
def brightening(before, after):
    brighter = (after - before).float()
    darker = (before - after).float()
    return torch.where(after >= before, brighter, -darker)

# %% right brightening: Python ints of the flattened images
@check
def brightening(before, after):
    differences = [a - b for a, b in zip(after.flatten().tolist(), before.flatten().tolist())]
    return torch.tensor(differences, dtype=torch.float32).reshape(before.shape)

# %% right brightening: lambda, int32 NumPy arrays
brightening = check(lambda before, after: torch.as_tensor(
    np.subtract(after.numpy(), before.numpy(), dtype=np.int32), dtype=torch.float32))

# %% wrong relu: torch's own activation, as a module made outside
# relu(torch.tensor([-2.0, 0.0, 3.0])) -> [0, 0, 3] as is right, but by torch's own activation nn.ReLU, which is not accepted
activation = nn.ReLU()

@check
def relu(x):
    return activation(x)

# %% wrong relu: float32 zeros, so half precision becomes float32
# relu(torch.tensor([-2.0, 3.0], dtype=torch.float16)).dtype: right torch.float16, wrong torch.float32
@check
def relu(x):
    return torch.where(x > 0, x, torch.zeros(x.shape))

# %% wrong relu: a zero of shape (1,) turns a tensor () into (1,)
# relu(torch.tensor(3.0)): right tensor(3.), wrong tensor([3.])
@check
def relu(x):
    return torch.max(x.new_zeros(1), x)

# %% wrong relu: half of x plus its root of the square, overflows
# relu(torch.tensor([1e30, -1e30])): right tensor([1.0000e+30, 0.0000e+00]), wrong tensor([inf, inf])
@check
def relu(x):
    return (x + torch.sqrt(x ** 2)) / 2

# %% wrong relu: x itself returned where nothing is to change, no new tensor
# (x := torch.tensor([1.0, 2.0]), r := relu(x), r.zero_(), x)[-1]: right tensor([1., 2.]), wrong tensor([0., 0.])
@check
def relu(x):
    if (x >= 0).all():
        return x
    y = x.clone()
    y[y < 0] = 0
    return y

# %% right relu: times the mask
@check
def relu(x):
    positive = (x > 0).to(x.dtype)
    return positive * x

# %% right relu: own autograd function
class _R(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp_min(0)

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * (x >= 0)

relu = check(lambda x: _R.apply(x))

# %% right relu: number by number, stacked
@check
def relu(x):
    numbers = [v if v > 0 else v * 0 for v in x.reshape(-1)]
    if not numbers:
        return x.clone()
    return torch.stack(numbers).reshape(x.shape)

# %% wrong leaky_relu: y is the same tensor as x, changed in place
# (x := torch.tensor([-2.0, 3.0]), leaky_relu(x), x)[-1]: right tensor([-2., 3.]), wrong tensor([-0.2000, 3.0000])
@check
def leaky_relu(x):
    y = x.view(x.shape)
    y[y <= 0] *= 0.1
    return y

# %% wrong leaky_relu: a loop over the first dimension, right only for vectors
# leaky_relu(torch.tensor([[-2.0, 3.0], [1.0, -1.0]])): right tensor([[-0.2000, 3.0000], [ 1.0000, -0.1000]]), wrong RuntimeError: Boolean value of Tensor with more than one value is ambiguous
@check
def leaky_relu(x):
    return torch.stack([v if v > 0 else 0.1 * v for v in x])

# %% wrong leaky_relu: negative part detached
# gradients_of_sum(leaky_relu, torch.tensor([-2.0, 3.0])): right tensor([0.1000, 1.0000]), wrong tensor([0., 1.])
@check
def leaky_relu(x):
    return torch.where(x > 0, x, 0.1 * x.detach())

# %% right leaky_relu: slopes from NumPy, in float64
@check
def leaky_relu(x):
    slopes = torch.tensor(np.where(x.detach().numpy() > 0, 1.0, 0.1))
    return x * slopes

# %% wrong leaky_relu: maximum with a tenth of the least element
# leaky_relu(torch.tensor([-1.0, -4.0, 3.0])): right tensor([-0.1000, -0.4000, 3.0000]), wrong tensor([-0.4000, -0.4000, 3.0000])
@check
def leaky_relu(x):
    return torch.max(x, 0.1 * x.min())

# %% right leaky_relu: a sum with the absolute value
leaky_relu = check(lambda x: 0.55 * x + 0.45 * x.abs())

# %% right leaky_relu: the ready function of PyTorch, its slope by keyword
@check
def leaky_relu(x: torch.Tensor) -> torch.Tensor:
    return F.leaky_relu(input=x, negative_slope=0.1)

# %% right leaky_relu: assignment to a copy by index
SLOPE = 1 / 10

@check
def leaky_relu(x):
    y = torch.empty_like(x)
    up = x > 0
    y[up] = x[up]
    y[~up] = SLOPE * x[~up]
    return y

# %% wrong elu: masks as factors, 0 times inf is nan
# elu(torch.tensor([1000.0, -1.0])): right tensor([ 1.0000e+03, -6.3212e-01]), wrong tensor([ nan, -0.6321])
@check
def elu(x):
    return (x > 0) * x + (x <= 0) * (torch.exp(x) - 1)

# %% wrong elu: F.elu_ works in place
# (x := torch.tensor([-1.0, 3.0]), elu(x), x)[-1]: right tensor([-1., 3.]), wrong tensor([-0.6321, 3.0000])
@check
def elu(x):
    return F.elu_(x)

# %% wrong elu: math.exp of Python floats, no gradients
# gradients_of_sum(elu, torch.tensor([-1.0, 3.0])): right tensor([0.3679, 1.0000]), wrong RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
@check
def elu(x):
    values = [v if v > 0 else math.exp(v) - 1 for v in x.flatten().tolist()]
    return torch.tensor(values, dtype=x.dtype).reshape(x.shape)

# %% wrong elu: clamp against overflow also cuts the linear part
# elu(torch.tensor([1000.0, -1.0])): right tensor([ 1.0000e+03, -6.3212e-01]), wrong tensor([50.0000, -0.6321])
@check
def elu(x):
    x = x.clamp(-50, 50)
    return torch.where(x > 0, x, torch.exp(x) - 1)

# %% wrong elu: results remembered for a tensor, though its numbers change
# (x := torch.tensor([-1.0, 3.0]), elu(x), x.mul_(2), elu(x))[-1]: right tensor([-0.8647, 6.0000]), wrong tensor([-0.6321, 3.0000])
from functools import lru_cache

@check
@lru_cache(maxsize=None)
def elu(x):
    return torch.where(x > 0, x, torch.expm1(x.clamp(max=0)))

# %% right elu: torch.where with both branches as in the statement
elu = check(lambda x: torch.where(x > 0, x, torch.exp(x) - 1))

# %% right elu: CELU of PyTorch, equal for alpha 1
@check
def elu(x):
    return nn.CELU(alpha=1.0)(x)

# %% right elu: sum of a positive and a negative part, a helper
def _parts(x):
    return x.clamp(min=0), x.clamp(max=0)

@check
def elu(x):
    plus, minus = _parts(x)
    return plus + (math.e ** minus - 1)

# %% wrong maxout: maximum over dimension 0, the samples
# maxout(torch.tensor([[3.0], [-1.0], [2.0]]), torch.tensor([[1.0], [-1.0]]), torch.tensor([0.0, 0.5])): right tensor([3.0000, 1.5000, 2.0000]), wrong tensor([3.0000, 1.5000])
@check
def maxout(x, weights, biases):
    z = x @ weights.T + biases
    return z.max(0).values

# %% wrong maxout: the bias is added after the choice of the sum
# maxout(torch.tensor([1.0]), torch.tensor([[1.0], [-1.0]]), torch.tensor([0.0, 5.0])): right tensor(4.), wrong tensor(1.)
@check
def maxout(x, weights, biases):
    best = (x @ weights.T).max(dim=-1)
    return best.values + biases[best.indices]

# %% wrong maxout: the search for the maximum starts at 0
# maxout(torch.tensor([[1.0], [-3.0]]), torch.tensor([[1.0], [2.0]]), torch.tensor([0.0, 0.5])): right tensor([ 2.5000, -3.0000]), wrong tensor([2.5000, 0.0000])
@check
def maxout(x, weights, biases):
    best = torch.zeros(x.shape[:-1])
    for w, b in zip(weights, biases):
        best = torch.maximum(best, (x * w).sum(-1) + b)
    return best

# %% wrong maxout: weights reshaped instead of transposed
# maxout(torch.tensor([[1.0, 10.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.zeros(3)): right tensor([65.]), wrong tensor([63.])
@check
def maxout(x, weights, biases):
    k, n = weights.shape
    return (x @ weights.reshape(n, k) + biases).amax(-1)

# %% wrong maxout: only two sums
# maxout(torch.tensor([1.0]), torch.tensor([[1.0], [2.0], [3.0]]), torch.zeros(3)): right tensor(3.), wrong tensor(2.)
@check
def maxout(x, weights, biases):
    first = x @ weights[0] + biases[0]
    second = x @ weights[1] + biases[1]
    return torch.where(first > second, first, second)

# %% right maxout: einsum and topk
@check
def maxout(x, weights, biases):
    sums = torch.einsum("kn,...n->...k", weights, x) + biases
    return sums.topk(1).values[..., 0]

# %% right maxout: functools.reduce over generators
import functools

@check
def maxout(x, weights, biases):
    sums = ((x * w).sum(dim=-1) + b for w, b in zip(weights, biases))
    return functools.reduce(torch.maximum, sums)

# %% right maxout: one-dimensional max-pooling of F.linear
@check
def maxout(x, weights, biases):
    z = F.linear(x, weights, biases)
    flat = z.reshape(-1, 1, z.shape[-1])
    return F.max_pool1d(flat, kernel_size=z.shape[-1]).reshape(x.shape[:-1])

# %% wrong one_layer: takes the layers out of the list
# (A := [(torch.eye(1), torch.zeros(1)), (torch.eye(1), torch.zeros(1))], one_layer(A), len(A))[-1]: right 2, wrong 0
@check
def one_layer(layers):
    W, c = layers.pop(0)
    while layers:
        V, d = layers.pop(0)
        W, c = W @ V, c @ V + d
    return W, c

# %% wrong one_layer: the product in the reverse order
# one_layer([(torch.tensor([[0.0, 1.0], [0.0, 0.0]]), torch.zeros(2)), (torch.tensor([[1.0, 0.0], [0.0, 0.0]]), torch.zeros(2))])[0]: right tensor([[0., 0.], [0., 0.]]), wrong tensor([[0., 1.], [0., 0.]])
@check
def one_layer(layers):
    W, c = layers[0]
    for V, d in layers[1:]:
        W = V @ W
        c = c @ V + d
    return W, c

# %% wrong one_layer: a bias passes only through the next layer
# one_layer([(torch.tensor([[2.0]]), torch.tensor([1.0]))] * 3): right (tensor([[8.]]), tensor([7.])), wrong (tensor([[8.]]), tensor([5.]))
@check
def one_layer(layers):
    W, c = layers[0][0], layers[-1][1]
    for i in range(len(layers) - 1):
        W = W @ layers[i + 1][0]
        c = c + layers[i][1] @ layers[i + 1][0]
    return W, c

# %% wrong one_layer: no_grad
# (A := torch.tensor([[2.0]], requires_grad=True), one_layer([(A, torch.tensor([1.0])), (torch.tensor([[3.0]]), torch.tensor([5.0]))])[0].requires_grad)[-1]: right True, wrong False
@check
@torch.no_grad()
def one_layer(layers):
    W, c = layers[0]
    for V, d in layers[1:]:
        W, c = W @ V, c @ V + d
    return W, c

# %% wrong one_layer: starts with a float32 identity, float64 layers fail
# one_layer([(torch.tensor([[2.0]], dtype=torch.float64), torch.tensor([1.0], dtype=torch.float64))]): right (tensor([[2.]], dtype=torch.float64), tensor([1.], dtype=torch.float64)), wrong RuntimeError: expected m1 and m2 to have the same dtype, but got: float != double
@check
def one_layer(layers):
    n = layers[0][0].shape[0]
    W, c = torch.eye(n), torch.zeros(n)
    for V, d in layers:
        W, c = W @ V, c @ V + d
    return W, c

# %% right one_layer: one matrix with the bias as its last row
from functools import reduce

def _extended(layer):
    W, c = layer
    last = torch.zeros(len(W) + 1, 1, dtype=W.dtype)
    last[-1] = 1
    return torch.cat([torch.cat([W, c[None]]), last], dim=1)

@check
def one_layer(layers):
    M = reduce(torch.mm, map(_extended, layers))
    return M[:-1, :-1], M[-1, :-1]

# %% right one_layer: what the stack makes of 0 and of the unit vectors
@check
def one_layer(layers):
    def stack(x):
        for W, c in layers:
            x = x @ W + c
        return x
    n = layers[0][0].shape[0]
    dtype = layers[0][0].dtype
    c = stack(torch.zeros(n, dtype=dtype))
    return stack(torch.eye(n, dtype=dtype)) - c, c

# %% right one_layer: recursion, from the last layer
@check
def one_layer(layers):
    *before, (V, d) = layers
    if not before:
        return [V.clone(), d.clone()]
    W, c = one_layer(before)
    return W.matmul(V), torch.addmv(d, V.T, c)

# %% wrong numbers_of_one_layer: parameters of the whole stack
# numbers_of_one_layer([2, 5, 3]): right 9, wrong 33
@check
def numbers_of_one_layer(sizes):
    return sum(a * b + b for a, b in zip(sizes, sizes[1:]))

# %% wrong numbers_of_one_layer: the hidden neurons keep their biases
# numbers_of_one_layer([2, 5, 3]): right 9, wrong 14
@check
def numbers_of_one_layer(sizes):
    return sizes[0] * sizes[-1] + sum(sizes[1:])

# %% wrong numbers_of_one_layer: pop shortens the list
# (s := [2, 5, 3], numbers_of_one_layer(s), s)[-1]: right [2, 5, 3], wrong [2, 5]
@check
def numbers_of_one_layer(sizes):
    outputs = sizes.pop()
    return sizes[0] * outputs + outputs

# %% right numbers_of_one_layer: a real layer is made, with random weights
@check
def numbers_of_one_layer(sizes):
    layer = nn.Linear(sizes[0], sizes[-1])
    return sum(p.numel() for p in layer.parameters())

# %% wrong numbers_of_one_layer: the first layer only
# numbers_of_one_layer([2, 5, 3]): right 9, wrong 15
@check
def numbers_of_one_layer(sizes):
    inputs, neurons = sizes[0], sizes[1]
    return inputs * neurons + neurons

# %% right numbers_of_one_layer: unpacked
@check
def numbers_of_one_layer(sizes: list[int]) -> int:
    n, *_, m = sizes
    return (n + 1) * m

# %% right numbers_of_one_layer: tensors without memory
numbers_of_one_layer = check(
    lambda sizes: torch.empty(sizes[0], sizes[-1], device="meta").numel() + len(range(sizes[-1])))

# %% right numbers_of_one_layer: a copy loses its hidden layers one by one
@check
def numbers_of_one_layer(sizes):
    sizes = list(sizes)
    while len(sizes) > 2:
        del sizes[1]
    weights = math.prod(sizes)
    biases = sizes[1]
    return weights + biases

# %% wrong perceptron_step: w is changed in place
# (w := torch.zeros(2), perceptron_step(w, 0.0, torch.tensor([1.0, 3.0]), -1.0), w)[-1]: right tensor([0., 0.]), wrong tensor([-1., -3.])
@check
def perceptron_step(w, b, x, y):
    if y * (w @ x + b) <= 0:
        w += y * x
        b += y
    return w, b

# %% wrong perceptron_step: repeated until the sample is right
# perceptron_step(torch.tensor([-3.0]), 0.0, torch.tensor([1.0]), 1.0): right (tensor([-2.]), 1.0), wrong (tensor([-1.]), 2.0)
@check
def perceptron_step(w, b, x, y):
    while y * (w @ x + b) <= 0:
        w = w + y * x
        b = b + y
    return w, b

# %% wrong perceptron_step: the error y - sign(w·x + b) is 2 y for a wrong sample
# perceptron_step(torch.tensor([-3.0]), 0.0, torch.tensor([1.0]), 1.0): right (tensor([-2.]), 1.0), wrong (tensor([-1.]), tensor(2.))
@check
def perceptron_step(w, b, x, y):
    error = y - torch.sign(w @ x + b)
    return w + error * x, b + error

# %% wrong perceptron_step: the bias is left out of the decision
# perceptron_step(torch.tensor([1.0]), -5.0, torch.tensor([1.0]), 1.0): right (tensor([2.]), -4.0), wrong (tensor([1.]), -5.0)
@check
def perceptron_step(w, b, x, y):
    if y * torch.dot(w, x) <= 0:
        return w + y * x, b + y
    return w, b

# %% wrong perceptron_step: the sum is not multiplied by y
# perceptron_step(torch.tensor([-2.0]), 0.0, torch.tensor([1.0]), -1.0): right (tensor([-2.]), 0.0), wrong (tensor([-3.]), -1.0)
@check
def perceptron_step(w, b, x, y):
    if w @ x + b > 0:
        return w.clone(), b
    return w + y * x, b + y

# %% right perceptron_step: (w, b) as one vector
@check
def perceptron_step(w, b, x, y):
    v = torch.cat([w, w.new_tensor([b])])
    u = torch.cat([x, x.new_ones(1)])
    if not (v * u).sum() * y > 0:
        v = v + y * u
    return v[:-1], v[-1]

# %% right perceptron_step: without if, a NumPy number as bias
@check
def perceptron_step(w, b, x, y):
    s = float(np.dot(w.numpy(), x.numpy())) + b
    step = np.float64(y * (y * s <= 0))
    return w + torch.tensor(float(step)) * x, b + step

# %% right perceptron_step: predicted class in pure Python, a list as pair
@check
def perceptron_step(w, b, x, y):
    s = math.fsum(p * q for p, q in zip(w.tolist(), x.tolist())) + b
    right = (s > 0 and y == 1.0) or (s < 0 and y == -1.0)
    return [w, b] if right else [torch.add(w, x, alpha=y), b + y]

# %% wrong mistake_bound: margin divided by the length of w alone
# float(mistake_bound(torch.tensor([[3.0], [-1.0]]), torch.tensor([1.0, -1.0]), torch.tensor([2.0]), 1.0)): right 50.0, wrong 40.0
@check
def mistake_bound(x, y, w, b):
    R2 = (x ** 2).sum(1).max() + 1
    gamma = (y * (x @ w + b)).min() / w.norm()
    return float(R2 / gamma ** 2)

# %% wrong mistake_bound: the longest sample by the sum of absolute values
# float(mistake_bound(torch.tensor([[2.0, 2.0], [3.0, 0.0]]), torch.tensor([1.0, 1.0]), torch.tensor([1.0, 1.0]), 0.0)): right 2.2222222222222223, wrong 2.0000000000000004
@check
def mistake_bound(x, y, w, b):
    longest = x[x.abs().sum(dim=1).argmax()]
    R = math.sqrt(float(longest @ longest) + 1)
    length = math.sqrt(float(w @ w) + b ** 2)
    gamma = min((y * (x @ w + b)).tolist()) / length
    return (R / gamma) ** 2

# %% wrong mistake_bound: w is normalized, b is not
# float(mistake_bound(torch.tensor([[3.0], [-1.0]]), torch.tensor([1.0, -1.0]), torch.tensor([2.0]), 1.0)): right 50.0, wrong 897.2134399414062
@check
def mistake_bound(x, y, w, b):
    w = w / torch.cat([w, torch.tensor([b])]).norm()
    gamma = (y * (x @ w + b)).min()
    R = torch.cat([x, torch.ones(len(x), 1)], dim=1).norm(dim=1).max()
    return ((R / gamma) ** 2).item()

# %% wrong mistake_bound: a whole number of mistakes
# float(mistake_bound(torch.tensor([[2.0, 2.0], [3.0, 0.0]]), torch.tensor([1.0, 1.0]), torch.tensor([1.0, 1.0]), 0.0)): right 2.2222222222222223, wrong 2.0
@check
def mistake_bound(x, y, w, b):
    R2 = max(float(row @ row) + 1 for row in x)
    least = float((y * (x @ w + b)).min())
    return float(math.floor(R2 * (float(w @ w) + b * b) / least ** 2))

# %% wrong mistake_bound: w is normalized in place, so a second call differs
# (w := torch.tensor([2.0]), a := (torch.tensor([[3.0], [-1.0]]), torch.tensor([1.0, -1.0]), w, 1.0), mistake_bound(*a), float(mistake_bound(*a)))[-1]: right 50.0, wrong 1614.9840087890625
@check
def mistake_bound(x, y, w, b):
    length = float((w @ w + b * b) ** 0.5)
    w /= length
    b /= length
    gamma = (y * (x @ w + b)).min()
    return float(((x * x).sum(1) + 1).max() / gamma ** 2)

# %% right mistake_bound: NumPy in float64, its number as result
@check
def mistake_bound(x, y, w, b):
    X = np.c_[x.numpy().astype(float), np.ones(len(x))]
    v = np.append(w.numpy().astype(float), b)
    margins = y.numpy() * (X @ v) / np.linalg.norm(v)
    return np.linalg.norm(X, axis=1).max() ** 2 / margins.min() ** 2

# %% right mistake_bound: loops and math
@check
def mistake_bound(x, y, w, b):
    v = [*w.tolist(), b]
    R, least = 0.0, math.inf
    for sample, sign in zip(x.tolist(), y.tolist()):
        sample.append(1.0)
        R = max(R, math.hypot(*sample))
        least = min(least, sign * sum(p * q for p, q in zip(v, sample)))
    return (R * math.hypot(*v) / least) ** 2

# %% right mistake_bound: a tensor in float64
@check
def mistake_bound(x, y, w, b):
    x, y, w = x.double(), y.double(), w.double()
    v = F.pad(w, (0, 1), value=float(b))
    xs = F.pad(x, (0, 1), value=1.0)
    gamma = torch.einsum("i,ij,j->i", y, xs, v).amin() / torch.linalg.vector_norm(v)
    R = torch.linalg.vector_norm(xs, dim=1).amax()
    return R.div(gamma).square()

# %% wrong accuracy: a threshold of 0.5 for class 1
# float(accuracy(torch.tensor([[0.1, 0.3], [2.0, 1.0]]), torch.tensor([1, 0]))): right 1.0, wrong 0.0
@check
def accuracy(outputs, targets):
    predicted = (outputs[:, 1] > 0.5).long()
    return (predicted == targets).float().mean()

# %% wrong accuracy: (N, 1) compared with (N,) gives (N, N)
# float(accuracy(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1]))): right 1.0, wrong 0.5
@check
def accuracy(outputs, targets):
    predicted = outputs.argmax(dim=1, keepdim=True)
    return (predicted == targets).float().mean()

# %% wrong accuracy: counts go on over all calls
# (accuracy(torch.tensor([[1.0, 0.0]]), torch.tensor([0])), float(accuracy(torch.tensor([[1.0, 0.0]]), torch.tensor([1]))))[-1]: right 0.0, wrong 0.5
counts = {"right": 0, "all": 0}

@check
def accuracy(outputs, targets):
    counts["right"] += (outputs.argmax(1) == targets).sum().item()
    counts["all"] += len(targets)
    return counts["right"] / counts["all"]

# %% wrong accuracy: rounded to two digits
# float(accuracy(torch.tensor([[1.0, 0.0]] * 3), torch.tensor([0, 1, 1]))): right 0.3333333333333333, wrong 0.33
@check
def accuracy(outputs, targets):
    hits = sum(int(row.argmax()) == int(t) for row, t in zip(outputs, targets))
    return round(hits / len(targets), 2)

# %% wrong accuracy: the largest output of all samples
# float(accuracy(torch.tensor([[0.1, 0.9], [0.2, 0.8]]), torch.tensor([1, 1]))): right 1.0, wrong 0.5
@check
def accuracy(outputs, targets):
    of_target = outputs[torch.arange(len(targets)), targets]
    return (of_target >= outputs.max()).float().mean().item()

# %% right accuracy: NumPy, its number as result
accuracy = check(lambda outputs, targets: np.mean(
    np.argmax(outputs.detach().numpy(), axis=-1) == targets.numpy()))

# %% right accuracy: loop in pure Python
@check
def accuracy(outputs, targets):
    mistakes = 0
    for scores, target in zip(outputs.tolist(), targets.tolist()):
        if any(s > scores[target] for s in scores):
            mistakes += 1
    return 1 - mistakes / len(targets)

# %% right accuracy: sorted, first places counted, a tensor in float64
@check
def accuracy(outputs, targets):
    first = torch.sort(outputs, dim=1, descending=True).indices[:, 0]
    return torch.eq(first, targets).double().sum() / targets.numel()

# %% wrong softmax: dim=1 instead of the last dimension
# softmax(torch.zeros(1, 3, 2)): right tensor([[[0.5000, 0.5000], [0.5000, 0.5000], [0.5000, 0.5000]]]), wrong tensor([[[0.3333, 0.3333], [0.3333, 0.3333], [0.3333, 0.3333]]])
@check
def softmax(z):
    e = torch.exp(z - z.amax(dim=1, keepdim=True))
    return e / e.sum(dim=1, keepdim=True)

# %% wrong softmax: scores cut off at 80 against overflow
# softmax(torch.tensor([1000.0, 999.0])): right tensor([0.7311, 0.2689]), wrong tensor([0.5000, 0.5000])
@check
def softmax(z):
    e = z.clamp(-80, 80).exp()
    return e / e.sum(-1, keepdim=True)

# %% wrong softmax: nan replaced by 1 afterwards
# softmax(torch.tensor([-1000.0, -1000.0])): right tensor([0.5000, 0.5000]), wrong tensor([1., 1.])
@check
def softmax(z):
    e = torch.exp(z)
    p = e / e.sum(-1, keepdim=True)
    return torch.nan_to_num(p, nan=1.0)

# %% wrong softmax: 1 / Σ exp(z_j - z_k), values right, gradients nan
# gradients_of_sum(lambda z: softmax(z)[..., 0], torch.tensor([1000.0, 0.0])): right tensor([0., -0.]), wrong tensor([nan, nan])
@check
def softmax(z):
    differences = z.unsqueeze(-2) - z.unsqueeze(-1)
    return 1 / torch.exp(differences).sum(-1)

# %% wrong softmax: always float32
# softmax(torch.zeros(2, dtype=torch.float64)).dtype: right torch.float64, wrong torch.float32
@check
def softmax(z):
    z = z.float()
    z = z - z.max(-1, keepdim=True).values
    return z.exp() / z.exp().sum(-1, keepdim=True)

# %% right softmax: exp of the difference to logsumexp
softmax = check(lambda z: (z - z.logsumexp(-1, keepdim=True)).exp())

# %% right softmax: loop over the samples, stacked
@check
def softmax(z):
    rows = []
    for scores in z.reshape(-1, z.shape[-1]):
        e = [torch.exp(s - max(scores)) for s in scores]
        rows.append(torch.stack([v / sum(e) for v in e]))
    return torch.stack(rows).reshape(z.shape)

# %% right softmax: a decorator shifts the scores
from functools import wraps

def shifted(f):
    @wraps(f)
    def g(z):
        return f(z - z.detach().amax(-1, keepdim=True))
    return g

@check
@shifted
def softmax(z):
    return F.normalize(z.exp(), p=1, dim=-1)

# %% wrong cross_entropy: divided by the number of classes
# cross_entropy(torch.zeros(1, 4), torch.tensor([2])): right tensor(1.3863), wrong tensor(0.3466)
@check
def cross_entropy(z, y):
    log_p = z - torch.logsumexp(z, dim=1, keepdim=True)
    hot = F.one_hot(y, z.shape[1])
    return -(hot * log_p).sum() / len(log_p[0])

# %% wrong cross_entropy: no gradient through the normalization
# gradients_of_sum(lambda z: cross_entropy(z, torch.tensor([0])), torch.zeros(1, 2)): right tensor([[-0.5000, 0.5000]]), wrong tensor([[-1., 0.]])
@check
def cross_entropy(z, y):
    norm = torch.logsumexp(z.detach(), dim=1)
    return (norm - z[torch.arange(len(y)), y]).mean()

# %% right cross_entropy: float64 for stability, also as result
@check
def cross_entropy(z, y):
    return F.cross_entropy(z.double(), y)

# %% wrong cross_entropy: for large scores the maximum stands for ln Σ exp
# cross_entropy(torch.tensor([[1000.0, 1000.0]]), torch.tensor([0])): right tensor(0.6931), wrong tensor(0.)
@check
def cross_entropy(z, y):
    total = 0
    for scores, k in zip(z, y):
        if scores.max() > 80:
            total = total + scores.max() - scores[k]
        else:
            total = total + torch.log(torch.exp(scores).sum()) - scores[k]
    return total / len(y)

# %% wrong cross_entropy: the maximum is subtracted in place
# (z := torch.tensor([[1000.0, 0.0]]), cross_entropy(z, torch.tensor([1])), z)[-1]: right tensor([[1000., 0.]]), wrong tensor([[ 0., -1000.]])
@check
def cross_entropy(z, y):
    z -= z.max(dim=1, keepdim=True).values
    log_p = z - z.exp().sum(dim=1, keepdim=True).log()
    return -log_p.gather(1, y[:, None]).mean()

# %% right cross_entropy: log-probability of a categorical distribution
cross_entropy = check(lambda z, y: -torch.distributions.Categorical(logits=z).log_prob(y).mean())

# %% right cross_entropy: sample by sample, ln(1 + Σ exp) of the differences to the largest
@check
def cross_entropy(z, y):
    losses = []
    for scores, k in zip(z, y.tolist()):
        i = int(scores.argmax())
        others = [torch.exp(s - scores[i]) for j, s in enumerate(scores) if j != i]
        losses.append(torch.log1p(sum(others, 0 * scores[i])) + scores[i] - scores[k])
    return sum(losses) / len(losses)

# %% right cross_entropy: einsum of one-hot classes and log-softmax
@check
def cross_entropy(z, y):
    N, C = z.shape
    hot = torch.eye(C, dtype=z.dtype)[y]
    return torch.einsum("nc,nc->", hot, z.log_softmax(1)) / -N

# %% wrong changes: a smaller p is taken for a smaller loss
# fifth answer: -(ln 0.49 + ln 0.9)/2 = 0.409 becomes -(ln 0.51 + ln 0.6)/2 = 0.592, right rises, wrong falls
changes = check.value("changes", ["stays", "falls", "rises", "rises", "falls", "stays"])

# %% right changes: a tuple, in other cases
changes = check.value("changes", ("Stays", "FALLS", "rises", "Rises", "RISES", "stays"))

# %% wrong squared_error_gradient: the bias is left out
# squared_error_gradient(torch.tensor([0.0]), 2.0, torch.tensor([1.0]), 1.0): right (tensor([-0.0125]), tensor(-0.0125)), wrong (tensor([-0.1250]), tensor(-0.1250))
@check
def squared_error_gradient(w, b, x, y):
    a = torch.sigmoid(w @ x)
    delta = (a - y) * a * (1 - a)
    return delta * x, delta

# %% wrong squared_error_gradient: a new tensor in float32
# squared_error_gradient(torch.zeros(1, dtype=torch.float64), 0.0, torch.ones(1, dtype=torch.float64), 1.0)[0].dtype: right torch.float64, wrong torch.float32
@check
def squared_error_gradient(w, b, x, y):
    a = torch.sigmoid((w * x).sum() + b).item()
    delta = float((a - y) * a * (1 - a))
    return torch.tensor([delta * xi for xi in x.tolist()]), delta

# %% wrong squared_error_gradient: autograd on w itself, the gradients add up
# (w := torch.zeros(1), squared_error_gradient(w, 0.0, torch.ones(1), 1.0), squared_error_gradient(w, 0.0, torch.ones(1), 1.0)[0], w.requires_grad)[-2:]: right (tensor([-0.1250]), False), wrong (tensor([-0.2500]), True)
@check
def squared_error_gradient(w, b, x, y):
    w.requires_grad_()
    b = torch.tensor(float(b), requires_grad=True)
    ((torch.sigmoid(w @ x + b) - y) ** 2 / 2).backward()
    return w.grad, b.grad

# %% missed squared_error_gradient: math.exp overflows
# squared_error_gradient(torch.tensor([-1000.0]), 0.0, torch.tensor([1.0]), 1.0): right (tensor([-0.]), tensor(-0.)), wrong OverflowError: math range error
@check
def squared_error_gradient(w, b, x, y):
    a = 1 / (1 + math.exp(-float(w @ x + b)))
    delta = (a - y) * a * (1 - a)
    return delta * x, delta

# %% wrong squared_error_gradient: x is multiplied in place
# (x := torch.tensor([1.0, 2.0]), squared_error_gradient(torch.zeros(2), 0.0, x, 1.0), x)[-1]: right tensor([1., 2.]), wrong tensor([-0.1250, -0.2500])
@check
def squared_error_gradient(w, b, x, y):
    a = torch.sigmoid(torch.dot(w, x) + b)
    delta = (a - y) * a * (1 - a)
    slopes = x.mul_(delta)
    return slopes, delta

# %% right squared_error_gradient: torch.autograd.grad of copies
@check
def squared_error_gradient(w, b, x, y):
    with torch.enable_grad():
        v = w.detach().clone().requires_grad_()
        c = torch.as_tensor(b, dtype=w.dtype).detach().clone().requires_grad_()
        loss = 0.5 * (torch.sigmoid(v @ x.detach() + c) - y).pow(2)
        return torch.autograd.grad(loss, (v, c))

# %% right squared_error_gradient: tanh in pure Python, a float for the bias
@check
def squared_error_gradient(w, b, x, y):
    z = sum(p * q for p, q in zip(w.tolist(), x.tolist())) + float(b)
    t = math.tanh(z / 2)
    delta = ((1 + t) / 2 - float(y)) * (1 - t * t) / 4
    return torch.tensor([delta * q for q in x.tolist()], dtype=w.dtype), delta

# %% right squared_error_gradient: σ(z) σ(-z) as the derivative, keyword arguments
def _slope(*, z):
    return torch.sigmoid(z) * torch.sigmoid(-z)

@check
def squared_error_gradient(w, b, x, y):
    z = torch.einsum("i,i->", w, x) + b
    d_b = _slope(z=z) * (z.sigmoid() - y)
    return torch.mul(x, d_b).to(w.dtype), d_b

# %% wrong logistic_loss: the bias is penalized too
# logistic_loss(torch.tensor([0.0]), 2.0, torch.tensor([[0.0]]), torch.tensor([1.0]), 0.5): right tensor(0.1269), wrong tensor(1.1269)
@check
def logistic_loss(w, b, x, y, penalty):
    loss = F.binary_cross_entropy_with_logits(x @ w + b, y)
    return loss + penalty / 2 * ((w ** 2).sum() + b ** 2)

# %% wrong logistic_loss: binary_cross_entropy of the probabilities stops at 100
# logistic_loss(torch.tensor([1000.0]), 0.0, torch.tensor([[1.0]]), torch.tensor([0.0]), 0.0): right tensor(1000.), wrong tensor(100.)
@check
def logistic_loss(w, b, x, y, penalty):
    a = torch.sigmoid(x @ w + b)
    return F.binary_cross_entropy(a, y) + penalty / 2 * w.square().sum()

# %% wrong logistic_loss: formula for the classes 1 and -1
# logistic_loss(torch.tensor([2.0]), 0.0, torch.tensor([[1.0]]), torch.tensor([0.0]), 0.0): right tensor(2.1269), wrong tensor(0.6931)
@check
def logistic_loss(w, b, x, y, penalty):
    z = x @ w + b
    return F.softplus(-y * z).mean() + 0.5 * penalty * (w * w).sum()

# %% missed logistic_loss: max(z, 0) - y z + ln(1 + exp(-|z|)) has a wrong slope at z = 0
# gradients_of_sum(lambda w: logistic_loss(w, 0.0, torch.tensor([[1.0]]), torch.tensor([0.0]), 0.0), torch.zeros(1)): right tensor([0.5000]), wrong tensor([1.])
@check
def logistic_loss(w, b, x, y, penalty):
    z = x @ w + b
    losses = z.clamp(min=0) - y * z + torch.log1p(torch.exp(-z.abs()))
    return losses.mean() + penalty / 2 * (w ** 2).sum()

# %% wrong logistic_loss: square of a root, gradient nan at w = 0
# gradients_of_sum(lambda w: logistic_loss(w, 0.0, torch.tensor([[1.0]]), torch.tensor([0.0]), 0.5), torch.zeros(1)): right tensor([0.5000]), wrong tensor([nan])
@check
def logistic_loss(w, b, x, y, penalty):
    z = x @ w + b
    length = torch.sqrt((w * w).sum())
    return (F.softplus(z) - y * z).mean() + penalty / 2 * length ** 2

# %% right logistic_loss: logaddexp
@check
def logistic_loss(w, b, x, y, penalty):
    z = torch.einsum("ij,j->i", x, w) + b
    return torch.mean(torch.logaddexp(z, torch.zeros_like(z)) - y * z) + w.dot(w) * penalty / 2

# %% right logistic_loss: softmax cross-entropy of the scores 0 and z
@check
def logistic_loss(w, b, x, y, penalty):
    z = x @ w + b
    scores = torch.stack([0 * z, z], dim=-1)
    data_loss = nn.CrossEntropyLoss()(scores, y.long())
    return data_loss + penalty * F.mse_loss(w, torch.zeros_like(w), reduction="sum") / 2

# %% right logistic_loss: loop over the samples, ln σ(±z)
@check
def logistic_loss(w, b, x, y, penalty):
    total = 0.0
    for sample, target in zip(x, y):
        z = (sample * w).sum() + b
        total = total - (F.logsigmoid(z) if target == 1 else F.logsigmoid(-z))
    return total / x.shape[0] + 0.5 * penalty * sum(v * v for v in w)
