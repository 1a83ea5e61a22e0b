"""Week 5e: flips drawn for each image, crops with padding, mean and standard deviation of a data set, mixup, labels."""

import torch
import torch.nn.functional as F

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def random_flip(images, p, generator):
    """Images of which each is mirrored left to right with probability p, by a draw of its own.

    images: tensor (N, C, H, W), float. p: float from 0 to 1. generator: torch.Generator.
    Draw N numbers uniform from 0 to 1 by one call of torch.rand with generator=generator. Image n
    is mirrored where number n is less than p; otherwise it stays as it is.
    Returns a new tensor (N, C, H, W): pixel (c, i, j) of a mirrored image is pixel
    (c, i, W - 1 - j) of the image. The images given must not change. Tested too: p = 0 (no image is
    mirrored) and p = 1 (all are).

    >>> pair = torch.tensor([[[[1.0, 2.0]]], [[[1.0, 2.0]]]])
    >>> random_flip(pair, 1.0, torch.Generator())
    tensor([[[[2., 1.]]],
    <BLANKLINE>
    <BLANKLINE>
            [[[2., 1.]]]])
    """
    chosen = torch.rand(len(images), generator=generator) < p
    return torch.where(chosen[:, None, None, None], images.flip(-1), images)


def _flipped(draw):
    height, width = draw.sizes(2, 1, 3)
    images = draw.tensor(draw.integer(1, 4), draw.integer(1, 2), height, width, among=(1.0, 2.0, 3.0, 5.0, 7.0, -1.0))
    p = draw.choice((0.5, 0.25, 0.75, 1.0, 0.0))
    return f"random_flip({images}, {p}, torch.Generator().manual_seed({draw.integer(0, 50)}))"


def _flip(name, *edits):
    return variant(random_flip, *edits, name=name)


_WHERE = "torch.where(chosen[:, None, None, None], images.flip(-1), images)"

