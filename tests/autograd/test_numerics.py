"""Derivatives keep their digits: against values computed with fifty digits, at most 16 units in the last place off."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Variable

# A function, where, its first and its second derivative there.
TAILS = [
    (np.tanh, 0.5, 0.78644773296592741015, -0.72686198138358727554),
    (np.tanh, 5, 0.00018158323094380668413, -0.00036313348792090556523),
    (np.tanh, 20, 1.6993417021166355837e-17, -3.3986834042332711385e-17),
    (np.tanh, 40, 7.2194055513816606892e-35, -1.4438811102763321378e-34),
    (np.expm1, -40, 4.2483542552915889953e-18, 4.2483542552915889953e-18),
    (np.expm1, -5, 0.0067379469990854670966, 0.0067379469990854670966),
    (np.expm1, 1, 2.7182818284590452354, 2.7182818284590452354),
    (np.arcsin, 0.5, 1.154700538379251529, 0.76980035891950101935),
    (np.arcsin, 0.9999999990686774, 23170.475011315585891, 12439554045005.590162),
    (np.arccos, 0.5, -1.154700538379251529, -0.76980035891950101935),
    (np.arccos, -0.9999999990686774, -23170.475011315585891, 12439554045005.590162),
    (np.arctanh, 0.5, 1.3333333333333333333, 1.7777777777777777778),
    (np.arctanh, 0.9999999990686774, 536870912.25000000012, 576460752303423487.87),
    (np.arccosh, 1.0000000009313226, 23170.475000525992672, -12439554050798.208913),
    (np.arccosh, 1000, 0.0010000005000003750003, -1.0000015000018750022e-6),
    (np.arcsinh, 0.5, 0.89442719099991587856, -0.35777087639996635143),
    (np.arcsinh, 1000, 0.00099999950000037499969, -9.9999850000187499781e-7),
    (np.arctan, 0.5, 0.8, -0.64),
    (np.arctan, 1000, 9.99999000000999999e-7, -1.999996000005999992e-9),
    (np.sinh, -3, 10.067661995777765842, -10.017874927409901899),
    (np.sinh, 0.25, 1.0314130998795731762, 0.25261231680816830791),
    (np.sinc, 0.0625, -0.20482513185560507485, -3.2519049395380082702),
    (np.sinc, 0.25, -0.77283813988223418062, -2.7030607572588590491),
    (np.sinc, 0.75, -1.3429496265407771746, 0.61927704533649496748),
]  # fmt: skip


def derivatives(f, x):
    """The first and the second derivative of sum(f) at `x`."""
    v = Variable(x)
    with Tape() as outer:
        with Tape() as inner:
            y = f(v)
        first = inner.gradient(y, v)
    return first.numpy(), outer.gradient(first, v).numpy()


@pytest.mark.parametrize("dtype", [float, np.float64, np.float32])
@pytest.mark.parametrize(("f", "at", "first", "second"), TAILS)
def test_tails_of_derivatives(f, at, first, second, dtype) -> None:
    x = float(at) if dtype is float else np.array([at, at], dtype)
    if float(np.ravel(x)[0]) != at:
        pytest.skip("not a number of this precision")
    for found, expected in zip(derivatives(f, x), (first, second), strict=True):
        ulp = np.spacing(np.asarray(abs(expected), found.dtype))
        assert np.all(abs(found.astype(float) - expected) <= 16 * ulp)


ALL_REAL = [np.tanh, np.arctan, np.arcsinh, ag.sigmoid, ag.softplus, np.sinc]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("f", ALL_REAL, ids=lambda f: getattr(f, "name", None) or f.__name__)
def test_no_derivative_of_a_large_number_is_nan(f, dtype) -> None:
    for found in derivatives(f, np.array([-1000, -300, -12, 12, 300, 1000], dtype)):
        assert np.all(np.isfinite(found))


def test_slopes_of_half_precision_do_not_vanish_where_a_square_overflows() -> None:
    x = np.array([300.0], np.float16)
    np.testing.assert_allclose(derivatives(np.arcsinh, x)[0], 1 / 300, rtol=2e-3)
    np.testing.assert_allclose(derivatives(np.arctan, x)[0], 1 / 300**2, rtol=1e-2)


@pytest.mark.parametrize(
    ("logits", "dtype", "loss", "slope", "rtol"),
    [
        ([20.0, 15.0], np.float16, 0.0067153484891180686, 0.0066928509242848556, 2e-3),
        ([20.0, 15.0], np.float32, 0.0067153484891180686, 0.0066928509242848556, 3e-5),
        ([20.0, 15.0], np.float64, 0.0067153484891180686, 0.0066928509242848556, 1e-13),
        ([1e6, 1e6 - 3], np.float32, 0.048587351573742059, 0.047425873177566781, 3e-6),
        ([1e6, 1e6 - 3], np.float64, 0.048587351573742059, 0.047425873177566781, 1e-14),
    ],
)
def test_crossentropies_do_not_cancel(logits, dtype, loss, slope, rtol) -> None:
    x = np.array([logits], dtype)
    sparse = lambda x: ag.sparse_softmax_crossentropy(x, np.array([0]))
    for f in (sparse, lambda x: -ag.log_softmax(x)[:, 0]):
        v = Variable(x)
        with Tape() as t:
            y = f(v)
        g = t.gradient(y, v)
        assert y.dtype == g.dtype == dtype
        np.testing.assert_allclose(y.numpy(), [loss], rtol=rtol)
        np.testing.assert_allclose(g.numpy(), [[-slope, slope]], rtol=rtol)
