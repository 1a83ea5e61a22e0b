"""nnlab.metrics against scikit-learn: accuracy, confusion matrix, predicted classes."""

import warnings

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab.metrics import accuracy, confusion_matrix, predictions, score


@settings(max_examples=300, deadline=None)
@given(n=st.integers(1, 60), classes=st.integers(2, 6), seed=st.integers(0, 2**31))
def test_many_classes(n, classes, seed):
    g = torch.Generator().manual_seed(seed)
    outputs, targets = torch.randn(n, classes, generator=g), torch.randint(classes, (n,), generator=g)
    predicted = outputs.numpy().argmax(1)
    assert accuracy(outputs, targets).item() == pytest.approx(sklearn.metrics.accuracy_score(targets, predicted))
    expected = sklearn.metrics.confusion_matrix(targets, predicted, labels=range(classes))
    np.testing.assert_array_equal(confusion_matrix(outputs, targets), expected)


@pytest.mark.filterwarnings("ignore:all outputs lie")  # a few logits may well do so
@pytest.mark.parametrize("draw, options", [(torch.randn, {}), (torch.rand, {"threshold": 0.5})],
                         ids=["logits", "probabilities"])
@settings(max_examples=200, deadline=None)
@given(n=st.integers(1, 60), column=st.booleans(), seed=st.integers(0, 2**31))
def test_two_classes_from_one_output(draw, options, n, column, seed):
    g = torch.Generator().manual_seed(seed)
    outputs, targets = draw(n, 1, generator=g), torch.randint(2, (n,), generator=g)
    predicted = (outputs[:, 0] > options.get("threshold", 0)).numpy()
    shaped = outputs if column else outputs[:, 0]
    expected = sklearn.metrics.accuracy_score(targets, predicted)
    for labels in (targets, targets.float()[:, None]):
        assert accuracy(shaped, labels, **options).item() == pytest.approx(expected)
    expected = sklearn.metrics.confusion_matrix(targets, predicted, labels=[0, 1])
    np.testing.assert_array_equal(confusion_matrix(shaped, targets, **options), expected)
    expected = sklearn.metrics.confusion_matrix(targets, predicted, labels=[0, 1, 2])
    np.testing.assert_array_equal(confusion_matrix(shaped, targets, num_classes=3, **options), expected)


@pytest.mark.parametrize("outputs, warned", [
    ([0.1, 0.2, 0.8, 0.9], True), ([[0.1], [0.9]], True), ([0.0, 0.4], True), ([0.1, 0.2, 1.3], False),
    ([-0.1, 0.9], False), ([0.0, 1.0], False), ([0.3], False)])
def test_probabilities_are_warned_of(outputs, warned):
    outputs = torch.tensor(outputs)
    for metric in (accuracy, confusion_matrix):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            metric(outputs, torch.zeros(len(outputs)))
        assert ["give threshold=0.5, or the logits before" in str(one.message) for one in said] == [True] * warned
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            metric(outputs, torch.zeros(len(outputs)), threshold=0.5)
            metric(torch.rand(9, 3), torch.zeros(9))


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_labels_of_a_perceptron(shape):
    outputs, targets = torch.tensor([-2.0, -1.0, 1.0, 2.0]).reshape(shape), torch.tensor([-1, 1, 1, 1])
    assert accuracy(outputs, targets) == 0.75 and confusion_matrix(outputs, targets).tolist() == [[1, 0], [1, 2]]
    assert accuracy(outputs, [-1, -1, 1, 1]) == 1
    for labels in ([0, 1, 2, 1], [-1, 0, 1, 1], [0.5, 1, 0, 1]):
        with pytest.raises(ValueError, match="for a single output, which distinguishes two classes: give the labels 0"):
            accuracy(outputs, torch.tensor(labels))


@pytest.mark.parametrize("outputs, targets", [((4, 3), (4, 3)), ((4, 3), (1,)), ((4,), (1,)), ((1,), (4,)), ((4,), ()),
                                              ((1, 3), ()), ((4, 1), (1, 4)), ((4, 3), (3,)), ((4, 2), (2, 2))])
def test_targets_are_not_broadcast(outputs, targets):
    for metric in (accuracy, confusion_matrix):
        with pytest.raises(ValueError, match="give one class for each sample"):
            metric(-torch.ones(outputs), torch.zeros(targets))


@pytest.mark.parametrize("labels, num_classes, message", [
    ([0, 1, 3, 3], None, "targets from 0 to 3 for num_classes = 3; classes are numbered from 0 to 2"),
    ([0, 1, -1, 2], None, "targets from -1 to 2 for num_classes = 3"),
    ([0, 1, 1, 0], 2, "predicted classes from 0 to 2 for num_classes = 2"),
])
def test_classes_outside_the_matrix_are_named(labels, num_classes, message):
    outputs = torch.eye(3)[[0, 1, 2, 2]]
    with pytest.raises(ValueError, match=message):
        confusion_matrix(outputs, torch.tensor(labels), num_classes)
    missing = confusion_matrix(outputs, torch.tensor([0, 0, 2, 2]))  # no sample of class 1
    assert missing.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 2]]


def test_ties_and_wrong_shapes():
    with pytest.raises(ValueError, match=r"outputs of shape \(4, 3, 2\); give one row a sample"):
        accuracy(torch.zeros(4, 3, 2), torch.zeros(4))
    assert predictions(torch.tensor([[1.0, 1.0]])).tolist() == [0] and predictions(torch.tensor([0.0])).tolist() == [0]
    with pytest.raises(ValueError, match=r"targets of shape \(4, 3\) for outputs of shape \(4, 3\); give one class"):
        accuracy(torch.zeros(4, 3), torch.zeros(4, 3))


def test_class_probabilities_count_as_their_largest_class():
    outputs = torch.tensor([[1.0, 2.0, 0.0], [3.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    mixed = torch.tensor([[0.3, 0.7, 0.0], [0.4, 0.6, 0.0], [0.0, 0.1, 0.9], [0.2, 0.8, 0.0]])
    assert accuracy(outputs, mixed) == 0.75 and confusion_matrix(outputs, mixed)[1].tolist() == [1, 2, 0]
    with pytest.raises(ValueError, match="one-hot rows"):
        accuracy(outputs, torch.eye(3, dtype=torch.int64)[[0, 1, 2, 0]])


def test_score_is_the_accuracy_on_each_set():
    net = torch.nn.Sequential(torch.nn.Dropout(0.0), torch.nn.Linear(3, 2)).train()
    one, two = [(torch.randn(n, 3), torch.randint(2, (n,))) for n in (7, 4)]
    assert score(net, a=one, b=two) == {name: accuracy(net(x), y).item() for name, (x, y) in zip("ab", (one, two),
                                                                                                strict=True)}
    assert net.training
