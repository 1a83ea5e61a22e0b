"""Metrics: functions of (outputs, targets), such as the accuracy and the confusion matrix."""

import torch


def predictions(outputs):
    """Predicted classes (N,) of int64: the argmax of logits (N, C); for logits (N,) or (N, 1), class 1 if positive."""
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        return outputs.argmax(1)
    return (outputs.reshape(len(outputs)) > 0).long()


def accuracy(outputs, targets):
    """Accuracy, the fraction of samples classified correctly, a tensor of shape ().

    Args:
        outputs: logits (N, C); or, for two classes, (N,) or (N, 1), positive for class 1.
        targets: labels (N,) or (N, 1).

    Raises:
        ValueError: the number of targets is not N.
    """
    if targets.numel() != len(outputs):
        raise ValueError(f"targets of shape {tuple(targets.shape)} for outputs of shape {tuple(outputs.shape)}; "
                         "give one class for each sample (not one-hot rows)")
    return (predictions(outputs) == targets.reshape(len(outputs))).float().mean()


def confusion_matrix(outputs, targets, num_classes=None):
    """Confusion matrix (C, C) of int64: entry [i, j] counts the samples of class i whose predicted class is j.

    Args:
        outputs: as for `accuracy`.
        targets: labels (N,) or (N, 1) from 0 to C - 1.
        num_classes: C; by default the number of logits, or 2 for a single logit.
    """
    predicted = predictions(outputs)
    if num_classes is None:
        num_classes = outputs.shape[1] if outputs.ndim == 2 and outputs.shape[1] > 1 else 2
    pairs = targets.reshape(-1).long() * num_classes + predicted
    return torch.bincount(pairs, minlength=num_classes * num_classes).reshape(num_classes, num_classes)
