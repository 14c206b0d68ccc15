"""`x.at[index].set(v)` and its kin: what item assignment would do, as a new tensor through which gradients flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.graph import Value
from autograd.ops import updates
from autograd.ops.creation import array
from autograd.primitive import Primitive, constant
from autograd.protocols import plain_tree


class At:
    """`x.at`; index it as `x` itself."""

    __slots__ = ("_x",)

    def __init__(self, x: Any) -> None:
        self._x = x

    def __getitem__(self, index: Any) -> Place:
        return Place(self._x, index)


class Place:
    """Elements of a tensor, named by an index; each method returns a new tensor in which these are changed.

    The new values broadcast to the shape of `x[index]` and are converted to the dtype of `x`. An element that the
    index names several times is changed several times, in order. `set` keeps the last value, as NumPy's assignment
    does, and only that value receives a gradient. Each method takes time linear in the number of values. TypeError
    for values that the dtype of `x` cannot hold, such as floats for integers.

    >>> from autograd import Tensor
    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> x.at[1:].set(0.0).tolist(), x.at[[0, 0, 2]].add(10.0).tolist()
    ([1.0, 0.0, 0.0], [21.0, 2.0, 13.0])
    """

    __slots__ = ("_index", "_shape", "_x")

    def __init__(self, x: Any, index: Any) -> None:
        self._x = x
        self._index = plain_tree(index)
        self._shape = updates.selection_shape(x, self._index)  # and NumPy's errors for an index that does not fit

    def get(self) -> Any:
        """Return the elements, as `x[index]`."""
        return self._x[self._index]

    def set(self, values: Any) -> Any:
        """Replace the elements by `values`."""
        return self._changed(updates.at_set, values)

    def apply(self, function: Callable[[Any], Any]) -> Any:
        """Replace the elements by `function(x[index])`, each of them once."""
        return self.set(function(self.get()))

    def add(self, values: Any) -> Any:
        """Add `values` to the elements."""
        return self._changed(updates.at_add, values)

    def subtract(self, values: Any) -> Any:
        """Subtract `values` from the elements."""
        return self._changed(updates.at_add, -self._checked(values))

    def multiply(self, values: Any) -> Any:
        """Multiply the elements by `values`."""
        return self._changed(updates.at_multiply, values)

    def divide(self, values: Any) -> Any:
        """Divide the elements by `values`; by their product where the index repeats."""
        divisors = Value.kind(np.ones(self._x.shape, self._x.dtype))
        return self._x / Place(divisors, self._index).multiply(values)

    def max(self, values: Any) -> Any:
        """Replace each element by the larger of it and its values; values that tie share the gradient equally."""
        return self._changed(updates.at_max, values)

    def min(self, values: Any) -> Any:
        """Replace each element by the smaller of it and its values; values that tie share the gradient equally."""
        return self._changed(updates.at_min, values)

    def _changed(self, row: Primitive, values: Any) -> Any:
        return row(self._x, self._checked(values), index=self._index)

    def _checked(self, values: Any) -> Any:
        """The values as a tensor, an array or a number, if `x` can hold them."""
        if isinstance(values, list | tuple):
            values = array(values)
        elif not isinstance(values, Value | int | float | complex):
            values = constant(values, "x.at")
        if np.broadcast_shapes(self._shape, np.shape(values)) != self._shape:
            raise ValueError(
                f"x.at[index] got values of shape {np.shape(values)}; expected one that broadcasts to the shape "
                f"{self._shape} of x[index]"
            )
        dtype = getattr(values, "dtype", None)
        got = np.result_type(values) if dtype is None else dtype
        needed = np.result_type(self._x.dtype, values) if dtype is None else dtype
        if not np.can_cast(needed, self._x.dtype, "same_kind"):
            raise TypeError(
                f"x.at[index] got values of {got} for a tensor of {self._x.dtype}; expected numbers of the same kind. "
                f"Convert one of them with astype, or take .real"
            )
        return values
