"""Week 5a: cross-correlation of one image, kernels that shift, output sizes, conv2d, its matrix and its gradients."""


import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.conv import conv2d, conv2d_gradients, conv_matrix, output_size

TORCHS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")  # not allowed


def cross_correlation(image, kernel):
    """Cross-correlation of one gray image with one kernel, without padding.

    image: float tensor (H, W). kernel: tensor (h, w) of the same dtype, float32 or float64, with
    1 ≤ h ≤ H and 1 ≤ w ≤ W; neither need be square. Returns a new tensor (H - h + 1, W - w + 1)
    of their dtype. Its element [y, x] is the sum of the products of the kernel with the patch of
    the image, of the kernel's size, whose upper left corner is [y, x]: Σ over i, j of
    kernel[i, j] · image[y + i, x + j]. Loops are allowed, torch's convolutions (F.conv2d and its
    relatives) are not. Tested too: a kernel of one element, and one as large as the image.

    >>> image = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> cross_correlation(image, torch.tensor([[10.0, 1.0]]))
    tensor([[12., 23.],
            [45., 56.]])
    """
    height, width = image.shape
    tall, wide = kernel.shape
    out = image.new_zeros(height - tall + 1, width - wide + 1)
    for y in range(height - tall + 1):
        for x in range(width - wide + 1):
            out[y, x] = (kernel * image[y:y + tall, x:x + wide]).sum()
    return out


def _image_and_kernel(draw):
    tall, wide = draw.sizes(2, high=3)
    height, width = tall + draw.integer(0, 3), wide + draw.integer(0, 3)
    return f"cross_correlation({draw.tensor(height, width)}, {draw.tensor(tall, wide)})"


def _correlation(name, *edits):
    return variant(cross_correlation, *edits, name=name)


_PATCH = "(kernel * image[y:y + tall, x:x + wide]).sum()"
_SHAPES = "    tall, wide = kernel.shape\n"

CORRELATION = Exercise(
    reference=cross_correlation,
    inputs=_image_and_kernel,
    tries=30,
    forbids=TORCHS,
    cases=(
        "cross_correlation(torch.tensor([[3.0]]), torch.tensor([[2.0]]))",
        "cross_correlation(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[2.0]]))",
        "cross_correlation(torch.tensor([[1.0, 2.0, 4.0]]), torch.tensor([[1.0, -1.0]]))",
        "cross_correlation(torch.tensor([[1.0, 2.0], [5.0, 4.0]]), torch.tensor([[1.0], [10.0]]))",
        "cross_correlation(torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([[1.0, 10.0], [100.0, 1000.0]]))",
        "cross_correlation(torch.ones(4, 3), torch.ones(2, 2))",
        "cross_correlation(torch.arange(20.0).view(4, 5), torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, 4.0]]))",
    ),
    wrong=(
        Wrong(_correlation("correlation_flipped", (_SHAPES, _SHAPES + "    kernel = kernel.flip(0, 1)\n")),
              "The kernel is flipped in both directions: this is the *convolution* of mathematics. Asked is the "
              "cross-correlation, in which kernel[0, 0] meets the upper left pixel of the patch."),
        Wrong(_correlation("correlation_upside_down", (_SHAPES, _SHAPES + "    kernel = kernel.flip(0)\n")),
              "The kernel is upside down: its first row must meet the first row of the patch."),
        Wrong(_correlation("correlation_mirrored", (_SHAPES, _SHAPES + "    kernel = kernel.flip(1)\n")),
              "The kernel is mirrored: its first column must meet the first column of the patch."),
        Wrong(_correlation("correlation_mean", (".sum()", ".mean()")),
              "The products are averaged. Add them."),
        Wrong(_correlation("correlation_of_sums", (_PATCH, "kernel.sum() * image[y:y + tall, x:x + wide].sum()")),
              "The sums are multiplied. Multiply element by element first, then add the products."),
        Wrong(_correlation("correlation_largest", (".sum()", ".max()")),
              "This keeps only the largest product. Add all of them."),
        Wrong(_correlation("correlation_one_short", ("height - tall + 1", "height - tall"),
                           ("width - wide + 1", "width - wide")),
              "A row and a column of the output are missing. A kernel of 2 fits into 4 pixels at the positions 0, 1 "
              "and 2: that is 4 - 2 + 1."),
        Wrong(_correlation("correlation_of_a_transposed_output",
                           ("return out", "return out.T")),
              "Rows and columns of the output are exchanged: out[y, x] belongs to row y and column x of the image."),
        Wrong(_correlation("correlation_side_by_side", ("image[y:y + tall, x:x + wide]",
                           "image[min(y * tall, height - tall):, min(x * wide, width - wide):][:tall, :wide]")),
              "These patches lie side by side. Neighboring outputs see patches that are one pixel apart and overlap."),
        Wrong(_correlation("correlation_positive", ("(kernel *", "(kernel.clamp(min=0) *")),
              "The negative weights of the kernel are left out: every weight is multiplied by its pixel and added."),
        Wrong(_correlation("correlation_wraps", ("image[y:y + tall, x:x + wide]",
                                                 "image.roll((-y, -x), (0, 1)).flip(0, 1)[:tall, :wide].flip(0, 1)")),
              "The patch is not the one whose upper left corner is [y, x]: rows y to y + h - 1, columns x to "
              "x + w - 1."),
    ),
    hints=("image[y:y + h, x:x + w] is the patch; kernel * patch multiplies element by element.",
           "Make a tensor of zeros of the shape of the output, and fill it in two loops, over y and over x. A kernel "
           "of h rows fits at H - h + 1 heights."),
    allows="Every convolution of this course is this sum, with more indices.",
)


