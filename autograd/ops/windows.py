"""Windows that slide over the axes between batch and channels: taking them out, and adding them back in.

`x` is (..., *space, channels), with one axis of space for a series and two for images; windows are
(..., *positions, *size, channels). Along each axis of space, element k of window p is element
`stride * p + dilation * k - padding[0]` of `x`, and 0 where that lies outside. Each row is the other's derivative.
"""

from collections.abc import Callable, Iterator
from functools import cache, wraps
from types import ModuleType
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograd import flops
from autograd.families import linear
from autograd.graph import Tracer
from autograd.ops.allocation import keep_freed_memory
from autograd.primitive import Primitive

Pairs = tuple[tuple[int, int], ...]
keep_freed_memory()
LARGE = 2**16  # elements from which compiled loops pay


@cache
def _compiled() -> ModuleType | None:
    try:
        from autograd.ops import image_loops
    except (ImportError, RuntimeError):  # there is no numba, or no folder in which it may keep what it compiled
        return None
    return image_loops


def loops(x: Any, rank: int, *others: Any) -> Any:
    """The compiled loops of `image_loops` where they serve: for a large batch of images x, with `others` of its dtype.

    None asks for NumPy: for series, for stacks of cotangents, and where numba is not installed.
    """
    if type(x) is not np.ndarray or x.dtype not in (np.float32, np.float64) or x.size < LARGE or rank != 2:
        return None
    alike = all([type(a) is np.ndarray and a.dtype == x.dtype and a.ndim == x.ndim for a in others])
    return _compiled() if alike and x.ndim == 4 else None


def one_step(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which traced arrays note down as one call: it writes into views, which their notes can not follow."""

    @wraps(function)
    def step(*arrays: Any, **how: Any) -> Any:
        for x in arrays:
            if isinstance(x, Tracer):
                return x.run(step, arrays, how)
        return function(*arrays, **how)

    return step


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


def add_windows(x: Any, windows: Any, strides: tuple[int, ...], dilation: tuple[int, ...]) -> None:
    """Add each window to the place in `x`, an array with its padding, that it is of."""
    rank = len(strides)
    if (fast := loops(x, rank)) is not None and type(windows) is np.ndarray:
        fast.add_windows(x, windows, strides, dilation)
        return
    *lead, _ = windows.shape
    for tap, index in taps(lead[-rank:], lead[-2 * rank : -rank], strides, dilation):
        x[index] += windows[(..., *tap, slice(None))]


def _unfold(x: Any, *, size: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    """A view of the padded array, which copies nothing more."""
    x, rank = padded(x, padding), len(size)
    reach = tuple(d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True))
    every: Any = sliding_window_view(x, reach, axis=tuple(range(-rank - 1, -1)))
    places = [slice(None, None, s) for s in strides]
    chosen = every[(..., *places, slice(None), *[slice(None, None, d) for d in dilation])]
    return np.moveaxis(chosen, -rank - 1, -1)


@one_step
def _fold(windows: Any, *, shape: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    *lead, channels = windows.shape
    out = np.zeros_like(windows, shape=(*lead[: -2 * len(shape)], *room(shape, padding), channels), order="C")
    add_windows(out, windows, strides, dilation)
    return cropped(out, padding)


def _unfold_rule(g: Any, y: Any, x: Any, *, size: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    return fold(g, shape=x.shape[-len(size) - 1 : -1], strides=strides, padding=padding, dilation=dilation)


def _fold_rule(g: Any, y: Any, windows: Any, *, shape: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    size = windows.shape[-len(shape) - 1 : -1]
    return unfold(g, size=size, strides=strides, padding=padding, dilation=dilation)


# fmt: off
unfold: Primitive = linear("unfold", _unfold, _unfold_rule, flops=flops.none)
fold: Primitive   = linear("fold", _fold, _fold_rule)
# fmt: on
