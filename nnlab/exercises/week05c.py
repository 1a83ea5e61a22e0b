"""Week 5c: equal parameters, errors of each class, permuted pixels, accuracy under changes, blur before subsampling."""

import math

import torch
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def units_for(parameters, inputs, outputs):
    """Number of hidden units with which a fully connected network has about that many parameters.

    parameters: int ≥ 1, the number of parameters aimed at. inputs, outputs: ints ≥ 1.
    The network has one hidden layer of h units and then the output layer; both are linear layers
    with weights and biases, as nn.Linear has them.
    Returns the int h ≥ 1 for which the network's number of parameters is nearest to `parameters`,
    above or below; of two that are equally near, the smaller h. Tested too: so few parameters that
    even h = 1 has more; then h is 1.

    >>> units_for(40, 2, 3)
    6
    """
    each = inputs + 1 + outputs
    return max(1, math.ceil((parameters - outputs) / each - 0.5))


def _targets_for_units(draw):
    inputs, outputs = draw.sizes(2, 1, 9)
    return f"units_for({draw.integer(1, 120)}, {inputs}, {outputs})"


def _units(name, *edits):
    return variant(units_for, *edits, name=name)


_NEAREST = "max(1, math.ceil((parameters - outputs) / each - 0.5))"

UNITS = Exercise(
    reference=units_for,
    inputs=_targets_for_units,
    cases=(
        "units_for(7, 1, 1)",
        "units_for(5, 1, 1)",
        "units_for(1, 1, 1)",
        "units_for(40, 2, 3)",
        "units_for(18, 2, 3)",
        "units_for(24, 2, 3)",
        "units_for(41, 3, 2)",
        "units_for(19, 6, 1)",
        "units_for(56, 5, 2)",
        "units_for(9_999, 2, 3)",
        "units_for(26_698, 784, 10)",
        "units_for(307_648, 784, 10)",
    ),
    wrong=(
        Wrong(_units("units_without_biases", ("inputs + 1 + outputs", "inputs + outputs"),
                     ("(parameters - outputs)", "parameters")),
              "The biases are not counted. A linear layer from n to m units has n·m weights and m biases."),
        Wrong(_units("units_without_hidden_biases", ("inputs + 1 + outputs", "inputs + outputs")),
              "The biases of the hidden layer are missing: every hidden unit has one weight for each input, one bias, "
              "and one weight to each output."),
        Wrong(_units("units_without_output_biases", ("(parameters - outputs)", "parameters")),
              "The biases of the output layer are missing: they are there whatever h is, one for each output."),
        Wrong(_units("units_at_most", (_NEAREST, "max(1, (parameters - outputs) // each)")),
              "This is the largest network with at most that many parameters. The nearest one may have a few more."),
        Wrong(_units("units_at_least", ("each - 0.5", "each")),
              "This is the smallest network with at least that many parameters. The nearest one may have a few fewer."),
        Wrong(_units("units_rounding_ties_up", (_NEAREST, "max(1, math.floor((parameters - outputs) / each + 0.5))")),
              "Of two networks that are equally near, the smaller is asked; this takes the larger."),
        Wrong(_units("units_to_even", (_NEAREST, "max(1, round((parameters - outputs) / each))")),
              "Python's round takes the even number of two that are equally near. Asked is the smaller."),
        Wrong(_units("units_not_a_whole_number", (_NEAREST, "max(1, (parameters - outputs) / each)")),
              "A number of units is a whole number: choose the nearest."),
        Wrong(_units("units_may_be_none", (_NEAREST, "math.ceil((parameters - outputs) / each - 0.5)")),
              "A hidden layer needs at least one unit, however few parameters are aimed at."),
        Wrong(_units("units_of_one_layer", (_NEAREST, "max(1, math.ceil(parameters / (inputs + 1) - 0.5))")),
              "Only the hidden layer's parameters are counted. The output layer has h weights and a bias for each "
              "output."),
        Wrong(_units("units_swapped", ("(parameters - outputs)", "(parameters - inputs)")),
              "The output layer has one bias for each output; there are no biases at the inputs."),
    ),
    hints=("Write the number of parameters for h hidden units: how many does each hidden unit bring, and how many are "
           "there besides?",
           "It is h · (inputs + 1 + outputs) + outputs. Solve for h, and round to the nearest whole number."),
    allows="Comparisons at equal parameters ask this for each of the networks.",
    uses={"math": math},
)


