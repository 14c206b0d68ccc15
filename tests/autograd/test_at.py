"""Functional updates: values as NumPy's `ufunc.at` and assignment give them, and their derivatives."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable

METHODS = {"add": np.add, "multiply": np.multiply, "max": np.maximum, "min": np.minimum}
INDICES = {
    "slice": slice(1, None),
    "one": 2,
    "repeated": np.array([0, 2, 0, 0]),
    "row and column": (np.array([0, 1]), np.array([1, 1])),
    "mask": np.array([True, False, True]),
    "negative": (-1, -1),
    "nothing": np.array([], int),
    "new axis": (None, 1, ...),
}
A = np.array([[0.3, -1.2], [2.0, 1.7], [0.9, -0.4]])


@pytest.mark.parametrize("name", INDICES)
@pytest.mark.parametrize("method", [*METHODS, "set"])
def test_values_and_derivatives(method: str, name: str) -> None:
    index = INDICES[name]
    v = np.random.default_rng(1).normal(size=A[index].shape)
    f = lambda x, v: getattr(x.at[index], method)(v)
    expected = A.copy()
    if method == "set":
        expected[index] = v
    else:
        METHODS[method].at(expected, index, v)
    np.testing.assert_allclose(f(Tensor(A), Tensor(v)).numpy(), expected, rtol=1e-15)
    ag.check_gradients(f, A, v)


def test_the_last_write_wins_and_alone_gets_the_gradient() -> None:
    x, v = Variable([1.0, 2.0, 3.0]), Variable([10.0, 20.0, 30.0])
    with Tape() as t:
        y = x.at[[0, 2, 0]].set(v)
    assert y.tolist() == [30, 2, 20]
    assert [g.tolist() for g in t.gradient(y, [x, v])] == [[0, 1, 0], [0, 1, 1]]


def test_values_broadcast_and_take_the_dtype() -> None:
    x = Tensor(np.zeros((2, 3), np.float32))
    y = x.at[:, 1:].add(np.array([1.0, 2.0]))
    assert (y.dtype, y.tolist()) == (np.float32, [[0, 1, 2], [0, 1, 2]])
    with pytest.raises(ValueError, match="broadcast"):
        x.at[:, 1:].set(np.ones(3))
    with pytest.raises(IndexError):
        x.at[5].set(1.0)


def test_the_tensor_itself_stays() -> None:
    x = Tensor([1.0, 2.0])
    x.at[0].set(5.0)
    assert x.tolist() == [1, 2]


def test_lists_of_tensors_and_tensors_as_indices() -> None:
    x, a, b = Variable([1.0, 2.0, 3.0]), Variable(10.0), Variable(20.0)
    with Tape() as t:
        y = x.at[Tensor([2, 0])].set([a, b])
    assert y.tolist() == [20, 2, 10]
    assert [g.tolist() for g in t.gradient(y, [x, a, b])] == [[0, 1, 0], 1, 1]
