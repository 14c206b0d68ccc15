"""Differences between neighbours, slopes, and the integral that undoes them."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autograd.graph import Value, raw
from autograd.ops.masked import in_type, real_type
from autograd.ops.statistics import data
from autograd.primitive import composed


@composed(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The differences x_{i+1} − x_i along `axis`, taken n times, of `a` between what is prepended and appended."""
    if n < 0:
        raise ValueError(f"diff got n={n}; expected 0 or more")
    a = data(a, "diff")
    if a.ndim == 0:
        raise ValueError("diff got a scalar; expected an array with at least one axis")
    if n == 0:
        return a  # as NumPy, before anything is put beside it
    parts = [p if p is a else _layer(p, a, axis) for p in (prepend, a, append) if p is not None]
    x = np.concatenate(parts, axis=axis) if len(parts) > 1 else a
    for _ in range(n):
        x = part(x, axis, 1, None) - part(x, axis, None, -1)
    return x


def part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    """x[start:stop] along `axis`."""
    return x[(slice(None),) * (axis % x.ndim) + (slice(start, stop),)]


def _layer(p: Any, a: Any, axis: int) -> Any:
    """What is put beside `a`: a scalar stands for one layer of it."""
    if np.ndim(p) > 0:
        return data(p, "diff")
    shape = [1 if k == axis % a.ndim else n for k, n in enumerate(a.shape)]
    layer: Any = p if isinstance(p, Value) else np.asarray(p)
    if type(raw(p)) in (int, float, complex):  # which widen nothing
        layer = layer.astype(a.dtype)
    return np.broadcast_to(layer, shape)


@composed(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences between neighbours of the flattened array, between `to_begin` and `to_end`."""
    x = np.reshape(data(ary, "ediff1d"), -1)
    ends = [None if p is None else in_type(np.reshape(p, -1), x.dtype) for p in (to_begin, to_end)]
    parts = [p for p in (ends[0], x[1:] - x[:-1], ends[1]) if p is not None]
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


@composed(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slope of `f` along each axis: differences of second order inside, of first or second order at the edges.

    varargs: the spacing; one number, or for each axis a number or the coordinates along it. Differentiable by `f` and
    by the spacing. The result is one array, or a tuple of one for each axis.

    B. Fornberg, "Generation of finite difference formulas on arbitrarily spaced grids" (1988).

    >>> from autograd import Tensor
    >>> np.gradient(Tensor([0.0, 1.0, 4.0, 9.0]), edge_order=2)  # of x²
    Tensor([0., 2., 4., 6.], shape=(4,), dtype=float64)
    """
    f = data(f, "gradient")
    f = f.astype(np.float64) if f.dtype.kind in "iub" else f
    axes = tuple(range(f.ndim)) if axis is None else normalize_axis_tuple(axis, f.ndim)
    if len(varargs) not in (0, 1, len(axes)) or (len(varargs) == 1 < len(axes) and np.ndim(varargs[0])):
        raise TypeError(f"gradient got {len(varargs)} spacings for {len(axes)} axes; expected a number or one for each")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient got edge_order={edge_order}; expected 1 or 2")
    spacings = varargs * len(axes) if len(varargs) == 1 else varargs or (1.0,) * len(axes)
    slopes = tuple([_slope(f, h, a, edge_order) for a, h in zip(axes, spacings, strict=True)])
    return slopes[0] if len(slopes) == 1 else slopes


def _slope(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    """At a point inside, the slopes of the two intervals beside it, each weighed by the length of the other."""
    n = f.shape[axis]
    if n < edge_order + 1:
        raise ValueError(f"gradient got {n} elements along axis {axis}; expected at least {edge_order + 1}")
    if np.ndim(h) and np.shape(h) != (n,):
        raise ValueError(f"gradient got coordinates of shape {np.shape(h)} for {n} elements along axis {axis}")
    if np.ndim(h):
        h = data(h, "gradient")
        h = h.astype(np.float64) if h.dtype.kind in "iub" else h
        steps = h[1:] - h[:-1]
    else:
        steps = np.broadcast_to(h, (n - 1,))
    steps = np.reshape(in_type(steps, real_type(f.dtype)), (n - 1,) + (1,) * (f.ndim - axis - 1))
    slopes = (part(f, axis, 1, None) - part(f, axis, None, -1)) / steps
    left, right = part(slopes, axis, None, -1), part(slopes, axis, 1, None)
    before, after = steps[:-1], steps[1:]
    inside = (left * after + right * before) / (before + after)
    first, last = part(slopes, axis, None, 1), part(slopes, axis, -1, None)
    if edge_order == 2:
        first = first + (first - part(slopes, axis, 1, 2)) * (steps[:1] / (steps[:1] + steps[1:2]))
        last = last + (last - part(slopes, axis, -2, -1)) * (steps[-1:] / (steps[-1:] + steps[-2:-1]))
    return np.concatenate([first, inside, last], axis=axis)


@composed(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of `y` along `axis` by the trapezoidal rule, over the coordinates `x` or in steps of `dx`.

    >>> from autograd import grad
    >>> grad(lambda y: np.trapezoid(y, [0.0, 1.0, 3.0]))(np.ones(3))
    array([0.5, 1.5, 1. ])
    """
    y = data(y, "trapezoid")
    if y.ndim == 0:
        raise ValueError("trapezoid got a scalar; expected an array with at least one axis")
    if x is None:
        steps = dx
    elif np.ndim(x) == 1:
        steps = np.reshape(diff(x), (-1,) + (1,) * (y.ndim - axis % y.ndim - 1))
    else:
        steps = diff(x, axis=axis)
    return np.sum(steps * (part(y, axis, 1, None) + part(y, axis, None, -1)) / 2, axis=axis)


@composed(np.unwrap)
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """`p` with multiples of the period added, so that no step exceeds half a period; the gradient is that of `p`."""
    if isinstance(period, Value) or isinstance(discont, Value):
        raise TypeError("unwrap got period or discont as a tensor; expected plain numbers, which carry no gradient")
    whole = p.dtype.kind != "f" and isinstance(period, int)
    steps = diff(raw(p), axis=axis)
    least = period / 2 if discont is None else max(discont, period / 2)
    turns = np.floor(steps / period + 0.5)  # a step of half a period stays as it is, whichever way it goes
    turns = np.where((steps > 0) & (steps / period + 0.5 == turns), turns - 1, turns)
    turns = np.where(abs(steps) < least, 0, turns)
    shift = -period * np.cumsum(turns, axis=axis)
    shift = in_type(shift, p.dtype) if whole or p.dtype.kind == "f" else shift
    return np.concatenate([part(p, axis, None, 1), part(p, axis, 1, None) + shift], axis=axis)
