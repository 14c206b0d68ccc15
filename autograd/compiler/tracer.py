"""`Traced`: an array that computes as NumPy does and writes down every call on the way.

It speaks NumPy's two protocols, so the whole engine runs on it as on any other array: operations, tapes, sweeps, and
the rules of optimizers. What asks for a number, to decide in Python what to do next, is noted as a guard.
"""

from __future__ import annotations

import inspect
import operator
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.ir import Ref
from autograd.compiler.numpy_ops import (
    ATTRIBUTES,
    INDEX,
    METADATA,
    POWERS,
    WHERE,
    added_at,
    changed_copy,
    describe,
    item,
    method_of,
    with_item,
    written_to_copy,
)
from autograd.compiler.provenance import is_of_user
from autograd.graph import Tracer, Value

if TYPE_CHECKING:
    from autograd.compiler.trace import Trace

_INTO_PLAIN = "to write into a plain array, make one of all its parts with np.stack, or use x.at"


def shape_by_data(function: Callable[..., Any], args: Any) -> bool:
    """Whether the shape of what a call gives may depend on more than the shapes of what it is given."""
    op = describe(function)
    if op.kind == INDEX:
        key = args[1]
        return any([isinstance(x, Traced) and x.dtype == bool for x in (key if type(key) is tuple else (key,))])
    return op.shape_by_data or (op is WHERE and len(args) == 1)


@cache
def _positional(function: Any) -> list[str]:
    """Return the names of the parameters that may be given by position; none if that is not known.

    Methods of arrays take theirs in the order in which NumPy's functions do. Some functions tell nothing before NumPy
    2.4.
    """
    name = function.__name__
    try:
        found = inspect.signature(getattr(np, name[1:]) if name[0] == "." else function).parameters.values()
    except (AttributeError, TypeError, ValueError):
        return []
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in found if parameter.kind in by_position]


