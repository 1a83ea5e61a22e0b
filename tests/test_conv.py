"""Convolution and pooling by hand against torch, in float64, over random sizes; what cannot be computed says why."""

import random

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nnlab.conv import (
    avg_pool2d,
    conv2d,
    conv2d_gradients,
    conv_matrix,
    max_pool2d,
    output_size,
    receptive_field,
    windows,
)

NEAR = {"rtol": 0, "atol": 1e-12}


def configurations(count=150, seed=0):
    """Random images, kernels, biases, all of different sizes, and the options of a convolution: a list."""
    draw, found = random.Random(seed), []
    torch.manual_seed(seed)
    for _ in range(count):
        groups = draw.choice((1, 1, 1, 2, 3))
        per_group, of_group = draw.sample(range(1, 4), 2)
        tall, wide = draw.sample(range(1, 5), 2)
        options = {"stride": draw.randint(1, 4), "padding": draw.randint(0, 3), "dilation": draw.randint(1, 3),
                   "groups": groups}
        height = options["dilation"] * (tall - 1) + draw.randint(1, 5)
        width = options["dilation"] * (wide - 1) + draw.randint(1, 6)
        x = torch.randn(draw.choice((1, 2, 3)), groups * per_group, height, width, dtype=torch.float64)
        weight = torch.randn(groups * of_group, per_group, tall, wide, dtype=torch.float64)
        found.append((x, weight, torch.randn(groups * of_group, dtype=torch.float64), options))
    return found


def test_convolution_equals_torch():
    for x, weight, bias, options in configurations():
        assert torch.allclose(conv2d(x, weight, bias, **options), F.conv2d(x, weight, bias, **options), **NEAR)
        assert torch.allclose(conv2d(x, weight, **options), F.conv2d(x, weight, **options), **NEAR)


def test_gradients_equal_autograd():
    for x, weight, bias, options in configurations(seed=1):
        leaves = [part.requires_grad_() for part in (x, weight, bias)]
        out = F.conv2d(*leaves, **options)
        upstream = torch.randn_like(out)
        wanted = torch.autograd.grad(out, leaves, upstream)
        got = conv2d_gradients(upstream, x.detach(), weight.detach(), **options)
        for ours, theirs, leaf in zip(got, wanted, leaves, strict=True):
            assert ours.shape == leaf.shape and torch.allclose(ours, theirs, **NEAR)


def test_gradients_flow_through_the_convolution():
    for x, weight, bias, options in configurations(20, seed=2):
        leaves = [part.requires_grad_() for part in (x, weight, bias)]
        ours, theirs = (torch.autograd.grad(function(*leaves, **options).square().sum(), leaves)
                        for function in (conv2d, F.conv2d))
        assert all(torch.allclose(*pair, rtol=1e-12, atol=1e-10) for pair in zip(ours, theirs, strict=True))


def test_arguments_stay_as_they_are():
    x, weight, bias, options = configurations(1)[0]
    before = [part.clone() for part in (x, weight, bias)]
    upstream = conv2d(x, weight, bias, **options)
    conv2d_gradients(upstream, x, weight, **options)
    assert all(map(torch.equal, (x, weight, bias), before))


def test_matrix_multiplies_as_the_convolution():
    for x, weight, _, options in configurations(60, seed=3):
        if options.pop("groups") == 1:
            matrix = conv_matrix(weight, x.shape[2:], **options)
            out = F.conv2d(x, weight, **options)
            assert matrix.shape == (out[0].numel(), x[0].numel()) and matrix.dtype == weight.dtype
            assert torch.allclose((x.flatten(1) @ matrix.T).view_as(out), out, **NEAR)


