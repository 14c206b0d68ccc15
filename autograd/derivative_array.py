"""`DerivativeArray`: a derivative as a NumPy array, for programs such as SciPy's that take nothing else.

It is an ordinary array that owns its memory and may be written to. It also has `numpy()` and `value`, which
tensors have, so that a program need not ask which of the two it was given. What is computed from it is a plain array.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.nest import mapped


def _in_place(name: str) -> Callable[[Any, Any], Any]:
    """Return the method of an operator such as `+=`, which changes arrays, but gives a new number for a number."""
    change, compute = getattr(np.ndarray, f"__i{name}__"), getattr(operator, name)

    def method(self: Any, other: Any) -> Any:
        return change(self, other) if self.ndim else compute(self, other)

    return method


class DerivativeArray(np.ndarray):
    """A NumPy array that a transform such as `grad` returned where plain arrays went in.

    Its text is that of a NumPy array. NumPy's functions, operators and indices give plain arrays and numbers. The
    methods that change shape or dtype, such as `reshape`, give arrays of this class. An array without axes, which
    is the derivative with respect to a number, is not changed by `+=` and its kin, as NumPy's numbers are not.

    >>> import autograd as ag
    >>> g = ag.grad(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    >>> g, type(g).__name__, type(2 * g).__name__
    (array([ 3., 12.]), 'DerivativeArray', 'ndarray')
    """

    __array_priority__ = -1.0

    @classmethod
    def of(cls, value: Any) -> DerivativeArray:
        """Return a copy of `value`, row by row in memory."""
        value = np.asarray(value)
        made = cls(value.shape, value.dtype)
        made[...] = value
        return made

    def numpy(self) -> npt.NDArray[Any]:
        """Return the plain array, which shares this one's memory."""
        return self.view(np.ndarray)

    @property
    def value(self) -> npt.NDArray[Any]:
        """The plain array, as `numpy`."""
        return self.numpy()

    def __getitem__(self, key: Any) -> Any:
        return self.numpy()[key]

    def copy(self, order: Any = "C") -> npt.NDArray[Any]:  # type: ignore[override]  # which is wider on purpose
        """Return a plain copy."""
        return self.numpy().copy(order)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        found = getattr(ufunc, method)(*_plain(inputs), **_plain(options))
        out = options.get("out")
        return found if out is None or method == "at" else out[0] if len(out) == 1 else out

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, options: Any) -> Any:
        return function(*_plain(args), **_plain(options))

    __iadd__, __isub__, __imul__, __itruediv__, __ifloordiv__, __imod__, __ipow__ = map(
        _in_place, ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
    )

    def __round__(self, ndigits: int | None = None) -> Any:
        return np.round(self, ndigits or 0)

    def __repr__(self) -> str:
        return repr(self.numpy())

    def __str__(self) -> str:
        return str(self.numpy())


def _plain(tree: Any) -> Any:
    return mapped(lambda x: x.numpy() if isinstance(x, DerivativeArray) else x, tree)
