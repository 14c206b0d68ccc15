"""Reductions: many elements to one, along some axes."""

import math
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import general, is_complex, linear, zero_law
from autograd.graph import raw
from autograd.ops.cones import Cone, blend
from autograd.ops.elementwise import over


def from_end(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes counted from the end, so that axes in front do not matter: (0, -1) of three is (-3, -1); None is all."""
    axes = range(-ndim, 0) if axis is None else axis if isinstance(axis, tuple | list | range) else (axis,)
    return tuple(a if a < 0 else a - ndim for a in axes)


def kept(a: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """`a`, a reduction of `x` or a stack of such, with the reduced axes put back as axes of length 1."""
    if keepdims or not np.ndim(x) or not hasattr(a, "reshape"):
        return a
    if axis is None:
        return a.reshape(a.shape + (1,) * np.ndim(x))
    return np.expand_dims(a, from_end(axis, np.ndim(x)))


def _spread(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """`g`, the cotangent of a reduction of `x`, in the shape of x."""
    g = kept(g, x, axis, keepdims)
    return np.broadcast_to(g, np.shape(g)[: np.ndim(g) - np.ndim(x)] + np.shape(x))


def _share_of_ties(g: Any, y: Any, x: Any, *, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The cotangent of a maximum or minimum goes to the winner; winners that tie share it equally.

    Where the winner is NaN, the elements that are NaN share it.
    """
    best = kept(raw(y), raw(x), axis, keepdims)
    winners = raw(x) == best
    if np.any(np.isnan(best)):
        winners = winners | (np.isnan(raw(x)) & np.isnan(best))
    ties = np.sum(winners, axis=axis, keepdims=True)
    return np.where(winners, kept(g, x, axis, keepdims) * (1 / np.maximum(ties, 1)).astype(y.dtype), 0.0)


def _mean_rule(g: Any, y: Any, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    return _spread(g * (np.size(y) / (np.size(x) or 1)), x, axis, keepdims)


def _free(x: Any, axis: Any, ddof: float) -> Any:
    """The number of elements that are averaged, less `ddof`; NumPy's number, which may be divided by 0."""
    return np.float64(np.maximum(math.prod([np.shape(x)[a] for a in from_end(axis, np.ndim(x))]) - ddof, 0))


def _centred(x: Any, axis: Any) -> Any:
    """x − mean; conjugated, if complex, since the variance is the mean of (x − mean) · its conjugate."""
    d = x - np.mean(x, axis=axis, keepdims=True)
    return np.conjugate(d) if is_complex(raw(d)) else d


def _spread_out(x: Any, axis: Any, ddof: float) -> Any:
    """`_centred`, and NaN where no degree of freedom is left, in which case its factor is infinite."""
    return _centred(x, axis) * np.nan if _free(x, axis, ddof) == 0 else _centred(x, axis)


def _var_rule(g: Any, y: Any, x: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    g = kept(g, x, axis, keepdims)
    return zero_law(g * float(2 / _free(x, axis, ddof)) * _spread_out(x, axis, ddof), g)


def _std_rule(g: Any, y: Any, x: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """(x − mean) / (n std); of equal values 0."""
    g, y = kept(g, x, axis, keepdims), kept(y, x, axis, keepdims)
    return zero_law(over(g, y) * float(1 / _free(x, axis, ddof)) * _spread_out(x, axis, ddof), g)


def _std_apex(i: int, y: Any, x: Any, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Cone | None:
    """The deviation of equal values; that of a single one is 0 everywhere."""
    if _free(x, axis, 0) == 1:
        return None
    factor = float(1 / _free(x, axis, ddof))
    near = blend(x, axis)
    return Cone(np.equal(raw(y), 0), _centred(x, axis), near, lambda slope: kept(slope, x, axis, keepdims) * factor)


def _prod_rule(g: Any, y: Any, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """The product of all the others: y / x, and without a division where y is 0 or has overflowed."""
    g = kept(g, x, axis, keepdims)
    if np.all(np.isfinite(raw(y)) & (raw(y) != 0)):
        return zero_law(g * kept(y, x, axis, keepdims) / x, g)
    axes = from_end(axis, x.ndim)
    ends = tuple(range(-len(axes), 0))
    last = np.moveaxis(x, axes, ends)
    flat = last.reshape((*last.shape[: x.ndim - len(axes)], -1))
    others = before(flat) * before(flat[..., ::-1])[..., ::-1]
    return zero_law(g * np.moveaxis(others.reshape(last.shape), ends, axes), g)


def before(x: Any) -> Any:
    """The product of the elements before each one along the last axis; 1 for the first."""
    return np.cumprod(np.concatenate([np.ones_like(x[..., :1]), x[..., :-1]], axis=-1), axis=-1)


# fmt: off
sum  = linear("sum", np.sum, lambda g, y, x, *, axis=None, keepdims=False: _spread(g, x, axis, keepdims))
mean = linear("mean", np.mean, _mean_rule)
max  = general("max", np.max, _share_of_ties)
min  = general("min", np.min, _share_of_ties)
var  = general("var", np.var, _var_rule, flops=flops.per_element(4))
std  = general("std", np.std, _std_rule, apex=_std_apex, flops=flops.per_element(4))
prod = general("prod", np.prod, _prod_rule)
# fmt: on
