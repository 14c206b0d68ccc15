"""Determinants, exact also where the matrix is singular."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import flops
from autograd.bundle import Parts, parts_of
from autograd.families import general, is_complex, several, zero_law
from autograd.graph import raw
from autograd.ops.gaps import undefined
from autograd.ops.products import conj
from autograd.primitive import Primitive


def _det_rule(g: Any, y: Any, a: Any) -> Any:
    return g[..., None, None] * _cofactors(a, y)


def _det_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """Jacobi's formula: d det A = Σ cofactor ∘ dA."""
    return np.sum(_cofactors(inputs[0], y) * tangents[0], axis=(-2, -1))


def _cofactors(a: Any, y: Any) -> Any:
    """The derivative of det A = y by each element: det(A) A⁻ᵀ, and for (nearly) singular A what that tends to.

    There A = U M Vᴴ with constant U and V, where M is the diagonal of the singular values at this point, so the
    cofactors of A are those of M in other bases. Those of M, up to products of two elements off the diagonal, are
    ∏ m_kk over k ≠ i on the diagonal and −m_ji ∏ m_kk over k ≠ i, j off it: exact for second derivatives.
    """
    plain = raw(a)
    inverse = _inverse_if_regular(plain)
    if inverse is not None:
        return y[..., None, None] * (inverse if a is plain else np.linalg.inv(a)).mT
    u, _, vh = np.linalg.svd(plain)
    uc, vc = conj(u), conj(vh)
    m = uc.mT @ a @ vc.mT
    n = a.shape[-1]
    along = np.arange(n)
    one = np.eye(n, dtype=bool)
    others = np.where(one[:, None] | one, 1.0, m[..., None, None, along, along])  # all m_kk but for k = i, j
    product = np.prod(others, axis=-1)
    turned = np.linalg.det(u) * np.linalg.det(vh)
    return turned[..., None, None] * (uc @ np.where(one, product, -m.mT * product) @ vc)


def _inverse_if_regular(a: Any) -> Any:
    """The inverse, if all matrices are so far from singular that it has half of its digits right; else None."""
    try:
        inverse = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return None
    size = [np.max(abs(x), axis=(-2, -1), initial=0.0) for x in (a, inverse)]
    return None if np.any(size[0] * size[1] * np.sqrt(np.finfo(a.dtype).eps) > 1) else inverse


def _slogdet_rule(g: Any, y: Any, a: Any) -> Any:
    """log|det A| + i arg(det A) moves by tr(A⁻¹ dA); the sign of a real determinant does not move."""
    gs, gl, sign = (x[..., None, None] for x in (*g, y[0]))
    weight = gl + 1j * np.imag(gs * sign) if is_complex(raw(a)) else gl
    return zero_law(weight * _inverse(a, y).mT, weight)


def _slogdet_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    sign, _ = parts = parts_of(y)
    moved = np.sum(_inverse(inputs[0], parts).mT * tangents[0], axis=(-2, -1))
    if not is_complex(raw(inputs[0])):
        return Parts([np.zeros_like(raw(sign)), moved])
    return Parts([1j * sign * np.imag(moved), np.real(moved)])


def _inverse(a: Any, y: Any) -> Any:
    """A⁻¹, and NaN where A is singular and log|det A| = −∞."""
    singular = (raw(y[1]) == -np.inf)[..., None, None]
    if not np.any(singular):
        return np.linalg.inv(a)
    return undefined(np.linalg.inv(np.where(singular, np.eye(a.shape[-1], dtype=a.dtype), a)), singular, a)


# fmt: off
det     = general("det", np.linalg.det, _det_rule, push=_det_push, numpy=[np.linalg.det], flops=flops.cubic(2 / 3))
slogdet = several("slogdet", np.linalg.slogdet, _slogdet_rule, push=_slogdet_push, numpy=[np.linalg.slogdet], flops=flops.cubic(2 / 3))
# fmt: on
