"""Reading elements by index, and its transpose: adding into zeros at that index. Each is the other's derivative."""

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autograd import flops
from autograd.families import linear
from autograd.graph import raw
from autograd.primitive import Primitive, check_kind, composed

# What can stand in an index beside arrays. Not bool, which makes a new axis as an array does.
_SLICING = frozenset({int, slice, type(None), type(Ellipsis)})
_USUAL = _SLICING | {np.ndarray, list}


def _is_slicing(part: Any) -> bool:
    return type(part) in _SLICING or isinstance(part, np.integer)


def _is_basic(index: Any) -> bool:
    """Whether an index is of slices, integers, None and Ellipsis alone, so that axes in front do not matter to it."""
    return all([_is_slicing(part) for part in index]) if type(index) is tuple else _is_slicing(index)


def names_once(index: Any) -> bool:
    """Whether an index can name no element twice, since all arrays in it are boolean masks."""
    parts = index if type(index) is tuple else (index,)
    return all([_is_slicing(part) or (isinstance(part, np.ndarray) and part.dtype == bool) for part in parts])


def _scatter_add(x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with `x` added at `index`; what is indexed twice receives twice."""
    dtype = getattr(x, "dtype", float)
    if names_once(index) and isinstance(x, np.ndarray | np.generic | float):
        out = np.zeros(shape, dtype)
        out[index] = x
        return out
    like = _like(x) or _like(_foreign(index))
    if len(shape) == 1:
        out = np.zeros(shape, dtype, **like)
        np.add.at(out, index, x)
        return out
    # np.add.at is twice as fast on a flat array, where it has a loop of its own.
    positions = positions_of(shape, index, x)
    out = np.zeros(np.prod(shape, dtype=int), dtype, **like)
    np.add.at(out, positions.reshape(-1), x.reshape(-1))
    return out.reshape(shape)


def _like(x: Any) -> dict[str, Any]:
    """The option that has NumPy make an array of the same type as `x`, which may be one of others."""
    return {} if isinstance(x, np.ndarray) or not hasattr(x, "__array_function__") else {"like": x}


def _foreign(index: Any) -> Any:
    """The first array in an index that is of another library's type, or None."""
    for part in index if type(index) is tuple else (index,):
        if type(part) in _USUAL:
            continue
        check_kind(part, "an index")
        if hasattr(part, "__array_function__") and not isinstance(part, np.ndarray):
            return None if isinstance(part, np.generic) else part
    return None


def picked(x: Any, index: Any) -> Any:
    """x[index], where a plain array may be indexed by arrays of another type, whom NumPy's brackets do not ask."""
    if type(x) is np.ndarray and type(index) not in _USUAL and (foreign := _foreign(index)) is not None:
        x = of_type(x, foreign)
    return x[index]


def of_type(x: Any, other: Any) -> Any:
    """A plain array as one of the type of `other`, for NumPy functions that ask only their first argument."""
    return np.asarray(x, **_like(other))


def _behind(stack: tuple[int, ...], index: Any) -> tuple[Any, ...]:
    """A basic index for an array with the axes of a stack in front."""
    return (slice(None),) * len(stack) + (index if type(index) is tuple else (index,))


def _getitem(x: Any, *, index: Any) -> Any:
    return picked(np.asarray(x) if type(x) in (float, complex) else x, index)


def _getitem_rule(g: Any, y: Any, x: Any, *, index: Any) -> Any:
    stack = g.shape[: g.ndim - np.ndim(y)]
    if not stack:
        return scatter_add(g, index=index, shape=x.shape)
    if _is_basic(index):
        return scatter_add(g, index=_behind(stack, index), shape=stack + x.shape)
    # The stack waits behind, out of the way of an index that moves axes to the front.
    positions = positions_of(x.shape, index, x).reshape(-1)
    count = np.prod(stack, dtype=int)
    rows = np.transpose(g.reshape((count, positions.size)))
    return np.transpose(scatter_add(rows, index=positions, shape=(x.size, count))).reshape(stack + x.shape)


def _scatter_add_rule(g: Any, y: Any, x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    return gathered(g, shape, index)


def gathered(g: Any, shape: tuple[int, ...], index: Any) -> Any:
    """The elements at `index` of `g`, an array of this shape or a stack of such, with the axes of the stack in front."""
    stack = g.shape[: g.ndim - len(shape)]
    if not stack:
        return picked(g, index)
    if _is_basic(index):
        return g[_behind(stack, index)]
    return g.reshape((*stack, math.prod(shape)))[..., positions_of(shape, index, g)]


def positions_of(shape: tuple[int, ...], index: Any, x: Any) -> Any:
    """Where in the flattened array the elements lie that `index` names: so a stack in front can not get in its way."""
    if isinstance(index, np.ndarray) and index.dtype.kind in "iu":
        # Whole rows, as of an embedding: without a number for each element of a large table.
        rows = index.astype(np.intp)
        length = np.prod(shape[1:], dtype=int)
        return ((rows + shape[0] * (rows < 0))[..., None] * length + np.arange(length)).reshape(rows.shape + shape[1:])
    return picked(np.arange(np.prod(shape, dtype=int), **_like(raw(x))).reshape(shape), index)


# fmt: off
getitem: Primitive     = linear("getitem", _getitem, _getitem_rule, flops=flops.none)
scatter_add: Primitive = linear("scatter_add", _scatter_add, _scatter_add_rule)
# fmt: on


@composed(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """One element of `arr` for each index along `axis`; along the others, indices broadcast to the array."""
    indices = raw(indices)
    arr, axis = (np.ravel(arr), 0) if axis is None else (arr, normalize_axis_index(axis, arr.ndim))
    if np.ndim(indices) != arr.ndim:
        raise ValueError(
            f"take_along_axis got indices of {np.ndim(indices)} axes for an array of {arr.ndim}; expected as many"
        )
    places = list(np.ogrid[tuple(slice(n) for n in arr.shape)])
    places[axis] = indices
    return arr[tuple(places)]
