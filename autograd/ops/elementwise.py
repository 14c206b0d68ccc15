"""Operations on each element by itself. A row: name, value, and the derivative by each input.

In a rule, `g` is the cotangent of the output, `y` the output, and the rest are the inputs. Values at kinks and at
singular points follow the table in the documentation's page on semantics.
"""

import math
import operator
from typing import Any

import numpy as np

from autograd.families import elementwise, linear
from autograd.primitive import Primitive


def _power(a: Any, b: Any) -> Any:
    """`a ** b` as NumPy has it: Python alone would answer (-8.0) ** 0.5 with a complex number."""
    y = a**b
    return float("nan") if type(y) is complex and type(a) is not complex and type(b) is not complex else y


def _power_base(g: Any, y: Any, a: Any, b: Any) -> Any:
    if type(b) in (int, float):
        return g * (b * _power(a, b - 1)) if b != 0 else g * 0.0
    return g * np.where(b == 0, 0.0, b * _power(a, b - 1))


def _power_exponent(g: Any, y: Any, a: Any, b: Any) -> Any:
    return g * np.where((a == 0) & (np.real(b) >= 0), 0.0, y * np.log(a))


def _relu(x: Any) -> Any:
    """max(x, 0); a NaN stays one."""
    return (0.0 if x <= 0 else x) if type(x) is float else np.maximum(x, 0)


def _sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)) by way of exp(-|x|), which can not overflow."""
    e = np.exp(-abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def _at_most(x: Any, bound: Any) -> Any:
    return True if bound is None else x <= bound


def _at_least(x: Any, bound: Any) -> Any:
    return True if bound is None else x >= bound


def _share(wins: Any, ties: Any, g: Any) -> Any:
    """What the winner of a comparison gets of `g`: all of it, and half of it at a tie."""
    return np.where(ties, 0.5 * g, np.where(wins, g, 0.0))


def _zero(g: Any, y: Any, x: Any) -> Any:
    """A function that is constant between its jumps."""
    return np.zeros_like(g)


def over(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is 0, with derivatives of any order 0 there."""
    return np.where(b == 0, 0.0, a / np.where(b == 0, 1.0, b))


def _won(a: Any, b: Any, y: Any) -> Any:
    """The share of `a` in y = log(exp a + exp b), which is sigmoid(a − b); of -inf and -inf, 0."""
    return np.where(y == -np.inf, 0.0, sigmoid(a - b))


def _sinc(x: Any) -> Any:
    """sin(πx) / (πx), and 1 at 0: in any precision and without a warning, which NumPy's own had until 2.1."""
    return np.where(x == 0, 1.0, np.sin(np.pi * x) / np.where(x == 0, 1.0, np.pi * x))


def _sinc_slope(x: Any, y: Any) -> Any:
    """(cos πx − sinc x) / x; near 0, where that is 0/0, its Taylor series, which is as smooth as the function."""
    near = abs(x) < 0.05
    far = (np.cos(np.pi * x) - y) / np.where(near, 1.0, x)
    u = -np.square(np.pi * x)
    series, factor = 0.0, 1.0
    for k in range(1, 8):
        factor = factor / ((2 * k) * (2 * k + 1))
        series = series + 2 * k * factor * u ** (k - 1)
    return np.where(near, -np.pi * np.pi * x * series, far)


def _xlogy(x: Any, z: Any) -> Any:
    """x log z, and 0 where x is 0, whatever z is."""
    return x * np.log(np.where(x == 0, 1.0, z))


# fmt: off
# Arithmetic.
add      = elementwise("add", operator.add, lambda g, y, a, b: g, lambda g, y, a, b: g, numpy=[np.add])
subtract = elementwise("subtract", operator.sub, lambda g, y, a, b: g, lambda g, y, a, b: -g, numpy=[np.subtract])
multiply = elementwise("multiply", operator.mul, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, numpy=[np.multiply])
divide   = elementwise("divide", operator.truediv, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b, numpy=[np.divide])
power    = elementwise("power", _power, _power_base, _power_exponent, numpy=[np.power])
negative = elementwise("negative", operator.neg, lambda g, y, x: -g, numpy=[np.negative])
positive = elementwise("positive", operator.pos, lambda g, y, x: g, numpy=[np.positive])
square   = elementwise("square", np.square, lambda g, y, x: g * 2 * x, numpy=[np.square])
sqrt     = elementwise("sqrt", np.sqrt, lambda g, y, x: g / (2 * y), numpy=[np.sqrt])