def class_error_rates(predictions, targets, num_classes):
    """Error rate of each class: the share of its images that are classified incorrectly.

    predictions, targets: tensors (N,), int64: the predicted class and the label of each image, from
    0 to num_classes - 1. num_classes: int ≥ 1.
    Returns a tensor (num_classes,), float32: element c is the number of images with label c and
    another prediction, divided by the number of images with label c; 0 where there is no such
    image. Tested too: a class that is never predicted, N = 0.

    >>> class_error_rates(torch.tensor([0, 1, 0]), torch.tensor([0, 0, 1]), 3)
    tensor([0.5000, 1.0000, 0.0000])
    """
    wrong = torch.bincount(targets[predictions != targets], minlength=num_classes)
    images = torch.bincount(targets, minlength=num_classes)
    return wrong / images.clamp(min=1)


def _classified(draw):
    classes, count = draw.integer(1, 4), draw.integer(1, 8)
    return (f"class_error_rates({draw.classes(count, classes)}, {draw.classes(count, classes)}, "
            f"{classes + draw.integer(0, 1)})")


def _rates(name, *edits):
    return variant(class_error_rates, *edits, name=name)


RATES = Exercise(
    reference=class_error_rates,
    inputs=_classified,
    cases=(
        "class_error_rates(torch.tensor([0]), torch.tensor([0]), 1)",
        "class_error_rates(torch.tensor([1, 1]), torch.tensor([1, 0]), 2)",
        "class_error_rates(torch.tensor([0, 0, 0]), torch.tensor([0, 1, 1]), 2)",
        "class_error_rates(torch.tensor([0, 1, 0]), torch.tensor([0, 0, 1]), 3)",
        "class_error_rates(torch.tensor([0, 0, 1, 2, 2]), torch.tensor([0, 0, 0, 2, 1]), 3)",
        "class_error_rates(torch.tensor([2, 2, 2, 2]), torch.tensor([2, 2, 2, 0]), 3)",
        "class_error_rates(torch.tensor([], dtype=torch.int64), torch.tensor([], dtype=torch.int64), 2)",
    ),
    wrong=(
        Wrong(_rates("rates_of_correct", ("!=", "==")),
              "This is the share that is classified correctly. The error rate counts the others."),
        Wrong(_rates("rates_of_predictions", ("wrong = torch.bincount(targets[", "wrong = torch.bincount(predictions["),
                     ("bincount(targets, minlength", "bincount(predictions, minlength")),
              "This groups the images by their predicted class: of the images predicted as c, the share that is "
              "something else. Group them by their label."),
        Wrong(_rates("rates_by_wrong_prediction", ("bincount(targets[", "bincount(predictions[")),
              "The errors are counted for the class that was predicted. An error belongs to the class of its label."),
        Wrong(_rates("rates_of_all_images", ("images.clamp(min=1)", "max(1, len(targets))")),
              "The errors of a class are divided by the number of all images. Divide by the number of images of that "
              "class."),
        Wrong(_rates("rates_of_all_errors", ("images.clamp(min=1)", "wrong.sum().clamp(min=1)")),
              "This is the share of each class in all errors. Divide by the number of images of the class instead."),
        Wrong(_rates("rates_as_counts", (" / images.clamp(min=1)", "")),
              "These are numbers of errors. A rate is a number of errors divided by the images of the class."),
        Wrong(_rates("rates_with_nan", ("images.clamp(min=1)", "images")),
              "A class without images gives 0/0, which is nan. Its error rate is to be 0."),
        Wrong(_rates("rates_without_length", (", minlength=num_classes", "")),
              "bincount ends at the largest number that occurs. Give it minlength, so that the result has one element "
              "for each class."),
        Wrong(_rates("rates_one_where_empty", ("wrong / images.clamp(min=1)", "1 - (images - wrong) / "
                                               "images.clamp(min=1)")),
              "A class without images gets the error rate 1. Nothing of it is classified incorrectly: it is to be 0."),
        Wrong(_rates("rates_in_percent", ("wrong / ", "100 * wrong / ")),
              "A share lies between 0 and 1; this is in percent."),
        Wrong(_rates("rates_total", ("wrong / images.clamp(min=1)",
                                     "(wrong.sum() / images.sum().clamp(min=1)).repeat(num_classes)")),
              "This is the error rate of all images, for every class. Count the errors of each class separately."),
    ),
    hints=("targets[predictions != targets] are the labels of the errors. How often does each class occur among them?",
           "torch.bincount(numbers, minlength=num_classes) counts how often each number occurs. Divide two such "
           "counts; clamp(min=1) keeps the denominator from being 0."),
    allows="With it you see which classes a network confuses, not only how many images.",
)


