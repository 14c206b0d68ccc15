"""Functions of matrices: held against SciPy's derivatives, closed forms, and life without SciPy."""

import sys
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import autograd as ag
from autograd import Tensor
from autograd.ops import linalg
from tests.autograd.samples.table import hermitian

rng = np.random.default_rng(4)
A, E, G = rng.normal(size=(3, 5, 5))
POSITIVE = A @ A.T + np.eye(5)
ROWS = [linalg.expm, linalg.sqrtm, linalg.logm]


@pytest.mark.parametrize("size", [1e-12, 1e-3, 1.0, 30.0])
def test_expm_moves_as_scipy_says(size: float) -> None:
    for a, e in [(size * A, E), (size * A, 1e8 * E), (size * (A + 1j * E), G + 1j * A)]:
        value, slope = scipy.linalg.expm_frechet(a, e)
        y, moved = ag.jvp(linalg.expm, [a], [e])
        np.testing.assert_allclose(y.numpy(), value, rtol=1e-12, atol=1e-13 * abs(value).max())
        np.testing.assert_allclose(moved.numpy(), slope, rtol=1e-12, atol=1e-12 * abs(slope).max())


def test_sqrtm_moves_as_sylvesters_equation_says() -> None:
    for a in (POSITIVE, 1e-8 * POSITIVE, 1e8 * POSITIVE, A @ A, POSITIVE + 1j * E):
        root = scipy.linalg.sqrtm(a)
        slope = scipy.linalg.solve_sylvester(root, root, E.astype(a.dtype))
        y, moved = ag.jvp(linalg.sqrtm, [a], [E.astype(a.dtype)])
        np.testing.assert_allclose(y.numpy(), root)
        np.testing.assert_allclose(moved.numpy(), slope, atol=1e-12 * abs(slope).max())


def test_logm_is_the_inverse_of_expm() -> None:
    for a in (POSITIVE, np.eye(5), POSITIVE + 1j * E):
        e = E.astype(a.dtype)
        back = scipy.linalg.expm_frechet(scipy.linalg.logm(a), ag.jvp(linalg.logm, [a], [e])[1].numpy())[1]
        np.testing.assert_allclose(back, e, atol=1e-11)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_derivatives_at_the_identity_to_the_third_order(row: Any) -> None:
    """f(I + tX) = f(1) + f'(1) tX + f''(1) t²X²/2 + f'''(1) t³X³/6, whatever X is."""
    slopes = {"expm": [np.e] * 3, "sqrtm": [1 / 2, -1 / 4, 3 / 8], "logm": [1.0, -1.0, 2.0]}[row.name]
    x, g = E[:3, :3], G[:3, :3]
    f = lambda t: np.sum(row(np.eye(3) + t * x) * g)
    for order, slope in enumerate(slopes, 1):
        f = ag.grad(f)
        assert f(0.0) == pytest.approx(slope * np.sum(np.linalg.matrix_power(x, order) * g), rel=1e-8)


def test_hessians_of_traces() -> None:
    """tr f(A) has the gradient f'(A)ᵀ, so that the Hessian is the derivative of that."""
    t = hermitian(E)
    for f, slope in [(lambda a: np.trace(linalg.logm(a)), -np.linalg.inv(POSITIVE) @ t @ np.linalg.inv(POSITIVE)),
                     (lambda a: np.trace(linalg.expm(a / 9)), scipy.linalg.expm_frechet(POSITIVE / 9, t)[1] / 81)]:  # fmt: skip
        np.testing.assert_allclose(ag.hvp(f, POSITIVE, t).numpy(), slope, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ag.grad(lambda a: np.trace(linalg.sqrtm(a)))(POSITIVE).numpy(), scipy.linalg.inv(scipy.linalg.sqrtm(POSITIVE)) / 2, rtol=1e-10, atol=1e-12)  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_check_gradients_can_take_the_complex_step(row: Any) -> None:
    """Its tolerance is so tight then that the values of SciPy for nearly real matrices would not do."""
    for a in (POSITIVE, POSITIVE / 50, np.eye(3), A[:3, :3] @ A[:3, :3] + 3 * np.eye(3)):
        ag.check_gradients(row, a / 10 if row is linalg.expm else a, order=1)


