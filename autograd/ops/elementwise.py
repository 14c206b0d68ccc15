"""Arithmetic, exponentials and their kin, on each element by itself. A row: name, value, derivative by each input.

In a rule, `g` is the cotangent of the output, `y` the output, and the rest are the inputs. Values at kinks and at
singular points follow the table in the documentation's page on semantics. More rows of this family are in `kinks`,
`rounding`, `complexes`, `bessel` and `special`.
"""

import math
import operator
from typing import Any

import numpy as np

from autograd import flops
from autograd.families import elementwise, is_complex, linear
from autograd.graph import Value, followed, raw
from autograd.ops.cones import Cone, corner, ramp
from autograd.primitive import Primitive, composed


def _power(a: Any, b: Any) -> Any:
    """`a ** b` as NumPy has it: Python alone would answer (-8.0) ** 0.5 with a complex number."""
    y = a**b
    return float("nan") if type(y) is complex and type(a) is not complex and type(b) is not complex else y


def _power_base(g: Any, y: Any, a: Any, b: Any) -> Any:
    """b aᵇ⁻¹, and 0 where a and b are 0. There, and at 0¹, its own slope with respect to b is infinite."""
    if type(b) in (int, float):
        return g * (b * _power(a, b - 1)) if b != 0 else g * 0.0
    slope = np.where((a == 0) & (b == 0), 0.0, b * _power(a, b - 1))
    if followed(b):
        slope = slope + ramp(
            np.where(raw(a) == 0, np.where(raw(b) == 0, np.inf, np.where(raw(b) == 1, -np.inf, 0)), 0), b
        )
    return g * slope


def _power_exponent(g: Any, y: Any, a: Any, b: Any) -> Any:
    """aᵇ log a, and 0 where a is 0 and b is not negative. There its own slope with respect to a is −∞ up to b = 1."""
    a = a * (1 + 0j) if is_complex(raw(y)) else a  # the logarithm of a negative number, where the power has one
    masked = (a == 0) & (np.real(b) >= 0)
    slope = np.where(masked, 0.0, y * np.log(a))
    if followed(a):
        slope = slope + ramp(np.where(raw(masked) & (np.real(raw(b)) <= 1), -np.inf, 0.0), a)
    return g * slope


def only_real(x: Any, name: str) -> Any:
    """`x`; TypeError for complex numbers, which NumPy would compare by their real parts."""
    if is_complex(x):
        raise TypeError(
            f"{name} is not defined for complex numbers, which have no order; take x.real, x.imag or abs(x)"
        )
    return x


def _relu(x: Any) -> Any:
    """max(x, 0); a NaN stays one."""
    return (0.0 if x <= 0 else x) if type(x) is float else np.maximum(only_real(x, "relu"), 0)


def _sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)) by way of exp(-|x|), which can not overflow."""
    if is_complex(x):
        e = np.exp(np.where(x.real >= 0, -x, x))
        return np.where(x.real >= 0, 1, e) / (1 + e)
    e = np.exp(-abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def over(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is 0, with derivatives of any order 0 there."""
    return np.where(b == 0, 0.0, a / np.where(b == 0, 1.0, b))


def _won(a: Any, b: Any, y: Any, unit: float = 1.0) -> Any:
    """The share of `a` in y = log(exp a + exp b), which is sigmoid(a − b); of -inf and -inf, 0. unit: log of the base."""
    return np.where(y == -np.inf, 0.0, sigmoid((a - b) * unit))


def _sinc(x: Any) -> Any:
    """sin(πx) / (πx), and 1 at 0: in any precision and without a warning, which NumPy's own had until 2.1."""
    return np.where(x == 0, 1.0, np.sin(np.pi * x) / np.where(x == 0, 1.0, np.pi * x))


def _sinc_slope(x: Any, y: Any) -> Any:
    """(cos πx − sinc x) / x; near 0, where that is 0/0, its Taylor series, which is as smooth as the function."""
    near = abs(x) < 0.25
    far = (np.cos(np.pi * x) - y) / np.where(near, 1.0, x)
    u = -np.square(np.pi * x)
    series, factor = 0.0, 1.0
    for k in range(1, 11):
        factor = factor / ((2 * k) * (2 * k + 1))
        series = series + 2 * k * factor * u ** (k - 1)
    return np.where(near, -np.pi * np.pi * x * series, far)


def _xlogy(x: Any, z: Any) -> Any:
    """x log z, and 0 where x is 0, whatever z is."""
    return x * np.log(np.where(x == 0, 1.0, z))


def _xlogy_by_x(g: Any, y: Any, x: Any, z: Any) -> Any:
    both = (raw(x) == 0) & (raw(z) == 0)
    return g * corner(both, np.log(np.where(both, 1.0, z)), z)


