"""Indexing: any index NumPy takes, against a plain loop; picking, leaving out and putting in; what is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError, ReadOnlyError
from autograd.ops.index import getitem, scatter_add

ROWS = np.array([[0.3, -1.2, 2.0], [1.7, 0.9, -0.4]])


@st.composite
def shapes_and_indices(draw: Any) -> tuple[tuple[int, ...], Any]:
    """A shape and an index of slices, integers, new axes, masks and arrays of integers, mixed as NumPy lets them."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4))
    kind = draw(st.sampled_from(["basic", "integers", "mixed", "mask"]))
    if kind == "basic":
        return shape, draw(hnp.basic_indices(shape, allow_newaxis=True))
    if kind == "integers":
        return shape, draw(hnp.integer_array_indices(shape))
    if kind == "mask":
        axes = draw(st.integers(1, len(shape)))
        return shape, draw(hnp.arrays(bool, shape[:axes]))
    common = draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=3))
    parts = [
        draw(
            st.one_of(
                st.slices(n), st.integers(-n, n - 1), hnp.arrays(np.int64, common, elements=st.integers(-n, n - 1))
            )
        )
        for n in shape
    ]
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), None)
    if draw(st.booleans()):
        parts[draw(st.integers(0, len(parts) - 1)) :] = [Ellipsis]
    return shape, tuple(parts)


@settings(max_examples=300, deadline=None)
@given(shapes_and_indices(), st.sampled_from([np.float32, np.float64]), st.booleans())
def test_the_gradient_of_an_indexed_sum_is_what_a_plain_loop_gives(case: Any, dtype: Any, stacked: bool) -> None:
    shape, index = case
    x = np.arange(np.prod(shape)).reshape(shape)
    picked = x[index]
    w = np.random.default_rng(0).integers(-9, 9, size=((2,) if stacked else ()) + np.shape(picked)).astype(dtype)
    expected = np.zeros((*w.shape[: int(stacked)], x.size), dtype)
    for place, number in np.ndenumerate(picked):
        expected[..., number] += w[..., *place]
    tensor = Tensor(x.astype(dtype))
    with Tape() as t:
        t.watch(tensor)
        y = tensor[index]
        target = np.sum(y * w, axis=tuple(range(int(stacked), w.ndim)))
    got = t.jacobian(target, tensor) if stacked else t.gradient(target, tensor)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got.numpy(), expected.reshape(w.shape[: int(stacked)] + shape))


@settings(max_examples=200, deadline=None)
@given(shapes_and_indices())
def test_all_ways_to_add_at_an_index_agree(case: Any) -> None:
    """Assignment where nothing can be named twice, flat positions elsewhere: both are np.add.at."""
    shape, index = case
    x = np.random.default_rng(1).normal(size=np.zeros(shape)[index].shape).astype(np.float32)
    expected = np.zeros(shape, np.float32)
    np.add.at(expected, index, x)
    got = scatter_add(x, index=index, shape=shape)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(getitem(got, index=index), expected[index])


def test_an_embedding_adds_up_repeated_rows() -> None:
    table = Variable(np.zeros((5, 2), np.float32))
    with Tape() as t:
        y = table[np.array([[1, 1], [-1, 1]], np.int8)]
    g = t.gradient(y, table)
    assert (g.dtype, g.tolist()) == (np.float32, [[0, 0], [3, 3], [0, 0], [0, 0], [1, 1]])


def test_a_small_integer_type_can_index_a_large_table() -> None:
    """Positions are counted in NumPy's own index type, whatever type the index has."""
    table = Variable(np.zeros((256, 300)))
    with Tape() as t:
        y = table[np.array([255, 3], np.uint8)]
    assert np.flatnonzero(t.gradient(y, table).numpy()[:, 299]).tolist() == [3, 255]


def test_tensors_as_indices_work_as_arrays_do() -> None:
    x = Variable(ROWS)
    column = Tensor(2)
    with Tape() as t:
        y = x[Tensor([1, 1, 0]), column] + x[[Tensor(0), Tensor(1), Tensor(0)], 0]
    assert y.tolist() == [-0.4 + 0.3, -0.4 + 1.7, 2.0 + 0.3]
    assert t.gradient(y, x).tolist() == [[2, 0, 1], [1, 0, 2]]
    with pytest.raises(IndexError, match="integer"):
        x[Tensor([0.0, 1.0])]
    with pytest.raises(IndexError, match=r"out of bounds.*"):
        x[5]


@pytest.mark.parametrize("index", [(), ..., None, (..., None)], ids=str)
@pytest.mark.parametrize("x", [2.0, 2.0 + 3.0j], ids=str)
def test_a_single_number_is_indexed_as_an_array_without_axes(x: Any, index: Any) -> None:
    assert np.array_equal(Tensor(x)[index], np.array(x)[index])
    loss = lambda x: np.sum(np.real((x * x)[index]))
    assert complex(ag.grad(loss)(x)) == np.conj(2 * x)
    assert complex(ag.hvp(loss, x, 1.0)) == 2


