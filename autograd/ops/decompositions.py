"""Decompositions of matrices into factors: Cholesky's, QR, and by singular values."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.bundle import Parts, parts_of
from autograd.errors import NoDerivativeError
from autograd.families import general, is_complex, several
from autograd.graph import raw
from autograd.ops.diagonals import diagonal
from autograd.ops.eigen import over_gaps
from autograd.ops.elementwise import over
from autograd.ops.hermitian import (
    check_phases,
    free_columns,
    free_push,
    from_lower,
    on_diagonal,
    onto_lower,
    real_part,
)
from autograd.ops.products import conj
from autograd.primitive import Primitive, composed


def _half(x: Any) -> Any:
    """The lower triangle with half of the diagonal: of a Hermitian matrix, what gives it when its adjoint is added."""
    n = x.shape[-1]
    return np.where(np.eye(n, dtype=bool), 0.5 * x, np.where(np.tri(n, dtype=bool), x, 0.0))


def _cholesky_rule(g: Any, y: Any, a: Any) -> Any:
    """L⁻ᵀ Φ(Lᵀ ḡ) L⁻ᴴᵀ, for the lower triangle, which alone LAPACK reads.

    I. Murray, "Differentiation of the Cholesky decomposition" (2016).
    """
    right = np.linalg.solve(y.mT, _half(y.mT @ g))
    return onto_lower(np.linalg.solve(conj(y).mT, right.mT).mT)


def _cholesky_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dL = L Φ(L⁻¹ dA L⁻ᴴ)."""
    left = np.linalg.solve(y, from_lower(tangents[0]))
    return y @ _half(conj(np.linalg.solve(y, conj(left).mT).mT))


def _qr_rule(g: Any, y: Any, a: Any, *, mode: str = "reduced") -> Any:
    """(ḡq + Q̄ Kᵀ) R⁻ᵀ, where K is the Hermitian matrix with the lower triangle of R ḡrᵀ − ḡqᵀ Q; the columns of A are
    independent.

    H.-J. Liao et al., "Differentiable programming tensor networks" (2019); S. Walter and L. Lehmann, "Algorithmic
    differentiation of linear algebra functions with application in optimum experimental design" (2010).
    """
    (gq, gr), (q, r) = g, y
    if mode == "complete":
        n = a.shape[-1]
        q, r, gr, added, g_added = q[..., :n], r[..., :n, :], gr[..., :n, :], q[..., n:], gq[..., n:]
        gq = gq[..., :n] + free_columns("qr", g_added, q, added)
    k = from_lower(r @ gr.mT - gq.mT @ q)
    return np.linalg.solve(r, (gq + conj(q) @ k.mT).mT).mT


