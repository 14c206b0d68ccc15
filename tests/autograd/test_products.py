"""Products: what the samples can not show."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.errors import NoDerivativeError

rng = np.random.default_rng(4)


def test_axes_and_dtype_of_matmul_are_numpys() -> None:
    a, b = np.arange(24.0).reshape(2, 3, 4), np.arange(12.0).reshape(4, 3)
    for axes in ([(1, 2), (0, 1), (1, 2)], [(0, -1), (0, 1), (2, 0)], [(0, 2), (-2, -1), (0, 1)]):
        np.testing.assert_array_equal(np.matmul(Tensor(a), b, axes=axes).numpy(), np.matmul(a, b, axes=axes))
    vectors = [(0,), (0, 1), (0,)]
    np.testing.assert_array_equal(np.matmul(b[:, 0], Tensor(b), axes=vectors).numpy(), b[:, 0] @ b)
    assert np.matmul(Tensor(np.eye(2, dtype=np.float32)), np.eye(2, dtype=np.float32), dtype=np.float64).dtype == float
    with pytest.raises(
        NoDerivativeError, match=r"np\.matmul on a tensor: got an unexpected keyword argument 'casting'"
    ):
        np.matmul(Tensor(np.eye(2)), np.eye(2), casting="no")


def test_constants_may_be_lists() -> None:
    x = Tensor([1.0, 2.0])
    assert np.dot([3.0, 4.0], x).item() == 11
    assert np.inner(x, [3.0, 4.0]).item() == 11
    assert np.outer([3.0], x).tolist() == [[3, 6]]
    assert np.kron(x, [1.0, 10.0]).tolist() == [1, 10, 2, 20]
    assert np.einsum("i,i", x, [3, 4]).item() == 11


def test_products_of_numbers() -> None:
    assert (np.dot(Tensor(2.0), 3.0).item(), np.kron(Tensor(2.0), 3.0).item(), np.inner(Tensor(2.0), 3.0).item()) == (
        6,
        6,
        6,
    )
    assert np.outer(Tensor(2.0), 3.0).tolist() == [[6]]
    assert ag.grad(lambda x: np.vdot(x, 3.0))(2.0).item() == 3


@pytest.mark.parametrize("shapes", [((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0,), (0,))], ids=str)
def test_products_of_nothing(shapes: tuple) -> None:
    a, b = (Tensor(np.zeros(shape)) for shape in shapes)
    for f in (
        np.dot,
        lambda a, b: np.einsum("i,i" if a.ndim == 1 else "ij,jk", a, b),
        lambda a, b: np.tensordot(a, b, 1),
    ):
        assert f(a, b).shape == np.dot(a.value, b.value).shape
        ga, gb = ag.grad(lambda a, b, f=f: np.sum(f(a, b)), argnums=(0, 1))(a, b)
        assert (ga.shape, gb.shape) == shapes
        assert not np.any(ga.value)
        assert not np.any(gb.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x: np.cross(x[:, :1], x), "cross got vectors of 1 and 2 elements; expected 2 or 3"),
        (lambda x: np.linalg.cross(x, x), "expected 3 elements along axis -1"),
        (lambda x: np.linalg.outer(x, x), "linalg.outer got arrays with 2 and 2 axes; expected vectors"),
        (lambda x: np.matmul(x, np.ones(3)), "mismatch"),
        (
            lambda x: np.inner(x, np.ones(3)),
            r"inner got shapes \(2, 2\) and \(3,\); expected a.shape\[-1\] == b.shape\[-1\]",
        ),
        (
            lambda x: np.dot(x, np.ones((2, 3, 1))),
            r"dot got shapes \(2, 2\) and \(2, 3, 1\); expected a.shape\[-1\] == b.shape\[-2\]",
        ),
    ],
)
def test_wrong_shapes(wrong, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong(Tensor(np.ones((2, 2))))
