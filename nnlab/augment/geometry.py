"""Geometric changes of whole batches: flips, shifts, rotations, erased rectangles; each image has its own parameters.

Images have shape (N, C, H, W). A parameter is a number, for all images, or a tensor (N,).
"""

import torch
import torch.nn.functional as F


def per_image(value, images):
    """`value`, a number or a tensor (N,), as a tensor (N,) on the device of the images (N, C, H, W).

    Raises:
        ValueError: the images have another number of dimensions; there are other than N values.
    """
    if images.ndim != 4:
        raise ValueError(f"images of shape {tuple(images.shape)}; give a batch (N, C, H, W): a single image as "
                         "image[None], gray images (N, H, W) as images[:, None]")
    value = torch.as_tensor(value, device=images.device)
    if value.ndim > 1 or (value.ndim == 1 and len(value) != len(images)):
        raise ValueError(f"{tuple(value.shape)} values for {len(images)} images; give one number, or one for each")
    return value.expand(len(images))


def flip(images, chosen=True, vertical=False):
    """Images (N, C, H, W), mirrored left to right where `chosen`, or upside down with `vertical=True`."""
    chosen = per_image(chosen, images).bool()[:, None, None, None]
    return torch.where(chosen, images.flip(-2 if vertical else -1), images)


def shift(images, down=0, right=0):
    """Images (N, C, H, W), translated by whole pixels; pixels that come from outside are 0.

    Args:
        images: tensor (N, C, H, W).
        down, right: pixels, whole numbers; negative ones move up and left.

    Cropping the image, padded by p zeros, at the offset (p − down, p − right) gives the same.
    """
    down, right = per_image(down, images), per_image(right, images)
    pad = int(torch.stack((down, right)).abs().amax()) if len(images) else 0
    return crop(F.pad(images, (pad, pad, pad, pad)), pad - down, pad - right, *images.shape[-2:])


def crop(images, top, left, height, width):
    """Windows (N, C, height, width) of images (N, C, H, W); row `top` and column `left` come first."""
    windows = images.unfold(2, height, 1).unfold(3, width, 1)  # all windows, without copying a pixel
    top, left = per_image(top, images).long(), per_image(left, images).long()
    return windows[torch.arange(len(images), device=images.device), :, top, left]


def affine(images, degrees=0.0, scale=1.0, down=0.0, right=0.0):
    """Images (N, C, H, W), rotated and scaled about their center, then translated; bilinear, with 0 outside.

    Args:
        images: tensor (N, C, H, W) of floating-point numbers.
        degrees: angle in degrees, counterclockwise.
        scale: factor of the size; 2 shows the image twice as large.
        down, right: pixels, which may be fractions.

    The inverse map gives the place from which each pixel is read. Equal to torchvision's `affine` (which
    counts the angle clockwise) and `rotate` with bilinear interpolation and fill=None.
    """
    height, width = images.shape[-2:]
    angle = torch.deg2rad(per_image(degrees, images).to(images.dtype))
    scale, down, right = (per_image(value, images).to(images.dtype)[:, None, None] for value in (scale, down, right))
    y = torch.arange(height, device=images.device, dtype=images.dtype)[:, None] - (height - 1) / 2 - down
    x = torch.arange(width, device=images.device, dtype=images.dtype)[None, :] - (width - 1) / 2 - right
    cos, sin = angle.cos()[:, None, None] / scale, angle.sin()[:, None, None] / scale
    across, along = (2 / width * cos * x) - (2 / width * sin * y), (2 / height * sin * x) + (2 / height * cos * y)
    grid = torch.stack((across, along), dim=-1)  # (N, H, W, 2); -1 and 1 are the edges of the image
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def rotate(images, degrees):
    """Images (N, C, H, W), rotated about their center by `degrees`, counterclockwise; bilinear, with 0 outside."""
    return affine(images, degrees)


def erase(images, top, left, height, width, value=0.0):
    """Images (N, C, H, W) in which a rectangle has the given `value`, equal to torchvision's `erase`.

    Args:
        images: tensor (N, C, H, W).
        top, left: row and column of the rectangle's first pixel.
        height, width: its size in pixels; 0 leaves the image as it is.
        value: number that fills it.
    """
    top, left, height, width = (per_image(part, images)[:, None] for part in (top, left, height, width))
    row = torch.arange(images.shape[-2], device=images.device)
    column = torch.arange(images.shape[-1], device=images.device)
    rows, columns = (row >= top) & (row < top + height), (column >= left) & (column < left + width)
    covered = (rows[:, :, None] & columns[:, None, :])[:, None]
    return torch.where(covered, torch.as_tensor(value, dtype=images.dtype, device=images.device), images)
