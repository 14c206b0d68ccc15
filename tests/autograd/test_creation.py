"""Arrays made of tensors: lists, `like=`, evenly spaced numbers, diagonals; their dtypes, edges and errors."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError
from autograd.ops.creation import array


def test_lists_of_anything_become_a_tensor() -> None:
    a, row = Variable(2.0), Variable([1.0, 3.0])
    with Tape(persistent=True) as t:
        y = array([[a, 5.0], row, [row[1], a * a], np.ones(2), [0, True]])
    assert y.tolist() == [[2, 5], [1, 3], [3, 4], [1, 1], [0, 1]]
    assert t.gradient(y, a).tolist() == 1 + 2 * 2
    assert t.gradient(y, row).tolist() == [1, 2]
    assert isinstance(array([1.0, 2.0]), Tensor)
    assert array(row) is row
    assert array([]).shape == (0,)


def test_python_numbers_in_a_list_widen_nothing() -> None:
    single = Tensor(np.float32(1.5))
    assert array([single, 2.0, [1][0]]).dtype == np.float32
    assert array([single, np.float64(2.0)]).dtype == np.float64
    assert array([Tensor(1.0), 2]).dtype == np.float64
    assert array([single, 2.0], np.float16).dtype == np.float16
    whole = array([single, 2.0], int)
    assert (type(whole), whole.tolist()) == (np.ndarray, [1, 2])


def test_what_is_no_array() -> None:
    x = Tensor(1.0)
    with pytest.raises(ValueError, match=r"parts of the shapes \(\), \(2,\); expected one shape"):
        array([x, [x, x]])
    with pytest.raises(TypeError, match="array got str 'one'; expected a tensor, an array or a number"):
        array([x, "one"])
    with pytest.raises(TypeError, match="array got dict"):
        array([{"x": x}])


LIKE = {
    "zeros": lambda t: np.zeros((2, 3), like=t),
    "ones": lambda t: np.ones(3, np.float32, like=t),
    "empty": lambda t: np.empty((0, 2), like=t),
    "arange": lambda t: np.arange(1, 7, 2, like=t),
    "eye": lambda t: np.eye(2, 3, k=1, like=t),
    "identity": lambda t: np.identity(3, like=t),
    "tri": lambda t: np.tri(3, k=-1, like=t),
    "zeros_like": np.zeros_like,
    "ones_like": lambda t: np.ones_like(t, dtype=int),
}


@pytest.mark.parametrize("name", LIKE)
def test_arrays_of_constants_like_a_tensor_are_plain(name: str) -> None:
    got, expected = LIKE[name](Tensor([1.0, 2.0])), LIKE[name](np.array([1.0, 2.0]))
    assert type(got) is np.ndarray
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


def test_arrays_of_tensors_like_a_tensor_keep_the_gradient() -> None:
    x = Variable(3.0)
    with Tape() as t:
        y = (
            np.array([x, 1.0], like=x),
            np.asarray([x], np.float32, like=x),
            np.full((2, 2), x, like=x),
            np.array(x, ndmin=2, like=x),
        )
    assert [(a.shape, a.dtype.name) for a in y] == [
        ((2,), "float64"),
        ((1,), "float32"),
        ((2, 2), "float64"),
        ((1, 1), "float64"),
    ]
    assert t.gradient(list(y), x).tolist() == 1 + 1 + 4 + 1


def test_filling_without_like_is_never_silent() -> None:
    """NumPy converts the value itself, or copies it into an array of its own: a warning or an error, never neither."""
    x = Variable(3.0)
    with Tape(), pytest.warns(UserWarning, match="the gradient stops here"):
        np.full((2, 2), x)
    for fill in (lambda: np.full((2, 2), x, dtype=float), lambda: np.full_like(np.ones(2), x)):
        with pytest.raises(NoDerivativeError, match=r"np\.full\(shape, x\).*write np\.broadcast_to\(x, shape\)"):
            fill()


def test_full_like_takes_shape_and_dtype() -> None:
    x, v = Tensor(np.ones((2, 3), np.float32)), Variable(1.5)
    with Tape() as t:
        y = np.full_like(x, v)
    assert (y.shape, y.dtype) == ((2, 3), np.float32)
    assert t.gradient(y, v).tolist() == 6
    assert np.full_like(x, v, dtype=float, shape=4).tolist() == [1.5] * 4
    assert np.full_like(x, v, dtype=int).tolist() == [[1] * 3] * 2


@pytest.mark.parametrize("make", [np.linspace, np.logspace, np.geomspace])
@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize("num", [0, 1, 2, 5])
def test_spaced_numbers_are_those_of_numpy(make: Any, endpoint: bool, num: int) -> None:
    ends = [(1.5, 4.0), (np.array([1.0, 2.0]), 3.0), (np.array([[1.0], [2.0]]), np.array([3.0, 4.0])), (4, 1)]
    for start, stop in ends:
        for axis in (0, -1):
            got = make(Tensor(start), Tensor(stop), num, endpoint, axis=axis)
            expected = make(start, stop, num, endpoint, axis=axis)
            assert got.shape == expected.shape
            np.testing.assert_allclose(got.numpy(), expected, rtol=1e-14)
    ag.check_gradients(lambda a, b: make(a, b, num, endpoint), 1.5, np.array([2.5, 4.0]))


def test_the_last_number_is_the_end_to_the_bit() -> None:
    a, b = Tensor(0.1), Tensor(0.7)
    for num in range(2, 50):
        assert np.linspace(a, b, num)[-1] == 0.7
        assert np.geomspace(a, b, num)[-1] == 0.7


def test_options_of_spaced_numbers() -> None:
    a, b = Tensor(0.0), Tensor(5.0)
    assert np.linspace(a, b, 4, dtype=int).tolist() == [0, 1, 3, 5]
    assert np.linspace(a, b, 4, dtype=np.float32).dtype == np.float32
    assert np.linspace(0, Tensor(np.float32(1)), 3).dtype == np.float32
    assert np.logspace(a, 2.0, 3, base=Tensor([2.0, 3.0])).tolist() == [[1, 1], [2, 3], [4, 9]]
    y, step = np.linspace(a, b, 6, retstep=True)
    assert (y.shape, step.tolist()) == ((6,), 1)
    assert np.isnan(np.linspace(a, b, 1, retstep=True)[1])
    with pytest.raises(ValueError, match="got num=-1; expected 0 or more"):
        np.linspace(a, b, -1)
    with pytest.raises(ValueError, match="geomspace got a zero at an end"):
        np.geomspace(a, b)


def test_equal_ends() -> None:
    for make in (np.linspace, np.geomspace):
        assert make(Tensor(2.0), 2.0, 3).tolist() == [2, 2, 2]
        assert ag.jacobian(lambda a, make=make: make(a, 2.0, 3))(2.0).tolist() == [1, 0.5, 0]


SQUARES = [np.arange(n * m, dtype=float).reshape(n, m) + 1 for n, m in [(2, 3), (3, 2), (3, 3), (1, 4), (0, 2)]]


@pytest.mark.parametrize("offset", range(-4, 5))
@pytest.mark.parametrize("x", SQUARES, ids=lambda x: str(x.shape))
def test_diagonals_and_triangles_at_every_offset(x: Any, offset: int) -> None:
    for f in (
        np.diag,
        np.diagflat,
        np.diagonal,
        np.tril,
        np.triu,
        lambda x, k: np.diagonal(x, k, 1, 0),
        lambda x, k: np.diag(x[0] if len(x) else x[:, 0], k),
    ):
        np.testing.assert_array_equal(f(Tensor(x), offset).numpy(), f(x, offset))


def test_diagonals_of_what_is_no_matrix() -> None:
    with pytest.raises(ValueError, match="diag got an array of 3 axes; expected a vector or a matrix"):
        np.diag(Tensor(np.ones((2, 2, 2))))
    with pytest.raises(ValueError, match="diagonal got an array of 1 axes; expected 2 or more"):
        np.diagonal(Tensor(np.ones(2)))
    with pytest.raises(ValueError, match="repeated axis"):
        np.diagonal(Tensor(np.ones((2, 2))), axis1=1, axis2=-1)
    assert np.triu(Tensor([1.0, 2.0])).tolist() == [[1, 2], [0, 2]]
