"""Windows that slide over the axes between batch and channels: taking them out, and adding them back in.

`x` is (..., *space, channels), with one axis of space for a series and two for images; windows are
(..., *positions, *size, channels). Along each axis of space, element k of window p is element
`stride * p + dilation * k - padding[0]` of `x`, and 0 where that lies outside. Each row is the other's derivative.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograd.families import linear
from autograd.primitive import Primitive

Pairs = tuple[tuple[int, int], ...]


def room(shape: tuple[int, ...], padding: Pairs) -> list[int]:
    """The lengths of the axes of space with their padding."""
    return [a + n + b for n, (a, b) in zip(shape, padding, strict=True)]


def padded(x: Any, padding: Pairs, value: float = 0) -> Any:
    """`x` with `padding` before and after each axis of space."""
    if not any(map(any, padding)):
        return x
    return np.pad(x, [(0, 0)] * (x.ndim - len(padding) - 1) + [*padding, (0, 0)], constant_values=value)


def cropped(x: Any, padding: Pairs) -> Any:
    """`x` without the padding."""
    if not any(map(any, padding)):
        return x
    space = zip(x.shape[-len(padding) - 1 : -1], padding, strict=True)
    return x[(..., *[slice(before, n - after) for n, (before, after) in space], slice(None))]


def taps(
    size: tuple[int, ...], positions: tuple[int, ...], strides: tuple[int, ...], dilation: tuple[int, ...]
) -> Iterator[tuple[Any, Any]]:
    """For each place in a window: the place, and the index of what all windows have there in the padded array."""
    for tap in np.ndindex(*size):
        starts = [d * k for d, k in zip(dilation, tap, strict=True)]
        steps = [slice(a, a + s * n, s) for a, s, n in zip(starts, strides, positions, strict=True)]
        yield tap, (..., *steps, slice(None))


def _unfold(x: Any, *, size: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    """A view of the padded array, which copies nothing more."""
    x, rank = padded(x, padding), len(size)
    reach = tuple(d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True))
    every: Any = sliding_window_view(x, reach, axis=tuple(range(-rank - 1, -1)))
    places = [slice(None, None, s) for s in strides]
    chosen = every[(..., *places, slice(None), *[slice(None, None, d) for d in dilation])]
    return np.moveaxis(chosen, -rank - 1, -1)


def _fold(windows: Any, *, shape: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    rank = len(shape)
    *lead, channels = windows.shape
    lead, positions, size = lead[: -2 * rank], lead[-2 * rank : -rank], lead[-rank:]
    out = np.zeros_like(windows, shape=(*lead, *room(shape, padding), channels))
    for tap, index in taps(size, positions, strides, dilation):
        out[index] += windows[(..., *tap, slice(None))]
    return cropped(out, padding)


def _unfold_rule(g: Any, y: Any, x: Any, *, size: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    return fold(g, shape=x.shape[-len(size) - 1 : -1], strides=strides, padding=padding, dilation=dilation)


def _fold_rule(g: Any, y: Any, windows: Any, *, shape: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    size = windows.shape[-len(shape) - 1 : -1]
    return unfold(g, size=size, strides=strides, padding=padding, dilation=dilation)


# fmt: off
unfold: Primitive = linear("unfold", _unfold, _unfold_rule)
fold: Primitive   = linear("fold", _fold, _fold_rule)
# fmt: on