FLIP = Exercise(
    reference=random_flip,
    inputs=_flipped,
    fresh=True,
    cases=(
        "random_flip(torch.tensor([[[[1.0, 2.0]]]]), 1.0, torch.Generator().manual_seed(0))",
        "random_flip(torch.tensor([[[[1.0, 2.0]]]]), 0.0, torch.Generator().manual_seed(0))",
        "random_flip(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 1.0, torch.Generator().manual_seed(0))",
        "random_flip(torch.arange(8.0).view(4, 1, 1, 2), 0.5, torch.Generator().manual_seed(0))",
        "random_flip(torch.arange(8.0).view(4, 1, 1, 2), 0.25, torch.Generator().manual_seed(0))",
        "random_flip(torch.arange(24.0).view(2, 2, 2, 3), 0.5, torch.Generator().manual_seed(5))",
        "random_flip(torch.arange(24.0).view(2, 2, 3, 2), 1.0, torch.Generator().manual_seed(1))",
        "random_flip(torch.arange(24.0).view(3, 2, 1, 4), 0.75, torch.Generator().manual_seed(4))",
        "x = torch.arange(8.0).view(4, 1, 1, 2); random_flip(x, 0.5, torch.Generator().manual_seed(0)); x",
        "g = torch.Generator().manual_seed(0); random_flip(torch.ones(3, 2, 1, 2), 0.5, g); torch.rand(1, generator=g)",
    ),
    wrong=(
        Wrong(_flip("flip_one_draw_for_all", ("torch.rand(len(images), generator=generator) < p",
                                              "(torch.rand(1, generator=generator) < p).expand(len(images))")),
              "One number is drawn for the whole batch, so all images are mirrored or none. Draw one for each image."),
        Wrong(_flip("flip_upside_down", ("flip(-1)", "flip(-2)")),
              "The images are turned upside down. Columns are along the last dimension."),
        Wrong(_flip("flip_rows_and_columns", ("flip(-1)", "flip(-1, -2)")),
              "Rows and columns are reversed, which is a rotation by 180 degrees. Reverse the columns only."),
        Wrong(_flip("flip_the_others", ("< p", ">= p")),
              "The images that should stay are mirrored, and the others stay: mirror where the number is less than p."),
        Wrong(_flip("flip_the_batch", ("images.flip(-1)", "images.flip(0)")),
              "The order of the images in the batch is reversed. Reverse the columns within an image."),
        Wrong(_flip("flip_channels", ("images.flip(-1)", "images.flip(1)")),
              "The order of the channels is reversed. Columns are along the last dimension."),
        Wrong(_flip("flip_every_image", ("< p", "<= 1")),
              "All images are mirrored, whatever p is. Compare the numbers with p."),
        Wrong(_flip("flip_half", ("< p", "< 0.5")),
              "Half of the images are mirrored whatever p is. Compare the numbers with p."),
        Wrong(_flip("flip_by_normal_numbers", ("torch.rand(", "torch.randn(")),
              "torch.randn draws from the normal distribution. Numbers that are uniform from 0 to 1 come from "
              "torch.rand."),
        Wrong(_flip("flip_without_generator", ("len(images), generator=generator", "len(images)")),
              "The numbers are not drawn from the generator that is given: write generator=generator."),
        Wrong(_flip("flip_each_pixel", ("torch.rand(len(images), generator=generator) < p",
                                        "torch.rand(images.shape, generator=generator) < p"),
                    ("chosen[:, None, None, None]", "chosen")),
              "A number is drawn for each pixel, so an image is a mixture of itself and its mirror image. Draw one for "
              "each image."),
        Wrong(_flip("flip_in_place", (_WHERE, "images.copy_(" + _WHERE + ")")),
              "The images given are overwritten. Return a new tensor."),
        Wrong(_flip("flip_nothing", (_WHERE, "images.clone()")),
              "No image is mirrored. images.flip(-1) reverses the columns."),
    ),
    hints=("Which of the N images are mirrored? One comparison of N random numbers with p says so.",
           "torch.where(condition, a, b) takes from a where the condition holds, else from b. Give the condition the "
           "shape (N, 1, 1, 1), so that it serves all pixels of an image."),
    allows="A whole batch is flipped on its device, each image by its own draw.",
    equivalent=(("torch.rand(len(images), generator=generator) < p → torch.rand(len(images), generator=generator) <= p",
                 "a number drawn is equal to p in less than one of ten million draws"),),
)


def crop_with_padding(images, padding, top, left):
    """Images padded with zeros and cropped to their old size, each at a place of its own.

    images: tensor (N, C, H, W), float. padding: int ≥ 0. top, left: tensors (N,), int64, from 0 to
    2·padding.
    Pad every image with `padding` rows or columns of zeros on each of its four sides: it has
    H + 2·padding rows then. Of the padded image n, keep the H rows from row top[n] on and the W
    columns from column left[n] on; rows and columns are counted from 0.
    Returns a new tensor (N, C, H, W). Where top[n] = left[n] = padding, image n is as it was. The
    images given must not change. Height and width may differ.

    >>> image = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> crop_with_padding(image, 1, torch.tensor([0]), torch.tensor([1]))
    tensor([[[[0., 0.],
              [1., 2.]]]])
    """
    height, width = images.shape[-2:]
    padded = F.pad(images, (padding, padding, padding, padding))
    windows = padded.unfold(2, height, 1).unfold(3, width, 1)  # (N, C, tops, lefts, H, W), no pixel is copied
    return windows[torch.arange(len(images)), :, top, left]


def _cropped(draw):
    height, width = draw.sizes(2, 1, 4)
    count, padding = draw.integer(1, 3), draw.integer(0, 2)
    images = draw.tensor(count, draw.integer(1, 2), height, width, among=(1.0, 2.0, 3.0, 5.0, 7.0, -1.0, 4.0))
    return (f"crop_with_padding({images}, {padding}, {draw.classes(count, 2 * padding + 1)}, "
            f"{draw.classes(count, 2 * padding + 1)})")


