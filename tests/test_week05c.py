"""Week 5c's exercises: their rules, answers that others might write, oracles; the recorded tables."""

import itertools
import json
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from shared import ROOT
from torch import nn

from nnlab.augment import shift
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week05c
from nnlab.metrics import confusion_matrix
from nnlab.models import CNN, MLP

EXERCISE = {exercise.name: exercise for exercise in week05c.EXERCISES}


# right answers in other styles

def units_by_search(parameters, inputs, outputs):
    def count(h):
        return h * inputs + h + outputs * h + outputs
    return min(range(1, parameters + 2), key=lambda h: (abs(count(h) - parameters), h))


def units_in_whole_numbers(parameters, inputs, outputs):
    each = inputs + outputs + 1
    h, rest = divmod(parameters - outputs, each)
    if 2 * rest > each:
        h += 1
    return h if h > 1 else 1


def units_by_modules(parameters, inputs, outputs):
    best = None
    for h in itertools.count(1):
        layers = (inputs, h), (h, outputs)
        total = sum(n * m + m for n, m in layers)
        if best is None or abs(total - parameters) < best[0]:
            best = abs(total - parameters), h
        if total >= parameters:
            return best[1]


def rates_in_a_loop(predictions, targets, num_classes):
    rates = torch.zeros(num_classes)
    for c in range(num_classes):
        of_class = targets == c
        if of_class.any():
            rates[c] = (predictions[of_class] != c).float().mean()
    return rates


def rates_by_confusion(predictions, targets, num_classes):
    counts = torch.zeros(num_classes, num_classes)
    for t, p in zip(targets.tolist(), predictions.tolist(), strict=True):
        counts[t, p] += 1
    return 1 - counts.diagonal() / counts.sum(1) if counts.sum(1).all() else torch.where(
        counts.sum(1) > 0, 1 - counts.diagonal() / counts.sum(1).clamp(min=1), torch.zeros(num_classes))


def rates_one_hot(predictions, targets, num_classes):
    of_class = F.one_hot(targets, num_classes).float()
    wrong = (predictions != targets).float()
    return torch.nan_to_num(wrong @ of_class / of_class.sum(0), nan=0.0)


def permute_by_gather(images, order):
    flat = images.flatten(2)
    return torch.gather(flat, 2, order.expand(flat.shape)).view(images.shape)


def permute_in_a_loop(images, order):
    result = torch.empty_like(images)
    width = images.shape[3]
    for k, source in enumerate(order.tolist()):
        result[:, :, k // width, k % width] = images[:, :, source // width, source % width]
    return result


def permute_in_numpy(images, order):
    n, c, h, w = images.shape
    return torch.from_numpy(images.numpy().reshape(n, c, h * w).take(order.numpy(), axis=2).reshape(n, c, h, w))


def shift_by_padding(images, pixels):
    return F.pad(images, (pixels, -pixels)) if abs(pixels) < images.shape[-1] else images * 0


def shift_by_roll(images, pixels):
    result, width = images.roll(pixels, -1), images.shape[-1]
    if pixels > 0:
        result[..., :pixels] = 0
    elif pixels < 0:
        result[..., max(0, width + pixels):] = 0
    return result


def shift_by_index(images, pixels):
    columns = torch.arange(images.shape[-1]) - pixels
    inside = (columns >= 0) & (columns < images.shape[-1])
    return torch.where(inside, images[..., columns.clamp(0, images.shape[-1] - 1)], torch.zeros((), dtype=images.dtype))


@torch.no_grad()
def curve_by_decorator(model, images, targets, change, values):
    mode = model.training
    model.train(False)
    accuracies = []
    for value in values:
        changed = change(images, value)
        right = model(changed).max(dim=1).indices.eq(targets)
        accuracies.append(right.sum().item() / len(targets))
    model.training = mode
    return accuracies


def curve_with_finally(model, images, targets, change, values):
    was = model.training
    try:
        model.eval()
        with torch.no_grad():
            return [float((torch.argmax(model(change(images, v)), dim=-1) == targets).double().mean()) for v in values]
    finally:
        model.train(was)


def curve_image_by_image(model, images, targets, change, values):
    mode, found = model.training, []
    model.eval()
    with torch.inference_mode():
        for value in values:
            changed = change(images, value)
            right = [int(model(changed[k:k + 1]).argmax()) == int(target) for k, target in enumerate(targets)]
            found.append(sum(right) / len(right))
    model.train(mode)
    return found


def blur_by_convolution(x):
    k = torch.tensor([0.25, 0.5, 0.25], dtype=x.dtype)
    channels = x.shape[1]
    weight = torch.outer(k, k).expand(channels, 1, 3, 3)
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="circular"), weight, stride=2, groups=channels)


