"""Scans: running sums and products along an axis."""

from typing import Any

import numpy as np

from autograd import flops
from autograd.families import general, linear
from autograd.graph import raw
from autograd.ops.masked import in_type
from autograd.ops.reduce import before, from_end
from autograd.primitive import composed


def _reversed(x: Any, axis: int) -> Any:
    """`x` back to front along an axis counted from the end."""
    return x[(..., slice(None, None, -1), *[slice(None)] * (-axis - 1))]


def _cumsum_rule(g: Any, y: Any, x: Any, *, axis: Any = None) -> Any:
    """An element is in every sum from its own place on: the running sum from the other end."""
    end = -1 if axis is None else from_end(axis, x.ndim)[0]
    back = _reversed(np.cumsum(_reversed(g, end), axis=end), end)
    return back.reshape(back.shape[: g.ndim - y.ndim] + x.shape)


def _cumprod_rule(g: Any, y: Any, x: Any, *, axis: Any = None) -> Any:
    """Σ over the later places k of g_k y_k / x_i; without a division where a y is 0 or has overflowed."""
    end = -1 if axis is None else from_end(axis, x.ndim)[0]
    flat = x.reshape(-1) if axis is None else x
    if np.all(np.isfinite(raw(y)) & (raw(y) != 0)):
        back = _reversed(np.cumsum(_reversed(g * y, end), axis=end), end) / flat
    else:
        last = np.moveaxis(flat, end, -1)
        back = np.moveaxis(before(last) * _carried(np.moveaxis(g, end, -1), last[..., 1:]), -1, end)
    return back.reshape(back.shape[: g.ndim - y.ndim] + x.shape)


def _carried(g: Any, x: Any) -> Any:
    """The s with s_i = g_i + x_i s_{i+1} along the last axis, in log n steps that each double how far is seen.

    W. D. Hillis and G. L. Steele, "Data parallel algorithms" (1986).
    """
    n, step = g.shape[-1], 1
    while step < n:
        # So far s_i holds the terms of `step` places, and x_i is the product of as many factors.
        g = np.concatenate([g[..., :-step] + x * g[..., step:], g[..., -step:]], axis=-1)
        x = x[..., : max(n - 2 * step, 0)] * x[..., step:]
        step *= 2
    return g


def _logcumsumexp(x: Any, *, axis: int = 0) -> Any:
    return np.logaddexp.accumulate(x, axis=axis)


def _logcumsumexp_rule(g: Any, y: Any, x: Any, *, axis: int = 0) -> Any:
    """Σ over the later places k of g_k exp(x_i − y_k), with exp(y_k − y_{k+1}) ≤ 1 from one place to the next."""
    end = from_end(axis, x.ndim)[0]
    g, y, x = (np.moveaxis(a, end, -1) for a in (g, y, x))
    back = _share(x, y) * _carried(g, _share(y[..., :-1], y[..., 1:]))
    return np.moveaxis(back, -1, end)


def _share(x: Any, y: Any) -> Any:
    """exp(x − y), the part of a sum that one term has; of -inf in -inf 0."""
    none = raw(y) == -np.inf
    return np.where(none, 0.0, np.exp(np.where(none, 0.0, x) - np.where(none, 0.0, y)))


# fmt: off
cumsum  = linear("cumsum", np.cumsum, _cumsum_rule)
cumprod = general("cumprod", np.cumprod, _cumprod_rule)
logcumsumexp = general("logcumsumexp", _logcumsumexp, _logcumsumexp_rule, real=True, flops=flops.function)
# fmt: on


@composed(np.cumsum)
def _numpy_cumsum(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    return cumsum(in_type(a, dtype), axis=axis)


@composed(np.cumprod)
def _numpy_cumprod(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    return cumprod(in_type(a, dtype), axis=axis)


@composed("cumulative_sum")
def cumulative_sum(x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """The running sums along `axis`, after a 0 if `include_initial`."""
    return _cumulative(np.cumsum, 0, x, axis, dtype, include_initial)


@composed("cumulative_prod")
def cumulative_prod(x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """The running products along `axis`, after a 1 if `include_initial`."""
    return _cumulative(np.cumprod, 1, x, axis, dtype, include_initial)


def _cumulative(scan: Any, start: int, x: Any, axis: int | None, dtype: Any, include_initial: bool) -> Any:
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"got an array of {x.ndim} axes and no axis=; expected the axis to run along")
        axis = 0
    y = scan(x, axis, dtype)
    if not include_initial:
        return y
    lengths = [1 if a == axis % y.ndim else n for a, n in enumerate(y.shape)]
    return np.concatenate([np.full_like(raw(y), start, shape=lengths), y], axis=axis)


def cummax(x: Any, axis: int = 0) -> Any:
    """The largest element so far along `axis`, as np.maximum.accumulate has it; NaN from the first NaN on.

    Of equal elements the first one has the gradient.

    >>> cummax(np.array([1.0, 3.0, 2.0, 3.0, 5.0]))
    array([1., 3., 3., 3., 5.])
    """
    return _best_so_far(np.maximum, np.greater, x, axis)


def cummin(x: Any, axis: int = 0) -> Any:
    """The smallest element so far along `axis`, as np.minimum.accumulate has it; otherwise as `cummax`.

    >>> cummin(np.array([3.0, 1.0, 2.0, 0.0]))
    array([3., 1., 1., 0.])
    """
    return _best_so_far(np.minimum, np.less, x, axis)


def _best_so_far(best: Any, better: Any, x: Any, axis: int) -> Any:
    """Where each new best stands, and from there on, until the next one."""
    end = from_end(axis, x.ndim)[0]
    y = np.moveaxis(best.accumulate(raw(x), axis=axis), end, -1)
    new = better(y[..., 1:], y[..., :-1]) | (np.isnan(y[..., 1:]) & ~np.isnan(y[..., :-1]))
    places = np.maximum.accumulate(np.where(new, np.arange(1, x.shape[end]), 0), axis=-1)
    places = np.concatenate([np.zeros_like(places, shape=y[..., :1].shape), places], axis=-1)
    return np.take_along_axis(x, np.moveaxis(places, -1, end), axis=axis)