def permute_pixels(images, order):
    """The images with their pixels in another order, the same order in every image and channel.

    images: tensor (N, C, H, W) of any dtype. order: tensor (H·W,), int64, a permutation of the
    numbers 0 to H·W - 1; the pixels of an image are numbered row by row: the one in row i and
    column j is number i·W + j.
    Returns a new tensor (N, C, H, W): its pixel number k is the pixel number order[k] of the image.
    The images given must not change. Height and width may differ.

    >>> permute_pixels(torch.tensor([[[[10, 20], [30, 40]]]]), torch.tensor([1, 2, 3, 0]))
    tensor([[[[20, 30],
              [40, 10]]]])
    """
    return images.flatten(2)[..., order].reshape(images.shape)


def _permuted(draw):
    channels, height, width = draw.choice(((1, 2, 2), (2, 1, 3), (1, 3, 2), (3, 2, 1), (2, 3, 2)))
    left, order = list(range(height * width)), []
    while left:
        order.append(left.pop(len(left) - 1 - draw.integer(0, len(left) - 1)))
    images = draw.tensor(draw.integer(1, 2), channels, height, width, among=(0, 1, 2, 3, 5, 7, -1, 4))
    return f"permute_pixels({images}, torch.tensor({order}))"


def _pixels(name, *edits):
    return variant(permute_pixels, *edits, name=name)


_TAKEN = "images.flatten(2)[..., order].reshape(images.shape)"

PERMUTE = Exercise(
    reference=permute_pixels,
    inputs=_permuted,
    fresh=True,
    cases=(
        "permute_pixels(torch.arange(4.0).view(1, 1, 2, 2), torch.tensor([0, 1, 2, 3]))",
        "permute_pixels(torch.tensor([[[[10, 20], [30, 40]]]]), torch.tensor([3, 2, 1, 0]))",
        "permute_pixels(torch.tensor([[[[10, 20], [30, 40]]]]), torch.tensor([1, 2, 3, 0]))",
        "permute_pixels(torch.arange(8.0).view(2, 1, 2, 2), torch.tensor([1, 2, 0, 3]))",
        "permute_pixels(torch.arange(8.0).view(1, 2, 2, 2), torch.tensor([3, 0, 2, 1]))",
        "permute_pixels(torch.arange(12.0).view(1, 2, 2, 3), torch.tensor([5, 0, 3, 1, 4, 2]))",
        "permute_pixels(torch.arange(24).view(2, 2, 3, 2), torch.tensor([2, 0, 1, 5, 3, 4]))",
        "x = torch.arange(4.0).view(1, 1, 2, 2); permute_pixels(x, torch.tensor([1, 2, 3, 0])); x",
    ),
    wrong=(
        Wrong(_pixels("permute_inverse", ("[..., order]", "[..., order.argsort()]")),
              "This is the inverse: your pixel number order[k] is the image's pixel number k. Asked is the other "
              "direction: pixel k of the result is taken from order[k]."),
        Wrong(_pixels("permute_column_by_column",
                      (_TAKEN, "images.mT.flatten(2)[..., order].reshape(images.mT.shape).mT.contiguous()")),
              "The pixels are numbered column by column. Number them row by row: pixel (i, j) is number i·W + j."),
        Wrong(_pixels("permute_flat", (_TAKEN, "images.flatten(2)[..., order]")),
              "The pixels are right. Give the result the shape of the images, (N, C, H, W)."),
        Wrong(_pixels("permute_first_channel",
                      (_TAKEN, "torch.cat((images[:, :1].flatten(2)[..., order].view_as(images[:, :1]), "
                               "images[:, 1:]), 1)")),
              "Only the first channel is permuted. All channels get the same order."),
        Wrong(_pixels("permute_the_first_image",
                      (_TAKEN, "torch.cat((images[:1].flatten(2)[..., order].view_as(images[:1]), images[1:]))")),
              "Only the first image is permuted. Every image gets the same order."),
        Wrong(_pixels("permute_one_channel_left", (_TAKEN, "images.flatten(1)[..., order].view(len(images), 1, "
                                                           "*images.shape[2:])")),
              "The channels are flattened together with the pixels, and only pixels of the first channel are taken. "
              "Flatten height and width only: flatten(2)."),
        Wrong(_pixels("permute_in_place",
                      (_TAKEN, "images.copy_(images.flatten(2)[..., order].reshape(images.shape))")),
              "The images given are overwritten. Return a new tensor."),
        Wrong(_pixels("permute_nothing", (_TAKEN, "images.clone()")),
              "The pixels stay where they are. Take them in the given order."),
    ),
    hints=("flatten(2) makes (N, C, H·W) of the images. What does indexing its last dimension with `order` give?",
           "A tensor of ints is an index: x[..., order] takes the elements in that order. The shape of the images "
           "comes back with reshape."),
    allows="The same order for training and test images makes another data set with the same information.",
)