def blur_by_index(x):
    height, width = x.shape[2:]
    rows, columns = torch.arange(0, height, 2), torch.arange(0, width, 2)
    result = 0
    for a, u in zip((-1, 0, 1), (1, 2, 1), strict=True):
        for b, v in zip((-1, 0, 1), (1, 2, 1), strict=True):
            result = result + u * v / 16 * x[:, :, (rows + a) % height][..., (columns + b) % width]
    return result


def blur_by_cat(x):
    x = torch.cat((x[..., -1:], x, x[..., :1]), -1)
    x = x[..., :-2] / 4 + x[..., 1:-1] / 2 + x[..., 2:] / 4
    x = torch.cat((x[..., -1:, :], x, x[..., :1, :]), -2)
    x = x[..., :-2, :] / 4 + x[..., 1:-1, :] / 2 + x[..., 2:, :] / 4
    return x[:, :, 0::2, 0::2]


class TestRules(ExerciseRules):
    module = week05c
    styles = {
        "units_for": [units_by_search, units_in_whole_numbers, units_by_modules],
        "class_error_rates": [rates_in_a_loop, rates_by_confusion, rates_one_hot],
        "permute_pixels": [permute_by_gather, permute_in_a_loop, permute_in_numpy],
        "shift_right": [shift_by_padding, shift_by_roll, shift_by_index],
        "accuracy_curve": [curve_by_decorator, curve_with_finally, curve_image_by_image],
        "blur_pool": [blur_by_convolution, blur_by_index, blur_by_cat],
    }


# wrong answers that a student might give

def rates_of_binary(predictions, targets, num_classes):
    return torch.stack([((predictions == c) != (targets == c)).float().mean() if len(targets) else torch.tensor(0.0)
                        for c in range(num_classes)])


def rates_sorted(predictions, targets, num_classes):
    return EXERCISE["class_error_rates"].reference(predictions, targets, num_classes).sort().values


def rates_one_without_images(predictions, targets, num_classes):
    hit = torch.zeros(num_classes).scatter_add(0, targets, (predictions == targets).float())
    return 1 - hit / torch.bincount(targets, minlength=num_classes).clamp(min=1)


def rates_of_what_is_predicted(predictions, targets, num_classes):
    rates = torch.zeros(num_classes)
    for c in predictions.unique():
        if (targets == c).any():
            rates[c] = (predictions[targets == c] != c).float().mean()
    return rates


def rates_of_the_union(predictions, targets, num_classes):
    rates = torch.zeros(num_classes)
    for c in targets.unique():
        either = (predictions == c) | (targets == c)
        rates[c] = (predictions != targets)[either].float().mean()
    return rates


def permute_scatter(images, order):
    result = torch.empty_like(images.flatten(2))
    result[..., order] = images.flatten(2)
    return result.view_as(images)


