"""Sorting, and what is told by order. Each element keeps its own gradient."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.graph import raw
from autograd.primitive import composed


@composed(np.sort)
def sort(a: Any, axis: int | None = -1, kind: Any = None, *, stable: bool | None = None) -> Any:
    """The elements in ascending order along `axis`; of equal ones, the gradients come in the order of `a`.

    kind, stable: taken, since NumPy has them; a sort is stable here whatever they say.

    >>> from autograd import grad
    >>> grad(lambda x: np.sum(np.sort(x) * [1.0, 10.0, 100.0]))(np.array([5.0, 2.0, 3.0]))
    array([100.,   1.,  10.])
    """
    if axis is None:
        a, axis = a.reshape(-1), 0
    return np.take_along_axis(a, np.argsort(raw(a), axis=axis, kind="stable"), axis)


@composed(np.partition)
def partition(a: Any, kth: int | Sequence[int], axis: int | None = -1, kind: Any = "introselect") -> Any:
    """The elements in an order in which those at the places `kth` are where sorting would put them."""
    if axis is None:
        a, axis = a.reshape(-1), 0
    return np.take_along_axis(a, np.argpartition(raw(a), kth, axis=axis, kind=kind), axis)