def _xlogy_by_z(g: Any, y: Any, x: Any, z: Any) -> Any:
    both = (raw(x) == 0) & (raw(z) == 0)
    return g * corner(both, x / np.where(both, 1.0, z), x)


def _sech2(x: Any) -> Any:
    """1 / cosh² x, the slope of tanh: 1 − tanh² x would lose its digits from |x| = 2 on."""
    if is_complex(x):
        return 1 - np.square(np.tanh(x))
    r = 1 / (math.cosh(x) if type(x) is float else np.cosh(x))
    return r * r


def _root_of_1_less_square(x: Any) -> Any:
    """√(1 − x²); 1 − x is exact near 1, where x² is not."""
    return np.sqrt((1 - x) * (1 + x))


def _root_of_1_plus_square(x: Any) -> Any:
    """√(1 + x²), of real numbers without the overflow of x²."""
    return np.sqrt(x * x + 1) if is_complex(raw(x)) else np.hypot(x, 1)


def _arctan_rule(g: Any, y: Any, x: Any) -> Any:
    if is_complex(raw(x)):
        return g / (1 + x * x)
    root = np.hypot(x, 1)
    return g / root / root


def _arcsinh_rule(g: Any, y: Any, x: Any) -> Any:
    return g / _root_of_1_plus_square(x)


# fmt: off
# Arithmetic.
add      = elementwise("add", operator.add, lambda g, y, a, b: g, lambda g, y, a, b: g, numpy=[np.add])
subtract = elementwise("subtract", operator.sub, lambda g, y, a, b: g, lambda g, y, a, b: -g, numpy=[np.subtract])
multiply = elementwise("multiply", operator.mul, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, numpy=[np.multiply])
divide   = elementwise("divide", operator.truediv, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b, numpy=[np.divide])
power    = elementwise("power", _power, _power_base, _power_exponent, numpy=[np.power], flops=flops.function)
negative = elementwise("negative", operator.neg, lambda g, y, x: -g, numpy=[np.negative])
positive = elementwise("positive", operator.pos, lambda g, y, x: g, numpy=[np.positive], flops=flops.none)
square   = elementwise("square", np.square, lambda g, y, x: g * 2 * x, numpy=[np.square])
sqrt     = elementwise("sqrt", np.sqrt, lambda g, y, x: g / (2 * y), numpy=[np.sqrt])
cbrt     = elementwise("cbrt", np.cbrt, lambda g, y, x: g / (3 * y * y), real=True, numpy=[np.cbrt], flops=flops.function)
deg2rad  = elementwise("deg2rad", np.deg2rad, lambda g, y, x: g * (math.pi / 180), real=True, numpy=[np.deg2rad, np.radians])
rad2deg  = elementwise("rad2deg", np.rad2deg, lambda g, y, x: g * (180 / math.pi), real=True, numpy=[np.rad2deg, np.degrees])
ldexp    = elementwise("ldexp", np.ldexp, lambda g, y, x, exponent: np.ldexp(g, exponent), None, real=True, numpy=[np.ldexp])

# Exponentials and their kin.
exp      = elementwise("exp", np.exp, lambda g, y, x: g * y, numpy=[np.exp], flops=flops.function)
expm1    = elementwise("expm1", np.expm1, lambda g, y, x: g * np.exp(x), numpy=[np.expm1], flops=flops.function)
log      = elementwise("log", np.log, lambda g, y, x: g / x, numpy=[np.log], flops=flops.function)
log1p    = elementwise("log1p", np.log1p, lambda g, y, x: g / (1 + x), numpy=[np.log1p], flops=flops.function)
sin      = elementwise("sin", np.sin, lambda g, y, x: g * np.cos(x), numpy=[np.sin], flops=flops.function)
cos      = elementwise("cos", np.cos, lambda g, y, x: -g * np.sin(x), numpy=[np.cos], flops=flops.function)
exp2     = elementwise("exp2", np.exp2, lambda g, y, x: g * y * math.log(2), numpy=[np.exp2], flops=flops.function)
log2     = elementwise("log2", np.log2, lambda g, y, x: g / (x * math.log(2)), numpy=[np.log2], flops=flops.function)
log10    = elementwise("log10", np.log10, lambda g, y, x: g / (x * math.log(10)), numpy=[np.log10], flops=flops.function)
reciprocal = elementwise("reciprocal", np.reciprocal, lambda g, y, x: -g * y * y, numpy=[np.reciprocal])
tan      = elementwise("tan", np.tan, lambda g, y, x: g * (1 + y * y), numpy=[np.tan], flops=flops.function)
arcsin   = elementwise("arcsin", np.arcsin, lambda g, y, x: g / _root_of_1_less_square(x), numpy=[np.arcsin], flops=flops.function)
arccos   = elementwise("arccos", np.arccos, lambda g, y, x: -g / _root_of_1_less_square(x), numpy=[np.arccos], flops=flops.function)
arctan   = elementwise("arctan", np.arctan, _arctan_rule, numpy=[np.arctan], flops=flops.function)
sinh     = elementwise("sinh", np.sinh, lambda g, y, x: g * np.cosh(x), numpy=[np.sinh], flops=flops.function)
cosh     = elementwise("cosh", np.cosh, lambda g, y, x: g * np.sinh(x), numpy=[np.cosh], flops=flops.function)
arcsinh  = elementwise("arcsinh", np.arcsinh, _arcsinh_rule, numpy=[np.arcsinh], flops=flops.function)
arccosh  = elementwise("arccosh", np.arccosh, lambda g, y, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1)), numpy=[np.arccosh], flops=flops.function)
arctanh  = elementwise("arctanh", np.arctanh, lambda g, y, x: g / ((1 - x) * (1 + x)), numpy=[np.arctanh], flops=flops.function)
sech2    = elementwise("sech2", _sech2, lambda g, y, x: -2 * g * y * np.tanh(x), flops=flops.function)
tanh     = elementwise("tanh", np.tanh, lambda g, y, x: g * (sech2(x) if isinstance(x, Value) else _sech2(x)), numpy=[np.tanh], flops=flops.function)
sigmoid: Primitive = elementwise("sigmoid", _sigmoid, lambda g, y, x: g * y * sigmoid(-x), flops=flops.function)
softplus = elementwise("softplus", lambda x: np.logaddexp(x, 0), lambda g, y, x: g * sigmoid(x), real=True, flops=flops.function)

