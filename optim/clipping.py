"""Gradient clipping: by value, by each gradient's norm, or by the norm of all gradients together.

Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, arXiv:1211.5063.
Gradients are flat arrays here, which are never written to. All of it is plain NumPy, so that it can be part of a
compiled function.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optim.slots import Array


def by_value(g: Array, limit: float) -> Array:
    """Each element of `g` brought into [-limit, limit].

    >>> by_value(np.array([3.0, -0.5]), 1.0)
    array([ 1. , -0.5])
    """
    return np.clip(g, -limit, limit)


def by_norm(g: Array, limit: float) -> Array:
    """g · min(1, limit / ‖g‖): as it is up to the limit, and of norm `limit` beyond it.

    >>> by_norm(np.array([3.0, 4.0]), 1.0)
    array([0.6, 0.8])
    """
    return _scaled(g, _factor(_squared_norm(g), limit))


def by_global_norm(gradients: Sequence[Array], limit: float) -> list[Array]:
    """All gradients times one factor, so that together, as one long vector, their norm is at most `limit`.

    >>> by_global_norm([np.array([3.0]), np.array([4.0])], 1.0)
    [array([0.6]), array([0.8])]
    """
    factor = _factor(sum(_squared_norm(g) for g in gradients), limit)
    return [_scaled(g, factor) for g in gradients]


def _squared_norm(g: Array) -> Any:
    # Summed as float64: in float16 the square of 256 overflows, in float32 that of 2e19.
    return np.einsum("i,i", g, g, dtype=np.float64)


def _factor(squared_norm: Any, limit: float) -> Any:
    """What to multiply with. NaN if the norm is not finite: zeros would hide that a gradient is broken."""
    factor = limit / np.maximum(np.sqrt(squared_norm), limit)
    return np.where(np.isfinite(squared_norm), factor, np.nan)


def _scaled(g: Array, factor: Any) -> Array:
    return g * factor.astype(g.dtype)