def shift_right(images, pixels):
    """The images moved right by whole pixels: what enters is 0, what leaves is lost.

    images: tensor (N, C, H, W), float. pixels: int; a negative number moves the images to the left,
    0 leaves them where they are.
    Returns a new tensor (N, C, H, W): pixel (i, j) of the result is pixel (i, j - pixels) of the
    image, or 0 where the image has no such column. The images given must not change. Tested too:
    shifts by the whole width or more, where all pixels of the result are 0.

    >>> shift_right(torch.tensor([[[[1.0, 2.0, 3.0]]]]), 1)
    tensor([[[[0., 1., 2.]]]])
    """
    shifted, width = torch.zeros_like(images), images.shape[-1]
    if pixels >= 0:
        shifted[..., pixels:] = images[..., :max(0, width - pixels)]
    else:
        shifted[..., :pixels] = images[..., -pixels:]
    return shifted


def _moved(draw):
    height, width = draw.sizes(2, 1, 4)
    count, channels = draw.integer(1, 2), draw.integer(1, 2)
    images = draw.tensor(count, channels, height, width, among=(1.0, 2.0, 3.0, 5.0, 7.0, -1.0, 4.0))
    return f"shift_right({images}, {draw.choice((1, 0, 2, -1, -2, 3, -3, 5, -6))})"


def shift_with_minus_zero(images, pixels):
    """A wrong answer: the slice [:-0] is empty."""
    shifted = torch.zeros_like(images)
    if abs(pixels) >= images.shape[-1]:
        return shifted
    if pixels >= 0:
        shifted[..., pixels:][..., :images[..., :-pixels].shape[-1]] = images[..., :-pixels]
    else:
        shifted[..., :pixels] = images[..., -pixels:]
    return shifted


def shift_with_border(images, pixels):
    """A wrong answer: the pixels of the border are repeated."""
    columns = (torch.arange(images.shape[-1]) - pixels).clamp(0, images.shape[-1] - 1)
    return images[..., columns]


def shift_right_only(images, pixels):
    """A wrong answer: negative numbers move to the right, too."""
    return shift_right(images, abs(pixels))


def shift_left(images, pixels):
    """A wrong answer: the direction is reversed."""
    return shift_right(images, -pixels)


def shift_down(images, pixels):
    """A wrong answer: the rows move."""
    return shift_right(images.mT, pixels).mT


def shift_in_place(images, pixels):
    """A wrong answer: the images are overwritten."""
    return images.copy_(shift_right(images, pixels))


def shift_growing(images, pixels):
    """A wrong answer: columns are added, none is lost."""
    return nn.functional.pad(images, (max(pixels, 0), max(-pixels, 0)))


def shift_around(images, pixels):
    """A wrong answer: what leaves enters on the other side."""
    return images.roll(pixels, -1)


def shift_around_large(images, pixels):
    """A wrong answer: by the whole width or more, the image comes back."""
    width = images.shape[-1]
    return shift_right(images, pixels % width if pixels >= 0 else -(-pixels % width))


def shift_and_erase_one(images, pixels):
    """A wrong answer: one column too many is empty."""
    shifted = shift_right(images, pixels)
    shifted[..., max(pixels, 0):pixels + 1] = 0
    return shifted


