"""Signals: convolution, correlation, and interpolation between samples."""

from typing import Any

import numpy as np

from autograd import flops
from autograd.families import bilinear
from autograd.graph import Value, raw
from autograd.ops.differences import part
from autograd.ops.index import picked
from autograd.ops.masked import in_type, widened
from autograd.ops.statistics import data
from autograd.primitive import composed


def _convolve_rule(g: Any, y: Any, a: Any, v: Any, *, mode: str = "full") -> Any:
    """The cotangent slid along `v`: ā_i = Σ_j ḡ_{i+j} v_j, where ḡ is that of all n + m − 1 sums, 0 for those left out."""
    n, m = a.shape[0], v.shape[0]
    start = {"full": 0, "same": (min(n, m) - 1) // 2, "valid": min(n, m) - 1}[mode]
    zeros = [np.zeros_like(g, shape=(k,)) for k in (start, n + m - 1 - start - y.shape[0])]
    rows = [
        np.convolve(np.concatenate([zeros[0], row, zeros[1]]), v[::-1], "valid")
        for row in np.reshape(g, (-1, y.shape[0]))  # NumPy convolves vectors; a stack goes row by row
    ]
    return np.reshape(np.stack(rows), (*g.shape[:-1], n))


convolve = bilinear(
    "convolve",
    np.convolve,
    _convolve_rule,
    lambda g, y, a, v, *, mode="full": _convolve_rule(g, y, v, a, mode=mode),
    numpy=[np.convolve],
    flops=flops.convolution,
)


@composed(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """c_k = Σ_n a_{n+k} conj(v_n): a convolution with `v` from back to front."""
    a, v = data(a, "correlate"), data(v, "correlate")
    if a.shape[0] < v.shape[0]:
        return np.conjugate(correlate(v, a, mode))[::-1]
    return convolve(a, np.conjugate(v)[::-1], mode=mode)


@composed(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """The line through the points (xp, fp) at `x`, in float64; differentiable by all three.

    left, right: what it is beside the points, instead of the first and last of `fp`. period: that of `x` and `xp`,
    which then need no order. At a point, the slope is that of the interval to the right of it.

    >>> from autograd import grad
    >>> grad(lambda fp: np.interp(0.25, [0.0, 1.0], fp))(np.array([3.0, 7.0]))
    array([0.75, 0.25])
    """
    x, xp, fp, left, right = [
        p if p is None or np.isscalar(p) else widened(data(p, "interp"), np.float64) for p in (x, xp, fp, left, right)
    ]
    if np.ndim(xp) != 1 or np.shape(xp) != np.shape(fp) or not np.size(xp):
        raise ValueError(
            f"interp got xp of shape {np.shape(xp)} and fp of {np.shape(fp)}; expected two vectors as long"
        )
    if period is not None:
        x, xp, fp = _around(x, xp, fp, period)
        left = right = None
    place = np.clip(np.searchsorted(raw(xp), raw(x), side="right") - 1, 0, max(xp.shape[0] - 2, 0))
    following = np.minimum(place + 1, xp.shape[0] - 1)
    x0, f0 = picked(xp, place), picked(fp, place)
    width = picked(xp, following) - x0
    share = (x - x0) / np.where(width == 0, 1, width)
    y = f0 + (picked(fp, following) - f0) * share
    y = np.where(x < xp[0], fp[0] if left is None else left, y)
    return np.where(x > xp[-1], fp[-1] if right is None else right, y)


def _around(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any]:
    """Everything moved into one period, and the points in order, with one more at each end."""
    if isinstance(period, Value) or period == 0:
        raise ValueError(f"interp got period={period!r}; expected a plain number other than 0")
    period = abs(period)
    x, xp = [p - in_type(raw(p) - raw(p) % period, raw(p).dtype) for p in (x, xp)]
    order = np.argsort(raw(xp))
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return x, xp, np.concatenate([part(fp, 0, -1, None), fp, part(fp, 0, None, 1)])
