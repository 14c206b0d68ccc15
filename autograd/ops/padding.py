"""Padding: np.pad in each of its modes, one axis after the other as NumPy does it."""

from functools import partial
from typing import Any

import numpy as np

from autograd.errors import NoDerivativeError
from autograd.graph import raw
from autograd.nest import mapped
from autograd.ops.creation import array as nested_array
from autograd.ops.index import scatter_add
from autograd.primitive import composed


def _pairs(given: Any, ndim: int) -> Any:
    """An option for both ends of each axis, spelled in any of NumPy's ways, as an array or tensor (ndim, 2)."""
    given = given if hasattr(given, "shape") else nested_array(given)
    return np.broadcast_to(given, (ndim, 2))


def _widths(pad_width: Any, ndim: int) -> list[list[int]]:
    """How many elements come before and after, for each axis."""
    pad_width = mapped(raw, pad_width)
    np.pad(np.zeros((0,) * ndim), pad_width)  # NumPy's own errors
    if isinstance(pad_width, dict):
        widths = [[0, 0] for _ in range(ndim)]
        for axis, width in pad_width.items():
            widths[axis] = np.broadcast_to(width, 2).tolist()
        return widths
    return np.broadcast_to(pad_width, (ndim, 2)).tolist()


def _stretched(widths: list[list[int]]) -> list[tuple[int, list[int]]]:
    """The axes that get longer, with their widths."""
    return [(axis, width) for axis, width in enumerate(widths) if any(width)]


def _part(x: Any, axis: int, part: slice) -> Any:
    return x[(slice(None),) * axis + (part,)]


def _joined(x: Any, axis: int, before: Any, after: Any) -> Any:
    return np.concatenate([part for part in (before, x, after) if part is x or part.shape[axis]], axis)


def _filled(x: Any, axis: int, width: list[int], before: Any, after: Any) -> Any:
    """`x` between copies of two values that broadcast to its shape along all other axes."""
    shapes = [(*x.shape[:axis], n, *x.shape[axis + 1 :]) for n in width]
    ends = [np.broadcast_to(end, shape) for end, shape in zip((before, after), shapes, strict=True)]
    return _joined(x, axis, *ends)


def _constant(x: Any, widths: list[list[int]], *, constant_values: Any = 0) -> Any:
    """A value for each end of each axis, through which gradients flow. Zeros, the usual case, need a single step."""
    if type(constant_values) in (int, float) and constant_values == 0:
        index = tuple(slice(before, before + n) for n, (before, _) in zip(x.shape, widths, strict=True))
        return scatter_add(x, index=index, shape=tuple(b + n + a for n, (b, a) in zip(x.shape, widths, strict=True)))
    values = _pairs(constant_values, x.ndim).astype(x.dtype)
    for axis, width in _stretched(widths):
        x = _filled(x, axis, width, values[axis, 0], values[axis, 1])
    return x


def _edge(x: Any, widths: list[list[int]]) -> Any:
    """The first and the last element of each axis, again and again."""
    for axis, width in _stretched(widths):
        x = _filled(x, axis, width, _part(x, axis, slice(0, 1)), _part(x, axis, slice(-1, None)))
    return x


def _wrap(x: Any, widths: list[list[int]]) -> Any:
    """The other end of each axis. NumPy pads the numbers of the elements, which say what goes where."""
    return np.ravel(x)[np.pad(np.arange(x.size).reshape(x.shape), widths, "wrap")]


