"""Transforms, and the geometric ones: each draws parameters for each image of a batch and applies them."""

import math

import torch

from nnlab.augment.geometry import affine, crop, erase, flip, shift


class Augment:
    """Composition of transforms: a function of (images, targets, generator) that returns (images, targets).

    Args:
        transforms: `Transform`s, in the order in which they are applied.
    """

    def __init__(self, *transforms):
        for transform in transforms:
            if not isinstance(transform, Transform):
                raise TypeError(f"{transform!r} is not a transform of nnlab.augment; derive a class from Transform")
        self.transforms = transforms

    def __call__(self, images, targets=None, generator=None):
        """Changed images (N, C, H, W) and their targets, with parameters from torch's generator or from `generator`."""
        for transform in self.transforms:
            images, targets = transform(images, targets, generator)
        return images, targets

    def __repr__(self):
        return f"Augment({', '.join(map(repr, self.transforms))})"


class Transform:
    """Base class of random transforms of images (N, C, H, W), applied to each image independently with probability `p`.

    A subclass has `neutral`, the parameters that change nothing; `_drawn(images, generator)`, a tuple of as many
    tensors (N, ...); `_changed(images, *parameters)`; and, where it changes them, `_targets(targets, *parameters)`.
    """

    neutral = ()

    def __init__(self, p=1.0):
        if not 0 <= p <= 1:
            raise ValueError(f"p = {p}; a probability is from 0 to 1")
        self.p = p

    def draw(self, images, generator=None):
        """Parameters for images (N, C, H, W), a tuple of tensors (N, ...): drawn with probability p, else neutral."""
        parameters = self._drawn(images, generator)
        if self.p == 1:
            return parameters
        chosen = uniform(images, generator) < self.p
        return tuple(torch.where(chosen.view(-1, *[1] * (value.ndim - 1)), value, torch.full_like(value, neutral))
                     for value, neutral in zip(parameters, self.neutral, strict=True))

    def apply(self, images, *parameters):
        """Images (N, C, H, W), transformed with these parameters."""
        return self._changed(images, *parameters)

    def apply_targets(self, targets, *parameters):
        """Targets of the transformed images; most transforms do not change them."""
        return targets if targets is None else self._targets(targets, *parameters)

    def _drawn(self, images, generator):
        return ()

    def _targets(self, targets, *parameters):
        return targets

    def __call__(self, images, targets=None, generator=None):
        """Changed images (N, C, H, W) and their targets, with parameters from torch's generator or from `generator`."""
        parameters = self.draw(images, generator)
        return self.apply(images, *parameters), self.apply_targets(targets, *parameters)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in vars(self).items())})"


class Flip(Transform):
    """Random flip: left to right, or upside down, with probability p; parameter: whether an image is mirrored."""

    neutral = (False,)

    def __init__(self, p=0.5, vertical=False):
        super().__init__(p)
        self.vertical = vertical

    def _drawn(self, images, generator):
        return (torch.ones(len(images), dtype=torch.bool, device=images.device),)

    def _changed(self, images, chosen):
        return flip(images, chosen, self.vertical)


class Shift(Transform):
    """Random shift, uniform from −pixels to pixels, down and right: a random crop of the image padded by `pixels`."""

    neutral = (0, 0)

    def __init__(self, pixels=2, p=1.0):
        super().__init__(p)
        self.pixels = pixels

    def _drawn(self, images, generator):
        return tuple(torch.randint(-self.pixels, self.pixels + 1, (len(images),), generator=generator,
                                   device=images.device) for _ in range(2))

    def _changed(self, images, down, right):
        return shift(images, down, right)


class Crop(Transform):
    """Random crop of size × size pixels, uniform over all positions; parameters: its top and left."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def _drawn(self, images, generator):
        return tuple(torch.randint(0, length - self.size + 1, (len(images),), generator=generator,
                                   device=images.device) for length in images.shape[-2:])

    def _changed(self, images, top, left):
        return crop(images, top, left, self.size, self.size)


class Rotate(Transform):
    """Random rotation, uniform from −degrees to degrees, and scaling, uniform within `scale`; parameters: both."""

    neutral = (0.0, 1.0)

    def __init__(self, degrees=10.0, scale=(1.0, 1.0), p=1.0):
        super().__init__(p)
        self.degrees, self.scale = degrees, scale

    def _drawn(self, images, generator):
        return (uniform(images, generator, -self.degrees, self.degrees), uniform(images, generator, *self.scale))

    def _changed(self, images, degrees, scale):
        return affine(images, degrees, scale)


class Erase(Transform):
    """Random erasing: fill a random rectangle with `value`; parameters: its top, left, height and width.

    Its share of the area is uniform within `scale`, the logarithm of height / width within that of `ratio`; of ten
    such draws the first that is smaller than the image is taken. Source: Zhong et al. 2020, Random erasing data
    augmentation, algorithm 1.
    """

    neutral = (0, 0, 0, 0)

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0.0):
        super().__init__(p)
        self.scale, self.ratio, self.value = scale, ratio, value

    def _drawn(self, images, generator):
        size = torch.tensor(images.shape[-2:], device=images.device)
        area = uniform(images, generator, *self.scale, tries=10) * size.prod()
        ratio = uniform(images, generator, *(math.log(bound) for bound in self.ratio), tries=10).exp()
        sizes = torch.stack(((area * ratio).sqrt(), (area / ratio).sqrt()), dim=-1).round().long()  # (N, 10, 2)
        fits = (sizes < size).all(-1)
        first = sizes[torch.arange(len(images), device=images.device), fits.int().argmax(1)]
        first = first * fits.any(1, keepdim=True)
        corner = (uniform(images, generator, tries=2) * (size - first + 1)).long().minimum(size - first)
        return (*corner.unbind(1), *first.unbind(1))

    def _changed(self, images, top, left, height, width):
        return erase(images, top, left, height, width, self.value)


def uniform(images, generator, low=0.0, high=1.0, tries=None):
    """Uniform numbers from low to high, (N,) or (N, tries), on the device of the images."""
    shape = (len(images),) if tries is None else (len(images), tries)
    return low + (high - low) * torch.rand(shape, generator=generator, device=images.device)
