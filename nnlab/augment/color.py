"""Changes of the brightness, contrast and colors of whole batches; each image has its own factor.

Images have shape (N, C, H, W) with C = 1 (gray) or 3 (red, green, blue) and values from 0 to 1; results stay there. A
factor is a number, for all images, or a tensor (N,). Each function equals torchvision's of the same name.
"""

import torch

from nnlab.augment.geometry import per_image

LUMA = (0.2989, 0.587, 0.114)  # weights of red, green and blue in the gray value, ITU-R BT.601


def adjust_brightness(images, factor):
    """Images (N, C, H, W) with pixels multiplied by `factor`, at most 1: 0 is black, 1 the image, 2 twice as bright."""
    return (images * _factor(factor, images)).clamp(0, 1)


def adjust_contrast(images, factor):
    """Images (N, C, H, W) whose distance from their mean gray value is multiplied by `factor`, within 0 to 1."""
    return _blend(images, gray(images).mean(dim=(-3, -2, -1), keepdim=True), factor)


def adjust_saturation(images, factor):
    """Images (N, C, H, W) whose distance from gray is multiplied by `factor`: 0 is gray, 1 the image; within 0 to 1."""
    return images if images.shape[1] == 1 else _blend(images, gray(images), factor)


def adjust_hue(images, turn):
    """Images (N, C, H, W) whose hue is shifted along the color circle by `turn`, from −0.5 to 0.5 of the circle.

    Value (the largest channel) and saturation stay; gray images have no hue and stay as they are. Source: Smith 1978,
    Color gamut transform pairs, SIGGRAPH.
    """
    if images.shape[1] == 1:
        return images
    low, value = images.aminmax(dim=1)
    spread = value - low
    red, green, blue = ((value[:, None] - images) / spread.clamp_min(1e-20)[:, None]).unbind(1)
    is_red, is_green = images[:, 0] == value, images[:, 1] == value
    sixths = torch.where(is_red, blue - green, torch.where(is_green, 2 + red - blue, 4 + green - red))
    hue = sixths / 6 + per_image(turn, images).to(images.dtype)[:, None, None]
    steps = (torch.tensor([5.0, 3.0, 1.0], device=images.device)[:, None, None] + 6 * hue[:, None]) % 6
    turned = value[:, None] - spread[:, None] * torch.minimum(steps, 4 - steps).clamp(0, 1)
    return torch.where(spread[:, None] > 0, turned, images).clamp(0, 1)


def gray(images):
    """Gray values (N, 1, H, W) of images (N, 3, H, W), or (N, 1, H, W) as they are."""
    if images.shape[1] not in (1, 3):
        raise ValueError(f"images of {images.shape[1]} channels; colors need 1 (gray) or 3 (red, green, blue)")
    if images.shape[1] == 1:
        return images
    return (images * torch.tensor(LUMA, device=images.device, dtype=images.dtype)[:, None, None]).sum(1, keepdim=True)


def _factor(factor, images):
    """Factor of shape (N, 1, 1, 1), from a number or a tensor (N,)."""
    factor = per_image(factor, images).to(images.dtype)
    if len(factor) and factor.min() < 0:
        raise ValueError(f"a factor of {factor.min().item():g}; give 0 or more: 1 leaves the image as it is")
    return factor[:, None, None, None]


def _blend(images, others, factor):
    """Images weighted by `factor` plus others weighted by 1 − factor, within 0 to 1."""
    factor = _factor(factor, images)
    return (images * factor + others * (1 - factor)).clamp(0, 1)
