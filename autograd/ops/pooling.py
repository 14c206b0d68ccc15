"""Max pooling: the greatest of each window of a series or an image.

The windows are those of `unfold`; what lies outside never wins. The derivative goes to the winner, and winners that tie
share it equally, as with `np.max`. `max_pool_spread` and `max_pool_gather` are that derivative and its transpose, in
which it is a constant who won. Nothing is copied: what all windows have at one place is a view. Large images go through
compiled loops instead, if there are any.
"""

from functools import reduce
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import general, linear, zero_law
from autograd.graph import raw
from autograd.ops.windows import cropped, loops, one_step, padded, taps
from autograd.primitive import Primitive


def _places(x: Any, size: Any, strides: Any, padding: Any) -> tuple[Any, list[Any]]:
    """`x` with its padding, and for each place in a window the index of what all windows have there."""
    x = padded(x, padding, -np.inf if x.dtype.kind == "f" else False if x.dtype == bool else np.iinfo(x.dtype).min)
    space = zip(x.shape[-len(size) - 1 : -1], size, strides, strict=True)
    positions = tuple((n - k) // s + 1 for n, k, s in space)
    return x, [index for _, index in taps(size, positions, strides, (1,) * len(size))]


@one_step
def _max_pool(x: Any, *, size: Any, strides: Any, padding: Any) -> Any:
    x, places = _places(x, size, strides, padding)
    if (fast := loops(x, len(size))) is not None:
        y = np.empty_like(x[places[0]])
        fast.greatest(x, y, size, strides)
        return y
    return reduce(np.maximum, [x[place] for place in places])


def _winners(x: Any, y: Any, places: list[Any], dtype: Any) -> tuple[list[Any], Any]:
    """For each place which windows have their maximum there, and how many places share it."""
    won = [x[place] == y for place in places]
    ties = reduce(np.add, won[1:], won[0].astype(np.min_scalar_type(len(won))))
    return won, np.maximum(ties, 1).astype(dtype)  # a window that holds a NaN has no winner


@one_step
def _spread(g: Any, x: Any, y: Any, *, size: Any, strides: Any, padding: Any) -> Any:
    """The cotangent `g` of each maximum, added where the maximum was."""
    x, places = _places(x, size, strides, padding)
    if (fast := loops(x, len(size), g, y)) is not None:
        tiled = size == strides
        out = np.empty_like(x) if tiled else np.zeros_like(x)
        fast.spread(g, x, y, out, size, strides, tiled)
        return cropped(out, padding)
    out = np.zeros_like(g, shape=g.shape[: g.ndim - y.ndim] + x.shape)
    won, ties = _winners(x, y, places, g.dtype)
    apart = all(s >= k for s, k in zip(strides, size, strict=True))
    g = g / ties
    for place, here in zip(places, won, strict=True):
        part = zero_law(g * here, here)
        out[place] = part if apart else out[place] + part
    return cropped(out, padding)


@one_step
def _gather(t: Any, x: Any, y: Any, *, size: Any, strides: Any, padding: Any) -> Any:
    """The mean of `t` over the places where each maximum was."""
    x, places = _places(x, size, strides, padding)
    won, ties = _winners(x, y, places, t.dtype)
    t = padded(t, padding)
    return reduce(np.add, [zero_law(t[place] * here, here) for place, here in zip(places, won, strict=True)]) / ties


# fmt: off
max_pool: Primitive        = general("max_pool", _max_pool, lambda g, y, x, **how: max_pool_spread(g, raw(x), raw(y), **how), real=True)
max_pool_spread: Primitive = linear("max_pool_spread", _spread, lambda g, y, _, x, m, **how: max_pool_gather(g, x, m, **how), None, None, flops=flops.none)
max_pool_gather: Primitive = linear("max_pool_gather", _gather, lambda g, y, _, x, m, **how: max_pool_spread(g, x, m, **how), None, None, flops=flops.none)
# fmt: on