def _crop(name, *edits):
    return variant(crop_with_padding, *edits, name=name)


_PADDED = "F.pad(images, (padding, padding, padding, padding))"
_TAKEN = "windows[torch.arange(len(images)), :, top, left]"


def crop_around(images, padding, top, left):
    """A wrong answer: what leaves on one side enters on the other."""
    return torch.stack([image.roll((padding - t, padding - s), (-2, -1))
                        for image, t, s in zip(images, top.tolist(), left.tolist(), strict=True)])


CROP = Exercise(
    reference=crop_with_padding,
    inputs=_cropped,
    fresh=True,
    cases=(
        "crop_with_padding(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 1, torch.tensor([1]), torch.tensor([1]))",
        "crop_with_padding(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 0, torch.tensor([0]), torch.tensor([0]))",
        "crop_with_padding(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 1, torch.tensor([0]), torch.tensor([1]))",
        "crop_with_padding(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 1, torch.tensor([1]), torch.tensor([2]))",
        "crop_with_padding(torch.arange(1.0, 9.0).view(2, 1, 2, 2), 1, torch.tensor([0, 2]), torch.tensor([2, 1]))",
        "crop_with_padding(torch.arange(1.0, 7.0).view(1, 1, 2, 3), 2, torch.tensor([3]), torch.tensor([0]))",
        "crop_with_padding(torch.arange(1.0, 13.0).view(1, 2, 3, 2), 1, torch.tensor([2]), torch.tensor([0]))",
        "crop_with_padding(torch.arange(1.0, 25.0).view(2, 2, 2, 3), 2, torch.tensor([4, 1]), torch.tensor([3, 4]))",
        "x = torch.ones(1, 1, 1, 3); crop_with_padding(x, 1, torch.tensor([1]), torch.tensor([0])); x",
    ),
    wrong=(
        Wrong(_crop("crop_swapped", (":, top, left]", ":, left, top]")),
              "top and left change places: top counts rows, which come before the columns in the shape."),
        Wrong(_crop("crop_first_for_all", (_TAKEN, "windows[:, :, top[0], left[0]].clone()")),
              "All images are cropped where the first one is. Image n has its own top[n] and left[n]."),
        Wrong(_crop("crop_opposite", (":, top, left]", ":, 2 * padding - top, 2 * padding - left]")),
              "The direction is reversed: top = 0 begins in the zeros above the image, so the image moves down."),
        Wrong(_crop("crop_repeating", (_PADDED, "F.pad(images, (padding, padding, padding, padding), 'replicate')")),
              "The padding repeats the outermost pixels. Pad with zeros."),
        Wrong(crop_around, "What leaves on one side enters on the other. Zeros enter where the image ends."),
        Wrong(_crop("crop_half_padded", (_PADDED, "F.pad(images, (0, 2 * padding, 0, 2 * padding))")),
              "The padding is on the right and at the bottom only. Pad by `padding` on each of the four sides."),
        Wrong(_crop("crop_one_padding", (_PADDED, "F.pad(images, (2 * padding, 2 * padding, padding, padding))"),
                    ),
              "Left and right are padded by twice as many columns. Pad by `padding` on each of the four sides."),
        Wrong(_crop("crop_padded_only", (_TAKEN, "padded")),
              "The images are padded and not cropped: keep H rows and W columns."),
        Wrong(_crop("crop_top_only", (":, top, left]", ":, top, torch.full_like(left, padding)]")),
              "Only the rows are chosen; the columns stay in the middle. Begin at column left[n]."),
        Wrong(_crop("crop_left_only", (":, top, left]", ":, torch.full_like(top, padding), left]")),
              "Only the columns are chosen; the rows stay in the middle. Begin at row top[n]."),
        Wrong(_crop("crop_with_ones", (_PADDED, "F.pad(images, (padding, padding, padding, padding), value=1.0)")),
              "The padding is 1. Pad with zeros."),
        Wrong(_crop("crop_in_place", ("return " + _TAKEN, "return images.copy_(" + _TAKEN + ")")),
              "The images given are overwritten. Return a new tensor."),
    ),
    hints=("Pad first: F.pad(images, (left, right, top, bottom)). Then each image is a slice of its padded image.",
           "A loop over zip(padded, top.tolist(), left.tolist()) with slices and torch.stack is right. Without a loop: "
           "padded.unfold(2, H, 1).unfold(3, W, 1) holds all windows; index it with torch.arange(N), top and left."),
    allows="A random shift is this crop with random top and left: all of a batch at once.",
    equivalent=(("-2 → 2", "of four dimensions, the last two are those from number 2 on"),),
)


