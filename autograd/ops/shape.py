"""Operations that only move elements: new shapes, other orders of the axes, turned and rolled arrays."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from autograd import flops
from autograd.errors import NoDerivativeError
from autograd.families import linear
from autograd.graph import raw
from autograd.ops.elementwise import identity
from autograd.ops.reduce import from_end
from autograd.primitive import composed


def _back(g: Any, y: Any, x: Any, order: Any = "C") -> Any:
    """`g` in the shape of `x`; axes in front of those of `y` stay where they are."""
    stacked = g.ndim - y.ndim
    if order == "C" or not stacked:
        return g.reshape(g.shape[:stacked] + np.shape(x), order=order)
    # Fortran's order mixes no axes at the end, so the stack waits there.
    ends = tuple(range(-stacked, 0))
    g = np.moveaxis(g, tuple(range(stacked)), ends)
    return np.moveaxis(g.reshape(np.shape(x) + g.shape[y.ndim :], order=order), ends, tuple(range(stacked)))


def _known_order(order: Any) -> Any:
    """NumPy's orders A and K depend on how the array lies in memory, which a derivative can not know later."""
    if order not in ("C", "F"):
        raise NoDerivativeError(
            f'got order={order!r}, which depends on how an array lies in memory; expected "C" or "F"'
        )
    return order


def order_in_memory(x: Any, order: Any) -> Any:
    """The order "C" or "F" that NumPy's "A" and "K" mean for `x`, where they mean one of the two."""
    if order not in ("A", "K"):
        return order
    flags = getattr(x, "flags", None)
    if flags is None:  # a number
        return "C"
    return (
        "F" if flags.f_contiguous and not flags.c_contiguous else "C" if flags.c_contiguous or order == "A" else order
    )


def _transposed_back(g: Any, y: Any, axes: Any) -> Any:
    stacked = g.ndim - y.ndim
    back = range(y.ndim)[::-1] if axes is None else np.argsort([axis % y.ndim for axis in axes])
    return np.transpose(g, (*range(stacked), *[stacked + int(axis) for axis in back]))


def _rolled_back(g: Any, y: Any, x: Any, *, shift: Any, axis: Any = None) -> Any:
    """Rolled the other way; without an axis, as one row of all elements."""
    back = np.negative(shift).tolist()
    if axis is not None:
        return np.roll(g, back, from_end(axis, y.ndim))
    return np.roll(g.reshape((*g.shape[: g.ndim - y.ndim], x.size)), back, -1).reshape(g.shape)


# fmt: off
reshape      = linear("reshape", lambda x, *, shape, order="C": np.reshape(x, shape, _known_order(order)), lambda g, y, x, *, shape, order="C": _back(g, y, x, order), flops=flops.none)
transpose    = linear("transpose", np.transpose, lambda g, y, x, *, axes=None: _transposed_back(g, y, axes), numpy=[np.transpose, np.permute_dims], flops=flops.none)
swapaxes     = linear("swapaxes", np.swapaxes, lambda g, y, x, *, axis1, axis2: np.swapaxes(g, *from_end((axis1, axis2), y.ndim)), numpy=[np.swapaxes], flops=flops.none)
moveaxis     = linear("moveaxis", np.moveaxis, lambda g, y, x, *, source, destination: np.moveaxis(g, from_end(destination, y.ndim), from_end(source, y.ndim)), numpy=[np.moveaxis], flops=flops.none)
expand_dims  = linear("expand_dims", np.expand_dims, lambda g, y, x, *, axis: _back(g, y, x), numpy=[np.expand_dims], flops=flops.none)
squeeze      = linear("squeeze", np.squeeze, lambda g, y, x, *, axis=None: _back(g, y, x), numpy=[np.squeeze], flops=flops.none)
ravel        = linear("ravel", lambda x, *, order="C": np.ravel(x, _known_order(order)), lambda g, y, x, *, order="C": _back(g, y, x, order), numpy=[np.ravel], flops=flops.none)
broadcast_to = linear("broadcast_to", np.broadcast_to, lambda g, y, x, *, shape, subok=False: g, numpy=[np.broadcast_to], flops=flops.none)
roll         = linear("roll", np.roll, _rolled_back, numpy=[np.roll], flops=flops.none)
# fmt: on


