"""Sorting, and what is told by order. Each element keeps its own gradient."""

from typing import Any

import numpy as np

from autograd.graph import raw
from autograd.ops.index import take_along_axis
from autograd.primitive import composed


@composed(np.sort)
def sort(a: Any, axis: int | None = -1, kind: Any = None) -> Any:
    """The elements in ascending order along `axis`; each keeps its own gradient."""
    if axis is None:
        a, axis = a.reshape(-1), 0
    return take_along_axis(a, np.argsort(raw(a), axis=axis, kind=kind or "stable"), axis)
