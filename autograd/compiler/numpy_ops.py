"""What the compiler knows of NumPy's functions: one row for each.

A pass asks `describe(step.function)` and reads the row, so that a function is added to the compiler by one row here and
one sample in the tests. Functions without a row are called as they are: of a ufunc it is known that it works on each
element and returns a new array, of all others nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from autograd import flops
from autograd.flops import Formula

Function = Callable[..., Any]

# Kinds of functions.
ELEMENTWISE = "elementwise"  # each element of the result comes from the same element of the operands
REDUCTION = "reduction"  # combines the elements along axes
VIEW = "view"  # shows the same elements in another shape or order, without copying them
RESHAPE = "reshape"  # a view, or a copy where the elements do not lie row by row
COPY = "copy"  # the same elements in new memory
LIKE = "like"  # an array filled with one value, of the shape of the operand
INDEX = "index"  # x[key]
STORE = "store"  # a copy of x with x[key] = value
CHANGE = "change"  # a copy of the first operand after a function has changed it
WRITE = "write"  # a copy of the first operand after a function has written to it as `out`
SCATTER = "scatter"  # a copy of x after ufunc.at(x, key, *values)
CAST = "cast"  # the same elements in another dtype
CONVERSION = "conversion"  # a number as a double
METADATA = "metadata"  # known without computing: the shape, the dtype
OTHER = "other"

_MOVING = (VIEW, RESHAPE, COPY, LIKE, INDEX, STORE, CAST, CONVERSION, METADATA)

# Reductions that a compiled loop repeats in NumPy's order, to the last bit.
SUM, EXTREME = "sum", "extreme"

# What operands a compiled loop computes with as NumPy does.
FLOATS = "fd?"  # single and double precision, with truth values among the operands
TRUTHS = "?"
ORDERED = "fd?|bhilqBHI"  # single and double precision and truth values, or integers, that are compared


@dataclass(frozen=True, eq=False, slots=True)
class NumpyOp:
    """One row: what is known of a function.

    Attributes
    ----------
    sign : the operator that people write for it; `raises` says that on Python's numbers the operator may raise.
    method : the method of arrays that does the same with at most `most` operands, the array included. `keywords` are
        the names of operands that it takes by position, `appended` is what it takes beyond these. With `to_result` it
        takes the shape of the result instead.
    takes_shape : the second operand is the shape of the result.
    transposes, prefix : what people write for it is x.T, for a matrix, or the operator before the operand.
    loop, dtypes : the expression for one element in a compiled loop, and the operands with which it is NumPy's result.
    logic : the function on truth values that does the same as this one on bits.
    accumulate : the ufunc that a reduction repeats. Its `reduce` does the same at less cost where the function also
        `writes`; `divides` says that the function divides by the number of elements afterwards.
    order : SUM or EXTREME where a compiled loop can repeat a reduction in NumPy's order.
    chains : whether Python's repeated use of it, a + b + c, is one call of its `accumulate`.
    at : the ufunc of a scatter.
    changed_by : the function of a CHANGE or a WRITE.
    fill : the function that makes the array of a LIKE function from a shape and a dtype.
    owns : the result never shares memory with an operand.
    may_fail : it may raise for other values of the same shapes and dtypes.
    writes : it can be given an array to write its result into.
    keeps_nan : each NaN in an operand comes out as a NaN, and the derivative rule of the same function makes none.
    identity : the result equals the first operand where shapes and dtypes are the same.
    wraps_numbers : it takes longer with a Python number than with an array without axes.
    shape_by_data : the shape of the result depends on the values.
    changes : the name of its first operand, if it changes that in place.
    refused : it cannot be part of a program: it changes how an array lies in memory.
    flops : the formula for its floating point operations.
    """

    function: Function
    kind: str = OTHER
    sign: str = ""
    raises: bool = False
    method: str = ""
    most: int = 0
    appended: str = ""
    keywords: tuple[str, ...] = ()
    to_result: bool = False
    takes_shape: bool = False
    transposes: bool = False
    prefix: str = ""
    loop: str = ""
    dtypes: str = ""
    logic: Function | None = None
    accumulate: np.ufunc | None = None
    divides: bool = False
    order: str = ""
    chains: bool = False
    at: np.ufunc | None = None
    changed_by: Function | None = None
    fill: Function | None = None
    owns: bool = False
    may_fail: bool = True
    writes: bool = False
    keeps_nan: bool = False
    identity: bool = False
    wraps_numbers: bool = False
    shape_by_data: bool = False
    changes: str = ""
    refused: bool = False
    flops: Formula = flops.once

    @property
    def is_method(self) -> bool:
        """Whether the function is itself a method of arrays, rather than one that has a method."""
        return bool(self.method) and not self.most


ROWS: dict[Function, NumpyOp] = {}


def row(function: Function, kind: str = OTHER, **known: Any) -> NumpyOp:
    """Add a row."""
    if isinstance(function, np.ufunc):
        known = {"owns": True, "may_fail": False, "writes": function.nout == 1} | known
    elif known.get("owns"):
        known = {"may_fail": False} | known
    if kind in _MOVING:
        known = {"flops": flops.none} | known
    ROWS[function] = NumpyOp(function, kind, **known)
    return ROWS[function]


@cache
def describe(function: Function) -> NumpyOp:
    """Return the row of a function, or what is known of functions that have none."""
    if function in ROWS:
        return ROWS[function]
    if isinstance(function, np.ufunc):
        kind = ELEMENTWISE if function.signature is None else OTHER
        ours = getattr(np, function.__name__, None) is function
        count = flops.once if ours else flops.function  # others are special functions
        return NumpyOp(function, kind, owns=True, may_fail=False, writes=function.nout == 1, flops=count)
    if isinstance(getattr(function, "__self__", None), np.ufunc):  # such as np.add.reduce
        return NumpyOp(function, OTHER, owns=True, may_fail=False)
    return NumpyOp(function)


# Calls that are no function of NumPy's.


@cache
def method_of(name: str) -> Function:
    """Return the method of arrays called `name` as a function, one object for each name."""

    def method(x: Any, *args: Any, **options: Any) -> Any:
        return getattr(x, name)(*args, **options)

    method.__name__ = f".{name}"
    row(method, method=name)
    return method


def item(x: Any, key: Any) -> Any:
    """Return x[key]."""
    return x[key]


def with_item(x: Any, key: Any, value: Any) -> Any:
    """Return a copy of `x` with x[key] = value."""
    x = x.copy()
    x[key] = value
    return x


@cache
def added_at(ufunc: np.ufunc) -> Function:
    """Return a function that does what `ufunc.at` does, on a copy."""

    def at(x: Any, index: Any, *values: Any) -> Any:
        x = x.copy()
        ufunc.at(x, index, *values)
        return x

    at.__name__ = f"{ufunc.__name__}_at"
    row(at, SCATTER, at=ufunc, owns=True)
    return at


@cache
def changed_copy(function: Function) -> Function:
    """Return what the first operand is after `function` has changed it, as a function that changes a copy."""

    def change(x: Any, *args: Any, **options: Any) -> Any:
        x = x.copy()
        function(x, *args, **options)
        return x

    change.__name__ = f"{function.__name__.removeprefix('.')}_copy"
    row(change, CHANGE, changed_by=function, owns=True, may_fail=True)
    return change


@cache
def written_to_copy(function: Function) -> Function:
    """Return what the operand `out` is after `function` has written to it, as a function that writes to a copy."""

    def write(out: Any, *args: Any, **options: Any) -> Any:
        out = out.copy()
        function(*args, out=out, **options)
        return out

    write.__name__ = f"{function.__name__.removeprefix('.')}_out"
    row(write, WRITE, changed_by=function, owns=True, may_fail=True)
    return write


def method_row(name: str, kind: str = OTHER, **known: Any) -> NumpyOp:
    """Add the row of a method of arrays."""
    return row(method_of(name), kind, method=name, **known)


# On each element.

row(np.add, ELEMENTWISE, sign="+", loop="{} + {}", dtypes=FLOATS, wraps_numbers=True, chains=True)
row(np.subtract, ELEMENTWISE, sign="-", loop="{} - {}", dtypes=FLOATS, wraps_numbers=True)
row(np.multiply, ELEMENTWISE, sign="*", loop="{} * {}", dtypes=FLOATS, wraps_numbers=True, chains=True)
row(np.divide, ELEMENTWISE, sign="/", raises=True, loop="{} / {}", dtypes=FLOATS, wraps_numbers=True)
row(np.negative, ELEMENTWISE, prefix="-", loop="-{}", dtypes=FLOATS)
row(np.square, ELEMENTWISE, loop="{0} * {0}", dtypes=FLOATS)
row(np.sqrt, ELEMENTWISE, loop="np.sqrt({})", dtypes=FLOATS)
row(np.absolute, ELEMENTWISE, loop="abs({})", dtypes=FLOATS)
row(np.reciprocal, ELEMENTWISE, loop="{one} / {0}", dtypes=FLOATS)
_SIGN = "{0} if {0} != {0} else {one} if {0} > 0 else -{one} if {0} < 0 else {zero}"
row(np.sign, ELEMENTWISE, loop=_SIGN, dtypes=FLOATS)
row(np.maximum, ELEMENTWISE, loop="{0} if {0} > {1} or {0} != {0} else {1}", dtypes=FLOATS, wraps_numbers=True)
row(np.minimum, ELEMENTWISE, loop="{0} if {0} < {1} or {0} != {0} else {1}", dtypes=FLOATS, wraps_numbers=True)
WHERE = row(np.where, ELEMENTWISE, loop="{1} if {0} else {2}", dtypes=FLOATS, owns=True)
row(np.greater, ELEMENTWISE, sign=">", loop="{} > {}", dtypes=ORDERED)
row(np.greater_equal, ELEMENTWISE, sign=">=", loop="{} >= {}", dtypes=ORDERED)
row(np.less, ELEMENTWISE, sign="<", loop="{} < {}", dtypes=ORDERED)
row(np.less_equal, ELEMENTWISE, sign="<=", loop="{} <= {}", dtypes=ORDERED)
row(np.equal, ELEMENTWISE, sign="==", loop="{} == {}", dtypes=ORDERED)
row(np.not_equal, ELEMENTWISE, sign="!=", loop="{} != {}", dtypes=ORDERED)
row(np.isnan, ELEMENTWISE, loop="{0} != {0}", dtypes="fd")
row(np.isfinite, ELEMENTWISE, loop="np.isfinite({})", dtypes="fd")
row(np.logical_and, ELEMENTWISE, loop="{} and {}", dtypes=TRUTHS, logic=np.logical_and)
row(np.logical_or, ELEMENTWISE, loop="{} or {}", dtypes=TRUTHS, logic=np.logical_or)
row(np.logical_not, ELEMENTWISE, loop="not {}", dtypes=TRUTHS, logic=np.logical_not)
row(np.logical_xor, ELEMENTWISE, logic=np.logical_xor)
row(np.bitwise_and, ELEMENTWISE, logic=np.logical_and)
row(np.bitwise_or, ELEMENTWISE, logic=np.logical_or)
row(np.invert, ELEMENTWISE, logic=np.logical_not)
row(np.positive, ELEMENTWISE, identity=True, flops=flops.none)
row(np.power, ELEMENTWISE, sign="**", raises=True, flops=flops.function)

_HEAVY: tuple[Function, ...] = (
    np.exp, np.expm1, np.exp2, np.log, np.log1p, np.log2, np.log10, np.sin, np.cos, np.tan, np.arcsin, np.arccos,
    np.arctan, np.arctan2, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh, np.logaddexp, np.logaddexp2,
    np.cbrt, np.hypot,
)  # fmt: skip
for _function in _HEAVY:
    row(_function, ELEMENTWISE, flops=flops.function)

# Along axes.

# Before NumPy 2.2, max and min with out= were wrong for reversed rows.
_OUT_IS_RIGHT = np.lib.NumpyVersion(np.__version__) >= "2.2.0"

row(np.sum, REDUCTION, accumulate=np.add, order=SUM, owns=True, writes=True, keeps_nan=True)
row(np.prod, REDUCTION, accumulate=np.multiply, owns=True, writes=True)
row(np.max, REDUCTION, accumulate=np.maximum, order=EXTREME, owns=True, writes=_OUT_IS_RIGHT)
row(np.min, REDUCTION, accumulate=np.minimum, order=EXTREME, owns=True, writes=_OUT_IS_RIGHT)
row(np.any, REDUCTION, accumulate=np.logical_or, owns=True, writes=True)
row(np.all, REDUCTION, accumulate=np.logical_and, owns=True, writes=True)
row(np.mean, REDUCTION, accumulate=np.add, divides=True, owns=True)
row(np.var, REDUCTION, owns=True, flops=flops.per_element(4))
row(np.std, REDUCTION, owns=True, flops=flops.per_element(4))
row(np.add.reduce, REDUCTION, accumulate=np.add, order=SUM, owns=True)
row(np.maximum.reduce, REDUCTION, accumulate=np.maximum, order=EXTREME, owns=True)
row(np.minimum.reduce, REDUCTION, accumulate=np.minimum, order=EXTREME, owns=True)
method_row("sum", REDUCTION, may_fail=False)
method_row("max", REDUCTION, accumulate=np.maximum, order=EXTREME)
method_row("min", REDUCTION, accumulate=np.minimum, order=EXTREME)
row(np.cumsum, owns=True)
row(np.cumprod, owns=True)
row(np.argmax, owns=True)
row(np.argmin, owns=True)
row(np.argsort, owns=True, flops=flops.sort)
row(np.sort, owns=True, flops=flops.sort)
row(np.clip, owns=True)

# The same elements in another shape, order or place.

row(np.reshape, RESHAPE, method="reshape", most=2, takes_shape=True, may_fail=False, keeps_nan=True, identity=True)
row(np.ravel, RESHAPE, method="ravel", most=2, may_fail=False, keeps_nan=True, identity=True)
method_row("reshape", RESHAPE, takes_shape=True, may_fail=False, keeps_nan=True, identity=True)
method_row("ravel", RESHAPE, may_fail=False, keeps_nan=True, identity=True)
row(
    np.swapaxes,
    VIEW,
    transposes=True,
    method="swapaxes",
    most=3,
    keywords=("axis1", "axis2"),
    may_fail=False,
    keeps_nan=True,
)
row(np.transpose, VIEW, transposes=True, method="transpose", most=2, keywords=("axes",), may_fail=False, keeps_nan=True)
row(
    np.matrix_transpose,
    VIEW,
    transposes=True,
    method="swapaxes",
    appended="-1, -2",
    most=1,
    may_fail=False,
    keeps_nan=True,
)
row(np.squeeze, VIEW, method="squeeze", most=2, keywords=("axis",), may_fail=False, keeps_nan=True, identity=True)
row(np.expand_dims, VIEW, method="reshape", most=2, to_result=True, may_fail=False, keeps_nan=True)
method_row("swapaxes", VIEW, may_fail=False, keeps_nan=True)
method_row("transpose", VIEW, may_fail=False, keeps_nan=True)
method_row("squeeze", VIEW, may_fail=False, keeps_nan=True, identity=True)
row(np.broadcast_to, may_fail=False, flops=flops.none, identity=True)
row(np.moveaxis, may_fail=False, flops=flops.none)
row(np.real, may_fail=False, flops=flops.none)
row(np.imag, may_fail=False, flops=flops.none)
row(np.copy, COPY, owns=True, identity=True)
method_row("copy", COPY, owns=True, identity=True)
method_row("astype", CAST, may_fail=False, identity=True)
row(np.concatenate, owns=True, flops=flops.none)
row(np.stack, owns=True, flops=flops.none)
row(np.take, owns=True, flops=flops.none, may_fail=True)
row(np.take_along_axis, owns=True, flops=flops.none, may_fail=True)
row(item, INDEX)
row(with_item, STORE, owns=True)

# Products.

row(np.matmul, sign="@", keeps_nan=True, flops=flops.matmul)
row(np.dot, owns=True, flops=flops.product)
method_row("dot", owns=True, flops=flops.product)
NAN_PROBE = row(np.vdot, owns=True, flops=flops.product)  # of an array with itself: NaN if there is one in it
row(np.tensordot, owns=True, flops=flops.product)
row(np.einsum, may_fail=False, flops=flops.einsum)

_PRODUCTS: dict[Function, Formula] = {
    np.inner: flops.product, np.outer: flops.product, np.convolve: flops.convolution, np.correlate: flops.convolution,
    np.linalg.inv: flops.cubic(2), np.linalg.solve: flops.solve, np.linalg.cholesky: flops.cubic(1 / 3),
    np.linalg.det: flops.cubic(2 / 3), np.linalg.slogdet: flops.cubic(2 / 3), np.linalg.eigh: flops.cubic(9),
    np.linalg.eig: flops.cubic(25), np.linalg.svd: flops.svd, np.linalg.pinv: flops.svd, np.linalg.qr: flops.qr,
    np.linalg.lstsq: flops.lstsq,
    np.fft.fft: flops.fourier(5), np.fft.ifft: flops.fourier(5), np.fft.rfft: flops.fourier(2.5),
    np.fft.irfft: flops.fourier(2.5), np.fft.fftn: flops.fourier(5, all_axes=True),
    np.fft.ifftn: flops.fourier(5, all_axes=True), np.fft.rfftn: flops.fourier(2.5, all_axes=True),
    np.fft.irfftn: flops.fourier(2.5, all_axes=True),
}  # fmt: skip
for _function, _formula in _PRODUCTS.items():
    row(_function, flops=_formula)
_ARRANGING: tuple[Function, ...] = (
    np.roll, np.flip, np.tile, np.pad, np.split, np.diag, np.tril, np.triu, np.diagonal, np.broadcast_arrays,
    np.lib.stride_tricks.sliding_window_view,
)  # fmt: skip
for _function in _ARRANGING:
    row(_function, flops=flops.none)

# Arrays of one value, and numbers.

row(np.ones_like, LIKE, fill=np.ones, owns=True)
row(np.zeros_like, LIKE, fill=np.zeros, owns=True)
row(np.empty_like, LIKE, fill=np.zeros)
row(np.ones, owns=True, flops=flops.none)
row(np.zeros, owns=True, flops=flops.none)
row(float, CONVERSION)
row(np.float64, CONVERSION)

_KNOWN: tuple[Function, ...] = (np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj)
for _function in _KNOWN:
    row(_function, METADATA)

# The shape of the result depends on the values.

_BY_DATA: tuple[Function, ...] = (
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.unique_all, np.unique_counts, np.unique_inverse,
    np.unique_values, np.compress, np.extract, np.repeat, np.delete, np.insert, np.bincount, np.trim_zeros,
    np.union1d, np.intersect1d, np.setdiff1d, np.setxor1d, np.histogram_bin_edges, np.histogram,
)  # fmt: skip
for _function in _BY_DATA:
    row(_function, shape_by_data=True)
for _name in ("nonzero", "compress", "repeat"):
    method_row(_name, shape_by_data=True)

# In place.

row(np.copyto, changes="dst")
row(np.put, changes="a")
row(np.putmask, changes="a")
row(np.place, changes="arr")
row(np.fill_diagonal, changes="a")
row(np.put_along_axis, changes="arr")
for _name in ("sort", "partition", "fill", "put"):
    method_row(_name, changes="self")
for _name in ("resize", "byteswap", "setfield", "setflags", "view", "getfield", "dump", "tofile"):
    method_row(_name, refused=True)

# What attributes of arrays compute, and what powers NumPy's operator computes by other functions.
ATTRIBUTES: dict[str, Function] = {"T": np.transpose, "mT": np.matrix_transpose, "real": np.real, "imag": np.imag}
POWERS: dict[float, Function] = {-1: np.reciprocal, 0.5: np.sqrt, 1: np.positive, 2: np.square}
