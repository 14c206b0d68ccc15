"""Products of matrices."""

from typing import Any

import numpy as np

from autograd.families import bilinear


def _matmul_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    """g bᵀ; a vector b has no transpose, and a result without an axis gets it back first."""
    if b.ndim == 1:
        return g * b if a.ndim == 1 else g[..., None] * b
    return (b @ g[..., None])[..., 0] if a.ndim == 1 else g @ b.mT


def _matmul_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    """aᵀ g, with the same care for vectors."""
    if a.ndim == 1:
        return g * a if b.ndim == 1 else a[:, None] * g[..., None, :]
    return (a.mT @ g[..., None])[..., 0] if b.ndim == 1 else a.mT @ g


matmul = bilinear("matmul", np.matmul, _matmul_left, _matmul_right, numpy=[np.matmul])
