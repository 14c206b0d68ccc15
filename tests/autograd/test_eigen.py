"""Eigenvalues and eigenvectors: what the samples can not show."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.errors import NoDerivativeError
from tests.autograd.samples.table import hermitian

rng = np.random.default_rng(2)
STACK = rng.normal(size=(2, 4, 3))
SQUARE, SQUARE2 = rng.normal(size=(2, 3, 3))


def test_eigh() -> None:
    a = STACK @ STACK.mT + np.diag([1.0, 2.0, 3.0, 4.0])
    result = np.linalg.eigh(Tensor(a))
    w, v = result.eigenvalues, result.eigenvectors
    np.testing.assert_allclose(((v * w[..., None, :]) @ v.mT).numpy(), a, rtol=1e-12)
    for uplo in ("L", "U"):
        ag.check_gradients(lambda a, uplo=uplo: np.linalg.eigh(hermitian(a), uplo), a, tolerance=1e-5)


@pytest.mark.parametrize("uplo", ["L", "U"])
def test_eigh_of_hermitian_matrices(uplo: str) -> None:
    """Projections on eigenvectors have no phases in them."""

    def free(a: Any, b: Any) -> Any:
        w, v = np.linalg.eigh(hermitian(a + 1j * b), uplo)
        projected = (v * np.tanh(w)) @ v.mT.conj()
        return w, projected.real, projected.imag

    ag.check_gradients(free, SQUARE, SQUARE2, tolerance=1e-5)


def test_functions_of_phases_are_refused() -> None:
    with pytest.raises(NoDerivativeError, match="depends on the phases of the complex vectors that eigh gave"):
        ag.grad(lambda a: np.sum(np.linalg.eigh(a + 1j * SQUARE2)[1].real))(SQUARE)


@pytest.mark.parametrize(
    "a", [SQUARE, SQUARE2, SQUARE @ SQUARE.T, STACK[:, :3]], ids=["one", "two", "symmetric", "stack"]
)
def test_eig_of_real_matrices(a: Any) -> None:
    """The eigenvectors as they are: of length 1, with a real largest element."""

    def both(a: Any) -> Any:
        w, v = np.linalg.eig(a)
        return w.real, w.imag, v.real, v.imag

    ag.check_gradients(both, a, tolerance=1e-5)


def test_eig_of_complex_matrices() -> None:
    def both(a: Any, b: Any) -> Any:
        w, v = np.linalg.eig(a + 1j * b)
        return w.real, w.imag, v.real, v.imag

    ag.check_gradients(both, SQUARE, SQUARE2, tolerance=1e-5)


def test_eigenvalues_of_a_real_matrix_have_real_gradients() -> None:
    """Σ w³ is the trace of A³, so its gradient is 3 A²ᵀ."""
    g = ag.grad(lambda a: np.sum(np.linalg.eigvals(a) ** 3).real)(SQUARE)
    assert g.dtype == np.float64
    np.testing.assert_allclose(g.numpy(), 3 * (SQUARE @ SQUARE).T, rtol=1e-10, atol=1e-12)


def test_the_triangle_has_a_name() -> None:
    with pytest.raises(ValueError, match="eigh got UPLO='X'; expected"):
        np.linalg.eigvalsh(Tensor(np.eye(2)), UPLO="X")


def test_a_matrix_that_is_not_square_is_named() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="square") as caught:
        np.linalg.eig(Tensor(np.ones((2, 3))))
    assert caught.value.__notes__ == ["raised by eig(float64 (2, 3))"]


@pytest.mark.parametrize("function", [np.linalg.eig, np.linalg.eigh, np.linalg.eigvals, np.linalg.eigvalsh])
@pytest.mark.parametrize("dtype", [float, complex])
def test_of_no_elements(function: Any, dtype: type) -> None:
    for shape in [(0, 0), (2, 0, 0), (0, 2, 2)]:
        g = ag.grad(lambda a: sum([np.sum(abs(y)) for y in _several(function(a))]))(np.zeros(shape, dtype))
        assert (g.shape, g.dtype) == (shape, dtype)


def _several(y: Any) -> Any:
    return y if isinstance(y, tuple) else (y,)
