"""Week 5a's exercises: their rules, answers that others might write, oracles."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week05a

EXERCISE = {exercise.name: exercise for exercise in week05a.EXERCISES}


# right answers in other styles

def correlation_in_numpy(image, kernel):
    views = np.lib.stride_tricks.sliding_window_view(image.numpy(), tuple(kernel.shape))
    return torch.from_numpy((views * kernel.numpy()).sum((2, 3)))


def correlation_weight_by_weight(image, kernel):
    rows, columns = (n - k + 1 for n, k in zip(image.shape, kernel.shape, strict=True))
    out = torch.zeros(rows, columns, dtype=image.dtype)
    for i, line in enumerate(kernel):
        for j, value in enumerate(line):
            out += value * image[i:i + rows, j:j + columns]
    return out


def correlation_in_lists(image, kernel):
    (h, w), (height, width) = kernel.shape, image.shape
    return torch.stack([torch.stack([sum(kernel[i, j] * image[y + i, x + j] for i in range(h) for j in range(w))
                                     for x in range(width - w + 1)]) for y in range(height - h + 1)])


def shift_by_roll(down, right, size):
    kernel = torch.zeros(size, size)
    kernel[size // 2, size // 2] = 1.0
    return kernel.roll((-down, -right), dims=(0, 1))


def shift_by_comparison(down, right, size):
    m = (size - 1) // 2
    rows, columns = torch.arange(size)[:, None], torch.arange(size)
    return ((rows + down == m) & (columns + right == m)).float()


def size_by_counting(size, kernel, stride=1, padding=0, dilation=1):
    last = size + 2 * padding - dilation * (kernel - 1) - 1
    if last < 0:
        raise ValueError("it fits nowhere")
    return len(range(0, last + 1, stride))


def size_in_a_loop(size, kernel, stride=1, padding=0, dilation=1):
    begin, found = 0, 0
    while begin + (kernel - 1) * dilation < size + padding + padding:
        begin, found = begin + stride, found + 1
    if not found:
        raise ValueError
    return found


def size_with_floor(size, kernel, stride=1, padding=0, dilation=1):
    steps = math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride)
    if steps < 0:
        raise ValueError(f"kernel {kernel} is too long")
    return steps + 1


def conv_in_five_loops(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (N, C, H, W), (outputs, c, h, w) = x.shape, weight.shape
    if c * groups != C or outputs % groups != 0:
        raise ValueError("channels")
    height, width = (size_by_counting(*pair, stride, padding, dilation) for pair in ((H, h), (W, w)))
    padded = torch.zeros(N, C, H + 2 * padding, W + 2 * padding, dtype=x.dtype)
    padded[:, :, padding:H + padding, padding:W + padding] = x
    out = torch.zeros(N, outputs, height, width, dtype=x.dtype)
    for n, o, y, z in itertools.product(*map(range, out.shape)):
        g, top, left = o // (outputs // groups), stride * y, stride * z
        patch = padded[n, c * g:c * g + c, top:top + dilation * (h - 1) + 1:dilation,
                       left:left + dilation * (w - 1) + 1:dilation]
        out[n, o, y, z] = (patch * weight[o]).sum() + (0 if bias is None else bias[o])
    return out


def conv_by_unfold(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.shape[1] != weight.shape[1] * groups or len(weight) % groups:
        raise ValueError("the channels do not match")
    height, width = (size_with_floor(x.shape[k], weight.shape[k], stride, padding, dilation) for k in (2, 3))
    columns = F.unfold(x, weight.shape[2:], dilation=dilation, padding=padding, stride=stride)
    parts = [kernels.flatten(1) @ part
             for kernels, part in zip(weight.chunk(groups), columns.chunk(groups, dim=1), strict=True)]
    out = torch.cat(parts, dim=1).reshape(len(x), len(weight), height, width)
    return out if bias is None else out + bias.reshape(1, -1, 1, 1)


def matrix_column_by_column(weight, size, stride=1, padding=0, dilation=1):
    columns = []
    for k in range(weight.shape[1] * size[0] * size[1]):
        image = torch.zeros(weight.shape[1] * size[0] * size[1], dtype=weight.dtype)
        image[k] = 1
        image = image.reshape(1, weight.shape[1], size[0], size[1])
        columns.append(F.conv2d(image, weight, None, stride, padding, dilation).flatten())
    return torch.stack(columns, dim=1)


def matrix_weight_by_weight(weight, size, stride=1, padding=0, dilation=1):
    (outputs, C, h, w), (H, W) = weight.shape, size
    height, width = (size_by_counting(n, k, stride, padding, dilation) for n, k in ((H, h), (W, w)))
    M = torch.zeros(outputs, height, width, C, H, W, dtype=weight.dtype)
    for o, c, i, j, y, z in itertools.product(*map(range, (outputs, C, h, w, height, width))):
        row, column = stride * y + dilation * i - padding, stride * z + dilation * j - padding
        if 0 <= row < H and 0 <= column < W:
            M[o, y, z, c, row, column] = weight[o, c, i, j]
    return M.reshape(outputs * height * width, C * H * W)


def gradients_output_by_output(upstream, x, weight, stride=1, padding=0, dilation=1, groups=1):
    (H, W), (outputs, c, h, w) = x.shape[2:], weight.shape
    padded = F.pad(x, [padding] * 4)
    of_padded, of_weight = torch.zeros_like(padded), torch.zeros_like(weight)
    for n, o, y, z in itertools.product(*map(range, upstream.shape)):
        g, top, left = o // (outputs // groups), stride * y, stride * z
        place = (n, slice(c * g, c * g + c), slice(top, top + dilation * (h - 1) + 1, dilation),
                 slice(left, left + dilation * (w - 1) + 1, dilation))
        of_weight[o] += upstream[n, o, y, z] * padded[place]
        of_padded[place] += upstream[n, o, y, z] * weight[o]
    return of_padded[:, :, padding:padding + H, padding:padding + W], of_weight, upstream.sum((0, 2, 3))


def gradients_by_fold(upstream, x, weight, stride=1, padding=0, dilation=1, groups=1):
    options = {"dilation": dilation, "padding": padding, "stride": stride}
    columns = F.unfold(x, weight.shape[2:], **options).chunk(groups, 1)
    flat, kernels = upstream.flatten(2).chunk(groups, 1), weight.flatten(1).chunk(groups)
    of_columns = torch.cat([k.T @ u for k, u in zip(kernels, flat, strict=True)], 1)
    of_weight = torch.cat([(u @ c.mT).sum(0) for u, c in zip(flat, columns, strict=True)])
    return [F.fold(of_columns, x.shape[2:], weight.shape[2:], **options), of_weight.view_as(weight),
            upstream.sum((2, 3)).sum(0)]


class TestRules(ExerciseRules):
    module = week05a
    styles = {
        "cross_correlation": [correlation_in_numpy, correlation_weight_by_weight, correlation_in_lists],
        "shift_kernel": [shift_by_roll, shift_by_comparison],
        "output_size": [size_by_counting, size_in_a_loop, size_with_floor],
        "conv2d": [conv_in_five_loops, conv_by_unfold],
        "conv_matrix": [matrix_column_by_column, matrix_weight_by_weight],
        "conv2d_gradients": [gradients_output_by_output, gradients_by_fold],
    }


# wrong answers that a student might give

def correlation_padded(image, kernel):
    return F.conv2d(image[None, None], kernel[None, None], padding="same")[0, 0]


def correlation_by_torch(image, kernel):
    return F.conv2d(image[None, None], kernel[None, None])[0, 0]


def correlation_of_a_product(image, kernel):
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return torch.stack([torch.stack([(kernel.T @ image[y:y + kernel.shape[0], x:x + kernel.shape[1]]).trace()
                                     for x in range(columns)]) for y in range(rows)]).abs()


def correlation_square_only(image, kernel):
    k = kernel.shape[0]
    out = torch.zeros(image.shape[0] - k + 1, image.shape[1] - k + 1, dtype=image.dtype)
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            out[y, x] = (image[y:y + k, x:x + k] * kernel).sum()
    return out


def correlation_normalized(image, kernel):
    return correlation_weight_by_weight(image, kernel) / kernel.abs().sum().clamp(min=1e-6)


def correlation_image_by_height(image, kernel):
    out = torch.zeros(len(image) - len(kernel) + 1, len(image) - len(kernel) + 1, dtype=image.dtype)
    for y, x in itertools.product(range(len(out)), range(len(out))):
        out[y, x] = (image[y:y + len(kernel), x:x + len(kernel[0])] * kernel).sum()
    return out


def shift_returning_ints(down, right, size):
    return shift_by_roll(down, right, size).long()


def shift_by_the_image(down, right, size):
    kernel = torch.zeros(size, size)
    kernel[down, right] = 1
    return kernel


def shift_transposed(down, right, size):
    return shift_by_roll(down, right, size).T


def shift_clamped(down, right, size):
    return shift_by_roll(max(min(down, 1), -1), max(min(right, 1), -1), size)


def _conv_with(change):
    """A wrong conv2d: `change` gets the arguments as a dictionary and changes them before the right computation."""
    def conv(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        given = {"x": x, "weight": weight, "bias": bias, "stride": stride, "padding": padding, "dilation": dilation,
                 "groups": groups}
        return EXERCISE["conv2d"].reference(**given | change(given))
    conv.__name__ = "conv2d"
    return conv


def conv_square_kernels(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    k, size = weight.shape[2], size_by_counting
    rows, columns = (size(n, k, stride, padding, dilation) for n in x.shape[2:])
    padded = F.pad(x, [padding] * 4)
    out = torch.zeros(len(x), len(weight), rows, columns)
    for i, j in itertools.product(range(k), range(k)):
        out += torch.einsum("ncyx,oc->noyx", padded[:, :, dilation * i::stride, dilation * j::stride][
            :, :, :rows, :columns], weight[:, :, i, j])
    return out if bias is None else out + bias[:, None, None]


def conv_rounding_up(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    more = stride - 1
    return EXERCISE["conv2d"].reference(F.pad(x, (0, more, 0, more)), weight, bias, stride, padding, dilation, groups)


def gradients_transposed(upstream, x, weight, stride=1, padding=0, dilation=1, groups=1):
    of_x, of_weight, of_bias = EXERCISE["conv2d_gradients"].reference(upstream, x, weight, stride, padding, dilation,
                                                                      groups)
    return of_x, of_weight.flip(2, 3), of_bias


def _gradients_with(change):
    def gradients(upstream, x, weight, stride=1, padding=0, dilation=1, groups=1):
        return change(*EXERCISE["conv2d_gradients"].reference(upstream, x, weight, stride, padding, dilation, groups))
    gradients.__name__ = "conv2d_gradients"
    return gradients


def gradients_valid_only(upstream, x, weight, stride=1, padding=0, dilation=1, groups=1):
    return gradients_by_fold(upstream, x, weight, 1, padding, 1, groups)


def gradients_by_autograd(upstream, x, weight, stride=1, padding=0, dilation=1, groups=1):
    leaves = [x.clone().requires_grad_(), weight.clone().requires_grad_(), weight[:, 0, 0, 0].clone().requires_grad_()]
    return torch.autograd.grad(F.conv2d(*leaves, stride, padding, dilation, groups), leaves, upstream)


def _size_of(formula):
    def output_size(size, kernel, stride=1, padding=0, dilation=1):
        if dilation * (kernel - 1) + 1 > size + 2 * padding:
            raise ValueError("too long")
        return formula(size, kernel, stride, padding, dilation)
    return output_size


WRONG = {
    "cross_correlation": [correlation_padded, correlation_by_torch, correlation_of_a_product, correlation_square_only,
                          correlation_normalized, correlation_image_by_height,
                          lambda image, kernel: correlation_weight_by_weight(image, kernel).clamp(min=0),
                          lambda image, kernel: correlation_weight_by_weight(image, kernel)[::2],
                          lambda image, kernel: correlation_weight_by_weight(image, kernel.T),
                          lambda image, kernel: correlation_weight_by_weight(image, kernel).tolist()[0][0]],
    "shift_kernel": [shift_returning_ints, shift_by_the_image, shift_transposed, shift_clamped,
                     lambda down, right, size: shift_by_roll(-down, -right, size),
                     lambda down, right, size: shift_by_roll(down, right, size).tolist()[0],
                     lambda down, right, size: shift_by_roll(down, right, size + 2),
                     lambda down, right, size: shift_by_roll(down, 0, size) + shift_by_roll(0, right, size)],
    "output_size": [
        _size_of(lambda n, k, s, p, d: round((n + 2 * p - d * (k - 1) - 1) / s) + 1),
        _size_of(lambda n, k, s, p, d: math.ceil((n + 2 * p - d * (k - 1)) / s + 1)),
        _size_of(lambda n, k, s, p, d: (n + 2 * p) // s - d * (k - 1)),
        _size_of(lambda n, k, s, p, d: n // s),
        _size_of(lambda n, k, s, p, d: (n + 2 * p - k) // (s * d) + 1),
        _size_of(lambda n, k, s, p, d: (n - k + 2 * p + s) // s),
        lambda size, kernel, stride=1, padding=0, dilation=1: None,
        lambda size, kernel, stride=1, padding=0, dilation=1: max(0, (
            size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1),
    ],
    "conv2d": [
        conv_square_kernels, conv_rounding_up,
        _conv_with(lambda given: {"weight": given["weight"].mT}),
        _conv_with(lambda given: {"padding": 0}), _conv_with(lambda given: {"stride": 1}),
        _conv_with(lambda given: {"dilation": 1}), _conv_with(lambda given: {"padding": 2 * given["padding"]}),
        _conv_with(lambda given: {"bias": None if given["bias"] is None else -given["bias"]}),
        _conv_with(lambda given: {"weight": given["weight"].flip(0)}),
        _conv_with(lambda given: {"x": given["x"].flip(1)}),
        _conv_with(lambda given: {"weight": given["weight"].flip(2)}),
        lambda x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: F.conv2d(
            x, weight, bias, stride, padding, dilation, groups),
        lambda x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: EXERCISE["conv2d"].reference(
            x, weight, bias, stride, padding, dilation, groups).clamp(min=0),
        lambda x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: EXERCISE["conv2d"].reference(
            x, weight, bias, stride, padding, dilation, groups).sum(1, keepdim=True),
    ],
    "conv_matrix": [
        lambda weight, size, stride=1, padding=0, dilation=1: matrix_weight_by_weight(weight, size),
        lambda weight, size, stride=1, padding=0, dilation=1: matrix_weight_by_weight(
            weight.transpose(0, 1), size, stride, padding, dilation),
        lambda weight, size, stride=1, padding=0, dilation=1: matrix_weight_by_weight(
            weight, size, stride, padding, dilation).T,
        lambda weight, size, stride=1, padding=0, dilation=1: matrix_weight_by_weight(
            weight, size, stride, padding, dilation).flip(1),
        lambda weight, size, stride=1, padding=0, dilation=1: matrix_weight_by_weight(
            weight, size[::-1], stride, padding, dilation),
        lambda weight, size, stride=1, padding=0, dilation=1: matrix_weight_by_weight(
            weight[:1], size, stride, padding, dilation),
        lambda weight, size, stride=1, padding=0, dilation=1: matrix_weight_by_weight(
            weight, size, stride, padding, dilation).unsqueeze(0),
    ],
    "conv2d_gradients": [
        gradients_transposed, gradients_valid_only, gradients_by_autograd,
        _gradients_with(lambda of_x, of_weight, of_bias: (of_x, of_weight)),
        _gradients_with(lambda of_x, of_weight, of_bias: (of_x, of_weight, of_bias.sum())),
        _gradients_with(lambda of_x, of_weight, of_bias: (of_x, of_weight.mT, of_bias)),
        _gradients_with(lambda of_x, of_weight, of_bias: (of_x.flip(2, 3), of_weight, of_bias)),
        _gradients_with(lambda of_x, of_weight, of_bias: (of_x / len(of_x), of_weight, of_bias)),
        _gradients_with(lambda of_x, of_weight, of_bias: (of_x, of_weight / of_weight[0].numel(), of_bias)),
        _gradients_with(lambda of_x, of_weight, of_bias: (of_weight, of_bias, of_x)),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week05a, WRONG)


# oracles

@pytest.mark.parametrize("down, right", [(0, 0), (0, 1), (-2, 1), (2, -2)])
def test_the_kernel_shifts_as_roll_does(down, right):
    image = F.pad(torch.randn(5, 7), (2, 2, 2, 2))
    kernel = EXERCISE["shift_kernel"].reference(down, right, 5)
    out = F.conv2d(image[None, None], kernel[None, None], padding=2)[0, 0]
    assert torch.equal(out, image.roll((down, right), (0, 1)))


def test_parameters_are_torchs():
    layers = (nn.Conv2d(1, 8, kernel_size=3), nn.Conv2d(3, 16, kernel_size=5), nn.Conv2d(3, 16, 5, stride=2),
              nn.Conv2d(8, 8, kernel_size=3, groups=8), nn.Conv2d(16, 32, kernel_size=1, bias=False))
    assert [sum(p.numel() for p in layer.parameters()) for layer in layers] == EXERCISE["conv_parameters"].reference


def test_which_properties_need_the_flip():
    def cross(a, b):
        return F.conv1d(a[None, None], b[None, None], padding=len(b) - 1)[0, 0]

    def convolve(a, b):
        return cross(a, b.flip(0))
    a, b = torch.tensor([1.0, 2.0, 0.0, 5.0]), torch.tensor([1.0, 3.0, -4.0])
    single = torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0])
    found = []
    for holds in (
        lambda f: torch.equal(f(a, b), f(b, a)),
        lambda f: torch.equal(f(2 * a, b), 2 * f(a, b)),
        lambda f: torch.equal(f(single, b)[2:5], b),
        lambda f: torch.equal(f(F.pad(a, (1, 0)), b)[1:], f(a, b)),
        lambda f: torch.equal(f(a, b), F.conv1d(a[None, None], b[None, None], padding=2)[0, 0]),
    ):
        which = [name for name, f in (("convolution", convolve), ("cross-correlation", cross)) if holds(f)]
        found.append("both" if len(which) == 2 else which[0])
    assert found == EXERCISE["flipped_or_not"].reference


@pytest.mark.parametrize("right", [
    ("convolution", "both", "convolution", "both", "cross-correlation"),
    ["Convolution", "Both", "CONVOLUTION", "both", "Cross-correlation"]])
def test_the_quiz_takes_the_words_in_any_spelling(right):
    assert judge_value(EXERCISE["flipped_or_not"], right).kind == "correct"


def test_stride_3_and_padding_2_use_every_pixel_of_the_example_once():
    x = torch.zeros(1, 1, 5, 5, requires_grad=True)
    F.conv2d(x, torch.ones(1, 1, 3, 3), stride=3, padding=2).sum().backward()
    assert torch.equal(x.grad, torch.ones(1, 1, 5, 5))
