"""Week 6a's exercises: their rules, answers that others might write, oracles."""

import math
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.exercises import week06a
from nnlab.exercises.week06a import network
from nnlab.models import MLP

EXERCISE = {exercise.name: exercise for exercise in week06a.EXERCISES}


# right answers in other styles

def width_by_formula(parameters, depth, inputs, outputs):
    a, b, c = depth - 1, inputs + 1 + depth - 1 + outputs, parameters - outputs
    if c < b:
        return 0
    return c // b if a == 0 else (math.isqrt(b * b + 4 * a * c) - b) // (2 * a)


def width_by_search(parameters, depth, inputs, outputs):
    low, high = 0, parameters + 1
    while high - low > 1:
        middle = (low + high) // 2
        sizes = [inputs, *[middle] * depth, outputs]
        if sum((n + 1) * m for n, m in zip(sizes[:-1], sizes[1:], strict=True)) <= parameters:
            low = middle
        else:
            high = middle
    return low


def chain_by_cumulative_product(x, w, b):
    slopes = []
    for layer in range(len(w)):
        x = 1 / (1 + torch.exp(-(w[layer] * x + b[layer])))
        slopes.append(x * (1 - x))
    slopes = torch.stack(slopes)
    factors = torch.cat([w[1:] * slopes[1:], torch.ones_like(w[:1])])
    return slopes * factors.flip(0).cumprod(0).flip(0)


def chain_by_products(x, w, b):
    z = []
    for weight, bias in zip(w, b, strict=True):
        z.append(weight * x + bias)
        x = z[-1].sigmoid()
    result = torch.empty_like(w)
    for k in range(len(w)):
        result[k] = z[k].sigmoid() * (-z[k]).sigmoid()
        for later in range(k + 1, len(w)):
            result[k] *= w[later] * z[later].sigmoid() * (-z[later]).sigmoid()
    return result


def jacobian_by_autograd(x, weights, biases):
    def run(x):
        for W, b in zip(weights, biases, strict=True):
            x = torch.sigmoid(W @ x + b)
        return x
    norms = torch.stack([torch.linalg.svdvals(W)[0] for W in weights])
    return torch.linalg.svdvals(torch.autograd.functional.jacobian(run, x))[0], norms.prod() / 4 ** len(weights)


def jacobian_from_the_end(x, weights, biases):
    slopes, bound = [], 1.0
    for W, b in zip(weights, biases, strict=True):
        x = F.sigmoid(b + W.mv(x))
        slopes.append(torch.diag(x - x * x))
        bound = bound * torch.linalg.norm(W, ord=2) * 0.25
    product = torch.eye(len(x), dtype=x.dtype)
    for D, W in zip(reversed(slopes), reversed(weights), strict=True):
        product = product @ D @ W
    return torch.linalg.norm(product, 2), bound


def norms_in_a_loop(model, x, y):
    outputs, x = [], x.detach().clone().requires_grad_(True)
    for module in model:
        x = module(x)
        outputs.append(x)
    gradients = torch.autograd.grad(F.cross_entropy(x, y), outputs)
    return torch.tensor([g.pow(2).sum().sqrt().item() for g in gradients], dtype=x.dtype)


def norms_by_backward_hooks(model, x, y):
    found = {}

    def keep(k):
        return lambda module, inputs, gradients: found.__setitem__(k, gradients[0].norm())
    hooks = [module.register_full_backward_hook(keep(k)) for k, module in enumerate(model)]
    x = x.clone().requires_grad_()
    torch.autograd.grad(F.cross_entropy(model(x), y), x)
    for hook in hooks:
        hook.remove()
    return torch.stack([found[k] for k in range(len(model))])


def dead_in_a_loop(activations):
    shares = []
    for layer in activations:
        dead = sum(all(value == 0 for value in unit) for unit in layer.T.tolist())
        shares.append(dead / layer.shape[1])
    return torch.tensor(shares)


def dead_by_maximum(activations):
    return torch.tensor([float((layer.amax(dim=0) == 0).sum()) / layer.size(1) for layer in activations])


def dead_by_count(activations):
    return torch.stack([1 - (layer.count_nonzero(0) > 0).float().mean() for layer in activations])


