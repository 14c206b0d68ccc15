"""Scans: running sums and products along an axis."""

from typing import Any

import numpy as np

from autograd.families import general, linear
from autograd.graph import raw
from autograd.ops.reduce import from_end


def _reversed(x: Any, axis: int) -> Any:
    """`x` back to front along an axis counted from the end."""
    return x[(..., slice(None, None, -1), *[slice(None)] * (-axis - 1))]


def _cumsum_rule(g: Any, y: Any, x: Any, *, axis: Any = None) -> Any:
    """An element is in every sum from its own place on: the running sum from the other end."""
    end = -1 if axis is None else from_end(axis, x.ndim)[0]
    back = _reversed(np.cumsum(_reversed(g, end), axis=end), end)
    return back.reshape(back.shape[: g.ndim - y.ndim] + x.shape)


def _cumprod_rule(g: Any, y: Any, x: Any, *, axis: Any = None) -> Any:
    """Σ over the later places k of g_k ∏ over j ≤ k, j ≠ i of x_j: exact whatever number of zeros there is."""
    plain = raw(x)
    end = -1 if axis is None else from_end(axis, x.ndim)[0]
    flat = x.reshape(-1) if axis is None else x
    stack = g.shape[: g.ndim - y.ndim]
    if not np.any(plain == 0):
        back = _reversed(np.cumsum(_reversed(g * y, end), axis=end), end) / flat
        return back.reshape(stack + x.shape)
    last = np.moveaxis(flat, end, -1)
    n = last.shape[-1]
    without = np.cumprod(np.where(np.eye(n, dtype=bool), 1.0, last[..., None, :]), axis=-1)
    later = np.where(np.tri(n, dtype=bool).T, without, 0.0)
    back = np.sum(np.moveaxis(g, end, -1)[..., None, :] * later, axis=-1)
    return np.moveaxis(back, -1, end).reshape(stack + x.shape)


# fmt: off
cumsum  = linear("cumsum", np.cumsum, _cumsum_rule, numpy=[np.cumsum])
cumprod = general("cumprod", np.cumprod, _cumprod_rule, numpy=[np.cumprod])
# fmt: on
