"""The modified Bessel functions of the first kind, in plain NumPy, for any whole order and so for any derivative.

    Iₙ(x) = (x/2)ⁿ Σ (x²/4)ᵏ / (k! (n+k)!),        Iₙ'(x) = (Iₙ₋₁(x) + Iₙ₊₁(x)) / 2,        I₋ₙ = Iₙ

All terms of the series have one sign, so nothing cancels; from x = 30 on the asymptotic expansion takes over.
M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 1964: 9.6.10, 9.7.1 and 9.6.26.
"""

import math
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import elementwise
from autograd.primitive import Primitive

_FAR = 30.0
_TERMS = 60


def _bessel_i(x: Any, *, order: int) -> Any:
    a = abs(x)
    near, far = np.minimum(a, _FAR), np.maximum(a, _FAR)
    quarter = near * near / 4
    series = expansion = 1.0
    for k in range(_TERMS, 0, -1):
        series = 1 + series * quarter / (k * (k + order))
        expansion = 1 - expansion * ((4 * order**2 - (2 * k - 1) ** 2) / (8 * k)) / far
    small = np.power(near / 2, order) / math.factorial(order) * series
    large = np.exp(a) / np.sqrt(2 * math.pi * far) * expansion
    y = np.where(a <= _FAR, small, large)
    return np.where(x < 0, -y, y) if order % 2 else y


def _between(x: Any, order: int) -> Any:
    """The mean of the orders below and above, which is the derivative."""
    return (bessel_i(x, order=abs(order - 1)) + bessel_i(x, order=order + 1)) / 2


# fmt: off
bessel_i: Primitive = elementwise("bessel_i", _bessel_i, lambda g, y, x, *, order: g * _between(x, order), real=True, flops=flops.function)
i0       = elementwise("i0", np.i0, lambda g, y, x: g * bessel_i(x, order=1), real=True, numpy=[np.i0], flops=flops.function)
i1       = elementwise("i1", lambda x: _bessel_i(x, order=1), lambda g, y, x: g * _between(x, 1), real=True, flops=flops.function)
# fmt: on
