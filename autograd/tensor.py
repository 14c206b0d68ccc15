"""`Tensor` and `Variable`: what people touch. A value with NumPy's attributes, operators, indexing and protocols.

A tensor does not change; a variable does, through `assign` and its kin, and every reading of it that a tape
recorded keeps the value it had.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from autograd import operators, protocols
from autograd.at import At
from autograd.errors import NoDerivativeError, ReadOnlyError
from autograd.families import as_array, converted
from autograd.graph import (
    NO_PARAMS,
    Recording,
    Value,
    check_severed,
    note_cut,
    note_severed,
    note_taken,
    open_anywhere,
    open_recordings,
    raw,
    record,
    recordings_for,
    warn,
)
from autograd.ops import diagonals, index, rounding, shape
from autograd.ops.complexes import conjugate, imag, real
from autograd.ops.elementwise import add, cast, divide, identity, multiply, negative, positive, power, subtract
from autograd.ops.kinks import absolute
from autograd.ops.products import matmul
from autograd.primitive import check_kind, constant
from autograd.stores import is_store, refused_store


class Tensor(Value):
    """A number or an array that a tape can follow. It does not change.

    value: a Python number (kept as one), an array or anything `np.asarray` takes; shared, not copied. The gradient
        flows through to a tensor.
    dtype: converts; by default the value's own.
    name: for pictures and messages.

    Tensors take NumPy's operators and functions and give tensors; comparisons, `np.argmax` and the like give
    plain arrays, since no derivative flows through them. TypeError for what is not numbers.

    >>> x = Tensor([1.0, 2.0], name="x")
    >>> np.sum(x * x)
    Tensor(5.0)
    """

    __slots__ = ()

    def __init__(self, value: Any, dtype: npt.DTypeLike | None = None, name: str | None = None) -> None:
        self.value = numeric(value, dtype)
        self._name = name
        if isinstance(value, Tensor):
            _connect(value, self)

    # What it is.

    @property
    def name(self) -> str | None:
        """The name it was given, or None."""
        return getattr(self, "_name", None)

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis; () for a scalar."""
        return getattr(self.value, "shape", ())

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.size(self.value))

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's dtype; that of a Python number is what NumPy would make of it."""
        dtype = getattr(self.value, "dtype", None)
        return np.dtype(type(self.value)) if dtype is None else dtype

    @property
    def itemsize(self) -> int:
        """The bytes of an element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return self.size * self.itemsize

    def current(self) -> Value:
        """What a recording knows this tensor by; a variable is known by its reading."""
        return self

    @property
    def real(self) -> Tensor:
        """The real part."""
        return real(self)

    @property
    def imag(self) -> Tensor:
        """The imaginary part."""
        return imag(self)

    def conj(self) -> Tensor:
        """The complex conjugate."""
        return conjugate(self)

    def conjugate(self) -> Tensor:
        """The complex conjugate."""
        return conjugate(self)

    def numpy(self) -> Any:
        """The value as a NumPy array that can only be read: no copy, and safe while a tape holds it.

        >>> Tensor([1.0, 2.0]).numpy()
        array([1., 2.])
        """
        return self._array(2)

    def _array(self, depth: int) -> npt.NDArray[Any]:
        """The value as a read-only array; `depth` is how many frames up the program asks for it."""
        if self._leaves("numpy()", depth + 1):
            warn(
                "a tensor that a tape follows was converted to NumPy: the gradient stops here. Compute with the tensor "
                "itself, which NumPy's functions take; instead of a list of tensors give ag.array([...]) or "
                "np.stack([...]), and instead of np.full use ag.full. Say ag.stop_gradient(x) if a constant is meant"
            )
        view = np.asarray(self.value).view()
        view.flags.writeable = False
        return view

    def item(self, *index: int) -> Any:
        """The one element as a Python number, or the one at `index`; ValueError if there are several.

        index: nothing, the number of the element counted row by row, or its position along each axis.
        """
        note_cut(self.current(), "conversion to a Python number")
        return np.asarray(self.value).item(*index) if index else self._number()

    def _number(self) -> Any:
        return self.value.item() if hasattr(self.value, "item") else self.value

    def _number_of(self, depth: int) -> Any:
        """The one element, for NumPy and Python, which ask for it from `depth` frames up."""
        self._leaves("conversion to a Python number", depth + 1)
        return self._number()

    def _leaves(self, what: str, depth: int) -> bool:
        """Note that the value leaves the graph by `what`; whether a gradient is lost.

        NoDerivativeError if the program, `depth` frames up, stores it into an array.
        """
        lost = note_cut(self.current(), what)
        if lost and is_store(sys._getframe(depth)):
            raise refused_store()
        return lost

    def tolist(self) -> Any:
        """The value as nested lists of Python numbers."""
        note_cut(self.current(), "tolist()")
        return np.asarray(self.value).tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        array = np.asarray(self._array(2), dtype=dtype)
        return array.copy() if copy else array

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if not options and method == "__call__" and (row := protocols.operations.get(ufunc)) is not None:
            return operators.of_one(row, self) if len(inputs) == 1 else row(*inputs)  # nearly always
        return protocols.call_ufunc(ufunc, method, *inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return protocols.call_function(function, args, kwargs)

    def __float__(self) -> float:
        return float(self._number_of(2))

    def __int__(self) -> int:
        self._leaves("conversion to an integer", 2)
        return int(self._number())

    def __complex__(self) -> complex:
        return complex(self._number_of(2))

    def __index__(self) -> int:
        return operator.index(self._number())

    def __bool__(self) -> bool:
        if recordings := open_recordings.get():
            note_taken(recordings, bool, (self,), 2)
            if is_store(sys._getframe(1)):
                self._leaves("conversion to a truth value", 2)
        return bool(self.value)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a scalar tensor; expected one with at least one axis")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __format__(self, spec: str) -> str:
        return format(self._number(), spec) if spec else repr(self)

    def __repr__(self) -> str:
        label = f", name={self.name!r}" if self.name else ""
        if not self.shape:
            dtype = "" if self.dtype.type in (np.float64, np.int64, np.bool_) else f", dtype={self.dtype}"
            return f"{type(self).__name__}({self.value!s}{dtype}{label})"
        rows = np.array2string(np.asarray(self.value), separator=", ", prefix=f"{type(self).__name__}(")
        return f"{type(self).__name__}({rows}, shape={self.shape}, dtype={self.dtype}{label})"

    __hash__ = object.__hash__

    def __copy__(self) -> Tensor:
        """The tensor itself: it does not change, and so keeps its gradient."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        """The tensor itself, as for `copy.copy`."""
        return self

    def __getstate__(self) -> object:
        """The state for pickle, which takes a tensor to other processes, where no tape can follow it."""
        if note_cut(self.current(), "pickle"):
            raise NoDerivativeError(
                "a tensor that a tape or transform follows was pickled, for example to be sent to another process; "
                "the gradient would be lost. Use threads, whose operations are recorded, or pickle "
                "ag.stop_gradient(x) if a constant is meant"
            )
        return super().__getstate__()

    # Operators. Each is a row of the table; comparisons give plain truth values.

    __add__ = operators.operator(add, "__radd__")

    def __radd__(self, other: Any) -> Tensor:
        return add(other, self)

    __sub__ = operators.operator(subtract, "__rsub__")

    def __rsub__(self, other: Any) -> Tensor:
        return subtract(other, self)

    __mul__ = operators.operator(multiply, "__rmul__")

    def __rmul__(self, other: Any) -> Tensor:
        return multiply(other, self)

    __truediv__ = operators.operator(divide, "__rtruediv__")

    def __rtruediv__(self, other: Any) -> Tensor:
        return divide(other, self)

    __pow__ = operators.plainly(power, "__rpow__")

    def __rpow__(self, other: Any) -> Tensor:
        return power(other, self)

    __mod__ = operators.plainly(rounding.mod, "__rmod__")

    def __rmod__(self, other: Any) -> Tensor:
        return rounding.mod(other, self)

    __floordiv__ = operators.plainly(rounding.floor_divide, "__rfloordiv__")

    def __rfloordiv__(self, other: Any) -> Tensor:
        return rounding.floor_divide(other, self)

    def __divmod__(self, other: Any) -> Any:
        answer = operators.theirs(self, other, "__rdivmod__")
        return (self // other, self % other) if answer is NotImplemented else answer

    def __rdivmod__(self, other: Any) -> tuple[Tensor, Tensor]:
        return other // self, other % self

    __matmul__ = operators.plainly(matmul, "__rmatmul__")

    def __rmatmul__(self, other: Any) -> Tensor:
        return matmul(other, self)

    def __neg__(self) -> Tensor:
        return negative(self)

    def __pos__(self) -> Tensor:
        return positive(self)

    def __abs__(self) -> Tensor:
        return absolute(self)

    def __round__(self, ndigits: int | None = None) -> Tensor:
        return rounding.round(self, decimals=ndigits or 0)

    def __floor__(self) -> Tensor:
        return rounding.floor(self)

    def __ceil__(self) -> Tensor:
        return rounding.ceil(self)

    def __trunc__(self) -> Tensor:
        return rounding.trunc(self)

    __eq__ = operators.constantly(operator.eq, "__eq__")
    __ne__ = operators.constantly(operator.ne, "__ne__")
    __lt__ = operators.constantly(operator.lt, "__gt__")
    __le__ = operators.constantly(operator.le, "__ge__")
    __gt__ = operators.constantly(operator.gt, "__lt__")
    __ge__ = operators.constantly(operator.ge, "__le__")

    # On the bits of integers and truth values: plain arrays, since no derivative flows through them.

    __and__ = operators.constantly(np.bitwise_and, "__rand__")
    __or__ = operators.constantly(np.bitwise_or, "__ror__")
    __xor__ = operators.constantly(np.bitwise_xor, "__rxor__")
    __lshift__ = operators.constantly(np.left_shift, "__rlshift__")
    __rshift__ = operators.constantly(np.right_shift, "__rrshift__")

    def __rand__(self, other: Any) -> Any:
        return np.bitwise_and(other, self.value)

    def __ror__(self, other: Any) -> Any:
        return np.bitwise_or(other, self.value)

    def __rxor__(self, other: Any) -> Any:
        return np.bitwise_xor(other, self.value)

    def __rlshift__(self, other: Any) -> Any:
        return np.left_shift(other, self.value)

    def __rrshift__(self, other: Any) -> Any:
        return np.right_shift(other, self.value)

    def __invert__(self) -> Any:
        return np.invert(self.value)

    # Indexing.

    def __getitem__(self, key: Any) -> Tensor:
        return index.getitem(self, index=protocols.plain_tree(key))

    @property
    def at(self) -> At:
        """Item assignment as a new tensor, with gradients: x.at[index].set(v), .add(v), and the others of `Place`."""
        return At(self)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise ReadOnlyError(
            "a tensor can not be written to, since a tape may need the old value; make a new one with "
            "x = x.at[index].set(value) (also .add, .multiply, .max, .min), or use a Variable, which can be assigned to"
        )

    def fill(self, value: Any) -> None:
        """Every element set to `value`: of a variable; a tensor can not be written to."""
        self[...] = value

    # Methods, as NumPy's arrays have them.

    @property
    def T(self) -> Tensor:
        """The axes in reverse order."""
        return shape.transpose(self)

    @property
    def mT(self) -> Tensor:
        """The last two axes exchanged: the transpose of each matrix in a stack."""
        return shape.swapaxes(self, axis1=-1, axis2=-2)

    def reshape(self, *new: Any, order: str = "C", copy: bool | None = None) -> Tensor:
        """The same elements in another shape; -1 for the length that follows from the others."""
        lengths = new[0] if len(new) == 1 else new
        if copy is not None:
            return shape.reshaped(self, lengths, order, copy=copy)
        return shape.reshape(self, shape=lengths if isinstance(lengths, int) else tuple(lengths), order=order)

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in the given order, or reversed."""
        order = axes[0] if len(axes) == 1 else axes or None
        return shape.transpose(self, axes=None if order is None else tuple(order))

    def ravel(self, order: str = "C") -> Tensor:
        """All elements along one axis, row by row, or column by column in order "F".

        Orders "A" and "K" are the one of these two in which the array lies in memory.
        """
        return shape.ravel(self, order=shape.order_in_memory(self.value, order))

    def flatten(self, order: str = "C") -> Tensor:
        """All elements along one axis, as `ravel`."""
        return shape.ravel(self, order=shape.order_in_memory(self.value, order))

    @property
    def flat(self) -> Tensor:
        """All elements along one axis, to go through or to pick from."""
        return shape.ravel(self)

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Two axes exchanged."""
        return shape.swapaxes(self, axis1=axis1, axis2=axis2)

    def copy(self, order: str = "C") -> Tensor:
        """The same value as a new tensor."""
        return shape.copy(self, order)

    def repeat(self, repeats: Any, axis: int | None = None) -> Any:
        """Each element `repeats` times in a row along `axis`, or of all."""
        return np.repeat(self, repeats, axis)

    def take(self, indices: Any, axis: int | None = None, out: Any = None, mode: Any = "raise") -> Tensor:
        """The elements at `indices` along `axis`, or of all in a row."""
        return np.take(self, indices, axis, out, mode)

    def compress(self, condition: Any, axis: int | None = None, out: Any = None) -> Tensor:
        """The elements along `axis`, or of all in a row, whose condition holds."""
        return np.compress(condition, self, axis, out)

    def choose(self, choices: Any, out: Any = None, mode: Any = "raise") -> Tensor:
        """Each element from the choice that this one names by its number."""
        return np.choose(self, choices, out, mode)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """The elements [i, i + offset] of the matrices that lie along two axes."""
        return diagonals.diagonal(self, offset, axis1, axis2)

    def nonzero(self) -> Any:
        """Where the elements are that are not 0: plain arrays of positions, one for each axis."""
        return np.nonzero(self)

    def squeeze(self, axis: Any = None) -> Tensor:
        """Without the axes of length 1, or without the given ones of them."""
        return shape.squeeze(self, axis=axis)

    def astype(
        self, dtype: npt.DTypeLike, order: str = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True
    ) -> Any:
        """The value in another dtype; integers and truth values come as plain arrays, which carry no derivative.

        order, subok, copy: taken, since NumPy has them; they are about memory, which is not a tensor's matter.
        """
        kind = np.dtype(dtype).kind
        if not np.can_cast(self.dtype, dtype, casting):
            raise TypeError(f"can not cast {self.dtype} to {np.dtype(dtype)} with casting={casting!r}")
        if kind in "fc":
            return cast(self, dtype=dtype)
        note_cut(self.current(), f"astype({np.dtype(dtype)})")
        return converted(self.value, dtype)

    # Reductions, with NumPy's options: axis, dtype, keepdims, initial, where, ddof, ...

    def sum(self, axis: Any = None, dtype: Any = None, out: Any = None, **options: Any) -> Tensor:
        """The sum over `axis`, or over all elements."""
        return np.sum(self, axis, dtype, out, **options)

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, **options: Any) -> Tensor:
        """The mean over `axis`, or over all elements."""
        return np.mean(self, axis, dtype, out, **options)

    def prod(self, axis: Any = None, dtype: Any = None, out: Any = None, **options: Any) -> Tensor:
        """The product over `axis`, or over all elements."""
        return np.prod(self, axis, dtype, out, **options)

    def max(self, axis: Any = None, out: Any = None, **options: Any) -> Tensor:
        """The largest element along `axis`, or of all; ties share the gradient equally."""
        return np.max(self, axis, out, **options)

    def min(self, axis: Any = None, out: Any = None, **options: Any) -> Tensor:
        """The smallest element along `axis`, or of all; ties share the gradient equally."""
        return np.min(self, axis, out, **options)

    def var(self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, **options: Any) -> Tensor:
        """The variance over `axis`, or over all elements."""
        return np.var(self, axis, dtype, out, ddof, **options)

    def std(self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, **options: Any) -> Tensor:
        """The standard deviation over `axis`, or over all elements."""
        return np.std(self, axis, dtype, out, ddof, **options)

    def cumsum(self, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        """The running sums along `axis`, or of all elements one after the other."""
        return np.cumsum(self, axis, dtype, out)

    def cumprod(self, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        """The running products along `axis`, or of all elements one after the other."""
        return np.cumprod(self, axis, dtype, out)

    def round(self, decimals: int = 0, out: Any = None) -> Any:
        """The elements rounded; constant between the jumps, so the derivative is 0."""
        return np.round(self, decimals, out)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Tensor:
        """The sum along a diagonal."""
        return np.trace(self, offset, axis1, axis2, dtype, out)

    # What carries no derivative: plain arrays, as the comparisons give.

    def argmax(self, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
        """Where the largest element is."""
        return np.argmax(self, axis, out, keepdims=keepdims)

    def argmin(self, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
        """Where the smallest element is."""
        return np.argmin(self, axis, out, keepdims=keepdims)

    def argsort(self, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None) -> Any:
        """The places of the elements in ascending order."""
        return np.argsort(self, axis, kind, order, stable=stable)

    def argpartition(self, kth: Any, axis: int | None = -1, kind: Any = "introselect") -> Any:
        """The places of the elements in an order in which those at `kth` are where sorting would put them."""
        return np.argpartition(self, kth, axis, kind)

    def all(self, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
        """Whether all elements differ from 0."""
        return np.all(self, axis, out, keepdims, where=where)

    def any(self, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
        """Whether some element differs from 0."""
        return np.any(self, axis, out, keepdims, where=where)

    def searchsorted(self, v: Any, side: Any = "left", sorter: Any = None) -> Any:
        """Where `v` would have to go to keep the order."""
        return np.searchsorted(self, v, side, sorter)

    def sort(self, axis: int = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None) -> None:
        """Refused: a tensor does not change."""
        raise ReadOnlyError("x.sort() writes into x, and a tensor does not change; write x = np.sort(x)")

    def partition(self, kth: Any, axis: int = -1, kind: Any = "introselect") -> None:
        """Refused: a tensor does not change."""
        raise ReadOnlyError("x.partition() writes into x, and a tensor does not change; write x = np.partition(x, kth)")

    # Products and bounds.

    def clip(self, min: Any = None, max: Any = None, out: Any = None) -> Tensor:
        """The elements brought into the range from `min` to `max`."""
        return np.clip(self, min, max, out)

    def dot(self, b: Any, out: Any = None) -> Tensor:
        """The product with a vector, a matrix or an array, as np.dot has it."""
        return np.dot(self, b, out)


Value.kind = Tensor


class Variable(Tensor):
    """A value that can be assigned to: a parameter. Tapes watch every trainable variable that is read.

    value: copied, so that nobody else writes into it.
    trainable: whether tapes watch it without being told to.

    >>> w = Variable([1.0, 2.0], name="w")
    >>> w.assign_sub([0.5, 0.5])
    Variable([0.5, 1.5], shape=(2,), dtype=float64, name='w')
    """

    __slots__ = ("_reading", "trainable")

    is_variable: ClassVar[bool] = True

    def __init__(
        self,
        value: Any,
        dtype: npt.DTypeLike | None = None,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        held = value.value if isinstance(value, Value) else value
        check_kind(held, "Variable")
        super().__init__(np.array(held) if isinstance(held, np.ndarray) else held, dtype, name)
        self.trainable = trainable
        self._reading: Tensor | None = None
        self.note_stored(value, "Variable(...)")

    def reading(self, recordings: tuple[Recording, ...]) -> Value:
        """The variable's value of this moment as a tensor, which is what a recording keeps."""
        reading = self._reading
        if reading is None or reading.value is not self.value:
            reading = self._reading = wrapped(self.value)
            reading.name = self.name
        for recording in recordings:
            if id(reading) not in recording.known:
                if recording.severed:
                    check_severed(self, recording)
                recording.saw(self, reading)
        return reading

    def renew_reading(self) -> None:
        """From here on the variable is read as another tensor than before."""
        self._reading = None

    def __copy__(self) -> Variable:
        return Variable(self.value, name=self.name, trainable=self.trainable)

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        return Variable(deepcopy(self.value, memo), name=self.name, trainable=self.trainable)

    def __getstate__(self) -> object:
        """The state for pickle, without the reading, which a tape may follow."""
        state: Any = object.__getstate__(self)
        return state[0], {**state[1], "_reading": None}

    def current(self) -> Value:
        """The reading of this moment while someone records; asking for it counts as a read.

        If a followed value was stored in the variable, it is that value.
        """
        recordings = open_recordings.get()
        for recording in recordings:
            if id(self) in recording.severed:
                return recording.severed[id(self)][1].value
        return self.reading(recordings) if recordings else self

    def assign(self, value: Any) -> Variable:
        """Take the value of `value`, which must have this variable's shape; returns the variable."""
        self._announce()
        new = as_array(value)
        self._check_shape(new.shape)
        self._store(..., new)
        self._forget_stored()
        self.note_stored(value, "assign()")
        return self

    def assign_add(self, value: Any) -> Variable:
        """Add `value`; returns the variable."""
        return self._assign_changed(np.add, value, "assign_add()")

    def assign_sub(self, value: Any) -> Variable:
        """Subtract `value`; returns the variable."""
        return self._assign_changed(np.subtract, value, "assign_sub()")

    def _assign_changed(self, change: np.ufunc, value: Any, what: str) -> Variable:
        self._announce()
        check_kind(raw(value), what)
        new = change(self.value, raw(value))
        self._check_shape(new.shape)
        self._store(..., new)
        self.note_stored(value, what)
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        self._announce()
        check_kind(key, "an index")
        self._store(protocols.plain_tree(key), as_array(value))
        if key is Ellipsis or (type(key) is slice and key == slice(None)):
            self._forget_stored()
        self.note_stored(value, "item assignment")

    def note_stored(self, value: Any, what: str) -> None:
        """Note that `what` put `value` into this variable, through which no gradient flows.

        NoDerivativeError is raised when the variable is next read while a recording that follows the value is open.
        """
        if isinstance(value, Tensor) and (open_recordings.get() or open_anywhere):
            note_severed(self, value.current(), what)

    def _forget_stored(self) -> None:
        """Note that a new value has taken the place of the whole old one."""
        for recording in open_recordings.get():
            recording.severed.pop(id(self), None)

    def _check_shape(self, shape: tuple[int, ...]) -> None:
        if shape != self.shape:
            raise ValueError(
                f"assign got shape {shape} for {self._label()} of shape {self.shape}; "
                f"expected the same shape. Broadcast with np.broadcast_to(value, {self.shape}) if that is meant."
            )

    def writable(self) -> npt.NDArray[Any]:
        """The variable's own buffer, to be updated in place.

        If anyone else still holds the buffer (a tape, a view from `numpy()`), the variable first moves to a copy,
        and they keep the values they saw. That is told by the reference count, so it can not be forgotten.
        TypeError if the variable is a Python number, which has no buffer.
        """
        self._reading = None
        if not hasattr(self.value, "dtype"):
            raise TypeError(f"{self._label()} is a Python number and has no buffer; use assign")
        ours = type(self.value) is np.ndarray and self.value.flags.owndata
        if not ours or sys.getrefcount(self.value) > _UNSHARED:
            self.value = self.value.copy()
        return self.value

    def _announce(self) -> None:
        """Tell every recording that the variable is about to change."""
        for recording in open_recordings.get():
            recording.changes(self)

    def _store(self, key: Any, new: npt.NDArray[Any]) -> None:
        if not np.can_cast(new.dtype, self.dtype, "same_kind"):
            raise TypeError(f"can not store {new.dtype} in {self._label()} of dtype {self.dtype}")
        if hasattr(self.value, "dtype"):
            self.writable()[key] = new
        else:
            self._reading = None
            self.value = type(self.value)(new[()])

    def _label(self) -> str:
        return f"the variable {self.name!r}" if self.name else "a variable"