def channel_statistics(batches):
    """Mean and standard deviation of each channel over all images of several batches.

    batches: list of tensors (N_k, C, H, W), float; C, H and W are the same in all of them, the
    numbers of images N_k may differ.
    Returns a pair (mean, std) of tensors (C,) of the same dtype. The mean of channel c is taken
    over all M pixels that this channel has, in all images of all batches; std is
    √(Σ (pixel - mean)² / M) over the same pixels.

    >>> one, two = torch.tensor([[[[0.0, 0.0]]]]), torch.tensor([[[[0.0, 4.0]]], [[[4.0, 4.0]]]])
    >>> channel_statistics([one, two])
    (tensor([2.]), tensor([2.]))
    """
    images = torch.cat(batches)
    return images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3), correction=0)


def _several(draw):
    channels, height, width = draw.sizes(3, 1, 3)
    sizes = draw.sizes(draw.integer(1, 3), 1, 3)
    tensors = [draw.tensor(size, channels, height, width, among=(0.0, 1.0, 2.0, 4.0, -1.0, 8.0)) for size in sizes]
    return f"channel_statistics([{', '.join(tensors)}])"


def _statistics(name, *edits):
    return variant(channel_statistics, *edits, name=name)


_STD = "images.std(dim=(0, 2, 3), correction=0)"
_MEAN = "images.mean(dim=(0, 2, 3))"