@composed(np.reshape)
def reshaped(a: Any, /, shape: Any = None, order: Any = "C", *, newshape: Any = None, copy: bool | None = None) -> Any:
    """NumPy's reshape; `newshape` is what NumPy 2.0 calls the shape. A tensor does not change, so that a copy is as good as a view."""
    shape = newshape if shape is None else shape
    if copy is False:
        np.reshape(raw(a), shape, order, copy=False)  # NumPy's own error where there is no view
    return reshape(a, shape=shape, order=order)


@composed("matrix_transpose", np.linalg.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged: the transpose of each matrix in a stack."""
    if x.ndim < 2:
        raise ValueError(f"matrix_transpose got an array of {x.ndim} axes; expected 2 or more")
    return swapaxes(x, axis1=-1, axis2=-2)


@composed(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """`axis` moved to where it lies before the axis that is `start` now."""
    axis = normalize_axis_index(axis, a.ndim)
    start = a.ndim if start == a.ndim else normalize_axis_index(start, a.ndim)
    return moveaxis(a, source=axis, destination=start - 1 if axis < start else start)


@composed(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """Back to front along `axis`, an integer or several, or along all."""
    axes = range(m.ndim) if axis is None else normalize_axis_tuple(axis, m.ndim)
    return m[tuple(slice(None, None, -1) if a in axes else slice(None) for a in range(m.ndim))]


@composed(np.flipud)
def flipud(m: Any) -> Any:
    """Back to front along the first axis."""
    return flip(m, 0)


@composed(np.fliplr)
def fliplr(m: Any) -> Any:
    """Back to front along the second axis."""
    return flip(m, 1)


@composed(np.rot90)
def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned by `k` right angles, from the first of two axes towards the second."""
    first, second = normalize_axis_tuple(axes, m.ndim, "axes")
    if k % 2:
        turned = swapaxes(m, axis1=first, axis2=second)
        return flip(turned, first if k % 4 == 1 else second)
    return flip(m, (first, second) if k % 4 else ())


def _at_least(x: Any, shape: Any) -> Any:
    """`x` in the shape that `shape` makes of its own one."""
    return np.reshape(x, shape(*np.shape(x)))


def _each(arrays: tuple[Any, ...], shape: Any) -> Any:
    """One result for one array, a tuple for several."""
    results = tuple(_at_least(x, shape) for x in arrays)
    return results[0] if len(results) == 1 else results


@composed(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    """Each array with one axis at least."""
    return _each(arys, lambda *shape: shape or (1,))


@composed(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    """Each array with two axes at least; a vector becomes a row."""
    return _each(arys, lambda *shape: (1,) * (2 - len(shape)) + shape)


@composed(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    """Each array with three axes at least; a vector of n becomes (1, n, 1), a matrix (m, n, 1)."""
    return _each(arys, lambda *shape: ((1, *(shape or (1,)))[-2:] + (1,)) if len(shape) < 3 else shape)


@composed(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """All arrays stretched to the shape they have in common. A tensor is no subclass, so `subok` changes nothing."""
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(np.broadcast_to(x, shape) for x in args)


@composed(np.copy)
def copy(a: Any, order: Any = "K", subok: bool = False) -> Any:
    """The same value as a new tensor. Memory is not a tensor's matter, so `order` and `subok` change nothing."""
    return identity(a)


@composed("astype")
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """The value in another dtype; integers and truth values come as plain arrays, which carry no derivative."""
    return x.astype(dtype)


@composed(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """The elements in a new shape, repeated as often as it takes to fill it; zeros if there are none."""
    if not a.size:
        return np.zeros(new_shape, a.dtype)
    return np.ravel(a)[np.resize(np.arange(a.size), new_shape)]