class Traced(np.lib.mixins.NDArrayOperatorsMixin, Tracer):
    """A value of the program: `ref` says which, `value` holds the array or number of this run.

    What is done in place makes it stand for another value of the program from then on.
    """

    __slots__ = ("__weakref__", "is_derivative", "origin", "ref", "trace", "value")

    def __init__(self, trace: Trace, ref: Ref, value: Any) -> None:
        self.trace = trace
        self.ref = ref
        self.value = value
        self.origin: tuple[Traced, Any] | None = None  # the array and the index, if it is a part of one
        self.is_derivative = False

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The class of the value, for the user's code, which may decide by it; of the engine's questions, this one."""
        return type(self.value) if is_of_user(sys._getframe(1)) else type(self)

    def run(self, function: Any, args: Any, options: dict[str, Any]) -> Any:
        """Compute, and write the call down as one step."""
        return self.trace.run(function, args, options)

    def defer_zero_law(self) -> None:
        """Each run finds out once whether there is a NaN, rather than at each step of the sweep."""
        self.trace.program.deferred.add(self.ref)

    def require_no_nan(self) -> None:
        """Have each run find out whether this gradient is NaN, which is left to the engine."""
        self.trace.without_nan(self)

    def as_derivative(self) -> Traced:
        """Return the same value as what stands for a `DerivativeArray`."""
        made = type(self)(self.trace, self.ref, self.value)
        made.is_derivative = True
        return made

    # What is known of it. A Python number has no shape and dtype of its own, here too.

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.value.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's dtype."""
        return self.value.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.size

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return self.value.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.value.nbytes

    def __repr__(self) -> str:
        if is_of_user(sys._getframe(1)):
            raise self.trace.left("repr()")
        return f"<traced {np.result_type(self.value)} {np.shape(self.value)}>"

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self.trace.left("pickling")

    # NumPy's calls.

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if any([isinstance(x, Value) for x in inputs]):
            return NotImplemented  # a tensor knows better what to do
        out = options.pop("out", (None,))
        if method == "at":
            self.trace.target(inputs[0]).become(self.trace.run(added_at(ufunc), inputs, options))
            return None
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if all([place is None for place in out]):
            return self.trace.run(function, inputs, options)
        if len(out) > 1:
            raise self.trace.left(f"writing several results of {ufunc.__name__} with out=")
        place = self.trace.target(out[0])
        if method != "__call__" or "where" in options:
            return self._write(place, function, inputs, options)
        y = self.trace.run(ufunc, inputs, options)
        if y.value.shape != place.value.shape:
            return self._write(place, function, inputs, options)
        place.become(y)
        return place

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if any([issubclass(kind, Value) for kind in types]):
            return NotImplemented
        if describe(function).kind == METADATA:
            return function(*self.trace.values(args), **self.trace.values(options))
        return self._call(function, args, options)

    def _call(self, function: Any, args: Any, options: dict[str, Any]) -> Any:
        """Run a function that is no ufunc; one that writes in place makes what it writes to stand for another value."""
        op = describe(function)
        if op.refused:
            raise self.trace.left(function.__name__)
        names = _positional(function)
        if "out" in names and len(args) > (place := names.index("out")):  # given by position
            args, options = args[:place], dict(zip(names[place:], args[place:], strict=False)) | options
        if (out := options.get("out")) is not None:
            rest = {name: x for name, x in options.items() if name != "out"}
            return self._write(self.trace.target(out), function, args, rest)
        if not op.changes:
            return self.trace.run(function, args, options)
        if op.changes in options:
            options = dict(options)
            args = (options.pop(op.changes), *args)
        self.trace.target(args[0]).become(self.trace.run(changed_copy(function), args, options))
        return None

    def _write(self, place: Traced, function: Any, args: Any, options: dict[str, Any]) -> Traced:
        """Run a function that writes its result to `place`."""
        place.become(self.trace.run(written_to_copy(function), (place, *args), options))
        return place

    def __getattr__(self, name: str) -> Any:
        if name in ATTRIBUTES:
            return self.trace.run(ATTRIBUTES[name], (self,), {})
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"a traced array has no {name}")
        if not callable(getattr(np.ndarray, name)):
            raise self.trace.left(f"its attribute {name}")
        method = method_of(name)
        return lambda *args, **options: self._call(method, (self, *args), options)

    def __pow__(self, exponent: Any) -> Any:
        # As NumPy's own operator does, which is faster for these, and more exact.
        if type(exponent) in (int, float) and exponent in POWERS and hasattr(self.value, "dtype"):
            if self.value.dtype.kind in "fc":
                return POWERS[exponent](self)
            if exponent == 2:
                return np.square(self)
        return np.power(self, exponent)

    def __getitem__(self, key: Any) -> Any:
        y = self.trace.run(item, (self, key), {})
        if _is_basic(key) and isinstance(y.value, np.ndarray):
            y.origin = (self, key)
        return y

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(value, Traced) and value.is_part(self, key):
            return  # what `x[key] += v` ends with: the part has been changed already
        self.become(self.trace.run(with_item, (self, key, value), {}))

    def become(self, other: Traced, part: Traced | None = None) -> None:
        """Stand for the value `other` from here on, in the dtype that this one has.

        part: the part of this array that was changed, if that is why. An array of which this is a part changes, too.
        """
        whole, key = self.origin or (None, None)
        self.trace.check_unshared(self, part, *self._wholes())
        if other.value.dtype != self.value.dtype:
            if not np.can_cast(other.value.dtype, self.value.dtype, "same_kind"):
                raise TypeError(f"can not store {other.value.dtype} in an array of dtype {self.value.dtype}")
            other = other.astype(self.value.dtype)
        if other.value.shape != self.value.shape:
            other = self.trace.run(np.broadcast_to, (other, self.value.shape), {}).copy()
        self.ref, self.value = other.ref, other.value
        if whole is not None:
            whole.become(self.trace.run(with_item, (whole, key, self), {}), self)
            again = self.trace.run(item, (whole, key), {})
            self.ref, self.value = again.ref, again.value
            self.trace.note_views([self], [whole])

    def is_part(self, whole: Traced, key: Any) -> bool:
        """Whether this is whole[key], still in the memory of that array."""
        if self.origin is None or self.origin[0] is not whole or not _is_basic(key) or self.origin[1] != key:
            return False
        return np.may_share_memory(self.value, whole.value)

    def _wholes(self) -> Iterator[Traced]:
        """The array that this one is a part of, the one that that is a part of, and so on."""
        origin = self.origin
        while origin is not None:
            yield origin[0]
            origin = origin[0].origin

    # What leaves the program.

    def __bool__(self) -> bool:
        return self.trace.decided(self, bool)

    def __int__(self) -> int:
        if np.result_type(self.value).kind == "f":
            raise self.trace.left("int()")
        return self.trace.decided(self, int)

    def __index__(self) -> int:
        return self.trace.decided(self, operator.index)

    def __float__(self) -> float:
        raise self.trace.left("float()", f"return it and look at it outside; {_INTO_PLAIN}")

    def __complex__(self) -> complex:
        raise self.trace.left("complex()")

    def item(self, *index: int) -> Any:
        """Refused: the number would be that of one run."""
        raise self.trace.left("item()")

    def tolist(self) -> Any:
        """Refused, as `item`."""
        raise self.trace.left("tolist()")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise self.trace.left(
            "a conversion to a NumPy array",
            f"return it and look at it outside; to index a plain array, write ag.Tensor(plain)[x]; {_INTO_PLAIN}",
        )

    def __str__(self) -> str:
        raise self.trace.left("a text of it, as print() makes,")

    def __format__(self, spec: str) -> str:
        raise self.trace.left("a text of it, as print() makes,")


def _is_basic(key: Any) -> bool:
    """Whether an index is of slices and integers, so that what it gives is a part of the array rather than a copy."""
    parts = key if type(key) is tuple else (key,)
    return all([type(part) in (int, slice, type(None), type(Ellipsis)) for part in parts])


class TracedArray(Traced):
    """A traced array, which has a length and can be iterated over, as numbers cannot."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Traced]:
        return (self[i] for i in range(len(self)))