STATISTICS = Exercise(
    reference=channel_statistics,
    inputs=_several,
    cases=(
        "channel_statistics([torch.tensor([[[[0.0, 2.0]]]])])",
        "channel_statistics([torch.tensor([[[[-1.0, 1.0]]]])])",
        "channel_statistics([torch.ones(2, 1, 1, 3)])",
        "channel_statistics([torch.tensor([[[[0.0, 0.0]]], [[[2.0, 2.0]]]])])",
        "channel_statistics([torch.tensor([[[[0.0, 0.0]]]]), torch.tensor([[[[0.0, 4.0]]], [[[4.0, 4.0]]]])])",
        "channel_statistics([torch.tensor([[[[0.0, 1.0]], [[2.0, 6.0]]], [[[0.0, 3.0]], [[2.0, 2.0]]]])])",
        "channel_statistics([torch.arange(6.0).view(1, 3, 2, 1), torch.arange(12.0).square().view(2, 3, 2, 1)])",
        "channel_statistics([torch.tensor([[[[3.0]]]]), torch.tensor([[[[5.0]]], [[[5.0]]], [[[11.0]]]])])",
    ),
    wrong=(
        Wrong(_statistics("statistics_std_of_each_image",
                          (_STD, "images.std(dim=(2, 3), correction=0).mean(0)")),
              "This is the mean of each image's own standard deviation. It leaves out how much bright images differ "
              "from dark ones; take all pixels of a channel together."),
        Wrong(_statistics("statistics_mean_of_batches",
                          (_MEAN, "torch.stack([batch.mean(dim=(0, 2, 3)) for batch in batches]).mean(0)")),
              "The mean of the batches' means counts an image of a small batch more than one of a large batch. Take "
              "all pixels together, or weight each batch by its number of images."),
        Wrong(_statistics("statistics_std_of_batches",
                          (_STD, "torch.stack([batch.std(dim=(0, 2, 3), correction=0) for batch in batches]).mean(0)")),
              "The standard deviations of the batches are averaged. Deviations between batches are lost by that; "
              "average the squares around the mean of all images, then take the root."),
        Wrong(_statistics("statistics_all_of_batches",
                          (_MEAN, "torch.stack([batch.mean(dim=(0, 2, 3)) for batch in batches]).mean(0)"),
                          (_STD, "torch.stack([batch.std(dim=(0, 2, 3), correction=0) for batch in batches]).mean(0)")),
              "Both numbers are averages over the batches, whatever their sizes. Take all pixels together."),
        Wrong(_statistics("statistics_within_batches",
                          (_STD, "(sum(len(batch) * batch.var(dim=(0, 2, 3), correction=0) for batch in batches) / "
                                 "len(images)).sqrt()")),
              "The deviations of each batch are taken around its own mean. Take them around the mean of all images."),
        Wrong(_statistics("statistics_within_images",
                          (_STD, "images.var(dim=(2, 3), correction=0).mean(0).sqrt()")),
              "The deviations of each image are taken around its own mean, which leaves out how much the images differ "
              "in brightness. Take them around the mean of all images."),
        Wrong(_statistics("statistics_between_images",
                          (_STD, "images.mean(dim=(2, 3)).std(0, correction=0)")),
              "This is the standard deviation of the images' means. Take all pixels, not one mean for each image."),
        Wrong(_statistics("statistics_variance", (_STD, "images.var(dim=(0, 2, 3), correction=0)")),
              "This is the variance. The standard deviation is its square root."),
        Wrong(_statistics("statistics_corrected", (", correction=0", "")),
              "The sum of squares is divided by M - 1, as torch.std does by default. Here it is M: correction=0."),
        Wrong(_statistics("statistics_root_mean_square", (_STD, "images.square().mean(dim=(0, 2, 3)).sqrt()")),
              "This is the root of the mean square. Subtract the mean from the pixels before you square them."),
        Wrong(_statistics("statistics_of_all_channels",
                          (_MEAN, "images.mean().expand(images.shape[1])"),
                          (_STD, "images.std(correction=0).expand(images.shape[1])")),
              "All channels are taken together. Each channel has its own mean and its own standard deviation."),
        Wrong(_statistics("statistics_first_batch", ("torch.cat(batches)", "batches[0]")),
              "Only the first batch is used. Take the images of all batches."),
        Wrong(_statistics("statistics_absolute", (_STD, "(images - images.mean(dim=(0, 2, 3), keepdim=True)).abs()"
                                                        ".mean(dim=(0, 2, 3))")),
              "This is the mean absolute deviation. Square the deviations, average them, take the root."),
        Wrong(_statistics("statistics_swapped", (f"{_MEAN}, {_STD}", f"{_STD}, {_MEAN}")),
              "The two results change places: first the mean, then the standard deviation."),
    ),
    hints=("torch.cat joins the batches along the first dimension. Over which dimensions do you average, so that one "
           "number for each channel remains?",
           "Over 0, 2 and 3: images, rows, columns. torch.std divides by M - 1 unless correction=0 is given."),
    allows="Normalize takes these two numbers for each channel.",
)


