"""Decompositions of matrices into factors: Cholesky's, QR, and by singular values."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import flops
from autograd.bundle import Parts, parts_of
from autograd.errors import NoDerivativeError
from autograd.families import general, is_complex, several
from autograd.graph import raw
from autograd.ops.diagonals import diagonal
from autograd.ops.gaps import (
    both_sizes,
    both_ways,
    either,
    frobenius,
    in_use,
    largest,
    over_gap,
    pair_gaps,
    replaced,
    undefined,
)
from autograd.ops.hermitian import (
    check_phases,
    free_columns,
    free_push,
    from_lower,
    hermitian_part,
    on_diagonal,
    real_part,
    skew_part,
)
from autograd.ops.products import conj
from autograd.primitive import Primitive, composed


def _half(x: Any) -> Any:
    """The lower triangle with half of the diagonal: of a Hermitian matrix, what gives it when its adjoint is added."""
    n = x.shape[-1]
    return np.where(np.eye(n, dtype=bool), 0.5 * x, np.where(np.tri(n, dtype=bool), x, 0.0))


def _cholesky_rule(g: Any, y: Any, a: Any) -> Any:
    """The Hermitian part of L⁻ᵀ Φ(Lᵀ ḡ) L⁻ᴴᵀ.

    I. Murray, "Differentiation of the Cholesky decomposition" (2016).
    """
    right = np.linalg.solve(y.mT, _half(y.mT @ g))
    return hermitian_part(np.linalg.solve(conj(y).mT, right.mT).mT)


def _cholesky_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dL = L Φ(L⁻¹ dA L⁻ᴴ)."""
    left = np.linalg.solve(y, hermitian_part(tangents[0]))
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
    r, dependent = _independent(r)
    k = from_lower(r @ gr.mT - gq.mT @ q)
    return undefined(np.linalg.solve(r, (gq + conj(q) @ k.mT).mT).mT, dependent, a)


