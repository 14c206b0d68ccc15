"""Eigenvalues and eigenvectors: of symmetric and Hermitian matrices, and of any square ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.bundle import Parts, parts_of
from autograd.families import is_complex, several
from autograd.graph import raw
from autograd.ops.diagonals import diagonal
from autograd.ops.hermitian import check_phases, from_lower, on_diagonal, onto_lower, real_part
from autograd.ops.products import conj
from autograd.primitive import Primitive, composed


def over_gaps(a: Any) -> Any:
    """1 / (a_j − a_i) for each pair; 0 for a pair that is equal up to rounding, where the direction is not defined."""
    plain = raw(a)
    size = np.max(abs(plain), axis=-1, keepdims=True, initial=0.0)[..., None]
    gap = a[..., None, :] - a[..., :, None]
    equal = abs(raw(gap)) <= 8 * np.finfo(plain.dtype).eps * a.shape[-1] * size
    return np.where(equal, 0.0, 1 / np.where(equal, 1.0, gap))


def _eigh_rule(g: Any, y: Any, a: Any, *, UPLO: str = "L") -> Any:
    """V̄ (diag ḡw + F ∘ Vᵀḡv) Vᵀ with F_ij = 1 / (w_j − w_i), for the one triangle that LAPACK reads.

    M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation" (2008).
    """
    (gw, gv), (w, v) = g, y
    if is_complex(raw(v)):
        check_phases("eigh", np.sum(raw(gv) * raw(v), axis=-2), np.sum(abs(raw(gv)) * abs(raw(v)), axis=-2))
    inner = over_gaps(w) * (v.mT @ gv) + on_diagonal(gw)
    lower = onto_lower(conj(v) @ inner @ v.mT)
    return lower if UPLO == "L" else conj(lower.mT)


def _eigh_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dw = diag M and dV = V (F ∘ M) with M = Vᴴ dA V."""
    w, v = parts_of(y)
    t = tangents[0] if params.get("UPLO", "L") == "L" else conj(tangents[0].mT)
    m = conj(v).mT @ from_lower(t) @ v
    return Parts([real_part(diagonal(m, 0, -2, -1)), v @ (over_gaps(w) * m)])


def _largest(v: Any) -> Any:
    """Where the largest element of each column is, which LAPACK makes real by turning the column."""
    plain = abs(raw(v))
    if not v.shape[-1]:
        return np.zeros(v.shape, bool)
    return np.arange(v.shape[-2])[:, None] == np.argmax(plain, axis=-2)[..., None, :]


def _eig_rule(g: Any, y: Any, a: Any) -> Any:
    """V⁻ᵀ (diag ḡw + F ∘ Vᵀ ḡz) Vᵀ, where ḡz is ḡv less its part along each column and less its part that turns it.

    The columns have the length 1 and their largest elements are real. M. Giles (2008), as for eigh; C. Boeddeker et
    al., "On the computation of complex-valued gradients with application to statistically optimum beamforming" (2017).
    """
    (gw, gv), (w, v) = g, y
    turned = np.sum(gv * v, axis=-2, keepdims=True)
    gz = gv - conj(v) * real_part(turned)
    if is_complex(raw(v)):
        largest = _largest(v)
        gz = gz - np.where(largest, 1j * np.imag(turned) / np.where(largest, v, 1.0), 0.0)
    inner = over_gaps(w) * (v.mT @ gz) + on_diagonal(gw)
    return np.linalg.solve(v.mT, inner @ v.mT)


def _eig_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dw = diag C and, but for length and phase, dV = V (F ∘ C) with C = V⁻¹ dA V."""
    w, v = parts_of(y)
    c = np.linalg.solve(v, tangents[0] @ v)
    z = v @ (over_gaps(w) * c)
    along = real_part(np.sum(conj(v) * z, axis=-2, keepdims=True))
    if is_complex(raw(v)):
        largest = _largest(v)
        along = along + 1j * np.imag(
            np.sum(np.where(largest, z / np.where(largest, v, 1.0), 0.0), axis=-2, keepdims=True)
        )
    return Parts([diagonal(c, 0, -2, -1), z - v * along])


# fmt: off
eigh = several("eigh", np.linalg.eigh, _eigh_rule, push=_eigh_push)
eig  = several("eig", np.linalg.eig, _eig_rule, push=_eig_push, numpy=[np.linalg.eig])
# fmt: on


@composed(np.linalg.eigh)
def _numpy_eigh(a: Any, UPLO: str = "L") -> Any:
    if UPLO.upper() not in ("L", "U"):
        raise ValueError(f'eigh got UPLO={UPLO!r}; expected "L" or "U", the triangle to read')
    return eigh(a, UPLO=UPLO.upper())


@composed(np.linalg.eigvalsh)
def _numpy_eigvalsh(a: Any, UPLO: str = "L") -> Any:
    return _numpy_eigh(a, UPLO)[0]


@composed(np.linalg.eigvals)
def _numpy_eigvals(a: Any) -> Any:
    return eig(a)[0]
