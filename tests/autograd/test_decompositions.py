"""Decompositions into factors: what the samples can not show."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.errors import NoDerivativeError

rng = np.random.default_rng(2)
SQUARE, SQUARE2 = rng.normal(size=(2, 3, 3))


@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4), (2, 4, 3), (2, 0, 3, 3), (0, 0), (0, 3)], ids=str)
def test_svd(shape: tuple) -> None:
    a = rng.normal(size=shape)
    u, s, vh = np.linalg.svd(Tensor(a), full_matrices=False)
    np.testing.assert_allclose(((u * s[..., None, :]) @ vh).numpy(), a, rtol=1e-13, atol=1e-14)
    ag.check_gradients(lambda a: np.linalg.svd(a, full_matrices=False), a, tolerance=1e-5)
    singular = lambda a: np.linalg.svd(a, compute_uv=False)
    np.testing.assert_allclose(
        singular(Tensor(a)).numpy() ** 2,
        np.linalg.eigvalsh(a.mT @ a if a.shape[-2] >= a.shape[-1] else a @ a.mT)[..., ::-1],
        rtol=1e-12,
    )
    ag.check_gradients(singular, a)


@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (2, 3, 4)], ids=str)
def test_svd_of_complex_matrices(shape: tuple) -> None:
    """U S² Uᴴ, V S² Vᴴ and U Vᴴ have no phases in them."""
    a, b = rng.normal(size=(2, *shape))

    def free(a: Any, b: Any) -> Any:
        u, s, vh = np.linalg.svd(a + 1j * b, full_matrices=False)
        found = [(u * s[..., None, :]) @ u.mT.conj(), vh.mT.conj() @ (s[..., :, None] ** 3 * vh), u @ vh]
        return [part for z in found for part in (z.real, z.imag)]

    ag.check_gradients(free, a, b, tolerance=1e-5)


def test_svd_of_no_unique_basis_is_refused() -> None:
    with pytest.raises(NoDerivativeError, match=r"use np\.linalg\.svd\(x, full_matrices=False\)"):
        np.linalg.svd(Tensor(np.ones((3, 2))))


def test_close_small_singular_values_are_told_apart() -> None:
    """The gap of s² would be lost beside the square of the largest; 1e-8 and 2e-8 differ all the same."""
    a = np.diag([1.0, 2e-8, 1e-8])
    g = ag.grad(lambda a: np.linalg.svd(a)[2][2, 1])(a).numpy()
    assert abs(g[2, 1]) == pytest.approx(1e-8 / (4e-16 - 1e-16))


def test_equal_singular_values_have_finite_gradients() -> None:
    """The term that divides by the gap contributes nothing; Σ s² = ‖A‖² stays exact."""
    for a in (np.eye(3), np.diag([2.0, 2.0, 5.0])):
        g = ag.grad(lambda a: np.sum(np.linalg.svd(a)[1] ** 2) + np.sum(np.linalg.svd(a)[0] * 0.0))(a)
        np.testing.assert_allclose(g.numpy(), 2 * a, atol=1e-14)


def test_singular_values_of_a_singular_matrix_have_gradients() -> None:
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    g = ag.grad(lambda a: np.linalg.svdvals(a)[0])(a)
    np.testing.assert_allclose(g.numpy(), a / 5, rtol=1e-14)


def test_functions_of_phases_are_refused() -> None:
    with pytest.raises(NoDerivativeError, match="depends on the phases of the complex vectors that svd gave"):
        ag.grad(lambda a: np.sum(np.linalg.svd(a + 1j * SQUARE2)[0].real))(SQUARE)


@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4), (2, 4, 2)], ids=str)
@pytest.mark.parametrize("mode", ["reduced", "r"])
def test_qr(shape: tuple, mode: str) -> None:
    a, b = rng.normal(size=(2, *shape))
    ag.check_gradients(lambda a: np.linalg.qr(a, mode=mode), a)

    def of_complex(a: Any, b: Any) -> Any:
        found = np.linalg.qr(a + 1j * b, mode)
        return [part for z in ([found] if mode == "r" else found) for part in (z.real, z.imag)]

    ag.check_gradients(of_complex, a, b, tolerance=1e-5)


def test_qr_is_numpys() -> None:
    for shape in [(4, 3), (3, 4), (3, 3), (2, 2, 3)]:
        a = rng.normal(size=shape)
        found, expected = np.linalg.qr(Tensor(a)), np.linalg.qr(a)
        assert type(found) is type(expected)
        np.testing.assert_allclose(found.Q.numpy(), expected.Q, atol=1e-14)
        np.testing.assert_allclose(found.R.numpy(), expected.R, atol=1e-14)


@pytest.mark.parametrize(("shape", "mode"), [((3, 2), "complete"), ((3, 3), "raw")])
def test_qr_with_columns_that_are_not_determined_is_refused(shape: tuple, mode: str) -> None:
    with pytest.raises(NoDerivativeError, match=r'qr of shape .* expected "reduced" or "r"'):
        np.linalg.qr(Tensor(rng.normal(size=shape)), mode)


def test_cholesky_reads_one_triangle() -> None:
    a = SQUARE @ SQUARE.T + np.eye(3)
    g = ag.grad(lambda a: np.sum(np.linalg.cholesky(a)))(a).numpy()
    assert g[0, 1] == g[0, 2] == g[1, 2] == 0
    np.testing.assert_allclose(ag.grad(lambda a: np.sum(np.linalg.cholesky(a, upper=True)))(a), g.T, rtol=1e-12)


def test_cholesky_of_what_is_not_positive_definite_names_the_operation() -> None:
    with pytest.raises(np.linalg.LinAlgError) as caught:
        np.linalg.cholesky(Tensor(-np.eye(2)))
    assert caught.value.__notes__ == ["raised by cholesky(float64 (2, 2))"]
