"""Systems of equations: ranks, stacks, errors."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor

rng = np.random.default_rng(6)
SQUARE = rng.normal(size=(3, 3)) + 3 * np.eye(3)
TALL = rng.normal(size=(4, 2))


@pytest.mark.parametrize(
    "f",
    [np.linalg.inv, np.linalg.det, lambda a: np.linalg.solve(a, np.ones(2)), lambda a: np.linalg.matrix_power(a, 2)],
)
def test_a_matrix_that_is_not_square_is_named(f: Any) -> None:
    with pytest.raises((np.linalg.LinAlgError, ValueError)) as caught:
        f(Tensor(np.ones((2, 3))))
    assert any("float64 (2, 3)" in note for note in caught.value.__notes__)


@pytest.mark.parametrize("f", [np.linalg.inv, lambda a: np.linalg.solve(a, np.ones((2, 1)))])
def test_a_singular_matrix_is_named(f: Any) -> None:
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix") as caught:
        f(Tensor(np.ones((2, 2))))
    assert "raised by" in caught.value.__notes__[0]


def test_a_jacobian_of_solve_factors_each_matrix_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack of cotangents becomes columns of one system."""
    shapes = []
    original = np.linalg.solve
    x = Tensor(rng.normal(size=(3, 2)))
    with ag.Tape() as t:
        t.watch(x)
        y = np.linalg.solve(SQUARE, x)
    solve = ag.ops.solving.solve
    monkeypatch.setattr(solve, "forward", lambda a, b: (shapes.append(b.shape), original(a, b))[1])
    jacobian = t.jacobian(y, x)
    assert shapes == [(3, 2 * 6)]
    np.testing.assert_allclose(jacobian.numpy()[:, 0, :, 0], np.linalg.inv(SQUARE), rtol=1e-12)


def test_the_pseudo_inverse_of_a_rank_that_stays() -> None:
    """B Cᵀ has the rank of its thin factors wherever they move."""
    left, right = rng.normal(size=(2, 4, 2))
    ag.check_gradients(lambda b, c: np.linalg.pinv(b @ c.T, rtol=1e-8), left, right)
    ag.check_gradients(lambda b, c: np.linalg.pinv(b @ c.T, 1e-8), left, right[:3])
    ag.check_gradients(lambda b: np.linalg.pinv(b @ b.T, rcond=1e-8, hermitian=True), left)


def test_lstsq_of_one_rank_and_another() -> None:
    b = rng.normal(size=(4, 3))
    for a in (TALL, np.stack([TALL[:, 0]] * 2, axis=1), TALL.T.copy() @ np.eye(4)):
        rhs = b[: len(a)]
        found, expected = np.linalg.lstsq(Tensor(a), Tensor(rhs)), np.linalg.lstsq(a, rhs)
        for got, want in zip(found, expected, strict=True):
            assert np.shape(got) == np.shape(want)
            np.testing.assert_allclose(
                np.asarray(ag.stop_gradient(got) if isinstance(got, Tensor) else got), want, atol=1e-13
            )
        assert not isinstance(found[2], Tensor)


def test_lstsq_of_complex_numbers() -> None:
    c, d = rng.normal(size=(2, 4, 2))

    def f(a: Any, b: Any, c: Any, d: Any) -> Any:
        x, left, _, s = np.linalg.lstsq(a + 1j * b, c + 1j * d)
        return x.real, x.imag, left, s

    ag.check_gradients(f, TALL, rng.normal(size=(4, 2)), c, d, tolerance=1e-5)


def test_empty_systems() -> None:
    a = np.zeros((0, 0))
    for f in (np.linalg.inv, np.linalg.det, np.linalg.pinv, lambda a: np.linalg.slogdet(a)[1]):
        assert ag.grad(lambda a, f=f: np.sum(f(a)))(a).shape == (0, 0)
    assert ag.grad(lambda a: np.sum(np.linalg.inv(a)))(np.zeros((0, 3, 3))).shape == (0, 3, 3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x: np.linalg.tensorinv(x, 0), "tensorinv got ind=0"),
        (lambda x: np.linalg.tensorsolve(x, np.ones(3)), "tensorsolve got shapes"),
        (lambda x: np.linalg.lstsq(x, np.ones(3)), r"lstsq got shapes \(2, 2\) and \(3,\); expected two matrices"),
        (lambda x: np.linalg.lstsq(x[None], x), r"lstsq got shapes \(1, 2, 2\) and \(2, 2\)"),
    ],
)
def test_wrong_shapes(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong(Tensor(np.ones((2, 2))))


def test_the_rank_is_of_numpys_type() -> None:
    a, b = np.eye(3)[:, :2], np.ones(3)
    found, expected = np.linalg.lstsq(Tensor(a), b)[2], np.linalg.lstsq(a, b)[2]
    assert (type(found), found) == (type(expected), expected)
