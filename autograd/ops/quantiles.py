"""Median, quantiles and percentiles: elements picked by their rank, and interpolated between two neighbours.

The methods, by the names that NumPy gives them, are numbers 1 to 9 of R. J. Hyndman and Y. Fan, "Sample quantiles in
statistical packages" (1996), and four simpler ones.
"""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autograd.graph import Value, raw
from autograd.ops.statistics import beside, data
from autograd.primitive import composed

Rule = Callable[[Any, Any], Any]


def _between(alpha: float, beta: float) -> tuple[Rule, Rule]:
    """The rank q (n + 1 − α − β) + α, counted from 1, with linear interpolation."""
    return lambda n, q: q * (n + 1 - alpha - beta) + alpha - 1, lambda part, below: part


def _steps(n: Any, q: Any) -> Any:
    return n * q - 1


def _even(n: Any, q: Any) -> Any:
    return (n - 1) * q


# The place of quantile q among n elements, counted from 0; and from the part of it behind the point, and the place
# below, the share that the element above gets.
METHODS: dict[str, tuple[Rule, Rule]] = {
    "inverted_cdf": (_steps, lambda part, below: 1.0 * (part > 0)),
    "averaged_inverted_cdf": (_steps, lambda part, below: np.where(part > 0, 1.0, 0.5)),
    "closest_observation": (
        lambda n, q: n * q - 1.5,
        lambda part, below: np.where((part == 0) & (below % 2 == 1), 0.0, 1.0),
    ),
    "interpolated_inverted_cdf": _between(0, 1),
    "hazen": _between(0.5, 0.5),
    "weibull": _between(0, 0),
    "linear": _between(1, 1),
    "median_unbiased": _between(1 / 3, 1 / 3),
    "normal_unbiased": _between(3 / 8, 3 / 8),
    "lower": (_even, lambda part, below: 0.0 * part),
    "higher": (_even, lambda part, below: 1.0 * (part > 0)),
    "midpoint": (_even, lambda part, below: 0.5 * (part > 0)),
    "nearest": (_even, lambda part, below: 1.0 * ((part > 0.5) | ((part == 0.5) & (below % 2 == 1)))),
}


# Those that pick an element and never average two: their results have its dtype.
_PICKING = frozenset({"inverted_cdf", "closest_observation", "lower", "higher", "nearest"})


@composed(np.quantile)
def quantile(
    a: Any, q: Any, axis: Any = None, *, overwrite_input: bool = False, method: str = "linear", keepdims: bool = False,
    weights: Any = None,
) -> Any:  # fmt: skip
    """The value below which a share `q` of the elements lies; the gradient is shared as the interpolation weighs.

    q: a number from 0 to 1, or an array of them, whose axes come first in the result.
    axis: one, several, or None for all elements.
    method: one of NumPy's thirteen.
    weights: how much each element counts, for method="inverted_cdf" alone, as in NumPy.
    overwrite_input: taken, but nothing is overwritten.

    The result has the dtype that NumPy gives to `a` and `q` together, where a Python number widens nothing; a method
    that picks elements keeps that of `a`. A NaN makes the result NaN. The derivative by `q` is the slope of the interpolation, at a rank that to its right,
    and 0 for the methods that jump; that by `weights` is 0, since they only choose.

    >>> from autograd import grad
    >>> grad(lambda x: np.quantile(x, 0.25))(np.array([4.0, 1.0, 2.0]))
    array([0. , 0.5, 0.5])
    """
    return _of_shares("quantile", 1, a, q, axis, method=method, keepdims=keepdims, weights=weights)


@composed(np.percentile)
def percentile(a: Any, q: Any, axis: Any = None, **options: Any) -> Any:
    """As `quantile`, with `q` from 0 to 100."""
    return _of_shares("percentile", 100, a, q, axis, **options)