def shift_kernel(down, right, size):
    """Kernel that shifts an image by cross-correlation: all zeros but for a single 1.

    down, right: ints, the number of pixels by which the content of the image moves down and to
    the right; negative ones move it up and to the left. size: an odd int, the height and width of
    the kernel; |down| and |right| are at most size // 2, written m below. Returns a float32 tensor
    (size, size). With the image padded by m zeros on each side, the cross-correlation
    out[y, x] = Σ over i, j of kernel[i, j] · padded[y + i, x + j] is then
    image[y - down, x - right] wherever that pixel exists. Tested too: a shift by 0, and size 1.

    >>> shift_kernel(0, 0, 3)
    tensor([[0., 0., 0.],
            [0., 1., 0.],
            [0., 0., 0.]])
    """
    kernel = torch.zeros(size, size)
    kernel[size // 2 - down, size // 2 - right] = 1
    return kernel


def _shift(draw):
    half = draw.integer(0, 3)
    down, right = draw.number(among=tuple(range(-half, half + 1))), draw.number(among=tuple(range(-half, half + 1)))
    return f"shift_kernel({down}, {right}, {2 * half + 1})"


def _shifted(name, *edits):
    return variant(shift_kernel, *edits, name=name)


SHIFT = Exercise(
    reference=shift_kernel,
    inputs=_shift,
    tries=30,
    cases=(
        "shift_kernel(0, 0, 1)",
        "shift_kernel(0, 0, 3)",
        "shift_kernel(0, 1, 3)",
        "shift_kernel(-1, 0, 3)",
        "shift_kernel(1, -1, 3)",
        "shift_kernel(2, 1, 5)",
        "shift_kernel(-1, 2, 5)",
        "shift_kernel(0, -3, 7)",
    ),
    wrong=(
        Wrong(_shifted("shift_kernel_along", ("// 2 - down", "// 2 + down"), ("// 2 - right", "// 2 + right")),
              "The direction is reversed: a 1 to the right of the center fetches the pixel on the right, so the "
              "content moves to the *left*. Where must the 1 stand for a move to the right?"),
        Wrong(_shifted("shift_kernel_swapped", ("// 2 - down, size // 2 - right", "// 2 - right, size // 2 - down")),
              "Down and right are exchanged: the first index of a kernel is the row."),
        Wrong(_shifted("shift_kernel_one_way", ("// 2 - right", "// 2 + right")),
              "The vertical shift is right, the horizontal one has the opposite direction."),
        Wrong(_shifted("shift_kernel_other_way", ("// 2 - down", "// 2 + down")),
              "The horizontal shift is right, the vertical one has the opposite direction."),
        Wrong(_shifted("shift_kernel_from_the_corner", ("size // 2 - down, size // 2 - right", "-down, -right")),
              "A kernel that does not shift has its 1 in the center, at [size // 2, size // 2]: with the padding, "
              "padded[y + m, x + m] is image[y, x]."),
        Wrong(_shifted("shift_kernel_spread", ("kernel[size // 2 - down, size // 2 - right] = 1",
                                               "kernel[size // 2 - down] = 1 / size")),
              "This blurs: it averages several pixels. A single 1 fetches a single pixel."),
        Wrong(_shifted("shift_kernel_cross", ("kernel[size // 2 - down, size // 2 - right] = 1",
                       "kernel[size // 2 - down, size // 2] = 1; kernel[size // 2, size // 2 - right] = 1")),
              "Two ones add two copies of the image. One shift in both directions needs a single 1."),
    ),
    hints=("Compute out[y, x] for a kernel whose only 1 stands at [i, j]. Which pixel of the padded image is it, and "
           "which of the image itself?",
           "It is image[y + i - m, x + j - m]. This must be image[y - down, x - right]."),
    allows="A cross-correlation can move an image, and the 1 stands on the side that the content comes from.",
)


def raised(call):
    """Result of the function `call`, or "ValueError" where it raises that."""
    try:
        return call()
    except ValueError:
        return "ValueError"


def _sizes(draw):
    kernel, dilation, padding = draw.integer(1, 5), draw.choice((1, 1, 2, 3)), draw.integer(0, 3)
    room = draw.integer(-2, 9)
    size = max(1, dilation * (kernel - 1) + 1 + room - 2 * padding)
    call = f"output_size({size}, {kernel}, stride={draw.integer(1, 4)}, padding={padding}, dilation={dilation})"
    return f"raised(lambda: {call})" if dilation * (kernel - 1) + 1 > size + 2 * padding else call


def _size(name, *edits):
    return variant(output_size, *edits, name=name)


_RESULT = "(size + 2 * padding - span) // stride + 1"

SIZE = Exercise(
    reference=output_size,
    statement="""Number of outputs of a convolution along one dimension, an int.

    size: number of pixels n of the input along it, n ≥ 1. kernel: number k ≥ 1 of its weights
    along it. stride s ≥ 1: pixels from one position of the kernel to the next. padding p ≥ 0:
    zeros added on *each* of the two sides. dilation d ≥ 1: pixels from one weight to the next; 1
    means side by side, so a kernel of 3 with dilation 2 spans 5 pixels. All are ints. The first
    position is at the beginning of the padded input, each next one s further; the whole kernel
    must lie inside the padded input, and pixels left over at the end are ignored. If the kernel
    fits nowhere, raise ValueError.

    >>> output_size(28, 5), output_size(28, 3, stride=2, padding=1)
    (24, 14)
    """,
    inputs=_sizes,
    tries=60,
    uses={"raised": raised},
    cases=(
        "output_size(5, 3)",
        "output_size(1, 1)",
        "output_size(3, 3)",
        "output_size(5, 3, 1, 1)",
        "output_size(7, 3, 2)",
        "output_size(10, 3, stride=2)",
        "output_size(7, 3, 1, 0, 2)",
        "output_size(8, 3, stride=2, padding=1, dilation=2)",
        "raised(lambda: output_size(2, 3))",
        "output_size(1, 3, padding=1)",
        "raised(lambda: output_size(4, 3, dilation=2))",
        "output_size(4, 4, stride=5)",
        "raised(lambda: output_size(2, 5, stride=3, padding=1))",
    ),
    wrong=(
        Wrong(_size("size_rounded_up", (_RESULT, "-(-(size + 2 * padding - span) // stride) + 1")),
              "Rounded up: this counts a last position at which the kernel sticks out. Pixels that are left over are "
              "ignored, so round down."),
        Wrong(_size("size_padded_once", (_RESULT, "(size + padding - span) // stride + 1"),
                    ("size + 2 * padding:", "size + padding:")),
              "The zeros are added on *each* side: the padded input has n + 2p pixels."),
        Wrong(_size("size_without_the_first", (_RESULT, "(size + 2 * padding - span) // stride")),
              "One too few: a kernel as long as the input has one position. Count the steps, then add 1 for the first "
              "position."),
        Wrong(_size("size_without_dilation", ("dilation * (kernel - 1) + 1", "kernel")),
              "The dilation has no effect. k weights that are d pixels apart span d(k - 1) + 1 pixels."),
        Wrong(_size("size_dilation_times_kernel", ("dilation * (kernel - 1) + 1", "dilation * kernel")),
              "k weights have k - 1 gaps between them: they span d(k - 1) + 1 pixels, not d·k."),
        Wrong(_size("size_dilation_as_holes", ("dilation * (kernel - 1) + 1", "kernel + dilation")),
              "Dilation d puts d - 1 pixels into each of the k - 1 gaps: the span is d(k - 1) + 1 pixels."),
        Wrong(_size("size_by_the_stride_alone", (_RESULT, "(size + 2 * padding) // stride - span + 1")),
              "The stride divides the pixels that are left *after* the first position: n + 2p minus the span."),
        Wrong(_size("size_over_the_stride", (_RESULT, "(size + 2 * padding - span + 1) // stride")),
              "The 1 is added before the division: then the first position counts only as a fraction of a step. "
              "Divide first, then add 1."),
        Wrong(_size("size_as_a_float", (_RESULT, "(size + 2 * padding - span) / stride + 1")),
              "A number of outputs is an int. Which division of two ints rounds down?"),
        Wrong(_size("size_negative", ("    if span > size + 2 * padding:", "    if False:")),
              "Where the kernel fits nowhere, the formula gives 0 or less: raise ValueError there."),
        Wrong(_size("size_strict", ("if span > size", "if span >= size")),
              "A kernel exactly as long as the padded input fits once. Raise the error only where it is longer."),
        Wrong(_size("size_fits_without_padding", ("if span > size + 2 * padding", "if span > size")),
              "The kernel may be longer than the input, as long as it fits into the *padded* input."),
    ),
    hints=("How many pixels does the kernel span? How many are left in the padded input when it stands at the first "
           "position? How many steps of s fit into those?",
           "span = d(k - 1) + 1, left = n + 2p - span. If left < 0 raise ValueError; else there is one position, and "
           "one more for each whole step."),
    allows="With it you know the shape of every layer before you run it.",
)

PARAMETERS = Quiz(
    name="conv_parameters",
    reference=[80, 1216, 1216, 80, 512],
    questions=(
        "nn.Conv2d(1, 8, kernel_size=3)",
        "nn.Conv2d(3, 16, kernel_size=5)",
        "the same layer, stride 2, on images of 1,000 × 1,000 pixels",
        "nn.Conv2d(8, 8, kernel_size=3, groups=8)",
        "nn.Conv2d(16, 32, kernel_size=1, bias=False)",
    ),
    wrong=(
        Wrong([72, 1200, 1200, 72, 512], "By default a layer has biases: one for each output channel."),
        Wrong([17, 91, 91, 17, 512],
              "One kernel for each output channel, not one for each layer: count the weights of all of them."),
        Wrong([80, 416, 416, 80, 32],
              "A kernel has a plane of weights for each input channel that it sees: multiply by the input channels."),
        Wrong([80, 1216, 0, 80, 512],
              "Neither the size of the images nor the stride changes the kernels: the same weights are used at every "
              "position."),
        Wrong([80, 1216, 1216, 584, 512],
              "With groups = 8 each kernel sees 8 / 8 = 1 input channel, not all of them."),
        Wrong([80, 1216, 1216, 80, 48],
              "A 1×1 kernel still has one weight for each input channel, and there is one kernel for each output "
              "channel."),
    ),
    hints=("weight has the shape (O, C / groups, h, w); bias has O numbers.",
           "The first: 8 kernels of 1·3·3 weights, and 8 biases."),
    allows="The number of parameters depends on the channels and the kernel, never on the image.",
)

OPERATIONS = Quiz(
    name="flipped_or_not",
    reference=["convolution", "both", "convolution", "both", "cross-correlation"],
    questions=(
        "the order of the two does not matter: a ∗ b = b ∗ a",
        "twice the image gives twice the output",
        "an image with a single 1 gives the kernel as it stands",
        "a shifted image gives the shifted output",
        "nn.Conv2d computes it",
    ),
    wrong=(
        Wrong(["cross-correlation", "both", "convolution", "both", "cross-correlation"],
              "Try [1, 2] and [1, 3, 5] with full padding, in both orders. Which of the two operations gives the same "
              "result twice?"),
        Wrong(["both", "both", "convolution", "both", "cross-correlation"],
              "Try [1, 2] and [1, 3, 5] with full padding: cross-correlation gives the reversed result when the two "
              "are exchanged."),
        Wrong(["convolution", "convolution", "convolution", "both", "cross-correlation"],
              "Each output is a sum of pixels with fixed weights. Does flipping the kernel change that?"),
        Wrong(["convolution", "cross-correlation", "convolution", "both", "cross-correlation"],
              "Each output is a sum of pixels with fixed weights, flipped or not. What happens to a sum if every pixel "
              "is doubled?"),
        Wrong(["convolution", "both", "both", "both", "cross-correlation"],
              "Compute both for one row: image 0 0 1 0 0 and kernel 1 2 3. Only one of them gives 1 2 3."),
        Wrong(["convolution", "both", "cross-correlation", "both", "cross-correlation"],
              "Compute it for one row: image 0 0 1 0 0 and kernel 1 2 3. The cross-correlation meets the 1 with the "
              "last weight first."),
        Wrong(["convolution", "both", "convolution", "convolution", "cross-correlation"],
              "Both use the same weights at every position: what they do to a patch does not depend on where it is."),
        Wrong(["convolution", "both", "convolution", "cross-correlation", "cross-correlation"],
              "Flip the kernel once, before you start: from then on a convolution is a cross-correlation, the same at "
              "every position."),
        Wrong(["convolution", "both", "convolution", "both", "convolution"],
              "The documentation of nn.Conv2d writes ⋆, and names it: the kernel is not flipped."),
        Wrong(["convolution", "both", "convolution", "both", "both"],
              "The two operations give different results unless the kernel is symmetric, and a layer computes one of "
              "them. Which one does the documentation of nn.Conv2d name?"),
    ),
    hints=("Without the flip, kernel[0, 0] meets the upper left pixel; with it, the lower right one.",
           "Three properties need no flip at all: being linear, commuting with shifts, and what torch does."),
    allows="Where the weights are learned, the flip makes no difference; where two kernels are combined, it does.",
)


def _conv_case(draw):
    groups = draw.choice((1, 1, 2, 3))
    per_group, of_group = draw.sizes(2, high=3)
    tall, wide = draw.sizes(2, high=3)
    dilation, padding = draw.choice((1, 1, 2)), draw.choice((0, 1, 2))
    stride = draw.choice((1, 1, 2, 3))
    height = max(1, dilation * (tall - 1) + 1 - 2 * padding) + draw.integer(0, 3)
    width = max(1, dilation * (wide - 1) + 1 - 2 * padding) + draw.integer(0, 4)
    x = (draw.choice((1, 2)), groups * per_group, height, width)
    weight = (groups * of_group, per_group, tall, wide)
    named = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    rest = "".join(f", {name}={value}" for name, value in named.items() if value != (name != "padding"))
    bias = f", {_irregular('sin', weight[0])}" if draw.choice((False, True)) else ""
    return x, weight, bias, rest


def _irregular(function, *shape):
    """Text of a float tensor of that shape with no symmetry: sines or cosines of 0, 1, 2, ..."""
    count = 1
    for size in shape:
        count *= size
    return f"torch.arange({count}.0).{function}().view({', '.join(map(str, shape))})"


def _conv_line(draw):
    x, weight, bias, rest = _conv_case(draw)
    return f"conv2d({_irregular('sin', *x)}, {_irregular('cos', *weight)}{bias}{rest})"


def _conv(name, *edits):
    return variant(conv2d, *edits, name=name)


def _conv2d_exchanged(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight, bias, dilation, padding, stride, groups)


def _conv2d_groups_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight.repeat(1, groups, 1, 1), bias, stride, padding, dilation)


