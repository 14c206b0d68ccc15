"""Families of operations, each of which turns one rule per input into both modes of differentiation.

A rule is written once, in plain NumPy, as `rule(g, y, *inputs, **params)`: the cotangent g of the output y,
pulled back to one input. It is linear in g, and axes that g has in front of those of y are a stack of cotangents,
which it pulls back all at once: that is how the rows of a Jacobian come out of one sweep. The families say how the
same line pushes a tangent forward:

- `elementwise`: the Jacobian is diagonal, so it is its own transpose and the rule serves as it is;
- `linear`: the operation is its own derivative, so the tangents go through the operation itself;
- `bilinear`: linear in each input with the other held fixed, so the product rule;
- `general`: anything else; the forward rule is derived by transposing the reverse one.
- `symmetric`: a Jacobian that is its own transpose, as softmax has; `several`: several results.

Two laws are kept here, in one place:

- `fit`: of every operation, a cotangent has the shape and the dtype of its input, whatever broadcasting did on the way;
- `zero_law`: where the cotangent of an elementwise operation is exactly zero, so is what it contributes, even if
  the derivative there is infinite or not a number. A branch that `np.where` did not take never leaks a NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.bundle import Several, of_parts
from autograd.errors import NoDerivativeError, RuleError
from autograd.flops import Formula, once
from autograd.graph import Tracer, Value, raw
from autograd.primitive import Every, Primitive, Rule, check_kind, describe, register

Functions = Sequence[Callable[..., Any]]


def elementwise(
    name: str,
    forward: Callable[..., Any],
    *rules: Rule | None,
    real: bool = False,
    numpy: Functions = (),
    apex: Callable[..., Any] | None = None,
    flops: Formula = once,
) -> Primitive:
    """An operation on each element by itself, with broadcasting.

    >>> cube = elementwise("cube", lambda x: x * x * x, lambda g, y, x: g * 3 * x * x)
    >>> cube(2.0)
    8.0
    """

    def push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
        total = None
        shape = _shape(y)
        for rule, t in zip(rules, tangents, strict=True):
            if t is not None and rule is not None:
                t = t if _shape(t) == shape else np.broadcast_to(t, shape)
                part = zero_law(rule(t, y, *inputs, **params), t)
                total = part if total is None else total + part
        return total

    return register(
        Primitive(
            name,
            forward,
            rules,
            push=push,
            elementwise=True,
            broadcasts=True,
            real=real,
            numpy=numpy,
            apex=apex,
            flops=flops,
        )
    )


def linear(
    name: str,
    forward: Callable[..., Any],
    *transposes: Rule | Every | None,
    numpy: Functions = (),
    flops: Formula = once,
) -> Primitive:
    """An operation that is linear in all its differentiable inputs together: a transpose for each, or `Every`."""

    def push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
        moved = [
            x if op.rules[i] is None else zeros_like(x) if t is None else t
            for i, (x, t) in enumerate(zip(inputs, tangents, strict=True))
        ]
        return op(*moved, **params)

    rules: Any = transposes[0] if isinstance(transposes[0], Every) else transposes
    return register(Primitive(name, forward, rules, push=push, broadcasts=True, numpy=numpy, flops=flops))


def bilinear(
    name: str, forward: Callable[..., Any], left: Rule, right: Rule, numpy: Functions = (), flops: Formula = once
) -> Primitive:
    """An operation that is linear in each of its two inputs, such as a product of matrices."""

    def push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
        (a, b), (ta, tb) = inputs, tangents
        parts = []
        if ta is not None:
            parts.append(op(ta, b, **params))
        if tb is not None:
            parts.append(op(a, tb, **params))
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]

    return register(Primitive(name, forward, (left, right), push=push, broadcasts=True, numpy=numpy, flops=flops))


def general(
    name: str,
    forward: Callable[..., Any],
    *rules: Rule | None,
    push: Callable[..., Any] | None = None,
    broadcasts: bool = False,
    real: bool = False,
    numpy: Functions = (),
    apex: Callable[..., Any] | None = None,
    flops: Formula = once,
) -> Primitive:
    """Any other operation; its forward mode is derived from the rules.

    push: the forward rule, where it is cheaper than the derived one: `push(op, tangents, y, inputs, params)` gives the
        tangent of y; a tangent is None where an input does not move.
    """
    return register(
        Primitive(
            name, forward, rules, push=push, broadcasts=broadcasts, real=real, numpy=numpy, apex=apex, flops=flops
        )
    )


def several(
    name: str,
    forward: Callable[..., Any],
    *rules: Rule | None,
    push: Callable[..., Any] | None = None,
    real: bool = False,
    partly: bool = False,
    numpy: Functions = (),
    flops: Formula = once,
) -> Primitive:
    """A general operation with several results: `forward` gives a tuple, a rule takes tuples of g and y.

    push: as for `general`; it gives `Parts`.
    partly: the cotangent of a result that the target does not depend on is None, rather than zeros.
    """
    adapted = [None if rule is None else of_parts(rule, partly) for rule in rules]
    return register(Several(name, forward, adapted, push=push, real=real, numpy=numpy, flops=flops))


def symmetric(
    name: str,
    forward: Callable[..., Any],
    rule: Rule,
    real: bool = False,
    numpy: Functions = (),
    flops: Formula = once,
) -> Primitive:
    """A general operation of one input whose Jacobian is symmetric, such as softmax: one rule, both modes."""

    def push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
        return rule(tangents[0], y, *inputs, **params)

    return register(Primitive(name, forward, [rule], push=push, real=real, numpy=numpy, flops=flops))


def _shape(x: Any) -> tuple[int, ...]:
    return getattr(raw(x), "shape", ())


def is_complex(x: Any) -> bool:
    """Whether `x` is complex, by its dtype or as a Python number."""
    return x.dtype.kind == "c" if hasattr(x, "dtype") else type(x) is complex


def zeros_like(x: Any) -> Any:
    """Zeros of the shape and dtype of `x`; of a Python number its own kind of zero, which widens no array."""
    x = raw(x)
    return np.zeros_like(x) if hasattr(x, "shape") else type(x)(0)


def ones_like(x: Any) -> Any:
    """Ones of the shape and dtype of `x`, as `zeros_like`: the cotangent that a target starts with."""
    x = raw(x)
    return np.ones_like(x) if hasattr(x, "shape") else type(x)(1)


def as_array(x: Any) -> Any:
    """What a tensor holds, and whatever else has a dtype, as it is; numbers and lists through NumPy."""
    x = raw(x)
    check_kind(x, "autograd")
    return x if hasattr(x, "dtype") else np.asarray(x)


def converted(x: Any, dtype: npt.DTypeLike) -> Any:
    """A copy of `x` in `dtype`; arrays of other libraries stay what they are."""
    check_kind(x, "autograd")
    return x.astype(dtype) if hasattr(x, "astype") else np.array(x, dtype)


def fit(g: Any, x: Any, op: Primitive, position: int, stacked: int = 0) -> Any:
    """The cotangent `g` of input number `position` in the shape and dtype of that input, `x`.

    Undoes broadcasting by summing over the axes that were stretched. The first `stacked` axes of `g` number the
    cotangents of a stack and are left alone. Written in NumPy, so that it is recorded when `g` is a tensor.
    """
    got = g.value if isinstance(g, Value) else g  # `raw`, without the calls
    x = x.value if isinstance(x, Value) else x
    if type(got) is np.ndarray is type(x) and got.shape == x.shape and got.dtype is x.dtype and not op.real:
        return g  # the usual case, and the quickest to tell
    if isinstance(x, tuple):
        return g  # a bundle; each part is fitted where it is picked
    if op.real:
        check_real(x, op, position)
    if type(x) in (float, complex) and not stacked:
        return g if type(got) is type(x) else _python_number(g, type(x))
    if isinstance(x, Tracer) and not stacked and not isinstance(g, Value) and (number := x.fitted(g)) is not None:
        return number
    shape = _shape(g)[:stacked] + _shape(x)
    if _shape(g) != shape:
        if not op.broadcasts:
            raise RuleError(_misfit(g, shape, op, position))
        g = unbroadcast(g, shape, op, position, stacked)
    dtype = getattr(x, "dtype", None)
    # NumPy takes None for float64 when it compares dtypes, so a number without one is asked for first.
    if dtype is None:  # a Python number, which widens nothing; a real one has a real cotangent all the same
        return g.real if type(x) is float and is_complex(raw(g)) else g
    return g if hasattr(g, "dtype") and g.dtype == dtype else cast(g, dtype)


def check_real(x: Any, op: Primitive, position: int) -> None:
    """Refuse a complex input of an operation whose rules hold for real numbers only."""
    if is_complex(raw(x)):
        raise NoDerivativeError(
            f"the derivative of {op.name} is known for real numbers only, and its input {position} is {describe(x)}; "
            f"take x.real, x.imag or a product with the conjugate first"
        )


def unbroadcast(g: Any, shape: tuple[int, ...], op: Primitive, position: int, stacked: int) -> Any:
    """`g` summed over the axes along which an input was stretched; `shape` is what is to be left."""
    lead = len(_shape(g)) - len(shape)
    kept = _shape(g)[:stacked] + _shape(g)[stacked + max(lead, 0) :]
    if lead < 0 or any(n not in (1, m) for n, m in zip(shape, kept, strict=True)):
        raise RuleError(_misfit(g, shape, op, position))
    stretched = [lead + i for i, (n, m) in enumerate(zip(shape, kept, strict=True)) if n != m]
    return np.sum(g, axis=(*range(stacked, stacked + lead), *stretched)).reshape(shape)


def cast(g: Any, dtype: np.dtype[Any]) -> Any:
    """`g` in `dtype`; a complex cotangent of a real input is its real part."""
    if not hasattr(g, "dtype"):
        return dtype.type(g if dtype.kind == "c" else g.real)
    if g.dtype.kind == "c" and dtype.kind != "c":
        g = g.real
    return g.astype(dtype)


def _python_number(g: Any, kind: type) -> Any:
    """The sum of `g` as a Python float or complex number, like the input it belongs to."""
    total = g if _shape(g) == () else np.sum(g)
    if kind is float and is_complex(raw(total)):
        total = total.real
    return total.astype(kind) if isinstance(g, Value) else kind(total)


def _misfit(g: Any, shape: tuple[int, ...], op: Primitive, position: int) -> str:
    return (
        f"the derivative rule of {op.name} for input {position} returned shape {_shape(g)}; "
        f"expected the input's own shape {tuple(shape)}"
    )


def settled(part: Any, g: Any, x: Any, op: Primitive, position: int, stacked: int = 0) -> Any:
    """What a rule made of the cotangent `g` for input number `position`, under both laws."""
    if type(part) is np.ndarray is type(x) and part.shape == x.shape and part.dtype is x.dtype and not op.real:
        if part is g or not op.elementwise or (part.itemsize > 2 and not has_nan(part)):
            return part  # the usual case, and the quickest to tell
    elif type(part) is float is type(x) and part == part:
        return part
    return fit(zero_law(part, g) if op.elementwise else part, x, op, position, stacked)


def has_nan(x: np.ndarray[Any, Any]) -> bool:
    """Whether there may be a NaN in an array: a sum of squares is one if a term is."""
    flat = x if x.ndim == 1 else x.ravel("K")  # without a copy, however the array lies in memory
    square = flat.dot(flat)  # the fastest pass NumPy has
    return bool(square != square)


def zero_law(part: Any, g: Any) -> Any:
    """`part`, with exact zeros wherever the cotangent `g` it was made from is exactly zero.

    Only 0 · inf and 0 · nan can break this, and both give a NaN; so one fast pass looks for a NaN first, and
    the second derivative of all that is finite stays untouched.
    """
    kind = type(part)
    if kind is float:
        return part if part == part or g != 0 else 0.0
    if part is g:
        return part
    got = part if kind is np.ndarray else raw(part)
    if isinstance(got, Tracer):
        got.defer_zero_law()
        return part
    if type(got) is np.ndarray and got.itemsize > 2 and not has_nan(got):
        return part
    if isinstance(got, np.floating) and got == got:
        return part
    lost = np.isnan(got) & (raw(g) == 0)
    if not np.any(lost):
        return part
    return np.where(lost, 0, part) if np.shape(got) else type(part)(0.0)