SHIFT = Exercise(
    reference=shift_right,
    inputs=_moved,
    fresh=True,
    cases=(
        "shift_right(torch.tensor([[[[1.0, 2.0, 3.0]]]]), 1)",
        "shift_right(torch.tensor([[[[1.0, 2.0, 3.0]]]]), 2)",
        "shift_right(torch.tensor([[[[1.0, 2.0, 3.0]]]]), -1)",
        "shift_right(torch.tensor([[[[1.0, 2.0, 3.0]]]]), 0)",
        "shift_right(torch.arange(1.0, 7.0).view(1, 1, 3, 2), 1)",
        "shift_right(torch.arange(1.0, 25.0).view(2, 2, 2, 3), -2)",
        "shift_right(torch.ones(1, 1, 2, 3), 3)",
        "shift_right(torch.ones(1, 1, 2, 3), -4)",
        "shift_right(torch.zeros(1, 1, 2, 3), 1)",
        "x = torch.ones(1, 1, 1, 3); shift_right(x, 1); x",
    ),
    wrong=(
        Wrong(shift_around, "What leaves on one side enters on the other: torch.roll is a circular shift. Here zeros "
                            "enter."),
        Wrong(shift_left, "The direction is reversed: a positive number moves the images to the right, so zeros "
                          "enter on the left."),
        Wrong(shift_down, "The images move down. Columns are along the last dimension, rows along the one before it."),
        Wrong(shift_with_border, "The outermost pixels are repeated where the image has no column. Put 0 there."),
        Wrong(shift_right_only, "A negative number also moves to the right here. It is to move the images left."),
        Wrong(shift_growing, "The result is wider than the image. What leaves on the right is lost: the shape stays."),
        Wrong(shift_with_minus_zero, "A shift by 0 gives an empty image: the slice [:-0] is the same as [:0]. Treat 0 "
                                     "so that the image stays."),
        Wrong(shift_around_large, "By the whole width or more nothing of the image is left. Here it comes back: a "
                                  "negative number in a slice counts from the end, and % wraps around."),
        Wrong(shift_in_place, "The images given are overwritten. Return a new tensor."),
        Wrong(shift_and_erase_one, "One column too many is 0. Compare the example: after a shift by 1 the first column "
                                   "is 0, the second holds the old first."),
    ),
    hints=("Begin with torch.zeros_like(images), and copy the part that stays visible: to which columns, from which?",
           "To the right by p: columns p and beyond receive the columns up to width - p. To the left the two parts "
           "change places. Mind p = 0, and p larger than the width."),
    allows="A curve of accuracy against shift needs nothing more.",
    equivalent=(("max(0, width - pixels) → max(width - pixels, 0)", "the same maximum"),
                ("0 → 1", "where nothing is left, a single column is copied to none")),
)


class Recorder(nn.Module):
    """A model whose outputs are its inputs in reverse order, moved by one in training mode (as dropout might).

    Attributes:
        used: the different pairs (training mode, gradients enabled) in which it was called, a sorted list.
    """

    def __init__(self):
        super().__init__()
        self.used = []

    def forward(self, x):
        """Outputs (N, classes) for inputs (N, classes)."""
        self.used = sorted({*self.used, (self.training, torch.is_grad_enabled())})
        return x.flip(1).roll(1, 1) if self.training else x.flip(1)


def accuracy_curve(model, images, targets, change, values):
    """Accuracies of a model on images changed by each of several strengths: a list of floats.

    model: nn.Module whose outputs for N images are logits (N, classes). images: tensor with N
    images along its first dimension. targets: tensor (N,), int64, the labels. change: function of
    (images, value) that returns the changed images. values: list of numbers.
    Element k of the result is the share, from 0 to 1, of the images classified correctly after
    change(images, values[k]); always change the original images. The model is used in evaluation
    mode and under torch.no_grad(); afterwards it is in the mode (training or evaluation) in which
    it was given. Tested too: values is empty.

    >>> accuracy_curve(nn.Identity(), torch.eye(2), torch.tensor([0, 0]), torch.mul, [1, 0])
    [0.5, 1.0]
    """
    training, found = model.training, []
    model.eval()
    with torch.no_grad():
        for value in values:
            predictions = model(change(images, value)).argmax(1)
            found.append((predictions == targets).float().mean().item())
    model.train(training)
    return found


def rolled(images, value):
    """`images` with their last dimension rolled by `value`."""
    return images.roll(value, -1)


