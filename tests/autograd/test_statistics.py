"""Quantiles, averages, covariances and counts: options, edge cases and errors."""

import warnings

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor
from autograd.errors import NoDerivativeError
from autograd.ops.quantiles import METHODS

X = np.array([[0.3, -1.2, 2.0, 0.1], [1.7, 0.9, -0.4, -2.0], [0.5, 1.1, 0.8, -0.7]])
ROW = np.array([0.7, -1.5, 2.5, 0.2])


@pytest.mark.parametrize("method", METHODS)
def test_every_method_at_every_size_is_numpys(method) -> None:
    q = sorted({*np.linspace(0, 1, 9), *np.linspace(0, 1, 11)})
    for n in (1, 2, 3, 4, 5, 8, 10):
        x = np.random.default_rng(n).permutation(np.arange(float(n)))
        y = np.quantile(Tensor(x), q, method=method)
        np.testing.assert_allclose(y.numpy(), np.quantile(x, q, method=method), rtol=1e-13, atol=1e-14)
    ag.check_gradients(lambda x: np.quantile(x, [0.23, 0.61], axis=1, method=method), X)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (-1,), ()], ids=str)
@pytest.mark.parametrize("q", [0.3, [0.1, 0.5], [[0.0, 0.9], [0.4, 1.0]]], ids=str)
def test_shapes_of_quantiles_are_numpys(axis, q) -> None:
    for keepdims in (False, True):
        for name in ("quantile", "percentile"):
            f = lambda x: getattr(np, name)(
                x, np.multiply(q, 100) if name == "percentile" else q, axis=axis, keepdims=keepdims
            )
            y = f(Tensor(X))
            assert y.shape == np.shape(f(X))
            np.testing.assert_allclose(y.numpy(), f(X), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("method", ["linear", "hazen", "inverted_cdf", "nearest"])
def test_quantiles_among_what_is_not_nan(method) -> None:
    x = np.where(X < -0.5, np.nan, X)
    f = lambda x: np.nanquantile(x, [0.2, 0.7], axis=1, method=method)
    np.testing.assert_allclose(f(Tensor(x)).numpy(), f(x), rtol=1e-14)
    ag.check_gradients(lambda x: f(np.where(X < -0.5, np.nan, x)), X, order=1)


@pytest.mark.parametrize("weights", [[1.0, 0.0, 3.0, 1.0], X * X], ids=["vector", "matrix"])
def test_weighted_quantiles(weights) -> None:
    for q in (0.3, 0.99, 1.0, [0.2, 0.5]):
        f = lambda x: np.quantile(x, q, axis=1, method="inverted_cdf", weights=weights)
        np.testing.assert_array_equal(f(Tensor(X)).numpy(), f(X))
        ag.check_gradients(f, X, order=1)


def test_the_least_of_weighted_elements_has_a_weight() -> None:
    assert float(np.quantile(Tensor([3.0, 1.0, 2.0]), 0.0, method="inverted_cdf", weights=[1.0, 0.0, 1.0])) == 2


def test_a_nan_makes_a_quantile_nan_and_gets_no_gradient() -> None:
    x = np.array([[1.0, np.nan, 2.0], [1.0, 5.0, 2.0]])
    with Tape() as t:
        t.watch(tensor := Tensor(x))
        y = np.median(tensor, axis=1)
    np.testing.assert_array_equal(y.numpy(), [np.nan, 2.0])
    assert t.gradient(y, tensor).tolist() == [[0, 0, 0], [0, 0, 1]]


def test_quantiles_beside_an_infinity() -> None:
    x = Tensor([1.0, 2.0, np.inf])
    assert np.quantile(x, [0.0, 0.5, 1.0]).tolist() == [1, 2, np.inf]
    assert ag.grad(np.median)(np.array([-np.inf, 2.0, np.inf])).tolist() == [0, 1, 0]


def test_the_median_of_nothing_is_nan_with_a_warning() -> None:
    for f in (np.median, np.nanmedian):
        with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
            assert np.isnan(f(Tensor(np.zeros(0))).numpy())


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda x: np.quantile(x, 1.5), ValueError, "quantile got q=1.5; expected numbers from 0 to 1"),
        (lambda x: np.percentile(x, [-1, 50]), ValueError, "numbers from 0 to 100"),
        (lambda x: np.quantile(x, Tensor(1.5)), ValueError, r"q=1\.5; expected numbers from 0 to 1"),
        (lambda x: np.quantile(x[:, :0], 0.5, axis=1), ValueError, r"shape \(3, 0\) to find quantiles in along axis=1"),
        (lambda x: np.quantile(x, 0.5, method="best"), ValueError, "expected one of inverted_cdf, averaged"),
        (lambda x: np.quantile(x, 0.5, weights=x.numpy()), ValueError, 'expected method="inverted_cdf"'),
        (lambda x: np.quantile(x, 0.5, weights=[1, 2], method="inverted_cdf"), ValueError, r"weights of shape \(2,\)"),
        (lambda x: np.quantile(x, 0.5, weights=-x.numpy(), method="inverted_cdf"), ValueError, "negative weights"),
        (lambda x: np.quantile(x, 0.5, axis=2), np.exceptions.AxisError, "axis 2 is out of bounds"),
        (lambda x: np.median(x + 0j), TypeError, r"which have no order; take x\.real"),
        (
            lambda x: np.average(x, weights=[1, 2]),
            ValueError,
            r"weights of shape \(2,\) for an array of shape \(3, 4\)",
        ),
        (lambda x: np.average(x, weights=0 * x.numpy()), ZeroDivisionError, "add up to 0"),
        (lambda x: np.average(x, axis=5), np.exceptions.AxisError, "axis 5"),
        (lambda x: np.cov(x[None]), ValueError, "an array of 3 axes"),
        (lambda x: np.cov(x, aweights=[1, 2]), ValueError, r"aweights of shape \(2,\); expected 4 numbers"),
        (lambda x: np.cov(x, fweights=[1, 2, 0.5, 1]), TypeError, "not whole numbers"),
        (lambda x: np.bincount([0, 1], weights=x[0]), ValueError, "expected vectors of one length"),
        (lambda x: np.histogram(x), ValueError, r"expected range=\(low, high\) or an array of edges"),
        (lambda x: np.histogram(x, "auto"), ValueError, "depend on the data"),
        (lambda x: np.histogram2d(x[0], x[1]), NoDerivativeError, "its counts are constants"),
    ],
)
def test_errors(call, error, told) -> None:
    with pytest.raises(error, match=told):
        call(Tensor(X))


