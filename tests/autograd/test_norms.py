"""Norms at kinks and at zero, and what is refused."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor

INF = np.inf


@pytest.mark.parametrize("ord", [None, 1, 2, 3, 1.5, INF, -INF, 0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_the_gradient_at_the_zero_vector_is_zero(ord: Any, dtype: Any) -> None:
    g = ag.grad(lambda x: np.linalg.norm(x, ord))(np.zeros(3, dtype))
    assert (g.tolist(), g.dtype) == ([0, 0, 0], dtype)


@pytest.mark.parametrize("ord", [None, "fro", "nuc", 1, 2, INF])
def test_the_gradient_at_the_zero_matrix_is_finite(ord: Any) -> None:
    g = ag.grad(lambda x: np.linalg.norm(x, ord))(np.zeros((2, 2)))
    assert np.all(np.isfinite(g.numpy()))


CASES = [
    ("ties of inf share", INF, [2.0, -2.0, 1.0], [0.5, -0.5, 0]),
    ("ties of -inf share", -INF, [2.0, -1.0, 1.0], [0, -0.5, 0.5]),
    ("counting has no slope", 0, [2.0, 0.0, 1.0], [0, 0, 0]),
    ("1 at an element that is 0", 1, [2.0, 0.0, -1.0], [1, 0, -1]),
    ("3 at an element that is 0", 3, [2.0, 0.0, 0.0], [1, 0, 0]),
    ("1/2 at an element that is 0", 0.5, [4.0, 0.0, 0.0], [1, 0, 0]),
]


@pytest.mark.parametrize(("ord", "x", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_kinks(ord: Any, x: list, expected: list) -> None:
    assert ag.grad(lambda x: np.linalg.norm(x, ord))(np.array(x)).tolist() == pytest.approx(expected)


def test_ties_of_matrix_norms_share() -> None:
    a = np.array([[1.0, -1.0], [1.0, 1.0]])
    assert ag.grad(lambda a: np.linalg.norm(a, 1))(a).tolist() == [[0.5, -0.5], [0.5, 0.5]]
    assert ag.grad(lambda a: np.linalg.norm(a, INF))(a).tolist() == [[0.5, -0.5], [0.5, 0.5]]


def test_the_gradient_by_a_complex_vector_points_along_it() -> None:
    z = np.array([3.0 + 0j, 4j])
    np.testing.assert_allclose(ag.grad(np.linalg.norm)(z).numpy(), z / 5)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4)])
@pytest.mark.parametrize("ord", [None, "fro", "nuc", 1, -1, 2, -2, INF, -INF])
@pytest.mark.parametrize("keepdims", [False, True])
def test_values_are_numpys(shape: tuple, ord: Any, keepdims: bool) -> None:
    x = np.random.default_rng(1).normal(size=shape)
    for axis in [(0, 1), (-1, 0)] if len(shape) == 3 else [None, (1, 0)]:
        found = np.linalg.norm(Tensor(x), ord, axis, keepdims).numpy()
        np.testing.assert_allclose(found, np.linalg.norm(x, ord, axis, keepdims), rtol=1e-12)


def test_sizes_and_kinds_of_zero() -> None:
    assert np.linalg.norm(Tensor(np.zeros((0,)))).item() == 0
    assert ag.grad(np.linalg.norm)(np.zeros((0, 3))).shape == (0, 3)
    assert ag.grad(lambda x: np.linalg.norm(x))(-3.0).item() == -1
    assert np.linalg.norm(Tensor(np.zeros((2, 0))), axis=1).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("ord", "axis", "message"),
    [
        ("fro", 0, "ord='fro' for vectors"),
        (3, None, "ord=3 for matrices"),
        ("nuk", (0, 1), "ord='nuk' for matrices"),
        (None, (0, 0), "expected two different ones"),
        (2, (0, 1, 2), "expected one axis or two"),
    ],
)
def test_wrong_orders(ord: Any, axis: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        np.linalg.norm(Tensor(np.ones((2, 2))), ord, axis)


def test_the_condition_number_of_a_singular_matrix_is_infinite() -> None:
    for a in (np.diag([1.0, 0.0]), np.zeros((2, 2))):
        assert np.linalg.cond(Tensor(a)).item() == INF
        assert ag.grad(np.linalg.cond)(a).tolist() == [[0, 0], [0, 0]]
