"""Parts of complex numbers. Cotangents pair as Re(g · dz), so the rule of what is not holomorphic conjugates."""

from typing import Any

import numpy as np

from autograd import flops
from autograd.families import is_complex, linear
from autograd.graph import raw
from autograd.primitive import composed

# fmt: off
conjugate = linear("conjugate", np.conjugate, lambda g, y, x: np.conjugate(g), numpy=[np.conjugate], flops=flops.none)
real      = linear("real", np.real, lambda g, y, x: g, numpy=[np.real], flops=flops.none)
imag      = linear("imag", np.imag, lambda g, y, x: -1j * g, numpy=[np.imag], flops=flops.none)
# fmt: on


@composed(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """The argument of a complex number, from −π to π; deg: in degrees. At 0 its derivative is 0."""
    y = np.arctan2(np.imag(z), np.real(z))
    return np.rad2deg(y) if deg else y


@composed(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """The real part, if all imaginary parts are within `tol` roundings of 0; else `a` itself."""
    return a if is_complex(np.real_if_close(raw(a), tol)) else np.real(a)
