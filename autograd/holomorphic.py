"""Jacobians of complex values: one convention for both sweeps.

The derivative of y with respect to a complex z is a pair: dy = A dz + B conj(dz). Two sweeps, one along 1 and one
along 1j, tell A and B apart:

- With respect to a real x there is no pair: dy/dx is one number, complex if y is.
- Of a real y, B = conj(A), and the Jacobian has the gradient 2B, as `Tape.gradient` gives it.
- Of a complex y, the Jacobian is the derivative dy/dz = A. It exists where B = 0; elsewhere it is refused.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.errors import NoDerivativeError
from autograd.families import is_complex
from autograd.graph import raw


def conjugated(g: Any) -> Any:
    """Turn a cotangent, which pairs as Re(g dz), into a gradient as TensorFlow has it, or back."""
    return np.conjugate(g) if g is not None and is_complex(g) else g


def units(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Return the unit vectors of a space along a new axis in front: along 1, then, if complex, along 1j."""
    size = math.prod(shape)
    each = np.eye(size, dtype=dtype).reshape(size, *shape)
    return np.concatenate([each, 1j * each]) if dtype.kind == "c" else each


def dtype_of(y: Any, x: Any) -> np.dtype[Any]:
    """Return the dtype of a Jacobian: that of the source, but complex if the target is."""
    return np.result_type(x.dtype, np.complex64) if is_complex(y) else x.dtype


def of_rows(g: Any, y: Any, x: Any) -> Any:
    """Make rows of the Jacobian of `y` out of the gradients by `x`, one for each of the units of `y` in front."""
    if not is_complex(y):
        return g
    one, other = np.split(g, 2)
    return np.conjugate(_holomorphic(one, other, y, x)) if is_complex(x) else one + 1j * other


def of_columns(t: Any, y: Any, x: Any) -> Any:
    """Make columns of the Jacobian of `y` out of its tangents, one for each of the units of `x` in front."""
    if not is_complex(x):
        return t
    one, other = np.split(t, 2)
    return _holomorphic(one, other, y, x) if is_complex(y) else one + 1j * other


def _holomorphic(one: Any, other: Any, y: Any, x: Any) -> Any:
    """Return the part that rotates along from the sweep of 1 to that of 1j, if it is all there is."""
    rest = np.abs(raw(one) + 1j * raw(other)) / 2
    size = np.abs(raw(one))
    eps = max(np.finfo(y.dtype).eps, np.finfo(x.dtype).eps)
    largest = np.max(size, where=np.isfinite(size), initial=0.0)
    # Both sweeps do the same arithmetic, so what rounding leaves is small beside the largest number.
    if np.any(rest > np.sqrt(eps) * size + 1000 * eps * largest):
        raise NoDerivativeError(
            f"the Jacobian of a complex result with respect to a complex argument is dy/dz, which exists for "
            f"holomorphic functions only; this function is not holomorphic here: dy/dz depends on the direction of dz, "
            f"by up to {2 * np.nanmax(rest):.3g}. Differentiate np.real(y) and np.imag(y) instead, or with respect to "
            f"the real and imaginary part: ag.jacobian(lambda re, im: f(re + 1j * im), argnums=(0, 1)). ag.jvp gives "
            f"the derivative along one direction, and ag.hvp that of a gradient"
        )
    return (one - 1j * other) / 2
