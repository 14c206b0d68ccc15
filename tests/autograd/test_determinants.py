"""Determinants of singular matrices."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from tests.autograd.samples.loops import cofactors, determinant

rng = np.random.default_rng(8)
RANK2 = np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 0.0], [3.0, 3.0, 3.0]])
RANK1 = np.array([[1.0, 2.0, -1.0], [2.0, 4.0, -2.0], [3.0, 6.0, -3.0]])


@pytest.mark.parametrize(
    "a",
    [RANK2, RANK1, 0 * RANK1, RANK2 + 1e-12 * RANK1.T, RANK2 + 1e-6 * np.eye(3)],
    ids=["2", "1", "0", "nearly", "regular"],
)
def test_gradients_are_cofactors_whatever_the_rank(a: np.ndarray) -> None:
    np.testing.assert_allclose(ag.grad(np.linalg.det)(a).numpy(), cofactors(a), rtol=1e-9, atol=1e-14)
    moved = ag.jvp(np.linalg.det, [a], [np.ones((3, 3))])[1].numpy()
    np.testing.assert_allclose(moved, cofactors(a).sum(), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("a", [RANK2, RANK1, 0 * RANK1, RANK2 + 1e-12 * RANK1.T], ids=["2", "1", "0", "nearly"])
def test_second_derivatives_are_the_elements_left_over(a: np.ndarray) -> None:
    """∂² det / ∂a_00 ∂a_11 = a_22, and so on: of the formula by Leibniz, whose terms are polynomials."""
    hessian = ag.hessian(np.linalg.det)(a).numpy()
    expected = ag.hessian(lambda a: determinant(a))(a).numpy()
    np.testing.assert_allclose(hessian, expected, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_matrices_of_any_size_and_stacks_with_a_zero_in_them(n: int) -> None:
    a = rng.normal(size=(2, n, n))
    a[0] = 0
    g = ag.grad(lambda a: np.sum(np.linalg.det(a)))(a).numpy()
    np.testing.assert_allclose(g[0], np.ones((1, 1)) if n == 1 else np.zeros((n, n)))
    np.testing.assert_allclose(g[1], np.linalg.det(a[1]) * np.linalg.inv(a[1]).T, rtol=1e-10)


def test_determinants_of_nan_are_nan() -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(ag.grad(np.linalg.det)(np.full((2, 2), np.nan)).numpy()).all()


def test_slogdet_of_a_singular_matrix() -> None:
    """log 0 has no slope; where nothing comes back to it, nothing goes on."""
    sign, log = np.linalg.slogdet(Tensor(RANK1[:2, :2]))
    assert (sign.item(), log.item()) == (0, -np.inf)
    assert np.isnan(ag.grad(lambda a: np.linalg.slogdet(a).logabsdet)(RANK1[:2, :2]).numpy()).all()
    stack = np.stack([RANK1[:2, :2], np.eye(2)])
    g = ag.grad(lambda a: np.sum(np.where([False, True], np.linalg.slogdet(a)[1], 0.0)))(stack)
    assert g.tolist() == [[[0, 0], [0, 0]], [[1, 0], [0, 1]]]


def test_a_complex_determinant_of_rank_one() -> None:
    a, b = RANK1, RANK1[::-1] * 0.5
    g = ag.grad(lambda z: np.linalg.det(z).real)(a + 1j * b).numpy()
    np.testing.assert_allclose(g, cofactors(a + 1j * b).conj(), rtol=1e-9, atol=1e-13)
