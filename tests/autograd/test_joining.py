"""Joining, splitting, repeating, grids: NumPy's spellings, its errors, and what is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError
from autograd.graph import Value

A = np.arange(6.0).reshape(2, 3)
CUBE = np.random.default_rng(3).normal(size=(4, 3, 2))


@pytest.mark.parametrize("join", [np.concatenate, np.stack, np.vstack, np.hstack])
def test_dtype_and_casting(join: Any) -> None:
    y = join([Tensor(A), A], dtype=np.float32)
    assert (y.dtype, y.tolist()) == (np.float32, join([A, A]).tolist())
    whole = join([Tensor(A + 0.5), A], dtype=int, casting="unsafe")
    assert (type(whole), whole.dtype) == (np.ndarray, int)
    with pytest.raises(TypeError, match="can not cast float64 to int64 with casting='same_kind'"):
        join([Tensor(A), A], dtype=int)


def test_out_is_refused() -> None:
    for join in (np.concatenate, np.stack):
        with Tape(), pytest.raises(NoDerivativeError, match=r"existing array \(out=.*the gradient would be lost"):
            join([Variable(A), A], out=np.zeros((4, 3)))


def test_lists_of_tensors_may_stand_among_the_pieces() -> None:
    """a, b, a², and 7 in all arrangements: the derivatives by a and b are counted by hand."""
    joins: list[tuple[Callable[..., Any], list[Any], list[float]]] = [
        (lambda x: np.concatenate([[x[0]], x, [7.0], (x[1], x[0] ** 2)]), [2, 2, 3, 7, 3, 4], [6, 2]),
        (lambda x: np.hstack([[x[0]], x]), [2, 2, 3], [2, 1]),
        (lambda x: np.vstack([[x[0], x[0]], x]), [[2, 2], [2, 3]], [3, 1]),
        (lambda x: np.stack([[x[1], 7.0], x]), [[3, 7], [2, 3]], [1, 2]),
        (lambda x: np.column_stack([[x[1], 7.0], x]), [[3, 2], [7, 3]], [1, 2]),
        (lambda x: np.dstack([[x[1], 7.0], x]), [[[3, 2], [7, 3]]], [1, 2]),
        (lambda x: np.concatenate([[[x[0], x[1]]], x.reshape(1, 2)]), [[2, 3], [2, 3]], [2, 2]),
    ]
    for join, expected, slopes in joins:
        assert join(Tensor([2.0, 3.0])).tolist() == expected
        assert ag.grad(lambda x, join=join: np.sum(join(x)))(np.array([2.0, 3.0])).tolist() == slopes


def test_append_stacks_lists_of_tensors() -> None:
    f = lambda a, b: np.append([a, 2 * a], b)
    assert f(Tensor(1.0), Tensor(3.0)).tolist() == [1, 2, 3]
    assert np.append(Tensor([1.0]), [Tensor(2.0), 3.0]).tolist() == [1, 2, 3]
    ag.check_gradients(f, 1.0, 3.0)


def test_a_tensor_alone_is_the_sequence_of_its_rows() -> None:
    x = Tensor(CUBE)
    for join in (np.concatenate, np.vstack, np.hstack, np.dstack, np.column_stack, np.stack):
        np.testing.assert_array_equal(join(x).numpy(), join(CUBE))


def test_lists_and_numbers_beside_tensors_are_constants() -> None:
    x = Tensor(2.0)
    with Tape() as t:
        t.watch(x)
        y = np.hstack([x, [1.0, 3.0], 4.0])
    assert y.tolist() == [2, 1, 3, 4]
    assert t.gradient(y, x).tolist() == 1


def test_blocks_are_joined_as_numpy_joins_them() -> None:
    x = Tensor(A)
    for nested in (
        lambda x: x,
        lambda x: [x, x],
        lambda x: [[x], [x]],
        lambda x: [[[x], [x]], [[x], [x]]],
        lambda x: [[x, x[:, :1]], [np.ones(4)]],
    ):
        np.testing.assert_array_equal(np.block(nested(x)).numpy(), np.block(nested(A)))
    with pytest.raises(ValueError, match="depths are mismatched"):
        np.block([[x], x])
    with pytest.raises(TypeError, match="tuple"):
        np.block([(x, x)])


SECTIONS = [2, 1, [1], [1, 3], [3, 1], [0, 9], [-1], []]


@pytest.mark.parametrize("sections", SECTIONS, ids=str)
@pytest.mark.parametrize("axis", [0, -1])
def test_pieces_are_those_of_numpy(sections: Any, axis: int) -> None:
    for f in (np.split, np.array_split):
        expected = (
            f(CUBE, sections, axis) if sections != 2 or CUBE.shape[axis] % 2 == 0 or f is np.array_split else None
        )
        pieces = f(Tensor(CUBE), sections, axis)
        assert type(pieces) is list
        for piece, same in zip(pieces, expected, strict=True):
            np.testing.assert_array_equal(piece.numpy(), same)
    w = [np.random.default_rng(1).normal(size=piece.shape) for piece in expected]
    ag.check_gradients(
        lambda x: sum(np.sum(v * p * p) for v, p in zip(w, np.split(x, sections, axis), strict=True)), CUBE
    )


def test_errors_of_splitting() -> None:
    x = Tensor(A)
    with pytest.raises(ValueError, match="equal division"):
        np.split(x, 2, axis=1)
    with pytest.raises(ValueError, match="larger than 0"):
        np.array_split(x, 0)
    with pytest.raises(ValueError, match="hsplit got a scalar"):
        np.hsplit(Tensor(1.0), 1)
    with pytest.raises(ValueError, match="vsplit got an array of 1 axes; expected 2 or more"):
        np.vsplit(x[0], 1)
    with pytest.raises(ValueError, match="dsplit got an array of 2 axes; expected 3 or more"):
        np.dsplit(x, 1)


def test_a_split_is_one_operation_whose_gradient_is_one_array() -> None:
    """Pieces by index would need a gradient as long as the whole for each: quadratic work for many pieces."""
    x = Tensor(A)
    with Tape(persistent=True) as t:
        t.watch(x)
        first, _, last = np.split(x, 3, axis=1)
    assert t.gradient(last, x).tolist() == [[0, 0, 1], [0, 0, 1]]
    assert t.gradient([first, last], x).tolist() == [[1, 0, 1], [1, 0, 1]]
    assert t.jacobian(last, x).shape == (2, 1, 2, 3)
    assert ag.grad(lambda z: np.sum(np.split(z, 2)[0]).real)(np.ones(2, complex)).tolist() == [1, 0]


@pytest.mark.skipif(not hasattr(np, "unstack"), reason="NumPy 2.1 brought unstack")
def test_unstacking() -> None:
    for axis in (0, 1, -1):
        layers = np.unstack(Tensor(CUBE), axis=axis)
        assert type(layers) is tuple
        for layer, same in zip(layers, np.unstack(CUBE, axis=axis), strict=True):
            np.testing.assert_array_equal(layer.numpy(), same)
    assert np.unstack(Tensor(np.zeros((0, 2)))) == ()
    with pytest.raises(ValueError, match="unstack got a scalar"):
        np.unstack(Tensor(1.0))


REPEATED: dict[str, Callable[[Any], Any]] = {
    "tile": lambda x: np.tile(x, 2),
    "tile more axes": lambda x: np.tile(x, (2, 1, 3, 2)),
    "tile fewer axes": lambda x: np.tile(x, (3,)),
    "tile nothing": lambda x: np.tile(x, (0, 2)),
    "tile an array": lambda x: np.tile(x, np.array([2, 2])),
    "repeat": lambda x: np.repeat(x, 3),
    "repeat none": lambda x: np.repeat(x, 0, axis=1),
    "repeat axis": lambda x: np.repeat(x, 2, axis=-1),
    "repeat one in a list": lambda x: np.repeat(x, [2], axis=0),
    "repeat each": lambda x: np.repeat(x, [0, 2, 1], axis=1),
}


@pytest.mark.parametrize("name", REPEATED)
def test_copies_are_those_of_numpy(name: str) -> None:
    f = REPEATED[name]
    x = CUBE[0].T if "each" not in name else CUBE[..., 0]
    np.testing.assert_array_equal(f(Tensor(x)).numpy(), f(x))
    ag.check_gradients(f, x)


def test_errors_of_repeating() -> None:
    x = Tensor(A)
    with pytest.raises(ValueError, match="broadcast"):
        np.repeat(x, [1, 2], axis=1)
    with pytest.raises(ValueError, match="negative"):
        np.repeat(x, -1)
    with pytest.raises(ValueError, match="out of bounds"):
        np.repeat(x, 2, axis=2)


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("sparse", [False, True])
def test_grids_are_those_of_numpy(indexing: Any, sparse: bool) -> None:
    x, y, z = A[0], A[1], CUBE[:, 0, 0]
    for vectors in ([x], [x, z], [x, y, z], [x, 2.0]):
        got = np.meshgrid(*map(Tensor, vectors), indexing=indexing, sparse=sparse, copy=False)
        expected = np.meshgrid(*vectors, indexing=indexing, sparse=sparse)
        assert len(got) == len(expected)
        for a, b in zip(got, expected, strict=True):
            assert isinstance(a, Value)
            np.testing.assert_array_equal(a.numpy(), b)
    with pytest.raises(ValueError, match='got indexing=\'yx\'; expected "xy" or "ij"'):
        np.meshgrid(Tensor(x), x, indexing="yx")