def test_a_whitening_matrix_at_the_identity() -> None:
    g = ag.grad(lambda s: np.sum(linalg.sqrtm(np.linalg.inv(s)) * np.array([[0.0, 1.0], [1.0, 0.0]])))(np.eye(2))
    np.testing.assert_allclose(g.numpy(), [[0.0, -0.5], [-0.5, 0.0]], atol=1e-15)


@pytest.mark.parametrize("row", [linalg.sqrtm, linalg.logm], ids=str)
@pytest.mark.filterwarnings("ignore:.*ingular", "ignore:logm result")
def test_there_is_no_derivative_on_the_cut(row: Any) -> None:
    """The values are SciPy's, also the complex ones; in a stack only the matrix on the cut is NaN."""
    singular = [np.zeros((2, 2)), np.diag([1.0, 0.0])]
    if row is linalg.logm and np.lib.NumpyVersion(scipy.__version__) < "1.17.0":
        singular = []  # SciPy itself divides by zero there
    for a in (*singular, -np.eye(2), np.diag([1.0, -2.0])):
        f = lambda a: np.sum(np.real(row(a)))
        stack = np.stack([np.eye(2), a])
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(row(Tensor(a)).numpy(), getattr(scipy.linalg, row.name)(a))
        with pytest.warns(RuntimeWarning, match=f"the derivative of {row.name} is NaN: the matrix has an eigenvalue"):
            g = ag.grad(f)(stack).numpy()
        assert np.isnan(g[1]).all()
        assert np.isfinite(g[0]).all()
        with pytest.warns(RuntimeWarning, match=f"the derivative of {row.name} is NaN: the matrix has an eigenvalue"):
            assert np.isnan(ag.jvp(f, [a], [np.ones((2, 2))])[1])
    assert row(-np.eye(2)).dtype == np.complex128


def test_complex_values_of_real_matrices_off_the_cut() -> None:
    """The eigenvalues −1 ± i are not on the cut, and the root is real; −1 + 0.1i as a complex matrix has a complex one."""
    turned = np.array([[-1.0, 1.0], [-1.0, -1.0]])
    assert linalg.sqrtm(turned).dtype == np.float64
    ag.check_gradients(lambda a: np.real(linalg.sqrtm(a)), turned)
    one = np.array([[-1.0 + 0.1j]])
    assert ag.jvp(linalg.logm, [one], [np.ones((1, 1), complex)])[1].item() == pytest.approx(1 / one.item())


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_dtypes_and_shapes(row: Any) -> None:
    assert row(np.eye(2, dtype=np.float32)).dtype == np.float32
    assert row(np.eye(2, dtype=np.complex64)).dtype == np.complex64
    assert row([[2, 1], [0, 2]]).dtype == np.float64
    half = ag.grad(lambda a: np.sum(row(a)))(np.array([[2, 1], [0, 2]], np.float16))
    assert half.dtype == np.float16
    np.testing.assert_allclose(half, ag.grad(lambda a: np.sum(row(a)))(np.array([[2.0, 1], [0, 2]])), rtol=1e-2)
    assert row(Tensor(np.zeros((0, 0)))).shape == (0, 0)
    assert row(Tensor(np.zeros((0, 2, 2)))).shape == (0, 2, 2)
    assert np.isnan(row(Tensor([[np.nan, 0.0], [0.0, 1.0]])).numpy()).any()
    with pytest.raises(np.linalg.LinAlgError, match=rf"{row.name} got float64 \(2, 3\); expected square matrices"):
        row(Tensor(np.ones((2, 3))))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_stack_is_done_matrix_by_matrix(row: Any) -> None:
    stack = np.stack([POSITIVE / 9, np.eye(5), hermitian(A) / 9 + np.eye(5) * 2])
    g = ag.grad(lambda a: np.sum(row(a) * G))(stack).numpy()
    for k in range(3):
        np.testing.assert_allclose(g[k], ag.grad(lambda a: np.sum(row(a) * G))(stack[k]).numpy(), rtol=1e-12)


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.delitem(sys.modules, "scipy.linalg")
    with pytest.raises(
        ImportError, match=r'linalg\.expm takes its values from SciPy.*pip install "gradtape\[special\]"'
    ):
        linalg.expm(Tensor(np.eye(2)))


def test_it_is_public() -> None:
    assert ag.linalg is linalg
    assert sorted(row.name for row in ROWS) == linalg.__all__
