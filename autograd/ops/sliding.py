"""NumPy's sliding windows: every stretch of a given length along some axes; and windows added back to where they lay."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from numpy.lib.stride_tricks import sliding_window_view

from autograd import flops
from autograd.errors import ReadOnlyError
from autograd.families import linear
from autograd.ops.reduce import from_end
from autograd.primitive import Primitive, composed


def _windows(x: Any, *, size: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    """A view in which the places within a window are the last axes."""
    return sliding_window_view(x, size, axis=axis)


def _added(windows: Any, *, shape: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    """Windows added up where they lay, place by place: a slice for each place, in which no two elements meet.

    shape: the lengths of the axes that the windows slid over; axis: those, counted from the end of the sum.
    """
    depth = len(axis)
    ndim = windows.ndim - depth
    lengths = list(windows.shape[:ndim])
    for a, n in zip(axis, shape, strict=True):
        lengths[a] = n
    out = np.zeros_like(windows, shape=lengths)
    for place in np.ndindex(*windows.shape[ndim:]):
        start = [0] * ndim
        for a, k in zip(axis, place, strict=True):
            start[a] += k
        index = tuple([slice(s, s + n) for s, n in zip(start, windows.shape, strict=False)])
        out[index] += windows[(..., *place)]
    return out


def _windows_rule(g: Any, y: Any, x: Any, *, size: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    return windows_added(g, shape=tuple([x.shape[a] for a in axis]), axis=from_end(axis, x.ndim))


def _added_rule(g: Any, y: Any, windows: Any, *, shape: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    return sliding_windows(g, size=windows.shape[-len(axis) :], axis=from_end(axis, y.ndim))


# fmt: off
sliding_windows: Primitive = linear("sliding_windows", _windows, _windows_rule, flops=flops.none)
windows_added: Primitive   = linear("windows_added", _added, _added_rule)
# fmt: on


@composed(sliding_window_view)
def _numpy_sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Any:
    """Windows of `window_shape` along `axis`, or along all axes; a tensor is no subclass, so `subok` changes nothing.

    >>> from autograd import grad
    >>> grad(lambda x: np.sum(sliding_window_view(x, 2) * [1.0, 10.0]))(np.ones(4))
    array([ 1., 11., 11., 10.])
    """
    if writeable:
        raise ReadOnlyError("sliding_window_view(writeable=True) of a tensor, which does not change; leave it out")
    size = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    axes = tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim, allow_duplicate=True)
    return sliding_windows(x, size=size, axis=axes)