def _qr_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dQ = QΩ + (1 − QQᴴ) dA R⁻¹ and dR = (C − Ω) R, with C = Qᴴ dA R⁻¹ and Ω skew with the lower triangle of C."""
    whole, below = parts_of(y)
    n = below.shape[-1]
    q, (r, dependent) = whole[..., :n], _independent(below[..., :n, :])
    moved = undefined(np.linalg.solve(r.mT, tangents[0].mT).mT, dependent, inputs[0])
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


def _independent(r: Any) -> tuple[Any, Any]:
    """The factor R, and which matrices have dependent columns; None if none has.

    Of dependent columns a diagonal element is 0 up to rounding. The identity stands for R then.
    """
    plain = abs(raw(r))
    n, eps = plain.shape[-1], np.finfo(plain.dtype).eps
    lengths = np.sqrt(np.sum(plain**2, axis=-2))
    dependent = np.any(np.sum(plain * np.eye(n), axis=-2) <= 8 * eps * n * lengths, axis=-1)[..., None, None]
    return replaced(
        r,
        dependent,
        "the derivative of qr is NaN: the columns of the matrix are dependent up to rounding, so that it does not "
        "determine Q. Use np.linalg.svdvals or np.linalg.pinv, which have derivatives at matrices of any rank",
    )


def _svd_rule(g: Any, y: Any, a: Any, *, full_matrices: bool = False) -> Any:
    """Ū (diag ḡs + N⁻ / (s_j − s_i) + D⁻ / (s_j + s_i)) V̄ and what lies beside U and V, with N = Uᵀḡu + (ḡvᵀV)ᴴ and
    D their difference; X⁻ is (X − Xᴴ) / 2.

    J. Townsend, "Differentiating the singular value decomposition" (2016), and for complex matrices Z.-Q. Wan and
    S.-X. Zhang, "Automatic differentiation for complex valued SVD" (2019). Where U and V turn together, both take half.
    """
    (gu, gs, gvh), (u, s, vh) = g, y
    k = s.shape[-1]
    if gu is None and gvh is None:
        return (conj(u[..., :k]) * gs[..., None, :]) @ conj(vh[..., :k, :])
    gu = np.zeros_like(raw(u)) if gu is None else gu
    gvh = np.zeros_like(raw(vh)) if gvh is None else gvh
    if full_matrices:
        added = free_columns("svd", gu[..., k:], u[..., :k], u[..., k:])
        below = free_columns("svd", gvh[..., k:, :].mT, vh[..., :k, :].mT, vh[..., k:, :].mT).mT
        u, vh, gu, gvh = u[..., :k], vh[..., :k, :], gu[..., :k] + added, gvh[..., :k, :] + below
    ug, vg = u.mT @ gu, gvh @ vh.mT
    if is_complex(raw(u)):
        turned = np.sum(raw(gu) * raw(u), axis=-2) - np.sum(raw(gvh) * raw(vh), axis=-1)
        size = np.sum(abs(raw(gu)) * abs(raw(u)), axis=-2) + np.sum(abs(raw(gvh)) * abs(raw(vh)), axis=-1)
        check_phases("svd", turned, size)
    sizes = np.linalg.norm(raw(gu), axis=-2) + np.linalg.norm(raw(gvh), axis=-1)
    used, scale, both = in_use(sizes, gs), largest(s), gs is not None

    def pairs(m: Any, gap: Any) -> Any:
        return over_gap("svd", skew_part(m), gap, scale, both_sizes(sizes), both_ways(m), either(used), both)

    inner = pairs(ug + conj(vg.mT), pair_gaps(s)) + pairs(ug - conj(vg.mT), _pair_sums(s, u))
    inner = inner + on_diagonal(gs) if both else inner
    uc, vc = conj(u), conj(vh)
    back = uc @ inner @ vc
    if u.shape[-2] > u.shape[-1]:
        m, columns = gu - uc @ ug, (..., None, slice(None))
        back = back + over_gap("svd", m, s[columns], scale, sizes[columns], abs(raw(m)), used[columns], both) @ vc
    if vh.shape[-1] > vh.shape[-2]:
        m, rows = gvh - vg @ vc, (..., slice(None), None)
        back = back + uc @ over_gap("svd", m, s[rows], scale, sizes[rows], abs(raw(m)), used[rows], both)
    return back


def _svd_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """With P = Uᴴ dA V, P⁺ and P⁻ its Hermitian and skew parts, N = P⁺ / (s_j − s_i) and D = P⁻ / (s_j + s_i):
    ds = diag P, dU = U (N + D) + (1 − UUᴴ) dA V S⁻¹, and dV = V (N − D) and likewise.
    """
    (t,), (whole, s, across) = tangents, parts_of(y)
    k = s.shape[-1]
    u, vh = whole[..., :k], across[..., :k, :]
    left, right = conj(u).mT @ t, t @ conj(vh).mT
    p = left @ conj(vh).mT
    scale, size = largest(s), frobenius(t)
    n = over_gap("svd", hermitian_part(p), pair_gaps(s), scale, size, forward=True)
    d = over_gap("svd", skew_part(p), _pair_sums(s, u), scale, size, forward=True)
    du, dvh = u @ (n + d), (d - n) @ vh
    if u.shape[-2] > u.shape[-1]:
        beside = over_gap("svd", right - u @ p, s[..., None, :], scale, size, forward=True)
        du = du + beside
        if params.get("full_matrices"):
            du = np.concatenate([du, free_push(u, whole[..., k:], beside)], axis=-1)
    if vh.shape[-1] > vh.shape[-2]:
        beside = over_gap("svd", left - p @ vh, s[..., :, None], scale, size, forward=True)
        dvh = dvh + beside
        if params.get("full_matrices"):
            dvh = np.concatenate([dvh, free_push(vh.mT, across[..., k:, :].mT, beside.mT).mT], axis=-2)
    return Parts([du, real_part(diagonal(p, 0, -2, -1)), dvh])


def _pair_sums(s: Any, u: Any) -> Any:
    """s_j + s_i for each pair i, j; of real matrices, which have no phases, ∞ on the diagonal."""
    sums = s[..., None, :] + s[..., :, None]
    return sums if is_complex(raw(u)) else np.where(np.eye(s.shape[-1], dtype=bool), np.inf, sums)


def _svd(a: Any, *, full_matrices: bool = False) -> Any:
    return np.linalg.svd(a, full_matrices=full_matrices)


_SVDResult = type(np.linalg.svd(np.eye(1)))


# fmt: off
cholesky = general("cholesky", np.linalg.cholesky, _cholesky_rule, push=_cholesky_push, flops=flops.cubic(1 / 3))
qr       = several("qr", np.linalg.qr, _qr_rule, push=_qr_push, flops=flops.qr)
svd      = several("svd", _svd, _svd_rule, push=_svd_push, partly=True, flops=flops.svd)
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