class TestRules(ExerciseRules):
    module = week06a
    styles = {
        "width_for": [width_by_formula, width_by_search],
        "chain_gradients": [chain_by_cumulative_product, chain_by_products],
        "jacobian_and_bound": [jacobian_by_autograd, jacobian_from_the_end],
        "gradient_norms": [norms_in_a_loop, norms_by_backward_hooks],
        "dead_share": [dead_in_a_loop, dead_by_maximum, dead_by_count],
    }


# wrong answers, as new students would write them

def width_equal_shares(parameters, depth, inputs, outputs):
    return math.isqrt(parameters // depth)


def width_rounded(parameters, depth, inputs, outputs):
    a, b, c = depth - 1, inputs + depth + outputs, parameters - outputs
    exact = c / b if a == 0 else ((b * b + 4 * a * c) ** 0.5 - b) / (2 * a) if b * b + 4 * a * c >= 0 else 0
    return max(0, round(exact))


def chain_hand_over_a(x, w, b):
    z = []
    for weight, bias in zip(w, b, strict=True):
        z.append(weight * x + bias)
        x = z[-1]
    s = torch.sigmoid(torch.stack(z))
    slopes = s * (1 - s)
    return slopes * torch.cat([w[1:] * slopes[1:], torch.ones_like(w[:1])]).flip(0).cumprod(0).flip(0)


def chain_all_weights(x, w, b):
    return chain_by_products(x, w, b) * w[0]


def chain_all_layers(x, w, b):
    return chain_by_products(x, w, b)[:1].expand(len(w)).clone()


def norms_loop_with_detach(model, x, y):
    result, x = [], x.clone().requires_grad_()
    for module in model:
        x = module(x).detach().requires_grad_()
        result.append(x)
    gradients = torch.autograd.grad(F.cross_entropy(x, y), result, allow_unused=True)
    return torch.stack([g.norm() if g is not None else torch.zeros(()) for g in gradients])


def norms_of_largest(model, x, y):
    outputs, x = [], x.clone().requires_grad_()
    for module in model:
        x = module(x)
        outputs.append(x)
    return torch.stack([g.abs().max() for g in torch.autograd.grad(F.cross_entropy(x, y), outputs)])


WRONG = {
    "width_for": [
        width_equal_shares, width_rounded,
        lambda parameters, depth, inputs, outputs: parameters // (depth * (inputs + outputs)),
        lambda parameters, depth, inputs, outputs: float(width_by_formula(parameters, depth, inputs, outputs)),
        lambda parameters, depth, inputs, outputs: max(1, width_by_formula(parameters, depth, inputs, outputs)),
        lambda parameters, depth, inputs, outputs: width_by_formula(parameters, depth, outputs, inputs),
    ],
    "chain_gradients": [
        chain_hand_over_a, chain_all_weights, chain_all_layers,
        lambda x, w, b: -chain_by_products(x, w, b),
        lambda x, w, b: chain_by_products(x, w, b).cumprod(0),
        lambda x, w, b: chain_by_products(x, w, torch.zeros_like(b)),
    ],
    "jacobian_and_bound": [
        lambda x, weights, biases: jacobian_by_autograd(x, weights, biases)[0],
        lambda x, weights, biases: jacobian_by_autograd(x, weights, [0 * b for b in biases]),
        lambda x, weights, biases: jacobian_by_autograd(x, weights[:1], biases[:1]),
        lambda x, weights, biases: tuple(value ** 2 for value in jacobian_by_autograd(x, weights, biases)),
        lambda x, weights, biases: (jacobian_by_autograd(x, weights, biases)[1],) * 2,
    ],
    "gradient_norms": [
        norms_loop_with_detach, norms_of_largest,
        lambda model, x, y: norms_in_a_loop(model, x, y)[1:],
        lambda model, x, y: norms_in_a_loop(model, x, y) / len(x),
        lambda model, x, y: norms_in_a_loop(model, x, y).round(),
        lambda model, x, y: norms_in_a_loop(model, x, y).sum(),
        lambda model, x, y: norms_in_a_loop(model, x, y) / norms_in_a_loop(model, x, y)[-1],
    ],
    "dead_share": [
        lambda activations: torch.stack([(layer[-1] == 0).float().mean() for layer in activations]),
        lambda activations: torch.stack([(layer == 0).float().mean(0).mean() for layer in activations]),
        lambda activations: torch.stack([(layer.sum(0) < 1.5).float().mean() for layer in activations]),
        lambda activations: torch.stack([(layer == 0).all(0).float().mean() for layer in activations[::-1]]),
        lambda activations: torch.stack([(layer == 0).all().float() for layer in activations]),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week06a, WRONG)


# oracles

def test_the_width_is_the_largest_by_torchs_own_count():
    for parameters, depth in ((20_000, 1), (20_000, 8), (5_000, 16), (80_000, 16), (3_000, 2)):
        width = week06a.width_for(parameters, depth, 196, 10)
        counts = [sum(p.numel() for p in MLP([196, *[w] * depth, 10]).parameters()) for w in (width, width + 1)]
        assert counts[0] <= parameters < counts[1]


def test_the_chain_agrees_with_autograd_and_with_finite_differences():
    generator = torch.Generator().manual_seed(1)
    for layers in (1, 2, 7):
        w, b = torch.randn(2, layers, generator=generator, dtype=torch.float64) * 3
        x = torch.rand((), generator=generator, dtype=torch.float64)

        def last(b, w=w, x=x):
            for weight, bias in zip(w, b, strict=True):
                x = torch.sigmoid(weight * x + bias)
            return x
        found = week06a.chain_gradients(x, w, b)
        assert torch.allclose(found, torch.autograd.functional.jacobian(last, b), rtol=1e-9, atol=0)
        h = 1e-5 * torch.eye(layers, dtype=torch.float64)
        differences = torch.stack([(last(b + step) - last(b - step)) / 2e-5 for step in h])
        assert torch.allclose(found, differences, rtol=1e-4, atol=1e-9)


def test_the_jacobian_is_numpys_and_never_exceeds_its_bound():
    generator = torch.Generator().manual_seed(2)
    for _ in range(20):
        sizes = torch.randint(1, 6, (4,), generator=generator).tolist()
        weights = [3 * torch.randn(m, n, generator=generator).double() for n, m in pairwise(sizes)]
        biases = [torch.randn(m, generator=generator).double() for m in sizes[1:]]
        x = torch.randn(sizes[0], generator=generator).double()
        norm, bound = week06a.jacobian_and_bound(x, weights, biases)
        product, a = np.eye(sizes[0]), x.numpy()
        for W, b in zip(weights, biases, strict=True):
            a = 1 / (1 + np.exp(-(W.numpy() @ a + b.numpy())))
            product = np.diag(a * (1 - a)) @ W.numpy() @ product
        assert math.isclose(norm, np.linalg.norm(product, 2), rel_tol=1e-9) and norm <= bound * (1 + 1e-9)
        expected = np.prod([np.linalg.norm(W.numpy(), 2) / 4 for W in weights])
        assert math.isclose(bound, expected, rel_tol=1e-9)


def test_the_norms_are_those_of_finite_differences_and_of_the_biases():
    model = network(3, 4, 2, activation=nn.Tanh, seed=5).double()
    x, y = torch.eye(3, dtype=torch.float64)[:1], torch.tensor([1])
    norms = week06a.gradient_norms(model, x, y)
    F.cross_entropy(model(x), y).backward()
    assert torch.allclose(norms[[0, 2]], torch.stack([model[0].bias.grad.norm(), model[2].bias.grad.norm()]))
    hidden = model[1](model[0](x)).detach()
    steps = 1e-6 * torch.eye(4, dtype=torch.float64)
    slopes = [(F.cross_entropy(model[2](hidden + s), y) - F.cross_entropy(model[2](hidden - s), y)) / 2e-6
              for s in steps]
    assert math.isclose(norms[1], torch.stack(slopes).norm(), rel_tol=1e-6)


def test_dead_units_have_no_gradient():
    torch.manual_seed(0)
    layer, head = nn.Linear(5, 8), nn.Linear(8, 3)
    with torch.no_grad():
        layer.bias[:3] = -100
    x = torch.randn(32, 5)
    activations = layer(x).relu()
    F.cross_entropy(head(activations), torch.zeros(32, dtype=torch.int64)).backward()
    assert math.isclose(week06a.dead_share([activations])[0], 3 / 8)
    assert bool((layer.weight.grad[:3] == 0).all()) and bool((layer.weight.grad[3:] != 0).any(1).all())
