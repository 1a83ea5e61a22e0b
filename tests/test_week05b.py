"""Week 5b's exercises: their rules, answers that others might write, oracles."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.checks.judging import judge
from nnlab.checks.quizzes import judge_value
from nnlab.conv import max_pool2d, receptive_field, windows
from nnlab.costs import costs
from nnlab.exercises import week05b
from nnlab.exercises.week05b import layers_of
from nnlab.models import CNN

EXERCISE = {exercise.name: exercise for exercise in week05b.EXERCISES}


# right answers in other styles

def pool_in_loops(x, kernel, stride=None, padding=0):
    if stride is None:
        stride = kernel
    n, c, h, w = x.shape
    rows = (h + 2 * padding - kernel) // stride + 1
    cols = (w + 2 * padding - kernel) // stride + 1
    padded = torch.full((n, c, h + 2 * padding, w + 2 * padding), float("-inf"), dtype=x.dtype)
    padded[:, :, padding:padding + h, padding:padding + w] = x
    out = torch.zeros(n, c, rows, cols, dtype=x.dtype)
    for i in range(rows):
        for j in range(cols):
            window = padded[:, :, i * stride:i * stride + kernel, j * stride:j * stride + kernel]
            out[:, :, i, j] = window.flatten(2).max(dim=2).values
    return out


def pool_by_unfold(x, kernel, stride=None, padding=0):
    padded = F.pad(x, (padding,) * 4, value=-torch.inf)
    step = stride or kernel
    return padded.unfold(2, kernel, step).unfold(3, kernel, step).amax((-1, -2))


def pool_step_by_step(x, kernel, stride=None, padding=0):
    first, *others = windows(x, kernel, stride, padding, -torch.inf)
    for other in others:
        first = torch.maximum(first, other)
    return first


def pool_gradient_by_masks(upstream, x, kernel, stride):
    out = torch.zeros_like(x)
    for i in range(upstream.shape[2]):
        for j in range(upstream.shape[3]):
            rows, columns = slice(i * stride, i * stride + kernel), slice(j * stride, j * stride + kernel)
            flat = x[:, :, rows, columns].flatten(2)
            winners = F.one_hot(flat.argmax(2), kernel * kernel).to(x.dtype) * upstream[:, :, i, j, None]
            out[:, :, rows, columns] += winners.view(*x.shape[:2], kernel, kernel)
    return out


def pool_gradient_with_max(upstream, x, kernel, stride):
    result = x.new_zeros(x.shape)
    for n in range(len(x)):
        for c in range(x.shape[1]):
            for i in range(upstream.shape[2]):
                for j in range(upstream.shape[3]):
                    best = (i * stride, j * stride)
                    for a in range(i * stride, i * stride + kernel):
                        for b in range(j * stride, j * stride + kernel):
                            if x[n, c, a, b] > x[n, c, best[0], best[1]]:
                                best = (a, b)
                    result[n, c, best[0], best[1]] += upstream[n, c, i, j]
    return result


def field_backward(layers):
    size, step = 1, 1
    for kernel, stride, *dilation in reversed(layers):
        d = dilation[0] if dilation else 1
        size = (size - 1) * stride + d * (kernel - 1) + 1
        step = step * stride
    return size, step


def field_as_a_sum(layers):
    full = [(*layer, 1)[:3] for layer in layers]
    steps = [int(np.prod([stride for _, stride, _ in full[:k]])) for k in range(len(full) + 1)]
    return 1 + sum(d * (k - 1) * j for (k, _, d), j in zip(full, steps, strict=False)), steps[-1]


def cost_of_a_module(channels, filters, kernel, size, stride=1, padding=0, groups=1, bias=True):
    layer = nn.Conv2d(channels, filters, tuple(kernel), stride, padding, groups=groups, bias=bias)
    found = costs(layer, (channels, *size))
    return found.parameters, found.multiply_adds


def cost_in_steps(channels, filters, kernel, size, stride=1, padding=0, groups=1, bias=True):
    kh, kw = kernel
    height, width = size
    h = int((height + 2 * padding - kh) / stride) + 1
    w = int((width + 2 * padding - kw) / stride) + 1
    per_filter = kh * kw * (channels // groups)
    parameters = per_filter * filters
    if bias:
        parameters += filters
    return (parameters, per_filter * filters * h * w)


def pointwise_linear(x, weight, bias):
    return F.linear(x.permute(0, 2, 3, 1), weight, bias).permute(0, 3, 1, 2)


def pointwise_matmul(x, weight, bias):
    n, c, h, w = x.shape
    return (weight @ x.reshape(n, c, h * w)).reshape(n, -1, h, w) + bias.view(1, -1, 1, 1)


def pointwise_in_loops(x, weight, bias):
    channels = [sum(weight[o, c] * x[:, c] for c in range(x.shape[1])) + bias[o] for o in range(len(weight))]
    return torch.stack(channels, dim=1)


def small_with_strides():
    layers = [nn.Conv2d(1, 8, 5, stride=2, padding=2), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
              nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(), nn.AvgPool2d(3, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
              nn.Linear(16, 10)]
    return nn.Sequential(*layers)


class Separable(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 16, (5, 5), padding=2, groups=16),
            nn.Conv2d(16, 32, 1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 32, 3, padding=1, groups=32),
            nn.Conv2d(32, 32, 1), nn.ReLU())
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


class TestExercises(ExerciseRules):
    module = week05b
    styles = {
        "max_pool2d": [pool_in_loops, pool_by_unfold, pool_step_by_step],
        "max_pool2d_gradient": [pool_gradient_by_masks, pool_gradient_with_max],
        "receptive_field": [field_backward, field_as_a_sum],
        "conv_cost": [cost_of_a_module, cost_in_steps],
        "conv1x1": [pointwise_linear, pointwise_matmul, pointwise_in_loops],
        "small_network": [small_with_strides, Separable],
    }


# wrong answers that others might write

def pool_of_the_image(x, kernel, stride=None, padding=0):
    return x.amax((2, 3), keepdim=True)


def pool_of_magnitudes(x, kernel, stride=None, padding=0):
    return max_pool2d(x.abs(), kernel, stride, padding)


def pool_padded_by_a_large_number(x, kernel, stride=None, padding=0):
    return max_pool2d(F.pad(x, (padding,) * 4, value=-1.0), kernel, stride)


def pool_reflecting(x, kernel, stride=None, padding=0):
    return -max_pool2d(-x, kernel, stride, padding)


def pool_forgets_the_last_window(x, kernel, stride=None, padding=0):
    out = max_pool2d(x, kernel, stride, padding)
    return out[:, :, :-1, :-1] if min(out.shape[2:]) > 1 else out


def pool_transposed(x, kernel, stride=None, padding=0):
    return max_pool2d(x, kernel, stride, padding).transpose(2, 3)


def pool_indices(x, kernel, stride=None, padding=0):
    return torch.stack(windows(x, kernel, stride, padding, -torch.inf)).argmax(0)


def pool_with_zeros_by_unfold(x, kernel, stride=None, padding=0):
    columns = F.unfold(x, kernel, padding=padding, stride=stride or kernel)
    rows = (x.shape[2] + 2 * padding - kernel) // (stride or kernel) + 1
    return columns.unflatten(1, (x.shape[1], -1)).amax(2).unflatten(2, (rows, -1))


def pool_from_zero(x, kernel, stride=None, padding=0):
    parts = windows(x, kernel, stride, padding, -torch.inf)
    best = torch.zeros_like(parts[0])
    for part in parts:
        best = torch.maximum(best, part)
    return best


def _routed(change):
    def answer(upstream, x, kernel, stride):
        return change(EXERCISE["max_pool2d_gradient"].reference(upstream, x, kernel, stride), upstream, x)
    return answer


def pool_gradient_by_equality(upstream, x, kernel, stride):
    out = torch.zeros_like(x)
    for i in range(upstream.shape[2]):
        for j in range(upstream.shape[3]):
            part = slice(i * stride, i * stride + kernel), slice(j * stride, j * stride + kernel)
            window = x[:, :, *part]
            out[:, :, *part] += (window == window.amax((2, 3), keepdim=True)) * upstream[:, :, i:i + 1, j:j + 1]
    return out


def pool_gradient_of_smallest(upstream, x, kernel, stride):
    return EXERCISE["max_pool2d_gradient"].reference(upstream, -x, kernel, stride)


def pool_gradient_in_place(upstream, x, kernel, stride):
    result = EXERCISE["max_pool2d_gradient"].reference(upstream, x, kernel, stride)
    return x.copy_(result)


def field_all_strides(layers):
    size, step = receptive_field(layers)
    return sum(kernel for kernel, *_ in layers) - len(layers) + 1, step


def field_from_the_product(layers):
    size = 1
    for kernel, *_ in layers:
        size *= kernel
    return size, receptive_field(layers)[1]


def field_only_pairs(layers):
    size = step = 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step *= stride
    return size, step


def field_dilated_step(layers):
    size = step = 1
    for kernel, stride, *dilation in layers:
        d = dilation[0] if dilation else 1
        size += (kernel - 1) * step * d
        step *= stride * d
    return size, step


def field_from_zero(layers):
    size, step = receptive_field(layers)
    return size - 1, step


def _cost(change):
    def answer(channels, filters, kernel, size, stride=1, padding=0, groups=1, bias=True):
        return change(channels, filters, kernel, size, stride, padding, groups, bias)
    return answer


def right_cost(*arguments):
    return EXERCISE["conv_cost"].reference(*arguments)


def cost_of_added_sides(channels, filters, kernel, size, stride=1, padding=0, groups=1, bias=True):
    parameters, multiply_adds = right_cost(channels, filters, kernel, size, stride, padding, groups, bias)
    return parameters, multiply_adds // (kernel[0] * kernel[1]) * sum(kernel)


def cost_rounded_up(channels, filters, kernel, size, stride=1, padding=0, groups=1, bias=True):
    rows, columns = (-((k - n - 2 * padding) // stride) + 1 for n, k in zip(size, kernel, strict=True))
    weights = filters * channels // groups * kernel[0] * kernel[1]
    return weights + bias * filters, weights * rows * columns


def _widths(*channels, sizes=(3, 3, 3, 3), pools=(1, 3)):
    def small():
        layers, before = [], 1
        for k, (after, size) in enumerate(zip(channels, sizes, strict=True)):
            layers += [nn.Conv2d(before, after, size, padding=size // 2), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if k in pools else []
            before = after
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 10))
    return small


WRONG = {
    "max_pool2d": [pool_of_the_image, pool_of_magnitudes, pool_padded_by_a_large_number, pool_reflecting,
                   pool_forgets_the_last_window, pool_transposed, pool_indices, pool_with_zeros_by_unfold,
                   pool_from_zero],
    "max_pool2d_gradient": [
        _routed(lambda gradient, upstream, x: -gradient), _routed(lambda gradient, upstream, x: gradient / 2),
        _routed(lambda gradient, upstream, x: gradient.transpose(2, 3)),
        _routed(lambda gradient, upstream, x: gradient.sum(0, keepdim=True).expand_as(x).contiguous()),
        pool_gradient_by_equality, pool_gradient_of_smallest, pool_gradient_in_place],
    "receptive_field": [field_all_strides, field_from_the_product, field_only_pairs, field_dilated_step,
                        lambda layers: receptive_field(layers[:-1]), lambda layers: [*receptive_field(layers)][0],
                        lambda layers: (receptive_field(layers)[0], len(layers))],
    "conv_cost": [
        cost_rounded_up, cost_of_added_sides,
        _cost(lambda *a: (right_cost(*a)[0], 2 * right_cost(*a)[1])),
        _cost(lambda *a: right_cost(a[1], a[0], *a[2:])),
        _cost(lambda *a: right_cost(*a[:5], 0, *a[6:])),
        _cost(lambda *a: right_cost(*a[:4], 1, *a[5:])),
        _cost(lambda *a: right_cost(*a[:7], True)),
        _cost(lambda *a: right_cost(*a)[::-1]),
        _cost(lambda *a: sum(right_cost(*a))),
        _cost(lambda *a: (right_cost(*a)[0] // a[6], right_cost(*a)[1])),
    ],
    "conv1x1": [
        lambda x, weight, bias: pointwise_linear(x, weight, bias) + bias[:, None, None],
        lambda x, weight, bias: pointwise_linear(x, weight, bias).relu(),
        lambda x, weight, bias: nn.Linear(*reversed(weight.shape))(x.movedim(1, -1)).movedim(-1, 1),
        lambda x, weight, bias: pointwise_linear(x, weight, 0 * bias),
        lambda x, weight, bias: pointwise_linear(x, weight, bias).mean((2, 3)),
        lambda x, weight, bias: F.conv2d(x, weight[:, :, None, None], bias),
        lambda x, weight, bias: pointwise_linear(x.flip(1), weight, bias).contiguous(),
        lambda x, weight, bias: pointwise_linear(x, weight, bias).transpose(2, 3).contiguous(),
        lambda x, weight, bias: x.flatten(2).permute(0, 2, 1) @ weight.T + bias,
    ],
    "small_network": [
        _widths(8, 16, 32, 32), _widths(8, 16, pools=(0, 1), sizes=(3, 3)), _widths(16, 16, 16, 8, pools=(2, 3)),
        _widths(8, 16, 16, 32, pools=()), lambda: CNN((8, 8), hidden=0), lambda: None,
        lambda: nn.Sequential(EXERCISE["small_network"].reference(), nn.LogSoftmax(1), nn.Softmax(1)),
        lambda: nn.Sequential(*list(_widths(8, 8, 16, 16)())[:-1]), CNN,
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week05b, WRONG)


def test_a_field_that_begins_at_zero_is_rejected():
    assert judge(EXERCISE["receptive_field"], field_from_zero).kind == "incorrect"


@pytest.mark.parametrize("right", [
    ["Yes", "yes", "No", "no", "yes", "YES", "no"], ("yes", "yes", "no", "no", "yes", "yes", "no")])
def test_the_quiz_takes_the_words_in_any_spelling(right):
    assert judge_value(EXERCISE["equivariant"], right).kind == "correct"


# oracles

def test_gradient_of_max_pooling_equals_autograd():
    generator = torch.Generator().manual_seed(0)
    for kernel, stride, height, width in ((2, 2, 7, 4), (3, 1, 5, 8), (3, 2, 9, 6), (2, 3, 8, 11)):
        for x in (torch.randn(2, 3, height, width, dtype=torch.float64, generator=generator),
                  torch.randint(3, (2, 3, height, width), generator=generator).double()):  # with ties
            x.requires_grad_()
            out = F.max_pool2d(x, kernel, stride)
            upstream = torch.randn(out.shape, dtype=torch.float64, generator=generator)
            wanted, = torch.autograd.grad(out, x, upstream)
            got = EXERCISE["max_pool2d_gradient"].reference(upstream, x.detach(), kernel, stride)
            assert torch.allclose(got, wanted, rtol=0, atol=1e-12)


def test_conv1x1_equals_torch():
    x, weight, bias = torch.randn(2, 3, 5, 4).double(), torch.randn(6, 3).double(), torch.randn(6).double()
    assert torch.allclose(EXERCISE["conv1x1"].reference(x, weight, bias),
                          F.conv2d(x, weight[:, :, None, None], bias), rtol=0, atol=1e-12)


@pytest.mark.parametrize("shift, network", [
    ((1, 1), lambda x: F.conv2d(F.pad(x, (1, 1, 1, 1), "circular"), KERNEL)), ((1, 1), F.relu),
    ((1, 1), lambda x: F.conv2d(x, KERNEL, padding=1)), ((1, 1), lambda x: F.max_pool2d(x, 2)),
    ((2, 1), lambda x: F.max_pool2d(x, 2)),
    ((1, 1), lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), "circular"), 2, 1)),
    (None, lambda x: F.conv2d(F.pad(x, (1, 1, 1, 1), "circular"), KERNEL))])
def test_the_answers_on_equivariance(shift, network):
    x = torch.randn(3, 1, 12, 12, dtype=torch.float64)
    if shift is None:
        pairs = [(network(x.rot90(1, (2, 3))), network(x).rot90(1, (2, 3)))]
    else:
        pairs = [(network(x.roll(shift[0], dim)), network(x).roll(shift[1], dim)) for dim in (2, 3)]
    same = all(torch.allclose(a, b, rtol=0, atol=1e-12) for a, b in pairs)
    ORDER.append("yes" if same else "no")
    assert ORDER[-1] == EXERCISE["equivariant"].reference[len(ORDER) - 1]


KERNEL = torch.randn(4, 1, 3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
ORDER = []


def test_parameters_of_lenet():
    layers = [nn.Conv2d(1, 6, 5), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.AvgPool2d(2), nn.Linear(400, 120),
              nn.Linear(120, 84), nn.Linear(84, 10)]
    counted = [sum(parameter.numel() for parameter in layer.parameters()) for layer in layers]
    assert EXERCISE["lenet_parameters"].reference == counted and sum(counted) == 61_706


def test_layers_of_a_network_give_the_field_of_its_gradients():
    network = nn.Sequential(nn.Conv2d(1, 2, (3, 5), stride=(1, 2)), nn.MaxPool2d(2), nn.Conv2d(2, 2, 3, dilation=2),
                            nn.AvgPool2d((3, 2), stride=1)).double()
    x = torch.rand(8, 1, 64, 96, dtype=torch.float64, requires_grad=True)
    out = network(x)
    gradient, = torch.autograd.grad(out[:, :, 3, 3].sum(), x)
    seen = gradient.abs().sum((0, 1, 3)).nonzero()
    assert len(seen) == seen.max() - seen.min() + 1 == receptive_field(layers_of(network))[0]
