"""Products of vectors, matrices and arrays."""

from typing import Any

import numpy as np

from autograd.families import bilinear


def _matmul_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    """g bᵀ; a vector b is a row of it, and a vector a makes a vector of g."""
    if b.ndim == 1:
        return g[..., None] * b
    return (b @ g[..., None])[..., 0] if a.ndim == 1 and b.ndim > 2 else g @ b.mT


def _matmul_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    """aᵀ g, with the same care for vectors; for a vector b and a matrix a it is g a."""
    if a.ndim == 1:
        return g[..., None] * a if b.ndim == 1 else a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return g @ a if a.ndim == 2 else (a.mT @ g[..., None])[..., 0]
    return a.mT @ g


matmul = bilinear("matmul", np.matmul, _matmul_left, _matmul_right, numpy=[np.matmul])
