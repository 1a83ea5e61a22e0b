"""Plots of images, decision boundaries, histories and confusion matrices: arrays in, matplotlib axes out.

The course's style is ``plt.style.use("nnlab.course")``.
"""

import contextlib
import math

import matplotlib.pyplot as plt
import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from nnlab.metrics import predictions


def plot_images(images, titles=None, ax=None, *, columns=5, size=1.6, signed=False, heading=None):
    """Axes with the images of a batch in a grid, `columns` in each row.

    Args:
        images: tensor (N, H, W) or (N, 1, H, W), any float range, all drawn on one gray scale; or (N, 3, H, W), colors
            from 0 to 1.
        titles: N short strings, written above the images; or None.
        ax: axes to draw on; None for a new figure of suitable size.
        columns: number of images in a row.
        size: width of one image in inches, where the figure is new.
        signed: for weights: red below zero, blue above, white at zero.
        heading: title of the axes, or None.

    Raises:
        ValueError: `images` has another shape, or `titles` another length.
    """
    images = torch.as_tensor(images).detach().cpu()
    if images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    if images.ndim == 4 and images.shape[1] == 3:
        images = images.movedim(1, -1)
    elif images.ndim != 3:
        raise ValueError(f"images of shape {tuple(images.shape)}; expected (N, H, W), (N, 1, H, W) or (N, 3, H, W): "
                         "one image needs images[None], flat pixels need images.view(-1, 28, 28)")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"{len(titles)} titles for {len(images)} images; give one each")
    columns = min(columns, len(images))
    rows, (height, width) = math.ceil(len(images) / columns), images.shape[1:3]
    lines = max((str(title).count("\n") + 1 for title in titles), default=0) if titles is not None else 0
    above = height * (0.03 + 0.16 * lines * 1.6 / size)  # room for the titles, in pixels of the images
    if ax is None:
        tall = rows * size * (height + above) / width
        ax = plt.subplots(figsize=(columns * size, tall + (0.45 if heading else 0.1)))[1]
    reach = images.abs().max().item() if signed else None
    limits = {"cmap": "RdBu", "vmin": -reach, "vmax": reach} if signed else {
        "cmap": "gray_r", "vmin": images.min().item(), "vmax": images.max().item()}
    for k, image in enumerate(images):
        left, top = k % columns * 1.03 * width, k // columns * (height + above) + above
        ax.imshow(image, extent=(left, left + width, top + height, top), **limits)
        if titles is not None:
            ax.text(left + width / 2, top - 0.02 * height, titles[k], ha="center", va="bottom", fontsize=12)
    ax.set(xlim=(0, (1.03 * columns - 0.03) * width), ylim=(rows * (height + above), 0), aspect="equal")
    ax.set_axis_off()
    if heading:
        ax.set_title(heading)
    return ax


_MARKERS = "so^Dv*PXpd<>h8"