def _qr_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dQ = QΩ + (1 − QQᴴ) dA R⁻¹ and dR = (C − Ω) R, with C = Qᴴ dA R⁻¹ and Ω skew with the lower triangle of C."""
    whole, below = parts_of(y)
    n = below.shape[-1]
    q, r = whole[..., :n], below[..., :n, :]
    moved = np.linalg.solve(r.mT, tangents[0].mT).mT
    c = conj(q).mT @ moved
    upper = c + conj(c.mT)
    upper = np.where(
        np.tri(c.shape[-1], k=-1, dtype=bool), 0.0, np.where(np.eye(c.shape[-1], dtype=bool), 0.5 * upper, upper)
    )
    dq, dr = moved - q @ upper, upper @ r
    if params.get("mode") == "complete":
        dq = np.concatenate([dq, free_push(q, whole[..., n:], dq)], axis=-1)
        dr = np.concatenate([dr, np.zeros_like(below[..., n:, :])], axis=-2)
    return Parts([dq, dr])


def _svd_rule(g: Any, y: Any, a: Any, *, full_matrices: bool = False) -> Any:
    """J. Townsend, "Differentiating the singular value decomposition" (2016), and for complex matrices Z.-Q. Wan and
    S.-X. Zhang, "Automatic differentiation for complex valued SVD" (2019). Where U and V turn together, U takes it.
    """
    (gu, gs, gvh), (u, s, vh) = g, y
    if full_matrices:
        k = s.shape[-1]
        added = free_columns("svd", gu[..., k:], u[..., :k], u[..., k:])
        below = free_columns("svd", gvh[..., k:, :].mT, vh[..., :k, :].mT, vh[..., k:, :].mT).mT
        u, vh, gu, gvh = u[..., :k], vh[..., :k, :], gu[..., :k] + added, gvh[..., :k, :] + below
    f, scale = _over_square_gaps(s), over(1.0, s)[..., None, :]
    ug, vg = u.mT @ gu, gvh @ vh.mT
    inner = f * (ug - conj(ug.mT)) * s[..., None, :] + s[..., :, None] * (f * (conj(vg.mT) - vg))
    inner = inner + on_diagonal(gs)
    if is_complex(raw(u)):
        turned = diagonal(ug, 0, -2, -1)
        size = np.sum(abs(raw(gu)) * abs(raw(u)), axis=-2) + np.sum(abs(raw(gvh)) * abs(raw(vh)), axis=-1)
        check_phases("svd", raw(turned) - np.sum(raw(gvh) * raw(vh), axis=-1), size)
        inner = inner + on_diagonal(1j * np.imag(turned) * scale[..., 0, :])
    uc, vc = conj(u), conj(vh)
    back = uc @ inner @ vc
    if u.shape[-2] > u.shape[-1]:
        back = back + ((gu - uc @ ug) * scale) @ vc
    if vh.shape[-1] > vh.shape[-2]:
        back = back + (uc * scale) @ (gvh - vg @ vc)
    return back


def _svd_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """With P = Uᴴ dA V: ds = diag P, dU = U (F ∘ (P S + S Pᴴ)) + (1 − UUᴴ) dA V S⁻¹, and V with Pᴴ likewise."""
    (t,), (whole, s, across) = tangents, parts_of(y)
    k = s.shape[-1]
    u, vh = whole[..., :k], across[..., :k, :]
    f, scale = _over_square_gaps(s), over(1.0, s)
    left, right = conj(u).mT @ t, t @ conj(vh).mT
    p = left @ conj(vh).mT
    ph = conj(p).mT
    columns, rows = s[..., None, :], s[..., :, None]
    turn_u, turn_v = f * (p * columns + rows * ph), f * (rows * p + ph * columns)
    along = diagonal(p, 0, -2, -1)
    if is_complex(raw(u)):
        turn_u = turn_u + on_diagonal(1j * np.imag(along) * scale)
    du, dvh = u @ turn_u, -(turn_v @ vh)
    if u.shape[-2] > u.shape[-1]:
        du = du + (right - u @ p) * scale[..., None, :]
    if vh.shape[-1] > vh.shape[-2]:
        dvh = dvh + scale[..., :, None] * (left - p @ vh)
    if params.get("full_matrices"):
        du = np.concatenate([du, free_push(u, whole[..., k:], du)], axis=-1)
        dvh = np.concatenate([dvh, free_push(vh.mT, across[..., k:, :].mT, dvh.mT).mT], axis=-2)
    return Parts([du, real_part(along), dvh])


def _over_square_gaps(s: Any) -> Any:
    """1 / (s_j² − s_i²), as a product so that small values keep their digits."""
    return over_gaps(s) * over(1.0, s[..., None, :] + s[..., :, None])


def _svd(a: Any, *, full_matrices: bool = False) -> Any:
    return np.linalg.svd(a, full_matrices=full_matrices)


_SVDResult = type(np.linalg.svd(np.eye(1)))


# fmt: off
cholesky = general("cholesky", np.linalg.cholesky, _cholesky_rule, push=_cholesky_push)
qr       = several("qr", np.linalg.qr, _qr_rule, push=_qr_push)
svd      = several("svd", _svd, _svd_rule, push=_svd_push)
# fmt: on


@composed(np.linalg.cholesky)
def _numpy_cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The row reads and gives lower triangles; the upper factor is the adjoint of that of the adjoint."""
    return conj(cholesky(conj(a.mT)).mT) if upper else cholesky(a)


@composed(np.linalg.qr)
def _numpy_qr(a: Any, mode: str = "reduced") -> Any:
    """The row takes matrices with no more columns than rows. Of a wider one the first columns give Q, and the others
    are Qᴴ times themselves in R.
    """
    m, n = a.shape[-2:]
    if mode not in ("reduced", "complete", "r"):
        raise NoDerivativeError(f'qr with mode={mode!r} has no derivative; expected "reduced", "complete" or "r"')
    if mode == "complete" and m > n:
        return qr(a, mode=mode)
    result = qr(a[..., : min(m, n)])
    if m < n:
        q, r = result
        result = type(result)(q, np.concatenate([r, conj(q).mT @ a[..., m:]], axis=-1))
    return result[1] if mode == "r" else result


@composed(np.linalg.svd)
def _numpy_svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Of a Hermitian matrix by its eigenvalues, as NumPy has it: their sizes, and their signs in the rows of Vᴴ."""
    if hermitian:
        w, v = np.linalg.eigh(a)
        order = np.argsort(abs(raw(w)), axis=-1)[..., ::-1]
        w, v = np.take_along_axis(w, order, -1), np.take_along_axis(v, order[..., None, :], -1)
        return _SVDResult(v, abs(w), conj(v * np.sign(w)[..., None, :]).mT) if compute_uv else abs(w)
    if not compute_uv:
        return svd(a)[1]
    return svd(a, full_matrices=True) if full_matrices and a.shape[-1] != a.shape[-2] else svd(a)


@composed(np.linalg.svdvals)
def _numpy_svdvals(x: Any, /) -> Any:
    return svd(x)[1]
