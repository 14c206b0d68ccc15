"""Sets: the different elements of arrays. Of equal elements the first one has the gradient."""

from typing import Any

import numpy as np

from autograd.graph import raw
from autograd.ops.statistics import data
from autograd.primitive import composed


@composed(np.unique)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    **options: Any,
) -> Any:
    """The different elements in ascending order; of equal elements the first one has the gradient.

    What is asked for besides, the places and the counts, comes as plain arrays. options: equal_nan and, where NumPy
    has it, sorted.

    >>> from autograd import grad
    >>> grad(lambda x: np.sum(np.unique(x) ** 2))(np.array([3.0, 1.0, 3.0]))
    array([6., 2., 0.])
    """
    wanted: dict[str, Any] = {"return_inverse": return_inverse, "return_counts": return_counts, "axis": axis}
    _, index, *more = np.unique(raw(ar), return_index=True, **wanted, **options)
    values = np.reshape(ar, -1)[index] if axis is None else ar[(slice(None),) * (axis % ar.ndim) + (index,)]
    if return_index:
        more = [index, *more]
    return (values, *more) if more else values


@composed(np.unique_values)
def unique_values(x: Any) -> Any:
    """The different elements, as `unique` has them, but each NaN for itself."""
    return unique(x, equal_nan=False)


@composed(np.unique_all)
def unique_all(x: Any) -> Any:
    """The different elements with their places and counts, in NumPy's named tuple."""
    return np.unique_all(raw(x))._replace(values=unique_values(x))


@composed(np.unique_counts)
def unique_counts(x: Any) -> Any:
    """The different elements with their counts, in NumPy's named tuple."""
    return np.unique_counts(raw(x))._replace(values=unique_values(x))


@composed(np.unique_inverse)
def unique_inverse(x: Any) -> Any:
    """The different elements with the places that rebuild `x` from them, in NumPy's named tuple."""
    return np.unique_inverse(raw(x))._replace(values=unique_values(x))


@composed(np.union1d)
def union1d(ar1: Any, ar2: Any) -> Any:
    """What is in one of two arrays, in ascending order."""
    return unique(np.concatenate([data(ar1, "union1d"), data(ar2, "union1d")], axis=None))


@composed(np.intersect1d)
def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """What is in both of two arrays, in ascending order; the gradient is that of `ar1`."""
    ar1 = np.reshape(data(ar1, "intersect1d"), -1)
    _, first, second = np.intersect1d(raw(ar1), raw(data(ar2, "intersect1d")), assume_unique, return_indices=True)
    return (ar1[first], first, second) if return_indices else ar1[first]


@composed(np.setdiff1d)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """What is in `ar1` and not in `ar2`; in ascending order unless `assume_unique`."""
    ar1 = np.reshape(data(ar1, "setdiff1d"), -1)
    values = ar1 if assume_unique else unique(ar1)
    return values[np.isin(raw(values), raw(data(ar2, "setdiff1d")), invert=True)]


@composed(np.setxor1d)
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """What is in one of two arrays and not in the other, in ascending order."""
    parts = [np.reshape(data(a, "setxor1d"), -1) for a in (ar1, ar2)]
    values, counts = unique(np.concatenate(parts if assume_unique else [unique(a) for a in parts]), return_counts=True)
    return values[counts == 1]
