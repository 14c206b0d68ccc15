"""Joining arrays, taking them apart, repeating and padding them."""

from typing import Any

import numpy as np

from autograd.families import linear
from autograd.primitive import Every


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
concatenate  = linear("concatenate", lambda *xs, axis=0: np.concatenate(xs, axis), Every(_piece), numpy=[np.concatenate])
stack        = linear("stack", lambda *xs, axis=0: np.stack(xs, axis), Every(_layer), numpy=[np.stack])
# fmt: on