def _curve_case(draw):
    count, classes = draw.integer(1, 4), draw.integer(2, 4)
    images = draw.tensor(count, classes, among=(0, 1, 2, 3, -1, -2), dtype=torch.float32)
    values = [draw.choice((0, 1, 2, -1)) for _ in range(draw.integer(0, 3))]
    mode = draw.choice(("train", "eval"))
    return (f"model = Recorder().{mode}(); accuracy_curve(model, {images}, {draw.classes(count, classes)}, rolled, "
            f"{values}), model.training, model.used")


def _curve(name, *edits):
    return variant(accuracy_curve, *edits, name=name)


CURVE = Exercise(
    reference=accuracy_curve,
    inputs=_curve_case,
    float64=False,
    cases=(
        "accuracy_curve(nn.Identity().eval(), torch.eye(2), torch.tensor([0, 1]), torch.mul, [1])",
        "accuracy_curve(nn.Identity(), torch.eye(2), torch.tensor([0, 0]), torch.mul, [1, 0])",
        "accuracy_curve(nn.Identity(), torch.eye(3), torch.tensor([0, 2, 2]), rolled, [0])",
        "accuracy_curve(nn.Identity(), torch.eye(3), torch.tensor([0, 1, 1]), rolled, [1, 1, 0])",
        "accuracy_curve(nn.Identity(), torch.eye(3), torch.tensor([1, 2, 0]), rolled, [0, 1, 2])",
        "accuracy_curve(Recorder().eval(), torch.eye(3), torch.tensor([1, 0, 2]), rolled, [1])",
        "model = Recorder(); accuracy_curve(model, torch.eye(3), torch.tensor([2, 1, 0]), rolled, [0]), model.used",
        "model = Recorder(); accuracy_curve(model, torch.eye(3), torch.tensor([2, 1, 0]), rolled, [0]); model.training",
        "model = Recorder().eval(); accuracy_curve(model, torch.eye(2), torch.tensor([0, 0]), rolled, [0]), "
        "model.training",
        "accuracy_curve(Recorder(), torch.eye(2), torch.tensor([0, 0]), rolled, [])",
    ),
    wrong=(
        Wrong(_curve("curve_in_training_mode", ("    model.eval()\n", "")),
              "The model is used in training mode, in which dropout and batch normalization behave differently. Call "
              "model.eval() first."),
        Wrong(_curve("curve_leaves_evaluation_mode", ("model.train(training)", "pass")),
              "The model was given in training mode and is left in evaluation mode. Restore the mode that it had."),
        Wrong(_curve("curve_leaves_training_mode", ("model.train(training)", "model.train()")),
              "The model was given in evaluation mode and is left in training mode. Restore the mode that it had."),
        Wrong(_curve("curve_with_gradients", ("torch.no_grad()", "torch.enable_grad()")),
              "The outputs are computed with gradients, which costs memory and time. Use torch.no_grad()."),
        Wrong(_curve("curve_cumulative", ("model(change(images, value))", "model(images := change(images, value))")),
              "Each change is applied to the result of the one before. Always change the original images."),
        Wrong(_curve("curve_of_errors", ("predictions == targets", "predictions != targets")),
              "This is the error rate, the share that is classified incorrectly. Asked is the accuracy."),
        Wrong(_curve("curve_unchanged", ("change(images, value)", "images")),
              "The images are not changed: all values give the same accuracy."),
        Wrong(_curve("curve_changing_outputs", ("model(change(images, value))", "change(model(images), value)")),
              "The change is applied to the outputs. Change the images, and give the changed images to the model."),
        Wrong(_curve("curve_of_numbers", (".float().mean().item()", ".sum().item()")),
              "These are numbers of images. Divide by how many there are: the accuracy is a share."),
        Wrong(_curve("curve_in_percent", (".float().mean()", ".float().mean().mul(100)")),
              "The accuracy is a share from 0 to 1; this is in percent."),
        Wrong(_curve("curve_of_smallest", ("argmax(1)", "argmin(1)")),
              "The predicted class is the one with the largest logit, not the smallest."),
        Wrong(_curve("curve_of_the_last", ("return found", "return found[-1:]")),
              "Only the last accuracy is returned. The list has one element for each value."),
        Wrong(_curve("curve_against_first", ("predictions == targets", "predictions == model(images).argmax(1)")),
              "The predictions are compared with those for the unchanged images. That is the agreement; the accuracy "
              "compares with the labels."),
    ),
    hints=("Note model.training, call model.eval(), and go through the values under torch.no_grad().",
           "For one value: model(change(images, value)).argmax(1) == targets are the correct ones. At the end, "
           "model.train(mode) sets the mode; mode is True or False."),
    allows="The same function measures shift, rotation, brightness, occlusion, or a change of your own.",
    uses={"nn": nn, "Recorder": Recorder, "rolled": rolled},
)


