"""Joining arrays, repeating them, and the grids that vectors span."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autograd import flops
from autograd.families import linear
from autograd.graph import Value, raw
from autograd.nest import leaves, mapped
from autograd.primitive import Every, composed


def _piece(i: int, g: Any, y: Any, *xs: Any, axis: Any = 0) -> Any:
    """The part of `g` that input number i of a concatenation went to."""
    if axis is None:
        start = sum(np.size(x) for x in xs[:i])
        piece = g[..., start : start + np.size(xs[i])]
        return piece.reshape(piece.shape[:-1] + np.shape(xs[i]))
    start = sum(x.shape[axis] for x in xs[:i])
    return g[(..., slice(start, start + xs[i].shape[axis]), *_after(axis, y))]


def _layer(i: int, g: Any, y: Any, *xs: Any, axis: int = 0) -> Any:
    return g[(..., i, *_after(axis, y))]


def _after(axis: int, y: Any) -> tuple[slice, ...]:
    """Index for all axes of `y` behind `axis`."""
    return (slice(None),) * (y.ndim - 1 - axis % y.ndim)


# fmt: off
concatenate  = linear("concatenate", lambda *xs, axis=0: np.concatenate(xs, axis), Every(_piece), flops=flops.none)
stack        = linear("stack", lambda *xs, axis=0: np.stack(xs, axis), Every(_layer), flops=flops.none)
# fmt: on


def _converted(y: Any, inputs: Sequence[Any], dtype: Any, casting: Any) -> Any:
    """What was joined in the dtype that was asked for, if that is a cast that `casting` allows."""
    if dtype is None:
        return y
    for x in inputs:
        if not np.can_cast(getattr(x, "dtype", y.dtype), dtype, casting):
            raise TypeError(f"can not cast {x.dtype} to {np.dtype(dtype)} with casting={casting!r}")
    return y.astype(dtype)


def _pieces(arrays: Sequence[Any]) -> list[Any]:
    """What is to be joined; a list of tensors among them as one tensor."""
    pieces = list(arrays)
    for i, x in enumerate(pieces):
        like: Any = next((leaf for leaf in leaves(x) if isinstance(leaf, Value)), None)
        if isinstance(x, list | tuple) and like is not None:
            pieces[i] = np.asarray(x, like=like)
    return pieces


@composed(np.concatenate)
def _numpy_concatenate(
    arrays: Sequence[Any], /, axis: int | None = 0, *, dtype: Any = None, casting: Any = "same_kind"
) -> Any:
    inputs = _pieces(arrays)
    return _converted(concatenate(*inputs, axis=axis), inputs, dtype, casting)


@composed(np.stack)
def _numpy_stack(arrays: Sequence[Any], axis: int = 0, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    inputs = _pieces(arrays)
    return _converted(stack(*inputs, axis=axis), inputs, dtype, casting)


def _several(arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """What atleast_1d and its kin give, as a tuple for a single array too."""
    return arrays if isinstance(arrays, tuple) else (arrays,)


@composed(np.vstack)
def vstack(tup: Sequence[Any], *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Arrays joined along the first axis, vectors as rows; also np.row_stack."""
    return np.concatenate(_several(np.atleast_2d(*_pieces(tup))), 0, dtype=dtype, casting=casting)


@composed(np.hstack)
def hstack(tup: Sequence[Any], *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Arrays joined along the second axis, vectors end to end."""
    arrays = _several(np.atleast_1d(*_pieces(tup)))
    return np.concatenate(arrays, 0 if arrays and arrays[0].ndim == 1 else 1, dtype=dtype, casting=casting)


@composed(np.dstack)
def dstack(tup: Sequence[Any]) -> Any:
    """Arrays joined along the third axis; a vector of n is (1, n, 1), a matrix (m, n, 1)."""
    return np.concatenate(_several(np.atleast_3d(*_pieces(tup))), 2)


@composed(np.column_stack)
def column_stack(tup: Sequence[Any]) -> Any:
    """Arrays joined along the second axis, vectors as columns."""
    return np.concatenate([x if np.ndim(x) > 1 else np.reshape(x, (-1, 1)) for x in _pieces(tup)], 1)


@composed(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """`values` behind `arr` along `axis`, or both end to end as vectors; lists of tensors are stacked."""
    return np.concatenate(_pieces([arr, values]), axis)


@composed(np.block)
def block(arrays: Any) -> Any:
    """A matrix of blocks, as nested lists: the innermost lists side by side, those around them one below the other."""
    np.block(mapped(lambda x: np.broadcast_to(False, np.shape(x)), arrays))  # NumPy's own errors
    depth, part = 0, arrays
    while isinstance(part, list):
        depth, part = depth + 1, part[0]
    ndim = max(depth, *map(np.ndim, leaves(arrays)))

    def joined(part: Any, axis: int) -> Any:
        if isinstance(part, list):
            return np.concatenate([joined(inner, axis + 1) for inner in part], axis)
        return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))

    return joined(arrays, -depth)


@composed(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """`A` side by side with itself, `reps` times along each axis: broadcast on axes in between, then joined."""
    reps = tuple(np.ravel(raw(reps)).tolist())
    lengths = (1,) * (len(reps) - A.ndim) + A.shape
    reps = (1,) * (len(lengths) - len(reps)) + reps
    apart = A.reshape([n for length in lengths for n in (1, length)])
    stretched = np.broadcast_to(apart, [n for pair in zip(reps, lengths, strict=True) for n in pair])
    return stretched.reshape([r * length for r, length in zip(reps, lengths, strict=True)])


@composed(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element `repeats` times in a row along `axis`: one number for all, or one for each."""
    a, axis = (np.ravel(a), 0) if axis is None else (np.atleast_1d(a), axis)
    axis = normalize_axis_index(axis, a.ndim)
    if np.size(repeats) == 1:  # broadcast on an axis behind, which sums back faster than an index adds back
        apart = np.expand_dims(a, axis + 1)
        count = np.ravel(raw(repeats)).tolist()
        stretched = np.broadcast_to(apart, (*a.shape[: axis + 1], *count, *a.shape[axis + 1 :]))
        return np.reshape(stretched, (*a.shape[:axis], a.shape[axis] * count[0], *a.shape[axis + 1 :]))
    return np.take(a, np.repeat(np.arange(a.shape[axis]), raw(repeats)), axis)


@composed(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Vectors as coordinates of a grid, each along an axis of its own; in "xy" order the first two axes are exchanged.

    A tensor does not change, so `copy` makes no difference.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f'meshgrid got indexing={indexing!r}; expected "xy" or "ij"')
    axes = list(range(len(xi)))
    if indexing == "xy":
        axes[:2] = axes[:2][::-1]
    lines = [np.reshape(x, [-1 if a == axis else 1 for a in range(len(xi))]) for x, axis in zip(xi, axes, strict=True)]
    return tuple(lines) if sparse else np.broadcast_arrays(*lines)
