"""NumPy's reductions with all their options: `where=`, `initial=`, `dtype=`, by way of the rows of reduce.py.

A mask replaces what it does not choose by what changes nothing: 0 in a sum, 1 in a product, −∞ in a maximum.
"""

import math
import warnings
from typing import Any

import numpy as np

from autograd.families import is_complex
from autograd.graph import raw
from autograd.ops import reduce
from autograd.ops.fused import logsumexp
from autograd.primitive import Primitive, composed

NO_VALUE: Any = np._NoValue  # what NumPy's own functions have where an option is not given


def chosen(a: Any, where: Any, other: Any) -> Any:
    """`a` where the mask `where` holds and `other` elsewhere; the mask is stretched to the shape of `a`."""
    return a if where is True else np.where(np.broadcast_to(raw(where), np.shape(a)), a, other)


def in_type(a: Any, dtype: Any) -> Any:
    """`a` in `dtype`; as it is for None, and for a Python number, which widens nothing."""
    return a if dtype is None or not hasattr(a, "astype") else a.astype(dtype)


def widened(a: Any, *others: Any) -> Any:
    """`a` in the dtype that NumPy gives to it together with `others`, arrays or dtypes; Python numbers as they are."""
    dtype = getattr(raw(a), "dtype", None)
    if dtype is None:
        return a
    wanted = np.result_type(dtype, *[x if isinstance(x, type) else getattr(raw(x), "dtype", raw(x)) for x in others])
    return a if dtype == wanted else a.astype(wanted)


