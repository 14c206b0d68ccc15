"""Reductions: many elements to one, along some axes."""

from typing import Any

import numpy as np

from autograd.families import general, linear
from autograd.graph import Value


def from_end(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes counted from the end, so that axes in front do not matter: (0, -1) of three is (-3, -1)."""
    return tuple(a if a < 0 else a - ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def kept(a: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """`a`, a reduction of `x` or a stack of such, with the reduced axes put back as axes of length 1."""
    if keepdims or not hasattr(a, "reshape"):
        return a
    if axis is None:
        return a.reshape(a.shape + (1,) * np.ndim(x))
    return np.expand_dims(a, from_end(axis, np.ndim(x)))


def _spread(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """`g`, the cotangent of a reduction of `x`, in the shape of x."""
    g = kept(g, x, axis, keepdims)
    return np.broadcast_to(g, np.shape(g)[: np.ndim(g) - np.ndim(x)] + np.shape(x))


def _share_of_ties(g: Any, y: Any, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """The cotangent of a maximum or minimum goes to the winner; winners that tie share it equally."""
    x_plain = x.value if isinstance(x, Value) else x
    y_plain = y.value if isinstance(y, Value) else y
    winners = x_plain == kept(y_plain, x_plain, axis, keepdims)
    ties = np.sum(winners, axis=axis, keepdims=True)
    return np.where(winners, kept(g, x, axis, keepdims) * (1 / ties).astype(y_plain.dtype), 0.0)


def _mean(g: Any, y: Any, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    return _spread(g * (np.size(y) / (np.size(x) or 1)), x, axis, keepdims)


# fmt: off
sum  = linear("sum", np.sum, lambda g, y, x, *, axis=None, keepdims=False: _spread(g, x, axis, keepdims), numpy=[np.sum])
mean = linear("mean", np.mean, _mean, numpy=[np.mean])
max  = general("max", np.max, _share_of_ties, real=True, numpy=[np.max, np.amax])
min  = general("min", np.min, _share_of_ties, real=True, numpy=[np.min, np.amin])
# fmt: on
