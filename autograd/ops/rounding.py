"""Rounding, and what is left over by it: remainders and fractions.

What is rounded is constant between its jumps; a remainder a − b·n has the derivatives 1 and −n, also at a jump.
"""

import operator
from typing import Any

import numpy as np

from autograd.families import elementwise
from autograd.graph import raw
from autograd.ops.kinks import zero
from autograd.primitive import composed

# fmt: off
floor    = elementwise("floor", np.floor, zero, real=True, numpy=[np.floor])
ceil     = elementwise("ceil", np.ceil, zero, real=True, numpy=[np.ceil])
trunc    = elementwise("trunc", np.trunc, zero, real=True, numpy=[np.trunc, np.fix])
rint     = elementwise("rint", np.rint, zero, real=True, numpy=[np.rint])
round    = elementwise("round", np.round, lambda g, y, x, *, decimals=0: zero(g, y, x), real=True, numpy=[np.round, np.around])
floor_divide = elementwise("floor_divide", operator.floordiv, zero, zero, real=True, numpy=[np.floor_divide])
mod      = elementwise("mod", operator.mod, lambda g, y, a, b: g, lambda g, y, a, b: -g * np.floor_divide(a, b), real=True, numpy=[np.remainder])
fmod     = elementwise("fmod", np.fmod, lambda g, y, a, b: g, lambda g, y, a, b: -g * np.rint((a - y) / b), real=True, numpy=[np.fmod])
# fmt: on


@composed(np.divmod)
def divmod(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Quotient and remainder."""
    return floor_divide(x1, x2), mod(x1, x2)


@composed(np.modf)
def modf(x: Any) -> tuple[Any, Any]:
    """The fraction and the whole part, both with the sign of x."""
    finite = np.where(abs(raw(x)) == np.inf, 0.0, x)  # the fraction of an infinite number is 0
    return finite - np.trunc(finite), np.trunc(x)
