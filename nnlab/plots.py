"""Pictures of arrays: arrays in, matplotlib axes out. The course's style is ``plt.style.use("nnlab.course")``."""

import math

import matplotlib.pyplot as plt
import torch


def pictures(images, titles=None, *, columns=5, size=1.6, signed=False, heading=None):
    """Array of axes, one a picture, with the pictures of a batch side by side in rows of `columns`.

    Args:
        images: tensor of shape (N, H, W) or (N, 1, H, W), any float range; all are drawn on one scale.
        titles: N short strings, or None.
        columns: pictures in a row.
        size: width of one picture, in inches.
        signed: weights: red below zero, blue above, white at zero; else grey from the least to the greatest value.
        heading: title of the whole figure, or None.

    Raises:
        ValueError: `images` has another shape, or `titles` another length.
    """
    images = torch.as_tensor(images).detach().cpu()
    if images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    if images.ndim != 3:
        raise ValueError(f"images of shape {tuple(images.shape)}; expected (N, H, W) or (N, 1, H, W): "
                         "one picture needs images[None], flat pixels need images.view(-1, 28, 28)")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"{len(titles)} titles for {len(images)} pictures; give one each")
    rows = math.ceil(len(images) / columns)
    height = rows * size * (1.27 if titles is not None else 1.03) + (0.45 if heading else 0)
    fig, axes = plt.subplots(rows, columns, figsize=(columns * size, height), squeeze=False)
    reach = images.abs().max().item() if signed else None
    limits = {"cmap": "RdBu", "vmin": -reach, "vmax": reach} if signed else {
        "cmap": "gray_r", "vmin": images.min().item(), "vmax": images.max().item()}
    for k, ax in enumerate(axes.flat):
        ax.set_axis_off()
        if k < len(images):
            ax.imshow(images[k], **limits)
            if titles is not None:
                ax.set_title(titles[k], fontsize=12, loc="center", pad=4)
    if heading:
        fig.suptitle(heading, x=0.01, ha="left", fontsize=14)
    return axes
