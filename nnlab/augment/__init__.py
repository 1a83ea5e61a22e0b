"""Data augmentation for whole batches on their device: random changes of images, each with parameters of its own.

``Augment(Flip(), Shift(2), Rotate(10))`` goes into ``Batches(..., transform=...)``. A transform draws its parameters
(``draw``), a function applies them (``apply``; the functions of `geometry` and `color`). Given the same parameters,
each equals that of torchvision.transforms.v2, which draws them once for a whole batch.
"""

from nnlab.augment.color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from nnlab.augment.geometry import affine, crop, erase, flip, rotate, shift
from nnlab.augment.pixels import Jitter, Mixup, Noise, Normalize
from nnlab.augment.transforms import Augment, Crop, Erase, Flip, Rotate, Shift, Transform

__all__ = ["Augment", "Crop", "Erase", "Flip", "Jitter", "Mixup", "Noise", "Normalize", "Rotate", "Shift", "Transform",
           "adjust_brightness", "adjust_contrast", "adjust_hue", "adjust_saturation", "affine", "crop", "erase", "flip",
           "rotate", "shift"]
