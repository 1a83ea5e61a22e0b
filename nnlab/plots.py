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


def plot_boundary(scores, x, y, ax=None, *, true=None, steps=200):
    """Axes with the plane coloured by the class that `scores` gives each point, and the points `x` in their own classes.

    Args:
        scores: function (a model, say) from points (N, 2) to (N,) or (N, 1) scores, positive for class 1, or to (N, C) scores.
        x: points (N, 2).
        y: their classes (N,).
        ax: axes to draw on; new ones without.
        true: a function that is zero on the true border, as in `nnlab.toys`: drawn as a dashed line.
        steps: points along each side at which the scores are asked for.

    Raises:
        ValueError: the points are not in the plane.
    """
    if x.ndim != 2 or x.shape[1] != 2:
        raise ValueError(f"points of shape {tuple(x.shape)}; a plane needs (N, 2): choose two columns, as in x[:, :2]")
    ax = ax or plt.gca()
    low, high = x.min(0).values.cpu(), x.max(0).values.cpu()
    pad = 0.12 * (high - low).clamp_min(1e-3)
    across, up = (torch.linspace(low[k] - pad[k], high[k] + pad[k], steps) for k in (0, 1))
    plane = torch.cartesian_prod(across, up)
    with torch.no_grad():
        outputs = torch.as_tensor(scores(plane.to(x.device))).detach().cpu()
        border = None if true is None else true(plane)
    outputs = outputs.reshape(len(plane), -1)
    classes = outputs.argmax(1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0).long()
    count = max(int(classes.max()), int(y.max())) + 1
    colours = [f"C{(1 - k) % 2 if count == 2 else k}" for k in range(count)]  # class 1 blue, class 0 orange
    levels = [k - 0.5 for k in range(count + 1)]
    ax.contourf(across, up, classes.view(steps, steps).T, levels=levels, colors=colours, alpha=0.3)
    if border is not None:
        ax.contour(across, up, border.view(steps, steps).T, levels=[0], colors="black", linestyles="dashed", linewidths=1.6)
    for k, marker in zip(range(count), "so^Dv*P", strict=False):
        chosen = x[y == k].cpu()
        ax.scatter(*chosen.T, color=colours[k], marker=marker, edgecolor="white", linewidth=0.8, s=42, label=f"class {k}")
    ax.grid(False)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return ax


def plot_history(history, columns=("loss", "val_loss"), ax=None):
    """Axes with `columns` of a `History` (or a dictionary of lists) against the epoch, named in a legend.

    Raises:
        ValueError: the history has no such column.
    """
    ax = ax or plt.gca()
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
    """Axes with a confusion matrix (C, C): the true class down, the named class across, the counts written in.

    Raises:
        ValueError: there are other than C names.
    """
    counts = torch.as_tensor(counts).cpu()
    if counts.shape != (len(classes), len(classes)):
        raise ValueError(f"{len(classes)} classes for a matrix of shape {tuple(counts.shape)}; give one name for each row")
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
    ax.set(xlabel="named", ylabel="true class")
    return ax


def plot_histogram(values, ax=None, *, bins=60, label=None):
    """Axes with a histogram of all numbers of a tensor, as an outline with its mean and standard deviation in the legend.

    Raises:
        ValueError: the tensor is empty, or holds NaN or infinity (the message counts them).
    """
    values = torch.as_tensor(values).detach().cpu().flatten().float()
    if len(values) == 0 or not values.isfinite().all():
        raise ValueError(f"{int((~values.isfinite()).sum())} of {len(values)} numbers are NaN or infinite; "
                         "a histogram needs at least one, and finite ones")
    ax = ax or plt.gca()
    told = f"mean {values.mean():.3g}, deviation {values.std(correction=0):.3g}"
    ax.hist(values.numpy(), bins=bins, histtype="stepfilled", alpha=0.5, label=f"{label}: {told}" if label else told)
    ax.set(xlabel="value", ylabel="count")
    ax.legend()
    return ax
