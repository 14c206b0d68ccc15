"""Decompositions of matrices."""

from typing import Any

import numpy as np

from autograd.errors import NoDerivativeError
from autograd.families import several
from autograd.graph import raw
from autograd.ops.elementwise import over
from autograd.primitive import composed


def _gap(a: Any) -> Any:
    """1 / (a_j − a_i) for each pair; 0 for a pair that is equal up to rounding, where the direction is not defined."""
    plain = raw(a)
    size = np.max(abs(plain), axis=-1, keepdims=True, initial=0.0)[..., None]
    gap = a[..., None, :] - a[..., :, None]
    plain = plain[..., None, :] - plain[..., :, None]
    equal = abs(plain) <= 8 * np.finfo(plain.dtype).eps * a.shape[-1] * size
    return np.where(equal, 0.0, 1 / np.where(equal, 1.0, gap))


def _eigh_rule(g: Any, y: Any, a: Any) -> Any:
    """V (diag ḡw + F ∘ Vᵀḡv) Vᵀ with F_ij = 1 / (w_j − w_i), for the lower triangle, which alone NumPy reads.

    M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation" (2008).
    """
    (gw, gv), (w, v) = g, y
    inner = _gap(w) * (v.mT @ gv) + np.eye(a.shape[-1]) * gw[..., None, :]
    full = v @ inner @ v.mT
    below = np.tri(a.shape[-1], k=-1)
    return full * np.tri(a.shape[-1]) + full.mT * below


def _svd_rule(g: Any, y: Any, a: Any, *, full_matrices: bool = True) -> Any:
    """As J. Townsend, "Differentiating the singular value decomposition" (2016)."""
    (gu, gs, gvh), (u, s, vh) = g, y
    v, gv = vh.mT, gvh.mT
    f = _gap(s * s)
    ug, vg = u.mT @ gu, v.mT @ gv
    inner = f * (ug - ug.mT) * s[..., None, :] + s[..., :, None] * (f * (vg - vg.mT))
    inner = inner + np.eye(s.shape[-1]) * gs[..., None, :]
    scale = over(1.0, s)[..., None, :]
    left = gu * scale
    right = gv * scale
    return u @ inner @ vh + (left - u @ (u.mT @ left)) @ vh + u @ (right - v @ (v.mT @ right)).mT


def _svd(a: Any, *, full_matrices: bool = True) -> Any:
    if full_matrices and a.shape[-1] != a.shape[-2]:
        raise NoDerivativeError(
            f"svd of shape {a.shape} with full_matrices=True has columns that are not determined by the matrix, and so "
            f"no derivative; use np.linalg.svd(x, full_matrices=False)"
        )
    return np.linalg.svd(a, full_matrices=False)


eigh = several("eigh", np.linalg.eigh, _eigh_rule, numpy=[np.linalg.eigh])
svd = several("svd", _svd, _svd_rule)


@composed(np.linalg.svd)
def _numpy_svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    return svd(a, full_matrices=full_matrices) if compute_uv else svd(a, full_matrices=False)[1]


@composed(np.linalg.eigvalsh)
def _numpy_eigvalsh(a: Any) -> Any:
    return eigh(a)[0]