def mixup(images, targets, weights, num_classes):
    """Images and targets of a batch, each mixed with those of the image before it.

    images: tensor (N, C, H, W), float. targets: tensor (N,), int64, classes from 0 to
    num_classes - 1. weights: tensor (N,), of the images' dtype, from 0 to 1. num_classes: int ≥ 1.
    Returns a pair (mixed images, mixed targets). Mixed image n is
    weights[n] · images[n] + (1 - weights[n]) · images[n - 1]; the image before image 0 is the last
    one. Mixed target n is the same weighted sum of the one-hot vectors of
    targets[n] and targets[n - 1]: a tensor (N, num_classes) of the images' dtype. The arguments
    must not change.

    >>> images, targets = torch.tensor([[[[0.0]]], [[[8.0]]]]), torch.tensor([0, 2])
    >>> mixup(images, targets, torch.tensor([0.75, 1.0]), 3)[1]
    tensor([[0.7500, 0.0000, 0.2500],
            [0.0000, 0.0000, 1.0000]])
    """
    one_hot = F.one_hot(targets, num_classes).to(images.dtype)
    share = weights[:, None]
    mixed_targets = share * one_hot + (1 - share) * one_hot.roll(1, 0)
    share = weights[:, None, None, None]
    return share * images + (1 - share) * images.roll(1, 0), mixed_targets


def _mixed(draw):
    height, width = draw.sizes(2, 1, 3)
    count, classes = draw.integer(1, 4), draw.integer(2, 4)
    images = draw.tensor(count, draw.integer(1, 2), height, width, among=(0.0, 1.0, 2.0, 4.0, -1.0, 8.0))
    weights = draw.tensor(count, among=(1.0, 0.75, 0.5, 0.25, 0.0))
    return f"mixup({images}, {draw.classes(count, classes)}, {weights}, {classes})"


def _mix(name, *edits):
    return variant(mixup, *edits, name=name)


def mixup_overwritten(images, targets, weights, num_classes):
    """A wrong answer: where both labels are equal, the second share replaces the first."""
    mixed, n = torch.zeros(len(images), num_classes, dtype=images.dtype), torch.arange(len(images))
    mixed[n, targets] = weights
    mixed[n, targets.roll(1)] = 1 - weights
    return mixup(images, targets, weights, num_classes)[0], mixed


def mixup_one_after_the_other(images, targets, weights, num_classes):
    """A wrong answer: the image before has been mixed already when it is used."""
    mixed = images.clone()
    for n, weight in enumerate(weights):
        mixed[n] = weight * mixed[n] + (1 - weight) * mixed[n - 1]
    return mixed, mixup(images, targets, weights, num_classes)[1]


def mixup_of_labels(images, targets, weights, num_classes):
    """A wrong answer: the numbers of the classes are averaged."""
    label = (weights * targets + (1 - weights) * targets.roll(1) + 0.5).long()
    return mixup(images, targets, weights, num_classes)[0], F.one_hot(label, num_classes).to(images.dtype)