# Exponentials and their kin.
exp      = elementwise("exp", np.exp, lambda g, y, x: g * y, numpy=[np.exp])
expm1    = elementwise("expm1", np.expm1, lambda g, y, x: g * (y + 1), numpy=[np.expm1])
log      = elementwise("log", np.log, lambda g, y, x: g / x, numpy=[np.log])
log1p    = elementwise("log1p", np.log1p, lambda g, y, x: g / (1 + x), numpy=[np.log1p])
sin      = elementwise("sin", np.sin, lambda g, y, x: g * np.cos(x), numpy=[np.sin])
cos      = elementwise("cos", np.cos, lambda g, y, x: -g * np.sin(x), numpy=[np.cos])
exp2     = elementwise("exp2", np.exp2, lambda g, y, x: g * y * math.log(2), numpy=[np.exp2])
log2     = elementwise("log2", np.log2, lambda g, y, x: g / (x * math.log(2)), numpy=[np.log2])
log10    = elementwise("log10", np.log10, lambda g, y, x: g / (x * math.log(10)), numpy=[np.log10])
reciprocal = elementwise("reciprocal", np.reciprocal, lambda g, y, x: -g * y * y, numpy=[np.reciprocal])
tan      = elementwise("tan", np.tan, lambda g, y, x: g * (1 + y * y), numpy=[np.tan])
arcsin   = elementwise("arcsin", np.arcsin, lambda g, y, x: g / np.sqrt(1 - x * x), numpy=[np.arcsin])
arccos   = elementwise("arccos", np.arccos, lambda g, y, x: -g / np.sqrt(1 - x * x), numpy=[np.arccos])
arctan   = elementwise("arctan", np.arctan, lambda g, y, x: g / (1 + x * x), numpy=[np.arctan])
sinh     = elementwise("sinh", np.sinh, lambda g, y, x: g * np.cosh(x), numpy=[np.sinh])
cosh     = elementwise("cosh", np.cosh, lambda g, y, x: g * np.sinh(x), numpy=[np.cosh])
arcsinh  = elementwise("arcsinh", np.arcsinh, lambda g, y, x: g / np.sqrt(x * x + 1), numpy=[np.arcsinh])
arccosh  = elementwise("arccosh", np.arccosh, lambda g, y, x: g / np.sqrt(x * x - 1), numpy=[np.arccosh])
arctanh  = elementwise("arctanh", np.arctanh, lambda g, y, x: g / (1 - x * x), numpy=[np.arctanh])
tanh     = elementwise("tanh", np.tanh, lambda g, y, x: g * (1 - y * y), numpy=[np.tanh])
sigmoid: Primitive = elementwise("sigmoid", _sigmoid, lambda g, y, x: g * y * sigmoid(-x), real=True)
softplus = elementwise("softplus", lambda x: np.logaddexp(x, 0), lambda g, y, x: g * sigmoid(x), real=True)

sinc     = elementwise("sinc", _sinc, lambda g, y, x: g * _sinc_slope(x, y), real=True, numpy=[np.sinc])
hypot    = elementwise("hypot", np.hypot, lambda g, y, a, b: g * over(a, y), lambda g, y, a, b: g * over(b, y), real=True, numpy=[np.hypot])
arctan2  = elementwise("arctan2", np.arctan2, lambda g, y, a, b: g * over(over(b, np.hypot(a, b)), np.hypot(a, b)), lambda g, y, a, b: -g * over(over(a, np.hypot(a, b)), np.hypot(a, b)), real=True, numpy=[np.arctan2])
logaddexp = elementwise("logaddexp", np.logaddexp, lambda g, y, a, b: g * _won(a, b, y), lambda g, y, a, b: g * _won(b, a, y), real=True, numpy=[np.logaddexp])
xlogy    = elementwise("xlogy", _xlogy, lambda g, y, x, z: g * np.log(np.where((x == 0) & (z == 0), 1.0, z)), lambda g, y, x, z: g * x / np.where(x == 0, 1.0, z), real=True)

# With kinks. The rules of maximum and minimum share a tie, clip lets the edge through.
absolute = elementwise("absolute", abs, lambda g, y, x: g * np.sign(x), real=True, numpy=[np.absolute])
sign     = elementwise("sign", np.sign, _zero, real=True, numpy=[np.sign])
relu     = elementwise("relu", _relu, lambda g, y, x: g * (y > 0), real=True)
relu6    = elementwise("relu6", lambda x: np.clip(x, 0, 6), lambda g, y, x: g * ((x > 0) & (x < 6)), real=True)
floor    = elementwise("floor", np.floor, _zero, real=True, numpy=[np.floor])
ceil     = elementwise("ceil", np.ceil, _zero, real=True, numpy=[np.ceil])
trunc    = elementwise("trunc", np.trunc, _zero, real=True, numpy=[np.trunc, np.fix])
rint     = elementwise("rint", np.rint, _zero, real=True, numpy=[np.rint])
round    = elementwise("round", np.round, lambda g, y, x, *, decimals=0: np.zeros_like(g), real=True, numpy=[np.round])
maximum  = elementwise("maximum", np.maximum, lambda g, y, a, b: _share(a > b, a == b, g), lambda g, y, a, b: _share(b > a, a == b, g), real=True, numpy=[np.maximum])
minimum  = elementwise("minimum", np.minimum, lambda g, y, a, b: _share(a < b, a == b, g), lambda g, y, a, b: _share(b < a, a == b, g), real=True, numpy=[np.minimum])
clip     = elementwise("clip", np.clip,
                       lambda g, y, x, low, high: np.where(_at_least(x, low) & _at_most(x, high), g, 0.0),
                       lambda g, y, x, low, high: np.where(_at_least(x, low), 0.0, g),
                       lambda g, y, x, low, high: np.where(_at_most(x, high), 0.0, g), real=True, numpy=[np.clip])

# Parts of complex numbers.
conjugate = linear("conjugate", np.conjugate, lambda g, y, x: np.conjugate(g), numpy=[np.conjugate])
real     = linear("real", np.real, lambda g, y, x: g, numpy=[np.real])
imag     = linear("imag", np.imag, lambda g, y, x: -1j * g, numpy=[np.imag])

# Choice and type.
where    = linear("where", np.where, None, lambda g, y, c, a, b: np.where(c, g, 0.0), lambda g, y, c, a, b: np.where(c, 0.0, g), numpy=[np.where])
# fmt: on


def _cast(x: Any, *, dtype: Any) -> Any:
    if (dtype is float or dtype is complex) and np.ndim(x) == 0:
        return dtype(x)
    return np.asanyarray(x).astype(dtype, copy=False)


# The sweep gives every cotangent the dtype of its input, so a cast needs no rule of its own.
cast = linear("cast", _cast, lambda g, y, x, *, dtype: g)

# The same value under a new identity, so that a tape can tell one use of it from another.
identity = linear("identity", lambda x: x, lambda g, y, x: g)
