"""Eigenvalues and eigenvectors: of symmetric and Hermitian matrices, and of any square ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import flops
from autograd.bundle import Parts, parts_of
from autograd.families import is_complex, several
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
from autograd.ops.hermitian import check_phases, hermitian_part, on_diagonal, real_part, skew_part
from autograd.ops.products import conj
from autograd.primitive import Primitive, composed


def _eigh_rule(g: Any, y: Any, a: Any, *, UPLO: str = "L") -> Any:
    """V̄ (diag ḡw + F ∘ (M − Mᴴ) / 2) Vᵀ with M = Vᵀḡv and F_ij = 1 / (w_j − w_i): a Hermitian matrix.

    M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation" (2008).
    """
    (gw, gv), (w, v) = g, y
    if gv is None:
        return hermitian_part((conj(v) * gw[..., None, :]) @ v.mT)
    if is_complex(raw(v)):
        check_phases("eigh", np.sum(raw(gv) * raw(v), axis=-2), np.sum(abs(raw(gv)) * abs(raw(v)), axis=-2))
    m = v.mT @ gv
    sizes = np.linalg.norm(raw(gv), axis=-2)
    used, both = either(in_use(sizes, gw)), gw is not None
    inner = over_gap("eigh", skew_part(m), pair_gaps(w), largest(w), both_sizes(sizes), both_ways(m), used, both)
    inner = inner if gw is None else inner + on_diagonal(gw)
    return hermitian_part(conj(v) @ inner @ v.mT)


def _eigh_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dw = diag M and dV = V (F ∘ M) with M = Vᴴ dA V."""
    w, v = parts_of(y)
    t = hermitian_part(tangents[0])
    m = conj(v).mT @ t @ v
    turned = over_gap("eigh", m, pair_gaps(w), largest(w), frobenius(t), forward=True)
    return Parts([real_part(diagonal(m, 0, -2, -1)), v @ turned])


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
    v, defective = _independent(w, v, a)
    inner = 0.0 if gw is None else on_diagonal(gw)
    if gv is not None:
        turned = np.sum(gv * v, axis=-2, keepdims=True)
        gz = gv - conj(v) * real_part(turned)
        if is_complex(raw(v)):
            top = _largest(v)
            gz = gz - np.where(top, 1j * np.imag(turned) / np.where(top, v, 1.0), 0.0)
        sizes = np.linalg.norm(raw(gv), axis=-2)
        used, both = either(in_use(sizes, gw)), gw is not None
        # Here nothing lies between equal eigenvectors for a function of the matrix either, so it does not tell.
        inner = inner + over_gap("eig", v.mT @ gz, pair_gaps(w), largest(w), both_sizes(sizes), np.inf, used, both)
    return undefined(np.linalg.solve(v.mT, inner @ v.mT), defective, a)


def _eig_push(op: Primitive, tangents: list[Any], y: Any, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """dw = diag C and, but for length and phase, dV = V (F ∘ C) with C = V⁻¹ dA V."""
    w, v = parts_of(y)
    v, defective = _independent(w, v, inputs[0])
    c = undefined(np.linalg.solve(v, tangents[0] @ v), defective, inputs[0])
    z = v @ over_gap("eig", c, pair_gaps(w), largest(w), frobenius(c), forward=True)
    along = real_part(np.sum(conj(v) * z, axis=-2, keepdims=True))
    if is_complex(raw(v)):
        top = _largest(v)
        along = along + 1j * np.imag(np.sum(np.where(top, z / np.where(top, v, 1.0), 0.0), axis=-2, keepdims=True))
    return Parts([diagonal(c, 0, -2, -1), z - v * along])


def _independent(w: Any, v: Any, a: Any) -> tuple[Any, Any]:
    """The eigenvectors, and which matrices are defective up to rounding; None if none is.

    A defective matrix has fewer independent eigenvectors than columns. The identity stands for V then. The signs of it
    are that V w V⁻¹ is not the matrix, and that rounding errors, times the condition number of an eigenvalue, are as
    large as a gap.
    """
    plain, gaps = raw(a), abs(raw(pair_gaps(raw(w))))
    eps, one = np.finfo(gaps.dtype).eps, np.eye(v.shape[-1], dtype=v.dtype)
    try:
        inverse = np.linalg.inv(raw(v))
    except np.linalg.LinAlgError:
        s = np.linalg.svdvals(raw(v))
        inverse = np.linalg.inv(np.where((s[..., -1] <= eps * s[..., 0])[..., None, None], one, raw(v)))
    error = abs((raw(v) * raw(w)[..., None, :]) @ inverse - plain)
    far = ~(error <= np.cbrt(eps) * np.max(abs(plain), axis=(-2, -1), keepdims=True, initial=0.0))
    condition = np.linalg.norm(inverse, axis=-1)[..., None]
    close = (condition > eps**-0.25) & (gaps <= 8 * eps * condition * largest(w))
    defective = np.any(far | close, axis=(-2, -1), keepdims=True)
    return replaced(
        v,
        defective,
        "the derivative of eig is NaN: the matrix has a multiple eigenvalue with too few eigenvectors, or nearly so, as "
        "the companion matrix of a polynomial with a double root has. The derivative of the single eigenvalues is "
        "infinite there. Use a function of the matrix, such as np.trace(a @ a) for the sum of the squared eigenvalues",
    )


# fmt: off
eigh = several("eigh", np.linalg.eigh, _eigh_rule, push=_eigh_push, partly=True, flops=flops.cubic(9))
eig  = several("eig", np.linalg.eig, _eig_rule, push=_eig_push, partly=True, numpy=[np.linalg.eig], flops=flops.cubic(25))
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
