"""Products of vectors and matrices, as NumPy names them. Those of arrays, by labels, are in `einsum`."""

from typing import Any

import numpy as np

from autograd import flops
from autograd.families import bilinear, is_complex
from autograd.graph import Value, raw
from autograd.ops.diagonals import diagonal
from autograd.ops.masked import in_type
from autograd.primitive import Primitive, composed, constant


def _matmul_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    """g bᵀ; a vector b is a row of it, and a vector a makes a vector of g."""
    if b.ndim == 1:
        return g[..., None] * b
    return (b @ g[..., None])[..., 0] if a.ndim == 1 and b.ndim > 2 else g @ b.mT


def _matmul_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    """aᵀ g, with the same care for vectors; for a vector b and a matrix a it is g a."""
    if a.ndim == 1:
        return g[..., None] * a if b.ndim == 1 else a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return g @ a if a.ndim == 2 else (a.mT @ g[..., None])[..., 0]
    return a.mT @ g


def _cross3(a: Any, b: Any) -> Any:
    """The vector product along the last axis, of length 3."""
    return np.cross(a, b)


# fmt: off
matmul = bilinear("matmul", np.matmul, _matmul_left, _matmul_right, numpy=[np.matmul], flops=flops.matmul)
cross3: Primitive = bilinear("cross3", _cross3, lambda g, y, a, b: cross3(b, g), lambda g, y, a, b: cross3(g, a), flops=flops.per_element(9))
# fmt: on


def data(x: Any, name: str) -> Any:
    """An argument of a composition as something that computes: lists as arrays; `name` is who asks."""
    return x if isinstance(x, Value) or type(x) in (float, int, complex) else constant(x, name)


def conj(x: Any) -> Any:
    """The complex conjugate; of real numbers nothing is computed."""
    return np.conjugate(x) if is_complex(raw(x)) else x


def _ndim(x: Any) -> int:
    return len(getattr(x, "shape", ()))


def _flat(x: Any) -> Any:
    return x.reshape(-1) if _ndim(x) else np.reshape(x, (1,))


@composed(np.dot)
def dot(a: Any, b: Any) -> Any:
    """The sum over the last axis of a and the last but one of b (its only one if it is a vector); numbers multiply."""
    a, b = data(a, "dot"), data(b, "dot")
    if not _ndim(a) or not _ndim(b):
        return a * b
    return a @ b if _ndim(b) <= 2 else _summed("dot", a, b, -2)


@composed(np.inner)
def inner(a: Any, b: Any) -> Any:
    """The sum over the last axes of both; numbers multiply."""
    a, b = data(a, "inner"), data(b, "inner")
    return _summed("inner", a, b, -1) if _ndim(a) and _ndim(b) else a * b


def _summed(name: str, a: Any, b: Any, axis: int) -> Any:
    """The sum over the last axis of a and one axis of b."""
    if a.shape[-1] != b.shape[axis]:
        raise ValueError(f"{name} got shapes {a.shape} and {b.shape}; expected a.shape[-1] == b.shape[{axis}]")
    return np.tensordot(a, b, axes=(-1, axis))


@composed(np.outer)
def outer(a: Any, b: Any) -> Any:
    """Each element of a times each of b: a matrix."""
    return _flat(data(a, "outer"))[:, None] * _flat(data(b, "outer"))


@composed(np.linalg.outer)
def _linalg_outer(x1: Any, x2: Any) -> Any:
    if _ndim(x1 := data(x1, "outer")) != 1 or _ndim(x2 := data(x2, "outer")) != 1:
        raise ValueError(f"linalg.outer got arrays with {_ndim(x1)} and {_ndim(x2)} axes; expected vectors")
    return outer(x1, x2)


@composed(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    """Σ conj(a) b over all elements."""
    return conj(_flat(data(a, "vdot"))) @ _flat(data(b, "vdot"))


@composed(np.vecdot, np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Σ conj(x1) x2 along an axis."""
    a, b = (np.moveaxis(data(x, "vecdot"), axis, -1) for x in (x1, x2))
    return (conj(a)[..., None, :] @ b[..., None])[..., 0, 0]


@composed("matvec")
def matvec(x1: Any, x2: Any, /) -> Any:
    """A stack of matrices times a stack of vectors."""
    return (x1 @ data(x2, "matvec")[..., None])[..., 0]


@composed("vecmat")
def vecmat(x1: Any, x2: Any, /) -> Any:
    """A stack of vectors, conjugated, times a stack of matrices."""
    return (conj(data(x1, "vecmat"))[..., None, :] @ x2)[..., 0, :]


@composed(np.matmul)
def _numpy_matmul(x1: Any, x2: Any, /, *, axes: Any = None, dtype: Any = None) -> Any:
    """With axes=[(i, j), (k, l), (m, n)] the matrices lie along those axes of x1, x2 and the result."""
    a, b = (in_type(data(x, "matmul"), dtype) for x in (x1, x2))
    if axes is None:
        return matmul(a, b)
    pairs = [axis if isinstance(axis, tuple | list) else (axis,) for axis in axes]
    ends = [tuple(range(-len(pair), 0)) for pair in pairs]
    y = matmul(np.moveaxis(a, pairs[0], ends[0]), np.moveaxis(b, pairs[1], ends[1]))
    return np.moveaxis(y, ends[2], pairs[2]) if len(pairs) > 2 else y


@composed(np.linalg.matmul)
def _linalg_matmul(x1: Any, x2: Any, /) -> Any:
    return matmul(x1, x2)


@composed(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Kronecker's product: a with each element replaced by that element times b."""
    a, b = data(a, "kron"), data(b, "kron")
    n = max(_ndim(a), _ndim(b))
    if not n:
        return a * b
    sa, sb = ((1,) * (n - _ndim(x)) + tuple(getattr(x, "shape", ())) for x in (a, b))
    spread = np.reshape(a, [k for m in sa for k in (m, 1)]) * np.reshape(b, [k for m in sb for k in (1, m)])
    return spread.reshape([m * k for m, k in zip(sa, sb, strict=True)])


@composed(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vector product of vectors with three elements; two elements lie in the plane, and of two such pairs the
    result is the third element alone.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(data(a, "cross"), axisa, -1), np.moveaxis(data(b, "cross"), axisb, -1)
    lengths = (a.shape[-1], b.shape[-1])
    if not set(lengths) <= {2, 3}:
        raise ValueError(f"cross got vectors of {lengths[0]} and {lengths[1]} elements; expected 2 or 3")
    if lengths == (2, 2):
        return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return np.moveaxis(cross3(_lifted(a), _lifted(b)), -1, axisc)


def _lifted(x: Any) -> Any:
    """Vectors of the plane as vectors of space."""
    return x if x.shape[-1] == 3 else np.concatenate([x, np.zeros_like(raw(x)[..., :1])], axis=-1)


@composed(np.linalg.cross)
def _linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    x1, x2 = data(x1, "cross"), data(x2, "cross")
    if (x1.shape[axis], x2.shape[axis]) != (3, 3):
        raise ValueError(f"linalg.cross got shapes {x1.shape} and {x2.shape}; expected 3 elements along axis {axis}")
    return cross(x1, x2, axis=axis)


@composed(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    """The sum of the diagonal."""
    y = np.sum(diagonal(a, offset, axis1, axis2), axis=-1)
    return y if dtype is None else y.astype(dtype)


@composed(np.linalg.trace)
def _linalg_trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return trace(x, offset, -2, -1, dtype)
