"""Reductions: options, NaNs, empty arrays, complex numbers, errors: what the samples can not show."""

import warnings
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError

X = np.array([[[0.3, -1.2], [2.0, 1.7]], [[0.9, -0.4], [1.1, 0.6]], [[-0.8, -2.2], [1.3, 0.5]]])
SPOILED = np.where(np.arange(12).reshape(X.shape) % 5 == 1, np.nan, X)
MASK = X < 1.5

REDUCTIONS = [np.sum, np.mean, np.prod, np.max, np.min, np.amax, np.amin, np.var, np.std, np.ptp, np.median,
              np.nansum, np.nanmean, np.nanprod, np.nanmax, np.nanmin, np.nanvar, np.nanstd, np.nanmedian, np.average]  # fmt: skip


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (-1, 0), ()], ids=str)
@pytest.mark.parametrize("function", REDUCTIONS, ids=lambda f: f.__name__)
def test_all_spellings_of_axis_are_numpys(function, axis) -> None:
    for keepdims in (False, True):
        f = lambda x: function(x, axis=axis, keepdims=keepdims)
        y = f(Tensor(X))
        assert y.shape == np.shape(f(X))
        np.testing.assert_allclose(y.numpy(), f(X), rtol=1e-14, atol=1e-15)
        ag.check_gradients(f, X, order=1)


@pytest.mark.parametrize("axis", [None, 1, (0, 2)], ids=str)
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "var", "std"])
def test_a_mask_leaves_elements_out(name, axis) -> None:
    options = {"initial": -3.0 if name == "max" else 3.0} if name in ("max", "min") else {}
    f = lambda x: getattr(np, name)(x, axis=axis, where=MASK, **options)
    np.testing.assert_allclose(f(Tensor(X)).numpy(), f(X), rtol=1e-14)
    ag.check_gradients(f, X)
    g = ag.grad(lambda x: np.sum(f(x)))(X)
    assert np.all(g.numpy()[~MASK] == 0)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "var", "std", "median"])
def test_nans_are_left_out_with_gradient_zero(name) -> None:
    function = getattr(np, "nan" + name)
    for axis in (None, 0, (1, 2)):
        np.testing.assert_allclose(
            function(Tensor(SPOILED), axis=axis).numpy(), function(SPOILED, axis=axis), rtol=1e-14
        )
        g = ag.grad(lambda x: np.sum(function(x, axis=axis) ** 2))(SPOILED).numpy()
        assert np.all(np.isfinite(g))
        assert np.all(g[np.isnan(SPOILED)] == 0)


@pytest.mark.parametrize("name", ["nanmean", "nanmax", "nanmin", "nanvar", "nanstd", "nanmedian"])
def test_a_slice_of_nans_is_nan_with_numpys_warning(name) -> None:
    x = np.array([[np.nan, np.nan], [1.0, 2.0]])
    function = getattr(np, name)
    with warnings.catch_warnings(record=True) as numpys:
        warnings.simplefilter("always")
        expected = function(x, axis=1)
    with pytest.warns(RuntimeWarning, match=str(numpys[0].message)), Tape() as t:
        t.watch(tensor := Tensor(x))
        y = function(tensor, axis=1)
    np.testing.assert_array_equal(y.numpy(), expected)
    assert t.gradient(y, tensor).numpy()[0].tolist() == [0, 0]


def test_sums_and_products_of_nothing() -> None:
    x = Tensor([[np.nan, np.nan]])
    assert np.nansum(x, axis=1).tolist() == [0]
    assert np.nanprod(x, axis=1).tolist() == [1]
    assert np.nanmax(x, axis=1, initial=2.0).tolist() == [2]
    assert np.max(Tensor(np.zeros((0, 2))), axis=0, initial=-1.0).tolist() == [-1, -1]
    assert np.prod(Tensor(np.zeros((0, 2))), axis=0).tolist() == [1, 1]
    with pytest.raises(ValueError, match="zero-size array"):
        np.max(Tensor(np.zeros(0)))
    with pytest.raises(ValueError, match="zero-size array"):
        np.nanmax(Tensor(np.zeros(0)))


def test_the_mean_of_nothing_warns_as_numpy_does() -> None:
    none = np.zeros(3, bool)
    with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        assert np.isnan(np.mean(Tensor(np.ones(3)), where=none).numpy())
    with pytest.warns(RuntimeWarning, match="Degrees of freedom <= 0"):
        assert np.isnan(np.var(Tensor(np.ones(3)), where=none).numpy())
    with pytest.warns(RuntimeWarning, match="Degrees of freedom <= 0"):
        assert np.isnan(np.nanvar(Tensor([[1.0, 2.0, np.nan]]), axis=1, ddof=2).numpy())


def test_more_degrees_taken_off_than_there_are() -> None:
    for f in (np.var, np.std):
        with pytest.warns(RuntimeWarning):
            assert np.isinf(f(Tensor([1.0, 2.0]), ddof=2).numpy())
        with pytest.raises(ValueError, match="ddof=1 and correction=1, which mean the same"):
            f(Tensor(X), ddof=1, correction=1)