_KERNELS = "    kernels = weight.unflatten(0, (groups, outputs // groups))\n"
_MET = "padded[..., dilation * i::stride, dilation * j::stride][..., :rows, :columns]"
_PADDED = "F.pad(x, (padding, padding, padding, padding))"
_CHECK = "channels != per_group * groups or outputs % groups"

CONV = Exercise(
    reference=conv2d,
    statement="""Cross-correlation of images with O kernels, as torch.nn.functional.conv2d computes it.

    x: images (N, C, H, W). weight: kernels (O, C / groups, h, w). bias: tensor (O,) or None. All
    are float tensors of one dtype and stay as they are. stride s, padding p, dilation d, groups:
    ints; the first three hold for both directions. Returns a new tensor (N, O, H', W') of that
    dtype, with H' and W' by output_size. `padded` is x with p zeros on each of its four sides;
    out[n, o, y, x] is bias[o] plus the sum over c, i, j of
    weight[o, c, i, j] · padded[n, c, s y + d i, s x + d j].
    With groups = G, the C channels are G blocks of C / G neighbors, and the O kernels G blocks of
    O / G. Kernels of block g see the channels of block g only; c counts within it. Raise
    ValueError if C is not groups times weight's second size, or O is no multiple of groups, or
    the kernel does not fit. Not allowed: torch's own convolutions. Tested too: N > 1, non-square
    images and kernels, all options together.

    >>> x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    >>> conv2d(x, torch.tensor([[[[10.0, 1.0]]]]), bias=torch.tensor([0.5]), stride=2, padding=1)
    tensor([[[[ 0.5000,  0.5000],
              [ 4.5000, 56.5000]]]])
    """,
    inputs=_conv_line,
    tries=36,
    float64=False,
    forbids=TORCHS,
    uses={"raised": raised},
    cases=(
        "conv2d(torch.tensor([[[[3.0]]]]), torch.tensor([[[[2.0]]]]))",
        "conv2d(torch.tensor([[[[1.0, 2.0], [3.0, 5.0]]]]), torch.tensor([[[[1.0, 10.0], [100.0, 1000.0]]]]))",
        "conv2d(torch.ones(1, 1, 1, 1), torch.ones(2, 1, 1, 1), torch.tensor([10.0, 20.0]))",
        "conv2d(torch.tensor([[[[1.0, 2.0, 4.0]]]]), torch.tensor([[[[1.0, 10.0]]]]), stride=2)",
        "conv2d(torch.tensor([[[[1.0, 2.0, 4.0, 8.0]]]]), torch.tensor([[[[1.0, 10.0]]]]), dilation=2)",
        "conv2d(torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[1.0, 10.0]]]]), padding=1)",
        "conv2d(torch.tensor([[[[1.0]], [[2.0]]]]), torch.tensor([[[[1.0]], [[10.0]]]]))",
        "conv2d(torch.tensor([[[[1.0]], [[2.0]]]]), torch.tensor([[[[3.0]]], [[[10.0]]]]), groups=2)",
        "conv2d(torch.arange(24.0).sin().view(2, 3, 2, 2), torch.arange(12.0).cos().view(4, 3, 1, 1))",
        "conv2d(torch.arange(16.0).view(1, 4, 2, 2), torch.arange(12.0).view(6, 2, 1, 1), groups=2)",
        "raised(lambda: conv2d(torch.zeros(1, 3, 2, 2), torch.zeros(1, 2, 1, 1)))",
        "raised(lambda: conv2d(torch.zeros(1, 4, 2, 2), torch.zeros(3, 2, 1, 1), groups=2))",
        "raised(lambda: conv2d(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 1, 3)))",
    ),
    wrong=(
        Wrong(_conv("conv2d_flipped", (_KERNELS, "    weight = weight.flip(2, 3)\n" + _KERNELS)),
              "The kernels are flipped. torch's conv2d is a cross-correlation: weight[o, c, 0, 0] meets the upper "
              "left pixel of each patch."),
        Wrong(_conv("conv2d_without_bias", ("return out if bias is None else out + bias[:, None, None]",
                                            "return out")),
              "The bias is missing: bias[o] is added to every pixel of output channel o."),
        Wrong(_conv("conv2d_one_bias", ("bias[:, None, None]", "bias.sum()")),
              "Each output channel has its own bias: bias[:, None, None] has the shape (O, 1, 1)."),
        Wrong(_conv("conv2d_without_stride", ("dilation * i::stride", "dilation * i:"),
                    ("dilation * j::stride", "dilation * j:")),
              "The shape is right, but the patches are one pixel apart: output [y, x] sees the patch that begins at "
              "[s·y, s·x]."),
        Wrong(_conv("conv2d_without_dilation", (_MET, "padded[..., i::stride, j::stride][..., :rows, :columns]")),
              "The dilation changes the shape only: weight [i, j] meets the pixel d·i below and d·j to the right of "
              "the patch's corner."),
        Wrong(_conv2d_exchanged,
              "Stride and dilation are exchanged: the stride moves the kernel, the dilation spreads its weights."),
        Wrong(_conv("conv2d_padding_at_the_end", (_PADDED, "F.pad(x, (0, 2 * padding, 0, 2 * padding))")),
              "All the zeros are at the right and at the bottom. Put p of them on each of the four sides."),
        Wrong(_conv("conv2d_padding_repeats", (_PADDED, 'F.pad(x, (padding,) * 4, "replicate")')),
              "The padding repeats the pixels at the edge. It should be zeros."),
        Wrong(_conv("conv2d_kernels_interleaved", (_KERNELS,
                    "    kernels = weight.unflatten(0, (outputs // groups, groups)).transpose(0, 1)\n")),
              "The kernels are dealt to the groups like cards. Block g holds neighbors: kernels g·O/G to "
              "(g + 1)·O/G - 1."),
        Wrong(_conv("conv2d_channels_interleaved",
                    (".unflatten(1, (groups, per_group))", ".unflatten(1, (per_group, groups)).transpose(1, 2)")),
              "The channels are dealt to the groups like cards. Block g holds neighbors: channels g·C/G to "
              "(g + 1)·C/G - 1."),
        Wrong(_conv("conv2d_of_the_first_group",
                    (".unflatten(1, (groups, per_group))", "[:, :per_group].unsqueeze(1).expand(-1, groups, -1, -1, "
                                                           "-1)")),
              "All kernels see the first block of channels. Kernels of block g see block g."),
        Wrong(_conv2d_groups_ignored,
              "The groups have no effect: every kernel sees all channels. Kernels of block g see the C / G channels of "
              "block g only."),
        Wrong(_conv("conv2d_asserts", ("raise ValueError", "raise AssertionError")),
              "A mismatch is found, but the error has another class: write raise ValueError(...) in place of assert."),
        Wrong(_conv("conv2d_of_one_channel", ("padded[..., dilation", "padded[:, :, :1][..., dilation"),
                    ("kernels[..., i, j])", "kernels[:, :, :1][..., i, j])")),
              "Only the first channel is seen. Add the products over all channels that the kernel sees."),
        Wrong(_conv("conv2d_mean_of_channels", ("kernels[..., i, j])", "kernels[..., i, j]) / per_group")),
              "The channels are averaged. Add them."),
        Wrong(_conv("conv2d_of_the_first_image", ("padded[..., dilation", "padded[:1][..., dilation")),
              "Every image of the batch gets the output of the first one."),
        Wrong(_conv("conv2d_never_complains", (_CHECK, "False"), (_PADDED + ".unflatten(1, (groups, per_group))",
                    _PADDED + "[:, :groups * per_group].unflatten(1, (groups, per_group))"),
                    ("out = out.flatten(1, 2)", "out = F.pad(out.flatten(1, 2), (0, 0, 0, 0, 0, outputs % groups))")),
              "Where the channels and the kernels do not match, ValueError should be raised: otherwise channels are "
              "silently left out."),
        Wrong(_conv("conv2d_adds_in_place", ("    out = x.new_zeros", "    x += 0 * x + 1\n    out = x.new_zeros")),
              "The images given are changed."),
    ),
    hints=("For each weight [i, j] of the kernels: which pixels does it meet, one for each output? "
           "padded[:, :, d*i::s, d*j::s], cut to H' rows and W' columns.",
           "Loop over i and j, and add to an output of zeros: torch.einsum(\"ncyx,oc->noyx\", those pixels, "
           "weight[:, :, i, j]). Groups: split channels and kernels with unflatten and give einsum one index more, or "
           "loop over the groups and use torch.cat.",
           "Five loops over n, o, y, x and a sum over a patch are right too, and slower."),
    allows="You can now compute every convolutional layer of this course.",
    equivalent=(("tuple(weight.shape) → weight.shape", "only the text of the error changes"),),
)


