"""Each metric against Keras, over several batches, with weights and by name. A new metric is a new row."""

import math

import numpy as np
import pytest

import autograd as ag
from nn import losses, metrics

P = np.array([[0.2, 0.5, 0.3], [0.0, 0.1, 0.9], [0.4, 0.2, 0.2]], np.float32)
HOT, IDS = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]]), np.array([1, 0, 2])
P1, Y1 = np.array([[0.9], [0.2], [0.0]], np.float32), np.array([1.0, 0.0, 1.0])
W = np.array([1.0, 0.5, 2.0])

# Keras 3.15.1 (torch 2.13.0): result() after update_state(y, outputs), and with sample_weight=W.
SAMPLES = {
    "binary_accuracy": (Y1, P1, 0.6666666865348816, 0.4285714328289032),
    "categorical_accuracy": (HOT, P, 0.3333333432674408, 0.2857142984867096),
    "sparse_categorical_accuracy": (IDS, P, 0.3333333432674408, 0.2857142984867096),
    "accuracy": (IDS, P, 0.3333333432674408, 0.2857142984867096),
    "acc": (HOT, P, 0.3333333432674408, 0.2857142984867096),
}


def test_every_metric_has_a_row():
    assert SAMPLES.keys() == metrics.METRICS.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_values_of_keras(name):
    y, outputs, mean, weighted = SAMPLES[name]
    metric = metrics.get(name)
    assert (metric.name, metric.result()) == (name, 0.0)
    metric.update_state(y, ag.Tensor(outputs))
    assert metric.result() == pytest.approx(mean, rel=1e-6)
    metric.reset_state()
    metric.update_state(y, outputs, sample_weight=W)
    assert metric.result() == pytest.approx(weighted, rel=1e-6)


@pytest.mark.parametrize("name", SAMPLES)
def test_batches_add_up_to_the_whole(name):
    y, outputs, _, weighted = SAMPLES[name]
    metric = metrics.get(name)
    metric.update_state(y[:1], outputs[:1], W[:1])
    metric.update_state(y[1:], outputs[1:], W[1:])
    assert metric.result() == pytest.approx(weighted, rel=1e-6)
    assert type(metric.result()) is float


def test_mean_keeps_precision_over_many_batches():
    mean = metrics.Mean()
    for _ in range(100_000):
        mean.update_state(np.float32(0.1))
    assert mean.result() == pytest.approx(float(np.float32(0.1)), rel=1e-9)
    mean.reset_state()
    assert mean.result() == 0.0


def test_binary_accuracy_takes_a_threshold_and_several_outputs():
    metric = metrics.BinaryAccuracy(threshold=0.85)
    metric.update_state([[1, 0], [1, 1]], [[0.9, 0.8], [0.8, 0.9]])
    assert metric.result() == 0.75


@pytest.mark.parametrize(
    ("labels", "outputs", "kind"),
    [((4,), (4, 1), "BinaryAccuracy"), ((4, 1), (4, 1), "BinaryAccuracy"), ((4, 3), (4, 3), "CategoricalAccuracy"),
     ((4,), (4, 3), "SparseCategoricalAccuracy"), ((4, 1), (4, 3), "SparseCategoricalAccuracy")],
)  # fmt: skip
def test_accuracy_is_chosen_by_the_shapes_and_shown(labels, outputs, kind):
    metric = metrics.get("accuracy", loss=losses.get("mse"))
    assert "not known before the first batch" in repr(metric)
    metric.update_state(np.zeros(labels, int), np.zeros(outputs))
    assert repr(metric) == f"AutoAccuracy(name='accuracy', kind={kind})"


@pytest.mark.parametrize(
    ("loss", "expected"),
    [("binary_crossentropy", "BinaryAccuracy(name='accuracy', threshold=0.5)"),
     (losses.BinaryCrossentropy(from_logits=True), "BinaryAccuracy(name='accuracy', threshold=0.0)"),
     ("categorical_crossentropy", "CategoricalAccuracy(name='accuracy')"),
     ("sparse_categorical_crossentropy", "SparseCategoricalAccuracy(name='accuracy')")],
)  # fmt: skip
def test_accuracy_is_chosen_by_the_loss(loss, expected):
    assert repr(metrics.get("accuracy", losses.get(loss))) == expected


