"""Scans: running extremes, options and errors."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.ops.scan import cummax, cummin

X = np.array([[0.3, -1.2, 2.0, 0.1], [1.7, 0.9, -0.4, -2.0], [0.5, 1.1, 0.8, -0.7]])


@pytest.mark.parametrize(("ours", "numpys"), [(cummax, np.maximum), (cummin, np.minimum)])
def test_running_extremes(ours, numpys) -> None:
    for axis in (0, 1, -1):
        f = lambda x: ours(x, axis)
        np.testing.assert_array_equal(f(Tensor(X)).numpy(), numpys.accumulate(X, axis=axis))
        ag.check_gradients(f, X)
    with_nan = np.array([1.0, 3.0, np.nan, 5.0, np.nan])
    np.testing.assert_array_equal(ours(Tensor(with_nan)).numpy(), numpys.accumulate(with_nan))
    assert ag.grad(lambda x: np.sum(ours(x)[3:]))(with_nan).tolist() == [0, 0, 2, 0, 0]
    assert ours(Tensor(np.zeros((0, 2)))).shape == (0, 2)
    assert ours(Tensor(np.zeros((2, 0))), 1).shape == (2, 0)


def test_the_first_of_equal_elements_has_the_gradient_of_a_running_extreme() -> None:
    assert ag.grad(lambda x: np.sum(cummax(x)))(np.array([1.0, 2.0, 2.0, 0.0])).tolist() == [1, 3, 0, 0]


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["cumsum", "cumprod", "nancumsum", "nancumprod"])
def test_scans_along_every_axis(name, axis) -> None:
    f = lambda x: getattr(np, name)(x, axis)
    np.testing.assert_allclose(f(Tensor(X)).numpy(), f(X), rtol=1e-14)
    ag.check_gradients(f, X)


@pytest.mark.skipif(not hasattr(np, "cumulative_sum"), reason="NumPy has it from 2.1 on")
def test_cumulative_sums_want_an_axis() -> None:
    for f in (np.cumulative_sum, np.cumulative_prod):
        with pytest.raises(ValueError, match="2 axes and no axis="):
            f(Tensor(X))
        x = Tensor(np.float32([1.0, 2.0]))
        assert f(x, dtype=np.float64).dtype == np.float64
        assert f(x, include_initial=True).dtype == np.float32
        assert f(Tensor(np.zeros((2, 0))), axis=1, include_initial=True).shape == (2, 1)


def test_running_products_of_many_zeros_against_one_by_one() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(-2, 3, size=(3, 17)).astype(float)
    for axis in (0, 1, None):
        jacobian = ag.jacobian(lambda x: np.cumprod(x, axis))(x).numpy()
        for k in np.ndindex(*x.shape):  # linear in each element, so the difference is the derivative
            up, down = x.copy(), x.copy()
            up[k] += 0.5
            down[k] -= 0.5
            np.testing.assert_array_equal(jacobian[(..., *k)], np.cumprod(up, axis) - np.cumprod(down, axis))


def test_scans_of_nothing_and_of_a_number() -> None:
    for f in (np.cumsum, np.cumprod):
        assert ag.grad(lambda x: np.sum(f(x)))(np.zeros((0,))).shape == (0,)
        assert ag.grad(lambda x: np.sum(f(x)))(np.zeros((2, 0))).shape == (2, 0)
        assert float(ag.grad(lambda x: np.sum(f(x)))(3.0)) == 1
