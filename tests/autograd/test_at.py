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


@pytest.mark.parametrize("method", [*METHODS, "set"])
@pytest.mark.parametrize("repeats", [1, 1000])
def test_one_node_however_often_an_index_repeats(method: str, repeats: int) -> None:
    x = Variable(np.ones(3))
    with Tape() as t:
        getattr(x.at[np.zeros(repeats, int)], method)(np.full(repeats, 1.5))
    assert len(t.nodes) == 1


def test_the_gradient_of_a_histogram_is_a_gather() -> None:
    places = np.random.default_rng(0).integers(0, 5, 2000)
    weights, g = np.random.default_rng(1).normal(size=(2, 2000))[:, :2000]
    f = lambda v: np.sum(Tensor(np.zeros(5)).at[places].add(v) ** 2)
    sums = np.bincount(places, weights=weights, minlength=5)
    np.testing.assert_allclose(ag.grad(f)(weights).numpy(), 2 * sums[places], rtol=1e-12)
    along = np.bincount(places, weights=g, minlength=5)
    np.testing.assert_allclose(ag.hvp(f, weights, g).numpy(), 2 * along[places], rtol=1e-12)


def test_products_with_zeros_are_exact_to_second_order() -> None:
    """Of x·a·b·c·d with values of 0 among them, each derivative is the product of the others."""
    for values in ([0.0, 2.0, 3.0, 5.0], [0.0, 0.0, 3.0, 5.0], [2.0, 3.0, 5.0, 7.0]):
        f = lambda p: p[:1].at[[0, 0, 0, 0]].multiply(p[1:])[0]
        p = np.array([11.0, *values])
        others = lambda *out: np.prod([v for k, v in enumerate(p) if k not in out])
        np.testing.assert_allclose(ag.grad(f)(p).numpy(), [others(k) for k in range(5)], rtol=1e-14)
        second = [[0.0 if j == k else others(j, k) for j in range(5)] for k in range(5)]
        np.testing.assert_allclose(ag.hessian(f)(p).numpy(), second, rtol=1e-14)


@pytest.mark.parametrize("method", ["max", "min"])
def test_all_that_tie_share_equally(method: str) -> None:
    x, v = Variable([2.0, 7.0]), Variable([2.0, 2.0, 7.0])
    with Tape() as t:
        y = getattr(x.at[[0, 0, 1]], method)(v)
    np.testing.assert_allclose(t.gradient(y, x).numpy(), [1 / 3, 1 / 2])
    x, v = Variable([2.0, 7.0]), Variable([2.0, 2.0, 7.0])
    with Tape() as t:
        y = getattr(x.at[[0, 0, 1]], method)(v)
    np.testing.assert_allclose(t.gradient(y, v).numpy(), [1 / 3, 1 / 3, 1 / 2])


@pytest.mark.parametrize("method", [*METHODS, "set", "subtract", "divide"])
@pytest.mark.parametrize(
    "index", [np.array([], int), np.zeros(3, bool), slice(3, 1)], ids=["integers", "mask", "slice"]
)
def test_an_empty_selection_has_zero_gradients(method: str, index: object) -> None:
    x, v, w = Variable([1.0, 2.0, 3.0]), Variable(5.0), Variable(np.ones(0))
    with Tape() as t:
        y = getattr(getattr(x.at[index], method)(v).at[index], method)(w)
    assert y.tolist() == [1, 2, 3]
    assert [g.tolist() for g in t.gradient(y, [x, v, w])] == [[1, 1, 1], 0, []]


def test_subtract_divide_apply_and_get() -> None:
    x, v = np.array([3.0, 4.0, 5.0]), np.array([2.0, 8.0])
    assert Tensor(x).at[1:].subtract(v).tolist() == [3, 2, -3]
    assert Tensor(x).at[[0, 0]].divide(v).tolist() == [3 / 16, 4, 5]
    assert Tensor(x).at[:2].apply(np.square).tolist() == [9, 16, 5]
    assert Tensor(x).at[[2, 0]].get().tolist() == [5, 3]
    assert Tensor(3.0).at[()].add(2.0).tolist() == 5
    ag.check_gradients(lambda x, v: x.at[[0, 0]].divide(v), x, v, order=2)
    ag.check_gradients(lambda x, v: x.at[[2, 2]].subtract(v).at[:2].apply(np.exp), x, v, order=2)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("method", ["set", "add", "multiply"])
def test_the_dtype_is_that_of_x_and_each_gradient_has_that_of_its_source(dtype: str, method: str) -> None:
    wide = "complex128" if dtype == "complex64" else "float64"
    x, v = Variable(np.ones(3, dtype)), Variable(np.ones(2, wide))
    with Tape() as t:
        y = getattr(getattr(x.at[[0, 0]], method)(v).at[1], method)(2.0)
    assert y.dtype == dtype
    assert [g.dtype for g in t.gradient(y, [x, v])] == [dtype, wide]


def test_values_that_x_cannot_hold_are_refused() -> None:
    with pytest.raises(TypeError, match=r"values of float64 for a tensor of int64.*astype"):
        Tensor([1, 2]).at[0].set(0.5)
    with pytest.raises(TypeError, match=r"values of complex128 for a tensor of float64"):
        Tensor([1.0, 2.0]).at[0].add(np.array(1j))
    with pytest.raises(TypeError, match=r"x.at got str"):
        Tensor([1.0, 2.0]).at[0].add("a")
