"""What is said of outputs against targets beside the loss: functions of (outputs, targets)."""

import torch


def predictions(outputs):
    """Classes (N,) of int64 that `outputs` name: the largest of (N, C) scores; 1 where a single score, (N,) or (N, 1), is > 0."""
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        return outputs.argmax(1)
    return (outputs.reshape(len(outputs)) > 0).long()


def accuracy(outputs, targets):
    """Share of samples named right, a tensor of shape ().

    Args:
        outputs: scores (logits) of shape (N, C), or (N,) or (N, 1) for two classes, positive for class 1.
        targets: classes, N numbers.

    Raises:
        ValueError: there are other than N targets.
    """
    if targets.numel() != len(outputs):
        raise ValueError(f"targets of shape {tuple(targets.shape)} for outputs of shape {tuple(outputs.shape)}; "
                         "give one class for each sample (not one-hot rows)")
    return (predictions(outputs) == targets.reshape(len(outputs))).float().mean()


def confusion_matrix(outputs, targets, classes=None):
    """Counts (C, C) of int64: in row i and column j the samples of class i that were named j.

    Args:
        outputs: as for `accuracy`.
        targets: classes, N numbers from 0 to C - 1.
        classes: C; without it the number of scores, or 2.
    """
    named = predictions(outputs)
    if classes is None:
        classes = outputs.shape[1] if outputs.ndim == 2 and outputs.shape[1] > 1 else 2
    pairs = targets.reshape(-1).long() * classes + named
    return torch.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
