"""Functional updates: a copy of an array with the elements at an index replaced, added to, multiplied, bounded.

Each row takes time linear in the number of values, however often an index repeats. `Tensor.at` calls them.
"""

import math
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import general, linear
from autograd.graph import raw
from autograd.nest import leaves
from autograd.ops.index import gathered, names_once, picked, positions_of
from autograd.primitive import Primitive


def _copied(x: Any, v: Any, index: Any) -> Any:
    """A copy to write `v` into at `index`; of a number, an array without axes."""
    if isinstance(x, np.ndarray):
        for part in leaves((v, index)):
            if hasattr(part, "__array_function__") and not isinstance(part, np.ndarray):
                # An array of the kind of `part`, such as a traced one, which NumPy's own cannot take in.
                return x + np.zeros_like(part, x.dtype, shape=x.shape)
    return np.copy(x) if hasattr(x, "__array_function__") else np.array(x)


def _in_type_of(x: Any, v: Any) -> Any:
    """`v` in the dtype of `x`."""
    return v.astype(np.result_type(x), copy=False) if hasattr(v, "astype") else np.asarray(v, np.result_type(x))


def _selected(v: Any, x: Any, index: Any) -> Any:
    """`v` broadcast to the shape of x[index]."""
    return np.broadcast_to(v, selection_shape(x, index))


def selection_shape(x: Any, index: Any) -> tuple[int, ...]:
    """The shape of x[index]."""
    return np.shape(picked(np.broadcast_to(np.int8(0), np.shape(x)), index))


def _changed(ufunc: np.ufunc, x: Any, v: Any, index: Any) -> Any:
    """A copy of `x` with `ufunc` applied to the elements at `index` and `v`, once for each time an element is named."""
    v = _in_type_of(x, v)
    if names_once(index) and hasattr(x, "__setitem__"):
        y = _copied(x, v, index)
        y[index] = ufunc(y[index], v)
        return y
    if np.ndim(x) < 2:
        y = _copied(x, v, index)
        ufunc.at(y, index, v)
        return y
    # ufunc.at is many times faster on a flat array, for which NumPy has a separate loop.
    flat = _copied(x.reshape(-1), v, index)
    ufunc.at(flat, positions_of(x.shape, index, x).reshape(-1), _selected(v, x, index).reshape(-1))
    return flat.reshape(x.shape)


def _set(x: Any, v: Any, *, index: Any) -> Any:
    y = _copied(x, v, index)
    if hasattr(y, "__setitem__"):
        y[index] = v
        return y
    numbers, _ = _numbered(x, index)  # another library's array that cannot be written to
    return np.where(numbers < 0, x, _selected(v, x, index).reshape(-1)[np.maximum(numbers, 0)])


def _numbered(x: Any, index: Any) -> tuple[Any, Any]:
    """For each element of `x` the number of the last value for it, -1 if there is none; and the numbers themselves."""
    shape = selection_shape(x, index)
    numbers = np.arange(math.prod(shape)).reshape(shape)
    last = _copied(np.full(np.shape(x), -1), numbers, index)
    last[index] = numbers
    return last, numbers


def _set_rule(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    """The elements that were not replaced keep their cotangent."""
    last, _ = _numbered(y, index)
    return np.where(last < 0, g, 0.0)


def _set_value_rule(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    """Of the values for the same element the last one receives the cotangent, as NumPy's assignment keeps the last."""
    part = gathered(g, np.shape(y), index)
    if names_once(index):
        return part
    last, numbers = _numbered(y, index)
    return np.where(last[index] == numbers, part, 0.0)


def _multiply_rule(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    return g * at_multiply(np.ones_like(raw(x)), v, index=index)


def _multiply_value_rule(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    """The element times its other factors."""
    part = gathered(g * x, np.shape(y), index)
    return part if names_once(index) else part * _other_factors(_selected(v, y, index), np.shape(y), index)


def _other_factors(v: Any, shape: tuple[int, ...], index: Any) -> Any:
    """For each of the values `v`, the product of the others for the same element; exact where there are zeros."""
    places = positions_of(shape, index, v).reshape(-1)
    order = np.argsort(places, kind="stable")
    grouped, count = places[order], np.arange(places.size)
    rank = count - np.searchsorted(grouped, grouped)
    size = np.searchsorted(grouped, grouped, side="right") - np.searchsorted(grouped, grouped)
    back = np.empty_like(order)
    back[order] = count
    factors = v.reshape(-1)[order]
    others = _before(factors, rank) * _before(factors[::-1], (size - 1 - rank)[::-1])[::-1]
    return others[back].reshape(v.shape)


def _before(v: Any, rank: Any) -> Any:
    """The product of the elements before each one in its group; `rank` counts within a group.

    By doubling: after each round the products reach back twice as far.
    """
    p = np.where(rank >= 1, v[_back(rank.size, 1)], 1.0)
    d = 1
    while rank.size and d < rank.max():
        p = p * np.where(rank > d, p[_back(rank.size, d)], 1.0)
        d *= 2
    return p


def _back(n: int, d: int) -> Any:
    """The position `d` places before each of `n`, and 0 where there is none."""
    return np.maximum(np.arange(n) - d, 0)


def _share(g: Any, y: Any, x: Any, v: Any, index: Any) -> tuple[Any, Any, Any]:
    """Whether the old elements and the values won, and the cotangent of each winner; winners that tie share it."""
    y, x = raw(y), raw(x)
    v = _selected(_in_type_of(y, raw(v)), y, index)
    best = picked(y, index)
    stayed, came = _equal(x, y), _equal(v, best)
    ties = at_add(stayed.astype(int), came.astype(int), index=index)
    return stayed, came, g * (1 / ties).astype(y.dtype)


def _equal(a: Any, b: Any) -> Any:
    return (a == b) | ((a != a) & (b != b))


def _extreme_rule(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    stayed, _, share = _share(g, y, x, v, index)
    return np.where(stayed, share, 0.0)


def _extreme_value_rule(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    _, came, share = _share(g, y, x, v, index)
    return np.where(came, gathered(share, np.shape(y), index), 0.0)


# fmt: off
at_set: Primitive      = linear("at_set", _set, _set_rule, _set_value_rule, flops=flops.none)
at_add: Primitive      = linear("at_add", lambda x, v, *, index: _changed(np.add, x, v, index), lambda g, y, x, v, *, index: g, lambda g, y, x, v, *, index: gathered(g, np.shape(y), index))
at_multiply: Primitive = general("at_multiply", lambda x, v, *, index: _changed(np.multiply, x, v, index), _multiply_rule, _multiply_value_rule, broadcasts=True)
at_max: Primitive      = general("at_max", lambda x, v, *, index: _changed(np.maximum, x, v, index), _extreme_rule, _extreme_value_rule, broadcasts=True)
at_min: Primitive      = general("at_min", lambda x, v, *, index: _changed(np.minimum, x, v, index), _extreme_rule, _extreme_value_rule, broadcasts=True)
# fmt: on
