"""Convolution and pooling by hand: as torch computes them, in loops over the positions of the kernel only."""

import math

import torch
import torch.nn.functional as F


def output_size(size, kernel, stride=1, padding=0, dilation=1):
    """Number of outputs along one dimension of a convolution or pooling: ⌊(size + 2p − d(k − 1) − 1) / s⌋ + 1.

    Args:
        size: number of pixels along this dimension of the input.
        kernel: length k of the kernel along it.
        stride: step s between neighboring positions of the kernel.
        padding: number p of zeros on each of the two sides.
        dilation: distance d between neighboring weights of the kernel, in pixels; 1 means side by side.

    Raises:
        ValueError: the kernel, spread by the dilation, is longer than the padded input.

    Source: Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning, section 2.4 and relation 15.
    """
    span = dilation * (kernel - 1) + 1
    if span > size + 2 * padding:
        raise ValueError(f"a kernel that spans {span} pixels does not fit into {size} + 2·{padding} of them; give a "
                         "smaller kernel or dilation, or a larger padding")
    return (size + 2 * padding - span) // stride + 1


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Cross-correlation (N, O, H', W') of images x (N, C, H, W) with O kernels, equal to `torch.nn.functional.conv2d`.

    out[n, o, y, x'] = bias[o] + Σ_{c,i,j} weight[o, c, i, j] · padded[n, c, s·y + d·i, s·x' + d·j]

    Args:
        x: images (N, C, H, W).
        weight: kernels (O, C / groups, kernel height, kernel width).
        bias: tensor (O,), or None for no bias.
        stride, padding, dilation: whole numbers, the same in both directions; the padding is with zeros on all sides.
        groups: number of groups; the outputs of a group see only its own C / groups input channels.

    Raises:
        ValueError: the channels do not divide into the groups or differ from the kernels'; a kernel does not fit.
    """
    batch, channels, height, width = x.shape
    outputs, per_group, tall, wide = weight.shape
    if channels != per_group * groups or outputs % groups:
        raise ValueError(f"images of {channels} channels, weight {tuple(weight.shape)}, groups = {groups}: weight's "
                         "second size must be channels / groups, and its first a multiple of groups")
    rows = output_size(height, tall, stride, padding, dilation)
    columns = output_size(width, wide, stride, padding, dilation)
    padded = F.pad(x, (padding, padding, padding, padding)).unflatten(1, (groups, per_group))
    kernels = weight.unflatten(0, (groups, outputs // groups))
    out = x.new_zeros(batch, groups, outputs // groups, rows, columns)
    for i in range(tall):
        for j in range(wide):
            met = padded[..., dilation * i::stride, dilation * j::stride][..., :rows, :columns]
            out += torch.einsum("ngcyx,goc->ngoyx", met, kernels[..., i, j])
    out = out.flatten(1, 2)
    return out if bias is None else out + bias[:, None, None]


def conv2d_gradients(upstream, x, weight, stride=1, padding=0, dilation=1, groups=1):
    """Gradients of a loss with respect to the images, kernels and biases of `conv2d`: tensors shaped like them.

    Args:
        upstream: gradient of the loss with respect to the output of the convolution, (N, O, H', W').
        x, weight, stride, padding, dilation, groups: as for `conv2d`.

    Each output is a sum of products, so the derivative with respect to one factor is the other factor, and the
    gradient of a pixel or weight is the sum over all outputs in which it occurs.
    """
    rows, columns = upstream.shape[2:]
    outputs, per_group, tall, wide = weight.shape
    padded = F.pad(x, (padding, padding, padding, padding)).unflatten(1, (groups, per_group))
    kernels = weight.unflatten(0, (groups, outputs // groups))
    of_outputs = upstream.unflatten(1, (groups, outputs // groups))
    of_padded, of_kernels = torch.zeros_like(padded), torch.zeros_like(kernels)
    for i in range(tall):
        for j in range(wide):
            met = padded[..., dilation * i::stride, dilation * j::stride][..., :rows, :columns]
            of_kernels[..., i, j] = torch.einsum("ngoyx,ngcyx->goc", of_outputs, met)
            of_met = of_padded[..., dilation * i::stride, dilation * j::stride][..., :rows, :columns]
            of_met += torch.einsum("ngoyx,goc->ngcyx", of_outputs, kernels[..., i, j])
    of_x = F.pad(of_padded.flatten(1, 2), (-padding, -padding, -padding, -padding))
    return of_x, of_kernels.flatten(0, 1), upstream.sum(dim=(0, 2, 3))


def max_pool2d(x, kernel, stride=None, padding=0, dilation=1):
    """Largest pixel (N, C, H', W') of each window of images x (N, C, H, W), equal to torch's `max_pool2d`.

    Args:
        x: images (N, C, H, W).
        kernel: height and width of the windows, a whole number.
        stride: step between neighboring windows; None: the kernel, so that they lie side by side.
        padding: positions added on each side, at most half of the kernel; they are never the maximum.
        dilation: step between neighboring pixels of a window.

    Pixels that no window reaches are left out.

    Raises:
        ValueError: the padding is more than half of the kernel, or a window does not fit.
    """
    return torch.stack(windows(x, kernel, stride, padding, -math.inf, dilation)).amax(0)


def avg_pool2d(x, kernel, stride=None, padding=0):
    """Mean (N, C, H', W') of each window of images x (N, C, H, W), equal to torch's `avg_pool2d`; padded zeros count.

    Arguments and errors as for `max_pool2d`; there is no dilation, as in torch.
    """
    return torch.stack(windows(x, kernel, stride, padding)).mean(0)


def windows(x, kernel, stride=None, padding=0, fill=0.0, dilation=1):
    """List of kernel² tensors (N, C, H', W'): the first holds the upper left pixel of each window, and so on in rows.

    Args:
        x, kernel, stride, padding, dilation: as for `max_pool2d`.
        fill: value of the padding.

    Raises:
        ValueError: the padding is more than half of the kernel, or a window does not fit.
    """
    if 2 * padding > kernel:
        raise ValueError(f"padding = {padding} is more than half of the window of {kernel} pixels: a window could lie "
                         f"outside the image; give at most {kernel // 2}")
    stride = kernel if stride is None else stride
    rows, columns = [output_size(size, kernel, stride, padding, dilation) for size in x.shape[2:]]
    padded = F.pad(x, (padding, padding, padding, padding), value=fill)
    offsets = range(0, dilation * kernel, dilation)
    return [padded[..., i::stride, j::stride][..., :rows, :columns] for i in offsets for j in offsets]


def conv_matrix(weight, size, stride=1, padding=0, dilation=1):
    """Matrix (O·H'·W', C·H·W) with which a convolution without bias multiplies the flattened image (C, H, W).

    Args:
        weight: kernels (O, C, kernel height, kernel width).
        size: pair (H, W), the size of the images.
        stride, padding, dilation: as for `conv2d`.

    Column k is the output for the image in which pixel k is 1 and all others are 0: the convolution is linear.
    """
    pixels = weight.shape[1] * size[0] * size[1]
    units = torch.eye(pixels, dtype=weight.dtype, device=weight.device).reshape(pixels, weight.shape[1], *size)
    return conv2d(units, weight, stride=stride, padding=padding, dilation=dilation).flatten(1).T


def receptive_field(layers):
    """Size and step of the receptive field of one output of a stack of convolutions and poolings: (size, step), pixels.

    Args:
        layers: list of (kernel, stride) or (kernel, stride, dilation) along one dimension, from the input on.

    A layer widens the field by d(k − 1) steps of its input; its stride multiplies the step:
    r ← r + d(k − 1)·j, j ← j·s, beginning with r = j = 1.

    Source: Araujo, Norris and Sim 2019, Computing receptive fields of convolutional neural networks, section 2.
    """
    size = step = 1
    for kernel, stride, *dilation in layers:
        size += (dilation[0] if dilation else 1) * (kernel - 1) * step
        step *= stride
    return size, step