def _mirrored(x: Any, widths: list[list[int]], skip: int, *, reflect_type: str = "even") -> Any:
    """A mirror image at each end, which leaves out the `skip` outermost elements; the odd type is 2 edge − image.

    The ends are mirrored as often as it takes to fill the width. An axis of one element has its edge as image.
    """
    if reflect_type not in ("even", "odd"):
        raise ValueError(f'pad got reflect_type={reflect_type!r}; expected "even" or "odd"')
    for axis, (before, after) in _stretched(widths):
        most = x.shape[axis] - skip
        if not most:
            x, before, after = _filled(x, axis, [before, after], x, x), 0, 0
        while before or after:
            b, a, end = min(before, most), min(after, most), x.shape[axis]
            left = np.flip(_part(x, axis, slice(skip, skip + b)), axis)
            right = np.flip(_part(x, axis, slice(end - skip - a, end - skip)), axis)
            if reflect_type == "odd":
                left, right = 2 * _part(x, axis, slice(0, 1)) - left, 2 * _part(x, axis, slice(-1, None)) - right
            x = _joined(x, axis, left, right)
            before, after = before - b, after - a
    return x


def _ramp(x: Any, widths: list[list[int]], *, end_values: Any = 0) -> Any:
    """Even steps from a value at each end, through which gradients flow, to the edge."""
    values = _pairs(end_values, x.ndim).astype(x.dtype)
    for axis, (before, after) in _stretched(widths):
        left = np.linspace(values[axis, 0], np.take(x, 0, axis), before, endpoint=False, axis=axis)
        right = np.linspace(values[axis, 1], np.take(x, -1, axis), after, endpoint=False, axis=axis)
        x = _joined(x, axis, left, np.flip(right, axis))
    return x


def _statistic(x: Any, widths: list[list[int]], reduce: Any, *, stat_length: Any = None) -> Any:
    """A figure of the elements next to each end, or of `stat_length` of them."""
    lengths = np.broadcast_to(stat_length, (x.ndim, 2)).tolist()
    for axis, width in _stretched(widths):
        n = x.shape[axis]
        first, last = (n if length is None else min(length, n) for length in lengths[axis])
        before = reduce(_part(x, axis, slice(0, first)), axis=axis, keepdims=True)
        after = before if first == last == n else reduce(_part(x, axis, slice(n - last, n)), axis=axis, keepdims=True)
        x = _filled(x, axis, width, before, after)
    return x


# For each mode what it runs, and the option it knows.
_MODES: dict[str, tuple[Any, str]] = {
    "constant": (_constant, "constant_values"),
    "edge": (_edge, ""),
    "wrap": (_wrap, ""),
    "reflect": (partial(_mirrored, skip=1), "reflect_type"),
    "symmetric": (partial(_mirrored, skip=0), "reflect_type"),
    "linear_ramp": (_ramp, "end_values"),
    "maximum": (partial(_statistic, reduce=np.max), "stat_length"),
    "minimum": (partial(_statistic, reduce=np.min), "stat_length"),
    "mean": (partial(_statistic, reduce=np.mean), "stat_length"),
    "median": (partial(_statistic, reduce=np.median), "stat_length"),
}


@composed(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """`array` with elements before and after it along each axis, in any of NumPy's modes but "empty"."""
    widths = _widths(pad_width, array.ndim)
    if mode == "empty" or callable(mode):
        raise NoDerivativeError(
            f"np.pad(..., mode={'a function' if callable(mode) else repr(mode)}) on a tensor has no derivative, since a "
            f"tape can not follow what comes to stand in the padding; expected one of {', '.join(_MODES)}, or join the "
            f"parts with np.concatenate"
        )
    if mode not in _MODES:
        raise ValueError(f"pad got mode={mode!r}; expected one of {', '.join(_MODES)}")
    padded, option = _MODES[mode]
    if options.keys() - {option}:
        raise ValueError(f"pad got {', '.join(options)}= in mode {mode!r}; expected {option or 'no option'}")
    if mode != "constant" and any(any(width) and not n for width, n in zip(widths, array.shape, strict=True)):
        raise ValueError(f'pad got an axis without elements to extend in mode {mode!r}; only "constant" can do that')
    if array.dtype.kind in "iub":  # the result too, and so it carries no derivative
        return np.pad(raw(array), pad_width, mode, **mapped(raw, options))
    return padded(array, widths, **options) if widths else np.copy(array)
