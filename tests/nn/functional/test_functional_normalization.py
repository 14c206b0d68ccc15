"""Normalization: the formulas with Python's statistics, half precision, derivatives, errors."""

import math
import statistics

import numpy as np
import pytest

import autograd as ag
from nn import functional as F

rng = np.random.default_rng(3)
X = rng.normal(size=(3, 2, 4)) * 2 + 1
GAMMA, BETA = rng.normal(size=4), rng.normal(size=4)


def standardized(values, epsilon):
    mean, variance = statistics.fmean(values), statistics.pvariance(values)
    return [(v - mean) / math.sqrt(variance + epsilon) for v in values]


def test_layer_norm():
    expected = [[[a * g + b for a, g, b in zip(standardized(row.tolist(), 1e-3), GAMMA, BETA, strict=True)]
                 for row in sample] for sample in X]  # fmt: skip
    np.testing.assert_allclose(F.layer_norm(X, GAMMA, BETA), expected, rtol=1e-13)
    both = [np.reshape(standardized(sample.ravel().tolist(), 0.1), (2, 4)) for sample in X]
    np.testing.assert_allclose(F.layer_norm(X, axis=(-1, 1), epsilon=0.1), both, rtol=1e-13)
    gamma = rng.normal(size=(2, 4))
    np.testing.assert_allclose(F.layer_norm(X, gamma, axis=(-1, 1), epsilon=0.1), both * gamma, rtol=1e-13)


def test_rms_norm():
    expected = [[[g * v / math.sqrt(math.fsum(u * u for u in row) / 4 + 1e-6) for v, g in zip(row, GAMMA, strict=True)]
                 for row in sample] for sample in X.tolist()]  # fmt: skip
    np.testing.assert_allclose(F.rms_norm(X, GAMMA), expected, rtol=1e-13)


def test_group_norm():
    expected = np.empty_like(X)
    for n, half in np.ndindex(3, 2):
        here = (n, slice(None), slice(2 * half, 2 * half + 2))
        expected[here] = np.reshape(standardized(X[here].ravel().tolist(), 1e-3), (2, 2))
    np.testing.assert_allclose(F.group_norm(X, 2, GAMMA, BETA), expected * GAMMA + BETA, rtol=1e-13)
    np.testing.assert_allclose(F.group_norm(X, 1), F.layer_norm(X, axis=(1, 2)), rtol=1e-13)


@pytest.mark.parametrize("axis", [-1, 1])
def test_batch_norm(axis):
    channels = np.moveaxis(X, axis, 0)
    gamma, beta = GAMMA[: len(channels)], BETA[: len(channels)]
    y, mean, variance = F.batch_norm_training(X, gamma, beta, axis=axis)
    np.testing.assert_allclose(mean, [statistics.fmean(c.ravel()) for c in channels], rtol=1e-13)
    np.testing.assert_allclose(variance, [statistics.pvariance(c.ravel()) for c in channels], rtol=1e-13)
    expected = [[g * v + b for v in standardized(c.ravel().tolist(), 1e-3)]
                for c, g, b in zip(channels, gamma, beta, strict=True)]  # fmt: skip
    np.testing.assert_allclose(np.moveaxis(y, axis, 0).reshape(len(channels), -1), expected, rtol=1e-12)
    np.testing.assert_allclose(F.batch_norm(X, mean, variance, gamma, beta, axis), y, rtol=1e-12)


def test_statistics_of_a_batch_are_arrays_through_which_nothing_flows():
    x = ag.Variable(X)
    with ag.Tape() as t:
        y, mean, variance = F.batch_norm_training(x)
    assert (type(mean), type(variance)) == (np.ndarray, np.ndarray)
    np.testing.assert_allclose(t.gradient(y, x).numpy(), np.zeros(X.shape), atol=1e-15)  # the mean does not move


CALLS = {
    "layer": lambda x, g, b: F.layer_norm(x, g, b),
    "rms": lambda x, g, b: F.rms_norm(x, g) + b,
    "group": lambda x, g, b: F.group_norm(x, 2, g, b),
    "training": lambda x, g, b: F.batch_norm_training(x, g, b)[0],
    "inference": lambda x, g, b: F.batch_norm(x, b, g * g, g, b),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_derivatives(call):
    ag.check_gradients(lambda *a: np.sum(call(*a) ** 2 * X), X, GAMMA, BETA, order=2)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_is_kept(call, dtype):
    inputs = [ag.Tensor(a.astype(dtype)) for a in (X, GAMMA, BETA)]
    with ag.Tape() as t:
        t.watch(inputs)
        y = call(*inputs)
    assert {y.dtype, *[g.dtype for g in t.gradient(y, inputs)]} == {np.dtype(dtype)}


@pytest.mark.parametrize("norm", [F.layer_norm, F.rms_norm, lambda x: F.batch_norm_training(x.T)[0].T])
def test_half_precision_does_not_overflow(norm):
    """The squares are beyond the largest float16."""
    x = np.array([[-3000.0, 1000.0, 2000.0, 0.0]])
    y = norm(x.astype(np.float16))
    assert y.dtype == np.float16
    np.testing.assert_allclose(y, norm(x), rtol=1e-3)


def test_statistics_of_half_precision_are_in_float32():
    x = np.array([[-3000.0], [3000.0]], np.float16)
    _, mean, variance = F.batch_norm_training(x)
    assert (mean, variance, variance.dtype) == ([0], [9e6], np.float32)
    y = F.batch_norm(x, mean, variance)
    assert y.dtype == np.float16
    np.testing.assert_array_equal(y, [[-1], [1]])


@pytest.mark.parametrize("f", [F.layer_norm, F.rms_norm, lambda x: F.batch_norm_training(x)[0]])
def test_equal_features_are_finite(f):
    g = ag.grad(lambda x: np.sum(f(x) ** 2))(np.zeros((2, 3)))
    np.testing.assert_array_equal(g.numpy(), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: F.layer_norm(X, np.ones(2)), r"gamma has shape \(2,\) for x of shape \(3, 2, 4\); expected \(4,\)"),
        (lambda: F.layer_norm(X, beta=np.ones((1, 4))), r"beta has shape \(1, 4\)"),
        (lambda: F.layer_norm(X, axis=3), "axis is 3 for x"),
        (lambda: F.layer_norm(X, axis=(1, -2)), "expected different axes"),
        (lambda: F.rms_norm(X, axis=()), r"axis is \(\)"),
        (lambda: F.batch_norm(X, np.ones(3), np.ones(4)), r"mean has shape \(3,\)"),
        (lambda: F.group_norm(X, 3), "3 groups; expected"),
        (lambda: F.group_norm(X, 0), "0 groups"),
        (lambda: F.group_norm(np.ones(4), 2), r"x of shape \(4,\)"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
