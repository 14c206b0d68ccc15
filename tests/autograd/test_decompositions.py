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


@pytest.mark.parametrize("shape", [(2, 4), (4, 2), (2, 5, 3), (0, 3), (3, 0), (2, 0, 3)], ids=str)
def test_full_svd(shape: tuple) -> None:
    """What the added columns span is determined, and so is all else but themselves; also of complex matrices."""
    a, b = rng.normal(size=(2, *shape))

    def determined(z: Any) -> Any:
        u, s, vh = np.linalg.svd(z)
        left, right = u[..., s.shape[-1] :], vh[..., s.shape[-1] :, :]
        found = [left @ left.mT.conj(), right.mT.conj() @ right, abs(u[..., : s.shape[-1]]), s]
        return [part for y in found for part in (y.real, y.imag)]

    for value, expected in zip(np.linalg.svd(Tensor(a)), np.linalg.svd(a), strict=True):
        np.testing.assert_array_equal(value.numpy(), expected)
    assert ag.grad(lambda a: np.sum(np.linalg.svd(a)[1] ** 2))(a) == pytest.approx(2 * a)
    if a.size:
        ag.check_gradients(determined, a, order=2, tolerance=1e-5)
        ag.check_gradients(lambda a, b: determined(a + 1j * b), a, b, tolerance=1e-5)


def test_a_basis_that_is_not_determined_is_refused_in_the_sweep() -> None:
    a = rng.normal(size=(4, 2))
    last_columns = {
        "left": lambda a: np.linalg.svd(a)[0][0, 3],
        "right": lambda a: np.linalg.svd(a.mT)[2][3, 0],
        "qr": lambda a: np.linalg.qr(a, "complete")[0][0, 3],
    }
    for f in last_columns.values():
        with pytest.raises(NoDerivativeError, match=r"columns that (svd|qr) added to complete a basis"):
            ag.grad(f)(a)


@pytest.mark.parametrize("uplo", ["L", "U"])
def test_values_do_not_change_because_they_are_recorded(uplo: str) -> None:
    a = np.random.default_rng(0).normal(size=(3, 3))
    for found, expected in [
        (np.linalg.eigh(Tensor(a), uplo), np.linalg.eigh(a, uplo)),
        (np.linalg.svd(Tensor(a + a.T), hermitian=True), np.linalg.svd(a + a.T, hermitian=True)),
    ]:
        assert type(found).__name__ == type(expected).__name__
        for x, y in zip(found, expected, strict=True):
            np.testing.assert_array_equal(x.numpy(), y)
    values = np.linalg.svd(Tensor(a + a.T), hermitian=True, compute_uv=False)
    np.testing.assert_allclose(values.numpy(), np.linalg.svd(a + a.T)[1], rtol=1e-14)


def test_close_small_singular_values_are_told_apart() -> None:
    """The gap of s² would be lost beside the square of the largest; 1e-8 and 2e-8 differ all the same."""
    a = np.diag([1.0, 2e-8, 1e-8])
    g = ag.grad(lambda a: np.linalg.svd(a)[2][2, 1])(a).numpy()
    assert abs(g[2, 1]) == pytest.approx(1e-8 / (4e-16 - 1e-16))


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


def test_complete_qr() -> None:
    a, b = rng.normal(size=(2, 4, 2))

    def determined(z: Any) -> Any:
        q, r = np.linalg.qr(z, "complete")
        found = [q[:, 2:] @ q[:, 2:].mT.conj(), q[:, :2], r]
        return [part for y in found for part in (y.real, y.imag)]

    ag.check_gradients(determined, a, order=2, tolerance=1e-5)
    ag.check_gradients(lambda a, b: determined(a + 1j * b), a, b, tolerance=1e-5)


def test_raw_qr_is_refused() -> None:
    with pytest.raises(NoDerivativeError, match=r'qr with mode=\'raw\' .* expected "reduced", "complete" or "r"'):
        np.linalg.qr(Tensor(np.eye(3)), "raw")


def test_cholesky_of_what_is_not_positive_definite_names_the_operation() -> None:
    with pytest.raises(np.linalg.LinAlgError) as caught:
        np.linalg.cholesky(Tensor(-np.eye(2)))
    assert caught.value.__notes__ == ["raised by cholesky(float64 (2, 2))"]
