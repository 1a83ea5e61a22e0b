"""Transforms of colors and pixel values, and mixup: each draws parameters for each image and applies them."""

import torch
import torch.nn.functional as F

from nnlab.augment.color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from nnlab.augment.transforms import Transform, uniform


class Jitter(Transform):
    """Color jitter: brightness, contrast and saturation times factors from 1 − strength to 1 + strength, then the hue.

    Factors are at least 0; the hue is shifted by −hue to hue of the color circle. All are uniform, in this order.
    """

    neutral = (1.0, 1.0, 1.0, 0.0)

    def __init__(self, brightness=0.0, contrast=0.0, saturation=0.0, hue=0.0, p=1.0):
        super().__init__(p)
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue

    def _drawn(self, images, generator):
        factors = (uniform(images, generator, max(0.0, 1 - strength), 1 + strength)
                   for strength in (self.brightness, self.contrast, self.saturation))
        return (*factors, uniform(images, generator, -self.hue, self.hue))

    def _changed(self, images, brightness, contrast, saturation, hue):
        for strength, change, factor in ((self.brightness, adjust_brightness, brightness),
                                         (self.contrast, adjust_contrast, contrast),
                                         (self.saturation, adjust_saturation, saturation),
                                         (self.hue, adjust_hue, hue)):
            images = change(images, factor) if strength else images
        return images


class Noise(Transform):
    """Gaussian noise of standard deviation `sigma`, added to the pixels and clipped to 0 to 1; parameter: the noise."""

    neutral = (0.0,)

    def __init__(self, sigma=0.1, p=1.0):
        super().__init__(p)
        self.sigma = sigma

    def _drawn(self, images, generator):
        return (self.sigma * torch.randn(images.shape, generator=generator, device=images.device, dtype=images.dtype),)

    def _changed(self, images, noise):
        return (images + noise).clamp(0, 1)


class Normalize(Transform):
    """Normalization: subtract each channel's mean and divide by its standard deviation; the last transform, not random.

    Args:
        mean, std: a number for each channel, as from ``images.mean((0, 2, 3))`` and ``images.std((0, 2, 3))``.
    """

    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = (torch.as_tensor(value).reshape(-1, 1, 1) for value in (mean, std))

    def _changed(self, images):
        return (images - self.mean.to(images)) / self.std.to(images)


class Mixup(Transform):
    """Mixup: mix each image and its one-hot target with those of the one before it in the batch; parameter: its weight.

    Args:
        num_classes: number of classes; targets (N,) become probabilities (N, num_classes), as cross-entropy takes them.
        alpha: the weight is drawn from the distribution Beta(alpha, alpha); small values mix little.
        p: probability of mixing.

    Source: Zhang et al. 2018, mixup: beyond empirical risk minimization.
    """

    neutral = (1.0,)

    def __init__(self, num_classes, alpha=0.2, p=1.0):
        super().__init__(p)
        self.num_classes, self.alpha = num_classes, alpha

    def _drawn(self, images, generator):
        pairs = torch.full((len(images), 2), float(self.alpha), device=images.device)
        return (torch._sample_dirichlet(pairs, generator=generator)[:, 0],)  # of two, it is a beta distribution

    def _changed(self, images, weight):
        return torch.lerp(images.roll(1, 0), images, weight.to(images.dtype)[:, None, None, None])

    def _targets(self, targets, weight):
        if targets.ndim == 1:
            if len(targets) and targets.max() >= self.num_classes:
                raise ValueError(f"labels up to {targets.max()}, but num_classes = {self.num_classes}; give Mixup the "
                                 "number of classes")
            targets = F.one_hot(targets, self.num_classes).to(weight.dtype)
        return torch.lerp(targets.roll(1, 0), targets, weight[:, None])