sinc     = elementwise("sinc", _sinc, lambda g, y, x: g * _sinc_slope(x, y), numpy=[np.sinc], flops=flops.function)
hypot    = elementwise("hypot", np.hypot, lambda g, y, a, b: g * over(a, y), lambda g, y, a, b: g * over(b, y), real=True, numpy=[np.hypot], apex=lambda i, y, *ab: Cone(np.equal(raw(y), 0), ab[i], ab[0] + 1.6180339887 * ab[1]), flops=flops.function)
arctan2  = elementwise("arctan2", np.arctan2, lambda g, y, a, b: g * over(over(b, np.hypot(a, b)), np.hypot(a, b)), lambda g, y, a, b: -g * over(over(a, np.hypot(a, b)), np.hypot(a, b)), real=True, numpy=[np.arctan2], apex=lambda i, y, *ab: Cone(np.equal(raw(ab[0]), 0) & np.equal(raw(ab[1]), 0), ab[i], ab[0] + 1.6180339887 * ab[1], round=False), flops=flops.function)
logaddexp = elementwise("logaddexp", np.logaddexp, lambda g, y, a, b: g * _won(a, b, y), lambda g, y, a, b: g * _won(b, a, y), real=True, numpy=[np.logaddexp], flops=flops.function)
logaddexp2 = elementwise("logaddexp2", np.logaddexp2, lambda g, y, a, b: g * _won(a, b, y, math.log(2)), lambda g, y, a, b: g * _won(b, a, y, math.log(2)), real=True, numpy=[np.logaddexp2], flops=flops.function)
xlogy    = elementwise("xlogy", _xlogy, _xlogy_by_x, _xlogy_by_z, flops=flops.function)

relu     = elementwise("relu", _relu, lambda g, y, x: g * (y > 0), real=True)
relu6    = elementwise("relu6", lambda x: np.clip(only_real(x, "relu6"), 0, 6), lambda g, y, x: g * ((x > 0) & (x < 6)), real=True)
# fmt: on


def _cast(x: Any, *, dtype: Any) -> Any:
    if (dtype is float or dtype is complex) and np.ndim(x) == 0:
        return dtype(x)
    return x.astype(dtype, copy=False) if hasattr(x, "astype") else np.asarray(x, dtype)


# The sweep gives every cotangent the dtype of its input, so a cast needs no rule of its own.
cast = linear("cast", _cast, lambda g, y, x, *, dtype: g, flops=flops.none)

# The same value under a new identity, so that a tape can tell one use of it from another.
identity = linear("identity", lambda x: x, lambda g, y, x: g, flops=flops.none)


@composed(np.float_power)
def float_power(x1: Any, x2: Any) -> Any:
    """`x1 ** x2` in float64 at least, as NumPy has it; np.power keeps the dtype."""
    return np.power(_wide(x1), _wide(x2))


def _wide(x: Any) -> Any:
    dtype = getattr(raw(x), "dtype", None)
    return x * 1.0 if dtype is None else x.astype(np.result_type(dtype, np.float64))


@composed(np.frexp)
def frexp(x: Any) -> tuple[Any, Any]:
    """Mantissa and exponent, x = mantissa · 2^exponent; the exponent is a constant between its jumps."""
    exponent = np.frexp(raw(x))[1]
    return np.ldexp(x, -exponent), exponent
