"""Functions of vectors, applied to all vectors of an array."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from autograd.primitive import composed


@composed(np.apply_along_axis)
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """func1d(vector, *args, **kwargs) of each vector along `axis`; the axes of its result stand in that axis' place.

    >>> from autograd import grad
    >>> grad(lambda x: np.sum(np.apply_along_axis(np.prod, 0, x)))(np.array([[2.0, 3.0], [4.0, 5.0]]))
    array([[4., 5.],
           [2., 3.]])
    """
    axis = normalize_axis_index(axis, arr.ndim)
    last = np.moveaxis(arr, axis, -1)
    lengths = last.shape[:-1]
    if 0 in lengths:
        raise ValueError(f"apply_along_axis got shape {arr.shape}, which has no vector along axis {axis}")
    results = [func1d(last[place], *args, **kwargs) for place in np.ndindex(*lengths)]
    inner = np.shape(results[0])
    y = np.reshape(np.stack(results), lengths + inner)
    return np.moveaxis(y, range(len(lengths), y.ndim), range(axis, axis + len(inner)))


@composed(np.apply_over_axes)
def apply_over_axes(func: Callable[[Any, int], Any], a: Any, axes: int | Sequence[int]) -> Any:
    """func(a, axis) for one axis after the other; an axis that it takes away is put back with length 1."""
    for axis in normalize_axis_tuple(axes, a.ndim):
        y = func(a, axis)
        a = y if y.ndim == a.ndim else np.expand_dims(y, axis)
    return a
