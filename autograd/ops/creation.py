"""Arrays made of tensors: from lists, filled, evenly spaced."""

from typing import Any

import numpy as np

from autograd.graph import Value, raw
from autograd.nest import leaves
from autograd.ops.joining import stack
from autograd.ops.masked import widened
from autograd.primitive import composed, constant


def array(nested: Any, dtype: Any = None) -> Any:
    """A tensor of nested lists of tensors, arrays and numbers, through which gradients flow to each of them.

    nested: lists or tuples to any depth; what stands side by side in one of them has one shape.
    dtype: by default the one NumPy's arithmetic gives to the entries, in which Python numbers widen nothing.

    ValueError if the shapes differ, TypeError for what is neither a number nor an array.

    >>> from autograd import Tape, Variable
    >>> a = Variable(2.0)
    >>> with Tape() as t:
    ...     rotated = array([[0.0, -a], [a, 0.0]]) @ [1.0, 3.0]
    >>> t.gradient(rotated, a)
    Tensor(-2.0)
    """
    entries = [raw(x) for x in leaves(nested)]
    y: Any = _joined(nested)
    y = y if isinstance(y, Value) else Value.kind(y)
    wanted = np.dtype(dtype) if dtype is not None else np.result_type(*entries) if entries else y.dtype
    return y if y.dtype == wanted else y.astype(wanted)


def _joined(nested: Any) -> Any:
    """Lists as arrays, and as tensors if there is one in them."""
    if not isinstance(nested, list | tuple):
        return nested if isinstance(nested, Value | int | float | complex) else constant(nested, "array")
    parts = [_joined(part) for part in nested]
    shapes = {np.shape(part) for part in parts}
    if len(shapes) > 1:
        raise ValueError(f"array got parts of the shapes {', '.join(map(str, sorted(shapes)))}; expected one shape")
    return stack(*parts) if any(isinstance(part, Value) for part in parts) else np.asarray(parts)


@composed(np.array)
def _numpy_array(
    object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", subok: bool = False, ndmin: int = 0
) -> Any:
    """np.array(..., like=tensor). A tensor does not change, so `copy` and `order` make no difference to it."""
    y = array(object, dtype)
    return y.reshape((1,) * (ndmin - y.ndim) + y.shape) if y.ndim < ndmin else y


@composed(np.asarray, np.asanyarray)
def _numpy_asarray(a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: Any = None) -> Any:
    return array(a, dtype)


@composed(np.ascontiguousarray, np.asfortranarray)
def _numpy_ascontiguousarray(a: Any, dtype: Any = None) -> Any:
    return _numpy_array(a, dtype, ndmin=1)


@composed(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, device: Any = None) -> Any:
    """np.full(..., like=tensor): `fill_value` broadcast to a shape. Without like=, NumPy makes an array of its own."""
    fill = array(fill_value, dtype)
    return np.broadcast_to(fill, shape)


@composed(np.full_like)
def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """`fill_value` in the shape and dtype of `a`; gradients flow to the value that fills it."""
    dtype = np.dtype(getattr(a, "dtype", None) or np.asarray(a).dtype) if dtype is None else dtype
    return np.broadcast_to(array(fill_value, dtype), np.shape(a) if shape is None else shape)


def _end(x: Any) -> Any:
    """An end as a number that can be subtracted from the other: whole numbers as floats, Python's own as they are."""
    x = x if isinstance(x, Value | int | float | complex) else np.asarray(x)
    return x * 1.0 if getattr(x, "dtype", np.dtype(float)).kind in "iub" else x


def _places(num: int, endpoint: bool, dtype: Any, ndim: int) -> tuple[Any, int, Any]:
    """The numbers 0 … num − 1 along a first axis, how many steps lead from start to stop, and which number is stop's."""
    if num < 0:
        raise ValueError(f"got num={num}; expected 0 or more")
    k = np.arange(num, dtype=dtype).reshape((num,) + (1,) * ndim)
    return k, num - 1 if endpoint else num, (k == num - 1) if endpoint and num > 1 else None


def _spaced(y: Any, dtype: Any, axis: int) -> Any:
    """Evenly spaced numbers in the dtype and along the axis that were asked for."""
    if dtype is not None:
        y = (np.floor(y) if np.issubdtype(dtype, np.integer) else y).astype(dtype)
    return np.moveaxis(y, 0, axis) if axis else y


@composed(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """start + k (stop − start) / n for k = 0 … n, whose last is `stop` to the bit."""
    start, stop = _end(start), _end(stop)
    ndim = len(np.broadcast_shapes(np.shape(start), np.shape(stop)))
    kept = np.result_type(raw(start), raw(stop), float(num))
    k, n, last = _places(num, endpoint, kept, ndim)
    step = (stop - start) / n if n > 0 else np.nan  # as NumPy has it
    y = start + k * (step if n > 0 else stop - start)
    y = y if last is None else np.where(last, stop, y)
    y = _spaced(y, dtype, axis)
    return (y, step) if retstep else y


@composed(np.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """base ** linspace(start, stop): gradients flow to the base too."""
    ndim = len(np.broadcast_shapes(np.shape(start), np.shape(stop), np.shape(base)))
    y = linspace(start, stop, num, endpoint)
    y = np.reshape(y, (num,) + (1,) * (ndim + 1 - y.ndim) + y.shape[1:])
    return _spaced(np.power(base, y), dtype, axis)


@composed(np.geomspace)
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """start (stop / start) ** (k / n) for k = 0 … n: each number is the one before times the same factor."""
    start, stop = [widened(_end(x), np.float64) for x in (start, stop)]
    if np.any(raw(start) == 0) or np.any(raw(stop) == 0):
        raise ValueError("geomspace got a zero at an end; expected numbers of one sign")
    ndim = len(np.broadcast_shapes(np.shape(start), np.shape(stop)))
    k, n, last = _places(num, endpoint, np.result_type(raw(start), raw(stop), float(num)), ndim)
    y = start * (stop / start) ** (k / n if n > 0 else k)
    y = y if last is None else np.where(last, stop, y)
    return _spaced(y, dtype, axis)