MIXUP = Exercise(
    reference=mixup,
    inputs=_mixed,
    fresh=True,
    cases=(
        "mixup(torch.tensor([[[[8.0]]]]), torch.tensor([1]), torch.tensor([0.5]), 2)",
        "mixup(torch.tensor([[[[0.0]]], [[[8.0]]]]), torch.tensor([0, 2]), torch.tensor([1.0, 1.0]), 3)",
        "mixup(torch.tensor([[[[0.0]]], [[[8.0]]]]), torch.tensor([0, 2]), torch.tensor([0.75, 1.0]), 3)",
        "mixup(torch.ones(2, 1, 1, 1), torch.tensor([0, 2]), torch.tensor([0.25, 0.75]), 3)",
        "mixup(torch.tensor([[[[0.0]]], [[[8.0]]], [[[4.0]]]]), torch.tensor([0, 1, 2]), "
        "torch.tensor([0.75, 0.25, 0.5]), 3)",
        "mixup(torch.arange(8.0).view(4, 1, 1, 2), torch.tensor([1, 1, 0, 1]), torch.tensor([0.5, 0.25, 0.75, 0.0]), "
        "2)",
        "mixup(torch.arange(24.0).view(2, 2, 2, 3), torch.tensor([3, 0]), torch.tensor([0.25, 0.75]), 4)",
        "mixup(torch.arange(18.0).view(3, 1, 3, 2), torch.tensor([0, 2, 2]), torch.tensor([0.75, 0.5, 0.25]), 5)",
        "x, y = torch.arange(2.0).view(2, 1, 1, 1), torch.tensor([0, 1]); mixup(x, y, torch.tensor([0.5, 0.25]), 2); "
        "x, y",
    ),
    wrong=(
        Wrong(_mix("mixup_after", ("roll(1, 0)", "roll(-1, 0)")),
              "Each image is mixed with the one after it. The one before it, n - 1, comes by roll(1, 0)."),
        Wrong(_mix("mixup_other_weight", ("share * one_hot + (1 - share) *", "(1 - share) * one_hot + share *"),
                   ("share * images + (1 - share) *", "(1 - share) * images + share *")),
              "The weights change places: image n itself has the weight weights[n], the one before it 1 - weights[n]."),
        Wrong(_mix("mixup_images_only", ("mixed_targets = share * one_hot + (1 - share) * one_hot.roll(1, 0)",
                                         "mixed_targets = one_hot")),
              "The images are mixed and the targets are not: a mixture has the same share of both labels."),
        Wrong(_mix("mixup_targets_only", ("return share * images + (1 - share) * images.roll(1, 0)",
                                          "return images.clone()")),
              "The targets are mixed and the images are not."),
        Wrong(_mix("mixup_one_weight", ("weights[:, None]", "weights[:1, None]"),
                   ("weights[:, None, None, None]", "weights[:1, None, None, None]")),
              "All images are mixed with the first weight. Image n has weights[n]."),
        Wrong(_mix("mixup_targets_opposite", ("share * one_hot + (1 - share) *", "(1 - share) * one_hot + share *")),
              "The images are mixed correctly; in the targets the two weights change places."),
        Wrong(_mix("mixup_targets_after", ("one_hot.roll(1, 0)", "one_hot.roll(-1, 0)")),
              "The targets are mixed with those of the image after, the images with the one before."),
        Wrong(_mix("mixup_reversed", ("roll(1, 0)", "flip(0)")),
              "The other image is from the reversed batch. Take the image before: roll(1, 0)."),
        Wrong(_mix("mixup_sum", ("share * one_hot + (1 - share) *", "one_hot + (1 - share) *"),
                   ("share * images + (1 - share) *", "images + (1 - share) *")),
              "The image itself has the weight 1. Its weight is weights[n], so that both weights sum to 1."),
        Wrong(mixup_of_labels,
              "The class numbers are averaged: half of class 0 and half of class 2 is not class 1. Mix the rows of "
              "F.one_hot(targets, num_classes)."),
        Wrong(mixup_overwritten,
              "Where an image and the one before it have one label, the second share replaces the first. Add them."),
        Wrong(mixup_one_after_the_other,
              "The image before has been mixed already when it is used. Take both from the images that are given."),
        Wrong(_mix("mixup_first_with_itself",
                   ("one_hot.roll(1, 0)", "torch.cat([one_hot[:1], one_hot[:-1]])"),
                   ("images.roll(1, 0)", "torch.cat([images[:1], images[:-1]])")),
              "The first image is mixed with itself. The image before it is the last one of the batch."),
        Wrong(_mix("mixup_rounded", ("(1 - share) * one_hot.roll(1, 0)", "(1 - share) * one_hot.roll(1, 0)\n"
                                     "    mixed_targets = F.one_hot(mixed_targets.argmax(1), num_classes)"
                                     ".to(images.dtype)")),
              "The target is the class with the larger share alone. Keep both shares."),
        Wrong(_mix("mixup_num_classes", ("F.one_hot(targets, num_classes)", "F.one_hot(targets)")),
              "F.one_hot(targets) has only as many columns as the largest label needs. Give it num_classes."),
    ),
    hints=("x.roll(1, 0) moves every element one place on along the first dimension: place n holds the one before.",
           "Give the weights the shape (N, 1, 1, 1) for the images and (N, 1) for the targets; F.one_hot makes the "
           "targets (N, num_classes), whole numbers: .to(images.dtype)."),
    allows="Cross-entropy takes the mixed targets as they are.",
)


