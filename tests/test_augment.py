"""nnlab.augment: equal to torchvision's at the same parameters; how the parameters are distributed; use in training."""

import itertools
import math

import pytest
import scipy.stats
import torch
import torch.nn.functional as F
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as V

from nnlab import augment
from nnlab.augment import (
    Augment,
    Erase,
    Flip,
    Jitter,
    Mixup,
    Noise,
    Normalize,
    Rotate,
    Shift,
    affine,
    erase,
    flip,
    rotate,
    shift,
)
from nnlab.batches import Batches
from nnlab.metrics import accuracy
from nnlab.models import CNN
from nnlab.train import fit

SIZES = [(1, 28, 28), (3, 32, 32), (3, 7, 10), (1, 9, 4)]


def drawn(count, size, seed=0):
    """`count` random images of `size`, with some pixels that are 0, 1 or gray, and a generator."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(count, *size, generator=generator)
    images[0], images[1] = 0, 1
    images[2, :, ::2] = images[2, :1, ::2]  # gray pixels
    return images, generator


def one_by_one(function, images, *parameters):
    """Images changed by torchvision's `function` one after the other, each with its own parameters."""
    return torch.stack([function(image, *(value[k].item() for value in parameters)) for k, image in enumerate(images)])


@pytest.mark.parametrize("size", SIZES)
def test_flips_and_shifts_equal_torchvisions(size):
    images, generator = drawn(20, size)
    chosen = torch.rand(20, generator=generator) < 0.5
    for vertical, theirs in ((False, V.horizontal_flip), (True, V.vertical_flip)):
        expected = torch.stack([theirs(image) if yes else image for image, yes in zip(images, chosen, strict=True)])
        assert torch.equal(flip(images, chosen, vertical), expected)
    down, right = torch.randint(-3, 4, (2, 20), generator=generator)

    def crop(image, down, right):
        return V.crop(V.pad(image, [3]), 3 - down, 3 - right, *size[1:])
    assert torch.equal(shift(images, down, right), one_by_one(crop, images, down, right))
    windows = augment.crop(images, down.abs(), right.abs(), 4, 1)
    assert torch.equal(windows, one_by_one(lambda *where: V.crop(*where, 4, 1), images, down.abs(), right.abs()))
    assert torch.equal(shift(images, 1, 0)[:, :, 1:], images[:, :, :-1])


@pytest.mark.parametrize("size", SIZES)
def test_rotations_equal_torchvisions(size):
    images, generator = drawn(20, size)
    degrees = 360 * torch.rand(20, generator=generator) - 180
    scale = 0.6 + torch.rand(20, generator=generator)
    down, right = 6 * torch.rand(2, 20, generator=generator) - 3

    def theirs(image, degrees, scale, down, right):
        return V.affine(image, -degrees, [right, down], scale, [0.0, 0.0], interpolation=InterpolationMode.BILINEAR)
    expected = one_by_one(theirs, images, degrees, scale, down, right)
    torch.testing.assert_close(affine(images, degrees, scale, down, right), expected, rtol=0, atol=2e-5)

    def turned(image, degrees):
        return V.rotate(image, degrees, interpolation=InterpolationMode.BILINEAR)
    torch.testing.assert_close(rotate(images, degrees), one_by_one(turned, images, degrees), rtol=0, atol=2e-5)
    torch.testing.assert_close(rotate(images[:, :, :4, :4], 90), images[:, :, :4, :4].rot90(1, (2, 3)))


@pytest.mark.parametrize("name, low, high", [
    ("brightness", 0, 2), ("contrast", 0, 2), ("saturation", 0, 2), ("hue", -0.5, 0.5)])
@pytest.mark.parametrize("size", SIZES)
def test_colors_equal_torchvisions(name, low, high, size):
    images, generator = drawn(40, size)
    factor = low + (high - low) * torch.rand(40, generator=generator)
    ours, theirs = getattr(augment, f"adjust_{name}"), getattr(V, f"adjust_{name}")
    torch.testing.assert_close(ours(images, factor), one_by_one(theirs, images, factor), rtol=0, atol=1e-5)
    torch.testing.assert_close(ours(images, 0 if name == "hue" else 1), images, rtol=0, atol=1e-6)


@pytest.mark.parametrize("size", SIZES)
def test_erasing_equals_torchvisions(size):
    images, generator = drawn(30, size)
    parameters = Erase(p=1).draw(images, generator)
    expected = one_by_one(lambda image, *where: V.erase(image, *where, torch.tensor(0.3)), images, *parameters)
    assert torch.equal(erase(images, *parameters, value=0.3), expected)


