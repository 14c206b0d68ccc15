"""Differences, signals and polynomials: options, knots, complex numbers and errors."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.errors import NoDerivativeError
from autograd.graph import raw

X = np.array([[0.3, -1.2, 2.0, 0.1], [1.7, 0.9, -0.4, -2.0], [0.5, 1.1, 0.8, -0.7]])
ROW = np.array([0.7, -1.5, 2.5, 0.2])
PLACES = np.array([0.0, 0.4, 1.5, 1.7])


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("sizes", [(5, 3), (3, 5), (4, 4), (6, 2), (2, 6), (1, 4), (7, 4), (4, 7)], ids=str)
@pytest.mark.parametrize("function", [np.convolve, np.correlate], ids=lambda f: f.__name__)
def test_convolutions_of_all_sizes(function, sizes, mode) -> None:
    rng = np.random.default_rng(1)
    a, v, b, w = [rng.normal(size=n) for n in (*sizes, *sizes)]
    f = lambda a, v: function(a, v, mode)
    np.testing.assert_allclose(f(Tensor(a), Tensor(v)).numpy(), f(a, v), rtol=1e-13, atol=1e-14)
    ag.check_gradients(f, a, v)

    def parts(a, b, v, w):
        y = f(a + 1j * b, v + 1j * w)
        return np.real(y), np.imag(y)

    got = f(Tensor(a) + 1j * b, Tensor(v) + 1j * w)
    np.testing.assert_allclose(got.numpy(), f(a + 1j * b, v + 1j * w), rtol=1e-13, atol=1e-14)
    ag.check_gradients(parts, a, b, v, w, order=1)


def test_a_convolution_with_nothing_is_refused_by_numpy() -> None:
    with pytest.raises(ValueError, match="cannot be empty"):
        np.convolve(Tensor(ROW), np.zeros(0))
    assert np.convolve(Tensor(ROW), [1.0, -1.0], "valid").shape == (3,)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_slopes(axis) -> None:
    n = X.shape[axis]
    for edge_order in (1, 2):
        for h in (0.3, PLACES[:n]):
            f = lambda x, h: np.gradient(x, h, axis=axis, edge_order=edge_order)
            np.testing.assert_allclose(f(Tensor(X), Tensor(h)).numpy(), f(X, h), rtol=1e-13)
            ag.check_gradients(f, X, h)
    assert isinstance(np.gradient(Tensor(X)), tuple)
    assert len(np.gradient(Tensor(X), 1.0, axis=(0, 1))) == 2


def test_diff_between_scalars_and_layers() -> None:
    for f in (
        lambda x: np.diff(x, 2, axis=0, prepend=1.0, append=x),
        lambda x: np.diff(x, prepend=x[:, :1]),
        lambda x: np.diff(x, 9),
        lambda x: np.diff(x, 0, prepend=5.0, append=x),
        lambda x: np.ediff1d(x, to_begin=[1.0, 2.0], to_end=3.0),
    ):
        np.testing.assert_allclose(f(Tensor(X)).numpy(), f(X), rtol=1e-14)
    assert np.diff(Tensor(np.float32(X)), prepend=1.0).dtype == np.float32
    assert np.diff(Tensor(np.float32(X)), prepend=np.float64(1)).dtype == np.float64  # as in NumPy
    assert np.ediff1d(Tensor([1.0])).shape == (0,)


@pytest.mark.parametrize("period", [2 * np.pi, 1.0, 0.7])
def test_unwrapping(period) -> None:
    for options in ({}, {"discont": 1.3}, {"axis": 0}):
        f = lambda x: np.unwrap(x, period=period, **options)
        np.testing.assert_allclose(f(Tensor(3 * X)).numpy(), f(3 * X), rtol=1e-14, atol=1e-14)
    steps = np.array([0.0, 1.0, 2.0, 1.0, 0.0, -1.0, 0.0, 3.0, 2.5])  # whole and half periods
    assert np.unwrap(Tensor(steps), period=2).tolist() == np.unwrap(steps, period=2).tolist()


def test_interpolation_beside_and_between_the_points() -> None:
    xp, fp = np.array([-1.0, 0.0, 0.5, 2.0]), np.array([0.3, -0.8, 1.7, 0.9])
    x = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 5.0, np.nan])
    for options in ({}, {"left": 7.0}, {"right": -7.0}, {"period": 3.5}):
        got = np.interp(Tensor(x), xp, fp, **options).numpy()
        np.testing.assert_allclose(got, np.interp(x, xp, fp, **options), rtol=1e-14)
    assert np.interp(0.25, xp, Tensor(fp)).shape == ()
    assert np.interp(Tensor(x), [1.0], [2.0]).tolist()[:3] == [2, 2, 2]
    ag.check_gradients(lambda x, xp, fp: np.interp(x, xp, fp, period=3.5), X + 0.03, xp[[2, 0, 3, 1]], fp)


def test_the_slope_at_a_knot_is_that_to_its_right() -> None:
    slope = ag.grad(lambda x: np.sum(np.interp(x, [0.0, 1.0, 3.0], [0.0, 2.0, 0.0])))
    assert slope(np.array([-1.0, 0.0, 1.0, 3.0, 4.0])).tolist() == [0, 2, -1, -1, 0]


def test_fits_through_points() -> None:
    x = np.linspace(-1.0, 1.0, 9) ** 3
    y = np.cos(3 * x)
    w = 1.0 + x * x
    for deg in (0, 1, 3):
        for options in ({}, {"w": w}, {"rcond": 1e-10}):
            f = lambda y: np.polyfit(x, y, deg, **options)
            np.testing.assert_allclose(f(Tensor(y)).numpy(), f(y), rtol=1e-10, atol=1e-13)
            ag.check_gradients(f, y)
    ag.check_gradients(lambda x, y, w: np.polyfit(x, y, 2, w=w), x, y, w, order=1)


def test_polynomials_are_numpys() -> None:
    p, q = ROW, np.array([2.0, -1.0])
    for a, b in ((p, q), (q, p)):
        for f in (np.polyadd, np.polysub, np.polymul):
            np.testing.assert_allclose(f(Tensor(a), b).numpy(), f(a, b), rtol=1e-14)
        for got, want in zip(np.polydiv(Tensor(a), Tensor(b)), np.polydiv(a, b), strict=True):
            np.testing.assert_allclose(raw(got), want, rtol=1e-14)
    for m in (0, 1, 3):
        np.testing.assert_allclose(np.polyder(Tensor(p), m).numpy(), np.polyder(p, m))
        np.testing.assert_allclose(np.polyint(Tensor(p), m, 2.0).numpy(), np.polyint(p, m, 2.0))
    assert np.vander(Tensor(p), 0).shape == (4, 0)


def test_roots() -> None:
    for p in ([1.0, -6.0, 11.0, -6.0], [0.0, 2.0, 1.0, 5.0, 0.0, 0.0], [3.0, 6.0], [4.0], [0.0, 0.0]):
        got = np.roots(Tensor(p))
        np.testing.assert_allclose(np.sort_complex(raw(got)), np.sort_complex(np.roots(p)), atol=1e-9)
    g = ag.jacobian(lambda p: np.sort(np.real(np.roots(p))))(np.array([1.0, -3.0, 2.0])).numpy()
    np.testing.assert_allclose(g, [[1, 1, 1], [-4, -2, -1]], atol=1e-12)  # −x² / p′(x), −x / p′(x), −1 / p′(x)


def test_zeros_are_trimmed() -> None:
    x = Tensor([0.0, 0.0, 1.0, 0.0, 2.0, 0.0])
    for trim in ("fb", "f", "b"):
        assert np.trim_zeros(x, trim).tolist() == np.trim_zeros(x.value, trim).tolist()
    assert np.trim_zeros(Tensor([0.0, 0.0])).shape == (0,)


def test_functions_of_vectors_take_arguments() -> None:
    f = lambda x: np.apply_along_axis(lambda v, k, power: np.sum(v[:k] ** power), -1, x, 2, power=3)
    np.testing.assert_allclose(f(Tensor(X)).numpy(), f(X))
    assert np.apply_along_axis(np.cumsum, 0, Tensor(X)).shape == X.shape
    assert np.apply_over_axes(np.mean, Tensor(X), 1).shape == (3, 1)
    with pytest.raises(ValueError, match="no vector along axis 1"):
        np.apply_along_axis(np.sum, 1, Tensor(np.zeros((0, 3))))


@pytest.mark.parametrize(
    "f",
    [
        lambda z: np.diff(z, axis=0),
        lambda z: np.gradient(z, PLACES, axis=1, edge_order=2),
        lambda z: np.trapezoid(z, PLACES),
        lambda z: np.interp([0.3, 0.9], PLACES, z[0]),
        lambda z: np.polyval(z[0], z),
        lambda z: np.polydiv(z[0], z[1, :2])[0],
        lambda z: np.polyfit(PLACES, z[0], 2),
        lambda z: np.poly(z[0]),
        lambda z: np.sort(np.roots(z[0])),
    ],
)
def test_complex_numbers(f) -> None:
    def parts(a, b):
        y = f(a + 1j * b)
        return np.real(y), np.imag(y)

    y = X[::-1] ** 2 + 0.1
    np.testing.assert_allclose(f(Tensor(X) + 1j * y).numpy(), f(X + 1j * y), rtol=1e-10)
    ag.check_gradients(parts, X, y, order=1)


def test_the_polynomial_of_conjugate_roots_is_real() -> None:
    p = np.poly(Tensor(np.array([1 + 2j, 1 - 2j])))
    assert (p.dtype, p.tolist()) == (np.float64, [1, -2, 5])


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda x: np.diff(x, -1), ValueError, "diff got n=-1"),
        (lambda x: np.diff(x[0, 0]), ValueError, "diff got a scalar"),
        (lambda x: np.trapezoid(x[0, 0]), ValueError, "trapezoid got a scalar"),
        (lambda x: np.gradient(x, 1.0, 2.0, 3.0), TypeError, "3 spacings for 2 axes"),
        (lambda x: np.gradient(x, [1.0, 2.0], axis=1), ValueError, r"coordinates of shape \(2,\) for 4 elements"),
        (lambda x: np.gradient(x, edge_order=3), ValueError, "edge_order=3; expected 1 or 2"),
        (lambda x: np.gradient(x[:2], edge_order=2), ValueError, "2 elements along axis 0; expected at least 3"),
        (lambda x: np.gradient(x, axis=2), np.exceptions.AxisError, "axis 2"),
        (lambda x: np.unwrap(x, period=Tensor(1.0)), TypeError, "expected plain numbers"),
        (lambda x: np.interp(x, [0.0, 1.0], [1.0]), ValueError, "expected two vectors as long"),
        (
            lambda x: np.interp(x, [0.0, 1.0], [1.0, 2.0], period=0),
            ValueError,
            "period=0; expected a plain number other",
        ),
        (lambda x: np.polyfit([1.0, 2.0, 3.0], x[:, 0], 1, full=True), NoDerivativeError, "leave them out"),
        (lambda x: np.polyfit([1.0, 2.0], x[:, 0], 1), ValueError, r"x of shape \(2,\), y of shape \(3,\)"),
        (lambda x: np.polyder(x[0], -1), ValueError, "polyder got m=-1"),
        (lambda x: np.polyint(x[0], 2, [1.0, 2.0, 3.0][:0]), ValueError, "0 constants; expected one constant for each"),
        (lambda x: np.vander(x), ValueError, "expected a vector"),
        (lambda x: np.roots(x), ValueError, "expected a vector of coefficients"),
    ],
)
def test_errors(call, error, told) -> None:
    with pytest.raises(error, match=told):
        call(Tensor(X))