@pytest.mark.parametrize("function", [np.sum, np.mean, np.prod, np.cumsum, np.cumprod], ids=lambda f: f.__name__)
def test_complex_numbers(function) -> None:
    def parts(a, b):
        y = function(a + 1j * b, axis=1)
        return np.real(y), np.imag(y)

    ag.check_gradients(parts, X[0], X[1])


@pytest.mark.parametrize("function", [np.var, np.std], ids=lambda f: f.__name__)
def test_the_variance_of_complex_numbers_is_real(function) -> None:
    for options in ({}, {"axis": 0}, {"where": MASK[0]}, {"ddof": 1, "axis": 1}):
        f = lambda a, b: function(a + 1j * b, **options)
        y = f(Tensor(X[0]), Tensor(X[1]))
        assert y.dtype == np.float64
        np.testing.assert_allclose(y.numpy(), f(X[0], X[1]), rtol=1e-14)
        ag.check_gradients(f, X[0], X[1])


def test_complex_numbers_are_ordered_by_their_real_parts_first() -> None:
    z = np.array([1 + 2j, 0.5j, 1 + 3j])
    assert ag.grad(lambda z: np.real(np.max(z)))(z).tolist() == [0, 0, 1]
    assert ag.grad(lambda z: np.real(np.min(z)))(z).tolist() == [0, 1, 0]
    assert np.max(Tensor(z), where=z.imag < 3, initial=0j).item() == 1 + 2j
    for f in (np.maximum, np.fmax):
        pairs = ag.grad(lambda a, b, f=f: np.sum(np.real(f(a, b))), (0, 1))(z, z[::-1].copy())
        assert [g.tolist() for g in pairs] == [[0, 0.5, 1], [1, 0.5, 0]]
    assert ag.grad(lambda z: np.real(np.maximum(z, 2.0 - 1j)))(2.0 + 0j).item() == 1


def test_dtype_is_that_of_the_sum_and_the_gradient_that_of_the_source() -> None:
    x = Tensor(np.float32([1.5, 2.5]))
    for function in (np.sum, np.mean, np.prod, np.var, np.std, np.cumsum, np.cumprod, np.nansum):
        with Tape() as t:
            t.watch(x)
            y = function(x, dtype=np.float64)
        assert y.dtype == np.float64
        assert t.gradient(y, x).dtype == np.float32
    assert np.sum(x, dtype=int) == 3


def test_halves_are_added_up_in_single_precision() -> None:
    """60000 + 60000 is beyond float16; the mean is not."""
    x = Tensor(np.float16([60000.0, 60000.0, 1.0]))
    mask = np.array([True, True, False])
    for y in (np.mean(x[:2]), np.mean(x, where=mask), np.nanmean(np.where(mask, x, np.float16(np.nan)))):
        assert (y.dtype, float(y)) == (np.float16, 60000)
    assert float(np.std(x, where=mask)) == 0


@pytest.mark.parametrize("function", [np.sum, np.max, np.nansum, np.median, np.cumsum], ids=lambda f: f.__name__)
def test_out_is_refused_by_name(function) -> None:
    with Tape(), pytest.raises(NoDerivativeError, match="out"):
        function(Variable(X), axis=0, out=np.zeros((2, 2)))


def test_a_masked_maximum_needs_a_start() -> None:
    with pytest.raises(ValueError, match="max got where= without initial="):
        np.max(Tensor(X), where=MASK)


def test_the_start_carries_a_gradient() -> None:
    for function, expected in [(np.sum, 1.0), (np.prod, 6.0), (np.max, 1.0), (np.min, 0.0)]:
        g = ag.grad(lambda start: function(Tensor([1.0, 2.0, 3.0]), initial=start))(7.0)
        assert float(g) == expected


def test_integers_are_reduced_as_numpy_does() -> None:
    x = Tensor(np.array([3, 1, 2]))
    assert np.max(x, initial=7).tolist() == 7
    assert np.min(x, where=[True, False, True], initial=9).tolist() == 2
    assert np.mean(x, where=[True, False, True]).tolist() == 2.5
    assert np.max(x, where=[False, False, True], initial=1).dtype == np.int64


def test_products_with_zeros_take_no_square_of_the_length() -> None:
    n = 20_000
    x = np.ones(n)
    x[7] = 0.0
    for function in (np.prod, lambda x: np.sum(np.cumprod(x))):
        g = ag.grad(function)(x).numpy()
        assert g[7] == (1 if function is np.prod else n - 7)


@pytest.mark.parametrize(
    "x", [[0.0, 0.5, 2.0], [0.0, 0.0, 2.0], [3.0, -1.0, 0.0], [1e-200, 1e-200, 1e200], [1e200, 1e200, 1e-200]], ids=str
)
def test_products_that_vanish_or_overflow_on_the_way(x) -> None:
    x = np.array(x)
    with np.errstate(over="ignore", under="ignore"):
        expected = [np.prod(np.delete(x, k)) for k in range(3)]
        g = ag.grad(np.prod)(x).numpy()
    np.testing.assert_allclose(g, expected, rtol=1e-14)