@pytest.mark.parametrize("size", SIZES)
def test_mixup_equals_torchvisions(size):
    images, _ = drawn(12, size)
    targets, theirs = torch.arange(12) % 5, v2.MixUp(num_classes=5)
    params = {"lam": 0.3, "labels": targets, "batch_size": 12}
    weight = torch.full((12,), 0.3)
    torch.testing.assert_close(Mixup(5).apply(images, weight), theirs.transform(images, params))
    torch.testing.assert_close(Mixup(5).apply_targets(targets, weight), theirs.transform(targets, params))
    mixed = Mixup(5).apply_targets(targets, weight)
    torch.testing.assert_close(Mixup(5).apply_targets(F.one_hot(targets, 5).float(), weight), mixed)


def test_noise_and_normalization_equal_torchvisions():
    images, _ = drawn(12, (3, 8, 9))
    torch.manual_seed(3)
    expected = V.gaussian_noise(images, sigma=0.2)
    torch.manual_seed(3)
    torch.testing.assert_close(Noise(0.2)(images)[0], expected)
    mean, std = images.mean((0, 2, 3)), images.std((0, 2, 3))
    torch.testing.assert_close(Normalize(mean, std)(images)[0], V.normalize(images, mean.tolist(), std.tolist()))


def parameters(transform, size=(1, 28, 28), count=20_000, seed=0):
    """Parameters of `transform` for `count` images, a list of tensors (count,)."""
    generator = torch.Generator().manual_seed(seed)
    return transform.draw(torch.empty(1, *size).expand(count, *size), generator)


def is_uniform(values, low, high):
    """Whether the Kolmogorov-Smirnov test finds nothing against a uniform distribution from low to high."""
    return scipy.stats.kstest(values.double().numpy(), "uniform", (low, high - low)).pvalue > 1e-3


def test_parameters_are_distributed_as_documented():
    chosen, = parameters(Flip(0.3))
    assert abs(chosen.float().mean() - 0.3) < 4 * math.sqrt(0.21 / len(chosen))
    for values in parameters(Shift(2)):
        counts = torch.bincount(values + 2)
        assert len(counts) == 5 and scipy.stats.chisquare(counts.numpy()).pvalue > 1e-3
    for values in parameters(augment.Crop(24)):
        counts = torch.bincount(values)
        assert len(counts) == 5 and scipy.stats.chisquare(counts.numpy()).pvalue > 1e-3
    degrees, scale = parameters(Rotate(15, scale=(0.8, 1.3)))
    assert is_uniform(degrees, -15, 15) and is_uniform(scale, 0.8, 1.3)
    factors = parameters(Jitter(0.2, 0.4, 1.5, 0.1))
    for values, low, high in zip(factors, (0.8, 0.6, 0, -0.1), (1.2, 1.4, 2.5, 0.1), strict=True):
        assert is_uniform(values, low, high)
    weight, = parameters(Mixup(10, alpha=0.4))
    assert scipy.stats.kstest(weight.numpy(), "beta", (0.4, 0.4)).pvalue > 1e-3
    noise, = parameters(Noise(0.2), (1, 2, 2), 5000)
    assert scipy.stats.kstest(noise.flatten().numpy(), "norm", (0, 0.2)).pvalue > 1e-3


def test_erased_rectangles_are_distributed_as_torchvisions():
    ours = torch.stack(parameters(Erase(1), (1, 28, 20), 3000))
    torch.manual_seed(0)
    random, image = v2.RandomErasing(p=1), torch.zeros(1, 28, 20)
    theirs = [random.make_params([image]) for _ in range(3000)]
    for name, values in zip("ijhw", ours, strict=True):
        expected = [params[name] for params in theirs]
        assert scipy.stats.ks_2samp(values.numpy(), expected).pvalue > 1e-3, name
    top, left, height, width = ours
    assert (top >= 0).all() and (top + height <= 28).all() and (left + width <= 20).all()


@pytest.mark.parametrize("transform", [
    Flip(), Shift(3), Rotate(20), Jitter(0.5, 0.5, 0.5, 0.2), Noise(0.3), Erase(1.0), Mixup(4)], ids=repr)
