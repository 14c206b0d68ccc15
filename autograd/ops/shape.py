"""Operations that only move elements: new shapes, other orders of the axes, copies along an axis."""

from typing import Any

import numpy as np

from autograd.errors import NoDerivativeError
from autograd.families import linear
from autograd.ops.reduce import from_end


def _back(g: Any, y: Any, x: Any, order: str = "C") -> Any:
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
        raise NoDerivativeError(f'got order={order!r}; expected "C" or "F"')
    return order


def _transposed_back(g: Any, y: Any, axes: Any) -> Any:
    stacked = g.ndim - y.ndim
    back = range(y.ndim)[::-1] if axes is None else np.argsort([axis % y.ndim for axis in axes])
    return np.transpose(g, (*range(stacked), *[stacked + int(axis) for axis in back]))


# fmt: off
reshape      = linear("reshape", lambda x, *, shape, order="C": np.reshape(x, shape, _known_order(order)), lambda g, y, x, *, shape, order="C": _back(g, y, x, order), numpy=[np.reshape])
transpose    = linear("transpose", np.transpose, lambda g, y, x, *, axes=None: _transposed_back(g, y, axes), numpy=[np.transpose, np.permute_dims])
swapaxes     = linear("swapaxes", np.swapaxes, lambda g, y, x, *, axis1, axis2: np.swapaxes(g, *from_end((axis1, axis2), y.ndim)), numpy=[np.swapaxes])
moveaxis     = linear("moveaxis", np.moveaxis, lambda g, y, x, *, source, destination: np.moveaxis(g, from_end(destination, y.ndim), from_end(source, y.ndim)), numpy=[np.moveaxis])
expand_dims  = linear("expand_dims", np.expand_dims, lambda g, y, x, *, axis: _back(g, y, x), numpy=[np.expand_dims])
squeeze      = linear("squeeze", np.squeeze, lambda g, y, x, *, axis=None: _back(g, y, x), numpy=[np.squeeze])
ravel        = linear("ravel", lambda x, *, order="C": np.ravel(x, _known_order(order)), lambda g, y, x, *, order="C": _back(g, y, x, order), numpy=[np.ravel])
broadcast_to = linear("broadcast_to", np.broadcast_to, lambda g, y, x, *, shape: g, numpy=[np.broadcast_to])
# fmt: on
