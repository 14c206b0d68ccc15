"""`x.at[index].set(v)` and its kin: what item assignment would do, as a new tensor through which gradients flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.ops.creation import array
from autograd.ops.index import picked
from autograd.protocols import plain_tree


class At:
    """`x.at`; index it as `x` itself."""

    __slots__ = ("_x",)

    def __init__(self, x: Any) -> None:
        self._x = x

    def __getitem__(self, index: Any) -> Place:
        return Place(self._x, index)


class Place:
    """Elements of a tensor, named by an index; each method gives a new tensor with these changed.

    The new values broadcast to the shape of `x[index]`. An element that the index names several times is changed
    several times, in order; `set` keeps the last, as NumPy's assignment does, and only that receives a gradient.

    >>> from autograd import Tensor
    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> x.at[1:].set(0.0).tolist(), x.at[[0, 0, 2]].add(10.0).tolist()
    ([1.0, 0.0, 0.0], [21.0, 2.0, 13.0])
    """

    __slots__ = ("_positions", "_shape", "_x")

    def __init__(self, x: Any, index: Any) -> None:
        numbers = picked(np.arange(x.size).reshape(x.shape), plain_tree(index))
        self._x = x
        self._shape = np.shape(numbers)
        self._positions = np.ravel(numbers)

    def set(self, values: Any) -> Any:
        """The elements replaced by `values`."""
        return self._changed(self._x, self._flat(values), True, lambda old, new: new)

    def add(self, values: Any) -> Any:
        """`values` added to the elements."""
        return self._in_rounds(values, lambda old, new: old + new)

    def multiply(self, values: Any) -> Any:
        """The elements multiplied by `values`."""
        return self._in_rounds(values, lambda old, new: old * new)

    def max(self, values: Any) -> Any:
        """The larger of each element and its value; at a tie the gradient is shared."""
        return self._in_rounds(values, np.maximum)

    def min(self, values: Any) -> Any:
        """The smaller of each element and its value; at a tie the gradient is shared."""
        return self._in_rounds(values, np.minimum)

    def _flat(self, values: Any) -> Any:
        """The new values, one for each position."""
        values = values if hasattr(values, "astype") else array(values)
        return np.broadcast_to(values.astype(self._x.dtype), self._shape).reshape(-1)

    def _in_rounds(self, values: Any, change: Callable[[Any, Any], Any]) -> Any:
        """Apply `change` once for each time an element is named: a round for the first time, one for the second, …"""
        flat = self._flat(values)
        if not flat.size:
            return self._x
        order = np.argsort(self._positions, kind="stable")
        grouped, places = self._positions[order], np.arange(order.size)
        first = np.concatenate([[True], grouped[1:] != grouped[:-1]])
        nth = np.empty_like(order)
        nth[order] = places - np.maximum.accumulate(np.where(first, places, 0))
        x = self._x
        for k in range(int(nth.max()) + 1):
            x = self._changed(x, flat, nth == k, change)
        return x

    def _changed(self, x: Any, flat: Any, chosen: Any, change: Callable[[Any, Any], Any]) -> Any:
        """x with `change(old, new)` where one of the chosen values belongs, the last of several."""
        if not flat.size:
            return x
        source = np.full_like(self._positions, -1, shape=x.size + 1)  # the last for what is not chosen
        source[np.where(chosen, self._positions, x.size)] = np.arange(flat.size)
        source = source[:-1].reshape(x.shape)
        return np.where(source >= 0, change(x, flat[np.maximum(source, 0)]), x)
