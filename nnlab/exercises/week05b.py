"""Week 5b: max pooling and its gradient, equivariance, receptive fields, the costs of layers, a small network."""

import math

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.conv import receptive_field, windows
from nnlab.costs import costs
from nnlab.models import CNN

POOLINGS = ("max_pool1d", "max_pool2d", "max_pool3d", "adaptive_max_pool2d", "max_pool2d_with_indices",
            "fractional_max_pool2d")  # of torch: not allowed
CONVOLUTIONS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def max_pool2d(x, kernel, stride=None, padding=0):
    """As `nnlab.conv.max_pool2d`, without dilation."""
    return torch.stack(windows(x, kernel, stride, padding, fill=-math.inf)).amax(0)


def _pool_case(draw):
    kernel = draw.choice((2, 1, 3))
    stride = draw.choice(("", "1", "2", "3"))
    padding = draw.integer(0, kernel // 2)
    height, width = (kernel + extra for extra in draw.sizes(2, low=0, high=3))
    images, channels = draw.choice(((1, 2), (2, 1)))
    x = draw.tensor(images, channels, height, width, among=(0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5))
    return (f"max_pool2d({x}, {kernel}{f', stride={stride}' if stride else ''}"
            f"{f', padding={padding}' if padding else ''})")


def _pool(name, *edits):
    return variant(max_pool2d, *edits, name=name)


def _max_pool_rounds_up(x, kernel, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x, kernel, stride, padding, ceil_mode=True)


def _max_pool_one_side(x, kernel, stride=None, padding=0):
    padded = torch.nn.functional.pad(x, (0, padding, 0, padding), value=-torch.inf)
    return max_pool2d(padded, kernel, stride)


def _max_pool_over_channels(x, kernel, stride=None, padding=0):
    return max_pool2d(x, kernel, stride, padding).amax(1, keepdim=True)


def _max_pool_overlapping(x, kernel, stride=None, padding=0):
    parts = windows(x, kernel, 1, padding, -torch.inf)
    rows, columns = max_pool2d(x, kernel, stride, padding).shape[2:]
    return torch.stack(parts).amax(0)[:, :, :rows, :columns].clone()


def _max_pool_of_squares(x, kernel, stride=None, padding=0):
    out = max_pool2d(x, kernel, stride, padding)
    if out.shape[2] <= out.shape[3]:
        return out[..., :out.shape[2]].clone()
    return torch.nn.functional.pad(out, (0, out.shape[2] - out.shape[3], 0, 0))


_WINDOWS = "windows(x, kernel, stride, padding, fill=-math.inf)"

MAX_POOL = Exercise(
    reference=max_pool2d,
    statement="""Largest pixel of each window of the images x: max pooling, as torch computes it.

    x: float tensor (N, C, H, W). kernel: int k, height and width of the windows. stride: int, the
    step between neighboring windows in both directions; None means the kernel, so that the windows
    lie side by side. padding: int, at most k / 2: so many rows and columns are added on each of the
    four sides, and what is added must never be the largest.
    Returns a tensor (N, C, H', W') of the dtype of x, with H' = ⌊(H + 2 padding - k) / stride⌋ + 1
    and W' likewise: pixels at the lower and right margin that no window reaches are left out. Each
    channel is pooled on its own. Torch's max poolings are not allowed, loops and `windows` are.
    Tested too: images of negative pixels with padding, windows that overlap, H ≠ W, k = 1.

    >>> max_pool2d(torch.tensor([[[[1.0, 5.0, 2.0], [3.0, 4.0, 0.0]]]]), 2, stride=1)
    tensor([[[[5., 5.]]]])
    """,
    inputs=_pool_case,
    forbids=POOLINGS,
    cases=(
        "max_pool2d(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 2)",
        "max_pool2d(torch.tensor([[[[1.0, 5.0, 2.0], [3.0, 4.0, 0.0]]]]), 2, stride=1)",
        "max_pool2d(torch.tensor([[[[-1.0, -2.0], [-3.0, -4.0]]]]), 2, padding=1)",
        "max_pool2d(torch.arange(12.0).view(1, 1, 3, 4), 2)",
        "max_pool2d(torch.arange(12.0).view(1, 2, 2, 3), 1)",
        "max_pool2d(-torch.arange(60.0).view(1, 2, 5, 6), 3, stride=2, padding=1)",
        "max_pool2d(torch.arange(24.0).view(2, 1, 3, 4) % 7, 3, stride=1)",
        "max_pool2d(torch.arange(15.0).view(1, 1, 3, 5) % 4, 3, stride=2)",
    ),
    wrong=(
        Wrong(_pool("max_pool_zeros", (_WINDOWS, "windows(x, kernel, stride, padding)")),
              "The padding is 0, and 0 is larger than a negative pixel. Which value is never the largest?"),
        Wrong(_pool("max_pool_mean", (f"torch.stack({_WINDOWS}).amax(0)",
                                      f"torch.stack({_WINDOWS.replace('-math.inf', '0.0')}).mean(0)")),
              "This is the mean of each window: average pooling. Max pooling takes the largest pixel."),
        Wrong(_pool("max_pool_min", (".amax(0)", ".amin(0)"), ("-math.inf", "math.inf")),
              "This is the smallest pixel of each window; the largest is asked."),
        Wrong(_pool("max_pool_steps_of_one", (_WINDOWS, "windows(x, kernel, 1 if stride is None else stride, padding, "
                                                        "fill=-math.inf)")),
              "Without a stride the windows lie side by side: the step is then the kernel, not 1."),
        Wrong(_pool("max_pool_side_by_side", (_WINDOWS, "windows(x, kernel, None, padding, fill=-math.inf)")),
              "The stride has no effect: the step between the windows is always the kernel here."),
        Wrong(_pool("max_pool_without_padding", (_WINDOWS, "windows(x, kernel, stride, 0, fill=-math.inf)")),
              "The padding has no effect: it adds rows and columns on all four sides before the windows are placed."),
        Wrong(_max_pool_one_side,
              "The padding is on two sides only, below and on the right. It belongs on all four sides."),
        Wrong(_max_pool_rounds_up,
              "There is a row or column of windows too many: a window that does not fit whole is left out, so the "
              "size is rounded down."),
        Wrong(_max_pool_overlapping,
              "The number of windows is right, but they are one pixel apart: the window of output [i, j] begins at row "
              "stride · i, column stride · j."),
        Wrong(_max_pool_of_squares,
              "There are as many columns as rows in the result: compute H' from H and W' from W."),
        Wrong(_max_pool_over_channels,
              "The channels are mixed: the maximum was also taken over them. Each channel is pooled on its own."),
    ),
    hints=("With loops: the window of output [i, j] begins at row stride · i, column stride · j of the padded image.",
           "`windows` returns a list of tensors, one for each position in the window. Stack them, and take the "
           "maximum over the new dimension. Fill the padding with -math.inf."),
    allows="Average pooling is the same code with another last word.",
)


def max_pool2d_gradient(upstream, x, kernel, stride):
    """Gradient of a loss with respect to the images x of a max pooling without padding: like x.

    upstream: tensor (N, C, H', W'), the gradient of the loss with respect to the output of the
    pooling. x: images (N, C, H, W) of the same dtype, float32 or float64. kernel, stride: ints; the
    window of output [i, j] has its upper left pixel at row stride · i, column stride · j.
    The output of a window is its largest pixel, so that pixel, the winner, receives the window's
    element of `upstream`, and all others receive 0 from this window. If several pixels are equally
    large, the first in reading order (row by row) wins. A pixel that wins several overlapping
    windows receives the sum. x and upstream stay as they are; autograd is not allowed.

    >>> x = torch.tensor([[[[1.0, 4.0, 2.0], [3.0, 0.0, 5.0]]]])
    >>> max_pool2d_gradient(torch.tensor([[[[10.0, 20.0]]]]), x, 2, 1)
    tensor([[[[ 0., 10.,  0.],
              [ 0.,  0., 20.]]]])
    """
    gradient = torch.zeros_like(x)
    images, channels, rows, columns = upstream.shape
    places = [(i, j) for i in range(rows) for j in range(columns)]
    for n, c, (i, j) in [(n, c, place) for n in range(images) for c in range(channels) for place in places]:
        top, left = stride * i, stride * j
        winner = int(x[n, c, top:top + kernel, left:left + kernel].argmax())
        gradient[n, c, top + winner // kernel, left + winner % kernel] += upstream[n, c, i, j]
    return gradient


def _pool_gradient_case(draw):
    kernel, stride = draw.choice((2, 3, 1)), draw.integer(1, 3)
    rows, columns = draw.sizes(2, high=2)
    images, channels = draw.choice(((1, 1), (2, 1), (1, 2)))
    height = kernel + stride * (rows - 1) + draw.integer(0, stride - 1)
    width = kernel + stride * (columns - 1) + draw.integer(0, stride - 1)
    x = draw.tensor(images, channels, height, width, among=(0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0))
    upstream = draw.tensor(images, channels, rows, columns, among=(1.0, 2.0, -1.0, 3.0, -2.0, 0.5))
    return f"max_pool2d_gradient({upstream}, {x}, {kernel}, {stride})"


def _pool_gradient(name, *edits):
    return variant(max_pool2d_gradient, *edits, name=name)


_ADD = "gradient[n, c, top + winner // kernel, left + winner % kernel] += upstream[n, c, i, j]"
_PATCH = "[n, c, top:top + kernel, left:left + kernel]"

MAX_POOL_GRADIENT = Exercise(
    reference=max_pool2d_gradient,
    inputs=_pool_gradient_case,
    forbids=("grad", "backward", *POOLINGS),
    fresh=True,
    cases=(
        "max_pool2d_gradient(torch.ones(1, 1, 1, 1), torch.tensor([[[[-2.0, 0.0], [1.0, 0.5]]]]), 2, 2)",
        "max_pool2d_gradient(torch.tensor([[[[10.0, 20.0]]]]), torch.tensor([[[[1.0, 4.0, 2.0], [3.0, 0.0, 5.0]]]]), "
        "2, 1)",
        "max_pool2d_gradient(torch.tensor([[[[10.0, 20.0]]]]), torch.tensor([[[[1.0, 9.0, 2.0], [3.0, 0.0, 5.0]]]]), "
        "2, 1)",
        "max_pool2d_gradient(torch.tensor([[[[3.0]]]]), torch.tensor([[[[1.0, 2.0], [2.0, 0.0]]]]), 2, 2)",
        "max_pool2d_gradient(torch.arange(1.0, 9).view(2, 2, 1, 2), -torch.arange(48.0).view(2, 2, 2, 6), 2, 3)",
        "max_pool2d_gradient(torch.tensor([[[[2.0], [-1.0]]]]), torch.arange(15.0).view(1, 1, 5, 3) % 7, 3, 2)",
        "max_pool2d_gradient(torch.tensor([[[[2.0, 5.0]]]]), torch.tensor([[[[-1.0, -2.0]]]]), 1, 1)",
    ),
    wrong=(
        Wrong(_pool_gradient("pool_gradient_shared", (_ADD, f"gradient{_PATCH} += upstream[n, c, i, j] / kernel ** 2")),
              "All pixels of a window get an equal part: this is the gradient of average pooling. In max pooling the "
              "winner gets everything."),
        Wrong(_pool_gradient("pool_gradient_to_all", (_ADD, f"gradient{_PATCH} += upstream[n, c, i, j]")),
              "All pixels of a window get the upstream gradient. A pixel that is not the largest can change a little "
              "without any effect on the output: its derivative is 0."),
        Wrong(_pool_gradient("pool_gradient_overwrites", ("] += upstream", "] = upstream")),
              "A pixel that wins two overlapping windows keeps the gradient of the last one only. Its gradient is the "
              "sum."),
        Wrong(_pool_gradient("pool_gradient_all_winners",
                             (_ADD, f"gradient{_PATCH} += upstream[n, c, i, j] * (x{_PATCH} == x{_PATCH}.max())")),
              "Where two pixels of a window are equally large, both receive the gradient. Only the first in reading "
              "order wins."),
        Wrong(_pool_gradient("pool_gradient_last_winner",
                             (f"int(x{_PATCH}.argmax())", f"kernel ** 2 - 1 - int(x{_PATCH}.flatten().flip(0)"
                                                          ".argmax())")),
              "Where two pixels of a window are equally large, the last one receives the gradient here; the first in "
              "reading order wins."),
        Wrong(_pool_gradient("pool_gradient_transposed",
                             ("top + winner // kernel, left + winner % kernel",
                              "top + winner % kernel, left + winner // kernel")),
              "Row and column of the winner are exchanged within the window: argmax counts row by row, so the row is "
              "the quotient and the column the remainder."),
        Wrong(_pool_gradient("pool_gradient_in_the_corner",
                             ("top + winner // kernel, left + winner % kernel", "winner // kernel, winner % kernel")),
              "The place of the winner is counted from the corner of the image: argmax gives its place within the "
              "window, and the window begins at row stride · i, column stride · j."),
        Wrong(_pool_gradient("pool_gradient_column_by_column",
                             (f"int(x{_PATCH}.argmax())", f"int(x{_PATCH}.T.argmax())"),
                             ("top + winner // kernel, left + winner % kernel",
                              "top + winner % kernel, left + winner // kernel")),
              "At a tie the first pixel column by column wins here. Reading order is row by row."),
        Wrong(_pool_gradient("pool_gradient_side_by_side", ("stride * i, stride * j", "kernel * i, kernel * j"),
                             ("winner = int", "top = min(top, x.shape[2] - kernel)\n"
                                              "        left = min(left, x.shape[3] - kernel)\n        winner = int")),
              "The windows are placed side by side. The window of output [i, j] begins at stride · i, stride · j."),
        Wrong(_pool_gradient("pool_gradient_times_the_pixel",
                             ("+= upstream[n, c, i, j]", f"+= upstream[n, c, i, j] * x{_PATCH}.max()")),
              "The upstream gradient is multiplied by the largest pixel. The output *is* that pixel, so the local "
              "derivative is 1."),
        Wrong(_pool_gradient("pool_gradient_of_ones", ("+= upstream[n, c, i, j]", "+= 1")),
              "The upstream gradient does not appear: each window hands its own element of `upstream` to its winner."),
        Wrong(_pool_gradient("pool_gradient_largest_magnitude", (f"x{_PATCH}.argmax()", f"x{_PATCH}.abs().argmax()")),
              "The pixel of the largest magnitude got the gradient: -4 is smaller than 1."),
    ),
    hints=("Loop over all elements of upstream. For each one, find the winner of its window, and add to the gradient.",
           "argmax() of a window (k, k) returns a number from 0 to k² - 1; divided by k, the quotient is the row and "
           "the remainder the column within the window."),
    allows="The backward pass of max pooling is a routing: where the winners were is all it has to remember.",
    equivalent=(("int(x[n, c, top:top + kernel, left:left + kernel].argmax()) → "
                 "x[n, c, top:top + kernel, left:left + kernel].argmax()", "a tensor () serves as an index"),),
)

SHIFTS = ("3×3 convolution, stride 1, circular padding; image and output both shifted by 1 pixel",
          "ReLU; image and output both shifted by 1 pixel",
          "3×3 convolution, stride 1, zero padding; image and output both shifted by 1 pixel",
          "2×2 max pooling, stride 2; image and output both shifted by 1 pixel",
          "2×2 max pooling, stride 2; image shifted by 2 pixels, output by 1",
          "2×2 max pooling, stride 1, circular padding; image and output both shifted by 1 pixel",
          "3×3 convolution with a random kernel, circular padding; image and output rotated by 90°")

EQUIVARIANT = Quiz(
    name="equivariant",
    reference=["yes", "yes", "no", "no", "yes", "yes", "no"],
    questions=SHIFTS,
    wrong=(
        Wrong(["no", "no", "no", "no", "no", "no", "no"],
              "Equivariance does not ask that the output stays as it was, but that it is shifted as well. Does each "
              "output see, after the shift, the same pixels that its neighbor saw before?"),
        Wrong(["yes", "yes", "yes", "yes", "yes", "yes", "no"],
              "Take an image with a single bright pixel, and move it: across the border, or from a window of the "
              "pooling to the next."),
        Wrong(["yes", "yes", "no", "no", "yes", "yes", "yes"],
              "The kernel is not rotated. It meets other pixels in the rotated image than before."),
    ),
    hints=("Write down which pixels one output sees. Shift the image, and look for an output that now sees the same "
           "pixels in the same order.",
           "Zero padding replaces neighbors that a shift brings in. With stride 2 there is an output for every second "
           "place only. A kernel that is not symmetric changes when it is rotated."),
    alone=("Is the layer equivariant, exactly: does a change of the image change the output in the same way? "
          "Shifts are circular: what leaves on one side enters on the other. The image's sides are even. "
          'Choose from "yes" and "no".'),
    allows="Next comes the count: how much of a deep network keeps this property?",
)


def _field_case(draw):
    layers = []
    for _ in range(draw.integer(1, 5)):
        layer = draw.integer(1, 5), draw.integer(1, 3)
        layers.append((*layer, draw.integer(2, 4)) if draw.choice((False, True)) else layer)
    return f"receptive_field({layers})"


def _field(name, *edits):
    return variant(receptive_field, *edits, name=name)


_WIDEN = "size += (dilation[0] if dilation else 1) * (kernel - 1) * step"
_STEP = "step *= stride"

RECEPTIVE_FIELD = Exercise(
    reference=receptive_field,
    statement="""Size and step of the receptive field of one output of a stack of layers, along one dimension.

    layers: list of tuples of ints, (kernel, stride) or (kernel, stride, dilation), one for each
    convolution or pooling, from the input on; without a third number the dilation is 1. Two kinds
    may occur in one list.
    Returns a tuple of two ints (size, step), in pixels of the input. The size is the number of
    pixels from the first to the last that can change one output; the pixels that a dilation skips
    within this range count as well. The step is the distance between the fields of neighboring
    outputs. Padding changes neither. Tested too: the empty list, for which both are 1.

    >>> receptive_field([(3, 1), (2, 2), (3, 1)])
    (8, 2)
    """,
    inputs=_field_case,
    cases=(
        "receptive_field([])",
        "receptive_field([(3, 1)])",
        "receptive_field([(3, 1), (3, 1)])",
        "receptive_field([(2, 2)])",
        "receptive_field([(3, 1), (2, 2), (3, 1)])",
        "receptive_field([(5, 2), (3, 3), (2, 1)])",
        "receptive_field([(3, 1, 1), (3, 1, 2), (3, 1, 4)])",
        "receptive_field([(3, 2, 3), (4, 1)])",
        "receptive_field([(1, 3), (1, 1), (2, 2)])",
    ),
    wrong=(
        Wrong(_field("field_of_kernels", (_WIDEN, "size += (dilation[0] if dilation else 1) * (kernel - 1)")),
              "The strides before a layer do not appear in the size: after a stride of 2, neighboring inputs of the "
              "next layer are 2 pixels apart."),
        Wrong(_field("field_stride_first", (f"{_WIDEN}\n        {_STEP}", f"{_STEP}\n        {_WIDEN}")),
              "A layer's own stride widens its own field here. The stride acts on the outputs of the layer: only the "
              "layers after it see a larger step."),
        Wrong(_field("field_without_dilation", ("(dilation[0] if dilation else 1) * ", "")),
              "The dilation has no effect: a kernel of k weights with dilation d spans d (k - 1) + 1 inputs."),
        Wrong(_field("field_dilated_kernel", ("(dilation[0] if dilation else 1) * (kernel - 1)",
                                              "((dilation[0] if dilation else 1) * kernel - 1)")),
              "A kernel with dilation d spans d (k - 1) + 1 inputs, not d k: there are k - 1 gaps between k weights."),
        Wrong(_field("field_sum_of_kernels", ("(kernel - 1)", "kernel")),
              "Each layer widens the field by one step too many: two neighboring fields of 3 pixels overlap, so two "
              "layers of 3 see 5."),
        Wrong(_field("field_sum_of_spans", (_WIDEN, "size += ((dilation[0] if dilation else 1) * (kernel - 1) + 1) * "
                                                    "step")),
              "Each layer widens the field by one step too many: d (k - 1) + 1 is what the kernel spans, and one of "
              "these inputs was counted before. Only the d (k - 1) gaps are new."),
        Wrong(_field("field_stretched", (_WIDEN, "size = size * stride + (dilation[0] if dilation else 1) * "
                                                 "(kernel - 1)")),
              "The size is multiplied by the layer's own stride. From the input on, the size only grows by sums: "
              "d (k - 1) times the step so far."),
        Wrong(_field("field_of_nothing", ("return size, step", "return (size if layers else 0), step")),
              "Without any layer an output is a pixel of the input: the size is then 1, not 0."),
        Wrong(_field("field_step_sum", (_STEP, "step += stride - 1")),
              "The steps are added. Two layers of stride 2 after another have a step of 4: strides multiply, also when "
              "they are 3 and 3."),
        Wrong(_field("field_last_stride", (_STEP, "step = stride")),
              "Only the last stride counts here. The step is the product of all strides so far."),
        Wrong(_field("field_size_alone", ("return size, step", "return size")),
              "Return the pair (size, step)."),
        Wrong(_field("field_exchanged", ("return size, step", "return step, size")),
              "The two numbers are exchanged: first the size, then the step."),
        Wrong(_field("field_backward", ("in layers", "in layers[::-1]")),
              "The layers are taken from the last to the first. The first of the list is the one at the input."),
    ),
    hints=("Keep two numbers while you go through the layers: the size so far, and the step, the distance in pixels of "
           "neighboring inputs of the next layer.",
           "A kernel of k weights reaches k - 1 gaps beyond a single input; each gap is d · step pixels wide."),
    allows="The same two numbers tell which part of an image a feature map can know of.",
    equivalent=(("0 → -1", "the list of the rest has one element"),),
)


def conv_cost(channels, filters, kernel, size, stride=1, padding=0, groups=1, bias=True):
    """Number of parameters and of multiply-adds of a convolution for one image: two ints.

    channels: number C of input channels. filters: number O of output channels. kernel: pair of ints
    (height, width) of the kernels. size: pair of ints (H, W) of the images. stride, padding: ints,
    the same in both directions, as in nn.Conv2d. groups: int that divides C and O; the outputs of a
    group see only the C / groups channels of that group.
    bias: whether each filter has a bias.
    Returns the tuple (parameters, multiply_adds). The parameters are the weights of all kernels and
    the biases, if there are any. A multiply-add is one product of a weight and an input together
    with its addition; padded zeros count as inputs, and adding the bias is not counted. Tested too:
    kernels and images that are not square, and groups equal to the number of channels.

    >>> conv_cost(3, 8, (5, 3), (10, 12))
    (368, 21600)
    """
    weights = filters * channels // groups * kernel[0] * kernel[1]
    rows, columns = ((n + 2 * padding - k) // stride + 1 for n, k in zip(size, kernel, strict=True))
    return weights + (filters if bias else 0), weights * rows * columns


def _cost_case(draw):
    groups = draw.choice((1, 1, 2, 3))
    channels, filters = (groups * k for k in draw.sizes(2, high=4))
    kernel = draw.sizes(2, high=5)
    stride, padding = draw.integer(1, 3), draw.integer(0, 2)
    size = [k + extra for k, extra in zip(kernel, draw.sizes(2, low=0, high=6), strict=True)]
    more = "".join(f", {name}={value}" for name, value, usual in (
        ("stride", stride, 1), ("padding", padding, 0), ("groups", groups, 1),
        ("bias", draw.choice((True, False)), True)) if value != usual)
    return f"conv_cost({channels}, {filters}, {tuple(kernel)}, {tuple(size)}{more})"


def _cost(name, *edits):
    return variant(conv_cost, *edits, name=name)


_COST = "weights + (filters if bias else 0), weights * rows * columns"

CONV_COST = Exercise(
    reference=conv_cost,
    inputs=_cost_case,
    cases=(
        "conv_cost(1, 1, (1, 1), (1, 1))",
        "conv_cost(1, 2, (1, 1), (2, 3))",
        "conv_cost(2, 1, (1, 2), (1, 2))",
        "conv_cost(3, 8, (5, 3), (10, 12))",
        "conv_cost(1, 8, (3, 3), (28, 28), padding=1)",
        "conv_cost(4, 6, (3, 3), (9, 8), stride=2, padding=1)",
        "conv_cost(4, 6, (3, 2), (9, 8), groups=2)",
        "conv_cost(6, 6, (3, 3), (7, 5), padding=1, groups=6)",
        "conv_cost(2, 3, (3, 3), (6, 6), stride=2)",
        "conv_cost(2, 3, (2, 3), (4, 5), bias=False)",
    ),
    wrong=(
        Wrong(_cost("cost_without_biases", (_COST, "weights, weights * rows * columns")),
              "The biases are missing in the parameters: one for each filter."),
        Wrong(_cost("cost_always_with_biases", ("(filters if bias else 0)", "filters")),
              "With bias=False there are no biases to count."),
        Wrong(_cost("cost_one_bias", ("filters if bias", "1 if bias")),
              "There is one bias for each filter, not one for the layer."),
        Wrong(_cost("cost_bias_for_each_kernel", ("filters if bias", "filters * channels // groups if bias")),
              "A bias was counted for each pair of a filter and a channel. A filter sums over its channels, and then "
              "adds one bias."),
        Wrong(_cost("cost_of_biases", ("weights * rows", "(weights + bias * filters) * rows")),
              "The multiply-adds contain the additions of the biases. Only products of a weight and an input count."),
        Wrong(_cost("cost_one_channel", ("filters * channels // groups", "filters")),
              "The input channels are missing: each filter has a kernel for each channel that it sees."),
        Wrong(_cost("cost_without_groups", (" // groups", "")),
              "The groups have no effect. With groups, a filter sees only C / groups of the channels."),
        Wrong(_cost("cost_groups_of_parameters", (", weights * rows", ", weights * groups * rows")),
              "The groups have no effect on the multiply-adds: each weight is used once at each output place, so they "
              "are the weights times H' W', also with groups."),
        Wrong(_cost("cost_plus_one_first", ("(n + 2 * padding - k) // stride + 1",
                                            "(n + 2 * padding - k + 1) // stride")),
              "The 1 was added before the division by the stride: the first window always fits, and the quotient "
              "counts the others."),
        Wrong(_cost("cost_groups_twice", ("filters * channels // groups", "filters // groups * channels // groups")),
              "Both numbers were divided by the groups. There are still as many filters; each sees C / groups "
              "channels."),
        Wrong(_cost("cost_on_the_input", ("rows, columns = ((n + 2 * padding - k) // stride + 1 for n, k in "
                                          "zip(size, kernel, strict=True))", "rows, columns = size")),
              "The multiply-adds are counted at every pixel of the input. The kernel is placed once for each *output*: "
              "which size has it?"),
        Wrong(_cost("cost_without_stride", (" // stride + 1", " + 1")),
              "The stride has no effect on the number of outputs."),
        Wrong(_cost("cost_padding_once", ("2 * padding", "padding")),
              "The padding is added on both sides of each dimension: twice in the height, twice in the width."),
        Wrong(_cost("cost_exchanged_sides", ("zip(size, kernel, strict=True)", "zip(size, kernel[::-1], strict=True)")),
              "Height and width are exchanged between kernel and image: both pairs are (height, width)."),
        Wrong(_cost("cost_square_kernels", ("kernel[0] * kernel[1]", "kernel[0] ** 2")),
              "The kernel is taken as square: it has height times width weights for each channel."),
        Wrong(_cost("cost_of_one_place", (" * rows * columns", "")),
              "The multiply-adds are those of a single output place. The same weights are used again at each one."),
    ),
    hints=("First count the weights: filters × channels that a filter sees × height × width of the kernel.",
           "Each weight meets one input for each place of the output: weights × H' × W', with H' and W' from the "
           "formula of the output size."),
    allows="With it you can compute every row of the tables below.",
    equivalent=(("True → False", "both pairs have two elements"),),
)


def conv1x1(x, weight, bias):
    """Outputs (N, O, H, W) of a 1×1 convolution: one linear layer at each pixel of the images x.

    x: float tensor (N, C, H, W). weight: tensor (O, C) as in nn.Linear(C, O). bias: tensor (O,).
    All have one dtype, float32 or float64.
    The output of filter o at a pixel is bias[o] plus the sum over the channels c of weight[o, c]
    times the value of channel c at that pixel. Torch's convolutions are not allowed. Tested too:
    images of one pixel, O < C and O > C, images that are not square.

    >>> x = torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]])
    >>> conv1x1(x, torch.tensor([[1.0, 1.0], [0.0, 3.0]]), torch.tensor([0.0, 100.0]))
    tensor([[[[ 11.,  22.]],
    <BLANKLINE>
             [[130., 160.]]]])
    """
    return torch.einsum("oc,nchw->nohw", weight, x) + bias[:, None, None]


def _pointwise_case(draw):
    filters, channels = draw.sizes(2, high=3)
    height, width = draw.sizes(2, high=4)
    x = draw.tensor(draw.choice((1, 2)), channels, height, width, among=(1.0, 0.0, -1.0, 2.0, 3.0))
    return f"conv1x1({x}, {draw.tensor(filters, channels)}, {draw.tensor(filters)})"


def _pointwise(name, *edits):
    return variant(conv1x1, *edits, name=name)


def _pointwise_last(x, weight, bias):
    return (x.movedim(1, -1) @ weight.T + bias).contiguous()


def _pointwise_viewed(x, weight, bias):
    flat = x.movedim(1, -1).reshape(-1, x.shape[1]) @ weight.T + bias
    return flat.view(x.shape[0], -1, *x.shape[2:])


def _pointwise_swapped(x, weight, bias):
    return conv1x1(x, weight, bias).transpose(2, 3)


def _pointwise_pooled(x, weight, bias):
    return (conv1x1(x.mean((2, 3), keepdim=True), weight, bias)).expand(-1, -1, *x.shape[2:]).contiguous()


_LINEAR = 'torch.einsum("oc,nchw->nohw", weight, x) + bias[:, None, None]'

CONV1X1 = Exercise(
    reference=conv1x1,
    inputs=_pointwise_case,
    forbids=CONVOLUTIONS,
    differentiable=True,
    cases=(
        "conv1x1(torch.tensor([[[[2.0]]]]), torch.tensor([[3.0]]), torch.tensor([1.0]))",
        "conv1x1(torch.tensor([[[[1.0]], [[2.0]]]]), torch.tensor([[1.0, 10.0]]), torch.tensor([0.5]))",
        "conv1x1(torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]]), torch.tensor([[1.0, 1.0], [0.0, 3.0]]), "
        "torch.tensor([0.0, 100.0]))",
        "conv1x1(torch.arange(6.0).view(1, 1, 2, 3), torch.tensor([[1.0], [2.0]]), torch.zeros(2))",
        "conv1x1(torch.arange(24.0).view(2, 3, 1, 4), torch.tensor([[1.0, -1.0, 2.0]]), torch.tensor([3.0]))",
        "conv1x1(torch.zeros(1, 2, 2, 1), torch.ones(3, 2), torch.tensor([1.0, 2.0, 3.0]))",
    ),
    wrong=(
        Wrong(_pointwise("pointwise_without_bias", (" + bias[:, None, None]", "")),
              "The bias is missing: bias[o] is added to each pixel of output channel o."),
        Wrong(_pointwise("pointwise_bias_for_each_channel", ("+ bias[:, None, None]",
                                                             "+ bias[:, None, None] * x.shape[1]")),
              "The bias was added once for each input channel: it stands outside the sum over the channels."),
        Wrong(_pointwise("pointwise_not_transposed", (_LINEAR, "torch.einsum('co,nchw->nohw', weight, x) + "
                                                               "bias[:, None, None]")),
              "The weights are used transposed: weight[o, c] leads from channel c to output o. With square weights "
              "there is no error, only other numbers."),
        Wrong(_pointwise_last,
              "The channels stand last. The result is (N, O, H, W): move them back behind the images."),
        Wrong(_pointwise_viewed,
              "The shape is right, the numbers are at wrong places: `view` and `reshape` do not move a dimension. Use "
              "movedim or permute."),
        Wrong(_pointwise_swapped,
              "Height and width are exchanged in the result."),
        Wrong(_pointwise_pooled,
              "Every pixel has the same output: the image was averaged first. The layer is applied to each pixel "
              "separately."),
        Wrong(_pointwise("pointwise_bias_along_the_width", ("+ bias[:, None, None]",
                                                            "+ (bias[0] if len(bias) != x.shape[3] else bias)")),
              "The bias is added along the wrong dimension: bias[o] belongs to output channel o, and to each pixel."),
        Wrong(_pointwise("pointwise_one_channel", (_LINEAR, "(weight[:, :1, None, None] * x[:, None, 0]) + "
                                                            "bias[:, None, None]")),
              "Only the first channel is used: the sum runs over all channels of the pixel."),
    ),
    hints=("A linear layer acts on the last dimension: move the channels there, apply x @ weight.T + bias, and move "
           "them back.",
           "Or write the sum over c with torch.einsum: \"oc,nchw->nohw\"; then the bias needs two more dimensions."),
    allows="A fully connected layer is a 1×1 convolution on an image of one pixel: so it can read images of any size.",
)

LENET_PARAMETERS = Quiz(
    name="lenet_parameters",
    reference=[156, 0, 2416, 0, 48120, 10164, 850],
    questions=(
        "C1: convolution, 6 filters of 5×5 on an image of 1 channel",
        "S2: average pooling, 2×2",
        "C3: convolution, 16 filters of 5×5 on 6 channels",
        "S4: average pooling, 2×2",
        "C5: fully connected, from 16 feature maps of 5×5 to 120 units",
        "F6: fully connected, from 120 to 84 units",
        "output: fully connected, from 84 units to 10",
    ),
    wrong=(
        Wrong([150, 0, 2400, 0, 48000, 10080, 840],
              "These are the weights alone. Each filter and each unit has one bias."),
        Wrong([151, 0, 2401, 0, 48001, 10081, 841],
              "There is one bias for each filter and for each unit, not one for the layer."),
        Wrong([156, 4, 2416, 4, 48120, 10164, 850],
              "A pooling has no weights: it computes the mean of the pixels in its window."),
        Wrong([156, 12, 2416, 32, 48120, 10164, 850],
              "In the paper each map of this layer has a coefficient and a bias. Asked is average pooling as torch "
              "computes it, without any parameter."),
        Wrong([156, 0, 416, 0, 2040, 10164, 850],
              "Each filter sees all channels, and each unit all the numbers of the feature maps before it."),
    ),
    hints=("(weights of a filter + 1) × filters. A filter has 5 · 5 weights for each channel that it sees.",
           "C5 sees 16 · 5 · 5 = 400 numbers."),
    alone=("How many trainable parameters, weights and biases, has each layer, built from nn.Conv2d, "
          "nn.AvgPool2d and nn.Linear, where every filter sees all channels?"),
    allows="Most of the network is one layer.",
)


def layers_of(model):
    """List of (kernel, stride, dilation) along the height of the convolutions and poolings of a model, in order."""
    kinds = nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d
    options = ([getattr(layer, name, 1) for name in ("kernel_size", "stride", "dilation")]
               for layer in model.modules() if isinstance(layer, kinds))
    return [tuple(value if isinstance(value, int) else value[0] for value in three) for three in options]


def small_network():
    """A new, untrained network for gray images that keeps to a budget: an `nn.Module`.

    It maps images (N, 1, H, W), float32, to logits (N, 10), and accepts images of any size from
    28×28 on, as global average pooling allows: nn.AdaptiveAvgPool2d(1) gives the mean of each
    feature map, with the shape (N, C, 1, 1), and nn.Flatten() makes it (N, C).
    For images of 28×28: at most 5,000 parameters and at most 1,000,000 multiply-adds, by `costs`.
    The receptive field of an output of the last convolution or pooling before the global average
    is at least 20 pixels, by receptive_field(layers_of(network)); so convolutions and poolings must
    be modules, one after another in the order in which they are used.

    >>> small_network()(torch.zeros(3, 1, 28, 28)).shape
    torch.Size([3, 10])
    """
    layers = [nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(),
              nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
              nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
              nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))


def _small_class():
    return nn.Sequential


def _small_kept(networks=[]):  # noqa: B006
    networks.append(small_network())  # drawn at each call, as some students do
    return networks[0]


def _small_dense_head():
    return CNN((4, 8), hidden=0)


def _small_package():
    return CNN()


def _small_not_flattened():
    return nn.Sequential(*list(small_network())[:-2], nn.Linear(16, 10))


def _small_of_probabilities():
    return nn.Sequential(small_network(), nn.Softmax(1))


def _blocks(*layers, head=None):
    """Function that returns a network of `layers`, a global average and a linear layer."""
    def small():
        made = [layer for kind, *sizes in layers for layer in (
            [nn.MaxPool2d(2)] if kind == "pool" else [nn.Conv2d(*sizes[:3], padding=sizes[2] // 2), nn.ReLU()])]
        channels = [sizes[1] for kind, *sizes in layers if kind == "conv"][-1]
        return nn.Sequential(*made, nn.AdaptiveAvgPool2d(1), *(head(channels) if head else
                                                               [nn.Flatten(), nn.Linear(channels, 10)]))
    return small


def _named(name, function):
    function.__name__ = name
    return function


_DEEP = (("conv", 1, 8, 3), ("conv", 8, 8, 3), ("pool",), ("conv", 8, 16, 3), ("pool",), ("conv", 16, 16, 3))

SMALL_NETWORK = Exercise(
    reference=small_network,
    uses={"costs": costs, "receptive_field": receptive_field, "layers_of": layers_of},
    cases=(
        "callable(small_network())",
        "tuple(small_network()(torch.zeros(3, 1, 28, 28)).shape)",
        "tuple(small_network()(torch.zeros(2, 1, 40, 36)).shape)",
        "costs(small_network(), (1, 28, 28)).parameters <= 5_000",
        "costs(small_network(), (1, 28, 28)).multiply_adds <= 1_000_000",
        "receptive_field(layers_of(small_network()))[0] >= 20",
        "small_network() is small_network()",
        "torch.allclose(small_network()(torch.rand(3, 1, 28, 28)).sum(1), torch.ones(3))",
    ),
    wrong=(
        Wrong(_small_class,
              "This is a class, not a network: give it its layers in brackets."),
        Wrong(_small_kept,
              "Two calls return the same network: a second training would continue the first. Create the network "
              "inside the function."),
        Wrong(_small_not_flattened,
              "The network fails on an image: two neighboring layers do not fit. The first convolution has 1 input "
              "channel (gray images), each layer as many inputs as the one before has outputs, and nn.Flatten() stands "
              "between the global average, (N, C, 1, 1), and the linear layer."),
        Wrong(_small_of_probabilities,
              "The outputs of each image sum to 1: these are probabilities. Return the logits, without softmax."),
        Wrong(_small_package,
              "The head is a fully connected layer: it needs images of one size, and most of the parameters are in its "
              "weights. Take the mean of each feature map before the last layer."),
        Wrong(_small_dense_head,
              "The last layer is connected to every pixel of the feature maps, so it needs images of one size. Take "
              "the mean of each feature map first."),
        Wrong(_named("small_wide", _blocks(("conv", 1, 8, 3), ("pool",), ("conv", 8, 32, 3), ("pool",),
                                           ("conv", 32, 32, 3), ("conv", 32, 32, 3))),
              "Too many parameters: a 3×3 convolution from C to O channels has (9 C + 1) O of them. Fewer channels in "
              "the last layers save most."),
        Wrong(_named("small_without_pooling", _blocks(("conv", 1, 8, 3), ("conv", 8, 8, 3), ("conv", 8, 16, 3),
                                                      ("pool",), ("conv", 16, 16, 3), ("pool",))),
              "Too many multiply-adds: a convolution on 28×28 pixels costs four times as many as the same one on "
              "14×14. Pool earlier."),
        Wrong(_named("small_near_sighted", _blocks(("conv", 1, 8, 3), ("pool",), ("conv", 8, 16, 3))),
              "The receptive field is below 20 pixels: an output sees only a small part of the image. A layer after a "
              "pooling widens it by twice as much."),
        Wrong(_named("small_heavy_and_wide", _blocks(("conv", 1, 32, 5), ("conv", 32, 32, 5), ("pool",),
                                                     ("conv", 32, 32, 3), ("conv", 32, 32, 3))),
              "Too many parameters, and too many multiply-adds: print costs(small_network(), (1, 28, 28)) and look for "
              "the most expensive rows."),
        Wrong(_named("small_of_maps", _blocks(*_DEEP, head=lambda channels: [nn.Conv2d(channels, 10, 1)])),
              "The output has the shape (N, 10, 1, 1): flatten it to (N, 10)."),
    ),
    hints=("Begin with two blocks of convolution, ReLU and max pooling, then the global average and one linear layer; "
           "print costs(...) and receptive_field(layers_of(...)).",
           "With 8 channels in the first block and 16 in the second there is room for four convolutions; their place "
           "decides on the receptive field and on the multiply-adds."),
    allows="It reads images of any size, and a phone of any age can run it.",
    equivalent=tuple((change, "another network that keeps to the budget") for change in (
        "3 → 4", "1 → 2", "1 → 0", "2 → 3")),
)

EXERCISES = [MAX_POOL, MAX_POOL_GRADIENT, EQUIVARIANT, RECEPTIVE_FIELD, CONV_COST, LENET_PARAMETERS, CONV1X1,
             SMALL_NETWORK]
