"""Metrics: functions of (outputs, targets), such as the accuracy and the confusion matrix."""

import warnings

import torch


def predictions(outputs, threshold=0.0):
    """Predicted classes (N,) of int64: the argmax of (N, C); for one output (N,) or (N, 1), class 1 above `threshold`.

    The default is for logits; probabilities need ``threshold=0.5``: a warning says so where all outputs, of two samples
    or more, are between 0 and 1.

    Raises:
        ValueError: the outputs have another shape.
    """
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        return outputs.argmax(1)
    if outputs.ndim > 2:
        raise ValueError(f"outputs of shape {tuple(outputs.shape)}; give one row a sample: (N, C), (N, 1) or (N,)")
    scores = outputs.reshape(len(outputs))
    if threshold == 0 and len(scores) > 1 and bool(((scores >= 0) & (scores <= 1)).all() & (scores % 1 > 0).any()):
        warnings.warn("all outputs lie from 0 to 1, and each above 0 counts as class 1: if they are probabilities, "
                      "give threshold=0.5, or the logits before the sigmoid", UserWarning, stacklevel=3)
    return (scores > threshold).long()


def accuracy(outputs, targets, threshold=0.0):
    """Accuracy, the fraction of samples classified correctly, a tensor of shape ().

    Args:
        outputs: logits (N, C); or, for two classes, one output (N,) or (N, 1), above `threshold` for class 1.
        targets: labels (N,) or (N, 1) from 0 to C - 1; for one output 0 and 1, or -1 and 1. Class probabilities
            (N, C) of floating-point numbers, as mixup makes them, count as their largest class.
        threshold: as for `predictions`; 0.5 for probabilities.

    Raises:
        ValueError: there is not one target for each sample; or, for a single output, there are not two classes.
    """
    return (predictions(outputs, threshold) == _labels(outputs, targets)).float().mean()


def score(model, **sets):
    """Accuracy of `model` on each of the `sets`, pairs (x, y) of inputs and labels: a dictionary of floats by name.

    The model stays in the mode in which it is given, and no gradients are computed.

    >>> score(torch.nn.Identity(), training=(torch.eye(2), torch.tensor([0, 0])))
    {'training': 0.5}
    """
    with torch.no_grad():
        return {name: accuracy(model(x), y).item() for name, (x, y) in sets.items()}


def confusion_matrix(outputs, targets, num_classes=None, threshold=0.0):
    """Confusion matrix (C, C) of int64: entry [i, j] counts the samples of class i whose predicted class is j.

    Args:
        outputs, targets, threshold: as for `accuracy`; the labels lie from 0 to C - 1.
        num_classes: C; by default the number of logits, or 2 for a single output.

    Raises:
        ValueError: there is not one target for each sample; a label or a predicted class is not from 0 to C - 1.
    """
    labels, predicted = _labels(outputs, targets).long(), predictions(outputs, threshold)
    if num_classes is None:
        num_classes = outputs.shape[1] if outputs.ndim == 2 and outputs.shape[1] > 1 else 2
    for what, classes in (("targets", labels), ("predicted classes", predicted)):
        if len(classes) and not 0 <= classes.min() <= classes.max() < num_classes:
            raise ValueError(f"{what} from {classes.min()} to {classes.max()} for num_classes = {num_classes}; classes "
                             f"are numbered from 0 to {num_classes - 1}")
    pairs = labels * num_classes + predicted
    return torch.bincount(pairs, minlength=num_classes * num_classes).reshape(num_classes, num_classes)


def _labels(outputs, targets):
    """The `targets` as (N,), where there is one for each of the N `outputs`; -1 and 1 of two classes become 0 and 1."""
    targets = torch.as_tensor(targets)
    if (targets.is_floating_point() and targets.shape == outputs.shape and outputs[:1].numel() > 1
            and bool(((targets.sum(1) - 1).abs() < 1e-3).all())):  # class probabilities
        targets = targets.argmax(1)
    if targets.shape not in ((len(outputs),), (len(outputs), 1)):
        raise ValueError(f"targets of shape {tuple(targets.shape)} for outputs of shape {tuple(outputs.shape)}; "
                         "give one class for each sample (not one-hot rows)")
    labels = targets.reshape(len(outputs))
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        return labels
    if bool((labels == -1).any()):
        labels = (labels + 1) / 2
    if not bool(((labels == 0) | (labels == 1)).all()):
        raise ValueError(f"targets from {targets.min()} to {targets.max()} for a single output, which distinguishes "
                         "two classes: give the labels 0 and 1, or -1 and 1")
    return labels
