"""Small data sets of images that tell scripts apart: blank images, and images that no linear model can classify."""

import torch


def blank_images(count):
    """Black images: `count` for training, 80 % of class 0 and then class 1; 20 new ones, of which 25 % are of class 0.

    The network can learn only the frequencies of the two classes: a loss shows which labels its batch has.
    """
    labels = (torch.arange(count) >= 0.8 * count).long()
    return torch.zeros(count, 1, 28, 28), labels, torch.zeros(20, 1, 28, 28), (torch.arange(20) >= 5).long()


def mixed_images(seed=0):
    """240 training images, their labels, and 200 new images in ten classes; one training label in ten is random.

    A class is given by the place of a patch, and by whether two halves of the image are equally bright: no linear model
    can learn the latter.
    """
    generator = torch.Generator().manual_seed(seed)
    y = torch.randperm(440, generator=generator) % 10
    x = 0.3 * torch.randn(440, 1, 28, 28, generator=generator)
    above = torch.randint(2, (440,), generator=generator)
    below = above ^ y % 2
    for k in range(5):
        x[y // 2 == k, :, 11:17, 1 + 5 * k:6 + 5 * k] += 1.0
    x[:, :, :10] += 0.4 * (2 * above - 1)[:, None, None, None]
    x[:, :, 18:] += 0.4 * (2 * below - 1)[:, None, None, None]
    random = torch.rand(240, generator=generator) < 0.1
    labels = torch.where(random, torch.randint(10, (240,), generator=generator), y[:240])
    return x[:240], labels, x[240:], y[240:]


def before_normalization(data):
    """The `data` with images that the normalization (pixel - 0.5) / 0.5 turns into those of `data`."""
    x, y, new_x, new_y = data
    return 0.5 + 0.5 * x, y, 0.5 + 0.5 * new_x, new_y


def with_ranges(data):
    """The `data` with two pixels changed: each training image has pixels from 0 to 1, each new one from 0 to 0.75."""
    x, y, new_x, new_y = (part.clone() for part in data)
    for images, largest in ((x, 1.0), (new_x, 0.75)):
        images[:, 0, 0, :2] = torch.tensor([0.0, largest])
    return x, y, new_x, new_y