def real_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type of real numbers that goes with `dtype` and widens nothing: float32 with float32 and complex64."""
    return np.finfo(dtype).dtype if dtype.kind in "fc" else np.dtype(float)


@composed(np.sum)
def _numpy_sum(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    y = reduce.sum(chosen(in_type(a, dtype), where, 0), axis=axis, keepdims=keepdims)
    start = None if initial is NO_VALUE else _start(initial, "sum", y, a, axis, where)
    return y if start is None else y + start


@composed(np.prod)
def _numpy_prod(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    y = reduce.prod(chosen(in_type(a, dtype), where, 1), axis=axis, keepdims=keepdims)
    start = None if initial is NO_VALUE else _start(initial, "prod", y, a, axis, where)
    return y if start is None else y * start


@composed(np.max, np.amax)
def _numpy_max(a: Any, axis: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True) -> Any:
    return _extreme(reduce.max, np.maximum, a, axis, keepdims, initial, where)


@composed(np.min, np.amin)
def _numpy_min(a: Any, axis: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True) -> Any:
    return _extreme(reduce.min, np.minimum, a, axis, keepdims, initial, where)


def _extreme(row: Primitive, better: Any, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """The row with its options; `initial` takes part as one more element does in np.maximum or np.minimum."""
    start = None if initial is None or initial is NO_VALUE else _start(initial, row.name, a, a, axis, where)
    if start is None and where is True:
        return row(a, axis=axis, keepdims=keepdims)
    if start is None:
        raise ValueError(f"{row.name} got where= without initial=, which is the result where the mask chooses nothing")
    least = worst(a.dtype, row)
    # What the mask leaves out is just beaten by `start`; an infinity would do, but the checks of `debug` would report it.
    out = np.nextafter(raw(start), least, dtype=a.dtype) if a.dtype.kind == "f" else least
    y = row(chosen(a, where, out), axis=axis, keepdims=keepdims, initial=least)
    return better(y, start)


def logaddexp_reduce(
    x: Any, axis: Any = 0, dtype: Any = None, *, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """What np.logaddexp.reduce is: log Σ exp(x); an element that the mask leaves out counts as −∞."""
    y = logsumexp(chosen(in_type(x, dtype), where, -math.inf), axis=axis, keepdims=keepdims)
    start = _start(initial, "logaddexp", y, x, axis, where)
    return y if start is None else np.logaddexp(y, start)


def _start(initial: Any, name: str, y: Any, a: Any, axis: Any, where: Any) -> Any:
    """`initial` as NumPy takes it, a number in the dtype of `y`; None if none is given. `name` is who asks.

    With initial=None the reduction `y` of `a` has no identity, and so an empty one and where= are errors.
    """
    if initial is NO_VALUE:
        return None
    if initial is None:
        np.add.reduce(
            np.broadcast_to(0.0, np.shape(a)), axis=axis, initial=None, where=raw(where)
        )  # NumPy's own errors
        return None
    plain = raw(initial)
    if np.ndim(plain):
        raise ValueError(f"{name} got an initial of shape {np.shape(plain)}; expected a number")
    kind = getattr(plain, "dtype", np.dtype(type(plain))).kind
    if kind not in "biufc" or (kind == "c" and y.dtype.kind != "c"):
        raise TypeError(f"{name} got initial={plain!r} for a result of {y.dtype}; expected a number of that type")
    return in_type(initial, y.dtype)


def worst(dtype: np.dtype[Any], row: Primitive) -> Any:
    """What any other number of this type beats, in a maximum or a minimum."""
    if dtype.kind in "iu":
        return np.iinfo(dtype).min if row is reduce.max else np.iinfo(dtype).max
    return -math.inf if row is reduce.max else math.inf


@composed(np.mean)
def _numpy_mean(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False, where: Any = True) -> Any:
    a = in_type(a, dtype)
    if where is True:
        return reduce.mean(a, axis=axis, keepdims=keepdims)
    if a.dtype == np.float16:  # as in NumPy, halves are added up in single precision
        return _numpy_mean(a.astype(np.float32), axis, keepdims=keepdims, where=where).astype(np.float16)
    total = reduce.sum(chosen(a, where, 0), axis=axis, keepdims=keepdims)
    return shared_out(total, how_many(a, axis, keepdims, where), "Mean of empty slice")


def how_many(a: Any, axis: Any, keepdims: bool, where: Any) -> Any:
    """The number of elements of each slice of `a` that the mask `where` chooses."""
    return np.sum(np.broadcast_to(raw(where), np.shape(a)), axis=axis, keepdims=keepdims)


def shared_out(total: Any, n: Any, warning: str) -> Any:
    """total / n, where n counts elements; with NumPy's `warning` instead of Python's where there are none."""
    if np.any(n <= 0):
        warnings.warn(warning, RuntimeWarning, stacklevel=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / in_type(n, real_type(total.dtype))


@composed(np.var)
def _numpy_var(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: float = 0, keepdims: bool = False, where: Any = True,
    mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    a, ddof = in_type(a, dtype), _one_of(ddof, correction)
    if where is True and mean is None:
        return reduce.var(a, axis=axis, ddof=ddof, keepdims=keepdims)
    return _masked_var(a, axis, ddof, keepdims, where, mean)


@composed(np.std)
def _numpy_std(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: float = 0, keepdims: bool = False, where: Any = True,
    mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    a, ddof = in_type(a, dtype), _one_of(ddof, correction)
    if where is True and mean is None:
        return reduce.std(a, axis=axis, ddof=ddof, keepdims=keepdims)
    return _masked_std(a, axis, ddof, keepdims, where, mean)


def _one_of(ddof: float, correction: float | None) -> float:
    """What is taken off the number of elements, under either of its names."""
    if correction is None:
        return ddof
    if ddof != 0:
        raise ValueError(f"got ddof={ddof} and correction={correction}, which mean the same; expected one of them")
    return correction


def _deviations(a: Any, axis: Any, where: Any, mean: Any) -> Any:
    """The elements that a mask chooses, less a mean that may be given, and 0 for all others."""
    if mean is None:
        n = how_many(a, axis, True, where)
        mean = shared_out(reduce.sum(chosen(a, where, 0), axis=axis, keepdims=True), np.maximum(n, 1), "")
    return chosen(a - mean, where, 0)


def _masked_var(a: Any, axis: Any, ddof: float, keepdims: bool, where: Any, mean: Any) -> Any:
    """The variance of the elements that a mask chooses, around a mean that may be given."""
    if a.dtype == np.float16:  # as in NumPy, halves are added up in single precision
        single = a.astype(np.float32)
        v = _masked_var(single, axis, ddof, keepdims, where, None if mean is None else widened(mean, np.float32))
        return v.astype(np.float16 if mean is None else np.result_type(raw(mean), np.float16))
    d = _deviations(a, axis, where, mean)
    squares = np.real(d * np.conjugate(d)) if is_complex(raw(d)) else d * d
    free = np.maximum(how_many(a, axis, keepdims, where) - ddof, 0)
    return shared_out(reduce.sum(squares, axis=axis, keepdims=keepdims), free, "Degrees of freedom <= 0 for slice.")


def _masked_std(a: Any, axis: Any, ddof: float, keepdims: bool, where: Any, mean: Any) -> Any:
    """The root of `_masked_var` as a norm, whose derivatives are known where it is 0."""
    if a.dtype == np.float16:
        single = a.astype(np.float32)
        s = _masked_std(single, axis, ddof, keepdims, where, None if mean is None else widened(mean, np.float32))
        return s.astype(np.float16 if mean is None else np.result_type(raw(mean), np.float16))
    size = np.linalg.vector_norm(_deviations(a, axis, where, mean), axis=axis, keepdims=keepdims)
    free = np.maximum(how_many(a, axis, keepdims, where) - ddof, 0)
    return shared_out(size, np.sqrt(free), "Degrees of freedom <= 0 for slice.")
