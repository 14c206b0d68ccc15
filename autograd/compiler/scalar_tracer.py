"""`TracedScalar`: a number of double precision that is traced, by a shorter way than arrays are.

Graphs of scalars have many steps, each of which does next to nothing, so what a step costs while it is written down
counts. The operators here do what `Traced` does by NumPy's protocols, for two numbers at once.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.ir import Kind, Ref
from autograd.compiler.numpy_ops import describe
from autograd.compiler.provenance import is_of_user
from autograd.compiler.tracer import Traced, TracedArray

if TYPE_CHECKING:
    from autograd.compiler.trace import Trace

_DOUBLE = np.dtype(np.float64)
_TRUTH = np.dtype(bool)
KINDS = {
    float: Kind((), _DOUBLE, float),
    np.float64: Kind((), _DOUBLE),
    bool: Kind((), _TRUTH, bool),
    np.bool_: Kind((), _TRUTH),
}  # one of each for all values, since there are many
_PYTHON = (float, int, bool)


class TracedScalar(Traced):
    """A traced float of Python's or NumPy's. It says that it is a float64 without axes, as NumPy would of both.

    Which of the two it is follows from its value: what is made of Python's numbers alone is one of them.
    """

    __slots__ = ()

    shape = ()
    dtype = _DOUBLE
    ndim = 0
    size = 1
    itemsize = nbytes = _DOUBLE.itemsize

    def __new__(cls, *given: Any) -> Any:
        """As `float` of a number alone: the engine makes a one of the kind of `x` as `type(x)(1)`."""
        return float(given[0]) if len(given) == 1 else object.__new__(cls)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "__call__" and not options:
            values = [x.value if isinstance(x, Traced) else x for x in inputs]
            if all([type(v) in KINDS or type(v) is int for v in values]) and ufunc.nout == 1:
                return self.trace.wrote(
                    ufunc, inputs, ufunc(*values), numbers=all([type(v) in _PYTHON for v in values])
                )
        return super().__array_ufunc__(ufunc, method, *inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        fill = describe(function).fill
        if fill is not None and len(args) == 1 and not options:
            return type(self.value)(fill(()))
        return super().__array_function__(function, types, args, options)

    def __hash__(self) -> int:
        raise self.trace.left("hash()")

    def fitted(self, g: Any) -> Any:
        """A cotangent of this number, the sum of `g`, as the kind of float that the number is."""
        total = g if np.shape(g) == () else np.sum(g)
        value = total.value if isinstance(total, Traced) else total
        kind = type(self.value)
        return total if type(value) is kind else self.trace.run(kind, (total,), {})

    def copy(self) -> TracedScalar:
        """The same value, to stand for another one later."""
        return type(self)(self.trace, self.ref, self.value)

    def __setitem__(self, key: Any, value: Any) -> None:
        if key is not Ellipsis and key != ():
            raise IndexError("a number has no axes to index")
        if np.shape(value) != ():
            raise ValueError(f"could not broadcast shape {np.shape(value)} into a number")
        self.become(value if isinstance(value, Traced) else self.trace.run(float, (float(value),), {}))

    def become(self, other: Traced, part: Traced | None = None) -> None:
        """Stand for the value `other` from here on, as the kind of float that this one is."""
        if type(other.value) is not type(self.value):
            other = self.trace.run(type(self.value), (other,), {})
        self.ref, self.value = other.ref, other.value


class TracedFloat(TracedScalar):
    """A traced float of Python's, which has no shape and dtype for the user's code, but has them for the engine's."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") and hasattr(float, name):
            raise self.trace.left(f"its attribute {name}")
        if is_of_user(sys._getframe(1)):
            raise AttributeError(f"'float' object has no attribute {name!r}")
        if name == "astype":  # of the engine, which takes every number for one of NumPy's
            return lambda dtype, **options: self.trace.run(np.dtype(dtype).type, (self,), {})
        return super().__getattr__(name)

    @property
    def __array__(self) -> Any:
        if is_of_user(sys._getframe(1)):
            raise self.trace.left("a conversion to a NumPy array, or a question for one,")
        return super().__array__


def _of_engine(name: str, value: Any) -> property:
    """Return an attribute that only the engine sees."""

    def get(self: TracedFloat) -> Any:
        if is_of_user(sys._getframe(1)):
            raise AttributeError(f"'float' object has no attribute {name!r}")
        return partial(value, self) if callable(value) and not isinstance(value, np.dtype) else value

    return property(get)


for _name in ("shape", "dtype", "ndim", "size", "itemsize", "nbytes", "item", "tolist", "copy"):
    setattr(TracedFloat, _name, _of_engine(_name, getattr(TracedScalar, _name)))


def scalar(trace: Trace, ref: Ref, value: Any) -> Traced:
    """Return what stands for a value in a trace."""
    return _CLASSES.get(type(value), Traced)(trace, ref, value)


_CLASSES: dict[type, type[Traced]] = {float: TracedFloat, np.float64: TracedScalar, np.ndarray: TracedArray}


def _operator(
    ufunc: np.ufunc, compute: Callable[[Any, Any], Any], *, swapped: bool = False
) -> Callable[[Any, Any], Any]:
    """The method for an operator: on numbers at once, with anything else as NumPy does it."""

    def method(self: TracedScalar, other: Any) -> Any:
        value = other.value if isinstance(other, TracedScalar) else other
        a, b = (value, self.value) if swapped else (self.value, value)
        operands = (other, self) if swapped else (self, other)
        if type(value) is not float and type(value) is not int and type(value) is not np.float64:
            return ufunc(*operands)
        try:
            y = compute(a, b)
        except ArithmeticError:
            y = ufunc(np.float64(a), b)
        return self.trace.wrote(ufunc, operands, y, numbers=type(a) is not np.float64 is not type(b))

    return method


for _name, _ufunc, _compute in [
    ("add", np.add, operator.add),
    ("sub", np.subtract, operator.sub),
    ("mul", np.multiply, operator.mul),
    ("truediv", np.divide, operator.truediv),
    ("lt", np.less, operator.lt),
    ("le", np.less_equal, operator.le),
    ("gt", np.greater, operator.gt),
    ("ge", np.greater_equal, operator.ge),
]:
    setattr(TracedScalar, f"__{_name}__", _operator(_ufunc, _compute))
    if len(_name) > 2:
        setattr(TracedScalar, f"__r{_name}__", _operator(_ufunc, _compute, swapped=True))