def blur_pool(x):
    """Feature maps blurred with the 3-tap binomial kernel, then subsampled by 2; circular.

    x: tensor (N, C, H, W), float32 or float64; H and W are even.
    Returns a tensor (N, C, H/2, W/2). Each channel is blurred on its own, along rows and columns,
    with the weights k = (1/4, 1/2, 1/4); then the rows and columns 0, 2, 4, ... are kept:
    y[n, c, i, j] = Σ_a Σ_b k_a k_b x[n, c, 2i + a, 2j + b], where a and b are -1, 0, 1 and
    k_-1 = k_1 = 1/4, k_0 = 1/2. Beyond an edge the image begins again at the opposite one: row -1
    is row H - 1, column -1 is column W - 1 (circular). Gradients must flow through.

    >>> blur_pool(torch.tensor([[[[8.0, 0.0, 0.0, 4.0], [8.0, 0.0, 0.0, 4.0]]]]))
    tensor([[[[5., 1.]]]])
    """
    for dim in (-2, -1):
        x = (x.roll(1, dim) + 2 * x + x.roll(-1, dim)) / 4
    return x[..., ::2, ::2]


def _maps(draw):
    height, width = draw.choice(((2, 4), (2, 2), (4, 2), (4, 6), (6, 2)))
    few = height * width > 12
    size = (1, 1) if few else (draw.integer(1, 2), draw.integer(1, 2))
    return f"blur_pool({draw.tensor(*size, height, width, among=(0.0, 1.0, 2.0, 3.0, -1.0, 4.0, 8.0))})"


def _blur(name, *edits):
    return variant(blur_pool, *edits, name=name)


_SUM = "(x.roll(1, dim) + 2 * x + x.roll(-1, dim)) / 4"
_KEPT = "return x[..., ::2, ::2]"