def test_losses_and_functions_are_metrics():
    metric = metrics.get("mse")
    metric.update_state([1.0, 2.0], [[1.0], [4.0]])
    metric.update_state([1.0], [[2.0]])
    assert (metric.name, metric.result()) == ("mse", pytest.approx(5 / 3))
    metric = metrics.get("binary_crossentropy")
    metric.update_state([1.0, 0.0], [0.5, 0.5])
    assert metric.result() == pytest.approx(math.log(2))

    def largest_error(y_true, y_pred):
        return np.max(abs(y_true - y_pred))

    metric = metrics.get(largest_error)
    metric.update_state(np.zeros(3), np.array([1.0, 2.0, 3.0]))
    assert (metric.name, metric.result()) == ("largest_error", 3.0)


def test_the_class_accuracy_counts_equal_elements_as_in_keras():
    metric = metrics.Accuracy()  # Keras's own example
    metric.update_state([[1], [2], [3], [4]], [[0], [2], [3], [4]])
    assert metric.result() == 0.75
    metric.reset_state()
    metric.update_state([[1], [2], [3], [4]], [[0], [2], [3], [4]], sample_weight=[1, 1, 0, 0])
    assert metric.result() == 0.5
    metric.reset_state()
    metric.update_state([1, 2], [[1.0], [3.0]])  # (n,) meets (n, 1), and never grows to (n, n)
    metric.update_state([[1, 2], [3, 4]], [[1, 0], [3, 4]])
    assert metric.result() == 4 / 6
    assert metrics.get(metrics.Accuracy("hits")).name == "hits"


@pytest.mark.parametrize(("y", "outputs"), [(HOT, P), (Y1, P1), (Y1[:, None], P1)])
def test_the_class_accuracy_warns_of_probabilities_and_names_what_fits(y, outputs):
    metric = metrics.Accuracy()
    with pytest.warns(UserWarning, match=r'are hardly ever equal. Try metrics=\["accuracy"\].*BinaryAccuracy\(\)'):
        metric.update_state(y, outputs)
    metric.update_state(y, outputs)  # once


def test_the_class_accuracy_refuses_class_numbers_beside_probabilities():
    with pytest.raises(ValueError, match=r'shape \(3,\) and outputs of shape \(3, 3\).*Try metrics=\["accuracy"\]'):
        metrics.Accuracy().update_state(IDS, P)


@pytest.mark.parametrize("name", ["auc", "precision", "recall", "kl"])
def test_no_other_metric_is_proposed_for_one_that_is_missing(name):
    with pytest.raises(ValueError, match=f"unknown metric '{name}'. There are: acc, accuracy, binary_accuracy, "):
        metrics.get(name)


def test_sums_of_float16_do_not_overflow():
    big = np.full((5000, 1), 300, np.float16)  # whose sum, and whose products, float16 cannot hold
    mean = metrics.Mean()
    mean.update_state(big[:, 0], big[:, 0])
    assert mean.result() == 300
    for name, expected in (("mae", 300), ("mse", 90_000)):
        metric = metrics.get(name)
        metric.update_state(np.zeros((5000, 1), np.float16), big, big[:, 0])
        assert metric.result() == pytest.approx(expected, rel=1e-6)


def test_errors():
    with pytest.raises(ValueError, match=r"unknown metric 'acuracy'. Did you mean 'accuracy'"):
        metrics.get("acuracy")
    with pytest.raises(TypeError, match="got the class Mean as metric"):
        metrics.get(metrics.Mean)
    with pytest.raises(ValueError, match="look one-hot; sparse_categorical_accuracy expects class numbers"):
        metrics.get("sparse_categorical_accuracy").update_state(HOT, P)
    with pytest.raises(NotImplementedError, match="has no update_state"):
        metrics.Metric().update_state([1], [1])
