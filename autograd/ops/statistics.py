"""Quantiles and other figures of a set of numbers."""

from typing import Any

import numpy as np

from autograd.graph import Value, raw
from autograd.ops.sorting import sort
from autograd.primitive import composed


@composed(np.quantile)
def quantile(a: Any, q: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The value below which a share `q` of the elements lies, interpolated between its two neighbours.

    q: a number from 0 to 1, or an array of them, whose axes come first in the result.
    """
    if isinstance(q, Value):
        raise TypeError("quantile got q as a tensor; expected plain numbers, which carry no gradient")
    q = np.asarray(q, dtype=np.float64)
    if not np.all((q >= 0) & (q <= 1)):
        raise ValueError(f"quantile got q={q.tolist()}; expected numbers from 0 to 1")
    ordered = np.moveaxis(sort(a, axis), -1 if axis is None else axis, 0)
    place = q * (ordered.shape[0] - 1)
    below = np.floor(place).astype(int)
    share = (place - below).reshape(q.shape + (1,) * (ordered.ndim - 1)).astype(ordered.dtype)
    above = np.ceil(place).astype(int)  # the same element where nothing is interpolated
    y = ordered[below] * (1 - share) + np.where(share == 0, 0.0, ordered[above]) * share
    lost = np.isnan(raw(ordered)).any(axis=0)
    if np.any(lost):
        y = np.where(lost, np.nan, y)  # as in NumPy, a NaN makes the result one
    if keepdims:
        shape = [1] * np.ndim(raw(a)) if axis is None else [*a.shape]
        shape[0 if axis is None else axis] = 1
        y = y.reshape(q.shape + tuple(shape))
    return y


@composed(np.percentile)
def percentile(a: Any, q: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """As `quantile`, with `q` from 0 to 100."""
    return quantile(a, np.asarray(raw(q), dtype=np.float64) / 100, axis, keepdims)


@composed(np.median)
def median(a: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The middle element, or the mean of the two in the middle."""
    return quantile(a, 0.5, axis, keepdims)
