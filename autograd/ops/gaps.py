"""Quotients by the gaps between eigenvalues or singular values, and what they are where two of these are equal."""

import math
from typing import Any

import numpy as np

from autograd.graph import followed, raw, warn
from autograd.ops.cones import blend, ramp

_INSTEAD = (
    "Use a function of the eigenvalues (singular values) alone, or a function of the matrix: ag.linalg.expm, sqrtm, "
    "logm, np.linalg.matrix_power, inv, pinv, solve, det, slogdet"
)


def over_gap(
    name: str,
    numerator: Any,
    gap: Any,
    scale: Any,
    size: Any,
    between: Any = 0.0,
    used: Any = True,
    both: bool = False,
    forward: bool = False,
) -> Any:
    """Divide `numerator` by the gaps between eigenvalues.

    Where a gap is 0 up to rounding, the vectors are not determined, and it depends on the function what is right:

    - It depends on the space that the vectors span alone. Then the numerator is 0, and so is its part of the gradient.
    - It depends on the vectors one by one, and the numerator is not 0. Then there is no derivative: NaN.
    - It depends on the eigenvalues too, as V f(w) Vᴴ does. Then the part of the gradient is the limit of 0 / 0, which
      the cotangents at one point do not tell: NaN, unless nothing lies `between` the two vectors.

    Each NaN of a gradient comes with a warning. Tangents that are NaN come without one, since they are computed before
    it is known whether the function uses these vectors. Where a gap is merely small, so that rounding errors dominate
    the quotient, that is a warning too.

    scale: the largest eigenvalue of each matrix. size: how large the cotangents of both vectors are, or the tangent of
    the matrix. between: the cotangent of one vector along the other, in absolute value. used: whether a cotangent
    other than 0 came back for one of the two. both: whether the function depends on eigenvalues and vectors. forward:
    whether the quotients are tangents.
    """
    distance = abs(raw(gap))
    eps = np.finfo(distance.dtype).eps
    if not np.any(distance <= np.sqrt(eps) * scale):
        return numerator / gap
    limit = eps**0.75 * size
    equal = distance <= 8 * eps * math.sqrt(max(numerator.shape[-2:])) * scale
    unknown = equal & (abs(raw(numerator)) > limit)
    if both:
        unknown = unknown | (equal & used & ((between > limit) | (size == 0)))
    for axis in (-2, -1):  # what lies beside the vectors is not known element by element
        unknown = np.any(unknown, axis=axis, keepdims=True) if distance.shape[axis] == 1 else unknown
    safe = np.where(equal, 1.0, gap)
    quotient = numerator * np.where(unknown, np.nan, np.where(equal, 0.0, 1 / safe))
    if np.any(unknown):
        if forward:
            return quotient
        warn(
            f"the derivative of {name} is NaN with respect to some of the vectors: their eigenvalues (singular values) "
            f"are equal up to rounding, so that the matrix does not determine the vectors one by one. {_INSTEAD}",
            RuntimeWarning,
        )
    elif both and np.any(equal & ~used):
        warn(
            f"{name} was differentiated at equal eigenvalues (singular values), and the derivative with respect to the "
            f"vectors that belong to them is 0. The gradient is right if the result does not depend on these vectors; "
            f"it is wrong for a function such as v @ np.diag(np.log(w)) @ v.T. {_INSTEAD}",
            RuntimeWarning,
        )
    else:
        found = np.where(equal, 0.0, abs(raw(quotient)))
        error = np.where(equal, 0.0, eps * (size + found * scale) / abs(raw(safe)))
        if np.any(error > np.cbrt(eps) * np.max(np.maximum(found, size / scale), axis=(-2, -1), keepdims=True)):
            warn(
                f"the derivative of {name} is inaccurate: eigenvalues (singular values) are so close to each other that "
                f"rounding errors dominate the quotient by the gap between them. {_INSTEAD}",
                RuntimeWarning,
            )
    return quotient


def pair_gaps(w: Any) -> Any:
    """w_j − w_i for each pair i, j; ∞ on the diagonal, so that a quotient by it is 0."""
    return np.where(np.eye(w.shape[-1], dtype=bool), np.inf, w[..., None, :] - w[..., :, None])


def in_use(sizes: Any, gw: Any) -> Any:
    """Whether each vector or its eigenvalue has a cotangent other than 0; True for all if none has.

    sizes: of the cotangents of the vectors. gw: the cotangents of the eigenvalues, or None.
    """
    used = sizes != 0 if gw is None else (sizes != 0) | (raw(gw) != 0)
    return used | ~np.any(used, axis=-1, keepdims=True)


def either(used: Any) -> Any:
    """For each pair i, j, whether one of the two is."""
    return used[..., None, :] | used[..., :, None]


def both_sizes(sizes: Any) -> Any:
    """For each pair i, j, the sizes of both together."""
    return sizes[..., None, :] + sizes[..., :, None]


def both_ways(m: Any) -> Any:
    """For each pair i, j, the larger of |m_ij| and |m_ji|."""
    size = abs(raw(m))
    return np.maximum(size, size.mT)


def largest(w: Any) -> Any:
    """The largest absolute value for each matrix, as an array that broadcasts against matrices."""
    return np.max(abs(raw(w)), axis=-1, keepdims=True, initial=0.0)[..., None]


def frobenius(t: Any) -> Any:
    """The Frobenius norm of each matrix, as an array that broadcasts against matrices."""
    return np.sqrt(np.sum(abs(raw(t)) ** 2, axis=(-2, -1), keepdims=True))


def replaced(x: Any, where: Any, warning: str) -> tuple[Any, Any]:
    """`x` with the identity in place of the matrices that `where` names, and `where`; a warning if it names any.

    If it names none, `x` itself and None.
    """
    if not np.any(where):
        return x, None
    warn(warning, RuntimeWarning)
    return np.where(where, np.eye(x.shape[-1], dtype=x.dtype), x), where


def undefined(part: Any, where: Any, x: Any) -> Any:
    """`part`, and NaN for the matrices that `where` names, with derivatives of NaN with respect to the matrices `x`."""
    if where is None:
        return part
    part = part * np.where(where, np.nan, 1.0).astype(raw(part).real.dtype)
    return part + ramp(np.where(where, np.nan, 0.0), blend(x, (-2, -1))) if followed(x) else part