def _matrix_line(draw):
    channels, outputs = draw.choice((1, 2)), draw.choice((1, 2, 3))
    tall, wide = draw.sizes(2, high=3)
    dilation, padding, stride = draw.choice((1, 1, 2)), draw.choice((0, 1)), draw.choice((1, 1, 2))
    height = max(1, dilation * (tall - 1) + 1 - 2 * padding) + draw.integer(0, 1)
    width = max(1, dilation * (wide - 1) + 1 - 2 * padding) + draw.integer(0, 2)
    named = {"stride": stride, "padding": padding, "dilation": dilation}
    rest = "".join(f", {name}={value}" for name, value in named.items() if value != (name != "padding"))
    return f"conv_matrix({_irregular('cos', outputs, channels, tall, wide)}, ({height}, {width}){rest})"


def _matrix(name, *edits):
    return variant(conv_matrix, *edits, name=name)


MATRIX = Exercise(
    reference=conv_matrix,
    statement="""Matrix M of a convolution without bias: M times the flattened image is the flattened output.

    weight: kernels (O, C, h, w), a float tensor. size: pair (H, W), height and width of the images.
    stride, padding, dilation: ints, as for conv2d; groups is 1. Returns a tensor
    (O · H' · W', C · H · W) of weight's dtype with M @ x.flatten() equal to conv2d(x[None], weight,
    ...).flatten() for each image x (C, H, W). Images and outputs are flattened as torch's flatten()
    does it: channel by channel, row by row. You may use conv2d.

    >>> conv_matrix(torch.tensor([[[[2.0, 3.0]]]]), (1, 4))
    tensor([[2., 3., 0., 0.],
            [0., 2., 3., 0.],
            [0., 0., 2., 3.]])
    """,
    inputs=_matrix_line,
    tries=30,
    float64=False,
    uses={"conv2d": conv2d},
    cases=(
        "conv_matrix(torch.tensor([[[[2.0]]]]), (1, 1))",
        "conv_matrix(torch.tensor([[[[2.0, 3.0]]]]), (1, 3))",
        "conv_matrix(torch.ones(1, 1, 2, 1), (2, 2))",
        "conv_matrix(torch.tensor([[[[2.0], [3.0]]]]), (2, 1))",
        "conv_matrix(torch.tensor([[[[1.0]], [[2.0]]]]), (1, 2))",
        "conv_matrix(torch.tensor([[[[1.0]]], [[[2.0]]]]), (1, 2))",
        "conv_matrix(torch.tensor([[[[2.0, 3.0]]]]), (1, 2), padding=1)",
        "conv_matrix(torch.tensor([[[[2.0, 3.0]]]]), (1, 4), stride=2)",
        "conv_matrix(torch.tensor([[[[2.0, 3.0]]]], dtype=torch.float64), (1, 4), dilation=2)",
        "conv_matrix(torch.arange(12.0).cos().view(1, 2, 2, 3), (3, 4))",
    ),
    wrong=(
        Wrong(_matrix("matrix_transposed", (".flatten(1).T", ".flatten(1)")),
              "Rows and columns are exchanged: each *row* of M belongs to one output, each column to one pixel."),
        Wrong(_matrix("matrix_flipped", ("conv2d(units, weight,", "conv2d(units, weight.flip(2, 3),")),
              "The kernel is flipped: M belongs to the cross-correlation that conv2d computes."),
        Wrong(_matrix("matrix_of_width_and_height", ("*size)", "*size[::-1])")),
              "Height and width are exchanged: size is the pair (H, W)."),
        Wrong(_matrix("matrix_without_stride", ("stride=stride, ", "")),
              "The stride has no effect: with stride 2, the row of each next output is shifted by two pixels."),
        Wrong(_matrix("matrix_without_padding", ("padding=padding, ", "")),
              "The padding has no effect: with it there are more outputs, and those at the edge meet fewer pixels."),
        Wrong(_matrix("matrix_without_dilation", (", dilation=dilation", "")),
              "The dilation has no effect: it puts zeros between the weights in each row."),
        Wrong(_matrix("matrix_of_one_channel", ("flatten(1).T", "flatten(1).T[:, :size[0] * size[1]]")),
              "Only the columns of the first channel are there: an image has C·H·W pixels."),
        Wrong(_matrix("matrix_of_one_kernel", ("flatten(1).T", "flatten(2)[:, 0].T")),
              "Only the rows of the first kernel are there: the output has O·H'·W' pixels."),
        Wrong(_matrix("matrix_pixel_by_pixel", ("flatten(1).T", "movedim(1, -1).flatten(1).T")),
              "The outputs are in another order: all pixels of the first output channel come first, then those of the "
              "second."),
        Wrong(_matrix("matrix_of_ones", ("flatten(1).T", "flatten(1).T.ne(0).to(weight.dtype)")),
              "The places are right. Put the weights there, not ones."),
        Wrong(_matrix("matrix_in_float32", ("dtype=weight.dtype", "dtype=torch.float32"),
                      ("conv2d(units, weight,", "conv2d(units, weight.float(),")),
              "The matrix must have weight's dtype."),
    ),
    hints=("M times the image whose pixel k is 1, all others 0, is column k of M.",
           "torch.eye(K).reshape(K, C, H, W) is a batch of these K = C·H·W images. One call of conv2d gives all "
           "columns, and its results are the rows of the transpose."),
    allows="A convolutional layer is a fully connected one whose matrix is mostly zeros, with few different numbers.",
)