class _Holder:
    """Holds one array in a slot, as a variable does: shows what the reference count of an unshared buffer is."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = np.empty(1)

    def count(self) -> int:
        return sys.getrefcount(self.value)


_UNSHARED = _Holder().count()


def wrapped(value: Any) -> Tensor:
    """A tensor around a value that is known to be a number or an array; the quick way for our own results."""
    tensor = Tensor.__new__(Tensor)
    tensor.value = value
    return tensor


def _connect(source: Tensor, out: Tensor) -> None:
    """Record that the new tensor `out` holds the value of `source`, in its own dtype."""
    recordings = recordings_for([source])
    if not recordings:
        return
    if out.dtype.kind not in "fc":
        note_cut(source.current(), f"astype({out.dtype})")
        return
    inputs = (source.reading(recordings) if isinstance(source, Variable) else source,)
    if out.dtype == source.dtype:
        record(recordings, identity, inputs, NO_PARAMS, out)
    else:
        record(recordings, cast, inputs, {"dtype": out.dtype}, out)


def numeric(value: Any, dtype: npt.DTypeLike | None = None) -> Any:
    """`value` as what a tensor holds: Python numbers and arrays as they are, the rest through NumPy."""
    if isinstance(value, Value):
        value = value.value
    if type(value) not in (float, int, bool, complex):
        value = constant(value, "Tensor")
    array = value if dtype is None else np.asarray(value, dtype=dtype)
    if getattr(array, "dtype", None) is not None and array.dtype.kind not in "fciub":
        raise TypeError(f"got {type(value).__name__} with dtype {array.dtype}; expected numbers")
    return array
