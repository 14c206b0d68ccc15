"""Norms of vectors and matrices, and the condition number."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import general, is_complex, zero_law
from autograd.graph import followed, raw
from autograd.ops.cones import Cone, blend, ramp
from autograd.ops.elementwise import over
from autograd.ops.hermitian import real_part
from autograd.ops.products import conj
from autograd.ops.reduce import from_end, kept
from autograd.primitive import Primitive, composed


def _norm(x: Any, *, ord: float = 2, axis: Any = None, keepdims: bool = False) -> Any:
    if ord == 2 and axis is None:  # a dot product, where vector_norm would square the elements first
        return np.linalg.norm(x, axis=None, keepdims=keepdims)
    return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=ord)


def _norm_rule(g: Any, y: Any, x: Any, *, ord: float = 2, axis: Any = None, keepdims: bool = False) -> Any:
    """(|x| / ‖x‖)^(p − 1) x̄ / |x|, for p = 2 simply x̄ / ‖x‖; of the zero vector and of an element that is 0, 0."""
    g, y = kept(g, x, axis, keepdims), kept(y, x, axis, keepdims)
    if ord == 2:
        return zero_law(over(g, y) * conj(x), g)
    size = modulus(x)
    some = np.where(raw(size) == 0, 1.0, size)
    slope = np.where(raw(size) == 0, 0.0, over(some, y) ** (ord - 1)) * over(conj(x), some)
    if ord < 2 and followed(x):  # an element that is 0 has no second derivative beside one that is not
        slope = slope + ramp(np.where((raw(size) == 0) & (raw(y) != 0), np.nan, 0.0), x)
    return zero_law(g * slope, g)


def _norm_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """The sum of what each element adds."""
    slope = _norm_rule(np.ones_like(raw(y)), y, *inputs, **params)
    return np.sum(real_part(slope * tangents[0]), axis=params.get("axis"), keepdims=params.get("keepdims", False))


def _norm_apex(i: int, y: Any, x: Any, *, ord: float = 2, axis: Any = None, keepdims: bool = False) -> Cone:
    """The norm of the zero vector; only of the order 2 has it a square that is smooth."""
    near = blend(x, axis)
    return Cone(np.equal(raw(y), 0), conj(x), near, lambda slope: kept(slope, x, axis, keepdims), round=ord == 2)


norm = general("norm", _norm, _norm_rule, push=_norm_push, apex=_norm_apex, flops=flops.per_element(2))


def modulus(x: Any) -> Any:
    """|x|; of complex numbers from the two parts, whose derivative at 0 is 0."""
    return np.hypot(np.real(x), np.imag(x)) if is_complex(raw(x)) else abs(x)


def _vector_norm(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    """The norm along `axis`, which may be several: one vector with all elements."""
    if ord is None or ord == 2:
        return norm(x, axis=axis, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"norm got ord={ord!r} for vectors; expected a number, np.inf or None")
    if ord == np.inf:
        return np.max(modulus(x), axis=axis, keepdims=keepdims, initial=_start(x))
    if ord == -np.inf:
        return np.min(modulus(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(np.sign(modulus(x)), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(modulus(x), axis=axis, keepdims=keepdims)
    return norm(x, ord=ord, axis=axis, keepdims=keepdims)


def _start(x: Any) -> Any:
    """The norm of no elements is 0."""
    return None if x.size else 0.0


def _extreme(sizes: Any, ord: Any, axis: int, x: Any, keepdims: bool = False) -> Any:
    """The largest size, for a positive order; for a negative one the smallest."""
    if ord > 0:
        return np.max(sizes, axis=axis, keepdims=keepdims, initial=_start(x))
    return np.min(sizes, axis=axis, keepdims=keepdims)


def _matrix_norm(x: Any, ord: Any, axes: tuple[int, int], keepdims: bool) -> Any:
    """The norm of the matrices along two axes."""
    row, column = from_end(axes, x.ndim)
    if row == column:
        raise ValueError(f"norm got axis={axes} for {x.ndim} axes; expected two different ones")
    if ord in (None, "fro", "f"):
        return norm(x, axis=(row, column), keepdims=keepdims)
    if ord in (1, -1, np.inf, -np.inf):
        across, along = (row, column) if abs(ord) == 1 else (column, row)
        sums = np.sum(modulus(x), axis=across, keepdims=True)
        y = _extreme(sums, ord, along, x, keepdims=True)
    elif ord in (2, -2, "nuc"):
        s = np.linalg.svdvals(np.moveaxis(x, (row, column), (-2, -1)))
        y = np.sum(s, axis=-1) if ord == "nuc" else _extreme(s, ord, -1, x)
        y = np.expand_dims(y, (row, column))
    else:
        raise ValueError(f'norm got ord={ord!r} for matrices; expected None, "fro", "nuc", ±1, ±2 or ±np.inf')
    return y if keepdims else np.squeeze(y, axis=(row, column))


@composed(np.linalg.norm)
def _numpy_norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors along one axis, of matrices along two, or of all of x.

    Derivatives: 0 at the zero vector; shared by the largest (smallest) where several tie for ord=±inf and ±1; 0
    everywhere for ord=0, which counts.
    """
    if axis is None:
        if ord is None or x.ndim == 1:
            return _vector_norm(x, ord, None, keepdims)
        axis = tuple(range(x.ndim))
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    if len(axes) not in (1, 2):
        raise ValueError(f"norm got ord={ord!r} along the axes {axes}; expected one axis or two")
    return _vector_norm(x, ord, axes, keepdims) if len(axes) == 1 else _matrix_norm(x, ord, axes, keepdims)


@composed(np.linalg.vector_norm)
def _numpy_vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    return _vector_norm(x, ord, axis, keepdims)


@composed(np.linalg.matrix_norm)
def _numpy_matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return _matrix_norm(x, ord, (-2, -1), keepdims)


@composed(np.linalg.cond)
def _numpy_cond(x: Any, p: Any = None) -> Any:
    """‖x‖ ‖x⁻¹‖; for p = None and 2 the largest singular value over the smallest, for -2 the reverse.

    Where a singular value is 0 that is infinite, with the gradient 0; the other norms need an inverse.
    """
    if p in (None, 2, -2):
        s = np.linalg.svdvals(x)
        first, last = (s[..., -1], s[..., 0]) if p == -2 else (s[..., 0], s[..., -1])
        return np.where(raw(last) == 0, np.inf, over(first, last))
    return np.linalg.norm(x, p, (-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, (-2, -1))