def _gradient_line(draw):
    x, weight, _, rest = _conv_case(draw)
    options = {"stride": 1, "padding": 0, "dilation": 1}
    for part in rest.split(", ")[1:]:
        name, _, value = part.partition("=")
        options[name] = int(value)
    options.pop("groups", None)
    out = [output_size(size, kernel, **options) for size, kernel in zip(x[2:], weight[2:], strict=True)]
    upstream = _irregular("cos", x[0], weight[0], *out)
    return f"conv2d_gradients({upstream}, {_irregular('sin', *x)}, {_irregular('cos', *weight)}{rest})"


def _gradients(name, *edits):
    return variant(conv2d_gradients, *edits, name=name)


_OF_KERNELS = 'torch.einsum("ngoyx,ngcyx->goc", of_outputs, met)'
_OF_MET = 'torch.einsum("ngoyx,goc->ngcyx", of_outputs, kernels[..., i, j])'

GRADIENTS = Exercise(
    reference=conv2d_gradients,
    statement="""Gradients of a loss L with respect to the images, kernels and biases of conv2d.

    upstream: tensor (N, O, H', W'), the gradient of L with respect to out = conv2d(x, weight,
    bias, stride, padding, dilation, groups). x (N, C, H, W) and weight (O, C / groups, h, w) are
    what out was computed from; the biases do not matter. All have one dtype and stay as they are;
    stride, padding, dilation, groups: ints. Returns the tuple (∂L/∂x, ∂L/∂weight, ∂L/∂bias) of new
    tensors with the shapes of x, of weight, and (O,). In each product of a weight and a pixel, the
    derivative with respect to one factor is the other. The gradient of a weight or pixel is the
    sum of upstream times this derivative over all outputs in which it occurs. Not allowed are
    torch's convolutions and autograd. Tested too: N > 1, non-square kernels, groups, pixels that no
    output sees (gradient 0).

    >>> x, weight = torch.tensor([[[[1.0, 2.0, 3.0]]]]), torch.tensor([[[[10.0, 1.0]]]])
    >>> conv2d_gradients(torch.tensor([[[[1.0, 100.0]]]]), x, weight)
    (tensor([[[[  10., 1001.,  100.]]]]), tensor([[[[201., 302.]]]]), tensor([101.]))
    """,
    inputs=_gradient_line,
    tries=40,
    float64=False,
    forbids=(*TORCHS, "backward", "grad"),
    cases=(
        "conv2d_gradients(torch.ones(1, 1, 1, 1), torch.tensor([[[[3.0]]]]), torch.tensor([[[[2.0]]]]))",
        "w = torch.ones(1, 1, 1, 2); conv2d_gradients(torch.tensor([[[[1.0, 10.0]]]]), torch.ones(1, 1, 1, 3), w)",
        "conv2d_gradients(torch.ones(1, 1, 1, 1), torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[3.0, 5.0]]]]))",
        "conv2d_gradients(torch.tensor([[[[1.0]], [[10.0]]]]), torch.ones(1, 1, 1, 1), torch.ones(2, 1, 1, 1))",
        "conv2d_gradients(torch.tensor([[[[1.0]]], [[[10.0]]]]), torch.ones(2, 1, 1, 1), torch.ones(1, 1, 1, 1))",
        "x = torch.arange(4.0).view(1, 1, 1, 4); conv2d_gradients(x[..., :2], x, torch.ones(1, 1, 1, 1), stride=2)",
        "w = torch.ones(1, 1, 1, 1); conv2d_gradients(torch.arange(9.0).view(1, 1, 3, 3), w, w, padding=1)",
        "conv2d_gradients(torch.zeros(1, 1, 1, 1), torch.ones(1, 1, 1, 1), torch.ones(1, 1, 1, 1))",
        "conv2d_gradients(torch.ones(1, 2, 1, 1), torch.ones(1, 2, 1, 1), torch.ones(2, 1, 1, 1), groups=2)",
        "x = torch.arange(6.0).view(1, 1, 1, 6); conv2d_gradients(x[..., :4], x, x[..., 1:3], dilation=2)",
        "x = torch.ones(1, 2, 1, 2); conv2d_gradients(torch.ones(1, 3, 1, 2), x, torch.arange(6.0).view(3, 2, 1, 1))",
    ),
    wrong=(
        Wrong(_gradients("gradients_flipped", ("kernels[..., i, j])", "kernels.flip(-1, -2)[..., i, j])")),
              "The gradient of the images uses the flipped weights at the same places. The pixel that weight [i, j] "
              "met gets upstream times this same weight."),
        Wrong(_gradients("gradients_mean_over_the_batch", (_OF_KERNELS, _OF_KERNELS + " / len(x)")),
              "The gradient of the kernels is averaged over the images. It is a sum: whether the loss is a mean is "
              "already in upstream."),
        Wrong(_gradients("gradients_of_the_first_image", (_OF_KERNELS,
                         'torch.einsum("ngoyx,ngcyx->goc", of_outputs[:1], met[:1])')),
              "The gradient of the kernels counts the first image only. Every image of the batch uses the kernels: "
              "sum over n."),
        Wrong(_gradients("gradients_overwritten", ("of_met += ", "of_met[:] = ")),
              "A pixel occurs in several outputs, and only the last one counts here. Add the parts: +=, not =."),
        Wrong(_gradients("gradients_without_upstream", (_OF_KERNELS, _OF_KERNELS.replace(
            "of_outputs", "torch.ones_like(of_outputs)"))),
              "The gradient of the kernels is right only for an upstream gradient of ones: multiply each pixel by the "
              "upstream gradient of its output."),
        Wrong(_gradients("gradients_of_padded", ("F.pad(of_padded.flatten(1, 2), (-padding, -padding, -padding, "
                                                 "-padding))", "of_padded.flatten(1, 2)")),
              "The gradient of the *padded* images is returned. The zeros around them are no inputs: cut them off."),
        Wrong(_gradients("gradients_of_the_corner", ("F.pad(of_padded.flatten(1, 2), (-padding, -padding, -padding, "
                         "-padding))", "of_padded.flatten(1, 2)[..., :x.shape[2], :x.shape[3]]")),
              "The wrong part of the padded images' gradient is returned: the image begins p rows and p columns from "
              "the corner."),
        Wrong(_gradients("gradients_without_stride", ("dilation * i::stride, dilation * j::stride",
                                                      "dilation * i:, dilation * j:")),
              "The stride is ignored: output [y, x] saw the patch that begins at [s·y, s·x]."),
        Wrong(_gradients("gradients_without_dilation", ("dilation * i::stride, dilation * j::stride",
                                                        "i::stride, j::stride")),
              "The dilation is ignored: weight [i, j] met the pixel d·i below and d·j to the right of the patch's "
              "corner."),
        Wrong(_gradients("gradients_bias_per_image", ("upstream.sum(dim=(0, 2, 3))", "upstream.sum(dim=(2, 3))")),
              "The gradient of the biases must be summed over the batch, too: its shape is (O,)."),
        Wrong(_gradients("gradients_bias_of_ones",
                         ("upstream.sum(dim=(0, 2, 3))", "torch.ones_like(weight[:, 0, 0, 0])")),
              "The derivative of one output with respect to its bias is 1, but a bias occurs in every output of its "
              "channel: sum the upstream gradient over them."),
        Wrong(_gradients("gradients_bias_mean", ("upstream.sum(dim=(0, 2, 3))", "upstream.mean(dim=(0, 2, 3))")),
              "The gradient of the biases is averaged. It is the sum of the upstream gradient over images and pixels."),
        Wrong(_gradients("gradients_kernels_first", ("return of_x, of_kernels.flatten(0, 1)",
                                                     "return of_kernels.flatten(0, 1), of_x")),
              "The order is (∂L/∂x, ∂L/∂weight, ∂L/∂bias): the gradient of the images comes first."),
        Wrong(_gradients("gradients_uphill", ("return of_x, of_kernels.flatten(0, 1), upstream",
                                              "return -of_x, -of_kernels.flatten(0, 1), -upstream")),
              "The sign is reversed: this is minus the gradient."),
    ),
    hints=("Take the loop of conv2d: for each [i, j], out[n, o, y, x] += weight[o, c, i, j] · met[n, c, y, x]. Which "
           "two gradients get a part in this step?",
           "In einsum the upstream gradient takes the place of the output: \"noyx,ncyx->oc\" gives the gradient of "
           "weight[:, :, i, j], and \"noyx,oc->ncyx\" is added to the gradient of the pixels met, in a tensor of zeros "
           "of the shape of the padded images.",
           "At the end cut off the padding. The gradient of the biases is a sum of upstream over three dimensions."),
    allows="With it a convolutional layer can be trained without autograd.",
)

EXERCISES = [CORRELATION, SHIFT, SIZE, OPERATIONS, PARAMETERS, CONV, MATRIX, GRADIENTS]