BLUR = Exercise(
    reference=blur_pool,
    inputs=_maps,
    differentiable=True,
    cases=(
        "blur_pool(torch.zeros(1, 1, 2, 2))",
        "blur_pool(torch.ones(1, 1, 4, 2))",
        "blur_pool(torch.tensor([[[[8.0, 0.0, 0.0, 4.0], [8.0, 0.0, 0.0, 4.0]]]]))",
        "blur_pool(torch.tensor([[[[8.0], [0.0], [0.0], [4.0]]]]).repeat(1, 1, 1, 2))",
        "blur_pool(torch.arange(16.0).view(1, 1, 4, 4))",
        "blur_pool(torch.arange(24.0).view(1, 1, 4, 6) ** 2)",
        "blur_pool(torch.arange(32.0).view(2, 2, 4, 2) % 7)",
        "blur_pool(torch.arange(16.0, dtype=torch.float64).view(1, 2, 2, 4))",
    ),
    wrong=(
        Wrong(_blur("blur_after", (f"for dim in (-2, -1):\n        x = {_SUM}\n    {_KEPT}",
                                   f"x = x[..., ::2, ::2]\n    for dim in (-2, -1):\n        x = {_SUM}\n"
                                   "    return x")),
              "You subsample first and blur afterwards. What subsampling drops must be blurred in before."),
        Wrong(_blur("blur_not_at_all", (_SUM, "x")),
              "The maps are subsampled without a blur. First replace each pixel by a weighted mean of its neighbors."),
        Wrong(_blur("blur_without_subsampling", (_KEPT, "return x")),
              "The blur is right. Then keep every second row and every second column, beginning with number 0."),
        Wrong(_blur("blur_from_one", (_KEPT, "return x[..., 1::2, 1::2]")),
              "The odd rows and columns are kept. Begin with row 0 and column 0."),
        Wrong(_blur("blur_not_normalized", (") / 4", ")")),
              "The weights are 1, 2, 1, whose sum is 4 in each direction: the result is 16 times too large. A blur "
              "keeps a constant image as it is."),
        Wrong(_blur("blur_with_a_box", (_SUM, "(x.roll(1, dim) + x + x.roll(-1, dim)) / 3")),
              "All three weights are equal: a box. The binomial kernel has 1/4, 1/2, 1/4."),
        Wrong(_blur("blur_of_two", (_SUM, "(x + x.roll(-1, dim)) / 2")),
              "This is the mean of 2 × 2 pixels, average pooling. The kernel has three weights in each direction."),
        Wrong(_blur("blur_rows_only", ("(-2, -1)", "(-1,)")),
              "Only along the rows is blurred. Blur along the columns as well: the kernel is 3 × 3."),
        Wrong(_blur("blur_columns_only", ("(-2, -1)", "(-2,)")),
              "Only along the columns is blurred. Blur along the rows as well: the kernel is 3 × 3."),
        Wrong(_blur("blur_with_zeros",
                    (f"for dim in (-2, -1):\n        x = {_SUM}",
                     "x = torch.nn.functional.pad(x, (1, 1, 1, 1)); "
                     "x = (x[..., :-2] + 2 * x[..., 1:-1] + x[..., 2:]) / 4; "
                     "x = (x[..., :-2, :] + 2 * x[..., 1:-1, :] + x[..., 2:, :]) / 4")),
              "Zeros beyond the edge darken it. Here the image continues at the opposite edge: circular."),
        Wrong(_blur("blur_repeating_the_border",
                    (f"for dim in (-2, -1):\n        x = {_SUM}",
                     "x = torch.nn.functional.pad(x, (1, 1, 1, 1), mode='replicate'); "
                     "x = (x[..., :-2] + 2 * x[..., 1:-1] + x[..., 2:]) / 4; "
                     "x = (x[..., :-2, :] + 2 * x[..., 1:-1, :] + x[..., 2:, :]) / 4")),
              "Beyond the edge the outermost pixels are repeated. Here the image continues at the opposite edge: "
              "circular."),
        Wrong(_blur("blur_over_channels", ("(-2, -1)", "(-3, -2, -1)")),
              "The channels are mixed. Each channel is blurred on its own."),
    ),
    hints=("x.roll(1, -1) has at column j what x has at column j - 1, and it is circular already.",
           "Along one direction: a quarter of the left neighbor, half of the pixel, a quarter of the right one. Do it "
           "for both directions, then slice with a step of 2."),
    allows="Used in place of plain subsampling, it makes a network's predictions depend less on the position.",
    equivalent=(("(-2, -1) → (-1, -2)", "the two blurs commute"), ("-2 → 2", "the same dimension")),
)

PERMUTED = Quiz(
    name="notices_permutation",
    reference=["no", "no", "yes", "no", "yes"],
    questions=(
        "a fully connected network with three layers",
        "the nearest neighbor, by Euclidean distance",
        "a 3×3 convolution, ReLU, global average pooling, a linear layer",
        "a 1×1 convolution, ReLU, global average pooling, a linear layer",
        "2×2 max pooling of the pixels, then a fully connected network",
    ),
    wrong=(
        Wrong(["yes", "yes", "yes", "no", "yes"],
              "Here every pixel has a weight or a term of its own in a sum. Renumber pixels and weights together: does "
              "the sum change?"),
        Wrong(["no", "no", "no", "no", "yes"],
              "Global average pooling forgets where a pattern is. But the pattern is one of 3×3 neighbors: are they "
              "neighbors after the permutation?"),
        Wrong(["no", "no", "yes", "yes", "yes"],
              "A 1×1 convolution computes each output from one pixel, and the average over all positions does not "
              "know their order."),
        Wrong(["no", "no", "yes", "no", "no"],
              "The maximum is taken over 2×2 neighbors. After the permutation other pixels share a window."),
    ),
    hints=("A sum over all pixels with a weight of its own for each, or of a squared difference for each, can be "
           "reordered.",
           "A 1×1 convolution sees one pixel at a time, and the global average is a sum. A 2×2 window holds four "
           "neighbors."),
    allows="Whatever is lost by the permutation was the worth of knowing the neighbors.",
)

EXERCISES = [UNITS, RATES, PERMUTE, PERMUTED, SHIFT, CURVE, BLUR]