def test_second_order_of_products_with_zeros() -> None:
    for x in ([0.0, 0.5, 2.0], [0.0, 0.0, 2.0]):
        for f in (np.prod, np.cumprod):
            ag.check_gradients(f, np.array(x), order=3)


def test_the_greatest_of_nans_passes_its_gradient_to_them() -> None:
    g = ag.grad(np.max)(np.array([1.0, np.nan, 3.0, np.nan]))
    assert g.tolist() == [0, 0.5, 0, 0.5]


def test_of_rows_without_elements() -> None:
    for x in (np.zeros((5, 0), np.float32), np.zeros((0, 5), np.float32)):
        for f in (ag.softmax, ag.log_softmax):
            y = f(Tensor(x))
            assert (y.shape, y.dtype) == (x.shape, np.float32)
            assert ag.grad(lambda x, f=f: np.sum(f(x)))(x).shape == x.shape
    y = ag.logsumexp(Tensor(np.zeros((2, 0))), axis=1)
    assert y.tolist() == [-np.inf, -np.inf]
    assert ag.grad(lambda x: np.sum(ag.logsumexp(x, axis=1)))(np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize("function", [np.max, np.min, np.sum, np.prod])
@pytest.mark.parametrize("axis", [None, 0, -1, ()])
@pytest.mark.parametrize("keepdims", [False, True])
def test_numbers_are_reduced_along_what_numpy_allows(function, axis, keepdims):
    x = Variable([1.0, 2.0])
    with Tape() as t:
        y = function(np.sum(x * x), axis=axis, keepdims=keepdims)
    assert (float(y), y.shape) == (5.0, ())
    assert t.gradient(y, x).tolist() == [2.0, 4.0]


@pytest.mark.parametrize("function", [np.sum, np.prod, np.max, np.min, np.nansum, np.nanmax, np.maximum.reduce])
@pytest.mark.parametrize("initial", [np.ones(1), np.ones(3), [1.0], np.zeros((0,))], ids=str)
def test_initial_is_a_number(function: Any, initial: Any) -> None:
    for start in (initial, Tensor(np.array(initial))):
        with pytest.raises(ValueError, match=r"got an initial of shape .*expected a number"):
            function(Tensor([1.0, 2.0, 3.0]), initial=start)


@pytest.mark.parametrize("function", [np.sum, np.prod, np.max, np.min])
def test_an_initial_of_another_kind_is_refused(function: Any) -> None:
    for initial in ("a", 1j):
        with pytest.raises(TypeError, match=r"got initial=.*expected a number of that type"):
            function(Tensor([1.0, 2.0]), initial=initial)


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("initial", [0, 2, 0.5, -7.0, np.float64(0.3), np.array(2.0), np.inf, np.nan, True], ids=repr)
def test_initial_as_numpy_takes_it(name: str, dtype: str, initial: Any) -> None:
    x = np.array([[0.5, -1.0, 2.0], [1.5, 3.0, -0.25]], dtype)
    function = getattr(np, name)
    for array, axis in ((x, None), (x, 1), (x, (0, 1)), (x[:0], 0), (x[:, :0], 1)):
        for where in (True, np.array([True, False, True])[: array.shape[1]]):
            expected = function(array, axis=axis, initial=initial, where=where)
            for start in (initial, Tensor(initial)):
                y = function(Tensor(array), axis=axis, initial=start, where=where)
                assert y.dtype == expected.dtype
                np.testing.assert_allclose(np.asarray(y.value), expected, rtol=1e-3 if dtype == "float16" else 1e-6)


def test_no_initial_at_all() -> None:
    x = Tensor(np.ones((0, 2)))
    for f in (lambda x: np.sum(x, 0, initial=None), lambda x: np.max(x, axis=0)):
        with pytest.raises(ValueError, match="zero-size array to reduction"):
            f(x)
    with pytest.raises(ValueError, match=r"no identity|not have an identity"):
        np.sum(Tensor([1.0, 2.0]), initial=None, where=[True, False])
    assert np.sum(Tensor([1.0, 2.0]), initial=None) == 3 == np.sum(Tensor([1.0, 2.0]), initial=np._NoValue)


def test_an_initial_that_wins_leaves_nothing_to_the_elements() -> None:
    x, start = np.array([1.0, 2.0, 5.0]), 7.0
    f = lambda x, start: np.max(x, initial=start)
    assert [g.tolist() for g in ag.grad(f, (0, 1))(x, start)] == [[0, 0, 0], 1]
    assert [g.tolist() for g in ag.grad(f, (0, 1))(x, 3.0)] == [[0, 0, 1], 0]
    g = lambda x, start: np.min(x, initial=start, where=[False, True, True])
    assert [g.tolist() for g in ag.grad(g, (0, 1))(x, 1.5)] == [[0, 0, 0], 1]
    assert [g.tolist() for g in ag.grad(g, (0, 1))(x, 3.0)] == [[0, 1, 0], 0]
    ag.check_gradients(lambda x, s: np.prod(x, initial=s, where=[True, False, True]), x, 0.7, order=2)
    ag.check_gradients(lambda x, s: np.sum(x, initial=s) ** 3, x, 0.7, order=2)