def permute_numbering_by_height(images, order):
    height, width = images.shape[2:]
    result = torch.empty_like(images)
    for k, source in enumerate(order.tolist()):
        row, column = min(source // height, height - 1), min(source % height, width - 1)
        result[..., k // width, k % width] = images[..., row, column]
    return result


def permute_in_one_buffer(images, order):
    flat = images.flatten(2).clone()
    for k, source in enumerate(order.tolist()):
        flat[..., k] = flat[..., source]
    return flat.view_as(images)


def permute_each_differently(images, order):
    return torch.stack([EXERCISE["permute_pixels"].reference(image[None], order.roll(k))[0]
                        for k, image in enumerate(images)])


def permute_rows_only(images, order):
    height = images.shape[2]
    return images[:, :, order[order < height]]


def permute_sorted(images, order):
    return EXERCISE["permute_pixels"].reference(images, order.flip(0))


def permute_as_float(images, order):
    return EXERCISE["permute_pixels"].reference(images, order).transpose(0, 1).reshape(images.shape)


def shift_twice(images, pixels):
    return EXERCISE["shift_right"].reference(images, 2 * pixels)


def shift_all_columns_zero(images, pixels):
    shifted = images.clone()
    shifted[..., :pixels] = 0
    return shifted


def shift_both(images, pixels):
    return shift(images, pixels, pixels)


def shift_to_ones(images, pixels):
    shifted = EXERCISE["shift_right"].reference(images, pixels)
    return torch.where(EXERCISE["shift_right"].reference(torch.ones_like(images), pixels) > 0, shifted, 1.0)


def shift_over_itself(images, pixels):
    shifted, width = images.clone(), images.shape[-1]
    if pixels > 0:
        shifted[..., pixels:] = images[..., :max(0, width - pixels)]
    elif pixels < 0:
        shifted[..., :pixels] = images[..., -pixels:]
    return shifted


def shift_roll_and_mask(images, pixels):
    return images.roll(pixels, -1) * (torch.arange(images.shape[-1]) >= pixels)


def shift_at_most_the_width(images, pixels):
    width = images.shape[-1]
    return EXERCISE["shift_right"].reference(images, max(1 - width, min(width - 1, pixels)))


def curve_of_changed_outputs(model, images, targets, change, values):
    mode = model.training
    model.eval()
    with torch.no_grad():
        outputs = model(images)
        found = [(change(outputs, value).argmax(1) == targets).float().mean().item() for value in values]
    model.train(mode)
    return found


def curve_of_probabilities(model, images, targets, change, values):
    mode = model.training
    model.eval()
    with torch.no_grad():
        found = [model(change(images, value)).softmax(1).gather(1, targets[:, None]).mean().item() for value in values]
    model.train(mode)
    return found


def curve_rounded(model, images, targets, change, values):
    return [round(value, 2) for value in EXERCISE["accuracy_curve"].reference(model, images, targets, change, values)]


def curve_mean(model, images, targets, change, values):
    found = EXERCISE["accuracy_curve"].reference(model, images, targets, change, values)
    return sum(found) / len(found) if found else 0.0


def curve_as_drop(model, images, targets, change, values):
    found = EXERCISE["accuracy_curve"].reference(model, images, targets, change, values)
    return [value - found[0] for value in found]


def curve_changing_the_labels(model, images, targets, change, values):
    return EXERCISE["accuracy_curve"].reference(model, images, targets.roll(1), change, values)


def curve_relative(model, images, targets, change, values):
    (clean,) = EXERCISE["accuracy_curve"].reference(model, images, targets, lambda x, _: x, [0])
    return [value / max(clean, 1e-9) for value in
            EXERCISE["accuracy_curve"].reference(model, images, targets, change, values)]


def blur_of_the_plus(x):
    x = (2 * x + x.roll(1, -1) + x.roll(-1, -1) + x.roll(1, -2) + x.roll(-1, -2)) / 6
    return x[..., ::2, ::2]


def blur_shifted(x):
    for dim in (-2, -1):
        x = (x + 2 * x.roll(-1, dim) + x.roll(-2, dim)) / 4
    return x[..., ::2, ::2]


def blur_detached(x):
    return EXERCISE["blur_pool"].reference(x.detach())


def blur_by_max(x):
    for dim in (-2, -1):
        x = torch.stack((x.roll(1, dim), x, x.roll(-1, dim))).amax(0)
    return x[..., ::2, ::2]


def blur_with_zero_padding(x):
    weight = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=x.dtype).expand(x.shape[1], 1, 3, 3) / 16
    return F.conv2d(x, weight, stride=2, padding=1, groups=x.shape[1])


def blur_over_the_rows_ends(x):
    x = (x.roll(1) + 2 * x + x.roll(-1)) / 4
    x = (x.mT.roll(1) + 2 * x.mT + x.mT.roll(-1)) / 4
    return x.mT[..., ::2, ::2]


def blur_twice(x):
    for dim in (-2, -1, -2, -1):
        x = (x.roll(1, dim) + 2 * x + x.roll(-1, dim)) / 4
    return x[..., ::2, ::2]


def blur_by_four(x):
    for dim in (-2, -1):
        x = (x.roll(1, dim) + 2 * x + x.roll(-1, dim)) / 4
    return x[..., ::4, ::4]


WRONG = {
    "units_for": [
        lambda parameters, inputs, outputs: parameters // (inputs * outputs) or 1,
        lambda parameters, inputs, outputs: parameters // (inputs + outputs) or 1,
        lambda parameters, inputs, outputs: (inputs + 1 + outputs) * parameters + outputs,
        lambda parameters, inputs, outputs: parameters // inputs or 1,
        lambda parameters, inputs, outputs: max(1, math.ceil((parameters - outputs) / (inputs + 1 + outputs) - 1)),
        lambda parameters, inputs, outputs: max(2, math.ceil((parameters - outputs) / (inputs + 1 + outputs) - 0.5)),
        lambda parameters, inputs, outputs: max(1, round((parameters - outputs - 1) / (inputs + 1 + outputs))),
        lambda parameters, inputs, outputs: min(range(1, 1000), key=lambda h: abs(h * (inputs + 1 + outputs) + outputs
                                                                                  - parameters)),
        lambda parameters, inputs, outputs: max(1, math.ceil((parameters - 2) / (inputs + outputs) - 0.5)),
        lambda parameters, inputs, outputs: min(range(1, parameters + 2), key=lambda h: abs(
            h * (inputs + 1) + h * (h + 1) + outputs * (h + 1) - parameters)),
    ],
    "class_error_rates": [
        rates_of_binary, rates_sorted, rates_one_without_images, rates_of_what_is_predicted, rates_of_the_union,
        lambda predictions, targets, num_classes: (predictions != targets).float(),
        lambda predictions, targets, num_classes: (predictions != targets).float().mean(),
        lambda predictions, targets, num_classes: torch.bincount(targets, minlength=num_classes) / len(targets),
        lambda predictions, targets, num_classes: torch.bincount(predictions, minlength=num_classes)
        / torch.bincount(targets, minlength=num_classes).clamp(min=1),
    ],
    "permute_pixels": [
        permute_each_differently, permute_rows_only, permute_sorted, permute_as_float,
        permute_scatter, permute_numbering_by_height, permute_in_one_buffer,
        lambda images, order: images.flatten(1)[:, order].reshape(images.shape),
        lambda images, order: images[..., torch.randperm(images.shape[-1])],
        lambda images, order: images.flip(-1),
    ],
    "shift_right": [
        shift_twice, shift_all_columns_zero, shift_both, shift_to_ones,
        shift_over_itself, shift_roll_and_mask, shift_at_most_the_width,
        lambda images, pixels: images[..., :-pixels],
        lambda images, pixels: F.pad(images, (pixels, 0)),
        lambda images, pixels: images + pixels,
    ],
    "accuracy_curve": [
        curve_mean, curve_as_drop, curve_changing_the_labels, curve_relative,
        curve_of_changed_outputs, curve_of_probabilities, curve_rounded,
        lambda model, images, targets, change, values: [change(images, value) for value in values],
        lambda model, images, targets, change, values: torch.tensor(values),
    ],
    "blur_pool": [blur_of_the_plus, blur_shifted, blur_detached, blur_by_max, blur_by_four,
                  blur_with_zero_padding, blur_over_the_rows_ends, blur_twice,
                  lambda x: F.avg_pool2d(x, 2), lambda x: F.max_pool2d(x, 2), lambda x: F.avg_pool2d(x, 3, 2, 1)],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week05c, WRONG)


@pytest.mark.parametrize("right", [("no", "no", "yes", "no", "yes"), ["No", "no", "YES", "no", "Yes"]])
def test_the_quiz_takes_the_words_in_any_spelling(right):
    assert judge_value(EXERCISE["notices_permutation"], right).kind == "correct"


# oracles

@pytest.mark.parametrize(("inputs", "outputs"), [(784, 10), (5, 7), (1, 1)])
def test_units_count_as_torch_does(inputs, outputs):
    def count(h):
        return sum(p.numel() for p in MLP([inputs, h, outputs]).parameters())
    for aim in (60, 333, 5000):
        h = week05c.units_for(aim, inputs, outputs)
        assert abs(count(h) - aim) <= min(abs(count(other) - aim) for other in (h + 1, max(1, h - 1)))
    assert week05c.units_for(sum(p.numel() for p in CNN().parameters()), 784, 10) == 34


def test_rates_are_those_of_the_confusion_matrix():
    generator = torch.Generator().manual_seed(0)
    outputs, targets = torch.randn(300, 7, generator=generator), torch.randint(7, (300,), generator=generator)
    counts = confusion_matrix(outputs, targets, 7)
    rates = week05c.class_error_rates(outputs.argmax(1), targets, 7)
    assert torch.allclose(rates, 1 - counts.diagonal() / counts.sum(1))


def test_permutations_compose_and_have_inverses():
    x, generator = torch.randn(3, 2, 4, 5), torch.Generator().manual_seed(1)
    a, b = (torch.randperm(20, generator=generator) for _ in range(2))
    permute = week05c.permute_pixels
    assert torch.equal(permute(permute(x, a), a.argsort()), x)
    assert torch.equal(permute(permute(x, a), b), permute(x, a[b]))


@pytest.mark.parametrize("pixels", [-9, -3, 0, 1, 4, 7, 12])
def test_shift_is_that_of_the_package(pixels):
    x = torch.randn(2, 3, 5, 7)
    assert torch.equal(week05c.shift_right(x, pixels), shift(x, 0, pixels))


def test_the_blur_is_a_depthwise_convolution_of_torch_and_keeps_the_mean():
    x = torch.randn(2, 3, 6, 8, dtype=torch.float64)
    layer = nn.Conv2d(3, 3, 3, stride=2, padding=1, padding_mode="circular", groups=3, bias=False).double()
    kernel = torch.tensor(np.outer([1, 2, 1], [1, 2, 1]) / 16)
    with torch.no_grad():
        layer.weight.copy_(kernel.expand(3, 1, 3, 3))
        assert torch.allclose(week05c.blur_pool(x), layer(x))
    assert torch.allclose(week05c.blur_pool(x).mean(), x.mean())


def test_the_recorded_tables_are_what_the_notebook_says():
    recorded = json.loads((ROOT / "benchmarks" / "fc_against_conv.json").read_text(encoding="utf-8"))
    assert recorded["seeds"] == 5 and recorded["updates"] == 500 and recorded["rate"] == 0.01
    assert all(word in recorded["machine"] for word in ("cores", "torch")) and recorded["date"].startswith("20")
    rates = {(row["network"], row["permuted"], row["rate"]): row["accuracy"] for row in recorded["rates"]}
    grid = sorted({rate for *_, rate in rates})
    for network, permuted in {key[:2] for key in rates}:
        row = [rates[network, permuted, rate] for rate in grid]
        assert 0 < row.index(max(row)) < len(row) - 1, "the best learning rate is at an end of the grid"
        assert rates[network, permuted, recorded["rate"]] > max(row) - 0.01, "the common learning rate suits each"
