"""Shapes: every spelling of axes against NumPy itself, what a copy means, what is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor
from autograd.errors import NoDerivativeError

rng = np.random.default_rng(4)
ARRAYS = [rng.normal(size=shape) for shape in [(2, 3, 4), (3, 2), (5,), (), (0, 3)]]

SPELLINGS: dict[str, Callable[[Any], Any]] = {
    "flip": np.flip,
    "flip one": lambda x: np.flip(x, -1),
    "flip two": lambda x: np.flip(x, (0, 1)),
    "flipud": np.flipud,
    "fliplr": np.fliplr,
    **{f"rot90 {k} {axes}": lambda x, k=k, axes=axes: np.rot90(x, k, axes) for k in (-1, 0, 5) for axes in [(0, 1), (1, 0), (-1, 0)]},
    "roll": lambda x: np.roll(x, 2),
    "roll by two": lambda x: np.roll(x, (1, 2)),
    "roll far": lambda x: np.roll(x, -7, -1),
    "roll axes": lambda x: np.roll(x, (1, 2), (0, 1)),
    "roll axes alike": lambda x: np.roll(x, 1, axis=(0, -1)),
    "roll one axis twice": lambda x: np.roll(x, [1, 2], 0),
    "rollaxis": lambda x: np.rollaxis(x, 1),
    "rollaxis to the end": lambda x: np.rollaxis(x, -1, x.ndim),
    "rollaxis to before the last": lambda x: np.rollaxis(x, 0, -1),
    "atleast_1d": np.atleast_1d,
    "atleast_2d": np.atleast_2d,
    "atleast_3d": np.atleast_3d,
    "matrix_transpose": np.linalg.matrix_transpose,
    "resize": lambda x: np.resize(x, (3, 4)),
    "resize to nothing": lambda x: np.resize(x, 0),
    "reshape": lambda x: np.reshape(x, -1),
    "reshape order": lambda x: np.reshape(x, x.shape[::-1], "F"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("x", ARRAYS, ids=lambda x: str(x.shape))
def test_values_and_errors_are_those_of_numpy(x: Any, name: str) -> None:
    f = SPELLINGS[name]
    try:
        expected = f(x)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            f(Tensor(x))
        return
    got = f(Tensor(x))
    np.testing.assert_array_equal(getattr(got, "value", got), expected)
    if x.size and np.size(expected):
        ag.check_gradients(f, x)


def test_several_arrays_give_several_results() -> None:
    x = Tensor(1.5)
    assert [y.shape for y in np.atleast_2d(x, np.ones(3))] == [(1, 1), (1, 3)]
    a, b = np.broadcast_arrays(x, np.ones((2, 1)))
    assert isinstance(a, Tensor)
    assert not isinstance(b, Tensor)
    with pytest.raises(ValueError, match="broadcast"):
        np.broadcast_arrays(Tensor(np.ones(2)), np.ones(3))


def test_memory_is_not_a_tensors_matter() -> None:
    """A copy and a view are the same to who can not write; copy=False still says where NumPy would need one."""
    x = Tensor(np.arange(6.0).reshape(2, 3))
    with Tape() as t:
        t.watch(x)
        y = np.copy(x, order="F") + x.copy() + x.reshape(3, 2, copy=True).reshape(2, 3)
    assert t.gradient(y, x).tolist() == [[3, 3, 3], [3, 3, 3]]
    if np.lib.NumpyVersion(np.__version__) >= "2.1.0":
        assert np.reshape(x, 6, copy=False).shape == (6,)
        with pytest.raises(ValueError, match="copy"):
            np.reshape(x.T, 6, copy=False)


@pytest.mark.parametrize("order", ["A", "K"])
def test_orders_that_depend_on_memory_are_refused(order: Any) -> None:
    x = Tensor(np.ones((2, 3)))
    for f in (np.ravel, lambda x, order: np.reshape(x, 6, order)):
        with pytest.raises(NoDerivativeError, match=f'got order=\'{order}\'.*; expected "C" or "F"'):
            f(x, order=order)


def test_a_cast_to_integers_leaves_the_graph() -> None:
    if hasattr(np, "astype"):
        x = Tensor([1.5, 2.5])
        with Tape() as t:
            t.watch(x)
            whole, half = np.astype(x, int), np.astype(x, np.float16)
        assert (type(whole), whole.tolist()) == (np.ndarray, [1, 2])
        assert (half.dtype, len(t.cuts)) == (np.float16, 1)
        assert t.gradient(half, x).dtype == np.float64


METHODS = {
    "flatten": lambda x: x.flatten("F"),
    "ravel": lambda x: x.ravel(),
    "swapaxes": lambda x: x.swapaxes(0, -1),
    "copy": lambda x: x.copy(),
    "repeat": lambda x: x.repeat(2, axis=0),
    "take": lambda x: x.take([1, 0], axis=-1),
    "compress": lambda x: x.compress([True, False], axis=0),
    "diagonal": lambda x: x.diagonal(1),
    "squeeze": lambda x: x[:1].squeeze(0),
    "reshape": lambda x: x.reshape((3, 2), order="F"),
    "transpose": lambda x: x.transpose(1, 0),
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_those_of_an_array(name: str) -> None:
    x = rng.normal(size=(2, 3))
    np.testing.assert_array_equal(METHODS[name](Tensor(x)).numpy(), METHODS[name](x))
    ag.check_gradients(METHODS[name], x)