@composed(np.median)
def median(a: Any, axis: Any = None, *, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """The middle element, or the mean of the two in the middle; NaN, with NumPy's warning, of no elements."""
    return _quantile(a, _HALF, None, axis, "linear", keepdims, None)


@composed(np.nanquantile)
def nanquantile(
    a: Any, q: Any, axis: Any = None, *, overwrite_input: bool = False, method: str = "linear", keepdims: bool = False,
    weights: Any = None,
) -> Any:  # fmt: skip
    """As `quantile`, among the elements that are not NaN; NaN, with NumPy's warning, where there are none."""
    return _of_shares("nanquantile", 1, a, q, axis, method=method, keepdims=keepdims, weights=weights, leave_out=True)


@composed(np.nanpercentile)
def nanpercentile(a: Any, q: Any, axis: Any = None, **options: Any) -> Any:
    """As `nanquantile`, with `q` from 0 to 100."""
    return _of_shares("nanpercentile", 100, a, q, axis, leave_out=True, **options)


@composed(np.nanmedian)
def nanmedian(a: Any, axis: Any = None, *, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """As `median`, among the elements that are not NaN."""
    return _quantile(a, _HALF, None, axis, "linear", keepdims, None, leave_out=True)


_HALF = np.float64(0.5)


def _of_shares(
    name: str, most: int, a: Any, q: Any, axis: Any = None, *, overwrite_input: bool = False, method: str = "linear",
    keepdims: bool = False, weights: Any = None, leave_out: bool = False,
) -> Any:  # fmt: skip
    """The quantiles at `q`, which goes from 0 to `most`; `name` is who asks. A Python number as `q` widens nothing."""
    a = data(a, "quantile")
    if not leave_out and 0 in [a.shape[k] for k in _axes(a, axis)]:
        raise ValueError(f"got an array of shape {a.shape} to find quantiles in along axis={axis}; expected elements")
    plain = raw(q)
    dtype = (
        None if isinstance(plain, int | float) else plain.dtype if hasattr(plain, "dtype") else np.asarray(plain).dtype
    )
    if dtype is not None and dtype.kind in "iub" and most == 1 and method == "linear":
        dtype = None  # the first and the last element, of which NumPy averages nothing
    q = q if isinstance(q, Value) else np.asarray(q, dtype=np.float64)
    if not np.all((raw(q) >= 0) & (raw(q) <= most)):
        raise ValueError(f"{name} got q={q.tolist()}; expected numbers from 0 to {most}")
    return _quantile(a, q / most, dtype, axis, method, keepdims, weights, leave_out)


def _quantile(
    a: Any, q: Any, q_dtype: Any, axis: Any, method: str, keepdims: bool, weights: Any, leave_out: bool = False
) -> Any:
    """The quantiles at `q` from 0 to 1. q_dtype: its dtype, as far as it counts for that of the result."""
    a = data(a, "quantile")
    if a.dtype.kind == "c":
        raise TypeError("quantiles of complex numbers are not defined, which have no order; take x.real or np.abs(x)")
    if method not in METHODS:
        raise ValueError(f"got method={method!r}; expected one of {', '.join(METHODS)}")
    axes = _axes(a, axis)
    x = _in_a_row(a, axes)
    dtype = x.dtype if q_dtype is None or method in _PICKING else np.result_type(x.dtype, q_dtype)
    if dtype.kind != "f" and method not in _PICKING:
        dtype = np.dtype(float)
    if x.shape[-1] == 0:
        x = np.concatenate([x, np.full_like(raw(x), np.nan, shape=(*x.shape[:-1], 1))], axis=-1)
    order = np.argsort(raw(x), axis=-1, kind="stable")  # NaNs come last
    known = ~np.isnan(raw(x))
    n = np.sum(known, axis=-1, keepdims=True) if leave_out else x.shape[-1]
    wanted = np.reshape(q, -1)
    if weights is None:
        place, share_of = METHODS[method]
        below = np.floor(place(n, raw(wanted)))
        part = place(n, wanted) - below
        share = share_of(part, below) + 0.0 * part  # of a jump the slope is 0
    else:
        below = _by_weight(_weights(weights, a, axes, method), known, order, raw(wanted))
        share = 0.0 * wanted
    below, above = [np.clip(k, 0, np.maximum(n - 1, 0)).astype(int) for k in (below, below + 1)]
    below, share = np.where(raw(share) == 1, above, below), np.where(raw(share) == 1, 0.0, share)

    def ranked(k: Any) -> Any:
        places = np.broadcast_to(k, (*x.shape[:-1], wanted.size))
        return np.take_along_axis(x, np.take_along_axis(order, places, axis=-1), axis=-1)

    y = ranked(below)
    if isinstance(share, Value) or np.any(share):
        share = share.astype(dtype if dtype.kind == "f" else float)
        upper = ranked(above)
        y = y * (1 - share) + np.where((raw(share) == 0) & ~np.isfinite(raw(upper)), 0.0, upper) * share
    lost = ~np.any(known, axis=-1) if leave_out else ~np.all(known, axis=-1)
    if np.any(lost):
        if leave_out or not a.size:
            what = "All-NaN slice encountered" if a.size else "Mean of empty slice"
            warnings.warn(what, RuntimeWarning, stacklevel=2)
        y = np.where(lost[..., None], np.nan, y)
    y = y if y.dtype == dtype else y.astype(dtype)
    lengths = x.shape[:-1]
    if keepdims:
        lengths = tuple([1 if k in axes else length for k, length in enumerate(a.shape)])
    return np.moveaxis(y, -1, 0).reshape(np.shape(q) + lengths)


def _axes(a: Any, axis: Any) -> tuple[int, ...]:
    return tuple(range(a.ndim)) if axis is None else normalize_axis_tuple(axis, a.ndim)


def _in_a_row(a: Any, axes: tuple[int, ...]) -> Any:
    """`a` with the axes that are to be reduced made one, at the end."""
    last = np.moveaxis(a, axes, tuple(range(-len(axes), 0)))
    lengths = last.shape[: a.ndim - len(axes)]
    return last.reshape((*lengths, math.prod(last.shape[len(lengths) :])))


def _weights(weights: Any, a: Any, axes: tuple[int, ...], method: str) -> Any:
    """The weights of the elements, in the shape of `a` or of its axes `axes`, arranged as the elements are."""
    if method != "inverted_cdf":
        raise ValueError(f'got weights with method={method!r}; expected method="inverted_cdf", as in NumPy')
    weights = beside(np.asarray(raw(weights), dtype=np.float64), a, axes)
    if np.any(weights < 0):
        raise ValueError("got negative weights; expected none below 0")
    return _in_a_row(np.broadcast_to(weights, a.shape), axes)


def _by_weight(weights: Any, known: Any, order: Any, q: Any) -> Any:
    """The first place up to which a share `q` of all the weight lies."""
    so_far = np.cumsum(np.take_along_axis(np.where(known, weights, 0.0), order, axis=-1), axis=-1)[..., None, :]
    aim = (q * so_far[..., -1])[..., None]
    return np.sum(np.where(aim == 0, so_far <= 0, so_far < aim), axis=-1)