def test_each_image_draws_for_itself_and_p_says_how_often(transform):
    images, generator = drawn(1000, (3, 12, 12))
    images, before = images[3:], images[3:].clone()
    transform.p = 0.25
    changed, _ = transform(images, torch.zeros(len(images), dtype=torch.long), generator)
    share = (changed - images).abs().amax((1, 2, 3)).gt(1e-4).float().mean()
    assert 0.17 < share < 0.31 and torch.equal(images, before) and changed.shape == images.shape
    transform.p = 0.0
    torch.testing.assert_close(transform(images, None, generator)[0], images, atol=1e-5, rtol=0)
    transform.p = 1.0
    both = [transform(images[:50], None, torch.Generator().manual_seed(5))[0] for _ in range(2)]
    assert torch.equal(*both)


def test_training_with_augmentation_changes_batches_but_not_their_order():
    images, _ = drawn(50, (1, 12, 12))
    labels = torch.arange(50)
    plain = Batches(images, labels, 20, shuffle=True, seed=4)
    changed = Batches(images, labels, 20, shuffle=True, seed=4, transform=Augment(Flip(), Shift(1)))
    for _ in range(2):
        for (x, y), (x_changed, y_changed) in zip(plain, changed, strict=True):
            assert torch.equal(y, y_changed) and x.shape == x_changed.shape and not torch.equal(x, x_changed)
    again = Batches(images, labels, 20, shuffle=True, seed=4, transform=Augment(Flip(), Shift(1)))
    first = next(iter(again))[0]
    assert torch.equal(next(iter(Batches(images, labels, 20, True, 4, transform=Augment(Flip(), Shift(1)))))[0], first)


@pytest.mark.parametrize("interrupted", [False, True])
def test_fit_with_augmentation_and_mixup_resumes_to_the_same_bits(tmp_path, interrupted):
    images, _ = drawn(60, (1, 8, 8))
    labels = torch.arange(60) % 3

    def trained(*epochs, path=None):
        for end in epochs:
            torch.manual_seed(1)
            model = CNN(channels=(2,), hidden=0, size=8, num_classes=3)
            train = Batches(images, labels, 16, shuffle=True, transform=Augment(Shift(1), Rotate(10), Mixup(3)))
            optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
            fit(model, train, loss_fn=F.cross_entropy, optimizer=optimizer, epochs=end, resume=path, progress=False,
                metrics={"accuracy": accuracy})
        return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])
    whole = trained(3)
    assert torch.equal(trained(*((1, 3) if interrupted else (3,)), path=tmp_path / "run.pt"), whole)


@pytest.mark.parametrize("made, message", [
    (lambda: Flip(1.5), "a probability is from 0 to 1"),
    (lambda: Augment(torch.relu), "is not a transform of nnlab.augment"),
    (lambda: flip(torch.zeros(3, 8, 8)), r"give a batch \(N, C, H, W\)"),
    (lambda: Mixup(3)(torch.zeros(2, 1, 8, 8), torch.tensor([1, 3])), "labels up to 3, but num_classes = 3"),
    (lambda: rotate(torch.zeros(3, 1, 8, 8), torch.zeros(2)), "values for 3 images"),
    (lambda: augment.adjust_brightness(torch.zeros(2, 1, 4, 4), -1.0), "a factor of -1"),
    (lambda: augment.adjust_contrast(torch.zeros(2, 2, 4, 4), 1.0), "images of 2 channels"),
    (lambda: Batches(torch.zeros(2, 1, 4, 4), torch.zeros(2), 2, transform="flip"), "transform = 'flip'")])
def test_errors(made, message):
    with pytest.raises((ValueError, TypeError), match=message):
        made()


def test_an_empty_batch_and_all_transforms_one_after_the_other():
    pipeline = Augment(Flip(), Shift(2), Rotate(10), Jitter(0.2, 0.2, 0.2, 0.1), Noise(0.1), Erase(),
                       Normalize(torch.zeros(3), torch.ones(3)), Mixup(4))
    for count, seed in itertools.product((1, 5), (0, 1)):
        images, targets = pipeline(torch.rand(count, 3, 9, 11), torch.zeros(count, dtype=torch.long),
                                   torch.Generator().manual_seed(seed))
        assert images.shape == (count, 3, 9, 11) and images.isfinite().all()
        torch.testing.assert_close(targets.sum(1), torch.ones(count))
    assert repr(pipeline).startswith("Augment(Flip(p=0.5, vertical=False), Shift(p=1.0, pixels=2), Rotate(")
