"""Elementwise operations with a kink or a jump: absolute value and sign, the larger and the smaller, bounds.

The rules of maximum and minimum share a tie, clip lets the edge through; more in the documentation's table of kinks.
"""

from typing import Any

import numpy as np

from autograd.errors import NoDerivativeError
from autograd.families import elementwise, is_complex
from autograd.graph import raw
from autograd.ops.cones import Cone
from autograd.ops.elementwise import over
from autograd.primitive import composed


def _direction(z: Any) -> Any:
    """z / |z|, and 0 at 0."""
    return over(z, np.absolute(z))


def _cone(tip: Any, x: Any) -> Cone:
    """That of |x| at 0; of real numbers it is a kink."""
    return Cone(tip, np.conjugate(x), x) if is_complex(raw(x)) else Cone(tip, x, x, kink=True)


def zero(g: Any, y: Any, *inputs: Any) -> Any:
    """The rule of a function that is constant between its jumps."""
    return np.zeros_like(g)


def _share(wins: Any, ties: Any, g: Any) -> Any:
    """What the winner of a comparison gets of `g`: all of it, and half of it at a tie."""
    return np.where(ties, 0.5 * g, np.where(wins, g, 0.0))


def _inside(x: Any, low: Any, high: Any) -> Any:
    """Whether clip passes `x` on; a bound that is None bounds nothing."""
    return (low is None or x >= low) & (high is None or x <= high)


def _below(x: Any, low: Any, high: Any) -> Any:
    """Whether clip answers `low`. Where the bounds are the wrong way round, `high` has the last word."""
    return (x < low) & (high is None or low <= high)


def _above(x: Any, low: Any, high: Any) -> Any:
    """Whether clip answers `high`."""
    return (x > high) | (low is not None and low > high)


# fmt: off
absolute = elementwise("absolute", abs, lambda g, y, x: g * np.conjugate(_direction(x)) if is_complex(raw(x)) else g * np.sign(x), numpy=[np.absolute], apex=lambda i, y, x: _cone(np.equal(raw(y), 0), x))
fabs     = elementwise("fabs", np.fabs, lambda g, y, x: g * np.sign(x), real=True, numpy=[np.fabs], apex=lambda i, y, x: _cone(np.equal(raw(y), 0), x))
sign     = elementwise("sign", np.sign, zero, real=True)
copysign = elementwise("copysign", np.copysign, lambda g, y, a, b: g * np.sign(a) * np.sign(y), zero, real=True, numpy=[np.copysign], apex=lambda i, y, a, b: _cone(np.equal(raw(y), 0), a) if i == 0 else None)
heaviside = elementwise("heaviside", np.heaviside, zero, lambda g, y, x, at_zero: g * (x == 0), real=True, numpy=[np.heaviside])

maximum  = elementwise("maximum", np.maximum, lambda g, y, a, b: _share(a == y, a == b, g), lambda g, y, a, b: _share(b == y, a == b, g), numpy=[np.maximum])
minimum  = elementwise("minimum", np.minimum, lambda g, y, a, b: _share(a == y, a == b, g), lambda g, y, a, b: _share(b == y, a == b, g), numpy=[np.minimum])
fmax     = elementwise("fmax", np.fmax, lambda g, y, a, b: _share(a == y, a == b, g), lambda g, y, a, b: _share(b == y, a == b, g), numpy=[np.fmax])
fmin     = elementwise("fmin", np.fmin, lambda g, y, a, b: _share(a == y, a == b, g), lambda g, y, a, b: _share(b == y, a == b, g), numpy=[np.fmin])
clip     = elementwise("clip", np.clip,
                       lambda g, y, x, low, high: np.where(_inside(x, low, high), g, 0.0),
                       lambda g, y, x, low, high: np.where(_below(x, low, high), g, 0.0),
                       lambda g, y, x, low, high: np.where(_above(x, low, high), g, 0.0), real=True)
# fmt: on


@composed(np.sign)
def sign_of_any(x: Any) -> Any:
    """-1, 0 or 1; of a complex number z / |z|, which is not its own transpose, as a row of this family has to be."""
    return _direction(x) if is_complex(raw(x)) else sign(x)


@composed(np.clip)
def clip_by_keywords(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """`clip` in all of NumPy's spellings: a_min and a_max, or min= and max=; a bound that is None bounds nothing."""
    if (a_min is not None or a_max is not None) and (min is not None or max is not None):
        raise ValueError("clip got a_min or a_max together with min= or max=; expected one pair of names")
    low, high = (min if a_min is None else a_min), (max if a_max is None else a_max)
    return np.positive(a) if low is None and high is None else clip(a, low, high)


@composed(np.nan_to_num)
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Numbers in place of NaN and infinities, by default 0 and the largest finite ones; the derivative is 0 there."""
    if not copy:
        raise NoDerivativeError(
            "nan_to_num(copy=False) was to write into a tensor, which does not change; leave it out"
        )
    if is_complex(raw(x)):
        re, im = (nan_to_num(part, nan=nan, posinf=posinf, neginf=neginf) for part in (np.real(x), np.imag(x)))
        return re + 1j * im
    plain = raw(x)
    if np.result_type(plain).kind != "f":
        return np.positive(x)
    limits = np.finfo(np.result_type(plain))
    x = np.where(plain != plain, nan, x)  # a NaN is not itself
    x = np.where(plain == np.inf, float(limits.max) if posinf is None else posinf, x)
    return np.where(plain == -np.inf, float(limits.min) if neginf is None else neginf, x)