@pytest.mark.parametrize(
    "options", [{}, {"bias": True}, {"ddof": 0}, {"rowvar": False}, {"fweights": [1, 3, 2, 1]}, {"aweights": ROW**2, "ddof": 0},
                {"fweights": [1, 3, 2, 1], "aweights": ROW**2}], ids=str
)  # fmt: skip
def test_covariances(options) -> None:
    f = lambda x, y: np.cov(x, y, **options)
    y = X[::-1] ** 2
    np.testing.assert_allclose(f(Tensor(X), Tensor(y)).numpy(), f(X, y), rtol=1e-13, atol=1e-15)
    ag.check_gradients(f, X, y)
    ag.check_gradients(lambda x: np.cov(x[0], **options) if "rowvar" not in options else np.cov(x), X)


def test_covariances_of_complex_numbers() -> None:
    def parts(a, b):
        c = np.cov(a + 1j * b)
        return np.real(c), np.imag(c)

    y = X[::-1] ** 2
    np.testing.assert_allclose(np.cov(Tensor(X) + 1j * y).numpy(), np.cov(X + 1j * y), rtol=1e-13)
    ag.check_gradients(parts, X, y)
    np.testing.assert_allclose(np.corrcoef(Tensor(X) + 1j * y).numpy(), np.corrcoef(X + 1j * y), rtol=1e-13)


def test_too_few_observations_warn_as_numpy_does() -> None:
    with pytest.warns(RuntimeWarning, match="Degrees of freedom <= 0"):
        assert np.isnan(np.cov(Tensor([1.0])).numpy())


def test_perfect_correlation_stays_within_bounds_and_has_a_small_gradient() -> None:
    g = ag.grad(lambda x: np.corrcoef(x, 3 * x + 1)[0, 1])(ROW)
    np.testing.assert_allclose(g.numpy(), 0, atol=1e-14)
    assert np.corrcoef(Tensor(ROW)).shape == ()


def test_averages_give_back_the_weights() -> None:
    y, total = np.average(Tensor(X), axis=0, returned=True)
    assert total.tolist() == [3, 3, 3, 3]
    w = Tensor([1.0, 2.0, 3.0])
    y, total = np.average(X, axis=0, weights=w, returned=True)
    np.testing.assert_allclose(y.numpy(), np.average(X, axis=0, weights=[1, 2, 3]))
    assert total.tolist() == [6, 6, 6, 6]


def test_counts_are_plain_numbers() -> None:
    counts = np.histogram(Tensor(X), [-2.5, 0.0, 1.0, 2.0])[0]
    assert type(counts) is np.ndarray
    assert counts.tolist() == np.histogram(X, [-2.5, 0.0, 1.0, 2.0])[0].tolist()
    assert type(np.bincount(Tensor(np.array([1, 1, 2])))) is np.ndarray
    assert np.digitize(Tensor(X), [0.0, 1.0]).tolist() == np.digitize(X, [0.0, 1.0]).tolist()
    assert np.nanargmax(Tensor([1.0, np.nan, 3.0])) == 2


def test_no_warning_for_finite_numbers() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for f in (np.median, np.ptp, np.cov, np.corrcoef, lambda x: np.quantile(x, 0.2), np.nanmedian):
            ag.grad(lambda x: np.sum(f(x)))(X)


def test_what_is_not_above_a_quantile_does_not_count() -> None:
    """An infinity beside the element that is chosen makes no NaN, whether `q` is watched or not."""
    x = np.array([1.0, 2.0, np.inf])
    for q in (0.5, Tensor(0.5)):
        assert float(np.quantile(Tensor(x), q)) == 2
    assert np.quantile([1.0, 2.0, 4.0], Tensor(0.75)).item() == 3
    weighted = np.quantile(Tensor([1.0, 2.0, 4.0]), 0.5, weights=Tensor([1.0, 1.0, 4.0]), method="inverted_cdf")
    assert float(weighted) == 4
    g = ag.grad(lambda w: np.quantile(Tensor([1.0, 2.0]), 0.5, weights=w, method="inverted_cdf"))(np.ones(2))
    assert g.tolist() == [0, 0]