@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [None, 1, 2, 3])
def test_pooling_equals_torch(kernel, stride):
    torch.manual_seed(kernel)
    for padding in range(kernel // 2 + 1):
        for height, width in ((5, 8), (7, 6), (10, 11)):
            x = torch.randn(2, 3, height, width, dtype=torch.float64) - 3  # below 0: a padded 0 would win
            assert torch.equal(max_pool2d(x, kernel, stride, padding), F.max_pool2d(x, kernel, stride, padding))
            mean = F.avg_pool2d(x, kernel, stride, padding)
            assert torch.allclose(avg_pool2d(x, kernel, stride, padding), mean, **NEAR)


@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_max_pooling_with_dilation_equals_torch(kernel, dilation):
    torch.manual_seed(10 * kernel + dilation)
    for stride in (None, 1, 2, 3):
        for padding in range(kernel // 2 + 1):
            for height, width in ((8, 11), (9, 7)):
                x = torch.randn(2, 3, height, width, dtype=torch.float64) - 3
                expected = F.max_pool2d(x, kernel, stride, padding, dilation)
                assert torch.equal(max_pool2d(x, kernel, stride, padding, dilation), expected)


def test_windows_are_torchs_unfolded_ones():
    x = torch.randn(2, 3, 7, 9)
    for dilation in (1, 2):
        ours = torch.stack(windows(x, 3, 2, 1, dilation=dilation), 2)
        assert torch.equal(ours.flatten(3).flatten(1, 2), F.unfold(x, 3, dilation, 1, 2))


def test_output_size_is_torchs():
    for size in range(1, 12):
        for kernel in range(1, 5):
            for stride in (1, 2, 3, 7):
                for padding in (0, 1, 2):
                    for dilation in (1, 2, 3):
                        options = {"stride": stride, "padding": padding, "dilation": dilation}
                        image, row = torch.zeros(1, 1, 1, size), torch.zeros(1, 1, 1, kernel)
                        try:
                            wanted = F.conv1d(image[0], row[0], **options).shape[-1]
                        except RuntimeError:
                            with pytest.raises(ValueError, match="does not fit"):
                                output_size(size, kernel, **options)
                        else:
                            assert output_size(size, kernel, **options) == wanted


@pytest.mark.parametrize("layers", [
    [(3, 1)], [(3, 1), (3, 1)], [(5, 2), (3, 1), (2, 2), (3, 1)], [(3, 1, 1), (3, 1, 2), (3, 1, 4)], [(2, 2)] * 3,
    [(3, 2, 2), (1, 1), (4, 3)], []])
def test_receptive_field_is_where_the_gradient_is(layers):
    network = nn.Sequential()
    for kernel, stride, *dilation in layers:
        layer = nn.Conv1d(1, 1, kernel, stride, dilation=dilation[0] if dilation else 1, bias=False).double()
        nn.init.ones_(layer.weight)
        network.append(layer)
    x = torch.ones(1, 1, 200, dtype=torch.float64, requires_grad=True)
    out = network(x)[0, 0]
    first, second = (torch.autograd.grad(out[k], x, retain_graph=True)[0].flatten().nonzero() for k in (0, 1))
    size, step = receptive_field(layers)
    assert size == first[-1] - first[0] + 1 and step == second[0] - first[0]


@pytest.mark.parametrize("call, said", [
    (lambda: output_size(4, 5), "a kernel that spans 5 pixels does not fit into 4"),
    (lambda: output_size(4, 3, padding=1, dilation=4), "spans 9 pixels does not fit into 4 \\+ 2·1"),
    (lambda: conv2d(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 3, 5)), "spans 5 pixels"),
    (lambda: conv2d(torch.zeros(1, 3, 4, 4), torch.zeros(1, 2, 3, 3)), "images of 3 channels.*channels / groups"),
    (lambda: conv2d(torch.zeros(1, 4, 4, 4), torch.zeros(3, 2, 3, 3), groups=2), "its first a multiple of groups"),
    (lambda: conv_matrix(torch.zeros(1, 1, 3, 3), (2, 5)), "does not fit into 2"),
    (lambda: max_pool2d(torch.zeros(1, 1, 4, 4), 2, padding=2), "more than half of the window of 2.*at most 1"),
    (lambda: avg_pool2d(torch.zeros(1, 1, 4, 4), 5), "does not fit into 4"),
])
def test_what_does_not_fit_says_so(call, said):
    with pytest.raises(ValueError, match=said):
        call()
