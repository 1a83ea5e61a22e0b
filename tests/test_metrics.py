"""nnlab.metrics against scikit-learn: accuracy, confusion matrix, predicted classes."""

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab.metrics import accuracy, confusion_matrix, predictions


@settings(max_examples=300, deadline=None)
@given(n=st.integers(1, 60), classes=st.integers(2, 6), seed=st.integers(0, 2**31))
def test_many_classes(n, classes, seed):
    g = torch.Generator().manual_seed(seed)
    outputs, targets = torch.randn(n, classes, generator=g), torch.randint(classes, (n,), generator=g)
    predicted = outputs.numpy().argmax(1)
    assert accuracy(outputs, targets).item() == pytest.approx(sklearn.metrics.accuracy_score(targets, predicted))
    expected = sklearn.metrics.confusion_matrix(targets, predicted, labels=range(classes))
    np.testing.assert_array_equal(confusion_matrix(outputs, targets), expected)


@settings(max_examples=200, deadline=None)
@given(n=st.integers(1, 60), column=st.booleans(), seed=st.integers(0, 2**31))
def test_two_classes_from_one_logit(n, column, seed):
    g = torch.Generator().manual_seed(seed)
    outputs, targets = torch.randn(n, 1, generator=g), torch.randint(2, (n,), generator=g)
    predicted = (outputs[:, 0] > 0).numpy()
    shaped = outputs if column else outputs[:, 0]
    expected = sklearn.metrics.accuracy_score(targets, predicted)
    assert accuracy(shaped, targets.float()[:, None]).item() == pytest.approx(expected)
    expected = sklearn.metrics.confusion_matrix(targets, predicted, labels=[0, 1])
    np.testing.assert_array_equal(confusion_matrix(shaped, targets), expected)
    expected = sklearn.metrics.confusion_matrix(targets, predicted, labels=[0, 1, 2])
    np.testing.assert_array_equal(confusion_matrix(shaped, targets, num_classes=3), expected)


def test_ties_and_wrong_shapes():
    assert predictions(torch.tensor([[1.0, 1.0]])).tolist() == [0] and predictions(torch.tensor([0.0])).tolist() == [0]
    with pytest.raises(ValueError, match=r"targets of shape \(4, 3\) for outputs of shape \(4, 3\); give one class"):
        accuracy(torch.zeros(4, 3), torch.zeros(4, 3))
