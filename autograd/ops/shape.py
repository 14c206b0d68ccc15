"""Operations that only move elements: new shapes, other orders of the axes, copies along an axis."""

from typing import Any

import numpy as np

from autograd.families import linear
from autograd.primitive import Every


def _inverse(axes: Any) -> Any:
    return None if axes is None else tuple(np.argsort([axis % len(axes) for axis in axes]))


def _piece(i: int, g: Any, y: Any, *xs: Any, axis: Any = 0) -> Any:
    """The part of `g` that input number i of a concatenation went to."""
    if axis is None:
        start = sum(np.size(x) for x in xs[:i])
        return g[start : start + np.size(xs[i])].reshape(np.shape(xs[i]))
    start = sum(x.shape[axis] for x in xs[:i])
    return g[(slice(None),) * (axis % y.ndim) + (slice(start, start + xs[i].shape[axis]),)]


def _layer(i: int, g: Any, y: Any, *xs: Any, axis: int = 0) -> Any:
    return g[(slice(None),) * (axis % y.ndim) + (i,)]


# fmt: off
reshape      = linear("reshape", np.reshape, lambda g, y, x, *, shape, order="C": g.reshape(np.shape(x), order=order), numpy=[np.reshape])
transpose    = linear("transpose", np.transpose, lambda g, y, x, *, axes=None: np.transpose(g, _inverse(axes)), numpy=[np.transpose, np.permute_dims])
swapaxes     = linear("swapaxes", np.swapaxes, lambda g, y, x, *, axis1, axis2: np.swapaxes(g, axis1, axis2), numpy=[np.swapaxes])
moveaxis     = linear("moveaxis", np.moveaxis, lambda g, y, x, *, source, destination: np.moveaxis(g, destination, source), numpy=[np.moveaxis])
expand_dims  = linear("expand_dims", np.expand_dims, lambda g, y, x, *, axis: g.reshape(np.shape(x)), numpy=[np.expand_dims])
squeeze      = linear("squeeze", np.squeeze, lambda g, y, x, *, axis=None: g.reshape(np.shape(x)), numpy=[np.squeeze])
ravel        = linear("ravel", np.ravel, lambda g, y, x, *, order="C": g.reshape(np.shape(x), order=order), numpy=[np.ravel])
broadcast_to = linear("broadcast_to", np.broadcast_to, lambda g, y, x, *, shape: g, numpy=[np.broadcast_to])
concatenate  = linear("concatenate", lambda *xs, axis=0: np.concatenate(xs, axis), Every(_piece), numpy=[np.concatenate])
stack        = linear("stack", lambda *xs, axis=0: np.stack(xs, axis), Every(_layer), numpy=[np.stack])
# fmt: on
