"""Hermitian matrices of which LAPACK reads the lower triangle alone, diagonal matrices, and phases that are free."""

from typing import Any

import numpy as np

from autograd.errors import NoDerivativeError
from autograd.families import is_complex
from autograd.graph import raw
from autograd.ops.products import conj


def real_part(x: Any) -> Any:
    """The real part; of real numbers nothing is computed."""
    return np.real(x) if is_complex(raw(x)) else x


def from_lower(a: Any) -> Any:
    """The Hermitian matrix with this lower triangle; of the diagonal the real part counts."""
    n = a.shape[-1]
    mirrored = np.where(np.tri(n, k=-1, dtype=bool), a, conj(a.mT))
    return np.where(np.eye(n, dtype=bool), real_part(a), mirrored)


def hermitian_part(x: Any) -> Any:
    """(X + Xᴴ) / 2: what counts of a tangent or a cotangent of a Hermitian matrix."""
    return (x + conj(x.mT)) / 2


def skew_part(x: Any) -> Any:
    """(X − Xᴴ) / 2."""
    return (x - conj(x.mT)) / 2


def on_diagonal(x: Any) -> Any:
    """The diagonal matrices of stacked vectors."""
    return np.where(np.eye(x.shape[-1], dtype=bool), x[..., None, :], 0.0)


def free_columns(name: str, g: Any, u1: Any, u2: Any) -> Any:
    """What the cotangent `g` of U₂ adds to that of U₁, where U₂ completes the columns of U₁ to a unitary matrix.

    As U₁ moves, U₂ = −U₁ dU₁ᴴ U₂ keeps it unitary, and may turn within itself: NoDerivativeError if the function
    depends on that, since the matrix that was taken apart does not determine it.
    """
    turned, size = raw(u2).mT @ raw(g), abs(raw(u2)).mT @ abs(raw(g))
    if np.any(abs(turned - conj(turned.mT)) > np.sqrt(np.finfo(size.dtype).eps) * (size + size.mT)):
        raise NoDerivativeError(
            f"the result depends on columns that {name} added to complete a basis, and those are not determined by the "
            f"matrix; expected a function of the others alone, or of u @ u.mT.conj() for the added columns u"
        )
    return -conj(u2 @ g.mT @ u1)


def free_push(u1: Any, u2: Any, t: Any) -> Any:
    """How U₂ moves with U₁ if it does not turn within itself; `t` is how U₁ moves."""
    return -(u1 @ conj(t).mT @ u2)


def check_phases(name: str, turned: Any, size: Any) -> None:
    """Refuse a function of complex vectors that depends on their phases, which LAPACK chooses as it likes.

    turned: how fast the function changes as each vector is turned. size: the sum of what that was added up from.
    """
    turned, size = np.imag(raw(turned)), raw(size)
    if np.any(abs(turned) > np.sqrt(np.finfo(size.dtype).eps) * size):
        raise NoDerivativeError(
            f"the result depends on the phases of the complex vectors that {name} gave, and those are not determined by "
            f"the matrix; expected a function without them, such as of abs(v) or of v @ v.mT.conj()"
        )
