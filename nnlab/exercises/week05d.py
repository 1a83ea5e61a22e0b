"""Exercises of week 5d: the strongest patches, occlusion, Grad-CAM, guided backpropagation, rank correlation."""

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


class Rows(nn.Module):
    """A model with one class for each row: the logit is the row's sum over channels, column j counting j + 1 times."""

    def forward(self, x):
        """Logits (N, H) of images (N, C, H, W)."""
        return (x.sum(1) * torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)).sum(-1)


def strongest(maps):
    """Where each channel is largest: numbers of image, row and column of its largest activation.

    maps: float tensor (N, K, H, W), the feature maps of N images in K channels.
    Returns a tensor (K, 3), int64. Its row k holds n, i, j, for which maps[n, k, i, j] is the
    largest of all activations of channel k, in all images and at all positions. If several are
    equally large, the first counts: the smallest n, then the smallest i, then the smallest j.
    Tested too: maps of negative numbers only, H and W that differ, N = 1, K = 1.

    >>> strongest(torch.tensor([[[[0.0, 2.0, 1.0]]], [[[0.0, 0.0, 5.0]]]]))
    tensor([[1, 0, 2]])
    """
    height, width = maps.shape[2:]
    position = maps.transpose(0, 1).flatten(1).argmax(1)
    return torch.stack((position // (height * width), position // width % height, position % width), dim=1)


def _feature_maps(draw):
    height, width = draw.choice(((1, 2), (2, 1), (2, 3), (3, 2), (1, 3)))
    count, channels = draw.choice(((1, 1), (2, 1), (1, 2), (2, 3), (3, 2), (2, 2)))
    return f"strongest({draw.tensor(count, channels, height, width, among=(0.0, 1.0, -1.0, 2.0, 3.0, -2.0, 5.0))})"


def _strongest(name, *edits):
    return variant(strongest, *edits, name=name)


_POSITION = "maps.transpose(0, 1).flatten(1).argmax(1)"
_PARTS = "(position // (height * width), position // width % height, position % width)"

STRONGEST = Exercise(
    reference=strongest,
    inputs=_feature_maps,
    cases=(
        "strongest(torch.tensor([[[[3.0]]]]))",
        "strongest(torch.tensor([[[[0.0, 2.0, 1.0]]], [[[0.0, 0.0, 5.0]]]]))",
        "strongest(torch.arange(6.0).view(1, 1, 2, 3))",
        "strongest(torch.zeros(1, 3, 1, 2))",
        "strongest(-torch.arange(1.0, 7.0).view(1, 1, 3, 2))",
        "strongest(torch.tensor([[[[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]]]]))",
        "strongest(torch.tensor([[[[0.0, 4.0, 0.0], [4.0, 0.0, 0.0]]]]))",
        "strongest(torch.tensor([[[[1.0, 2.0]], [[4.0, 3.0]]], [[[5.0, 0.0]], [[1.0, 1.0]]]]))",
        "strongest(torch.arange(24.0).view(2, 2, 2, 3) * 5 % 7)",
        "strongest(torch.arange(36.0).view(2, 3, 3, 2) * 11 % 17)",
    ),
    wrong=(
        Wrong(_strongest("strongest_column_first", (_PARTS, "(position // (height * width), position % width, "
                                                            "position // width % height)")),
              "Row and column are exchanged: i numbers the rows, of which there are H, and stands before j."),
        Wrong(_strongest("strongest_of_each_image", (_POSITION, "maps.flatten(2).argmax(2).flatten()")),
              "There is a row for each channel of each image. Asked is one for each channel, over all images."),
        Wrong(_strongest("strongest_of_all", (_POSITION, "maps.transpose(0, 1).flatten().argmax().repeat(maps.shape[1])"
                                                         " % (maps.numel() // maps.shape[1])")),
              "Every channel has the same place: that of the largest of all. Look at each channel on its own."),
        Wrong(_strongest("strongest_without_exchange",
                         (_POSITION, "maps.reshape(maps.shape[1], -1).argmax(1)")),
              "The channels are mixed up: reshape keeps the order of the elements, in which the images come first. "
              "Exchange the dimensions N and K before you flatten."),
        Wrong(_strongest("strongest_in_size", (_POSITION, _POSITION.replace("maps.", "maps.abs()."))),
              "A large negative number counts here. The largest activation is asked, not the largest absolute value."),
        Wrong(_strongest("strongest_beginning_at_zero", (_POSITION, _POSITION.replace(".argmax", ".relu().argmax"))),
              "A channel without a positive activation gets the first place of all. If your search begins with 0 as "
              "the largest so far, begin with minus infinity."),
        Wrong(_strongest("strongest_down_the_columns",
                         (_POSITION, "maps.permute(1, 0, 3, 2).flatten(1).argmax(1)"),
                         (_PARTS, "(position // (height * width), position % height, position // height % width)")),
              "Of several equally large activations in an image, the one in the first column counts here. The one in "
              "the first row counts: search row by row."),
        Wrong(_strongest("strongest_flat", ("torch.stack(" + _PARTS + ", dim=1)", "position")),
              "These are positions in the flattened maps. Turn each into image, row and column."),
        Wrong(_strongest("strongest_stacked_in_rows", (", dim=1)", ")")),
              "The result has the shape (3, K). Each channel is to have a row: stack along dim=1."),
        Wrong(_strongest("strongest_dividing_by_height", ("position // width % height", "position // height % height")),
              "The row is wrong: a row has W elements, so the number of rows passed is position // W, modulo H."),
        Wrong(_strongest("strongest_row_not_reset", ("position // width % height", "position // width")),
              "The rows are counted on from image to image. Begin at 0 in each image: modulo H."),
        Wrong(_strongest("smallest_response", ("argmax", "argmin")),
              "This is the smallest activation of each channel. The largest is asked."),
        Wrong(_strongest("strongest_values", ("torch.stack(" + _PARTS + ", dim=1)", "maps.amax(dim=(0, 2, 3))")),
              "These are the largest activations. Asked is where they are."),
        Wrong(_strongest("strongest_first_image", (_POSITION, "maps[0].flatten(1).argmax(1)")),
              "Only the first image is searched. Look in all images."),
    ),
    hints=("Bring a channel's activations into one row: exchange N and K, then flatten all dimensions but the first.",
           "argmax(1) gives a position p in such a row, of N·H·W elements. Its image is p // (H·W); what remains is "
           "i·W + j."),
    allows="With it you look up what a channel responds to, instead of guessing from its weights.",
)


def occlusion_map(model, image, label, size, value=0.0):
    """Occlusion map: fall of the probability of a class when a square of the image is covered.

    model: maps images (N, C, H, W) to logits (N, classes). image: tensor (C, H, W), float32 or
    float64; H and W may differ. label: int, the class. size: int from 1 to the smaller of H and W:
    height and width of the square in pixels. value: float, given to all channels of the square.
    Returns a tensor (H - size + 1, W - size + 1) of the image's dtype. Element (i, j) is
    p(label | image) - p(label | covered), where the square covers the rows i to i + size - 1 and
    the columns j to j + size - 1, and p is the softmax of the logits. It is negative where covering
    raises the probability. The image must not change.

    >>> model = nn.Flatten()       # the pixels are the logits
    >>> occlusion_map(model, torch.tensor([[[1.0, 0.0]]]), 0, 1)
    tensor([[0.2311, 0.0000]])
    """
    height, width = image.shape[1:]
    rows = []
    with torch.no_grad():
        whole = model(image[None]).softmax(1)[0, label]
        for i in range(height - size + 1):
            covered = image.repeat(width - size + 1, 1, 1, 1)
            for j in range(width - size + 1):
                covered[j, :, i:i + size, j:j + size] = value
            rows.append(whole - model(covered).softmax(1)[:, label])
    return torch.stack(rows)


def _image_case(draw):
    height, width = draw.choice(((1, 2), (2, 2), (2, 3), (3, 2), (3, 4), (4, 3)))
    image = draw.tensor(draw.integer(1, 2), height, width, among=(0.0, 0.5, 1.0, 0.25, -0.5))
    value = draw.choice(("", ", 0.5", ", value=-1.0"))
    return (f"occlusion_map(Rows(), {image}, {draw.integer(0, height - 1)}, {draw.integer(1, min(height, width))}"
            f"{value})")


def _occlusion(name, *edits):
    return variant(occlusion_map, *edits, name=name)


_FALL = "whole - model(covered).softmax(1)[:, label]"

OCCLUSION = Exercise(
    reference=occlusion_map,
    inputs=_image_case,
    cases=(
        "occlusion_map(nn.Flatten(), torch.tensor([[[1.0, 0.0]]]), 0, 1)",
        "occlusion_map(nn.Flatten(), torch.tensor([[[1.0, 0.5, 0.0]]]), 1, 1)",
        "occlusion_map(Rows(), torch.tensor([[[0.5, 0.0], [1.0, 0.25]]]), 1, 1)",
        "occlusion_map(Rows(), torch.tensor([[[0.5, 0.0], [1.0, 0.25]]]), 0, 2)",
        "occlusion_map(Rows(), torch.tensor([[[0.5, 0.0], [1.0, 0.25]]]), 1, 1, 1.0)",
        "occlusion_map(Rows(), torch.arange(12.0).view(1, 3, 4) / 8 % 1, 1, 2)",
        "occlusion_map(Rows(), torch.arange(16.0).view(2, 4, 2) / 5 % 1, 2, 2, value=-0.5)",
        "occlusion_map(Rows(), torch.arange(30.0).view(2, 3, 5) / 7 % 1, 2, 1)",
        "image = torch.tensor([[[1.0, 0.5]]]); occlusion_map(nn.Flatten(), image, 0, 1); image",
    ),
    wrong=(
        Wrong(_occlusion("occlusion_with_the_sign_reversed", (_FALL, "model(covered).softmax(1)[:, label] - whole")),
              "The sign is reversed: the map is positive where covering lowers the probability."),
        Wrong(_occlusion("occlusion_of_logits", (".softmax(1)", "")),
              "These are differences of logits. Apply the softmax first: the fall of the probability is asked."),
        Wrong(_occlusion("occlusion_of_the_covered", (_FALL, "model(covered).softmax(1)[:, label]")),
              "This is the probability of the covered image. Subtract it from that of the whole image."),
        Wrong(_occlusion("occlusion_of_the_largest", (_FALL, "whole - model(covered).softmax(1).amax(1)")),
              "The probability of the most likely class is taken. It may be another class than `label` when a square "
              "is covered."),
        Wrong(_occlusion("occlusion_always_zero", ("= value", "= 0.0")),
              "The covered pixels are always 0. They take the given value."),
        Wrong(_occlusion("occlusion_first_channel", ("covered[j, :, i", "covered[j, 0, i")),
              "Only the first channel is covered. The square covers all channels."),
        Wrong(_occlusion("occlusion_of_one_pixel", ("i:i + size, j:j + size", "i:i + 1, j:j + 1")),
              "Only one pixel is covered. The square has `size` rows and columns."),
        Wrong(_occlusion("occlusion_one_row_too_many", ("i:i + size, j:j + size", "i:i + size + 1, j:j + size + 1")),
              "The square is one pixel too large: the end of a slice is excluded."),
        Wrong(_occlusion("occlusion_transposed", ("torch.stack(rows)", "torch.stack(rows).mT.contiguous()")),
              "Rows and columns are exchanged: element (i, j) belongs to the square with the upper left pixel in row i "
              "and column j."),
        Wrong(_occlusion("occlusion_not_uncovered", ("covered = image.repeat(width - size + 1, 1, 1, 1)\n            ",
                                                     "covered = image.repeat(width - size + 1, 1, 1, 1) if i == 0 else "
                                                     "covered\n            ")),
              "What was covered stays covered. Begin each position with the whole image."),
        Wrong(_occlusion("occlusion_in_steps",
                         ("range(height - size + 1)", "range(0, height - size + 1, size)"),
                         ("torch.stack(rows)", "torch.stack(rows)[:, ::size]")),
              "The square moves by its own size. It moves by one pixel, so neighboring squares overlap."),
        Wrong(_occlusion("occlusion_keeps_the_square", ("= value", "*= 1.0")),
              "Nothing is covered: all elements are 0."),
        Wrong(_occlusion("occlusion_softmax_of_images", (".softmax(1)", ".softmax(0)")),
              "The softmax runs over the images. For each image the probabilities of its classes add up to 1: dim 1."),
    ),
    hints=("For one position: copy the image with clone(), set covered[:, i:i + size, j:j + size], and compare "
           "model(covered[None]).softmax(1)[0, label] with that of the whole image.",
           "Two loops, over i and j, and a tensor of zeros for the results will do. One batch for each row is faster."),
    allows="The map needs no gradient: it works for any classifier that you can only ask.",
    uses={"nn": nn, "Rows": Rows},
)


def grad_cam_map(activations, gradients):
    """Grad-CAM maps from a layer's activations and the gradient of the logit with respect to them.

    activations, gradients: tensors (N, K, H, W), both float32 or both float64: A and ∂z/∂A, for
    N images and K channels.
    Returns a tensor (N, H, W) of their dtype: max(0, Σ_k α_nk A_nk), where the weight α_nk is the
    mean of the gradient of channel k over all positions of image n. Each image has its own weights.
    Tested too: negative weights, negative activations, H and W that differ.

    >>> A = torch.tensor([[[[1.0, 2.0]], [[3.0, 0.0]]]])
    >>> grad_cam_map(A, torch.tensor([[[[2.0, 0.0]], [[-1.0, 0.0]]]]))
    tensor([[[0., 2.]]])
    """
    weights = gradients.mean(dim=(2, 3), keepdim=True)
    return (weights * activations).sum(1).relu()


def _layer_case(draw):
    count, channels, height, width = draw.choice(((1, 1, 1, 2), (1, 2, 2, 1), (2, 1, 1, 2), (1, 2, 1, 3), (2, 3, 1, 2),
                                                  (2, 2, 2, 1), (1, 3, 3, 2)))
    both = (draw.tensor(count, channels, height, width, among=(0.0, 1.0, 2.0, -1.0, 3.0, -2.0)) for _ in range(2))
    return f"grad_cam_map({', '.join(both)})"


def _cam(name, *edits):
    return variant(grad_cam_map, *edits, name=name)


_MEAN = "gradients.mean(dim=(2, 3), keepdim=True)"
_SUM = "(weights * activations).sum(1).relu()"

CAM = Exercise(
    reference=grad_cam_map,
    inputs=_layer_case,
    cases=(
        "grad_cam_map(torch.tensor([[[[2.0]]]]), torch.tensor([[[[3.0]]]]))",
        "grad_cam_map(torch.tensor([[[[2.0, 1.0]]]]), torch.tensor([[[[3.0, -1.0]]]]))",
        "grad_cam_map(torch.tensor([[[[1.0, 2.0]], [[3.0, 0.0]]]]), torch.tensor([[[[2.0, 0.0]], [[-1.0, 0.0]]]]))",
        "grad_cam_map(torch.tensor([[[[-2.0, 1.0]]]]), torch.tensor([[[[-3.0, 1.0]]]]))",
        "grad_cam_map(torch.arange(12.0).view(1, 2, 2, 3) % 5, torch.arange(12.0).view(1, 2, 2, 3) * 5 % 7 - 3)",
        "grad_cam_map(torch.arange(12.0).view(2, 1, 3, 2) % 5, torch.arange(12.0).view(2, 1, 3, 2) * 5 % 7 - 2)",
        "grad_cam_map(torch.arange(24.0).view(2, 3, 2, 2) % 5, torch.arange(24.0).view(2, 3, 2, 2) * 5 % 7 - 3)",
    ),
    wrong=(
        Wrong(_cam("cam_without_relu", (".relu()", "")),
              "Negative sums remain. The last step is max(0, ·): only evidence for the class is shown."),
        Wrong(_cam("cam_elementwise", (_MEAN, "gradients")),
              "The gradient of each position is used. Grad-CAM first takes its mean over the positions: one weight for "
              "each channel."),
        Wrong(_cam("cam_with_sums", (".mean(", ".sum(")),
              "The weights are sums over the positions. They are means: divide by H·W."),
        Wrong(_cam("cam_mean_of_channels", (".sum(1)", ".mean(1)")),
              "The channels are averaged. Add them: Σ_k."),
        Wrong(_cam("cam_with_positive_weights", (_MEAN, _MEAN + ".relu()")),
              "Negative weights are set to 0. The ReLU acts once, on the sum over the channels."),
        Wrong(_cam("cam_relu_before_the_sum", (_SUM, "(weights * activations).relu().sum(1)")),
              "The ReLU acts on each channel. It belongs after the sum, where channels for and against are balanced."),
        Wrong(_cam("cam_with_common_weights", ("dim=(2, 3)", "dim=(0, 2, 3)")),
              "All images share the weights: the mean is also taken over the images. Each image has its own."),
        Wrong(_cam("cam_weights_over_channels", ("dim=(2, 3)", "dim=(1, 2, 3)")),
              "All channels share one weight: the mean is also taken over the channels. Take it over the positions, "
              "dimensions 2 and 3."),
        Wrong(_cam("cam_with_absolute_weights", (_MEAN, "gradients.mean(dim=(2, 3), keepdim=True).abs()")),
              "The weights have lost their sign. A channel that speaks against the class has a negative weight."),
        Wrong(_cam("cam_exchanged", (_SUM, "(activations.mean(dim=(2, 3), keepdim=True) * gradients).sum(1).relu()")),
              "Activations and gradients have changed places: the gradient is averaged, the activations form the map."),
        Wrong(_cam("cam_keeps_a_channel", (".sum(1)", ".sum(1, keepdim=True)")),
              "The numbers are right. The result has the shape (N, H, W), without a dimension for the channels."),
        Wrong(_cam("cam_of_positive_activations", (_SUM, "(weights * activations.relu()).sum(1).relu()")),
              "Negative activations are set to 0. The layer may be one without ReLU: use the activations as they are."),
        Wrong(_cam("cam_as_absolute_value", (".relu()", ".abs()")),
              "Negative sums have become positive. max(0, ·) makes them 0."),
    ),
    hints=("The weights: gradients.mean(...) over dimensions 2 and 3; with keepdim=True of shape (N, K, 1, 1).",
           "Multiply the weights with the activations, add over dimension 1, and take the ReLU of the result."),
    equivalent=(("(2, 3) → (3, 2)", "the order of the dimensions does not matter to a mean"),),
    allows="One forward and one backward pass give a map for each image of a batch.",
)


def guided_relu_gradient(upstream, z):
    """What a ReLU passes back in guided backpropagation.

    upstream: tensor of any shape, float32 or float64, the gradient of the logit with respect to the
    ReLU's output. z: tensor of the same shape and dtype, the ReLU's input (pre-activation).
    Returns a tensor of that shape and dtype. An element is that of `upstream` where z > 0 and
    upstream > 0, and 0 everywhere else. Autograd's rule has the first condition only.
    The arguments must not change. Tested too: z = 0, which counts as not active.

    >>> guided_relu_gradient(torch.tensor([3.0, -2.0, 5.0]), torch.tensor([1.0, 1.0, -1.0]))
    tensor([3., 0., 0.])
    """
    return upstream.clamp_min(0) * (z > 0)


def _relu_case(draw):
    shape = draw.choice(((1,), (3,), (2, 2), (4,), (1, 2, 1, 2), (6,)))
    both = (draw.tensor(*shape, among=(1.0, -1.0, 0.0, 2.0, -2.0, 3.0, 0.5)) for _ in range(2))
    return f"guided_relu_gradient({', '.join(both)})"


def _guided(name, *edits):
    return variant(guided_relu_gradient, *edits, name=name)


_PASSED = "upstream.clamp_min(0) * (z > 0)"

GUIDED = Exercise(
    reference=guided_relu_gradient,
    inputs=_relu_case,
    cases=(
        "guided_relu_gradient(torch.tensor([2.0]), torch.tensor([3.0]))",
        "guided_relu_gradient(torch.tensor([2.0, 2.0]), torch.tensor([3.0, -3.0]))",
        "guided_relu_gradient(torch.tensor([-2.0, 2.0]), torch.tensor([3.0, 1.0]))",
        "guided_relu_gradient(torch.tensor([-2.0, 4.0]), torch.tensor([-3.0, 0.5]))",
        "guided_relu_gradient(torch.tensor([2.0, 1.0]), torch.tensor([0.0, 1.0]))",
        "guided_relu_gradient(torch.tensor([3.0, -2.0, 5.0]), torch.tensor([1.0, 1.0, -1.0]))",
        "guided_relu_gradient(torch.arange(-3.0, 3.0).view(1, 2, 3), torch.arange(6.0).view(1, 2, 3) * 5 % 7 - 3)",
        "u = torch.tensor([-1.0, 2.0]); guided_relu_gradient(u, torch.tensor([1.0, 1.0])); u",
    ),
    wrong=(
        Wrong(_guided("guided_as_autograd", (_PASSED, "upstream * (z > 0)")),
              "This is autograd's rule for ReLU. Guided backpropagation also sets negative upstream gradients to 0."),
        Wrong(_guided("guided_as_deconvolution", (_PASSED, "upstream.clamp_min(0)")),
              "This is the deconvolution rule (Zeiler and Fergus 2014): positive gradients pass, whatever z is. Here "
              "z > 0 is needed as well."),
        Wrong(_guided("guided_either", (_PASSED, "upstream * ((z > 0) | (upstream > 0))")),
              "One of the two conditions is enough here. Both must hold."),
        Wrong(_guided("guided_active_at_zero", ("z > 0", "z >= 0")),
              "z = 0 counts as active here. A ReLU is active where z > 0."),
        Wrong(_guided("guided_times_z", ("(z > 0)", "z.clamp_min(0)")),
              "The gradient is multiplied with the activation. Its derivative is 1 where z > 0."),
        Wrong(_guided("guided_mask", (_PASSED, "((z > 0) & (upstream > 0)).to(upstream.dtype)")),
              "This is the mask of ones and zeros. Multiply it with the upstream gradient."),
        Wrong(_guided("guided_absolute", ("upstream.clamp_min(0)", "upstream.abs()")),
              "Negative gradients become positive here. They are set to 0."),
        Wrong(_guided("guided_negative", ("upstream.clamp_min(0)", "upstream.clamp_max(0)")),
              "The negative gradients pass and the positive ones are 0. It is the other way round."),
        Wrong(_guided("guided_in_place", ("clamp_min(0)", "clamp_min_(0)")),
              "The upstream gradient that was given is overwritten. Return a new tensor."),
        Wrong(_guided("guided_overwriting", (_PASSED, "upstream.mul_((z > 0) & (upstream > 0))")),
              "The upstream gradient that was given is overwritten, in all elements. Return a new tensor."),
        Wrong(_guided("guided_smaller_of_both", (_PASSED, "torch.minimum(upstream, z).clamp_min(0)")),
              "The smaller of z and the upstream gradient is passed. Where both are positive, the upstream gradient is "
              "passed, whatever the size of z."),
        Wrong(_guided("guided_same_sign", (_PASSED, "upstream * ((z > 0) == (upstream > 0))")),
              "A negative gradient passes where z ≤ 0. Both z and the gradient must be positive."),
        Wrong(_guided("guided_inactive", ("z > 0", "z <= 0")),
              "The gradient passes where the ReLU is not active. It passes where z > 0."),
        Wrong(_guided("guided_only_where_large", ("(z > 0)", "(z > upstream)")),
              "z is compared with the upstream gradient. Compare each of the two with 0."),
    ),
    hints=("Two conditions: z > 0 and upstream > 0.",
           "Products of a tensor with a comparison set elements to 0; clamp_min(0) or torch.where do it as well."),
    allows="A backward rule of your own: the forward pass and its outputs stay the same.",
)


def rank_correlation(a, b):
    """Spearman's rank correlation of two maps: the Pearson correlation of their elements' ranks.

    a, b: float tensors of equal shape, with at least two elements each.
    Returns a float from -1 to 1. The rank of an element is its place when the elements of the
    tensor are sorted: 1 for the smallest. Equal elements all have the mean of the places that they
    occupy: the ranks of (5, 7, 5) are (1.5, 3, 1.5). With r and s the ranks of a and b, minus their
    means, it is Σ r s / √(Σ r² Σ s²). Where all elements of a, or all of b, are equal, it is 0.0.

    >>> rank_correlation(torch.tensor([1.0, 20.0, 300.0]), torch.tensor([0.1, 0.3, 0.2]))
    0.5
    """
    centered = []
    for values in (a.flatten(), b.flatten()):
        smaller = (values < values[:, None]).sum(1)
        equal = (values == values[:, None]).sum(1)
        ranks = smaller + equal.double() / 2
        centered.append(ranks - ranks.mean())
    r, s = centered
    scale = (r @ r * (s @ s)).sqrt()
    return (r @ s / scale).item() if scale > 0 else 0.0


def _two_maps(draw):
    shape = draw.choice(((2,), (3,), (4,), (2, 3), (5,), (3, 2), (2, 4)))
    both = (draw.tensor(*shape, among=(0.0, 1.0, 2.0, -1.0, 5.0, -3.0, 10.0, 0.5, 20.0)) for _ in range(2))
    return f"rank_correlation({', '.join(both)})"


def _rank(name, *edits):
    return variant(rank_correlation, *edits, name=name)


_RANKS = "smaller + equal.double() / 2"

RANK = Exercise(
    reference=rank_correlation,
    inputs=_two_maps,
    cases=(
        "rank_correlation(torch.tensor([1.0, 2.0]), torch.tensor([10.0, 70.0]))",
        "rank_correlation(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([5.0, 4.0, 0.0]))",
        "rank_correlation(torch.tensor([1.0, 20.0, 300.0]), torch.tensor([0.1, 0.3, 0.2]))",
        "rank_correlation(torch.tensor([1.0, 1.0, 3.0]), torch.tensor([1.0, 2.0, 3.0]))",
        "rank_correlation(torch.tensor([2.0, 1.0, 2.0, 2.0]), torch.tensor([1.0, 2.0, 2.0, 5.0]))",
        "rank_correlation(torch.tensor([4.0, 9.0, 1.0, 0.0, 3.0]), torch.tensor([2.0, 0.0, 1.0, 5.0, 30.0]))",
        "rank_correlation(torch.tensor([[4.0, 9.0, 1.0], [0.0, 3.0, 7.0]]), torch.arange(6.0).view(2, 3) ** 3)",
        "rank_correlation(torch.tensor([2.0, 2.0, 2.0]), torch.tensor([1.0, 2.0, 3.0]))",
        "rank_correlation(torch.tensor([1.0, 2.0, 3.0]), torch.zeros(3))",
    ),
    wrong=(
        Wrong(_rank("rank_of_values", (_RANKS, "values.double()")),
              "This is the Pearson correlation of the values. Replace them by their ranks first: 300 counts as 3."),
        Wrong(_rank("rank_without_ties", (_RANKS, "values.argsort(stable=True).argsort().double()")),
              "Equal elements have different ranks here. They all get the mean of the places that they occupy."),
        Wrong(_rank("rank_with_smallest_place", (_RANKS, "smaller.double()")),
              "Equal elements get the first of their places. They get the mean of the places: (5, 7, 5) has the ranks "
              "(1.5, 3, 1.5)."),
        Wrong(_rank("rank_with_largest_place", (_RANKS, "smaller + equal.double()")),
              "Equal elements get the last of their places. They get the mean of the places: (5, 7, 5) has the ranks "
              "(1.5, 3, 1.5)."),
        Wrong(_rank("rank_without_gaps", (_RANKS, "values.unique(return_inverse=True)[1].double()")),
              "Equal elements share one place here, so (5, 7, 5) has the ranks (1, 2, 1). They occupy as many places "
              "as there are of them: (1.5, 3, 1.5)."),
        Wrong(_rank("rank_by_differences",
                    ("(r @ s / scale).item()",
                     "(1 - 6 * (r - s).square().sum() / (len(r) * (len(r) ** 2 - 1))).item()")),
              "1 − 6 Σ d² / (n (n² − 1)), with the differences d of the ranks, holds only without equal elements. Use "
              "Σ r s / √(Σ r² Σ s²)."),
        Wrong(_rank("rank_by_single_sort", (_RANKS, "values.argsort(stable=True).double()")),
              "argsort gives the positions in sorted order, not the ranks. The ranks are the inverse of it, with the "
              "mean place for equal elements."),
        Wrong(_rank("rank_not_centered", ("ranks - ranks.mean()", "ranks")),
              "The means of the ranks are not subtracted. Without that all ranks are positive, and so is the result."),
        Wrong(_rank("rank_constant_is_nan", (" if scale > 0 else 0.0", "")),
              "Where all elements are equal this is 0/0, nan. Return 0.0."),
        Wrong(_rank("rank_constant_is_one", ("else 0.0", "else 1.0")),
              "Where all elements of a map are equal there is no order to compare. Return 0.0."),
        Wrong(_rank("rank_squared", ("(r @ s / scale).item()", "(r @ s / scale).square().item()")),
              "This is the square, without the sign. Asked is the correlation itself, from -1 to 1."),
        Wrong(_rank("rank_covariance", ("(r @ s / scale).item()", "(r @ s / r.numel()).item()")),
              "This is the covariance of the ranks. Divide Σ r s by √(Σ r² Σ s²)."),
        Wrong(_rank("rank_absolute", ("(r @ s / scale).item()", "(r @ s / scale).abs().item()")),
              "The sign is lost: maps in opposite order have the rank correlation -1."),
        Wrong(_rank("rank_of_absolute_values",
                    ("(a.flatten(), b.flatten())", "(a.flatten().abs(), b.flatten().abs())")),
              "The absolute values are ranked here. Rank the elements with their signs: -3 is smaller than 1."),
    ),
    hints=("Rank of an element: the number of smaller elements, plus half the number of equal ones (itself among "
           "them), plus 1/2. The constant 1/2 does not change a correlation.",
           "values < values[:, None] compares every element with every other; .sum(1) counts. Subtract the means and "
           "use the formula."),
    allows="It compares maps whose scales and distributions have nothing in common.",
    equivalent=(
        ("(a.flatten(), b.flatten()) → (b.flatten(), a.flatten())", "a correlation is symmetric"),
        ("r @ s → s @ r", "the same product"),
        ("values < values[:, None] → values > values[:, None]", "both orders are reversed"),
        ("ranks - ranks.mean() → ranks.mean() - ranks", "both signs are reversed"),
        ("1 → 0", "the comparison is transposed: both orders are reversed, or nothing changes"),
        ("equal.double() → equal", "dividing by 2 makes a float"),
        ("(r @ s / scale).item() → r @ s / scale", "a tensor with one element is taken as a number"),
    ),
)


SIZES = Quiz(
    name="map_sizes",
    reference=[484, 14, 28, 1],
    questions=(
        "covered images for the occlusion map of one 28 × 28 image, with a square of 7 × 7 pixels",
        "height of the Grad-CAM map at model[4], the second ReLU",
        "height of the Grad-CAM map at model[1], the first ReLU",
        "backward passes that give the input gradients of 100 images, each for its own class",
    ),
    wrong=(
        Wrong([441, 14, 28, 1], "28 − 7 = 21 is one too few along a side: the upper row of the square can be "
                                "any from 0 to 21."),
        Wrong([784, 14, 28, 1], "The square must lie within the image: its upper row goes from 0 to 21."),
        Wrong([16, 14, 28, 1], "The square moves by one pixel, not by its own size."),
        Wrong([484, 7, 28, 1], "7 is the height after the second pooling. model[4] comes before it."),
        Wrong([484, 28, 28, 1], "Before the second convolution there is a pooling: model[2]."),
        Wrong([484, 14, 14, 1], "model[1] comes before the first pooling. A padded 3×3 convolution keeps the size."),
        Wrong([484, 14, 28, 100], "No logit depends on another image. What, then, is the gradient of the sum of the "
                                  "100 logits with respect to one image?"),
    ),
    hints=("Positions along one side: H − size + 1.",
           "Print the shapes: for layer in model: x = layer(x). The gradient of a sum is the sum of the gradients."),
    allows="It says what each method costs and how finely it can localize.",
)


FOLLOWS = Quiz(
    name="what_follows",
    reference=["yes", "no", "no", "no"],
    questions=(
        "for this network and this image, covering the block lowers the probability of the class",
        "every network trained on these images uses the block",
        "pixels outside the block have no influence on the logits",
        "had the map been 0 at the block, the network could not depend on the block",
    ),
    wrong=(
        Wrong(["no", "no", "no", "no"], "That is what an occlusion map measures: the fall of the probability when a "
                                        "square is covered."),
        Wrong(["yes", "yes", "no", "no"], "Another network may have learned something else from the same images. A map "
                                          "is about one network and one image."),
        Wrong(["yes", "no", "yes", "no"], "A small fall elsewhere is still an influence; and the images without the "
                                          "block are classified by something."),
        Wrong(["yes", "no", "no", "yes"], "Suppose the image had two such blocks, and one were enough: what would the "
                                          "fall be when only one of them is covered?"),
    ),
    hints=("An occlusion map is an experiment: one network, one image, one change at a time.",
           "Think of a class that has two cues, each of which is enough by itself."),
    allows="A map is used well where a claim is checked by a change of the data.",
)

EXERCISES = [STRONGEST, OCCLUSION, CAM, GUIDED, SIZES, RANK, FOLLOWS]