COUNTS = Quiz(
    name="counts_of_images",
    reference=[25, 50, 81, 4],
    questions=(
        "different shifts that Shift(2) can draw for an image",
        "different images that Flip() and then Shift(2) can make of one",
        "positions of a 32 × 32 window in a 32 × 32 image that is padded by 4 on each side",
        "percent of the images that Shift(2) leaves where they are, on average",
    ),
    wrong=(
        Wrong([4, 50, 81, 4], "More than up, down, left and right: down and right are both drawn, each from -2 to 2."),
        Wrong([16, 50, 81, 4], "From -2 to 2 there are five values, 0 among them: five for down, five for right."),
        Wrong([5, 50, 81, 4], "Five values for down and five for right are drawn independently: multiply."),
        Wrong([25, 27, 81, 4], "Each shift is possible with and without a flip: multiply."),
        Wrong([25, 50, 64, 4], "A padded image has 40 rows. A window of 32 may begin at row 0 and at row 8: how many "
                               "rows are that?"),
        Wrong([25, 50, 16, 4], "On two sides together the padding has 8 rows. A window may begin at each of them, and "
                               "at the row after them."),
        Wrong([25, 50, 9, 4], "That is the number of rows at which the window may begin. Multiply by the columns."),
        Wrong([25, 50, 81, 20], "One of five values for down is 0; the one for right must be 0 as well."),
        Wrong([25, 50, 81, 0], "0 is among the values that are drawn: one of all shifts is the one by (0, 0)."),
        Wrong([25, 50, 81, 0.04], "That is the share. The question asks for percent."),
    ),
    hints=("Shift(2) draws down and right, each one of -2, -1, 0, 1, 2.",
           "Independent choices multiply. From a to b there are b - a + 1 whole numbers."),
    allows="The number of different images is large, and they are similar to each other.",
)


KEEPS = Quiz(
    name="keeps_label",
    reference=["no", "yes", "no", "yes", "no", "no"],
    questions=(
        "digits 0 to 9, random left-right flips",
        "digits 0 to 9, rotations by up to 10 degrees",
        "digits 0 to 9, rotations by up to 180 degrees",
        "photographs of cats and dogs, random left-right flips",
        "is the traffic light red or green, hue moved by up to half the color circle",
        "on which side of the chest X-ray is the heart, random left-right flips",
    ),
    wrong=(
        Wrong(["yes", "yes", "no", "yes", "no", "no"], "Mirror a 2, or a 7. Is what you get still a digit?"),
        Wrong(["no", "no", "no", "yes", "no", "no"], "People write digits more or less slanted. Tilt your head by 10 "
                                                     "degrees: which digit becomes another?"),
        Wrong(["no", "yes", "yes", "yes", "no", "no"], "Turn a 6 by 180 degrees."),
        Wrong(["no", "yes", "no", "no", "no", "no"], "A cat in a mirror is a cat."),
        Wrong(["no", "yes", "no", "yes", "yes", "no"], "The class is the color. Half of the color circle moves red to "
                                                       "cyan, a third of it to green."),
        Wrong(["no", "yes", "no", "yes", "no", "yes"], "The class is the side. A mirror changes the side and the label "
                                                       "stays."),
    ),
    hints=("Imagine the strongest change that can be drawn. Would a person give the changed image the same label?",
           "Ask of each: does the class depend on what the transform changes (orientation, color, side)?"),
    allows="The same transform is right for one task and wrong for another.",
)


EXERCISES = [STATISTICS, FLIP, CROP, COUNTS, KEEPS, MIXUP]
