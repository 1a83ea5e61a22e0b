"""Week 5e's exercises: their rules, answers that others might write, oracles."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected

from nnlab.augment import Mixup, Shift, flip, shift
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week05e

EXERCISE = {exercise.name: exercise for exercise in week05e.EXERCISES}


# right answers in other styles

def flip_in_a_loop(images, p, generator):
    numbers = torch.rand(images.shape[0], generator=generator)
    result = []
    for image, number in zip(images, numbers, strict=True):
        result.append(image.flip(2) if number < p else image)
    return torch.stack(result)


def flip_by_index(images, p, generator):
    images = images.clone()
    chosen = torch.rand((images.size(0),), generator=generator) < p
    images[chosen] = torch.flip(images[chosen], dims=[3])
    return images


def flip_by_product(images, p, generator):
    chosen = (torch.rand(len(images), 1, 1, 1, generator=generator) < p).to(images.dtype)
    return chosen * torch.fliplr(images.transpose(1, 3)).transpose(1, 3) * 0 + chosen * images.flip(3) \
        + (1 - chosen) * images


def crop_in_a_loop(images, padding, top, left):
    n, c, h, w = images.shape
    padded = torch.zeros(n, c, h + 2 * padding, w + 2 * padding, dtype=images.dtype)
    padded[:, :, padding:padding + h, padding:padding + w] = images
    return torch.stack([padded[k, :, top[k]:top[k] + h, left[k]:left[k] + w] for k in range(n)])


def crop_by_index(images, padding, top, left):
    height, width = images.shape[2:]
    padded = F.pad(images, [padding] * 4)
    rows = (top[:, None] + torch.arange(height))[:, None, :, None]
    columns = (left[:, None] + torch.arange(width))[:, None, None, :]
    n = torch.arange(len(images))[:, None, None, None]
    return padded[n, torch.arange(images.shape[1])[None, :, None, None], rows, columns]


def crop_by_shift(images, padding, top, left):
    return shift(images, padding - top, padding - left)


def statistics_by_sums(batches):
    count = sum(b.shape[0] * b.shape[2] * b.shape[3] for b in batches)
    mean = sum(b.sum((0, 2, 3)) for b in batches) / count
    squares = sum(((b - mean.view(1, -1, 1, 1)) ** 2).sum((0, 2, 3)) for b in batches)
    return mean, torch.sqrt(squares / count)


def statistics_by_channel(batches):
    images = torch.cat(batches).transpose(0, 1).flatten(1)
    return [images.mean(1), images.var(1, unbiased=False).sqrt()]


def statistics_in_numpy(batches):
    images = np.concatenate([b.numpy() for b in batches])
    return torch.from_numpy(images.mean((0, 2, 3))), torch.from_numpy(images.std((0, 2, 3)))


def mixup_in_a_loop(images, targets, weights, num_classes):
    mixed, soft = torch.empty_like(images), torch.zeros(len(images), num_classes, dtype=images.dtype)
    for n in range(len(images)):
        mixed[n] = weights[n] * images[n] + (1 - weights[n]) * images[n - 1]
        soft[n, targets[n]] += weights[n]
        soft[n, targets[n - 1]] += 1 - weights[n]
    return mixed, soft


def mixup_by_package(images, targets, weights, num_classes):
    transform = Mixup(num_classes)
    return transform.apply(images, weights), transform.apply_targets(targets, weights)


def mixup_by_eye(images, targets, weights, num_classes):
    hot = torch.eye(num_classes, dtype=images.dtype)[targets]
    before = torch.arange(len(images)) - 1
    w = weights.reshape(-1, 1)
    return (images.mul(w[..., None, None]) + images[before].mul(1 - w[..., None, None]),
            hot * w + hot[before] * (1 - w))


class TestRules(ExerciseRules):
    module = week05e
    styles = {
        "channel_statistics": [statistics_by_sums, statistics_by_channel, statistics_in_numpy],
        "random_flip": [flip_in_a_loop, flip_by_index, flip_by_product],
        "crop_with_padding": [crop_in_a_loop, crop_by_index, crop_by_shift],
        "mixup": [mixup_in_a_loop, mixup_by_package, mixup_by_eye],
    }


# wrong answers, as new students would write them

def flip_two_draws(images, p, generator):
    return torch.stack([image.flip(-1) if torch.rand(1, generator=generator) < p else image
                        for image in images.flip(0)]).flip(0)


def flip_seeded_by_itself(images, p, generator):
    chosen = torch.rand(len(images), generator=torch.Generator().manual_seed(0)) < p
    return torch.where(chosen.view(-1, 1, 1, 1), images.flip(-1), images)


def flip_first_share(images, p, generator):
    images = images.clone()
    k = int(p * len(images))
    images[:k] = images[:k].flip(-1)
    return images


def flip_rotated(images, p, generator):
    chosen = torch.rand(len(images), generator=generator) < p
    return torch.where(chosen.view(-1, 1, 1, 1), images.rot90(2, (-2, -1)), images)


def flip_rolled(images, p, generator):
    chosen = torch.rand(len(images), generator=generator) < p
    return torch.where(chosen.view(-1, 1, 1, 1), images.roll(1, -1), images)


def flip_and_regroup(images, p, generator):
    chosen = torch.rand(len(images), generator=generator) < p
    return torch.cat([images[~chosen], images[chosen].flip(-1)])


def flip_or_erase(images, p, generator):
    return images.flip(-1) * (torch.rand(len(images), generator=generator) < p).view(-1, 1, 1, 1)


def flip_each_channel(images, p, generator):
    chosen = torch.rand(images.shape[:2], generator=generator) < p
    return torch.where(chosen[:, :, None, None], images.flip(-1), images)


def crop_resized(images, padding, top, left):
    return F.interpolate(F.pad(images, [padding] * 4), images.shape[-2:])


def crop_last_image(images, padding, top, left):
    padded, (h, w) = F.pad(images, [padding] * 4), images.shape[-2:]
    return padded[:, :, top[-1]:top[-1] + h, left[-1]:left[-1] + w].clone()


def crop_of_channels(images, padding, top, left):
    padded, (h, w) = F.pad(images, [padding] * 4), images.shape[-2:]
    return torch.stack([padded[k, :1, t:t + h, s:s + w].expand(images.shape[1], h, w)
                        for k, (t, s) in enumerate(zip(top.tolist(), left.tolist(), strict=True))])


def crop_of_square(images, padding, top, left):
    padded, h = F.pad(images, [padding] * 4), images.shape[-2]
    return torch.stack([padded[k, :, t:t + h, s:s + h] for k, (t, s) in enumerate(zip(top, left, strict=True))])


def crop_one_too_early(images, padding, top, left):
    return EXERCISE["crop_with_padding"].reference(images, padding, (top - 1).clamp(0), (left - 1).clamp(0))


def crop_top_for_both(images, padding, top, left):
    return EXERCISE["crop_with_padding"].reference(images, padding, top, top)


def crop_rolled_rows_cleared(images, padding, top, left):
    result = []
    for image, down, right in zip(images, (padding - top).tolist(), (padding - left).tolist(), strict=True):
        image = image.roll((down, right), (-2, -1)).clone()
        if down:
            image[:, :down] = 0 if down > 0 else image[:, :down]
        result.append(image)
    return torch.stack(result)


def crop_padded_by_the_least(images, padding, top, left):
    padded, (h, w) = F.pad(images, [padding] * 4, value=images.min().item()), images.shape[-2:]
    return torch.stack([padded[k, :, top[k]:top[k] + h, left[k]:left[k] + w] for k in range(len(images))])


def statistics_running_mean(batches):
    mean = batches[0].mean((0, 2, 3))
    for batch in batches[1:]:
        mean = (mean + batch.mean((0, 2, 3))) / 2
    return mean, torch.cat(batches).std((0, 2, 3), correction=0)


def statistics_around_one_mean(batches):
    images = torch.cat(batches)
    return images.mean((0, 2, 3)), (images - images.mean()).square().mean((0, 2, 3)).sqrt()


def statistics_divided_by_images(batches):
    images = torch.cat(batches)
    mean = images.mean((0, 2, 3))
    return mean, ((images - mean[:, None, None]).square().sum((0, 2, 3)) / len(images)).sqrt()


def statistics_each_pixel(batches):
    images = torch.cat(batches)
    return images.mean((0, 2, 3)), images.std(0, correction=0).mean((1, 2))


def statistics_weighted_std(batches):
    images, count = torch.cat(batches), sum(map(len, batches))
    return images.mean((0, 2, 3)), sum(len(b) * b.std((0, 2, 3), correction=0) for b in batches) / count


def statistics_corrected_images(batches):
    images = torch.cat(batches)
    return images.mean((0, 2, 3)), (images.var((0, 2, 3), correction=0) * len(images) / max(len(images) - 1, 1)).sqrt()


def mixup_unpaired(images, targets, weights, num_classes):
    hot = F.one_hot(targets, num_classes).to(images.dtype)
    w = weights[:, None]
    return w[..., None, None] * images + (1 - w[..., None, None]) * images[:1], w * hot + (1 - w) * hot[:1]


def mixup_with_itself(images, targets, weights, num_classes):
    return images.clone(), F.one_hot(targets, num_classes).to(images.dtype)


def mixup_weights_rolled(images, targets, weights, num_classes):
    hot, w = F.one_hot(targets, num_classes).to(images.dtype), weights[:, None]
    v = w[..., None, None]
    return v * images + ((1 - v) * images).roll(1, 0), w * hot + ((1 - w) * hot).roll(1, 0)


def mixup_of_channels(images, targets, weights, num_classes):
    v = weights[:, None, None, None]
    return v * images + (1 - v) * images.roll(1, 1), mixup_in_a_loop(images, targets, weights, num_classes)[1]


def mixup_of_classes(images, targets, weights, num_classes):
    hot, w = F.one_hot(targets, num_classes).to(images.dtype), weights[:, None]
    return mixup_in_a_loop(images, targets, weights, num_classes)[0], w * hot + (1 - w) * hot.roll(1, 1)


def mixup_by_the_larger_weight(images, targets, weights, num_classes):
    return mixup_in_a_loop(images, targets, weights.maximum(1 - weights), num_classes)


def mixup_whole_numbers(images, targets, weights, num_classes):
    mixed, soft = mixup_in_a_loop(images, targets, weights, num_classes)
    return mixed, soft.round()


WRONG = {
    "random_flip": [
        flip_two_draws, flip_seeded_by_itself, flip_first_share, flip_rotated, flip_rolled,
        flip_and_regroup, flip_or_erase, flip_each_channel,
        lambda images, p, generator: images.flip(-1),
        lambda images, p, generator: images.flip(-1) if torch.rand(1, generator=generator) < p else images.clone(),
        lambda images, p, generator: p * images.flip(-1) + (1 - p) * images,
    ],
    "crop_with_padding": [
        crop_resized, crop_last_image, crop_of_channels, crop_of_square, crop_one_too_early,
        crop_top_for_both, crop_rolled_rows_cleared, crop_padded_by_the_least,
        lambda images, padding, top, left: F.pad(images, [padding] * 4),
        lambda images, padding, top, left: shift(images, top, left),
        lambda images, padding, top, left: shift(images, padding - left, padding - top),
    ],
    "channel_statistics": [
        statistics_each_pixel, statistics_weighted_std, statistics_corrected_images,
        statistics_running_mean, statistics_around_one_mean, statistics_divided_by_images,
        lambda batches: (torch.cat(batches).mean(0), torch.cat(batches).std(0)),
        lambda batches: (torch.cat(batches).mean(), torch.cat(batches).std(correction=0)),
        lambda batches: [(b.mean((0, 2, 3)), b.std((0, 2, 3), correction=0)) for b in batches],
    ],
    "mixup": [
        mixup_unpaired, mixup_with_itself, mixup_weights_rolled, mixup_whole_numbers,
        mixup_of_channels, mixup_of_classes, mixup_by_the_larger_weight,
        lambda images, targets, weights, num_classes: mixup_in_a_loop(images, targets, 1 - weights, num_classes),
        lambda images, targets, weights, num_classes: mixup_in_a_loop(images, targets, weights.roll(1), num_classes),
        lambda images, targets, weights, num_classes: mixup_in_a_loop(images, targets, weights, num_classes)[1],
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week05e, WRONG)


@pytest.mark.parametrize("right", [("no", "yes", "no", "yes", "no", "no"), ["No", "YES", "no", "yes", "No", "no"]])
def test_the_quiz_takes_the_words_in_any_spelling(right):
    assert judge_value(EXERCISE["keeps_label"], right).kind == "correct"


# oracles

def test_flip_draws_for_each_image_what_the_package_applies():
    images, generator = torch.randn(64, 3, 5, 4), torch.Generator().manual_seed(7)
    numbers = torch.rand(64, generator=torch.Generator().manual_seed(7))
    assert torch.equal(week05e.random_flip(images, 0.3, generator), flip(images, numbers < 0.3))
    assert 0 < (numbers < 0.3).sum() < 64


def test_flip_and_crop_are_torchvisions():
    transforms = pytest.importorskip("torchvision.transforms.v2.functional")
    images = torch.randn(4, 2, 5, 7)
    assert torch.equal(week05e.random_flip(images, 1.0, torch.Generator()), transforms.horizontal_flip(images))
    top, left = torch.tensor([0, 4, 2, 3]), torch.tensor([3, 0, 2, 4])
    cropped = week05e.crop_with_padding(images, 2, top, left)
    for k in range(4):
        expected = transforms.crop(transforms.pad(images[k], 2), int(top[k]), int(left[k]), 5, 7)
        assert torch.equal(cropped[k], expected)


def test_statistics_are_numpys():
    images = torch.rand(30, 3, 4, 5) * torch.rand(30, 1, 1, 1)
    mean, std = week05e.channel_statistics(list(images.split(7)))
    assert np.allclose(mean, images.numpy().mean((0, 2, 3)), atol=1e-6)
    assert np.allclose(std, images.numpy().std((0, 2, 3)), atol=1e-6)
    assert bool((images.std((2, 3)).mean(0) < std).all()), "a mean of each image's own deviation is smaller"


def test_mixup_is_the_packages_and_its_loss_is_linear_in_the_targets():
    images, targets, weights = torch.randn(9, 2, 3, 4), torch.randint(5, (9,)), torch.rand(9)
    mixed, soft = week05e.mixup(images, targets, weights, 5)
    transform = Mixup(5)
    assert torch.allclose(mixed, transform.apply(images, weights), atol=1e-6)
    assert torch.allclose(soft, transform.apply_targets(targets, weights), atol=1e-6)
    outputs = torch.randn(9, 5)
    both = weights * F.cross_entropy(outputs, targets, reduction="none")
    both = both + (1 - weights) * F.cross_entropy(outputs, targets.roll(1), reduction="none")
    assert torch.allclose(F.cross_entropy(outputs, soft), both.mean(), atol=1e-6)


def test_the_counts_are_those_of_all_draws():
    image = torch.arange(1.0, 37.0).view(1, 1, 6, 6)
    shifted = [shift(image, down, right) for down in range(-2, 3) for right in range(-2, 3)]
    assert len({tuple(one.flatten().tolist()) for one in shifted}) == week05e.COUNTS.reference[0]
    mirrored = [shift(flip(image), down, right) for down in range(-2, 3) for right in range(-2, 3)]
    assert len({tuple(one.flatten().tolist()) for one in [*shifted, *mirrored]}) == week05e.COUNTS.reference[1]
    down, right = Shift(2).draw(torch.zeros(20_000, 1, 1, 1), torch.Generator().manual_seed(0))
    assert abs(100 * ((down == 0) & (right == 0)).float().mean() - week05e.COUNTS.reference[3]) < 0.6
    assert F.pad(torch.zeros(1, 1, 32, 32), [4] * 4).unfold(2, 32, 1).unfold(3, 32, 1).shape[2:4].numel() == 81
