"""Systems of linear equations, inverses and pseudo-inverses."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import general
from autograd.graph import raw
from autograd.ops.hermitian import from_lower, hermitian_part, real_part
from autograd.ops.masked import in_type, real_type, widened
from autograd.ops.products import conj, data
from autograd.primitive import Primitive, composed


def _inv_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dY = −Y dA Y."""
    return -(y @ tangents[0] @ y)


def _solve_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    """A⁻ᵀ g. Axes in front that only g has become columns, so that each matrix is factored once."""
    lead = g.ndim - a.ndim
    if lead <= 0:
        return solve(a.mT, g)
    front, back = tuple(range(lead)), tuple(range(-lead, 0))
    columns = np.moveaxis(g, front, back)
    flat = columns.reshape((*columns.shape[: a.ndim - 1], math.prod(columns.shape[a.ndim - 1 :])))
    return np.moveaxis(solve(a.mT, flat).reshape(columns.shape), back, front)


def _solve_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dY = A⁻¹ (dB − dA Y)."""
    ta, tb = tangents
    moved = tb if ta is None else -(ta @ y) if tb is None else tb - ta @ y
    return op(inputs[0], moved)


def _pinv_rule(g: Any, y: Any, a: Any, *, rcond: Any = None, hermitian: bool = False, rtol: Any = None) -> Any:
    """The transpose of `_pinv_push`."""
    hermitian = hermitian and a.size > 0
    full = from_lower(a) if hermitian else a
    ac, yc, gh = conj(full), conj(y), conj(g.mT)
    back = (gh - ac @ (yc @ gh)) @ (yc @ y.mT) + (y.mT @ yc) @ (gh - (gh @ yc) @ ac) - y.mT @ g @ y.mT
    return hermitian_part(back) if hermitian else back


def _pinv_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dA⁺ = A⁺A⁺ᴴ dAᴴ (1 − AA⁺) + (1 − A⁺A) dAᴴ A⁺ᴴA⁺ − A⁺ dA A⁺, as long as the rank stays what it is.

    G. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
    variables separate", SIAM J. Numer. Anal. 10 (1973).
    """
    (t,), (a,) = tangents, inputs
    if params.get("hermitian") and a.size:
        t, a = hermitian_part(t), from_lower(a)
    th, yh = conj(t.mT), conj(y.mT)
    return (y @ yh) @ (th - (th @ a) @ y) + (th - y @ (a @ th)) @ (yh @ y) - y @ t @ y


# fmt: off
inv: Primitive   = general("inv", np.linalg.inv, lambda g, y, a: -(y.mT @ g @ y.mT), push=_inv_push, numpy=[np.linalg.inv], flops=flops.cubic(2))
solve: Primitive = general("solve", np.linalg.solve, lambda g, y, a, b: -(_solve_right(g, y, a, b) @ y.mT), _solve_right, push=_solve_push, broadcasts=True, flops=flops.solve)
pinv: Primitive  = general("pinv", np.linalg.pinv, _pinv_rule, push=_pinv_push, numpy=[np.linalg.pinv], flops=flops.svd)
# fmt: on


@composed(np.linalg.solve)
def _numpy_solve(a: Any, b: Any) -> Any:
    """The row takes matrices; a vector on the right is one of a single column."""
    a, b = data(a, "solve"), data(b, "solve")
    return solve(a, b[:, None])[..., 0] if b.ndim == 1 else solve(a, b)


@composed(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: float | None = None) -> tuple[Any, Any, Any, Any]:
    """The x of least ‖b − a x‖ (of several the shortest), the squared residuals, the rank, the singular values.

    By way of the pseudo-inverse, so the derivative is that for a fixed rank. The rank carries none. As in NumPy, all is
    computed in float64, in which the singular values stay.
    """
    a, b = data(a, "lstsq"), data(b, "lstsq")
    common = np.result_type(raw(a), raw(b))
    if np.float16 in (a.dtype, b.dtype):
        raise TypeError("array type float16 is unsupported in linalg")
    if a.ndim != 2 or b.ndim not in (1, 2) or len(a) != len(b):
        raise ValueError(
            f"lstsq got shapes {a.shape} and {b.shape}; expected two matrices with as many rows, or a vector b"
        )
    m, n = a.shape
    limit = np.finfo(np.result_type(a.dtype, b.dtype, np.float32)).eps * (max(m, n) if rcond is None else 1)
    limit = limit if rcond is None or rcond < 0 else rcond
    a, b = widened(a, np.float64), widened(b, np.float64)
    x = np.linalg.pinv(a, rcond=limit) @ b
    s = np.linalg.svdvals(a)
    plain = raw(s)
    rank = np.sum(plain > limit * np.max(plain, initial=0.0)).astype(np.int32)
    left = b - a @ x
    squares = np.sum(real_part(conj(left) * left), axis=0, keepdims=b.ndim == 1)
    if common.kind in "fc":
        x, squares = in_type(x, common), in_type(squares, real_type(common))
    return x, squares if m > n == rank else squares[:0], rank, s


@composed(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of the linear map from the axes behind the first `ind` to those."""
    if ind <= 0:
        raise ValueError(f"tensorinv got ind={ind}; expected the number of axes in front, at least 1")
    return np.linalg.inv(a.reshape((math.prod(a.shape[ind:]), math.prod(a.shape[:ind])))).reshape(
        a.shape[ind:] + a.shape[:ind]
    )


@composed(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Sequence[int] | None = None) -> Any:
    """The x with tensordot(a, x, x.ndim) = b; `axes` of a are moved to the end first."""
    a, b = data(a, "tensorsolve"), data(b, "tensorsolve")
    if axes is not None:
        a = np.moveaxis(a, tuple(axes), tuple(range(-len(axes), 0)))
    shape = a.shape[b.ndim :]
    if a.size != math.prod(shape) ** 2 or b.size != math.prod(shape):
        raise np.linalg.LinAlgError(
            f"tensorsolve got shapes {a.shape} and {b.shape}; expected a.shape[:{b.ndim}] == b.shape, and as many elements behind"
        )
    return np.linalg.solve(a.reshape((math.prod(shape),) * 2), b.reshape(-1)).reshape(shape)