def test_no_elements() -> None:
    for index in (slice(0, 0), np.array([], int), np.zeros(2, bool), (slice(None), [])):
        g = ag.grad(lambda x, index=index: np.sum(x[index]))(ROWS)
        assert g.tolist() == [[0, 0, 0], [0, 0, 0]]
    empty = Tensor(np.zeros((0, 3)))
    with Tape() as t:
        t.watch(empty)
        y = empty[:, np.array([1, 1])]
    assert t.gradient(y, empty).shape == (0, 3)
    assert ag.jacobian(lambda x: x[np.array([], int)])(ROWS).shape == (0, 3, 2, 3)


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip"])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_take_in_all_its_modes(mode: str, axis: int | None) -> None:
    indices = np.array([[0, 1], [1, -1]]) if mode == "raise" else np.array([[7, 1], [-9, -1]])
    f = lambda x: np.take(x, indices, axis=axis, mode=mode)
    np.testing.assert_array_equal(f(Tensor(ROWS)).numpy(), f(ROWS))
    ag.check_gradients(f, ROWS)


def test_what_picking_refuses() -> None:
    x = Tensor(ROWS)
    with pytest.raises(IndexError, match="out of bounds"):
        np.take(x, 3, axis=1)
    with pytest.raises(TypeError, match="Cannot cast"):
        np.take(x, np.array([1.5]))
    with Tape(), pytest.raises(NoDerivativeError, match="write a recorded result into an existing array"):
        np.take(Variable(ROWS), 0, out=np.zeros(()))
    with pytest.raises(IndexError, match="out of bounds"):
        np.delete(x, 7, axis=1)
    with pytest.raises(ValueError, match="got indices of 1 axes for an array of 2; expected as many"):
        np.take_along_axis(x, np.array([0]), axis=1)
    with pytest.raises(IndexError, match="integer"):
        np.take_along_axis(x, np.array([[0.5]]), axis=1)
    with pytest.raises(ValueError, match='expected "f", "b" or "fb"'):
        np.trim_zeros(x, "both")


@pytest.mark.parametrize("obj", [1, -1, [0, 2], [1, 1], slice(0, None, 2), np.array([True, False, True])], ids=str)
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_insert_and_delete_as_numpy_spells_them(obj: Any, axis: int | None) -> None:
    if axis == 0 and (isinstance(obj, np.ndarray) or obj == [0, 2]):
        obj = [0, 1]
    if axis is None and isinstance(obj, np.ndarray):
        obj = np.array([True, False, True, False, False, True])
    x, v = Tensor(ROWS), 7.5
    np.testing.assert_array_equal(np.delete(x, obj, axis).numpy(), np.delete(ROWS, obj, axis))
    if isinstance(obj, np.ndarray):
        obj = np.flatnonzero(obj)  # NumPy took masks for positions here until 2.1
    np.testing.assert_array_equal(np.insert(x, obj, v, axis).numpy(), np.insert(ROWS, obj, v, axis))
    ag.check_gradients(lambda x, v: np.insert(x, obj, v, axis), ROWS, v)


def test_zeros_are_trimmed_from_a_matrix_too() -> None:
    x = Tensor(np.pad(ROWS, ((1, 2), (3, 0))))
    assert np.trim_zeros(x).shape == (2, 3)
    assert np.trim_zeros(x, "f").shape == (4, 3)
    assert np.trim_zeros(x * 0).shape == (0, 0)
    if np.lib.NumpyVersion(np.__version__) >= "2.2.0":
        assert np.trim_zeros(x, "f", axis=0).shape == (4, 6)


CONSTANTS = {
    "argwhere": np.argwhere,
    "flatnonzero": np.flatnonzero,
    "nonzero": lambda x: x.nonzero(),
    "ix_": lambda x: np.ix_(x > 0),
    "unravel_index": lambda x: np.unravel_index(x.astype(int), (9, 9)),
    "ravel_multi_index": lambda x: np.ravel_multi_index((x.astype(int), x.astype(int)), (9, 9)),
    "diag_indices_from": lambda x: np.diag_indices_from(x[None] * x[:, None]),
    "tril_indices_from": lambda x: np.tril_indices_from(x[None] * x[:, None]),
    "triu_indices_from": lambda x: np.triu_indices_from(x[None] * x[:, None]),
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_positions_are_plain_arrays(name: str) -> None:
    x = np.array([0.0, 2.0, 3.0])
    got, expected = CONSTANTS[name](Tensor(x)), CONSTANTS[name](x)
    for a, b in zip(np.atleast_1d(got), np.atleast_1d(expected), strict=True):
        assert not isinstance(a, Tensor)
        np.testing.assert_array_equal(a, b)


WRITES = {
    "fill_diagonal": lambda x: np.fill_diagonal(x, 0.0),
    "put": lambda x: np.put(x, 0, 1.0),
    "place": lambda x: np.place(x, x > 0, 1.0),
    "putmask": lambda x: np.putmask(x, x > 0, 1.0),
    "put_along_axis": lambda x: np.put_along_axis(x, np.zeros((2, 1), int), 1.0, axis=1),
    "copyto": lambda x: np.copyto(np.zeros((2, 3)), x),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_writes_in_place_is_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(NoDerivativeError, match=rf"np\.{name} .*(x\.|x\.ravel\(\)\.)?(at|np\.where)"):
        WRITES[name](Tensor(ROWS))


def test_a_tensor_can_not_be_filled_but_a_variable_can() -> None:
    with pytest.raises(ReadOnlyError):
        Tensor(ROWS).fill(0.0)
    v = Variable(ROWS)
    v.fill(2.0)
    assert v.tolist() == [[2, 2, 2], [2, 2, 2]]
