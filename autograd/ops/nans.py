"""NumPy's functions that leave NaNs out: the others with a mask. An element that is NaN has the gradient 0."""

import warnings
from typing import Any

import numpy as np

from autograd.graph import raw
from autograd.ops import reduce
from autograd.ops.masked import NO_VALUE, chosen, how_many, worst
from autograd.primitive import Primitive, composed


def _known(a: Any, where: Any = True) -> Any:
    """The mask of the elements that count: True, if that is all of them."""
    mask = ~np.isnan(raw(a)) & raw(where)
    return True if np.size(mask) and np.all(mask) else mask


@composed(np.nansum)
def nansum(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """The sum of what is not NaN."""
    return np.sum(a, axis, dtype, keepdims=keepdims, initial=initial, where=_known(a, where))


@composed(np.nanprod)
def nanprod(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """The product of what is not NaN."""
    return np.prod(a, axis, dtype, keepdims=keepdims, initial=initial, where=_known(a, where))


@composed(np.nanmean)
def nanmean(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, where: Any = True) -> Any:
    """The mean of what is not NaN; NaN, with NumPy's warning, where that is nothing.

    >>> from autograd import grad
    >>> grad(np.nanmean)(np.array([1.0, np.nan, 3.0]))
    array([0.5, 0. , 0.5])
    """
    return np.mean(a, axis, dtype, keepdims=keepdims, where=_known(a, where))


@composed(np.nanvar)
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: float = 0, keepdims: bool = False, where: Any = True,
    **options: Any,
) -> Any:  # fmt: skip
    """The variance of what is not NaN; options: mean and correction, as np.var has them."""
    y = np.var(a, axis, dtype, ddof=ddof, keepdims=keepdims, where=_known(a, where), **options)
    return _with_degrees_of_freedom(y, a, axis, ddof, keepdims, where, **options)


@composed(np.nanstd)
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: float = 0, keepdims: bool = False, where: Any = True,
    **options: Any,
) -> Any:  # fmt: skip
    """The standard deviation of what is not NaN; options: mean and correction, as np.std has them."""
    y = np.std(a, axis, dtype, ddof=ddof, keepdims=keepdims, where=_known(a, where), **options)
    return _with_degrees_of_freedom(y, a, axis, ddof, keepdims, where, **options)


def _with_degrees_of_freedom(
    y: Any, a: Any, axis: Any, ddof: float, keepdims: bool, where: Any, *, mean: Any = None, correction: Any = None
) -> Any:
    """`y`, and NaN where too few elements are left for a variance."""
    few = how_many(a, axis, keepdims, _known(a, where)) <= (ddof if correction is None else correction)
    return np.where(few, np.nan, y) if np.any(few) else y


@composed(np.nanmax)
def nanmax(a: Any, axis: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True) -> Any:
    """The largest of what is not NaN; NaN, with NumPy's warning, where that is nothing."""
    return _extreme(np.max, reduce.max, a, axis, keepdims, initial, where)


@composed(np.nanmin)
def nanmin(a: Any, axis: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True) -> Any:
    """The smallest of what is not NaN; NaN, with NumPy's warning, where that is nothing."""
    return _extreme(np.min, reduce.min, a, axis, keepdims, initial, where)


def _extreme(function: Any, row: Primitive, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    known = _known(a, where)
    if known is True or not a.size or initial is not NO_VALUE or where is not True:
        return function(a, axis, keepdims=keepdims, initial=initial, where=known if a.size else True)
    least = worst(a.dtype, row)
    y = row(chosen(a, known, least), axis=axis, keepdims=keepdims, initial=least)
    none = how_many(a, axis, keepdims, known) == 0
    if np.any(none):
        warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=2)
        y = np.where(none, np.nan, y)
    return y


@composed(np.nancumsum)
def nancumsum(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running sums, to which a NaN adds 0."""
    return np.cumsum(chosen(a, _known(a), 0), axis, dtype)


@composed(np.nancumprod)
def nancumprod(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """The running products, in which a NaN is 1."""
    return np.cumprod(chosen(a, _known(a), 1), axis, dtype)
