"""Diagonals and triangles of matrices. A diagonal is every (columns + 1)-th element of a matrix in one row."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autograd.ops.index import scatter_add
from autograd.primitive import composed


def _along(rows: int, columns: int, offset: int) -> slice:
    """Where the elements of a diagonal lie in a matrix whose rows stand one behind the other."""
    first = offset if offset >= 0 else -offset * columns
    count = max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    return slice(first, first + count * (columns + 1) - columns if count else first, columns + 1)


@composed(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The elements [i, i + offset] of the matrices that lie along two axes; they are the last axis of the result."""
    if a.ndim < 2:
        raise ValueError(f"diagonal got an array of {a.ndim} axes; expected 2 or more")
    first, second = normalize_axis_tuple((axis1, axis2), a.ndim, "axis1 and axis2")
    last = np.moveaxis(a, (first, second), (-2, -1))
    rows, columns = last.shape[-2:]
    return last.reshape((*last.shape[:-2], rows * columns))[..., _along(rows, columns, offset)]


@composed(np.linalg.diagonal)
def matrix_diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonal of each matrix in a stack."""
    return diagonal(x, offset, -2, -1)


@composed(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """A matrix with the vector `v` on its diagonal number `k`, or that diagonal of a matrix."""
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ValueError(f"diag got an array of {v.ndim} axes; expected a vector or a matrix")
    n = v.size + abs(k)
    return scatter_add(v, index=_along(n, n, k), shape=(n * n,)).reshape(n, n)


@composed(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with all elements of `v` on its diagonal number `k`."""
    return diag(np.ravel(v), k)


@composed(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """Zeros above diagonal number `k` of each matrix."""
    return np.where(np.tri(m.shape[-2:][0], m.shape[-1], k, bool), m, 0)


@composed(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """Zeros below diagonal number `k` of each matrix."""
    return np.where(np.tri(m.shape[-2:][0], m.shape[-1], k - 1, bool), 0, m)