def plot_boundary(scores, x, y, ax=None, *, true=None, steps=200, threshold=0.0):
    """Axes with the decision regions of `scores`: the plane colored by predicted class, the points `x` by label.

    Args:
        scores: function (or model) from points (N, 2) to logits: (N,) or (N, 1), positive for class 1, or (N, C).
        x: points (N, 2).
        y: their labels (N,) or (N, 1), from 0 to C - 1; for a single logit 0 and 1, or -1 and 1.
        ax: axes to draw on; None for new ones.
        true: function that is zero on the true decision boundary, as in `nnlab.toys`: drawn as a dashed line.
        steps: number of points along each side of the grid on which the scores are computed.
        threshold: for a single score, the value above which class 1 is predicted: 0.5 for probabilities.

    Every module that `scores` calls runs in evaluation mode, so that the plot changes none of its buffers.

    Raises:
        ValueError: the points are not in the plane; there is not one label for each; a label is not a class.
    """
    x, labels = torch.as_tensor(x).detach(), torch.as_tensor(y).detach().cpu().reshape(-1)
    if x.ndim != 2 or x.shape[1] != 2 or not len(x):
        raise ValueError(f"points of shape {tuple(x.shape)}; a plane needs (N, 2): choose two columns, as in x[:, :2]")
    if len(labels) != len(x):
        raise ValueError(f"{len(labels)} labels for {len(x)} points; give one label for each")
    ax = ax or plt.gca()
    low, high = x.min(0).values.cpu(), x.max(0).values.cpu()
    pad = 0.12 * (high - low).clamp_min(1e-3)
    across, up = (torch.linspace(*(edge.item() for edge in (low[k] - pad[k], high[k] + pad[k])), steps) for k in (0, 1))
    plane = torch.cartesian_prod(across, up)
    scores = getattr(scores, "_orig_mod", scores)  # of a compiled model, which takes no hooks
    with torch.no_grad(), _evaluation_mode():
        outputs = torch.as_tensor(scores(plane.to(x.device, x.dtype if x.is_floating_point() else None))).detach().cpu()
        boundary = None if true is None else true(plane)
    outputs = outputs.reshape(len(plane), -1)
    classes = predictions(outputs, threshold)
    count, names = max(outputs.shape[1], 2), range(max(outputs.shape[1], 2))
    if outputs.shape[1] == 1 and -1 in labels and set(labels.tolist()) <= {-1, 1}:
        labels, names = (labels > 0).long(), (-1, 1)
    if odd := sorted(set(labels.tolist()) - set(range(count))):
        raise ValueError(f"labels {odd} among y, and {outputs.shape[1]} scores for each point: give labels from 0 to "
                         f"{count - 1}" + (", or -1 and 1" if outputs.shape[1] == 1 else ""))
    colors = [f"C{(1 - k) % 2 if count == 2 else k}" for k in range(count)]  # class 1 blue, class 0 orange
    levels = [k - 0.5 for k in range(count + 1)]
    ax.contourf(across, up, classes.view(steps, steps).T, levels=levels, colors=colors, alpha=0.3)
    if boundary is not None:
        ax.contour(across, up, boundary.view(steps, steps).T, levels=[0], colors="black",
                   linestyles="dashed", linewidths=1.6)
    for k, name in enumerate(names):
        chosen = x.cpu()[labels == k]
        ax.scatter(*chosen.T, color=colors[k], marker=_MARKERS[k % len(_MARKERS)], edgecolor="white", linewidth=0.8,
                   s=42, label=f"class {name}")
    ax.grid(False)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return ax


@contextlib.contextmanager
def _evaluation_mode():
    """Context manager in which every module that is called runs in evaluation mode; its own mode is restored."""
    modes = {}

    def switch(module, inputs):
        for part in module.modules():
            modes.setdefault(part, part.training)
            part.training = False
    handle = register_module_forward_pre_hook(switch)
    try:
        yield
    finally:
        handle.remove()
        for module, training in modes.items():
            module.training = training


def plot_history(history, columns=("loss", "val_loss"), ax=None):
    """Axes with learning curves: `columns` of a `History` (or a dictionary of lists) against the epoch, with a legend.

    Raises:
        ValueError: the history has no such column.
    """
    ax, columns = ax or plt.gca(), [columns] if isinstance(columns, str) else list(columns)
    table = history if isinstance(history, dict) else history.to_dict()
    for name in columns:
        if name not in table:
            raise ValueError(f"the history has no {name!r}; it has: {', '.join(map(repr, table)) or 'nothing yet'}")
        ax.plot(range(1, len(table[name]) + 1), table[name], marker="o" if len(table[name]) < 15 else None, label=name)
    ax.legend()
    ax.set(xlabel="epoch", ylabel=columns[0].removeprefix("val_") if columns else "")
    ax.xaxis.get_major_locator().set_params(integer=True)
    return ax


def plot_confusion(counts, classes, ax=None):
    """Axes with a confusion matrix (C, C): true classes in rows, predicted classes in columns, with the counts.

    Raises:
        ValueError: `classes` does not have C names.
    """
    counts = torch.as_tensor(counts).cpu()
    if counts.shape != (len(classes), len(classes)):
        raise ValueError(f"{len(classes)} classes for a matrix of shape {tuple(counts.shape)}; "
                         "give one name for each row")
    ax = ax or plt.gca()
    share = counts / counts.sum(1, keepdim=True).clamp_min(1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row, column in torch.cartesian_prod(*[torch.arange(len(classes))] * 2).tolist():
        if counts[row, column]:
            ax.text(column, row, f"{counts[row, column]:,}", ha="center", va="center", fontsize=10,
                    color="white" if share[row, column] > 0.5 else "black")
    ax.grid(False)
    ax.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
    ax.set_yticks(range(len(classes)), classes)
    ax.set(xlabel="predicted class", ylabel="true class")
    return ax
